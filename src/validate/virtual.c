#include "validate/virtual.h"

#include "base/error.h"
#include "study/check.h"
#include "study/job.h"

#include <math.h>

typedef struct {
    onset_virtual *people;
    long           subject;
    int            arm;
} collecting;

static bool collect(void *ctx, const onset_course_result *result)
{
    collecting    *c    = ctx;
    onset_virtual *p    = c->people;
    const size_t   size = (size_t)p->n_visits * (size_t)p->n_outputs;

    c->arm     = result->subject == c->subject ? c->arm + 1 : 0;
    c->subject = result->subject;
    double *to = p->values + ((size_t)(c->subject - 1) * (size_t)p->n_arms + (size_t)c->arm) * size;
    for (size_t i = 0; i < size; i++) to[i] = result->failed ? NAN : result->observed[i];
    return true;
}

static bool collect_truth(void *ctx, const onset_course_result *result)
{
    onset_course_result truth = *result;

    truth.observed = result->truth;
    return collect(ctx, &truth);
}

/* A factor that keeps the value where the model allows it; a probability stays one. */
static double within_range(const onset_model_param *param, double factor)
{
    double low = param->low, high = param->high;

    if (param->iiv == ONSET_IIV_LOGIT ||
        (param->value > 0 && param->value < 1 && strcmp(param->unit.text, "1") == 0 && param->iiv == ONSET_IIV_NONE)) {
        /* A share: its odds vary, so that it stays below 1. */
        const double odds = param->value / (1 - param->value) * factor;
        return odds / (1 + odds) / param->value;
    }
    if (param->value == 0) return 1;
    return fmin(fmax(param->value * factor, low), high) / param->value;
}

static double sd_of(const onset_uncertainty *u, const onset_model_param *param)
{
    switch (param->citation.kind) {
    case ONSET_SOURCE_CALIBRATED:
        return u->calibrated;
    case ONSET_SOURCE_ASSUMED:
        return u->assumed;
    default:
        return u->evidence;
    }
}

static double sd_of_covariate(const onset_uncertainty *u, const char *name)
{
    for (int i = 0; i < u->n_covariates; i++)
        if (strcmp(u->covariates[i].name, name) == 0) return u->covariates[i].sd;
    return 0;
}

/* Patients of one seed in every trial would share what chance does to so few of them, and their errors would not average out over trials. */
static uint64_t own_seed(const onset_virtual_setup *setup)
{
    return setup->trial ? setup->seed ^ onset_purpose_of("trial", setup->trial) : setup->seed;
}

/* Draw g of a quantity is a function of seed, g and its name; all draws together are stratified. */
static double draw(const onset_virtual_setup *setup, uint64_t seed, int group, const char *name, double sd)
{
    return sd > 0 ? exp(sd * onset_stratum_score(seed, (uint64_t)group + 1, onset_purpose_of("uncertainty", name), setup->n_groups)) : 1;
}

/* Typical value of a parameter in group g, as a factor. */
static double vary_value(const onset_virtual_setup *setup, int g, const onset_model_param *param)
{
    const onset_posterior *posterior = setup->draws ? setup->uncertainty->posterior : NULL;
    const int              at        = posterior ? setup->draws[g] : 0;
    double                 value     = onset_posterior_value(posterior, at, "", param->name);

    if (isnan(value)) value = onset_posterior_value(posterior, at, "between ", param->name);
    if (isfinite(value) && param->value != 0) return fmin(fmax(value, param->low), param->high) / param->value;
    if (posterior && setup->rest_fixed) return 1;
    return within_range(param, draw(setup, setup->seed, g, param->name, sd_of(setup->uncertainty, param)));
}

static double vary_covariate(const onset_virtual_setup *setup, int g, const char *name)
{
    const onset_posterior *posterior = setup->draws ? setup->uncertainty->posterior : NULL;
    const int              at        = posterior ? setup->draws[g] : 0;
    const double           sd        = onset_posterior_value(posterior, at, "covariate ", name);

    return draw(setup, own_seed(setup), g, name, isfinite(sd) ? sd : sd_of_covariate(setup->uncertainty, name));
}

static double vary_omega(const onset_virtual_setup *setup, int g, const onset_model_param *param)
{
    const onset_posterior *posterior = setup->draws ? setup->uncertainty->posterior : NULL;
    const double           value     = onset_posterior_value(posterior, posterior ? setup->draws[g] : 0, "iiv ", param->name);

    return isfinite(value) && param->omega > 0 ? onset_omega_of(param, value) / param->omega : 1;
}

/* Gives the groups of a study's population factors for what is uncertain, by the setup. */
static void vary(onset_arena *arena, const onset_virtual_setup *setup, onset_study *study)
{
    const onset_model *model = study->model;
    const int          n     = 2 * model->n_params + model->n_covariates;
    double            *factors;

    if (setup->n_groups <= 1) return;
    factors = onset_arena_alloc(arena, (size_t)setup->n_groups * (size_t)n * sizeof *factors);
    for (int g = 0; g < setup->n_groups; g++) {
        double *own = factors + (size_t)g * (size_t)n;
        for (int i = 0; i < model->n_params; i++) own[i] = vary_value(setup, g, &model->params[i]);
        for (int i = 0; i < model->n_covariates; i++) own[model->n_params + i] = vary_covariate(setup, g, model->covariates[i].name);
        for (int i = 0; i < model->n_params; i++) own[model->n_params + model->n_covariates + i] = vary_omega(setup, g, &model->params[i]);
    }
    study->population.n_groups = setup->n_groups;
    study->population.factors  = factors;
}

onset_status onset_virtual_check(onset_error *err, onset_arena *arena, onset_library *library, const char *name, const char *text,
                                 onset_study **out)
{
    onset_diagnostics found  = {.arena = arena};
    const onset_file *file   = NULL;
    onset_status      status = onset_library_text(err, library, name, text, strlen(text), &found, &file);

    if (status != ONSET_OK) return status;
    if (!found.n_errors && file->blocks.n == 1)
        *out = onset_study_check(arena, library, (onset_block_at){file, file->blocks.items[0]}, &found);
    for (int i = 0; i < found.list.n && found.n_errors; i++)
        if (found.list.items[i].severity == ONSET_ERROR)
            return onset_fail(err, ONSET_BAD_MODEL, "the virtual trial '%s', line %d: %s", name, found.list.items[i].place.line,
                              found.list.items[i].message);
    return *out ? ONSET_OK : onset_fail(err, ONSET_INTERNAL, "the virtual trial '%s' was refused without a reason", name);
}

size_t onset_virtual_size(const onset_study *study, long subjects)
{
    return (size_t)subjects * (size_t)study->n_arms * (size_t)study->n_visits * (size_t)study->model->n_outputs;
}

onset_status onset_virtual_solve(onset_error *err, onset_arena *arena, const onset_virtual_setup *setup, onset_study *study,
                                 onset_kernel *kernel, onset_virtual *out)
{
    const onset_job_setup job_setup = {.partial = "", .loaded = kernel};
    onset_run_options     options   = {.solver   = "rosenbrock",
                                       .rtol     = setup->rtol > 0 ? setup->rtol : 1e-4,
                                       .atol     = 1e-6,
                                       .threads  = setup->threads,
                                       .subjects = setup->subjects,
                                       .has_seed = true,
                                       .seed     = own_seed(setup)};
    collecting            state     = {.people = out};
    onset_job            *job       = NULL;
    onset_status          status;
    double *const         room = out->values;

    *out = (onset_virtual){.model      = study->model,
                           .truth      = setup->truth,
                           .n_subjects = setup->subjects,
                           .n_arms     = study->n_arms,
                           .n_visits   = study->n_visits,
                           .n_outputs  = study->model->n_outputs,
                           .n_groups   = setup->n_groups > 1 ? setup->n_groups : 1,
                           .time_h     = study->visits,
                           .values     = room};
    if (!out->values) out->values = onset_arena_alloc(arena, onset_virtual_size(study, setup->subjects) * sizeof(double));
    study->population.n_strata = setup->subjects;
    options.ctx                = &state;
    options.course             = setup->truth ? collect_truth : collect;
    status                     = onset_job_create(err, study, &options, &job_setup, &job);
    if (status == ONSET_OK) status = onset_job_execute(err, job);
    onset_job_free(job);
    return status;
}

static onset_status run_text(onset_error *err, onset_arena *arena, const onset_virtual_setup *setup, const char *name, const char *text,
                             onset_virtual *out)
{
    onset_study       *study  = NULL;
    const onset_status status = onset_virtual_check(err, arena, setup->library, name, text, &study);

    if (status != ONSET_OK) return status;
    vary(arena, setup, study);
    out->values = NULL;
    return onset_virtual_solve(err, arena, setup, study, NULL, out);
}

typedef struct {
    onset_error               *err;
    onset_arena               *arena;
    const onset_virtual_setup *setup;
    const char                *name, *text;
    onset_virtual             *out;
    onset_status               status;
} guarded_run;

static void run_guarded(void *ctx)
{
    guarded_run *run = ctx;

    run->status = run_text(run->err, run->arena, run->setup, run->name, run->text, run->out);
}

onset_status onset_virtual_run(onset_error *err, onset_arena *arena, const onset_virtual_setup *setup, const char *name, const char *text,
                               onset_virtual *out)
{
    guarded_run run = {err, arena, setup, name, text, out, ONSET_OK};

    if (!onset_arena_run(arena, run_guarded, &run))
        return onset_fail(err, ONSET_NO_MEMORY, "memory ran out in the virtual trial '%s'", name);
    return run.status;
}

double onset_virtual_at(const onset_virtual *people, long subject, int arm, int visit, int output)
{
    return people->values[(((size_t)subject * (size_t)people->n_arms + (size_t)arm) * (size_t)people->n_visits + (size_t)visit) *
                              (size_t)people->n_outputs +
                          (size_t)output];
}

int onset_virtual_visit(const onset_virtual *people, double time_h)
{
    int best = 0;

    for (int i = 1; i < people->n_visits; i++)
        if (fabs(people->time_h[i] - time_h) < fabs(people->time_h[best] - time_h)) best = i;
    return best;
}
