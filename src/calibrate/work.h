/* A calibration under way. Private to calibrate. */
#ifndef ONSET_CALIBRATE_WORK_H
#define ONSET_CALIBRATE_WORK_H

#include "calibrate/set.h"
#include "validate/trial.h"

enum { ONSET_CALIBRATION_MAX_THREADS = 64 };

typedef struct onset_calibration         onset_calibration;
typedef struct onset_calibration_source  onset_calibration_source;
typedef struct onset_calibration_targets onset_calibration_targets;

/* What a row differs by between trials beyond the random effects: an estimate, or an SD that stays (estimate -1). */
typedef struct {
    int    estimate;
    double sd;
} onset_calibration_spread;

/* A published trial, checked once and solved as often as values are tried. Of a study, each expectation is a trial of one row, without the
 * parts in the middle. */
typedef struct {
    onset_trial               trial;
    onset_arena              *arena; /* of its own: trials are solved in different threads */
    onset_study              *study;
    onset_kernel             *kernel;
    double                   *factors, *values; /* of the population; room for the virtual patients */
    double                    weight;           /* power of its likelihood */
    double                    cost_s;           /* of its last solution */
    double                    misfit_unit;      /* what the emulator's misfit is counted in */
    int                       n;                /* rows used */
    const onset_outcome     **rows;             /* [n] */
    onset_calibration_spread *spreads;          /* [n] */
    double                   *y;                /* [n] published */
    double                   *mean, *sampling;  /* [n], [n][n]: of the last solution */
    double                   *effects;          /* [n_effects][n] change of the mean for one unit of the logarithm of a covariate */
    double                   *curvatures;       /* [n_effects][n] half of the second derivative in the same logarithm */
    double                   *median; /* [n] means of the median trial, whose covariates are 1, of the last onset_calibration_means() */
    double                   *links;  /* [n_between][n_effects] 1 where the effect is in proportion to the estimate, else 0 */
    double                    log_likelihood; /* of the last onset_calibration_likelihood(); without the weight */
    onset_error               error;          /* of its last solution */
} onset_calibration_trial;

struct onset_calibration {
    onset_error                    *err;
    onset_arena                    *arena;
    const onset_calibrate_options  *options;
    onset_validate_work             validate;
    onset_validate_options          validate_options;
    onset_evidence_folder           folder;
    onset_calibration_set           set;
    const onset_calibration_source *source;
    onset_calibration_targets      *targets;   /* of a study; NULL: published trials */
    int                             n;         /* estimates */
    int                             n_effects; /* covariates of uncertainty.csv, which differ between trials */
    int                             n_between; /* estimates that are sizes of such effects */
    int                            *between;   /* [n_between] which */
    bool                            has_links;
    double                         *reference; /* [n_between] their values where the effects were found */
    ONSET_VEC(onset_calibration_trial) trials;
    onset_kernel *kernels[ONSET_MAX_MODELS]; /* by model of the mapping */
    long          n_rows, n_recalled, subjects;
    int           threads;
    /* How far it is. */
    const char *stage;
    long        done, total; /* evaluations */
    double      started;
    bool        stop;
};

typedef struct onset_calibration_result onset_calibration_result;

/* What gives means and covariances for the values tried, x [n] in the parameters' units: published trials, or the expectations of a study. The
 * optimiser, the curvature and the sample know nothing else of it; the record asks it for its words. */
struct onset_calibration_source {
    onset_status (*settle)(onset_calibration *c,
                           const double      *x); /* what is found once and held while values near x are tried; NULL: nothing */
    onset_status (*solve)(onset_calibration *c, const double *x); /* every trial's mean and sampling. CANCELLED */
    void (*covariance)(const onset_calibration *c, const onset_calibration_trial *t, const double *x,
                       double *v); /* v [n][n] of the last solution */
    /* Of the record. */
    void (*used)(const onset_calibration *c, onset_text *out);          /* a line: what there is to estimate, and from what */
    void (*misfit)(const onset_calibration_result *r, onset_text *out); /* "by 0.1 points" */
    void (*fit_table)(const onset_calibration *c, const onset_calibration_result *r, bool page, onset_text *out);
    void (*fit_csv)(const onset_calibration *c, const onset_calibration_result *r, onset_text *out);
    void (*more)(const onset_calibration *c, const onset_calibration_result *r, onset_text *out); /* below the estimates; NULL: nothing */
    const char *likelihoods;                                                                      /* what trial_likelihood.csv holds */
};

extern const onset_calibration_source onset_calibration_of_trials, onset_calibration_of_study;

/* trials.c: the virtual trials of the set's rows. BAD_INPUT where no row is left. */
onset_status onset_calibration_open(onset_calibration *c);
void         onset_calibration_close(onset_calibration *c);

/* What a study is calibrated on: its expectations with both ends of their range, each a normal target of its own. */
struct onset_calibration_targets {
    onset_study              *study; /* the values tried are set in its model */
    onset_kernel             *kernel;
    double                   *factors; /* of the population */
    double                   *columns; /* as onset_expectation_collect() fills them */
    const onset_expectation **of;      /* [n_trials] */
    double *se, *patients_se;          /* [n_trials] of the target; what the number of virtual patients leaves open at the last solution */
    int     n_open;                    /* expectations without one end, which are not used */
    long    n_failed;                  /* virtual patients that could not be solved at the last solution */
};

/* targets.c: the study's estimates and expectations. BAD_INPUT where there are too few. */
onset_status onset_targets_open(onset_calibration *c, onset_study *study);
void         onset_targets_close(onset_calibration *c);
onset_status onset_targets_solve(onset_calibration *c, const double *x);

/* Solves every published trial at x, with the logarithm of covariate k (-1: none) at `size`. CANCELLED. */
onset_status onset_calibration_solve(onset_calibration *c, const double *x, int k, double size);

/* Fills effects, curvatures and links of every trial by differences around x: two solutions for each covariate, and for each of n_between. */
onset_status onset_calibration_effects(onset_calibration *c, const double *x);

/* Solves every published trial at x: the mean over trials like each, to second order in their covariates. CANCELLED. */
onset_status onset_calibration_means(onset_calibration *c, const double *x);

/* Covariance [n][n] of a trial's rows at the SDs in x: sampling, random effects, and what else differs between trials. */
void onset_calibration_covariance(const onset_calibration *c, const onset_calibration_trial *t, const double *x, double *v);

/* ---- objective.c ---- */

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

struct onset_calibration_result {
    onset_calibration_point before, after;
    int                     n_draws, n_starts;
    double                 *best, best_objective;     /* [n] in standard units */
    double                 *start_objective;          /* [n_starts] what each start came to */
    double                 *covariance;               /* [n][n] of the posterior, Laplace's, in standard units */
    double                 *draws;                    /* [n_draws][n] in standard units */
    double                 *log_likelihood;           /* [n_draws][n_trials] weighted */
    double                  misfit_score, misfit_pct; /* root mean square of emulated less solved means */
    double                  acceptance, ess, wall_s;  /* of the chain: share of steps taken, effective number */
};

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
void         onset_calibration_cell(onset_text *out, const char *text); /* of a CSV, quoted where it must be */

#endif
