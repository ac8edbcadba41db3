/* Estimating parameters. */
#include "calibrate/calibrate.h"

#include "api/api.h"
#include "base/error.h"
#include "study/check.h"

#include <string.h>

typedef onset_status (*calibrate_step)(onset_error *err, onset_session *session, const onset_calibrate_options *options, onset_text *text);

typedef struct {
    onset_error                   *err;
    onset_session                 *session;
    const onset_calibrate_options *options;
    calibrate_step                 step;
    onset_text                     text;
} calibrate_work;

static bool names_onset_file(const char *name)
{
    const size_t n = strlen(name);

    return n > 6 && strcmp(name + n - 6, ".onset") == 0;
}

/* *out stays NULL where a set is meant: a folder, or a name that no study has either, which the set's message says. */
static onset_status open_study(onset_error *err, onset_session *session, const onset_calibrate_options *options, onset_study **out)
{
    const char       *name    = options->set ? options->set : "";
    onset_diagnostics ignored = {.arena = session->arena}; /* onset_study_load() reports them all */
    onset_block_at    at      = {0};
    onset_status      status;

    if (!*name) return ONSET_OK;
    if (!names_onset_file(name) && onset_calibration_is_set(session->arena, session->library, name))
        return options->study
                   ? onset_fail(err, ONSET_BAD_INPUT, "'%s' is a calibration set: there is no study '%s' in it", name, options->study)
                   : ONSET_OK;
    status = onset_library_open(err, session->library, ONSET_BLOCK_STUDY, name, options->study, &ignored, &at);
    if (status == ONSET_NO_FILE && !names_onset_file(name) && !options->study) {
        onset_error_clear(err);
        return ONSET_OK;
    }
    if (status != ONSET_OK) return status;
    return onset_study_load(err, session->arena, session->library, at.file->source->path, at.block->name, &session->diagnostics, out);
}

static onset_status estimate(onset_error *err, onset_session *session, const onset_calibrate_options *options, onset_text *text)
{
    onset_study *study  = NULL;
    onset_status status = open_study(err, session, options, &study);

    return status == ONSET_OK ? onset_calibration_run(err, session->arena, session->library, options, study, text) : status;
}

static onset_status apply(onset_error *err, onset_session *session, const onset_calibrate_options *options, onset_text *text)
{
    const char *name = options->set ? options->set : "";

    if (!*name) return onset_fail(err, ONSET_BAD_INPUT, "no calibration set was named");
    if (options->study || names_onset_file(name) || !onset_calibration_is_set(session->arena, session->library, name))
        return onset_fail(err, ONSET_BAD_INPUT,
                          "'%s' is no calibration set: the values of a set go into the modules of the library; those of a study are `set` "
                          "lines in its record's README.md",
                          options->study ? options->study : name);
    return onset_calibration_apply(err, session->arena, session->library, options, text);
}

static onset_status in_arena(void *ctx)
{
    calibrate_work *work = ctx;

    return work->step(work->err, work->session, work->options, &work->text);
}

static onset_status calibrate(onset_error *err, onset_session *session, const onset_calibrate_options *options, calibrate_step step,
                              char **text)
{
    calibrate_work work   = {.err = err, .session = session, .options = options, .step = step};
    onset_status   status = onset_session_run(err, session, in_arena, &work);

    if (status == ONSET_OK && work.text.failed) status = onset_fail(err, ONSET_NO_MEMORY, "no memory for what was found");
    if (status == ONSET_OK)
        *text = work.text.s;
    else
        onset_text_free(&work.text);
    return status;
}

void onset_calibrate_options_init(onset_calibrate_options *options)
{
    *options = (onset_calibrate_options){.starts = 3, .evaluations = 400, .draws = 300, .seed = 20261121};
}

onset_status onset_calibrate(onset_error *err, onset_session *session, const onset_calibrate_options *options, char **text)
{
    return calibrate(err, session, options, estimate, text);
}

onset_status onset_calibrate_apply(onset_error *err, onset_session *session, const onset_calibrate_options *options, char **text)
{
    return calibrate(err, session, options, apply, text);
}
