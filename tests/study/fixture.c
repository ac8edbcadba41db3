#include "fixture.h"

#include "base/error.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

fixture_behaviour fixture;

enum { CL, V1, TAU, GAIN, PLACEBO, SENSITIVITY, DRIFT, N_PARAMS };
enum { WEIGHT, AGE, SEX, BASELINE, N_DRAWS };
enum { MADRS, PLASMA, BLOCK, GLUTAMATE, BDNF, MTOR, SYNAPSES, CADSS, SBP, N_OUTPUTS };
enum { N_ARMS = 4, N_VISITS = 9, N_EARLY = 241, N_LATE = 108 };

static char *copy(onset_arena *arena, const char *text)
{
    return onset_arena_copy(arena, text, strlen(text));
}

/* ---- The study ---- */

#define PARAM(name_, text_, unit_, value_, iiv_, omega_, size_, source_, key_, note_)                                                      \
    {                                                                                                                                      \
        .name = name_, .text = text_, .unit = {.text = unit_}, .value = value_, .iiv = ONSET_IIV_##iiv_, .omega = omega_,                  \
        .iiv_size = size_, .low = -INFINITY, .high = INFINITY, .citation = {                                                               \
            .kind = ONSET_SOURCE_##source_,                                                                                                \
            .key  = key_,                                                                                                                  \
            .note = note_                                                                                                                  \
        }                                                                                                                                  \
    }

static void make_params(onset_arena *arena, onset_model *model)
{
    static const onset_model_param rows[N_PARAMS] = {
        [CL]          = PARAM("ketamine.CL", "clearance", "L/h", 80, LOGNORMAL, 0.246, 0.25, EVIDENCE, "PKP017", "test data"),
        [V1]          = PARAM("ketamine.V1", "central volume", "L", 60, LOGNORMAL, 0.294, 0.3, EVIDENCE, "PKP018", ""),
        [TAU]         = PARAM("plasticity.tau", "life of new synapses", "h", 150, LOGNORMAL, 0.294, 0.3, CALIBRATED, NULL, "to test data"),
        [GAIN]        = PARAM("symptoms.gain", "synapses to score", "1", 0.42, LOGNORMAL, 0.47, 0.5, CALIBRATED, NULL, "to test data"),
        [PLACEBO]     = PARAM("symptoms.placebo", "placebo response", "1", 0.18, LOGIT, 0.7, 0.7, ASSUMED, NULL, "test data"),
        [SENSITIVITY] = PARAM("safety.sensitivity", "to dissociation", "1", 1, LOGNORMAL, 0.55, 0.6, ASSUMED, NULL, "test data"),
        [DRIFT]       = PARAM("symptoms.drift", "of the illness, in 28 days", "1", 0, NORMAL, 0.12, 0.12, ASSUMED, NULL, "test data"),
    };

    model->n_params = N_PARAMS;
    model->params   = onset_arena_alloc(arena, sizeof rows);
    memcpy(model->params, rows, sizeof rows);
    for (int p = 0; p < N_PARAMS; p++) model->params[p].individual = onset_graph_leaf(&model->graph, ONSET_NODE_PARAM, p);
}

#define OUTPUT(name_, short_, text_, unit_, low_, high_, add_, rel_, round_)                                                               \
    {                                                                                                                                      \
        .name = name_, .short_name = short_, .text = text_, .unit = {.text = unit_}, .low = low_, .high = high_, .error_add = add_,        \
        .error_rel = rel_, .round = round_                                                                                                 \
    }

static void make_outputs(onset_arena *arena, onset_model *model)
{
    static const onset_model_output rows[N_OUTPUTS] = {
        [MADRS]     = OUTPUT("symptoms.madrs", "madrs", "MADRS total", "1", 0, 60, 1.5, 0, 1),
        [PLASMA]    = OUTPUT("ketamine.ketamine_plasma", "ketamine_plasma", "ketamine in plasma", "ng/mL", 0, INFINITY, 0, 0.1, 0),
        [BLOCK]     = OUTPUT("nmda.nmda_block", "nmda_block", "NMDA receptors of interneurons blocked", "1", 0, 1, 0, 0, 0),
        [GLUTAMATE] = OUTPUT("circuit.glutamate", "glutamate", "extracellular glutamate, of baseline", "1", 0, INFINITY, 0, 0.1, 0),
        [BDNF]      = OUTPUT("plasticity.bdnf", "bdnf", "BDNF, of baseline", "1", 0, INFINITY, 0.02, 0.1, 0),
        [MTOR]      = OUTPUT("plasticity.mtor", "mtor", "mTORC1 activity, of baseline", "1", 0, INFINITY, 0, 0.1, 0),
        [SYNAPSES]  = OUTPUT("plasticity.synapses", "synapses", "synapses, of healthy", "1", 0, INFINITY, 0, 0, 0),
        [CADSS]     = OUTPUT("safety.cadss", "cadss", "CADSS total", "1", 0, 92, 1, 0, 1),
        [SBP]       = OUTPUT("safety.sbp", "sbp", "systolic blood pressure", "mmHg", 60, 260, 4, 0, 1),
    };
    static const int   outputs[7][2] = {{PLASMA}, {BLOCK}, {GLUTAMATE}, {BDNF, MTOR}, {SYNAPSES}, {CADSS}, {SBP}};
    static const char *titles[7] = {"Plasma", "NMDA block", "Glutamate", "BDNF and mTORC1", "Synapses", "Dissociation", "Blood pressure"};

    model->n_outputs = N_OUTPUTS;
    model->outputs   = onset_arena_alloc(arena, sizeof rows);
    memcpy(model->outputs, rows, sizeof rows);
    model->headline = MADRS;
    model->n_panels = 7;
    model->panels   = onset_arena_alloc(arena, 7 * sizeof *model->panels);
    for (int p = 0; p < 7; p++)
        model->panels[p] = (onset_model_panel){titles[p], p == 3 ? 2 : 1, outputs[p], p == 0, p < 3 ? 24 : p > 4 ? 4 : 0};
}

static void make_population(onset_arena *arena, onset_study *study, long n)
{
    static const char      *sexes[]       = {"female", "male"};
    static double           shares[]      = {0.64, 1};
    static const onset_draw rows[N_DRAWS] = {
        [WEIGHT] = {.name = "weight",
                    .text = "body weight",
                    .unit = {.text = "kg"},
                    .dist = ONSET_DIST_LOGNORMAL,
                    .a    = 82,
                    .b    = 0.2,
                    .low  = 45,
                    .high = 160},
        [AGE] =
            {.name = "age", .text = "age", .unit = {.text = "year"}, .dist = ONSET_DIST_NORMAL, .a = 46, .b = 12, .low = 18, .high = 65},
        [SEX]      = {.name     = "sex",
                      .text     = "sex",
                      .unit     = {.text = "1"},
                      .dist     = ONSET_DIST_CATEGORY,
                      .low      = -INFINITY,
                      .high     = INFINITY,
                      .n_labels = 2},
        [BASELINE] = {.name = "madrs_baseline",
                      .text = "MADRS at entry",
                      .unit = {.text = "1"},
                      .dist = ONSET_DIST_NORMAL,
                      .a    = 33,
                      .b    = 5,
                      .low  = 20,
                      .high = 60},
    };
    onset_population *population = &study->population;

    *population = (onset_population){
        .name = "trd", .title = "Treatment-resistant depression", .n_subjects = n, .n_draws = N_DRAWS, .weight = -1, .bsa = -1};
    population->draws = onset_arena_alloc(arena, sizeof rows);
    memcpy(population->draws, rows, sizeof rows);
    population->draws[SEX].labels     = sexes;
    population->draws[SEX].cumulative = shares;
    for (int d = 0; d < N_DRAWS; d++) {
        population->draws[d].covariate = d;
        population->draws[d].param     = -1;
        population->draws[d].to_model  = 1;
    }
    onset_graph_init(&population->graph, arena);
    population->n_require       = 1;
    population->require         = onset_arena_alloc(arena, sizeof(int));
    population->require_text    = onset_arena_alloc(arena, sizeof(char *));
    population->require_text[0] = "madrs_baseline >= 28";
    population->require[0]      = onset_graph_binary(&population->graph, ONSET_NODE_LE, onset_graph_const(&population->graph, 28),
                                                     onset_graph_leaf(&population->graph, ONSET_NODE_COV, BASELINE));
}

static void make_covariates(onset_arena *arena, onset_model *model)
{
    static const char *const names[N_DRAWS]  = {"weight", "age", "sex", "madrs_baseline"};
    static const double      values[N_DRAWS] = {82, 46, 0, 33};

    model->n_covariates = N_DRAWS;
    model->covariates   = onset_arena_alloc(arena, N_DRAWS * sizeof *model->covariates);
    for (int i = 0; i < N_DRAWS; i++)
        model->covariates[i] = (onset_model_covariate){
            .name = names[i], .text = "", .unit = {.text = "1"}, .value = values[i], .low = -INFINITY, .high = INFINITY};
}

/* Nothing is solved, so they only name what is at fault when a course fails. */
static void make_states(onset_arena *arena, onset_model *model)
{
    model->n_states  = 2;
    model->states    = onset_arena_alloc(arena, 2 * sizeof *model->states);
    model->states[0] = (onset_model_state){.name = "body.ketamine", .text = "", .unit = {.text = "mg"}};
    model->states[1] = (onset_model_state){.name = "body.synapses", .text = "", .unit = {.text = "1"}};
}

static void make_modules(onset_arena *arena, onset_model *model)
{
    static const char *links[6]  = {"weight <- population [kg]",           "ketamine_plasma <- ketamine.ketamine_plasma [ng/mL]",
                                    "block <- nmda.nmda_block [1]",        "glutamate <- circuit.glutamate [1]",
                                    "synapses <- plasticity.synapses [1]", "block <- nmda.nmda_block [1]"};
    static const char *names[6]  = {"ketamine", "nmda", "circuit", "plasticity", "symptoms", "safety"};
    static const char *titles[6] = {
        "Ketamine", "Channel block", "Glutamate surge", "BDNF, mTORC1, synapses", "MADRS", "Dissociation and blood pressure"};

    model->n_instances = 6;
    model->instances   = onset_arena_alloc(arena, 6 * sizeof *model->instances);
    for (int i = 0; i < 6; i++)
        model->instances[i] =
            (onset_model_instance){.name = names[i], .module = names[i], .title = titles[i], .path = "", .links = &links[i], .n_links = 1};
}

static void make_routes(onset_arena *arena, onset_model *model)
{
    model->n_routes  = 2;
    model->routes    = onset_arena_alloc(arena, 2 * sizeof *model->routes);
    model->routes[0] = (onset_model_route){.drug = "ketamine", .route = "iv", .text = "infusion"};
    model->routes[1] = (onset_model_route){.drug = "sertraline", .route = "oral", .text = "tablet"};
}

static void make_arm(onset_arena *arena, onset_arm *arm, const char *name, const char *title, const char *text, int route, int n,
                     const int *days)
{
    *arm = (onset_arm){.name = name, .title = title, .text = text};
    if (n == 0) return;
    arm->schedule.n_items          = 1;
    arm->schedule.items            = onset_arena_alloc(arena, sizeof *arm->schedule.items);
    arm->schedule.items[0].route   = route;
    arm->schedule.items[0].n_times = n;
    arm->schedule.items[0].times   = onset_arena_alloc(arena, (size_t)n * sizeof(double));
    for (int i = 0; i < n; i++) arm->schedule.items[0].times[i] = 24.0 * days[i];
}

static void make_arms(onset_arena *arena, onset_study *study)
{
    static const int once[] = {0}, twice_weekly[] = {0, 3, 7, 10, 14, 17, 21, 24};
    int              daily[28];

    for (int i = 0; i < 28; i++) daily[i] = i;
    study->n_arms = N_ARMS;
    study->arms   = onset_arena_alloc(arena, N_ARMS * sizeof *study->arms);
    make_arm(arena, &study->arms[0], "ketamine", "One ketamine infusion",
             "arm ketamine { dose ketamine 0.5 [mg/kg] iv over 40 [min] at 0 [d] }", 0, 1, once);
    make_arm(arena, &study->arms[1], "ketamine_repeated", "Ketamine twice a week",
             "arm ketamine_repeated { dose ketamine 0.5 [mg/kg] iv over 40 [min] at 0, 3, 7, 10, 14, 17, 21, 24 [d] }", 0, 8, twice_weekly);
    make_arm(arena, &study->arms[2], "sertraline", "Sertraline daily",
             "arm sertraline { dose sertraline 50 [mg] oral every 1 [d] from 0 [d] to 28 [d] }", 1, 28, daily);
    make_arm(arena, &study->arms[3], "placebo", "Placebo", "arm placebo { }", 0, 0, NULL);
    study->n_controls  = 1;
    study->controls    = onset_arena_alloc(arena, sizeof(int));
    study->controls[0] = 3;
}

static void make_times(onset_arena *arena, onset_study *study, bool without_trace)
{
    static const double visits[N_VISITS] = {0, 40.0 / 60, 4, 24, 72, 168, 336, 504, 672};
    static const char  *labels[N_VISITS] = {"day 0", "40 min", "4 h", "day 1", "day 3", "day 7", "day 14", "day 21", "day 28"};

    study->n_visits     = N_VISITS;
    study->visits       = onset_arena_alloc(arena, sizeof visits);
    study->visit_labels = onset_arena_alloc(arena, sizeof labels);
    study->trace        = onset_arena_alloc(arena, (N_EARLY + N_LATE) * sizeof(double));
    memcpy(study->visits, visits, sizeof visits);
    memcpy(study->visit_labels, labels, sizeof labels);
    for (int i = 0; i < N_EARLY + N_LATE && !without_trace; i++) {
        double t        = i < N_EARLY ? i / 10.0 : 24 + 6.0 * (i - N_EARLY + 1);
        bool   is_visit = false;

        for (int v = 0; v < N_VISITS; v++) is_visit = is_visit || t == visits[v];
        if (!is_visit) study->trace[study->n_trace++] = t;
    }
}

/* response: madrs <= 0.5 baseline(madrs); remission; madrs_change; ever_responded: ever(response); worst_cadss: peak(cadss) */
static void make_endpoints(onset_arena *arena, onset_study *study)
{
    onset_graph *g     = &study->endpoint_graph;
    const int    first = N_OUTPUTS + N_DRAWS;
    int          madrs, baseline, response, ever, peak;

    onset_graph_init(g, arena);
    madrs    = onset_graph_leaf(g, ONSET_NODE_COV, MADRS);
    baseline = onset_graph_leaf(g, ONSET_NODE_COV, first);
    response = onset_graph_binary(g, ONSET_NODE_LE, madrs, onset_graph_binary(g, ONSET_NODE_MUL, onset_graph_const(g, 0.5), baseline));
    ever     = onset_graph_leaf(g, ONSET_NODE_COV, first + 1);
    peak     = onset_graph_leaf(g, ONSET_NODE_COV, first + 2);
    study->n_histories  = 3;
    study->histories    = onset_arena_alloc(arena, 3 * sizeof *study->histories);
    study->histories[0] = (onset_history){ONSET_HISTORY_BASELINE, madrs, 0};
    study->histories[1] = (onset_history){ONSET_HISTORY_EVER, response, 0};
    study->histories[2] = (onset_history){ONSET_HISTORY_PEAK, onset_graph_leaf(g, ONSET_NODE_COV, CADSS), 0};
    study->n_endpoints  = 5;
    study->endpoints    = onset_arena_alloc(arena, 5 * sizeof *study->endpoints);
    study->endpoints[0] = (onset_endpoint){"response", "MADRS at least halved", "madrs <= 0.5 * baseline(madrs)", response, true};
    study->endpoints[1] = (onset_endpoint){"remission", "MADRS 10 or less", "madrs <= 10",
                                           onset_graph_binary(g, ONSET_NODE_LE, madrs, onset_graph_const(g, 10)), true};
    study->endpoints[2] =
        (onset_endpoint){"madrs_change", "change of MADRS", "change(madrs)", onset_graph_binary(g, ONSET_NODE_SUB, madrs, baseline), false};
    study->endpoints[3] =
        (onset_endpoint){"ever_responded", "MADRS halved at this visit or before", "ever(madrs <= 0.5 * baseline(madrs))", ever, true};
    study->endpoints[4] = (onset_endpoint){"worst_cadss", "highest CADSS so far", "peak(cadss)", peak, false};
}

onset_study *fixture_study(onset_arena *arena, long n_subjects, bool without_trace)
{
    static const char text[] =
        "study onset_of_action \"Test data: one infusion, repeated infusions, or a daily SSRI\"\n\nuse model rapid_antidepressant\n";
    onset_study  *study  = onset_arena_alloc(arena, sizeof *study);
    onset_model  *model  = onset_arena_alloc(arena, sizeof *model);
    onset_source *source = onset_arena_alloc(arena, sizeof *source);
    onset_error   err    = {0};

    onset_graph_init(&model->graph, arena);
    model->name  = "rapid_antidepressant";
    model->title = "Test data: from dose to symptom";
    make_params(arena, model);
    make_outputs(arena, model);
    make_covariates(arena, model);
    make_states(arena, model);
    make_modules(arena, model);
    make_routes(arena, model);
    study->arena = arena;
    study->name  = "onset_of_action";
    study->title = "TEST DATA, not a simulation: one infusion, repeated infusions, or a daily SSRI";
    study->model = model;
    study->seed  = 20261121;
    make_population(arena, study, n_subjects);
    if (onset_population_finish(&err, arena, &study->population, model, NULL, 0, study->seed) != ONSET_OK) return NULL;
    make_arms(arena, study);
    make_times(arena, study, without_trace);
    make_endpoints(arena, study);
    source->path      = "library/studies/onset_of_action.onset";
    source->text      = copy(arena, text);
    source->n         = strlen(text);
    study->n_sources  = 1;
    study->sources    = onset_arena_alloc(arena, sizeof *study->sources);
    study->sources[0] = source;
    return study;
}

int fixture_output(const onset_study *study, const char *name)
{
    for (int i = 0; i < study->model->n_outputs; i++)
        if (strcmp(study->model->outputs[i].short_name, name) == 0) return i;
    return -1;
}

/* ---- The make-believe kernel, time lines and solver ---- */

int onset_isa_lanes(onset_isa isa)
{
    return 1 << isa;
}

const char *onset_isa_name(onset_isa isa)
{
    static const char *const names[] = {"scalar", "sse2", "avx2", "avx512"};

    return names[isa];
}

bool onset_isa_of_name(const char *name, onset_isa *out)
{
    *out = onset_isa_best();
    return !name || strcmp(name, onset_isa_name(*out)) == 0;
}

onset_isa onset_isa_best(void)
{
    return ONSET_ISA_AVX2;
}

onset_status onset_kernel_load(onset_error *err, const onset_model *model, const onset_kernel_options *options, onset_kernel **out,
                               onset_kernel_origin *origin)
{
    (void)err;
    (void)model;
    (void)options;
    *out    = NULL;
    *origin = (onset_kernel_origin){.builtin = true};
    return ONSET_OK;
}

void onset_kernel_free(onset_kernel *kernel)
{
    (void)kernel;
}

const onset_kernel_table *onset_kernel_table_of(const onset_kernel *kernel)
{
    (void)kernel;
    return NULL;
}

struct onset_course_builder {
    const onset_model *model;
    double             params[N_PARAMS + N_DRAWS];
    onset_item         items[64];
};

onset_status onset_course_builder_create(onset_error *err, const onset_model *model, const onset_kernel_table *kernel,
                                         onset_course_builder **out)
{
    (void)kernel;
    *out = calloc(1, sizeof **out);
    if (!*out) return onset_fail(err, ONSET_NO_MEMORY, "no memory");
    (*out)->model = model;
    return ONSET_OK;
}

void onset_course_builder_free(onset_course_builder *builder)
{
    free(builder);
}

/* The first item carries the subject, the second the number of the arm's route; then the doses. */
onset_status onset_course_build(onset_error *err, onset_course_builder *builder, const onset_schedule *schedule, const double *params,
                                const onset_body *body, uint64_t subject, onset_course *course)
{
    int n = 0;

    (void)body;
    if (fixture.refuse_every && subject && subject % (uint64_t)fixture.refuse_every == 0)
        return onset_fail(err, ONSET_BAD_INPUT, "subject %llu: f is -1", (unsigned long long)subject);
    memcpy(builder->params, params, sizeof builder->params);
    builder->items[n++] = (onset_item){.kind = ONSET_ITEM_RESET, .amount = (double)subject};
    for (int i = 0; i < schedule->n_items; i++)
        for (int k = 0; k < schedule->items[i].n_times; k++)
            builder->items[n++] =
                (onset_item){.time = schedule->items[i].times[k], .kind = ONSET_ITEM_BOLUS, .index = schedule->items[i].route, .amount = 1};
    course->params  = builder->params;
    course->items   = builder->items;
    course->n_items = n;
    return ONSET_OK;
}

const char *onset_solver_name(onset_solver_kind kind)
{
    static const char *const names[] = {"auto", "rosenbrock", "explicit", "cvode", "cvode-sparse"};

    return names[kind];
}

void onset_solver_options_init(onset_solver_options *options)
{
    *options = (onset_solver_options){.rtol = 1e-6, .atol = 1e-8};
}

onset_status onset_solver_choose(onset_error *err, const onset_kernel_table *kernel, onset_isa isa, const onset_solver_options *options,
                                 onset_course *pilot, onset_solver_kind *out, char why[200])
{
    (void)err;
    (void)kernel;
    (void)isa;
    (void)options;
    fixture.n_chosen++;
    *out = fixture.choice ? fixture.choice : ONSET_SOLVER_ROSENBROCK;
    snprintf(why, 200, "the pilot has %d items", pilot->n_items);
    return ONSET_OK;
}

/* Sums over the doses of one drug that lie before time: concentration, and the plastic effect that follows. */
static double plasma_at(const onset_course *course, double time)
{
    double sum = 0, k = 0.28 * course->params[CL] / 80;

    for (int i = 1; i < course->n_items; i++) {
        double u = time - course->items[i].time, x;

        if (course->items[i].index != 0 || u <= 0) continue;
        x = 230 * 60 / course->params[V1] * (1 - exp(-2.2 * fmin(u, 2.0 / 3)));
        sum += u <= 2.0 / 3 ? x : x * (0.72 * exp(-2.5 * (u - 2.0 / 3)) + 0.28 * exp(-k * (u - 2.0 / 3)));
    }
    return sum;
}

static double effect_at(const onset_course *course, double time, double tau)
{
    double sum = 0;

    for (int i = 1; i < course->n_items; i++) {
        double u = time - course->items[i].time;

        if (u <= 0) continue;
        sum += course->items[i].index == 0 ? (1 - exp(-u / 5)) * exp(-u / tau) : i == 1 ? 1 - exp(-u / 380) : 0;
    }
    return fmin(sum, 1.6);
}

static void outputs_at(const onset_course *course, double t, double *out)
{
    const double *p = course->params;
    double        block, change;

    out[PLASMA]    = plasma_at(course, t);
    block          = out[PLASMA] / (out[PLASMA] + 160);
    out[BLOCK]     = block;
    out[GLUTAMATE] = 1 + 1.1 * block;
    out[BDNF]      = 1 + 0.5 * effect_at(course, t, 60);
    out[MTOR]      = 1 + 0.8 * effect_at(course, t, 20);
    out[SYNAPSES]  = 0.75 + 0.16 * effect_at(course, t, p[TAU]);
    out[CADSS]     = fmin(92, 40 * block * block * p[SENSITIVITY]);
    out[SBP]       = 110 + 0.25 * p[N_PARAMS + AGE] + 28 * block;
    change         = p[PLACEBO] * (1 - exp(-t / 216)) + p[GAIN] * effect_at(course, t, p[TAU]) - p[DRIFT] * t / 672;
    out[MADRS]     = fmin(60, fmax(0, p[N_PARAMS + BASELINE] * (1 - change)));
}

static void solve_one(onset_course *course)
{
    uint64_t subject = (uint64_t)course->items[0].amount;
    int      arm     = course->n_items == 2 ? 0 : course->n_items == 9 ? 1 : course->n_items == 29 ? 2 : 3;

    if (course->individual) memcpy(course->individual, course->params, N_PARAMS * sizeof(double));
    course->n_steps    = 100 + (long)(subject % 7);
    course->n_rejected = (long)(subject % 3);
    course->failed     = fixture.fail_every && subject % (uint64_t)fixture.fail_every == 0 && arm == fixture.fail_arm;
    if (course->failed) {
        course->failed_time  = 12.5;
        course->failed_state = 1;
        if (course->failed_y) course->failed_y[0] = 12.5, course->failed_y[1] = (double)subject;
        snprintf(course->failure, sizeof course->failure, "not a number in d/dt");
        return;
    }
    for (int i = 0; i < course->n_out; i++) outputs_at(course, course->out_time[i], course->out + (size_t)i * N_OUTPUTS);
}

onset_status onset_solve(onset_error *err, const onset_kernel_table *kernel, onset_isa isa, const onset_solver_options *options,
                         const onset_course_source *source)
{
    onset_course *lanes[16];
    int           n_lanes = fixture.lanes ? fixture.lanes : 3, n = 0;
    bool          more = true;

    (void)kernel;
    (void)isa;
    (void)options;
    while (more || n > 0) {
        while (more && n < n_lanes) {
            onset_course *course = source->next(source->ctx);

            more = course != NULL;
            if (course) lanes[n++] = course;
        }
        if (source->cancelled && source->cancelled(source->ctx)) return onset_fail(err, ONSET_CANCELLED, "the run was cancelled");
        if (n == 0) break;
        if (fixture.wait_us) nanosleep(&(struct timespec){fixture.wait_us / 1000000, fixture.wait_us % 1000000 * 1000}, NULL);
        solve_one(lanes[--n]);
        source->done(source->ctx, lanes[n]);
    }
    return ONSET_OK;
}
