/* The expression graph: hash-consed, so a subexpression exists once; constants are folded as nodes are made.
 *
 * A node is an int. Arguments come before the node that uses them, so ascending order is an order of evaluation.
 * Values are plain doubles; units have been converted away before (model/check.c). True is 1, false 0. */
#ifndef ONSET_MODEL_GRAPH_H
#define ONSET_MODEL_GRAPH_H

#include "base/arena.h"

/* op, text, number of arguments */
/* clang-format off */
#define ONSET_NODE_OPS(X) \
    X(CONST, "const", 0) X(TIME, "time", 0) X(STATE, "state", 0) X(PARAM, "param", 0) X(COV, "covariate", 0) X(AMT, "amt", 0) \
    X(NEG, "-", 1) X(ADD, "+", 2) X(SUB, "-", 2) X(MUL, "*", 2) X(DIV, "/", 2) X(POW, "pow", 2) \
    X(EXP, "exp", 1) X(LOG, "log", 1) X(SQRT, "sqrt", 1) X(ABS, "abs", 1) X(FLOOR, "floor", 1) X(CEIL, "ceil", 1) \
    X(SIN, "sin", 1) X(COS, "cos", 1) X(TAN, "tan", 1) X(TANH, "tanh", 1) X(PHI, "phi", 1) X(MIN, "min", 2) X(MAX, "max", 2) \
    X(LT, "<", 2) X(LE, "<=", 2) X(EQ, "==", 2) X(AND, "and", 2) X(OR, "or", 2) X(NOT, "not", 1) X(SELECT, "if", 3)
/* clang-format on */

#define ONSET_NODE_ENUM(name, text, n) ONSET_NODE_##name,
typedef enum { ONSET_NODE_OPS(ONSET_NODE_ENUM) ONSET_N_NODE_OPS } onset_node_op;

typedef struct {
    onset_node_op op;
    int           index;  /* STATE, PARAM, COV */
    double        number; /* CONST */
    int           arg[3];
} onset_node;

typedef struct {
    onset_arena *arena;
    onset_node  *nodes;
    int          n, cap;
    int         *slots; /* hash table of nodes; -1 free */
    int          n_slots;
} onset_graph;

void onset_graph_init(onset_graph *graph, onset_arena *arena);

int onset_graph_const(onset_graph *graph, double number);
int onset_graph_leaf(onset_graph *graph, onset_node_op op, int index); /* TIME, STATE, PARAM, COV, AMT */

/* Makes (or finds) a node, folding constants and 0 and 1: x+0, x*1, x*0, x/1, x^1, x^0, --x, if with a constant condition.
 * Unused arguments are ignored. Commutative arguments are ordered. SUB of equal nodes is 0. */
int onset_graph_node(onset_graph *graph, onset_node_op op, int a, int b, int c);

/* Short forms for writing derivatives and tests. */
int onset_graph_unary(onset_graph *graph, onset_node_op op, int a);
int onset_graph_binary(onset_graph *graph, onset_node_op op, int a, int b);

bool onset_graph_is_const(const onset_graph *graph, int node, double *number); /* number may be NULL */

/* The nonzeros of d roots / d leaves (TIME or STATE leaves), by column (leaf) and then by row (root), in the graph's arena. One sweep a
 * leaf, over the nodes that depend on it. POW with a constant exponent reuses x^n: n * x^n / x is never formed at x = 0 for n >= 1
 * (n x^(n-1)). Derivatives of steps (floor, comparisons) are 0; of min, max, abs and if, of the side taken. */
typedef struct {
    int row, col, node; /* roots[row], leaves[col], the derivative */
} onset_entry;
typedef struct {
    int          n;
    onset_entry *entries;
} onset_jacobian;
onset_jacobian onset_graph_jacobian(onset_graph *graph, const int *roots, int n_roots, const int *leaves, int n_leaves);

/* The reference evaluator, slow and plain: values of the leaves are given. Tests hold the emitted code against it, and the
 * checker and the study use it for small things. Iterates over the nodes below `node`; no recursion. */
typedef struct {
    double        time, amt;
    const double *states, *params, *covs;
} onset_leaf_values;
double onset_graph_value(const onset_graph *graph, int node, const onset_leaf_values *leaves); /* NAN without memory */

/* The value of one operation on numbers: the one definition that folding, the evaluator and the tests share. */
double onset_node_apply(onset_node_op op, double a, double b, double c);

int         onset_node_n_args(onset_node_op op);
const char *onset_node_text(onset_node_op op); /* "+", "exp"; for messages and `onset show` */

#endif
