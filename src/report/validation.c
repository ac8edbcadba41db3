#include "report/validation.h"

#include "base/error.h"
#include "base/text.h"
#include "report/page.h"

#include <jansson.h>
#include <stdlib.h>

enum { REAL_DIGITS = 6 }; /* significant digits of numbers in the page: more than any chart or table shows */

onset_status onset_validation_report_write(onset_error *err, const char *json, const char *version, const char *html_path)
{
    json_error_t where;
    onset_text   page = {0};
    onset_status status;
    json_t      *all  = json_loads(json, 0, &where);
    char        *data = NULL;

    if (!all) return onset_fail(err, ONSET_BAD_INPUT, "the scores for '%s' are no JSON: %s, line %d", html_path, where.text, where.line);
    if (json_object_set_new(all, "onset_version", json_string(version)) == 0)
        data = json_dumps(all, JSON_COMPACT | JSON_ENSURE_ASCII | JSON_REAL_PRECISION(REAL_DIGITS));
    if (data) onset_report_fill(&page, onset_validation_page, "Predictions against published trials", data);
    status = !data || page.failed ? onset_fail(err, ONSET_NO_MEMORY, "no memory for the page '%s'", html_path)
                                  : onset_file_write(err, html_path, page.s, page.n);
    onset_text_free(&page);
    free(data);
    json_decref(all);
    return status;
}
