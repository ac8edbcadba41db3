#include "kernel/kernel.h"

#include <stdlib.h>
#include <string.h>

static const char *const names[ONSET_N_ISA] = {"scalar", "sse2", "avx2", "avx512"};

int onset_isa_lanes(onset_isa isa)
{
    return 1 << (int)isa;
}

const char *onset_isa_name(onset_isa isa)
{
    return names[isa];
}

bool onset_isa_of_name(const char *name, onset_isa *out)
{
    *out = onset_isa_best();
    if (!name) return true;
    for (int i = 0; i < ONSET_N_ISA; i++) {
        if (strcmp(name, names[i]) != 0) continue;
        *out = (onset_isa)i;
        return true;
    }
    return false;
}

bool onset_isa_runs(onset_isa isa)
{
#if defined(__x86_64__)
    __builtin_cpu_init();
    switch (isa) {
    case ONSET_ISA_AVX512:
        return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") &&
               __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
    case ONSET_ISA_AVX2:
        return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
    case ONSET_ISA_SSE2:
        return __builtin_cpu_supports("sse4.2");
    default:
        return true;
    }
#else
    return isa == ONSET_ISA_SCALAR || isa == ONSET_ISA_SSE2; /* two lanes of plain C vectors, NEON on ARM */
#endif
}

onset_isa onset_isa_best(void)
{
    const char *wanted = getenv("ONSET_ISA");
    onset_isa   best   = ONSET_ISA_AVX512;

    while (best > ONSET_ISA_SCALAR && !onset_isa_runs(best)) best--;
    for (onset_isa isa = ONSET_ISA_SCALAR; wanted && isa < best; isa++)
        if (strcmp(wanted, names[isa]) == 0) return isa;
    return best;
}
