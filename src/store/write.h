/* From a finished job to the tables of result.sqlite. */
#ifndef ONSET_STORE_WRITE_H
#define ONSET_STORE_WRITE_H

#include "store/database.h"
#include "study/job.h"

/* Looks up the row of the evidence tables that a parameter's `from KEY` names. false where there is none. Texts live as long as the lookup. */
typedef struct {
    void *ctx;
    bool (*find)(void *ctx, const char *key, const char **source, const char **seen); /* seen: "yes", "recalled" or "" */
} onset_evidence_lookup;

/* What the job itself does not know. */
typedef struct {
    const char           *version, *compiler; /* of Onset; of the compiler that built it */
    onset_evidence_lookup evidence;           /* find NULL: no source texts */
} onset_store_facts;

/* Writes every table of schema.sql; observation_data and endpoint_data stay empty where options.summary_only is set. path must not exist. NO_OUTPUT (disk full among it), CANCELLED; the file is then removed. */
onset_status onset_store_write(onset_error *err, onset_job *job, const onset_store_facts *facts, const char *path);

/* fill.c: the tables about the study; rows.c: those of subjects. */
onset_status onset_store_fill_study(onset_error *err, onset_database *database, onset_job *job, const onset_store_facts *facts);
onset_status onset_store_fill_rows(onset_error *err, onset_database *database, onset_job *job);

/* summaries.c: computed by a thread of their own while the rows are written (where the job has more than one), then inserted.
 * fill waits for them, inserts them where status is ONSET_OK, frees them, and returns the first failure. */
typedef struct onset_store_summaries onset_store_summaries;
onset_status                         onset_store_start_summaries(onset_error *err, onset_job *job, onset_store_summaries **out);
onset_status onset_store_fill_summaries(onset_error *err, onset_database *database, onset_store_summaries *summaries, onset_status status);

#endif
