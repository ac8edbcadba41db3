#include "limit.h"

#include "solver/vec.h"

#include <time.h>

#define name_2(n) bench_limit_##n
#define name_1(n) name_2(n)

enum { REPEATS = 20000, TURNS = 300, CHAINS = 12 };

static double now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* Twelve independent chains x0 to x11, each in a register: enough to hide any latency. */
#define FOR_ALL(X)         X(x0, 0) X(x1, 1) X(x2, 2) X(x3, 3) X(x4, 4) X(x5, 5) X(x6, 6) X(x7, 7) X(x8, 8) X(x9, 9) X(x10, 10) X(x11, 11)
#define DECLARE(x, k)      vec x = vec_all(1 + (k));
#define KEEP(x, k)         __asm__ volatile("" : "+x"(x)); /* what was computed must be there */
#define MULTIPLY_ADD(x, k) x = x * a + b;
#define DIVIDE(x, k)       x = a / x;
#define LOAD(x, k)         x = *(volatile vec *)&memory[k];
#define STORE(x, k)        *(volatile vec *)&memory[k] = x;
#if ONSET_LANES == 8 && defined(__AVX512DQ__)
#define SQUARE_ROOT(x, k) x = (vec)_mm512_sqrt_pd((__m512d)x);
#elif ONSET_LANES == 4 && defined(__AVX2__)
#define SQUARE_ROOT(x, k) x = (vec)_mm256_sqrt_pd((__m256d)x);
#elif ONSET_LANES == 2 && defined(__SSE2__)
#define SQUARE_ROOT(x, k) x = (vec)_mm_sqrt_pd((__m128d)x);
#else
#define SQUARE_ROOT(x, k)
#endif

/* The fastest of 300 turns, for others use the machine too; ns an operation. */
#define MEASURE(name, OPERATION)                                                                                                           \
    static double name(vec *memory, vec a, vec b)                                                                                          \
    {                                                                                                                                      \
        double best = INFINITY;                                                                                                            \
                                                                                                                                           \
        (void)memory, (void)a, (void)b;                                                                                                    \
        FOR_ALL(DECLARE)                                                                                                                   \
        for (int turn = 0; turn < TURNS; turn++) {                                                                                         \
            double start = now();                                                                                                          \
            for (int r = 0; r < REPEATS; r++) {                                                                                            \
                FOR_ALL(OPERATION)                                                                                                         \
                FOR_ALL(KEEP)                                                                                                              \
            }                                                                                                                              \
            best = fmin(best, (now() - start) * 1e9 / REPEATS / CHAINS);                                                                   \
        }                                                                                                                                  \
        return best;                                                                                                                       \
    }

MEASURE(multiply_add, MULTIPLY_ADD)
MEASURE(divide, DIVIDE)
MEASURE(square_root, SQUARE_ROOT)
MEASURE(load, LOAD)
MEASURE(store, STORE)

bench_limit name_1(ONSET_LANES)(void)
{
    vec memory[CHAINS], a = vec_all(1.0000001), b = vec_all(1e-9);

    for (int k = 0; k < CHAINS; k++) memory[k] = vec_all(1);
    return (bench_limit){.multiply_add = multiply_add(memory, a, b),
                         .divide       = divide(memory, a, b),
                         .square_root  = square_root(memory, a, b),
                         .load         = load(memory, a, b),
                         .store        = store(memory, a, b)};
}
