/* The expectations of a study as what gives means and covariances, and their words in the record. */
#include "calibrate/work.h"

#include <math.h>

static void covariance(const onset_calibration *c, const onset_calibration_trial *t, const double *x, double *v)
{
    (void)c, (void)x;
    v[0] = t->sampling[0];
}

static void used(const onset_calibration *c, onset_text *out)
{
    onset_text_printf(out, "%d expectations, %d estimates, %ld virtual patients, seed %llu", c->trials.n, c->n, c->subjects,
                      (unsigned long long)c->options->seed);
    if (c->targets->n_open)
        onset_text_printf(out, "; %d %s with an open range %s not used", c->targets->n_open,
                          c->targets->n_open == 1 ? "expectation" : "expectations", c->targets->n_open == 1 ? "is" : "are");
    onset_text_add(out, "\n");
}

static void misfit(const onset_calibration_result *r, onset_text *out)
{
    onset_text_printf(out, "by %.2g standard errors of the targets", r->misfit_score);
}

/* Of one patient there is none. */
static void print_se(double se, const char *none, onset_text *out)
{
    if (isfinite(se))
        onset_text_printf(out, "%.2g", se);
    else
        onset_text_add(out, none);
}

static void fit_table(const onset_calibration *c, const onset_calibration_result *r, bool page, onset_text *out)
{
    const onset_calibration_targets *targets = c->targets;

    onset_text_add(
        out, page
                 ? "| expectation | unit | target | its SE | before | after | after, in SEs from the target | SE by the number of patients "
                   "|\n|---|---|---:|---:|---:|---:|---:|---:|\n"
                 : "expectation                                   target         SE     before      after   off, SE    patients' SE\n");
    for (int t = 0; t < c->trials.n; t++) {
        const onset_expectation *e     = targets->of[t];
        const double             after = r->after.mean[t], off = (after - c->trials.items[t].y[0]) / targets->se[t];
        if (page)
            onset_text_printf(out, "| `%s` | %s | %.4g | %.3g | %.4g | %.4g | %.2f | ", c->trials.items[t].trial.study, e->unit,
                              c->trials.items[t].y[0], targets->se[t], r->before.mean[t], after, off);
        else
            onset_text_printf(out, "%-40s %11.4g %10.3g %10.4g %10.4g %9.2f %13s", c->trials.items[t].trial.study, c->trials.items[t].y[0],
                              targets->se[t], r->before.mean[t], after, off, "");
        print_se(targets->patients_se[t], "-", out);
        onset_text_add(out, page ? " |\n" : "\n");
    }
}

static void fit_csv(const onset_calibration *c, const onset_calibration_result *r, onset_text *out)
{
    onset_text_add(out, "key,expectation,time_h,unit,low,high,observed,se,before,after,patients_se\n");
    for (int t = 0; t < c->trials.n; t++) {
        const onset_expectation *e = c->targets->of[t];
        onset_calibration_cell(out, e->citation.key ? e->citation.key : "");
        onset_text_add(out, ",");
        onset_calibration_cell(out, c->trials.items[t].trial.study);
        onset_text_printf(out, ",%.6g,", c->targets->study->visits[e->columns[0].visit]);
        onset_calibration_cell(out, e->unit);
        onset_text_printf(out, ",%.6g,%.6g,%.6g,%.6g,%.6g,%.6g,", e->low, e->high, c->trials.items[t].y[0], c->targets->se[t],
                          r->before.mean[t], r->after.mean[t]);
        print_se(c->targets->patients_se[t], "", out);
        onset_text_add(out, "\n");
    }
}

/* ---- What to do with it ---- */

static double posterior_sd(const onset_calibration *c, const onset_calibration_result *r, int i)
{
    double mean = 0, squares = 0;

    for (int d = 0; d < r->n_draws; d++) mean += r->draws[d * c->n + i] / r->n_draws;
    for (int d = 0; d < r->n_draws; d++) squares += (r->draws[d * c->n + i] - mean) * (r->draws[d * c->n + i] - mean) / r->n_draws;
    return sqrt(squares);
}

/* Which estimates and targets to be careful with. The limits are chosen by us. */
static void cautions(const onset_calibration *c, const onset_calibration_result *r, onset_text *out)
{
    if (c->targets->n_failed)
        onset_text_printf(out, "\n%ld of %ld virtual patients could not be solved at the best values and are left out\n",
                          c->targets->n_failed, c->subjects);
    if (r->misfit_score > 0.5)
        onset_text_add(
            out,
            "\nthe means bend too much over the posterior for the linear functions it was sampled with: take its width with caution, or "
            "narrow the priors\n");
    for (int i = 0; i < c->n; i++) {
        const double sd = posterior_sd(c, r, i);
        if (sd > 0.9)
            onset_text_printf(out, "\n%s: the posterior is %.0f %% as wide as the prior; the expectations say little about it\n",
                              c->set.estimates.items[i].name, 100 * sd);
    }
    for (int t = 0; t < c->trials.n; t++)
        if (c->targets->patients_se[t] > 0.5 * c->targets->se[t])
            onset_text_printf(
                out, "\n%s: the virtual patients are too few for it, the chance of their number is %.2g SE of the target; give more (-n)\n",
                c->trials.items[t].trial.study, c->targets->patients_se[t] / c->targets->se[t]);
}

static void iiv_clause(const onset_model_param *param, double size, onset_text *out)
{
    if (param->iiv == ONSET_IIV_LOGNORMAL)
        onset_text_printf(out, " iiv %.4g%%", 100 * size);
    else if (param->iiv == ONSET_IIV_NORMAL)
        onset_text_printf(out, " iiv normal %.4g [%s]", size, param->unit.text);
    else
        onset_text_printf(out, " iiv logit %.4g", size);
}

static double posterior_mean(const onset_calibration *c, const onset_calibration_result *r, int i)
{
    double mean = 0;

    for (int d = 0; d < r->n_draws; d++) mean += onset_estimate_of_unit(&c->set.estimates.items[i], r->draws[d * c->n + i]) / r->n_draws;
    return mean;
}

/* The means of the posterior as statements of the study; a parameter's value and its variability share one. */
static void set_lines(const onset_calibration *c, const onset_calibration_result *r, onset_text *out)
{
    const onset_study_estimate *all = c->targets->study->estimates;

    onset_text_add(out, "\nThe means of the posterior as statements of a study or a model:\n\n");
    for (int i = 0; i < c->n; i++) {
        const onset_model_param *param = &c->targets->study->model->params[all[i].param];
        int                      other = -1;
        for (int k = 0; k < c->n; k++)
            if (k != i && all[k].param == all[i].param) other = k;
        if (other >= 0 && other < i) continue;
        const int value = !all[i].is_iiv ? i : other, size = all[i].is_iiv ? i : other;
        if (value >= 0)
            onset_text_printf(out, "    set %s = %.4g [%s]", param->name, posterior_mean(c, r, value), param->unit.text);
        else
            onset_text_printf(out, "    set %s = %.10g [%s]", param->name, param->value, param->unit.text);
        if (size >= 0) iiv_clause(param, posterior_mean(c, r, size), out);
        onset_text_printf(out, " calibrated \"onset calibrate, study %s\"\n", c->set.name);
    }
}

static void more(const onset_calibration *c, const onset_calibration_result *r, onset_text *out)
{
    cautions(c, r, out);
    set_lines(c, r, out);
}

const onset_calibration_source onset_calibration_of_study = {
    .solve       = onset_targets_solve,
    .covariance  = covariance,
    .used        = used,
    .misfit      = misfit,
    .fit_table   = fit_table,
    .fit_csv     = fit_csv,
    .more        = more,
    .likelihoods = "log likelihood of each expectation at each of these draws",
};
