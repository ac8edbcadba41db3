/* onset calibrate: parameters against published trials, or against the expectations of a study. */
#include "cli/cli.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void print_progress(void *ctx, const onset_progress *progress)
{
    (void)ctx;
    fprintf(stderr, "\r\033[K%s: evaluation %ld of about %ld", progress->stage, progress->done, progress->total);
    if (progress->eta_s > 0) {
        fprintf(stderr, ", ");
        cli_print_time(stderr, progress->eta_s);
        fprintf(stderr, " to go");
    }
    fflush(stderr);
}

static int calibrate(const cli_call *call, const onset_calibrate_options *options)
{
    onset_session *session = NULL;
    onset_error    err     = {0};
    char          *text    = NULL;
    onset_status   status;
    int            code = cli_session(call, &session);

    if (code != CLI_OK) return code;
    status =
        cli_given(call, "apply") ? onset_calibrate_apply(&err, session, options, &text) : onset_calibrate(&err, session, options, &text);
    if (options->progress) fputs("\r\033[K", stderr);
    if (status == ONSET_OK) fputs(text, stdout);
    free(text);
    code = cli_report(session, status, &err);
    onset_session_free(session);
    return code;
}

static int run(const cli_call *call)
{
    onset_calibrate_options options;
    char                    command[4096];
    int64_t                 subjects, starts, evaluations, draws, threads = 0, seed;

    onset_calibrate_options_init(&options);
    subjects = options.subjects, starts = options.starts, evaluations = options.evaluations, draws = options.draws;
    seed = (int64_t)options.seed;
    if (!cli_whole(call, "subjects", 1, 1000000, &subjects) || !cli_whole(call, "starts", 1, 100, &starts) ||
        !cli_whole(call, "evaluations", 0, 10000000, &evaluations) || !cli_whole(call, "draws", 40, 100000, &draws) ||
        !cli_whole(call, "threads", 1, 1024, &threads) || !cli_whole(call, "seed", 0, INT64_MAX, &seed))
        return CLI_BAD_USAGE;
    if (cli_given(call, "output") && !*cli_value(call, "output")) {
        cli_complain("calibrate: --output wants the name of a folder, not ''");
        return CLI_BAD_USAGE;
    }
    cli_quote_command(call, command, sizeof command);
    options.set         = call->args[0];
    options.study       = cli_value(call, "study");
    options.out_dir     = cli_value(call, "output");
    options.subjects    = (long)subjects;
    options.starts      = (int)starts;
    options.evaluations = (int)evaluations;
    options.draws       = (int)draws;
    options.threads     = (int)threads;
    options.has_seed    = cli_given(call, "seed");
    options.seed        = (uint64_t)seed;
    options.command     = command;
    options.cancelled   = cli_is_interrupted;
    if (isatty(STDERR_FILENO)) options.progress = print_progress;
    cli_catch_interrupts();
    return calibrate(call, &options);
}

static const cli_option options[] = {
    {'o', "output", "DIR",
     "the folder of the record; evidence/calibration/NAME of the library, or results/NAME-calibration of a study, when not given"},
    {0, "apply", NULL, "estimate nothing: write the estimates of the record into the modules of the library"},
    {'n', "subjects", "N", "virtual patients: a trial, 64 when not given; of a study, its own number when not given"},
    {0, "study", "NAME", "the study where a file holds several"},
    {0, "starts", "N", "starts of the optimiser: the values of the library or study, then draws from the priors; 3 when not given"},
    {0, "evaluations", "N",
     "evaluations of the optimiser in all; 400 when not given; 0, with --starts 1: only the steps along the curvature"},
    {0, "draws", "N", "draws of the posterior; 300 when not given"},
    {'j', "threads", "N", "threads; one a core when not given. The results do not depend on it"},
    {'s', "seed", "N", "another seed"},
    CLI_EVIDENCE,
    {0},
};

extern const cli_command cli_calibrate;
const cli_command        cli_calibrate = {
           .name      = "calibrate",
           .arguments = "STUDY-OR-SET",
           .summary   = "Estimate parameters from a study's expectations, or the library's from published trials",
           .text =
               "STUDY is a file, or the name of a study of the library, with `estimate` statements (what is estimated, with priors and bounds)\n"
                      "and `expect` statements, whose ranges are read as 95 % intervals of what is published. SET is a folder with\n"
                      "parameters.csv (what is estimated) and rows.csv (from which published trials, with which weight), or the name of one in\n"
                      "calibration/ of the library. The best values, a sample of the posterior and the fit before and after are written to a\n"
                      "folder as text; of a set, `onset validate` reads them there, and --apply writes the means of the posterior into the modules, in "
                      "place.\n",
           .examples  = "  onset calibrate my_study.onset -o record    # what the study estimates, from what it expects\n"
                               "  onset calibrate efficacy -o record          # the library's set: 20 minutes to an hour on two cores\n"
                               "  onset calibrate efficacy --apply            # the library's record into its modules\n",
           .min_args  = 1,
           .max_args  = 1,
           .completes = "study",
           .options   = options,
           .run       = run,
};
