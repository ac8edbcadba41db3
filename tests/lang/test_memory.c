/* What happens when memory runs out: the nth allocation fails, for every n. The linker sends calloc, malloc and realloc here. */
#include "base/text.h"
#include "lang/lang.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>

/* Names given by the linker's --wrap. NOLINTBEGIN(bugprone-reserved-identifier) */
void *__real_calloc(size_t n, size_t size);
void *__real_malloc(size_t size);
void *__real_realloc(void *p, size_t size);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_realloc(void *p, size_t size);
/* NOLINTEND(bugprone-reserved-identifier) */

static long allocations_left = -1; /* -1: no end */

static bool may_allocate(void)
{
    if (allocations_left < 0) return true;
    if (allocations_left == 0) return false;
    allocations_left--;
    return true;
}

void *__wrap_calloc(size_t n, size_t size)
{
    return may_allocate() ? __real_calloc(n, size) : NULL;
}

void *__wrap_malloc(size_t size)
{
    return may_allocate() ? __real_malloc(size) : NULL;
}

void *__wrap_realloc(void *p, size_t size)
{
    return may_allocate() ? __real_realloc(p, size) : NULL;
}

typedef struct {
    onset_arena        *arena;
    const onset_source *source;
    onset_diagnostics   all;
    bool                parsed;
} job;

static void parse(void *context)
{
    job *const j = context;

    onset_parse(j->arena, j->source, &j->all);
    j->parsed = true;
}

/* Reads, parses and formats; true when all of it went well. */
static bool work(const char *text, size_t n, onset_text *formatted)
{
    onset_error   err    = {0};
    onset_source *source = NULL;
    job           j      = {.arena = onset_arena_create()};
    bool          good   = false;

    if (!j.arena) return false;
    j.all.arena = j.arena;
    if (onset_source_from_text(&err, j.arena, "t.onset", text, n, &source) == ONSET_OK) {
        j.source = source;
        if (onset_arena_run(j.arena, parse, &j)) {
            const onset_status status = onset_format(&err, source, formatted);
            assert_true(j.parsed);
            assert_int_equal(j.all.n_errors, 0);
            assert_true(status == ONSET_OK || status == ONSET_NO_MEMORY);
            good = status == ONSET_OK;
        } else {
            assert_false(j.parsed);
        }
    } else {
        assert_int_equal(err.status, ONSET_NO_MEMORY);
    }
    onset_arena_free(j.arena);
    return good;
}

static void every_allocation_may_fail(void **state)
{
    onset_text text = {0}, formatted = {0};
    long       n = 0;

    (void)state;
    onset_text_add(&text, "module m\n");
    for (int i = 0; i < 500; i++)
        onset_text_printf(&text, "param p%d = %d [mg] iiv 20%% assumed \"why\"\nx%d = p%d * (1 + exp(-time))\n", i, i, i, i);
    for (bool done = false; !done; n++) {
        allocations_left = n;
        done             = work(text.s, text.n, &formatted);
        allocations_left = -1;
        if (!done) onset_text_free(&formatted);
    }
    assert_true(n > 10);                      /* it did fail that often before */
    assert_string_equal(formatted.s, text.s); /* it was in form already */
    onset_text_free(&formatted);
    onset_text_free(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_allocation_may_fail)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
