/* A study made by hand and a make-believe solver, so that running, storing and resuming can be tested without language, kernel and solver.
 * The curves look like those of antidepressants, but are made up: test data only. */
#ifndef ONSET_TESTS_STUDY_FIXTURE_H
#define ONSET_TESTS_STUDY_FIXTURE_H

#include "study/job.h"

/* How the make-believe solver behaves. One of it, since the solver's functions have no place for it; set it before a run. */
typedef struct {
    long              fail_every; /* courses of subjects divisible by it fail in arm fail_arm; 0: none */
    int               fail_arm;
    long              refuse_every; /* the time line of these cannot be built, in every arm */
    int               lanes;        /* courses under way at a time, finished in another order than taken; 0: 3 */
    long              wait_us;      /* a course takes so long */
    int               n_chosen;     /* counts calls of onset_solver_choose */
    onset_solver_kind choice;
} fixture_behaviour;

extern fixture_behaviour fixture;

/* Four arms, nine outputs, nine visits over 28 days, traces unless without_trace. n subjects. */
onset_study *fixture_study(onset_arena *arena, long n_subjects, bool without_trace);

/* Index of an output by short name. */
int fixture_output(const onset_study *study, const char *name);

#endif
