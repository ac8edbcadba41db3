/* onset list: what the library holds. */
#include "cli/cli.h"

#include <stdio.h>
#include <string.h>

static bool print_block(void *ctx, const onset_block_info *block)
{
    const char *kind = ctx;

    if (!kind || strcmp(kind, block->kind) == 0) printf("%-7s %-28s %s\n", block->kind, block->name, block->title);
    return true;
}

static int run(const cli_call *call)
{
    const char    *kind = call->n_args ? call->args[0] : NULL;
    onset_error    err  = {0};
    onset_session *session;
    int            code;

    if (kind && strcmp(kind, "module") != 0 && strcmp(kind, "model") != 0 && strcmp(kind, "study") != 0) {
        cli_complain("list: '%s' is none of module, model, study", kind);
        return CLI_BAD_USAGE;
    }
    session = cli_session(call);
    if (!session) return CLI_FAILED;
    code = cli_report(session, onset_list(&err, session, print_block, (void *)kind), &err);
    onset_session_free(session);
    return code;
}

static const cli_option options[] = {{0}};

extern const cli_command cli_list;
const cli_command        cli_list = {
           .name      = "list",
           .arguments = "[module|model|study]",
           .summary   = "List the modules, models and studies of the library",
           .text      = "",
           .examples  = "  onset list                                # everything\n"
                               "  onset list study                          # the studies\n",
           .max_args  = 1,
           .options   = options,
           .run       = run,
};
