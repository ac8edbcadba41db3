/* Expectations: a run whose courses are kept just as far as they are asked for. */
#include "api/api.h"

#include "base/error.h"
#include "study/expect.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    const onset_study       *study;
    const onset_run_options *options; /* the caller's, whose callbacks are passed on */
    double                  *values;  /* [n_columns][capacity]; column 3 e + k is column k of expectation e */
    long                     n, capacity;
    bool                     no_memory;
} collector;

static bool grow(collector *c, long n)
{
    const int  n_columns = 3 * c->study->n_expectations;
    const long capacity  = n > 2 * c->capacity ? n : 2 * c->capacity;
    double    *values;

    if (n <= c->capacity) return true;
    values = malloc((size_t)n_columns * (size_t)capacity * sizeof *values);
    if (!values) return false;
    for (long i = 0; i < n_columns * capacity; i++) values[i] = NAN;
    for (int k = 0; k < n_columns && c->n > 0; k++)
        memcpy(values + k * capacity, c->values + k * c->capacity, (size_t)c->n * sizeof *values);
    free(c->values);
    c->values   = values;
    c->capacity = capacity;
    return true;
}

static bool collect(void *ctx, const onset_course_result *course)
{
    collector *c = ctx;

    c->no_memory = !grow(c, course->subject);
    if (c->no_memory) return false;
    if (course->subject > c->n) c->n = course->subject;
    onset_expectation_collect(c->study, course, c->values, c->capacity);
    return true;
}

static void tell(void *ctx, const onset_progress *progress)
{
    const collector *c = ctx;

    c->options->progress(c->options->ctx, progress);
}

static bool is_cancelled(void *ctx)
{
    const collector *c = ctx;

    return c->options->cancelled(c->options->ctx);
}

onset_status onset_run_expectations(onset_error *err, onset_session *session, const onset_study *study, const onset_run_options *options,
                                    onset_run_info *info, onset_expectation_result *results)
{
    collector         c   = {.study = study, .options = options};
    onset_run_options own = *options;
    onset_status      status;

    if (options->out_dir) return onset_fail(err, ONSET_BAD_INPUT, "expectations are judged without a result folder; leave out_dir NULL");
    if (study->n_expectations == 0) return onset_fail(err, ONSET_BAD_INPUT, "the study '%s' expects nothing", study->name);
    own.course = collect;
    own.ctx    = &c;
    if (options->progress) own.progress = tell;
    if (options->cancelled) own.cancelled = is_cancelled;
    status = onset_run(err, session, study, &own, info);
    if (c.no_memory) {
        onset_error_clear(err);
        status = onset_fail(err, ONSET_NO_MEMORY, "no memory for the values of the expectations");
    }
    for (int i = 0; i < study->n_expectations && status == ONSET_OK; i++) {
        const double *columns[3];

        for (int k = 0; k < 3; k++) columns[k] = c.values + (3 * i + k) * c.capacity;
        onset_expectation_measure(&study->expectations[i], columns, c.n, &results[i]);
    }
    free(c.values);
    return status;
}

int onset_study_n_expectations(const onset_study *study)
{
    return study->n_expectations;
}

void onset_study_expectation(const onset_study *study, int i, onset_expectation_info *out)
{
    const onset_expectation *e = &study->expectations[i];

    *out = (onset_expectation_info){.measure     = e->source,
                                    .text        = e->text ? e->text : "",
                                    .unit        = e->unit,
                                    .source_key  = e->citation.key ? e->citation.key : "",
                                    .source_note = e->citation.note ? e->citation.note : "",
                                    .time_h      = study->visits[e->columns[0].visit],
                                    .low         = e->low,
                                    .high        = e->high};
}

const char *onset_verdict_text(onset_verdict verdict)
{
    static const char *const texts[] = {[ONSET_REPRODUCED]      = "reproduced",
                                        [ONSET_WRONG_SIZE]      = "wrong size",
                                        [ONSET_WRONG_DIRECTION] = "wrong direction",
                                        [ONSET_VERDICT_NONE]    = "no value"};

    return (unsigned)verdict <= ONSET_VERDICT_NONE ? texts[verdict] : "";
}
