/* Reading the rows of a trial off its virtual patients. */
#include "validate/trial.h"

#include "population/population.h"

#include <math.h>

/* SD of the measurement error of one value of the row's scale; rounding counts as uniform. */
static double error_sd(const onset_outcome *o, const onset_virtual *people, double value)
{
    const onset_model_output *output = &people->model->outputs[o->output];
    const double              slope  = isfinite(o->slope) ? o->slope : 1;

    return sqrt(slope * slope * (output->error_add * output->error_add + output->round * output->round / 12) +
                output->error_rel * output->error_rel * value * value);
}

/* Whether `x`, seen with an error of this SD, is at most 0: yes or no where there is no error, else the chance. */
static double at_most_0(double x, double sd)
{
    return sd > 0 ? onset_normal_cdf(-x / sd) : x <= 0;
}

double onset_trial_value(const onset_trial *t, const onset_outcome *o, const onset_virtual *people, long subject, int arm)
{
    const double slope = isfinite(o->slope) ? o->slope : 1, intercept = isfinite(o->intercept) ? o->intercept : 0;
    const double before = slope * onset_virtual_at(people, subject, arm, 0, o->output) + intercept;
    const double now    = slope * onset_virtual_at(people, subject, arm, onset_virtual_visit(people, o->row.time_h), o->output) + intercept;
    const double sd_now = people->truth ? error_sd(o, people, now) : 0, sd_before = people->truth ? error_sd(o, people, before) : 0;

    (void)t;
    if (isnan(now)) return NAN;
    switch (o->read) {
    case READ_CHANGE:
        return now - before;
    case READ_RESPONSE:
        return at_most_0(now - o->response_fraction * before, hypot(sd_now, o->response_fraction * sd_before));
    case READ_REMISSION:
        return at_most_0(now - o->remission_at, sd_now);
    default:
        return now;
    }
}

double onset_trial_error_variance(const onset_outcome *o, const onset_virtual *people, double mean)
{
    const double sd = error_sd(o, people, mean);

    if (!people->truth || o->row.is_pct) return 0;
    return o->read == READ_CHANGE ? 2 * sd * sd : sd * sd;
}

int onset_trial_parts(const onset_trial *t, const onset_outcome *o, onset_row_part parts[2])
{
    int control = -1;

    parts[0] = (onset_row_part){.outcome = *o, .arm = onset_trial_arm(t, o->arm), .factor = 1, .n = o->row.n};
    if (o->read != READ_DIFFERENCE) return 1;
    for (int i = 0; i < t->n_arms && control < 0; i++)
        if (t->words[i].is_control) control = i;
    parts[0].outcome.read = READ_CHANGE;
    parts[1]              = parts[0];
    parts[1].arm = control, parts[1].factor = -1;
    for (int k = 0; k < 2; k++) {
        const double n = onset_frame_number(&t->folder->arms, t->arms[parts[k].arm], "n");
        if (n > 0) parts[k].n = n;
    }
    return 2;
}

static void read_part(const onset_trial *t, const onset_row_part *part, const onset_virtual *people, double *y)
{
    for (long i = 0; i < people->n_subjects; i++) y[i] = onset_trial_value(t, &part->outcome, people, i, part->arm);
}

/* A difference of changes between two arms of other patients: its variance is that of both means. */
static void predict_difference(const onset_trial *t, onset_outcome *o, const onset_row_part parts[2], const onset_virtual *people,
                               double *y)
{
    double variance = 0;

    for (int k = 0; k < 2; k++) {
        read_part(t, &parts[k], people, y);
        variance += onset_components_of(y, people->n_subjects, people->n_groups).within / parts[k].n;
    }
    for (long i = 0; i < people->n_subjects; i++)
        y[i] = onset_trial_value(t, &parts[0].outcome, people, i, parts[0].arm) -
               onset_trial_value(t, &parts[1].outcome, people, i, parts[1].arm);
    const onset_components c = onset_components_of(y, people->n_subjects, people->n_groups);
    o->row.predicted         = onset_predict_normal(c.mean, c.between + variance);
}

void onset_trial_predict(const onset_trial *t, onset_outcome *o, const onset_virtual *people, double *y)
{
    onset_row_part parts[2];

    if (onset_trial_parts(t, o, parts) == 2) {
        predict_difference(t, o, parts, people, y);
        return;
    }
    read_part(t, &parts[0], people, y);
    onset_row_predict(t->work, &o->row, y, people->n_subjects, people->n_groups);
}
