/* The diagnostics of a whole file: its modules and models by the model's checker, its studies by the study's. */
#include "../lang/diagnose.h"

#include "study/check.h"

void onset_test_diagnose(onset_arena *arena, const onset_source *source, onset_diagnostics *out)
{
    onset_error       err     = {0};
    onset_library    *library = NULL;
    const onset_file *file    = NULL;

    if (onset_library_create(&err, &library) != ONSET_OK ||
        onset_library_text(&err, library, source->path, source->text, source->n, out, &file) != ONSET_OK) {
        onset_error_at(out, (onset_place){.source = source, .line = 1, .column = 1}, NULL, "%s", err.message);
        onset_library_free(library);
        return;
    }
    onset_file_check(arena, library, file, out);
    for (int i = 0; i < file->blocks.n; i++) {
        const onset_block_at at = {file, file->blocks.items[i]};
        if (at.block->kind == ONSET_BLOCK_STUDY) onset_study_check(arena, library, at, out);
    }
    onset_library_free(library);
}
