/* Writing an SQLite file of results: one transaction, prepared statements, settings for bulk load. */
#ifndef ONSET_STORE_DATABASE_H
#define ONSET_STORE_DATABASE_H

#include "onset.h"

typedef struct onset_database onset_database;
typedef struct onset_insert   onset_insert; /* a prepared INSERT; belongs to its database */

/* Creates the file (which must not exist) with the tables of schema.sql and begins the transaction. NO_OUTPUT. */
onset_status onset_database_create(onset_error *err, const char *path, onset_database **out);

/* Commits and closes; syncing to disk is left to the folder (folder.h). Frees the database whatever happens. */
onset_status onset_database_finish(onset_error *err, onset_database *database);
void         onset_database_abandon(onset_database *database); /* closes without commit; the caller removes the file */

/* A row of a table at a time. n_columns values are given for its first n_columns columns; NULL when the statement cannot be made, which
 * onset_insert_row() then says. Preparing the same table twice gives two statements. */
onset_insert *onset_database_insert(onset_database *database, const char *table, int n_columns);

/* types has a letter a column: t text (const char *, NULL is NULL), i whole number (int64_t), d double (not a finite number is NULL). */
onset_status onset_insert_row(onset_error *err, onset_insert *insert, const char *types, ...);

/* Bytes of the longest path that SQLite takes for a database. */
size_t onset_database_longest_path(void);

#endif
