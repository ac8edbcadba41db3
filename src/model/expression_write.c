#include "model/expression_private.h"

int onset_operator_binds(onset_operator op)
{
    switch (op) {
    case ONSET_OP_OR:
        return ONSET_BINDS_OR;
    case ONSET_OP_AND:
        return ONSET_BINDS_AND;
    case ONSET_OP_ADD:
    case ONSET_OP_SUB:
        return ONSET_BINDS_SUM;
    case ONSET_OP_MUL:
    case ONSET_OP_DIV:
        return ONSET_BINDS_PRODUCT;
    case ONSET_OP_POW:
        return ONSET_BINDS_POWER;
    default:
        return ONSET_BINDS_COMPARE;
    }
}

static int strength(const onset_expr *e)
{
    if (e->kind == ONSET_EXPR_IF) return ONSET_BINDS_LOOSEST;
    if (e->kind == ONSET_EXPR_UNARY) return e->op == ONSET_OP_NOT ? ONSET_BINDS_NOT : ONSET_BINDS_MINUS;
    if (e->kind == ONSET_EXPR_NUMBER) return e->number < 0 ? ONSET_BINDS_MINUS : ONSET_BINDS_TIGHTEST;
    return e->kind == ONSET_EXPR_BINARY ? onset_operator_binds(e->op) : ONSET_BINDS_TIGHTEST;
}

static void write_at(const onset_expr *e, int least, onset_text *text);

static void write_binary(const onset_expr *e, onset_text *text)
{
    const int  own   = strength(e);
    const bool right = e->op == ONSET_OP_POW; /* right to left */

    write_at(e->args[0], right || own == ONSET_BINDS_COMPARE ? own + 1 : own, text);
    onset_text_printf(text, right ? "%s" : " %s ", onset_operator_text(e->op));
    write_at(e->args[1], right ? own : own + 1, text);
}

static void write_plain(const onset_expr *e, onset_text *text)
{
    switch (e->kind) {
    case ONSET_EXPR_NUMBER:
        if (e->percent)
            onset_text_printf(text, "%.15g%%", 100 * e->number);
        else
            onset_text_printf(text, "%.15g", e->number);
        if (e->unit.text) onset_text_printf(text, " [%s]", e->unit.text);
        break;
    case ONSET_EXPR_NAME:
        onset_text_add(text, e->name);
        break;
    case ONSET_EXPR_UNARY:
        onset_text_add(text, e->op == ONSET_OP_NOT ? "not " : "-");
        write_at(e->args[0], strength(e), text);
        break;
    case ONSET_EXPR_BINARY:
        write_binary(e, text);
        break;
    case ONSET_EXPR_CALL:
        onset_text_printf(text, "%s(", e->name);
        for (int i = 0; i < e->n_args; i++) {
            if (i) onset_text_add(text, ", ");
            write_at(e->args[i], ONSET_BINDS_LOOSEST, text);
        }
        onset_text_add(text, ")");
        break;
    case ONSET_EXPR_IF:
        onset_text_add(text, "if ");
        write_at(e->args[0], ONSET_BINDS_OR, text);
        onset_text_add(text, " then ");
        write_at(e->args[1], ONSET_BINDS_OR, text);
        onset_text_add(text, " else ");
        write_at(e->args[2], ONSET_BINDS_LOOSEST, text);
        break;
    default:
        onset_text_add(text, "?");
    }
}

static void write_at(const onset_expr *e, int least, onset_text *text)
{
    const bool parens = strength(e) < least;

    if (parens) onset_text_add(text, "(");
    write_plain(e, text);
    if (parens) onset_text_add(text, ")");
}

void onset_expression_write(const onset_expr *expr, onset_text *text)
{
    write_at(expr, ONSET_BINDS_LOOSEST, text);
}
