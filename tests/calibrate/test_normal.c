/* The multivariate normal against closed forms. */
#include "calibrate/normal.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const double log_2pi = 1.8378770664093453;

/* Both values are printed where they differ; cmocka compares floats only. */
static void near(double x, double expected, double tolerance)
{
    if (fabs(x - expected) > tolerance || isnan(x)) fail_msg("%.12g, not %.12g", x, expected);
}

static void one_dimension(void **state)
{
    double v = 4, z;

    (void)state;
    near(onset_mvn_log_density(1, (double[]){5}, (double[]){2}, &v, &z), -0.5 * (log_2pi + log(4) + 9.0 / 4), 1e-12);
    near(z, 1.5, 1e-12);
}

/* log f = -log(2 pi) - log(det) / 2 - (a^2 / s1^2 - 2 r a b / (s1 s2) + b^2 / s2^2) / (2 (1 - r^2)) */
static void two_with_a_correlation(void **state)
{
    const double r = 0.6, s1 = 2, s2 = 0.5, a = 1, b = -0.3;
    double       v[] = {s1 * s1, r * s1 * s2, r * s1 * s2, s2 * s2}, z[2];
    const double q   = (a * a / (s1 * s1) - 2 * r * a * b / (s1 * s2) + b * b / (s2 * s2)) / (1 - r * r);

    (void)state;
    near(onset_mvn_log_density(2, (double[]){1, -0.3}, (double[]){0, 0}, v, z), -log_2pi - log(s1 * s2 * sqrt(1 - r * r)) - q / 2, 1e-12);
}

/* I + u u' has the determinant 1 + u'u and the inverse I - u u' / (1 + u'u). */
static void a_random_effect(void **state)
{
    const double u[] = {1, -2, 0.5}, y[] = {0.3, 0.2, -1};
    double       v[9], z[3], uu = 0, uy = 0, yy = 0;

    (void)state;
    for (int i = 0; i < 3; i++) uu += u[i] * u[i], uy += u[i] * y[i], yy += y[i] * y[i];
    for (int i = 0; i < 9; i++) v[i] = (i % 4 == 0) + u[i / 3] * u[i % 3];
    near(onset_mvn_log_density(3, y, (double[]){0, 0, 0}, v, z), -1.5 * log_2pi - 0.5 * log(1 + uu) - 0.5 * (yy - uy * uy / (1 + uu)),
         1e-12);
}

static void not_positive_definite(void **state)
{
    double v[] = {1, 2, 2, 1}, z[2];

    (void)state;
    assert_true(isnan(onset_mvn_log_density(2, (double[]){0, 0}, (double[]){0, 0}, v, z)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(one_dimension), cmocka_unit_test(two_with_a_correlation),
                                       cmocka_unit_test(a_random_effect), cmocka_unit_test(not_positive_definite)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
