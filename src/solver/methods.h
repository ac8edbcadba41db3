/* The coefficients of the one-step methods, as data. Figures only: lanes_*.c runs them, tests/solver/test_methods.c checks their order. */
#ifndef ONSET_SOLVER_METHODS_H
#define ONSET_SOLVER_METHODS_H

enum { ONSET_MAX_STAGES = 8, ONSET_DENSE_DEGREE = 4 };

/* A stiffly accurate Rosenbrock method in the form without matrix products (Hairer and Wanner, Solving ODEs II, eq. IV.7.25):
 *
 *   (I/(h gamma) - J) u_i = f(t + alpha_i h, y + sum_j a_ij u_j) + sum_j c_ij/h u_j + h d_i df/dt
 *   y1 = y + sum_j a_sj u_j + u_s,   error = u_s
 *
 * Stages from `adds_from` on (counted from 0) add the last u alone: their a row is the row before and a 1. */
typedef struct {
    const char *name, *source;
    int         stages, order, error_order, adds_from;
    double      gamma;
    double      alpha[ONSET_MAX_STAGES], d[ONSET_MAX_STAGES];
    double      a[ONSET_MAX_STAGES][ONSET_MAX_STAGES], c[ONSET_MAX_STAGES][ONSET_MAX_STAGES];
    /* Dense output: y(x) = y (1-x) + x (y1 + (1-x) (k_0 + x (k_1 + x k_2))), k_m = sum_j h_mj u_j, x from 0 to 1. */
    double h[3][ONSET_MAX_STAGES];
} onset_rosenbrock_method;

/* An explicit Runge-Kutta pair whose last stage is the first of the next step.
 *
 *   k_i = f(t + c_i h, y + h sum_j a_ij k_j),  y1 = the argument of the last stage,  error = h sum_j e_j k_j
 *   y(x) = y + h sum_j (sum_m dense_jm x^(m+1)) k_j */
typedef struct {
    const char *name, *source;
    int         stages, order, error_order;
    double      c[ONSET_MAX_STAGES], e[ONSET_MAX_STAGES];
    double      a[ONSET_MAX_STAGES][ONSET_MAX_STAGES];
    double      dense[ONSET_MAX_STAGES][ONSET_DENSE_DEGREE];
} onset_explicit_method;

extern const onset_rosenbrock_method onset_rodas4, onset_rodas4p, onset_rodas5, onset_rodas5p;
extern const onset_explicit_method   onset_tsit5, onset_dopri5;

/* Dense output of a Rosenbrock method as polynomials: y(x) = y + sum_j (sum_m dense_jm x^(m+1)) u_j. */
void onset_rosenbrock_dense(const onset_rosenbrock_method *method, double dense[ONSET_MAX_STAGES][ONSET_DENSE_DEGREE]);

#endif
