/* Diagnostics by the parser and the checker, for the runner of annotated files (tests/lang/run_cases.c). */
#include "../lang/diagnose.h"
#include "model/check.h"

#include <stdlib.h>

/* Hints live in the library, so it stays until the program ends. */
static onset_library *library;

static void free_library(void)
{
    onset_library_free(library);
}

void onset_test_diagnose(onset_arena *arena, const onset_source *source, onset_diagnostics *out)
{
    const onset_file *file;

    if (!library) {
        if (onset_library_create(NULL, &library) != ONSET_OK) abort();
        atexit(free_library);
    }
    if (onset_library_text(NULL, library, source->path, source->text, source->n, out, &file) != ONSET_OK) abort();
    if (out->n_errors == 0) onset_file_check(arena, library, file, out);
}
