#include "lang/lang.h"

#include "base/error.h"

onset_status onset_format(onset_error *err, const onset_source *source, onset_text *out)
{
    (void)source;
    (void)out;
    return onset_fail(err, ONSET_INTERNAL, "not yet");
}
