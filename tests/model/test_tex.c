/* Equations in LaTeX, each against one written by hand. */
#include "model_of_text.h"

#include "model/check.h"
#include "model/expression.h"
#include "model/show.h"

#include <stdlib.h>

/* cmocka wants these before it, in this order. */
/* clang-format off */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
/* clang-format on */

static void expressions_are_as_written_by_hand(void **state)
{
    static const char *const cases[][2] = {
        {"a + b * c", "a + b \\cdot c"},
        {"(a + b) * c", "\\left(a + b\\right) \\cdot c"},
        {"a - (b - c)", "a - \\left(b - c\\right)"},
        {"a - b - c", "a - b - c"},
        {"a / b * c", "\\frac{a}{b} \\cdot c"},
        {"a / (b * c)", "\\frac{a}{b \\cdot c}"},
        {"(a + b) / (a - b)", "\\frac{a + b}{a - b}"},
        {"(a / b)^2", "\\left(\\frac{a}{b}\\right)^{2}"},
        {"(-a)^2", "\\left(-a\\right)^{2}"},
        {"-a^2", "-a^{2}"},
        {"a^b^c", "a^{b^{c}}"},
        {"(a^b)^c", "\\left(a^{b}\\right)^{c}"},
        {"a^(b + 1)", "a^{b + 1}"},
        {"-(a + b)", "-\\left(a + b\\right)"},
        {"-(a / b)", "-\\frac{a}{b}"},
        {"a * -b", "a \\cdot \\left(-b\\right)"},
        {"a - -b", "a - \\left(-b\\right)"},
        {"hill(a, b)", "\\frac{a}{b + a}"},
        {"hill(a, b, c)", "\\frac{a^{c}}{b^{c} + a^{c}}"},
        {"hill(a + 1, b, 2)^c", "\\left(\\frac{\\left(a + 1\\right)^{2}}{b^{2} + \\left(a + 1\\right)^{2}}\\right)^{c}"},
        {"exp(-a / b)", "\\exp\\left(\\frac{-a}{b}\\right)"},
        {"log(a) + log10(b)", "\\ln\\left(a\\right) + \\log_{10}\\left(b\\right)"},
        {"sqrt(a + b)", "\\sqrt{a + b}"},
        {"abs(a - b)", "\\left\\lvert a - b\\right\\rvert "},
        {"max(a, b, 0)", "\\max\\left(a, b, 0\\right)"},
        {"clip(a, 0, 1)", "\\min\\left(\\max\\left(a, 0\\right), 1\\right)"},
        {"expit(a)", "\\operatorname{expit}\\left(a\\right)"},
        {"if a > b then a else b", "\\begin{cases} a & \\text{if } a \\gt b \\cr b & \\text{otherwise} \\end{cases}"},
        {"if a > 1 then a else if b <= 2 and not (c == 3) then b else c",
         "\\begin{cases} a & \\text{if } a \\gt 1 \\cr b & \\text{if } b \\leq 2\\text{ and }\\text{not }\\left(c = 3\\right) \\cr c & "
         "\\text{otherwise} \\end{cases}"},
        {"(if a > b then 1 else 2) * c",
         "\\left(\\begin{cases} 1 & \\text{if } a \\gt b \\cr 2 & \\text{otherwise} \\end{cases}\\right) \\cdot c"},
        {"2e-7 * a", "2 \\times 10^{-7} \\cdot a"},
        {"a^1e-7", "a^{10^{-7}}"},
        {"0.5 [mg] / 1 [mg^2] * 1 [mg]", "\\frac{0.5~\\mathrm{mg}}{1~\\mathrm{mg^{2}}} \\cdot 1~\\mathrm{mg}"},
        {"a + 20%", "a + 0.2"},
    };
    fixture *f = *state;

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char  *form = "module m\ninput a [1] = 2\ninput b [1] = 3\ninput c [1] = 0.5\noutput y = %s [1]\n"
                            "output unused = a + b + c\n";
        onset_text   text = {0};
        onset_model *m    = model_of(f, onset_arena_printf(f->arena, form, cases[i][0]));

        onset_expression_tex(m->outputs[0].expr, &text);
        assert_string_equal(text.s, cases[i][1]);
        onset_text_free(&text);
    }
}

static void names_and_units(void **state)
{
    static const char *const names[][2] = {{"k", "k"},
                                           {"central", "\\mathrm{central}"},
                                           {"k_el", "k_{\\mathrm{el}}"},
                                           {"tau", "\\tau"},
                                           {"tau_mood", "\\tau_{\\mathrm{mood}}"},
                                           {"EC50_b_max", "\\mathrm{EC50}_{\\mathrm{b,max}}"},
                                           {"early_target", "\\mathrm{early~target}"},
                                           {"caps5_baseline", "\\mathrm{caps5~baseline}"},
                                           {"nmda.k_on", "\\mathrm{nmda}.k_{\\mathrm{on}}"}};
    static const char *const units[][2] = {
        {"mg/L", "\\mathrm{mg/L}"}, {"ng*h/mL", "\\mathrm{ng\\cdot h/mL}"}, {"m^2", "\\mathrm{m^{2}}"}, {"h^-1", "\\mathrm{h^{-1}}"}};

    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        onset_text text = {0};
        onset_name_tex(names[i][0], &text);
        assert_string_equal(text.s, names[i][1]);
        onset_text_free(&text);
    }
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        onset_text text = {0};
        onset_unit_tex(units[i][0], &text);
        assert_string_equal(text.s, units[i][1]);
        onset_text_free(&text);
    }
}

static void expect_line(const onset_text *text, const char *line)
{
    if (!strstr(text->s, line)) fail_msg("no '%s' in:\n%s", line, text->s);
}

static void a_module_is_a_page(void **state)
{
    fixture     *f    = *state;
    onset_text   text = {0};
    onset_model *m    = model_of(f, "module m\ncovariate weight [kg] = 70 in 1..400 \"body weight\"\n"
                                       "param CL = 5 [L/h] iiv 30% scale (weight / 70 [kg])^0.75 assumed \"an example | of a pipe\"\n"
                                       "param V = 40 [L] calibrated \"to nothing\"\nparam F = 0.8 iiv logit 0.5 assumed \"why\"\n"
                                       "state central = 0 [mg] \"in the body\"\nlost = CL / V * central [mg/h] \"by the liver\"\n"
                                       "d/dt(central) = -lost\n"
                                       "output level = central / V [mg/L] in 0.. error 1 + 15% \"in plasma\"\n"
                                       "route drug oral into central f F alag 2 [h]\n");

    onset_model_show_equations(m, f->library, &text);
    assert_false(text.failed);
    expect_line(&text, "| $\\mathrm{weight}$ | body weight | kg | 70 |");
    expect_line(&text, "| $\\mathrm{central}$ | in the body | mg | $0~\\mathrm{mg}$ |");
    expect_line(&text, "\n$$ \\frac{d\\thinspace \\mathrm{central}}{dt} = -\\mathrm{lost} $$\n");
    expect_line(&text, "`lost` [mg/h]: by the liver\n\n$$ \\mathrm{lost} = \\frac{\\mathrm{CL}}{V} \\cdot \\mathrm{central} $$\n");
    expect_line(&text, "`level` [mg/L]: in plasma, not below 0; observed with an error of SD 1 and 15 %\n");
    expect_line(&text, "| drug | oral | $\\mathrm{central}$ | 1 | $F$ | $2~\\mathrm{h}$ |");
    expect_line(&text, "| $\\mathrm{CL}$ | `CL` | 5 | L/h | CV 30 % | assumed: an example \\| of a pipe |");
    expect_line(&text, "| $V$ | `V` | 40 | L |  | calibrated: to nothing |");
    expect_line(&text, "| $F$ | `F` | 0.8 |  | SD of the logit 0.5 | assumed: why |");
    expect_line(&text, "`CL` is multiplied by\n\n$$ \\left(\\frac{\\mathrm{weight}}{70~\\mathrm{kg}}\\right)^{0.75} $$\n");
    onset_text_free(&text);
}

static void a_long_sum_is_written_a_term_a_line(void **state)
{
    fixture     *f    = *state;
    onset_text   text = {0};
    onset_model *m =
        model_of(f, "module m\ninput a [1] = 2\ninput b [1] = 3\n"
                    "output y = a * a * a * a * a * a * a * a * a * a * a + b * b * b * b * b * b * b * b * b - (a - b) * a [1]\n");

    onset_equation_tex("y", m->outputs[0].expr, &text);
    assert_non_null(strstr(text.s, "\\begin{aligned} y &= a \\cdot a"));
    assert_non_null(strstr(text.s, " \\cr &\\quad {}+ b \\cdot b"));
    assert_non_null(strstr(text.s, " \\cr &\\quad {}- \\left(a - b\\right) \\cdot a \\end{aligned}"));
    onset_text_free(&text);
}

/* A backslash before a sign is Markdown's: GitHub would eat it. */
static void nothing_in_mathematics_is_an_escape_of_markdown(void **state)
{
    fixture     *f    = *state;
    onset_text   text = {0};
    onset_model *m    = model_of(f, "module m\ninput a [1] = 2\n"
                                       "output y = if abs(a) < 1 or a != 3 then clip(a, 0, 1) / 2 [%] * 1 [%] else sqrt(a) + floor(a)^2 [1]\n");

    onset_expression_tex(m->outputs[0].expr, &text);
    for (const char *s = text.s; *s; s++)
        if (*s == '\\' && !strchr("abcdefghijklmnopqrstuvwxyz", s[1])) fail_msg("'%.5s' in %s", s, text.s);
    assert_null(strpbrk(text.s, "|*<>"));
    onset_text_free(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(expressions_are_as_written_by_hand, setup, teardown),
        cmocka_unit_test_setup_teardown(names_and_units, setup, teardown),
        cmocka_unit_test_setup_teardown(a_module_is_a_page, setup, teardown),
        cmocka_unit_test_setup_teardown(a_long_sum_is_written_a_term_a_line, setup, teardown),
        cmocka_unit_test_setup_teardown(nothing_in_mathematics_is_an_escape_of_markdown, setup, teardown),
    };

    return cmocka_run_group_tests_name("tex", tests, NULL, NULL);
}
