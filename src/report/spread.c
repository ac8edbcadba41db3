#include "report/spread.h"

#include "base/error.h"
#include "report/tables.h"
#include "study/statistics.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_DISTINCT = 20, N_BINS = 24 }; /* more different values than this make a histogram of that many bins; chosen by eye */

typedef struct {
    const char *names;        /* SQL: one column, the variables in their order */
    const char *values;       /* SQL: one column, the values of variable ?1 */
    const char *spread, *bar; /* members to add; bar NULL: none */
} variables;

static const variables all_variables[] = {
    {"SELECT covariate FROM covariate ORDER BY position", "SELECT value FROM subject_covariate WHERE covariate = ?1 AND value IS NOT NULL",
     "covariate_spread", "covariate_bar"},
    {"SELECT parameter FROM parameter WHERE iiv <> '' ORDER BY position",
     "SELECT value FROM subject_parameter WHERE parameter = ?1 AND value IS NOT NULL", "parameter_spread", NULL},
};

/* The values of one variable, n of cap; kept from one to the next. */
typedef struct {
    double *x;
    long    n, cap;
} values;

static bool read_values(sqlite3_stmt *rows, values *v, int *result)
{
    v->n = 0;
    while ((*result = sqlite3_step(rows)) == SQLITE_ROW) {
        if (v->n == v->cap) {
            long    cap   = v->cap ? 2 * v->cap : 1024;
            double *grown = realloc(v->x, (size_t)cap * sizeof *grown);
            if (!grown) return false;
            v->x   = grown;
            v->cap = cap;
        }
        v->x[v->n++] = sqlite3_column_double(rows, 0);
    }
    return true;
}

static bool add_number(json_t *columns, const char *column, double value)
{
    return json_array_append_new(json_object_get(columns, column), isfinite(value) ? json_real(value) : json_null()) == 0;
}

static bool add_bar(json_t *columns, const char *name, double from, double to, long n)
{
    return json_array_append_new(json_object_get(columns, "name"), onset_report_text(name, strlen(name))) == 0 &&
           add_number(columns, "from", from) && add_number(columns, "to", to) &&
           json_array_append_new(json_object_get(columns, "n"), json_integer(n)) == 0;
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

/* x is sorted. */
static bool add_bars(json_t *columns, const char *name, const values *v)
{
    double low = v->x[0], wide = (v->x[v->n - 1] - low) / N_BINS;
    long   n_distinct = 1, first = 0;

    for (long i = 1; i < v->n && n_distinct <= MAX_DISTINCT; i++) n_distinct += v->x[i] != v->x[i - 1];
    if (n_distinct <= MAX_DISTINCT) {
        for (long i = 1; i <= v->n; i++) {
            if (i < v->n && v->x[i] == v->x[first]) continue;
            if (!add_bar(columns, name, v->x[first], v->x[first], i - first)) return false;
            first = i;
        }
        return true;
    }
    for (int bin = 0; bin < N_BINS; bin++) {
        long end = first;
        while (end < v->n && (bin == N_BINS - 1 || v->x[end] < low + (bin + 1) * wide)) end++;
        if (!add_bar(columns, name, low + bin * wide, low + (bin + 1) * wide, end - first)) return false;
        first = end;
    }
    return true;
}

static bool add_spread(json_t *columns, const char *name, values *v)
{
    onset_summary s   = onset_summarise(v->x, v->n);
    double        low = v->x[0], high = v->x[0];

    for (long i = 1; i < v->n; i++) {
        low  = fmin(low, v->x[i]);
        high = fmax(high, v->x[i]);
    }
    return json_array_append_new(json_object_get(columns, "name"), onset_report_text(name, strlen(name))) == 0 &&
           json_array_append_new(json_object_get(columns, "n"), json_integer(s.n)) == 0 && add_number(columns, "mean", s.mean) &&
           add_number(columns, "sd", s.sd) && add_number(columns, "low", low) && add_number(columns, "high", high) &&
           add_number(columns, "p05", s.p05) && add_number(columns, "median", s.median) && add_number(columns, "p95", s.p95);
}

static json_t *empty_columns(const char *const *names, int n)
{
    json_t *columns = json_object();

    for (int i = 0; columns && i < n; i++) json_object_set_new(columns, names[i], json_array());
    return columns;
}

/* Reads the variables one after the other. SQLITE_DONE, or what SQLite or memory said. */
static int read_variables(sqlite3_stmt *names, sqlite3_stmt *rows, json_t *spread, json_t *bar)
{
    values v      = {0};
    int    result = SQLITE_DONE, named;

    while ((named = sqlite3_step(names)) == SQLITE_ROW && result == SQLITE_DONE) {
        const char *name = (const char *)sqlite3_column_text(names, 0);

        sqlite3_reset(rows);
        if (!name || sqlite3_bind_text(rows, 1, name, -1, SQLITE_TRANSIENT) != SQLITE_OK || !read_values(rows, &v, &result))
            result = SQLITE_NOMEM;
        if (result != SQLITE_DONE || v.n == 0) continue;
        if (!add_spread(spread, name, &v)) result = SQLITE_NOMEM;
        qsort(v.x, (size_t)v.n, sizeof *v.x, by_size);
        if (bar && !add_bars(bar, name, &v)) result = SQLITE_NOMEM;
    }
    free(v.x);
    return result == SQLITE_DONE ? named : result;
}

static onset_status read_kind(onset_error *err, sqlite3 *db, const variables *wanted, json_t *all)
{
    static const char *const spread_columns[] = {"name", "n", "mean", "sd", "low", "high", "p05", "median", "p95"};
    static const char *const bar_columns[]    = {"name", "from", "to", "n"};
    sqlite3_stmt            *names = NULL, *rows = NULL;
    json_t                  *spread = empty_columns(spread_columns, 9), *bar = wanted->bar ? empty_columns(bar_columns, 4) : NULL;
    onset_status             status = ONSET_OK;
    int                      result = SQLITE_NOMEM;

    if (spread && (bar || !wanted->bar)) result = sqlite3_prepare_v2(db, wanted->names, -1, &names, NULL);
    if (result == SQLITE_OK) result = sqlite3_prepare_v2(db, wanted->values, -1, &rows, NULL);
    if (result == SQLITE_OK) result = read_variables(names, rows, spread, bar);
    if (result == SQLITE_DONE && json_object_set(all, wanted->spread, spread) != 0) result = SQLITE_NOMEM;
    if (result == SQLITE_DONE && bar && json_object_set(all, wanted->bar, bar) != 0) result = SQLITE_NOMEM;
    if (result == SQLITE_NOMEM)
        status = onset_fail(err, ONSET_NO_MEMORY, "no memory for the subjects' values of the report");
    else if (result != SQLITE_DONE)
        status = onset_fail(err, ONSET_BAD_INPUT, "the subjects' values cannot be read: %s", sqlite3_errmsg(db));
    json_decref(spread);
    json_decref(bar);
    sqlite3_finalize(names);
    sqlite3_finalize(rows);
    return status;
}

onset_status onset_report_spreads(onset_error *err, sqlite3 *db, json_t *all)
{
    onset_status status = ONSET_OK;

    for (size_t i = 0; status == ONSET_OK && i < sizeof all_variables / sizeof all_variables[0]; i++)
        status = read_kind(err, db, &all_variables[i], all);
    return status;
}
