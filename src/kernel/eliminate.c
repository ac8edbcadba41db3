/* Elimination order and fill-in of a sparse matrix with diagonal pivots.
 *
 * Markowitz (1957), doi:10.1287/mnsc.3.3.255: at each step the pivot for which (nonzeros in its row - 1) x (nonzeros in its column - 1)
 * is least, ties to the lower index. The pattern is a square of bytes: models have hundreds of states, not millions. */
#include "kernel/plan.h"

typedef struct {
    int   n;
    char *set;             /* [n][n] by rows: nonzero now or by fill */
    int  *in_row, *in_col; /* [n] nonzeros among what is left, off the diagonal */
    bool *done;
} pattern;

static int best_pivot(const pattern *p)
{
    int  best      = -1;
    long best_cost = 0;

    for (int i = 0; i < p->n; i++) {
        const long cost = (long)p->in_row[i] * p->in_col[i];

        if (!p->done[i] && (best < 0 || cost < best_cost)) best = i, best_cost = cost;
    }
    return best;
}

static void eliminate(pattern *p, int pivot)
{
    const char *pivot_row = p->set + (size_t)pivot * (size_t)p->n;

    p->done[pivot] = true;
    for (int i = 0; i < p->n; i++) {
        char *row = p->set + (size_t)i * (size_t)p->n;

        if (p->done[i] || !row[pivot]) continue;
        p->in_row[i]--;
        for (int j = 0; j < p->n; j++) {
            if (p->done[j] || !pivot_row[j] || row[j]) continue;
            row[j] = 1;
            p->in_row[i]++;
            p->in_col[j]++;
        }
    }
    for (int j = 0; j < p->n; j++) p->in_col[j] -= !p->done[j] && pivot_row[j];
}

static pattern pattern_of(onset_arena *arena, int n, const int *col_start, const int *row)
{
    pattern p = {.n      = n,
                 .set    = onset_arena_alloc(arena, (size_t)n * (size_t)n + 1),
                 .in_row = onset_arena_alloc(arena, ((size_t)n + 1) * sizeof(int)),
                 .in_col = onset_arena_alloc(arena, ((size_t)n + 1) * sizeof(int)),
                 .done   = onset_arena_alloc(arena, (size_t)n + 1)};

    for (int j = 0; j < n; j++) {
        for (int k = col_start[j]; k < col_start[j + 1]; k++) {
            if (row[k] == j) continue;
            p.set[(size_t)row[k] * (size_t)n + (size_t)j] = 1;
            p.in_row[row[k]]++;
            p.in_col[j]++;
        }
    }
    for (int i = 0; i < n; i++) p.set[(size_t)i * (size_t)n + (size_t)i] = 1;
    return p;
}

static void list_slots(onset_arena *arena, const pattern *p, onset_elimination *out)
{
    const int n = p->n;

    out->row_start = onset_arena_alloc(arena, ((size_t)n + 1) * sizeof(int));
    out->diagonal  = onset_arena_alloc(arena, ((size_t)n + 1) * sizeof(int));
    for (int i = 0; i < n * n; i++) out->n_lu += p->set[i];
    out->column = onset_arena_alloc(arena, ((size_t)out->n_lu + 1) * sizeof(int));
    out->jac    = onset_arena_alloc(arena, ((size_t)out->n_lu + 1) * sizeof(int));
    for (int i = 0, slot = 0; i < n; i++) {
        const char *row = p->set + (size_t)out->order[i] * (size_t)n;

        out->row_start[i] = slot;
        for (int j = 0; j < n; j++) {
            if (!row[out->order[j]]) continue;
            if (i == j) out->diagonal[i] = slot;
            out->jac[slot]      = -1;
            out->column[slot++] = j;
        }
        out->row_start[i + 1] = slot;
    }
}

static void place_jacobian(onset_arena *arena, const int *col_start, const int *row, onset_elimination *out)
{
    int *place = onset_arena_alloc(arena, ((size_t)out->n + 1) * sizeof *place); /* state -> step */

    for (int i = 0; i < out->n; i++) place[out->order[i]] = i;
    for (int j = 0; j < out->n; j++) {
        for (int k = col_start[j]; k < col_start[j + 1]; k++) {
            const int i    = place[row[k]];
            int       slot = out->row_start[i];

            while (out->column[slot] != place[j]) slot++;
            out->jac[slot] = k;
        }
    }
}

static void count_products(onset_elimination *out)
{
    for (int i = 0; i < out->n; i++) {
        for (int s = out->row_start[i]; s < out->diagonal[i]; s++) {
            const int k = out->column[s];

            out->n_products += 1 + out->row_start[k + 1] - out->diagonal[k] - 1;
        }
    }
}

void onset_kernel_eliminate(onset_arena *arena, int n, const int *col_start, const int *row, onset_elimination *out)
{
    pattern p = pattern_of(arena, n, col_start, row);

    *out = (onset_elimination){.n = n, .order = onset_arena_alloc(arena, ((size_t)n + 1) * sizeof(int))};
    for (int i = 0; i < n; i++) {
        out->order[i] = best_pivot(&p);
        eliminate(&p, out->order[i]);
    }
    list_slots(arena, &p, out);
    place_jacobian(arena, col_start, row, out);
    count_products(out);
}
