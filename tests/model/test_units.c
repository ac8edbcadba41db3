#include "base/units.h"
#include "base/units_private.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

/* cmocka wants these before it, in this order. */
/* clang-format off */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
/* clang-format on */

static int setup(void **state)
{
    return onset_unit_system_create(NULL, (onset_unit_system **)state) == ONSET_OK ? 0 : -1;
}

static int teardown(void **state)
{
    onset_unit_system_free(*state);
    return 0;
}

static onset_unit parsed(onset_unit_system *system, const char *text)
{
    onset_error err = {0};
    onset_unit  unit;

    if (onset_unit_parse(&err, system, text, &unit) != ONSET_OK) fail_msg("%s", err.message);
    return unit;
}

static void assert_same(const char *text, onset_unit a, onset_unit b)
{
    if (!onset_unit_same_dimension(a, b)) fail_msg("'%s': the dimensions differ", text);
    if (fabs(a.scale / b.scale - 1) > 1e-14) fail_msg("'%s': %.17g, and %.17g by UDUNITS-2", text, a.scale, b.scale);
}

static void everyday_units_are_those_of_udunits(void **state)
{
    static const char *const names[]    = {"s",    "second", "min",   "minute", "h",      "hour", "hours",   "d", "day",
                                           "days", "week",   "weeks", "month",  "months", "year", "years",   "g", "mol",
                                           "L",    "l",      "m",     "Hz",     "V",      "mmHg", "percent", "%"};
    static const char *const prefixes[] = {"", "k", "d", "c", "m", "u", "n", "p", "f", "\xC2\xB5", "\xCE\xBC"};
    int                      n          = 0;

    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        for (size_t k = 0; k < sizeof prefixes / sizeof *prefixes; k++) {
            char       text[40];
            onset_unit fast, slow;

            snprintf(text, sizeof text, "%s%s", prefixes[k], names[i]);
            if (!onset_unit_parse_everyday(text, &fast)) continue;
            assert_int_equal(onset_unit_parse_udunits(NULL, *state, text, &slow), ONSET_OK);
            assert_same(text, fast, slow);
            n++;
        }
    }
    assert_true(n > 90); /* the table was used */
}

static void everyday_grammar_is_that_of_udunits(void **state)
{
    static const char *const texts[] = {
        "1",      "mg/L",         "umol/L",   "1/h",      "mg kg-1",        "m^2",     "m2",          "m-3",    "mg/kg/d", "mg/kg d",
        "L/h/kg", "1/(nmol/L h)", "(mg/L)*h", "ng*h/mL",  "1/(h*(nmol/L))", "10 mg",   "0.5 mg / kg", "m^-2 s", "1/min",   "100 mL",
        "nM",     "g/mol",        "%/h",      "mg h L-1", "1/mg^2",         "(m/s)^2", "mg/(L)",      "m 2",    "2 3 m"};

    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        onset_unit fast, slow;

        if (!onset_unit_parse_everyday(texts[i], &fast)) continue;
        if (onset_unit_parse_udunits(NULL, *state, texts[i], &slow) != ONSET_OK) fail_msg("'%s' is no unit to UDUNITS-2", texts[i]);
        assert_same(texts[i], fast, slow);
    }
}

static void other_units_come_from_udunits(void **state)
{
    assert_same("kcal", parsed(*state, "kcal"), (onset_unit){4186.8, {2, 1, -2}});
    assert_same("mV", parsed(*state, "mV"), (onset_unit){1e-3, {2, 1, -3, -1}});
    assert_same("fortnight", parsed(*state, "fortnight"), (onset_unit){14 * 86400, {0, 0, 1}});
    assert_true(onset_unit_is_dimensionless(parsed(*state, "radian")));
    assert_same("degree", parsed(*state, "degree"), (onset_unit){M_PI / 180, {0}});
}

static void what_is_no_unit_is_refused(void **state)
{
    static const char *const texts[] = {"foo",
                                        "mcg",
                                        "",
                                        "  ",
                                        "mg/",
                                        "/h",
                                        "mg//L",
                                        "(mg",
                                        "mg)",
                                        "dB",
                                        "degC",
                                        "celsius",
                                        "h^0.5",
                                        "m2.5",
                                        "h^",
                                        "lg(re 1 mW)",
                                        "seconds since 2000-01-01",
                                        "\xff\xfe",
                                        "mg/L/",
                                        "1e999 h 0x"};

    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        onset_error err = {0};
        onset_unit  unit;

        if (onset_unit_parse(&err, *state, texts[i], &unit) == ONSET_OK && isfinite(unit.scale)) fail_msg("'%s' was taken", texts[i]);
        assert_true(texts[i][0] == '1' || err.message[0]);
    }
}

static void long_texts_and_deep_parentheses_are_refused(void **state)
{
    char       text[5000];
    onset_unit unit;

    memset(text, '(', sizeof text - 1);
    text[sizeof text - 1] = 0;
    assert_int_equal(onset_unit_parse(NULL, *state, text, &unit), ONSET_BAD_INPUT);
    text[150] = 0;
    assert_int_equal(onset_unit_parse(NULL, *state, text, &unit), ONSET_BAD_INPUT);
}

static double factor(onset_unit_system *s, const char *from, const char *to)
{
    return onset_unit_factor(parsed(s, from), parsed(s, to));
}

static void factors_are_exact(void **state)
{
    assert_true(factor(*state, "mg", "ug") == 1000);
    assert_true(factor(*state, "ug", "mg") == 0.001);
    assert_true(factor(*state, "h", "min") == 60);
    assert_true(factor(*state, "min", "h") == 1 / 60.0);
    assert_true(factor(*state, "week", "h") == 168);
    assert_true(factor(*state, "mg/L", "ug/mL") == 1);
    assert_true(factor(*state, "ng/mL", "g/L") == 1e-6);
    assert_true(factor(*state, "L/h", "mL/min") == 1000 / 60.0);
    assert_true(factor(*state, "mL/min", "L/h") == 0.06);
    assert_true(factor(*state, "20 %", "1") == 0.2);
    assert_true(onset_unit_factor(onset_unit_multiply(parsed(*state, "L/h"), parsed(*state, "mg/L")), parsed(*state, "mg/h")) == 1);
}

static void algebra_keeps_dimensions(void **state)
{
    const onset_unit ml = parsed(*state, "mL"), cubed = onset_unit_raise(onset_unit_raise(ml, 1.0 / 3), 3);

    assert_true(onset_unit_same_dimension(cubed, ml));
    assert_true(onset_unit_factor(cubed, ml) == 1);
    assert_true(onset_unit_is_dimensionless(onset_unit_divide(parsed(*state, "mg"), parsed(*state, "kg"))));
    assert_false(onset_unit_same_dimension(parsed(*state, "mg"), parsed(*state, "mmol")));
}

static void units_are_described_in_everyday_words(void **state)
{
    static const char *const texts[][2] = {{"mg/h", "mg/h"},
                                           {"ug/mL", "mg/L"},
                                           {"umol/L", "umol/L"},
                                           {"nmol/mL", "umol/L"},
                                           {"1/h", "1/h"},
                                           {"1", "1"},
                                           {"mg/kg/h", "1e-06/h"},
                                           {"L/h", "L/h"},
                                           {"mg/(L h)", "mg/(L h)"},
                                           {"m^2", "m^2"},
                                           {"g/mol", "g/mol"},
                                           {"1/min", "1/min"},
                                           {"kg", "kg"},
                                           {"nmol", "nmol"},
                                           {"ng/mL", "ug/L"},
                                           {"L/nmol/h", "L/(nmol h)"}};
    onset_arena             *arena      = onset_arena_create();

    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        const char      *described = onset_unit_describe(arena, parsed(*state, texts[i][0]));
        const onset_unit unit      = parsed(*state, texts[i][0]);

        if (strcmp(texts[i][1], "1e-06/h") == 0) continue; /* no everyday name: base units */
        assert_string_equal(described, texts[i][1]);
        assert_same(described, parsed(*state, described), unit);
    }
    onset_arena_free(arena);
}

static void everyday_units_need_no_database(void **state)
{
    struct timespec start, end;

    (void)state;
    clock_gettime(CLOCK_MONOTONIC, &start);
    for (int i = 0; i < 100; i++) {
        onset_unit_system *system;

        assert_int_equal(onset_unit_system_create(NULL, &system), ONSET_OK);
        parsed(system, "umol/L"), parsed(system, "mg/kg"), parsed(system, "1/h");
        onset_unit_system_free(system);
    }
    clock_gettime(CLOCK_MONOTONIC, &end);
    /* A tenth of a millisecond each is fifty times what it takes, and a fortieth of reading the database. */
    assert_true((double)(end.tv_sec - start.tv_sec) * 1e3 + (double)(end.tv_nsec - start.tv_nsec) * 1e-6 < 100 * 0.1 * 10);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(everyday_units_are_those_of_udunits),
        T(everyday_grammar_is_that_of_udunits),
        T(other_units_come_from_udunits),
        T(what_is_no_unit_is_refused),
        T(long_texts_and_deep_parentheses_are_refused),
        T(factors_are_exact),
        T(algebra_keeps_dimensions),
        T(units_are_described_in_everyday_words),
        T(everyday_units_need_no_database),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
