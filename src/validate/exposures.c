/* Exposures: rows of the same dose are read off the virtual patients of one session with that dose. */
#include "validate/sitting.h"

#include "base/error.h"

#include <math.h>

typedef enum {
    READ_NOTHING,
    READ_VALUE,           /* at a time */
    READ_LARGEST,         /* within a span of time */
    READ_TIME_OF_LARGEST, /* [h] */
    READ_AREA,            /* under the curve, by trapezia [output's unit h] */
    N_READINGS
} reading;

typedef struct {
    onset_row   row;
    reading     read;
    const char *doses; /* the session's statement */
    int         model; /* of the mapping */
    int         output;
    double      to_h;
    double      to_row; /* factor from the output's unit to the row's */
} observed;

typedef struct {
    onset_validate_work         *work;
    const onset_evidence_folder *folder;
    ONSET_VEC(observed) rows;
} exposure_work;

static reading reading_of(const char *word)
{
    static const char *const names[N_READINGS] = {"", "value", "largest", "time_of_largest", "area"};

    for (int i = READ_VALUE; i < N_READINGS; i++)
        if (strcmp(word, names[i]) == 0) return (reading)i;
    return READ_NOTHING;
}

static double time_limit(double hours, double preset)
{
    return isnan(hours) ? preset : hours;
}

/* ---- What a row asks for ---- */

static onset_arm_words words_of(const exposure_work *s, int at, const onset_model *model)
{
    const onset_frame        *frame = &s->folder->exposures;
    const onset_regimen_words words = {.drug         = onset_frame_text(frame, at, "drug"),
                                       .route        = onset_frame_text(frame, at, "route"),
                                       .unit         = onset_frame_text(frame, at, "dose_unit"),
                                       .co_treatment = "",
                                       .dose         = onset_frame_number(frame, at, "dose"),
                                       .over_min     = onset_frame_number(frame, at, "duration_min"),
                                       .per_week     = NAN,
                                       .n_doses      = NAN};

    return onset_arm_in_words(&s->work->map, model, &words, 48);
}

/* Factor from the output's unit to the row's; from mol by the molar mass. NAN where there is none. */
static double unit_factor(const exposure_work *s, const char *unit, const onset_unit *from, double molar_mass)
{
    onset_unit_system *units = onset_library_units(s->work->map.library);
    onset_unit         to, per_mol;

    if (onset_unit_parse(NULL, units, unit, &to) != ONSET_OK || onset_unit_parse(NULL, units, "g/mol", &per_mol) != ONSET_OK) return NAN;
    if (onset_unit_same_dimension(*from, to)) return onset_unit_factor(*from, to);
    per_mol = onset_unit_multiply(to, per_mol);
    return onset_unit_same_dimension(*from, per_mol) ? onset_unit_factor(*from, per_mol) / molar_mass : NAN;
}

/* The row of the analytes whose output the model has; some hold for one drug only. */
static int find_analyte(const exposure_work *s, int at, const onset_model *model, const char *analyte)
{
    const onset_frame *table = &s->work->map.analytes;

    for (int i = 0; i < onset_frame_n(table); i++)
        if (strcmp(onset_frame_text(table, i, "analyte"), analyte) == 0 &&
            onset_mapping_output(model, onset_frame_text(table, i, "output")) >= 0 &&
            onset_text_contains(onset_frame_text(&s->folder->exposures, at, "drug"), onset_frame_text(table, i, "drug")))
            return i;
    return -1;
}

static const char *map_row(const exposure_work *s, int at, observed *o)
{
    const onset_mapping *map     = &s->work->map;
    const int            metric  = onset_frame_find(&map->exposures, "metric", o->row.metric);
    const int            analyte = find_analyte(s, at, map->models[o->model].model, o->row.endpoint);
    const char          *reason  = onset_frame_text(&map->exposures, metric, "reason");
    const char          *unit    = onset_frame_text(&s->folder->exposures, at, "unit");
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

/* The row as one of the models can express it. */
static observed read_row(const exposure_work *s, int at, int model)
{
    const onset_frame *frame = &s->folder->exposures;
    observed        o = {.row = onset_row_from(s->work, s->folder, ONSET_GROUP_PK, frame, at), .to_row = 1, .output = -1, .model = model};
    onset_arm_words words = words_of(s, at, s->work->map.models[model].model);
    const char     *why;

    o.row.class_name = onset_class_of(s->work, ONSET_GROUP_PK, "pk_observations", frame, at);
    o.row.endpoint   = onset_frame_text(frame, at, "analyte");
    o.row.time_h     = onset_frame_number(frame, at, "time_min") / 60;
    o.row.arm = onset_validate_sprintf(s->work, "%s %s %s %s", onset_frame_text(frame, at, "drug"), onset_frame_text(frame, at, "dose"),
                                       onset_frame_text(frame, at, "dose_unit"), onset_frame_text(frame, at, "route"));
    why       = map_row(s, at, &o);
    if (!why) why = words.skip;
    if (!why && words.is_control) why = "no drug is given";
    if (!why && o.read == READ_VALUE && !(o.row.time_h >= 0)) why = "the row has no time after the dose";
    if (!why && o.row.time_h > 24 * 30) why = "later than a month after one dose";
    o.doses    = words.doses;
    o.row.skip = why;
    if (!(o.row.n > 0)) o.row.n = onset_or_default(&s->work->map, NULL, -1, "pk_n", "");
    return o;
}

/* ---- The session ---- */

static bool is_same_session(const observed *a, const observed *b)
{
    return !a->row.skip && !b->row.skip && a->model == b->model && strcmp(a->doses, b->doses) == 0;
}

static int visit_times(const exposure_work *s, const observed *like, double times[ONSET_SITTING_TIMES])
{
    double exact[ONSET_SITTING_TIMES / 2], last = 4;
    int    n = 0;

    for (int i = 0; i < s->rows.n; i++) {
        const observed *o = &s->rows.items[i];
        if (!is_same_session(o, like)) continue;
        last = fmax(last, fmax(o->to_h, time_limit(o->row.time_h, 0)));
        if (n < ONSET_SITTING_TIMES / 2) exact[n++] = o->row.time_h;
    }
    return onset_sitting_times(last, exact, n, times);
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
        if (x > c.largest && (v > 0 || p->n_visits == 1)) c.largest = x, c.time_of = t;
        if (v > 0) c.area += (x + onset_virtual_at(p, subject, 0, v - 1, o->output)) / 2 * (t - p->time_h[v - 1]);
    }
    return c;
}

static double read_patient(const observed *o, const onset_virtual *p, long subject)
{
    const course_of c = follow(o, p, subject);

    switch (o->read) {
    case READ_VALUE:
        return o->to_row * onset_virtual_at(p, subject, 0, onset_virtual_visit(p, o->row.time_h), o->output);
    case READ_LARGEST:
        return o->to_row * c.largest;
    case READ_TIME_OF_LARGEST:
        return o->to_row * c.time_of;
    case READ_AREA:
        return o->to_row * c.area;
    default:
        return NAN;
    }
}

/* Exposures are log-normal, so their interval is made on the logarithm; what is published is taken as the middle of the patients. */
static void predict_exposure(const exposure_work *s, onset_row *row, double *y, const onset_virtual *p)
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

static onset_status simulate(exposure_work *s, const observed *like)
{
    onset_validate_work *w = s->work;
    onset_virtual        people;
    onset_arena         *arena = onset_arena_create();
    double               times[ONSET_SITTING_TIMES];
    const int            n_times = visit_times(s, like, times);
    const onset_sitting  sitting = {.study   = w->map.exposure,
                                    .model   = like->model,
                                    .n_arms  = 1,
                                    .arms    = &like->doses,
                                    .n_times = n_times,
                                    .times   = times,
                                    .truth   = true};
    onset_status         status  = arena ? onset_sitting_run(w, arena, &sitting, &people)
                                         : onset_fail(w->err, ONSET_NO_MEMORY, "memory ran out before the session '%s'", like->doses);

    for (int i = 0; i < s->rows.n && status == ONSET_OK; i++) {
        observed *o = &s->rows.items[i];
        if (!is_same_session(o, like)) continue;
        double *y = onset_arena_alloc(w->arena, (size_t)people.n_subjects * sizeof *y);
        for (long k = 0; k < people.n_subjects; k++) y[k] = read_patient(o, &people, k);
        predict_exposure(s, &o->row, y, &people);
    }
    onset_arena_free(arena);
    return status;
}

/* By the first model that can. */
static observed express(const exposure_work *s, int at)
{
    const onset_mapping *map   = &s->work->map;
    observed             first = {0};
    bool                 any   = false;

    for (int m = 0; m < map->n_models; m++) {
        if (strcmp(map->models[m].group, "pk") != 0) continue;
        const observed o = read_row(s, at, m);
        if (!any) first = o;
        if (!o.row.skip) return o;
        any = true;
    }
    return first;
}

onset_status onset_validate_exposures(onset_validate_work *work, const onset_evidence_folder *folder)
{
    exposure_work s      = {.work = work, .folder = folder};
    onset_status  status = ONSET_OK;

    if (folder->is_training) return ONSET_OK; /* no rival is fitted to these rows */
    for (int i = 0; i < onset_frame_n(&folder->exposures); i++) {
        const observed o = express(&s, i);
        onset_vec_push(work->arena, &s.rows, o);
    }
    for (int i = 0; i < s.rows.n && status == ONSET_OK; i++) {
        bool first = !s.rows.items[i].row.skip;
        for (int k = 0; k < i && first; k++) first = !is_same_session(&s.rows.items[k], &s.rows.items[i]);
        if (first) {
            const observed like = s.rows.items[i];
            status              = simulate(&s, &like);
        }
    }
    for (int i = 0; i < s.rows.n; i++) onset_vec_push(work->arena, &work->out->rows, s.rows.items[i].row);
    return status;
}
