#include "model/check.h"

#include "model/check_private.h"

/* ---- The scope of a module ---- */

static bool lookup(void *ctx, const onset_expr *name, onset_typed *out)
{
    builder  *b  = ctx;
    const int at = onset_check_local(b, b->at_instance, name->name);

    if (at < 0 && strcmp(name->name, "amt") == 0 && (b->amt || b->amt_forbidden)) {
        *out = b->amt ? *b->amt : onset_typed_error(&b->model->graph);
        if (b->amt_forbidden) onset_error_at(b->out, name->place, NULL, "convert cannot depend on amt: it defines it");
        return true;
    }
    if (at < 0) return false;
    if (at != b->at_item) b->items.items[at].used = true;
    *out = b->items.items[at].typed ? b->items.items[at].value : onset_typed_error(&b->model->graph);
    return true;
}

static const char *const *names(void *ctx, int *n)
{
    const builder  *b = ctx;
    const instance *i = &b->instances.items[b->at_instance];

    *n = i->name_list.n;
    return i->name_list.items;
}

/* ---- Shared ---- */

static void each_of(builder *b, const onset_block *block, onset_decl_kind kind, decl_visitor visit, bool from_study)
{
    for (int i = 0; block && i < block->decls.n; i++)
        if (block->decls.items[i]->kind == kind) visit(b, block->decls.items[i], from_study);
}

void onset_check_each(builder *b, onset_decl_kind kind, decl_visitor visit)
{
    each_of(b, b->block.block, kind, visit, false);
    each_of(b, b->study.block, kind, visit, true);
}

void onset_check_add_source(builder *b, const onset_file *file)
{
    for (int i = 0; i < b->sources.n; i++)
        if (b->sources.items[i] == file->source) return;
    onset_vec_push(b->arena, &b->sources, file->source);
}

/* ---- The steps ---- */

static void hand_over(builder *b)
{
    onset_model *m = b->model;

    m->params = b->params.items, m->n_params = b->params.n;
    m->covariates = b->covariates.items, m->n_covariates = b->covariates.n;
    m->states = b->states.items, m->n_states = b->states.n;
    m->outputs = b->outputs.items, m->n_outputs = b->outputs.n;
    m->routes = b->routes.items, m->n_routes = b->routes.n;
    m->correlations = b->correlations.items, m->n_correlations = b->correlations.n;
    m->panels = b->panels.items, m->n_panels = b->panels.n;
    m->lets = b->lets.items, m->n_lets = b->lets.n;
    m->sources = b->sources.items, m->n_sources = b->sources.n;
}

static onset_model *check(onset_arena *arena, onset_library *library, onset_block_at block, onset_block_at study, bool alone,
                          onset_diagnostics *out)
{
    builder *b = onset_arena_alloc(arena, sizeof *b);

    b->n_errors = out->n_errors;
    b->arena = arena, b->library = library, b->out = out;
    b->block = block, b->study = study, b->alone = alone;
    b->model        = onset_arena_alloc(arena, sizeof *b->model);
    b->model->arena = arena;
    b->model->name  = block.block->name;
    b->model->title = block.block->title;
    onset_graph_init(&b->model->graph, arena);
    b->scope = (onset_scope){.graph    = &b->model->graph,
                             .units    = onset_library_units(library),
                             .out      = out,
                             .ctx      = b,
                             .lookup   = lookup,
                             .has_time = true,
                             .names    = names};
    if (study.block) onset_check_add_source(b, study.file);
    onset_check_add_source(b, block.file);

    onset_check_collect(b);
    onset_check_wire(b);
    onset_check_order(b);
    onset_check_items(b);
    onset_check_params(b);
    onset_check_routes(b);
    onset_check_views(b);
    onset_check_usage(b);
    hand_over(b);
    return out->n_errors == b->n_errors ? b->model : NULL;
}

onset_model *onset_model_check(onset_arena *arena, onset_library *library, onset_block_at model, onset_block_at study,
                               onset_diagnostics *out)
{
    return check(arena, library, model, study, false, out);
}

onset_model *onset_module_check(onset_arena *arena, onset_library *library, onset_block_at module, onset_diagnostics *out)
{
    return check(arena, library, module, (onset_block_at){0}, true, out);
}

static void check_names(const onset_file *file, onset_diagnostics *out)
{
    for (int i = 0; i < file->blocks.n; i++) {
        const onset_block *block = file->blocks.items[i];

        for (int k = 0; k < i; k++) {
            const onset_block *other = file->blocks.items[k];

            if (other->kind == block->kind && strcmp(other->name, block->name) == 0)
                onset_error_at(out, block->place, onset_arena_printf(out->arena, "the first is in line %d", other->place.line),
                               "a second block '%s' of the same kind", block->name);
        }
    }
}

void onset_file_check(onset_arena *arena, onset_library *library, const onset_file *file, onset_diagnostics *out)
{
    check_names(file, out);
    for (int i = 0; i < file->blocks.n; i++) {
        const onset_block_at at = {file, file->blocks.items[i]};

        if (at.block->kind == ONSET_BLOCK_MODULE) onset_module_check(arena, library, at, out);
        if (at.block->kind == ONSET_BLOCK_MODEL) onset_model_check(arena, library, at, (onset_block_at){0}, out);
    }
}

bool onset_study_model_block(onset_library *library, onset_block_at study, onset_diagnostics *out, onset_block_at *model)
{
    const onset_decl *use = NULL;

    *model = (onset_block_at){0};
    for (int i = 0; i < study.block->decls.n; i++) {
        const onset_decl *d = study.block->decls.items[i];

        if (d->kind != ONSET_DECL_USE_MODEL || !d->name) continue;
        if (use)
            onset_error_at(out, d->name_place, "a study has one model", "a second 'use model'");
        else
            use = d;
    }
    if (!use) {
        onset_error_at(out, study.block->place, "use model MODEL", "the study '%s' uses no model", study.block->name);
        return false;
    }
    return onset_library_find(library, study.file, ONSET_BLOCK_MODEL, use->name, use->path, use->name_place, out, model);
}
