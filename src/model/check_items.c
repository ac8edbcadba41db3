/* Items get their nodes and units, in the order of definition. */
#include "model/check_private.h"

#include <math.h>

void onset_check_enter(builder *b, int in, int item_index)
{
    b->at_instance = in;
    b->at_item     = item_index;
}

static onset_graph *graph_of(builder *b)
{
    return &b->model->graph;
}

static int num(builder *b, double x)
{
    return onset_graph_const(graph_of(b), x);
}

/* A value in another unit of its dimension, as a value of that unit. */
static onset_typed in_unit(builder *b, const onset_typed *value, const onset_model_unit *unit, onset_place place, const char *what)
{
    const int   node   = onset_typed_in(&b->scope, value, place, unit->unit, unit->text, what);
    onset_typed result = onset_typed_number(node, unit->unit, unit->text);

    result.ok = value->ok && (value->any_unit || onset_unit_same_dimension(value->unit, unit->unit));
    return result;
}

double onset_check_quantity(builder *b, double number, onset_unit_text text, onset_place place, const onset_model_unit *unit,
                            const char *what)
{
    onset_unit  own;
    onset_typed value, converted;
    double      result = number;

    if (!text.text) return number; /* in the unit wanted */
    if (!onset_unit_of(onset_library_units(b->library), b->out, text, &own)) return number;
    value     = onset_typed_number(num(b, number), own, text.text);
    converted = in_unit(b, &value, unit, place, what);
    onset_graph_is_const(graph_of(b), converted.node, &result);
    return result;
}

double onset_check_number(builder *b, const onset_decl *decl, const onset_model_unit *unit, const char *what)
{
    if (!decl->value || decl->value->kind != ONSET_EXPR_NUMBER) return 0; /* reported by the parser */
    return onset_check_quantity(b, decl->value->number, decl->value->unit, decl->value->place, unit, what);
}

/* ---- Covariates: one for all modules that name it ---- */

static bool same_labels(const onset_model_covariate *c, const onset_decl *d)
{
    if (c->n_labels != d->labels.n) return false;
    for (int i = 0; i < c->n_labels; i++)
        if (strcmp(c->labels[i], d->labels.items[i].name) != 0) return false;
    return true;
}

static int new_covariate(builder *b, const item *it)
{
    const onset_decl     *d = it->decl;
    onset_model_covariate c = {
        .name = it->name, .text = d->text, .unit = {it->unit_text, it->unit}, .n_labels = d->labels.n, .place = d->name_place};

    c.low   = d->range.given ? d->range.low : -INFINITY;
    c.high  = d->range.given ? d->range.high : INFINITY;
    c.value = onset_check_number(b, d, &c.unit, onset_arena_printf(b->arena, "the number of '%s'", it->name));
    if (d->labels.n) c.labels = onset_arena_alloc(b->arena, (size_t)d->labels.n * sizeof *c.labels);
    for (int i = 0; i < d->labels.n; i++) {
        c.labels[i] = d->labels.items[i].name;
        if (d->label && strcmp(d->label, c.labels[i]) == 0) c.value = i;
    }
    onset_vec_push(b->arena, &b->covariates, c);
    onset_names_put(b->arena, &b->covariate_names, it->name, b->covariates.n - 1);
    return b->covariates.n - 1;
}

/* The covariate declared by another module before must be the same thing. */
static bool check_shared(builder *b, const item *it, const onset_model_covariate *c)
{
    const onset_decl      *d     = it->decl;
    const onset_model_unit unit  = {it->unit_text, it->unit};
    const char            *other = onset_arena_printf(b->arena, "%s:%d", c->place.source ? c->place.source->path : "", c->place.line);
    double                 preset;

    if (!same_labels(c, d)) {
        onset_error_at(b->out, d->name_place, onset_arena_printf(b->arena, "the other declaration is at %s", other),
                       "the covariate '%s' has other categories in another module", it->name);
        return false;
    }
    if (!onset_unit_same_dimension(c->unit.unit, it->unit)) {
        onset_error_at(b->out, d->name_place, onset_arena_printf(b->arena, "the other declaration is at %s", other),
                       "the covariate '%s' is in %s here and in %s in another module", it->name,
                       onset_unit_spelling(b->arena, it->unit, it->unit_text), onset_unit_spelling(b->arena, c->unit.unit, c->unit.text));
        return false;
    }
    preset = onset_check_number(b, d, &unit, "the number") * onset_unit_factor(it->unit, c->unit.unit);
    if (!c->n_labels && fabs(preset - c->value) > 1e-9 * fabs(c->value))
        onset_warning_at(
            b->out, d->name_place, onset_arena_printf(b->arena, "the first, at %s, holds where a population gives none", other),
            "the covariate '%s' is preset to %g %s here, elsewhere to %g %s", it->name, preset,
            onset_unit_spelling(b->arena, c->unit.unit, c->unit.text), c->value, onset_unit_spelling(b->arena, c->unit.unit, c->unit.text));
    return true;
}

static onset_typed covariate_value(builder *b, item *it)
{
    const int              known = onset_names_find(&b->covariate_names, it->name);
    onset_model_unit       unit  = {it->unit_text, it->unit};
    onset_model_covariate *c;
    onset_typed            value;

    if (known >= 0 && !check_shared(b, it, &b->covariates.items[known])) {
        value = onset_typed_error(graph_of(b));
        if (it->decl->labels.n) value.type = ONSET_TYPE_CATEGORY; /* so that its labels are not reported too */
        return value;
    }
    it->index = known >= 0 ? known : new_covariate(b, it);
    c         = &b->covariates.items[it->index];
    if (known >= 0 && it->decl->range.given) { /* what every module allows */
        c->low  = fmax(c->low, it->decl->range.low * onset_unit_factor(it->unit, c->unit.unit));
        c->high = fmin(c->high, it->decl->range.high * onset_unit_factor(it->unit, c->unit.unit));
    }
    value = onset_typed_number(onset_graph_leaf(graph_of(b), ONSET_NODE_COV, it->index), c->unit.unit, c->unit.text);
    if (c->n_labels) {
        value.type   = ONSET_TYPE_CATEGORY;
        value.labels = c->labels, value.n_labels = c->n_labels;
        return value;
    }
    return in_unit(b, &value, &unit, it->decl->name_place, "the covariate");
}

/* ---- Inputs ---- */

static onset_typed input_value(builder *b, item *it)
{
    const onset_model_unit unit = {it->unit_text, it->unit};
    const item            *from;
    onset_place            place = it->decl->name_place;
    const instance        *in    = &b->instances.items[it->instance];

    if (b->alone) return covariate_value(b, it);
    if (it->feeder < 0) /* wiring has reported it where there is no number either */
        return onset_typed_number(num(b, onset_check_number(b, it->decl, &unit, "the input's own number")), unit.unit, unit.text);
    from = &b->items.items[it->feeder];
    if (!from->value.ok) return onset_typed_error(graph_of(b));
    if (in->use) place = in->replaced ? in->use->other_place : in->use->name_place;
    if (!onset_unit_same_dimension(from->value.unit, it->unit)) {
        onset_error_at(b->out, place, NULL, "the input '%s' is in %s, but '%s' gives %s", it->full,
                       onset_unit_spelling(b->arena, it->unit, it->unit_text), from->full,
                       onset_unit_spelling(b->arena, from->value.unit, from->value.unit_text));
        return onset_typed_error(graph_of(b));
    }
    return in_unit(b, &from->value, &unit, place, "the input");
}

/* ---- Quantities ---- */

/* Types an expression of the item; converts it to the unit stated, or takes that of the expression. */
static onset_typed own_expression(builder *b, item *it, const onset_expr *e, const char *what)
{
    onset_model_unit unit  = {it->unit_text, it->unit};
    onset_typed      value = onset_expression_type(&b->scope, e);

    if (!value.ok || (value.type == ONSET_TYPE_CONDITION && it->kind == ITEM_LET && !it->unit_text)) {
        if (!it->unit_text) it->unit_text = "1", it->unit = onset_unit_one;
        return value;
    }
    if (!it->unit_text) {
        if (value.type != ONSET_TYPE_NUMBER) {
            onset_typed_in(&b->scope, &value, e->place, onset_unit_one, "1", what); /* reports it */
            it->unit_text = "1", it->unit = onset_unit_one;
            return onset_typed_error(graph_of(b));
        }
        it->unit      = value.unit;
        it->unit_text = value.unit_text ? value.unit_text : onset_unit_describe(b->arena, value.unit);
        unit          = (onset_model_unit){it->unit_text, it->unit};
    }
    value.ok = value.ok && value.type == ONSET_TYPE_NUMBER;
    return in_unit(b, &value, &unit, e->place, what);
}

static onset_typed bounded(builder *b, const onset_decl *d, onset_typed value)
{
    if (!d->range.given || !value.ok) return value;
    if (isfinite(d->range.low)) value.node = onset_graph_binary(graph_of(b), ONSET_NODE_MAX, value.node, num(b, d->range.low));
    if (isfinite(d->range.high)) value.node = onset_graph_binary(graph_of(b), ONSET_NODE_MIN, value.node, num(b, d->range.high));
    return value;
}

static onset_typed output_value(builder *b, item *it)
{
    const onset_decl  *d     = it->decl;
    const onset_typed  value = bounded(b, d, own_expression(b, it, d->value, onset_arena_printf(b->arena, "the output '%s'", it->name)));
    onset_model_output o     = {.name       = it->full,
                                .short_name = it->name,
                                .text       = d->text,
                                .unit       = {it->unit_text, it->unit},
                                .node       = value.node,
                                .low        = d->range.given ? d->range.low : -INFINITY,
                                .high       = d->range.given ? d->range.high : INFINITY,
                                .error_add  = d->error_add,
                                .error_rel  = d->error_rel,
                                .round      = d->round,
                                .expr       = d->value,
                                .place      = d->name_place};

    it->index = b->outputs.n;
    onset_vec_push(b->arena, &b->outputs, o);
    return value;
}

static onset_typed let_value(builder *b, item *it)
{
    const onset_typed value = own_expression(b, it, it->decl->value, onset_arena_printf(b->arena, "'%s'", it->name));
    onset_model_let   let   = {.name  = it->full,
                               .text  = it->decl->text,
                               .unit  = {it->unit_text, it->unit},
                               .node  = value.node,
                               .expr  = it->decl->value,
                               .place = it->decl->name_place};

    onset_vec_push(b->arena, &b->lets, let);
    return value;
}

/* ---- States ---- */

/* A state is numbered in the order it is written, before any is typed; its unit may have to wait for its initial value. */
static onset_typed state_value(builder *b, item *it)
{
    if (!it->unit_text) own_expression(b, it, it->decl->value, onset_arena_printf(b->arena, "the initial value of '%s'", it->name));
    b->states.items[it->index].unit = (onset_model_unit){it->unit_text, it->unit};
    return onset_typed_number(onset_graph_leaf(graph_of(b), ONSET_NODE_STATE, it->index), it->unit, it->unit_text);
}

static void number_states(builder *b)
{
    for (int i = 0; i < b->items.n; i++) {
        item *it = &b->items.items[i];

        if (it->kind != ITEM_STATE) continue;
        const onset_model_state s = {.name         = it->full,
                                     .text         = it->decl->text,
                                     .initial_expr = it->decl->value,
                                     .rate_expr    = it->ddt ? it->ddt->value : NULL,
                                     .place        = it->decl->name_place};

        it->index = b->states.n;
        onset_vec_push(b->arena, &b->states, s);
    }
}

static void complete_state(builder *b, int at)
{
    item              *it   = &b->items.items[at];
    onset_model_state *s    = &b->states.items[it->index];
    const onset_unit   rate = onset_unit_divide(it->unit, onset_unit_hour);
    onset_typed        value;

    onset_check_enter(b, it->instance, at);
    value      = own_expression(b, it, it->decl->value, onset_arena_printf(b->arena, "the initial value of '%s'", it->name));
    s->initial = value.node;
    s->rate    = num(b, 0);
    if (!it->ddt || !it->ddt->value) return;
    value   = onset_expression_type(&b->scope, it->ddt->value);
    s->rate = onset_typed_in(&b->scope, &value, it->ddt->value->place, rate, NULL,
                             onset_arena_printf(b->arena, "the right side of d/dt(%s)", it->name));
}

/* ---- All ---- */

static void type_item(builder *b, int at)
{
    item       *it = &b->items.items[at];
    onset_typed value;

    if (it->typed) return;
    onset_check_enter(b, it->instance, at);
    switch (it->kind) {
    case ITEM_INPUT:
        value = input_value(b, it);
        break;
    case ITEM_COVARIATE:
        value = covariate_value(b, it);
        break;
    case ITEM_PARAM:
        value = onset_check_param_value(b, it);
        break;
    case ITEM_STATE:
        value = state_value(b, it);
        break;
    case ITEM_OUTPUT:
        value = it->decl->value ? output_value(b, it) : onset_typed_error(graph_of(b));
        break;
    default:
        value = it->decl->value ? let_value(b, it) : onset_typed_error(graph_of(b));
    }
    it->value = value;
    it->typed = true;
}

void onset_check_items(builder *b)
{
    number_states(b);
    for (int i = 0; i < b->order.n; i++) type_item(b, b->order.items[i]);
    for (int i = 0; i < b->items.n; i++)
        if (b->items.items[i].kind == ITEM_STATE) complete_state(b, i);
}
