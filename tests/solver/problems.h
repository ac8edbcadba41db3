/* Test problems for one patient, in plain C. Sources stand at each. */
#ifndef PROBLEMS_H
#define PROBLEMS_H

#include "kernel_by_hand.h"

#include <math.h>

#define JAC(i, j) jac[(j)*N + (i)]

/* ---- three_cmt: depot and three compartments, amounts; CP. params CL V1 Q2 V2 Q3 V3 KA; covariate: factor on CL ---- */
#define N 4
static inline void three_cmt_initial(const double *p, double *y)
{
    (void)p;
    for (int i = 0; i < N; i++) y[i] = 0;
}
static inline void three_cmt_rhs(double t, const double *y, const double *p, double *f)
{
    double cl = p[0] * p[7];

    (void)t;
    f[0] = -p[6] * y[0];
    f[1] = p[6] * y[0] - (cl + p[2] + p[4]) / p[1] * y[1] + p[2] / p[3] * y[2] + p[4] / p[5] * y[3];
    f[2] = p[2] / p[1] * y[1] - p[2] / p[3] * y[2];
    f[3] = p[4] / p[1] * y[1] - p[4] / p[5] * y[3];
}
static inline void three_cmt_jacobian(double t, const double *y, const double *p, double *jac, double *dfdt)
{
    (void)t, (void)y, (void)dfdt;
    JAC(0, 0) = -p[6];
    JAC(1, 0) = p[6];
    JAC(1, 1) = -(p[0] * p[7] + p[2] + p[4]) / p[1];
    JAC(1, 2) = p[2] / p[3];
    JAC(1, 3) = p[4] / p[5];
    JAC(2, 1) = p[2] / p[1];
    JAC(2, 2) = -p[2] / p[3];
    JAC(3, 1) = p[4] / p[1];
    JAC(3, 3) = -p[4] / p[5];
}
static inline void three_cmt_outputs(double t, const double *y, const double *p, double *out)
{
    (void)t;
    out[0] = y[1] / p[1];
    out[1] = y[0] + y[1] + y[2] + y[3];
}
#undef N
static const problem three_cmt = {4, 7, 1, 2, 0, three_cmt_initial, three_cmt_rhs, three_cmt_jacobian, three_cmt_outputs};
KERNELS(three_cmt)

/* ---- rober: Robertson's reactions, with its standard start ---- */
#define N 3
static inline void rober_initial(const double *p, double *y)
{
    (void)p;
    y[0] = 1, y[1] = 0, y[2] = 0;
}
static inline void rober_rhs(double t, const double *y, const double *p, double *f)
{
    (void)t;
    f[0] = -p[0] * y[0] + p[1] * y[1] * y[2];
    f[2] = p[2] * y[1] * y[1];
    f[1] = -f[0] - f[2];
}
static inline void rober_jacobian(double t, const double *y, const double *p, double *jac, double *dfdt)
{
    (void)t, (void)dfdt;
    JAC(0, 0) = -p[0], JAC(0, 1) = p[1] * y[2], JAC(0, 2) = p[1] * y[1];
    JAC(2, 1) = 2 * p[2] * y[1];
    JAC(1, 0) = -JAC(0, 0), JAC(1, 1) = -JAC(0, 1) - JAC(2, 1), JAC(1, 2) = -JAC(0, 2);
}
static inline void copy_3(double t, const double *y, const double *p, double *out)
{
    (void)t, (void)p;
    for (int i = 0; i < 3; i++) out[i] = y[i];
}
#undef N
static const problem rober = {3, 3, 0, 3, 0, rober_initial, rober_rhs, rober_jacobian, copy_3};
KERNELS(rober)

/* ---- orego: the Oregonator of Field and Noyes ---- */
#define N 3
static inline void orego_initial(const double *p, double *y)
{
    (void)p;
    y[0] = 1, y[1] = 2, y[2] = 3;
}
static inline void orego_rhs(double t, const double *y, const double *p, double *f)
{
    (void)t;
    f[0] = p[0] * (y[1] + y[0] * (1 - p[1] * y[0] - y[1]));
    f[1] = (y[2] - (1 + y[0]) * y[1]) / p[0];
    f[2] = p[2] * (y[0] - y[2]);
}
static inline void orego_jacobian(double t, const double *y, const double *p, double *jac, double *dfdt)
{
    (void)t, (void)dfdt;
    JAC(0, 0) = p[0] * (1 - 2 * p[1] * y[0] - y[1]), JAC(0, 1) = p[0] * (1 - y[0]);
    JAC(1, 0) = -y[1] / p[0], JAC(1, 1) = -(1 + y[0]) / p[0], JAC(1, 2) = 1 / p[0];
    JAC(2, 0) = p[2], JAC(2, 2) = -p[2];
}
#undef N
static const problem orego = {3, 3, 0, 3, 0, orego_initial, orego_rhs, orego_jacobian, copy_3};
KERNELS(orego)

/* ---- vdpol: van der Pol's oscillator in the stiff scaling, y0' = y1, y1' = ((1 - y0^2) y1 - y0) / eps ---- */
#define N 2
static inline void vdpol_initial(const double *p, double *y)
{
    (void)p;
    y[0] = 2, y[1] = 0;
}
static inline void vdpol_rhs(double t, const double *y, const double *p, double *f)
{
    (void)t;
    f[0] = y[1];
    f[1] = ((1 - y[0] * y[0]) * y[1] - y[0]) / p[0];
}
static inline void vdpol_jacobian(double t, const double *y, const double *p, double *jac, double *dfdt)
{
    (void)t, (void)dfdt;
    JAC(0, 1) = 1;
    JAC(1, 0) = (-2 * y[0] * y[1] - 1) / p[0], JAC(1, 1) = (1 - y[0] * y[0]) / p[0];
}
static inline void vdpol_outputs(double t, const double *y, const double *p, double *out)
{
    (void)t, (void)p;
    out[0] = y[0], out[1] = y[1];
}
#undef N
static const problem vdpol = {2, 1, 0, 2, 0, vdpol_initial, vdpol_rhs, vdpol_jacobian, vdpol_outputs};
KERNELS(vdpol)

/* ---- hires: growth of plants by light; eight states ---- */
#define N 8
static inline void hires_initial(const double *p, double *y)
{
    (void)p;
    for (int i = 0; i < N; i++) y[i] = 0;
    y[0] = 1, y[7] = 0.0057;
}
static inline void hires_rhs(double t, const double *y, const double *p, double *f)
{
    (void)t, (void)p;
    f[0] = -1.71 * y[0] + 0.43 * y[1] + 8.32 * y[2] + 0.0007;
    f[1] = 1.71 * y[0] - 8.75 * y[1];
    f[2] = -10.03 * y[2] + 0.43 * y[3] + 0.035 * y[4];
    f[3] = 8.32 * y[1] + 1.71 * y[2] - 1.12 * y[3];
    f[4] = -1.745 * y[4] + 0.43 * (y[5] + y[6]);
    f[5] = -280 * y[5] * y[7] + 0.69 * y[3] + 1.71 * y[4] - 0.43 * y[5] + 0.69 * y[6];
    f[6] = 280 * y[5] * y[7] - 1.81 * y[6];
    f[7] = -f[6];
}
static inline void hires_jacobian(double t, const double *y, const double *p, double *jac, double *dfdt)
{
    (void)t, (void)p, (void)dfdt;
    JAC(0, 0) = -1.71, JAC(0, 1) = 0.43, JAC(0, 2) = 8.32;
    JAC(1, 0) = 1.71, JAC(1, 1) = -8.75;
    JAC(2, 2) = -10.03, JAC(2, 3) = 0.43, JAC(2, 4) = 0.035;
    JAC(3, 1) = 8.32, JAC(3, 2) = 1.71, JAC(3, 3) = -1.12;
    JAC(4, 4) = -1.745, JAC(4, 5) = 0.43, JAC(4, 6) = 0.43;
    JAC(5, 3) = 0.69, JAC(5, 4) = 1.71, JAC(5, 5) = -280 * y[7] - 0.43, JAC(5, 6) = 0.69, JAC(5, 7) = -280 * y[5];
    JAC(6, 5) = 280 * y[7], JAC(6, 6) = -1.81, JAC(6, 7) = 280 * y[5];
    JAC(7, 5) = -280 * y[7], JAC(7, 6) = 1.81, JAC(7, 7) = -280 * y[5];
}
static inline void hires_outputs(double t, const double *y, const double *p, double *out)
{
    (void)t, (void)p;
    for (int i = 0; i < N; i++) out[i] = y[i];
}
#undef N
static const problem hires = {8, 1, 0, 8, 0, hires_initial, hires_rhs, hires_jacobian, hires_outputs};
KERNELS(hires)

/* ---- wave: y0' = -y0 y1 cos(t), y1' = -rate (y1 - (1 + a sin t)) + a cos t; y1 = 1 + a sin t, y0 = exp(-(sin t + a sin^2 t / 2)). Nonlinear, time-dependent,
 * as stiff as `rate` says. params rate, a ---- */
#define N 2
static inline void wave_initial(const double *p, double *y)
{
    (void)p;
    y[0] = 1, y[1] = 1;
}
static inline void wave_rhs(double t, const double *y, const double *p, double *f)
{
    f[0] = -y[0] * y[1] * cos(t);
    f[1] = -p[0] * (y[1] - (1 + p[1] * sin(t))) + p[1] * cos(t);
}
static inline void wave_jacobian(double t, const double *y, const double *p, double *jac, double *dfdt)
{
    JAC(0, 0) = -y[1] * cos(t), JAC(0, 1) = -y[0] * cos(t);
    JAC(1, 1) = -p[0];
    dfdt[0]   = y[0] * y[1] * sin(t);
    dfdt[1]   = p[0] * p[1] * cos(t) - p[1] * sin(t);
}
static inline void wave_outputs(double t, const double *y, const double *p, double *out)
{
    (void)t, (void)p;
    out[0] = y[0], out[1] = y[1];
}
#undef N
static const problem wave = {2, 2, 0, 2, 1, wave_initial, wave_rhs, wave_jacobian, wave_outputs};
KERNELS(wave)

/* ---- burst: y' = rate y^2, which reaches infinity at t = 1/(rate y(0)); sqrt of a negative when broken ---- */
static inline void burst_initial(const double *p, double *y)
{
    y[0] = p[1];
}
static inline void burst_rhs(double t, const double *y, const double *p, double *f)
{
    (void)t;
    f[0] = p[0] * y[0] * y[0] + sqrt(p[2]);
}
static inline void burst_jacobian(double t, const double *y, const double *p, double *jac, double *dfdt)
{
    (void)t, (void)dfdt;
    jac[0] = 2 * p[0] * y[0];
}
static inline void burst_outputs(double t, const double *y, const double *p, double *out)
{
    (void)t, (void)p;
    out[0] = y[0];
}
static const problem burst = {1, 3, 0, 1, 0, burst_initial, burst_rhs, burst_jacobian, burst_outputs};
KERNELS(burst)

#endif
