#include "kernel/plan.h"

static int *ints(onset_arena *arena, int n)
{
    return onset_arena_alloc(arena, ((size_t)n + 1) * sizeof(int));
}

static int n_dose_nodes(const onset_model *model)
{
    int n = 0;

    for (int r = 0; r < model->n_routes; r++)
        for (int t = 0; t < model->routes[r].n_targets; t++) n += model->routes[r].targets[t].dur >= 0 ? 4 : 3;
    return n;
}

static void list_dose_nodes(const onset_model *model, int *nodes)
{
    int n = 0;

    for (int r = 0; r < model->n_routes; r++) {
        for (int t = 0; t < model->routes[r].n_targets; t++) {
            const onset_model_target *target = &model->routes[r].targets[t];

            nodes[n++] = target->convert;
            nodes[n++] = target->f;
            nodes[n++] = target->alag;
            if (target->dur >= 0) nodes[n++] = target->dur;
        }
    }
}

/* The model's nodes that the kernel computes, in the model's numbers; every list of the plan starts as these. */
static void list_roots(onset_plan *plan)
{
    const onset_model *m = plan->model;

    plan->rate       = ints(plan->arena, m->n_states);
    plan->initial    = ints(plan->arena, m->n_states);
    plan->dfdt       = ints(plan->arena, m->n_states);
    plan->output     = ints(plan->arena, m->n_outputs);
    plan->individual = ints(plan->arena, m->n_params);
    plan->n_dose     = n_dose_nodes(m);
    plan->dose       = ints(plan->arena, plan->n_dose);
    for (int i = 0; i < m->n_states; i++) plan->rate[i] = m->states[i].rate;
    for (int i = 0; i < m->n_states; i++) plan->initial[i] = m->states[i].initial;
    for (int i = 0; i < m->n_outputs; i++) plan->output[i] = m->outputs[i].node;
    for (int i = 0; i < m->n_params; i++) plan->individual[i] = m->params[i].individual;
    list_dose_nodes(m, plan->dose);
}

static void mark(bool *needed, const int *nodes, int n)
{
    for (int i = 0; i < n; i++) needed[nodes[i]] = true;
}

static void renumber(int *nodes, int n, const int *map)
{
    for (int i = 0; i < n; i++) nodes[i] = map[nodes[i]];
}

typedef struct {
    int *nodes, n;
} root_list;

/* All lists of roots; the Jacobian's are empty until it is made. */
static int root_lists(const onset_plan *p, root_list lists[7])
{
    const onset_model *m = p->model;

    lists[0] = (root_list){p->rate, m->n_states};
    lists[1] = (root_list){p->jac, p->n_jac};
    lists[2] = (root_list){p->dfdt, p->has_time ? m->n_states : 0};
    lists[3] = (root_list){p->output, m->n_outputs};
    lists[4] = (root_list){p->initial, m->n_states};
    lists[5] = (root_list){p->dose, p->n_dose};
    lists[6] = (root_list){p->individual, m->n_params};
    return 7;
}

static bool *mark_roots(const onset_plan *plan, int n_nodes)
{
    root_list lists[7];
    const int n      = root_lists(plan, lists);
    bool     *needed = onset_arena_alloc(plan->arena, (size_t)n_nodes + 1);

    for (int i = 0; i < n; i++) mark(needed, lists[i].nodes, lists[i].n);
    return needed;
}

static void renumber_roots(const onset_plan *plan, const int *map)
{
    root_list lists[7];
    const int n = root_lists(plan, lists);

    for (int i = 0; i < n; i++) renumber(lists[i].nodes, lists[i].n, map);
}

/* ---- The Jacobian ---- */

static void take_jacobian(onset_plan *plan, const onset_jacobian *jacobian)
{
    const int n = plan->model->n_states;

    plan->n_jac         = jacobian->n;
    plan->jac           = ints(plan->arena, jacobian->n);
    plan->jac_row       = ints(plan->arena, jacobian->n);
    plan->jac_col_start = ints(plan->arena, n);
    for (int k = 0; k < jacobian->n; k++) {
        plan->jac[k]     = jacobian->entries[k].node;
        plan->jac_row[k] = jacobian->entries[k].row;
        plan->jac_col_start[jacobian->entries[k].col + 1]++;
    }
    for (int i = 0; i < n; i++) plan->jac_col_start[i + 1] += plan->jac_col_start[i];
}

static void differentiate(onset_plan *plan, onset_graph *graph)
{
    const int      n      = plan->model->n_states;
    int           *leaves = ints(plan->arena, n);
    const int      zero   = onset_graph_const(graph, 0);
    int            time   = onset_graph_leaf(graph, ONSET_NODE_TIME, 0);
    onset_jacobian jacobian;

    for (int i = 0; i < n; i++) leaves[i] = onset_graph_leaf(graph, ONSET_NODE_STATE, i);
    jacobian = onset_graph_jacobian(graph, plan->rate, n, leaves, n);
    take_jacobian(plan, &jacobian);
    jacobian = onset_graph_jacobian(graph, plan->rate, n, &time, 1);
    for (int i = 0; i < n; i++) plan->dfdt[i] = zero;
    for (int k = 0; k < jacobian.n; k++) plan->dfdt[jacobian.entries[k].row] = jacobian.entries[k].node;
    plan->has_time = jacobian.n > 0;
}

/* ---- What prepare() stores ---- */

static void store(onset_plan *plan, int node)
{
    if (!onset_plan_is_fixed(plan, node) || plan->slot[node] >= 0) return;
    plan->slot[node]                    = plan->n_constants;
    plan->constant[plan->n_constants++] = node;
}

/* Stores what the moving nodes below some roots take, and the roots that do not move. Slots follow the order of use, so that the
 * hot functions read one stretch of memory. */
static void store_below(onset_plan *plan, const int *roots, int n, bool *below)
{
    const onset_graph *g = &plan->graph;

    memset(below, 0, (size_t)g->n);
    mark(below, roots, n);
    for (int i = g->n - 1; i >= 0; i--) {
        if (!below[i] || !(plan->on[i] & ONSET_ON_MOVING)) continue;
        for (int k = 0; k < onset_node_n_args(g->nodes[i].op); k++) below[g->nodes[i].arg[k]] = true;
    }
    for (int i = 0; i < g->n; i++) {
        if (!below[i]) continue;
        if (!(plan->on[i] & ONSET_ON_MOVING)) continue;
        for (int k = 0; k < onset_node_n_args(g->nodes[i].op); k++) store(plan, g->nodes[i].arg[k]);
    }
    for (int i = 0; i < n; i++) store(plan, roots[i]);
}

static void choose_constants(onset_plan *plan)
{
    root_list lists[7];
    const int n     = root_lists(plan, lists);
    bool     *below = onset_arena_alloc(plan->arena, (size_t)plan->graph.n + 1);

    plan->slot     = ints(plan->arena, plan->graph.n);
    plan->constant = ints(plan->arena, plan->graph.n);
    for (int i = 0; i < plan->graph.n; i++) plan->slot[i] = -1;
    for (int i = 0; i < n; i++) store_below(plan, lists[i].nodes, lists[i].n, below);
}

/* ---- The whole ---- */

static void name_lets(onset_plan *plan, const int *first, const int *second)
{
    plan->let_node = ints(plan->arena, plan->model->n_lets);
    for (int i = 0; i < plan->model->n_lets; i++) {
        const int node    = first[plan->model->lets[i].node];
        plan->let_node[i] = node < 0 ? -1 : second[node];
    }
}

onset_plan *onset_kernel_plan(onset_arena *arena, const onset_model *model)
{
    onset_plan *plan  = onset_arena_alloc(arena, sizeof *plan);
    int        *first = ints(arena, model->graph.n), *second;
    onset_graph graph;

    plan->model = model;
    plan->arena = arena;
    list_roots(plan);
    onset_graph_init(&graph, arena);
    onset_kernel_copy_graph(&model->graph, mark_roots(plan, model->graph.n), &graph, first);
    renumber_roots(plan, first);
    differentiate(plan, &graph);
    second = ints(arena, graph.n);
    onset_graph_init(&plan->graph, arena);
    onset_kernel_lower_graph(&graph, mark_roots(plan, graph.n), &plan->graph, second);
    renumber_roots(plan, second);
    name_lets(plan, first, second);
    plan->on = onset_kernel_dependence(&plan->graph);
    choose_constants(plan);
    onset_kernel_eliminate(arena, model->n_states, plan->jac_col_start, plan->jac_row, &plan->elimination);
    return plan;
}
