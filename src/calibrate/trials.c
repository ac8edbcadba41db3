/* The trials of a set: expressed, checked, compiled and their rows chosen, once. */
#include "calibrate/work.h"

#include "base/error.h"
#include "study/job.h"

#include <math.h>
#include <stdlib.h>

static long class_rows(const onset_calibration *c, const char *class_name)
{
    long n = 0;

    for (int i = 0; i < c->trials.n; i++)
        if (strcmp(c->trials.items[i].trial.class_name, class_name) == 0) n += c->trials.items[i].n;
    return n;
}

/* The rows that are used; 0 where the trial has none. */
static int choose_rows(onset_calibration *c, onset_calibration_trial *t)
{
    onset_trial       *trial = &t->trial;
    const onset_model *model = c->validate.map.models[trial->model].model;
    onset_row_part     parts[2];

    if (onset_calibration_class_weight(&c->set, trial->class_name, 1) <= 0) return 0;
    t->rows = onset_arena_alloc(c->arena, ((size_t)trial->outcomes.n + 1) * sizeof *t->rows);
    for (int i = 0; i < trial->outcomes.n; i++) {
        const onset_outcome *o = &trial->outcomes.items[i];
        if (o->row.skip || onset_calibration_leaves_out(&c->set, &o->row, model->outputs[o->output].short_name)) continue;
        if (onset_trial_parts(trial, o, parts)) t->rows[t->n++] = o; /* a ratio of shares is no sum of means, and is only predicted */
    }
    return t->n;
}

static onset_calibration_spread find_spread(const onset_calibration *c, const onset_row *row)
{
    const char *line = onset_spread_line(&c->validate, row);

    for (int i = 0; i < c->n; i++) {
        const onset_estimate *e = &c->set.estimates.items[i];
        if (e->kind == ONSET_ESTIMATE_SPREAD && strcmp(e->target, line) == 0) return (onset_calibration_spread){.estimate = i};
    }
    return (onset_calibration_spread){.estimate = -1, .sd = onset_between_sd(&c->validate, line)};
}

static void make_room(onset_calibration *c, onset_calibration_trial *t)
{
    const size_t n = (size_t)t->n, effects = (size_t)c->n_effects + 1;

    t->y          = onset_arena_alloc(c->arena, n * sizeof *t->y);
    t->mean       = onset_arena_alloc(c->arena, n * sizeof *t->mean);
    t->sampling   = onset_arena_alloc(c->arena, n * n * sizeof *t->sampling);
    t->effects    = onset_arena_alloc(c->arena, effects * n * sizeof *t->effects);
    t->median     = onset_arena_alloc(c->arena, n * sizeof *t->median);
    t->curvatures = onset_arena_alloc(c->arena, effects * n * sizeof *t->curvatures);
    t->links      = onset_arena_alloc(c->arena, ((size_t)c->n_between + 1) * effects * sizeof *t->links);
    t->values     = onset_arena_alloc(c->arena, onset_virtual_size(t->study, c->subjects) * sizeof *t->values);
    t->factors    = onset_arena_alloc(c->arena, (2 * (size_t)t->study->model->n_params + (size_t)t->study->model->n_covariates + 1) *
                                                    sizeof *t->factors);
    t->spreads    = onset_arena_alloc(c->arena, n * sizeof *t->spreads);
    for (int i = 0; i < t->n; i++) t->y[i] = t->rows[i]->row.value, t->spreads[i] = find_spread(c, &t->rows[i]->row);
    t->study->population.n_groups = 1;
    t->study->population.factors  = t->factors;
}

/* One kernel for all trials of a model. */
static onset_status find_kernel(onset_calibration *c, onset_calibration_trial *t)
{
    onset_kernel       **kernel  = &c->kernels[t->trial.model];
    onset_kernel_options options = {0};
    onset_kernel_origin  origin;
    onset_status         status = ONSET_OK;

    onset_isa_of_name(NULL, &options.isa);
    if (!*kernel) status = onset_kernel_load(c->err, t->study->model, &options, kernel, &origin);
    t->kernel = *kernel;
    return status;
}

static onset_status add_trial(onset_calibration *c, const char *study)
{
    onset_calibration_trial t = {.misfit_unit = 1};
    const char             *text;
    onset_status            status;

    if (!onset_trial_express(&c->validate, &c->folder, study, &t.trial) || !choose_rows(c, &t)) return ONSET_OK;
    text    = onset_trial_text(&t.trial);
    t.arena = onset_arena_create();
    if (!text || !t.arena) {
        onset_arena_free(t.arena);
        return onset_fail(c->err, text ? ONSET_NO_MEMORY : ONSET_BAD_INPUT, "'%s/trial.txt' has a word in braces that is not known",
                          c->validate.map.folder);
    }
    onset_vec_push(c->arena, &c->trials, t); /* so that its arena is freed */
    onset_calibration_trial *at = &c->trials.items[c->trials.n - 1];
    status                      = onset_virtual_check(c->err, at->arena, c->validate.map.library, study, text, &at->study);
    if (status != ONSET_OK) return status;
    make_room(c, at);
    for (int i = 0; i < at->n; i++) c->n_rows++, c->n_recalled += !at->rows[i]->row.seen;
    return find_kernel(c, at);
}

static void list_between(onset_calibration *c)
{
    c->n         = c->set.estimates.n;
    c->n_effects = c->validate.map.uncertainty.n_covariates;
    c->reference = onset_arena_alloc(c->arena, ((size_t)c->n + 1) * sizeof *c->reference);
    c->between   = onset_arena_alloc(c->arena, ((size_t)c->n + 1) * sizeof *c->between);
    for (int i = 0; i < c->n; i++)
        if (c->set.estimates.items[i].kind == ONSET_ESTIMATE_BETWEEN) c->between[c->n_between++] = i;
}

/* BAD_INPUT where rows.csv names a row or a trial that the evidence has not, a class or a metric that no table of words has. */
static onset_status check_names(const onset_calibration *c)
{
    const onset_frame *f = &c->set.rows;
    const struct {
        const char        *what;
        const onset_frame *frame;
        const char        *column;
    } tables[] = {{"row", &c->folder.outcomes, "key"},
                  {"trial", &c->folder.outcomes, "study"},
                  {"class", &c->validate.map.classes, "class"},
                  {"metric", &c->validate.map.metrics, "metric"}};

    for (int i = 0; i < onset_frame_n(f); i++)
        for (size_t t = 0; t < sizeof tables / sizeof *tables; t++) {
            const char *name = onset_frame_text(f, i, "name");
            if (strcmp(onset_frame_text(f, i, "what"), tables[t].what) != 0 ||
                onset_frame_find(tables[t].frame, tables[t].column, name) >= 0)
                continue;
            return onset_fail(c->err, ONSET_BAD_INPUT, "'%s' line %d: there is no %s '%s'; '%s' has those that there are", f->path,
                              f->table.lines[i], tables[t].what, name, tables[t].frame->path);
        }
    return ONSET_OK;
}

onset_status onset_calibration_open(onset_calibration *c)
{
    const onset_frame *outcomes;
    const char        *folder = onset_arena_printf(c->arena, "%s/evidence", onset_library_shipped(c->validate.map.library));
    onset_status       status = ONSET_OK;

    c->source = &onset_calibration_of_trials;
    list_between(c);
    if (!c->n) return onset_fail(c->err, ONSET_BAD_INPUT, "'%s' names no parameter", c->set.parameters.path);
    c->folder.is_calibration = true;
    status                   = onset_evidence_read(&c->validate, folder, &c->folder);
    outcomes                 = &c->folder.outcomes;
    if (status == ONSET_OK) status = check_names(c);
    for (int i = 0; i < onset_frame_n(outcomes) && status == ONSET_OK; i++) {
        const char *study = onset_frame_text(outcomes, i, "study");
        if (onset_frame_find(outcomes, "study", study) == i) status = add_trial(c, study);
    }
    if (status != ONSET_OK) return status;
    if (!c->n_rows)
        return onset_fail(c->err, ONSET_BAD_INPUT, "'%s' leaves no row to calibrate on; give a class that has rows a weight above 0",
                          c->set.rows.path);
    for (int i = 0; i < c->trials.n; i++) {
        const char *name          = c->trials.items[i].trial.class_name;
        c->trials.items[i].weight = onset_calibration_class_weight(&c->set, name, class_rows(c, name));
    }
    return ONSET_OK;
}

void onset_calibration_close(onset_calibration *c)
{
    for (int i = 0; i < c->trials.n; i++) onset_arena_free(c->trials.items[i].arena);
    for (size_t i = 0; i < sizeof c->kernels / sizeof *c->kernels; i++) onset_kernel_free(c->kernels[i]);
}
