/* The report's text: what is in it, and that nothing in a database can become markup. argv[1]: src/store/schema.sql. */
#include "report/report.h"
#include "report/validation.h"

#include "base/text.h"
#include "fixture.h"

#include <jansson.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static const char *schema_path; /* the one argument, set once before the tests */

typedef struct {
    char   folder[64], database[96], html[96];
    char  *page;
    size_t n;
} report;

static int setup(void **state)
{
    report *r = calloc(1, sizeof *r);

    strcpy(r->folder, "/tmp/onset-report-XXXXXX");
    if (!mkdtemp(r->folder)) return -1;
    snprintf(r->database, sizeof r->database, "%s/result.sqlite", r->folder);
    snprintf(r->html, sizeof r->html, "%s/report.html", r->folder);
    *state = r;
    return 0;
}

static int teardown(void **state)
{
    report *r = *state;

    unlink(r->database);
    unlink(r->html);
    rmdir(r->folder);
    free(r->page);
    free(r);
    return 0;
}

static void read_page(report *r)
{
    onset_error err = {0};

    free(r->page);
    r->page = NULL;
    assert_int_equal(onset_file_read(&err, r->html, 64 << 20, &r->page, &r->n), ONSET_OK);
    if (!r->page) abort();                   /* the analyser does not know that the assertion above ends the test */
    assert_int_equal(strlen(r->page), r->n); /* no NUL in it */
}

static void write_report(report *r, fixture_kind kind)
{
    onset_error err = {0};

    assert_true(fixture_write(kind, schema_path, r->database));
    if (onset_report_write(&err, r->database, r->html) != ONSET_OK) fail_msg("%s", err.message);
    read_page(r);
}

/* The data of the page as JSON; the caller's. */
static json_t *page_data(const report *r)
{
    static const char open[] = "<script type=\"application/json\" id=\"data\">";
    const char       *start  = strstr(r->page, open), *end;
    json_error_t      where;
    json_t           *data;

    assert_non_null(start);
    start += strlen(open);
    end = strstr(start, "</script>");
    assert_non_null(end);
    data = json_loadb(start, (size_t)(end - start), 0, &where);
    if (!data) fail_msg("the data is no JSON: %s at %d", where.text, where.position);
    return data;
}

static const char *data_text(const json_t *data, const char *table, const char *column, size_t row)
{
    return json_string_value(json_array_get(json_object_get(json_object_get(data, table), column), row));
}

static double number_of(const json_t *table, const char *column, size_t row)
{
    return json_number_value(json_array_get(json_object_get(table, column), row));
}

/* To the digits that the page has. */
static void assert_near(double found, double wanted)
{
    if (!(fabs(found - wanted) <= 1e-6 * fabs(wanted))) fail_msg("%.9g, not %.9g", found, wanted);
}

static int count(const char *page, const char *what)
{
    int n = 0;

    for (const char *at = page; (at = strstr(at, what)); at += strlen(what)) n++;
    return n;
}

static void the_page_holds_every_arm_and_the_whole_seed(void **state)
{
    report *r = *state;
    json_t *data;

    write_report(r, FIXTURE_FULL);
    data = page_data(r);
    assert_int_equal(json_array_size(json_object_get(json_object_get(data, "arm"), "title")), 4);
    assert_string_equal(data_text(data, "arm", "title", 1), "Infusions twice a week for four weeks");
    assert_string_equal(data_text(data, "run", "seed_text", 0), "18446744073709551");
    assert_int_equal(json_array_size(json_object_get(json_object_get(data, "parameter"), "parameter")), 5);
    assert_non_null(strstr(r->page, "<title>The title of the study</title>"));
    assert_non_null(strstr(r->page, "<h1>The title of the study</h1>"));
    json_decref(data);
}

static void every_dose_is_in_the_page_once(void **state)
{
    report       *r = *state;
    json_t       *data;
    const json_t *dose;

    write_report(r, FIXTURE_FULL);
    data = page_data(r);
    dose = json_object_get(data, "dose"); /* one infusion, 8 infusions, 28 tablets */
    assert_int_equal(json_array_size(json_object_get(dose, "time_h")), 1 + 8 + 28);
    assert_near(number_of(dose, "arm", 8), 1);
    assert_near(number_of(dose, "time_h", 8), 24 * 24);
    assert_string_equal(data_text(data, "dose", "drug", 9), "tablet");
    json_decref(data);
}

static void spreads_are_those_of_the_subjects(void **state)
{
    report       *r = *state;
    json_t       *data;
    const json_t *spread, *bars;
    double        n = 0;

    write_report(r, FIXTURE_FULL);
    data   = page_data(r);
    spread = json_object_get(data, "covariate_spread"); /* weight = 60 + 0.7 i for i = 1 to 60 */
    assert_string_equal(data_text(data, "covariate_spread", "name", 0), "weight");
    assert_near(number_of(spread, "mean", 0), 60 + 0.7 * 30.5);
    assert_near(number_of(spread, "sd", 0), 0.7 * sqrt(60.0 * 61 / 12)); /* the variance of 1 to n is n (n + 1) / 12 */
    assert_near(number_of(spread, "low", 0), 60.7);
    assert_near(number_of(spread, "high", 0), 102);
    assert_near(number_of(spread, "median", 0), 81.35);
    assert_near(number_of(spread, "p05", 0), 60.7 + 0.05 * 41.3);
    assert_near(number_of(spread, "p95", 0), 60.7 + 0.95 * 41.3);
    bars = json_object_get(data, "covariate_bar"); /* 24 bins of weight, then sex 0 and 1 */
    assert_int_equal(json_array_size(json_object_get(bars, "n")), 26);
    for (size_t i = 0; i < 24; i++) n += number_of(bars, "n", i);
    assert_near(n, 60);
    assert_near(number_of(bars, "to", 23), 102);
    assert_near(number_of(bars, "n", 24), 40);
    assert_near(number_of(bars, "from", 25), 1);
    assert_near(number_of(bars, "n", 25), 20);
    json_decref(data);
}

static void markup_in_texts_stays_text(void **state)
{
    report *r = *state;
    json_t *data;
    int     plain_scripts;

    write_report(r, FIXTURE_FULL);
    plain_scripts = count(r->page, "<script");
    write_report(r, FIXTURE_HOSTILE);
    assert_int_equal(plain_scripts, count(r->page, "<script"));
    assert_int_equal(count(r->page, "</script"), 2);
    assert_null(strstr(r->page, "<img"));
    assert_null(strstr(r->page, "onerror=\""));
    assert_null(strstr(r->page, "window.broken = 1</script"));
    assert_non_null(strstr(r->page, "<h1>The title of the study&lt;/script&gt;&lt;script&gt;window.broken = 1"));
    data = page_data(r);
    assert_string_equal(data_text(data, "arm", "title", 0), "One infusion" FIXTURE_MARKUP); /* and it arrives whole */
    json_decref(data);
}

static void bytes_that_are_no_text_are_marked(void **state)
{
    report *r = *state;
    json_t *data;

    write_report(r, FIXTURE_HOSTILE);
    data = page_data(r);
    assert_string_equal(data_text(data, "source", "text", 0), "stud\xEF\xBF\xBD\xEF\xBF\xBDon \xEF\xBF\xBD\xEF\xBF\xBD");
    json_decref(data);
}

static void the_page_loads_nothing(void **state)
{
    report *r = *state;

    write_report(r, FIXTURE_FULL);
    assert_non_null(strstr(r->page, "content=\"default-src 'none'; script-src 'sha256-"));
    assert_null(strstr(r->page, "<link"));
    assert_null(strstr(r->page, "<iframe"));
    assert_null(strstr(r->page, "src=\"http"));
    assert_null(strstr(r->page, "href=\"http"));
    assert_null(strstr(r->page, "url(http"));
    assert_null(strstr(r->page, "@import"));
    assert_null(strstr(r->page, "{{"));
}

static void empty_tables_are_no_error(void **state)
{
    report *r = *state;

    write_report(r, FIXTURE_BARE);
    write_report(r, FIXTURE_EMPTY);
}

static void the_report_stays_small(void **state)
{
    report *r = *state;

    write_report(r, FIXTURE_EMPTY);
    assert_in_range(r->n, 100000, 520000); /* the bundle, below 500 kB, and a little */
}

static void what_is_no_result_is_refused(void **state)
{
    report     *r   = *state;
    onset_error err = {0};

    assert_int_equal(onset_report_write(&err, r->database, r->html), ONSET_NO_FILE);
    onset_error_clear(&err);
    assert_int_equal(onset_file_write(&err, r->database, "not a database, but a text that is long enough", 46), ONSET_OK);
    assert_int_equal(onset_report_write(&err, r->database, r->html), ONSET_BAD_INPUT);
    assert_non_null(strstr(err.message, "not a database"));
    onset_error_clear(&err);
    unlink(r->database);
    assert_int_equal(onset_file_write(&err, r->database, "", 0), ONSET_OK); /* to SQLite an empty database */
    assert_int_equal(onset_report_write(&err, r->database, r->html), ONSET_BAD_INPUT);
    assert_non_null(strstr(err.message, "schema is 0"));
    assert_int_equal(access(r->html, F_OK), -1);
}

static void write_validation(report *r, const char *extra)
{
    onset_error err  = {0};
    char       *json = fixture_validation(extra);

    assert_non_null(json);
    if (onset_validation_report_write(&err, json, "0.1.0", r->html) != ONSET_OK) fail_msg("%s", err.message);
    free(json);
    read_page(r);
}

static void the_page_of_a_validation_holds_every_row(void **state)
{
    report       *r = *state;
    json_t       *data;
    const json_t *rows, *known;

    write_validation(r, "");
    data  = page_data(r);
    rows  = json_object_get(data, "rows");
    known = json_array_get(rows, 0);
    assert_int_equal(json_array_size(rows), 3 + FIXTURE_MANY + 12 + 5);
    assert_string_equal(json_string_value(json_object_get(known, "study")), "Known 2020");
    assert_near(json_number_value(json_object_get(known, "observed")), -12.5);
    assert_near(json_number_value(json_object_get(known, "high90")), -9.25);
    assert_near(json_number_value(json_object_get(json_object_get(known, "left_out"), "high90")), -6.75);
    assert_string_equal(json_string_value(json_object_get(data, "onset_version")), "0.1.0");
    assert_int_equal(json_array_size(json_object_get(data, "groups")), 16);
    assert_non_null(strstr(r->page, "<title>Predictions against published trials</title>"));
    assert_null(strstr(r->page, "src=\"http"));
    assert_null(strstr(r->page, "{{"));
    json_decref(data);
}

static void markup_in_evidence_stays_text(void **state)
{
    report *r = *state;
    json_t *data;

    write_validation(r, FIXTURE_MARKUP);
    assert_int_equal(count(r->page, "</script"), 2);
    assert_null(strstr(r->page, "<img"));
    data = page_data(r);
    assert_string_equal(json_string_value(json_object_get(json_array_get(json_object_get(data, "rows"), 0), "study")),
                        "Known 2020" FIXTURE_MARKUP);
    json_decref(data);
}

static void scores_that_are_no_json_are_refused(void **state)
{
    report     *r   = *state;
    onset_error err = {0};

    assert_int_equal(onset_validation_report_write(&err, "{\"rows\": [", "0.1.0", r->html), ONSET_BAD_INPUT);
    assert_non_null(strstr(err.message, "no JSON"));
    onset_error_clear(&err);
    assert_int_not_equal(onset_validation_report_write(&err, "{}", "0.1.0", "/nowhere/at/all.html"), ONSET_OK);
    assert_non_null(strstr(err.message, "/nowhere/at/all.html"));
}

static void a_folder_that_is_missing_is_said(void **state)
{
    report     *r   = *state;
    onset_error err = {0};

    assert_true(fixture_write(FIXTURE_EMPTY, schema_path, r->database));
    assert_int_not_equal(onset_report_write(&err, r->database, "/nowhere/at/all/report.html"), ONSET_OK);
    assert_non_null(strstr(err.message, "/nowhere/at/all/report.html"));
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_page_holds_every_arm_and_the_whole_seed, setup, teardown),
        cmocka_unit_test_setup_teardown(every_dose_is_in_the_page_once, setup, teardown),
        cmocka_unit_test_setup_teardown(spreads_are_those_of_the_subjects, setup, teardown),
        cmocka_unit_test_setup_teardown(markup_in_texts_stays_text, setup, teardown),
        cmocka_unit_test_setup_teardown(bytes_that_are_no_text_are_marked, setup, teardown),
        cmocka_unit_test_setup_teardown(the_page_loads_nothing, setup, teardown),
        cmocka_unit_test_setup_teardown(empty_tables_are_no_error, setup, teardown),
        cmocka_unit_test_setup_teardown(the_report_stays_small, setup, teardown),
        cmocka_unit_test_setup_teardown(what_is_no_result_is_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(a_folder_that_is_missing_is_said, setup, teardown),
        cmocka_unit_test_setup_teardown(the_page_of_a_validation_holds_every_row, setup, teardown),
        cmocka_unit_test_setup_teardown(markup_in_evidence_stays_text, setup, teardown),
        cmocka_unit_test_setup_teardown(scores_that_are_no_json_are_refused, setup, teardown),
    };

    if (argc != 2) {
        fprintf(stderr, "usage: test_report SCHEMA\n");
        return 2;
    }
    schema_path = argv[1];
    return cmocka_run_group_tests_name("report", tests, NULL, NULL);
}
