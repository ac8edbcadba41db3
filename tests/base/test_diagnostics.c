/* How diagnostics look: order, source line, caret. */
#include "base/diagnostics.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

typedef struct {
    onset_arena      *arena;
    onset_diagnostics list;
} fixture;

static int set_up(void **state)
{
    static fixture f;

    f            = (fixture){.arena = onset_arena_create()};
    f.list.arena = f.arena;
    *state       = &f;
    return 0;
}

static int tear_down(void **state)
{
    onset_arena_free(((fixture *)*state)->arena);
    return 0;
}

static onset_source source_of(const char *path, const char *text)
{
    return (onset_source){path, text, strlen(text)};
}

static void assert_written(const onset_diagnostics *list, const char *expected)
{
    onset_text text = {0};

    onset_diagnostics_write(list, &text);
    assert_string_equal(text.s ? text.s : "", expected);
    onset_text_free(&text);
}

static void one_error(void **state)
{
    fixture           *f = *state;
    const onset_source s = source_of("m.onset", "module m\nd/dt(A) = -clearence / V * A\n");

    onset_error_at(&f->list, (onset_place){&s, 2, 12, 9}, "did you mean 'clearance'?", "unknown name '%s'", "clearence");
    assert_written(&f->list, "m.onset:2:12: error: unknown name 'clearence'\n"
                             "    2 | d/dt(A) = -clearence / V * A\n"
                             "      |            ^^^^^^^^^\n"
                             "      = did you mean 'clearance'?\n");
}

static void nothing_is_written_for_nothing(void **state)
{
    assert_written(&((fixture *)*state)->list, "");
}

static void they_come_sorted(void **state)
{
    fixture           *f = *state;
    const onset_source a = source_of("a.onset", "x\ny z\n"), b = source_of("b.onset", "x\n");

    onset_error_at(&f->list, (onset_place){&b, 1, 1, 1}, NULL, "fifth");
    onset_error_at(&f->list, (onset_place){&a, 2, 3, 1}, NULL, "fourth");
    onset_warning_at(&f->list, (onset_place){&a, 2, 1, 1}, NULL, "third");
    onset_error_at(&f->list, (onset_place){&a, 2, 1, 1}, NULL, "second");
    onset_error_at(&f->list, (onset_place){0}, "do this", "first");
    assert_int_equal(f->list.n_errors, 4);
    assert_int_equal(f->list.n_warnings, 1);
    assert_written(&f->list, "error: first\n"
                             "      = do this\n"
                             "a.onset:2:1: error: second\n    2 | y z\n      | ^\n"
                             "a.onset:2:1: warning: third\n    2 | y z\n      | ^\n"
                             "a.onset:2:3: error: fourth\n    2 | y z\n      |   ^\n"
                             "b.onset:1:1: error: fifth\n    1 | x\n      | ^\n");
}

static void the_same_twice_is_kept_once(void **state)
{
    fixture           *f = *state;
    const onset_source s = source_of("a", "x y\n");
    const onset_place  p = {&s, 1, 1, 1};

    onset_error_at(&f->list, p, NULL, "same");
    onset_error_at(&f->list, p, "another hint", "same");
    onset_warning_at(&f->list, p, NULL, "same");
    onset_error_at(&f->list, p, NULL, "other");
    onset_error_at(&f->list, (onset_place){&s, 1, 3, 1}, NULL, "same");
    assert_int_equal(f->list.list.n, 4);
    assert_int_equal(f->list.n_errors, 3);
    assert_int_equal(f->list.n_warnings, 1);
}

static void tabs_are_shown_as_blanks(void **state)
{
    fixture           *f = *state;
    const onset_source s = source_of("a", "\tx\ty\n");

    onset_error_at(&f->list, (onset_place){&s, 1, 4, 1}, NULL, "here");
    assert_written(&f->list, "a:1:4: error: here\n    1 |     x   y\n      |         ^\n");
}

static void characters_count_not_bytes(void **state)
{
    fixture           *f = *state;
    const onset_source s = source_of("a", "\xC3\xA4\xE2\x82\xAC x y\n");

    onset_error_at(&f->list, (onset_place){&s, 1, 4, 1}, NULL, "here");
    assert_written(&f->list, "a:1:4: error: here\n    1 | \xC3\xA4\xE2\x82\xAC x y\n      |    ^\n");
}

static void wide_characters_take_two_columns(void **state)
{
    fixture           *f = *state;
    const onset_source s = source_of("a", "\xE6\xBC\xA2\xE5\xAD\x97 x e\xCC\x81 y\n"); /* two Han characters; e and a combining accent */

    onset_error_at(&f->list, (onset_place){&s, 1, 1, 2}, NULL, "wide");
    onset_error_at(&f->list, (onset_place){&s, 1, 9, 1}, NULL, "after both");
    assert_written(&f->list, "a:1:1: error: wide\n    1 | \xE6\xBC\xA2\xE5\xAD\x97 x e\xCC\x81 y\n      | ^^^^\n"
                             "a:1:9: error: after both\n    1 | \xE6\xBC\xA2\xE5\xAD\x97 x e\xCC\x81 y\n      |          ^\n");
}

static void control_characters_do_not_reach_the_terminal(void **state)
{
    fixture           *f = *state;
    const onset_source s = source_of("a", "x\x1B[31m y\n");

    onset_error_at(&f->list, (onset_place){&s, 1, 2, 1}, NULL, "here");
    assert_written(&f->list, "a:1:2: error: here\n    1 | x?[31m y\n      |  ^\n");
}

static void places_at_and_after_the_end_of_a_line(void **state)
{
    fixture           *f = *state;
    const onset_source s = source_of("a", "xy\nz");

    onset_error_at(&f->list, (onset_place){&s, 1, 3, 1}, NULL, "at the end");
    onset_error_at(&f->list, (onset_place){&s, 2, 1, 50}, NULL, "too long");
    onset_error_at(&f->list, (onset_place){&s, 2, 2, 0}, NULL, "no length");
    assert_written(&f->list, "a:1:3: error: at the end\n    1 | xy\n      |   ^\n"
                             "a:2:1: error: too long\n    2 | z\n      | ^\n"
                             "a:2:2: error: no length\n    2 | z\n      |  ^\n");
}

static void a_line_that_is_not_there_is_left_out(void **state)
{
    fixture           *f = *state;
    const onset_source s = source_of("a", "xy\n");

    onset_error_at(&f->list, (onset_place){&s, 9, 1, 1}, NULL, "beyond");
    assert_written(&f->list, "a:9:1: error: beyond\n");
}

static void long_lines_are_cut_around_the_place(void **state)
{
    fixture   *f = *state;
    char       line[2001];
    onset_text text = {0};

    memset(line, 'a', 2000);
    line[2000]           = '\0';
    line[999]            = 'X';
    const onset_source s = source_of("a", line);
    onset_error_at(&f->list, (onset_place){&s, 1, 1000, 1}, NULL, "here");
    onset_diagnostics_write(&f->list, &text);
    const char *const shown = strchr(text.s, '|'), *const caret = strchr(text.s, '^');
    const char *const under = strchr(shown + 1, '|');
    assert_true(strlen(text.s) < 500);
    assert_int_equal(shown[caret - under], 'X'); /* the caret stands under the X */
    onset_text_free(&text);
}

static void long_messages_are_whole(void **state)
{
    fixture   *f    = *state;
    onset_text text = {0};

    onset_error_at(&f->list, (onset_place){0}, NULL, "%0400d", 7);
    onset_diagnostics_write(&f->list, &text);
    assert_int_equal(text.n, strlen("error: ") + 400 + 1);
    onset_text_free(&text);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(one_error),
        TEST(nothing_is_written_for_nothing),
        TEST(they_come_sorted),
        TEST(the_same_twice_is_kept_once),
        TEST(tabs_are_shown_as_blanks),
        TEST(characters_count_not_bytes),
        TEST(wide_characters_take_two_columns),
        TEST(control_characters_do_not_reach_the_terminal),
        TEST(places_at_and_after_the_end_of_a_line),
        TEST(a_line_that_is_not_there_is_left_out),
        TEST(long_lines_are_cut_around_the_place),
        TEST(long_messages_are_whole),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
