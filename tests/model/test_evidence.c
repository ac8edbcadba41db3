/* The evidence tables: those of the library and of a folder of the user's own, searched and checked. */
#include "model/check.h"
#include "model/library.h"
#include "model/show.h"

#include <stdio.h>
#include <stdlib.h>

/* cmocka wants these before it, in this order. */
/* clang-format off */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
/* clang-format on */

#define OWN     TABLES "/own"
#define KEYLESS TABLES "/keyless"

static int setup(void **state)
{
    onset_library *library;

    if (onset_library_create(NULL, &library) != ONSET_OK) return -1;
    *state = library;
    return 0;
}

static int teardown(void **state)
{
    onset_library_free(*state);
    return 0;
}

/* Keys found, as "EV1 EV2", and the last row's fields as "column=field|". */
typedef struct {
    char keys[256], row[512];
    int  n, most;
} found_rows;

static bool take(void *ctx, const onset_evidence_info *row)
{
    found_rows *f    = ctx;
    size_t      n    = strlen(f->keys);
    onset_text  text = {0};

    snprintf(f->keys + n, sizeof f->keys - n, "%s%s", n ? " " : "", *row->key ? row->key : "-");
    for (int i = 0; i < row->n_columns; i++) onset_text_printf(&text, "%s=%s|", row->columns[i], row->fields[i]);
    onset_text_printf(&text, "%s:%d", row->table, row->line);
    snprintf(f->row, sizeof f->row, "%s", text.s);
    onset_text_free(&text);
    return ++f->n != f->most;
}

static found_rows search(onset_library *library, const char *words, const char *table)
{
    found_rows  f   = {0};
    onset_error err = {0};

    if (onset_library_search_evidence(&err, library, words, table, take, &f) != ONSET_OK) fail_msg("%s", err.message);
    return f;
}

static void add_own(onset_library *library)
{
    onset_error err = {0};

    if (onset_library_add_evidence(&err, library, OWN) != ONSET_OK) fail_msg("%s", err.message);
}

static void every_word_must_match_in_any_case(void **state)
{
    assert_string_equal(search(*state, "author", NULL).keys, "EV1 EV2");
    assert_string_equal(search(*state, "AUTHOR clear", NULL).keys, "EV1");
    assert_string_equal(search(*state, "clear author", NULL).keys, "EV1");
    assert_string_equal(search(*state, "  author\t2002  ", NULL).keys, "EV2");
    assert_string_equal(search(*state, "author absent", NULL).keys, "");
    assert_string_equal(search(*state, "title\",", NULL).keys, "EV1"); /* the field's text, not the quotes of the CSV */
}

static void no_word_gives_every_row(void **state)
{
    assert_string_equal(search(*state, NULL, NULL).keys, "EV1 EV2");
    assert_string_equal(search(*state, " ", "table").keys, "EV1 EV2");
}

static void a_key_gives_its_row_alone(void **state)
{
    add_own(*state);
    assert_string_equal(search(*state, "own1", NULL).keys, "OWN1");
    assert_string_equal(search(*state, "EV1", NULL).keys, "EV1");
    assert_string_equal(search(*state, "ev2", NULL).keys, "ev2");     /* as it stands, before another case */
    assert_string_equal(search(*state, "EV2", NULL).keys, "EV2 EV2"); /* both of one key */
    assert_string_equal(search(*state, "Ev2", NULL).keys, "ev2 EV2 EV2");
    assert_string_equal(search(*state, "EV2", "table").keys, "EV2");
    assert_string_equal(search(*state, "OWN", NULL).keys, "OWN1 OWN2"); /* no key by itself: a word */
}

static void a_row_has_all_columns_of_its_table(void **state)
{
    add_own(*state);
    assert_string_equal(search(*state, "EV1", NULL).row,
                        "key=EV1|quantity=clearance|value=80|unit=L/h|seen=yes|source=Author 2001, \"A title\", J Test 1:2|table:2");
    assert_string_equal(search(*state, "OWN1", NULL).row,
                        "quantity=half life|key=OWN1|value=2.5|low=2|high=3|unit=h|species=rat|seen=recalled|"
                        "source=Someone 2020,\r\n\"in two lines\"|own:2");
    assert_string_equal(search(*state, "OWN2", NULL).row, "quantity=volume|key=OWN2|value=9|low=|high=|unit=|species=|seen=|source=|own:7");
    assert_string_equal(search(*state, "OWN2", NULL).keys, "OWN2");
}

static void the_callback_can_stop(void **state)
{
    found_rows f = {.most = 1};

    assert_int_equal(onset_library_search_evidence(NULL, *state, "author", NULL, take, &f), ONSET_OK);
    assert_string_equal(f.keys, "EV1");
}

static void an_unknown_table_is_named_with_those_there_are(void **state)
{
    onset_error err = {0};
    found_rows  f   = {0};

    add_own(*state);
    assert_int_equal(onset_library_search_evidence(&err, *state, "author", "tabel", take, &f), ONSET_BAD_INPUT);
    assert_non_null(strstr(err.message, "'tabel'"));
    assert_non_null(strstr(err.message, "own, table"));
    assert_int_equal(f.n, 0);
}

static void tables_of_ones_own_come_first(void **state)
{
    bool has = false;

    add_own(*state);
    add_own(*state); /* twice is once */
    assert_string_equal(search(*state, NULL, NULL).keys, "OWN1 ev2 EV2 - OWN2 EV1 EV2");
    assert_string_equal(search(*state, "2", "own").keys, "OWN1 ev2 EV2 OWN2");
    assert_string_equal(onset_library_evidence(*state, NULL, "EV2", &has)->source, "Someone 2022");
    assert_string_equal(onset_library_evidence(*state, NULL, "EV1", &has)->seen, "yes");
    assert_string_equal(onset_library_nearest_evidence(*state, "OWM1"), "OWN1");
}

static void folders_without_tables_are_refused(void **state)
{
    onset_error err = {0};

    assert_int_equal(onset_library_add_evidence(&err, *state, TABLES "/nowhere"), ONSET_NO_FILE);
    onset_error_clear(&err);
    assert_int_equal(onset_library_add_evidence(&err, *state, TABLES), ONSET_NO_FILE);
    assert_non_null(strstr(err.message, "no evidence table"));
    onset_error_clear(&err);
    assert_int_equal(onset_library_add_evidence(&err, *state, KEYLESS), ONSET_BAD_INPUT);
    assert_non_null(strstr(err.message, "keyless.csv' has no column 'key'"));
}

static void the_check_names_what_is_wrong_with_tables(void **state)
{
    onset_arena      *arena = onset_arena_create();
    onset_diagnostics out   = {.arena = arena};

    add_own(*state);
    onset_library_check_evidence(*state, NULL, &out);
    onset_library_check_evidence(*state, NULL, &out); /* the same is said once */
    assert_int_equal(out.n_errors, 0);
    assert_int_equal(out.n_warnings, 3);
    assert_string_equal(out.list.items[0].message, "this row of evidence has no key");
    assert_int_equal(out.list.items[0].place.line, 6);
    assert_string_equal(out.list.items[1].message, "this row of evidence has 3 fields, its table 9 columns");
    assert_int_equal(out.list.items[1].place.line, 7);
    assert_non_null(strstr(out.list.items[2].message, "'EV2' stands in two rows"));
    assert_non_null(strstr(out.list.items[2].message, OWN "/own.csv:5 and "));
    assert_non_null(strstr(out.list.items[2].message, "evidence/table.csv:3"));
    onset_arena_free(arena);
}

/* ---- The sources of a model ---- */

static const char model_text[] = "module m \"m\"\n"
                                 "param a = 2.5 [h] iiv 20% from OWN1 \"a note\"\n"
                                 "param b = 80 [L/h] from EV1\n"
                                 "param c = 1 iiv normal 0.5 calibrated \"to a curve\"\n"
                                 "param d = 0.5 iiv logit 0.3 assumed \"a guess\"\n"
                                 "param e = 1\n"
                                 "param f = 2 [L/min] from EV1 \"1.5 times as much\"\n"
                                 "output x = b * a * c * d * e + f * a [L]\n";

static char *sources_of(onset_library *library, onset_arena *arena)
{
    onset_diagnostics out   = {.arena = arena};
    const onset_file *file  = NULL;
    onset_text        shown = {0};
    onset_model      *model;

    assert_int_equal(onset_library_text(NULL, library, "m.onset", model_text, strlen(model_text), &out, &file), ONSET_OK);
    model = onset_module_check(arena, library, (onset_block_at){file, file->blocks.items[0]}, &out);
    assert_int_equal(out.n_errors, 0);
    onset_model_show_sources(model, library, &shown);
    return shown.s;
}

static void assert_holds(const char *text, const char *piece)
{
    if (!text || !strstr(text, piece)) fail_msg("no '%s' in: %s", piece, text ? text : "nothing");
}

static void each_parameter_is_shown_with_its_row(void **state)
{
    onset_arena *arena = onset_arena_create();
    char        *text;

    add_own(*state);
    text = sources_of(*state, arena);
    assert_holds(
        text,
        "m.a = 2.5 [h], CV 20 %\n    published, recalled: a note\n      OWN1 in own: half life = 2.5 (2 to 3) h; rat\n      Someone 2020");
    assert_holds(
        text,
        "m.b = 80 [L/h], no variability\n    published, seen\n      EV1 in table: clearance = 80 L/h\n      Author 2001, \"A title\"");
    assert_holds(text, "m.c = 1, SD 0.5\n    calibrated: to a curve\n");
    assert_holds(text, "m.d = 0.5, SD of the logit 0.3\n    assumed: a guess\n");
    assert_holds(text, "J Test 1:2\n  m.c"); /* b is the row's number: nothing is said of a ratio */
    assert_holds(text, "J Test 1:2\n      the parameter is 1.5 times this row's value\n");
    assert_holds(text, "m.e = 1, no variability\n    without source\n");
    assert_holds(text, "\n6 parameters\n  published, seen         2\n  published, recalled     1\n  calibrated              1\n  assumed   "
                       "              1\n"
                       "  without source          1\n");
    free(text);
    onset_arena_free(arena);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(every_word_must_match_in_any_case),
        TEST(no_word_gives_every_row),
        TEST(a_key_gives_its_row_alone),
        TEST(a_row_has_all_columns_of_its_table),
        TEST(the_callback_can_stop),
        TEST(an_unknown_table_is_named_with_those_there_are),
        TEST(tables_of_ones_own_come_first),
        TEST(folders_without_tables_are_refused),
        TEST(the_check_names_what_is_wrong_with_tables),
        TEST(each_parameter_is_shown_with_its_row),
    };

    return cmocka_run_group_tests_name("evidence", tests, NULL, NULL);
}
