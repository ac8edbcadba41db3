#include "base/names.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* FNV-1a, 64 bit: Fowler, Noll and Vo, draft-eastlake-fnv. */
static uint64_t hash_of(const char *name)
{
    uint64_t hash = 14695981039346656037u;

    for (; *name; name++) hash = (hash ^ (unsigned char)*name) * 1099511628211u;
    return hash;
}

/* The slot that holds name, or the free one where it belongs. */
static int slot_of(const onset_names *map, const char *name)
{
    int i = (int)(hash_of(name) & (uint64_t)(map->cap - 1));

    while (map->names[i] && strcmp(map->names[i], name) != 0) i = (i + 1) & (map->cap - 1);
    return i;
}

int onset_names_find(const onset_names *map, const char *name)
{
    int i;

    if (!map->cap) return -1;
    i = slot_of(map, name);
    return map->names[i] ? map->values[i] : -1;
}

static void grow(onset_arena *arena, onset_names *map)
{
    onset_names old = *map;

    map->cap    = old.cap ? 2 * old.cap : 32;
    map->names  = onset_arena_alloc(arena, (size_t)map->cap * sizeof *map->names);
    map->values = onset_arena_alloc(arena, (size_t)map->cap * sizeof *map->values);
    for (int k = 0; k < old.cap; k++) {
        if (!old.names[k]) continue;
        const int i    = slot_of(map, old.names[k]);
        map->names[i]  = old.names[k];
        map->values[i] = old.values[k];
    }
}

void onset_names_put(onset_arena *arena, onset_names *map, const char *name, int value)
{
    int i;

    if (2 * (map->n + 1) > map->cap) grow(arena, map);
    i = slot_of(map, name);
    if (!map->names[i]) map->n++;
    map->names[i]  = name;
    map->values[i] = value;
}

/* Capitals count as their small letters: CL and cl are as near as can be. ASCII, whatever the locale. */
static bool same_letter(char a, char b)
{
    const char x = a >= 'A' && a <= 'Z' ? (char)(a - 'A' + 'a') : a;
    const char y = b >= 'A' && b <= 'Z' ? (char)(b - 'A' + 'a') : b;

    return x == y;
}

/* Damerau-Levenshtein distance (adjacent swaps count one), cut off at 64 letters. */
static int distance(const char *a, const char *b)
{
    enum { MAX = 64 };
    const int na = (int)strnlen(a, MAX), nb = (int)strnlen(b, MAX);
    int       before[MAX + 1] = {0}, last[MAX + 1], now[MAX + 1];

    for (int j = 0; j <= nb; j++) last[j] = j;
    for (int i = 1; i <= na; i++) {
        now[0] = i;
        for (int j = 1; j <= nb; j++) {
            int best = last[j - 1] + !same_letter(a[i - 1], b[j - 1]);
            if (last[j] + 1 < best) best = last[j] + 1;
            if (now[j - 1] + 1 < best) best = now[j - 1] + 1;
            if (i > 1 && j > 1 && same_letter(a[i - 1], b[j - 2]) && same_letter(a[i - 2], b[j - 1]) && before[j - 2] + 1 < best)
                best = before[j - 2] + 1;
            now[j] = best;
        }
        memcpy(before, last, sizeof before);
        memcpy(last, now, sizeof last);
    }
    return last[nb];
}

const char *onset_nearest(const char *name, const char *const *candidates, int n)
{
    const int   length = (int)strlen(name);
    const char *best   = NULL;
    int         least  = length < 2 ? 1 : length < 6 ? 2 : length / 3 + 1; /* a short name may have one letter wrong */

    for (int i = 0; i < n; i++) {
        const int d = distance(name, candidates[i]);
        if (d < least) {
            least = d;
            best  = candidates[i];
        }
    }
    return best;
}
