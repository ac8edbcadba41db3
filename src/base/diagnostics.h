/* Diagnostics of the language: every error and warning of the files read, each with its place.
 *
 * The list is created with an arena and lives as long as it. Texts are kept by reference: source texts too must outlive it. */
#ifndef ONSET_BASE_DIAGNOSTICS_H
#define ONSET_BASE_DIAGNOSTICS_H

#include "base/arena.h"
#include "base/text.h"

/* A file that was read: its name as the user would write it, its text (UTF-8, LF, no BOM, NUL-terminated). */
typedef struct {
    const char *path;
    const char *text;
    size_t      n;
} onset_source;

/* A piece of a source. line and column count from 1; column and length count characters, not bytes. source NULL: no place. */
typedef struct {
    const onset_source *source;
    int                 line, column, length;
} onset_place;

typedef enum { ONSET_WARNING, ONSET_ERROR } onset_severity;

typedef struct {
    onset_severity severity;
    onset_place    place;
    const char    *message; /* what is wrong, one sentence, no full stop */
    const char    *hint;    /* what the writer can do; NULL where the message says it */
} onset_diagnostic;

typedef struct {
    onset_arena *arena;
    ONSET_VEC(onset_diagnostic) list;
    int n_errors, n_warnings;
} onset_diagnostics;

/* Adds one; the same severity, place and message twice is kept once. hint may be NULL. */
void onset_error_at(onset_diagnostics *out, onset_place place, const char *hint, const char *format, ...) ONSET_PRINTF(4, 5);
void onset_warning_at(onset_diagnostics *out, onset_place place, const char *hint, const char *format, ...) ONSET_PRINTF(4, 5);

/* Adds all of another list, of whatever arena. */
void onset_diagnostics_add_all(onset_diagnostics *out, const onset_diagnostics *from);

/* Sorted by file and place, each as
 *     file.onset:12:8: error: unknown name 'clearence'
 *        12 | d/dt(A) = -clearence / V * A
 *           |           ^^^^^^^^^
 *           = did you mean 'clearance'? */
void onset_diagnostics_write(const onset_diagnostics *list, onset_text *text);

#endif
