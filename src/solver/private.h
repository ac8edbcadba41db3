/* What the solver's files, its tests and the benchmark share, and nobody else sees. */
#ifndef ONSET_SOLVER_PRIVATE_H
#define ONSET_SOLVER_PRIVATE_H

#include "solver/solver.h"

/* One for each width of lanes.c: kernel->lanes is 1, 2, 4, 8. kind is ROSENBROCK or EXPLICIT. */
onset_status onset_lanes_solve_1(onset_error *err, const onset_kernel_table *kernel, const onset_solver_options *options,
                                 const onset_course_source *source);
onset_status onset_lanes_solve_2(onset_error *err, const onset_kernel_table *kernel, const onset_solver_options *options,
                                 const onset_course_source *source);
onset_status onset_lanes_solve_4(onset_error *err, const onset_kernel_table *kernel, const onset_solver_options *options,
                                 const onset_course_source *source);
onset_status onset_lanes_solve_8(onset_error *err, const onset_kernel_table *kernel, const onset_solver_options *options,
                                 const onset_course_source *source);

/* How CVODE solves its linear systems: SUNDIALS' dense solver; KLU of SuiteSparse; the elimination that the kernel carries. */
typedef enum { ONSET_CVODE_DENSE, ONSET_CVODE_KLU, ONSET_CVODE_EMITTED } onset_cvode_linear;

/* kernel->lanes is 1. */
onset_status onset_cvode_solve(onset_error *err, const onset_kernel_table *kernel, const onset_solver_options *options,
                               onset_cvode_linear linear, const onset_course_source *source);

/* The mean of the squared errors of a step divides by no more states than this: in a large model most states are at rest at any time, and a mean over all of them
 * would let the few that move err by the square root of their share. Chosen by us. */
enum { ONSET_NORM_STATES = 30 };

/* Cycles after which a steady state is given up. */
enum { ONSET_MAX_CYCLES = 500 };

/* Whether a cycle that changed the state by `change` (root mean square, in units of the tolerance), after one that changed it by `before`, is the
 * steady state. The change shrinks by about r = change / before a cycle, so what is still missing is change r / (1 - r). */
static inline bool onset_cycle_is_steady(double change, double before)
{
    double shrink = change / before;

    if (change == 0) return true;
    return shrink < 1 && change < 1e3 && change * (shrink > 0.1 ? shrink : 0.1) / (1 - shrink) < 1;
}

/* Whether a course begins with a steady state: then what is read before its first dose is the steady state, not the initial values. */
static inline bool onset_starts_steady(const onset_course *course, int first)
{
    return first < course->n_items && course->items[first].kind == ONSET_ITEM_STEADY && course->items[first].time <= course->start;
}

#endif
