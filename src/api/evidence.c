/* The evidence tables: the user's own added, all searched, held beside a model's numbers. */
#include "api/api.h"

#include "base/error.h"
#include "model/show.h"

typedef struct {
    onset_error            *err;
    onset_session          *session;
    const char             *text, *table; /* a folder, words or a key */
    onset_evidence_callback callback;
    void                   *ctx;
    const char             *near;
} evidence_work;

static onset_status add(void *ctx)
{
    const evidence_work *work = ctx;

    return onset_library_add_evidence(work->err, work->session->library, work->text);
}

onset_status onset_session_add_evidence(onset_error *err, onset_session *session, const char *folder)
{
    evidence_work work = {.err = err, .session = session, .text = folder};

    return onset_session_run(err, session, add, &work);
}

static onset_status search(void *ctx)
{
    const evidence_work *work = ctx;

    return onset_library_search_evidence(work->err, work->session->library, work->text, work->table, work->callback, work->ctx);
}

onset_status onset_evidence_search(onset_error *err, onset_session *session, const char *words, const char *table,
                                   onset_evidence_callback callback, void *ctx)
{
    evidence_work work = {.err = err, .session = session, .text = words, .table = table, .callback = callback, .ctx = ctx};

    return onset_session_run(err, session, search, &work);
}

static onset_status find_nearest(void *ctx)
{
    evidence_work *work = ctx;

    work->near = onset_library_nearest_evidence(work->session->library, work->text);
    return ONSET_OK;
}

const char *onset_evidence_nearest(onset_session *session, const char *key)
{
    evidence_work work = {.session = session, .text = key};

    onset_session_run(NULL, session, find_nearest, &work);
    return work.near;
}

typedef struct {
    const onset_session *session;
    const onset_model   *model;
    onset_text           shown;
} sources_work;

static onset_status show_sources(void *ctx)
{
    sources_work *work = ctx;

    onset_model_show_sources(work->model, work->session->library, &work->shown);
    return ONSET_OK;
}

onset_status onset_model_sources(onset_error *err, onset_session *session, const onset_model *model, char **text)
{
    sources_work work   = {.session = session, .model = model};
    onset_status status = onset_session_run(err, session, show_sources, &work);

    if (status == ONSET_OK && work.shown.failed) status = onset_fail(err, ONSET_NO_MEMORY, "no memory for the sources of %s", model->name);
    if (status == ONSET_OK)
        *text = work.shown.s;
    else
        onset_text_free(&work.shown);
    return status;
}
