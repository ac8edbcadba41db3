/* What a study's text becomes: values, in the model's units. What is refused stands in cases/. */
#include "study/check.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

/* Reads a study that uses the model of cases/tiny.onset; its text begins after `use model tiny`. */
typedef struct {
    onset_arena      *arena;
    onset_library    *library;
    onset_diagnostics found;
    onset_study      *study;
    const char       *text;
} reading;

static void read_body(void *ctx)
{
    reading          *r    = ctx;
    const char       *text = onset_arena_printf(r->arena, "study s\nuse model tiny\n%s", r->text);
    const onset_file *file = NULL;
    onset_error       err  = {0};

    if (onset_library_text(&err, r->library, CASES "/in_memory.onset", text, strlen(text), &r->found, &file) != ONSET_OK)
        fail_msg("%s", err.message);
    r->study = onset_study_check(r->arena, r->library, (onset_block_at){file, file->blocks.items[0]}, &r->found);
}

static reading *read_study(const char *text)
{
    reading    *r   = calloc(1, sizeof *r);
    onset_error err = {0};
    onset_text  all = {0};

    r->arena       = onset_arena_create();
    r->found.arena = r->arena;
    r->text        = text;
    assert_int_equal(onset_library_create(&err, &r->library), ONSET_OK);
    assert_true(onset_arena_run(r->arena, read_body, r));
    onset_diagnostics_write(&r->found, &all);
    if (!r->study) fail_msg("%s", all.s ? all.s : "no study");
    onset_text_free(&all);
    return r;
}

static void finish(reading *r)
{
    onset_library_free(r->library);
    onset_arena_free(r->arena);
    free(r);
}

#define SUBJECTS "population p { subjects 10; weight ~ lognormal(80, 20%) [kg] }\n"
#define VISITS   "visit 0, 1, 7 [d]\n"

static const onset_regimen_item *only_dose(const reading *r)
{
    assert_int_equal(r->study->arms[0].schedule.n_items, 1);
    return &r->study->arms[0].schedule.items[0];
}

static void doses_are_in_the_routes_unit(void **state)
{
    static const struct {
        const char *text;
        onset_per   per;
        double      amount, duration, rate, max;
    } cases[] = {
        {"dose drug 10 [mg] iv at 0 [h]", ONSET_PER_NOTHING, 10, 0, 0, INFINITY},
        {"dose drug 2 [g] iv over 40 [min] at 0 [h]", ONSET_PER_NOTHING, 2000, 2.0 / 3, 0, INFINITY},
        {"dose drug 0.5 [mg/kg] iv over 40 [min] at 0 [h] max 0.06 [g]", ONSET_PER_KG, 0.5, 2.0 / 3, 0, 60},
        {"dose drug 500 [ug/kg] iv rate 0.75 [mg/kg/h] at 0 [h]", ONSET_PER_KG, 0.5, 0, 0.75, INFINITY},
        {"dose drug 500 [ug/kg] iv rate 12.5 [ug/kg/min] at 0 [h]", ONSET_PER_KG, 0.5, 0, 0.75, INFINITY},
        {"dose drug 10 [mg] iv rate 240 [mg/d] at 0 [h]", ONSET_PER_NOTHING, 10, 0, 10, INFINITY},
        {"dose drug 0.5 [mg/lb] iv at 0 [h]", ONSET_PER_KG, 0.5 / 0.45359237, 0, 0, INFINITY},
    };
    (void)state;
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        char                      text[400];
        reading                  *r;
        const onset_regimen_item *item;

        snprintf(text, sizeof text, "%sarm a { %s }\n", SUBJECTS VISITS, cases[k].text);
        r    = read_study(text);
        item = only_dose(r);
        if (item->per != cases[k].per || fabs(item->amount - cases[k].amount) > 1e-12 * cases[k].amount ||
            fabs(item->duration - cases[k].duration) > 1e-12 || fabs(item->rate - cases[k].rate) > 1e-12 ||
            !(item->max == cases[k].max || fabs(item->max - cases[k].max) < 1e-9))
            fail_msg("%s: per %d, amount %g, duration %g, rate %g, max %g", cases[k].text, item->per, item->amount, item->duration,
                     item->rate, item->max);
        finish(r);
    }
}

static void times_of_doses_are_written_out(void **state)
{
    static const struct {
        const char *when;
        int         n;
        double      times[4]; /* the first ones */
    } cases[] = {
        {"at 0 [d]", 1, {0}},
        {"at 3, 0, 7 [d]", 3, {0, 72, 168}},
        {"at 30 [min], 2 [h]", 2, {0.5, 2}},
        {"every 1 [d] from 0 [d] to 7 [d]", 7, {0, 24, 48, 72}},
        {"every 1 [d] from 12 [h] to 7 [d]", 7, {12, 36, 60, 84}},
        {"every 8 [h] from 0 to 1 [d]", 3, {0, 8, 16}},
        {"every 0.1 [h] from 0 to 0.3 [h]", 3, {0, 0.1, 0.2}}, /* 3 x 0.1 is not 0.3 in floating point */
        {"every 1 [d] for 28 doses", 28, {0, 24, 48, 72}},
        {"every 1 [week] from 7 [d] for 2 doses", 2, {168, 336}},
        {"every 5 [h] from 0 [h] to 12 [h]", 3, {0, 5, 10}},
        {"every 2 [d]", 4, {0, 48, 96, 144}}, /* to the last visit, day 7 */
    };
    (void)state;
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        char                      text[400];
        reading                  *r;
        const onset_regimen_item *item;

        snprintf(text, sizeof text, "%sarm a { dose drug 10 [mg] oral %s }\n", SUBJECTS VISITS, cases[k].when);
        r    = read_study(text);
        item = only_dose(r);
        if (item->n_times != cases[k].n) fail_msg("%s: %d doses", cases[k].when, item->n_times);
        for (int i = 0; i < item->n_times && i < 4; i++) {
            if (!(fabs(item->times[i] - cases[k].times[i]) < 1e-9)) fail_msg("%s: dose %d at %g h", cases[k].when, i, item->times[i]);
        }
        finish(r);
    }
}

static void regimens_are_given_later(void **state)
{
    reading *r = read_study(SUBJECTS VISITS "regimen r { dose drug 10 [mg] oral every 1 [d] for 2 doses; dose drug 5 [mg] iv at 1 [h] }\n"
                                            "arm a { give r }\narm b { give r from 2 [d] }\n");
    const onset_schedule *a = &r->study->arms[0].schedule, *b = &r->study->arms[1].schedule;

    (void)state;
    assert_int_equal(a->n_items, 2);
    assert_int_equal(b->n_items, 2);
    assert_true(a->items[0].times[1] == 24 && b->items[0].times[1] == 72);
    assert_true(a->items[1].times[0] == 1 && b->items[1].times[0] == 49);
    finish(r);
}

static void changes_are_sorted(void **state)
{
    reading              *r = read_study(SUBJECTS VISITS
                                         "arm a { set weight = 176.36980975 [lb] at 2 [d]; set age = 50 [year]; set weight = 90 [kg] at 1 [d] }\n");
    const onset_schedule *s = &r->study->arms[0].schedule;

    (void)state;
    assert_int_equal(s->n_changes, 3);
    assert_true(s->changes[0].time == -INFINITY && s->changes[0].value == 50);
    assert_true(s->changes[1].time == 24 && s->changes[1].value == 90);
    assert_true(s->changes[2].time == 48 && fabs(s->changes[2].value - 80) < 1e-6);
    finish(r);
}

static void visits_have_names(void **state)
{
    static const double      times[]  = {0, 2.0 / 3, 4, 24, 168, 336};
    static const char *const labels[] = {"baseline", "40 min", "4 h", "day 1", "day 7", "week 2"};
    reading                 *r        = read_study(SUBJECTS "visit 7, 1 [d], 0\nvisit 40 [min], 4 [h], 24 [h], 2 [week]\narm a { }\n");

    (void)state;
    assert_int_equal(r->study->n_visits, 6);
    for (int i = 0; i < 6; i++) {
        assert_true(fabs(r->study->visits[i] - times[i]) < 1e-12);
        assert_string_equal(r->study->visit_labels[i], labels[i]);
    }
    finish(r);
}

/* 0..1 by 0.1 h, without the visit at 0, and 0..2 d by 0.5 d, without 0 and the visit at 1 d. */
static void traces_leave_out_visits(void **state)
{
    reading *r = read_study(SUBJECTS "visit 0, 1 [d]\ntrace 0..1 by 0.1 [h], 0..2 by 0.5 [d]\narm a { }\n");

    (void)state;
    assert_int_equal(r->study->n_trace, 10 + 3);
    for (int i = 0; i < 10; i++) assert_true(fabs(r->study->trace[i] - 0.1 * (i + 1)) < 1e-12);
    assert_true(r->study->trace[10] == 12 && r->study->trace[11] == 36 && r->study->trace[12] == 48);
    finish(r);
}

static void population_values_reach_the_model(void **state)
{
    reading *r = read_study(
        "seed 9\npopulation p {\n subjects 10\n weight = 176.36980975 [lb]\n sex ~ category(male 1)\n"
        " pk.CL ~ uniform(50, 50.000001) [mL/min]\n frail = weight < 90 [kg]\n require frail and sex == male\n}\n" VISITS "arm a { }\n");
    double      values[8], params[32], *covariates = params + r->study->model->n_params;
    const int   cl  = onset_model_find_param(r->study->model, "pk.CL");
    onset_error err = {0};

    (void)state;
    assert_true(r->study->seed == 9 && r->study->population.acceptance == 1);
    assert_int_equal(onset_population_draw(&err, &r->study->population, r->study->model, 9, 1, values, params, NULL, NULL), ONSET_OK);
    assert_true(fabs(covariates[onset_model_find_covariate(r->study->model, "weight")] - 80) < 1e-6);
    assert_true(covariates[onset_model_find_covariate(r->study->model, "sex")] == 1); /* the model's order: female, male */
    assert_true(covariates[onset_model_find_covariate(r->study->model, "age")] == 40);
    assert_true(fabs(params[cl] - 3) < 1e-6);
    assert_string_equal(r->study->population.require_text[0], "frail and sex == male");
    finish(r);
}

static void files_give_values(void **state)
{
    reading           *r   = read_study("population p { file \"people.csv\" }\n" VISITS "arm a { }\n");
    const onset_model *m   = r->study->model;
    onset_error        err = {0};

    (void)state;
    assert_int_equal(r->study->population.n_subjects, 3);
    for (uint64_t i = 1; i <= 3; i++) {
        static const double weights[] = {154, 187.5, 201}, cls[] = {5.5, 4.2, 6}, sexes[] = {0, 1, 1};
        double              values[8], params[32];
        assert_int_equal(onset_population_draw(&err, &r->study->population, m, 1, i, values, params, NULL, NULL), ONSET_OK);
        assert_true(fabs(params[m->n_params + onset_model_find_covariate(m, "weight")] - 0.45359237 * weights[i - 1]) < 1e-9);
        assert_true(params[onset_model_find_param(m, "pk.CL")] == cls[i - 1]);
        assert_true(params[m->n_params + onset_model_find_covariate(m, "sex")] == sexes[i - 1]);
    }
    assert_int_equal(r->study->n_sources, 3); /* study, model, table */
    assert_non_null(strstr(r->study->sources[2]->path, "people.csv"));
    finish(r);
}

/* The value of an endpoint where the leaves are 10, 11, 12, ... */
static double endpoint_value(const reading *r, int k)
{
    const onset_study *s = r->study;
    double             leaves[32];

    for (int i = 0; i < 32; i++) leaves[i] = 10 + i;
    return onset_graph_value(&s->endpoint_graph, s->endpoints[k].node, &(onset_leaf_values){.covs = leaves});
}

static void endpoints_have_leaves_and_histories(void **state)
{
    reading           *r     = read_study(SUBJECTS VISITS "arm a { }\n"
                                                                        "endpoint a = score\n"
                                                                        "endpoint b = change(score)\n"
                                                                        "endpoint c = baseline(score) - at(score, 7 [d])\n"
                                                                        "endpoint d = ever(peak(score) > 5) and weight > 1 [kg]\n"
                                                                        "endpoint e = 100 * weight / 1 [g]\n");
    const onset_study *s     = r->study;
    const int          score = onset_model_find_output(s->model, "score"), first = s->model->n_outputs + s->population.n_draws;

    (void)state;
    assert_int_equal(s->n_endpoints, 5);
    assert_int_equal(s->n_histories, 4); /* baseline is used twice and kept once */
    assert_int_equal(s->histories[0].kind, ONSET_HISTORY_BASELINE);
    assert_int_equal(s->histories[1].kind, ONSET_HISTORY_AT);
    assert_int_equal(s->histories[1].visit, 2);
    assert_int_equal(s->histories[2].kind, ONSET_HISTORY_PEAK);
    assert_int_equal(s->histories[3].kind, ONSET_HISTORY_EVER);
    assert_true(endpoint_value(r, 0) == 10 + score);
    assert_true(endpoint_value(r, 1) == score - first);
    assert_true(endpoint_value(r, 2) == -1); /* history 0 - history 1 */
    assert_true(!s->endpoints[2].is_condition && s->endpoints[3].is_condition);
    assert_true(endpoint_value(r, 3) == 1);
    assert_string_equal(s->endpoints[3].source, "ever(peak(score) > 5) and weight > 1 [kg]");
    finish(r);
}

static void a_study_without_a_seed_has_one(void **state)
{
    reading *r = read_study(SUBJECTS VISITS "arm a \"An arm\" { }\narm b { }\ncontrol b\n");

    (void)state;
    assert_true(r->study->seed == 1);
    assert_string_equal(r->study->arms[0].title, "An arm");
    assert_string_equal(r->study->arms[1].title, "b");
    assert_string_equal(r->study->arms[0].text, "arm a \"An arm\" { }");
    assert_true(r->study->n_controls == 1 && r->study->controls[0] == 1);
    finish(r);
}

static void loading_says_what_is_wrong(void **state)
{
    static const struct {
        const char  *path, *name, *message;
        onset_status status;
    } cases[] = {
        {"/nowhere/s.onset", NULL, "/nowhere/s.onset", ONSET_NO_FILE},
        {CASES "/tiny.onset", NULL, "holds no study", ONSET_NO_FILE},
        {CASES "/good_titration.onset", "other", "other", ONSET_NO_FILE},
        {CASES "/visit_before_zero.onset", NULL, "the study 's' has 1 error", ONSET_BAD_MODEL},
        {CASES "/good_titration.onset", "s", "", ONSET_OK},
    };
    (void)state;
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        onset_arena      *arena   = onset_arena_create();
        onset_diagnostics found   = {.arena = arena};
        onset_library    *library = NULL;
        onset_study      *study   = NULL;
        onset_error       err     = {0};
        onset_status      status;

        assert_int_equal(onset_library_create(&err, &library), ONSET_OK);
        for (int again = 0; again < 2; again++) { /* the second time it is in the library's memory, and no less wrong */
            err    = (onset_error){0};
            status = onset_study_load(&err, arena, library, cases[k].path, cases[k].name, &found, &study);
            if (status != cases[k].status) fail_msg("%s: status %d, %s", cases[k].path, (int)status, err.message);
            if (!strstr(err.message, cases[k].message)) fail_msg("%s: %s", cases[k].path, err.message);
            assert_true((status == ONSET_OK) == (study != NULL));
        }
        onset_library_free(library);
        onset_arena_free(arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(doses_are_in_the_routes_unit),
        cmocka_unit_test(times_of_doses_are_written_out),
        cmocka_unit_test(regimens_are_given_later),
        cmocka_unit_test(changes_are_sorted),
        cmocka_unit_test(visits_have_names),
        cmocka_unit_test(traces_leave_out_visits),
        cmocka_unit_test(population_values_reach_the_model),
        cmocka_unit_test(files_give_values),
        cmocka_unit_test(endpoints_have_leaves_and_histories),
        cmocka_unit_test(a_study_without_a_seed_has_one),
        cmocka_unit_test(loading_says_what_is_wrong),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
