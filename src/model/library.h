/* Where modules, models and studies are found: files read once, and the folders of the library.
 *
 * A library belongs to one thread at a time. Everything it returns lives as long as it. */
#ifndef ONSET_MODEL_LIBRARY_H
#define ONSET_MODEL_LIBRARY_H

#include "base/units.h"
#include "lang/lang.h"

typedef struct onset_library onset_library;

/* The shipped folder is $ONSET_LIBRARY, or ONSET_LIBRARY_DIR of the build. It need not exist. */
onset_status onset_library_create(onset_error *err, onset_library **out);
void         onset_library_free(onset_library *library);

/* Adds a folder that is searched before the shipped one (and after those added earlier). NO_FILE where it is no folder. */
onset_status onset_library_add(onset_error *err, onset_library *library, const char *folder);

const char        *onset_library_shipped(const onset_library *library);
onset_unit_system *onset_library_units(onset_library *library);

/* A file, read and parsed once; what the parser found wrong is added to out each time. NO_FILE or BAD_INPUT when it cannot be read. */
onset_status onset_library_file(onset_error *err, onset_library *library, const char *path, onset_diagnostics *out,
                                const onset_file **file);

/* The same for a text in memory; path is its name, and other files are looked for beside it. */
onset_status onset_library_text(onset_error *err, onset_library *library, const char *path, const char *text, size_t n,
                                onset_diagnostics *out, const onset_file **file);

/* A block and the file it stands in. */
typedef struct {
    const onset_file  *file;
    const onset_block *block;
} onset_block_at;

/* Looks for a block in a file (may be NULL), its folder, the added folders and the shipped library. path (may be NULL) names the file,
 * relative to the folder of `file`. Reports an error at place and returns false where it is not found. */
bool onset_library_find(onset_library *library, const onset_file *file, onset_block_kind kind, const char *name, const char *path,
                        onset_place place, onset_diagnostics *out, onset_block_at *found);

/* Whether what a user wrote is the path of a file: it has a '/' or ends in ".onset". Otherwise it is a name. */
bool onset_library_is_path(const char *name_or_path);

/* For a command: a block by its name or by the path of its file. block_name picks one of several in a file, or
 * is NULL. NO_FILE where nothing is found (err says where it was looked for and what is near), BAD_INPUT where a choice is needed. */
onset_status onset_library_open(onset_error *err, onset_library *library, onset_block_kind kind, const char *name_or_path,
                                const char *block_name, onset_diagnostics *out, onset_block_at *found);

/* Every block of the added folders and the shipped library, sorted by path; files that do not parse are left out. */
typedef bool (*onset_library_callback)(void *ctx, const onset_block_at *block);
onset_status onset_library_list(onset_error *err, onset_library *library, onset_library_callback callback, void *ctx);

/* ---- Evidence: rows of <folder>/evidence/<any>.csv, each with a key ---- */

/* Adds a folder of tables of the user's own, read at once and before those of the libraries. NO_FILE where it is no folder or has no
 * table, BAD_INPUT where none of its tables has a column `key` or one cannot be read. */
onset_status onset_library_add_evidence(onset_error *err, onset_library *library, const char *folder);

typedef struct {
    const char         *key, *source, *seen; /* "" where the table has no such column */
    const char         *path;                /* the table */
    int                 line;
    const onset_source *table; /* its bytes as they are in the file */
} onset_evidence;

/* The row with a key, or NULL. The tables are read at the first call; *has_tables is false where no evidence folder was found. Looks in
 * the added folders, the shipped library and the folder of `file` (may be NULL). */
const onset_evidence *onset_library_evidence(onset_library *library, const onset_file *file, const char *key, bool *has_tables);

/* The key nearest to one that is missing, or NULL. */
const char *onset_library_nearest_evidence(onset_library *library, const char *key);

/* Warns of keys that stand twice (naming both places), of rows without a key, and of rows with more or fewer fields than their table has
 * columns. Looks where onset_library_evidence() looks. */
void onset_library_check_evidence(onset_library *library, const onset_file *file, onset_diagnostics *out);

/* Rows, in the order of the tables: see onset_evidence_search() in onset.h. */
onset_status onset_library_search_evidence(onset_error *err, onset_library *library, const char *words, const char *table,
                                           onset_evidence_callback callback, void *ctx);

#endif
