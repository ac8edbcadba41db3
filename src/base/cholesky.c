#include "base/cholesky.h"

#include <math.h>
#include <stddef.h>

int onset_cholesky(double *matrix, int n)
{
    const size_t row = (size_t)n;

    for (size_t i = 0; i < row; i++) {
        for (size_t j = 0; j <= i; j++) {
            double sum = matrix[i * row + j];

            for (size_t k = 0; k < j; k++) sum -= matrix[i * row + k] * matrix[j * row + k];
            if (i == j && !(sum > 1e-12)) return (int)i; /* 1e-12: a matrix of correlations this near to singular is one by rounding */
            matrix[i * row + j] = i == j ? sqrt(sum) : sum / matrix[j * row + j];
        }
        for (size_t j = i + 1; j < row; j++) matrix[i * row + j] = 0;
    }
    return -1;
}
