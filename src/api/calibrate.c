/* Estimating parameters. */
#include "calibrate/calibrate.h"

#include "api/api.h"
#include "base/error.h"

#include <stdlib.h>

typedef onset_status (*calibrate_step)(onset_error *err, onset_arena *arena, onset_library *library, const onset_calibrate_options *options,
                                       onset_text *text);

typedef struct {
    onset_error                   *err;
    onset_session                 *session;
    const onset_calibrate_options *options;
    calibrate_step                 step;
    onset_text                     text;
} calibrate_work;

static onset_status in_arena(void *ctx)
{
    calibrate_work *work = ctx;

    return work->step(work->err, work->session->arena, work->session->library, work->options, &work->text);
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
    *options = (onset_calibrate_options){.starts = 3, .evaluations = 400, .draws = 300, .subjects = 64, .seed = 20261121};
}

onset_status onset_calibrate(onset_error *err, onset_session *session, const onset_calibrate_options *options, char **text)
{
    return calibrate(err, session, options, onset_calibration_run, text);
}

onset_status onset_calibrate_apply(onset_error *err, onset_session *session, const onset_calibrate_options *options, char **text)
{
    return calibrate(err, session, options, onset_calibration_apply, text);
}
