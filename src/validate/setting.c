#include "validate/setting.h"

#include "base/error.h"
#include "base/names.h"
#include "model/check.h"
#include "validate/words.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <strings.h>
#include <unistd.h>

/* ---- Reading ---- */

static onset_status read_template(onset_error *err, const onset_mapping *map, const char *name, char **out)
{
    char        *text = NULL;
    size_t       n;
    onset_status status = onset_file_read(err, onset_arena_printf(map->arena, "%s/%s", map->folder, name), 1 << 20, &text, &n);

    if (status == ONSET_OK) *out = onset_arena_copy(map->arena, text, n);
    free(text);
    return status;
}

static onset_status read_tables(onset_error *err, onset_mapping *map)
{
    const struct {
        const char  *name;
        onset_frame *frame;
    } tables[]          = {{"drugs.csv", &map->drugs},           {"routes.csv", &map->routes},           {"scales.csv", &map->scales},
                           {"metrics.csv", &map->metrics},       {"criteria.csv", &map->criteria},       {"endpoints.csv", &map->endpoints},
                           {"exposures.csv", &map->exposures},   {"analytes.csv", &map->analytes},       {"settings.csv", &map->settings},
                           {"classes.csv", &map->classes},       {"defaults.csv", &map->defaults},       {"indications.csv", &map->indications},
                           {"uncertainty.csv", &map->uncertain}, {"models.csv", &map->choices},          {"spreads.csv", &map->spreads},
                           {"doses.csv", &map->doses},           {"usual_doses.csv", &map->usual_doses}, {"people.csv", &map->people},
                           {"units.csv", &map->units},           {"regimens.csv", &map->regimens},       {"co_treatments.csv", &map->co_treatments},
                           {"periods.csv", &map->periods},       {"courses.csv", &map->courses}};
    onset_status status = ONSET_OK;

    for (size_t i = 0; i < sizeof tables / sizeof *tables && status == ONSET_OK; i++)
        status = onset_frame_read(err, map->arena, map->folder, tables[i].name, true, tables[i].frame);
    if (status == ONSET_OK) status = read_template(err, map, "trial.txt", &map->trial);
    if (status == ONSET_OK) status = read_template(err, map, "sessions.txt", &map->sessions);
    if (status == ONSET_OK) status = read_template(err, map, "exposure.txt", &map->exposure);
    return status;
}

/* The draws of a calibration that uncertainty.csv names, where it has been run. */
static onset_status read_posterior(onset_error *err, onset_mapping *map, const char *name)
{
    const char *folder = onset_arena_printf(map->arena, "%s/evidence/calibration/%s", onset_library_shipped(map->library), name);

    if (access(folder, R_OK) != 0) return ONSET_OK;
    if (!map->uncertainty.posterior) map->uncertainty.posterior = onset_arena_alloc(map->arena, sizeof *map->uncertainty.posterior);
    return onset_posterior_add(err, map->arena, folder, map->uncertainty.posterior);
}

static onset_status read_uncertainty(onset_error *err, onset_mapping *map)
{
    onset_uncertainty *u = &map->uncertainty;

    for (int i = 0; i < onset_frame_n(&map->uncertain); i++) {
        const char  *name = onset_frame_text(&map->uncertain, i, "name");
        const double sd   = fmax(0, onset_frame_number(&map->uncertain, i, "sd_log"));

        if (strcmp(onset_frame_text(&map->uncertain, i, "what"), "covariate") == 0) {
            if (u->n_covariates == ONSET_MAX_UNCERTAIN)
                return onset_fail(err, ONSET_BAD_INPUT, "'%s' has more than %d covariates", map->uncertain.path, ONSET_MAX_UNCERTAIN);
            u->covariates[u->n_covariates].name = name;
            u->covariates[u->n_covariates++].sd = sd;
        } else if (strcmp(onset_frame_text(&map->uncertain, i, "what"), "calibration") == 0) {
            const onset_status status = read_posterior(err, map, name);
            if (status != ONSET_OK) return status;
        } else if (strcmp(name, "calibrated") == 0) {
            u->calibrated = sd;
        } else if (strcmp(name, "assumed") == 0) {
            u->assumed = sd;
        } else if (strcmp(name, "evidence") == 0) {
            u->evidence = sd;
        } else {
            return onset_fail(err, ONSET_BAD_INPUT,
                              "'%s' line %d: '%s' '%s' means nothing; there are 'parameter' with calibrated, assumed or evidence, "
                              "'covariate' with its name and 'calibration' with that of its folder",
                              map->uncertain.path, map->uncertain.table.lines[i], onset_frame_text(&map->uncertain, i, "what"), name);
        }
    }
    return ONSET_OK;
}

static onset_status open_model(onset_error *err, onset_mapping *map, const char *name, onset_model **out)
{
    onset_diagnostics  found  = {.arena = map->arena};
    onset_block_at     at     = {0};
    const onset_status status = onset_library_open(err, map->library, ONSET_BLOCK_MODEL, name, NULL, &found, &at);

    if (status != ONSET_OK) return status;
    *out = onset_model_check(map->arena, map->library, at, (onset_block_at){0}, &found);
    if (*out) return ONSET_OK;
    return onset_fail(err, ONSET_BAD_MODEL, "the model '%s' of '%s/models.csv': %s", name, map->folder,
                      found.list.n ? found.list.items[0].message : "it was refused without a reason");
}

static onset_status open_models(onset_error *err, onset_mapping *map)
{
    onset_status status = ONSET_OK;

    for (int i = 0; i < onset_frame_n(&map->choices) && status == ONSET_OK; i++) {
        const char  *name  = onset_frame_text(&map->choices, i, "model");
        onset_model *model = NULL;
        onset_error  why   = {0};

        for (int k = 0; k < map->n_models; k++)
            if (strcmp(map->models[k].name, name) == 0) model = map->models[k].model;
        if (!model) status = open_model(&why, map, name, &model);
        if (status == ONSET_NO_FILE) { /* the library has no such model: its rows are skipped for want of a drug or an output */
            status = ONSET_OK;
            continue;
        }
        if (status != ONSET_OK) return onset_fail(err, status, "%s", why.message);
        if (map->n_models == ONSET_MAX_MODELS)
            return onset_fail(err, ONSET_BAD_INPUT, "'%s' has more than %d models", map->choices.path, ONSET_MAX_MODELS);
        map->models[map->n_models].group   = onset_frame_text(&map->choices, i, "group");
        map->models[map->n_models].name    = name;
        map->models[map->n_models].row     = i;
        map->models[map->n_models++].model = model;
    }
    if (!map->n_models) return onset_fail(err, ONSET_NO_FILE, "the library has none of the models of '%s/models.csv'", map->folder);
    return status;
}

onset_status onset_mapping_read(onset_error *err, onset_arena *arena, onset_library *library, onset_mapping *out)
{
    onset_status status;

    *out        = (onset_mapping){.arena = arena, .library = library};
    out->folder = onset_arena_printf(arena, "%s/validation", onset_library_shipped(library));
    status      = read_tables(err, out);
    if (status == ONSET_OK) status = read_uncertainty(err, out);
    return status == ONSET_OK ? open_models(err, out) : status;
}

/* ---- Words ---- */

const char *onset_as_name(onset_arena *arena, const char *text)
{
    char *name = onset_arena_printf(arena, "t_%s", text);

    for (char *s = name; *s; s++)
        if (!isalnum((unsigned char)*s)) *s = '_';
    return name;
}

const char *onset_as_title(onset_arena *arena, const char *text)
{
    char *title = onset_arena_printf(arena, "%s", text);

    for (char *s = title; *s; s++)
        if (*s == '"' || *s == '\n') *s = '\'';
    return title;
}

int onset_mapping_output(const onset_model *model, const char *name)
{
    return *name ? onset_model_find_output(model, name) : -1;
}

const char *onset_indication(const onset_mapping *map, const char *text)
{
    for (int i = 0; i < onset_frame_n(&map->defaults); i++)
        if (*text && strcasecmp(onset_frame_text(&map->defaults, i, "indication"), text) == 0) return text;
    for (int i = 0; i < onset_frame_n(&map->indications); i++)
        if (onset_has_word(text, onset_frame_text(&map->indications, i, "word")))
            return onset_frame_text(&map->indications, i, "indication");
    return text;
}

double onset_or_default(const onset_mapping *map, const onset_frame *frame, int row, const char *column, const char *indication)
{
    double value = frame ? onset_frame_number(frame, row, column) : NAN;

    for (int pass = 0; pass < 2 && isnan(value); pass++)
        for (int i = 0; i < onset_frame_n(&map->defaults) && isnan(value); i++)
            if (strcmp(onset_frame_text(&map->defaults, i, "column"), column) == 0 &&
                strcasecmp(onset_frame_text(&map->defaults, i, "indication"), pass ? "" : indication) == 0)
                value = onset_frame_number(&map->defaults, i, "value");
    return value;
}

char *onset_fill_in(onset_arena *arena, const char *text, const char *const *values)
{
    char *out = onset_arena_printf(arena, "%s", text);

    for (char *open = strchr(out, '{'); open; open = strchr(open + 1, '{')) {
        const char *close = open + 1 + strspn(open + 1, "abcdefghijklmnopqrstuvwxyz_");
        int         i     = 0;

        if (*close != '}' || close == open + 1) continue; /* a brace of the language */
        while (values[i] && (strlen(values[i]) != (size_t)(close - open - 1) || strncmp(values[i], open + 1, strlen(values[i])) != 0))
            i += 2;
        if (!values[i]) return NULL;
        const size_t at = (size_t)(open - out);
        out             = onset_arena_printf(arena, "%.*s%s%s", (int)at, out, values[i + 1], close + 1);
        open            = out + at + strlen(values[i + 1]) - (*values[i + 1] != 0);
    }
    return out;
}

/* ---- Doses ---- */

static const char *amount_unit(const char *word)
{
    if (strcmp(word, "mg/day") == 0 || strcmp(word, "mg/d") == 0) return "mg";
    if (strcmp(word, "mg") == 0 || strcmp(word, "mg/kg") == 0 || strcmp(word, "ug") == 0 || strcmp(word, "ug/kg") == 0) return word;
    return NULL;
}

bool onset_model_has_drug(const onset_model *model, const char *drug)
{
    for (int i = 0; i < model->n_routes; i++)
        if (strcmp(model->routes[i].drug, drug) == 0) return true;
    return false;
}

const char *onset_unknown_drug(const onset_mapping *map, const onset_model *model, const char *what, const char *word)
{
    const int    n_words = onset_frame_n(&map->drugs);
    const char **known   = onset_arena_alloc(map->arena, (size_t)(n_words + model->n_routes + 1) * sizeof *known), *near;

    for (int i = 0; i < n_words; i++) known[i] = onset_frame_text(&map->drugs, i, "word");
    for (int i = 0; i < model->n_routes; i++) known[n_words + i] = model->routes[i].drug;
    near = onset_nearest(word, known, n_words + model->n_routes);
    if (near && strcasecmp(near, word) != 0)
        return onset_arena_printf(map->arena, "no model of the group knows %s '%s'; did you mean '%s'?", what, word, near);
    return onset_arena_printf(map->arena, "no model of the group knows %s '%s'", what, word);
}

/* "at 0 [d]", "every 3.5 [d] for 8 doses"; NULL where the schedule is not given. */
static const char *schedule(onset_arena *arena, const onset_regimen_words *arm, double last_h)
{
    const bool   daily  = arm->per_week > 6.9 || onset_text_contains(arm->unit, "/d");
    const double gap_d  = daily ? 1 : arm->per_week > 0 ? 7 / arm->per_week : NAN;
    const double needed = floor(last_h / 24 / gap_d) + 1;
    double       n      = arm->n_doses;

    if (n == 1 || (isnan(n) && isnan(gap_d) && !(arm->per_week > 0))) return "at 0 [h]";
    if (isnan(gap_d)) return NULL;
    if (isnan(n) || n > needed) n = needed;
    return onset_arena_printf(arena, "every %.10g [d] for %.0f doses", gap_d, fmax(1, floor(n)));
}

static onset_arm_words no_arm(const char *why)
{
    return (onset_arm_words){.skip = why, .doses = ""};
}

onset_arm_words onset_arm_in_words(const onset_mapping *map, const onset_model *model, const onset_regimen_words *arm, double last_h)
{
    onset_arena *arena = map->arena;
    const int    known = onset_frame_find(&map->drugs, "word", arm->drug), route_row = onset_frame_find(&map->routes, "word", arm->route);
    const char  *drug = onset_frame_text(&map->drugs, known, "drug"), *reason = onset_frame_text(&map->drugs, known, "reason");
    const char  *route = route_row >= 0 ? onset_frame_text(&map->routes, route_row, "route") : arm->route;
    const char  *unit = amount_unit(arm->unit), *when, *over = "";

    if (strcmp(onset_frame_text(&map->drugs, known, "control"), "yes") == 0) return (onset_arm_words){.is_control = true, .doses = ""};
    if (*reason) return no_arm(reason);
    if (!*arm->drug) return no_arm("no drug is named");
    if (!*drug) drug = arm->drug;
    if (!onset_model_has_drug(model, drug)) return no_arm(onset_unknown_drug(map, model, "the drug", arm->drug));
    if (!*route) return no_arm("the route is not given");
    if (onset_model_find_route(model, drug, route) < 0)
        return no_arm(onset_arena_printf(arena, "no model of the group knows '%s' by the route '%s'", arm->drug, arm->route));
    if (isnan(arm->dose)) return no_arm("the dose is not given");
    if (arm->dose == 0) return (onset_arm_words){.is_control = true, .doses = ""};
    if (arm->dose < 0 || !unit) return no_arm(onset_arena_printf(arena, "a dose in '%s' has no counterpart", arm->unit));
    when = schedule(arena, arm, last_h);
    if (!when) return no_arm("the schedule is not given");
    if (arm->over_min > 0) over = onset_arena_printf(arena, " over %.10g [min]", arm->over_min);
    return (onset_arm_words){.doses = onset_arena_printf(arena, "dose %s %.10g [%s] %s%s %s", drug, arm->dose, unit, route, over, when)};
}
