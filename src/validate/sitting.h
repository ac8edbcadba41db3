/* One sitting: people who get the same doses, simulated as one study, for safety and for exposures. */
#ifndef ONSET_VALIDATE_SITTING_H
#define ONSET_VALIDATE_SITTING_H

#include "validate/work.h"

enum { ONSET_SITTING_TIMES = 600 };

typedef struct {
    const char        *study; /* text of the study with words in braces: sessions.txt or exposure.txt */
    int                model; /* of the mapping */
    int                n_arms, n_times;
    const char *const *arms;       /* [n_arms] */
    const double      *times;      /* [n_times] visits [h], ascending */
    const char *const *population; /* further words of the study and their values, NULL at the end; before the defaults. NULL: none */
    bool               truth;      /* true values; otherwise observed ones, with their error */
} onset_sitting;

/* Runs it; the virtual patients are in `arena`. BAD_INPUT: a word in braces is not known. As onset_virtual_run() otherwise; CANCELLED. */
onset_status onset_sitting_run(onset_validate_work *work, onset_arena *arena, const onset_sitting *sitting, onset_virtual *out);

/* Adds to times [n] those of the span_h hours after from_h, dense enough for peaks to a minute or two and areas to a percent after a dose at from_h
 * (chosen by us), and the exact ones [n_exact, at most a quarter of the room]; all in order. Returns how many there are. */
int onset_sitting_times(double from_h, double span_h, const double *exact, int n_exact, double times[ONSET_SITTING_TIMES], int n);

#endif
