/* What a validation says: JSON, a page, a text. */
#include "validate/validate.h"

#include "base/error.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static const char *const rival_names[] = {"pooled_mean", "emax_time"};

/* ---- JSON ---- */

static json_t *number(double x)
{
    return isfinite(x) ? json_real(x) : json_null();
}

static json_t *scores_json(const onset_scores *s, onset_row_group group)
{
    json_t *o = json_object();

    json_object_set_new(o, "n", json_integer(s->n));
    json_object_set_new(o, "skipped", json_integer(s->skipped));
    json_object_set_new(o, "inside50", number(s->inside50));
    json_object_set_new(o, "inside90", number(s->inside90));
    json_object_set_new(o, "mae_score", number(s->mae_score));
    json_object_set_new(o, "mae_pct", number(s->mae_pct));
    json_object_set_new(o, "interval_score", number(s->interval_score));
    if (group != ONSET_GROUP_PK) return o;
    json_object_set_new(o, "average_fold_error", number(s->fold_error));
    json_object_set_new(o, "within_1_25", number(s->within[0]));
    json_object_set_new(o, "within_1_5", number(s->within[1]));
    json_object_set_new(o, "within_2", number(s->within[2]));
    return o;
}

static json_t *group_json(const onset_score_group *g)
{
    json_t *o = json_object(), *rivals = json_object();

    json_object_set_new(o, "group", json_string(onset_row_group_name(g->group)));
    json_object_set_new(o, "class", json_string(g->class_name));
    json_object_set_new(o, "title", json_string(g->title));
    json_object_set_new(o, "rows", json_string(g->all ? "all" : "seen"));
    json_object_set_new(o, "trials", json_string(g->left_out ? "left_out" : "in_sample"));
    json_object_update_new(o, scores_json(&g->model, g->group));
    for (int k = 0; k < ONSET_N_RIVALS && g->group == ONSET_GROUP_EFFICACY; k++)
        json_object_set_new(rivals, rival_names[k], scores_json(&g->rival[k], g->group));
    json_object_set_new(o, "rivals", rivals);
    return o;
}

static void set_prediction(json_t *o, const onset_row *row, const onset_prediction *p)
{
    json_object_set_new(o, "predicted", number(p->median));
    json_object_set_new(o, "low50", number(p->low50));
    json_object_set_new(o, "high50", number(p->high50));
    json_object_set_new(o, "low90", number(p->low90));
    json_object_set_new(o, "high90", number(p->high90));
    json_object_set_new(o, "inside50", isfinite(p->median) ? json_boolean(onset_row_inside(row, p->low50, p->high50)) : json_null());
    json_object_set_new(o, "inside90", isfinite(p->median) ? json_boolean(onset_row_inside(row, p->low90, p->high90)) : json_null());
}

static json_t *row_json(const onset_row *row)
{
    json_t           *o          = json_object();
    const char *const texts[][2] = {{"group", onset_row_group_name(row->group)},
                                    {"class", row->class_name},
                                    {"key", row->key},
                                    {"study", row->study},
                                    {"arm", row->arm},
                                    {"endpoint", row->endpoint},
                                    {"metric", row->metric},
                                    {"unit", row->unit},
                                    {"drug", row->drug},
                                    {"route", row->route},
                                    {"source", row->source}};

    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        json_object_set_new(o, texts[i][0], json_string(texts[i][1] ? texts[i][1] : ""));
    json_object_set_new(o, "seen", json_boolean(row->seen));
    json_object_set_new(o, "time_h", number(row->time_h));
    json_object_set_new(o, "n", number(row->n));
    json_object_set_new(o, "observed", number(row->value));
    json_object_set_new(o, "observed_low", number(row->observed_low));
    json_object_set_new(o, "observed_high", number(row->observed_high));
    json_object_set_new(o, "skipped", row->skip ? json_string(row->skip) : json_null());
    if (row->skip) return o;
    set_prediction(o, row, &row->predicted);
    if (row->line) json_object_set_new(o, "spread", json_string(row->line));
    if (row->line) json_object_set_new(o, "between_sd", number(row->between));
    for (int k = 0; k < ONSET_N_RIVALS && row->family != ONSET_FAMILY_NONE; k++) {
        json_t *rival = json_object();
        set_prediction(rival, row, &row->rival[k]);
        json_object_set_new(o, rival_names[k], rival);
    }
    if (isfinite(row->left_out.median)) {
        json_t *left_out = json_object();
        set_prediction(left_out, row, &row->left_out);
        json_object_set_new(left_out, "pareto_k", number(row->pareto_k));
        json_object_set_new(o, "left_out", left_out);
    }
    return o;
}

static double sampling_error(const onset_validation *v);

static json_t *run_json(const onset_validation *v)
{
    json_t *o = json_object();

    json_object_set_new(o, "trials", json_integer(v->n_trials));
    json_object_set_new(o, "subjects", json_integer(v->subjects));
    json_object_set_new(o, "sitting_subjects", json_integer(v->sitting_subjects));
    json_object_set_new(o, "draws", json_integer(v->n_draws));
    json_object_set_new(o, "seed", json_integer((json_int_t)v->seed));
    json_object_set_new(o, "sampling_error_pct", number(sampling_error(v)));
    return o;
}

onset_status onset_validation_json(onset_error *err, const onset_validation *v, onset_text *out)
{
    json_t *all = json_object(), *groups = json_array(), *rows = json_array();
    char   *text;

    for (int i = 0; i < v->groups.n; i++) json_array_append_new(groups, group_json(&v->groups.items[i]));
    for (int i = 0; i < v->rows.n; i++)
        if (!v->rows.items[i].is_training) json_array_append_new(rows, row_json(&v->rows.items[i]));
    json_object_set_new(all, "run", run_json(v));
    json_object_set_new(all, "groups", groups);
    json_object_set_new(all, "rows", rows);
    text = json_dumps(all, JSON_INDENT(1) | JSON_REAL_PRECISION(10));
    json_decref(all);
    if (!text) return onset_fail(err, ONSET_NO_MEMORY, "no memory for the scores as JSON, or a table is not UTF-8");
    onset_text_add(out, text);
    onset_text_add(out, "\n");
    free(text);
    return ONSET_OK;
}

/* ---- Text and page: the same tables, with other rules ---- */

typedef struct {
    onset_text *out;
    bool        page; /* Markdown */
} sheet;

static void cells(const sheet *s, const double *x, const int *digits, int n)
{
    for (int i = 0; i < n; i++) {
        char text[32] = "-";
        if (isfinite(x[i])) snprintf(text, sizeof text, "%.*f", digits[i], x[i]);
        if (s->page)
            onset_text_printf(s->out, " %s |", text);
        else
            onset_text_printf(s->out, " %8s", text);
    }
    onset_text_add(s->out, "\n");
}

static void name_cells(const sheet *s, const char *name, const char *rows)
{
    onset_text_printf(s->out, s->page ? "| %s | %s |" : "%-34s %-5s", name, rows);
}

static void heading(const sheet *s, const char *const *names, int n)
{
    name_cells(s, "class", "rows");
    for (int i = 0; i < n; i++) onset_text_printf(s->out, s->page ? " %s |" : " %8s", names[i]);
    onset_text_add(s->out, "\n");
    for (int i = 0; s->page && i < n + 2; i++) onset_text_add(s->out, i < 2 ? "|---" : "|---:");
    if (s->page) onset_text_add(s->out, "|\n");
}

static void scores_line(const sheet *s, const char *name, const onset_score_group *g, const onset_scores *x)
{
    const double n = (double)x->n, skipped = (double)x->skipped;

    name_cells(s, name, g->all ? "all" : "seen");
    if (g->group == ONSET_GROUP_PK) {
        const double values[] = {
            n, skipped, 100 * x->inside50, 100 * x->inside90, x->fold_error, 100 * x->within[0], 100 * x->within[1], 100 * x->within[2]};
        cells(s, values, (const int[]){0, 0, 0, 0, 2, 0, 0, 0}, 8);
    } else {
        const double values[] = {n, skipped, 100 * x->inside50, 100 * x->inside90, x->mae_score, x->mae_pct, x->interval_score};
        cells(s, values, (const int[]){0, 0, 0, 0, 2, 1, 1}, 7);
    }
}

/* Whether other folders than the library's own are scored: their trials are in no fit. */
static bool is_outside(const onset_validation *v)
{
    for (int i = 0; i < v->rows.n; i++)
        if (v->rows.items[i].is_training) return true;
    return false;
}

/* How far leaving trials out by importance can be relied on. */
static void pareto_line(const sheet *s, const onset_validation *v)
{
    long   n = 0, high = 0;
    double most = -INFINITY;

    for (int i = 0; i < v->rows.n; i++) {
        const onset_row *row  = &v->rows.items[i];
        bool             told = isnan(row->pareto_k);
        for (int k = 0; k < i && !told; k++) told = isfinite(v->rows.items[k].pareto_k) && strcmp(v->rows.items[k].study, row->study) == 0;
        if (!told) n++, high += row->pareto_k > 0.7, most = fmax(most, row->pareto_k);
    }
    if (n)
        onset_text_printf(
            s->out,
            "\nLeft out by importance: %ld trials, Pareto k at most %.2f, above 0.7 for %ld (their scores are then partly in-sample).\n", n,
            most, high);
}

static void group_table(const sheet *s, const onset_validation *v, onset_row_group group, bool left_out)
{
    static const char *const efficacy[] = {"n", "skipped", "in50 %", "in90 %", "mae", "mae pct", "interval"};
    static const char *const pk[]       = {"n", "skipped", "in50 %", "in90 %", "AFE", "1.25x %", "1.5x %", "2x %"};
    bool                     any        = false;

    for (int i = 0; i < v->groups.n; i++) {
        const onset_score_group *g = &v->groups.items[i];

        if (g->group != group || g->left_out != left_out) continue;
        if (!any) {
            onset_text_printf(s->out, s->page ? "\n## %s%s\n\n" : "\n%s%s\n", onset_row_group_name(group),
                              left_out && !is_outside(v) ? ", each trial left out" : "");
            heading(s, group == ONSET_GROUP_PK ? pk : efficacy, group == ONSET_GROUP_PK ? 8 : 7);
        }
        any = true;
        scores_line(s, g->class_name, g, &g->model);
        for (int k = 0; k < ONSET_N_RIVALS && group == ONSET_GROUP_EFFICACY && g->rival[k].n; k++)
            scores_line(s, k == ONSET_RIVAL_POOLED ? "  rival: pooled mean" : "  rival: Emax in time", g, &g->rival[k]);
    }
}

/* Whether both rows are scored and skipped, for one reason. */
static bool is_same_skip(const onset_row *a, const onset_row *b)
{
    return a->skip && b->skip && !a->is_training && !b->is_training && a->group == b->group && strcmp(a->skip, b->skip) == 0;
}

/* The keys, or lines, of the first rows that are skipped for the same reason as this one. */
static void add_keys(const sheet *s, const onset_validation *v, int first)
{
    enum { SHOWN = 3 };
    int n = 0;

    for (int i = first; i < v->rows.n && n <= SHOWN; i++) {
        if (!is_same_skip(&v->rows.items[i], &v->rows.items[first])) continue;
        if (n < SHOWN)
            onset_text_printf(s->out, "%s%s", n ? ", " : "", v->rows.items[i].key);
        else
            onset_text_add(s->out, " ...");
        n++;
    }
}

/* Reasons with their number of rows, most first. */
static void reasons(const sheet *s, const onset_validation *v)
{
    const int n      = v->rows.n;
    bool     *told   = calloc((size_t)n + 1, sizeof *told);
    long      n_told = 0;

    if (!told) return;
    onset_text_add(s->out,
                   s->page ? "\n## Rows that were skipped\n\n| rows | group | why | such as |\n|---:|---|---|---|\n" : "\nskipped\n");
    for (;; n_told++) {
        int  best = -1;
        long most = 0;

        for (int i = 0; i < n; i++) {
            const onset_row *row   = &v->rows.items[i];
            long             count = 0;

            if (told[i] || !row->skip || row->is_training) continue;
            for (int k = i; k < n; k++) count += is_same_skip(&v->rows.items[k], row);
            if (count > most) best = i, most = count;
        }
        if (best < 0 || (!s->page && n_told >= 25)) break;
        const onset_row *row = &v->rows.items[best];
        onset_text_printf(s->out, s->page ? "| %ld | %s | %s | " : "%6ld  %-9s %s (", most, onset_row_group_name(row->group), row->skip);
        add_keys(s, v, best);
        onset_text_add(s->out, s->page ? " |\n" : ")\n");
        for (int k = best; k < n; k++)
            if (is_same_skip(&v->rows.items[k], row)) told[k] = true;
    }
    free(told);
}

/* How much of the error of a rate is a small arm's own: the mean absolute deviation of a binomial share, sqrt(2 p (1 - p) / (pi n)). */
static double sampling_error(const onset_validation *v)
{
    double sum = 0;
    long   n   = 0;

    for (int i = 0; i < v->rows.n; i++) {
        const onset_row *row = &v->rows.items[i];
        const double     p   = row->predicted.median / 100;

        if (row->skip || row->is_training || row->group != ONSET_GROUP_EFFICACY || !row->is_pct || !isfinite(p)) continue;
        sum += 100 * sqrt(2 * p * (1 - p) / (3.14159265358979323846 * row->n)), n++;
    }
    return n ? sum / (double)n : NAN;
}

static void tables(const sheet *s, const onset_validation *v)
{
    const double error = sampling_error(v);

    for (int g = 0; g < ONSET_N_GROUPS; g++)
        for (int out = 1; out >= 0; out--) group_table(s, v, (onset_row_group)g, out);
    pareto_line(s, v);
    if (isfinite(error))
        onset_text_printf(s->out, "\nOf the error of rates, %.1f points are the sampling error of arms of their size.\n", error);
    reasons(s, v);
}

void onset_validation_text(const onset_validation *v, onset_text *out)
{
    const sheet s = {out, false};

    onset_text_printf(out,
                      "%d virtual trials of %ld patients, sessions and exposures of %ld, %d draws of the uncertain parameters, in %.0f s\n",
                      v->n_trials, v->subjects, v->sitting_subjects, v->n_draws, v->wall_s);
    tables(&s, v);
}

void onset_validation_markdown(const onset_validation *v, onset_text *out)
{
    const sheet s = {out, true};

    onset_text_printf(
        out,
        "# Validation\n\nThis page is written by `onset validate --markdown`. Every published trial in the evidence tables that the "
        "library can express was\n"
        "simulated as a virtual one (%ld patients, %ld in a session or exposure, %d draws of the uncertain parameters) and compared with "
        "what was published: %d trials "
        "and\n"
        "sessions. The words for drugs, scales and controls are in `library/validation/`.\n\n"
        "%s The rivals are fitted to the same rows, with the trial left out where the model's is. How far trials differ beyond the model "
        "is\n"
        "set by what left-out trials miss (`left_out` of `library/validation/spreads.csv`, four numbers from these rows): that about "
        "90 %%\n"
        "lie inside is thereby set; errors, interval scores and trials in no table (`library/evidence/held_out`) are the test. This is "
        "research:\n"
        "it advises no patient.\n\n"
        "- `seen`: rows whose number was read at its source; `all`: recalled ones too. `overall` weights classes alike.\n"
        "- `in50 %%`, `in90 %%`: share of rows inside the 50 and 90 %% prediction interval for a trial of that size. `mae`: mean absolute "
        "error in\n"
        "  points of the row's scale (mmHg for pressure), `mae pct`: in percentage points. `interval`: mean interval score at 90 %% "
        "(Gneiting and\n"
        "  Raftery 2007), each row in its unit; less is better. `AFE`: average fold error, with shares within 1.25, 1.5 and 2 fold.\n",
        v->subjects, v->sitting_subjects, v->n_draws, v->n_trials,
        v->is_calibrated
            ? "Parameters of the calibrations (docs/calibration.md) are drawn from their posteriors; each of their trials is also "
              "predicted from "
              "draws\n"
              "weighted as if it had been left out (Pareto-smoothed importance sampling). For efficacy the other parameters keep the\n"
              "values they had in the calibration; for safety and exposures their uncertainty is assumed\n"
              "(`library/validation/uncertainty.csv`)."
            : "The predictions are in-sample: the model was calibrated by hand on some of these rows, no posterior of its parameters "
              "exists yet, and\n"
              "their uncertainty is assumed (`library/validation/uncertainty.csv`). Tables with trials left out differ in the rivals "
              "only.");
    tables(&s, v);
}
