/* The checkers survive any text: the cases of this folder, with words and lines dropped, doubled and swapped. What they say does not matter;
 * that they come back does (under the sanitizers above all). run: test_mutations FOLDER (ROUNDS (SEED)) */
#include "../lang/diagnose.h"

#include "base/text.h"
#include "lang/lang.h"
#include "population/population.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

enum { MAX_WORDS = 4000 };

typedef struct {
    const char *s;
    size_t      n;
} piece;

typedef struct {
    piece items[MAX_WORDS];
    int   n;
} pieces;

/* Words, numbers, marks and blanks, one after the other. */
static void cut(const char *text, pieces *out)
{
    static const char word[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.";

    out->n = 0;
    while (*text && out->n < MAX_WORDS) {
        const size_t n       = strspn(text, word);
        out->items[out->n++] = (piece){text, n > 0 ? n : 1};
        text += n > 0 ? n : 1;
    }
}

static int below(onset_stream *stream, int n)
{
    return (int)(onset_stream_uniform(stream) * n);
}

static void mutate(onset_stream *stream, pieces *p, const pieces *other)
{
    const int at = below(stream, p->n), from = below(stream, p->n);

    switch (below(stream, 4)) {
    case 0: /* drop */
        memmove(&p->items[at], &p->items[at + 1], (size_t)(p->n - at - 1) * sizeof *p->items);
        p->n--;
        break;
    case 1: /* swap */ {
        const piece kept = p->items[at];
        p->items[at]     = p->items[from];
        p->items[from]   = kept;
        break;
    }
    case 2: /* another's word */
        p->items[at] = other->items[below(stream, other->n)];
        break;
    default: /* the same word in another place */
        p->items[at] = p->items[from];
    }
}

typedef struct {
    onset_arena       *arena;
    const char        *path;
    const onset_text  *text;
    onset_diagnostics *found;
} checking;

static void check(void *ctx)
{
    const checking *c      = ctx;
    onset_source   *source = NULL;
    onset_error     err    = {0};

    if (onset_source_from_text(&err, c->arena, c->path, c->text->s, c->text->n, &source) == ONSET_OK)
        onset_test_diagnose(c->arena, source, c->found);
}

/* One mutated text, checked. */
static void try_text(const char *path, const pieces *p)
{
    onset_arena      *arena = onset_arena_create();
    onset_text        text  = {0};
    onset_diagnostics found = {.arena = arena};
    checking          c     = {arena, path, &text, &found};

    for (int i = 0; i < p->n; i++) onset_text_add_n(&text, p->items[i].s, p->items[i].n);
    if (text.s && !onset_arena_run(arena, check, &c)) fputs("# out of memory\n", stderr);
    onset_text_free(&text);
    onset_arena_free(arena);
}

static int is_case(const struct dirent *entry)
{
    const size_t n = strlen(entry->d_name);

    return n > 6 && strcmp(entry->d_name + n - 6, ".onset") == 0;
}

int main(int argc, char **argv)
{
    struct dirent **entries = NULL;
    const int       n       = argc > 1 ? scandir(argv[1], &entries, is_case, alphasort) : -1;
    const int       rounds  = argc > 2 ? atoi(argv[2]) : 300;
    onset_stream    stream  = onset_stream_start(argc > 3 ? (uint64_t)atoll(argv[3]) : 1, 1, onset_purpose("mutations"));
    char          **texts   = n > 0 ? calloc((size_t)n, sizeof *texts) : NULL;
    char          **paths   = n > 0 ? calloc((size_t)n, sizeof *paths) : NULL;
    static pieces   one, other;

    if (!texts || !paths) return fputs("usage: test_mutations FOLDER (ROUNDS (SEED))\n", stderr), 2;
    for (int i = 0; i < n; i++) {
        onset_error err  = {0};
        onset_text  path = {0};
        size_t      size;
        onset_text_printf(&path, "%s/%s", argv[1], entries[i]->d_name);
        paths[i] = path.s;
        if (onset_file_read(&err, path.s, 1 << 20, &texts[i], &size) != ONSET_OK) return fprintf(stderr, "%s\n", err.message), 1;
        free(entries[i]);
    }
    for (int k = 0; k < rounds; k++) {
        const int i = below(&stream, n), changes = 1 + below(&stream, 6);
        cut(texts[i], &one);
        cut(texts[below(&stream, n)], &other);
        for (int j = 0; j < changes && one.n > 1; j++) mutate(&stream, &one, &other);
        try_text(paths[i], &one);
    }
    for (int i = 0; i < n; i++) {
        free(texts[i]);
        free(paths[i]);
    }
    free(texts);
    free(paths);
    free(entries);
    printf("%d mutated texts checked\n", rounds);
    return 0;
}
