/* Reading the rows of a trial off its virtual patients. */
#include "validate/trial.h"

#include "population/population.h"

#include <math.h>

/* SD of the measurement error of one value of the row's scale, before it is rounded. */
static double error_sd(const onset_outcome *o, const onset_virtual *people, double value)
{
    const onset_model_output *output = &people->model->outputs[o->output];
    const double              slope  = isfinite(o->slope) ? o->slope : 1;

    return hypot(slope * output->error_add, output->error_rel * value);
}

/* The step of rounding in the row's scale. */
static double step(const onset_outcome *o, const onset_virtual *people)
{
    return people->model->outputs[o->output].round * (isfinite(o->slope) ? o->slope : 1);
}

/* The limit below which a score is once rounded at most this; for true values, as what is seen is rounded already. */
static double rounded_limit(const onset_outcome *o, const onset_virtual *people, double limit)
{
    const double size = people->truth ? step(o, people) : 0, zero = isfinite(o->intercept) ? o->intercept : 0;

    return size > 0 ? zero + size * (floor((limit - zero) / size + 1e-9) + 0.5) : limit;
}

/* Whether `x`, seen with an error of this SD, is at most 0: yes or no where there is no error, else the chance. */
static double at_most_0(double x, double sd)
{
    return sd > 0 ? onset_normal_cdf(-x / sd) : x <= 0;
}

/* ---- Patients ---- */

/* The study's arm of a patient: where the arm gives one of several drugs, patients take turns, within each group of patients. */
static int study_arm(const onset_virtual_arm *arm, const onset_virtual *people, long subject)
{
    return arm->first + (int)(subject / people->n_groups % arm->regimen.n);
}

static double value_at(const onset_trial *t, const onset_virtual *people, long subject, int place, double time_h, int output)
{
    return onset_virtual_at(people, subject, study_arm(&t->arms[place], people, subject), onset_virtual_visit(people, time_h), output);
}

/* Whether a period takes a patient whose score was `before` at entry and is `now` at its start, by the rules of the main scale. */
static bool is_taken(const onset_trial *t, onset_selection takes, double remission_at, double before, double now)
{
    const bool well     = now <= onset_frame_number(&t->work->map.scales, 0, "response_fraction") * before;
    const bool remitted = now <= remission_at;

    switch (takes) {
    case ONSET_TAKES_WELL:
        return well;
    case ONSET_TAKES_REMITTED:
        return remitted;
    case ONSET_TAKES_WELL_ONLY:
        return well && !remitted;
    case ONSET_TAKES_UNWELL:
        return !well;
    default:
        return true;
    }
}

static bool takes_patient(const onset_trial *t, onset_selection takes, double at_h, const onset_virtual *people, long subject, int place)
{
    if (takes == ONSET_TAKES_ALL || t->main_output < 0) return true;
    return is_taken(t, takes, t->arms[place].remission_at, value_at(t, people, subject, place, 0, t->main_output),
                    value_at(t, people, subject, place, at_h, t->main_output));
}

/* ---- One value ---- */

/* Risk of the event from its start to `time_h`, by the cumulative hazard. */
static double risk(const onset_trial *t, const onset_outcome *o, const onset_virtual *people, long subject, int place, double time_h)
{
    const double h = value_at(t, people, subject, place, time_h, o->output) - value_at(t, people, subject, place, o->from_h, o->output);

    return 1 - exp(-fmax(0, h));
}

static double response(const onset_trial *t, const onset_outcome *o, const onset_virtual *people, long subject, int place, double time_h)
{
    const onset_virtual_arm *arm   = &t->arms[place];
    const double             slope = isfinite(o->slope) ? o->slope : 1, intercept = isfinite(o->intercept) ? o->intercept : 0;
    const double             before_h = arm->is_treated_before ? 0 : arm->start_h; /* from entry where the lead-in treats */
    const double             before   = slope * value_at(t, people, subject, place, before_h, o->output) + intercept;
    const double             now      = slope * value_at(t, people, subject, place, time_h, o->output) + intercept;
    const double sd_now = people->truth ? error_sd(o, people, now) : 0, sd_before = people->truth ? error_sd(o, people, before) : 0;
    const double rounding = people->truth ? o->response_step * step(o, people) : 0;

    return isnan(now) ? NAN : at_most_0(now - o->response_fraction * before - rounding, hypot(sd_now, o->response_fraction * sd_before));
}

static double sustained(const onset_trial *t, const onset_outcome *o, const onset_virtual *people, long subject, int place)
{
    double all = 1;

    for (double h = o->row.time_h; h <= fmax(o->row.time_h, o->end_h); h += 168)
        all = fmin(all, response(t, o, people, subject, place, t->arms[place].start_h + h));
    return all;
}

int onset_trial_visits(double to_h, double visits[ONSET_TRIAL_MAX_EVENT_TIMES])
{
    static const double days[] = {1, 2, 3, 5, 7, 10}; /* as trials of single doses plan them; chosen by us */
    const double        every  = fmax(168, (to_h - 336) / (ONSET_TRIAL_MAX_EVENT_TIMES - 8));
    int                 n      = 0;

    for (size_t i = 0; i < sizeof days / sizeof *days && 24 * days[i] < to_h; i++) visits[n++] = 24 * days[i];
    for (double h = 336; h < to_h && n < ONSET_TRIAL_MAX_EVENT_TIMES - 1; h += every) visits[n++] = h;
    visits[n++] = to_h;
    return n;
}

/* Errors of measurement at different visits are independent. */
static double ever(const onset_trial *t, const onset_outcome *o, const onset_virtual *people, long subject, int place)
{
    double    visits[ONSET_TRIAL_MAX_EVENT_TIMES], never = 1;
    const int n = onset_trial_visits(o->row.time_h, visits);

    for (int i = 0; i < n; i++) never *= 1 - response(t, o, people, subject, place, t->arms[place].start_h + visits[i]);
    return 1 - never;
}

/* Whether the score is seen back where the row says; as at_most_0. */
static double seen_back(const onset_trial *t, const onset_outcome *o, const onset_virtual *people, long subject, int place, double time_h)
{
    const double slope = isfinite(o->slope) ? o->slope : 1, intercept = isfinite(o->intercept) ? o->intercept : 0;
    const double before = slope * value_at(t, people, subject, place, 0, o->output) + intercept;
    const double now    = slope * value_at(t, people, subject, place, time_h, o->output) + intercept;
    const double part = isnan(o->back_at) ? o->response_fraction : 0, back = isnan(o->back_at) ? part * before : o->back_at;
    const double sd_now = people->truth ? error_sd(o, people, now) : 0, sd_before = people->truth ? error_sd(o, people, before) : 0;
    const double rounding = people->truth ? (part > 0 ? o->response_step : 0.5) * step(o, people) : 0;

    return isnan(now) ? NAN : at_most_0(back - now - rounding, hypot(sd_now, part * sd_before));
}

static double back(const onset_trial *t, const onset_outcome *o, const onset_virtual *people, long subject, int place)
{
    const double start_h = t->arms[place].start_h;
    double       visits[ONSET_TRIAL_MAX_EVENT_TIMES], never = 1;
    const int    n = onset_trial_visits(o->row.time_h, visits);

    for (int i = 0; i < n; i++)
        if (start_h + visits[i] > o->from_h) never *= 1 - seen_back(t, o, people, subject, place, start_h + visits[i]);
    return 1 - never;
}

/* What the row asks for, of the score at one time. */
static double seen_at(const onset_trial *t, const onset_outcome *o, const onset_virtual *people, long subject, int place, double time_h)
{
    const double slope = isfinite(o->slope) ? o->slope : 1, intercept = isfinite(o->intercept) ? o->intercept : 0;
    const double now = slope * value_at(t, people, subject, place, time_h, o->output) + intercept;

    switch (o->read) {
    case ONSET_OUTCOME_CHANGE:
        return now - (slope * value_at(t, people, subject, place, t->arms[place].start_h, o->output) + intercept);
    case ONSET_OUTCOME_RESPONSE:
        return response(t, o, people, subject, place, time_h);
    case ONSET_OUTCOME_REMISSION:
        return at_most_0(now - rounded_limit(o, people, o->remission_at), people->truth ? error_sd(o, people, now) : 0);
    default:
        return now;
    }
}

/* ---- Patients who leave ---- */

int onset_trial_weekly_visits(double to_h, double visits[ONSET_TRIAL_MAX_EVENT_TIMES])
{
    int n = 0;

    for (double week = 1; 168 * week < to_h - 1 && n < ONSET_TRIAL_MAX_EVENT_TIMES; week += week < 24 ? 1 : 4) visits[n++] = 168 * week;
    return n;
}

/* Last observation carried forward: what the row asks for at its time, over the times at which this patient may have left, who then counts with the last
 * visit before. Those who left before the first visit count as they were at entry, or not at all. Up to the first visit it is as if all had stayed. */
static double carried(const onset_trial *t, const onset_outcome *o, const onset_virtual *people, long subject, int place)
{
    const double start_h = t->arms[place].start_h, began  = value_at(t, people, subject, place, start_h, o->locf_hazard);
    double       visits[ONSET_TRIAL_MAX_EVENT_TIMES], sum = 0, stay = 1, never = 0, seen_h = 0;
    const int    n = onset_trial_weekly_visits(o->row.time_h, visits);

    for (int i = 0; i <= n && n > 0; i++) {
        const double to_h  = i < n ? visits[i] : o->row.time_h;
        const double still = exp(-fmax(0, value_at(t, people, subject, place, start_h + to_h, o->locf_hazard) - began));
        const bool   omits = o->after_baseline && i == 0;

        if (omits) never = stay - still;
        if (!omits) sum += (stay - still) * seen_at(t, o, people, subject, place, start_h + seen_h);
        stay = still, seen_h = to_h;
    }
    return (sum + stay * seen_at(t, o, people, subject, place, start_h + o->row.time_h)) / fmax(1 - never, 1e-9);
}

/* ---- The value ---- */

double onset_trial_value(const onset_trial *t, const onset_outcome *o, const onset_virtual *people, long subject, int place)
{
    const onset_virtual_arm *arm    = &t->arms[place];
    const double             at_h   = arm->start_h + o->row.time_h;
    const bool               chosen = arm->chosen_by >= 0;

    if (isnan(value_at(t, people, subject, place, at_h, o->output)) ||
        !takes_patient(t, arm->takes, chosen ? arm->chosen_h : arm->start_h, people, subject, chosen ? arm->chosen_by : place))
        return NAN;
    switch (o->read) {
    case ONSET_OUTCOME_SUSTAINED:
        return sustained(t, o, people, subject, place);
    case ONSET_OUTCOME_EVER:
        return ever(t, o, people, subject, place);
    case ONSET_OUTCOME_RISK:
    case ONSET_OUTCOME_RELAPSE:
        return takes_patient(t, o->takes, o->from_h, people, subject, place) ? risk(t, o, people, subject, place, at_h) : NAN;
    case ONSET_OUTCOME_BACK:
        return takes_patient(t, o->takes, o->from_h, people, subject, place) ? back(t, o, people, subject, place) : NAN;
    default:
        return o->locf_hazard >= 0 ? carried(t, o, people, subject, place) : seen_at(t, o, people, subject, place, at_h);
    }
}

double onset_trial_error_variance(const onset_outcome *o, const onset_virtual *people, double mean)
{
    const double sd       = error_sd(o, people, mean),
                 variance = sd * sd + step(o, people) * step(o, people) / 12; /* rounding counts as uniform */

    if (!people->truth || o->row.is_pct) return 0;
    return o->read == ONSET_OUTCOME_CHANGE ? 2 * variance : variance;
}

/* ---- Rows ---- */

int onset_trial_parts(const onset_trial *t, const onset_outcome *o, onset_row_part parts[2])
{
    if (o->read > ONSET_OUTCOME_DIFFERENCE) return 0;
    parts[0] = (onset_row_part){.outcome = *o, .arm = o->place, .factor = 1, .n = o->row.n};
    if (o->read != ONSET_OUTCOME_DIFFERENCE) return 1;
    parts[0].outcome.read = ONSET_OUTCOME_CHANGE;
    parts[1]              = parts[0];
    parts[1].arm = o->control, parts[1].factor = -1;
    for (int k = 0; k < 2; k++) {
        const double n = onset_frame_number(&t->folder->arms, t->arms[parts[k].arm].row, "n");
        if (n > 0) parts[k].n = n;
    }
    return 2;
}

static void read_part(const onset_trial *t, const onset_row_part *part, const onset_virtual *people, double *y)
{
    for (long i = 0; i < people->n_subjects; i++) y[i] = onset_trial_value(t, &part->outcome, people, i, part->arm);
}

/* A difference of changes between two arms of other patients: its variance is that of both means. */
static void predict_difference(const onset_trial *t, onset_outcome *o, const onset_row_part parts[2], const onset_virtual *people,
                               double *y)
{
    const double sd =
        onset_row_between(t->work, &o->row, NAN); /* s: two arms of variance s^2 each, half of it common to both, differ by s^2 */
    double variance = sd * sd;

    for (int k = 0; k < 2; k++) {
        read_part(t, &parts[k], people, y);
        variance += onset_components_of(y, people->n_subjects, people->n_groups).within / parts[k].n;
    }
    for (long i = 0; i < people->n_subjects; i++)
        y[i] = onset_trial_value(t, &parts[0].outcome, people, i, parts[0].arm) -
               onset_trial_value(t, &parts[1].outcome, people, i, parts[1].arm);
    const onset_components c = onset_components_of(y, people->n_subjects, people->n_groups);
    o->row.predicted         = onset_predict_normal(c.mean, c.between + variance);
    if (!c.n) o->row.skip = "no virtual patient of these arms was solved and taken";
}

/* The fewest patients of which a share can be rounded to this one: 80 % is 4 of 5. At most n. */
static double fewest(double pct, double n)
{
    for (double k = 1; k < n; k++)
        if (fabs(100 * round(pct * k / 100) / k - pct) <= 0.5) return k;
    return n;
}

double onset_trial_n_taken(const onset_trial *t, const onset_outcome *o, const onset_virtual *people, const double *y)
{
    const double n     = onset_frame_number(&t->folder->arms, o->arm, "n");
    long         taken = 0;

    if ((o->read != ONSET_OUTCOME_RELAPSE && o->read != ONSET_OUTCOME_BACK) || t->arms[o->place].takes != ONSET_TAKES_ALL || !(n > 0) ||
        onset_frame_number(&t->folder->outcomes, o->at, "n") > 0)
        return o->row.n;
    for (long i = 0; i < people->n_subjects; i++) taken += isfinite(y[i]);
    return fmax(fewest(o->row.value, n), n * (double)taken / (double)people->n_subjects);
}

void onset_trial_predict(const onset_trial *t, onset_outcome *o, const onset_virtual *people, double *y)
{
    onset_row_part parts[2];

    switch (onset_trial_parts(t, o, parts)) {
    case 0:
        onset_trial_compare(t, o, people);
        break;
    case 1:
        read_part(t, &parts[0], people, y);
        o->row.n = onset_trial_n_taken(t, o, people, y);
        onset_row_predict(t->work, &o->row, y, people->n_subjects, people->n_groups);
        break;
    default:
        predict_difference(t, o, parts, people, y);
    }
}
