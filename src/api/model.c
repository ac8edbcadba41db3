/* Models: opened, inspected, shown, compiled. */
#include "api/api.h"

#include "base/c_locale.h"
#include "base/error.h"
#include "kernel/kernel.h"
#include "model/check.h"
#include "model/show.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- Opening ---- */

typedef struct {
    onset_error        *err;
    onset_session      *session;
    const char         *name;
    const onset_model **out;
} open_work;

static int count_blocks(const onset_file *file, onset_block_kind kind)
{
    int n = 0;

    for (int i = 0; i < file->blocks.n; i++) n += file->blocks.items[i]->kind == kind;
    return n;
}

/* What a file or a name stands for: a model, else a study (its model, with its changes), else a module by itself. */
static onset_status choose_kind(const open_work *work, onset_block_kind *kind)
{
    const onset_file *file   = NULL;
    onset_status      status = ONSET_OK;

    *kind = ONSET_BLOCK_MODEL;
    if (!onset_library_is_path(work->name)) return ONSET_OK;
    status = onset_library_file(work->err, work->session->library, work->name, &work->session->diagnostics, &file);
    if (status != ONSET_OK) return status;
    if (count_blocks(file, ONSET_BLOCK_MODEL) > 0) return ONSET_OK;
    *kind = count_blocks(file, ONSET_BLOCK_STUDY) > 0 ? ONSET_BLOCK_STUDY : ONSET_BLOCK_MODULE;
    return ONSET_OK;
}

static onset_model *check_block(const open_work *work, onset_block_at at)
{
    onset_session *session = work->session;
    onset_block_at model = at, study = {0};

    if (at.block->kind == ONSET_BLOCK_MODULE) return onset_module_check(session->arena, session->library, at, &session->diagnostics);
    if (at.block->kind == ONSET_BLOCK_STUDY) {
        study = at;
        if (!onset_study_model_block(session->library, study, &session->diagnostics, &model)) return NULL;
    }
    return onset_model_check(session->arena, session->library, model, study, &session->diagnostics);
}

static onset_status open_model(void *ctx)
{
    const open_work *work    = ctx;
    onset_session   *session = work->session;
    const int        before  = session->diagnostics.n_errors;
    onset_error      first   = {0};
    onset_block_at   at      = {0};
    onset_block_kind kind;
    onset_status     status = choose_kind(work, &kind);
    onset_model     *model;

    if (status != ONSET_OK) return status;
    status = onset_library_open(&first, session->library, kind, work->name, NULL, &session->diagnostics, &at);
    for (int k = ONSET_BLOCK_MODULE; status == ONSET_NO_FILE && !onset_library_is_path(work->name) && k <= ONSET_BLOCK_STUDY; k++)
        status = onset_library_open(NULL, session->library, (onset_block_kind)k, work->name, NULL, &session->diagnostics, &at);
    if (status != ONSET_OK) return onset_fail(work->err, status, "%s", first.message);
    model  = check_block(work, at);
    status = onset_session_verdict(work->err, session, before, work->name);
    if (status == ONSET_OK && !model) return onset_fail(work->err, ONSET_INTERNAL, "'%s' was refused without a reason", work->name);
    if (status == ONSET_OK) *work->out = model;
    return status;
}

onset_status onset_model_open(onset_error *err, onset_session *session, const char *name_or_path, const onset_model **out)
{
    open_work work = {err, session, name_or_path, out};

    return onset_session_run(err, session, open_model, &work);
}

/* ---- Inspecting ---- */

const char *onset_model_name(const onset_model *model)
{
    return model->name;
}

const char *onset_model_title(const onset_model *model)
{
    return model->title;
}

int onset_model_n_items(const onset_model *model, onset_item_list list)
{
    switch (list) {
    case ONSET_ITEM_PARAMETERS:
        return model->n_params;
    case ONSET_ITEM_COVARIATES:
        return model->n_covariates;
    case ONSET_ITEM_STATES:
        return model->n_states;
    case ONSET_ITEM_OUTPUTS:
        return model->n_outputs;
    }
    return 0;
}

static const char *or_empty(const char *text)
{
    return text ? text : "";
}

static onset_item_info plain_item(const char *name, onset_model_unit unit, const char *text, double value)
{
    return (onset_item_info){.name        = name,
                             .unit        = unit.text,
                             .text        = or_empty(text),
                             .value       = value,
                             .iiv         = "",
                             .source_kind = "",
                             .source_key  = "",
                             .source_note = ""};
}

static onset_item_info parameter_item(const onset_model_param *param)
{
    static const char *const kinds[]   = {"", "lognormal", "normal", "logit"};
    static const char *const sources[] = {"", "evidence", "calibrated", "assumed"};
    onset_item_info          item      = plain_item(param->name, param->unit, param->text, param->value);

    item.iiv         = kinds[param->iiv];
    item.iiv_size    = param->iiv_size;
    item.source_kind = sources[param->citation.kind];
    item.source_key  = or_empty(param->citation.key);
    item.source_note = or_empty(param->citation.note);
    return item;
}

void onset_model_item(const onset_model *model, onset_item_list list, int i, onset_item_info *out)
{
    switch (list) {
    case ONSET_ITEM_PARAMETERS:
        *out = parameter_item(&model->params[i]);
        break;
    case ONSET_ITEM_COVARIATES:
        *out = plain_item(model->covariates[i].name, model->covariates[i].unit, model->covariates[i].text, model->covariates[i].value);
        break;
    case ONSET_ITEM_STATES:
        *out = plain_item(model->states[i].name, model->states[i].unit, model->states[i].text, NAN);
        break;
    case ONSET_ITEM_OUTPUTS:
        *out = plain_item(model->outputs[i].short_name, model->outputs[i].unit, model->outputs[i].text, NAN);
        break;
    }
}

static onset_status give_text(onset_error *err, onset_text *text, char **out)
{
    onset_text_add(text, "");
    if (text->failed) {
        onset_text_free(text);
        return onset_fail(err, ONSET_NO_MEMORY, "no memory for the text");
    }
    *out = text->s;
    return ONSET_OK;
}

onset_status onset_model_show(onset_error *err, onset_session *session, const onset_model *model, bool dot, char **text)
{
    const onset_locale locale = onset_locale_enter();
    onset_text         shown  = {0};

    if (dot)
        onset_model_show_dot(model, &shown);
    else
        onset_model_show_text(model, session->library, &shown);
    onset_locale_leave(locale);
    return give_text(err, &shown, text);
}

onset_status onset_model_equations(onset_error *err, onset_session *session, const onset_model *model, char **text)
{
    const onset_locale locale = onset_locale_enter();
    onset_text         shown  = {0};

    onset_model_show_equations(model, session->library, &shown);
    onset_locale_leave(locale);
    return give_text(err, &shown, text);
}

/* ---- Compiling ---- */

static onset_status isa_of(onset_error *err, const char *name, onset_isa *out)
{
    if (onset_isa_of_name(name, out)) return ONSET_OK;
    return onset_fail(err, ONSET_BAD_INPUT, "there is no instruction set '%s'; it is one of avx512, avx2, sse2, scalar", name);
}

onset_status onset_model_emit(onset_error *err, const onset_model *model, const char *isa, char **text)
{
    const onset_locale locale  = onset_locale_enter();
    onset_text         emitted = {0};
    onset_isa          set;
    onset_status       status = isa_of(err, isa, &set);

    if (status == ONSET_OK) status = onset_kernel_emit(err, model, set, &emitted);
    onset_locale_leave(locale);
    if (status == ONSET_OK) return give_text(err, &emitted, text);
    onset_text_free(&emitted);
    return status;
}

onset_status onset_model_compile(onset_error *err, const onset_model *model, const char *isa, bool force, onset_compile_info *out)
{
    onset_kernel_options options = {.no_builtin = force, .no_cache = force};
    onset_kernel_origin  origin  = {0};
    onset_kernel        *kernel  = NULL;
    const onset_locale   locale  = onset_locale_enter();
    onset_status         status  = isa_of(err, isa, &options.isa);

    if (status == ONSET_OK) status = onset_kernel_load(err, model, &options, &kernel, &origin);
    onset_locale_leave(locale);
    if (status != ONSET_OK) return status;
    const onset_kernel_table *table = onset_kernel_table_of(kernel);
    *out                            = (onset_compile_info){.compile_s  = origin.compile_s,
                                                           .from_cache = origin.from_cache,
                                                           .builtin    = origin.builtin,
                                                           .isa        = onset_isa_name(options.isa),
                                                           .n_states   = table->n_states,
                                                           .n_jacobian = table->n_jac,
                                                           .n_factor   = table->n_lu};
    memcpy(out->note, origin.note, sizeof out->note < sizeof origin.note ? sizeof out->note : sizeof origin.note);
    out->note[sizeof out->note - 1] = '\0';
    onset_kernel_free(kernel);
    return ONSET_OK;
}
