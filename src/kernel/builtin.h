/* Kernels of the models that come with Onset, compiled with it. Private to src/kernel. */
#ifndef ONSET_KERNEL_BUILTIN_H
#define ONSET_KERNEL_BUILTIN_H

#include "kernel/kernel.h"

typedef struct {
    const char               *hash; /* SHA-256 of the emitted C, in hexadecimal */
    const onset_kernel_table *table;
} onset_builtin;

/* The list that the build makes; a weak symbol, so that a program without it (a test of one part, the generator itself) links. */
extern const onset_builtin onset_builtin_list[] __attribute__((weak));
extern const int           onset_builtin_count __attribute__((weak));

const onset_kernel_table *onset_builtin_find(const char *hash);

#endif
