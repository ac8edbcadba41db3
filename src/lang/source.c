#include "lang/lang.h"

#include "base/error.h"
#include "base/text.h"

#include <stdlib.h>

/* Line and column (in characters, from 1) of a byte. */
static void place_of(const char *text, size_t at, int *line, int *column)
{
    *line   = 1;
    *column = 1;
    for (size_t i = 0; i < at; i++) {
        if (text[i] == '\n') {
            ++*line;
            *column = 1;
        } else if (((unsigned char)text[i] & 0xC0) != 0x80) {
            ++*column;
        }
    }
}

/* Bytes of the well-formed UTF-8 character at s, 0 where there is none (The Unicode Standard 15.0, table 3-7). */
static size_t character(const unsigned char *s, size_t n)
{
    const unsigned char c   = s[0];
    unsigned char       low = 0x80, high = 0xBF;
    size_t              size = c < 0x80 ? 1 : c < 0xC2 ? 0 : c < 0xE0 ? 2 : c < 0xF0 ? 3 : c < 0xF5 ? 4 : 0;

    if (size == 0 || size > n) return 0;
    if (c == 0xE0) low = 0xA0;
    if (c == 0xED) high = 0x9F;
    if (c == 0xF0) low = 0x90;
    if (c == 0xF4) high = 0x8F;
    for (size_t i = 1; i < size; i++) {
        if (s[i] < low || s[i] > high) return 0;
        low  = 0x80;
        high = 0xBF;
    }
    return size;
}

/* Refuses what is no text: UTF-16, NUL bytes, broken UTF-8. */
static onset_status check_text(onset_error *err, const char *path, const char *text, size_t n)
{
    const unsigned char *s = (const unsigned char *)text;
    int                  line, column;

    if (n >= 2 && ((s[0] == 0xFF && s[1] == 0xFE) || (s[0] == 0xFE && s[1] == 0xFF)))
        return onset_fail(err, ONSET_BAD_INPUT, "'%s' is UTF-16 text; save it as UTF-8", path);
    for (size_t i = 0, size; i < n; i += size) {
        size = character(s + i, n - i);
        if (size && s[i]) continue;
        place_of(text, i, &line, &column);
        if (!s[i]) return onset_fail(err, ONSET_BAD_INPUT, "%s:%d:%d: a NUL byte; this is a binary file, not text", path, line, column);
        return onset_fail(err, ONSET_BAD_INPUT, "%s:%d:%d: byte 0x%02X is not UTF-8; save the file as UTF-8", path, line, column, s[i]);
    }
    return ONSET_OK;
}

/* CRLF and a lone CR become LF, in place; the new length. */
static size_t mend_line_ends(char *text, size_t n)
{
    size_t to = 0;

    for (size_t i = 0; i < n; i++) {
        if (text[i] == '\r') {
            if (i + 1 < n && text[i + 1] == '\n') continue;
            text[to++] = '\n';
        } else {
            text[to++] = text[i];
        }
    }
    text[to] = '\0';
    return to;
}

onset_status onset_source_from_text(onset_error *err, onset_arena *arena, const char *path, const char *text, size_t n, onset_source **out)
{
    onset_status  status;
    onset_source *source;
    char         *copy;

    if (n > ONSET_SOURCE_MAX)
        return onset_fail(err, ONSET_BAD_INPUT, "'%s' is larger than %d MB, the most that is read; is it the right file?", path,
                          ONSET_SOURCE_MAX >> 20);
    if (n >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0) {
        text += 3;
        n -= 3;
    }
    status = check_text(err, path, text, n);
    if (status != ONSET_OK) return status;

    source = onset_arena_alloc(arena, sizeof *source);
    copy   = onset_arena_copy(arena, text, n);
    if (!source || !copy) return onset_fail(err, ONSET_NO_MEMORY, "no memory for '%s'", path);
    source->n    = mend_line_ends(copy, n);
    source->text = copy;
    source->path = onset_arena_copy(arena, path, strlen(path));
    if (!source->path) return onset_fail(err, ONSET_NO_MEMORY, "no memory for '%s'", path);
    *out = source;
    return ONSET_OK;
}

onset_status onset_source_read(onset_error *err, onset_arena *arena, const char *path, onset_source **out)
{
    char        *text = NULL;
    size_t       n    = 0;
    onset_status status;

    status = onset_file_read(err, path, ONSET_SOURCE_MAX, &text, &n);
    if (status != ONSET_OK) return status;
    if (!onset_arena_adopt(arena, text)) return onset_fail(err, ONSET_NO_MEMORY, "no memory for '%s'", path);
    return onset_source_from_text(err, arena, path, text, n, out);
}
