/* What the report and `onset show` want: short names, panels, headline, the links between modules. */
#include "model/check_private.h"

/* ---- Outputs by name ---- */

static void shorten_names(builder *b)
{
    onset_names seen = {0};

    for (int i = 0; i < b->outputs.n; i++) {
        onset_model_output *o     = &b->outputs.items[i];
        const int           known = onset_names_find(&seen, o->short_name);

        if (known < 0) {
            onset_names_put(b->arena, &seen, o->short_name, i);
            continue;
        }
        b->outputs.items[known].short_name = b->outputs.items[known].name;
        o->short_name                      = o->name;
    }
}

static bool any_replaced(const builder *b)
{
    for (int i = 0; i < b->instances.n; i++)
        if (b->instances.items[i].replaced) return true;
    return false;
}

static int find_output(builder *b, const onset_word *word, bool from_study)
{
    enum { MOST = 12 }; /* names printed */
    ONSET_VEC(const char *) names = {0};
    const char *near, *several = "";
    int         n = 0, found = -1;

    for (int i = 0; i < b->outputs.n; i++) {
        const onset_model_output *o     = &b->outputs.items[i];
        const char               *local = strchr(o->name, '.') + 1;

        if (strcmp(o->name, word->name) == 0) return i;
        if (strcmp(local, word->name) == 0) {
            if (n < MOST) several = onset_arena_printf(b->arena, "%s%s%s", several, n ? ", " : "", o->name);
            found = i;
            n++;
        }
        onset_vec_push(b->arena, &names, o->name);
        onset_vec_push(b->arena, &names, local);
    }
    if (n == 1) return found;
    near = onset_nearest(word->name, names.items, names.n);
    if (n == 0 && !from_study && any_replaced(b)) {
        onset_warning_at(b->out, word->place, NULL, "no effect: without the module replaced there is no output '%s'", word->name);
        return -1;
    }
    if (n > 1)
        onset_error_at(b->out, word->place, "write it with its instance", "'%s' could be %s", word->name, several);
    else
        onset_error_at(b->out, word->place, near ? onset_arena_printf(b->arena, "did you mean '%s'?", near) : NULL,
                       "the model has no output '%s'", word->name);
    return -1;
}

/* ---- Panels, headline ---- */

static void add_panel(builder *b, const onset_decl *d, bool from_study)
{
    static const onset_model_unit hours   = {"h", {3600, {0, 0, 1}}};
    onset_model_panel             panel   = {.title = d->text, .log = d->log};
    int                          *outputs = onset_arena_alloc(b->arena, ((size_t)d->words.n + 1) * sizeof *outputs);

    for (int i = 0; i < d->words.n; i++) {
        const int at = find_output(b, &d->words.items[i], from_study);

        if (at >= 0) outputs[panel.n++] = at;
    }
    panel.outputs = outputs;
    if (d->quantities.n) {
        const onset_quantity *q = &d->quantities.items[0];

        panel.first_h = onset_check_quantity(b, q->number, q->unit, q->place, &hours, "the time shown");
    }
    /* A study's panel takes the place of the model's with the same title. */
    for (int i = 0; i < b->panels.n; i++) {
        if (strcmp(b->panels.items[i].title, panel.title) != 0) continue;
        b->panels.items[i] = panel;
        return;
    }
    onset_vec_push(b->arena, &b->panels, panel);
}

static void take_headline(builder *b, const onset_decl *d, bool from_study)
{
    if (d->words.n) b->model->headline = find_output(b, &d->words.items[0], from_study);
}

/* ---- Links ---- */

static const char *link_text(builder *b, const item *it)
{
    const char *unit = onset_unit_spelling(b->arena, it->unit, it->unit_text);
    double      number;

    if (it->feeder >= 0) return onset_arena_printf(b->arena, "%s <- %s %s", it->name, b->items.items[it->feeder].full, unit);
    if (onset_graph_is_const(&b->model->graph, it->value.node, &number))
        return onset_arena_printf(b->arena, "%s = %g %s, its own number", it->name, number, unit);
    return onset_arena_printf(b->arena, "%s, free %s", it->name, unit);
}

static onset_model_instance instance_of(builder *b, const instance *in)
{
    onset_model_instance result = {
        .name = in->name, .module = in->module.block->name, .title = in->module.block->title, .path = in->module.file->source->path};

    result.links = onset_arena_alloc(b->arena, ((size_t)in->n + 1) * sizeof *result.links);
    result.feeds = onset_arena_alloc(b->arena, ((size_t)in->n + 1) * sizeof *result.feeds);
    for (int k = in->first; k < in->first + in->n; k++) {
        const item *it = &b->items.items[k];

        if (it->kind != ITEM_INPUT) continue;
        result.feeds[result.n_links]   = it->feeder >= 0 ? b->items.items[it->feeder].instance : -1;
        result.links[result.n_links++] = link_text(b, it);
    }
    return result;
}

void onset_check_views(builder *b)
{
    onset_model *m = b->model;

    shorten_names(b);
    m->headline = -1;
    if (!b->alone) {
        onset_check_each(b, ONSET_DECL_PANEL, add_panel);
        onset_check_each(b, ONSET_DECL_HEADLINE, take_headline);
    }
    m->instances   = onset_arena_alloc(b->arena, ((size_t)b->instances.n + 1) * sizeof *m->instances);
    m->n_instances = b->instances.n;
    for (int i = 0; i < b->instances.n; i++) m->instances[i] = instance_of(b, &b->instances.items[i]);
}
