/* Runs the annotated language files of a folder: run_cases FOLDER (FILE ...). Prints TAP, one line a file.
 *
 * Each .onset file says in comments what is to be found in it:
 *     x = clearence        # expect error: unknown name 'clearence'
 *     y = a + b * c        # expect tree: (+ a (* b c))
 * `error` and `warning` want a diagnostic on that line whose message or hint holds the text; `error @8` wants it at column 8;
 * `error -1` on the line before, `error +2` two lines after. Every diagnostic must be expected. `tree` is the syntax tree of the
 * expression of the statement that starts on that line. A file without expectations must be clean. */
#include "base/text.h"
#include "diagnose.h"
#include "lang/lang.h"
#include "print.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

typedef struct {
    const char *word;   /* "error", "warning", "tree" */
    int         line;   /* where it is wanted */
    int         column; /* 0: any */
    const char *text;
    bool        met;
} expectation;

typedef struct {
    onset_arena        *arena;
    const char         *path;
    const onset_source *source;
    onset_diagnostics   diagnostics;
    onset_file         *file;
    ONSET_VEC(expectation) wanted;
    onset_text complaints;
} test_case;

/* ---- What is wanted ---- */

static const char *trimmed(onset_arena *arena, const char *from, const char *to)
{
    while (from < to && *from == ' ') from++;
    while (to > from && (to[-1] == ' ' || to[-1] == '\t')) to--;
    return onset_arena_copy(arena, from, (size_t)(to - from));
}

/* At the text after "# expect ". */
static void read_expectation(test_case *test, const char *at, const char *end, int line)
{
    expectation       e     = {.line = line};
    const char *const colon = memchr(at, ':', (size_t)(end - at));
    char              word[16];
    int               n = 0;

    if (!colon || sscanf(at, "%15[a-z]%n", word, &n) != 1) {
        onset_text_printf(&test->complaints, "# %s:%d: not an expectation\n", test->path, line);
        return;
    }
    e.word = onset_arena_copy(test->arena, word, strlen(word));
    for (const char *s = at + n; s < colon; s++) {
        if (*s == '@') e.column = atoi(s + 1);
        if (*s == '+' || *s == '-') e.line += atoi(s);
    }
    e.text = trimmed(test->arena, colon + 1, end);
    onset_vec_push(test->arena, &test->wanted, e);
}

static void read_expectations(test_case *test)
{
    static const char mark[] = "# expect ";
    const char       *line   = test->source->text;

    for (int number = 1; *line; number++) {
        const char *const end = line + strcspn(line, "\n");
        const char       *at  = strstr(line, mark);
        while (at && at < end) {
            const char *next = strstr(at + 1, mark);
            const char *stop = next && next < end ? next : end;
            read_expectation(test, at + strlen(mark), stop, number);
            at = next;
        }
        line = *end ? end + 1 : end;
    }
}

/* ---- What is found ---- */

static void match_diagnostic(test_case *test, const onset_diagnostic *d)
{
    const char *const word = d->severity == ONSET_ERROR ? "error" : "warning";
    const char *const all  = onset_arena_printf(test->arena, "%s (%s)", d->message, d->hint ? d->hint : "");

    for (int i = 0; i < test->wanted.n; i++) {
        expectation *const e = &test->wanted.items[i];
        if (e->met || strcmp(e->word, word) != 0 || e->line != d->place.line || !strstr(all, e->text)) continue;
        if (e->column && e->column != d->place.column) continue;
        e->met = true;
        return;
    }
    onset_text_printf(&test->complaints, "# %s:%d:%d: unexpected %s: %s\n", test->path, d->place.line, d->place.column, word, all);
}

static void match_trees(test_case *test, const onset_decls *decls)
{
    for (int i = 0; i < decls->n; i++) {
        const onset_decl *const d    = decls->items[i];
        onset_text              tree = {0};
        match_trees(test, &d->body);
        if (!d->value) continue;
        onset_print_expr(d->value, &tree);
        for (int k = 0; k < test->wanted.n; k++) {
            expectation *const e = &test->wanted.items[k];
            if (strcmp(e->word, "tree") != 0 || e->line != d->place.line) continue;
            if (strcmp(e->text, tree.s) != 0) {
                onset_text_printf(&test->complaints, "# %s:%d: the tree is %s\n", test->path, e->line, tree.s);
                continue;
            }
            e->met = true;
        }
        onset_text_free(&tree);
    }
}

static void judge(void *context)
{
    test_case *const test = context;

    read_expectations(test);
    test->file = onset_parse(test->arena, test->source, &(onset_diagnostics){.arena = test->arena});
    onset_test_diagnose(test->arena, test->source, &test->diagnostics);
    for (int i = 0; i < test->diagnostics.list.n; i++) match_diagnostic(test, &test->diagnostics.list.items[i]);
    for (int i = 0; i < test->file->blocks.n; i++) match_trees(test, &test->file->blocks.items[i]->decls);
    for (int i = 0; i < test->wanted.n; i++) {
        const expectation *const e = &test->wanted.items[i];
        if (!e->met) onset_text_printf(&test->complaints, "# %s:%d: missing %s: %s\n", test->path, e->line, e->word, e->text);
    }
}

/* ---- Files ---- */

static bool run_case(const char *path, int number)
{
    test_case   test = {.arena = onset_arena_create(), .path = path};
    onset_error err  = {0};
    bool        passed;

    if (!test.arena) return false;
    test.diagnostics.arena = test.arena;
    onset_source *source   = NULL;
    if (onset_source_read(&err, test.arena, path, &source) != ONSET_OK)
        onset_text_printf(&test.complaints, "# %s\n", err.message);
    else {
        test.source = source;
        if (!onset_arena_run(test.arena, judge, &test)) onset_text_add(&test.complaints, "# out of memory\n");
    }
    passed = test.complaints.n == 0;
    printf("%s %d - %s\n%s", passed ? "ok" : "not ok", number, path, passed ? "" : test.complaints.s);
    onset_text_free(&test.complaints);
    onset_arena_free(test.arena);
    return passed;
}

static int is_case(const struct dirent *entry)
{
    const size_t n = strlen(entry->d_name);

    return n > 6 && strcmp(entry->d_name + n - 6, ".onset") == 0;
}

int main(int argc, char **argv)
{
    struct dirent **entries;
    int             n_failed = 0, n = 0;

    if (argc < 2) return fputs("usage: run_cases FOLDER (FILE ...)\n", stderr), 2;
    for (int i = 2; i < argc; i++) n_failed += !run_case(argv[i], ++n);
    if (argc == 2) {
        const int n_entries = scandir(argv[1], &entries, is_case, alphasort);
        for (int i = 0; i < n_entries; i++) {
            onset_text path = {0};
            onset_text_printf(&path, "%s/%s", argv[1], entries[i]->d_name);
            n_failed += !run_case(path.s, ++n);
            onset_text_free(&path);
            free(entries[i]);
        }
        if (n_entries >= 0) free(entries);
    }
    printf("1..%d\n# %d passed, %d failed\n", n, n - n_failed, n_failed);
    return n == 0 || n_failed > 0;
}
