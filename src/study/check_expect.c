/* Expectations: a measure, an output, arms, a visit, the published range and its source. */
#include "study/checker.h"

static const struct {
    const char   *name;
    onset_measure measure;
    int           n_arms;
    const char   *form;
} measures[] = {
    {"mean", ONSET_MEASURE_MEAN, 1, "mean(OUTPUT, ARM)"},
    {"change", ONSET_MEASURE_CHANGE, 1, "change(OUTPUT, ARM)"},
    {"difference", ONSET_MEASURE_DIFFERENCE, 2, "difference(OUTPUT, ARM, CONTROL)"},
    {"ratio", ONSET_MEASURE_RATIO, 2, "ratio(OUTPUT, ARM, CONTROL)"},
    {"share", ONSET_MEASURE_SHARE, 3, "share(OUTPUT, ARM, FULL, CONTROL)"},
};
enum { N_MEASURES = sizeof measures / sizeof *measures };

/* The measure's row, or -1 after an error. */
static int find_measure(onset_study_checker *c, const onset_decl *decl)
{
    const char *names[N_MEASURES], *hint;
    int         k = 0;

    for (int i = 0; i < N_MEASURES; i++) names[i] = measures[i].name;
    while (k < N_MEASURES && strcmp(names[k], decl->name) != 0) k++;
    if (k == N_MEASURES) {
        hint = onset_check_hint(c, decl->name, names, N_MEASURES);
        onset_error_at(c->out, decl->name_place, hint ? hint : "there are mean, change, difference, ratio and share",
                       "unknown measure '%s'", decl->name);
        return -1;
    }
    if (decl->words.n == 1 + measures[k].n_arms) return k;
    onset_error_at(c->out, decl->name_place, onset_arena_printf(c->arena, "written as: %s", measures[k].form),
                   "%s() takes an output and %d arm%s", measures[k].name, measures[k].n_arms, measures[k].n_arms == 1 ? "" : "s");
    return -1;
}

/* -1 after an error. */
static int find_output(onset_study_checker *c, const onset_word *word)
{
    const int    output = onset_model_find_output(c->model, word->name);
    const char **all;

    if (output >= 0) return output;
    all = onset_arena_alloc(c->arena, (size_t)(c->model->n_outputs + 1) * sizeof *all);
    for (int i = 0; i < c->model->n_outputs; i++) all[i] = c->model->outputs[i].short_name;
    onset_error_at(c->out, word->place, onset_check_hint(c, word->name, all, c->model->n_outputs), "the model has no output '%s'",
                   word->name);
    return -1;
}

/* -1 after an error. */
static int find_arm(onset_study_checker *c, const onset_word *word)
{
    const onset_study *study = c->study;
    const char       **all   = onset_arena_alloc(c->arena, ((size_t)study->n_arms + 1) * sizeof *all);

    for (int i = 0; i < study->n_arms; i++) {
        if (!strcmp(study->arms[i].name, word->name)) return i;
        all[i] = study->arms[i].name;
    }
    onset_error_at(c->out, word->place, onset_check_hint(c, word->name, all, study->n_arms), "there is no arm '%s'", word->name);
    return -1;
}

/* -1 after an error. */
static int find_visit(onset_study_checker *c, const onset_quantity *at)
{
    double hours;

    if (!onset_check_hours(c, at, "the time of an expectation", &hours)) return -1;
    for (int i = 0; i < c->study->n_visits; i++)
        if (onset_check_same_time(c->study->visits[i], hours)) return i;
    onset_error_at(c->out, at->place,
                   onset_arena_printf(c->arena, "the visits are: %s", onset_check_list(c, c->study->visit_labels, c->study->n_visits)),
                   "an expectation at a time that is no visit");
    return -1;
}

/* The limits in the output's unit; a ratio and a share have none. */
static bool take_range(onset_study_checker *c, const onset_decl *decl, onset_expectation *e)
{
    const onset_model_unit *unit = &c->model->outputs[e->output].unit;
    const bool              bare = e->measure == ONSET_MEASURE_RATIO || e->measure == ONSET_MEASURE_SHARE;
    onset_unit              written;
    double                  factor = 1;

    e->unit    = bare ? "1" : unit->text;
    e->neutral = bare ? 1 : 0;
    e->low     = decl->range.low;
    e->high    = decl->range.high;
    if (bare && decl->unit.text) {
        if (!onset_unit_of(c->units, c->out, decl->unit, &written)) return false;
        if (onset_unit_is_dimensionless(written) && onset_unit_factor(written, onset_unit_one) == 1) return true;
        onset_error_at(c->out, decl->unit.place, "leave the unit out", "%s() has no unit", decl->name);
        return false;
    }
    if (bare) return true;
    if (!decl->unit.text) {
        if (onset_unit_is_dimensionless(unit->unit)) return true;
        onset_error_at(c->out, decl->range.place, onset_arena_printf(c->arena, "write it after the range: [%s]", unit->text),
                       "the range of '%s' needs a unit", decl->words.items[0].name);
        return false;
    }
    if (!onset_unit_of(c->units, c->out, decl->unit, &written)) return false;
    if (!onset_check_model_unit(c, decl->unit.place, decl->words.items[0].name, written, decl->unit.text, unit, &factor)) return false;
    e->low *= factor;
    e->high *= factor;
    return true;
}

void onset_check_evidence(onset_study_checker *c, const onset_citation *cited)
{
    bool        has_tables;
    const char *near;

    if (cited->kind != ONSET_SOURCE_EVIDENCE || !cited->key) return;
    if (onset_library_evidence(c->library, c->at.file, cited->key, &has_tables)) return;
    near = onset_library_nearest_evidence(c->library, cited->key);
    onset_error_at(c->out, cited->place, near ? onset_arena_printf(c->arena, "did you mean '%s'?", near) : NULL,
                   "no evidence table has a row '%s'", cited->key);
}

static void check_source(onset_study_checker *c, const onset_decl *decl)
{
    const onset_citation *cited = &decl->citation;

    if (cited->kind == ONSET_SOURCE_NONE)
        onset_warning_at(c->out, decl->name_place, "add one: from KEY \"what it says\"", "the expectation has no source");
    if (cited->kind == ONSET_SOURCE_CALIBRATED)
        onset_error_at(c->out, cited->place, "from KEY, or assumed \"why\"", "an expectation is published, not calibrated");
    onset_check_evidence(c, cited);
}

static bool check_expectation(onset_study_checker *c, const onset_decl *decl, onset_expectation *e)
{
    const int measure = find_measure(c, decl), visit = find_visit(c, &decl->quantities.items[0]);
    bool      good;

    check_source(c, decl);
    if (measure < 0 || !c->model) return false;
    *e           = (onset_expectation){.measure = measures[measure].measure, .text = decl->text, .citation = decl->citation};
    e->output    = find_output(c, &decl->words.items[0]);
    e->n_columns = measures[measure].n_arms;
    good         = e->output >= 0 && visit >= 0;
    for (int i = 0; i < e->n_columns; i++) {
        e->columns[i].arm   = find_arm(c, &decl->words.items[1 + i]);
        e->columns[i].visit = visit;
        if (e->columns[i].arm < 0) good = false;
    }
    if (e->measure == ONSET_MEASURE_CHANGE) {
        e->columns[e->n_columns]         = e->columns[0];
        e->columns[e->n_columns++].visit = 0;
        if (visit == 0) onset_error_at(c->out, decl->quantities.items[0].place, "a later visit", "a change at the first visit is 0");
    }
    e->source = onset_check_text(c, decl->value_start, decl->value_end);
    return good && take_range(c, decl, e);
}

void onset_check_expectations(onset_study_checker *c)
{
    ONSET_VEC(onset_expectation) expectations = {0};

    for (int i = 0; i < c->at.block->decls.n; i++) {
        onset_expectation e;

        if (c->at.block->decls.items[i]->kind != ONSET_DECL_EXPECT) continue;
        if (check_expectation(c, c->at.block->decls.items[i], &e)) onset_vec_push(c->arena, &expectations, e);
    }
    c->study->n_expectations = expectations.n;
    c->study->expectations   = expectations.items;
}
