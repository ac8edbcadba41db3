/* Virtual patients: counter-based random numbers, distributions, entry criteria.
 *
 * Every number is a function of (seed, subject, purpose), so subject 17 is the same person in every arm, thread and run. */
#ifndef ONSET_POPULATION_POPULATION_H
#define ONSET_POPULATION_POPULATION_H

#include "model/model.h"

/* ---- Random numbers: Philox 4x32-10 of Random123 ---- */

typedef struct {
    uint64_t seed;
    uint64_t subject; /* counted from 1 */
    uint64_t purpose; /* onset_purpose("iiv:ketamine.CL"); hash of a text that names the use */
    uint32_t counter; /* of draws already taken */
} onset_stream;

/* One block of Philox 4x32-10 (Salmon et al. 2011, doi:10.1145/2063384.2063405). */
void onset_philox(const uint32_t counter[4], const uint32_t key[2], uint32_t out[4]);

uint64_t     onset_purpose(const char *text);
uint64_t     onset_purpose_of(const char *kind, const char *name); /* onset_purpose("kind:name") */
onset_stream onset_stream_start(uint64_t seed, uint64_t subject, uint64_t purpose);
double       onset_stream_uniform(onset_stream *stream); /* in (0, 1), never its ends: odd multiples of 2^-53 */
double       onset_stream_normal(onset_stream *stream);  /* by inversion (Wichura 1988, AS 241) */
double       onset_normal_quantile(double p);            /* AS 241 PPND16 */
double       onset_normal_cdf(double x);

/* The normal score of a subject where n subjects take one each of n strata, in an order of the purpose's own; subject n + 1 begins anew. */
double onset_stratum_score(uint64_t seed, uint64_t subject, uint64_t purpose, long n);

/* ---- A population as the study writes it, checked ---- */

typedef enum { ONSET_DRAW_DIST, ONSET_DRAW_DERIVED, ONSET_DRAW_COLUMN } onset_draw_kind;

typedef struct {
    const char      *name;
    const char      *text;
    onset_model_unit unit;
    onset_draw_kind  kind;
    onset_dist_kind  dist;
    double           a, b;      /* as in onset_dist, in the unit of this variable */
    double           low, high; /* limits, inclusive; infinities when none */
    int n_labels; /* CATEGORY: labels and cumulative weights, the last 1; labels are in the order of the model's covariate where it is one */
    const char **labels;
    double      *cumulative;
    int          node;      /* DERIVED: in population.graph, where variable i is leaf COV i */
    int          column;    /* COLUMN of the file */
    int          covariate; /* of the model, or -1 */
    int          param;     /* of the model, or -1: sets the individual value (before scale and shift), replacing its random effect */
    double       to_model;  /* factor from this unit to the model's */
    int          group;     /* the first of the draws it is correlated with, itself where there are none */
} onset_draw;

/* The value of a distribution at a standard normal score: the score's own quantile, so that correlated scores give a Gaussian copula. */
double onset_draw_value(const onset_draw *draw, double score);

/* The share of a distribution that lies within its limits. */
double onset_draw_share(const onset_draw *draw);

/* The smallest share that is drawn from: below it a value would take thousands of draws, and the limits are a mistake. Chosen by us. */
#define ONSET_DRAW_LEAST_SHARE 1e-3

enum {
    ONSET_POPULATION_MAX_DRAWS   = 256, /* variables of one population; chosen by us, as all of these */
    ONSET_POPULATION_MAX_REQUIRE = 64,
    ONSET_POPULATION_CANDIDATES  = 2000,  /* of which the share accepted is taken */
    ONSET_POPULATION_ATTEMPTS    = 10000, /* candidates for one subject */
    ONSET_POPULATION_REDRAWS     = 100000 /* of one value; exp(-100) is the chance to need more at the least share */
};

typedef struct {
    const char  *name, *title;
    long         n_subjects;
    int          n_draws;
    onset_draw  *draws; /* in an order in which DERIVED ones come after what they use */
    onset_graph  graph;
    int          n_require;
    int         *require;      /* nodes */
    const char **require_text; /* source text of each, for the report */
    double      *correlation;  /* [n_draws][n_draws] Cholesky factor of the normal scores of the DIST draws (unit rows elsewhere) */
    int          n_etas;       /* parameters of the model whose etas are correlated */
    int         *eta_params;   /* [n_etas] them, ascending */
    double      *eta_factor;   /* [n_etas][n_etas] Cholesky factor of their correlation, row-major */
    int          n_file_rows;  /* of the file, 0 where none */
    double      *file_values;  /* [n_file_rows][n_draws], NAN where the draw is no COLUMN; subject i takes row (i-1) % n_file_rows, and
                                  other rows at random where that one is not accepted */
    double       acceptance;   /* share accepted, by the first 2,000 candidates; 1 when nothing is required */
    int          n_groups;     /* groups that differ in typical values, as draws of uncertain parameters do; 0: one group, unchanged */
    double      *factors;  /* [n_groups][n_params + n_covariates + n_params] subject i's typical values, covariates and random effects are
                                  multiplied by those of group (i-1) % n_groups */
    long         n_strata; /* scores are stratified over so many subjects (onset_stratum_score); 0: independent */
    int          weight, bsa;  /* draws of that name that are no covariate of the model, for doses per kg and per m2; -1 where none */
    double       to_kg, to_m2; /* from the units of those */
} onset_population;

typedef struct {
    int    a, b; /* draws */
    double r;    /* of their normal scores */
} onset_draw_correlation;

/* Completes a population of which draws, graph, require and file are filled: correlation, groups, etas, acceptance. In the arena.
 * BAD_INPUT where the correlations contradict each other or none of the first candidates is accepted. */
onset_status onset_population_finish(onset_error *err, onset_arena *arena, onset_population *population, const onset_model *model,
                                     const onset_draw_correlation *correlations, int n_correlations, uint64_t seed);

/* Draws subject (from 1). values [n_draws]; params [n_params + n_covariates] as onset_course wants them; eta [n_params], 0 where there is none,
 * may be NULL; attempts (candidates needed) may be NULL.
 * BAD_INPUT where a subject cannot be found in 10,000 tries (names the criterion that rejects most). */
onset_status onset_population_draw(onset_error *err, const onset_population *population, const onset_model *model, uint64_t seed,
                                   uint64_t subject, double *values, double *params, double *eta, long *attempts);

/* Weight [kg] and body surface [m^2] among a subject's values that the model does not know; NAN where the population does not give them.
 * Doses per kg need them (onset_body of dosing.h). */
void onset_population_body(const onset_population *population, const double *values, double *weight_kg, double *bsa_m2);

#endif
