/* The record of a calibration: tables and a page, all text. */
#include "base/error.h"
#include "calibrate/work.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

/* Equally weighted draws that are kept. Chosen by us: as many as a validation has use for. */
enum { KEPT = 100 };

/* ---- The posterior of one estimate ---- */

typedef struct {
    double mean, sd, low, high; /* in its unit; 5 and 95 % */
} spread;

typedef struct {
    double value, weight;
} weighted;

static int by_value(const void *a, const void *b)
{
    const double x = ((const weighted *)a)->value, y = ((const weighted *)b)->value;

    return (x > y) - (x < y);
}

static spread spread_of(const onset_calibration *c, const onset_calibration_result *r, int i)
{
    weighted *w     = onset_arena_alloc(c->arena, (size_t)r->n_draws * sizeof *w);
    spread    s     = {.low = NAN, .high = NAN};
    double    below = 0;

    for (int d = 0; d < r->n_draws; d++) {
        w[d] = (weighted){onset_estimate_of_unit(&c->set.estimates.items[i], r->draws[d * c->n + i]), 1.0 / r->n_draws};
        if (w[d].weight > 0) s.mean += w[d].weight * w[d].value;
    }
    for (int d = 0; d < r->n_draws; d++)
        if (w[d].weight > 0) s.sd += w[d].weight * (w[d].value - s.mean) * (w[d].value - s.mean);
    s.sd = sqrt(s.sd);
    qsort(w, (size_t)r->n_draws, sizeof *w, by_value);
    for (int d = 0; d < r->n_draws; d++) {
        below += w[d].weight;
        if (isnan(s.low) && below >= 0.05) s.low = w[d].value;
        if (isnan(s.high) && below >= 0.95) s.high = w[d].value;
    }
    return s;
}

/* ---- Tables ---- */

static void cell(onset_text *out, const char *text)
{
    if (!strpbrk(text, ",\"\n")) {
        onset_text_add(out, text);
        return;
    }
    onset_text_add(out, "\"");
    for (; *text; text++) onset_text_printf(out, *text == '"' ? "\"\"" : "%c", *text);
    onset_text_add(out, "\"");
}

static void summary_csv(const onset_calibration *c, const onset_calibration_result *r, onset_text *out)
{
    static const char *const scales[] = {"log", "logit", "linear"};

    onset_text_add(out,
                   "key,name,before,value,mean,sd,low,high,prior_low,prior_high,prior_median,prior_sd,prior_scale,prior_source,source\n");
    for (int i = 0; i < c->n; i++) {
        const onset_estimate *e = &c->set.estimates.items[i];
        const spread          s = spread_of(c, r, i);
        onset_text_printf(out, "%s.", c->set.name);
        for (const char *at = e->name; *at; at++) onset_text_printf(out, "%c", *at == ' ' ? '.' : *at); /* a key has no blank */
        onset_text_add(out, ",");
        cell(out, e->name);
        onset_text_printf(out, ",%.6g,%.6g,%.6g,%.4g,%.6g,%.6g,%.6g,%.6g,%.6g,%.6g,%s,", r->before.x[i], r->after.x[i], s.mean, s.sd, s.low,
                          s.high, e->low, e->high, e->median, e->sd, scales[e->scale]);
        cell(out, e->source);
        onset_text_printf(out, ",onset calibrate %s; low to high: 5 to 95 %% of the posterior\n", c->set.name);
    }
}

static void draws_csv(const onset_calibration *c, const onset_calibration_result *r, const int *kept, onset_text *out)
{
    onset_text_add(out, "draw");
    for (int i = 0; i < c->n; i++) onset_text_add(out, ","), cell(out, c->set.estimates.items[i].name);
    for (int k = 0; k < KEPT; k++) {
        onset_text_printf(out, "\n%d", kept[k] + 1);
        for (int i = 0; i < c->n; i++)
            onset_text_printf(out, ",%.7g", onset_estimate_of_unit(&c->set.estimates.items[i], r->draws[kept[k] * c->n + i]));
    }
    onset_text_add(out, "\n");
}

static void likelihood_csv(const onset_calibration *c, const onset_calibration_result *r, const int *kept, onset_text *out)
{
    onset_text_add(out, "draw");
    for (int t = 0; t < c->trials.n; t++) onset_text_add(out, ","), cell(out, c->trials.items[t].trial.study);
    for (int k = 0; k < KEPT; k++) {
        onset_text_printf(out, "\n%d", kept[k] + 1);
        for (int t = 0; t < c->trials.n; t++) onset_text_printf(out, ",%.7g", r->log_likelihood[kept[k] * c->trials.n + t]);
    }
    onset_text_add(out, "\n");
}

static void fit_csv(const onset_calibration *c, const onset_calibration_result *r, onset_text *out)
{
    int at = 0;

    onset_text_add(out, "key,study,arm,class,weight,scale,metric,time_h,n,seen,observed,before,after\n");
    for (int t = 0; t < c->trials.n; t++)
        for (int i = 0; i < c->trials.items[t].n; i++, at++) {
            const onset_row *row = &c->trials.items[t].rows[i]->row;
            cell(out, row->key), onset_text_add(out, ",");
            cell(out, row->study), onset_text_add(out, ",");
            cell(out, row->arm), onset_text_add(out, ",");
            cell(out, row->class_name);
            onset_text_printf(out, ",%.4g,", c->trials.items[t].weight);
            cell(out, row->endpoint), onset_text_add(out, ",");
            cell(out, row->metric);
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
    char weight[16] = "";

    if (strcmp(name, "all") != 0) snprintf(weight, sizeof weight, "%.2f", f->weight);
    onset_text_printf(out,
                      page ? "| %s | %ld | %ld | %s | %.1f | %.1f | %.2f | %.2f | %.1f | %.1f |\n"
                           : "%-28s %6ld %6ld %6s %9.1f %9.1f %7.2f %7.2f %7.1f %7.1f\n",
                      name, f->trials, f->rows, weight, f->likelihood[0], f->likelihood[1], f->score[0], f->score[1], f->rate[0],
                      f->rate[1]);
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
}

static void estimate_table(const onset_calibration *c, const onset_calibration_result *r, bool page, onset_text *out)
{
    onset_text_add(out, page
                            ? "| parameter | before | after | 5 % | 95 % | prior median | prior SD |\n|---|---:|---:|---:|---:|---:|---:|\n"
                            : "parameter                             before      after         5 %        95 %  prior median\n");
    for (int i = 0; i < c->n; i++) {
        const onset_estimate *e = &c->set.estimates.items[i];
        const spread          s = spread_of(c, r, i);
        if (page)
            onset_text_printf(out, "| `%s` | %.4g | %.4g | %.4g | %.4g | %.4g | %.3g |\n", e->name, r->before.x[i], r->after.x[i], s.low,
                              s.high, e->median, e->sd);
        else
            onset_text_printf(out, "%-34s %9.4g  %9.4g   %9.4g   %9.4g     %9.4g\n", e->name, r->before.x[i], r->after.x[i], s.low, s.high,
                              e->median);
    }
}

/* ---- The record ---- */

static void how(const onset_calibration *c, const onset_calibration_result *r, onset_text *out)
{
    onset_text_printf(out, "%ld rows of %d trials (%ld recalled), %d estimates, %ld virtual patients a trial, seed %llu\n", c->n_rows,
                      c->trials.n, c->n_recalled, c->n, c->subjects, (unsigned long long)c->options->seed);
    onset_text_printf(out, "%ld evaluations in %.0f s with %d threads; log posterior %.2f before, %.2f after; starts came to", c->done,
                      r->wall_s, c->threads, r->before.objective, r->after.objective);
    for (int i = 0; i < r->n_starts; i++) onset_text_printf(out, "%s %.2f", i ? "," : "", r->start_objective[i]);
    onset_text_printf(
        out,
        "\nposterior: Metropolis on an emulator of %d solutions, whose means miss solved ones by %.2f points and %.2f %% (root mean "
        "square); %.0f %% of steps taken, effective number %.0f\n",
        c->options->draws, r->misfit_score, r->misfit_pct, 100 * r->acceptance, r->ess);
}

static void readme(const onset_calibration *c, const onset_calibration_result *r, onset_text *out)
{
    onset_text_printf(out, "# Calibration `%s`\n\nWritten by `onset calibrate`; do not edit. Again with\n\n    %s\n\n", c->set.name,
                      c->options->command ? c->options->command : onset_arena_printf(c->arena, "onset calibrate %s", c->set.name));
    how(c, r, out);
    onset_text_add(
        out,
        "\n| file | what |\n|---|---|\n| `summary.csv` | each estimate: before, the best value, mean, SD and 5 to 95 % (low, high) of the "
        "posterior, "
        "prior |\n"
        "| `draws.csv` | 100 equally weighted draws of the posterior |\n"
        "| `trial_likelihood.csv` | log likelihood of each trial at each of these draws, with the weight of its class: for leaving trials "
        "out |\n"
        "| `fit.csv` | each row used: published, and the model's mean before and after |\n\n## Fit\n\n");
    fit_table(c, r, true, out);
    onset_text_add(out, "\n`all` sums the log likelihoods with their weights.\n\n## Estimates\n\n");
    estimate_table(c, r, true, out);
}

void onset_calibration_text(const onset_calibration *c, const onset_calibration_result *r, onset_text *out)
{
    how(c, r, out);
    onset_text_add(out, "\n");
    fit_table(c, r, false, out);
    onset_text_add(out, "\n");
    estimate_table(c, r, false, out);
}

static onset_status make_folder(onset_error *err, onset_arena *arena, const char *path)
{
    for (const char *slash = path; slash; slash = strchr(slash + 1, '/')) {
        const char *part = strchr(slash + 1, '/');
        const char *to   = onset_arena_printf(arena, "%.*s", part ? (int)(part - path) : (int)strlen(path), path);
        if (mkdir(to, 0777) != 0 && errno != EEXIST)
            return onset_fail(err, ONSET_NO_OUTPUT, "the folder '%s' cannot be made: %s", to, strerror(errno));
        if (!part) break;
    }
    return ONSET_OK;
}

onset_status onset_calibration_write(onset_calibration *c, const onset_calibration_result *r, const char *folder)
{
    const char *const names[]  = {"summary.csv", "draws.csv", "trial_likelihood.csv", "fit.csv", "README.md"};
    onset_text        texts[5] = {0};
    int               kept[KEPT];
    onset_status      status = make_folder(c->err, c->arena, folder);

    for (int k = 0; k < KEPT; k++) kept[k] = (int)((k + 0.5) * r->n_draws / KEPT);
    summary_csv(c, r, &texts[0]);
    draws_csv(c, r, kept, &texts[1]);
    likelihood_csv(c, r, kept, &texts[2]);
    fit_csv(c, r, &texts[3]);
    readme(c, r, &texts[4]);
    for (int i = 0; i < 5; i++) {
        if (status == ONSET_OK && texts[i].failed) status = onset_fail(c->err, ONSET_NO_MEMORY, "no memory for '%s'", names[i]);
        if (status == ONSET_OK)
            status = onset_file_write(c->err, onset_arena_printf(c->arena, "%s/%s", folder, names[i]), texts[i].s, texts[i].n);
        onset_text_free(&texts[i]);
    }
    return status;
}
