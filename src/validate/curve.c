#include "validate/curve.h"

#include <math.h>

static const double first_sample_h = 1 / 60.0 - 1e-9;

double onset_curve_at(const onset_curve *curve, double t)
{
    int best = 0;

    for (int i = 1; i < curve->n; i++)
        if (fabs(curve->t[i] - t) < fabs(curve->t[best] - t)) best = i;
    return curve->n ? curve->x[best] : NAN;
}

double onset_curve_largest(const onset_curve *curve, double to, double *when)
{
    double largest = -INFINITY, at = NAN;

    for (int i = 0; i < curve->n && curve->t[i] <= to + 1e-9; i++)
        if (curve->t[i] >= first_sample_h && curve->x[i] > largest) largest = curve->x[i], at = curve->t[i];
    if (when) *when = at;
    return isnan(at) ? NAN : largest;
}

/* Rate of an exponential fall from a to b in h; 0 where the level does not fall. */
static double fall(double a, double b, double h)
{
    return b > 0 && a > b ? log(a / b) / h : 0;
}

/* Area and first moment (about 0) of one interval. */
static void add_interval(double t0, double t1, double x0, double x1, double *area, double *moment)
{
    const double h = t1 - t0, k = fall(x0, x1, h);

    if (k * h > 1e-6) {
        *area += (x0 - x1) / k;
        *moment += (t0 * x0 - t1 * x1) / k + (x0 - x1) / (k * k);
    } else {
        *area += (x0 + x1) / 2 * h;
        *moment += (t0 * x0 + t1 * x1) / 2 * h;
    }
}

static void integrate(const onset_curve *c, double to, double *area, double *moment)
{
    *area = *moment = 0;
    for (int i = 1; i < c->n && c->t[i - 1] < to; i++) {
        double t1 = c->t[i], x1 = c->x[i];
        if (t1 > to) {
            x1 = c->x[i - 1] + (x1 - c->x[i - 1]) * (to - c->t[i - 1]) / (t1 - c->t[i - 1]);
            t1 = to;
        }
        add_interval(c->t[i - 1], t1, c->x[i - 1], x1, area, moment);
    }
    if (isinf(to) && c->n > 1) {
        const double t = c->t[c->n - 1], x = c->x[c->n - 1], k = fall(c->x[c->n - 2], x, t - c->t[c->n - 2]);
        if (k > 0) *area += x / k, *moment += t * x / k + x / (k * k);
    }
}

double onset_curve_area(const onset_curve *curve, double to)
{
    double area, moment;

    integrate(curve, to, &area, &moment);
    return area;
}

double onset_curve_residence(const onset_curve *curve)
{
    double area, moment;

    integrate(curve, INFINITY, &area, &moment);
    return moment / area;
}

double onset_curve_half_life(const onset_curve *curve, double from_share, double to_share)
{
    double       peak_at, n = 0, st = 0, sy = 0, stt = 0, sty = 0;
    const double peak  = onset_curve_largest(curve, INFINITY, &peak_at);
    bool         ended = false;

    for (int i = 0; i < curve->n && !ended; i++) {
        const double t = curve->t[i], x = curve->x[i];
        if (!(t >= peak_at) || x > from_share * peak) continue;
        ended = x < to_share * peak;
        if (!(x > 0) || (ended && n >= 2)) break;
        n += 1, st += t, sy += log(x), stt += t * t, sty += t * log(x);
    }
    const double slope = (n * sty - st * sy) / (n * stt - st * st);
    return n >= 2 && slope < 0 ? -log(2) / slope : NAN;
}
