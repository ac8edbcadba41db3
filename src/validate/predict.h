/* From virtual patients to what a trial of a given size would have published. */
#ifndef ONSET_VALIDATE_PREDICT_H
#define ONSET_VALIDATE_PREDICT_H

#include "base/arena.h"

typedef struct {
    double median, low50, high50, low90, high90;
} onset_prediction;

/* What uncertain parameters and the setting of a trial do to a mean: the patients fall into groups, patient i into i % n_groups, each group
 * with parameters of its own. */
typedef struct {
    long   n;       /* patients with a value */
    double mean;    /* of all */
    double within;  /* variance between patients of a group */
    double between; /* variance of the groups' true means: that of their means less within / size, and at least 0 */
} onset_components;

/* y [n], NAN where a patient has no value. n_groups >= 1. */
onset_components onset_components_of(const double *y, long n, int n_groups);

/* The mean of one trial: normal, with the variance given. */
onset_prediction onset_predict_normal(double mean, double variance);

/* A share that a model misses by a normal error of `sd`, turned back at 0 and 1, all as fractions: where the model says that nobody responds, some
 * do. Sets its mean and variance: those of the folded normal distribution, Leone et al. 1961, doi:10.1080/00401706.1961.10489974. */
void onset_fold_share(double share, double sd, double *mean, double *variance);

/* The share [%] in a trial of n: beta-binomial, whose share has the mean and the variance between trials given; both as fractions. */
onset_prediction onset_predict_share(double share, double between, long n);

/* Score of a central interval with coverage 1 - alpha; less is better. Gneiting and Raftery 2007, doi:10.1198/016214506000001437, eq. 43. */
double onset_interval_score(double low, double high, double x, double alpha);

#endif
