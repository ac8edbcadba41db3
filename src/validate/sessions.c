/* Safety: rows of the same course in the same people are read off one virtual trial. */
#include "base/error.h"
#include "validate/safety_reading.h"
#include "validate/sitting.h"

#include <math.h>

typedef struct {
    onset_row            row;
    onset_safety_reading reading;
    onset_safety_course  course;
    int                  model; /* of the mapping */
} observed;

typedef struct {
    onset_validate_work         *work;
    const onset_evidence_folder *folder;
    ONSET_VEC(observed) rows;
} safety_work;

/* ---- What a row asks for ---- */

/* From hours or a share to the unit of the row. */
static double factor_of(const onset_safety_reading *r, const char *unit)
{
    if (r->read >= ONSET_SAFETY_PEAK_TIME) return strcmp(unit, "min") == 0 ? 60 : 1;
    if (r->against == ONSET_AGAINST_DIFFERENCE && strcmp(unit, "per 1000") == 0) return 1000;
    return 1;
}

/* How a safety row is read; why it is not. */
static const char *map_row(const safety_work *s, observed *o)
{
    const onset_frame *table  = &s->work->map.endpoints;
    const int          line   = onset_safety_reading_find(table, o->row.endpoint, o->row.metric);
    const char        *reason = onset_frame_text(table, line, "reason");

    o->reading            = onset_safety_reading_of(table, line);
    o->reading.output     = onset_mapping_output(s->work->map.models[o->model].model, onset_frame_text(table, line, "output"));
    o->reading.factor     = factor_of(&o->reading, o->row.unit);
    o->reading.time_h     = o->row.time_h;
    o->reading.end_h      = o->course.end_h;
    o->reading.gap_h      = o->course.gap_h;
    o->reading.n_sessions = o->course.n_sessions;
    if (*reason) return reason;
    if (o->reading.read == ONSET_SAFETY_NOTHING)
        return onset_validate_sprintf(s->work, "the library does not know %s (%s)", o->row.endpoint, o->row.metric);
    if (o->reading.output < 0) return onset_validate_sprintf(s->work, "no model of the group has an output for %s", o->row.endpoint);
    if (o->reading.read <= ONSET_SAFETY_CHANGE && isnan(o->row.time_h)) return "the row has no time after the dose";
    return NULL;
}

/* The value, or the middle of its interval where only that is published. */
static double value_of(const onset_frame *frame, int at)
{
    const double value = onset_frame_number(frame, at, "value");

    return isnan(value) ? (onset_frame_number(frame, at, "ci_low") + onset_frame_number(frame, at, "ci_high")) / 2 : value;
}

static onset_row row_of(const safety_work *s, int at)
{
    const onset_frame *frame = &s->folder->safety;
    onset_row          row   = onset_row_from(s->work, s->folder, ONSET_GROUP_SAFETY, frame, at);

    row.class_name = onset_class_of(s->work, ONSET_GROUP_SAFETY, "safety", frame, at);
    row.endpoint   = onset_frame_text(frame, at, "endpoint");
    row.unit       = onset_frame_text(frame, at, "unit");
    row.value      = value_of(frame, at);
    row.time_h     = onset_frame_number(frame, at, "time_min") / 60;
    row.arm = onset_validate_sprintf(s->work, "%s %s %s %s", onset_frame_text(frame, at, "drug"), onset_frame_text(frame, at, "dose"),
                                     onset_frame_text(frame, at, "dose_unit"), onset_frame_text(frame, at, "route"));
    if (!(row.n > 0)) row.n = onset_or_default(&s->work->map, NULL, -1, "safety_n", "");
    return row;
}

/* The row as one of the models can express it. */
static observed read_row(const safety_work *s, int at, int model)
{
    const onset_frame *frame = &s->folder->safety;
    observed           o     = {.row = row_of(s, at), .model = model};
    const char        *why;

    o.course = onset_safety_course_of(&s->work->map, s->work->map.models[model].model, frame, at);
    why      = map_row(s, &o);
    if (!why) why = o.course.skip;
    if (!why && isnan(o.row.value)) why = "the row has no value";
    if (!why && o.reading.against && o.course.is_control) why = "a control arm is compared with itself";
    o.row.is_control = o.course.is_control;
    o.row.is_pct     = onset_safety_reading_is_share(&o.reading) && !o.reading.against;
    o.row.spread     = o.row.is_pct ? "incidence" : NULL;
    o.row.skip       = why;
    if (!why) onset_row_observe(s->work, frame, at, &o.row);
    /* How precisely a ratio or a difference is known is not seen from n alone. */
    if (!why && o.reading.against && isfinite(o.row.observed_high))
        o.row.own_sd = (o.row.observed_high - o.row.observed_low) / (2 * onset_normal_quantile(0.975));
    return o;
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

/* ---- The virtual trial ---- */

static bool is_same(const observed *a, const observed *b)
{
    return !a->row.skip && !b->row.skip && a->model == b->model && onset_safety_course_same(&a->course, &b->course);
}

/* Visits for all rows of the trial. A row that finds no room any more is skipped. */
static int visit_times(safety_work *s, const observed *like, double times[ONSET_SITTING_TIMES])
{
    enum { ONE_ROW = ONSET_RATINGS * ONSET_RATED_SESSIONS + 2, MOST = ONSET_SITTING_TIMES / 4 };
    double exact[MOST + ONE_ROW], follow_h = 0;
    int    n = 0;

    for (int i = 0; i < s->rows.n; i++) {
        observed *o      = &s->rows.items[i];
        int       before = n;
        if (!is_same(o, like)) continue;
        onset_safety_reading_times(&o->reading, exact, &n, &follow_h);
        for (int k = before; k < n; k++) { /* those that are there already take no room */
            int known = 0;
            while (known < before && fabs(exact[known] - exact[k]) > 1e-6) known++;
            if (known == before) exact[before++] = exact[k];
        }
        n = before;
        if (n > MOST) o->row.skip = "there are too many times in this trial", n = MOST;
    }
    return onset_sitting_times(0, follow_h, exact, n, times, 0);
}

static bool needs_control(const safety_work *s, const observed *like)
{
    for (int i = 0; i < s->rows.n; i++)
        if (is_same(&s->rows.items[i], like) && s->rows.items[i].reading.against) return true;
    return false;
}

static void predict(safety_work *s, const observed *like, const onset_virtual *people)
{
    for (int i = 0; i < s->rows.n; i++) {
        observed *o = &s->rows.items[i];
        if (!is_same(o, like)) continue;
        double *y = onset_arena_alloc(s->work->arena, (size_t)people->n_subjects * sizeof *y);
        onset_safety_reading_fill(&o->reading, people, y);
        onset_row_predict(s->work, &o->row, y, people->n_subjects, people->n_groups);
    }
}

static onset_status simulate(safety_work *s, const observed *like)
{
    onset_validate_work *w = s->work;
    onset_virtual        people;
    onset_arena         *arena   = onset_arena_create();
    const char          *arms[2] = {like->course.arm, like->course.none};
    double               times[ONSET_SITTING_TIMES];
    const int            n_times = visit_times(s, like, times);
    const onset_sitting  sitting = {.study      = w->map.sessions,
                                    .model      = like->model,
                                    .n_arms     = needs_control(s, like) ? 2 : 1,
                                    .arms       = arms,
                                    .n_times    = n_times,
                                    .times      = times,
                                    .population = like->course.people};
    const onset_status   status  = arena ? onset_sitting_run(w, arena, &sitting, &people)
                                         : onset_fail(w->err, ONSET_NO_MEMORY, "memory ran out before the session '%s'", like->course.arm);

    if (status == ONSET_OK) predict(s, like, &people);
    onset_arena_free(arena);
    return status;
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
        for (int k = 0; k < i && first; k++) first = !is_same(&s.rows.items[k], &s.rows.items[i]);
        if (first) {
            const observed like = s.rows.items[i];
            status              = simulate(&s, &like);
        }
    }
    for (int i = 0; i < s.rows.n; i++) onset_vec_push(work->arena, &work->out->rows, s.rows.items[i].row);
    return status;
}
