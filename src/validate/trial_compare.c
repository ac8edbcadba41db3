/* Rows that are no sums of means: effect sizes, ratios, times to an event.
 *
 * Each is a function of means over patients. Its median is the function of the means over all virtual patients; what uncertain parameters do
 * to it follows from each patient's influence, the derivative of the function times the patient's deviation (the delta method), so that no mean over
 * the few patients of one draw is needed. Sampling error is that of trials of the row's size, or what the row publishes where it gives no size.
 * Ratios and median days are normal in the logarithm. */
#include "validate/trial.h"

#include "population/population.h"

#include <math.h>

/* One arm's side of a row. */
typedef struct {
    const double *y; /* [n_subjects], NAN where the patient has none */
    double        mean, variance, n;
} side;

static double *room(const onset_trial *t, const onset_virtual *people)
{
    return onset_arena_alloc(t->work->arena, (size_t)people->n_subjects * sizeof(double));
}

static double patients(const onset_trial *t, const onset_outcome *o, int place)
{
    const double n = onset_frame_number(&t->folder->arms, t->arms[place].row, "n");

    if (n > 0) return n;
    return place != o->place || o->control >= 0 ? fmax(1, o->row.n / 2) : o->row.n;
}

static side side_of(const onset_trial *t, const onset_outcome *o, onset_outcome_reading read, const onset_virtual *people, int place)
{
    onset_outcome what = *o;
    double       *y    = room(t, people);

    what.read = read;
    for (long i = 0; i < people->n_subjects; i++) y[i] = onset_trial_value(t, &what, people, i, place);
    const onset_components c = onset_components_of(y, people->n_subjects, 1);
    return (side){.y = y, .mean = c.mean, .variance = c.within, .n = patients(t, o, place)};
}

/* Deviation of a patient, times the derivative; 0 where the arm has no value of the patient. */
static double influence(const side *s, long subject, double derivative)
{
    return isfinite(s->y[subject]) ? derivative * (s->y[subject] - s->mean) : 0;
}

/* Variance of the statistic between draws of the parameters. */
static double between(const onset_trial *t, const onset_virtual *people, const side *a, double da, const side *b, double db)
{
    double *z = room(t, people);

    for (long i = 0; i < people->n_subjects; i++) {
        z[i] = influence(a, i, da) + (b ? influence(b, i, db) : 0);
        if (!isfinite(a->y[i]) && !(b && isfinite(b->y[i]))) z[i] = NAN;
    }
    return onset_components_of(z, people->n_subjects, people->n_groups).between;
}

static onset_prediction exp_of(onset_prediction p)
{
    double *const x[] = {&p.median, &p.low50, &p.high50, &p.low90, &p.high90};

    for (int i = 0; i < 5; i++) *x[i] = exp(*x[i]);
    return p;
}

/* Sampling variance: of trials of this size, or as published [of the logarithm] where neither the row nor its arm gives a size. */
static double sampling(const onset_trial *t, const onset_outcome *o, double variance, bool log_scale)
{
    const onset_frame *outcomes = &t->folder->outcomes;
    const double       low = onset_frame_number(outcomes, o->at, "ci_low"), high = onset_frame_number(outcomes, o->at, "ci_high");
    const bool         sized = onset_frame_number(outcomes, o->at, "n") > 0 || onset_frame_number(&t->folder->arms, o->arm, "n") > 0;
    const double       width = log_scale ? log(high) - log(low) : high - low;

    return sized || !isfinite(width) ? variance : width * width / (4 * 1.959964 * 1.959964);
}

static double square(double x)
{
    return x * x;
}

/* ---- Shares ---- */

/* Shares are held off 0 and 1, where odds and hazards have no logarithm, by less than one of the virtual patients. */
static const double rarest = 0.002;

static void compare_shares(const onset_trial *t, onset_outcome *o, const onset_virtual *people)
{
    const side   a = side_of(t, o, o->of, people, o->place), b = side_of(t, o, o->of, people, o->control);
    const double p = fmin(fmax(a.mean, rarest), 1 - rarest), q = fmin(fmax(b.mean, rarest), 1 - rarest),
                 sd = onset_between_sd(t->work, o->row.spread ? o->row.spread : o->row.unit);
    double da, db, value, variance;

    if (o->read == ONSET_OUTCOME_ODDS_RATIO) {
        da = 1 / (p * (1 - p)), db = -1 / (q * (1 - q));
        value    = log(p / (1 - p)) - log(q / (1 - q));
        variance = 1 / (a.n * p * (1 - p)) + 1 / (b.n * q * (1 - q));
    } else if (o->read == ONSET_OUTCOME_RISK_RATIO) {
        da = 1 / p, db = -1 / q;
        value    = log(p / q);
        variance = (1 - p) / (a.n * p) + (1 - q) / (b.n * q);
    } else if (o->read == ONSET_OUTCOME_HAZARD_RATIO) { /* of cumulative hazards, -log of the shares that are free of the event */
        da = -1 / ((1 - p) * log(1 - p)), db = 1 / ((1 - q) * log(1 - q));
        value    = log(log(1 - p) / log(1 - q));
        variance = 1 / (a.n * p) + 1 / (b.n * q);
    } else {
        da = 100, db = -100;
        value    = 100 * (p - q);
        variance = square(100) * (p * (1 - p) / a.n + q * (1 - q) / b.n);
    }
    const bool log_scale = o->read != ONSET_OUTCOME_RATE_DIFFERENCE;
    variance             = sampling(t, o, variance, log_scale) + between(t, people, &a, da, &b, db) + sd * sd;
    o->row.predicted     = onset_predict_normal(value, variance);
    if (log_scale) o->row.predicted = exp_of(o->row.predicted);
    if (!isfinite(a.mean + b.mean)) o->row.skip = "no virtual patient of these arms is taken by this period";
}

/* ---- Effect sizes ---- */

/* Difference of changes over the pooled SD of the changes; against entry, the change over the pooled SD of the scores at entry and then.
 * Positive: benefit; a row that is negative has the other sign. */
static void effect_size(const onset_trial *t, onset_outcome *o, const onset_virtual *people)
{
    const double sign = o->row.value < 0 ? 1 : -1, sd = onset_between_sd(t->work, o->row.unit);
    const side   a = side_of(t, o, ONSET_OUTCOME_CHANGE, people, o->place);
    double       value, variance, spread, from_draws;

    if (o->control < 0) {
        onset_outcome entry = *o;
        entry.row.time_h    = 0;
        spread              = sqrt((side_of(t, &entry, ONSET_OUTCOME_VALUE, people, o->place).variance +
                       side_of(t, o, ONSET_OUTCOME_VALUE, people, o->place).variance) /
                                   2);
        value               = a.mean / spread;
        variance            = 1 / a.n + value * value / (2 * a.n);
        from_draws          = between(t, people, &a, 1 / spread, NULL, 0);
    } else {
        const side b = side_of(t, o, ONSET_OUTCOME_CHANGE, people, o->control);
        spread       = sqrt((a.variance + b.variance) / 2);
        value        = (a.mean - b.mean) / spread;
        variance     = 1 / a.n + 1 / b.n + value * value / (2 * (a.n + b.n));
        from_draws   = between(t, people, &a, 1 / spread, &b, -1 / spread);
    }
    o->row.predicted = onset_predict_normal(sign * value, sampling(t, o, variance, false) + from_draws + sd * sd);
    if (!isfinite(value)) o->row.skip = "no virtual patient of these arms was solved";
}

/* Change as a percentage of that at the end of treatment; of a difference where the row has a control. */
static void part_of_change(const onset_trial *t, onset_outcome *o, const onset_virtual *people)
{
    onset_outcome end = *o;
    double        now, whole;

    end.row.time_h = o->end_h;
    const side a = side_of(t, o, ONSET_OUTCOME_CHANGE, people, o->place), b = side_of(t, &end, ONSET_OUTCOME_CHANGE, people, o->place);
    now = a.mean, whole = b.mean;
    if (o->control >= 0) {
        now -= side_of(t, o, ONSET_OUTCOME_CHANGE, people, o->control).mean;
        whole -= side_of(t, &end, ONSET_OUTCOME_CHANGE, people, o->control).mean;
    }
    const double variance = square(100 / whole) * (a.variance / a.n) * (1 + square(now / whole));
    o->row.predicted      = onset_predict_normal(100 * now / whole, sampling(t, o, variance, false) +
                                                                        square(100 / whole) * between(t, people, &a, 1, &b, -now / whole));
}

/* ---- Times to an event ---- */

int onset_trial_event_times(double times[ONSET_TRIAL_MAX_EVENT_TIMES])
{
    static const double days[] = {1, 2, 3, 5, 7, 9, 11, 14, 17, 21, 25, 28, 35, 42, 56, 70, 91, 119, 154, 196, 245, 300, 366};
    const int           n      = (int)(sizeof days / sizeof *days);

    for (int i = 0; i < n; i++) times[i] = days[i];
    return n;
}

static side events_by(const onset_trial *t, const onset_outcome *o, const onset_virtual *people, double day)
{
    onset_outcome what = *o;

    what.row.time_h = o->from_h - t->arms[o->place].start_h + 24 * day;
    return side_of(t, &what, ONSET_OUTCOME_RELAPSE, people, o->place);
}

/* Where half of the patients have had the event, on a straight line between days in the logarithm of the share without; beyond the last day at
 * the mean hazard up to it. */
static void median_days(const onset_trial *t, onset_outcome *o, const onset_virtual *people)
{
    double    days[ONSET_TRIAL_MAX_EVENT_TIMES], before = 0, log_before = 0;
    const int n  = onset_trial_event_times(days);
    side      at = {0};

    for (int i = 0; i < n; i++) {
        at                   = events_by(t, o, people, days[i]);
        const double log_now = log(fmax(1 - at.mean, 1e-9));
        if (log_now > log(0.5) && i < n - 1) {
            before = days[i], log_before = log_now;
            continue;
        }
        if (log_now > log(0.5)) before = 0, log_before = 0; /* never within the time simulated */
        const double hazard = (log_before - log_now) / (days[i] - before);
        const double median = before + (log_before - log(0.5)) / hazard;
        /* d log(median) / d share = 1 / (density x median) */
        const double derivative = 1 / (0.5 * hazard * median), sd = onset_between_sd(t->work, "days");
        const double variance = square(derivative) * 0.25 / at.n + between(t, people, &at, derivative, NULL, 0) + sd * sd;
        o->row.predicted      = exp_of(onset_predict_normal(log(median), variance));
        if (!isfinite(median)) o->row.skip = "no virtual patient of this arm is taken, or none has the event";
        return;
    }
}

/* Mean time to the event within the time the trial observed, that time for those without one. */
static void mean_days(const onset_trial *t, onset_outcome *o, const onset_virtual *people)
{
    double    days[ONSET_TRIAL_MAX_EVENT_TIMES], last = 0, followed_h = 28 * 24;
    double   *y = room(t, people);
    const int n = onset_trial_event_times(days);

    for (int i = 0; i < t->outcomes.n; i++) followed_h = fmax(followed_h, t->outcomes.items[i].row.time_h);
    for (long k = 0; k < people->n_subjects; k++) y[k] = 0;
    side before = events_by(t, o, people, 0);
    for (int i = 0; i < n && days[i] * 24 <= followed_h; i++) {
        const side at = events_by(t, o, people, days[i]);
        for (long k = 0; k < people->n_subjects; k++) y[k] += (days[i] - last) * (1 - (at.y[k] + before.y[k]) / 2);
        last = days[i], before = at;
    }
    /* A patient's time varies by more than its expectation does: by an SD of a quarter of the time followed. Chosen by us. */
    const onset_components c  = onset_components_of(y, people->n_subjects, people->n_groups);
    const double           sd = onset_between_sd(t->work, "days");
    o->row.predicted          = onset_predict_normal(c.mean, c.between + (c.within + square(last / 4)) / o->row.n + square(sd * c.mean));
    if (!c.n) o->row.skip = "no virtual patient of this arm is taken by this period";
}

/* ---- Rows ---- */

bool onset_outcome_compares(onset_outcome_reading read)
{
    return read == ONSET_OUTCOME_DIFFERENCE || (read >= ONSET_OUTCOME_SMD && read <= ONSET_OUTCOME_HAZARD_RATIO);
}

void onset_trial_compare(const onset_trial *t, onset_outcome *o, const onset_virtual *people)
{
    switch (o->read) {
    case ONSET_OUTCOME_SMD:
        effect_size(t, o, people);
        break;
    case ONSET_OUTCOME_PART:
        part_of_change(t, o, people);
        break;
    case ONSET_OUTCOME_MEDIAN_DAYS:
        median_days(t, o, people);
        break;
    case ONSET_OUTCOME_MEAN_DAYS:
        mean_days(t, o, people);
        break;
    default:
        compare_shares(t, o, people);
    }
}
