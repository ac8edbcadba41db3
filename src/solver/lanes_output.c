/* Dense output: what accepted steps have passed, read for as many outputs at once as a vector has lanes.
 *
 * In one step some lanes pass many outputs and others none. So outputs, not lanes, fill the vector: each *slot* is one output of one lane, the state of that lane
 * is brought to the slot by a permutation, and slots do not see each other either. */
#include "solver/lanes.h"

typedef struct {
    int     n; /* slots in use */
    ivec    lane;
    vec     time;
    double *row[ONSET_LANES];
} slots;

/* y + sum_j weight_j u_j of the slots' lanes, to b->stage; `stages` is known to the compiler where this is called. */
static inline __attribute__((always_inline)) void weigh(lanes *b, ivec lane, vec x, const int stages)
{
    const vec *restrict y = b->y;
    vec *restrict out     = b->stage;
    const vec *u[ONSET_MAX_STAGES];
    vec        weight[ONSET_MAX_STAGES];
    vec        scale = b->method.explicit_ ? vec_permute(b->h_try, lane) * x : x;

#pragma GCC unroll 8
    for (int j = 0; j < stages; j++) {
        const double *p = b->method.dense[j];

        u[j]      = b->u[j];
        weight[j] = scale * (p[0] + x * (p[1] + x * (p[2] + x * p[3])));
    }
    for (int i = 0; i < b->n; i++) {
        vec even = vec_permute(y[i], lane) + vec_permute(u[0][i], lane) * weight[0], odd = vec_permute(u[1][i], lane) * weight[1];

#pragma GCC unroll 8
        for (int j = 2; j < stages; j++) {
            if (j % 2 == 0)
                even += vec_permute(u[j][i], lane) * weight[j];
            else
                odd += vec_permute(u[j][i], lane) * weight[j];
        }
        out[i] = even + odd;
    }
}

static void interpolate(lanes *b, ivec lane, vec x)
{
    switch (b->method.stages) {
    case 6:
        weigh(b, lane, x, 6);
        break;
    case 7:
        weigh(b, lane, x, 7);
        break;
    default:
        weigh(b, lane, x, 8);
        break;
    }
}

/* Evaluates the slots in use and writes their rows. The others repeat the first. */
static void flush(lanes *b, slots *s)
{
    const onset_kernel_table *k   = b->kernel;
    const double             *out = lanes_doubles(b->out), *stage = lanes_doubles(b->stage);

    for (int i = s->n; i < ONSET_LANES; i++) s->lane[i] = s->lane[0], s->time[i] = s->time[0];
    interpolate(b, s->lane, (s->time - vec_permute(b->t, s->lane)) / vec_permute(b->h_try, s->lane));
    for (int i = 0; i < k->n_consts; i++) b->slot_consts[i] = vec_permute(b->consts[i], s->lane);
    k->outputs((const double *)&s->time, stage, lanes_doubles(b->slot_consts), (double *)b->out);
    for (int slot = 0; slot < s->n; slot++) {
        double *row = s->row[slot];

        for (int i = 0; i < k->n_outputs; i++) row[i] = out[i * ONSET_LANES + slot];
        for (int i = k->n_outputs; i < b->n_row; i++) row[i] = stage[(i - k->n_outputs) * ONSET_LANES + slot];
    }
    s->n = 0;
}

void onset_lanes_read_outputs(lanes *b, ivec accepted)
{
    unsigned due = vec_bits(accepted & (b->t_out <= b->t_try));
    slots    s;

    if (!due) return;
    s.n = 0;
    for (; due; due &= due - 1) {
        int         l     = __builtin_ctz(due);
        lane_place *lane  = &b->lane[l];
        double      limit = lanes_doubles(&b->t_try)[l], time = lanes_doubles(&b->t_out)[l];

        for (; time <= limit; time = lanes_next_output(lane)) {
            ((int64_t *)&s.lane)[s.n] = l;
            ((double *)&s.time)[s.n]  = time;
            s.row[s.n++]              = lane->course->out + (size_t)lane->next_out++ * (size_t)b->n_row;
            if (s.n == ONSET_LANES) flush(b, &s);
        }
        ((double *)&b->t_out)[l] = time;
    }
    if (s.n > 0) flush(b, &s);
}
