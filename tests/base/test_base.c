/* Arena, names, text, errors. */
#include "base/arena.h"
#include "base/error.h"
#include "base/names.h"
#include "base/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- Arena ---- */

static void memory_is_zeroed_and_aligned(void **state)
{
    onset_arena *arena = onset_arena_create();

    (void)state;
    for (size_t size = 0; size < 300; size += 7) {
        unsigned char *const p = onset_arena_alloc(arena, size);
        assert_non_null(p);
        assert_int_equal((uintptr_t)p % _Alignof(max_align_t), 0);
        for (size_t i = 0; i < size; i++) assert_int_equal(p[i], 0);
        memset(p, 0xFF, size);
    }
    onset_arena_free(arena);
}

static void pieces_larger_than_a_chunk_fit(void **state)
{
    onset_arena *arena = onset_arena_create();
    char        *small = onset_arena_copy(arena, "abc", 3);
    char        *large = onset_arena_alloc(arena, 10 << 20);

    (void)state;
    memset(large, 1, 10 << 20);
    assert_string_equal(small, "abc");
    onset_arena_free(arena);
}

typedef struct {
    onset_arena *arena;
    bool         inner_done, after_inner, outer_end;
} unwinding;

static void take_too_much(void *context)
{
    unwinding *const u = context;

    onset_arena_alloc(u->arena, SIZE_MAX - 8);
    u->inner_done = true;
}

static void run_inner(void *context)
{
    unwinding *const u = context;

    u->after_inner = !onset_arena_run(u->arena, take_too_much, u);
    onset_arena_alloc(u->arena, SIZE_MAX - 100);
    u->outer_end = true;
}

static void running_out_unwinds_to_the_nearest_run(void **state)
{
    unwinding u = {.arena = onset_arena_create()};

    (void)state;
    assert_false(onset_arena_run(u.arena, run_inner, &u));
    assert_false(u.inner_done);
    assert_true(u.after_inner);
    assert_false(u.outer_end);
    assert_null(onset_arena_alloc(u.arena, SIZE_MAX - 8)); /* outside: NULL, no jump */
    assert_non_null(onset_arena_alloc(u.arena, 8));
    onset_arena_free(u.arena);
}

static void vectors_grow_and_keep_their_items(void **state)
{
    onset_arena *arena = onset_arena_create();
    ONSET_VEC(int) v   = {0};

    (void)state;
    for (int i = 0; i < 10000; i++) onset_vec_push(arena, &v, 3 * i);
    assert_int_equal(v.n, 10000);
    for (int i = 0; i < v.n; i++) assert_int_equal(v.items[i], 3 * i);
    onset_arena_free(arena);
}

static void formatted_texts_are_whole(void **state)
{
    onset_arena *arena = onset_arena_create();
    char        *text  = onset_arena_printf(arena, "%0300d|%s", 7, "end");

    (void)state;
    assert_int_equal(strlen(text), 304);
    assert_string_equal(text + 299, "7|end");
    onset_arena_free(arena);
}

/* ---- Names ---- */

static void names_are_found_and_replaced(void **state)
{
    onset_arena *arena = onset_arena_create();
    onset_names  map   = {0};

    (void)state;
    assert_int_equal(onset_names_find(&map, "a"), -1);
    for (int i = 0; i < 2000; i++) onset_names_put(arena, &map, onset_arena_printf(arena, "name%d", i), i);
    onset_names_put(arena, &map, "name7", 99);
    assert_int_equal(map.n, 2000);
    for (int i = 0; i < 2000; i++) {
        char name[32];
        snprintf(name, sizeof name, "name%d", i);
        assert_int_equal(onset_names_find(&map, name), i == 7 ? 99 : i);
    }
    assert_int_equal(onset_names_find(&map, "Name3"), -1);
    onset_arena_free(arena);
}

static void nearest_name_is_the_one_meant(void **state)
{
    static const char *const names[] = {"clearance", "CL", "weight", "ka", "volume", "brain"};
    static const struct {
        const char *written, *meant;
    } cases[] = {{"clearence", "clearance"},
                 {"claerance", "clearance"},
                 {"clearanc", "clearance"},
                 {"cl", "CL"},
                 {"wieght", "weight"},
                 {"Weight", "weight"},
                 {"brian", "brain"},
                 {"k", NULL},
                 {"volumes", "volume"},
                 {"kb", "ka"},
                 {"madrs", NULL},
                 {"xyz", NULL},
                 {"w", NULL},
                 {"", NULL}};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *const near = onset_nearest(cases[i].written, names, 6);
        if (!near != !cases[i].meant || (near && strcmp(near, cases[i].meant) != 0))
            fail_msg("'%s' gives '%s'", cases[i].written, near ? near : "nothing");
    }
    assert_null(onset_nearest("a", NULL, 0));
}

static void very_long_names_are_compared(void **state)
{
    char              long_name[300];
    const char *const names[] = {"short", long_name};

    (void)state;
    memset(long_name, 'a', sizeof long_name - 1);
    long_name[sizeof long_name - 1] = '\0';
    assert_string_equal(onset_nearest("shart", names, 2), "short");
    assert_non_null(onset_nearest(long_name, names, 2));
}

/* ---- Text ---- */

static void text_grows(void **state)
{
    onset_text text = {0};

    (void)state;
    for (int i = 0; i < 1000; i++) onset_text_printf(&text, "%d,", i % 10);
    onset_text_add(&text, "end");
    onset_text_add_n(&text, "xyz", 1);
    assert_int_equal(text.n, 2004);
    assert_string_equal(text.s + 1998, "9,endx");
    assert_false(text.failed);
    onset_text_free(&text);
    assert_null(text.s);
    onset_text_add(&text, "again");
    assert_string_equal(text.s, "again");
    onset_text_free(&text);
}

typedef struct {
    char folder[64], path[128];
} place;

static void make_place(place *p)
{
    snprintf(p->folder, sizeof p->folder, "%s", "/tmp/onset-test-XXXXXX");
    assert_non_null(mkdtemp(p->folder));
    snprintf(p->path, sizeof p->path, "%s/file", p->folder);
}

static void clear_place(place *p)
{
    chmod(p->folder, 0700);
    unlink(p->path);
    assert_int_equal(rmdir(p->folder), 0); /* also: nothing was left beside it */
}

static void files_are_written_and_read_back(void **state)
{
    static const char bytes[] = "one\0two\nthree";
    onset_error       err     = {0};
    place             p;
    char             *text = NULL;
    size_t            n    = 0;

    (void)state;
    make_place(&p);
    assert_int_equal(onset_file_write(&err, p.path, "older and longer than the next", 30), ONSET_OK);
    assert_int_equal(onset_file_write(&err, p.path, bytes, sizeof bytes), ONSET_OK);
    assert_int_equal(onset_file_read(&err, p.path, 100, &text, &n), ONSET_OK);
    assert_int_equal(n, sizeof bytes);
    assert_memory_equal(text, bytes, n);
    free(text);
    clear_place(&p);
}

static void files_have_a_largest_size(void **state)
{
    onset_error err  = {0};
    char       *text = NULL;
    size_t      n    = 0;
    place       p;

    (void)state;
    make_place(&p);
    assert_int_equal(onset_file_write(&err, p.path, "0123456789", 10), ONSET_OK);
    assert_int_equal(onset_file_read(&err, p.path, 10, &text, &n), ONSET_OK);
    free(text);
    text = NULL;
    assert_int_equal(onset_file_read(&err, p.path, 9, &text, &n), ONSET_BAD_INPUT);
    assert_null(text);
    clear_place(&p);
}

static void a_file_that_cannot_be_written_says_why(void **state)
{
    onset_error err = {0};

    (void)state;
    assert_int_equal(onset_file_write(&err, "/nonexistent/folder/file", "x", 1), ONSET_NO_OUTPUT);
    assert_string_equal(err.message, "cannot write '/nonexistent/folder/file': No such file or directory");
}

/* ---- Errors ---- */

static void the_first_failure_is_kept(void **state)
{
    onset_error err = {0};

    (void)state;
    assert_int_equal(onset_fail(&err, ONSET_BAD_INPUT, "row %d", 3), ONSET_BAD_INPUT);
    assert_int_equal(onset_fail(&err, ONSET_NO_FILE, "later"), ONSET_NO_FILE);
    assert_int_equal(err.status, ONSET_BAD_INPUT);
    assert_string_equal(err.message, "row 3");
    onset_error_clear(&err);
    assert_int_equal(err.status, ONSET_OK);
    assert_string_equal(err.message, "");
    assert_int_equal(onset_fail(NULL, ONSET_NO_FILE, "nobody listens"), ONSET_NO_FILE);
}

static void long_messages_are_cut_not_spilt(void **state)
{
    onset_error err = {0};

    (void)state;
    onset_fail(&err, ONSET_BAD_INPUT, "%05000d", 1);
    assert_int_equal(strlen(err.message), sizeof err.message - 1);
}

static void every_status_has_a_text(void **state)
{
    (void)state;
    for (int i = 0; i < ONSET_N_STATUS; i++) assert_true(strlen(onset_status_text((onset_status)i)) > 3);
    assert_string_equal(onset_status_text((onset_status)9999), "unknown status");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(memory_is_zeroed_and_aligned),
        cmocka_unit_test(pieces_larger_than_a_chunk_fit),
        cmocka_unit_test(running_out_unwinds_to_the_nearest_run),
        cmocka_unit_test(vectors_grow_and_keep_their_items),
        cmocka_unit_test(formatted_texts_are_whole),
        cmocka_unit_test(names_are_found_and_replaced),
        cmocka_unit_test(nearest_name_is_the_one_meant),
        cmocka_unit_test(very_long_names_are_compared),
        cmocka_unit_test(text_grows),
        cmocka_unit_test(files_are_written_and_read_back),
        cmocka_unit_test(files_have_a_largest_size),
        cmocka_unit_test(a_file_that_cannot_be_written_says_why),
        cmocka_unit_test(the_first_failure_is_kept),
        cmocka_unit_test(long_messages_are_cut_not_spilt),
        cmocka_unit_test(every_status_has_a_text),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
