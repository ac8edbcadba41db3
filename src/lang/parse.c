#include "lang/parse.h"

#include "lang/lang.h"

/* After so many errors nobody reads on (chosen by us). */
enum { MAX_ERRORS = 1000 };

/* ---- Bodies and blocks ---- */

static bool too_many(onset_parser *p)
{
    if (p->out->n_errors - p->n_errors < MAX_ERRORS) return false;
    p->at = p->tokens.n - 1;
    return true;
}

/* The body of a block or of { }. */
static void parse_body(onset_parser *p, int context, onset_decls *decls)
{
    const int outer = p->context;

    p->context = context;
    while (!onset_parse_is_kind(p, ONSET_TOKEN_END) && !too_many(p)) {
        if (onset_parse_is_kind(p, ONSET_TOKEN_NEWLINE) || onset_parse_is(p, ONSET_SYMBOL_SEMICOLON)) {
            onset_parse_take(p);
            continue;
        }
        if (onset_parse_starts_block(p) || onset_parse_starts_outer(p, context)) break;
        if (!(context & ONSET_IN_BRACES) && onset_parse_starts_misspelt_block(p)) break;
        if (onset_parse_is(p, ONSET_SYMBOL_BRACE_CLOSE)) {
            if (context & ONSET_IN_BRACES) break;
            onset_parse_fail(p, "take it away, or open it before", "a } without its {");
            onset_parse_take(p);
            p->failed = false;
            continue;
        }
        onset_parse_statement(p, decls);
    }
    p->context = outer;
}

/* Reads the body even where the words before the brace are wrong, so that its own errors show and none are made up. */
void onset_parse_braces(onset_parser *p, int context, onset_decls *decls)
{
    const char *const  form = p->form;
    const onset_token *open;
    bool               failed;

    onset_parse_expect(p, ONSET_SYMBOL_BRACE_OPEN, "before the statements");
    if (p->failed) {
        while (!onset_parse_at_end(p) && !onset_parse_is(p, ONSET_SYMBOL_BRACE_OPEN)) onset_parse_take(p);
        if (!onset_parse_accept(p, ONSET_SYMBOL_BRACE_OPEN)) return;
    }
    failed = p->failed;
    open   = &p->tokens.items[p->at - 1];
    parse_body(p, context, decls);
    p->form   = form;
    p->failed = failed;
    if (onset_parse_accept(p, ONSET_SYMBOL_BRACE_CLOSE)) return;
    onset_parse_fail_at(p, open->place, "end it with a }", "this { is not closed");
    p->failed   = false;
    p->unclosed = true; /* the body ended at the start of the next statement: there is nothing to skip */
}

static int block_context(onset_block_kind kind)
{
    return kind == ONSET_BLOCK_MODULE ? ONSET_IN_MODULE : kind == ONSET_BLOCK_MODEL ? ONSET_IN_MODEL : ONSET_IN_STUDY;
}

static void parse_block(onset_parser *p, onset_block_kind kind, onset_file *file)
{
    static const char *const forms[] = {"module NAME \"title\"", "model NAME \"title\"", "study NAME \"title\""};
    onset_block *const       block   = onset_arena_alloc(p->arena, sizeof *block);
    onset_word               name;
    bool                     named;

    p->failed    = false;
    p->form      = forms[kind];
    block->kind  = kind;
    block->title = "";
    onset_parse_take(p);
    named        = onset_parse_name(p, onset_arena_printf(p->arena, "the name of the %s", onset_block_words[kind]), false, &name);
    block->name  = name.name;
    block->place = name.place;
    onset_parse_text(p, &block->title);
    onset_parse_expect_end(p);
    if (p->failed) onset_parse_skip(p, p->at);
    p->failed = false;
    p->form   = NULL;
    parse_body(p, block_context(kind), &block->decls);
    if (named) onset_vec_push(p->arena, &file->blocks, block);
}

/* The block that a word begins; a misspelt one is reported. -1: none. */
static int block_of(onset_parser *p)
{
    const onset_token *token = onset_parse_peek(p);
    const char        *near;

    if (token->kind != ONSET_TOKEN_NAME) return -1;
    for (int i = 0; i < 3; i++)
        if (strcmp(token->text, onset_block_words[i]) == 0) return i;
    if (onset_parse_ahead(p, 1)->kind != ONSET_TOKEN_NAME || onset_parse_is_statement(token->text)) return -1;
    near = onset_nearest(token->text, onset_block_words, 3);
    if (!near) return -1;
    onset_parse_fail(p, onset_arena_printf(p->arena, "did you mean '%s'?", near), "unknown word '%s'", token->text);
    for (int i = 0; i < 3; i++)
        if (near == onset_block_words[i]) return i;
    return -1;
}

static void parse_file(onset_parser *p, onset_file *file)
{
    while (!onset_parse_is_kind(p, ONSET_TOKEN_END) && !too_many(p)) {
        int kind;
        if (onset_parse_is_kind(p, ONSET_TOKEN_NEWLINE) || onset_parse_is(p, ONSET_SYMBOL_SEMICOLON)) {
            onset_parse_take(p);
            continue;
        }
        p->failed = false;
        kind      = block_of(p);
        if (kind >= 0) {
            parse_block(p, (onset_block_kind)kind, file);
            continue;
        }
        onset_parse_fail(p, "begin with module NAME, model NAME or study NAME", "expected a module, a model or a study, found %s",
                         onset_parse_found(p));
        while (!onset_parse_is_kind(p, ONSET_TOKEN_END) &&
               !(p->at > 0 && p->tokens.items[p->at - 1].kind == ONSET_TOKEN_NEWLINE && onset_parse_starts_block(p)))
            onset_parse_take(p);
    }
}

onset_file *onset_parse(onset_arena *arena, const onset_source *source, onset_diagnostics *out)
{
    onset_parser      p    = {.arena = arena, .source = source, .out = out, .n_errors = out->n_errors};
    onset_tokens      all  = {0};
    onset_file *const file = onset_arena_alloc(arena, sizeof *file);

    file->source = source;
    onset_tokens_read(arena, source, out, &all);
    for (int i = 0; i < all.n; i++) {
        const onset_token *const token = &all.items[i];
        if (token->kind == ONSET_TOKEN_COMMENT || (token->kind == ONSET_TOKEN_NEWLINE && token->joined)) continue;
        onset_vec_push(arena, &p.tokens, *token);
    }
    parse_file(&p, file);
    return file;
}
