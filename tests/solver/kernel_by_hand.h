/* Kernels written by hand, for testing the solver without the model compiler. A problem is plain C for one patient (problems.h): this file makes
 * of it the kernel tables for 1, 2, 4 and 8 lanes. The Jacobian is dense, factored without pivoting. */
#ifndef KERNEL_BY_HAND_H
#define KERNEL_BY_HAND_H

#include "solver/solver.h"

typedef struct {
    int n_states, n_params, n_covariates, n_outputs, has_time;
    void (*initial)(const double *p, double *y);
    void (*rhs)(double t, const double *y, const double *p, double *f);
    void (*jacobian)(double t, const double *y, const double *p, double *jac, double *dfdt); /* by column */
    void (*outputs)(double t, const double *y, const double *p, double *out);
} problem;

enum { MAX_N = 8, MAX_P = 12, MAX_LANES = 8 };

#define KERNEL_OF_LANES(name, L)                                                                                                           \
    static inline void name##_gather_##L(const double *x, int n, int l, double *out)                                                       \
    {                                                                                                                                      \
        for (int i = 0; i < n; i++) out[i] = x[i * (L) + l];                                                                               \
    }                                                                                                                                      \
    static inline void name##_scatter_##L(const double *x, int n, int l, double *out)                                                      \
    {                                                                                                                                      \
        for (int i = 0; i < n; i++) out[i * (L) + l] = x[i];                                                                               \
    }                                                                                                                                      \
    static inline void name##_prepare_##L(const double *params, double *consts)                                                            \
    {                                                                                                                                      \
        for (int i = 0; i < (name.n_params + name.n_covariates) * (L); i++) consts[i] = params[i];                                         \
    }                                                                                                                                      \
    static inline void name##_initial_##L(const double *consts, double *y)                                                                 \
    {                                                                                                                                      \
        for (int l = 0; l < (L); l++) {                                                                                                    \
            double p[MAX_P], one[MAX_N];                                                                                                   \
            name##_gather_##L(consts, name.n_params + name.n_covariates, l, p);                                                            \
            name.initial(p, one);                                                                                                          \
            name##_scatter_##L(one, name.n_states, l, y);                                                                                  \
        }                                                                                                                                  \
    }                                                                                                                                      \
    static inline void name##_rhs_##L(const double *time, const double *y, const double *consts, double *dydt)                             \
    {                                                                                                                                      \
        for (int l = 0; l < (L); l++) {                                                                                                    \
            double p[MAX_P], one[MAX_N], f[MAX_N];                                                                                         \
            name##_gather_##L(consts, name.n_params + name.n_covariates, l, p);                                                            \
            name##_gather_##L(y, name.n_states, l, one);                                                                                   \
            name.rhs(time[l], one, p, f);                                                                                                  \
            name##_scatter_##L(f, name.n_states, l, dydt);                                                                                 \
        }                                                                                                                                  \
    }                                                                                                                                      \
    static inline void name##_rhs_jac_##L(const double *time, const double *y, const double *consts, double *dydt, double *jac,            \
                                          double *dfdt)                                                                                    \
    {                                                                                                                                      \
        for (int l = 0; l < (L); l++) {                                                                                                    \
            double p[MAX_P], one[MAX_N], j[MAX_N * MAX_N] = {0}, d[MAX_N] = {0};                                                           \
            name##_gather_##L(consts, name.n_params + name.n_covariates, l, p);                                                            \
            name##_gather_##L(y, name.n_states, l, one);                                                                                   \
            name.jacobian(time[l], one, p, j, d);                                                                                          \
            name##_scatter_##L(j, name.n_states *name.n_states, l, jac);                                                                   \
            if (name.has_time) name##_scatter_##L(d, name.n_states, l, dfdt);                                                              \
        }                                                                                                                                  \
        name##_rhs_##L(time, y, consts, dydt);                                                                                             \
    }                                                                                                                                      \
    static inline void name##_factor_##L(const double *jac, const double *diagonal, double *lu)                                            \
    {                                                                                                                                      \
        for (int l = 0; l < (L); l++) dense_factor(jac + l, diagonal[l], lu + l, name.n_states, L);                                        \
    }                                                                                                                                      \
    static inline void name##_solve_##L(const double *lu, double *x)                                                                       \
    {                                                                                                                                      \
        for (int l = 0; l < (L); l++) dense_solve(lu + l, x + l, name.n_states, L);                                                        \
    }                                                                                                                                      \
    static inline void name##_outputs_##L(const double *time, const double *y, const double *consts, double *out)                          \
    {                                                                                                                                      \
        for (int l = 0; l < (L); l++) {                                                                                                    \
            double p[MAX_P], one[MAX_N], o[MAX_N];                                                                                         \
            name##_gather_##L(consts, name.n_params + name.n_covariates, l, p);                                                            \
            name##_gather_##L(y, name.n_states, l, one);                                                                                   \
            name.outputs(time[l], one, p, o);                                                                                              \
            name##_scatter_##L(o, name.n_outputs, l, out);                                                                                 \
        }                                                                                                                                  \
    }                                                                                                                                      \
    static inline void name##_individual_##L(const double *consts, double *values)                                                         \
    {                                                                                                                                      \
        for (int i = 0; i < name.n_params * (L); i++) values[i] = consts[i];                                                               \
    }

#define KERNEL_TABLE(name, L)                                                                                                              \
    (onset_kernel_table)                                                                                                                   \
    {                                                                                                                                      \
        .abi = ONSET_KERNEL_ABI, .lanes = L, .n_states = name.n_states, .n_params = name.n_params, .n_covariates = name.n_covariates,      \
        .n_consts = name.n_params + name.n_covariates, .n_outputs = name.n_outputs, .n_jac = name.n_states * name.n_states,                \
        .n_lu = name.n_states * name.n_states, .has_time = name.has_time, .jac_col_start = dense_col_start[name.n_states],                 \
        .jac_row = dense_row[name.n_states], .prepare = name##_prepare_##L, .initial = name##_initial_##L, .rhs = name##_rhs_##L,          \
        .rhs_jac = name##_rhs_jac_##L, .factor = name##_factor_##L, .solve = name##_solve_##L, .outputs = name##_outputs_##L,              \
        .individual = name##_individual_##L,                                                                                               \
    }

/* Defines const onset_kernel_table *name_kernel(onset_isa). */
#define KERNELS(name)                                                                                                                      \
    KERNEL_OF_LANES(name, 1)                                                                                                               \
    KERNEL_OF_LANES(name, 2)                                                                                                               \
    KERNEL_OF_LANES(name, 4)                                                                                                               \
    KERNEL_OF_LANES(name, 8)                                                                                                               \
    static inline onset_kernel_table name##_kernel(onset_isa isa)                                                                          \
    {                                                                                                                                      \
        dense_pattern(name.n_states);                                                                                                      \
        switch (isa) {                                                                                                                     \
        case ONSET_ISA_SSE2:                                                                                                               \
            return KERNEL_TABLE(name, 2);                                                                                                  \
        case ONSET_ISA_AVX2:                                                                                                               \
            return KERNEL_TABLE(name, 4);                                                                                                  \
        case ONSET_ISA_AVX512:                                                                                                             \
            return KERNEL_TABLE(name, 8);                                                                                                  \
        default:                                                                                                                           \
            return KERNEL_TABLE(name, 1);                                                                                                  \
        }                                                                                                                                  \
    }

static int dense_col_start[MAX_N + 1][MAX_N + 1], dense_row[MAX_N + 1][MAX_N * MAX_N];

static inline void dense_pattern(int n)
{
    for (int j = 0; j <= n; j++) dense_col_start[n][j] = j * n;
    for (int k = 0; k < n * n; k++) dense_row[n][k] = k % n;
}

/* diagonal I - jac, by column, every `step`-th double. */
static inline void dense_factor(const double *jac, double diagonal, double *lu, int n, int step)
{
    for (int k = 0; k < n * n; k++) lu[k * step] = (k % n == k / n ? diagonal : 0) - jac[k * step];
    for (int k = 0; k < n; k++) {
        for (int i = k + 1; i < n; i++) {
            double m = lu[(k * n + i) * step] /= lu[(k * n + k) * step];
            for (int j = k + 1; j < n; j++) lu[(j * n + i) * step] -= m * lu[(j * n + k) * step];
        }
    }
}

static inline void dense_solve(const double *lu, double *x, int n, int step)
{
    for (int k = 0; k < n; k++) {
        for (int i = k + 1; i < n; i++) x[i * step] -= lu[(k * n + i) * step] * x[k * step];
    }
    for (int k = n - 1; k >= 0; k--) {
        x[k * step] /= lu[(k * n + k) * step];
        for (int i = 0; i < k; i++) x[i * step] -= lu[(k * n + i) * step] * x[k * step];
    }
}

#endif
