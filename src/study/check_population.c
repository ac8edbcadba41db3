/* The population: variables and what they set in the model, derived values, criteria, correlations. */
#include "study/checker.h"

#include "base/error.h"

#include <math.h>

/* ---- Variables ---- */

int onset_check_variable_find(const onset_study_checker *c, const char *name)
{
    return onset_names_find(&c->variable_names, name);
}

onset_variable *onset_check_variable_add(onset_study_checker *c, const char *name, onset_place place)
{
    const onset_draw     draw     = {.name      = name,
                                     .text      = "",
                                     .low       = -INFINITY,
                                     .high      = INFINITY,
                                     .covariate = -1,
                                     .param     = -1,
                                     .to_model  = 1,
                                     .unit      = {"1", onset_unit_one}};
    const onset_variable variable = {.name = name, .place = place, .draw = draw, .index = -1};

    if (onset_check_variable_find(c, name) >= 0) {
        onset_error_at(c->out, place, NULL, "the population has a second '%s'", name);
        return NULL;
    }
    if (c->variables.n >= ONSET_POPULATION_MAX_DRAWS) {
        onset_error_at(c->out, place, NULL, "a population has at most %d variables", (int)ONSET_POPULATION_MAX_DRAWS);
        return NULL;
    }
    onset_names_put(c->arena, &c->variable_names, name, c->variables.n);
    onset_vec_push(c->arena, &c->variables, variable);
    return &c->variables.items[c->variables.n - 1];
}

/* What a variable could be meant for: covariates and parameters of the model. */
static const char *model_hint(onset_study_checker *c, const char *name)
{
    const int    n   = c->model->n_covariates + c->model->n_params;
    const char **all = onset_arena_alloc(c->arena, ((size_t)n + 1) * sizeof *all);
    int          k   = 0;

    for (int i = 0; i < c->model->n_covariates; i++) all[k++] = c->model->covariates[i].name;
    for (int i = 0; i < c->model->n_params; i++) all[k++] = c->model->params[i].name;
    return onset_check_hint(c, name, all, n);
}

/* Which covariate or parameter a variable sets. A column may name a parameter by its last part. */
static void find_target(onset_study_checker *c, onset_variable *v)
{
    int found = -1;

    if (!c->model) return;
    v->draw.covariate = onset_model_find_covariate(c->model, v->name);
    if (v->draw.covariate < 0) v->draw.param = onset_model_find_param(c->model, v->name);
    for (int i = 0; i < c->model->n_params && !v->decl && v->draw.covariate < 0 && v->draw.param < 0; i++) {
        const char *dot = strrchr(c->model->params[i].name, '.');
        if (!dot || strcmp(dot + 1, v->name) != 0) continue;
        found = found == -1 ? i : -2;
    }
    if (found >= 0) v->draw.param = found;
    if (v->draw.covariate >= 0 || v->draw.param >= 0) {
        v->used = true;
        return;
    }
    v->used = onset_model_find_output(c->model, v->name) >= 0 || strchr(v->name, '.'); /* the error says enough */
    if (onset_model_find_output(c->model, v->name) >= 0)
        onset_error_at(c->out, v->place, "give the variable another name", "'%s' is an output of the model", v->name);
    else if (strchr(v->name, '.'))
        onset_error_at(c->out, v->place, model_hint(c, v->name), "the model has no parameter '%s'", v->name);
}

/* ---- Distributions ---- */

/* The labels in the order of the model's covariate, or as written where there is none. */
static void check_category(onset_study_checker *c, onset_variable *v, const onset_dist *dist)
{
    const onset_model_covariate *covariate = v->draw.covariate >= 0 ? &c->model->covariates[v->draw.covariate] : NULL;
    const int                    n         = covariate && covariate->n_labels > 0 ? covariate->n_labels : dist->labels.n;
    const char                 **labels    = onset_arena_alloc(c->arena, (size_t)n * sizeof *labels + 1);
    double *const                weights   = onset_arena_alloc(c->arena, (size_t)n * sizeof *weights + 1);
    double                       sum = 0, so_far = 0;

    for (int i = 0; i < n; i++) labels[i] = covariate && covariate->n_labels > 0 ? covariate->labels[i] : dist->labels.items[i].name;
    for (int i = 0; i < dist->labels.n; i++) {
        const onset_word *label = &dist->labels.items[i];
        int               k     = 0;
        while (k < n && strcmp(labels[k], label->name) != 0) k++;
        sum += dist->weights[i];
        if (k < n)
            weights[k] = dist->weights[i];
        else
            onset_error_at(c->out, label->place, onset_arena_printf(c->arena, "its categories are: %s", onset_check_list(c, labels, n)),
                           "'%s' is no category of '%s' in the model", label->name, v->name);
    }
    if (fabs(sum - 1) > 1e-6 && fabs(sum - 1) < 0.1)
        onset_warning_at(c->out, dist->place, "they are divided by their sum", "the weights of the categories add up to %g", sum);
    for (int i = 0; i < n; i++) {
        so_far += weights[i] / sum;
        weights[i] = so_far;
    }
    if (n > 0) weights[n - 1] = 1;
    v->draw.n_labels   = n;
    v->draw.labels     = labels;
    v->draw.cumulative = weights;
}

/* Limits, sizes and units that make no sense together. */
static void check_distribution(onset_study_checker *c, onset_variable *v)
{
    const onset_decl     *decl   = v->decl;
    const onset_dist_kind kind   = decl->dist.kind;
    const bool            counts = kind == ONSET_DIST_POISSON || kind == ONSET_DIST_CATEGORY || kind == ONSET_DIST_LOGITNORMAL;
    const onset_unit      unit   = v->draw.unit.unit;
    double                share;

    if (counts && !(onset_unit_is_dimensionless(unit) && unit.scale == 1))
        onset_error_at(c->out, decl->unit.place, NULL, "values of this distribution have no unit");
    if (kind == ONSET_DIST_POISSON && decl->dist.a > 500)
        onset_error_at(c->out, decl->dist.place, "use normal(mean, sqrt(mean))", "the mean of a Poisson distribution is at most 500");
    if (kind == ONSET_DIST_CATEGORY && decl->range.given) {
        onset_error_at(c->out, decl->range.place, "leave the limits out", "categories have no limits");
        return;
    }
    if (decl->dist.kind == ONSET_DIST_POISSON && decl->dist.a > 500) return;
    share = onset_draw_share(&v->draw);
    if (decl->range.given && share < ONSET_DRAW_LEAST_SHARE)
        onset_error_at(c->out, decl->range.place, "widen the limits or change the distribution",
                       "the limits of '%s' hold only %.2g %% of its distribution", v->name, 100 * share);
}

/* ---- What a name means ---- */

static void place_variable(onset_study_checker *c, onset_variable *v)
{
    v->index      = c->n_placed++;
    v->state      = ONSET_VARIABLE_DONE;
    v->typed.node = onset_graph_leaf(&c->study->population.graph, ONSET_NODE_COV, v->index);
}

static onset_typed typed_draw(onset_study_checker *c, const onset_draw *draw)
{
    onset_typed typed = onset_typed_number(onset_graph_const(&c->study->population.graph, 0), draw->unit.unit, draw->unit.text);

    if (draw->n_labels == 0) return typed;
    typed.type     = ONSET_TYPE_CATEGORY;
    typed.labels   = draw->labels;
    typed.n_labels = draw->n_labels;
    return typed;
}

static void type_draw(onset_study_checker *c, onset_variable *v)
{
    const onset_decl *decl = v->decl;
    bool              known;

    v->draw.kind = ONSET_DRAW_DIST;
    v->draw.dist = decl->dist.kind;
    v->draw.a    = decl->dist.a;
    v->draw.b    = decl->dist.b;
    if (decl->range.given) {
        v->draw.low  = decl->range.low;
        v->draw.high = decl->range.high;
    }
    known = onset_unit_of(c->units, c->out, decl->unit, &v->draw.unit.unit);
    if (decl->unit.text) v->draw.unit.text = decl->unit.text;
    if (decl->dist.kind == ONSET_DIST_CATEGORY) check_category(c, v, &decl->dist);
    check_distribution(c, v);
    v->typed    = typed_draw(c, &v->draw);
    v->typed.ok = known;
    place_variable(c, v);
}

static void report_circle(onset_study_checker *c, const onset_expr *name)
{
    const char *circle = name->name;
    bool        inside = false;

    for (int i = 0; i < c->under_way.n; i++) {
        const char *link = c->variables.items[c->under_way.items[i]].name;
        inside           = inside || !strcmp(link, name->name);
        if (inside && strcmp(link, name->name) != 0) circle = onset_arena_printf(c->arena, "%s -> %s", circle, link);
    }
    onset_error_at(c->out, name->place, "break the circle with a number", "a circle of derived values: %s -> %s", circle, name->name);
    c->variables.items[onset_check_variable_find(c, name->name)].used = true; /* one message is enough */
}

/* The node of a derived value in its unit: the one stated, else its expression's. value->ok is false after an error. */
static int node_of_derived(onset_study_checker *c, onset_variable *v, onset_typed *value)
{
    onset_model_unit *unit = &v->draw.unit;

    if (v->decl->unit.text) {
        const bool known = onset_unit_of(c->units, c->out, v->decl->unit, &unit->unit);
        const int  node  = known ? onset_typed_in(&c->population_scope, value, v->decl->value->place, unit->unit, v->decl->unit.text,
                                                  onset_arena_printf(c->arena, "'%s'", v->name))
                                 : value->node;
        unit->text       = v->decl->unit.text;
        value->ok        = known && (value->any_unit || onset_unit_same_dimension(value->unit, unit->unit));
        return node;
    }
    unit->unit = value->unit;
    unit->text = value->unit_text                                                     ? value->unit_text
                 : onset_unit_is_dimensionless(value->unit) && value->unit.scale == 1 ? "1"
                                                                                      : onset_unit_describe(c->arena, value->unit);
    return value->node;
}

/* Types a derived value, and those it uses before it. */
static void type_derived(onset_study_checker *c, int k)
{
    const onset_decl *decl = c->variables.items[k].decl;
    onset_variable   *v    = &c->variables.items[k];
    onset_typed       value;

    v->state = ONSET_VARIABLE_UNDER_WAY;
    onset_vec_push(c->arena, &c->under_way, k);
    value = onset_expression_type(&c->population_scope, decl->value);
    c->under_way.n--;
    v->draw.kind = ONSET_DRAW_DERIVED;
    v->draw.node = value.node;
    v->typed     = value;
    if (value.ok && value.type == ONSET_TYPE_NUMBER) {
        v->draw.node = node_of_derived(c, v, &value);
        v->typed     = typed_draw(c, &v->draw);
        v->typed.ok  = value.ok;
    }
    if (value.ok && value.type == ONSET_TYPE_CATEGORY) {
        v->draw.n_labels = value.n_labels;
        v->draw.labels   = (const char **)value.labels;
    }
    place_variable(c, v);
}

static bool lookup(void *ctx, const onset_expr *name, onset_typed *out)
{
    onset_study_checker *c = ctx;
    const int            k = onset_check_variable_find(c, name->name);

    if (k < 0 && c->model && onset_model_find_covariate(c->model, name->name) >= 0) {
        onset_error_at(c->out, name->place, onset_arena_printf(c->arena, "give it a value or a distribution: %s = ...", name->name),
                       "the population does not give '%s'", name->name);
        *out = onset_typed_error(&c->study->population.graph);
        return true;
    }
    if (k < 0) return false;
    if (c->variables.items[k].state == ONSET_VARIABLE_UNDER_WAY) {
        report_circle(c, name);
        *out = onset_typed_error(&c->study->population.graph);
        return true;
    }
    if (c->variables.items[k].state == ONSET_VARIABLE_NEW) type_derived(c, k);
    c->variables.items[k].used = true;
    *out                       = c->variables.items[k].typed;
    return true;
}

static const char *const *names(void *ctx, int *n)
{
    onset_study_checker *c   = ctx;
    const char         **all = onset_arena_alloc(c->arena, ((size_t)c->variables.n + 1) * sizeof *all);

    for (int i = 0; i < c->variables.n; i++) all[i] = c->variables.items[i].name;
    *n = c->variables.n;
    return all;
}

/* The unit, or the categories, that the model wants. */
static void check_target(onset_study_checker *c, onset_variable *v)
{
    const onset_model_covariate *covariate = v->draw.covariate >= 0 ? &c->model->covariates[v->draw.covariate] : NULL;
    const onset_model_param     *param     = v->draw.param >= 0 ? &c->model->params[v->draw.param] : NULL;
    const bool                   wants     = covariate && covariate->n_labels > 0;

    if (!v->typed.ok || (!covariate && !param)) return;
    if (covariate && (!v->draw.text || !*v->draw.text)) v->draw.text = covariate->text;
    if (v->typed.type == ONSET_TYPE_CONDITION)
        onset_error_at(c->out, v->place, "if CONDITION then 1 else 0", "'%s' is a number in the model, here a condition", v->name);
    else if (wants && v->typed.type != ONSET_TYPE_CATEGORY)
        onset_error_at(c->out, v->place, onset_arena_printf(c->arena, "%s ~ category(%s ...)", v->name, covariate->labels[0]),
                       "'%s' is a category in the model (%s), here a number", v->name,
                       onset_check_list(c, covariate->labels, covariate->n_labels));
    else if (!wants && v->typed.type == ONSET_TYPE_CATEGORY)
        onset_error_at(c->out, v->place, NULL, "'%s' is a number in the model, here a category", v->name);
    else if (!wants && !v->typed.any_unit)
        onset_check_model_unit(c, v->place, v->name, v->draw.unit.unit, v->draw.unit.text, covariate ? &covariate->unit : &param->unit,
                               &v->draw.to_model);
}

/* ---- Statements ---- */

static void check_subjects(onset_study_checker *c, const onset_decl *decl)
{
    if (c->study->population.n_subjects > 0) onset_error_at(c->out, decl->place, NULL, "a second number of subjects");
    if (decl->number > ONSET_STUDY_MAX_SUBJECTS)
        onset_error_at(c->out, decl->place, NULL, "%.0f subjects; at most %d are possible", decl->number, (int)ONSET_STUDY_MAX_SUBJECTS);
    c->study->population.n_subjects = (long)decl->number;
}

static void add_variables(onset_study_checker *c)
{
    for (int i = 0; i < c->population->body.n; i++) {
        const onset_decl *decl = c->population->body.items[i];
        onset_variable   *v;

        if (decl->kind == ONSET_DECL_SUBJECTS) check_subjects(c, decl);
        if (decl->kind != ONSET_DECL_DRAW && decl->kind != ONSET_DECL_DERIVED) continue;
        v = onset_check_variable_add(c, decl->name, decl->name_place);
        if (!v) continue;
        v->decl      = decl;
        v->draw.text = decl->text;
    }
    for (int i = 0, n_files = 0; i < c->population->body.n; i++) {
        const onset_decl *decl = c->population->body.items[i];
        if (decl->kind != ONSET_DECL_FILE) continue;
        if (n_files++ == 0)
            onset_check_columns(c, decl);
        else
            onset_error_at(c->out, decl->place, NULL, "a population has one file");
    }
}

static void type_variables(onset_study_checker *c)
{
    for (int i = 0; i < c->variables.n; i++) find_target(c, &c->variables.items[i]);
    for (int i = 0; i < c->variables.n; i++) {
        onset_variable *v = &c->variables.items[i];
        if (v->decl && v->decl->kind == ONSET_DECL_DERIVED) continue;
        if (v->decl) {
            type_draw(c, v);
            continue;
        }
        v->typed = typed_draw(c, &v->draw);
        place_variable(c, v);
    }
    for (int i = 0; i < c->variables.n; i++) {
        if (c->variables.items[i].state == ONSET_VARIABLE_NEW) type_derived(c, i);
    }
    for (int i = 0; i < c->variables.n; i++) check_target(c, &c->variables.items[i]);
}

static void check_requirements(onset_study_checker *c)
{
    ONSET_VEC(int) nodes          = {0};
    ONSET_VEC(const char *) texts = {0};

    for (int i = 0; i < c->population->body.n; i++) {
        const onset_decl *decl = c->population->body.items[i];
        onset_typed       value;

        if (decl->kind != ONSET_DECL_REQUIRE) continue;
        value = onset_expression_type(&c->population_scope, decl->value);
        onset_vec_push(c->arena, &nodes, onset_typed_condition(&c->population_scope, &value, decl->value->place, "an entry criterion"));
        onset_vec_push(c->arena, &texts, onset_check_text(c, decl->value_start, decl->value_end));
        if (nodes.n == ONSET_POPULATION_MAX_REQUIRE + 1)
            onset_error_at(c->out, decl->place, "join some with `and`", "at most %d entry criteria", (int)ONSET_POPULATION_MAX_REQUIRE);
    }
    c->study->population.n_require    = nodes.n;
    c->study->population.require      = nodes.items;
    c->study->population.require_text = texts.items;
}

void onset_check_population(onset_study_checker *c)
{
    onset_population *p = &c->study->population;

    onset_graph_init(&p->graph, c->arena);
    p->weight = p->bsa = -1;
    p->acceptance      = 1;
    for (int i = 0; i < c->at.block->decls.n; i++) {
        const onset_decl *decl = c->at.block->decls.items[i];
        if (decl->kind != ONSET_DECL_POPULATION) continue;
        if (c->population)
            onset_error_at(c->out, decl->place, "keep one of them", "a second population");
        else
            c->population = decl;
    }
    if (!c->population) return;
    c->population_scope = (onset_scope){.graph = &p->graph, .units = c->units, .out = c->out, .ctx = c, .lookup = lookup, .names = names};
    p->name             = c->population->name;
    p->title            = c->population->text;
    add_variables(c);
    type_variables(c);
    check_requirements(c);
    p->n_draws = c->n_placed;
    if (p->n_subjects == 0 && c->table.n_rows > 0) p->n_subjects = c->table.n_rows;
    if (p->n_subjects == 0 && !c->incomplete)
        onset_error_at(c->out, c->population->name_place, "subjects 1000", "the population '%s' has no number of subjects", p->name);
}

/* ---- At the end ---- */

typedef ONSET_VEC(onset_draw_correlation) correlations;

/* The draw that a word of `correlate` names; -1 after an error. */
static int find_correlated(onset_study_checker *c, const onset_word *word)
{
    const int k = onset_check_variable_find(c, word->name);
    int       n;

    if (k >= 0 && c->variables.items[k].decl && c->variables.items[k].decl->kind == ONSET_DECL_DRAW) return c->variables.items[k].index;
    if (k >= 0)
        onset_error_at(c->out, word->place, NULL, "'%s' is not drawn from a distribution, so it cannot be correlated", word->name);
    else {
        const char *const *all = names(c, &n);
        onset_error_at(c->out, word->place, onset_check_hint(c, word->name, all, n), "the population has no variable '%s'", word->name);
    }
    return -1;
}

static correlations find_correlations(onset_study_checker *c)
{
    correlations all = {0};

    for (int i = 0; i < c->population->body.n; i++) {
        const onset_decl      *decl = c->population->body.items[i];
        onset_draw_correlation pair = {.r = decl->number};

        if (decl->kind != ONSET_DECL_CORRELATE || decl->words.n < 2) continue;
        pair.a = find_correlated(c, &decl->words.items[0]);
        pair.b = find_correlated(c, &decl->words.items[1]);
        if (!(fabs(pair.r) < 1)) onset_error_at(c->out, decl->place, NULL, "a correlation lies between -1 and 1, not at %g", pair.r);
        if (pair.a >= 0 && pair.a == pair.b) onset_error_at(c->out, decl->words.items[1].place, NULL, "a variable with itself");
        for (int k = 0; k < all.n; k++) {
            const onset_draw_correlation *other = &all.items[k];
            if ((other->a == pair.a && other->b == pair.b) || (other->a == pair.b && other->b == pair.a))
                onset_error_at(c->out, decl->place, NULL, "this correlation is given twice");
        }
        if (pair.a >= 0 && pair.b >= 0) onset_vec_push(c->arena, &all, pair);
    }
    return all;
}

static void warn_unused(onset_study_checker *c)
{
    for (int i = 0; i < c->variables.n && c->model; i++) {
        const onset_variable *v = &c->variables.items[i];
        if (v->used) continue;
        onset_warning_at(c->out, v->place, model_hint(c, v->name),
                         "'%s' changes nothing: the model does not know it, and no criterion, derived value or endpoint uses it", v->name);
    }
}

/* A random effect that the population replaces is correlated with nothing any more. */
static void warn_uncorrelated(onset_study_checker *c)
{
    for (int i = 0; i < c->variables.n; i++) {
        const onset_variable *v = &c->variables.items[i];
        if (v->draw.param < 0) continue;
        for (int k = 0; k < c->model->n_correlations; k++) {
            const onset_model_correlation *r     = &c->model->correlations[k];
            const int                      other = r->a == v->draw.param ? r->b : r->b == v->draw.param ? r->a : -1;
            if (other < 0) continue;
            onset_warning_at(c->out, v->place, "draw both in the population and correlate them there",
                             "the population gives '%s', so its correlation of %g with '%s' does not hold",
                             c->model->params[v->draw.param].name, r->r, c->model->params[other].name);
        }
    }
}

void onset_check_population_end(onset_study_checker *c)
{
    onset_population *p   = &c->study->population;
    onset_error       err = {0};
    correlations      all;

    if (!c->population) return;
    all      = find_correlations(c);
    p->draws = onset_arena_alloc(c->arena, (size_t)p->n_draws * sizeof *p->draws + 1);
    for (int i = 0; i < c->variables.n; i++) {
        if (c->variables.items[i].index >= 0) p->draws[c->variables.items[i].index] = c->variables.items[i].draw;
    }
    onset_check_column_values(c);
    warn_unused(c);
    if (c->model) warn_uncorrelated(c);
    if (c->out->n_errors > 0 || !c->model) return; /* what follows takes all for granted */
    if (onset_population_finish(&err, c->arena, p, c->model, all.items, all.n, c->study->seed) != ONSET_OK)
        onset_error_at(c->out, c->population->name_place, NULL, "%s", err.message);
}
