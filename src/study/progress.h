/* How far a stage of a run is, told to the user's callback at most ten times a second and at the stage's end. */
#ifndef ONSET_STUDY_PROGRESS_H
#define ONSET_STUDY_PROGRESS_H

#include "study/job.h"

typedef struct {
    const onset_job *job;
    const char      *stage; /* onset_progress.stage */
    int64_t          before, done, total;
    double           started, last; /* onset_clock() */
} onset_meter;

/* done: what counts as done before the first step, and is left out of the speed. */
onset_meter onset_meter_start(const onset_job *job, const char *stage, int64_t done, int64_t total);

void   onset_meter_tell(onset_meter *meter, int64_t more); /* so many more are done */
double onset_meter_per_s(const onset_meter *meter);

/* The same, and asks whether to go on: CANCELLED. */
onset_status onset_meter_step(onset_error *err, onset_meter *meter, int64_t more);

#endif
