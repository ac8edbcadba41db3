#include "fixture.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static json_t *text(const char *plain, const char *extra)
{
    return json_sprintf("%s%s", plain, extra);
}

/* A row with an observed value and a prediction; low and high 90 are 2 beside it, or half and double of an exposure. */
static json_t *row(const char *group, const char *class_name, const char *study, const char *unit, double observed, double predicted,
                   const char *extra)
{
    const bool   is_pk = strcmp(group, "pk") == 0;
    const double low = is_pk ? predicted / 2 : predicted - 2, high = is_pk ? predicted * 2 : predicted + 2;
    const char  *metric = is_pk ? "Cmax" : strcmp(unit, "pct") == 0 ? "response_pct" : "mean_change";

    json_t *o = json_pack("{ss, ss, so, so, so, ss, ss, ss, ss, so, so, sb, sf, sf, sf, sf, sf, sn, sf, sf, sf, sf, sf, sb, sb}", "group",
                          group, "class", class_name, "key", text("KEY1", extra), "study", text(study, extra), "arm",
                          text("active_0.5", extra), "endpoint", is_pk ? "drug_a" : "MADRS", "metric", metric, "unit", unit, "drug",
                          "drug_a", "route", text(is_pk ? "iv" : "", extra), "source", text("An author, a year", extra), "seen", 1,
                          "time_h", 24.0, "n", 30.0, "observed", observed, "observed_low", observed * (is_pk ? 0.9 : 1) - (is_pk ? 0 : 1.5),
                          "observed_high", observed * (is_pk ? 1.1 : 1) + (is_pk ? 0 : 1.5), "skipped", "predicted", predicted, "low50",
                          is_pk ? predicted / 1.3 : predicted - 0.7, "high50", is_pk ? predicted * 1.3 : predicted + 0.7, "low90", low,
                          "high90", high, "inside50", fabs(observed - predicted) < 0.7, "inside90", observed >= low && observed <= high);
    return o;
}

/* A row whose trial the calibration used: as if it had not been there, the prediction is by `shift` higher and 4 beside it. */
static json_t *fitted(json_t *o, double shift, double pareto_k)
{
    const double observed  = json_number_value(json_object_get(o, "observed"));
    const double predicted = json_number_value(json_object_get(o, "predicted")) + shift;
    const bool   inside    = observed >= predicted - 4 && observed <= predicted + 4;

    json_object_set_new(o, "left_out",
                        json_pack("{sf, sf, sf, sf, sf, sb, sb, sf}", "predicted", predicted, "low50", predicted - 1.5, "high50",
                                  predicted + 1.5, "low90", predicted - 4, "high90", predicted + 4, "inside50", 0, "inside90", inside,
                                  "pareto_k", pareto_k));
    return o;
}

static json_t *skipped(const char *group, const char *reason, const char *extra)
{
    json_t *o = row(group, "none", "Skipped 2021", "score", -3, -3, extra);

    json_object_set_new(o, "skipped", text(reason, extra));
    return o;
}

static json_t *score(int n, double inside90, double interval)
{
    return json_pack("{si, si, sf, sf, sf, sn, sf}", "n", n, "skipped", 4, "inside50", 0.5, "inside90", inside90, "mae_score", 2.25,
                     "mae_pct", "interval_score", interval);
}

static void add_groups(json_t *groups, const char *group, const char *class_name, const char *title, bool left_out, int n)
{
    for (int all = 0; all < 2; all++) {
        json_t *o = json_pack("{ss, ss, ss, ss, ss}", "group", group, "class", class_name, "title", title, "rows", all ? "all" : "seen",
                              "trials", left_out ? "left_out" : "in_sample");
        json_t *rivals = json_object();

        json_object_update_new(o, score(n, (left_out ? 0 : 0.02) + (all ? 0.87 : 0.91), 12.5));
        if (strcmp(group, "efficacy") == 0) json_object_set_new(rivals, "pooled_mean", score(n, 0.77, 33.25));
        json_object_set_new(o, "rivals", rivals);
        json_array_append_new(groups, o);
    }
}

static void add_rows(json_t *rows, const char *extra)
{
    json_t *recalled = row("efficacy", "few", "Recalled 2019", "score", -5, -6, extra);

    json_array_append_new(rows, fitted(row("efficacy", "few", "Known 2020", "score", -12.5, -11.25, extra), 0.5, 0.25));
    json_array_append_new(rows, fitted(row("efficacy", "few", "Outside 2020", "score", -3.5, -11.25, extra), 4, 0.82));
    json_object_set_new(recalled, "seen", json_false());
    json_array_append_new(rows, recalled);
    for (int i = 0; i < FIXTURE_MANY; i++) {
        char study[32];
        snprintf(study, sizeof study, "Trial %03d", i / 8);
        json_array_append_new(rows, row("efficacy", "many", study, i % 2 ? "pct" : "score", 20 + i % 30, 21 + i % 29, extra));
    }
    for (int i = 0; i < 6; i++) {
        json_array_append_new(rows, row("pk", "exposed", "Levels 2018", i % 2 ? "ng/mL" : "min", 10 + 40 * i, 12 + 36 * i, extra));
        json_array_append_new(rows, row("safety", "pressure", "Cuff 2017", "mmHg", 10 + i, 11, extra));
    }
    for (int i = 0; i < 5; i++) json_array_append_new(rows, skipped("efficacy", i < 3 ? "no such scale" : "no such drug", extra));
}

char *fixture_validation(const char *extra)
{
    json_t *groups = json_array(), *rows = json_array();
    json_t *all = json_pack("{s{si, si, si, si, sf}, so, so}", "run", "trials", 107, "subjects", 400, "draws", 40, "seed", 7,
                            "sampling_error_pct", 3.75, "groups", groups, "rows", rows);
    char   *json;

    for (int left_out = 1; left_out >= 0; left_out--) {
        add_groups(groups, "efficacy", "overall", "", left_out, FIXTURE_MANY + 3);
        add_groups(groups, "efficacy", "few", "A few trials", left_out, 3);
        add_groups(groups, "efficacy", "many", "", left_out, FIXTURE_MANY);
    }
    add_groups(groups, "safety", "pressure", "Blood pressure", false, 6);
    add_groups(groups, "pk", "exposed", "", false, 6);
    add_rows(rows, extra);
    json = json_dumps(all, 0);
    json_decref(all);
    return json;
}
