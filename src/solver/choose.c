/* Explicit or not? One course is solved by both methods and the work counted, not timed: the same model gives the same choice on every machine.
 *
 * Work of a step in vector operations, as far as the kernel's sizes tell: a right side takes about four for each nonzero of the Jacobian and two for each
 * state; a factorisation four for each number in L and U, a solve two; the sums over the stages one for each pair of stages and state. */
#include "solver/private.h"

#include "solver/methods.h"

#include <stdio.h>

typedef struct {
    onset_course *course;
    bool          taken;
} one_course;

static onset_course *take(void *ctx)
{
    one_course *one = ctx;

    if (one->taken) return NULL;
    one->taken = true;
    return one->course;
}

static double right_side_work(const onset_kernel_table *k)
{
    return 4.0 * k->n_jac + 2.0 * k->n_states;
}

static double rosenbrock_work(const onset_kernel_table *k, double stages)
{
    return (stages + 1) * right_side_work(k) + 4.0 * k->n_lu + stages * 2 * k->n_lu + stages * stages * k->n_states;
}

static double explicit_work(const onset_kernel_table *k, double stages)
{
    return (stages - 1) * right_side_work(k) + stages * stages / 2 * k->n_states;
}

static onset_status try_method(onset_error *err, const onset_kernel_table *kernel, onset_isa isa, const onset_solver_options *options,
                               onset_solver_kind kind, long most, onset_course *pilot, long *steps)
{
    onset_solver_options used   = *options;
    one_course           one    = {pilot, false};
    onset_course_source  source = {.ctx = &one, .next = take};
    onset_status         status;

    used.kind             = kind;
    used.max_course_steps = most;
    status                = onset_solve(err, kernel, isa, &used, &source);
    *steps                = pilot->failed ? -1 : pilot->n_steps + pilot->n_rejected;
    return status;
}

onset_status onset_solver_choose(onset_error *err, const onset_kernel_table *kernel, onset_isa isa, const onset_solver_options *options,
                                 onset_course *pilot, onset_solver_kind *out, char why[200])
{
    const double stiff_step = rosenbrock_work(kernel, onset_rodas5p.stages), plain_step = explicit_work(kernel, onset_tsit5.stages);
    long         stiff = 0, plain = 0;
    onset_status status = try_method(err, kernel, isa, options, ONSET_SOLVER_ROSENBROCK, 0, pilot, &stiff);

    if (status != ONSET_OK) return status;
    if (stiff < 0) {
        *out = ONSET_SOLVER_ROSENBROCK;
        snprintf(why, 200, "the trial patient failed, so the stiff method is taken to be safe");
        return ONSET_OK;
    }
    /* With twice the steps that would still pay, the explicit method has lost. */
    status = try_method(err, kernel, isa, options, ONSET_SOLVER_EXPLICIT, (long)(2 * (double)(stiff + 10) * stiff_step / plain_step), pilot,
                        &plain);
    if (status != ONSET_OK) return status;
    *out = plain >= 0 && (double)plain * plain_step < (double)stiff * stiff_step ? ONSET_SOLVER_EXPLICIT : ONSET_SOLVER_ROSENBROCK;
    if (plain < 0) {
        snprintf(why, 200, "the model is stiff: for a trial patient the explicit method needed more than %g times the work", 2.0);
    } else {
        snprintf(why, 200, "a trial patient took %ld explicit steps against %ld implicit ones, each %.2g times the work", plain, stiff,
                 stiff_step / plain_step);
    }
    return ONSET_OK;
}
