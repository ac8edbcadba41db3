/* Measures, their intervals and verdicts, against values by hand. */
#include "study/expect.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void near(double got, double wanted, double tolerance)
{
    if (!(fabs(got - wanted) <= tolerance)) fail_msg("got %.12g, wanted %.12g to %g", got, wanted, tolerance);
}

static onset_expectation of(onset_measure measure, int n_columns, double low, double high, double neutral)
{
    return (onset_expectation){.measure = measure, .n_columns = n_columns, .low = low, .high = high, .neutral = neutral};
}

/* One patient is left out of the first column, so of all. */
static const double        a[] = {4, 6, 8, NAN}, b[] = {1, 2, 3, 100}, c[] = {0, 1, 2, 100};
static const double *const columns[] = {a, b, c};

static double value_of(onset_measure measure, int n_columns)
{
    onset_expectation        e = of(measure, n_columns, -1, 1, 0);
    onset_expectation_result r;

    onset_expectation_measure(&e, columns, 4, &r);
    assert_int_equal(r.n, n_columns > 0 ? 3 : 0);
    return r.value;
}

static void a_measure_is_made_of_means(void **state)
{
    (void)state;
    near(value_of(ONSET_MEASURE_MEAN, 1), 6, 1e-15);
    near(value_of(ONSET_MEASURE_CHANGE, 2), 4, 1e-15);
    near(value_of(ONSET_MEASURE_DIFFERENCE, 2), 4, 1e-15);
    near(value_of(ONSET_MEASURE_RATIO, 2), 3, 1e-15);
    near(value_of(ONSET_MEASURE_SHARE, 3), 5, 1e-15);
}

/* For a mean and a difference the jackknife is the t interval: mean 4, SD 1 of the differences 3, 4, 5; t(2) = 4.302652730. */
static void the_interval_of_a_difference_is_that_of_t(void **state)
{
    onset_expectation        e = of(ONSET_MEASURE_DIFFERENCE, 2, -1, 1, 0);
    onset_expectation_result r;

    (void)state;
    onset_expectation_measure(&e, columns, 4, &r);
    near(r.high95 - r.value, 4.302652729911275 / sqrt(3), 1e-9);
    near(r.value - r.low95, r.high95 - r.value, 1e-12);
}

/* The ratio with each patient left out: 14/5, 12/4, 10/3; the jackknife's variance is (n-1)/n times their sum of squares. */
static void the_interval_of_a_ratio_leaves_each_patient_out(void **state)
{
    const double             ratios[] = {14.0 / 5, 12.0 / 4, 10.0 / 3}, mean = (ratios[0] + ratios[1] + ratios[2]) / 3;
    onset_expectation        e = of(ONSET_MEASURE_RATIO, 2, -1, 1, 1);
    onset_expectation_result r;
    double                   squares = 0;

    (void)state;
    for (int i = 0; i < 3; i++) squares += (ratios[i] - mean) * (ratios[i] - mean);
    onset_expectation_measure(&e, columns, 4, &r);
    near(r.high95 - r.value, 4.302652729911275 * sqrt(2.0 / 3 * squares), 1e-9);
}

static void no_value_has_no_verdict(void **state)
{
    static const double zero[] = {0, 0}, one[] = {1, 2}, none[] = {NAN, NAN};
    const double *const by_zero[] = {one, zero, zero}, *const empty[] = {none, one, one};
    onset_expectation        ratio = of(ONSET_MEASURE_RATIO, 2, 0, 1, 1), share = of(ONSET_MEASURE_SHARE, 3, 0, 0.5, 1);
    onset_expectation_result r;

    (void)state;
    onset_expectation_measure(&ratio, by_zero, 2, &r);
    assert_int_equal(r.verdict, ONSET_VERDICT_NONE);
    onset_expectation_measure(&share, by_zero, 2, &r);
    assert_int_equal(r.verdict, ONSET_VERDICT_NONE);
    onset_expectation_measure(&ratio, empty, 2, &r);
    assert_int_equal(r.verdict, ONSET_VERDICT_NONE);
    assert_int_equal(r.n, 0);
}

static void verdicts(void **state)
{
    static const struct {
        double        low, high, neutral, value;
        onset_verdict verdict;
    } rows[] = {
        {-16, -4, 0, -10, ONSET_REPRODUCED},
        {-16, -4, 0, -4, ONSET_REPRODUCED},
        {-16, -4, 0, -16, ONSET_REPRODUCED},
        {-16, -4, 0, -20, ONSET_WRONG_SIZE},
        {-16, -4, 0, -1, ONSET_WRONG_SIZE},
        {-16, -4, 0, 1, ONSET_WRONG_DIRECTION},
        {-16, -4, 0, 0, ONSET_WRONG_DIRECTION},
        {-16, -4, 0, -0.03, ONSET_WRONG_DIRECTION}, /* less than a hundredth of the way */
        {2, INFINITY, 1, 5, ONSET_REPRODUCED},
        {2, INFINITY, 1, 1.5, ONSET_WRONG_SIZE},
        {2, INFINITY, 1, 0.9, ONSET_WRONG_DIRECTION},
        {-INFINITY, 0.3, 1, -5, ONSET_REPRODUCED},
        {-INFINITY, 0.3, 1, 0.8, ONSET_WRONG_SIZE},
        {-INFINITY, 0.3, 1, 1.2, ONSET_WRONG_DIRECTION},
        {-2, 2, 0, 3, ONSET_WRONG_SIZE},
        {-2, 2, 0, -3, ONSET_WRONG_SIZE},
        {-2, 2, 0, 0, ONSET_REPRODUCED},
        {-INFINITY, 0, 0, 1, ONSET_WRONG_DIRECTION},
        {0, 1, 0, NAN, ONSET_VERDICT_NONE},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        onset_expectation e = of(ONSET_MEASURE_DIFFERENCE, 2, rows[i].low, rows[i].high, rows[i].neutral);

        if (onset_expectation_judge(&e, rows[i].value) != rows[i].verdict)
            fail_msg("%g in %g..%g: verdict %d", rows[i].value, rows[i].low, rows[i].high, (int)onset_expectation_judge(&e, rows[i].value));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_measure_is_made_of_means),
        cmocka_unit_test(the_interval_of_a_difference_is_that_of_t),
        cmocka_unit_test(the_interval_of_a_ratio_leaves_each_patient_out),
        cmocka_unit_test(no_value_has_no_verdict),
        cmocka_unit_test(verdicts),
    };

    return cmocka_run_group_tests_name("expect", tests, NULL, NULL);
}
