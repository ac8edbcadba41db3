/* From the text of a study through the compiled kernel and the solver, against the closed form of each regimen: one compartment, with and
 * without first-order absorption.
 *
 * The solvers run at rtol 1e-9; their error over some days of doses stays below 1e-6 of the largest amount, which is the bound. */
#include "solver/solver.h"
#include "study/check.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static const char text[] = "module pk\n"
                           "param CL = 5 [L/h] assumed \"x\"\n"
                           "param V = 50 [L] assumed \"x\"\n"
                           "param ka = 1.1 [1/h] assumed \"x\"\n"
                           "param F = 0.6 assumed \"x\"\n"
                           "param lag = 30 [min] assumed \"x\"\n"
                           "param D = 3 [h] assumed \"x\"\n"
                           "covariate weight [kg] = 70\n"
                           "state depot = 0 [mg]\n"
                           "state central = 0 [mg]\n"
                           "d/dt(depot) = -ka * depot\n"
                           "d/dt(central) = ka * depot - CL / V * central\n"
                           "output amount = central [mg]\n"
                           "route drug iv into central\n"
                           "route drug oral into depot f F alag lag\n"
                           "route drug zero into central f F dur D\n"
                           "route drug split into depot f F alag lag into central f 1 - F\n"
                           "model m\nuse pk\n"
                           "study s\nuse model m\n"
                           "population p { subjects 1; weight = 80 [kg] }\n"
                           "arm bolus    { dose drug 100 [mg] iv at 0, 24 [h] }\n"
                           "arm infusion { dose drug 100 [mg] iv over 2 [h] every 12 [h] for 6 doses }\n"
                           "arm rate     { dose drug 100 [mg] oral rate 20 [mg/h] every 24 [h] for 3 doses }\n"
                           "arm oral     { dose drug 100 [mg] oral every 24 [h] for 3 doses }\n"
                           "arm zero     { dose drug 100 [mg] zero every 24 [h] for 3 doses }\n"
                           "arm oral_ss  { dose drug 100 [mg] oral every 12 [h] for 4 doses ss }\n"
                           "arm long_ss  { dose drug 100 [mg] iv over 30 [h] every 24 [h] for 3 doses ss }\n"
                           "arm per_kg   { dose drug 1.25 [mg/kg] split every 24 [h] for 3 doses }\n"
                           "visit 0, 3 [d]\n";
enum { N_ARMS = 8, N_OUT = 60 };
static const double k = 0.1, ka = 1.1; /* [1/h] */

/* Integral of exp(-rate u) from a to b. */
static double area(double rate, double a, double b)
{
    return (exp(-rate * a) - exp(-rate * b)) / rate;
}

/* What is in the central compartment `since` after the start of one dose, given into it or through the depot. */
static double response(double amount, double duration, bool depot, double since)
{
    const double from = fmax(0, since - duration);

    if (since < 0) return 0;
    if (duration == 0) return amount * (depot ? ka / (ka - k) * (exp(-k * since) - exp(-ka * since)) : exp(-k * since));
    return amount / duration * (depot ? ka / (ka - k) * (area(k, from, since) - area(ka, from, since)) : area(k, from, since));
}

static double repeated(double amount, double duration, bool depot, double lag, double interval, int first, int n, double time)
{
    double sum = 0;

    for (int i = first; i < n; i++) sum += response(amount, duration, depot, time - i * interval - lag);
    return sum;
}

/* Steady states are summed over 60 days of doses before: exp(-0.1 x 1440) is nothing. */
static double wanted(int arm, double time)
{
    switch (arm) {
    case 0:
        return repeated(100, 0, false, 0, 24, 0, 2, time);
    case 1:
        return repeated(100, 2, false, 0, 12, 0, 6, time);
    case 2:
        return repeated(60, 3, true, 0.5, 24, 0, 3, time); /* the rate is kept: 60 mg at 20 mg/h */
    case 3:
        return repeated(60, 0, true, 0.5, 24, 0, 3, time);
    case 4:
        return repeated(60, 3, false, 0, 24, 0, 3, time);
    case 5:
        return repeated(60, 0, true, 0.5, 12, -120, 4, time);
    case 6:
        return repeated(100, 30, false, 0, 24, -60, 3, time);
    case 7:
        return repeated(60, 0, true, 0.5, 24, 0, 3, time) + repeated(40, 0, false, 0, 24, 0, 3, time);
    }
    return NAN;
}

typedef struct {
    onset_arena          *arena;
    onset_library        *library;
    onset_study          *study;
    onset_course_builder *builders[N_ARMS];
    onset_course          courses[N_ARMS];
    double                time[N_OUT], out[N_ARMS][N_OUT];
    bool                  before[N_OUT];
    int                   next;
} world;

static void read_body(void *ctx)
{
    world            *w     = ctx;
    onset_diagnostics found = {.arena = w->arena};
    const onset_file *file  = NULL;
    onset_error       err   = {0};
    onset_text        all   = {0};

    assert_int_equal(onset_library_text(&err, w->library, "solved.onset", text, strlen(text), &found, &file), ONSET_OK);
    w->study = onset_study_check(w->arena, w->library, (onset_block_at){file, file->blocks.items[2]}, &found);
    onset_diagnostics_write(&found, &all);
    if (!w->study) fail_msg("%s", all.s);
    onset_text_free(&all);
}

static onset_course *next(void *ctx)
{
    world *w = ctx;

    return w->next < N_ARMS ? &w->courses[w->next++] : NULL;
}

static void done(void *ctx, onset_course *course)
{
    (void)ctx;
    if (course->failed) fail_msg("at %g h: %s", course->failed_time, course->failure);
}

static void build_courses(world *w, const onset_kernel_table *kernel)
{
    onset_error   err = {0};
    double        values[4];
    static double params[16];

    assert_int_equal(onset_population_draw(&err, &w->study->population, w->study->model, 1, 1, values, params, NULL, NULL), ONSET_OK);
    for (int i = 1; i < N_OUT; i++) w->time[i] = 0.25 + i * 1.2; /* no time of a dose among them, but the first */
    w->before[0] = true;
    for (int a = 0; a < N_ARMS; a++) {
        w->courses[a] = (onset_course){.out_time = w->time, .out_before = w->before, .n_out = N_OUT, .out = w->out[a], .failed_state = -1};
        assert_int_equal(onset_course_builder_create(&err, w->study->model, kernel, &w->builders[a]), ONSET_OK);
        if (onset_course_build(&err, w->builders[a], &w->study->arms[a].schedule, params, NULL, 1, &w->courses[a]) != ONSET_OK)
            fail_msg("%s", err.message);
    }
}

static void check_solver(onset_solver_kind kind, onset_isa isa)
{
    world                     *w      = calloc(1, sizeof *w);
    onset_kernel              *kernel = NULL;
    onset_error                err    = {0};
    onset_kernel_origin        origin;
    const onset_kernel_options options = {.isa = isa, .cache_dir = ""};
    onset_solver_options       solver;
    const onset_course_source  source = {.ctx = w, .next = next, .done = done};

    w->arena = onset_arena_create();
    assert_int_equal(onset_library_create(&err, &w->library), ONSET_OK);
    assert_true(onset_arena_run(w->arena, read_body, w));
    assert_int_equal(w->study->n_arms, N_ARMS);
    if (onset_kernel_load(&err, w->study->model, &options, &kernel, &origin) != ONSET_OK) fail_msg("%s", err.message);
    build_courses(w, onset_kernel_table_of(kernel));
    onset_solver_options_init(&solver);
    solver.kind = kind;
    solver.rtol = solver.atol = 1e-9;
    if (onset_solve(&err, onset_kernel_table_of(kernel), isa, &solver, &source) != ONSET_OK) fail_msg("%s", err.message);
    for (int a = 0; a < N_ARMS; a++) {
        for (int i = 0; i < N_OUT; i++) {
            const double want =
                wanted(a, i ? w->time[i] : -1e-12); /* at the start, what is there before the dose: the trough of a steady state */
            if (!(fabs(w->out[a][i] - want) < 1e-6 * 300))
                fail_msg("arm %s at %g h: %.12g, wanted %.12g", w->study->arms[a].name, w->time[i], w->out[a][i], want);
        }
        onset_course_builder_free(w->builders[a]);
    }
    onset_kernel_free(kernel);
    onset_library_free(w->library);
    onset_arena_free(w->arena);
    free(w);
}

static void the_rosenbrock_method_gives_the_closed_forms(void **state)
{
    (void)state;
    check_solver(ONSET_SOLVER_ROSENBROCK, onset_isa_best());
}

static void the_explicit_method_gives_the_closed_forms(void **state)
{
    (void)state;
    check_solver(ONSET_SOLVER_EXPLICIT, onset_isa_best());
}

static void one_lane_gives_the_closed_forms(void **state)
{
    (void)state;
    check_solver(ONSET_SOLVER_ROSENBROCK, ONSET_ISA_SCALAR);
}

static void cvode_gives_the_closed_forms(void **state)
{
    (void)state;
    check_solver(ONSET_SOLVER_CVODE, ONSET_ISA_SCALAR);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_rosenbrock_method_gives_the_closed_forms),
        cmocka_unit_test(the_explicit_method_gives_the_closed_forms),
        cmocka_unit_test(one_lane_gives_the_closed_forms),
        cmocka_unit_test(cvode_gives_the_closed_forms),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
