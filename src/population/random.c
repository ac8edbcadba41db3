#include "population/population.h"

#include <Random123/philox.h>
#include <math.h>

void onset_philox(const uint32_t counter[4], const uint32_t key[2], uint32_t out[4])
{
    const philox4x32_ctr_t c     = {{counter[0], counter[1], counter[2], counter[3]}};
    const philox4x32_key_t k     = {{key[0], key[1]}};
    const philox4x32_ctr_t block = philox4x32(c, k);

    for (int i = 0; i < 4; i++) out[i] = block.v[i];
}

/* The finaliser of splitmix64 (Steele, Lea and Flood 2014, doi:10.1145/2660193.2660195): every bit depends on every bit. */
static uint64_t mixed(uint64_t x)
{
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
    return x ^ (x >> 31);
}

/* FNV-1a, 64 bit, going on from hash. */
static uint64_t hashed(uint64_t hash, const char *text)
{
    for (; *text; text++) hash = (hash ^ (unsigned char)*text) * 1099511628211u;
    return hash;
}

static const uint64_t fnv_start = 14695981039346656037u;

uint64_t onset_purpose(const char *text)
{
    return mixed(hashed(fnv_start, text));
}

uint64_t onset_purpose_of(const char *kind, const char *name)
{
    return mixed(hashed(hashed(hashed(fnv_start, kind), ":"), name));
}

onset_stream onset_stream_start(uint64_t seed, uint64_t subject, uint64_t purpose)
{
    return (onset_stream){.seed = seed, .subject = subject, .purpose = purpose};
}

/* The counter's 128 bits hold 32 of the subject, 64 of the purpose and 32 of the draws taken. A subject beyond 2^32 changes the purpose.
 * A block yields two draws, but is computed for each: keeping it would make a stream more than its four numbers. */
static uint64_t next_bits(onset_stream *stream)
{
    const uint64_t beyond     = stream->subject >> 32;
    const uint64_t purpose    = beyond ? stream->purpose ^ mixed(beyond) : stream->purpose;
    const uint32_t counter[4] = {stream->counter / 2, (uint32_t)stream->subject, (uint32_t)purpose, (uint32_t)(purpose >> 32)};
    const uint32_t key[2]     = {(uint32_t)stream->seed, (uint32_t)(stream->seed >> 32)};
    const uint32_t half       = 2 * (stream->counter % 2);
    uint32_t       block[4];

    onset_philox(counter, key, block);
    stream->counter++;
    return (uint64_t)block[half] << 32 | block[half + 1];
}

double onset_stream_uniform(onset_stream *stream)
{
    return (double)(next_bits(stream) >> 11 | 1) * 0x1p-53;
}

double onset_stream_normal(onset_stream *stream)
{
    return onset_normal_quantile(onset_stream_uniform(stream));
}
