/* Where doses go: the amount of a dose in the route's dose unit, times `convert`, is an amount in the state's unit. */
#include "model/check_private.h"

static onset_graph *graph_of(builder *b)
{
    return &b->model->graph;
}

/* Whether a unit is a mass to some power of nothing else. */
static bool is_mass(onset_unit unit)
{
    return onset_unit_same_dimension(unit, (onset_unit){.scale = 1, .power = {0, 1}});
}

/* `convert`, or 1. False where it is wrong. */
static bool type_convert(builder *b, const onset_route_target *t, onset_typed *convert)
{
    *convert = onset_typed_number(onset_graph_const(graph_of(b), 1), onset_unit_one, "1");
    if (!t->convert) return true;
    b->amt_forbidden = true;
    *convert         = onset_expression_type(&b->scope, t->convert);
    b->amt_forbidden = false;
    if (convert->ok && convert->type != ONSET_TYPE_NUMBER)
        onset_typed_in(&b->scope, convert, t->convert->place, onset_unit_one, "1", "convert"); /* reports it */
    return convert->ok && convert->type == ONSET_TYPE_NUMBER;
}

static onset_model_unit dose_unit_of(builder *b, const item *state, const onset_typed *convert)
{
    const onset_unit unit = onset_unit_divide(state->unit, convert->unit);

    if (onset_unit_is_dimensionless(convert->unit) && convert->unit.scale == 1) return (onset_model_unit){state->unit_text, state->unit};
    if (is_mass(unit)) return (onset_model_unit){"mg", {1e-6, {0, 1}}};
    return (onset_model_unit){onset_unit_describe(b->arena, unit), unit};
}

static int type_clause(builder *b, const onset_expr *e, onset_unit unit, const char *unit_text, const char *what)
{
    const onset_typed value = onset_expression_type(&b->scope, e);

    return onset_typed_in(&b->scope, &value, e->place, unit, unit_text, what);
}

/* One `into`; the first decides the dose unit. */
static void type_target(builder *b, const onset_route_target *t, int state_item, onset_model_route *r, bool first)
{
    item               *state = &b->items.items[state_item];
    onset_graph        *g     = graph_of(b);
    onset_model_target *to    = &r->targets[r->n_targets];
    onset_typed         convert, amt;
    onset_unit          arriving;

    *to = (onset_model_target){state->index, onset_graph_const(g, 1), onset_graph_const(g, 1), onset_graph_const(g, 0), -1, t};
    r->n_targets++;
    if (!state->value.ok || !type_convert(b, t, &convert)) return;
    if (first) r->dose_unit = dose_unit_of(b, state, &convert);
    arriving = onset_unit_multiply(r->dose_unit.unit, convert.unit);
    if (!onset_unit_same_dimension(arriving, state->unit)) {
        onset_error_at(b->out, t->state.place, "convert brings the dose to the unit of the state: convert 1 / molar_mass",
                       "a dose in %s becomes %s here, but '%s' is in %s",
                       onset_unit_spelling(b->arena, r->dose_unit.unit, r->dose_unit.text), onset_unit_spelling(b->arena, arriving, NULL),
                       state->name, onset_unit_spelling(b->arena, state->unit, state->unit_text));
        return;
    }
    to->convert = onset_graph_binary(g, ONSET_NODE_MUL, onset_graph_const(g, onset_unit_factor(arriving, state->unit)), convert.node);
    amt    = onset_typed_number(onset_graph_binary(g, ONSET_NODE_MUL, onset_graph_leaf(g, ONSET_NODE_AMT, 0), to->convert), state->unit,
                                state->unit_text);
    b->amt = &amt;
    if (t->f) to->f = type_clause(b, t->f, onset_unit_one, "1", "the bioavailability f");
    if (t->alag) to->alag = type_clause(b, t->alag, onset_unit_hour, "h", "the lag alag");
    if (t->dur) to->dur = type_clause(b, t->dur, onset_unit_hour, "h", "the duration dur");
    b->amt = NULL;
}

static void check_once(builder *b, int in, const onset_decl *d)
{
    const char *name  = onset_arena_printf(b->arena, "%s.%s %s", b->instances.items[in].name, d->name, d->route);
    const int   known = onset_names_find(&b->route_names, name);

    if (known >= 0) {
        const onset_place at = b->routes.items[known].place;

        onset_error_at(b->out, d->name_place,
                       onset_arena_printf(b->arena, "the first is at %s:%d; a dose to several states is one route with several 'into'",
                                          at.source ? at.source->path : "", at.line),
                       "a second route '%s %s'", d->name, d->route);
    }
    onset_names_put(b->arena, &b->route_names, name, b->routes.n);
}

static void report_no_state(builder *b, int in, const onset_word *word)
{
    const instance *i              = &b->instances.items[in];
    ONSET_VEC(const char *) states = {0};
    const char *near;

    for (int k = i->first; k < i->first + i->n; k++)
        if (b->items.items[k].kind == ITEM_STATE) onset_vec_push(b->arena, &states, b->items.items[k].name);
    near = onset_nearest(word->name, states.items, states.n);
    onset_error_at(b->out, word->place, near ? onset_arena_printf(b->arena, "did you mean '%s'?", near) : NULL,
                   "a dose goes into a state, and there is no state '%s'", word->name);
}

static void add_route(builder *b, int in, const onset_decl *d)
{
    onset_model_route r = {.drug = d->name, .route = d->route, .text = d->text, .dose_unit = {"1", onset_unit_one}, .place = d->place};

    if (!d->name || !d->route) return;
    onset_check_enter(b, in, -1);
    check_once(b, in, d);
    r.targets = onset_arena_alloc(b->arena, ((size_t)d->targets.n + 1) * sizeof *r.targets);
    for (int i = 0; i < d->targets.n; i++) {
        const onset_route_target *t  = &d->targets.items[i];
        const int                 at = onset_check_local(b, in, t->state.name);

        if (at < 0 || b->items.items[at].kind != ITEM_STATE) {
            report_no_state(b, in, &t->state);
            continue;
        }
        b->items.items[at].has_route = true;
        type_target(b, t, at, &r, r.n_targets == 0);
    }
    onset_vec_push(b->arena, &b->routes, r);
}

/* Where two instances have the same route (a module used twice), their drugs are known as INSTANCE.DRUG. */
static void tell_apart(builder *b, const int *instance_of)
{
    const int n      = b->routes.n;
    bool     *shared = onset_arena_alloc(b->arena, (size_t)n + 1);

    for (int i = 0; i < n; i++)
        for (int k = 0; k < n; k++)
            if (instance_of[i] != instance_of[k] && strcmp(b->routes.items[i].drug, b->routes.items[k].drug) == 0 &&
                strcmp(b->routes.items[i].route, b->routes.items[k].route) == 0)
                shared[i] = true;
    for (int i = 0; i < n; i++)
        if (shared[i])
            b->routes.items[i].drug =
                onset_arena_printf(b->arena, "%s.%s", b->instances.items[instance_of[i]].name, b->routes.items[i].drug);
}

void onset_check_routes(builder *b)
{
    ONSET_VEC(int) instance_of = {0};

    for (int i = 0; i < b->instances.n; i++) {
        const onset_decls *decls = &b->instances.items[i].module.block->decls;

        for (int k = 0; k < decls->n; k++) {
            if (decls->items[k]->kind == ONSET_DECL_ROUTE) add_route(b, i, decls->items[k]);
            while (instance_of.n < b->routes.n) onset_vec_push(b->arena, &instance_of, i);
        }
    }
    tell_apart(b, instance_of.items);
}
