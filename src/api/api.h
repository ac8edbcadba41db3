/* What the files of src/api share. */
#ifndef ONSET_API_API_H
#define ONSET_API_API_H

#include "model/check.h"
#include "model/library.h"
#include "study/study.h"

struct onset_session {
    onset_arena      *arena;
    onset_library    *library;
    onset_diagnostics diagnostics;
};

/* Runs work(ctx) in the session's arena and in the C locale; NO_MEMORY with a message where that ran out, else what work returned. */
typedef onset_status (*onset_session_work)(void *ctx);
onset_status onset_session_run(onset_error *err, onset_session *session, onset_session_work work, void *ctx);

/* BAD_MODEL with a count when errors were added since there were `before`. */
onset_status onset_session_verdict(onset_error *err, const onset_session *session, int before, const char *what);

#endif
