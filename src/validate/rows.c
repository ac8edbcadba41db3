/* What rows of all groups have in common. */
#include "validate/work.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <strings.h>

const char *onset_row_group_name(onset_row_group group)
{
    static const char *const names[ONSET_N_GROUPS] = {"efficacy", "safety", "pk"};

    return names[group];
}

onset_row onset_row_from(const onset_validate_work *work, const onset_evidence_folder *folder, onset_row_group group,
                         const onset_frame *frame, int row)
{
    const char *seen = onset_frame_text(frame, row, "seen"), *key = onset_frame_text(frame, row, "key");

    return (onset_row){.group          = group,
                       .class_name     = "none",
                       .key            = *key ? key : onset_validate_sprintf(work, "line %d", frame->table.lines[row]),
                       .study          = onset_frame_text(frame, row, "study"),
                       .arm            = onset_frame_text(frame, row, "arm"),
                       .metric         = onset_frame_text(frame, row, "metric"),
                       .drug           = onset_frame_text(frame, row, "drug"),
                       .route          = onset_frame_text(frame, row, "route"),
                       .source         = onset_frame_text(frame, row, "source"),
                       .value          = onset_frame_number(frame, row, "value"),
                       .n              = onset_frame_number(frame, row, "n"),
                       .seen           = !*seen || strcasecmp(seen, "yes") == 0,
                       .is_calibration = folder->is_calibration,
                       .is_training    = folder->is_training,
                       .pooled         = NAN,
                       .factor         = 1,
                       .time_h         = NAN,
                       .predicted      = {NAN, NAN, NAN, NAN, NAN},
                       .left_out       = {NAN, NAN, NAN, NAN, NAN},
                       .pareto_k       = NAN,
                       .observed_low   = NAN,
                       .observed_high  = NAN};
}

bool onset_class_fits(const onset_validate_work *work, int class_row, onset_row_group group, const char *table, const onset_frame *frame,
                      int row)
{
    const onset_frame *classes = &work->map.classes;
    const char        *column2 = onset_frame_text(classes, class_row, "column2");

    if (strcmp(onset_frame_text(classes, class_row, "group"), onset_row_group_name(group)) != 0) return false;
    if (strcmp(onset_frame_text(classes, class_row, "table"), table) != 0) return false;
    if (!onset_text_contains(onset_frame_text(frame, row, onset_frame_text(classes, class_row, "column")),
                             onset_frame_text(classes, class_row, "contains")))
        return false;
    return !*column2 || onset_frame_number(frame, row, column2) >= onset_frame_number(classes, class_row, "at_least");
}

const char *onset_class_of(const onset_validate_work *work, onset_row_group group, const char *table, const onset_frame *frame, int row)
{
    for (int c = 0; c < onset_frame_n(&work->map.classes); c++)
        if (onset_class_fits(work, c, group, table, frame, row)) return onset_frame_text(&work->map.classes, c, "class");
    return "unclassified";
}

/* 95 % interval: as published, else from its standard error, its SD, or a typical SD and the trial's n. A share: Wilson's. */
void onset_row_observe(const onset_validate_work *work, const onset_frame *frame, int at, onset_row *row)
{
    const double low = onset_frame_number(frame, at, "ci_low"), high = onset_frame_number(frame, at, "ci_high");
    const double se = onset_frame_number(frame, at, "se"), z = onset_normal_quantile(0.975);
    double       sd = onset_frame_number(frame, at, "sd");

    if (isfinite(low) && isfinite(high)) {
        row->observed_low = low, row->observed_high = high;
    } else if (row->is_pct) {
        const double p = row->value / 100, n = row->n, middle = (p + z * z / (2 * n)) / (1 + z * z / n);
        const double half = z / (1 + z * z / n) * sqrt(p * (1 - p) / n + z * z / (4 * n * n));
        row->observed_low = 100 * (middle - half), row->observed_high = 100 * (middle + half);
    } else if (isfinite(se)) {
        row->observed_low = row->value - z * se, row->observed_high = row->value + z * se;
    } else {
        const int typical = onset_frame_find(&work->map.spreads, "unit", row->unit);
        if (isnan(sd)) sd = onset_frame_number(&work->map.spreads, typical, "sd");
        row->observed_low = row->value - z * sd / sqrt(row->n), row->observed_high = row->value + z * sd / sqrt(row->n);
    }
}

double onset_between_sd(const onset_validate_work *work, const char *unit)
{
    const onset_posterior *posterior = work->map.uncertainty.posterior;
    const double           sd = onset_frame_number(&work->map.spreads, onset_frame_find(&work->map.spreads, "unit", unit), "between_sd");
    double                 squares = 0;

    for (int i = 0; posterior && i < posterior->n_draws; i++) {
        const double drawn = onset_posterior_value(posterior, i, "spread ", unit);
        squares += drawn * drawn / posterior->n_draws;
    }
    if (posterior && isfinite(squares)) return sqrt(squares);
    return sd > 0 ? sd : 0;
}

const char *onset_spread_line(const onset_validate_work *work, const onset_row *row)
{
    const char *line = row->spread ? row->spread : row->unit;

    if (!row->class_name) return line;
    const char *of_class = onset_validate_sprintf(work, "%s %s", line, row->class_name);
    return onset_frame_find(&work->map.spreads, "unit", of_class) >= 0 ? of_class : line;
}

/* SD between trials beyond what the model varies, wider where the trials that were fitted say too little of others. Of incidences it stands on the logit
 * scale, so that rare ones differ less. */
double onset_row_between(const onset_validate_work *work, onset_row *row, double mean)
{
    const char  *line  = onset_spread_line(work, row);
    const double wider = onset_frame_number(&work->map.spreads, onset_frame_find(&work->map.spreads, "unit", line), "left_out");
    const double sd    = onset_between_sd(work, line) * (wider > 0 ? wider : 1);
    const double own   = !row->is_pct ? sd * row->factor : row->spread ? sd * mean * (1 - mean) : sd * 0.01;

    row->line    = line;
    row->between = row->is_pct ? 100 * own : own;
    return own;
}

void onset_row_predict(const onset_validate_work *work, onset_row *row, const double *y, long n_y, int n_groups)
{
    const onset_components c      = onset_components_of(y, n_y, n_groups);
    double                 mean   = row->is_pct ? (c.mean * (double)c.n + 0.5) / ((double)c.n + 1) : c.mean;
    const double           sd     = onset_row_between(work, row, mean);
    double                 missed = sd * sd;

    if (row->is_pct && !row->spread) onset_fold_share(mean, sd, &mean, &missed);
    if (!c.n)
        row->skip = "no virtual patient of this arm was solved";
    else if (row->is_pct)
        row->predicted = onset_predict_share(mean, c.between + missed, (long)fmax(1, round(row->n)));
    else
        row->predicted = onset_predict_normal(c.mean, c.between + sd * sd + c.within / row->n + row->own_sd * row->own_sd);
}

const char *onset_validate_sprintf(const onset_validate_work *work, const char *format, ...)
{
    char    text[512];
    va_list values;

    va_start(values, format);
    vsnprintf(text, sizeof text, format, values);
    va_end(values);
    return onset_arena_copy(work->arena, text, strlen(text));
}

bool onset_validate_step(onset_validate_work *work)
{
    const onset_validate_options *options  = work->options;
    const onset_progress          progress = {.done = ++work->done, .total = work->total, .stage = "simulating trials"};

    if (options->progress) options->progress(options->ctx, &progress);
    return !options->cancelled || !options->cancelled(options->ctx);
}
