/* The evidence tables: the user's own added, all searched, held beside a model's numbers. */
#include "api/api.h"

#include "base/error.h"
#include "model/show.h"

onset_status onset_session_add_evidence(onset_error *err, onset_session *session, const char *folder)
{
    return onset_library_add_evidence(err, session->library, folder);
}

onset_status onset_evidence_search(onset_error *err, onset_session *session, const char *words, const char *table,
                                   onset_evidence_callback callback, void *ctx)
{
    return onset_library_search_evidence(err, session->library, words, table, callback, ctx);
}

const char *onset_evidence_nearest(onset_session *session, const char *key)
{
    return onset_library_nearest_evidence(session->library, key);
}

onset_status onset_model_sources(onset_error *err, onset_session *session, const onset_model *model, char **text)
{
    onset_text sources = {0};

    onset_model_show_sources(model, session->library, &sources);
    if (sources.failed) {
        onset_text_free(&sources);
        return onset_fail(err, ONSET_NO_MEMORY, "no memory for the sources of %s", model->name);
    }
    *text = sources.s;
    return ONSET_OK;
}
