/* Types and helpers of the emitted C. No header is included: reading one costs more than compiling a small model. */
#include "kernel/emit.h"

#include <features.h>

/* exp, log, pow, sin, cos over vectors are in the C library (libmvec) since 2.22, tan, tanh, erfc since 2.35; on x86-64. The letter
 * names the instruction set of x86-64's vector function ABI: b SSE, d AVX2, e AVX-512. */
#if defined(__x86_64__) && defined(__GLIBC__) && (__GLIBC__ > 2 || (__GLIBC__ == 2 && __GLIBC_MINOR__ >= 22))
static const bool have_old_vector_functions = true;
#else
static const bool have_old_vector_functions = false;
#endif
#if defined(__x86_64__) && defined(__GLIBC__) && (__GLIBC__ > 2 || (__GLIBC__ == 2 && __GLIBC_MINOR__ >= 35))
static const bool have_new_vector_functions = true;
#else
static const bool have_new_vector_functions = false;
#endif

static const char scalar_types[] = "typedef double v; /* one lane */\n"
                                   "typedef int    m; /* a condition */\n\n"
                                   "#define K(x)     (x)\n"
                                   "#define lt(a, b) ((a) < (b))\n"
                                   "#define le(a, b) ((a) <= (b))\n"
                                   "#define eq(a, b) ((a) == (b))\n"
                                   "#define ne(a, b) ((a) != (b))\n"
                                   "#define not(a)   (!(a))\n\n"
                                   "static inline v sel(m yes, v a, v b) { return yes ? a : b; }\n"
                                   "static inline v truth(m a) { return a ? 1.0 : 0.0; }\n"
                                   "static inline v vmin(v a, v b) { return a < b ? a : b; }\n"
                                   "static inline v vmax(v a, v b) { return a > b ? a : b; }\n"
                                   "static inline v vabs(v a) { return __builtin_fabs(a); }\n"
                                   "static inline v vsqrt(v a) { return __builtin_sqrt(a); }\n"
                                   "static inline v vfloor(v a) { return __builtin_floor(a); }\n"
                                   "static inline v vceil(v a) { return __builtin_ceil(a); }\n"
                                   "static inline v vexp(v a) { return __builtin_exp(a); }\n"
                                   "static inline v vlog(v a) { return __builtin_log(a); }\n"
                                   "static inline v vpow(v a, v b) { return __builtin_pow(a, b); }\n"
                                   "static inline v vsin(v a) { return __builtin_sin(a); }\n"
                                   "static inline v vcos(v a) { return __builtin_cos(a); }\n"
                                   "static inline v vtan(v a) { return __builtin_tan(a); }\n"
                                   "static inline v vtanh(v a) { return __builtin_tanh(a); }\n"
                                   "static inline v vphi(v a) { return 0.5 * __builtin_erfc(a * -0.70710678118654752440); }\n\n";

static const char vector_types[] = "/* The side not taken is computed too; its bits are masked away. */\n"
                                   "static inline v sel(m yes, v a, v b) { return (v)((yes & (m)a) | (~yes & (m)b)); }\n"
                                   "static inline v truth(m a) { return (v)(a & (m)K(1.0)); }\n"
                                   "static inline v vabs(v a) { return (v)((m)a & ~(m)K(-0.0)); }\n"
                                   "#define lt(a, b) ((m)((a) < (b)))\n"
                                   "#define le(a, b) ((m)((a) <= (b)))\n"
                                   "#define eq(a, b) ((m)((a) == (b)))\n"
                                   "#define ne(a, b) ((m)((a) != (b)))\n"
                                   "#define not(a)   (~(a))\n\n";

/* Instructions for which C has no operator. GCC and Clang spell some differently. */
static const char instructions_512[] = "#if defined(__clang__)\n"
                                       "#define MIN(a, b) __builtin_ia32_minpd512(a, b, 4)\n"
                                       "#define MAX(a, b) __builtin_ia32_maxpd512(a, b, 4)\n"
                                       "#define SQRT(a) __builtin_ia32_sqrtpd512(a, 4)\n"
                                       "#else\n"
                                       "#define MIN(a, b) __builtin_ia32_minpd512_mask(a, b, a, -1, 4)\n"
                                       "#define MAX(a, b) __builtin_ia32_maxpd512_mask(a, b, a, -1, 4)\n"
                                       "#define SQRT(a) __builtin_ia32_sqrtpd512_mask(a, a, -1, 4)\n"
                                       "#endif\n"
                                       "#define FLOOR(a) __builtin_ia32_rndscalepd_mask(a, 9, a, -1, 4)\n"
                                       "#define CEIL(a) __builtin_ia32_rndscalepd_mask(a, 10, a, -1, 4)\n";
static const char instructions_256[] = "#define MIN(a, b) __builtin_ia32_minpd256(a, b)\n"
                                       "#define MAX(a, b) __builtin_ia32_maxpd256(a, b)\n"
                                       "#define SQRT(a) __builtin_ia32_sqrtpd256(a)\n"
                                       "#define FLOOR(a) __builtin_ia32_roundpd256(a, 9)\n"
                                       "#define CEIL(a) __builtin_ia32_roundpd256(a, 10)\n";
static const char instructions_128[] = "#define MIN(a, b) __builtin_ia32_minpd(a, b)\n"
                                       "#define MAX(a, b) __builtin_ia32_maxpd(a, b)\n"
                                       "#define SQRT(a) __builtin_ia32_sqrtpd(a)\n"
                                       "#define FLOOR(a) __builtin_ia32_roundpd(a, 9)\n"
                                       "#define CEIL(a) __builtin_ia32_roundpd(a, 10)\n";

static const char x86_helpers[] = "static inline v vmin(v a, v b) { return (v)MIN(a, b); }\n"
                                  "static inline v vmax(v a, v b) { return (v)MAX(a, b); }\n"
                                  "static inline v vsqrt(v a) { return (v)SQRT(a); }\n"
                                  "static inline v vfloor(v a) { return (v)FLOOR(a); }\n"
                                  "static inline v vceil(v a) { return (v)CEIL(a); }\n\n";

static const char plain_helpers[] = "static inline v vmin(v a, v b) { return sel(lt(a, b), a, b); }\n"
                                    "static inline v vmax(v a, v b) { return sel(lt(b, a), a, b); }\n";

static void put_vector_type(onset_emitter *e, int lanes)
{
    onset_text_printf(e->out,
                      "typedef double    v __attribute__((vector_size(%d), may_alias)); /* %d lanes */\n"
                      "typedef long long m __attribute__((vector_size(%d), may_alias)); /* a condition: all bits of a lane, or none */\n\n"
                      "#define K(x) ((v){",
                      8 * lanes, lanes, 8 * lanes);
    for (int i = 0; i < lanes; i++) onset_text_add(e->out, i ? ", x" : "x");
    onset_text_add(e->out, "})\n\n");
    onset_text_add(e->out, vector_types);
}

/* One lane after the other, by the C library's scalar function. */
static void put_loop(onset_emitter *e, const char *name, const char *function, int lanes)
{
    onset_text_printf(
        e->out, "static v %s(v a)\n{\n    v out;\n\n    for (int i = 0; i < %d; i++) out[i] = __builtin_%s(a[i]);\n    return out;\n}\n\n",
        name, lanes, function);
}

static void put_pow_loop(onset_emitter *e, int lanes)
{
    onset_text_printf(e->out,
                      "static v vpow(v a, v b)\n{\n    v out;\n\n    for (int i = 0; i < %d; i++) out[i] = __builtin_pow(a[i], b[i]);\n    "
                      "return out;\n}\n\n",
                      lanes);
}

typedef struct {
    onset_node_op op;
    const char   *name, *function;
    bool          is_new;
} vector_function;

static const vector_function vector_functions[] = {
    {ONSET_NODE_EXP, "vexp", "exp", false},  {ONSET_NODE_LOG, "vlog", "log", false}, {ONSET_NODE_SIN, "vsin", "sin", false},
    {ONSET_NODE_COS, "vcos", "cos", false},  {ONSET_NODE_TAN, "vtan", "tan", true},  {ONSET_NODE_TANH, "vtanh", "tanh", true},
    {ONSET_NODE_PHI, "verfc", "erfc", true},
};

static void put_functions(onset_emitter *e, const bool *used, int lanes)
{
    const char letter = lanes == 8 ? 'e' : lanes == 4 ? 'd' : 'b';

    for (size_t i = 0; i < sizeof vector_functions / sizeof *vector_functions; i++) {
        const vector_function *f = &vector_functions[i];

        if (!used[f->op]) continue;
        if (f->is_new ? have_new_vector_functions : have_old_vector_functions)
            onset_text_printf(e->out, "v _ZGV%cN%dv_%s(v);\n#define %s(a) _ZGV%cN%dv_%s(a)\n", letter, lanes, f->function, f->name, letter,
                              lanes, f->function);
        else
            put_loop(e, f->name, f->function, lanes);
    }
    if (used[ONSET_NODE_POW]) put_pow_loop(e, lanes); /* only in prepare(), where exactness counts more than speed */
    if (used[ONSET_NODE_PHI]) onset_text_add(e->out, "static inline v vphi(v a) { return 0.5 * verfc(a * -0.70710678118654752440); }\n");
    onset_text_add(e->out, "\n");
}

void onset_emit_prelude(onset_emitter *e)
{
    const int lanes                  = onset_isa_lanes(e->isa);
    bool      used[ONSET_N_NODE_OPS] = {false};

    for (int i = 0; i < e->plan->graph.n; i++) used[e->plan->graph.nodes[i].op] = true;
    if (lanes == 1) {
        onset_text_add(e->out, scalar_types);
        return;
    }
    put_vector_type(e, lanes);
    onset_text_add(e->out, "#if defined(__x86_64__)\n");
    onset_text_add(e->out, lanes == 8 ? instructions_512 : lanes == 4 ? instructions_256 : instructions_128);
    onset_text_add(e->out, x86_helpers);
    onset_text_add(e->out, "#else\n");
    onset_text_add(e->out, plain_helpers);
    if (used[ONSET_NODE_SQRT]) put_loop(e, "vsqrt", "sqrt", lanes);
    if (used[ONSET_NODE_FLOOR]) put_loop(e, "vfloor", "floor", lanes);
    if (used[ONSET_NODE_CEIL]) put_loop(e, "vceil", "ceil", lanes);
    onset_text_add(e->out, "#endif\n\n");
    put_functions(e, used, lanes);
}
