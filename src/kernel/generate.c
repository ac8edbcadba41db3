/* A tool of the build: writes the C of the kernels that are compiled into Onset.
 *
 *     onset-generate OUT LIBRARY DEPFILE FILE.onset ...
 *
 * For the i-th file, its first study or model, OUT/builtin_<i>_<variant>.c; and OUT/builtin_list.c. A file with errors is told and left
 * out (its model is then compiled at first use, and the tests of the library fail): it should not keep the program from being built. */
#include "base/error.h"
#include "base/sha256.h"
#include "kernel/kernel.h"
#include "model/check.h"

#include <stdio.h>
#include <stdlib.h>

typedef struct {
    const char *name;
    onset_isa   isa, needs;
    bool        x86_only;
} variant;

#if defined(__x86_64__)
static const bool is_x86 = true;
#else
static const bool is_x86 = false;
#endif

/* In the order in which they are looked for. */
static const variant variants[] = {
    {"avx512", ONSET_ISA_AVX512, ONSET_ISA_AVX512, true},  {"avx2", ONSET_ISA_AVX2, ONSET_ISA_AVX2, true},
    {"sse2", ONSET_ISA_SSE2, ONSET_ISA_SSE2, false},       {"scalar_fma", ONSET_ISA_SCALAR, ONSET_ISA_AVX2, true},
    {"scalar", ONSET_ISA_SCALAR, ONSET_ISA_SCALAR, false},
};
enum { N_VARIANTS = sizeof variants / sizeof *variants };

typedef struct {
    const char    *out_dir;
    onset_error    err;
    onset_arena   *arena;
    onset_library *library;
    onset_text     tables, entries, depends; /* of builtin_list.c and the depfile */
    const char    *path;                     /* the file at hand */
    onset_model   *model;
} generator;

/* The model of a file: that of its first study, with what the study changes, else its first model. */
static void check(void *ctx)
{
    generator        *g     = ctx;
    onset_diagnostics list  = {.arena = g->arena};
    const onset_file *file  = NULL;
    onset_block_at    model = {0}, study = {0};
    onset_text        report = {0};

    g->model = NULL;
    if (onset_library_file(&g->err, g->library, g->path, &list, &file) != ONSET_OK) {
        fprintf(stderr, "warning: no kernel built in for %s: %s\n", g->path, g->err.message);
        onset_error_clear(&g->err);
        return;
    }
    for (int i = 0; i < file->blocks.n; i++) {
        const onset_block_at at = {file, file->blocks.items[i]};

        if (at.block->kind == ONSET_BLOCK_STUDY && !study.block) study = at;
        if (at.block->kind == ONSET_BLOCK_MODEL && !model.block) model = at;
    }
    if (study.block && !onset_study_model_block(g->library, study, &list, &model)) model.block = NULL;
    if (model.block && list.n_errors == 0) g->model = onset_model_check(g->arena, g->library, model, study, &list);
    if (g->model) return;
    onset_diagnostics_write(&list, &report);
    fprintf(stderr, "warning: no kernel built in for %s:\n%s", g->path, report.s ? report.s : "it holds no model\n");
    onset_text_free(&report);
}

/* True for a kernel that an earlier file had already: a study that changes only numbers. */
static bool is_listed(const generator *g, const char *hex, const variant *v)
{
    char entry[100];

    snprintf(entry, sizeof entry, "{\"%s\", (onset_isa)%d,", hex, (int)v->needs);
    return g->entries.s && strstr(g->entries.s, entry);
}

/* What is left out still has its files, so that the build's rules stay the same. */
static onset_status write_kernel(generator *g, int i, const variant *v)
{
    onset_text   source = {0}, kernel = {0};
    char         path[4096], hex[65];
    onset_status status = ONSET_OK;

    snprintf(path, sizeof path, "%s/builtin_%d_%s.c", g->out_dir, i, v->name);
    if (g->model && (is_x86 || !v->x86_only)) {
        status = onset_kernel_emit(&g->err, g->model, v->isa, &kernel);
        if (status == ONSET_OK) onset_sha256_text(kernel.s, kernel.n, hex);
        if (status == ONSET_OK && !is_listed(g, hex, v)) {
            onset_text_printf(&source, "#define ONSET_KERNEL_SYMBOL onset_builtin_%d_%s\n\n", i, v->name);
            onset_text_add_n(&source, kernel.s, kernel.n);
            onset_text_printf(&g->tables, "extern const onset_kernel_table onset_builtin_%d_%s;\n", i, v->name);
            onset_text_printf(&g->entries, "    {\"%s\", (onset_isa)%d, &onset_builtin_%d_%s}, /* %s */\n", hex, (int)v->needs, i, v->name,
                              g->model->name);
        }
    }
    if (!source.n) onset_text_add(&source, "typedef int onset_builtin_left_out;\n");
    if (status == ONSET_OK) status = onset_file_write(&g->err, path, source.s, source.n);
    onset_text_free(&source);
    onset_text_free(&kernel);
    return status;
}

static onset_status take_file(generator *g, int i)
{
    onset_status status = ONSET_OK;

    if (!onset_arena_run(g->arena, check, g)) return onset_fail(&g->err, ONSET_NO_MEMORY, "no memory to check '%s'", g->path);
    onset_text_printf(&g->depends, " %s", g->path);
    for (int k = 0; g->model && k < g->model->n_instances; k++)
        if (g->model->instances[k].path) onset_text_printf(&g->depends, " %s", g->model->instances[k].path);
    for (int k = 0; k < N_VARIANTS && status == ONSET_OK; k++) status = write_kernel(g, i, &variants[k]);
    return status;
}

static onset_status write_list(generator *g, const char *depfile)
{
    onset_text   text = {0};
    char         path[4096];
    onset_status status;

    onset_text_printf(&text, "/* Generated when Onset is built, do not edit. */\n#include \"kernel/builtin.h\"\n\n%s\n",
                      g->tables.s ? g->tables.s : "");
    onset_text_printf(&text, "const onset_builtin onset_builtin_list[] = {\n%s    {\"\", ONSET_ISA_SCALAR, 0},\n};\n",
                      g->entries.s ? g->entries.s : "");
    onset_text_add(&text, "const int onset_builtin_count = (int)(sizeof onset_builtin_list / sizeof *onset_builtin_list) - 1;\n");
    snprintf(path, sizeof path, "%s/builtin_list.c", g->out_dir);
    status = onset_file_write(&g->err, path, text.s, text.n);
    text.n = 0;
    onset_text_printf(&text, "%s:%s\n", path, g->depends.s ? g->depends.s : "");
    if (status == ONSET_OK) status = onset_file_write(&g->err, depfile, text.s, text.n);
    onset_text_free(&text);
    return status;
}

int main(int argc, char **argv)
{
    generator    g = {.out_dir = argc > 1 ? argv[1] : "."};
    onset_status status =
        argc < 4 ? onset_fail(&g.err, ONSET_BAD_INPUT, "usage: onset-generate OUT LIBRARY DEPFILE FILE.onset ...") : ONSET_OK;

    if (status == ONSET_OK) status = (g.arena = onset_arena_create()) ? ONSET_OK : onset_fail(&g.err, ONSET_NO_MEMORY, "no memory");
    if (status == ONSET_OK) status = onset_library_create(&g.err, &g.library);
    if (status == ONSET_OK) status = onset_library_add(&g.err, g.library, argv[2]);
    for (int i = 4; i < argc && status == ONSET_OK; i++) {
        g.path = argv[i];
        status = take_file(&g, i - 4);
    }
    if (status == ONSET_OK) status = write_list(&g, argv[3]);
    if (status != ONSET_OK) fprintf(stderr, "onset-generate: %s\n", g.err.message);
    onset_library_free(g.library);
    onset_arena_free(g.arena);
    onset_text_free(&g.tables);
    onset_text_free(&g.entries);
    onset_text_free(&g.depends);
    return status == ONSET_OK ? 0 : 1;
}
