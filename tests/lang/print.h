/* An expression as text with all its parentheses, (+ a (* 2 b)): so that tests can say which tree they expect. */
#ifndef ONSET_TESTS_LANG_PRINT_H
#define ONSET_TESTS_LANG_PRINT_H

#include "base/text.h"
#include "lang/ast.h"

void onset_print_expr(const onset_expr *e, onset_text *text);

#endif
