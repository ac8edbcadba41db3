#include "base/arena.h"

#include <setjmp.h>
#include <stdalign.h>
#include <stdio.h>
#include <stdlib.h>

/* Chosen by us: a module of ordinary size fits in one chunk. */
enum { CHUNK_BYTES = 64 * 1024 };

typedef struct chunk {
    struct chunk *next;
    size_t        size, used; /* [byte] of data */
    alignas(max_align_t) unsigned char data[];
} chunk;

typedef struct adopted {
    struct adopted *next;
    void           *block;
} adopted;

struct onset_arena {
    chunk   *chunks;
    adopted *adopted; /* the links lie in the chunks */
    jmp_buf *unwind;  /* of the innermost onset_arena_run(); NULL outside */
};

onset_arena *onset_arena_create(void)
{
    return calloc(1, sizeof(onset_arena));
}

void onset_arena_free(onset_arena *arena)
{
    if (!arena) return;
    for (const adopted *a = arena->adopted; a; a = a->next) free(a->block);
    for (chunk *c = arena->chunks, *next; c; c = next) {
        next = c->next;
        free(c);
    }
    free(arena);
}

bool onset_arena_run(onset_arena *arena, void (*body)(void *ctx), void *ctx)
{
    jmp_buf        here;
    jmp_buf *const outer = arena->unwind;
    volatile bool  done  = false;

    arena->unwind = &here;
    if (setjmp(here) == 0) {
        body(ctx);
        done = true;
    }
    arena->unwind = outer;
    return done;
}

static void *out_of_memory(onset_arena *arena)
{
    if (arena->unwind) longjmp(*arena->unwind, 1);
    return NULL;
}

/* NULL where there is no memory, without unwinding. */
static chunk *add_chunk(onset_arena *arena, size_t size)
{
    size_t bytes = size > CHUNK_BYTES ? size : CHUNK_BYTES;
    chunk *c     = size > SIZE_MAX - sizeof(chunk) - CHUNK_BYTES ? NULL : calloc(1, sizeof(chunk) + bytes);

    if (!c) return NULL;
    c->size       = bytes;
    c->next       = arena->chunks;
    arena->chunks = c;
    return c;
}

static void *take(onset_arena *arena, size_t size)
{
    const size_t align  = alignof(max_align_t);
    const size_t padded = (size + align - 1) / align * align;
    chunk       *c      = arena->chunks;

    if (padded < size || !c || c->size - c->used < padded) c = add_chunk(arena, padded < size ? SIZE_MAX : padded);
    if (!c) return NULL;
    c->used += padded;
    return c->data + c->used - padded;
}

void *onset_arena_alloc(onset_arena *arena, size_t size)
{
    void *const memory = take(arena, size);

    return memory ? memory : out_of_memory(arena);
}

void *onset_arena_adopt(onset_arena *arena, void *block)
{
    adopted *const link = block ? take(arena, sizeof *link) : NULL;

    if (!link) {
        free(block);
        return out_of_memory(arena);
    }
    *link          = (adopted){arena->adopted, block};
    arena->adopted = link;
    return block;
}

char *onset_arena_copy(onset_arena *arena, const char *text, size_t n)
{
    char *copy = onset_arena_alloc(arena, n + 1);

    if (copy && n) memcpy(copy, text, n);
    return copy;
}

char *onset_arena_printf(onset_arena *arena, const char *format, ...)
{
    va_list values, again;
    int     n;
    char   *text;

    va_start(values, format);
    va_copy(again, values);
    n    = vsnprintf(NULL, 0, format, values);
    text = onset_arena_alloc(arena, n > 0 ? (size_t)n + 1 : 1);
    if (text && n > 0) vsnprintf(text, (size_t)n + 1, format, again);
    va_end(again);
    va_end(values);
    return text;
}

void *onset_vec_grown(onset_arena *arena, void *items, int n, int *cap, size_t item_size)
{
    const int grown = *cap ? 2 * *cap : 8;
    void     *copy  = onset_arena_alloc(arena, (size_t)grown * item_size);

    if (copy && n) memcpy(copy, items, (size_t)n * item_size);
    *cap = grown;
    return copy;
}
