/* A unit of the algebra put back into words people use: "mg/h" rather than "2.77778e-10 kg s-1". */
#include "base/units.h"

#include <math.h>
#include <stdio.h>

enum { M, KG, S, MOL = 5, N_KINDS = 4, N_CHOICES = 7, TEXT_MAX = 160 };

typedef struct {
    const char *name;
    double      scale;
} choice;

/* In order of preference; the first combination that needs no number in front is taken. */
static const choice choices[N_KINDS][N_CHOICES] = {
    {{"mg", 1e-6}, {"g", 1e-3}, {"ug", 1e-9}, {"ng", 1e-12}, {"kg", 1}, {"pg", 1e-15}, {NULL, 0}},
    {{"umol", 1e-6}, {"mol", 1}, {"nmol", 1e-9}, {"mmol", 1e-3}, {"pmol", 1e-12}, {NULL, 0}},
    {{"L", 1e-3}, {"mL", 1e-6}, {"dL", 1e-4}, {NULL, 0}},
    {{"h", 3600}, {"d", 86400}, {"min", 60}, {"s", 1}, {"week", 604800}, {"year", 31556925.9747}, {NULL, 0}},
};
static const choice lengths[N_CHOICES] = {{"m", 1}, {"cm", 1e-2}, {"mm", 1e-3}, {"um", 1e-6}, {NULL, 0}};

static const char *const base_names[ONSET_N_DIMENSIONS] = {"m", "kg", "s", "A", "K", "mol", "cd", "rad"};

static void append_power(char *text, const char *name, double power)
{
    const size_t n = strlen(text);

    if (power == 1)
        snprintf(text + n, TEXT_MAX - n, "%s%s", n ? " " : "", name);
    else
        snprintf(text + n, TEXT_MAX - n, "%s%s^%g", n ? " " : "", name, power);
}

/* "mg/h", "mg/(L h)", "1/h" from parts with powers. */
static const char *joined(onset_arena *arena, const char *const *names, const double *powers, int n)
{
    char over[TEXT_MAX] = "", under[TEXT_MAX] = "";
    int  n_under = 0;

    for (int i = 0; i < n; i++) {
        if (powers[i] > 0) append_power(over, names[i], powers[i]);
        if (powers[i] < 0) append_power(under, names[i], -powers[i]), n_under++;
    }
    if (n_under == 0) return onset_arena_printf(arena, "%s", *over ? over : "1");
    return onset_arena_printf(arena, n_under > 1 ? "%s/(%s)" : "%s/%s", *over ? over : "1", under);
}

static const char *in_base_units(onset_arena *arena, onset_unit unit)
{
    const char *product = joined(arena, base_names, unit.power, ONSET_N_DIMENSIONS);

    return unit.scale == 1 ? product : onset_arena_printf(arena, strcmp(product, "1") ? "%.6g %s" : "%.6g", unit.scale, product);
}

static bool only_everyday(onset_unit unit)
{
    for (int i = 0; i < ONSET_N_DIMENSIONS; i++)
        if (unit.power[i] != 0 && i != M && i != KG && i != S && i != MOL) return false;
    return true;
}

/* Grams and moles together are a molar mass, [g/mol]. */
static const choice *options(onset_unit unit, int kind, bool is_volume)
{
    static const choice grams[N_CHOICES] = {{"g", 1e-3}, {"mg", 1e-6}, {"ug", 1e-9}, {"ng", 1e-12}, {"kg", 1}, {NULL, 0}};
    static const choice moles[N_CHOICES] = {{"mol", 1}, {"umol", 1e-6}, {"nmol", 1e-9}, {"mmol", 1e-3}, {"pmol", 1e-12}, {NULL, 0}};

    if (kind == 2 && !is_volume) return lengths;
    if (kind < 2 && unit.power[KG] != 0 && unit.power[MOL] != 0) return kind == 0 ? grams : moles;
    return choices[kind];
}

const char *onset_unit_describe(onset_arena *arena, onset_unit unit)
{
    const bool   is_volume       = fmod(unit.power[M], 3) == 0;
    const double powers[N_KINDS] = {unit.power[KG], unit.power[MOL], is_volume ? unit.power[M] / 3 : unit.power[M], unit.power[S]};
    int          at[N_KINDS]     = {0};

    if (!only_everyday(unit)) return in_base_units(arena, unit);
    for (;;) {
        const char *names[N_KINDS];
        double      scale = 1;
        int         kind  = N_KINDS - 1;

        for (int i = 0; i < N_KINDS; i++) {
            names[i] = options(unit, i, is_volume)[at[i]].name;
            scale *= pow(options(unit, i, is_volume)[at[i]].scale, powers[i]);
        }
        if (fabs(scale - unit.scale) <= 1e-9 * fabs(unit.scale)) return joined(arena, names, powers, N_KINDS);
        /* The next combination of the kinds that occur, like the digits of a counter. */
        while (kind >= 0 && (powers[kind] == 0 || !options(unit, kind, is_volume)[at[kind] + 1].name)) at[kind--] = 0;
        if (kind < 0) return in_base_units(arena, unit);
        at[kind]++;
    }
}

const char *onset_unit_hint(const char *text)
{
    static const char *const hints[][2] = {{"mcg", "write ug"},          {"M", "write mol/L"},    {"mM", "write mmol/L"},
                                           {"uM", "write umol/L"},       {"nM", "write nmol/L"},  {"pM", "write pmol/L"},
                                           {"Da", "write g/mol"},        {"kDa", "write kg/mol"}, {"IU", "write 1, and say so"},
                                           {"U", "write 1, and say so"}, {"bpm", "write 1/min"},  {"points", "write 1"},
                                           {"point", "write 1"},         {"mEq", "write mmol"},   {"meq", "write mmol"},
                                           {"mins", "write min"},        {"yr", "write year"},    {"wk", "write week"},
                                           {"mo", "write month"},        {"score", "write 1"},    {"H", "write h for hours"},
                                           {"ML", "write mL"},           {"Ml", "write mL"},      {"MG", "write mg"},
                                           {"hrs", "write h"},           {"y", "write year"},     {"unitless", "write 1"},
                                           {"none", "write 1"},          {"cc", "write mL"},      {"ng/ml/h", "write ng/mL/h"}};

    for (size_t i = 0; i < sizeof hints / sizeof *hints; i++)
        if (strcmp(text, hints[i][0]) == 0) return hints[i][1];
    return NULL;
}
