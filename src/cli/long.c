/* What commands that take long share: Ctrl-C, times to go, the command as it would be typed again. */
#include "cli/cli.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

/* The program's one piece of global state: a signal handler can reach nothing else. */
static volatile sig_atomic_t interrupted;

static void on_interrupt(int signal_number)
{
    (void)signal_number;
    interrupted = 1;
}

void cli_catch_interrupts(void)
{
    /* SA_RESETHAND: a second Ctrl-C ends the program at once. */
    struct sigaction action = {.sa_handler = on_interrupt, .sa_flags = (int)SA_RESETHAND};

    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGHUP, &action, NULL);
}

bool cli_is_interrupted(void *ctx)
{
    (void)ctx;
    return interrupted != 0;
}

void cli_print_time(FILE *out, double seconds)
{
    if (seconds < 90)
        fprintf(out, "%.0f s", seconds);
    else if (seconds < 5400)
        fprintf(out, "%.0f min", seconds / 60);
    else
        fprintf(out, "%.1f h", seconds / 3600);
}

static void put(char *out, size_t size, size_t *n, const char *text)
{
    if (*n + 1 < size) *n += (size_t)snprintf(out + *n, size - *n, "%s", text);
}

void cli_quote_command(const cli_call *call, char *out, size_t size)
{
    size_t n = 0;

    for (int i = 0; i < call->argc; i++) {
        const char *word = i ? call->argv[i] : "onset";
        const bool  plain =
            *word && strspn(word, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./=+:,@%") == strlen(word);

        if (i) put(out, size, &n, " ");
        if (!plain) put(out, size, &n, "'");
        for (const char *s = word; *s; s++) put(out, size, &n, *s == '\'' ? "'\\''" : (char[]){*s, '\0'});
        if (!plain) put(out, size, &n, "'");
    }
}
