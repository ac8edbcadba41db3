/* Courses by SUNDIALS CVODE: variable-order BDF, analytic Jacobian, started anew at each item; outputs by its own interpolation.
 *
 * Slow and trusted: the lanes are held against it. The rules for items and outputs are those of lanes_course.c, written a second time on purpose. */
#include "solver/cvode.h"

#include "base/error.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sunlinsol/sunlinsol_dense.h>
#include <sunmatrix/sunmatrix_dense.h>

/* ---- The model, as CVODE calls it ---- */

static int right_side(realtype t, N_Vector y, N_Vector dydt, void *user)
{
    onset_cvode *s   = user;
    double      *f   = NV_DATA_S(dydt);
    double       sum = 0;

    s->kernel->rhs(&t, NV_DATA_S(y), s->consts, f);
    s->course->n_rhs++;
    if (s->any_input) {
        for (int i = 0; i < s->n; i++) f[i] += s->input[i];
    }
    for (int i = 0; i < s->n; i++) sum += f[i] * 0;
    if (sum == 0) return 0;
    for (int i = 0; i < s->n; i++) {
        if (!isfinite(f[i])) s->broken = i;
    }
    return 1; /* try a shorter step */
}

int onset_cvode_jacobian(onset_cvode *s, double t, N_Vector y)
{
    s->kernel->rhs_jac(&t, NV_DATA_S(y), s->consts, s->rhs_scratch, s->jac, s->dfdt);
    s->course->n_jac++;
    return 0;
}

static int dense_jacobian(realtype t, N_Vector y, N_Vector fy, SUNMatrix jacobian, void *user, N_Vector a, N_Vector b, N_Vector c)
{
    onset_cvode              *s = user;
    const onset_kernel_table *k = s->kernel;

    (void)fy, (void)a, (void)b, (void)c;
    onset_cvode_jacobian(s, t, y);
    SUNMatZero(jacobian);
    for (int j = 0; j < s->n; j++) {
        for (int at = k->jac_col_start[j]; at < k->jac_col_start[j + 1]; at++) SM_ELEMENT_D(jacobian, k->jac_row[at], j) = s->jac[at];
    }
    return 0;
}

static void silent(int code, const char *module, const char *function, char *message, void *user)
{
    (void)code, (void)module, (void)function, (void)message, (void)user; /* the return codes say it, and a library does not print */
}

/* ---- Create, free ---- */

static onset_status create_arrays(onset_error *err, onset_cvode *s)
{
    const onset_kernel_table *k = s->kernel;
    size_t                    n = (size_t)s->n;

    s->params      = calloc((size_t)(k->n_params + k->n_covariates) + 1, sizeof *s->params);
    s->consts      = calloc((size_t)k->n_consts + 8, sizeof *s->consts);
    s->input       = calloc(n, sizeof *s->input);
    s->jac         = calloc((size_t)k->n_jac + 1, sizeof *s->jac);
    s->lu          = calloc((size_t)k->n_lu + 1, sizeof *s->lu);
    s->dfdt        = calloc(n, sizeof *s->dfdt);
    s->rhs_scratch = calloc(n, sizeof *s->rhs_scratch);
    s->out         = calloc((size_t)k->n_outputs + (size_t)k->n_params + 1, sizeof *s->out);
    s->cycle_y     = calloc(n, sizeof *s->cycle_y);
    s->n_inputs    = calloc(n, sizeof *s->n_inputs);
    if (!s->params || !s->consts || !s->input || !s->jac || !s->lu || !s->dfdt || !s->rhs_scratch || !s->out || !s->cycle_y ||
        !s->n_inputs) {
        return onset_fail(err, ONSET_NO_MEMORY, "no memory for CVODE with %d states", s->n);
    }
    return ONSET_OK;
}

static onset_status create_cvode(onset_error *err, onset_cvode *s)
{
    bool ok = SUNContext_Create(NULL, &s->context) == 0;

    ok = ok && (s->y = N_VNew_Serial(s->n, s->context)) && (s->at = N_VNew_Serial(s->n, s->context));
    ok = ok && (s->memory = CVodeCreate(CV_BDF, s->context));
    ok = ok && CVodeSetErrHandlerFn(s->memory, silent, NULL) == 0 && CVodeInit(s->memory, right_side, 0, s->y) == 0;
    ok = ok && CVodeSetUserData(s->memory, s) == 0 && CVodeSStolerances(s->memory, s->options->rtol, s->options->atol) == 0;
    ok = ok && CVodeSetMaxNumSteps(s->memory, s->options->max_steps) == 0;
    if (ok && s->options->step_max > 0) ok = CVodeSetMaxStep(s->memory, s->options->step_max) == 0;
    if (ok && s->options->step_min > 0) ok = CVodeSetMinStep(s->memory, s->options->step_min) == 0;
    if (!ok) return onset_fail(err, ONSET_NO_MEMORY, "CVODE could not be created for %d states", s->n);
    if (s->linear != ONSET_CVODE_DENSE) return onset_cvode_sparse_create(err, s);
    ok = (s->matrix = SUNDenseMatrix(s->n, s->n, s->context)) && (s->solver = SUNLinSol_Dense(s->y, s->matrix, s->context));
    ok = ok && CVodeSetLinearSolver(s->memory, s->solver, s->matrix) == 0 && CVodeSetJacFn(s->memory, dense_jacobian) == 0;
    return ok ? ONSET_OK : onset_fail(err, ONSET_NO_MEMORY, "CVODE could not be created for %d states", s->n);
}

static void free_all(onset_cvode *s)
{
    if (s->memory) CVodeFree(&s->memory);
    if (s->solver) SUNLinSolFree(s->solver);
    if (s->matrix) SUNMatDestroy(s->matrix);
    onset_cvode_sparse_free(s);
    if (s->y) N_VDestroy(s->y);
    if (s->at) N_VDestroy(s->at);
    if (s->context) SUNContext_Free(&s->context);
    free(s->params);
    free(s->consts);
    free(s->input);
    free(s->jac);
    free(s->lu);
    free(s->dfdt);
    free(s->rhs_scratch);
    free(s->out);
    free(s->cycle_y);
    free(s->n_inputs);
}

/* ---- Outputs ---- */

static void write_row(onset_cvode *s, double time, const double *y)
{
    int     n   = s->kernel->n_outputs;
    double *row = s->course->out + (size_t)s->next_out * (size_t)s->n_row;

    s->kernel->outputs(&time, y, s->consts, s->out);
    memcpy(row, s->out, sizeof *row * (size_t)n);
    if (s->options->states) memcpy(row + n, y, sizeof *row * (size_t)s->n);
    s->next_out++;
}

static bool is_before(const onset_course *course, int out)
{
    return course->out_before && course->out_before[out];
}

/* Writes the outputs at s->t from the state itself: those before its items, or all. */
static void write_here(onset_cvode *s, bool only_before)
{
    const onset_course *course = s->course;

    while (s->next_out < course->n_out && course->out_time[s->next_out] <= s->t) {
        if (only_before && !is_before(course, s->next_out)) return;
        write_row(s, s->t, NV_DATA_S(s->y));
    }
}

/* Reads the outputs up to t from CVODE's interpolation; at the stop itself only what does not wait for its items. */
static void read_outputs(onset_cvode *s, double t, double stop, bool items_at_stop)
{
    const onset_course *course = s->course;

    while (!s->cycling && s->next_out < course->n_out && course->out_time[s->next_out] <= t) {
        double time = course->out_time[s->next_out];

        if (time >= stop && items_at_stop && !is_before(course, s->next_out)) return;
        if (CVodeGetDky(s->memory, time, 0, s->at) != CV_SUCCESS) return;
        write_row(s, time, NV_DATA_S(s->at));
    }
}

/* ---- Steps ---- */

static bool fail(onset_cvode *s, int state, const char *what)
{
    onset_course *course = s->course;

    course->failed       = true;
    course->failed_time  = s->t;
    course->failed_state = state;
    snprintf(course->failure, sizeof course->failure, "%s", what);
    if (course->failed_y) memcpy(course->failed_y, NV_DATA_S(s->y), sizeof(double) * (size_t)s->n);
    for (size_t k = (size_t)s->next_out * (size_t)s->n_row; k < (size_t)course->n_out * (size_t)s->n_row; k++) course->out[k] = NAN;
    return false;
}

static bool fail_by_code(onset_cvode *s, int code)
{
    char *name = CVodeGetReturnFlagName(code);
    char  text[120];
    bool  is_number = s->broken < 0;

    snprintf(text, sizeof text, is_number ? "CVODE stopped: %s" : "not a number in d/dt (CVODE: %s)", name ? name : "unknown");
    free(name);
    return fail(s, s->broken, text);
}

static void count_steps(onset_cvode *s)
{
    long steps = 0, fails = 0, convergence = 0;

    CVodeGetNumSteps(s->memory, &steps);
    CVodeGetNumErrTestFails(s->memory, &fails);
    CVodeGetNumNonlinSolvConvFails(s->memory, &convergence);
    s->course->n_steps += steps;
    s->course->n_rejected += fails + convergence;
}

/* One smooth piece, from s->t to stop; outputs on the way are read. False where it fails. */
static bool run_piece(onset_cvode *s, double stop, bool items_at_stop)
{
    int    code = CVodeReInit(s->memory, s->t, s->y);
    long   left = s->options->max_course_steps - s->course->n_steps - s->course->n_rejected;
    long   most = left < s->options->max_steps ? left : s->options->max_steps;
    double t    = s->t;

    s->broken    = -1;
    s->any_input = false;
    for (int i = 0; i < s->n; i++) s->any_input = s->any_input || s->n_inputs[i] != 0;
    if (code == CV_SUCCESS) code = CVodeSetStopTime(s->memory, stop);
    for (long i = 0; code >= 0 && t < stop; i++) {
        if (i >= most)
            code = CV_TOO_MUCH_WORK;
        else
            code = CVode(s->memory, stop, s->y, &t, CV_ONE_STEP);
        if (code >= 0) {
            s->t = t;
            read_outputs(s, t, stop, items_at_stop);
        }
    }
    count_steps(s);
    if (code < 0) return fail_by_code(s, code);
    s->t = stop;
    return true;
}

/* ---- Items ---- */

static void set_initial(onset_cvode *s)
{
    s->kernel->initial(s->consts, NV_DATA_S(s->y));
    memset(s->input, 0, sizeof *s->input * (size_t)s->n);
    memset(s->n_inputs, 0, sizeof *s->n_inputs * (size_t)s->n);
}

static void apply(onset_cvode *s, const onset_item *item)
{
    int i = item->index;

    switch (item->kind) {
    case ONSET_ITEM_BOLUS:
        NV_DATA_S(s->y)[i] += item->amount;
        break;
    case ONSET_ITEM_RATE:
        if (item->amount == 0) break;
        s->n_inputs[i] += item->amount > 0 ? 1 : -1;
        s->input[i] = s->n_inputs[i] == 0 ? 0 : s->input[i] + item->amount;
        break;
    case ONSET_ITEM_COVARIATE:
        s->params[s->kernel->n_params + i] = item->amount;
        s->kernel->prepare(s->params, s->consts);
        break;
    case ONSET_ITEM_RESET:
        set_initial(s);
        break;
    case ONSET_ITEM_STEADY:
        break;
    }
}

static bool run_cycle(onset_cvode *s, const onset_item *steady)
{
    double start = steady->time - steady->period;

    s->t = start;
    for (int k = 0; k < steady->cycle_n; k++) {
        const onset_item *item = &s->course->cycle_items[steady->cycle_first + k];
        double            stop = fmin(start + item->time, steady->time);

        if (stop > s->t && !run_piece(s, stop, true)) return false;
        apply(s, item);
    }
    return steady->time > s->t ? run_piece(s, steady->time, true) : true;
}

static double cycle_change(onset_cvode *s, int *worst)
{
    const double *y   = NV_DATA_S(s->y);
    double        sum = 0, most = -1;

    for (int i = 0; i < s->n; i++) {
        double w = s->options->atol + s->options->rtol * fmax(fabs(y[i]), fabs(s->cycle_y[i]));
        double e = (y[i] - s->cycle_y[i]) / w;

        sum += e * e;
        if (e * e > most) most = e * e, *worst = i;
        s->cycle_y[i] = y[i];
    }
    return sqrt(sum / s->n);
}

static bool run_to_steady_state(onset_cvode *s, const onset_item *steady)
{
    double before = INFINITY;
    int    worst  = -1;
    char   text[120];

    set_initial(s);
    memcpy(s->cycle_y, NV_DATA_S(s->y), sizeof(double) * (size_t)s->n);
    s->cycling = true;
    for (int cycle = 0; cycle < ONSET_MAX_CYCLES; cycle++) {
        if (!run_cycle(s, steady)) return false;
        double change = cycle_change(s, &worst);
        if (onset_cycle_is_steady(change, before)) {
            s->cycling = false;
            return true;
        }
        before = change;
    }
    snprintf(text, sizeof text, "no steady state after %d cycles of %g h", ONSET_MAX_CYCLES, steady->period);
    return fail(s, worst, text);
}

/* The outputs before the items at the start, where they waited for its steady state. */
static void write_start(onset_cvode *s)
{
    if (s->starts_steady) write_here(s, true);
    s->starts_steady = false;
}

static bool apply_items_here(onset_cvode *s)
{
    const onset_course *course = s->course;

    while (s->next_item < course->n_items && course->items[s->next_item].time <= s->t) {
        const onset_item *item = &course->items[s->next_item++];

        if (item->kind == ONSET_ITEM_STEADY) {
            if (!run_to_steady_state(s, item)) return false;
        } else {
            write_start(s);
            apply(s, item);
        }
    }
    write_start(s);
    return true;
}

/* ---- Courses ---- */

static void begin(onset_cvode *s, onset_course *course)
{
    const onset_kernel_table *k = s->kernel;

    s->course    = course;
    s->t         = course->start;
    s->next_item = s->next_out = 0;
    s->cycling                 = false;
    s->broken                  = -1;
    course->failed             = false;
    course->failed_state       = -1;
    course->failure[0]         = 0;
    course->n_steps = course->n_rejected = course->n_rhs = course->n_jac = 0;
    memcpy(s->params, course->params, sizeof(double) * (size_t)(k->n_params + k->n_covariates));
    k->prepare(s->params, s->consts);
    if (course->individual) k->individual(s->consts, course->individual);
    set_initial(s);
    while (s->next_item < course->n_items && course->items[s->next_item].time < course->start) s->next_item++;
    s->starts_steady = onset_starts_steady(course, s->next_item);
    if (!s->starts_steady) write_here(s, true);
}

static void run_course(onset_cvode *s, onset_course *course)
{
    begin(s, course);
    while (apply_items_here(s)) {
        bool   items;
        double stop;

        write_here(s, false);
        if (s->next_out == course->n_out) return;
        stop  = course->out_time[course->n_out - 1];
        items = s->next_item < course->n_items && course->items[s->next_item].time <= stop;
        if (items) stop = course->items[s->next_item].time;
        if (!run_piece(s, stop, items)) return;
    }
}

onset_status onset_cvode_solve(onset_error *err, const onset_kernel_table *kernel, const onset_solver_options *options,
                               onset_cvode_linear linear, const onset_course_source *source)
{
    onset_cvode  s = {.kernel = kernel, .options = options, .linear = linear, .n = kernel->n_states};
    onset_status status;

    if (kernel->lanes != 1) return onset_fail(err, ONSET_INTERNAL, "CVODE needs a kernel of one lane, not of %d", kernel->lanes);
    s.n_row = kernel->n_outputs + (options->states ? kernel->n_states : 0);
    status  = create_arrays(err, &s);
    if (status == ONSET_OK) status = create_cvode(err, &s);
    while (status == ONSET_OK) {
        onset_course *course;

        if (source->cancelled && source->cancelled(source->ctx)) {
            status = onset_fail(err, ONSET_CANCELLED, "the run was cancelled");
            break;
        }
        course = source->next(source->ctx);
        if (!course) break;
        run_course(&s, course);
        if (source->done) source->done(source->ctx, course);
    }
    free_all(&s);
    return status;
}
