/* One step of an explicit Runge-Kutta pair in every lane: for each stage its sum, in one pass over the states, and the right side there. u holds the
 * derivatives k. */
#include "solver/lanes.h"

#include <string.h>

#define UNROLLED static inline __attribute__((always_inline))

static void derivative(const lanes *b, const vec *time, const vec *y, vec *out)
{
    b->kernel->rhs((const double *)time, lanes_doubles(y), lanes_doubles(b->consts), (double *)out);
    lanes_add_input(b, out);
}

/* y'' from the derivatives at the start and a little way on (Hairer, Norsett and Wanner, Solving ODEs I, section II.4). */
static void first_steps(lanes *b)
{
    vec d0 = {0}, d1 = {0}, h, time;

    for (int i = 0; i < b->n; i++) {
        vec w = lanes_weight(b, b->y[i], b->y[i]);
        vec y = b->y[i] / w, f = b->u[0][i] / w;

        d0 += y * y;
        d1 += f * f;
    }
    h    = 0.01 * vec_power(vec_max(d0, vec_all(1)) / vec_max(d1, vec_all(1e-20)), 0.5);
    h    = vec_min(h, 0.01 * (b->t_stop - b->t));
    h    = vec_if(b->fresh, h, b->h_try);
    h    = vec_if(h > 0, h, vec_all(1e-9));
    time = b->t + h;
    for (int i = 0; i < b->n; i++) b->stage[i] = b->y[i] + h * b->u[0][i];
    derivative(b, &time, b->stage, b->dydt);
    for (int i = 0; i < b->n; i++) b->stage[i] = (b->dydt[i] - b->u[0][i]) / h;
    onset_lanes_first_step(b, b->u[0], b->stage);
}

static void begin(lanes *b)
{
    int      last  = b->method.stages - 1;
    vec     *first = b->u[0];
    unsigned fresh = vec_bits(b->fresh);

    if (vec_bits(b->rejected & b->alive) == 0) {
        b->u[0]    = b->u[last];
        b->u[last] = first;
    } else {
        for (int i = 0; i < b->n; i++) first[i] = vec_if(b->rejected, first[i], b->u[last][i]);
    }
    if (!fresh) return;
    derivative(b, &b->t, b->y, b->dydt);
    for (int i = 0; i < b->n; i++) b->u[0][i] = vec_if(b->fresh, b->dydt[i], b->u[0][i]);
    first_steps(b);
}

UNROLLED void sums(const lanes *b, const onset_explicit_method *m, const int s, vec *restrict out)
{
    const vec *restrict y = b->y;
    const vec *u[ONSET_MAX_STAGES];
    vec        a[ONSET_MAX_STAGES];

#pragma GCC unroll 8
    for (int j = 0; j < s; j++) {
        u[j] = b->u[j];
        a[j] = m->a[s][j] * b->h_try;
    }
    for (int i = 0; i < b->n; i++) {
        vec sum = a[0] * u[0][i];

#pragma GCC unroll 8
        for (int j = 1; j < s; j++) sum += a[j] * u[j][i];
        out[i] = y[i] + sum;
    }
}

/* The mean square of the weighted error. */
UNROLLED void weigh_error(lanes *b, const onset_explicit_method *m, const int stages)
{
    const vec *u[ONSET_MAX_STAGES];
    vec        sum = {0}, e[ONSET_MAX_STAGES];

#pragma GCC unroll 8
    for (int j = 0; j < stages; j++) {
        u[j] = b->u[j];
        e[j] = m->e[j] * b->h_try;
    }
    for (int i = 0; i < b->n; i++) {
        vec x = e[0] * u[0][i];

#pragma GCC unroll 8
        for (int j = 1; j < stages; j++) x += e[j] * u[j][i];
        x /= lanes_weight(b, b->y[i], b->y_new[i]);
        sum += x * x;
    }
    b->error = sum / b->n_norm;
}

/* `stages` is known to the compiler where this is called, and with it the length of every sum. */
UNROLLED void step_of(lanes *b, const int stages)
{
    const onset_explicit_method *m    = b->method.explicit_;
    const int                    last = stages - 1;

#pragma GCC unroll 8
    for (int s = 1; s < last; s++) {
        vec time = b->t + m->c[s] * b->h_try;

        sums(b, m, s, b->stage);
        derivative(b, &time, b->stage, b->u[s]);
    }
    sums(b, m, last, b->y_new);
    derivative(b, &b->t_try, b->y_new, b->u[last]);
    weigh_error(b, m, stages);
}

static void step(lanes *b)
{
    step_of(b, 7); /* of both pairs there are */
}

lanes_method onset_lanes_explicit(const onset_explicit_method *method)
{
    lanes_method out = {.stages      = method->stages,
                        .order       = method->order,
                        .error_order = method->error_order,
                        .begin       = begin,
                        .step        = step,
                        .explicit_   = method};

    memcpy(out.error_weight, method->e, sizeof out.error_weight);
    memcpy(out.dense, method->dense, sizeof out.dense);
    return out;
}
