/* What a safety row asks for: doses over a course, who the people are, until when. By library/validation/courses.csv. */
#ifndef ONSET_VALIDATE_SAFETY_COURSE_H
#define ONSET_VALIDATE_SAFETY_COURSE_H

#include "validate/setting.h"

enum { ONSET_SAFETY_COURSE_WORDS = 16 };

typedef struct {
    const char *skip; /* why it cannot be simulated; NULL: it can */
    bool        is_control;
    const char *arm, *none;                            /* statements of the arm, and of one like it without the drug */
    const char *people[ONSET_SAFETY_COURSE_WORDS + 1]; /* words of the study and their values, NULL at the end */
    double      end_h;                                 /* [h] when what is counted over the course is counted */
    double      gap_h;                                 /* [h] between sessions */
    int         n_sessions;
} onset_safety_course;

/* The course of a row of a safety table, in the words of a model. Texts live in map->arena. Cannot fail: what cannot be simulated says why in skip. */
onset_safety_course onset_safety_course_of(const onset_mapping *map, const onset_model *model, const onset_frame *frame, int row);

bool onset_safety_course_same(const onset_safety_course *a, const onset_safety_course *b); /* same doses, same people: one simulation */

/* "6 weeks", "8-12 wk", "4-week": the number of weeks that a text speaks of; NAN. */
double onset_safety_weeks_in(const char *text);

#endif
