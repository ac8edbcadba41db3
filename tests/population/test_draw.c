/* Virtual patients: distributions, limits, correlations, criteria, files, random effects.
 *
 * The seed is fixed, so each test either passes always or fails always; the probability given beside a bound is that of an alarm without a
 * fault, had the seed been drawn. */
#include "population/population.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

enum { N = 20000, MAX = 8 };
static const uint64_t seed = 20261121;

/* A population and a model put together by hand. */
typedef struct {
    onset_arena           *arena;
    onset_model            model;
    onset_population       population;
    onset_draw             draws[MAX];
    onset_model_param      params[MAX];
    onset_model_covariate  covariates[MAX];
    onset_draw_correlation correlations[MAX];
    int                    n_correlations;
    int                    require[MAX];
    const char            *require_text[MAX];
    onset_error            err;
} world;

static world *create(void)
{
    world *w = calloc(1, sizeof *w);

    w->arena                   = onset_arena_create();
    w->population.draws        = w->draws;
    w->population.require      = w->require;
    w->population.require_text = w->require_text;
    w->model.params            = w->params;
    w->model.covariates        = w->covariates;
    onset_graph_init(&w->population.graph, w->arena);
    return w;
}

static void destroy(world *w)
{
    onset_arena_free(w->arena);
    free(w);
}

static onset_draw *add_draw(world *w, const char *name, onset_dist_kind dist, double a, double b)
{
    onset_draw *draw = &w->draws[w->population.n_draws++];

    *draw           = (onset_draw){.name = name, .kind = ONSET_DRAW_DIST, .dist = dist, .a = a, .b = b, .low = -INFINITY, .high = INFINITY};
    draw->covariate = draw->param = -1;
    draw->to_model                = 1;
    draw->unit.unit               = onset_unit_one;
    return draw;
}

static void correlate(world *w, int a, int b, double r)
{
    w->correlations[w->n_correlations++] = (onset_draw_correlation){a, b, r};
}

static onset_status finish(world *w)
{
    w->err = (onset_error){0};
    return onset_population_finish(&w->err, w->arena, &w->population, &w->model, w->correlations, w->n_correlations, seed);
}

static void must_finish(world *w)
{
    if (finish(w) != ONSET_OK) fail_msg("%s", w->err.message);
}

/* Variable k of subjects 1 .. N. */
static double *sample(world *w, int k)
{
    double *out = malloc(N * sizeof *out);

    for (uint64_t i = 0; i < N; i++) {
        double values[MAX], params[2 * MAX];
        if (onset_population_draw(&w->err, &w->population, &w->model, seed, i + 1, values, params, NULL, NULL) != ONSET_OK)
            fail_msg("%s", w->err.message);
        out[i] = values[k];
    }
    return out;
}

static int compare(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

/* Kolmogorov and Smirnov: sqrt(n) D above 2.7 has probability 2 exp(-2 2.7^2) = 9e-7. x is sorted. */
static void check_fit(double *x, double (*cdf)(double x), const char *what)
{
    double d = 0;

    qsort(x, N, sizeof *x, compare);
    for (int i = 0; i < N; i++) d = fmax(d, fmax(fabs(cdf(x[i]) - (double)i / N), fabs(cdf(x[i]) - (double)(i + 1) / N)));
    if (!(d * sqrt(N) < 2.7)) fail_msg("%s: sqrt(n) D = %g", what, d * sqrt(N));
}

static double correlation(const double *x, const double *y)
{
    double mx = 0, my = 0, xx = 0, yy = 0, xy = 0;

    for (int i = 0; i < N; i++) mx += x[i] / N, my += y[i] / N;
    for (int i = 0; i < N; i++) xx += pow(x[i] - mx, 2), yy += pow(y[i] - my, 2), xy += (x[i] - mx) * (y[i] - my);
    return xy / sqrt(xx * yy);
}

static double normal_cdf(double x)
{
    return 0.5 * erfc(-(x - 46) / 12 / sqrt(2));
}
static double lognormal_cdf(double x)
{
    return 0.5 * erfc(-log(x / 82) / sqrt(log(1.04)) / sqrt(2));
}
static double uniform_cdf(double x)
{
    return x - 1;
}
static double logitnormal_cdf(double x)
{
    return 0.5 * erfc(-(log(x / (1 - x)) - log(0.3 / 0.7)) / 0.5 / sqrt(2));
}
static double truncated_cdf(double x)
{
    return (normal_cdf(x) - normal_cdf(18)) / (normal_cdf(65) - normal_cdf(18));
}

static void continuous_distributions_fit(void **state)
{
    static const struct {
        onset_dist_kind dist;
        double          a, b, low, high;
        double (*cdf)(double);
        const char *name;
    } cases[] = {
        {ONSET_DIST_NORMAL, 46, 12, -INFINITY, INFINITY, normal_cdf, "normal"},
        {ONSET_DIST_LOGNORMAL, 82, 0.2, -INFINITY, INFINITY, lognormal_cdf, "lognormal"},
        {ONSET_DIST_UNIFORM, 1, 2, -INFINITY, INFINITY, uniform_cdf, "uniform"},
        {ONSET_DIST_LOGITNORMAL, 0.3, 0.5, -INFINITY, INFINITY, logitnormal_cdf, "logitnormal"},
        {ONSET_DIST_NORMAL, 46, 12, 18, 65, truncated_cdf, "truncated"},
    };
    (void)state;
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        world      *w    = create();
        onset_draw *draw = add_draw(w, cases[k].name, cases[k].dist, cases[k].a, cases[k].b);
        double     *x;

        draw->low  = cases[k].low;
        draw->high = cases[k].high;
        must_finish(w);
        x = sample(w, 0);
        check_fit(x, cases[k].cdf, cases[k].name);
        assert_true(x[0] >= cases[k].low && x[N - 1] <= cases[k].high);
        free(x);
        destroy(w);
    }
}

/* Chi-square over 0..9 and the rest, 10 degrees of freedom: 47 has probability 1e-6. */
static void poisson_counts_fit(void **state)
{
    world  *w = create();
    double *x;
    double  counts[11] = {0}, chi2 = 0, p = exp(-2.5), rest = 1;

    (void)state;
    add_draw(w, "n_failed", ONSET_DIST_POISSON, 2.5, 0);
    must_finish(w);
    x = sample(w, 0);
    for (int i = 0; i < N; i++) counts[x[i] < 10 ? (int)x[i] : 10]++;
    for (int k = 0; k < 10; k++) {
        chi2 += pow(counts[k] - N * p, 2) / (N * p);
        rest -= p;
        p *= 2.5 / (k + 1);
    }
    chi2 += pow(counts[10] - N * rest, 2) / (N * rest);
    if (!(chi2 < 47)) fail_msg("chi-square %g", chi2);
    free(x);
    destroy(w);
}

/* 5 standard errors: 6e-7. */
static void categories_have_their_shares(void **state)
{
    static const char  *labels[]     = {"a", "b", "c"};
    static double       cumulative[] = {0.2, 0.5, 1};
    static const double share[]      = {0.2, 0.3, 0.5};
    world              *w            = create();
    onset_draw         *draw         = add_draw(w, "kind", ONSET_DIST_CATEGORY, 0, 0);
    double              counts[3]    = {0}, *x;

    (void)state;
    draw->n_labels   = 3;
    draw->labels     = labels;
    draw->cumulative = cumulative;
    must_finish(w);
    x = sample(w, 0);
    for (int i = 0; i < N; i++) counts[(int)x[i]]++;
    for (int k = 0; k < 3; k++) {
        if (!(fabs(counts[k] / N - share[k]) < 5 * sqrt(share[k] * (1 - share[k]) / N))) fail_msg("category %d: %g", k, counts[k] / N);
    }
    free(x);
    destroy(w);
}

/* Gaussian copula: the correlation of normal scores. 5 standard errors, (1 - r^2) / sqrt(n): 6e-7 each. */
static void correlations_are_those_asked_for(void **state)
{
    world  *w = create();
    double *x[3];

    (void)state;
    add_draw(w, "x", ONSET_DIST_NORMAL, 10, 2);
    add_draw(w, "y", ONSET_DIST_LOGNORMAL, 5, 0.3);
    add_draw(w, "z", ONSET_DIST_NORMAL, 0, 1);
    correlate(w, 0, 1, 0.6);
    correlate(w, 1, 2, -0.4);
    must_finish(w);
    for (int k = 0; k < 3; k++) x[k] = sample(w, k);
    for (int i = 0; i < N; i++) x[1][i] = log(x[1][i]);
    assert_true(fabs(correlation(x[0], x[1]) - 0.6) < 5 * (1 - 0.36) / sqrt(N));
    assert_true(fabs(correlation(x[1], x[2]) + 0.4) < 5 * (1 - 0.16) / sqrt(N));
    assert_true(fabs(correlation(x[0], x[2])) < 5 / sqrt(N));
    for (int k = 0; k < 3; k++) free(x[k]);
    destroy(w);
}

static void impossible_correlations_are_refused(void **state)
{
    world *w = create();

    (void)state;
    for (int k = 0; k < 3; k++) add_draw(w, k == 0 ? "x" : k == 1 ? "y" : "z", ONSET_DIST_NORMAL, 0, 1);
    correlate(w, 0, 1, 0.9);
    correlate(w, 1, 2, 0.9);
    correlate(w, 0, 2, -0.9);
    assert_int_equal(finish(w), ONSET_BAD_INPUT);
    assert_non_null(strstr(w->err.message, "not positive definite"));
    destroy(w);
}

/* Limits on one of two correlated variables: the pair keeps to the normal distribution given the limits, so of x > 0 the mean of y is
 * r sqrt(2 / pi) (r times the mean of a half-normal). 5 standard errors of at most 1 / sqrt(n). */
static void limits_keep_the_correlation(void **state)
{
    world  *w = create();
    double *y, mean = 0;

    (void)state;
    add_draw(w, "y", ONSET_DIST_NORMAL, 0, 1);
    add_draw(w, "x", ONSET_DIST_NORMAL, 0, 1)->low = 0;
    correlate(w, 0, 1, 0.8);
    must_finish(w);
    y = sample(w, 0);
    for (int i = 0; i < N; i++) mean += y[i] / N;
    if (!(fabs(mean - 0.8 * sqrt(2 / acos(-1))) < 5 / sqrt(N))) fail_msg("mean %g", mean);
    free(y);
    destroy(w);
}

static void shares_within_limits_are_known(void **state)
{
    static const struct {
        onset_dist_kind dist;
        double          a, b, low, high, share;
    } cases[] = {
        {ONSET_DIST_NORMAL, 0, 1, -1.959963984540054, 1.959963984540054, 0.95},
        {ONSET_DIST_NORMAL, 0, 1, 300, 400, 0},
        {ONSET_DIST_NORMAL, 5, 0, 4, 6, 1},
        {ONSET_DIST_NORMAL, 5, 0, 6, 7, 0},
        {ONSET_DIST_LOGNORMAL, 82, 0.2, 82, INFINITY, 0.5},
        {ONSET_DIST_LOGNORMAL, 82, 0.2, -3, 0, 0},
        {ONSET_DIST_UNIFORM, 1, 2, 1.25, 9, 0.75},
        {ONSET_DIST_LOGITNORMAL, 0.3, 0.5, 0, 0.3, 0.5},
        {ONSET_DIST_POISSON, 2.5, 0, 2, INFINITY, 0.7127025048163542}, /* 1 - 3.5 exp(-2.5) */
        {ONSET_DIST_POISSON, 2.5, 0, 0, 1, 0.2872974951836458},
    };
    (void)state;
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        const onset_draw draw = {.dist = cases[k].dist, .a = cases[k].a, .b = cases[k].b, .low = cases[k].low, .high = cases[k].high};
        if (!(fabs(onset_draw_share(&draw) - cases[k].share) < 1e-12)) fail_msg("case %zu: %.17g", k, onset_draw_share(&draw));
    }
}

/* Limits that hold next to nothing end in a message, not in an endless loop. */
static void limits_in_the_tail_fail(void **state)
{
    world *w = create();
    double values[MAX], params[2 * MAX];

    (void)state;
    add_draw(w, "age", ONSET_DIST_NORMAL, 46, 12)->low = 400;
    must_finish(w);
    assert_int_equal(onset_population_draw(&w->err, &w->population, &w->model, seed, 1, values, params, NULL, NULL), ONSET_BAD_INPUT);
    assert_non_null(strstr(w->err.message, "no value of 'age' within 400..inf"));
    destroy(w);
}

/* n_failed >= 2 and madrs >= 22. */
static world *with_criteria(double least)
{
    world       *w     = create();
    onset_graph *graph = &w->population.graph;
    int          failed, madrs;

    add_draw(w, "n_failed", ONSET_DIST_POISSON, 2.5, 0);
    add_draw(w, "madrs", ONSET_DIST_NORMAL, 33, 5);
    failed                  = onset_graph_leaf(graph, ONSET_NODE_COV, 0);
    madrs                   = onset_graph_leaf(graph, ONSET_NODE_COV, 1);
    w->require[0]           = onset_graph_binary(graph, ONSET_NODE_LE, onset_graph_const(graph, least), failed);
    w->require[1]           = onset_graph_binary(graph, ONSET_NODE_LE, onset_graph_const(graph, 22), madrs);
    w->require_text[0]      = "n_failed >= 2";
    w->require_text[1]      = "madrs >= 22";
    w->population.n_require = 2;
    return w;
}

/* P(Poisson(2.5) >= 2) P(normal(33, 5) >= 22) = 0.7127 x 0.9861 = 0.7028; of 2,000 candidates within 5 standard errors. */
static void criteria_hold_and_acceptance_is_known(void **state)
{
    world       *w = with_criteria(2);
    const double p = 0.7127025048163542 * 0.5 * erfc(-2.2 / sqrt(2));
    double      *failed, *madrs;
    long         attempts = 0, sum = 0;

    (void)state;
    must_finish(w);
    assert_true(fabs(w->population.acceptance - p) < 5 * sqrt(p * (1 - p) / 2000));
    failed = sample(w, 0);
    madrs  = sample(w, 1);
    for (int i = 0; i < N; i++) assert_true(failed[i] >= 2 && madrs[i] >= 22);
    for (uint64_t i = 1; i <= 2000; i++) {
        double values[MAX], params[2 * MAX];
        onset_population_draw(&w->err, &w->population, &w->model, seed, i, values, params, NULL, &attempts);
        sum += attempts;
    }
    assert_true(fabs((double)sum / 2000 - 1 / p) < 5 * sqrt((1 - p) / (p * p) / 2000)); /* geometric */
    free(failed);
    free(madrs);
    destroy(w);
}

static void criteria_that_nobody_meets_are_named(void **state)
{
    world *w = with_criteria(50);
    double values[MAX], params[2 * MAX];

    (void)state;
    assert_int_equal(finish(w), ONSET_BAD_INPUT);
    assert_non_null(strstr(w->err.message, "none of 2000 candidates"));
    assert_non_null(strstr(w->err.message, "n_failed >= 2"));
    w->err = (onset_error){0};
    assert_int_equal(onset_population_draw(&w->err, &w->population, &w->model, seed, 3, values, params, NULL, NULL), ONSET_BAD_INPUT);
    assert_non_null(strstr(w->err.message, "subject 3: none of 10000 candidates"));
    destroy(w);
}

/* Subject 17 is the same whoever is drawn before. */
static void subjects_do_not_depend_on_order(void **state)
{
    world *w = with_criteria(2);
    double forward[50][MAX], values[MAX], params[2 * MAX];

    (void)state;
    must_finish(w);
    for (uint64_t i = 0; i < 50; i++) {
        onset_population_draw(&w->err, &w->population, &w->model, seed, i + 1, values, params, NULL, NULL);
        memcpy(forward[i], values, sizeof values);
    }
    for (uint64_t i = 50; i-- > 0;) {
        onset_population_draw(&w->err, &w->population, &w->model, seed, i + 1, values, params, NULL, NULL);
        assert_true(values[0] == forward[i][0] && values[1] == forward[i][1]);
    }
    destroy(w);
}

/* Variables are drawn by name: another one beside them changes nothing. */
static void a_further_variable_changes_no_other(void **state)
{
    world *a = create(), *b = create();
    double one[MAX], two[MAX], params[2 * MAX];

    (void)state;
    add_draw(a, "age", ONSET_DIST_NORMAL, 46, 12);
    add_draw(b, "height", ONSET_DIST_NORMAL, 170, 10);
    add_draw(b, "age", ONSET_DIST_NORMAL, 46, 12);
    must_finish(a);
    must_finish(b);
    for (uint64_t i = 1; i < 20; i++) {
        onset_population_draw(&a->err, &a->population, &a->model, seed, i, one, params, NULL, NULL);
        onset_population_draw(&b->err, &b->population, &b->model, seed, i, two, params, NULL, NULL);
        assert_true(one[0] == two[1]);
    }
    destroy(a);
    destroy(b);
}

/* cl log-normal (typical 80, CV 30 %), shift normal(5, 2), f logit-normal (median 0.3, SD 0.5); cl and shift correlated 0.5. */
static void random_effects_have_their_distributions(void **state)
{
    static onset_model_correlation pair = {.a = 0, .b = 1, .r = 0.5};
    world                         *w    = create();
    double                        *x[3], *eta[2];

    (void)state;
    w->model.n_params       = 3;
    w->params[0]            = (onset_model_param){.name = "pk.cl", .value = 80, .iiv = ONSET_IIV_LOGNORMAL, .omega = sqrt(log(1.09))};
    w->params[1]            = (onset_model_param){.name = "pd.shift", .value = 5, .iiv = ONSET_IIV_NORMAL, .omega = 2};
    w->params[2]            = (onset_model_param){.name = "pk.f", .value = 0.3, .iiv = ONSET_IIV_LOGIT, .omega = 0.5};
    w->model.n_correlations = 1;
    w->model.correlations   = &pair;
    must_finish(w);
    for (int k = 0; k < 3; k++) x[k] = malloc(N * sizeof(double));
    for (int k = 0; k < 2; k++) eta[k] = malloc(N * sizeof(double));
    for (uint64_t i = 0; i < N; i++) {
        double values[MAX], params[2 * MAX], etas[MAX];
        onset_population_draw(&w->err, &w->population, &w->model, seed, i + 1, values, params, etas, NULL);
        for (int k = 0; k < 3; k++) x[k][i] = params[k];
        for (int k = 0; k < 2; k++) eta[k][i] = etas[k];
        assert_true(fabs(params[0] - 80 * exp(etas[0])) < 1e-12 * params[0]);
    }
    assert_true(fabs(correlation(eta[0], eta[1]) - 0.5) < 5 * 0.75 / sqrt(N));
    for (int i = 0; i < N; i++) {
        x[0][i] = 46 + 12 * log(x[0][i] / 80) / sqrt(log(1.09)); /* so that one cdf serves */
        x[1][i] = 46 + 12 * (x[1][i] - 5) / 2;
    }
    check_fit(x[0], normal_cdf, "log-normal random effect");
    check_fit(x[1], normal_cdf, "normal random effect");
    check_fit(x[2], logitnormal_cdf, "logit-normal random effect");
    for (int k = 0; k < 3; k++) free(x[k]);
    for (int k = 0; k < 2; k++) free(eta[k]);
    destroy(w);
}

/* Values of the population reach the model in the model's units; a parameter that is given has no random effect. */
static void values_reach_the_model(void **state)
{
    world      *w = create();
    onset_draw *weight, *cl;
    double      values[MAX], params[2 * MAX], eta[MAX];

    (void)state;
    w->model.n_params     = 2;
    w->params[0]          = (onset_model_param){.name = "pk.cl", .value = 80, .iiv = ONSET_IIV_LOGNORMAL, .omega = 0.3};
    w->params[1]          = (onset_model_param){.name = "pk.v", .value = 100, .iiv = ONSET_IIV_LOGNORMAL, .omega = 0};
    w->model.n_covariates = 2;
    w->covariates[0]      = (onset_model_covariate){.name = "weight", .value = 70, .low = 1, .high = 400, .unit.text = "kg"};
    w->covariates[1]      = (onset_model_covariate){.name = "age", .value = 40, .low = -INFINITY, .high = INFINITY, .unit.text = "year"};
    weight                = add_draw(w, "weight", ONSET_DIST_NORMAL, 80000, 5);
    weight->covariate     = 0;
    weight->to_model      = 1e-3;
    cl                    = add_draw(w, "pk.cl", ONSET_DIST_UNIFORM, 1, 2);
    cl->param             = 0;
    cl->to_model          = 60;
    must_finish(w);
    assert_int_equal(onset_population_draw(&w->err, &w->population, &w->model, seed, 1, values, params, eta, NULL), ONSET_OK);
    assert_true(params[0] == values[1] * 60 && eta[0] == 0);
    assert_true(params[1] == 100);
    assert_true(fabs(params[2] - values[0] * 1e-3) < 1e-12);
    assert_true(params[3] == 40);
    destroy(w);
}

/* bmi = weight / height^2, and a derived value of it. */
static void derived_values_follow(void **state)
{
    world       *w     = create();
    onset_graph *graph = &w->population.graph;
    onset_draw  *bmi, *over;
    double       values[MAX], params[2 * MAX];

    (void)state;
    add_draw(w, "weight", ONSET_DIST_NORMAL, 80, 5);
    add_draw(w, "height", ONSET_DIST_NORMAL, 1.75, 0.05);
    bmi       = add_draw(w, "bmi", ONSET_DIST_NORMAL, 0, 0);
    bmi->kind = ONSET_DRAW_DERIVED;
    bmi->node = onset_graph_binary(
        graph, ONSET_NODE_DIV, onset_graph_leaf(graph, ONSET_NODE_COV, 0),
        onset_graph_binary(graph, ONSET_NODE_MUL, onset_graph_leaf(graph, ONSET_NODE_COV, 1), onset_graph_leaf(graph, ONSET_NODE_COV, 1)));
    over       = add_draw(w, "over", ONSET_DIST_NORMAL, 0, 0);
    over->kind = ONSET_DRAW_DERIVED;
    over->node = onset_graph_binary(graph, ONSET_NODE_LE, onset_graph_const(graph, 25), onset_graph_leaf(graph, ONSET_NODE_COV, 2));
    must_finish(w);
    for (uint64_t i = 1; i <= 50; i++) {
        assert_int_equal(onset_population_draw(&w->err, &w->population, &w->model, seed, i, values, params, NULL, NULL), ONSET_OK);
        assert_true(fabs(values[2] - values[0] / (values[1] * values[1])) < 1e-12);
        assert_true(values[3] == (values[2] >= 25));
    }
    destroy(w);
}

/* Rows are taken in turn; a criterion makes the subjects of refused rows take others. */
static void rows_of_a_file_are_subjects(void **state)
{
    static double rows[] = {50, 60, 70};
    world        *w      = create();
    onset_graph  *graph  = &w->population.graph;
    double        values[MAX], params[2 * MAX], counts[3] = {0};

    (void)state;
    add_draw(w, "weight", ONSET_DIST_NORMAL, 0, 0)->kind = ONSET_DRAW_COLUMN;
    w->population.n_file_rows                            = 3;
    w->population.file_values                            = rows;
    must_finish(w);
    for (uint64_t i = 0; i < 7; i++) {
        onset_population_draw(&w->err, &w->population, &w->model, seed, i + 1, values, params, NULL, NULL);
        assert_true(values[0] == rows[i % 3]);
    }
    w->require[0]      = onset_graph_binary(graph, ONSET_NODE_LE, onset_graph_leaf(graph, ONSET_NODE_COV, 0), onset_graph_const(graph, 65));
    w->require_text[0] = "weight <= 65";
    w->population.n_require = 1;
    must_finish(w);
    assert_true(fabs(w->population.acceptance - 2.0 / 3) < 1e-3);
    for (uint64_t i = 0; i < 3000; i++) {
        assert_int_equal(onset_population_draw(&w->err, &w->population, &w->model, seed, i + 1, values, params, NULL, NULL), ONSET_OK);
        counts[(int)(values[0] / 10) - 5]++;
    }
    assert_true(counts[2] == 0 && fabs(counts[0] - 1500) < 5 * sqrt(1000 * 0.25)); /* a third of them draws by lot */
    destroy(w);
}

static void the_body_is_known_outside_the_model(void **state)
{
    world *w = create();
    double values[MAX], params[2 * MAX], kg, m2;

    (void)state;
    add_draw(w, "weight", ONSET_DIST_NORMAL, 80000, 5)->unit.unit = (onset_unit){.scale = 1e-3, .power = {0, 1}};
    must_finish(w);
    onset_population_draw(&w->err, &w->population, &w->model, seed, 1, values, params, NULL, NULL);
    onset_population_body(&w->population, values, &kg, &m2);
    assert_true(fabs(kg - values[0] / 1000) < 1e-9 && isnan(m2));
    destroy(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(continuous_distributions_fit),
        cmocka_unit_test(poisson_counts_fit),
        cmocka_unit_test(categories_have_their_shares),
        cmocka_unit_test(correlations_are_those_asked_for),
        cmocka_unit_test(impossible_correlations_are_refused),
        cmocka_unit_test(limits_keep_the_correlation),
        cmocka_unit_test(shares_within_limits_are_known),
        cmocka_unit_test(limits_in_the_tail_fail),
        cmocka_unit_test(criteria_hold_and_acceptance_is_known),
        cmocka_unit_test(criteria_that_nobody_meets_are_named),
        cmocka_unit_test(subjects_do_not_depend_on_order),
        cmocka_unit_test(a_further_variable_changes_no_other),
        cmocka_unit_test(random_effects_have_their_distributions),
        cmocka_unit_test(values_reach_the_model),
        cmocka_unit_test(derived_values_follow),
        cmocka_unit_test(rows_of_a_file_are_subjects),
        cmocka_unit_test(the_body_is_known_outside_the_model),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
