/* Models made by hand from the graph, so that these tests need no parser. */
#ifndef ONSET_TESTS_KERNEL_FIXTURE_H
#define ONSET_TESTS_KERNEL_FIXTURE_H

#include "kernel/kernel.h"

/* Room for that many of each; rates are 0, initial values 0, individual parameters their leaves, until set. */
onset_model *fixture_model(const char *name, int n_states, int n_params, int n_covariates, int n_outputs);
void         fixture_free(onset_model *model);

/* Leaves and operations of the model's graph. */
int fixture_state(onset_model *m, int i);
int fixture_param(onset_model *m, int i);
int fixture_num(onset_model *m, double x);
int fixture_op(onset_model *m, onset_node_op op, int a, int b);

/* The 30-state chain used for timing and for the cache: sigmoids, binding, a ring of slow and fast states. */
onset_model *fixture_ring(int n_states, int n_params);

/* n_items x lanes doubles, aligned to 64 bytes, zeroed. */
double *fixture_array(int n_items, int lanes);

#endif
