/* From the words of published tables to statements of the language, by the tables of library/validation/. */
#ifndef ONSET_VALIDATE_SETTING_H
#define ONSET_VALIDATE_SETTING_H

#include "base/text.h"
#include "model/library.h"
#include "model/model.h"
#include "validate/frame.h"
#include "validate/virtual.h"

enum { ONSET_MAX_MODELS = 16 };

/* The mapping tables and the models they speak of. */
typedef struct {
    onset_arena   *arena;
    onset_library *library;
    const char    *folder;
    onset_frame    drugs, routes, scales, metrics, endpoints, exposures, analytes, settings, classes, choices, defaults, uncertain, spreads;
    onset_frame    doses, usual_doses, people, units, regimens, co_treatments, periods, courses, indications, criteria;
    char          *trial, *sessions, *exposure; /* study texts with words in braces */
    int            n_models;
    struct {
        const char  *group, *name;
        onset_model *model;
        int          row;       /* of the choices */
    } models[ONSET_MAX_MODELS]; /* of models.csv */
    onset_uncertainty uncertainty;
} onset_mapping;

/* Reads the tables and opens the models. All of it lives in `arena`. NO_FILE: a table is missing, or the library has none of the models. BAD_INPUT: a
 * table does not make sense. BAD_MODEL: a model has errors. */
onset_status onset_mapping_read(onset_error *err, onset_arena *arena, onset_library *library, onset_mapping *out);

/* One arm or session of a table, in its own words; numbers NAN and texts "" where missing. */
typedef struct {
    const char *drug, *route, *unit, *co_treatment;
    double      dose, over_min, per_week, n_doses; /* dose [unit] */
} onset_regimen_words;

/* What an arm is in the language. */
typedef struct {
    bool        is_control;
    const char *skip;  /* why it cannot be simulated; NULL: it can */
    const char *doses; /* statements for the arm, until last_h; "" for a control */
} onset_arm_words;

/* last_h: of the course [h]; doses go on until then. Cannot fail: skip says why an arm cannot be simulated. */
onset_arm_words onset_arm_in_words(const onset_mapping *map, const onset_model *model, const onset_regimen_words *arm, double last_h);

/* The indication of a trial as the defaults name it, by the words of indications.csv; as it is where they have none of it. */
const char *onset_indication(const onset_mapping *map, const char *text);

/* A table's cell, else the default of that column for the indication, else NAN. */
double onset_or_default(const onset_mapping *map, const onset_frame *frame, int row, const char *column, const char *indication);

/* Text with each {word} replaced by its value; values is name, value, ..., NULL. NULL where a word in braces is unknown. */
char *onset_fill_in(onset_arena *arena, const char *text, const char *const *values);

/* A text of table cells as a name or a title of the language: what it does not allow becomes "_" or "'". */
const char *onset_as_name(onset_arena *arena, const char *text);
const char *onset_as_title(onset_arena *arena, const char *text);

bool onset_model_has_drug(const onset_model *model, const char *drug); /* by some route */

/* Why a drug is skipped that the model lacks, with the nearest word that is known; what: "the drug". */
const char *onset_unknown_drug(const onset_mapping *map, const onset_model *model, const char *what, const char *word);

/* The model's output for a short name; -1. */
int onset_mapping_output(const onset_model *model, const char *name);

#endif
