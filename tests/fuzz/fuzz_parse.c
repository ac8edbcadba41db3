/* Fuzz target: any bytes are read, parsed and, where they have no errors, formatted. What must hold:
 *   - nothing crashes or is undefined (the sanitizers say so);
 *   - a text without errors is formatted, and the result has no errors, the same words and the same comments;
 *   - formatting the result changes nothing. */
#include "base/text.h"
#include "lang/lang.h"
#include "lang/token.h"

#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds, const char *what, const char *text)
{
    if (holds) return;
    fprintf(stderr, "%s:\n%s\n", what, text ? text : "");
    abort();
}

/* ---- The words of a text ---- */

static bool is_symbol(const onset_token *token, onset_symbol symbol)
{
    return token->kind == ONSET_TOKEN_SYMBOL && token->symbol == symbol;
}

static bool is_stop(const onset_token *token)
{
    return token->kind == ONSET_TOKEN_NEWLINE || is_symbol(token, ONSET_SYMBOL_SEMICOLON);
}

static void list_token(const onset_token *token, onset_text *words)
{
    if (token->kind == ONSET_TOKEN_NUMBER)
        onset_text_printf(words, "%.17g%s\n", token->number, token->percent ? "%" : "");
    else
        onset_text_printf(words, "%d:%s\n", (int)token->kind, token->text);
}

/* One line a word; the ends of statements as one line each, however they are written; then the comments. */
static void list_words(const onset_tokens *tokens, onset_text *words)
{
    bool stopped = true, pending = false;

    for (int i = 0; i < tokens->n; i++) {
        const onset_token *const token = &tokens->items[i];
        if (token->kind == ONSET_TOKEN_COMMENT || token->kind == ONSET_TOKEN_END || (token->kind == ONSET_TOKEN_NEWLINE && token->joined))
            continue;
        if (is_stop(token)) {
            pending = !stopped;
            continue;
        }
        if (pending && !is_symbol(token, ONSET_SYMBOL_BRACE_CLOSE)) onset_text_add(words, "stop\n");
        pending = false;
        list_token(token, words);
        stopped = is_symbol(token, ONSET_SYMBOL_BRACE_OPEN);
    }
    for (int i = 0; i < tokens->n; i++)
        if (tokens->items[i].kind == ONSET_TOKEN_COMMENT) onset_text_printf(words, "%s\n", tokens->items[i].text);
}

/* ---- One text ---- */

typedef struct {
    onset_arena        *arena;
    const onset_source *source;
    int                 n_errors;
    onset_text          words;
} reading;

static void walk(const onset_expr *e)
{
    must(e->depth <= ONSET_EXPR_DEPTH, "an expression is too deep", NULL);
    for (int i = 0; i < e->n_args; i++) walk(e->args[i]);
}

static void walk_all(const onset_decls *decls)
{
    for (int i = 0; i < decls->n; i++) {
        const onset_decl *const d = decls->items[i];
        must(d->name && d->text && d->place.source && d->end >= d->start, "a declaration lacks something", NULL);
        if (d->value) walk(d->value);
        if (d->scale) walk(d->scale);
        if (d->shift) walk(d->shift);
        walk_all(&d->body);
    }
}

static void read_text(void *context)
{
    reading *const          r    = context;
    onset_diagnostics       all  = {.arena = r->arena};
    onset_text              text = {0};
    onset_tokens            list = {0};
    const onset_file *const file = onset_parse(r->arena, r->source, &all);

    r->n_errors = all.n_errors;
    for (int i = 0; i < file->blocks.n; i++) walk_all(&file->blocks.items[i]->decls);
    onset_diagnostics_write(&all, &text);
    onset_text_free(&text);
    all = (onset_diagnostics){.arena = r->arena};
    onset_tokens_read(r->arena, r->source, &all, &list);
    list_words(&list, &r->words);
}

/* false: no text at all (not UTF-8, NUL). */
static bool read_bytes(reading *r, const char *bytes, size_t n)
{
    onset_source *source = NULL;
    onset_error   err    = {0};

    r->arena = onset_arena_create();
    if (!r->arena || onset_source_from_text(&err, r->arena, "fuzz.onset", bytes, n, &source) != ONSET_OK) return false;
    r->source = source;
    return onset_arena_run(r->arena, read_text, r);
}

static void check_format(const reading *before)
{
    onset_error err  = {0};
    onset_text  once = {0}, twice = {0};
    reading     after = {0};

    must(onset_format(&err, before->source, &once) == ONSET_OK, "not formatted", err.message);
    must(read_bytes(&after, once.s ? once.s : "", once.n), "the formatted text cannot be read", once.s);
    must(after.n_errors == 0, "the formatted text has errors", once.s);
    must((before->words.n == 0 && after.words.n == 0) ||
             (before->words.n == after.words.n && memcmp(before->words.s, after.words.s, after.words.n) == 0),
         "the formatted text has other words", once.s);
    must(onset_format(&err, after.source, &twice) == ONSET_OK, "not formatted again", err.message);
    must(once.n == twice.n && (once.n == 0 || memcmp(once.s, twice.s, once.n) == 0), "formatting again changes it", once.s);
    onset_text_free(&once);
    onset_text_free(&twice);
    onset_text_free(&after.words);
    onset_arena_free(after.arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    reading r = {0};

    if (read_bytes(&r, (const char *)data, size) && r.n_errors == 0) check_format(&r);
    onset_text_free(&r.words);
    onset_arena_free(r.arena);
    return 0;
}
