/* Pareto-smoothed importance sampling on tails whose shape is known. */
#include "validate/psis.h"

#include "population/population.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { N = 4000 };

/* Both values are printed where they differ; cmocka compares floats only. */
static void near(double x, double expected, double tolerance)
{
    if (fabs(x - expected) > tolerance || isnan(x)) fail_msg("%.12g, not %.12g", x, expected);
}

/* Quantiles of a generalised Pareto distribution of scale 2: the fit has no noise but that of the finite sample. */
static void the_fit_finds_the_shape(void **state)
{
    static double x[N];

    (void)state;
    for (double k = -0.2; k < 1.2; k += 0.35) {
        double found, sigma;
        for (int i = 0; i < N; i++) x[i] = fabs(k) < 1e-9 ? -2 * log1p(-(i + 0.5) / N) : 2 / k * expm1(-k * log1p(-(i + 0.5) / N));
        onset_pareto_fit(x, N, &found, &sigma);
        near(found, k, 0.03); /* the prior at 0.5 weighs ten of 4000 */
        near(sigma, 2, 0.06);
    }
}

/* Draws from normal(0, s) weighted to normal(0, 1): the weights' tail has the shape 1 - s^2 where s < 1, and none above. */
static void k_hat_of_a_normal(void **state)
{
    static double weight[N];

    (void)state;
    for (double s = 0.6; s < 0.95; s += 0.1) {
        for (int i = 0; i < N; i++) {
            const double z = onset_normal_quantile((i + 0.5) / N);
            weight[i]      = -0.5 * s * s * z * z + 0.5 * z * z;
        }
        near(onset_psis(weight, N), 1 - s * s, 0.12); /* the logarithm in the tail of a normal is slow to vanish */
    }
}

static void weights_are_smoothed_and_sum_to_one(void **state)
{
    static double weight[N], raw[N];
    double        sum = 0;

    (void)state;
    for (int i = 0; i < N; i++) {
        const double z = onset_normal_quantile((i + 0.5) / N);
        raw[i] = weight[i] = 0.3 * z * z;
    }
    onset_psis(weight, N);
    for (int i = 0; i < N; i++) sum += exp(weight[i]);
    near(sum, 1, 1e-9);
    near(weight[N / 2 + 100] - weight[N / 2], raw[N / 2 + 100] - raw[N / 2], 1e-12); /* outside the tail only the sum changes */
}

static void weights_alike_are_left_alone(void **state)
{
    double weight[100] = {0};

    (void)state;
    near(onset_psis(weight, 100), 0, 0);
    near(weight[17], -log(100), 1e-12);
    near(onset_effective_size(weight, 100), 100, 1e-9);
}

static void no_weight_is_none(void **state)
{
    double weight[100];
    int    out[4];

    (void)state;
    for (int i = 0; i < 100; i++) weight[i] = i < 60 ? 0 : -INFINITY;
    onset_psis(weight, 100);
    near(exp(weight[99]), 0, 0);
    onset_resample(weight, 100, out, 4); /* 60 alike: at 1/8, 3/8, 5/8, 7/8 of them */
    assert_int_equal(out[0], 7);
    assert_int_equal(out[3], 52);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(the_fit_finds_the_shape), cmocka_unit_test(k_hat_of_a_normal),
                                       cmocka_unit_test(weights_are_smoothed_and_sum_to_one),
                                       cmocka_unit_test(weights_alike_are_left_alone), cmocka_unit_test(no_weight_is_none)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
