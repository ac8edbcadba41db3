/* A calibration under way. Private to calibrate. */
#ifndef ONSET_CALIBRATE_WORK_H
#define ONSET_CALIBRATE_WORK_H

#include "calibrate/set.h"
#include "validate/trial.h"

enum { ONSET_CALIBRATION_MAX_THREADS = 64 };

/* A published trial, checked once and solved as often as values are tried. */
typedef struct {
    onset_trial           trial;
    onset_arena          *arena; /* of its own: trials are solved in different threads */
    onset_study          *study;
    onset_kernel         *kernel;
    double               *factors, *values; /* of the population; room for the virtual patients */
    double                weight;           /* power of its likelihood */
    double                cost_s;           /* of its last solution */
    int                   n;                /* rows used */
    const onset_outcome **rows;             /* [n] */
    double               *y;                /* [n] published */
    double               *mean, *sampling;  /* [n], [n][n]: of the last solution */
    double               *effects;          /* [n_effects][n] change of the mean for one unit of the logarithm of a covariate */
    double               *links;            /* [n_between][n_effects] 1 where the effect is in proportion to the estimate, else 0 */
    double                log_likelihood;   /* of the last onset_calibration_likelihood(); without the weight */
    onset_error           error;            /* of its last solution */
} onset_calibration_trial;

typedef struct {
    onset_error                   *err;
    onset_arena                   *arena;
    const onset_calibrate_options *options;
    onset_validate_work            validate;
    onset_validate_options         validate_options;
    onset_evidence_folder          folder;
    onset_calibration_set          set;
    int                            n;         /* estimates */
    int                            n_effects; /* covariates of uncertainty.csv, which differ between trials */
    int                            n_between; /* estimates that are sizes of such effects */
    int                           *between;   /* [n_between] which */
    bool                           has_links;
    double                        *reference; /* [n_between] their values where the effects were found */
    ONSET_VEC(onset_calibration_trial) trials;
    onset_kernel *kernels[ONSET_MAX_MODELS]; /* by model of the mapping */
    long          n_rows, n_recalled, subjects;
    int           threads;
    /* How far it is. */
    const char *stage;
    long        done, total; /* evaluations */
    double      started;
    bool        stop;
} onset_calibration;

/* trials.c: the virtual trials of the set's rows. BAD_INPUT where no row is left. */
onset_status onset_calibration_open(onset_calibration *c);
void         onset_calibration_close(onset_calibration *c);

/* Solves every trial at the values x [n] (in the parameters' units), with the logarithm of covariate k (-1: none) at `size`. CANCELLED. */
onset_status onset_calibration_solve(onset_calibration *c, const double *x, int k, double size);

/* Fills effects and links of every trial by differences around x: two solutions for each covariate, and for each of n_between. */
onset_status onset_calibration_effects(onset_calibration *c, const double *x);

/* Covariance [n][n] of a trial's rows at the SDs in x: sampling, random effects, and what else differs between trials. */
void onset_calibration_covariance(const onset_calibration *c, const onset_calibration_trial *t, const double *x, double *v);

/* The weighted log likelihood of the last solution at the SDs in x; NAN where a trial has none. */
double onset_calibration_likelihood(onset_calibration *c, const double *x);

double onset_calibration_log_prior(const double *unit, int n); /* up to a constant */

/* Values [n] from standard units of the priors. False where one lies outside its bounds. */
bool onset_calibration_values(const onset_calibration *c, const double *unit, double *x);

/* Log posterior at standard units; -INFINITY outside the bounds and where a trial cannot be solved. */
onset_status onset_calibration_objective(onset_calibration *c, const double *unit, double *out);

/* One evaluation is done, or the user cancels: false. */
bool onset_calibration_step(onset_calibration *c);

/* ---- What comes of it ---- */

typedef struct {
    double  objective;  /* log posterior */
    double *x, *unit;   /* [n] values; in standard units */
    double *likelihood; /* [n_trials] without the weights */
    double *mean;       /* of all rows, trial after trial */
} onset_calibration_point;

typedef struct {
    onset_calibration_point before, after;
    int                     n_draws, n_starts;
    double                 *best, best_objective;     /* [n] in standard units */
    double                 *start_objective;          /* [n_starts] what each start came to */
    double                 *covariance;               /* [n][n] of the posterior, Laplace's, in standard units */
    double                 *draws;                    /* [n_draws][n] in standard units */
    double                 *log_likelihood;           /* [n_draws][n_trials] weighted */
    double                  misfit_score, misfit_pct; /* root mean square of emulated less solved means */
    double                  acceptance, ess, wall_s;  /* of the chain: share of steps taken, effective number */
} onset_calibration_result;

/* Start 0: the library's values. The others: draws of the priors. */
void onset_calibration_start_at(const onset_calibration *c, int which, double *unit);

/* optimise.c: from the library's values and draws from the prior to the best. */
onset_status onset_calibration_optimise(onset_calibration *c, onset_calibration_result *r);

/* curvature.c: Gauss-Newton steps while they help; the covariance there. */
onset_status onset_calibration_curvature(onset_calibration *c, onset_calibration_result *r);

/* sample.c: draws of the posterior, equally weighted. */
onset_status onset_calibration_sample(onset_calibration *c, onset_calibration_result *r);

/* write.c: the files of a calibration; and the text that is printed. */
onset_status onset_calibration_write(onset_calibration *c, const onset_calibration_result *r, const char *folder);
void         onset_calibration_text(const onset_calibration *c, const onset_calibration_result *r, onset_text *out);

#endif
