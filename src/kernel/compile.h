/* Runs the system's C compiler. Private to src/kernel. */
#ifndef ONSET_KERNEL_COMPILE_H
#define ONSET_KERNEL_COMPILE_H

#include "kernel/kernel.h"

/* A compiler as found: its words, and what tells it from another without running it. */
typedef struct {
    char         *words; /* one block holding all words */
    char        **argv;  /* [n_argv] argv[0] is the full path */
    int           n_argv;
    bool          found;        /* argv[0] is its own block */
    unsigned char identity[32]; /* SHA-256 of resolved path, size, time of last change, arguments */
} onset_compiler;

/* command: NULL for $CC, else "cc"; may hold arguments, split at blanks. NO_COMPILER says what to install. */
onset_status onset_compiler_find(onset_error *err, const char *command, onset_compiler *out);
void         onset_compiler_free(onset_compiler *compiler);

/* The flags for an instruction set, NULL-terminated. Fixed, not those of this machine: so that a kernel is the same everywhere. */
const char *const *onset_compiler_flags(onset_isa isa);

/* Compiles a C file to a shared object; temporary files go to folder. *full is set when the failure is that of a full disk or a
 * folder that cannot be written, so that the caller may try elsewhere. */
onset_status onset_compiler_run(onset_error *err, const onset_compiler *compiler, onset_isa isa, bool optimise, const char *folder,
                                const char *source, const char *object, bool *full);

#endif
