#include "model/expression.h"

#include "base/names.h"
#include "model/expression_private.h"

#include <math.h>

/* ---- Values ---- */

onset_typed onset_typed_number(int node, onset_unit unit, const char *unit_text)
{
    return (onset_typed){.ok = true, .type = ONSET_TYPE_NUMBER, .node = node, .unit = unit, .unit_text = unit_text};
}

onset_typed onset_typed_error(onset_graph *graph)
{
    return (onset_typed){.node = onset_graph_const(graph, 0), .unit = onset_unit_one};
}

static onset_typed of_condition(int node)
{
    return (onset_typed){.ok = true, .type = ONSET_TYPE_CONDITION, .node = node, .unit = onset_unit_one, .unit_text = "1"};
}

static onset_typed failed(const onset_scope *scope)
{
    return onset_typed_error(scope->graph);
}

/* ---- Units ---- */

bool onset_unit_of(onset_unit_system *units, onset_diagnostics *out, onset_unit_text text, onset_unit *unit)
{
    onset_error err = {0};

    *unit = onset_unit_one;
    if (!text.text) return true;
    if (onset_unit_parse(&err, units, text.text, unit) == ONSET_OK) return true;
    onset_error_at(out, text.place, onset_unit_hint(text.text), "%s", err.message);
    *unit = onset_unit_one;
    return false;
}

const char *onset_unit_spelling(onset_arena *arena, onset_unit unit, const char *text)
{
    return onset_arena_printf(arena, "[%s]", text ? text : onset_unit_describe(arena, unit));
}

static const char *spelling(const onset_scope *scope, const onset_typed *value)
{
    return onset_unit_spelling(scope->out->arena, value->unit, value->unit_text);
}

/* A hint for two units that do not fit. */
static const char *missing_factor(onset_arena *arena, onset_unit have, onset_unit want)
{
    static const onset_unit molar_mass = {1e-3, {0, 1, 0, 0, 0, -1}};
    const onset_unit        factor     = onset_unit_divide(want, have);

    if (onset_unit_is_dimensionless(have) && have.scale == 1)
        return onset_arena_printf(arena, "a number with a unit is written 5 %s", onset_unit_spelling(arena, want, NULL));
    if (onset_unit_same_dimension(factor, molar_mass)) return "times a molar mass [g/mol] they would fit";
    if (onset_unit_same_dimension(onset_unit_divide(onset_unit_one, factor), molar_mass))
        return "divided by a molar mass [g/mol] they would fit";
    return onset_arena_printf(arena, "a factor in %s would make them fit", onset_unit_spelling(arena, factor, NULL));
}

/* The node of a value in another unit of the same dimension. */
static int scaled(onset_graph *graph, const onset_typed *value, onset_unit want)
{
    const double factor = value->any_unit ? 1 : onset_unit_factor(value->unit, want);

    return onset_graph_binary(graph, ONSET_NODE_MUL, onset_graph_const(graph, factor), value->node);
}

bool onset_typed_is_number(const onset_scope *scope, const onset_typed *value, onset_place place)
{
    if (!value->ok) return false;
    if (value->type == ONSET_TYPE_CONDITION)
        onset_error_at(scope->out, place, "if CONDITION then 1 else 0 makes a number of it", "a condition where a number is wanted");
    if (value->type == ONSET_TYPE_CATEGORY)
        onset_error_at(scope->out, place, onset_arena_printf(scope->out->arena, "compare it: NAME == %s", value->labels[0]),
                       "a category where a number is wanted");
    return value->type == ONSET_TYPE_NUMBER;
}

int onset_typed_in(const onset_scope *scope, const onset_typed *value, onset_place place, onset_unit want, const char *want_text,
                   const char *what)
{
    onset_arena *arena = scope->out->arena;

    if (!onset_typed_is_number(scope, value, place)) return onset_graph_const(scope->graph, 0);
    if (value->any_unit || onset_unit_same_dimension(value->unit, want)) return scaled(scope->graph, value, want);
    onset_error_at(scope->out, place, missing_factor(arena, value->unit, want), "%s is in %s, not %s", what, spelling(scope, value),
                   onset_unit_spelling(arena, want, want_text));
    return onset_graph_const(scope->graph, 0);
}

int onset_typed_condition(const onset_scope *scope, const onset_typed *value, onset_place place, const char *what)
{
    if (value->ok && value->type == ONSET_TYPE_CONDITION) return value->node;
    if (value->ok) onset_error_at(scope->out, place, "compare it with something: x > 0", "%s is no condition", what);
    return onset_graph_const(scope->graph, 0);
}

bool onset_typed_fit(const onset_scope *scope, onset_typed *left, onset_typed *right, onset_place place, const char *format)
{
    if (left->any_unit && !right->any_unit) {
        left->unit = right->unit, left->unit_text = right->unit_text;
        left->any_unit = false;
        return true;
    }
    if (right->any_unit || onset_unit_same_dimension(left->unit, right->unit)) {
        right->node = scaled(scope->graph, right, left->unit);
        return true;
    }
    onset_error_at(scope->out, place,
                   onset_unit_is_dimensionless(left->unit) ? missing_factor(scope->out->arena, left->unit, right->unit)
                                                           : missing_factor(scope->out->arena, right->unit, left->unit),
                   "%s: %s and %s", format, spelling(scope, left), spelling(scope, right));
    return false;
}

/* ---- Names ---- */

static const char *nearest_name(const onset_scope *scope, const char *name)
{
    int                n    = 0;
    const char *const *list = scope->names ? scope->names(scope->ctx, &n) : NULL;
    const char        *near = list ? onset_nearest(name, list, n) : NULL;

    return near ? onset_arena_printf(scope->out->arena, "did you mean '%s'?", near) : NULL;
}

static onset_typed type_name(const onset_scope *scope, const onset_expr *e)
{
    onset_typed value;

    if (strcmp(e->name, "pi") == 0) return onset_typed_number(onset_graph_const(scope->graph, M_PI), onset_unit_one, "1");
    if (strcmp(e->name, "time") == 0 && scope->has_time)
        return onset_typed_number(onset_graph_leaf(scope->graph, ONSET_NODE_TIME, 0), onset_unit_hour, "h");
    if (scope->lookup(scope->ctx, e, &value)) return value;
    onset_error_at(scope->out, e->place, nearest_name(scope, e->name), "unknown name '%s'", e->name);
    return failed(scope);
}

static onset_typed type_number(const onset_scope *scope, const onset_expr *e)
{
    onset_unit  unit;
    onset_typed value;

    if (!onset_unit_of(scope->units, scope->out, e->unit, &unit)) return failed(scope);
    value          = onset_typed_number(onset_graph_const(scope->graph, e->number), unit, e->unit.text ? e->unit.text : "1");
    value.any_unit = e->number == 0 && !e->unit.text;
    return value;
}

/* ---- Operators ---- */

onset_typed onset_typed_finite(const onset_scope *scope, onset_typed value, onset_place place)
{
    double number;

    if (!value.ok || !onset_graph_is_const(scope->graph, value.node, &number) || isfinite(number)) return value;
    onset_error_at(scope->out, place, NULL, "the result is no finite number");
    return failed(scope);
}

static onset_typed type_sum(const onset_scope *scope, const onset_expr *e, onset_typed a, onset_typed b)
{
    const bool add = e->op == ONSET_OP_ADD;

    if (!onset_typed_fit(scope, &a, &b, e->place, add ? "cannot add different units" : "cannot subtract different units"))
        return failed(scope);
    a.node     = onset_graph_binary(scope->graph, add ? ONSET_NODE_ADD : ONSET_NODE_SUB, a.node, b.node);
    a.any_unit = a.any_unit && b.any_unit;
    return a;
}

/* The spelling of a product where one side has no unit; NULL for a composed unit. */
static const char *kept_text(const onset_typed *a, const onset_typed *b)
{
    const bool a_plain = onset_unit_is_dimensionless(a->unit) && a->unit.scale == 1;
    const bool b_plain = onset_unit_is_dimensionless(b->unit) && b->unit.scale == 1;

    return b_plain ? a->unit_text : a_plain ? b->unit_text : NULL;
}

static onset_typed type_product(const onset_scope *scope, const onset_expr *e, onset_typed a, onset_typed b)
{
    const bool  multiply = e->op == ONSET_OP_MUL;
    onset_typed value;

    if (!multiply && onset_graph_is_const(scope->graph, b.node, NULL) && b.node == onset_graph_const(scope->graph, 0)) {
        onset_error_at(scope->out, e->place, NULL, "division by zero");
        return failed(scope);
    }
    value           = onset_typed_number(onset_graph_binary(scope->graph, multiply ? ONSET_NODE_MUL : ONSET_NODE_DIV, a.node, b.node),
                               multiply ? onset_unit_multiply(a.unit, b.unit) : onset_unit_divide(a.unit, b.unit), NULL);
    value.unit_text = multiply ? kept_text(&a, &b) : onset_unit_is_dimensionless(b.unit) && b.unit.scale == 1 ? a.unit_text : NULL;
    return value;
}

onset_typed onset_type_power(const onset_scope *scope, onset_typed base, onset_typed exponent, onset_place place)
{
    const int power = onset_typed_in(scope, &exponent, place, onset_unit_one, "1", "the exponent");
    double    constant;

    if (!onset_unit_is_dimensionless(exponent.unit)) return failed(scope);
    if (onset_unit_is_dimensionless(base.unit)) {
        const int node = scaled(scope->graph, &base, onset_unit_one);

        return onset_typed_number(onset_graph_binary(scope->graph, ONSET_NODE_POW, node, power), onset_unit_one, "1");
    }
    if (!onset_graph_is_const(scope->graph, power, &constant)) {
        onset_error_at(scope->out, place, "divide it by a reference in the same unit first: (x / 1 [mg])^n",
                       "a quantity in %s can be raised to a constant only", spelling(scope, &base));
        return failed(scope);
    }
    return onset_typed_number(onset_graph_binary(scope->graph, ONSET_NODE_POW, base.node, power), onset_unit_raise(base.unit, constant),
                              constant == 1 ? base.unit_text : NULL);
}

static onset_typed compared(const onset_scope *scope, onset_operator op, int a, int b)
{
    onset_graph *g = scope->graph;

    switch (op) {
    case ONSET_OP_LT:
        return of_condition(onset_graph_binary(g, ONSET_NODE_LT, a, b));
    case ONSET_OP_LE:
        return of_condition(onset_graph_binary(g, ONSET_NODE_LE, a, b));
    case ONSET_OP_GT:
        return of_condition(onset_graph_binary(g, ONSET_NODE_LT, b, a));
    case ONSET_OP_GE:
        return of_condition(onset_graph_binary(g, ONSET_NODE_LE, b, a));
    case ONSET_OP_NE:
        return of_condition(onset_graph_unary(g, ONSET_NODE_NOT, onset_graph_binary(g, ONSET_NODE_EQ, a, b)));
    default:
        return of_condition(onset_graph_binary(g, ONSET_NODE_EQ, a, b));
    }
}

static bool is_category(const onset_scope *scope, const onset_expr *e, onset_typed *value)
{
    return e->kind == ONSET_EXPR_NAME && scope->lookup(scope->ctx, e, value) && value->type == ONSET_TYPE_CATEGORY;
}

/* sex == female: the label is a name that means something beside its category only. */
static onset_typed type_label(const onset_scope *scope, const onset_expr *e, const onset_typed *category, const onset_expr *label)
{
    const char *labels = "", *hint;
    onset_typed other;

    if (!category->ok) return failed(scope);
    if (label->kind == ONSET_EXPR_NAME) {
        for (int i = 0; i < category->n_labels; i++)
            if (strcmp(category->labels[i], label->name) == 0)
                return compared(scope, e->op, category->node, onset_graph_const(scope->graph, i));
        if (is_category(scope, label, &other) && other.n_labels == category->n_labels)
            return compared(scope, e->op, category->node, other.node);
    }
    for (int i = 0; i < category->n_labels; i++)
        labels = onset_arena_printf(scope->out->arena, "%s%s%s", labels, i ? ", " : "", category->labels[i]);
    hint = onset_arena_printf(scope->out->arena, "its categories are: %s", labels);
    if (label->kind == ONSET_EXPR_NAME)
        onset_error_at(scope->out, label->place, hint, "'%s' is none of the categories", label->name);
    else
        onset_error_at(scope->out, label->place, hint, "a category is compared with one of its labels");
    return failed(scope);
}

static onset_typed type_comparison(const onset_scope *scope, const onset_expr *e)
{
    onset_typed a, b;

    if (e->op == ONSET_OP_EQ || e->op == ONSET_OP_NE) {
        if (is_category(scope, e->args[0], &a)) return type_label(scope, e, &a, e->args[1]);
        if (is_category(scope, e->args[1], &b)) return type_label(scope, e, &b, e->args[0]);
    }
    a = onset_expression_type(scope, e->args[0]);
    b = onset_expression_type(scope, e->args[1]);
    if (!onset_typed_is_number(scope, &a, e->args[0]->place) || !onset_typed_is_number(scope, &b, e->args[1]->place)) return failed(scope);
    if (!onset_typed_fit(scope, &a, &b, e->place, "cannot compare different units")) return failed(scope);
    return compared(scope, e->op, a.node, b.node);
}

static onset_typed type_logic(const onset_scope *scope, const onset_expr *e)
{
    const onset_node_op op   = e->op == ONSET_OP_AND ? ONSET_NODE_AND : ONSET_NODE_OR;
    const char         *what = e->op == ONSET_OP_AND ? "a side of 'and'" : "a side of 'or'";
    const onset_typed   a = onset_expression_type(scope, e->args[0]), b = onset_expression_type(scope, e->args[1]);
    const int           x = onset_typed_condition(scope, &a, e->args[0]->place, what);
    const int           y = onset_typed_condition(scope, &b, e->args[1]->place, what);

    return a.ok && b.ok ? of_condition(onset_graph_binary(scope->graph, op, x, y)) : failed(scope);
}

static onset_typed type_binary(const onset_scope *scope, const onset_expr *e)
{
    onset_typed a, b;

    if (e->op == ONSET_OP_AND || e->op == ONSET_OP_OR) return type_logic(scope, e);
    if (e->op >= ONSET_OP_EQ && e->op <= ONSET_OP_GE) return type_comparison(scope, e);
    a = onset_expression_type(scope, e->args[0]);
    b = onset_expression_type(scope, e->args[1]);
    if (!onset_typed_is_number(scope, &a, e->args[0]->place) || !onset_typed_is_number(scope, &b, e->args[1]->place)) return failed(scope);
    switch (e->op) {
    case ONSET_OP_ADD:
    case ONSET_OP_SUB:
        return onset_typed_finite(scope, type_sum(scope, e, a, b), e->place);
    case ONSET_OP_MUL:
    case ONSET_OP_DIV:
        return onset_typed_finite(scope, type_product(scope, e, a, b), e->place);
    default:
        return onset_typed_finite(scope, onset_type_power(scope, a, b, e->place), e->place);
    }
}

static onset_typed type_unary(const onset_scope *scope, const onset_expr *e)
{
    onset_typed a = onset_expression_type(scope, e->args[0]);

    if (e->op == ONSET_OP_NOT) {
        const int node = onset_typed_condition(scope, &a, e->args[0]->place, "what stands after 'not'");

        return a.ok && a.type == ONSET_TYPE_CONDITION ? of_condition(onset_graph_unary(scope->graph, ONSET_NODE_NOT, node)) : failed(scope);
    }
    if (!onset_typed_is_number(scope, &a, e->args[0]->place)) return failed(scope);
    a.node = onset_graph_unary(scope->graph, ONSET_NODE_NEG, a.node);
    return a;
}

static onset_typed type_if(const onset_scope *scope, const onset_expr *e)
{
    const onset_typed condition = onset_expression_type(scope, e->args[0]);
    onset_typed       a = onset_expression_type(scope, e->args[1]), b = onset_expression_type(scope, e->args[2]);
    const int         test = onset_typed_condition(scope, &condition, e->args[0]->place, "what stands after 'if'");

    if (!condition.ok || condition.type != ONSET_TYPE_CONDITION || !a.ok || !b.ok) return failed(scope);
    if (a.type == ONSET_TYPE_CONDITION && b.type == ONSET_TYPE_CONDITION)
        return of_condition(onset_graph_node(scope->graph, ONSET_NODE_SELECT, test, a.node, b.node));
    if (!onset_typed_is_number(scope, &a, e->args[1]->place) || !onset_typed_is_number(scope, &b, e->args[2]->place)) return failed(scope);
    if (!onset_typed_fit(scope, &a, &b, e->place, "the two values of if have different units")) return failed(scope);
    a.node     = onset_graph_node(scope->graph, ONSET_NODE_SELECT, test, a.node, b.node);
    a.any_unit = a.any_unit && b.any_unit;
    return a;
}

onset_typed onset_expression_type(const onset_scope *scope, const onset_expr *e)
{
    onset_typed value;

    switch (e->kind) {
    case ONSET_EXPR_NUMBER:
        return type_number(scope, e);
    case ONSET_EXPR_NAME:
        return type_name(scope, e);
    case ONSET_EXPR_UNARY:
        return type_unary(scope, e);
    case ONSET_EXPR_BINARY:
        return type_binary(scope, e);
    case ONSET_EXPR_IF:
        return type_if(scope, e);
    case ONSET_EXPR_CALL:
        if (scope->call && scope->call(scope->ctx, e, &value)) return value;
        return onset_type_call(scope, e);
    default:
        return failed(scope); /* the parser has reported it */
    }
}

/* ---- Names below an expression ---- */

void onset_expression_names(onset_arena *arena, const onset_expr *expr, void (*visit)(void *ctx, const onset_expr *name), void *ctx)
{
    ONSET_VEC(const onset_expr *) open = {0};

    onset_vec_push(arena, &open, expr);
    while (open.n) {
        const onset_expr *e = open.items[--open.n];

        if (e->kind == ONSET_EXPR_NAME) visit(ctx, e);
        for (int i = e->n_args - 1; i >= 0; i--) onset_vec_push(arena, &open, e->args[i]);
    }
}
