/* Reading tables: what is fine, and what each mistake is told. */
#include "population/table.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

static onset_status parse(onset_error *err, onset_arena *arena, const char *text, onset_table *table)
{
    *err = (onset_error){0};
    return onset_table_parse(err, arena, "people.csv", text, strlen(text), table);
}

static void all_forms_read_the_same(void **state)
{
    static const char *const forms[] = {
        "id,weight,sex\n1,70.5,female\n2,81,male\n",           "id,weight,sex\r\n1,70.5,female\r\n2,81,male\r\n",
        "\xef\xbb\xbfid,weight,sex\n1,70.5,female\n2,81,male", "id;weight;sex\n1;70.5;female\n2;81;male\n",
        "id\tweight\tsex\n1\t70.5\tfemale\n2\t81\tmale\n",     "\"id\", \"weight\" ,sex\n\n 1 , \"70.5\",\"female\"\n2, 81 ,male\n\n",
    };
    (void)state;
    for (size_t k = 0; k < sizeof forms / sizeof *forms; k++) {
        onset_arena *arena = onset_arena_create();
        onset_table  table;
        onset_error  err;
        double       weight;

        if (parse(&err, arena, forms[k], &table) != ONSET_OK) fail_msg("form %zu: %s", k, err.message);
        assert_int_equal(table.n_columns, 3);
        assert_int_equal(table.n_rows, 2);
        assert_string_equal(table.names[1], "weight");
        assert_string_equal(table.cells[2], "female");
        assert_int_equal(onset_table_number(&err, &table, "people.csv", 0, 1, &weight), ONSET_OK);
        assert_true(weight == 70.5);
        onset_arena_free(arena);
    }
}

static void quotes_hold_anything(void **state)
{
    onset_arena *arena = onset_arena_create();
    onset_table  table;
    onset_error  err;

    (void)state;
    assert_int_equal(parse(&err, arena, "name,weight [kg]\n\"a, \"\"b\"\"\nc\",70\nd,80\n", &table), ONSET_OK);
    assert_string_equal(table.cells[0], "a, \"b\"\nc");
    assert_string_equal(table.names[1], "weight");
    assert_string_equal(table.units[1], "kg");
    assert_null(table.units[0]);
    assert_int_equal(table.lines[1], 4); /* the row before it takes two lines */
    onset_arena_free(arena);
}

static void one_column_may_hold_empty_rows(void **state)
{
    onset_arena *arena = onset_arena_create();
    onset_table  table;
    onset_error  err;
    double       x;

    (void)state;
    assert_int_equal(parse(&err, arena, "weight\n70\n\n80\n", &table), ONSET_OK);
    assert_int_equal(table.n_rows, 3);
    assert_int_equal(onset_table_number(&err, &table, "people.csv", 1, 0, &x), ONSET_BAD_INPUT);
    assert_non_null(strstr(err.message, "row 2 (line 3): 'weight' is missing"));
    onset_arena_free(arena);
}

static void mistakes_say_where(void **state)
{
    static const struct {
        const char *text, *message;
    } cases[] = {
        {"", "is empty"},
        {"\n\n", "is empty"},
        {"a,b\n", "no rows"},
        {"a,b\n1,2\n3\n", "line 3 has 1 fields, the header has 2"},
        {"a,b\n1,2,3\n", "line 2 has 3 fields, the header has 2"},
        {"a,,b\n1,2,3\n", "column 2 has no name"},
        {"a,b,a\n1,2,3\n", "two columns are called 'a'"},
        {"a,b\n1,\"2\n3,4\n", "line 2: the quote that begins here is not closed"},
        {"a,b\n1,\"2\"3\n", "line 2: text after a closing quote"},
    };
    (void)state;
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        onset_arena *arena = onset_arena_create();
        onset_table  table;
        onset_error  err;

        assert_int_equal(parse(&err, arena, cases[k].text, &table), ONSET_BAD_INPUT);
        if (!strstr(err.message, cases[k].message)) fail_msg("case %zu: %s", k, err.message);
        onset_arena_free(arena);
    }
}

static void missing_values_say_where(void **state)
{
    static const char *const missing[] = {"", "NA", ".", "NaN"};
    (void)state;
    for (size_t k = 0; k < sizeof missing / sizeof *missing; k++) {
        onset_arena *arena = onset_arena_create();
        onset_table  table;
        onset_error  err;
        char         text[64];
        double       x;

        snprintf(text, sizeof text, "a,b\n1,2\n3,%s\n", missing[k]);
        assert_int_equal(parse(&err, arena, text, &table), ONSET_OK);
        assert_int_equal(onset_table_number(&err, &table, "people.csv", 1, 1, &x), ONSET_BAD_INPUT);
        assert_non_null(strstr(err.message, "'people.csv' row 2 (line 3): 'b' is missing"));
        onset_arena_free(arena);
    }
}

static void words_are_no_numbers(void **state)
{
    static const char *const words[] = {"1.5x", "1,5", "inf", "1e999", "-"};
    (void)state;
    for (size_t k = 0; k < sizeof words / sizeof *words; k++) {
        onset_arena *arena = onset_arena_create();
        onset_table  table;
        onset_error  err;
        char         text[64];
        double       x;

        snprintf(text, sizeof text, "a;b\n1;2\n3;%s\n", words[k]);
        assert_int_equal(parse(&err, arena, text, &table), ONSET_OK);
        assert_int_equal(onset_table_number(&err, &table, "people.csv", 1, 1, &x), ONSET_BAD_INPUT);
        assert_non_null(strstr(err.message, "not a number"));
        onset_arena_free(arena);
    }
}

static void a_binary_file_is_refused(void **state)
{
    onset_arena *arena = onset_arena_create();
    onset_error  err   = {0};
    onset_table  table;

    (void)state;
    assert_int_equal(onset_table_parse(&err, arena, "people.csv", "a,b\n\0,1\n", 8, &table), ONSET_BAD_INPUT);
    assert_non_null(strstr(err.message, "not a text file"));
    onset_arena_free(arena);
}

static void a_missing_file_is_named(void **state)
{
    onset_arena *arena = onset_arena_create();
    onset_error  err   = {0};
    onset_table  table;

    (void)state;
    assert_int_equal(onset_table_read(&err, arena, "/nowhere/people.csv", &table), ONSET_NO_FILE);
    assert_non_null(strstr(err.message, "/nowhere/people.csv"));
    onset_arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_forms_read_the_same),        cmocka_unit_test(quotes_hold_anything),
        cmocka_unit_test(one_column_may_hold_empty_rows), cmocka_unit_test(mistakes_say_where),
        cmocka_unit_test(missing_values_say_where),       cmocka_unit_test(words_are_no_numbers),
        cmocka_unit_test(a_binary_file_is_refused),       cmocka_unit_test(a_missing_file_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
