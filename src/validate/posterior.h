/* The draws of calibrations (docs/calibration.md), for predictions. Which ones are rows of uncertainty.csv. */
#ifndef ONSET_VALIDATE_POSTERIOR_H
#define ONSET_VALIDATE_POSTERIOR_H

#include "model/model.h"
#include "validate/frame.h"

/* Of one calibration. */
typedef struct {
    onset_frame draws, likelihood; /* draws.csv, trial_likelihood.csv; row i of both is draw i */
} onset_posterior_record;

/* Calibrations of other parameters each, independent of one another: draw i of all is one draw. */
typedef struct {
    ONSET_VEC(onset_posterior_record) records;
    int n_draws;
} onset_posterior;

/* Adds a calibration. BAD_INPUT where its tables do not belong together, or to the draws already there. NO_FILE where one is missing. */
onset_status onset_posterior_add(onset_error *err, onset_arena *arena, const char *folder, onset_posterior *posterior);

/* Value of a draw for kind and name, as in "iiv " and "depression.gain"; NAN where no calibration estimated it. posterior may be NULL. */
double onset_posterior_value(const onset_posterior *posterior, int draw, const char *kind, const char *name);

/* Which draw each of n groups takes: all alike; with a trial that a calibration used, as if that trial had been left out, by Pareto-smoothed
 * importance. Returns k-hat, or NAN where no calibration used the trial (NULL). */
double onset_posterior_assign(const onset_posterior *posterior, const char *left_out, int *draws, int n);

/* SD of eta for a variability as a module writes it. */
double onset_omega_of(const onset_model_param *param, double written);

#endif
