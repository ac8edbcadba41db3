#include "lang/parse.h"

/* Chosen by us: parentheses, calls and `if` inside each other; deeper ones are no equation of a paper, and the stack stays small. */
enum { MAX_NESTING = 500 };

/* Binding strengths, weakest first (docs/language.md, section 3). */
enum { OR = 1, AND, NOT, COMPARE, SUM, PRODUCT, MINUS, POWER };

static onset_expr *parse_level(onset_parser *p, int level);

onset_expr *onset_parse_bad(onset_parser *p)
{
    onset_expr *e = onset_arena_alloc(p->arena, sizeof *e);

    e->kind  = ONSET_EXPR_BAD;
    e->place = onset_parse_peek(p)->place;
    e->depth = 1;
    return e;
}

static onset_expr *leaf(onset_parser *p, onset_expr_kind kind, const onset_token *token)
{
    onset_expr *e = onset_arena_alloc(p->arena, sizeof *e);

    e->kind  = kind;
    e->place = token->place;
    e->depth = 1;
    return e;
}

/* A node over its arguments; fails where the tree gets too deep. */
static onset_expr *node(onset_parser *p, onset_expr_kind kind, const onset_token *token, onset_expr **args, int n)
{
    onset_expr *e = leaf(p, kind, token);

    e->args   = onset_arena_alloc(p->arena, (size_t)n * sizeof(onset_expr *));
    e->n_args = n;
    for (int i = 0; i < n; i++) {
        e->args[i] = args[i];
        if (args[i]->depth >= e->depth) e->depth = args[i]->depth + 1;
    }
    if (e->depth <= ONSET_EXPR_DEPTH) return e;
    onset_parse_fail_at(p, token->place, "split it into intermediate quantities",
                        "the expression is too long: more than %d operations in a row", ONSET_EXPR_DEPTH);
    return onset_parse_bad(p);
}

static onset_operator binary_operator(const onset_token *token, int *level)
{
    static const struct {
        onset_symbol   symbol;
        onset_operator op;
        int            level;
    } table[] = {{ONSET_SYMBOL_PLUS, ONSET_OP_ADD, SUM},      {ONSET_SYMBOL_MINUS, ONSET_OP_SUB, SUM},
                 {ONSET_SYMBOL_TIMES, ONSET_OP_MUL, PRODUCT}, {ONSET_SYMBOL_DIVIDE, ONSET_OP_DIV, PRODUCT},
                 {ONSET_SYMBOL_POWER, ONSET_OP_POW, POWER},   {ONSET_SYMBOL_EQ, ONSET_OP_EQ, COMPARE},
                 {ONSET_SYMBOL_NE, ONSET_OP_NE, COMPARE},     {ONSET_SYMBOL_LT, ONSET_OP_LT, COMPARE},
                 {ONSET_SYMBOL_LE, ONSET_OP_LE, COMPARE},     {ONSET_SYMBOL_GT, ONSET_OP_GT, COMPARE},
                 {ONSET_SYMBOL_GE, ONSET_OP_GE, COMPARE}};

    if (token->kind == ONSET_TOKEN_NAME) {
        *level = strcmp(token->text, "and") == 0 ? AND : OR;
        return strcmp(token->text, "and") == 0 ? ONSET_OP_AND : strcmp(token->text, "or") == 0 ? ONSET_OP_OR : ONSET_OP_NONE;
    }
    if (token->kind != ONSET_TOKEN_SYMBOL) return ONSET_OP_NONE;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (table[i].symbol == token->symbol) {
            *level = table[i].level;
            return table[i].op;
        }
    return ONSET_OP_NONE;
}

const char *onset_operator_text(onset_operator op)
{
    static const char *const texts[] = {"", "-", "not", "+", "-", "*", "/", "^", "==", "!=", "<", "<=", ">", ">=", "and", "or"};

    return (unsigned)op < sizeof texts / sizeof *texts ? texts[op] : "";
}

static onset_expr *parse_number(onset_parser *p)
{
    const onset_token *token = onset_parse_take(p);
    onset_expr        *e     = leaf(p, ONSET_EXPR_NUMBER, token);
    const onset_token *after = onset_parse_peek(p);

    e->number  = token->percent ? token->number / 100 : token->number;
    e->percent = token->percent;
    if (after->kind == ONSET_TOKEN_NAME && after->start == token->end) {
        onset_parse_fail(p, onset_arena_printf(p->arena, "a unit stands in brackets: %s [%s]", token->text, after->text),
                         "'%s' right after a number", after->text);
        return e;
    }
    e->unit = onset_parse_unit(p);
    return e;
}

static onset_expr *parse_call(onset_parser *p, const onset_token *name)
{
    ONSET_VEC(onset_expr *) args = {0};
    onset_expr *e;

    onset_parse_take(p); /* ( */
    if (!onset_parse_is(p, ONSET_SYMBOL_CLOSE)) {
        do onset_vec_push(p->arena, &args, parse_level(p, OR));
        while (!p->failed && onset_parse_accept(p, ONSET_SYMBOL_COMMA));
    }
    onset_parse_expect(p, ONSET_SYMBOL_CLOSE, onset_arena_printf(p->arena, "to close the call of %s", name->text));
    e       = node(p, ONSET_EXPR_CALL, name, args.items, args.n);
    e->name = name->text;
    return e;
}

static onset_expr *parse_name(onset_parser *p)
{
    const onset_token *token = onset_parse_peek(p);
    onset_expr        *e;

    if (strcmp(token->text, "then") == 0 || strcmp(token->text, "else") == 0 || strcmp(token->text, "and") == 0 ||
        strcmp(token->text, "or") == 0) {
        onset_parse_fail(p, NULL, "expected a value, found '%s'", token->text);
        return onset_parse_bad(p);
    }
    onset_parse_take(p);
    if (onset_parse_is(p, ONSET_SYMBOL_OPEN)) return parse_call(p, token);
    if (p->context == ONSET_IN_MODULE && strchr(token->text, '.')) {
        onset_parse_fail_at(p, token->place, "declare it as an input; the model wires it", "a module does not reach into another: '%s'",
                            token->text);
        return onset_parse_bad(p);
    }
    e       = leaf(p, ONSET_EXPR_NAME, token);
    e->name = token->text;
    return e;
}

static onset_expr *parse_if(onset_parser *p)
{
    const onset_token *token = onset_parse_take(p);
    onset_expr        *parts[3];

    parts[0] = parse_level(p, OR);
    if (onset_parse_is(p, ONSET_SYMBOL_ASSIGN)) onset_parse_fail(p, "write == to compare", "expected 'then', found '='");
    if (!p->failed && !onset_parse_accept_word(p, "then"))
        onset_parse_fail(p, "if CONDITION then A else B", "expected 'then', found %s", onset_parse_found(p));
    parts[1] = p->failed ? onset_parse_bad(p) : parse_level(p, OR);
    if (!p->failed && !onset_parse_accept_word(p, "else"))
        onset_parse_fail(p, "if CONDITION then A else B: it needs a value for both", "expected 'else', found %s", onset_parse_found(p));
    parts[2] = p->failed ? onset_parse_bad(p) : parse_level(p, OR);
    return node(p, ONSET_EXPR_IF, token, parts, 3);
}

static onset_expr *parse_primary(onset_parser *p)
{
    const onset_token *token = onset_parse_peek(p);

    if (token->kind == ONSET_TOKEN_NUMBER) return parse_number(p);
    if (token->kind == ONSET_TOKEN_NAME) return strcmp(token->text, "if") == 0 ? parse_if(p) : parse_name(p);
    if (onset_parse_accept(p, ONSET_SYMBOL_OPEN)) {
        onset_expr *e = parse_level(p, OR);
        if (onset_parse_is_kind(p, ONSET_TOKEN_UNIT))
            onset_parse_fail(p, "inside an expression only a number has a unit; that of the whole stands at its end",
                             "a unit cannot stand here: [%.40s]", onset_parse_peek(p)->text);
        onset_parse_expect(p, ONSET_SYMBOL_CLOSE,
                           onset_arena_printf(p->arena, "for the ( at line %d, column %d", token->place.line, token->place.column));
        return e;
    }
    if (onset_parse_is(p, ONSET_SYMBOL_PLUS))
        onset_parse_fail(p, "leave out a + before a value", "expected a value, found '+'");
    else if (token->kind == ONSET_TOKEN_UNIT)
        onset_parse_fail(p, "a unit stands after its number", "expected a value, found [%s]", token->text);
    else if (token->kind == ONSET_TOKEN_TEXT)
        onset_parse_fail(p, NULL, "expected a value, found a text");
    else
        onset_parse_fail(p, NULL, "expected a value, found %s", onset_parse_found(p));
    return onset_parse_bad(p);
}

static onset_expr *parse_unary(onset_parser *p, onset_operator op, int operand)
{
    const onset_token *token = onset_parse_take(p);
    onset_expr        *arg   = parse_level(p, operand), *e;

    e     = node(p, ONSET_EXPR_UNARY, token, &arg, 1);
    e->op = op;
    return e;
}

/* What stands first in an expression of at least this strength. */
static onset_expr *parse_first(onset_parser *p, int level)
{
    if (level <= NOT && onset_parse_is_word(p, "not")) return parse_unary(p, ONSET_OP_NOT, NOT);
    if (level > NOT && onset_parse_is_word(p, "not")) {
        onset_parse_fail(p, "put parentheses around it: (not a)", "'not' cannot stand here");
        return onset_parse_bad(p);
    }
    if (onset_parse_is(p, ONSET_SYMBOL_MINUS)) return parse_unary(p, ONSET_OP_NEG, MINUS);
    return parse_primary(p);
}

/* Everything after the first operand, by precedence climbing. */
static onset_expr *parse_rest(onset_parser *p, onset_expr *left, int level)
{
    int own;

    for (;;) {
        const onset_token   *token = onset_parse_peek(p);
        const onset_operator op    = binary_operator(token, &own);
        onset_expr          *args[2];
        if (p->failed || op == ONSET_OP_NONE || own < level) return left;
        onset_parse_take(p);
        args[0]  = left;
        args[1]  = parse_level(p, own == POWER ? MINUS : own + 1); /* ^ is right to left, and its exponent may have a minus */
        left     = node(p, ONSET_EXPR_BINARY, token, args, 2);
        left->op = op;
        if (left->kind == ONSET_EXPR_BAD) return left;
        if (own == COMPARE && binary_operator(onset_parse_peek(p), &own) != ONSET_OP_NONE && own == COMPARE) {
            onset_parse_fail(p, "write a < b and b < c", "comparisons do not chain");
            return left;
        }
    }
}

static onset_expr *parse_level(onset_parser *p, int level)
{
    onset_expr *e;

    if (p->failed) return onset_parse_bad(p);
    if (++p->nesting > MAX_NESTING) {
        onset_parse_fail(p, "split it into intermediate quantities", "the expression is nested too deeply: more than %d levels",
                         MAX_NESTING);
        p->nesting--;
        return onset_parse_bad(p);
    }
    e = parse_first(p, level);
    e = parse_rest(p, e, level);
    p->nesting--;
    return e;
}

onset_expr *onset_parse_expr(onset_parser *p)
{
    return parse_level(p, OR);
}

void onset_parse_value(onset_parser *p, onset_decl *d)
{
    d->value_start = onset_parse_peek(p)->start;
    d->value       = onset_parse_expr(p);
    d->value_end   = p->at > 0 ? p->tokens.items[p->at - 1].end : d->value_start;
    if (d->value->kind == ONSET_EXPR_NUMBER) d->unit = d->value->unit;
}
