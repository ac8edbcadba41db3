/* For the tests of models: a library, and the checked model of a text. */
#ifndef ONSET_TESTS_MODEL_OF_TEXT_H
#define ONSET_TESTS_MODEL_OF_TEXT_H

#include "model/check.h"

typedef struct {
    onset_library    *library;
    onset_arena      *arena;
    onset_diagnostics out;
    const onset_file *file;
    onset_model      *model;
} fixture;

/* Around a test of cmocka: *state is a fixture. */
int setup(void **state);
int teardown(void **state);

/* Checks the model of a text (or its only module), with the changes of its study where it has one. The test fails, with the errors told, where there
 * are any. */
onset_model *model_of(fixture *f, const char *text);

#endif
