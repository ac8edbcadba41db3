/* A model as machine code over lanes.
 *
 * A lane is one patient; a batch is `lanes` of them, side by side in vectors of that many doubles. Arrays of a batch are
 * [item][lane], aligned to 64 bytes. Every function treats each lane by itself: what one lane gets depends on that lane only.
 *
 * Emitted C -> cc -> shared object -> onset_kernel. Library models are compiled with Onset and found without a compiler. */
#ifndef ONSET_KERNEL_KERNEL_H
#define ONSET_KERNEL_KERNEL_H

#include "model/model.h"

/* Rises with every change of onset_kernel_table or of the meaning of its functions. Part of the cache key. */
enum { ONSET_KERNEL_ABI = 1 };

/* The instruction sets kernels and solver are built for. A run uses one of them throughout. */
typedef enum { ONSET_ISA_SCALAR, ONSET_ISA_SSE2, ONSET_ISA_AVX2, ONSET_ISA_AVX512, ONSET_N_ISA } onset_isa;

int         onset_isa_lanes(onset_isa isa);                      /* 1, 2, 4, 8 */
const char *onset_isa_name(onset_isa isa);                       /* "scalar", "sse2", "avx2", "avx512" */
bool        onset_isa_of_name(const char *name, onset_isa *out); /* NULL: the best of this CPU; false: there is none of that name */
bool        onset_isa_runs(onset_isa isa);                       /* on this CPU */
onset_isa   onset_isa_best(void);                                /* of this CPU; ONSET_ISA in the environment may lower it */

/* What the shared object exports, under the name onset_kernel_table. All sizes are of the model.
 *
 *   time    [lanes] [h]
 *   params  [n_params + n_covariates][lanes]  individual values before scale and shift, then covariates
 *   consts  [n_consts][lanes]   everything that depends on these alone, computed once per piece of a time line by prepare()
 *   y, dydt [n_states][lanes]
 *   jac     [n_jac][lanes]      nonzeros of df/dy, in the order of jac_row, jac_col (compressed by column)
 *   lu      [n_lu][lanes]       factors of (diagonal I - df/dy), L and U, in elimination order */
typedef struct {
    int        abi, lanes, n_states, n_params, n_covariates, n_consts, n_outputs, n_jac, n_lu;
    int        has_time;                /* 1: the right side depends on time, dfdt is to be used */
    const int *jac_col_start, *jac_row; /* [n_states + 1], [n_jac] */

    void (*prepare)(const double *params, double *consts);
    void (*initial)(const double *consts, double *y);
    void (*rhs)(const double *time, const double *y, const double *consts, double *dydt);
    /* rhs and Jacobian in one pass, sharing their subexpressions. dfdt [n_states][lanes] is written where has_time. */
    void (*rhs_jac)(const double *time, const double *y, const double *consts, double *dydt, double *jac, double *dfdt);
    /* diagonal [lanes] = 1 / (h gamma). No pivoting beyond the order chosen; a zero pivot gives inf or nan, which the solver sees. */
    void (*factor)(const double *jac, const double *diagonal, double *lu);
    void (*solve)(const double *lu, double *x);                                              /* x [n_states][lanes], in place */
    void (*outputs)(const double *time, const double *y, const double *consts, double *out); /* [n_outputs][lanes] */
    /* For a dose: expr k of the table below for amount amt [lanes]; values [n_dose_exprs][lanes], in the order of routes, targets, and
     * in a target convert, f, alag, dur (dur only where the target has one). */
    int n_dose_exprs;
    void (*dose)(const double *consts, const double *amt, double *values);
    /* Individual parameters after scale and shift, [n_params][lanes]. */
    void (*individual)(const double *consts, double *values);
} onset_kernel_table;

typedef struct onset_kernel onset_kernel;

typedef struct {
    onset_isa   isa;
    const char *compiler;   /* NULL: $CC or "cc" */
    const char *cache_dir;  /* NULL: $XDG_CACHE_HOME/onset or ~/.cache/onset; "" : a private temporary folder, removed at the end */
    bool        no_builtin; /* compile even where a library kernel is built in */
    bool        no_cache;   /* compile even where the cache has it */
} onset_kernel_options;

typedef struct {
    double compile_s; /* wall time in the compiler; 0 when found */
    bool   from_cache, builtin;
    char   note[256]; /* a fallback that was taken ("cache folder cannot be written: ..., using a temporary one"), "" when none */
} onset_kernel_origin;

/* Finds the kernel (built in, then cache, then compile) and loads it. */
onset_status onset_kernel_load(onset_error *err, const onset_model *model, const onset_kernel_options *options, onset_kernel **out,
                               onset_kernel_origin *origin);
void         onset_kernel_free(onset_kernel *kernel);
const onset_kernel_table *onset_kernel_table_of(const onset_kernel *kernel);

/* The C that would be compiled (what `onset compile --emit` prints). */
onset_status onset_kernel_emit(onset_error *err, const onset_model *model, onset_isa isa, onset_text *out);

#endif
