/* A function of a kernel: the nodes it needs, each once, as straight-line C.
 *
 * A node that is used once and has no name of its own is written inside the expression that uses it. A long function is cut
 * into chunks; what a later chunk needs goes through a work array. */
#include "kernel/emit.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* Operations in one expression, for the reader's sake; also the depth of recursion when it is written. */
enum { MAX_EXPRESSION = 10 };

typedef struct {
    int node; /* a variable to define, or -1 */
    int root; /* a root to store, or -1 */
} statement;

typedef struct {
    onset_emitter             *e;
    const onset_emit_function *function;
    const onset_graph         *graph;
    int                       *uses;     /* [n] */
    int                       *size;     /* [n] operations when written inside; 0: not visited */
    bool                      *variable; /* [n] */
    int                       *chunk_of; /* [n] of variables */
    int                       *work;     /* [n] place in the work array, -1 */
    int                       *declared; /* [n] last chunk in which it was declared, -1 */
    int                        n_work, chunk;
    ONSET_VEC(statement) list;
} writer;

static bool is_number(const writer *w, int node)
{
    return w->graph->nodes[node].op == ONSET_NODE_CONST;
}

static bool is_leaf(const writer *w, int node)
{
    return onset_node_n_args(w->graph->nodes[node].op) == 0 || (!w->function->prepare && w->e->plan->slot[node] >= 0);
}

static bool is_inside(const writer *w, int node)
{
    return !is_leaf(w, node) && !w->variable[node];
}

static bool is_truth(const writer *w, int node)
{
    const onset_node_op op = w->graph->nodes[node].op;

    return !is_leaf(w, node) && op >= ONSET_NODE_LT && op <= ONSET_NODE_NOT;
}

static int n_args(const writer *w, int node)
{
    return onset_node_n_args(w->graph->nodes[node].op);
}

/* ---- Which nodes, in which order ---- */

static void count_uses(writer *w)
{
    const int n    = w->graph->n;
    bool     *seen = onset_arena_alloc(w->e->arena, (size_t)n + 1);

    for (int i = 0; i < w->function->n_roots; i++) {
        seen[w->function->roots[i].node] = true;
        w->uses[w->function->roots[i].node]++;
    }
    for (int i = n - 1; i >= 0; i--) {
        if (!seen[i] || is_leaf(w, i)) continue;
        for (int k = 0; k < n_args(w, i); k++) {
            seen[w->graph->nodes[i].arg[k]] = true;
            w->uses[w->graph->nodes[i].arg[k]]++;
        }
    }
}

static void visited(writer *w, int node)
{
    int size = 1;

    for (int k = 0; k < n_args(w, node); k++) {
        const int arg = w->graph->nodes[node].arg[k];

        size += is_inside(w, arg) ? w->size[arg] : 0;
    }
    w->size[node] = size;
    /* What prepare() stores is written where it is stored; other quantities with a name get their own line. */
    w->variable[node] =
        w->uses[node] > 1 || size > MAX_EXPRESSION || (w->e->name[node] && !(w->function->prepare && w->e->plan->slot[node] >= 0));
    if (w->variable[node]) onset_vec_push(w->e->arena, &w->list, ((statement){node, -1}));
}

/* Depth first, arguments before the node: each root's own quantities stand just above it. */
static void visit(writer *w, int root, int *stack, int *next_arg)
{
    int depth = 0;

    if (is_leaf(w, root) || w->size[root]) return;
    stack[depth++] = root;
    while (depth > 0) {
        const int node = stack[depth - 1];

        if (next_arg[node] < n_args(w, node)) {
            const int arg = w->graph->nodes[node].arg[next_arg[node]++];

            if (!is_leaf(w, arg) && !w->size[arg]) stack[depth++] = arg;
            continue;
        }
        if (!w->size[node]) visited(w, node);
        depth--;
    }
}

static void list_statements(writer *w)
{
    const size_t n        = (size_t)w->graph->n + 1;
    int         *stack    = onset_arena_alloc(w->e->arena, n * sizeof *stack);
    int         *next_arg = onset_arena_alloc(w->e->arena, n * sizeof *next_arg);

    for (int i = 0; i < w->function->n_roots; i++) {
        visit(w, w->function->roots[i].node, stack, next_arg);
        onset_vec_push(w->e->arena, &w->list, ((statement){-1, i}));
    }
}

/* Calls what(w, node) for each variable and leaf that the expression of a node reads. */
static void each_read(writer *w, int node, bool top, void (*what)(writer *w, int node))
{
    if (!top && !is_inside(w, node)) {
        if (!is_number(w, node)) what(w, node);
        return;
    }
    for (int k = 0; k < n_args(w, node); k++) each_read(w, w->graph->nodes[node].arg[k], false, what);
}

static void reads(writer *w, const statement *s, void (*what)(writer *w, int node))
{
    if (s->node >= 0)
        each_read(w, s->node, true, what);
    else
        each_read(w, w->function->roots[s->root].node, false, what);
}

static void give_work(writer *w, int node)
{
    if (!is_leaf(w, node) && w->chunk_of[node] != w->chunk && w->work[node] < 0) w->work[node] = w->n_work++;
}

static int chunk_size(const writer *w)
{
    return w->list.n > ONSET_EMIT_WHOLE ? ONSET_EMIT_CHUNK : ONSET_EMIT_WHOLE;
}

static int n_chunks(const writer *w)
{
    return (w->list.n + chunk_size(w) - 1) / chunk_size(w);
}

static void assign_chunks(writer *w)
{
    for (int i = 0; i < w->list.n; i++)
        if (w->list.items[i].node >= 0) w->chunk_of[w->list.items[i].node] = i / chunk_size(w);
    for (int i = 0; i < w->list.n; i++) {
        w->chunk = i / chunk_size(w);
        reads(w, &w->list.items[i], give_work);
    }
}

/* ---- Expressions ---- */

static void put(writer *w, const char *s)
{
    onset_text_add(w->e->out, s);
}

static void put_name(writer *w, int node)
{
    if (w->e->name[node])
        put(w, w->e->name[node]);
    else
        onset_text_printf(w->e->out, "t%d", node);
}

/* The shortest form that reads back as the same number. */
static void put_number(writer *w, double x)
{
    char text[40];

    if (isnan(x)) {
        put(w, "__builtin_nan(\"\")");
        return;
    }
    if (isinf(x)) {
        put(w, x < 0 ? "-__builtin_inf()" : "__builtin_inf()");
        return;
    }
    for (int digits = 15; digits <= 17; digits++) {
        snprintf(text, sizeof text, "%.*g", digits, x);
        if (strtod(text, NULL) == x) break;
    }
    put(w, text);
    if (!strpbrk(text, ".e")) put(w, ".0");
}

enum { SUM = 1, PRODUCT, SIGN, SINGLE }; /* how tightly an expression binds */

static void put_value(writer *w, int node, int at_least);
static void put_mask(writer *w, int node);

/* An argument of a helper: a vector, also where it is a plain number. */
static void put_vector(writer *w, int node)
{
    if (!is_number(w, node)) {
        put_value(w, node, 0);
        return;
    }
    put(w, "K(");
    put_number(w, w->graph->nodes[node].number);
    put(w, ")");
}

static void put_infix(writer *w, int node, const char *op, int binds, int at_least)
{
    const int *arg = w->graph->nodes[node].arg;

    if (binds < at_least) put(w, "(");
    put_value(w, arg[0], binds);
    put(w, op);
    put_value(w, arg[1], binds + 1);
    if (binds < at_least) put(w, ")");
}

static void put_negative(writer *w, int node, int at_least)
{
    if (SIGN <= at_least) put(w, "(");
    put(w, "-");
    put_value(w, w->graph->nodes[node].arg[0], SINGLE);
    if (SIGN <= at_least) put(w, ")");
}

static void put_call(writer *w, int node, const char *helper)
{
    put(w, helper);
    for (int k = 0; k < n_args(w, node); k++) {
        put(w, k ? ", " : "(");
        put_vector(w, w->graph->nodes[node].arg[k]);
    }
    put(w, ")");
}

static void put_select(writer *w, int node)
{
    const int *arg = w->graph->nodes[node].arg;

    put(w, "sel(");
    put_mask(w, arg[0]);
    put(w, ", ");
    put_vector(w, arg[1]);
    put(w, ", ");
    put_vector(w, arg[2]);
    put(w, ")");
}

static const char *const helper_of[ONSET_N_NODE_OPS] = {
    [ONSET_NODE_POW] = "vpow", [ONSET_NODE_EXP] = "vexp",     [ONSET_NODE_LOG] = "vlog",   [ONSET_NODE_SQRT] = "vsqrt",
    [ONSET_NODE_ABS] = "vabs", [ONSET_NODE_FLOOR] = "vfloor", [ONSET_NODE_CEIL] = "vceil", [ONSET_NODE_SIN] = "vsin",
    [ONSET_NODE_COS] = "vcos", [ONSET_NODE_TAN] = "vtan",     [ONSET_NODE_TANH] = "vtanh", [ONSET_NODE_PHI] = "vphi",
    [ONSET_NODE_MIN] = "vmin", [ONSET_NODE_MAX] = "vmax",
};

static void put_operation(writer *w, int node, int at_least)
{
    switch (w->graph->nodes[node].op) {
    case ONSET_NODE_NEG:
        put_negative(w, node, at_least);
        break;
    case ONSET_NODE_ADD:
        put_infix(w, node, " + ", SUM, at_least);
        break;
    case ONSET_NODE_SUB:
        put_infix(w, node, " - ", SUM, at_least);
        break;
    case ONSET_NODE_MUL:
        put_infix(w, node, " * ", PRODUCT, at_least);
        break;
    case ONSET_NODE_DIV:
        put_infix(w, node, " / ", PRODUCT, at_least);
        break;
    case ONSET_NODE_SELECT:
        put_select(w, node);
        break;
    default:
        put_call(w, node, helper_of[w->graph->nodes[node].op]);
    }
}

static void put_value(writer *w, int node, int at_least)
{
    if (is_number(w, node)) {
        const double x = w->graph->nodes[node].number;

        if (x < 0 && at_least > SUM) put(w, "(");
        put_number(w, x);
        if (x < 0 && at_least > SUM) put(w, ")");
    } else if (is_truth(w, node)) {
        put(w, "truth(");
        put_mask(w, node);
        put(w, ")");
    } else if (!is_inside(w, node)) {
        put_name(w, node);
    } else {
        put_operation(w, node, at_least);
    }
}

static void put_compare(writer *w, int node, const char *helper)
{
    const int *arg = w->graph->nodes[node].arg;

    put(w, helper);
    put(w, "(");
    put_value(w, arg[0], 0);
    put(w, ", ");
    put_value(w, arg[1], 0);
    put(w, ")");
}

static void put_truth_operation(writer *w, int node)
{
    const onset_node *n = &w->graph->nodes[node];

    switch (n->op) {
    case ONSET_NODE_LT:
        put_compare(w, node, "lt");
        break;
    case ONSET_NODE_LE:
        put_compare(w, node, "le");
        break;
    case ONSET_NODE_EQ:
        put_compare(w, node, "eq");
        break;
    case ONSET_NODE_NOT:
        put(w, "not(");
        put_mask(w, n->arg[0]);
        put(w, ")");
        break;
    default:
        put(w, "(");
        put_mask(w, n->arg[0]);
        put(w, n->op == ONSET_NODE_AND ? " & " : " | ");
        put_mask(w, n->arg[1]);
        put(w, ")");
    }
}

/* A condition: all bits of a lane set or none. A quantity is true where it is not 0. */
static void put_mask(writer *w, int node)
{
    if (!is_truth(w, node)) {
        put(w, "ne(");
        put_vector(w, node);
        put(w, ", 0.0)");
    } else if (is_inside(w, node)) {
        put_truth_operation(w, node);
    } else {
        put_name(w, node);
    }
}

/* ---- Statements ---- */

static void put_source(writer *w, int node)
{
    const onset_node *n    = &w->graph->nodes[node];
    const int         slot = w->e->plan->slot[node];

    if (!w->function->prepare && slot >= 0)
        onset_text_printf(w->e->out, "c[%d]", slot);
    else if (n->op == ONSET_NODE_STATE)
        onset_text_printf(w->e->out, "y[%d]", n->index);
    else if (n->op == ONSET_NODE_PARAM)
        onset_text_printf(w->e->out, "params[%d]", n->index);
    else if (n->op == ONSET_NODE_COV)
        onset_text_printf(w->e->out, "params[%d]", w->e->plan->model->n_params + n->index);
    else
        put(w, n->op == ONSET_NODE_TIME ? "at[0]" : "dose_amt[0]");
}

/* What an expression reads is declared at its first use in a chunk. */
static void declare(writer *w, int node)
{
    const bool truth = is_truth(w, node);

    if (w->declared[node] == w->chunk || (!is_leaf(w, node) && w->chunk_of[node] == w->chunk)) return;
    w->declared[node] = w->chunk;
    put(w, truth ? "    const m " : "    const v ");
    put_name(w, node);
    put(w, " = ");
    if (is_leaf(w, node))
        put_source(w, node);
    else
        onset_text_printf(w->e->out, truth ? "ne(w[%d], 0.0)" : "w[%d]", w->work[node]);
    put(w, ";\n");
}

static void put_definition(writer *w, int node)
{
    const bool truth = is_truth(w, node);

    put(w, truth ? "    const m " : "    const v ");
    put_name(w, node);
    put(w, " = ");
    if (truth)
        put_truth_operation(w, node);
    else
        put_operation(w, node, 0);
    put(w, ";\n");
    if (w->work[node] < 0) return;
    onset_text_printf(w->e->out, truth ? "    w[%d] = truth(" : "    w[%d] = ", w->work[node]);
    put_name(w, node);
    put(w, truth ? ");\n" : ";\n");
}

static void put_root(writer *w, const onset_emit_root *root)
{
    if (root->comment) onset_text_printf(w->e->out, "    /* %s */\n", root->comment);
    onset_text_printf(w->e->out, "    %s[%d] = ", root->dest, root->index);
    put_vector(w, root->node);
    put(w, ";\n");
}

static void put_chunk(writer *w, int chunk)
{
    const int size = chunk_size(w), first = chunk * size, end = first + size < w->list.n ? first + size : w->list.n;

    w->chunk = chunk;
    for (int i = first; i < end; i++) {
        const statement *s = &w->list.items[i];

        reads(w, s, declare);
        if (s->node >= 0)
            put_definition(w, s->node);
        else
            put_root(w, &w->function->roots[s->root]);
    }
}

static void put_chunks(writer *w)
{
    const onset_emit_function *f   = w->function;
    onset_text                *out = w->e->out;
    const char                *sep = w->n_work ? ", " : "";

    for (int i = 0; i < n_chunks(w); i++) {
        onset_text_printf(out, "static __attribute__((noinline)) void %s_%d(%s%s)\n{\n", f->name, i, f->arguments,
                          w->n_work ? ", v *restrict w" : "");
        put_chunk(w, i);
        onset_text_add(out, "}\n\n");
    }
    onset_text_printf(out, "static void %s(%s)\n{\n", f->name, f->arguments);
    if (w->n_work) onset_text_printf(out, "    v w[%d];\n\n", w->n_work);
    for (int i = 0; i < n_chunks(w); i++) onset_text_printf(out, "    %s_%d(%s%s%s);\n", f->name, i, f->passed, sep, w->n_work ? "w" : "");
    onset_text_add(out, "}\n\n");
}

static int *filled(onset_arena *arena, int n, int value)
{
    int *list = onset_arena_alloc(arena, ((size_t)n + 1) * sizeof *list);

    for (int i = 0; i < n; i++) list[i] = value;
    return list;
}

void onset_emit_body(onset_emitter *e, const onset_emit_function *function)
{
    const int n = e->plan->graph.n;
    writer    w = {.e        = e,
                   .function = function,
                   .graph    = &e->plan->graph,
                   .uses     = filled(e->arena, n, 0),
                   .size     = filled(e->arena, n, 0),
                   .variable = onset_arena_alloc(e->arena, (size_t)n + 1),
                   .chunk_of = filled(e->arena, n, -1),
                   .work     = filled(e->arena, n, -1),
                   .declared = filled(e->arena, n, -1)};

    count_uses(&w);
    list_statements(&w);
    assign_chunks(&w);
    if (n_chunks(&w) > 1) {
        put_chunks(&w);
        return;
    }
    onset_text_printf(e->out, "static void %s(%s)\n{\n", function->name, function->arguments);
    put_chunk(&w, 0);
    onset_text_add(e->out, "}\n\n");
}
