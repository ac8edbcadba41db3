/* One batch of lanes, and what its functions share. Private to the solver; compiled once for each instruction set, with
 * ONSET_LANES doubles in a vector and every name ending in that number (avx512 has 8, avx2 4, sse2 2, scalar 1).
 *
 * The rule of this code: no lane sees another. Vector operations go lane by lane; whatever looks across lanes (any lane
 * accepted? any output due?) only decides whether work is done, never what a lane gets from it. */
#ifndef ONSET_SOLVER_LANES_H
#define ONSET_SOLVER_LANES_H

#include "base/error.h"
#include "solver/methods.h"
#include "solver/private.h"
#include "solver/vec.h"

#define lanes_name_2(name, n) name##_##n
#define lanes_name_1(name, n) lanes_name_2(name, n)
#define LANES_NAME(name)      lanes_name_1(name, ONSET_LANES)

#define onset_lanes_solve        LANES_NAME(onset_lanes_solve)
#define onset_lanes_create       LANES_NAME(onset_lanes_create)
#define onset_lanes_free         LANES_NAME(onset_lanes_free)
#define onset_lanes_fill         LANES_NAME(onset_lanes_fill)
#define onset_lanes_arrive       LANES_NAME(onset_lanes_arrive)
#define onset_lanes_fail         LANES_NAME(onset_lanes_fail)
#define onset_lanes_first_step   LANES_NAME(onset_lanes_first_step)
#define onset_lanes_read_outputs LANES_NAME(onset_lanes_read_outputs)
#define onset_lanes_rosenbrock   LANES_NAME(onset_lanes_rosenbrock)
#define onset_lanes_explicit     LANES_NAME(onset_lanes_explicit)

/* Where a lane is in its course. */
typedef struct {
    onset_course     *course; /* NULL: the lane is empty */
    int               next_item, next_out;
    double            item_time; /* [h] of the next item; infinity when there is none */
    const onset_item *steady;    /* the STEADY item under way, or NULL */
    int               next_cycle_item, n_cycles;
    bool              starts_steady; /* the outputs before the items at the start wait for its steady state */
    double            cycle_start;   /* [h] */
    double            cycle_change;  /* weighted change over the last cycle */
    long              n_steps, n_rejected, n_restarts;
} lane_place;

typedef struct lanes lanes;

/* A method: tries one step in every lane, of length h_try. Leaves u, y_new and the mean square of the weighted error. */
typedef struct {
    int    stages, order, error_order;
    double error_weight[ONSET_MAX_STAGES];              /* the error is the sum of these times the u (for an explicit method, times h) */
    double dense[ONSET_MAX_STAGES][ONSET_DENSE_DEGREE]; /* y(x) = y + dense_scale * sum_j (sum_m dense_jm x^(m+1)) u_j */
    void (*begin)(lanes *b); /* derivatives at t, y; for fresh lanes the first step h, by onset_lanes_first_step */
    void (*step)(lanes *b);  /* tries h_try */
    const onset_rosenbrock_method *rosenbrock;
    const onset_explicit_method   *explicit_;
} lanes_method;

struct lanes {
    const onset_kernel_table   *kernel;
    const onset_solver_options *options;
    const onset_course_source  *source;
    lanes_method                method;
    int                         n, n_row; /* states; numbers in a row of out */
    int                         n_norm;   /* states that the mean of the squared errors is taken over: n, at most ONSET_NORM_STATES */
    int                         n_active;
    bool                        source_empty, vacant; /* no more courses; some lane has ended its course */
    lane_place                  lane[ONSET_LANES];

    /* [lanes] */
    vec  t, h;                       /* now; the step wished for */
    vec  t_stop, t_out;              /* next stop; next output to be read from dense output, infinity when there is none before the stop */
    vec  h_try, t_try;               /* the step being tried: t_try = t + h_try, exactly t_stop where `last` */
    vec  error;                      /* of the step tried, mean square in units of the tolerance */
    ivec alive, fresh;               /* masks: has a course; starts anew after an item */
    ivec rejected;                   /* mask: the last try was rejected */
    ivec steps, rejects, steps_here; /* counts: of the course, of the piece */

    /* [n][lanes] */
    vec *y, *y_new, *stage, *dydt, *dfdt, *input, *u[ONSET_MAX_STAGES];
    vec *params, *consts, *jac, *lu, *out; /* as the kernel has them */
    vec *slot_consts;                      /* consts of the lanes whose outputs are being read */
    int *driven, n_driven;                 /* states into which some lane's input has ever flowed */
    int *n_inputs;                         /* [n][lanes] infusions running into a state */

    double *cycle_y; /* [lanes][n] state at the start of the cycle under way, for STEADY */
    void   *memory;
};

onset_status onset_lanes_solve(onset_error *err, const onset_kernel_table *kernel, const onset_solver_options *options,
                               const onset_course_source *source);

bool onset_lanes_create(lanes *b, const onset_kernel_table *kernel, const onset_solver_options *options, const onset_course_source *source);
void onset_lanes_free(lanes *b);

/* Courses (lanes_course.c). */
void onset_lanes_fill(lanes *b);          /* gives every empty lane a course, as long as there are any */
void onset_lanes_arrive(lanes *b, int l); /* lane l has reached t_stop: items, outputs, the next piece or the next course */
void onset_lanes_fail(lanes *b, int l, int state, const char *format, ...) ONSET_PRINTF(4, 5);

/* The first step of fresh lanes from y' and y'', to b->h (lanes.c). */
void onset_lanes_first_step(lanes *b, const vec *first, const vec *second);

/* Reads every output that the accepted steps have passed (lanes_output.c). Called before the lanes move on. */
void onset_lanes_read_outputs(lanes *b, ivec accepted);

/* Methods. */
lanes_method onset_lanes_rosenbrock(const onset_rosenbrock_method *method);
lanes_method onset_lanes_explicit(const onset_explicit_method *method);

static inline const double *lanes_doubles(const vec *x)
{
    return (const double *)x;
}

/* [h] of the next output to be read from dense output, infinity when there is none before the items at the stop. An output that belongs after the items of
 * its time waits for them. */
static inline double lanes_next_output(const lane_place *lane)
{
    const onset_course *course = lane->course;
    int                 next   = lane->next_out;
    double              time;

    if (next >= course->n_out) return INFINITY;
    time = course->out_time[next];
    return time >= lane->item_time && !(course->out_before && course->out_before[next]) ? INFINITY : time;
}

/* Adds the infusions to d y/dt. Where a lane has none its input is -0, and x + -0 is x to the bit, so neighbours are not felt. */
static inline void lanes_add_input(const lanes *b, vec *dydt)
{
    for (int k = 0; k < b->n_driven; k++) dydt[b->driven[k]] += b->input[b->driven[k]];
}

/* The unit of state i's error: atol + rtol |y|, for the larger of two y. */
static inline vec lanes_weight(const lanes *b, vec y0, vec y1)
{
    return b->options->atol + b->options->rtol * vec_max(vec_abs(y0), vec_abs(y1));
}

#endif
