/* Components of variance and predictive distributions against closed forms. */
#include "validate/predict.h"

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

static void components_of_two_groups(void **state)
{
    /* Groups {1, 3} and {5, 9}, patient i in group i % 2: means 2 and 7; squares 2 and 8, two degrees of freedom, so within = 5;
     * variance of the means 12.5, less within / 2 = 2.5: between = 10. */
    const double           y[] = {1, 5, 3, 9};
    const onset_components c   = onset_components_of(y, 4, 2);

    (void)state;
    assert_int_equal(c.n, 4);
    near(c.mean, 4.5, 1e-12);
    near(c.within, 5, 1e-12);
    near(c.between, 10, 1e-12);
}

static void missing_patients_are_left_out(void **state)
{
    const double           y[] = {1, NAN, 3, NAN};
    const onset_components c   = onset_components_of(y, 4, 1);

    (void)state;
    assert_int_equal(c.n, 2);
    near(c.mean, 2, 1e-12);
    near(c.within, 2, 1e-12);
    near(c.between, 0, 0);
    assert_int_equal(onset_components_of(y + 1, 1, 1).n, 0);
}

static void groups_alike_have_nothing_between(void **state)
{
    const double y[] = {1, 1, 3, 3}; /* both groups {1, 3} */

    (void)state;
    near(onset_components_of(y, 4, 2).between, 0, 0);
}

static void a_mean_is_normal(void **state)
{
    const onset_prediction p = onset_predict_normal(10, 4);

    (void)state;
    near(p.median, 10, 1e-12);
    near(p.high50, 10 + 2 * 0.6744897501960817, 1e-9);
    near(p.low90, 10 - 2 * 1.6448536269514722, 1e-9);
}

static void a_share_without_spread_is_binomial(void **state)
{
    /* Binomial(4, 1/2): cumulative 1/16, 5/16, 11/16, 15/16, 1. So 5 %: 0; 25 %: 1; 50 %: 2; 75 %: 3; 95 %: 4 of 4. */
    const onset_prediction p = onset_predict_share(0.5, 0, 4);

    (void)state;
    near(p.low90, 0, 1e-9);
    near(p.low50, 25, 1e-9);
    near(p.median, 50, 1e-9);
    near(p.high50, 75, 1e-9);
    near(p.high90, 100, 1e-9);
}

static void a_share_of_uniform_trials_is_uniform(void **state)
{
    /* A uniform share (variance 1/12) of n: every count 0..n alike. n = 9: ten counts of 0.1 each; 5 %: 0, 25 %: 2, 50 %: 4 (at 0.5), 95 %: 9. */
    const onset_prediction p = onset_predict_share(0.5, 1.0 / 12 - 1e-9, 9);

    (void)state;
    near(p.low90, 0, 1e-9);
    near(p.low50, 100.0 * 2 / 9, 1e-9);
    assert_true(fabs(p.median - 50) < 6);
    near(p.high50, 100.0 * 7 / 9, 1e-9);
    near(p.high90, 100, 1e-9);
}

static void errors_of_a_share_are_folded_at_its_ends(void **state)
{
    double mean, variance;

    (void)state;
    /* A folded normal around 0: mean sd sqrt(2 / pi), mean square sd^2. */
    onset_fold_share(0, 0.07, &mean, &variance);
    near(mean, 0.07 * sqrt(2 / acos(-1.0)), 1e-12);
    near(variance, 0.07 * 0.07 * (1 - 2 / acos(-1.0)), 1e-12);
    onset_fold_share(1, 0.07, &mean, &variance); /* its mirror */
    near(mean, 1 - 0.07 * sqrt(2 / acos(-1.0)), 1e-12);
    near(variance, 0.07 * 0.07 * (1 - 2 / acos(-1.0)), 1e-12);
    onset_fold_share(0.5, 0.07, &mean, &variance); /* far from both ends: as it is */
    near(mean, 0.5, 1e-9);
    near(variance, 0.07 * 0.07, 1e-9);
    onset_fold_share(0.3, 0, &mean, &variance);
    near(mean, 0.3, 0);
    near(variance, 0, 1e-15);
}

static void interval_score(void **state)
{
    (void)state;
    near(onset_interval_score(2, 6, 4, 0.1), 4, 1e-12);        /* inside: the width */
    near(onset_interval_score(2, 6, 1, 0.1), 4 + 20, 1e-12);   /* one below */
    near(onset_interval_score(2, 6, 6.5, 0.1), 4 + 10, 1e-12); /* half above */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(components_of_two_groups),
        cmocka_unit_test(missing_patients_are_left_out),
        cmocka_unit_test(groups_alike_have_nothing_between),
        cmocka_unit_test(a_mean_is_normal),
        cmocka_unit_test(a_share_without_spread_is_binomial),
        cmocka_unit_test(a_share_of_uniform_trials_is_uniform),
        cmocka_unit_test(errors_of_a_share_are_folded_at_its_ends),
        cmocka_unit_test(interval_score),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
