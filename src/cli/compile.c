/* onset compile: a model to machine code, ahead of its first run, or its C to read. */
#include "cli/cli.h"

#include <stdio.h>
#include <stdlib.h>

static onset_status emit(onset_error *err, const onset_model *model, const char *isa)
{
    char              *text   = NULL;
    const onset_status status = onset_model_emit(err, model, isa, &text);

    if (text) fputs(text, stdout);
    free(text);
    return status;
}

static onset_status compile(onset_error *err, const onset_model *model, const char *isa, bool force)
{
    onset_compile_info info   = {0};
    const onset_status status = onset_model_compile(err, model, isa, force, &info);

    if (status != ONSET_OK) return status;
    printf("%s: %d states, %d nonzeros in the Jacobian, %d in its factors; %s; ", onset_model_name(model), info.n_states, info.n_jacobian,
           info.n_factor, info.isa);
    if (info.builtin)
        printf("built in\n");
    else if (info.from_cache)
        printf("already compiled\n");
    else
        printf("compiled in %.2f s\n", info.compile_s);
    if (info.note[0]) cli_complain("%s", info.note);
    return ONSET_OK;
}

static int run(const cli_call *call)
{
    onset_session     *session = NULL;
    onset_error        err     = {0};
    const onset_model *model   = NULL;
    onset_status       status;
    int                code = cli_session(call, &session);

    if (code != CLI_OK) return code;
    status = onset_model_open(&err, session, call->args[0], &model);
    if (status == ONSET_OK)
        status = cli_given(call, "emit") ? emit(&err, model, cli_value(call, "isa"))
                                         : compile(&err, model, cli_value(call, "isa"), cli_given(call, "force"));
    code = cli_report(session, status, &err);
    onset_session_free(session);
    return code;
}

static const cli_option options[] = {{0, "emit", NULL, "print the C and compile nothing"},
                                     {0, "isa", "avx512|avx2|sse2|scalar", "for an instruction set instead of this CPU's best"},
                                     {0, "force", NULL, "compile even where it is built in or in the cache"},
                                     CLI_EVIDENCE,
                                     {0}};

extern const cli_command cli_compile;
const cli_command        cli_compile = {
           .name      = "compile",
           .arguments = "MODEL",
           .summary   = "Compile a model ahead of its first run, or print its C",
           .text      = "MODEL is the name of a model of the library, or a file with a model or a study. Compiled models are kept in\n"
                               "$XDG_CACHE_HOME/onset, or ~/.cache/onset.\n",
           .examples  = "  onset compile my_model.onset              # compile, and say how long it took\n"
                               "  onset compile --emit rapid_antidepressant # read the C\n",
           .min_args  = 1,
           .max_args  = 1,
           .completes = "model",
           .options   = options,
           .run       = run,
};
