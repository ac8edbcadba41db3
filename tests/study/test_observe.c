/* Visits: measurement error, times, endpoints with a memory. */
#include "fixture.h"
#include "study/observe.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void near(double got, double wanted, double tolerance)
{
    if (!(fabs(got - wanted) <= tolerance)) fail_msg("got %.12g, wanted %.12g to %g", got, wanted, tolerance);
}

/* ---- Measurement error ---- */

static void error_has_the_size_written(void **state)
{
    onset_model_output output = {.low = -INFINITY, .high = INFINITY, .error_add = 3, .error_rel = 0.04};
    enum { N = 20000 };
    double sum = 0, squares = 0;

    (void)state;
    for (uint64_t i = 1; i <= N; i++) {
        double e = onset_observe(&output, 100, 7, i, onset_purpose("error:test")) - 100;
        sum += e;
        squares += e * e;
    }
    near(sum / N, 0, 4 * 5 / sqrt(N));                 /* SD sqrt(3^2 + 4^2) = 5; four standard errors */
    near(sqrt(squares / N), 5, 4 * 5 / sqrt(2.0 * N)); /* standard error of an SD */
}

static void observed_values_keep_to_limits_and_steps(void **state)
{
    onset_model_output output = {.low = 0, .high = 60, .error_add = 8, .round = 0.5}, exact = {.low = 0, .high = 1};
    bool               at_low = false, at_high = false;

    (void)state;
    for (uint64_t i = 1; i <= 2000; i++) {
        double low = onset_observe(&output, 1, 7, i, 11), high = onset_observe(&output, 59, 7, i, 11);

        assert_true(low >= 0 && high <= 60 && low * 2 == round(low * 2) && high * 2 == round(high * 2));
        assert_false(signbit(low));
        at_low  = at_low || low == 0;
        at_high = at_high || high == 60;
    }
    assert_true(at_low && at_high);
    assert_true(onset_observe(&exact, 0.123456789, 7, 1, 11) == 0.123456789);
}

static void an_error_belongs_to_its_arm_visit_and_output(void **state)
{
    onset_arena *arena = onset_arena_create();
    onset_study *study = fixture_study(arena, 10, true);
    int          n     = study->n_arms * study->n_visits * study->model->n_outputs;
    uint64_t    *all   = onset_error_purposes(study), *fewer;

    (void)state;
    for (int i = 0; i < n; i++)
        for (int k = 0; k < i; k++) assert_true(all[i] != all[k]);
    /* without its first arm and first visit, the study keeps the keys of what remains */
    study->arms++;
    study->n_arms--;
    study->visits++;
    study->n_visits--;
    fewer = onset_error_purposes(study);
    for (int a = 0; a < study->n_arms; a++)
        for (int v = 0; v < study->n_visits; v++)
            for (int o = 0; o < study->model->n_outputs; o++)
                assert_true(fewer[(a * study->n_visits + v) * study->model->n_outputs + o] ==
                            all[((a + 1) * (study->n_visits + 1) + v + 1) * study->model->n_outputs + o]);
    free(all);
    free(fewer);
    onset_arena_free(arena);
}

/* ---- Times ---- */

static void visits_see_the_patient_before_the_dose(void **state)
{
    double      visits[] = {0, 2, 5}, trace[] = {0, 1, 2, 6};
    onset_study study = {.n_visits = 3, .visits = visits, .n_trace = 4, .trace = trace};
    onset_times times;

    (void)state;
    assert_int_equal(onset_times_create(NULL, &study, &times), ONSET_OK);
    assert_int_equal(times.n, 7);
    for (int i = 1; i < times.n; i++) assert_true(times.time[i - 1] <= times.time[i]);
    for (int v = 0; v < 3; v++) assert_true(times.time[times.at_visit[v]] == visits[v] && times.before[times.at_visit[v]]);
    for (int t = 0; t < 4; t++) assert_true(times.time[times.at_trace[t]] == trace[t] && !times.before[times.at_trace[t]]);
    assert_true(times.at_visit[0] < times.at_trace[0] && times.at_visit[1] < times.at_trace[2]);
    onset_times_free(&times);
}

/* ---- Endpoints ---- */

enum { V = 5 };
static const double when[V] = {-24, 0, 24, 48, 72};

typedef struct {
    onset_arena *arena;
    onset_study  study;
    onset_model  model;
    int          x, draw, time; /* leaves */
} endpoints;

static void setup(endpoints *e, int n_histories)
{
    *e                          = (endpoints){.arena = onset_arena_create()};
    e->model.n_outputs          = 1;
    e->study.model              = &e->model;
    e->study.population.n_draws = 1;
    e->study.n_visits           = V;
    e->study.visits             = (double *)(uintptr_t)when;
    e->study.n_histories        = n_histories;
    e->study.histories          = onset_arena_alloc(e->arena, 8 * sizeof(onset_history));
    e->study.endpoints          = onset_arena_alloc(e->arena, 8 * sizeof(onset_endpoint));
    onset_graph_init(&e->study.endpoint_graph, e->arena);
    e->x    = onset_graph_leaf(&e->study.endpoint_graph, ONSET_NODE_COV, 0);
    e->draw = onset_graph_leaf(&e->study.endpoint_graph, ONSET_NODE_COV, 1);
}

static int history_leaf(endpoints *e, int h)
{
    return onset_graph_leaf(&e->study.endpoint_graph, ONSET_NODE_COV, 2 + h);
}

static void evaluate(endpoints *e, const double *x, double draw, double *values)
{
    onset_evaluator *evaluator = NULL;

    assert_int_equal(onset_evaluator_create(NULL, &e->study, &evaluator), ONSET_OK);
    onset_evaluate(evaluator, x, &draw, values);
    onset_evaluate(evaluator, x, &draw, values); /* nothing of the first course is left over */
    onset_evaluator_free(evaluator);
}

static void check_history(onset_history_kind kind, int visit, const double *x, const double *wanted)
{
    endpoints e;
    double    values[V];

    setup(&e, 1);
    e.study.histories[0]                     = (onset_history){kind, e.x, visit};
    e.study.endpoints[e.study.n_endpoints++] = (onset_endpoint){.node = history_leaf(&e, 0)};
    evaluate(&e, x, 0, values);
    for (int v = 0; v < V; v++)
        if (!(isnan(wanted[v]) ? isnan(values[v]) : values[v] == wanted[v]))
            fail_msg("visit %d: got %g, wanted %g", v, values[v], wanted[v]);
    onset_arena_free(e.arena);
}

static void histories_of_a_course(void **state)
{
    static const double x[V] = {31, 30, 12, 25, 8}, hole[V] = {31, 30, NAN, 25, 8};

    (void)state;
    check_history(ONSET_HISTORY_BASELINE, 0, x, (const double[V]){NAN, 30, 30, 30, 30}); /* the last visit at or before time 0 */
    check_history(ONSET_HISTORY_AT, 3, x, (const double[V]){NAN, NAN, NAN, 25, 25});
    check_history(ONSET_HISTORY_PEAK, 0, x, (const double[V]){31, 31, 31, 31, 31});
    check_history(ONSET_HISTORY_NADIR, 0, x, (const double[V]){31, 30, 12, 12, 8});
    check_history(ONSET_HISTORY_NADIR, 0, hole, (const double[V]){31, 30, 30, 25, 8});
    check_history(ONSET_HISTORY_AT, 2, hole, (const double[V]){NAN, NAN, NAN, NAN, NAN});
}

/* sustained: ever(x <= 0.5 baseline(x)) and x <= threshold, the threshold a population value */
static void conditions_with_memory(void **state)
{
    static const double x[V] = {31, 30, 12, 25, 14};
    endpoints           e;
    onset_graph        *g;
    int                 baseline, half, ever;
    double              values[V];

    (void)state;
    setup(&e, 2);
    g        = &e.study.endpoint_graph;
    baseline = history_leaf(&e, 0);
    half     = onset_graph_binary(g, ONSET_NODE_LE, e.x, onset_graph_binary(g, ONSET_NODE_MUL, onset_graph_const(g, 0.5), baseline));
    ever     = history_leaf(&e, 1);
    e.study.histories[0]                     = (onset_history){ONSET_HISTORY_BASELINE, e.x, 0};
    e.study.histories[1]                     = (onset_history){ONSET_HISTORY_EVER, half, 0};
    e.study.endpoints[e.study.n_endpoints++] = (onset_endpoint){
        .node = onset_graph_binary(g, ONSET_NODE_AND, ever, onset_graph_binary(g, ONSET_NODE_LE, e.x, e.draw)), .is_condition = true};
    evaluate(&e, x, 20, values);
    assert_true(isnan(values[0])); /* no baseline yet, so it is not known */
    assert_true(values[1] == 0 && values[2] == 1 && values[3] == 0 && values[4] == 1);
    evaluate(&e, x, 13, values);
    assert_true(values[2] == 1 && values[4] == 0);
    onset_arena_free(e.arena);
}

/* A missing value makes a condition unknown, not false. */
static void what_is_not_a_number_is_not_false(void **state)
{
    static const double x[V] = {31, 30, NAN, 9, 8};
    endpoints           e;
    double              values[V];

    (void)state;
    setup(&e, 0);
    e.study.endpoints[e.study.n_endpoints++] = (onset_endpoint){
        .node         = onset_graph_binary(&e.study.endpoint_graph, ONSET_NODE_LE, e.x, onset_graph_const(&e.study.endpoint_graph, 10)),
        .is_condition = true};
    evaluate(&e, x, 0, values);
    assert_true(values[1] == 0 && isnan(values[2]) && values[3] == 1);
    onset_arena_free(e.arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(error_has_the_size_written),
                                       cmocka_unit_test(observed_values_keep_to_limits_and_steps),
                                       cmocka_unit_test(an_error_belongs_to_its_arm_visit_and_output),
                                       cmocka_unit_test(visits_see_the_patient_before_the_dose),
                                       cmocka_unit_test(histories_of_a_course),
                                       cmocka_unit_test(conditions_with_memory),
                                       cmocka_unit_test(what_is_not_a_number_is_not_false)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
