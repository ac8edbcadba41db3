/* The estimates into the modules: each number is replaced where it stands, and the file is formatted again where it was formatted before. Numbers in
 * place rather than a list of `set` lines: whoever reads or copies a module finds the value that is used. */
#include "calibrate/calibrate.h"

#include "base/error.h"
#include "calibrate/set.h"
#include "lang/lang.h"

#include <math.h>
#include <stdlib.h>

typedef struct {
    const onset_source *source;
    size_t              from, to; /* bytes of its text */
    const char         *text;
} edit;

typedef struct {
    onset_error *err;
    onset_arena *arena;
    onset_text  *out;
    ONSET_VEC(edit) edits;
} applying;

static const char *line_start(const onset_source *source, int line)
{
    const char *at = source->text;

    while (line > 1 && (at = strchr(at, '\n'))) at++, line--;
    return at;
}

/* The number of a parameter's line: after its `=`, or after `iiv` and a word. percent: it is followed by %. */
static const char *find_number(const onset_model_param *p, bool iiv, const char **end, bool *percent)
{
    const char *line = p->place.source ? line_start(p->place.source, p->place.line) : NULL, *stop, *at;
    char       *after;

    if (!line) return NULL;
    stop = line + strcspn(line, "\n");
    at   = strchr(line, '=');
    if (at && iiv) at = strstr(at, " iiv ");
    if (!at || at >= stop) return NULL;
    at += iiv ? 5 : 1;
    at += strspn(at, " ");
    if (iiv && strncmp(at, "normal ", 7) == 0) at += 7;
    if (iiv && strncmp(at, "logit ", 6) == 0) at += 6;
    at += strspn(at, " ");
    const double found = strtod(at, &after), expected = iiv ? p->iiv_size : p->value;
    *percent = *after == '%', *end = after;
    if (after == at || fabs(found / (*percent ? 100 : 1) - expected) > 1e-9 * fabs(expected)) return NULL;
    return at;
}

static onset_status add_edit(applying *a, const char *name, const onset_model_param *p, bool iiv, double value)
{
    const char *end = NULL;
    bool        percent;
    const char *at = find_number(p, iiv, &end, &percent);

    if (!at)
        return onset_fail(a->err, ONSET_BAD_INPUT,
                          "the number of '%s' was not found in its module (%s, line %d); a model sets it, or it is no number", name,
                          p->place.source ? p->place.source->path : "no file", p->place.line);
    const size_t from = (size_t)(at - p->place.source->text);
    for (int i = 0; i < a->edits.n; i++)
        if (a->edits.items[i].source == p->place.source && a->edits.items[i].from == from) return ONSET_OK;
    const edit e = {p->place.source, from, (size_t)(end - p->place.source->text),
                    onset_arena_printf(a->arena, "%.4g", value * (percent ? 100 : 1))};
    onset_vec_push(a->arena, &a->edits, e);
    onset_text_printf(a->out, "%s line %d: %s %.*s -> %s\n", p->place.source->path, p->place.line, name, (int)(end - at), at, e.text);
    return ONSET_OK;
}

static onset_status read_row(applying *a, const onset_mapping *map, const onset_frame *summary, int row)
{
    const char  *name   = onset_frame_text(summary, row, "name");
    const double value  = onset_frame_number(summary, row, "value");
    const bool   iiv    = strncmp(name, "iiv ", 4) == 0;
    const char  *target = iiv ? name + 4 : strncmp(name, "between ", 8) == 0 ? name + 8 : name;
    onset_status status = ONSET_OK;
    bool         found  = false;

    if (strncmp(name, "covariate ", 10) == 0 || strncmp(name, "spread ", 7) == 0) return ONSET_OK; /* read from the draws */
    if (!isfinite(value)) return onset_fail(a->err, ONSET_BAD_INPUT, "'%s': '%s' has no value", summary->path, name);
    for (int m = 0; m < map->n_models && status == ONSET_OK; m++) {
        const onset_model *model = map->models[m].model;
        const int          p     = onset_model_find_param(model, target);
        if (p < 0) continue;
        found  = true;
        status = add_edit(a, name, &model->params[p], iiv, value);
    }
    if (status == ONSET_OK && !found)
        return onset_fail(a->err, ONSET_BAD_INPUT, "'%s': no model has the parameter '%s'; run the calibration again", summary->path,
                          target);
    return status;
}

static int by_place(const void *x, const void *y)
{
    const edit *a = x, *b = y;

    if (a->source != b->source) return strcmp(a->source->path, b->source->path);
    return (a->from > b->from) - (a->from < b->from);
}

static bool is_formatted(const onset_source *source)
{
    onset_text text = {0};
    const bool same = onset_format(NULL, source, &text) == ONSET_OK && text.s && strcmp(text.s, source->text) == 0;

    onset_text_free(&text);
    return same;
}

static onset_status write_file(applying *a, const edit *edits, int n)
{
    const onset_source *old     = edits[0].source;
    onset_text          changed = {0}, formatted = {0};
    size_t              at     = 0;
    onset_status        status = ONSET_OK;

    for (int i = 0; i < n; i++) {
        onset_text_add_n(&changed, old->text + at, edits[i].from - at);
        onset_text_add(&changed, edits[i].text);
        at = edits[i].to;
    }
    onset_text_add(&changed, old->text + at);
    const onset_source source = {old->path, changed.s, changed.n};
    if (changed.failed) status = onset_fail(a->err, ONSET_NO_MEMORY, "no memory for '%s'", old->path);
    if (status == ONSET_OK && is_formatted(old)) status = onset_format(a->err, &source, &formatted);
    if (status == ONSET_OK)
        status = onset_file_write(a->err, old->path, formatted.s ? formatted.s : changed.s, formatted.s ? formatted.n : changed.n);
    onset_text_free(&formatted);
    onset_text_free(&changed);
    return status;
}

onset_status onset_calibration_apply(onset_error *err, onset_arena *arena, onset_library *library, const onset_calibrate_options *options,
                                     onset_text *text)
{
    applying      a = {.err = err, .arena = arena, .out = text};
    onset_frame   summary;
    onset_mapping map;
    const char   *slash = strrchr(options->set, '/'), *name = slash ? slash + 1 : options->set;
    const char   *folder =
        options->out_dir ? options->out_dir : onset_arena_printf(arena, "%s/evidence/calibration/%s", onset_library_shipped(library), name);
    onset_status status = onset_frame_read(err, arena, folder, "summary.csv", true, &summary);

    if (status == ONSET_OK) status = onset_mapping_read(err, arena, library, &map);
    for (int i = 0; status == ONSET_OK && i < onset_frame_n(&summary); i++) status = read_row(&a, &map, &summary, i);
    if (status != ONSET_OK) return status; /* all or nothing */
    if (a.edits.n) qsort(a.edits.items, (size_t)a.edits.n, sizeof *a.edits.items, by_place);
    for (int i = 0, n; i < a.edits.n && status == ONSET_OK; i += n) {
        for (n = 1; i + n < a.edits.n && a.edits.items[i + n].source == a.edits.items[i].source;) n++;
        status = write_file(&a, a.edits.items + i, n);
    }
    return status;
}
