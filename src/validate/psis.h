/* Pareto-smoothed importance sampling: Vehtari, Gelman and Gabry 2017, doi:10.1007/s11222-016-9696-4; Vehtari et al. 2024, JMLR 25(72). */
#ifndef ONSET_VALIDATE_PSIS_H
#define ONSET_VALIDATE_PSIS_H

/* Shape k and scale of a generalised Pareto distribution fitted to x [n], ascending and above 0: Zhang and Stephens 2009,
 * doi:10.1198/tech.2009.08017. */
void onset_pareto_fit(const double *x, int n, double *k, double *sigma);

/* Replaces the largest of n log weights by quantiles of the Pareto distribution fitted to them, and makes the weights sum to 1 (as logs).
 * Returns k-hat: below 0.7 the weighted means can be relied on; INFINITY where there are too few draws for a tail. 0 where all are alike.
 * -INFINITY stands for a weight of 0. */
double onset_psis(double *log_weight, int n);

double onset_effective_size(const double *log_weight, int n); /* 1 / sum of squares of normalised weights */

/* Draws n_out indices of n by their normalised log weights, at even steps (systematic resampling, from the middle of the first). */
void onset_resample(const double *log_weight, int n, int *out, int n_out);

#endif
