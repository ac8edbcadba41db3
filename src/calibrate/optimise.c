/* The best values: BOBYQA (Powell 2009) in standard units of the priors, from the values of the library or study and from draws of the priors. */
#include "calibrate/work.h"

#include "base/error.h"

#include <math.h>
#include <nlopt.h>

typedef struct {
    onset_calibration *c;
    nlopt_opt          optimiser;
    onset_status       status;
    double             best, *at; /* of all calls so far, in standard units */
} search;

static double objective(unsigned n, const double *unit, double *gradient, void *ctx)
{
    search *s     = ctx;
    double  value = -INFINITY;

    (void)gradient;
    s->status = onset_calibration_objective(s->c, unit, &value);
    if (s->status != ONSET_OK) nlopt_force_stop(s->optimiser);
    if (value > s->best) {
        s->best = value;
        memcpy(s->at, unit, n * sizeof *unit);
    }
    return isfinite(value) ? value : -1e12;
}

/* At least one point more than twice the dimension, which the method takes to begin with. */
static onset_status climb(onset_calibration *c, search *s, const double *start, int evaluations, double step)
{
    const unsigned n   = (unsigned)c->n;
    double        *low = onset_arena_alloc(c->arena, 3 * n * sizeof *low), *high = low + n, *at = high + n, value;

    s->optimiser = nlopt_create(NLOPT_LN_BOBYQA, n);
    if (!s->optimiser) s->status = onset_fail(c->err, ONSET_NO_MEMORY, "no memory for the optimiser");
    for (unsigned i = 0; s->status == ONSET_OK && i < n; i++) {
        const onset_estimate *e = &c->set.estimates.items[i];
        low[i] = onset_estimate_to_unit(e, e->low), high[i] = onset_estimate_to_unit(e, e->high);
        at[i] = fmin(fmax(start[i], low[i]), high[i]);
    }
    if (s->status == ONSET_OK) {
        nlopt_set_max_objective(s->optimiser, objective, s);
        nlopt_set_lower_bounds(s->optimiser, low);
        nlopt_set_upper_bounds(s->optimiser, high);
        nlopt_set_initial_step1(s->optimiser, step);
        nlopt_set_maxeval(s->optimiser, evaluations);
        nlopt_set_ftol_abs(s->optimiser, 0.01);
        nlopt_set_xtol_abs1(s->optimiser, 0.003);
        nlopt_optimize(s->optimiser, at, &value);
    }
    nlopt_destroy(s->optimiser);
    return s->status;
}

void onset_calibration_start_at(const onset_calibration *c, int which, double *unit)
{
    for (int i = 0; i < c->n; i++) {
        const onset_estimate *e      = &c->set.estimates.items[i];
        onset_stream          stream = onset_stream_start(c->options->seed, (uint64_t)which, onset_purpose_of("start", e->name));
        const double          value  = which ? onset_estimate_of_unit(e, onset_stream_normal(&stream)) : e->before;
        unit[i]                      = onset_estimate_to_unit(e, fmin(fmax(value, e->low), e->high));
    }
}

/* Without a search: the first start, for the steps along the curvature alone. */
static onset_status only_look(onset_calibration *c, onset_calibration_result *r)
{
    onset_status status;

    onset_calibration_start_at(c, 0, r->best);
    status                = onset_calibration_objective(c, r->best, &r->best_objective);
    r->start_objective[0] = r->best_objective;
    if (status != ONSET_OK || isfinite(r->best_objective)) return status;
    return onset_fail(c->err, ONSET_BAD_INPUT, "%s cannot be solved at the values of the %s; give evaluations of the optimiser",
                      c->targets ? "the study" : "a trial", c->targets ? "model" : "library");
}

onset_status onset_calibration_optimise(onset_calibration *c, onset_calibration_result *r)
{
    const int    budget = c->options->evaluations, each = budget / (r->n_starts + 1);
    double      *x = onset_arena_alloc(c->arena, 2 * (size_t)c->n * sizeof *x), *unit = x + c->n;
    search       all    = {.c = c, .best = -INFINITY, .at = r->best};
    onset_status status = ONSET_OK;

    c->stage = "optimising";
    if (!budget) return only_look(c, r);
    for (int k = 0; k < r->n_starts && status == ONSET_OK; k++) {
        search s = {.c = c, .best = -INFINITY, .at = onset_arena_alloc(c->arena, (size_t)c->n * sizeof(double))};
        onset_calibration_start_at(c, k, unit);
        status                = climb(c, &s, unit, each, k ? 0.5 : 0.25);
        r->start_objective[k] = s.best;
        if (s.best > all.best) all.best = s.best, memcpy(r->best, s.at, (size_t)c->n * sizeof *s.at);
    }
    /* The starts share the effects of the library's values, so that their objectives compare; now those of the best. */
    onset_calibration_values(c, r->best, x);
    if (status == ONSET_OK && c->source->settle) status = c->source->settle(c, x);
    memcpy(unit, r->best, (size_t)c->n * sizeof *unit);
    all.best = -INFINITY;
    if (status == ONSET_OK) status = climb(c, &all, unit, each, 0.1);
    if (status == ONSET_OK && !isfinite(all.best))
        return onset_fail(c->err, ONSET_BAD_INPUT, "no values were found at which %s; narrow the bounds in '%s'",
                          c->targets ? "every expectation has a value" : "every trial can be solved", c->set.parameters.path);
    r->best_objective = all.best;
    return status;
}
