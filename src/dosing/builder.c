/* The builder: pieces of time between covariate changes, the arrivals of each, their items.
 *
 * 1. whole-arm changes and those up to the start go into the parameters
 * 2. for each piece: f, alag, dur of the doses in it (arrivals.c), then an item or two for each of their times (items.c)
 * 3. the steady state, where one is asked for (steady.c)
 * 4. sort */
#include "dosing/builder.h"

#include "base/error.h"

#include <math.h>
#include <stdlib.h>

static void *lanes_alloc(size_t n, int lanes)
{
    const size_t bytes = (n ? n : 1) * (size_t)lanes * sizeof(double);
    void        *block = aligned_alloc(64, (bytes + 63) / 64 * 64); /* 64: what kernel.h asks for */

    if (block) memset(block, 0, (bytes + 63) / 64 * 64);
    return block;
}

/* Where in kernel->dose the expressions of each target begin; the number of them. */
static int number_exprs(onset_course_builder *b)
{
    int n_exprs = 0, n_targets = 0;

    for (int r = 0; r < b->model->n_routes; r++) {
        b->first_target[r] = n_targets;
        for (int k = 0; k < b->model->routes[r].n_targets; k++) {
            b->first_expr[n_targets++] = n_exprs;
            n_exprs += b->model->routes[r].targets[k].dur >= 0 ? 4 : 3;
        }
    }
    return n_exprs;
}

static void find_body(onset_course_builder *b)
{
    const onset_unit kg = {.scale = 1, .power = {0, 1}}, m2 = {.scale = 1, .power = {2}};

    b->weight = onset_model_find_covariate(b->model, "weight");
    b->bsa    = onset_model_find_covariate(b->model, "bsa");
    if (b->weight >= 0 && !onset_unit_same_dimension(b->model->covariates[b->weight].unit.unit, kg)) b->weight = -1;
    if (b->bsa >= 0 && !onset_unit_same_dimension(b->model->covariates[b->bsa].unit.unit, m2)) b->bsa = -1;
    if (b->weight >= 0) b->to_kg = onset_unit_factor(b->model->covariates[b->weight].unit.unit, kg);
    if (b->bsa >= 0) b->to_m2 = onset_unit_factor(b->model->covariates[b->bsa].unit.unit, m2);
}

static bool allocate(onset_course_builder *b, int n_targets)
{
    const int    lanes = b->kernel->lanes;
    const size_t n     = (size_t)b->model->n_params + (size_t)b->model->n_covariates;

    b->first_expr   = calloc((size_t)n_targets + 1, sizeof *b->first_expr);
    b->first_target = calloc((size_t)b->model->n_routes + 1, sizeof *b->first_target);
    b->params       = calloc(n + 1, sizeof *b->params);
    b->now          = calloc(n + 1, sizeof *b->now);
    b->running      = calloc((size_t)b->model->n_states + 1, sizeof *b->running);
    b->n_running    = calloc((size_t)b->model->n_states + 1, sizeof *b->n_running);
    b->lane_params  = lanes_alloc(n, lanes);
    b->consts       = lanes_alloc((size_t)b->kernel->n_consts, lanes);
    b->amt          = lanes_alloc(1, lanes);
    b->values       = lanes_alloc((size_t)b->kernel->n_dose_exprs, lanes);
    return b->first_expr && b->first_target && b->params && b->now && b->running && b->n_running && b->lane_params && b->consts && b->amt &&
           b->values;
}

onset_status onset_course_builder_create(onset_error *err, const onset_model *model, const onset_kernel_table *kernel,
                                         onset_course_builder **out)
{
    onset_course_builder *b         = calloc(1, sizeof *b);
    int                   n_targets = 0;

    for (int r = 0; r < model->n_routes; r++) n_targets += model->routes[r].n_targets;
    if (b) {
        b->model  = model;
        b->kernel = kernel;
    }
    if (!b || !allocate(b, n_targets)) {
        onset_course_builder_free(b);
        return onset_fail(err, ONSET_NO_MEMORY, "no memory for the doses of a patient");
    }
    if (number_exprs(b) != kernel->n_dose_exprs) {
        onset_course_builder_free(b);
        return onset_fail(err, ONSET_INTERNAL, "the kernel has %d dose expressions, the model another number", kernel->n_dose_exprs);
    }
    find_body(b);
    *out = b;
    return ONSET_OK;
}

void onset_course_builder_free(onset_course_builder *b)
{
    if (!b) return;
    free(b->first_expr);
    free(b->first_target);
    free(b->params);
    free(b->now);
    free(b->running);
    free(b->n_running);
    free(b->lane_params);
    free(b->consts);
    free(b->amt);
    free(b->values);
    free(b->arrivals);
    free(b->list.items);
    free(b->cycle.items);
    free(b->items);
    free(b->cycle_items);
    free(b);
}

/* All times of one arrival's item in [from, to). Doses before the steady state end with it. */
static bool add_times(onset_course_builder *b, const onset_arrival *arrival, double from, double to)
{
    const onset_regimen_item *item = &b->schedule->items[arrival->item];

    for (int i = 0; i < item->n_times; i++) {
        const double time = item->times[i];
        if (time < from || time >= to) continue;
        if (!onset_arrival_add(&b->list, arrival, time, -INFINITY, time < b->steady_time ? b->steady_time : INFINITY)) return false;
    }
    return true;
}

/* The doses of one piece, with the covariates as in builder->now. */
static onset_status build_piece(onset_error *err, onset_course_builder *b, double from, double to)
{
    int          n      = 0;
    onset_status status = onset_arrivals_find(err, b, from, to, &n);
    bool         fits   = true;

    if (status != ONSET_OK) return status;
    for (int i = 0; i < n && fits; i++) fits = add_times(b, &b->arrivals[i], from, to);
    if (fits && b->steady_time >= from && b->steady_time < to) fits = onset_steady_add(b, b->arrivals, n);
    return fits ? ONSET_OK : onset_fail(err, ONSET_NO_MEMORY, "no memory for the doses of a patient");
}

static onset_status build_pieces(onset_error *err, onset_course_builder *b, double start)
{
    const onset_covariate_change *changes = b->schedule->changes;
    const int                     n = b->schedule->n_changes, first = b->model->n_params;
    double                        from   = -INFINITY;
    onset_status                  status = ONSET_OK;
    int                           k      = 0;

    for (; k < n && changes[k].time <= start; k++) b->params[first + changes[k].covariate] = changes[k].value;
    memcpy(b->now, b->params, ((size_t)first + (size_t)b->model->n_covariates) * sizeof *b->now);
    while (status == ONSET_OK) {
        const double to = k < n ? changes[k].time : INFINITY;

        status = build_piece(err, b, from, to);
        if (k == n || status != ONSET_OK) break;
        for (from = to; k < n && changes[k].time == to; k++) {
            const onset_item item = {.time = to, .kind = ONSET_ITEM_COVARIATE, .index = changes[k].covariate, .amount = changes[k].value};
            b->now[first + changes[k].covariate] = changes[k].value;
            if (!onset_timeline_add(&b->list, item)) return onset_fail(err, ONSET_NO_MEMORY, "no memory for the doses of a patient");
        }
    }
    return status;
}

static onset_status check_start(onset_error *err, const onset_schedule *schedule, double start)
{
    for (int i = 0; i < schedule->n_items; i++) {
        if (schedule->items[i].n_times == 0 || schedule->items[i].times[0] >= start) continue;
        return onset_fail(err, ONSET_BAD_INPUT, "a dose at %g h lies before the start, %g h", schedule->items[i].times[0], start);
    }
    return ONSET_OK;
}

onset_status onset_course_build(onset_error *err, onset_course_builder *b, const onset_schedule *schedule, const double *params,
                                const onset_body *body, uint64_t subject, onset_course *course)
{
    const size_t n = (size_t)b->model->n_params + (size_t)b->model->n_covariates;
    onset_status status;

    b->schedule = schedule;
    b->body     = body;
    b->subject  = subject;
    b->list.n = b->cycle.n = 0;
    memcpy(b->params, params, n * sizeof *params);
    status = check_start(err, schedule, course->start);
    if (status == ONSET_OK) status = onset_steady_find(err, b);
    if (status == ONSET_OK) status = build_pieces(err, b, course->start);
    if (status != ONSET_OK) return status;
    if (!onset_timeline_close(b, &b->list, &b->items, &b->cap_items) ||
        !onset_timeline_close(b, &b->cycle, &b->cycle_items, &b->cap_cycle_items)) {
        return onset_fail(err, ONSET_NO_MEMORY, "no memory for the doses of a patient");
    }
    for (int i = 0; i < b->list.n; i++) {
        if (b->items[i].kind == ONSET_ITEM_STEADY) b->items[i].cycle_n = b->cycle.n;
    }
    course->params      = b->params;
    course->items       = b->items;
    course->n_items     = b->list.n;
    course->cycle_items = b->cycle.n > 0 ? b->cycle_items : NULL;
    return ONSET_OK;
}
