/* Estimating parameters: of the library against published trials, or of a study against its own expectations.
 *
 *     onset_calibration_run -> a folder of text: summary.csv, draws.csv, trial_likelihood.csv, fit.csv, README.md
 *     onset_calibration_apply: the numbers of such a folder into the modules
 *
 * Of published trials the mean of each row is the model's; rows of a trial are jointly normal, with the sampling covariance of arms of its size, random
 * effects of the trial, and what else differs between trials. Everything lives in the caller's arena. */
#ifndef ONSET_CALIBRATE_CALIBRATE_H
#define ONSET_CALIBRATE_CALIBRATE_H

#include "base/text.h"
#include "model/library.h"
#include "study/study.h"

/* Whether options->set names a set: a folder, or one in calibration/ of the library. */
bool onset_calibration_is_set(onset_arena *arena, const onset_library *library, const char *name_or_path);

/* Runs the calibration that the options of onset.h ask for, writes its folder and adds what it found to `text`. Call it inside
 * onset_arena_run(). study: whose expectations it is calibrated on; its model is left with other values. NULL: the set of the options.
 * BAD_INPUT: the set, or what the study estimates, does not make sense. CANCELLED: nothing was written. */
onset_status onset_calibration_run(onset_error *err, onset_arena *arena, onset_library *library, const onset_calibrate_options *options,
                                   onset_study *study, onset_text *text);

/* Writes the estimates of a calibration's folder into the modules and tables of the library, each in the place where its number stands, rounded to four
 * digits. */
onset_status onset_calibration_apply(onset_error *err, onset_arena *arena, onset_library *library, const onset_calibrate_options *options,
                                     onset_text *text);

#endif
