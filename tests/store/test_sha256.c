/* SHA-256 against the vectors of FIPS 180-4 and its cryptographic toolkit examples. */
#include "base/sha256.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void published_vectors(void **state)
{
    static const char *const rows[][2] = {
        {"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
        {"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
        {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"}};
    char  hex[65];
    char *million = malloc(1000000);

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        onset_sha256_text(rows[i][0], strlen(rows[i][0]), hex);
        assert_string_equal(hex, rows[i][1]);
    }
    assert_non_null(million);
    memset(million, 'a', 1000000);
    onset_sha256_text(million, 1000000, hex);
    assert_string_equal(hex, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
    free(million);
}

/* However the bytes are cut, around the ends of blocks and of the padding. */
static void pieces_make_no_difference(void **state)
{
    unsigned char bytes[200];

    (void)state;
    for (size_t i = 0; i < sizeof bytes; i++) bytes[i] = (unsigned char)(i * 7);
    for (size_t n = 0; n <= sizeof bytes; n++) {
        char whole[65];

        onset_sha256_text(bytes, n, whole);
        for (size_t piece = 1; piece < 70; piece += 23) {
            onset_sha256  hash;
            unsigned char digest[32];
            char          hex[65];

            onset_sha256_start(&hash);
            for (size_t at = 0; at < n; at += piece) onset_sha256_add(&hash, bytes + at, n - at < piece ? n - at : piece);
            onset_sha256_end(&hash, digest);
            onset_sha256_hex(digest, hex);
            assert_string_equal(hex, whole);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(published_vectors), cmocka_unit_test(pieces_make_no_difference)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
