/* Steady states: all `ss` doses of a schedule, given for ever before, seen as a cycle of one period.
 *
 * An arrival that outlasts its interval, or lags behind it, is folded into the cycle; what is still to come of it when the steady state is
 * reached is added after it. */
#include "dosing/builder.h"

#include "base/error.h"

#include <math.h>

double onset_common_period(const double *intervals, int n)
{
    double longest = 0;

    for (int i = 0; i < n; i++) longest = fmax(longest, intervals[i]);
    for (int k = 1; k <= ONSET_STEADY_MULTIPLES && longest > 0; k++) {
        bool fits = true;
        for (int i = 0; i < n && fits; i++) {
            const double times = k * longest / intervals[i];
            fits               = times <= ONSET_STEADY_MOST && fabs(times - round(times)) < 1e-9 * times; /* rounding of units, not more */
        }
        if (fits) return k * longest;
    }
    return 0;
}

onset_status onset_steady_find(onset_error *err, onset_course_builder *b)
{
    enum { MAX_STEADY = 64 };
    double intervals[MAX_STEADY] = {0};
    int    n                     = 0;

    b->steady_time = INFINITY;
    for (int i = 0; i < b->schedule->n_items; i++) {
        const onset_regimen_item *item = &b->schedule->items[i];

        if (!item->ss || item->n_times == 0) continue;
        if (n == MAX_STEADY) return onset_fail(err, ONSET_BAD_INPUT, "a schedule has more than %d steady-state doses", (int)MAX_STEADY);
        if (!(item->interval > 0)) return onset_fail(err, ONSET_BAD_INPUT, "a steady-state dose needs an interval above 0");
        if (n > 0 && item->times[0] != b->steady_time) {
            return onset_fail(err, ONSET_BAD_INPUT, "steady-state doses must begin at the same time, not at %g h and %g h", b->steady_time,
                              item->times[0]);
        }
        b->steady_time = item->times[0];
        intervals[n++] = item->interval;
    }
    b->steady_period = onset_common_period(intervals, n);
    if (n > 0 && b->steady_period == 0)
        return onset_fail(err, ONSET_BAD_INPUT, "the intervals of the steady-state doses have no common multiple");
    return ONSET_OK;
}

/* `rate` into a state from `from` to `to` of the cycle. */
static bool add_rate(onset_timeline *cycle, int state, double rate, double from, double to)
{
    onset_item item = {.time = from, .kind = ONSET_ITEM_RATE, .index = state, .amount = rate};

    if (!(from < to)) return true;
    if (!onset_timeline_add(cycle, item)) return false;
    item.time   = to;
    item.amount = -rate;
    return onset_timeline_add(cycle, item);
}

/* One arrival of the cycle, beginning `start` after its first moment. */
static bool add_folded(onset_timeline *cycle, const onset_arrival *arrival, double start, double period)
{
    const double from  = fmod(start, period);
    const double whole = floor(arrival->duration / period); /* of it run all the time */
    const double rest  = arrival->duration - whole * period;

    if (arrival->amount == 0) return true;
    if (arrival->duration == 0) {
        const onset_item bolus = {.time = from, .kind = ONSET_ITEM_BOLUS, .index = arrival->state, .amount = arrival->amount};
        return onset_timeline_add(cycle, bolus);
    }
    if (whole > 0 && !add_rate(cycle, arrival->state, whole * arrival->rate, 0, period)) return false;
    return add_rate(cycle, arrival->state, arrival->rate, from, fmin(from + rest, period)) &&
           add_rate(cycle, arrival->state, arrival->rate, 0, from + rest - period);
}

/* What comes after the steady state of the doses before it. */
static bool add_leftovers(onset_course_builder *b, const onset_arrival *arrival, double interval)
{
    const double last = arrival->alag + arrival->duration;

    for (int k = 1; k * interval <= last; k++) { /* at most ONSET_STEADY_MOST, see arrivals.c */
        if (!onset_arrival_add(&b->list, arrival, b->steady_time - k * interval, b->steady_time, INFINITY)) return false;
    }
    return true;
}

bool onset_steady_add(onset_course_builder *b, const onset_arrival *arrivals, int n)
{
    const onset_item steady = {.time = b->steady_time, .kind = ONSET_ITEM_STEADY, .period = b->steady_period};

    for (int i = 0; i < n; i++) {
        const onset_regimen_item *item = &b->schedule->items[arrivals[i].item];
        const int                 n_in = item->ss ? (int)round(b->steady_period / item->interval) : 0;

        if (!item->ss) continue;
        for (int k = 0; k < n_in; k++) {
            if (!add_folded(&b->cycle, &arrivals[i], k * item->interval + arrivals[i].alag, b->steady_period)) return false;
        }
        if (!add_leftovers(b, &arrivals[i], item->interval)) return false;
    }
    return onset_timeline_add(&b->list, steady);
}
