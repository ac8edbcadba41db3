/* What a kernel computes, decided before a line of C is written: the lowered graph, the sparse Jacobian, what is computed once and
 * stored, and the elimination order. Private to src/kernel. */
#ifndef ONSET_KERNEL_PLAN_H
#define ONSET_KERNEL_PLAN_H

#include "kernel/kernel.h"
#include "kernel/lower.h"

/* Factors of (diagonal I - J) by rows in elimination order. Slots of row i: L (ascending), the reciprocal pivot, U (ascending). */
typedef struct {
    int  n;
    int *order;     /* [n] state eliminated at each step */
    int *row_start; /* [n + 1] first slot of a row */
    int *column;    /* [n_lu] place in the elimination order of the column in a slot */
    int *diagonal;  /* [n] slot of the reciprocal pivot */
    int *jac;       /* [n_lu] the Jacobian's nonzero that starts the slot, -1: fill */
    int  n_lu;
    long n_products; /* multiplications of a factorisation */
} onset_elimination;

typedef struct {
    const onset_model *model;
    onset_arena       *arena;
    onset_graph        graph; /* lowered */
    unsigned char     *on;    /* [graph.n] dependence */
    /* Roots: nodes of the lowered graph. */
    int *rate, *initial, *dfdt; /* [n_states]; dfdt where has_time */
    int *output;                /* [n_outputs] */
    int *individual;            /* [n_params] */
    int *dose;                  /* [n_dose] */
    int *jac;                   /* [n_jac] */
    int  n_dose, n_jac;
    bool has_time;
    int *jac_col_start, *jac_row; /* compressed by column */
    int *let_node;                /* [n_lets] -1: not needed or no node of its own */
    /* Stored by prepare(). */
    int *slot;     /* [graph.n] -1: not stored */
    int *constant; /* [n_constants] node */
    int  n_constants;

    onset_elimination elimination;
} onset_plan;

/* Call inside onset_arena_run(). */
onset_plan *onset_kernel_plan(onset_arena *arena, const onset_model *model);

/* Diagonal pivots in Markowitz order over a pattern given by columns; the diagonal need not be in it. */
void onset_kernel_eliminate(onset_arena *arena, int n, const int *col_start, const int *row, onset_elimination *out);

static inline bool onset_plan_is_fixed(const onset_plan *plan, int node) /* does not move, and is no plain number */
{
    return !(plan->on[node] & ONSET_ON_MOVING) && plan->graph.nodes[node].op != ONSET_NODE_CONST;
}

#endif
