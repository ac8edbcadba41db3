/* A benchmark problem: its model file, its patients, its doses, its reference solution. */
#ifndef ONSET_BENCH_PROBLEM_H
#define ONSET_BENCH_PROBLEM_H

#include "solver/solver.h"

typedef struct {
    const char *label;               /* "pkpd4_daily": of the table */
    const char *name;                /* "stiff30": bench/NAME.onset, bench/data/NAME_params.csv, bench/data/NAME_reference.csv */
    const char *dosed_state;         /* "A1" */
    double      dose, duration, end; /* in the state's unit, [h], [h]; duration 0: bolus */
    double      dose_times[10];
    int         n_doses;
    double      every; /* [h] between outputs */
} bench_definition;

typedef struct {
    bench_definition   definition;
    const onset_model *model;

    int         n_subjects, n_times, n_out, n_items;
    double     *params; /* [n_subjects][n_params of the model] */
    onset_item *items;
    double     *times;

    int     n_reference, n_reference_times; /* subjects 1.., times */
    double *reference_times;                /* [n_reference_times] */
    double *reference;                      /* [n_reference][n_reference_times][n_out] */
} bench_problem;

extern const bench_definition bench_stiff30, bench_pkpd4, bench_pkpd4_daily;

/* Reads the CSV files in `folder` for a model that is loaded. Columns are found by name: parameters as instance.NAME; reference values by the order of the
 * model's outputs. */
onset_status bench_problem_read(onset_error *err, const char *folder, const bench_definition *definition, const onset_model *model,
                                bench_problem *out);
void         bench_problem_free(bench_problem *problem);

/* Course of one subject (counted from 0) into `out` [n_times][n_out]. */
onset_course bench_course(const bench_problem *problem, int subject, double *out);

/* Largest |x - ref| / (|ref| + 1e-3 max|ref|) of a subject that has a reference, over its times and outputs, the maximum taken over all reference subjects. */
double bench_error(const bench_problem *problem, int subject, const double *out);

#endif
