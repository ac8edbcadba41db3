/* Courses against closed forms: one, two and three compartments; bolus, infusion, oral, many doses, steady state; and the rules for what happens at a time. */
#include "support.h"

/* ---- Closed form: amount in the central compartment after a unit dose ---- */

typedef enum { BOLUS, INFUSION, ORAL } route;

typedef struct {
    int    n;
    double rate[3], share[3], ka;
} response;

/* Exponentials of the central compartment. Source for two and three compartments: Bertrand and Mentre, Mathematical expressions of the pharmacokinetic and
 * pharmacodynamic models implemented in the Monolix software, 2008. */
static response response_of(const double *p)
{
    double   cl = p[0] * p[7], k10 = cl / p[1], k12 = p[2] / p[1], k21 = p[2] / p[3], k13 = p[4] / p[1], k31 = p[4] / p[5];
    response r = {.ka = p[6]};

    if (p[2] == 0) {
        r = (response){.n = 1, .rate = {k10}, .share = {1}, .ka = p[6]};
    } else if (p[4] == 0) {
        double sum = k10 + k12 + k21, beta = 0.5 * (sum - sqrt(sum * sum - 4 * k21 * k10)), alpha = k21 * k10 / beta;

        r.n       = 2;
        r.rate[0] = alpha, r.share[0] = (alpha - k21) / (alpha - beta);
        r.rate[1] = beta, r.share[1] = (beta - k21) / (beta - alpha);
    } else {
        double a0 = k10 * k21 * k31, a1 = k10 * k31 + k21 * k31 + k21 * k13 + k10 * k21 + k31 * k12, a2 = k10 + k12 + k13 + k21 + k31;
        double q = a1 - a2 * a2 / 3, s = 2 * a2 * a2 * a2 / 27 - a1 * a2 / 3 + a0, r1 = sqrt(-q * q * q / 27);
        double phi = acos(-s / (2 * r1)) / 3, r2 = 2 * cbrt(r1);

        r.n = 3;
        for (int i = 0; i < 3; i++) r.rate[i] = -(cos(phi + i * 2 * acos(-1.0) / 3) * r2 - a2 / 3);
        for (int i = 0; i < 3; i++) {
            double x = r.rate[i], y = r.rate[(i + 1) % 3], z = r.rate[(i + 2) % 3];
            r.share[i] = (k21 - x) * (k31 - x) / ((x - y) * (x - z));
        }
    }
    return r;
}

/* After a unit dose at 0 by that route (an infusion lasts `duration`), repeated every `tau` for ever before when tau > 0. */
static double central(const response *r, route by, double t, double duration, double tau)
{
    double sum = 0;

    if (t < 0) return 0;
    for (int i = 0; i < r->n; i++) {
        double k = r->rate[i], e = exp(-k * t), again = tau > 0 ? 1 / (1 - exp(-k * tau)) : 1;

        if (by == BOLUS) {
            sum += r->share[i] * e * again;
        } else if (by == ORAL) {
            double again_a = tau > 0 ? 1 / (1 - exp(-r->ka * tau)) : 1;
            sum += r->share[i] * r->ka / (r->ka - k) * (e * again - exp(-r->ka * t) * again_a);
        } else {
            double in = t < duration ? 1 - e : (1 - exp(-k * duration)) * exp(-k * (t - duration));
            if (tau > 0) in += (1 - exp(-k * duration)) * exp(-k * (t + tau - duration)) * again;
            sum += r->share[i] / k / duration * in;
        }
    }
    return sum;
}

/* ---- Running ---- */

/*                                   CL V1 Q2 V2 Q3  V3   KA   factor */
static const double        one_cmt[]    = {5, 40, 0, 1, 0, 1, 1.2, 1};
static const double        two_cmts[]   = {5, 40, 8, 90, 0, 1, 1.2, 1};
static const double        three_cmts[] = {80, 60, 60, 70, 30, 150, 2.5, 1};
static const double *const people[]     = {one_cmt, two_cmts, three_cmts};

enum { N_OUT = 60 };

/* rtol 1e-8 a step, some hundreds of steps, errors damped by elimination: 50 times it is kept with room, and a mistake in a rule is far larger. */
static const double rel = 1e-8, absolute = 1e-9, allowed = 50;

static void times_of(double *t, double end)
{
    for (int i = 0; i < N_OUT; i++) t[i] = end * i / (N_OUT - 1);
}

typedef struct {
    onset_course course;
    double       out[N_OUT * 6];
} answer;

typedef void check_answer(const double *params, const onset_course *course, const void *ctx);

/* Solves the same course by every solver and instruction set, for each of the three patients, and checks each answer. */
static void with_every_solver(const onset_item *items, int n_items, const onset_item *cycle, const double *t, const bool *before,
                              check_answer *check, const void *ctx)
{
    for (size_t who = 0; who < 3; who++) {
        for (onset_solver_kind kind = ONSET_SOLVER_ROSENBROCK; kind < ONSET_N_SOLVERS; kind++) {
            FOR_EACH_ISA(isa)
            {
                onset_kernel_table   k = three_cmt_kernel(isa);
                onset_solver_options o = options_of(kind, rel, absolute);
                double               out[N_OUT * 2];
                onset_course         c = {.params      = people[who],
                                          .items       = items,
                                          .n_items     = n_items,
                                          .cycle_items = cycle,
                                          .out_time    = t,
                                          .out_before  = before,
                                          .n_out       = N_OUT,
                                          .out         = out};

                if (kind >= ONSET_SOLVER_CVODE && isa != ONSET_ISA_SCALAR) continue;
                /* BDF of CVODE keeps its error a step larger than that of the others. */
                if (kind >= ONSET_SOLVER_CVODE) o.rtol /= 100, o.atol /= 100;
                solve(&k, isa, &o, &c, 1);
                if (c.failed) fail_msg("%s: %s", onset_solver_name(kind), c.failure);
                check(people[who], &c, ctx);
            }
        }
    }
}

/* ---- Doses ---- */

typedef struct {
    route  route;
    int    n;
    double dose, ii, duration;
} doses;

static void check_doses(const double *p, const onset_course *c, const void *ctx)
{
    const doses *d = ctx;
    response     r = response_of(p);

    for (int i = 0; i < N_OUT; i++) {
        double want = 0;

        for (int k = 0; k < d->n; k++) want += d->dose * central(&r, d->route, c->out_time[i] - k * d->ii, d->duration, 0);
        assert_near(c->out[2 * i] * p[1], want, allowed * rel, allowed * rel * 0.1 * d->dose);
    }
}

static int items_of(const doses *d, onset_item *items)
{
    int n = 0;

    for (int k = 0; k < d->n; k++) {
        double t = k * d->ii;

        if (d->route != INFUSION) {
            items[n++] = (onset_item){.time = t, .kind = ONSET_ITEM_BOLUS, .index = d->route == ORAL ? 0 : 1, .amount = d->dose};
        } else {
            items[n++] = (onset_item){.time = t, .kind = ONSET_ITEM_RATE, .index = 1, .amount = d->dose / d->duration};
            items[n++] = (onset_item){.time = t + d->duration, .kind = ONSET_ITEM_RATE, .index = 1, .amount = -d->dose / d->duration};
        }
    }
    return n;
}

static void doses_follow_their_closed_form(void **state)
{
    static const doses list[] = {{BOLUS, 1, 100, 0, 0},  {ORAL, 1, 100, 0, 0},  {INFUSION, 1, 100, 0, 2},
                                 {BOLUS, 5, 100, 12, 0}, {ORAL, 5, 100, 12, 0}, {INFUSION, 5, 100, 12, 2}};

    (void)state;
    for (size_t k = 0; k < sizeof list / sizeof *list; k++) {
        onset_item items[10];
        double     t[N_OUT];
        int        n = items_of(&list[k], items);

        times_of(t, 72);
        with_every_solver(items, n, NULL, t, NULL, check_doses, &list[k]);
    }
}

/* ---- Steady state ---- */

static void check_steady(const double *p, const onset_course *c, const void *ctx)
{
    const doses *d = ctx;
    response     r = response_of(p);

    for (int i = 0; i < N_OUT; i++) {
        double want = d->dose * central(&r, d->route, c->out_time[i], d->duration, d->ii);
        /* The cycle is repeated until what is missing is below the tolerance: one more tolerance. */
        assert_near(c->out[2 * i] * p[1], want, 2 * allowed * rel, 0);
    }
}

static void steady_state_follows_its_closed_form(void **state)
{
    static const doses list[] = {{BOLUS, 1, 100, 12, 0}, {ORAL, 1, 100, 12, 0}, {INFUSION, 1, 100, 12, 2}};

    (void)state;
    for (size_t k = 0; k < sizeof list / sizeof *list; k++) {
        onset_item cycle[2], items[3];
        double     t[N_OUT];
        int        n = items_of(&list[k], cycle);

        items[0] = (onset_item){.time = 0, .kind = ONSET_ITEM_STEADY, .period = 12, .cycle_first = 0, .cycle_n = n};
        memcpy(items + 1, cycle, sizeof *cycle * (size_t)n);
        times_of(t, 11.9);
        with_every_solver(items, n + 1, cycle, t, NULL, check_steady, &list[k]);
    }
}

/* ---- What happens at a time ---- */

/* Bolus of 100 at 0, another at 24; at 24 the value just before, then just after. */
static void check_before_and_after(const double *p, const onset_course *c, const void *ctx)
{
    response r    = response_of(p);
    double   left = 100 * central(&r, BOLUS, 24, 0, 0);

    (void)ctx;
    assert_near(c->out[0], 0, 0, 0); /* before the dose at 0 */
    assert_near(c->out[2] * p[1], 100, 1e-15, 0);
    assert_near(c->out[4] * p[1], left, allowed * rel, 0);
    assert_near(c->out[6] * p[1], left + 100, allowed * rel, 0);
}

static void output_stands_before_or_after_a_dose(void **state)
{
    const onset_item items[]       = {{.time = 0, .kind = ONSET_ITEM_BOLUS, .index = 1, .amount = 100},
                                      {.time = 24, .kind = ONSET_ITEM_BOLUS, .index = 1, .amount = 100}};
    double           t[N_OUT]      = {0, 0, 24, 24};
    bool             before[N_OUT] = {true, false, true, false};

    (void)state;
    for (int i = 4; i < N_OUT; i++) t[i] = 24 + i;
    with_every_solver(items, 2, NULL, t, before, check_before_and_after, NULL);
}

/* The clearance doubles at 10 h. */
static void check_covariate(const double *p, const onset_course *c, const void *ctx)
{
    double k = p[0] / p[1];

    (void)ctx;
    if (p[2] != 0) return; /* closed form for one compartment */
    for (int i = 0; i < N_OUT; i++) {
        double t = c->out_time[i], want = 100 * exp(-k * fmin(t, 10) - 2 * k * fmax(t - 10, 0));
        assert_near(c->out[2 * i] * p[1], want, allowed * rel, 0);
    }
}

static void covariate_changes_from_its_time_on(void **state)
{
    const onset_item items[] = {{.time = 0, .kind = ONSET_ITEM_BOLUS, .index = 1, .amount = 100},
                                {.time = 10, .kind = ONSET_ITEM_COVARIATE, .index = 0, .amount = 2}};
    double           t[N_OUT];

    (void)state;
    times_of(t, 40);
    with_every_solver(items, 2, NULL, t, NULL, check_covariate, NULL);
}

/* An infusion is on, and all is reset at 5 h; a bolus of 10 follows at once. */
static void check_reset(const double *p, const onset_course *c, const void *ctx)
{
    response r = response_of(p);

    (void)ctx;
    for (int i = 0; i < N_OUT; i++) {
        double t    = c->out_time[i];
        double want = t < 5 ? 100 * central(&r, INFUSION, t, 10, 0) : 10 * central(&r, BOLUS, t - 5, 0, 0);
        assert_near(c->out[2 * i] * p[1], want, allowed * rel, allowed * rel);
    }
}

static void reset_empties_states_and_ends_infusions(void **state)
{
    const onset_item items[] = {{.time = 0, .kind = ONSET_ITEM_RATE, .index = 1, .amount = 10},
                                {.time = 5, .kind = ONSET_ITEM_RESET},
                                {.time = 5, .kind = ONSET_ITEM_BOLUS, .index = 1, .amount = 10}};
    double           t[N_OUT];

    (void)state;
    times_of(t, 20);
    with_every_solver(items, 3, NULL, t, NULL, check_reset, NULL);
}

/* ---- Mass ---- */

/* Without elimination the sum over the compartments is the dose: every method here keeps linear invariants, so only rounding is allowed, about 1e-16 a step and
 * a few thousand operations; CVODE's Newton iteration stops at a residue within its tolerance. */
static void mass_is_kept(void **state)
{
    const double     p[]     = {0, 60, 60, 70, 30, 150, 2.5, 1};
    const onset_item items[] = {{.time = 0, .kind = ONSET_ITEM_BOLUS, .index = 0, .amount = 100}};
    double           t[N_OUT];

    (void)state;
    times_of(t, 200);
    for (onset_solver_kind kind = ONSET_SOLVER_ROSENBROCK; kind < ONSET_N_SOLVERS; kind++) {
        FOR_EACH_ISA(isa)
        {
            onset_kernel_table   k = three_cmt_kernel(isa);
            onset_solver_options o = options_of(kind, 1e-6, 1e-8);
            double               out[N_OUT * 2];
            onset_course         c = {.params = p, .items = items, .n_items = 1, .out_time = t, .n_out = N_OUT, .out = out};

            if (kind >= ONSET_SOLVER_CVODE && isa != ONSET_ISA_SCALAR) continue;
            solve(&k, isa, &o, &c, 1);
            for (int i = 0; i < N_OUT; i++) assert_near(c.out[2 * i + 1], 100, kind >= ONSET_SOLVER_CVODE ? 1e-5 : 1e-12, 0);
        }
    }
}

/* ---- Outputs with states; individual parameters; no outputs; no items ---- */

static void states_follow_the_outputs(void **state)
{
    const onset_item items[] = {{.time = 0, .kind = ONSET_ITEM_BOLUS, .index = 0, .amount = 100}};
    double           t[3]    = {0, 1, 2};

    (void)state;
    for (onset_solver_kind kind = ONSET_SOLVER_ROSENBROCK; kind < ONSET_N_SOLVERS; kind++) {
        FOR_EACH_ISA(isa)
        {
            onset_kernel_table   k = three_cmt_kernel(isa);
            onset_solver_options o = options_of(kind, 1e-8, 1e-10);
            double               out[3 * 6], individual[7];
            onset_course         c = {
                        .params = three_cmts, .items = items, .n_items = 1, .out_time = t, .n_out = 3, .out = out, .individual = individual};

            if (kind >= ONSET_SOLVER_CVODE && isa != ONSET_ISA_SCALAR) continue;
            o.states = true;
            solve(&k, isa, &o, &c, 1);
            for (int i = 0; i < 3; i++) {
                const double *row = out + 6 * i;
                assert_near(row[0], row[3] / three_cmts[1], 1e-14, 0);
                assert_near(row[2], 100 * exp(-2.5 * t[i]), 1e-6, 1e-8);
            }
            for (int i = 0; i < 7; i++) assert_true(individual[i] == three_cmts[i]);
        }
    }
}

static void course_without_outputs_ends_at_once(void **state)
{
    (void)state;
    FOR_EACH_ISA(isa)
    {
        onset_kernel_table   k = three_cmt_kernel(isa);
        onset_solver_options o = options_of(ONSET_SOLVER_ROSENBROCK, 1e-8, 1e-10);
        onset_course         c[20];

        for (int i = 0; i < 20; i++) c[i] = (onset_course){.params = three_cmts};
        solve(&k, isa, &o, c, 20);
        for (int i = 0; i < 20; i++) assert_int_equal(c[i].n_steps, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(doses_follow_their_closed_form),
        cmocka_unit_test(steady_state_follows_its_closed_form),
        cmocka_unit_test(output_stands_before_or_after_a_dose),
        cmocka_unit_test(covariate_changes_from_its_time_on),
        cmocka_unit_test(reset_empties_states_and_ends_infusions),
        cmocka_unit_test(mass_is_kept),
        cmocka_unit_test(states_follow_the_outputs),
        cmocka_unit_test(course_without_outputs_ends_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
