/* Kernels of the models that come with Onset, compiled with it. Private to src/kernel. */
#ifndef ONSET_KERNEL_BUILTIN_H
#define ONSET_KERNEL_BUILTIN_H

#include "kernel/kernel.h"

typedef struct {
    const char               *hash;  /* SHA-256 of the emitted C, in hexadecimal */
    onset_isa                 needs; /* instructions it was compiled with: more than those of its lanes for the fast scalar one */
    const onset_kernel_table *table;
} onset_builtin;

/* The list that generate.c writes when Onset is built. */
extern const onset_builtin onset_builtin_list[];
extern const int           onset_builtin_count;

/* NULL where there is none that runs here. */
const onset_kernel_table *onset_builtin_find(const char *hash);

#endif
