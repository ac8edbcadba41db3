/* A row of pk_observations.csv in the library's words: what is given to whom, and what is read off the curves. Private to validate. */
#ifndef ONSET_VALIDATE_EXPOSURE_H
#define ONSET_VALIDATE_EXPOSURE_H

#include "validate/work.h"

/* What is read off the curve after the last dose; the words of exposures.csv. */
typedef enum {
    ONSET_EXPOSURE_NOTHING,
    ONSET_EXPOSURE_VALUE,            /* level at the row's time */
    ONSET_EXPOSURE_LARGEST,          /* until to_h */
    ONSET_EXPOSURE_TIME_OF_LARGEST,  /* [h] */
    ONSET_EXPOSURE_AREA,             /* until to_h [level h] */
    ONSET_EXPOSURE_TROUGH,           /* when the next dose is due */
    ONSET_EXPOSURE_MEAN,             /* area over the dosing interval, by its length */
    ONSET_EXPOSURE_HALF_LIFE,        /* [h] of the fall from 10 to 2 % of the peak */
    ONSET_EXPOSURE_EARLY_HALF_LIFE,  /* [h] of the fall from all to a third */
    ONSET_EXPOSURE_CLEARANCE,        /* dose by area */
    ONSET_EXPOSURE_VOLUME,           /* clearance times the mean residence time: steady state, after a vein */
    ONSET_EXPOSURE_TERMINAL_VOLUME,  /* clearance times half-life / log 2 */
    ONSET_EXPOSURE_RESIDENCE,        /* [h] */
    ONSET_EXPOSURE_LARGEST_PER_DOSE, /* largest by the dose */
    ONSET_EXPOSURE_AREA_PER_DOSE,
    ONSET_EXPOSURE_ACCUMULATION, /* area over the last interval by that over the first */
    ONSET_N_EXPOSURE_READINGS
} onset_exposure_reading;

/* One analyte: outputs that are added up (an assay that does not tell enantiomers apart). */
typedef struct {
    int    n, outputs[2];
    double share; /* of the dose, in clearances and volumes: half of a racemate */
} onset_analyte;

typedef struct {
    bool                   has_drug;        /* the model has it by that route: then the reason to skip says most */
    const char            *skip;            /* why it cannot be simulated; NULL: it can */
    const char            *arm, *reference; /* statements; of the arm that the row is relative to, NULL: none */
    const char            *people;          /* lines of the population */
    double                 age, age_sd, weight_kg, female;
    int                    model; /* of the mapping */
    onset_exposure_reading read;
    onset_analyte          analyte, below;       /* below.n > 0: the row is a ratio of the two */
    bool                   is_change;            /* the row is a change in percent */
    double                 to_h;                 /* INFINITY: without end */
    double                 last_dose_h, every_h; /* every_h NAN: a single dose */
    double                 dose;                 /* in the unit that `factor` takes account of */
    double                 factor;               /* from what is read to the row's unit */
} onset_exposure;

/* Row `at` of a table of exposures as a model of the mapping (its number) can express it. Texts live in the mapping's arena. Cannot fail: skip says
 * why a row cannot be simulated. */
onset_exposure onset_exposure_in_words(onset_validate_work *work, const onset_frame *frame, int at, int model);

#endif
