/* The result folder: filled beside its place, and put there whole.
 *
 * OUT is the place. OUT.partial holds what an unfinished run has done (study/blocks.h); OUT.staging-PID the files of a result until all are
 * there. Whenever the program ends, OUT holds the earlier result or the new one, never a part of one. Files in OUT that are not Onset's stay. */
#ifndef ONSET_STORE_FOLDER_H
#define ONSET_STORE_FOLDER_H

#include "onset.h"

#define ONSET_DATABASE_FILE "result.sqlite"
#define ONSET_REPORT_FILE   "report.html"
#define ONSET_CSV_FOLDER    "csv"

typedef struct onset_folder onset_folder;

/* Looks whether OUT can be replaced, and makes OUT.partial and the folders above. NO_OUTPUT: it cannot be written, or holds other things
 * than a result of Onset's; nothing was changed. */
onset_status onset_folder_open(onset_error *err, const char *out_path, onset_folder **out);

/* The file for finished blocks. Only one run at a time may have it (blocks.h locks it). */
const char *onset_folder_blocks(const onset_folder *folder);

/* NO_OUTPUT where the disk of OUT has less than so many bytes free. what: "the finished patients" */
onset_status onset_folder_check_space(onset_error *err, const onset_folder *folder, double bytes, const char *what);

/* Removes staging folders left by runs that were killed and makes this run's. Call it when the blocks are locked: then no other run for this
 * OUT is alive. */
onset_status onset_folder_stage(onset_error *err, onset_folder *folder);

/* "STAGING/name"; valid until the next call. */
const char *onset_folder_staged(onset_folder *folder, const char *name);

/* Flushes the staged files to disk and puts them in place of OUT, all at once; removes OUT.partial. */
onset_status onset_folder_publish(onset_error *err, onset_folder *folder);

/* Where the result is, or will be: "OUT/name"; valid until the next call. */
const char *onset_folder_final(onset_folder *folder, const char *name);

/* Removes what is staged and not published; OUT.partial too, where it is empty. */
void onset_folder_close(onset_folder *folder);

/* What a user may want to know: "the folder could not be replaced in one step ...". "" when there is nothing. */
const char *onset_folder_note(const onset_folder *folder);

#endif
