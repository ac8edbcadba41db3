/* What the checker makes of a model: numbers, wiring, routes, a study's changes. Its messages are tested by cases/. */
#include "model_of_text.h"

#include "model/check.h"
#include "model/expression.h"
#include "model/show.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

/* cmocka wants these before it, in this order. */
/* clang-format off */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
/* clang-format on */

/* The value of a node at typical parameters and preset covariates. */
static double value_at(const onset_model *m, int node, const double *states, double time, double amt)
{
    double           *params = calloc((size_t)m->n_params + 1, sizeof *params), *covs = calloc((size_t)m->n_covariates + 1, sizeof *covs);
    onset_leaf_values leaves = {.time = time, .amt = amt, .states = states, .params = params, .covs = covs};
    double            value;

    for (int i = 0; i < m->n_params; i++) params[i] = m->params[i].value;
    for (int i = 0; i < m->n_covariates; i++) covs[i] = m->covariates[i].value;
    value = onset_graph_value(&m->graph, node, &leaves);
    free(params);
    free(covs);
    return value;
}

static void assert_near(double got, double expected)
{
    /* A dozen roundings. */
    if (!(fabs(got - expected) <= 1e-14 * fabs(expected))) fail_msg("got %.17g, expected %.17g", got, expected);
}

static void rates_are_per_hour_in_the_state_s_unit(void **state)
{
    onset_model *m    = model_of(*state, "module m\n"
                                            "param k = 0.1 [1/min] assumed \"a\"\n"
                                            "input  r [g/d]\n"
                                            "state A = 2 [g]\n"
                                            "state B = 3 [mg]\n"
                                            "d/dt(A) = -k * A\n"
                                            "d/dt(B) = r + k * A\n"
                                            "output c = A / 4 [L] [ng/mL]\n"
                                            "output d = B\n");
    const double y[2] = {2, 3};

    assert_near(value_at(m, m->states[0].rate, y, 0, 0), -0.1 * 60 * 2);
    m->covariates[0].value = 24; /* the free input r [g/d] */
    assert_near(value_at(m, m->states[1].rate, y, 0, 0), 24 * 1000 / 24.0 + 0.1 * 60 * 2 * 1000);
    assert_near(value_at(m, m->states[0].initial, y, 0, 0), 2);
    assert_near(value_at(m, m->outputs[0].node, y, 0, 0), 2.0 / 4 * 1e6);
    assert_string_equal(m->outputs[0].unit.text, "ng/mL");
    assert_string_equal(m->states[1].unit.text, "mg");
}

static void functions_have_their_values(void **state)
{
    static const struct {
        const char *text;
        double      value;
    } cases[] = {
        {"exp(2 * x)", 4.48168907033806482},
        {"log(x)", -0.287682072451780927},
        {"log10(1000 * x / 0.75)", 3},
        {"log2(8 * x / 0.75)", 3},
        {"sqrt(x)", 0.866025403784438647},
        {"abs(-x) + floor(-x) + ceil(x)", 0.75},
        {"sin(x) * cos(x) + tan(x) * tanh(x)", 1.0904500088832103},
        {"min(x, 2, 0.5) + max(x, 2, 3)", 3.5},
        {"pow(x, 2)", 0.5625},
        {"2^3^x / 2^(3^x)", 1},
        {"-x^2", -0.5625},
        {"expit(x)", 0.679178699175393},
        {"logit(x)", 1.09861228866810969},
        {"phi(x)", 0.773372647623132},
        {"hill(x, 0.25)", 0.75},
        {"hill(x, 0.25, 2)", 0.9},
        {"hill(-x, 0.25, 2)", 0},
        {"hill(0 * x, 0.25, 2.5)", 0},
        {"hill(x, 0.75, 1.7)", 0.5},
        {"clip(x, 1, 2) + clip(x, 0, 0.5) + clip(x, 0, 1)", 2.25},
        {"if x > 0.5 and x < 1 or x == 7 then 3 else 4", 3},
        {"if not (x >= 0.75) then 3 else 4", 4},
        {"if x != 0.75 then 3 else 4", 4},
        {"20% + 5 [%] * 2", 0.3},
        {"pi * x", 2.35619449019234493},
        {"time / 1 [h] + x", 10.75},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        fixture     *f = *state;
        char         text[300];
        double       got;
        onset_model *m;

        snprintf(text, sizeof text, "module m\ninput x [1] = 0.75\noutput y = %s [1]\n", cases[i].text);
        m   = model_of(f, text);
        got = value_at(m, m->outputs[0].node, NULL, 10, 0);
        /* The expected values are given to 15 digits. */
        if (!(fabs(got - cases[i].value) < 1e-14 * fmax(1, fabs(cases[i].value)))) fail_msg("%s: %.17g", cases[i].text, got);
    }
}

static void variability_is_on_its_scale(void **state)
{
    const onset_model *m = model_of(*state, "module m\n"
                                            "param a = 5 [h] iiv 30% in 1..9 assumed \"a\"\n"
                                            "param b = 5 [h] iiv normal 30 [min] assumed \"a\"\n"
                                            "param c = 50% iiv logit 0.7 assumed \"a\"\n"
                                            "param d = 5 [h] iiv 0% from EV1 \"note\"\n"
                                            "param e = 5 [h] calibrated \"to it\"\n"
                                            "correlate a, c = -0.5\n"
                                            "output y = a + b + c * d + e\n");

    assert_near(m->params[0].omega, 0.293560379208524);
    assert_near(m->params[0].low, 1);
    assert_near(m->params[0].high, 9);
    assert_near(m->params[1].omega, 0.5);
    assert_near(m->params[2].omega, 0.7);
    assert_near(m->params[2].value, 0.5);
    assert_int_equal(m->params[3].iiv, ONSET_IIV_LOGNORMAL);
    assert_true(m->params[3].omega == 0);
    assert_int_equal(m->params[4].iiv, ONSET_IIV_NONE);
    assert_string_equal(m->params[3].citation.key, "EV1");
    assert_string_equal(m->params[3].name, "m.d");
    assert_int_equal(m->n_correlations, 1);
    assert_near(m->correlations[0].r, -0.5);
}

static void scale_and_shift_make_the_individual_value(void **state)
{
    onset_model *m = model_of(*state, "module m\n"
                                      "covariate weight [kg] = 35 \"w\"\n"
                                      "param CL = 8 [L/h] scale weight / 70000 [g] shift 100 [mL/min] assumed \"a\"\n"
                                      "output y = CL\n");

    assert_near(value_at(m, m->params[0].individual, NULL, 0, 0), 8 * 0.5 + 6);
    assert_near(value_at(m, m->outputs[0].node, NULL, 0, 0), 10);
}

static void dose_times_convert_is_in_the_state_s_unit(void **state)
{
    const onset_model *m =
        model_of(*state, "module m\n"
                         "param mw = 237.73 [g/mol] assumed \"a\"\n"
                         "state a = 0 [umol]\n"
                         "state b = 0 [nmol]\n"
                         "state c = 0 [ug]\n"
                         "d/dt(a) = -a / 1 [h]\n"
                         "d/dt(b) = -b / 1 [h]\n"
                         "d/dt(c) = -c / 1 [h]\n"
                         "output x = a + b\n"
                         "output y = c\n"
                         "route k nasal into a convert 1 / mw f 0.3 alag 6 [min] into b convert 1 / mw f amt / 1 [umol]\n"
                         "route k iv into c dur 90 [min]\n");
    const onset_model_route *nasal = &m->routes[onset_model_find_route(m, "k", "nasal")];
    const onset_model_route *iv    = &m->routes[onset_model_find_route(m, "k", "iv")];

    assert_string_equal(nasal->dose_unit.text, "mg");
    assert_int_equal(nasal->n_targets, 2);
    assert_near(value_at(m, nasal->targets[0].convert, NULL, 0, 50), 1000 / 237.73);
    assert_near(value_at(m, nasal->targets[1].convert, NULL, 0, 50), 1e6 / 237.73);
    assert_near(value_at(m, nasal->targets[0].f, NULL, 0, 50), 0.3);
    assert_near(value_at(m, nasal->targets[0].alag, NULL, 0, 50), 0.1);
    /* amt is in the state's unit, here nmol, and is asked for in umol. */
    assert_near(value_at(m, nasal->targets[1].f, NULL, 0, 50), 50 * 1000 / 237.73);
    assert_int_equal(nasal->targets[0].dur, -1);
    assert_string_equal(iv->dose_unit.text, "ug");
    assert_near(value_at(m, iv->targets[0].convert, NULL, 0, 50), 1);
    assert_near(value_at(m, iv->targets[0].dur, NULL, 0, 50), 1.5);
    assert_int_equal(onset_model_find_route(m, "k", "oral"), -1);
}

static const char *const wired = "module source \"A source\"\n"
                                 "param level = 2 [mg/L] in 0..1000 assumed \"a\"\n"
                                 "output c = level\n"
                                 "module other \"Another\"\n"
                                 "output c = 7 [g/L]\n"
                                 "module sink\n"
                                 "input c [ug/L] \"level\"\n"
                                 "input d [1] = 4 \"more\"\n"
                                 "output e = c * d in 0..50000\n"
                                 "model m \"A model\"\n"
                                 "use source\n"
                                 "use sink\n"
                                 "use sink as sink2\n"
                                 "set source.level = 3000 [mg/L] assumed \"b\"\n"
                                 "panel \"p\" c log first 2 [d]\n"
                                 "headline sink2.e\n";

static void inputs_take_outputs_in_their_unit(void **state)
{
    fixture     *f    = *state;
    char        *text = onset_arena_printf(f->arena, "%s", wired);
    onset_model *m;

    memcpy(strstr(text, "3000 [mg/L]"), "3    [mg/L]", strlen("3000 [mg/L]"));
    m = model_of(f, text);
    assert_near(value_at(m, m->outputs[onset_model_find_output(m, "sink.e")].node, NULL, 0, 0), 3000 * 4);
    assert_int_equal(m->n_instances, 3);
    assert_string_equal(m->instances[1].links[0], "c <- source.c [ug/L]");
    assert_string_equal(m->instances[1].links[1], "d = 4 [1], its own number");
    assert_int_equal(m->instances[1].feeds[0], 0);
    assert_int_equal(m->instances[1].feeds[1], -1);
    assert_string_equal(m->outputs[onset_model_find_output(m, "c")].name, "source.c");
    assert_int_equal(onset_model_find_output(m, "e"), -1); /* there are two */
    assert_string_equal(m->outputs[m->headline].name, "sink2.e");
    assert_int_equal(m->n_panels, 1);
    assert_true(m->panels[0].log);
    assert_near(m->panels[0].first_h, 48);
    assert_int_equal(m->n_sources, 1);
}

static void a_study_changes_the_model(void **state)
{
    fixture     *f = *state;
    char        *text;
    onset_model *m;

    text = onset_arena_printf(
        f->arena, "%sstudy s\nuse model m\nset source.level = 5 [mg/L]\nheadline sink.e\npanel \"p\" sink.e\npanel \"q\" sink.e\n", wired);
    memcpy(strstr(text, "3000 [mg/L]"), "3    [mg/L]", strlen("3000 [mg/L]"));
    m = model_of(f, text);
    assert_near(value_at(m, m->outputs[onset_model_find_output(m, "sink.e")].node, NULL, 0, 0), 5000 * 4);
    assert_int_equal(m->params[0].citation.kind, ONSET_SOURCE_ASSUMED);
    assert_string_equal(m->outputs[m->headline].name, "sink.e");
    assert_int_equal(m->n_panels, 2);
    assert_string_equal(m->outputs[m->panels[0].outputs[0]].name, "sink.e");
}

static void a_study_replaces_a_module(void **state)
{
    fixture     *f = *state;
    onset_model *m = model_of(f, onset_arena_printf(f->arena, "%sstudy s\nuse model m\nreplace source with other\n", wired));

    /* 7 g/L x 4 is above the output's bound; the model's `set` has nothing to set, and says so. */
    assert_near(value_at(m, m->outputs[onset_model_find_output(m, "sink.e")].node, NULL, 0, 0), 50000);
    assert_string_equal(m->instances[0].module, "other");
    assert_string_equal(m->instances[0].name, "source");
    assert_int_equal(f->out.n_warnings, 1);
    assert_int_equal(m->n_params, 0);
}

static void what_a_replaced_module_lacks_is_a_warning(void **state)
{
    fixture     *f    = *state;
    char        *text = onset_arena_printf(f->arena,
                                           "%sconnect source.level_in = sink.e\nconnect sink.c = source.c\nstudy s\nuse model m\n"
                                                  "replace source with other\n",
                                           wired);
    onset_model *m;

    memcpy(strstr(text, "panel \"p\" c"), "panel \"p\" b", 11);
    m = model_of(f, text);
    assert_int_equal(f->out.n_warnings, 3); /* the set, the connect, the panel */
    assert_int_equal(m->panels[0].n, 0);
}

static void covariates_are_shared_and_converted(void **state)
{
    onset_model *m = model_of(*state, "module a\ncovariate weight [kg] = 70 \"w\"\noutput x = weight\n"
                                      "module b\ncovariate weight [g] = 70000 \"w\"\noutput y = weight\n"
                                      "model m\nuse a\nuse b\n");

    assert_int_equal(m->n_covariates, 1);
    m->covariates[0].value = 80;
    assert_near(value_at(m, m->outputs[onset_model_find_output(m, "y")].node, NULL, 0, 0), 80000);
    assert_int_equal(onset_model_find_covariate(m, "weight"), 0);
}

static void bounds_hold_the_output(void **state)
{
    onset_model *m = model_of(*state, "module m\ninput x [1] = 3\noutput y = x in 0..60 error 1.5 + 10% round 1 \"score\"\n");

    for (double x = -100; x < 100; x += 7) {
        m->covariates[0].value = x;
        assert_near(value_at(m, m->outputs[0].node, NULL, 0, 0), fmin(fmax(x, 0), 60));
    }
    assert_near(m->outputs[0].error_add, 1.5);
    assert_near(m->outputs[0].error_rel, 0.1);
    assert_near(m->outputs[0].round, 1);
}

static void the_library_is_found_by_name(void **state)
{
    fixture              *f     = *state;
    bool                  has   = false;
    onset_error           err   = {0};
    onset_block_at        found = {0};
    const onset_evidence *row;

    assert_int_equal(onset_library_open(&err, f->library, ONSET_BLOCK_MODULE, "elsewhere", NULL, &f->out, &found), ONSET_OK);
    assert_string_equal(found.block->name, "elsewhere");
    assert_int_equal(onset_library_open(&err, f->library, ONSET_BLOCK_MODEL, "elsewhere", NULL, &f->out, &found), ONSET_OK);
    assert_int_equal(found.block->kind, ONSET_BLOCK_MODEL);
    assert_non_null(onset_model_check(f->arena, f->library, found, (onset_block_at){0}, &f->out));
    assert_int_equal(onset_library_open(&err, f->library, ONSET_BLOCK_MODULE, "elsewere", NULL, &f->out, &found), ONSET_NO_FILE);
    assert_non_null(strstr(err.message, "did you mean 'elsewhere'"));
    row = onset_library_evidence(f->library, NULL, "EV1", &has);
    assert_true(has);
    assert_string_equal(row->source, "Author 2001, \"A title\", J Test 1:2");
    assert_string_equal(row->seen, "yes");
    assert_int_equal(row->line, 2);
    assert_int_equal(onset_library_evidence(f->library, NULL, "EV2", &has)->line, 3);
    assert_null(onset_library_evidence(f->library, NULL, "EV3", &has));
}

static bool count_block(void *ctx, const onset_block_at *block)
{
    (void)block;
    ++*(int *)ctx;
    return true;
}

static void the_library_lists_its_blocks(void **state)
{
    fixture *f = *state;
    int      n = 0;

    assert_int_equal(onset_library_list(NULL, f->library, count_block, &n), ONSET_OK);
    assert_int_equal(n, 4);
    assert_int_equal(onset_library_add(NULL, f->library, "/no/such/folder"), ONSET_NO_FILE);
}

static void show_names_everything(void **state)
{
    static const char *const pieces[] = {"A model",    "source: A source", "c <- source.c [ug/L]", "level            = 3 [mg/L]",
                                         "assumed: b", "c = level",        "sink2, a sink",        "on top: sink2.e"};
    fixture                 *f        = *state;
    char                    *text     = onset_arena_printf(f->arena, "%s", wired);
    onset_text               shown    = {0};
    onset_model             *m;

    memcpy(strstr(text, "3000 [mg/L]"), "3    [mg/L]", strlen("3000 [mg/L]"));
    m = model_of(f, text);
    onset_model_show_text(m, f->library, &shown);
    for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++)
        if (!strstr(shown.s, pieces[i]) && !(strcmp(pieces[i], "c = level") == 0 && strstr(shown.s, "c                = level")))
            fail_msg("'%s' is missing in\n%s", pieces[i], shown.s);
    onset_text_free(&shown);
    onset_model_show_dot(m, &shown);
    assert_non_null(strstr(shown.s, "m0 -> m1 [label=\"c\"]"));
    onset_text_free(&shown);
    onset_node_write(m, m->outputs[onset_model_find_output(m, "sink.e")].node, &shown);
    assert_string_equal(shown.s, "min(50000, max(0, 4000 * source.level))");
    onset_text_free(&shown);
}

/* The text of an expression reads back as the same expression. */
static void expressions_are_written_as_they_read(void **state)
{
    static const char *const texts[] = {"a - (b - c)",
                                        "(a - b) - c",
                                        "a / (b * c)",
                                        "(a / b) / c",
                                        "-(a^b)",
                                        "(-a)^b",
                                        "(a^b)^c",
                                        "a^(b^c)",
                                        "-(a + b)",
                                        "a * -b",
                                        "(if a > b then a else b) + c",
                                        "if a > b and not (c > a) or b < c then a else b",
                                        "exp(-a) * max(a, b, c)",
                                        "0.25 [mg] / 1 [mg] + 5%",
                                        "if a > (if b > c then a else b) then a else b",
                                        "2 * (3 + a) * 4"};
    fixture                 *f       = *state;

    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        const char  *form  = "module m\ninput a [1] = 2\ninput b [1] = 3\ninput c [1] = 0.5\noutput y = %s [1]\n"
                             "output unused = a + b + c\n";
        onset_text   first = {0}, second = {0};
        onset_model *m     = model_of(f, onset_arena_printf(f->arena, form, texts[i]));
        double       value = value_at(m, m->outputs[0].node, NULL, 0, 0);

        onset_expression_write(m->outputs[0].expr, &first);
        m = model_of(f, onset_arena_printf(f->arena, form, first.s));
        onset_expression_write(m->outputs[0].expr, &second);
        assert_string_equal(first.s, second.s);
        assert_near(value_at(m, m->outputs[0].node, NULL, 0, 0), value);
        onset_text_free(&first);
        onset_text_free(&second);
    }
}

/* d rate i / d state k by difference, the step as large as its own error allows. */
static double difference(const onset_model *m, int i, int k, double *y)
{
    const double at = y[k], h = 1e-4;
    double       sum = 0;

    for (int step = -2; step <= 2; step++) {
        static const double weights[] = {1, -8, 0, 8, -1};

        y[k] = at + step * h;
        sum += weights[step + 2] * value_at(m, m->states[i].rate, y, 1.5, 0);
    }
    y[k] = at;
    return sum / (12 * h);
}

/* Every function, on both sides of its limits. */
static void the_jacobian_equals_differences(void **state)
{
    enum { N = 4 };
    onset_model *m =
        model_of(*state, "module m\n"
                         "param n = 2.3 assumed \"a\"\n"
                         "param e = 0.8 [mg] assumed \"a\"\n"
                         "state a = 1 [mg]\nstate b = 1 [ug]\nstate c = 1\nstate d = 1\n"
                         "k = 1 [1/h]\n"
                         "r = if c < d then expit(c * d) else phi(c - d) * tanh(d)\n"
                         "d/dt(a) = k * (hill(a, e, n) * b - hill(a, e) * a + hill(b, 300 [ug], 2) * e + hill(a, e, c) * e)\n"
                         "d/dt(b) = k * (clip(a, 0.1 [mg], 2 [mg]) + min(a, b) * max(c, d, 0.3) - sqrt(a * b))\n"
                         "d/dt(c) = k * (logit(0.2 + 0.05 * c) + log10(1 + d) * log2(2 + c) + abs(c - d) + exp(-c) + r)\n"
                         "d/dt(d) = k * (sin(c) * cos(d) + tan(c / 3) + pow(c, n) + d^1.5 + d^-2 + c^d + floor(c) * c + ceil(d) * d)\n"
                         "output o = a + b\noutput p = c + d\n");
    const double   points[][N] = {{0.9, 700, 0.6, 1.3}, {0.4, 250, 1.7, 0.7}, {2.5, 3100, 0.45, 0.2}, {-0.3, 40, 0.9, 1.9}};
    int            rates[N], leaves[N];
    onset_jacobian j;

    for (int i = 0; i < N; i++) rates[i] = m->states[i].rate, leaves[i] = onset_graph_leaf(&m->graph, ONSET_NODE_STATE, i);
    j = onset_graph_jacobian(&m->graph, rates, N, leaves, N);
    assert_int_equal(j.n, 11); /* a by a, b, c; b by all four; c and d by c, d */
    for (size_t p = 0; p < sizeof points / sizeof *points; p++) {
        for (int i = 0; i < j.n; i++) {
            const onset_entry *entry = &j.entries[i];
            double             y[N], got, expected;

            if (points[p][0] < 0 && entry->row == 1) continue; /* the square root of a negative number */
            memcpy(y, points[p], sizeof y);
            got      = value_at(m, entry->node, y, 1.5, 0);
            expected = difference(m, entry->row, entry->col, y);
            /* The difference loses eps/h = 1e-12 of the rate's size, and h^4. */
            if (!(fabs(got - expected) < 1e-8 * fmax(1, fabs(expected))))
                fail_msg("d rate %d / d state %d at point %d: %.12g, by difference %.12g", entry->row, entry->col, (int)p, got, expected);
        }
    }
}

static double seconds_since(struct timespec start)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)(now.tv_sec - start.tv_sec) + 1e-9 * (double)(now.tv_nsec - start.tv_nsec);
}

/* 500 states, 5,000 parameters, 5,000 Hill terms, then the Jacobian. */
static void a_large_model_is_quick(void **state)
{
    enum { N_STATES = 500, N_PARAMS = 5000, N_TERMS = 10 };
    fixture        *f    = *state;
    onset_text      text = {0};
    int             rates[N_STATES], leaves[N_STATES];
    struct timespec start;
    onset_model    *m;
    onset_jacobian  j;

    onset_text_add(&text, "module big\n");
    for (int i = 0; i < N_PARAMS; i++) onset_text_printf(&text, "param p%d = %d [1/h] iiv 10%% assumed \"a\"\n", i, 1 + i % 7);
    for (int i = 0; i < N_STATES; i++) {
        onset_text_printf(&text, "state s%d = 1 [mg]\nd/dt(s%d) = -p%d * s%d", i, i, i, i);
        for (int k = 1; k < N_TERMS; k++)
            onset_text_printf(&text, " + p%d * s%d * hill(s%d, 2 [mg], 2.5)", (N_TERMS * i + k) % N_PARAMS, (i + k) % N_STATES,
                              (i + 7 * k) % N_STATES);
        onset_text_add(&text, "\n");
    }
    onset_text_add(&text, "output o = s0\n");
    clock_gettime(CLOCK_MONOTONIC, &start);
    m = model_of(f, text.s);
    onset_text_free(&text);
    for (int i = 0; i < N_STATES; i++) rates[i] = m->states[i].rate, leaves[i] = onset_graph_leaf(&m->graph, ONSET_NODE_STATE, i);
    j = onset_graph_jacobian(&m->graph, rates, N_STATES, leaves, N_STATES);
    assert_int_equal(m->n_params, N_PARAMS);
    assert_true(j.n > 15 * N_STATES && j.n <= 19 * N_STATES);
    /* It takes a tenth of a second; sanitizers and a busy machine get a factor of fifty. */
    assert_true(seconds_since(start) < 5);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(rates_are_per_hour_in_the_state_s_unit),
        T(functions_have_their_values),
        T(variability_is_on_its_scale),
        T(scale_and_shift_make_the_individual_value),
        T(dose_times_convert_is_in_the_state_s_unit),
        T(inputs_take_outputs_in_their_unit),
        T(a_study_changes_the_model),
        T(a_study_replaces_a_module),
        T(what_a_replaced_module_lacks_is_a_warning),
        T(covariates_are_shared_and_converted),
        T(bounds_hold_the_output),
        T(the_library_is_found_by_name),
        T(the_library_lists_its_blocks),
        T(show_names_everything),
        T(expressions_are_written_as_they_read),
        T(the_jacobian_equals_differences),
        T(a_large_model_is_quick),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
