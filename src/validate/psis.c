#include "validate/psis.h"

#include <math.h>
#include <stdlib.h>

void onset_pareto_fit(const double *x, int n, double *k, double *sigma)
{
    /* The posterior mean of theta on a grid, its prior centred by the first quartile. All as in the paper. */
    const int    m          = 30 + (int)sqrt((double)n);
    const double quartile   = x[(int)floor(n / 4.0 + 0.5) - 1];
    double       sum_weight = 0, theta = 0, most = -INFINITY, *level = malloc(2 * (size_t)m * sizeof *level);

    *k = INFINITY, *sigma = NAN;
    if (!level) return;
    double *const at = level + m;
    for (int j = 0; j < m; j++) {
        double mean_log = 0;
        at[j]           = 1 / x[n - 1] + (1 - sqrt(m / (j + 0.5))) / (3 * quartile);
        for (int i = 0; i < n; i++) mean_log += log1p(-at[j] * x[i]) / n;
        level[j] = n * (log(-at[j] / mean_log) - mean_log - 1);
        most     = fmax(most, level[j]);
    }
    for (int j = 0; j < m; j++) {
        const double weight = exp(level[j] - most);
        sum_weight += weight, theta += weight * at[j];
    }
    theta /= sum_weight;
    *k = 0;
    for (int i = 0; i < n; i++) *k += log1p(-theta * x[i]) / n;
    *sigma = -*k / theta;
    *k     = *k * n / (n + 10.0) + 0.5 * 10 / (n + 10.0); /* a weak prior at 0.5, as the implementation of 2024 has it */
    free(level);
}

static void normalise(double *log_weight, int n)
{
    double most = -INFINITY, sum = 0;

    for (int i = 0; i < n; i++) most = fmax(most, log_weight[i]);
    for (int i = 0; i < n; i++) sum += exp(log_weight[i] - most);
    for (int i = 0; i < n; i++) log_weight[i] -= most + log(sum);
}

typedef struct {
    double value;
    int    at;
} ranked;

static int by_value(const void *a, const void *b)
{
    const ranked *x = a, *y = b;

    return x->value != y->value ? (x->value < y->value ? -1 : 1) : x->at - y->at;
}

/* The tail is log_weight[order[n - m .. n - 1]], ascending. */
static double smooth_tail(double *log_weight, const ranked *order, int n, int m)
{
    const double most = order[n - 1].value, cut = exp(order[n - m - 1].value - most);
    double      *x = malloc((size_t)m * sizeof *x), k = INFINITY, sigma;

    if (!x) return INFINITY;
    for (int i = 0; i < m; i++) x[i] = exp(order[n - m + i].value - most) - cut;
    if (x[m - 1] < 1e-12) {
        free(x);
        return 0; /* the weights are alike */
    }
    for (int i = 0; i < m; i++) x[i] = fmax(x[i], 1e-300);
    onset_pareto_fit(x, m, &k, &sigma);
    for (int i = 0; isfinite(k) && i < m; i++) {
        const double p                  = (i + 0.5) / m;
        const double quantile           = fabs(k) < 1e-12 ? -sigma * log1p(-p) : sigma / k * expm1(-k * log1p(-p));
        log_weight[order[n - m + i].at] = fmin(0, log(cut + quantile)) + most; /* not above the largest raw one */
    }
    free(x);
    return k;
}

double onset_psis(double *log_weight, int n)
{
    const int m     = (int)ceil(fmin(0.2 * n, 3 * sqrt((double)n)));
    ranked   *order = malloc(((size_t)n + 1) * sizeof *order);
    double    k     = INFINITY;

    for (int i = 0; order && i < n; i++) {
        if (isnan(log_weight[i])) log_weight[i] = -INFINITY;
        order[i] = (ranked){log_weight[i], i};
    }
    if (order && m >= 5 && m < n) {
        qsort(order, (size_t)n, sizeof *order, by_value);
        if (isfinite(order[n - m].value)) k = smooth_tail(log_weight, order, n, m);
    }
    free(order);
    normalise(log_weight, n);
    return k;
}

double onset_effective_size(const double *log_weight, int n)
{
    double squares = 0;

    for (int i = 0; i < n; i++) squares += exp(2 * log_weight[i]);
    return squares > 0 ? 1 / squares : 0;
}

void onset_resample(const double *log_weight, int n, int *out, int n_out)
{
    double reached = exp(log_weight[0]);
    int    at      = 0;

    for (int i = 0; i < n_out; i++) {
        while (at < n - 1 && reached < (i + 0.5) / n_out) reached += exp(log_weight[++at]);
        out[i] = at;
    }
}
