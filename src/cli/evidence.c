/* onset evidence: the published numbers behind the library, searched. */
#include "cli/cli.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- Rows to read ---- */

enum { SHOWN = 20 }; /* rows printed when --limit is not given, chosen by us: a few screens */

typedef struct {
    long n, limit;
} row_count;

static bool is_column(const char *name, const char *const *names)
{
    for (; *names; names++)
        if (strcmp(name, *names) == 0) return true;
    return false;
}

/* "seen: ..." says in words what the column stands for. */
static const char *seen_text(const char *seen)
{
    if (strcmp(seen, "yes") == 0) return "yes: read at the source";
    if (strcmp(seen, "recalled") == 0) return "recalled: known, but not read again; weigh it less";
    return *seen ? seen : "not said";
}

static bool print_row(void *ctx, const onset_evidence_info *row)
{
    static const char *const last[] = {"key", "source", "seen", NULL};
    row_count               *count  = ctx;

    if (++count->n > count->limit) return true; /* counted to the end */
    printf("%s%s in %s (%s:%d)\n", count->n > 1 ? "\n" : "", row->key, row->table, row->path, row->line);
    for (int i = 0; i < row->n_columns; i++)
        if (*row->fields[i] && !is_column(row->columns[i], last)) printf("  %-22s %s\n", row->columns[i], row->fields[i]);
    printf("  %-22s %s\n  %-22s %s\n", "source", *row->source ? row->source : "not said", "seen", seen_text(row->seen));
    return true;
}

/* ---- Rows as CSV ---- */

typedef struct {
    const char **columns; /* of every table that gives rows, in their order; texts are the session's */
    int          n, cap;
    const char  *table; /* of the row before */
    int          n_tables;
    long         n_rows, limit;
    bool         failed;
} csv_rows;

static bool add_column(csv_rows *c, const char *name)
{
    for (int i = 0; i < c->n; i++)
        if (strcmp(c->columns[i], name) == 0) return true;
    if (c->n == c->cap) {
        const int    cap   = c->cap ? 2 * c->cap : 32;
        const char **grown = realloc(c->columns, (size_t)cap * sizeof *grown);

        if (!grown) return false;
        c->columns = grown;
        c->cap     = cap;
    }
    c->columns[c->n++] = name;
    return true;
}

static bool collect_columns(void *ctx, const onset_evidence_info *row)
{
    csv_rows *c = ctx;

    if (++c->n_rows > c->limit) return false;
    if (!c->table || strcmp(c->table, row->table) != 0) c->n_tables++;
    c->table = row->table;
    for (int i = 0; i < row->n_columns; i++)
        if (!add_column(c, row->columns[i])) return !(c->failed = true);
    return true;
}

/* After RFC 4180, with the line ends of this system, so that diff and cut work on it. */
static void print_field(const char *field, bool first)
{
    if (!first) putchar(',');
    if (!strpbrk(field, ",\"\r\n")) {
        fputs(field, stdout);
        return;
    }
    putchar('"');
    for (; *field; field++) {
        if (*field == '"') putchar('"');
        putchar(*field);
    }
    putchar('"');
}

static const char *field_of(const onset_evidence_info *row, const char *column)
{
    for (int i = 0; i < row->n_columns; i++)
        if (strcmp(row->columns[i], column) == 0) return row->fields[i];
    return "";
}

static bool print_record(void *ctx, const onset_evidence_info *row)
{
    csv_rows *c = ctx;

    if (++c->n_rows > c->limit) return false;
    if (c->n_tables > 1) print_field(row->table, true);
    for (int i = 0; i < c->n; i++) print_field(field_of(row, c->columns[i]), i == 0 && c->n_tables <= 1);
    putchar('\n');
    return true;
}

static onset_status print_csv(onset_error *err, onset_session *session, const char *words, const char *table, long limit, long *n)
{
    csv_rows     c      = {.limit = limit};
    onset_status status = onset_evidence_search(err, session, words, table, collect_columns, &c);

    *n = c.n_rows;
    if (status == ONSET_OK && c.failed) {
        status = ONSET_NO_MEMORY;
        snprintf(err->message, sizeof err->message, "no memory for the columns");
    }
    if (status == ONSET_OK && c.n_rows) {
        if (c.n_tables > 1) print_field("table", true);
        for (int i = 0; i < c.n; i++) print_field(c.columns[i], i == 0 && c.n_tables <= 1);
        putchar('\n');
        c.n_rows = 0;
        status   = onset_evidence_search(err, session, words, table, print_record, &c);
    }
    free(c.columns);
    return status;
}

/* ---- The tables, when nothing is asked ---- */

typedef struct {
    char path[4096], table[256];
    long n, recalled;
} table_count;

static void print_table(const table_count *t)
{
    if (t->n) printf("%-24s %6ld rows, %5ld recalled   %s\n", t->table, t->n, t->recalled, t->path);
}

static bool count_row(void *ctx, const onset_evidence_info *row)
{
    table_count *t = ctx;

    if (strcmp(t->path, row->path) != 0) {
        print_table(t);
        *t = (table_count){0};
        snprintf(t->path, sizeof t->path, "%s", row->path);
        snprintf(t->table, sizeof t->table, "%s", row->table);
    }
    t->n++;
    t->recalled += *row->seen && strcmp(row->seen, "yes") != 0;
    return true;
}

static onset_status print_tables(onset_error *err, onset_session *session)
{
    table_count  last   = {0};
    onset_status status = onset_evidence_search(err, session, NULL, NULL, count_row, &last);

    print_table(&last);
    if (status == ONSET_OK) printf("\n'onset evidence WORD...' searches them; 'onset evidence --table NAME' prints one\n");
    return status;
}

/* ---- Nothing found ---- */

static bool count_one(void *ctx, const onset_evidence_info *row)
{
    (void)row;
    *(bool *)ctx = true;
    return false;
}

/* The first word that stands nowhere, or NULL where each does somewhere. */
static const char *absent_word(const cli_call *call, onset_session *session, const char *table)
{
    for (int i = 0; i < call->n_args; i++) {
        bool found = false;

        if (onset_evidence_search(NULL, session, call->args[i], table, count_one, &found) == ONSET_OK && !found) return call->args[i];
    }
    return NULL;
}

static int nothing_found(const cli_call *call, onset_session *session, const char *words, const char *table)
{
    const char *word = absent_word(call, session, table), *in = table ? table : "the evidence tables";
    const char *near = onset_evidence_nearest(session, word ? word : words);

    if (!word)
        cli_complain("no row of %s has all of '%s'; each word alone stands in some row", in, words);
    else if (near)
        cli_complain("no row of %s has '%s'; the nearest key is '%s'", in, word, near);
    else
        cli_complain("no row of %s has '%s', and no key is near it; 'onset evidence' lists the tables", in, word);
    return CLI_BAD_INPUT;
}

/* ---- The command ---- */

/* malloc'ed */
static char *joined(const cli_call *call)
{
    size_t n = 1;
    char  *text;

    for (int i = 0; i < call->n_args; i++) n += strlen(call->args[i]) + 1;
    text = calloc(n, 1);
    for (int i = 0; text && i < call->n_args; i++) {
        if (i) strcat(text, " ");
        strcat(text, call->args[i]);
    }
    return text;
}

static int search(const cli_call *call, onset_session *session, const char *words, int64_t limit)
{
    const char  *table = cli_value(call, "table");
    row_count    count = {.limit = (long)limit};
    onset_error  err   = {0};
    onset_status status;

    if (cli_given(call, "csv"))
        status = print_csv(&err, session, words, table, count.limit, &count.n);
    else if (!*words && !table)
        return cli_report(session, print_tables(&err, session), &err);
    else
        status = onset_evidence_search(&err, session, words, table, print_row, &count);
    if (status != ONSET_OK) return cli_report(session, status, &err);
    if (!count.n) return nothing_found(call, session, words, table);
    if (!cli_given(call, "csv")) {
        if (count.n > count.limit)
            printf("\n%ld of %ld rows; --limit %ld prints all\n", count.limit, count.n, count.n);
        else
            printf("\n%ld %s\n", count.n, count.n == 1 ? "row" : "rows");
    }
    return CLI_OK;
}

static int run(const cli_call *call)
{
    int64_t        limit   = cli_given(call, "csv") ? 1000000000 : SHOWN;
    onset_session *session = NULL;
    char          *words;
    int            code;

    if (!cli_whole(call, "limit", 1, 1000000000, &limit)) return CLI_BAD_USAGE;
    code = cli_session(call, &session);
    if (code != CLI_OK) return code;
    words = joined(call);
    if (words)
        code = search(call, session, words, limit);
    else
        cli_complain("no memory for the words"), code = CLI_FAILED;
    free(words);
    onset_session_free(session);
    return code;
}

static const cli_option options[] = {{'t', "table", "NAME", "only this table: mechanism, outcomes, ..."},
                                     {0, "csv", NULL, "print the rows as CSV"},
                                     {0, "limit", "N", "print at most N rows; 20 when not given, with --csv all"},
                                     CLI_EVIDENCE,
                                     {0}};

extern const cli_command cli_evidence;
const cli_command        cli_evidence = {
           .name      = "evidence",
           .arguments = "[WORD...]",
           .summary   = "Search the evidence tables: published numbers, each with its source",
           .text = "Prints the rows in which every word stands somewhere, whatever the case. One word that is a key prints the row of that\n"
                          "key alone. Without a word it lists the tables. docs/evidence.md explains the columns. Exit code 1 when nothing is found.\n",
           .examples = "  onset evidence NB07                             # the row of a key\n"
                              "  onset evidence ketamine glun2c                  # rows with both words\n"
                              "  onset evidence Zarate2006 --table outcomes      # one trial's results\n"
                              "  onset evidence --table interactions --csv       # a whole table, for other programs\n"
                              "  onset evidence clearance --evidence my_tables   # the library's tables and your own\n",
           .min_args = 0,
           .max_args = -1,
           .options  = options,
           .run      = run,
};
