/* Tables read by column name, with blanks. */
#ifndef ONSET_VALIDATE_FRAME_H
#define ONSET_VALIDATE_FRAME_H

#include "population/table.h"

typedef struct {
    onset_table table;
    const char *path; /* NULL: there is no such table; it has no rows */
} onset_frame;

/* Reads folder/name. A table that does not exist is empty, or NO_FILE where it is required. BAD_INPUT as onset_table_read(). */
onset_status onset_frame_read(onset_error *err, onset_arena *arena, const char *folder, const char *name, bool required, onset_frame *out);

int onset_frame_n(const onset_frame *frame); /* rows */

bool onset_frame_has(const onset_frame *frame, const char *column);

/* BAD_INPUT where a table that exists lacks one of the columns, ended by NULL; `where` says where they are listed. */
onset_status onset_frame_need(onset_error *err, const onset_frame *frame, const char *const *columns, const char *where);

/* A cell; "" where it, its column or its row (-1) is missing. */
const char *onset_frame_text(const onset_frame *frame, int row, const char *column);

/* A cell as a number, NAN where there is none. A range "56-84" is its middle. */
double onset_frame_number(const onset_frame *frame, int row, const char *column);

/* The first row with this text in a column, upper and lower case alike; -1. */
int onset_frame_find(const onset_frame *frame, const char *column, const char *text);

bool onset_text_contains(const char *text, const char *part); /* upper and lower case, "-", "_" and " " alike; every text contains "" */

#endif
