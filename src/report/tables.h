/* What the report shows of a database, as JSON. */
#ifndef ONSET_REPORT_TABLES_H
#define ONSET_REPORT_TABLES_H

#include "onset.h"

#include <jansson.h>
#include <sqlite3.h>

/* An object with one member a table, each an object of columns: {"arm": {"position": [0, 1], "title": ["Ketamine", "Placebo"]}, ...}.
 * *out is the caller's (json_decref). Numbers that are not finite and NULLs are null; bytes that are not UTF-8 become U+FFFD. */
onset_status onset_report_tables(onset_error *err, sqlite3 *db, json_t **out);

/* A text as a JSON string, whatever its bytes. NULL where memory ran out. */
json_t *onset_report_text(const char *s, size_t n);

#endif
