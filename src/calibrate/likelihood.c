/* The covariance of what was published: each trial's rows are one multivariate normal. */
#include "calibrate/work.h"

#include <math.h>

/* What differs between trials beyond the random effects is partly shared by the rows of an arm over time. Chosen by us: half of its variance. */
static const double shared = 0.5;

/* Variances of rounding in what was published, a score to 0.1, a rate to 1 %: uniform, the square of the width / 12. */
static const double rounding_score = 0.1 * 0.1 / 12, rounding_pct = 1.0 / 12;

/* The spread of row i, in its unit. */
static double spread_of(const onset_calibration_trial *t, int i, const double *x)
{
    const onset_row                *row  = &t->rows[i]->row;
    const onset_calibration_spread *s    = &t->spreads[i];
    const double                    mean = fmin(fmax(t->mean[i], 0), 100);                      /* an emulated share can leave 0 to 100 % */
    const double unit = !row->is_pct ? row->factor : row->spread ? mean * (1 - mean / 100) : 1; /* a share's own is of its logit */

    return (s->estimate >= 0 ? x[s->estimate] : s->sd) * unit;
}

/* SD of the logarithm of covariate k between trials, times what the estimates it is in proportion to have changed by. */
static double effect_sd(const onset_calibration *c, const onset_calibration_trial *t, int k, const double *x)
{
    const onset_uncertainty *u  = &c->validate.map.uncertainty;
    double                   sd = u->covariates[k].sd;

    for (int i = 0; i < c->n; i++) {
        const onset_estimate *e = &c->set.estimates.items[i];
        if (e->kind == ONSET_ESTIMATE_COVARIATE && strcmp(e->target, u->covariates[k].name) == 0) sd = x[i];
    }
    for (int b = 0; b < c->n_between; b++)
        if (t->links[b * c->n_effects + k] > 0) sd *= x[c->between[b]] / c->reference[b];
    return sd;
}

void onset_calibration_covariance(const onset_calibration *c, const onset_calibration_trial *t, const double *x, double *v)
{
    const int n = t->n;

    memcpy(v, t->sampling, (size_t)n * (size_t)n * sizeof *v);
    for (int k = 0; k < c->n_effects; k++) {
        const double  sd = effect_sd(c, t, k, x);
        const double *s  = t->effects + (size_t)k * (size_t)n;
        for (int i = 0; i < n; i++)
            for (int j = 0; j < n; j++) v[i * n + j] += sd * sd * s[i] * s[j];
    }
    for (int i = 0; i < n; i++) {
        const onset_row *a  = &t->rows[i]->row;
        const double     sd = spread_of(t, i, x);
        for (int j = 0; j < i; j++) {
            const onset_row *b = &t->rows[j]->row;
            if (strcmp(a->arm, b->arm) != 0 || strcmp(a->unit, b->unit) != 0) continue;
            v[i * n + j] += shared * sd * spread_of(t, j, x);
            v[j * n + i] = v[i * n + j];
        }
        v[i * n + i] += sd * sd + (a->is_pct ? rounding_pct : rounding_score);
        if (!a->seen) v[i * n + i] *= c->set.recalled;
    }
}

/* Adds the means of the last solution, times factors, to the effects of covariate k and their curvatures. */
static void add_means(onset_calibration *c, int k, double factor, double curvature)
{
    for (int i = 0; i < c->trials.n; i++) {
        onset_calibration_trial *t = &c->trials.items[i];
        for (int r = 0; r < t->n; r++) {
            t->effects[k * t->n + r] += factor * t->mean[r];
            t->curvatures[k * t->n + r] += curvature * t->mean[r];
        }
    }
}

/* The effect of covariate k at x, and half of its second derivative, by central differences over one SD to either side of the median trial. */
static onset_status effect_of(onset_calibration *c, const double *x, int k)
{
    const double sd = c->validate.map.uncertainty.covariates[k].sd, step = sd > 0 ? sd : 1, square = step * step;
    onset_status status = ONSET_OK;

    for (int i = 0; i < c->trials.n; i++) {
        const size_t n = (size_t)c->trials.items[i].n;
        memset(c->trials.items[i].effects + (size_t)k * n, 0, n * sizeof(double));
        for (size_t r = 0; r < n; r++) c->trials.items[i].curvatures[(size_t)k * n + r] = -c->trials.items[i].median[r] / square;
    }
    for (int side = -1; side <= 1 && status == ONSET_OK; side += 2) {
        status = onset_calibration_solve(c, x, k, side * step);
        add_means(c, k, side / (2 * step), 1 / (2 * square));
        onset_calibration_step(c);
    }
    return status;
}

static double *sizes_of(onset_calibration *c)
{
    double *size = onset_arena_alloc(c->arena, (size_t)c->trials.n * ((size_t)c->n_effects + 1) * sizeof *size);

    for (int i = 0; i < c->trials.n; i++)
        for (int k = 0; k < c->n_effects; k++)
            for (int r = 0; r < c->trials.items[i].n; r++)
                size[i * c->n_effects + k] += fabs(c->trials.items[i].effects[k * c->trials.items[i].n + r]);
    return size;
}

/* The median trial: its means stay in `median`. */
static onset_status solve_median(onset_calibration *c, const double *x)
{
    const onset_status status = onset_calibration_solve(c, x, -1, 0);

    for (int i = 0; i < c->trials.n; i++)
        memcpy(c->trials.items[i].median, c->trials.items[i].mean, (size_t)c->trials.items[i].n * sizeof(double));
    return status;
}

/* A mean over trials, whose covariates are log-normal, is not that of the median trial. */
onset_status onset_calibration_means(onset_calibration *c, const double *x)
{
    const onset_status status = solve_median(c, x);

    for (int i = 0; i < c->trials.n && status == ONSET_OK; i++) {
        onset_calibration_trial *t = &c->trials.items[i];
        for (int k = 0; k < c->n_effects; k++) {
            const double sd = effect_sd(c, t, k, x);
            for (int r = 0; r < t->n; r++) t->mean[r] += sd * sd * t->curvatures[k * t->n + r];
        }
    }
    return status;
}

/* Which effects grow with an estimate: measured with it half as large again, against `size` at x. Where an effect is nothing, so is its link. */
static onset_status link_estimate(onset_calibration *c, const double *x, int b, const double *size)
{
    double      *other  = onset_arena_alloc(c->arena, (size_t)c->n * sizeof *other), *grown;
    onset_status status = ONSET_OK;

    memcpy(other, x, (size_t)c->n * sizeof *other);
    other[c->between[b]] *= 1.5;
    for (int k = 0; k < c->n_effects && status == ONSET_OK; k++) status = effect_of(c, other, k);
    grown = sizes_of(c);
    for (int i = 0; i < c->trials.n && status == ONSET_OK; i++)
        for (int k = 0; k < c->n_effects; k++) {
            const int at                                   = i * c->n_effects + k;
            c->trials.items[i].links[b * c->n_effects + k] = size[at] > 0 && grown[at] > 1.25 * size[at];
        }
    return status;
}

onset_status onset_calibration_effects(onset_calibration *c, const double *x)
{
    onset_status  status = solve_median(c, x); /* the sizes of effects, which are found below, do not move it */
    const double *size;

    /* The links need the effects at x first, and leave those of other values behind; links do not change, so they are found once. */
    if (!c->has_links) {
        for (int k = 0; k < c->n_effects && status == ONSET_OK; k++) status = effect_of(c, x, k);
        size = sizes_of(c);
        for (int b = 0; b < c->n_between && status == ONSET_OK; b++) status = link_estimate(c, x, b, size);
        c->has_links = true;
    }
    for (int b = 0; b < c->n_between; b++) c->reference[b] = x[c->between[b]];
    for (int k = 0; k < c->n_effects && status == ONSET_OK; k++) status = effect_of(c, x, k);
    return status;
}
