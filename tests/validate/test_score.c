/* Scores and rivals of a few rows, worked out by hand. */
#include "validate/rivals.h"
#include "validate/score.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* Both values are printed where they differ; cmocka compares floats only. */
static void near(double x, double expected, double tolerance)
{
    if (fabs(x - expected) > tolerance || isnan(x)) fail_msg("%.12g, not %.12g", x, expected);
}

static onset_row row_of(const char *class_name, double value, onset_prediction predicted)
{
    return (onset_row){.class_name = class_name,
                       .family     = ONSET_FAMILY_SCORE,
                       .study      = "a",
                       .value      = value,
                       .seen       = true,
                       .factor     = 1,
                       .pooled     = NAN,
                       .predicted  = predicted,
                       .rival      = {{NAN, NAN, NAN, NAN, NAN}, {NAN, NAN, NAN, NAN, NAN}}};
}

static void scores_of_a_class(void **state)
{
    const onset_prediction p      = {10, 9, 11, 8, 12};
    onset_row              rows[] = {row_of("a", 10, p), row_of("a", 11.5, p), row_of("a", 14, p), row_of("a", 40, p), row_of("b", 0, p)};
    onset_scores           s;

    (void)state;
    rows[2].seen   = false;
    rows[3].skip   = "no such drug";
    rows[4].is_pct = true;
    s              = onset_score_rows(rows, 5, ONSET_GROUP_EFFICACY, "a", true, -1);
    assert_int_equal(s.n, 3);
    assert_int_equal(s.skipped, 1);
    near(s.inside50, 1.0 / 3, 1e-12);
    near(s.inside90, 2.0 / 3, 1e-12);
    near(s.mae_score, (0 + 1.5 + 4) / 3, 1e-12);
    near(s.interval_score, (4 + 4 + 4 + 20 * 2) / 3.0, 1e-12);
    assert_true(isnan(s.mae_pct));
    assert_int_equal(onset_score_rows(rows, 5, ONSET_GROUP_EFFICACY, "a", false, -1).n, 2); /* seen */
    assert_int_equal(onset_score_rows(rows, 5, ONSET_GROUP_EFFICACY, "a", true, ONSET_RIVAL_POOLED).n, 0);
    near(onset_score_rows(rows, 5, ONSET_GROUP_EFFICACY, "b", true, -1).mae_pct, 10, 1e-12);
}

static void fold_errors(void **state)
{
    onset_row    rows[] = {row_of("a", 10, (onset_prediction){20, 9, 21, 8, 22}), row_of("a", 10, (onset_prediction){5, 4, 6, 3, 7})};
    onset_scores s;

    (void)state;
    rows[0].group = rows[1].group = ONSET_GROUP_PK;
    s                             = onset_score_rows(rows, 2, ONSET_GROUP_PK, NULL, true, -1);
    near(s.fold_error, 2, 1e-12); /* too much and too little do not cancel */
    near(s.within[1], 0, 0);
    rows[0].predicted.median = 12;
    near(onset_score_rows(rows, 2, ONSET_GROUP_PK, NULL, true, -1).within[0], 0.5, 1e-12);
}

static void classes_weigh_alike(void **state)
{
    const onset_scores classes[] = {{.n = 100, .inside90 = 0.8, .mae_score = 2, .mae_pct = NAN, .fold_error = NAN},
                                    {.n = 1, .inside90 = 0.4, .mae_score = 4, .mae_pct = 7, .fold_error = NAN},
                                    {.n = 0, .skipped = 5, .inside90 = NAN, .mae_score = NAN, .mae_pct = NAN, .fold_error = NAN}};
    const onset_scores s         = onset_score_alike(classes, 3);

    (void)state;
    assert_int_equal(s.n, 101);
    assert_int_equal(s.skipped, 5);
    near(s.inside90, 0.6, 1e-12);
    near(s.mae_score, 3, 1e-12);
    near(s.mae_pct, 7, 1e-12);
}

static void a_rounded_share_is_inside(void **state)
{
    onset_row row = row_of("a", 33, (onset_prediction){40, 33.3, 60, 20, 80});

    (void)state;
    assert_false(onset_row_inside(&row, 33.3, 60));
    row.is_pct = true;
    assert_true(onset_row_inside(&row, 33.3, 60));
}

/* The value of a trial must not help to predict the trial itself. */
static void rivals_leave_the_trial_out(void **state)
{
    static const char *const studies[] = {"t1", "t2", "t3", "t4"};
    const double             values[]  = {-100, -4, -5, -6};
    onset_row                rows[4];

    (void)state;
    for (int i = 0; i < 4; i++) {
        rows[i]                = row_of("a", values[i], (onset_prediction){0, 0, 0, 0, 0});
        rows[i].study          = studies[i];
        rows[i].family         = ONSET_FAMILY_SCORE;
        rows[i].pooled         = values[i];
        rows[i].time_h         = 24;
        rows[i].n              = 10;
        rows[i].is_calibration = true;
    }
    onset_rivals_predict(rows, 4);
    near(rows[0].left_out_rival[ONSET_RIVAL_POOLED].median, -5, 1e-12);
    /* SD 1, and the mean of three is uncertain: variance 4/3. */
    near(rows[0].left_out_rival[ONSET_RIVAL_POOLED].high90, -5 + 1.6448536269514722 * sqrt(4.0 / 3), 1e-9);
    near(rows[0].left_out_rival[ONSET_RIVAL_EMAX].median, -5, 1e-9);
    near(rows[0].rival[ONSET_RIVAL_POOLED].median, -115.0 / 4, 1e-12); /* with it */
}

static void emax_in_time_is_recovered(void **state)
{
    onset_row rows[9];

    (void)state;
    for (int i = 0; i < 9; i++) {
        const double t         = i < 8 ? pow(2, i + 3) : 100; /* 8 .. 1024 h, and one to predict */
        rows[i]                = row_of("a", 0, (onset_prediction){0, 0, 0, 0, 0});
        rows[i].study          = i < 8 ? "others" : "new";
        rows[i].family         = ONSET_FAMILY_SCORE;
        rows[i].time_h         = t;
        rows[i].pooled         = -2 - 10 * t / (t + 64);
        rows[i].n              = 20;
        rows[i].is_calibration = i < 8;
    }
    onset_rivals_predict(rows, 9);
    near(rows[8].rival[ONSET_RIVAL_EMAX].median, -2 - 10 * 100.0 / 164, 1e-6);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(scores_of_a_class),          cmocka_unit_test(fold_errors),
        cmocka_unit_test(classes_weigh_alike),        cmocka_unit_test(a_rounded_share_is_inside),
        cmocka_unit_test(rivals_leave_the_trial_out), cmocka_unit_test(emax_in_time_is_recovered),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
