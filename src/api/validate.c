/* Published results against virtual ones. */
#include "validate/validate.h"

#include "api/api.h"
#include "base/error.h"
#include "report/validation.h"

#include <stdlib.h>

typedef struct {
    onset_error                  *err;
    onset_session                *session;
    const onset_validate_options *options;
    char                        **text;
} validate_work;

static onset_status write_text(onset_error *err, const char *path, onset_text *text)
{
    onset_status status = ONSET_OK;

    if (text->failed) return onset_fail(err, ONSET_NO_MEMORY, "no memory for '%s'", path);
    status = onset_file_write(err, path, text->s, text->n);
    return status;
}

static onset_status write_files(const validate_work *work, const onset_validation *validation)
{
    const onset_validate_options *options = work->options;
    onset_text                    json = {0}, page = {0};
    onset_status                  status = ONSET_OK;

    if (options->json || options->report) status = onset_validation_json(work->err, validation, &json);
    if (status == ONSET_OK && options->json) status = write_text(work->err, options->json, &json);
    if (status == ONSET_OK && options->report)
        status = json.failed ? onset_fail(work->err, ONSET_NO_MEMORY, "no memory for '%s'", options->report)
                             : onset_validation_report_write(work->err, json.s, onset_version(), options->report);
    onset_text_free(&json);
    if (status == ONSET_OK && options->markdown) {
        onset_validation_markdown(validation, &page);
        status = write_text(work->err, options->markdown, &page);
        onset_text_free(&page);
    }
    return status;
}

static onset_status validate_in_arena(void *ctx)
{
    const validate_work *work       = ctx;
    onset_validation     validation = {0};
    onset_text           text       = {0};
    onset_status         status = onset_validation_run(work->err, work->session->arena, work->session->library, work->options, &validation);

    if (status == ONSET_OK) status = write_files(work, &validation);
    if (status != ONSET_OK) return status;
    onset_validation_text(&validation, &text);
    if (text.failed) {
        onset_text_free(&text);
        return onset_fail(work->err, ONSET_NO_MEMORY, "no memory for the scores");
    }
    *work->text = text.s;
    return ONSET_OK;
}

void onset_validate_options_init(onset_validate_options *options)
{
    *options = (onset_validate_options){.seed = 20261121};
}

onset_status onset_validate(onset_error *err, onset_session *session, const onset_validate_options *options, char **text)
{
    validate_work     work  = {err, session, options, text};
    const char *const only  = options->only;
    const bool        known = !only || strcmp(only, "efficacy") == 0 || strcmp(only, "safety") == 0 || strcmp(only, "pk") == 0;

    if (!known) return onset_fail(err, ONSET_BAD_INPUT, "'%s' is none of efficacy, safety, pk", only);
    return onset_session_run(err, session, validate_in_arena, &work);
}
