/* From the words of an exposure row to an onset_exposure, by the tables doses, usual_doses, people, exposures, analytes and units. */
#include "validate/exposure.h"

#include "validate/words.h"

#include <ctype.h>
#include <math.h>
#include <strings.h>

typedef struct {
    onset_validate_work *work;
    const onset_mapping *map;
    const onset_frame   *frame;
    int                  at; /* row */
    const onset_model   *model;
    onset_exposure       out;
    const char          *drug, *route;            /* the library's */
    const char          *sets;                    /* perpetrators, as statements of an arm */
    const char          *site;                    /* of sampling */
    double               over_min, days, every_h; /* what the words say of an infusion's length, of days on the drug, and of the interval */
    int                  metric;                  /* row of the exposures */
    onset_unit           dose_unit;
    const char          *dose_unit_text;
} reader;

static const char *cell(const reader *r, const char *column)
{
    return onset_frame_text(r->frame, r->at, column);
}

static void skip(reader *r, const char *why)
{
    if (!r->out.skip) r->out.skip = why;
}

/* ---- Who ---- */

static bool model_has(const onset_model *model, const char *line)
{
    size_t n = 0;
    char   name[64];

    while (n < sizeof name - 1 && (isalnum((unsigned char)line[n]) || line[n] == '_')) n++;
    memcpy(name, line, n);
    name[n] = 0;
    return onset_model_find_covariate(model, name) >= 0;
}

static void apply(reader *r, const char *what, const char *value, const onset_word_list *words)
{
    onset_arena *arena = r->map->arena;
    const double x     = onset_words_number(words, value);

    if (strcmp(what, "age") == 0)
        r->out.age = x;
    else if (strcmp(what, "age_sd") == 0)
        r->out.age_sd = x;
    else if (strcmp(what, "weight_kg") == 0)
        r->out.weight_kg = x;
    else if (strcmp(what, "female_pct") == 0)
        r->out.female = x / 100;
    else if (strcmp(what, "days") == 0)
        r->days = x;
    else if (strcmp(what, "every_h") == 0)
        r->every_h = x;
    else if (strcmp(what, "over_min") == 0)
        r->over_min = x;
    else if (strcmp(what, "site") == 0)
        r->site = value;
    else if (strcmp(what, "people") == 0 && model_has(r->model, value))
        r->out.people = onset_arena_printf(arena, "%s%s\n  ", r->out.people, value);
    else if (strcmp(what, "taking") == 0 && model_has(r->model, value))
        r->sets = onset_arena_printf(arena, "%sset %s; ", r->sets, value);
    else if (strcmp(what, "taking") == 0)
        skip(r, onset_arena_printf(arena, "no model of the group has the co-treatment '%s' for this drug", value));
    else if (strcmp(what, "skip") == 0)
        skip(r, value);
}

/* Each row of people.csv that is found in the text takes its words away, so that a longer one before a shorter one wins. */
static void read_people(reader *r)
{
    static const char *const columns[] = {"population", "metric", "co_treatment", "drug"};
    const onset_frame       *people    = &r->map->people;
    const onset_mapping     *map       = r->map;
    const int                n         = onset_frame_n(people);

    r->out.age       = onset_or_default(map, NULL, -1, "age_mean", "");
    r->out.age_sd    = onset_or_default(map, NULL, -1, "age_sd", "");
    r->out.weight_kg = onset_or_default(map, NULL, -1, "weight_kg_mean", "");
    r->out.female    = onset_or_default(map, NULL, -1, "female_pct", "") / 100;
    for (size_t c = 0; c < sizeof columns / sizeof *columns; c++) {
        char *text = onset_arena_printf(map->arena, "%s", cell(r, columns[c]));

        for (char *s = text; *s; s++)
            if (*s == '_') *s = ' ';
        for (int i = 0; i < n; i++) {
            const char     *words = onset_frame_text(people, i, "words"), *next = i + 1 < n ? onset_frame_text(people, i + 1, "words") : "";
            onset_word_list found = {0};
            size_t          from, to;

            if (!onset_pattern_find(words, text, &found, &from, &to)) continue;
            apply(r, onset_frame_text(people, i, "what"), onset_frame_text(people, i, "value"), &found);
            if (strcmp(words, next) != 0) memset(text + from, ';', to - from); /* else the same words say more */
        }
    }
}

/* ---- What is given ---- */

/* A word can stand for several routes (ER is one for tablets of ketamine and another for capsules of others): the first that the model has. */
static const char *route_of(const reader *r, const char *word)
{
    const onset_frame *routes = &r->map->routes;

    for (int i = 0; i < onset_frame_n(routes); i++)
        if (strcasecmp(onset_frame_text(routes, i, "word"), word) == 0 &&
            onset_model_find_route(r->model, r->drug, onset_frame_text(routes, i, "route")) >= 0)
            return onset_frame_text(routes, i, "route");
    return word;
}

static void read_drug(reader *r)
{
    const onset_mapping *map  = r->map;
    const char          *word = cell(r, "drug"), *by = cell(r, "route");
    const int            known = onset_frame_find(&map->drugs, "word", word);
    const char          *other = onset_frame_text(&map->drugs, known, "pk_drug"), *form = onset_frame_text(&map->drugs, known, "route");

    r->drug = *other ? other : onset_frame_text(&map->drugs, known, "drug");
    if (!*r->drug && *onset_frame_text(&map->drugs, known, "reason")) skip(r, onset_frame_text(&map->drugs, known, "reason"));
    if (!*r->drug) r->drug = word;
    r->route = route_of(r, by);
    if (*form && strcmp(r->route, "oral") == 0) r->route = form;
    if (!*word) skip(r, "no drug is named");
    if (!onset_model_has_drug(r->model, r->drug)) skip(r, onset_unknown_drug(map, r->model, "the drug", word));
    if (!*by || strcmp(by, "not stated") == 0) skip(r, "the route is not given");
    if (onset_model_find_route(r->model, r->drug, r->route) < 0)
        skip(r, onset_arena_printf(map->arena, "no model of the group knows '%s' by the route '%s'", word, by));
}

/* Nothing of the dose stays in it. */
static bool is_dose_free(const reader *r)
{
    const onset_exposure_reading read = r->out.read;

    return r->out.below.n || r->out.reference || r->out.is_change ||
           (read != ONSET_EXPOSURE_VALUE && read != ONSET_EXPOSURE_LARGEST && read != ONSET_EXPOSURE_AREA &&
            read != ONSET_EXPOSURE_TROUGH && read != ONSET_EXPOSURE_MEAN);
}

static int usual_dose(const reader *r)
{
    const onset_frame *usual = &r->map->usual_doses;

    for (int i = 0; i < onset_frame_n(usual); i++)
        if (strcmp(onset_frame_text(usual, i, "drug"), r->drug) == 0 && strcmp(onset_frame_text(usual, i, "route"), r->route) == 0)
            return i;
    return -1;
}

static const char *dose_statements(reader *r, int row, onset_word_list *words, const char *in)
{
    const onset_frame *doses = &r->map->doses;
    const char        *text  = onset_frame_text(doses, row, "statements");
    double             every = onset_words_number(words, onset_frame_text(doses, row, "every_h")), n;

    if (isnan(every)) every = r->every_h;
    n = isnan(every) || r->days == 0 ? 1 : fmax(1, ceil(r->days * 24 / every - 1e-9));
    onset_words_add(words, "every", every);
    onset_words_add(words, "n", n);
    onset_words_add_text(words, "in", in);
    if (n > 1) r->out.last_dose_h = (n - 1) * every;
    if (n > 1) r->out.every_h = every;
    if (*text) return text;
    return n > 1 ? "dose {drug} {dose} [{in}] {route}{lasting} every {every} [h] for {n} doses"
                 : "dose {drug} {dose} [{in}] {route}{lasting} at 0 [h]";
}

static void read_dose(reader *r)
{
    const onset_mapping *map   = r->map;
    const onset_frame   *doses = &map->doses;
    double               dose = onset_frame_number(r->frame, r->at, "dose"), over = onset_frame_number(r->frame, r->at, "duration_min");
    const char          *unit  = cell(r, "dose_unit"), *in, *statements;
    onset_word_list      words = {0};
    int                  row;

    if (isnan(dose)) {
        const int usual = usual_dose(r);
        if (usual < 0 || !is_dose_free(r)) {
            skip(r, "the dose is not given");
            return;
        }
        dose = onset_frame_number(&map->usual_doses, usual, "dose"), unit = onset_frame_text(&map->usual_doses, usual, "unit");
        if (isnan(over)) over = onset_frame_number(&map->usual_doses, usual, "duration_min");
    }
    if (isnan(over)) over = r->over_min;
    if (!(dose > 0)) {
        skip(r, "no drug is given");
        return;
    }
    onset_words_add(&words, "dose", dose);
    onset_words_add(&words, "time", onset_frame_number(r->frame, r->at, "time_min"));
    onset_words_add_text(&words, "drug", r->drug);
    onset_words_add_text(&words, "route", r->route);
    for (row = 0; row < onset_frame_n(doses); row++)
        if (onset_pattern_fits(onset_frame_text(doses, row, "unit"), unit, &words)) break;
    if (row == onset_frame_n(doses)) {
        skip(r, onset_arena_printf(map->arena, "a dose in '%s' has no row in validation/doses.csv", unit));
        return;
    }
    if (isnan(over)) over = onset_words_number(&words, onset_frame_text(doses, row, "lasts_min"));
    onset_words_add(&words, "over", over);
    onset_words_add_text(&words, "lasting", over > 0 ? onset_arena_printf(map->arena, " over %.10g [min]", over) : "");
    in                = onset_frame_text(doses, row, "in");
    statements        = onset_words_fill(map->arena, &words, dose_statements(r, row, &words, in));
    r->out.dose       = onset_words_number(&words, onset_frame_text(doses, row, "amount"));
    r->out.arm        = statements;
    r->dose_unit_text = in;
    if (!statements) skip(r, onset_arena_printf(map->arena, "a dose in '%s' needs duration_min", unit));
    if (onset_unit_parse(NULL, onset_library_units(map->library), in, &r->dose_unit) != ONSET_OK) skip(r, "the dose has no unit");
}

/* ---- What is read ---- */

static onset_exposure_reading reading_of(const char *word)
{
    static const char *const names[ONSET_N_EXPOSURE_READINGS] = {"",
                                                                 "value",
                                                                 "largest",
                                                                 "time_of_largest",
                                                                 "area",
                                                                 "trough",
                                                                 "mean",
                                                                 "half_life",
                                                                 "early_half_life",
                                                                 "clearance",
                                                                 "volume",
                                                                 "terminal_volume",
                                                                 "residence",
                                                                 "largest_per_dose",
                                                                 "area_per_dose",
                                                                 "accumulation"};

    for (int i = ONSET_EXPOSURE_VALUE; i < ONSET_N_EXPOSURE_READINGS; i++)
        if (strcmp(word, names[i]) == 0) return (onset_exposure_reading)i;
    return ONSET_EXPOSURE_NOTHING;
}

/* Outputs "a" or "a+b"; false where the model lacks one. */
static bool read_outputs(const onset_model *model, const char *text, onset_analyte *out)
{
    char        name[128];
    const char *plus = strchr(text, '+');

    out->n = 0;
    for (const char *s = text; s; s = plus ? plus + 1 : NULL, plus = NULL) {
        const size_t n = plus ? (size_t)(plus - s) : strlen(s);
        if (n >= sizeof name) return false;
        memcpy(name, s, n);
        name[n]              = 0;
        out->outputs[out->n] = onset_mapping_output(model, name);
        if (out->outputs[out->n++] < 0) return false;
    }
    return true;
}

/* The row of the analytes for a word, at the row's site of sampling if there is one; -1. */
static int find_analyte(const reader *r, const char *word, onset_analyte *out)
{
    const onset_frame *table = &r->map->analytes;

    for (int pass = *r->site ? 0 : 1; pass < 2; pass++)
        for (int i = 0; i < onset_frame_n(table); i++) {
            onset_word_list none = {0};
            if (strcmp(onset_frame_text(table, i, "site"), pass ? "" : r->site) != 0) continue;
            if (!onset_pattern_fits(onset_frame_text(table, i, "analyte"), word, &none)) continue;
            if (!onset_text_contains(r->drug, onset_frame_text(table, i, "drug"))) continue;
            if (!read_outputs(r->model, onset_frame_text(table, i, "output"), out)) continue;
            out->share = onset_frame_number(table, i, "share");
            if (!(out->share > 0)) out->share = 1;
            return i;
        }
    out->n = 0;
    return -1;
}

static int read_analytes(reader *r)
{
    const char *word = cell(r, "analyte"), *slash = strchr(word, '/');
    const char *upper = slash ? onset_arena_copy(r->map->arena, word, (size_t)(slash - word)) : word;
    const int   row   = find_analyte(r, upper, &r->out.analyte);

    if (row < 0) skip(r, onset_arena_printf(r->map->arena, "no model of the group has an output for the analyte '%s'", upper));
    if (slash && find_analyte(r, slash + 1, &r->out.below) < 0)
        skip(r, onset_arena_printf(r->map->arena, "no model of the group has an output for the analyte '%s'", slash + 1));
    return row;
}

static void read_metric(reader *r)
{
    const onset_frame *table  = &r->map->exposures;
    const char        *metric = cell(r, "metric"), *to;
    onset_word_list    words  = {0};

    for (r->metric = 0; r->metric < onset_frame_n(table); r->metric++)
        if (onset_pattern_fits(onset_frame_text(table, r->metric, "metric"), metric, &words)) break;
    if (r->metric == onset_frame_n(table)) {
        r->metric = -1;
        skip(r, onset_arena_printf(r->map->arena, "the metric '%s' has no row in validation/exposures.csv", metric));
        return;
    }
    if (*onset_frame_text(table, r->metric, "reason")) skip(r, onset_frame_text(table, r->metric, "reason"));
    r->out.read = reading_of(onset_frame_text(table, r->metric, "read"));
    to          = onset_frame_text(table, r->metric, "to_h");
    r->out.to_h = strcmp(to, "interval") == 0 ? -1 : onset_words_number(&words, to);
    if (isnan(r->out.to_h)) r->out.to_h = INFINITY;
    r->out.is_change = strcmp(onset_frame_text(table, r->metric, "as"), "change") == 0;
}

/* The arm that the row is relative to: a vein, or the drug without the other. */
static void read_reference(reader *r)
{
    const char *against = onset_frame_text(&r->map->exposures, r->metric, "against");
    const bool  alone   = strcmp(against, "alone") == 0 ||
                       (strcmp(onset_frame_text(&r->map->exposures, r->metric, "as"), "ratio") == 0 && !r->out.below.n && !*against);

    if (strcmp(against, "vein") == 0) {
        if (onset_model_find_route(r->model, r->drug, "iv") < 0) skip(r, "no model of the group has the drug by vein to compare with");
        if (strcmp(r->route, "iv") == 0) skip(r, "100 % by definition");
        r->out.reference = "iv";
    } else if (alone) {
        if (!*r->sets) skip(r, "what the ratio is relative to is not in the row's words: name it in the metric or the population");
        r->out.reference = "alone";
    }
}

/* ---- Units ---- */

static bool parse_unit(const reader *r, const char *text, onset_unit *out)
{
    const int word = onset_frame_find(&r->map->units, "word", text);

    if (word >= 0) text = onset_frame_text(&r->map->units, word, "unit");
    return onset_unit_parse(NULL, onset_library_units(r->map->library), text, out) == ONSET_OK;
}

/* The unit of what is read. */
static onset_unit unit_read(const reader *r)
{
    const onset_unit level = r->model->outputs[r->out.analyte.outputs[0]].unit.unit, area = onset_unit_multiply(level, onset_unit_hour);

    if (r->out.below.n || r->out.reference) return onset_unit_one;
    switch (r->out.read) {
    case ONSET_EXPOSURE_TIME_OF_LARGEST:
    case ONSET_EXPOSURE_HALF_LIFE:
    case ONSET_EXPOSURE_EARLY_HALF_LIFE:
    case ONSET_EXPOSURE_RESIDENCE:
        return onset_unit_hour;
    case ONSET_EXPOSURE_AREA:
        return area;
    case ONSET_EXPOSURE_CLEARANCE:
        return onset_unit_divide(r->dose_unit, area);
    case ONSET_EXPOSURE_VOLUME:
    case ONSET_EXPOSURE_TERMINAL_VOLUME:
        return onset_unit_divide(r->dose_unit, level);
    case ONSET_EXPOSURE_LARGEST_PER_DOSE:
        return onset_unit_divide(level, r->dose_unit);
    case ONSET_EXPOSURE_AREA_PER_DOSE:
        return onset_unit_divide(area, r->dose_unit);
    case ONSET_EXPOSURE_ACCUMULATION:
        return onset_unit_one;
    default:
        return level;
    }
}

/* Factor to the row's unit: as it is, by the molar mass, or by the body weight. */
static void read_unit(reader *r, int analyte)
{
    const double     molar = onset_frame_number(&r->map->analytes, analyte, "molar_mass_g_mol");
    const onset_unit from  = unit_read(r);
    const struct {
        const char *unit;
        double      amount; /* how much of the unit a row's amount per one is */
    } bridges[] = {{"1", 1}, {"g/mol", molar}, {"kg", r->out.weight_kg}, {"kg^-1", 1 / r->out.weight_kg}, {"mol/g", 1 / molar}};
    onset_unit to;

    if (!parse_unit(r, cell(r, "unit"), &to)) {
        skip(r, onset_arena_printf(r->map->arena, "the unit '%s' is not known", cell(r, "unit")));
        return;
    }
    for (size_t i = 0; i < sizeof bridges / sizeof *bridges; i++) {
        onset_unit bridge;
        if (onset_unit_parse(NULL, onset_library_units(r->map->library), bridges[i].unit, &bridge) != ONSET_OK) continue;
        bridge = onset_unit_multiply(to, bridge);
        if (!onset_unit_same_dimension(from, bridge)) continue;
        r->out.factor = onset_unit_factor(from, bridge) / bridges[i].amount;
        if (isfinite(r->out.factor)) return;
    }
    skip(r, onset_arena_printf(r->map->arena, "the unit '%s' does not fit the metric", cell(r, "unit")));
}

/* ---- All of it ---- */

static void finish_arms(reader *r)
{
    onset_arena *arena = r->map->arena;
    const char  *doses = r->out.arm;

    r->out.arm = onset_arena_printf(arena, "%s%s", r->sets, doses);
    if (!r->out.reference) return;
    if (strcmp(r->out.reference, "alone") == 0) {
        r->out.reference = doses;
    } else { /* the same dose into a vein at once */
        r->out.reference = onset_arena_printf(arena, "%sdose %s %.10g [%s] iv at 0 [h]", r->sets, r->drug, r->out.dose, r->dose_unit_text);
    }
}

onset_exposure onset_exposure_in_words(onset_validate_work *work, const onset_frame *frame, int at, int model)
{
    reader r = {.work = work, .map = &work->map, .frame = frame, .at = at, .model = work->map.models[model].model, .sets = "", .site = ""};
    int    analyte;

    r.out     = (onset_exposure){.model = model, .people = "", .factor = 1, .every_h = NAN, .to_h = INFINITY};
    r.days    = onset_or_default(r.map, NULL, -1, "steady_state_days", "");
    r.every_h = r.over_min = NAN;
    read_metric(&r);
    read_drug(&r);
    r.out.has_drug = onset_model_find_route(r.model, r.drug, r.route) >= 0;
    if (r.out.skip) return r.out;
    read_people(&r);
    analyte = read_analytes(&r);
    if (r.out.skip) return r.out;
    read_reference(&r);
    read_dose(&r);
    if (r.out.skip) return r.out;
    read_unit(&r, analyte);
    if (r.out.to_h < 0) r.out.to_h = isnan(r.out.every_h) ? INFINITY : r.out.every_h;
    finish_arms(&r);
    return r.out;
}
