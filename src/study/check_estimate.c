/* What `onset calibrate` estimates: parameters, their priors and bounds, in the model's units. */
#include "study/checker.h"

#include <math.h>

/* Without a bound an estimate stays within so many SDs of its prior's median. Chosen by us: a posterior is not there. */
static const double most_sds = 5;

/* What a bound stays away from an end that the parameter cannot reach: of a share as it is, of a value beside the model's. Chosen by us. */
static const double margin = 1e-6;

/* The parameter meant: one of that name in another instance, or the nearest name. */
static const char *hint_for(onset_study_checker *c, const char *name)
{
    const char  *dot = strchr(name, '.'), *last = dot ? dot + 1 : name;
    const char **all = onset_arena_alloc(c->arena, ((size_t)c->model->n_params + 1) * sizeof *all);

    for (int i = 0; i < c->model->n_params; i++) {
        const char *own = strchr(c->model->params[i].name, '.');
        if (own && strcmp(own + 1, last) == 0) return onset_arena_printf(c->arena, "did you mean '%s'?", c->model->params[i].name);
        all[i] = c->model->params[i].name;
    }
    return onset_check_hint(c, name, all, c->model->n_params);
}

/* -1 after an error. */
static int find_param(onset_study_checker *c, const onset_decl *decl)
{
    const int param = onset_model_find_param(c->model, decl->name);

    if (param < 0)
        onset_error_at(c->out, decl->name_place, hint_for(c, decl->name), "the model has no parameter '%s' to estimate", decl->name);
    return param;
}

/* Whether the parameter has what is estimated. */
static bool check_target(onset_study_checker *c, const onset_decl *decl, const onset_study_estimate *e)
{
    const onset_model_param *param = &c->model->params[e->param];

    for (int i = 0; i < c->variables.n; i++) {
        if (c->variables.items[i].draw.param != e->param) continue;
        onset_error_at(c->out, decl->name_place, "take one of them away",
                       "'%s' is drawn by the population, so that its value in the model does nothing", decl->name);
        return false;
    }
    if (!e->is_iiv || param->omega > 0) return true;
    onset_error_at(c->out, decl->name_place,
                   onset_arena_printf(c->arena, "set %s = %g [%s] iiv 20%%", decl->name, param->value, param->unit.text),
                   "'%s' has no variability between patients to estimate", decl->name);
    return false;
}

/* Factor from the unit written to that of the number in the model; false after an error. The size of a variability has none but where it is normal. */
static bool unit_factor(onset_study_checker *c, const onset_decl *decl, const onset_study_estimate *e, double *factor)
{
    const onset_model_param      *param = &c->model->params[e->param];
    const onset_model_unit        none  = {"1", onset_unit_one};
    const onset_model_unit *const want  = e->is_iiv && param->iiv != ONSET_IIV_NORMAL ? &none : &param->unit;
    onset_unit                    written;

    if (!onset_unit_of(c->units, c->out, decl->unit, &written)) return false;
    return onset_check_model_unit(c, decl->unit.text ? decl->unit.place : decl->dist.place, decl->name, written,
                                  decl->unit.text ? decl->unit.text : "1", want, factor);
}

static double on_scale(onset_dist_kind kind, double x)
{
    return kind == ONSET_DIST_LOGNORMAL ? log(x) : kind == ONSET_DIST_LOGITNORMAL ? log(x / (1 - x)) : x;
}

static double of_scale(onset_dist_kind kind, double x)
{
    return kind == ONSET_DIST_LOGNORMAL ? exp(x) : kind == ONSET_DIST_LOGITNORMAL ? 1 / (1 + exp(-x)) : x;
}

static bool take_prior(onset_study_checker *c, const onset_decl *decl, double factor, onset_study_estimate *e)
{
    const onset_dist *dist = &decl->dist;

    e->dist = dist->kind;
    if (dist->kind != ONSET_DIST_NORMAL && dist->kind != ONSET_DIST_LOGNORMAL && dist->kind != ONSET_DIST_LOGITNORMAL) {
        onset_error_at(c->out, dist->place, "where little is known, a wide one: lognormal(MEDIAN, 200%)",
                       "the prior of an estimate is normal, lognormal or logitnormal");
        return false;
    }
    if (dist->b == 0) {
        onset_error_at(c->out, dist->place, "set INSTANCE.PARAM = number fixes a value",
                       "a prior without spread leaves nothing to estimate");
        return false;
    }
    if (dist->kind == ONSET_DIST_LOGITNORMAL && factor != 1) {
        onset_error_at(c->out, dist->place, "take a normal or a lognormal prior, in the parameter's unit",
                       "values of a logitnormal prior lie between 0 and 1 without unit; '%s' is in [%s]", e->name,
                       c->model->params[e->param].unit.text);
        return false;
    }
    e->median = dist->a * factor;
    e->sd     = dist->kind == ONSET_DIST_LOGNORMAL ? sqrt(log1p(dist->b * dist->b)) : dist->b * factor;
    return true;
}

/* Where its module, its prior and its variability let the parameter be: patients differ by a factor, or on a logit's scale. */
static void find_limits(const onset_model_param *param, const onset_study_estimate *e, double *low, double *high)
{
    *low = e->is_iiv ? 0 : param->low, *high = e->is_iiv ? INFINITY : param->high;
    if (e->dist != ONSET_DIST_NORMAL) *low = fmax(*low, 0);
    if (e->dist == ONSET_DIST_LOGITNORMAL) *high = fmin(*high, 1);
    if (e->is_iiv) return;
    if (param->iiv == ONSET_IIV_LOGIT) *low = fmax(*low, 0), *high = fmin(*high, 1);
    if (param->iiv != ONSET_IIV_LOGNORMAL || !(param->omega > 0)) return;
    if (e->before > 0)
        *low = fmax(*low, 0);
    else
        *high = fmin(*high, 0);
}

/* Whether the bounds lie within the limits; those of another unit may miss them by a rounding. */
static bool check_limits(onset_study_checker *c, const onset_decl *decl, onset_study_estimate *e, double low, double high)
{
    const onset_model_param *param = &c->model->params[e->param];

    if (e->low < low - 1e-9 * fabs(low) || e->high > high + 1e-9 * fabs(high)) {
        onset_error_at(c->out, decl->range.place, onset_arena_printf(c->arena, "stay in %g..%g [%s]", low, high, param->unit.text),
                       "the bounds of '%s' reach beyond what %s allows", e->name,
                       e->is_iiv                                            ? "a variability"
                       : param->omega > 0 && param->iiv != ONSET_IIV_NORMAL ? "its module, its prior or its variability"
                       : e->dist == ONSET_DIST_NORMAL                       ? "its module"
                                                                            : "its module or its prior");
        return false;
    }
    e->low = fmax(e->low, low), e->high = fmin(e->high, high);
    return true;
}

/* Away from ends that no value may have: those of a log or logit scale are infinitely far. */
static void tighten(const onset_model_param *param, onset_study_estimate *e)
{
    const double at = on_scale(e->dist, e->median);

    if (e->dist != ONSET_DIST_NORMAL && e->low <= 0) e->low = of_scale(e->dist, at - most_sds * e->sd);
    if (e->dist == ONSET_DIST_LOGITNORMAL && e->high >= 1) e->high = of_scale(e->dist, at + most_sds * e->sd);
    if (e->is_iiv) return;
    if (param->iiv == ONSET_IIV_LOGIT) e->low = fmax(e->low, margin), e->high = fmin(e->high, 1 - margin);
    if (param->iiv != ONSET_IIV_LOGNORMAL || !(param->omega > 0)) return;
    if (e->low == 0) e->low = margin * e->before;
    if (e->high == 0) e->high = margin * e->before;
}

/* Whether the prior and the model's value lie within the bounds. */
static bool check_inside(onset_study_checker *c, const onset_decl *decl, const onset_study_estimate *e)
{
    const char *unit = c->model->params[e->param].unit.text;

    if (!(e->median > e->low && e->median < e->high))
        onset_error_at(c->out, decl->dist.place, "widen the bounds (`in`) or move the prior",
                       "the prior's median of '%s', %g, does not lie inside its bounds, %g..%g [%s]", e->name, e->median, e->low, e->high,
                       unit);
    else if (!(e->before >= e->low && e->before <= e->high))
        onset_error_at(c->out, decl->name_place, "widen the bounds (`in`), or set another value: it is the first start",
                       "the model's value of '%s', %g, lies outside its bounds, %g..%g [%s]", e->name, e->before, e->low, e->high, unit);
    else
        return true;
    return false;
}

static bool take_bounds(onset_study_checker *c, const onset_decl *decl, double factor, onset_study_estimate *e)
{
    const onset_model_param *param = &c->model->params[e->param];
    const double             at    = on_scale(e->dist, e->median);
    double                   low, high;

    find_limits(param, e, &low, &high);
    e->low  = fmax(low, of_scale(e->dist, at - most_sds * e->sd));
    e->high = fmin(high, of_scale(e->dist, at + most_sds * e->sd));
    if (decl->range.given && isfinite(decl->range.low)) e->low = decl->range.low * factor;
    if (decl->range.given && isfinite(decl->range.high)) e->high = decl->range.high * factor;
    if (!check_limits(c, decl, e, low, high)) return false;
    tighten(param, e);
    return check_inside(c, decl, e);
}

static bool check_estimate(onset_study_checker *c, const onset_decl *decl, onset_study_estimate *e)
{
    double factor = 1;

    if (decl->citation.kind == ONSET_SOURCE_NONE)
        onset_warning_at(c->out, decl->name_place, "add one: from KEY \"what it says\", or assumed \"why\"", "the prior has no source");
    onset_check_evidence(c, &decl->citation);
    if (!c->model) return false;
    *e = (onset_study_estimate){.name     = decl->iiv.given ? onset_arena_printf(c->arena, "iiv %s", decl->name) : decl->name,
                                .param    = find_param(c, decl),
                                .is_iiv   = decl->iiv.given,
                                .citation = decl->citation};
    if (e->param < 0 || !check_target(c, decl, e) || !unit_factor(c, decl, e, &factor) || !take_prior(c, decl, factor, e)) return false;
    e->before = e->is_iiv ? c->model->params[e->param].iiv_size : c->model->params[e->param].value;
    return take_bounds(c, decl, factor, e);
}

void onset_check_estimates(onset_study_checker *c)
{
    ONSET_VEC(onset_study_estimate) estimates = {0};

    for (int i = 0; i < c->at.block->decls.n; i++) {
        const onset_decl    *decl = c->at.block->decls.items[i];
        onset_study_estimate e;

        if (decl->kind != ONSET_DECL_ESTIMATE || !check_estimate(c, decl, &e)) continue;
        for (int k = 0; k < estimates.n; k++)
            if (strcmp(estimates.items[k].name, e.name) == 0)
                onset_error_at(c->out, decl->name_place, "keep one of them", "'%s' is estimated twice", e.name);
        onset_vec_push(c->arena, &estimates, e);
    }
    c->study->n_estimates = estimates.n;
    c->study->estimates   = estimates.items;
}
