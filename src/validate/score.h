/* Scores of predictions. */
#ifndef ONSET_VALIDATE_SCORE_H
#define ONSET_VALIDATE_SCORE_H

#include "validate/row.h"

/* NAN where there is no row. Errors are of the predicted median. */
typedef struct {
    long   n, skipped;
    double inside50, inside90; /* shares of rows */
    double mae_score, mae_pct; /* rows in points, mmHg; rows in % */
    double interval_score;     /* mean over rows, each in its own unit, at 90 %; like the errors without efficacy rows of no family */
    double fold_error;         /* average fold error: 10^mean |log10(predicted / observed)| */
    double within[3];          /* shares within 1.25, 1.5 and 2 fold */
} onset_scores;

typedef struct {
    onset_row_group group;
    const char     *class_name; /* "overall": classes weighted alike */
    const char     *title;      /* of the class, in words; "" where it has none */
    bool            all;        /* with recalled rows */
    bool            left_out;   /* each row as if its trial had not been there */
    onset_scores    model, rival[ONSET_N_RIVALS];
} onset_score_group;

/* Scores of the rows of a group, and of a class (NULL: any). which: -1 the model, else a rival. */
onset_scores onset_score_rows(const onset_row *rows, int n, onset_row_group group, const char *class_name, bool all, int which);

/* The mean of classes, each counting alike; n and skipped are sums. Classes without rows count nothing. */
onset_scores onset_score_alike(const onset_scores *classes, int n);

/* A percentage is published as a whole number: it counts as inside up to half a point beyond the interval. */
bool onset_row_inside(const onset_row *row, double low, double high);

#endif
