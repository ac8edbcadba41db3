#include "validate/words.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <strings.h>

/* ---- Cells ---- */

double onset_amount(const char *text)
{
    const char  *s = text + strcspn(text, "0123456789");
    char        *end;
    const double a = strtod(s, &end);

    if (end == s) return NAN;
    /* "-", an en dash, "/", "to" or "or" between two numbers */
    const char *t = end + strspn(end, " mgk");
    if (*t == '-' || *t == '/')
        t++;
    else if (strncmp(t, "\xe2\x80\x93", 3) == 0 || strncasecmp(t, "to ", 3) == 0 || strncasecmp(t, "or ", 3) == 0)
        t += 3;
    else
        return a;
    t += strspn(t, " ");
    const double b = strtod(t, &end);
    return end == t || !isdigit((unsigned char)*t) ? a : (a + b) / 2;
}

bool onset_has_word(const char *text, const char *word)
{
    const size_t n = strlen(word);

    for (const char *s = text; n && (s = strcasestr(s, word)); s++)
        if ((s == text || !isalnum((unsigned char)s[-1])) && !isalnum((unsigned char)s[n])) return true;
    return false;
}

/* ---- Names ---- */

static void add(onset_word_list *words, const char *name, size_t n_name, const char *text, double number)
{
    if (words->n == ONSET_MAX_WORDS) return;
    words->items[words->n].name     = name;
    words->items[words->n].n_name   = n_name;
    words->items[words->n].text     = text;
    words->items[words->n++].number = number;
}

void onset_words_add(onset_word_list *words, const char *name, double number)
{
    add(words, name, strlen(name), NULL, number);
}

void onset_words_add_text(onset_word_list *words, const char *name, const char *text)
{
    add(words, name, strlen(name), text, NAN);
}

static int find(const onset_word_list *words, const char *name, size_t n_name)
{
    for (int i = words->n; i-- > 0;)
        if (words->items[i].n_name == n_name && strncmp(words->items[i].name, name, n_name) == 0) return i;
    return -1;
}

/* ---- Patterns ---- */

static const char *skip_number(const char *s)
{
    const char *start = s;

    while (isdigit((unsigned char)*s)) s++;
    if (s > start && *s == '.' && isdigit((unsigned char)s[1]))
        for (s++; isdigit((unsigned char)*s);) s++;
    return s > start ? s : NULL;
}

static bool inside_word(const char *text, const char *s)
{
    return s > text && isalnum((unsigned char)s[-1]) && isalnum((unsigned char)*s);
}

/* The end of what fits in s, or NULL. */
static const char *fit(const char *p, const char *text, const char *s, bool whole, onset_word_list *words)
{
    for (; *p; p++) {
        if (*p == '*') {
            const int kept = words->n;
            for (;; s++) {
                const char *end = fit(p + 1, text, s, whole, words);
                if (end) return end;
                words->n = kept;
                if (!*s) return NULL;
            }
        }
        if (*p == '{') {
            const size_t n_name = strcspn(p + 1, "}");
            const char  *end    = s > text && isdigit((unsigned char)s[-1]) ? NULL : skip_number(s);
            if (!end) return NULL;
            add(words, p + 1, n_name, NULL, strtod(s, NULL));
            p += n_name + 1, s = end;
        } else if (*p == ' ') {
            if (*s != ' ') return NULL;
            while (*s == ' ') s++;
        } else {
            if (tolower((unsigned char)*p) != tolower((unsigned char)*s)) return NULL;
            s++;
        }
    }
    if (whole) return *s ? NULL : s;
    return inside_word(text, s) ? NULL : s;
}

bool onset_pattern_fits(const char *pattern, const char *text, onset_word_list *words)
{
    const int kept = words->n;

    if (fit(pattern, text, text, true, words)) return true;
    words->n = kept;
    return false;
}

bool onset_pattern_find(const char *pattern, const char *text, onset_word_list *words, size_t *from, size_t *to)
{
    const int kept = words->n;

    for (const char *s = text; *s && *pattern; s++) {
        if (inside_word(text, s)) continue;
        const char *end = fit(pattern, text, s, false, words);
        if (end) {
            *from = (size_t)(s - text), *to = (size_t)(end - text);
            return true;
        }
        words->n = kept;
    }
    return false;
}

/* ---- Sums ---- */

typedef struct {
    const onset_word_list *words;
    const char            *s, *end;
    bool                   bad;
} sum;

static double terms(sum *c);

static char next(sum *c)
{
    while (c->s < c->end && *c->s == ' ') c->s++;
    return c->s < c->end ? *c->s : 0;
}

static double value(sum *c)
{
    const char first = next(c);
    double     x     = NAN;

    if (first == '(') {
        c->s++;
        x = terms(c);
        if (next(c) == ')')
            c->s++;
        else
            c->bad = true;
    } else if (isdigit((unsigned char)first)) {
        char *end;
        x    = strtod(c->s, &end);
        c->s = end;
    } else if (isalpha((unsigned char)first)) {
        const char *start = c->s;
        while (c->s < c->end && (isalnum((unsigned char)*c->s) || *c->s == '_')) c->s++;
        const int i = find(c->words, start, (size_t)(c->s - start));
        if (i >= 0) x = c->words->items[i].number;
    } else {
        c->bad = true;
    }
    return x;
}

static double products(sum *c)
{
    double x = value(c);

    for (char op = next(c); (op == '*' || op == '/') && !c->bad; op = next(c)) {
        c->s++;
        const double y = value(c);
        x              = op == '*' ? x * y : x / y;
    }
    return x;
}

static double terms(sum *c)
{
    double x = products(c);

    for (char op = next(c); (op == '+' || op == '-') && !c->bad; op = next(c)) {
        c->s++;
        const double y = products(c);
        x              = op == '+' ? x + y : x - y;
    }
    return x;
}

static double number_of(const onset_word_list *words, const char *s, size_t n)
{
    sum          c = {words, s, s + n, false};
    const double x = terms(&c);

    return c.bad || next(&c) ? NAN : x;
}

double onset_words_number(const onset_word_list *words, const char *text)
{
    return *text ? number_of(words, text, strlen(text)) : NAN;
}

const char *onset_words_fill(onset_arena *arena, const onset_word_list *words, const char *text)
{
    const char *out = "";

    for (const char *open; (open = strchr(text, '{'));) {
        const size_t n  = strcspn(open + 1, "}");
        const int    at = find(words, open + 1, n);
        const char  *is = at >= 0 ? words->items[at].text : NULL;

        if (!is) {
            const double x = number_of(words, open + 1, n);
            if (!isfinite(x)) return NULL;
            is = onset_arena_printf(arena, "%.10g", x);
        }
        out  = onset_arena_printf(arena, "%s%.*s%s", out, (int)(open - text), text, is);
        text = open + 1 + n + (open[1 + n] != 0);
    }
    return onset_arena_printf(arena, "%s%s", out, text);
}
