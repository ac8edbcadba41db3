#include "lang/format.h"

#include "base/error.h"
#include "lang/lang.h"

/* The formatter walks over all tokens once and cuts them into lines, keeping the writer's own line breaks:
 *   1. each token gets a role (does a name end an operand, or is it a clause word?), which decides the blanks around it;
 *   2. tokens go into cells, a new cell where a column begins;
 *   3. format_write.c lines the columns up. */

enum { INDENT = 2, CONTINUATION = 6 }; /* [character] */

typedef struct {
    onset_arena *arena;
    onset_tokens tokens;
    onset_lines  lines;
    onset_line   line; /* being filled */
    onset_text   cell; /* being filled, of `column` */
    onset_column column;
    bool         open;      /* the line has something in it */
    int          level;     /* of braces that hold statements */
    int          newlines;  /* since the last token */
    bool         continued; /* the line goes on with a statement */
    bool         after_open_brace;
    /* of the statement being written */
    const onset_token *first, *second, *last;
    bool               operand;     /* `last` ends an operand */
    bool               last_clause; /* `last` is a word of the language */
    bool               last_unary;
    bool               defined;            /* its = or ~ is written */
    bool               labels;             /* inside the { } of categories */
    int                depth;              /* of parentheses */
    enum { NO_KEY, KEY_NEXT, IN_KEY } key; /* of evidence: its pieces touch, as they must (Berman-2000) */
    bool spaced;                           /* a blank stands before the next token, whatever it is */
    bool inline_body;
} formatter;

static bool is_word(const onset_token *token, const char *word)
{
    return token && token->kind == ONSET_TOKEN_NAME && strcmp(token->text, word) == 0;
}

static bool is_one_of(const onset_token *token, const char *const *words)
{
    for (; *words; words++)
        if (is_word(token, *words)) return true;
    return false;
}

/* ---- Lines and cells ---- */

static void end_cell(formatter *f)
{
    if (f->cell.n) f->line.cells[f->column] = onset_arena_copy(f->arena, f->cell.s, f->cell.n);
    f->cell.n = 0;
}

static void end_line(formatter *f)
{
    end_cell(f);
    if (f->open) onset_vec_push(f->arena, &f->lines, f->line); /* NOLINT(clang-analyzer-core.NullDereference): items is set where n < cap */
    f->line   = (onset_line){0};
    f->column = ONSET_COLUMN_HEAD;
    f->open   = false;
    f->spaced = false;
}

static void begin_line(formatter *f)
{
    f->line.indent       = INDENT * f->level + (f->continued ? CONTINUATION : 0);
    f->line.level        = f->level;
    f->line.blank_before = f->newlines > 1 && f->lines.n > 0 && !f->after_open_brace;
    f->open              = true;
    f->after_open_brace  = false;
}

static void begin_column(formatter *f, onset_column column)
{
    if (column <= f->column || !f->open) return;
    end_cell(f);
    f->column = column;
}

static void begin_statement(formatter *f)
{
    f->first = f->second = f->last = NULL;
    f->operand = f->last_clause = f->last_unary = f->defined = f->labels = f->continued = false;
    f->depth                                                                            = 0;
    f->key                                                                              = NO_KEY;
}

/* ---- Blanks ---- */

static bool ends_operand(const onset_token *token, bool clause)
{
    return token->kind == ONSET_TOKEN_NUMBER || token->kind == ONSET_TOKEN_UNIT || token->kind == ONSET_TOKEN_TEXT ||
           (token->kind == ONSET_TOKEN_NAME && !clause) || onset_token_is(token, ONSET_SYMBOL_CLOSE);
}

/* Whether a name is a word of the language where it stands. */
static bool is_clause(const formatter *f, const onset_token *token)
{
    static const char *const logic[] = {"and", "or", "not", "if", "then", "else", NULL};

    if (token->kind != ONSET_TOKEN_NAME) return false;
    return is_one_of(token, logic) || !f->last ||
           ((f->operand || onset_token_is(f->last, ONSET_SYMBOL_DOTS)) && f->depth == 0 && onset_token_continues(token->text));
}

static bool is_ddt(const formatter *f)
{
    return is_word(f->first, "d") && onset_token_is(f->second, ONSET_SYMBOL_DIVIDE) && !f->defined;
}

static bool wants_blank(const formatter *f, const onset_token *token)
{
    const onset_token *last = f->last;

    if (!last || f->last_unary || onset_token_is(last, ONSET_SYMBOL_OPEN) || onset_token_is(token, ONSET_SYMBOL_CLOSE)) return false;
    if (onset_token_is(token, ONSET_SYMBOL_COMMA) || onset_token_is(token, ONSET_SYMBOL_SEMICOLON)) return false;
    if (f->labels && (onset_token_is(last, ONSET_SYMBOL_BRACE_OPEN) || onset_token_is(token, ONSET_SYMBOL_BRACE_CLOSE))) return false;
    if (onset_token_is(last, ONSET_SYMBOL_POWER) || onset_token_is(token, ONSET_SYMBOL_POWER)) return false;
    if (onset_token_is(token, ONSET_SYMBOL_DOTS)) return f->last_clause;
    if (onset_token_is(last, ONSET_SYMBOL_DOTS)) return token->kind != ONSET_TOKEN_NUMBER && !onset_token_is(token, ONSET_SYMBOL_MINUS);
    if (onset_token_is(token, ONSET_SYMBOL_OPEN)) return last->kind != ONSET_TOKEN_NAME || (f->last_clause && !is_ddt(f));
    if (is_ddt(f) && !onset_token_is(token, ONSET_SYMBOL_ASSIGN)) return false;
    return f->key != IN_KEY || last->end != token->start || token->kind == ONSET_TOKEN_TEXT;
}

/* ---- Columns ---- */

static const char *const value_words[]  = {"param", "state", "output", "input", "covariate", "set", "endpoint", "estimate", NULL};
static const char *const clause_words[] = {"iiv", "in", "scale", "shift", "error", "round", NULL};
static const char *const source_words[] = {"from", "calibrated", "assumed", NULL};
static const char *const blocks[]       = {"module", "model", "study", NULL};

static void choose_column(formatter *f, const onset_token *token, bool clause)
{
    const bool define = onset_token_is(token, ONSET_SYMBOL_ASSIGN) || onset_token_is(token, ONSET_SYMBOL_TILDE);
    const bool valued = is_one_of(f->first, value_words) && !onset_token_is(f->second, ONSET_SYMBOL_ASSIGN);

    if (!f->last || f->depth > 0 || f->labels || f->inline_body) return;
    if (define && !f->defined) begin_column(f, ONSET_COLUMN_VALUE);
    if (is_word(f->first, "dose")) {
        if (f->operand && f->last->kind == ONSET_TOKEN_UNIT && !clause && f->column < ONSET_COLUMN_CLAUSE)
            begin_column(f, ONSET_COLUMN_CLAUSE);
        if (clause && (is_word(token, "at") || is_word(token, "every"))) begin_column(f, ONSET_COLUMN_CLAUSE_2);
        return;
    }
    if (is_word(f->first, "expect")) {
        if (clause && is_word(token, "at")) begin_column(f, ONSET_COLUMN_VALUE);
        if (clause && is_word(token, "in")) begin_column(f, ONSET_COLUMN_CLAUSE);
        if (clause && is_one_of(token, source_words)) begin_column(f, ONSET_COLUMN_SOURCE);
        return;
    }
    if (is_word(f->first, "route")) {
        if (clause && is_word(token, "into")) begin_column(f, ONSET_COLUMN_CLAUSE);
        if (clause && is_word(token, "convert")) begin_column(f, ONSET_COLUMN_CLAUSE_2);
    }
    if (is_word(f->first, "panel") && f->last->kind == ONSET_TOKEN_TEXT) begin_column(f, ONSET_COLUMN_VALUE);
    if (is_word(f->first, "use") && clause && is_word(token, "as")) begin_column(f, ONSET_COLUMN_CLAUSE);
    if (valued && token->kind == ONSET_TOKEN_UNIT && !f->defined) begin_column(f, ONSET_COLUMN_UNIT);
    if (valued && clause && is_one_of(token, clause_words)) begin_column(f, ONSET_COLUMN_CLAUSE);
    if (valued && clause && is_one_of(token, source_words)) begin_column(f, ONSET_COLUMN_SOURCE);
    if (token->kind == ONSET_TOKEN_TEXT && !is_one_of(f->first, blocks) && !is_word(f->first, "panel") && !is_word(f->first, "use"))
        begin_column(f, ONSET_COLUMN_SOURCE);
}

/* Lines of one group line up: those of the same first word; plain definitions; derivatives. Continuation lines of a route are a group of
 * their own. */
static const char *group_of(const formatter *f)
{
    if (is_one_of(f->first, blocks) && !onset_token_is(f->second, ONSET_SYMBOL_ASSIGN)) return NULL;
    if (onset_token_is(f->second, ONSET_SYMBOL_ASSIGN)) return "=";
    if (onset_token_is(f->second, ONSET_SYMBOL_TILDE)) return "~";
    if (is_word(f->first, "route") && f->continued) return "into";
    return f->first->text;
}

/* ---- Tokens ---- */

static void add_text(formatter *f, const onset_token *token)
{
    switch (token->kind) {
    case ONSET_TOKEN_UNIT:
        onset_text_printf(&f->cell, "[%s]", token->text);
        break;
    case ONSET_TOKEN_TEXT:
        onset_text_printf(&f->cell, "\"%s\"", token->text);
        break;
    case ONSET_TOKEN_NUMBER:
        onset_text_printf(&f->cell, "%.*s%s", (int)strcspn(token->text, " \t%"), token->text, token->percent ? "%" : "");
        break;
    default:
        onset_text_add(&f->cell, token->text);
    }
}

static const onset_token *next_word(const formatter *f, int i)
{
    for (i++; i < f->tokens.n - 1 && (f->tokens.items[i].kind == ONSET_TOKEN_NEWLINE || f->tokens.items[i].kind == ONSET_TOKEN_COMMENT);
         i++) {
    }
    return &f->tokens.items[i < f->tokens.n ? i : f->tokens.n - 1];
}

/* A word, number or symbol of a statement. */
static void put(formatter *f, int i)
{
    const onset_token *const token  = &f->tokens.items[i];
    const bool               clause = is_clause(f, token);
    const bool               fresh  = !f->open;
    const bool               blank  = wants_blank(f, token);

    if (fresh) begin_line(f);
    if (!f->first) {
        f->first         = token;
        f->second        = next_word(f, i);
        f->line.is_block = is_one_of(token, blocks) && f->second->kind == ONSET_TOKEN_NAME;
    }
    if (fresh) f->line.group = group_of(f);
    choose_column(f, token, clause);
    if (f->cell.n && (blank || f->spaced)) onset_text_add(&f->cell, " ");
    f->spaced = false;
    add_text(f, token);

    f->last_unary  = onset_token_is(token, ONSET_SYMBOL_MINUS) && !f->operand;
    f->operand     = ends_operand(token, clause);
    f->last_clause = clause;
    f->last        = token;
    f->newlines    = 0;
    if (onset_token_is(token, ONSET_SYMBOL_ASSIGN) || onset_token_is(token, ONSET_SYMBOL_TILDE)) f->defined = true;
    if (onset_token_is(token, ONSET_SYMBOL_OPEN)) f->depth++;
    if (onset_token_is(token, ONSET_SYMBOL_CLOSE) && f->depth > 0) f->depth--;
    f->key = clause && is_word(token, "from") ? KEY_NEXT : f->key == KEY_NEXT || (f->key == IN_KEY && !blank) ? IN_KEY : NO_KEY;
}

static void put_comment(formatter *f, const onset_token *token)
{
    onset_line *const last = f->lines.n ? &f->lines.items[f->lines.n - 1] : NULL;

    if (f->open) {
        end_cell(f);
        f->line.cells[ONSET_COLUMN_COMMENT] = token->text;
        end_line(f);
        if (f->last) f->continued = true;
    } else if (last && f->newlines == 0) { /* behind a { that has ended its line already */
        last->cells[ONSET_COLUMN_COMMENT] = token->text;
    } else {
        begin_line(f);
        f->line.cells[ONSET_COLUMN_HEAD] = token->text;
        end_line(f);
    }
    f->newlines = 0;
}

static void put_newline(formatter *f, int i)
{
    const onset_token *const token = &f->tokens.items[i], *next = next_word(f, i);

    f->newlines++;
    /* A brace goes up to the line before it, unless a comment is between. */
    if (f->open && onset_token_is(next, ONSET_SYMBOL_BRACE_OPEN) && f->tokens.items[i + 1].kind != ONSET_TOKEN_COMMENT) return;
    if (f->open && f->labels && onset_token_is(next, ONSET_SYMBOL_BRACE_CLOSE) && f->tokens.items[i + 1].kind != ONSET_TOKEN_COMMENT)
        return;
    end_line(f);
    f->continued = f->first != NULL;
    if (!token->joined && !f->labels) begin_statement(f);
}

/* ---- Braces ---- */

/* Whether the braces that open at i hold a line break. */
static bool is_long(const formatter *f, int i)
{
    int depth = 0;

    for (; i < f->tokens.n; i++) {
        const onset_token *const token = &f->tokens.items[i];
        if (token->kind == ONSET_TOKEN_NEWLINE || token->kind == ONSET_TOKEN_COMMENT) return true;
        if (onset_token_is(token, ONSET_SYMBOL_BRACE_OPEN)) depth++;
        if (onset_token_is(token, ONSET_SYMBOL_BRACE_CLOSE) && --depth == 0) return false;
    }
    return true;
}

static void put_open_brace(formatter *f, int i)
{
    if (is_word(f->first, "covariate")) {
        f->labels = true;
        put(f, i);
        return;
    }
    put(f, i);
    if (is_long(f, i)) {
        end_line(f);
        f->level++;
        f->after_open_brace = true;
    } else {
        f->inline_body = true;
    }
    begin_statement(f);
    f->spaced = f->inline_body;
}

static void put_close_brace(formatter *f, int i)
{
    if (f->labels) {
        put(f, i);
        f->labels = false;
        return;
    }
    if (f->inline_body) {
        f->inline_body = false;
        onset_text_add(&f->cell, " }");
        f->spaced   = false;
        f->last     = &f->tokens.items[i];
        f->newlines = 0;
        return;
    }
    end_line(f);
    if (f->level > 0) f->level--;
    begin_statement(f);
    f->newlines = 0;
    begin_line(f);
    onset_text_add(&f->cell, "}");
    end_line(f);
}

/* `;` stays between two statements of a line only. */
static void put_semicolon(formatter *f, int i)
{
    const onset_token *const after = &f->tokens.items[i + 1];
    const bool ends = after->kind == ONSET_TOKEN_NEWLINE || after->kind == ONSET_TOKEN_COMMENT || after->kind == ONSET_TOKEN_END ||
                      onset_token_is(after, ONSET_SYMBOL_BRACE_CLOSE) || onset_token_is(after, ONSET_SYMBOL_SEMICOLON);

    if (f->open && f->last && !ends) {
        end_cell(f);
        onset_text_add(&f->cell, f->line.cells[f->column]);
        onset_text_add(&f->cell, ";");
        f->line.group = NULL; /* several statements on a line line up with nothing */
        begin_statement(f);
        f->spaced = true;
    } else if (!ends || !f->open) {
        begin_statement(f);
    }
}

/* ---- Files ---- */

static void layout(formatter *f)
{
    for (int i = 0; i < f->tokens.n; i++) {
        const onset_token *const token = &f->tokens.items[i];
        if (token->kind == ONSET_TOKEN_END)
            end_line(f);
        else if (token->kind == ONSET_TOKEN_NEWLINE)
            put_newline(f, i);
        else if (token->kind == ONSET_TOKEN_COMMENT)
            put_comment(f, token);
        else if (onset_token_is(token, ONSET_SYMBOL_BRACE_OPEN))
            put_open_brace(f, i);
        else if (onset_token_is(token, ONSET_SYMBOL_BRACE_CLOSE))
            put_close_brace(f, i);
        else if (onset_token_is(token, ONSET_SYMBOL_SEMICOLON))
            put_semicolon(f, i);
        else
            put(f, i);
    }
}

/* An empty line before each block, and before the comment that belongs to it. */
static void set_blocks_apart(onset_lines *lines)
{
    for (int i = 1; i < lines->n; i++) {
        int at = i;
        if (!lines->items[i].is_block) continue;
        while (at > 0 && !lines->items[at].blank_before && lines->items[at - 1].cells[ONSET_COLUMN_HEAD] &&
               lines->items[at - 1].cells[ONSET_COLUMN_HEAD][0] == '#')
            at--;
        if (at > 0) lines->items[at].blank_before = true;
    }
}

typedef struct {
    formatter           f;
    const onset_source *source;
    onset_diagnostics   diagnostics;
} job;

static void format(void *context)
{
    job *const j = context;

    onset_parse(j->f.arena, j->source, &j->diagnostics);
    if (j->diagnostics.n_errors) return;
    onset_tokens_read(j->f.arena, j->source, &j->diagnostics, &j->f.tokens);
    layout(&j->f);
    set_blocks_apart(&j->f.lines);
}

onset_status onset_format(onset_error *err, const onset_source *source, onset_text *out)
{
    job          j      = {.source = source};
    onset_status status = ONSET_OK;

    j.f.arena = j.diagnostics.arena = onset_arena_create();
    if (!j.f.arena || !onset_arena_run(j.f.arena, format, &j) || j.f.cell.failed)
        status = onset_fail(err, ONSET_NO_MEMORY, "no memory to format '%s'", source->path);
    else if (j.diagnostics.n_errors)
        status = onset_fail(err, ONSET_BAD_INPUT, "'%s' has %d error%s and is not formatted; `onset check` lists them", source->path,
                            j.diagnostics.n_errors, j.diagnostics.n_errors == 1 ? "" : "s");
    else
        onset_lines_write(&j.f.lines, out);
    if (status == ONSET_OK && out->failed) status = onset_fail(err, ONSET_NO_MEMORY, "no memory to format '%s'", source->path);
    onset_text_free(&j.f.cell);
    onset_arena_free(j.f.arena);
    return status;
}
