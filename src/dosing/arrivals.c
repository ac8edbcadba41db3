/* How much of a dose arrives where, when and how fast. The expressions of the routes are evaluated by the kernel, one dose a lane. */
#include "dosing/builder.h"

#include "base/error.h"

#include <math.h>
#include <stdlib.h>

static const onset_model_route *route_of(const onset_course_builder *b, const onset_arrival *arrival)
{
    return &b->model->routes[b->schedule->items[arrival->item].route];
}

/* The first of an item's times at or after `from`; n_times where there is none. */
static int first_time(const onset_regimen_item *item, double from)
{
    int low = 0, high = item->n_times;

    while (low < high) {
        const int middle = (low + high) / 2;
        if (item->times[middle] < from)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Weight [kg] or body surface [m^2] by which a dose is multiplied; 1 where it is absolute. */
static double body_size(const onset_course_builder *b, onset_per per)
{
    const int     covariate = per == ONSET_PER_KG ? b->weight : b->bsa;
    const double *covs      = b->now + b->model->n_params;

    if (per == ONSET_PER_NOTHING) return 1;
    if (covariate >= 0) return covs[covariate] * (per == ONSET_PER_KG ? b->to_kg : b->to_m2);
    if (!b->body) return NAN;
    return per == ONSET_PER_KG ? b->body->weight_kg : b->body->bsa_m2;
}

static onset_status fail_value(onset_error *err, const onset_course_builder *b, const onset_arrival *arrival, double time, const char *what,
                               double value)
{
    const onset_model_route *route = route_of(b, arrival);

    return onset_fail(err, ONSET_BAD_INPUT, "subject %llu: the %s of the dose '%s %s' at %g h is %g; it must be a number, 0 or more",
                      (unsigned long long)b->subject, what, route->drug, route->route, time, value);
}

static bool is_amount(double x)
{
    return x >= 0 && x < INFINITY;
}

/* Sets dose and dose_rate. */
static onset_status find_dose(onset_error *err, const onset_course_builder *b, onset_arrival *arrival, double time)
{
    const onset_regimen_item *item = &b->schedule->items[arrival->item];
    const double              size = body_size(b, item->per);

    if (!(size > 0 && size < INFINITY)) {
        return fail_value(err, b, arrival, time, item->per == ONSET_PER_KG ? "weight of the patient" : "body surface of the patient", size);
    }
    arrival->dose      = fmin(item->amount * size, item->max);
    arrival->dose_rate = item->rate * size;
    if (!is_amount(arrival->dose)) return fail_value(err, b, arrival, time, "amount", arrival->dose);
    return ONSET_OK;
}

static void prepare(onset_course_builder *b)
{
    const int lanes = b->kernel->lanes, n = b->model->n_params + b->model->n_covariates;

    for (int i = 0; i < n; i++) {
        for (int l = 0; l < lanes; l++) b->lane_params[i * lanes + l] = b->now[i];
    }
    b->kernel->prepare(b->lane_params, b->consts);
}

/* The place of a target's expressions in the kernel's table. */
static int first_expr(const onset_course_builder *b, const onset_arrival *arrival)
{
    return b->first_expr[b->first_target[b->schedule->items[arrival->item].route] + arrival->target];
}

/* The kernel's expressions for at most `lanes` arrivals. The kernel takes the dose as it was given; `amt` in the state's unit is its own work. */
static void evaluate(onset_course_builder *b, onset_arrival *arrivals, int n)
{
    const int lanes = b->kernel->lanes;

    for (int l = 0; l < lanes; l++) b->amt[l] = arrivals[l < n ? l : 0].dose;
    b->kernel->dose(b->consts, b->amt, b->values);
    for (int l = 0; l < n; l++) {
        const int                 first  = first_expr(b, &arrivals[l]);
        const onset_model_target *target = &route_of(b, &arrivals[l])->targets[arrivals[l].target];

        arrivals[l].state   = target->state;
        arrivals[l].convert = b->values[first * lanes + l];
        arrivals[l].f       = b->values[(first + 1) * lanes + l];
        arrivals[l].alag    = b->values[(first + 2) * lanes + l];
        arrivals[l].dur     = target->dur >= 0 ? b->values[(first + 3) * lanes + l] : 0;
    }
}

/* Amount, duration and rate, by the rules of dosing.h. */
static void find_input(const onset_course_builder *b, onset_arrival *arrival)
{
    const onset_regimen_item *item = &b->schedule->items[arrival->item];

    arrival->amount   = arrival->dose * arrival->convert * arrival->f;
    arrival->duration = item->duration > 0 ? item->duration : arrival->dur;
    arrival->rate     = arrival->duration > 0 ? arrival->amount / arrival->duration : 0;
    if (arrival->dose_rate == 0) return;
    arrival->duration = arrival->dose * arrival->f / arrival->dose_rate;
    arrival->rate     = arrival->dose_rate * arrival->convert;
}

static onset_status check_input(onset_error *err, const onset_course_builder *b, onset_arrival *arrival, double time)
{
    const onset_regimen_item *item  = &b->schedule->items[arrival->item];
    const onset_model_route  *route = route_of(b, arrival);

    if (!is_amount(arrival->convert)) return fail_value(err, b, arrival, time, "conversion", arrival->convert);
    if (!is_amount(arrival->f)) return fail_value(err, b, arrival, time, "bioavailability f", arrival->f);
    if (!is_amount(arrival->alag)) return fail_value(err, b, arrival, time, "lag", arrival->alag);
    if (!is_amount(arrival->dur)) return fail_value(err, b, arrival, time, "duration dur", arrival->dur);
    find_input(b, arrival);
    if (!is_amount(arrival->amount)) return fail_value(err, b, arrival, time, "amount", arrival->amount);
    if (!item->ss || arrival->alag + arrival->duration <= ONSET_STEADY_MOST * item->interval) return ONSET_OK;
    return onset_fail(err, ONSET_BAD_INPUT, "subject %llu: more than %d doses '%s %s' would be under way at once at %g h",
                      (unsigned long long)b->subject, (int)ONSET_STEADY_MOST, route->drug, route->route, time);
}

static onset_arrival *add_arrival(onset_course_builder *b, int n)
{
    if (n == b->cap_arrivals) {
        const int      cap   = b->cap_arrivals ? 2 * b->cap_arrivals : 16;
        onset_arrival *grown = realloc(b->arrivals, (size_t)cap * sizeof *grown);
        if (!grown) return NULL;
        b->arrivals     = grown;
        b->cap_arrivals = cap;
    }
    memset(&b->arrivals[n], 0, sizeof *b->arrivals);
    return &b->arrivals[n];
}

/* The arrivals of [from, to) with their doses, their expressions not yet evaluated. */
static onset_status list_arrivals(onset_error *err, onset_course_builder *b, double from, double to, int *n)
{
    for (int i = 0; i < b->schedule->n_items; i++) {
        const onset_regimen_item *item  = &b->schedule->items[i];
        const int                 first = first_time(item, from);

        if (first == item->n_times || item->times[first] >= to) continue;
        for (int k = 0; k < b->model->routes[item->route].n_targets; k++) {
            onset_arrival *arrival = add_arrival(b, *n);
            onset_status   status;

            if (!arrival) return onset_fail(err, ONSET_NO_MEMORY, "no memory for the doses of a patient");
            arrival->item   = i;
            arrival->target = k;
            status          = find_dose(err, b, arrival, item->times[first]);
            if (status != ONSET_OK) return status;
            ++*n;
        }
    }
    return ONSET_OK;
}

onset_status onset_arrivals_find(onset_error *err, onset_course_builder *b, double from, double to, int *n)
{
    const int    lanes  = b->kernel->lanes;
    onset_status status = ONSET_OK;

    *n     = 0;
    status = list_arrivals(err, b, from, to, n);
    if (status != ONSET_OK || *n == 0) return status;
    prepare(b);
    for (int first = 0; first < *n; first += lanes) evaluate(b, b->arrivals + first, *n - first < lanes ? *n - first : lanes);
    for (int k = 0; k < *n && status == ONSET_OK; k++) {
        const onset_regimen_item *item = &b->schedule->items[b->arrivals[k].item];
        status                         = check_input(err, b, &b->arrivals[k], item->times[first_time(item, from)]);
    }
    return status;
}
