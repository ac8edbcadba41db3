/* The threads of a run and what they share. Private to study. */
#ifndef ONSET_STUDY_WORK_H
#define ONSET_STUDY_WORK_H

#include "study/job.h"
#include "study/observe.h"
#include "study/progress.h"

#include <pthread.h>

/* A block that is being filled. */
typedef struct {
    onset_block_data data;
    bool             open;
    int              n_taken; /* subjects handed out */
    long             n_left;  /* courses not yet done */
} onset_open_block;

/* Shared by the workers; all but the constants under the lock. */
typedef struct {
    onset_job        *job;
    onset_times       times;
    uint64_t         *purposes; /* [arm][visit][output] */
    pthread_mutex_t   lock;
    pthread_cond_t    moved;  /* a block was written, or the run stops */
    onset_open_block *window; /* [n_window] blocks under way: block b is window[b % n_window] */
    int               n_window;
    long              n_blocks, next; /* blocks of the run; the one that subjects are taken from */
    long              first;          /* the first block not yet written */
    bool              writing, stop;
    bool              refused; /* the user's course callback wants no more; only who writes sets it */
    onset_status      status;
    onset_error       error;
    onset_meter       meter;  /* of courses */
    double           *gather; /* scratch of the course callback */
} onset_work;

/* One course under way: its time line and room for what comes out. A worker has as many as the solver asks for at a time. */
typedef struct onset_slot onset_slot;
struct onset_slot {
    onset_slot           *next_free, *next_all;
    onset_course          course;
    onset_course_builder *builder;
    double               *out; /* [times.n][n_outputs] */
    double               *individual;
    double               *failed_y; /* [n_states] */
    onset_open_block     *block;
    int                   row, arm;
};

typedef struct {
    onset_work       *work;
    onset_evaluator  *evaluator;
    onset_slot       *all, *free;
    onset_open_block *block;                 /* of the subject at hand */
    int               row, arm;              /* arm: the next to be given; n_arms: take another subject */
    double           *values, *params, *eta; /* of the subject */
    double           *observed, *endpoints;  /* scratch of one course */
    onset_body        body;
} onset_worker;

/* worker.c: one thread's share. Returns when there is nothing left to do or the run stops. */
onset_status onset_worker_create(onset_error *err, onset_work *work, onset_worker *worker);
void         onset_worker_free(onset_worker *worker);
void         onset_worker_run(onset_worker *worker);

/* work.c, for the workers */
typedef enum { ONSET_TAKEN, ONSET_TAKE_LATER, ONSET_TAKE_NOTHING } onset_take;
onset_take onset_work_take(onset_work *work, onset_open_block **block,
                           int *row);         /* the next subject; LATER: blocks must be written first */
void       onset_work_wait(onset_work *work); /* until something moved, at most 0.1 s */
void       onset_work_done(onset_work *work, onset_open_block *block, const onset_course *course, const onset_failure *failure);
void       onset_work_stop(onset_work *work, onset_status status,
                           const onset_error *error); /* keeps the first failure, and one rather than a cancellation */
bool       onset_work_is_stopped(onset_work *work);   /* asks the user's callback too */

#endif
