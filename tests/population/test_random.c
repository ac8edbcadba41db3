/* Random numbers: the published vectors of Philox, the accuracy of AS 241, streams that do not depend on each other. */
#include "population/population.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

/* The known answers that come with Random123 (Salmon et al. 2011): philox4x32, 10 rounds. */
static void philox_gives_the_published_vectors(void **state)
{
    static const struct {
        uint32_t counter[4], key[2], out[4];
    } known[] = {
        {{0, 0, 0, 0}, {0, 0}, {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}},
        {{0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff}, {0xffffffff, 0xffffffff}, {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}},
        {{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}, {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}},
    };
    (void)state;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        uint32_t out[4];
        onset_philox(known[i].counter, known[i].key, out);
        for (int k = 0; k < 4; k++) assert_int_equal(out[k], known[i].out[k]);
    }
}

/* Wichura 1988, section "Test data": to the digits given there. */
static void quantile_gives_the_published_values(void **state)
{
    (void)state;
    assert_true(fabs(onset_normal_quantile(0.25) + 0.6744897501960817) < 1e-15);
    assert_true(fabs(onset_normal_quantile(0.001) + 3.090232306167814) < 1e-14);
    assert_true(fabs(onset_normal_quantile(1e-20) + 9.262340089798408) < 1e-14);
    assert_true(onset_normal_quantile(0.5) == 0);
    assert_true(onset_normal_quantile(0) == -INFINITY && onset_normal_quantile(1) == INFINITY && isnan(onset_normal_quantile(1.1)));
}

/* Against long double: x - (cdf(x) - p) / density(x) is a Newton step, whose size is the error of x; the cdf's own rounding, 2^-64 relative, is
 * far below. AS 241 promises 1 in 10^16 in exact arithmetic; 1e-15 leaves room for four roundings (log, sqrt, quotient, product). */
static void quantile_is_accurate_everywhere(void **state)
{
    (void)state;
    for (double e = 0; e > -300; e -= 0.37) {
        const double      p       = 0.5 * pow(10, e);
        const double      x       = onset_normal_quantile(p);
        const long double cdf     = 0.5L * erfcl(-(long double)x / sqrtl(2.0L));
        const long double density = expl(-0.5L * (long double)x * (long double)x) / sqrtl(2.0L * acosl(-1.0L));
        const long double error   = density > 0 ? (cdf - (long double)p) / density : 0;
        if (!(fabsl(error) <= 1e-15L * fmaxl(1, fabsl((long double)x)))) fail_msg("p %.17g: x %.17g, error %Lg", p, x, error);
        if (p > 1e-3 && !(fabs(onset_normal_quantile(1 - p) + x) <= 1e-12)) fail_msg("p %.17g is not symmetric", p);
    }
}

static void cdf_is_the_inverse(void **state)
{
    (void)state;
    for (double x = -8; x <= 5; x += 0.125) {
        const double back = onset_normal_quantile(onset_normal_cdf(x));
        if (!(fabs(back - x) < 1e-9)) fail_msg("%.17g comes back as %.17g", x, back);
    }
    assert_true(fabs(onset_normal_cdf(-30) / 4.906713927148187e-198 - 1) < 1e-12); /* Abramowitz and Stegun's asymptotic series, 20 terms */
}

static void streams_are_functions_of_their_name(void **state)
{
    onset_stream a = onset_stream_start(1, 17, onset_purpose("population:age")), b = a;
    double       first[8];

    (void)state;
    for (int i = 0; i < 8; i++) first[i] = onset_stream_uniform(&a);
    for (int i = 0; i < 8; i++) assert_true(onset_stream_uniform(&b) == first[i]);
    for (int i = 0; i < 8; i++) {
        for (int j = 0; j < i; j++) assert_true(first[i] != first[j]);
    }
    b = onset_stream_start(1, 17 + (UINT64_C(1) << 32), onset_purpose("population:age"));
    assert_true(onset_stream_uniform(&b) != first[0]); /* subjects beyond 2^32 are others too */
    b = onset_stream_start(1 + (UINT64_C(1) << 32), 17, onset_purpose("population:age"));
    assert_true(onset_stream_uniform(&b) != first[0]);
}

/* Two streams that differ in one of seed, subject or purpose: their normal scores are not correlated. With n = 20,000 a correlation of
 * independent scores exceeds 5.0 / sqrt(n) with probability 6e-7; 4 pairs. */
static void streams_are_independent(void **state)
{
    enum { N = 20000 };
    double sum[4] = {0};

    (void)state;
    for (uint64_t i = 1; i <= N; i++) {
        onset_stream base     = onset_stream_start(7, i, onset_purpose("a"));
        onset_stream other[4] = {onset_stream_start(8, i, onset_purpose("a")), onset_stream_start(7, i + 1, onset_purpose("a")),
                                 onset_stream_start(7, i, onset_purpose("b")), base};
        const double score    = onset_stream_normal(&base);
        onset_stream_normal(&other[3]); /* the second draw of the same stream */
        for (int k = 0; k < 4; k++) sum[k] += score * onset_stream_normal(&other[k]);
    }
    for (int k = 0; k < 4; k++) {
        if (!(fabs(sum[k] / N) < 5 / sqrt(N))) fail_msg("pair %d: correlation %g", k, sum[k] / N);
    }
}

/* Every value lies strictly within (0, 1); the counts of 256 equal bins give a chi-square of 255 degrees of freedom, mean 255, SD 22.6;
 * 380 is exceeded with probability 1e-6. */
static void uniforms_are_uniform(void **state)
{
    enum { N = 200000, BINS = 256 };
    static int   counts[BINS];
    onset_stream stream = onset_stream_start(20261121, 1, onset_purpose("uniform"));
    double       chi2   = 0;

    (void)state;
    for (int i = 0; i < N; i++) {
        const double u = onset_stream_uniform(&stream);
        assert_true(u > 0 && u < 1);
        counts[(int)(u * BINS)]++;
    }
    for (int k = 0; k < BINS; k++) chi2 += pow(counts[k] - (double)N / BINS, 2) / ((double)N / BINS);
    if (!(chi2 < 380)) fail_msg("chi-square %g", chi2);
}

/* n subjects take one each of n strata of the normal distribution, another purpose in another order; n + 1 begins anew in the same strata. */
static void strata_are_taken_once(void **state)
{
    enum { N = 37 };
    const uint64_t purposes[]  = {onset_purpose("a"), onset_purpose("b")};
    int            taken[2][N] = {{0}}, same = 0, last = -1;

    (void)state;
    for (uint64_t i = 1; i <= N; i++) {
        for (int p = 0; p < 2; p++) {
            const int at = (int)floor(N * onset_normal_cdf(onset_stratum_score(5, i, purposes[p], N)));
            assert_in_range(at, 0, N - 1);
            taken[p][at]++;
            same += p == 1 && at == last;
            last = at;
        }
        assert_int_equal((int)floor(N * onset_normal_cdf(onset_stratum_score(5, i + N, purposes[1], N))), last);
    }
    for (int i = 0; i < N; i++) assert_true(taken[0][i] == 1 && taken[1][i] == 1);
    assert_true(same < N / 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(philox_gives_the_published_vectors),
        cmocka_unit_test(quantile_gives_the_published_values),
        cmocka_unit_test(quantile_is_accurate_everywhere),
        cmocka_unit_test(cdf_is_the_inverse),
        cmocka_unit_test(streams_are_functions_of_their_name),
        cmocka_unit_test(streams_are_independent),
        cmocka_unit_test(uniforms_are_uniform),
        cmocka_unit_test(strata_are_taken_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
