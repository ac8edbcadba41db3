#include "validate/safety_reading.h"

#include <math.h>
#include <stdlib.h>

/* ---- The table ---- */

static int find_line(const onset_frame *endpoints, const char *endpoint, const char *metric, size_t n)
{
    for (int i = 0; i < onset_frame_n(endpoints); i++) {
        const char *word = onset_frame_text(endpoints, i, "metric");
        if (strcmp(onset_frame_text(endpoints, i, "endpoint"), endpoint) == 0 && strlen(word) == n && strncmp(word, metric, n) == 0)
            return i;
    }
    return -1;
}

int onset_safety_reading_find(const onset_frame *endpoints, const char *endpoint, const char *metric)
{
    static const char *const suffixes[] = {"_range", "_per_session"};
    size_t                   n          = strlen(metric);
    int                      line       = find_line(endpoints, endpoint, metric, n);

    for (size_t i = 0; i < sizeof suffixes / sizeof *suffixes && line < 0; i++) {
        const size_t end = strlen(suffixes[i]);
        if (n > end && strcmp(metric + n - end, suffixes[i]) == 0) line = find_line(endpoints, endpoint, metric, n - end);
    }
    return line;
}

static onset_safety_read read_of(const char *word)
{
    static const char *const names[ONSET_N_SAFETY_READINGS] = {"",          "value",       "change",      "largest",    "largest_change",
                                                               "share",     "share_above", "share_below", "share_from", "share_change_from",
                                                               "peak_time", "onset_time",  "return_time"};

    for (int i = ONSET_SAFETY_VALUE; i < ONSET_N_SAFETY_READINGS; i++)
        if (strcmp(word, names[i]) == 0) return (onset_safety_read)i;
    return ONSET_SAFETY_NOTHING;
}

static onset_against against_of(const char *word)
{
    return strcmp(word, "ratio") == 0        ? ONSET_AGAINST_RATIO
           : strcmp(word, "odds") == 0       ? ONSET_AGAINST_ODDS
           : strcmp(word, "difference") == 0 ? ONSET_AGAINST_DIFFERENCE
                                             : ONSET_AGAINST_NOTHING;
}

onset_safety_reading onset_safety_reading_of(const onset_frame *endpoints, int line)
{
    onset_safety_reading r  = {.read       = read_of(onset_frame_text(endpoints, line, "read")),
                               .against    = against_of(onset_frame_text(endpoints, line, "against")),
                               .output     = -1,
                               .factor     = 1,
                               .threshold  = onset_frame_number(endpoints, line, "threshold"),
                               .to_h       = onset_frame_number(endpoints, line, "to_h"),
                               .time_h     = NAN,
                               .n_sessions = 1};
    const char          *at = onset_frame_text(endpoints, line, "at_min");
    char                *end;

    if (!(r.to_h > 0)) r.to_h = 4;
    for (double t = strtod(at, &end); end != at && r.n_ratings < ONSET_RATINGS; t = strtod(at, &end)) {
        r.rating_h[r.n_ratings++] = t / 60;
        at                        = end;
    }
    return r;
}

bool onset_safety_reading_is_share(const onset_safety_reading *reading)
{
    return reading->read >= ONSET_SAFETY_SHARE && reading->read <= ONSET_SAFETY_SHARE_CHANGE_FROM;
}

/* ---- Times ---- */

/* Session s, rating k: when. */
static double rating_time(const onset_safety_reading *r, int s, int k)
{
    return s * r->gap_h + r->rating_h[k];
}

static int rated_sessions(const onset_safety_reading *r)
{
    return r->n_sessions < ONSET_RATED_SESSIONS ? r->n_sessions : ONSET_RATED_SESSIONS;
}

void onset_safety_reading_times(const onset_safety_reading *r, double *exact, int *n, double *follow_h)
{
    exact[(*n)++] = isfinite(r->time_h) ? fmax(0, r->time_h) : 0;
    if (r->read == ONSET_SAFETY_SHARE) exact[(*n)++] = r->end_h;
    if (r->read <= ONSET_SAFETY_CHANGE || r->read == ONSET_SAFETY_SHARE) return;
    if (!r->n_ratings) *follow_h = fmax(*follow_h, r->to_h);
    for (int s = 0; s < rated_sessions(r); s++)
        for (int k = 0; k < r->n_ratings; k++) exact[(*n)++] = rating_time(r, s, k);
}

/* ---- Patients ---- */

typedef struct {
    double low, high;
} extremes;

static void widen(extremes *e, double x)
{
    e->low = fmin(e->low, x), e->high = fmax(e->high, x);
}

static extremes extremes_of(const onset_safety_reading *r, const onset_virtual *p, long subject, int arm)
{
    extremes e = {INFINITY, -INFINITY};

    for (int v = 1; v < p->n_visits && !r->n_ratings && p->time_h[v] <= r->to_h + 1e-9; v++)
        widen(&e, onset_virtual_at(p, subject, arm, v, r->output));
    for (int s = 0; s < rated_sessions(r); s++)
        for (int k = 0; k < r->n_ratings; k++)
            widen(&e, onset_virtual_at(p, subject, arm, onset_virtual_visit(p, rating_time(r, s, k)), r->output));
    return e;
}

static double read_patient(const onset_safety_reading *r, const onset_virtual *p, long subject, int arm)
{
    const double before = onset_virtual_at(p, subject, arm, 0, r->output);
    const double now    = onset_virtual_at(p, subject, arm, onset_virtual_visit(p, fmax(0, r->time_h)), r->output);
    extremes     e;

    if (isnan(before)) return NAN;
    if (r->read == ONSET_SAFETY_VALUE) return now;
    if (r->read == ONSET_SAFETY_CHANGE) return now - before;
    if (r->read == ONSET_SAFETY_SHARE) return onset_virtual_at(p, subject, arm, onset_virtual_visit(p, r->end_h), r->output);
    e = extremes_of(r, p, subject, arm);
    switch (r->read) {
    case ONSET_SAFETY_LARGEST:
        return e.high;
    case ONSET_SAFETY_LARGEST_CHANGE:
        return e.high - before;
    case ONSET_SAFETY_SHARE_ABOVE:
        return e.high > r->threshold;
    case ONSET_SAFETY_SHARE_BELOW:
        return e.low < r->threshold;
    case ONSET_SAFETY_SHARE_FROM:
        return e.high >= r->threshold;
    case ONSET_SAFETY_SHARE_CHANGE_FROM:
        return e.high - before >= r->threshold;
    default:
        return NAN;
    }
}

/* ---- The mean over patients ---- */

static double mean_at(const onset_safety_reading *r, const onset_virtual *p, int visit)
{
    double sum = 0;
    long   n   = 0;

    for (long i = 0; i < p->n_subjects; i++) {
        const double x = onset_virtual_at(p, i, 0, visit, r->output);
        if (isfinite(x)) sum += x, n++;
    }
    return n ? sum / (double)n : NAN;
}

static double time_of_mean(const onset_safety_reading *r, const onset_virtual *p)
{
    const double start = mean_at(r, p, 0);
    int          peak  = 0;
    double       high  = start;

    for (int v = 1; v < p->n_visits && p->time_h[v] <= r->to_h + 1e-9; v++)
        if (mean_at(r, p, v) > high) high = mean_at(r, p, v), peak = v;
    if (r->read == ONSET_SAFETY_PEAK_TIME) return p->time_h[peak];
    const double level = start + r->threshold * (high - start);
    const int    step  = r->read == ONSET_SAFETY_ONSET_TIME ? -1 : 1;
    int          v     = peak;

    while (v > 0 && v < p->n_visits - 1 && p->time_h[v] <= r->to_h && mean_at(r, p, v) > level) v += step;
    return p->time_h[v];
}

/* ---- Against people without the drug ---- */

static double contrast(onset_against against, double drug, double none)
{
    return against == ONSET_AGAINST_RATIO  ? drug / none
           : against == ONSET_AGAINST_ODDS ? drug / (1 - drug) / (none / (1 - none))
                                           : drug - none;
}

/* All patients of a group get the contrast of the group's means. */
static void fill_contrast(const onset_safety_reading *r, const onset_virtual *p, double *y)
{
    for (int g = 0; g < p->n_groups; g++) {
        double sum[2] = {0, 0};
        long   n      = 0;

        for (long i = g; i < p->n_subjects; i += p->n_groups) {
            const double drug = read_patient(r, p, i, 0), none = read_patient(r, p, i, 1);
            if (isfinite(drug) && isfinite(none)) sum[0] += drug, sum[1] += none, n++;
        }
        const double value = n ? r->factor * contrast(r->against, sum[0] / (double)n, sum[1] / (double)n) : NAN;
        for (long i = g; i < p->n_subjects; i += p->n_groups) y[i] = value;
    }
}

void onset_safety_reading_fill(const onset_safety_reading *r, const onset_virtual *p, double *y)
{
    if (r->against) {
        fill_contrast(r, p, y);
        return;
    }
    const bool   of_mean = r->read >= ONSET_SAFETY_PEAK_TIME;
    const double time    = of_mean ? time_of_mean(r, p) : NAN;

    for (long i = 0; i < p->n_subjects; i++) y[i] = r->factor * (of_mean ? time : read_patient(r, p, i, 0));
}
