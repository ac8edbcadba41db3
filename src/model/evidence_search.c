/* Searching the evidence tables by key or by words. */
#include "base/error.h"
#include "model/library_private.h"

#include <strings.h>

typedef struct {
    onset_error            *err;
    onset_library          *library;
    onset_arena            *scratch; /* what lives no longer than the search */
    const char             *words, *table;
    onset_evidence_callback callback;
    void                   *ctx;
    onset_status            status;
} search_call;

static onset_texts split(onset_arena *arena, const char *text)
{
    static const char spaces[] = " \t\r\n";
    onset_texts       words    = {0};

    for (text += strspn(text, spaces); *text; text += strspn(text, spaces)) {
        const size_t n    = strcspn(text, spaces);
        const char  *word = onset_arena_copy(arena, text, n);

        onset_vec_push(arena, &words, word);
        text += n;
    }
    return words;
}

static bool has_word(const onset_texts *fields, const char *word)
{
    for (int i = 0; i < fields->n; i++)
        if (strcasestr(fields->items[i], word)) return true;
    return false;
}

static bool has_all(const onset_texts *fields, const onset_texts *words)
{
    for (int i = 0; i < words->n; i++)
        if (!has_word(fields, words->items[i])) return false;
    return true;
}

typedef int (*comparison)(const char *a, const char *b);

/* How the one word is to be compared with keys: as it stands, else whatever the case; NULL where it is no key. */
static comparison by_key(const onset_library *l, const onset_texts *words, const char *table)
{
    const comparison ways[] = {strcmp, strcasecmp};

    for (int k = 0; words->n == 1 && k < 2; k++)
        for (int i = 0; i < l->evidence.n; i++) {
            const onset_evidence_row *r = &l->evidence.items[i];

            if (ways[k](r->row.key, words->items[0]) == 0 && (!table || strcmp(r->table->name, table) == 0)) return ways[k];
        }
    return NULL;
}

static const char *field(const onset_texts *fields, int column)
{
    return column < 0 || column >= fields->n ? "" : fields->items[column];
}

static bool give(const search_call *c, const onset_evidence_row *r, onset_texts *fields)
{
    const onset_evidence_table *t = r->table;

    while (fields->n < t->columns.n) onset_vec_push(c->scratch, fields, "");
    return c->callback(c->ctx, &(onset_evidence_info){.key       = r->row.key,
                                                      .table     = t->name,
                                                      .path      = t->source.path,
                                                      .line      = r->row.line,
                                                      .n_columns = t->columns.n,
                                                      .columns   = t->columns.items,
                                                      .fields    = fields->items,
                                                      .source    = field(fields, t->source_column),
                                                      .seen      = field(fields, t->seen_column)});
}

static bool holds(const onset_texts *texts, const char *text)
{
    for (int i = 0; i < texts->n; i++)
        if (strcmp(texts->items[i], text) == 0) return true;
    return false;
}

static onset_status check_table(const search_call *c)
{
    onset_library *l     = c->library;
    const char    *names = "";
    onset_texts    known = {0};

    if (!l->tables.n)
        return onset_fail(c->err, ONSET_NO_FILE, "there are no evidence tables in '%s/evidence', and no folder of them was given",
                          l->shipped);
    for (int i = 0; i < l->tables.n; i++) {
        if (l->tables.items[i]->key_column < 0) continue;
        if (!c->table || strcmp(l->tables.items[i]->name, c->table) == 0) return ONSET_OK;
        if (holds(&known, l->tables.items[i]->name)) continue;
        names = onset_arena_printf(c->scratch, "%s%s%s", names, *names ? ", " : "", l->tables.items[i]->name);
        onset_vec_push(c->scratch, &known, l->tables.items[i]->name);
    }
    return onset_fail(c->err, ONSET_BAD_INPUT, "there is no evidence table '%s'; there are %s", c->table ? c->table : "", names);
}

static void search_body(void *ctx)
{
    search_call      *c     = ctx;
    onset_library    *l     = c->library;
    const onset_texts words = split(c->scratch, c->words ? c->words : "");
    comparison        same;

    c->status = check_table(c);
    if (c->status != ONSET_OK) return;
    same = by_key(l, &words, c->table);
    for (int i = 0; i < l->evidence.n; i++) {
        const onset_evidence_row *r = &l->evidence.items[i];
        onset_texts               fields;

        if (c->table && strcmp(r->table->name, c->table) != 0) continue;
        if (same && same(r->row.key, words.items[0]) != 0) continue;
        fields = onset_evidence_fields(c->scratch, r->record);
        if ((same || has_all(&fields, &words)) && !give(c, r, &fields)) return;
    }
}

static void read_body(void *ctx)
{
    onset_evidence_read_all(ctx, NULL);
}

onset_status onset_library_search_evidence(onset_error *err, onset_library *library, const char *words, const char *table,
                                           onset_evidence_callback callback, void *ctx)
{
    search_call c = {err, library, onset_arena_create(), words, table, callback, ctx, ONSET_OK};

    if (!c.scratch || !onset_arena_run(library->arena, read_body, library) || !onset_arena_run(c.scratch, search_body, &c))
        c.status = onset_fail(err, ONSET_NO_MEMORY, "no memory for a search of the evidence");
    onset_arena_free(c.scratch);
    return c.status;
}
