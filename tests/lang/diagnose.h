/* The one place that says how the diagnostics of a file are got: by the parser (diagnose_parse.c), or later by the checker. */
#ifndef ONSET_TESTS_LANG_DIAGNOSE_H
#define ONSET_TESTS_LANG_DIAGNOSE_H

#include "base/diagnostics.h"

/* Called inside onset_arena_run() of the same arena. */
void onset_test_diagnose(onset_arena *arena, const onset_source *source, onset_diagnostics *out);

#endif
