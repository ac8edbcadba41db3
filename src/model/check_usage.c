/* What depends on what it may not, and what nothing uses. */
#include "model/check_private.h"

enum { ON_STATE = 1, ON_TIME = 2, ON_AMT = 4 };

/* What each node of the graph depends on; [n] bits. */
static unsigned char *dependence(builder *b)
{
    const onset_graph *g  = &b->model->graph;
    unsigned char     *on = onset_arena_alloc(b->arena, (size_t)g->n + 1);

    for (int i = 0; i < g->n; i++) {
        const onset_node *n = &g->nodes[i];

        if (n->op == ONSET_NODE_STATE) on[i] = ON_STATE;
        if (n->op == ONSET_NODE_TIME) on[i] = ON_TIME;
        if (n->op == ONSET_NODE_AMT) on[i] = ON_AMT;
        for (int k = 0; k < onset_node_n_args(n->op); k++) on[i] |= on[n->arg[k]];
    }
    return on;
}

static const char *culprit(unsigned on)
{
    return on & ON_STATE ? "a state" : "time";
}

static void forbid(builder *b, unsigned on, const onset_expr *e, const char *what, const char *may)
{
    if (e && on & (ON_STATE | ON_TIME))
        onset_error_at(b->out, e->place, onset_arena_printf(b->arena, "it may use %s", may), "%s depends on %s", what, culprit(on));
}

static void check_item_dependence(builder *b, const unsigned char *on, const item *it)
{
    const onset_decl *d = it->decl;

    if (it->kind == ITEM_STATE)
        forbid(b, on[b->states.items[it->index].initial], d->value, onset_arena_printf(b->arena, "the initial value of '%s'", it->name),
               "parameters, covariates and what is made of them");
    if (it->kind == ITEM_PARAM && it->index >= 0)
        forbid(b, on[b->params.items[it->index].individual], d->scale ? d->scale : d->shift,
               onset_arena_printf(b->arena, "the parameter '%s'", it->name), "parameters, covariates and what is made of them");
}

static void check_route_dependence(builder *b, const unsigned char *on)
{
    for (int i = 0; i < b->routes.n; i++) {
        const onset_model_route *r = &b->routes.items[i];

        for (int k = 0; k < r->n_targets; k++) {
            const onset_model_target *t    = &r->targets[k];
            const unsigned            all  = on[t->convert] | on[t->f] | on[t->alag] | (t->dur >= 0 ? on[t->dur] : 0u);
            const char               *hint = "it may use parameters, covariates and amt";

            if (all & (ON_STATE | ON_TIME))
                onset_error_at(b->out, r->place, hint, "the route '%s %s' depends on %s", r->drug, r->route, culprit(all));
        }
    }
}

/* ---- Usage ---- */

static void warn_unused(builder *b, const item *it)
{
    static const char *const what[] = {"the input", NULL, "the parameter", "the state", "the quantity", NULL};
    double                   rate;
    const onset_model_state *s = it->kind == ITEM_STATE ? &b->states.items[it->index] : NULL;

    if (!it->used && what[it->kind])
        onset_warning_at(b->out, it->decl->name_place, it->kind == ITEM_STATE ? "an output makes it visible" : NULL, "nothing uses %s '%s'",
                         what[it->kind], it->name);
    if (s && it->ddt && !it->has_route && onset_graph_is_const(&b->model->graph, s->rate, &rate) && rate == 0)
        onset_warning_at(b->out, it->decl->name_place, "a quantity or a parameter would do", "the state '%s' never changes", it->name);
}

/* Warnings of this kind wait until there are no errors, which leave things unused that are not. */
void onset_check_usage(builder *b)
{
    const unsigned char *on = dependence(b);

    for (int i = 0; i < b->items.n; i++) check_item_dependence(b, on, &b->items.items[i]);
    check_route_dependence(b, on);
    for (int i = 0; i < b->items.n && b->out->n_errors == 0; i++) warn_unused(b, &b->items.items[i]);
}
