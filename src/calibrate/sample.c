/* A sample of the posterior by importance: draws of a multivariate t at the optimum, weighted with the exact objective, the weights smoothed.
 * Where they are too uneven the proposal is fitted anew to them, and both rounds count, weighted against their mixture (population Monte Carlo:
 * Cappé et al. 2004, doi:10.1198/106186004X12803). */
#include "calibrate/normal.h"
#include "calibrate/work.h"

#include "base/cholesky.h"
#include "base/error.h"
#include "validate/psis.h"

#include <math.h>

/* Degrees of freedom of the proposal: heavier tails than a normal, not so heavy that in twenty dimensions most draws are lost. Chosen by us. */
enum { FREEDOM = 8, MOST_ROUNDS = 2 };

/* Below this share of the draws the effective number is called poor. Chosen by us. */
static const double poor_share = 0.25, poor_k = 0.7;

typedef struct {
    double *mean, *factor; /* [n], [n][n] */
    double  log_det;
} proposal;

static onset_status make_proposal(onset_calibration *c, const double *mean, const double *covariance, proposal *out)
{
    const size_t n = (size_t)c->n;

    out->mean   = onset_arena_alloc(c->arena, n * sizeof(double));
    out->factor = onset_arena_alloc(c->arena, n * n * sizeof(double));
    memcpy(out->mean, mean, n * sizeof(double));
    memcpy(out->factor, covariance, n * n * sizeof(double));
    if (onset_cholesky(out->factor, c->n) >= 0)
        return onset_fail(c->err, ONSET_BAD_INPUT, "the posterior has no covariance that can be inverted");
    for (int i = 0; i < c->n; i++) out->log_det += log(out->factor[(size_t)i * n + (size_t)i]);
    return ONSET_OK;
}

/* Up to a constant that all proposals share. */
static double log_density(const proposal *q, int n, const double *unit, double *z)
{
    double squares = 0;

    for (int i = 0; i < n; i++) z[i] = unit[i] - q->mean[i];
    onset_lower_solve(n, q->factor, z);
    for (int i = 0; i < n; i++) squares += z[i] * z[i];
    return -q->log_det - 0.5 * (FREEDOM + n) * log1p(squares / FREEDOM);
}

static void draw_from(const onset_calibration *c, const proposal *q, int number, double *unit)
{
    const int    n      = c->n;
    onset_stream stream = onset_stream_start(c->options->seed, (uint64_t)number + 1, onset_purpose("posterior"));
    double       chi    = 0, scale;

    for (int i = 0; i < FREEDOM; i++) {
        const double x = onset_stream_normal(&stream);
        chi += x * x;
    }
    scale = sqrt(FREEDOM / chi);
    for (int i = 0; i < n; i++) unit[i] = q->mean[i];
    for (int k = 0; k < n; k++) {
        const double x = scale * onset_stream_normal(&stream);
        for (int i = k; i < n; i++) unit[i] += q->factor[i * n + k] * x;
    }
}

/* Draws [from, to) with their likelihoods; target: log posterior. */
static onset_status draw_round(onset_calibration *c, onset_calibration_result *r, const proposal *q, int from, int to, double *target)
{
    onset_status status = ONSET_OK;

    for (int d = from; d < to && status == ONSET_OK; d++) {
        double *unit = r->draws + (size_t)d * (size_t)c->n;
        draw_from(c, q, d, unit);
        status = onset_calibration_objective(c, unit, &target[d]);
        for (int t = 0; t < c->trials.n; t++)
            r->log_likelihood[(size_t)d * (size_t)c->trials.n + (size_t)t] =
                isfinite(target[d]) ? c->trials.items[t].weight * c->trials.items[t].log_likelihood : -INFINITY;
    }
    return status;
}

static void weigh(onset_calibration *c, onset_calibration_result *r, const proposal *q, int n_rounds, const double *target)
{
    double *z = onset_arena_alloc(c->arena, (size_t)c->n * sizeof *z);

    for (int d = 0; d < r->n_draws; d++) {
        double most = -INFINITY, sum = 0, each[MOST_ROUNDS];
        for (int k = 0; k < n_rounds; k++) {
            each[k] = log_density(&q[k], c->n, r->draws + (size_t)d * (size_t)c->n, z);
            most    = fmax(most, each[k]);
        }
        for (int k = 0; k < n_rounds; k++) sum += exp(each[k] - most);
        r->log_weight[d] = target[d] - most - log(sum / n_rounds);
    }
    r->k_hat = onset_psis(r->log_weight, r->n_draws);
    r->ess   = onset_effective_size(r->log_weight, r->n_draws);
}

/* The weighted mean and covariance, the latter held to the old one as far as few draws carry the weight. */
static void refit(const onset_calibration *c, const onset_calibration_result *r, double *mean, double *covariance)
{
    const int    n    = c->n;
    const double held = n / (n + r->ess);

    for (int i = 0; i < n; i++) mean[i] = 0;
    for (int d = 0; d < r->n_draws; d++)
        for (int i = 0; i < n; i++) mean[i] += exp(r->log_weight[d]) * r->draws[d * n + i];
    for (int i = 0; i < n * n; i++) covariance[i] = held * r->covariance[i];
    for (int d = 0; d < r->n_draws; d++)
        for (int i = 0; i < n; i++)
            for (int j = 0; j < n; j++)
                covariance[i * n + j] +=
                    (1 - held) * exp(r->log_weight[d]) * (r->draws[d * n + i] - mean[i]) * (r->draws[d * n + j] - mean[j]);
    for (int i = 0; i < n; i++) mean[i] = (1 - held) * mean[i] + held * r->best[i];
}

onset_status onset_calibration_sample(onset_calibration *c, onset_calibration_result *r)
{
    const size_t n = (size_t)c->n, most = MOST_ROUNDS * (size_t)c->options->draws;
    proposal     q[MOST_ROUNDS] = {0};
    double      *target = onset_arena_alloc(c->arena, most * sizeof *target), *mean = onset_arena_alloc(c->arena, n * sizeof *mean);
    double      *covariance = onset_arena_alloc(c->arena, n * n * sizeof *covariance);
    onset_status status;

    c->stage          = "sampling";
    r->draws          = onset_arena_alloc(c->arena, most * n * sizeof *r->draws);
    r->log_likelihood = onset_arena_alloc(c->arena, most * (size_t)c->trials.n * sizeof *r->log_likelihood);
    r->log_weight     = onset_arena_alloc(c->arena, most * sizeof *r->log_weight);
    status            = make_proposal(c, r->best, r->covariance, &q[0]);
    for (r->n_rounds = 0; r->n_rounds < MOST_ROUNDS && status == ONSET_OK;) {
        const int from = r->n_draws;
        r->n_draws += c->options->draws;
        status = draw_round(c, r, &q[r->n_rounds++], from, r->n_draws, target);
        if (status != ONSET_OK) break;
        weigh(c, r, q, r->n_rounds, target);
        if (r->n_rounds == MOST_ROUNDS || (r->ess >= poor_share * r->n_draws && r->k_hat < poor_k)) break;
        c->total += c->options->draws;
        refit(c, r, mean, covariance);
        status = make_proposal(c, mean, covariance, &q[r->n_rounds]);
    }
    return status;
}
