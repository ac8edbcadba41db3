/* Every model of the library: lanes against CVODE at rtol 1e-10, to ten times the tolerance asked for.
 *
 * The typical patient, and some who differ, are given every route of the model in turn: a dose a day for three days, an infusion over 40 min where the route takes
 * one. The error of an output is measured against its largest value in the course. */
#include "support.h"

#include "base/error.h"
#include "dosing/dosing.h"
#include "model/check.h"

#include <glob.h>

enum { N_PEOPLE = 3, N_TIMES = 57, MAX_ROUTES = 16 };

typedef struct {
    onset_arena   *arena;
    onset_library *library;
    const char    *path;
    onset_model   *model;
    onset_error    err;
} loaded;

static void check_model(void *ctx)
{
    loaded           *l    = ctx;
    onset_diagnostics list = {.arena = l->arena};
    onset_text        text = {0};
    const onset_file *file = NULL;

    if (onset_library_file(&l->err, l->library, l->path, &list, &file) != ONSET_OK) return;
    for (int i = 0; i < file->blocks.n && !l->model; i++) {
        if (file->blocks.items[i]->kind != ONSET_BLOCK_MODEL) continue;
        l->model = onset_model_check(l->arena, l->library, (onset_block_at){file, file->blocks.items[i]}, (onset_block_at){0}, &list);
    }
    if (l->model) return;
    onset_diagnostics_write(&list, &text);
    onset_fail(&l->err, ONSET_BAD_MODEL, "%s", text.s ? text.s : "no model");
    onset_text_free(&text);
}

/* ---- Courses ---- */

typedef struct {
    onset_course_builder *builder;
    onset_course          course;
    double               *params, *out;
    double                times[N_TIMES];
} person;

/* Params of person k: typical values, shifted by up to 20 % for all but the first. */
static double *params_of(const onset_model *m, int k)
{
    double *p = calloc((size_t)(m->n_params + m->n_covariates) + 1, sizeof *p);

    for (int i = 0; i < m->n_params; i++) {
        double value = m->params[i].value;

        p[i] = m->params[i].iiv != ONSET_IIV_NONE ? value * (1 + 0.2 * sin(3.7 * k * (i + 1))) : value;
    }
    for (int i = 0; i < m->n_covariates; i++) p[m->n_params + i] = m->covariates[i].value;
    return p;
}

static void make_person(person *p, const onset_model *m, const onset_kernel_table *kernel, int route, int k, int n_out)
{
    double             times[3] = {1, 25, 49};
    bool               infused  = strncmp(m->routes[route].route, "iv", 2) == 0;
    onset_regimen_item item     = {
            .route = route, .amount = 40, .max = INFINITY, .duration = infused ? 2.0 / 3 : 0, .n_times = 3, .times = times};
    onset_schedule schedule = {.n_items = 1, .items = &item};
    onset_error    err      = {0};

    p->params = params_of(m, k);
    p->out    = calloc((size_t)N_TIMES * (size_t)n_out, sizeof *p->out);
    for (int i = 0; i < N_TIMES; i++) p->times[i] = i < 29 ? 0.25 * i : 7 + 12.5 * (i - 28); /* the first day closely, then two weeks */
    p->course = (onset_course){.out_time = p->times, .n_out = N_TIMES, .out = p->out};
    if (onset_course_builder_create(&err, m, kernel, &p->builder) != ONSET_OK ||
        onset_course_build(&err, p->builder, &schedule, p->params, NULL, (uint64_t)k + 1, &p->course) != ONSET_OK) {
        fail_msg("%s", err.message);
    }
}

static void free_person(person *p)
{
    onset_course_builder_free(p->builder);
    free(p->params);
    free(p->out);
}

static void solve_people(const onset_model *m, onset_isa isa, onset_solver_options o, int route, person *people)
{
    onset_kernel_options      options = {.isa = isa};
    onset_kernel             *kernel  = NULL;
    onset_kernel_origin       origin  = {0};
    onset_error               err     = {0};
    const onset_kernel_table *table;
    onset_course              courses[N_PEOPLE];

    if (onset_kernel_load(&err, m, &options, &kernel, &origin) != ONSET_OK) fail_msg("%s", err.message);
    table = onset_kernel_table_of(kernel);
    for (int k = 0; k < N_PEOPLE; k++) {
        make_person(&people[k], m, table, route, k, table->n_outputs);
        courses[k] = people[k].course;
    }
    solve(table, isa, &o, courses, N_PEOPLE);
    for (int k = 0; k < N_PEOPLE; k++) {
        people[k].course = courses[k];
        if (courses[k].failed) {
            fail_msg("%s, person %d, %s: failed at %g h: %s (%s)", m->name, k, onset_solver_name(o.kind), courses[k].failed_time,
                     courses[k].failure, courses[k].failed_state >= 0 ? m->states[courses[k].failed_state].name : "");
        }
    }
    onset_kernel_free(kernel);
}

/* ---- Comparison ---- */

static double compare(const onset_model *m, const person *a, const person *reference, const onset_solver_options *o, const char **where)
{
    double worst = 0;
    int    n     = m->n_outputs;

    for (int j = 0; j < n; j++) {
        double most = 0;

        for (int i = 0; i < N_TIMES; i++) most = fmax(most, fabs(reference->out[i * n + j]));
        for (int i = 0; i < N_TIMES; i++) {
            double e = fabs(a->out[i * n + j] - reference->out[i * n + j]) / (o->rtol * most + o->atol);

            if (!(e <= worst)) worst = e, *where = m->outputs[j].name;
        }
    }
    return worst;
}

static void hold_against_cvode(const onset_model *m, int route, double rtol)
{
    onset_solver_options exact = options_of(ONSET_SOLVER_CVODE, 1e-10, 1e-12),
                         lanes = options_of(ONSET_SOLVER_ROSENBROCK, rtol, rtol / 100);
    person reference[N_PEOPLE], people[N_PEOPLE];

    solve_people(m, ONSET_ISA_SCALAR, exact, route, reference);
    solve_people(m, onset_isa_best(), lanes, route, people);
    for (int k = 0; k < N_PEOPLE; k++) {
        const char *where = "";
        double      worst = compare(m, &people[k], &reference[k], &lanes, &where);

        if (getenv("ONSET_TEST_VERBOSE")) {
            print_message("  %s, %s %s, rtol %g, person %d: %.2f times the tolerance (%s), %ld steps, CVODE %ld\n", m->name,
                          m->routes[route].drug, m->routes[route].route, rtol, k, worst, where, people[k].course.n_steps,
                          reference[k].course.n_steps);
        }
        if (!(worst <= 10))
            fail_msg("%s, %s %s: %s differs by %.3g times the tolerance %g", m->name, m->routes[route].drug, m->routes[route].route, where,
                     worst, rtol);
    }
    for (int k = 0; k < N_PEOPLE; k++) {
        free_person(&reference[k]);
        free_person(&people[k]);
    }
}

static void library_models_agree_with_cvode(void **state)
{
    glob_t files  = {0};
    int    n_held = 0;

    (void)state;
    assert_int_equal(glob(ONSET_LIBRARY_DIR "/models/*.onset", 0, NULL, &files), 0);
    for (size_t i = 0; i < files.gl_pathc; i++) {
        loaded l = {.arena = onset_arena_create(), .path = files.gl_pathv[i]};

        assert_non_null(l.arena);
        assert_int_equal(onset_library_create(&l.err, &l.library), ONSET_OK);
        assert_true(onset_arena_run(l.arena, check_model, &l));
        if (!l.model) fail_msg("%s: %s", l.path, l.err.message);
        for (int r = 0; r < l.model->n_routes; r++, n_held++) {
            hold_against_cvode(l.model, r, 1e-4);
            hold_against_cvode(l.model, r, 1e-6);
        }
        onset_library_free(l.library);
        onset_arena_free(l.arena);
    }
    globfree(&files);
    assert_true(n_held > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(library_models_agree_with_cvode)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
