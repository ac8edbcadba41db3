/* Endpoints: expressions over outputs, population values and what was seen at the visits so far.
 *
 * Leaf COV i of the endpoints' graph is output i, then population value i, then history i (study.h). */
#include "study/checker.h"

static onset_typed leaf(onset_study_checker *c, int index, onset_unit unit, const char *unit_text)
{
    return onset_typed_number(onset_graph_leaf(&c->study->endpoint_graph, ONSET_NODE_COV, index), unit, unit_text);
}

static bool lookup(void *ctx, const onset_expr *name, onset_typed *out)
{
    onset_study_checker *c        = ctx;
    const int            output   = onset_model_find_output(c->model, name->name);
    const int            variable = onset_check_variable_find(c, name->name);

    if (output >= 0) {
        const onset_model_output *o = &c->model->outputs[output];
        *out                        = leaf(c, output, o->unit.unit, o->unit.text);
        return true;
    }
    if (variable < 0) return false;
    c->variables.items[variable].used = true;
    *out                              = c->variables.items[variable].typed;
    out->node = onset_graph_leaf(&c->study->endpoint_graph, ONSET_NODE_COV, c->model->n_outputs + c->variables.items[variable].index);
    return true;
}

static const char *const *names(void *ctx, int *n)
{
    onset_study_checker *c   = ctx;
    const char         **all = onset_arena_alloc(c->arena, (size_t)(2 * c->model->n_outputs + c->variables.n + 1) * sizeof *all);

    *n = 0;
    for (int i = 0; i < c->model->n_outputs; i++) {
        all[(*n)++] = c->model->outputs[i].short_name;
        all[(*n)++] = c->model->outputs[i].name;
    }
    for (int i = 0; i < c->variables.n; i++) all[(*n)++] = c->variables.items[i].name;
    return all;
}

/* The leaf of a function of the visits so far; the same one twice is one. */
static int history_leaf(onset_study_checker *c, onset_history_kind kind, int node, int at)
{
    const onset_history history = {kind, node, at};
    int                 k       = 0;

    for (; k < c->histories.n; k++) {
        const onset_history *h = &c->histories.items[k];
        if (h->kind == kind && h->node == node && h->visit == at) break;
    }
    if (k == c->histories.n) onset_vec_push(c->arena, &c->histories, history);
    return onset_graph_leaf(&c->study->endpoint_graph, ONSET_NODE_COV, c->model->n_outputs + c->study->population.n_draws + k);
}

/* The visit that T of at(x, T) names; -1 after an error. */
static int find_visit(onset_study_checker *c, const onset_expr *time)
{
    const onset_quantity q = {.number = time->number, .unit = time->unit, .place = time->place};
    double               hours;

    if (time->kind != ONSET_EXPR_NUMBER) {
        onset_error_at(c->out, time->place, "such as at(madrs, 7 [d])", "the second argument of at() is the time of a visit");
        return -1;
    }
    if (!onset_check_hours(c, &q, "the time in at()", &hours)) return -1;
    for (int i = 0; i < c->study->n_visits; i++) {
        if (onset_check_same_time(c->study->visits[i], hours)) return i;
    }
    onset_error_at(c->out, time->place,
                   onset_arena_printf(c->arena, "the visits are: %s", onset_check_list(c, c->study->visit_labels, c->study->n_visits)),
                   "at() names no visit of the study");
    return -1;
}

static bool has_baseline(onset_study_checker *c, const onset_expr *call)
{
    if (c->study->n_visits > 0 && c->study->visits[0] <= 0) return true;
    onset_error_at(c->out, call->place, "visit 0, ...", "%s() needs a visit at time 0", call->name);
    return false;
}

static const struct {
    const char        *name;
    onset_history_kind kind;
    int                n_args;
} functions[] = {
    {"baseline", ONSET_HISTORY_BASELINE, 1}, {"change", ONSET_HISTORY_BASELINE, 1}, {"at", ONSET_HISTORY_AT, 2},
    {"peak", ONSET_HISTORY_PEAK, 1},         {"nadir", ONSET_HISTORY_NADIR, 1},     {"ever", ONSET_HISTORY_EVER, 1},
};
enum { N_FUNCTIONS = sizeof functions / sizeof *functions };

/* The argument's value, a condition for ever() and a number for the others; ok false after an error. */
static onset_typed type_argument(onset_study_checker *c, const onset_expr *call, bool condition)
{
    onset_typed x = onset_expression_type(&c->endpoint_scope, call->args[0]);

    if (!x.ok) return x;
    if (condition == (x.type == ONSET_TYPE_CONDITION) && x.type != ONSET_TYPE_CATEGORY) return x;
    onset_error_at(c->out, call->args[0]->place, condition ? "such as ever(madrs <= 10)" : "ever() takes conditions", "%s() takes a %s",
                   call->name, condition ? "condition" : "number");
    return onset_typed_error(&c->study->endpoint_graph);
}

static bool call(void *ctx, const onset_expr *e, onset_typed *out)
{
    onset_study_checker *c = ctx;
    onset_graph         *g = &c->study->endpoint_graph;
    int                  k = 0, at = 0, node;

    while (k < N_FUNCTIONS && strcmp(functions[k].name, e->name) != 0) k++;
    if (k == N_FUNCTIONS) return false;
    *out = onset_typed_error(g);
    if (e->n_args != functions[k].n_args) {
        onset_error_at(c->out, e->place, NULL, "%s() takes %d argument%s, not %d", e->name, functions[k].n_args,
                       functions[k].n_args == 1 ? "" : "s", e->n_args);
        return true;
    }
    *out = type_argument(c, e, functions[k].kind == ONSET_HISTORY_EVER);
    if (functions[k].kind == ONSET_HISTORY_AT) at = find_visit(c, e->args[1]);
    if (!out->ok || at < 0 || (functions[k].kind == ONSET_HISTORY_BASELINE && !has_baseline(c, e))) {
        *out = onset_typed_error(g);
        return true;
    }
    node      = history_leaf(c, functions[k].kind, out->node, at);
    out->node = !strcmp(e->name, "change") ? onset_graph_binary(g, ONSET_NODE_SUB, out->node, node) : node;
    return true;
}

static void check_name(onset_study_checker *c, const onset_decl *decl, const onset_names *seen)
{
    if (onset_names_find(seen, decl->name) >= 0)
        onset_error_at(c->out, decl->name_place, NULL, "a second endpoint is called '%s'", decl->name);
    else if (c->model && onset_model_find_output(c->model, decl->name) >= 0)
        onset_error_at(c->out, decl->name_place, "give the endpoint another name", "'%s' is an output of the model", decl->name);
    else if (onset_check_variable_find(c, decl->name) >= 0)
        onset_error_at(c->out, decl->name_place, "give the endpoint another name", "'%s' is a variable of the population", decl->name);
}

void onset_check_endpoints(onset_study_checker *c)
{
    ONSET_VEC(onset_endpoint) endpoints = {0};
    onset_names seen                    = {0};

    onset_graph_init(&c->study->endpoint_graph, c->arena);
    c->endpoint_scope = (onset_scope){.graph    = &c->study->endpoint_graph,
                                      .units    = c->units,
                                      .out      = c->out,
                                      .ctx      = c,
                                      .lookup   = lookup,
                                      .has_time = true,
                                      .names    = names,
                                      .call     = call};
    for (int i = 0; i < c->at.block->decls.n; i++) {
        const onset_decl *decl = c->at.block->decls.items[i];
        onset_endpoint    e    = {.name = decl->name, .text = decl->text};
        onset_typed       typed;

        if (decl->kind != ONSET_DECL_ENDPOINT) continue;
        check_name(c, decl, &seen);
        onset_names_put(c->arena, &seen, decl->name, i);
        if (!c->model) continue;
        typed = onset_expression_type(&c->endpoint_scope, decl->value);
        if (typed.ok && typed.type == ONSET_TYPE_CATEGORY)
            onset_error_at(c->out, decl->value->place, "compare it with one of its labels", "an endpoint is a condition or a number");
        e.node         = typed.node;
        e.is_condition = typed.type == ONSET_TYPE_CONDITION;
        e.source       = onset_check_text(c, decl->value_start, decl->value_end);
        onset_vec_push(c->arena, &endpoints, e);
    }
    c->study->n_endpoints = endpoints.n;
    c->study->endpoints   = endpoints.items;
    c->study->n_histories = c->histories.n;
    c->study->histories   = c->histories.items;
}
