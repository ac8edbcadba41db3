#include "lang/parse.h"

#include <math.h>

/* ---- Names ---- */

/* Words that are never names. */
static const char *const reserved[] = {"and", "or", "not", "if", "then", "else"};
enum { N_RESERVED = sizeof reserved / sizeof *reserved };

bool onset_parse_name(onset_parser *p, const char *what, bool dots, onset_word *word)
{
    const onset_token *token = onset_parse_peek(p);
    const char        *dot;

    *word = (onset_word){"", token->place};
    if (p->failed) return false;
    if (token->kind != ONSET_TOKEN_NAME) {
        onset_parse_fail(p, NULL, "expected %s, found %s", what, onset_parse_found(p));
        return false;
    }
    for (int i = 0; i < N_RESERVED; i++) {
        if (strcmp(token->text, reserved[i]) != 0) continue;
        onset_parse_fail(p, NULL, "expected %s, found '%s', a word of expressions", what, token->text);
        return false;
    }
    dot = strchr(token->text, '.');
    if (dot && !dots) {
        onset_parse_fail(p, NULL, "expected %s, which has no dot, found '%s'", what, token->text);
        return false;
    }
    if (dot && strchr(dot + 1, '.')) {
        onset_parse_fail(p, "instance.name", "a name has one dot at most: '%s'", token->text);
        return false;
    }
    word->name = onset_parse_take(p)->text;
    return true;
}

bool onset_parse_names(onset_parser *p, const char *what, bool dots, onset_words *words)
{
    onset_word word;

    do {
        if (!onset_parse_name(p, what, dots, &word)) return false;
        onset_vec_push(p->arena, words, word);
    } while (onset_parse_accept(p, ONSET_SYMBOL_COMMA));
    return true;
}

void onset_parse_decl_name(onset_parser *p, onset_decl *d, const char *what, bool dots)
{
    onset_word word;

    if (onset_parse_name(p, what, dots, &word)) d->name = word.name;
    d->name_place = word.place;
}

/* ---- Numbers and units ---- */

double onset_parse_number(onset_parser *p, const char *what)
{
    const onset_token *const first    = onset_parse_peek(p);
    const bool               negative = !p->failed && onset_parse_accept(p, ONSET_SYMBOL_MINUS);
    const onset_token       *token    = onset_parse_peek(p), *after;
    double                   number;

    if (p->failed) return 0;
    if (token->kind != ONSET_TOKEN_NUMBER) {
        const char *const hint =
            token->kind == ONSET_TOKEN_NAME || onset_parse_is(p, ONSET_SYMBOL_OPEN) ? "it is a number here, not an expression" : NULL;
        onset_parse_fail(p, hint, "expected %s, found %s", what, onset_parse_found(p));
        return 0;
    }
    onset_parse_take(p);
    after  = onset_parse_peek(p);
    number = token->percent ? token->number / 100 : token->number;
    if (after->kind == ONSET_TOKEN_NAME && after->start == token->end)
        onset_parse_fail(p, onset_arena_printf(p->arena, "a unit stands in brackets: %s [%s]", token->text, after->text),
                         "'%s' right after a number", after->text);
    else if (after->kind == ONSET_TOKEN_SYMBOL && after->symbol >= ONSET_SYMBOL_TIMES && after->symbol <= ONSET_SYMBOL_POWER)
        onset_parse_fail_at(p, first->place, "write the result, or define a quantity with the expression",
                            "expected %s, found an expression", what);
    return negative ? -number : number;
}

double onset_parse_positive(onset_parser *p, const char *what, bool or_zero)
{
    const onset_place place  = onset_parse_peek(p)->place;
    const double      number = onset_parse_number(p, what);

    if (number < 0)
        onset_parse_fail_at(p, place, "", "%s is negative", what);
    else if (number == 0 && !or_zero)
        onset_parse_fail_at(p, place, "", "%s is zero", what);
    return number;
}

onset_unit_text onset_parse_unit(onset_parser *p)
{
    onset_unit_text    unit  = {0};
    const onset_token *token = onset_parse_peek(p);

    if (p->failed || token->kind != ONSET_TOKEN_UNIT) return unit;
    onset_parse_take(p);
    unit.text  = token->text;
    unit.place = token->place;
    return unit;
}

void onset_parse_own_unit(onset_parser *p, onset_decl *d)
{
    const onset_unit_text unit = onset_parse_unit(p);

    if (unit.text) d->unit = unit;
}

void onset_parse_number_value(onset_parser *p, onset_decl *d, const char *what)
{
    const onset_token *const token = onset_parse_peek(p);
    const double             value = onset_parse_number(p, what);
    onset_expr              *e     = onset_parse_bad(p);

    d->value       = e;
    d->value_start = token->start;
    d->value_end   = p->failed ? token->end : p->tokens.items[p->at - 1].end;
    if (p->failed) return;
    e->kind    = ONSET_EXPR_NUMBER;
    e->place   = token->place;
    e->number  = value;
    e->percent = p->tokens.items[p->at - 1].percent;
    e->unit    = onset_parse_unit(p);
    if (e->unit.text) d->value_end = p->tokens.items[p->at - 1].end;
    if (!d->unit.text) d->unit = e->unit;
}

/* ---- Quantities ---- */

onset_quantity onset_parse_quantity(onset_parser *p, const char *what)
{
    onset_quantity q = {.place = onset_parse_peek(p)->place};

    q.number = onset_parse_number(p, what);
    q.unit   = onset_parse_unit(p);
    return q;
}

/* A number without a unit takes that of the next one that has one; 0 can do without. */
void onset_parse_share_units(onset_parser *p, onset_quantity *const *list, int n)
{
    onset_unit_text unit = {0};

    for (int i = n - 1; i >= 0 && !p->failed; i--) {
        if (list[i]->unit.text)
            unit = list[i]->unit;
        else if (unit.text)
            list[i]->unit = unit;
        else if (list[i]->number != 0)
            onset_parse_fail_at(p, list[i]->place,
                                "write it after the number: 28 [d]; one after the last of a list holds for all before it",
                                "a time without a unit");
    }
}

void onset_parse_quantities(onset_parser *p, const char *what, onset_quantities *list)
{
    onset_quantity **all;

    do {
        const onset_quantity q = onset_parse_quantity(p, what);
        if (p->failed) return;
        onset_vec_push(p->arena, list, q);
    } while (onset_parse_accept(p, ONSET_SYMBOL_COMMA));

    if (onset_parse_is(p, ONSET_SYMBOL_DOTS))
        onset_parse_fail(p, "times are listed with commas; the times of a curve are a trace: trace 0..28 by 0.5 [d]",
                         "expected a comma or the end of the list, found '..'");
    all = onset_arena_alloc(p->arena, (size_t)list->n * sizeof *all);
    for (int i = 0; i < list->n; i++) all[i] = &list->items[i];
    onset_parse_share_units(p, all, list->n);
}

/* ---- Texts ---- */

void onset_parse_text(onset_parser *p, const char **text)
{
    if (!p->failed && onset_parse_is_kind(p, ONSET_TOKEN_TEXT)) *text = onset_parse_take(p)->text;
}

void onset_parse_path(onset_parser *p, onset_decl *d)
{
    if (p->failed || !onset_parse_is_kind(p, ONSET_TOKEN_TEXT)) return;
    d->path_place = onset_parse_peek(p)->place;
    d->path       = onset_parse_take(p)->text;
    if (!*d->path) onset_parse_fail_at(p, d->path_place, "", "an empty path");
}

bool onset_parse_clause_text(onset_parser *p, onset_decl *d)
{
    if (p->failed || !onset_parse_is_kind(p, ONSET_TOKEN_TEXT)) return false;
    if (*d->text) {
        onset_parse_fail(p, "", "a second description");
        return false;
    }
    onset_parse_text(p, &d->text);
    return true;
}

/* ---- Clauses ---- */

static double range_end(onset_parser *p, double open)
{
    if (onset_parse_is_kind(p, ONSET_TOKEN_NUMBER) || onset_parse_is(p, ONSET_SYMBOL_MINUS)) return onset_parse_number(p, "a limit");
    return open;
}

/* After `in`: a..b, a.., ..b, and a unit. */
onset_unit_text onset_parse_limits(onset_parser *p, onset_range *range)
{
    onset_unit_text unit = {0};

    if (range->given) {
        onset_parse_fail_at(p, p->tokens.items[p->at - 1].place, "", "a second range");
        return unit;
    }
    range->place = onset_parse_peek(p)->place;
    range->low   = range_end(p, -INFINITY);
    if (!p->failed && !onset_parse_accept(p, ONSET_SYMBOL_DOTS)) {
        onset_parse_fail(p, "in LOW..HIGH; one of them may be left out", "expected '..' in the range, found %s", onset_parse_found(p));
        return unit;
    }
    range->high = range_end(p, INFINITY);
    unit        = onset_parse_unit(p);
    if (isinf(range->low) && isinf(range->high))
        onset_parse_fail_at(p, range->place, "in LOW..HIGH; one of them may be left out", "a range without a limit");
    else if (!(range->low < range->high))
        onset_parse_fail_at(p, range->place, "", "an empty range: %g is not below %g", range->low, range->high);
    range->given = !p->failed;
    return unit;
}

/* A unit behind it can only be the thing's own. */
void onset_parse_range(onset_parser *p, onset_range *range, const onset_decl *d)
{
    const onset_unit_text unit = onset_parse_limits(p, range);

    if (!unit.text || (d->unit.text && strcmp(unit.text, d->unit.text) == 0)) return;
    onset_parse_fail_at(p, unit.place, "write the unit once, before `in`", "a range is in the unit of what it limits");
    range->given = false;
}

bool onset_parse_iiv(onset_parser *p, onset_decl *d)
{
    onset_iiv *const   iiv  = &d->iiv;
    const onset_token *word = onset_parse_peek(p), *number;

    if (p->failed || !onset_parse_accept_word(p, "iiv")) return false;
    if (iiv->given) onset_parse_fail_at(p, word->place, "", "a second iiv");
    iiv->place = word->place;
    iiv->kind  = ONSET_IIV_LOGNORMAL;
    if (onset_parse_accept_word(p, "normal"))
        iiv->kind = ONSET_IIV_NORMAL;
    else if (onset_parse_accept_word(p, "logit"))
        iiv->kind = ONSET_IIV_LOGIT;
    else
        onset_parse_accept_word(p, "lognormal"); /* what it is anyway */

    number    = onset_parse_peek(p);
    iiv->size = onset_parse_positive(p, iiv->kind == ONSET_IIV_LOGNORMAL ? "the CV of the variability" : "the SD of the variability", true);
    if (iiv->kind == ONSET_IIV_NORMAL) iiv->unit = onset_parse_unit(p);
    /* Nobody means a CV of 2500 %. */
    if (iiv->kind == ONSET_IIV_LOGNORMAL && !number->percent && iiv->size >= 3)
        onset_parse_fail_at(
            p, number->place,
            onset_arena_printf(p->arena, "write iiv %s%%; for an SD in the parameter's unit, iiv normal %s", number->text, number->text),
            "a CV of %g %%", 100 * iiv->size);
    iiv->given = !p->failed;
    return true;
}

/* A key runs on to the next blank: PKP017, kotermanski2009.2C, Berman-2000. */
static const char *parse_key(onset_parser *p)
{
    const onset_token *first = onset_parse_peek(p), *last;

    if (first->kind != ONSET_TOKEN_NAME && first->kind != ONSET_TOKEN_NUMBER) {
        onset_parse_fail(p, "from KEY \"note\"; a source in words: calibrated \"how\" or assumed \"why\"",
                         "expected the key of a row of evidence, found %s", onset_parse_found(p));
        return NULL;
    }
    for (;;) {
        const onset_token *next;
        last = onset_parse_take(p);
        next = onset_parse_peek(p);
        if (next->start != last->end || next->kind == ONSET_TOKEN_END) break;
        if (next->kind != ONSET_TOKEN_NAME && next->kind != ONSET_TOKEN_NUMBER && !onset_parse_is(p, ONSET_SYMBOL_MINUS)) break;
    }
    return onset_arena_copy(p->arena, p->source->text + first->start, last->end - first->start);
}

bool onset_parse_citation(onset_parser *p, onset_decl *d)
{
    const onset_token *word = onset_parse_peek(p);
    onset_citation     c    = {.note = "", .place = word->place};

    if (p->failed) return false;
    if (onset_parse_accept_word(p, "from")) {
        c.kind = ONSET_SOURCE_EVIDENCE;
        c.key  = parse_key(p);
    } else if (onset_parse_accept_word(p, "calibrated")) {
        c.kind = ONSET_SOURCE_CALIBRATED;
    } else if (onset_parse_accept_word(p, "assumed")) {
        c.kind = ONSET_SOURCE_ASSUMED;
    } else {
        return false;
    }
    if (d->citation.kind != ONSET_SOURCE_NONE)
        onset_parse_fail_at(p, word->place, "keep one; name the other in its note", "a second source for the same number");
    onset_parse_text(p, &c.note);
    d->citation = c;
    return true;
}
