/* CVODE on one patient at a time. Private to the solver. */
#ifndef ONSET_SOLVER_CVODE_H
#define ONSET_SOLVER_CVODE_H

#include "solver/private.h"

#include <cvode/cvode.h>
#include <nvector/nvector_serial.h>
#include <sundials/sundials_context.h>

typedef struct onset_cvode {
    const onset_kernel_table   *kernel;
    const onset_solver_options *options;
    onset_cvode_linear          linear;
    int                         n, n_row;

    SUNContext      context;
    void           *memory;
    N_Vector        y, at; /* state; state at an output */
    SUNMatrix       matrix;
    SUNLinearSolver solver;

    double           *params, *consts, *input, *jac, *dfdt, *rhs_scratch, *out, *cycle_y;
    int              *n_inputs;
    bool              any_input;
    struct onset_klu *klu;    /* with ONSET_CVODE_KLU */
    double           *lu;     /* with ONSET_CVODE_EMITTED */
    double            gamma;  /* of the linear system last set up */
    int               broken; /* state whose d/dt was last no number, or -1 */
    double            t;      /* [h] where the course stands */

    /* the course under way */
    onset_course *course;
    int           next_item, next_out;
    bool          cycling;
    bool          starts_steady; /* the outputs before the items at the start wait for its steady state */
} onset_cvode;

/* Right side and its Jacobian at t, as CVODE calls them (cvode.c). */
int onset_cvode_jacobian(onset_cvode *s, double t, N_Vector y);

/* Gives CVODE a sparse linear solver (cvode_sparse.c). */
onset_status onset_cvode_sparse_create(onset_error *err, onset_cvode *s);
void         onset_cvode_sparse_free(onset_cvode *s);

#endif
