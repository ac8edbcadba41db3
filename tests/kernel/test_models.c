/* Kernels of real models: the benchmark problems against their equations written out by hand, and those built into the program. */
#include "fixture.h"
#include "read_model.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

/* Rates are sums of a few terms of like size; each term a few roundings. */
static const double few_ulp = 1e-13;

static int state_index(const onset_model *m, const char *name)
{
    for (int i = 0; i < m->n_states; i++)
        if (strcmp(strchr(m->states[i].name, '.') + 1, name) == 0) return i;
    fail_msg("model %s has no state %s", m->name, name);
    return -1;
}

static onset_kernel *load(const onset_model *m, const onset_kernel_options *options, onset_kernel_origin *origin)
{
    onset_error   err    = {0};
    onset_kernel *kernel = NULL;

    if (onset_kernel_load(&err, m, options, &kernel, origin) != ONSET_OK) fail_msg("%s", err.message);
    return kernel;
}

/* ---- stiff30 ---- */

enum {
    A1,
    A2,
    A3,
    M1,
    M2,
    CE,
    CM,
    R1,
    R2,
    R3,
    R4,
    RI,
    RE,
    GABA,
    GLU,
    AMA,
    AMS,
    CAL,
    BR,
    BP,
    TRK,
    ERK,
    AKT,
    MTOR,
    EEF,
    PS,
    SYN,
    W,
    H,
    S,
    N30
};

static const char *const names30[N30] = {"A1",  "A2",  "A3",  "M1",   "M2",  "CE",  "CM",  "R1",  "R2", "R3",
                                         "R4",  "RI",  "RE",  "GABA", "GLU", "AMA", "AMS", "CAL", "BR", "BP",
                                         "TRK", "ERK", "AKT", "MTOR", "EEF", "PS",  "SYN", "W",   "H",  "S"};

enum { CL, V1, KE0, KON1, KOFF1, WIE, TAUBP, TAUSYN, TAUS, S0, N_PARAMS30 };

static const char *const param_names30[N_PARAMS30] = {"body.CL",  "body.V1",    "body.KE0",    "body.KON1", "body.KOFF1",
                                                      "body.WIE", "body.TAUBP", "body.TAUSYN", "body.TAUS", "body.S0"};

static double hn(double x, double k, double n)
{
    x = x > 1e-12 ? x : 1e-12;
    return (1 + pow(k, n)) * pow(x, n) / (pow(k, n) + pow(x, n));
}

/* The drug: plasma, metabolite, effect site, binding. */
static void rates30_drug(const double *y, const double *p, double *d)
{
    const double kon[4] = {p[KON1], 18000, 7200, 3600}, koff[4] = {p[KOFF1], 2160, 2880, 3600};

    d[A1] = -(p[CL] + 60 + 30) / p[V1] * y[A1] + 60.0 / 60 * y[A2] + 30.0 / 150 * y[A3];
    d[A2] = 60 / p[V1] * y[A1] - 60.0 / 60 * y[A2];
    d[A3] = 30 / p[V1] * y[A1] - 30.0 / 150 * y[A3];
    d[M1] = 0.8 * p[CL] / p[V1] * y[A1] - (60.0 + 40) / 80 * y[M1] + 40.0 / 100 * y[M2];
    d[M2] = 40.0 / 80 * y[M1] - 40.0 / 100 * y[M2];
    d[CE] = p[KE0] * (0.5 * y[A1] / p[V1] - y[CE]);
    d[CM] = 2 * (y[M1] / 80 - y[CM]);
    for (int i = 0; i < 4; i++) d[R1 + i] = kon[i] * y[CE] * (1 - y[R1 + i]) - koff[i] * y[R1 + i];
}

static void rates30_circuit(const double *y, const double *p, double *d)
{
    const double ui = (y[RE] * (1 - y[R1]) + 0.5) / 1.5;
    const double ue = (1 + 0.5 * y[RE] * (1 - 0.5 * y[R2])) / 1.5 * (1 + p[WIE]) / (1 + p[WIE] * y[GABA]);

    d[RI]   = (hn(ui, 1, 2) - y[RI]) * 3600;
    d[RE]   = (hn(ue, 1.5, 2) - y[RE]) * 1800;
    d[GABA] = (y[RI] * (1 - 0.2 * y[R4]) - y[GABA]) * 360;
    d[GLU]  = (y[RE] - y[GLU]) * 120;
    d[AMA]  = (hn(y[GLU] * y[AMS], 1.5, 2) - y[AMA]) * 720;
    d[AMS]  = (hn(y[PS], 1, 0.5) * (1 + 0.3 * y[CM] / (y[CM] + 1)) - y[AMS]) / 2;
    d[CAL]  = (0.7 * y[AMA] + 0.3 * (1 - y[R3]) * y[GLU] - y[CAL]) * 60;
}

static void rates30_slow(const double *y, const double *p, double *d)
{
    d[BR]   = (hn(y[CAL], 1, 2) * y[BP] - y[BR]) * 6;
    d[BP]   = (0.6 * y[PS] + 0.8 / (1 + y[EEF]) - y[BP]) / p[TAUBP];
    d[TRK]  = (hn(y[BR], 1, 1.2) - y[TRK]) * 12;
    d[ERK]  = (hn(y[TRK], 1, 1.5) - y[ERK]) * 6;
    d[AKT]  = (hn(y[TRK], 1, 1.5) - y[AKT]) * 4;
    d[MTOR] = (hn(0.5 * y[ERK] + 0.5 * y[AKT], 1.2, 2) - y[MTOR]) * 2;
    d[EEF]  = ((1 - 0.8 * y[R3]) * 2 / (1 + y[MTOR]) - y[EEF]) * 3;
    d[PS]   = (hn(y[MTOR], 1.2, 2) - y[PS]) / 3;
    d[SYN]  = (hn(y[PS], 1.5, 2) * y[W] / y[H] - y[SYN]) / p[TAUSYN];
    d[W]    = (hn(y[CAL], 1, 1.2) - y[W]) / 24;
    d[H]    = (y[SYN] - y[H]) / 168;
    d[S]    = (p[S0] * 2 / (1 + pow(y[SYN], 3)) - y[S]) / p[TAUS];
}

typedef struct {
    const onset_kernel_table *t;
    double                   *time, *params, *consts, *y, *dydt;
} batch;

static batch make_batch(const onset_kernel_table *t)
{
    return (batch){t,
                   fixture_array(1, t->lanes),
                   fixture_array(t->n_params + t->n_covariates, t->lanes),
                   fixture_array(t->n_consts, t->lanes),
                   fixture_array(t->n_states, t->lanes),
                   fixture_array(t->n_states, t->lanes)};
}

static void free_batch(batch *b)
{
    free(b->time);
    free(b->params);
    free(b->consts);
    free(b->y);
    free(b->dydt);
}

static double uniform(unsigned *seed, double low, double high)
{
    return low + (high - low) * rand_r(seed) / (double)RAND_MAX;
}

static void check_lane30(const onset_model *m, const batch *b, int lane)
{
    double    p[N_PARAMS30], y[N30], wanted[N30];
    const int lanes = b->t->lanes;

    for (int i = 0; i < N_PARAMS30; i++) p[i] = b->params[onset_model_find_param(m, param_names30[i]) * lanes + lane];
    for (int i = 0; i < N30; i++) y[i] = b->y[state_index(m, names30[i]) * lanes + lane];
    rates30_drug(y, p, wanted);
    rates30_circuit(y, p, wanted);
    rates30_slow(y, p, wanted);
    for (int i = 0; i < N30; i++) {
        const double got = b->dydt[state_index(m, names30[i]) * lanes + lane];

        /* The largest rate constant is 36,000 / h: what cancels in a difference is of that size. */
        if (fabs(got - wanted[i]) > few_ulp * (fabs(wanted[i]) + 4e4))
            fail_msg("lane %d, %s: got %.17g, wanted %.17g", lane, names30[i], got, wanted[i]);
    }
}

static void check30(const onset_model *m, onset_isa isa)
{
    const onset_kernel_options options = {.isa = isa, .cache_dir = ""};
    onset_kernel              *kernel  = load(m, &options, NULL);
    batch                      b       = make_batch(onset_kernel_table_of(kernel));
    unsigned                   seed    = 30;

    for (int round = 0; round < 200; round++) {
        for (int i = 0; i < m->n_params; i++)
            for (int k = 0; k < b.t->lanes; k++) b.params[i * b.t->lanes + k] = m->params[i].value * uniform(&seed, 0.5, 2);
        b.t->prepare(b.params, b.consts);
        b.t->initial(b.consts, b.y);
        if (round == 0) { /* without drug nothing moves */
            b.t->rhs(b.time, b.y, b.consts, b.dydt);
            for (int i = 0; i < N30 * b.t->lanes; i++) assert_true(fabs(b.dydt[i]) < 3600 * 1e-15);
        }
        for (int i = 0; i < N30 * b.t->lanes; i++) b.y[i] = (b.y[i] > 0 ? b.y[i] : 1) * uniform(&seed, 0.1, 3);
        b.t->rhs(b.time, b.y, b.consts, b.dydt);
        for (int k = 0; k < b.t->lanes; k++) check_lane30(m, &b, k);
    }
    free_batch(&b);
    onset_kernel_free(kernel);
}

static void stiff30_is_what_its_equations_say(void **state)
{
    read_model read = read_model_open(SOURCE_ROOT "/bench/stiff30.onset");

    (void)state;
    assert_int_equal(read.model->n_states, N30);
    assert_int_equal(read.model->n_params, N_PARAMS30);
    for (onset_isa isa = ONSET_ISA_SCALAR; isa < ONSET_N_ISA; isa++)
        if (onset_isa_runs(isa)) check30(read.model, isa);
    read_model_close(&read);
}

/* ---- pkpd4 ---- */

static void pkpd4_is_what_its_equations_say(void **state)
{
    static const char *const   names[] = {"body.KA", "body.CL", "body.V2", "body.Q", "body.V3", "body.KIN", "body.KOUT", "body.IC50"};
    const onset_kernel_options options = {.isa = onset_isa_best(), .cache_dir = ""};
    read_model                 read    = read_model_open(SOURCE_ROOT "/bench/pkpd4.onset");
    const onset_model         *m       = read.model;
    onset_kernel              *kernel  = load(m, &options, NULL);
    batch                      b       = make_batch(onset_kernel_table_of(kernel));
    const int                  lanes   = b.t->lanes;
    unsigned                   seed    = 4;

    (void)state;
    for (int i = 0; i < 8 * lanes; i++) b.params[i] = uniform(&seed, 0.1, 20);
    for (int i = 0; i < 4 * lanes; i++) b.y[i] = uniform(&seed, 0, 100);
    b.t->prepare(b.params, b.consts);
    b.t->rhs(b.time, b.y, b.consts, b.dydt);
    for (int k = 0; k < lanes; k++) {
        double p[8], y[4], wanted[4];

        for (int i = 0; i < 8; i++) p[i] = b.params[onset_model_find_param(m, names[i]) * lanes + k];
        for (int i = 0; i < 4; i++) y[i] = b.y[i * lanes + k];
        wanted[0] = -p[0] * y[0];
        wanted[1] = p[0] * y[0] - (p[1] / p[2] + p[3] / p[2]) * y[1] + p[3] / p[4] * y[2];
        wanted[2] = p[3] / p[2] * y[1] - p[3] / p[4] * y[2];
        wanted[3] = p[5] * (1 - 0.9 * (y[1] / p[2]) / (p[7] + y[1] / p[2])) - p[6] * y[3];
        for (int i = 0; i < 4; i++)
            if (fabs(b.dydt[i * lanes + k] - wanted[i]) > few_ulp * (fabs(wanted[i]) + 1e4))
                fail_msg("lane %d, state %d: got %.17g, wanted %.17g", k, i, b.dydt[i * lanes + k], wanted[i]);
    }
    free_batch(&b);
    onset_kernel_free(kernel);
    read_model_close(&read);
}

/* ---- Built in ---- */

/* A model of the library needs no compiler, and its built-in kernel computes what one compiled now does. */
static void check_builtin(const onset_model *m, onset_isa isa)
{
    const onset_kernel_options builtin = {.isa = isa, .cache_dir = "", .compiler = "no-such-compiler"};
    const onset_kernel_options now     = {.isa = isa, .cache_dir = "", .no_builtin = true};
    onset_kernel_origin        origin;
    onset_kernel              *a = load(m, &builtin, &origin), *b;
    batch                      in, made;

    assert_true(origin.builtin);
    assert_true(origin.compile_s == 0);
    b = load(m, &now, &origin);
    assert_false(origin.builtin);
    in   = make_batch(onset_kernel_table_of(a));
    made = make_batch(onset_kernel_table_of(b));
    for (int i = 0; i < m->n_params + m->n_covariates; i++)
        for (int k = 0; k < in.t->lanes; k++)
            in.params[i * in.t->lanes + k] = made.params[i * in.t->lanes + k] =
                (i < m->n_params ? m->params[i].value : m->covariates[i - m->n_params].value) * (1 + 0.01 * k);
    in.t->prepare(in.params, in.consts);
    made.t->prepare(made.params, made.consts);
    in.t->initial(in.consts, in.y);
    made.t->initial(made.consts, made.y);
    in.t->rhs(in.time, in.y, in.consts, in.dydt);
    made.t->rhs(made.time, made.y, made.consts, made.dydt);
    for (int i = 0; i < m->n_states * in.t->lanes; i++) {
        assert_true(isfinite(in.y[i]) && isfinite(in.dydt[i]));
        if (fabs(in.dydt[i] - made.dydt[i]) > 1e-9 * (1 + fabs(made.dydt[i])))
            fail_msg("rate %d: built in %.17g, compiled %.17g", i / in.t->lanes, in.dydt[i], made.dydt[i]);
    }
    free_batch(&in);
    free_batch(&made);
    onset_kernel_free(a);
    onset_kernel_free(b);
}

static void models_of_the_library_are_built_in(void **state)
{
    FILE *list = fopen(SOURCE_ROOT "/library/builtin.txt", "r");
    char  line[200], path[400];
    int   n = 0;

    (void)state;
    assert_non_null(list);
    while (fgets(line, sizeof line, list)) {
        read_model read;

        line[strcspn(line, "\n")] = '\0';
        if (line[0] == '#' || strncmp(line, "models/", 7) != 0) continue;
        snprintf(path, sizeof path, "%s/library/%s", SOURCE_ROOT, line);
        read = read_model_open(path);
        for (onset_isa isa = ONSET_ISA_SCALAR; isa < ONSET_N_ISA; isa++)
            if (onset_isa_runs(isa)) check_builtin(read.model, isa);
        read_model_close(&read);
        n++;
    }
    fclose(list);
    assert_true(n > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stiff30_is_what_its_equations_say),
        cmocka_unit_test(pkpd4_is_what_its_equations_say),
        cmocka_unit_test(models_of_the_library_are_built_in),
    };

    return cmocka_run_group_tests_name("kernel models", tests, NULL, NULL);
}
