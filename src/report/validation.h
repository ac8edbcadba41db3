/* The page of a validation: one HTML file with forest plots, exposures and scores that opens anywhere, without a network. */
#ifndef ONSET_REPORT_VALIDATION_H
#define ONSET_REPORT_VALIDATION_H

#include "onset.h"

/* Writes the page of the scores and rows in `json`, as onset_validation_json() gives them, to one side and renamed into place. Whatever stands
 * in the tables is treated as text, never as markup.
 *
 * version    of the program, for the foot of the page
 * html_path  replaced where it exists
 *
 * BAD_INPUT where json is none, NO_OUTPUT where the page cannot be written. */
onset_status onset_validation_report_write(onset_error *err, const char *json, const char *version, const char *html_path);

#endif
