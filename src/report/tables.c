#include "report/tables.h"

#include "base/error.h"
#include "base/text.h"
#include "report/spread.h"

#include <math.h>
#include <string.h>

typedef struct {
    const char *name; /* of the member in the page's data */
    const char *sql;  /* its columns are named as web/report/src/data.ts has them */
} table;

/* The outputs that have a place in the report: those of the panels and the headline; all, where the model names none. */
#define SHOWN_OUTPUTS                                                                                                                      \
    "(o.output IN (SELECT output FROM panel) OR o.output = (SELECT headline FROM run) OR o.full_name = (SELECT headline FROM run)"         \
    " OR NOT EXISTS (SELECT 1 FROM panel))"

static const table tables[] = {
    /* The seed is text because it may need all 64 bits and a JavaScript number has 53. */
    {"run", "SELECT *, CAST(seed AS TEXT) AS seed_text FROM run LIMIT 1"},
    {"option", "SELECT name, value FROM option ORDER BY name"},
    {"source", "SELECT path, sha256, substr(text, 1, 200000) AS text, length(text) AS length FROM source ORDER BY rowid"},
    {"arm", "SELECT position, arm, title, is_control, text FROM arm ORDER BY position"},
    {"dose", "SELECT DISTINCT a.position AS arm, d.time_h AS time_h, d.drug AS drug, d.route AS route FROM arm_dose d"
             " JOIN arm a ON a.arm = d.arm ORDER BY a.position, d.time_h, d.drug, d.route"},
    {"output", "SELECT position, output, full_name, unit, text, low, high FROM output ORDER BY position"},
    {"panel", "SELECT panel, title, position, output, is_log, first_h FROM panel ORDER BY panel, position"},
    {"visit", "SELECT position, time_h, label FROM visit ORDER BY position"},
    {"parameter", "SELECT parameter, module, unit, value, iiv, iiv_size, text, source_kind, source_key, source_note, source_text, seen"
                  " FROM parameter ORDER BY position"},
    {"covariate", "SELECT covariate, unit, text, distribution, labels FROM covariate ORDER BY position"},
    {"requirement", "SELECT text FROM requirement ORDER BY rowid"},
    {"module", "SELECT instance, module, title, links FROM module ORDER BY rowid"},
    {"endpoint", "SELECT endpoint, text, expression, is_rate FROM endpoint_definition ORDER BY position"},
    /* The first line of a detail is the cause; the second, the state of one subject's model. */
    {"event", "SELECT arm, kind, substr(detail, 1, instr(detail || char(10), char(10)) - 1) AS detail, count(*) AS n, min(subject) AS "
              "subject, min(time_h) AS first_h FROM event"
              " GROUP BY 1, 2, 3 ORDER BY kind <> 'failed', count(*) DESC, arm, detail LIMIT 200"},
    {"summary", "SELECT a.position AS arm, o.position AS output, s.time_h AS time_h, s.n AS n, s.mean AS mean, s.sd AS sd, s.p05 AS p05,"
                " s.p25 AS p25, s.median AS median, s.p75 AS p75, s.p95 AS p95 FROM summary s JOIN arm a ON a.arm = s.arm"
                " JOIN output o ON o.output = s.output WHERE " SHOWN_OUTPUTS " ORDER BY o.position, a.position, s.time_h"},
    {"observed", "SELECT a.position AS arm, s.output AS output, s.time_h AS time_h, s.n AS n, s.mean AS mean, s.sd AS sd, s.p05 AS p05,"
                 " s.p25 AS p25, s.median AS median, s.p75 AS p75, s.p95 AS p95 FROM observed_summary s JOIN arm a ON a.arm = s.arm"
                 " ORDER BY s.output, a.position, s.time_h"},
    {"rate", "SELECT a.position AS arm, r.endpoint AS endpoint, r.time_h AS time_h, r.n AS n, r.events AS events, r.rate AS rate,"
             " r.ci_low AS ci_low, r.ci_high AS ci_high FROM rate r JOIN arm a ON a.arm = r.arm ORDER BY r.endpoint, a.position, r.time_h"},
    {"difference", "SELECT a.position AS arm, c.position AS control, d.output AS output, d.time_h AS time_h, d.n AS n,"
                   " d.difference AS difference, d.ci_low AS ci_low, d.ci_high AS ci_high FROM difference d JOIN arm a ON a.arm = d.arm"
                   " JOIN arm c ON c.arm = d.control ORDER BY d.output, c.position, a.position, d.time_h"},
};

/* The length that the first byte of a UTF-8 character tells; 0 where it begins none (RFC 3629). */
static size_t told_length(unsigned char first)
{
    if (first < 0x80) return 1;
    if (first >= 0xC2 && first < 0xE0) return 2;
    if (first >= 0xE0 && first < 0xF0) return 3;
    return first >= 0xF0 && first < 0xF5 ? 4 : 0;
}

/* The length of the UTF-8 character at s, of n bytes left; 0 where there is none: cut short, overlong or a surrogate. */
static size_t character_length(const unsigned char *s, size_t n)
{
    size_t        length = told_length(s[0]);
    unsigned char low    = s[0] == 0xE0 ? 0xA0 : s[0] == 0xF0 ? 0x90 : 0x80;
    unsigned char high   = s[0] == 0xED ? 0x9F : s[0] == 0xF4 ? 0x8F : 0xBF;

    if (length == 0 || length > n) return 0;
    if (length > 1 && (s[1] < low || s[1] > high)) return 0;
    for (size_t i = 2; i < length; i++)
        if ((s[i] & 0xC0) != 0x80) return 0;
    return length;
}

json_t *onset_report_text(const char *s, size_t n)
{
    json_t    *value = json_stringn(s, n);
    onset_text good  = {0};

    if (value) return value;
    for (size_t i = 0; i < n;) {
        size_t length = character_length((const unsigned char *)s + i, n - i);
        if (length)
            onset_text_add_n(&good, s + i, length);
        else
            onset_text_add(&good, "\xEF\xBF\xBD");
        i += length ? length : 1;
    }
    value = good.failed ? NULL : json_stringn(good.s, good.n);
    onset_text_free(&good);
    return value;
}

static json_t *cell_json(sqlite3_stmt *row, int column)
{
    switch (sqlite3_column_type(row, column)) {
    case SQLITE_INTEGER:
        return json_integer(sqlite3_column_int64(row, column));
    case SQLITE_FLOAT:
        return isfinite(sqlite3_column_double(row, column)) ? json_real(sqlite3_column_double(row, column)) : json_null();
    case SQLITE_TEXT: {
        const char *text = (const char *)sqlite3_column_text(row, column);
        return text ? onset_report_text(text, (size_t)sqlite3_column_bytes(row, column)) : NULL;
    }
    default:
        return json_null();
    }
}

/* Steps through a query, adding each row's cells to the columns. false where memory ran out. */
static bool read_rows(sqlite3_stmt *rows, json_t *columns, int *result)
{
    int n = sqlite3_column_count(rows);

    for (int i = 0; i < n; i++)
        if (json_object_set_new(columns, sqlite3_column_name(rows, i), json_array()) != 0) return false;
    while ((*result = sqlite3_step(rows)) == SQLITE_ROW)
        for (int i = 0; i < n; i++)
            if (json_array_append_new(json_object_get(columns, sqlite3_column_name(rows, i)), cell_json(rows, i)) != 0) return false;
    return true;
}

static onset_status read_table(onset_error *err, sqlite3 *db, const table *wanted, json_t *all)
{
    sqlite3_stmt *rows    = NULL;
    json_t       *columns = json_object();
    onset_status  status  = ONSET_OK;
    int           result  = SQLITE_DONE;

    if (sqlite3_prepare_v2(db, wanted->sql, -1, &rows, NULL) != SQLITE_OK) {
        status = onset_fail(err, ONSET_BAD_INPUT, "the database is no result of Onset, or not a whole one: %s", sqlite3_errmsg(db));
    } else {
        bool has_memory = columns && read_rows(rows, columns, &result) && json_object_set(all, wanted->name, columns) == 0;
        if (!has_memory)
            status = onset_fail(err, ONSET_NO_MEMORY, "no memory for table '%s' of the report", wanted->name);
        else if (result != SQLITE_DONE)
            status = onset_fail(err, ONSET_BAD_INPUT, "table '%s' of the result cannot be read: %s", wanted->name, sqlite3_errmsg(db));
    }
    json_decref(columns);
    sqlite3_finalize(rows);
    return status;
}

onset_status onset_report_tables(onset_error *err, sqlite3 *db, json_t **out)
{
    json_t      *all    = json_object();
    onset_status status = all ? ONSET_OK : onset_fail(err, ONSET_NO_MEMORY, "no memory for the report");

    for (size_t i = 0; status == ONSET_OK && i < sizeof tables / sizeof tables[0]; i++) status = read_table(err, db, &tables[i], all);
    if (status == ONSET_OK) status = onset_report_spreads(err, db, all);
    if (status == ONSET_OK && json_array_size(json_object_get(json_object_get(all, "run"), "title")) == 0)
        status = onset_fail(err, ONSET_BAD_INPUT, "the database holds no run: the run that wrote it did not end");
    if (status != ONSET_OK) {
        json_decref(all);
        return status;
    }
    *out = all;
    return ONSET_OK;
}
