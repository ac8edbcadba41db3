/* Tables of values in text files: a header line, then one row a subject, separated by commas, semicolons or tabs (whichever the header has).
 * Fields may stand in double quotes, in which separators and line ends count for nothing and "" is a quote. LF, CRLF, a BOM are all fine. */
#ifndef ONSET_POPULATION_TABLE_H
#define ONSET_POPULATION_TABLE_H

#include "base/arena.h"

/* The largest table read [byte], chosen by us: a million subjects with thirty columns. */
enum { ONSET_TABLE_MAX = 256 << 20 };

typedef struct {
    int          n_columns, n_rows;
    const char **names; /* [n_columns], without the unit */
    const char **units; /* [n_columns] of a header such as "weight [kg]"; NULL where none is written */
    const char **cells; /* [n_rows][n_columns], trimmed; "" where empty */
    int         *lines; /* [n_rows] line of the file where the row begins, from 1 */
    const char  *text;  /* the file as it was read, n bytes */
    size_t       n;
} onset_table;

/* NO_FILE; BAD_INPUT for a table that is empty, has no rows, a column without a name or twice, or a row of another length (names the line). */
onset_status onset_table_read(onset_error *err, onset_arena *arena, const char *path, onset_table *out);

/* The same for a text in memory; path is its name in messages. */
onset_status onset_table_parse(onset_error *err, onset_arena *arena, const char *path, const char *text, size_t n, onset_table *out);

/* A cell as a number. BAD_INPUT, with row, line and column, where it is missing (empty, NA, NaN, ".") or not a number. */
onset_status onset_table_number(onset_error *err, const onset_table *table, const char *path, int row, int column, double *out);

/* Whether a cell holds no value. */
bool onset_table_is_missing(const char *cell);

#endif
