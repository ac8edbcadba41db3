#include "calibrate/normal.h"

#include "base/cholesky.h"

#include <math.h>

void onset_lower_solve(int n, const double *l, double *x)
{
    for (int i = 0; i < n; i++) {
        for (int k = 0; k < i; k++) x[i] -= l[i * n + k] * x[k];
        x[i] /= l[i * n + i];
    }
}

void onset_lower_solve_transposed(int n, const double *l, double *x)
{
    for (int i = n - 1; i >= 0; i--) {
        for (int k = i + 1; k < n; k++) x[i] -= l[k * n + i] * x[k];
        x[i] /= l[i * n + i];
    }
}

double onset_mvn_log_density(int n, const double *y, const double *mean, double *v, double *z)
{
    double sum = -0.5 * n * log(2 * 3.14159265358979323846);

    if (onset_cholesky(v, n) >= 0) return NAN;
    for (int i = 0; i < n; i++) z[i] = y[i] - mean[i];
    onset_lower_solve(n, v, z);
    for (int i = 0; i < n; i++) sum -= log(v[i * n + i]) + 0.5 * z[i] * z[i];
    return sum;
}
