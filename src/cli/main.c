/* onset: one command, its sub-commands in files of their own. */
#include "cli/cli.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

extern const cli_command cli_run, cli_experiments, cli_check, cli_fmt, cli_show, cli_list, cli_compile, cli_evidence, cli_validate,
    cli_calibrate, cli_version, cli_help;

const cli_command *const cli_commands[] = {&cli_run,     &cli_experiments, &cli_check,    &cli_fmt,      &cli_show,
                                           &cli_list,    &cli_compile,     &cli_evidence, &cli_validate, &cli_calibrate,
                                           &cli_version, &cli_help,        NULL};

static const cli_command *find_command(const char *name)
{
    if (strcmp(name, "--version") == 0 || strcmp(name, "-V") == 0) name = "version";
    for (int i = 0; cli_commands[i]; i++)
        if (strcmp(cli_commands[i]->name, name) == 0) return cli_commands[i];
    return NULL;
}

/* Standard output may be a full disk or a closed pipe: say so instead of losing what was to be printed. */
static int checked_flush(int code)
{
    if (fflush(stdout) != 0 || ferror(stdout)) {
        cli_complain("standard output could not be written");
        return code ? code : CLI_FAILED;
    }
    return code;
}

int main(int argc, char **argv)
{
    const cli_command *command;
    cli_call           call = {0};
    bool               help = false;
    int                code;

    if (argc < 2) {
        fputs("usage: onset COMMAND [OPTION...] [ARGUMENT...]; 'onset help' lists the commands\n", stderr);
        return CLI_BAD_USAGE;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
        cli_help_all();
        return checked_flush(CLI_OK);
    }
    command = find_command(argv[1]);
    if (!command) {
        cli_complain("there is no command '%s'; 'onset help' lists them", argv[1]);
        return CLI_BAD_USAGE;
    }
    code = cli_parse(command, argc, argv, &call, &help);
    if (code == CLI_OK && help)
        cli_help_command(command);
    else if (code == CLI_OK)
        code = command->run(&call);
    free(call.args);
    return checked_flush(code);
}
