/* Regimens and arms: dose statements, given regimens, changes of covariates. */
#include "study/checker.h"

#include <math.h>
#include <stdlib.h>

typedef ONSET_VEC(onset_covariate_change) changes;

/* ---- Regimens ---- */

static int find_regimen(const onset_study_checker *c, const char *name)
{
    for (int i = 0; i < c->regimens.n; i++) {
        if (!strcmp(c->regimens.items[i].decl->name, name)) return i;
    }
    return -1;
}

static void check_regimens(onset_study_checker *c)
{
    for (int i = 0; i < c->at.block->decls.n; i++) {
        const onset_decl     *decl    = c->at.block->decls.items[i];
        onset_checked_regimen regimen = {.decl = decl};

        if (decl->kind != ONSET_DECL_REGIMEN) continue;
        if (find_regimen(c, decl->name) >= 0) onset_error_at(c->out, decl->name_place, NULL, "a second regimen is called '%s'", decl->name);
        for (int k = 0; k < decl->body.n; k++) {
            if (decl->body.items[k]->kind == ONSET_DECL_DOSE) onset_check_dose(c, decl->body.items[k], &regimen.doses);
        }
        if (decl->body.n == 0) onset_warning_at(c->out, decl->name_place, NULL, "the regimen '%s' is empty", decl->name);
        onset_vec_push(c->arena, &c->regimens, regimen);
    }
}

static void warn_unused(onset_study_checker *c)
{
    for (int i = 0; i < c->regimens.n; i++) {
        if (c->regimens.items[i].used) continue;
        onset_warning_at(c->out, c->regimens.items[i].decl->name_place, NULL, "the regimen '%s' is given in no arm",
                         c->regimens.items[i].decl->name);
    }
}

/* ---- The statements of an arm ---- */

/* A regimen's doses, later by `from`. */
static void check_give(onset_study_checker *c, const onset_decl *decl, onset_checked_doses *doses)
{
    const int    k    = find_regimen(c, decl->name);
    double       from = 0;
    const char **all  = onset_arena_alloc(c->arena, ((size_t)c->regimens.n + 1) * sizeof *all);

    if (k < 0) {
        for (int i = 0; i < c->regimens.n; i++) all[i] = c->regimens.items[i].decl->name;
        onset_error_at(c->out, decl->name_place,
                       c->regimens.n > 0 ? onset_check_hint(c, decl->name, all, c->regimens.n) : "regimen NAME { dose statements }",
                       "there is no regimen '%s'", decl->name);
        return;
    }
    c->regimens.items[k].used = true;
    if (decl->quantities.n > 0) {
        const onset_quantity *q = &decl->quantities.items[0];
        if (!onset_check_hours(c, q, "the start of a regimen", &from)) return;
        if (from < 0) onset_error_at(c->out, q->place, "time 0 is the start of the study", "a regimen that starts before time zero");
    }
    for (int i = 0; i < c->regimens.items[k].doses.n; i++) {
        onset_checked_dose dose  = c->regimens.items[k].doses.items[i];
        double            *times = onset_arena_alloc(c->arena, (size_t)dose.item.n_times * sizeof *times + 1);

        for (int t = 0; t < dose.item.n_times; t++) times[t] = dose.item.times[t] + from;
        dose.item.times = times;
        dose.place      = decl->place;
        onset_vec_push(c->arena, doses, dose);
    }
}

static void report_unknown_covariate(onset_study_checker *c, const onset_decl *decl)
{
    const char **all = onset_arena_alloc(c->arena, ((size_t)c->model->n_covariates + 1) * sizeof *all);
    const char  *hint;

    for (int i = 0; i < c->model->n_covariates; i++) all[i] = c->model->covariates[i].name;
    hint = onset_check_hint(c, decl->name, all, c->model->n_covariates);
    if (!hint && c->model->n_covariates > 0)
        hint = onset_arena_printf(c->arena, "its covariates are: %s", onset_check_list(c, all, c->model->n_covariates));
    onset_error_at(c->out, decl->name_place, hint, "the model has no covariate '%s'", decl->name);
}

static void check_set(onset_study_checker *c, const onset_decl *decl, changes *out)
{
    onset_covariate_change       change = {.time = -INFINITY};
    const onset_model_covariate *covariate;
    onset_unit                   unit;
    double                       factor;

    if (decl->quantities.n > 0) {
        const onset_quantity *q = &decl->quantities.items[0];
        if (!onset_check_hours(c, q, "the time of a change", &change.time)) return;
        if (change.time < 0) onset_error_at(c->out, q->place, "leave `at` out for the whole arm", "a change before time zero");
    }
    if (!c->model || !onset_unit_of(c->units, c->out, decl->unit, &unit)) return;
    change.covariate = onset_model_find_covariate(c->model, decl->name);
    if (change.covariate < 0) {
        report_unknown_covariate(c, decl);
        return;
    }
    covariate = &c->model->covariates[change.covariate];
    if (covariate->n_labels > 0) {
        onset_error_at(c->out, decl->name_place, NULL, "'%s' is a category (%s); an arm sets numbers", decl->name,
                       onset_check_list(c, covariate->labels, covariate->n_labels));
        return;
    }
    if (!onset_check_model_unit(c, decl->value->place, decl->name, unit, decl->unit.text, &covariate->unit, &factor)) return;
    for (int i = 0; i < out->n; i++) {
        if (out->items[i].covariate == change.covariate && out->items[i].time == change.time)
            onset_error_at(c->out, decl->place, NULL, "'%s' is set twice for the same time", decl->name);
    }
    change.value = decl->value->number * factor;
    if (change.value < covariate->low || change.value > covariate->high)
        onset_error_at(c->out, decl->value->place, NULL, "'%s' = %g is outside the range of the model, %g..%g [%s]", decl->name,
                       change.value, covariate->low, covariate->high, covariate->unit.text);
    onset_vec_push(c->arena, out, change);
}

static int by_time(const void *a, const void *b)
{
    const onset_covariate_change *x = a, *y = b;

    if (x->time != y->time) return x->time < y->time ? -1 : 1;
    return (x->covariate > y->covariate) - (x->covariate < y->covariate);
}

/* ---- What the doses of an arm are together ---- */

/* All steady states are one (dosing.h): they begin together, and have a common period. */
static void check_steady(onset_study_checker *c, const onset_checked_doses *doses)
{
    double *intervals = onset_arena_alloc(c->arena, ((size_t)doses->n + 1) * sizeof *intervals);
    double  time      = 0;
    int     n         = 0;

    for (int i = 0; i < doses->n; i++) {
        const onset_checked_dose *dose = &doses->items[i];
        if (!dose->item.ss || dose->item.n_times == 0) continue;
        if (n > 0 && !onset_check_same_time(dose->item.times[0], time)) {
            onset_error_at(c->out, dose->place, "let all doses with `ss` begin together",
                           "a second steady state, at %g h; the first is at %g h", dose->item.times[0], time);
            return;
        }
        time           = dose->item.times[0];
        intervals[n++] = dose->item.interval;
        if (onset_common_period(intervals, n) > 0) continue;
        onset_error_at(c->out, dose->place, "take intervals that are multiples of one another, such as 12 and 24 h",
                       "the intervals of the doses with `ss` have no common multiple");
        return;
    }
    for (int i = 0; i < doses->n && n > 0; i++) {
        const onset_checked_dose *dose = &doses->items[i];
        if (dose->item.n_times > 0 && dose->item.times[0] < time && !onset_check_same_time(dose->item.times[0], time))
            onset_warning_at(c->out, dose->place, NULL,
                             "this dose is forgotten at %g h, when a dose with `ss` puts the patient at its steady state", time);
    }
}

/* The first time that two lists of times share, or -1. */
static double shared_time(const onset_regimen_item *a, const onset_regimen_item *b)
{
    for (int i = 0, k = 0; i < a->n_times && k < b->n_times;) {
        if (onset_check_same_time(a->times[i], b->times[k])) return a->times[i];
        if (a->times[i] < b->times[k])
            i++;
        else
            k++;
    }
    return -1;
}

/* A slip in titration: two statements that dose the same moment. */
static void warn_doubles(onset_study_checker *c, const onset_checked_doses *doses)
{
    for (int i = 1; i < doses->n; i++) {
        const onset_regimen_item *item = &doses->items[i].item;
        for (int k = 0; k < i; k++) {
            const double time = item->route == doses->items[k].item.route ? shared_time(item, &doses->items[k].item) : -1;
            if (time < 0 || item->route < 0) continue;
            onset_warning_at(c->out, doses->items[i].place, "one may be left out, or `to` be earlier",
                             "'%s %s' is given twice at %g h, by this statement and an earlier one", c->model->routes[item->route].drug,
                             c->model->routes[item->route].route, time);
            break;
        }
    }
}

static double last_time(const onset_study *study)
{
    const double visit = study->n_visits > 0 ? study->visits[study->n_visits - 1] : 0;
    const double trace = study->n_trace > 0 ? study->trace[study->n_trace - 1] : 0;

    return fmax(visit, trace);
}

static void warn_late(onset_study_checker *c, const onset_checked_doses *doses)
{
    const double end = last_time(c->study);

    for (int i = 0; i < doses->n; i++) {
        const onset_regimen_item *item = &doses->items[i].item;
        if (end > 0 && item->n_times > 0 && item->times[0] >= end)
            onset_warning_at(c->out, doses->items[i].place, "add a visit, or leave the dose out",
                             "the study ends at %g h, before this dose", end);
    }
}

/* ---- Arms ---- */

static void check_arm(onset_study_checker *c, const onset_decl *decl, onset_arm *arm)
{
    onset_checked_doses doses = {0};
    changes             all   = {0};

    for (int i = 0; i < decl->body.n; i++) {
        const onset_decl *statement = decl->body.items[i];
        if (statement->kind == ONSET_DECL_DOSE) onset_check_dose(c, statement, &doses);
        if (statement->kind == ONSET_DECL_GIVE) check_give(c, statement, &doses);
        if (statement->kind == ONSET_DECL_ARM_SET) check_set(c, statement, &all);
    }
    check_steady(c, &doses);
    warn_doubles(c, &doses);
    warn_late(c, &doses);
    if (all.n > 1) qsort(all.items, (size_t)all.n, sizeof *all.items, by_time);
    arm->name               = decl->name;
    arm->title              = *decl->text ? decl->text : decl->name;
    arm->text               = onset_check_text(c, decl->start, decl->end);
    arm->schedule.n_changes = all.n;
    arm->schedule.changes   = all.items;
    arm->schedule.n_items   = doses.n;
    arm->schedule.items     = onset_arena_alloc(c->arena, (size_t)doses.n * sizeof *arm->schedule.items + 1);
    for (int i = 0; i < doses.n; i++) arm->schedule.items[i] = doses.items[i].item;
}

static void check_controls(onset_study_checker *c)
{
    const onset_study *study = c->study;
    const char       **all   = onset_arena_alloc(c->arena, ((size_t)study->n_arms + 1) * sizeof *all);
    ONSET_VEC(int) controls  = {0};

    for (int i = 0; i < study->n_arms; i++) all[i] = study->arms[i].name;
    for (int i = 0; i < c->at.block->decls.n; i++) {
        const onset_decl *decl = c->at.block->decls.items[i];
        for (int k = 0; decl->kind == ONSET_DECL_CONTROL && k < decl->words.n; k++) {
            const onset_word *word = &decl->words.items[k];
            int               arm  = 0;
            while (arm < study->n_arms && strcmp(all[arm], word->name) != 0) arm++;
            for (int j = 0; j < controls.n; j++) {
                if (controls.items[j] == arm) onset_error_at(c->out, word->place, NULL, "the control '%s' is named twice", word->name);
            }
            if (arm < study->n_arms)
                onset_vec_push(c->arena, &controls, arm);
            else
                onset_error_at(c->out, word->place, onset_check_hint(c, word->name, all, study->n_arms), "there is no arm '%s'",
                               word->name);
        }
    }
    c->study->n_controls = controls.n;
    c->study->controls   = controls.items;
}

void onset_check_arms(onset_study_checker *c)
{
    ONSET_VEC(onset_arm) arms = {0};
    onset_names seen          = {0};

    check_regimens(c);
    for (int i = 0; i < c->at.block->decls.n; i++) {
        const onset_decl *decl = c->at.block->decls.items[i];
        onset_arm         arm  = {0};

        if (decl->kind != ONSET_DECL_ARM) continue;
        if (onset_names_find(&seen, decl->name) >= 0)
            onset_error_at(c->out, decl->name_place, NULL, "a second arm is called '%s'", decl->name);
        onset_names_put(c->arena, &seen, decl->name, i);
        check_arm(c, decl, &arm);
        onset_vec_push(c->arena, &arms, arm);
        if (!c->population && !c->incomplete)
            onset_error_at(c->out, decl->name_place, "population NAME { subjects 100 }",
                           "an arm with no population: nobody would be treated");
        if (arms.n == ONSET_STUDY_MAX_ARMS + 1)
            onset_error_at(c->out, decl->name_place, NULL, "more than %d arms", (int)ONSET_STUDY_MAX_ARMS);
    }
    if (arms.n == 0 && !c->incomplete)
        onset_error_at(c->out, c->at.block->place, "arm NAME { dose statements }", "the study '%s' has no arms", c->at.block->name);
    c->study->n_arms = arms.n;
    c->study->arms   = arms.items;
    warn_unused(c);
    check_controls(c);
}
