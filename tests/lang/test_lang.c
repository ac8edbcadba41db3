/* Reading sources, and what the syntax tree holds. Messages and trees of expressions are tested by run_cases.c. */
#include "base/text.h"
#include "lang/lang.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* ---- Helpers ---- */

typedef struct {
    onset_arena      *arena;
    onset_source     *source;
    onset_diagnostics all;
    onset_file       *file;
    onset_error       err;
    onset_status      status;
} fixture;

static int set_up(void **state)
{
    fixture *f = calloc(1, sizeof *f);

    f->arena = f->all.arena = onset_arena_create();
    *state                  = f;
    return 0;
}

static int tear_down(void **state)
{
    onset_arena_free(((fixture *)*state)->arena);
    free(*state);
    return 0;
}

static void parse_body(void *context)
{
    fixture *f = context;

    f->file = onset_parse(f->arena, f->source, &f->all);
}

static void take(fixture *f, const char *text, size_t n)
{
    f->err    = (onset_error){0};
    f->status = onset_source_from_text(&f->err, f->arena, "t.onset", text, n, &f->source);
}

static const onset_file *parse(fixture *f, const char *text)
{
    take(f, text, strlen(text));
    assert_int_equal(f->status, ONSET_OK);
    assert_true(onset_arena_run(f->arena, parse_body, f));
    return f->file;
}

/* The one statement of a text that has a block around it. */
static const onset_decl *statement(fixture *f, const char *text)
{
    const onset_file *const file = parse(f, text);

    if (f->all.n_errors) print_message("# %s\n", f->all.list.items[0].message);
    assert_int_equal(f->all.n_errors, 0);
    assert_int_equal(file->blocks.n, 1);
    assert_true(file->blocks.items[0]->decls.n > 0);
    return file->blocks.items[0]->decls.items[file->blocks.items[0]->decls.n - 1];
}

static void assert_near(double value, double expected)
{
    if (fabs(value - expected) > 1e-12 * fabs(expected)) fail_msg("%.17g is not %.17g", value, expected);
}

/* ---- Sources ---- */

static void bom_and_line_ends_are_mended(void **state)
{
    static const char text[] = "\xEF\xBB\xBF"
                               "module m\r\nx = 1\ry = 2\r\n";
    fixture          *f      = *state;

    take(f, text, sizeof text - 1);
    assert_int_equal(f->status, ONSET_OK);
    assert_string_equal(f->source->text, "module m\nx = 1\ny = 2\n");
    assert_int_equal(f->source->n, strlen(f->source->text));
}

static void empty_text_reads_well(void **state)
{
    fixture *f = *state;

    assert_int_equal(parse(f, "")->blocks.n, 0);
    assert_int_equal(parse(f, "\xEF\xBB\xBF")->blocks.n, 0);
    assert_int_equal(f->all.n_errors, 0);
}

static void bad_text_is_refused_with_its_place(void **state)
{
    static const struct {
        const char *bytes;
        size_t      n;
        const char *message;
    } cases[] = {
        {"a\nb\0c", 5, "t.onset:2:2: a NUL byte"},
        {"ab\n\xC3\xA4x\xFF", 7, "t.onset:2:3: byte 0xFF is not UTF-8"},
        {"\xC0\x80", 2, "t.onset:1:1: byte 0xC0 is not UTF-8"},         /* overlong */
        {"\xED\xA0\x80", 3, "t.onset:1:1: byte 0xED is not UTF-8"},     /* half a surrogate pair */
        {"\xF4\x90\x80\x80", 4, "t.onset:1:1: byte 0xF4 is not UTF-8"}, /* beyond U+10FFFF */
        {"x\xE2\x82", 3, "t.onset:1:2: byte 0xE2 is not UTF-8"},        /* cut off */
        {"\xFF\xFEm\0", 4, "'t.onset' is UTF-16 text"},
        {"\xFE\xFF\0m", 4, "'t.onset' is UTF-16 text"},
    };
    fixture *f = *state;

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        take(f, cases[i].bytes, cases[i].n);
        assert_int_equal(f->status, ONSET_BAD_INPUT);
        if (!strstr(f->err.message, cases[i].message)) fail_msg("'%s' does not hold '%s'", f->err.message, cases[i].message);
    }
}

static void good_characters_of_each_size_are_taken(void **state)
{
    fixture *f = *state;

    take(f, "# \xC2\xB5 \xE2\x82\xAC \xF0\x9F\x98\x80 \xF4\x8F\xBF\xBF", 18);
    assert_int_equal(f->status, ONSET_OK);
}

static void too_large_a_text_is_refused(void **state)
{
    fixture     *f    = *state;
    const size_t n    = (size_t)ONSET_SOURCE_MAX + 1;
    char        *text = malloc(n);

    memset(text, ' ', n);
    take(f, text, n - 1);
    assert_int_equal(f->status, ONSET_OK);
    take(f, text, n);
    free(text);
    assert_int_equal(f->status, ONSET_BAD_INPUT);
    assert_non_null(strstr(f->err.message, "larger than 16 MB"));
}

static void files_that_cannot_be_read_say_why(void **state)
{
    fixture *f = *state;

    assert_int_equal(onset_source_read(&f->err, f->arena, "/nonexistent/x.onset", &f->source), ONSET_NO_FILE);
    assert_non_null(strstr(f->err.message, "cannot open '/nonexistent/x.onset'"));
    f->err = (onset_error){0};
    assert_int_equal(onset_source_read(&f->err, f->arena, "/", &f->source), ONSET_NO_FILE);
    assert_non_null(strstr(f->err.message, "'/' is a folder, not a file"));
    assert_null(f->source);
}

/* ---- Trees ---- */

static void param_holds_all_its_clauses(void **state)
{
    const onset_decl *d = statement(*state, "module m\nparam CL = -80 [L/h] iiv 25% in -200..-20\n scale w^0.75 shift age\n"
                                            " from PKP017 \"note\" \"what it is\"");

    assert_int_equal(d->kind, ONSET_DECL_PARAM);
    assert_string_equal(d->name, "CL");
    assert_near(d->value->number, -80);
    assert_string_equal(d->unit.text, "L/h");
    assert_string_equal(d->value->unit.text, "L/h");
    assert_true(d->iiv.given);
    assert_int_equal(d->iiv.kind, ONSET_IIV_LOGNORMAL);
    assert_near(d->iiv.size, 0.25);
    assert_true(d->range.given);
    assert_near(d->range.low, -200);
    assert_near(d->range.high, -20);
    assert_int_equal(d->scale->op, ONSET_OP_POW);
    assert_string_equal(d->shift->name, "age");
    assert_int_equal(d->citation.kind, ONSET_SOURCE_EVIDENCE);
    assert_string_equal(d->citation.key, "PKP017");
    assert_string_equal(d->citation.note, "note");
    assert_string_equal(d->text, "what it is");
    assert_int_equal(d->name_place.line, 2);
    assert_int_equal(d->name_place.column, 7);
}

static void param_iiv_kinds(void **state)
{
    const onset_decl *d = statement(*state, "module m\nparam a = 3 iiv normal 0.5 [mg] assumed");

    assert_int_equal(d->iiv.kind, ONSET_IIV_NORMAL);
    assert_near(d->iiv.size, 0.5);
    assert_string_equal(d->iiv.unit.text, "mg");
    assert_int_equal(d->citation.kind, ONSET_SOURCE_ASSUMED);
    assert_string_equal(d->citation.note, "");
    d = statement(*state, "module m\nparam a = 0.3 iiv logit 0.7 calibrated \"to X\"");
    assert_int_equal(d->iiv.kind, ONSET_IIV_LOGIT);
    assert_string_equal(d->citation.note, "to X");
    d = statement(*state, "module m\nparam a = 0.3 iiv 0%");
    assert_true(d->iiv.given);
    assert_near(d->iiv.size, 0);
}

static void keys_may_have_dots_and_hyphens(void **state)
{
    assert_string_equal(statement(*state, "module m\nparam a = 1 from kotermanski2009.2C \"n\"")->citation.key, "kotermanski2009.2C");
    assert_string_equal(statement(*state, "module m\nparam a = 1 from Berman-2000 iiv 3%")->citation.key, "Berman-2000");
}

static void open_ranges_are_infinite(void **state)
{
    assert_true(isinf(statement(*state, "module m\nparam a = 1 in 0..")->range.high));
    assert_true(isinf(statement(*state, "module m\nparam a = 1 in ..5")->range.low));
}

static void unit_of_a_lone_number_is_the_units(void **state)
{
    assert_string_equal(statement(*state, "module m\nstate a = 5 [mg]")->unit.text, "mg");
    assert_string_equal(statement(*state, "module m\nx = (2 * 5 [mg]) [g]")->unit.text, "g");
    assert_null(statement(*state, "module m\nx = 2 * 5 [mg]")->unit.text);
    assert_string_equal(statement(*state, "module m\nx = 5 [mg] [g]")->unit.text, "g");
}

static void covariate_with_categories(void **state)
{
    const onset_decl *d = statement(*state, "module m\ncovariate sex = male {female, male} \"sex\"");

    assert_string_equal(d->label, "male");
    assert_int_equal(d->labels.n, 2);
    assert_string_equal(d->labels.items[0].name, "female");
    assert_string_equal(d->text, "sex");
    assert_null(d->value);
}

static void output_error_parts(void **state)
{
    const onset_decl *d = statement(*state, "module m\noutput o = x [ng/mL] in 0..60 error 1.5 + 20% round 2 \"o\"");

    assert_true(d->has_error);
    assert_near(d->error_add, 1.5);
    assert_near(d->error_rel, 0.2);
    assert_near(d->round, 2);
    assert_string_equal(d->unit.text, "ng/mL");
}

static void route_targets_keep_their_own_clauses(void **state)
{
    const onset_decl *d = statement(
        *state, "module m\nroute esketamine nasal\n  into nasal convert 1 / w f FR\n  into gut f 1 - FR alag 3 [min] dur 6 [h] \"t\"");

    assert_string_equal(d->name, "esketamine");
    assert_string_equal(d->route, "nasal");
    assert_int_equal(d->targets.n, 2);
    assert_string_equal(d->targets.items[0].state.name, "nasal");
    assert_non_null(d->targets.items[0].convert);
    assert_string_equal(d->targets.items[0].f->name, "FR");
    assert_null(d->targets.items[0].alag);
    assert_null(d->targets.items[1].convert);
    assert_int_equal(d->targets.items[1].f->op, ONSET_OP_SUB);
    assert_string_equal(d->targets.items[1].dur->unit.text, "h");
    assert_string_equal(d->text, "t");
}

static void use_has_module_path_and_alias(void **state)
{
    const onset_decl *d = statement(*state, "model m\nuse nmda \"a/b.onset\" as cortex");

    assert_string_equal(d->name, "nmda");
    assert_string_equal(d->path, "a/b.onset");
    assert_string_equal(d->alias, "cortex");
    assert_string_equal(statement(*state, "model m\nuse nmda")->alias, "nmda");
    assert_null(statement(*state, "model m\nuse nmda")->path);
}

static void panel_options(void **state)
{
    const onset_decl *d = statement(*state, "model m\npanel \"Plasma\" a, b.c log first 24 [h]");

    assert_string_equal(d->text, "Plasma");
    assert_int_equal(d->words.n, 2);
    assert_string_equal(d->words.items[1].name, "b.c");
    assert_true(d->log);
    assert_near(d->quantities.items[0].number, 24);
}

static void times_share_the_next_unit(void **state)
{
    static const struct {
        double      number;
        const char *unit;
    } expected[]        = {{0, "min"}, {40, "min"}, {4, "h"}, {1, "d"}, {28, "d"}};
    const onset_decl *d = statement(*state, "study s\nvisit 0, 40 [min], 4 [h], 1, 28 [d]");

    assert_int_equal(d->quantities.n, 5);
    for (int i = 0; i < 5; i++) {
        assert_near(d->quantities.items[i].number, expected[i].number);
        assert_string_equal(d->quantities.items[i].unit.text, expected[i].unit);
    }
    assert_null(statement(*state, "study s\nvisit 0")->quantities.items[0].unit.text);
}

static void grids_share_units_too(void **state)
{
    const onset_decl *d = statement(*state, "study s\ntrace 0..4 by 0.1 [h], 0..28 by 0.5 [d]");

    assert_int_equal(d->grids.n, 2);
    assert_string_equal(d->grids.items[0].to.unit.text, "h");
    assert_near(d->grids.items[1].to.number, 28);
    assert_string_equal(d->grids.items[1].from.unit.text, "d");
}

static const onset_dose_decl *dose(fixture *f, const char *text)
{
    const onset_decl *arm = statement(f, text);

    assert_int_equal(arm->body.n, 1);
    return &arm->body.items[0]->dose;
}

static void doses_hold_all_their_words(void **state)
{
    const onset_dose_decl *d = dose(*state, "study s\narm a { dose ketamine 0.5 [mg/kg] iv over 40 [min] at 0, 3 [d] max 40 [mg] }");

    assert_string_equal(d->drug.name, "ketamine");
    assert_string_equal(d->route.name, "iv");
    assert_string_equal(d->amount.unit.text, "mg/kg");
    assert_true(d->has_over && d->has_max && !d->has_rate && !d->repeated && !d->ss);
    assert_near(d->over.number, 40);
    assert_int_equal(d->at.n, 2);

    d = dose(*state, "study s\narm a { dose x 50 [mg] oral every 1 [d] from 7 to 14 [d] ss }");
    assert_true(d->repeated && d->has_to && d->ss);
    assert_near(d->from.number, 7);
    assert_string_equal(d->from.unit.text, "d");
    assert_near(d->to.number, 14);

    d = dose(*state, "study s\narm a { dose x 50 [mg] iv rate 5 [mg/h] every 12 [h] for 7 doses }");
    assert_true(d->has_rate && !d->has_to);
    assert_int_equal(d->n_doses, 7);
    assert_near(d->from.number, 0);
}

static void population_draws(void **state)
{
    const onset_decl *p =
        statement(*state, "study s\npopulation p { weight ~ lognormal(82, 20%) [kg] in 45..160\n sex ~ category(female 0.64, male 0.36) }");
    const onset_decl *w = p->body.items[0], *s = p->body.items[1];

    assert_int_equal(w->dist.kind, ONSET_DIST_LOGNORMAL);
    assert_near(w->dist.a, 82);
    assert_near(w->dist.b, 0.2);
    assert_string_equal(w->unit.text, "kg");
    assert_near(w->range.high, 160);
    assert_int_equal(s->dist.labels.n, 2);
    assert_near(s->dist.weights[1], 0.36);
}

static void spans_give_the_text_as_written(void **state)
{
    fixture          *f = *state;
    const onset_decl *d = statement(f, "study s\nendpoint e = madrs <=  10   \"t\" # c\n");

    assert_memory_equal(f->source->text + d->start, "endpoint e = madrs <=  10   \"t\"", d->end - d->start);
    assert_int_equal(d->value_end - d->value_start, strlen("madrs <=  10"));
    assert_memory_equal(f->source->text + d->value_start, "madrs <=  10", d->value_end - d->value_start);
}

static void wrong_statements_keep_their_names(void **state)
{
    const onset_file *file = parse(*state, "module m\nparam a = \nx = a +\nvisit 3\n");

    assert_int_equal(((fixture *)*state)->all.n_errors, 3);
    assert_int_equal(file->blocks.items[0]->decls.n, 2);
    assert_string_equal(file->blocks.items[0]->decls.items[0]->name, "a");
    assert_int_equal(file->blocks.items[0]->decls.items[0]->value->kind, ONSET_EXPR_BAD);
}

/* ---- Limits ---- */

static char *repeated(const char *head, const char *piece, int n, const char *middle, const char *end, int n_end)
{
    onset_text text = {0};

    onset_text_add(&text, head);
    for (int i = 0; i < n; i++) onset_text_add(&text, piece);
    onset_text_add(&text, middle);
    for (int i = 0; i < n_end; i++) onset_text_add(&text, end);
    return text.s;
}

static int errors_of(fixture *f, char *text)
{
    f->all = (onset_diagnostics){.arena = f->arena};
    parse(f, text);
    free(text);
    return f->all.n_errors;
}

static void nesting_has_a_limit_and_a_message(void **state)
{
    static const struct {
        const char *piece, *end;
    } kinds[]  = {{"(", ")"}, {"exp(", ")"}, {"-", ""}, {"2^", ""}, {"if a then ", " else 1"}, {"if ", " then 1 else 2"}, {"not ", ""}};
    fixture *f = *state;

    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        assert_int_equal(errors_of(f, repeated("module m\nx = ", kinds[i].piece, 200, "1", kinds[i].end, *kinds[i].end ? 200 : 0)), 0);
        assert_int_equal(errors_of(f, repeated("module m\nx = ", kinds[i].piece, 20000, "1", kinds[i].end, *kinds[i].end ? 20000 : 0)), 1);
        assert_non_null(strstr(f->all.list.items[0].message, "nested too deeply"));
    }
}

static void sums_have_a_limit_and_a_message(void **state)
{
    fixture *f = *state;

    assert_int_equal(errors_of(f, repeated("module m\nx = 0", " + a", 1900, "", "", 0)), 0);
    assert_int_equal(errors_of(f, repeated("module m\nx = 0", " + a", 100000, "", "", 0)), 1);
    assert_non_null(strstr(f->all.list.items[0].message, "the expression is too long"));
}

static void reporting_stops_in_a_hopeless_file(void **state)
{
    fixture *f = *state;

    assert_in_range(errors_of(f, repeated("module m\n", "x y\n", 100000, "", "", 0)), 1000, 1001);
    assert_in_range(errors_of(f, repeated("module m\n", "$", 100000, "", "", 0)), 1000, 1001);
}

static void every_error_is_reported_once(void **state)
{
    fixture *f = *state;

    assert_int_equal(errors_of(f, repeated("module m\n", "x = +\n", 100, "", "", 0)), 100);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(bom_and_line_ends_are_mended),
        TEST(empty_text_reads_well),
        TEST(bad_text_is_refused_with_its_place),
        TEST(good_characters_of_each_size_are_taken),
        TEST(too_large_a_text_is_refused),
        TEST(files_that_cannot_be_read_say_why),
        TEST(param_holds_all_its_clauses),
        TEST(param_iiv_kinds),
        TEST(keys_may_have_dots_and_hyphens),
        TEST(open_ranges_are_infinite),
        TEST(unit_of_a_lone_number_is_the_units),
        TEST(covariate_with_categories),
        TEST(output_error_parts),
        TEST(route_targets_keep_their_own_clauses),
        TEST(use_has_module_path_and_alias),
        TEST(panel_options),
        TEST(times_share_the_next_unit),
        TEST(grids_share_units_too),
        TEST(doses_hold_all_their_words),
        TEST(population_draws),
        TEST(spans_give_the_text_as_written),
        TEST(wrong_statements_keep_their_names),
        TEST(nesting_has_a_limit_and_a_message),
        TEST(sums_have_a_limit_and_a_message),
        TEST(reporting_stops_in_a_hopeless_file),
        TEST(every_error_is_reported_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
