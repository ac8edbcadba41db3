/* A patient's failure is data: which state, when, what, and the state vector; cancellation is not a patient's failure. */
#include "support.h"

static const double times[] = {0.5, 2};

static void fail_burst(onset_solver_kind kind, onset_isa isa, const double *p, onset_solver_options o, onset_course *c, double *out,
                       double *y)
{
    onset_kernel_table k = burst_kernel(isa);

    o.kind = kind;
    *c     = (onset_course){.params = p, .out_time = times, .n_out = 2, .out = out, .failed_y = y};
    solve(&k, isa, &o, c, 1);
    assert_true(c->failed);
}

static void solution_that_runs_away_fails_where_it_does(void **state)
{
    const double p[] = {1, 1, 0}; /* y = 1/(1 - t) */

    (void)state;
    for (onset_solver_kind kind = ONSET_SOLVER_ROSENBROCK; kind < ONSET_N_SOLVERS; kind++) {
        FOR_EACH_ISA(isa)
        {
            onset_course c;
            double       out[2], y = 0;

            if (kind >= ONSET_SOLVER_CVODE && isa != ONSET_ISA_SCALAR) continue;
            fail_burst(kind, isa, p, options_of(kind, 1e-6, 1e-8), &c, out, &y);
            assert_near(c.failed_time, 1, 1e-3, 0); /* the methods run a little past the pole at most */
            assert_near(out[0], 2, 1e-4, 0);        /* what came before stands */
            assert_true(isnan(out[1]));
            assert_true(y > 1e3);
            assert_true(strlen(c.failure) > 0);
        }
    }
}

static void not_a_number_is_named_at_once(void **state)
{
    const double p[] = {1, 1, -1};

    (void)state;
    for (onset_solver_kind kind = ONSET_SOLVER_ROSENBROCK; kind < ONSET_N_SOLVERS; kind++) {
        onset_course c;
        double       out[2], y = 0;

        fail_burst(kind, ONSET_ISA_SCALAR, p, options_of(kind, 1e-6, 1e-8), &c, out, &y);
        assert_non_null(strstr(c.failure, "not a number"));
        assert_int_equal(c.failed_state, 0);
        assert_true(c.failed_time == 0);
        assert_true(y == 1);
        assert_true(c.n_steps == 0);
    }
}

static void too_many_steps_are_a_failure(void **state)
{
    const double p[] = {1e-3, 1, 0};

    (void)state;
    for (onset_solver_kind kind = ONSET_SOLVER_ROSENBROCK; kind < ONSET_N_SOLVERS; kind++) {
        onset_solver_options o = options_of(kind, 1e-6, 1e-8);
        onset_course         c;
        double               out[2], y;

        o.max_steps = 3;
        o.step_max  = 1e-3;
        fail_burst(kind, ONSET_ISA_SCALAR, p, o, &c, out, &y);
        assert_in_range(c.n_steps, 2, 3);
        if (kind < ONSET_SOLVER_CVODE) assert_string_equal(c.failure, "3 steps did not reach 2 h");
    }
}

/* A time line of two pieces, each within max_steps; together they are not within max_course_steps. */
static void steps_are_counted_over_the_whole_course_too(void **state)
{
    const double     p[]    = {1e-3, 1, 0};
    const onset_item item[] = {{.time = 1, .kind = ONSET_ITEM_BOLUS, .amount = 0}};

    (void)state;
    for (onset_solver_kind kind = ONSET_SOLVER_ROSENBROCK; kind < ONSET_N_SOLVERS; kind++) {
        onset_kernel_table   k = burst_kernel(ONSET_ISA_SCALAR);
        onset_solver_options o = options_of(kind, 1e-6, 1e-8);
        double               out[2];
        onset_course         c = {.params = p, .items = item, .n_items = 1, .out_time = times, .n_out = 2, .out = out};

        o.step_max  = 1e-2;
        o.max_steps = 150; /* each piece takes 100 to 110, the second as many */
        solve(&k, ONSET_ISA_SCALAR, &o, &c, 1);
        assert_false(c.failed);
        assert_in_range(c.n_steps, 200, 290);
        o.max_course_steps = 150;
        solve(&k, ONSET_ISA_SCALAR, &o, &c, 1);
        assert_true(c.failed);
        assert_true(c.failed_time > 1 && c.failed_time < 2);
        if (kind < ONSET_SOLVER_CVODE) assert_string_equal(c.failure, "150 steps did not reach 2 h");
    }
}

static void step_below_the_least_is_a_failure(void **state)
{
    const double p[] = {1, 1, 0};

    (void)state;
    for (onset_solver_kind kind = ONSET_SOLVER_ROSENBROCK; kind <= ONSET_SOLVER_EXPLICIT; kind++) {
        onset_solver_options o = options_of(kind, 1e-6, 1e-8);
        onset_course         c;
        double               out[2], y;

        o.step_min = 1e-4;
        fail_burst(kind, ONSET_ISA_SCALAR, p, o, &c, out, &y);
        assert_string_equal(c.failure, "step size fell below 0.0001 h");
        assert_int_equal(c.failed_state, 0);
    }
}

/* Without elimination a repeated dose has no steady state. */
static void steady_state_that_is_not_there_is_a_failure(void **state)
{
    const double     p[]     = {0, 40, 8, 90, 3, 150, 1.2, 1};
    const onset_item cycle[] = {{.time = 0, .kind = ONSET_ITEM_BOLUS, .index = 1, .amount = 100}};
    const onset_item items[] = {{.time = 0, .kind = ONSET_ITEM_STEADY, .period = 12, .cycle_n = 1}};

    (void)state;
    for (onset_solver_kind kind = ONSET_SOLVER_ROSENBROCK; kind < ONSET_N_SOLVERS; kind++) {
        onset_kernel_table   k = three_cmt_kernel(ONSET_ISA_SCALAR);
        onset_solver_options o = options_of(kind, 1e-4, 1e-6);
        double               out[4];
        onset_course c = {.params = p, .items = items, .n_items = 1, .cycle_items = cycle, .out_time = times, .n_out = 2, .out = out};

        solve(&k, ONSET_ISA_SCALAR, &o, &c, 1);
        assert_true(c.failed);
        assert_string_equal(c.failure, "no steady state after 500 cycles of 12 h");
        assert_true(isnan(out[0]));
    }
}

static bool yes(void *ctx)
{
    (void)ctx;
    return true;
}

static onset_course *same_again(void *ctx)
{
    return ctx;
}

static void run_can_be_cancelled(void **state)
{
    const double p[] = {1e-3, 1, 0};
    double       out[2];
    onset_course c = {.params = p, .out_time = times, .n_out = 2, .out = out};

    (void)state;
    for (onset_solver_kind kind = ONSET_SOLVER_ROSENBROCK; kind < ONSET_N_SOLVERS; kind++) {
        onset_kernel_table   k      = burst_kernel(ONSET_ISA_SCALAR);
        onset_solver_options o      = options_of(kind, 1e-6, 1e-8);
        onset_course_source  source = {.ctx = &c, .next = same_again, .cancelled = yes};

        assert_int_equal(onset_solve(NULL, &k, ONSET_ISA_SCALAR, &o, &source), ONSET_CANCELLED);
    }
}

static void tolerance_of_zero_is_bad_input(void **state)
{
    onset_kernel_table   k      = burst_kernel(ONSET_ISA_SCALAR);
    onset_solver_options o      = options_of(ONSET_SOLVER_ROSENBROCK, 0, 1e-8);
    onset_course_source  source = {.next = same_again};
    onset_error          err    = {0};

    (void)state;
    assert_int_equal(onset_solve(&err, &k, ONSET_ISA_SCALAR, &o, &source), ONSET_BAD_INPUT);
    assert_string_equal(err.message, "rtol and atol must be above 0, not 0 and 1e-08");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(solution_that_runs_away_fails_where_it_does),
        cmocka_unit_test(not_a_number_is_named_at_once),
        cmocka_unit_test(too_many_steps_are_a_failure),
        cmocka_unit_test(steps_are_counted_over_the_whole_course_too),
        cmocka_unit_test(step_below_the_least_is_a_failure),
        cmocka_unit_test(steady_state_that_is_not_there_is_a_failure),
        cmocka_unit_test(run_can_be_cancelled),
        cmocka_unit_test(tolerance_of_zero_is_bad_input),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
