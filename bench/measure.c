#include "measure.h"

#include "base/error.h"
#include "load.h"
#include "solver/private.h"

#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { MAX_THREADS = 64, MAX_IN_FLIGHT = 16 };

const char *bench_program_name(bench_method method)
{
    return method >= BENCH_CVODE_DENSE ? "cvode" : "onset";
}

const char *bench_method_name(bench_method method)
{
    static const char *const names[BENCH_N_METHODS] = {"rosenbrock", "explicit", "dense", "sparse, KLU", "sparse, emitted"};

    return names[method];
}

static double now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* ---- Courses, shared by the threads ---- */

typedef struct {
    const bench_problem *problem;
    pthread_mutex_t      lock;
    int                  next, n;
    long                 n_steps;
    int                  n_failed;
    double               accuracy;
} bench_pool;

/* One thread's courses in flight: as many buffers as there can be lanes. */
typedef struct {
    bench_pool                 *pool;
    const onset_kernel_table   *kernel;
    onset_isa                   isa;
    bench_method                method;
    const onset_solver_options *options;
    onset_course                courses[MAX_IN_FLIGHT];
    int                         subjects[MAX_IN_FLIGHT]; /* of the courses */
    bool                        used[MAX_IN_FLIGHT];
    double                     *out;
    onset_error                 err;
} worker;

static onset_course *next_course(void *ctx)
{
    worker              *w       = ctx;
    const bench_problem *p       = w->pool->problem;
    int                  subject = -1, slot = 0;

    pthread_mutex_lock(&w->pool->lock);
    if (w->pool->next < w->pool->n) subject = w->pool->next++;
    pthread_mutex_unlock(&w->pool->lock);
    if (subject < 0) return NULL;
    while (w->used[slot]) slot++;
    w->used[slot]     = true;
    w->subjects[slot] = subject;
    w->courses[slot]  = bench_course(p, subject % p->n_subjects, w->out + (size_t)slot * (size_t)(p->n_times * p->n_out));
    return &w->courses[slot];
}

static void course_done(void *ctx, onset_course *course)
{
    worker *w       = ctx;
    int     subject = w->subjects[course - w->courses];
    double  error   = 0;

    if (subject < w->pool->problem->n_reference && !course->failed) error = bench_error(w->pool->problem, subject, course->out);
    pthread_mutex_lock(&w->pool->lock);
    w->pool->n_steps += course->n_steps + course->n_rejected;
    w->pool->n_failed += course->failed;
    if (!(error <= w->pool->accuracy)) w->pool->accuracy = error;
    pthread_mutex_unlock(&w->pool->lock);
    w->used[course - w->courses] = false;
}

static void *run_worker(void *ctx)
{
    worker             *w      = ctx;
    onset_course_source source = {.ctx = w, .next = next_course, .done = course_done};

    switch (w->method) {
    case BENCH_CVODE_DENSE:
        onset_cvode_solve(&w->err, w->kernel, w->options, ONSET_CVODE_DENSE, &source);
        break;
    case BENCH_CVODE_KLU:
        onset_cvode_solve(&w->err, w->kernel, w->options, ONSET_CVODE_KLU, &source);
        break;
    case BENCH_CVODE_EMITTED:
        onset_cvode_solve(&w->err, w->kernel, w->options, ONSET_CVODE_EMITTED, &source);
        break;
    default:
        onset_solve(&w->err, w->kernel, w->isa, w->options, &source);
        break;
    }
    return NULL;
}

/* ---- A measurement ---- */

/* Solves all subjects once. */
static onset_status solve_once(onset_error *err, bench_pool *pool, const bench_task *task, const onset_kernel_table *kernel, onset_isa isa,
                               const onset_solver_options *options)
{
    worker      *workers = calloc((size_t)task->threads, sizeof *workers);
    pthread_t    threads[MAX_THREADS];
    size_t       rows   = (size_t)(pool->problem->n_times * pool->problem->n_out);
    onset_status status = ONSET_OK;

    if (!workers) return onset_fail(err, ONSET_NO_MEMORY, "no memory");
    pool->next = 0;
    for (int i = 0; i < task->threads; i++) {
        workers[i]     = (worker){.pool = pool, .kernel = kernel, .isa = isa, .method = task->method, .options = options};
        workers[i].out = malloc(MAX_IN_FLIGHT * rows * sizeof(double));
        if (!workers[i].out || pthread_create(&threads[i], NULL, run_worker, &workers[i]) != 0) {
            return onset_fail(err, ONSET_NO_MEMORY, "no thread or no memory for one"); /* of a process that ends here */
        }
    }
    for (int i = 0; i < task->threads; i++) {
        pthread_join(threads[i], NULL);
        if (workers[i].err.status != ONSET_OK) status = onset_fail(err, workers[i].err.status, "%s", workers[i].err.message);
        free(workers[i].out);
    }
    free(workers);
    return status;
}

static onset_status measure_loaded(onset_error *err, const bench_problem *problem, const bench_task *task, const onset_kernel_table *kernel,
                                   onset_isa isa, bench_result *out)
{
    onset_solver_options options;
    bench_pool           pool   = {.problem = problem, .n = task->n_subjects};
    int                  rounds = 0;
    double               start;
    onset_status         status = ONSET_OK;

    onset_solver_options_init(&options);
    options.kind      = task->method == BENCH_EXPLICIT ? ONSET_SOLVER_EXPLICIT : ONSET_SOLVER_ROSENBROCK;
    options.rtol      = task->rtol;
    options.atol      = task->atol;
    options.max_steps = 100000000;
    pthread_mutex_init(&pool.lock, NULL);
    start = now();
    while (status == ONSET_OK && (rounds == 0 || now() - start < task->least_s)) {
        status = solve_once(err, &pool, task, kernel, isa, &options);
        rounds++;
    }
    out->subjects_per_s    = rounds * task->n_subjects / (now() - start);
    out->steps_per_subject = (double)pool.n_steps / rounds / task->n_subjects;
    out->accuracy          = pool.accuracy;
    pthread_mutex_destroy(&pool.lock);
    /* A course that fails is soon over: its speed would flatter. */
    if (status == ONSET_OK && pool.n_failed > 0)
        status = onset_fail(err, ONSET_INTERNAL, "%d courses failed, so there is no speed", pool.n_failed);
    return status;
}

static onset_status measure_here(onset_error *err, const char *folder, const bench_task *task, bench_result *out)
{
    onset_isa               isa        = task->method >= BENCH_CVODE_DENSE ? ONSET_ISA_SCALAR : onset_isa_best();
    onset_kernel_options    options    = {.isa = isa, .no_builtin = true, .no_cache = task->no_cache};
    onset_kernel_origin     origin     = {0};
    const bench_definition *definition = task->definition;
    bench_models           *owner      = NULL;
    const onset_model      *model      = NULL;
    onset_kernel           *kernel     = NULL;
    bench_problem           problem    = {0};
    char                    path[1024];
    double                  start = now();
    onset_status            status;

    snprintf(path, sizeof path, "%s/%s.onset", folder, definition->name);
    status = bench_model_load(err, path, &owner, &model);
    if (status == ONSET_OK) status = onset_kernel_load(err, model, &options, &kernel, &origin);
    out->load_s    = now() - start;
    out->compile_s = origin.compile_s;
    snprintf(path, sizeof path, "%s/data", folder);
    if (status == ONSET_OK) status = bench_problem_read(err, path, definition, model, &problem);
    if (status == ONSET_OK) status = measure_loaded(err, &problem, task, onset_kernel_table_of(kernel), isa, out);
    bench_problem_free(&problem);
    onset_kernel_free(kernel);
    bench_models_free(owner);
    return status;
}

/* ---- In a process of its own ---- */

static void measure_in_child(const char *folder, const bench_task *task, int pipe_end)
{
    bench_result out = {0};
    onset_error  err = {0};
    ssize_t      written;

    out.ok = measure_here(&err, folder, task, &out) == ONSET_OK;
    snprintf(out.message, sizeof out.message, "%s", err.message);
    written = write(pipe_end, &out, sizeof out);
    _exit(written == sizeof out ? 0 : 1);
}

bench_result bench_measure(const char *folder, const bench_task *task)
{
    bench_result  out   = {.message = "the measuring process could not be started"};
    struct rusage usage = {0};
    int           ends[2], status = 1;
    pid_t         child;

    if (pipe(ends) != 0) return out;
    child = fork();
    if (child == 0) {
        close(ends[0]);
        measure_in_child(folder, task, ends[1]);
    }
    close(ends[1]);
    if (child > 0 && read(ends[0], &out, sizeof out) != sizeof out) {
        out = (bench_result){.message = "the measuring process ended without a result"};
    }
    close(ends[0]);
    if (child > 0) wait4(child, &status, 0, &usage);
    out.peak_mb = (double)usage.ru_maxrss / 1024;
    return out;
}
