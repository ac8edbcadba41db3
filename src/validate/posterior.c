#include "validate/posterior.h"

#include "base/error.h"
#include "validate/psis.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

onset_status onset_posterior_read(onset_error *err, onset_arena *arena, const char *folder, onset_posterior *out)
{
    onset_status status = onset_frame_read(err, arena, folder, "draws.csv", true, &out->draws);

    out->folder = folder;
    if (status == ONSET_OK) status = onset_frame_read(err, arena, folder, "trial_likelihood.csv", true, &out->likelihood);
    if (status != ONSET_OK) return status;
    if (onset_frame_n(&out->draws) != onset_frame_n(&out->likelihood))
        return onset_fail(err, ONSET_BAD_INPUT, "'%s' has %d draws and '%s' has %d; run the calibration again", out->draws.path,
                          onset_frame_n(&out->draws), out->likelihood.path, onset_frame_n(&out->likelihood));
    return ONSET_OK;
}

double onset_posterior_value(const onset_posterior *posterior, int draw, const char *kind, const char *name)
{
    char column[256];

    if (!posterior) return NAN;
    snprintf(column, sizeof column, "%s%s", kind, name);
    return onset_frame_number(&posterior->draws, draw, column);
}

double onset_posterior_assign(const onset_posterior *posterior, const char *left_out, int *draws, int n)
{
    const int n_draws    = onset_frame_n(&posterior->draws);
    double   *log_weight = malloc((size_t)n_draws * sizeof *log_weight), k = NAN;
    bool      used = false;

    for (int i = 0; i < n; i++) draws[i] = (int)(((double)i + 0.5) * n_draws / n);
    for (int i = 0; log_weight && left_out && i < n_draws; i++) {
        log_weight[i] = -onset_frame_number(&posterior->likelihood, i, left_out);
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
