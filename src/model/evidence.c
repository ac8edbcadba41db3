/* Evidence tables: CSV after RFC 4180, with a first row that names the columns.
 *
 * The tables are large and a model cites a few rows of them. So reading finds where each record begins and its key, no more; the
 * other fields are read when the row is asked for. */
#include "base/text.h"
#include "model/library_private.h"

#include <stdlib.h>

enum { TABLE_MAX = 32 << 20 }; /* [byte], chosen by us */

/* The end of the field at p: the comma, line end or NUL after it. Quoted fields may hold commas, quotes and line ends. */
static const char *field_end(const char *p)
{
    if (*p == '"')
        for (p++; *p && (*p != '"' || p[1] == '"'); p++) p += *p == '"';
    while (*p && *p != ',' && *p != '\n') p++;
    return p;
}

static const char *record_end(const char *p, int *n_lines)
{
    const char *start = p;

    for (p = field_end(p); *p == ','; p = field_end(p + 1)) {
    }
    *n_lines = 1;
    for (const char *s = start; (s = memchr(s, '\n', (size_t)(p - s))); s++) ++*n_lines;
    return p;
}

/* Field `column` of the record at p, without its quotes; "" where the record is shorter. */
static const char *field_of(onset_arena *arena, const char *p, int column)
{
    const char *end = field_end(p);
    char       *field;
    size_t      n = 0;
    bool        quoted;

    for (; column > 0 && *end == ','; column--) p = end + 1, end = field_end(p);
    if (column != 0) return "";
    quoted = *p == '"';
    field  = onset_arena_alloc(arena, (size_t)(end - p) + 1);
    for (const char *s = p + quoted; s < end; s++) {
        if (quoted && *s == '"' && *++s != '"') break;
        field[n++] = *s;
    }
    if (n && !quoted && field[n - 1] == '\r') field[n - 1] = 0;
    return field;
}

static int column_of(onset_arena *arena, const char *head, const char *name)
{
    const char *end = head;

    for (int i = 0;; i++) {
        if (strcmp(field_of(arena, end, 0), name) == 0) return i;
        end = field_end(end);
        if (*end != ',') return -1;
        end++;
    }
}

static void read_table(onset_library *l, const char *path, const char *s)
{
    onset_evidence_table *t    = onset_arena_alloc(l->arena, sizeof *t);
    int                   line = 1, n_lines, key;

    if ((unsigned char)s[0] == 0xEF && (unsigned char)s[1] == 0xBB && (unsigned char)s[2] == 0xBF) s += 3;
    t->path   = path;
    key       = column_of(l->arena, s, "key");
    t->source = column_of(l->arena, s, "source");
    t->seen   = column_of(l->arena, s, "seen");
    for (s = record_end(s, &n_lines); key >= 0 && *s == '\n' && s[1]; s = record_end(s, &n_lines)) {
        onset_evidence_row row = {.table = t, .record = ++s};

        line += n_lines;
        row.row = (onset_evidence){.key = field_of(l->arena, s, key), .path = path, .line = line};
        if (!*row.row.key) continue;
        onset_vec_push(l->arena, &l->evidence, row);
        if (onset_names_find(&l->by_key, row.row.key) < 0) onset_names_put(l->arena, &l->by_key, row.row.key, l->evidence.n - 1);
    }
}

/* The evidence folder of a library folder, once. */
static void read_folder(onset_library *l, const char *library_folder)
{
    const char *folder = onset_arena_printf(l->arena, "%s/evidence", library_folder);
    onset_texts names;

    for (int i = 0; i < l->evidence_folders.n; i++)
        if (strcmp(l->evidence_folders.items[i], folder) == 0) return;
    onset_vec_push(l->arena, &l->evidence_folders, folder);
    names = onset_library_names_in(l, folder, ".csv");
    for (int i = 0; i < names.n; i++) {
        const char *path = onset_arena_printf(l->arena, "%s/%s", folder, names.items[i]);
        char       *text;
        size_t      n;

        if (onset_file_read(NULL, path, TABLE_MAX, &text, &n) != ONSET_OK) continue;
        l->has_evidence = true;
        read_table(l, path, onset_arena_copy(l->arena, text, n));
        free(text);
    }
}

typedef struct {
    onset_library        *library;
    const onset_file     *file;
    const char           *key;
    const onset_evidence *found;
} lookup_call;

static void read_all(lookup_call *c)
{
    onset_library *l = c->library;

    for (int i = 0; i < l->files.n && c->file; i++)
        if (l->files.items[i]->file == c->file) read_folder(l, l->files.items[i]->folder);
    if (l->evidence_read) return;
    for (int i = 0; i < l->folders.n; i++) read_folder(l, l->folders.items[i]);
    read_folder(l, l->shipped);
    l->evidence_read = true;
}

static void lookup_body(void *ctx)
{
    lookup_call        *c = ctx;
    onset_library      *l = c->library;
    onset_evidence_row *r;
    int                 at;

    read_all(c);
    at = onset_names_find(&l->by_key, c->key);
    if (at < 0) return;
    r = &l->evidence.items[at];
    if (!r->row.source) {
        r->row.source = r->table->source < 0 ? "" : field_of(l->arena, r->record, r->table->source);
        r->row.seen   = r->table->seen < 0 ? "" : field_of(l->arena, r->record, r->table->seen);
    }
    c->found = &r->row;
}

const onset_evidence *onset_library_evidence(onset_library *library, const onset_file *file, const char *key, bool *has_tables)
{
    lookup_call c = {.library = library, .file = file, .key = key};

    *has_tables = false;
    if (!onset_arena_run(library->arena, lookup_body, &c)) return NULL;
    *has_tables = library->has_evidence;
    return c.found;
}

typedef struct {
    onset_library *library;
    const char    *key, *near;
} nearest_call;

static void nearest_body(void *ctx)
{
    nearest_call *c    = ctx;
    onset_texts   keys = {0};

    for (int i = 0; i < c->library->evidence.n; i++) onset_vec_push(c->library->arena, &keys, c->library->evidence.items[i].row.key);
    c->near = onset_nearest(c->key, keys.items, keys.n);
}

const char *onset_library_nearest_evidence(onset_library *library, const char *key)
{
    nearest_call c = {.library = library, .key = key};

    onset_arena_run(library->arena, nearest_body, &c);
    return c.near;
}
