/* Drawing one subject: candidates until one meets the entry criteria, then the model's parameters and covariates.
 *
 * Purposes: "population:NAME" for a variable, "population:" for the row of a file, "eta:PARAM" for a random effect. The random effects do
 * not depend on the candidates: changing an entry criterion leaves them as they are. */
#include "population/candidate.h"

#include "base/error.h"

#include <math.h>

void onset_candidates_start(onset_candidates *candidates, const onset_population *population, uint64_t seed, uint64_t subject)
{
    candidates->seed    = seed;
    candidates->subject = subject;
    candidates->n       = 0;
    candidates->rows    = onset_stream_start(seed, subject, onset_purpose_of("population", ""));
    for (int i = 0; i < population->n_draws; i++) {
        candidates->draws[i] = onset_stream_start(seed, subject, onset_purpose_of("population", population->draws[i].name));
    }
}

/* One try at the draws correlated with `first`; true when all lie within their limits. */
static bool try_group(onset_candidates *candidates, const onset_population *population, int first, double *scores, double *values)
{
    const int n      = population->n_draws;
    bool      inside = true;

    for (int i = first; i < n; i++) {
        const onset_draw *draw = &population->draws[i];
        double            x    = 0;

        if (draw->kind != ONSET_DRAW_DIST || draw->group != first) continue;
        /* Only the first try is stratified: the later ones must differ from it. */
        scores[i] = population->n_strata > 0 && candidates->draws[i].counter == 0
                        ? onset_stratum_score(candidates->seed, candidates->subject, candidates->draws[i].purpose, population->n_strata)
                        : onset_stream_normal(&candidates->draws[i]);
        if (candidates->draws[i].counter == 0) onset_stream_uniform(&candidates->draws[i]);
        for (int k = first; k <= i; k++) {
            if (population->draws[k].group == first) x += population->correlation[(size_t)i * (size_t)n + (size_t)k] * scores[k];
        }
        values[i] = onset_draw_value(draw, x);
        inside    = inside && values[i] >= draw->low && values[i] <= draw->high;
    }
    return inside;
}

/* Correlated draws are drawn again together: drawing the one outside alone would bend the correlation. */
static onset_status draw_group(onset_error *err, onset_candidates *candidates, const onset_population *population, int first,
                               double *scores, double *values)
{
    const onset_draw *draw    = &population->draws[first];
    bool              is_lone = true;

    for (long k = 0; k < ONSET_POPULATION_REDRAWS; k++) {
        if (try_group(candidates, population, first, scores, values)) return ONSET_OK;
    }
    for (int i = first + 1; i < population->n_draws; i++) is_lone = is_lone && population->draws[i].group != first;
    return onset_fail(err, ONSET_BAD_INPUT,
                      "subject %llu: no value of '%s' within %g..%g%s was found in %d draws; widen the limits or change the distribution",
                      (unsigned long long)candidates->subject, draw->name, draw->low, draw->high,
                      is_lone ? "" : " (or of those correlated with it)", (int)ONSET_POPULATION_REDRAWS);
}

/* The first candidate takes the subject's own row; the later ones any, or a row that is not accepted would never give a subject. */
static long row_of(onset_candidates *candidates, const onset_population *population)
{
    const long n = population->n_file_rows;

    if (candidates->n == 0) return (long)((candidates->subject - 1) % (uint64_t)n);
    return (long)(onset_stream_uniform(&candidates->rows) * (double)n);
}

onset_status onset_candidates_next(onset_error *err, onset_candidates *candidates, const onset_population *population, double *values)
{
    const int               n      = population->n_draws;
    const long              row    = population->n_file_rows > 0 ? row_of(candidates, population) : 0;
    const onset_leaf_values leaves = {.covs = values};
    double                  scores[ONSET_POPULATION_MAX_DRAWS];
    onset_status            status = ONSET_OK;

    for (int i = 0; i < n && status == ONSET_OK; i++) {
        const onset_draw *draw = &population->draws[i];
        if (draw->kind == ONSET_DRAW_COLUMN) values[i] = population->file_values[row * n + i];
        if (draw->kind == ONSET_DRAW_DIST && draw->group == i) status = draw_group(err, candidates, population, i, scores, values);
    }
    for (int i = 0; i < n && status == ONSET_OK; i++) {
        const onset_draw *draw = &population->draws[i];
        if (draw->kind != ONSET_DRAW_DERIVED) continue;
        values[i] = onset_graph_value(&population->graph, draw->node, &leaves);
        if (!isfinite(values[i])) {
            status = onset_fail(err, ONSET_BAD_INPUT, "subject %llu: the derived value '%s' is not a number",
                                (unsigned long long)candidates->subject, draw->name);
        }
    }
    candidates->n++;
    return status;
}

int onset_candidate_fails(const onset_population *population, const double *values)
{
    const onset_leaf_values leaves = {.covs = values};

    for (int i = 0; i < population->n_require; i++) {
        if (!(onset_graph_value(&population->graph, population->require[i], &leaves) != 0)) return i;
    }
    return -1;
}

/* Candidates until one meets the criteria. */
static onset_status find_subject(onset_error *err, const onset_population *population, uint64_t seed, uint64_t subject, double *values,
                                 long *attempts)
{
    onset_candidates candidates;
    long             rejected[ONSET_POPULATION_MAX_REQUIRE] = {0};
    int              worst                                  = 0;

    onset_candidates_start(&candidates, population, seed, subject);
    for (long k = 1; k <= ONSET_POPULATION_ATTEMPTS; k++) {
        const onset_status status = onset_candidates_next(err, &candidates, population, values);
        int                fails;

        if (attempts) *attempts = k;
        if (status != ONSET_OK) return status;
        fails = onset_candidate_fails(population, values);
        if (fails < 0) return ONSET_OK;
        rejected[fails]++;
    }
    for (int i = 1; i < population->n_require; i++) {
        if (rejected[i] > rejected[worst]) worst = i;
    }
    return onset_fail(err, ONSET_BAD_INPUT, "subject %llu: none of %d candidates meets the entry criteria; 'require %s' rejects most (%ld)",
                      (unsigned long long)subject, (int)ONSET_POPULATION_ATTEMPTS, population->require_text[worst], rejected[worst]);
}

/* The place of a parameter among those whose etas are correlated, or -1. */
static int place_of(const onset_population *population, int param)
{
    int low = 0, high = population->n_etas - 1;

    while (low <= high) {
        const int middle = (low + high) / 2;
        if (population->eta_params[middle] == param) return middle;
        if (population->eta_params[middle] < param)
            low = middle + 1;
        else
            high = middle - 1;
    }
    return -1;
}

static double eta_score(const onset_population *population, const onset_model *model, uint64_t seed, uint64_t subject, int param)
{
    const uint64_t purpose = onset_purpose_of("eta", model->params[param].name);
    onset_stream   stream  = onset_stream_start(seed, subject, purpose);

    return population->n_strata > 0 ? onset_stratum_score(seed, subject, purpose, population->n_strata) : onset_stream_normal(&stream);
}

static double eta_of(const onset_population *population, const onset_model *model, uint64_t seed, uint64_t subject, int param)
{
    const int row   = place_of(population, param);
    double    score = 0;

    if (model->params[param].iiv == ONSET_IIV_NONE || model->params[param].omega == 0) return 0;
    if (row < 0) return model->params[param].omega * eta_score(population, model, seed, subject, param);
    for (int k = 0; k <= row; k++) {
        const double factor = population->eta_factor[(size_t)row * (size_t)population->n_etas + (size_t)k];
        if (factor != 0) score += factor * eta_score(population, model, seed, subject, population->eta_params[k]);
    }
    return model->params[param].omega * score;
}

static double individual_value(const onset_model_param *param, double typical, double eta)
{
    if (eta == 0) return typical;
    switch (param->iiv) {
    case ONSET_IIV_LOGNORMAL:
        return typical * exp(eta);
    case ONSET_IIV_NORMAL:
        return typical + eta;
    case ONSET_IIV_LOGIT:
        return 1 / (1 + (1 - typical) / typical * exp(-eta));
    case ONSET_IIV_NONE:
        break;
    }
    return typical;
}

/* Of parameter, covariate or random effect `item` in the subject's group. */
static double factor_of(const onset_population *population, const onset_model *model, uint64_t subject, int item)
{
    const size_t n = 2 * (size_t)model->n_params + (size_t)model->n_covariates;

    return population->n_groups > 0 ? population->factors[(subject - 1) % (uint64_t)population->n_groups * n + (size_t)item] : 1;
}

/* Whether the model allows what was drawn for its covariates. */
static onset_status check_covariates(onset_error *err, const onset_model *model, uint64_t subject, const double *covariates)
{
    for (int i = 0; i < model->n_covariates; i++) {
        const onset_model_covariate *c = &model->covariates[i];
        if (covariates[i] >= c->low && covariates[i] <= c->high) continue;
        return onset_fail(
            err, ONSET_BAD_INPUT,
            "subject %llu: '%s' was drawn as %g, outside the range of the model, %g..%g [%s]; give it limits, as in '%s ~ ... in %g..%g'",
            (unsigned long long)subject, c->name, covariates[i], c->low, c->high, c->unit.text, c->name, c->low, c->high);
    }
    return ONSET_OK;
}

onset_status onset_population_draw(onset_error *err, const onset_population *population, const onset_model *model, uint64_t seed,
                                   uint64_t subject, double *values, double *params, double *eta, long *attempts)
{
    const onset_status status = find_subject(err, population, seed, subject, values, attempts);

    if (status != ONSET_OK) return status;
    for (int i = 0; i < model->n_params; i++) {
        const double drawn =
            eta_of(population, model, seed, subject, i) * factor_of(population, model, subject, model->n_params + model->n_covariates + i);
        params[i] = individual_value(&model->params[i], model->params[i].value * factor_of(population, model, subject, i), drawn);
        if (eta) eta[i] = drawn;
    }
    for (int i = 0; i < model->n_covariates; i++) params[model->n_params + i] = model->covariates[i].value;
    for (int i = 0; i < population->n_draws; i++) {
        const onset_draw *draw = &population->draws[i];
        if (draw->covariate >= 0) params[model->n_params + draw->covariate] = values[i] * draw->to_model;
        if (draw->param < 0) continue;
        params[draw->param] = values[i] * draw->to_model;
        if (eta) eta[draw->param] = 0;
    }
    for (int i = 0; i < model->n_covariates; i++) params[model->n_params + i] *= factor_of(population, model, subject, model->n_params + i);
    return check_covariates(err, model, subject, params + model->n_params);
}

void onset_population_body(const onset_population *population, const double *values, double *weight_kg, double *bsa_m2)
{
    *weight_kg = population->weight >= 0 ? values[population->weight] * population->to_kg : NAN;
    *bsa_m2    = population->bsa >= 0 ? values[population->bsa] * population->to_m2 : NAN;
}
