/* Reading a set, and holding its names against the models. */
#include "calibrate/set.h"

#include "calibrate/calibrate.h"

#include "base/error.h"

#include <dirent.h>
#include <math.h>
#include <stdlib.h>
#include <sys/stat.h>

/* ---- Scales ---- */

static double on_scale(onset_estimate_scale scale, double x)
{
    return scale == ONSET_SCALE_LOG ? log(x) : scale == ONSET_SCALE_LOGIT ? log(x / (1 - x)) : x;
}

double onset_estimate_to_unit(const onset_estimate *e, double value)
{
    return (on_scale(e->scale, value) - on_scale(e->scale, e->median)) / e->sd;
}

double onset_estimate_of_unit(const onset_estimate *e, double unit)
{
    const double x = on_scale(e->scale, e->median) + e->sd * unit;

    return e->scale == ONSET_SCALE_LOG ? exp(x) : e->scale == ONSET_SCALE_LOGIT ? 1 / (1 + exp(-x)) : x;
}

/* ---- Names ---- */

static const onset_model_param *find_param(const onset_mapping *map, const char *name)
{
    for (int m = 0; m < map->n_models; m++) {
        const int p = onset_model_find_param(map->models[m].model, name);
        if (p >= 0) return &map->models[m].model->params[p];
    }
    return NULL;
}

static const char *find_covariate(const onset_mapping *map, onset_estimate *e)
{
    for (int i = 0; i < map->uncertainty.n_covariates; i++) {
        if (strcmp(map->uncertainty.covariates[i].name, e->target) != 0) continue;
        e->before = map->uncertainty.covariates[i].sd;
        return NULL;
    }
    return "library/validation/uncertainty.csv has no covariate of this name";
}

/* What stands before the target decides the kind. */
static void read_kind(onset_estimate *e)
{
    static const struct {
        const char         *word;
        onset_estimate_kind kind;
    } kinds[] = {{"iiv ", ONSET_ESTIMATE_IIV},
                 {"covariate ", ONSET_ESTIMATE_COVARIATE},
                 {"between ", ONSET_ESTIMATE_BETWEEN},
                 {"spread ", ONSET_ESTIMATE_SPREAD}};

    e->kind = ONSET_ESTIMATE_VALUE, e->target = e->name;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        if (strncmp(e->name, kinds[i].word, strlen(kinds[i].word)) != 0) continue;
        e->kind = kinds[i].kind, e->target = e->name + strlen(kinds[i].word);
    }
}

/* Finds what the name means and the library's value of it. Returns what is wrong, or NULL. */
static const char *resolve(const onset_mapping *map, onset_estimate *e)
{
    const onset_model_param *param = find_param(map, e->target);

    if (e->kind == ONSET_ESTIMATE_COVARIATE) return find_covariate(map, e);
    if (e->kind == ONSET_ESTIMATE_SPREAD) {
        e->before = onset_frame_number(&map->spreads, onset_frame_find(&map->spreads, "unit", e->target), "between_sd");
        return isnan(e->before) ? "library/validation/spreads.csv has no such unit with a between_sd" : NULL;
    }
    if (!param) return "no model of library/validation/models.csv has this parameter";
    if (e->kind == ONSET_ESTIMATE_IIV) {
        e->before = param->iiv_size;
        return param->iiv == ONSET_IIV_NONE || param->omega == 0 ? "it has no variability ('iiv') in its module" : NULL;
    }
    e->before = param->value;
    return e->low < param->low || e->high > param->high ? "the bounds reach beyond what its module allows ('in')" : NULL;
}

static const char *check_numbers(const onset_estimate *e)
{
    const bool is_positive = e->scale != ONSET_SCALE_LINEAR;

    if (!isfinite(e->low) || !isfinite(e->high) || !isfinite(e->median) || !isfinite(e->sd))
        return "low, high, median and sd must all be numbers";
    if (e->low >= e->high) return "low must be below high";
    if (is_positive && e->low <= 0) return "low must be above 0 on a log or logit scale; or give the scale 'linear'";
    if (e->scale == ONSET_SCALE_LOGIT && e->high >= 1) return "high must be below 1 on a logit scale";
    if (e->median <= e->low || e->median >= e->high) return "the prior median must lie between low and high";
    return e->sd > 0 ? NULL : "sd must be above 0";
}

/* ---- The tables ---- */

static const char *read_scale(const char *text, onset_estimate_scale *out)
{
    static const char *const names[] = {"log", "logit", "linear"};

    *out = ONSET_SCALE_LOG;
    if (!*text) return NULL;
    for (int i = 0; i < 3; i++)
        if (strcmp(text, names[i]) == 0) {
            *out = (onset_estimate_scale)i;
            return NULL;
        }
    return "scale must be log, logit or linear";
}

static onset_status read_estimate(onset_error *err, const onset_mapping *map, onset_calibration_set *set, int row)
{
    const onset_frame *f   = &set->parameters;
    onset_estimate     e   = {.name   = onset_frame_text(f, row, "name"),
                              .source = onset_frame_text(f, row, "source"),
                              .low    = onset_frame_number(f, row, "low"),
                              .high   = onset_frame_number(f, row, "high"),
                              .median = onset_frame_number(f, row, "median"),
                              .sd     = onset_frame_number(f, row, "sd"),
                              .line   = f->table.lines[row]};
    const char        *why = read_scale(onset_frame_text(f, row, "scale"), &e.scale);

    read_kind(&e);
    if (!why) why = check_numbers(&e);
    if (!why && !*e.source) why = "the prior has no source; say where it comes from, or 'assumed'";
    if (!why) why = resolve(map, &e);
    if (!why && (e.before < e.low || e.before > e.high))
        why = onset_arena_printf(map->arena, "the library's value, %g, lies outside the bounds", e.before);
    for (int i = 0; i < set->estimates.n && !why; i++)
        if (strcmp(set->estimates.items[i].name, e.name) == 0) why = "it stands twice";
    if (why) return onset_fail(err, ONSET_BAD_INPUT, "'%s' line %d, '%s': %s", f->path, e.line, e.name, why);
    onset_vec_push(map->arena, &set->estimates, e);
    return ONSET_OK;
}

static bool is_folder(const char *path)
{
    struct stat about;

    return stat(path, &about) == 0 && S_ISDIR(about.st_mode);
}

bool onset_calibration_is_set(onset_arena *arena, const onset_library *library, const char *name_or_path)
{
    if (!*name_or_path) return false;
    return is_folder(name_or_path) ||
           is_folder(onset_arena_printf(arena, "%s/calibration/%s", onset_library_shipped(library), name_or_path));
}

static onset_status no_set(onset_error *err, onset_arena *arena, const char *root, const char *name)
{
    DIR           *folder = opendir(root);
    struct dirent *entry;
    const char    *list = "";

    while (folder && (entry = readdir(folder)))
        if (entry->d_name[0] != '.' && is_folder(onset_arena_printf(arena, "%s/%s", root, entry->d_name)))
            list = onset_arena_printf(arena, "%s%s%s", list, *list ? ", " : "", entry->d_name);
    if (folder) closedir(folder);
    return onset_fail(err, ONSET_NO_FILE,
                      "there is no calibration set '%s': neither a folder nor one of '%s' (%s); nor is there a study of that name", name,
                      root, *list ? list : "which has none");
}

static bool is_output(const onset_mapping *map, const char *name)
{
    for (int i = 0; i < map->n_models; i++)
        if (onset_mapping_output(map->models[i].model, name) >= 0) return true;
    return false;
}

static onset_status read_rows(onset_error *err, const onset_mapping *map, onset_calibration_set *set)
{
    const onset_frame *f = &set->rows;

    set->recalled = 1;
    for (int i = 0; i < onset_frame_n(f); i++) {
        const char  *what   = onset_frame_text(f, i, "what");
        const double weight = onset_frame_number(f, i, "weight");
        const char  *text   = onset_frame_text(f, i, "weight");
        const bool   picks  = strcmp(what, "row") == 0 || strcmp(what, "metric") == 0 || strcmp(what, "output") == 0;
        const bool   means  = (weight == 0 && strcmp(what, "trial") == 0) || (picks && (weight == 0 || weight == 1));

        if (strcmp(what, "output") == 0 && !is_output(map, onset_frame_text(f, i, "name")))
            return onset_fail(err, ONSET_BAD_INPUT, "'%s' line %d: no model of library/validation/models.csv has the output '%s'", f->path,
                              f->table.lines[i], onset_frame_text(f, i, "name"));
        if (strcmp(what, "recalled") == 0 && weight >= 1)
            set->recalled = weight;
        else if (!means && !(strcmp(what, "class") == 0 && (weight >= 0 || strncmp(text, "sqrt ", 5) == 0)))
            return onset_fail(
                err, ONSET_BAD_INPUT,
                "'%s' line %d: '%s' with weight '%s' means nothing; there are 'class' with a number or 'sqrt N', 'recalled' with "
                "a factor of at least 1, 'row', 'metric' and 'output' with 0 or 1, 'trial' with 0",
                f->path, f->table.lines[i], what, text);
    }
    return ONSET_OK;
}

onset_status onset_calibration_set_read(onset_error *err, onset_arena *arena, const onset_mapping *map, const char *name_or_path,
                                        onset_calibration_set *out)
{
    static const char *const of_parameters[] = {"name", "low", "high", "median", "sd", "source", NULL};
    static const char *const of_rows[]       = {"what", "name", "weight", NULL};

    const char  *root    = onset_arena_printf(arena, "%s/calibration", onset_library_shipped(map->library));
    const char  *shipped = onset_arena_printf(arena, "%s/%s", root, name_or_path);
    size_t       n       = strlen(name_or_path);
    onset_status status;

    *out        = (onset_calibration_set){0};
    out->folder = strchr(name_or_path, '/') || !is_folder(shipped) ? name_or_path : shipped;
    if (!n || !is_folder(out->folder)) return no_set(err, arena, root, name_or_path);
    while (n > 1 && name_or_path[n - 1] == '/') n--;
    out->name = onset_arena_copy(arena, name_or_path, n);
    if (strrchr(out->name, '/')) out->name = strrchr(out->name, '/') + 1;
    status = onset_frame_read(err, arena, out->folder, "parameters.csv", true, &out->parameters);
    if (status == ONSET_OK) status = onset_frame_need(err, &out->parameters, of_parameters, "docs/calibration.md");
    if (status == ONSET_OK) status = onset_frame_read(err, arena, out->folder, "rows.csv", true, &out->rows);
    if (status == ONSET_OK) status = onset_frame_need(err, &out->rows, of_rows, "docs/calibration.md");
    if (status == ONSET_OK) status = read_rows(err, map, out);
    for (int i = 0; i < onset_frame_n(&out->parameters) && status == ONSET_OK; i++) status = read_estimate(err, map, out, i);
    return status;
}

double onset_calibration_class_weight(const onset_calibration_set *set, const char *class_name, long n_rows)
{
    for (int i = 0; i < onset_frame_n(&set->rows); i++) {
        const char *weight = onset_frame_text(&set->rows, i, "weight");

        if (strcmp(onset_frame_text(&set->rows, i, "what"), "class") != 0) continue;
        if (strcmp(onset_frame_text(&set->rows, i, "name"), class_name) != 0) continue;
        if (strncmp(weight, "sqrt ", 5) != 0) return onset_frame_number(&set->rows, i, "weight");
        return n_rows > 0 ? fmin(1, sqrt(strtod(weight + 5, NULL) / (double)n_rows)) : 1;
    }
    return 0;
}

/* Whether the set's line for it says 0 or 1; -1: there is none. */
static int picked(const onset_calibration_set *set, const char *what, const char *name)
{
    for (int i = 0; i < onset_frame_n(&set->rows); i++)
        if (strcmp(onset_frame_text(&set->rows, i, "what"), what) == 0 && strcmp(onset_frame_text(&set->rows, i, "name"), name) == 0)
            return onset_frame_number(&set->rows, i, "weight") > 0;
    return -1;
}

/* What the set's lines of a kind, `metric` or `output`, say of one: 0 or 1; without a line of its own, 0 where some other is used. */
static int picked_of_kind(const onset_calibration_set *set, const char *what, const char *name)
{
    const int own = picked(set, what, name);

    for (int i = 0; i < onset_frame_n(&set->rows) && own < 0; i++)
        if (strcmp(onset_frame_text(&set->rows, i, "what"), what) == 0 && onset_frame_number(&set->rows, i, "weight") > 0) return 0;
    return own;
}

bool onset_calibration_leaves_out(const onset_calibration_set *set, const onset_row *row, const char *output)
{
    const int by_row = picked(set, "row", row->key);

    if (by_row >= 0) return !by_row;
    return picked(set, "trial", row->study) == 0 || picked_of_kind(set, "metric", row->metric) == 0 ||
           picked_of_kind(set, "output", output) == 0;
}
