#include "lang/parse.h"

#include <stdio.h>

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
    {"expect", ONSET_DECL_EXPECT, STUDY, onset_parse_expectation,
     "expect MEASURE(OUTPUT, ARM, ...) at T [unit] in LOW..HIGH from KEY \"text\"", "at in " CITED},
    {"estimate", ONSET_DECL_ESTIMATE, STUDY, onset_parse_estimate,
     "estimate INSTANCE.PARAM ~ distribution [unit] in LOW..HIGH from KEY \"text\"", "in " CITED},
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

const char *const onset_block_words[] = {"module", "model", "study"};

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

static const char *hint_for_word(onset_parser *p, const char *word)
{
    const char *const near = nearest_clause(p, word);

    if (near || p->tokens.items[p->at - 1].kind != ONSET_TOKEN_NUMBER) return near;
    return onset_arena_printf(p->arena, "if that is a unit, write [%s]", word);
}

void onset_parse_expect_end(onset_parser *p)
{
    static const char  inner_unit[] = "inside an expression only a number has a unit; that of the whole stands at its end";
    const onset_token *token        = onset_parse_peek(p);

    if (p->failed || p->unclosed || onset_parse_at_end(p)) return;
    if (token->kind == ONSET_TOKEN_NAME)
        onset_parse_fail(p, hint_for_word(p, token->text), "expected %sthe end of the statement, found '%.40s'",
                         p->clauses && *p->clauses ? "a clause or " : "", token->text);
    else if (onset_parse_is(p, ONSET_SYMBOL_ASSIGN))
        onset_parse_fail(p, "to compare, write ==", "expected the end of the statement, found '='");
    else if (token->kind == ONSET_TOKEN_UNIT)
        onset_parse_fail(p, "a unit stands after a number; one for the whole stands at the end, behind a ) if that is a number",
                         "a unit cannot stand here: [%.40s]", token->text);
    else if (p->at > 0 && p->tokens.items[p->at - 1].kind == ONSET_TOKEN_UNIT && token->kind == ONSET_TOKEN_SYMBOL)
        onset_parse_fail(p, inner_unit, "expected the end of the statement, found %s", onset_parse_found(p));
    else if (onset_parse_is(p, ONSET_SYMBOL_CLOSE))
        onset_parse_fail(p, "take it away, or open it before", "a ) without its (");
    else
        onset_parse_fail(p, NULL, "expected the end of the statement, found %s", onset_parse_found(p));
}

static bool is_defined(const onset_token *after)
{
    return onset_token_is(after, ONSET_SYMBOL_ASSIGN) || onset_token_is(after, ONSET_SYMBOL_TILDE);
}

bool onset_parse_starts_block(const onset_parser *p)
{
    if (!onset_parse_is_kind(p, ONSET_TOKEN_NAME) || is_defined(onset_parse_ahead(p, 1))) return false;
    for (int i = 0; i < 3; i++)
        if (onset_parse_is_word(p, onset_block_words[i])) return true;
    return false;
}

/* Inside braces: a statement that belongs outside only, so the brace must have been forgotten. */
bool onset_parse_starts_outer(const onset_parser *p, int context)
{
    const onset_token *after = onset_parse_ahead(p, 1);

    if (!(context & ONSET_IN_BRACES) || !onset_parse_is_kind(p, ONSET_TOKEN_NAME) || is_defined(after)) return false;
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
        if (onset_token_is(&p->tokens.items[i], ONSET_SYMBOL_BRACE_OPEN)) depth++;
        if (onset_token_is(&p->tokens.items[i], ONSET_SYMBOL_BRACE_CLOSE)) depth--;
    }
    return depth;
}

/* To the end of the statement that began at token `first`; over what stands in braces, unless a block begins in there. */
void onset_parse_skip(onset_parser *p, int first)
{
    const int inside = open_braces(p, first); /* braces of a list, on this line */
    int       depth  = inside;

    while (!onset_parse_is_kind(p, ONSET_TOKEN_END)) {
        const bool line_ends = onset_parse_is_kind(p, ONSET_TOKEN_NEWLINE);
        if ((depth <= 0 && onset_parse_at_end(p)) || (line_ends && depth <= inside)) return;
        if (onset_parse_is(p, ONSET_SYMBOL_BRACE_OPEN)) depth++;
        if (onset_parse_is(p, ONSET_SYMBOL_BRACE_CLOSE)) depth--;
        onset_parse_take(p);
        if (line_ends && onset_parse_starts_block(p)) return;
    }
}

static const onset_statement *find_statement(const char *word, int context)
{
    for (int i = 0; i < N_STATEMENTS; i++)
        if ((statements[i].contexts & context) && strcmp(statements[i].word, word) == 0) return &statements[i];
    return NULL;
}

bool onset_parse_is_statement(const char *word)
{
    return find_statement(word, ~0) != NULL;
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
    for (int i = 0; i < 3; i++) words[n++] = onset_block_words[i];
    for (int i = 0; i < onset_n_continuing_words && n < (int)(sizeof words / sizeof *words); i++)
        if (strlen(onset_continuing_words[i]) > 2) words[n++] = onset_continuing_words[i];
    return onset_nearest(word, words, n);
}

/* A misspelt module, model or study, with its name: better taken as the next block than as a statement of this one. */
bool onset_parse_starts_misspelt_block(const onset_parser *p)
{
    const onset_token *token = onset_parse_peek(p);
    const char        *near;

    if (token->kind != ONSET_TOKEN_NAME || onset_parse_ahead(p, 1)->kind != ONSET_TOKEN_NAME || find_statement(token->text, ~0))
        return false;
    near = nearest_first_word(p, token->text);
    return near == onset_block_words[0] || near == onset_block_words[1] || near == onset_block_words[2];
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
    else if (onset_token_is(after, ONSET_SYMBOL_TILDE))
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
    if (strcmp(token->text, "d") == 0 && onset_token_is(after, ONSET_SYMBOL_DIVIDE)) {
        if (p->context & MODULE) {
            onset_parse_take(p);
            return &ddt;
        }
        onset_parse_fail(p, "it stands in a module", "'d/dt' cannot stand in %s", context_name(p->context));
        return NULL;
    }
    found = find_statement(token->text, p->context);
    if (is_defined(after)) {
        if (p->context & MODULE && !onset_token_is(after, ONSET_SYMBOL_TILDE)) return &let;
        if (p->context & POPULATION && !found) return onset_token_is(after, ONSET_SYMBOL_TILDE) ? &draw : &derived;
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

void onset_parse_statement(onset_parser *p, onset_decls *decls)
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
        onset_parse_expect_end(p);
        if (misspelt) p->failed = true;
    } else {
        p->failed = true;
    }
    if (p->failed) onset_parse_skip(p, first);
    d->end = p->at > 0 ? p->tokens.items[p->at - 1].end : d->start;
    if (statement && is_kept(p, d)) onset_vec_push(p->arena, decls, d);
    p->failed = false;
    p->form = p->clauses = NULL;
}
