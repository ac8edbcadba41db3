/* What is read off the virtual patients of a safety row. */
#ifndef ONSET_VALIDATE_SAFETY_READING_H
#define ONSET_VALIDATE_SAFETY_READING_H

#include "validate/safety_course.h"
#include "validate/virtual.h"

typedef enum {
    ONSET_SAFETY_NOTHING,
    ONSET_SAFETY_VALUE,             /* at the time of the row */
    ONSET_SAFETY_CHANGE,            /* from the value before the dose */
    ONSET_SAFETY_LARGEST,           /* at the ratings */
    ONSET_SAFETY_LARGEST_CHANGE,    /* of the largest */
    ONSET_SAFETY_SHARE,             /* of patients: the output is their risk, read at the end of the course */
    ONSET_SAFETY_SHARE_ABOVE,       /* patients whose largest value is above the threshold */
    ONSET_SAFETY_SHARE_BELOW,       /* whose smallest is below it */
    ONSET_SAFETY_SHARE_FROM,        /* whose largest is at it or above */
    ONSET_SAFETY_SHARE_CHANGE_FROM, /* whose largest change is */
    ONSET_SAFETY_PEAK_TIME,         /* [h] when the mean over patients is highest */
    ONSET_SAFETY_ONSET_TIME,        /* [h] before it, when the mean has first risen by `threshold` of the way to it */
    ONSET_SAFETY_RETURN_TIME,       /* [h] after it, when the mean has fallen to that */
    ONSET_N_SAFETY_READINGS
} onset_safety_read;

typedef enum { ONSET_AGAINST_NOTHING, ONSET_AGAINST_RATIO, ONSET_AGAINST_ODDS, ONSET_AGAINST_DIFFERENCE } onset_against;

enum { ONSET_RATINGS = 8, ONSET_RATED_SESSIONS = 8 };

typedef struct {
    onset_safety_read read;
    onset_against     against; /* the same people without the drug, group by group */
    int               output;
    double            threshold, factor;  /* factor: to the unit of the row */
    double            time_h;             /* of the row */
    double            end_h, gap_h, to_h; /* of the course; of what is followed in the first session */
    int               n_ratings, n_sessions;
    double rating_h[ONSET_RATINGS]; /* after the start of a session; none: followed closely from 0 to to_h, in the first session */
} onset_safety_reading;

/* The line of endpoints.csv; a metric "..._range" or "..._per_session" is read like the metric before it. -1. */
int onset_safety_reading_find(const onset_frame *endpoints, const char *endpoint, const char *metric);

/* The line as a reading; the times of a row and of its course are still to be filled in. */
onset_safety_reading onset_safety_reading_of(const onset_frame *endpoints, int line);

bool onset_safety_reading_is_share(const onset_safety_reading *reading);

/* Adds the times it needs to exact[ONSET_RATINGS * ONSET_RATED_SESSIONS + 2], n of them; *follow_h: until when the first session is followed closely. */
void onset_safety_reading_times(const onset_safety_reading *reading, double *exact, int *n, double *follow_h);

/* The value of each virtual patient y[n_subjects]. Arm 0 has the drug; where it is `against`, arm 1 has none. */
void onset_safety_reading_fill(const onset_safety_reading *reading, const onset_virtual *people, double *y);

#endif
