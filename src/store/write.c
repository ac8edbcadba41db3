#include "store/write.h"

#include <unistd.h>

onset_status onset_store_write(onset_error *err, onset_job *job, const onset_store_facts *facts, const char *path)
{
    onset_database        *database  = NULL;
    onset_store_summaries *summaries = NULL;
    onset_status           status    = onset_database_create(err, path, &database);

    if (status != ONSET_OK) return status;
    status = onset_store_start_summaries(err, job, &summaries);
    if (status == ONSET_OK) status = onset_store_fill_rows(err, database, job);
    if (summaries) status = onset_store_fill_summaries(err, database, summaries, status);
    if (status == ONSET_OK) status = onset_store_fill_study(err, database, job, facts);
    if (status == ONSET_OK) {
        status = onset_database_finish(err, database);
    } else {
        onset_database_abandon(database);
    }
    if (status != ONSET_OK) unlink(path);
    return status;
}
