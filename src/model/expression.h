/* From an expression of the syntax tree to a node of a graph, with its unit checked.
 *
 * Who calls says what the names mean: a module, a population, an endpoint each have their own. Values keep the unit they are
 * written in; where two units meet the right one is converted to the left one, by a constant factor in the graph. */
#ifndef ONSET_MODEL_EXPRESSION_H
#define ONSET_MODEL_EXPRESSION_H

#include "base/units.h"
#include "lang/lang.h"
#include "model/graph.h"

typedef enum { ONSET_TYPE_NUMBER, ONSET_TYPE_CONDITION, ONSET_TYPE_CATEGORY } onset_type;

/* A typed value. After an error ok is false, node is the constant 0, and whatever uses it keeps quiet. */
typedef struct {
    bool               ok;
    onset_type         type;
    int                node;
    onset_unit         unit;      /* NUMBER: the node's value counts this */
    const char        *unit_text; /* as written, for messages; NULL for a composed unit */
    bool               any_unit;  /* the plain number 0, which fits every unit */
    const char *const *labels;    /* CATEGORY: node is the index of one of these */
    int                n_labels;
} onset_typed;

typedef struct {
    onset_graph       *graph;
    onset_unit_system *units;
    onset_diagnostics *out;
    void              *ctx; /* of the callbacks */

    /* Fills *out for a name and returns true; false where there is no such name (the caller of lookup then reports it, with the
     * nearest of `names`). It may report an error itself and return true with ok false. `pi` and `time` are known without it;
     * `time` only where has_time. */
    bool (*lookup)(void *ctx, const onset_expr *name, onset_typed *out);
    bool has_time;

    /* All names of the scope, for "did you mean"; may be NULL. The array may live in the graph's arena. */
    const char *const *(*names)(void *ctx, int *n);

    /* Functions of the scope's own, such as baseline(x): types its arguments by onset_expression_type, fills *out, returns true.
     * False where it is none of them. May be NULL. */
    bool (*call)(void *ctx, const onset_expr *call, onset_typed *out);
} onset_scope;

/* Types an expression and adds it to the graph. Errors go to scope->out. */
onset_typed onset_expression_type(const onset_scope *scope, const onset_expr *expr);

/* The node of value converted to a unit; want_text is its spelling. Reports an error at place and returns the constant 0 where the units
 * do not fit or value is no number; `what` begins the message: "the right side of d/dt(A)". */
int onset_typed_in(const onset_scope *scope, const onset_typed *value, onset_place place, onset_unit want, const char *want_text,
                   const char *what);

/* The node of a condition; reports an error at place where value is something else. */
int onset_typed_condition(const onset_scope *scope, const onset_typed *value, onset_place place, const char *what);

/* A number with a unit, as a typed value. unit_text NULL: composed. */
onset_typed onset_typed_number(int node, onset_unit unit, const char *unit_text);
onset_typed onset_typed_error(onset_graph *graph); /* ok false */

/* Parses a written unit: dimensionless where none is written. Reports an error at its place and returns false where it is no unit. */
bool onset_unit_of(onset_unit_system *units, onset_diagnostics *out, onset_unit_text text, onset_unit *unit);

/* A unit for messages, in brackets: "[mg/L]", "[1]"; its spelling where there is one. */
const char *onset_unit_spelling(onset_arena *arena, onset_unit unit, const char *text);

/* Calls visit for every NAME below expr, in no promised order; no recursion. */
void onset_expression_names(onset_arena *arena, const onset_expr *expr, void (*visit)(void *ctx, const onset_expr *name), void *ctx);

/* The expression as text, in the language's own syntax with as few parentheses as it needs. */
void onset_expression_write(const onset_expr *expr, onset_text *text);

/* The same in LaTeX, as Markdown on GitHub takes it between dollar signs: fractions, powers, roots, cases. */
void onset_expression_tex(const onset_expr *expr, onset_text *text);
void onset_name_tex(const char *name, onset_text *text); /* "k_on": k with an index */
void onset_unit_tex(const char *unit, onset_text *text);

/* left (LaTeX) = right; a long sum a term a line. */
void onset_equation_tex(const char *left, const onset_expr *right, onset_text *text);

#endif
