/* Between the files of units: nobody else includes this, but the tests that compare the two parsers. */
#ifndef ONSET_BASE_UNITS_PRIVATE_H
#define ONSET_BASE_UNITS_PRIVATE_H

#include "base/units.h"

/* The everyday units, without the database of UDUNITS-2, whose reading would be a fifth of the program's start. False for whatever it
 * does not know: then UDUNITS-2 is asked. What it knows has the value that UDUNITS-2 gives; a test compares them. */
bool onset_unit_parse_everyday(const char *text, onset_unit *out);

/* UDUNITS-2 itself. */
onset_status onset_unit_parse_udunits(onset_error *err, onset_unit_system *system, const char *text, onset_unit *out);

#endif
