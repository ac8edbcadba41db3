#include "validate/predict.h"

#include "population/population.h"

#include <math.h>
#include <stdlib.h>

onset_components onset_components_of(const double *y, long n, int n_groups)
{
    onset_components c     = {0};
    double           total = 0, squares = 0, means = 0, means2 = 0, inverse = 0;
    long             n_means = 0, freedom = 0;

    for (int g = 0; g < n_groups; g++) {
        double sum = 0, own = 0;
        long   k = 0;

        for (long i = g; i < n; i += n_groups)
            if (isfinite(y[i])) sum += y[i], k++;
        if (!k) continue;
        for (long i = g; i < n; i += n_groups)
            if (isfinite(y[i])) own += (y[i] - sum / (double)k) * (y[i] - sum / (double)k);
        squares += own, freedom += k - 1, total += sum, c.n += k;
        means += sum / (double)k, means2 += sum / (double)k * sum / (double)k, inverse += 1 / (double)k, n_means++;
    }
    if (!c.n) return (onset_components){.mean = NAN};
    c.mean   = total / (double)c.n;
    c.within = freedom > 0 ? squares / (double)freedom : 0;
    if (n_means > 1)
        c.between = fmax(0, (means2 - means * means / (double)n_means) / (double)(n_means - 1) - c.within * inverse / (double)n_means);
    return c;
}

onset_prediction onset_predict_normal(double mean, double variance)
{
    const double sd = sqrt(fmax(0, variance)), z50 = onset_normal_quantile(0.75), z90 = onset_normal_quantile(0.95);

    return (onset_prediction){mean, mean - z50 * sd, mean + z50 * sd, mean - z90 * sd, mean + z90 * sd};
}

/* Smallest count at which the beta-binomial distribution reaches p. */
static long count_at(double a, double b, long n, double p)
{
    double at  = lgamma(a + b) - lgamma(a) - lgamma(b) + lgamma(a) + lgamma((double)n + b) - lgamma((double)n + a + b);
    double sum = exp(at);

    for (long k = 0; k < n; k++) {
        if (sum >= p) return k;
        at += log((double)(n - k)) - log((double)k + 1) + log((double)k + a) - log((double)(n - k) - 1 + b);
        sum += exp(at);
    }
    return n;
}

/* Mean of max(0, -x) for x normal. */
static double below_zero(double mean, double sd)
{
    const double z = mean / sd;

    return sd * exp(-0.5 * z * z) / sqrt(2 * acos(-1.0)) - mean * onset_normal_cdf(-z);
}

void onset_fold_share(double share, double sd, double *mean, double *variance)
{
    const double at_0 = sd > 0 ? below_zero(share, sd) : 0, at_1 = sd > 0 ? below_zero(1 - share, sd) : 0;

    *mean     = share + 2 * at_0 - 2 * at_1;
    *variance = fmax(0, sd * sd + share * share - 4 * at_1 - *mean * *mean);
}

onset_prediction onset_predict_share(double share, double between, long n)
{
    const double p      = fmin(fmax(share, 1e-6), 1 - 1e-6);
    const double spread = fmin(fmax(between, 1e-9 * p * (1 - p)), 0.99 * p * (1 - p)); /* a beta distribution has no more */
    const double size = p * (1 - p) / spread - 1, a = p * size, b = (1 - p) * size, pct = 100 / (double)n;

    return (onset_prediction){pct * (double)count_at(a, b, n, 0.5), pct * (double)count_at(a, b, n, 0.25),
                              pct * (double)count_at(a, b, n, 0.75), pct * (double)count_at(a, b, n, 0.05),
                              pct * (double)count_at(a, b, n, 0.95)};
}

double onset_interval_score(double low, double high, double x, double alpha)
{
    return high - low + 2 / alpha * fmax(0, low - x) + 2 / alpha * fmax(0, x - high);
}
