/* Published trials as what gives means and covariances, and their words in the record. */
#include "calibrate/work.h"

#include <math.h>
#include <stdio.h>

static void fit_csv(const onset_calibration *c, const onset_calibration_result *r, onset_text *out)
{
    int at = 0;

    onset_text_add(out, "key,study,arm,class,weight,scale,metric,time_h,n,seen,observed,before,after\n");
    for (int t = 0; t < c->trials.n; t++)
        for (int i = 0; i < c->trials.items[t].n; i++, at++) {
            const onset_row *row = &c->trials.items[t].rows[i]->row;
            onset_calibration_cell(out, row->key), onset_text_add(out, ",");
            onset_calibration_cell(out, row->study), onset_text_add(out, ",");
            onset_calibration_cell(out, row->arm), onset_text_add(out, ",");
            onset_calibration_cell(out, row->class_name);
            onset_text_printf(out, ",%.4g,", c->trials.items[t].weight);
            onset_calibration_cell(out, row->endpoint), onset_text_add(out, ",");
            onset_calibration_cell(out, row->metric);
            onset_text_printf(out, ",%.6g,%.6g,%s,%.6g,%.5g,%.5g\n", row->time_h, row->n, row->seen ? "yes" : "recalled", row->value,
                              r->before.mean[at], r->after.mean[at]);
        }
}

/* ---- Fit by class ---- */

typedef struct {
    long   trials, rows, scores, rates;
    double weight, likelihood[2], score[2], rate[2]; /* before and after; absolute errors */
} class_fit;

static class_fit fit_of(const onset_calibration *c, const onset_calibration_result *r, const char *class_name)
{
    const onset_calibration_point *points[] = {&r->before, &r->after};
    class_fit                      f        = {0};
    int                            at       = 0;

    for (int t = 0; t < c->trials.n; at += c->trials.items[t++].n) {
        const onset_calibration_trial *trial = &c->trials.items[t];
        if (class_name && strcmp(trial->trial.class_name, class_name) != 0) continue;
        f.trials++, f.rows += trial->n, f.weight = trial->weight;
        for (int k = 0; k < 2; k++) f.likelihood[k] += points[k]->likelihood[t] * (class_name ? 1 : trial->weight);
        for (int i = 0; i < trial->n; i++) {
            const bool is_rate = trial->rows[i]->row.is_pct;
            f.scores += !is_rate, f.rates += is_rate;
            for (int k = 0; k < 2; k++) (is_rate ? f.rate : f.score)[k] += fabs(points[k]->mean[at + i] - trial->y[i]);
        }
    }
    for (int k = 0; k < 2; k++) f.score[k] /= (double)f.scores, f.rate[k] /= (double)f.rates;
    return f;
}

static void fit_line(const class_fit *f, const char *name, bool page, onset_text *out)
{
    const double errors[4]  = {f->score[0], f->score[1], f->rate[0], f->rate[1]};
    char         weight[16] = "", cells[4][16];

    if (strcmp(name, "all") != 0) snprintf(weight, sizeof weight, "%.2f", f->weight);
    for (int i = 0; i < 4; i++)
        if (isfinite(errors[i]))
            snprintf(cells[i], sizeof cells[i], "%.*f", i < 2 ? 2 : 1, errors[i]);
        else
            snprintf(cells[i], sizeof cells[i], "-"); /* the class has no such rows */
    onset_text_printf(
        out, page ? "| %s | %ld | %ld | %s | %.1f | %.1f | %s | %s | %s | %s |\n" : "%-28s %6ld %6ld %6s %9.1f %9.1f %7s %7s %7s %7s\n",
        name, f->trials, f->rows, weight, f->likelihood[0], f->likelihood[1], cells[0], cells[1], cells[2], cells[3]);
}

static void fit_table(const onset_calibration *c, const onset_calibration_result *r, bool page, onset_text *out)
{
    onset_text_add(
        out,
        page ? "| class | trials | rows | weight | log likelihood before | after | mean error of scores before | after | of rates before "
               "| after |\n|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|\n"
             : "class                        trials   rows weight   log lik before/after  scores: mae     rates: mae %\n");
    for (int i = 0; i < c->trials.n; i++) {
        const char *name = c->trials.items[i].trial.class_name;
        bool        told = false;
        for (int k = 0; k < i; k++) told = told || strcmp(c->trials.items[k].trial.class_name, name) == 0;
        if (told) continue;
        const class_fit f = fit_of(c, r, name);
        fit_line(&f, name, page, out);
    }
    const class_fit all = fit_of(c, r, NULL);
    fit_line(&all, "all", page, out);
    if (page) onset_text_add(out, "\n`all` sums the log likelihoods with their weights.\n");
}

static void used(const onset_calibration *c, onset_text *out)
{
    onset_text_printf(out, "%ld rows of %d trials (%ld recalled), %d estimates, %ld virtual patients a trial, seed %llu\n", c->n_rows,
                      c->trials.n, c->n_recalled, c->n, c->subjects, (unsigned long long)c->options->seed);
}

static void misfit(const onset_calibration_result *r, onset_text *out)
{
    onset_text_add(out, "by ");
    if (isfinite(r->misfit_score)) onset_text_printf(out, "%.2f points%s", r->misfit_score, isfinite(r->misfit_pct) ? " and " : "");
    if (isfinite(r->misfit_pct)) onset_text_printf(out, "%.2f %%", r->misfit_pct);
}

const onset_calibration_source onset_calibration_of_trials = {
    .settle      = onset_calibration_effects,
    .solve       = onset_calibration_means,
    .covariance  = onset_calibration_covariance,
    .used        = used,
    .misfit      = misfit,
    .fit_table   = fit_table,
    .fit_csv     = fit_csv,
    .likelihoods = "log likelihood of each trial at each of these draws, with the weight of its class: for leaving trials out",
};
