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

void onset_calibration_cell(onset_text *out, const char *text)
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
                   "key,name,before,value,best,sd,low,high,prior_low,prior_high,prior_median,prior_sd,prior_scale,prior_source,source\n");
    for (int i = 0; i < c->n; i++) {
        const onset_estimate *e = &c->set.estimates.items[i];
        const spread          s = spread_of(c, r, i);
        onset_text_printf(out, "%s.", c->set.name);
        for (const char *at = e->name; *at; at++) onset_text_printf(out, "%c", *at == ' ' ? '.' : *at); /* a key has no blank */
        onset_text_add(out, ",");
        onset_calibration_cell(out, e->name);
        onset_text_printf(out, ",%.6g,%.6g,%.6g,%.4g,%.6g,%.6g,%.6g,%.6g,%.6g,%.6g,%s,", r->before.x[i], s.mean, r->after.x[i], s.sd, s.low,
                          s.high, e->low, e->high, e->median, e->sd, scales[e->scale]);
        onset_calibration_cell(out, e->source);
        onset_text_printf(out, ",onset calibrate %s; low to high: 5 to 95 %% of the posterior\n", c->set.name);
    }
}

static void draws_csv(const onset_calibration *c, const onset_calibration_result *r, const int *kept, onset_text *out)
{
    onset_text_add(out, "draw");
    for (int i = 0; i < c->n; i++) onset_text_add(out, ","), onset_calibration_cell(out, c->set.estimates.items[i].name);
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
    for (int t = 0; t < c->trials.n; t++) onset_text_add(out, ","), onset_calibration_cell(out, c->trials.items[t].trial.study);
    for (int k = 0; k < KEPT; k++) {
        onset_text_printf(out, "\n%d", kept[k] + 1);
        for (int t = 0; t < c->trials.n; t++) onset_text_printf(out, ",%.7g", r->log_likelihood[kept[k] * c->trials.n + t]);
    }
    onset_text_add(out, "\n");
}

static void estimate_table(const onset_calibration *c, const onset_calibration_result *r, bool page, onset_text *out)
{
    onset_text_add(
        out, page
                 ? "| parameter | before | best | mean | 5 % | 95 % | prior median | prior SD |\n|---|---:|---:|---:|---:|---:|---:|---:|\n"
                 : "parameter                             before       best       mean         5 %        95 %  prior median\n");
    for (int i = 0; i < c->n; i++) {
        const onset_estimate *e = &c->set.estimates.items[i];
        const spread          s = spread_of(c, r, i);
        if (page)
            onset_text_printf(out, "| `%s` | %.4g | %.4g | %.4g | %.4g | %.4g | %.4g | %.3g |\n", e->name, r->before.x[i], r->after.x[i],
                              s.mean, s.low, s.high, e->median, e->sd);
        else
            onset_text_printf(out, "%-34s %9.4g  %9.4g  %9.4g   %9.4g   %9.4g     %9.4g\n", e->name, r->before.x[i], r->after.x[i], s.mean,
                              s.low, s.high, e->median);
    }
}

/* ---- The record ---- */

static void how(const onset_calibration *c, const onset_calibration_result *r, onset_text *out)
{
    c->source->used(c, out);
    onset_text_printf(out, "%ld evaluations in %.0f s with %d threads; log posterior %.2f before, %.2f after; starts came to", c->done,
                      r->wall_s, c->threads, r->before.objective, r->after.objective);
    for (int i = 0; i < r->n_starts; i++) onset_text_printf(out, "%s %.2f", i ? "," : "", r->start_objective[i]);
    onset_text_printf(out, "\nposterior: Metropolis on an emulator of %d solutions, whose means miss solved ones ", c->options->draws);
    c->source->misfit(r, out);
    onset_text_printf(out, " (root mean square); %.0f %% of steps taken, effective number %.0f\n", 100 * r->acceptance, r->ess);
}

static void readme(const onset_calibration *c, const onset_calibration_result *r, onset_text *out)
{
    onset_text_printf(out, "# Calibration `%s`\n\nWritten by `onset calibrate`; do not edit. Again with\n\n    %s\n\n", c->set.name,
                      c->options->command ? c->options->command : onset_arena_printf(c->arena, "onset calibrate %s", c->set.name));
    how(c, r, out);
    onset_text_add(out, "\n| file | what |\n|---|---|\n| `summary.csv` | each estimate: before, `value`: the mean of the posterior, "
                        "`best`: where it is highest, SD and 5 to 95 % (low, high) of the "
                        "posterior, prior |\n"
                        "| `draws.csv` | 100 equally weighted draws of the posterior |\n");
    onset_text_printf(out, "| `trial_likelihood.csv` | %s |\n", c->source->likelihoods);
    onset_text_add(out, "| `fit.csv` | each row used: published, and the model's mean before and after |\n\n## Fit\n\n");
    c->source->fit_table(c, r, true, out);
    onset_text_add(out, "\n## Estimates\n\n");
    estimate_table(c, r, true, out);
    if (c->source->more) c->source->more(c, r, out);
}

void onset_calibration_text(const onset_calibration *c, const onset_calibration_result *r, onset_text *out)
{
    how(c, r, out);
    onset_text_add(out, "\n");
    c->source->fit_table(c, r, false, out);
    onset_text_add(out, "\n");
    estimate_table(c, r, false, out);
    if (c->source->more) c->source->more(c, r, out);
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
    c->source->fit_csv(c, r, &texts[3]);
    readme(c, r, &texts[4]);
    for (int i = 0; i < 5; i++) {
        if (status == ONSET_OK && texts[i].failed) status = onset_fail(c->err, ONSET_NO_MEMORY, "no memory for '%s'", names[i]);
        if (status == ONSET_OK)
            status = onset_file_write(c->err, onset_arena_printf(c->arena, "%s/%s", folder, names[i]), texts[i].s, texts[i].n);
        onset_text_free(&texts[i]);
    }
    return status;
}
