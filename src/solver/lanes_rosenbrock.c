/* One step of a Rosenbrock method in every lane. A step is: right side and Jacobian; factors of I/(h gamma) - J; for each stage its sums,
 * the right side there, a solve. The sums of a stage are one pass over the states, with its length known to the compiler. */
#include "solver/lanes.h"

#define UNROLLED static inline __attribute__((always_inline))

/* y'' = J y' + df/dt, to b->stage. */
static void second_derivative(lanes *b)
{
    const onset_kernel_table *k = b->kernel;

    for (int i = 0; i < b->n; i++) b->stage[i] = k->has_time ? b->dfdt[i] : vec_all(0);
    for (int j = 0; j < b->n; j++) {
        vec f = b->u[0][j];

        for (int at = k->jac_col_start[j]; at < k->jac_col_start[j + 1]; at++) b->stage[k->jac_row[at]] += b->jac[at] * f;
    }
}

static void begin(lanes *b)
{
    b->kernel->rhs_jac((const double *)&b->t, lanes_doubles(b->y), lanes_doubles(b->consts), (double *)b->u[0], (double *)b->jac,
                       (double *)b->dfdt);
    lanes_add_input(b, b->u[0]);
    if (vec_bits(b->fresh)) {
        second_derivative(b);
        onset_lanes_first_step(b, b->u[0], b->stage);
    }
}

/* Stage s: its argument to b->stage, the rest of its right-hand side to u_s. Where the stage only adds the last u its argument is the one before and
 * that u. */
UNROLLED void sums(lanes *b, const onset_rosenbrock_method *m, const int s, const int adds, vec h_inverse)
{
    const vec *restrict y = b->y;
    vec *restrict stage   = b->stage;
    vec *restrict out     = b->u[s];
    const vec *u[ONSET_MAX_STAGES];
    vec        a[ONSET_MAX_STAGES], c[ONSET_MAX_STAGES];

#pragma GCC unroll 8
    for (int j = 0; j < s; j++) {
        u[j] = b->u[j];
        a[j] = vec_all(m->a[s][j]);
        c[j] = m->c[s][j] * h_inverse;
    }
    for (int i = 0; i < b->n; i++) {
        vec arg = adds ? stage[i] + u[s - 1][i] : y[i] + a[0] * u[0][i];
        vec sum = c[0] * u[0][i];

#pragma GCC unroll 8
        for (int j = 1; j < s; j++) {
            vec x = u[j][i];

            if (!adds) arg += a[j] * x;
            sum += c[j] * x;
        }
        stage[i] = arg;
        out[i]   = sum;
    }
}

static void stage_sums(lanes *b, const onset_rosenbrock_method *m, int s, vec h_inverse)
{
    bool adds = s >= m->adds_from;

    switch (s) {
    case 1:
        sums(b, m, 1, 0, h_inverse);
        break;
    case 2:
        sums(b, m, 2, 0, h_inverse);
        break;
    case 3:
        sums(b, m, 3, 0, h_inverse);
        break;
    case 4:
        sums(b, m, 4, 0, h_inverse);
        break;
    case 5:
        adds ? sums(b, m, 5, 1, h_inverse) : sums(b, m, 5, 0, h_inverse);
        break;
    case 6:
        adds ? sums(b, m, 6, 1, h_inverse) : sums(b, m, 6, 0, h_inverse);
        break;
    case 7:
        adds ? sums(b, m, 7, 1, h_inverse) : sums(b, m, 7, 0, h_inverse);
        break;
    default:
        break;
    }
}

static void add(vec *restrict x, const vec *restrict y, int n)
{
    for (int i = 0; i < n; i++) x[i] += y[i];
}

static void add_time_derivative(lanes *b, vec *x, double d)
{
    vec scale = d * b->h_try;

    if (!b->kernel->has_time || d == 0) return;
    for (int i = 0; i < b->n; i++) x[i] += scale * b->dfdt[i];
}

/* The new state and the mean square of the weighted error, which is the last u. */
static void finish(lanes *b, const vec *u)
{
    vec sum[2] = {{0}, {0}};

    for (int i = 0; i < b->n; i++) {
        vec y = b->stage[i] + u[i];
        vec e = u[i] / lanes_weight(b, b->y[i], y);

        b->y_new[i] = y;
        sum[i & 1] += e * e;
    }
    b->error = (sum[0] + sum[1]) / b->n_norm;
}

static void step(lanes *b)
{
    const onset_kernel_table      *k         = b->kernel;
    const onset_rosenbrock_method *m         = b->method.rosenbrock;
    const double                  *consts    = lanes_doubles(b->consts);
    vec                            h_inverse = 1 / b->h_try, diagonal = h_inverse / m->gamma;

    k->factor(lanes_doubles(b->jac), (const double *)&diagonal, (double *)b->lu);
    add_time_derivative(b, b->u[0], m->d[0]);
    k->solve(lanes_doubles(b->lu), (double *)b->u[0]);
    for (int s = 1; s < m->stages; s++) {
        vec time = b->t + m->alpha[s] * b->h_try;

        stage_sums(b, m, s, h_inverse);
        k->rhs((const double *)&time, lanes_doubles(b->stage), consts, (double *)b->dydt);
        lanes_add_input(b, b->dydt);
        add(b->u[s], b->dydt, b->n);
        add_time_derivative(b, b->u[s], m->d[s]);
        k->solve(lanes_doubles(b->lu), (double *)b->u[s]);
    }
    finish(b, b->u[m->stages - 1]);
}

lanes_method onset_lanes_rosenbrock(const onset_rosenbrock_method *method)
{
    lanes_method out = {.stages      = method->stages,
                        .order       = method->order,
                        .error_order = method->error_order,
                        .begin       = begin,
                        .step        = step,
                        .rosenbrock  = method};

    out.error_weight[method->stages - 1] = 1;
    onset_rosenbrock_dense(method, out.dense);
    return out;
}
