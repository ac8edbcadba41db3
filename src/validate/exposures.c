/* Exposures: rows of the same people and doses are read off the virtual patients of one sitting. */
#include "validate/curve.h"
#include "validate/exposure.h"
#include "validate/sitting.h"

#include "base/error.h"

#include <math.h>
#include <stdio.h>

/* The longest curve [h] after the last dose, and the share of the peak below which nothing is measured; chosen by us. */
static const double longest_h = 60 * 24, assay_from = 0.1, assay_to = 0.02;

typedef struct {
    onset_row      row;
    onset_exposure is;
    bool           is_mean; /* published as an arithmetic mean; else a middle */
    double         spread;  /* SD between the patients of the row, of the logarithm; NAN: not published */
} observed;

typedef struct {
    onset_validate_work         *work;
    const onset_evidence_folder *folder;
    ONSET_VEC(observed) rows;
} exposure_work;

/* ---- Rows ---- */

/* How the row was averaged, and its spread, by the words of spreads.csv: sd, se, cv_pct (of a mean), geometric_sd ... */
static void read_spread(const exposure_work *s, int at, observed *o)
{
    const onset_frame *frame = &s->folder->exposures, *spreads = &s->work->map.spreads;
    const char        *kind = onset_frame_text(frame, at, "spread_kind");
    const int          i    = onset_frame_find(spreads, "unit", *kind ? kind : "-");
    const char        *is   = onset_frame_text(spreads, i, "is");
    const double       x = onset_frame_number(frame, at, "sd_or_cv"), value = o->row.value;
    double             cv = NAN;

    o->is_mean = strcmp(onset_frame_text(spreads, i, "of"), "mean") == 0;
    o->spread  = NAN;
    if (strcmp(is, "sd") == 0) cv = x / value;
    if (strcmp(is, "se") == 0) cv = x * sqrt(o->row.n) / value;
    if (strcmp(is, "cv_pct") == 0) cv = x / 100;
    if (cv > 0) o->spread = sqrt(log(1 + cv * cv));
    if (strcmp(is, "geometric_sd") == 0 && x > 1) o->spread = log(x);
}

/* The other end of a range, "Tmax_high" for "Tmax_low": a row of the same study and dose; -1. */
static int other_end(const onset_frame *frame, int at, const char *end, const char *other)
{
    static const char *const same[] = {"study", "drug", "analyte", "route", "dose", "dose_unit", "population"};
    const char              *metric = onset_frame_text(frame, at, "metric"), *where = strstr(metric, end);
    char                     wanted[128];

    if (!where) return -1;
    snprintf(wanted, sizeof wanted, "%.*s%s%s", (int)(where - metric), metric, other, where + strlen(end));
    for (int i = 0; i < onset_frame_n(frame); i++) {
        bool fits = strcmp(onset_frame_text(frame, i, "metric"), wanted) == 0;
        for (size_t k = 0; k < sizeof same / sizeof *same && fits; k++)
            fits = strcmp(onset_frame_text(frame, i, same[k]), onset_frame_text(frame, at, same[k])) == 0;
        if (fits) return i;
    }
    return -1;
}

/* A range is one row, its value the geometric middle. */
static void read_range(const exposure_work *s, int at, observed *o)
{
    const onset_frame *frame = &s->folder->exposures;
    const int          high = other_end(frame, at, "_low", "_high"), low = other_end(frame, at, "_high", "_low");

    if (high >= 0) o->row.value = sqrt(o->row.value * onset_frame_number(frame, high, "value"));
    if (low >= 0 && !o->is.skip)
        o->is.skip = onset_validate_sprintf(s->work, "the upper end of a range that is scored as %s", onset_frame_text(frame, low, "key"));
}

static const char *arm_of(const exposure_work *s, int at)
{
    const onset_frame *frame = &s->folder->exposures;

    return onset_validate_sprintf(s->work, "%s %s %s %s", onset_frame_text(frame, at, "drug"), onset_frame_text(frame, at, "dose"),
                                  onset_frame_text(frame, at, "dose_unit"), onset_frame_text(frame, at, "route"));
}

/* The row as one of the models can express it. */
static observed read_row(const exposure_work *s, int at, int model)
{
    const onset_frame *frame = &s->folder->exposures;
    observed           o     = {.row = onset_row_from(s->work, s->folder, ONSET_GROUP_PK, frame, at)};

    o.row.class_name = onset_class_of(s->work, ONSET_GROUP_PK, "pk_observations", frame, at);
    o.row.endpoint   = onset_frame_text(frame, at, "analyte");
    o.row.unit       = onset_frame_text(frame, at, "unit");
    o.row.time_h     = onset_frame_number(frame, at, "time_min") / 60;
    o.row.arm        = arm_of(s, at);
    if (!(o.row.n > 0)) o.row.n = onset_or_default(&s->work->map, NULL, -1, "pk_n", "");
    o.is = onset_exposure_in_words(s->work, frame, at, model);
    read_range(s, at, &o);
    read_spread(s, at, &o);
    if (o.is.is_change) o.row.value = 1 + o.row.value / 100, o.row.unit = "ratio", o.is.factor = 1;
    if (!o.is.skip && isnan(o.row.value)) o.is.skip = "the row has no value";
    if (!o.is.skip && !(o.row.value > 0)) o.is.skip = "the row has no value above zero";
    if (!o.is.skip && o.is.read == ONSET_EXPOSURE_VALUE && !(o.row.time_h >= 0)) o.is.skip = "the row has no time after the dose";
    if (!o.is.skip && o.is.read == ONSET_EXPOSURE_VALUE && o.row.time_h > longest_h) o.is.skip = "later than two months after the dose";
    o.row.skip = o.is.skip;
    return o;
}

/* A model for these drugs and routes only comes before the others. */
static bool is_for(const onset_frame *choices, int row, const onset_frame *frame, int at, const onset_mapping *map)
{
    const char *drug = onset_frame_text(choices, row, "drug"), *route = onset_frame_text(choices, row, "route");
    const char *by   = onset_frame_text(frame, at, "route");
    const int   word = onset_frame_find(&map->routes, "word", by);

    if (word >= 0) by = onset_frame_text(&map->routes, word, "route");
    return onset_text_contains(onset_frame_text(frame, at, "drug"), drug) && (!*route || strcmp(route, by) == 0);
}

/* By the first model that can. */
static observed express(const exposure_work *s, int at)
{
    const onset_mapping *map   = &s->work->map;
    observed             first = {0};
    bool                 any   = false;

    for (int m = 0; m < map->n_models; m++) {
        if (strcmp(map->models[m].group, "pk") != 0 || !is_for(&map->choices, map->models[m].row, &s->folder->exposures, at, map)) continue;
        const observed o = read_row(s, at, m);
        if (!any || (!first.is.has_drug && o.is.has_drug)) first = o;
        if (!o.is.skip) return o;
        any = true;
    }
    return first;
}

/* ---- The sitting ---- */

static bool is_same_sitting(const observed *a, const observed *b)
{
    const onset_exposure *x = &a->is, *y = &b->is;

    return !x->skip && !y->skip && x->model == y->model && strcmp(x->arm, y->arm) == 0 && !x->reference == !y->reference &&
           (!x->reference || strcmp(x->reference, y->reference) == 0) && strcmp(x->people, y->people) == 0 && x->age == y->age &&
           x->age_sd == y->age_sd && x->weight_kg == y->weight_kg && x->female == y->female;
}

/* How long after the last dose the row looks [h]. */
static double reach(const observed *o)
{
    if (o->is.read == ONSET_EXPOSURE_VALUE) return o->row.time_h;
    if (o->is.read == ONSET_EXPOSURE_LARGEST || o->is.read == ONSET_EXPOSURE_TIME_OF_LARGEST ||
        o->is.read == ONSET_EXPOSURE_LARGEST_PER_DOSE)
        return isinf(o->is.to_h) ? (isnan(o->is.every_h) ? 24 : o->is.every_h) : o->is.to_h;
    if (!isnan(o->is.every_h) &&
        (o->is.read == ONSET_EXPOSURE_TROUGH || o->is.read == ONSET_EXPOSURE_MEAN || o->is.read == ONSET_EXPOSURE_CLEARANCE))
        return o->is.every_h;
    if (o->is.read == ONSET_EXPOSURE_AREA && (!isinf(o->is.to_h) || !isnan(o->is.every_h)))
        return isinf(o->is.to_h) ? o->is.every_h : o->is.to_h;
    return longest_h;
}

/* Times dense enough for peaks to a minute or two and areas to a percent, from each start; then the exact ones. */
static int sitting_times(const exposure_work *s, const observed *like, double times[ONSET_SITTING_TIMES])
{
    double from = like->is.last_dose_h, last = 0, exact[ONSET_SITTING_TIMES / 4];
    bool   first_too = false;
    int    n = 0, n_exact = 0;

    for (int i = 0; i < s->rows.n; i++) {
        const observed *o = &s->rows.items[i];
        if (!is_same_sitting(o, like)) continue;
        last      = fmax(last, reach(o));
        first_too = first_too || o->is.read == ONSET_EXPOSURE_ACCUMULATION;
        if (o->is.read == ONSET_EXPOSURE_VALUE && n_exact < ONSET_SITTING_TIMES / 4) exact[n_exact++] = from + o->row.time_h;
        if (!isnan(o->is.every_h) && n_exact < ONSET_SITTING_TIMES / 4) exact[n_exact++] = from + o->is.every_h;
    }
    if (from > 0) n = onset_sitting_times(0, first_too ? like->is.every_h : 0, NULL, 0, times, 0);
    return onset_sitting_times(from, last, exact, n_exact, times, n);
}

static onset_status run_sitting(exposure_work *s, onset_arena *arena, const observed *like, onset_virtual *people)
{
    onset_validate_work  *w        = s->work;
    const onset_exposure *is       = &like->is;
    const char *const     arms[]   = {is->arm, is->reference};
    const char *const     values[] = {"weight_kg_mean",
                                      onset_arena_printf(w->arena, "%.10g", is->weight_kg),
                                      "age_mean",
                                      onset_arena_printf(w->arena, "%.10g", is->age),
                                      "age_sd",
                                      onset_arena_printf(w->arena, "%.10g", is->age_sd),
                                      "female",
                                      onset_arena_printf(w->arena, "%.10g", is->female),
                                      "male",
                                      onset_arena_printf(w->arena, "%.10g", 1 - is->female),
                                      "people",
                                      is->people,
                                      NULL};
    double                times[ONSET_SITTING_TIMES];
    const int             n_times = sitting_times(s, like, times);
    const onset_sitting   sitting = {.study      = w->map.exposure,
                                     .model      = is->model,
                                     .n_arms     = is->reference ? 2 : 1,
                                     .arms       = arms,
                                     .n_times    = n_times,
                                     .times      = times,
                                     .population = values,
                                     .truth      = true};

    return onset_sitting_run(w, arena, &sitting, people);
}

/* ---- Reading ---- */

/* The curve of an analyte after a time. */
static onset_curve curve_of(const onset_virtual *p, long subject, int arm, const onset_analyte *analyte, double from, double *t, double *x)
{
    onset_curve c = {.t = t, .x = x};

    for (int v = 0; v < p->n_visits; v++) {
        if (p->time_h[v] < from - 1e-9) continue;
        t[c.n] = p->time_h[v] - from, x[c.n] = 0;
        for (int k = 0; k < analyte->n; k++) x[c.n] += onset_virtual_at(p, subject, arm, v, analyte->outputs[k]);
        c.n++;
    }
    return c;
}

static double read_curve(const observed *o, const onset_curve *c, const onset_curve *first, double share)
{
    const onset_exposure *is    = &o->is;
    const bool            again = !isnan(is->every_h);
    const double          dose = is->dose * share, to = isinf(is->to_h) && again ? is->every_h : is->to_h;
    double                when;

    switch (is->read) {
    case ONSET_EXPOSURE_VALUE:
        return onset_curve_at(c, o->row.time_h);
    case ONSET_EXPOSURE_LARGEST:
        return onset_curve_largest(c, to, NULL);
    case ONSET_EXPOSURE_TIME_OF_LARGEST:
        onset_curve_largest(c, to, &when);
        return when;
    case ONSET_EXPOSURE_AREA:
        return onset_curve_area(c, to);
    case ONSET_EXPOSURE_TROUGH:
        return again ? onset_curve_at(c, is->every_h) : NAN;
    case ONSET_EXPOSURE_MEAN:
        return again ? onset_curve_area(c, is->every_h) / is->every_h : NAN;
    case ONSET_EXPOSURE_HALF_LIFE:
        return onset_curve_half_life(c, assay_from, assay_to);
    case ONSET_EXPOSURE_EARLY_HALF_LIFE:
        return onset_curve_half_life(c, 1, 1 / 3.0);
    case ONSET_EXPOSURE_CLEARANCE:
        return dose / onset_curve_area(c, to);
    case ONSET_EXPOSURE_VOLUME:
        return dose / onset_curve_area(c, INFINITY) * onset_curve_residence(c);
    case ONSET_EXPOSURE_TERMINAL_VOLUME:
        return dose / onset_curve_area(c, to) * onset_curve_half_life(c, assay_from, assay_to) / log(2);
    case ONSET_EXPOSURE_RESIDENCE:
        return onset_curve_residence(c);
    case ONSET_EXPOSURE_LARGEST_PER_DOSE:
        return onset_curve_largest(c, to, NULL) / dose;
    case ONSET_EXPOSURE_AREA_PER_DOSE:
        return onset_curve_area(c, to) / dose;
    case ONSET_EXPOSURE_ACCUMULATION:
        return again ? onset_curve_area(c, is->every_h) / onset_curve_area(first, is->every_h) : NAN;
    default:
        return NAN;
    }
}

static double read_arm(const observed *o, const onset_virtual *p, long subject, int arm, const onset_analyte *analyte)
{
    double            t[ONSET_SITTING_TIMES], x[ONSET_SITTING_TIMES], t0[ONSET_SITTING_TIMES], x0[ONSET_SITTING_TIMES];
    const double      from = arm == 1 && strstr(o->is.reference, " every ") == NULL ? 0 : o->is.last_dose_h;
    const onset_curve c    = curve_of(p, subject, arm, analyte, from, t, x);
    const onset_curve first =
        o->is.read == ONSET_EXPOSURE_ACCUMULATION ? curve_of(p, subject, arm, analyte, 0, t0, x0) : (onset_curve){0, NULL, NULL};

    return read_curve(o, &c, &first, analyte->share);
}

static double read_patient(const observed *o, const onset_virtual *p, long subject)
{
    double y = read_arm(o, p, subject, 0, &o->is.analyte);

    if (o->is.below.n) y /= read_arm(o, p, subject, 0, &o->is.below);
    if (o->is.reference) {
        y /= read_arm(o, p, subject, 1, &o->is.analyte);
        if (o->is.below.n) y *= read_arm(o, p, subject, 1, &o->is.below);
    }
    return o->is.factor * y;
}

/* Exposures are log-normal, so their interval is made on the logarithm. What is published as a mean with its SD is compared with the patients'
 * mean, all else with their geometric mean. */
static void predict(const exposure_work *s, observed *o, const onset_virtual *p)
{
    onset_row *row = &o->row;
    double    *y = onset_arena_alloc(s->work->arena, (size_t)p->n_subjects * sizeof *y), sum = 0;

    for (long i = 0; i < p->n_subjects; i++) {
        const double x = read_patient(o, p, i);
        y[i]           = x > 0 && isfinite(x) ? log(x) : NAN;
        sum += isnan(y[i]) ? 0 : x;
    }
    const onset_components c = onset_components_of(y, p->n_subjects, p->n_groups);
    if (!c.n) {
        row->skip = "no virtual patient's curve has it: it stays at zero, or does not fall far enough for a half-life";
        return;
    }
    const double           sd     = onset_between_sd(s->work, row->class_name);
    const double           middle = o->is_mean ? log(sum / (double)c.n) : c.mean;
    const onset_prediction q      = onset_predict_normal(middle, c.between + sd * sd + c.within / row->n);
    const double           se = (isnan(o->spread) ? sqrt(c.within) : o->spread) / sqrt(row->n), z = onset_normal_quantile(0.975);

    row->predicted     = (onset_prediction){exp(q.median), exp(q.low50), exp(q.high50), exp(q.low90), exp(q.high90)};
    row->observed_low  = row->value * exp(-z * se);
    row->observed_high = row->value * exp(z * se);
}

static onset_status simulate(exposure_work *s, const observed *like)
{
    onset_arena  *arena = onset_arena_create();
    onset_virtual people;
    onset_status  status = arena ? run_sitting(s, arena, like, &people)
                                 : onset_fail(s->work->err, ONSET_NO_MEMORY, "memory ran out before the sitting '%s'", like->is.arm);

    for (int i = 0; i < s->rows.n && status == ONSET_OK; i++)
        if (is_same_sitting(&s->rows.items[i], like)) predict(s, &s->rows.items[i], &people);
    onset_arena_free(arena);
    return status;
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
        bool first = !s.rows.items[i].is.skip;
        for (int k = 0; k < i && first; k++) first = !is_same_sitting(&s.rows.items[k], &s.rows.items[i]);
        if (first) {
            const observed like = s.rows.items[i];
            status              = simulate(&s, &like);
        }
    }
    for (int i = 0; i < s.rows.n; i++) onset_vec_push(work->arena, &work->out->rows, s.rows.items[i].row);
    return status;
}
