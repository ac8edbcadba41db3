/* Patterns and sums against what they must give. */
#include "validate/words.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void near(double x, double expected, double tolerance)
{
    if (fabs(x - expected) > tolerance || isnan(x)) fail_msg("%.12g, not %.12g", x, expected);
}

static void a_range_is_its_middle(void **state)
{
    (void)state;
    near(onset_amount("56"), 56, 0);
    near(onset_amount("28-84"), 56, 0);
    near(onset_amount("28 \xe2\x80\x93 84 mg"), 56, 0);
    near(onset_amount("10 mg to 20 mg"), 15, 0);
    near(onset_amount("56 or 84"), 70, 0);
    near(onset_amount("0.5 mg/kg"), 0.5, 0);
    near(onset_amount("fluoxetine 20"), 20, 0);
    assert_true(isnan(onset_amount("flexible")));
}

static void a_word_ends_where_letters_and_digits_do(void **state)
{
    (void)state;
    assert_true(onset_has_word("Ketamine nasal spray", "ketamine"));
    assert_true(onset_has_word("esketamine, then ketamine+x", "ketamine"));
    assert_false(onset_has_word("esketamine", "ketamine"));
    assert_false(onset_has_word("CBT2", "cbt"));
    assert_false(onset_has_word("anything", ""));
}

static void a_pattern_picks_out_numbers(void **state)
{
    onset_word_list w = {0};

    (void)state;
    assert_true(onset_pattern_fits("mg/kg total: {a} then {b} then {c} mg/kg/h, {t} min each",
                                   "mg/kg total: 0.28 then 0.57 then 1.14 mg/kg/h, 60 min each", &w));
    near(onset_words_number(&w, "a"), 0.28, 1e-12);
    near(onset_words_number(&w, "b + c"), 1.71, 1e-12);
    near(onset_words_number(&w, "(a + 2 * b) / t - 1"), (0.28 + 1.14) / 60 - 1, 1e-12);
    assert_true(isnan(onset_words_number(&w, "a + nothing")));
    assert_true(isnan(onset_words_number(&w, "a +")));
    assert_true(isnan(onset_words_number(&w, "(a")));
    assert_true(isnan(onset_words_number(&w, "")));
}

static void a_pattern_fits_the_whole_text(void **state)
{
    onset_word_list w = {0};

    (void)state;
    assert_true(onset_pattern_fits("AUC*0-{t}*", "auc0-24_model_based", &w));
    near(onset_words_number(&w, "t"), 24, 0);
    assert_true(onset_pattern_fits("Tmax*", "Tmax", &w));
    assert_false(onset_pattern_fits("mg", "mg/kg", &w));
    assert_false(onset_pattern_fits("mg/kg", "mg", &w));
    assert_false(onset_pattern_fits("{t} h", "t h", &w));
    assert_int_equal(w.n, 1); /* what does not fit leaves nothing behind */
}

static void a_part_is_found_at_the_ends_of_words(void **state)
{
    onset_word_list w = {0};
    size_t          from, to;

    (void)state;
    assert_false(onset_pattern_find("men", "healthy women", &w, &from, &to));
    assert_true(onset_pattern_find("men", "women and men", &w, &from, &to));
    assert_int_equal(from, 10);
    assert_int_equal(to, 13);
    assert_true(onset_pattern_find("{a}-{b} y", "children 2-9 y, halothane", &w, &from, &to));
    near(onset_words_number(&w, "(a + b) / 2"), 5.5, 1e-12);
    assert_false(onset_pattern_find("{a} y", "12.5 years", &w, &from, &to));
}

static void a_text_is_filled_in(void **state)
{
    onset_arena    *arena = onset_arena_create();
    onset_word_list w     = {0};

    (void)state;
    onset_words_add(&w, "dose", 3);
    onset_words_add(&w, "over", NAN);
    onset_words_add_text(&w, "drug", "x");
    assert_string_equal(onset_words_fill(arena, &w, "dose {drug} {dose / 2} [mg] at 0 [h]"), "dose x 1.5 [mg] at 0 [h]");
    assert_null(onset_words_fill(arena, &w, "over {over} [min]")); /* a number that the row does not give */
    assert_null(onset_words_fill(arena, &w, "{unknown}"));
    onset_arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_range_is_its_middle),
                                       cmocka_unit_test(a_word_ends_where_letters_and_digits_do),
                                       cmocka_unit_test(a_pattern_picks_out_numbers),
                                       cmocka_unit_test(a_pattern_fits_the_whole_text),
                                       cmocka_unit_test(a_part_is_found_at_the_ends_of_words),
                                       cmocka_unit_test(a_text_is_filled_in)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
