/* What is read off the curve of one virtual person after a dose: the quantities that a published table has of an exposure. */
#ifndef ONSET_VALIDATE_CURVE_H
#define ONSET_VALIDATE_CURVE_H

#include <stdbool.h>

typedef struct {
    int           n;
    const double *t, *x; /* [n] hours after the dose, ascending from 0; levels */
} onset_curve;

/* Level at the point nearest to a time. */
double onset_curve_at(const onset_curve *curve, double t);

/* The largest level until a time, a minute after the dose at the earliest (as no sample is taken sooner), and when. */
double onset_curve_largest(const onset_curve *curve, double to, double *when);

/* Area until a time: trapezia, on the logarithm where the level falls. INFINITY: all of it, what follows the last point by the last slope. */
double onset_curve_area(const onset_curve *curve, double to);

/* Mean residence time [h]: area of t x over that of x, both without end. */
double onset_curve_residence(const onset_curve *curve);

/* Half-life [h] of the fall from one share of the largest level to another (0.1 and 0.02: what an assay sees of the terminal part), by regression of the
 * logarithm; NAN where the level does not fall that far. */
double onset_curve_half_life(const onset_curve *curve, double from_share, double to_share);

#endif
