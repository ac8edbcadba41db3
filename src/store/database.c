#include "store/database.h"

#include "base/error.h"
#include "store/schema.h" /* made from schema.sql: onset_schema_sql */

#include <errno.h>
#include <math.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct onset_insert {
    onset_insert   *next;
    onset_database *database;
    sqlite3_stmt   *statement; /* NULL: it could not be prepared */
    const char     *table;
};

struct onset_database {
    sqlite3      *db;
    onset_insert *inserts;
    char          path[1];
};

static onset_status failed(onset_error *err, const onset_database *database, const char *what)
{
    int         code = database->db ? sqlite3_errcode(database->db) : SQLITE_CANTOPEN;
    const char *text = database->db ? sqlite3_errmsg(database->db) : "no memory";

    if (code == SQLITE_NOMEM) return onset_fail(err, ONSET_NO_MEMORY, "no memory to write '%s'", database->path);
    if (code == SQLITE_FULL)
        return onset_fail(err, ONSET_NO_OUTPUT, "the disk is full: '%s' could not be written; free some space or choose another folder",
                          database->path);
    if (code == SQLITE_IOERR || code == SQLITE_CANTOPEN || code == SQLITE_READONLY)
        return onset_fail(err, ONSET_NO_OUTPUT, "cannot write '%s': %s (%s)", database->path, text,
                          database->db ? strerror(sqlite3_system_errno(database->db)) : "");
    return onset_fail(err, ONSET_INTERNAL, "%s: %s", what, text);
}

static onset_status run_sql(onset_error *err, onset_database *database, const char *sql)
{
    return sqlite3_exec(database->db, sql, NULL, NULL, NULL) == SQLITE_OK ? ONSET_OK : failed(err, database, sql);
}

/* No journal and no syncing on the way: nobody sees the file before it is whole, and a broken one is thrown away. */
static const char settings[] =
    "PRAGMA page_size = 8192; PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA locking_mode = EXCLUSIVE;"
    "PRAGMA cache_size = -8192; PRAGMA temp_store = MEMORY; PRAGMA encoding = 'UTF-8';";

onset_status onset_database_create(onset_error *err, const char *path, onset_database **out)
{
    onset_database *database = calloc(1, sizeof *database + strlen(path));
    onset_status    status;

    if (!database) return onset_fail(err, ONSET_NO_MEMORY, "no memory to write '%s'", path);
    memcpy(database->path, path, strlen(path) + 1);
    if (sqlite3_open_v2(path, &database->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, NULL) != SQLITE_OK) {
        status = failed(err, database, "open");
        onset_database_abandon(database);
        return status;
    }
    status = run_sql(err, database, settings);
    if (status == ONSET_OK) status = run_sql(err, database, "BEGIN");
    if (status == ONSET_OK) status = run_sql(err, database, onset_schema_sql);
    if (status != ONSET_OK) {
        onset_database_abandon(database);
        return status;
    }
    *out = database;
    return ONSET_OK;
}

void onset_database_abandon(onset_database *database)
{
    if (!database) return;
    for (onset_insert *insert = database->inserts, *next; insert; insert = next) {
        next = insert->next;
        sqlite3_finalize(insert->statement);
        free(insert);
    }
    sqlite3_close(database->db);
    free(database);
}

/* The sync is the caller's folder's; here only what SQLite holds is written. */
onset_status onset_database_finish(onset_error *err, onset_database *database)
{
    onset_status status;

    for (onset_insert *insert = database->inserts; insert; insert = insert->next) sqlite3_reset(insert->statement);
    status = run_sql(err, database, "COMMIT");
    onset_database_abandon(database);
    return status;
}

onset_insert *onset_database_insert(onset_database *database, const char *table, int n_columns)
{
    onset_insert *insert = calloc(1, sizeof *insert);
    char          sql[512];
    int           n;

    if (!insert) return NULL;
    n = snprintf(sql, sizeof sql, "INSERT INTO %s VALUES (", table);
    for (int i = 0; i < n_columns && n + 4 < (int)sizeof sql; i++) n += snprintf(sql + n, sizeof sql - (size_t)n, i ? ",?" : "?");
    snprintf(sql + n, sizeof sql - (size_t)n, ")");
    insert->database  = database;
    insert->table     = table;
    insert->next      = database->inserts;
    database->inserts = insert;
    if (sqlite3_prepare_v3(database->db, sql, -1, SQLITE_PREPARE_PERSISTENT, &insert->statement, NULL) != SQLITE_OK)
        insert->statement = NULL;
    return insert;
}

onset_status onset_insert_row(onset_error *err, onset_insert *insert, const char *types, ...)
{
    va_list values;
    int     code = SQLITE_OK;

    if (!insert) return onset_fail(err, ONSET_NO_MEMORY, "no memory to write the results");
    if (!insert->statement) return failed(err, insert->database, insert->table);
    va_start(values, types);
    for (int i = 0; types[i] && code == SQLITE_OK; i++) {
        if (types[i] == 't') {
            code = sqlite3_bind_text(insert->statement, i + 1, va_arg(values, const char *), -1, SQLITE_STATIC);
        } else if (types[i] == 'i') {
            code = sqlite3_bind_int64(insert->statement, i + 1, va_arg(values, int64_t));
        } else {
            double x = va_arg(values, double);
            code     = isfinite(x) ? sqlite3_bind_double(insert->statement, i + 1, x) : sqlite3_bind_null(insert->statement, i + 1);
        }
    }
    va_end(values);
    if (code != SQLITE_OK || sqlite3_step(insert->statement) != SQLITE_DONE) {
        onset_status status = failed(err, insert->database, insert->table);
        sqlite3_reset(insert->statement);
        return status;
    }
    sqlite3_reset(insert->statement);
    return ONSET_OK;
}

size_t onset_database_longest_path(void)
{
    const sqlite3_vfs *system = sqlite3_vfs_find(NULL);

    return system && system->mxPathname > 8 ? (size_t)system->mxPathname - 8 : 0; /* 8: of "-journal", which it adds */
}
