/* Scores at entry: what a trial says of its patients on one scale or another, as the covariates of the model.
 *
 * A row of scales.csv says which covariate its scale tells about, and how: covariate = entry_slope x score + entry_intercept. The first row's is
 * the main one, which trial.txt draws; others are lines of the population, where a trial has a score on such a scale. */
#include "validate/trial.h"

#include <math.h>

typedef struct {
    double mean, sd;
} entry_score;

static const char *entry_of(const onset_trial *t, int scale)
{
    return onset_frame_text(&t->work->map.scales, scale, "entry");
}

/* A score on a scale, in the covariate's unit. */
static entry_score in_covariate(const onset_trial *t, int scale, double mean, double sd)
{
    const onset_frame *scales = &t->work->map.scales;
    const double slope = onset_frame_number(scales, scale, "entry_slope"), intercept = onset_frame_number(scales, scale, "entry_intercept");

    return (entry_score){.mean = slope * mean + (isnan(intercept) ? 0 : intercept), .sd = fabs(slope) * sd};
}

/* The first of the scales that tell of a covariate on which the trial has mean scores at entry; -1. The first is the covariate's own; what another
 * says is a link between scales. */
static int scale_at_entry(const onset_trial *t, const char *entry)
{
    const onset_frame *outcomes = &t->folder->outcomes;
    int                first    = -1;

    for (int i = 0; i < onset_frame_n(outcomes); i++) {
        if (!onset_trial_is_entry_score(t, i)) continue;
        const int scale = onset_trial_scale(t, onset_frame_text(outcomes, i, "scale"));
        if (scale < 0 || (first >= 0 && scale >= first) || strcmp(entry_of(t, scale), entry) != 0) continue;
        if (isfinite(onset_frame_number(&t->work->map.scales, scale, "entry_slope"))) first = scale;
    }
    return first;
}

/* Mean at entry over the trial's arms, each weighted by its patients, and pooled SD within arms. */
static entry_score over_arms(const onset_trial *t, int scale)
{
    const onset_frame *outcomes = &t->folder->outcomes;
    double             n = 0, sum = 0, n_sd = 0, squares = 0;

    for (int i = 0; i < onset_frame_n(outcomes); i++) {
        if (!onset_trial_is_entry_score(t, i) || onset_trial_scale(t, onset_frame_text(outcomes, i, "scale")) != scale) continue;
        const double patients = onset_trial_n(t, i), sd = onset_frame_number(outcomes, i, "sd");
        n += patients, sum += patients * onset_frame_number(outcomes, i, "value");
        if (sd > 0) n_sd += patients, squares += patients * sd * sd;
    }
    return in_covariate(t, scale, sum / n, n_sd > 0 ? sqrt(squares / n_sd) : NAN);
}

/* The main score of the trial's indication, as defaults.csv has it. */
static double usual(const onset_trial *t, const char *what)
{
    return onset_or_default(&t->work->map, NULL, -1, what,
                            onset_indication(&t->work->map, onset_frame_text(&t->folder->trials, t->trial, "indication")));
}

/* The mean main score that the trial's minimum at entry says; NAN. */
static entry_score from_minimum(const onset_trial *t, const char *entry)
{
    entry_score at = {NAN, NAN};

    if (strcmp(entry, entry_of(t, 0)) != 0) return at;
    for (int i = 0; i < onset_frame_n(&t->work->map.scales) && isnan(at.mean); i++)
        if (strcmp(entry, entry_of(t, i)) == 0) at = in_covariate(t, i, onset_trial_entry_minimum(t, i), NAN);
    at.mean = usual(t, "baseline_mean") + usual(t, "baseline_per_minimum") * (at.mean - usual(t, "baseline_minimum"));
    return at;
}

/* Of trials.csv; else of the trial's mean scores at entry in outcomes.csv; else of the minimum score at entry; NAN. */
static entry_score find_entry(const onset_trial *t, const char *entry)
{
    const onset_frame *trials = &t->folder->trials;
    int                scale  = onset_trial_scale(t, onset_frame_text(trials, t->trial, "baseline_scale"));

    if (scale >= 0 && strcmp(entry_of(t, scale), entry) == 0) {
        const entry_score at = in_covariate(t, scale, onset_frame_number(trials, t->trial, "baseline_mean"),
                                            onset_frame_number(trials, t->trial, "baseline_sd"));
        if (isfinite(at.mean)) return at;
    }
    scale = scale_at_entry(t, entry);
    return scale >= 0 ? over_arms(t, scale) : from_minimum(t, entry);
}

/* Held to where the population of trial.txt can be drawn from. */
static double within_default(const onset_mapping *map, double x, const char *low, const char *high)
{
    return fmin(fmax(x, onset_or_default(map, NULL, -1, low, "")), onset_or_default(map, NULL, -1, high, ""));
}

void onset_trial_read_entry(onset_trial *t)
{
    const onset_mapping *map = &t->work->map;
    const entry_score    at  = find_entry(t, entry_of(t, 0));

    t->baseline    = isfinite(at.mean) ? at.mean : usual(t, "baseline_mean");
    t->baseline_sd = at.sd > 0 ? at.sd : usual(t, "baseline_sd");
    t->baseline    = within_default(map, t->baseline, "baseline_low", "baseline_high");
    t->baseline_sd = within_default(map, t->baseline_sd, "baseline_sd_low", "baseline_sd_high");
}

double onset_trial_entry_score(const onset_trial *t, int scale)
{
    const onset_frame *scales = &t->work->map.scales;
    const onset_model *model  = t->work->map.models[t->model].model;
    const double slope = onset_frame_number(scales, scale, "entry_slope"), intercept = onset_frame_number(scales, scale, "entry_intercept");
    const bool   is_main = strcmp(entry_of(t, scale), entry_of(t, 0)) == 0;
    const int    k       = onset_model_find_covariate(model, entry_of(t, scale));
    double       at      = is_main ? t->baseline : find_entry(t, entry_of(t, scale)).mean;

    if (isnan(at) && k >= 0) at = model->covariates[k].value;
    at = (at - (isnan(intercept) ? 0 : intercept)) / slope;
    return at > 0 ? at : t->baseline;
}

/* "covariate ~ normal(mean, sd) in low..high"; a fifth of the mean where the trial gives no SD (chosen by us). */
static void add_line(const onset_trial *t, const char *entry, entry_score at, onset_text *lines)
{
    const onset_model *model = t->work->map.models[t->model].model;
    const int          k     = onset_model_find_covariate(model, entry);

    if (k < 0 || !isfinite(at.mean)) return;
    const double low = model->covariates[k].low, high = model->covariates[k].high, sd = at.sd > 0 ? at.sd : 0.2 * fabs(at.mean);
    const double mean = fmin(fmax(at.mean, low), high);
    if (!(sd > 0) || !isfinite(low) || !isfinite(high) || !(high > low)) return;
    onset_text_printf(lines, "\n  %s ~ normal(%.10g, %.10g) in %.10g..%.10g", entry, mean, sd, low, high);
}

const char *onset_trial_entry_lines(const onset_trial *t)
{
    const onset_frame *scales = &t->work->map.scales;
    onset_text         lines  = {0};
    const char        *out;

    for (int i = 1; i < onset_frame_n(scales); i++) {
        bool known = !*entry_of(t, i);
        for (int k = 0; k < i && !known; k++) known = strcmp(entry_of(t, k), entry_of(t, i)) == 0;
        if (!known) add_line(t, entry_of(t, i), find_entry(t, entry_of(t, i)), &lines);
    }
    out = onset_arena_printf(t->work->arena, "%s", lines.s ? lines.s : "");
    onset_text_free(&lines);
    return out;
}
