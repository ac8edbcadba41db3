/* A text that grows: for emitted C, formatted files, reports. Heap memory, freed by the owner.
 *
 * When memory runs out the text remembers it (failed) and further calls do nothing; check once at the end. */
#ifndef ONSET_BASE_TEXT_H
#define ONSET_BASE_TEXT_H

#include "onset.h"

typedef struct {
    char  *s; /* NUL-terminated, or NULL while empty */
    size_t n, cap;
    bool   failed;
} onset_text;

void onset_text_add(onset_text *text, const char *s);
void onset_text_add_n(onset_text *text, const char *s, size_t n);
void onset_text_printf(onset_text *text, const char *format, ...) ONSET_PRINTF(2, 3);
void onset_text_free(onset_text *text); /* leaves it empty and usable */

/* Reads a whole file of at most max_bytes. *text is malloc'ed and NUL-terminated (the file may hold NULs too: *n counts bytes). */
onset_status onset_file_read(onset_error *err, const char *path, size_t max_bytes, char **text, size_t *n);

/* Writes a file to one side and renames it into place, so that no half of it is ever seen. */
onset_status onset_file_write(onset_error *err, const char *path, const char *text, size_t n);

#endif
