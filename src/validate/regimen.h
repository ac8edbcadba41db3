/* From the words of a trial's arm to dose statements of the language: drugs in any words, doses that are ranges or missing, several drugs in
 * one arm, co-treatments, a lead-in. By drugs.csv, routes.csv, regimens.csv and co_treatments.csv of library/validation/. */
#ifndef ONSET_VALIDATE_REGIMEN_H
#define ONSET_VALIDATE_REGIMEN_H

#include "validate/setting.h"
#include "validate/words.h"

enum { ONSET_MAX_VARIANTS = 4 };

typedef struct {
    onset_regimen_words words;
    bool                repeated; /* the source speaks of repeated doses, whether or not it gives the schedule */
} onset_arm_source;

/* When an arm is treated [h]. Before start_h is the lead-in. */
typedef struct {
    const onset_arm_source *lead; /* what the lead-in gives, begun as it usually is and then as in the arm; NULL: nothing */
    double                  start_h, last_h;
} onset_arm_span;

typedef struct {
    bool        is_control;
    const char *skip; /* why it cannot be simulated; NULL: it can */
    int         n;    /* where an arm gives one of several drugs, its patients are spread evenly over them */
    const char *statements[ONSET_MAX_VARIANTS];
    double      ends_h; /* of the last dose; INFINITY: it goes on */
} onset_regimen;

/* Where the model knows some drugs of "A or B" and not others, those it knows. */
onset_regimen onset_regimen_of(const onset_mapping *map, const onset_model *model, const onset_arm_source *arm, const onset_arm_span *span);

#endif
