/* From text to syntax tree, and the formatter. Numbers have a decimal point: call it in the C locale (base/c_locale.h). */
#ifndef ONSET_LANG_LANG_H
#define ONSET_LANG_LANG_H

#include "lang/ast.h"

/* The largest file read [byte], chosen by us: a thousand times the longest module. */
enum { ONSET_SOURCE_MAX = 16 << 20 };

/* Reads a file: UTF-8 is checked, a BOM dropped, CRLF made LF. Fails (NO_FILE, BAD_INPUT) for a file that is missing, too large,
 * binary (holds NUL) or not UTF-8, with the line and column of the first bad byte. An empty file reads well. */
onset_status onset_source_read(onset_error *err, onset_arena *arena, const char *path, onset_source **out);

/* The same for a text in memory; it is copied. path is its name in messages. */
onset_status onset_source_from_text(onset_error *err, onset_arena *arena, const char *path, const char *text, size_t n, onset_source **out);

/* Parses a whole file, going on after errors (to the next statement). Never NULL; what could not be parsed is left out, but a declaration
 * whose name could be read is kept, its value ONSET_EXPR_BAD where that could not, so that uses of the name are not errors too. Numbers
 * that make no sense wherever they stand (a negative dose, an infusion of zero length, a correlation of 2) are errors here already.
 * Stops after 1,000 errors. Call it inside onset_arena_run(). */
onset_file *onset_parse(onset_arena *arena, const onset_source *source, onset_diagnostics *out);

/* The formatted text of a file that parses without errors: same tokens and comments, one style. Formatting twice changes nothing. */
onset_status onset_format(onset_error *err, const onset_source *source, onset_text *out);

/* "+" for ONSET_OP_ADD and so on. */
const char *onset_operator_text(onset_operator op);

#endif
