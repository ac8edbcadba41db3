/* Every operation, in every lane, at every instruction set of this processor, against the graph's own evaluation. */
#include "fixture.h"

#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

/* A few roundings of a double: one of the operation, one of a reciprocal, and the 4 units in the last place that the vector
 * functions of the C library allow themselves. */
static const double few_ulp = 8 * DBL_EPSILON;

static onset_kernel *load(const onset_model *m, onset_isa isa)
{
    const onset_kernel_options options = {.isa = isa, .cache_dir = ""};
    onset_error                err     = {0};
    onset_kernel              *kernel  = NULL;

    if (onset_kernel_load(&err, m, &options, &kernel, NULL) != ONSET_OK) fail_msg("%s", err.message);
    return kernel;
}

static bool close_to(double got, double wanted, double tolerance)
{
    if (isnan(wanted)) return isnan(got);
    if (isinf(wanted)) return got == wanted;
    return fabs(got - wanted) <= tolerance * fabs(wanted) + 4 * DBL_MIN;
}

/* ---- Operations ---- */

/* Arguments that meet the corners: signs, zeros, whole and half numbers, large and small. */
static const double arguments[] = {0,   1,   -1,   0.5,  -0.5,   2,   -2,   3,     1.2,   -1.2,  0.25,   1e-3, -1e-3,
                                   1e3, -37, 17.3, 1e-9, 1e-300, 6.5, -6.5, 0.999, 20.75, 700.0, -700.0, M_PI, 1e15};
enum { N_ARGUMENTS = sizeof arguments / sizeof *arguments };

typedef struct {
    onset_model *model;
    int          n; /* outputs made */
} op_model;

static void add_output(op_model *om, int node)
{
    om->model->outputs[om->n++].node = node;
}

/* Output after output: each operation on states, each on a parameter and a state, powers with many exponents. */
static op_model make_op_model(void)
{
    static const double exponents[] = {2,    3,    4,    5,    7,     16,  -1,  -2,   -3,  0.5, 1.5,  2.5, -0.5,
                                       -1.5, 0.25, 0.75, 1.25, -0.25, 1.2, 0.3, -1.2, 3.3, 17,  18.5, -17, 1.0 / 3};
    op_model            om          = {.model = fixture_model("operations", 3, 2, 1, 200)};
    onset_model        *m           = om.model;
    const int           x = fixture_state(m, 0), y = fixture_state(m, 1), z = fixture_state(m, 2), p = fixture_param(m, 0);
    const int           weight = onset_graph_leaf(&m->graph, ONSET_NODE_COV, 0), time = onset_graph_leaf(&m->graph, ONSET_NODE_TIME, 0);

    for (int op = ONSET_NODE_NEG; op < ONSET_N_NODE_OPS; op++) {
        add_output(&om, onset_graph_node(&m->graph, (onset_node_op)op, x, y, z));
        add_output(&om, onset_graph_node(&m->graph, (onset_node_op)op, p, x, y));
        add_output(&om, onset_graph_node(&m->graph, (onset_node_op)op, x, p, weight));
        add_output(&om, onset_graph_node(&m->graph, (onset_node_op)op, p, weight, p));
        add_output(&om, onset_graph_node(&m->graph, (onset_node_op)op, time, fixture_num(m, 1.5), x));
    }
    for (size_t i = 0; i < sizeof exponents / sizeof *exponents; i++)
        add_output(&om, fixture_op(m, ONSET_NODE_POW, x, fixture_num(m, exponents[i])));
    m->n_outputs = om.n;
    return om;
}

typedef struct {
    int     lanes;
    double *time, *params, *consts, *y, *out;
} batch;

static batch make_batch(const onset_kernel_table *t)
{
    return (batch){.lanes  = t->lanes,
                   .time   = fixture_array(1, t->lanes),
                   .params = fixture_array(t->n_params + t->n_covariates, t->lanes),
                   .consts = fixture_array(t->n_consts, t->lanes),
                   .y      = fixture_array(t->n_states, t->lanes),
                   .out    = fixture_array(t->n_outputs, t->lanes)};
}

static void free_batch(batch *b)
{
    free(b->time);
    free(b->params);
    free(b->consts);
    free(b->y);
    free(b->out);
}

typedef struct {
    double x[3], p[2], weight, time;
} case_of;

static case_of random_case(unsigned *seed)
{
    case_of c;

    for (int i = 0; i < 3; i++) c.x[i] = arguments[(unsigned)rand_r(seed) % N_ARGUMENTS];
    for (int i = 0; i < 2; i++) c.p[i] = arguments[(unsigned)rand_r(seed) % N_ARGUMENTS];
    c.weight = arguments[(unsigned)rand_r(seed) % N_ARGUMENTS];
    c.time   = arguments[(unsigned)rand_r(seed) % N_ARGUMENTS];
    return c;
}

static void set_lane(batch *b, int lane, const case_of *c)
{
    for (int i = 0; i < 3; i++) b->y[i * b->lanes + lane] = c->x[i];
    for (int i = 0; i < 2; i++) b->params[i * b->lanes + lane] = c->p[i];
    b->params[2 * b->lanes + lane] = c->weight;
    b->time[lane]                  = c->time;
}

static void run(const onset_kernel_table *t, batch *b)
{
    t->prepare(b->params, b->consts);
    t->outputs(b->time, b->y, b->consts, b->out);
}

/* exp(n log x) loses |n log x| units; the others a few. */
static double tolerance_of(const onset_model *m, int node, double wanted)
{
    if (m->graph.nodes[node].op != ONSET_NODE_POW || wanted == 0 || !isfinite(wanted)) return few_ulp;
    return few_ulp * (1 + fabs(log(fabs(wanted))));
}

/* A reciprocal overflows before a quotient does, and a power that is a product before pow. */
static bool at_the_edge(double wanted)
{
    return fabs(wanted) > 1e290 || (wanted != 0 && fabs(wanted) < 1e-290);
}

static void check_lane(const onset_model *m, const batch *b, int lane, const case_of *c, const char *isa)
{
    const onset_leaf_values leaves = {.time = c->time, .states = c->x, .params = c->p, .covs = &c->weight};

    for (int i = 0; i < m->n_outputs; i++) {
        const int    node   = m->outputs[i].node;
        const double wanted = onset_graph_value(&m->graph, node, &leaves), got = b->out[i * b->lanes + lane];

        if (at_the_edge(wanted) || close_to(got, wanted, tolerance_of(m, node, wanted))) continue;
        fail_msg("%s lane %d output %d (%s of states %g %g %g, params %g %g, weight %g, time %g): got %.17g, wanted %.17g", isa, lane, i,
                 onset_node_text(m->graph.nodes[node].op), c->x[0], c->x[1], c->x[2], c->p[0], c->p[1], c->weight, c->time, got, wanted);
    }
}

static void check_isa(const onset_model *m, onset_isa isa)
{
    onset_kernel             *kernel = load(m, isa);
    const onset_kernel_table *t      = onset_kernel_table_of(kernel);
    batch                     b      = make_batch(t);
    unsigned                  seed   = 17;

    for (int round = 0; round < 400; round++) {
        case_of cases[8];

        for (int lane = 0; lane < t->lanes; lane++) {
            cases[lane] = random_case(&seed);
            set_lane(&b, lane, &cases[lane]);
        }
        run(t, &b);
        for (int lane = 0; lane < t->lanes; lane++) check_lane(m, &b, lane, &cases[lane], onset_isa_name(isa));
    }
    free_batch(&b);
    onset_kernel_free(kernel);
}

static void operations_are_those_of_the_graph(void **state)
{
    op_model om = make_op_model();

    (void)state;
    for (onset_isa isa = ONSET_ISA_SCALAR; isa < ONSET_N_ISA; isa++)
        if (onset_isa_runs(isa)) check_isa(om.model, isa);
    fixture_free(om.model);
}

/* ---- Lanes ---- */

static uint64_t bits_of(double x)
{
    uint64_t bits;

    memcpy(&bits, &x, sizeof bits);
    return bits;
}

/* The bits of a lane, whatever stands beside it. */
static void check_neighbours(const onset_model *m, onset_isa isa)
{
    static const double       bad[]  = {NAN, INFINITY, -INFINITY, 0, -0.0, DBL_MAX, 5e-324, -1};
    onset_kernel             *kernel = load(m, isa);
    const onset_kernel_table *t      = onset_kernel_table_of(kernel);
    batch                     alone = make_batch(t), among = make_batch(t);
    unsigned                  seed = 3;

    for (int round = 0; round < 200; round++) {
        const case_of c    = random_case(&seed);
        const int     lane = round % t->lanes;

        for (int i = 0; i < t->lanes; i++) set_lane(&alone, i, &c);
        run(t, &alone);
        for (int i = 0; i < t->lanes; i++) {
            case_of other = random_case(&seed);

            if (round % 2) other.x[0] = other.p[0] = bad[(round + i) % 8];
            if (round % 3) other.x[1] = other.weight = bad[(round / 3 + i) % 8];
            set_lane(&among, i, i == lane ? &c : &other);
        }
        run(t, &among);
        for (int i = 0; i < m->n_outputs; i++) {
            if (bits_of(among.out[i * t->lanes + lane]) == bits_of(alone.out[i * t->lanes + lane])) continue;
            fail_msg("%s: output %d of lane %d is %.17g among others and %.17g alone", onset_isa_name(isa), i, lane,
                     among.out[i * t->lanes + lane], alone.out[i * t->lanes + lane]);
        }
        for (int i = 0; i < m->n_outputs; i++)
            for (int k = 1; k < t->lanes; k++) assert_memory_equal(&alone.out[i * t->lanes + k], &alone.out[i * t->lanes], sizeof(double));
    }
    free_batch(&alone);
    free_batch(&among);
    onset_kernel_free(kernel);
}

static void a_lane_has_the_same_bits_whatever_its_neighbours(void **state)
{
    op_model om = make_op_model();

    (void)state;
    for (onset_isa isa = ONSET_ISA_SCALAR; isa < ONSET_N_ISA; isa++)
        if (onset_isa_runs(isa)) check_neighbours(om.model, isa);
    fixture_free(om.model);
}

/* ---- Names ---- */

/* Words of C, names of the helpers, numbered names, names twice, names that are macros of the compiler, and text that ends a comment. */
static void names_of_the_model_cannot_break_the_code(void **state)
{
    static const char *const names[] = {
        "double",   "v",      "m",    "K",    "t1",    "k0",  "sel",  "exp",     "unix",  "linux",
        "__FILE__", "a.b",    "a_b",  "a__b", "rhs_0", "lu",  "x",    "y",       "c",     "w",
        "at",       "params", "time", "amt",  "*/",    "1st", "vexp", "prepare", "table", "onset_kernel_table",
        "_Bool",    "main"};
    enum { N = sizeof names / sizeof *names };
    onset_model *m = fixture_model("int */ main(", N, N, 0, 1);

    (void)state;
    for (int i = 0; i < N; i++) {
        m->states[i].name = names[i];
        m->params[i].name = names[(i + 7) % N];
        m->states[i].rate =
            fixture_op(m, ONSET_NODE_MUL, fixture_param(m, i), onset_graph_unary(&m->graph, ONSET_NODE_EXP, fixture_state(m, i)));
    }
    for (onset_isa isa = ONSET_ISA_SCALAR; isa < ONSET_N_ISA; isa++) {
        onset_kernel             *kernel;
        const onset_kernel_table *t;
        batch                     b;
        double                   *dydt;

        if (!onset_isa_runs(isa)) continue;
        kernel = load(m, isa);
        t      = onset_kernel_table_of(kernel);
        b      = make_batch(t);
        dydt   = fixture_array(N, t->lanes);
        for (int i = 0; i < N * t->lanes; i++) b.params[i] = i;
        t->prepare(b.params, b.consts);
        t->rhs(b.time, b.y, b.consts, dydt);
        for (int i = 0; i < N * t->lanes; i++) assert_true(dydt[i] == i);
        free(dydt);
        free_batch(&b);
        onset_kernel_free(kernel);
    }
    fixture_free(m);
}

static void the_environment_may_lower_the_instruction_set(void **state)
{
    const onset_isa best = (unsetenv("ONSET_ISA"), onset_isa_best());

    (void)state;
    assert_true(onset_isa_runs(best));
    for (onset_isa isa = ONSET_ISA_SCALAR; isa < ONSET_N_ISA; isa++) {
        setenv("ONSET_ISA", onset_isa_name(isa), 1);
        assert_int_equal(onset_isa_best(), isa < best ? isa : best);
    }
    setenv("ONSET_ISA", "abacus", 1);
    assert_int_equal(onset_isa_best(), best);
    unsetenv("ONSET_ISA");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(operations_are_those_of_the_graph),
        cmocka_unit_test(a_lane_has_the_same_bits_whatever_its_neighbours),
        cmocka_unit_test(names_of_the_model_cannot_break_the_code),
        cmocka_unit_test(the_environment_may_lower_the_instruction_set),
    };

    return cmocka_run_group_tests_name("kernel values", tests, NULL, NULL);
}
