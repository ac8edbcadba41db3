/* The multivariate normal, and small dense matrices. Row-major. */
#ifndef ONSET_CALIBRATE_NORMAL_H
#define ONSET_CALIBRATE_NORMAL_H

/* Log density at y. v [n][n] symmetric, is overwritten by its factor; z [n] is room: L^-1 (y - mean). NAN where v is not positive definite. */
double onset_mvn_log_density(int n, const double *y, const double *mean, double *v, double *z);

void onset_lower_solve(int n, const double *factor, double *x);            /* x = L^-1 x */
void onset_lower_solve_transposed(int n, const double *factor, double *x); /* x = L^-T x */

#endif
