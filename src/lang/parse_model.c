#include "lang/parse.h"

#include <math.h>

/* ---- Modules ---- */

void onset_parse_input(onset_parser *p, onset_decl *d)
{
    onset_parse_decl_name(p, d, "the name of the input", false);
    onset_parse_own_unit(p, d);
    if (!p->failed && onset_parse_accept(p, ONSET_SYMBOL_ASSIGN)) onset_parse_number_value(p, d, "the number used when nobody provides it");
    onset_parse_clause_text(p, d);
}

static void parse_labels(onset_parser *p, onset_decl *d)
{
    onset_word preset;
    bool       known      = false;
    int        n_newlines = 0;

    if (!onset_parse_name(p, "the preset category", false, &preset)) return;
    d->label = preset.name;
    if (!onset_parse_expect(p, ONSET_SYMBOL_BRACE_OPEN, "before the categories") || !onset_parse_names(p, "a category", false, &d->labels))
        return;
    while (onset_parse_ahead(p, n_newlines)->kind == ONSET_TOKEN_NEWLINE) n_newlines++;
    if (onset_parse_ahead(p, n_newlines)->symbol == ONSET_SYMBOL_BRACE_CLOSE)
        while (n_newlines-- > 0) onset_parse_take(p);
    if (!onset_parse_expect(p, ONSET_SYMBOL_BRACE_CLOSE, "after the categories")) return;
    for (int i = 0; i < d->labels.n; i++) {
        const onset_word *const label = &d->labels.items[i];
        known                         = known || strcmp(label->name, preset.name) == 0;
        for (int k = 0; k < i; k++)
            if (strcmp(d->labels.items[k].name, label->name) == 0)
                onset_parse_fail_at(p, label->place, "", "the category '%s' is listed twice", label->name);
    }
    if (!known) onset_parse_fail_at(p, preset.place, "name one of those between { and }", "'%s' is none of the categories", preset.name);
}

/* The range of a parameter's or covariate's value, after `in`. */
static void parse_allowed(onset_parser *p, onset_decl *d)
{
    onset_parse_range(p, &d->range, d);
    if (!p->failed && (d->value->number < d->range.low || d->value->number > d->range.high))
        onset_parse_fail_at(p, d->value->place, "", "the value %g is outside its own range", d->value->number);
}

void onset_parse_covariate(onset_parser *p, onset_decl *d)
{
    onset_parse_decl_name(p, d, "the name of the covariate", false);
    onset_parse_own_unit(p, d);
    if (!p->failed && !onset_parse_accept(p, ONSET_SYMBOL_ASSIGN))
        onset_parse_fail(p, NULL, "expected '=' and the number used where a population gives none, found %s", onset_parse_found(p));
    if (!p->failed && onset_parse_is_kind(p, ONSET_TOKEN_NAME))
        parse_labels(p, d);
    else
        onset_parse_number_value(p, d, "a number or a category");
    if (!p->failed && !d->labels.n && onset_parse_accept_word(p, "in")) parse_allowed(p, d);
    onset_parse_clause_text(p, d);
}

/* After the word of a clause that holds an expression. */
static bool parse_expr_clause(onset_parser *p, const char *word, onset_expr **to)
{
    const onset_token *const token = onset_parse_peek(p);

    if (p->failed || !onset_parse_accept_word(p, word)) return false;
    if (*to) onset_parse_fail_at(p, token->place, "", "a second %s", word);
    *to = onset_parse_expr(p);
    return true;
}

void onset_parse_param(onset_parser *p, onset_decl *d)
{
    onset_parse_decl_name(p, d, "the name of the parameter", false);
    onset_parse_own_unit(p, d); /* param CL [L/h] = 80, as an input is written */
    onset_parse_expect(p, ONSET_SYMBOL_ASSIGN, "after the name of the parameter");
    onset_parse_number_value(p, d, "the value of the parameter");
    while (!p->failed) {
        if (onset_parse_iiv(p, d) || onset_parse_citation(p, d) || parse_expr_clause(p, "scale", &d->scale) ||
            parse_expr_clause(p, "shift", &d->shift) || onset_parse_clause_text(p, d))
            continue;
        if (!onset_parse_accept_word(p, "in")) break;
        parse_allowed(p, d);
    }
}

void onset_parse_state(onset_parser *p, onset_decl *d)
{
    onset_parse_decl_name(p, d, "the name of the state", false);
    onset_parse_expect(p, ONSET_SYMBOL_ASSIGN, "and the value at the start, after the name of the state");
    onset_parse_value(p, d);
    onset_parse_own_unit(p, d);
    onset_parse_clause_text(p, d);
}

void onset_parse_ddt(onset_parser *p, onset_decl *d)
{
    onset_parse_accept(p, ONSET_SYMBOL_DIVIDE);
    if (!onset_parse_accept_word(p, "dt")) onset_parse_fail(p, NULL, "expected 'dt' after 'd/', found %s", onset_parse_found(p));
    onset_parse_expect(p, ONSET_SYMBOL_OPEN, "after d/dt");
    onset_parse_decl_name(p, d, "the name of a state", false);
    onset_parse_expect(p, ONSET_SYMBOL_CLOSE, "after the name of the state");
    onset_parse_expect(p, ONSET_SYMBOL_ASSIGN, "after d/dt(...)");
    onset_parse_value(p, d);
    if (!p->failed && onset_parse_is_kind(p, ONSET_TOKEN_UNIT))
        onset_parse_fail(p, "leave it out", "a derivative states no unit: it has that of its state over time");
}

void onset_parse_let(onset_parser *p, onset_decl *d)
{
    onset_parse_decl_name(p, d, "a name", false);
    onset_parse_expect(p, ONSET_SYMBOL_ASSIGN, "after the name");
    onset_parse_value(p, d);
    onset_parse_own_unit(p, d);
    onset_parse_clause_text(p, d);
}

/* error A, error P%, error A + P% */
static void parse_error_model(onset_parser *p, onset_decl *d)
{
    const onset_place place = p->tokens.items[p->at - 1].place;

    if (d->has_error) onset_parse_fail_at(p, place, "", "a second error");
    for (int part = 0; part < 2 && !p->failed; part++) {
        const onset_token *const token = onset_parse_peek(p);
        const double             size  = onset_parse_positive(p, "the size of the measurement error", true);
        double *const            to    = token->percent ? &d->error_rel : &d->error_add;
        if (onset_parse_is_kind(p, ONSET_TOKEN_UNIT)) onset_parse_fail(p, "leave it out", "an error is in the unit of its output");
        if (*to > 0) onset_parse_fail_at(p, token->place, "error A + P%", "the two parts of an error are a number and a percentage");
        *to = size;
        if (p->failed || !onset_parse_accept(p, ONSET_SYMBOL_PLUS)) break;
    }
    d->has_error = !p->failed;
}

void onset_parse_output(onset_parser *p, onset_decl *d)
{
    onset_parse_decl_name(p, d, "the name of the output", false);
    onset_parse_own_unit(p, d);
    onset_parse_expect(p, ONSET_SYMBOL_ASSIGN, "after the name of the output");
    onset_parse_value(p, d);
    onset_parse_own_unit(p, d);
    while (!p->failed) {
        const onset_place place = onset_parse_peek(p)->place;
        if (onset_parse_clause_text(p, d)) continue;
        if (onset_parse_accept_word(p, "in")) {
            onset_parse_range(p, &d->range, d);
        } else if (onset_parse_accept_word(p, "error")) {
            parse_error_model(p, d);
        } else if (onset_parse_accept_word(p, "round")) {
            if (d->round > 0) onset_parse_fail_at(p, place, "", "a second round");
            d->round = onset_parse_positive(p, "the step of rounding", false);
        } else {
            break;
        }
    }
}

static void parse_target(onset_parser *p, onset_decl *d)
{
    onset_route_target target = {0};

    onset_parse_name(p, "the state that the dose goes into", false, &target.state);
    while (parse_expr_clause(p, "convert", &target.convert) || parse_expr_clause(p, "f", &target.f) ||
           parse_expr_clause(p, "alag", &target.alag) || parse_expr_clause(p, "dur", &target.dur)) {
    }
    if (!p->failed) onset_vec_push(p->arena, &d->targets, target);
}

void onset_parse_route(onset_parser *p, onset_decl *d)
{
    onset_word route;

    onset_parse_decl_name(p, d, "the name of the drug", false);
    onset_parse_name(p, "the route, such as iv or oral", false, &route);
    d->route       = route.name;
    d->route_place = route.place;
    if (!p->failed && !onset_parse_is_word(p, "into"))
        onset_parse_fail(p, NULL, "expected 'into' and a state, found %s", onset_parse_found(p));
    while (!p->failed && onset_parse_accept_word(p, "into")) parse_target(p, d);
    onset_parse_clause_text(p, d);
}

/* Also in models (instance.param) and populations. */
void onset_parse_correlate(onset_parser *p, onset_decl *d)
{
    const bool  dots = p->context != ONSET_IN_MODULE;
    onset_place place;

    onset_parse_names(p, "a name", dots, &d->words);
    if (!p->failed && d->words.n != 2)
        onset_parse_fail(p, "one line for each pair", "expected two names to correlate, found %d", d->words.n);
    onset_parse_expect(p, ONSET_SYMBOL_ASSIGN, "after the two names");
    place     = onset_parse_peek(p)->place;
    d->number = onset_parse_number(p, "the correlation");
    if (!p->failed && !(fabs(d->number) <= 1)) onset_parse_fail_at(p, place, "", "a correlation lies between -1 and 1, not %g", d->number);
    if (!p->failed && strcmp(d->words.items[0].name, d->words.items[1].name) == 0)
        onset_parse_fail_at(p, d->words.items[1].place, "", "'%s' is correlated with itself", d->words.items[1].name);
}

/* ---- Models ---- */

void onset_parse_use(onset_parser *p, onset_decl *d)
{
    onset_word alias;

    if (onset_parse_is_word(p, "model") && onset_parse_ahead(p, 1)->kind == ONSET_TOKEN_NAME && !(p->context & ONSET_IN_STUDY)) {
        onset_parse_fail(p, "`use model` stands in a study; a model is a list of modules: use MODULE", "a model does not use a model");
        return;
    }
    if (p->context == ONSET_IN_STUDY) {
        d->kind = ONSET_DECL_USE_MODEL;
        if (!onset_parse_accept_word(p, "model"))
            onset_parse_fail(p, "use model MODEL; to exchange a module of it: replace INSTANCE with MODULE", "expected 'model', found %s",
                             onset_parse_found(p));
        onset_parse_decl_name(p, d, "the name of the model", false);
        onset_parse_path(p, d);
        return;
    }
    onset_parse_decl_name(p, d, "the name of a module", false);
    onset_parse_path(p, d);
    d->alias       = d->name;
    d->alias_place = d->name_place;
    if (p->failed || !onset_parse_accept_word(p, "as")) return;
    if (!onset_parse_name(p, "the name of the instance", false, &alias)) return;
    d->alias       = alias.name;
    d->alias_place = alias.place;
}

/* A name with its instance: "nmda.koff". */
static bool parse_port(onset_parser *p, const char *what, onset_word *word)
{
    if (!onset_parse_name(p, what, true, word)) return false;
    if (strchr(word->name, '.')) return true;
    onset_parse_fail_at(p, word->place, "", "expected %s, found '%s', which names no instance", what, word->name);
    return false;
}

void onset_parse_set(onset_parser *p, onset_decl *d)
{
    onset_word name;

    if (parse_port(p, "INSTANCE.PARAM", &name)) d->name = name.name;
    d->name_place = name.place;
    onset_parse_expect(p, ONSET_SYMBOL_ASSIGN, "after the name of the parameter");
    onset_parse_number_value(p, d, "the value of the parameter");
    while (onset_parse_iiv(p, d) || onset_parse_citation(p, d)) {
    }
}

void onset_parse_connect(onset_parser *p, onset_decl *d)
{
    onset_word to, from;

    if (parse_port(p, "INSTANCE.INPUT", &to)) d->name = to.name;
    d->name_place = to.place;
    onset_parse_expect(p, ONSET_SYMBOL_ASSIGN, "after the input");
    if (parse_port(p, "INSTANCE.OUTPUT", &from)) d->other = from.name;
    d->other_place = from.place;
}

void onset_parse_replace(onset_parser *p, onset_decl *d)
{
    onset_word module;

    onset_parse_decl_name(p, d, "the name of an instance", false);
    if (!p->failed && !onset_parse_accept_word(p, "with"))
        onset_parse_fail(p, NULL, "expected 'with' and a module, found %s", onset_parse_found(p));
    if (onset_parse_name(p, "the name of a module", false, &module)) d->other = module.name;
    d->other_place = module.place;
    onset_parse_path(p, d);
}

void onset_parse_panel(onset_parser *p, onset_decl *d)
{
    onset_quantity  first;
    onset_quantity *one[1] = {&first};

    if (!onset_parse_is_kind(p, ONSET_TOKEN_TEXT))
        onset_parse_fail(p, NULL, "expected the title of the panel in quotes, found %s", onset_parse_found(p));
    onset_parse_text(p, &d->text);
    onset_parse_names(p, "the name of an output", true, &d->words);
    while (!p->failed) {
        if (onset_parse_accept_word(p, "log")) {
            d->log = true;
        } else if (onset_parse_is_word(p, "first") && d->quantities.n == 0) {
            onset_parse_take(p);
            first        = (onset_quantity){.place = onset_parse_peek(p)->place};
            first.number = onset_parse_positive(p, "the time shown", false);
            first.unit   = onset_parse_unit(p);
            onset_parse_share_units(p, one, 1);
            onset_vec_push(p->arena, &d->quantities, first);
        } else {
            break;
        }
    }
}

void onset_parse_headline(onset_parser *p, onset_decl *d)
{
    onset_word word;

    if (onset_parse_name(p, "the name of an output", true, &word)) onset_vec_push(p->arena, &d->words, word);
}
