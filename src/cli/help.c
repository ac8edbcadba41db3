/* onset help: the commands, one command, the manual page and the shell completion, all from the table of commands. */
#include "cli/cli.h"

#include <stdio.h>
#include <string.h>

static const char about[] = "Onset simulates how rapid-acting antidepressants work, from the dose to the synapse to the symptom score, in\n"
                            "populations of virtual patients. It is a research tool and gives no medical advice.\n";

static const struct {
    int         code;
    const char *text;
} exit_codes[] = {
    {CLI_OK, "all went well"},
    {CLI_BAD_INPUT, "a file or a value in it is wrong or cannot be read; the message says where"},
    {CLI_BAD_USAGE, "the command line is wrong"},
    {CLI_FAILED, "the work could not be done: disk, memory, compiler"},
    {CLI_INTERRUPTED,
     "interrupted; a run keeps what was finished and the same command goes on from there, other commands leave nothing behind"},
};
enum { N_EXIT_CODES = sizeof exit_codes / sizeof *exit_codes };

static const cli_option common[] = {{'L', "library", "DIR", "look for modules and models in DIR first; may be given more than once"},
                                    {'h', "help", NULL, "print this help"},
                                    {0}};

static void print_option(const cli_option *option)
{
    char left[128];

    snprintf(left, sizeof left, "%c%c%s--%s%s%s", option->letter ? '-' : ' ', option->letter ? option->letter : ' ',
             option->letter ? ", " : "  ", option->name, option->value ? " " : "", option->value ? option->value : "");
    if (strlen(left) > 26)
        printf("  %s\n  %26s %s\n", left, "", option->text);
    else
        printf("  %-26s %s\n", left, option->text);
}

void cli_help_command(const cli_command *command)
{
    printf("usage: onset %s [OPTION...]%s%s\n\n%s.\n\n%s\nOptions:\n", command->name, *command->arguments ? " " : "", command->arguments,
           command->summary, command->text);
    for (const cli_option *option = command->options; option->name; option++) print_option(option);
    for (const cli_option *option = common; option->name; option++) print_option(option);
    printf("\nExamples:\n%s", command->examples);
    printf("\nExit codes:\n");
    for (int i = 0; i < N_EXIT_CODES; i++) printf("  %-4d %s\n", exit_codes[i].code, exit_codes[i].text);
}

void cli_help_all(void)
{
    printf("usage: onset COMMAND [OPTION...] [ARGUMENT...]\n\n%s\nCommands:\n", about);
    for (int i = 0; cli_commands[i]; i++) printf("  %-10s %s\n", cli_commands[i]->name, cli_commands[i]->summary);
    printf("\n'onset COMMAND --help' explains one, with examples.\n");
}

/* A line of roff: dashes and backslashes escaped, a leading dot or quote guarded. */
static void roff(const char *text)
{
    bool at_start = true;

    for (; *text; text++) {
        if (at_start && (*text == '.' || *text == '\'')) fputs("\\&", stdout);
        if (*text == '-')
            fputs("\\-", stdout);
        else if (*text == '\\')
            fputs("\\e", stdout);
        else
            putchar(*text);
        at_start = *text == '\n';
    }
}

static void roff_option(const cli_option *option)
{
    printf(".TP\n\\fB");
    if (option->letter) printf("\\-%c\\fR, \\fB", option->letter);
    printf("\\-\\-");
    roff(option->name);
    printf("\\fR");
    if (option->value) printf(" \\fI%s\\fR", option->value);
    putchar('\n');
    roff(option->text);
    putchar('\n');
}

static void print_man(void)
{
    printf(".TH ONSET 1 \"\" \"Onset %s\" \"User Commands\"\n.SH NAME\nonset \\- simulate rapid\\-acting antidepressants\n",
           onset_version());
    printf(".SH SYNOPSIS\n.B onset\n.I COMMAND\n[\\fIOPTION\\fR...] [\\fIARGUMENT\\fR...]\n.SH DESCRIPTION\n");
    roff(about);
    for (int i = 0; cli_commands[i]; i++) {
        const cli_command *command = cli_commands[i];

        printf(".SH \"onset %s %s\"\n", command->name, command->arguments);
        roff(command->summary);
        printf(".\n.PP\n");
        roff(command->text);
        for (const cli_option *option = command->options; option->name; option++) roff_option(option);
        printf(".PP\nExamples:\n.nf\n");
        roff(command->examples);
        printf(".fi\n");
    }
    printf(".SH \"OPTIONS OF ALL COMMANDS\"\n");
    for (const cli_option *option = common; option->name; option++) roff_option(option);
    printf(".SH \"EXIT STATUS\"\n");
    for (int i = 0; i < N_EXIT_CODES; i++) printf(".TP\n%d\n%s\n", exit_codes[i].code, exit_codes[i].text);
    printf(".SH ENVIRONMENT\n.TP\nONSET_LIBRARY\nthe folder of the library, in place of the installed one\n.TP\nONSET_ISA\nat most this "
           "instruction set: "
           "avx512, avx2, sse2 or scalar\n.TP\nXDG_CACHE_HOME\nwhere compiled models are kept (in its folder onset)\n.TP\nCC\nthe compiler "
           "of models\n");
}

/* What may follow an option that lists its values, and the names of the library where a command takes them. */
static void print_values(const cli_command *command)
{
    for (const cli_option *option = command->options; option->name; option++)
        if (option->value && strchr(option->value, '|'))
            printf("    %s:--%s) COMPREPLY=($(IFS='|'; compgen -W '%s' -- \"$word\")); return ;;\n", command->name, option->name,
                   option->value);
    if (command->completes)
        printf("    %s:*) names=$(onset list %s 2>/dev/null | awk '{print $2}') ;;\n", command->name, command->completes);
}

static void print_completion(void)
{
    printf("# bash completion for onset; made by 'onset help --completion'\n_onset()\n{\n"
           "    local word=${COMP_WORDS[COMP_CWORD]} list= names=\n"
           "    if [ \"$COMP_CWORD\" = 1 ]; then\n        COMPREPLY=($(compgen -W '");
    for (int i = 0; cli_commands[i]; i++) printf("%s%s", i ? " " : "", cli_commands[i]->name);
    printf("' -- \"$word\"))\n        return\n    fi\n    case ${COMP_WORDS[1]} in\n");
    for (int i = 0; cli_commands[i]; i++) {
        printf("    %s) list='--library --help", cli_commands[i]->name);
        for (const cli_option *option = cli_commands[i]->options; option->name; option++) printf(" --%s", option->name);
        printf("' ;;\n");
    }
    printf("    esac\n    case ${COMP_WORDS[1]}:${COMP_WORDS[COMP_CWORD-1]} in\n");
    for (int i = 0; cli_commands[i]; i++) print_values(cli_commands[i]);
    printf("    esac\n    case $word in\n    -*) COMPREPLY=($(compgen -W \"$list\" -- \"$word\")) ;;\n"
           "    *) COMPREPLY=($(compgen -W \"$names\" -- \"$word\") $(compgen -f -- \"$word\")) ;;\n    esac\n}\n"
           "complete -o filenames -F _onset onset\n");
}

static int run(const cli_call *call)
{
    if (cli_given(call, "man"))
        print_man();
    else if (cli_given(call, "completion"))
        print_completion();
    else if (call->n_args == 0)
        cli_help_all();
    else {
        for (int i = 0; cli_commands[i]; i++) {
            if (strcmp(cli_commands[i]->name, call->args[0]) != 0) continue;
            cli_help_command(cli_commands[i]);
            return CLI_OK;
        }
        cli_complain("there is no command '%s'; 'onset help' lists them", call->args[0]);
        return CLI_BAD_USAGE;
    }
    return CLI_OK;
}

static const cli_option options[] = {
    {0, "man", NULL, "print the manual page, in roff"}, {0, "completion", NULL, "print the completion for bash"}, {0}};

extern const cli_command cli_help;
const cli_command        cli_help = {
           .name      = "help",
           .arguments = "[COMMAND]",
           .summary   = "Explain Onset or one of its commands",
           .text      = "",
           .examples  = "  onset help run                            # the options of 'onset run'\n"
                               "  onset help --completion >>~/.bashrc       # complete commands and options in bash\n"
                               "  onset help --man | man -l -               # read the manual page\n",
           .max_args  = 1,
           .options   = options,
           .run       = run,
};
