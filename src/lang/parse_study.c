#include "lang/parse.h"

#include <math.h>

/* Chosen by us. Seeds are exact in a double, and so in every language that reads the result; of subjects there are fewer than people. */
static const double seed_max = 9007199254740992.0, subjects_max = 1e9, doses_max = 1e6;

static double parse_count(onset_parser *p, const char *what, double low, double high)
{
    const onset_place place  = onset_parse_peek(p)->place;
    const double      number = onset_parse_number(p, what);

    if (p->failed) return 0;
    if (number != floor(number) || number < low || number > high)
        onset_parse_fail_at(p, place, "", "%s is a whole number between %.0f and %.0f, not %g", what, low, high, number);
    return number;
}

void onset_parse_seed(onset_parser *p, onset_decl *d)
{
    d->number = parse_count(p, "the seed", 0, seed_max);
}

void onset_parse_control(onset_parser *p, onset_decl *d)
{
    onset_parse_names(p, "the name of an arm", false, &d->words);
}

/* ---- Times ---- */

void onset_parse_visit(onset_parser *p, onset_decl *d)
{
    onset_parse_quantities(p, "the time of a visit", &d->quantities);
    for (int i = 0; i < d->quantities.n; i++)
        if (d->quantities.items[i].number < 0)
            onset_parse_fail_at(p, d->quantities.items[i].place, "time 0 is the start of the study", "a visit before time zero");
}

static bool parse_grid(onset_parser *p, onset_grid *grid)
{
    grid->from = onset_parse_quantity(p, "the start of the curve");
    onset_parse_expect(p, ONSET_SYMBOL_DOTS, "after the start");
    grid->to = onset_parse_quantity(p, "the end of the curve");
    if (!p->failed && !onset_parse_accept_word(p, "by"))
        onset_parse_fail(p, NULL, "expected 'by' and a step, found %s", onset_parse_found(p));
    grid->by.place  = onset_parse_peek(p)->place;
    grid->by.number = onset_parse_positive(p, "the step of the curve", false);
    grid->by.unit   = onset_parse_unit(p);
    if (!p->failed && grid->from.number < 0) onset_parse_fail_at(p, grid->from.place, "", "a curve that starts before time zero");
    return !p->failed;
}

void onset_parse_trace(onset_parser *p, onset_decl *d)
{
    ONSET_VEC(onset_quantity *) times = {0};
    onset_grid grid;

    do {
        if (!parse_grid(p, &grid)) return;
        onset_vec_push(p->arena, &d->grids, grid);
    } while (onset_parse_accept(p, ONSET_SYMBOL_COMMA));

    for (int i = 0; i < d->grids.n; i++) {
        onset_vec_push(p->arena, &times, &d->grids.items[i].from);
        onset_vec_push(p->arena, &times, &d->grids.items[i].to);
        onset_vec_push(p->arena, &times, &d->grids.items[i].by);
    }
    onset_parse_share_units(p, times.items, times.n);
}

void onset_parse_endpoint(onset_parser *p, onset_decl *d)
{
    onset_parse_decl_name(p, d, "the name of the endpoint", false);
    onset_parse_expect(p, ONSET_SYMBOL_ASSIGN, "after the name of the endpoint");
    onset_parse_value(p, d);
    onset_parse_clause_text(p, d);
}

/* ---- Expectations ---- */

/* `at T`: one time. */
static bool parse_at(onset_parser *p, onset_decl *d)
{
    const onset_place place = onset_parse_peek(p)->place;
    const bool        given = d->quantities.n > 0;

    if (p->failed || !onset_parse_accept_word(p, "at")) return false;
    onset_parse_quantities(p, "the time of a visit", &d->quantities);
    if (given)
        onset_parse_fail_at(p, place, "write a second expect", "the time is given already");
    else if (d->quantities.n > 1)
        onset_parse_fail_at(p, d->quantities.items[1].place, "write one expect for each", "an expectation has one time");
    return true;
}

void onset_parse_expectation(onset_parser *p, onset_decl *d)
{
    d->value_start = onset_parse_peek(p)->start;
    onset_parse_decl_name(p, d, "a measure, such as difference", false);
    onset_parse_expect(p, ONSET_SYMBOL_OPEN, "after the measure");
    if (!p->failed) onset_parse_names(p, "an output and arms", true, &d->words);
    onset_parse_expect(p, ONSET_SYMBOL_CLOSE, "after the arms");
    d->value_end = p->at > 0 ? p->tokens.items[p->at - 1].end : d->value_start;
    while (!p->failed) {
        if (onset_parse_accept_word(p, "in"))
            d->unit = onset_parse_limits(p, &d->range);
        else if (!parse_at(p, d) && !onset_parse_citation(p, d) && !onset_parse_clause_text(p, d))
            break;
    }
    if (p->failed || p->unclosed) return;
    if (d->quantities.n == 0)
        onset_parse_fail(p, NULL, "expected 'at' and the time of a visit, found %s", onset_parse_found(p));
    else if (!d->range.given)
        onset_parse_fail(p, NULL, "expected 'in' and the published range, found %s", onset_parse_found(p));
}

/* ---- Populations ---- */

void onset_parse_population(onset_parser *p, onset_decl *d)
{
    onset_parse_decl_name(p, d, "the name of the population", false);
    onset_parse_clause_text(p, d);
    onset_parse_braces(p, ONSET_IN_POPULATION, &d->body);
}

void onset_parse_subjects(onset_parser *p, onset_decl *d)
{
    d->number = parse_count(p, "the number of subjects", 1, subjects_max);
}

void onset_parse_require(onset_parser *p, onset_decl *d)
{
    onset_parse_value(p, d);
}

void onset_parse_file(onset_parser *p, onset_decl *d)
{
    if (!onset_parse_is_kind(p, ONSET_TOKEN_TEXT))
        onset_parse_fail(p, NULL, "expected the path of the file in quotes, found %s", onset_parse_found(p));
    onset_parse_path(p, d);
}

void onset_parse_derived(onset_parser *p, onset_decl *d)
{
    onset_parse_decl_name(p, d, "a name", true);
    onset_parse_expect(p, ONSET_SYMBOL_ASSIGN, "after the name");
    onset_parse_value(p, d);
    onset_parse_own_unit(p, d);
}

static const struct {
    const char     *word;
    onset_dist_kind kind;
    int             n; /* numbers; 0: categories */
    const char     *form, *a, *b;
} distributions[] = {
    {"normal", ONSET_DIST_NORMAL, 2, "normal(mean, SD)", "the mean", "the SD"},
    {"lognormal", ONSET_DIST_LOGNORMAL, 2, "lognormal(median, CV)", "the median", "the CV"},
    {"uniform", ONSET_DIST_UNIFORM, 2, "uniform(low, high)", "the lower end", "the upper end"},
    {"logitnormal", ONSET_DIST_LOGITNORMAL, 2, "logitnormal(median, SD on the logit scale)", "the median", "the SD on the logit scale"},
    {"poisson", ONSET_DIST_POISSON, 1, "poisson(mean)", "the mean", ""},
    {"category", ONSET_DIST_CATEGORY, 0, "category(label weight, label weight, ...)", "", ""},
};
enum { N_DISTRIBUTIONS = sizeof distributions / sizeof *distributions };

static void parse_categories(onset_parser *p, onset_dist *dist)
{
    ONSET_VEC(double) weights = {0};
    double sum                = 0;

    do {
        onset_word label;
        onset_parse_name(p, "a category and its weight", false, &label);
        const double weight = onset_parse_positive(p, "the weight of a category", true);
        if (p->failed) return;
        for (int i = 0; i < dist->labels.n; i++)
            if (strcmp(dist->labels.items[i].name, label.name) == 0)
                onset_parse_fail_at(p, label.place, "", "the category '%s' is listed twice", label.name);
        onset_vec_push(p->arena, &dist->labels, label);
        onset_vec_push(p->arena, &weights, weight);
        sum += weight;
    } while (!p->failed && onset_parse_accept(p, ONSET_SYMBOL_COMMA));
    if (!(sum > 0)) onset_parse_fail_at(p, dist->place, "", "all categories have weight 0");
    dist->weights = weights.items;
}

/* The numbers that make no distribution. */
static void check_numbers(onset_parser *p, const onset_dist *dist)
{
    const bool has_spread = dist->kind == ONSET_DIST_NORMAL || dist->kind == ONSET_DIST_LOGNORMAL || dist->kind == ONSET_DIST_LOGITNORMAL;

    if (has_spread && dist->b < 0) onset_parse_fail_at(p, dist->place, "", "the spread of a distribution is not negative");
    if (dist->kind == ONSET_DIST_LOGNORMAL && dist->a <= 0)
        onset_parse_fail_at(p, dist->place, "", "the median of a log-normal distribution is above zero");
    if (dist->kind == ONSET_DIST_LOGNORMAL && dist->b >= 3)
        onset_parse_fail_at(p, dist->place, "the second number is the CV, such as 20%", "a log-normal distribution with a CV of %g %%",
                            100 * dist->b);
    if (dist->kind == ONSET_DIST_UNIFORM && !(dist->a < dist->b))
        onset_parse_fail_at(p, dist->place, "", "the lower end is not below the upper end");
    if (dist->kind == ONSET_DIST_LOGITNORMAL && !(dist->a > 0 && dist->a < 1))
        onset_parse_fail_at(p, dist->place, "", "the median of a logit-normal distribution lies between 0 and 1");
    if (dist->kind == ONSET_DIST_POISSON && dist->a < 0)
        onset_parse_fail_at(p, dist->place, "", "the mean of a Poisson distribution is not negative");
}

static void refuse_unit(onset_parser *p)
{
    if (!p->failed && onset_parse_is_kind(p, ONSET_TOKEN_UNIT))
        onset_parse_fail(p, "write it after the )", "the unit of a distribution stands behind it");
}

static void parse_distribution(onset_parser *p, onset_dist *dist)
{
    const char *words[N_DISTRIBUTIONS], *near;
    onset_word  word;
    int         k = 0;

    if (!onset_parse_name(p, "a distribution", false, &word)) return;
    for (int i = 0; i < N_DISTRIBUTIONS; i++) words[i] = distributions[i].word;
    while (k < N_DISTRIBUTIONS && strcmp(words[k], word.name) != 0) k++;
    if (k == N_DISTRIBUTIONS) {
        near = onset_nearest(word.name, words, N_DISTRIBUTIONS);
        onset_parse_fail_at(p, word.place,
                            near ? onset_arena_printf(p->arena, "did you mean '%s'?", near)
                                 : "there are normal, lognormal, uniform, logitnormal, poisson and category",
                            "unknown distribution '%s'", word.name);
        return;
    }
    p->form     = distributions[k].form;
    dist->kind  = distributions[k].kind;
    dist->place = word.place;
    onset_parse_expect(p, ONSET_SYMBOL_OPEN, "after the distribution");
    if (dist->kind == ONSET_DIST_CATEGORY) parse_categories(p, dist);
    if (distributions[k].n > 0) dist->a = onset_parse_number(p, distributions[k].a);
    refuse_unit(p);
    if (distributions[k].n > 1) {
        onset_parse_expect(p, ONSET_SYMBOL_COMMA, onset_arena_printf(p->arena, "and %s", distributions[k].b));
        dist->b = onset_parse_number(p, distributions[k].b);
    }
    refuse_unit(p);
    onset_parse_expect(p, ONSET_SYMBOL_CLOSE, "to end the distribution");
    if (!p->failed) check_numbers(p, dist);
}

/* What may follow a distribution; false where neither does. */
static bool parse_range_or_unit(onset_parser *p, onset_decl *d)
{
    if (onset_parse_accept_word(p, "in"))
        onset_parse_range(p, &d->range, d);
    else if (onset_parse_is_kind(p, ONSET_TOKEN_UNIT) && !d->unit.text)
        onset_parse_own_unit(p, d);
    else
        return false;
    return true;
}

void onset_parse_draw(onset_parser *p, onset_decl *d)
{
    onset_parse_decl_name(p, d, "a name", true);
    onset_parse_expect(p, ONSET_SYMBOL_TILDE, "after the name");
    parse_distribution(p, &d->dist);
    while (!p->failed && parse_range_or_unit(p, d)) continue;
}

/* A population's draw with a source, of a parameter or of its variability: `iiv` and a name. */
void onset_parse_estimate(onset_parser *p, onset_decl *d)
{
    if (onset_parse_is_word(p, "iiv") && onset_parse_ahead(p, 1)->kind == ONSET_TOKEN_NAME) {
        d->iiv.place = onset_parse_take(p)->place;
        d->iiv.given = true;
    }
    onset_parse_decl_name(p, d, "a parameter, such as kinetics.CL", true);
    onset_parse_expect(p, ONSET_SYMBOL_TILDE, "after the parameter");
    parse_distribution(p, &d->dist);
    while (!p->failed && (parse_range_or_unit(p, d) || onset_parse_citation(p, d) || onset_parse_clause_text(p, d))) continue;
}

/* ---- Arms ---- */

void onset_parse_regimen(onset_parser *p, onset_decl *d)
{
    onset_parse_decl_name(p, d, "the name of the regimen", false);
    onset_parse_clause_text(p, d);
    onset_parse_braces(p, ONSET_IN_REGIMEN, &d->body);
}

void onset_parse_arm(onset_parser *p, onset_decl *d)
{
    onset_parse_decl_name(p, d, "the name of the arm", false);
    onset_parse_clause_text(p, d);
    onset_parse_braces(p, ONSET_IN_ARM, &d->body);
}

void onset_parse_give(onset_parser *p, onset_decl *d)
{
    onset_parse_decl_name(p, d, "the name of a regimen", false);
    if (!p->failed && onset_parse_accept_word(p, "from")) onset_parse_quantities(p, "the time it starts", &d->quantities);
    if (!p->failed && d->quantities.n > 1)
        onset_parse_fail_at(p, d->quantities.items[1].place, "write one give for each", "a regimen is given from one time");
}

void onset_parse_arm_set(onset_parser *p, onset_decl *d)
{
    onset_parse_decl_name(p, d, "the name of a covariate", false);
    onset_parse_expect(p, ONSET_SYMBOL_ASSIGN, "after the name of the covariate");
    onset_parse_number_value(p, d, "the value of the covariate");
    if (!p->failed && onset_parse_accept_word(p, "at")) onset_parse_quantities(p, "the time of the change", &d->quantities);
    if (!p->failed && d->quantities.n > 1)
        onset_parse_fail_at(p, d->quantities.items[1].place, "write one set for each", "a covariate is set at one time");
}

/* `over`, `rate`, `max`: a quantity, once. */
static bool parse_dose_quantity(onset_parser *p, const char *word, const char *what, bool *has, onset_quantity *q)
{
    const onset_place place = onset_parse_peek(p)->place;

    if (p->failed || !onset_parse_accept_word(p, word)) return false;
    if (*has) onset_parse_fail_at(p, place, "", "a second %s", word);
    *has      = true;
    q->place  = onset_parse_peek(p)->place;
    q->number = onset_parse_number(p, what);
    q->unit   = onset_parse_unit(p);
    if (p->failed) return true;
    if (q->number <= 0 && strcmp(word, "over") == 0)
        onset_parse_fail_at(p, q->place, "leave `over` out for a bolus", "an infusion of %s length", q->number < 0 ? "negative" : "zero");
    else if (q->number <= 0)
        onset_parse_fail_at(p, q->place, "", "%s is above zero", what);
    else if (!q->unit.text)
        onset_parse_fail_at(p, q->place, "", "%s needs a unit", what);
    return true;
}

/* After `every`: T, then from, and to or for. */
static void parse_every(onset_parser *p, onset_dose_decl *dose, onset_place place)
{
    onset_quantity *times[3];
    int             n = 0;

    dose->repeated     = true;
    dose->every.place  = onset_parse_peek(p)->place;
    dose->every.number = onset_parse_positive(p, "the interval between doses", false);
    dose->every.unit   = onset_parse_unit(p);
    dose->from.place   = place;
    times[n++]         = &dose->every;
    if (!p->failed && onset_parse_accept_word(p, "from")) {
        dose->from = onset_parse_quantity(p, "the time of the first dose");
        times[n++] = &dose->from;
    }
    if (!p->failed && onset_parse_accept_word(p, "to")) {
        dose->to     = onset_parse_quantity(p, "the time when dosing ends");
        dose->has_to = true;
        times[n++]   = &dose->to;
    } else if (!p->failed && onset_parse_accept_word(p, "for")) {
        dose->n_doses = (int)parse_count(p, "the number of doses", 1, doses_max);
        if (!p->failed && !onset_parse_accept_word(p, "doses") && !onset_parse_accept_word(p, "dose"))
            onset_parse_fail(p, "for N doses; to end at a time, write to 28 [d]", "expected 'doses', found %s", onset_parse_found(p));
    }
    onset_parse_share_units(p, times, n);
}

static bool parse_when(onset_parser *p, onset_dose_decl *dose)
{
    const onset_place place = onset_parse_peek(p)->place;
    const bool        given = dose->repeated || dose->at.n > 0;

    if (p->failed || !(onset_parse_is_word(p, "at") || onset_parse_is_word(p, "every"))) return false;
    if (given) {
        onset_parse_fail(p, "write a second dose statement", "the time of this dose is given already");
        return true;
    }
    if (onset_parse_accept_word(p, "at"))
        onset_parse_quantities(p, "the time of a dose", &dose->at);
    else if (onset_parse_accept_word(p, "every"))
        parse_every(p, dose, place);
    for (int i = 0; i < dose->at.n; i++)
        if (dose->at.items[i].number < 0) onset_parse_fail_at(p, dose->at.items[i].place, "", "a dose before time zero");
    if (dose->from.number < 0) onset_parse_fail_at(p, dose->from.place, "", "a dose before time zero");
    return true;
}

void onset_parse_dose(onset_parser *p, onset_decl *d)
{
    onset_dose_decl *const dose = &d->dose;

    onset_parse_decl_name(p, d, "the name of a drug", true);
    dose->drug          = (onset_word){d->name, d->name_place};
    dose->amount.place  = onset_parse_peek(p)->place;
    dose->amount.number = onset_parse_number(p, "the amount of the dose");
    dose->amount.unit   = onset_parse_unit(p);
    if (!p->failed && dose->amount.number < 0) onset_parse_fail_at(p, dose->amount.place, "", "a negative dose");
    if (!p->failed && !dose->amount.unit.text)
        onset_parse_fail_at(p, dose->amount.place, "such as 0.5 [mg/kg] or 100 [mg]", "the amount of a dose needs a unit");
    onset_parse_name(p, "the route of the dose, such as iv or oral", false, &dose->route);
    if (!p->failed && onset_token_continues(dose->route.name) && strcmp(dose->route.name, "in") != 0)
        onset_parse_fail_at(p, dose->route.place, "", "expected the route of the dose, such as iv or oral, found '%s'", dose->route.name);
    while (!p->failed) {
        const onset_place place = onset_parse_peek(p)->place;
        if (parse_dose_quantity(p, "over", "the duration of the infusion", &dose->has_over, &dose->over) ||
            parse_dose_quantity(p, "rate", "the rate of the infusion", &dose->has_rate, &dose->rate) ||
            parse_dose_quantity(p, "max", "the largest dose", &dose->has_max, &dose->max) || parse_when(p, dose))
            continue;
        if (!onset_parse_accept_word(p, "ss")) break;
        if (dose->ss) onset_parse_fail_at(p, place, "", "a second ss");
        dose->ss = true;
    }
    if (p->failed) return;
    if (dose->has_over && dose->has_rate) onset_parse_fail_at(p, dose->rate.place, "keep one of them", "both `over` and `rate` are given");
    if (dose->ss && !dose->repeated) onset_parse_fail_at(p, d->place, "give its `every`", "`ss` needs a dose that is repeated");
    if (!dose->repeated && dose->at.n == 0 && onset_parse_at_end(p))
        onset_parse_fail(p, "at 0 [d], or every 1 [d] from 0 to 7 [d]", "expected the time of the dose, found %s", onset_parse_found(p));
}
