/* The distributions of a population, each a function of a normal score. */
#include "population/population.h"

#include <math.h>

/* Sums the probabilities up to u; the mean is small enough (the check allows 500) that exp(-mean) is a number. */
static double poisson_quantile(double mean, double u)
{
    const double last = mean + 40 * sqrt(mean) + 60; /* far beyond 1 - 2^-53: rounding of the sum must not make the loop endless */
    double       k = 0, probability = exp(-mean), sum = probability;

    while (u > sum && k < last) {
        k++;
        probability *= mean / k;
        sum += probability;
    }
    return k;
}

static double category_of(const onset_draw *draw, double u)
{
    int k = 0;

    while (k < draw->n_labels - 1 && u > draw->cumulative[k]) k++;
    return k;
}

static double logit(double p)
{
    return log(p / (1 - p));
}

static double log_sd(double cv)
{
    return sqrt(log1p(cv * cv));
}

double onset_draw_value(const onset_draw *draw, double score)
{
    switch (draw->dist) {
    case ONSET_DIST_NORMAL:
        return draw->a + draw->b * score;
    case ONSET_DIST_LOGNORMAL:
        return draw->a * exp(log_sd(draw->b) * score);
    case ONSET_DIST_UNIFORM:
        return draw->a + (draw->b - draw->a) * onset_normal_cdf(score);
    case ONSET_DIST_LOGITNORMAL:
        return 1 / (1 + exp(-(logit(draw->a) + draw->b * score)));
    case ONSET_DIST_POISSON:
        return poisson_quantile(draw->a, onset_normal_cdf(score));
    case ONSET_DIST_CATEGORY:
        return category_of(draw, onset_normal_cdf(score));
    }
    return NAN;
}

/* P(X <= x), or P(X < x) where `below`. */
static double share_up_to(const onset_draw *draw, double x, bool below)
{
    double sum = 0, probability = exp(-draw->a);

    if (x == -INFINITY || x == INFINITY) return x > 0;
    switch (draw->dist) {
    case ONSET_DIST_NORMAL:
        return onset_normal_cdf((x - draw->a) / draw->b);
    case ONSET_DIST_LOGNORMAL:
        return x <= 0 ? 0 : onset_normal_cdf(log(x / draw->a) / log_sd(draw->b));
    case ONSET_DIST_UNIFORM:
        return fmin(1, fmax(0, (x - draw->a) / (draw->b - draw->a)));
    case ONSET_DIST_LOGITNORMAL:
        return x <= 0 || x >= 1 ? x >= 1 : onset_normal_cdf((logit(x) - logit(draw->a)) / draw->b);
    case ONSET_DIST_POISSON:
        for (double k = 0; (below ? k < x : k <= x) && sum < 1 - 1e-15 && k < 1e5; k++, probability *= draw->a / k) sum += probability;
        return fmin(1, sum);
    case ONSET_DIST_CATEGORY:
        return 1;
    }
    return NAN;
}

double onset_draw_share(const onset_draw *draw)
{
    const double low = draw->low, high = draw->high, centre = onset_draw_value(draw, 0);
    const bool   steady = draw->dist == ONSET_DIST_UNIFORM ? draw->a == draw->b : draw->dist != ONSET_DIST_POISSON && draw->b == 0;

    if (draw->dist == ONSET_DIST_CATEGORY || (low == -INFINITY && high == INFINITY)) return 1;
    if (steady) return centre >= low && centre <= high; /* a spread of 0 has one value */
    return fmax(0, share_up_to(draw, high, false) - share_up_to(draw, low, true));
}
