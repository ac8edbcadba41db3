/* Everyday units, parsed without UDUNITS-2: its grammar as far as models need it. */
#include "base/units_private.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>

enum { M, KG, S, A, K, MOL, CD, NAME_MAX_LENGTH = 12, DEPTH_MAX = 20 };

typedef struct {
    const char *name;
    bool        takes_prefix;
    onset_unit  unit;
} everyday;

/* Values of UDUNITS-2's database; the test `everyday_units_are_those_of_udunits` compares each. */
static const everyday table[] = {
    {"s", true, {1, {[S] = 1}}},
    {"second", false, {1, {[S] = 1}}},
    {"min", false, {60, {[S] = 1}}},
    {"minute", false, {60, {[S] = 1}}},
    {"h", false, {3600, {[S] = 1}}},
    {"hour", false, {3600, {[S] = 1}}},
    {"hours", false, {3600, {[S] = 1}}},
    {"d", false, {86400, {[S] = 1}}},
    {"day", false, {86400, {[S] = 1}}},
    {"days", false, {86400, {[S] = 1}}},
    {"week", false, {604800, {[S] = 1}}},
    {"weeks", false, {604800, {[S] = 1}}},
    {"month", false, {2629743.831225, {[S] = 1}}},
    {"months", false, {2629743.831225, {[S] = 1}}},
    {"year", false, {31556925.9747, {[S] = 1}}},
    {"years", false, {31556925.9747, {[S] = 1}}},
    {"g", true, {1e-3, {[KG] = 1}}},
    {"mol", true, {1, {[MOL] = 1}}},
    {"L", true, {1e-3, {[M] = 3}}},
    {"l", true, {1e-3, {[M] = 3}}},
    {"m", true, {1, {[M] = 1}}},
    {"Hz", true, {1, {[S] = -1}}},
    {"V", true, {1, {[M] = 2, [KG] = 1, [S] = -3, [A] = -1}}},
    {"mmHg", false, {133.322387415, {[M] = -1, [KG] = 1, [S] = -2}}},
    {"percent", false, {0.01, {0}}},
    {"%", false, {0.01, {0}}},
};

static const struct {
    const char *name;
    double      factor;
} prefixes[] = {{"k", 1e3},  {"d", 1e-1},  {"c", 1e-2},        {"m", 1e-3},        {"u", 1e-6},
                {"n", 1e-9}, {"p", 1e-12}, {"\xC2\xB5", 1e-6}, {"\xCE\xBC", 1e-6}, {"f", 1e-15}};

static bool find(const char *name, bool needs_prefixable, onset_unit *out)
{
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        if (strcmp(table[i].name, name) != 0 || (needs_prefixable && !table[i].takes_prefix)) continue;
        *out = table[i].unit;
        return true;
    }
    return false;
}

static bool find_prefixed(const char *name, onset_unit *out)
{
    if (find(name, false, out)) return true;
    for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++) {
        const size_t n = strlen(prefixes[i].name);

        if (strncmp(name, prefixes[i].name, n) != 0 || !find(name + n, true, out)) continue;
        out->scale *= prefixes[i].factor;
        return true;
    }
    return false;
}

/* ---- product := power (('*' | '/' | ' ') power)* ; power := (number | name | '(' product ')') (['^'] integer)? ---- */

typedef struct {
    const char *s;
    int         depth;
} reader;

static bool read_product(reader *r, onset_unit *out);

static bool is_name_byte(char c)
{
    return isalpha((unsigned char)c) || c == '%' || (unsigned char)c >= 0x80;
}

static bool read_name(reader *r, onset_unit *out)
{
    char   name[NAME_MAX_LENGTH + 1];
    size_t n = 0;

    while (is_name_byte(r->s[n])) n++;
    if (n == 0 || n > NAME_MAX_LENGTH) return false;
    memcpy(name, r->s, n);
    name[n] = 0;
    r->s += n;
    return find_prefixed(name, out);
}

static bool read_number(reader *r, onset_unit *out)
{
    char *end;

    *out       = onset_unit_one;
    out->scale = strtod(r->s, &end);
    /* "1.5", "10", but not "0x10", "1.", "1e3" glued to a name: UDUNITS-2 decides those. */
    for (const char *s = r->s; s < end; s++)
        if (!isdigit((unsigned char)*s) && *s != '.') return false;
    if (end[-1] == '.' || *end == '.' || is_name_byte(*end)) return false;
    r->s = end;
    return true;
}

static bool read_exponent(reader *r, onset_unit *unit)
{
    const bool  caret = *r->s == '^';
    const char *s     = r->s + caret;
    char       *end;
    long        power;

    if (!caret && (isspace((unsigned char)s[-1]) || !is_name_byte(s[-1]))) return true;
    if (!isdigit((unsigned char)*s) && !((*s == '-' || *s == '+') && isdigit((unsigned char)s[1]))) return !caret;
    power = strtol(s, &end, 10);
    if (labs(power) > 9 || *end == '.' || is_name_byte(*end)) return false;
    r->s  = end;
    *unit = onset_unit_raise(*unit, (double)power);
    return true;
}

static bool read_power(reader *r, onset_unit *out)
{
    bool ok;

    if (*r->s == '(') {
        if (r->depth++ > DEPTH_MAX) return false;
        r->s++;
        ok = read_product(r, out) && *r->s == ')';
        r->s += ok;
        r->depth--;
    } else {
        ok = isdigit((unsigned char)*r->s) ? read_number(r, out) : read_name(r, out);
    }
    return ok && read_exponent(r, out);
}

static void skip_blanks(reader *r)
{
    while (*r->s == ' ') r->s++;
}

static bool read_product(reader *r, onset_unit *out)
{
    skip_blanks(r);
    if (!read_power(r, out)) return false;
    for (;;) {
        onset_unit right;
        char       sign;

        skip_blanks(r);
        sign = *r->s;
        if (sign == 0 || sign == ')') return true;
        if (sign == '*' || sign == '/')
            r->s++;
        else if (r->s[-1] != ' ')
            return false;
        skip_blanks(r);
        if (!read_power(r, &right)) return false;
        *out = sign == '/' ? onset_unit_divide(*out, right) : onset_unit_multiply(*out, right);
    }
}

bool onset_unit_parse_everyday(const char *text, onset_unit *out)
{
    reader r = {.s = text};

    return read_product(&r, out) && *r.s == 0;
}
