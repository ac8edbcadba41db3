/* Evidence tables: CSV after RFC 4180, with a first row that names the columns. */
#include "base/text.h"
#include "model/library_private.h"

#include <stdlib.h>

enum { TABLE_MAX = 32 << 20 }; /* [byte], chosen by us */

typedef ONSET_VEC(const char *) fields;

/* Reads one record from *s on; quoted fields may hold commas, quotes and line ends. *line counts lines. */
static fields read_record(onset_arena *arena, const char **s, int *line)
{
    fields      list = {0};
    const char *p    = *s;

    for (;;) {
        char       *field;
        size_t      n      = 0;
        const bool  quoted = *p == '"';
        const char *end    = p + quoted;

        while (*end && (quoted ? *end != '"' || end[1] == '"' : *end != ',' && *end != '\n' && *end != '\r'))
            end += quoted && *end == '"' ? 2 : 1;
        field = onset_arena_alloc(arena, (size_t)(end - p) + 1);
        for (const char *c = p + quoted; c < end; c++) {
            if (*c == '\n') (*line)++;
            field[n++] = *c;
            if (quoted && *c == '"') c++;
        }
        onset_vec_push(arena, &list, field);
        p = end;
        while (*p && *p != ',' && *p != '\n') p++;
        if (*p != ',') break;
        p++;
    }
    if (*p == '\n') p++;
    *s = p;
    (*line)++;
    return list;
}

static int column_of(const fields *head, const char *name)
{
    for (int i = 0; i < head->n; i++)
        if (strcmp(head->items[i], name) == 0) return i;
    return -1;
}

static const char *field_of(const fields *record, int column)
{
    return column >= 0 && column < record->n ? record->items[column] : "";
}

static void read_table(onset_library *l, const char *path, char *text)
{
    const char *s    = text;
    int         line = 1;
    fields      head;
    int         key, source, seen;

    if ((unsigned char)s[0] == 0xEF && (unsigned char)s[1] == 0xBB && (unsigned char)s[2] == 0xBF) s += 3;
    head = read_record(l->arena, &s, &line);
    key = column_of(&head, "key"), source = column_of(&head, "source"), seen = column_of(&head, "seen");
    while (key >= 0 && *s) {
        const int      at     = line;
        const fields   record = read_record(l->arena, &s, &line);
        onset_evidence row    = {field_of(&record, key), field_of(&record, source), field_of(&record, seen), path, at};

        if (!*row.key) continue;
        onset_vec_push(l->arena, &l->evidence, row);
        if (onset_names_find(&l->by_key, row.key) < 0) onset_names_put(l->arena, &l->by_key, row.key, l->evidence.n - 1);
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
    onset_library    *library;
    const onset_file *file;
} read_call;

static void read_body(void *ctx)
{
    const read_call *c = ctx;
    onset_library   *l = c->library;

    for (int i = 0; i < l->files.n && c->file; i++)
        if (l->files.items[i]->file == c->file) read_folder(l, l->files.items[i]->folder);
    if (l->evidence_read) return;
    for (int i = 0; i < l->folders.n; i++) read_folder(l, l->folders.items[i]);
    read_folder(l, l->shipped);
    l->evidence_read = true;
}

const onset_evidence *onset_library_evidence(onset_library *library, const onset_file *file, const char *key, bool *has_tables)
{
    int at;

    *has_tables = false;
    if (!onset_arena_run(library->arena, read_body, &(read_call){library, file})) return NULL;
    *has_tables = library->has_evidence;
    at          = onset_names_find(&library->by_key, key);
    return at < 0 ? NULL : &library->evidence.items[at];
}

const char *onset_library_nearest_evidence(onset_library *library, const char *key)
{
    onset_texts keys = {0};

    for (int i = 0; i < library->evidence.n; i++) onset_vec_push(library->arena, &keys, library->evidence.items[i].key);
    return onset_nearest(key, keys.items, keys.n);
}
