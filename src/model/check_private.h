/* Between the files of the checker. The steps, in order (check.c):
 *
 *   check_collect.c  modules -> instances and their items; duplicates, states without d/dt
 *   check_wire.c     each input gets the output that feeds it
 *   check_order.c    items in an order in which each uses earlier ones only; circles
 *   check_items.c    items, initial values and rates get their nodes and units
 *   check_params.c   values set from outside, sources, correlations
 *   check_routes.c   where doses go
 *   check_views.c    panels, headline, links, lets
 *   check_usage.c    what nothing uses, what depends on what it may not */
#ifndef ONSET_MODEL_CHECK_PRIVATE_H
#define ONSET_MODEL_CHECK_PRIVATE_H

#include "model/check.h"
#include "model/expression.h"

typedef enum { ITEM_INPUT, ITEM_COVARIATE, ITEM_PARAM, ITEM_STATE, ITEM_LET, ITEM_OUTPUT } item_kind;

typedef enum { MARK_NEW, MARK_OPEN, MARK_DONE } item_mark;

/* A name of a module, in one instance. */
typedef struct {
    item_kind         kind;
    const onset_decl *decl, *ddt; /* ddt: of a STATE */
    int               instance;
    const char       *name, *full; /* "CL", "ketamine.CL" */
    onset_unit        unit;
    const char       *unit_text; /* NULL until known: LET, OUTPUT and STATE may take it from their expression */
    int               index;     /* in the model's list of its kind; PARAM, COVARIATE, STATE, OUTPUT */
    int               feeder;    /* INPUT: item of the output that feeds it, or -1 */
    onset_typed       value;     /* what the name stands for */
    item_mark         mark;
    bool              typed, used, has_route;
} item;

typedef struct {
    const char       *name;
    onset_block_at    module;
    const onset_decl *use; /* NULL for a module by itself */
    bool              replaced;
    onset_names       names; /* -> items */
    ONSET_VEC(const char *) name_list;
    int first, n; /* its items */
} instance;

typedef struct {
    onset_arena       *arena;
    onset_library     *library;
    onset_diagnostics *out;
    onset_model       *model;
    onset_block_at     block, study; /* block.block NULL: a module by itself */
    bool               alone;
    int                n_errors; /* in out before this check */
    ONSET_VEC(item) items;
    ONSET_VEC(instance) instances;
    onset_names instance_names;
    ONSET_VEC(int) order; /* of items */

    ONSET_VEC(onset_model_param) params;
    ONSET_VEC(onset_model_covariate) covariates;
    ONSET_VEC(onset_model_state) states;
    ONSET_VEC(onset_model_output) outputs;
    ONSET_VEC(onset_model_route) routes;
    ONSET_VEC(onset_model_correlation) correlations;
    ONSET_VEC(onset_model_panel) panels;
    ONSET_VEC(onset_model_let) lets;
    ONSET_VEC(const onset_source *) sources;
    onset_names covariate_names, param_names, route_names;

    onset_scope        scope;                /* its ctx is the builder */
    int                at_instance, at_item; /* whose expression is being typed; at_item -1: none */
    const onset_typed *amt;                  /* what `amt` stands for, in a route */
    bool               amt_forbidden;        /* in `convert` */
} builder;

typedef void (*decl_visitor)(builder *b, const onset_decl *decl, bool from_study);

/* ---- check.c ---- */

/* Calls visit for the statements of a kind: those of the model, then those of the study. */
void onset_check_each(builder *b, onset_decl_kind kind, decl_visitor visit);
void onset_check_add_source(builder *b, const onset_file *file);

/* ---- The steps ---- */

void onset_check_collect(builder *b);
void onset_check_wire(builder *b);
void onset_check_order(builder *b);
void onset_check_items(builder *b);
void onset_check_params(builder *b);
void onset_check_routes(builder *b);
void onset_check_views(builder *b);
void onset_check_usage(builder *b);

/* ---- Shared ---- */

/* The item of "instance.name", of one of the kinds (a bit 1 << kind each), or -1 with an error at place. what: "parameter". */
int onset_check_find(builder *b, const char *dotted, onset_place place, unsigned kinds, const char *what);
/* True, with a warning, where a statement of the model names something that an instance replaced by the study does not have. */
bool onset_check_is_void(builder *b, const char *dotted, onset_place place, item_kind kind, const char *what);
int  onset_check_local(const builder *b, int instance, const char *name); /* item or -1 */

/* The number of a declaration (its value, a number with perhaps a unit of its own) in a unit. */
double onset_check_number(builder *b, const onset_decl *decl, const onset_model_unit *unit, const char *what);

/* A quantity of the syntax tree in a unit; `what` begins the message. */
double onset_check_quantity(builder *b, double number, onset_unit_text text, onset_place place, const onset_model_unit *unit,
                            const char *what);

/* Starts typing for an item (or -1) of an instance. */
void onset_check_enter(builder *b, int instance, int item_index);

onset_typed onset_check_param_value(builder *b, item *it);

#endif
