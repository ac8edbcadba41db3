/* A checked study, and running it. */
#ifndef ONSET_STUDY_STUDY_H
#define ONSET_STUDY_STUDY_H

#include "dosing/dosing.h"
#include "population/population.h"

typedef struct {
    const char    *name, *title;
    onset_schedule schedule;
    const char    *text; /* the arm's source text, for the report */
} onset_arm;

/* An endpoint's expression works on a graph of its own, leaf COV i being:
 *   [0, n_outputs)            observed value of output i at this visit
 *   [n_outputs, + n_draws)    population value
 *   then one per `history`    a function of the visits so far */
typedef enum { ONSET_HISTORY_BASELINE, ONSET_HISTORY_AT, ONSET_HISTORY_PEAK, ONSET_HISTORY_NADIR, ONSET_HISTORY_EVER } onset_history_kind;
typedef struct {
    onset_history_kind kind;
    int                node;  /* what it is a function of, in the same graph */
    int                visit; /* AT */
} onset_history;

typedef struct {
    const char *name, *text, *source; /* source: the expression as written */
    int         node;
    bool        is_condition; /* a rate; otherwise a number summarised like an output */
} onset_endpoint;

/* A published direction or size that a study is held against: a measure of the true values of one output at one visit.
 * Each column is the output in one arm at one visit; the measure is a function of the columns' means. */
typedef enum {
    ONSET_MEASURE_MEAN,       /* A */
    ONSET_MEASURE_CHANGE,     /* A - A at the first visit */
    ONSET_MEASURE_DIFFERENCE, /* A - B */
    ONSET_MEASURE_RATIO,      /* A / B */
    ONSET_MEASURE_SHARE       /* (A - C) / (B - C) */
} onset_measure;

typedef struct {
    onset_measure  measure;
    const char    *source, *text; /* source: "difference(madrs, a, b) at 24 [h]" as written */
    const char    *unit;          /* "1" for ratio and share */
    onset_citation citation;
    double         low, high; /* in unit; infinite where open */
    double         neutral;   /* the value that says "no effect": 1 for ratio and share, else 0 */
    int            output, n_columns;
    struct {
        int arm, visit;
    } columns[3];
} onset_expectation;

/* A parameter to be estimated from the expectations. Numbers are in the parameter's unit; of its variability, as a module writes it. */
typedef struct {
    const char     *name;     /* "kinetics.CL", "iiv kinetics.CL" */
    onset_citation  citation; /* of the prior */
    int             param;
    bool            is_iiv;
    onset_dist_kind dist;       /* of the prior: NORMAL, LOGNORMAL or LOGITNORMAL */
    double          median, sd; /* sd: of the logarithm, of the logit */
    double          low, high;  /* bounds, finite */
    double          before;     /* the model's value */
} onset_study_estimate;

typedef struct onset_study {
    onset_arena          *arena;
    const char           *name, *title;
    onset_model          *model;
    uint64_t              seed;
    onset_population      population;
    int                   n_arms, n_visits, n_trace, n_endpoints, n_histories, n_controls, n_sources, n_tables, n_expectations, n_estimates;
    onset_arm            *arms;
    double               *visits;       /* [h], ascending */
    const char          **visit_labels; /* "40 min", "day 7" */
    double               *trace;        /* [h], ascending, without the visits */
    onset_endpoint       *endpoints;
    onset_history        *histories; /* in an order in which each uses earlier ones only */
    onset_graph           endpoint_graph;
    int                  *controls; /* arms */
    onset_expectation    *expectations;
    onset_study_estimate *estimates;
    const onset_source  **sources; /* every file read: study, model, modules */
    const onset_source  **tables;  /* the evidence tables with the rows that the model, the expectations and the priors rest on */
} onset_study;

#endif
