#include "model/library.h"

#include "base/error.h"
#include "base/names.h"
#include "base/text.h"
#include "model/library_private.h"

#include <dirent.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>

#ifndef ONSET_LIBRARY_DIR
#define ONSET_LIBRARY_DIR "/usr/local/share/onset/library"
#endif
#ifndef ONSET_LIBRARY_SOURCE /* beside the sources, for a program that is not installed */
#define ONSET_LIBRARY_SOURCE ONSET_LIBRARY_DIR
#endif

enum { FOLDER_DEPTH_MAX = 8 }; /* chosen by us: the shipped library is two deep; a circle of links ends here */

/* ---- Creation ---- */

static bool is_folder(const char *path)
{
    struct stat s;

    return stat(path, &s) == 0 && S_ISDIR(s.st_mode);
}

static void create_body(void *ctx)
{
    onset_library *l    = ctx;
    const char    *from = getenv("ONSET_LIBRARY");

    if (!from || !*from) from = is_folder(ONSET_LIBRARY_DIR) ? ONSET_LIBRARY_DIR : ONSET_LIBRARY_SOURCE;
    l->shipped = onset_arena_copy(l->arena, from, strlen(from));
}

onset_status onset_library_create(onset_error *err, onset_library **out)
{
    onset_library *l = calloc(1, sizeof *l);
    onset_status   status;

    *out = NULL;
    if (l) l->arena = onset_arena_create();
    if (!l || !l->arena || !onset_arena_run(l->arena, create_body, l)) {
        onset_library_free(l);
        return onset_fail(err, ONSET_NO_MEMORY, "no memory for the library");
    }
    status = onset_unit_system_create(err, &l->units);
    if (status != ONSET_OK)
        onset_library_free(l);
    else
        *out = l;
    return status;
}

void onset_library_free(onset_library *library)
{
    if (!library) return;
    onset_unit_system_free(library->units);
    onset_arena_free(library->arena);
    free(library);
}

const char *onset_library_shipped(const onset_library *library)
{
    return library->shipped;
}

onset_unit_system *onset_library_units(onset_library *library)
{
    return library->units;
}

typedef struct {
    onset_library *library;
    const char    *folder;
} add_call;

static void add_body(void *ctx)
{
    add_call *call = ctx;
    char     *copy = onset_arena_copy(call->library->arena, call->folder, strlen(call->folder));

    onset_vec_push(call->library->arena, &call->library->folders, copy);
}

static bool is_file(const char *path)
{
    struct stat s;

    return stat(path, &s) == 0 && S_ISREG(s.st_mode);
}

onset_status onset_library_add(onset_error *err, onset_library *library, const char *folder)
{
    if (!is_folder(folder)) return onset_fail(err, ONSET_NO_FILE, "the library folder %s does not exist", folder);
    if (!onset_arena_run(library->arena, add_body, &(add_call){library, folder}))
        return onset_fail(err, ONSET_NO_MEMORY, "no memory for the library");
    library->evidence_read = false;
    library->listed        = false;
    return ONSET_OK;
}

/* ---- Files, read once ---- */

static const char *folder_of(onset_arena *arena, const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash ? onset_arena_copy(arena, path, slash == path ? 1 : (size_t)(slash - path)) : ".";
}

static const char *joined(onset_arena *arena, const char *folder, const char *name)
{
    if (*name == '/' || strcmp(folder, ".") == 0) return name;
    return onset_arena_printf(arena, "%s/%s", strcmp(folder, "/") == 0 ? "" : folder, name);
}

/* One name for a file however its path is written; NULL where it does not exist. */
static const char *key_of(onset_arena *arena, const char *path)
{
    char real[PATH_MAX];

    return realpath(path, real) ? onset_arena_copy(arena, real, strlen(real)) : NULL;
}

/* Keeps a parsed file with its own diagnostics, so that each caller gets them. */
static onset_library_file_read *keep(onset_library *l, const char *path, const char *key, onset_source *source)
{
    onset_library_file_read *f = onset_arena_alloc(l->arena, sizeof *f);

    f->folder      = folder_of(l->arena, path);
    f->diagnostics = (onset_diagnostics){.arena = l->arena};
    f->file        = onset_parse(l->arena, source, &f->diagnostics);
    onset_vec_push(l->arena, &l->files, f);
    if (key) onset_names_put(l->arena, &l->by_path, key, l->files.n - 1);
    return f;
}

typedef struct {
    onset_error             *err;
    onset_library           *library;
    const char              *path, *text;
    size_t                   n;
    onset_library_file_read *read;
    onset_status             status;
} read_call;

static void read_body(void *ctx)
{
    read_call    *c     = ctx;
    const char   *key   = c->text ? NULL : key_of(c->library->arena, c->path);
    const int     known = key ? onset_names_find(&c->library->by_path, key) : -1;
    onset_source *source;

    if (known >= 0) {
        c->read = c->library->files.items[known];
        return;
    }
    if (c->text)
        c->status = onset_source_from_text(c->err, c->library->arena, c->path, c->text, c->n, &source);
    else
        c->status = onset_source_read(c->err, c->library->arena, c->path, &source);
    if (c->status == ONSET_OK) c->read = keep(c->library, c->path, key, source);
}

static onset_status read_file(read_call *c, onset_diagnostics *out, const onset_file **file)
{
    *file = NULL;
    if (!onset_arena_run(c->library->arena, read_body, c)) return onset_fail(c->err, ONSET_NO_MEMORY, "no memory for %s", c->path);
    if (c->status != ONSET_OK) return c->status;
    if (out) onset_diagnostics_add_all(out, &c->read->diagnostics);
    *file = c->read->file;
    return ONSET_OK;
}

onset_status onset_library_file(onset_error *err, onset_library *library, const char *path, onset_diagnostics *out, const onset_file **file)
{
    return read_file(&(read_call){.err = err, .library = library, .path = path}, out, file);
}

onset_status onset_library_text(onset_error *err, onset_library *library, const char *path, const char *text, size_t n,
                                onset_diagnostics *out, const onset_file **file)
{
    return read_file(&(read_call){.err = err, .library = library, .path = path, .text = text, .n = n}, out, file);
}

/* ---- What the folders hold ---- */

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Names in a folder, sorted, without hidden ones. */
static onset_texts names_in(onset_arena *arena, const char *folder)
{
    onset_texts    list  = {0};
    onset_text     names = {0}; /* one after the other, each with its NUL: the folder is closed before the arena is used */
    DIR           *dir   = opendir(folder);
    struct dirent *entry;
    size_t         n;

    if (!dir) return list;
    while ((entry = readdir(dir)))
        if (entry->d_name[0] != '.') onset_text_add_n(&names, entry->d_name, strlen(entry->d_name) + 1);
    closedir(dir);
    n = names.n;
    if (names.failed) onset_text_free(&names); /* then there is nothing to adopt, which unwinds */
    if (n == 0) return list;
    onset_arena_adopt(arena, names.s);
    for (size_t at = 0; at < n; at += strlen(names.s + at) + 1) onset_vec_push(arena, &list, names.s + at);
    if (list.n > 1) qsort(list.items, (size_t)list.n, sizeof *list.items, by_text);
    return list;
}

static bool ends_in(const char *text, const char *end)
{
    const size_t n = strlen(text), m = strlen(end);

    return n > m && strcmp(text + n - m, end) == 0;
}

onset_texts onset_library_names_in(onset_library *library, const char *folder, const char *suffix)
{
    const onset_texts all  = names_in(library->arena, folder);
    onset_texts       list = {0};

    for (int i = 0; i < all.n; i++)
        if (ends_in(all.items[i], suffix)) onset_vec_push(library->arena, &list, all.items[i]);
    return list;
}

static void list_folder(onset_library *l, const char *folder, int depth)
{
    const onset_texts names = names_in(l->arena, folder);

    for (int i = 0; i < names.n; i++) {
        const char *path = joined(l->arena, folder, names.items[i]);

        if (ends_in(names.items[i], ".onset"))
            onset_vec_push(l->arena, &l->paths, path);
        else if (depth < FOLDER_DEPTH_MAX && is_folder(path))
            list_folder(l, path, depth + 1);
    }
}

/* The files of the added folders, then of the shipped one; read once. */
static void list_paths(onset_library *l)
{
    if (l->listed) return;
    l->paths = (onset_texts){0};
    for (int i = 0; i < l->folders.n; i++) list_folder(l, l->folders.items[i], 0);
    list_folder(l, l->shipped, 0);
    l->listed = true;
}

static bool is_named(const char *path, const char *name)
{
    const char  *base = strrchr(path, '/');
    const size_t n    = strlen(name);

    base = base ? base + 1 : path;
    return strncmp(base, name, n) == 0 && strcmp(base + n, ".onset") == 0;
}

/* The next path of NAME.onset in the library from *at on, or NULL: a model and a module may share a name. */
static const char *next_in_library(onset_library *l, const char *name, int *at)
{
    list_paths(l);
    while (*at < l->paths.n) {
        const char *path = l->paths.items[(*at)++];

        if (is_named(path, name)) return path;
    }
    return NULL;
}

static const char *nearest_in_library(onset_library *l, const char *name)
{
    onset_texts names = {0};

    list_paths(l);
    for (int i = 0; i < l->paths.n; i++) {
        const char *base = strrchr(l->paths.items[i], '/');

        base = base ? base + 1 : l->paths.items[i];
        base = onset_arena_copy(l->arena, base, strlen(base) - strlen(".onset"));
        onset_vec_push(l->arena, &names, base);
    }
    return onset_nearest(name, names.items, names.n);
}

/* ---- Finding a block ---- */

static const char *const kind_names[] = {"module", "model", "study"};

static const onset_block *block_in(const onset_file *file, onset_block_kind kind, const char *name)
{
    for (int i = 0; file && i < file->blocks.n; i++) {
        const onset_block *b = file->blocks.items[i];

        if (b->kind == kind && strcmp(b->name, name) == 0) return b;
    }
    return NULL;
}

static const char *folder_of_file(onset_library *l, const onset_file *file)
{
    for (int i = 0; file && i < l->files.n; i++)
        if (l->files.items[i]->file == file) return l->files.items[i]->folder;
    return file ? folder_of(l->arena, file->source->path) : ".";
}

typedef struct {
    onset_library     *library;
    const onset_file  *file;
    onset_block_kind   kind;
    const char        *name, *path;
    onset_place        place;
    onset_diagnostics *out;
    onset_block_at    *found;
    bool               ok;
} find_call;

/* Looks in one file; true when the block is there. Reports where the file cannot be read. */
static bool look_in(find_call *c, const char *path, bool must)
{
    const onset_file *file;
    onset_error       err = {0};

    if (onset_library_file(&err, c->library, path, c->out, &file) != ONSET_OK) {
        onset_error_at(c->out, c->place, NULL, "%s", err.message);
        return false;
    }
    *c->found = (onset_block_at){file, block_in(file, c->kind, c->name)};
    if (!c->found->block && must) onset_error_at(c->out, c->place, NULL, "%s holds no %s '%s'", path, kind_names[c->kind], c->name);
    return c->found->block != NULL;
}

static void report_missing(find_call *c, const char *folder)
{
    onset_arena *arena = c->library->arena;
    const char  *near  = nearest_in_library(c->library, c->name);
    const char  *where = onset_arena_printf(arena, "looked for %s.onset in %s", c->name, folder);

    for (int i = 0; i < c->library->folders.n; i++) where = onset_arena_printf(arena, "%s, %s", where, c->library->folders.items[i]);
    where = onset_arena_printf(arena, "%s and %s", where, c->library->shipped);
    if (near && strcmp(near, c->name) != 0) where = onset_arena_printf(arena, "did you mean '%s'? (%s)", near, where);
    onset_error_at(c->out, c->place, where, "there is no %s '%s'", kind_names[c->kind], c->name);
}

static void find_body(void *ctx)
{
    find_call     *c      = ctx;
    onset_library *l      = c->library;
    const char    *folder = folder_of_file(l, c->file), *path, *seen = NULL;
    const int      n_errors = c->out->n_errors;
    int            at       = 0;

    if (c->path) {
        c->ok = look_in(c, joined(l->arena, folder, c->path), true);
        return;
    }
    *c->found = (onset_block_at){c->file, block_in(c->file, c->kind, c->name)};
    c->ok     = c->found->block != NULL;
    path      = joined(l->arena, folder, onset_arena_printf(l->arena, "%s.onset", c->name));
    if (!c->ok && is_file(path)) c->ok = look_in(c, seen = path, false);
    while (!c->ok && (path = next_in_library(l, c->name, &at))) c->ok = look_in(c, seen = path, false);
    if (c->ok || c->out->n_errors > n_errors) return;
    if (seen)
        onset_error_at(c->out, c->place, NULL, "%s holds no %s '%s'", seen, kind_names[c->kind], c->name);
    else
        report_missing(c, folder);
}

bool onset_library_find(onset_library *library, const onset_file *file, onset_block_kind kind, const char *name, const char *path,
                        onset_place place, onset_diagnostics *out, onset_block_at *found)
{
    find_call c = {library, file, kind, name, path, place, out, found, false};

    *found = (onset_block_at){0};
    if (!onset_arena_run(library->arena, find_body, &c)) onset_error_at(out, place, NULL, "no memory for '%s'", name);
    return c.ok && found->block;
}

/* ---- For commands ---- */

typedef struct {
    onset_error       *err;
    onset_library     *library;
    onset_block_kind   kind;
    const char        *name_or_path, *block_name;
    onset_diagnostics *out;
    onset_block_at    *found;
    onset_status       status;
} open_call;

/* The only block of the kind, or the one named. */
static onset_status choose(open_call *c, const onset_file *file)
{
    enum { MOST = 12 }; /* names printed */
    const char *kind = kind_names[c->kind], *names = "";
    int         n = 0;

    for (int i = 0; i < file->blocks.n; i++) {
        const onset_block *b = file->blocks.items[i];

        if (b->kind != c->kind) continue;
        if (n < MOST) names = onset_arena_printf(c->library->arena, "%s%s%s", names, n ? ", " : "", b->name);
        n++;
        *c->found = (onset_block_at){file, b};
    }
    if (c->block_name) *c->found = (onset_block_at){file, block_in(file, c->kind, c->block_name)};
    if (n == 0) return onset_fail(c->err, ONSET_NO_FILE, "%s holds no %s", c->name_or_path, kind);
    if (!c->found->block)
        return onset_fail(c->err, ONSET_NO_FILE, "%s holds no %s '%s', but %s", c->name_or_path, kind, c->block_name, names);
    if (n > 1 && !c->block_name)
        return onset_fail(c->err, ONSET_BAD_INPUT, "%s holds %d blocks of the kind %s: %s; name one", c->name_or_path, n, kind, names);
    return ONSET_OK;
}

static onset_status open_name(open_call *c)
{
    onset_library    *l    = c->library;
    const char       *path = NULL, *near;
    const onset_file *file = NULL;
    int               at   = 0;

    while ((path = next_in_library(l, c->name_or_path, &at))) {
        const onset_status status = onset_library_file(c->err, l, path, c->out, &file);

        if (status != ONSET_OK) return status;
        *c->found = (onset_block_at){file, block_in(file, c->kind, c->block_name ? c->block_name : c->name_or_path)};
        if (c->found->block) return ONSET_OK;
    }
    if (file) return choose(c, file);
    near = nearest_in_library(l, c->name_or_path);
    return near ? onset_fail(c->err, ONSET_NO_FILE,
                             "there is no %s '%s' in the library (%s); did you mean '%s'? A file is given by its path", kind_names[c->kind],
                             c->name_or_path, l->shipped, near)
                : onset_fail(c->err, ONSET_NO_FILE, "there is no %s '%s' in the library (%s); a file is given by its path",
                             kind_names[c->kind], c->name_or_path, l->shipped);
}

bool onset_library_is_path(const char *name_or_path)
{
    return strchr(name_or_path, '/') || ends_in(name_or_path, ".onset");
}

static void open_body(void *ctx)
{
    open_call        *c = ctx;
    const onset_file *file;

    if (!onset_library_is_path(c->name_or_path)) {
        c->status = open_name(c);
        return;
    }
    c->status = onset_library_file(c->err, c->library, c->name_or_path, c->out, &file);
    if (c->status == ONSET_OK) c->status = choose(c, file);
}

onset_status onset_library_open(onset_error *err, onset_library *library, onset_block_kind kind, const char *name_or_path,
                                const char *block_name, onset_diagnostics *out, onset_block_at *found)
{
    open_call c = {err, library, kind, name_or_path, block_name, out, found, ONSET_OK};

    *found = (onset_block_at){0};
    if (!onset_arena_run(library->arena, open_body, &c)) return onset_fail(err, ONSET_NO_MEMORY, "no memory for %s", name_or_path);
    return c.status;
}

typedef struct {
    onset_library         *library;
    onset_library_callback callback;
    void                  *ctx;
} list_call;

static void list_body(void *ctx)
{
    list_call *c = ctx;

    list_paths(c->library);
    for (int i = 0; i < c->library->paths.n; i++) {
        const onset_file *file;

        if (onset_library_file(NULL, c->library, c->library->paths.items[i], NULL, &file) != ONSET_OK) continue;
        for (int k = 0; k < file->blocks.n; k++)
            if (!c->callback(c->ctx, &(onset_block_at){file, file->blocks.items[k]})) return;
    }
}

onset_status onset_library_list(onset_error *err, onset_library *library, onset_library_callback callback, void *ctx)
{
    if (onset_arena_run(library->arena, list_body, &(list_call){library, callback, ctx})) return ONSET_OK;
    return onset_fail(err, ONSET_NO_MEMORY, "no memory for the library");
}
