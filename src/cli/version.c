/* onset version */
#include "cli/cli.h"

#include <stdio.h>

static int run(const cli_call *call)
{
    (void)call;
    printf("onset %s\n%s", onset_version(), onset_build_info());
    return CLI_OK;
}

static const cli_option options[] = {{0}};

extern const cli_command cli_version;
const cli_command        cli_version = {
           .name      = "version",
           .arguments = "",
           .summary   = "Print the version, the compiler and the libraries it was built with",
           .text      = "",
           .examples  = "  onset version\n",
           .options   = options,
           .run       = run,
};
