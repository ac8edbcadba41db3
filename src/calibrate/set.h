/* A calibration set: what is estimated, and from which rows. Text in a folder: parameters.csv and rows.csv (docs/calibration.md). */
#ifndef ONSET_CALIBRATE_SET_H
#define ONSET_CALIBRATE_SET_H

#include "validate/work.h"

typedef enum {
    ONSET_ESTIMATE_VALUE,   /* INSTANCE.PARAM: its typical value */
    ONSET_ESTIMATE_IIV,     /* iiv INSTANCE.PARAM: its variability, as a module writes it (a CV as a fraction) */
    ONSET_ESTIMATE_BETWEEN, /* between INSTANCE.PARAM: its value, where it changes nothing but the size of a random effect, in proportion */
    ONSET_ESTIMATE_COVARIATE, /* covariate NAME: SD of its logarithm between trials */
    ONSET_ESTIMATE_SPREAD     /* spread UNIT: SD of what else differs between trials, in the unit of spreads.csv */
} onset_estimate_kind;

typedef enum { ONSET_SCALE_LOG, ONSET_SCALE_LOGIT, ONSET_SCALE_LINEAR } onset_estimate_scale;

typedef struct {
    onset_estimate_kind  kind;
    onset_estimate_scale scale; /* on which the prior is normal */
    const char          *name, *target, *source;
    double               low, high, median, sd; /* sd: of the prior on the scale */
    double               before;                /* the library's value; the prior's median where it has none */
    int                  line;
} onset_estimate;

typedef struct {
    const char *name, *folder;
    ONSET_VEC(onset_estimate) estimates;
    onset_frame parameters, rows;
    double      recalled; /* variances of recalled rows are multiplied by this */
} onset_calibration_set;

/* name_or_path: a folder, or a name in calibration/ of the library. BAD_INPUT: a name that no model has, bounds reversed, a prior outside them,
 * a column missing; says which line. NO_FILE: there is no such set; names those there are. */
onset_status onset_calibration_set_read(onset_error *err, onset_arena *arena, const onset_mapping *map, const char *name_or_path,
                                        onset_calibration_set *out);

/* The weight of a class, by the number of its rows: as rows.csv gives it, "sqrt N" being 1 up to N rows and sqrt(N / rows) beyond. */
double onset_calibration_class_weight(const onset_calibration_set *set, const char *class_name, long n_rows);

/* Whether rows.csv leaves a row out, which is read off this output: its own line decides; without one its trial, metric and output do. */
bool onset_calibration_leaves_out(const onset_calibration_set *set, const onset_row *row, const char *output);

/* Between a value and standard units of its prior: 0 is the median, 1 one SD above. */
double onset_estimate_to_unit(const onset_estimate *estimate, double value);
double onset_estimate_of_unit(const onset_estimate *estimate, double unit);

#endif
