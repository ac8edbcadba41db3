/* The builder's inside, shared by the files of dosing/. */
#ifndef ONSET_DOSING_BUILDER_H
#define ONSET_DOSING_BUILDER_H

#include "dosing/dosing.h"

/* One dose statement into one target of its route, as it is while the covariates stay as they are. */
typedef struct {
    int    item, target; /* of the schedule; of the item's route */
    double dose;         /* in the route's dose_unit, after weight and max */
    double dose_rate;    /* [dose_unit/h], 0: none */
    double convert, f, alag, dur;
    int    state;
    double amount;   /* that arrives, in the state's unit */
    double duration; /* [h], 0: bolus */
    double rate;     /* into the state [unit/h] */
} onset_arrival;

/* An item with what decides the order at equal times. */
typedef struct {
    onset_item item;
    int        rank;  /* see RANK_ of builder.c */
    long       order; /* as made */
} onset_ranked_item;

typedef struct {
    onset_ranked_item *items;
    int                n, cap;
} onset_timeline;

struct onset_course_builder {
    const onset_model        *model;
    const onset_kernel_table *kernel;
    int                      *first_expr;   /* [sum of targets] place of a target's first expression in kernel->dose */
    int                      *first_target; /* [n_routes] place of a route's first target in first_expr */
    int                       weight, bsa;  /* covariates, -1 where the model has none */
    double                    to_kg, to_m2;
    double                   *params;                              /* [n_params + n_covariates] at the start */
    double                   *now;                                 /* the same, as changed so far */
    double                   *lane_params, *consts, *amt, *values; /* of a batch */
    onset_arrival            *arrivals;
    int                       cap_arrivals;
    onset_timeline            list, cycle;
    onset_item               *items, *cycle_items;
    int                       cap_items, cap_cycle_items;
    double                   *running; /* [n_states] sum of input rates, while the list is closed */
    int                      *n_running;
    /* the build under way */
    const onset_schedule *schedule;
    const onset_body     *body;
    uint64_t              subject;
    double                steady_time;   /* [h] of the steady state, infinity where none */
    double                steady_period; /* [h] */
};

/* The arrivals of all items with a dose at or after from and before to, with the covariates of builder->now. n out. */
onset_status onset_arrivals_find(onset_error *err, onset_course_builder *builder, double from, double to, int *n);

/* Adds an item; false when there is no memory. */
bool onset_timeline_add(onset_timeline *list, onset_item item);

/* The bolus, or start and end of the infusion, of one arrival given at `time`, as far as it lies in [earliest, latest). */
bool onset_arrival_add(onset_timeline *list, const onset_arrival *arrival, double time, double earliest, double latest);

/* The steady state's item and cycle, and what is left of earlier doses after it. */
bool onset_steady_add(onset_course_builder *builder, const onset_arrival *arrivals, int n);

/* Checks that the steady doses of the schedule begin together and have a common period; sets steady_time and steady_period. */
onset_status onset_steady_find(onset_error *err, onset_course_builder *builder);

/* Sorts, and makes each state's rates end at exactly 0. out grows as needed. */
bool onset_timeline_close(onset_course_builder *builder, onset_timeline *list, onset_item **out, int *cap);

#endif
