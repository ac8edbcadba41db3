#include "read_model.h"

#include "base/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

typedef struct {
    read_model       *read;
    onset_diagnostics list;
    const char       *path;
    onset_error       err;
} reading;

static void check(void *ctx)
{
    reading          *r     = ctx;
    onset_block_at    model = {0};
    const onset_file *file;

    if (onset_library_file(&r->err, r->read->library, r->path, &r->list, &file) != ONSET_OK) return;
    for (int i = file->blocks.n - 1; i >= 0; i--)
        if (file->blocks.items[i]->kind == ONSET_BLOCK_MODEL) model = (onset_block_at){file, file->blocks.items[i]};
    if (model.block) r->read->model = onset_model_check(r->read->arena, r->read->library, model, (onset_block_at){0}, &r->list);
}

read_model read_model_open(const char *path)
{
    read_model read = {.arena = onset_arena_create()};
    reading    r    = {.read = &read, .list = {.arena = read.arena}, .path = path};
    onset_text text = {0};

    if (onset_library_create(&r.err, &read.library) != ONSET_OK) fail_msg("%s", r.err.message);
    if (!onset_arena_run(read.arena, check, &r)) fail_msg("no memory");
    if (read.model) return read;
    onset_diagnostics_write(&r.list, &text);
    fail_msg("%s holds no model without errors: %s\n%s", path, r.err.message, text.s ? text.s : "");
    return read;
}

void read_model_close(read_model *read)
{
    onset_arena_free(read->arena);
    onset_library_free(read->library);
}
