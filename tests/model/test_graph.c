#include "model/graph.h"

#include <math.h>
#include <stdlib.h>

/* cmocka wants these before it, in this order. */
/* clang-format off */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
/* clang-format on */

typedef struct {
    onset_arena *arena;
    onset_graph  g;
    int          x, y, k;
} fixture;

static int setup(void **state)
{
    fixture *f = calloc(1, sizeof *f);

    f->arena = onset_arena_create();
    onset_graph_init(&f->g, f->arena);
    f->x   = onset_graph_leaf(&f->g, ONSET_NODE_STATE, 0);
    f->y   = onset_graph_leaf(&f->g, ONSET_NODE_STATE, 1);
    f->k   = onset_graph_leaf(&f->g, ONSET_NODE_PARAM, 0);
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    fixture *f = *state;

    onset_arena_free(f->arena);
    free(f);
    return 0;
}

#define C(v)        onset_graph_const(&f->g, v)
#define N(op, a, b) onset_graph_binary(&f->g, ONSET_NODE_##op, a, b)
#define U(op, a)    onset_graph_unary(&f->g, ONSET_NODE_##op, a)
#define IF(c, a, b) onset_graph_node(&f->g, ONSET_NODE_SELECT, c, a, b)

static double value(fixture *f, int node, double x, double y, double k)
{
    const double            states[2] = {x, y}, params[1] = {k};
    const onset_leaf_values leaves = {.states = states, .params = params};

    return onset_graph_value(&f->g, node, &leaves);
}

/* d node / d leaf, the Jacobian of one root and one leaf. */
static int derivative(onset_graph *graph, int node, int leaf)
{
    const onset_jacobian j = onset_graph_jacobian(graph, &node, 1, &leaf, 1);

    return j.n ? j.entries[0].node : onset_graph_const(graph, 0);
}

static void assert_near(double got, double expected, double tolerance)
{
    const double scale = fmax(1, fabs(expected));

    if (!(fabs(got - expected) <= tolerance * scale)) fail_msg("got %.17g, expected %.17g", got, expected);
}

static void same_subexpression_is_one_node(void **state)
{
    fixture *f = *state;

    assert_int_equal(N(ADD, f->x, f->y), N(ADD, f->y, f->x));
    assert_int_equal(N(MUL, f->x, C(3)), N(MUL, C(3), f->x));
    assert_int_not_equal(N(SUB, f->x, f->y), N(SUB, f->y, f->x));
    assert_int_equal(C(NAN), C(NAN));
    assert_int_equal(C(0.0), C(-0.0));
    assert_int_not_equal(onset_graph_leaf(&f->g, ONSET_NODE_STATE, 0), onset_graph_leaf(&f->g, ONSET_NODE_PARAM, 0));
}

static void constants_fold(void **state)
{
    fixture *f = *state;
    double   v;

    assert_true(onset_graph_is_const(&f->g, N(ADD, C(2), N(MUL, C(3), C(4))), &v));
    assert_true(v == 14);
    assert_true(onset_graph_is_const(&f->g, U(EXP, C(0)), &v));
    assert_true(v == 1);
    assert_int_equal(N(MUL, C(2), N(MUL, C(3), f->x)), N(MUL, C(6), f->x));
}

static void zero_and_one_vanish(void **state)
{
    fixture  *f = *state;
    const int x = f->x, zero = C(0), one = C(1);

    assert_int_equal(N(ADD, x, zero), x);
    assert_int_equal(N(SUB, x, zero), x);
    assert_int_equal(N(SUB, x, x), zero);
    assert_int_equal(N(SUB, zero, x), U(NEG, x));
    assert_int_equal(N(MUL, x, one), x);
    assert_int_equal(N(MUL, x, zero), zero);
    assert_int_equal(N(MUL, x, C(-1)), U(NEG, x));
    assert_int_equal(N(DIV, x, one), x);
    assert_int_equal(N(DIV, zero, x), zero);
    assert_int_equal(N(POW, x, one), x);
    assert_int_equal(N(POW, x, zero), one);
    assert_int_equal(N(POW, x, C(0.5)), U(SQRT, x));
    assert_int_equal(N(POW, x, C(-1)), N(DIV, one, x));
    assert_int_equal(U(NEG, U(NEG, x)), x);
    assert_int_equal(U(NEG, N(SUB, x, f->y)), N(SUB, f->y, x));
    assert_int_equal(N(ADD, x, U(NEG, f->y)), N(SUB, x, f->y));
    assert_int_equal(N(SUB, x, U(NEG, f->y)), N(ADD, x, f->y));
    assert_int_equal(N(MIN, x, x), x);
}

static void conditions_fold(void **state)
{
    fixture  *f  = *state;
    const int lt = N(LT, f->x, f->y);

    assert_int_equal(IF(C(1), f->x, f->y), f->x);
    assert_int_equal(IF(C(0), f->x, f->y), f->y);
    assert_int_equal(IF(lt, f->x, f->x), f->x);
    assert_int_equal(N(AND, C(1), lt), lt);
    assert_int_equal(N(AND, lt, C(0)), C(0));
    assert_int_equal(N(OR, lt, C(5)), C(1));
    assert_int_equal(N(OR, lt, C(0)), lt);
    assert_int_equal(U(NOT, U(NOT, lt)), lt);
}

/* Every fold gives what the unfolded operations would: random expressions, against plain arithmetic on the side. */
static void folding_keeps_the_value(void **state)
{
    static const onset_node_op ops[] = {ONSET_NODE_ADD, ONSET_NODE_SUB, ONSET_NODE_MUL,    ONSET_NODE_MIN, ONSET_NODE_MAX,
                                        ONSET_NODE_NEG, ONSET_NODE_LT,  ONSET_NODE_LE,     ONSET_NODE_EQ,  ONSET_NODE_AND,
                                        ONSET_NODE_OR,  ONSET_NODE_NOT, ONSET_NODE_SELECT, ONSET_NODE_TANH};
    enum { N_NODES = 3000, N_LEAVES = 8 };
    fixture *f = *state;
    int      node[N_NODES];
    double   plain[N_NODES];
    uint32_t r = 12345;

    node[0] = f->x, plain[0] = 0.7, node[1] = f->y, plain[1] = -1.3, node[2] = f->k, plain[2] = 2.5;
    for (int i = 3; i < N_LEAVES; i++) node[i] = C(i - 5), plain[i] = i - 5;
    for (int i = N_LEAVES; i < N_NODES; i++) {
        int           a[3];
        onset_node_op op;

        for (int k = 0; k < 3; k++) r = r * 1664525u + 1013904223u, a[k] = (int)((r >> 8) % (unsigned)(i < 200 ? i : 200));
        r        = r * 1664525u + 1013904223u;
        op       = ops[(r >> 8) % (sizeof ops / sizeof *ops)];
        node[i]  = onset_graph_node(&f->g, op, node[a[0]], node[a[1]], node[a[2]]);
        plain[i] = onset_node_apply(op, plain[a[0]], plain[a[1]], plain[a[2]]);
        assert_near(value(f, node[i], 0.7, -1.3, 2.5), plain[i], 1e-12);
    }
}

/* d node / dx by central difference, at a point where it is smooth. */
static double difference(fixture *f, int node, double x, double y, double k)
{
    const double h = 1e-5;

    return (-value(f, node, x + 2 * h, y, k) + 8 * value(f, node, x + h, y, k) - 8 * value(f, node, x - h, y, k) +
            value(f, node, x - 2 * h, y, k)) /
           (12 * h);
}

static void derivatives_equal_differences(void **state)
{
    fixture     *f = *state;
    const int    x = f->x, y = f->y, k = f->k;
    const int    power       = N(POW, x, k);
    const int    nodes[]     = {N(ADD, x, y),
                                N(SUB, y, x),
                                N(MUL, x, N(MUL, x, y)),
                                N(DIV, y, x),
                                N(DIV, N(ADD, x, y), N(ADD, C(1), N(MUL, x, x))),
                                N(POW, x, C(3)),
                                N(POW, x, C(2.7)),
                                N(POW, x, C(-2)),
                                power,
                                N(DIV, power, N(ADD, N(POW, y, k), power)),
                                N(POW, k, x),
                                N(POW, x, x),
                                U(EXP, N(MUL, x, x)),
                                U(LOG, N(ADD, x, y)),
                                U(SQRT, N(ADD, x, C(1))),
                                U(ABS, N(SUB, C(0), x)),
                                U(SIN, x),
                                U(COS, x),
                                U(TAN, x),
                                U(TANH, x),
                                U(PHI, x),
                                N(MIN, x, y),
                                N(MAX, x, y),
                                U(NEG, U(EXP, x)),
                                IF(N(LT, x, y), N(MUL, x, x), U(EXP, x)),
                                IF(N(LT, y, x), N(MUL, x, x), U(EXP, x)),
                                U(FLOOR, x),
                                N(LT, x, y),
                                N(DIV, C(1), N(ADD, C(1), U(EXP, U(NEG, x))))};
    const double points[][3] = {{0.6, 1.4, 2.3}, {1.3, 0.9, 0.7}, {0.31, 0.2, 1}};

    for (size_t i = 0; i < sizeof nodes / sizeof *nodes; i++) {
        const int d = derivative(&f->g, nodes[i], x);

        for (size_t p = 0; p < sizeof points / sizeof *points; p++) {
            const double *at = points[p];

            /* The difference's own error: h^4 and rounding over h, below 1e-9 here. */
            assert_near(value(f, d, at[0], at[1], at[2]), difference(f, nodes[i], at[0], at[1], at[2]), 1e-8);
        }
    }
}

static void derivatives_have_closed_forms(void **state)
{
    fixture  *f = *state;
    const int x = f->x, zero = C(0);

    assert_int_equal(derivative(&f->g, x, x), C(1));
    assert_int_equal(derivative(&f->g, f->y, x), zero);
    assert_int_equal(derivative(&f->g, N(MUL, f->k, x), x), f->k);
    assert_int_equal(derivative(&f->g, U(EXP, x), x), U(EXP, x));
    assert_int_equal(derivative(&f->g, N(POW, x, C(2)), x), N(MUL, C(2), x));
    assert_int_equal(derivative(&f->g, U(FLOOR, x), x), zero);
}

static void derivative_of_power_at_zero_is_its_limit(void **state)
{
    fixture  *f = *state;
    const int d = derivative(&f->g, N(POW, f->x, f->k), f->x);

    assert_near(value(f, d, 0, 0, 2.5), 0, 0);
    assert_near(value(f, d, 0, 0, 1), 1, 0);
    assert_true(isinf(value(f, d, 0, 0, 0.5)));
}

static void jacobian_equals_single_derivatives(void **state)
{
    fixture             *f        = *state;
    const int            shared   = U(EXP, N(MUL, f->x, f->k));
    const int            roots[]  = {N(ADD, shared, f->y), f->k, N(MUL, shared, f->x), N(ADD, shared, f->y), f->y};
    const int            leaves[] = {f->y, f->x};
    const onset_jacobian j        = onset_graph_jacobian(&f->g, roots, 5, leaves, 2);
    const int            rows[] = {0, 3, 4, 0, 2, 3}, cols[] = {0, 0, 0, 1, 1, 1};

    assert_int_equal(j.n, 6);
    for (int i = 0; i < j.n; i++) {
        assert_int_equal(j.entries[i].row, rows[i]);
        assert_int_equal(j.entries[i].col, cols[i]);
        assert_int_equal(j.entries[i].node, derivative(&f->g, roots[rows[i]], leaves[cols[i]]));
    }
}

static void long_chain_needs_no_stack(void **state)
{
    fixture *f    = *state;
    int      node = f->x;

    for (int i = 0; i < 1000000; i++) node = i % 2 ? U(SIN, node) : N(ADD, node, f->y);
    assert_true(isfinite(value(f, node, 0.1, 0.2, 0)));
    assert_true(isfinite(value(f, derivative(&f->g, node, f->x), 0.1, 0.2, 0)));
}

/* 500 states in a ring with 10 neighbours each, all through shared saturating terms. */
static void large_sparse_jacobian_is_quick(void **state)
{
    enum { N_STATES = 500, REACH = 10 };
    fixture       *f = *state;
    int            leaves[N_STATES], roots[N_STATES], saturated[N_STATES];
    onset_jacobian j;

    for (int i = 0; i < N_STATES; i++) {
        leaves[i]    = onset_graph_leaf(&f->g, ONSET_NODE_STATE, i);
        saturated[i] = N(DIV, leaves[i], N(ADD, f->k, leaves[i]));
    }
    for (int i = 0; i < N_STATES; i++) {
        roots[i] = U(NEG, leaves[i]);
        for (int k = 1; k <= REACH; k++) roots[i] = N(ADD, roots[i], N(MUL, C(k), saturated[(i + k) % N_STATES]));
    }
    j = onset_graph_jacobian(&f->g, roots, N_STATES, leaves, N_STATES);
    assert_int_equal(j.n, N_STATES * (REACH + 1));
    assert_true(f->g.n < 40 * N_STATES); /* the slope of each saturated term exists once */
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(same_subexpression_is_one_node),
        T(constants_fold),
        T(zero_and_one_vanish),
        T(conditions_fold),
        T(folding_keeps_the_value),
        T(derivatives_equal_differences),
        T(derivatives_have_closed_forms),
        T(derivative_of_power_at_zero_is_its_limit),
        T(jacobian_equals_single_derivatives),
        T(long_chain_needs_no_stack),
        T(large_sparse_jacobian_is_quick),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
