/* Reads a model of the language from a file, for the tests that need one. */
#ifndef ONSET_TESTS_KERNEL_READ_MODEL_H
#define ONSET_TESTS_KERNEL_READ_MODEL_H

#include "model/check.h"

typedef struct {
    onset_arena   *arena;
    onset_library *library;
    onset_model   *model;
} read_model;

/* The first model of a file; fails the test with the diagnostics where there is none. */
read_model read_model_open(const char *path);
void       read_model_close(read_model *read);

#endif
