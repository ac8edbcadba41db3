/* Onset: models of rapid-acting antidepressants, from text to virtual patients.
 *
 * This is the only public header. The library never prints and never exits: what goes wrong comes back as an
 * onset_status, with one sentence in the caller's onset_error, and for files of the language as a list of diagnostics. */
#ifndef ONSET_H
#define ONSET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define ONSET_API                          __attribute__((visibility("default")))
#define ONSET_PRINTF(format_at, values_at) __attribute__((format(printf, format_at, values_at)))
#else
#define ONSET_API
#define ONSET_PRINTF(format_at, values_at)
#endif

/* ---- Status and errors ---------------------------------------------------------------------------------------- */

/* One list gives the values and their texts, so they cannot part. */
#define ONSET_STATUS_LIST(X)                                                                                                               \
    X(OK, "success")                                                                                                                       \
    X(NO_MEMORY, "memory could not be allocated")                                                                                          \
    X(NO_FILE, "a file could not be read or written")                                                                                      \
    X(BAD_INPUT, "the input does not make sense")                                                                                          \
    X(BAD_MODEL, "the model, module or study has errors")                                                                                  \
    X(NO_COMPILER, "the C compiler is missing or failed")                                                                                  \
    X(CANCELLED, "the run was cancelled")                                                                                                  \
    X(INTERNAL, "a mistake of Onset's own; please report it")

#define ONSET_STATUS_ENUM(name, text) ONSET_##name,
typedef enum { ONSET_STATUS_LIST(ONSET_STATUS_ENUM) ONSET_N_STATUS } onset_status;

typedef struct {
    onset_status status;        /* the first failure since onset_error_clear() */
    char         message[1024]; /* what, where, which value, what to do: one or two sentences */
} onset_error;

/* The text that belongs to a status; never NULL. */
ONSET_API const char *onset_status_text(onset_status status);

/* Forgets an earlier failure. A zeroed onset_error is clear. */
ONSET_API void onset_error_clear(onset_error *err);

#ifdef __cplusplus
}
#endif
#endif
