#include "load.h"

#include "base/error.h"
#include "model/check.h"

#include <stdlib.h>

struct bench_models {
    onset_arena   *arena;
    onset_library *library;
    const char    *path;
    onset_error   *err;
    onset_model   *model;
};

static void check(void *ctx)
{
    bench_models     *m      = ctx;
    onset_diagnostics list   = {.arena = m->arena};
    const onset_file *file   = NULL;
    onset_text        report = {0};

    if (onset_library_file(m->err, m->library, m->path, &list, &file) != ONSET_OK) return;
    for (int i = 0; i < file->blocks.n && !m->model; i++) {
        if (file->blocks.items[i]->kind != ONSET_BLOCK_MODEL) continue;
        m->model = onset_model_check(m->arena, m->library, (onset_block_at){file, file->blocks.items[i]}, (onset_block_at){0}, &list);
    }
    if (m->model) return;
    onset_diagnostics_write(&list, &report);
    onset_fail(m->err, ONSET_BAD_MODEL, "%s", report.s ? report.s : "the file holds no model");
    onset_text_free(&report);
}

onset_status bench_model_load(onset_error *err, const char *path, bench_models **owner, const onset_model **out)
{
    bench_models *m      = calloc(1, sizeof *m);
    onset_status  status = ONSET_OK;

    if (!m || !(m->arena = onset_arena_create())) {
        free(m);
        return onset_fail(err, ONSET_NO_MEMORY, "no memory for '%s'", path);
    }
    m->path = path;
    m->err  = err;
    status  = onset_library_create(err, &m->library);
    if (status == ONSET_OK && !onset_arena_run(m->arena, check, m)) status = onset_fail(err, ONSET_NO_MEMORY, "no memory for '%s'", path);
    if (status == ONSET_OK && !m->model) status = err->status;
    if (status != ONSET_OK) {
        bench_models_free(m);
        return status;
    }
    *owner = m;
    *out   = m->model;
    return ONSET_OK;
}

void bench_models_free(bench_models *owner)
{
    if (!owner) return;
    onset_library_free(owner->library);
    onset_arena_free(owner->arena);
    free(owner);
}
