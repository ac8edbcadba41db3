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
    double    rate;     /* [dose_unit/h] (per kg or m2 where `per` says so), 0: none */
    int       n_times;  /* all times, repetitions written out, ascending */
    double   *times;
    double    interval; /* `every` [h], 0 when none */
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

/* The steady states of a schedule are one: that of all its `ss` items together, which must begin at the same time. Their intervals need a
 * common multiple of at most ONSET_STEADY_MULTIPLES times the longest and ONSET_STEADY_MOST times the shortest. That multiple [h], or 0
 * where there is none. */
enum {
    ONSET_STEADY_MULTIPLES = 60,   /* chosen by us: 24 h beside 5 h needs 5, a week beside a month none */
    ONSET_STEADY_MOST      = 10000 /* doses of a cycle, or under way at once; chosen by us */
};
double onset_common_period(const double *intervals, int n);

/* What doses per kg and per m2 are multiplied by where the model has no covariate `weight` or `bsa` of its own (it then is used, with its
 * changes). NAN where unknown. */
typedef struct {
    double weight_kg, bsa_m2;
} onset_body;

/* Builds the time line of one patient in one arm: fills params, items, n_items and cycle_items of the course; start is the caller's, and no dose
 * may lie before it. params as in onset_course (it is copied and whole-arm covariate changes are applied: `course->params` points into the
 * builder's memory). body may be NULL. The builder is reused from course to course; what it built is valid until the next build.
 *
 * The rules, those of NONMEM:
 * - f, alag, dur and the weight are those at the time of the dose (a change at that very time counts), also where it arrives later.
 * - A duration given is kept, and f changes the rate; a rate given is kept, and f changes the duration; a modelled dur is kept as one given.
 *   A dose of nothing (amount or f 0) makes no item. A dur of 0 makes a bolus.
 * - ss: the state just before the dose, had it been given every `interval` for ever, with the covariates of that time. What is under way then
 *   (an infusion longer than the interval, a dose within its lag) goes on after it. Earlier doses of the schedule are forgotten: their
 *   infusions end, what has not yet arrived does not.
 * - At equal times: covariate changes, ends of infusions, the steady state, starts of infusions, boluses; otherwise in the order written.
 *   So a rate never adds up to more than is running. */
typedef struct onset_course_builder onset_course_builder;
onset_status onset_course_builder_create(onset_error *err, const onset_model *model, const onset_kernel_table *kernel,
                                         onset_course_builder **out);
void         onset_course_builder_free(onset_course_builder *builder);
/* BAD_INPUT when a patient's f, alag, dur or weight is negative or not a number (names the dose, the value and the subject). */
onset_status onset_course_build(onset_error *err, onset_course_builder *builder, const onset_schedule *schedule, const double *params,
                                const onset_body *body, uint64_t subject, onset_course *course);

#endif
