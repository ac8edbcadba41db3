/* One evaluation: every trial solved at the values tried, its rows' means and sampling covariance. Threads take trials, dearest first. */
#include "calibrate/work.h"

#include "base/c_locale.h"
#include "base/error.h"
#include "study/job.h"

#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

/* Variance of a mean that the virtual patients leave unknown. */
static const double unknown = 1e4;

/* ---- Values ---- */

/* Typical values are set in the trial's own copy of the model: a factor could not leave 0. */
static void set_value(onset_calibration_trial *t, const onset_estimate *e, double x)
{
    onset_model *model = t->study->model;
    const int    p     = onset_model_find_param(model, e->target);

    if (p < 0) return; /* the trial's model does without it */
    if (e->kind == ONSET_ESTIMATE_VALUE || e->kind == ONSET_ESTIMATE_BETWEEN) model->params[p].value = x;
    if (e->kind == ONSET_ESTIMATE_IIV && model->params[p].omega > 0)
        t->factors[model->n_params + model->n_covariates + p] = onset_omega_of(&model->params[p], x) / model->params[p].omega;
}

static void set_values(const onset_calibration *c, onset_calibration_trial *t, const double *x, int k, double size)
{
    const onset_model       *model = t->study->model;
    const onset_uncertainty *u     = &c->validate.map.uncertainty;
    const int                at    = k < 0 ? -1 : onset_model_find_covariate(model, u->covariates[k].name);

    for (int i = 0; i < 2 * model->n_params + model->n_covariates; i++) t->factors[i] = 1;
    for (int i = 0; i < c->n; i++) set_value(t, &c->set.estimates.items[i], x[i]);
    if (at >= 0) t->factors[model->n_params + at] = exp(size);
}

/* ---- Means and sampling covariance ---- */

typedef struct {
    onset_row_part part;
    int            row;
    double         mean, variance, *y; /* mean and y [n_subjects], shares as fractions; variance between patients as a trial sees them */
} part_values;

static void read_part(const onset_calibration_trial *t, const onset_virtual *people, part_values *p)
{
    double sum = 0, squares = 0, n = 0;

    for (long i = 0; i < people->n_subjects; i++) {
        p->y[i] = onset_trial_value(&t->trial, &p->part.outcome, people, i, p->part.arm);
        if (isfinite(p->y[i])) sum += p->y[i], n++;
    }
    if (n < 2) { /* a period that takes none of the virtual patients says nothing of its rows */
        *p = (part_values){.part = p->part, .row = p->row, .y = p->y, .mean = 0.5, .variance = unknown * p->part.n};
        return;
    }
    p->mean = sum / n;
    for (long i = 0; i < people->n_subjects; i++)
        if (isfinite(p->y[i])) squares += (p->y[i] - p->mean) * (p->y[i] - p->mean);
    p->variance = squares / (n - 1) + onset_trial_error_variance(&p->part.outcome, people, p->mean);
    if (!p->part.outcome.row.is_pct) return;
    p->mean     = (sum + 0.5) / (n + 1); /* so that a rate is never 0 or 1 */
    p->variance = p->mean * (1 - p->mean);
}

/* Patients of one arm are the same in all of its rows; of two arms, others. Two rows of other n share the smaller number. */
static double covariance(const part_values *a, const part_values *b, long n_y)
{
    double sum = 0, n = 0;

    if (a->part.arm != b->part.arm) return 0;
    for (long i = 0; i < n_y; i++)
        if (isfinite(a->y[i]) && isfinite(b->y[i])) sum += (a->y[i] - a->mean) * (b->y[i] - b->mean), n++;
    return n < 2 ? 0 : a->part.factor * b->part.factor * sum / (n - 1) / fmax(a->part.n, b->part.n);
}

static void summarise(onset_calibration_trial *t, const onset_virtual *people, part_values *parts, int n_parts)
{
    const int n = t->n;

    for (int r = 0; r < n; r++) t->mean[r] = 0;
    for (int i = 0; i < n * n; i++) t->sampling[i] = 0;
    for (int a = 0; a < n_parts; a++) {
        const int    row  = parts[a].row;
        const double unit = t->rows[row]->row.is_pct ? 100 : 1;
        t->mean[row] += parts[a].part.factor * parts[a].mean * unit;
        t->sampling[row * n + row] += parts[a].variance / parts[a].part.n * unit * unit;
        for (int b = 0; b < a; b++) {
            const double v = covariance(&parts[a], &parts[b], people->n_subjects) * unit * (t->rows[parts[b].row]->row.is_pct ? 100 : 1);
            t->sampling[row * n + parts[b].row] += v;
            t->sampling[parts[b].row * n + row] += v;
        }
    }
}

static onset_status summarise_trial(onset_calibration_trial *t, const onset_virtual *people)
{
    part_values *parts   = calloc(2 * (size_t)t->n, sizeof *parts);
    double      *y       = malloc(2 * (size_t)t->n * (size_t)people->n_subjects * sizeof *y);
    int          n_parts = 0;

    for (int r = 0; parts && y && r < t->n; r++) {
        onset_row_part two[2];
        const int      n = onset_trial_parts(&t->trial, t->rows[r], two);
        for (int k = 0; k < n; k++, n_parts++) {
            parts[n_parts] = (part_values){.part = two[k], .row = r, .y = y + (size_t)n_parts * (size_t)people->n_subjects};
            read_part(t, people, &parts[n_parts]);
            if (n == 1) parts[n_parts].part.n = onset_trial_n_taken(&t->trial, &two[k].outcome, people, parts[n_parts].y);
        }
    }
    if (parts && y) summarise(t, people, parts, n_parts);
    free(y);
    free(parts);
    return parts && y ? ONSET_OK : onset_fail(&t->error, ONSET_NO_MEMORY, "no memory for the rows of '%s'", t->trial.study);
}

static onset_status solve_trial(const onset_calibration *c, onset_calibration_trial *t, const double *x, int k, double size)
{
    const onset_virtual_setup setup  = {.library  = c->validate.map.library,
                                        .n_groups = 1,
                                        .subjects = c->subjects,
                                        .threads  = 1,
                                        .seed     = c->options->seed,
                                        .trial    = t->trial.study,
                                        .rtol     = ONSET_TRIAL_RTOL,
                                        .truth    = true};
    onset_virtual             people = {.values = t->values};
    const double              start  = onset_clock();
    onset_status              status;

    t->error = (onset_error){0};
    set_values(c, t, x, k, size);
    status = onset_virtual_solve(&t->error, t->arena, &setup, t->study, t->kernel, &people);
    if (status == ONSET_OK) status = summarise_trial(t, &people);
    t->cost_s = onset_clock() - start;
    return status;
}

/* ---- Threads ---- */

typedef struct {
    onset_calibration *c;
    const double      *x;
    int                k;
    double             size;
    const int         *order;
    atomic_int         next, failed; /* failed: 1 + the trial */
} pool;

static void *take_trials(void *ctx)
{
    pool              *p      = ctx;
    onset_calibration *c      = p->c;
    const onset_locale locale = onset_locale_enter();

    for (int i; (i = atomic_fetch_add(&p->next, 1)) < c->trials.n && !atomic_load(&p->failed);) {
        if (c->options->cancelled && c->options->cancelled(c->options->ctx)) break;
        if (solve_trial(c, &c->trials.items[p->order[i]], p->x, p->k, p->size) != ONSET_OK) atomic_store(&p->failed, 1 + p->order[i]);
    }
    onset_locale_leave(locale);
    return NULL;
}

/* Dearest first, so that the last ones are short. By insertion: the order hardly changes. */
static void order_by_cost(const onset_calibration *c, int *order)
{
    for (int i = 0; i < c->trials.n; i++) {
        int k = i;
        for (; k > 0 && c->trials.items[order[k - 1]].cost_s < c->trials.items[i].cost_s; k--) order[k] = order[k - 1];
        order[k] = i;
    }
}

onset_status onset_calibration_solve(onset_calibration *c, const double *x, int k, double size)
{
    int      *order = malloc(((size_t)c->trials.n + 1) * sizeof *order);
    pool      p     = {.c = c, .x = x, .k = k, .size = size, .order = order};
    pthread_t threads[ONSET_CALIBRATION_MAX_THREADS];
    int       n = 0;

    if (!order) return onset_fail(c->err, ONSET_NO_MEMORY, "no memory for the order of trials");
    order_by_cost(c, order);
    while (n < c->threads - 1 && pthread_create(&threads[n], NULL, take_trials, &p) == 0) n++;
    take_trials(&p);
    for (int i = 0; i < n; i++) pthread_join(threads[i], NULL);
    free(order);
    if (c->options->cancelled && c->options->cancelled(c->options->ctx)) {
        c->stop = true;
        return onset_fail(c->err, ONSET_CANCELLED, "the calibration was cancelled; nothing was written");
    }
    if (p.failed) return onset_fail(c->err, c->trials.items[p.failed - 1].error.status, "%s", c->trials.items[p.failed - 1].error.message);
    return ONSET_OK;
}
