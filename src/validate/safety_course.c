#include "validate/safety_course.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>

/* ---- Words ---- */

static bool is_number_char(char c)
{
    return isdigit((unsigned char)c) || c == '.';
}

/* The number that ends before `end`, "8-12" being its middle; NAN. */
static double number_before(const char *text, const char *end)
{
    const char *start = end;
    double      high, low;
    char       *rest;

    while (start > text && is_number_char(start[-1])) start--;
    if (start == end) return NAN;
    high = strtod(start, NULL);
    if (start - text < 2 || start[-1] != '-' || !is_number_char(start[-2])) return high;
    for (start--; start > text && is_number_char(start[-1]); start--) continue;
    low = strtod(start, &rest);
    return *rest == '-' ? (low + high) / 2 : high;
}

/* The number before a word, with a blank, a hyphen or nothing between; NAN. */
static double number_of(const char *text, const char *word)
{
    for (const char *at = strstr(text, word); at; at = strstr(at + 1, word)) {
        const char  *end   = at > text && (at[-1] == ' ' || at[-1] == '-') ? at - 1 : at;
        const double value = number_before(text, end);
        if (isfinite(value)) return value;
    }
    return NAN;
}

double onset_safety_weeks_in(const char *text)
{
    const double weeks = number_of(text, "week");

    return isfinite(weeks) ? weeks : number_of(text, "wk");
}

/* ---- Facts ---- */

typedef struct {
    const onset_mapping *map;
    const onset_frame   *frame;
    int                  row;
} asked;

static const char *cell(const asked *a, const char *column)
{
    return onset_frame_text(a->frame, a->row, column);
}

/* The line of courses.csv that says it of this row, from line `from` on; -1. */
static int find_fact(const asked *a, const char *what, int from)
{
    const onset_frame *facts = &a->map->courses;

    for (int i = from; i < onset_frame_n(facts); i++)
        if (strcmp(onset_frame_text(facts, i, "what"), what) == 0 &&
            onset_text_contains(cell(a, onset_frame_text(facts, i, "column")), onset_frame_text(facts, i, "contains")))
            return i;
    return -1;
}

static double fact(const asked *a, const char *what)
{
    return onset_frame_number(&a->map->courses, find_fact(a, what, 0), "value");
}

static const char *fact_text(const asked *a, const char *what)
{
    return onset_frame_text(&a->map->courses, find_fact(a, what, 0), "value");
}

/* How long it lasts: what courses.csv is sure of, the time of the row, the words of the row, what is usual. 0: one session. */
static double weeks_of(const asked *a)
{
    const double time_min = onset_frame_number(a->frame, a->row, "time_min");
    double       weeks    = fact(a, "weeks");

    if (isnan(weeks) && time_min > 24 * 60) weeks = time_min / 60 / 168;
    if (isnan(weeks)) weeks = onset_safety_weeks_in(cell(a, "population"));
    if (isnan(weeks)) weeks = onset_safety_weeks_in(cell(a, "study"));
    if (isnan(weeks)) weeks = fact(a, "weeks_usual");
    return isnan(weeks) ? 0 : weeks;
}

/* ---- Doses ---- */

/* "mg/kg" of "mg/kg over 100 min" and of "mg/kg/40 min". */
static const char *unit_of(const asked *a)
{
    static const char *const units[] = {"mg/kg", "mg/day", "mg/d", "mg", "ug/kg", "ug"};
    const char              *text    = cell(a, "dose_unit");

    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        const size_t n = strlen(units[i]);
        if (strncmp(text, units[i], n) == 0 && (!text[n] || text[n] == ' ' || text[n] == '/')) return units[i];
    }
    return text;
}

/* The drug; what is taken with it is cut off where the library does not know the pair. */
static const char *drug_of(const asked *a)
{
    const char *word = cell(a, "drug");
    const int   row  = onset_frame_find(&a->map->drugs, "word", word);
    const char *plus = strchr(word, '+');

    if (row >= 0 || !plus) return word;
    while (plus > word && plus[-1] == ' ') plus--;
    return onset_arena_copy(a->map->arena, word, (size_t)(plus - word));
}

static onset_regimen_words regimen_of(const asked *a, double weeks, double per_week)
{
    const char         *dose  = cell(a, "dose");
    onset_regimen_words words = {.drug         = drug_of(a),
                                 .route        = cell(a, "route"),
                                 .unit         = unit_of(a),
                                 .co_treatment = "",
                                 .dose         = onset_frame_number(a->frame, a->row, "dose"),
                                 .over_min     = onset_frame_number(a->frame, a->row, "duration_min"),
                                 .per_week     = per_week,
                                 .n_doses      = fact(a, "n_doses")};

    if (isnan(words.dose)) words.dose = strtod(dose + strspn(dose, "<>=~ "), NULL);
    if (words.dose == 0 && dose[strspn(dose, "<>=~ ")] != '0') words.dose = fact(a, "dose"), words.unit = fact_text(a, "dose_unit");
    if (isnan(words.over_min)) words.over_min = number_of(cell(a, "dose_unit"), "min");
    if (isnan(words.over_min)) words.over_min = onset_or_default(a->map, NULL, -1, "safety_over_min", words.route);
    if (weeks == 0)
        words.n_doses = 1;
    else if (isnan(words.n_doses) && per_week > 0)
        words.n_doses = fmax(1, round(per_week * weeks));
    return words;
}

/* After a loading infusion, the same amount per hour for some minutes. */
static const char *with_infusion(const asked *a, const onset_model *model, onset_regimen_words *words, const char *doses)
{
    const double    minutes = fact(a, "then_min");
    onset_arm_words then;
    const char     *at;

    if (!(minutes > 0) || !*doses || !(words->over_min > 0)) return doses;
    words->dose *= minutes / 60;
    const double start = words->over_min;
    words->over_min    = minutes;
    then               = onset_arm_in_words(a->map, model, words, 24);
    at                 = strstr(then.doses, " at 0 [h]");
    if (!at) return doses;
    return onset_arena_printf(a->map->arena, "%s; %.*s at %.10g [min]", doses, (int)(at - then.doses), then.doses, start);
}

/* ---- People ---- */

static void set_people(const asked *a, const onset_model *model, onset_safety_course *course)
{
    static const char *const words[] = {"age_mean", "age_sd", "weight_kg_mean"};
    const char              *lines   = "";
    int                      n       = 0;

    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (isfinite(fact(a, words[i]))) course->people[n++] = words[i], course->people[n++] = fact_text(a, words[i]);
    for (int i = find_fact(a, "line", 0); i >= 0; i = find_fact(a, "line", i + 1)) {
        const char  *line = onset_frame_text(&a->map->courses, i, "value");
        const size_t name = strcspn(line, " ");
        if (onset_model_find_covariate(model, onset_arena_copy(a->map->arena, line, name)) >= 0)
            lines = onset_arena_printf(a->map->arena, "%s%s\n  ", lines, line);
    }
    course->people[n++] = "lines", course->people[n++] = lines;
}

onset_safety_course onset_safety_course_of(const onset_mapping *map, const onset_model *model, const onset_frame *frame, int row)
{
    const asked         a     = {map, frame, row};
    const double        weeks = weeks_of(&a), stop = fact(&a, "stop_week"), per_week = fact(&a, "per_week");
    const double        dosed    = stop > 0 ? fmin(stop, weeks) : weeks;
    const double        gap_d    = per_week > 0 ? 7 / per_week : 7;
    onset_regimen_words words    = regimen_of(&a, dosed, per_week);
    onset_arm_words     arm      = onset_arm_in_words(map, model, &words, dosed > 0 ? dosed * 168 - 1e-6 : 24);
    const char         *stopping = "";
    onset_safety_course course   = {
          .skip = arm.skip, .is_control = arm.is_control, .end_h = weeks > 0 ? weeks * 168 : 24, .gap_h = gap_d * 24};

    course.n_sessions = weeks > 0 && per_week > 0 ? (int)fmax(1, round(per_week * dosed)) : 1;
    if (stop > 0 && stop < weeks && onset_model_find_covariate(model, "stopped") >= 0)
        stopping = onset_arena_printf(map->arena, "; set stopped = 1 at %.10g [week]", stop);
    course.arm  = onset_arena_printf(map->arena, "%s%s", with_infusion(&a, model, &words, arm.doses), stopping);
    course.none = stopping;
    if (*course.arm == ';') course.arm += 2;
    if (*course.none == ';') course.none += 2;
    set_people(&a, model, &course);
    return course;
}

bool onset_safety_course_same(const onset_safety_course *a, const onset_safety_course *b)
{
    int i = 0;

    if (strcmp(a->arm, b->arm) != 0 || strcmp(a->none, b->none) != 0) return false;
    while (a->people[i] && b->people[i] && strcmp(a->people[i], b->people[i]) == 0) i++;
    return !a->people[i] && !b->people[i];
}
