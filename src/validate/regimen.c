#include "validate/regimen.h"

#include <math.h>
#include <strings.h>

/* One drug of an arm, in the language's words. */
typedef struct {
    const char *drug, *route, *unit, *over;
    double      dose, gap_d, n;       /* gap_d NAN: one dose; n NAN: without an end */
    double      begin_gap_d, begin_n; /* how a course is begun; NAN: as it goes on */
    bool        is_control;
    const char *skip;
} one_drug;

/* ---- Words ---- */

/* The row of drugs.csv for a text: the same text, else the longest word in it; -1. A drug's own name counts as a word. */
static int drug_row(const onset_mapping *map, const onset_model *model, const char *text, const char **drug)
{
    int    best   = onset_frame_find(&map->drugs, "word", text);
    size_t length = 0;

    *drug = onset_frame_text(&map->drugs, best, "drug");
    if (best >= 0) return best;
    for (int i = 0; i < onset_frame_n(&map->drugs); i++) {
        const char *word = onset_frame_text(&map->drugs, i, "word");
        if (strlen(word) > length && onset_has_word(text, word))
            best = i, length = strlen(word), *drug = onset_frame_text(&map->drugs, i, "drug");
    }
    for (int i = 0; i < onset_frame_n(&map->regimens) + model->n_routes; i++) {
        const int   k    = i - onset_frame_n(&map->regimens);
        const char *name = k < 0 ? onset_frame_text(&map->regimens, i, "drug") : model->routes[k].drug;
        if (strlen(name) > length && onset_has_word(text, name)) best = -1, length = strlen(name), *drug = name;
    }
    return best;
}

static int regimen_row(const onset_mapping *map, const char *drug, const char *route)
{
    for (int i = 0; i < onset_frame_n(&map->regimens); i++)
        if (strcasecmp(onset_frame_text(&map->regimens, i, "drug"), drug) == 0 &&
            (!*route || strcmp(onset_frame_text(&map->regimens, i, "route"), route) == 0))
            return i;
    return -1;
}

static const char *skip_blanks(const char *text)
{
    while (*text == ' ') text++;
    return text;
}

/* What follows the text if it begins with the word, upper and lower case alike; NULL where it does not. */
static const char *after(const char *text, const char *word)
{
    return strncasecmp(text, word, strlen(word)) == 0 ? text + strlen(word) : NULL;
}

/* Whether nothing follows the mass, or how often it is given: a schedule has columns of its own. */
static bool is_schedule(const char *text)
{
    static const char *const words[] = {"/d", "/24", "per d", "daily",  "once",  "twice", "bid",   "tid",
                                        "od", "qd",  "every", "weekly", "total", "bolus", "single"};

    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (after(text, words[i])) return true;
    return !*text;
}

/* What follows "/" or "per"; NULL. */
static const char *after_per(const char *text)
{
    const char *rest = after(text, "/") ? after(text, "/") : after(text, "per ");

    return rest ? skip_blanks(rest) : NULL;
}

/* "mg/kg" of "mg/kg/day", "mg per kg" and "mg/kg/h"; NULL where the library has no such unit. *per_min: over how many minutes it is given, NAN where it
 * is no rate. */
static const char *unit_of(const char *word, double *per_min)
{
    static const struct {
        const char *mass, *unit, *by_weight;
    } masses[] = {{"mg", "mg", "mg/kg"},        {"mcg", "ug", "ug/kg"},       {"ug", "ug", "ug/kg"},
                  {"\xc2\xb5g", "ug", "ug/kg"}, {"\xce\xbcg", "ug", "ug/kg"}, {"g", "g", NULL}};

    for (size_t i = 0; i < sizeof masses / sizeof *masses; i++) {
        const char *rest = after(word, masses[i].mass);
        if (!rest) continue;
        rest             = skip_blanks(rest);
        const char *over = after_per(rest), *kg = over ? after(over, "kg") : NULL, *end = skip_blanks(kg ? kg : rest);
        const char *time = after_per(end);
        *per_min         = time && after(time, "min") ? 1 : time && after(time, "h") ? 60 : NAN;
        if (isfinite(*per_min) || is_schedule(end)) return kg ? masses[i].by_weight : masses[i].unit;
    }
    return NULL;
}

static double or_else(double x, double other)
{
    return isnan(x) ? other : x;
}

/* ---- One drug ---- */

static void set_schedule(one_drug *d, const onset_mapping *map, int usual, const onset_arm_source *arm)
{
    const onset_regimen_words *words    = &arm->words;
    const double               per_week = onset_frame_number(&map->regimens, usual, "per_week");
    const double               begin    = onset_frame_number(&map->regimens, usual, "begin_per_week");
    const bool                 daily    = words->per_week > 6.9 || strcasestr(words->unit, "/d") || strcasestr(words->unit, "daily");

    d->n           = words->n_doses;
    d->gap_d       = daily ? 1 : words->per_week > 0 ? 7 / words->per_week : NAN;
    d->begin_gap_d = 7 / begin, d->begin_n = onset_frame_number(&map->regimens, usual, "begin_doses");
    if (!isnan(d->gap_d) || d->n == 1) return;
    if (per_week > 0) {
        d->gap_d = 7 / per_week;
    } else if (d->n > 1 || arm->repeated) {
        d->gap_d = d->begin_gap_d, d->n = or_else(d->n, d->begin_n);
        if (isnan(d->gap_d)) d->skip = "the schedule is not given";
    } else {
        d->n = 1;
    }
}

/* The route: of the word for the drug, of the arm, else the usual one; where the drug has no such route, one by which it is usually given (a
 * tablet that is only known as extended release). Why there is none. */
static const char *set_route(one_drug *d, const onset_mapping *map, const onset_model *model, int row, const onset_arm_source *arm)
{
    const int   known = onset_frame_find(&map->routes, "word", arm->words.route);
    const char *own   = onset_frame_text(&map->drugs, row, "route");

    d->route = *own ? own : known >= 0 ? onset_frame_text(&map->routes, known, "route") : arm->words.route;
    if (*d->route && onset_model_find_route(model, d->drug, d->route) >= 0) return NULL;
    for (int i = 0; i < onset_frame_n(&map->regimens); i++) {
        const char *route = onset_frame_text(&map->regimens, i, "route");
        if (strcmp(onset_frame_text(&map->regimens, i, "drug"), d->drug) != 0 || onset_model_find_route(model, d->drug, route) < 0)
            continue;
        if (*d->route && !(onset_frame_number(&map->regimens, i, "per_week") >= 7)) continue;
        d->route = route;
        return NULL;
    }
    if (!*d->route) return "the route is not given";
    return onset_arena_printf(map->arena, "no model of the group knows '%s' by the route '%s'", d->drug, d->route);
}

/* The dose: beside the drug's name, of the arm, else the usual one. Why there is none. */
static const char *set_dose(one_drug *d, const onset_mapping *map, int usual, double named, const onset_arm_source *arm)
{
    const char  *usual_unit = onset_frame_text(&map->regimens, usual, "unit");
    const double over_min   = or_else(arm->words.over_min, onset_frame_number(&map->regimens, usual, "over_min"));

    double per_min = NAN;

    d->dose = or_else(named, arm->words.dose);
    d->unit = unit_of(*arm->words.unit ? arm->words.unit : usual_unit, &per_min);
    if (isnan(d->dose)) d->dose = onset_frame_number(&map->regimens, usual, "dose"), d->unit = unit_of(usual_unit, &per_min);
    if (isnan(d->dose)) return "the dose is not given";
    if (d->dose == 0) return NULL;
    if (!d->unit || d->dose < 0) return onset_arena_printf(map->arena, "a dose of %g in '%s' has no counterpart", d->dose, arm->words.unit);
    if (isfinite(per_min) && !(arm->words.over_min > 0)) return "a rate of infusion without 'infusion_min'";
    if (isfinite(per_min)) d->dose *= over_min / per_min;
    if (over_min > 0) d->over = onset_arena_printf(map->arena, " over %.10g [min]", over_min);
    return NULL;
}

/* text: "escitalopram", "citalopram 20", "esketamine nasal spray" */
static one_drug read_drug(const onset_mapping *map, const onset_model *model, const char *text, const onset_arm_source *arm)
{
    one_drug    d      = {.over = "", .gap_d = NAN, .n = NAN};
    const int   row    = drug_row(map, model, text, &d.drug);
    const char *number = text + strcspn(text, " "), *reason = onset_frame_text(&map->drugs, row, "reason");

    d.is_control = *onset_frame_text(&map->drugs, row, "control") != 0;
    if (*reason) d.skip = reason;
    if (d.is_control || d.skip) return d;
    if (!*d.drug) d.drug = text;
    if (!*text)
        d.skip = "no drug is named";
    else if (!onset_model_has_drug(model, d.drug))
        d.skip = onset_unknown_drug(map, model, "the drug", text);
    else
        d.skip = set_route(&d, map, model, row, arm);
    if (d.skip) return d;
    const int usual = regimen_row(map, d.drug, d.route);
    d.skip          = set_dose(&d, map, usual, *number ? onset_amount(number) : NAN, arm);
    d.is_control    = !d.skip && d.dose == 0;
    if (!d.skip && !d.is_control) set_schedule(&d, map, usual, arm);
    return d;
}

/* ---- Statements ---- */

typedef struct {
    onset_text text;
    double     ends_h;
} writing;

static void add_doses(writing *w, const one_drug *d, double from_h, double gap_d, double n)
{
    if (n < 1) return;
    onset_text_printf(&w->text, "%sdose %s %.10g [%s] %s%s ", w->text.n ? "; " : "", d->drug, d->dose, d->unit, d->route, d->over);
    if (n == 1)
        onset_text_printf(&w->text, "at %.10g [h]", from_h);
    else
        onset_text_printf(&w->text, "every %.10g [d] from %.10g [h] for %.0f doses", gap_d, from_h, n);
    w->ends_h = fmax(w->ends_h, from_h + (n - 1) * gap_d * 24);
}

static double count(double from_h, double to_h, double gap_d)
{
    return fmax(0, ceil((to_h - from_h) / 24 / gap_d - 1e-9));
}

/* A course from the beginning up to, and without, to_h. */
static void add_lead(writing *w, const one_drug *d, double to_h)
{
    double from_h = 0;

    if (d->begin_n > 0 && !(d->gap_d <= d->begin_gap_d)) {
        const double n = fmin(d->begin_n, count(0, to_h, d->begin_gap_d));
        add_doses(w, d, 0, d->begin_gap_d, n);
        from_h = n * d->begin_gap_d * 24;
    }
    if (isfinite(d->gap_d)) add_doses(w, d, from_h, d->gap_d, count(from_h, to_h, d->gap_d));
}

static void add_course(writing *w, const one_drug *d, const onset_arm_span *span)
{
    const double most = isnan(d->gap_d) ? 1 : floor((span->last_h - span->start_h) / 24 / d->gap_d + 1e-9) + 1;

    add_doses(w, d, span->start_h, d->gap_d, fmin(or_else(d->n, INFINITY), fmax(1, most)));
    if (isnan(d->n) && isfinite(d->gap_d)) w->ends_h = INFINITY;
}

/* ---- Co-treatments ---- */

static const char *next_part(onset_arena *arena, const char *text, const char *const *separators, const char **rest)
{
    const char *at = NULL;
    size_t      n  = 0;

    for (int i = 0; separators[i]; i++) {
        const char *found = strcasestr(text, separators[i]);
        if (found && (!at || found < at)) at = found, n = strlen(separators[i]);
    }
    const char *end = at ? at : text + strlen(text);
    *rest           = at ? at + n : NULL;
    while (text < end && *text == ' ') text++;
    while (end > text && end[-1] == ' ') end--;
    return onset_arena_copy(arena, text, (size_t)(end - text));
}

/* The drug of a line "dose DRUG ..." that the model lacks, or NULL. */
static const char *lacking(const onset_mapping *map, const onset_model *model, const char *line)
{
    if (strncmp(line, "dose ", 5) == 0) {
        const char *drug = onset_arena_copy(map->arena, line + 5, strcspn(line + 5, " "));
        return onset_model_has_drug(model, drug) ? NULL : drug;
    }
    if (strncmp(line, "set ", 4) == 0) {
        const char *name = onset_arena_copy(map->arena, line + 4, strcspn(line + 4, " "));
        return onset_model_find_covariate(model, name) >= 0 ? NULL : name;
    }
    return NULL;
}

/* One part of a co-treatment. Named by a row of co_treatments.csv, or a drug that is given daily; other words say nothing that can be dosed. */
static const char *add_co_treatment(const onset_mapping *map, const onset_model *model, const char *part, bool must, writing *w,
                                    double *until_h)
{
    const onset_frame *rows = &map->co_treatments;
    const char        *drug;

    for (int i = 0; i < onset_frame_n(rows); i++) {
        const char *line = onset_frame_text(rows, i, "line"), *reason = onset_frame_text(rows, i, "reason");
        if (!onset_has_word(part, onset_frame_text(rows, i, "contains"))) continue;
        if (*reason) return reason;
        if (lacking(map, model, line)) return onset_unknown_drug(map, model, "the co-treatment", part);
        *until_h = fmin(*until_h, or_else(24 * onset_frame_number(rows, i, "until_d"), INFINITY));
        if (*line) onset_text_printf(&w->text, "%s%s", w->text.n ? "; " : "", line);
        return NULL;
    }
    const int row   = drug_row(map, model, part, &drug);
    const int usual = regimen_row(map, drug, "");
    if (!*drug || *onset_frame_text(&map->drugs, row, "control"))
        return must && !*drug ? onset_unknown_drug(map, model, "the co-treatment", part) : NULL;
    if (!(onset_frame_number(&map->regimens, usual, "per_week") >= 7)) return NULL;
    if (!onset_model_has_drug(model, drug)) return onset_unknown_drug(map, model, "the co-treatment", part);
    const double named = onset_amount(part), dose = or_else(named, onset_frame_number(&map->regimens, usual, "dose"));
    onset_text_printf(&w->text, "%sdose %s %.10g [mg] %s every 1 [d]", w->text.n ? "; " : "", drug, dose,
                      onset_frame_text(&map->regimens, usual, "route"));
    return NULL;
}

static const char *add_co_treatments(const onset_mapping *map, const onset_model *model, const char *text, bool must, writing *w,
                                     double *until_h)
{
    static const char *const separators[] = {";", "+", " and ", ",", NULL};
    const char              *skip         = NULL;

    for (const char *rest = text; rest && !skip;) {
        const char *part = next_part(map->arena, rest, separators, &rest);
        if (*part) skip = add_co_treatment(map, model, part, must, w, until_h);
    }
    return skip;
}

/* ---- The arm ---- */

/* Whether a text is a word of drugs.csv that is not taken apart: what is beside a drug is dosed. */
static bool is_whole(const onset_mapping *map, const char *text)
{
    const int row = onset_frame_find(&map->drugs, "word", text);

    return row >= 0 && (!strchr(text, '+') || *onset_frame_text(&map->drugs, row, "reason"));
}

/* "DRUG+CO-TREATMENT", a drug that is one of several; its statements. */
static const char *write_variant(const onset_mapping *map, const onset_model *model, const char *text, const onset_arm_source *arm,
                                 const onset_arm_span *span, onset_regimen *out)
{
    static const char *const plus[] = {"+", NULL};
    const bool               whole  = onset_frame_find(&map->drugs, "word", text) >= 0;
    const char              *rest = NULL, *name = whole ? text : next_part(map->arena, text, plus, &rest);
    const one_drug           d       = read_drug(map, model, name, arm);
    writing                  w       = {.ends_h = 0};
    double                   until_h = INFINITY;
    const char              *skip    = d.skip;

    if (!skip && span->lead && span->start_h > 0) {
        const one_drug lead = read_drug(map, model, span->lead->words.drug, span->lead);
        skip                = lead.skip;
        if (!skip && !lead.is_control) add_lead(&w, &lead, span->start_h);
    }
    if (!skip) skip = add_co_treatments(map, model, arm->words.co_treatment, false, &w, &until_h);
    if (!skip && rest) skip = add_co_treatments(map, model, rest, true, &w, &until_h);
    onset_arm_span own = *span;
    own.last_h         = fmin(own.last_h, until_h);
    if (!skip && !d.is_control) add_course(&w, &d, &own);
    if (!skip) {
        const char *text_of = onset_arena_printf(map->arena, "%s", w.text.s ? w.text.s : "");
        out->is_control     = d.is_control;
        out->ends_h         = fmin(fmax(w.ends_h, span->start_h), until_h);
        if (!out->n || strcmp(out->statements[out->n - 1], text_of) != 0) out->statements[out->n++] = text_of;
    }
    onset_text_free(&w.text);
    return skip;
}

onset_regimen onset_regimen_of(const onset_mapping *map, const onset_model *model, const onset_arm_source *arm, const onset_arm_span *span)
{
    static const char *const either[] = {" or ", "/", " | ", NULL};
    onset_regimen            out      = {0};
    const bool               whole    = is_whole(map, arm->words.drug);
    const char              *skip = NULL, *rest = arm->words.drug;

    while (rest && out.n < ONSET_MAX_VARIANTS) {
        const char *part = whole ? rest : next_part(map->arena, rest, either, &rest);
        const char *why  = write_variant(map, model, part, arm, span, &out);
        if (!skip) skip = why;
        if (whole) break;
    }
    if (!out.n) out.skip = skip ? skip : "no drug is named";
    return out;
}
