/* SHA-256 (FIPS 180-4): names of kernels in the cache, hashes of source files, the identity of a run.
 *
 *     onset_sha256 hash;
 *     onset_sha256_start(&hash); onset_sha256_add(&hash, bytes, n); ... onset_sha256_end(&hash, digest); */
#ifndef ONSET_BASE_SHA256_H
#define ONSET_BASE_SHA256_H

#include "onset.h"

typedef struct {
    uint32_t      state[8];
    uint64_t      n; /* bytes so far */
    unsigned char block[64];
} onset_sha256;

void onset_sha256_start(onset_sha256 *hash);
void onset_sha256_add(onset_sha256 *hash, const void *bytes, size_t n); /* bytes may be NULL where n is 0 */
void onset_sha256_end(onset_sha256 *hash, unsigned char digest[32]);

/* 64 lower-case hexadecimal digits and a NUL. */
void onset_sha256_hex(const unsigned char digest[32], char hex[65]);

/* All at once. */
void onset_sha256_text(const void *bytes, size_t n, char hex[65]);

#endif
