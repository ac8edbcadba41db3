#include "solver/solver.h"

#include "base/error.h"
#include "solver/private.h"

#include <limits.h>

static const char *const names[ONSET_N_SOLVERS] = {
    [ONSET_SOLVER_AUTO] = "auto",   [ONSET_SOLVER_ROSENBROCK] = "rosenbrock",     [ONSET_SOLVER_EXPLICIT] = "explicit",
    [ONSET_SOLVER_CVODE] = "cvode", [ONSET_SOLVER_CVODE_SPARSE] = "cvode-sparse",
};

void onset_solver_options_init(onset_solver_options *options)
{
    *options =
        (onset_solver_options){.kind = ONSET_SOLVER_AUTO, .rtol = 1e-6, .atol = 1e-8, .max_steps = 100000, .max_course_steps = LONG_MAX};
}

const char *onset_solver_name(onset_solver_kind kind)
{
    return (unsigned)kind < ONSET_N_SOLVERS ? names[kind] : "unknown";
}

onset_status onset_solve(onset_error *err, const onset_kernel_table *kernel, onset_isa isa, const onset_solver_options *options,
                         const onset_course_source *source)
{
    onset_solver_options used = *options;

    if (!(used.rtol > 0) || !(used.atol > 0)) {
        return onset_fail(err, ONSET_BAD_INPUT, "rtol and atol must be above 0, not %g and %g", used.rtol, used.atol);
    }
    if (used.max_steps <= 0) used.max_steps = 100000;
    if (used.max_course_steps <= 0) used.max_course_steps = LONG_MAX;
    if (used.kind == ONSET_SOLVER_CVODE) return onset_cvode_solve(err, kernel, &used, ONSET_CVODE_DENSE, source);
    if (used.kind == ONSET_SOLVER_CVODE_SPARSE) return onset_cvode_solve(err, kernel, &used, ONSET_CVODE_EMITTED, source);
    if (used.kind == ONSET_SOLVER_AUTO) return onset_fail(err, ONSET_INTERNAL, "the solver was not chosen before the run");
    switch (isa) {
    case ONSET_ISA_SCALAR:
        return onset_lanes_solve_1(err, kernel, &used, source);
    case ONSET_ISA_SSE2:
        return onset_lanes_solve_2(err, kernel, &used, source);
    case ONSET_ISA_AVX2:
        return onset_lanes_solve_4(err, kernel, &used, source);
    case ONSET_ISA_AVX512:
        return onset_lanes_solve_8(err, kernel, &used, source);
    default:
        return onset_fail(err, ONSET_INTERNAL, "no solver for instruction set %d", (int)isa);
    }
}
