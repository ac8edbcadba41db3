/* The arms and visits of the virtual trial that its rows need. */
#include "validate/trial.h"

#include <math.h>
#include <strings.h>

/* ---- Arms ---- */

static onset_arm_source source_of(const onset_trial *t, int arm)
{
    const onset_arm_source source = {.words    = {.drug         = onset_trial_arm_text(t, arm, "drug"),
                                                  .route        = onset_trial_arm_text(t, arm, "route"),
                                                  .unit         = onset_trial_arm_text(t, arm, "dose_unit"),
                                                  .co_treatment = onset_trial_arm_text(t, arm, "co_treatment"),
                                                  .dose         = onset_amount(onset_trial_arm_text(t, arm, "dose")),
                                                  .over_min     = onset_amount(onset_trial_arm_text(t, arm, "infusion_min")),
                                                  .per_week     = onset_amount(onset_trial_arm_text(t, arm, "doses_per_week")),
                                                  .n_doses      = onset_amount(onset_trial_arm_text(t, arm, "n_doses"))},
                                     .repeated = onset_trial_period(t, arm, -1).repeated};

    return source;
}

static onset_regimen regimen_of(const onset_trial *t, const onset_arm_source *arm, const onset_arm_source *lead, double start_h,
                                double last_h)
{
    const onset_arm_span span = {.lead = lead, .start_h = start_h, .last_h = last_h};

    return onset_regimen_of(&t->work->map, t->work->map.models[t->model].model, arm, &span);
}

/* Whether an arm of the trial is of the same period as another: their patients could have been given either. */
static bool same_period(const onset_trial *t, int a, int b)
{
    const onset_period p = onset_trial_period(t, a, -1), q = onset_trial_period(t, b, -1);

    return p.start_h == q.start_h && p.takes == q.takes;
}

/* The first arm of the trial of an arm's period that is, or is not, a control; -1. */
static int find_arm(const onset_trial *t, int like, bool is_control)
{
    for (int i = 0; i < onset_frame_n(&t->folder->arms); i++) {
        if (i == like || strcasecmp(onset_trial_arm_text(t, i, "study"), t->study) != 0 || !same_period(t, i, like)) continue;
        const onset_arm_source source  = source_of(t, i);
        const onset_regimen    regimen = regimen_of(t, &source, NULL, 0, 24);
        if (!regimen.skip && regimen.is_control == is_control) return i;
    }
    return -1;
}

/* The arm by which patients are chosen who responded to one dose before: the same patients, given one dose. Why it cannot be. */
static const char *add_choosing_arm(onset_trial *t, const onset_virtual_arm *arm, onset_arm_source source, int *place)
{
    onset_virtual_arm choosing = *arm;

    source.words.n_doses = 1, source.repeated = false;
    choosing.takes = ONSET_TAKES_ALL, choosing.chosen_by = -1, choosing.is_choosing = true;
    choosing.regimen = regimen_of(t, &source, NULL, 0, 24);
    for (*place = 0; *place < t->n_arms; ++*place)
        if (t->arms[*place].is_choosing && t->arms[*place].like == arm->like) return NULL;
    if (t->n_arms == ONSET_TRIAL_MAX_ARMS) return "more arms than a trial can have";
    if (!choosing.regimen.skip) t->arms[t->n_arms++] = choosing;
    return choosing.regimen.skip;
}

/* Adds an arm, or a control with the co-treatments and the period of one (row -1); *place is where it is. Why it cannot be. */
static const char *add_arm(onset_trial *t, int row, int like, int at, double last_h, int *place)
{
    const onset_period period = onset_trial_period(t, like, at);
    onset_virtual_arm  arm    = {.row               = row,
                                 .like              = like,
                                 .start_h           = period.start_h,
                                 .chosen_by         = -1,
                                 .chosen_h          = period.chosen_h,
                                 .is_treated_before = period.is_treated_before};
    onset_arm_source   source = source_of(t, like), lead = source;

    arm.takes        = period.start_h > 0 || period.chosen_h > 0 ? period.takes : ONSET_TAKES_ALL;
    arm.remission_at = onset_trial_remission_at(t, 0, like, -1);
    for (*place = 0; *place < t->n_arms; ++*place)
        if (t->arms[*place].row == row && t->arms[*place].like == like && t->arms[*place].takes == arm.takes &&
            !t->arms[*place].is_choosing)
            return t->arms[*place].regimen.skip;
    if (t->n_arms == ONSET_TRIAL_MAX_ARMS) return "more arms than a trial can have";
    if (row < 0) source.words.drug = onset_frame_text(&t->work->map.drugs, onset_frame_find(&t->work->map.drugs, "control", "yes"), "word");
    if ((period.is_treated_before || period.chosen_h > 0) && regimen_of(t, &source, NULL, 0, 24).is_control) {
        const int active = row < 0 ? like : find_arm(t, like, false);
        if (active < 0) return "no arm of the trial says what was given before";
        lead = source_of(t, active);
    }
    if (period.chosen_h > 0) {
        const char *skip = add_choosing_arm(t, &arm, lead, &arm.chosen_by);
        if (skip) return skip;
        *place = t->n_arms;
    }
    arm.regimen = regimen_of(t, &source, period.is_treated_before ? &lead : NULL, arm.start_h, last_h);
    if (!arm.regimen.skip) t->arms[t->n_arms++] = arm;
    return arm.regimen.skip;
}

/* Whether an arm's own words or those of its co-treatment name a control. */
static bool names_control(const onset_trial *t, int arm)
{
    const onset_frame *drugs = &t->work->map.drugs;

    for (int i = 0; i < onset_frame_n(drugs); i++) {
        const char *word = onset_frame_text(drugs, i, "word");
        if (!*onset_frame_text(drugs, i, "control")) continue;
        if (onset_has_word(onset_trial_arm_text(t, arm, "co_treatment"), word) || onset_has_word(onset_trial_arm_text(t, arm, "arm"), word))
            return true;
    }
    return false;
}

/* Other arms of the same period; *other is the only one, or one that is called a control. */
static int n_others(const onset_trial *t, int like, int *other)
{
    int n = 0;

    *other = -1;
    for (int i = 0; i < onset_frame_n(&t->folder->arms); i++)
        if (i != like && strcasecmp(onset_trial_arm_text(t, i, "study"), t->study) == 0 && same_period(t, i, like)) {
            if (!n++ || names_control(t, i)) *other = i;
        }
    return n == 1 || (*other >= 0 && names_control(t, *other)) ? 1 : n;
}

/* The arm that a row is compared with: the control of its period, or where the row is of the control the arm that is treated; else the only other
 * arm. A row against placebo, and a trial of one arm, gets a placebo arm. An effect size may be against entry: none. */
static const char *add_control(onset_trial *t, onset_outcome *o, double last_h)
{
    const bool is_control = t->arms[o->place].regimen.is_control;
    int        row = find_arm(t, o->arm, !is_control), other = -1;
    const int  n = n_others(t, o->arm, &other);

    if (row < 0 && o->entry_if_alone && !n && o->read == ONSET_OUTCOME_SMD) return NULL;
    if (row < 0 && !o->against_placebo && n == 1) row = other;
    if (row < 0 && (is_control || (n && !o->against_placebo))) return "the trial has no control arm that can be simulated";
    return add_arm(t, row, row < 0 ? o->arm : row, -1, last_h, &o->control);
}

/* ---- Times ---- */

/* False where there is no room for another visit. */
static bool add_time(onset_trial *t, double time_h)
{
    int i = t->n_times;

    for (int k = 0; k < t->n_times; k++)
        if (t->times[k] == time_h) return true;
    if (t->n_times == ONSET_TRIAL_MAX_TIMES) return false;
    for (; i > 0 && t->times[i - 1] > time_h; i--) t->times[i] = t->times[i - 1];
    t->times[i] = time_h;
    t->n_times++;
    return true;
}

/* From when an event counts: the start of the period; without one, the last visit before the row at which it is told who is well; else a day
 * after the last dose. */
static double counts_from(const onset_trial *t, const onset_outcome *o)
{
    const onset_virtual_arm *arm     = &t->arms[o->place];
    const double             row_h   = o->row.time_h;
    double                   visit_h = 0;

    if (arm->start_h > 0 || o->read == ONSET_OUTCOME_RISK) return arm->start_h;
    for (int i = 0; i < t->outcomes.n; i++) {
        const onset_outcome *other = &t->outcomes.items[i];
        if ((other->read == ONSET_OUTCOME_RESPONSE || other->read == ONSET_OUTCOME_REMISSION) &&
            (isnan(row_h) || other->row.time_h < row_h))
            visit_h = fmax(visit_h, other->row.time_h);
    }
    if (visit_h > 0) return visit_h;
    return isfinite(arm->regimen.ends_h) ? arm->regimen.ends_h + 24 : 0;
}

static bool is_of_events(const onset_outcome *o)
{
    const onset_outcome_reading read =
        o->read == ONSET_OUTCOME_ODDS_RATIO || o->read == ONSET_OUTCOME_RISK_RATIO || o->read == ONSET_OUTCOME_RATE_DIFFERENCE ? o->of
                                                                                                                               : o->read;

    return read == ONSET_OUTCOME_RISK || read == ONSET_OUTCOME_RELAPSE || read == ONSET_OUTCOME_BACK ||
           read == ONSET_OUTCOME_HAZARD_RATIO || read == ONSET_OUTCOME_MEDIAN_DAYS || read == ONSET_OUTCOME_MEAN_DAYS;
}

/* Visits at all times that the row needs; false where there is no room for them. */
static bool add_times(onset_trial *t, onset_outcome *o)
{
    const onset_virtual_arm *arm    = &t->arms[o->place];
    const double             ends_h = arm->regimen.ends_h - arm->start_h; /* of doses whose number the arm does not say */
    double                   days[ONSET_TRIAL_MAX_EVENT_TIMES];

    if (o->has_no_time && isnan(onset_amount(onset_trial_arm_text(t, o->arm, "n_doses"))) && isfinite(ends_h) && ends_h > 0)
        o->row.time_h = ends_h + 24;
    bool fits =
        add_time(t, arm->start_h) && (arm->chosen_by < 0 || add_time(t, arm->chosen_h)) && add_time(t, arm->start_h + o->row.time_h);
    if (o->read == ONSET_OUTCOME_PART) fits = add_time(t, arm->start_h + o->end_h) && fits;
    for (double h = o->row.time_h; o->read == ONSET_OUTCOME_SUSTAINED && h <= o->end_h; h += 168)
        fits = add_time(t, arm->start_h + h) && fits;
    double    visits[ONSET_TRIAL_MAX_EVENT_TIMES];
    const int n_visits = o->read == ONSET_OUTCOME_EVER || o->read == ONSET_OUTCOME_BACK ? onset_trial_visits(o->row.time_h, visits) : 0;
    for (int i = 0; i < n_visits; i++) fits = add_time(t, arm->start_h + visits[i]) && fits;
    const int n_weeks = o->locf_hazard >= 0 ? onset_trial_weekly_visits(o->row.time_h, visits) : 0;
    for (int i = 0; i < n_weeks; i++) fits = add_time(t, arm->start_h + visits[i]) && fits;
    if (!is_of_events(o)) return fits;
    o->from_h = counts_from(t, o);
    o->takes  = o->read == ONSET_OUTCOME_RISK ? ONSET_TAKES_ALL : onset_trial_period(t, o->arm, o->at).takes;
    if (o->read != ONSET_OUTCOME_RISK && o->takes == ONSET_TAKES_ALL) o->takes = ONSET_TAKES_WELL;
    fits        = add_time(t, o->from_h) && fits;
    const int n = o->read == ONSET_OUTCOME_MEDIAN_DAYS || o->read == ONSET_OUTCOME_MEAN_DAYS ? onset_trial_event_times(days) : 0;
    for (int i = 0; i < n; i++) fits = add_time(t, o->from_h + 24 * days[i]) && fits;
    return fits;
}

void onset_trial_gather(onset_trial *t)
{
    double last_h = 0;

    for (int i = 0; i < t->outcomes.n; i++) {
        const onset_outcome *o      = &t->outcomes.items[i];
        const bool           to_end = o->read == ONSET_OUTCOME_MEDIAN_DAYS || o->read == ONSET_OUTCOME_MEAN_DAYS;
        if (!o->row.skip)
            last_h = fmax(last_h, onset_trial_period(t, o->arm, -1).start_h + (to_end ? 366 * 24 : fmax(o->row.time_h, o->end_h)));
    }
    add_time(t, 0);
    for (int i = 0; i < t->outcomes.n; i++) {
        onset_outcome *o = &t->outcomes.items[i];

        if (o->row.skip) continue;
        o->row.skip = add_arm(t, o->arm, o->arm, -1, last_h, &o->place);
        if (o->row.skip) continue;
        o->row.is_control = t->arms[o->place].regimen.is_control;
        if ((onset_outcome_compares(o->read) || o->against_placebo) && !(o->against_entry && o->read == ONSET_OUTCOME_SMD))
            o->row.skip = add_control(t, o, last_h);
        if (!o->row.skip && !add_times(t, o)) o->row.skip = "more visits than a trial can have";
        if (!o->row.skip && o->read == ONSET_OUTCOME_BACK && t->arms[o->place].start_h + o->row.time_h <= o->from_h)
            o->row.skip = "it is not told who was well before the time of the row";
    }
}
