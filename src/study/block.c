/* The columns of a block, and a block in memory. */
#include "study/blocks.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

long onset_n_doubles(const onset_block_shape *shape)
{
    return shape->n_draws + shape->n_params + (long)shape->n_arms * shape->n_visits * (2L * shape->n_outputs + shape->n_endpoints);
}

long onset_n_columns(const onset_block_shape *shape)
{
    return onset_n_doubles(shape) + shape->n_arms + (long)shape->n_arms * shape->n_outputs * shape->n_trace;
}

long onset_column_draw(const onset_block_shape *shape, int draw)
{
    (void)shape;
    return draw;
}

long onset_column_param(const onset_block_shape *shape, int param)
{
    return shape->n_draws + param;
}

/* The visits' columns of kind k: 0 true, 1 observed, 2 endpoint; each [arm][item][visit]. */
static long at_visit(const onset_block_shape *shape, int kind, int n_items, int arm, int item, int visit)
{
    long one = (long)shape->n_arms * shape->n_outputs * shape->n_visits;

    return shape->n_draws + shape->n_params + kind * one + ((long)arm * n_items + item) * shape->n_visits + visit;
}

long onset_column_true(const onset_block_shape *shape, int arm, int output, int visit)
{
    return at_visit(shape, 0, shape->n_outputs, arm, output, visit);
}

long onset_column_observed(const onset_block_shape *shape, int arm, int output, int visit)
{
    return at_visit(shape, 1, shape->n_outputs, arm, output, visit);
}

long onset_column_endpoint(const onset_block_shape *shape, int arm, int endpoint, int visit)
{
    return at_visit(shape, 2, shape->n_endpoints, arm, endpoint, visit);
}

long onset_column_failed(const onset_block_shape *shape, int arm)
{
    return onset_n_doubles(shape) + arm;
}

long onset_column_trace(const onset_block_shape *shape, int arm, int output, int trace)
{
    return onset_n_doubles(shape) + shape->n_arms + ((long)arm * shape->n_outputs + output) * shape->n_trace + trace;
}

/* Chosen by us: large enough that a cell is read in few pieces, small enough that several open blocks do not matter. */
enum { BLOCK_BYTES = 4 << 20, BLOCK_LEAST = 8, BLOCK_MOST = 256 };

int onset_block_subjects(const onset_block_shape *shape)
{
    long doubles = onset_n_doubles(shape), floats = onset_n_columns(shape) - doubles;
    long n = BLOCK_BYTES / (8 * doubles + 4 * floats + 1);

    if (n > BLOCK_MOST) n = BLOCK_MOST;
    n -= n % 8;
    return n < BLOCK_LEAST ? BLOCK_LEAST : (int)n;
}

bool onset_block_create(onset_block_data *block, const onset_block_shape *shape)
{
    size_t n = (size_t)shape->block_subjects, doubles = (size_t)onset_n_doubles(shape), columns = (size_t)onset_n_columns(shape);

    *block         = (onset_block_data){0};
    block->doubles = malloc((doubles * n + 1) * sizeof(double));
    block->floats  = malloc(((columns - doubles) * n + 1) * sizeof(float));
    if (block->doubles && block->floats) return true;
    onset_block_free(block);
    return false;
}

void onset_block_free(onset_block_data *block)
{
    free(block->doubles);
    free(block->floats);
    free(block->failures);
    free(block->states);
    *block = (onset_block_data){0};
}

void onset_block_start(onset_block_data *block, const onset_block_shape *shape, long index)
{
    long doubles = onset_n_doubles(shape), floats = onset_n_columns(shape) - doubles;
    long left = shape->n_subjects - index * shape->block_subjects;

    block->index      = index;
    block->n          = left < shape->block_subjects ? (int)left : shape->block_subjects;
    block->n_failures = block->n_kept = 0;
    block->steps = block->rejected = 0;
    for (long i = 0; i < doubles * block->n; i++) block->doubles[i] = NAN;
    for (long i = 0; i < (long)shape->n_arms * block->n; i++) block->floats[i] = 0;
    for (long i = (long)shape->n_arms * block->n; i < floats * block->n; i++) block->floats[i] = NAN;
}

void onset_block_set(onset_block_data *block, const onset_block_shape *shape, long column, int row, double value)
{
    long doubles = onset_n_doubles(shape);

    if (column < doubles) {
        block->doubles[column * block->n + row] = value;
    } else {
        block->floats[(column - doubles) * block->n + row] = (float)value;
    }
}

double onset_block_get(const onset_block_data *block, const onset_block_shape *shape, long column, int row)
{
    long doubles = onset_n_doubles(shape);

    return column < doubles ? block->doubles[column * block->n + row] : (double)block->floats[(column - doubles) * block->n + row];
}

/* Room for one more in an array that grows twofold; false: no memory. */
static bool grow(void **items, int n, int *cap, size_t size)
{
    const int wider = *cap ? 2 * *cap : 16;
    void     *grown;

    if (n < *cap) return true;
    grown = realloc(*items, (size_t)wider * size);
    if (!grown) return false;
    *items = grown;
    *cap   = wider;
    return true;
}

bool onset_block_fail(onset_block_data *block, const onset_block_shape *shape, const onset_failure *failure, const double *y)
{
    const size_t n     = (size_t)shape->n_states;
    void        *array = block->failures;

    if (!grow(&array, block->n_failures, &block->cap_failures, sizeof *failure)) return false;
    block->failures                          = array;
    block->failures[block->n_failures]       = *failure;
    block->failures[block->n_failures].place = -1;
    if (y && n > 0) {
        array = block->states;
        if (!grow(&array, block->n_kept, &block->cap_kept, n * sizeof *y)) return false;
        block->states = array;
        memcpy(block->states + (size_t)block->n_kept * n, y, n * sizeof *y);
        block->failures[block->n_failures].place = block->n_kept++;
    }
    block->n_failures++;
    return true;
}
