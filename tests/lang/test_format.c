/* What the formatter makes of a text. That it keeps words and comments and is idempotent is tested over every file by tests/fuzz. */
#include "base/text.h"
#include "lang/lang.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

typedef struct {
    const char *before, *after;
} pair;

static onset_status format(const char *text, onset_text *out, onset_error *err)
{
    onset_arena *const arena  = onset_arena_create();
    onset_source      *source = NULL;
    onset_status       status = onset_source_from_text(err, arena, "t.onset", text, strlen(text), &source);

    if (status == ONSET_OK) status = onset_format(err, source, out);
    onset_arena_free(arena);
    return status;
}

static void check(const pair *pairs, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        onset_text  once = {0}, twice = {0};
        onset_error err = {0};
        if (format(pairs[i].before, &once, &err) != ONSET_OK) fail_msg("%s", err.message);
        assert_string_equal(once.s ? once.s : "", pairs[i].after);
        assert_int_equal(format(pairs[i].after, &twice, &err), ONSET_OK);
        assert_string_equal(twice.s ? twice.s : "", pairs[i].after);
        onset_text_free(&once);
        onset_text_free(&twice);
    }
}
#define CHECK(...)                                                                                                                         \
    do {                                                                                                                                   \
        static const pair pairs[] = {__VA_ARGS__};                                                                                         \
        check(pairs, sizeof pairs / sizeof *pairs);                                                                                        \
    } while (0)

static void operators_stand_between_blanks(void **state)
{
    (void)state;
    CHECK({"module m\nx=a+b*c-d/e\n", "module m\nx = a + b * c - d / e\n"}, {"module m\nx=-a*-b\n", "module m\nx = -a * -b\n"},
          {"module m\nx = a ^ 2 ^ - b\n", "module m\nx = a^2^-b\n"},
          {"module m\nx=a<b and not(c>=d)\n", "module m\nx = a < b and not (c >= d)\n"},
          {"module m\nx = if(a)then -1 else(b)\n", "module m\nx = if (a) then -1 else (b)\n"});
}

static void calls_and_parentheses_are_tight(void **state)
{
    (void)state;
    CHECK({"module m\nx = max ( a ,b,c )\n", "module m\nx = max(a, b, c)\n"}, {"module m\nx = ( ( a ) )\n", "module m\nx = ((a))\n"},
          {"module m\nd / dt ( a )=-k*a\n", "module m\nd/dt(a) = -k * a\n"},
          {"module m\nparam a=1 scale(w)^2\n", "module m\nparam a = 1 scale (w)^2\n"},
          {"module m\nroute d iv into a f(1-g)*f\n", "module m\nroute d iv into a f (1 - g) * f\n"});
}

static void numbers_units_and_ranges(void **state)
{
    (void)state;
    CHECK({"module m\nparam a = 20 % [ mg/h ] in - 5 .. 5\n", "module m\nparam a = 20% [mg/h] in -5..5\n"},
          {"module m\nparam a = 1 in 0 .. from K-3 \"n\"\n", "module m\nparam a = 1 in 0.. from K-3 \"n\"\n"},
          {"module m\nparam a = 1 in ..  5\n", "module m\nparam a = 1 in ..5\n"},
          {"study s\ntrace 0 .. 4 by 0.1[h],0..28 by 0.5 [d]\n", "study s\ntrace 0..4 by 0.1 [h], 0..28 by 0.5 [d]\n"});
}

static void neighbours_line_up(void **state)
{
    (void)state;
    CHECK({"module m\nparam a = 1 [mg/h] iiv 3% from K\nparam long_name = 20 [h] assumed \"w\"\nparam c = 3 in 0..5\n",
           "module m\n"
           "param a         = 1 [mg/h] iiv 3% from K\n"
           "param long_name = 20 [h]          assumed \"w\"\n"
           "param c         = 3        in 0..5\n"},
          {"module m\na=1 # x\nlong=2 # y\n\nb=1\nstate c=0\n", "module m\na    = 1  # x\nlong = 2  # y\n\nb = 1\nstate c = 0\n"},
          {"module m\ninput a [mg] = 1 \"x\"\ninput bcd [h] \"y\"\n", "module m\ninput a   [mg] = 1 \"x\"\ninput bcd [h]      \"y\"\n"});
}

static void one_wide_line_does_not_push_the_others(void **state)
{
    (void)state;
    CHECK({"module m\na = 1 \"x\"\nb = 1 + 2 + 3 + 4 + 5 + 6 + 7 + 8 + 9 + 10 + 11 + 12 + 13 \"y\"\nc = 33 \"z\"\n",
           "module m\na = 1  \"x\"\nb = 1 + 2 + 3 + 4 + 5 + 6 + 7 + 8 + 9 + 10 + 11 + 12 + 13 \"y\"\nc = 33 \"z\"\n"});
}

static void lines_go_on_six_in(void **state)
{
    (void)state;
    CHECK({"module m\nparam a = 1\n  iiv 3%\n    from K\n", "module m\nparam a = 1\n      iiv 3%\n      from K\n"},
          {"module m\nx = a +\nb\n", "module m\nx = a +\n      b\n"},
          {"module m\nx = if a\n then b\n else c\ny = 1\n", "module m\nx = if a\n      then b\n      else c\ny = 1\n"});
}

static void comments_and_empty_lines_are_kept(void **state)
{
    (void)state;
    CHECK({"\n\n# a\n\n\n\n#b   \nmodule m # c\n\n\nx = 1\n\n", "# a\n\n#b\nmodule m  # c\n\nx = 1\n"},
          {"module m\nx = a + # c\n  # d\n b\n", "module m\nx = a +  # c\n      # d\n      b\n"}, {"# only\n", "# only\n"}, {"", ""},
          {"\n\n", ""});
}

static void blocks_stand_apart(void **state)
{
    (void)state;
    CHECK({"module a\nx = 1\n# of b\n# and more\nmodule b\nmodel c\n", "module a\nx = 1\n\n# of b\n# and more\nmodule b\n\nmodel c\n"},
          {"# licence\n\n# of a\nmodule a\n", "# licence\n\n# of a\nmodule a\n"});
}

static void braces_on_one_line_stay_there(void **state)
{
    (void)state;
    CHECK({"study s\narm a{}\narm b {dose x 5[mg] iv at 0;dose y 5 [mg] iv at 0;}\n",
           "study s\narm a { }\narm b { dose x 5 [mg] iv at 0; dose y 5 [mg] iv at 0 }\n"},
          {"study s\narm a { }; arm b { }\n", "study s\narm a { }; arm b { }\n"},
          {"module m\ncovariate s = a { a , b }\n", "module m\ncovariate s = a {a, b}\n"});
}

static void bodies_are_indented(void **state)
{
    (void)state;
    CHECK({"study s\narm a\n{ # c\n\n      dose x 5 [mg] iv at 0\n# d\n\n}\nvisit 0\n",
           "study s\narm a {  # c\n  dose x 5 [mg] iv at 0\n  # d\n}\nvisit 0\n"},
          {"study s\npopulation p { subjects 3\nabc ~ normal(0,1)\nx~poisson(2) }\n",
           "study s\npopulation p {\n  subjects 3\n  abc ~ normal(0, 1)\n  x   ~ poisson(2)\n}\n"});
}

static void doses_line_up(void **state)
{
    (void)state;
    CHECK({"study s\narm a {\ndose abc 5 [mg] oral every 1 [d]\ndose abc 100 [mg] iv over 40 [min] at 0\n}\n",
           "study s\narm a {\n  dose abc 5 [mg]   oral             every 1 [d]\n  dose abc 100 [mg] iv over 40 [min] at 0\n}\n"});
}

static void a_text_with_errors_is_refused(void **state)
{
    onset_text  out = {0};
    onset_error err = {0};

    (void)state;
    assert_int_equal(format("module m\nx = \ny = \n", &out, &err), ONSET_BAD_INPUT);
    assert_string_equal(err.message, "'t.onset' has 2 errors and is not formatted; `onset check` lists them");
    assert_null(out.s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(operators_stand_between_blanks),
        cmocka_unit_test(calls_and_parentheses_are_tight),
        cmocka_unit_test(numbers_units_and_ranges),
        cmocka_unit_test(neighbours_line_up),
        cmocka_unit_test(one_wide_line_does_not_push_the_others),
        cmocka_unit_test(lines_go_on_six_in),
        cmocka_unit_test(comments_and_empty_lines_are_kept),
        cmocka_unit_test(blocks_stand_apart),
        cmocka_unit_test(braces_on_one_line_stay_there),
        cmocka_unit_test(bodies_are_indented),
        cmocka_unit_test(doses_line_up),
        cmocka_unit_test(a_text_with_errors_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
