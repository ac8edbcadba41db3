/* The C of a kernel, piece by piece. Private to src/kernel; onset_kernel_emit() puts the pieces together. */
#ifndef ONSET_KERNEL_EMIT_H
#define ONSET_KERNEL_EMIT_H

#include "base/text.h"
#include "kernel/plan.h"

typedef struct {
    const onset_plan *plan;
    onset_arena      *arena;
    onset_text       *out;
    onset_isa         isa;
    const char      **name; /* [graph.n] what a node is called; NULL: t<number> */
} onset_emitter;

/* One line `dest[index] = value of node;`, with what the model says beside it. */
typedef struct {
    const char *dest;
    int         index, node;
    const char *comment; /* NULL: none */
} onset_emit_root;

typedef struct {
    const char            *name;      /* "rhs" */
    const char            *arguments; /* "const v *restrict at, ..." */
    const char            *passed;    /* "at, ..." */
    bool                   prepare;   /* computes what does not move from params; otherwise takes it from c */
    const onset_emit_root *roots;
    int                    n_roots;
} onset_emit_function;

/* The whole text. Call inside onset_arena_run() of the plan's arena; check out->failed. */
void onset_emit_plan(const onset_plan *plan, onset_isa isa, onset_text *out);

/* The text from s to end, made fit for a comment. */
const char *onset_emit_comment(onset_arena *arena, const char *s, const char *end);

bool onset_emit_is_of_model(const onset_emitter *e, int node);               /* its name is one of the model's */
void onset_emit_names(onset_emitter *e);                                     /* fills e->name */
void onset_emit_prelude(onset_emitter *e);                                   /* types and helpers */
void onset_emit_body(onset_emitter *e, const onset_emit_function *function); /* a function over the graph */
void onset_emit_factor(onset_emitter *e);                                    /* factor() and solve() */

/* A function of more statements than WHOLE is cut into pieces of CHUNK: compilers take time that grows faster than length, and code that
 * falls out of the first-level cache anyway gains nothing from being in one piece. Measured with GCC 12 on 500 states and 5,000
 * parameters at -O1: 7.6 s in pieces of 1000, 5.5 s of 400, 3.1 s of 100, 2.7 s of 60. */
enum { ONSET_EMIT_WHOLE = 400, ONSET_EMIT_CHUNK = 100 };

#endif
