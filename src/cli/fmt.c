/* onset fmt: files of the language in one style. */
#include "cli/cli.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool same_as_file(const char *path, const char *text, size_t n)
{
    FILE  *file = fopen(path, "rb");
    size_t at   = 0;
    int    c    = EOF;

    if (!file) return false;
    while ((c = getc(file)) != EOF && at < n && text[at] == (char)c) at++;
    fclose(file);
    return at == n && c == EOF;
}

/* Written to one side and renamed, so that the file is never half there; keeps the file's mode, and a link to it. */
static bool replace_file(const char *path, const char *text, size_t n)
{
    char        target[PATH_MAX], side[PATH_MAX + 32];
    struct stat about;
    FILE       *file = NULL;
    bool        good = realpath(path, target) && stat(target, &about) == 0;

    if (good) snprintf(side, sizeof side, "%s.fmt-%ld", target, (long)getpid());
    if (good) good = (file = fopen(side, "wb")) != NULL;
    if (good)
        good = fwrite(text, 1, n, file) == n && fflush(file) == 0 && fchmod(fileno(file), about.st_mode) == 0 && fsync(fileno(file)) == 0;
    if (file && fclose(file) != 0) good = false;
    if (good) good = rename(side, target) == 0;
    if (good) return true;
    cli_complain("cannot write '%s': %s; it is as it was", path, strerror(errno));
    if (file) unlink(side);
    return false;
}

static int format_one(const cli_call *call, onset_session *session, const char *path)
{
    onset_error        err    = {0};
    char              *text   = NULL;
    size_t             n      = 0;
    const onset_status status = onset_format_file(&err, session, path, &text, &n);
    int                code   = CLI_OK;

    if (status != ONSET_OK)
        code = cli_report(session, status, &err);
    else if (cli_given(call, "stdout"))
        fwrite(text, 1, n, stdout);
    else if (!same_as_file(path, text, n)) {
        printf("%s\n", path);
        if (cli_given(call, "check"))
            code = CLI_BAD_INPUT;
        else if (!replace_file(path, text, n))
            code = CLI_FAILED;
    }
    onset_session_clear_diagnostics(session);
    free(text);
    return code;
}

static int run(const cli_call *call)
{
    onset_session *session = NULL;
    int            code    = cli_session(call, &session);

    if (code != CLI_OK) return code;
    for (int i = 0; i < call->n_args; i++) {
        const int one = format_one(call, session, call->args[i]);
        if (one > code) code = one;
    }
    onset_session_free(session);
    return code;
}

static const cli_option options[] = {{0, "check", NULL, "change nothing; exit code 1 when a file is not formatted"},
                                     {0, "stdout", NULL, "print the formatted text, leave the file alone"},
                                     {0}};

extern const cli_command cli_fmt;
const cli_command        cli_fmt = {
           .name      = "fmt",
           .arguments = "FILE...",
           .summary   = "Format files in place and print the names of those that changed",
           .text      = "Comments stay, the meaning stays, and formatting twice changes nothing. A file with errors is left alone.\n",
           .examples  = "  onset fmt my_study.onset                  # format a file\n"
                               "  onset fmt --check library/*/*.onset       # is all formatted?\n",
           .min_args  = 1,
           .max_args  = -1,
           .options   = options,
           .run       = run,
};
