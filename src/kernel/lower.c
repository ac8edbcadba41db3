#include "kernel/lower.h"

#include <float.h>
#include <math.h>

/* Exponents up to this size, in steps of a quarter, are done by products and square roots; chosen by us: 16 takes 4 products. */
enum { MAX_PRODUCT_EXPONENT = 16 };

typedef struct {
    const onset_graph *from;
    onset_graph       *to;
    int               *map;
    int               *n_divides; /* [from->n] times a node divides */
    ONSET_VEC(unsigned char) on;  /* dependence of the nodes of `to` */
} lowering;

unsigned char *onset_kernel_dependence(const onset_graph *graph)
{
    unsigned char *on = onset_arena_alloc(graph->arena, (size_t)graph->n + 1);

    for (int i = 0; i < graph->n; i++) {
        const onset_node *node = &graph->nodes[i];

        switch (node->op) {
        case ONSET_NODE_STATE:
            on[i] = ONSET_ON_STATE;
            break;
        case ONSET_NODE_TIME:
            on[i] = ONSET_ON_TIME;
            break;
        case ONSET_NODE_AMT:
            on[i] = ONSET_ON_AMT;
            break;
        case ONSET_NODE_PARAM:
        case ONSET_NODE_COV:
            on[i] = ONSET_ON_PERSON;
            break;
        default:
            for (int k = 0; k < onset_node_n_args(node->op); k++) on[i] |= on[node->arg[k]];
        }
    }
    return on;
}

static int copy_node(onset_graph *to, const onset_node *node, const int *map)
{
    const int n = onset_node_n_args(node->op);

    if (node->op == ONSET_NODE_CONST) return onset_graph_const(to, node->number);
    if (n == 0) return onset_graph_leaf(to, node->op, node->index);
    return onset_graph_node(to, node->op, map[node->arg[0]], n > 1 ? map[node->arg[1]] : -1, n > 2 ? map[node->arg[2]] : -1);
}

static bool *needed_below(const onset_graph *from, const bool *needed, onset_arena *arena)
{
    bool *below = onset_arena_alloc(arena, (size_t)from->n + 1);

    memcpy(below, needed, (size_t)from->n);
    for (int i = from->n - 1; i >= 0; i--)
        for (int k = 0; below[i] && k < onset_node_n_args(from->nodes[i].op); k++) below[from->nodes[i].arg[k]] = true;
    return below;
}

void onset_kernel_copy_graph(const onset_graph *from, const bool *needed, onset_graph *to, int *map)
{
    const bool *below = needed_below(from, needed, to->arena);

    for (int i = 0; i < from->n; i++) map[i] = below[i] ? copy_node(to, &from->nodes[i], map) : -1;
}

/* ---- Making nodes of the lowered graph ---- */

static int num(lowering *l, double x)
{
    return onset_graph_const(l->to, x);
}

static int un(lowering *l, onset_node_op op, int a)
{
    return onset_graph_unary(l->to, op, a);
}

static int bin(lowering *l, onset_node_op op, int a, int b)
{
    return onset_graph_binary(l->to, op, a, b);
}

/* Dependence of a node of `to`; nodes made since the last question are looked at first. */
static bool moves(lowering *l, int node)
{
    while (l->on.n <= node) {
        const onset_node *made = &l->to->nodes[l->on.n];
        unsigned char     on   = 0;

        if (made->op == ONSET_NODE_STATE || made->op == ONSET_NODE_TIME || made->op == ONSET_NODE_AMT) on = 1;
        for (int k = 0; k < onset_node_n_args(made->op); k++) on |= l->on.items[made->arg[k]];
        onset_vec_push(l->to->arena, &l->on, on);
    }
    return l->on.items[node];
}

/* a * b, with the factor that does not move gathered: (x * k) * b = x * (k * b). */
static int mul(lowering *l, int a, int b)
{
    const bool a_moves = moves(l, a), b_moves = moves(l, b);
    int        x, k;

    if (a_moves == b_moves) return bin(l, ONSET_NODE_MUL, a, b);
    if (!a_moves) return mul(l, b, a);
    if (l->to->nodes[a].op != ONSET_NODE_MUL) return bin(l, ONSET_NODE_MUL, a, b);
    x = l->to->nodes[a].arg[0];
    k = l->to->nodes[a].arg[1];
    if (moves(l, x) == moves(l, k)) return bin(l, ONSET_NODE_MUL, a, b);
    return moves(l, x) ? bin(l, ONSET_NODE_MUL, x, bin(l, ONSET_NODE_MUL, k, b)) : bin(l, ONSET_NODE_MUL, k, bin(l, ONSET_NODE_MUL, x, b));
}

static int reciprocal(lowering *l, int a)
{
    return bin(l, ONSET_NODE_DIV, num(l, 1), a);
}

static int divide(lowering *l, int a, int b, bool shared)
{
    double x;

    if (onset_graph_is_const(l->to, b, &x) && !(fabs(1 / x) >= DBL_MIN && fabs(1 / x) <= DBL_MAX)) return bin(l, ONSET_NODE_DIV, a, b);
    if (!moves(l, a) && !moves(l, b)) return bin(l, ONSET_NODE_DIV, a, b);
    if (moves(l, b) && !shared) return bin(l, ONSET_NODE_DIV, a, b);
    return mul(l, a, reciprocal(l, b));
}

/* ---- Powers ---- */

static int whole_power(lowering *l, int x, int n)
{
    if (n == 1) return x;
    if (n % 2) return bin(l, ONSET_NODE_MUL, x, whole_power(l, x, n - 1));
    x = whole_power(l, x, n / 2);
    return bin(l, ONSET_NODE_MUL, x, x);
}

/* x^(quarters / 4), quarters > 0 */
static int quarter_power(lowering *l, int x, int quarters)
{
    int root = -1;

    if (quarters % 4) root = un(l, ONSET_NODE_SQRT, x);
    if (quarters % 2) {
        const int fourth = un(l, ONSET_NODE_SQRT, root);

        root = quarters % 4 == 1 ? fourth : bin(l, ONSET_NODE_MUL, root, fourth);
    }
    if (quarters < 4) return root;
    x = whole_power(l, x, quarters / 4);
    return root < 0 ? x : bin(l, ONSET_NODE_MUL, x, root);
}

static bool is_quarters(double n)
{
    return n != 0 && fabs(n) <= MAX_PRODUCT_EXPONENT && 4 * n == floor(4 * n);
}

static int exp_log(lowering *l, int x, double n)
{
    return un(l, ONSET_NODE_EXP, bin(l, ONSET_NODE_MUL, num(l, n), un(l, ONSET_NODE_LOG, x)));
}

static int any_power(lowering *l, int x, int n);

/* x^n for a number n. Above 1, x times x^(n-1): the derivative of x^n is n x^(n-1), so the two share the exponential. */
static int number_power(lowering *l, int x, double n)
{
    if (is_quarters(n)) {
        const int power = quarter_power(l, x, (int)fabs(4 * n));

        return n > 0 ? power : reciprocal(l, power);
    }
    if (!moves(l, x)) return bin(l, ONSET_NODE_POW, x, num(l, n));
    if (n == floor(n)) return any_power(l, x, num(l, n)); /* a negative base has a power too */
    if (n > 1 && n < MAX_PRODUCT_EXPONENT) return bin(l, ONSET_NODE_MUL, x, exp_log(l, x, n - 1));
    return exp_log(l, x, n);
}

/* True where a value can only be >= 0 (or not a number). */
static bool never_negative(const onset_graph *graph, int node)
{
    const onset_node *n = &graph->nodes[node];
    double            x;

    switch (n->op) {
    case ONSET_NODE_EXP:
    case ONSET_NODE_ABS:
    case ONSET_NODE_SQRT:
    case ONSET_NODE_PHI:
        return true;
    case ONSET_NODE_CONST:
        return n->number >= 0;
    case ONSET_NODE_MAX:
        return (onset_graph_is_const(graph, n->arg[0], &x) && x >= 0) || (onset_graph_is_const(graph, n->arg[1], &x) && x >= 0);
    case ONSET_NODE_MUL:
        return n->arg[0] == n->arg[1];
    default:
        return false;
    }
}

/* -1, 1 or not a number: the sign of (-1)^n for an exponent that does not move. */
static int sign_power(lowering *l, int n)
{
    const int half = bin(l, ONSET_NODE_MUL, num(l, 0.5), n);
    const int odd  = bin(l, ONSET_NODE_LT, un(l, ONSET_NODE_FLOOR, half), half);
    const int sign = onset_graph_node(l->to, ONSET_NODE_SELECT, odd, num(l, -1), num(l, 1));

    return onset_graph_node(l->to, ONSET_NODE_SELECT, bin(l, ONSET_NODE_EQ, un(l, ONSET_NODE_FLOOR, n), n), sign, num(l, NAN));
}

/* x^n for any n. exp(n log|x|), with the sign of a negative base; the floor under the logarithm makes 0^0 one, as pow has it. */
static int any_power(lowering *l, int x, int n)
{
    static const double log_floor = -DBL_MAX; /* finite, so that times 0 it is 0 */
    const bool          plain     = never_negative(l->to, x);
    const int           log_x     = un(l, ONSET_NODE_LOG, plain ? x : un(l, ONSET_NODE_ABS, x));
    const int           power     = un(l, ONSET_NODE_EXP, bin(l, ONSET_NODE_MUL, n, bin(l, ONSET_NODE_MAX, num(l, log_floor), log_x)));
    int                 sign;

    if (plain) return power;
    sign = onset_graph_node(l->to, ONSET_NODE_SELECT, bin(l, ONSET_NODE_LT, x, num(l, 0)), sign_power(l, n), num(l, 1));
    return bin(l, ONSET_NODE_MUL, sign, power);
}

static int power(lowering *l, int a, int b)
{
    double n;

    if (onset_graph_is_const(l->to, b, &n)) return number_power(l, a, n);
    if (!moves(l, a) && !moves(l, b)) return bin(l, ONSET_NODE_POW, a, b);
    return any_power(l, a, b);
}

/* The derivative of x^n comes as n * (if x == 0 then 0^(n-1) else x^n / x). For a number n > 1 this is x^(n-1). */
static bool is_lower_power(const onset_graph *g, const onset_node *select, int *x, double *n)
{
    const onset_node *is_zero = &g->nodes[select->arg[0]], *ratio = &g->nodes[select->arg[2]], *whole;
    double            at_zero, zero;

    if (is_zero->op != ONSET_NODE_EQ || ratio->op != ONSET_NODE_DIV) return false;
    whole = &g->nodes[ratio->arg[0]];
    *x    = ratio->arg[1];
    if (whole->op != ONSET_NODE_POW || whole->arg[0] != *x || !onset_graph_is_const(g, whole->arg[1], n) || !(*n > 1)) return false;
    if (!onset_graph_is_const(g, select->arg[1], &at_zero) || at_zero != 0) return false;
    return (is_zero->arg[0] == *x && onset_graph_is_const(g, is_zero->arg[1], &zero) && zero == 0) ||
           (is_zero->arg[1] == *x && onset_graph_is_const(g, is_zero->arg[0], &zero) && zero == 0);
}

/* ---- The sweep ---- */

static int lowered(lowering *l, const onset_node *node)
{
    const int *map = l->map;
    int        x;
    double     n;

    switch (node->op) {
    case ONSET_NODE_MUL:
        return mul(l, map[node->arg[0]], map[node->arg[1]]);
    case ONSET_NODE_DIV:
        return divide(l, map[node->arg[0]], map[node->arg[1]], l->n_divides[node->arg[1]] > 1);
    case ONSET_NODE_POW:
        return power(l, map[node->arg[0]], map[node->arg[1]]);
    case ONSET_NODE_SELECT:
        if (is_lower_power(l->from, node, &x, &n)) return power(l, map[x], num(l, n - 1));
        return copy_node(l->to, node, map);
    default:
        return copy_node(l->to, node, map);
    }
}

void onset_kernel_lower_graph(const onset_graph *from, const bool *needed, onset_graph *to, int *map)
{
    lowering    l     = {.from = from, .to = to, .map = map};
    const bool *below = needed_below(from, needed, to->arena);

    l.n_divides = onset_arena_alloc(to->arena, ((size_t)from->n + 1) * sizeof *l.n_divides);
    for (int i = 0; i < from->n; i++) {
        int    x;
        double n;

        if (!below[i]) continue;
        if (from->nodes[i].op == ONSET_NODE_DIV) l.n_divides[from->nodes[i].arg[1]]++;
        /* This quotient is not formed. */
        if (from->nodes[i].op == ONSET_NODE_SELECT && is_lower_power(from, &from->nodes[i], &x, &n)) l.n_divides[x]--;
    }
    for (int i = 0; i < from->n; i++) map[i] = below[i] ? lowered(&l, &from->nodes[i]) : -1;
}
