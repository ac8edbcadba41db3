/* Efficacy: each published trial as a study of the language, its arms and visits those of the trial. */
#include "validate/trial.h"

#include "base/error.h"

#include <ctype.h>
#include <math.h>
#include <strings.h>

const char *onset_trial_arm_text(const onset_trial *t, int arm, const char *column)
{
    return onset_frame_text(&t->folder->arms, arm, column);
}

/* ---- The trial ---- */

static const char *class_of(const onset_trial *t)
{
    const onset_validate_work *w = t->work;

    for (int c = 0; c < onset_frame_n(&w->map.classes); c++) {
        if (onset_class_fits(w, c, ONSET_GROUP_EFFICACY, "trials", &t->folder->trials, t->trial))
            return onset_frame_text(&w->map.classes, c, "class");
        for (int i = 0; i < onset_frame_n(&t->folder->arms); i++)
            if (strcasecmp(onset_trial_arm_text(t, i, "study"), t->study) == 0 &&
                onset_class_fits(w, c, ONSET_GROUP_EFFICACY, "arms", &t->folder->arms, i))
                return onset_frame_text(&w->map.classes, c, "class");
    }
    return "unclassified";
}

/* ---- Its text ---- */

/* What a line sets: "age" of "age ~ normal(40, 10)" and of "set age = 30 at 0 [h]". */
static const char *quantity_of(onset_arena *arena, const char *line)
{
    const char *name = strncmp(line, "set ", 4) == 0 ? line + 4 : line;

    return onset_arena_copy(arena, name, strcspn(name, " "));
}

static bool setting_fits(const onset_trial *t, int s)
{
    const onset_frame *settings = &t->work->map.settings;
    const char        *column = onset_frame_text(settings, s, "column"), *part = onset_frame_text(settings, s, "contains");

    if (strcmp(onset_frame_text(settings, s, "table"), "trials") == 0)
        return onset_text_contains(onset_frame_text(&t->folder->trials, t->trial, column), part);
    for (int i = 0; i < t->n_arms; i++)
        if (onset_text_contains(onset_trial_arm_text(t, t->arms[i].like, column), part)) return true;
    return false;
}

/* Lines from the first rows of settings.csv that fit, one a quantity: those of the population, each after a line break, or those that begin with
 * "set", for every arm. */
static const char *settings_of(const onset_trial *t, bool of_arms)
{
    const onset_frame *settings = &t->work->map.settings;
    onset_arena       *arena    = t->work->arena;
    onset_text         lines = {0}, known = {0};
    const char        *out;

    onset_text_add(&known, onset_trial_entry_lines(t)); /* what a trial says of its patients wins */
    if (!of_arms) onset_text_add(&lines, onset_trial_entry_lines(t));
    for (int s = 0; s < onset_frame_n(settings); s++) {
        const char *line = onset_frame_text(settings, s, "line"), *name = quantity_of(arena, line);

        if (!setting_fits(t, s) || (known.s && strstr(known.s, onset_arena_printf(arena, "\n  %s ", name)))) continue;
        onset_text_printf(&known, "\n  %s ", name);
        if ((strncmp(line, "set ", 4) == 0) == of_arms) onset_text_printf(&lines, of_arms ? "; %s" : "\n  %s", line);
    }
    out = onset_arena_printf(arena, "%s", lines.s ? lines.s : "");
    onset_text_free(&lines);
    onset_text_free(&known);
    return out;
}

static const char *number(const onset_trial *t, double x)
{
    return onset_arena_printf(t->work->arena, "%.10g", x);
}

/* The patients of the trial: as it says, or those of its arms. */
static double trial_size(const onset_trial *t)
{
    const onset_frame *trials = &t->folder->trials, *arms = &t->folder->arms;
    double             stated = onset_frame_number(trials, t->trial, "n_total"), sum = 0;

    for (int i = 0; i < onset_frame_n(arms); i++) {
        const double n = onset_frame_number(arms, i, "n");
        if (strcasecmp(onset_trial_arm_text(t, i, "study"), t->study) == 0 && n > 0) sum += n;
    }
    if (!(stated > 0)) stated = sum > 0 ? sum : onset_or_default(&t->work->map, NULL, -1, "n_total", "");
    return fmin(fmax(stated, 1), 1e6);
}

/* When treatment of the trial and the visits that go with it end; where they do not, a day after the last visit. */
static double care_end(const onset_trial *t)
{
    double end_h = 0;

    for (int i = 0; i < t->n_arms; i++) end_h = fmax(end_h, t->arms[i].regimen.ends_h);
    return fmin(end_h + onset_or_default(&t->work->map, NULL, -1, "care_after_h", ""), t->times[t->n_times - 1] + 24);
}

/* What an arm of the virtual trial is, for a reader of its text. */
static const char *arm_name(const onset_trial *t, int place)
{
    const onset_virtual_arm *arm  = &t->arms[place];
    const char              *name = onset_as_title(t->work->map.arena, onset_trial_arm_text(t, arm->like, "arm"));

    if (arm->is_choosing) return onset_validate_sprintf(t->work, "one dose before, by whose effect those of '%s' are chosen", name);
    return arm->row < 0 ? onset_validate_sprintf(t->work, "a control for '%s', which the trial does not report", name) : name;
}

const char *onset_trial_text(const onset_trial *t)
{
    const onset_mapping *map         = &t->work->map;
    const onset_frame   *trials      = &t->folder->trials;
    const char          *indication  = onset_indication(map, onset_frame_text(trials, t->trial, "indication"));
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
                                        "trial_size",
                                        number(t, trial_size(t)),
                                        "care_end",
                                        number(t, care_end(t)),
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
                                        settings_of(t, false),
                                        NULL};
    char                *head        = onset_fill_in(map->arena, map->trial, values);
    const char          *of_arms     = onset_fill_in(map->arena, settings_of(t, true), values);
    onset_text           text        = {0};
    const char          *out;

    if (head) head = onset_fill_in(map->arena, head, values); /* settings have words in braces too */
    if (!head || !of_arms) return NULL;
    onset_text_add(&text, head);
    for (int i = 0; i < t->n_arms; i++)
        for (int k = 0; k < t->arms[i].regimen.n; k++)
            onset_text_printf(&text, "arm arm_%d_%d { %s%s } # %s\n", i, k, t->arms[i].regimen.statements[k], of_arms, arm_name(t, i));
    onset_text_add(&text, "visit ");
    for (int i = 0; i < t->n_times; i++) onset_text_printf(&text, "%s%.10g [h]", i ? ", " : "", t->times[i]);
    onset_text_add(&text, "\n");
    out = onset_arena_printf(map->arena, "%s", text.s);
    onset_text_free(&text);
    return out;
}

/* ---- As a model can express it ---- */

/* The trial as one of the models can express it, and how many of its rows that are. */
static onset_trial express(onset_validate_work *w, const onset_evidence_folder *folder, const char *study, int model, int *n_rows)
{
    onset_trial t = {
        .work = w, .folder = folder, .study = study, .model = model, .trial = onset_frame_find(&folder->trials, "study", study)};

    *n_rows       = 0;
    t.main_output = onset_mapping_output(w->map.models[model].model, onset_frame_text(&w->map.scales, 0, "output"));
    t.class_name  = class_of(&t);
    onset_trial_read_entry(&t);
    for (int i = 0; i < onset_frame_n(&folder->outcomes); i++) {
        if (strcasecmp(onset_frame_text(&folder->outcomes, i, "study"), study) != 0) continue;
        const onset_outcome o = onset_trial_outcome(&t, i);
        onset_vec_push(w->arena, &t.outcomes, o);
    }
    onset_trial_gather(&t);
    for (int i = 1; i < t.n_arms; i++) t.arms[i].first = t.arms[i - 1].first + t.arms[i - 1].regimen.n;
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

/* Predictions with these draws of the posterior (NULL: none); rows that cannot be predicted get the reason. */
static onset_status simulate(onset_trial *t, const char *text, const int *draws)
{
    onset_validate_work      *w = t->work;
    onset_virtual             people;
    onset_status              status;
    onset_arena              *arena = onset_arena_create();
    const onset_virtual_setup setup = {.library     = w->map.library,
                                       .uncertainty = &w->map.uncertainty,
                                       .n_groups    = w->n_draws,
                                       .draws       = draws,
                                       .rest_fixed  = true,
                                       .subjects    = w->subjects,
                                       .threads     = w->options->threads,
                                       .seed        = w->options->seed,
                                       .trial       = t->study,
                                       .rtol        = ONSET_TRIAL_RTOL};

    if (!arena) return onset_fail(w->err, ONSET_NO_MEMORY, "no memory for the virtual trial '%s'", t->study);
    status = onset_virtual_run(w->err, arena, &setup, t->study, text, &people);
    if (status == ONSET_OK) {
        double *y = onset_arena_alloc(w->arena, (size_t)people.n_subjects * sizeof *y);
        for (int i = 0; i < t->outcomes.n; i++)
            if (!t->outcomes.items[i].row.skip) onset_trial_predict(t, &t->outcomes.items[i], &people, y);
    }
    onset_arena_free(arena);
    return status;
}

/* Into the folder of studies, by the trial's name with all but letters and digits as '_'. */
static onset_status keep_study(const onset_trial *t, const char *text)
{
    const onset_validate_work *w    = t->work;
    char                      *name = onset_arena_printf(w->arena, "%s", t->study);

    for (char *s = name; *s; s++)
        if (!isalnum((unsigned char)*s)) *s = '_';
    return onset_file_write(w->err, onset_arena_printf(w->arena, "%s/%s.onset", w->options->studies, name), text, strlen(text));
}

/* With the whole posterior; where the calibration used the trial, first with draws as if it had not. */
static onset_status predict_trial(onset_trial *t)
{
    onset_validate_work   *w         = t->work;
    const onset_posterior *posterior = w->map.uncertainty.posterior;
    const char            *text      = onset_trial_text(t);
    int                   *draws     = onset_arena_alloc(w->arena, (size_t)w->n_draws * sizeof *draws);
    double                 k         = NAN;
    onset_status           status    = ONSET_OK;

    if (!text) return onset_fail(w->err, ONSET_BAD_INPUT, "'%s/trial.txt' has a word in braces that is not known", w->map.folder);
    if (w->options->studies) status = keep_study(t, text);
    if (posterior && t->folder->is_calibration) k = onset_posterior_assign(posterior, t->study, draws, w->n_draws);
    if (!isnan(k) && status == ONSET_OK) status = simulate(t, text, draws);
    for (int i = 0; !isnan(k) && i < t->outcomes.n; i++) {
        t->outcomes.items[i].row.left_out = t->outcomes.items[i].row.predicted;
        t->outcomes.items[i].row.pareto_k = k;
    }
    if (status == ONSET_OK) status = simulate(t, text, w->draws);
    w->out->n_trials++;
    return status;
}

static onset_status one_trial(onset_validate_work *w, const onset_evidence_folder *folder, const char *study)
{
    onset_trial  trial;
    onset_status status = ONSET_OK;

    if (onset_trial_express(w, folder, study, &trial) && !folder->is_training) status = predict_trial(&trial);
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
