/* What a row of outcomes.csv asks for. */
#include "validate/trial.h"
#include "validate/words.h"

#include <ctype.h>
#include <math.h>
#include <strings.h>

/* The latest visit simulated [h], from the start of the period: a year; chosen by us. */
static const double horizon_h = 366 * 24;

static const char *const reading_names[ONSET_N_OUTCOME_READINGS] = {
    "",           "value",           "change",       "response",    "remission",      "sustained", "ever",
    "risk",       "relapse",         "back",         "difference",  "part_of_change", "smd",       "odds_ratio",
    "risk_ratio", "rate_difference", "hazard_ratio", "median_days", "mean_days"};

static onset_outcome_reading reading_of(const char *word)
{
    for (int i = ONSET_OUTCOME_VALUE; i < ONSET_N_OUTCOME_READINGS; i++)
        if (strcmp(word, reading_names[i]) == 0) return (onset_outcome_reading)i;
    return ONSET_OUTCOME_NOTHING;
}

/* The same but for case, blanks, hyphens and the like: "HAM-D17" is "HAMD17". */
static bool same_word(const char *a, const char *b)
{
    for (;; a++, b++) {
        while (*a && !isalnum((unsigned char)*a)) a++;
        while (*b && !isalnum((unsigned char)*b)) b++;
        if (tolower((unsigned char)*a) != tolower((unsigned char)*b)) return false;
        if (!*a) return true;
    }
}

int onset_trial_scale(const onset_trial *t, const char *name)
{
    const onset_frame *scales = &t->work->map.scales;

    for (int i = 0; *name && i < onset_frame_n(scales); i++)
        if (same_word(onset_frame_text(scales, i, "scale"), name)) return i;
    return -1;
}

/* The first row of metrics.csv whose metric it is, and whose scale and part of the source fit where it names any. */
static int metric_row(const onset_trial *t, int at)
{
    const onset_frame *metrics = &t->work->map.metrics, *outcomes = &t->folder->outcomes;

    for (int i = 0; i < onset_frame_n(metrics); i++) {
        const char *scale = onset_frame_text(metrics, i, "scale"), *part = onset_frame_text(metrics, i, "source_contains");
        if (!same_word(onset_frame_text(metrics, i, "metric"), onset_frame_text(outcomes, at, "metric"))) continue;
        if (*scale && !same_word(scale, onset_frame_text(outcomes, at, "scale"))) continue;
        if (onset_text_contains(onset_frame_text(outcomes, at, "source"), part)) return i;
    }
    return -1;
}

static int arm_row(const onset_trial *t, const char *arm)
{
    for (int i = 0; i < onset_frame_n(&t->folder->arms); i++)
        if (strcasecmp(onset_trial_arm_text(t, i, "study"), t->study) == 0 && strcasecmp(onset_trial_arm_text(t, i, "arm"), arm) == 0)
            return i;
    return -1;
}

static bool is_of_scale(const onset_outcome *o) /* its numbers are points of the scale, or shares by its limits */
{
    return o->read == ONSET_OUTCOME_VALUE || o->read == ONSET_OUTCOME_CHANGE || o->read == ONSET_OUTCOME_DIFFERENCE;
}

/* Why a cell that has something in it is no number, or NULL. */
static const char *no_number(const onset_trial *t, int at, const char *column)
{
    const char *text = onset_frame_text(&t->folder->outcomes, at, column);

    if (!*text || !isnan(onset_frame_number(&t->folder->outcomes, at, column))) return NULL;
    return onset_validate_sprintf(t->work, "'%s' in the column %s is no number", text, column);
}

/* Why the row cannot be read from any virtual trial, or NULL. */
static const char *why_not(const onset_trial *t, const onset_outcome *o, int metric)
{
    const onset_validate_work *w      = t->work;
    const char                *reason = onset_frame_text(&w->map.metrics, metric, "reason");
    const char                *scale  = onset_frame_text(&t->folder->outcomes, o->at, "scale");
    const char                *output = onset_frame_text(&w->map.metrics, metric, "output");
    const char                *words  = no_number(t, o->at, "value");

    if (!words) words = no_number(t, o->at, "time_h");
    if (o->read == ONSET_OUTCOME_NOTHING)
        return *reason ? reason : onset_validate_sprintf(w, "the library does not know the metric '%s'", o->row.metric);
    if (o->scale < 0 && !*output) return onset_validate_sprintf(w, "the library does not know the scale '%s'", scale);
    if (o->output < 0 && *output) return onset_validate_sprintf(w, "no model of the group has the output '%s'", output);
    if (o->output < 0) return onset_validate_sprintf(w, "no model of the group has an output for the scale '%s'", scale);
    if (!isfinite(o->slope) && is_of_scale(o)) return "the scale is not named, so its points cannot be compared";
    if (o->read == ONSET_OUTCOME_REMISSION && onset_trial_remission_is_unclear(t, o->scale))
        return onset_validate_sprintf(w, "what the trial counts as remission, '%s', cannot be read: write '%s <= 12'",
                                      onset_frame_text(&t->folder->trials, t->trial, "remission"), scale);
    if (words) return words;
    if (isnan(o->row.value)) return "the row has no value";
    if (t->trial < 0) return "trials.csv has no such trial";
    if (o->arm < 0) return "arms.csv has no such arm";
    if (o->read == ONSET_OUTCOME_VALUE && isnan(onset_frame_number(&t->folder->outcomes, o->at, "time_h"))) return "a score without a time";
    if (o->row.time_h < 0) return "the time is before the first dose";
    if (o->row.time_h == 0 && onset_trial_period(t, o->arm, -1).start_h == 0) return "the value at entry is an input of the virtual trial";
    if (o->row.time_h > horizon_h) return "later than a year";
    return NULL;
}

static bool is_share(onset_outcome_reading read)
{
    return (read >= ONSET_OUTCOME_RESPONSE && read <= ONSET_OUTCOME_BACK) || read == ONSET_OUTCOME_RATE_DIFFERENCE ||
           read == ONSET_OUTCOME_PART;
}

/* Whether it asks for scores at one time, of one arm or of two. */
static bool is_at_one_time(onset_outcome_reading read)
{
    return read <= ONSET_OUTCOME_REMISSION || read == ONSET_OUTCOME_DIFFERENCE ||
           (read >= ONSET_OUTCOME_SMD && read <= ONSET_OUTCOME_RATE_DIFFERENCE);
}

static const char *unit_of(onset_outcome_reading read)
{
    if (is_share(read)) return read == ONSET_OUTCOME_RATE_DIFFERENCE || read == ONSET_OUTCOME_PART ? "pct_points" : "pct";
    if (read <= ONSET_OUTCOME_DIFFERENCE) return "score";
    return read == ONSET_OUTCOME_SMD ? "smd" : read == ONSET_OUTCOME_MEDIAN_DAYS || read == ONSET_OUTCOME_MEAN_DAYS ? "days" : "ratio";
}

/* The row in the unit that rows of one family share, for the rivals. */
static void pool_row(const onset_trial *t, onset_outcome *o)
{
    static const onset_row_family families[ONSET_N_OUTCOME_READINGS] = {
        ONSET_FAMILY_NONE,      ONSET_FAMILY_SCORE,    ONSET_FAMILY_SCORE,     ONSET_FAMILY_RESPONSE,
        ONSET_FAMILY_REMISSION, ONSET_FAMILY_RESPONSE, ONSET_FAMILY_RESPONSE,  ONSET_FAMILY_DROPOUT,
        ONSET_FAMILY_RELAPSE,   ONSET_FAMILY_RELAPSE,  ONSET_FAMILY_DIFFERENCE};
    onset_row *row = &o->row;

    row->family = families[o->read];
    if (is_share(o->read)) {
        row->factor = 1, row->offset = 0;
    } else if (row->family != ONSET_FAMILY_NONE) {
        /* A change counts as the same part of the score at entry. */
        const double entry = onset_trial_entry_score(t, o->scale);
        row->factor        = entry / t->baseline;
        row->offset        = o->read == ONSET_OUTCOME_VALUE ? entry : 0;
    }
    row->pooled = row->family == ONSET_FAMILY_NONE ? NAN : (row->value - row->offset) / row->factor;
}

double onset_trial_n(const onset_trial *t, int at)
{
    const onset_frame *outcomes = &t->folder->outcomes, *arms = &t->folder->arms;
    const int          arm = arm_row(t, onset_frame_text(outcomes, at, "arm"));
    double             n = onset_frame_number(outcomes, at, "n"), n_arms = 0;

    if (!(n > 0)) n = onset_frame_number(arms, arm, "n");
    for (int i = 0; i < onset_frame_n(arms); i++) n_arms += strcasecmp(onset_trial_arm_text(t, i, "study"), t->study) == 0;
    if (!(n > 0)) n = onset_frame_number(&t->folder->trials, t->trial, "n_total") / fmax(1, n_arms);
    return n >= 1 ? n : onset_or_default(&t->work->map, NULL, -1, "n", "");
}

bool onset_trial_is_entry_score(const onset_trial *t, int at)
{
    const onset_frame *outcomes = &t->folder->outcomes;

    if (strcasecmp(onset_frame_text(outcomes, at, "study"), t->study) != 0 || onset_frame_number(outcomes, at, "time_h") != 0) return false;
    if (reading_of(onset_frame_text(&t->work->map.metrics, metric_row(t, at), "read")) != ONSET_OUTCOME_VALUE) return false;
    return onset_trial_period(t, arm_row(t, onset_frame_text(outcomes, at, "arm")), -1).start_h == 0 &&
           isfinite(onset_frame_number(outcomes, at, "value"));
}

/* What rounding adds to a limit that is a part of another whole number, on average, in steps of rounding: 1/4 for a half. Half a step where the part
 * is whole (12 of 24), nothing where it lies between two scores (12.5 of 25). */
static double half_step(double part)
{
    double sum = 0;

    for (int i = 0; i < 20; i++) sum += floor(part * i + 1e-9) + 0.5 - part * i;
    return sum / 20;
}

static void read_scale(const onset_trial *t, onset_outcome *o, int metric)
{
    const onset_mapping *map    = &t->work->map;
    const onset_model   *model  = map->models[t->model].model;
    const double         part   = onset_frame_number(&map->metrics, metric, "fraction");
    const char          *output = onset_frame_text(&map->metrics, metric, "output");

    o->scale             = onset_trial_scale(t, onset_frame_text(&t->folder->outcomes, o->at, "scale"));
    o->output            = onset_mapping_output(model, *output ? output : onset_frame_text(&map->scales, o->scale, "output"));
    o->slope             = onset_frame_number(&map->scales, o->scale, "slope");
    o->intercept         = onset_frame_number(&map->scales, o->scale, "intercept");
    o->remission_at      = onset_trial_remission_at(t, o->scale, o->arm, o->at);
    o->back_at           = onset_frame_number(&map->metrics, metric, "at");
    o->response_fraction = isnan(part) ? onset_frame_number(&map->scales, o->scale, "response_fraction") : part;
    o->response_step     = half_step(o->response_fraction);
    o->locf_hazard       = onset_mapping_output(model, onset_frame_text(&map->metrics, metric, "locf"));
    o->after_baseline    = *onset_frame_text(&map->metrics, metric, "after_baseline") != 0;
}

onset_outcome onset_trial_outcome(const onset_trial *t, int at)
{
    const onset_frame *outcomes = &t->folder->outcomes;
    const int          metric   = metric_row(t, at);
    const char        *against  = onset_frame_text(&t->work->map.metrics, metric, "against");
    onset_outcome o = {.at = at, .place = -1, .control = -1, .row = onset_row_from(t->work, t->folder, ONSET_GROUP_EFFICACY, outcomes, at)};

    o.arm = arm_row(t, o.row.arm);
    read_scale(t, &o, metric);
    o.read = reading_of(onset_frame_text(&t->work->map.metrics, metric, "read"));
    o.of   = reading_of(onset_frame_text(&t->work->map.metrics, metric, "of"));
    if (!is_at_one_time(o.read)) o.locf_hazard = -1;
    o.against_placebo = strcmp(against, "placebo") == 0;
    o.entry_if_alone  = onset_trial_period(t, o.arm, -1).entry_if_alone;
    o.against_entry   = strcmp(against, "entry") == 0;
    o.row.endpoint    = onset_frame_text(outcomes, at, "scale");
    o.row.unit        = unit_of(o.read);
    o.row.is_pct      = strcmp(o.row.unit, "pct") == 0;
    if (o.read == ONSET_OUTCOME_RISK) o.row.spread = "risk";
    if (o.read == ONSET_OUTCOME_RELAPSE) o.row.spread = "relapse"; /* not BACK: there the row says what counts */
    if (strcmp(o.row.unit, "ratio") == 0) o.row.spread = "log_ratio";
    o.row.class_name = t->class_name;
    o.end_h          = onset_trial_end(t, o.arm);
    o.row.time_h     = onset_frame_number(outcomes, at, "time_h");
    o.has_no_time    = isnan(o.row.time_h);
    if (o.has_no_time) o.row.time_h = o.end_h;
    const double to_h = onset_frame_number(&t->work->map.metrics, metric, "to_h");
    if (o.has_no_time && to_h > 0) o.row.time_h = to_h, o.has_no_time = false;
    if (o.read == ONSET_OUTCOME_PART && o.end_h <= o.row.time_h) o.end_h = onset_or_default(&t->work->map, NULL, -1, "treatment_h", "");
    o.row.skip = why_not(t, &o, metric);
    o.row.n    = onset_trial_n(t, at);
    if (o.row.skip) return o;
    onset_row_observe(t->work, outcomes, at, &o.row);
    pool_row(t, &o);
    return o;
}
