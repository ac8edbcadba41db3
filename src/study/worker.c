/* One thread of a run: draws subjects, builds their courses, hands them to the solver, takes back what it found. */
#include "study/work.h"

#include "base/error.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

onset_status onset_worker_create(onset_error *err, onset_work *work, onset_worker *worker)
{
    const onset_study *study    = work->job->study;
    const onset_model *model    = study->model;
    size_t             n_params = (size_t)model->n_params + (size_t)model->n_covariates;

    *worker           = (onset_worker){.work = work, .arm = study->n_arms};
    worker->values    = calloc((size_t)study->population.n_draws + 1, sizeof(double));
    worker->params    = calloc(n_params + 1, sizeof(double));
    worker->eta       = calloc((size_t)model->n_params + 1, sizeof(double));
    worker->observed  = calloc((size_t)study->n_visits * (size_t)model->n_outputs + 1, sizeof(double));
    worker->endpoints = calloc((size_t)study->n_visits * (size_t)study->n_endpoints + 1, sizeof(double));
    if (!worker->values || !worker->params || !worker->eta || !worker->observed || !worker->endpoints)
        return onset_fail(err, ONSET_NO_MEMORY, "no memory for a thread of the run");
    return onset_evaluator_create(err, study, &worker->evaluator);
}

void onset_worker_free(onset_worker *worker)
{
    for (onset_slot *slot = worker->all, *next; slot; slot = next) {
        next = slot->next_all;
        onset_course_builder_free(slot->builder);
        free(slot->out);
        free(slot->individual);
        free(slot->failed_y);
        free(slot);
    }
    onset_evaluator_free(worker->evaluator);
    free(worker->values);
    free(worker->params);
    free(worker->eta);
    free(worker->observed);
    free(worker->endpoints);
}

/* A slot not in use, or a new one; NULL where there is no memory. */
static onset_slot *slot_take(onset_error *err, onset_worker *worker)
{
    const onset_work  *work  = worker->work;
    const onset_model *model = work->job->study->model;
    onset_slot        *slot  = worker->free;

    if (slot) {
        worker->free = slot->next_free;
        return slot;
    }
    slot = calloc(1, sizeof *slot);
    if (slot) {
        slot->next_all   = worker->all;
        worker->all      = slot;
        slot->out        = calloc((size_t)work->times.n * (size_t)model->n_outputs + 1, sizeof(double));
        slot->individual = calloc((size_t)model->n_params + 1, sizeof(double));
        slot->failed_y   = calloc((size_t)model->n_states + 1, sizeof(double));
    }
    if (!slot || !slot->out || !slot->individual || !slot->failed_y) {
        onset_fail(err, ONSET_NO_MEMORY, "no memory for a course");
        return NULL;
    }
    return onset_course_builder_create(err, model, work->job->table, &slot->builder) == ONSET_OK ? slot : NULL;
}

static void slot_give(onset_worker *worker, onset_slot *slot)
{
    slot->next_free = worker->free;
    worker->free    = slot;
}

/* ---- What came out ---- */

static void keep_trace(const onset_work *work, onset_slot *slot)
{
    const onset_block_shape *shape = &work->job->shape;
    const onset_block_data  *data  = &slot->block->data;

    for (int o = 0; o < shape->n_outputs; o++) {
        float *cell = data->floats + (onset_column_trace(shape, slot->arm, o, 0) - onset_n_doubles(shape)) * data->n + slot->row;

        for (int t = 0; t < shape->n_trace; t++)
            cell[(size_t)t * (size_t)data->n] = (float)slot->out[(size_t)work->times.at_trace[t] * (size_t)shape->n_outputs + (size_t)o];
    }
}

static void keep_visits(onset_worker *worker, onset_slot *slot, uint64_t subject)
{
    const onset_work        *work  = worker->work;
    const onset_study       *study = work->job->study;
    const onset_block_shape *shape = &work->job->shape;
    onset_block_data        *data  = &slot->block->data;

    for (int v = 0; v < shape->n_visits; v++) {
        for (int o = 0; o < shape->n_outputs; o++) {
            uint64_t purpose =
                work->purposes[((size_t)slot->arm * (size_t)shape->n_visits + (size_t)v) * (size_t)shape->n_outputs + (size_t)o];
            double value = slot->out[(size_t)work->times.at_visit[v] * (size_t)shape->n_outputs + (size_t)o];
            double seen  = onset_observe(&study->model->outputs[o], value, work->job->options.seed, subject, purpose);

            worker->observed[(size_t)v * (size_t)shape->n_outputs + (size_t)o] = seen;
            onset_block_set(data, shape, onset_column_true(shape, slot->arm, o, v), slot->row, value);
            onset_block_set(data, shape, onset_column_observed(shape, slot->arm, o, v), slot->row, seen);
        }
    }
    for (int d = 0; d < shape->n_draws; d++) worker->values[d] = onset_block_get(data, shape, onset_column_draw(shape, d), slot->row);
    onset_evaluate(worker->evaluator, worker->observed, worker->values, worker->endpoints);
    for (int v = 0; v < shape->n_visits; v++)
        for (int k = 0; k < shape->n_endpoints; k++)
            onset_block_set(data, shape, onset_column_endpoint(shape, slot->arm, k, v), slot->row,
                            worker->endpoints[(size_t)v * (size_t)shape->n_endpoints + (size_t)k]);
}

/* Individual values are those of the first arm; they are the same in all but for a `set` of an arm. */
static void keep_individual(const onset_work *work, onset_slot *slot)
{
    const onset_job *job = work->job;

    for (int p = 0; p < job->shape.n_params; p++)
        onset_block_set(&slot->block->data, &job->shape, onset_column_param(&job->shape, p), slot->row, slot->individual[job->varying[p]]);
}

static uint64_t subject_of(const onset_work *work, const onset_open_block *block, int row)
{
    return (uint64_t)block->data.index * (uint64_t)work->job->shape.block_subjects + (uint64_t)row + 1;
}

static void finish(onset_worker *worker, onset_slot *slot)
{
    onset_work   *work    = worker->work;
    onset_course *course  = &slot->course;
    uint64_t      subject = subject_of(work, slot->block, slot->row);
    onset_failure failure = {
        .subject = (int64_t)subject, .arm = slot->arm, .state = course->failed_state, .time = course->failed_time, .value = NAN};

    if (slot->arm == 0 && course->individual) keep_individual(work, slot);
    if (course->failed) {
        const onset_model *model = work->job->study->model;

        if (course->failed_state >= 0 && course->failed_state < model->n_states) {
            snprintf(failure.detail, sizeof failure.detail, "%.140s (%.70s)", course->failure, model->states[course->failed_state].name);
            if (course->failed_y) failure.value = course->failed_y[course->failed_state];
        } else {
            snprintf(failure.detail, sizeof failure.detail, "%s", course->failure);
        }
        onset_block_set(&slot->block->data, &work->job->shape, onset_column_failed(&work->job->shape, slot->arm), slot->row, 1);
    } else {
        keep_visits(worker, slot, subject);
        keep_trace(work, slot);
    }
    onset_work_done(work, slot->block, course, course->failed ? &failure : NULL);
    slot_give(worker, slot);
}

/* ---- The solver's source of courses ---- */

static onset_status draw_subject(onset_error *err, onset_worker *worker)
{
    const onset_job        *job        = worker->work->job;
    const onset_population *population = &job->study->population;
    uint64_t                subject    = subject_of(worker->work, worker->block, worker->row);
    onset_status            status = onset_population_draw(err, population, job->study->model, job->options.seed, subject, worker->values,
                                                           worker->params, worker->eta, NULL);

    if (status != ONSET_OK) return status;
    for (int d = 0; d < job->shape.n_draws; d++)
        onset_block_set(&worker->block->data, &job->shape, onset_column_draw(&job->shape, d), worker->row, worker->values[d]);
    onset_population_body(population, worker->values, &worker->body.weight_kg, &worker->body.bsa_m2);
    worker->arm = 0;
    return ONSET_OK;
}

/* The time line of the subject at hand in its next arm. A patient whose doses make no sense has failed, as one that cannot be solved. */
static onset_status build(onset_error *err, onset_worker *worker, onset_slot *slot)
{
    onset_work        *work  = worker->work;
    const onset_study *study = work->job->study;
    onset_error        local = {0};
    onset_status       status;

    slot->block  = worker->block;
    slot->row    = worker->row;
    slot->arm    = worker->arm++;
    slot->course = (onset_course){.out_time     = work->times.time,
                                  .out_before   = work->times.before,
                                  .n_out        = work->times.n,
                                  .out          = slot->out,
                                  .individual   = slot->arm == 0 ? slot->individual : NULL,
                                  .failed_state = -1,
                                  .failed_y     = slot->failed_y,
                                  .owner        = slot};
    for (int p = 0; p < study->model->n_params; p++) slot->individual[p] = NAN;
    status = onset_course_build(&local, slot->builder, &study->arms[slot->arm].schedule, worker->params, &worker->body,
                                subject_of(work, slot->block, slot->row), &slot->course);
    if (status == ONSET_OK || status == ONSET_BAD_INPUT) {
        slot->course.failed = status != ONSET_OK;
        if (slot->course.failed) slot->course.failed_y = NULL; /* it never began */
        snprintf(slot->course.failure, sizeof slot->course.failure, "%.199s", local.message);
        return ONSET_OK;
    }
    return onset_fail(err, status, "%s", local.message);
}

/* The next course of the subject at hand, or of the next subject; NULL: none now, or the run stops. */
static onset_course *next_course(void *ctx)
{
    onset_worker *worker = ctx;
    onset_error   err    = {0};

    while (!onset_work_is_stopped(worker->work)) {
        onset_slot  *slot   = NULL;
        onset_status status = ONSET_OK;

        if (worker->arm >= worker->work->job->shape.n_arms) {
            if (onset_work_take(worker->work, &worker->block, &worker->row) != ONSET_TAKEN) return NULL;
            status = draw_subject(&err, worker);
        }
        if (status == ONSET_OK) slot = slot_take(&err, worker);
        if (slot) status = build(&err, worker, slot);
        if (!slot || status != ONSET_OK) {
            onset_work_stop(worker->work, err.status, &err);
            return NULL;
        }
        if (!slot->course.failed) return &slot->course;
        finish(worker, slot);
    }
    return NULL;
}

static void course_done(void *ctx, onset_course *course)
{
    finish(ctx, course->owner);
}

static bool course_cancelled(void *ctx)
{
    const onset_worker *worker = ctx;

    return onset_work_is_stopped(worker->work);
}

/* The solver is left and entered again when the window of open blocks is full: its lanes drain, so the blocks they hold up get done. */
void onset_worker_run(onset_worker *worker)
{
    onset_work               *work   = worker->work;
    onset_job                *job    = work->job;
    const onset_course_source source = {.ctx = worker, .next = next_course, .done = course_done, .cancelled = course_cancelled};
    onset_solver_options      options;

    onset_solver_options_init(&options);
    options.kind = job->solver;
    options.rtol = job->options.rtol;
    options.atol = job->options.atol;
    while (!onset_work_is_stopped(work)) {
        onset_error  err = {0};
        onset_status status;
        onset_take   take = worker->arm < job->shape.n_arms ? ONSET_TAKEN : onset_work_take(work, &worker->block, &worker->row);

        if (take == ONSET_TAKE_NOTHING) return;
        if (take == ONSET_TAKE_LATER) {
            onset_work_wait(work);
            continue;
        }
        status = worker->arm < job->shape.n_arms ? ONSET_OK : draw_subject(&err, worker);
        if (status == ONSET_OK) status = onset_solve(&err, job->table, job->isa, &options, &source);
        if (status != ONSET_OK) onset_work_stop(work, status, &err);
    }
}
