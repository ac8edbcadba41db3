/* Small databases for the tests of the report. */
#ifndef ONSET_TESTS_REPORT_FIXTURE_H
#define ONSET_TESTS_REPORT_FIXTURE_H

#include <stdbool.h>

typedef enum {
    FIXTURE_FULL,    /* four arms, a control, nine visits, all tables filled */
    FIXTURE_HOSTILE, /* the same with markup, control characters and bytes that are not UTF-8 in every text */
    FIXTURE_BARE,    /* one arm, one visit, one output; every optional table is empty */
    FIXTURE_EMPTY,   /* a run and nothing else */
    N_FIXTURES
} fixture_kind;

extern const char *const fixture_names[N_FIXTURES];

/* Markup that must come out as text: ends a script, starts one, opens an image that runs a script, a line separator. */
#define FIXTURE_MARKUP "</script><script>window.broken = 1</script><img src=x onerror=\"window.broken = 2\"><!-- \xE2\x80\xA8 & '"

/* Creates a database with the schema in schema_path; replaces what is at path. false with a message on stderr. */
bool fixture_write(fixture_kind kind, const char *schema_path, const char *path);

enum { FIXTURE_MANY = 800 }; /* rows of the largest class of a validation */

/* The JSON of a validation, as onset_validation_json() writes it: FIXTURE_MANY rows of the class "many", three of "few" (two of them also with their trial left out), exposures and
 * pressures, rows skipped for two reasons. extra stands behind every text. malloc'ed; NULL when memory runs out. */
char *fixture_validation(const char *extra);

#endif
