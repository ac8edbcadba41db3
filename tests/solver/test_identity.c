/* What a patient gets is the same bits alone, on any lane, in any batch, in any order, in any thread, and beside any neighbour. */
#include "support.h"

#include <pthread.h>

enum { N = 21, N_OUT = 50, ROW = 6 };

typedef struct {
    double       params[8];
    onset_item   items[6], cycle[1];
    double       t[N_OUT], out[N_OUT * ROW];
    onset_course course;
} patient;

/* Patients who differ in everything: parameters, doses, infusions, steady state, a covariate's change, outputs, length. */
static void make_patient(patient *p, int k)
{
    const double typical[] = {5, 40, 8, 90, 3, 150, 1.2, 1};
    int          n         = 0;

    memset(p, 0, sizeof *p);
    for (int i = 0; i < 8; i++) p->params[i] = typical[i] * exp(0.3 * sin(7.0 * k + i));
    p->cycle[0] = (onset_item){.time = 0, .kind = ONSET_ITEM_BOLUS, .index = 0, .amount = 50};
    if (k % 5 == 4) p->items[n++] = (onset_item){.time = 0, .kind = ONSET_ITEM_STEADY, .period = 8 + k, .cycle_n = 1};
    p->items[n++] = (onset_item){.time = 0, .kind = ONSET_ITEM_BOLUS, .index = 0, .amount = 100 + k};
    if (k % 3 == 0) {
        p->items[n++] = (onset_item){.time = 3 + k, .kind = ONSET_ITEM_RATE, .index = 1 + k % 2, .amount = 30};
        p->items[n++] = (onset_item){.time = 4.1 + k, .kind = ONSET_ITEM_RATE, .index = 1 + k % 2, .amount = -30};
    }
    if (k % 4 == 1) p->items[n++] = (onset_item){.time = 20.5 + k, .kind = ONSET_ITEM_COVARIATE, .index = 0, .amount = 1.7};
    for (int i = 0; i < N_OUT; i++) p->t[i] = (10 + 5 * k) * i / (N_OUT - 1.0);
    p->course = (onset_course){.params      = p->params,
                               .items       = p->items,
                               .n_items     = n,
                               .cycle_items = p->cycle,
                               .out_time    = p->t,
                               .n_out       = k == 7 ? 0 : N_OUT,
                               .out         = p->out};
}

static void make_patients(patient *p, onset_course *c, int n)
{
    for (int k = 0; k < n; k++) {
        make_patient(&p[k], k);
        c[k] = p[k].course;
    }
}

static void assert_same(const patient *a, const patient *b, int k, const char *how)
{
    for (int i = 0; i < N_OUT * ROW; i++) {
        if (memcmp(&a->out[i], &b->out[i], sizeof(double)) != 0)
            fail_msg("patient %d, %s: value %d is %.17g, alone %.17g", k, how, i, b->out[i], a->out[i]);
    }
}

static patient      alone[N], now[N];
static onset_course courses[N];

static void solve_alone(const onset_kernel_table *k, onset_isa isa, const onset_solver_options *o)
{
    make_patients(alone, courses, N);
    for (int i = 0; i < N; i++) solve(k, isa, o, &courses[i], 1);
}

static void check_batches(const onset_kernel_table *k, onset_isa isa, const onset_solver_options *o)
{
    int most = 2 * k->lanes + 1 < N ? 2 * k->lanes + 1 : N;

    solve_alone(k, isa, o);
    for (int n = 1; n <= most; n++) {
        make_patients(now, courses, n);
        solve(k, isa, o, courses, n);
        for (int i = 0; i < n; i++) assert_same(&alone[i], &now[i], i, "in a batch");
    }
}

static void check_orders(const onset_kernel_table *k, onset_isa isa, const onset_solver_options *o)
{
    int order[N];

    solve_alone(k, isa, o);
    for (int turn = 1; turn < N; turn += 3) { /* 1, 4, 7, ... : each patient comes to every lane */
        for (int i = 0; i < N; i++) order[i] = turn % 2 ? (i * turn + turn) % N : N - 1 - (i + turn) % N;
        if (turn == 7) continue; /* divides N: not a permutation */
        make_patients(now, courses, N);
        solve_in_order(k, isa, o, courses, N, order);
        for (int i = 0; i < N; i++) assert_same(&alone[i], &now[i], i, "in another order");
    }
}

typedef void check(const onset_kernel_table *k, onset_isa isa, const onset_solver_options *o);

static void for_both_methods(check *check_it)
{
    for (onset_solver_kind kind = ONSET_SOLVER_ROSENBROCK; kind <= ONSET_SOLVER_EXPLICIT; kind++) {
        FOR_EACH_ISA(isa)
        {
            onset_kernel_table   k = three_cmt_kernel(isa);
            onset_solver_options o = options_of(kind, 1e-6, 1e-8);

            o.states = true;
            check_it(&k, isa, &o);
        }
    }
}

static void batch_of_any_size_gives_the_same_bits(void **state)
{
    (void)state;
    for_both_methods(check_batches);
}

static void any_order_gives_the_same_bits(void **state)
{
    (void)state;
    for_both_methods(check_orders);
}

/* ---- Threads: a shared source behind a lock ---- */

typedef struct {
    pthread_mutex_t             lock;
    int                         next;
    const onset_kernel_table   *kernel;
    onset_isa                   isa;
    const onset_solver_options *options;
} shared;

static onset_course *shared_next(void *ctx)
{
    shared       *s = ctx;
    onset_course *c;

    pthread_mutex_lock(&s->lock);
    c = s->next < N ? &courses[s->next++] : NULL;
    pthread_mutex_unlock(&s->lock);
    return c;
}

static void *run_thread(void *ctx)
{
    shared             *s      = ctx;
    onset_course_source source = {.ctx = s, .next = shared_next};

    return onset_solve(NULL, s->kernel, s->isa, s->options, &source) == ONSET_OK ? NULL : s;
}

static void check_threads(const onset_kernel_table *k, onset_isa isa, const onset_solver_options *o)
{
    solve_alone(k, isa, o);
    for (int turn = 0; turn < 3; turn++) {
        shared    s = {.kernel = k, .isa = isa, .options = o};
        pthread_t thread[2];
        void     *failed[2];

        pthread_mutex_init(&s.lock, NULL);
        make_patients(now, courses, N);
        for (int i = 0; i < 2; i++) assert_int_equal(pthread_create(&thread[i], NULL, run_thread, &s), 0);
        for (int i = 0; i < 2; i++) pthread_join(thread[i], &failed[i]);
        pthread_mutex_destroy(&s.lock);
        assert_null(failed[0]);
        assert_null(failed[1]);
        for (int i = 0; i < N; i++) assert_same(&alone[i], &now[i], i, "in two threads");
    }
}

static void two_threads_give_the_same_bits(void **state)
{
    (void)state;
    for_both_methods(check_threads);
}

/* ---- Neighbours that fail ---- */

enum { N_BURST = 19 };

static double burst_params[N_BURST][3], burst_out[2][N_BURST][5];

static void make_bursts(onset_course *c, int set, const double *t)
{
    for (int k = 0; k < N_BURST; k++) {
        double *p = burst_params[k];

        p[0] = k % 4 == 1 ? 1 : 0.01; /* reaches infinity at t = 1 */
        p[1] = 1 + 0.01 * k;
        p[2] = k % 4 == 3 ? -1 : 0; /* not a number from the start */
        if (k % 8 == 2) p[1] = NAN;
        c[k] = (onset_course){.params = p, .out_time = t, .n_out = 5, .out = burst_out[set][k]};
    }
}

/* Each failure is data, the others are right, and their bits are those they have alone. */
static void failing_neighbour_is_not_felt(void **state)
{
    const double t[5] = {0, 0.5, 1, 2, 3};
    onset_course c[N_BURST];

    (void)state;
    for (onset_solver_kind kind = ONSET_SOLVER_ROSENBROCK; kind <= ONSET_SOLVER_EXPLICIT; kind++) {
        FOR_EACH_ISA(isa)
        {
            onset_kernel_table   k = burst_kernel(isa);
            onset_solver_options o = options_of(kind, 1e-6, 1e-8);

            make_bursts(c, 0, t);
            for (int i = 0; i < N_BURST; i++) solve(&k, isa, &o, &c[i], 1);
            make_bursts(c, 1, t);
            solve(&k, isa, &o, c, N_BURST);
            for (int i = 0; i < N_BURST; i++) {
                bool bad = i % 4 == 1 || i % 4 == 3 || i % 8 == 2;

                assert_int_equal(c[i].failed, bad);
                for (int j = 0; j < 5; j++) {
                    double x = burst_out[0][i][j], y = burst_out[1][i][j];
                    if (memcmp(&x, &y, sizeof x) != 0) fail_msg("course %d, output %d: %.17g, alone %.17g", i, j, y, x);
                    if (!bad) assert_near(y, 1 / (1 / burst_params[i][1] - 0.01 * t[j]), 1e-5, 0);
                }
            }
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(batch_of_any_size_gives_the_same_bits),
        cmocka_unit_test(any_order_gives_the_same_bits),
        cmocka_unit_test(two_threads_give_the_same_bits),
        cmocka_unit_test(failing_neighbour_is_not_felt),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
