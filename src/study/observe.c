#include "study/observe.h"

#include "base/error.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- Times ---- */

onset_status onset_times_create(onset_error *err, const onset_study *study, onset_times *out)
{
    size_t      most  = (size_t)(study->n_visits + study->n_trace) + 1;
    onset_times times = {.time     = malloc(most * sizeof(double)),
                         .before   = malloc(most * sizeof(bool)),
                         .at_visit = malloc(most * sizeof(int)),
                         .at_trace = malloc(most * sizeof(int))};
    int         v = 0, t = 0;

    if (!times.time || !times.before || !times.at_visit || !times.at_trace) {
        onset_times_free(&times);
        return onset_fail(err, ONSET_NO_MEMORY, "no memory for the visits of the study");
    }
    while (v < study->n_visits || t < study->n_trace) {
        bool visit = t == study->n_trace || (v < study->n_visits && study->visits[v] <= study->trace[t]);

        times.time[times.n]   = visit ? study->visits[v] : study->trace[t];
        times.before[times.n] = visit;
        if (visit) {
            times.at_visit[v++] = times.n++;
        } else {
            times.at_trace[t++] = times.n++;
        }
    }
    *out = times;
    return ONSET_OK;
}

void onset_times_free(onset_times *times)
{
    free(times->time);
    free(times->before);
    free(times->at_visit);
    free(times->at_trace);
    *times = (onset_times){0};
}

/* ---- Observation ---- */

uint64_t *onset_error_purposes(const onset_study *study)
{
    const onset_model *model    = study->model;
    size_t             n        = (size_t)study->n_arms * (size_t)study->n_visits * (size_t)model->n_outputs;
    uint64_t          *purposes = malloc((n + 1) * sizeof *purposes);
    char              *text     = malloc(4096);
    size_t             k        = 0;

    if (!purposes || !text) {
        free(purposes);
        free(text);
        return NULL;
    }
    for (int a = 0; a < study->n_arms; a++)
        for (int v = 0; v < study->n_visits; v++)
            for (int o = 0; o < model->n_outputs; o++) {
                snprintf(text, 4096, "error:%.17g:%s:%s", study->visits[v], study->arms[a].name, model->outputs[o].name);
                purposes[k++] = onset_purpose(text);
            }
    free(text);
    return purposes;
}

static double held(const onset_model_output *output, double x)
{
    return x < output->low ? output->low : x > output->high ? output->high : x;
}

double onset_observe(const onset_model_output *output, double true_value, uint64_t seed, uint64_t subject, uint64_t purpose)
{
    double x = true_value, sd = hypot(output->error_add, output->error_rel * true_value);

    if (sd > 0) {
        onset_stream stream = onset_stream_start(seed, subject, purpose);
        x                   = held(output, x + sd * onset_stream_normal(&stream));
    }
    if (output->round > 0) x = held(output, round(x / output->round) * output->round);
    return x == 0 ? 0 : x; /* no -0 in a table */
}

/* ---- Endpoints ---- */

struct onset_evaluator {
    const onset_study *study;
    int                n_leaves, n_nodes;
    int               *roots;          /* [n_histories + n_endpoints] nodes */
    bool              *uses;           /* [n_histories + n_endpoints][n_leaves] which leaves the value depends on */
    double            *leaves;         /* [n_leaves] */
    double            *nodes;          /* [n_nodes] */
    double            *history;        /* [n_histories][n_visits] value of the inner expression at each visit */
    int                baseline_visit; /* the last at or before time 0, or -1 */
};

/* Marks the leaves below a node. Arguments come before the node, so one pass down is enough. */
static void find_uses(const onset_graph *graph, int root, bool *below, bool *uses, int n_leaves)
{
    memset(below, 0, (size_t)graph->n * sizeof *below);
    below[root] = true;
    for (int i = root; i >= 0; i--) {
        const onset_node *node = &graph->nodes[i];

        if (!below[i]) continue;
        if (node->op == ONSET_NODE_COV && node->index < n_leaves) uses[node->index] = true;
        for (int k = 0; k < onset_node_n_args(node->op); k++) below[node->arg[k]] = true;
    }
}

onset_status onset_evaluator_create(onset_error *err, const onset_study *study, onset_evaluator **out)
{
    onset_evaluator *e       = calloc(1, sizeof *e);
    int              n_roots = study->n_histories + study->n_endpoints;
    bool            *below   = calloc((size_t)study->endpoint_graph.n + 1, sizeof *below);

    if (e) {
        e->study    = study;
        e->n_leaves = study->model->n_outputs + study->population.n_draws + study->n_histories;
        e->n_nodes  = study->endpoint_graph.n;
        e->roots    = calloc((size_t)n_roots + 1, sizeof *e->roots);
        e->uses     = calloc((size_t)n_roots * (size_t)e->n_leaves + 1, sizeof *e->uses);
        e->leaves   = calloc((size_t)e->n_leaves + 1, sizeof *e->leaves);
        e->nodes    = calloc((size_t)e->n_nodes + 1, sizeof *e->nodes);
        e->history  = calloc((size_t)study->n_histories * (size_t)study->n_visits + 1, sizeof *e->history);
    }
    if (!e || !below || !e->roots || !e->uses || !e->leaves || !e->nodes || !e->history) {
        free(below);
        onset_evaluator_free(e);
        return onset_fail(err, ONSET_NO_MEMORY, "no memory for the endpoints of the study");
    }
    for (int r = 0; r < n_roots; r++) {
        e->roots[r] = r < study->n_histories ? study->histories[r].node : study->endpoints[r - study->n_histories].node;
        find_uses(&study->endpoint_graph, e->roots[r], below, e->uses + (size_t)r * (size_t)e->n_leaves, e->n_leaves);
    }
    e->baseline_visit = -1;
    for (int v = 0; v < study->n_visits; v++)
        if (study->visits[v] <= 0) e->baseline_visit = v;
    free(below);
    *out = e;
    return ONSET_OK;
}

void onset_evaluator_free(onset_evaluator *e)
{
    if (!e) return;
    free(e->roots);
    free(e->uses);
    free(e->leaves);
    free(e->nodes);
    free(e->history);
    free(e);
}

/* The value of root r at a visit, or NAN where a leaf it depends on is not a number: a comparison with NAN would say false. */
static double value_of(onset_evaluator *e, int r, double time)
{
    const onset_graph *graph = &e->study->endpoint_graph;
    const bool        *uses  = e->uses + (size_t)r * (size_t)e->n_leaves;

    for (int i = 0; i < e->n_leaves; i++)
        if (uses[i] && isnan(e->leaves[i])) return NAN;
    for (int i = 0; i <= e->roots[r]; i++) {
        const onset_node *node = &graph->nodes[i];
        double            a, b, c;

        switch (node->op) {
        case ONSET_NODE_CONST:
            e->nodes[i] = node->number;
            continue;
        case ONSET_NODE_TIME:
            e->nodes[i] = time;
            continue;
        case ONSET_NODE_COV:
            e->nodes[i] = e->leaves[node->index];
            continue;
        case ONSET_NODE_STATE:
        case ONSET_NODE_PARAM:
        case ONSET_NODE_AMT:
            e->nodes[i] = NAN;
            continue; /* the checker lets none in */
        default:
            break;
        }
        a           = node->arg[0] >= 0 && node->arg[0] < i ? e->nodes[node->arg[0]] : 0;
        b           = node->arg[1] >= 0 && node->arg[1] < i ? e->nodes[node->arg[1]] : 0;
        c           = node->arg[2] >= 0 && node->arg[2] < i ? e->nodes[node->arg[2]] : 0;
        e->nodes[i] = onset_node_apply(node->op, a, b, c);
    }
    return e->nodes[e->roots[r]];
}

/* The value of history h as seen at a visit, from what its expression was at the visits so far. */
static double seen(const onset_evaluator *e, int h, int visit)
{
    const onset_history *history = &e->study->histories[h];
    const double        *x       = e->history + (size_t)h * (size_t)e->study->n_visits;
    double               found   = NAN;

    switch (history->kind) {
    case ONSET_HISTORY_BASELINE:
        return e->baseline_visit >= 0 && e->baseline_visit <= visit ? x[e->baseline_visit] : NAN;
    case ONSET_HISTORY_AT:
        return history->visit <= visit ? x[history->visit] : NAN;
    case ONSET_HISTORY_PEAK:
    case ONSET_HISTORY_EVER: /* a condition is 0 or 1 */
        for (int v = 0; v <= visit; v++)
            if (!isnan(x[v]) && !(found >= x[v])) found = x[v];
        return found;
    case ONSET_HISTORY_NADIR:
        for (int v = 0; v <= visit; v++)
            if (!isnan(x[v]) && !(found <= x[v])) found = x[v];
        return found;
    }
    return NAN;
}

void onset_evaluate(onset_evaluator *e, const double *observed, const double *draws, double *values)
{
    const onset_study *study     = e->study;
    int                n_outputs = study->model->n_outputs, n_draws = study->population.n_draws;

    for (int v = 0; v < study->n_visits; v++) {
        memcpy(e->leaves, observed + (size_t)v * (size_t)n_outputs, (size_t)n_outputs * sizeof(double));
        if (n_draws) memcpy(e->leaves + n_outputs, draws, (size_t)n_draws * sizeof(double));
        for (int h = 0; h < study->n_histories; h++) e->leaves[n_outputs + n_draws + h] = NAN;
        for (int h = 0; h < study->n_histories; h++) {
            e->history[(size_t)h * (size_t)study->n_visits + (size_t)v] = value_of(e, h, study->visits[v]);
            e->leaves[n_outputs + n_draws + h]                          = seen(e, h, v);
        }
        for (int k = 0; k < study->n_endpoints; k++)
            values[(size_t)v * (size_t)study->n_endpoints + (size_t)k] = value_of(e, study->n_histories + k, study->visits[v]);
    }
}
