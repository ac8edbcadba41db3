/* Published trials, sessions and exposures against virtual ones: how well the library predicts.
 *
 *     onset_validation_run -> rows, groups -> onset_validation_json / _text / _markdown
 *
 * Each published trial becomes a study text in the language (library/validation/ has the words for it), run through the ordinary pipeline.
 * Everything lives in the caller's arena. */
#ifndef ONSET_VALIDATE_VALIDATE_H
#define ONSET_VALIDATE_VALIDATE_H

#include "base/text.h"
#include "validate/predict.h"
#include "validate/rivals.h"
#include "validate/score.h"
#include "validate/virtual.h"

typedef struct {
    ONSET_VEC(onset_row) rows; /* in the order of groups, folders and tables */
    ONSET_VEC(onset_score_group) groups;
    long        subjects, sitting_subjects; /* virtual patients a trial; in a session or of an exposure */
    int         n_draws;                    /* of uncertain parameters */
    int         n_trials;                   /* simulated */
    double      wall_s;
    uint64_t    seed;
    const char *library;
    bool        is_calibrated; /* draws of calibrations were used */
} onset_validation;

/* Runs the validation that the options of onset.h ask for; call it inside onset_arena_run(). NO_FILE: a mapping table or an evidence folder is
 * missing. BAD_INPUT: a table does not make sense. BAD_MODEL: a virtual trial has errors. CANCELLED. */
onset_status onset_validation_run(onset_error *err, onset_arena *arena, onset_library *library, const onset_validate_options *options,
                                  onset_validation *out);

void         onset_validation_text(const onset_validation *validation, onset_text *out);
void         onset_validation_markdown(const onset_validation *validation, onset_text *out);
onset_status onset_validation_json(onset_error *err, const onset_validation *validation, onset_text *out);

#endif
