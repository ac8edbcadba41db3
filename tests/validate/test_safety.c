/* What is read off virtual patients of a safety row, against closed forms. */
#include "validate/safety_reading.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void near(double x, double expected, double tolerance)
{
    if (fabs(x - expected) > tolerance || isnan(x)) fail_msg("%.12g, not %.12g", x, expected);
}

enum { N_SUBJECTS = 4, N_VISITS = 6 };

static const double times[N_VISITS] = {0, 0.5, 1, 2, 4, 672};

typedef double (*course)(double time_h, int subject, int arm);

/* One output, two arms. */
static onset_virtual people_of(course f, double values[N_SUBJECTS * 2 * N_VISITS])
{
    for (int i = 0; i < N_SUBJECTS; i++)
        for (int arm = 0; arm < 2; arm++)
            for (int v = 0; v < N_VISITS; v++) values[(i * 2 + arm) * N_VISITS + v] = f(times[v], i, arm);
    return (onset_virtual){
        .n_subjects = N_SUBJECTS, .n_arms = 2, .n_visits = N_VISITS, .n_outputs = 1, .n_groups = 1, .time_h = times, .values = values};
}

/* A constant hazard, twice as high with the drug. */
static double risk(double time_h, int subject, int arm)
{
    (void)subject;
    return 1 - exp(-(arm ? 0.001 : 0.002) * time_h);
}

/* Up to 10, 20, 30 or 40 at 1 h, then down by half an hour's half-life. */
static double score(double time_h, int subject, int arm)
{
    return (arm ? 0 : 10 * (subject + 1)) * (time_h < 1 ? time_h : exp2(-(time_h - 1) / 0.5));
}

static void a_risk_is_read_at_the_end_of_the_course(void **state)
{
    double               values[N_SUBJECTS * 2 * N_VISITS], y[N_SUBJECTS];
    const onset_virtual  people  = people_of(risk, values);
    onset_safety_reading reading = {.read = ONSET_SAFETY_SHARE, .end_h = 672, .factor = 1, .time_h = NAN};

    (void)state;
    onset_safety_reading_fill(&reading, &people, y);
    for (int i = 0; i < N_SUBJECTS; i++) near(y[i], 1 - exp(-0.002 * 672), 1e-12);
    reading.end_h = 1;
    onset_safety_reading_fill(&reading, &people, y);
    near(y[0], 1 - exp(-0.002), 1e-12);
}

static void contrasts_with_no_drug(void **state)
{
    double              values[N_SUBJECTS * 2 * N_VISITS], y[N_SUBJECTS];
    const onset_virtual people = people_of(risk, values);
    const double        a = 1 - exp(-0.002 * 672), b = 1 - exp(-0.001 * 672);
    const struct {
        onset_against against;
        double        expected;
    } cases[] = {{ONSET_AGAINST_RATIO, a / b}, {ONSET_AGAINST_ODDS, a / (1 - a) / (b / (1 - b))}, {ONSET_AGAINST_DIFFERENCE, a - b}};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const onset_safety_reading reading = {
            .read = ONSET_SAFETY_SHARE, .against = cases[i].against, .end_h = 672, .factor = 1, .time_h = NAN};
        onset_safety_reading_fill(&reading, &people, y);
        near(y[3], cases[i].expected, 1e-12);
    }
}

static void times_of_the_mean(void **state)
{
    /* The mean is 25 t until its peak of 25 at 1 h; half of it before, at 0.5 h; a quarter of it by 2 h. */
    double               values[N_SUBJECTS * 2 * N_VISITS], y[N_SUBJECTS];
    const onset_virtual  people  = people_of(score, values);
    onset_safety_reading reading = {.read = ONSET_SAFETY_PEAK_TIME, .to_h = 4, .factor = 60, .threshold = 0.5};

    (void)state;
    onset_safety_reading_fill(&reading, &people, y);
    near(y[0], 60, 1e-12);
    reading.read = ONSET_SAFETY_ONSET_TIME;
    onset_safety_reading_fill(&reading, &people, y);
    near(y[0], 30, 1e-12);
    reading.read = ONSET_SAFETY_RETURN_TIME;
    onset_safety_reading_fill(&reading, &people, y);
    near(y[0], 120, 1e-12);
}

static void shares_are_of_the_ratings(void **state)
{
    /* Above 20 at 1 h: two of four patients; at 0.5 h, where the highest is 20, none. */
    double               values[N_SUBJECTS * 2 * N_VISITS], y[N_SUBJECTS];
    const onset_virtual  people  = people_of(score, values);
    onset_safety_reading reading = {
        .read = ONSET_SAFETY_SHARE_ABOVE, .threshold = 20, .factor = 1, .n_ratings = 1, .n_sessions = 1, .rating_h = {1}};

    (void)state;
    onset_safety_reading_fill(&reading, &people, y);
    near(y[0] + y[1] + y[2] + y[3], 2, 1e-12);
    reading.rating_h[0] = 0.5;
    onset_safety_reading_fill(&reading, &people, y);
    near(y[0] + y[1] + y[2] + y[3], 0, 1e-12);
}

static void ratings_fall_into_each_session(void **state)
{
    double                     exact[ONSET_RATINGS * ONSET_RATED_SESSIONS + 2], follow_h = 0;
    int                        n       = 0;
    const onset_safety_reading reading = {
        .read = ONSET_SAFETY_SHARE_BELOW, .time_h = NAN, .gap_h = 84, .n_ratings = 2, .n_sessions = 100, .rating_h = {0.5, 1}};

    (void)state;
    onset_safety_reading_times(&reading, exact, &n, &follow_h);
    assert_int_equal(n, 1 + 2 * ONSET_RATED_SESSIONS);
    near(exact[1], 0.5, 1e-12);
    near(exact[n - 1], 84 * (ONSET_RATED_SESSIONS - 1) + 1, 1e-12);
    near(follow_h, 0, 0);
}

static void weeks_in_words(void **state)
{
    (void)state;
    near(onset_safety_weeks_in("MDD, 6 weeks"), 6, 0);
    near(onset_safety_weeks_in("MDD 8-12 wk supine"), 10, 0);
    near(onset_safety_weeks_in("a 4-week trial"), 4, 0);
    assert_true(isnan(onset_safety_weeks_in("adults 18-64, weekly")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_risk_is_read_at_the_end_of_the_course),
        cmocka_unit_test(contrasts_with_no_drug),
        cmocka_unit_test(times_of_the_mean),
        cmocka_unit_test(shares_are_of_the_ratings),
        cmocka_unit_test(ratings_fall_into_each_session),
        cmocka_unit_test(weeks_in_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
