/* The summaries of a finished job: quantiles and means of every cell, rates, differences from the controls.
 *
 * Exact: each cell (arm, output, time) is read as a column of all subjects. Courses that failed are left out, and values that are not numbers;
 * n says how many remain. Memory is that of a few columns. */
#ifndef ONSET_STUDY_SUMMARY_H
#define ONSET_STUDY_SUMMARY_H

#include "study/job.h"
#include "study/statistics.h"

/* Where the rows go. A callback that does not return ONSET_OK ends it. Times in hours, values in the output's unit. */
typedef struct {
    void *ctx;
    bool  silent; /* tells no progress: for a thread beside one that does */
    /* observed false: true values of outputs, at visits and trace times; true: observed values and numeric endpoints, at visits. */
    onset_status (*summary)(onset_error *err, void *ctx, bool observed, const char *arm, const char *output, double time,
                            const onset_summary *summary);
    onset_status (*rate)(onset_error *err, void *ctx, const char *arm, const char *endpoint, double time, long n, long events);
    /* arm - control, within subjects: of observed values, endpoints and rates. NAN where n is 0; the interval where n < 2. */
    onset_status (*difference)(onset_error *err, void *ctx, const char *arm, const char *control, const char *output, double time, long n,
                               double difference, onset_interval interval);
} onset_summary_sink;

/* CANCELLED when the job's options say so. Tells progress as "summarising". */
onset_status onset_job_summaries(onset_error *err, onset_job *job, const onset_summary_sink *sink);

#endif
