/* Writes a result of test data through the real run and store: make_example OUT_FOLDER [SUBJECTS] [csv] [THREADS] [fail] [WAIT_US]
 *
 * The curves are made up (tests/study/fixture.c). For trying the report, and for tests that interrupt a run. */
#include "../study/fixture.h"
#include "store/save.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static volatile sig_atomic_t interrupted;

static void on_interrupt(int number)
{
    (void)number;
    interrupted = 1;
}

static bool is_cancelled(void *ctx)
{
    (void)ctx;
    return interrupted != 0;
}

static bool find_evidence(void *ctx, const char *key, const char **source, const char **seen)
{
    (void)ctx;
    *source = "Author et al. 2020, Journal 1:2, doi:10.0000/test";
    *seen   = strcmp(key, "PKP017") == 0 ? "yes" : "recalled";
    return true;
}

int main(int argc, char **argv)
{
    onset_arena      *arena   = onset_arena_create();
    onset_study      *study   = arena ? fixture_study(arena, argc > 2 ? atol(argv[2]) : 500, false) : NULL;
    onset_run_options options = {.out_dir = argc > 1 ? argv[1] : NULL, .rtol = 1e-6, .atol = 1e-8, .cancelled = is_cancelled};
    onset_save_setup  setup   = {.facts = {"0.1.0", "test", {NULL, find_evidence}}};
    onset_run_info    info;
    onset_error       err = {0};
    onset_status      status;

    if (argc < 2 || !study) {
        fprintf(stderr, "usage: make_example OUT_FOLDER [SUBJECTS] [csv] [THREADS] [fail] [WAIT_US]\n");
        return 2;
    }
    options.command = "onset run library/studies/onset_of_action.onset -o results/onset_of_action";
    options.csv     = argc > 3 && strcmp(argv[3], "csv") == 0;
    options.threads = argc > 4 ? atoi(argv[4]) : 2;
    if (argc > 5 && strcmp(argv[5], "fail") == 0) {
        fixture.fail_every = 17;
        fixture.fail_arm   = 1;
    }
    fixture.wait_us = argc > 6 ? atol(argv[6]) : 0;
    signal(SIGINT, on_interrupt);
    signal(SIGTERM, on_interrupt);
    status = onset_study_save(&err, study, &options, &setup, &info);
    printf("%s%s%s\n%ld courses, %ld failed, %ld resumed, solved in %.2f s, all in %.2f s\n", onset_status_text(status),
           err.message[0] ? ": " : "", err.message, info.n_courses, info.n_failed, info.n_resumed, info.solve_s, info.wall_s);
    if (info.note[0]) printf("%s\n", info.note);
    if (info.first_failure[0]) printf("%s\n", info.first_failure);
    onset_arena_free(arena);
    return status == ONSET_OK ? 0 : 1;
}
