/* The shared part of a run: which subject comes next, which blocks are open, who writes, how far it is. */
#include "study/work.h"

#include "base/c_locale.h"
#include "base/error.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

void onset_work_stop(onset_work *work, onset_status status, const onset_error *error)
{
    pthread_mutex_lock(&work->lock);
    if (!work->stop || (work->status == ONSET_CANCELLED && status != ONSET_CANCELLED)) {
        work->stop   = true;
        work->status = status;
        if (error) work->error = *error;
    }
    pthread_cond_broadcast(&work->moved);
    pthread_mutex_unlock(&work->lock);
}

bool onset_work_is_stopped(onset_work *work)
{
    bool stop;

    pthread_mutex_lock(&work->lock);
    stop = work->stop;
    pthread_mutex_unlock(&work->lock);
    if (stop) return true;
    if (!onset_job_is_cancelled(work->job)) return false;
    onset_work_stop(work, ONSET_CANCELLED, NULL);
    return true;
}

void onset_work_wait(onset_work *work)
{
    struct timespec until;

    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_nsec += 100000000L;
    if (until.tv_nsec >= 1000000000L) {
        until.tv_nsec -= 1000000000L;
        until.tv_sec++;
    }
    pthread_mutex_lock(&work->lock);
    if (!work->stop) pthread_cond_timedwait(&work->moved, &work->lock, &until);
    pthread_mutex_unlock(&work->lock);
}

/* ---- Handing out ---- */

/* Opens block `next` in its place of the window. Under the lock. */
static bool open_next(onset_work *work)
{
    onset_open_block *block = &work->window[work->next % work->n_window];

    if (work->next >= work->first + work->n_window) return false;
    onset_block_start(&block->data, &work->job->shape, work->next);
    block->open    = true;
    block->n_taken = 0;
    block->n_left  = (long)block->data.n * work->job->shape.n_arms;
    return true;
}

onset_take onset_work_take(onset_work *work, onset_open_block **block, int *row)
{
    onset_take        take = ONSET_TAKE_NOTHING;
    onset_open_block *at;

    pthread_mutex_lock(&work->lock);
    if (!work->stop && work->next < work->n_blocks) {
        at   = &work->window[work->next % work->n_window];
        take = (at->open && at->data.index == work->next) || open_next(work) ? ONSET_TAKEN : ONSET_TAKE_LATER;
        if (take == ONSET_TAKEN) {
            *block = at;
            *row   = at->n_taken++;
            if (at->n_taken == at->data.n) work->next++;
        }
    }
    pthread_mutex_unlock(&work->lock);
    return take;
}

/* ---- Taking back ---- */

/* Passes the courses of a finished block on to the user, subject by subject. false: the user wants no more. */
static bool pass_on(onset_work *work, const onset_block_data *data)
{
    const onset_job         *job   = work->job;
    const onset_block_shape *shape = &job->shape;
    double                  *truth = work->gather, *observed = truth + (size_t)shape->n_visits * (size_t)shape->n_outputs;
    onset_course_result      result = {
             .n_visits = shape->n_visits, .n_outputs = shape->n_outputs, .time_h = job->study->visits, .truth = truth, .observed = observed};

    for (int row = 0; row < data->n; row++) {
        result.subject = data->index * shape->block_subjects + row + 1;
        for (int a = 0; a < shape->n_arms; a++) {
            result.arm     = job->study->arms[a].name;
            result.failed  = onset_block_get(data, shape, onset_column_failed(shape, a), row) != 0;
            result.failure = "";
            for (int f = 0; f < data->n_failures; f++)
                if (data->failures[f].subject == result.subject && data->failures[f].arm == a) result.failure = data->failures[f].detail;
            for (int v = 0; v < shape->n_visits; v++)
                for (int o = 0; o < shape->n_outputs; o++) {
                    size_t at    = (size_t)v * (size_t)shape->n_outputs + (size_t)o;
                    truth[at]    = onset_block_get(data, shape, onset_column_true(shape, a, o, v), row);
                    observed[at] = onset_block_get(data, shape, onset_column_observed(shape, a, o, v), row);
                }
            if (!job->options.course(job->options.ctx, &result)) return false;
        }
    }
    return true;
}

static int by_subject(const void *a, const void *b)
{
    const onset_failure *x = a, *y = b;

    if (x->subject != y->subject) return x->subject < y->subject ? -1 : 1;
    return x->arm - y->arm;
}

/* Something went wrong, other than that the user has seen enough. Under the lock. */
static bool is_broken(const onset_work *work)
{
    return work->stop && work->status != ONSET_CANCELLED;
}

static onset_status write_block(onset_error *err, onset_work *work, onset_block_data *data)
{
    onset_status status;

    if (data->n_failures > 1) qsort(data->failures, (size_t)data->n_failures, sizeof *data->failures, by_subject);
    status = onset_blocks_append(err, work->job->blocks, data);
    if (status != ONSET_OK || !work->job->options.course || pass_on(work, data)) return status;
    work->refused = true;
    return ONSET_CANCELLED;
}

/* Writes the finished blocks at the front of the window, in their order, also when the run was cancelled: what is done is kept. One thread at a time does it,
 * without the lock while it writes; what others finish meanwhile it takes along. Called and left under the lock. */
static void write_finished(onset_work *work)
{
    if (work->writing) return;
    work->writing = true;
    while (work->first < work->n_blocks && !is_broken(work) && !work->refused) {
        onset_open_block *block = &work->window[work->first % work->n_window];
        onset_error       err   = {0};
        onset_status      status;

        if (!block->open || block->data.index != work->first || block->n_left > 0) break;
        pthread_mutex_unlock(&work->lock);
        status = write_block(&err, work, &block->data);
        if (status != ONSET_OK) onset_work_stop(work, status, &err);
        pthread_mutex_lock(&work->lock);
        block->open = false;
        work->first++;
        pthread_cond_broadcast(&work->moved);
    }
    work->writing = false;
}

void onset_work_done(onset_work *work, onset_open_block *block, const onset_course *course, const onset_failure *failure)
{
    pthread_mutex_lock(&work->lock);
    block->data.steps += course->n_steps;
    block->data.rejected += course->n_rejected;
    if (failure && !onset_block_fail(&block->data, &work->job->shape, failure, course->failed_y) && !is_broken(work)) {
        work->stop   = true;
        work->status = onset_fail(&work->error, ONSET_NO_MEMORY, "no memory for the list of failures");
    }
    block->n_left--;
    if (block->n_left == 0) write_finished(work);
    onset_meter_tell(&work->meter, 1);
    pthread_mutex_unlock(&work->lock);
}

/* ---- From start to end ---- */

static void work_free(onset_work *work)
{
    for (int i = 0; work->window && i < work->n_window; i++) onset_block_free(&work->window[i].data);
    free(work->window);
    free(work->purposes);
    free(work->gather);
    onset_times_free(&work->times);
    pthread_cond_destroy(&work->moved);
    pthread_mutex_destroy(&work->lock);
}

static onset_status work_start(onset_error *err, onset_work *work, onset_job *job)
{
    const onset_block_shape *shape  = &job->shape;
    onset_status             status = ONSET_OK;

    *work = (onset_work){.job = job, .n_window = 2 * job->options.threads + 1};
    pthread_mutex_init(&work->lock, NULL);
    pthread_cond_init(&work->moved, NULL);
    work->n_blocks = (shape->n_subjects + shape->block_subjects - 1) / shape->block_subjects;
    work->first = work->next = onset_blocks_about(job->blocks).n_blocks;
    work->meter = onset_meter_start(job, "solving", (int64_t)job->n_resumed * shape->n_arms, (int64_t)shape->n_subjects * shape->n_arms);
    if (work->n_window > work->n_blocks - work->first) work->n_window = (int)(work->n_blocks - work->first);
    status         = onset_times_create(err, job->study, &work->times);
    work->purposes = onset_error_purposes(job->study);
    work->gather   = calloc(2 * (size_t)shape->n_visits * (size_t)shape->n_outputs + 1, sizeof(double));
    work->window   = calloc((size_t)work->n_window + 1, sizeof *work->window);
    if (status == ONSET_OK && (!work->purposes || !work->gather || !work->window))
        status = onset_fail(err, ONSET_NO_MEMORY, "no memory for the run");
    for (int i = 0; status == ONSET_OK && i < work->n_window; i++)
        if (!onset_block_create(&work->window[i].data, shape)) status = onset_fail(err, ONSET_NO_MEMORY, "no memory for the run");
    return status;
}

static void *thread_main(void *worker)
{
    const onset_locale locale = onset_locale_enter();

    onset_worker_run(worker);
    onset_locale_leave(locale);
    return NULL;
}

/* Runs the workers; threads is room for n - 1. The calling thread is the first worker. Where no further thread can be started, those that run
 * do the work. */
static onset_status run_workers(onset_error *err, onset_work *work, onset_worker *workers, pthread_t *threads, int n)
{
    onset_status status    = ONSET_OK;
    int          n_started = 0;

    for (int i = 0; i < n && status == ONSET_OK; i++) status = onset_worker_create(err, work, &workers[i]);
    if (status == ONSET_OK) {
        while (n_started < n - 1 && pthread_create(&threads[n_started], NULL, thread_main, &workers[n_started + 1]) == 0) n_started++;
        onset_worker_run(&workers[0]);
    }
    for (int i = 0; i < n_started; i++) pthread_join(threads[i], NULL);
    for (int i = 0; i < n; i++)
        if (workers[i].work) onset_worker_free(&workers[i]);
    return status;
}

static onset_status run_threads(onset_error *err, onset_work *work)
{
    int           n       = work->job->options.threads;
    onset_worker *workers = calloc((size_t)n, sizeof *workers);
    pthread_t    *threads = calloc((size_t)n, sizeof *threads);
    onset_status  status;

    if (workers && threads) {
        status = run_workers(err, work, workers, threads, n);
    } else {
        status = onset_fail(err, ONSET_NO_MEMORY, "no memory for the threads of the run");
    }
    free(workers);
    free(threads);
    return status;
}

onset_status onset_job_execute(onset_error *err, onset_job *job)
{
    onset_work   work;
    onset_status status;

    if (onset_blocks_about(job->blocks).n_subjects >= job->shape.n_subjects) return ONSET_OK;
    status = work_start(err, &work, job);
    if (status == ONSET_OK) status = run_threads(err, &work);
    if (status == ONSET_OK && work.stop)
        status = work.status == ONSET_CANCELLED ? onset_fail(err, ONSET_CANCELLED, "the run was cancelled")
                                                : onset_fail(err, work.status, "%s", work.error.message);
    job->solve_s       = onset_clock() - work.meter.started;
    job->courses_per_s = onset_meter_per_s(&work.meter);
    work_free(&work);
    return status;
}
