/* onset validate: predictions against published trials. */
#include "cli/cli.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void print_progress(void *ctx, const onset_progress *progress)
{
    (void)ctx;
    fprintf(stderr, "\r\033[K%s: %ld", progress->stage, progress->done);
    fflush(stderr);
}

static int validate(onset_session *session, const onset_validate_options *options)
{
    onset_error  err    = {0};
    char        *text   = NULL;
    onset_status status = onset_validate(&err, session, options, &text);

    if (options->progress) fputs("\r\033[K", stderr);
    if (status == ONSET_OK) fputs(text, stdout);
    free(text);
    return cli_report(session, status, &err);
}

/* A session to which the folders of --evidence are not added: here they are what is scored, and their rows need no keys. */
static int session_of(const cli_call *call, onset_session **session)
{
    cli_call plain = *call;

    plain.n_given = 0;
    for (int i = 0; i < call->n_given; i++)
        if (strcmp(call->given[i].name, "evidence") != 0) plain.given[plain.n_given++] = call->given[i];
    return cli_session(&plain, session);
}

static int run(const cli_call *call)
{
    const char            *evidence[64];
    onset_validate_options options;
    onset_session         *session  = NULL;
    int64_t                subjects = 0, threads = 0, seed;
    int                    code;

    onset_validate_options_init(&options);
    seed = (int64_t)options.seed;
    if (!cli_whole(call, "subjects", 40, 1000000, &subjects) || !cli_whole(call, "threads", 1, 1024, &threads) ||
        !cli_whole(call, "seed", 0, INT64_MAX, &seed))
        return CLI_BAD_USAGE;
    options.only = cli_value(call, "only");
    if (options.only && strcmp(options.only, "efficacy") != 0 && strcmp(options.only, "safety") != 0 && strcmp(options.only, "pk") != 0) {
        cli_complain("validate: --only is '%s'; it can be efficacy, safety or pk", options.only);
        return CLI_BAD_USAGE;
    }
    for (int i = 0; i < call->n_given; i++)
        if (strcmp(call->given[i].name, "evidence") == 0 && options.n_evidence < 64) evidence[options.n_evidence++] = call->given[i].value;
    options.evidence = evidence;
    options.json     = cli_value(call, "json");
    options.markdown = cli_value(call, "markdown");
    options.report   = cli_value(call, "report");
    options.studies  = cli_value(call, "studies");
    options.subjects = (long)subjects;
    options.threads  = (int)threads;
    options.seed     = (uint64_t)seed;
    if (isatty(STDERR_FILENO)) options.progress = print_progress;
    code = session_of(call, &session);
    if (code != CLI_OK) return code;
    code = validate(session, &options);
    onset_session_free(session);
    return code;
}

static const cli_option options[] = {
    {0, "evidence", "DIR",
     "a folder with trials.csv, arms.csv, outcomes.csv, safety.csv or pk_observations.csv, instead of the library's; may be repeated"},
    {0, "only", "GROUP", "pk, efficacy or safety"},
    {0, "json", "FILE", "write scores and rows as JSON"},
    {0, "report", "FILE", "write a page of charts and tables as one HTML file that opens in any browser"},
    {0, "studies", "DIR",
     "write each virtual trial of efficacy to this folder as a study, to read or to run; without the draws of what is uncertain"},
    {0, "markdown", "FILE", "write the page of docs/validation.md"},
    {'n', "subjects", "N", "virtual patients a trial; 720, and 420 a session or exposure, when not given"},
    {'j', "threads", "N", "threads; one a core when not given. The results do not depend on it"},
    {'s', "seed", "N", "another seed"},
    {0},
};

extern const cli_command cli_validate;
const cli_command        cli_validate = {
           .name      = "validate",
           .arguments = "",
           .summary   = "Score the library's predictions against published trials, safety data and exposures",
           .text = "Every published trial, session and exposure of the evidence tables becomes a virtual one, with uncertain parameters and the "
                          "trial's own\n"
                          "number of patients. Printed for each group and class: the share of observed values inside the 50 and 90 % prediction "
                          "intervals, the errors,\n"
                          "the interval score, the same for two simple rivals, and how many rows were skipped and why.\n",
           .examples = "  onset validate                                  # all of the library's evidence\n"
                              "  onset validate --only efficacy --json out.json  # one group, with every row\n"
                              "  onset validate --report validation.html          # charts and tables to look at\n"
                              "  onset validate --evidence my_trials             # trials of your own, in the same columns\n",
           .min_args = 0,
           .max_args = 0,
           .options  = options,
           .run      = run,
};
