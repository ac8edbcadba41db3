#include "study/expect.h"

#include "study/statistics.h"

#include <math.h>
#include <string.h>

static double combine(onset_measure measure, const double *mean)
{
    switch (measure) {
    case ONSET_MEASURE_MEAN:
        return mean[0];
    case ONSET_MEASURE_CHANGE:
    case ONSET_MEASURE_DIFFERENCE:
        return mean[0] - mean[1];
    case ONSET_MEASURE_RATIO:
        return mean[1] == 0 ? NAN : mean[0] / mean[1];
    case ONSET_MEASURE_SHARE:
        return mean[1] == mean[2] ? NAN : (mean[0] - mean[2]) / (mean[1] - mean[2]);
    }
    return NAN;
}

static bool is_whole(const onset_expectation *e, const double *const *columns, long i)
{
    for (int k = 0; k < e->n_columns; k++)
        if (!isfinite(columns[k][i])) return false;
    return true;
}

void onset_expectation_measure(const onset_expectation *e, const double *const *columns, long n, onset_expectation_result *out)
{
    double sum[3] = {0}, mean[3] = {0}, total = 0, squares = 0, size;
    long   whole = 0;

    for (long i = 0; i < n; i++) {
        if (!is_whole(e, columns, i)) continue;
        for (int k = 0; k < e->n_columns; k++) sum[k] += columns[k][i];
        whole++;
    }
    size = (double)whole;
    for (int k = 0; k < e->n_columns; k++) mean[k] = sum[k] / size;
    *out = (onset_expectation_result){.n = whole, .value = whole ? combine(e->measure, mean) : NAN, .low95 = NAN, .high95 = NAN};
    for (long i = 0; i < n && whole > 1; i++) { /* each patient left out once */
        double value;

        if (!is_whole(e, columns, i)) continue;
        for (int k = 0; k < e->n_columns; k++) mean[k] = (sum[k] - columns[k][i]) / (size - 1);
        value = combine(e->measure, mean) - out->value;
        total += value;
        squares += value * value;
    }
    if (whole > 1) {
        const double variance = (size - 1) / size * fmax(0, squares - total * total / size);
        const double half     = onset_t975(whole - 1) * sqrt(variance);

        out->low95  = out->value - half;
        out->high95 = out->value + half;
    }
    out->verdict = onset_expectation_judge(e, out->value);
}

void onset_expectation_collect(const onset_study *study, const onset_course_result *course, double *columns, long capacity)
{
    for (int i = 0; i < study->n_expectations && !course->failed; i++) {
        const onset_expectation *e = &study->expectations[i];

        for (int k = 0; k < e->n_columns; k++)
            if (strcmp(study->arms[e->columns[k].arm].name, course->arm) == 0)
                columns[(3 * i + k) * capacity + course->subject - 1] = course->truth[e->columns[k].visit * course->n_outputs + e->output];
    }
}

/* How far from no effect a value must be to have a direction, as a part of the way to the range; chosen by us, above what rounding and the
 * solver's tolerance leave of a path that has no effect at all. */
#define LEAST_EFFECT 0.01

onset_verdict onset_expectation_judge(const onset_expectation *e, double value)
{
    if (!isfinite(value)) return ONSET_VERDICT_NONE;
    if (value >= e->low && value <= e->high) return ONSET_REPRODUCED;
    if (e->low >= e->neutral) return value - e->neutral > LEAST_EFFECT * (e->low - e->neutral) ? ONSET_WRONG_SIZE : ONSET_WRONG_DIRECTION;
    if (e->high <= e->neutral) return e->neutral - value > LEAST_EFFECT * (e->neutral - e->high) ? ONSET_WRONG_SIZE : ONSET_WRONG_DIRECTION;
    return ONSET_WRONG_SIZE;
}
