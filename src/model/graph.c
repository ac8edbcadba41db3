#include "model/graph.h"

#include <math.h>
#include <stdlib.h>

enum { FIRST_SLOTS = 256 };

static const int n_args_of[ONSET_N_NODE_OPS] = {
#define N_ARGS(name, text, n) n,
    ONSET_NODE_OPS(N_ARGS)
#undef N_ARGS
};

static const char *const text_of[ONSET_N_NODE_OPS] = {
#define TEXT(name, text, n) text,
    ONSET_NODE_OPS(TEXT)
#undef TEXT
};

int onset_node_n_args(onset_node_op op)
{
    return n_args_of[op];
}

const char *onset_node_text(onset_node_op op)
{
    return text_of[op];
}

double onset_node_apply(onset_node_op op, double a, double b, double c)
{
    switch (op) {
    case ONSET_NODE_NEG:
        return -a;
    case ONSET_NODE_ADD:
        return a + b;
    case ONSET_NODE_SUB:
        return a - b;
    case ONSET_NODE_MUL:
        return a * b;
    case ONSET_NODE_DIV:
        return a / b;
    case ONSET_NODE_POW:
        return pow(a, b);
    case ONSET_NODE_EXP:
        return exp(a);
    case ONSET_NODE_LOG:
        return log(a);
    case ONSET_NODE_SQRT:
        return sqrt(a);
    case ONSET_NODE_ABS:
        return fabs(a);
    case ONSET_NODE_FLOOR:
        return floor(a);
    case ONSET_NODE_CEIL:
        return ceil(a);
    case ONSET_NODE_SIN:
        return sin(a);
    case ONSET_NODE_COS:
        return cos(a);
    case ONSET_NODE_TAN:
        return tan(a);
    case ONSET_NODE_TANH:
        return tanh(a);
    case ONSET_NODE_PHI:
        return 0.5 * erfc(-a * M_SQRT1_2);
    case ONSET_NODE_MIN:
        return a < b ? a : b;
    case ONSET_NODE_MAX:
        return a > b ? a : b;
    case ONSET_NODE_LT:
        return a < b;
    case ONSET_NODE_LE:
        return a <= b;
    case ONSET_NODE_EQ:
        return a == b;
    case ONSET_NODE_AND:
        return a != 0 && b != 0;
    case ONSET_NODE_OR:
        return a != 0 || b != 0;
    case ONSET_NODE_NOT:
        return a == 0;
    case ONSET_NODE_SELECT:
        return a != 0 ? b : c;
    default:
        return NAN; /* leaves have no value of their own */
    }
}

/* ---- The hash table ---- */

static uint64_t mixed(uint64_t h, uint64_t x)
{
    /* The multiplier of Knuth's multiplicative hashing, 2^64 / golden ratio. */
    h = (h ^ x) * 0x9E3779B97F4A7C15u;
    return h ^ (h >> 29);
}

static uint64_t bits_of(double number)
{
    uint64_t bits;

    memcpy(&bits, &number, sizeof bits);
    return bits;
}

static uint64_t hash_of(const onset_node *node)
{
    uint64_t h = mixed(mixed(0, (uint64_t)node->op), bits_of(node->number));

    h = mixed(h, (uint64_t)(uint32_t)node->index << 32 | (uint32_t)node->arg[0]);
    return mixed(h, (uint64_t)(uint32_t)node->arg[1] << 32 | (uint32_t)node->arg[2]);
}

static bool same(const onset_node *a, const onset_node *b)
{
    /* Numbers by their bits, so that NaN equals itself. */
    return a->op == b->op && a->index == b->index && bits_of(a->number) == bits_of(b->number) && a->arg[0] == b->arg[0] &&
           a->arg[1] == b->arg[1] && a->arg[2] == b->arg[2];
}

static int *slot_of(const onset_graph *graph, const onset_node *node)
{
    const size_t mask = (size_t)graph->n_slots - 1;
    size_t       i    = hash_of(node) & mask;

    while (graph->slots[i] >= 0 && !same(&graph->nodes[graph->slots[i]], node)) i = (i + 1) & mask;
    return &graph->slots[i];
}

static void grow_slots(onset_graph *graph, int n_slots)
{
    graph->slots   = onset_arena_alloc(graph->arena, (size_t)n_slots * sizeof *graph->slots);
    graph->n_slots = n_slots;
    memset(graph->slots, 0xff, (size_t)n_slots * sizeof *graph->slots);
    for (int i = 0; i < graph->n; i++) *slot_of(graph, &graph->nodes[i]) = i;
}

void onset_graph_init(onset_graph *graph, onset_arena *arena)
{
    *graph = (onset_graph){.arena = arena};
    grow_slots(graph, FIRST_SLOTS);
}

static int intern(onset_graph *graph, onset_node node)
{
    int *slot;

    if (graph->n >= graph->n_slots / 2) grow_slots(graph, 2 * graph->n_slots);
    slot = slot_of(graph, &node);
    if (*slot >= 0) return *slot;
    if (graph->n == graph->cap) graph->nodes = onset_vec_grown(graph->arena, graph->nodes, graph->n, &graph->cap, sizeof *graph->nodes);
    graph->nodes[graph->n] = node;
    return *slot           = graph->n++;
}

int onset_graph_const(onset_graph *graph, double number)
{
    /* One zero: -0 differs from 0 only in ways no model means. */
    return intern(graph, (onset_node){.op = ONSET_NODE_CONST, .number = number == 0 ? 0 : number, .arg = {-1, -1, -1}});
}

int onset_graph_leaf(onset_graph *graph, onset_node_op op, int index)
{
    return intern(graph, (onset_node){.op = op, .index = index, .arg = {-1, -1, -1}});
}

bool onset_graph_is_const(const onset_graph *graph, int node, double *number)
{
    if (graph->nodes[node].op != ONSET_NODE_CONST) return false;
    if (number) *number = graph->nodes[node].number;
    return true;
}

/* ---- Folding ---- */

static bool is(const onset_graph *graph, int node, double number)
{
    return graph->nodes[node].op == ONSET_NODE_CONST && graph->nodes[node].number == number;
}

static bool is_op(const onset_graph *graph, int node, onset_node_op op)
{
    return graph->nodes[node].op == op;
}

static int arg_of(const onset_graph *graph, int node, int i)
{
    return graph->nodes[node].arg[i];
}

/* True for a node whose value can only be 0 or 1. */
static bool is_truth(const onset_graph *graph, int node)
{
    const onset_node_op op = graph->nodes[node].op;

    return op >= ONSET_NODE_LT && op <= ONSET_NODE_NOT;
}

static bool commutes(onset_node_op op)
{
    return op == ONSET_NODE_ADD || op == ONSET_NODE_MUL || op == ONSET_NODE_MIN || op == ONSET_NODE_MAX || op == ONSET_NODE_EQ ||
           op == ONSET_NODE_AND || op == ONSET_NODE_OR;
}

/* Each fold returns the simpler node, or -1 where there is none. In commutative operations a constant comes first. */

static int fold_neg(onset_graph *graph, int a)
{
    if (is_op(graph, a, ONSET_NODE_NEG)) return arg_of(graph, a, 0);
    if (is_op(graph, a, ONSET_NODE_SUB)) return onset_graph_binary(graph, ONSET_NODE_SUB, arg_of(graph, a, 1), arg_of(graph, a, 0));
    return -1;
}

static int fold_add(onset_graph *graph, int a, int b)
{
    if (is(graph, a, 0)) return b;
    if (is_op(graph, b, ONSET_NODE_NEG)) return onset_graph_binary(graph, ONSET_NODE_SUB, a, arg_of(graph, b, 0));
    if (is_op(graph, a, ONSET_NODE_NEG)) return onset_graph_binary(graph, ONSET_NODE_SUB, b, arg_of(graph, a, 0));
    return -1;
}

static int fold_sub(onset_graph *graph, int a, int b)
{
    if (a == b) return onset_graph_const(graph, 0);
    if (is(graph, b, 0)) return a;
    if (is(graph, a, 0)) return onset_graph_unary(graph, ONSET_NODE_NEG, b);
    if (is_op(graph, b, ONSET_NODE_NEG)) return onset_graph_binary(graph, ONSET_NODE_ADD, a, arg_of(graph, b, 0));
    return -1;
}

static int fold_mul(onset_graph *graph, int a, int b)
{
    double x, y;

    if (is(graph, a, 0)) return a;
    if (is(graph, a, 1)) return b;
    if (is(graph, a, -1)) return onset_graph_unary(graph, ONSET_NODE_NEG, b);
    if (is_op(graph, a, ONSET_NODE_NEG) && is_op(graph, b, ONSET_NODE_NEG))
        return onset_graph_binary(graph, ONSET_NODE_MUL, arg_of(graph, a, 0), arg_of(graph, b, 0));
    if (!onset_graph_is_const(graph, a, &x)) return -1;
    if (is_op(graph, b, ONSET_NODE_NEG))
        return onset_graph_binary(graph, ONSET_NODE_MUL, onset_graph_const(graph, -x), arg_of(graph, b, 0));
    /* Factors of unit conversions and of derivatives gather into one. */
    if (is_op(graph, b, ONSET_NODE_MUL) && onset_graph_is_const(graph, arg_of(graph, b, 0), &y) && isfinite(x * y))
        return onset_graph_binary(graph, ONSET_NODE_MUL, onset_graph_const(graph, x * y), arg_of(graph, b, 1));
    return -1;
}

static int fold_div(onset_graph *graph, int a, int b)
{
    if (is(graph, b, 1)) return a;
    if (is(graph, b, -1)) return onset_graph_unary(graph, ONSET_NODE_NEG, a);
    if (is(graph, a, 0)) return a;
    if (is_op(graph, a, ONSET_NODE_NEG) && is_op(graph, b, ONSET_NODE_NEG))
        return onset_graph_binary(graph, ONSET_NODE_DIV, arg_of(graph, a, 0), arg_of(graph, b, 0));
    return -1;
}

static int fold_pow(onset_graph *graph, int a, int b)
{
    if (is(graph, b, 0)) return onset_graph_const(graph, 1);
    if (is(graph, b, 1)) return a;
    if (is(graph, a, 1)) return a;
    if (is(graph, b, 0.5)) return onset_graph_unary(graph, ONSET_NODE_SQRT, a);
    if (is(graph, b, -1)) return onset_graph_binary(graph, ONSET_NODE_DIV, onset_graph_const(graph, 1), a);
    return -1;
}

static int fold_truth(onset_graph *graph, onset_node_op op, int a, int b)
{
    const bool is_and = op == ONSET_NODE_AND;
    double     x;

    if (onset_graph_is_const(graph, a, &x)) {
        if (is_and == (x == 0)) return onset_graph_const(graph, is_and ? 0 : 1);
        if (is_truth(graph, b)) return b;
    }
    return a == b && is_truth(graph, a) ? a : -1;
}

static int fold_select(const onset_graph *graph, int a, int b, int c)
{
    double x;

    if (onset_graph_is_const(graph, a, &x)) return x != 0 ? b : c;
    return b == c ? b : -1;
}

static int folded(onset_graph *graph, onset_node_op op, int a, int b, int c)
{
    switch (op) {
    case ONSET_NODE_NEG:
        return fold_neg(graph, a);
    case ONSET_NODE_ADD:
        return fold_add(graph, a, b);
    case ONSET_NODE_SUB:
        return fold_sub(graph, a, b);
    case ONSET_NODE_MUL:
        return fold_mul(graph, a, b);
    case ONSET_NODE_DIV:
        return fold_div(graph, a, b);
    case ONSET_NODE_POW:
        return fold_pow(graph, a, b);
    case ONSET_NODE_MIN:
    case ONSET_NODE_MAX:
        return a == b ? a : -1;
    case ONSET_NODE_AND:
    case ONSET_NODE_OR:
        return fold_truth(graph, op, a, b);
    case ONSET_NODE_NOT:
        return is_op(graph, a, ONSET_NODE_NOT) && is_truth(graph, arg_of(graph, a, 0)) ? arg_of(graph, a, 0) : -1;
    case ONSET_NODE_SELECT:
        return fold_select(graph, a, b, c);
    default:
        return -1;
    }
}

int onset_graph_node(onset_graph *graph, onset_node_op op, int a, int b, int c)
{
    const int n       = n_args_of[op];
    int       arg[3]  = {a, n > 1 ? b : -1, n > 2 ? c : -1};
    double    x[3]    = {0, 0, 0};
    int       n_const = 0, simpler;

    for (int i = 0; i < n; i++) n_const += onset_graph_is_const(graph, arg[i], &x[i]);
    if (n_const == n) return onset_graph_const(graph, onset_node_apply(op, x[0], x[1], x[2]));
    if (commutes(op)) {
        const bool first_const = is_op(graph, arg[0], ONSET_NODE_CONST), second_const = is_op(graph, arg[1], ONSET_NODE_CONST);
        const bool swap = first_const == second_const ? arg[1] < arg[0] : second_const;

        if (swap) arg[0] = b, arg[1] = a;
    }
    simpler = folded(graph, op, arg[0], arg[1], arg[2]);
    return simpler >= 0 ? simpler : intern(graph, (onset_node){.op = op, .arg = {arg[0], arg[1], arg[2]}});
}

int onset_graph_unary(onset_graph *graph, onset_node_op op, int a)
{
    return onset_graph_node(graph, op, a, -1, -1);
}

int onset_graph_binary(onset_graph *graph, onset_node_op op, int a, int b)
{
    return onset_graph_node(graph, op, a, b, -1);
}

/* ---- Evaluation ---- */

static double leaf_value(const onset_node *node, const onset_leaf_values *leaves)
{
    switch (node->op) {
    case ONSET_NODE_CONST:
        return node->number;
    case ONSET_NODE_TIME:
        return leaves->time;
    case ONSET_NODE_AMT:
        return leaves->amt;
    case ONSET_NODE_STATE:
        return leaves->states ? leaves->states[node->index] : NAN;
    case ONSET_NODE_PARAM:
        return leaves->params ? leaves->params[node->index] : NAN;
    case ONSET_NODE_COV:
        return leaves->covs ? leaves->covs[node->index] : NAN;
    default:
        return NAN;
    }
}

static double value_of(const onset_node *node, const onset_leaf_values *leaves, const double *values)
{
    double x[3] = {0, 0, 0};

    if (n_args_of[node->op] == 0) return leaf_value(node, leaves);
    for (int i = 0; i < n_args_of[node->op]; i++) x[i] = values[node->arg[i]];
    return onset_node_apply(node->op, x[0], x[1], x[2]);
}

double onset_graph_value(const onset_graph *graph, int node, const onset_leaf_values *leaves)
{
    enum { SMALL = 256 };
    double       small_values[SMALL];
    bool         small_needed[SMALL];
    const size_t n      = (size_t)node + 1;
    double      *values = n <= SMALL ? small_values : malloc(n * sizeof *values);
    bool        *needed = n <= SMALL ? small_needed : malloc(n * sizeof *needed);
    double       value  = NAN;

    if (values && needed) {
        memset(needed, 0, n * sizeof *needed);
        needed[node] = true;
        for (int i = node; i >= 0; i--)
            for (int k = 0; needed[i] && k < n_args_of[graph->nodes[i].op]; k++) needed[graph->nodes[i].arg[k]] = true;
        for (int i = 0; i <= node; i++)
            if (needed[i]) values[i] = value_of(&graph->nodes[i], leaves, values);
        value = values[node];
    }
    if (values != small_values) free(values);
    if (needed != small_needed) free(needed);
    return value;
}
