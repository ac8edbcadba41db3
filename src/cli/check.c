/* onset check: everything wrong in files of the language. */
#include "cli/cli.h"

#include <stdio.h>
#include <string.h>

static int run(const cli_call *call)
{
    onset_session *session = NULL;
    int            code = cli_session(call, &session), n_unread = 0;

    if (code != CLI_OK) return code;
    for (int i = 0; i < call->n_args; i++) {
        onset_error        err    = {0};
        const onset_status status = onset_check_file(&err, session, call->args[i]);

        if (status == ONSET_OK || status == ONSET_BAD_MODEL) {
            code = status != ONSET_OK && code == CLI_OK ? CLI_BAD_INPUT : code;
            continue;
        }
        code = cli_report(NULL, status, &err);
        n_unread++;
    }
    cli_report(session, ONSET_OK, NULL);
    const int n_errors   = onset_session_n_diagnostics(session, ONSET_IS_ERROR),
              n_warnings = onset_session_n_diagnostics(session, ONSET_IS_WARNING);
    if (!cli_given(call, "quiet") && n_unread < call->n_args)
        printf("%d %s checked: %d %s, %d %s\n", call->n_args - n_unread, call->n_args - n_unread == 1 ? "file" : "files", n_errors,
               n_errors == 1 ? "error" : "errors", n_warnings, n_warnings == 1 ? "warning" : "warnings");
    if (code == CLI_OK && n_warnings && cli_given(call, "strict")) code = CLI_BAD_INPUT;
    onset_session_free(session);
    return code;
}

static const cli_option options[] = {
    CLI_EVIDENCE, {0, "strict", NULL, "warnings too make the exit code 1"}, {'q', "quiet", NULL, "print nothing when all is well"}, {0}};

extern const cli_command cli_check;
const cli_command        cli_check = {
           .name      = "check",
           .arguments = "FILE...",
           .summary   = "List the errors and warnings of modules, models and studies",
           .text      = "Every error of a file is listed at once, with its place, what was expected and what to do. Warnings name what is\n"
                               "allowed but looks wrong: a parameter that nothing uses, one without a source, a state that nothing drives.\n"
                               "A source that no evidence table has is an error; a key that two rows of the tables share is a warning.\n",
           .examples  = "  onset check my_study.onset                # errors and warnings of one file\n"
                               "  onset check --strict library/*/*.onset    # fail on warnings too\n",
           .min_args  = 1,
           .max_args  = -1,
           .options   = options,
           .run       = run,
};
