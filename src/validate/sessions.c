/* Safety and exposure: rows of the same dose are read off the virtual patients of one session with that dose. */
#include "validate/work.h"

#include "base/error.h"

#include <math.h>
#include <stdlib.h>

enum { MAX_VISITS = 400 };

typedef enum {
    READ_NOTHING,
    READ_VALUE,             /* at a time */
    READ_CHANGE,            /* from the value before the dose */
    READ_LARGEST,           /* within a span of time */
    READ_TIME_OF_LARGEST,   /* [h] */
    READ_LARGEST_CHANGE,    /* of the largest */
    READ_AREA,              /* under the curve, by trapezia [output's unit h] */
    READ_SHARE_ABOVE,       /* patients whose largest value is above the threshold */
    READ_SHARE_FROM,        /* ... at it or above */
    READ_SHARE_CHANGE_FROM, /* whose largest change is */
    N_READINGS
} reading;

typedef struct {
    onset_row   row;
    reading     read;
    const char *doses; /* the session's statement */
    int         model; /* of the mapping */
    int         output;
    double      threshold, from_h, to_h;
    double      to_row; /* factor from the output's unit to the row's */
} observed;

typedef struct {
    onset_validate_work         *work;
    const onset_evidence_folder *folder;
    const onset_frame           *frame;
    onset_row_group              group;
    const char                  *table, *text; /* name of the table; text of the study */
    ONSET_VEC(observed) rows;
} session_work;

static reading reading_of(const char *word)
{
    static const char *const names[N_READINGS] = {
        "", "value", "change", "largest", "time_of_largest", "largest_change", "area", "share_above", "share_from", "share_change_from"};

    for (int i = READ_VALUE; i < N_READINGS; i++)
        if (strcmp(word, names[i]) == 0) return (reading)i;
    return READ_NOTHING;
}

static double time_limit(double hours, double preset)
{
    return isnan(hours) ? preset : hours;
}

/* ---- What a row asks for ---- */

static onset_arm_words words_of(const session_work *s, int at, const onset_model *model)
{
    const onset_mapping *map   = &s->work->map;
    onset_regimen_words  words = {.drug         = onset_frame_text(s->frame, at, "drug"),
                                  .route        = onset_frame_text(s->frame, at, "route"),
                                  .unit         = onset_frame_text(s->frame, at, "dose_unit"),
                                  .co_treatment = "",
                                  .dose         = onset_frame_number(s->frame, at, "dose"),
                                  .over_min     = onset_frame_number(s->frame, at, "duration_min"),
                                  .per_week     = NAN,
                                  .n_doses      = NAN};

    if (s->group == ONSET_GROUP_SAFETY && isnan(words.over_min))
        words.over_min = onset_or_default(map, NULL, -1, "safety_over_min", words.route);
    return onset_arm_in_words(map, model, &words, 48);
}

static int find_endpoint(const onset_frame *endpoints, const char *endpoint, const char *metric)
{
    for (int i = 0; i < onset_frame_n(endpoints); i++)
        if (strcmp(onset_frame_text(endpoints, i, "endpoint"), endpoint) == 0 &&
            strcmp(onset_frame_text(endpoints, i, "metric"), metric) == 0)
            return i;
    return -1;
}

/* How a safety row is read; why it is not. */
static const char *map_safety(const session_work *s, int at, observed *o)
{
    const onset_frame *table  = &s->work->map.endpoints;
    const int          i      = find_endpoint(table, o->row.endpoint, o->row.metric);
    const char        *reason = onset_frame_text(table, i, "reason");

    o->read      = reading_of(onset_frame_text(table, i, "read"));
    o->output    = onset_mapping_output(s->work->map.models[o->model].model, onset_frame_text(table, i, "output"));
    o->threshold = onset_frame_number(table, i, "threshold");
    o->from_h    = time_limit(onset_frame_number(table, i, "from_h"), 0);
    o->to_h      = time_limit(onset_frame_number(table, i, "to_h"), 4);
    o->to_row    = 1;
    o->row.unit  = onset_frame_text(s->frame, at, "unit");
    if (*reason) return reason;
    if (o->read == READ_NOTHING)
        return onset_validate_sprintf(s->work, "the library does not know %s (%s)", o->row.endpoint, o->row.metric);
    if (o->output < 0) return onset_validate_sprintf(s->work, "no model of the group has an output for %s", o->row.endpoint);
    return NULL;
}

/* Factor from the output's unit to the row's; from mol by the molar mass. NAN where there is none. */
static double unit_factor(const session_work *s, const char *unit, const onset_unit *from, double molar_mass)
{
    onset_unit_system *units = onset_library_units(s->work->map.library);
    onset_unit         to, per_mol;

    if (onset_unit_parse(NULL, units, unit, &to) != ONSET_OK || onset_unit_parse(NULL, units, "g/mol", &per_mol) != ONSET_OK) return NAN;
    if (onset_unit_same_dimension(*from, to)) return onset_unit_factor(*from, to);
    per_mol = onset_unit_multiply(to, per_mol);
    return onset_unit_same_dimension(*from, per_mol) ? onset_unit_factor(*from, per_mol) / molar_mass : NAN;
}

/* The row of the analytes whose output the model has; some hold for one drug only. */
static int find_analyte(const session_work *s, int at, const onset_model *model, const char *analyte)
{
    const onset_frame *table = &s->work->map.analytes;

    for (int i = 0; i < onset_frame_n(table); i++)
        if (strcmp(onset_frame_text(table, i, "analyte"), analyte) == 0 &&
            onset_mapping_output(model, onset_frame_text(table, i, "output")) >= 0 &&
            onset_text_contains(onset_frame_text(s->frame, at, "drug"), onset_frame_text(table, i, "drug")))
            return i;
    return -1;
}

static const char *map_exposure(const session_work *s, int at, observed *o)
{
    const onset_mapping *map     = &s->work->map;
    const int            metric  = onset_frame_find(&map->exposures, "metric", o->row.metric);
    const int            analyte = find_analyte(s, at, map->models[o->model].model, o->row.endpoint);
    const char          *reason  = onset_frame_text(&map->exposures, metric, "reason");
    const char          *unit    = onset_frame_text(s->frame, at, "unit");
    onset_unit           from;

    o->read     = reading_of(onset_frame_text(&map->exposures, metric, "read"));
    o->to_h     = time_limit(onset_frame_number(&map->exposures, metric, "to_h"), 48);
    o->output   = onset_mapping_output(map->models[o->model].model, onset_frame_text(&map->analytes, analyte, "output"));
    o->row.unit = unit;
    if (*reason) return reason;
    if (o->read == READ_NOTHING) return onset_validate_sprintf(s->work, "the library does not know the metric '%s'", o->row.metric);
    if (o->output < 0) return onset_validate_sprintf(s->work, "no model of the group has an output for the analyte '%s'", o->row.endpoint);
    from = map->models[o->model].model->outputs[o->output].unit.unit;
    if (o->read == READ_TIME_OF_LARGEST) from = onset_unit_hour;
    if (o->read == READ_AREA) from = onset_unit_multiply(from, onset_unit_hour);
    o->to_row = unit_factor(s, unit, &from, onset_frame_number(&map->analytes, analyte, "molar_mass_g_mol"));
    if (!isfinite(o->to_row)) return onset_validate_sprintf(s->work, "the unit '%s' does not fit", unit);
    if (!(o->row.value > 0)) return "the row has no value above zero";
    return NULL;
}

static const char *class_of(const session_work *s, int at)
{
    for (int c = 0; c < onset_frame_n(&s->work->map.classes); c++)
        if (onset_class_fits(s->work, c, s->group, s->table, s->frame, at)) return onset_frame_text(&s->work->map.classes, c, "class");
    return "unclassified";
}

/* The row as one of the models can express it. */
static observed read_row(const session_work *s, int at, int model)
{
    const bool      is_pk = s->group == ONSET_GROUP_PK;
    observed        o     = {.row = onset_row_from(s->work, s->folder, s->group, s->frame, at), .to_row = 1, .output = -1, .model = model};
    const char     *why;
    onset_arm_words words = words_of(s, at, s->work->map.models[model].model);

    o.row.class_name = class_of(s, at);
    o.row.endpoint   = onset_frame_text(s->frame, at, is_pk ? "analyte" : "endpoint");
    o.row.time_h     = onset_frame_number(s->frame, at, "time_min") / 60;
    o.row.arm =
        onset_validate_sprintf(s->work, "%s %s %s %s", onset_frame_text(s->frame, at, "drug"), onset_frame_text(s->frame, at, "dose"),
                               onset_frame_text(s->frame, at, "dose_unit"), onset_frame_text(s->frame, at, "route"));
    why = is_pk ? map_exposure(s, at, &o) : map_safety(s, at, &o);
    if (!why) why = words.skip;
    if (!why && is_pk && words.is_control) why = "no drug is given";
    if (!why && isnan(o.row.value)) why = "the row has no value";
    if (!why && (o.read == READ_VALUE || o.read == READ_CHANGE) && !(o.row.time_h >= 0)) why = "the row has no time after the dose";
    if (!why && o.row.time_h > 24 * 30) why = "later than a month after one dose";
    o.doses          = words.doses;
    o.row.is_control = words.is_control;
    o.row.is_pct     = o.read >= READ_SHARE_ABOVE;
    o.row.skip       = why;
    if (!(o.row.n > 0)) o.row.n = onset_or_default(&s->work->map, NULL, -1, is_pk ? "pk_n" : "safety_n", "");
    if (!why && !is_pk) onset_row_observe(s->work, s->frame, at, &o.row);
    return o;
}

/* ---- The session ---- */

static bool is_same_session(const observed *a, const observed *b)
{
    return !a->row.skip && !b->row.skip && a->model == b->model && strcmp(a->doses, b->doses) == 0;
}

static int ascending(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

/* Times [h] dense enough for peaks to a minute or two and areas to a percent; chosen by us. */
static int visit_times(const session_work *s, const observed *like, double *times)
{
    int    n = 0, kept = 1;
    double last = 4;

    for (int i = 0; i < s->rows.n; i++)
        if (is_same_session(&s->rows.items[i], like))
            last = fmax(last, fmax(s->rows.items[i].to_h, time_limit(s->rows.items[i].row.time_h, 0)));
    for (double t = 0; t < last + 1e-9; t += t < 1.99 ? 2 / 60.0 : t < 3.99 ? 5 / 60.0 : t < 11.9 ? 0.25 : t < 23.9 ? 0.5 : 6) {
        times[n++] = t;
        if (n > 250) break;
    }
    for (int i = 0; i < s->rows.n && n < MAX_VISITS; i++)
        if (is_same_session(&s->rows.items[i], like) && s->rows.items[i].row.time_h >= 0) times[n++] = s->rows.items[i].row.time_h;
    qsort(times, (size_t)n, sizeof *times, ascending);
    for (int i = 1; i < n; i++)
        if (times[i] - times[kept - 1] > 1e-6) times[kept++] = times[i];
    return kept;
}

static const char *study_text(const session_work *s, const observed *like)
{
    const onset_mapping *map = &s->work->map;
    double               times[MAX_VISITS];
    const int            n        = visit_times(s, like, times);
    const double         female   = onset_or_default(map, NULL, -1, "female_pct", "") / 100;
    const char *const    values[] = {"study",
                                     "t_session",
                                     "title",
                                     "one session",
                                     "model",
                                     map->models[like->model].name,
                                     "subjects",
                                     onset_arena_printf(map->arena, "%ld", s->work->subjects),
                                     "weight_kg_mean",
                                     onset_arena_printf(map->arena, "%.10g", onset_or_default(map, NULL, -1, "weight_kg_mean", "")),
                                     "age_mean",
                                     onset_arena_printf(map->arena, "%.10g", onset_or_default(map, NULL, -1, "age_mean", "")),
                                     "female",
                                     onset_arena_printf(map->arena, "%.10g", female),
                                     "male",
                                     onset_arena_printf(map->arena, "%.10g", 1 - female),
                                     NULL};
    const char          *head     = onset_fill_in(map->arena, s->text, values), *out;
    onset_text           text     = {0};

    if (!head) return NULL;
    onset_text_printf(&text, "%sarm session { %s }\nvisit ", head, like->doses);
    for (int i = 0; i < n; i++) onset_text_printf(&text, "%s%.10g [h]", i ? ", " : "", times[i]);
    onset_text_add(&text, "\n");
    out = onset_arena_printf(map->arena, "%s", text.s);
    onset_text_free(&text);
    return out;
}

/* ---- Reading ---- */

typedef struct {
    double largest, time_of, area;
} course_of;

static course_of follow(const observed *o, const onset_virtual *p, long subject)
{
    course_of c = {.largest = -INFINITY};

    for (int v = 0; v < p->n_visits; v++) {
        const double x = onset_virtual_at(p, subject, 0, v, o->output), t = p->time_h[v];

        if (isnan(x)) return (course_of){NAN, NAN, NAN};
        if (t > o->to_h + 1e-9) break;
        if (t >= o->from_h && x > c.largest && (v > 0 || p->n_visits == 1)) c.largest = x, c.time_of = t;
        if (v > 0) c.area += (x + onset_virtual_at(p, subject, 0, v - 1, o->output)) / 2 * (t - p->time_h[v - 1]);
    }
    return c;
}

static double read_patient(const observed *o, const onset_virtual *p, long subject)
{
    const double    before = onset_virtual_at(p, subject, 0, 0, o->output);
    const course_of c      = follow(o, p, subject);

    if (isnan(before) || isnan(c.largest)) return NAN;
    switch (o->read) {
    case READ_VALUE:
        return o->to_row * onset_virtual_at(p, subject, 0, onset_virtual_visit(p, o->row.time_h), o->output);
    case READ_CHANGE:
        return o->to_row * (onset_virtual_at(p, subject, 0, onset_virtual_visit(p, o->row.time_h), o->output) - before);
    case READ_LARGEST:
        return o->to_row * c.largest;
    case READ_TIME_OF_LARGEST:
        return o->to_row * c.time_of;
    case READ_LARGEST_CHANGE:
        return o->to_row * (c.largest - before);
    case READ_AREA:
        return o->to_row * c.area;
    case READ_SHARE_ABOVE:
        return c.largest > o->threshold;
    case READ_SHARE_FROM:
        return c.largest >= o->threshold;
    case READ_SHARE_CHANGE_FROM:
        return c.largest - before >= o->threshold;
    default:
        return NAN;
    }
}

/* Exposures are log-normal, so their interval is made on the logarithm; what is published is taken as the middle of the patients. */
static void predict_exposure(const session_work *s, onset_row *row, double *y, const onset_virtual *p)
{
    for (long i = 0; i < p->n_subjects; i++) y[i] = y[i] > 0 ? log(y[i]) : NAN;
    const onset_components c  = onset_components_of(y, p->n_subjects, p->n_groups);
    const double           sd = onset_between_sd(s->work, "log");
    const onset_prediction q  = onset_predict_normal(c.mean, c.between + sd * sd + c.within / row->n);

    if (!c.n) {
        row->skip = "no virtual patient has a level above zero";
        return;
    }
    row->predicted     = (onset_prediction){exp(q.median), exp(q.low50), exp(q.high50), exp(q.low90), exp(q.high90)};
    row->observed_low  = row->value * exp(-1.96 * sqrt(c.within / row->n));
    row->observed_high = row->value * exp(1.96 * sqrt(c.within / row->n));
}

static onset_status simulate(session_work *s, const observed *like)
{
    onset_validate_work      *w = s->work;
    onset_virtual             people;
    onset_arena              *arena  = onset_arena_create();
    const char               *text   = study_text(s, like);
    const onset_virtual_setup setup  = {.library     = w->map.library,
                                        .uncertainty = &w->map.uncertainty,
                                        .n_groups    = w->n_draws,
                                        .subjects    = w->subjects,
                                        .threads     = w->options->threads,
                                        .seed        = w->options->seed,
                                        .truth       = s->group == ONSET_GROUP_PK};
    onset_status              status = ONSET_OK;

    if (!arena || !text)
        status = onset_fail(w->err, text ? ONSET_NO_MEMORY : ONSET_BAD_INPUT, "a study text in '%s' has a word in braces that is not known",
                            w->map.folder);
    if (status == ONSET_OK) status = onset_virtual_run(w->err, arena, &setup, *like->doses ? like->doses : "no dose", text, &people);
    for (int i = 0; i < s->rows.n && status == ONSET_OK; i++) {
        observed *o = &s->rows.items[i];
        if (!is_same_session(o, like)) continue;
        double *y = onset_arena_alloc(w->arena, (size_t)people.n_subjects * sizeof *y);
        for (long k = 0; k < people.n_subjects; k++) y[k] = read_patient(o, &people, k);
        if (s->group == ONSET_GROUP_PK)
            predict_exposure(s, &o->row, y, &people);
        else
            onset_row_predict(w, &o->row, y, people.n_subjects, people.n_groups);
    }
    w->out->n_trials += status == ONSET_OK;
    onset_arena_free(arena);
    if (status == ONSET_OK && !onset_validate_step(w)) return onset_fail(w->err, ONSET_CANCELLED, "cancelled");
    return status;
}

/* By the first model that can. */
static observed express(const session_work *s, int at)
{
    const onset_mapping *map   = &s->work->map;
    observed             first = {0};
    bool                 any   = false;

    for (int m = 0; m < map->n_models; m++) {
        if (strcmp(map->models[m].group, s->group == ONSET_GROUP_PK ? "pk" : "safety") != 0) continue;
        const observed o = read_row(s, at, m);
        if (!any) first = o;
        if (!o.row.skip) return o;
        any = true;
    }
    return first;
}

static onset_status run_sessions(session_work *s)
{
    onset_status status = ONSET_OK;

    if (s->folder->is_training) return ONSET_OK; /* no rival is fitted to these rows */
    for (int i = 0; i < onset_frame_n(s->frame); i++) {
        const observed o = express(s, i);
        onset_vec_push(s->work->arena, &s->rows, o);
    }
    for (int i = 0; i < s->rows.n && status == ONSET_OK; i++) {
        bool first = !s->rows.items[i].row.skip;
        for (int k = 0; k < i && first; k++) first = !is_same_session(&s->rows.items[k], &s->rows.items[i]);
        if (first) {
            const observed like = s->rows.items[i];
            status              = simulate(s, &like);
        }
    }
    for (int i = 0; i < s->rows.n; i++) onset_vec_push(s->work->arena, &s->work->out->rows, s->rows.items[i].row);
    return status;
}

onset_status onset_validate_safety(onset_validate_work *work, const onset_evidence_folder *folder)
{
    session_work s = {.work   = work,
                      .folder = folder,
                      .frame  = &folder->safety,
                      .group  = ONSET_GROUP_SAFETY,
                      .table  = "safety",
                      .text   = work->map.sessions};

    return run_sessions(&s);
}

onset_status onset_validate_exposures(onset_validate_work *work, const onset_evidence_folder *folder)
{
    session_work s = {.work   = work,
                      .folder = folder,
                      .frame  = &folder->exposures,
                      .group  = ONSET_GROUP_PK,
                      .table  = "pk_observations",
                      .text   = work->map.exposure};

    return run_sessions(&s);
}
