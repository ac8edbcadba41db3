/* What is read off a curve against the closed forms of one compartment. */
#include "validate/curve.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { N = 400 };

static const double k = 0.2, ka = 1; /* [1/h] */

/* Points that grow apart, as those of a sitting do. */
static onset_curve curve_of(double (*level)(double t), double *t, double *x)
{
    t[0] = 0, t[1] = 1e-3;
    for (int i = 2; i < N; i++) t[i] = i < 122 ? (i - 1) / 60.0 : t[i - 1] + fmax(1 / 60.0, t[i - 1] / 100);
    for (int i = 0; i < N; i++) x[i] = level(t[i]);
    return (onset_curve){N, t, x};
}

static double bolus(double t)
{
    return t > 0 ? exp(-k * t) : 0; /* before the dose at 0 */
}

static double swallowed(double t)
{
    return ka / (ka - k) * (exp(-k * t) - exp(-ka * t));
}

static double never(double t)
{
    return 0 * t;
}

static void near(double x, double expected, double relative)
{
    if (fabs(x / expected - 1) > relative || isnan(x)) fail_msg("%.12g, not %.12g", x, expected);
}

static void a_bolus(void **state)
{
    double            t[N], x[N], when;
    const onset_curve c = curve_of(bolus, t, x);

    (void)state;
    near(onset_curve_half_life(&c, 0.1, 0.02), log(2) / k, 1e-9); /* an exponential is met at any points */
    near(onset_curve_area(&c, INFINITY), 1 / k, 2e-4);            /* but for what the first second holds */
    near(onset_curve_area(&c, 5), (1 - exp(-1)) / k, 2e-4);
    near(onset_curve_residence(&c), 1 / k, 2e-4);
    near(onset_curve_largest(&c, 24, &when), exp(-k / 60), 1e-9); /* no sample before the first minute */
    near(when, 1 / 60.0, 1e-9);
}

static void a_dose_by_mouth(void **state)
{
    double            t[N], x[N], when;
    const onset_curve c    = curve_of(swallowed, t, x);
    const double      tmax = log(ka / k) / (ka - k);

    (void)state;
    near(onset_curve_area(&c, INFINITY), 1 / k, 1e-3);
    near(onset_curve_residence(&c), 1 / k + 1 / ka, 2e-3);
    near(onset_curve_largest(&c, 24, &when), swallowed(tmax), 1e-4);
    near(when, tmax, 0.02);
    near(onset_curve_half_life(&c, 0.1, 0.02), log(2) / k, 1e-3);
    near(onset_curve_at(&c, 1), swallowed(1), 1e-9);
}

static void what_a_curve_does_not_have(void **state)
{
    double            t[N], x[N];
    onset_curve       c    = curve_of(bolus, t, x);
    const onset_curve zero = curve_of(never, t, x);

    (void)state;
    assert_true(isnan(onset_curve_half_life(&zero, 0.1, 0.02)));
    c.n = 100; /* 1.6 h: the level has not fallen to a tenth */
    curve_of(bolus, t, x);
    assert_true(isnan(onset_curve_half_life(&c, 0.1, 0.02)));
    assert_true(isnan(onset_curve_largest(&(onset_curve){0, t, x}, 24, NULL)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_bolus), cmocka_unit_test(a_dose_by_mouth),
                                       cmocka_unit_test(what_a_curve_does_not_have)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
