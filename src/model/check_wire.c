#include "model/check_private.h"

typedef ONSET_VEC(int) candidates;

/* ---- connect ---- */

/* The statement that connects an input: the study's before the model's. Two of one block are an error. */
static void connect(builder *b, const onset_decl *d, bool from_study)
{
    const bool is_void = !from_study && d->name && onset_check_is_void(b, d->name, d->name_place, ITEM_INPUT, "input");
    const int  to      = d->name && !is_void ? onset_check_find(b, d->name, d->name_place, 1u << ITEM_INPUT, "input") : -1;
    const int  from    = d->other ? onset_check_find(b, d->other, d->other_place, 1u << ITEM_OUTPUT, "output") : -1;
    item      *input;

    if (to < 0 || from < 0) return;
    input = &b->items.items[to];
    if (input->mark == (from_study ? MARK_DONE : MARK_OPEN)) {
        onset_error_at(b->out, d->name_place, "keep one of the two", "the input '%s' is connected twice", d->name);
        return;
    }
    input->feeder = from;
    input->mark   = from_study ? MARK_DONE : MARK_OPEN; /* borrowed until the ordering */
}

/* ---- By name ---- */

static candidates outputs_named(builder *b, const item *input)
{
    candidates list = {0};

    for (int i = 0; i < b->instances.n; i++) {
        const int at = i == input->instance ? -1 : onset_check_local(b, i, input->name);

        if (at >= 0 && b->items.items[at].kind == ITEM_OUTPUT) onset_vec_push(b->arena, &list, at);
    }
    return list;
}

/* "a.x, b.y" of items; at most a handful. */
static const char *listed(builder *b, const candidates *list)
{
    enum { MOST = 6 };
    const char *text = "";

    for (int i = 0; i < list->n && i < MOST; i++)
        text = onset_arena_printf(b->arena, "%s%s%s", text, i ? ", " : "", b->items.items[list->items[i]].full);
    return list->n > MOST ? onset_arena_printf(b->arena, "%s and %d more", text, list->n - MOST) : text;
}

/* Outputs elsewhere that would fit by their declared unit, the most alike in name first. */
static candidates outputs_fitting(builder *b, const item *input)
{
    candidates list               = {0};
    ONSET_VEC(const char *) names = {0};
    const char *near;

    for (int k = 0; k < b->items.n; k++) {
        const item *it = &b->items.items[k];

        if (it->kind != ITEM_OUTPUT || it->instance == input->instance) continue;
        if (it->unit_text && !onset_unit_same_dimension(it->unit, input->unit)) continue;
        onset_vec_push(b->arena, &list, k);
        onset_vec_push(b->arena, &names, it->name);
    }
    near = onset_nearest(input->name, names.items, names.n);
    for (int i = 1; near && i < list.n; i++) {
        const int k = list.items[i];

        if (strcmp(b->items.items[k].name, near) != 0 || strcmp(b->items.items[list.items[0]].name, near) == 0) continue;
        list.items[i] = list.items[0];
        list.items[0] = k;
    }
    return list;
}

static onset_place place_of(const builder *b, const item *input)
{
    const instance *in = &b->instances.items[input->instance];

    /* In the model, where the module is used: there it is to be wired. */
    if (!in->use) return input->decl->name_place;
    return in->replaced ? in->use->other_place : in->use->name_place;
}

static void report_missing(builder *b, const item *input)
{
    const candidates fitting = outputs_fitting(b, input);
    const char      *hint;

    if (fitting.n)
        hint = onset_arena_printf(b->arena, "connect %s = %s; outputs in that unit: %s", input->full, b->items.items[fitting.items[0]].full,
                                  listed(b, &fitting));
    else
        hint = onset_arena_printf(b->arena, "use a module with an output '%s' in %s", input->name,
                                  onset_unit_spelling(b->arena, input->unit, input->unit_text));
    onset_error_at(b->out, place_of(b, input), hint, "nothing provides the input '%s'", input->full);
}

static void wire(builder *b, int at)
{
    item            *input = &b->items.items[at];
    const candidates named = outputs_named(b, input);

    input->mark = MARK_NEW;
    if (input->feeder >= 0) return;
    if (named.n == 1) input->feeder = named.items[0];
    if (named.n > 1)
        onset_error_at(b->out, place_of(b, input),
                       onset_arena_printf(b->arena, "say which: connect %s = %s", input->full, b->items.items[named.items[0]].full),
                       "the input '%s' could come from %s", input->full, listed(b, &named));
    if (named.n == 0 && !input->decl->value) report_missing(b, input);
}

void onset_check_wire(builder *b)
{
    if (b->alone) return;
    onset_check_each(b, ONSET_DECL_CONNECT, connect);
    for (int i = 0; i < b->items.n; i++)
        if (b->items.items[i].kind == ITEM_INPUT) wire(b, i);
}
