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
    status = onset_calibration_effects(c, unit + n);
    if (status == ONSET_OK) status = look_at(c, unit, &r->before);
    if (status == ONSET_OK) status = onset_calibration_optimise(c, r);
    if (status == ONSET_OK) status = onset_calibration_curvature(c, r);
    if (status == ONSET_OK) status = onset_calibration_sample(c, r);
    if (status == ONSET_OK) status = look_at(c, r->best, &r->after);
    return status;
}

static onset_status check_options(onset_error *err, const onset_calibrate_options *o)
{
    if (!o->set || !*o->set) return onset_fail(err, ONSET_BAD_INPUT, "no calibration set was named");
    if (o->starts < 1 || o->starts > 100)
        return onset_fail(err, ONSET_BAD_INPUT, "the number of starts is %d; it can be 1 to 100", o->starts);
    if (o->draws < 40 || o->draws > 100000)
        return onset_fail(err, ONSET_BAD_INPUT, "the number of draws is %d; it can be 40 to 100000", o->draws);
    if (o->subjects < 8)
        return onset_fail(err, ONSET_BAD_INPUT, "the number of virtual patients is %ld; it must be 8 or more", o->subjects);
    if (o->evaluations < 1)
        return onset_fail(err, ONSET_BAD_INPUT, "the number of evaluations is %d; it must be 1 or more", o->evaluations);
    return ONSET_OK;
}

static onset_status run(onset_calibration *c, onset_text *text)
{
    const onset_calibrate_options *o      = c->options;
    onset_calibration_result       r      = {0};
    const long                     cpus   = sysconf(_SC_NPROCESSORS_ONLN);
    const char                    *folder = o->out_dir;
    onset_status                   status = onset_mapping_read(c->err, c->arena, c->validate.map.library, &c->validate.map);

    c->subjects = o->subjects;
    c->threads  = (int)fmin(ONSET_CALIBRATION_MAX_THREADS, o->threads > 0 ? (double)o->threads : (double)cpus);
    if (status == ONSET_OK) status = onset_calibration_set_read(c->err, c->arena, &c->validate.map, o->set, &c->set);
    if (status == ONSET_OK) status = onset_calibration_open(c);
    if (status == ONSET_OK && o->evaluations < (o->starts + 1) * (2 * c->n + 2))
        status = onset_fail(c->err, ONSET_BAD_INPUT, "%d evaluations are too few for %d starts with %d estimates; give at least %d",
                            o->evaluations, o->starts, c->n, (o->starts + 1) * (2 * c->n + 2));
    c->started = onset_clock();
    if (status == ONSET_OK) status = estimate(c, &r);
    if (status != ONSET_OK) return status;
    r.wall_s = onset_clock() - c->started;
    if (!folder)
        folder = onset_arena_printf(c->arena, "%s/evidence/calibration/%s", onset_library_shipped(c->validate.map.library), c->set.name);
    status = onset_calibration_write(c, &r, folder);
    if (status != ONSET_OK) return status;
    onset_calibration_text(c, &r, text);
    onset_text_printf(text, "\nwritten to %s\n", folder);
    return ONSET_OK;
}

typedef struct {
    onset_calibration *c;
    onset_text        *text;
    onset_status       status;
} guarded;

static void run_guarded(void *ctx)
{
    guarded *g = ctx;

    g->status = run(g->c, g->text);
}

onset_status onset_calibration_run(onset_error *err, onset_arena *arena, onset_library *library, const onset_calibrate_options *options,
                                   onset_text *text)
{
    onset_calibration c      = {.err = err, .arena = arena, .options = options};
    guarded           g      = {&c, text, ONSET_OK};
    onset_status      status = check_options(err, options);

    if (status != ONSET_OK) return status;
    c.validate             = (onset_validate_work){.err = err, .arena = arena, .options = &c.validate_options};
    c.validate.map.library = library;
    c.validate.subjects    = options->subjects;
    c.validate_options     = (onset_validate_options){.seed = options->seed};
    if (!onset_arena_run(arena, run_guarded, &g)) g.status = onset_fail(err, ONSET_NO_MEMORY, "memory ran out in the calibration");
    onset_calibration_close(&c);
    return g.status;
}
