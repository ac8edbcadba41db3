/* Limits of scores that a trial names in words: what it counts as remission, and whom it takes. */
#include "validate/trial.h"
#include "validate/words.h"

#include <math.h>

/* The score that a text names with a scale, "MADRS <= 12", by the words of criteria.csv that have something in the column; NAN. A
 * percentage is no score. */
static double criterion_in(const onset_trial *t, const char *column, const char *scale, const char *text)
{
    const onset_frame *criteria = &t->work->map.criteria;

    for (int i = 0; i < onset_frame_n(criteria) && *scale; i++)
        for (int blank = 0; blank < 2 && *onset_frame_text(criteria, i, column); blank++) {
            const char *pattern =
                onset_validate_sprintf(t->work, "%s%s%s", scale, blank ? " " : "", onset_frame_text(criteria, i, "words"));
            onset_word_list words = {0};
            size_t          from, to;
            if (onset_pattern_find(pattern, text, &words, &from, &to) && text[to + strspn(text + to, " ")] != '%')
                return onset_words_number(&words, onset_frame_text(criteria, i, column));
        }
    return NAN;
}

/* ---- Remission ---- */

/* Whether a text names a scale that is known. */
static bool names_scale(const onset_trial *t, const char *text)
{
    for (int i = 0; i < onset_frame_n(&t->work->map.scales); i++)
        if (onset_has_word(text, onset_frame_text(&t->work->map.scales, i, "scale"))) return true;
    return false;
}

bool onset_trial_remission_is_unclear(const onset_trial *t, int scale)
{
    const char *text = onset_frame_text(&t->folder->trials, t->trial, "remission");
    const char *name = onset_frame_text(&t->work->map.scales, scale, "scale");

    if (!*text || isfinite(criterion_in(t, "remission_at", name, text))) return false;
    return onset_has_word(text, name) || !names_scale(t, text);
}

double onset_trial_remission_at(const onset_trial *t, int scale, int arm, int at)
{
    const onset_frame *scales   = &t->work->map.scales;
    const char        *texts[3] = {onset_frame_text(&t->folder->outcomes, at, "source"),
                                   onset_frame_text(&t->folder->trials, t->trial, "remission"), onset_trial_usual_remission(t, arm)};
    double             limit    = NAN;

    for (int i = 0; i < 3 && isnan(limit); i++) limit = criterion_in(t, "remission_at", onset_frame_text(scales, scale, "scale"), texts[i]);
    return isnan(limit) ? onset_frame_number(scales, scale, "remission_at") : limit;
}

/* ---- Entry ---- */

double onset_trial_entry_minimum(const onset_trial *t, int scale)
{
    return criterion_in(t, "entry_at", onset_frame_text(&t->work->map.scales, scale, "scale"),
                        onset_frame_text(&t->folder->trials, t->trial, "population"));
}
