#include "population/table.h"

#include "base/error.h"
#include "base/names.h"
#include "base/text.h"

#include <math.h>
#include <stdlib.h>

typedef ONSET_VEC(const char *) fields;

typedef struct {
    onset_error *err;
    onset_arena *arena;
    const char  *path, *at, *end;
    int          line; /* of `at` */
    char         separator;
    onset_status status;
} reader;

/* The separator of which the header line has most, outside quotes. */
static char find_separator(const char *at, const char *end)
{
    static const char separators[] = ",;\t";
    int               counts[3]    = {0};
    int               best         = 0;
    bool              quoted       = false;

    for (; at < end && (quoted || (*at != '\n' && *at != '\r')); at++) {
        if (*at == '"') quoted = !quoted;
        for (int k = 0; k < 3 && !quoted; k++) counts[k] += *at == separators[k];
    }
    for (int k = 1; k < 3; k++) {
        if (counts[k] > counts[best]) best = k;
    }
    return separators[best];
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static const char *trimmed(onset_arena *arena, const char *from, const char *to)
{
    while (from < to && is_blank(*from)) from++;
    while (to > from && is_blank(to[-1])) to--;
    return onset_arena_copy(arena, from, (size_t)(to - from));
}

/* The text of a field in quotes; `at` stands on the first quote and is left after the last. */
static const char *read_quoted(reader *r)
{
    const int   line  = r->line;
    const char *first = ++r->at;
    char       *text;
    size_t      n = 0;

    while (r->at < r->end && (*r->at != '"' || (r->at + 1 < r->end && r->at[1] == '"'))) r->at += *r->at == '"' ? 2 : 1;
    if (r->at >= r->end) {
        r->status = onset_fail(r->err, ONSET_BAD_INPUT, "'%s' line %d: the quote that begins here is not closed", r->path, line);
        return "";
    }
    text = onset_arena_alloc(r->arena, (size_t)(r->at - first) + 1);
    for (const char *c = first; text && c < r->at; c++) {
        r->line += *c == '\n';
        c += *c == '"'; /* the first of two */
        text[n++] = *c;
    }
    r->at++;
    return text;
}

/* One field; `at` is left on its separator or at the end of its line. */
static const char *read_field(reader *r)
{
    const char *first, *text;

    while (r->at < r->end && is_blank(*r->at) && *r->at != r->separator) r->at++;
    if (r->at < r->end && *r->at == '"') {
        text = read_quoted(r);
        while (r->at < r->end && is_blank(*r->at) && *r->at != r->separator) r->at++;
        if (r->status == ONSET_OK && r->at < r->end && *r->at != r->separator && *r->at != '\n' && *r->at != '\r') {
            r->status = onset_fail(r->err, ONSET_BAD_INPUT, "'%s' line %d: text after a closing quote", r->path, r->line);
        }
        return text;
    }
    first = r->at;
    while (r->at < r->end && *r->at != r->separator && *r->at != '\n' && *r->at != '\r') r->at++;
    return trimmed(r->arena, first, r->at);
}

/* One line of fields; `at` is left at the start of the next. */
static void read_line(reader *r, fields *out)
{
    out->n = 0;
    for (;;) {
        onset_vec_push(r->arena, out, read_field(r));
        if (r->status != ONSET_OK || r->at >= r->end || *r->at != r->separator) break;
        r->at++;
    }
    if (r->at < r->end && *r->at == '\r') r->at++;
    if (r->at < r->end && *r->at == '\n') r->at++;
    r->line++;
}

static bool is_empty_line(const fields *line)
{
    return line->n == 1 && !*line->items[0];
}

/* "weight [kg]" -> "weight" and "kg". */
static void split_unit(onset_arena *arena, const char *header, const char **name, const char **unit)
{
    const char *open = strchr(header, '['), *close = open ? strchr(open, ']') : NULL;

    *name = open && close && !close[1] ? trimmed(arena, header, open) : header;
    *unit = open && close && !close[1] ? trimmed(arena, open + 1, close) : NULL;
}

static void read_header(reader *r, onset_table *out)
{
    fields      header = {0};
    onset_names seen   = {0};

    do {
        read_line(r, &header);
    } while (r->status == ONSET_OK && r->at < r->end && is_empty_line(&header));
    if (r->status != ONSET_OK) return;
    if (is_empty_line(&header)) {
        r->status = onset_fail(r->err, ONSET_BAD_INPUT, "'%s' is empty; it needs a header line with the names of the columns", r->path);
        return;
    }
    out->n_columns = header.n;
    out->names     = onset_arena_alloc(r->arena, (size_t)header.n * sizeof *out->names);
    out->units     = onset_arena_alloc(r->arena, (size_t)header.n * sizeof *out->units);
    for (int i = 0; i < header.n && r->status == ONSET_OK; i++) {
        split_unit(r->arena, header.items[i], &out->names[i], &out->units[i]);
        if (!*out->names[i])
            r->status = onset_fail(r->err, ONSET_BAD_INPUT, "'%s': column %d has no name", r->path, i + 1);
        else if (onset_names_find(&seen, out->names[i]) >= 0)
            r->status = onset_fail(r->err, ONSET_BAD_INPUT, "'%s': two columns are called '%s'", r->path, out->names[i]);
        else
            onset_names_put(r->arena, &seen, out->names[i], i);
    }
}

static void read_rows(reader *r, onset_table *out)
{
    fields row                    = {0};
    ONSET_VEC(const char *) cells = {0};
    ONSET_VEC(int) lines          = {0};

    while (r->status == ONSET_OK && r->at < r->end) {
        const int line = r->line;

        read_line(r, &row);
        if (r->status != ONSET_OK) return;
        if (is_empty_line(&row) && out->n_columns > 1) continue;
        if (row.n != out->n_columns) {
            r->status =
                onset_fail(r->err, ONSET_BAD_INPUT, "'%s' line %d has %d fields, the header has %d", r->path, line, row.n, out->n_columns);
            return;
        }
        for (int i = 0; i < row.n; i++) onset_vec_push(r->arena, &cells, row.items[i]);
        onset_vec_push(r->arena, &lines, line);
    }
    out->n_rows = lines.n;
    out->cells  = cells.items;
    out->lines  = lines.items;
    if (r->status == ONSET_OK && lines.n == 0) {
        r->status = onset_fail(r->err, ONSET_BAD_INPUT, "'%s' has a header and no rows", r->path);
    }
}

typedef struct {
    reader      *reader;
    onset_table *out;
} parse_ctx;

static void parse(void *ctx)
{
    const parse_ctx *p = ctx;

    p->out->n    = (size_t)(p->reader->end - p->reader->at);
    p->out->text = onset_arena_copy(p->reader->arena, p->reader->at, p->out->n);
    read_header(p->reader, p->out);
    if (p->reader->status == ONSET_OK) read_rows(p->reader, p->out);
}

onset_status onset_table_parse(onset_error *err, onset_arena *arena, const char *path, const char *text, size_t n, onset_table *out)
{
    static const char bom[] = "\xef\xbb\xbf";
    reader            r     = {.err = err, .arena = arena, .path = path, .at = text, .end = text + n, .line = 1};
    onset_table       table = {0};
    parse_ctx         ctx   = {&r, &table};

    if (memchr(text, 0, n)) return onset_fail(err, ONSET_BAD_INPUT, "'%s' is not a text file", path);
    if (n >= 3 && !memcmp(text, bom, 3)) r.at += 3;
    r.separator = find_separator(r.at, r.end);
    if (!onset_arena_run(arena, parse, &ctx)) return onset_fail(err, ONSET_NO_MEMORY, "no memory for the table '%s'", path);
    if (r.status == ONSET_OK) *out = table;
    return r.status;
}

onset_status onset_table_read(onset_error *err, onset_arena *arena, const char *path, onset_table *out)
{
    char              *text   = NULL;
    size_t             n      = 0;
    const onset_status status = onset_file_read(err, path, ONSET_TABLE_MAX, &text, &n);
    onset_status       parsed;

    if (status != ONSET_OK) return status;
    parsed = onset_table_parse(err, arena, path, text, n, out);
    free(text);
    return parsed;
}

bool onset_table_is_missing(const char *cell)
{
    return !*cell || !strcmp(cell, ".") || !strcmp(cell, "NA") || !strcmp(cell, "NaN") || !strcmp(cell, "nan");
}

onset_status onset_table_number(onset_error *err, const onset_table *table, const char *path, int row, int column, double *out)
{
    const char  *cell = table->cells[(size_t)row * (size_t)table->n_columns + (size_t)column];
    const char  *name = table->names[column];
    char        *end  = NULL;
    const double x    = strtod(cell, &end);

    if (onset_table_is_missing(cell)) {
        return onset_fail(err, ONSET_BAD_INPUT, "'%s' row %d (line %d): '%s' is missing; fill it in or leave the row out", path, row + 1,
                          table->lines[row], name);
    }
    if (*end || !isfinite(x)) {
        return onset_fail(err, ONSET_BAD_INPUT, "'%s' row %d (line %d): '%s' is '%.60s', not a number", path, row + 1, table->lines[row],
                          name, cell);
    }
    *out = x;
    return ONSET_OK;
}
