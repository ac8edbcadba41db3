/* From the text of a study to the checked onset_study: names looked up, units converted, everything an index or a node. */
#ifndef ONSET_STUDY_CHECK_H
#define ONSET_STUDY_CHECK_H

#include "model/check.h"
#include "study/study.h"

/* Chosen by us: limits against slips of the pen, far above any real study. */
enum {
    ONSET_STUDY_MAX_SUBJECTS = 100 * 1000 * 1000,
    ONSET_STUDY_MAX_ARMS     = 200,
    ONSET_STUDY_MAX_VISITS   = 5000,
    ONSET_STUDY_MAX_TRACE    = 20000,
    ONSET_STUDY_MAX_DOSES    = 20000 /* times of one dose statement */
};

/* Reads and checks a study and the model it uses.
 *
 * arena        owns the study, and must outlive it
 * library      where modules are found; must outlive the study too
 * path         of the .onset file, or the name of a study in the library
 * name         of the study; NULL: the only study of the file
 * diagnostics  gets every error and warning, each with its place; created with the same arena; NULL: nobody reads them
 * out          the study, written when there is no error
 *
 * NO_FILE: the file cannot be read, or holds no such study. BAD_INPUT: it is no text, or holds several studies and name is NULL. BAD_MODEL:
 * there are errors, in diagnostics, and err says how many. NO_MEMORY. */
onset_status onset_study_load(onset_error *err, onset_arena *arena, onset_library *library, const char *path, const char *name,
                              onset_diagnostics *diagnostics, onset_study **out);

/* The same with another model in place of the study's own, found by its name; NULL: the study's own. */
onset_status onset_study_load_as(onset_error *err, onset_arena *arena, onset_library *library, const char *path, const char *name,
                                 const char *model, onset_diagnostics *diagnostics, onset_study **out);

/* The same for a block at hand; out holds what the parser found wrong in its file. NULL where there was an error. Call it inside
 * onset_arena_run(). */
onset_study *onset_study_check(onset_arena *arena, onset_library *library, onset_block_at study, onset_diagnostics *out);

#endif
