/* Efficacy: each published trial as a study of the language, its arms and visits those of the trial. */
#include "validate/trial.h"

#include "base/error.h"

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

/* ---- Arms ---- */

static onset_arm_source source_of(const onset_trial *t, int arm)
{
    const onset_arm_source source = {.words    = {.drug         = onset_trial_arm_text(t, arm, "drug"),
                                                  .route        = onset_trial_arm_text(t, arm, "route"),
                                                  .unit         = onset_trial_arm_text(t, arm, "dose_unit"),
                                                  .co_treatment = onset_trial_arm_text(t, arm, "co_treatment"),
                                                  .dose         = onset_amount(onset_trial_arm_text(t, arm, "dose")),
                                                  .over_min     = onset_amount(onset_trial_arm_text(t, arm, "infusion_min")),
                                                  .per_week     = onset_amount(onset_trial_arm_text(t, arm, "doses_per_week")),
                                                  .n_doses      = onset_amount(onset_trial_arm_text(t, arm, "n_doses"))},
                                     .repeated = onset_trial_period(t, arm, -1).repeated};

    return source;
}

static onset_regimen regimen_of(const onset_trial *t, const onset_arm_source *arm, const onset_arm_source *lead, double start_h,
                                double last_h)
{
    const onset_arm_span span = {.lead = lead, .start_h = start_h, .last_h = last_h};

    return onset_regimen_of(&t->work->map, t->work->map.models[t->model].model, arm, &span);
}

/* Whether an arm of the trial is of the same period as another: their patients could have been given either. */
static bool same_period(const onset_trial *t, int a, int b)
{
    const onset_period p = onset_trial_period(t, a, -1), q = onset_trial_period(t, b, -1);

    return p.start_h == q.start_h && p.takes == q.takes;
}

/* The first arm of the trial of an arm's period that is, or is not, a control; -1. */
static int find_arm(const onset_trial *t, int like, bool is_control)
{
    for (int i = 0; i < onset_frame_n(&t->folder->arms); i++) {
        if (i == like || strcasecmp(onset_trial_arm_text(t, i, "study"), t->study) != 0 || !same_period(t, i, like)) continue;
        const onset_arm_source source  = source_of(t, i);
        const onset_regimen    regimen = regimen_of(t, &source, NULL, 0, 24);
        if (!regimen.skip && regimen.is_control == is_control) return i;
    }
    return -1;
}

/* Adds an arm, or a control with the co-treatments and the period of one (row -1); *place is where it is. Why it cannot be. */
static const char *add_arm(onset_trial *t, int row, int like, int at, double last_h, int *place)
{
    const onset_period period = onset_trial_period(t, like, at);
    onset_virtual_arm  arm    = {.row = row, .like = like, .start_h = period.start_h, .is_treated_before = period.is_treated_before};
    onset_arm_source   source = source_of(t, like), lead = source;

    arm.takes = period.start_h > 0 ? period.takes : ONSET_TAKES_ALL;
    for (*place = 0; *place < t->n_arms; ++*place)
        if (t->arms[*place].row == row && t->arms[*place].like == like && t->arms[*place].takes == arm.takes)
            return t->arms[*place].regimen.skip;
    if (t->n_arms == ONSET_TRIAL_MAX_ARMS) return "more arms than a trial can have";
    if (row < 0) source.words.drug = onset_frame_text(&t->work->map.drugs, onset_frame_find(&t->work->map.drugs, "control", "yes"), "word");
    if (period.is_treated_before && regimen_of(t, &source, NULL, 0, 24).is_control) {
        const int active = row < 0 ? like : find_arm(t, like, false);
        if (active < 0) return "no arm of the trial says what was given before";
        lead = source_of(t, active);
    }
    arm.regimen = regimen_of(t, &source, period.is_treated_before ? &lead : NULL, arm.start_h, last_h);
    if (!arm.regimen.skip) t->arms[t->n_arms++] = arm;
    return arm.regimen.skip;
}

/* Whether an arm's own words or those of its co-treatment name a control. */
static bool names_control(const onset_trial *t, int arm)
{
    const onset_frame *drugs = &t->work->map.drugs;

    for (int i = 0; i < onset_frame_n(drugs); i++) {
        const char *word = onset_frame_text(drugs, i, "word");
        if (!*onset_frame_text(drugs, i, "control")) continue;
        if (onset_has_word(onset_trial_arm_text(t, arm, "co_treatment"), word) || onset_has_word(onset_trial_arm_text(t, arm, "arm"), word))
            return true;
    }
    return false;
}

/* Other arms of the same period; *other is the only one, or one that is called a control. */
static int n_others(const onset_trial *t, int like, int *other)
{
    int n = 0;

    *other = -1;
    for (int i = 0; i < onset_frame_n(&t->folder->arms); i++)
        if (i != like && strcasecmp(onset_trial_arm_text(t, i, "study"), t->study) == 0 && same_period(t, i, like)) {
            if (!n++ || names_control(t, i)) *other = i;
        }
    return n == 1 || (*other >= 0 && names_control(t, *other)) ? 1 : n;
}

/* The arm that a row is compared with: the control of its period, or where the row is of the control the arm that is treated; else the only other
 * arm. A row against placebo, and a trial of one arm, gets a placebo arm. An effect size may be against entry: none. */
static const char *add_control(onset_trial *t, onset_outcome *o, double last_h)
{
    const bool is_control = t->arms[o->place].regimen.is_control;
    int        row = find_arm(t, o->arm, !is_control), other = -1;
    const int  n = n_others(t, o->arm, &other);

    if (row < 0 && o->against_entry && !n) return NULL;
    if (row < 0 && !o->against_placebo && n == 1) row = other;
    if (row < 0 && (is_control || (n && !o->against_placebo))) return "the trial has no control arm that can be simulated";
    return add_arm(t, row, row < 0 ? o->arm : row, -1, last_h, &o->control);
}

/* ---- Times ---- */

/* False where there is no room for another visit. */
static bool add_time(onset_trial *t, double time_h)
{
    int i = t->n_times;

    for (int k = 0; k < t->n_times; k++)
        if (t->times[k] == time_h) return true;
    if (t->n_times == ONSET_TRIAL_MAX_TIMES) return false;
    for (; i > 0 && t->times[i - 1] > time_h; i--) t->times[i] = t->times[i - 1];
    t->times[i] = time_h;
    t->n_times++;
    return true;
}

/* From when an event counts: the start of the period; without one, the last visit before the row at which it is told who is well; else a day
 * after the last dose. */
static double counts_from(const onset_trial *t, const onset_outcome *o)
{
    const onset_virtual_arm *arm     = &t->arms[o->place];
    const double             row_h   = o->row.time_h;
    double                   visit_h = 0;

    if (arm->start_h > 0 || o->read == ONSET_OUTCOME_RISK) return arm->start_h;
    for (int i = 0; i < t->outcomes.n; i++) {
        const onset_outcome *other = &t->outcomes.items[i];
        if ((other->read == ONSET_OUTCOME_RESPONSE || other->read == ONSET_OUTCOME_REMISSION) &&
            (isnan(row_h) || other->row.time_h < row_h))
            visit_h = fmax(visit_h, other->row.time_h);
    }
    if (visit_h > 0) return visit_h;
    return isfinite(arm->regimen.ends_h) ? arm->regimen.ends_h + 24 : 0;
}

static bool is_of_events(const onset_outcome *o)
{
    const onset_outcome_reading read =
        o->read == ONSET_OUTCOME_ODDS_RATIO || o->read == ONSET_OUTCOME_RISK_RATIO || o->read == ONSET_OUTCOME_RATE_DIFFERENCE ? o->of
                                                                                                                               : o->read;

    return read == ONSET_OUTCOME_RISK || read == ONSET_OUTCOME_RELAPSE || read == ONSET_OUTCOME_HAZARD_RATIO ||
           read == ONSET_OUTCOME_MEDIAN_DAYS || read == ONSET_OUTCOME_MEAN_DAYS;
}

/* Visits at all times that the row needs; false where there is no room for them. */
static bool add_times(onset_trial *t, onset_outcome *o)
{
    const onset_virtual_arm *arm    = &t->arms[o->place];
    const double             ends_h = arm->regimen.ends_h - arm->start_h; /* of doses whose number the arm does not say */
    double                   days[ONSET_TRIAL_MAX_EVENT_TIMES];

    if (o->has_no_time && isnan(onset_amount(onset_trial_arm_text(t, o->arm, "n_doses"))) && isfinite(ends_h) && ends_h > 0)
        o->row.time_h = ends_h + 24;
    bool fits = add_time(t, arm->start_h) && add_time(t, arm->start_h + o->row.time_h);
    if (o->read == ONSET_OUTCOME_PART) fits = add_time(t, arm->start_h + o->end_h) && fits;
    for (double h = o->row.time_h; o->read == ONSET_OUTCOME_SUSTAINED && h <= o->end_h; h += 168)
        fits = add_time(t, arm->start_h + h) && fits;
    if (!is_of_events(o)) return fits;
    o->from_h = counts_from(t, o);
    o->takes  = o->read == ONSET_OUTCOME_RISK ? ONSET_TAKES_ALL : onset_trial_period(t, o->arm, o->at).takes;
    if (o->read != ONSET_OUTCOME_RISK && o->takes == ONSET_TAKES_ALL) o->takes = ONSET_TAKES_WELL;
    fits        = add_time(t, o->from_h) && fits;
    const int n = o->read == ONSET_OUTCOME_MEDIAN_DAYS || o->read == ONSET_OUTCOME_MEAN_DAYS ? onset_trial_event_times(days) : 0;
    for (int i = 0; i < n; i++) fits = add_time(t, o->from_h + 24 * days[i]) && fits;
    return fits;
}

/* Arms and times that the rows need; rows whose arm cannot be simulated get the reason. */
static void gather(onset_trial *t)
{
    double last_h = 0;

    for (int i = 0; i < t->outcomes.n; i++) {
        const onset_outcome *o      = &t->outcomes.items[i];
        const bool           to_end = o->read == ONSET_OUTCOME_MEDIAN_DAYS || o->read == ONSET_OUTCOME_MEAN_DAYS;
        if (!o->row.skip)
            last_h = fmax(last_h, onset_trial_period(t, o->arm, -1).start_h + (to_end ? 366 * 24 : fmax(o->row.time_h, o->end_h)));
    }
    add_time(t, 0);
    for (int i = 0; i < t->outcomes.n; i++) {
        onset_outcome *o = &t->outcomes.items[i];

        if (o->row.skip) continue;
        o->row.skip = add_arm(t, o->arm, o->arm, -1, last_h, &o->place);
        if (o->row.skip) continue;
        o->row.is_control = t->arms[o->place].regimen.is_control;
        if (onset_outcome_compares(o->read) || o->against_placebo) o->row.skip = add_control(t, o, last_h);
        if (!o->row.skip && !add_times(t, o)) o->row.skip = "more visits than a trial can have";
    }
}

/* Lines for the population, each after a line break, from the first rows of settings.csv that fit; one a quantity. */
static const char *settings_of(const onset_trial *t)
{
    const onset_frame *settings = &t->work->map.settings;
    onset_text         lines    = {0};
    const char        *out;

    onset_text_add(&lines, onset_trial_entry_lines(t)); /* what a trial says of its patients wins */
    for (int s = 0; s < onset_frame_n(settings); s++) {
        const char *column = onset_frame_text(settings, s, "column"), *part = onset_frame_text(settings, s, "contains");
        const char *line     = onset_frame_text(settings, s, "line");
        const bool  of_trial = strcmp(onset_frame_text(settings, s, "table"), "trials") == 0;
        bool        fits     = of_trial && onset_text_contains(onset_frame_text(&t->folder->trials, t->trial, column), part);

        for (int i = 0; !of_trial && i < t->n_arms; i++)
            fits = fits || onset_text_contains(onset_trial_arm_text(t, t->arms[i].like, column), part);
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
    for (int i = 0; i < t->n_arms; i++)
        for (int k = 0; k < t->arms[i].regimen.n; k++)
            onset_text_printf(&text, "arm arm_%d_%d { %s }\n", i, k, t->arms[i].regimen.statements[k]);
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

    *n_rows       = 0;
    t.main_output = onset_mapping_output(w->map.models[model].model, onset_frame_text(&w->map.scales, 0, "output"));
    t.class_name  = class_of(&t);
    onset_trial_read_entry(&t);
    for (int i = 0; i < onset_frame_n(&folder->outcomes); i++) {
        if (strcasecmp(onset_frame_text(&folder->outcomes, i, "study"), study) != 0) continue;
        const onset_outcome o = onset_trial_outcome(&t, i);
        onset_vec_push(w->arena, &t.outcomes, o);
    }
    gather(&t);
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
                                       .seed        = w->options->seed};

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
    if (posterior && t->folder->is_calibration) k = onset_posterior_assign(posterior, t->study, draws, w->n_draws);
    if (!isnan(k)) status = simulate(t, text, draws);
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
