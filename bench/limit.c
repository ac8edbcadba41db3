#include "limit.h"

#include "solver/vec.h"

#include <time.h>

#define name_2(n) bench_limit_##n
#define name_1(n) name_2(n)

enum { REPEATS = 2000000, CHAINS = 12 };

static double now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* Runs the statement on twelve independent chains, enough to hide any latency; best of five, in ns an operation. */
#define MEASURE(result, statement)                                                                                                         \
    do {                                                                                                                                   \
        (result) = INFINITY;                                                                                                               \
        for (int turn = 0; turn < 5; turn++) {                                                                                             \
            double start = now();                                                                                                          \
            for (int r = 0; r < REPEATS; r++) {                                                                                            \
                _Pragma("GCC unroll 12") for (int k = 0; k < CHAINS; k++)                                                                  \
                {                                                                                                                          \
                    statement;                                                                                                             \
                    __asm__ volatile("" : "+v"(x[k])); /* what was computed must be there */                                               \
                }                                                                                                                          \
            }                                                                                                                              \
            (result) = fmin((result), (now() - start) * 1e9 / REPEATS / CHAINS);                                                           \
        }                                                                                                                                  \
    } while (0)

bench_limit name_1(ONSET_LANES)(void)
{
    static vec  memory[CHAINS];
    vec         x[CHAINS], a = vec_all(1.0000001), b = vec_all(1e-9);
    bench_limit out;

    for (int k = 0; k < CHAINS; k++) x[k] = memory[k] = vec_all(1 + k);
    MEASURE(out.multiply_add, x[k] = x[k] * a + b);
    MEASURE(out.divide, x[k] = a / x[k]);
#if ONSET_LANES == 8 && defined(__AVX512DQ__)
    MEASURE(out.square_root, x[k] = (vec)_mm512_sqrt_pd((__m512d)x[k]));
#elif ONSET_LANES == 4 && defined(__AVX2__)
    MEASURE(out.square_root, x[k] = (vec)_mm256_sqrt_pd((__m256d)x[k]));
#else
    out.square_root = NAN;
#endif
    MEASURE(out.load, x[k] = *(volatile vec *)&memory[k]);
    MEASURE(out.store, *(volatile vec *)&memory[k] = x[k]);
    return out;
}
