/* From the model's graph to one that is cheap to evaluate over lanes. Used by the plan only. */
#ifndef ONSET_KERNEL_LOWER_H
#define ONSET_KERNEL_LOWER_H

#include "model/graph.h"

/* What a node's value depends on. */
enum {
    ONSET_ON_STATE  = 1,
    ONSET_ON_TIME   = 2,
    ONSET_ON_AMT    = 4,
    ONSET_ON_PERSON = 8, /* parameters and covariates */
    ONSET_ON_MOVING = ONSET_ON_STATE | ONSET_ON_TIME | ONSET_ON_AMT
};

/* The dependence of each of the graph's nodes, [graph->n], in the graph's arena. */
unsigned char *onset_kernel_dependence(const onset_graph *graph);

/* Copies the nodes below the marked ones (needed [from->n]) into an empty graph; map [from->n] receives their new numbers, -1 elsewhere. */
void onset_kernel_copy_graph(const onset_graph *from, const bool *needed, onset_graph *to, int *map);

/* The same, rewriting as it goes. The values stay those of onset_node_apply to rounding:
 * - powers with an exponent that is a multiple of 1/4, up to 16, become products and square roots; other powers exp(n log x), so that
 *   powers of one quantity share the logarithm (relative error about |n log x| 1e-16);
 * - x^n and its derivative share one exponential;
 * - division by what does not move becomes multiplication by its reciprocal, which is computed once per piece of a time line;
 *   so does division by a quantity that divides more than once (at most 1 ulp more than a division);
 * - factors that do not move are gathered, so that their product is computed once. */
void onset_kernel_lower_graph(const onset_graph *from, const bool *needed, onset_graph *to, int *map);

#endif
