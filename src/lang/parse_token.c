#include "lang/parse.h"

#include <stdio.h>

/* ---- The next token ---- */

const onset_token *onset_parse_ahead(const onset_parser *p, int n)
{
    return &p->tokens.items[p->at + n < p->tokens.n ? p->at + n : p->tokens.n - 1];
}

const onset_token *onset_parse_peek(const onset_parser *p)
{
    return onset_parse_ahead(p, 0);
}

const onset_token *onset_parse_take(onset_parser *p)
{
    const onset_token *token = onset_parse_peek(p);

    if (token->kind != ONSET_TOKEN_END) p->at++;
    return token;
}

bool onset_parse_is(const onset_parser *p, onset_symbol symbol)
{
    return onset_token_is(onset_parse_peek(p), symbol);
}

bool onset_parse_is_kind(const onset_parser *p, onset_token_kind kind)
{
    return onset_parse_peek(p)->kind == kind;
}

bool onset_parse_is_word(const onset_parser *p, const char *word)
{
    return onset_parse_is_kind(p, ONSET_TOKEN_NAME) && strcmp(onset_parse_peek(p)->text, word) == 0;
}

bool onset_parse_accept(onset_parser *p, onset_symbol symbol)
{
    if (!onset_parse_is(p, symbol)) return false;
    onset_parse_take(p);
    return true;
}

bool onset_parse_accept_word(onset_parser *p, const char *word)
{
    if (!onset_parse_is_word(p, word)) return false;
    onset_parse_take(p);
    return true;
}

bool onset_parse_at_end(const onset_parser *p)
{
    return onset_parse_is_kind(p, ONSET_TOKEN_NEWLINE) || onset_parse_is_kind(p, ONSET_TOKEN_END) ||
           onset_parse_is(p, ONSET_SYMBOL_SEMICOLON) || onset_parse_is(p, ONSET_SYMBOL_BRACE_CLOSE);
}

/* ---- Errors ---- */

const char *onset_parse_found(const onset_parser *p)
{
    const onset_token *token = onset_parse_peek(p);

    switch (token->kind) {
    case ONSET_TOKEN_END:
        return "the end of the file";
    case ONSET_TOKEN_NEWLINE:
        return "the end of the line";
    case ONSET_TOKEN_TEXT:
        return "a text in quotes";
    case ONSET_TOKEN_UNIT:
        return onset_arena_printf(p->arena, "the unit [%.40s]", token->text);
    default:
        return onset_arena_printf(p->arena, "'%.40s'", token->text);
    }
}

void onset_parse_fail_at(onset_parser *p, onset_place place, const char *hint, const char *format, ...)
{
    va_list values;
    char    message[512];

    if (p->failed) return;
    p->failed = true;
    va_start(values, format);
    vsnprintf(message, sizeof message, format, values);
    va_end(values);
    if (hint && !*hint)
        hint = NULL;
    else if (!hint && p->form)
        hint = onset_arena_printf(p->arena, "written as: %s", p->form);
    onset_error_at(p->out, place, hint, "%s", message);
}

/* Of the next token; where the line is over, right behind its last word rather than behind its comment. */
static onset_place place_of_next(const onset_parser *p)
{
    onset_place place = onset_parse_peek(p)->place;

    if (p->at == 0 || !(onset_parse_is_kind(p, ONSET_TOKEN_NEWLINE) || onset_parse_is_kind(p, ONSET_TOKEN_END))) return place;
    place = p->tokens.items[p->at - 1].place;
    place.column += place.length;
    place.length = 1;
    return place;
}

void onset_parse_fail(onset_parser *p, const char *hint, const char *format, ...)
{
    va_list values;
    char    message[512];

    if (onset_parse_is_kind(p, ONSET_TOKEN_BAD) || onset_parse_peek(p)->reported) p->failed = true;
    va_start(values, format);
    vsnprintf(message, sizeof message, format, values);
    va_end(values);
    onset_parse_fail_at(p, place_of_next(p), hint, "%s", message);
}

bool onset_parse_expect(onset_parser *p, onset_symbol symbol, const char *where)
{
    static const struct {
        onset_symbol symbol;
        const char  *text;
    } texts[] = {{ONSET_SYMBOL_OPEN, "("},   {ONSET_SYMBOL_CLOSE, ")"}, {ONSET_SYMBOL_BRACE_OPEN, "{"}, {ONSET_SYMBOL_BRACE_CLOSE, "}"},
                 {ONSET_SYMBOL_ASSIGN, "="}, {ONSET_SYMBOL_TILDE, "~"}, {ONSET_SYMBOL_COMMA, ","},      {ONSET_SYMBOL_DOTS, ".."}};
    const char *text = "";

    if (p->failed) return false;
    if (onset_parse_accept(p, symbol)) return true;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (texts[i].symbol == symbol) text = texts[i].text;
    onset_parse_fail(p, NULL, "expected '%s' %s, found %s", text, where, onset_parse_found(p));
    return false;
}
