#include "store/csv.h"

#include "base/error.h"

#include <errno.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROWS_BETWEEN_QUESTIONS = 16384 };

static void put_text(FILE *file, const char *text)
{
    if (!text[strcspn(text, ",\"\r\n")]) {
        fputs(text, file);
        return;
    }
    fputc('"', file);
    for (; *text; text++) {
        if (*text == '"') fputc('"', file);
        fputc(*text, file);
    }
    fputc('"', file);
}

static void put_number(FILE *file, double x)
{
    char text[40];

    for (int digits = 15; digits <= 17; digits++) {
        snprintf(text, sizeof text, "%.*g", digits, x);
        if (strtod(text, NULL) == x) break;
    }
    fputs(text, file);
}

static void put_row(FILE *file, sqlite3_stmt *rows)
{
    for (int c = 0; c < sqlite3_column_count(rows); c++) {
        if (c) fputc(',', file);
        switch (sqlite3_column_type(rows, c)) {
        case SQLITE_NULL:
            break;
        case SQLITE_INTEGER:
            fprintf(file, "%lld", (long long)sqlite3_column_int64(rows, c));
            break;
        case SQLITE_FLOAT:
            put_number(file, sqlite3_column_double(rows, c));
            break;
        default:
            put_text(file, (const char *)sqlite3_column_text(rows, c));
            break;
        }
    }
    fputs("\r\n", file);
}

static onset_status write_table(onset_error *err, sqlite3 *db, const char *table, const char *folder, bool (*cancelled)(void *), void *ctx)
{
    char          path[4096], sql[256];
    sqlite3_stmt *rows   = NULL;
    FILE         *file   = NULL;
    onset_status  status = ONSET_OK;
    long          n      = 0;
    int           code;

    snprintf(path, sizeof path, "%s/%s.csv", folder, table);
    snprintf(sql, sizeof sql, "SELECT * FROM \"%s\"", table);
    if (sqlite3_prepare_v2(db, sql, -1, &rows, NULL) != SQLITE_OK)
        return onset_fail(err, ONSET_NO_OUTPUT, "cannot read table %s: %s", table, sqlite3_errmsg(db));
    file = fopen(path, "wb");
    for (int c = 0; file && c < sqlite3_column_count(rows); c++) fprintf(file, "%s%s", c ? "," : "", sqlite3_column_name(rows, c));
    if (file) fputs("\r\n", file);
    while (file && (code = sqlite3_step(rows)) != SQLITE_DONE) {
        if (code != SQLITE_ROW) {
            status = onset_fail(err, ONSET_NO_OUTPUT, "cannot read table %s: %s", table, sqlite3_errmsg(db));
            break;
        }
        put_row(file, rows);
        if (++n % ROWS_BETWEEN_QUESTIONS != 0) continue;
        if (ferror(file)) break; /* said below; a full disk need not be written to for long */
        if (cancelled && cancelled(ctx)) {
            status = onset_fail(err, ONSET_CANCELLED, "the run was cancelled");
            break;
        }
    }
    if (!file || ferror(file) | (fclose(file) != 0)) {
        if (status == ONSET_OK) status = onset_fail(err, ONSET_NO_OUTPUT, "cannot write '%s': %s", path, strerror(errno));
    }
    sqlite3_finalize(rows);
    return status;
}

/* Tables of positions have a view beside them. */
static bool is_internal(const char *table)
{
    size_t n = strlen(table);

    return strncmp(table, "sqlite_", 7) == 0 || (n > 5 && strcmp(table + n - 5, "_data") == 0);
}

onset_status onset_csv_write(onset_error *err, const char *sqlite_path, const char *folder, bool (*cancelled)(void *ctx), void *ctx)
{
    sqlite3      *db     = NULL;
    sqlite3_stmt *tables = NULL;
    onset_status  status = ONSET_OK;
    int           code   = SQLITE_DONE;

    if (sqlite3_open_v2(sqlite_path, &db, SQLITE_OPEN_READONLY, NULL) != SQLITE_OK ||
        sqlite3_prepare_v2(db, "SELECT name FROM sqlite_master WHERE type IN ('table', 'view') ORDER BY name", -1, &tables, NULL) !=
            SQLITE_OK)
        status = onset_fail(err, ONSET_NO_OUTPUT, "cannot read '%s': %s", sqlite_path, db ? sqlite3_errmsg(db) : "no memory");
    while (status == ONSET_OK && (code = sqlite3_step(tables)) == SQLITE_ROW) {
        const char *table = (const char *)sqlite3_column_text(tables, 0);

        if (!is_internal(table)) status = write_table(err, db, table, folder, cancelled, ctx);
    }
    if (status == ONSET_OK && code != SQLITE_DONE)
        status = onset_fail(err, ONSET_NO_OUTPUT, "cannot read '%s': %s", sqlite_path, sqlite3_errmsg(db));
    sqlite3_finalize(tables);
    sqlite3_close(db);
    return status;
}
