/* The tables of a result as CSV, one file a table (RFC 4180: commas, CRLF, quotes where needed; UTF-8; NULL is empty). */
#ifndef ONSET_STORE_CSV_H
#define ONSET_STORE_CSV_H

#include "onset.h"

/* Writes folder/TABLE.csv for every table and view of result.sqlite that has names in place of positions. The folder must exist.
 *
 * cancelled  asked every few thousand rows; NULL: never. Numbers are written with as few digits as read back to the same double. */
onset_status onset_csv_write(onset_error *err, const char *sqlite_path, const char *folder, bool (*cancelled)(void *ctx), void *ctx);

#endif
