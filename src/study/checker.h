/* The study checker's inside, shared by check*.c.
 *
 *   check.c             the study: the order of things, what is missing
 *   check_quantity.c    numbers with units, pieces of the source's text
 *   check_population.c  variables: what they mean to the model, derived values, criteria, correlations
 *   check_columns.c     the population's file
 *   check_dose.c        one dose statement
 *   check_arms.c        regimens and arms
 *   check_times.c       visits and traces
 *   check_endpoints.c   endpoints
 *   check_expect.c      expectations
 *   check_estimate.c    what is estimated from them
 *
 * All run inside onset_arena_run(), so allocations are not checked. model is NULL where it has errors; then only what needs no model is checked. */
#ifndef ONSET_STUDY_CHECKER_H
#define ONSET_STUDY_CHECKER_H

#include "model/expression.h"
#include "population/table.h"
#include "study/check.h"

typedef enum { ONSET_VARIABLE_NEW, ONSET_VARIABLE_UNDER_WAY, ONSET_VARIABLE_DONE } onset_variable_state;

/* A variable of the population. */
typedef struct {
    const onset_decl    *decl; /* NULL: a column of the file */
    const char          *name;
    onset_place          place;
    onset_draw           draw;
    onset_typed          typed; /* what its name means in the population's graph */
    onset_variable_state state;
    int                  index; /* among the population's draws, -1 until it is placed */
    bool                 used;  /* by the model, a criterion, another variable, an endpoint, a dose */
} onset_variable;

/* A dose statement, checked. */
typedef struct {
    onset_regimen_item item; /* route -1 where it has errors */
    onset_place        place;
} onset_checked_dose;

typedef ONSET_VEC(onset_checked_dose) onset_checked_doses;

typedef struct {
    const onset_decl   *decl;
    onset_checked_doses doses;
    bool                used;
} onset_checked_regimen;

typedef struct {
    onset_arena       *arena;
    onset_library     *library;
    onset_unit_system *units;
    onset_diagnostics *out;
    onset_block_at     at;
    onset_study       *study;
    onset_model       *model;      /* study->model, or NULL */
    bool               incomplete; /* statements of the file were not understood, so nothing is said to be missing */
    /* population */
    const onset_decl *population;
    ONSET_VEC(onset_variable) variables;
    onset_names variable_names;
    ONSET_VEC(int) under_way; /* variables being typed, for the circle's message */
    onset_scope population_scope;
    int         n_placed;
    onset_table table; /* of the population's file */
    const char *table_path;
    bool        weight_told; /* that the population gives no weight */
    /* arms */
    ONSET_VEC(onset_checked_regimen) regimens;
    /* endpoints */
    onset_scope endpoint_scope;
    ONSET_VEC(onset_history) histories;
} onset_study_checker;

/* ---- check_quantity.c ---- */

/* A time in hours; false after an error. `what` begins the message: "the time of a visit". */
bool onset_check_hours(onset_study_checker *c, const onset_quantity *q, const char *what, double *hours);

/* The source's text from byte start to before end, trimmed. */
const char *onset_check_text(onset_study_checker *c, size_t start, size_t end);

/* "did you mean 'x'?" or NULL. */
const char *onset_check_hint(onset_study_checker *c, const char *name, const char *const *candidates, int n);

/* The names as "a, b, c". */
const char *onset_check_list(onset_study_checker *c, const char *const *names, int n);

/* A value of a covariate or parameter of the model, written in `unit`: the factor to the model's unit. Reports at place. */
bool onset_check_model_unit(onset_study_checker *c, onset_place place, const char *name, onset_unit unit, const char *unit_text,
                            const onset_model_unit *want, double *factor);

/* ---- population ---- */

void onset_check_population(onset_study_checker *c);
void onset_check_population_end(onset_study_checker *c); /* after the endpoints: unused variables, acceptance */

/* Adds a variable; NULL (and an error) where the name is taken. The pointer holds until the next is added. */
onset_variable *onset_check_variable_add(onset_study_checker *c, const char *name, onset_place place);
int             onset_check_variable_find(const onset_study_checker *c, const char *name); /* -1: none */

/* Columns of the file as variables; values are read at the end. */
void onset_check_columns(onset_study_checker *c, const onset_decl *file);
void onset_check_column_values(onset_study_checker *c);

/* ---- arms ---- */

void onset_check_arms(onset_study_checker *c);
void onset_check_dose(onset_study_checker *c, const onset_decl *decl, onset_checked_doses *out);

/* ---- times and endpoints ---- */

void onset_check_visits(onset_study_checker *c);
void onset_check_traces(onset_study_checker *c);
void onset_check_endpoints(onset_study_checker *c);
void onset_check_expectations(onset_study_checker *c);
void onset_check_estimates(onset_study_checker *c);

/* The row that is cited, if one is. */
void onset_check_evidence(onset_study_checker *c, const onset_citation *cited);

/* Whether two times [h] are the same but for rounding in the conversion of units. */
bool onset_check_same_time(double a, double b);

#endif
