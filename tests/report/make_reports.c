/* Writes a report of each fixture: make_reports SCHEMA FOLDER -> FOLDER/full.html, hostile.html, bare.html, empty.html. */
#include "report/report.h"

#include "fixture.h"

#include <stdio.h>
#include <unistd.h>

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
    return 0;
}
