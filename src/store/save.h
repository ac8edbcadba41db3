/* The main job: a checked study in, a result folder out. Private face of onset_run() of onset.h. */
#ifndef ONSET_STORE_SAVE_H
#define ONSET_STORE_SAVE_H

#include "store/write.h"

typedef struct {
    onset_job_setup   job; /* its `partial` is replaced: by that of the folder, or by none */
    onset_store_facts facts;
    /* Writes the report from the database; NULL: none. A pointer, since the report stands below the store. */
    onset_status (*report)(onset_error *err, const char *sqlite_path, const char *html_path);
} onset_save_setup;

/* Runs the study and writes options->out_dir (docs/results.md), or, where that is NULL, only passes the courses on.
 *
 * An earlier result in out_dir is there until the new one replaces it as a whole. What is finished when the run is cancelled, killed or
 * out of disk is kept in OUT.partial, and the same call goes on from there. out is filled as far as it goes in any case.
 *
 * BAD_INPUT, NO_COMPILER, NO_OUTPUT, NO_MEMORY, CANCELLED. */
onset_status onset_study_save(onset_error *err, const onset_study *study, const onset_run_options *options, const onset_save_setup *setup,
                              onset_run_info *out);

#endif
