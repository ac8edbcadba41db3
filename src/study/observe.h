/* What a visit sees of a course, and what follows from it. Private to study. */
#ifndef ONSET_STUDY_OBSERVE_H
#define ONSET_STUDY_OBSERVE_H

#include "study/study.h"

/* The times at which a course is read: visits and trace, merged and ascending. */
typedef struct {
    int     n;
    double *time;     /* [n] [h] */
    bool   *before;   /* [n] a visit sees the patient before the dose of that moment, a trace after it */
    int    *at_visit; /* [n_visits] index in time */
    int    *at_trace; /* [n_trace] */
} onset_times;

onset_status onset_times_create(onset_error *err, const onset_study *study, onset_times *out);
void         onset_times_free(onset_times *times);

/* Keys of the measurement errors: [arm][visit][output]. They come from names and times, so that an arm or visit more changes no other. */
uint64_t *onset_error_purposes(const onset_study *study);

/* Observed value of an output: true value, plus normal error of SD sqrt(add^2 + (rel x)^2), held to the output's limits and rounded. */
double onset_observe(const onset_model_output *output, double true_value, uint64_t seed, uint64_t subject, uint64_t purpose);

/* Evaluates the endpoints of one course at all its visits. One evaluator a thread; it holds the scratch memory. */
typedef struct onset_evaluator onset_evaluator;
onset_status                   onset_evaluator_create(onset_error *err, const onset_study *study, onset_evaluator **out);
void                           onset_evaluator_free(onset_evaluator *evaluator);

/* observed [n_visits][n_outputs], draws [n_draws] -> values [n_visits][n_endpoints]. NAN where something it needs is not a number or is not
 * known yet (at(x, T) before T). */
void onset_evaluate(onset_evaluator *evaluator, const double *observed, const double *draws, double *values);

#endif
