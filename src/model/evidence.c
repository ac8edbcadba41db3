/* Evidence tables: CSV after RFC 4180, with a first row that names the columns.
 *
 * The tables are large and a model cites a few rows of them. So reading finds where each record begins and its key, no more; the
 * other fields are read when the row is asked for. */
#include "base/error.h"
#include "base/text.h"
#include "model/library_private.h"

#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>

enum { TABLE_MAX = 32 << 20 }; /* [byte], chosen by us */

static const char SUFFIX[] = ".csv";

static const char *after_bom(const char *s)
{
    return (unsigned char)s[0] == 0xEF && (unsigned char)s[1] == 0xBB && (unsigned char)s[2] == 0xBF ? s + 3 : s;
}

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

/* The field at p, which ends at end, without its quotes. */
static const char *field_at(onset_arena *arena, const char *p, const char *end)
{
    const bool quoted = *p == '"';
    char      *field  = onset_arena_alloc(arena, (size_t)(end - p) + 1);
    size_t     n      = 0;

    for (const char *s = p + quoted; s < end; s++) {
        if (quoted && *s == '"' && *++s != '"') break;
        field[n++] = *s;
    }
    if (n && !quoted && field[n - 1] == '\r') field[n - 1] = 0;
    return field;
}

/* Field `column` of the record at p; "" where the record is shorter. */
static const char *field_of(onset_arena *arena, const char *p, int column)
{
    const char *end = field_end(p);

    for (; column > 0 && *end == ','; column--) p = end + 1, end = field_end(p);
    return column == 0 ? field_at(arena, p, end) : "";
}

onset_texts onset_evidence_fields(onset_arena *arena, const char *record)
{
    onset_texts fields = {0};
    const char *end;

    for (;; record = end + 1) {
        const char *field;

        end   = field_end(record);
        field = field_at(arena, record, end);
        onset_vec_push(arena, &fields, field);
        if (*end != ',') return fields;
    }
}

/* ---- Tables ---- */

static int column_of(const onset_evidence_table *t, const char *name)
{
    for (int i = 0; i < t->columns.n; i++)
        if (strcmp(t->columns.items[i], name) == 0) return i;
    return -1;
}

static onset_evidence_table *open_table(onset_library *l, const char *path, const char *text, size_t n)
{
    onset_evidence_table *t    = onset_arena_alloc(l->arena, sizeof *t);
    const char           *base = strrchr(path, '/');

    base             = base ? base + 1 : path;
    t->source        = (onset_source){path, text, n};
    t->name          = onset_arena_copy(l->arena, base, strlen(base) - strlen(SUFFIX));
    t->columns       = onset_evidence_fields(l->arena, after_bom(t->source.text));
    t->key_column    = column_of(t, "key");
    t->source_column = column_of(t, "source");
    t->seen_column   = column_of(t, "seen");
    onset_vec_push(l->arena, &l->tables, t);
    return t;
}

/* Keeps the rows of a table; where a key stands twice, the first is the one that is found. */
static void read_rows(onset_library *l, const onset_evidence_table *t)
{
    int         line = 1, n_lines;
    const char *s    = record_end(after_bom(t->source.text), &n_lines);

    for (; t->key_column >= 0 && *s == '\n' && s[1]; s = record_end(s, &n_lines)) {
        onset_evidence_row row = {.table = t, .record = ++s};

        line += n_lines;
        row.row = (onset_evidence){.key = field_of(l->arena, s, t->key_column), .path = t->source.path, .line = line, .table = &t->source};
        row.same_key = *row.row.key ? onset_names_find(&l->by_key, row.row.key) : -1;
        onset_vec_push(l->arena, &l->evidence, row);
        if (*row.row.key && row.same_key < 0) onset_names_put(l->arena, &l->by_key, row.row.key, l->evidence.n - 1);
    }
}

/* The folder under one name however its path is written. */
static const char *real_path(onset_library *l, const char *folder)
{
    char real[PATH_MAX];

    return realpath(folder, real) ? onset_arena_copy(l->arena, real, strlen(real)) : folder;
}

/* The tables of a folder, once. What cannot be read is passed over but for the first complaint in err (may be NULL). */
static onset_status read_tables(onset_error *err, onset_library *l, const char *folder)
{
    const char  *real = real_path(l, folder);
    onset_texts  names;
    onset_status status = ONSET_OK;

    for (int i = 0; i < l->evidence_folders.n; i++)
        if (strcmp(l->evidence_folders.items[i], real) == 0) return ONSET_OK;
    onset_vec_push(l->arena, &l->evidence_folders, real);
    names = onset_library_names_in(l, folder, SUFFIX);
    for (int i = 0; i < names.n; i++) {
        const char  *path = onset_arena_printf(l->arena, "%s/%s", folder, names.items[i]);
        char        *text;
        size_t       n;
        onset_status one = onset_file_read(status == ONSET_OK ? err : NULL, path, TABLE_MAX, &text, &n);

        if (one != ONSET_OK) {
            if (status == ONSET_OK) status = one;
            continue;
        }
        l->has_evidence = true;
        onset_arena_adopt(l->arena, text);
        read_rows(l, open_table(l, path, text, n));
    }
    return status;
}

/* The estimates of the calibrations that the library ships, each a table by the name of its set. */
static void read_estimates(onset_library *l)
{
    const char       *folder = onset_arena_printf(l->arena, "%s/evidence/calibration", l->shipped);
    const onset_texts sets   = onset_library_names_in(l, folder, "");

    for (int i = 0; i < sets.n; i++) {
        const char *path = onset_arena_printf(l->arena, "%s/%s/summary.csv", folder, sets.items[i]);
        char       *text;
        size_t      n;

        if (onset_file_read(NULL, path, TABLE_MAX, &text, &n) != ONSET_OK) continue;
        onset_arena_adopt(l->arena, text);
        onset_evidence_table *t = open_table(l, path, text, n);
        t->name                 = onset_arena_printf(l->arena, "calibration_%s", sets.items[i]);
        read_rows(l, t);
    }
}

void onset_evidence_read_all(onset_library *l, const onset_file *file)
{
    for (int i = 0; i < l->files.n && file; i++)
        if (l->files.items[i]->file == file) read_tables(NULL, l, onset_arena_printf(l->arena, "%s/evidence", l->files.items[i]->folder));
    if (l->evidence_read) return;
    for (int i = 0; i < l->folders.n; i++) read_tables(NULL, l, onset_arena_printf(l->arena, "%s/evidence", l->folders.items[i]));
    read_tables(NULL, l, onset_arena_printf(l->arena, "%s/evidence", l->shipped));
    read_estimates(l);
    l->evidence_read = true;
}

typedef struct {
    onset_error   *err;
    onset_library *library;
    const char    *folder;
    onset_status   status;
} add_call;

/* A folder that gives no row is most likely the wrong folder, or a table with its first row lost. */
static void add_body(void *ctx)
{
    add_call      *c      = ctx;
    onset_library *l      = c->library;
    const char    *folder = onset_arena_copy(l->arena, c->folder, strlen(c->folder));
    const int      before = l->tables.n;
    int            n_good = 0, n_known = l->evidence_folders.n;

    c->status = read_tables(c->err, l, folder);
    if (c->status != ONSET_OK || l->evidence_folders.n == n_known) return;
    for (int i = before; i < l->tables.n; i++) n_good += l->tables.items[i]->key_column >= 0;
    if (n_good) return;
    if (l->tables.n == before)
        c->status = onset_fail(c->err, ONSET_NO_FILE, "there is no evidence table (*.csv) in the folder '%s'", folder);
    else
        c->status = onset_fail(c->err, ONSET_BAD_INPUT, "'%s' has no column 'key' in its first row, nor has another table of the folder",
                               l->tables.items[before]->source.path);
}

onset_status onset_library_add_evidence(onset_error *err, onset_library *library, const char *folder)
{
    add_call    c = {err, library, folder, ONSET_OK};
    struct stat about;

    if (stat(folder, &about) != 0 || !S_ISDIR(about.st_mode))
        return onset_fail(err, ONSET_NO_FILE, "the evidence folder '%s' does not exist", folder);
    if (!onset_arena_run(library->arena, add_body, &c)) return onset_fail(err, ONSET_NO_MEMORY, "no memory for evidence");
    return c.status;
}

/* ---- One row ---- */

typedef struct {
    onset_library        *library;
    const onset_file     *file;
    const char           *key;
    const onset_evidence *found;
} lookup_call;

static void lookup_body(void *ctx)
{
    lookup_call        *c = ctx;
    onset_library      *l = c->library;
    onset_evidence_row *r;
    int                 at;

    onset_evidence_read_all(l, c->file);
    at = onset_names_find(&l->by_key, c->key);
    if (at < 0) return;
    r = &l->evidence.items[at];
    if (!r->row.source) {
        r->row.source = r->table->source_column < 0 ? "" : field_of(l->arena, r->record, r->table->source_column);
        r->row.seen   = r->table->seen_column < 0 ? "" : field_of(l->arena, r->record, r->table->seen_column);
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

    onset_evidence_read_all(c->library, NULL);
    for (int i = 0; i < c->library->evidence.n; i++)
        if (*c->library->evidence.items[i].row.key) onset_vec_push(c->library->arena, &keys, c->library->evidence.items[i].row.key);
    c->near = onset_nearest(c->key, keys.items, keys.n);
}

const char *onset_library_nearest_evidence(onset_library *library, const char *key)
{
    nearest_call c = {.library = library, .key = key};

    onset_arena_run(library->arena, nearest_body, &c);
    return c.near;
}

/* ---- Checks ---- */

typedef struct {
    onset_library     *library;
    const onset_file  *file;
    onset_diagnostics *out;
} check_call;

static int count_fields(const char *record)
{
    int n = 1;

    for (const char *end = field_end(record); *end == ','; end = field_end(end + 1)) n++;
    return n;
}

static void check_row(const onset_library *l, const onset_evidence_row *r, onset_diagnostics *out)
{
    const onset_place place = {&r->table->source, r->row.line, 1, 1};
    const int         n     = count_fields(r->record);

    if (!*r->row.key) onset_warning_at(out, place, "give it one, so that a model can cite it", "this row of evidence has no key");
    if (n != r->table->columns.n)
        onset_warning_at(out, place, "a text with a comma goes between double quotes",
                         "this row of evidence has %d %s, its table %d columns", n, n == 1 ? "field" : "fields", r->table->columns.n);
    if (r->same_key < 0) return;
    const onset_evidence *first = &l->evidence.items[r->same_key].row;

    onset_warning_at(out, place, "rename one of them; until then the first is used",
                     "the key '%s' stands in two rows of evidence, %s:%d and %s:%d", r->row.key, first->path, first->line, r->row.path,
                     r->row.line);
}

static void check_body(void *ctx)
{
    check_call *c = ctx;

    onset_evidence_read_all(c->library, c->file);
    for (int i = 0; i < c->library->tables.n; i++) {
        const onset_evidence_table *t = c->library->tables.items[i];
        if (t->key_column >= 0 && t->source_column < 0)
            onset_warning_at(c->out, (onset_place){&t->source, 1, 1, 1}, "add one that says where each number comes from",
                             "this table of evidence has no column 'source'");
    }
    for (int i = 0; i < c->library->evidence.n; i++) check_row(c->library, &c->library->evidence.items[i], c->out);
}

void onset_library_check_evidence(onset_library *library, const onset_file *file, onset_diagnostics *out)
{
    onset_arena_run(library->arena, check_body, &(check_call){library, file, out});
}
