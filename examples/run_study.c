/* Runs a study through the library and prints the mean course of its first output, arm by arm.
 *
 *     cc run_study.c $(pkg-config --cflags --libs onset) && ./a.out study.onset
 */
#include <onset.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Sums over the subjects of the arm that is printed. */
typedef struct {
    char   arm[64];
    int    n_visits, n;
    double time_h[64], sum[64];
} totals;

/* Called for every finished course, subjects in order, arms in order. */
static bool add_course(void *ctx, const onset_course_result *result)
{
    totals *all = (totals *)ctx; /* up to 8 arms */
    int     i   = 0;

    while (i < 8 && all[i].arm[0] && strcmp(all[i].arm, result->arm) != 0) i++;
    if (i == 8 || result->failed) return true;
    snprintf(all[i].arm, sizeof all[i].arm, "%s", result->arm);
    all[i].n_visits = result->n_visits < 64 ? result->n_visits : 64;
    all[i].n++;
    for (int k = 0; k < all[i].n_visits; k++) {
        all[i].time_h[k] = result->time_h[k];
        all[i].sum[k] += result->truth[k * result->n_outputs];
    }
    return true;
}

static void print_means(const totals *all)
{
    for (int i = 0; i < 8 && all[i].arm[0]; i++)
        for (int k = 0; k < all[i].n_visits; k++) printf("%-20s %8.2f h  %10.4g\n", all[i].arm, all[i].time_h[k], all[i].sum[k] / all[i].n);
}

int main(int argc, char **argv)
{
    onset_error        err     = {ONSET_OK, ""};
    onset_session     *session = NULL;
    const onset_study *study   = NULL;
    onset_run_options  options;
    onset_run_info     info;
    totals             all[8];
    onset_status       status;

    memset(all, 0, sizeof all);
    onset_run_options_init(&options);
    options.course = add_course; /* no out_dir: nothing is written, the callback sees every patient */
    options.ctx    = all;

    status = argc == 2 ? onset_session_create(&err, &session) : ONSET_BAD_INPUT;
    if (status == ONSET_OK) status = onset_study_open(&err, session, argv[1], NULL, &study);
    if (status == ONSET_OK) status = onset_run(&err, session, study, &options, &info);
    if (status == ONSET_OK) {
        print_means(all);
    } else {
        char *text = session ? onset_session_diagnostics_text(session) : NULL;
        fprintf(stderr, "%s%s\n", text ? text : "usage: run_study STUDY.onset\n", err.message);
        free(text);
    }
    onset_session_free(session);
    return status == ONSET_OK ? 0 : 1;
}
