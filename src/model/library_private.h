/* Between library.c, evidence.c and evidence_search.c. */
#ifndef ONSET_MODEL_LIBRARY_PRIVATE_H
#define ONSET_MODEL_LIBRARY_PRIVATE_H

#include "base/names.h"
#include "model/library.h"

typedef ONSET_VEC(const char *) onset_texts;

typedef struct {
    const onset_file *file;
    const char       *folder;
    onset_diagnostics diagnostics; /* of the parser */
} onset_library_file_read;

/* A table: its text, its columns, and which of them are which; -1 where it has none. */
typedef struct {
    onset_source source;
    const char  *name; /* the file's, without .csv */
    onset_texts  columns;
    int          key_column, source_column, seen_column;
} onset_evidence_table;

/* A row; source and seen are read from the record when it is asked for. */
typedef struct {
    onset_evidence              row;
    const onset_evidence_table *table;
    const char                 *record;
    int                         same_key; /* an earlier row with this key, or -1 */
} onset_evidence_row;

struct onset_library {
    onset_arena       *arena;
    onset_unit_system *units;
    const char        *shipped;
    onset_texts        folders;
    ONSET_VEC(onset_library_file_read *) files;
    onset_names by_path; /* -> files */
    bool        listed;
    onset_texts paths; /* of the library's .onset files */
    bool        evidence_read, has_evidence;
    ONSET_VEC(onset_evidence_row) evidence;
    onset_names by_key;           /* -> evidence */
    onset_texts evidence_folders; /* real paths of those read */
    ONSET_VEC(onset_evidence_table *) tables;
};

/* Names in a folder that end in suffix, sorted. In the library's arena. */
onset_texts onset_library_names_in(onset_library *library, const char *folder, const char *suffix);

/* Reads the evidence tables of every folder, and of the folder of `file` (may be NULL), once. Inside onset_arena_run(). */
void onset_evidence_read_all(onset_library *library, const onset_file *file);

/* The fields of a record, without their quotes. In the arena. */
onset_texts onset_evidence_fields(onset_arena *arena, const char *record);

#endif
