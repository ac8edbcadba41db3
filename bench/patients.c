/* How fast virtual patients of a library study run, and how far they are from CVODE at 1e-10: through the public interface, as a user would.
 *
 *     bench/patients [STUDY [SUBJECTS]]
 *
 * Rounds of Onset on one thread and on two, and of CVODE (sparse) on one at the same tolerance, in turn; medians. */
#include <onset.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROUNDS = 5, N_CHECKED = 20 };

/* True values of the first subjects' first arm. */
typedef struct {
    int     n_visits, n_outputs;
    double *truth; /* [N_CHECKED][n_visits][n_outputs] */
} courses;

static bool keep(void *ctx, const onset_course_result *r)
{
    courses     *c    = ctx;
    const size_t size = (size_t)r->n_visits * (size_t)r->n_outputs;

    if (r->subject > N_CHECKED || r->failed) return true;
    if (!c->truth) c->truth = calloc(N_CHECKED * size, sizeof *c->truth);
    if (!c->truth) return false;
    c->n_visits = r->n_visits, c->n_outputs = r->n_outputs;
    memcpy(c->truth + (size_t)(r->subject - 1) * size, r->truth, size * sizeof *c->truth);
    return true;
}

typedef struct {
    onset_session     *session;
    const onset_study *study;
    onset_error        err;
} bench;

/* Courses a second in the solver; 0 when the run failed. */
static double speed(bench *b, const char *solver, double rtol, long subjects, int threads, courses *out, onset_run_info *info)
{
    onset_run_options o;

    onset_run_options_init(&o);
    o.solver = solver, o.rtol = rtol, o.atol = rtol / 100, o.subjects = subjects, o.threads = threads;
    if (out) o.ctx = out, o.course = keep;
    if (onset_run(&b->err, b->session, b->study, &o, info) != ONSET_OK || info->n_failed) return 0;
    return (double)info->n_courses / info->solve_s;
}

/* Outputs that take whole numbers only (counts of steps, events) jump at a threshold; they say nothing of accuracy. */
static bool is_smooth(const courses *c, int output)
{
    for (int i = output; i < N_CHECKED * c->n_visits * c->n_outputs; i += c->n_outputs)
        if (c->truth[i] != floor(c->truth[i])) return true;
    return false;
}

/* Largest |x - ref| / (|ref| + 1e-3 max|ref|) over patients, visits and smooth outputs; the maximum is over patients and visits. */
static double error_of(const courses *x, const courses *ref)
{
    const int n     = N_CHECKED * ref->n_visits * ref->n_outputs;
    double    worst = 0;

    for (int k = 0; k < ref->n_outputs; k++) {
        double largest = 0;

        if (!is_smooth(ref, k)) continue;
        for (int i = k; i < n; i += ref->n_outputs) largest = fmax(largest, fabs(ref->truth[i]));
        for (int i = k; i < n; i += ref->n_outputs)
            worst = fmax(worst, fabs(x->truth[i] - ref->truth[i]) / (fabs(ref->truth[i]) + 1e-3 * largest));
    }
    return worst;
}

static int by_size(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

static bool row(bench *b, const char *solver, double rtol, long subjects, int threads, const courses *ref)
{
    double         per_s[ROUNDS];
    courses        c    = {0};
    onset_run_info info = {0};

    for (int i = 0; i < ROUNDS; i++) {
        per_s[i] = speed(b, solver, rtol, subjects, threads, i ? NULL : &c, &info);
        if (!(per_s[i] > 0)) {
            fprintf(stderr, "%s: %s%s\n", solver, b->err.message, info.first_failure);
            free(c.truth);
            return false;
        }
    }
    qsort(per_s, ROUNDS, sizeof *per_s, by_size);
    printf("%-14s %6.0e %6.0e %3d %8ld %10.4g (%.4g-%.4g) %9.0f %9.1e\n", solver, rtol, rtol / 100, threads, subjects, per_s[ROUNDS / 2],
           per_s[0], per_s[ROUNDS - 1], (double)info.n_steps / (double)info.n_courses, error_of(&c, ref));
    free(c.truth);
    return true;
}

static bool measure(bench *b, long subjects)
{
    courses        ref  = {0};
    onset_run_info info = {0};
    bool           ok;

    if (!(speed(b, "cvode-sparse", 1e-10, N_CHECKED, 0, &ref, &info) > 0)) {
        fprintf(stderr, "the reference failed: %s%s\n", b->err.message, info.first_failure);
        free(ref.truth);
        return false;
    }
    printf("%s: %d states\n", onset_model_name(onset_study_model(b->study)),
           onset_model_n_items(onset_study_model(b->study), ONSET_ITEM_STATES));
    printf("%-14s %6s %6s %3s %8s %10s (range) %9s %9s\n", "solver", "rtol", "atol", "th", "subjects", "courses/s", "steps", "accuracy");
    ok = row(b, "rosenbrock", 1e-4, subjects, 1, &ref) && row(b, "rosenbrock", 1e-4, subjects, 2, &ref) &&
         row(b, "cvode-sparse", 1e-4, N_CHECKED, 1, &ref) && row(b, "rosenbrock", 1e-6, subjects, 1, &ref) &&
         row(b, "cvode-sparse", 1e-6, N_CHECKED, 1, &ref);
    free(ref.truth);
    return ok;
}

int main(int argc, char **argv)
{
    bench        b        = {0};
    const char  *name     = argc > 1 ? argv[1] : "eight_infusions";
    const long   subjects = argc > 2 ? atol(argv[2]) : 1000;
    onset_status status   = onset_session_create(&b.err, &b.session);
    bool         ok;

    if (status == ONSET_OK) status = onset_study_open(&b.err, b.session, name, NULL, &b.study);
    if (status != ONSET_OK) fprintf(stderr, "%s\n", b.err.message);
    ok = status == ONSET_OK && measure(&b, subjects < N_CHECKED ? N_CHECKED : subjects);
    onset_session_free(b.session);
    return ok ? 0 : 1;
}
