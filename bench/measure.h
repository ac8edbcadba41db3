/* One measurement: a problem, a method, a tolerance; in a process of its own, so that its peak memory is its own. */
#ifndef ONSET_BENCH_MEASURE_H
#define ONSET_BENCH_MEASURE_H

#include "problem.h"

typedef enum {
    BENCH_ROSENBROCK,
    BENCH_EXPLICIT,
    BENCH_CVODE_DENSE,
    BENCH_CVODE_KLU,     /* sparse, by KLU */
    BENCH_CVODE_EMITTED, /* sparse, by the elimination that the model's kernel carries */
    BENCH_N_METHODS
} bench_method;

const char *bench_program_name(bench_method method); /* "onset", "cvode" */
const char *bench_method_name(bench_method method);

typedef struct {
    const bench_definition *definition;
    bench_method            method;
    double                  rtol, atol;
    int                     threads;
    int                     n_subjects; /* solved once; the first of the parameters' subjects, again from the start where there are more */
    double                  least_s;    /* repeated until that many seconds are over */
    bool                    no_cache;   /* compile the model anew */
} bench_task;

typedef struct {
    bool   ok;
    char   message[1024]; /* why not */
    double subjects_per_s, steps_per_subject, accuracy, compile_s, load_s, peak_mb;
} bench_result;

/* Folder: where NAME.onset and data/ are. */
bench_result bench_measure(const char *folder, const bench_task *task);

#endif
