/* Memory that is freed all at once.
 *
 * Everything between a text and its checked model lives in an arena. When memory runs out inside onset_arena_run(), the
 * work is unwound to that call; nothing leaks because nothing in there owns anything but arena memory. So code that
 * builds trees and graphs need not check each allocation. Outside onset_arena_run(), running out returns NULL. */
#ifndef ONSET_BASE_ARENA_H
#define ONSET_BASE_ARENA_H

#include "onset.h"

#include <stdarg.h>
#include <string.h>

typedef struct onset_arena onset_arena;

onset_arena *onset_arena_create(void); /* NULL when there is no memory */
void         onset_arena_free(onset_arena *arena);

/* Runs body(ctx); false when memory ran out inside. Calls may be nested on one arena. */
bool onset_arena_run(onset_arena *arena, void (*body)(void *ctx), void *ctx);

/* Zeroed, aligned for any type. */
void *onset_arena_alloc(onset_arena *arena, size_t size);
char *onset_arena_copy(onset_arena *arena, const char *text, size_t n); /* n bytes and a NUL */
char *onset_arena_printf(onset_arena *arena, const char *format, ...) ONSET_PRINTF(2, 3);

/* Takes over a block of malloc(): it is freed with the arena, or at once where there is no memory to remember it. NULL counts as no memory. So what a call outside
 * left on the heap does not leak when the work is unwound. Returns the block. */
void *onset_arena_adopt(onset_arena *arena, void *block);

/* A growing array in an arena: ONSET_VEC(int) v = {0}; onset_vec_push(arena, &v, 3); v.items[0], v.n. */
#define ONSET_VEC(type)                                                                                                                    \
    struct {                                                                                                                               \
        type *items;                                                                                                                       \
        int   n;                                                                                                                           \
        int   cap;                                                                                                                         \
    }
void *onset_vec_grown(onset_arena *arena, void *items, int n, int *cap, size_t item_size);
#define onset_vec_push(arena, v, value)                                                                                                    \
    ((v)->items           = (v)->n < (v)->cap ? (v)->items : onset_vec_grown((arena), (v)->items, (v)->n, &(v)->cap, sizeof *(v)->items),  \
     (v)->items[(v)->n++] = (value))

#endif
