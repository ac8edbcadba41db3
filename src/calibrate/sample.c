/* A sample of the posterior: Metropolis on an emulator.
 *
 * Virtual patients are few, and a rate jumps where one of them passes a threshold: the exact objective is too rough for weights or for a chain of a
 * few hundred steps. So
 * 1. every trial is solved at draws of the normal at the best values with their covariance, held within the bounds;
 * 2. the mean of each row becomes a linear function of the estimates, by least squares over those draws, which averages the roughness out;
 *    sampling covariances are those at the best, random effects and spreads exact;
 * 3. adaptive Metropolis (Haario et al. 2001, doi:10.2307/3318737) walks the posterior that follows, and is thinned.
 * How far the functions are from the solved means is measured at a fifth of the draws, with the functions fitted to the others. */
#include "calibrate/normal.h"
#include "calibrate/work.h"

#include "base/cholesky.h"
#include "base/error.h"

#include <math.h>

/* Steps, those before the first that counts, and those between two fits of the steps' covariance. Chosen by us: seconds, and an effective
 * number in the hundreds for thirty estimates. */
enum { STEPS = 60000, BURN = 10000, REFIT = 2000, BATCHES = 50, LEFT_OUT = 5 };

typedef struct {
    int      n;    /* points */
    double  *unit; /* [n][n_estimates] */
    double **mean; /* [n_trials][n][rows of the trial] */
} design;

/* Per trial, [rows][1 + n_estimates]: the mean at the best values, and its slopes. */
typedef double **emulator;

/* ---- The design ---- */

static void draw_point(const onset_calibration *c, const onset_calibration_result *r, const double *factor, int number, double *unit)
{
    const int    n      = c->n;
    onset_stream stream = onset_stream_start(c->options->seed, (uint64_t)number + 1, onset_purpose("posterior"));

    memcpy(unit, r->best, (size_t)n * sizeof *unit);
    for (int k = 0; k < n; k++) {
        const double x = onset_stream_normal(&stream);
        for (int i = k; i < n; i++) unit[i] += factor[i * n + k] * x;
    }
    for (int i = 0; i < n; i++) {
        const onset_estimate *e = &c->set.estimates.items[i];
        unit[i]                 = fmin(fmax(unit[i], onset_estimate_to_unit(e, e->low)), onset_estimate_to_unit(e, e->high));
    }
}

static onset_status solve_design(onset_calibration *c, const onset_calibration_result *r, const double *factor, design *out)
{
    const size_t n = (size_t)c->n, most = (size_t)c->options->draws;
    onset_status status = ONSET_OK;

    out->unit = onset_arena_alloc(c->arena, most * n * sizeof(double));
    out->mean = onset_arena_alloc(c->arena, (size_t)c->trials.n * sizeof(double *));
    for (int t = 0; t < c->trials.n; t++) out->mean[t] = onset_arena_alloc(c->arena, most * (size_t)c->trials.items[t].n * sizeof(double));
    for (int d = 0; d < c->options->draws && status == ONSET_OK; d++) {
        double *unit = out->unit + (size_t)out->n * n, value;

        draw_point(c, r, factor, d, unit);
        status = onset_calibration_objective(c, unit, &value);
        if (status != ONSET_OK || !isfinite(value)) continue; /* a trial that could not be solved */
        for (int t = 0; t < c->trials.n; t++)
            memcpy(out->mean[t] + out->n * c->trials.items[t].n, c->trials.items[t].mean, (size_t)c->trials.items[t].n * sizeof(double));
        out->n++;
    }
    return status;
}

/* ---- The emulator ---- */

/* Point d of the design as a row of the regression: 1, and the distance from the best. */
static void regressors(const onset_calibration *c, const onset_calibration_result *r, const double *unit, double *x)
{
    x[0] = 1;
    for (int i = 0; i < c->n; i++) x[i + 1] = unit[i] - r->best[i];
}

/* Least squares over the points, without every fifth of them where `check` is set. */
static onset_status fit(onset_calibration *c, const onset_calibration_result *r, const design *points, bool check, emulator out)
{
    const int m      = c->n + 1;
    double   *normal = onset_arena_alloc(c->arena, (size_t)m * (size_t)m * sizeof *normal);
    double   *x      = onset_arena_alloc(c->arena, (size_t)m * sizeof *x);

    for (int t = 0; t < c->trials.n; t++) memset(out[t], 0, (size_t)c->trials.items[t].n * (size_t)m * sizeof(double));
    for (int d = 0; d < points->n; d++) {
        if (check && d % LEFT_OUT == 0) continue;
        regressors(c, r, points->unit + d * c->n, x);
        for (int i = 0; i < m; i++)
            for (int j = 0; j <= i; j++) normal[i * m + j] += x[i] * x[j];
        for (int t = 0; t < c->trials.n; t++)
            for (int row = 0; row < c->trials.items[t].n; row++)
                for (int i = 0; i < m; i++) out[t][row * m + i] += x[i] * points->mean[t][d * c->trials.items[t].n + row];
    }
    if (onset_cholesky(normal, m) >= 0)
        return onset_fail(c->err, ONSET_BAD_INPUT, "%d draws are too few for %d estimates; give more (--draws)", points->n, c->n);
    for (int t = 0; t < c->trials.n; t++)
        for (int row = 0; row < c->trials.items[t].n; row++) {
            onset_lower_solve(m, normal, out[t] + row * m);
            onset_lower_solve_transposed(m, normal, out[t] + row * m);
        }
    return ONSET_OK;
}

static double emulated(const double *slopes, const double *x, int m)
{
    double sum = 0;

    for (int i = 0; i < m; i++) sum += slopes[i] * x[i];
    return sum;
}

/* Root mean square of emulated less solved means at the points that the fit left out, of scores and of rates. */
static void measure(onset_calibration *c, onset_calibration_result *r, const design *points, emulator em)
{
    const int m = c->n + 1;
    double   *x = onset_arena_alloc(c->arena, (size_t)m * sizeof *x), squares[2] = {0}, n[2] = {0};

    for (int d = 0; d < points->n; d += LEFT_OUT) {
        regressors(c, r, points->unit + d * c->n, x);
        for (int t = 0; t < c->trials.n; t++)
            for (int row = 0; row < c->trials.items[t].n; row++) {
                const bool   pct = c->trials.items[t].rows[row]->row.is_pct;
                const double e =
                    (emulated(em[t] + row * m, x, m) - points->mean[t][d * c->trials.items[t].n + row]) / c->trials.items[t].misfit_unit;
                squares[pct] += e * e, n[pct]++;
            }
    }
    r->misfit_score = n[0] > 0 ? sqrt(squares[0] / n[0]) : NAN;
    r->misfit_pct   = n[1] > 0 ? sqrt(squares[1] / n[1]) : NAN;
}

/* ---- The chain ---- */

typedef struct {
    onset_calibration        *c;
    onset_calibration_result *r;
    emulator                  em;
    onset_stream              stream;
    double                   *at, *next, *x, *values; /* [n]; x [1 + n] */
    double                   *factor;                 /* [n][n] of the steps' covariance */
    double                   *sum, *squares;          /* [n], [n][n] of the steps that count */
    double                   *batch;                  /* [BATCHES][n] sums */
    double                    target;
    long                      accepted, counted;
} chain;

/* Emulated log posterior; -INFINITY outside the bounds. The trials' means and log likelihoods are those of `unit` then. */
static double posterior_at(chain *k, const double *unit)
{
    onset_calibration *c = k->c;
    const int          m = c->n + 1;

    if (!onset_calibration_values(c, unit, k->values)) return -INFINITY;
    regressors(c, k->r, unit, k->x);
    for (int t = 0; t < c->trials.n; t++)
        for (int row = 0; row < c->trials.items[t].n; row++) c->trials.items[t].mean[row] = emulated(k->em[t] + row * m, k->x, m);
    return onset_calibration_likelihood(c, k->values) + onset_calibration_log_prior(unit, c->n);
}

static void keep_draw(chain *k, int number)
{
    const onset_calibration *c = k->c;

    posterior_at(k, k->at); /* the likelihoods of a step that was refused are another's */
    memcpy(k->r->draws + number * c->n, k->at, (size_t)c->n * sizeof(double));
    for (int t = 0; t < c->trials.n; t++)
        k->r->log_likelihood[number * c->trials.n + t] = c->trials.items[t].weight * c->trials.items[t].log_likelihood;
}

static void step(chain *k)
{
    const int    n     = k->c->n;
    const double scale = 2.38 / sqrt(n);
    double       target;

    memcpy(k->next, k->at, (size_t)n * sizeof(double));
    for (int j = 0; j < n; j++) {
        const double x = scale * onset_stream_normal(&k->stream);
        for (int i = j; i < n; i++) k->next[i] += k->factor[i * n + j] * x;
    }
    target = posterior_at(k, k->next);
    if (!(log(onset_stream_uniform(&k->stream)) < target - k->target)) return;
    k->target = target;
    k->accepted++;
    memcpy(k->at, k->next, (size_t)n * sizeof(double));
}

static void count_step(chain *k, long number)
{
    const int n     = k->c->n;
    double   *batch = k->batch + (number - BURN) * BATCHES / (STEPS - BURN) * n;

    for (int i = 0; i < n; i++) {
        k->sum[i] += k->at[i], batch[i] += k->at[i];
        for (int j = 0; j <= i; j++) k->squares[i * n + j] += k->at[i] * k->at[j];
    }
    k->counted++;
}

/* Steps with the covariance of those so far. It changes less and less, as the method asks. */
static void refit_steps(chain *k)
{
    const int    n   = k->c->n;
    const double all = (double)k->counted;
    double *new      = onset_arena_alloc(k->c->arena, (size_t)n * (size_t)n * sizeof *new);

    for (int i = 0; i < n; i++)
        for (int j = 0; j <= i; j++) new[i * n + j] = k->squares[i * n + j] / all - k->sum[i] / all * k->sum[j] / all + (i == j ? 1e-6 : 0);
    if (onset_cholesky(new, n) < 0) memcpy(k->factor, new, (size_t)n * (size_t)n * sizeof *new);
}

/* The smallest effective number of all estimates, from the variance of batch means. */
static double effective_number(const chain *k)
{
    const int    n   = k->c->n;
    const double all = (double)k->counted, size = all / BATCHES;
    double       least = all;

    for (int i = 0; i < n; i++) {
        const double mean = k->sum[i] / all, variance = k->squares[i * n + i] / all - mean * mean;
        double       between = 0;
        for (int b = 0; b < BATCHES; b++)
            between += (k->batch[b * n + i] / size - mean) * (k->batch[b * n + i] / size - mean) / (BATCHES - 1);
        if (between > 0) least = fmin(least, BATCHES * variance / between);
    }
    return least;
}

static void walk(chain *k)
{
    const int n_draws = k->c->options->draws;
    int       kept    = 0;

    k->target = posterior_at(k, k->at);
    for (long s = 0; s < STEPS; s++) {
        step(k);
        if (s < BURN) continue;
        count_step(k, s);
        if (k->counted % REFIT == 0) refit_steps(k);
        if ((s - BURN + 1) * n_draws / (STEPS - BURN) > kept) keep_draw(k, kept++);
    }
    k->r->n_draws    = kept;
    k->r->acceptance = (double)k->accepted / STEPS;
    k->r->ess        = effective_number(k);
}

static chain chain_of(onset_calibration *c, onset_calibration_result *r, emulator em, double *factor)
{
    const size_t n = (size_t)c->n;
    chain        k = {.c       = c,
                      .r       = r,
                      .em      = em,
                      .stream  = onset_stream_start(c->options->seed, 1, onset_purpose("chain")),
                      .at      = onset_arena_alloc(c->arena, n * sizeof(double)),
                      .next    = onset_arena_alloc(c->arena, n * sizeof(double)),
                      .x       = onset_arena_alloc(c->arena, (n + 1) * sizeof(double)),
                      .values  = onset_arena_alloc(c->arena, n * sizeof(double)),
                      .factor  = factor,
                      .sum     = onset_arena_alloc(c->arena, n * sizeof(double)),
                      .squares = onset_arena_alloc(c->arena, n * n * sizeof(double)),
                      .batch   = onset_arena_alloc(c->arena, BATCHES * n * sizeof(double))};

    memcpy(k.at, r->best, n * sizeof(double));
    return k;
}

onset_status onset_calibration_sample(onset_calibration *c, onset_calibration_result *r)
{
    const size_t n = (size_t)c->n, most = (size_t)c->options->draws;
    double      *factor = onset_arena_alloc(c->arena, n * n * sizeof *factor), value;
    emulator     em     = onset_arena_alloc(c->arena, (size_t)c->trials.n * sizeof *em);
    design       points = {0};
    onset_status status;

    c->stage          = "sampling";
    r->draws          = onset_arena_alloc(c->arena, most * n * sizeof *r->draws);
    r->log_likelihood = onset_arena_alloc(c->arena, most * (size_t)c->trials.n * sizeof *r->log_likelihood);
    memcpy(factor, r->covariance, n * n * sizeof *factor);
    if (onset_cholesky(factor, c->n) >= 0)
        return onset_fail(c->err, ONSET_BAD_INPUT, "the posterior has no covariance that can be inverted");
    for (int t = 0; t < c->trials.n; t++) em[t] = onset_arena_alloc(c->arena, (size_t)c->trials.items[t].n * (n + 1) * sizeof **em);
    status = solve_design(c, r, factor, &points);
    if (status == ONSET_OK) status = fit(c, r, &points, true, em);
    if (status == ONSET_OK) measure(c, r, &points, em);
    if (status == ONSET_OK) status = fit(c, r, &points, false, em);
    if (status == ONSET_OK) status = onset_calibration_objective(c, r->best, &value); /* the sampling covariances of the best */
    if (status != ONSET_OK) return status;
    chain k = chain_of(c, r, em, factor);
    walk(&k);
    return ONSET_OK;
}
