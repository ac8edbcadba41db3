/* The file of a population: columns become variables. */
#include "study/checker.h"

#include "base/text.h"

#include <math.h>
#include <stdlib.h>
#include <strings.h>

/* Relative to the folder of the study's file. */
static const char *beside(onset_study_checker *c, const char *path)
{
    const char *here = c->at.file->source->path, *slash = strrchr(here, '/');

    if (path[0] == '/' || !slash) return path;
    return onset_arena_printf(c->arena, "%.*s/%s", (int)(slash - here), here, path);
}

/* Whether all values of a column are numbers; a missing one counts as such, so that it is reported. */
static bool is_numeric(const onset_table *table, int column)
{
    for (int r = 0; r < table->n_rows; r++) {
        const char *cell = table->cells[(size_t)r * (size_t)table->n_columns + (size_t)column];
        char       *end  = NULL;
        if (onset_table_is_missing(cell)) continue;
        strtod(cell, &end);
        if (*end) return false;
    }
    return true;
}

/* The unit in the header, or that of what the column sets. */
static void find_unit(onset_study_checker *c, onset_place place, const char *unit_text, onset_variable *v)
{
    const int covariate = onset_model_find_covariate(c->model, v->name);

    if (unit_text) {
        onset_unit_of(c->units, c->out, (onset_unit_text){unit_text, place}, &v->draw.unit.unit);
        v->draw.unit.text = unit_text;
    } else if (covariate >= 0) {
        v->draw.unit = c->model->covariates[covariate].unit;
    } else {
        for (int i = 0; i < c->model->n_params; i++) {
            const char *name = c->model->params[i].name, *dot = strrchr(name, '.');
            if (!strcmp(name, v->name) || (dot && !strcmp(dot + 1, v->name))) v->draw.unit = c->model->params[i].unit;
        }
    }
    if (covariate >= 0 && c->model->covariates[covariate].n_labels > 0) {
        v->draw.n_labels = c->model->covariates[covariate].n_labels;
        v->draw.labels   = c->model->covariates[covariate].labels;
    }
}

static void add_column(onset_study_checker *c, onset_place place, int column)
{
    const char     *name         = c->table.names[column];
    const bool      is_covariate = onset_model_find_covariate(c->model, name) >= 0;
    onset_variable *v;

    if (!strcasecmp(name, "id")) return;
    if (!is_covariate && !is_numeric(&c->table, column)) {
        onset_warning_at(c->out, place, NULL, "column '%s' holds no numbers and is no covariate of the model; it is left out", name);
        return;
    }
    v = onset_check_variable_add(c, name, place);
    if (!v) return;
    v->draw.kind   = ONSET_DRAW_COLUMN;
    v->draw.column = column;
    v->draw.text   = "from the file";
    find_unit(c, place, c->table.units[column], v);
}

void onset_check_columns(onset_study_checker *c, const onset_decl *file)
{
    onset_error err = {0};

    c->table_path = beside(c, file->path);
    if (onset_table_read(&err, c->arena, c->table_path, &c->table) != ONSET_OK) {
        onset_error_at(c->out, file->path_place, NULL, "%s", err.message);
        c->table = (onset_table){0};
        return;
    }
    for (int i = 0; i < c->table.n_columns && c->model; i++) add_column(c, file->path_place, i);
}

/* A cell of a category: a label. */
static double label_value(onset_study_checker *c, const onset_variable *v, int row)
{
    const onset_draw *draw = &v->draw;
    const char       *cell = c->table.cells[(size_t)row * (size_t)c->table.n_columns + (size_t)draw->column];

    for (int k = 0; k < draw->n_labels; k++) {
        if (!strcmp(draw->labels[k], cell)) return k;
    }
    onset_error_at(
        c->out, v->place, onset_arena_printf(c->arena, "its categories are: %s", onset_check_list(c, draw->labels, draw->n_labels)),
        "'%s' row %d (line %d): '%s' is '%.60s'%s", c->table_path, row + 1, c->table.lines[row], v->name, cell, *cell ? "" : " (missing)");
    return NAN;
}

/* Whether the model allows the value; reported where it does not. */
static bool is_allowed(onset_study_checker *c, const onset_variable *v, int row, double value)
{
    const onset_model_covariate *covariate = v->draw.covariate >= 0 ? &c->model->covariates[v->draw.covariate] : NULL;
    const double                 inside    = value * v->draw.to_model;

    if (!covariate || (inside >= covariate->low && inside <= covariate->high)) return true;
    onset_error_at(c->out, v->place, NULL, "'%s' row %d (line %d): %s is %g, outside the range of the model, %g..%g [%s]", c->table_path,
                   row + 1, c->table.lines[row], v->name, value, covariate->low, covariate->high, covariate->unit.text);
    return false;
}

/* One message a column is enough: the first bad cell. */
static void read_column(onset_study_checker *c, const onset_variable *v, double *values, int n_draws)
{
    for (int r = 0; r < c->table.n_rows; r++) {
        double     *value = &values[(size_t)r * (size_t)n_draws + (size_t)v->index];
        onset_error err   = {0};

        if (v->draw.n_labels > 0) {
            *value = label_value(c, v, r);
            if (isnan(*value)) return;
        } else if (onset_table_number(&err, &c->table, c->table_path, r, v->draw.column, value) != ONSET_OK) {
            onset_error_at(c->out, v->place, NULL, "%s", err.message);
            return;
        } else if (!is_allowed(c, v, r, *value)) {
            return;
        }
    }
}

void onset_check_column_values(onset_study_checker *c)
{
    onset_population *p = &c->study->population;
    const size_t      n = (size_t)c->table.n_rows * (size_t)p->n_draws;

    if (n == 0) return;
    p->n_file_rows = c->table.n_rows;
    if (p->n_subjects > p->n_file_rows)
        onset_warning_at(c->out, c->population->name_place,
                         "fewer `subjects`, or more rows; intervals count each subject as a person of its own",
                         "%ld subjects, but '%s' has %d rows: the same people come again, with other random effects", p->n_subjects,
                         c->table_path, p->n_file_rows);
    p->file_values = onset_arena_alloc(c->arena, n * sizeof *p->file_values);
    for (size_t i = 0; i < n; i++) p->file_values[i] = NAN;
    for (int i = 0; i < c->variables.n; i++) {
        const onset_variable *v = &c->variables.items[i];
        if (!v->decl && v->index >= 0) read_column(c, v, p->file_values, p->n_draws);
    }
}
