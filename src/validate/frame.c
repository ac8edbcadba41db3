#include "validate/frame.h"

#include "base/error.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <strings.h>
#include <unistd.h>

onset_status onset_frame_read(onset_error *err, onset_arena *arena, const char *folder, const char *name, bool required, onset_frame *out)
{
    const char *path = onset_arena_printf(arena, "%s/%s", folder, name);

    *out = (onset_frame){0};
    if (access(path, R_OK) != 0)
        return required ? onset_fail(err, ONSET_NO_FILE, "there is no table '%s'; give a folder that has one", path) : ONSET_OK;
    out->path = path;
    return onset_table_read(err, arena, path, &out->table);
}

int onset_frame_n(const onset_frame *frame)
{
    return frame->table.n_rows;
}

bool onset_frame_has(const onset_frame *frame, const char *column)
{
    for (int i = 0; i < frame->table.n_columns; i++)
        if (strcasecmp(frame->table.names[i], column) == 0) return true;
    return false;
}

onset_status onset_frame_need(onset_error *err, const onset_frame *frame, const char *const *columns, const char *where)
{
    for (; frame->path && *columns; columns++)
        if (!onset_frame_has(frame, *columns))
            return onset_fail(err, ONSET_BAD_INPUT, "'%s' has no column '%s' in its first line; %s lists the columns", frame->path,
                              *columns, where);
    return ONSET_OK;
}

const char *onset_frame_text(const onset_frame *frame, int row, const char *column)
{
    for (int i = 0; row >= 0 && i < frame->table.n_columns; i++) {
        if (strcasecmp(frame->table.names[i], column) != 0) continue;
        const char *cell = frame->table.cells[row * frame->table.n_columns + i];
        return onset_table_is_missing(cell) ? "" : cell;
    }
    return "";
}

double onset_frame_number(const onset_frame *frame, int row, const char *column)
{
    const char  *text = onset_frame_text(frame, row, column);
    char        *end  = NULL;
    const double a    = strtod(text, &end);

    if (end == text || !isfinite(a)) return NAN;
    if (*end == '-' && end[1] >= '0' && end[1] <= '9') {
        char        *last = NULL;
        const double b    = strtod(end + 1, &last);
        return *last ? NAN : (a + b) / 2;
    }
    return *end ? NAN : a;
}

int onset_frame_find(const onset_frame *frame, const char *column, const char *text)
{
    for (int i = 0; i < frame->table.n_rows; i++)
        if (strcasecmp(onset_frame_text(frame, i, column), text) == 0) return i;
    return -1;
}

/* A blank for what may stand between two words. */
static int joint(char c)
{
    return c == '-' || c == '_' ? ' ' : tolower((unsigned char)c);
}

bool onset_text_contains(const char *text, const char *part)
{
    for (;; text++) {
        size_t n = 0;
        while (part[n] && joint(text[n]) == joint(part[n])) n++;
        if (!part[n]) return true;
        if (!*text) return false;
    }
}
