/* Parameters: their variability, ranges and sources; values set by a model or study; correlations. */
#include "model/check_private.h"

#include "base/cholesky.h"

#include <math.h>

/* ---- A parameter's declaration ---- */

static void take_iiv(builder *b, onset_model_param *p, const onset_iiv *iiv)
{
    if (!iiv->given) return;
    p->iiv      = iiv->kind;
    p->iiv_size = iiv->size;
    p->omega    = iiv->size;
    if (iiv->kind == ONSET_IIV_LOGNORMAL) p->omega = sqrt(log1p(iiv->size * iiv->size));
    if (iiv->kind == ONSET_IIV_NORMAL)
        p->iiv_size = p->omega = onset_check_quantity(b, iiv->size, iiv->unit, iiv->place, &p->unit, "the variability");
}

static void check_iiv(builder *b, const onset_model_param *p, const char *name, onset_place place)
{
    if (p->iiv == ONSET_IIV_LOGIT && !(onset_unit_is_dimensionless(p->unit.unit) && p->value > 0 && p->value < 1))
        onset_error_at(b->out, place, "a value between 0 and 1 without unit has one; use iiv 20% or iiv normal",
                       "the logit of '%s' = %g %s does not exist", name, p->value,
                       onset_unit_spelling(b->arena, p->unit.unit, p->unit.text));
    if (p->iiv == ONSET_IIV_LOGNORMAL && p->omega > 0 && p->value == 0)
        onset_error_at(b->out, place, "use iiv normal SD [unit]", "the parameter '%s' is 0, so a CV says nothing", name);
}

static void check_citation(builder *b, const onset_file *file, const onset_citation *c)
{
    bool        has_tables;
    const char *near;

    if (c->kind != ONSET_SOURCE_EVIDENCE || !c->key) return;
    if (onset_library_evidence(b->library, file, c->key, &has_tables)) return;
    near = has_tables ? onset_library_nearest_evidence(b->library, c->key) : NULL;
    onset_error_at(b->out, c->place,
                   near         ? onset_arena_printf(b->arena, "did you mean '%s'?", near)
                   : has_tables ? "search them with onset evidence, or add tables of your own with --evidence DIR"
                                : "there are no tables; add a folder of them with --evidence DIR",
                   "no evidence table has a row '%s'", c->key);
}

static int new_param(builder *b, item *it)
{
    const onset_decl *d = it->decl;
    onset_model_param p = {.name     = it->full,
                           .text     = d->text,
                           .unit     = {it->unit_text, it->unit},
                           .low      = d->range.given ? d->range.low : -INFINITY,
                           .high     = d->range.given ? d->range.high : INFINITY,
                           .citation = d->citation,
                           .scale    = d->scale,
                           .shift    = d->shift,
                           .place    = d->name_place};

    p.value = onset_check_number(b, d, &p.unit, onset_arena_printf(b->arena, "the value of '%s'", it->name));
    take_iiv(b, &p, &d->iiv);
    check_iiv(b, &p, it->name, d->iiv.given ? d->iiv.place : d->name_place);
    check_citation(b, b->instances.items[it->instance].module.file, &d->citation);
    if (d->citation.kind == ONSET_SOURCE_NONE)
        onset_warning_at(b->out, d->name_place, "add one: from KEY, calibrated \"how\" or assumed \"why\"",
                         "the parameter '%s' has no source", it->name);
    onset_vec_push(b->arena, &b->params, p);
    onset_names_put(b->arena, &b->param_names, it->full, b->params.n - 1);
    return b->params.n - 1;
}

onset_typed onset_check_param_value(builder *b, item *it)
{
    onset_graph      *g = &b->model->graph;
    const onset_decl *d = it->decl;
    int               node;

    it->index = new_param(b, it);
    node      = onset_graph_leaf(g, ONSET_NODE_PARAM, it->index);
    if (d->scale) {
        const onset_typed scale = onset_expression_type(&b->scope, d->scale);

        node = onset_graph_binary(g, ONSET_NODE_MUL, node,
                                  onset_typed_in(&b->scope, &scale, d->scale->place, onset_unit_one, "1",
                                                 onset_arena_printf(b->arena, "the scale of '%s'", it->name)));
    }
    if (d->shift) {
        const onset_typed shift = onset_expression_type(&b->scope, d->shift);

        node = onset_graph_binary(g, ONSET_NODE_ADD, node,
                                  onset_typed_in(&b->scope, &shift, d->shift->place, it->unit, it->unit_text,
                                                 onset_arena_printf(b->arena, "the shift of '%s'", it->name)));
    }
    b->params.items[it->index].individual = node;
    return onset_typed_number(node, it->unit, it->unit_text);
}

/* ---- set ---- */

static bool was_set(const builder *b, const onset_decl *d, bool from_study)
{
    const onset_decls *decls = from_study ? &b->study.block->decls : &b->block.block->decls;

    for (int i = 0; i < decls->n && decls->items[i] != d; i++)
        if (decls->items[i]->kind == ONSET_DECL_SET && decls->items[i]->name && strcmp(decls->items[i]->name, d->name) == 0) return true;
    return false;
}

static void take_set_source(builder *b, onset_model_param *p, const onset_decl *d, bool from_study)
{
    check_citation(b, from_study ? b->study.file : b->block.file, &d->citation);
    if (d->citation.kind != ONSET_SOURCE_NONE) {
        p->citation = d->citation;
    } else if (from_study) {
        p->citation = (onset_citation){.kind  = ONSET_SOURCE_ASSUMED,
                                       .note  = onset_arena_printf(b->arena, "set in the study %s", b->study.block->name),
                                       .place = d->name_place};
    } else {
        p->citation = (onset_citation){.note = "", .place = d->name_place};
        onset_warning_at(b->out, d->name_place, "add one: from KEY, calibrated \"how\" or assumed \"why\"",
                         "the number set for '%s' has no source", d->name);
    }
}

static void set_param(builder *b, const onset_decl *d, bool from_study)
{
    onset_model_param *p;
    int                at;

    if (!d->name || (!from_study && onset_check_is_void(b, d->name, d->name_place, ITEM_PARAM, "parameter"))) return;
    at = onset_check_find(b, d->name, d->name_place, 1u << ITEM_PARAM, "parameter");
    if (at < 0) return;
    if (was_set(b, d, from_study)) {
        onset_error_at(b->out, d->name_place, "keep one of the two", "'%s' is set twice", d->name);
        return;
    }
    p        = &b->params.items[b->items.items[at].index];
    p->value = onset_check_number(b, d, &p->unit, onset_arena_printf(b->arena, "the value of '%s'", d->name));
    if (p->value < p->low || p->value > p->high)
        onset_error_at(b->out, d->value->place, NULL, "%s = %g is outside its range, %g..%g %s", d->name, p->value, p->low, p->high,
                       onset_unit_spelling(b->arena, p->unit.unit, p->unit.text));
    take_iiv(b, p, &d->iiv);
    check_iiv(b, p, d->name, d->name_place);
    take_set_source(b, p, d, from_study);
}

/* ---- correlate ---- */

static void add_correlation(builder *b, int a, int other, double r, const onset_decl *d, int level)
{
    for (int k = 0; k < 2; k++) {
        const onset_model_param *p = &b->params.items[k ? other : a];

        if (p->iiv != ONSET_IIV_NONE) continue;
        onset_error_at(b->out, d->words.items[k].place, "give it one: iiv 20%", "'%s' has no variability to correlate", p->name);
        return;
    }
    for (int i = 0; i < b->correlations.n; i++) {
        onset_model_correlation *c = &b->correlations.items[i];

        if (!((c->a == a && c->b == other) || (c->a == other && c->b == a))) continue;
        if (c->level == level) onset_error_at(b->out, d->words.items[0].place, "keep one of the two", "these two are correlated already");
        c->r = r, c->level = level, c->place = d->place;
        return;
    }
    const onset_model_correlation c = {.a = a, .b = other, .r = r, .level = level, .place = d->place};

    onset_vec_push(b->arena, &b->correlations, c);
}

static void correlate_dotted(builder *b, const onset_decl *d, bool from_study)
{
    int at[2];

    if (d->words.n != 2) return;
    for (int k = 0; k < 2; k++) {
        const onset_word *w = &d->words.items[k];

        if (!from_study && onset_check_is_void(b, w->name, w->place, ITEM_PARAM, "parameter")) return;
    }
    for (int k = 0; k < 2; k++) at[k] = onset_check_find(b, d->words.items[k].name, d->words.items[k].place, 1u << ITEM_PARAM, "parameter");
    if (at[0] >= 0 && at[1] >= 0)
        add_correlation(b, b->items.items[at[0]].index, b->items.items[at[1]].index, d->number, d, from_study ? 2 : 1);
}

static void correlate_local(builder *b, int in, const onset_decl *d)
{
    int index[2];

    if (d->words.n != 2) return;
    for (int k = 0; k < 2; k++) {
        const onset_word *w  = &d->words.items[k];
        const int         at = onset_check_local(b, in, w->name);

        if (at < 0 || b->items.items[at].kind != ITEM_PARAM) {
            onset_error_at(b->out, w->place, NULL, "the module has no parameter '%s'", w->name);
            return;
        }
        index[k] = b->items.items[at].index;
    }
    add_correlation(b, index[0], index[1], d->number, d, 0);
}

static void check_definite(builder *b)
{
    enum { MOST = 12 }; /* names printed */
    int        *row   = onset_arena_alloc(b->arena, ((size_t)b->params.n + 1) * sizeof *row);
    int         n     = 0;
    const char *names = "";
    double     *m;

    for (int i = 0; i < b->correlations.n; i++) {
        const int pair[2] = {b->correlations.items[i].a, b->correlations.items[i].b};

        for (int k = 0; k < 2; k++) {
            if (row[pair[k]]) continue;
            row[pair[k]] = ++n;
            if (n <= MOST) names = onset_arena_printf(b->arena, "%s%s%s", names, n > 1 ? ", " : "", b->params.items[pair[k]].name);
            if (n == MOST + 1) names = onset_arena_printf(b->arena, "%s, ...", names);
        }
    }
    if (n == 0) return;
    m = onset_arena_alloc(b->arena, (size_t)n * (size_t)n * sizeof *m);
    for (int i = 0; i < n; i++) m[i * n + i] = 1;
    for (int i = 0; i < b->correlations.n; i++) {
        const onset_model_correlation *c = &b->correlations.items[i];
        const int                      r = row[c->a] - 1, s = row[c->b] - 1;

        m[r * n + s] = m[s * n + r] = c->r;
    }
    if (onset_cholesky(m, n) < 0) return;
    onset_error_at(b->out, b->correlations.items[b->correlations.n - 1].place, "correlations this strong need one more between the others",
                   "no population has these correlations together: %s (the matrix is not positive definite)", names);
}

void onset_check_params(builder *b)
{
    if (!b->alone) onset_check_each(b, ONSET_DECL_SET, set_param);
    for (int i = 0; i < b->instances.n; i++) {
        const onset_decls *decls = &b->instances.items[i].module.block->decls;

        for (int k = 0; k < decls->n; k++)
            if (decls->items[k]->kind == ONSET_DECL_CORRELATE) correlate_local(b, i, decls->items[k]);
    }
    if (!b->alone) onset_check_each(b, ONSET_DECL_CORRELATE, correlate_dotted);
    check_definite(b);
}
