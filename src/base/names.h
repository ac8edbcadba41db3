/* A map from names to small integers, and the nearest name to a misspelt one. In an arena. */
#ifndef ONSET_BASE_NAMES_H
#define ONSET_BASE_NAMES_H

#include "base/arena.h"

typedef struct {
    const char **names; /* NULL where free; borrowed, so keep them in the arena */
    int         *values;
    int          n, cap; /* cap is a power of two */
} onset_names;

/* The value of a name, or -1. */
int onset_names_find(const onset_names *map, const char *name);

/* Adds or replaces; value >= 0. */
void onset_names_put(onset_arena *arena, onset_names *map, const char *name, int value);

/* The candidate closest to name by edit distance, or NULL when none is near (at most a third of its letters wrong). */
const char *onset_nearest(const char *name, const char *const *candidates, int n);

#endif
