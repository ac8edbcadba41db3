/* The log posterior: likelihood of the rows, whatever gives their means and covariances, and the prior. */
#include "calibrate/normal.h"
#include "calibrate/work.h"

#include "base/error.h"
#include "study/job.h"

#include <math.h>
#include <stdlib.h>

double onset_calibration_likelihood(onset_calibration *c, const double *x)
{
    double sum = 0;

    for (int i = 0; i < c->trials.n; i++) {
        onset_calibration_trial *t = &c->trials.items[i];
        double                  *v = malloc((size_t)t->n * ((size_t)t->n + 1) * sizeof *v);

        t->log_likelihood = NAN;
        if (v) {
            c->source->covariance(c, t, x, v);
            t->log_likelihood = onset_mvn_log_density(t->n, t->y, t->mean, v, v + (size_t)t->n * (size_t)t->n);
        }
        free(v);
        sum += t->weight * t->log_likelihood;
    }
    return sum;
}

double onset_calibration_log_prior(const double *unit, int n)
{
    double sum = 0;

    for (int i = 0; i < n; i++) sum -= 0.5 * unit[i] * unit[i];
    return sum;
}

bool onset_calibration_values(const onset_calibration *c, const double *unit, double *x)
{
    bool inside = true;

    for (int i = 0; i < c->n; i++) {
        const onset_estimate *e     = &c->set.estimates.items[i];
        const double          slack = 1e-9 * (e->high - e->low);
        x[i]                        = onset_estimate_of_unit(e, unit[i]);
        inside                      = inside && x[i] >= e->low - slack && x[i] <= e->high + slack;
    }
    return inside;
}

bool onset_calibration_step(onset_calibration *c)
{
    const double   spent = onset_clock() - c->started;
    onset_progress p     = {.stage = c->stage, .done = ++c->done, .total = c->total};

    p.per_s = (double)c->done / spent;
    p.eta_s = c->total > c->done ? (double)(c->total - c->done) / p.per_s : 0;
    if (c->options->progress) c->options->progress(c->options->ctx, &p);
    return !c->stop;
}

onset_status onset_calibration_objective(onset_calibration *c, const double *unit, double *out)
{
    double      *x      = malloc((size_t)c->n * sizeof *x);
    onset_status status = ONSET_OK;

    *out = -INFINITY;
    if (!x) return onset_fail(c->err, ONSET_NO_MEMORY, "no memory for the values tried");
    if (onset_calibration_values(c, unit, x)) {
        status = c->source->solve(c, x);
        if (status == ONSET_OK) *out = onset_calibration_likelihood(c, x) + onset_calibration_log_prior(unit, c->n);
        if (isnan(*out)) *out = -INFINITY;
    }
    onset_calibration_step(c);
    free(x);
    return status;
}
