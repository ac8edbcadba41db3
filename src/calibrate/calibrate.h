/* Estimating parameters of the library against published trials.
 *
 *     onset_calibration_run -> a folder of text: summary.csv, draws.csv, trial_likelihood.csv, fit.csv, README.md
 *     onset_calibration_apply: the numbers of such a folder into the modules
 *
 * The mean of each published row is the model's; rows of a trial are jointly normal, with the sampling covariance of arms of its size, random
 * effects of the trial, and what else differs between trials. Everything lives in the caller's arena. */
#ifndef ONSET_CALIBRATE_CALIBRATE_H
#define ONSET_CALIBRATE_CALIBRATE_H

#include "base/text.h"
#include "model/library.h"

/* Runs the calibration that the options of onset.h ask for, writes its folder and adds what it found to `text`. Call it inside
 * onset_arena_run(). BAD_INPUT: the set does not make sense. CANCELLED: nothing was written. */
onset_status onset_calibration_run(onset_error *err, onset_arena *arena, onset_library *library, const onset_calibrate_options *options,
                                   onset_text *text);

/* Writes the estimates of a calibration's folder into the modules and tables of the library, each in the place where its number stands, rounded to four
 * digits. */
onset_status onset_calibration_apply(onset_error *err, onset_arena *arena, onset_library *library, const onset_calibrate_options *options,
                                     onset_text *text);

#endif
