#include "lang/parse.h"

#include "lang/lang.h"

#include <stdio.h>

/* After so many errors nobody reads on (chosen by us). */
enum { MAX_ERRORS = 1000 };

/* ---- The table of statements ---- */

#define MODULE     ONSET_IN_MODULE
#define MODEL      ONSET_IN_MODEL
#define STUDY      ONSET_IN_STUDY
#define POPULATION ONSET_IN_POPULATION
#define REGIMEN    ONSET_IN_REGIMEN
#define ARM        ONSET_IN_ARM

#define CITED "from calibrated assumed"

static const onset_statement statements[] = {
    {"input", ONSET_DECL_INPUT, MODULE, onset_parse_input, "input NAME [unit] = number \"text\"; the number may be left out", ""},
    {"covariate", ONSET_DECL_COVARIATE, MODULE, onset_parse_covariate,
     "covariate NAME [unit] = number \"text\", or covariate NAME = label {label, label} \"text\"", ""},
    {"param", ONSET_DECL_PARAM, MODULE, onset_parse_param, "param NAME = number [unit] iiv CV% in LOW..HIGH from KEY",
     "iiv in scale shift " CITED},
    {"state", ONSET_DECL_STATE, MODULE, onset_parse_state, "state NAME = expression [unit]", ""},
    {"output", ONSET_DECL_OUTPUT, MODULE, onset_parse_output, "output NAME = expression [unit] in LOW..HIGH error SD round STEP \"text\"",
     "in error round"},
    {"route", ONSET_DECL_ROUTE, MODULE, onset_parse_route, "route DRUG ROUTE into STATE convert E f E alag E dur E",
     "into convert f alag dur"},
    {"correlate", ONSET_DECL_CORRELATE, MODULE | MODEL | STUDY | POPULATION, onset_parse_correlate, "correlate NAME, NAME = number", ""},
    {"use", ONSET_DECL_USE, MODEL | STUDY, onset_parse_use, "use MODULE \"path\" as INSTANCE; in a study: use model MODEL", "as"},
    {"set", ONSET_DECL_SET, MODEL | STUDY, onset_parse_set, "set INSTANCE.PARAM = number [unit]", "iiv " CITED},
    {"connect", ONSET_DECL_CONNECT, MODEL | STUDY, onset_parse_connect, "connect INSTANCE.INPUT = INSTANCE.OUTPUT", ""},
    {"panel", ONSET_DECL_PANEL, MODEL | STUDY, onset_parse_panel, "panel \"title\" OUTPUT, OUTPUT log first NUMBER [unit]", "log first"},
    {"headline", ONSET_DECL_HEADLINE, MODEL | STUDY, onset_parse_headline, "headline OUTPUT", ""},
    {"replace", ONSET_DECL_REPLACE, STUDY, onset_parse_replace, "replace INSTANCE with MODULE", "with"},
    {"seed", ONSET_DECL_SEED, STUDY, onset_parse_seed, "seed NUMBER", ""},
    {"population", ONSET_DECL_POPULATION, STUDY, onset_parse_population, "population NAME \"title\" { ... }", ""},
    {"regimen", ONSET_DECL_REGIMEN, STUDY, onset_parse_regimen, "regimen NAME { ... }", ""},
    {"arm", ONSET_DECL_ARM, STUDY, onset_parse_arm, "arm NAME \"title\" { ... }", ""},
    {"control", ONSET_DECL_CONTROL, STUDY, onset_parse_control, "control ARM", ""},
    {"visit", ONSET_DECL_VISIT, STUDY, onset_parse_visit, "visit TIME, TIME [unit]", ""},
    {"trace", ONSET_DECL_TRACE, STUDY, onset_parse_trace, "trace FROM..TO by STEP [unit]", "by"},
    {"endpoint", ONSET_DECL_ENDPOINT, STUDY, onset_parse_endpoint, "endpoint NAME = expression \"text\"", ""},
    {"subjects", ONSET_DECL_SUBJECTS, POPULATION, onset_parse_subjects, "subjects NUMBER", ""},
    {"require", ONSET_DECL_REQUIRE, POPULATION, onset_parse_require, "require CONDITION", ""},
    {"file", ONSET_DECL_FILE, POPULATION, onset_parse_file, "file \"path\"", ""},
    {"dose", ONSET_DECL_DOSE, REGIMEN | ARM, onset_parse_dose,
     "dose DRUG AMOUNT [unit] ROUTE over T [unit] at T [unit], or every T [unit] from T to T [unit]",
     "over rate max at every from to for ss"},
    {"give", ONSET_DECL_GIVE, ARM, onset_parse_give, "give REGIMEN from T [unit]", "from"},
    {"set", ONSET_DECL_ARM_SET, ARM, onset_parse_arm_set, "set COVARIATE = number [unit] at T [unit]", "at"},
};
enum { N_STATEMENTS = sizeof statements / sizeof *statements };

static const onset_statement ddt     = {"d/dt", ONSET_DECL_DDT, MODULE, onset_parse_ddt, "d/dt(STATE) = expression", ""};
static const onset_statement let     = {"", ONSET_DECL_LET, MODULE, onset_parse_let, "NAME = expression [unit] \"text\"", ""};
static const onset_statement draw    = {"", ONSET_DECL_DRAW, POPULATION, onset_parse_draw, "NAME ~ distribution [unit] in LOW..HIGH", "in"};
static const onset_statement derived = {"", ONSET_DECL_DERIVED, POPULATION, onset_parse_derived, "NAME = expression [unit]", ""};

static const struct {
    int         context;
    const char *name; /* "a module" */
} contexts[] = {{MODULE, "a module"},         {MODEL, "a model"},     {STUDY, "a study"},
                {POPULATION, "a population"}, {REGIMEN, "a regimen"}, {ARM, "an arm"}};
enum { N_CONTEXTS = sizeof contexts / sizeof *contexts };

static const char *context_name(int context)
{
    for (int i = 0; i < N_CONTEXTS; i++)
        if (contexts[i].context == context) return contexts[i].name;
    return "a file";
}

static const char *const block_words[] = {"module", "model", "study"};

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

static bool is_symbol(const onset_token *token, onset_symbol symbol)
{
    return token->kind == ONSET_TOKEN_SYMBOL && token->symbol == symbol;
}

bool onset_parse_is(const onset_parser *p, onset_symbol symbol)
{
    return is_symbol(onset_parse_peek(p), symbol);
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
    if (!hint && p->form) hint = onset_arena_printf(p->arena, "written as: %s", p->form);
    onset_error_at(p->out, place, hint, "%s", message);
}

void onset_parse_fail(onset_parser *p, const char *hint, const char *format, ...)
{
    va_list values;
    char    message[512];

    if (onset_parse_is_kind(p, ONSET_TOKEN_BAD) || onset_parse_peek(p)->reported) p->failed = true;
    va_start(values, format);
    vsnprintf(message, sizeof message, format, values);
    va_end(values);
    onset_parse_fail_at(p, onset_parse_peek(p)->place, hint, "%s", message);
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

/* ---- Statements ---- */

/* What can follow a statement's end, or NULL where nothing near is meant: "did you mean 'assumed'?" */
static const char *nearest_clause(const onset_parser *p, const char *word)
{
    const char *words[16], *near;
    char        copy[128];
    int         n = 0;

    snprintf(copy, sizeof copy, "%s", p->clauses ? p->clauses : "");
    for (char *at = copy, *w; n < 16 && (w = strsep(&at, " ")) != NULL;)
        if (*w) words[n++] = w;
    near = onset_nearest(word, words, n);
    return near ? onset_arena_printf(p->arena, "did you mean '%s'?", near) : NULL;
}

static void expect_end(onset_parser *p)
{
    const onset_token *token = onset_parse_peek(p);

    if (p->failed || p->unclosed || onset_parse_at_end(p)) return;
    if (token->kind == ONSET_TOKEN_NAME)
        onset_parse_fail(p, nearest_clause(p, token->text), "expected %sthe end of the statement, found '%.40s'",
                         p->clauses && *p->clauses ? "a clause or " : "", token->text);
    else if (onset_parse_is(p, ONSET_SYMBOL_ASSIGN))
        onset_parse_fail(p, "to compare, write ==", "expected the end of the statement, found '='");
    else if (token->kind == ONSET_TOKEN_UNIT)
        onset_parse_fail(p, "a unit stands after a number; one for the whole stands at the end, behind a ) if that is a number",
                         "a unit cannot stand here: [%.40s]", token->text);
    else if (onset_parse_is(p, ONSET_SYMBOL_CLOSE))
        onset_parse_fail(p, "take it away, or open it before", "a ) without its (");
    else
        onset_parse_fail(p, NULL, "expected the end of the statement, found %s", onset_parse_found(p));
}

static bool is_defined(const onset_token *after)
{
    return is_symbol(after, ONSET_SYMBOL_ASSIGN) || is_symbol(after, ONSET_SYMBOL_TILDE);
}

static bool starts_block(const onset_parser *p)
{
    if (!onset_parse_is_kind(p, ONSET_TOKEN_NAME) || is_defined(onset_parse_ahead(p, 1))) return false;
    for (int i = 0; i < 3; i++)
        if (onset_parse_is_word(p, block_words[i])) return true;
    return false;
}

/* Inside braces: a statement that belongs outside only, so the brace must have been forgotten. */
static bool starts_outer(const onset_parser *p, int context)
{
    const onset_token *after = onset_parse_ahead(p, 1);

    if (!(context & (POPULATION | REGIMEN | ARM)) || !onset_parse_is_kind(p, ONSET_TOKEN_NAME) || is_defined(after)) return false;
    for (int i = 0; i < N_STATEMENTS; i++)
        if (onset_parse_is_word(p, statements[i].word) && (statements[i].contexts & context)) return false;
    for (int i = 0; i < N_STATEMENTS; i++)
        if (onset_parse_is_word(p, statements[i].word) && (statements[i].contexts & STUDY)) return true;
    return false;
}

/* Braces that the tokens from `first` on have opened and not closed. */
static int open_braces(const onset_parser *p, int first)
{
    int depth = 0;

    for (int i = first; i < p->at; i++) {
        if (is_symbol(&p->tokens.items[i], ONSET_SYMBOL_BRACE_OPEN)) depth++;
        if (is_symbol(&p->tokens.items[i], ONSET_SYMBOL_BRACE_CLOSE)) depth--;
    }
    return depth;
}

/* To the end of the statement that began at token `first`; over what stands in braces, unless a block begins in there. */
static void skip_statement(onset_parser *p, int first)
{
    const int inside = open_braces(p, first); /* braces of a list, on this line */
    int       depth  = inside;

    while (!onset_parse_is_kind(p, ONSET_TOKEN_END)) {
        const bool line_ends = onset_parse_is_kind(p, ONSET_TOKEN_NEWLINE);
        if ((depth <= 0 && onset_parse_at_end(p)) || (line_ends && depth <= inside)) return;
        if (onset_parse_is(p, ONSET_SYMBOL_BRACE_OPEN)) depth++;
        if (onset_parse_is(p, ONSET_SYMBOL_BRACE_CLOSE)) depth--;
        onset_parse_take(p);
        if (line_ends && starts_block(p)) return;
    }
}

static const onset_statement *find_statement(const char *word, int context)
{
    for (int i = 0; i < N_STATEMENTS; i++)
        if ((statements[i].contexts & context) && strcmp(statements[i].word, word) == 0) return &statements[i];
    return NULL;
}

/* "in a module or a population" for the contexts of a misplaced word. */
static const char *where_it_stands(onset_parser *p, const char *word)
{
    const char *list = NULL;

    for (int c = 0; c < N_CONTEXTS; c++)
        if (find_statement(word, contexts[c].context))
            list = list ? onset_arena_printf(p->arena, "%s or %s", list, contexts[c].name) : contexts[c].name;
    return list;
}

/* What the first word of a statement may be misspelt from, or NULL: a statement of this context, a block, a clause. */
static const char *nearest_first_word(const onset_parser *p, const char *word)
{
    const char *words[N_STATEMENTS + 3 + 64];
    int         n = 0;

    for (int i = 0; i < N_STATEMENTS; i++)
        if (statements[i].contexts & p->context) words[n++] = statements[i].word;
    for (int i = 0; i < 3; i++) words[n++] = block_words[i];
    for (int i = 0; i < onset_n_continuing_words && n < (int)(sizeof words / sizeof *words); i++)
        if (strlen(onset_continuing_words[i]) > 2) words[n++] = onset_continuing_words[i];
    return onset_nearest(word, words, n);
}

/* A misspelt module, model or study, with its name: better taken as the next block than as a statement of this one. */
static bool starts_misspelt_block(const onset_parser *p)
{
    const onset_token *token = onset_parse_peek(p);
    const char        *near;

    if (token->kind != ONSET_TOKEN_NAME || onset_parse_ahead(p, 1)->kind != ONSET_TOKEN_NAME || find_statement(token->text, ~0))
        return false;
    near = nearest_first_word(p, token->text);
    return near == block_words[0] || near == block_words[1] || near == block_words[2];
}

/* Reports a first word that begins no statement here. Returns the one that was meant, where it is only misspelt. */
static const onset_statement *report_word(onset_parser *p, const onset_token *token)
{
    const char *const where = where_it_stands(p, token->text);
    const char       *near;

    if (where) {
        onset_parse_fail(p, onset_arena_printf(p->arena, "it stands in %s", where), "'%s' cannot stand in %s", token->text,
                         context_name(p->context));
        return NULL;
    }
    near = nearest_first_word(p, token->text);
    if (near)
        onset_parse_fail(p, onset_arena_printf(p->arena, "did you mean '%s'?", near), "unknown statement '%.40s'", token->text);
    else
        onset_parse_fail(p, p->context & (MODULE | POPULATION) ? "a quantity is defined by NAME = expression" : NULL,
                         "unknown statement '%.40s' in %s", token->text, context_name(p->context));
    return near ? find_statement(near, p->context) : NULL;
}

/* NAME = ... or NAME ~ ... where neither can be. */
static void report_definition(onset_parser *p, const onset_token *token, const onset_token *after)
{
    const onset_statement *const keyword = find_statement(token->text, p->context);

    if (keyword)
        onset_parse_fail_at(p, after->place, onset_arena_printf(p->arena, "written as: %s", keyword->form), "unexpected '%s' after '%s'",
                            after->text, token->text);
    else if (strchr(token->text, '.') && (p->context & (MODEL | STUDY)))
        onset_parse_fail(p, onset_arena_printf(p->arena, "write set %s = ... or connect %s = ...", token->text, token->text),
                         "a statement of %s begins with its word", context_name(p->context));
    else if (is_symbol(after, ONSET_SYMBOL_TILDE))
        onset_parse_fail(p, "a distribution stands in a population; a parameter's is its iiv", "'~' cannot stand in %s",
                         context_name(p->context));
    else
        onset_parse_fail(p, "quantities are defined in modules; a result of a study is an endpoint: endpoint NAME = expression",
                         "%s defines no quantities", context_name(p->context));
}

/* Chooses the statement by its first words and steps over its keyword; NULL after an error. */
static const onset_statement *choose(onset_parser *p)
{
    const onset_token     *token = onset_parse_peek(p), *after = onset_parse_ahead(p, 1);
    const onset_statement *found;

    if (token->kind != ONSET_TOKEN_NAME) {
        onset_parse_fail(p, "a statement begins with a word", "expected a statement, found %s", onset_parse_found(p));
        return NULL;
    }
    if (strcmp(token->text, "d") == 0 && is_symbol(after, ONSET_SYMBOL_DIVIDE)) {
        if (p->context & MODULE) {
            onset_parse_take(p);
            return &ddt;
        }
        onset_parse_fail(p, "it stands in a module", "'d/dt' cannot stand in %s", context_name(p->context));
        return NULL;
    }
    found = find_statement(token->text, p->context);
    if (is_defined(after)) {
        if (p->context & MODULE && !is_symbol(after, ONSET_SYMBOL_TILDE)) return &let;
        if (p->context & POPULATION && !found) return is_symbol(after, ONSET_SYMBOL_TILDE) ? &draw : &derived;
        report_definition(p, token, after);
        return NULL;
    }
    if (!found) found = report_word(p, token);
    if (found) onset_parse_take(p);
    return found;
}

/* What is worth keeping of a statement with an error: a name, so that its uses are not reported too. */
static bool is_kept(onset_parser *p, onset_decl *d)
{
    if (!p->failed) return true;
    if (!*d->name) return false;
    switch (d->kind) {
    case ONSET_DECL_INPUT:
        return true;
    case ONSET_DECL_COVARIATE:
        d->labels.n = d->label ? d->labels.n : 0;
        if (!d->value && !d->label) d->value = onset_parse_bad(p);
        return !d->label || d->labels.n > 0;
    case ONSET_DECL_PARAM:
    case ONSET_DECL_STATE:
    case ONSET_DECL_DDT:
    case ONSET_DECL_LET:
    case ONSET_DECL_OUTPUT:
    case ONSET_DECL_ENDPOINT:
    case ONSET_DECL_DERIVED:
        if (!d->value) d->value = onset_parse_bad(p);
        return true;
    case ONSET_DECL_POPULATION:
    case ONSET_DECL_REGIMEN:
    case ONSET_DECL_ARM:
        return true;
    default:
        return false;
    }
}

static void parse_statement(onset_parser *p, onset_decls *decls)
{
    onset_decl *const      d     = onset_arena_alloc(p->arena, sizeof *d);
    const int              first = p->at;
    const onset_statement *statement;

    p->failed = p->unclosed = false;
    p->nesting              = 0;
    p->form = p->clauses = NULL;
    *d                   = (onset_decl){.place = onset_parse_peek(p)->place, .name = "", .text = "", .start = onset_parse_peek(p)->start};
    statement            = choose(p);
    if (statement) {
        const bool misspelt = p->failed;
        p->failed           = false;
        p->form             = statement->form;
        p->clauses          = statement->clauses;
        d->kind             = statement->kind;
        statement->parse(p, d);
        expect_end(p);
        if (misspelt) p->failed = true;
    } else {
        p->failed = true;
    }
    if (p->failed) skip_statement(p, first);
    d->end = p->at > 0 ? p->tokens.items[p->at - 1].end : d->start;
    if (statement && is_kept(p, d)) onset_vec_push(p->arena, decls, d);
    p->failed = false;
    p->form = p->clauses = NULL;
}

/* ---- Bodies and blocks ---- */

static bool too_many(onset_parser *p)
{
    if (p->out->n_errors - p->n_errors < MAX_ERRORS) return false;
    p->at = p->tokens.n - 1;
    return true;
}

void onset_parse_body(onset_parser *p, int context, onset_decls *decls)
{
    const int outer = p->context;

    p->context = context;
    while (!onset_parse_is_kind(p, ONSET_TOKEN_END) && !too_many(p)) {
        if (onset_parse_is_kind(p, ONSET_TOKEN_NEWLINE) || onset_parse_is(p, ONSET_SYMBOL_SEMICOLON)) {
            onset_parse_take(p);
            continue;
        }
        if (starts_block(p) || starts_outer(p, context)) break;
        if (!(context & (POPULATION | REGIMEN | ARM)) && starts_misspelt_block(p)) break;
        if (onset_parse_is(p, ONSET_SYMBOL_BRACE_CLOSE)) {
            if (context & (POPULATION | REGIMEN | ARM)) break;
            onset_parse_fail(p, "take it away, or open it before", "a } without its {");
            onset_parse_take(p);
            p->failed = false;
            continue;
        }
        parse_statement(p, decls);
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
    onset_parse_body(p, context, decls);
    p->form   = form;
    p->failed = failed;
    if (onset_parse_accept(p, ONSET_SYMBOL_BRACE_CLOSE)) return;
    onset_parse_fail_at(p, open->place, "end it with a }", "this { is not closed");
    p->failed   = false;
    p->unclosed = true; /* the body ended at the start of the next statement: there is nothing to skip */
}

static int block_context(onset_block_kind kind)
{
    return kind == ONSET_BLOCK_MODULE ? MODULE : kind == ONSET_BLOCK_MODEL ? MODEL : STUDY;
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
    named        = onset_parse_name(p, onset_arena_printf(p->arena, "the name of the %s", block_words[kind]), false, &name);
    block->name  = name.name;
    block->place = name.place;
    onset_parse_text(p, &block->title);
    expect_end(p);
    if (p->failed) skip_statement(p, p->at);
    p->failed = false;
    p->form   = NULL;
    onset_parse_body(p, block_context(kind), &block->decls);
    if (named) onset_vec_push(p->arena, &file->blocks, block);
}

/* The block that a word begins; a misspelt one is reported. -1: none. */
static int block_of(onset_parser *p)
{
    const onset_token *token = onset_parse_peek(p);
    const char        *near;

    if (token->kind != ONSET_TOKEN_NAME) return -1;
    for (int i = 0; i < 3; i++)
        if (strcmp(token->text, block_words[i]) == 0) return i;
    if (onset_parse_ahead(p, 1)->kind != ONSET_TOKEN_NAME || find_statement(token->text, ~0)) return -1;
    near = onset_nearest(token->text, block_words, 3);
    if (!near) return -1;
    onset_parse_fail(p, onset_arena_printf(p->arena, "did you mean '%s'?", near), "unknown word '%s'", token->text);
    for (int i = 0; i < 3; i++)
        if (near == block_words[i]) return i;
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
               !(p->at > 0 && p->tokens.items[p->at - 1].kind == ONSET_TOKEN_NEWLINE && starts_block(p)))
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
