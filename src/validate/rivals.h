/* What the model must beat: two descriptions of the published numbers that know nothing of drugs or doses. Both are fitted to the efficacy rows
 * of the shipped tables, whole trials left out: a row of fold f is predicted from the rows of other folds and other trials. */
#ifndef ONSET_VALIDATE_RIVALS_H
#define ONSET_VALIDATE_RIVALS_H

#include "validate/row.h"

enum { ONSET_N_FOLDS = 10 };

int onset_fold_of(const char *study); /* 0..9, by the name of the trial */

/* Fills rival[] of every row that is not skipped and has a family.
 *   pooled mean   of the rows of that family, class, span of time and kind of arm; where fewer than three, of any time; then of any class
 *   emax time     E0 + Emax t / (t + T50) fitted by weighted least squares (weights n) to those of that family, class and kind of arm
 * Intervals: normal, with the SD of the rows around the prediction. */
void onset_rivals_predict(onset_row *rows, int n);

#endif
