/* The benchmark: Onset and SUNDIALS CVODE on the same equations, patients and machine, in turn.
 *
 * Every round measures each case once, one after the other, each in a process of its own; a ratio is taken within its round, so that what else the machine
 * does hits both sides. Medians and ranges over the rounds are reported. */
#include "diagram.h"
#include "limit.h"
#include "measure.h"

#include "base/error.h"

#include <getopt.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_ROUNDS = 32, MAX_CASES = 64 };

typedef struct {
    bench_task task;
    bool       once; /* only in the first round: slow, and of interest for its order of magnitude */
} bench_case;

typedef struct {
    const char *folder, *json, *diagram;
    int         rounds;
    bool        quick, limit;
} settings;

typedef struct {
    double       compile_s[2], cached_s[2]; /* of stiff30 and pkpd4, by the lanes of this CPU */
    bench_case   cases[MAX_CASES];
    int          n_cases;
    bench_result results[MAX_CASES][MAX_ROUNDS];
    bench_line   lines[BENCH_N_METHODS];
} bench;

/* ---- Cases ---- */

static void add(bench *b, const settings *s, const bench_definition *definition, bench_method method, double rtol, int threads,
                int n_subjects, bool once)
{
    bench_task *t = &b->cases[b->n_cases].task;

    *t = (bench_task){.definition = definition,
                      .method     = method,
                      .rtol       = rtol,
                      .atol       = rtol / 100,
                      .threads    = threads,
                      .n_subjects = s->quick ? (n_subjects + 4) / 5 : n_subjects,
                      .least_s    = s->quick ? 0.1 : 0.6};
    if (t->n_subjects < 20) t->n_subjects = 20; /* those that have a reference */
    b->cases[b->n_cases++].once = once;
}

static void make_cases(bench *b, const settings *s)
{
    static const double tolerances[] = {1e-6, 1e-4};

    for (int k = 0; k < 2; k++) {
        double rtol = tolerances[k];

        add(b, s, &bench_stiff30, BENCH_ROSENBROCK, rtol, 1, 1000, false);
        add(b, s, &bench_stiff30, BENCH_CVODE_DENSE, rtol, 1, 20, false);
        add(b, s, &bench_stiff30, BENCH_CVODE_KLU, rtol, 1, 40, false);
        add(b, s, &bench_stiff30, BENCH_CVODE_EMITTED, rtol, 1, 40, false);
        add(b, s, &bench_stiff30, BENCH_ROSENBROCK, rtol, 2, 1000, false);
        add(b, s, &bench_pkpd4, BENCH_EXPLICIT, rtol, 1, 4000, false);
        add(b, s, &bench_pkpd4, BENCH_CVODE_DENSE, rtol, 1, 200, false);
        add(b, s, &bench_pkpd4, BENCH_CVODE_KLU, rtol, 1, 200, false);
        add(b, s, &bench_pkpd4, BENCH_CVODE_EMITTED, rtol, 1, 200, false);
        add(b, s, &bench_pkpd4, BENCH_EXPLICIT, rtol, 2, 4000, false);
        add(b, s, &bench_pkpd4, BENCH_ROSENBROCK, rtol, 1, 4000, false);
    }
    add(b, s, &bench_pkpd4_daily, BENCH_EXPLICIT, 1e-6, 1, 4000, false);
    add(b, s, &bench_pkpd4_daily, BENCH_CVODE_DENSE, 1e-6, 1, 200, false);
    add(b, s, &bench_pkpd4_daily, BENCH_EXPLICIT, 1e-6, 1, s->quick ? 5000 : 100000, true); /* memory does not grow with the number */
    if (!s->quick) add(b, s, &bench_stiff30, BENCH_EXPLICIT, 1e-6, 1, 24, true);
}

/* ---- Statistics ---- */

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

typedef struct {
    double median, low, high;
} spread;

static spread spread_of(double *x, int n)
{
    if (n == 0) return (spread){NAN, NAN, NAN};
    qsort(x, (size_t)n, sizeof *x, by_size);
    return (spread){n % 2 ? x[n / 2] : 0.5 * (x[n / 2 - 1] + x[n / 2]), x[0], x[n - 1]};
}

static int rounds_of(const bench *b, const settings *s, int k)
{
    return b->cases[k].once ? 1 : s->rounds;
}

static spread speed_of(const bench *b, const settings *s, int k)
{
    double x[MAX_ROUNDS];
    int    n = rounds_of(b, s, k);

    for (int r = 0; r < n; r++) x[r] = b->results[k][r].subjects_per_s;
    return spread_of(x, n);
}

static bool is_same_problem(const bench_task *a, const bench_task *b)
{
    return a->definition == b->definition && a->rtol == b->rtol;
}

/* Speed of case k over that of CVODE, in each round: its dense solver, or the faster of the two sparse ones. */
static spread ratio_of(const bench *b, const settings *s, int k, bool sparse)
{
    double x[MAX_ROUNDS];
    int    n = 0;

    for (int r = 0; r < rounds_of(b, s, k); r++) {
        double rival = 0;

        for (int j = 0; j < b->n_cases; j++) {
            const bench_task *t = &b->cases[j].task;
            bool fits = sparse ? t->method == BENCH_CVODE_KLU || t->method == BENCH_CVODE_EMITTED : t->method == BENCH_CVODE_DENSE;

            if (fits && is_same_problem(t, &b->cases[k].task)) rival = fmax(rival, b->results[j][r].subjects_per_s);
        }
        if (rival > 0) x[n++] = b->results[k][r].subjects_per_s / rival;
    }
    return spread_of(x, n);
}

/* ---- Running ---- */

static bool run_case(bench *b, const settings *s, int k, int round)
{
    bench_result *result = &b->results[k][round];

    *result = bench_measure(s->folder, &b->cases[k].task);
    if (!result->ok)
        fprintf(stderr, "%s, %s: %s\n", b->cases[k].task.definition->name, bench_method_name(b->cases[k].task.method), result->message);
    return result->ok;
}

static bool run_rounds(bench *b, const settings *s)
{
    for (int round = 0; round < s->rounds; round++) {
        for (int k = 0; k < b->n_cases; k++) {
            if (b->cases[k].once && round > 0) continue;
            fprintf(stderr, "\rround %d of %d, case %d of %d ", round + 1, s->rounds, k + 1, b->n_cases);
            if (!run_case(b, s, k, round)) return false;
        }
    }
    fprintf(stderr, "\r%60s\r", "");
    return true;
}

/* Time to compile a model anew, and to read, check and load it from the cache: medians of five. */
static bool run_compile(const settings *s, const bench_definition *definition, double *compile_s, double *cached_s)
{
    double anew[5], cached[5];

    for (int i = 0; i < 10; i++) {
        bench_task task = {
            .definition = definition, .method = BENCH_ROSENBROCK, .rtol = 1e-3, .atol = 1e-5, .threads = 1, .n_subjects = 20};
        bench_result r;

        task.no_cache = i < 5;
        r             = bench_measure(s->folder, &task);
        if (!r.ok) return false;
        if (i < 5)
            anew[i] = r.compile_s;
        else
            cached[i - 5] = r.load_s;
    }
    *compile_s = spread_of(anew, 5).median;
    *cached_s  = spread_of(cached, 5).median;
    return true;
}

/* Every model compiled and in the cache, so that no measurement holds the compiler. */
static bool warm_up(const settings *s)
{
    static const bench_definition *const definitions[] = {&bench_stiff30, &bench_pkpd4};

    for (int i = 0; i < 4; i++) {
        bench_task   task = {.definition = definitions[i % 2],
                             .method     = i < 2 ? BENCH_ROSENBROCK : BENCH_CVODE_KLU,
                             .rtol       = 1e-3,
                             .atol       = 1e-5,
                             .threads    = 1,
                             .n_subjects = 1};
        bench_result r    = bench_measure(s->folder, &task);

        if (!r.ok) fprintf(stderr, "%s: %s\n", task.definition->name, r.message);
        if (!r.ok) return false;
    }
    return true;
}

static bool run_diagram(bench *b, const settings *s)
{
    static const char *const names[BENCH_N_METHODS] = {"Onset, Rosenbrock", "Onset, explicit", "CVODE, dense", "CVODE, KLU",
                                                       "CVODE, emitted"};

    for (int m = 0; m < BENCH_N_METHODS; m++) {
        bench_line *line = &b->lines[m];

        line->name = names[m];
        if (m == BENCH_EXPLICIT) continue;
        for (int power = 3; power <= 9; power++) {
            double       rtol = pow(10, -power);
            bench_task   task = {.definition = &bench_stiff30, .method = (bench_method)m, .rtol = rtol, .atol = rtol / 100, .threads = 1};
            bench_result r;

            task.n_subjects = m == BENCH_ROSENBROCK ? 400 : 20;
            task.least_s    = s->quick ? 0 : 0.3;
            fprintf(stderr, "\rdiagram: %s, 1e-%d   ", names[m], power);
            r = bench_measure(s->folder, &task);
            if (!r.ok) return false;
            line->accuracy[line->n] = r.accuracy;
            line->speed[line->n++]  = r.subjects_per_s;
        }
    }
    fprintf(stderr, "\r%60s\r", "");
    return true;
}

/* ---- Report ---- */

static void print_table(const bench *b, const settings *s)
{
    printf("%-12s %-7s %-16s %6s %2s %8s %10s %22s %22s %9s %9s %7s\n", "problem", "program", "method", "rtol", "th", "subjects",
           "subjects/s", "x CVODE dense (range)", "x CVODE sparse (range)", "accuracy", "steps", "MB");
    for (int k = 0; k < b->n_cases; k++) {
        const bench_task   *t     = &b->cases[k].task;
        const bench_result *r     = &b->results[k][0];
        spread              speed = speed_of(b, s, k), dense = ratio_of(b, s, k, false), sparse = ratio_of(b, s, k, true);
        char                d[40], p[40];

        snprintf(d, sizeof d, "%.3g (%.3g-%.3g)", dense.median, dense.low, dense.high);
        snprintf(p, sizeof p, "%.3g (%.3g-%.3g)", sparse.median, sparse.low, sparse.high);
        printf("%-12s %-7s %-16s %6.0e %2d %8d %10.4g %22s %22s %9.1e %9.0f %7.1f\n", t->definition->label, bench_program_name(t->method),
               bench_method_name(t->method), t->rtol, t->threads, t->n_subjects, speed.median, d, p, r->accuracy, r->steps_per_subject,
               r->peak_mb);
    }
}

static void print_equal_accuracy(const bench *b, FILE *out, bool json)
{
    double ours = bench_speed_at(&b->lines[BENCH_ROSENBROCK], 1e-4), dense = bench_speed_at(&b->lines[BENCH_CVODE_DENSE], 1e-4);
    double sparse = fmax(bench_speed_at(&b->lines[BENCH_CVODE_KLU], 1e-4), bench_speed_at(&b->lines[BENCH_CVODE_EMITTED], 1e-4));

    if (json) {
        fprintf(out,
                "  \"equal_accuracy\": {\"problem\": \"stiff30\", \"accuracy\": 1e-4, \"ratio_to_cvode_dense\": %.4g, "
                "\"ratio_to_cvode_sparse\": %.4g},\n",
                ours / dense, ours / sparse);
    } else {
        fprintf(out, "stiff30 at an equal accuracy of 1e-4: Onset %.4g subjects/s, CVODE sparse %.4g, dense %.4g: ratios %.3g and %.3g\n",
                ours, sparse, dense, ours / sparse, ours / dense);
    }
}

static void write_number(FILE *out, const char *name, double x, const char *end)
{
    if (isfinite(x))
        fprintf(out, "\"%s\": %.6g%s", name, x, end);
    else
        fprintf(out, "\"%s\": null%s", name, end);
}

static bool write_json(const bench *b, const settings *s)
{
    FILE *out = fopen(s->json, "w");

    if (!out) return false;
    fprintf(out, "{\n");
    print_equal_accuracy(b, out, true);
    fprintf(out, "  \"start_from_cache_s\": %.4g,\n  \"results\": [\n", b->cached_s[0]);
    for (int k = 0; k < b->n_cases; k++) {
        const bench_task   *t = &b->cases[k].task;
        const bench_result *r = &b->results[k][0];

        fprintf(out, "    {\"problem\": \"%s\", \"program\": \"%s\", \"method\": \"%s\", \"rtol\": %g, \"atol\": %g, \"threads\": %d, ",
                t->definition->label, bench_program_name(t->method), bench_method_name(t->method), t->rtol, t->atol, t->threads);
        write_number(out, "subjects_per_s", speed_of(b, s, k).median, ", ");
        write_number(out, "ratio_to_cvode_dense", ratio_of(b, s, k, false).median, ", ");
        write_number(out, "ratio_to_cvode_sparse", ratio_of(b, s, k, true).median, ", ");
        write_number(out, "accuracy", r->accuracy, ", ");
        write_number(out, "steps_per_subject", r->steps_per_subject, ", ");
        write_number(out, "compile_s", t->method < BENCH_CVODE_DENSE ? b->compile_s[t->definition != &bench_stiff30] : NAN, ", ");
        write_number(out, "peak_mb", r->peak_mb, ", ");
        fprintf(out, "\"subjects\": %d}%s\n", t->n_subjects, k + 1 < b->n_cases ? "," : "");
    }
    fprintf(out, "  ]\n}\n");
    return fclose(out) == 0;
}

static bool write_diagram(const bench *b, const settings *s)
{
    onset_text  text = {0};
    onset_error err  = {0};
    bench_line  lines[BENCH_N_METHODS];
    int         n = 0;

    for (int m = 0; m < BENCH_N_METHODS; m++) {
        if (b->lines[m].n > 0) lines[n++] = b->lines[m];
    }
    bench_diagram(&text, "stiff30: work and precision, tolerances 1e-3 to 1e-9", lines, n);
    onset_file_write(&err, s->diagram, text.s, text.n);
    if (err.status != ONSET_OK) fprintf(stderr, "%s\n", err.message);
    onset_text_free(&text);
    return err.status == ONSET_OK;
}

static void print_limit(void)
{
    onset_isa   isa = onset_isa_best();
    bench_limit l   = isa == ONSET_ISA_AVX512 ? bench_limit_8() : isa == ONSET_ISA_AVX2 ? bench_limit_4() : bench_limit_2();

    printf("one vector of %d lanes (%s), at best: multiply-add %.3f ns, divide %.2f ns, square root %.2f ns, load %.3f ns, store %.3f ns\n",
           onset_isa_lanes(isa), onset_isa_name(isa), l.multiply_add, l.divide, l.square_root, l.load, l.store);
}

static bool read_options(int argc, char **argv, settings *out)
{
    static const struct option options[] = {{"json", required_argument, NULL, 'j'},   {"diagram", required_argument, NULL, 'd'},
                                            {"rounds", required_argument, NULL, 'r'}, {"quick", no_argument, NULL, 'q'},
                                            {"limit", no_argument, NULL, 'l'},        {"folder", required_argument, NULL, 'f'},
                                            {"help", no_argument, NULL, 'h'},         {0}};
    int                        option;

    *out = (settings){.folder = "bench", .rounds = 5};
    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
        switch (option) {
        case 'j':
            out->json = optarg;
            break;
        case 'd':
            out->diagram = optarg;
            break;
        case 'r':
            out->rounds = atoi(optarg);
            break;
        case 'l':
            out->limit = true;
            break;
        case 'q':
            out->quick = true;
            break;
        case 'f':
            out->folder = optarg;
            break;
        default:
            printf("usage: bench/run [--json FILE] [--diagram FILE.svg] [--rounds N] [--quick] [--limit] [--folder bench]\n");
            return false;
        }
    }
    if (out->rounds < 1) out->rounds = 1;
    if (out->rounds > MAX_ROUNDS) out->rounds = MAX_ROUNDS;
    return true;
}

int main(int argc, char **argv)
{
    settings s;
    bench   *b = calloc(1, sizeof *b);
    bool     ok;

    if (!b || !read_options(argc, argv, &s)) return 2;
    if (s.limit) {
        print_limit();
        free(b);
        return 0;
    }
    make_cases(b, &s);
    ok = warm_up(&s) && run_compile(&s, &bench_stiff30, &b->compile_s[0], &b->cached_s[0]) &&
         run_compile(&s, &bench_pkpd4, &b->compile_s[1], &b->cached_s[1]) && run_rounds(b, &s) && run_diagram(b, &s);
    if (ok) {
        print_table(b, &s);
        print_equal_accuracy(b, stdout, false);
        printf("a model of 30 states is compiled in %.2f s and ready from the cache in %.1f ms (read, checked, loaded)\n", b->compile_s[0],
               1e3 * b->cached_s[0]);
        printf("CVODE is that of the system; Debian's is built without this CPU's instructions and runs 2 to 4 times slower than one that "
               "is.\n");
        if (s.json) ok = write_json(b, &s);
        if (s.diagram) ok = write_diagram(b, &s) && ok;
    }
    free(b);
    return ok ? 0 : 1;
}
