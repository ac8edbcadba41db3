#include "model/check_private.h"

static const char *const item_words[] = {"input", "covariate", "parameter", "state", "quantity", "output"};

/* ---- Instances ---- */

static const onset_decl *replacement_of(const builder *b, const char *name)
{
    const onset_decl *found = NULL;

    for (int i = 0; b->study.block && i < b->study.block->decls.n; i++) {
        const onset_decl *d = b->study.block->decls.items[i];

        if (d->kind == ONSET_DECL_REPLACE && d->name && strcmp(d->name, name) == 0) found = d;
    }
    return found;
}

static void add_instance(builder *b, const char *name, onset_block_at module, const onset_decl *use, bool replaced)
{
    const instance in = {.name = name, .module = module, .use = use, .replaced = replaced};

    onset_vec_push(b->arena, &b->instances, in);
    onset_names_put(b->arena, &b->instance_names, name, b->instances.n - 1);
    onset_check_add_source(b, module.file);
}

static void use_module(builder *b, const onset_decl *d, bool from_study)
{
    onset_block_at    module;
    const onset_decl *other;
    const int         known = d->alias ? onset_names_find(&b->instance_names, d->alias) : -1;

    if (from_study || !d->name || !d->alias) return;
    if (known >= 0) {
        onset_error_at(b->out, d->alias_place, "give one of them another name: use MODULE as NAME", "the instance '%s' is there already",
                       d->alias);
        return;
    }
    other = replacement_of(b, d->alias);
    if (other && !other->other) return;
    if (other ? onset_library_find(b->library, b->study.file, ONSET_BLOCK_MODULE, other->other, other->path, other->other_place, b->out,
                                   &module)
              : onset_library_find(b->library, b->block.file, ONSET_BLOCK_MODULE, d->name, d->path, d->name_place, b->out, &module))
        add_instance(b, d->alias, module, other ? other : d, other != NULL);
}

static void check_replace(builder *b, const onset_decl *d, bool from_study)
{
    const onset_decl *last = d->name ? replacement_of(b, d->name) : NULL;
    const char       *near = NULL;
    const char      **names;

    (void)from_study;
    if (!d->name || onset_names_find(&b->instance_names, d->name) >= 0) {
        if (last && last != d) onset_error_at(b->out, d->name_place, NULL, "'%s' is replaced twice", d->name);
        return;
    }
    names = onset_arena_alloc(b->arena, ((size_t)b->instances.n + 1) * sizeof *names);
    for (int i = 0; i < b->instances.n; i++) names[i] = b->instances.items[i].name;
    near = onset_nearest(d->name, names, b->instances.n);
    onset_error_at(b->out, d->name_place, near ? onset_arena_printf(b->arena, "did you mean '%s'?", near) : NULL,
                   "the model has no instance '%s'", d->name);
}

/* ---- Items ---- */

/* The unit a thing declares, or that of its number. False where none is written; errors are reported. */
static bool check_unit(builder *b, const onset_decl *decl, onset_model_unit *unit)
{
    *unit = (onset_model_unit){"1", onset_unit_one};
    if (!decl->unit.text) return false;
    if (onset_unit_of(onset_library_units(b->library), b->out, decl->unit, &unit->unit)) unit->text = decl->unit.text;
    return true;
}

static bool item_kind_of(const onset_decl *d, item_kind *kind)
{
    switch (d->kind) {
    case ONSET_DECL_INPUT:
        *kind = ITEM_INPUT;
        return true;
    case ONSET_DECL_COVARIATE:
        *kind = ITEM_COVARIATE;
        return true;
    case ONSET_DECL_PARAM:
        *kind = ITEM_PARAM;
        return true;
    case ONSET_DECL_STATE:
        *kind = ITEM_STATE;
        return true;
    case ONSET_DECL_LET:
        *kind = ITEM_LET;
        return true;
    case ONSET_DECL_OUTPUT:
        *kind = ITEM_OUTPUT;
        return true;
    default:
        return false;
    }
}

static void report_twice(builder *b, const item *first, const onset_decl *d)
{
    const onset_place at = first->decl->name_place;

    onset_error_at(b->out, d->name_place, onset_arena_printf(b->arena, "the first is the %s in line %d", item_words[first->kind], at.line),
                   "'%s' is declared twice", d->name);
}

static void add_item(builder *b, int in, const onset_decl *d, item_kind kind)
{
    instance        *i     = &b->instances.items[in];
    const int        known = onset_names_find(&i->names, d->name);
    onset_model_unit unit;
    item             it = {.kind = kind, .decl = d, .instance = in, .name = d->name, .index = -1, .feeder = -1};

    if (known >= 0) {
        report_twice(b, &b->items.items[known], d);
        return;
    }
    if (strcmp(d->name, "time") == 0 || strcmp(d->name, "pi") == 0) {
        onset_error_at(b->out, d->name_place, "take another name", "'%s' is a constant of the language", d->name);
        return;
    }
    it.full = onset_arena_printf(b->arena, "%s.%s", i->name, d->name);
    if (check_unit(b, d, &unit) || kind == ITEM_INPUT || kind == ITEM_COVARIATE || kind == ITEM_PARAM)
        it.unit = unit.unit, it.unit_text = unit.text;
    onset_vec_push(b->arena, &b->items, it);
    onset_names_put(b->arena, &i->names, d->name, b->items.n - 1);
    onset_vec_push(b->arena, &i->name_list, d->name);
    i->n++;
}

static void attach_ddt(builder *b, int in, const onset_decl *d)
{
    instance   *i  = &b->instances.items[in];
    const int   at = onset_names_find(&i->names, d->name);
    item       *it = at >= 0 ? &b->items.items[at] : NULL;
    const char *near;

    if (!it) {
        near = onset_nearest(d->name, i->name_list.items, i->name_list.n);
        onset_error_at(b->out, d->name_place,
                       near ? onset_arena_printf(b->arena, "did you mean '%s'? A state is declared by: state %s = 0 [unit]", near, d->name)
                            : onset_arena_printf(b->arena, "declare it: state %s = 0 [unit]", d->name),
                       "d/dt(%s), but there is no state '%s'", d->name, d->name);
    } else if (it->kind != ITEM_STATE) {
        onset_error_at(b->out, d->name_place, NULL, "d/dt(%s), but '%s' is no state; it is declared as %s %s", d->name, d->name,
                       strchr("aeiou", item_words[it->kind][0]) ? "an" : "a", item_words[it->kind]);
    } else if (it->ddt) {
        onset_error_at(b->out, d->name_place, onset_arena_printf(b->arena, "the first is in line %d", it->ddt->name_place.line),
                       "a second d/dt(%s)", d->name);
    } else {
        it->ddt = d;
    }
}

static void collect_instance(builder *b, int in)
{
    const onset_decls *decls = &b->instances.items[in].module.block->decls;
    item_kind          kind;

    b->instances.items[in].first = b->items.n;
    for (int k = 0; k < decls->n; k++)
        if (decls->items[k]->name && item_kind_of(decls->items[k], &kind)) add_item(b, in, decls->items[k], kind);
    for (int k = 0; k < decls->n; k++)
        if (decls->items[k]->kind == ONSET_DECL_DDT && decls->items[k]->name) attach_ddt(b, in, decls->items[k]);
    for (int k = b->instances.items[in].first; k < b->items.n; k++) {
        const item *it = &b->items.items[k];

        if (it->kind == ITEM_STATE && !it->ddt)
            onset_error_at(b->out, it->decl->name_place, onset_arena_printf(b->arena, "write d/dt(%s) = ...", it->name),
                           "the state '%s' has no d/dt", it->name);
    }
}

void onset_check_collect(builder *b)
{
    if (b->alone) {
        add_instance(b, b->block.block->name, b->block, NULL, false);
    } else {
        onset_check_each(b, ONSET_DECL_USE, use_module);
        if (b->out->n_errors == 0 && b->instances.n == 0)
            onset_error_at(b->out, b->block.block->place, "use MODULE", "the model '%s' uses no modules", b->block.block->name);
        onset_check_each(b, ONSET_DECL_REPLACE, check_replace);
    }
    for (int i = 0; i < b->instances.n; i++) collect_instance(b, i);
}

/* ---- Finding ---- */

int onset_check_local(const builder *b, int in, const char *name)
{
    return onset_names_find(&b->instances.items[in].names, name);
}

static int report_no_instance(builder *b, const char *name, onset_place place)
{
    const char **names = onset_arena_alloc(b->arena, ((size_t)b->instances.n + 1) * sizeof *names);
    const char  *near;

    for (int i = 0; i < b->instances.n; i++) names[i] = b->instances.items[i].name;
    near = onset_nearest(name, names, b->instances.n);
    onset_error_at(b->out, place, near ? onset_arena_printf(b->arena, "did you mean '%s'?", near) : NULL, "the model has no instance '%s'",
                   name);
    return -1;
}

bool onset_check_is_void(builder *b, const char *dotted, onset_place place, item_kind kind, const char *what)
{
    const char     *dot = strchr(dotted, '.');
    const int       in  = dot ? onset_names_find(&b->instance_names, onset_arena_copy(b->arena, dotted, (size_t)(dot - dotted))) : -1;
    const instance *i   = in >= 0 ? &b->instances.items[in] : NULL;
    int             at;

    if (!i || !i->replaced) return false;
    at = onset_check_local(b, in, dot + 1);
    if (at >= 0 && b->items.items[at].kind == kind) return false;
    onset_warning_at(b->out, place, NULL, "no effect: '%s' is replaced by %s, which has no %s '%s'", i->name, i->module.block->name, what,
                     dot + 1);
    return true;
}

int onset_check_find(builder *b, const char *dotted, onset_place place, unsigned kinds, const char *what)
{
    const char     *dot  = strchr(dotted, '.');
    const char     *head = dot ? onset_arena_copy(b->arena, dotted, (size_t)(dot - dotted)) : dotted;
    const int       in   = onset_names_find(&b->instance_names, head);
    const instance *i;
    int             at;
    ONSET_VEC(const char *) candidates = {0};
    const char *near;

    if (!dot || in < 0) return report_no_instance(b, head, place);
    i  = &b->instances.items[in];
    at = onset_names_find(&i->names, dot + 1);
    if (at >= 0 && (1u << b->items.items[at].kind & kinds)) return at;
    for (int k = i->first; k < i->first + i->n; k++)
        if (1u << b->items.items[k].kind & kinds) onset_vec_push(b->arena, &candidates, b->items.items[k].name);
    near = onset_nearest(dot + 1, candidates.items, candidates.n);
    if (at >= 0)
        onset_error_at(b->out, place, NULL, "'%s' is no %s, but declared as %s", dotted, what, item_words[b->items.items[at].kind]);
    else
        onset_error_at(b->out, place, near ? onset_arena_printf(b->arena, "did you mean '%s.%s'?", head, near) : NULL,
                       "the module %s of '%s' has no %s '%s'", i->module.block->name, head, what, dot + 1);
    return -1;
}
