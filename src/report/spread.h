/* How the virtual patients differ: each covariate and each parameter that varies, over all subjects. */
#ifndef ONSET_REPORT_SPREAD_H
#define ONSET_REPORT_SPREAD_H

#include "onset.h"

#include <jansson.h>
#include <sqlite3.h>

/* Adds to all the members
 *     covariate_spread, parameter_spread   columns name, n, mean, sd, low, high, p05, median, p95, a row a variable that has values
 *     covariate_bar                        columns name, from, to, n: how many subjects have each value (from = to) where there are
 *                                          few values, else a histogram from the smallest value to the largest
 * Memory is that of one variable's values. */
onset_status onset_report_spreads(onset_error *err, sqlite3 *db, json_t *all);

#endif
