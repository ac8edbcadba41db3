/* Doses as written -> a patient's course (solver.h). NONMEM's rules for rate, duration, f, alag, ss, addl. */
#ifndef ONSET_DOSING_DOSING_H
#define ONSET_DOSING_DOSING_H

#include "solver/solver.h"

typedef enum { ONSET_PER_NOTHING, ONSET_PER_KG, ONSET_PER_M2 } onset_per;

/* One dose statement, checked: a dose and its repetitions. Times in hours. */
typedef struct {
    int       route;  /* of the model */
    double    amount; /* in the route's dose_unit (per kg or m2 where `per` says so) */
    double    max;    /* in the route's dose_unit, after weight; infinity when none */
    onset_per per;
    double    duration; /* [h], 0: none */
    double    rate;     /* [dose_unit/h], 0: none */
    int       n_times;  /* all times, repetitions written out, ascending */
    double   *times;
    double    interval; /* `every`, 0 when none */
    bool      ss;       /* steady state of (amount, interval) just before the first of times */
} onset_regimen_item;

/* A covariate's change in an arm. */
typedef struct {
    int    covariate;
    double time; /* [h]; -infinity: for the whole arm */
    double value;
} onset_covariate_change;

typedef struct {
    int                     n_items, n_changes;
    onset_regimen_item     *items;
    onset_covariate_change *changes; /* sorted by time */
} onset_schedule;

/* Builds the time line of one patient in one arm. params as in onset_course (it is copied and whole-arm covariate changes are applied: `course->params` points into
 * the builder's memory). The builder is reused from course to course; what it built is valid until the next build. */
typedef struct onset_course_builder onset_course_builder;
onset_status onset_course_builder_create(onset_error *err, const onset_model *model, const onset_kernel_table *kernel,
                                         onset_course_builder **out);
void         onset_course_builder_free(onset_course_builder *builder);
/* BAD_INPUT when a patient's f, alag or dur is negative or not a number (names the dose, the value and the subject). */
onset_status onset_course_build(onset_error *err, onset_course_builder *builder, const onset_schedule *schedule, const double *params,
                                uint64_t subject, onset_course *course);

#endif
