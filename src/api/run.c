/* Studies: opened, inspected, run. */
#include "api/api.h"

#include "base/c_locale.h"
#include "base/error.h"
#include "report/report.h"
#include "solver/solver.h"
#include "store/save.h"
#include "study/check.h"

#include "build_info.h"

typedef struct {
    onset_error        *err;
    onset_session      *session;
    const char         *name_or_path, *name, *model;
    const onset_study **out;
} open_work;

static onset_status open_study(void *ctx)
{
    const open_work  *work    = ctx;
    onset_session    *session = work->session;
    onset_diagnostics ignored = {.arena = session->arena}; /* onset_study_load() reports them all */
    onset_block_at    at      = {0};
    onset_study      *study   = NULL;
    onset_status status = onset_library_open(work->err, session->library, ONSET_BLOCK_STUDY, work->name_or_path, work->name, &ignored, &at);

    if (status != ONSET_OK) return status;
    status = onset_study_load_as(work->err, session->arena, session->library, at.file->source->path, at.block->name, work->model,
                                 &session->diagnostics, &study);
    if (status == ONSET_OK) *work->out = study;
    return status;
}

onset_status onset_study_open(onset_error *err, onset_session *session, const char *name_or_path, const char *name, const onset_study **out)
{
    return onset_study_open_as(err, session, name_or_path, name, NULL, out);
}

onset_status onset_study_open_as(onset_error *err, onset_session *session, const char *name_or_path, const char *name, const char *model,
                                 const onset_study **out)
{
    open_work work = {err, session, name_or_path, name, model, out};

    return onset_session_run(err, session, open_study, &work);
}

const char *onset_study_name(const onset_study *study)
{
    return study->name;
}

const char *onset_study_title(const onset_study *study)
{
    return study->title;
}

const onset_model *onset_study_model(const onset_study *study)
{
    return study->model;
}

void onset_run_options_init(onset_run_options *options)
{
    *options = (onset_run_options){.solver = "auto", .rtol = 1e-4, .atol = 1e-6};
}

static bool find_evidence(void *ctx, const char *key, const char **source, const char **seen)
{
    bool                  has_tables;
    const onset_evidence *row = onset_library_evidence(ctx, NULL, key, &has_tables);

    if (!row) return false;
    *source = row->source;
    *seen   = row->seen;
    return true;
}

onset_status onset_run(onset_error *err, onset_session *session, const onset_study *study, const onset_run_options *options,
                       onset_run_info *out)
{
    const onset_save_setup setup = {
        .job    = {.build = ONSET_VERSION " " ONSET_COMPILER},
        .facts  = {.version = ONSET_VERSION, .compiler = ONSET_COMPILER, .evidence = {session->library, find_evidence}},
        .report = options->no_report ? NULL : onset_report_write,
    };

    const onset_locale locale = onset_locale_enter(); /* the callbacks too are called in it */
    const onset_status status = onset_study_save(err, study, options, &setup, out);

    onset_locale_leave(locale);
    return status;
}
