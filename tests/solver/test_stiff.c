/* Stiff test problems against their published reference solutions: Mazzia and Magherini, Test Set for Initial Value Problem Solvers, release 2.4,
 * University of Bari, 2008 (ROBER, OREGO, VDPOL, HIRES). Hairer and Wanner, Solving ODEs II, gives the same problems. */
#include "support.h"

/* Solves to `end` and compares with want: 20 times the tolerance, for the tolerance bounds the error of a step and these problems take hundreds,
 * damping most of it; OREGO, an oscillator, keeps an error of phase and is allowed more. */
static void compare(const onset_kernel_table *k, onset_isa isa, onset_solver_kind kind, const double *params, double end,
                    const double *want, double rtol, double atol, double allowed)
{
    onset_solver_options o      = options_of(kind, rtol, atol);
    double               out[8] = {0};
    onset_course         course = {.params = params, .out_time = &end, .n_out = 1, .out = out};

    solve(k, isa, &o, &course, 1);
    if (course.failed) fail_msg("failed at %g: %s", course.failed_time, course.failure);
    for (int i = 0; i < k->n_outputs; i++) assert_near(out[i], want[i], allowed * rtol, allowed * atol);
    if (getenv("ONSET_TEST_VERBOSE"))
        print_message("  %s: %ld steps, %ld rejected\n", onset_solver_name(kind), course.n_steps, course.n_rejected);
}

static const onset_solver_kind stiff_kinds[] = {ONSET_SOLVER_ROSENBROCK, ONSET_SOLVER_CVODE, ONSET_SOLVER_CVODE_SPARSE};

#define COMPARE_ALL(name, params, end, want, rtol, atol, allowed)                                                                          \
    do {                                                                                                                                   \
        onset_kernel_table scalar = name##_kernel(ONSET_ISA_SCALAR);                                                                       \
        FOR_EACH_ISA(isa)                                                                                                                  \
        {                                                                                                                                  \
            onset_kernel_table k = name##_kernel(isa);                                                                                     \
            compare(&k, isa, ONSET_SOLVER_ROSENBROCK, params, end, want, rtol, atol, allowed);                                             \
        }                                                                                                                                  \
        for (size_t i = 1; i < sizeof stiff_kinds / sizeof *stiff_kinds; i++)                                                              \
            compare(&scalar, ONSET_ISA_SCALAR, stiff_kinds[i], params, end, want, (rtol) / 10, (atol) / 10, (allowed)*10 * 5);             \
    } while (0)

static void rober_reaches_its_reference(void **state)
{
    const double params[] = {0.04, 1e4, 3e7};
    const double want[]   = {0.2083340149701255e-07, 0.8333360770334713e-13, 0.9999999791665050};

    (void)state;
    COMPARE_ALL(rober, params, 1e11, want, 1e-7, 1e-18, 20);
}

static void orego_reaches_its_reference(void **state)
{
    const double params[] = {77.27, 8.375e-6, 0.161};
    const double want[]   = {0.1000814870318523e+01, 0.1228178521549917e+04, 0.1320554942846706e+03};

    (void)state;
    COMPARE_ALL(orego, params, 360, want, 1e-8, 1e-8, 1000);
}

static void vdpol_reaches_its_reference(void **state)
{
    const double params[] = {1e-6};
    const double want[]   = {0.1706167732170483e+01, -0.8928097010247975e+00};

    (void)state;
    COMPARE_ALL(vdpol, params, 2, want, 1e-7, 1e-7, 20);
}

static void hires_reaches_its_reference(void **state)
{
    const double params[] = {0};
    const double want[]   = {0.7371312573325668e-3, 0.1442485726316185e-3, 0.5888729740967575e-4, 0.1175651343283149e-2,
                             0.2386356198831331e-2, 0.6238968252742796e-2, 0.2849998395185769e-2, 0.2850001604814231e-2};

    (void)state;
    COMPARE_ALL(hires, params, 321.8122, want, 1e-7, 1e-10, 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rober_reaches_its_reference),
        cmocka_unit_test(orego_reaches_its_reference),
        cmocka_unit_test(vdpol_reaches_its_reference),
        cmocka_unit_test(hires_reaches_its_reference),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
