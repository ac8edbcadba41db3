/* The order seen, on a stiff nonlinear time-dependent problem with a known solution and on the same problem when it is not stiff; choice between the methods. */
#include "support.h"

/* Largest error over [0, 2] at the given step, everything else switched off: a tolerance so loose that it never cuts a step. y0 = exp(-(sin t + a sin^2 t / 2)).
 * Outputs at the ends of the steps measure the method, those between its dense output. */
static double error_of(onset_isa isa, onset_solver_kind kind, double rate, double step, bool between)
{
    enum { N = 20 };
    const double         params[] = {rate, 0.5};
    onset_kernel_table   k        = wave_kernel(isa);
    onset_solver_options o        = options_of(kind, 1, 1e3);
    double               t[N], out[N * 2], worst = 0;
    onset_course         c = {.params = params, .out_time = t, .n_out = N, .out = out};

    for (int i = 0; i < N; i++) t[i] = 0.1 * (i + 1) - (between && i < N - 1 ? 0.1 / 3 : 0);
    o.step_max = step;
    solve(&k, isa, &o, &c, 1);
    assert_false(c.failed);
    for (int i = 0; i < N; i++) {
        double s = sin(t[i]), want0 = exp(-(s + 0.25 * s * s)), want1 = 1 + 0.5 * s;
        worst = fmax(worst, fmax(fabs(out[2 * i] - want0), fabs(out[2 * i + 1] - want1)));
    }
    return worst;
}

/* Order from the error at two steps. The first steps of a run may be shorter than asked for, and constants of higher terms are still felt: 0.35 below is allowed. */
static void check_order(onset_isa isa, onset_solver_kind kind, double rate, double expected, bool between)
{
    double coarse = error_of(isa, kind, rate, 0.1, between), fine = error_of(isa, kind, rate, 0.025, between);
    double order = log(coarse / fine) / log(4);

    if (!(order > expected - 0.35)) fail_msg("order %.2f, not %g: errors %.3g and %.3g", order, expected, coarse, fine);
    if (!(coarse > 1e-12)) fail_msg("the error %.3g is too small to tell an order", coarse);
}

static void order_is_seen(void **state)
{
    (void)state;
    FOR_EACH_ISA(isa)
    {
        check_order(isa, ONSET_SOLVER_EXPLICIT, 2, 5, false);
        check_order(isa, ONSET_SOLVER_EXPLICIT, 2, 4, true);
        check_order(isa, ONSET_SOLVER_ROSENBROCK, 2, 5, false);
        check_order(isa, ONSET_SOLVER_ROSENBROCK, 2, 4, true);
    }
}

static void choice(const onset_kernel_table *k, const double *params, double end, onset_solver_kind want, const char *word)
{
    onset_solver_options o = options_of(ONSET_SOLVER_AUTO, 1e-6, 1e-8);
    double               out[8];
    char                 why[200], again[200];
    onset_course         c    = {.params = params, .out_time = &end, .n_out = 1, .out = out};
    onset_solver_kind    kind = ONSET_SOLVER_AUTO;

    assert_int_equal(onset_solver_choose(NULL, k, ONSET_ISA_SCALAR, &o, &c, &kind, why), ONSET_OK);
    assert_int_equal(kind, want);
    if (!strstr(why, word)) fail_msg("'%s' does not say '%s'", why, word);
    assert_int_equal(onset_solver_choose(NULL, k, ONSET_ISA_SCALAR, &o, &c, &kind, again), ONSET_OK);
    assert_string_equal(why, again);
}

static void choice_follows_stiffness(void **state)
{
    onset_kernel_table waves = wave_kernel(ONSET_ISA_SCALAR), pol = vdpol_kernel(ONSET_ISA_SCALAR);
    const double       mild[] = {2, 0.5}, stiff[] = {1e5, 0.5}, eps[] = {1e-6};

    (void)state;
    choice(&waves, mild, 10, ONSET_SOLVER_EXPLICIT, "explicit");
    choice(&waves, stiff, 10, ONSET_SOLVER_ROSENBROCK, "stiff");
    choice(&pol, eps, 2, ONSET_SOLVER_ROSENBROCK, "stiff");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(order_is_seen),
        cmocka_unit_test(choice_follows_stiffness),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
