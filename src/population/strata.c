/* Stratified scores: n subjects, one in each of n strata of a normal distribution, for every use another permutation (a Latin hypercube).
 * Means over few subjects then vary far less than those of independent draws. */
#include "population/population.h"

/* A permutation of 0 .. n-1: four rounds of Feistel's network on the least even number of bits, walked until the number lies below n. */
static uint64_t permuted(uint64_t x, uint64_t n, uint64_t seed, uint64_t purpose)
{
    uint32_t       half   = 1;
    const uint32_t key[2] = {(uint32_t)(seed ^ purpose), (uint32_t)((seed ^ purpose) >> 32)};

    while ((uint64_t)1 << 2 * half < n) half++;
    const uint32_t mask = ((uint32_t)1 << half) - 1;
    do {
        uint32_t left = (uint32_t)(x >> half), right = (uint32_t)x & mask;
        for (uint32_t round = 0; round < 4; round++) {
            const uint32_t counter[4] = {right, round, (uint32_t)n, (uint32_t)purpose};
            uint32_t       out[4];
            onset_philox(counter, key, out);
            const uint32_t next = left ^ (out[0] & mask);
            left = right, right = next;
        }
        x = (uint64_t)left << half | right;
    } while (x >= n);
    return x;
}

double onset_stratum_score(uint64_t seed, uint64_t subject, uint64_t purpose, long n)
{
    onset_stream   stream = onset_stream_start(seed, subject, purpose);
    const uint64_t strata = (uint64_t)n;

    return onset_normal_quantile(((double)permuted((subject - 1) % strata, strata, seed, purpose) + onset_stream_uniform(&stream)) /
                                 (double)n);
}
