/* An expression as mathematics, in LaTeX. GitHub's Markdown takes a backslash before a sign as its own, so only commands with letters are
 * used: \lvert and not |, \cr and not a double backslash, \lt and not <. */
#include "model/expression_private.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { BROKEN_FROM = 90 }; /* characters of the text from which on a sum is written a term a line */

static void write_at(const onset_expr *e, int least, onset_text *out);

/* ---- Names and numbers ---- */

static bool is_greek(const char *s, size_t n)
{
    static const char *const letters[] = {"alpha",  "beta", "gamma", "delta", "epsilon", "eta", "theta", "kappa",
                                          "lambda", "mu",   "rho",   "sigma", "tau",     "phi", "omega", "pi"};

    for (size_t i = 0; i < sizeof letters / sizeof *letters; i++)
        if (strlen(letters[i]) == n && strncmp(letters[i], s, n) == 0) return true;
    return false;
}

/* One letter in italics, a Greek letter as one, a word upright. */
static void write_word(const char *s, size_t n, onset_text *out)
{
    if (n == 1)
        onset_text_add_n(out, s, n);
    else if (is_greek(s, n))
        onset_text_printf(out, "\\%.*s", (int)n, s);
    else
        onset_text_printf(out, "\\mathrm{%.*s}", (int)n, s);
}

/* Whether what stands before the first "_" of a name is a symbol, so that the rest is its index: k, k2, tau, EC50; not `early` of early_target. */
static bool is_symbol(const char *s, size_t n)
{
    bool sign = n == 1 || is_greek(s, n);

    for (size_t i = 0; i < n && n <= 5; i++) sign = sign || isupper((unsigned char)s[i]) || (isdigit((unsigned char)s[i]) && n <= 3);
    return sign;
}

/* What stands between dots: "k_on_max" is k with the index "on,max", "early_target" two words. */
static void write_part(const char *s, size_t n, onset_text *out)
{
    const char  *line  = memchr(s, '_', n);
    const size_t head  = line && line > s ? (size_t)(line - s) : n;
    const bool   index = head + 1 < n && is_symbol(s, head);

    if (!index && head == n) {
        write_word(s, n, out);
        return;
    }
    if (index) write_word(s, head, out);
    onset_text_add(out, index ? "_{\\mathrm{" : "\\mathrm{");
    for (size_t i = index ? head + 1 : 0; i < n; i++) onset_text_add_n(out, s[i] != '_' ? s + i : index ? "," : "~", 1);
    onset_text_add(out, index ? "}}" : "}");
}

void onset_name_tex(const char *name, onset_text *out)
{
    for (const char *s = name;;) {
        const size_t n = strcspn(s, ".");

        write_part(s, n, out);
        if (!s[n]) return;
        onset_text_add(out, ".");
        s += n + 1;
    }
}

void onset_unit_tex(const char *unit, onset_text *out)
{
    onset_text_add(out, "\\mathrm{");
    for (const char *s = unit; *s; s++) {
        if (*s == '*')
            onset_text_add(out, "\\cdot ");
        else if (*s == '%')
            onset_text_add(out, "percent");
        else if (*s == '^' && (s[1] == '-' || isdigit((unsigned char)s[1]))) {
            const size_t n = 1 + strspn(s + 2, "0123456789");
            onset_text_printf(out, "^{%.*s}", (int)n, s + 1);
            s += n;
        } else
            onset_text_add_n(out, s, 1);
    }
    onset_text_add(out, "}");
}

static void write_number(double x, onset_text *out)
{
    char  text[40];
    char *e;

    snprintf(text, sizeof text, "%.15g", x);
    e = strchr(text, 'e');
    if (!e) {
        onset_text_add(out, text);
        return;
    }
    *e = '\0';
    if (strcmp(text, "1") != 0) onset_text_printf(out, "%s \\times ", text);
    onset_text_printf(out, "10^{%d}", atoi(e + 1));
}

/* ---- Functions ---- */

static void write_args(const onset_expr *e, onset_text *out)
{
    onset_text_add(out, "\\left(");
    for (int i = 0; i < e->n_args; i++) {
        if (i) onset_text_add(out, ", ");
        write_at(e->args[i], ONSET_BINDS_LOOSEST, out);
    }
    onset_text_add(out, "\\right)");
}

static void write_power(const onset_expr *base, const onset_expr *exponent, onset_text *out)
{
    write_at(base, ONSET_BINDS_TIGHTEST, out);
    if (!exponent) return;
    onset_text_add(out, "^{");
    write_at(exponent, ONSET_BINDS_LOOSEST, out);
    onset_text_add(out, "}");
}

static void write_hill(const onset_expr *e, onset_text *out)
{
    const onset_expr *n = e->n_args > 2 ? e->args[2] : NULL;

    onset_text_add(out, "\\frac{");
    n ? write_power(e->args[0], n, out) : write_at(e->args[0], ONSET_BINDS_LOOSEST, out);
    onset_text_add(out, "}{");
    n ? write_power(e->args[1], n, out) : write_at(e->args[1], ONSET_BINDS_SUM, out);
    onset_text_add(out, " + ");
    n ? write_power(e->args[0], n, out) : write_at(e->args[0], ONSET_BINDS_SUM, out);
    onset_text_add(out, "}");
}

static void write_wrapped(const char *before, const onset_expr *e, const char *after, onset_text *out)
{
    onset_text_add(out, before);
    write_at(e, ONSET_BINDS_LOOSEST, out);
    onset_text_add(out, after);
}

static void write_clip(const onset_expr *e, onset_text *out)
{
    write_wrapped("\\min\\left(\\max\\left(", e->args[0], ", ", out);
    write_wrapped("", e->args[1], "\\right), ", out);
    write_wrapped("", e->args[2], "\\right)", out);
}

static void write_call(const onset_expr *e, onset_text *out)
{
    static const char *const around[][3] = {{"sqrt", "\\sqrt{", "}"},
                                            {"abs", "\\left\\lvert ", "\\right\\rvert "},
                                            {"floor", "\\left\\lfloor ", "\\right\\rfloor "},
                                            {"ceil", "\\left\\lceil ", "\\right\\rceil "}};
    static const char *const named[][2]  = {{"log", "\\ln"},  {"log10", "\\log_{10}"}, {"log2", "\\log_{2}"}, {"exp", "\\exp"},
                                            {"sin", "\\sin"}, {"cos", "\\cos"},        {"tan", "\\tan"},      {"tanh", "\\tanh"},
                                            {"min", "\\min"}, {"max", "\\max"},        {"phi", "\\Phi"}};

    if (strcmp(e->name, "hill") == 0 && e->n_args >= 2) {
        write_hill(e, out);
        return;
    }
    if (strcmp(e->name, "pow") == 0 && e->n_args == 2) {
        write_power(e->args[0], e->args[1], out);
        return;
    }
    if (strcmp(e->name, "clip") == 0 && e->n_args == 3) {
        write_clip(e, out);
        return;
    }
    for (size_t i = 0; i < sizeof around / sizeof *around; i++) {
        if (strcmp(e->name, around[i][0]) != 0 || e->n_args != 1) continue;
        write_wrapped(around[i][1], e->args[0], around[i][2], out);
        return;
    }
    for (size_t i = 0; i < sizeof named / sizeof *named; i++) {
        if (strcmp(e->name, named[i][0]) != 0) continue;
        onset_text_add(out, named[i][1]);
        write_args(e, out);
        return;
    }
    onset_text_printf(out, "\\operatorname{%s}", e->name);
    write_args(e, out);
}

/* ---- Operators ---- */

static bool is_negative(const onset_expr *e)
{
    return (e->kind == ONSET_EXPR_UNARY && e->op == ONSET_OP_NEG) || (e->kind == ONSET_EXPR_NUMBER && e->number < 0);
}

/* Whether a number is digits alone; "2 x 10^-7" and "2 mg" are no base of a power. */
static bool is_plain(const onset_expr *e)
{
    const bool has_unit = e->unit.text && strcmp(e->unit.text, "1") != 0;

    return !has_unit && (e->number == 0 || (fabs(e->number) >= 1e-4 && fabs(e->number) < 1e15));
}

/* A fraction and a function hold together by their look; only as the base of a power a fraction does not. */
static int strength(const onset_expr *e)
{
    switch (e->kind) {
    case ONSET_EXPR_IF:
        return ONSET_BINDS_LOOSEST;
    case ONSET_EXPR_UNARY:
        return e->op == ONSET_OP_NOT ? ONSET_BINDS_NOT : ONSET_BINDS_MINUS;
    case ONSET_EXPR_NUMBER:
        return e->number < 0 ? ONSET_BINDS_MINUS : is_plain(e) ? ONSET_BINDS_TIGHTEST : ONSET_BINDS_FRACTION;
    case ONSET_EXPR_BINARY:
        return e->op == ONSET_OP_DIV ? ONSET_BINDS_FRACTION : onset_operator_binds(e->op);
    case ONSET_EXPR_CALL:
        return strcmp(e->name, "hill") == 0 ? ONSET_BINDS_FRACTION : strcmp(e->name, "pow") == 0 ? ONSET_BINDS_POWER : ONSET_BINDS_TIGHTEST;
    default:
        return ONSET_BINDS_TIGHTEST;
    }
}

static const char *sign_of(onset_operator op)
{
    switch (op) {
    case ONSET_OP_ADD:
        return " + ";
    case ONSET_OP_SUB:
        return " - ";
    case ONSET_OP_MUL:
        return " \\cdot ";
    case ONSET_OP_EQ:
        return " = ";
    case ONSET_OP_NE:
        return " \\neq ";
    case ONSET_OP_LT:
        return " \\lt ";
    case ONSET_OP_LE:
        return " \\leq ";
    case ONSET_OP_GT:
        return " \\gt ";
    case ONSET_OP_GE:
        return " \\geq ";
    case ONSET_OP_AND:
        return "\\text{ and }";
    default:
        return "\\text{ or }";
    }
}

static void write_binary(const onset_expr *e, onset_text *out)
{
    const int         own   = strength(e);
    const onset_expr *right = e->args[1];

    if (e->op == ONSET_OP_POW) {
        write_power(e->args[0], right, out);
    } else if (e->op == ONSET_OP_DIV) {
        write_wrapped("\\frac{", e->args[0], "}", out);
        write_wrapped("{", right, "}", out);
    } else {
        write_at(e->args[0], own == ONSET_BINDS_COMPARE ? own + 1 : own, out);
        onset_text_add(out, sign_of(e->op));
        write_at(right, is_negative(right) && own >= ONSET_BINDS_SUM ? ONSET_BINDS_TIGHTEST : own + 1, out);
    }
}

/* if a then x else if b then y else z: one brace with three lines. */
static void write_cases(const onset_expr *e, onset_text *out)
{
    onset_text_add(out, "\\begin{cases} ");
    for (; e->kind == ONSET_EXPR_IF; e = e->args[2]) {
        write_at(e->args[1], ONSET_BINDS_OR, out);
        write_wrapped(" & \\text{if } ", e->args[0], " \\cr ", out);
    }
    write_wrapped("", e, " & \\text{otherwise} \\end{cases}", out);
}

static void write_plain(const onset_expr *e, onset_text *out)
{
    switch (e->kind) {
    case ONSET_EXPR_NUMBER:
        write_number(e->number, out);
        if (e->unit.text && strcmp(e->unit.text, "1") != 0) onset_text_add(out, "~"), onset_unit_tex(e->unit.text, out);
        break;
    case ONSET_EXPR_NAME:
        onset_name_tex(e->name, out);
        break;
    case ONSET_EXPR_UNARY:
        onset_text_add(out, e->op == ONSET_OP_NOT ? "\\text{not }" : "-");
        write_at(e->args[0], e->op == ONSET_OP_NOT || is_negative(e->args[0]) ? ONSET_BINDS_TIGHTEST : strength(e), out);
        break;
    case ONSET_EXPR_BINARY:
        write_binary(e, out);
        break;
    case ONSET_EXPR_CALL:
        write_call(e, out);
        break;
    case ONSET_EXPR_IF:
        write_cases(e, out);
        break;
    default:
        onset_text_add(out, "?");
    }
}

static void write_at(const onset_expr *e, int least, onset_text *out)
{
    const bool parens = strength(e) < least;

    if (parens) onset_text_add(out, "\\left(");
    write_plain(e, out);
    if (parens) onset_text_add(out, "\\right)");
}

void onset_expression_tex(const onset_expr *expr, onset_text *text)
{
    write_at(expr, ONSET_BINDS_LOOSEST, text);
}

/* ---- An equation ---- */

static bool is_sum(const onset_expr *e)
{
    return e->kind == ONSET_EXPR_BINARY && (e->op == ONSET_OP_ADD || e->op == ONSET_OP_SUB);
}

/* a + b - c: the terms from the left, each on its line. A sum leans to the left, so the recursion goes down its left side. */
static void write_terms(const onset_expr *e, onset_text *out)
{
    if (!is_sum(e)) {
        write_at(e, ONSET_BINDS_SUM, out);
        return;
    }
    write_terms(e->args[0], out);
    onset_text_printf(out, " \\cr &\\quad {}%s ", e->op == ONSET_OP_ADD ? "+" : "-");
    write_at(e->args[1], is_negative(e->args[1]) ? ONSET_BINDS_TIGHTEST : ONSET_BINDS_PRODUCT, out);
}

void onset_equation_tex(const char *left, const onset_expr *right, onset_text *out)
{
    onset_text plain = {0};

    if (right) onset_expression_write(right, &plain);
    if (right && is_sum(right) && plain.n > BROKEN_FROM) {
        onset_text_printf(out, "\\begin{aligned} %s &= ", left);
        write_terms(right, out);
        onset_text_add(out, " \\end{aligned}");
    } else {
        onset_text_printf(out, "%s = ", left);
        if (right) onset_expression_tex(right, out);
    }
    out->failed |= plain.failed;
    onset_text_free(&plain);
}
