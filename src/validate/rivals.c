#include "validate/rivals.h"

#include "population/population.h"

#include <math.h>

/* Spans of time that count as one [h]; chosen by us around the visits of trials: hours, days 1, 2 to 4, week 1, 2, 3 to 4, 6, later. */
static int span_of(double time_h)
{
    const double ends[] = {12, 36, 108, 240, 420, 756, 1200};
    int          span   = 0;

    while (span < 7 && time_h > ends[span]) span++;
    return span;
}

typedef enum { SAME_SPAN, SAME_CLASS, SAME_FAMILY } likeness;

typedef struct {
    const onset_row *rows;
    int              n;
    bool             leaves_out; /* the trial of the row that is predicted */
} fitted;

static bool is_like(const fitted *how, const onset_row *other, const onset_row *row, likeness like)
{
    if (!other->is_calibration || other->family != row->family || other->is_control != row->is_control || !isfinite(other->pooled) ||
        !isfinite(other->time_h))
        return false;
    if (how->leaves_out && strcmp(other->study, row->study) == 0) return false;
    if (like == SAME_FAMILY) return true;
    return strcmp(other->class_name, row->class_name) == 0 && (like == SAME_CLASS || span_of(other->time_h) == span_of(row->time_h));
}

typedef struct {
    double n, mean, sd;
} pooled;

static pooled pool(const fitted *how, const onset_row *row, likeness like)
{
    double k = 0, sum = 0, squares = 0;

    for (int i = 0; i < how->n; i++)
        if (is_like(how, &how->rows[i], row, like)) k++, sum += how->rows[i].pooled, squares += how->rows[i].pooled * how->rows[i].pooled;
    if (k < 1) return (pooled){0, NAN, NAN};
    return (pooled){k, sum / k, k > 1 ? sqrt(fmax(0, (squares - sum * sum / k) / (k - 1))) : NAN};
}

/* In the unit of the row; shares stay within 0 and 100. */
static onset_prediction in_unit(const onset_row *row, double mean, double variance)
{
    onset_prediction p   = onset_predict_normal(row->factor * mean + row->offset, row->factor * row->factor * variance);
    double *const    x[] = {&p.median, &p.low50, &p.high50, &p.low90, &p.high90};

    for (int i = 0; row->is_pct && i < 5; i++) *x[i] = fmin(fmax(*x[i], 0), 100);
    return p;
}

static onset_prediction pooled_mean(const fitted *how, const onset_row *row)
{
    pooled p = pool(how, row, SAME_SPAN);

    if (p.n < 3) p = pool(how, row, SAME_CLASS);
    if (p.n < 3) p = pool(how, row, SAME_FAMILY);
    return in_unit(row, p.mean, p.sd * p.sd * (1 + 1 / p.n));
}

typedef struct {
    double e0, emax, t50, variance, n;
} emax_fit;

/* Weighted least squares of e0 and emax at a given t50. */
static emax_fit fit_at(const fitted *how, const onset_row *row, likeness like, double t50)
{
    emax_fit f = {.t50 = t50};
    double   w = 0, wx = 0, wy = 0, wxx = 0, wxy = 0, residual = 0;

    for (int i = 0; i < how->n; i++) {
        if (!is_like(how, &how->rows[i], row, like)) continue;
        const double x = how->rows[i].time_h / (how->rows[i].time_h + t50), y = how->rows[i].pooled,
                     weight = how->rows[i].n > 0 ? how->rows[i].n : 1;
        w += weight, wx += weight * x, wy += weight * y, wxx += weight * x * x, wxy += weight * x * y, f.n++;
    }
    const double spread = w * wxx - wx * wx;
    f.emax              = spread > 1e-9 * w * wxx ? (w * wxy - wx * wy) / spread : 0;
    f.e0                = (wy - f.emax * wx) / w;
    for (int i = 0; i < how->n; i++) {
        if (!is_like(how, &how->rows[i], row, like)) continue;
        const double e = how->rows[i].pooled - f.e0 - f.emax * how->rows[i].time_h / (how->rows[i].time_h + t50);
        residual += (how->rows[i].n > 0 ? how->rows[i].n : 1) * e * e;
    }
    f.variance = residual / w * f.n / fmax(1, f.n - 3);
    return f;
}

static onset_prediction emax_time(const fitted *how, const onset_row *row)
{
    const likeness like = pool(how, row, SAME_CLASS).n >= 5 ? SAME_CLASS : SAME_FAMILY;
    emax_fit       best = {.variance = INFINITY};

    /* T50 from 15 min to 12 weeks, in steps of a factor of two: finer steps change no score. */
    for (double t50 = 0.25; t50 < 2100; t50 *= 2) {
        const emax_fit fit = fit_at(how, row, like, t50);
        if (fit.variance < best.variance) best = fit;
    }
    if (!isfinite(best.variance)) return (onset_prediction){NAN, NAN, NAN, NAN, NAN};
    return in_unit(row, best.e0 + best.emax * row->time_h / (row->time_h + best.t50), best.variance * (1 + 1 / best.n));
}

void onset_rivals_predict(onset_row *rows, int n)
{
    for (int i = 0; i < n; i++) {
        const onset_prediction none = {NAN, NAN, NAN, NAN, NAN};
        onset_row             *row  = &rows[i];

        for (int k = 0; k < ONSET_N_RIVALS; k++) row->rival[k] = row->left_out_rival[k] = none;
        if (row->skip || row->is_training || row->family == ONSET_FAMILY_NONE) continue;
        for (int k = 0; k < 2; k++) {
            const fitted            how = {rows, n, k == 1};
            onset_prediction *const to  = k ? row->left_out_rival : row->rival;
            to[ONSET_RIVAL_POOLED]      = pooled_mean(&how, row);
            to[ONSET_RIVAL_EMAX]        = emax_time(&how, row);
        }
    }
}
