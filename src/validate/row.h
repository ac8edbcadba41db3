/* One published number, what the model says about it, and what the rivals say. */
#ifndef ONSET_VALIDATE_ROW_H
#define ONSET_VALIDATE_ROW_H

#include "validate/predict.h"

typedef enum { ONSET_GROUP_EFFICACY, ONSET_GROUP_SAFETY, ONSET_GROUP_PK, ONSET_N_GROUPS } onset_row_group;

const char *onset_row_group_name(onset_row_group group); /* "efficacy", in options, tables and JSON */

/* What rows are pooled by: changes of a score [points of the scale's output], shares [%]; the rest has no rivals. */
typedef enum {
    ONSET_FAMILY_NONE,
    ONSET_FAMILY_SCORE,
    ONSET_FAMILY_DIFFERENCE,
    ONSET_FAMILY_RESPONSE,
    ONSET_FAMILY_REMISSION,
    ONSET_FAMILY_DROPOUT,
    ONSET_FAMILY_RELAPSE
} onset_row_family;

enum { ONSET_RIVAL_POOLED, ONSET_RIVAL_EMAX, ONSET_N_RIVALS };

typedef struct {
    onset_row_group  group;
    onset_row_family family;
    const char      *class_name, *key, *study, *arm, *endpoint, *metric, *unit;
    const char      *drug, *route, *source;       /* as the row has them; "" where its table has no such column */
    const char      *skip;                        /* why it is not predicted; NULL: it is */
    double           time_h, value, n;            /* NAN where missing */
    const char      *spread;                      /* the line of spreads.csv; NULL: that of its unit */
    const char      *line;                        /* that line; NULL: no spread between trials was added */
    double           between;                     /* the SD between trials that was, in the row's unit */
    double           own_sd;                      /* sampling error, where it does not follow from n */
    double           observed_low, observed_high; /* 95 % interval of the observed value */
    double           pooled;                      /* value in the unit of the family */
    double           offset, factor;              /* value = factor * pooled + offset */
    bool             seen, is_control, is_pct;
    bool             is_calibration;                   /* of the tables that come with the library */
    bool             is_training;                      /* one of those while other folders are scored: for the rivals, in no score */
    onset_prediction predicted, rival[ONSET_N_RIVALS]; /* medians NAN where there is none; the rivals are fitted to all trials */
    onset_prediction left_out, left_out_rival[ONSET_N_RIVALS]; /* as if the row's trial had not been there */
    double           pareto_k; /* of leaving it out; NAN where the calibration did not use it, so that both are one */
} onset_row;

#endif
