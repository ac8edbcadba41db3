/* The Jacobian against finite differences, the factors against a dense elimination, long functions against short ones. */
#include "fixture.h"

#include "base/text.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

typedef struct {
    onset_kernel             *kernel;
    const onset_kernel_table *t;
    double                   *time, *params, *consts, *y, *dydt, *jac, *dfdt, *lu, *diagonal, *x;
} bench;

static bench open_bench(const onset_model *m, onset_isa isa)
{
    const onset_kernel_options options = {.isa = isa, .cache_dir = ""};
    onset_error                err     = {0};
    bench                      b       = {0};

    if (onset_kernel_load(&err, m, &options, &b.kernel, NULL) != ONSET_OK) fail_msg("%s", err.message);
    b.t        = onset_kernel_table_of(b.kernel);
    b.time     = fixture_array(1, b.t->lanes);
    b.params   = fixture_array(b.t->n_params + b.t->n_covariates, b.t->lanes);
    b.consts   = fixture_array(b.t->n_consts, b.t->lanes);
    b.y        = fixture_array(b.t->n_states, b.t->lanes);
    b.dydt     = fixture_array(b.t->n_states, b.t->lanes);
    b.jac      = fixture_array(b.t->n_jac, b.t->lanes);
    b.dfdt     = fixture_array(b.t->n_states, b.t->lanes);
    b.lu       = fixture_array(b.t->n_lu, b.t->lanes);
    b.diagonal = fixture_array(1, b.t->lanes);
    b.x        = fixture_array(b.t->n_states, b.t->lanes);
    return b;
}

static void close_bench(bench *b)
{
    double *arrays[] = {b->time, b->params, b->consts, b->y, b->dydt, b->jac, b->dfdt, b->lu, b->diagonal, b->x};

    for (size_t i = 0; i < sizeof arrays / sizeof *arrays; i++) free(arrays[i]);
    onset_kernel_free(b->kernel);
}

static double uniform(unsigned *seed, double low, double high)
{
    return low + (high - low) * rand_r(seed) / (double)RAND_MAX;
}

static void fill(double *array, int n, unsigned *seed, double low, double high)
{
    for (int i = 0; i < n; i++) array[i] = uniform(seed, low, high);
}

static void fill_bench(bench *b, unsigned *seed)
{
    const int lanes = b->t->lanes;

    fill(b->time, lanes, seed, 0, 10);
    fill(b->params, (b->t->n_params + b->t->n_covariates) * lanes, seed, 0.5, 2);
    fill(b->y, b->t->n_states * lanes, seed, 0.2, 2);
    b->t->prepare(b->params, b->consts);
}

/* ---- A model with every kind of derivative ---- */

static onset_model *make_wide_model(void)
{
    onset_model *m = fixture_model("wide", 6, 3, 1, 1);
    const int    x = fixture_state(m, 0), y = fixture_state(m, 1), z = fixture_state(m, 2), p = fixture_param(m, 0);
    const int    q = fixture_param(m, 1), time = onset_graph_leaf(&m->graph, ONSET_NODE_TIME, 0);
    const int    xp  = fixture_op(m, ONSET_NODE_MUL, x, p); /* 0.2 x p lies between 0 and 1: no step of floor, no pole of tan */
    int          sum = fixture_num(m, 0), product = fixture_num(m, 1);

    for (int op = ONSET_NODE_EXP; op <= ONSET_NODE_PHI; op++) {
        const int a = onset_graph_unary(&m->graph, (onset_node_op)op, fixture_op(m, ONSET_NODE_MUL, fixture_num(m, 0.2), xp));

        sum = fixture_op(m, ONSET_NODE_ADD, sum, fixture_op(m, ONSET_NODE_MUL, a, fixture_op(m, ONSET_NODE_ADD, y, fixture_num(m, op))));
    }
    for (int k = 1; k <= 12; k++) {
        const int a = fixture_op(m, ONSET_NODE_POW, z, fixture_num(m, 0.3 * k));

        product = fixture_op(m, ONSET_NODE_MUL, product, fixture_op(m, ONSET_NODE_DIV, a, fixture_op(m, ONSET_NODE_ADD, q, a)));
    }
    m->states[0].rate = sum;
    m->states[1].rate = fixture_op(m, ONSET_NODE_MUL, product, onset_graph_unary(&m->graph, ONSET_NODE_SIN, time));
    m->states[2].rate = fixture_op(m, ONSET_NODE_SUB, fixture_op(m, ONSET_NODE_POW, x, q), fixture_op(m, ONSET_NODE_POW, q, y));
    m->states[3].rate =
        fixture_op(m, ONSET_NODE_MUL, fixture_op(m, ONSET_NODE_MIN, x, y), fixture_op(m, ONSET_NODE_MAX, z, fixture_state(m, 5)));
    m->states[4].rate = onset_graph_node(&m->graph, ONSET_NODE_SELECT, fixture_op(m, ONSET_NODE_LT, x, y),
                                         fixture_op(m, ONSET_NODE_DIV, p, z), fixture_op(m, ONSET_NODE_MUL, z, z));
    m->states[5].rate = fixture_op(m, ONSET_NODE_DIV, fixture_state(m, 5), fixture_op(m, ONSET_NODE_POW, x, y));
    return m;
}

/* Moves states apart by more than the differences reach, for the kinks of min, max and if. */
static void keep_apart(bench *b)
{
    const int lanes = b->t->lanes;

    for (int i = 0; i < lanes; i++) {
        if (fabs(b->y[i] - b->y[lanes + i]) < 0.01) b->y[i] += 0.02;
        if (fabs(b->y[2 * lanes + i] - b->y[5 * lanes + i]) < 0.01) b->y[2 * lanes + i] += 0.02;
    }
}

static double entry(const bench *b, int row, int col, int lane)
{
    for (int k = b->t->jac_col_start[col]; k < b->t->jac_col_start[col + 1]; k++)
        if (b->t->jac_row[k] == row) return b->jac[k * b->t->lanes + lane];
    return 0;
}

/* Fourth-order central differences: with h = 1e-3 the error is about h^4 f(5) / 30 + 1e-16 f / h. */
static const double step = 1e-3, difference_tolerance = 1e-7;

static void difference(const bench *b, double *moved, double *out)
{
    static const double at[4] = {-2, -1, 1, 2}, weight[4] = {1.0 / 12, -8.0 / 12, 8.0 / 12, -1.0 / 12};
    const int           lanes = b->t->lanes, n = b->t->n_states * lanes;
    double             *dydt = fixture_array(b->t->n_states, lanes);

    memset(out, 0, (size_t)n * sizeof *out);
    for (int k = 0; k < 4; k++) {
        double kept[8];

        memcpy(kept, moved, (size_t)lanes * sizeof *kept);
        for (int i = 0; i < lanes; i++) moved[i] += at[k] * step;
        b->t->rhs(b->time, b->y, b->consts, dydt);
        for (int i = 0; i < n; i++) out[i] += weight[k] * dydt[i] / step;
        memcpy(moved, kept, (size_t)lanes * sizeof *kept);
    }
    free(dydt);
}

static void check_column(const bench *b, int col, const double *wanted)
{
    for (int row = 0; row < b->t->n_states; row++) {
        for (int lane = 0; lane < b->t->lanes; lane++) {
            const double d   = wanted[row * b->t->lanes + lane];
            const double got = col < 0 ? b->dfdt[row * b->t->lanes + lane] : entry(b, row, col, lane);

            if (fabs(got - d) > difference_tolerance * (1 + fabs(d)))
                fail_msg("%d lanes, d f%d / d %s%d: got %.12g, by differences %.12g", b->t->lanes, row, col < 0 ? "time" : "y", col, got,
                         d);
        }
    }
}

static void check_jacobian(const onset_model *m, onset_isa isa, unsigned seed)
{
    bench   b      = open_bench(m, isa);
    double *wanted = fixture_array(b.t->n_states, b.t->lanes), *rates = fixture_array(b.t->n_states, b.t->lanes);

    for (int round = 0; round < 20; round++) {
        fill_bench(&b, &seed);
        keep_apart(&b);
        b.t->rhs_jac(b.time, b.y, b.consts, b.dydt, b.jac, b.dfdt);
        b.t->rhs(b.time, b.y, b.consts, rates);
        for (int i = 0; i < b.t->n_states * b.t->lanes; i++)
            if (fabs(rates[i] - b.dydt[i]) > 1e-12 * (1 + fabs(rates[i])))
                fail_msg("rhs and rhs_jac differ: %.17g, %.17g", rates[i], b.dydt[i]);
        for (int col = 0; col < b.t->n_states; col++) {
            difference(&b, &b.y[col * b.t->lanes], wanted);
            check_column(&b, col, wanted);
        }
        difference(&b, b.time, wanted);
        if (b.t->has_time) check_column(&b, -1, wanted);
    }
    free(wanted);
    free(rates);
    close_bench(&b);
}

static void the_jacobian_is_that_of_finite_differences(void **state)
{
    onset_model *wide = make_wide_model(), *ring = fixture_ring(30, 70);

    (void)state;
    for (onset_isa isa = ONSET_ISA_SCALAR; isa < ONSET_N_ISA; isa++) {
        if (!onset_isa_runs(isa)) continue;
        check_jacobian(wide, isa, 5);
        check_jacobian(ring, isa, 6);
    }
    fixture_free(wide);
    fixture_free(ring);
}

/* At 0 the powers of a sigmoid have a derivative: of x^2, x^1.5, x^1.2 it is 0, not a number over 0. */
static void powers_have_their_derivative_at_zero(void **state)
{
    static const double exponents[] = {1, 1.2, 1.5, 2, 3, 3.3};
    onset_model        *m           = fixture_model("zero", 6, 1, 0, 0);

    (void)state;
    for (int i = 0; i < 6; i++) m->states[i].rate = fixture_op(m, ONSET_NODE_POW, fixture_state(m, i), fixture_num(m, exponents[i]));
    for (onset_isa isa = ONSET_ISA_SCALAR; isa < ONSET_N_ISA; isa++) {
        bench b;

        if (!onset_isa_runs(isa)) continue;
        b = open_bench(m, isa);
        b.t->prepare(b.params, b.consts);
        b.t->rhs_jac(b.time, b.y, b.consts, b.dydt, b.jac, b.dfdt);
        for (int i = 0; i < 6; i++) {
            assert_true(b.dydt[i * b.t->lanes] == 0);
            assert_true(entry(&b, i, i, 0) == (i == 0 ? 1 : 0));
        }
        close_bench(&b);
    }
    fixture_free(m);
}

/* ---- Factors ---- */

/* Linear: y_i' = sum of p_k y_j over a random pattern; so the Jacobian is the parameters. */
static onset_model *make_linear_model(int n, double density, unsigned *seed)
{
    onset_model *m      = fixture_model("linear", n, n * n, 0, 1);
    int          n_used = 0;

    for (int i = 0; i < n; i++) {
        int sum = fixture_num(m, 0);

        for (int j = 0; j < n; j++) {
            if (uniform(seed, 0, 1) > density) continue;
            sum = fixture_op(m, ONSET_NODE_ADD, sum, fixture_op(m, ONSET_NODE_MUL, fixture_param(m, n_used++), fixture_state(m, j)));
        }
        m->states[i].rate = sum;
    }
    m->n_params = n_used;
    return m;
}

/* Solves (d I - J) x = b by Gauss with row exchanges; a is [n][n]. */
static void solve_dense(double *a, double *b, int n)
{
    for (int k = 0; k < n; k++) {
        int best = k;

        for (int i = k + 1; i < n; i++)
            if (fabs(a[i * n + k]) > fabs(a[best * n + k])) best = i;
        for (int j = 0; j < n; j++) {
            const double kept = a[k * n + j];

            a[k * n + j]    = a[best * n + j];
            a[best * n + j] = kept;
        }
        {
            const double kept = b[k];

            b[k]    = b[best];
            b[best] = kept;
        }
        for (int i = k + 1; i < n; i++) {
            const double l = a[i * n + k] / a[k * n + k];

            for (int j = k; j < n; j++) a[i * n + j] -= l * a[k * n + j];
            b[i] -= l * b[k];
        }
    }
    for (int i = n - 1; i >= 0; i--) {
        for (int j = i + 1; j < n; j++) b[i] -= a[i * n + j] * b[j];
        b[i] /= a[i * n + i];
    }
}

static void check_solution(const bench *b, const double *right, int lane)
{
    const int n = b->t->n_states, lanes = b->t->lanes;
    double   *a = malloc((size_t)n * (size_t)n * sizeof *a), *x = malloc((size_t)n * sizeof *x);

    for (int i = 0; i < n; i++) {
        x[i] = right[i * lanes + lane];
        for (int j = 0; j < n; j++) a[i * n + j] = (i == j ? b->diagonal[lane] : 0) - entry(b, i, j, lane);
    }
    solve_dense(a, x, n);
    for (int i = 0; i < n; i++)
        if (fabs(x[i] - b->x[i * lanes + lane]) > 1e-10 * (1 + fabs(x[i])))
            fail_msg("%d states, %d lanes, lane %d, x%d: got %.15g, dense %.15g", n, lanes, lane, i, b->x[i * lanes + lane], x[i]);
    free(a);
    free(x);
}

/* The diagonal dominates, as it does for any step that is small beside the time constants; no pivot is then near 0. */
static void check_factors(const onset_model *m, onset_isa isa, unsigned seed)
{
    bench   b     = open_bench(m, isa);
    double *right = fixture_array(b.t->n_states, b.t->lanes);

    for (int round = 0; round < 3; round++) {
        fill_bench(&b, &seed);
        fill(b.diagonal, b.t->lanes, &seed, 3.0 * b.t->n_states, 9.0 * b.t->n_states);
        fill(right, b.t->n_states * b.t->lanes, &seed, -1, 1);
        b.t->rhs_jac(b.time, b.y, b.consts, b.dydt, b.jac, b.dfdt);
        b.t->factor(b.jac, b.diagonal, b.lu);
        memcpy(b.x, right, (size_t)(b.t->n_states * b.t->lanes) * sizeof *right);
        b.t->solve(b.lu, b.x);
        for (int lane = 0; lane < b.t->lanes; lane++) check_solution(&b, right, lane);
    }
    free(right);
    close_bench(&b);
}

static void factors_solve_what_a_dense_elimination_solves(void **state)
{
    static const double densities[] = {0, 0.05, 0.2, 0.5, 1};
    unsigned            seed        = 11;

    (void)state;
    for (int n = 1; n <= 19; n = 2 * n + 1) {
        for (size_t k = 0; k < sizeof densities / sizeof *densities; k++) {
            onset_model *m = make_linear_model(n, densities[k], &seed);

            check_factors(m, ONSET_ISA_SCALAR, seed);
            check_factors(m, onset_isa_best(), seed);
            fixture_free(m);
        }
    }
}

/* More than is written out: by tables. */
static void large_factors_run_over_tables(void **state)
{
    unsigned     seed = 12;
    onset_model *m    = make_linear_model(32, 1, &seed); /* 10,912 multiplications */
    onset_text   text = {0};
    onset_error  err  = {0};

    (void)state;
    assert_int_equal(onset_kernel_emit(&err, m, ONSET_ISA_SCALAR, &text), ONSET_OK);
    assert_non_null(strstr(text.s, "static const int from_jac["));
    onset_text_free(&text);
    check_factors(m, ONSET_ISA_SCALAR, 4);
    check_factors(m, onset_isa_best(), 4);
    fixture_free(m);
}

/* ---- Long functions ---- */

/* Cut into chunks, with quantities that cross from one to the next, conditions among them. */
static void functions_in_chunks_compute_the_same(void **state)
{
    enum { N = 120 };
    onset_model *m    = fixture_model("long", N, 2 * N, 0, 1);
    onset_text   text = {0};
    onset_error  err  = {0};

    (void)state;
    for (int i = 0; i < N; i++) {
        const int x = fixture_state(m, i), before = fixture_state(m, (i + N - 1) % N), p = fixture_param(m, i), q = fixture_param(m, N + i);
        const int flag  = fixture_op(m, ONSET_NODE_LT, fixture_state(m, i / 2), fixture_op(m, ONSET_NODE_ADD, p, fixture_state(m, 0)));
        const int power = fixture_op(m, ONSET_NODE_POW, before, fixture_num(m, 1.3));
        const int next  = fixture_op(m, ONSET_NODE_DIV, power, fixture_op(m, ONSET_NODE_ADD, power, fixture_op(m, ONSET_NODE_MUL, p, q)));
        const int other = fixture_op(m, ONSET_NODE_MUL, fixture_op(m, ONSET_NODE_LT, fixture_state(m, 3), fixture_state(m, 7)), q);

        m->states[i].rate = fixture_op(m, ONSET_NODE_SUB, onset_graph_node(&m->graph, ONSET_NODE_SELECT, flag, next, other),
                                       fixture_op(m, ONSET_NODE_MUL, p, x));
    }
    assert_int_equal(onset_kernel_emit(&err, m, ONSET_ISA_SCALAR, &text), ONSET_OK);
    assert_non_null(strstr(text.s, "void rhs_jac_2(")); /* it is cut */
    assert_non_null(strstr(text.s, " = ne(w["));        /* a condition crosses */
    onset_text_free(&text);
    for (onset_isa isa = ONSET_ISA_SCALAR; isa < ONSET_N_ISA; isa++)
        if (onset_isa_runs(isa)) {
            bench    b    = open_bench(m, isa);
            unsigned seed = 9;

            fill_bench(&b, &seed);
            b.t->rhs_jac(b.time, b.y, b.consts, b.dydt, b.jac, b.dfdt);
            for (int lane = 0; lane < b.t->lanes; lane++) {
                double            states[N], params[2 * N];
                onset_leaf_values leaves = {.time = b.time[lane], .states = states, .params = params};

                for (int i = 0; i < N; i++) states[i] = b.y[i * b.t->lanes + lane];
                for (int i = 0; i < 2 * N; i++) params[i] = b.params[i * b.t->lanes + lane];
                for (int i = 0; i < N; i++) {
                    const double wanted = onset_graph_value(&m->graph, m->states[i].rate, &leaves), got = b.dydt[i * b.t->lanes + lane];

                    if (fabs(got - wanted) > 1e-13 * (1 + fabs(wanted)))
                        fail_msg("lane %d, rate %d: got %.17g, wanted %.17g", lane, i, got, wanted);
                }
            }
            close_bench(&b);
        }
    fixture_free(m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_jacobian_is_that_of_finite_differences),    cmocka_unit_test(powers_have_their_derivative_at_zero),
        cmocka_unit_test(factors_solve_what_a_dense_elimination_solves), cmocka_unit_test(large_factors_run_over_tables),
        cmocka_unit_test(functions_in_chunks_compute_the_same),
    };

    return cmocka_run_group_tests_name("kernel algebra", tests, NULL, NULL);
}
