/* The periods of trials: lead-ins, whom they take, where treatment ends. */
#include "validate/trial.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <strings.h>

/* "8 weeks" in a text, or with after "after 8 weeks"; NAN. */
static double weeks_in(const char *text, bool after)
{
    for (const char *s = text; *s; s++) {
        char *end;

        if (!isdigit((unsigned char)*s) || (s > text && (isdigit((unsigned char)s[-1]) || s[-1] == '.'))) continue;
        const double n        = strtod(s, &end);
        const bool   is_after = s - text >= 6 && strncasecmp(s - 6, "after ", 6) == 0;
        const bool   is_gap   = s - text >= 6 && strncasecmp(s - 6, "every ", 6) == 0;
        end += strspn(end, " -");
        if (strncasecmp(end, "week", 4) == 0 && is_after == after && !is_gap) return n;
    }
    return NAN;
}

/* The cell of a column in the first row of periods.csv that fits and has one; "". */
static const char *say(const onset_trial *t, int arm, int at, const char *column)
{
    const onset_frame *periods = &t->work->map.periods;

    for (int i = 0; i < onset_frame_n(periods); i++) {
        const char *table = onset_frame_text(periods, i, "table"), *of = onset_frame_text(periods, i, "column");
        const char *cell = "";

        if (!*onset_frame_text(periods, i, column)) continue;
        if (strcmp(table, "trials") == 0) cell = onset_frame_text(&t->folder->trials, t->trial, of);
        if (strcmp(table, "arms") == 0) cell = onset_trial_arm_text(t, arm, of);
        if (strcmp(table, "outcomes") == 0) cell = onset_frame_text(&t->folder->outcomes, at, of);
        if (*cell && onset_text_contains(cell, onset_frame_text(periods, i, "contains"))) return onset_frame_text(periods, i, column);
    }
    return "";
}

const char *onset_trial_usual_remission(const onset_trial *t, int arm)
{
    return say(t, arm, -1, "remission");
}

static onset_selection selection_of(const char *word)
{
    static const char *const names[] = {"all", "well", "remitted", "well_only", "unwell"};

    for (int i = 0; i < (int)(sizeof names / sizeof *names); i++)
        if (strcmp(word, names[i]) == 0) return (onset_selection)i;
    return ONSET_TAKES_ALL;
}

/* Where a trial has arms of those in remission, its arms of those who are well are of the others. */
static bool has_remitted_arms(const onset_trial *t)
{
    for (int i = 0; i < onset_frame_n(&t->folder->arms); i++)
        if (strcasecmp(onset_trial_arm_text(t, i, "study"), t->study) == 0 && selection_of(say(t, i, -1, "takes")) == ONSET_TAKES_REMITTED)
            return true;
    return false;
}

onset_period onset_trial_period(const onset_trial *t, int arm, int at)
{
    const char  *design = onset_frame_text(&t->folder->trials, t->trial, "design"), *gives = say(t, arm, at, "lead_gives");
    onset_period p = {.takes          = selection_of(say(t, arm, at, "takes")),
                      .repeated       = *say(t, arm, at, "repeated") != 0,
                      .entry_if_alone = *say(t, arm, at, "against_entry") != 0,
                      .chosen_h       = fmax(0, strtod(say(t, arm, at, "chosen_h"), NULL))};

    if (p.takes == ONSET_TAKES_WELL && at < 0 && has_remitted_arms(t)) p.takes = ONSET_TAKES_WELL_ONLY;
    if (!*gives) return p;
    const double named = weeks_in(design, true), weeks = strtod(say(t, arm, at, "lead_weeks"), NULL);
    p.start_h           = 168 * (isnan(named) ? weeks : named);
    p.is_treated_before = strcmp(gives, "treatment") == 0;
    return p;
}

/* Weeks of one arm's own course; NAN. */
static double course_weeks(const onset_trial *t, int arm)
{
    const double n        = onset_amount(onset_trial_arm_text(t, arm, "n_doses"));
    const double per_week = onset_amount(onset_trial_arm_text(t, arm, "doses_per_week"));

    return n > 1 && per_week > 0 ? n / per_week : NAN;
}

double onset_trial_end(const onset_trial *t, int arm)
{
    const char *study      = t->study,
               *indication = onset_indication(&t->work->map, onset_frame_text(&t->folder->trials, t->trial, "indication"));
    double       weeks = course_weeks(t, arm), last_h = 0;
    const double n = onset_amount(onset_trial_arm_text(t, arm, "n_doses"));

    if (isnan(weeks)) weeks = weeks_in(onset_trial_arm_text(t, arm, "co_treatment"), false);
    if (isnan(weeks) && n == 1) return onset_or_default(&t->work->map, NULL, -1, "single_dose_h", indication);
    if (isnan(weeks)) weeks = weeks_in(onset_frame_text(&t->folder->trials, t->trial, "design"), false);
    if (isnan(weeks) && *say(t, arm, -1, "follow_weeks")) weeks = strtod(say(t, arm, -1, "follow_weeks"), NULL);
    for (int i = 0; i < onset_frame_n(&t->folder->arms) && isnan(weeks); i++)
        if (strcasecmp(onset_trial_arm_text(t, i, "study"), study) == 0) weeks = course_weeks(t, i);
    if (!isnan(weeks)) return 168 * weeks;
    for (int i = 0; i < onset_frame_n(&t->folder->outcomes); i++)
        if (strcasecmp(onset_frame_text(&t->folder->outcomes, i, "study"), study) == 0)
            last_h = fmax(last_h, onset_frame_number(&t->folder->outcomes, i, "time_h"));
    return last_h > 0 ? last_h : onset_or_default(&t->work->map, NULL, -1, "treatment_h", indication);
}
