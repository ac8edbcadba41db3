/* The curvature at the best values, and steps that use it.
 *
 * 1. Means and covariances of every trial a step to either side, for each estimate (no solution is needed for SDs; that they move means over trials a little is left to the sample).
 * 2. Fisher's information of a multivariate normal: J' V^-1 J + tr(V^-1 V_a V^-1 V_b) / 2, each trial with its weight; the prior adds 1.
 * 3. A Gauss-Newton step; taken, or a half or a quarter of it, where the objective rises. Again, until it does not. */
#include "calibrate/normal.h"
#include "calibrate/work.h"

#include "base/cholesky.h"
#include "base/error.h"

#include <math.h>
#include <stdlib.h>

/* In prior SDs: small beside the posterior's, large beside the noise of the solver. Chosen by us. */
static const double step_size = 0.1;

/* Each costs two solutions an estimate. After a search about two are taken; without one the way is longer. Chosen by us. */
enum { MOST_STEPS = 5 };

/* What step a did to a trial. */
typedef struct {
    double *mean, *covariance, log_likelihood; /* [n], [n][n]: differences by the step */
} slope;

static bool needs_no_solution(const onset_estimate *e)
{
    return e->kind >= ONSET_ESTIMATE_BETWEEN;
}

/* Adds sign * (mean, covariance, likelihood) / width of the last solution to the slopes. */
static void add_side(onset_calibration *c, slope *slopes, const double *x, double sign, double width)
{
    onset_calibration_likelihood(c, x);
    for (int t = 0; t < c->trials.n; t++) {
        const onset_calibration_trial *trial = &c->trials.items[t];
        const int                      n     = trial->n;
        double                        *v     = malloc((size_t)n * (size_t)n * sizeof *v);

        if (!v) {
            slopes[t].log_likelihood = NAN;
            continue;
        }
        c->source->covariance(c, trial, x, v);
        for (int i = 0; i < n; i++) slopes[t].mean[i] += sign * trial->mean[i] / width;
        for (int i = 0; i < n * n; i++) slopes[t].covariance[i] += sign * v[i] / width;
        slopes[t].log_likelihood += sign * trial->log_likelihood / width;
        free(v);
    }
}

/* The slopes of estimate a around `unit`; one-sided where a bound is near. */
static onset_status slopes_of(onset_calibration *c, const double *unit, int a, slope *slopes)
{
    double               *at = onset_arena_alloc(c->arena, 2 * (size_t)c->n * sizeof *at), *x = at + c->n;
    const double          center = unit[a];
    const onset_estimate *e      = &c->set.estimates.items[a];
    const double          low = onset_estimate_to_unit(e, e->low), high = onset_estimate_to_unit(e, e->high);
    const double          from = fmax(low, center - step_size), to = fmin(high, center + step_size);
    onset_status          status = ONSET_OK;

    for (int side = 0; side < 2 && status == ONSET_OK; side++) {
        memcpy(at, unit, (size_t)c->n * sizeof *at);
        at[a] = side ? to : from;
        onset_calibration_values(c, at, x);
        if (!needs_no_solution(e)) {
            status = c->source->solve(c, x);
            onset_calibration_step(c);
        }
        if (status == ONSET_OK) add_side(c, slopes, x, side ? 1 : -1, to - from);
    }
    return status;
}

/* w [n][n] becomes L^-1 w L^-T. */
static void whiten(int n, const double *l, double *w, double *column)
{
    for (int pass = 0; pass < 2; pass++)
        for (int j = 0; j < n; j++) { /* rows of a symmetric matrix are its columns */
            for (int i = 0; i < n; i++) column[i] = pass ? w[j * n + i] : w[i * n + j];
            onset_lower_solve(n, l, column);
            for (int i = 0; i < n; i++) *(pass ? &w[j * n + i] : &w[i * n + j]) = column[i];
        }
}

/* Adds a trial's information to that of all; v: its covariance. */
static void add_information(const onset_calibration *c, const onset_calibration_trial *t, slope *const *slopes, int index, double *v,
                            double *column, double *information)
{
    const int n = t->n;

    if (onset_cholesky(v, n) >= 0) return;
    for (int a = 0; a < c->n; a++) {
        onset_lower_solve(n, v, slopes[a][index].mean);
        whiten(n, v, slopes[a][index].covariance, column);
        for (int b = 0; b <= a; b++) {
            double sum = 0;
            for (int i = 0; i < n; i++) sum += slopes[a][index].mean[i] * slopes[b][index].mean[i];
            for (int i = 0; i < n * n; i++) sum += 0.5 * slopes[a][index].covariance[i] * slopes[b][index].covariance[i];
            information[a * c->n + b] += t->weight * sum;
        }
    }
}

static slope **make_slopes(const onset_calibration *c)
{
    onset_arena *const arena  = c->arena;
    slope            **slopes = onset_arena_alloc(arena, (size_t)c->n * sizeof *slopes);

    for (int a = 0; a < c->n; a++) {
        slopes[a] = onset_arena_alloc(arena, (size_t)c->trials.n * sizeof *slopes[a]);
        for (int t = 0; t < c->trials.n; t++) {
            const size_t n          = (size_t)c->trials.items[t].n;
            slopes[a][t].mean       = onset_arena_alloc(arena, n * sizeof(double));
            slopes[a][t].covariance = onset_arena_alloc(arena, n * n * sizeof(double));
        }
    }
    return slopes;
}

/* out [n][n] = (L L')^-1 */
static void invert(int n, const double *factor, double *out)
{
    for (int a = 0; a < n; a++) {
        double *row = out + (size_t)a * (size_t)n;
        for (int i = 0; i < n; i++) row[i] = i == a;
        onset_lower_solve(n, factor, row);
        onset_lower_solve_transposed(n, factor, row);
    }
}

/* Covariance of the posterior and the Gauss-Newton step at `unit`. */
static onset_status look_around(onset_calibration *c, const double *unit, double *covariance, double *step)
{
    const int    n      = c->n;
    slope      **slopes = make_slopes(c);
    double      *x      = onset_arena_alloc(c->arena, (size_t)n * sizeof *x);
    double      *factor = onset_arena_alloc(c->arena, (size_t)n * (size_t)n * sizeof *factor);
    onset_status status = ONSET_OK;

    /* The SDs first, and the middle in place: they need no other solution. */
    onset_calibration_values(c, unit, x);
    status = c->source->solve(c, x);
    onset_calibration_step(c);
    for (int a = 0; a < n && status == ONSET_OK; a++)
        if (needs_no_solution(&c->set.estimates.items[a])) status = slopes_of(c, unit, a, slopes[a]);
    double **middle = onset_arena_alloc(c->arena, (size_t)c->trials.n * sizeof *middle);
    for (int t = 0; t < c->trials.n && status == ONSET_OK; t++) {
        const size_t m = (size_t)c->trials.items[t].n;
        middle[t]      = onset_arena_alloc(c->arena, m * (m + 1) * sizeof **middle);
        c->source->covariance(c, &c->trials.items[t], x, middle[t]);
    }
    for (int a = 0; a < n && status == ONSET_OK; a++)
        if (!needs_no_solution(&c->set.estimates.items[a])) status = slopes_of(c, unit, a, slopes[a]);
    if (status != ONSET_OK) return status;
    for (int a = 0; a < n; a++) {
        step[a] = -unit[a]; /* the prior's */
        for (int t = 0; t < c->trials.n; t++) step[a] += c->trials.items[t].weight * slopes[a][t].log_likelihood;
        factor[a * n + a] = 1;
    }
    for (int t = 0; t < c->trials.n; t++) {
        const size_t m = (size_t)c->trials.items[t].n;
        add_information(c, &c->trials.items[t], slopes, t, middle[t], middle[t] + m * m, factor);
    }
    if (onset_cholesky(factor, n) >= 0)
        return onset_fail(c->err, ONSET_BAD_INPUT, "the information on the parameters is no matrix that can be inverted");
    onset_lower_solve(n, factor, step);
    onset_lower_solve_transposed(n, factor, step);
    invert(n, factor, covariance);
    return ONSET_OK;
}

/* The step, or a part of it, within the bounds; *rises where the objective does. */
static onset_status try_step(onset_calibration *c, onset_calibration_result *r, const double *step, double *at, bool *rises)
{
    onset_status status = ONSET_OK;

    *rises = false;
    for (double part = 1; part > 0.2 && !*rises && status == ONSET_OK; part /= 2) {
        double value;
        for (int i = 0; i < c->n; i++) {
            const onset_estimate *e = &c->set.estimates.items[i];
            at[i] = fmin(fmax(r->best[i] + part * step[i], onset_estimate_to_unit(e, e->low)), onset_estimate_to_unit(e, e->high));
        }
        status = onset_calibration_objective(c, at, &value);
        if (status != ONSET_OK || !(value > r->best_objective)) continue;
        *rises            = value > r->best_objective + 0.05;
        r->best_objective = value;
        memcpy(r->best, at, (size_t)c->n * sizeof *at);
        if (!*rises) break;
    }
    return status;
}

onset_status onset_calibration_curvature(onset_calibration *c, onset_calibration_result *r)
{
    double      *step   = onset_arena_alloc(c->arena, 2 * (size_t)c->n * sizeof *step);
    onset_status status = ONSET_OK;
    bool         rises  = true;

    c->stage = "curvature";
    for (int k = 0; k < MOST_STEPS && rises && status == ONSET_OK; k++) {
        status = look_around(c, r->best, r->covariance, step);
        if (status == ONSET_OK) status = try_step(c, r, step, step + c->n, &rises);
    }
    return status;
}
