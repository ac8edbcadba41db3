/* Held against what is published: the value of an expectation in a run, and the verdict. */
#ifndef ONSET_STUDY_EXPECT_H
#define ONSET_STUDY_EXPECT_H

#include "study/study.h"

#include "onset.h"

/* The value of a measure over the virtual patients.
 *
 * columns  [e->n_columns][n], the output's true values, one a patient; a patient with a value that is no number is left out
 * out      value and its 95 % interval by the jackknife over patients, in e->unit: what the number of virtual patients leaves
 *          open, not what the parameters do. NAN where the measure has no value (no patient, a division by 0). */
void onset_expectation_measure(const onset_expectation *e, const double *const *columns, long n, onset_expectation_result *out);

/* Keeps what the expectations want of a course: columns [3 n_expectations][capacity], of which 3 e + k is column k of expectation e, one value a
 * subject. A course that failed leaves its values as they are. subject <= capacity. */
void onset_expectation_collect(const onset_study *study, const onset_course_result *course, double *columns, long capacity);

/* Inside the range: reproduced. Outside: wrong size where it lies on the same side of the neutral value as the range does, or where
 * the range holds that value; else wrong direction. A value within a hundredth of the way from it to the range counts as no effect. A value that is no number has no verdict but ONSET_VERDICT_NONE. */
onset_verdict onset_expectation_judge(const onset_expectation *e, double value);

#endif
