/* Writes a page of each fixture: make_reports SCHEMA FOLDER -> FOLDER/full.html, hostile.html, bare.html, empty.html, and validation.html,
 * validation_hostile.html. */
#include "report/report.h"
#include "report/validation.h"

#include "fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static int write_validation(const char *folder, const char *name, const char *extra)
{
    onset_error err  = {0};
    char       *json = fixture_validation(extra), html[512];

    snprintf(html, sizeof html, "%s/%s.html", folder, name);
    if (!json || onset_validation_report_write(&err, json, "0.1.0", html) != ONSET_OK) {
        fprintf(stderr, "make_reports: %s\n", err.message);
        free(json);
        return 1;
    }
    free(json);
    return 0;
}

int main(int argc, char **argv)
{
    if (argc != 3) {
        fprintf(stderr, "usage: make_reports SCHEMA FOLDER\n");
        return 2;
    }
    for (int kind = 0; kind < N_FIXTURES; kind++) {
        char        database[512], html[512];
        onset_error err = {0};

        snprintf(database, sizeof database, "%s/%s.sqlite", argv[2], fixture_names[kind]);
        snprintf(html, sizeof html, "%s/%s.html", argv[2], fixture_names[kind]);
        if (!fixture_write((fixture_kind)kind, argv[1], database)) return 1;
        if (onset_report_write(&err, database, html) != ONSET_OK) {
            fprintf(stderr, "make_reports: %s\n", err.message);
            return 1;
        }
        unlink(database);
    }
    return write_validation(argv[2], "validation", "") || write_validation(argv[2], "validation_hostile", FIXTURE_MARKUP);
}
