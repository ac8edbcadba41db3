#include "report/report.h"

#include "base/error.h"
#include "base/text.h"
#include "report/page.h"
#include "report/tables.h"

#include <stdlib.h>
#include <unistd.h>

enum {
    SCHEMA_VERSION = 1, /* PRAGMA user_version of src/store/schema.sql */
    REAL_DIGITS    = 8  /* significant digits of numbers in the page: more than any chart or table shows */
};

static onset_status check_schema(onset_error *err, sqlite3 *db, const char *path)
{
    sqlite3_stmt *row     = NULL;
    int           version = -1;
    int           result  = sqlite3_prepare_v2(db, "PRAGMA user_version", -1, &row, NULL);

    if (result == SQLITE_OK) result = sqlite3_step(row);
    if (result == SQLITE_ROW) version = sqlite3_column_int(row, 0);
    sqlite3_finalize(row);
    if (result != SQLITE_ROW)
        return onset_fail(err, result == SQLITE_CANTOPEN ? ONSET_NO_FILE : ONSET_BAD_INPUT, "cannot read '%s': %s", path,
                          sqlite3_errmsg(db));
    if (version == SCHEMA_VERSION) return ONSET_OK;
    return onset_fail(err, ONSET_BAD_INPUT, "'%s' is no result of this version of Onset: its schema is %d, this program reads %d", path,
                      version, SCHEMA_VERSION);
}

static onset_status read_database(onset_error *err, const char *path, json_t **out)
{
    sqlite3     *db     = NULL;
    onset_status status = ONSET_OK;

    if (access(path, R_OK) != 0 || sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL) != SQLITE_OK)
        status = onset_fail(err, ONSET_NO_FILE, "cannot open the result '%s' for the report", path);
    if (status == ONSET_OK) status = check_schema(err, db, path);
    if (status == ONSET_OK) status = onset_report_tables(err, db, out);
    sqlite3_close(db);
    return status;
}

onset_status onset_report_write(onset_error *err, const char *sqlite_path, const char *html_path)
{
    json_t      *tables = NULL;
    char        *data   = NULL;
    onset_text   page   = {0};
    onset_status status = read_database(err, sqlite_path, &tables);

    if (status != ONSET_OK) return status;
    data = json_dumps(tables, JSON_COMPACT | JSON_ENSURE_ASCII | JSON_REAL_PRECISION(REAL_DIGITS));
    if (data) {
        const json_t *run = json_object_get(tables, "run");
        onset_report_fill(&page, onset_report_page, json_string_value(json_array_get(json_object_get(run, "title"), 0)), data);
    }
    status = !data || page.failed ? onset_fail(err, ONSET_NO_MEMORY, "no memory for the report '%s'", html_path)
                                  : onset_file_write(err, html_path, page.s, page.n);
    onset_text_free(&page);
    free(data);
    json_decref(tables);
    return status;
}
