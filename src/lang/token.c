#include "lang/token.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

const char *const onset_continuing_words[] = {"iiv",   "in",    "scale",   "shift", "from", "calibrated", "assumed", "error",
                                              "round", "into",  "convert", "f",     "alag", "dur",        "over",    "rate",
                                              "at",    "every", "for",     "to",    "max",  "ss",         "as",      "with",
                                              "by",    "log",   "first",   "and",   "or",   "then",       "else"};
const int         onset_n_continuing_words = (int)(sizeof onset_continuing_words / sizeof *onset_continuing_words);

bool onset_token_continues(const char *word)
{
    for (int i = 0; i < onset_n_continuing_words; i++)
        if (strcmp(word, onset_continuing_words[i]) == 0) return true;
    return false;
}

/* Chosen by us, to keep time and memory in bounds with a file that is no model: after so many errors nobody reads on, and a model of
 * 500 states and 5,000 parameters has some 100,000 words. */
enum { MAX_ERRORS = 1000, MAX_TOKENS = 2000000 };

/* ---- Reading characters ---- */

typedef struct {
    onset_arena        *arena;
    const onset_source *source;
    onset_diagnostics  *out;
    onset_tokens       *tokens;
    const char         *s; /* the next character */
    int                 line, column;
} reader;

/* ASCII only, whatever the locale. */
static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static int count_characters(const char *s, const char *end)
{
    int n = 0;

    for (; s < end; s++) n += ((unsigned char)*s & 0xC0) != 0x80;
    return n;
}

/* Adds the token from r->s to end and goes on there. */
static onset_token *take(reader *r, onset_token_kind kind, const char *end)
{
    onset_token token = {.kind = kind};

    token.start = (size_t)(r->s - r->source->text);
    token.end   = (size_t)(end - r->source->text);
    token.place = (onset_place){r->source, r->line, r->column, count_characters(r->s, end)};
    token.text  = onset_arena_copy(r->arena, r->s, (size_t)(end - r->s));
    onset_vec_push(r->arena, r->tokens, token);
    r->column += token.place.length;
    r->s = end;
    return &r->tokens->items[r->tokens->n - 1];
}

/* The text between the first and the last n_around bytes of a token, without blanks around it. */
static const char *inside(reader *r, const onset_token *token, size_t before, size_t after)
{
    const char *from = r->source->text + token->start + before, *to = r->source->text + token->end - after;

    while (from < to && (*from == ' ' || *from == '\t')) from++;
    while (to > from && (to[-1] == ' ' || to[-1] == '\t')) to--;
    return onset_arena_copy(r->arena, from, (size_t)(to - from));
}

/* ---- Tokens ---- */

static void read_name(reader *r)
{
    const char *end = r->s;

    /* A digit after the dot makes no name of ours, but the key of a row of evidence. */
    while (is_letter(*end) || is_digit(*end) || (*end == '.' && end > r->s && (is_letter(end[1]) || is_digit(end[1])))) end++;
    take(r, ONSET_TOKEN_NAME, end);
}

static void read_number(reader *r)
{
    const char  *end = r->s;
    const char  *digits_end;
    onset_token *token;

    while (is_digit(*end)) end++;
    if (*end == '.' && end[1] != '.') {
        end++;
        while (is_digit(*end)) end++;
    }
    if (*end == 'e' || *end == 'E') {
        const char *power = end + 1 + (end[1] == '+' || end[1] == '-');
        if (is_digit(*power)) {
            while (is_digit(*power)) power++;
            end = power;
        }
    }
    digits_end = end;
    while (*end == ' ' || *end == '\t') end++;
    end   = *end == '%' ? end + 1 : digits_end;
    token = take(r, ONSET_TOKEN_NUMBER, end);

    token->percent  = end != digits_end;
    token->number   = strtod(token->text, NULL);
    token->reported = !isfinite(token->number) || token->text[0] == '.' || digits_end[-1] == '.';
    if (!isfinite(token->number))
        onset_error_at(r->out, token->place, NULL, "number too large: the largest is 1.7e308");
    else if (token->text[0] == '.')
        onset_error_at(r->out, token->place, "write a digit before the point: 0.5", "a number begins with a digit");
    else if (digits_end[-1] == '.')
        onset_error_at(r->out, token->place, "write a digit after the point, or leave it out", "a number does not end with a point");
}

static void read_unit(reader *r)
{
    const char  *end = r->s + 1;
    onset_token *token;
    bool         closed;

    while (*end && *end != '\n' && *end != ']' && *end != '[' && *end != '#' && *end != '"') end++;
    closed = *end == ']';
    if (!closed)
        while (end > r->s + 1 && (end[-1] == ' ' || end[-1] == '\t')) end--;
    token       = take(r, ONSET_TOKEN_UNIT, closed ? end + 1 : end);
    token->text = inside(r, token, 1, closed);
    if (!closed)
        onset_error_at(r->out, token->place, "a unit ends with ] on the same line", "the bracket of this unit is not closed");
    else if (!*token->text)
        onset_error_at(r->out, token->place, "write [1] for a number without unit", "an empty unit");
}

static void read_text(reader *r)
{
    const char  *end = r->s + 1;
    onset_token *token;
    bool         closed;

    while (*end && *end != '\n' && *end != '"') end++;
    closed      = *end == '"';
    token       = take(r, ONSET_TOKEN_TEXT, closed ? end + 1 : end);
    token->text = onset_arena_copy(r->arena, token->text + 1, token->end - token->start - 1 - closed);
    if (!closed) onset_error_at(r->out, token->place, "a text ends with \" on the same line", "the quotes of this text are not closed");
}

static void read_comment(reader *r)
{
    const char *end = r->s + strcspn(r->s, "\n");

    while (end > r->s && (end[-1] == ' ' || end[-1] == '\t')) end--;
    take(r, ONSET_TOKEN_COMMENT, end);
}

/* Longer symbols first. */
static const struct {
    const char  *text;
    onset_symbol symbol;
    const char  *hint; /* set: it is no symbol of ours, but one a writer may come with */
} symbols[] = {
    {"**", ONSET_SYMBOL_POWER, "a power is written ^"},
    {"&&", ONSET_SYMBOL_NONE, "write and"},
    {"||", ONSET_SYMBOL_NONE, "write or"},
    {"//", ONSET_SYMBOL_NONE, "a comment begins with #"},
    {"/*", ONSET_SYMBOL_NONE, "a comment begins with # and runs to the end of the line"},
    {"<-", ONSET_SYMBOL_ASSIGN, "write = to give a value; to compare with a negative number, put a blank between < and -"},
    {":=", ONSET_SYMBOL_ASSIGN, "write ="},
    {"+=", ONSET_SYMBOL_ASSIGN, "a quantity has one definition; write NAME = expression"},
    {"<>", ONSET_SYMBOL_NE, "write !="},
    {"..", ONSET_SYMBOL_DOTS, NULL},
    {"==", ONSET_SYMBOL_EQ, NULL},
    {"!=", ONSET_SYMBOL_NE, NULL},
    {"<=", ONSET_SYMBOL_LE, NULL},
    {">=", ONSET_SYMBOL_GE, NULL},
    {"\xE2\x89\xA4", ONSET_SYMBOL_LE, "write <="},                                          /* U+2264 */
    {"\xE2\x89\xA5", ONSET_SYMBOL_GE, "write >="},                                          /* U+2265 */
    {"\xC3\x97", ONSET_SYMBOL_TIMES, "write *"},                                            /* U+00D7 */
    {"\xC2\xB7", ONSET_SYMBOL_TIMES, "write *"},                                            /* U+00B7 */
    {"\xE2\x88\x92", ONSET_SYMBOL_MINUS, "write -"},                                        /* U+2212 */
    {"\xE2\x80\x93", ONSET_SYMBOL_MINUS, "write -"},                                        /* U+2013 */
    {"\xE2\x80\x9C", ONSET_SYMBOL_NONE, "a text stands between straight quotes: \"text\""}, /* U+201C */
    {"\xE2\x80\x9D", ONSET_SYMBOL_NONE, "a text stands between straight quotes: \"text\""}, /* U+201D */
    {"'", ONSET_SYMBOL_NONE, "a text stands between double quotes: \"text\""},
    {"!", ONSET_SYMBOL_NONE, "write not"},
    {"&", ONSET_SYMBOL_NONE, "write and"},
    {"|", ONSET_SYMBOL_NONE, "write or"},
    {"(", ONSET_SYMBOL_OPEN, NULL},
    {")", ONSET_SYMBOL_CLOSE, NULL},
    {"{", ONSET_SYMBOL_BRACE_OPEN, NULL},
    {"}", ONSET_SYMBOL_BRACE_CLOSE, NULL},
    {",", ONSET_SYMBOL_COMMA, NULL},
    {";", ONSET_SYMBOL_SEMICOLON, NULL},
    {"=", ONSET_SYMBOL_ASSIGN, NULL},
    {"~", ONSET_SYMBOL_TILDE, NULL},
    {"+", ONSET_SYMBOL_PLUS, NULL},
    {"-", ONSET_SYMBOL_MINUS, NULL},
    {"*", ONSET_SYMBOL_TIMES, NULL},
    {"/", ONSET_SYMBOL_DIVIDE, NULL},
    {"^", ONSET_SYMBOL_POWER, NULL},
    {"<", ONSET_SYMBOL_LT, NULL},
    {">", ONSET_SYMBOL_GT, NULL},
};

/* A character that begins nothing; the rest of its UTF-8 bytes with it. */
static void read_stray(reader *r)
{
    const unsigned char c   = (unsigned char)*r->s;
    const char         *end = r->s + 1;
    onset_token        *token;

    while (((unsigned char)*end & 0xC0) == 0x80) end++;
    token = take(r, ONSET_TOKEN_BAD, end);
    if (c == ']')
        onset_error_at(r->out, token->place, "a unit begins with [", "a ] without its [");
    else if (c < 0x20 || c == 0x7F)
        onset_error_at(r->out, token->place, NULL, "a control character (0x%02X)", c);
    else if (c >= 0x80)
        onset_error_at(r->out, token->place, "names are made of the letters a to z and A to Z, digits and _",
                       "'%s' stands for nothing here", token->text);
    else
        onset_error_at(r->out, token->place, NULL, "'%s' stands for nothing here", token->text);
}

static void read_symbol(reader *r)
{
    for (size_t i = 0; i < sizeof symbols / sizeof *symbols; i++) {
        const size_t n = strlen(symbols[i].text);
        onset_token *token;
        if (strncmp(r->s, symbols[i].text, n) != 0) continue;
        token           = take(r, symbols[i].symbol == ONSET_SYMBOL_NONE ? ONSET_TOKEN_BAD : ONSET_TOKEN_SYMBOL, r->s + n);
        token->symbol   = symbols[i].symbol;
        token->reported = symbols[i].hint != NULL;
        if (token->reported) onset_error_at(r->out, token->place, symbols[i].hint, "'%s' stands for nothing here", token->text);
        return;
    }
    read_stray(r);
}

static void read_token(reader *r)
{
    const char c = *r->s;

    if (c == '\n') {
        take(r, ONSET_TOKEN_NEWLINE, r->s + 1)->place.length = 1;
        r->line++;
        r->column = 1;
    } else if (c == '#') {
        read_comment(r);
    } else if (is_letter(c)) {
        read_name(r);
    } else if (is_digit(c) || (c == '.' && is_digit(r->s[1]))) {
        read_number(r);
    } else if (c == '[') {
        read_unit(r);
    } else if (c == '"') {
        read_text(r);
    } else {
        read_symbol(r);
    }
}

/* ---- Where statements end ---- */

bool onset_token_is(const onset_token *token, onset_symbol symbol)
{
    return token && token->kind == ONSET_TOKEN_SYMBOL && token->symbol == symbol;
}

static bool defines(const onset_token *token)
{
    return onset_token_is(token, ONSET_SYMBOL_ASSIGN) || onset_token_is(token, ONSET_SYMBOL_TILDE);
}

/* Whether the statement cannot be over after this token. */
static bool wants_more(const onset_token *token)
{
    static const char *const words[] = {"and", "or", "not", "if", "then", "else"};

    if (token->kind == ONSET_TOKEN_SYMBOL)
        return token->symbol != ONSET_SYMBOL_CLOSE && token->symbol != ONSET_SYMBOL_BRACE_CLOSE &&
               token->symbol != ONSET_SYMBOL_SEMICOLON && token->symbol != ONSET_SYMBOL_DOTS;
    if (token->kind != ONSET_TOKEN_NAME) return false;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(token->text, words[i]) == 0) return true;
    return false;
}

/* Whether a line that starts with these two tokens begins a statement for certain, even inside an open parenthesis: there it shows that
 * the parenthesis was forgotten, and the rest of the file need not be swallowed. */
static bool begins_statement(const onset_token *first, const onset_token *second)
{
    if (onset_token_is(first, ONSET_SYMBOL_BRACE_CLOSE)) return true;
    if (first->kind != ONSET_TOKEN_NAME) return false;
    if (defines(second)) return true;
    if (strcmp(first->text, "d") == 0 && onset_token_is(second, ONSET_SYMBOL_DIVIDE)) return true;
    return !onset_token_continues(first->text) && strcmp(first->text, "if") != 0 && strcmp(first->text, "not") != 0 &&
           second->kind == ONSET_TOKEN_NAME && !onset_token_continues(second->text);
}

/* Whether a line that starts with these two tokens goes on with the statement before it. */
static bool goes_on(const onset_token *first, const onset_token *second)
{
    if (first->kind == ONSET_TOKEN_TEXT || first->kind == ONSET_TOKEN_UNIT) return true;
    if (first->kind == ONSET_TOKEN_SYMBOL)
        return first->symbol != ONSET_SYMBOL_BRACE_CLOSE && first->symbol != ONSET_SYMBOL_SEMICOLON && first->symbol != ONSET_SYMBOL_OPEN;
    return first->kind == ONSET_TOKEN_NAME && onset_token_continues(first->text) && !defines(second);
}

static bool is_layout(const onset_token *token)
{
    return token->kind == ONSET_TOKEN_NEWLINE || token->kind == ONSET_TOKEN_COMMENT;
}

/* The next token after i that is neither newline nor comment. */
static int next_word(const onset_tokens *tokens, int i)
{
    for (i++; i < tokens->n - 1 && is_layout(&tokens->items[i]); i++) {
    }
    return i < tokens->n ? i : tokens->n - 1;
}

/* The token after i, or the END where the line has no more. */
static const onset_token *next_on_line(const onset_tokens *tokens, int i)
{
    const bool more = i + 1 < tokens->n && !is_layout(&tokens->items[i + 1]);

    return &tokens->items[more ? i + 1 : tokens->n - 1];
}

/* Whether a line that could go on does not, since a new statement begins there for certain. */
static bool stops(const onset_token *last, const onset_token *first, const onset_token *second, int depth)
{
    if (depth == 0 && onset_token_is(last, ONSET_SYMBOL_BRACE_OPEN)) return false;
    if (depth == 0 && onset_token_is(last, ONSET_SYMBOL_COMMA) && defines(second)) return false; /* correlate a, <newline> b = 0.3 */
    /* visit 3; inside parentheses it may be a category and its weight */
    if (depth == 0 && first->kind == ONSET_TOKEN_NAME && second->kind == ONSET_TOKEN_NUMBER && !onset_token_continues(first->text))
        return true;
    return begins_statement(first, second);
}

/* Marks the newlines that end no statement. A run of newlines is judged once, at its first; all of a run share the answer. */
static void join_lines(onset_tokens *tokens)
{
    const onset_token *last  = NULL; /* of the statement; NULL before any */
    int                depth = 0;    /* of parentheses */

    for (int i = 0; i < tokens->n; i++) {
        onset_token *const token = &tokens->items[i];
        if (token->kind == ONSET_TOKEN_COMMENT || token->kind == ONSET_TOKEN_END) continue;
        if (token->kind == ONSET_TOKEN_NEWLINE) {
            const int          at     = next_word(tokens, i);
            const onset_token *first  = &tokens->items[at];
            const onset_token *second = next_on_line(tokens, at);
            bool               joined = last && first->kind != ONSET_TOKEN_END && (wants_more(last) || goes_on(first, second));
            if (depth > 0) joined = first->kind != ONSET_TOKEN_END;
            if (joined && stops(last, first, second, depth)) joined = false;
            for (; i < at && i < tokens->n; i++)
                if (tokens->items[i].kind == ONSET_TOKEN_NEWLINE) tokens->items[i].joined = joined;
            i--;
            if (!joined) {
                depth = 0;
                last  = NULL;
            }
            continue;
        }
        if (onset_token_is(token, ONSET_SYMBOL_OPEN)) depth++;
        if (onset_token_is(token, ONSET_SYMBOL_CLOSE) && depth > 0) depth--;
        if (onset_token_is(token, ONSET_SYMBOL_BRACE_OPEN) || onset_token_is(token, ONSET_SYMBOL_BRACE_CLOSE)) depth = 0;
        last = token;
        if (onset_token_is(token, ONSET_SYMBOL_SEMICOLON)) last = NULL;
    }
}

void onset_tokens_read(onset_arena *arena, const onset_source *source, onset_diagnostics *out, onset_tokens *tokens)
{
    const int n_errors = out->n_errors;
    reader    r        = {.arena = arena, .source = source, .out = out, .tokens = tokens, .s = source->text, .line = 1, .column = 1};

    while (out->n_errors - n_errors < MAX_ERRORS && tokens->n < MAX_TOKENS) {
        while (*r.s == ' ' || *r.s == '\t') {
            r.s++;
            r.column++;
        }
        if (!*r.s) break;
        read_token(&r);
    }
    if (tokens->n == MAX_TOKENS)
        onset_error_at(out, (onset_place){source, r.line, r.column, 1}, "split it", "the file has more than %d words; the rest is not read",
                       MAX_TOKENS);
    take(&r, ONSET_TOKEN_END, r.s)->place.length = 1;
    join_lines(tokens);
}
