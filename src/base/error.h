/* Errors with a place: the one-line failure of the library, and the diagnostics of the language. */
#ifndef ONSET_BASE_ERROR_H
#define ONSET_BASE_ERROR_H

#include "onset.h"

#include <stdarg.h>

/* Sets status and message when err is clear (the first failure is kept) and returns the status given, so a failure is one line. err may be NULL. */
onset_status onset_fail(onset_error *err, onset_status status, const char *format, ...) ONSET_PRINTF(3, 4);

#endif
