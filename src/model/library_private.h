/* Between library.c and evidence.c. */
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

/* A table: which of its columns are which; -1 where it has none. */
typedef struct {
    const char *path;
    int         source, seen;
} onset_evidence_table;

/* A row; source and seen are read from the record when it is asked for. */
typedef struct {
    onset_evidence              row;
    const onset_evidence_table *table;
    const char                 *record;
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
    onset_names by_key; /* -> evidence */
    onset_texts evidence_folders;
};

/* Names in a folder that end in suffix, sorted. In the library's arena. */
onset_texts onset_library_names_in(onset_library *library, const char *folder, const char *suffix);

#endif
