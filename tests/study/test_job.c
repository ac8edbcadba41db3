/* Running: the same bits however it is run, failures as data, blocks that can be gone on from. */
#include "fixture.h"
#include "study/summary.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

enum { SUBJECTS = 300 };

static onset_arena *arena;
static onset_study *study;

static int setup(void **state)
{
    (void)state;
    arena = onset_arena_create();
    study = fixture_study(arena, SUBJECTS, false);
    return study ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    onset_arena_free(arena);
    return 0;
}

static int reset(void **state)
{
    (void)state;
    fixture = (fixture_behaviour){0};
    return 0;
}

static const char *partial(void)
{
    static char text[64];

    snprintf(text, sizeof text, "/tmp/onset-test-job-%ld", (long)getpid());
    return text;
}

static onset_run_options options_of(int threads)
{
    return (onset_run_options){.rtol = 1e-6, .atol = 1e-8, .threads = threads};
}

static onset_job *start(const onset_run_options *options, const char *path)
{
    onset_job_setup setup_of = {.partial = path, .build = "test"};
    onset_error     err      = {0};
    onset_job      *job      = NULL;

    if (onset_job_create(&err, study, options, &setup_of, &job) != ONSET_OK) fail_msg("%s", err.message);
    return job;
}

/* Every column of every subject, one after the other; the caller frees. */
static double *all_values(onset_job *job, size_t *n)
{
    size_t  columns = (size_t)onset_n_columns(&job->shape), rows = (size_t)job->shape.n_subjects;
    double *values = malloc(columns * rows * sizeof *values);

    assert_non_null(values);
    for (size_t c = 0; c < columns; c++) assert_int_equal(onset_blocks_columns(NULL, job->blocks, (long)c, 1, values + c * rows), ONSET_OK);
    *n = columns * rows;
    return values;
}

static double *run_all(const onset_run_options *options, size_t *n)
{
    onset_job  *job = start(options, NULL);
    onset_error err = {0};
    double     *values;

    if (onset_job_execute(&err, job) != ONSET_OK) fail_msg("%s", err.message);
    values = all_values(job, n);
    onset_job_free(job);
    return values;
}

static void the_same_bits_for_any_threads_and_lanes(void **state)
{
    onset_run_options options = options_of(1);
    size_t            n, m;
    double           *alone;

    (void)state;
    fixture.fail_every = 13;
    fixture.lanes      = 1;
    alone              = run_all(&options, &n);
    for (int threads = 1; threads <= 5; threads++) {
        double *other;

        options         = options_of(threads);
        fixture.lanes   = 1 + 2 * threads;
        fixture.wait_us = threads == 2 ? 50 : 0;
        other           = run_all(&options, &m);
        assert_int_equal(n, m);
        assert_memory_equal(alone, other, n * sizeof *alone);
        free(other);
    }
    free(alone);
}

/* ---- Interrupted runs ---- */

typedef struct {
    long stop_after, n;
    long last_subject;
    int  last_arm;
} follower;

static bool follow(void *ctx, const onset_course_result *course)
{
    follower *f   = ctx;
    int       arm = 0;

    while (strcmp(study->arms[arm].name, course->arm) != 0) arm++;
    if (f->n > 0)
        assert_true(course->subject == f->last_subject ? arm == f->last_arm + 1 : course->subject == f->last_subject + 1 && arm == 0);
    f->last_subject = course->subject;
    f->last_arm     = arm;
    return ++f->n != f->stop_after;
}

static void a_resumed_run_gives_the_same_bits(void **state)
{
    onset_run_options options = options_of(2);
    size_t            n, m;
    double           *whole, *resumed;
    int               stops = 0;

    (void)state;
    fixture.fail_every = 7;
    whole              = run_all(&options, &n);
    for (int go = 0;; go++) { /* each run gives up after some 60 courses, in the middle of a block */
        follower     f = {.stop_after = 61};
        onset_job   *job;
        onset_status status;

        options        = options_of(1 + go % 3);
        options.ctx    = &f;
        options.course = follow;
        job            = start(&options, partial());
        if (go > 0) assert_true(job->n_resumed > 0);
        status = onset_job_execute(NULL, job);
        if (status == ONSET_OK) {
            resumed = all_values(job, &m);
            assert_int_equal(onset_blocks_about(job->blocks).n_subjects, SUBJECTS);
            onset_job_free(job);
            break;
        }
        assert_int_equal(status, ONSET_CANCELLED);
        onset_job_free(job);
        stops++;
    }
    unlink(partial());
    assert_true(stops >= 3);
    assert_int_equal(n, m);
    assert_memory_equal(whole, resumed, n * sizeof *whole);
    free(whole);
    free(resumed);
}

static void a_resumed_run_keeps_the_chosen_solver(void **state)
{
    onset_run_options options = options_of(1);
    follower          f       = {.stop_after = 61};
    onset_job        *job;
    char              why[200];

    (void)state;
    options.ctx    = &f;
    options.course = follow;
    fixture.choice = ONSET_SOLVER_EXPLICIT;
    job            = start(&options, partial());
    snprintf(why, sizeof why, "%s", job->solver_why);
    assert_int_equal(job->solver, ONSET_SOLVER_EXPLICIT);
    assert_int_equal(onset_job_execute(NULL, job), ONSET_CANCELLED);
    onset_job_free(job);
    fixture.choice = ONSET_SOLVER_ROSENBROCK; /* as if the pilot came out otherwise this time */
    job            = start(&options, partial());
    assert_true(job->n_resumed > 0);
    assert_int_equal(job->solver, ONSET_SOLVER_EXPLICIT);
    assert_string_equal(job->solver_why, why);
    assert_int_equal(fixture.n_chosen, 1);
    onset_job_free(job);
    unlink(partial());
}

static void another_run_does_not_go_on_from_it(void **state)
{
    onset_run_options options = options_of(1), others[4];
    follower          f       = {.stop_after = 61};
    onset_job        *job;

    (void)state;
    for (int i = 0; i < 4; i++) {
        options        = options_of(1);
        f              = (follower){.stop_after = 61};
        options.ctx    = &f;
        options.course = follow;
        job            = start(&options, partial());
        assert_int_equal(onset_job_execute(NULL, job), ONSET_CANCELLED);
        onset_job_free(job);
        others[i] = options_of(1);
        if (i == 0) others[i].has_seed = true, others[i].seed = 5;
        if (i == 1) others[i].subjects = SUBJECTS + 1;
        if (i == 2) others[i].rtol = 1e-5;
        if (i == 3) others[i].solver = "explicit";
        job = start(&others[i], partial());
        assert_int_equal(job->n_resumed, 0);
        assert_true(onset_blocks_about(job->blocks).discarded);
        onset_job_free(job);
    }
}

/* ---- Cancelling, progress ---- */

typedef struct {
    double      asked; /* clock when the first progress came; cancelled from then on */
    long        done, n_told;
    double      last, least_gap;
    atomic_bool cancel; /* asked for by all threads */
} watcher;

static void watch(void *ctx, const onset_progress *progress)
{
    watcher *w   = ctx;
    double   now = onset_clock();

    if (w->n_told > 0 && progress->done < progress->total && now - w->last < w->least_gap) w->least_gap = now - w->last;
    if (progress->done < w->done) fail_msg("progress went back");
    w->last = now;
    w->done = progress->done;
    if (w->done >= 8 && w->asked == 0) {
        w->asked  = now;
        w->cancel = true;
    }
    w->n_told++;
    assert_int_equal(progress->total, 4 * SUBJECTS);
    assert_string_equal(progress->stage, "solving");
}

static bool cancel_soon(void *ctx)
{
    watcher *w = ctx;

    return w->cancel;
}

static void cancelling_takes_less_than_a_second(void **state)
{
    onset_run_options options = options_of(3);
    watcher           w       = {.least_gap = 1};
    onset_error       err     = {0};
    onset_job        *job;

    (void)state;
    fixture.wait_us   = 20000; /* 1,200 courses of 20 ms: 8 s on 3 threads */
    options.ctx       = &w;
    options.progress  = watch;
    options.cancelled = cancel_soon;
    job               = start(&options, NULL);
    assert_int_equal(onset_job_execute(&err, job), ONSET_CANCELLED);
    assert_true(w.asked > 0 && onset_clock() - w.asked < 1);
    assert_true(w.done < 200);
    onset_job_free(job);
}

static void progress_comes_ten_times_a_second_and_at_the_end(void **state)
{
    onset_run_options options = options_of(2);
    watcher           w       = {.least_gap = 1};
    onset_job        *job;

    (void)state;
    fixture.wait_us  = 500;
    options.ctx      = &w;
    options.progress = watch;
    job              = start(&options, NULL);
    assert_int_equal(onset_job_execute(NULL, job), ONSET_OK);
    assert_true(w.least_gap >= 0.099);
    assert_int_equal(w.done, 4 * SUBJECTS);
    onset_job_free(job);
}

/* ---- Failures ---- */

typedef struct {
    int  n;
    long subjects[64];
    int  arms[64];
    char detail[64][100];
    bool has_state;
} failures;

/* The make-believe solver leaves the subject's number in the second state, the one at fault. */
static void keep_failure(void *ctx, const onset_failure *failure, const double *y)
{
    failures *f = ctx;

    assert_true(f->n < 64);
    f->has_state = y != NULL;
    if (y) assert_true(y[0] == 12.5 && y[1] == (double)failure->subject && failure->value == y[1] && failure->state == 1);
    f->subjects[f->n] = (long)failure->subject;
    f->arms[f->n]     = failure->arm;
    snprintf(f->detail[f->n++], sizeof f->detail[0], "%.99s", failure->detail);
}

static void failed_courses_are_data(void **state)
{
    onset_run_options options = options_of(2);
    onset_job        *job;
    failures          f = {0};
    double            failed[SUBJECTS], observed[SUBJECTS], trace[SUBJECTS];

    (void)state;
    fixture.fail_every = 30;
    fixture.fail_arm   = 1;
    job                = start(&options, NULL);
    assert_int_equal(onset_job_execute(NULL, job), ONSET_OK);
    assert_int_equal(onset_blocks_failures(NULL, job->blocks, keep_failure, &f), ONSET_OK);
    assert_int_equal(f.n, 10);
    assert_true(f.has_state);
    assert_int_equal(onset_blocks_about(job->blocks).n_failed, 10);
    for (int i = 0; i < f.n; i++) {
        assert_int_equal(f.subjects[i], 30 * (i + 1));
        assert_int_equal(f.arms[i], 1);
        assert_string_equal(f.detail[i], "not a number in d/dt (body.synapses)");
    }
    onset_blocks_columns(NULL, job->blocks, onset_column_failed(&job->shape, 1), 1, failed);
    onset_blocks_columns(NULL, job->blocks, onset_column_observed(&job->shape, 1, 0, 3), 1, observed);
    onset_blocks_columns(NULL, job->blocks, onset_column_trace(&job->shape, 1, 0, 3), 1, trace);
    for (int i = 0; i < SUBJECTS; i++) {
        bool wanted = (i + 1) % 30 == 0;

        assert_true((failed[i] != 0) == wanted && isnan(observed[i]) == wanted && isnan(trace[i]) == wanted);
    }
    onset_job_free(job);
}

static void a_time_line_that_cannot_be_built_is_a_failure(void **state)
{
    onset_run_options options = options_of(2);
    onset_job        *job;
    failures          f = {0};

    (void)state;
    fixture.refuse_every = 100;
    job                  = start(&options, NULL);
    assert_int_equal(onset_job_execute(NULL, job), ONSET_OK);
    assert_int_equal(onset_blocks_failures(NULL, job->blocks, keep_failure, &f), ONSET_OK);
    assert_false(f.has_state);
    assert_int_equal(f.n, 12); /* three subjects, four arms */
    for (int i = 0; i < 12; i++) assert_true(f.subjects[i] == 100 * (i / 4 + 1) && f.arms[i] == i % 4);
    assert_string_equal(f.detail[0], "subject 100: f is -1");
    onset_job_free(job);
}

/* One thread is held up in the course callback with the first block, until the other has filled the window with finished ones and waits. Then the run is cancelled:
 * what is finished is kept. */
typedef struct {
    atomic_bool held;
    atomic_int  quiet; /* questions in a row that came after a pause: the other thread has nothing to do */
    double      last;
    long        n;
} hold_up;

static bool held_up_callback(void *ctx, const onset_course_result *course)
{
    hold_up *h = ctx;

    (void)course;
    if (h->n++ > 0) return true;
    h->last = onset_clock();
    h->held = true;
    for (int i = 0; i < 1000 && h->quiet < 10; i++) nanosleep(&(struct timespec){.tv_nsec = 20000000}, NULL);
    nanosleep(&(struct timespec){.tv_nsec = 300000000}, NULL); /* the other has stopped the run by now */
    return true;
}

static bool cancelled_when_quiet(void *ctx)
{
    hold_up     *h   = ctx;
    const double now = onset_clock();

    if (!h->held || h->quiet >= 10) return h->held;
    h->quiet = now - h->last > 0.05 ? h->quiet + 1 : 0;
    h->last  = now;
    return false;
}

static void finished_blocks_are_kept_when_cancelled(void **state)
{
    onset_run_options options = options_of(2);
    hold_up           h       = {0};
    onset_job        *job;

    (void)state;
    fixture.lanes     = 1;
    options.subjects  = 4000;
    options.ctx       = &h;
    options.course    = held_up_callback;
    options.cancelled = cancelled_when_quiet;
    job               = start(&options, NULL);
    assert_true(job->shape.n_subjects > 5 * job->shape.block_subjects);
    assert_int_equal(onset_job_execute(NULL, job), ONSET_CANCELLED);
    assert_int_equal(onset_blocks_about(job->blocks).n_blocks, 5); /* the whole window of two threads */
    assert_int_equal(h.n, 5L * job->shape.block_subjects * job->shape.n_arms);
    onset_job_free(job);
}

/* ---- Streaming, options, summaries ---- */

static void courses_come_in_order(void **state)
{
    onset_run_options options = options_of(3);
    follower          f       = {0};
    onset_job        *job;

    (void)state;
    fixture.wait_us = 20;
    fixture.lanes   = 5;
    options.ctx     = &f;
    options.course  = follow;
    job             = start(&options, NULL);
    assert_int_equal(onset_job_execute(NULL, job), ONSET_OK);
    assert_int_equal(f.n, 4 * SUBJECTS);
    onset_job_free(job);
}

static void options_out_of_range(void **state)
{
    static const onset_run_options bad[] = {{.rtol = 0, .atol = 1e-8},
                                            {.rtol = 2, .atol = 1e-8},
                                            {.rtol = 1e-6, .atol = NAN},
                                            {.rtol = 1e-6, .atol = 1e-8, .subjects = -1},
                                            {.rtol = 1e-6, .atol = 1e-8, .threads = -1},
                                            {.rtol = 1e-6, .atol = 1e-8, .solver = "euler"},
                                            {.rtol = 1e-6, .atol = 1e-8, .isa = "mmx"}};

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        onset_job_setup setup_of = {0};
        onset_error     err      = {0};
        onset_job      *job      = NULL;

        assert_int_equal(onset_job_create(&err, study, &bad[i], &setup_of, &job), ONSET_BAD_INPUT);
        assert_true(strlen(err.message) > 10);
        assert_null(job);
    }
}

typedef struct {
    onset_job *job;
    long       n_true, n_observed, n_rates, n_differences;
    double     at_day_1[4]; /* median of true madrs by arm */
} sums;

static int arm_of(const char *name)
{
    int a = 0;

    while (strcmp(study->arms[a].name, name) != 0) a++;
    return a;
}

static onset_status take_summary(onset_error *err, void *ctx, bool observed, const char *arm, const char *output, double time,
                                 const onset_summary *s)
{
    sums *all = ctx;

    (void)err;
    if (observed) {
        all->n_observed++;
    } else {
        all->n_true++;
    }
    assert_int_equal(s->n, arm_of(arm) == 1 ? SUBJECTS - 10 : SUBJECTS);
    if (!observed && strcmp(output, "madrs") == 0 && time == 24) all->at_day_1[arm_of(arm)] = s->median;
    return ONSET_OK;
}

static onset_status take_rate(onset_error *err, void *ctx, const char *arm, const char *endpoint, double time, long n, long events)
{
    sums  *all = ctx;
    double values[SUBJECTS];
    int    k = 0, v = 0;
    long   count = 0;

    (void)err;
    while (strcmp(study->endpoints[k].name, endpoint) != 0) k++;
    while (study->visits[v] != time) v++;
    onset_blocks_columns(NULL, all->job->blocks, onset_column_endpoint(&all->job->shape, arm_of(arm), k, v), 1, values);
    for (int i = 0; i < SUBJECTS; i++) count += values[i] == 1;
    assert_int_equal(events, count);
    assert_int_equal(n, arm_of(arm) == 1 ? SUBJECTS - 10 : SUBJECTS);
    all->n_rates++;
    return ONSET_OK;
}

static onset_status take_difference(onset_error *err, void *ctx, const char *arm, const char *control, const char *output, double time,
                                    long n, double difference, onset_interval interval)
{
    sums  *all = ctx;
    double a[SUBJECTS], b[SUBJECTS], sum = 0;
    int    v = 0;

    (void)err;
    all->n_differences++;
    assert_string_equal(control, "placebo");
    assert_int_equal(n, arm_of(arm) == 1 ? SUBJECTS - 10 : SUBJECTS);
    assert_true(interval.low <= difference && difference <= interval.high);
    if (strcmp(output, "madrs") != 0) return ONSET_OK;
    while (study->visits[v] != time) v++;
    onset_blocks_columns(NULL, all->job->blocks, onset_column_observed(&all->job->shape, arm_of(arm), 0, v), 1, a);
    onset_blocks_columns(NULL, all->job->blocks, onset_column_observed(&all->job->shape, 3, 0, v), 1, b);
    for (int i = 0; i < SUBJECTS; i++) sum += isnan(a[i]) ? 0 : a[i] - b[i];
    assert_true(fabs(sum / (double)n - difference) < 1e-12 * SUBJECTS);
    return ONSET_OK;
}

static void every_cell_is_summarised(void **state)
{
    onset_run_options        options = options_of(2);
    sums                     all     = {0};
    const onset_summary_sink sink    = {.ctx = &all, .summary = take_summary, .rate = take_rate, .difference = take_difference};

    (void)state;
    fixture.fail_every = 30;
    fixture.fail_arm   = 1;
    all.job            = start(&options, NULL);
    assert_int_equal(onset_job_execute(NULL, all.job), ONSET_OK);
    assert_int_equal(onset_job_summaries(NULL, all.job, &sink), ONSET_OK);
    assert_int_equal(all.n_true, 4L * 9 * (study->n_visits + study->n_trace));
    assert_int_equal(all.n_observed, 4 * (9 + 2) * study->n_visits);
    assert_int_equal(all.n_rates, 4 * 3 * study->n_visits);
    assert_int_equal(all.n_differences, 3 * (9 + 5) * study->n_visits);
    assert_true(all.at_day_1[0] < all.at_day_1[3] - 5); /* the made-up infusion works within a day */
    onset_job_free(all.job);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test_setup(the_same_bits_for_any_threads_and_lanes, reset),
                                       cmocka_unit_test_setup(a_resumed_run_gives_the_same_bits, reset),
                                       cmocka_unit_test_setup(a_resumed_run_keeps_the_chosen_solver, reset),
                                       cmocka_unit_test_setup(another_run_does_not_go_on_from_it, reset),
                                       cmocka_unit_test_setup(cancelling_takes_less_than_a_second, reset),
                                       cmocka_unit_test_setup(progress_comes_ten_times_a_second_and_at_the_end, reset),
                                       cmocka_unit_test_setup(failed_courses_are_data, reset),
                                       cmocka_unit_test_setup(a_time_line_that_cannot_be_built_is_a_failure, reset),
                                       cmocka_unit_test_setup(finished_blocks_are_kept_when_cancelled, reset),
                                       cmocka_unit_test_setup(courses_come_in_order, reset),
                                       cmocka_unit_test_setup(options_out_of_range, reset),
                                       cmocka_unit_test_setup(every_cell_is_summarised, reset)};

    return cmocka_run_group_tests(tests, setup, teardown);
}
