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

uint64_t     onset_purpose(const char *text);
onset_stream onset_stream_start(uint64_t seed, uint64_t subject, uint64_t purpose);
double       onset_stream_uniform(onset_stream *stream); /* in (0, 1), 53 bits */
double       onset_stream_normal(onset_stream *stream);  /* by inversion (Wichura 1988, AS 241) */
double       onset_normal_quantile(double p);            /* AS 241 PPND16 */
double       onset_normal_cdf(double x);

/* ---- A population as the study writes it, checked ---- */

typedef enum { ONSET_DRAW_DIST, ONSET_DRAW_DERIVED, ONSET_DRAW_COLUMN } onset_draw_kind;

typedef struct {
    const char      *name;
    const char      *text;
    onset_model_unit unit;
    onset_draw_kind  kind;
    onset_dist_kind  dist;
    double           a, b;      /* as in onset_dist, in the unit of this variable */
    double           low, high; /* limits; infinities when none */
    int n_labels; /* CATEGORY: labels and cumulative weights, the last 1; labels are in the order of the model's covariate where it is one */
    const char **labels;
    double      *cumulative;
    int          node;      /* DERIVED: in population.graph, where variable i is leaf COV i */
    int          column;    /* COLUMN of the file */
    int          covariate; /* of the model, or -1 */
    int          param;     /* of the model, or -1: sets the individual value (before scale and shift), replacing its random effect */
    double       to_model;  /* factor from this unit to the model's */
} onset_draw;

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
    double      *eta_factor;   /* [n_params][n_params] Cholesky factor of the correlation of etas, row-major; NULL: independent */
    int          n_file_rows;  /* of the file, 0 where none */
    double      *file_values;  /* [n_file_rows][n_draws], NAN where the draw is no COLUMN; subject i takes row (i-1) % n_file_rows */
    double       acceptance;   /* share accepted, by the first 2,000 candidates; 1 when nothing is required */
} onset_population;

/* Draws subject (from 1). values [n_draws]; params [n_params + n_covariates] as onset_course wants them. attempts may be NULL.
 * BAD_INPUT where a subject cannot be found in 10,000 tries (names the criterion that rejects most). */
onset_status onset_population_draw(onset_error *err, const onset_population *population, const onset_model *model, uint64_t seed,
                                   uint64_t subject, double *values, double *params, double *eta, long *attempts);

#endif
