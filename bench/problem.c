#include "problem.h"

#include "base/error.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const bench_definition bench_stiff30 = {.label       = "stiff30",
                                        .name        = "stiff30",
                                        .dosed_state = "A1",
                                        .dose        = 147.2, /* [umol] at 220.8 umol/h */
                                        .duration    = 147.2 / 220.8,
                                        .end         = 672,
                                        .dose_times  = {0, 72, 168, 240, 336, 408, 504, 576},
                                        .n_doses     = 8,
                                        .every       = 1};

#define PKPD4(label_, every_)                                                                                                              \
    {                                                                                                                                      \
        .label = label_, .name = "pkpd4", .dosed_state = "DEPOT", .dose = 100 /* [mg] */, .end = 336,                                      \
        .dose_times = {0, 24, 48, 72, 96, 120, 144}, .n_doses = 7, .every = every_,                                                        \
    }

const bench_definition bench_pkpd4       = PKPD4("pkpd4", 1);
const bench_definition bench_pkpd4_daily = PKPD4("pkpd4_daily", 24);

/* ---- CSV of numbers with one line of names ---- */

enum { MAX_COLUMNS = 32, MAX_LINE = 4096 };

typedef struct {
    int     n_columns, n_rows;
    char    name[MAX_COLUMNS][32];
    double *values; /* [n_rows][n_columns] */
} table;

static void read_names(table *t, char *line)
{
    char *rest = NULL;

    for (char *word = strtok_r(line, ",\r\n", &rest); word && t->n_columns < MAX_COLUMNS; word = strtok_r(NULL, ",\r\n", &rest)) {
        snprintf(t->name[t->n_columns++], sizeof t->name[0], "%s", word);
    }
}

static onset_status read_table(onset_error *err, const char *folder, const char *name, const char *what, table *out)
{
    char  path[1024], line[MAX_LINE];
    int   room = 0;
    FILE *file;

    memset(out, 0, sizeof *out);
    snprintf(path, sizeof path, "%s/%s_%s.csv", folder, name, what);
    file = fopen(path, "r");
    if (!file || !fgets(line, sizeof line, file)) {
        if (file) fclose(file);
        return onset_fail(err, ONSET_NO_FILE, "cannot read '%s': %s", path, strerror(errno));
    }
    read_names(out, line);
    while (fgets(line, sizeof line, file)) {
        char *at = line;

        if (out->n_rows == room) {
            room        = room ? 2 * room : 1024;
            out->values = realloc(out->values, sizeof(double) * (size_t)room * (size_t)out->n_columns);
            if (!out->values) break;
        }
        for (int k = 0; k < out->n_columns; k++) {
            out->values[out->n_rows * out->n_columns + k] = strtod(at, &at);
            if (*at == ',') at++;
        }
        out->n_rows++;
    }
    fclose(file);
    return out->values ? ONSET_OK : onset_fail(err, ONSET_NO_MEMORY, "no memory for '%s'", path);
}

/* ---- The problem ---- */

static const char *last_name(const char *name)
{
    const char *dot = strrchr(name, '.');

    return dot ? dot + 1 : name;
}

static onset_status take_params(onset_error *err, const table *csv, bench_problem *p)
{
    const onset_model *m = p->model;

    p->n_subjects = csv->n_rows;
    p->params     = calloc((size_t)csv->n_rows * (size_t)(m->n_params + m->n_covariates), sizeof(double));
    if (!p->params) return onset_fail(err, ONSET_NO_MEMORY, "no memory for the parameters of %s", p->definition.name);
    for (int j = 0; j < m->n_params; j++) {
        int column = 0;

        while (column < csv->n_columns && strcmp(csv->name[column], last_name(m->params[j].name)) != 0) column++;
        if (column == csv->n_columns)
            return onset_fail(err, ONSET_BAD_INPUT, "%s has no column for %s", p->definition.name, m->params[j].name);
        for (int i = 0; i < csv->n_rows; i++) p->params[i * m->n_params + j] = csv->values[i * csv->n_columns + column];
    }
    return ONSET_OK;
}

static onset_status take_reference(onset_error *err, const table *csv, bench_problem *p)
{
    int n = 0;

    if (csv->n_columns != p->n_out + 2) return onset_fail(err, ONSET_BAD_INPUT, "%s: the reference has other outputs", p->definition.name);
    while (n < csv->n_rows && csv->values[n * csv->n_columns] == csv->values[0]) n++;
    p->n_reference_times = n;
    p->n_reference       = csv->n_rows / n;
    p->reference_times   = calloc((size_t)n, sizeof(double));
    p->reference         = calloc((size_t)csv->n_rows * (size_t)p->n_out, sizeof(double));
    if (!p->reference || !p->reference_times)
        return onset_fail(err, ONSET_NO_MEMORY, "no memory for the reference of %s", p->definition.name);
    for (int i = 0; i < n; i++) p->reference_times[i] = csv->values[i * csv->n_columns + 1];
    for (int i = 0; i < csv->n_rows; i++) {
        memcpy(p->reference + i * p->n_out, csv->values + i * csv->n_columns + 2, sizeof(double) * (size_t)p->n_out);
    }
    return ONSET_OK;
}

static onset_status make_items(onset_error *err, bench_problem *p)
{
    const bench_definition *d     = &p->definition;
    int                     state = 0;

    while (state < p->model->n_states && strcmp(last_name(p->model->states[state].name), d->dosed_state) != 0) state++;
    p->items   = calloc(2 * (size_t)d->n_doses, sizeof *p->items);
    p->n_times = (int)lround(d->end / d->every) + 1;
    p->times   = calloc((size_t)p->n_times, sizeof(double));
    if (!p->items || !p->times) return onset_fail(err, ONSET_NO_MEMORY, "no memory for the doses of %s", d->name);
    for (int i = 0; i < p->n_times; i++) p->times[i] = d->every * i;
    for (int i = 0; i < d->n_doses; i++) {
        double t = d->dose_times[i], amount = d->duration > 0 ? d->dose / d->duration : d->dose;

        p->items[p->n_items++] =
            (onset_item){.time = t, .kind = d->duration > 0 ? ONSET_ITEM_RATE : ONSET_ITEM_BOLUS, .index = state, .amount = amount};
        if (d->duration > 0) {
            p->items[p->n_items++] = (onset_item){.time = t + d->duration, .kind = ONSET_ITEM_RATE, .index = state, .amount = -amount};
        }
    }
    return ONSET_OK;
}

onset_status bench_problem_read(onset_error *err, const char *folder, const bench_definition *definition, const onset_model *model,
                                bench_problem *out)
{
    table        params = {0}, reference = {0};
    onset_status status;

    *out   = (bench_problem){.definition = *definition, .model = model, .n_out = model->n_outputs};
    status = read_table(err, folder, definition->name, "params", &params);
    if (status == ONSET_OK) status = read_table(err, folder, definition->name, "reference", &reference);
    if (status == ONSET_OK) status = take_params(err, &params, out);
    if (status == ONSET_OK) status = take_reference(err, &reference, out);
    if (status == ONSET_OK) status = make_items(err, out);
    free(params.values);
    free(reference.values);
    if (status != ONSET_OK) bench_problem_free(out);
    return status;
}

void bench_problem_free(bench_problem *problem)
{
    free(problem->params);
    free(problem->items);
    free(problem->times);
    free(problem->reference_times);
    free(problem->reference);
    *problem = (bench_problem){0};
}

/* The doses' outputs are those before the dose: the reference has the value before the bolus at its time. */
onset_course bench_course(const bench_problem *problem, int subject, double *out)
{
    return (onset_course){.params   = problem->params + subject * (problem->model->n_params + problem->model->n_covariates),
                          .items    = problem->items,
                          .n_items  = problem->n_items,
                          .out_time = problem->times,
                          .n_out    = problem->n_times,
                          .out      = out};
}

double bench_error(const bench_problem *problem, int subject, const double *out)
{
    const int     n_out = problem->n_out, n = problem->n_reference_times;
    const double *reference = problem->reference + subject * n * n_out;
    double        worst     = 0;

    for (int k = 0; k < n_out; k++) {
        double most = 0;

        for (int i = 0; i < problem->n_reference * n; i++) most = fmax(most, fabs(problem->reference[i * n_out + k]));
        for (int i = 0; i < n; i++) {
            long   row  = lround(problem->reference_times[i] / problem->definition.every);
            double want = reference[i * n_out + k], error;

            if (fabs((double)row * problem->definition.every - problem->reference_times[i]) > 1e-9) continue; /* no output there */
            error = fabs(out[row * n_out + k] - want) / (fabs(want) + 1e-3 * most);
            if (!(error <= worst)) worst = error;
        }
    }
    return worst;
}
