/* A published trial as a virtual one. Private to validate and calibrate.
 *
 *     onset_trial_express -> onset_trial_check -> onset_virtual_solve -> onset_trial_value, onset_trial_predict */
#ifndef ONSET_VALIDATE_TRIAL_H
#define ONSET_VALIDATE_TRIAL_H

#include "validate/work.h"

enum { ONSET_TRIAL_MAX_ARMS = 40, ONSET_TRIAL_MAX_TIMES = 80 };

typedef enum { READ_NOTHING, READ_VALUE, READ_CHANGE, READ_RESPONSE, READ_REMISSION, READ_DIFFERENCE } onset_reading;

/* A row of outcomes.csv that will be read off the virtual trial. */
typedef struct {
    onset_row     row;
    int           at, scale; /* rows of outcomes and of the scales */
    onset_reading read;
    int           arm, output;                                       /* row of arms; output of the model */
    double        slope, intercept, response_fraction, remission_at; /* of the scale */
} onset_outcome;

/* One trial while it is put together. */
typedef struct {
    onset_validate_work         *work;
    const onset_evidence_folder *folder;
    int                          trial; /* row of trials */
    const char                  *study, *class_name;
    int                          model; /* of the mapping */
    ONSET_VEC(onset_outcome) outcomes;
    int             n_arms, arms[ONSET_TRIAL_MAX_ARMS]; /* rows of arms */
    onset_arm_words words[ONSET_TRIAL_MAX_ARMS];
    int             n_times;
    double          times[ONSET_TRIAL_MAX_TIMES];
    double          baseline, baseline_sd; /* in the output's unit */
} onset_trial;

/* The trial as the model that can express most of its rows; its rows are in outcomes, with the reason where one cannot be read. False: none can. */
bool onset_trial_express(onset_validate_work *work, const onset_evidence_folder *folder, const char *study, onset_trial *out);

/* The study text of a trial. NULL where trial.txt has a word in braces that is not known. */
const char *onset_trial_text(const onset_trial *trial);

int onset_trial_arm(const onset_trial *trial, int arm); /* the place in arms of a row of the table; -1 */

/* One patient's value of a row in an arm (by its place), in the row's scale. A share: 0 or 1; where the virtual patients have true values, the
 * chance that it is seen, which is smooth in the parameters. NAN where the course failed. */
double onset_trial_value(const onset_trial *trial, const onset_outcome *outcome, const onset_virtual *people, long subject, int arm);

/* Variance that measurement error adds to true values of the row, around a mean; 0 for observed ones and for shares. */
double onset_trial_error_variance(const onset_outcome *outcome, const onset_virtual *people, double mean);

/* A row as a sum of means: factor times the mean of value(outcome) over the n patients of an arm. */
typedef struct {
    onset_outcome outcome;
    int           arm; /* by its place */
    double        factor, n;
} onset_row_part;
int onset_trial_parts(const onset_trial *trial, const onset_outcome *outcome, onset_row_part parts[2]); /* how many */

/* Fills the prediction of a row. y: room for people->n_subjects. */
void onset_trial_predict(const onset_trial *trial, onset_outcome *outcome, const onset_virtual *people, double *y);

#endif
