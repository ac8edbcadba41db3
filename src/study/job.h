/* Running a checked study: every subject drawn once, given every arm, solved, observed, kept in blocks.
 *
 *     onset_job_create -> onset_job_execute -> onset_job_summaries (summary.h), store -> onset_job_free
 *
 * What a subject gets depends on the study, the seed, the solver and the instruction set; not on the number of threads, nor on whether the
 * run was interrupted: the results are the same bits. Options and progress are those of onset.h. */
#ifndef ONSET_STUDY_JOB_H
#define ONSET_STUDY_JOB_H

#include "study/blocks.h"
#include "study/study.h"

/* What a run needs beside the user's options. */
typedef struct {
    onset_kernel_options kernel;  /* its isa is replaced by that of the options; CVODE takes SCALAR whatever they say */
    const char          *partial; /* file for the finished blocks, to resume from; NULL: a temporary one; "": none (blocks.h) */
    onset_kernel        *loaded;  /* one of the study's model that the caller keeps, for many short runs; NULL: it is loaded */
    const char          *build;   /* version of Onset: blocks of another are not taken over; NULL: none */
} onset_job_setup;

/* Visible, so that summaries and store can read it; only study/ writes it. */
typedef struct {
    const onset_study        *study;
    onset_run_options         options; /* resolved: subjects, seed and threads are those used */
    onset_kernel             *kernel;
    bool                      keeps_kernel; /* it is the caller's */
    const onset_kernel_table *table;
    onset_kernel_origin       origin;
    onset_solver_kind         solver; /* the one used */
    char                      solver_why[200];
    onset_isa                 isa;
    onset_block_shape         shape;
    onset_blocks             *blocks;
    int                      *varying;   /* [shape.n_params] parameters of the model that differ between subjects, ascending */
    long                      n_resumed; /* subjects taken over */
    double                    solve_s;   /* wall time of solving, this process */
    double                    courses_per_s;
    char                      started[32]; /* "2026-11-21T04:05:06Z" */
    double                    clock_start; /* onset_clock() at the start */
} onset_job;

/* Loads the kernel, opens the blocks, chooses the solver. The study, and what options and setup point to, must outlive the job.
 * BAD_INPUT: options out of range. NO_COMPILER, NO_OUTPUT, NO_MEMORY. */
onset_status onset_job_create(onset_error *err, const onset_study *study, const onset_run_options *options, const onset_job_setup *setup,
                              onset_job **out);

/* Solves what is missing. CANCELLED: finished blocks are kept; a job of the same options goes on from them. */
onset_status onset_job_execute(onset_error *err, onset_job *job);

void onset_job_free(onset_job *job);

bool onset_job_is_cancelled(const onset_job *job);

/* Disk space that the blocks of the whole run take [byte]. */
double onset_job_block_bytes(const onset_job *job);

/* Seconds of a clock that never goes back. */
double onset_clock(void);

#endif
