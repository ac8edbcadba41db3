#include "print.h"

#include "lang/lang.h"

void onset_print_expr(const onset_expr *e, onset_text *text)
{
    switch (e->kind) {
    case ONSET_EXPR_NUMBER:
        onset_text_printf(text, "%.17g", e->number);
        if (e->unit.text) onset_text_printf(text, "[%s]", e->unit.text);
        return;
    case ONSET_EXPR_NAME:
        onset_text_add(text, e->name);
        return;
    case ONSET_EXPR_BAD:
        onset_text_add(text, "?");
        return;
    case ONSET_EXPR_UNARY:
    case ONSET_EXPR_BINARY:
        onset_text_printf(text, "(%s", onset_operator_text(e->op));
        break;
    case ONSET_EXPR_CALL:
        onset_text_printf(text, "(%s", e->name);
        break;
    case ONSET_EXPR_IF:
        onset_text_add(text, "(if");
        break;
    }
    for (int i = 0; i < e->n_args; i++) {
        onset_text_add(text, " ");
        onset_print_expr(e->args[i], text);
    }
    onset_text_add(text, ")");
}
