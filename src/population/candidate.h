/* Candidates: what a subject is before the entry criteria are asked. Private to population/. */
#ifndef ONSET_POPULATION_CANDIDATE_H
#define ONSET_POPULATION_CANDIDATE_H

#include "population/population.h"

/* The streams of one subject go on from candidate to candidate, so each is another person, and always the same ones. */
typedef struct {
    uint64_t     seed, subject;
    long         n; /* candidates drawn */
    onset_stream rows;
    onset_stream draws[ONSET_POPULATION_MAX_DRAWS];
} onset_candidates;

void onset_candidates_start(onset_candidates *candidates, const onset_population *population, uint64_t seed, uint64_t subject);

/* The next candidate's values [n_draws]. BAD_INPUT where limits cannot be met or a derived value is not a number. */
onset_status onset_candidates_next(onset_error *err, onset_candidates *candidates, const onset_population *population, double *values);

/* The first criterion that the values do not meet, or -1. */
int onset_candidate_fails(const onset_population *population, const double *values);

#endif
