/* A model and its kernel written by hand, and an exact solution of what a course says: states that decay each by itself, dA/dt = R - K A. */
#ifndef ONSET_TESTS_DOSING_BY_HAND_H
#define ONSET_TESTS_DOSING_BY_HAND_H

#include "dosing/dosing.h"

enum { CENTRAL, DEPOT, NASAL, GUT, N_STATES };
enum { F, LAG, DUR, SHARE, N_PARAMS };
enum { WEIGHT, FASTED, N_COVARIATES };

/* Routes: iv (f F, alag LAG, convert 2); oral (f F, 0.5 F where fasted; alag LAG; dur DUR); nasal: SHARE into the nose, the rest, lagging by LAG,
 * into the gut; saturable: f = 1 / (1 + amt), with convert 2; the last: iv again, with no f, no lag. */
enum { IV, ORAL, NASAL_SPRAY, SATURABLE, PLAIN, N_ROUTES };

#define K 0.13 /* [1/h], of every state */

const onset_model        *by_hand_model(void);
const onset_kernel_table *by_hand_kernel(int lanes); /* 1, 2, 4 or 8 */

/* The state's value at `time`, just after the items at that time. */
double by_hand_value(const onset_course *course, int state, double time);

#endif
