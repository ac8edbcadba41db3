#include "diagnose.h"

#include "lang/lang.h"

void onset_test_diagnose(onset_arena *arena, const onset_source *source, onset_diagnostics *out)
{
    onset_parse(arena, source, out);
}
