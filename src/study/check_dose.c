/* One dose statement: its route, amounts, times. */
#include "study/checker.h"

#include <math.h>
#include <stdlib.h>

/* ---- The route ---- */

/* "ketamine iv" for every route, or only the routes of a drug, or the drugs. */
static const char **route_names(onset_study_checker *c, const char *drug, bool full, int *n)
{
    const char **all = onset_arena_alloc(c->arena, ((size_t)c->model->n_routes + 1) * sizeof *all);

    *n = 0;
    for (int i = 0; i < c->model->n_routes; i++) {
        const onset_model_route *r = &c->model->routes[i];
        if (drug && strcmp(r->drug, drug) != 0) continue;
        all[(*n)++] = full ? onset_arena_printf(c->arena, "%s %s", r->drug, r->route) : drug ? r->route : r->drug;
    }
    return all;
}

static int find_route(onset_study_checker *c, const onset_dose_decl *dose)
{
    const int    route = onset_model_find_route(c->model, dose->drug.name, dose->route.name);
    int          n, n_all;
    const char **near, **all;
    const char  *hint;

    if (route >= 0) return route;
    near = route_names(c, dose->drug.name, false, &n);
    if (n > 0) {
        hint = onset_check_hint(c, dose->route.name, near, n);
        onset_error_at(
            c->out, dose->route.place,
            onset_arena_printf(c->arena, "%s%sits routes are: %s", hint ? hint : "", hint ? " " : "", onset_check_list(c, near, n)),
            "'%s' has no route '%s'", dose->drug.name, dose->route.name);
        return -1;
    }
    near = route_names(c, NULL, false, &n);
    all  = route_names(c, NULL, true, &n_all);
    hint = onset_check_hint(c, dose->drug.name, near, n);
    onset_error_at(c->out, dose->drug.place,
                   onset_arena_printf(c->arena, "%s%s%s%s%s", hint ? hint : "", hint ? " " : "",
                                      n_all > 0 ? "the routes of the model are: " : "the model has no routes",
                                      onset_check_list(c, all, n_all),
                                      hint ? "" : "; an arm that gets none of them, such as placebo, has no dose: arm NAME { }"),
                   "the model has no drug '%s'", dose->drug.name);
    return -1;
}

/* ---- Amounts ---- */

static const onset_unit kilogram = {.scale = 1, .power = {0, 1}}, square_metre = {.scale = 1, .power = {2}};

/* Per what a unit counts, if it is `want`, `want` per kg or `want` per m2; the factor to it. */
static bool find_per(onset_unit unit, onset_unit want, onset_per *per, double *factor)
{
    const onset_unit times[] = {onset_unit_one, kilogram, square_metre};

    for (int k = 0; k < 3; k++) {
        const onset_unit whole = onset_unit_multiply(unit, times[k]);
        if (!onset_unit_same_dimension(whole, want)) continue;
        *per    = k == 0 ? ONSET_PER_NOTHING : k == 1 ? ONSET_PER_KG : ONSET_PER_M2;
        *factor = onset_unit_factor(whole, want);
        return true;
    }
    return false;
}

/* The doses per kg need a weight, from the model or the population. */
static void check_body(onset_study_checker *c, const onset_dose_decl *dose, onset_per per)
{
    const char *const name      = per == ONSET_PER_KG ? "weight" : "bsa";
    const onset_unit  want      = per == ONSET_PER_KG ? kilogram : square_metre;
    const int         covariate = onset_model_find_covariate(c->model, name), variable = onset_check_variable_find(c, name);

    if (per == ONSET_PER_NOTHING) return;
    if (variable >= 0) {
        onset_variable *v = &c->variables.items[variable];
        if (v->typed.ok && onset_unit_same_dimension(v->draw.unit.unit, want)) {
            v->used = true;
            return;
        }
    }
    if (covariate < 0 || !onset_unit_same_dimension(c->model->covariates[covariate].unit.unit, want)) {
        onset_error_at(c->out, dose->amount.unit.place,
                       per == ONSET_PER_KG ? "weight ~ lognormal(75, 20%) [kg] in the population"
                                           : "bsa ~ normal(1.9, 0.2) [m^2] in the population",
                       "a dose per %s needs '%s' in the model or the population", per == ONSET_PER_KG ? "kg" : "m2", name);
    } else if (!c->weight_told && variable < 0) {
        const onset_model_covariate *known = &c->model->covariates[covariate];
        c->weight_told                     = true;
        onset_warning_at(c->out, dose->amount.unit.place, onset_arena_printf(c->arena, "give '%s' in the population", name),
                         "the population does not give '%s': it is %g [%s] for every subject", name, known->value, known->unit.text);
    }
}

static bool check_amount(onset_study_checker *c, const onset_dose_decl *dose, const onset_model_route *route, onset_regimen_item *item)
{
    const char *const want = route->dose_unit.text;
    onset_unit        unit;
    double            factor;

    if (dose->amount.number < 0) {
        onset_error_at(c->out, dose->amount.place, NULL, "a negative dose");
        return false;
    }
    if (!onset_unit_of(c->units, c->out, dose->amount.unit, &unit)) return false;
    if (!find_per(unit, route->dose_unit.unit, &item->per, &factor)) {
        onset_error_at(c->out, dose->amount.unit.text ? dose->amount.unit.place : dose->amount.place,
                       onset_arena_printf(c->arena, "an amount in [%s], [%s/kg] or [%s/m^2]", want, want, want),
                       "the dose is in %s, but '%s %s' takes [%s]", onset_unit_spelling(c->arena, unit, dose->amount.unit.text),
                       route->drug, route->route, want);
        return false;
    }
    item->amount = dose->amount.number * factor;
    check_body(c, dose, item->per);
    return true;
}

static void check_rate(onset_study_checker *c, const onset_dose_decl *dose, const onset_model_route *route, onset_regimen_item *item)
{
    const onset_unit want = onset_unit_divide(route->dose_unit.unit, onset_unit_hour);
    const char      *text = route->dose_unit.text;
    onset_per        per;
    onset_unit       unit;
    double           factor;

    if (!(dose->rate.number > 0)) onset_error_at(c->out, dose->rate.place, NULL, "the rate of an infusion is above zero");
    if (!onset_unit_of(c->units, c->out, dose->rate.unit, &unit)) return;
    if (!find_per(unit, want, &per, &factor)) {
        onset_error_at(c->out, dose->rate.place, onset_arena_printf(c->arena, "such as [%s/h]", text),
                       "the rate is in %s, but '%s %s' takes [%s] over time", onset_unit_spelling(c->arena, unit, dose->rate.unit.text),
                       route->drug, route->route, text);
    } else if (per != item->per) {
        onset_error_at(c->out, dose->rate.place, "write both per kg, both per m2, or neither",
                       "the rate and the dose are per different things");
    } else {
        item->rate = dose->rate.number * factor;
    }
}

static void check_max(onset_study_checker *c, const onset_dose_decl *dose, const onset_model_route *route, onset_regimen_item *item)
{
    onset_unit unit;

    item->max = INFINITY;
    if (!dose->has_max || !onset_unit_of(c->units, c->out, dose->max.unit, &unit)) return;
    if (!onset_unit_same_dimension(unit, route->dose_unit.unit)) {
        onset_error_at(c->out, dose->max.place, onset_arena_printf(c->arena, "the whole amount, in [%s]", route->dose_unit.text),
                       "the largest dose is in %s, but '%s %s' takes [%s]", onset_unit_spelling(c->arena, unit, dose->max.unit.text),
                       route->drug, route->route, route->dose_unit.text);
        return;
    }
    item->max = dose->max.number * onset_unit_factor(unit, route->dose_unit.unit);
    if (item->per == ONSET_PER_NOTHING && item->max < item->amount)
        onset_warning_at(c->out, dose->max.place, NULL, "the dose is larger than its `max`: every dose is %g [%s]", item->max,
                         route->dose_unit.text);
}

/* ---- Times ---- */

static int by_value(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

static void check_at(onset_study_checker *c, const onset_dose_decl *dose, onset_regimen_item *item)
{
    item->times = onset_arena_alloc(c->arena, (size_t)dose->at.n * sizeof *item->times + 1);
    for (int i = 0; i < dose->at.n; i++) {
        double time;
        if (!onset_check_hours(c, &dose->at.items[i], "the time of a dose", &time)) continue;
        if (time < 0)
            onset_error_at(c->out, dose->at.items[i].place, "time 0 is the start of the study; `ss` is for those who take the drug already",
                           "a dose before time zero");
        for (int k = 0; k < item->n_times; k++) {
            if (onset_check_same_time(item->times[k], time))
                onset_error_at(c->out, dose->at.items[i].place, "write a second dose statement if it is meant", "the same time twice");
        }
        item->times[item->n_times++] = time;
    }
    if (item->n_times > 1) qsort(item->times, (size_t)item->n_times, sizeof *item->times, by_value);
}

/* The last visit or trace; 0 where there is none. */
static double end_of_study(const onset_study *study)
{
    const double visit = study->n_visits ? study->visits[study->n_visits - 1] : 0,
                 trace = study->n_trace ? study->trace[study->n_trace - 1] : 0;

    return visit > trace ? visit : trace;
}

/* How many doses, and whether that makes sense. */
static double count_doses(onset_study_checker *c, const onset_dose_decl *dose, double every, double from)
{
    double to;

    if (dose->n_doses > 0) return dose->n_doses;
    if (!dose->has_to) {
        to = end_of_study(c->study);
        if (to > from) return ceil((to - from) / every - 1e-9);
        onset_error_at(c->out, dose->every.place, "to 28 [d], or for 28 doses",
                       "it is not said when the doses end, and the last visit is not after the first dose");
        return 0;
    }
    if (!onset_check_hours(c, &dose->to, "the time when dosing ends", &to)) return 0;
    if (!(to > from)) {
        onset_error_at(c->out, dose->to.place, "every T from START to END", "`to` is not after `from`");
        return 0;
    }
    return ceil((to - from) / every - 1e-9); /* the end is not dosed; 1e-9: rounding of units */
}

static void check_every(onset_study_checker *c, const onset_dose_decl *dose, onset_regimen_item *item)
{
    double every, from, n;

    if (!onset_check_hours(c, &dose->every, "the interval between doses", &every) ||
        !onset_check_hours(c, &dose->from, "the time of the first dose", &from))
        return;
    if (!(every > 0)) onset_error_at(c->out, dose->every.place, NULL, "the interval between doses is above zero");
    if (from < 0)
        onset_error_at(c->out, dose->from.place, "time 0 is the start of the study; `ss` is for those who take the drug already",
                       "a dose before time zero");
    if (!(every > 0) || from < 0) return;
    n = count_doses(c, dose, every, from);
    if (n > ONSET_STUDY_MAX_DOSES) {
        onset_error_at(c->out, dose->every.place, NULL, "%.0f doses; at most %d are possible", n, (int)ONSET_STUDY_MAX_DOSES);
        return;
    }
    item->interval = every;
    item->n_times  = (int)n;
    item->times    = onset_arena_alloc(c->arena, (size_t)item->n_times * sizeof *item->times + 1);
    for (int i = 0; i < item->n_times; i++) item->times[i] = from + i * every;
}

/* ---- All of it ---- */

void onset_check_dose(onset_study_checker *c, const onset_decl *decl, onset_checked_doses *out)
{
    const onset_dose_decl *dose    = &decl->dose;
    onset_checked_dose     checked = {.item = {.route = -1, .max = INFINITY, .ss = dose->ss}, .place = decl->place};
    onset_regimen_item    *item    = &checked.item;

    if (c->model) item->route = find_route(c, dose);
    if (item->route >= 0) {
        const onset_model_route *route = &c->model->routes[item->route];
        if (check_amount(c, dose, route, item)) {
            if (dose->has_rate) check_rate(c, dose, route, item);
            check_max(c, dose, route, item);
        }
    }
    if (dose->has_over && onset_check_hours(c, &dose->over, "the duration of an infusion", &item->duration) && !(item->duration > 0))
        onset_error_at(c->out, dose->over.place, "leave `over` out for a bolus", "an infusion of zero length");
    if (dose->repeated)
        check_every(c, dose, item);
    else
        check_at(c, dose, item);
    if (dose->ss && !dose->repeated) onset_error_at(c->out, decl->place, "give its `every`", "`ss` needs a dose that is repeated");
    onset_vec_push(c->arena, out, checked);
}
