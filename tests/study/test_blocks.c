/* The file of finished blocks: what goes in comes out, and what is torn is left out. */
#include "study/blocks.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

enum { N = 21 };

static const char *path(void)
{
    static char text[64];

    snprintf(text, sizeof text, "/tmp/onset-test-blocks-%ld", (long)getpid());
    return text;
}

static onset_block_shape small_shape(unsigned char identity)
{
    onset_block_shape shape = {.n_subjects     = N,
                               .block_subjects = 8,
                               .n_arms         = 2,
                               .n_outputs      = 3,
                               .n_visits       = 2,
                               .n_trace        = 4,
                               .n_endpoints    = 1,
                               .n_draws        = 2,
                               .n_params       = 1,
                               .n_states       = 3};

    memset(shape.identity, identity, sizeof shape.identity);
    return shape;
}

/* A value that tells its column and subject, exact in single precision. */
static double value_of(long column, long subject)
{
    return (double)(column * 1000 + subject);
}

static void fill(onset_block_data *block, const onset_block_shape *shape, long index)
{
    onset_failure failure = {.subject = index * 8 + 1, .arm = 1, .state = -1, .time = 2.5, .detail = "test"};
    const double  y[]     = {(double)index, 0.5, -3};

    onset_block_start(block, shape, index);
    for (long c = 0; c < onset_n_columns(shape); c++)
        for (int i = 0; i < block->n; i++) onset_block_set(block, shape, c, i, value_of(c, index * 8 + i));
    assert_true(onset_block_fail(block, shape, &failure, index == 1 ? NULL : y));
    block->steps    = 10 + index;
    block->rejected = index;
}

static onset_blocks *open_blocks(const onset_block_shape *shape)
{
    onset_error   err    = {0};
    onset_blocks *blocks = NULL;

    if (onset_blocks_open(&err, path(), shape, &blocks) != ONSET_OK) fail_msg("%s", err.message);
    return blocks;
}

static void append(onset_blocks *blocks, const onset_block_shape *shape, long from, long to)
{
    onset_error      err = {0};
    onset_block_data block;

    assert_true(onset_block_create(&block, shape));
    for (long b = from; b < to; b++) {
        fill(&block, shape, b);
        if (onset_blocks_append(&err, blocks, &block) != ONSET_OK) fail_msg("%s", err.message);
    }
    onset_block_free(&block);
}

static void check_columns(onset_blocks *blocks, const onset_block_shape *shape)
{
    long        n_doubles = onset_n_doubles(shape), n = onset_blocks_about(blocks).n_subjects;
    double      values[3 * N];
    onset_error err = {0};

    for (long c = 0; c < onset_n_columns(shape); c++) {
        int many = (c + 3 <= n_doubles || (c >= n_doubles && c + 3 <= onset_n_columns(shape))) ? 3 : 1;

        assert_int_equal(onset_blocks_columns(&err, blocks, c, many, values), ONSET_OK);
        for (int k = 0; k < many; k++)
            for (long i = 0; i < n; i++) assert_true(values[k * n + i] == value_of(c + k, i));
    }
}

static void count_failure(void *ctx, const onset_failure *failure, const double *y)
{
    const int index = *(int *)ctx;

    if (index == 1)
        assert_null(y); /* of this block no state was kept */
    else
        assert_true(y && y[0] == index && y[1] == 0.5 && y[2] == -3);
    assert_string_equal(failure->detail, "test");
    assert_int_equal(failure->subject, 8 * *(int *)ctx + 1);
    ++*(int *)ctx;
}

static void what_goes_in_comes_out(void **state)
{
    onset_block_shape  shape  = small_shape(1);
    onset_blocks      *blocks = open_blocks(&shape);
    int                n      = 0;
    onset_blocks_state about;

    (void)state;
    append(blocks, &shape, 0, 3);
    about = onset_blocks_about(blocks);
    assert_int_equal(about.n_subjects, N);
    assert_int_equal(about.n_failed, 3);
    assert_int_equal(about.steps, 33);
    assert_int_equal(about.rejected, 3);
    assert_false(about.resumed);
    check_columns(blocks, &shape);
    assert_int_equal(onset_blocks_failures(NULL, blocks, count_failure, &n), ONSET_OK);
    assert_int_equal(n, 3);
    onset_blocks_close(blocks);
    unlink(path());
}

/* Columns must not overlap, and fill all there is. */
static void columns_are_a_partition(void **state)
{
    onset_block_shape s         = small_shape(0);
    char              seen[200] = {0};
    long              n         = onset_n_columns(&s);

    (void)state;
    for (int i = 0; i < s.n_draws; i++) seen[onset_column_draw(&s, i)]++;
    for (int i = 0; i < s.n_params; i++) seen[onset_column_param(&s, i)]++;
    for (int a = 0; a < s.n_arms; a++) {
        seen[onset_column_failed(&s, a)]++;
        for (int v = 0; v < s.n_visits; v++) {
            for (int o = 0; o < s.n_outputs; o++) seen[onset_column_true(&s, a, o, v)]++, seen[onset_column_observed(&s, a, o, v)]++;
            for (int k = 0; k < s.n_endpoints; k++) seen[onset_column_endpoint(&s, a, k, v)]++;
        }
        for (int o = 0; o < s.n_outputs; o++)
            for (int t = 0; t < s.n_trace; t++) seen[onset_column_trace(&s, a, o, t)]++;
    }
    assert_true(n < 200);
    for (long c = 0; c < n; c++) assert_int_equal(seen[c], 1);
    assert_int_equal(seen[n], 0);
}

/* Cut after every length: the blocks before the cut are there, and the run can go on to the same file. */
static void a_torn_file_keeps_its_good_blocks(void **state)
{
    onset_block_shape shape  = small_shape(1);
    onset_blocks     *blocks = open_blocks(&shape);
    struct stat       whole, two;

    (void)state;
    append(blocks, &shape, 0, 2);
    stat(path(), &two);
    append(blocks, &shape, 2, 3);
    onset_blocks_close(blocks);
    stat(path(), &whole);
    for (off_t cut = whole.st_size - 1; cut > 600; cut -= 97) {
        struct stat now;

        assert_int_equal(truncate(path(), cut), 0);
        blocks = open_blocks(&shape);
        if (cut >= two.st_size) {
            assert_int_equal(onset_blocks_about(blocks).n_blocks, 2);
        } else {
            assert_in_range(onset_blocks_about(blocks).n_blocks, 0, 1);
        }
        append(blocks, &shape, onset_blocks_about(blocks).n_blocks, 3);
        check_columns(blocks, &shape);
        onset_blocks_close(blocks);
        stat(path(), &now);
        assert_int_equal(now.st_size, whole.st_size);
    }
    unlink(path());
}

static void a_changed_byte_is_found(void **state)
{
    onset_block_shape shape  = small_shape(1);
    onset_blocks     *blocks = open_blocks(&shape);
    struct stat       whole;

    (void)state;
    append(blocks, &shape, 0, 3);
    onset_blocks_close(blocks);
    stat(path(), &whole);
    for (off_t at = whole.st_size - 1; at > 0; at -= 211) {
        FILE *file = fopen(path(), "r+b");
        int   byte;
        long  kept;

        fseeko(file, at, SEEK_SET);
        byte = fgetc(file);
        fseeko(file, at, SEEK_SET);
        fputc(byte ^ 0x10, file);
        fclose(file);
        blocks = open_blocks(&shape);
        kept   = onset_blocks_about(blocks).n_blocks;
        if (kept >= 3) fail_msg("a change at byte %ld went unseen", (long)at);
        append(blocks, &shape, kept, 3);
        onset_blocks_close(blocks);
    }
    unlink(path());
}

static void blocks_of_another_run_are_dropped(void **state)
{
    onset_block_shape one = small_shape(1), two = small_shape(2);
    onset_blocks     *blocks = open_blocks(&one);

    (void)state;
    append(blocks, &one, 0, 2);
    assert_int_equal(onset_blocks_note(NULL, blocks, "solver 1 because"), ONSET_OK);
    onset_blocks_close(blocks);
    blocks = open_blocks(&one);
    assert_true(onset_blocks_about(blocks).resumed);
    assert_string_equal(onset_blocks_noted(blocks), "solver 1 because");
    onset_blocks_close(blocks);
    blocks = open_blocks(&two);
    assert_int_equal(onset_blocks_about(blocks).n_blocks, 0);
    assert_true(onset_blocks_about(blocks).discarded);
    assert_string_equal(onset_blocks_noted(blocks), "");
    onset_blocks_close(blocks);
    assert_int_equal(access(path(), F_OK), -1); /* nothing in it: removed */
}

static void one_run_at_a_time(void **state)
{
    onset_block_shape shape  = small_shape(1);
    onset_blocks     *blocks = open_blocks(&shape), *other = NULL;
    onset_error       err = {0};

    (void)state;
    assert_int_equal(onset_blocks_open(&err, path(), &shape, &other), ONSET_NO_OUTPUT);
    assert_non_null(strstr(err.message, "another run"));
    onset_blocks_close(blocks);
}

static void a_file_that_is_no_block_file_is_replaced(void **state)
{
    onset_block_shape shape = small_shape(1);
    FILE             *file  = fopen(path(), "wb");
    onset_blocks     *blocks;

    (void)state;
    for (int i = 0; i < 5000; i++) fputc(i * 37 % 251, file);
    fclose(file);
    blocks = open_blocks(&shape);
    assert_int_equal(onset_blocks_about(blocks).n_blocks, 0);
    append(blocks, &shape, 0, 3);
    check_columns(blocks, &shape);
    onset_blocks_close(blocks);
    unlink(path());
}

static void a_temporary_file_leaves_nothing(void **state)
{
    onset_block_shape shape  = small_shape(1);
    onset_blocks     *blocks = NULL;

    (void)state;
    assert_int_equal(onset_blocks_open(NULL, NULL, &shape, &blocks), ONSET_OK);
    append(blocks, &shape, 0, 3);
    check_columns(blocks, &shape);
    onset_blocks_close(blocks);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(what_goes_in_comes_out),
                                       cmocka_unit_test(columns_are_a_partition),
                                       cmocka_unit_test(a_torn_file_keeps_its_good_blocks),
                                       cmocka_unit_test(a_changed_byte_is_found),
                                       cmocka_unit_test(blocks_of_another_run_are_dropped),
                                       cmocka_unit_test(one_run_at_a_time),
                                       cmocka_unit_test(a_file_that_is_no_block_file_is_replaced),
                                       cmocka_unit_test(a_temporary_file_leaves_nothing)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
