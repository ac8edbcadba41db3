#include "by_hand.h"

#include <math.h>

static const onset_unit kg = {.scale = 1, .power = {0, 1}};

const onset_model *by_hand_model(void)
{
    static onset_model_state     states[N_STATES] = {{.name = "central"}, {.name = "depot"}, {.name = "nasal"}, {.name = "gut"}};
    static onset_model_param     params[N_PARAMS] = {{.name = "F"}, {.name = "lag"}, {.name = "dur"}, {.name = "share"}};
    static onset_model_covariate covariates[N_COVARIATES];
    static onset_model_target    iv[] = {{.state = CENTRAL, .dur = -1}}, oral[] = {{.state = DEPOT, .dur = 0}},
                              spray[]     = {{.state = NASAL, .dur = -1}, {.state = GUT, .dur = -1}},
                              saturable[] = {{.state = CENTRAL, .dur = -1}}, plain[] = {{.state = CENTRAL, .dur = -1}};
    static onset_model_route routes[N_ROUTES] = {{.drug = "drug", .route = "iv", .n_targets = 1, .targets = iv},
                                                 {.drug = "drug", .route = "oral", .n_targets = 1, .targets = oral},
                                                 {.drug = "drug", .route = "nasal", .n_targets = 2, .targets = spray},
                                                 {.drug = "drug", .route = "saturable", .n_targets = 1, .targets = saturable},
                                                 {.drug = "drug", .route = "plain", .n_targets = 1, .targets = plain}};
    static onset_model       model;

    covariates[WEIGHT] = (onset_model_covariate){.name = "weight", .value = 70, .unit = {"kg", kg}};
    covariates[FASTED] = (onset_model_covariate){.name = "fasted", .value = 0};
    model              = (onset_model){.name         = "by_hand",
                                       .n_states     = N_STATES,
                                       .n_params     = N_PARAMS,
                                       .n_covariates = N_COVARIATES,
                                       .n_routes     = N_ROUTES,
                                       .states       = states,
                                       .params       = params,
                                       .covariates   = covariates,
                                       .routes       = routes};
    return &model;
}

/* What the emitted C does, for any number of lanes: consts are the parameters and covariates. */
static void prepare_lanes(int lanes, const double *params, double *consts)
{
    for (int i = 0; i < (N_PARAMS + N_COVARIATES) * lanes; i++) consts[i] = params[i];
}

static void dose_lanes(int lanes, const double *consts, const double *amt, double *values)
{
    for (int l = 0; l < lanes; l++) {
        const double f = consts[F * lanes + l], lag = consts[LAG * lanes + l], dur = consts[DUR * lanes + l];
        const double share = consts[SHARE * lanes + l], fasted = consts[(N_PARAMS + FASTED) * lanes + l];
        const double exprs[] = {2,         f,
                                lag, /* iv */
                                1,         f * (fasted != 0 ? 0.5 : 1),
                                lag,       dur, /* oral */
                                1,         share,
                                0,         1,
                                1 - share, lag, /* nasal, gut */
                                2,         1 / (1 + 2 * amt[l]),
                                0, /* saturable */
                                1,         1,
                                0};
        for (size_t e = 0; e < sizeof exprs / sizeof *exprs; e++) values[e * (size_t)lanes + (size_t)l] = exprs[e];
    }
}

#define LANES(n)                                                                                                                           \
    static void prepare##n(const double *params, double *consts)                                                                           \
    {                                                                                                                                      \
        prepare_lanes(n, params, consts);                                                                                                  \
    }                                                                                                                                      \
    static void dose##n(const double *consts, const double *amt, double *values)                                                           \
    {                                                                                                                                      \
        dose_lanes(n, consts, amt, values);                                                                                                \
    }                                                                                                                                      \
    static const onset_kernel_table kernel##n = {.abi          = ONSET_KERNEL_ABI,                                                         \
                                                 .lanes        = n,                                                                        \
                                                 .n_states     = N_STATES,                                                                 \
                                                 .n_params     = N_PARAMS,                                                                 \
                                                 .n_covariates = N_COVARIATES,                                                             \
                                                 .n_consts     = N_PARAMS + N_COVARIATES,                                                  \
                                                 .n_dose_exprs = 19,                                                                       \
                                                 .prepare      = prepare##n,                                                               \
                                                 .dose         = dose##n};
LANES(1)
LANES(2)
LANES(4)
LANES(8)

const onset_kernel_table *by_hand_kernel(int lanes)
{
    return lanes == 1 ? &kernel1 : lanes == 2 ? &kernel2 : lanes == 4 ? &kernel4 : &kernel8;
}

/* ---- What a course says ---- */

typedef struct {
    double y, rate, time;
} track;

static void go_on(track *at, double time)
{
    const double h = time - at->time;

    at->y    = at->y * exp(-K * h) + at->rate / K * -expm1(-K * h);
    at->time = time;
}

static void act(track *at, const onset_item *item, int state)
{
    if (item->kind == ONSET_ITEM_BOLUS && item->index == state) at->y += item->amount;
    if (item->kind == ONSET_ITEM_RATE && item->index == state) at->rate += item->amount;
}

/* The cycle again and again, as solver.h has it: rates are 0 at the start. Decay by K makes 4000 h enough for any period. */
static void settle(track *at, const onset_course *course, const onset_item *steady, int state)
{
    *at = (track){0};
    for (double t = 0; t < 4000; t += steady->period) {
        at->time = 0;
        for (int i = 0; i < steady->cycle_n; i++) {
            const onset_item *item = &course->cycle_items[steady->cycle_first + i];
            go_on(at, item->time);
            act(at, item, state);
        }
        go_on(at, steady->period);
    }
    at->time = steady->time;
    at->rate = 0;
}

double by_hand_value(const onset_course *course, int state, double time)
{
    track at = {0, 0, course->start};

    for (int i = 0; i < course->n_items && course->items[i].time <= time; i++) {
        const onset_item *item = &course->items[i];
        go_on(&at, item->time);
        if (item->kind == ONSET_ITEM_STEADY)
            settle(&at, course, item, state);
        else
            act(&at, item, state);
    }
    go_on(&at, time);
    return at.y;
}
