/* Safety: rows of the same dose are read off the virtual patients of one session with that dose. */
#include "validate/sitting.h"

#include "base/error.h"

#include <math.h>

typedef enum {
    READ_NOTHING,
    READ_VALUE,             /* at a time */
    READ_CHANGE,            /* from the value before the dose */
    READ_LARGEST,           /* within a span of time */
    READ_TIME_OF_LARGEST,   /* [h] */
    READ_LARGEST_CHANGE,    /* of the largest */
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
} observed;

typedef struct {
    onset_validate_work         *work;
    const onset_evidence_folder *folder;
    ONSET_VEC(observed) rows;
} safety_work;

static reading reading_of(const char *word)
{
    static const char *const names[N_READINGS] = {
        "", "value", "change", "largest", "time_of_largest", "largest_change", "share_above", "share_from", "share_change_from"};

    for (int i = READ_VALUE; i < N_READINGS; i++)
        if (strcmp(word, names[i]) == 0) return (reading)i;
    return READ_NOTHING;
}

static double time_limit(double hours, double preset)
{
    return isnan(hours) ? preset : hours;
}

/* ---- What a row asks for ---- */

static onset_arm_words words_of(const safety_work *s, int at, const onset_model *model)
{
    const onset_mapping *map   = &s->work->map;
    const onset_frame   *frame = &s->folder->safety;
    onset_regimen_words  words = {.drug         = onset_frame_text(frame, at, "drug"),
                                  .route        = onset_frame_text(frame, at, "route"),
                                  .unit         = onset_frame_text(frame, at, "dose_unit"),
                                  .co_treatment = "",
                                  .dose         = onset_frame_number(frame, at, "dose"),
                                  .over_min     = onset_frame_number(frame, at, "duration_min"),
                                  .per_week     = NAN,
                                  .n_doses      = NAN};

    if (isnan(words.over_min)) words.over_min = onset_or_default(map, NULL, -1, "safety_over_min", words.route);
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
static const char *map_row(const safety_work *s, int at, observed *o)
{
    const onset_frame *table  = &s->work->map.endpoints;
    const int          i      = find_endpoint(table, o->row.endpoint, o->row.metric);
    const char        *reason = onset_frame_text(table, i, "reason");

    o->read      = reading_of(onset_frame_text(table, i, "read"));
    o->output    = onset_mapping_output(s->work->map.models[o->model].model, onset_frame_text(table, i, "output"));
    o->threshold = onset_frame_number(table, i, "threshold");
    o->from_h    = time_limit(onset_frame_number(table, i, "from_h"), 0);
    o->to_h      = time_limit(onset_frame_number(table, i, "to_h"), 4);
    o->row.unit  = onset_frame_text(&s->folder->safety, at, "unit");
    if (*reason) return reason;
    if (o->read == READ_NOTHING)
        return onset_validate_sprintf(s->work, "the library does not know %s (%s)", o->row.endpoint, o->row.metric);
    if (o->output < 0) return onset_validate_sprintf(s->work, "no model of the group has an output for %s", o->row.endpoint);
    return NULL;
}

/* The row as one of the models can express it. */
static observed read_row(const safety_work *s, int at, int model)
{
    const onset_frame *frame = &s->folder->safety;
    observed           o     = {.row = onset_row_from(s->work, s->folder, ONSET_GROUP_SAFETY, frame, at), .output = -1, .model = model};
    onset_arm_words    words = words_of(s, at, s->work->map.models[model].model);
    const char        *why;

    o.row.class_name = onset_class_of(s->work, ONSET_GROUP_SAFETY, "safety", frame, at);
    o.row.endpoint   = onset_frame_text(frame, at, "endpoint");
    o.row.time_h     = onset_frame_number(frame, at, "time_min") / 60;
    o.row.arm = onset_validate_sprintf(s->work, "%s %s %s %s", onset_frame_text(frame, at, "drug"), onset_frame_text(frame, at, "dose"),
                                       onset_frame_text(frame, at, "dose_unit"), onset_frame_text(frame, at, "route"));
    why       = map_row(s, at, &o);
    if (!why) why = words.skip;
    if (!why && isnan(o.row.value)) why = "the row has no value";
    if (!why && (o.read == READ_VALUE || o.read == READ_CHANGE) && !(o.row.time_h >= 0)) why = "the row has no time after the dose";
    if (!why && o.row.time_h > 24 * 30) why = "later than a month after one dose";
    o.doses          = words.doses;
    o.row.is_control = words.is_control;
    o.row.is_pct     = o.read >= READ_SHARE_ABOVE;
    o.row.skip       = why;
    if (!(o.row.n > 0)) o.row.n = onset_or_default(&s->work->map, NULL, -1, "safety_n", "");
    if (!why) onset_row_observe(s->work, frame, at, &o.row);
    return o;
}

/* ---- The session ---- */

static bool is_same_session(const observed *a, const observed *b)
{
    return !a->row.skip && !b->row.skip && a->model == b->model && strcmp(a->doses, b->doses) == 0;
}

static int visit_times(const safety_work *s, const observed *like, double times[ONSET_SITTING_TIMES])
{
    double exact[ONSET_SITTING_TIMES / 4], last = 4;
    int    n = 0;

    for (int i = 0; i < s->rows.n; i++) {
        const observed *o = &s->rows.items[i];
        if (!is_same_session(o, like)) continue;
        last = fmax(last, fmax(o->to_h, time_limit(o->row.time_h, 0)));
        if (n < ONSET_SITTING_TIMES / 4) exact[n++] = o->row.time_h;
    }
    return onset_sitting_times(0, last, exact, n, times, 0);
}

/* ---- Reading ---- */

typedef struct {
    double largest, time_of;
} course_of;

static course_of follow(const observed *o, const onset_virtual *p, long subject)
{
    course_of c = {.largest = -INFINITY};

    for (int v = 0; v < p->n_visits; v++) {
        const double x = onset_virtual_at(p, subject, 0, v, o->output), t = p->time_h[v];

        if (isnan(x)) return (course_of){NAN, NAN};
        if (t > o->to_h + 1e-9) break;
        if (t >= o->from_h && x > c.largest && (v > 0 || p->n_visits == 1)) c.largest = x, c.time_of = t;
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
        return onset_virtual_at(p, subject, 0, onset_virtual_visit(p, o->row.time_h), o->output);
    case READ_CHANGE:
        return onset_virtual_at(p, subject, 0, onset_virtual_visit(p, o->row.time_h), o->output) - before;
    case READ_LARGEST:
        return c.largest;
    case READ_TIME_OF_LARGEST:
        return c.time_of;
    case READ_LARGEST_CHANGE:
        return c.largest - before;
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

static onset_status simulate(safety_work *s, const observed *like)
{
    onset_validate_work *w = s->work;
    onset_virtual        people;
    onset_arena         *arena = onset_arena_create();
    double               times[ONSET_SITTING_TIMES];
    const int            n_times = visit_times(s, like, times);
    const onset_sitting  sitting = {
         .study = w->map.sessions, .model = like->model, .n_arms = 1, .arms = &like->doses, .n_times = n_times, .times = times};
    onset_status status = arena ? onset_sitting_run(w, arena, &sitting, &people)
                                : onset_fail(w->err, ONSET_NO_MEMORY, "memory ran out before the session '%s'", like->doses);

    for (int i = 0; i < s->rows.n && status == ONSET_OK; i++) {
        observed *o = &s->rows.items[i];
        if (!is_same_session(o, like)) continue;
        double *y = onset_arena_alloc(w->arena, (size_t)people.n_subjects * sizeof *y);
        for (long k = 0; k < people.n_subjects; k++) y[k] = read_patient(o, &people, k);
        onset_row_predict(w, &o->row, y, people.n_subjects, people.n_groups);
    }
    onset_arena_free(arena);
    return status;
}

/* By the first model that can. */
static observed express(const safety_work *s, int at)
{
    const onset_mapping *map   = &s->work->map;
    observed             first = {0};
    bool                 any   = false;

    for (int m = 0; m < map->n_models; m++) {
        if (strcmp(map->models[m].group, "safety") != 0) continue;
        const observed o = read_row(s, at, m);
        if (!any) first = o;
        if (!o.row.skip) return o;
        any = true;
    }
    return first;
}

onset_status onset_validate_safety(onset_validate_work *work, const onset_evidence_folder *folder)
{
    safety_work  s      = {.work = work, .folder = folder};
    onset_status status = ONSET_OK;

    if (folder->is_training) return ONSET_OK; /* no rival is fitted to these rows */
    for (int i = 0; i < onset_frame_n(&folder->safety); i++) {
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
