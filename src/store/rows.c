/* The large tables, in the order of their keys, so that every row is appended. */
#include "store/write.h"

#include "base/error.h"
#include "base/text.h"
#include "study/progress.h"

#include <stdlib.h>
#include <string.h>

typedef struct {
    onset_database *database;
    onset_job      *job;
    long            n;      /* subjects */
    double         *a, *b;  /* [n] columns */
    double         *failed; /* [n] of the arm at hand */
    onset_meter     meter;  /* of columns of rows */
} filler;

/* Asked within a long column too: a second of rows at most. */
enum { ROWS_BETWEEN_QUESTIONS = 65536 };

static onset_status pause_at(onset_error *err, const filler *f, long i)
{
    if (i % ROWS_BETWEEN_QUESTIONS == ROWS_BETWEEN_QUESTIONS - 1 && onset_job_is_cancelled(f->job))
        return onset_fail(err, ONSET_CANCELLED, "the run was cancelled");
    return ONSET_OK;
}

/* (item, subject, value) of a population value or parameter */
static onset_status fill_subject_column(onset_error *err, filler *f, onset_insert *insert, int64_t item, long column)
{
    onset_status status = onset_blocks_columns(err, f->job->blocks, column, 1, f->a);

    for (long i = 0; i < f->n && status == ONSET_OK; i++) {
        status = onset_insert_row(err, insert, "iid", item, (int64_t)i + 1, f->a[i]);
        if (status == ONSET_OK) status = pause_at(err, f, i);
    }
    return status == ONSET_OK ? onset_meter_step(err, &f->meter, 1) : status;
}

static onset_status fill_subjects(onset_error *err, filler *f)
{
    const onset_block_shape *shape  = &f->job->shape;
    onset_insert            *draws  = onset_database_insert(f->database, "subject_covariate_data", 3);
    onset_insert            *params = onset_database_insert(f->database, "subject_parameter_data", 3);
    onset_status             status = ONSET_OK;

    for (int d = 0; d < shape->n_draws && status == ONSET_OK; d++)
        status = fill_subject_column(err, f, draws, d, onset_column_draw(shape, d));
    for (int p = 0; p < shape->n_params && status == ONSET_OK; p++)
        status = fill_subject_column(err, f, params, f->job->varying[p], onset_column_param(shape, p));
    return status;
}

static onset_status fill_observations(onset_error *err, filler *f, onset_insert *insert, int arm, int output, int visit)
{
    const onset_block_shape *shape  = &f->job->shape;
    onset_status             status = onset_blocks_columns(err, f->job->blocks, onset_column_true(shape, arm, output, visit), 1, f->a);

    if (status == ONSET_OK) status = onset_blocks_columns(err, f->job->blocks, onset_column_observed(shape, arm, output, visit), 1, f->b);
    for (long i = 0; i < f->n && status == ONSET_OK; i++) {
        if (f->failed[i] != 0) continue;
        status = onset_insert_row(err, insert, "iiiidd", (int64_t)arm, (int64_t)output, (int64_t)visit, (int64_t)i + 1, f->a[i], f->b[i]);
        if (status == ONSET_OK) status = pause_at(err, f, i);
    }
    return status == ONSET_OK ? onset_meter_step(err, &f->meter, 1) : status;
}

static onset_status fill_endpoints(onset_error *err, filler *f, onset_insert *insert, int arm, int endpoint, int visit)
{
    const onset_block_shape *shape = &f->job->shape;
    onset_status status            = onset_blocks_columns(err, f->job->blocks, onset_column_endpoint(shape, arm, endpoint, visit), 1, f->a);

    for (long i = 0; i < f->n && status == ONSET_OK; i++) {
        if (f->failed[i] != 0) continue;
        status = onset_insert_row(err, insert, "iiiid", (int64_t)arm, (int64_t)endpoint, (int64_t)visit, (int64_t)i + 1, f->a[i]);
        if (status == ONSET_OK) status = pause_at(err, f, i);
    }
    return status == ONSET_OK ? onset_meter_step(err, &f->meter, 1) : status;
}

static onset_status fill_arm(onset_error *err, filler *f, onset_insert *observations, onset_insert *endpoints, int arm)
{
    const onset_block_shape *shape  = &f->job->shape;
    onset_status             status = onset_blocks_columns(err, f->job->blocks, onset_column_failed(shape, arm), 1, f->failed);

    for (int o = 0; o < shape->n_outputs; o++)
        for (int v = 0; v < shape->n_visits && status == ONSET_OK; v++) status = fill_observations(err, f, observations, arm, o, v);
    for (int k = 0; k < shape->n_endpoints; k++)
        for (int v = 0; v < shape->n_visits && status == ONSET_OK; v++) status = fill_endpoints(err, f, endpoints, arm, k, v);
    return status;
}

/* ---- Events ---- */

typedef struct {
    onset_error   error;
    onset_status  status;
    onset_insert *insert;
    const filler *filler;
} event_filler;

/* A line with the cause; where the solver ended, a second with the model's state there. */
static void describe(const onset_model *model, const onset_failure *failure, const double *y, onset_text *text)
{
    onset_text_add(text, failure->detail);
    for (int i = 0; y && i < model->n_states; i++) {
        const char *unit = model->states[i].unit.text;

        onset_text_printf(text, "%s%s = %.9g", i ? ", " : "\n", model->states[i].name, y[i]);
        if (strcmp(unit, "1") != 0) onset_text_printf(text, " %s", unit);
    }
}

static void fill_failure(void *ctx, const onset_failure *failure, const double *y)
{
    event_filler      *e     = ctx;
    const onset_study *study = e->filler->job->study;
    onset_text         text  = {0};

    if (e->status != ONSET_OK) return;
    describe(study->model, failure, y, &text);
    e->status = text.failed ? onset_fail(&e->error, ONSET_NO_MEMORY, "no memory to write the failures")
                            : onset_insert_row(&e->error, e->insert, "itdtt", failure->subject, study->arms[failure->arm].name,
                                               failure->time, "failed", text.s);
    onset_text_free(&text);
}

static onset_status fill_events(onset_error *err, filler *f)
{
    event_filler e      = {.insert = onset_database_insert(f->database, "event", 5), .filler = f};
    onset_status status = onset_blocks_failures(err, f->job->blocks, fill_failure, &e);

    return status == ONSET_OK && e.status != ONSET_OK ? onset_fail(err, e.status, "%s", e.error.message) : status;
}

onset_status onset_store_fill_rows(onset_error *err, onset_database *database, onset_job *job)
{
    const onset_block_shape *shape     = &job->shape;
    filler                   f         = {.database = database, .job = job, .n = shape->n_subjects};
    int64_t                  n_columns = shape->n_draws + shape->n_params;
    size_t                   bytes     = (size_t)f.n * sizeof(double);
    onset_status             status    = ONSET_OK;

    if (!job->options.summary_only) n_columns += (int64_t)shape->n_arms * shape->n_visits * (shape->n_outputs + shape->n_endpoints);
    f.meter  = onset_meter_start(job, "writing", 0, n_columns);
    f.a      = malloc(bytes);
    f.b      = malloc(bytes);
    f.failed = malloc(bytes);
    if (!f.a || !f.b || !f.failed) status = onset_fail(err, ONSET_NO_MEMORY, "no memory to write the results");
    if (status == ONSET_OK) status = fill_subjects(err, &f);
    if (status == ONSET_OK) status = fill_events(err, &f);
    if (!job->options.summary_only) {
        onset_insert *observations = onset_database_insert(database, "observation_data", 6);
        onset_insert *endpoints    = onset_database_insert(database, "endpoint_data", 5);

        for (int a = 0; a < shape->n_arms && status == ONSET_OK; a++) status = fill_arm(err, &f, observations, endpoints, a);
    }
    free(f.a);
    free(f.b);
    free(f.failed);
    return status;
}
