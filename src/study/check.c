#include "study/checker.h"

#include "base/error.h"

/* ---- The study's own statements ---- */

static void check_seed(onset_study_checker *c)
{
    bool given = false;

    c->study->seed = 1; /* where none is given, so that a study is the same each time */
    for (int i = 0; i < c->at.block->decls.n; i++) {
        const onset_decl *decl = c->at.block->decls.items[i];
        if (decl->kind != ONSET_DECL_SEED) continue;
        if (given) onset_error_at(c->out, decl->place, "keep one of them", "a second seed");
        c->study->seed = (uint64_t)decl->number;
        given          = true;
    }
}

typedef ONSET_VEC(const onset_source *) sources;

static void add_once(onset_study_checker *c, sources *list, const onset_source *source)
{
    for (int i = 0; i < list->n; i++) {
        if (list->items[i] == source || !strcmp(list->items[i]->path, source->path)) return;
    }
    onset_vec_push(c->arena, list, source);
}

/* Every file read: the study's, the model's, the modules', the population's table. */
static void list_sources(onset_study_checker *c, onset_block_at model)
{
    sources list = {0};

    add_once(c, &list, c->at.file->source);
    add_once(c, &list, model.file->source);
    for (int i = 0; i < c->model->n_instances; i++) {
        onset_diagnostics ignored = {.arena = c->arena};
        onset_error       err     = {0};
        const onset_file *file    = NULL;
        if (onset_library_file(&err, c->library, c->model->instances[i].path, &ignored, &file) == ONSET_OK)
            add_once(c, &list, file->source);
    }
    if (c->table.n_rows > 0) {
        onset_source *table = onset_arena_alloc(c->arena, sizeof *table);
        *table              = (onset_source){c->table_path, c->table.text, c->table.n};
        add_once(c, &list, table);
    }
    c->study->sources   = list.items;
    c->study->n_sources = list.n;
}

static void add_table(onset_study_checker *c, sources *list, const onset_citation *citation)
{
    bool                  has_tables;
    const onset_evidence *row = NULL;

    if (citation->kind == ONSET_SOURCE_EVIDENCE && citation->key)
        row = onset_library_evidence(c->library, c->at.file, citation->key, &has_tables);
    if (row) add_once(c, list, row->table);
}

static void list_tables(onset_study_checker *c)
{
    sources list = {0};

    for (int i = 0; i < c->model->n_params; i++) add_table(c, &list, &c->model->params[i].citation);
    for (int i = 0; i < c->study->n_expectations; i++) add_table(c, &list, &c->study->expectations[i].citation);
    for (int i = 0; i < c->study->n_estimates; i++) add_table(c, &list, &c->study->estimates[i].citation);
    c->study->tables   = list.items;
    c->study->n_tables = list.n;
}

/* ---- All of it ---- */

/* Whether the parser left out statements of the study's file. */
static bool is_incomplete(const onset_diagnostics *parsed, const onset_source *source)
{
    for (int i = 0; i < parsed->list.n; i++) {
        if (parsed->list.items[i].severity == ONSET_ERROR && parsed->list.items[i].place.source == source) return true;
    }
    return false;
}

onset_study *onset_study_check(onset_arena *arena, onset_library *library, onset_block_at at, onset_diagnostics *out)
{
    onset_diagnostics   found = {.arena = arena}; /* its own, so that what was found before does not count */
    onset_study_checker c     = {.arena = arena, .library = library, .units = onset_library_units(library), .out = &found, .at = at};
    onset_block_at      model = {0};

    c.study        = onset_arena_alloc(arena, sizeof *c.study);
    c.study->arena = arena;
    c.study->name  = at.block->name;
    c.study->title = *at.block->title ? at.block->title : at.block->name;
    if (onset_study_model_block(library, at, &found, &model)) c.model = onset_model_check(arena, library, model, at, &found);
    c.study->model = c.model;
    if (c.model && c.model->n_states == 0)
        onset_error_at(&found, at.block->place, "a state and its d/dt in one of its modules",
                       "the model '%s' has no states: nothing to solve", c.model->name);
    c.incomplete = is_incomplete(out, at.file->source);
    check_seed(&c);
    onset_check_visits(&c);
    onset_check_traces(&c);
    onset_check_population(&c);
    onset_check_arms(&c);
    onset_check_endpoints(&c);
    onset_check_expectations(&c);
    onset_check_estimates(&c);
    onset_check_population_end(&c);
    if (c.model) list_sources(&c, model);
    if (c.model) list_tables(&c);
    onset_diagnostics_add_all(out, &found);
    return found.n_errors == 0 && c.model ? c.study : NULL;
}

/* ---- From a file ---- */

/* The study with `use model` naming another model; what it names is looked for beside the study and in the library as ever. */
static onset_block *with_model(onset_arena *arena, const onset_block *study, const char *model)
{
    onset_block *copy = onset_arena_alloc(arena, sizeof *copy);

    *copy       = *study;
    copy->decls = (onset_decls){0};
    for (int i = 0; i < study->decls.n; i++) {
        onset_decl *decl = study->decls.items[i];

        if (decl->kind == ONSET_DECL_USE_MODEL) {
            onset_decl *other = onset_arena_alloc(arena, sizeof *other);

            *other      = *decl;
            other->name = model;
            other->path = NULL;
            decl        = other;
        }
        onset_vec_push(arena, &copy->decls, decl);
    }
    return copy;
}

typedef struct {
    onset_error       *err;
    onset_arena       *arena;
    onset_library     *library;
    const char        *path, *name, *model;
    onset_diagnostics *out;
    onset_study       *study;
    onset_status       status;
} load_call;

static void load(void *ctx)
{
    load_call        *call  = ctx;
    onset_diagnostics found = {.arena = call->arena};
    onset_block_at    at    = {0};

    call->status = onset_library_open(call->err, call->library, ONSET_BLOCK_STUDY, call->path, call->name, &found, &at);
    if (call->status == ONSET_OK && call->model) at.block = with_model(call->arena, at.block, call->model);
    if (call->status == ONSET_OK) call->study = onset_study_check(call->arena, call->library, at, &found);
    if (call->out) onset_diagnostics_add_all(call->out, &found);
    if (call->status != ONSET_OK || (call->study && found.n_errors == 0)) return;
    call->status = onset_fail(call->err, ONSET_BAD_MODEL, "the study '%s' has %d error%s", at.block->name, found.n_errors,
                              found.n_errors == 1 ? "" : "s");
}

onset_status onset_study_load_as(onset_error *err, onset_arena *arena, onset_library *library, const char *path, const char *name,
                                 const char *model, onset_diagnostics *diagnostics, onset_study **out)
{
    load_call call = {err, arena, library, path, name, model, diagnostics, NULL, ONSET_OK};

    if (!onset_arena_run(arena, load, &call)) return onset_fail(err, ONSET_NO_MEMORY, "no memory for the study in '%s'", path);
    if (call.status == ONSET_OK) *out = call.study;
    return call.status;
}

onset_status onset_study_load(onset_error *err, onset_arena *arena, onset_library *library, const char *path, const char *name,
                              onset_diagnostics *diagnostics, onset_study **out)
{
    return onset_study_load_as(err, arena, library, path, name, NULL, diagnostics, out);
}
