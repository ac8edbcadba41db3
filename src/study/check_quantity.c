#include "study/checker.h"

#include <ctype.h>
#include <math.h>

bool onset_check_hours(onset_study_checker *c, const onset_quantity *q, const char *what, double *hours)
{
    onset_unit unit;

    *hours = 0;
    if (!q->unit.text) {
        if (q->number == 0) return true;
        onset_error_at(c->out, q->place, "such as 7 [d] or 40 [min]", "%s needs a unit of time", what);
        return false;
    }
    if (!onset_unit_of(c->units, c->out, q->unit, &unit)) return false;
    if (!onset_unit_same_dimension(unit, onset_unit_hour)) {
        onset_error_at(c->out, q->unit.place, "such as [min], [h] or [d]", "%s is in [%s], which is no time", what, q->unit.text);
        return false;
    }
    *hours = q->number * onset_unit_factor(unit, onset_unit_hour);
    if (isfinite(*hours)) return true;
    onset_error_at(c->out, q->place, NULL, "%s is not a finite number", what);
    return false;
}

const char *onset_check_text(onset_study_checker *c, size_t start, size_t end)
{
    const char *text = c->at.file->source->text;

    while (start < end && isspace((unsigned char)text[start])) start++;
    while (end > start && isspace((unsigned char)text[end - 1])) end--;
    return onset_arena_copy(c->arena, text + start, end > start ? end - start : 0);
}

const char *onset_check_hint(onset_study_checker *c, const char *name, const char *const *candidates, int n)
{
    const char *near = onset_nearest(name, candidates, n);

    return near ? onset_arena_printf(c->arena, "did you mean '%s'?", near) : NULL;
}

const char *onset_check_list(onset_study_checker *c, const char *const *names, int n)
{
    enum { MOST = 12 }; /* a longer list is no help in a message */
    const char *list = "";

    for (int i = 0; i < n && i < MOST; i++) list = onset_arena_printf(c->arena, "%s%s%s", list, i ? ", " : "", names[i]);
    return n > MOST ? onset_arena_printf(c->arena, "%s and %d more", list, n - MOST) : list;
}

bool onset_check_model_unit(onset_study_checker *c, onset_place place, const char *name, onset_unit unit, const char *unit_text,
                            const onset_model_unit *want, double *factor)
{
    *factor = 1;
    if (onset_unit_same_dimension(unit, want->unit)) {
        *factor = onset_unit_factor(unit, want->unit);
        return true;
    }
    onset_error_at(c->out, place, onset_arena_printf(c->arena, "write its unit: [%s]", want->text),
                   "'%s' is in [%s] in the model, here in %s", name, want->text, onset_unit_spelling(c->arena, unit, unit_text));
    return false;
}

bool onset_check_same_time(double a, double b)
{
    return fabs(a - b) <= 1e-9 * fmax(1, fmax(fabs(a), fabs(b)));
}
