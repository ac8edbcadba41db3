/* A model file of the benchmark, checked. */
#ifndef ONSET_BENCH_LOAD_H
#define ONSET_BENCH_LOAD_H

#include "model/model.h"

typedef struct bench_models bench_models;

/* Reads and checks the first model of a file. Free the owner when the model is no longer used. */
onset_status bench_model_load(onset_error *err, const char *path, bench_models **owner, const onset_model **out);
void         bench_models_free(bench_models *owner);

#endif
