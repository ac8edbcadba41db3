/* Lists of items: adding, sorting, closing. */
#include "dosing/builder.h"

#include <math.h>
#include <stdlib.h>

/* The order at equal times, see dosing.h. */
enum { RANK_COVARIATE, RANK_RATE_END, RANK_STEADY, RANK_RATE_START, RANK_BOLUS };

static int rank_of(const onset_item *item)
{
    switch (item->kind) {
    case ONSET_ITEM_COVARIATE:
        return RANK_COVARIATE;
    case ONSET_ITEM_RATE:
        return item->amount < 0 ? RANK_RATE_END : RANK_RATE_START;
    case ONSET_ITEM_RESET:
    case ONSET_ITEM_STEADY:
        return RANK_STEADY;
    case ONSET_ITEM_BOLUS:
        break;
    }
    return RANK_BOLUS;
}

bool onset_timeline_add(onset_timeline *list, onset_item item)
{
    if (list->n == list->cap) {
        const int          cap   = list->cap ? 2 * list->cap : 64;
        onset_ranked_item *grown = realloc(list->items, (size_t)cap * sizeof *grown);
        if (!grown) return false;
        list->items = grown;
        list->cap   = cap;
    }
    list->items[list->n] = (onset_ranked_item){.item = item, .rank = rank_of(&item), .order = list->n};
    list->n++;
    return true;
}

bool onset_arrival_add(onset_timeline *list, const onset_arrival *arrival, double time, double earliest, double latest)
{
    const double start = time + arrival->alag, end = start + arrival->duration;
    const double from = fmax(start, earliest), to = fmin(end, latest);
    onset_item   item = {.time = from, .kind = ONSET_ITEM_RATE, .index = arrival->state, .amount = arrival->rate};

    if (arrival->amount == 0) return true;
    if (arrival->duration == 0) {
        item.kind   = ONSET_ITEM_BOLUS;
        item.amount = arrival->amount;
        return start < earliest || start >= latest || onset_timeline_add(list, item);
    }
    if (!(from < to)) return true;
    if (!onset_timeline_add(list, item)) return false;
    item.time   = to;
    item.amount = -arrival->rate;
    return onset_timeline_add(list, item);
}

static int compare(const void *a, const void *b)
{
    const onset_ranked_item *x = a, *y = b;

    if (x->item.time != y->item.time) return x->item.time < y->item.time ? -1 : 1;
    if (x->rank != y->rank) return x->rank < y->rank ? -1 : 1;
    return (x->order > y->order) - (x->order < y->order);
}

/* Overlapping infusions a + b - a - b need not give 0 in floating point: the last end takes away exactly what runs. */
static void close_rates(onset_course_builder *b, onset_timeline *list)
{
    for (int i = 0; i < b->model->n_states; i++) {
        b->running[i]   = 0;
        b->n_running[i] = 0;
    }
    for (int i = 0; i < list->n; i++) {
        onset_item *item = &list->items[i].item;
        const int   s    = item->index;

        if (item->kind != ONSET_ITEM_RATE) continue;
        b->n_running[s] += item->amount > 0 ? 1 : -1;
        if (b->n_running[s] == 0) item->amount = -b->running[s];
        b->running[s] += item->amount;
    }
}

bool onset_timeline_close(onset_course_builder *builder, onset_timeline *list, onset_item **out, int *cap)
{
    if (list->n > *cap) {
        onset_item *grown = realloc(*out, (size_t)list->cap * sizeof *grown);
        if (!grown) return false;
        *out = grown;
        *cap = list->cap;
    }
    if (list->n > 1) qsort(list->items, (size_t)list->n, sizeof *list->items, compare);
    close_rates(builder, list);
    for (int i = 0; i < list->n; i++) (*out)[i] = list->items[i].item;
    return true;
}
