/* Sessions: memory, library and diagnostics of one user of the library; files checked, formatted, listed. */
#include "api/api.h"

#include "base/c_locale.h"
#include "base/error.h"
#include "model/check.h"
#include "study/check.h"

#include <stdlib.h>

static onset_status create(onset_error *err, onset_session **out)
{
    onset_session *session = calloc(1, sizeof *session);
    onset_status   status;

    if (!session || !(session->arena = onset_arena_create())) {
        free(session);
        return onset_fail(err, ONSET_NO_MEMORY, "no memory for a session");
    }
    session->diagnostics.arena = session->arena;
    status                     = onset_library_create(err, &session->library);
    if (status != ONSET_OK) {
        onset_session_free(session);
        return status;
    }
    *out = session;
    return ONSET_OK;
}

onset_status onset_session_create(onset_error *err, onset_session **out)
{
    const onset_locale locale = onset_locale_enter(); /* the database of units is read */
    const onset_status status = create(err, out);

    onset_locale_leave(locale);
    return status;
}

void onset_session_free(onset_session *session)
{
    if (!session) return;
    onset_library_free(session->library);
    onset_arena_free(session->arena);
    free(session);
}

onset_status onset_session_add_library(onset_error *err, onset_session *session, const char *folder)
{
    return onset_library_add(err, session->library, folder);
}

const char *onset_session_library(const onset_session *session)
{
    return onset_library_shipped(session->library);
}

/* ---- Work in the arena ---- */

typedef struct {
    onset_session_work work;
    void              *ctx;
    onset_status       status;
} guarded_work;

static void run_guarded(void *ctx)
{
    guarded_work *guarded = ctx;

    guarded->status = guarded->work(guarded->ctx);
}

onset_status onset_session_run(onset_error *err, onset_session *session, onset_session_work work, void *ctx)
{
    const onset_locale locale  = onset_locale_enter();
    guarded_work       guarded = {work, ctx, ONSET_OK};
    const bool         done    = onset_arena_run(session->arena, run_guarded, &guarded);

    onset_locale_leave(locale);
    if (!done) return onset_fail(err, ONSET_NO_MEMORY, "memory ran out while the files were read");
    return guarded.status;
}

onset_status onset_session_verdict(onset_error *err, const onset_session *session, int before, const char *what)
{
    const int n = session->diagnostics.n_errors - before;

    if (n <= 0) return ONSET_OK;
    return onset_fail(err, ONSET_BAD_MODEL, "%d %s in '%s'; nothing was run", n, n == 1 ? "error" : "errors", what);
}

/* ---- Diagnostics ---- */

int onset_session_n_diagnostics(const onset_session *session, onset_diagnostic_kind kind)
{
    return kind == ONSET_IS_ERROR ? session->diagnostics.n_errors : session->diagnostics.n_warnings;
}

int onset_session_n_all_diagnostics(const onset_session *session)
{
    return session->diagnostics.list.n;
}

void onset_session_diagnostic(const onset_session *session, int i, onset_diagnostic_info *out)
{
    const onset_diagnostic *from = &session->diagnostics.list.items[i];

    *out = (onset_diagnostic_info){
        .kind    = from->severity == ONSET_ERROR ? ONSET_IS_ERROR : ONSET_IS_WARNING,
        .file    = from->place.source ? from->place.source->path : "",
        .line    = from->place.line,
        .column  = from->place.column,
        .length  = from->place.length,
        .message = from->message,
        .hint    = from->hint ? from->hint : "",
    };
}

char *onset_session_diagnostics_text(const onset_session *session)
{
    onset_text text = {0};

    onset_diagnostics_write(&session->diagnostics, &text);
    onset_text_add(&text, "");
    if (text.failed) onset_text_free(&text);
    return text.s;
}

void onset_session_clear_diagnostics(onset_session *session)
{
    session->diagnostics = (onset_diagnostics){.arena = session->arena};
}

/* ---- Files ---- */

typedef struct {
    onset_error   *err;
    onset_session *session;
    const char    *path;
} file_work;

static onset_status check_blocks(void *ctx)
{
    const file_work  *work    = ctx;
    onset_session    *session = work->session;
    const int         before  = session->diagnostics.n_errors;
    const onset_file *file    = NULL;
    onset_status      status  = onset_library_file(work->err, session->library, work->path, &session->diagnostics, &file);

    if (status != ONSET_OK) return status;
    if (file->blocks.n == 0 && session->diagnostics.n_errors == before)
        onset_warning_at(&session->diagnostics, (onset_place){.source = file->source, .line = 1, .column = 1, .length = 1},
                         "a file begins with: module NAME, model NAME or study NAME", "the file holds no module, model or study");
    onset_file_check(session->arena, session->library, file, &session->diagnostics);
    onset_library_check_evidence(session->library, file, &session->diagnostics);
    for (int i = 0; i < file->blocks.n; i++) {
        onset_error  ignored = {0}; /* it only counts what the diagnostics hold */
        onset_study *study   = NULL;

        if (file->blocks.items[i]->kind != ONSET_BLOCK_STUDY) continue;
        status = onset_study_load(&ignored, session->arena, session->library, work->path, file->blocks.items[i]->name,
                                  &session->diagnostics, &study);
        if (status != ONSET_OK && status != ONSET_BAD_MODEL) return onset_fail(work->err, status, "%s", ignored.message);
    }
    return onset_session_verdict(work->err, session, before, work->path);
}

onset_status onset_check_file(onset_error *err, onset_session *session, const char *path)
{
    file_work work = {err, session, path};

    return onset_session_run(err, session, check_blocks, &work);
}

typedef struct {
    file_work   file;
    onset_text *text;
} format_work;

static onset_status format_source(void *ctx)
{
    const format_work *work    = ctx;
    onset_session     *session = work->file.session;
    const int          before  = session->diagnostics.n_errors;
    const onset_file  *file    = NULL;
    onset_status       status  = onset_library_file(work->file.err, session->library, work->file.path, &session->diagnostics, &file);

    if (status == ONSET_OK) status = onset_session_verdict(work->file.err, session, before, work->file.path);
    return status == ONSET_OK ? onset_format(work->file.err, file->source, work->text) : status;
}

onset_status onset_format_file(onset_error *err, onset_session *session, const char *path, char **text, size_t *n)
{
    onset_text   formatted = {0};
    format_work  work      = {{err, session, path}, &formatted};
    onset_status status    = onset_session_run(err, session, format_source, &work);

    onset_text_add(&formatted, "");
    if (status == ONSET_OK && formatted.failed) status = onset_fail(err, ONSET_NO_MEMORY, "no memory to format '%s'", path);
    if (status != ONSET_OK) {
        onset_text_free(&formatted);
        return status;
    }
    *text = formatted.s;
    *n    = formatted.n;
    return ONSET_OK;
}

typedef struct {
    onset_error         *err;
    onset_session       *session;
    onset_block_callback callback;
    void                *ctx;
} list_work;

static bool list_block(void *ctx, const onset_block_at *at)
{
    static const char *const kinds[] = {[ONSET_BLOCK_MODULE] = "module", [ONSET_BLOCK_MODEL] = "model", [ONSET_BLOCK_STUDY] = "study"};
    const list_work         *work    = ctx;
    const onset_block_info   info    = {kinds[at->block->kind], at->block->name, at->block->title, at->file->source->path};

    return work->callback(work->ctx, &info);
}

static onset_status list_blocks(void *ctx)
{
    const list_work *work = ctx;

    return onset_library_list(work->err, work->session->library, list_block, ctx);
}

onset_status onset_list(onset_error *err, onset_session *session, onset_block_callback callback, void *ctx)
{
    list_work work = {err, session, callback, ctx};

    return onset_session_run(err, session, list_blocks, &work);
}
