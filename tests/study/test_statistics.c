/* Summaries against published values and closed forms. */
#include "study/statistics.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

static void near(double got, double wanted, double tolerance)
{
    if (!(fabs(got - wanted) <= tolerance)) fail_msg("got %.12g, wanted %.12g to %g", got, wanted, tolerance);
}

/* Newcombe 1998, Stat Med 17:857-872, table I, method 3 (score, no continuity correction), to its four digits. */
static void wilson_gives_published_intervals(void **state)
{
    static const struct {
        long   events, n;
        double low, high;
    } rows[] = {{81, 263, 0.2553, 0.3662}, {15, 148, 0.0624, 0.1605}, {0, 20, 0, 0.1611}, {1, 29, 0.0061, 0.1718}};

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        onset_interval interval = onset_wilson(rows[i].events, rows[i].n);
        onset_interval other    = onset_wilson(rows[i].n - rows[i].events, rows[i].n);

        near(interval.low, rows[i].low, 5e-5);
        near(interval.high, rows[i].high, 5e-5);
        near(other.low, 1 - interval.high, 1e-15); /* of the complement */
    }
}

static void wilson_stays_within_its_limits(void **state)
{
    (void)state;
    for (long n = 1; n <= 60; n++)
        for (long k = 0; k <= n; k++) {
            onset_interval interval = onset_wilson(k, n);
            double         p        = (double)k / (double)n;

            assert_true(interval.low >= 0 && interval.high <= 1 && interval.low <= p && p <= interval.high);
            if (k == 0) assert_true(interval.low == 0);
            if (k == n) assert_true(interval.high == 1);
        }
}

/* Tables of the t distribution (NIST handbook 1.3.6.7.2), and at more digits where closed forms exist: tan(0.475 pi) for one degree of
 * freedom; sqrt(2) (2p - 1) / sqrt(1 - (2p - 1)^2) for two. */
static void t_gives_published_quantiles(void **state)
{
    static const struct {
        long   n;
        double t;
    } rows[] = {{3, 3.182}, {4, 2.776}, {5, 2.571}, {9, 2.262}, {10, 2.228}, {29, 2.045}, {30, 2.042}, {60, 2.000}, {100, 1.984}};

    (void)state;
    near(onset_t975(1), tan(0.475 * M_PI), 1e-9);
    near(onset_t975(2), sqrt(2) * 0.95 / sqrt(1 - 0.95 * 0.95), 1e-11);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) near(onset_t975(rows[i].n), rows[i].t, 5.1e-4);
    near(onset_t975(100000000), 1.959963984540054, 1e-7);
}

/* Sum and expansion must meet: the second difference of a smooth, convex function does not jump where they do. */
static void t_is_smooth_where_the_method_changes(void **state)
{
    (void)state;
    for (long n = 190; n < 210; n++) {
        double bend = onset_t975(n - 1) - 2 * onset_t975(n) + onset_t975(n + 1);

        near(bend, 2 * 2.3722 / pow((double)n, 3), 2e-8); /* t ~ z + (z^3 + z) / 4n; next terms are under 1e-8 */
        assert_true(onset_t975(n) > onset_t975(n + 1));
    }
}

/* Student's sleep data (1908): ten differences, mean 1.58, interval as every textbook's paired t test has it. */
static void paired_interval_of_the_sleep_data(void **state)
{
    double         x[]      = {1.2, 2.4, 1.3, 1.3, 0.0, 1.0, 1.8, 0.8, 4.6, 1.4};
    onset_summary  s        = onset_summarise(x, 10);
    onset_interval interval = onset_mean_interval(s.mean, s.sd, s.n);

    (void)state;
    near(s.mean, 1.58, 1e-12);
    near(interval.low, 0.7001142, 1e-7);
    near(interval.high, 2.4598858, 1e-7);
}

static double random_below(unsigned *seed, double limit)
{
    *seed = *seed * 1664525u + 1013904223u;
    return limit * (double)(*seed >> 8) / (double)(1 << 24);
}

static void shuffle(double *x, long n, unsigned *seed)
{
    for (long i = n - 1; i > 0; i--) {
        long   k = (long)random_below(seed, (double)(i + 1));
        double t = x[i];
        x[i]     = x[k];
        x[k]     = t;
    }
}

/* Type 7 of 0, 1 ... n - 1 is (n - 1) p exactly. */
static void quantiles_of_a_sequence(void **state)
{
    static const double p[]  = {0, 0.05, 0.25, 0.5, 0.75, 0.95, 1};
    unsigned            seed = 7;
    double              x[400], q[7];

    (void)state;
    for (long n = 1; n <= 400; n++) {
        for (long i = 0; i < n; i++) x[i] = (double)i;
        shuffle(x, n, &seed);
        onset_quantiles(x, n, p, 7, q);
        for (int i = 0; i < 7; i++) near(q[i], (double)(n - 1) * p[i], 1e-12 * (double)n);
    }
}

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

static void quantiles_agree_with_sorting(void **state)
{
    static const double p[5] = {0.05, 0.25, 0.5, 0.75, 0.95};
    unsigned            seed = 3;
    double              x[500], sorted[500], q[5];

    (void)state;
    for (int round = 0; round < 300; round++) {
        long n = 1 + (long)random_below(&seed, 500), kinds = 1 + (long)random_below(&seed, 30);

        for (long i = 0; i < n; i++) /* many ties in every other round */
            sorted[i] = x[i] = round % 2 ? floor(random_below(&seed, (double)kinds)) : random_below(&seed, 1) - 0.5;
        qsort(sorted, (size_t)n, sizeof *sorted, ascending);
        onset_quantiles(x, n, p, 5, q);
        for (int i = 0; i < 5; i++) {
            double h = (double)(n - 1) * p[i];
            long   k = (long)floor(h);
            near(q[i], sorted[k] + (h - (double)k) * (sorted[k + 1 < n ? k + 1 : k] - sorted[k]), 1e-15);
        }
    }
}

/* A median-of-three quicksort without care for ties takes n^2 here: 10^12 comparisons. */
static void quantiles_of_a_million_equal_values(void **state)
{
    static const double p[2] = {0.05, 0.95};
    long                n    = 1000000;
    double             *x    = malloc((size_t)n * sizeof *x), q[2];

    (void)state;
    assert_non_null(x);
    for (long i = 0; i < n; i++) x[i] = i % 1000 == 0 ? 1 : 0;
    onset_quantiles(x, n, p, 2, q);
    near(q[0] + q[1], 0, 0);
    free(x);
}

static void summaries_of_few_values(void **state)
{
    double        one[] = {4};
    onset_summary none = onset_summarise(one, 0), single = onset_summarise(one, 1);

    (void)state;
    assert_int_equal(none.n, 0);
    assert_true(isnan(none.mean) && isnan(none.sd) && isnan(none.median));
    assert_true(single.mean == 4 && single.p05 == 4 && single.p95 == 4 && isnan(single.sd));
    assert_true(isnan(onset_mean_interval(4, single.sd, 1).low));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(wilson_gives_published_intervals),
                                       cmocka_unit_test(wilson_stays_within_its_limits),
                                       cmocka_unit_test(t_gives_published_quantiles),
                                       cmocka_unit_test(t_is_smooth_where_the_method_changes),
                                       cmocka_unit_test(paired_interval_of_the_sleep_data),
                                       cmocka_unit_test(quantiles_of_a_sequence),
                                       cmocka_unit_test(quantiles_agree_with_sorting),
                                       cmocka_unit_test(quantiles_of_a_million_equal_values),
                                       cmocka_unit_test(summaries_of_few_values)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
