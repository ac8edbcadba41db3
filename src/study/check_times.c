/* Visits and traces: sorted, without doubles. */
#include "study/checker.h"

#include <math.h>
#include <stdlib.h>

typedef struct {
    double      time; /* [h] */
    const char *label;
} visit;

static int by_time(const void *a, const void *b)
{
    const double x = ((const visit *)a)->time, y = ((const visit *)b)->time;

    return (x > y) - (x < y);
}

static int by_value(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

static bool is_one_of(const char *word, const char *const *words, int n)
{
    for (int i = 0; i < n; i++) {
        if (!strcmp(word, words[i])) return true;
    }
    return false;
}

/* "baseline", "40 min", "day 7", "week 2": as people say it. */
static const char *label_of(onset_study_checker *c, const onset_quantity *q)
{
    static const char *const days[] = {"d", "day", "days"}, *const weeks[] = {"week", "weeks"};
    const char *const unit = q->unit.text ? q->unit.text : "h";

    if (q->number == 0) return "baseline";
    if (is_one_of(unit, days, 3)) return onset_arena_printf(c->arena, "day %g", q->number);
    if (is_one_of(unit, weeks, 2)) return onset_arena_printf(c->arena, "week %g", q->number);
    return onset_arena_printf(c->arena, "%g %s", q->number, unit);
}

void onset_check_visits(onset_study_checker *c)
{
    ONSET_VEC(visit) visits = {0};
    bool any                = false;
    int  n                  = 0;

    for (int i = 0; i < c->at.block->decls.n; i++) {
        const onset_decl *decl = c->at.block->decls.items[i];
        if (decl->kind != ONSET_DECL_VISIT) continue;
        any = true;
        for (int k = 0; k < decl->quantities.n; k++) {
            const onset_quantity *q = &decl->quantities.items[k];
            visit                 v = {.label = label_of(c, q)};
            if (!onset_check_hours(c, q, "the time of a visit", &v.time)) continue;
            if (v.time < 0)
                onset_error_at(c->out, q->place, "time 0 is the start of the study", "a visit before time zero");
            else
                onset_vec_push(c->arena, &visits, v);
        }
    }
    if (!any && !c->incomplete)
        onset_error_at(c->out, c->at.block->place, "visit 0, 1, 7, 14, 28 [d]", "the study '%s' has no visits", c->at.block->name);
    if (visits.n > 1) qsort(visits.items, (size_t)visits.n, sizeof *visits.items, by_time);
    c->study->visits       = onset_arena_alloc(c->arena, (size_t)visits.n * sizeof *c->study->visits + 1);
    c->study->visit_labels = onset_arena_alloc(c->arena, (size_t)visits.n * sizeof *c->study->visit_labels + 1);
    for (int i = 0; i < visits.n; i++) {
        if (n > 0 && onset_check_same_time(c->study->visits[n - 1], visits.items[i].time)) continue;
        c->study->visits[n]         = visits.items[i].time;
        c->study->visit_labels[n++] = visits.items[i].label;
    }
    c->study->n_visits = n;
    if (n > ONSET_STUDY_MAX_VISITS)
        onset_error_at(c->out, c->at.block->place, NULL, "%d visits; at most %d are possible", n, (int)ONSET_STUDY_MAX_VISITS);
}

typedef ONSET_VEC(double) times;

static void add_grid(onset_study_checker *c, const onset_grid *grid, times *out)
{
    double from, to, by, n;

    if (!onset_check_hours(c, &grid->from, "the start of the curve", &from) ||
        !onset_check_hours(c, &grid->to, "the end of the curve", &to) || !onset_check_hours(c, &grid->by, "the step of the curve", &by))
        return;
    if (from < 0) {
        onset_error_at(c->out, grid->from.place, NULL, "a curve that starts before time zero");
        return;
    }
    if (!(by > 0)) {
        onset_error_at(c->out, grid->by.place, NULL, "the step of a curve is above zero");
        return;
    }
    if (!(to > from)) {
        onset_error_at(c->out, grid->to.place, "trace FROM..TO by STEP [unit]", "the end of the curve is not after its start");
        return;
    }
    n = floor((to - from) / by + 1e-9) + 1;
    if (n + out->n > ONSET_STUDY_MAX_TRACE) {
        onset_error_at(c->out, grid->by.place, "take a wider step", "%.0f points on the curves; at most %d are possible", n + out->n,
                       (int)ONSET_STUDY_MAX_TRACE);
        return;
    }
    for (int i = 0; i < (int)n; i++) onset_vec_push(c->arena, out, from + i * by);
}

/* Whether a time is a visit. */
static bool is_visit(const onset_study *study, double time)
{
    int low = 0, high = study->n_visits - 1;

    while (low <= high) {
        const int middle = (low + high) / 2;
        if (onset_check_same_time(study->visits[middle], time)) return true;
        if (study->visits[middle] < time)
            low = middle + 1;
        else
            high = middle - 1;
    }
    return false;
}

void onset_check_traces(onset_study_checker *c)
{
    times all = {0};
    int   n   = 0;

    for (int i = 0; i < c->at.block->decls.n; i++) {
        const onset_decl *decl = c->at.block->decls.items[i];
        if (decl->kind != ONSET_DECL_TRACE) continue;
        for (int k = 0; k < decl->grids.n; k++) add_grid(c, &decl->grids.items[k], &all);
    }
    if (all.n > 1) qsort(all.items, (size_t)all.n, sizeof *all.items, by_value);
    c->study->trace = onset_arena_alloc(c->arena, (size_t)all.n * sizeof *c->study->trace + 1);
    for (int i = 0; i < all.n; i++) {
        const double time = all.items[i];
        if (is_visit(c->study, time) || (n > 0 && onset_check_same_time(c->study->trace[n - 1], time))) continue;
        c->study->trace[n++] = time;
    }
    c->study->n_trace = n;
}
