/* The parser: one token of look-ahead or two, one function a construct. Private to lang.
 *
 *   parse.c            files, blocks, bodies in braces
 *   parse_statement.c  the table of statements: which one it is, which is meant, going on after errors
 *   parse_model.c      the statements of modules and models
 *   parse_study.c      the statements of studies, populations, arms
 *   parse_clause.c     numbers, quantities, lists, clauses
 *   parse_expr.c       expressions
 *   parse_token.c      the next token, reporting errors
 *
 * An error marks the statement as failed; the rest of it is skipped without further messages. */
#ifndef ONSET_LANG_PARSE_H
#define ONSET_LANG_PARSE_H

#include "base/names.h"
#include "lang/ast.h"
#include "lang/token.h"

/* Where a statement may stand. */
enum {
    ONSET_IN_MODULE     = 1,
    ONSET_IN_MODEL      = 2,
    ONSET_IN_STUDY      = 4,
    ONSET_IN_POPULATION = 8,
    ONSET_IN_REGIMEN    = 16,
    ONSET_IN_ARM        = 32,
    ONSET_IN_BRACES     = ONSET_IN_POPULATION | ONSET_IN_REGIMEN | ONSET_IN_ARM
};

typedef struct {
    onset_arena        *arena;
    const onset_source *source;
    onset_diagnostics  *out;
    onset_tokens        tokens; /* without comments and joined newlines */
    int                 at;     /* the next token */
    int                 context;
    int                 nesting;  /* of the expression being read */
    int                 n_errors; /* in `out` before this file */
    bool                failed;   /* the statement being read has an error */
    bool                unclosed; /* it ended without its } */
    const char         *form;     /* how the statement being read is written; NULL outside */
    const char         *clauses;  /* the words that may follow, with blanks between */
} onset_parser;

typedef struct {
    const char     *word;
    onset_decl_kind kind;
    int             contexts;
    void (*parse)(onset_parser *p, onset_decl *d); /* called after the word */
    const char *form, *clauses;
} onset_statement;

/* ---- parse_token.c ---- */

const onset_token *onset_parse_peek(const onset_parser *p);
const onset_token *onset_parse_ahead(const onset_parser *p, int n); /* n tokens after the next */
const onset_token *onset_parse_take(onset_parser *p);

bool onset_parse_is(const onset_parser *p, onset_symbol symbol);
bool onset_parse_is_word(const onset_parser *p, const char *word);
bool onset_parse_is_kind(const onset_parser *p, onset_token_kind kind);
bool onset_parse_accept(onset_parser *p, onset_symbol symbol);
bool onset_parse_accept_word(onset_parser *p, const char *word);
bool onset_parse_expect(onset_parser *p, onset_symbol symbol, const char *where); /* "after the name" */

/* Reports at the next token; hint NULL: how the statement is written; "": none. The first error of a statement counts. */
void        onset_parse_fail(onset_parser *p, const char *hint, const char *format, ...) ONSET_PRINTF(3, 4);
void        onset_parse_fail_at(onset_parser *p, onset_place place, const char *hint, const char *format, ...) ONSET_PRINTF(4, 5);
const char *onset_parse_found(const onset_parser *p);  /* "'foo'", "the end of the line" */
bool        onset_parse_at_end(const onset_parser *p); /* of the statement */

/* ---- parse_statement.c ---- */

extern const char *const onset_block_words[3]; /* module, model, study, in the order of onset_block_kind */

void onset_parse_statement(onset_parser *p, onset_decls *decls); /* with its error, if any, and the way to its end */
void onset_parse_expect_end(onset_parser *p);
void onset_parse_skip(onset_parser *p, int first); /* to the end of the statement whose first token that is */
bool onset_parse_is_statement(const char *word);   /* in whatever context */
bool onset_parse_starts_block(const onset_parser *p);
bool onset_parse_starts_misspelt_block(const onset_parser *p);
bool onset_parse_starts_outer(const onset_parser *p, int context); /* inside braces: what stands outside only */

/* ---- parse.c ---- */

/* A statement's `{ body }`. */
void onset_parse_braces(onset_parser *p, int context, onset_decls *decls);

/* ---- parse_expr.c ---- */

onset_expr *onset_parse_expr(onset_parser *p);
void        onset_parse_value(onset_parser *p, onset_decl *d); /* into d->value, with its span and the unit of a lone number */
onset_expr *onset_parse_bad(onset_parser *p);

/* ---- parse_clause.c ---- */

bool            onset_parse_name(onset_parser *p, const char *what, bool dots, onset_word *word);
bool            onset_parse_names(onset_parser *p, const char *what, bool dots, onset_words *words); /* a, b, c */
void            onset_parse_decl_name(onset_parser *p, onset_decl *d, const char *what, bool dots);
double          onset_parse_number(onset_parser *p, const char *what); /* with sign and % */
double          onset_parse_positive(onset_parser *p, const char *what, bool or_zero);
onset_unit_text onset_parse_unit(onset_parser *p);                    /* text NULL where none */
void            onset_parse_own_unit(onset_parser *p, onset_decl *d); /* [unit] of the thing declared, if there */
void            onset_parse_number_value(onset_parser *p, onset_decl *d, const char *what);
onset_quantity  onset_parse_quantity(onset_parser *p, const char *what);
void            onset_parse_quantities(onset_parser *p, const char *what, onset_quantities *list);
void            onset_parse_share_units(onset_parser *p, onset_quantity *const *list, int n);
void            onset_parse_text(onset_parser *p, const char **text); /* "..." if there; "" stays where none */
void            onset_parse_path(onset_parser *p, onset_decl *d);
void            onset_parse_range(onset_parser *p, onset_range *range, const onset_decl *d);
onset_unit_text onset_parse_limits(onset_parser *p, onset_range *range); /* the same with the unit behind it, if there */
bool            onset_parse_iiv(onset_parser *p, onset_decl *d);         /* after its word is seen: true when it was one */
bool            onset_parse_citation(onset_parser *p, onset_decl *d);    /* the same */
bool            onset_parse_clause_text(onset_parser *p, onset_decl *d);

/* ---- parse_model.c, parse_study.c: one for each statement ---- */

void onset_parse_input(onset_parser *p, onset_decl *d);
void onset_parse_covariate(onset_parser *p, onset_decl *d);
void onset_parse_param(onset_parser *p, onset_decl *d);
void onset_parse_state(onset_parser *p, onset_decl *d);
void onset_parse_ddt(onset_parser *p, onset_decl *d);
void onset_parse_let(onset_parser *p, onset_decl *d);
void onset_parse_output(onset_parser *p, onset_decl *d);
void onset_parse_route(onset_parser *p, onset_decl *d);
void onset_parse_correlate(onset_parser *p, onset_decl *d);
void onset_parse_use(onset_parser *p, onset_decl *d);
void onset_parse_set(onset_parser *p, onset_decl *d);
void onset_parse_connect(onset_parser *p, onset_decl *d);
void onset_parse_replace(onset_parser *p, onset_decl *d);
void onset_parse_panel(onset_parser *p, onset_decl *d);
void onset_parse_headline(onset_parser *p, onset_decl *d);

void onset_parse_seed(onset_parser *p, onset_decl *d);
void onset_parse_population(onset_parser *p, onset_decl *d);
void onset_parse_regimen(onset_parser *p, onset_decl *d);
void onset_parse_arm(onset_parser *p, onset_decl *d);
void onset_parse_control(onset_parser *p, onset_decl *d);
void onset_parse_visit(onset_parser *p, onset_decl *d);
void onset_parse_trace(onset_parser *p, onset_decl *d);
void onset_parse_endpoint(onset_parser *p, onset_decl *d);
void onset_parse_expectation(onset_parser *p, onset_decl *d);
void onset_parse_estimate(onset_parser *p, onset_decl *d);
void onset_parse_subjects(onset_parser *p, onset_decl *d);
void onset_parse_draw(onset_parser *p, onset_decl *d);
void onset_parse_derived(onset_parser *p, onset_decl *d);
void onset_parse_require(onset_parser *p, onset_decl *d);
void onset_parse_file(onset_parser *p, onset_decl *d);
void onset_parse_dose(onset_parser *p, onset_decl *d);
void onset_parse_give(onset_parser *p, onset_decl *d);
void onset_parse_arm_set(onset_parser *p, onset_decl *d);

#endif
