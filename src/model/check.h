/* From blocks of the syntax tree to a checked model: names, units, wiring, sources. */
#ifndef ONSET_MODEL_CHECK_H
#define ONSET_MODEL_CHECK_H

#include "model/library.h"
#include "model/model.h"

/* Checks a model block and the modules it uses.
 *
 * study      where from: overrides by a study (its `replace`, `set`, `connect`, `correlate`, `panel`, `headline` statements; others
 *            are ignored); NULL block for none
 * The model lives in `arena`; call it inside onset_arena_run(). All errors go to `out`; returns NULL where there was one. The
 * library must outlive the model. */
onset_model *onset_model_check(onset_arena *arena, onset_library *library, onset_block_at model, onset_block_at study,
                               onset_diagnostics *out);

/* Checks one module by itself: its inputs are free quantities. It becomes a model with one instance whose inputs are covariates of
 * the input's name. NULL where there was an error. */
onset_model *onset_module_check(onset_arena *arena, onset_library *library, onset_block_at module, onset_diagnostics *out);

/* Checks every module and model of a file. Studies are left to study/. */
void onset_file_check(onset_arena *arena, onset_library *library, const onset_file *file, onset_diagnostics *out);

/* The model block that a study uses. Reports an error and returns false where it has none or it is not found. */
bool onset_study_model_block(onset_library *library, onset_block_at study, onset_diagnostics *out, onset_block_at *model);

#endif
