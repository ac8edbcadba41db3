/* Vectors of ONSET_LANES doubles: what C's operators on them do not give. */
#ifndef ONSET_SOLVER_VEC_H
#define ONSET_SOLVER_VEC_H

#include <math.h>
#include <stdint.h>
#if defined(__AVX512DQ__) || defined(__AVX2__) || defined(__SSE2__)
#include <immintrin.h>
#endif

#ifndef ONSET_LANES
#error "ONSET_LANES must say how many doubles a vector has"
#endif

typedef double  vec __attribute__((vector_size(8 * ONSET_LANES)));
typedef int64_t ivec __attribute__((vector_size(8 * ONSET_LANES)));

static inline vec vec_all(double x)
{
    return x - (vec){0};
} /* x - 0 keeps the sign of -0 too */

/* a where the mask is set, else b. A bit operation, so nothing of the other side gets through, not even a NaN. */
static inline vec vec_if(ivec mask, vec a, vec b)
{
    return (vec)((mask & (ivec)a) | (~mask & (ivec)b));
}

static inline vec vec_abs(vec x)
{
    return (vec)((ivec)x & INT64_MAX);
}
/* a > b ? a : b and a < b ? a : b, so b where either is NaN: what the instructions do too. */
static inline vec vec_max(vec a, vec b)
{
#if ONSET_LANES == 8 && defined(__AVX512DQ__)
    return (vec)_mm512_max_pd((__m512d)a, (__m512d)b);
#elif ONSET_LANES == 4 && defined(__AVX2__)
    return (vec)_mm256_max_pd((__m256d)a, (__m256d)b);
#elif ONSET_LANES == 2 && defined(__SSE2__)
    return (vec)_mm_max_pd((__m128d)a, (__m128d)b);
#else
    return vec_if(a > b, a, b);
#endif
}

static inline vec vec_min(vec a, vec b)
{
#if ONSET_LANES == 8 && defined(__AVX512DQ__)
    return (vec)_mm512_min_pd((__m512d)a, (__m512d)b);
#elif ONSET_LANES == 4 && defined(__AVX2__)
    return (vec)_mm256_min_pd((__m256d)a, (__m256d)b);
#elif ONSET_LANES == 2 && defined(__SSE2__)
    return (vec)_mm_min_pd((__m128d)a, (__m128d)b);
#else
    return vec_if(a < b, a, b);
#endif
}

/* Lane k of the result is lane from[k] of x. */
static inline vec vec_permute(vec x, ivec from)
{
#if ONSET_LANES == 8 && defined(__AVX512DQ__)
    return (vec)_mm512_permutexvar_pd((__m512i)from, (__m512d)x);
#elif ONSET_LANES == 4 && defined(__AVX2__)
    const __m256i twice = _mm256_slli_epi64((__m256i)from, 1); /* in halves of a double: 2k, 2k + 1 */
    const __m256i half  = _mm256_or_si256(twice, _mm256_slli_epi64(_mm256_add_epi64(twice, _mm256_set1_epi64x(1)), 32));

    return (vec)_mm256_castps_pd(_mm256_permutevar8x32_ps(_mm256_castpd_ps((__m256d)x), half));
#else
    vec out;

    for (int l = 0; l < ONSET_LANES; l++) out[l] = x[from[l]];
    return out;
#endif
}

/* Bit l is set where the mask is set in lane l. */
static inline unsigned vec_bits(ivec mask)
{
#if ONSET_LANES == 8 && defined(__AVX512DQ__)
    return _mm512_movepi64_mask((__m512i)mask);
#elif ONSET_LANES == 4 && defined(__AVX2__)
    return (unsigned)_mm256_movemask_pd((__m256d)mask);
#elif ONSET_LANES == 2 && defined(__SSE2__)
    return (unsigned)_mm_movemask_pd((__m128d)mask);
#else
    unsigned bits = 0;

    for (int l = 0; l < ONSET_LANES; l++) bits |= (unsigned)(mask[l] < 0) << l;
    return bits;
#endif
}

/* x^p for step control: within 0.02 %, which is plenty there, and the same on every lane. x from 1e-300 to 1e300. It stands in the chain of operations
 * that each step waits for, so it is short: log2 and 2^z by Taylor's
 * series, no division. */
static inline vec vec_power(vec x, double p)
{
    const double two52 = 4503599627370496.0;
    ivec         bits  = (ivec)x;
    vec          m     = (vec)((bits & 0x000fffffffffffff) | 0x3ff0000000000000);
    vec          e     = (vec)(((bits >> 52) & 0x7ff) | 0x4330000000000000) - (two52 + 1023);
    vec          s     = m * (2.0 / 3) - 1; /* from -1/3 to 1/3 */
    vec          s2    = s * s;
    vec          log_m = (0.58496250072115618 + 1.4426950408889634 * s) +
                s2 * ((-0.72134752044448170 + 0.48089834696298783 * s) + s2 * (-0.36067376022224085 + 0.28853900817779268 * s));
    vec  z     = (e + log_m) * p;
    vec  n     = (z + 1.5 * two52) - 1.5 * two52;
    vec  f     = (z - n) * 0.69314718055994531;
    vec  r     = (1 + f) + f * f * (0.5 + f * (1.0 / 6 + f * (1.0 / 24)));
    ivec scale = ((ivec)(n + (1.5 * two52 + 1023)) << 52); /* the low bits of n + 1023 become the exponent */

    return r * (vec)scale;
}

#endif
