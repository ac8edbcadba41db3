/* Courses on lanes: what happens to one lane at the stops of its time line. Rare work, one lane at a time in plain C. A kernel function called here
 * works on all lanes; what it computes for the others is not used, or is what they had already (the same inputs give the same bits). */
#include "solver/lanes.h"
#include "solver/private.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* ---- Outputs ---- */

/* b->out of lane l, and b->stage for the states, to the next row of its course. */
static void write_row(lanes *b, int l)
{
    lane_place *lane = &b->lane[l];
    int         n    = b->kernel->n_outputs;
    double     *row  = lane->course->out + (size_t)lane->next_out * (size_t)b->n_row;

    for (int k = 0; k < n; k++) row[k] = b->out[k][l];
    for (int i = n; i < b->n_row; i++) row[i] = b->stage[i - n][l];
    lane->next_out++;
}

/* Writes the outputs at the lane's time: those before its items, or all. */
static void write_here(lanes *b, int l, bool only_before)
{
    lane_place         *lane   = &b->lane[l];
    const onset_course *course = lane->course;
    bool                ready  = false;

    while (lane->next_out < course->n_out && course->out_time[lane->next_out] <= b->t[l]) {
        if (only_before && !(course->out_before && course->out_before[lane->next_out])) return;
        if (!ready) {
            memcpy(b->stage, b->y, sizeof(vec) * (size_t)b->n);
            b->kernel->outputs((const double *)&b->t, lanes_doubles(b->y), lanes_doubles(b->consts), (double *)b->out);
            ready = true;
        }
        write_row(b, l);
    }
}

/* ---- Items ---- */

static void set_initial(lanes *b, int l)
{
    b->kernel->initial(lanes_doubles(b->consts), (double *)b->stage);
    for (int i = 0; i < b->n; i++) {
        b->y[i][l]                       = b->stage[i][l];
        b->input[i][l]                   = -0.0;
        b->n_inputs[i * ONSET_LANES + l] = 0;
    }
}

/* An infusion that starts or ends. When the last one into a state has ended its input is exactly none, whatever rounding has left. */
static void change_rate(lanes *b, int l, int state, double amount)
{
    int *n_inputs = &b->n_inputs[state * ONSET_LANES + l];
    bool known    = false;

    if (amount == 0) return;
    for (int k = 0; k < b->n_driven; k++) known = known || b->driven[k] == state;
    if (!known) b->driven[b->n_driven++] = state;
    *n_inputs += amount > 0 ? 1 : -1;
    b->input[state][l] = *n_inputs == 0 ? -0.0 : b->input[state][l] + amount;
}

static void apply(lanes *b, int l, const onset_item *item)
{
    switch (item->kind) {
    case ONSET_ITEM_BOLUS:
        b->y[item->index][l] += item->amount;
        break;
    case ONSET_ITEM_RATE:
        change_rate(b, l, item->index, item->amount);
        break;
    case ONSET_ITEM_COVARIATE:
        b->params[b->kernel->n_params + item->index][l] = item->amount;
        b->kernel->prepare(lanes_doubles(b->params), (double *)b->consts);
        break;
    case ONSET_ITEM_RESET:
        set_initial(b, l);
        break;
    case ONSET_ITEM_STEADY:
        break; /* start_steady */
    }
}

/* ---- Steady state: the cycle is run until a further one changes nothing ----
 *
 * Each cycle is run over [t - period, t], so that a right side that depends on the time of day sees the right one. */

static void start_steady(lanes *b, int l, const onset_item *item)
{
    lane_place *lane = &b->lane[l];

    set_initial(b, l);
    lane->steady          = item;
    lane->next_cycle_item = 0;
    lane->n_cycles        = 0;
    lane->cycle_start     = item->time - item->period;
    lane->cycle_change    = INFINITY;
    b->t[l]               = lane->cycle_start;
    b->t_out[l]           = INFINITY;
    for (int i = 0; i < b->n; i++) b->cycle_y[l * b->n + i] = b->y[i][l];
}

/* Root mean square of the change over the cycle just ended, in units of the tolerance; *worst is the state that changes most. */
static double cycle_change(lanes *b, int l, int *worst)
{
    double sum = 0, most = -1;

    for (int i = 0; i < b->n; i++) {
        double y = b->y[i][l], old = b->cycle_y[l * b->n + i];
        double w = b->options->atol + b->options->rtol * fmax(fabs(y), fabs(old));
        double e = (y - old) / w;

        sum += e * e;
        if (e * e > most) most = e * e, *worst = i;
        b->cycle_y[l * b->n + i] = y;
    }
    return sqrt(sum / b->n);
}

/* At the end of a cycle. True when the steady state is reached. */
static bool end_cycle(lanes *b, int l)
{
    lane_place *lane   = &b->lane[l];
    int         worst  = -1;
    double      change = cycle_change(b, l, &worst);

    lane->n_cycles++;
    if (onset_cycle_is_steady(change, lane->cycle_change)) return true;
    if (lane->n_cycles >= ONSET_MAX_CYCLES) {
        onset_lanes_fail(b, l, worst, "no steady state after %d cycles of %g h", ONSET_MAX_CYCLES, lane->steady->period);
        return false;
    }
    lane->cycle_change    = change;
    lane->next_cycle_item = 0;
    b->t[l]               = lane->cycle_start;
    return false;
}

/* Goes on within the steady state's cycle. True when it has been left, so that the course goes on at the item's time. */
static bool steady_goes_on(lanes *b, int l)
{
    lane_place         *lane   = &b->lane[l];
    const onset_course *course = lane->course;
    const onset_item   *steady = lane->steady;

    for (;;) {
        while (lane->next_cycle_item < steady->cycle_n) {
            const onset_item *item = &course->cycle_items[steady->cycle_first + lane->next_cycle_item];

            if (lane->cycle_start + item->time > b->t[l]) {
                b->t_stop[l] = fmin(lane->cycle_start + item->time, steady->time);
                if (b->t_stop[l] > b->t[l]) return false;
            }
            apply(b, l, item);
            lane->next_cycle_item++;
        }
        if (b->t[l] < steady->time) {
            b->t_stop[l] = steady->time;
            return false;
        }
        if (end_cycle(b, l)) {
            lane->steady = NULL;
            b->t[l]      = steady->time;
            return true;
        }
        if (lane->course != course || !lane->steady) return false; /* it failed */
    }
}

/* ---- Courses ---- */

static void empty_lane(lanes *b, int l)
{
    lane_place *lane    = &b->lane[l];
    int         healthy = 0;

    memset(lane, 0, sizeof *lane);
    b->n_active--;
    b->alive[l]  = 0;
    b->fresh[l]  = 0;
    b->t_stop[l] = b->t_out[l] = INFINITY;
    b->h[l]                    = 1e-9;
    b->rejected[l]             = 0;
    /* What a failed patient left may be no number, and slow. */
    while (healthy < ONSET_LANES && !b->alive[healthy]) healthy++;
    if (healthy == ONSET_LANES) return;
    b->t[l] = b->t[healthy];
    for (int i = 0; i < b->n; i++) b->y[i][l] = b->y[i][healthy], b->input[i][l] = -0.0;
    for (int i = 0; i < b->kernel->n_params + b->kernel->n_covariates; i++) b->params[i][l] = b->params[i][healthy];
    for (int i = 0; i < b->kernel->n_consts; i++) b->consts[i][l] = b->consts[i][healthy];
}

static void finish(lanes *b, int l)
{
    lane_place   *lane   = &b->lane[l];
    onset_course *course = lane->course;

    course->n_steps    = (long)b->steps[l];
    course->n_rejected = (long)b->rejects[l];
    course->n_jac      = b->method.explicit_ ? 0 : course->n_steps + course->n_rejected;
    course->n_rhs      = (course->n_steps + course->n_rejected) * (b->method.stages - 1) + lane->n_restarts;
    if (b->source->done) b->source->done(b->source->ctx, course);
    lane->course = NULL;
    b->vacant    = true;
}

void onset_lanes_fail(lanes *b, int l, int state, const char *format, ...)
{
    lane_place   *lane   = &b->lane[l];
    onset_course *course = lane->course;
    va_list       args;

    course->failed       = true;
    course->failed_time  = b->t[l];
    course->failed_state = state;
    va_start(args, format);
    vsnprintf(course->failure, sizeof course->failure, format, args);
    va_end(args);
    if (course->failed_y) {
        for (int i = 0; i < b->n; i++) course->failed_y[i] = b->y[i][l];
    }
    for (size_t k = (size_t)lane->next_out * (size_t)b->n_row; k < (size_t)course->n_out * (size_t)b->n_row; k++) course->out[k] = NAN;
    finish(b, l);
}

/* Puts a course on an empty lane, up to its first piece of time line or, if it has none, to its end. */
static void begin(lanes *b, int l, onset_course *course)
{
    lane_place *lane = &b->lane[l];

    memset(lane, 0, sizeof *lane);
    lane->course         = course;
    course->failed       = false;
    course->failed_state = -1;
    course->failure[0]   = 0;
    b->alive[l]          = -1;
    b->steps[l] = b->rejects[l] = b->steps_here[l] = 0;
    b->rejected[l]                                 = 0;
    b->h[l]                                        = 0; /* nothing known yet */
    for (int i = 0; i < b->kernel->n_params + b->kernel->n_covariates; i++) b->params[i][l] = course->params[i];
    b->kernel->prepare(lanes_doubles(b->params), (double *)b->consts);
    if (course->individual) {
        b->kernel->individual(lanes_doubles(b->consts), (double *)b->out);
        for (int i = 0; i < b->kernel->n_params; i++) course->individual[i] = b->out[i][l];
    }
    set_initial(b, l);
    b->t[l] = course->start;
    while (lane->next_item < course->n_items && course->items[lane->next_item].time < course->start) lane->next_item++;
    lane->starts_steady = onset_starts_steady(course, lane->next_item);
    if (!lane->starts_steady) write_here(b, l, true);
    onset_lanes_arrive(b, l);
}

/* Courses that need no step at all begin and end here, one after the other; so a lane is filled in a loop, not by recursion. */
void onset_lanes_fill(lanes *b)
{
    for (int l = 0; l < ONSET_LANES; l++) {
        while (!b->lane[l].course && !b->source_empty) {
            onset_course *course = b->source->next(b->source->ctx);

            if (!course) {
                b->source_empty = true;
                break;
            }
            if (!b->alive[l]) b->n_active++;
            begin(b, l, course);
        }
        if (!b->lane[l].course && b->alive[l]) empty_lane(b, l);
    }
    b->vacant = false;
}

/* The outputs before the items at the start, where they waited for its steady state. */
static void write_start(lanes *b, int l)
{
    if (b->lane[l].starts_steady) write_here(b, l, true);
    b->lane[l].starts_steady = false;
}

void onset_lanes_arrive(lanes *b, int l)
{
    lane_place   *lane   = &b->lane[l];
    onset_course *course = lane->course;

    for (;;) {
        if (lane->steady && !steady_goes_on(b, l)) break;
        while (lane->next_item < course->n_items && course->items[lane->next_item].time <= b->t[l] && !lane->steady) {
            const onset_item *item = &course->items[lane->next_item++];

            if (item->kind == ONSET_ITEM_STEADY) {
                start_steady(b, l, item);
            } else {
                write_start(b, l);
                apply(b, l, item);
            }
        }
        if (lane->steady) continue;
        write_start(b, l);
        write_here(b, l, false);
        lane->item_time = lane->next_item < course->n_items ? course->items[lane->next_item].time : INFINITY;
        b->t_out[l]     = lanes_next_output(lane);
        if (lane->next_out == course->n_out) {
            finish(b, l);
            return;
        }
        b->t_stop[l] = fmin(course->out_time[course->n_out - 1], lane->item_time);
        break;
    }
    if (lane->course != course) return;
    b->fresh[l]      = -1;
    b->rejected[l]   = 0;
    b->steps_here[l] = 0;
    lane->n_restarts++;
}
