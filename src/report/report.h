/* The report of a run: one HTML file with charts and tables that opens anywhere, without a network.
 *
 * The page itself (markup, style, script) is web/report, bundled into the program when it is built; this part adds the
 * numbers. Whatever stands in the database is treated as text, never as markup. */
#ifndef ONSET_REPORT_REPORT_H
#define ONSET_REPORT_REPORT_H

#include "onset.h"

/* Reads a finished result.sqlite (src/store/schema.sql) and writes the report, to one side and renamed into place.
 *
 * sqlite_path  opened read-only; it is not changed
 * html_path    replaced where it exists
 *
 * Tables that are empty (no rates, no control, one visit) leave their section out. NO_FILE where the database cannot be
 * opened, BAD_INPUT where it is no result of Onset or of another schema, NO_OUTPUT where the report cannot be written. */
onset_status onset_report_write(onset_error *err, const char *sqlite_path, const char *html_path);

#endif
