/* The few statistics of a summary. Values that are not numbers are left out by the caller. */
#ifndef ONSET_STUDY_STATISTICS_H
#define ONSET_STUDY_STATISTICS_H

#include "onset.h"

/* One row of a summary. Not a number where n does not allow it (n 0: all; n 1: sd). */
typedef struct {
    long   n;
    double mean, sd;                   /* sd with n - 1 */
    double p05, p25, median, p75, p95; /* type 7 of Hyndman and Fan 1996, the one of R and NumPy */
} onset_summary;

typedef struct {
    double low, high;
} onset_interval;

/* Summary of x [n], in any order; x is reordered. Sums are taken in the order given, so the same order gives the same bits. */
onset_summary onset_summarise(double *x, long n);

/* Quantiles of x [n], n >= 1, exact, at p [n_p] ascending in [0, 1]; x is reordered. Expected time O(n log n_p). */
void onset_quantiles(double *x, long n, const double *p, int n_p, double *quantiles);

/* 95 % interval of a proportion, events of n >= 1: Wilson 1927, doi:10.1080/01621459.1927.10502953, without continuity correction. */
onset_interval onset_wilson(long events, long n);

/* 95 % interval of a mean: mean +- t(n - 1) sd / sqrt(n). Not a number for n < 2. */
onset_interval onset_mean_interval(double mean, double sd, long n);

/* The 0.975 quantile of Student's t with n >= 1 degrees of freedom, to 1e-8 relative. */
double onset_t975(long n);

#endif
