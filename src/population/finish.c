/* What a population needs before its first subject: correlation factors, groups, the share accepted. */
#include "population/candidate.h"

#include "base/cholesky.h"
#include "base/error.h"

/* A unit matrix [n][n]. */
static double *unit_matrix(onset_arena *arena, int n)
{
    double *matrix = onset_arena_alloc(arena, (size_t)n * (size_t)n * sizeof *matrix + sizeof *matrix);

    for (size_t i = 0; matrix && i < (size_t)n; i++) matrix[i * (size_t)n + i] = 1;
    return matrix;
}

/* Draws joined by a chain of correlations get the number of the first of them. */
static void join_groups(onset_population *population, const onset_draw_correlation *correlations, int n)
{
    bool changed = true;

    for (int i = 0; i < population->n_draws; i++) population->draws[i].group = i;
    while (changed) {
        changed = false;
        for (int k = 0; k < n; k++) {
            int      *a = &population->draws[correlations[k].a].group, *b = &population->draws[correlations[k].b].group;
            const int least = *a < *b ? *a : *b;
            changed         = changed || *a != *b;
            *a = *b = least;
        }
    }
}

static onset_status factor_draws(onset_error *err, onset_arena *arena, onset_population *population,
                                 const onset_draw_correlation *correlations, int n)
{
    double *const matrix = unit_matrix(arena, population->n_draws);
    const size_t  row    = (size_t)population->n_draws;
    int           bad;

    if (!matrix) return onset_fail(err, ONSET_NO_MEMORY, "no memory for the correlations of the population");
    for (int k = 0; k < n; k++) {
        const size_t a = (size_t)correlations[k].a, b = (size_t)correlations[k].b;
        matrix[a * row + b] = matrix[b * row + a] = correlations[k].r;
    }
    bad = onset_cholesky(matrix, population->n_draws);
    if (bad >= 0) {
        return onset_fail(err, ONSET_BAD_INPUT, "the correlations of '%s' contradict the others of the population (not positive definite)",
                          population->draws[bad].name);
    }
    population->correlation = matrix;
    join_groups(population, correlations, n);
    return ONSET_OK;
}

/* The parameters that stand in a correlation, ascending. */
static onset_status list_etas(onset_error *err, onset_arena *arena, onset_population *population, const onset_model *model, int **place)
{
    int *const at   = onset_arena_alloc(arena, ((size_t)model->n_params + 1) * sizeof *at);
    int *const etas = onset_arena_alloc(arena, (2 * (size_t)model->n_correlations + 1) * sizeof *etas);
    int        n    = 0;

    if (!at || !etas) return onset_fail(err, ONSET_NO_MEMORY, "no memory for the correlations of the random effects");
    for (int i = 0; i < model->n_params; i++) at[i] = -1;
    for (int k = 0; k < model->n_correlations; k++) at[model->correlations[k].a] = at[model->correlations[k].b] = 0;
    for (int i = 0; i < model->n_params; i++) {
        if (at[i] < 0) continue;
        at[i]     = n;
        etas[n++] = i;
    }
    population->n_etas     = n;
    population->eta_params = etas;
    *place                 = at;
    return ONSET_OK;
}

static onset_status factor_etas(onset_error *err, onset_arena *arena, onset_population *population, const onset_model *model)
{
    int         *place  = NULL;
    onset_status status = list_etas(err, arena, population, model, &place);
    double      *matrix;
    const size_t row = (size_t)population->n_etas;
    int          bad;

    if (status != ONSET_OK) return status;
    matrix = unit_matrix(arena, population->n_etas);
    if (!matrix) return onset_fail(err, ONSET_NO_MEMORY, "no memory for the correlations of the random effects");
    for (int k = 0; place && k < model->n_correlations; k++) {
        const size_t a = (size_t)place[model->correlations[k].a], b = (size_t)place[model->correlations[k].b];
        matrix[a * row + b] = matrix[b * row + a] = model->correlations[k].r;
    }
    bad = onset_cholesky(matrix, population->n_etas);
    if (bad >= 0) {
        return onset_fail(err, ONSET_BAD_INPUT,
                          "the correlations of the random effect of '%s' contradict the others (not positive definite)",
                          model->params[population->eta_params[bad]].name);
    }
    population->eta_factor = matrix;
    return ONSET_OK;
}

/* The share of first candidates that is accepted. */
static onset_status find_acceptance(onset_error *err, onset_population *population, uint64_t seed)
{
    long rejected[ONSET_POPULATION_MAX_REQUIRE] = {0};
    long accepted                               = 0;
    int  worst                                  = 0;

    population->acceptance = 1;
    if (population->n_require == 0) return ONSET_OK;
    for (uint64_t subject = 1; subject <= ONSET_POPULATION_CANDIDATES; subject++) {
        double           values[ONSET_POPULATION_MAX_DRAWS];
        onset_candidates candidates;
        onset_status     status;
        int              fails;

        onset_candidates_start(&candidates, population, seed, subject);
        status = onset_candidates_next(err, &candidates, population, values);
        if (status != ONSET_OK) return status;
        fails = onset_candidate_fails(population, values);
        if (fails < 0)
            accepted++;
        else
            rejected[fails]++;
    }
    population->acceptance = (double)accepted / ONSET_POPULATION_CANDIDATES;
    if (accepted > 0) return ONSET_OK;
    for (int i = 1; i < population->n_require; i++) {
        if (rejected[i] > rejected[worst]) worst = i;
    }
    return onset_fail(err, ONSET_BAD_INPUT, "none of %d candidates meets the entry criteria; 'require %s' rejects most (%ld)",
                      (int)ONSET_POPULATION_CANDIDATES, population->require_text[worst], rejected[worst]);
}

static void find_body(onset_population *population)
{
    population->weight = population->bsa = -1;
    for (int i = 0; i < population->n_draws; i++) {
        const onset_draw *draw = &population->draws[i];
        const onset_unit  kg   = {.scale = 1, .power = {0, 1}};
        const onset_unit  m2   = {.scale = 1, .power = {2}};

        if (draw->covariate >= 0) continue;
        if (!strcmp(draw->name, "weight") && onset_unit_same_dimension(draw->unit.unit, kg)) {
            population->weight = i;
            population->to_kg  = onset_unit_factor(draw->unit.unit, kg);
        }
        if (!strcmp(draw->name, "bsa") && onset_unit_same_dimension(draw->unit.unit, m2)) {
            population->bsa   = i;
            population->to_m2 = onset_unit_factor(draw->unit.unit, m2);
        }
    }
}

onset_status onset_population_finish(onset_error *err, onset_arena *arena, onset_population *population, const onset_model *model,
                                     const onset_draw_correlation *correlations, int n_correlations, uint64_t seed)
{
    onset_status status = factor_draws(err, arena, population, correlations, n_correlations);

    find_body(population);
    if (status == ONSET_OK) status = factor_etas(err, arena, population, model);
    if (status == ONSET_OK) status = find_acceptance(err, population, seed);
    return status;
}
