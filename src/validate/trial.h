/* A published trial as a virtual one. Private to validate and calibrate.
 *
 *     onset_trial_express -> onset_trial_check -> onset_virtual_solve -> onset_trial_value, onset_trial_predict */
#ifndef ONSET_VALIDATE_TRIAL_H
#define ONSET_VALIDATE_TRIAL_H

#include "validate/regimen.h"
#include "validate/work.h"

enum { ONSET_TRIAL_MAX_ARMS = 40, ONSET_TRIAL_MAX_TIMES = 200, ONSET_TRIAL_MAX_EVENT_TIMES = 32 };

/* Of the solver: against 1e-4 predicted scores move by 0.04 points at most and shares by 0.1 % on average, in half of the time. */
#define ONSET_TRIAL_RTOL 1e-2

/* What is read off the patients. Up to ONSET_OUTCOME_DIFFERENCE it is a mean over the patients of an arm, or a difference of
 * two; after it not. */
typedef enum {
    ONSET_OUTCOME_NOTHING,
    ONSET_OUTCOME_VALUE,
    ONSET_OUTCOME_CHANGE,
    ONSET_OUTCOME_RESPONSE,   /* share whose value is at most a fraction of that before */
    ONSET_OUTCOME_REMISSION,  /* share at most at a value */
    ONSET_OUTCOME_SUSTAINED,  /* share that responds at the time and at each later visit up to the end of treatment */
    ONSET_OUTCOME_EVER,       /* share that responds at any visit up to the time */
    ONSET_OUTCOME_RISK,       /* share with an event since the start, from the cumulative hazard */
    ONSET_OUTCOME_RELAPSE,    /* the same among those who were well */
    ONSET_OUTCOME_BACK,       /* share of those who were well whose score is back at any visit up to the time */
    ONSET_OUTCOME_DIFFERENCE, /* of changes, from the control */
    ONSET_OUTCOME_PART,       /* change as a percentage of that at the end of treatment */
    ONSET_OUTCOME_SMD,
    ONSET_OUTCOME_ODDS_RATIO,
    ONSET_OUTCOME_RISK_RATIO,
    ONSET_OUTCOME_RATE_DIFFERENCE,
    ONSET_OUTCOME_HAZARD_RATIO,
    ONSET_OUTCOME_MEDIAN_DAYS, /* to the event */
    ONSET_OUTCOME_MEAN_DAYS,
    ONSET_N_OUTCOME_READINGS
} onset_outcome_reading;

/* Whom a period of a trial takes, by the score at its start. */
typedef enum { ONSET_TAKES_ALL, ONSET_TAKES_WELL, ONSET_TAKES_REMITTED, ONSET_TAKES_WELL_ONLY, ONSET_TAKES_UNWELL } onset_selection;

/* A row of outcomes.csv that will be read off the virtual trial. */
typedef struct {
    onset_row             row;
    int                   at, scale;                                         /* rows of outcomes and of the scales */
    onset_outcome_reading read, of;                                          /* of: what a ratio or difference of shares compares */
    int                   arm;                                               /* row of arms */
    int                   place;                                             /* in the trial's arms */
    int                   control;                                           /* the arm it is compared with, by its place; -1 */
    int                   output;                                            /* of the model */
    double                slope, intercept, response_fraction, remission_at; /* of the scale */
    double                response_step; /* what rounding adds to the limit of a response, in steps of rounding */
    double                end_h;         /* of treatment, from the start of the arm's period */
    double                back_at;       /* score that counts as back; NAN: response_fraction of that before */
    double                from_h;        /* from which events count, from the first dose of the lead-in */
    onset_selection       takes;
    int  locf_hazard; /* output of the hazard of dropout so far, where the last observation is carried forward; -1: as if all had stayed */
    bool after_baseline;  /* then of those with a visit after baseline */
    bool has_no_time;     /* it is read at the end of treatment */
    bool against_placebo; /* where the trial has no control, one is added */
    bool entry_if_alone;  /* where the trial has no other arm, an effect size is of the change from entry */
    bool against_entry;   /* it is of the change from entry, whatever other arms there are */
} onset_outcome;

typedef struct {
    int             row;     /* of arms.csv; -1: a control that the trial does not report */
    int             like;    /* whose co-treatments and period it has: the row itself, or for a control that is added another arm's */
    double          start_h; /* of the period that its rows' times count from: after the lead-in */
    bool            is_treated_before; /* the lead-in gives the drug */
    bool            is_choosing;       /* it is no arm of the trial, but what chosen_by is */
    int             chosen_by;         /* the arm, by its place, at whose chosen_h it is told whom the period takes; -1: at its own start */
    double          chosen_h;
    onset_selection takes;
    double          remission_at; /* of the main score, for whom the period takes */
    onset_regimen   regimen;
    int             first; /* arm of the study of its first variant */
} onset_virtual_arm;

/* One trial while it is put together. */
typedef struct {
    onset_validate_work         *work;
    const onset_evidence_folder *folder;
    int                          trial; /* row of trials */
    const char                  *study, *class_name;
    int                          model; /* of the mapping */
    ONSET_VEC(onset_outcome) outcomes;
    int               n_arms;
    onset_virtual_arm arms[ONSET_TRIAL_MAX_ARMS];
    int               n_times;
    double            times[ONSET_TRIAL_MAX_TIMES];
    double            baseline, baseline_sd; /* in the output's unit */
    int               main_output;           /* of the first row of the scales, by which periods take patients; -1 */
} onset_trial;

/* The trial as the model that can express most of its rows; its rows are in outcomes, with the reason where one cannot be read. False: none can. */
bool onset_trial_express(onset_validate_work *work, const onset_evidence_folder *folder, const char *study, onset_trial *out);

/* The study text of a trial. NULL where trial.txt has a word in braces that is not known. */
const char *onset_trial_text(const onset_trial *trial);

/* Visits [h] at which an event that may come at any visit is looked for, the last at to_h; how many. */
int onset_trial_visits(double to_h, double visits[ONSET_TRIAL_MAX_EVENT_TIMES]);

/* Visits [h] before to_h of a trial that sees its patients each week, after half a year each month; how many. */
int onset_trial_weekly_visits(double to_h, double visits[ONSET_TRIAL_MAX_EVENT_TIMES]);

/* One patient's value of a row in an arm (by its place), in the row's scale. A share: 0 or 1; with observations carried forward
 * its mean over the times of dropout; where the virtual patients have true values, the chance that it is seen, which is smooth in the parameters. NAN where the course failed and where the period does not take the patient. */
double onset_trial_value(const onset_trial *trial, const onset_outcome *outcome, const onset_virtual *people, long subject, int arm);

/* Variance that measurement error adds to true values of the row, around a mean; 0 for observed ones and for shares. */
double onset_trial_error_variance(const onset_outcome *outcome, const onset_virtual *people, double mean);

/* A row as a sum of means: factor times the mean of value(outcome) over the n patients of an arm. */
typedef struct {
    onset_outcome outcome;
    int           arm; /* by its place */
    double        factor, n;
} onset_row_part;
int onset_trial_parts(const onset_trial *trial, const onset_outcome *outcome, onset_row_part parts[2]); /* how many; 0: it is no such sum */

/* The patients of a row. Where it is of those who were well and says not how many, they are the part of the arm that the model says, and not fewer
 * than the published share needs. y: value(outcome), of each virtual patient. */
double onset_trial_n_taken(const onset_trial *trial, const onset_outcome *outcome, const onset_virtual *people, const double *y);

/* Fills the prediction of a row. y: room for people->n_subjects. */
void onset_trial_predict(const onset_trial *trial, onset_outcome *outcome, const onset_virtual *people, double *y);

/* ---- Among the files of trial ---- */

const char *onset_trial_arm_text(const onset_trial *trial, int arm, const char *column); /* a cell of arms */

/* trial_gather.c: arms and times that the rows need; rows whose arm cannot be simulated, or that find no room, get the reason. */
void onset_trial_gather(onset_trial *trial);

/* trial_entry.c: the main score at entry into baseline and baseline_sd; lines of the population for other scales, each after a line break. */
void        onset_trial_read_entry(onset_trial *trial);
const char *onset_trial_entry_lines(const onset_trial *trial);
double      onset_trial_entry_score(const onset_trial *trial, int scale); /* in its own points */

/* trial_row.c: the row of the scales for a name, whatever its case, blanks and hyphens; -1. The row `at` of outcomes, before its arms are known.
 * Whether it is a mean score at entry: at time 0 of an arm without a lead-in. Its patients: of the row, of its arm, a share of the trial's, the
 * default. */
int           onset_trial_scale(const onset_trial *trial, const char *name);
onset_outcome onset_trial_outcome(const onset_trial *trial, int at);
bool          onset_trial_is_entry_score(const onset_trial *trial, int at);
double        onset_trial_n(const onset_trial *trial, int at);

/* trial_criteria.c: the largest score on a scale that counts as remission in an arm: as the row `at` of outcomes (or -1) says, else the trial, its
 * arm, the scale. Whether what the trial says of it on the scale cannot be read. The minimum score at entry; NAN. */
double onset_trial_remission_at(const onset_trial *trial, int scale, int arm, int at);
bool   onset_trial_remission_is_unclear(const onset_trial *trial, int scale);
double onset_trial_entry_minimum(const onset_trial *trial, int scale);

/* trial_period.c: where the period of an arm (a row of arms) begins, by periods.csv and the words of the trial; the end of treatment [h] from
 * there; what the rows of outcomes.csv say of whom it takes (at: row of outcomes, or -1). */
typedef struct {
    double          start_h;
    double          chosen_h; /* after one dose of it at some time before, when it is told whom it takes; 0: it is told at the start */
    bool            is_treated_before, repeated, entry_if_alone;
    onset_selection takes;
} onset_period;
onset_period onset_trial_period(const onset_trial *trial, int arm, int at);
double       onset_trial_end(const onset_trial *trial, int arm);
const char  *onset_trial_usual_remission(const onset_trial *trial, int arm); /* what periods.csv says of remission; "" */

/* trial_compare.c: predictions of rows that are no sums of means. */
void onset_trial_compare(const onset_trial *trial, onset_outcome *outcome, const onset_virtual *people);
bool onset_outcome_compares(onset_outcome_reading read);                 /* with another arm */
int  onset_trial_event_times(double times[ONSET_TRIAL_MAX_EVENT_TIMES]); /* days at which times to an event are read; how many */

#endif
