/* A whole calibration, from the set to the folder. */
#include "calibrate/calibrate.h"

#include "base/error.h"
#include "calibrate/work.h"
#include "study/job.h"

#include <math.h>
#include <unistd.h>

/* What the model says at `unit`, with everything that a record wants of it. */
static onset_status look_at(onset_calibration *c, const double *unit, onset_calibration_point *out)
{
    const size_t n  = (size_t)c->n;
    int          at = 0;
    onset_status status;

    out->x          = onset_arena_alloc(c->arena, n * sizeof(double));
    out->unit       = onset_arena_alloc(c->arena, n * sizeof(double));
    out->likelihood = onset_arena_alloc(c->arena, (size_t)c->trials.n * sizeof(double));
    out->mean       = onset_arena_alloc(c->arena, (size_t)c->n_rows * sizeof(double));
    memcpy(out->unit, unit, n * sizeof(double));
    onset_calibration_values(c, unit, out->x);
    status = onset_calibration_objective(c, unit, &out->objective);
    for (int t = 0; t < c->trials.n && status == ONSET_OK; t++) {
        out->likelihood[t] = c->trials.items[t].log_likelihood;
        for (int i = 0; i < c->trials.items[t].n; i++) out->mean[at++] = c->trials.items[t].mean[i];
    }
    return status;
}

/* Solutions in all, for the time to go; the steps along the curvature are taken to be two. */
static long count_evaluations(const onset_calibration *c)
{
    long solved = 0;

    for (int i = 0; i < c->n; i++) solved += c->set.estimates.items[i].kind < ONSET_ESTIMATE_BETWEEN;
    return 3 + 2L * c->n_effects * (3 + c->n_between) + c->options->evaluations + 2 * (2 * solved + 2) + c->options->draws;
}

/* An expectation without a value at the study's own numbers is a slip of the study; a trial has means as long as a patient is left. */
static onset_status check_before(const onset_calibration *c, const onset_calibration_result *r)
{
    for (int t = 0; t < c->trials.n && c->targets; t++)
        if (!isfinite(r->before.mean[t]))
            return onset_fail(c->err, ONSET_BAD_INPUT,
                              "'%s' has no value at the study's own numbers: its courses fail, or it divides by 0; `onset run` says more",
                              c->trials.items[t].trial.study);
    return ONSET_OK;
}

static onset_status estimate(onset_calibration *c, onset_calibration_result *r)
{
    const size_t n    = (size_t)c->n;
    double      *unit = onset_arena_alloc(c->arena, 2 * n * sizeof *unit);
    onset_status status;

    r->n_starts        = c->options->starts;
    r->best            = onset_arena_alloc(c->arena, n * sizeof(double));
    r->covariance      = onset_arena_alloc(c->arena, n * n * sizeof(double));
    r->start_objective = onset_arena_alloc(c->arena, (size_t)r->n_starts * sizeof(double));
    c->total           = count_evaluations(c);
    c->stage           = "first look";
    onset_calibration_start_at(c, 0, unit);
    onset_calibration_values(c, unit, unit + n);
    status = c->source->settle ? c->source->settle(c, unit + n) : ONSET_OK;
    if (status == ONSET_OK) status = look_at(c, unit, &r->before);
    if (status == ONSET_OK) status = check_before(c, r);
    if (status == ONSET_OK) status = onset_calibration_optimise(c, r);
    if (status == ONSET_OK) status = onset_calibration_curvature(c, r);
    if (status == ONSET_OK) status = onset_calibration_sample(c, r);
    if (status == ONSET_OK) status = look_at(c, r->best, &r->after);
    return status;
}

static onset_status check_options(onset_error *err, const onset_calibrate_options *o, bool is_set)
{
    if (!o->set || !*o->set) return onset_fail(err, ONSET_BAD_INPUT, "no calibration set or study was named");
    if (o->starts < 1 || o->starts > 100)
        return onset_fail(err, ONSET_BAD_INPUT, "the number of starts is %d; it can be 1 to 100", o->starts);
    if (o->draws < 40 || o->draws > 100000)
        return onset_fail(err, ONSET_BAD_INPUT, "the number of draws is %d; it can be 40 to 100000", o->draws);
    if (o->subjects < (is_set ? 8 : 1))
        return onset_fail(err, ONSET_BAD_INPUT, "the number of virtual patients is %ld; it must be %d or more", o->subjects,
                          is_set ? 8 : 1);
    if (o->evaluations < 0 || (o->evaluations == 0 && o->starts != 1))
        return onset_fail(err, ONSET_BAD_INPUT, "the number of evaluations is %d; it must be 1 or more, or 0 with one start",
                          o->evaluations);
    return ONSET_OK;
}

static onset_status open_set(onset_calibration *c)
{
    onset_status status = onset_mapping_read(c->err, c->arena, c->validate.map.library, &c->validate.map);

    if (status == ONSET_OK) status = onset_calibration_set_read(c->err, c->arena, &c->validate.map, c->options->set, &c->set);
    return status == ONSET_OK ? onset_calibration_open(c) : status;
}

static const char *default_folder(const onset_calibration *c)
{
    if (c->targets) return onset_arena_printf(c->arena, "results/%s-calibration", c->set.name);
    return onset_arena_printf(c->arena, "%s/evidence/calibration/%s", onset_library_shipped(c->validate.map.library), c->set.name);
}

static onset_status run(onset_calibration *c, onset_study *study, onset_text *text)
{
    const onset_calibrate_options *o      = c->options;
    onset_calibration_result       r      = {0};
    const long                     cpus   = sysconf(_SC_NPROCESSORS_ONLN);
    const char                    *folder = o->out_dir;
    onset_status                   status;

    c->subjects = o->subjects;
    c->threads  = (int)fmin(ONSET_CALIBRATION_MAX_THREADS, o->threads > 0 ? (double)o->threads : fmax(1, (double)cpus));
    status      = study ? onset_targets_open(c, study) : open_set(c);
    if (status == ONSET_OK && o->evaluations && o->evaluations < (o->starts + 1) * (2 * c->n + 2))
        status = onset_fail(c->err, ONSET_BAD_INPUT, "%d evaluations are too few for %d starts with %d estimates; give at least %d",
                            o->evaluations, o->starts, c->n, (o->starts + 1) * (2 * c->n + 2));
    c->started = onset_clock();
    if (status == ONSET_OK) status = estimate(c, &r);
    if (status != ONSET_OK) return status;
    r.wall_s = onset_clock() - c->started;
    if (!folder) folder = default_folder(c);
    status = onset_calibration_write(c, &r, folder);
    if (status != ONSET_OK) return status;
    onset_calibration_text(c, &r, text);
    onset_text_printf(text, "\nwritten to %s\n", folder);
    return ONSET_OK;
}

typedef struct {
    onset_calibration *c;
    onset_study       *study;
    onset_text        *text;
    onset_status       status;
} guarded;

static void run_guarded(void *ctx)
{
    guarded *g = ctx;

    g->status = run(g->c, g->study, g->text);
}

/* What is not given: of a set 64 patients a trial, of a study its own number and seed. */
static onset_calibrate_options with_defaults(const onset_calibrate_options *options, const onset_study *study)
{
    onset_calibrate_options o = *options;

    if (o.subjects == 0) o.subjects = study ? study->population.n_subjects : 64;
    if (study && !o.has_seed) o.seed = study->seed;
    return o;
}

onset_status onset_calibration_run(onset_error *err, onset_arena *arena, onset_library *library, const onset_calibrate_options *options,
                                   onset_study *study, onset_text *text)
{
    const onset_calibrate_options own    = with_defaults(options, study);
    onset_calibration             c      = {.err = err, .arena = arena, .options = &own};
    guarded                       g      = {&c, study, text, ONSET_OK};
    onset_status                  status = check_options(err, &own, !study);

    if (status != ONSET_OK) return status;
    c.validate             = (onset_validate_work){.err = err, .arena = arena, .options = &c.validate_options};
    c.validate.map.library = library;
    c.validate.subjects    = own.subjects;
    c.validate_options     = (onset_validate_options){.seed = own.seed};
    if (!onset_arena_run(arena, run_guarded, &g)) g.status = onset_fail(err, ONSET_NO_MEMORY, "memory ran out in the calibration");
    onset_targets_close(&c);
    onset_calibration_close(&c);
    return g.status;
}
