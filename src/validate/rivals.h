/* What the model must beat: two descriptions of the published numbers that know nothing of drugs or doses. Both are fitted to the efficacy rows
 * of the shipped tables, once with all of their trials and once with the row's own trial left out, as the
 * model's predictions are. */
#ifndef ONSET_VALIDATE_RIVALS_H
#define ONSET_VALIDATE_RIVALS_H

#include "validate/row.h"

/* Fills rival[] and left_out_rival[] of every row that is not skipped and has a family.
 *   pooled mean   of the rows of that family, class, span of time and kind of arm; where fewer than three, of any time; then of any class
 *   emax time     E0 + Emax t / (t + T50) fitted by weighted least squares (weights n) to those of that family, class and kind of arm
 * Intervals: normal, with the SD of the rows around the prediction. */
void onset_rivals_predict(onset_row *rows, int n);

#endif
