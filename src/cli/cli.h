/* The command line: a table of commands, each with its options. The same table makes --help, the manual page and the shell completion. */
#ifndef ONSET_CLI_CLI_H
#define ONSET_CLI_CLI_H

#include "onset.h"

#include <stdio.h>

/* Exit codes; documented in help and the manual page. */
enum { CLI_OK = 0, CLI_BAD_INPUT = 1, CLI_BAD_USAGE = 2, CLI_FAILED = 3, CLI_INTERRUPTED = 130 };

typedef struct {
    char        letter; /* 0: none */
    const char *name;   /* without the dashes */
    const char *value;  /* name of its value, or the values allowed, as in "auto|cvode"; NULL: a flag */
    const char *text;
} cli_option;

enum { CLI_MAX_OPTIONS = 24 };

/* For the options of commands that look at evidence; cli_session() reads it. */
#define CLI_EVIDENCE                                                                                                                       \
    {                                                                                                                                      \
        'E', "evidence", "DIR", "add the evidence tables (*.csv) in DIR; may be given more than once"                                      \
    }

typedef struct cli_call cli_call;

typedef struct {
    const char       *name;
    const char       *arguments;          /* "STUDY", "FILE..." */
    const char       *summary;            /* one line */
    const char       *text;               /* paragraphs */
    const char       *examples;           /* one a line: command, two spaces or more and #, what it does */
    int               min_args, max_args; /* max -1: any */
    const char       *completes;          /* what of the library an argument may name: "study", "model"; NULL: nothing */
    const cli_option *options;            /* ends with name NULL; --library and --help belong to all and are not listed */
    int (*run)(const cli_call *call);
} cli_command;

extern const cli_command *const cli_commands[]; /* ends with NULL */

/* A command with what was given to it. */
struct cli_call {
    const cli_command *command;
    int                argc; /* the whole command line */
    char             **argv;
    int                n_args; /* what is not an option */
    char             **args;
    int                n_given;
    struct {
        const char *name, *value;
    } given[64];
};

/* Reads options and arguments; on a mistake prints it and returns CLI_BAD_USAGE. CLI_OK with *help set when --help was given. */
int cli_parse(const cli_command *command, int argc, char **argv, cli_call *call, bool *help);

bool        cli_given(const cli_call *call, const char *name);
const char *cli_value(const cli_call *call, const char *name); /* the last one given; NULL when none */

/* Numbers with their range; false with a printed message when the text is no such number. *out is left alone when not given. */
bool cli_whole(const cli_call *call, const char *name, int64_t low, int64_t high, int64_t *out);
bool cli_real(const cli_call *call, const char *name, double low, double high, double *out);

/* A session with the folders of --library and --evidence, and CLI_OK; else NULL, a printed message and the exit code. */
int cli_session(const cli_call *call, onset_session **session);

/* Prints the session's diagnostics and the error, if any, and gives the exit code of the status. */
int cli_report(onset_session *session, onset_status status, const onset_error *err);

/* "onset: " and a line on standard error. */
void cli_complain(const char *format, ...) ONSET_PRINTF(1, 2);

/* For commands that take long (long.c). The command is quoted as it would be typed again, cut off where it does not fit. */
void cli_catch_interrupts(void);
bool cli_is_interrupted(void *ctx); /* by Ctrl-C, or an end that was asked for */
void cli_print_time(FILE *out, double seconds);
void cli_quote_command(const cli_call *call, char *out, size_t size);

void cli_help_command(const cli_command *command);
void cli_help_all(void);

#endif
