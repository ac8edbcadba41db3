#include "study/statistics.h"

#include <math.h>

/* 0.975 quantile of the normal distribution, to all digits of a double. */
#define Z975 1.959963984540054

static void swap(double *a, double *b)
{
    double t = *a;
    *a       = *b;
    *b       = t;
}

static double median_of_three(double a, double b, double c)
{
    if (a > b) swap(&a, &b);
    if (b > c) b = c;
    return a > b ? a : b;
}

/* Three-way partition of x[low..high): less than, equal to and greater than the pivot, the equal ones at [*first, *last). Ties are
 * common (scores are rounded), and must not make it quadratic. */
static void partition(double *x, long low, long high, double pivot, long *first, long *last)
{
    long less = low, more = high;

    for (long i = low; i < more;) {
        if (x[i] < pivot) {
            swap(&x[i++], &x[less++]);
        } else if (x[i] > pivot) {
            swap(&x[i], &x[--more]);
        } else {
            i++;
        }
    }
    *first = less;
    *last  = more;
}

/* Puts the elements of the ranks [n_ranks], ascending, in x[low..high) where sorting would put them. Recursion goes into the side with
 * fewer ranks only as deep as there are ranks; the other side is the loop. */
static void select_ranks(double *x, long low, long high, const long *ranks, int n_ranks)
{
    while (n_ranks > 0 && high - low > 1) {
        long first, last;
        int  n_low = 0, n_high = 0;

        partition(x, low, high, median_of_three(x[low], x[low + (high - low) / 2], x[high - 1]), &first, &last);
        while (n_low < n_ranks && ranks[n_low] < first) n_low++;
        while (n_high < n_ranks - n_low && ranks[n_ranks - 1 - n_high] >= last) n_high++;
        if (n_low > 0 && n_high > 0) select_ranks(x, low, first, ranks, n_low);
        if (n_high > 0) {
            ranks += n_ranks - n_high;
            n_ranks = n_high;
            low     = last;
        } else {
            n_ranks = n_low;
            high    = first;
        }
    }
}

enum { MAX_QUANTILES = 16 };

/* Type 7: the quantile lies at h = (n - 1) p, between the order statistics floor(h) and floor(h) + 1, counted from 0. */
void onset_quantiles(double *x, long n, const double *p, int n_p, double *quantiles)
{
    long ranks[2 * MAX_QUANTILES] = {0};
    int  n_ranks                  = 0;

    for (int i = 0; i < n_p && i < MAX_QUANTILES; i++) {
        long at = (long)floor((double)(n - 1) * p[i]);

        for (long r = at; r <= at + 1 && r < n; r++)
            if (n_ranks == 0 || ranks[n_ranks - 1] < r) ranks[n_ranks++] = r;
    }
    select_ranks(x, 0, n, ranks, n_ranks);
    for (int i = 0; i < n_p && i < MAX_QUANTILES; i++) {
        double h    = (double)(n - 1) * p[i];
        long   at   = (long)floor(h);
        double part = h - (double)at;

        quantiles[i] = part > 0 && at + 1 < n ? x[at] + part * (x[at + 1] - x[at]) : x[at];
    }
}

onset_summary onset_summarise(double *x, long n)
{
    static const double p[5] = {0.05, 0.25, 0.5, 0.75, 0.95};
    double              q[5], sum = 0, squares = 0;
    onset_summary       s = {n, NAN, NAN, NAN, NAN, NAN, NAN, NAN};

    if (n < 1) return s;
    for (long i = 0; i < n; i++) sum += x[i];
    s.mean = sum / (double)n;
    for (long i = 0; i < n; i++) squares += (x[i] - s.mean) * (x[i] - s.mean);
    if (n > 1) s.sd = sqrt(squares / (double)(n - 1));
    onset_quantiles(x, n, p, 5, q);
    s.p05    = q[0];
    s.p25    = q[1];
    s.median = q[2];
    s.p75    = q[3];
    s.p95    = q[4];
    return s;
}

onset_interval onset_wilson(long events, long n)
{
    double size = (double)n, p = (double)events / size, z2 = Z975 * Z975;
    double centre = (p + z2 / (2 * size)) / (1 + z2 / size);
    double half   = Z975 / (1 + z2 / size) * sqrt(p * (1 - p) / size + z2 / (4 * size * size));

    /* the limits are exact at the ends; rounding must not put them outside */
    return (onset_interval){events == 0 ? 0 : centre - half, events == n ? 1 : centre + half};
}

onset_interval onset_mean_interval(double mean, double sd, long n)
{
    double half = n < 2 ? NAN : onset_t975(n - 1) * sd / sqrt((double)n);

    return (onset_interval){mean - half, mean + half};
}

/* P(|T| <= t) for n degrees of freedom, the finite sums 26.7.3 and 26.7.4 of Abramowitz and Stegun. */
static double t_inside(double t, long n)
{
    double theta = atan(t / sqrt((double)n)), c2 = cos(theta) * cos(theta), term, sum;

    if (n == 1) return 2 * theta / M_PI;
    if (n % 2 == 1) {
        term = cos(theta);
        sum  = term;
        for (long k = 3; k <= n - 2; k += 2) sum += term *= c2 * (double)(k - 1) / (double)k;
        return 2 / M_PI * (theta + sin(theta) * sum);
    }
    term = sum = 1;
    for (long k = 2; k <= n - 2; k += 2) sum += term *= c2 * (double)(k - 1) / (double)k;
    return sin(theta) * sum;
}

/* Degrees of freedom from which the expansion below is used; its error is then under 1e-9. */
enum { T_EXPANSION_FROM = 200 };

double onset_t975(long n)
{
    double z = Z975, low = 1.9, high = 13, m = (double)n;

    if (n >= T_EXPANSION_FROM) { /* Abramowitz and Stegun 26.7.5 */
        double z3 = z * z * z, z5 = z3 * z * z, z7 = z5 * z * z, z9 = z7 * z * z;
        double g1 = (z3 + z) / 4, g2 = (5 * z5 + 16 * z3 + 3 * z) / 96, g3 = (3 * z7 + 19 * z5 + 17 * z3 - 15 * z) / 384;
        double g4 = (79 * z9 + 776 * z7 + 1482 * z5 - 1920 * z3 - 945 * z) / 92160;
        return z + g1 / m + g2 / (m * m) + g3 / (m * m * m) + g4 / (m * m * m * m);
    }
    while (high - low > 1e-13 * high) {
        double middle = (low + high) / 2;
        if (t_inside(middle, n) < 0.95) {
            low = middle;
        } else {
            high = middle;
        }
        if (middle == low && middle == high) break;
    }
    return (low + high) / 2;
}
