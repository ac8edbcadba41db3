#include "validate/posterior.h"

#include "base/error.h"
#include "validate/psis.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

onset_status onset_posterior_add(onset_error *err, onset_arena *arena, const char *folder, onset_posterior *posterior)
{
    onset_posterior_record r      = {0};
    onset_status           status = onset_frame_read(err, arena, folder, "draws.csv", true, &r.draws);

    if (status == ONSET_OK) status = onset_frame_read(err, arena, folder, "trial_likelihood.csv", true, &r.likelihood);
    if (status != ONSET_OK) return status;
    const int n = onset_frame_n(&r.draws);
    if (n != onset_frame_n(&r.likelihood))
        return onset_fail(err, ONSET_BAD_INPUT, "'%s' has %d draws and '%s' has %d; run the calibration again", r.draws.path, n,
                          r.likelihood.path, onset_frame_n(&r.likelihood));
    if (posterior->records.n && n != posterior->n_draws)
        return onset_fail(err, ONSET_BAD_INPUT, "'%s' has %d draws and '%s' has %d; run both calibrations again", r.draws.path, n,
                          posterior->records.items[0].draws.path, posterior->n_draws);
    posterior->n_draws = n;
    onset_vec_push(arena, &posterior->records, r);
    return ONSET_OK;
}

double onset_posterior_value(const onset_posterior *posterior, int draw, const char *kind, const char *name)
{
    char   column[256];
    double value = NAN;

    snprintf(column, sizeof column, "%s%s", kind, name);
    for (int i = 0; posterior && i < posterior->records.n && isnan(value); i++)
        value = onset_frame_number(&posterior->records.items[i].draws, draw, column);
    return value;
}

/* Log likelihood of a trial at a draw, from the calibrations that used it; NAN: none did. */
static double likelihood_of(const onset_posterior *posterior, const char *trial, int draw)
{
    double sum = NAN;

    for (int i = 0; i < posterior->records.n; i++) {
        const double one = onset_frame_number(&posterior->records.items[i].likelihood, draw, trial);
        if (!isnan(one)) sum = isnan(sum) ? one : sum + one;
    }
    return sum;
}

double onset_posterior_assign(const onset_posterior *posterior, const char *left_out, int *draws, int n)
{
    const int n_draws    = posterior->n_draws;
    double   *log_weight = malloc((size_t)n_draws * sizeof *log_weight), k = NAN;
    bool      used = false;

    for (int i = 0; i < n; i++) draws[i] = (int)(((double)i + 0.5) * n_draws / n);
    for (int i = 0; log_weight && left_out && i < n_draws; i++) {
        log_weight[i] = -likelihood_of(posterior, left_out, i);
        used          = isfinite(log_weight[i]) && (i == 0 || used);
    }
    if (used) {
        k = onset_psis(log_weight, n_draws);
        onset_resample(log_weight, n_draws, draws, n);
    }
    free(log_weight);
    return k;
}

double onset_omega_of(const onset_model_param *param, double written)
{
    return param->iiv == ONSET_IIV_LOGNORMAL ? sqrt(log1p(written * written)) : written;
}
