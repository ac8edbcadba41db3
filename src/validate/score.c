#include "validate/score.h"

#include <math.h>

bool onset_row_inside(const onset_row *row, double low, double high)
{
    const double slack = row->is_pct ? 0.5 : 0;

    return row->value >= low - slack && row->value <= high + slack;
}

typedef struct {
    double sum;
    long   n;
} mean_of;

static void add(mean_of *m, double x)
{
    if (isfinite(x)) m->sum += x, m->n++;
}

static double mean(mean_of m)
{
    return m.n ? m.sum / (double)m.n : NAN;
}

static bool belongs(const onset_row *row, onset_row_group group, const char *class_name, bool all)
{
    return !row->is_training && row->group == group && (all || row->seen) && (!class_name || strcmp(row->class_name, class_name) == 0);
}

onset_scores onset_score_rows(const onset_row *rows, int n, onset_row_group group, const char *class_name, bool all, int which)
{
    const double fold_limits[3] = {1.25, 1.5, 2};
    onset_scores s              = {0};
    mean_of      inside50 = {0}, inside90 = {0}, score = {0}, pct = {0}, interval = {0}, fold = {0}, within[3] = {0};

    for (int i = 0; i < n; i++) {
        const onset_row        *row = &rows[i];
        const onset_prediction *p   = which < 0 ? &row->predicted : &row->rival[which];

        if (!belongs(row, group, class_name, all)) continue;
        if (row->skip) {
            s.skipped++;
            continue;
        }
        if (!isfinite(p->median)) continue;
        s.n++;
        add(&inside50, onset_row_inside(row, p->low50, p->high50));
        add(&inside90, onset_row_inside(row, p->low90, p->high90));
        if (group == ONSET_GROUP_EFFICACY && row->family == ONSET_FAMILY_NONE) continue; /* ratios and days, in units of their own */
        add(&interval, onset_interval_score(p->low90, p->high90, row->value, 0.1));
        if (group == ONSET_GROUP_PK) {
            const double log_fold = fabs(log(p->median / row->value));
            add(&fold, log_fold);
            for (int k = 0; k < 3; k++) add(&within[k], log_fold <= log(fold_limits[k]));
        } else {
            add(row->is_pct ? &pct : &score, fabs(p->median - row->value));
        }
    }
    s.inside50 = mean(inside50), s.inside90 = mean(inside90), s.mae_score = mean(score), s.mae_pct = mean(pct);
    s.interval_score = mean(interval), s.fold_error = exp(mean(fold));
    for (int k = 0; k < 3; k++) s.within[k] = mean(within[k]);
    return s;
}

onset_scores onset_score_alike(const onset_scores *classes, int n)
{
    onset_scores s        = {0};
    mean_of      inside50 = {0}, inside90 = {0}, score = {0}, pct = {0}, interval = {0}, fold = {0}, within[3] = {0};

    for (int i = 0; i < n; i++) {
        s.n += classes[i].n, s.skipped += classes[i].skipped;
        add(&inside50, classes[i].inside50), add(&inside90, classes[i].inside90);
        add(&score, classes[i].mae_score), add(&pct, classes[i].mae_pct), add(&interval, classes[i].interval_score);
        add(&fold, log(classes[i].fold_error));
        for (int k = 0; k < 3; k++) add(&within[k], classes[i].within[k]);
    }
    s.inside50 = mean(inside50), s.inside90 = mean(inside90), s.mae_score = mean(score), s.mae_pct = mean(pct);
    s.interval_score = mean(interval), s.fold_error = exp(mean(fold));
    for (int k = 0; k < 3; k++) s.within[k] = mean(within[k]);
    return s;
}
