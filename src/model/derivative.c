/* Derivatives by forward sweeps.
 *
 * For one leaf: the nodes that depend on it, found upward through the lists of users and put in ascending order, so that the
 * derivatives of the arguments are there when a node's turn comes. The cost is that of the dependent nodes alone, and the
 * derivative of an intermediate quantity is made once for all the roots that use it. */
#include "model/graph.h"

#include <math.h>
#include <stdlib.h>

typedef struct {
    onset_graph *graph;
    int          n;                      /* nodes of the graph when the sweep began; those made since are derivatives */
    int         *user_start, *users;     /* users of node i: users[user_start[i] .. user_start[i+1]) */
    int         *derivative;             /* [n] for the leaf at hand; -1: does not depend on it */
    int         *dependent, n_dependent; /* ascending */
} sweep;

static int num(sweep *s, double x)
{
    return onset_graph_const(s->graph, x);
}

static int un(sweep *s, onset_node_op op, int a)
{
    return onset_graph_unary(s->graph, op, a);
}

static int bin(sweep *s, onset_node_op op, int a, int b)
{
    return onset_graph_binary(s->graph, op, a, b);
}

static int mul(sweep *s, int a, int b)
{
    return bin(s, ONSET_NODE_MUL, a, b);
}

static int sub(sweep *s, int a, int b)
{
    return bin(s, ONSET_NODE_SUB, a, b);
}

static int divide(sweep *s, int a, int b)
{
    return bin(s, ONSET_NODE_DIV, a, b);
}

static int select_of(sweep *s, int condition, int a, int b)
{
    return onset_graph_node(s->graph, ONSET_NODE_SELECT, condition, a, b);
}

/* d/da a^b. Small integer exponents stay powers, which are products in machine code. Otherwise a^b / a, which reuses the power
 * already there: a division costs a tenth of a power. At a = 0 its limit is taken instead. */
static int power_by_base(sweep *s, int node, int a, int b)
{
    double    x;
    const int lower = sub(s, b, num(s, 1));

    if (onset_graph_is_const(s->graph, b, &x) && x == floor(x) && fabs(x) < 16) return mul(s, b, bin(s, ONSET_NODE_POW, a, lower));
    return mul(s, b, select_of(s, bin(s, ONSET_NODE_EQ, a, num(s, 0)), bin(s, ONSET_NODE_POW, num(s, 0), lower), divide(s, node, a)));
}

/* d/db a^b = a^b log a; at a = 0 the limit for b > 0, which is 0. */
static int power_by_exponent(sweep *s, int node, int a)
{
    return select_of(s, bin(s, ONSET_NODE_EQ, a, num(s, 0)), num(s, 0), mul(s, node, un(s, ONSET_NODE_LOG, a)));
}

static int power(sweep *s, int node, int a, int b, int da, int db)
{
    const int zero        = num(s, 0);
    const int by_base     = da == zero ? zero : mul(s, power_by_base(s, node, a, b), da);
    const int by_exponent = db == zero ? zero : mul(s, power_by_exponent(s, node, a), db);

    return bin(s, ONSET_NODE_ADD, by_base, by_exponent);
}

/* The derivative of a function of one argument, as a factor of da. */
static int slope(sweep *s, onset_node_op op, int node, int a)
{
    /* 1 / sqrt(2 pi) */
    static const double normal_peak = 0.39894228040143267794;

    switch (op) {
    case ONSET_NODE_NEG:
        return num(s, -1);
    case ONSET_NODE_EXP:
        return node;
    case ONSET_NODE_LOG:
        return divide(s, num(s, 1), a);
    case ONSET_NODE_SQRT:
        return divide(s, num(s, 0.5), node);
    case ONSET_NODE_ABS:
        return select_of(s, bin(s, ONSET_NODE_LT, a, num(s, 0)), num(s, -1), num(s, 1));
    case ONSET_NODE_SIN:
        return un(s, ONSET_NODE_COS, a);
    case ONSET_NODE_COS:
        return un(s, ONSET_NODE_NEG, un(s, ONSET_NODE_SIN, a));
    case ONSET_NODE_TAN:
        return bin(s, ONSET_NODE_ADD, num(s, 1), mul(s, node, node));
    case ONSET_NODE_TANH:
        return sub(s, num(s, 1), mul(s, node, node));
    case ONSET_NODE_PHI:
        return mul(s, num(s, normal_peak), un(s, ONSET_NODE_EXP, mul(s, num(s, -0.5), mul(s, a, a))));
    default:
        return num(s, 0); /* floor, ceil, comparisons: steps */
    }
}

static int derivative_of(sweep *s, int node)
{
    const onset_node n    = s->graph->nodes[node]; /* a copy: the array moves as nodes are made */
    const int        zero = num(s, 0);
    int              d[3] = {zero, zero, zero};
    const int        a = n.arg[0], b = n.arg[1];

    for (int i = 0; i < onset_node_n_args(n.op); i++)
        if (s->derivative[n.arg[i]] >= 0) d[i] = s->derivative[n.arg[i]];
    switch (n.op) {
    case ONSET_NODE_ADD:
    case ONSET_NODE_SUB:
        return bin(s, n.op, d[0], d[1]);
    case ONSET_NODE_MUL:
        return bin(s, ONSET_NODE_ADD, mul(s, d[0], b), mul(s, a, d[1]));
    case ONSET_NODE_DIV:
        return divide(s, sub(s, d[0], mul(s, node, d[1])), b);
    case ONSET_NODE_POW:
        return power(s, node, a, b, d[0], d[1]);
    case ONSET_NODE_MIN:
        return select_of(s, bin(s, ONSET_NODE_LT, a, b), d[0], d[1]);
    case ONSET_NODE_MAX:
        return select_of(s, bin(s, ONSET_NODE_LT, b, a), d[0], d[1]);
    case ONSET_NODE_SELECT:
        return select_of(s, a, d[1], d[2]);
    case ONSET_NODE_LOG:
        return divide(s, d[0], a);
    case ONSET_NODE_SQRT:
        return divide(s, mul(s, num(s, 0.5), d[0]), node);
    default:
        return mul(s, slope(s, n.op, node, a), d[0]);
    }
}

/* ---- The sweep ---- */

/* Lists the users of every node at or below the roots. */
static void list_users(sweep *s, const int *roots, int n_roots)
{
    onset_graph *g     = s->graph;
    const size_t n     = (size_t)s->n;
    bool        *below = onset_arena_alloc(g->arena, n + 1);
    int         *at    = onset_arena_alloc(g->arena, (n + 1) * sizeof *at);

    s->user_start = onset_arena_alloc(g->arena, (n + 1) * sizeof *s->user_start);
    for (int i = 0; i < n_roots; i++) below[roots[i]] = true;
    for (int i = s->n - 1; i >= 0; i--) {
        for (int k = 0; below[i] && k < onset_node_n_args(g->nodes[i].op); k++) {
            below[g->nodes[i].arg[k]] = true;
            s->user_start[g->nodes[i].arg[k] + 1]++;
        }
    }
    for (int i = 0; i < s->n; i++) s->user_start[i + 1] += s->user_start[i];
    memcpy(at, s->user_start, (n + 1) * sizeof *at);
    s->users = onset_arena_alloc(g->arena, ((size_t)s->user_start[s->n] + 1) * sizeof *s->users);
    for (int i = 0; i < s->n; i++)
        for (int k = 0; below[i] && k < onset_node_n_args(g->nodes[i].op); k++) s->users[at[g->nodes[i].arg[k]]++] = i;
}

static sweep sweep_begin(onset_graph *graph, const int *roots, int n_roots)
{
    sweep s = {.graph = graph, .n = graph->n};

    list_users(&s, roots, n_roots);
    s.derivative = onset_arena_alloc(graph->arena, ((size_t)s.n + 1) * sizeof *s.derivative);
    s.dependent  = onset_arena_alloc(graph->arena, ((size_t)s.n + 1) * sizeof *s.dependent);
    for (int i = 0; i < s.n; i++) s.derivative[i] = -1;
    return s;
}

static int ascending(const void *a, const void *b)
{
    return *(const int *)a - *(const int *)b;
}

static void find_dependent(sweep *s, int leaf)
{
    const int visited = 0; /* any derivative >= 0 marks a node; it is overwritten by the sweep */

    s->n_dependent                 = 0;
    s->derivative[leaf]            = visited;
    s->dependent[s->n_dependent++] = leaf;
    for (int i = 0; i < s->n_dependent; i++) {
        for (int k = s->user_start[s->dependent[i]]; k < s->user_start[s->dependent[i] + 1]; k++) {
            if (s->derivative[s->users[k]] >= 0) continue;
            s->derivative[s->users[k]]     = visited;
            s->dependent[s->n_dependent++] = s->users[k];
        }
    }
    qsort(s->dependent, (size_t)s->n_dependent, sizeof *s->dependent, ascending);
}

static void sweep_leaf(sweep *s, int leaf)
{
    s->n_dependent = 0;
    if (leaf >= s->n) return; /* made after the roots: nothing depends on it */
    find_dependent(s, leaf);
    s->derivative[leaf] = num(s, 1);
    for (int i = 1; i < s->n_dependent; i++) s->derivative[s->dependent[i]] = derivative_of(s, s->dependent[i]);
}

static void sweep_clear(sweep *s)
{
    for (int i = 0; i < s->n_dependent; i++) s->derivative[s->dependent[i]] = -1;
}

/* Roots in order of their nodes, so that those among the dependent nodes are found by search: several roots may be one node. */
typedef struct {
    int node, row;
} root_at;

static int by_node(const void *a, const void *b)
{
    const root_at *x = a, *y = b;

    return x->node != y->node ? x->node - y->node : x->row - y->row;
}

static int first_root_at(const root_at *roots, int n, int node)
{
    int low = 0, high = n;

    while (low < high) {
        const int mid = low + (high - low) / 2;

        if (roots[mid].node < node)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

typedef ONSET_VEC(onset_entry) entries;

static int by_row(const void *a, const void *b)
{
    return ((const onset_entry *)a)->row - ((const onset_entry *)b)->row;
}

static void take_column(sweep *s, const root_at *roots, int n_roots, int column, entries *list)
{
    const int start = list->n;
    double    x;

    for (int i = 0; i < s->n_dependent; i++) {
        const int node = s->dependent[i], d = s->derivative[node];

        if (onset_graph_is_const(s->graph, d, &x) && x == 0) continue;
        for (int k = first_root_at(roots, n_roots, node); k < n_roots && roots[k].node == node; k++) {
            const onset_entry entry = {.row = roots[k].row, .col = column, .node = d};

            onset_vec_push(s->graph->arena, list, entry);
        }
    }
    if (list->n > start + 1) qsort(list->items + start, (size_t)(list->n - start), sizeof *list->items, by_row);
}

onset_jacobian onset_graph_jacobian(onset_graph *graph, const int *roots, int n_roots, const int *leaves, int n_leaves)
{
    sweep    s     = sweep_begin(graph, roots, n_roots);
    root_at *order = onset_arena_alloc(graph->arena, ((size_t)n_roots + 1) * sizeof *order);
    entries  list  = {0};

    for (int i = 0; i < n_roots; i++) order[i] = (root_at){.node = roots[i], .row = i};
    qsort(order, (size_t)n_roots, sizeof *order, by_node);
    for (int i = 0; i < n_leaves; i++) {
        sweep_leaf(&s, leaves[i]);
        take_column(&s, order, n_roots, i, &list);
        sweep_clear(&s);
    }
    return (onset_jacobian){.n = list.n, .entries = list.items};
}
