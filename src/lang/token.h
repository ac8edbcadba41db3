/* Tokens: the words of a source, with their places. Private to lang.
 *
 * Newlines are tokens. One that ends no statement (inside parentheses, after an operator, before a clause) is marked as
 * joined; the parser does not see it, the formatter does. */
#ifndef ONSET_LANG_TOKEN_H
#define ONSET_LANG_TOKEN_H

#include "base/diagnostics.h"

typedef enum {
    ONSET_TOKEN_END,
    ONSET_TOKEN_NEWLINE,
    ONSET_TOKEN_COMMENT, /* text from '#' on, without trailing blanks */
    ONSET_TOKEN_NAME,    /* with its dots: "nmda.koff" */
    ONSET_TOKEN_NUMBER,
    ONSET_TOKEN_UNIT, /* text between the brackets, without blanks around it */
    ONSET_TOKEN_TEXT, /* text between the quotes */
    ONSET_TOKEN_SYMBOL,
    ONSET_TOKEN_BAD /* already reported */
} onset_token_kind;

typedef enum {
    ONSET_SYMBOL_NONE,
    ONSET_SYMBOL_OPEN,
    ONSET_SYMBOL_CLOSE,
    ONSET_SYMBOL_BRACE_OPEN,
    ONSET_SYMBOL_BRACE_CLOSE,
    ONSET_SYMBOL_COMMA,
    ONSET_SYMBOL_SEMICOLON,
    ONSET_SYMBOL_ASSIGN,
    ONSET_SYMBOL_TILDE,
    ONSET_SYMBOL_DOTS,
    ONSET_SYMBOL_PLUS,
    ONSET_SYMBOL_MINUS,
    ONSET_SYMBOL_TIMES,
    ONSET_SYMBOL_DIVIDE,
    ONSET_SYMBOL_POWER,
    ONSET_SYMBOL_EQ,
    ONSET_SYMBOL_NE,
    ONSET_SYMBOL_LT,
    ONSET_SYMBOL_LE,
    ONSET_SYMBOL_GT,
    ONSET_SYMBOL_GE
} onset_symbol;

typedef struct {
    onset_token_kind kind;
    onset_symbol     symbol;   /* SYMBOL */
    bool             percent;  /* NUMBER: 20% */
    bool             joined;   /* NEWLINE: ends no statement */
    bool             reported; /* an error was reported at it: the parser is silent about it */
    double           number;   /* NUMBER, as written, not divided by 100 */
    const char      *text;     /* NUL-terminated: the name, the text, what is between the brackets, otherwise as written */
    onset_place      place;
    size_t           start, end; /* bytes in the source */
} onset_token;

typedef ONSET_VEC(onset_token) onset_tokens;

/* All tokens of a source, comments and newlines too, an END last. What is no token is reported to out and left as BAD. */
void onset_tokens_read(onset_arena *arena, const onset_source *source, onset_diagnostics *out, onset_tokens *tokens);

/* Whether it is that symbol. */
bool onset_token_is(const onset_token *token, onset_symbol symbol); /* token may be NULL */

/* Whether a word continues a statement where a line starts with it ("iiv", "from", "then", ...), unless `=` or `~` follows. */
bool onset_token_continues(const char *word);

/* For a misspelt word: the words above. */
extern const char *const onset_continuing_words[];
extern const int         onset_n_continuing_words;

#endif
