/* Between the files of expression.h. */
#ifndef ONSET_MODEL_EXPRESSION_PRIVATE_H
#define ONSET_MODEL_EXPRESSION_PRIVATE_H

#include "model/expression.h"

/* How strongly parts of an expression hold together when it is written, weakest first; as in the parser. Only mathematics has fractions. */
enum {
    ONSET_BINDS_LOOSEST,
    ONSET_BINDS_OR,
    ONSET_BINDS_AND,
    ONSET_BINDS_NOT,
    ONSET_BINDS_COMPARE,
    ONSET_BINDS_SUM,
    ONSET_BINDS_PRODUCT,
    ONSET_BINDS_MINUS,
    ONSET_BINDS_FRACTION,
    ONSET_BINDS_POWER,
    ONSET_BINDS_TIGHTEST
};

int onset_operator_binds(onset_operator op); /* of two operands */

/* A built-in function. */
onset_typed onset_type_call(const onset_scope *scope, const onset_expr *call);

onset_typed onset_type_power(const onset_scope *scope, onset_typed base, onset_typed exponent, onset_place place);

/* False, with an error at place where value is a condition or category; quietly where value had an error. */
bool onset_typed_is_number(const onset_scope *scope, const onset_typed *value, onset_place place);

/* Converts right to the unit of left (or lends a plain 0 the other's unit); an error beginning with `what` where they do not fit. */
bool onset_typed_fit(const onset_scope *scope, onset_typed *left, onset_typed *right, onset_place place, const char *what);

/* value, or an error at place where it is a constant that is not finite. */
onset_typed onset_typed_finite(const onset_scope *scope, onset_typed value, onset_place place);

#endif
