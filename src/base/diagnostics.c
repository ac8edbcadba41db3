#include "base/diagnostics.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

/* ---- Collecting ---- */

static bool same_place(const onset_place *a, const onset_place *b)
{
    return a->source == b->source && a->line == b->line && a->column == b->column && a->length == b->length;
}

static void add(onset_diagnostics *out, onset_severity severity, onset_place place, const char *hint, const char *format, va_list values)
{
    char             small[256];
    va_list          again;
    int              n;
    const char      *message;
    onset_diagnostic found = {.severity = severity, .place = place};

    va_copy(again, values);
    n = vsnprintf(small, sizeof small, format, values);
    if (n >= 0 && (size_t)n < sizeof small) {
        message = onset_arena_copy(out->arena, small, (size_t)n);
    } else {
        char *const long_message = onset_arena_alloc(out->arena, (size_t)(n > 0 ? n : 0) + 1);
        if (long_message && n > 0) vsnprintf(long_message, (size_t)n + 1, format, again);
        message = long_message;
    }
    va_end(again);
    if (!message) message = "no memory for this message";

    for (int i = 0; i < out->list.n; i++) {
        const onset_diagnostic *d = &out->list.items[i];
        if (d->severity == severity && same_place(&d->place, &place) && strcmp(d->message, message) == 0) return;
    }
    found.message = message;
    found.hint    = hint ? onset_arena_copy(out->arena, hint, strlen(hint)) : NULL;
    onset_vec_push(out->arena, &out->list, found);
    if (severity == ONSET_ERROR)
        out->n_errors++;
    else
        out->n_warnings++;
}

void onset_error_at(onset_diagnostics *out, onset_place place, const char *hint, const char *format, ...)
{
    va_list values;

    va_start(values, format);
    add(out, ONSET_ERROR, place, hint, format, values);
    va_end(values);
}

void onset_warning_at(onset_diagnostics *out, onset_place place, const char *hint, const char *format, ...)
{
    va_list values;

    va_start(values, format);
    add(out, ONSET_WARNING, place, hint, format, values);
    va_end(values);
}

void onset_diagnostics_add_all(onset_diagnostics *out, const onset_diagnostics *from)
{
    for (int i = 0; i < from->list.n; i++) {
        const onset_diagnostic *d = &from->list.items[i];

        if (d->severity == ONSET_ERROR)
            onset_error_at(out, d->place, d->hint, "%s", d->message);
        else
            onset_warning_at(out, d->place, d->hint, "%s", d->message);
    }
}

/* ---- Characters on a screen ---- */

/* Chosen by us: the widest piece of a source line shown [column]; longer lines are cut around the place. */
enum { WIDEST = 160, TAB_STOP = 4 };

/* The character at s (s < end) and its bytes; a byte that is no UTF-8 counts as one character. */
static uint32_t decode(const char *s, const char *end, int *n)
{
    const unsigned char c    = (unsigned char)*s;
    const int           more = c >= 0xF0 ? 3 : c >= 0xE0 ? 2 : c >= 0xC0 ? 1 : 0;
    uint32_t            code = more == 3 ? c & 0x07u : more == 2 ? c & 0x0Fu : more == 1 ? c & 0x1Fu : c;

    *n = 1;
    if (end - s <= more) return c;
    for (int i = 1; i <= more; i++) {
        if (((unsigned char)s[i] & 0xC0) != 0x80) return c;
        code = code << 6 | ((unsigned char)s[i] & 0x3Fu);
    }
    *n = 1 + more;
    return code;
}

/* Columns a character takes on a screen: none for combining marks, two for East Asian wide ones and pictures
 * (the blocks of Unicode 15, EastAsianWidth.txt, coarsely: a caret one off is no harm). */
static int width_of(uint32_t code)
{
    static const struct {
        uint32_t first, last;
        int      width;
    } ranges[] = {{0x0300, 0x036F, 0}, {0x1100, 0x115F, 2},   {0x200B, 0x200F, 0},   {0x20D0, 0x20FF, 0},  {0x2E80, 0xA4CF, 2},
                  {0xAC00, 0xD7A3, 2}, {0xF900, 0xFAFF, 2},   {0xFE00, 0xFE0F, 0},   {0xFE30, 0xFE6F, 2},  {0xFF00, 0xFF60, 2},
                  {0xFFE0, 0xFFE6, 2}, {0x1F300, 0x1F64F, 2}, {0x1F900, 0x1F9FF, 2}, {0x20000, 0x3FFFD, 2}};

    for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++)
        if (code >= ranges[i].first && code <= ranges[i].last) return ranges[i].width;
    return 1;
}

/* ---- Writing ---- */

/* Where the line of the last diagnostic began: they come sorted, so the text is walked once. */
typedef struct {
    const onset_source *source;
    int                 line;
    const char         *start;
} cursor;

/* The start of a line, or NULL where the source has no such line. */
static const char *find_line(cursor *at, const onset_place *place)
{
    const char *const end = place->source->text + place->source->n;

    if (at->source != place->source || at->line > place->line) *at = (cursor){place->source, 1, place->source->text};
    while (at->line < place->line) {
        const char *const newline = memchr(at->start, '\n', (size_t)(end - at->start));
        if (!newline) return NULL;
        at->start = newline + 1;
        at->line++;
    }
    return at->start;
}

/* A source line made ready for the screen: one cell of text a character, with the screen column where it starts. */
typedef struct {
    const char *start, *end;
    int         first, last; /* screen columns of the place, last excluded */
    int         width;       /* of the whole line */
} screen_line;

static screen_line measure(const onset_place *place, const char *line, const char *end)
{
    screen_line shown = {.start = line, .end = end, .first = -1, .last = -1};
    int         index = 1, n;

    for (const char *s = line; s < end; s += n, index++) {
        const uint32_t code = decode(s, end, &n);
        if (index == place->column) shown.first = shown.width;
        if (index == place->column + place->length) shown.last = shown.width;
        shown.width += code == '\t' ? TAB_STOP - shown.width % TAB_STOP : width_of(code);
    }
    if (shown.first < 0) shown.first = shown.width + (place->column > index ? place->column - index : 0);
    if (shown.last < 0) shown.last = shown.width;
    if (shown.last <= shown.first) shown.last = shown.first + 1;
    return shown;
}

/* Writes the screen columns from..to of a line: tabs as spaces, control characters as '?'. */
static void write_line(onset_text *text, const screen_line *shown, int from, int to)
{
    int column = 0, n;

    for (const char *s = shown->start; s < shown->end && column < to; s += n) {
        const uint32_t code  = decode(s, shown->end, &n);
        const int      width = code == '\t' ? TAB_STOP - column % TAB_STOP : width_of(code);
        if (column >= from) {
            if (code == '\t')
                onset_text_printf(text, "%*s", width, "");
            else if (code < 0x20 || (code >= 0x7F && code < 0xA0))
                onset_text_add(text, "?");
            else
                onset_text_add_n(text, s, (size_t)n);
        }
        column += width;
    }
}

/* The end of the line, or of the part of it that can be shown: a line of megabytes is not walked for each of its errors. */
static const char *end_of_line(const onset_place *place, const char *start)
{
    const size_t      left  = (size_t)(place->source->text + place->source->n - start);
    const size_t      reach = 4 * ((size_t)place->column + (size_t)place->length + 2 * WIDEST); /* UTF-8 has up to 4 bytes a character */
    const size_t      n     = left < reach ? left : reach;
    const char *const end   = memchr(start, '\n', n);

    return end ? end : start + n;
}

static void write_excerpt(onset_text *text, const onset_place *place, cursor *at)
{
    const char *const start = find_line(at, place);
    screen_line       shown;
    int               from = 0, to;

    if (!start) return;
    shown = measure(place, start, end_of_line(place, start));
    if (shown.width > WIDEST && shown.first > WIDEST / 2) from = shown.first - WIDEST / 2;
    to = shown.width > from + WIDEST ? from + WIDEST : shown.width;
    if (shown.last > from + WIDEST) shown.last = shown.first + 1 > from + WIDEST ? shown.first + 1 : from + WIDEST;

    onset_text_printf(text, "%5d | %s", place->line, from ? "..." : "");
    write_line(text, &shown, from, to);
    onset_text_printf(text, "%s\n      | %*s", to < shown.width ? "..." : "", shown.first - from + (from ? 3 : 0), "");
    for (int i = shown.first; i < shown.last; i++) onset_text_add(text, "^");
    onset_text_add(text, "\n");
}

/* Order: no place first, then by file name, line, column; errors before warnings; else as they came. */
typedef struct {
    const onset_diagnostic *d;
    int                     index;
} sorted;

static int compare(const void *left, const void *right)
{
    const sorted *const a = left, *const b = right;
    const onset_place *const p = &a->d->place, *const q = &b->d->place;
    int by_file;

    if (!p->source || !q->source) return p->source ? 1 : q->source ? -1 : a->index - b->index;
    by_file = p->source == q->source ? 0 : strcmp(p->source->path, q->source->path);
    if (by_file) return by_file;
    if (p->line != q->line) return p->line < q->line ? -1 : 1;
    if (p->column != q->column) return p->column < q->column ? -1 : 1;
    if (a->d->severity != b->d->severity) return a->d->severity == ONSET_ERROR ? -1 : 1;
    return a->index - b->index;
}

static void write_one(onset_text *text, const onset_diagnostic *d, cursor *at)
{
    if (d->place.source) onset_text_printf(text, "%s:%d:%d: ", d->place.source->path, d->place.line, d->place.column);
    onset_text_printf(text, "%s: %s\n", d->severity == ONSET_ERROR ? "error" : "warning", d->message);
    if (d->place.source) write_excerpt(text, &d->place, at);
    if (d->hint) onset_text_printf(text, "      = %s\n", d->hint);
}

void onset_diagnostics_write(const onset_diagnostics *list, onset_text *text)
{
    const int n     = list->list.n;
    sorted   *order = n ? malloc((size_t)n * sizeof *order) : NULL;
    cursor    at    = {0};

    if (n && !order) {
        text->failed = true;
        return;
    }
    for (int i = 0; i < n; i++) order[i] = (sorted){&list->list.items[i], i};
    if (n) qsort(order, (size_t)n, sizeof *order, compare);
    for (int i = 0; i < n; i++) write_one(text, order[i].d, &at);
    free(order);
}
