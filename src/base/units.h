/* Units as values: UDUNITS-2 parses the text, the algebra is our own (UDUNITS keeps global state, a value keeps none). */
#ifndef ONSET_BASE_UNITS_H
#define ONSET_BASE_UNITS_H

#include "base/arena.h"

enum { ONSET_N_DIMENSIONS = 8 }; /* m, kg, s, A, K, mol, cd, rad: the base units of UDUNITS-2 */

/* 1 unit = scale x product of base units ^ power. */
typedef struct {
    double scale;
    double power[ONSET_N_DIMENSIONS];
} onset_unit;

typedef struct onset_unit_system onset_unit_system; /* the database, read once, and a cache of parsed texts */

onset_status onset_unit_system_create(onset_error *err, onset_unit_system **out);
void         onset_unit_system_free(onset_unit_system *system);

/* BAD_INPUT with a message for a text that is no unit or one that has an offset or is logarithmic (degree Celsius, dB). */
onset_status onset_unit_parse(onset_error *err, onset_unit_system *system, const char *text, onset_unit *out);

extern const onset_unit onset_unit_one;  /* dimensionless, scale 1 */
extern const onset_unit onset_unit_hour; /* of time in a model */

onset_unit onset_unit_multiply(onset_unit a, onset_unit b);
onset_unit onset_unit_divide(onset_unit a, onset_unit b);
onset_unit onset_unit_raise(onset_unit a, double power);
bool       onset_unit_same_dimension(onset_unit a, onset_unit b);
bool       onset_unit_is_dimensionless(onset_unit a);

/* x [from] = x * factor [to]; exact 1 for the same unit. Both must have the same dimension. */
double onset_unit_factor(onset_unit from, onset_unit to);

/* For messages: "mg/h", "umol/L", "1/h" where everyday units make it up, otherwise base units with a scale. The model keeps the user's own
 * spelling beside. */
const char *onset_unit_describe(onset_arena *arena, onset_unit unit);

/* What to write instead of a text that is no unit ("mcg": "write ug"), or NULL. */
const char *onset_unit_hint(const char *text);

#endif
