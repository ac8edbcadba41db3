/* Cholesky's factorisation, for matrices of correlations. */
#ifndef ONSET_BASE_CHOLESKY_H
#define ONSET_BASE_CHOLESKY_H

/* Turns a symmetric matrix [n][n], row-major, of which the lower part is read, into its lower factor, zeros above the diagonal.
 * Returns -1, or the row that cannot be completed because the matrix is not positive definite; the matrix is then half done. */
int onset_cholesky(double *matrix, int n);

#endif
