/* The tables of summaries. They are computed while the rows are written: the one reads and sorts, the other waits for SQLite. */
#include "store/write.h"

#include "base/error.h"
#include "study/summary.h"

#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

typedef enum { ROW_SUMMARY, ROW_OBSERVED, ROW_RATE, ROW_DIFFERENCE } row_kind;

/* Names are those of the study. As many rows as the study has cells, however many subjects there are. */
typedef struct {
    row_kind      kind;
    const char   *arm, *control, *name;
    double        time;
    long          events;
    double        low, high;
    onset_summary summary; /* RATE and DIFFERENCE: n; DIFFERENCE: mean */
} summary_row;

struct onset_store_summaries {
    onset_job   *job;
    summary_row *rows;
    size_t       n, cap;
    pthread_t    thread;
    bool         has_thread;
    atomic_bool  stop; /* the rows could not be written: no use in going on */
    onset_error  error;
    onset_status status;
};

static onset_status keep(onset_error *err, onset_store_summaries *all, summary_row row)
{
    if (all->stop) return onset_fail(err, ONSET_CANCELLED, "the run was cancelled");
    if (all->n == all->cap) {
        size_t       cap   = all->cap ? 2 * all->cap : 1024;
        summary_row *grown = realloc(all->rows, cap * sizeof *grown);

        if (!grown) return onset_fail(err, ONSET_NO_MEMORY, "no memory for the summaries");
        all->rows = grown;
        all->cap  = cap;
    }
    all->rows[all->n++] = row;
    return ONSET_OK;
}

static onset_status keep_summary(onset_error *err, void *ctx, bool observed, const char *arm, const char *output, double time,
                                 const onset_summary *summary)
{
    return keep(
        err, ctx,
        (summary_row){.kind = observed ? ROW_OBSERVED : ROW_SUMMARY, .arm = arm, .name = output, .time = time, .summary = *summary});
}

static onset_status keep_rate(onset_error *err, void *ctx, const char *arm, const char *endpoint, double time, long n, long events)
{
    onset_interval interval = n > 0 ? onset_wilson(events, n) : (onset_interval){NAN, NAN};

    return keep(err, ctx,
                (summary_row){.kind    = ROW_RATE,
                              .arm     = arm,
                              .name    = endpoint,
                              .time    = time,
                              .events  = events,
                              .low     = interval.low,
                              .high    = interval.high,
                              .summary = {.n = n, .mean = n > 0 ? (double)events / (double)n : NAN}});
}

static onset_status keep_difference(onset_error *err, void *ctx, const char *arm, const char *control, const char *output, double time,
                                    long n, double difference, onset_interval interval)
{
    return keep(err, ctx,
                (summary_row){.kind    = ROW_DIFFERENCE,
                              .arm     = arm,
                              .control = control,
                              .name    = output,
                              .time    = time,
                              .low     = interval.low,
                              .high    = interval.high,
                              .summary = {.n = n, .mean = difference}});
}

static void *compute(void *ctx)
{
    onset_store_summaries   *all  = ctx;
    const onset_summary_sink sink = {
        .ctx = all, .silent = all->has_thread, .summary = keep_summary, .rate = keep_rate, .difference = keep_difference};

    all->status = onset_job_summaries(&all->error, all->job, &sink);
    return NULL;
}

onset_status onset_store_start_summaries(onset_error *err, onset_job *job, onset_store_summaries **out)
{
    onset_store_summaries *all = calloc(1, sizeof *all);

    if (!all) return onset_fail(err, ONSET_NO_MEMORY, "no memory for the summaries");
    all->job        = job;
    all->has_thread = job->options.threads > 1;
    if (all->has_thread && pthread_create(&all->thread, NULL, compute, all) != 0) all->has_thread = false;
    *out = all;
    return ONSET_OK;
}

static onset_status insert_row(onset_error *err, onset_insert *const inserts[4], const summary_row *row)
{
    const onset_summary *s      = &row->summary;
    onset_insert        *insert = inserts[row->kind];

    switch (row->kind) {
    case ROW_RATE:
        return onset_insert_row(err, insert, "ttdiiddd", row->arm, row->name, row->time, (int64_t)s->n, (int64_t)row->events, s->mean,
                                row->low, row->high);
    case ROW_DIFFERENCE:
        return onset_insert_row(err, insert, "tttdiddd", row->arm, row->control, row->name, row->time, (int64_t)s->n, s->mean, row->low,
                                row->high);
    case ROW_SUMMARY:
    case ROW_OBSERVED:
        break;
    }
    return onset_insert_row(err, insert, "ttdiddddddd", row->arm, row->name, row->time, (int64_t)s->n, s->mean, s->sd, s->p05, s->p25,
                            s->median, s->p75, s->p95);
}

onset_status onset_store_fill_summaries(onset_error *err, onset_database *database, onset_store_summaries *all, onset_status status)
{
    onset_insert *const inserts[4] = {[ROW_SUMMARY]    = onset_database_insert(database, "summary", 11),
                                      [ROW_OBSERVED]   = onset_database_insert(database, "observed_summary", 11),
                                      [ROW_RATE]       = onset_database_insert(database, "rate", 8),
                                      [ROW_DIFFERENCE] = onset_database_insert(database, "difference", 8)};

    if (status != ONSET_OK) all->stop = true;
    if (all->has_thread) {
        pthread_join(all->thread, NULL);
    } else if (status == ONSET_OK) {
        compute(all);
    }
    if (status == ONSET_OK && all->status != ONSET_OK) status = onset_fail(err, all->status, "%s", all->error.message);
    for (size_t i = 0; i < all->n && status == ONSET_OK; i++) status = insert_row(err, inserts, &all->rows[i]);
    free(all->rows);
    free(all);
    return status;
}
