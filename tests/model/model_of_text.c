#include "model_of_text.h"

#include <stdio.h>
#include <stdlib.h>

/* cmocka wants these before it, in this order. */
/* clang-format off */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
/* clang-format on */

int setup(void **state)
{
    fixture *f = calloc(1, sizeof *f);

    f->arena = onset_arena_create();
    f->out   = (onset_diagnostics){.arena = f->arena};
    *state   = f;
    return onset_library_create(NULL, &f->library) == ONSET_OK ? 0 : -1;
}

int teardown(void **state)
{
    fixture *f = *state;

    onset_arena_free(f->arena);
    onset_library_free(f->library);
    free(f);
    return 0;
}

static onset_block_at block_of(const fixture *f, onset_block_kind kind)
{
    for (int i = 0; i < f->file->blocks.n; i++)
        if (f->file->blocks.items[i]->kind == kind) return (onset_block_at){f->file, f->file->blocks.items[i]};
    return (onset_block_at){0};
}

static void fail_with_diagnostics(const fixture *f)
{
    onset_text text = {0};

    onset_diagnostics_write(&f->out, &text);
    fprintf(stderr, "%s", text.s);
    onset_text_free(&text);
    fail();
}

onset_model *model_of(fixture *f, const char *text)
{
    const onset_block_at *none = &(onset_block_at){0};
    onset_block_at        model, study;

    assert_int_equal(onset_library_text(NULL, f->library, "test.onset", text, strlen(text), &f->out, &f->file), ONSET_OK);
    model = block_of(f, ONSET_BLOCK_MODEL);
    study = block_of(f, ONSET_BLOCK_STUDY);
    if (model.block)
        f->model = onset_model_check(f->arena, f->library, model, study.block ? study : *none, &f->out);
    else
        f->model = onset_module_check(f->arena, f->library, block_of(f, ONSET_BLOCK_MODULE), &f->out);
    if (!f->model) fail_with_diagnostics(f);
    return f->model;
}
