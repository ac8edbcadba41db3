/* onset show: what a model is made of. */
#include "cli/cli.h"

#include <stdio.h>
#include <stdlib.h>

static int run(const cli_call *call)
{
    onset_session     *session = NULL;
    onset_error        err     = {0};
    const onset_model *model   = NULL;
    char              *text    = NULL;
    onset_status       status;
    int                code = cli_session(call, &session);

    if (code != CLI_OK) return code;
    status = onset_model_open(&err, session, call->args[0], &model);
    if (status == ONSET_OK && cli_given(call, "sources"))
        status = onset_model_sources(&err, session, model, &text);
    else if (status == ONSET_OK && cli_given(call, "equations"))
        status = onset_model_equations(&err, session, model, &text);
    else if (status == ONSET_OK)
        status = onset_model_show(&err, session, model, cli_given(call, "dot"), &text);
    if (text) fputs(text, stdout);
    free(text);
    code = cli_report(session, status, &err);
    onset_session_free(session);
    return code;
}

static const cli_option options[] = {{0, "dot", NULL, "print the wiring of the modules as a Graphviz graph"},
                                     {0, "equations", NULL, "print the equations as Markdown with LaTeX, and the parameters as a table"},
                                     {0, "sources", NULL, "print where each number comes from, with the row of evidence behind it"},
                                     CLI_EVIDENCE,
                                     {0}};

extern const cli_command cli_show;
const cli_command        cli_show = {
           .name      = "show",
           .arguments = "MODEL",
           .summary   = "Print a model's states, equations, parameters with their sources, and wiring",
           .text      = "MODEL is the name of a model or a module of the library, or a file with a model, a study or a module.\n",
           .examples  = "  onset show rapid_antidepressant           # a model of the library\n"
                               "  onset show --dot rapid_antidepressant     # its modules as a graph\n"
                               "  onset show --equations nmda_block         # a module as mathematics, for a document\n"
                               "  onset show --sources rapid_antidepressant # published, calibrated or assumed?\n",
           .min_args  = 1,
           .max_args  = 1,
           .completes = "model",
           .options   = options,
           .run       = run,
};
