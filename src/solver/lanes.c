/* The loop over steps: try one step in every lane, accept it lane by lane, read the outputs due, let lanes that reached an item go on.
 *
 * Step control (per lane, all in vector arithmetic): with e the mean square over the states of error / (atol + rtol max(|y0|, |y1|)), a step is
 * taken where e <= 1, and the next is h * safety * e^(-1/2/(p+1)), between step_down and step_up times h, p the order of the embedded solution (Hairer and
 * Wanner, Solving ODEs II, section IV.2). Controllers that look back at the last error (PI; Gustafsson 1991, doi:10.1145/210232.210242) were tried: one step
 * in forty is rejected without them, and at equal accuracy they took no fewer steps. */
#include "solver/lanes.h"
#include "solver/private.h"

#include <float.h>
#include <stdlib.h>
#include <string.h>

static const double safety  = 0.95;
static const double step_up = 6, step_down = 0.2;
static const double step_broken    = 0.1;   /* after a step that gave no number */
static const double first_safety   = 1;     /* of the first step after an item: larger is shorter */
static const double too_large      = 1e200; /* an error beyond this, or none, is no number */
static const int    cancel_every   = 200;   /* steps between two questions whether to stop */
static const double stretch_to_end = 1.02;  /* a step that nearly reaches the stop is drawn out to it */

enum { ALIGNMENT = 64 };

/* ---- Memory: one block, cut up ---- */

/* A piece of the block at `memory`, or NULL where that is; *used bytes of it are taken so far. */
static void *cut(char *memory, size_t *used, size_t size)
{
    char *piece = memory ? memory + *used : NULL;

    *used += (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    return piece;
}

/* Lays the arrays out in `memory`; with NULL it only measures. Returns the bytes they take. */
static size_t lay_out(lanes *b, char *memory)
{
    const onset_kernel_table *k    = b->kernel;
    size_t                    used = 0, n = sizeof(vec) * (size_t)k->n_states;

    b->y     = cut(memory, &used, n);
    b->y_new = cut(memory, &used, n);
    b->stage = cut(memory, &used, n);
    b->dydt  = cut(memory, &used, n);
    b->dfdt  = cut(memory, &used, n);
    b->input = cut(memory, &used, n);
    for (int j = 0; j < b->method.stages; j++) b->u[j] = cut(memory, &used, n);
    b->params      = cut(memory, &used, sizeof(vec) * (size_t)(k->n_params + k->n_covariates));
    b->consts      = cut(memory, &used, sizeof(vec) * (size_t)k->n_consts);
    b->slot_consts = cut(memory, &used, sizeof(vec) * (size_t)k->n_consts);
    b->jac         = cut(memory, &used, sizeof(vec) * (size_t)k->n_jac);
    b->lu          = cut(memory, &used, sizeof(vec) * (size_t)k->n_lu);
    b->out         = cut(memory, &used, sizeof(vec) * (size_t)(k->n_outputs > k->n_params ? k->n_outputs : k->n_params));
    b->cycle_y     = cut(memory, &used, sizeof(double) * (size_t)k->n_states * ONSET_LANES);
    b->n_inputs    = cut(memory, &used, sizeof(int) * (size_t)k->n_states * ONSET_LANES);
    b->driven      = cut(memory, &used, sizeof(int) * (size_t)k->n_states);
    return used;
}

bool onset_lanes_create(lanes *b, const onset_kernel_table *kernel, const onset_solver_options *options, const onset_course_source *source)
{
    bool   stiff = options->kind == ONSET_SOLVER_ROSENBROCK;
    size_t size;

    memset(b, 0, sizeof *b);
    b->kernel  = kernel;
    b->options = options;
    b->source  = source;
    b->n       = kernel->n_states;
    b->n_norm  = kernel->n_states < ONSET_NORM_STATES ? kernel->n_states : ONSET_NORM_STATES;
    b->n_row   = kernel->n_outputs + (options->states ? kernel->n_states : 0);
    b->method  = stiff ? onset_lanes_rosenbrock(&onset_rodas5p) : onset_lanes_explicit(&onset_tsit5);
    size       = lay_out(b, NULL) + ALIGNMENT;
    b->memory  = aligned_alloc(ALIGNMENT, (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT);
    if (!b->memory) return false;
    memset(b->memory, 0, size);
    lay_out(b, b->memory);
    for (int i = 0; i < b->n; i++) b->input[i] = vec_all(-0.0);
    b->t_stop = b->t_out = vec_all(INFINITY);
    b->h                 = vec_all(1e-9); /* of empty lanes: short, so that they stay where they are */
    return true;
}

void onset_lanes_free(lanes *b)
{
    free(b->memory);
}

/* ---- Steps ---- */

/* Chooses the step to try: the one wished for, but not past the stop, and not so that a tiny rest remains before it. */
static ivec choose_step(lanes *b)
{
    vec  left = b->t_stop - b->t;
    vec  h    = b->h;
    ivec last, half;

    if (b->options->step_max > 0) h = vec_min(h, vec_all(b->options->step_max));
    last     = h * stretch_to_end >= left;
    half     = ~last & (h * 2 > left);
    h        = vec_if(half, left * 0.5, h);
    b->h_try = vec_if(last, left, h);
    b->t_try = vec_if(last, b->t_stop, b->t + h);
    return last;
}

/* The next step after a step with error e (mean square), and which lanes take this one. */
static ivec control(lanes *b)
{
    double order    = b->method.error_order + 1;
    vec    e        = b->error;
    ivec   ok       = e <= 1;        /* false for NaN */
    ivec   is_error = e < too_large; /* false for NaN and infinity */
    vec    safe     = vec_max(vec_if(is_error, e, vec_all(1)), vec_all(1e-20));
    vec    factor   = safety * vec_power(safe, -0.5 / order);

    factor      = vec_min(vec_max(factor, vec_all(step_down)), vec_all(step_up));
    factor      = vec_if(is_error, factor, vec_all(step_broken));
    factor      = vec_if(b->rejected & ok, vec_min(factor, vec_all(1)), factor); /* no growth right after a rejection */
    b->h        = vec_if(b->alive, b->h_try * factor, b->h);
    b->rejected = ~ok;
    return ok;
}

/* Moves accepted lanes to the end of their step. */
static void commit(lanes *b, ivec ok)
{
    ivec moved = ok & b->alive;

    if (vec_bits(~ok & b->alive) == 0) { /* all: empty lanes move too, by their tiny step */
        vec *swap = b->y;
        b->y      = b->y_new;
        b->y_new  = swap;
    } else {
        for (int i = 0; i < b->n; i++) b->y[i] = vec_if(moved, b->y_new[i], b->y[i]);
    }
    b->t = vec_if(moved, b->t_try, b->t);
    b->steps -= moved; /* a set mask is -1 */
    b->steps_here -= b->alive;
    b->rejects -= b->alive & ~ok;
}

/* ---- Failures ---- */

/* d y/dt of every lane where it stands, to b->stage. */
static void derivative_here(lanes *b)
{
    b->kernel->rhs((const double *)&b->t, lanes_doubles(b->y), lanes_doubles(b->consts), (double *)b->stage);
}

/* The first state of a lane that is no number, or -1. */
static int broken_state(const lanes *b, const vec *x, int l)
{
    for (int i = 0; i < b->n; i++) {
        if (!isfinite(x[i][l])) return i;
    }
    return -1;
}

/* The state whose error is largest, or has no number. */
static int worst_state(const lanes *b, int l)
{
    double most  = -1;
    int    state = -1;

    for (int i = 0; i < b->n; i++) {
        double e = 0;

        for (int j = 0; j < b->method.stages; j++) e += b->method.error_weight[j] * b->u[j][i][l];
        e = fabs(e / lanes_weight(b, b->y[i], b->y_new[i])[l]);
        if (!(e <= most)) most = e, state = i;
        if (isnan(e)) return i;
    }
    return state;
}

/* The shortest step [h]: given, or a few units in the last place of the time. */
static vec shortest_step(const lanes *b)
{
    if (b->options->step_min > 0) return vec_all(b->options->step_min);
    return vec_max(16 * DBL_EPSILON * vec_abs(b->t), vec_all(1e-30));
}

/* A lane whose try gave no number, whose step became too short, or that has used up its steps. The first may get on with a shorter step, unless the
 * right side is no number where it stands. */
static void fail_or_go_on(lanes *b, int l, bool stuck, bool tired)
{
    int state = broken_state(b, b->y, l);

    derivative_here(b);
    if (state >= 0) {
        onset_lanes_fail(b, l, state, "not a number");
    } else if ((state = broken_state(b, b->stage, l)) >= 0) {
        onset_lanes_fail(b, l, state, "not a number in d/dt");
    } else if (tired) {
        onset_lanes_fail(b, l, worst_state(b, l), "%ld steps did not reach %g h",
                         b->steps_here[l] >= b->options->max_steps ? b->options->max_steps : b->options->max_course_steps, b->t_stop[l]);
    } else if (stuck) {
        onset_lanes_fail(b, l, worst_state(b, l), "step size fell below %.3g h", shortest_step(b)[l]);
    }
}

static void look_for_failures(lanes *b, ivec ok, ivec going_on)
{
    ivec     spent = (b->steps_here >= b->options->max_steps) | (b->steps + b->rejects >= b->options->max_course_steps);
    ivec     tired = going_on & spent;
    ivec     stuck, broken;
    unsigned bits;

    if (!vec_bits(going_on & (~ok | tired))) return;
    stuck  = going_on & ~ok & ~(b->h > shortest_step(b));
    broken = going_on & ~ok & ~(b->error < too_large);
    bits   = vec_bits(stuck | tired | broken);
    for (; bits; bits &= bits - 1) {
        int l = __builtin_ctz(bits);

        fail_or_go_on(b, l, stuck[l] != 0, tired[l] != 0);
    }
}

/* ---- The loop ---- */

void onset_lanes_first_step(lanes *b, const vec *first, const vec *second)
{
    double order = b->method.order;
    vec    d1 = {0}, d2 = {0}, left = b->t_stop - b->t, scale, h;
    ivec   usable;

    for (int i = 0; i < b->n; i++) {
        vec w = lanes_weight(b, b->y[i], b->y[i]);
        vec f = first[i] / w, g = second[i] / w;

        d1 += f * f;
        d2 += g * g;
    }
    d1       = vec_max(d1 / b->n, vec_all(1e-100));
    d2       = vec_max(d2 / b->n, d1 * 1e-16 / (left * left));
    scale    = vec_power(d1 / d2, 0.5);
    h        = scale * vec_power(first_safety * d1 * d1 / d2, -0.5 / (order + 1));
    usable   = (h > 0) & (h < left); /* false for NaN */
    h        = vec_if(usable, h, left);
    b->h     = vec_if(b->fresh, h, b->h);
    b->fresh = (ivec){0};
}

static void step(lanes *b)
{
    ivec     ok, last;
    unsigned arrived;

    b->method.begin(b);
    last = choose_step(b);
    b->method.step(b);
    ok = control(b) & b->alive;
    onset_lanes_read_outputs(b, ok);
    commit(b, ok);
    look_for_failures(b, ok, b->alive & ~(ok & last));
    for (arrived = vec_bits(ok & last); arrived; arrived &= arrived - 1) onset_lanes_arrive(b, __builtin_ctz(arrived));
    if (b->vacant) onset_lanes_fill(b);
}

onset_status onset_lanes_solve(onset_error *err, const onset_kernel_table *kernel, const onset_solver_options *options,
                               const onset_course_source *source)
{
    onset_status status = ONSET_OK;
    lanes       *b      = aligned_alloc(ALIGNMENT, (sizeof *b + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT);
    int          count  = 0;

    if (!b || !onset_lanes_create(b, kernel, options, source)) {
        free(b);
        return onset_fail(err, ONSET_NO_MEMORY, "no memory for a batch of %d patients", ONSET_LANES);
    }
    onset_lanes_fill(b);
    while (b->n_active > 0) {
        if (++count >= cancel_every) {
            count = 0;
            if (source->cancelled && source->cancelled(source->ctx)) {
                status = onset_fail(err, ONSET_CANCELLED, "the run was cancelled");
                break;
            }
        }
        step(b);
    }
    onset_lanes_free(b);
    free(b);
    return status;
}
