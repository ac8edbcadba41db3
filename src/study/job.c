/* Making a run ready: options resolved, kernel loaded, identity computed, blocks opened, solver chosen. */
#include "study/job.h"

#include "base/error.h"
#include "base/sha256.h"
#include "study/observe.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* Rises when the same study and options give other values, or the block file another layout. */
enum { RESULTS_VERSION = 2 };

/* Chosen by us: far above any machine this runs on. */
enum { MAX_THREADS = 1024 };

bool onset_job_is_cancelled(const onset_job *job)
{
    return job->options.cancelled && job->options.cancelled(job->options.ctx);
}

static onset_status resolve(onset_error *err, onset_job *job)
{
    onset_run_options *o    = &job->options;
    long               cpus = sysconf(_SC_NPROCESSORS_ONLN);

    if (o->subjects == 0) o->subjects = job->study->population.n_subjects;
    if (o->subjects < 1) return onset_fail(err, ONSET_BAD_INPUT, "the number of subjects is %ld; it must be 1 or more", o->subjects);
    if (!o->has_seed) o->seed = job->study->seed;
    if (o->threads < 0 || o->threads > MAX_THREADS)
        return onset_fail(err, ONSET_BAD_INPUT, "the number of threads is %d; it must be 1 to %d, or 0 for one a CPU", o->threads,
                          MAX_THREADS);
    if (o->threads == 0) o->threads = cpus < 1 ? 1 : cpus > MAX_THREADS ? MAX_THREADS : (int)cpus;
    if (!(o->rtol > 0 && o->rtol < 1)) return onset_fail(err, ONSET_BAD_INPUT, "rtol is %g; it must lie between 0 and 1", o->rtol);
    if (!(o->atol > 0 && isfinite(o->atol))) return onset_fail(err, ONSET_BAD_INPUT, "atol is %g; it must be above 0", o->atol);
    if (job->study->n_arms < 1) return onset_fail(err, ONSET_BAD_INPUT, "study '%s' has no arms", job->study->name);
    return ONSET_OK;
}

/* Parameters that differ between subjects: with a random effect, a covariate's effect, or set by the population. */
static onset_status find_varying(onset_error *err, onset_job *job)
{
    const onset_model *model = job->study->model;

    job->varying = malloc(((size_t)model->n_params + 1) * sizeof *job->varying);
    if (!job->varying) return onset_fail(err, ONSET_NO_MEMORY, "no memory for the run");
    for (int p = 0; p < model->n_params; p++) {
        const onset_model_param *param  = &model->params[p];
        const onset_node        *node   = &model->graph.nodes[param->individual];
        bool                     varies = param->iiv != ONSET_IIV_NONE && param->omega > 0;

        varies = varies || node->op != ONSET_NODE_PARAM || node->index != p;
        for (int d = 0; d < job->study->population.n_draws; d++) varies = varies || job->study->population.draws[d].param == p;
        if (varies) job->varying[job->shape.n_params++] = p;
    }
    return ONSET_OK;
}

static void hash_text(onset_sha256 *hash, const char *text)
{
    onset_sha256_add(hash, text ? text : "", text ? strlen(text) + 1 : 1);
}

static void hash_number(onset_sha256 *hash, double x)
{
    onset_sha256_add(hash, &x, sizeof x);
}

/* Everything that the values depend on. The number of threads is not among it. */
static void identify(const onset_job *job, const onset_job_setup *setup, unsigned char identity[32])
{
    const onset_study       *study = job->study;
    const onset_run_options *o     = &job->options;
    onset_sha256             hash;

    onset_sha256_start(&hash);
    hash_text(&hash, "onset run");
    hash_number(&hash, RESULTS_VERSION);
    hash_text(&hash, setup->build);
    hash_text(&hash, study->name);
    for (int i = 0; i < study->n_sources; i++) {
        hash_number(&hash, (double)study->sources[i]->n);
        onset_sha256_add(&hash, study->sources[i]->text, study->sources[i]->n);
    }
    onset_sha256_add(&hash, study->population.file_values,
                     (size_t)study->population.n_file_rows * (size_t)study->population.n_draws * sizeof(double));
    onset_sha256_add(&hash, &o->seed, sizeof o->seed);
    hash_number(&hash, (double)o->subjects);
    hash_number(&hash, job->solver); /* AUTO where it is to be chosen */
    hash_number(&hash, job->isa);
    hash_number(&hash, o->rtol);
    hash_number(&hash, o->atol);
    for (int p = 0; p < study->model->n_params; p++) hash_number(&hash, study->model->params[p].value);
    onset_sha256_end(&hash, identity);
}

static void shape_job(onset_job *job, const onset_job_setup *setup)
{
    const onset_study *study    = job->study;
    int                n_params = job->shape.n_params;

    job->shape                = (onset_block_shape){.n_subjects  = job->options.subjects,
                                                    .n_arms      = study->n_arms,
                                                    .n_outputs   = study->model->n_outputs,
                                                    .n_visits    = study->n_visits,
                                                    .n_trace     = study->n_trace,
                                                    .n_endpoints = study->n_endpoints,
                                                    .n_draws     = study->population.n_draws,
                                                    .n_params    = n_params,
                                                    .n_states    = study->model->n_states};
    job->shape.block_subjects = onset_block_subjects(&job->shape);
    identify(job, setup, job->shape.identity);
}

double onset_job_block_bytes(const onset_job *job)
{
    double doubles = (double)onset_n_doubles(&job->shape), columns = (double)onset_n_columns(&job->shape);

    return (double)job->shape.n_subjects * (8 * doubles + 4 * (columns - doubles));
}

/* The pilot: the typical patient (the model's preset covariates, no random effects) in the first arm that has doses. */
static onset_status choose(onset_error *err, onset_job *job)
{
    const onset_study    *study   = job->study;
    const onset_model    *model   = study->model;
    const onset_body      body    = {.weight_kg = 70, .bsa_m2 = 1.8}; /* of a typical adult; only the pilot's */
    onset_solver_options  options = {0};
    onset_course_builder *builder = NULL;
    onset_course          course  = {0};
    onset_times           times   = {0};
    onset_error           local   = {0};
    int                   arm     = 0;
    double               *params = NULL, *out = NULL;
    onset_status          status = onset_times_create(err, study, &times);

    if (status != ONSET_OK) return status;
    params = calloc((size_t)model->n_params + (size_t)model->n_covariates + 1, sizeof *params);
    out    = malloc(((size_t)times.n * (size_t)model->n_outputs + 1) * sizeof *out);
    if (!params || !out) {
        status = onset_fail(err, ONSET_NO_MEMORY, "no memory for the run");
        goto cleanup;
    }
    for (int i = 0; i < model->n_params; i++) params[i] = model->params[i].value;
    for (int i = 0; i < model->n_covariates; i++) params[model->n_params + i] = model->covariates[i].value;
    for (int a = study->n_arms - 1; a >= 0; a--)
        if (study->arms[a].schedule.n_items > 0) arm = a;
    status = onset_course_builder_create(err, model, job->table, &builder);
    if (status != ONSET_OK) goto cleanup;
    if (onset_course_build(&local, builder, &study->arms[arm].schedule, params, &body, 0, &course) != ONSET_OK) {
        /* Patients may fare better; those that do not are data, as any that fail. */
        job->solver = ONSET_SOLVER_ROSENBROCK;
        snprintf(job->solver_why, sizeof job->solver_why, "no trial patient could be made, and this one takes any model");
        goto cleanup;
    }
    course.out_time   = times.time;
    course.out_before = times.before;
    course.n_out      = times.n;
    course.out        = out;
    onset_solver_options_init(&options);
    options.rtol = job->options.rtol;
    options.atol = job->options.atol;
    status       = onset_solver_choose(err, job->table, job->isa, &options, &course, &job->solver, job->solver_why);

cleanup:
    onset_course_builder_free(builder);
    onset_times_free(&times);
    free(params);
    free(out);
    return status;
}

/* The choice is made once for a run: noted in the blocks' head, it holds for whoever resumes it, who need not solve the pilot again. */
static onset_status settle_solver(onset_error *err, onset_job *job)
{
    char         note[256];
    int          kind = -1, at = 0;
    const char  *noted = onset_blocks_noted(job->blocks);
    onset_status status;

    if (job->solver != ONSET_SOLVER_AUTO) {
        snprintf(job->solver_why, sizeof job->solver_why, "as asked for");
        return ONSET_OK;
    }
    if (sscanf(noted, "solver %d %n", &kind, &at) == 1 && kind > ONSET_SOLVER_AUTO && kind < ONSET_N_SOLVERS) {
        job->solver = (onset_solver_kind)kind;
        snprintf(job->solver_why, sizeof job->solver_why, "%s", noted + at);
        return ONSET_OK;
    }
    status = choose(err, job);
    if (status != ONSET_OK) return status;
    snprintf(note, sizeof note, "solver %d %s", (int)job->solver, job->solver_why);
    return onset_blocks_note(err, job->blocks, note);
}

/* By name: "auto", "rosenbrock", ...; NULL is auto. */
static onset_status read_names(onset_error *err, const onset_run_options *options, onset_solver_kind *solver, onset_isa *isa)
{
    int k = ONSET_SOLVER_AUTO;

    if (options->solver)
        for (k = 0; k < ONSET_N_SOLVERS && strcmp(options->solver, onset_solver_name((onset_solver_kind)k)) != 0;) k++;
    if (k == ONSET_N_SOLVERS) return onset_fail(err, ONSET_BAD_INPUT, "there is no solver '%s'", options->solver);
    if (!onset_isa_of_name(options->isa, isa)) return onset_fail(err, ONSET_BAD_INPUT, "there is no instruction set '%s'", options->isa);
    *solver = (onset_solver_kind)k;
    if (*solver == ONSET_SOLVER_CVODE || *solver == ONSET_SOLVER_CVODE_SPARSE) *isa = ONSET_ISA_SCALAR;
    return ONSET_OK;
}

static onset_status load_kernel(onset_error *err, onset_job *job, onset_kernel *loaded, const onset_kernel_options *options)
{
    if (!loaded) return onset_kernel_load(err, job->study->model, options, &job->kernel, &job->origin);
    if (onset_kernel_table_of(loaded)->lanes != onset_isa_lanes(job->isa))
        return onset_fail(err, ONSET_INTERNAL, "a kernel of %d lanes is no kernel for %s", onset_kernel_table_of(loaded)->lanes,
                          onset_isa_name(job->isa));
    job->kernel       = loaded;
    job->keeps_kernel = true;
    return ONSET_OK;
}

static onset_status prepare(onset_error *err, onset_job *job, const onset_job_setup *setup)
{
    onset_kernel_options kernel = setup->kernel;
    onset_status         status = resolve(err, job);

    if (status == ONSET_OK) status = read_names(err, &job->options, &job->solver, &job->isa);
    if (status == ONSET_OK) status = find_varying(err, job);
    if (status != ONSET_OK) return status;
    kernel.isa = job->isa;
    shape_job(job, setup);
    status = onset_blocks_open(err, setup->partial, &job->shape, &job->blocks);
    if (status != ONSET_OK) return status;
    job->n_resumed = onset_blocks_about(job->blocks).n_subjects;
    status         = load_kernel(err, job, setup->loaded, &kernel);
    if (status != ONSET_OK) return status;
    job->table = onset_kernel_table_of(job->kernel);
    return settle_solver(err, job);
}

double onset_clock(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

onset_status onset_job_create(onset_error *err, const onset_study *study, const onset_run_options *options, const onset_job_setup *setup,
                              onset_job **out)
{
    onset_job   *job = calloc(1, sizeof *job);
    time_t       now = time(NULL);
    struct tm    utc;
    onset_status status;

    if (!job) return onset_fail(err, ONSET_NO_MEMORY, "no memory for the run");
    job->study       = study;
    job->options     = *options;
    job->clock_start = onset_clock();
    strftime(job->started, sizeof job->started, "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&now, &utc));
    status = prepare(err, job, setup);
    if (status != ONSET_OK) {
        onset_job_free(job);
        return status;
    }
    *out = job;
    return ONSET_OK;
}

void onset_job_free(onset_job *job)
{
    if (!job) return;
    onset_blocks_close(job->blocks);
    if (!job->keeps_kernel) onset_kernel_free(job->kernel);
    free(job->varying);
    free(job);
}
