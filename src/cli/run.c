/* onset run: the main job. */
#include "cli/cli.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void print_progress(void *ctx, const onset_progress *progress)
{
    (void)ctx;
    fprintf(stderr, "\r\033[K%s: ", progress->stage);
    if (strcmp(progress->stage, "solving") == 0)
        fprintf(stderr, "%ld of %ld courses, %.0f/s", progress->done, progress->total, progress->per_s);
    else
        fprintf(stderr, "%.0f %%", progress->total > 0 ? 100.0 * (double)progress->done / (double)progress->total : 0.0);
    if (progress->eta_s > 0) {
        fprintf(stderr, ", ");
        cli_print_time(stderr, progress->eta_s);
        fprintf(stderr, " to go");
    }
    fflush(stderr);
}

/* "library/studies/x.onset" -> "results/x" */
static const char *default_folder(const char *study, char *folder, size_t size)
{
    const char *slash = strrchr(study, '/'), *base = slash ? slash + 1 : study, *dot = strrchr(base, '.');

    snprintf(folder, size, "results/%.*s", dot && dot != base ? (int)(dot - base) : (int)strlen(base), base);
    return folder;
}

static bool read_options(const cli_call *call, onset_run_options *options)
{
    int64_t subjects = options->subjects, seed = 0, threads = options->threads;

    if (!cli_whole(call, "subjects", 1, 100000000, &subjects) || !cli_whole(call, "seed", 0, INT64_MAX, &seed) ||
        !cli_whole(call, "threads", 1, 1024, &threads) || !cli_real(call, "rtol", 1e-12, 0.1, &options->rtol) ||
        !cli_real(call, "atol", 1e-15, 1, &options->atol))
        return false;
    if (cli_given(call, "output") && !*cli_value(call, "output")) {
        cli_complain("run: --output wants the name of a folder, not ''");
        return false;
    }
    if (cli_given(call, "solver")) options->solver = cli_value(call, "solver");
    options->isa          = cli_value(call, "isa");
    options->subjects     = (long)subjects;
    options->threads      = (int)threads;
    options->has_seed     = cli_given(call, "seed");
    options->seed         = (uint64_t)seed;
    options->csv          = cli_given(call, "csv");
    options->summary_only = cli_given(call, "summary-only");
    options->no_report    = cli_given(call, "no-report");
    return true;
}

static void print_outcome(const onset_study *study, const onset_run_info *info)
{
    printf("%s: %s\n", onset_study_name(study), onset_study_title(study));
    printf("  %ld courses (a patient in an arm) in %.1f s, %ld steps; solver %s: %s\n", info->n_courses, info->wall_s, info->n_steps,
           info->solver, info->why);
    if (info->acceptance < 1) printf("  %.1f %% of the candidates met the entry criteria\n", 100 * info->acceptance);
    if (info->n_resumed) printf("  %ld of them were taken over from an earlier run that was interrupted\n", info->n_resumed);
    if (info->n_failed)
        printf("  %ld courses failed and are left out of the summaries; the first: %s\n", info->n_failed, info->first_failure);
    if (info->note[0]) printf("  %s\n", info->note);
    if (info->database[0]) printf("  database  %s\n", info->database);
    if (info->report[0]) printf("  report    %s\n", info->report);
}

static int run_study(const cli_call *call, onset_session *session, onset_run_options *options)
{
    char               folder[4096], command[8192];
    onset_error        err   = {0};
    onset_run_info     info  = {0};
    const onset_study *study = NULL;
    onset_status       status;
    int                code;

    status = onset_study_open(&err, session, call->args[0], cli_value(call, "study"), &study);
    if (status != ONSET_OK) return cli_report(session, status, &err);
    cli_report(session, ONSET_OK, NULL); /* the warnings */
    options->out_dir = cli_given(call, "output") ? cli_value(call, "output") : default_folder(call->args[0], folder, sizeof folder);
    cli_quote_command(call, command, sizeof command);
    options->command   = command;
    options->cancelled = cli_is_interrupted;
    if (isatty(STDERR_FILENO)) options->progress = print_progress;
    cli_catch_interrupts();
    status = onset_run(&err, session, study, options, &info);
    if (options->progress) fputs("\r\033[K", stderr);
    if (status == ONSET_OK) print_outcome(study, &info);
    code = cli_report(NULL, status, &err);
    if (status != ONSET_OK && info.note[0]) cli_complain("%s", info.note);
    return code;
}

static int run(const cli_call *call)
{
    onset_run_options options;
    onset_session    *session = NULL;
    int               code;

    onset_run_options_init(&options);
    if (!read_options(call, &options)) return CLI_BAD_USAGE;
    code = cli_session(call, &session);
    if (code != CLI_OK) return code;
    code = run_study(call, session, &options);
    onset_session_free(session);
    return code;
}

static const cli_option options[] = {
    {'o', "output", "DIR", "result folder; results/NAME of the study's file when not given"},
    {'n', "subjects", "N", "this many virtual patients instead of the study's"},
    {'s', "seed", "N", "another seed"},
    {'j', "threads", "N", "threads; one a core when not given. The results do not depend on it"},
    {0, "study", "NAME", "the study to run where a file holds several"},
    {0, "solver", "auto|rosenbrock|explicit|cvode|cvode-sparse", "the solver"},
    {0, "rtol", "X", "relative tolerance, 1e-4 when not given"},
    {0, "atol", "X", "absolute tolerance in each state's unit, 1e-6 when not given"},
    {0, "isa", "avx512|avx2|sse2|scalar", "an instruction set instead of this CPU's best"},
    {0, "csv", NULL, "also write the tables as CSV"},
    {0, "summary-only", NULL, "keep summaries, not every patient's observations"},
    {0, "no-report", NULL, "write no report.html"},
    CLI_EVIDENCE,
    {0},
};

extern const cli_command cli_run;
const cli_command        cli_run = {
           .name      = "run",
           .arguments = "STUDY",
           .summary   = "Run a study: virtual patients, their courses in every arm, a database and a report",
           .text      = "STUDY is a file with a study, or the name of a study of the library. The result folder gets result.sqlite and\n"
                               "report.html, both complete or not at all; an earlier result is replaced only when the new one is done. A run that\n"
                               "was interrupted goes on where it stopped when the same command is given again. Research only: no medical advice.\n",
           .examples  = "  onset run onset_of_action                          # a study of the library\n"
                               "  onset run my_study.onset -n 200 -o results/small   # fewer patients, another folder\n"
                               "  onset run my_study.onset --solver cvode            # the independent solver\n",
           .min_args  = 1,
           .max_args  = 1,
           .completes = "study",
           .options   = options,
           .run       = run,
};
