/* The checked model: names resolved, units converted, modules wired, everything an index or a node of one graph.
 *
 * Values are in the unit that is written beside each name; time is in hours. All memory is the model's own. */
#ifndef ONSET_MODEL_MODEL_H
#define ONSET_MODEL_MODEL_H

#include "base/names.h"
#include "base/units.h"
#include "lang/lang.h"
#include "model/graph.h"

typedef struct {
    const char *text; /* as the user wrote it: "ng/mL"; "1" when dimensionless */
    onset_unit  unit;
} onset_model_unit;

typedef struct {
    const char       *name; /* "nmda.koff" */
    const char       *text;
    onset_model_unit  unit;
    double            value; /* typical */
    onset_iiv_kind    iiv;
    double            omega;         /* SD of eta: sqrt(log(1+cv^2)); SD in the parameter's unit; SD on the logit scale */
    double            iiv_size;      /* as written: CV fraction or SD */
    double            low, high;     /* allowed range of the typical value; infinities when none */
    int               individual;    /* node: leaf PARAM with scale and shift applied; the leaf itself when there are none */
    const onset_expr *scale, *shift; /* as written, with the names of the module; NULL where none */
    onset_citation    citation;
    onset_place       place;
} onset_model_param;

typedef struct {
    const char      *name; /* "weight": shared by all modules that name it */
    const char      *text;
    onset_model_unit unit;
    double           value;     /* preset */
    double           low, high; /* allowed range; infinities when none */
    int              n_labels;  /* categories: value 0 .. n_labels-1; 0 for a number */
    const char     **labels;
    onset_place      place;
} onset_model_covariate;

typedef struct {
    const char       *name;
    const char       *text;
    onset_model_unit  unit;
    int               initial;                  /* node over params, covariates */
    int               rate;                     /* node: d/dt [unit/h] */
    const onset_expr *initial_expr, *rate_expr; /* as written */
    onset_place       place;
} onset_model_state;

typedef struct {
    const char       *name;       /* "symptoms.madrs" */
    const char       *short_name; /* "madrs" where that is unique in the model, else name */
    const char       *text;
    onset_model_unit  unit;
    int               node;      /* with the bounds applied */
    double            low, high; /* infinities when none */
    double            error_add, error_rel, round;
    const onset_expr *expr; /* as written */
    onset_place       place;
} onset_model_output;

/* Nodes over params, covariates and the leaf AMT, which is the amount of the dose in the route's dose_unit (the language's `amt`, in the
 * state's unit, is already AMT * convert here). convert does not use AMT. dur -1: bolus. f, alag [h], dur [h]. */
typedef struct {
    int                       state;
    int                       convert, f, alag, dur;
    const onset_route_target *written;
} onset_model_target;

/* An absolute dose is converted to dose_unit; times a target's convert it is an amount in that state's unit. */
typedef struct {
    const char         *drug, *route, *text;
    int                 n_targets;
    onset_model_target *targets;
    onset_model_unit    dose_unit;
    onset_place         place;
} onset_model_route;

typedef struct {
    int         a, b; /* params */
    double      r;
    int         level; /* who says so: 0 a module, 1 the model, 2 the study */
    onset_place place;
} onset_model_correlation;

typedef struct {
    const char *title;
    int         n;
    const int  *outputs;
    bool        log;
    double      first_h; /* show only the first hours; 0: all */
} onset_model_panel;

typedef struct {
    const char  *name, *module, *title, *path; /* instance, its module, where from */
    const char **links;                        /* n_links texts "input <- instance.output [unit]" */
    int          n_links;
    int         *feeds; /* [n_links] the instance each link comes from; -1 for the input's own number */
} onset_model_instance;

/* An intermediate quantity, kept for `onset show` and for readable C. */
typedef struct {
    const char       *name; /* "circuit.drive" */
    const char       *text;
    onset_model_unit  unit;
    int               node;
    const onset_expr *expr; /* as written */
    onset_place       place;
} onset_model_let;

typedef struct onset_model {
    onset_arena             *arena;
    const char              *name, *title;
    onset_graph              graph;
    int                      n_params, n_covariates, n_states, n_outputs, n_routes, n_correlations, n_panels, n_instances, n_lets;
    onset_model_param       *params;
    onset_model_covariate   *covariates;
    onset_model_state       *states;
    onset_model_output      *outputs;
    onset_model_route       *routes;
    onset_model_correlation *correlations;
    onset_model_panel       *panels;
    onset_model_instance    *instances;
    onset_model_let         *lets;
    int                      headline; /* output, or -1 */
    const onset_source     **sources;  /* [n_sources] every file used: the model's, the study's where it overrides, the modules' */
    int                      n_sources;
} onset_model;

int onset_model_find_param(const onset_model *model, const char *name);
int onset_model_find_covariate(const onset_model *model, const char *name);
int onset_model_find_output(const onset_model *model, const char *name); /* full or short name */
int onset_model_find_route(const onset_model *model, const char *drug, const char *route);

#endif
