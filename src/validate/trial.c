/* Efficacy: each published trial as a study of the language, its arms and visits those of the trial. */
#include "validate/trial.h"

#include "base/error.h"

#include <math.h>
#include <strings.h>

/* The latest visit simulated [h]: a year; chosen by us. */
static const double horizon_h = 366 * 24;

static const char *text_of(const onset_trial *t, int arm, const char *column)
{
    return onset_frame_text(&t->folder->arms, arm, column);
}

/* ---- What a row asks for ---- */

static onset_reading reading_of(const onset_mapping *map, const char *metric, const char **why)
{
    static const char *const names[] = {"", "value", "change", "response", "remission", "difference"};
    const int                at      = onset_frame_find(&map->metrics, "metric", metric);
    const char              *read    = onset_frame_text(&map->metrics, at, "read");

    for (int i = READ_VALUE; i <= READ_DIFFERENCE; i++)
        if (strcmp(read, names[i]) == 0) return (onset_reading)i;
    *why = onset_frame_text(&map->metrics, at, "reason");
    return READ_NOTHING;
}

static int arm_row(const onset_trial *t, const char *arm)
{
    for (int i = 0; i < onset_frame_n(&t->folder->arms); i++)
        if (strcasecmp(text_of(t, i, "study"), t->study) == 0 && strcmp(text_of(t, i, "arm"), arm) == 0) return i;
    return -1;
}

/* Why the row cannot be read from any virtual trial, or NULL. */
static const char *why_not(const onset_trial *t, const onset_outcome *o)
{
    const onset_validate_work *w     = t->work;
    const char                *why   = "";
    const char                *scale = onset_frame_text(&t->folder->outcomes, o->at, "scale");

    if (reading_of(&w->map, o->row.metric, &why) == READ_NOTHING)
        return *why ? why : onset_validate_sprintf(w, "the library does not know the metric '%s'", o->row.metric);
    if (o->scale < 0) return onset_validate_sprintf(w, "the library does not know the scale '%s'", scale);
    if (o->output < 0) return onset_validate_sprintf(w, "the model has no output for the scale '%s'", scale);
    if (!isfinite(o->slope) && !o->row.is_pct) return "the scale is not named, so its points cannot be compared";
    if (isnan(o->row.value)) return "the row has no value";
    if (isnan(o->row.time_h) || o->row.time_h < 0) return "the row has no time";
    if (o->row.time_h == 0) return "the value at entry is an input of the virtual trial";
    if (o->row.time_h > horizon_h) return "later than a year";
    if (t->trial < 0) return "trials.csv has no such trial";
    if (o->arm < 0) return "arms.csv has no such arm";
    return NULL;
}

static const char *pct_or_score(onset_reading read)
{
    return read == READ_RESPONSE || read == READ_REMISSION ? "pct" : "score";
}

/* The row in the unit that rows of one family share, for the rivals. */
static void pool_row(const onset_trial *t, onset_outcome *o)
{
    static const onset_row_family families[] = {ONSET_FAMILY_NONE,     ONSET_FAMILY_SCORE,     ONSET_FAMILY_SCORE,
                                                ONSET_FAMILY_RESPONSE, ONSET_FAMILY_REMISSION, ONSET_FAMILY_DIFFERENCE};
    onset_row                    *row        = &o->row;

    row->family = families[o->read];
    if (row->is_pct) {
        row->factor = 1, row->offset = 0;
    } else {
        row->factor = o->slope;
        row->offset = o->read == READ_VALUE ? o->slope * t->baseline + o->intercept : 0;
    }
    row->pooled = (row->value - row->offset) / row->factor;
}

static onset_outcome read_outcome(onset_trial *t, int at)
{
    const onset_frame   *outcomes = &t->folder->outcomes;
    const onset_mapping *map      = &t->work->map;
    const char          *why;
    onset_outcome        o = {.at = at, .row = onset_row_from(t->work, t->folder, ONSET_GROUP_EFFICACY, outcomes, at)};

    o.scale             = onset_frame_find(&map->scales, "scale", onset_frame_text(outcomes, at, "scale"));
    o.output            = onset_mapping_output(map->models[t->model].model, onset_frame_text(&map->scales, o.scale, "output"));
    o.slope             = onset_frame_number(&map->scales, o.scale, "slope");
    o.intercept         = onset_frame_number(&map->scales, o.scale, "intercept");
    o.remission_at      = onset_frame_number(&map->scales, o.scale, "remission_at");
    o.response_fraction = onset_frame_number(&map->scales, o.scale, "response_fraction");
    o.read              = reading_of(map, o.row.metric, &why);
    o.row.endpoint      = onset_frame_text(outcomes, at, "scale");
    o.row.unit          = pct_or_score(o.read);
    o.row.is_pct        = strcmp(o.row.unit, "pct") == 0;
    o.row.time_h        = onset_frame_number(outcomes, at, "time_h");
    o.row.class_name    = t->class_name;
    o.arm               = arm_row(t, o.row.arm);
    o.row.skip          = why_not(t, &o);
    if (isnan(o.row.n)) o.row.n = onset_frame_number(&t->folder->arms, o.arm, "n");
    if (!(o.row.n > 0)) o.row.n = onset_or_default(map, NULL, -1, "n", "");
    if (o.row.skip) return o;
    onset_row_observe(t->work, outcomes, at, &o.row);
    pool_row(t, &o);
    return o;
}

/* ---- The trial ---- */

static const char *class_of(const onset_trial *t)
{
    const onset_validate_work *w = t->work;

    for (int c = 0; c < onset_frame_n(&w->map.classes); c++) {
        if (onset_class_fits(w, c, ONSET_GROUP_EFFICACY, "trials", &t->folder->trials, t->trial))
            return onset_frame_text(&w->map.classes, c, "class");
        for (int i = 0; i < onset_frame_n(&t->folder->arms); i++)
            if (strcasecmp(text_of(t, i, "study"), t->study) == 0 &&
                onset_class_fits(w, c, ONSET_GROUP_EFFICACY, "arms", &t->folder->arms, i))
                return onset_frame_text(&w->map.classes, c, "class");
    }
    return "unclassified";
}

/* Baseline in the unit of the output; the default where the trial gives none or on a scale that is not known. */
static void read_baseline(onset_trial *t)
{
    const onset_mapping *map        = &t->work->map;
    const onset_frame   *trials     = &t->folder->trials;
    const char          *indication = onset_frame_text(trials, t->trial, "indication");
    const int            scale      = onset_frame_find(&map->scales, "scale", onset_frame_text(trials, t->trial, "baseline_scale"));
    const double slope = onset_frame_number(&map->scales, scale, "slope"), intercept = onset_frame_number(&map->scales, scale, "intercept");
    const double mean = onset_frame_number(trials, t->trial, "baseline_mean"), sd = onset_frame_number(trials, t->trial, "baseline_sd");

    t->baseline    = (mean - intercept) / slope;
    t->baseline_sd = sd / slope;
    if (!isfinite(t->baseline)) t->baseline = onset_or_default(map, NULL, -1, "baseline_mean", indication);
    if (!(t->baseline_sd > 0)) t->baseline_sd = onset_or_default(map, NULL, -1, "baseline_sd", indication);
    t->baseline    = fmin(fmax(t->baseline, 12), 50); /* where the population of trial.txt can be drawn from */
    t->baseline_sd = fmin(fmax(t->baseline_sd, 1), 15);
}

static onset_arm_words words_of(const onset_trial *t, int arm, double last_h)
{
    const onset_frame        *arms  = &t->folder->arms;
    const onset_regimen_words words = {.drug         = text_of(t, arm, "drug"),
                                       .route        = text_of(t, arm, "route"),
                                       .unit         = text_of(t, arm, "dose_unit"),
                                       .co_treatment = text_of(t, arm, "co_treatment"),
                                       .dose         = onset_frame_number(arms, arm, "dose"),
                                       .over_min     = onset_frame_number(arms, arm, "infusion_min"),
                                       .per_week     = onset_frame_number(arms, arm, "doses_per_week"),
                                       .n_doses      = onset_frame_number(arms, arm, "n_doses")};

    return onset_arm_in_words(&t->work->map, t->work->map.models[t->model].model, &words, last_h);
}

int onset_trial_arm(const onset_trial *t, int arm)
{
    for (int i = 0; i < t->n_arms; i++)
        if (t->arms[i] == arm) return i;
    return -1;
}

/* The control arm of a difference: the first arm of the trial that is one. */
static int control_arm(const onset_trial *t, double last_h)
{
    for (int i = 0; i < onset_frame_n(&t->folder->arms); i++)
        if (strcasecmp(text_of(t, i, "study"), t->study) == 0 && words_of(t, i, last_h).is_control) return i;
    return -1;
}

static const char *add_arm(onset_trial *t, int arm, double last_h)
{
    const onset_arm_words words = words_of(t, arm, last_h);

    if (words.skip || onset_trial_arm(t, arm) >= 0) return words.skip;
    if (t->n_arms == ONSET_TRIAL_MAX_ARMS) return "more arms than a trial can have";
    t->arms[t->n_arms]    = arm;
    t->words[t->n_arms++] = words;
    return NULL;
}

static void add_time(onset_trial *t, double time_h)
{
    int i = t->n_times;

    for (int k = 0; k < t->n_times; k++)
        if (t->times[k] == time_h) return;
    if (t->n_times == ONSET_TRIAL_MAX_TIMES) return;
    for (; i > 0 && t->times[i - 1] > time_h; i--) t->times[i] = t->times[i - 1];
    t->times[i] = time_h;
    t->n_times++;
}

/* Arms and times that the rows need; rows whose arm cannot be simulated get the reason. */
static void gather(onset_trial *t)
{
    double last_h = 0;

    for (int i = 0; i < t->outcomes.n; i++)
        if (!t->outcomes.items[i].row.skip) last_h = fmax(last_h, t->outcomes.items[i].row.time_h);
    add_time(t, 0);
    for (int i = 0; i < t->outcomes.n; i++) {
        onset_outcome *o = &t->outcomes.items[i];

        if (o->row.skip) continue;
        o->row.is_control = words_of(t, o->arm, last_h).is_control;
        o->row.skip       = add_arm(t, o->arm, last_h);
        if (!o->row.skip && o->read == READ_DIFFERENCE) {
            const int control = control_arm(t, last_h);
            o->row.skip       = control < 0 ? "the trial has no control arm that can be simulated" : add_arm(t, control, last_h);
        }
        if (!o->row.skip) add_time(t, o->row.time_h);
    }
}

/* Lines for the population, each after a line break, from the first rows of settings.csv that fit; one a quantity. */
static const char *settings_of(const onset_trial *t)
{
    const onset_frame *settings = &t->work->map.settings;
    onset_text         lines    = {0};
    const char        *out;

    for (int s = 0; s < onset_frame_n(settings); s++) {
        const char *column = onset_frame_text(settings, s, "column"), *part = onset_frame_text(settings, s, "contains");
        const char *line     = onset_frame_text(settings, s, "line");
        const bool  of_trial = strcmp(onset_frame_text(settings, s, "table"), "trials") == 0;
        bool        fits     = of_trial && onset_text_contains(onset_frame_text(&t->folder->trials, t->trial, column), part);

        for (int i = 0; !of_trial && i < t->n_arms; i++) fits = fits || onset_text_contains(text_of(t, t->arms[i], column), part);
        if (!fits || (lines.s && strstr(lines.s, onset_arena_printf(t->work->arena, "\n  %.*s ", (int)strcspn(line, " "), line)))) continue;
        onset_text_printf(&lines, "\n  %s", line);
    }
    out = onset_arena_printf(t->work->arena, "%s", lines.s ? lines.s : "");
    onset_text_free(&lines);
    return out;
}

static const char *number(const onset_trial *t, double x)
{
    return onset_arena_printf(t->work->arena, "%.10g", x);
}

const char *onset_trial_text(const onset_trial *t)
{
    const onset_mapping *map         = &t->work->map;
    const onset_frame   *trials      = &t->folder->trials;
    const char          *indication  = onset_frame_text(trials, t->trial, "indication");
    const double         female      = fmin(fmax(onset_or_default(map, trials, t->trial, "female_pct", indication) / 100, 0.001), 0.999);
    const double         failed      = fmin(onset_or_default(map, trials, t->trial, "failed_antidepressants_min", indication), 8);
    const double         mean_failed = fmax(onset_or_default(map, NULL, -1, "failed_mean", indication), failed);
    const char *const    values[]    = {"study",
                                        onset_as_name(map->arena, t->study),
                                        "title",
                                        onset_as_title(map->arena, t->study),
                                        "model",
                                        map->models[t->model].name,
                                        "subjects",
                                        number(t, (double)t->work->subjects),
                                        "weight_kg_mean",
                                        number(t, onset_or_default(map, trials, t->trial, "weight_kg_mean", indication)),
                                        "year",
                                        number(t, onset_or_default(map, trials, t->trial, "year", indication)),
                                        "age_mean",
                                        number(t, onset_or_default(map, trials, t->trial, "age_mean", indication)),
                                        "female",
                                        number(t, female),
                                        "male",
                                        number(t, 1 - female),
                                        "baseline_mean",
                                        number(t, t->baseline),
                                        "baseline_sd",
                                        number(t, t->baseline_sd),
                                        "failed_mean",
                                        number(t, mean_failed),
                                        "failed_min",
                                        number(t, failed),
                                        "settings",
                                        settings_of(t),
                                        NULL};
    char                *head        = onset_fill_in(map->arena, map->trial, values);
    onset_text           text        = {0};
    const char          *out;

    if (!head) return NULL;
    onset_text_add(&text, head);
    for (int i = 0; i < t->n_arms; i++) onset_text_printf(&text, "arm arm_%d { %s }\n", i, t->words[i].doses);
    onset_text_add(&text, "visit ");
    for (int i = 0; i < t->n_times; i++) onset_text_printf(&text, "%s%.10g [h]", i ? ", " : "", t->times[i]);
    onset_text_add(&text, "\n");
    out = onset_arena_printf(map->arena, "%s", text.s);
    onset_text_free(&text);
    return out;
}

/* The trial as one of the models can express it, and how many of its rows that are. */
static onset_trial express(onset_validate_work *w, const onset_evidence_folder *folder, const char *study, int model, int *n_rows)
{
    onset_trial t = {
        .work = w, .folder = folder, .study = study, .model = model, .trial = onset_frame_find(&folder->trials, "study", study)};

    *n_rows      = 0;
    t.class_name = class_of(&t);
    read_baseline(&t);
    for (int i = 0; i < onset_frame_n(&folder->outcomes); i++) {
        if (strcasecmp(onset_frame_text(&folder->outcomes, i, "study"), study) != 0) continue;
        const onset_outcome o = read_outcome(&t, i);
        onset_vec_push(w->arena, &t.outcomes, o);
    }
    gather(&t);
    for (int i = 0; i < t.outcomes.n; i++) *n_rows += !t.outcomes.items[i].row.skip;
    return t;
}

bool onset_trial_express(onset_validate_work *w, const onset_evidence_folder *folder, const char *study, onset_trial *out)
{
    int most = -1;

    *out = (onset_trial){0};
    for (int m = 0; m < w->map.n_models; m++) {
        int n_rows;

        if (strcmp(w->map.models[m].group, "efficacy") != 0) continue;
        const onset_trial t = express(w, folder, study, m, &n_rows);
        if (n_rows > most) most = n_rows, *out = t;
    }
    return most > 0;
}

/* ---- Simulating it ---- */

static onset_status simulate(onset_trial *t)
{
    onset_validate_work      *w = t->work;
    onset_virtual             people;
    const char               *text = onset_trial_text(t);
    onset_status              status;
    onset_arena              *arena = onset_arena_create();
    const onset_virtual_setup setup = {.library     = w->map.library,
                                       .uncertainty = &w->map.uncertainty,
                                       .n_groups    = w->n_draws,
                                       .subjects    = w->subjects,
                                       .threads     = w->options->threads,
                                       .seed        = w->options->seed};

    if (!text || !arena) {
        onset_arena_free(arena);
        return onset_fail(w->err, text ? ONSET_NO_MEMORY : ONSET_BAD_INPUT, "'%s/trial.txt' has a word in braces that is not known",
                          w->map.folder);
    }
    status = onset_virtual_run(w->err, arena, &setup, t->study, text, &people);
    if (status == ONSET_OK) {
        double *y = onset_arena_alloc(w->arena, (size_t)people.n_subjects * sizeof *y);
        for (int i = 0; i < t->outcomes.n; i++)
            if (!t->outcomes.items[i].row.skip) onset_trial_predict(t, &t->outcomes.items[i], &people, y);
        w->out->n_trials++;
    }
    onset_arena_free(arena);
    return status;
}

static onset_status one_trial(onset_validate_work *w, const onset_evidence_folder *folder, const char *study)
{
    onset_trial  trial;
    onset_status status = ONSET_OK;

    if (onset_trial_express(w, folder, study, &trial) && !folder->is_training) status = simulate(&trial);
    for (int i = 0; i < trial.outcomes.n; i++) onset_vec_push(w->arena, &w->out->rows, trial.outcomes.items[i].row);
    if (status == ONSET_OK && !onset_validate_step(w)) return onset_fail(w->err, ONSET_CANCELLED, "cancelled");
    return status;
}

onset_status onset_validate_efficacy(onset_validate_work *work, const onset_evidence_folder *folder)
{
    onset_status status = ONSET_OK;

    for (int i = 0; i < onset_frame_n(&folder->outcomes) && status == ONSET_OK; i++) {
        const char *study = onset_frame_text(&folder->outcomes, i, "study");
        if (onset_frame_find(&folder->outcomes, "study", study) == i) status = one_trial(work, folder, study);
    }
    return status;
}
