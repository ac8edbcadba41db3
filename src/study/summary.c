#include "study/summary.h"

#include "base/error.h"
#include "study/progress.h"

#include <math.h>
#include <stdlib.h>

/* Memory for columns that are read at once [byte], chosen by us: a trace's cells are read in as few passes as fit. */
enum { COLUMNS_BYTES = 8 << 20 };

typedef struct {
    onset_job                *job;
    const onset_summary_sink *sink;
    long                      n, n_batch; /* subjects; columns read at once */
    double                   *columns;    /* [n_batch][n] */
    double                   *control;    /* [n] */
    onset_meter               meter;      /* of cells */
} pass;

static onset_status step(onset_error *err, pass *p, long more)
{
    if (!p->sink->silent) return onset_meter_step(err, &p->meter, more);
    return onset_job_is_cancelled(p->job) ? onset_fail(err, ONSET_CANCELLED, "the run was cancelled") : ONSET_OK;
}

/* Moves what is a number to the front, in order. */
static long pack(double *x, long n)
{
    long kept = 0;

    for (long i = 0; i < n; i++)
        if (isfinite(x[i])) x[kept++] = x[i];
    return kept;
}

static onset_status summarise_trace(onset_error *err, pass *p, int arm, int output)
{
    const onset_study       *study  = p->job->study;
    const onset_block_shape *shape  = &p->job->shape;
    onset_status             status = ONSET_OK;

    for (int t = 0; t < shape->n_trace && status == ONSET_OK;) {
        int n = shape->n_trace - t < p->n_batch ? shape->n_trace - t : (int)p->n_batch;

        status = onset_blocks_columns(err, p->job->blocks, onset_column_trace(shape, arm, output, t), n, p->columns);
        for (int k = 0; k < n && status == ONSET_OK; k++, t++) {
            double       *x       = p->columns + (size_t)k * (size_t)p->n;
            onset_summary summary = onset_summarise(x, pack(x, p->n));

            status = p->sink->summary(err, p->sink->ctx, false, study->arms[arm].name, study->model->outputs[output].short_name,
                                      study->trace[t], &summary);
        }
        if (status == ONSET_OK) status = step(err, p, n);
    }
    return status;
}

static onset_status summarise_column(onset_error *err, pass *p, bool observed, int arm, const char *name, int visit, long column)
{
    onset_status  status = onset_blocks_columns(err, p->job->blocks, column, 1, p->columns);
    onset_summary summary;

    if (status != ONSET_OK) return status;
    summary = onset_summarise(p->columns, pack(p->columns, p->n));
    status  = p->sink->summary(err, p->sink->ctx, observed, p->job->study->arms[arm].name, name, p->job->study->visits[visit], &summary);
    return status == ONSET_OK ? step(err, p, 1) : status;
}

static onset_status count_rate(onset_error *err, pass *p, int arm, int endpoint, int visit)
{
    const onset_study *study = p->job->study;
    long               n, events = 0;
    onset_status       status =
        onset_blocks_columns(err, p->job->blocks, onset_column_endpoint(&p->job->shape, arm, endpoint, visit), 1, p->columns);

    if (status != ONSET_OK) return status;
    n = pack(p->columns, p->n);
    for (long i = 0; i < n; i++) events += p->columns[i] != 0;
    status = p->sink->rate(err, p->sink->ctx, study->arms[arm].name, study->endpoints[endpoint].name, study->visits[visit], n, events);
    return status == ONSET_OK ? step(err, p, 1) : status;
}

/* Mean within-subject difference of two columns, over the subjects that have both. */
static onset_status compare(onset_error *err, pass *p, int arm, int control, const char *name, int visit, long column, long control_column)
{
    const onset_study *study  = p->job->study;
    onset_status       status = onset_blocks_columns(err, p->job->blocks, column, 1, p->columns);
    double             sum = 0, squares = 0, mean;
    long               n = 0;

    if (status == ONSET_OK) status = onset_blocks_columns(err, p->job->blocks, control_column, 1, p->control);
    if (status != ONSET_OK) return status;
    for (long i = 0; i < p->n; i++) p->columns[i] -= p->control[i];
    n = pack(p->columns, p->n);
    for (long i = 0; i < n; i++) sum += p->columns[i];
    mean = n > 0 ? sum / (double)n : NAN;
    for (long i = 0; i < n; i++) squares += (p->columns[i] - mean) * (p->columns[i] - mean);
    status = p->sink->difference(err, p->sink->ctx, study->arms[arm].name, study->arms[control].name, name, study->visits[visit], n, mean,
                                 onset_mean_interval(mean, n > 1 ? sqrt(squares / (double)(n - 1)) : NAN, n));
    return status == ONSET_OK ? step(err, p, 1) : status;
}

static onset_status summarise_arm(onset_error *err, pass *p, int arm)
{
    const onset_study       *study  = p->job->study;
    const onset_block_shape *shape  = &p->job->shape;
    onset_status             status = ONSET_OK;

    for (int o = 0; o < shape->n_outputs && status == ONSET_OK; o++) {
        const char *name = study->model->outputs[o].short_name;

        status = summarise_trace(err, p, arm, o);
        for (int v = 0; v < shape->n_visits && status == ONSET_OK; v++) {
            status = summarise_column(err, p, false, arm, name, v, onset_column_true(shape, arm, o, v));
            if (status == ONSET_OK) status = summarise_column(err, p, true, arm, name, v, onset_column_observed(shape, arm, o, v));
        }
    }
    for (int k = 0; k < shape->n_endpoints && status == ONSET_OK; k++)
        for (int v = 0; v < shape->n_visits && status == ONSET_OK; v++)
            status = study->endpoints[k].is_condition
                         ? count_rate(err, p, arm, k, v)
                         : summarise_column(err, p, true, arm, study->endpoints[k].name, v, onset_column_endpoint(shape, arm, k, v));
    return status;
}

static onset_status compare_arm(onset_error *err, pass *p, int arm, int control)
{
    const onset_study       *study  = p->job->study;
    const onset_block_shape *shape  = &p->job->shape;
    onset_status             status = ONSET_OK;

    for (int v = 0; v < shape->n_visits && status == ONSET_OK; v++) {
        for (int o = 0; o < shape->n_outputs && status == ONSET_OK; o++)
            status = compare(err, p, arm, control, study->model->outputs[o].short_name, v, onset_column_observed(shape, arm, o, v),
                             onset_column_observed(shape, control, o, v));
        for (int k = 0; k < shape->n_endpoints && status == ONSET_OK; k++)
            status = compare(err, p, arm, control, study->endpoints[k].name, v, onset_column_endpoint(shape, arm, k, v),
                             onset_column_endpoint(shape, control, k, v));
    }
    return status;
}

static long n_cells(const onset_job *job)
{
    const onset_block_shape *shape = &job->shape;
    long                     visit = (long)shape->n_visits * (2L * shape->n_outputs + shape->n_endpoints);
    long pairs = (long)job->study->n_controls * (shape->n_arms - 1) * shape->n_visits * (shape->n_outputs + shape->n_endpoints);

    return shape->n_arms * (visit + (long)shape->n_outputs * shape->n_trace) + pairs;
}

onset_status onset_job_summaries(onset_error *err, onset_job *job, const onset_summary_sink *sink)
{
    pass p = {.job = job, .sink = sink, .n = job->shape.n_subjects, .meter = onset_meter_start(job, "summarising", 0, n_cells(job))};
    onset_status status = ONSET_OK;

    p.n_batch = COLUMNS_BYTES / (8 * p.n);
    if (p.n_batch < 1) p.n_batch = 1;
    if (p.n_batch > job->shape.n_trace && job->shape.n_trace > 0) p.n_batch = job->shape.n_trace;
    p.columns = malloc((size_t)p.n_batch * (size_t)p.n * sizeof(double));
    p.control = malloc((size_t)p.n * sizeof(double));
    if (!p.columns || !p.control) status = onset_fail(err, ONSET_NO_MEMORY, "no memory for the summaries");
    for (int a = 0; a < job->shape.n_arms && status == ONSET_OK; a++) status = summarise_arm(err, &p, a);
    for (int c = 0; c < job->study->n_controls && status == ONSET_OK; c++)
        for (int a = 0; a < job->shape.n_arms && status == ONSET_OK; a++)
            if (a != job->study->controls[c]) status = compare_arm(err, &p, a, job->study->controls[c]);
    free(p.columns);
    free(p.control);
    return status;
}
