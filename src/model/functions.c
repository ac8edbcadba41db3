/* The built-in functions: their arguments, units and nodes. docs/language.md, section 3. */
#include "base/names.h"
#include "model/expression_private.h"

#include <math.h>

typedef struct function function;
struct function {
    const char *name;
    int         min_args, max_args; /* max -1: any number */
    onset_typed (*type)(const onset_scope *scope, const onset_expr *e, onset_typed *args, const function *f);
    onset_node_op op;
    const char   *form; /* for messages */
};

static int num(const onset_scope *s, double x)
{
    return onset_graph_const(s->graph, x);
}

static int bin(const onset_scope *s, onset_node_op op, int a, int b)
{
    return onset_graph_binary(s->graph, op, a, b);
}

static onset_typed plain(int node)
{
    return onset_typed_number(node, onset_unit_one, "1");
}

/* The node of argument i without unit. */
static int pure(const onset_scope *s, const onset_expr *e, onset_typed *args, int i)
{
    const char *what = onset_arena_printf(s->out->arena, "the argument of %s", e->name);

    if (e->n_args > 1) what = onset_arena_printf(s->out->arena, "argument %d of %s", i + 1, e->name);
    if (!onset_unit_is_dimensionless(args[i].unit)) args[i].ok = args[i].ok && args[i].any_unit;
    if (args[i].ok) return onset_typed_in(s, &args[i], e->args[i]->place, onset_unit_one, "1", what);
    onset_error_at(s->out, e->args[i]->place, "divide it by a reference in the same unit", "%s is in %s, and should have no unit", what,
                   onset_unit_spelling(s->out->arena, args[i].unit, args[i].unit_text));
    return num(s, 0);
}

static onset_typed type_pure(const onset_scope *s, const onset_expr *e, onset_typed *args, const function *f)
{
    const int node = pure(s, e, args, 0);

    return args[0].ok ? plain(onset_graph_unary(s->graph, f->op, node)) : onset_typed_error(s->graph);
}

static onset_typed type_log_base(const onset_scope *s, const onset_expr *e, onset_typed *args, const function *f)
{
    onset_typed value = type_pure(s, e, args, f);

    value.node = bin(s, ONSET_NODE_DIV, value.node, num(s, strcmp(e->name, "log2") == 0 ? M_LN2 : M_LN10));
    return value;
}

static onset_typed type_kept(const onset_scope *s, const onset_expr *e, onset_typed *args, const function *f)
{
    (void)e;
    args[0].node = onset_graph_unary(s->graph, f->op, args[0].node);
    return args[0];
}

static onset_typed type_sqrt(const onset_scope *s, const onset_expr *e, onset_typed *args, const function *f)
{
    const bool is_plain = onset_unit_is_dimensionless(args[0].unit) && args[0].unit.scale == 1;

    (void)e;
    args[0].node      = onset_graph_unary(s->graph, f->op, args[0].node);
    args[0].unit      = onset_unit_raise(args[0].unit, 0.5);
    args[0].unit_text = is_plain ? "1" : NULL;
    return args[0];
}

static onset_typed type_extreme(const onset_scope *s, const onset_expr *e, onset_typed *args, const function *f)
{
    const char *what = onset_arena_printf(s->out->arena, "%s of different units", e->name);

    for (int i = 1; i < e->n_args; i++) {
        const bool any = args[0].any_unit && args[i].any_unit;

        if (!onset_typed_fit(s, &args[0], &args[i], e->args[i]->place, what)) return onset_typed_error(s->graph);
        args[0].node     = bin(s, f->op, args[0].node, args[i].node);
        args[0].any_unit = any;
    }
    return args[0];
}

static onset_typed type_clip(const onset_scope *s, const onset_expr *e, onset_typed *args, const function *f)
{
    (void)f;
    for (int i = 1; i < 3; i++) {
        if (!onset_typed_fit(s, &args[0], &args[i], e->args[i]->place, "clip of different units")) return onset_typed_error(s->graph);
        args[0].node = bin(s, i == 1 ? ONSET_NODE_MAX : ONSET_NODE_MIN, args[0].node, args[i].node);
    }
    return args[0];
}

static onset_typed type_pow(const onset_scope *s, const onset_expr *e, onset_typed *args, const function *f)
{
    (void)f;
    return onset_type_power(s, args[0], args[1], e->place);
}

/* 1 / (1 + exp(-x)). The exponential is kept finite, or the derivative would be 0 * inf far below 0; exp(700) is near the largest
 * double. */
static onset_typed type_expit(const onset_scope *s, const onset_expr *e, onset_typed *args, const function *f)
{
    const int x    = pure(s, e, args, 0);
    const int down = bin(s, ONSET_NODE_MIN, onset_graph_unary(s->graph, ONSET_NODE_NEG, x), num(s, 700));
    const int sum  = bin(s, ONSET_NODE_ADD, num(s, 1), onset_graph_unary(s->graph, ONSET_NODE_EXP, down));

    (void)f;
    return args[0].ok ? plain(bin(s, ONSET_NODE_DIV, num(s, 1), sum)) : onset_typed_error(s->graph);
}

static onset_typed type_logit(const onset_scope *s, const onset_expr *e, onset_typed *args, const function *f)
{
    const int p    = pure(s, e, args, 0);
    const int odds = bin(s, ONSET_NODE_DIV, p, bin(s, ONSET_NODE_SUB, num(s, 1), p));

    return args[0].ok ? plain(onset_graph_unary(s->graph, f->op, odds)) : onset_typed_error(s->graph);
}

/* x^n / (ec50^n + x^n) as r^n / (1 + r^n), r = x / ec50: one power instead of two, and no unit in it. Where x <= 0 it is 0 and r is held
 * at 1, so that no power of a negative number is ever taken. */
static onset_typed type_hill(const onset_scope *s, const onset_expr *e, onset_typed *args, const function *f)
{
    const int zero = num(s, 0), one = num(s, 1), n = e->n_args > 2 ? pure(s, e, args, 2) : one;
    const int x = args[0].node;
    int       above, positive, ratio, power, value;

    (void)f;
    if (e->n_args > 2 && !args[2].ok) return onset_typed_error(s->graph);
    if (!onset_typed_fit(s, &args[0], &args[1], e->args[1]->place, "x and ec50 of hill have different units"))
        return onset_typed_error(s->graph);
    above = bin(s, ONSET_NODE_LT, zero, x);
    if (n == one) {
        value = bin(s, ONSET_NODE_DIV, x, bin(s, ONSET_NODE_ADD, args[1].node, x));
    } else {
        positive = onset_graph_node(s->graph, ONSET_NODE_SELECT, above, x, args[1].node);
        ratio    = bin(s, ONSET_NODE_DIV, positive, args[1].node);
        power    = bin(s, ONSET_NODE_POW, ratio, n);
        value    = bin(s, ONSET_NODE_DIV, power, bin(s, ONSET_NODE_ADD, one, power));
    }
    return plain(onset_graph_node(s->graph, ONSET_NODE_SELECT, above, value, zero));
}

static const function functions[] = {
    {"exp", 1, 1, type_pure, ONSET_NODE_EXP, "exp(x)"},
    {"log", 1, 1, type_pure, ONSET_NODE_LOG, "log(x)"},
    {"log10", 1, 1, type_log_base, ONSET_NODE_LOG, "log10(x)"},
    {"log2", 1, 1, type_log_base, ONSET_NODE_LOG, "log2(x)"},
    {"sqrt", 1, 1, type_sqrt, ONSET_NODE_SQRT, "sqrt(x)"},
    {"abs", 1, 1, type_kept, ONSET_NODE_ABS, "abs(x)"},
    {"floor", 1, 1, type_kept, ONSET_NODE_FLOOR, "floor(x)"},
    {"ceil", 1, 1, type_kept, ONSET_NODE_CEIL, "ceil(x)"},
    {"sin", 1, 1, type_pure, ONSET_NODE_SIN, "sin(x)"},
    {"cos", 1, 1, type_pure, ONSET_NODE_COS, "cos(x)"},
    {"tan", 1, 1, type_pure, ONSET_NODE_TAN, "tan(x)"},
    {"tanh", 1, 1, type_pure, ONSET_NODE_TANH, "tanh(x)"},
    {"phi", 1, 1, type_pure, ONSET_NODE_PHI, "phi(x)"},
    {"min", 1, -1, type_extreme, ONSET_NODE_MIN, "min(a, b, ...)"},
    {"max", 1, -1, type_extreme, ONSET_NODE_MAX, "max(a, b, ...)"},
    {"pow", 2, 2, type_pow, ONSET_NODE_POW, "pow(a, b)"},
    {"expit", 1, 1, type_expit, ONSET_NODE_EXP, "expit(x)"},
    {"logit", 1, 1, type_logit, ONSET_NODE_LOG, "logit(p)"},
    {"hill", 2, 3, type_hill, ONSET_NODE_POW, "hill(x, ec50, n)"},
    {"clip", 3, 3, type_clip, ONSET_NODE_MIN, "clip(x, low, high)"},
};
enum { N_FUNCTIONS = sizeof functions / sizeof *functions };

static onset_typed unknown_function(const onset_scope *scope, const onset_expr *e)
{
    static const char *const aliases[][2] = {
        {"ln", "log"},   {"log1p", "log(1 + x)"}, {"erf", "2 * phi(x * sqrt(2)) - 1"}, {"step", "if x > 0 then 1 else 0"},
        {"fabs", "abs"}, {"sigmoid", "expit"}};
    const char *names[N_FUNCTIONS], *near = NULL;

    for (int i = 0; i < N_FUNCTIONS; i++) names[i] = functions[i].name;
    for (size_t i = 0; i < sizeof aliases / sizeof *aliases; i++)
        if (strcmp(e->name, aliases[i][0]) == 0) near = aliases[i][1];
    if (!near) near = onset_nearest(e->name, names, N_FUNCTIONS);
    onset_error_at(scope->out, e->place, near ? onset_arena_printf(scope->out->arena, "did you mean '%s'?", near) : NULL,
                   "unknown function '%s'", e->name);
    return onset_typed_error(scope->graph);
}

onset_typed onset_type_call(const onset_scope *scope, const onset_expr *e)
{
    const function *f  = NULL;
    bool            ok = true;
    onset_typed    *args;

    for (int i = 0; i < N_FUNCTIONS && !f; i++)
        if (strcmp(functions[i].name, e->name) == 0) f = &functions[i];
    if (!f) return unknown_function(scope, e);
    if (e->n_args < f->min_args || (f->max_args >= 0 && e->n_args > f->max_args)) {
        onset_error_at(scope->out, e->place, onset_arena_printf(scope->out->arena, "write %s", f->form), "%s with %d argument%s", e->name,
                       e->n_args, e->n_args == 1 ? "" : "s");
        return onset_typed_error(scope->graph);
    }
    args = onset_arena_alloc(scope->graph->arena, (size_t)e->n_args * sizeof *args);
    for (int i = 0; i < e->n_args; i++) {
        args[i] = onset_expression_type(scope, e->args[i]);
        ok      = onset_typed_is_number(scope, &args[i], e->args[i]->place) && ok;
    }
    return ok ? onset_typed_finite(scope, f->type(scope, e, args, f), e->place) : onset_typed_error(scope->graph);
}
