/* A validation under way. Private to validate. */
#ifndef ONSET_VALIDATE_WORK_H
#define ONSET_VALIDATE_WORK_H

#include "validate/setting.h"
#include "validate/validate.h"

typedef struct {
    onset_error                  *err;
    onset_arena                  *arena;
    const onset_validate_options *options;
    onset_mapping                 map;
    onset_validation             *out;
    long                          subjects, sitting_subjects; /* virtual patients a trial; in a session or of an exposure */
    int                           n_draws;
    int                          *draws;       /* [n_draws] of the posterior; NULL where there is none */
    long                          done, total; /* trials, for the progress */
} onset_validate_work;

/* A folder of evidence. */
typedef struct {
    const char *folder;
    bool        is_calibration, is_training;
    onset_frame trials, arms, outcomes, safety, exposures;
} onset_evidence_folder;

/* Reads the tables of a folder; what else `out` says stays. NO_FILE where it holds none. */
onset_status onset_evidence_read(onset_validate_work *work, const char *path, onset_evidence_folder *out);

/* trial.c, sessions.c, exposures.c: add the folder's rows to out, and simulate them unless it is for training only. */
onset_status onset_validate_efficacy(onset_validate_work *work, const onset_evidence_folder *folder);
onset_status onset_validate_safety(onset_validate_work *work, const onset_evidence_folder *folder);
onset_status onset_validate_exposures(onset_validate_work *work, const onset_evidence_folder *folder);

/* For them: the start of a row from a table; its class; its observed interval (from sd, se, an interval, or a typical spread); its prediction
 * from the patients' own values y [n_y]. */
onset_row onset_row_from(const onset_validate_work *work, const onset_evidence_folder *folder, onset_row_group group,
                         const onset_frame *frame, int row);
bool onset_class_fits(const onset_validate_work *work, int class_row, onset_row_group group, const char *table, const onset_frame *frame,
                      int row);
const char *onset_class_of(const onset_validate_work *work, onset_row_group group, const char *table, const onset_frame *frame, int row);
void        onset_row_observe(const onset_validate_work *work, const onset_frame *frame, int at, onset_row *row);
void        onset_row_predict(const onset_validate_work *work, onset_row *row, const double *y, long n_y, int n_groups);
const char *onset_validate_sprintf(const onset_validate_work *work, const char *format, ...) ONSET_PRINTF(2, 3);
const char *onset_spread_line(const onset_validate_work *work, const onset_row *row); /* "UNIT CLASS" in spreads.csv, or UNIT */
/* The SD between trials that the row's prediction of this mean gets, a share's as a fraction; it is noted in the row. */
double onset_row_between(const onset_validate_work *work, onset_row *row, double mean);
double onset_between_sd(const onset_validate_work *work, const char *unit); /* between trials, beyond what the model varies */
bool   onset_validate_step(onset_validate_work *work);                      /* one more trial is done; false: the user cancels */

#endif
