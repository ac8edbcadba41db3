/* The virtual patients of one study text: run, and kept as one array. */
#ifndef ONSET_VALIDATE_VIRTUAL_H
#define ONSET_VALIDATE_VIRTUAL_H

#include "model/library.h"
#include "study/study.h"
#include "validate/posterior.h"

typedef struct {
    const onset_model *model; /* of the study */
    bool               truth; /* true values; otherwise observed ones, with their error */
    long               n_subjects;
    int                n_arms, n_visits, n_outputs, n_groups;
    const double      *time_h; /* [n_visits] */
    double            *values; /* [n_subjects][n_arms][n_visits][n_outputs], NAN where a course failed */
} onset_virtual;

enum { ONSET_MAX_UNCERTAIN = 8 };

/* How uncertain typical values are: log-normal with these SDs of the logarithm. */
typedef struct {
    double calibrated, assumed, evidence; /* parameters by their source */
    int    n_covariates;
    struct {
        const char *name;
        double      sd;
    } covariates[ONSET_MAX_UNCERTAIN]; /* properties of the trial, such as its setting */
    onset_posterior *posterior;        /* what it has is drawn from it instead; NULL: none */
} onset_uncertainty;

typedef struct {
    onset_library           *library;
    const onset_uncertainty *uncertainty;
    int                      n_groups; /* draws of the uncertain values */
    const int               *draws;    /* [n_groups] of the posterior; NULL where there is none */
    long                     subjects;
    int                      threads;
    uint64_t                 seed;
    const char *trial;      /* its name: it has patients and draws of how it differs from others of its own; NULL: those of the seed */
    double      rtol;       /* of the solver; 0: 1e-4 */
    bool        truth;      /* true values; otherwise observed ones, with their error */
    bool        rest_fixed; /* with draws: parameters that the calibration did not estimate keep their values, as they did in it */
} onset_virtual_setup;

/* Checks a study text: a study of `subjects` patients in `arena`, for as many runs as one likes. BAD_MODEL: it has errors; the first is in err. */
onset_status onset_virtual_check(onset_error *err, onset_arena *arena, onset_library *library, const char *name, const char *text,
                                 onset_study **out);

size_t onset_virtual_size(const onset_study *study, long subjects); /* numbers in values */

/* Runs a checked study. kernel: one of its model, kept by the caller; NULL: it is loaded. out->values: room of the caller's, or NULL: allocated
 * in `arena`. Different studies may run in different threads. As onset_job_execute(). */
onset_status onset_virtual_solve(onset_error *err, onset_arena *arena, const onset_virtual_setup *setup, onset_study *study,
                                 onset_kernel *kernel, onset_virtual *out);

/* All of this at once. Checks a study text and runs it. The virtual patients are in `arena`. The same seed draws
 * the same parameters in every study, and for a trial of the same name the same patients. BAD_MODEL: the text has errors; the first is in err. As
 * onset_job_execute() otherwise. */
onset_status onset_virtual_run(onset_error *err, onset_arena *arena, const onset_virtual_setup *setup, const char *name, const char *text,
                               onset_virtual *out);

/* Value of an output for one patient; visit nearest to a time. */
double onset_virtual_at(const onset_virtual *people, long subject, int arm, int visit, int output);
int    onset_virtual_visit(const onset_virtual *people, double time_h);

#endif
