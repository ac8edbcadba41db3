/* onset list: what the library holds. */
#include "cli/cli.h"

#include <stdio.h>
#include <string.h>

static bool print_block(void *ctx, const onset_block_info *block)
{
    const char *kind = ctx;

    if (strcmp(kind, block->kind) == 0) printf("%-7s %-28s %s\n", block->kind, block->name, block->title);
    return true;
}

/* One kind after the other; within one, as the folders are read. */
static onset_status list_kinds(onset_error *err, onset_session *session, const char *kind)
{
    static const char *const kinds[] = {"module", "model", "study"};
    onset_status             status  = ONSET_OK;

    for (int k = 0; k < 3 && status == ONSET_OK; k++)
        if (!kind || strcmp(kind, kinds[k]) == 0) status = onset_list(err, session, print_block, (void *)kinds[k]);
    return status;
}

static int run(const cli_call *call)
{
    const char    *kind    = call->n_args ? call->args[0] : NULL;
    onset_error    err     = {0};
    onset_session *session = NULL;
    int            code;

    if (kind && strcmp(kind, "module") != 0 && strcmp(kind, "model") != 0 && strcmp(kind, "study") != 0) {
        cli_complain("list: '%s' is none of module, model, study", kind);
        return CLI_BAD_USAGE;
    }
    code = cli_session(call, &session);
    if (code != CLI_OK) return code;
    code = cli_report(session, list_kinds(&err, session, kind), &err);
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
