#include "validate/sitting.h"

#include "base/error.h"

#include <math.h>
#include <stdlib.h>

static int ascending(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

int onset_sitting_times(double from_h, double span_h, const double *exact, int n_exact, double times[ONSET_SITTING_TIMES], int n)
{
    int kept = 0;

    for (double t = 0; t < span_h + 1e-9 && n < ONSET_SITTING_TIMES - n_exact - 2;) {
        times[n++] = from_h + t;
        if (t == 0) times[n++] = from_h + 1e-3; /* just after a bolus */
        t = t < 1e-9 ? 2 / 60.0 : t + (t < 1.99 ? 2 / 60.0 : t < 3.99 ? 5 / 60.0 : t < 11.9 ? 0.25 : t < 23.9 ? 0.5 : fmax(2, t / 16));
    }
    times[n++] = from_h + span_h;
    for (int i = 0; i < n_exact && n < ONSET_SITTING_TIMES; i++)
        if (exact[i] >= 0) times[n++] = exact[i];
    qsort(times, (size_t)n, sizeof *times, ascending);
    for (int i = 0; i < n; i++)
        if (!kept || times[i] - times[kept - 1] > 1e-6) times[kept++] = times[i];
    return kept;
}

static const char *default_text(const onset_mapping *map, const char *column)
{
    return onset_arena_printf(map->arena, "%.10g", onset_or_default(map, NULL, -1, column, ""));
}

/* The head of the study with its words filled in: those of the session, then the defaults. */
static const char *head_of(const onset_validate_work *work, const onset_sitting *sitting)
{
    const onset_mapping *map        = &work->map;
    const double         female     = onset_or_default(map, NULL, -1, "female_pct", "") / 100;
    const char          *presets[]  = {"study",          "t_session",
                                       "title",          "one session",
                                       "model",          map->models[sitting->model].name,
                                       "subjects",       onset_arena_printf(map->arena, "%ld", work->sitting_subjects),
                                       "weight_kg_mean", default_text(map, "weight_kg_mean"),
                                       "age_mean",       default_text(map, "age_mean"),
                                       "age_sd",         default_text(map, "age_sd"),
                                       "lines",          "",
                                       "female",         onset_arena_printf(map->arena, "%.10g", female),
                                       "male",           onset_arena_printf(map->arena, "%.10g", 1 - female)};
    const char          *values[65] = {NULL};
    int                  n          = 0;

    for (int i = 0; sitting->population && sitting->population[i] && n < 40; i++) values[n++] = sitting->population[i];
    for (size_t i = 0; i < sizeof presets / sizeof *presets; i++) values[n++] = presets[i];
    return onset_fill_in(map->arena, sitting->study, values);
}

static const char *text_of(const onset_validate_work *work, const onset_sitting *sitting)
{
    const char *head = head_of(work, sitting), *out;
    onset_text  text = {0};

    if (!head) return NULL;
    onset_text_add(&text, head);
    for (int i = 0; i < sitting->n_arms; i++) onset_text_printf(&text, "arm session_%d { %s }\n", i, sitting->arms[i]);
    onset_text_add(&text, "visit ");
    for (int i = 0; i < sitting->n_times; i++) onset_text_printf(&text, "%s%.10g [h]", i ? ", " : "", sitting->times[i]);
    onset_text_add(&text, "\n");
    out = onset_arena_printf(work->map.arena, "%s", text.s);
    onset_text_free(&text);
    return out;
}

onset_status onset_sitting_run(onset_validate_work *work, onset_arena *arena, const onset_sitting *sitting, onset_virtual *out)
{
    const char               *text  = text_of(work, sitting);
    const char               *name  = sitting->n_arms && *sitting->arms[0] ? sitting->arms[0] : "no dose";
    const onset_virtual_setup setup = {.library     = work->map.library,
                                       .uncertainty = &work->map.uncertainty,
                                       .n_groups    = work->n_draws,
                                       .draws       = work->draws,
                                       .subjects    = work->sitting_subjects,
                                       .threads     = work->options->threads,
                                       .seed        = work->options->seed,
                                       .truth       = sitting->truth};
    onset_status              status =
        text ? ONSET_OK
                          : onset_fail(work->err, ONSET_BAD_INPUT, "a study text in '%s' has a word in braces that is not known", work->map.folder);

    if (status == ONSET_OK) status = onset_virtual_run(work->err, arena, &setup, name, text, out);
    work->out->n_trials += status == ONSET_OK;
    if (status == ONSET_OK && !onset_validate_step(work)) return onset_fail(work->err, ONSET_CANCELLED, "cancelled");
    return status;
}
