/* Integrates patients' courses: lanes of a stiff Rosenbrock or of an explicit method, or CVODE one at a time.
 *
 * What a course gets depends only on the course, the kernel and the options: not on the lane, the neighbours or the thread. */
#ifndef ONSET_SOLVER_SOLVER_H
#define ONSET_SOLVER_SOLVER_H

#include "kernel/kernel.h"

/* ---- A patient's course: what happens when, in the state's units. Made by dosing/, consumed here. ---- */

typedef enum {
    ONSET_ITEM_BOLUS,     /* state += amount */
    ONSET_ITEM_RATE,      /* input rate into state changes by amount [unit/h]: + at the start of an infusion, the same - at its end */
    ONSET_ITEM_COVARIATE, /* covariate index = amount from here on; consts are prepared again */
    ONSET_ITEM_RESET,     /* all states to their initial values, all input rates to 0 */
    /* To the steady state of the cycle items[cycle_first .. +cycle_n), times in them from 0 to period: from the initial values and no input, the cycle is run over
     * [time - period, time] until what is still missing is below the tolerance, at most 500 times. Rates are carried on from cycle to cycle and after the last. */
    ONSET_ITEM_STEADY
} onset_item_kind;

typedef struct {
    double          time; /* [h]; items are sorted by it, ties in the order in which they act */
    onset_item_kind kind;
    int             index; /* state or covariate */
    double          amount;
    double          period;               /* STEADY [h] */
    int             cycle_first, cycle_n; /* STEADY: into the course's cycle_items */
} onset_item;

typedef struct {
    /* in */
    const double     *params; /* [n_params + n_covariates]: individual values before scale and shift; covariates at the start */
    const onset_item *items;  /* [n_items] */
    int               n_items;
    const onset_item *cycle_items; /* NULL when there is no STEADY item */
    double            start;       /* [h]; initial values hold here, before the items at that time */
    /* [n_out], ascending, >= start: read from dense output. At the time of a bolus or reset, the value just before it where out_before[i], else just after. Before the
     * first dose of a course that starts in steady state (STEADY) that is the steady state. */
    const double *out_time;
    const bool   *out_before; /* [n_out], NULL: all after */
    int           n_out;
    /* out */
    double *out;        /* [n_out][n_outputs], or [n_out][n_outputs + n_states] with options.states */
    double *individual; /* [n_params] after scale and shift at the start, or NULL */
    bool    failed;
    double  failed_time;  /* [h] */
    int     failed_state; /* the state at fault, -1 when none can be named */
    char    failure[200]; /* "step size fell below 1e-12 h", "not a number in d/dt" */
    double *failed_y;     /* [n_states] state at the failure, or NULL when the caller does not want it */
    long    n_steps, n_rejected, n_rhs, n_jac;
    void   *owner; /* the caller's */
} onset_course;

typedef enum {
    ONSET_SOLVER_AUTO,
    ONSET_SOLVER_ROSENBROCK,
    ONSET_SOLVER_EXPLICIT,
    ONSET_SOLVER_CVODE,
    ONSET_SOLVER_CVODE_SPARSE,
    ONSET_N_SOLVERS
} onset_solver_kind;

typedef struct {
    onset_solver_kind kind;
    double            rtol, atol;       /* atol in each state's unit */
    double            step_min;         /* [h]; 0: chosen from the time */
    double            step_max;         /* [h]; 0: none */
    long              max_steps;        /* per piece of a time line, tries included; 0: 100,000 */
    long              max_course_steps; /* per course, tries included; 0: no limit */
    bool              states;           /* out carries the states after the outputs */
} onset_solver_options;

void        onset_solver_options_init(onset_solver_options *options); /* auto, 1e-6, 1e-8 */
const char *onset_solver_name(onset_solver_kind kind);                /* "rosenbrock" ... */

/* Where courses come from and go to. Called from one thread; different threads use different sources over the same kernel. */
typedef struct {
    void *ctx;
    onset_course *(*next)(void *ctx);              /* NULL: no more */
    void (*done)(void *ctx, onset_course *course); /* out is filled, or failed is set */
    bool (*cancelled)(void *ctx);                  /* asked every few hundred steps; NULL: never */
} onset_course_source;

/* Solves all courses of the source. kind must not be AUTO. CVODE kinds need a SCALAR kernel, the others one of the ISA of this CPU's choice.
 * The error of a step is held, in the root mean square over the states (of more than 30, the root of the sum of squares over 30), to atol + rtol max(|y before|, |y after|).
 * Fails only for lack of memory or cancellation (courses under way are then not handed to done); a patient's failure is in the course, with NAN for the
 * outputs it did not reach. */
onset_status onset_solve(onset_error *err, const onset_kernel_table *kernel, onset_isa isa, const onset_solver_options *options,
                         const onset_course_source *source);

/* Says which lane method has less work with a course like the pilot: ROSENBROCK or EXPLICIT. Work is counted, not timed, so the same model, options and instruction
 * set give the same choice in every run. The pilot is solved by the implicit method; unless that fails, then by the explicit one, which is stopped where it has clearly
 * lost. So the pilot's out, failed and counts are those of the try that came last, and of no use to the caller.
 * why: one sentence for the user, without a full stop. Fails as onset_solve() does. */
onset_status onset_solver_choose(onset_error *err, const onset_kernel_table *kernel, onset_isa isa, const onset_solver_options *options,
                                 onset_course *pilot, onset_solver_kind *out, char why[200]);

#endif
