/* The file of finished blocks.
 *
 *     head: magic, size of the head, shape, note            checksum
 *     block: magic, index, n, sizes, counters, checksum     doubles, floats, failures, states where courses failed
 *     block ...
 *
 * In the byte order of the machine: the file lives as long as a run. */
#include "study/blocks.h"

#include "base/error.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define MAGIC_HEAD  0x31534B4C424F4E4FULL /* "ONOBLKS1" */
#define MAGIC_BLOCK 0x4B434F4C42544553ULL

/* Seconds between two calls of fdatasync: what a loss of power can cost. A killed process loses nothing either way. */
enum { SYNC_EVERY_S = 5 };

typedef struct {
    uint64_t          magic, size;
    onset_block_shape shape;
    char              note[256];
    uint64_t          checksum; /* of what stands before */
} file_head;

typedef struct {
    uint64_t magic, index, n, n_failures, n_kept, bytes;
    int64_t  steps, rejected;
    uint64_t body_checksum, checksum; /* of the bytes that follow; of what stands before */
} block_head;

struct onset_blocks {
    int                fd;
    file_head          head;
    onset_blocks_state state;
    off_t             *starts; /* of each block's doubles */
    long               cap;
    off_t              end; /* of the last good block */
    time_t             synced;
    char              *path;    /* NULL: without a name */
    bool               nowhere; /* blocks are not kept; fd is -1 */
    onset_failure      first;   /* nowhere: the first failure, where there is one */
};

/* Eight bytes at a time, multiplied and folded: finds torn and stale writes; no defence against an adversary. */
static uint64_t checksum(const void *bytes, size_t n, uint64_t hash)
{
    const unsigned char *p = bytes;

    hash ^= n * 0x9E3779B97F4A7C15ULL;
    for (; n >= 8; n -= 8, p += 8) {
        uint64_t word;
        memcpy(&word, p, 8);
        hash = (hash ^ word) * 0xD6E8FEB86659FD93ULL;
        hash ^= hash >> 32;
    }
    for (; n > 0; n--, p++) hash = (hash ^ *p) * 0xD6E8FEB86659FD93ULL;
    return hash ^ hash >> 29;
}

static bool write_all(int fd, const void *bytes, size_t n, off_t at)
{
    const char *p = bytes;

    while (n > 0) {
        ssize_t wrote = pwrite(fd, p, n, at);

        if (wrote < 0 && errno == EINTR) continue;
        if (wrote <= 0) return false;
        p += wrote;
        at += wrote;
        n -= (size_t)wrote;
    }
    return true;
}

static bool read_all(int fd, void *bytes, size_t n, off_t at)
{
    char *p = bytes;

    while (n > 0) {
        ssize_t got = pread(fd, p, n, at);

        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) return false;
        p += got;
        at += got;
        n -= (size_t)got;
    }
    return true;
}

static uint64_t head_checksum(const file_head *head)
{
    return checksum(head, offsetof(file_head, checksum), 1);
}

/* Blocks lie back to back, so all but the last have one size. */
typedef struct {
    size_t doubles, floats, failures, states, all;
} block_sizes;

static block_sizes sizes_of(const onset_block_shape *shape, uint64_t n, uint64_t n_failures, uint64_t n_kept)
{
    block_sizes sizes = {.doubles  = (size_t)onset_n_doubles(shape) * n * sizeof(double),
                         .floats   = (size_t)(onset_n_columns(shape) - onset_n_doubles(shape)) * n * sizeof(float),
                         .failures = n_failures * sizeof(onset_failure),
                         .states   = n_kept * (size_t)shape->n_states * sizeof(double)};

    sizes.all = sizes.doubles + sizes.floats + sizes.failures + sizes.states;
    return sizes;
}

static uint64_t body_checksum(const block_sizes *sizes, const void *doubles, const void *floats, const void *failures, const void *states)
{
    const uint64_t numbers = checksum(floats, sizes->floats, checksum(doubles, sizes->doubles, 3));

    return checksum(states, sizes->states, checksum(failures, sizes->failures, numbers));
}

static int rows_of(const onset_block_shape *shape, long index)
{
    long left = shape->n_subjects - index * shape->block_subjects;

    return left <= 0 ? 0 : left < shape->block_subjects ? (int)left : shape->block_subjects;
}

static bool remember(onset_blocks *blocks, const block_head *head)
{
    if (blocks->state.n_blocks == blocks->cap) {
        long   cap   = blocks->cap ? 2 * blocks->cap : 64;
        off_t *grown = realloc(blocks->starts, (size_t)cap * sizeof *grown);

        if (!grown) return false;
        blocks->starts = grown;
        blocks->cap    = cap;
    }
    blocks->starts[blocks->state.n_blocks++] = blocks->end + (off_t)sizeof *head;
    blocks->state.n_subjects += (long)head->n;
    blocks->state.n_failed += (long)head->n_failures;
    blocks->state.steps += head->steps;
    blocks->state.rejected += head->rejected;
    blocks->end += (off_t)(sizeof *head + head->bytes);
    return true;
}

/* Reads blocks until one is not whole. *good: there was one more. */
static onset_status scan_block(onset_error *err, onset_blocks *blocks, bool *good)
{
    const onset_block_shape *shape = &blocks->head.shape;
    block_head               head;
    block_sizes              sizes;
    char                    *body;

    *good = false;
    if (!read_all(blocks->fd, &head, sizeof head, blocks->end)) return ONSET_OK;
    if (head.magic != MAGIC_BLOCK || head.checksum != checksum(&head, offsetof(block_head, checksum), 2)) return ONSET_OK;
    if (head.index != (uint64_t)blocks->state.n_blocks || head.n != (uint64_t)rows_of(shape, blocks->state.n_blocks) || head.n == 0)
        return ONSET_OK;
    if (head.n_failures > head.n * (uint64_t)shape->n_arms || head.n_kept > head.n_failures) return ONSET_OK;
    sizes = sizes_of(shape, head.n, head.n_failures, head.n_kept);
    if (head.bytes != sizes.all) return ONSET_OK;
    body = malloc(head.bytes + 1);
    if (!body) return onset_fail(err, ONSET_NO_MEMORY, "no memory to read the finished part of the run");
    if (read_all(blocks->fd, body, head.bytes, blocks->end + (off_t)sizeof head))
        *good = body_checksum(&sizes, body, body + sizes.doubles, body + sizes.doubles + sizes.floats, body + sizes.all - sizes.states) ==
                head.body_checksum;
    free(body);
    if (*good && !remember(blocks, &head)) return onset_fail(err, ONSET_NO_MEMORY, "no memory to read the finished part of the run");
    return ONSET_OK;
}

static onset_status write_head(onset_error *err, onset_blocks *blocks)
{
    if (blocks->nowhere) return ONSET_OK;
    blocks->head.checksum = head_checksum(&blocks->head);
    if (!write_all(blocks->fd, &blocks->head, sizeof blocks->head, 0))
        return onset_fail(err, ONSET_NO_OUTPUT, "cannot write the finished part of the run: %s", strerror(errno));
    return ONSET_OK;
}

/* Takes over what an earlier run of the same identity left, or starts anew. */
static onset_status adopt(onset_error *err, onset_blocks *blocks, const onset_block_shape *shape)
{
    file_head   head;
    struct stat about;
    bool        good = true;

    blocks->head = (file_head){.magic = MAGIC_HEAD, .size = sizeof head};
    memcpy(&blocks->head.shape, shape, sizeof *shape);
    blocks->end = (off_t)sizeof head;
    if (fstat(blocks->fd, &about) != 0)
        return onset_fail(err, ONSET_NO_OUTPUT, "cannot read the finished part of the run: %s", strerror(errno));
    if (read_all(blocks->fd, &head, sizeof head, 0) && head.magic == MAGIC_HEAD && head.size == sizeof head &&
        head.checksum == head_checksum(&head) && memcmp(head.shape.identity, shape->identity, sizeof shape->identity) == 0 &&
        head.shape.n_subjects == shape->n_subjects && head.shape.block_subjects == shape->block_subjects &&
        head.shape.n_states == shape->n_states && onset_n_doubles(&head.shape) == onset_n_doubles(shape) &&
        onset_n_columns(&head.shape) == onset_n_columns(shape)) {
        head.note[sizeof head.note - 1] = '\0';
        memcpy(blocks->head.note, head.note, sizeof head.note);
        while (good) {
            onset_status status = scan_block(err, blocks, &good);
            if (status != ONSET_OK) return status;
        }
    }
    blocks->state.resumed   = blocks->state.n_blocks > 0;
    blocks->state.discarded = !blocks->state.resumed && about.st_size > (off_t)sizeof head;
    if (!blocks->state.resumed) blocks->head.note[0] = '\0';
    if (ftruncate(blocks->fd, blocks->state.resumed ? blocks->end : 0) != 0)
        return onset_fail(err, ONSET_NO_OUTPUT, "cannot write the finished part of the run: %s", strerror(errno));
    return write_head(err, blocks);
}

/* Opens and locks. Another process may remove the file between open and lock, so the name is looked at again afterwards. */
static onset_status open_locked(onset_error *err, const char *path, int *out)
{
    for (int tries = 0; tries < 100; tries++) {
        struct stat mine, named;
        int         fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);

        if (fd < 0) return onset_fail(err, ONSET_NO_OUTPUT, "cannot write '%s': %s", path, strerror(errno));
        if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
            int problem = errno;

            close(fd);
            if (problem == EWOULDBLOCK)
                return onset_fail(err, ONSET_NO_OUTPUT, "another run is writing '%s'; wait for it, or give this one another output folder",
                                  path);
            return onset_fail(err, ONSET_NO_OUTPUT, "cannot lock '%s': %s", path, strerror(problem));
        }
        if (fstat(fd, &mine) == 0 && stat(path, &named) == 0 && mine.st_ino == named.st_ino && mine.st_dev == named.st_dev) {
            *out = fd;
            return ONSET_OK;
        }
        close(fd);
    }
    return onset_fail(err, ONSET_NO_OUTPUT, "cannot lock '%s'", path);
}

static onset_status open_unnamed(onset_error *err, int *out)
{
    const char *folder = getenv("TMPDIR");
    char        path[4096];

    snprintf(path, sizeof path, "%s/onset-XXXXXX", folder && *folder ? folder : "/tmp");
    *out = mkostemp(path, O_CLOEXEC);
    if (*out < 0)
        return onset_fail(err, ONSET_NO_OUTPUT, "cannot write a temporary file in '%s': %s", folder ? folder : "/tmp", strerror(errno));
    unlink(path);
    return ONSET_OK;
}

onset_status onset_blocks_open(onset_error *err, const char *path, const onset_block_shape *shape, onset_blocks **out)
{
    onset_blocks *blocks = calloc(1, sizeof *blocks);
    onset_status  status;

    if (!blocks) return onset_fail(err, ONSET_NO_MEMORY, "no memory for the run");
    blocks->fd      = -1;
    blocks->nowhere = path && !path[0];
    if (blocks->nowhere) {
        memcpy(&blocks->head.shape, shape, sizeof *shape);
        *out = blocks;
        return ONSET_OK;
    }
    status = path ? open_locked(err, path, &blocks->fd) : open_unnamed(err, &blocks->fd);
    if (status == ONSET_OK) status = adopt(err, blocks, shape);
    if (status == ONSET_OK && path && !(blocks->path = strdup(path))) status = onset_fail(err, ONSET_NO_MEMORY, "no memory for the run");
    if (status != ONSET_OK) {
        onset_blocks_close(blocks);
        return status;
    }
    blocks->synced = time(NULL);
    *out           = blocks;
    return ONSET_OK;
}

void onset_blocks_close(onset_blocks *blocks)
{
    if (!blocks) return;
    if (blocks->path && blocks->state.n_blocks == 0) unlink(blocks->path); /* nothing to go on from */
    if (blocks->fd >= 0) close(blocks->fd);
    free(blocks->path);
    free(blocks->starts);
    free(blocks);
}

onset_blocks_state onset_blocks_about(const onset_blocks *blocks)
{
    return blocks->state;
}

onset_status onset_blocks_note(onset_error *err, onset_blocks *blocks, const char *note)
{
    snprintf(blocks->head.note, sizeof blocks->head.note, "%s", note);
    return write_head(err, blocks);
}

const char *onset_blocks_noted(const onset_blocks *blocks)
{
    return blocks->head.note;
}

/* What stands at the end is cut off again when the block could not be written as a whole, so that the file keeps what was finished. */
onset_status onset_blocks_append(onset_error *err, onset_blocks *blocks, const onset_block_data *block)
{
    block_head head = {.magic      = MAGIC_BLOCK,
                       .index      = (uint64_t)block->index,
                       .n          = (uint64_t)block->n,
                       .n_failures = (uint64_t)block->n_failures,
                       .n_kept     = (uint64_t)block->n_kept,
                       .steps      = block->steps,
                       .rejected   = block->rejected};
    off_t      at   = blocks->end + (off_t)sizeof head;

    const block_sizes sizes = sizes_of(&blocks->head.shape, head.n, head.n_failures, head.n_kept);

    head.bytes = sizes.all;
    if (blocks->nowhere && blocks->state.n_failed == 0 && block->n_failures > 0) blocks->first = block->failures[0];
    if (blocks->nowhere) return remember(blocks, &head) ? ONSET_OK : onset_fail(err, ONSET_NO_MEMORY, "no memory for the run");
    head.body_checksum = body_checksum(&sizes, block->doubles, block->floats, block->failures, block->states);
    head.checksum      = checksum(&head, offsetof(block_head, checksum), 2);
    if (!write_all(blocks->fd, block->doubles, sizes.doubles, at) ||
        !write_all(blocks->fd, block->floats, sizes.floats, at + (off_t)sizes.doubles) ||
        !write_all(blocks->fd, block->failures, sizes.failures, at + (off_t)(sizes.doubles + sizes.floats)) ||
        !write_all(blocks->fd, block->states, sizes.states, at + (off_t)(sizes.all - sizes.states)) ||
        !write_all(blocks->fd, &head, sizeof head, blocks->end)) {
        onset_fail(err, ONSET_NO_OUTPUT, "cannot write the finished patients to disk: %s", strerror(errno));
        if (ftruncate(blocks->fd, blocks->end) != 0) return ONSET_NO_OUTPUT; /* the next opening cuts it off */
        return ONSET_NO_OUTPUT;
    }
    if (!remember(blocks, &head)) return onset_fail(err, ONSET_NO_MEMORY, "no memory for the run");
    if (time(NULL) - blocks->synced >= SYNC_EVERY_S) {
        fdatasync(blocks->fd);
        blocks->synced = time(NULL);
    }
    return ONSET_OK;
}

static onset_status read_failed(onset_error *err)
{
    return onset_fail(err, ONSET_NO_OUTPUT, "cannot read the finished patients from disk: %s",
                      errno ? strerror(errno) : "the file was cut off");
}

onset_status onset_blocks_columns(onset_error *err, onset_blocks *blocks, long first, int n, double *values)
{
    const onset_block_shape *shape     = &blocks->head.shape;
    long                     n_doubles = onset_n_doubles(shape);
    bool                     is_float  = first >= n_doubles;
    size_t                   size      = is_float ? sizeof(float) : sizeof(double);
    size_t                   stride    = (size_t)blocks->state.n_subjects;
    char                    *piece     = malloc((size_t)n * (size_t)shape->block_subjects * size + 1);
    onset_status             status    = ONSET_OK;

    if (!piece) return onset_fail(err, ONSET_NO_MEMORY, "no memory for a column of the results");
    for (long b = 0; b < blocks->state.n_blocks && status == ONSET_OK; b++) {
        size_t rows = (size_t)rows_of(shape, b), row = (size_t)b * (size_t)shape->block_subjects;
        off_t  at = blocks->starts[b];

        at += is_float ? (off_t)((size_t)n_doubles * rows * sizeof(double) + (size_t)(first - n_doubles) * rows * size)
                       : (off_t)((size_t)first * rows * size);
        errno = 0;
        if (!read_all(blocks->fd, piece, (size_t)n * rows * size, at)) {
            status = read_failed(err);
            break;
        }
        for (size_t c = 0; c < (size_t)n; c++) {
            double *to = values + c * stride + row;

            if (is_float) {
                const float *from = (const float *)(void *)piece + c * rows;
                for (size_t i = 0; i < rows; i++) to[i] = (double)from[i];
            } else {
                memcpy(to, piece + c * rows * size, rows * size);
            }
        }
    }
    free(piece);
    return status;
}

/* The failures of one block. y: room for a state. */
static onset_status block_failures(onset_error *err, onset_blocks *blocks, off_t at, double *y, onset_failure_callback fn, void *ctx)
{
    const onset_block_shape *shape = &blocks->head.shape;
    const size_t             bytes = (size_t)shape->n_states * sizeof *y;
    block_head               head;
    block_sizes              sizes;

    errno = 0;
    if (!read_all(blocks->fd, &head, sizeof head, at - (off_t)sizeof head)) return read_failed(err);
    sizes = sizes_of(shape, head.n, head.n_failures, head.n_kept);
    for (uint64_t i = 0; i < head.n_failures; i++) {
        onset_failure failure;
        off_t         place = at + (off_t)(sizes.doubles + sizes.floats + i * sizeof failure);
        bool          kept;

        if (!read_all(blocks->fd, &failure, sizeof failure, place)) return read_failed(err);
        failure.detail[sizeof failure.detail - 1] = '\0';

        kept  = failure.place >= 0 && (uint64_t)failure.place < head.n_kept;
        place = at + (off_t)(sizes.all - sizes.states + (kept ? (size_t)failure.place * bytes : 0));
        if (kept && !read_all(blocks->fd, y, bytes, place)) return read_failed(err);
        fn(ctx, &failure, kept ? y : NULL);
    }
    return ONSET_OK;
}

onset_status onset_blocks_failures(onset_error *err, onset_blocks *blocks, onset_failure_callback fn, void *ctx)
{
    onset_status status = ONSET_OK;
    double      *y;

    if (blocks->nowhere && blocks->state.n_failed > 0) fn(ctx, &blocks->first, NULL);
    if (blocks->nowhere || blocks->state.n_failed == 0) return ONSET_OK;
    y = malloc(((size_t)blocks->head.shape.n_states + 1) * sizeof *y);
    if (!y) return onset_fail(err, ONSET_NO_MEMORY, "no memory for the list of failures");
    for (long b = 0; b < blocks->state.n_blocks && status == ONSET_OK; b++)
        status = block_failures(err, blocks, blocks->starts[b], y, fn, ctx);
    free(y);
    return status;
}
