#include "base/units.h"

#include "base/error.h"
#include "base/names.h"
#include "base/units_private.h"

#include <ctype.h>
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <udunits2.h>

enum { N_BASE = ONSET_N_DIMENSIONS, RADIAN = 7, TEXT_MAX = 200 };

/* The symbols under which UDUNITS-2 knows our base units, in the order of onset_unit.power. */
static const char *const base_symbols[N_BASE] = {"m", "kg", "s", "A", "K", "mol", "cd", "rad"};

const onset_unit onset_unit_one  = {.scale = 1};
const onset_unit onset_unit_hour = {.scale = 3600, .power = {0, 0, 1}};

typedef ONSET_VEC(onset_unit) units;

struct onset_unit_system {
    onset_arena *arena;
    onset_names  known; /* text -> index of values */
    units        values;
    ut_system   *database; /* NULL until a text needs it: reading it takes some 4 ms */
    ut_unit     *base[N_BASE];
};

/* UDUNITS-2 keeps its parser's state and its message handler in globals of its own, so one thread at a time may be in it. */
static pthread_mutex_t udunits_lock = PTHREAD_MUTEX_INITIALIZER;

onset_status onset_unit_system_create(onset_error *err, onset_unit_system **out)
{
    onset_unit_system *system = calloc(1, sizeof *system);

    *out = NULL;
    if (system) system->arena = onset_arena_create();
    if (!system || !system->arena) {
        free(system);
        return onset_fail(err, ONSET_NO_MEMORY, "no memory for the units");
    }
    *out = system;
    return ONSET_OK;
}

void onset_unit_system_free(onset_unit_system *system)
{
    if (!system) return;
    pthread_mutex_lock(&udunits_lock);
    for (int i = 0; i < N_BASE; i++) ut_free(system->base[i]);
    ut_free_system(system->database);
    pthread_mutex_unlock(&udunits_lock);
    onset_arena_free(system->arena);
    free(system);
}

/* ---- Through UDUNITS-2 ---- */

typedef struct {
    onset_unit_system *system;
    onset_unit         unit;
    bool               has_offset, is_logarithmic;
} visit;

static ut_status visit_basic(const ut_unit *unit, void *ctx)
{
    visit *v = ctx;

    for (int i = 0; i < N_BASE; i++) v->unit.power[i] += ut_compare(unit, v->system->base[i]) == 0;
    return UT_SUCCESS;
}

static ut_status visit_product(const ut_unit *unit, int count, const ut_unit *const *basic, const int *powers, void *ctx)
{
    visit *v = ctx;

    (void)unit;
    for (int k = 0; k < count; k++)
        for (int i = 0; i < N_BASE; i++)
            if (ut_compare(basic[k], v->system->base[i]) == 0) v->unit.power[i] += powers[k];
    return UT_SUCCESS;
}

static ut_status visit_galilean(const ut_unit *unit, double scale, const ut_unit *underlying, double offset, void *ctx);

static ut_status visit_timestamp(const ut_unit *unit, const ut_unit *time, double origin, void *ctx)
{
    (void)unit, (void)time, (void)origin;
    ((visit *)ctx)->has_offset = true;
    return UT_SUCCESS;
}

static ut_status visit_logarithmic(const ut_unit *unit, double base, const ut_unit *reference, void *ctx)
{
    (void)unit, (void)base, (void)reference;
    ((visit *)ctx)->is_logarithmic = true;
    return UT_SUCCESS;
}

static const ut_visitor visitor = {visit_basic, visit_product, visit_galilean, visit_timestamp, visit_logarithmic};

static ut_status visit_galilean(const ut_unit *unit, double scale, const ut_unit *underlying, double offset, void *ctx)
{
    visit *v = ctx;

    (void)unit;
    v->unit.scale *= scale;
    if (offset != 0) v->has_offset = true;
    return ut_accept_visitor(underlying, &visitor, ctx);
}

static bool database_read(onset_unit_system *system)
{
    bool ok = true;

    if (system->database) return true;
    system->database = ut_read_xml(NULL);
    if (!system->database) return false;
    for (int i = 0; i < N_BASE; i++) {
        system->base[i] = ut_get_unit_by_symbol(system->database, base_symbols[i]);
        ok              = ok && system->base[i];
    }
    if (ok) return true;
    for (int i = 0; i < N_BASE; i++) {
        ut_free(system->base[i]);
        system->base[i] = NULL;
    }
    ut_free_system(system->database);
    system->database = NULL;
    return false;
}

/* Under the lock, with UDUNITS' own printing silenced. */
static onset_status parse_locked(onset_error *err, onset_unit_system *system, const char *text, onset_unit *out)
{
    visit    v = {.system = system, .unit = onset_unit_one};
    ut_unit *unit;

    if (!database_read(system))
        return onset_fail(err, ONSET_NO_FILE, "the unit database of UDUNITS-2 could not be read, so '%s' is not known", text);
    unit = ut_parse(system->database, text, UT_UTF8);
    if (!unit) return onset_fail(err, ONSET_BAD_INPUT, "'%s' is not a unit", text);
    ut_accept_visitor(unit, &visitor, &v);
    ut_free(unit);
    if (v.is_logarithmic) return onset_fail(err, ONSET_BAD_INPUT, "'%s' is a logarithmic unit; a model needs plain ones", text);
    if (v.has_offset) return onset_fail(err, ONSET_BAD_INPUT, "'%s' has a zero of its own; a model needs a unit without offset", text);
    v.unit.power[RADIAN] = 0; /* m/m: an angle is a number */
    *out                 = v.unit;
    return ONSET_OK;
}

onset_status onset_unit_parse_udunits(onset_error *err, onset_unit_system *system, const char *text, onset_unit *out)
{
    ut_error_message_handler before;
    onset_status             status;

    pthread_mutex_lock(&udunits_lock);
    before = ut_set_error_message_handler(ut_ignore);
    status = parse_locked(err, system, text, out);
    ut_set_error_message_handler(before);
    pthread_mutex_unlock(&udunits_lock);
    return status;
}

/* UDUNITS-2 reads "h^0.5" as h^0 times 0.5. Nobody means that. */
static bool has_broken_power(const char *text)
{
    for (const char *s = text; *s; s++) {
        const bool power = *s == '^' || (isalpha((unsigned char)*s) && (isdigit((unsigned char)s[1]) || s[1] == '-'));

        if (!power) continue;
        s++;
        while (*s == ' ' || *s == '+' || *s == '-') s++;
        if (*s == '.') return true;
        while (isdigit((unsigned char)*s)) s++;
        if (*s == '.' && isdigit((unsigned char)s[1])) return true;
        s--;
    }
    return false;
}

/* UDUNITS-2 overlooks a parenthesis too many. */
static bool is_balanced(const char *text)
{
    int depth = 0;

    for (; *text && depth >= 0; text++) depth += (*text == '(') - (*text == ')');
    return depth == 0;
}

/* ---- Parsing with a cache ---- */

typedef struct {
    onset_unit_system *system;
    const char        *text;
    onset_unit         unit;
} keep;

static void keep_body(void *ctx)
{
    keep              *k = ctx;
    onset_unit_system *s = k->system;

    onset_vec_push(s->arena, &s->values, k->unit);
    onset_names_put(s->arena, &s->known, onset_arena_copy(s->arena, k->text, strlen(k->text)), s->values.n - 1);
}

static onset_status parse_trimmed(onset_error *err, onset_unit_system *system, const char *text, onset_unit *out)
{
    const int known = onset_names_find(&system->known, text);
    keep      k     = {.system = system, .text = text};

    if (known >= 0) {
        *out = system->values.items[known];
        return ONSET_OK;
    }
    if (!onset_unit_parse_everyday(text, &k.unit)) {
        onset_status status;

        if (has_broken_power(text)) return onset_fail(err, ONSET_BAD_INPUT, "'%s': the power of a unit is a whole number", text);
        if (!is_balanced(text)) return onset_fail(err, ONSET_BAD_INPUT, "'%s' is not a unit: its parentheses do not match", text);
        status = onset_unit_parse_udunits(err, system, text, &k.unit);
        if (status != ONSET_OK) return status;
    }
    if (!onset_arena_run(system->arena, keep_body, &k)) {
        system->known = (onset_names){0}; /* it may be half grown */
        return onset_fail(err, ONSET_NO_MEMORY, "no memory for the units");
    }
    *out = k.unit;
    return ONSET_OK;
}

onset_status onset_unit_parse(onset_error *err, onset_unit_system *system, const char *text, onset_unit *out)
{
    char   trimmed[TEXT_MAX + 1];
    size_t n;

    *out = onset_unit_one;
    while (isspace((unsigned char)*text)) text++;
    n = strlen(text);
    while (n && isspace((unsigned char)text[n - 1])) n--;
    if (n == 0) return onset_fail(err, ONSET_BAD_INPUT, "a unit is missing; write [1] for none");
    if (n > TEXT_MAX) return onset_fail(err, ONSET_BAD_INPUT, "a unit of %zu characters is too long", n);
    memcpy(trimmed, text, n);
    trimmed[n] = 0;
    return parse_trimmed(err, system, trimmed, out);
}

/* ---- The algebra ---- */

onset_unit onset_unit_multiply(onset_unit a, onset_unit b)
{
    a.scale *= b.scale;
    for (int i = 0; i < N_BASE; i++) a.power[i] += b.power[i];
    return a;
}

onset_unit onset_unit_divide(onset_unit a, onset_unit b)
{
    a.scale /= b.scale;
    for (int i = 0; i < N_BASE; i++) a.power[i] -= b.power[i];
    return a;
}

onset_unit onset_unit_raise(onset_unit a, double power)
{
    a.scale = pow(a.scale, power);
    for (int i = 0; i < N_BASE; i++) a.power[i] *= power;
    return a;
}

/* Powers such as 0.75 are exact enough that a third taken three times is 1 again. */
static bool same_power(double a, double b)
{
    return fabs(a - b) < 1e-9;
}

bool onset_unit_same_dimension(onset_unit a, onset_unit b)
{
    for (int i = 0; i < N_BASE; i++)
        if (!same_power(a.power[i], b.power[i])) return false;
    return true;
}

bool onset_unit_is_dimensionless(onset_unit a)
{
    return onset_unit_same_dimension(a, onset_unit_one);
}

double onset_unit_factor(onset_unit from, onset_unit to)
{
    const double factor = from.scale / to.scale;
    char         text[40];
    double       round;

    /* Scales carry rounding of a few units in the last place. Where a number of twelve digits is as near, it is the one meant: 1, 1000,
     * 0.001, 3600. */
    if (!isfinite(factor)) return factor;
    snprintf(text, sizeof text, "%.12g", factor);
    round = strtod(text, NULL);
    if (fabs(factor - round) <= 1e-14 * fabs(factor)) return round;
    /* 1/60 has no such digits; its inverse has. */
    snprintf(text, sizeof text, "%.12g", 1 / factor);
    round = 1 / strtod(text, NULL);
    return fabs(factor - round) <= 1e-14 * fabs(factor) ? round : factor;
}
