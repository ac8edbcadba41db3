/* A sparse linear solver for CVODE: SUNDIALS' interface around KLU, or around the elimination that the kernel carries.
 *
 * CVODE wants x with (I - gamma J) x = b. The matrix is never formed for the kernel's elimination: it factors I/gamma - J, so b is divided by gamma.
 * The SUNMatrix is an empty shell, for CVODE asks for one; onset_cvode carries the numbers. */
#include "solver/cvode.h"

#include "base/error.h"

#include <klu.h>
#include <stdlib.h>
#include <string.h>

typedef struct onset_klu {
    klu_common    common;
    klu_symbolic *symbolic;
    klu_numeric  *numeric;
    int          *col_start, *row; /* of I - gamma J: the pattern of J and the diagonal */
    double       *value;
    int          *from; /* for each value: its place in jac, or -1 */
} onset_klu;

/* ---- KLU ---- */

static onset_klu *klu_create(const onset_kernel_table *k)
{
    onset_klu *m   = calloc(1, sizeof *m);
    size_t     max = (size_t)k->n_jac + (size_t)k->n_states;
    int        at  = 0;

    if (!m) return NULL;
    m->col_start = calloc((size_t)k->n_states + 1, sizeof(int));
    m->row       = calloc(max, sizeof(int));
    m->from      = calloc(max, sizeof(int));
    m->value     = calloc(max, sizeof(double));
    if (!m->col_start || !m->row || !m->from || !m->value) return m;
    for (int j = 0; j < k->n_states; j++) {
        bool diagonal   = false;
        m->col_start[j] = at;
        for (int e = k->jac_col_start[j]; e < k->jac_col_start[j + 1]; e++) {
            diagonal    = diagonal || k->jac_row[e] == j;
            m->row[at]  = k->jac_row[e];
            m->from[at] = e;
            at++;
        }
        if (!diagonal) m->row[at] = j, m->from[at] = -1, at++;
    }
    m->col_start[k->n_states] = at;
    klu_defaults(&m->common);
    m->symbolic = klu_analyze(k->n_states, m->col_start, m->row, &m->common);
    return m;
}

static void klu_release(onset_klu *m)
{
    if (!m) return;
    if (m->numeric) klu_free_numeric(&m->numeric, &m->common);
    if (m->symbolic) klu_free_symbolic(&m->symbolic, &m->common);
    free(m->col_start);
    free(m->row);
    free(m->from);
    free(m->value);
    free(m);
}

static bool factor_by_klu(onset_cvode *s)
{
    onset_klu *m = s->klu;

    for (int j = 0; j < s->n; j++) {
        for (int e = m->col_start[j]; e < m->col_start[j + 1]; e++) {
            double jac  = m->from[e] >= 0 ? s->jac[m->from[e]] : 0;
            m->value[e] = (m->row[e] == j ? 1 : 0) - s->gamma * jac;
        }
    }
    if (m->numeric && klu_refactor(m->col_start, m->row, m->value, m->symbolic, m->numeric, &m->common) && m->common.status == KLU_OK)
        return true;
    if (m->numeric) klu_free_numeric(&m->numeric, &m->common);
    m->numeric = klu_factor(m->col_start, m->row, m->value, m->symbolic, &m->common);
    return m->numeric != NULL;
}

/* ---- What CVODE calls ---- */

static SUNMatrix_ID matrix_id(SUNMatrix a)
{
    (void)a;
    return SUNMATRIX_CUSTOM;
}

static SUNLinearSolver_Type solver_type(SUNLinearSolver solver)
{
    (void)solver;
    return SUNLINEARSOLVER_DIRECT;
}

static SUNLinearSolver_ID solver_id(SUNLinearSolver solver)
{
    (void)solver;
    return SUNLINEARSOLVER_CUSTOM;
}

/* The Jacobian where it is to be new; gamma always. */
static int linear_system(realtype t, N_Vector y, N_Vector fy, SUNMatrix a, booleantype jacobian_ok, booleantype *is_new, realtype gamma,
                         void *user, N_Vector w1, N_Vector w2, N_Vector w3)
{
    onset_cvode *s = user;

    (void)fy, (void)a, (void)w1, (void)w2, (void)w3;
    *is_new = !jacobian_ok;
    if (!jacobian_ok) onset_cvode_jacobian(s, t, y);
    s->gamma = gamma;
    return 0;
}

static int release(SUNLinearSolver solver)
{
    solver->content = NULL; /* not ours to free: it is the onset_cvode */
    SUNLinSolFreeEmpty(solver);
    return SUNLS_SUCCESS;
}

static int setup(SUNLinearSolver solver, SUNMatrix a)
{
    onset_cvode *s        = solver->content;
    double       diagonal = 1 / s->gamma;

    (void)a;
    if (s->linear == ONSET_CVODE_KLU) return factor_by_klu(s) ? SUNLS_SUCCESS : SUNLS_LUFACT_FAIL;
    s->kernel->factor(s->jac, &diagonal, s->lu);
    return SUNLS_SUCCESS;
}

static int solve(SUNLinearSolver solver, SUNMatrix a, N_Vector x, N_Vector b, realtype tolerance)
{
    onset_cvode *s   = solver->content;
    double      *out = NV_DATA_S(x);
    double       sum = 0;

    (void)a, (void)tolerance;
    if (s->linear == ONSET_CVODE_KLU) {
        memcpy(out, NV_DATA_S(b), sizeof(double) * (size_t)s->n);
        return klu_solve(s->klu->symbolic, s->klu->numeric, s->n, 1, out, &s->klu->common) ? SUNLS_SUCCESS : SUNLS_PACKAGE_FAIL_REC;
    }
    for (int i = 0; i < s->n; i++) out[i] = NV_DATA_S(b)[i] / s->gamma;
    s->kernel->solve(s->lu, out);
    for (int i = 0; i < s->n; i++) sum += out[i] * 0;
    return sum == 0 ? SUNLS_SUCCESS : SUNLS_PACKAGE_FAIL_REC; /* a pivot was 0 */
}

/* ---- Create, free ---- */

onset_status onset_cvode_sparse_create(onset_error *err, onset_cvode *s)
{
    bool ok = true;

    if (s->linear == ONSET_CVODE_KLU) ok = (s->klu = klu_create(s->kernel)) && s->klu->symbolic;
    ok = ok && (s->matrix = SUNMatNewEmpty(s->context)) && (s->solver = SUNLinSolNewEmpty(s->context));
    if (ok) {
        s->matrix->ops->getid   = matrix_id;
        s->solver->content      = s;
        s->solver->ops->gettype = solver_type;
        s->solver->ops->getid   = solver_id;
        s->solver->ops->setup   = setup;
        s->solver->ops->solve   = solve;
        s->solver->ops->free    = release;
    }
    ok = ok && CVodeSetLinearSolver(s->memory, s->solver, s->matrix) == 0 && CVodeSetLinSysFn(s->memory, linear_system) == 0;
    return ok ? ONSET_OK : onset_fail(err, ONSET_NO_MEMORY, "CVODE's sparse solver could not be created for %d states", s->n);
}

void onset_cvode_sparse_free(onset_cvode *s)
{
    klu_release(s->klu);
    s->klu = NULL;
}
