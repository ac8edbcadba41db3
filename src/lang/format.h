/* The lines of a formatted file, before they are aligned. Private to the formatter. */
#ifndef ONSET_LANG_FORMAT_H
#define ONSET_LANG_FORMAT_H

#include "base/text.h"
#include "lang/token.h"

/* Columns of a statement that line up over neighbouring lines. */
typedef enum {
    ONSET_COLUMN_HEAD,   /* from the start of the line */
    ONSET_COLUMN_UNIT,   /* [unit] before the = */
    ONSET_COLUMN_VALUE,  /* = or ~ and what follows */
    ONSET_COLUMN_CLAUSE, /* iiv, in, into, convert ... */
    ONSET_COLUMN_CLAUSE_2,
    ONSET_COLUMN_SOURCE, /* from, calibrated, assumed, or the text */
    ONSET_COLUMN_COMMENT,
    ONSET_N_COLUMNS
} onset_column;

typedef struct {
    int         indent;                 /* [character] */
    int         level;                  /* of braces */
    bool        blank_before;           /* an empty line stands before it */
    bool        is_block;               /* module, model or study */
    const char *group;                  /* only lines of one group line up; NULL: with none */
    const char *cells[ONSET_N_COLUMNS]; /* NULL where a line has no such column */
} onset_line;

typedef ONSET_VEC(onset_line) onset_lines;

/* Writes the lines, columns lined up, each with its newline. */
void onset_lines_write(const onset_lines *lines, onset_text *out);

#endif
