/* Options of a command, by getopt_long from the command's table, and what the commands share. */
#include "cli/cli.h"

#include <errno.h>
#include <getopt.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void cli_complain(const char *format, ...)
{
    va_list values;

    fputs("onset: ", stderr);
    va_start(values, format);
    vfprintf(stderr, format, values);
    va_end(values);
    fputc('\n', stderr);
}

static const cli_option common_options[] = {{'L', "library", "DIR", NULL}, {'h', "help", NULL, NULL}};

/* getopt's two tables, from ours. */
static void make_tables(const cli_command *command, char *letters, struct option *longs)
{
    int n = 0;

    *letters++ = ':'; /* missing values are told apart from unknown options */
    for (int k = 0; k < 2 || command->options[k - 2].name; k++) {
        const cli_option *option = k < 2 ? &common_options[k] : &command->options[k - 2];

        longs[n] = (struct option){option->name, option->value ? required_argument : no_argument, NULL, 256 + n};
        n++;
        if (!option->letter) continue;
        *letters++ = option->letter;
        if (option->value) *letters++ = ':';
    }
    *letters = '\0';
}

static const cli_option *option_of(const cli_command *command, int found)
{
    if (found >= 256) return found < 258 ? &common_options[found - 256] : &command->options[found - 258];
    for (int k = 0; k < 2; k++)
        if (common_options[k].letter == found) return &common_options[k];
    for (int k = 0; command->options[k].name; k++)
        if (command->options[k].letter == found) return &command->options[k];
    return NULL;
}

static int bad_option(const cli_command *command, int found, char **argv)
{
    const char *given = optopt && optopt < 256 ? (char[]){'-', (char)optopt, '\0'} : argv[optind - 1];

    if (found == ':')
        cli_complain("%s: option '%s' wants a value; see 'onset %s --help'", command->name, argv[optind - 1], command->name);
    else
        cli_complain("%s: there is no option '%s'; see 'onset %s --help'", command->name, given, command->name);
    return CLI_BAD_USAGE;
}

/* Whether the value is one of those allowed, where the option lists them. */
static bool check_choice(const cli_command *command, const cli_option *option, const char *value)
{
    const char  *list = option->value;
    const size_t n    = value ? strlen(value) : 0;

    if (!list || !strchr(list, '|')) return true;
    for (const char *at = list; n > 0 && (at = strstr(at, value)); at += n)
        if ((at == list || at[-1] == '|') && (at[n] == '|' || at[n] == '\0')) return true;
    cli_complain("%s: --%s is '%s'; it can be %s", command->name, option->name, value, list);
    return false;
}

static int check_arguments(const cli_call *call)
{
    const cli_command *command = call->command;

    if (call->n_args >= command->min_args && (command->max_args < 0 || call->n_args <= command->max_args)) return CLI_OK;
    if (call->n_args < command->min_args)
        cli_complain("%s: %s is missing", command->name, command->arguments);
    else
        cli_complain("%s: '%s' is one argument too many", command->name, call->args[command->max_args]);
    fprintf(stderr, "usage: onset %s [OPTION...] %s\n", command->name, command->arguments);
    return CLI_BAD_USAGE;
}

int cli_parse(const cli_command *command, int argc, char **argv, cli_call *call, bool *help)
{
    char          letters[2 * CLI_MAX_OPTIONS + 8];
    struct option longs[CLI_MAX_OPTIONS + 3] = {0};

    *call      = (cli_call){.command = command, .argc = argc, .argv = argv};
    call->args = malloc((size_t)argc * sizeof *call->args);
    if (!call->args) return CLI_FAILED;
    make_tables(command, letters, longs);
    opterr = 0;
    optind = 1;
    for (int found; (found = getopt_long(argc - 1, argv + 1, letters, longs, NULL)) != -1;) {
        const cli_option *option = found == '?' || found == ':' ? NULL : option_of(command, found);

        if (!option) return bad_option(command, found, argv + 1);
        if (strcmp(option->name, "help") == 0) *help = true;
        if (!check_choice(command, option, optarg)) return CLI_BAD_USAGE;
        if (call->n_given == (int)(sizeof call->given / sizeof *call->given)) {
            cli_complain("%s: too many options", command->name);
            return CLI_BAD_USAGE;
        }
        call->given[call->n_given].name    = option->name;
        call->given[call->n_given++].value = option->value ? optarg : "";
    }
    for (int i = optind; i < argc - 1; i++) call->args[call->n_args++] = argv[1 + i];
    return *help ? CLI_OK : check_arguments(call);
}

const char *cli_value(const cli_call *call, const char *name)
{
    for (int i = call->n_given - 1; i >= 0; i--)
        if (strcmp(call->given[i].name, name) == 0) return call->given[i].value;
    return NULL;
}

bool cli_given(const cli_call *call, const char *name)
{
    return cli_value(call, name) != NULL;
}

bool cli_whole(const cli_call *call, const char *name, int64_t low, int64_t high, int64_t *out)
{
    const char *text = cli_value(call, name);
    char       *end;
    double      value; /* read as a real number, so that 1e3 is a thousand */

    if (!text) return true;
    value = strtod(text, &end);
    if (end == text || *end || !isfinite(value) || value != floor(value) || value < (double)low || value > (double)high ||
        value >= 0x1p63) {
        cli_complain("%s: --%s wants a whole number from %lld to %lld, not '%s'", call->command->name, name, (long long)low,
                     (long long)high, text);
        return false;
    }
    /* A seed may be larger than a double holds exactly. */
    errno           = 0;
    long long exact = strtoll(text, &end, 10);
    *out            = *end || errno ? (int64_t)value : exact;
    return true;
}

bool cli_real(const cli_call *call, const char *name, double low, double high, double *out)
{
    const char *text = cli_value(call, name);
    char       *end;
    double      value;

    if (!text) return true;
    value = strtod(text, &end);
    if (end == text || *end || !(value >= low && value <= high)) {
        cli_complain("%s: --%s wants a number from %g to %g, not '%s'", call->command->name, name, low, high, text);
        return false;
    }
    *out = value;
    return true;
}

static int exit_code(onset_status status)
{
    switch (status) {
    case ONSET_OK:
        return CLI_OK;
    case ONSET_BAD_INPUT:
    case ONSET_BAD_MODEL:
    case ONSET_NO_FILE:
        return CLI_BAD_INPUT;
    case ONSET_CANCELLED:
        return CLI_INTERRUPTED;
    default:
        return CLI_FAILED;
    }
}

int cli_session(const cli_call *call, onset_session **session)
{
    onset_error  err    = {0};
    onset_status status = onset_session_create(&err, session);

    for (int i = 0; status == ONSET_OK && i < call->n_given; i++) {
        const char *name = call->given[i].name, *folder = call->given[i].value;

        if (strcmp(name, "library") == 0) status = onset_session_add_library(&err, *session, folder);
        if (strcmp(name, "evidence") == 0) status = onset_session_add_evidence(&err, *session, folder);
    }
    if (status == ONSET_OK) return CLI_OK;
    cli_complain("%s", err.message);
    onset_session_free(*session);
    *session = NULL;
    return exit_code(status);
}

int cli_report(onset_session *session, onset_status status, const onset_error *err)
{
    char *text = session ? onset_session_diagnostics_text(session) : NULL;

    if (text) fputs(text, stderr);
    free(text);
    if (status != ONSET_OK) cli_complain("%s", err->message[0] ? err->message : onset_status_text(status));
    return exit_code(status);
}
