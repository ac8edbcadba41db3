/* A study as what gives means and covariances: each `expect` with both ends of its range is a normal target, the middle its value and a 95 %
 * interval its range. Every evaluation solves the study's own patients: the same seed, the same people, other values of the parameters. */
#include "calibrate/work.h"

#include "base/error.h"
#include "study/expect.h"
#include "study/job.h"
#include "study/statistics.h"

#include <math.h>

/* Half of a 95 % interval in SDs: the normal quantile of 0.975. */
static const double half_interval = 1.959964;

/* One method for all values, some of which may be stiff: chosen anew for each, it would make the means jump. Tolerances as a run's. */
static const char *const solver = "rosenbrock";
static const double      rtol = 1e-4, atol = 1e-6;

/* ---- Solving ---- */

static bool collect(void *ctx, const onset_course_result *course)
{
    const onset_calibration *c = ctx;

    onset_expectation_collect(c->targets->study, course, c->targets->columns, c->subjects);
    return true;
}

static bool is_cancelled(void *ctx)
{
    const onset_calibration *c = ctx;

    return c->options->cancelled && c->options->cancelled(c->options->ctx);
}

/* Typical values in the study's own copy of the model, variabilities as factors. */
static void set_values(const onset_calibration *c, const double *x)
{
    onset_model *model = c->targets->study->model;

    for (int i = 0; i < c->n; i++) {
        const onset_study_estimate *e = &c->targets->study->estimates[i];
        if (e->is_iiv)
            c->targets->factors[model->n_params + model->n_covariates + e->param] =
                onset_omega_of(&model->params[e->param], x[i]) / model->params[e->param].omega;
        else
            model->params[e->param].value = x[i];
    }
}

static void measure(onset_calibration *c)
{
    c->targets->n_failed = 0;
    for (int t = 0; t < c->trials.n; t++) {
        const onset_expectation *e = c->targets->of[t];
        const double            *columns[3];
        onset_expectation_result found;

        for (int k = 0; k < 3; k++) columns[k] = c->targets->columns + (3 * (e - c->targets->study->expectations) + k) * c->subjects;
        onset_expectation_measure(e, columns, c->subjects, &found);
        if (c->subjects - found.n > c->targets->n_failed) c->targets->n_failed = c->subjects - found.n;
        c->trials.items[t].mean[0]     = found.value;
        c->trials.items[t].sampling[0] = c->targets->se[t] * c->targets->se[t];
        c->targets->patients_se[t]     = found.n > 1 ? (found.high95 - found.low95) / (2 * onset_t975(found.n - 1)) : NAN;
    }
}

onset_status onset_targets_solve(onset_calibration *c, const double *x)
{
    const onset_job_setup   setup   = {.partial = "", .loaded = c->targets->kernel};
    const onset_run_options options = {.solver    = solver,
                                       .rtol      = rtol,
                                       .atol      = atol,
                                       .threads   = c->threads,
                                       .subjects  = c->subjects,
                                       .has_seed  = true,
                                       .seed      = c->options->seed,
                                       .ctx       = c,
                                       .course    = collect,
                                       .cancelled = is_cancelled};
    onset_job              *job     = NULL;
    onset_status            status;

    for (long i = 0; i < 3L * c->targets->study->n_expectations * c->subjects; i++) c->targets->columns[i] = NAN;
    set_values(c, x);
    status = onset_job_create(c->err, c->targets->study, &options, &setup, &job);
    if (status == ONSET_OK) status = onset_job_execute(c->err, job);
    onset_job_free(job);
    if (is_cancelled(c)) {
        c->stop = true;
        onset_error_clear(c->err);
        return onset_fail(c->err, ONSET_CANCELLED, "the calibration was cancelled; nothing was written");
    }
    if (status == ONSET_OK) measure(c);
    return status;
}

/* ---- Opening ---- */

/* The source as a set's table would have it. */
static const char *source_text(onset_arena *arena, const onset_citation *cited)
{
    static const char *const words[] = {[ONSET_SOURCE_CALIBRATED] = "calibrated", [ONSET_SOURCE_ASSUMED] = "assumed"};
    const bool               is_key  = cited->kind == ONSET_SOURCE_EVIDENCE;

    if (cited->kind == ONSET_SOURCE_NONE) return "";
    return onset_arena_printf(arena, "%s%s%s", is_key ? cited->key : words[cited->kind], *cited->note ? ": " : "", cited->note);
}

static void add_estimate(onset_calibration *c, const onset_study_estimate *from)
{
    const onset_estimate e = {.kind   = from->is_iiv ? ONSET_ESTIMATE_IIV : ONSET_ESTIMATE_VALUE,
                              .scale  = from->dist == ONSET_DIST_LOGNORMAL     ? ONSET_SCALE_LOG
                                        : from->dist == ONSET_DIST_LOGITNORMAL ? ONSET_SCALE_LOGIT
                                                                               : ONSET_SCALE_LINEAR,
                              .name   = from->name,
                              .source = source_text(c->arena, &from->citation),
                              .low    = from->low,
                              .high   = from->high,
                              .median = from->median,
                              .sd     = from->sd,
                              .before = from->before};

    onset_vec_push(c->arena, &c->set.estimates, e);
}

static void add_target(onset_calibration *c, const onset_expectation *e)
{
    onset_calibration_trial t   = {.weight = 1, .n = 1};
    onset_outcome          *row = onset_arena_alloc(c->arena, sizeof *row);
    double                 *d   = onset_arena_alloc(c->arena, 3 * sizeof *d);

    t.trial.study               = onset_arena_printf(c->arena, "%s at %s", e->source, c->targets->study->visit_labels[e->columns[0].visit]);
    t.rows                      = onset_arena_alloc(c->arena, sizeof *t.rows);
    t.rows[0]                   = row;
    t.y                         = d;
    t.mean                      = d + 1;
    t.sampling                  = d + 2;
    t.y[0]                      = (e->low + e->high) / 2;
    t.misfit_unit               = (e->high - e->low) / (2 * half_interval);
    c->targets->se[c->trials.n] = t.misfit_unit;
    c->targets->of[c->trials.n] = e;
    onset_vec_push(c->arena, &c->trials, t);
}

static onset_status check_enough(const onset_calibration *c)
{
    const onset_study *study = c->targets->study;

    if (!study->n_estimates)
        return onset_fail(
            c->err, ONSET_BAD_INPUT,
            "the study '%s' has no `estimate`; name what is to be estimated: estimate INSTANCE.PARAM ~ lognormal(MEDIAN, CV%%)",
            study->name);
    if (!study->n_expectations)
        return onset_fail(c->err, ONSET_BAD_INPUT, "the study '%s' has no `expect`: there is nothing to estimate from", study->name);
    if (c->trials.n >= study->n_estimates) return ONSET_OK;
    return onset_fail(
        c->err, ONSET_BAD_INPUT,
        "the study '%s' has %d `estimate` and %d `expect` with both ends of the range: too few to inform them; an open range is a "
        "direction, not a value",
        study->name, study->n_estimates, c->trials.n);
}

static onset_status load_kernel(onset_calibration *c)
{
    onset_kernel_options options = {0};
    onset_kernel_origin  origin;

    onset_isa_of_name(NULL, &options.isa);
    return onset_kernel_load(c->err, c->targets->study->model, &options, &c->targets->kernel, &origin);
}

onset_status onset_targets_open(onset_calibration *c, onset_study *study)
{
    onset_calibration_targets *t        = onset_arena_alloc(c->arena, sizeof *t);
    const size_t               n        = (size_t)study->n_expectations + 1;
    const size_t               n_params = (size_t)study->model->n_params, n_factors = 2 * n_params + (size_t)study->model->n_covariates;
    onset_status               status;

    t->study       = study;
    t->of          = onset_arena_alloc(c->arena, n * sizeof *t->of);
    t->se          = onset_arena_alloc(c->arena, n * sizeof *t->se);
    t->patients_se = onset_arena_alloc(c->arena, n * sizeof *t->patients_se);
    t->columns     = onset_arena_alloc(c->arena, 3 * n * (size_t)c->subjects * sizeof *t->columns);
    t->factors     = onset_arena_alloc(c->arena, (n_factors + 1) * sizeof *t->factors);
    for (size_t i = 0; i < n_factors; i++) t->factors[i] = 1;
    c->targets             = t;
    c->source              = &onset_calibration_of_study;
    c->set.name            = study->name;
    c->set.parameters.path = study->sources[0]->path;
    for (int i = 0; i < study->n_estimates; i++) add_estimate(c, &study->estimates[i]);
    for (int i = 0; i < study->n_expectations; i++) {
        const onset_expectation *e = &study->expectations[i];
        if (isfinite(e->low) && isfinite(e->high))
            add_target(c, e);
        else
            t->n_open++;
    }
    c->n = c->set.estimates.n, c->n_rows = c->trials.n;
    status = check_enough(c);
    if (status == ONSET_OK) status = load_kernel(c);
    study->n_trace             = 0; /* curves are for the report */
    study->population.n_groups = 1;
    study->population.factors  = t->factors;
    return status;
}

void onset_targets_close(onset_calibration *c)
{
    if (c->targets) onset_kernel_free(c->targets->kernel);
}
