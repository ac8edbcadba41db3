#include "fixture.h"

#include <assert.h>
#include <stdlib.h>

onset_model *fixture_model(const char *name, int n_states, int n_params, int n_covariates, int n_outputs)
{
    onset_arena *arena = onset_arena_create();
    onset_model *m     = onset_arena_alloc(arena, sizeof *m);
    int          zero;

    *m = (onset_model){.arena        = arena,
                       .name         = onset_arena_copy(arena, name, strlen(name)),
                       .title        = "made by hand */ for a test",
                       .n_states     = n_states,
                       .n_params     = n_params,
                       .n_covariates = n_covariates,
                       .n_outputs    = n_outputs};
    onset_graph_init(&m->graph, arena);
    zero          = onset_graph_const(&m->graph, 0);
    m->states     = onset_arena_alloc(arena, ((size_t)n_states + 1) * sizeof *m->states);
    m->params     = onset_arena_alloc(arena, ((size_t)n_params + 1) * sizeof *m->params);
    m->covariates = onset_arena_alloc(arena, ((size_t)n_covariates + 1) * sizeof *m->covariates);
    m->outputs    = onset_arena_alloc(arena, ((size_t)n_outputs + 1) * sizeof *m->outputs);
    for (int i = 0; i < n_states; i++) {
        m->states[i].name    = onset_arena_printf(arena, "m.s%d", i);
        m->states[i].initial = m->states[i].rate = zero;
    }
    for (int i = 0; i < n_params; i++) {
        m->params[i].name       = onset_arena_printf(arena, "m.p%d", i);
        m->params[i].individual = fixture_param(m, i);
    }
    for (int i = 0; i < n_covariates; i++) m->covariates[i].name = onset_arena_printf(arena, "weight%d", i);
    for (int i = 0; i < n_outputs; i++) {
        m->outputs[i].name = onset_arena_printf(arena, "m.o%d", i);
        m->outputs[i].node = zero;
    }
    return m;
}

void fixture_free(onset_model *model)
{
    if (model) onset_arena_free(model->arena);
}

int fixture_state(onset_model *m, int i)
{
    return onset_graph_leaf(&m->graph, ONSET_NODE_STATE, i);
}

int fixture_param(onset_model *m, int i)
{
    return onset_graph_leaf(&m->graph, ONSET_NODE_PARAM, i);
}

int fixture_num(onset_model *m, double x)
{
    return onset_graph_const(&m->graph, x);
}

int fixture_op(onset_model *m, onset_node_op op, int a, int b)
{
    return onset_graph_binary(&m->graph, op, a, b);
}

/* x^n / (k^n + x^n) */
static int sigmoid(onset_model *m, int x, int k, int n)
{
    const int power = fixture_op(m, ONSET_NODE_POW, x, n);

    return fixture_op(m, ONSET_NODE_DIV, power, fixture_op(m, ONSET_NODE_ADD, fixture_op(m, ONSET_NODE_POW, k, n), power));
}

/* s_i' = (sigmoid(s_(i-1) + 0.1 s_(i+7)) - s_i) / tau_i */
onset_model *fixture_ring(int n_states, int n_params)
{
    onset_model *m = fixture_model("ring", n_states, n_params, 1, 1);

    for (int i = 0; i < n_states; i++) {
        const int    before = fixture_state(m, (i + n_states - 1) % n_states), far = fixture_state(m, (i + 7) % n_states);
        const int    x     = fixture_op(m, ONSET_NODE_ADD, before, fixture_op(m, ONSET_NODE_MUL, fixture_num(m, 0.1), far));
        const double ns[]  = {1, 2, 1.5, 1.2, 0.5};
        int          drive = sigmoid(m, x, fixture_param(m, (2 * i + 1) % n_params), fixture_num(m, ns[i % 5]));

        /* Every parameter is used somewhere. */
        for (int k = i; 2 * n_states + k < n_params; k += n_states)
            drive =
                fixture_op(m, ONSET_NODE_MUL, drive, fixture_op(m, ONSET_NODE_ADD, fixture_num(m, 1), fixture_param(m, 2 * n_states + k)));
        m->states[i].rate =
            fixture_op(m, ONSET_NODE_DIV, fixture_op(m, ONSET_NODE_SUB, drive, fixture_state(m, i)), fixture_param(m, 2 * i % n_params));
        m->states[i].initial = fixture_num(m, 1);
    }
    m->outputs[0].node = fixture_state(m, 0);
    return m;
}

double *fixture_array(int n_items, int lanes)
{
    const size_t bytes = ((size_t)n_items * (size_t)lanes * sizeof(double) + 127) / 64 * 64;
    double      *array = aligned_alloc(64, bytes);

    assert(array);
    memset(array, 0, bytes);
    return array;
}
