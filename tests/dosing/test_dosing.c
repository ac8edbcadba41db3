/* Schedules to courses: each kind of dose against the same doses written out one by one, by the closed form of each; then the rules one by one.
 *
 * Values are compared to 1e-9 of the largest: both sides are closed forms, so only rounding is between them. */
#include "by_hand.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

/* One schedule being written, and its course. */
typedef struct {
    onset_schedule         schedule;
    onset_regimen_item     items[8];
    onset_covariate_change changes[8];
    double                 times[8][64];
    double                 params[N_PARAMS + N_COVARIATES];
    onset_course_builder  *builder;
    onset_course           course;
    onset_body            *body;
    onset_error            err;
} trial;

static trial *create(int lanes)
{
    trial *t = calloc(1, sizeof *t);

    t->schedule.items            = t->items;
    t->schedule.changes          = t->changes;
    t->params[F]                 = 1;
    t->params[SHARE]             = 0.3;
    t->params[N_PARAMS + WEIGHT] = 70;
    assert_int_equal(onset_course_builder_create(&t->err, by_hand_model(), by_hand_kernel(lanes), &t->builder), ONSET_OK);
    return t;
}

static void destroy(trial *t)
{
    onset_course_builder_free(t->builder);
    free(t);
}

/* n doses of `amount`, `interval` apart from `first` on. */
static onset_regimen_item *add(trial *t, int route, double amount, double first, int n, double interval)
{
    const int           k    = t->schedule.n_items++;
    onset_regimen_item *item = &t->items[k];

    for (int i = 0; i < n; i++) t->times[k][i] = first + i * interval;
    *item = (onset_regimen_item){
        .route = route, .amount = amount, .max = INFINITY, .n_times = n, .times = t->times[k], .interval = n > 1 ? interval : 0};
    return item;
}

static void change(trial *t, int covariate, double time, double value)
{
    t->changes[t->schedule.n_changes++] = (onset_covariate_change){covariate, time, value};
}

static onset_status build(trial *t)
{
    t->err = (onset_error){0};
    return onset_course_build(&t->err, t->builder, &t->schedule, t->params, t->body, 17, &t->course);
}

static void must_build(trial *t)
{
    if (build(t) != ONSET_OK) fail_msg("%s", t->err.message);
}

/* What is left at `time` of one dose: the closed form. */
static double left_of(double amount, double duration, double start, double time)
{
    const double since = time - start;

    if (since < 0) return 0;
    if (duration == 0) return amount * exp(-K * since);
    return amount / duration / K * -expm1(-K * fmin(since, duration)) * exp(-K * fmax(0, since - duration));
}

static void check_near(double got, double want, double scale, const char *what, double time)
{
    if (!(fabs(got - want) <= 1e-9 * scale)) fail_msg("%s at %g h: %.15g, wanted %.15g", what, time, got, want);
}

/* ---- The table of kinds ---- */

typedef struct {
    int    route, state;
    double convert; /* of the route */
    double duration, rate, dur;
    double f, lag, interval;
    int    n;
    bool   ss;
} kind;

/* All doses of the kind, those before time 0 too where it is at its steady state, one by one. */
static double written_out(const kind *c, double time)
{
    const double amount = 100, arrives = amount * c->convert * c->f;
    double       duration = c->duration > 0 ? c->duration : c->route == ORAL ? c->dur : 0, sum = 0;

    if (c->rate > 0) duration = amount * c->f / c->rate;
    for (int i = c->ss ? -300 : 0; i < c->n; i++) sum += left_of(arrives, duration, 5 + i * c->interval + c->lag, time);
    return sum;
}

static void check_kind(const kind *c, int lanes)
{
    trial              *t    = create(lanes);
    onset_regimen_item *item = add(t, c->route, 100, 5, c->n, c->interval);
    char                what[200];

    item->interval = c->interval;
    item->duration = c->duration;
    item->rate     = c->rate;
    item->ss       = c->ss;
    t->params[F]   = c->f;
    t->params[LAG] = c->lag;
    t->params[DUR] = c->dur;
    must_build(t);
    snprintf(what, sizeof what, "route %d, over %g, rate %g, dur %g, f %g, lag %g, every %g, n %d, ss %d", c->route, c->duration, c->rate,
             c->dur, c->f, c->lag, c->interval, c->n, c->ss);
    for (double time = c->ss ? 5 : 0; time < 150; time += 1.37) {
        check_near(by_hand_value(&t->course, c->state, time), written_out(c, time), 1000, what, time);
    }
    destroy(t);
}

static void every_kind_is_as_written_out(void **state)
{
    static const double inputs[][3] = {{0, 0, 0}, {2, 0, 0}, {30, 0, 0}, {24, 0, 0}, {0, 50, 0}, {0, 2, 0}, {0, 0, 6}, {3, 0, 6}};
    static const double fs[] = {1, 0.4, 0}, lags[] = {0, 0.7, 24, 31};
    static const int    lanes[] = {1, 2, 4, 8};
    int                 n       = 0;

    (void)state;
    for (size_t i = 0; i < sizeof inputs / sizeof *inputs; i++) {
        for (int k = 0; k < 3 * 4 * 2 * 3; k++) {
            kind c = {.duration = inputs[i][0], .rate = inputs[i][1], .dur = inputs[i][2], .f = fs[k % 3], .lag = lags[k / 3 % 4]};

            c.route    = k / 12 % 2 ? ORAL : IV;
            c.state    = c.route == ORAL ? DEPOT : CENTRAL;
            c.convert  = c.route == ORAL ? 1 : 2;
            c.n        = k / 24 == 0 ? 1 : 6;
            c.interval = 24;
            c.ss       = k / 24 == 2;
            check_kind(&c, lanes[n++ % 4]);
        }
    }
    assert_int_equal(n, 576);
}

/* One dose into two depots: each gets its share, at its own time. */
static void a_dose_is_split_over_targets(void **state)
{
    trial *t = create(4);

    (void)state;
    t->params[LAG] = 1.5;
    add(t, NASAL_SPRAY, 84, 2, 3, 24);
    must_build(t);
    for (double time = 0; time < 90; time += 0.9) {
        double nasal = 0, gut = 0;
        for (int i = 0; i < 3; i++) {
            nasal += left_of(0.3 * 84, 0, 2 + 24 * i, time);
            gut += left_of(0.7 * 84, 0, 3.5 + 24 * i, time);
        }
        check_near(by_hand_value(&t->course, NASAL, time), nasal, 84, "nose", time);
        check_near(by_hand_value(&t->course, GUT, time), gut, 84, "gut", time);
    }
    destroy(t);
}

/* Eight statements in batches of 1 to 8 lanes give the same bits. */
static void lanes_do_not_matter(void **state)
{
    static const int lanes[] = {1, 2, 4, 8};
    onset_item       first[64];
    int              n = 0;

    (void)state;
    for (int k = 0; k < 4; k++) {
        trial *t = create(lanes[k]);
        for (int i = 0; i < 8; i++) add(t, i % N_ROUTES, 10 + i, i, 1 + i % 3, 12);
        t->params[LAG] = 0.1;
        must_build(t);
        if (k == 0) {
            n = t->course.n_items;
            memcpy(first, t->course.items, (size_t)n * sizeof *first);
        }
        assert_int_equal(t->course.n_items, n);
        for (int i = 0; i < n; i++) {
            const onset_item *item = &t->course.items[i];
            assert_true(item->time == first[i].time && item->kind == first[i].kind && item->index == first[i].index);
            assert_true(item->amount == first[i].amount);
        }
        destroy(t);
    }
    assert_true(n > 16);
}

/* ---- The rules one by one ---- */

static void f_sees_the_amount_in_the_states_unit(void **state)
{
    trial *t = create(2);

    (void)state;
    add(t, SATURABLE, 3, 0, 1, 0); /* amt 6: f 1/7 */
    add(t, SATURABLE, 1, 1, 1, 0); /* amt 2: f 1/3 */
    must_build(t);
    assert_int_equal(t->course.n_items, 2);
    assert_true(fabs(t->course.items[0].amount - 6.0 / 7) < 1e-15);
    assert_true(fabs(t->course.items[1].amount - 2.0 / 3) < 1e-15);
    destroy(t);
}

static void doses_per_kg_take_the_weight_of_their_time(void **state)
{
    trial *t = create(1);

    (void)state;
    add(t, PLAIN, 0.5, 0, 3, 24)->per = ONSET_PER_KG;
    change(t, WEIGHT, 24, 80); /* at the time of the second dose: it counts */
    must_build(t);
    assert_int_equal(t->course.n_items, 4);
    assert_true(t->course.items[0].amount == 35);
    assert_int_equal(t->course.items[1].kind, ONSET_ITEM_COVARIATE);
    assert_true(t->course.items[1].time == 24 && t->course.items[1].index == WEIGHT && t->course.items[1].amount == 80);
    assert_true(t->course.items[2].amount == 40 && t->course.items[3].amount == 40);
    destroy(t);
}

static void the_largest_dose_is_kept(void **state)
{
    trial              *t    = create(1);
    onset_regimen_item *item = add(t, PLAIN, 0.5, 0, 1, 0);

    (void)state;
    item->per = ONSET_PER_KG;
    item->max = 30;
    must_build(t);
    assert_true(t->course.items[0].amount == 30);
    destroy(t);
}

static void a_rate_per_kg_is_one(void **state)
{
    trial              *t    = create(1);
    onset_regimen_item *item = add(t, PLAIN, 0.5, 0, 1, 0);

    (void)state;
    item->per  = ONSET_PER_KG;
    item->rate = 0.25;
    must_build(t);
    assert_true(t->course.items[0].amount == 17.5 && t->course.items[1].time == 2);
    destroy(t);
}

static void doses_per_m2_take_the_body_given(void **state)
{
    trial     *t    = create(1);
    onset_body body = {NAN, 1.9};

    (void)state;
    add(t, PLAIN, 10, 0, 1, 0)->per = ONSET_PER_M2;
    assert_int_equal(build(t), ONSET_BAD_INPUT);
    assert_non_null(strstr(t->err.message, "subject 17: the body surface of the patient"));
    t->body = &body;
    must_build(t);
    assert_true(t->course.items[0].amount == 19);
    destroy(t);
}

/* f and lag are those of the dose's time, though it arrives after the change. */
static void covariates_count_when_the_dose_is_given(void **state)
{
    trial *t = create(8);

    (void)state;
    t->params[LAG] = 2;
    add(t, ORAL, 100, 0, 4, 24);
    change(t, FASTED, 25, 1);
    change(t, FASTED, 49, 0);
    must_build(t);
    assert_true(t->course.n_items == 6);
    for (double time = 0; time < 120; time += 1.1) {
        const double want = left_of(100, 0, 2, time) + left_of(100, 0, 26, time) + left_of(50, 0, 50, time) + left_of(100, 0, 74, time);
        check_near(by_hand_value(&t->course, DEPOT, time), want, 100, "depot", time);
    }
    destroy(t);
}

static void whole_arm_changes_go_into_the_parameters(void **state)
{
    trial *t = create(1);

    (void)state;
    change(t, WEIGHT, -INFINITY, 90);
    change(t, FASTED, 0, 1); /* at the start is from the start */
    add(t, PLAIN, 1, 0, 1, 0)->per = ONSET_PER_KG;
    must_build(t);
    assert_int_equal(t->course.n_items, 1);
    assert_true(t->course.params[N_PARAMS + WEIGHT] == 90 && t->course.params[N_PARAMS + FASTED] == 1);
    assert_true(t->course.items[0].amount == 90);
    assert_true(t->params[N_PARAMS + WEIGHT] == 70); /* the caller's are left alone */
    destroy(t);
}

/* change, end, start, bolus */
static void equal_times_have_an_order(void **state)
{
    static const onset_item_kind kinds[] = {ONSET_ITEM_RATE,  ONSET_ITEM_COVARIATE, ONSET_ITEM_RATE, ONSET_ITEM_RATE,
                                            ONSET_ITEM_BOLUS, ONSET_ITEM_BOLUS,     ONSET_ITEM_RATE};
    trial                       *t       = create(1);

    (void)state;
    add(t, PLAIN, 7, 10, 1, 0);
    add(t, PLAIN, 20, 10, 1, 0)->duration = 2;
    add(t, PLAIN, 50, 5, 1, 0)->duration  = 5;
    add(t, PLAIN, 8, 10, 1, 0);
    change(t, FASTED, 10, 1);
    must_build(t);
    assert_int_equal(t->course.n_items, 7);
    for (int i = 0; i < 7; i++) assert_int_equal(t->course.items[i].kind, kinds[i]);
    assert_true(t->course.items[2].amount == -10 && t->course.items[3].amount == 10);
    assert_true(t->course.items[4].amount == 7 && t->course.items[5].amount == 8); /* as written */
    destroy(t);
}

/* 0.1 + 0.2 - 0.1 - 0.2 is not 0 in floating point. */
static void rates_end_at_exactly_zero(void **state)
{
    trial *t   = create(1);
    double sum = 0;

    (void)state;
    add(t, PLAIN, 0.1, 0, 1, 0)->duration   = 1;
    add(t, PLAIN, 0.6, 0.5, 1, 0)->duration = 3;
    add(t, PLAIN, 0.7, 0.6, 1, 0)->duration = 0.7;
    must_build(t);
    for (int i = 0; i < t->course.n_items; i++) sum += t->course.items[i].amount;
    assert_true(sum == 0);
    destroy(t);
}

static void nothing_makes_no_item(void **state)
{
    trial *t = create(1);

    (void)state;
    add(t, PLAIN, 0, 0, 3, 24);
    add(t, PLAIN, 0, 0, 3, 24)->duration = 2;
    t->params[F]                         = 0;
    add(t, IV, 100, 0, 1, 0)->rate       = 10;
    must_build(t);
    assert_int_equal(t->course.n_items, 0);
    assert_null(t->course.cycle_items);
    destroy(t);
}

/* ---- Steady states ---- */

static void common_periods_are_found(void **state)
{
    (void)state;
    assert_true(onset_common_period((double[]){24}, 1) == 24);
    assert_true(onset_common_period((double[]){24, 12, 8}, 3) == 24);
    assert_true(onset_common_period((double[]){24, 36}, 2) == 72);
    assert_true(fabs(onset_common_period((double[]){24, 5}, 2) - 120) < 1e-9);
    assert_true(fabs(onset_common_period((double[]){1.0 / 3, 0.2}, 2) - 1) < 1e-9);
    assert_true(onset_common_period((double[]){24, 24 * acos(-1)}, 2) == 0);
    assert_true(onset_common_period((double[]){8760, 1.0 / 3600}, 2) == 0); /* a year of seconds is too long a cycle */
    assert_true(onset_common_period(NULL, 0) == 0);
}

/* 100 every 24 h over 3 h and 40 every 36 h, together. */
static void steady_states_are_joint(void **state)
{
    trial              *t = create(2);
    onset_regimen_item *a = add(t, PLAIN, 100, 5, 4, 24), *b = add(t, PLAIN, 40, 5, 3, 36);

    (void)state;
    a->ss = b->ss = true;
    a->duration   = 3;
    must_build(t);
    assert_true(t->course.items[0].kind == ONSET_ITEM_STEADY && t->course.items[0].period == 72);
    for (double time = 5; time < 150; time += 1.3) {
        double want = 0;
        for (int i = -200; i < 4; i++) want += left_of(100, 3, 5 + 24 * i, time);
        for (int i = -200; i < 3; i++) want += left_of(40, 0, 5 + 36 * i, time);
        check_near(by_hand_value(&t->course, CENTRAL, time), want, 100, "both", time);
    }
    destroy(t);
}

/* A steady state at 10 h forgets the infusion under way and the dose within its lag; a dose at 10 h comes after it. */
static void a_steady_state_forgets_what_was_before(void **state)
{
    trial *t = create(1);

    (void)state;
    t->params[LAG]                       = 4;
    add(t, PLAIN, 50, 5, 1, 0)->duration = 10;
    add(t, IV, 30, 8, 1, 0);
    add(t, PLAIN, 7, 10, 1, 0);
    add(t, PLAIN, 100, 10, 2, 24)->ss = true;
    must_build(t);
    for (double time = 10; time < 60; time += 0.7) {
        double want = left_of(7, 0, 10, time);
        for (int i = -200; i < 2; i++) want += left_of(100, 0, 10 + 24 * i, time);
        check_near(by_hand_value(&t->course, CENTRAL, time), want, 100, "after", time);
    }
    destroy(t);
}

/* The rates of a cycle end where they began, at 0: the solver starts each cycle so. */
static void rates_of_a_cycle_add_up_to_nothing(void **state)
{
    trial              *t    = create(1);
    onset_regimen_item *item = add(t, PLAIN, 100, 0, 2, 24);
    double              rate = 0;

    (void)state;
    item->ss       = true;
    item->duration = 61.7;
    must_build(t);
    assert_true(t->course.items[0].cycle_n > 0 && t->course.cycle_items != NULL);
    for (int i = 0; i < t->course.items[0].cycle_n; i++) {
        const onset_item *c = &t->course.cycle_items[i];
        assert_true(c->time >= 0 && c->time <= 24 && (i == 0 || c->time >= c[-1].time));
        rate += c->amount;
    }
    assert_true(rate == 0);
    destroy(t);
}

/* ---- Errors ---- */

static void bad_values_are_told(void **state)
{
    static const struct {
        int         param;
        double      value;
        const char *message;
    } cases[] = {
        {F, -0.2, "the bioavailability f of the dose 'drug oral' at 24 h is -0.2"},
        {F, NAN, "the bioavailability f of the dose 'drug oral' at 24 h is nan"},
        {LAG, -1, "the lag of the dose 'drug oral' at 24 h is -1"},
        {DUR, INFINITY, "the duration dur of the dose 'drug oral' at 24 h is inf"},
    };
    (void)state;
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        trial *t = create(4);
        add(t, PLAIN, 1, 0, 1, 0);
        add(t, ORAL, 100, 24, 2, 24);
        t->params[cases[k].param] = cases[k].value;
        assert_int_equal(build(t), ONSET_BAD_INPUT);
        if (!strstr(t->err.message, "subject 17") || !strstr(t->err.message, cases[k].message)) fail_msg("%s", t->err.message);
        destroy(t);
    }
}

static void bad_schedules_are_told(void **state)
{
    trial *t = create(1);

    (void)state;
    add(t, PLAIN, 1, -3, 1, 0);
    assert_int_equal(build(t), ONSET_BAD_INPUT);
    assert_non_null(strstr(t->err.message, "a dose at -3 h lies before the start"));
    t->schedule.n_items            = 0;
    add(t, PLAIN, 1, 0, 2, 24)->ss = true;
    add(t, PLAIN, 1, 5, 2, 24)->ss = true;
    assert_int_equal(build(t), ONSET_BAD_INPUT);
    assert_non_null(strstr(t->err.message, "must begin at the same time"));
    t->schedule.n_items                = 0;
    add(t, PLAIN, 1, 0, 2, 24)->ss     = true;
    add(t, PLAIN, 1, 0, 2, 7.7777)->ss = true;
    assert_int_equal(build(t), ONSET_BAD_INPUT);
    assert_non_null(strstr(t->err.message, "no common multiple"));
    t->schedule.n_items         = 0;
    t->params[LAG]              = 1e9;
    add(t, IV, 1, 0, 2, 24)->ss = true;
    assert_int_equal(build(t), ONSET_BAD_INPUT);
    assert_non_null(strstr(t->err.message, "more than 10000 doses 'drug iv' would be under way at once"));
    destroy(t);
}

/* The builder forgets one course when it builds the next. */
static void a_builder_is_used_again(void **state)
{
    trial *t = create(1);

    (void)state;
    add(t, PLAIN, 100, 0, 20, 24)->ss = true;
    must_build(t);
    t->schedule.n_items = 0;
    add(t, PLAIN, 5, 3, 1, 0);
    must_build(t);
    assert_int_equal(t->course.n_items, 1);
    assert_true(t->course.items[0].amount == 5 && t->course.cycle_items == NULL);
    destroy(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_kind_is_as_written_out),
        cmocka_unit_test(a_dose_is_split_over_targets),
        cmocka_unit_test(lanes_do_not_matter),
        cmocka_unit_test(f_sees_the_amount_in_the_states_unit),
        cmocka_unit_test(doses_per_kg_take_the_weight_of_their_time),
        cmocka_unit_test(the_largest_dose_is_kept),
        cmocka_unit_test(a_rate_per_kg_is_one),
        cmocka_unit_test(doses_per_m2_take_the_body_given),
        cmocka_unit_test(covariates_count_when_the_dose_is_given),
        cmocka_unit_test(whole_arm_changes_go_into_the_parameters),
        cmocka_unit_test(equal_times_have_an_order),
        cmocka_unit_test(rates_end_at_exactly_zero),
        cmocka_unit_test(nothing_makes_no_item),
        cmocka_unit_test(common_periods_are_found),
        cmocka_unit_test(steady_states_are_joint),
        cmocka_unit_test(a_steady_state_forgets_what_was_before),
        cmocka_unit_test(rates_of_a_cycle_add_up_to_nothing),
        cmocka_unit_test(bad_values_are_told),
        cmocka_unit_test(bad_schedules_are_told),
        cmocka_unit_test(a_builder_is_used_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
