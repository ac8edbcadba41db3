/* The whole text of a kernel. */
#include "kernel/emit.h"

#include "base/error.h"

static const char table_type[] = "typedef struct {\n"
                                 "    int        abi, lanes, n_states, n_params, n_covariates, n_consts, n_outputs, n_jac, n_lu;\n"
                                 "    int        has_time;\n"
                                 "    const int *jac_col_start, *jac_row;\n"
                                 "    void (*prepare)(const v *params, v *c);\n"
                                 "    void (*initial)(const v *c, v *y);\n"
                                 "    void (*rhs)(const v *at, const v *y, const v *c, v *dydt);\n"
                                 "    void (*rhs_jac)(const v *at, const v *y, const v *c, v *dydt, v *jac, v *dfdt);\n"
                                 "    void (*factor)(const v *jac, const v *diagonal, v *lu);\n"
                                 "    void (*solve)(const v *lu, v *x);\n"
                                 "    void (*outputs)(const v *at, const v *y, const v *c, v *out);\n"
                                 "    int n_dose_exprs;\n"
                                 "    void (*dose)(const v *c, const v *dose_amt, v *values);\n"
                                 "    void (*individual)(const v *c, v *values);\n"
                                 "} table;\n\n";

static const char footer[] = "#ifndef ONSET_KERNEL_SYMBOL\n"
                             "#define ONSET_KERNEL_SYMBOL onset_kernel_table\n"
                             "#endif\n"
                             "extern const table ONSET_KERNEL_SYMBOL;\n"
                             "__attribute__((visibility(\"default\"))) const table ONSET_KERNEL_SYMBOL = {\n";

typedef ONSET_VEC(onset_emit_root) root_vec;

const char *onset_emit_comment(onset_arena *arena, const char *s, const char *end)
{
    const size_t longest = 200; /* chosen by us */
    char        *line;

    s += strspn(s, " \t");
    if ((size_t)(end - s) > longest) end = s + longest;
    line = onset_arena_copy(arena, s, (size_t)(end - s));
    for (char *p = line; *p; p++)
        if ((*p == '*' && p[1] == '/') || (*p == '/' && p[1] == '*') || (unsigned char)*p < 0x20 || (unsigned char)*p >= 0x7f) *p = ' ';
    return line;
}

/* The line `d/dt(NAME) = ...` nearest to the declaration of the state: order is free in a module, and a file may hold several. NULL
 * where the model was not read from a text. */
static const char *equation_line(onset_arena *arena, const onset_model_state *state)
{
    const char *dot = strrchr(state->name, '.'), *name = dot ? dot + 1 : state->name, *best = NULL, *best_end = NULL;
    const char *wanted = onset_arena_printf(arena, "d/dt(%s)", name);
    int         line = 1, best_distance = 0;

    if (!state->place.source || !state->place.source->text) return NULL;
    for (const char *s = state->place.source->text; *s; line++) {
        const char *end      = s + strcspn(s, "\n");
        const char *start    = s + strspn(s, " \t");
        const int   distance = line > state->place.line ? line - state->place.line : state->place.line - line;

        if (strncmp(start, wanted, strlen(wanted)) == 0 && (!best || distance < best_distance)) {
            best          = start;
            best_end      = end;
            best_distance = distance;
        }
        s = *end ? end + 1 : end;
    }
    return best ? onset_emit_comment(arena, best, best_end) : NULL;
}

static void add(onset_emitter *e, root_vec *roots, const char *dest, int index, int node, const char *comment)
{
    const onset_emit_root root = {dest, index, node, comment ? onset_emit_comment(e->arena, comment, comment + strlen(comment)) : NULL};

    onset_vec_push(e->arena, roots, root);
}

static void put(onset_emitter *e, const char *name, const char *arguments, const char *passed, const root_vec *roots)
{
    const onset_emit_function function = {.name      = name,
                                          .arguments = arguments,
                                          .passed    = passed,
                                          .prepare   = strcmp(name, "prepare") == 0,
                                          .roots     = roots->items,
                                          .n_roots   = roots->n};

    onset_emit_body(e, &function);
}

static void put_prepare(onset_emitter *e)
{
    root_vec roots = {0};

    for (int i = 0; i < e->plan->n_constants; i++) {
        const int node = e->plan->constant[i];

        add(e, &roots, "c", i, node, onset_emit_is_of_model(e, node) ? e->name[node] : NULL);
    }
    put(e, "prepare", "const v *restrict params, v *restrict c", "params, c", &roots);
}

static void put_rates(onset_emitter *e, bool with_jacobian)
{
    const onset_plan  *p     = e->plan;
    const onset_model *m     = p->model;
    root_vec           roots = {0};
    int               *next  = onset_arena_alloc(e->arena, ((size_t)m->n_states + 1) * sizeof *next);

    memcpy(next, p->jac_col_start, (size_t)m->n_states * sizeof *next);
    for (int i = 0; i < m->n_states; i++) {
        add(e, &roots, "dydt", i, p->rate[i], equation_line(e->arena, &m->states[i]));
        /* The row of the Jacobian shares the row's quantities. Columns are stored by rows in ascending order. */
        for (int j = 0; with_jacobian && j < m->n_states; j++) {
            if (next[j] == p->jac_col_start[j + 1] || p->jac_row[next[j]] != i) continue;
            add(e, &roots, "jac", next[j], p->jac[next[j]],
                onset_arena_printf(e->arena, "d %s / d %s", m->states[i].name, m->states[j].name));
            next[j]++;
        }
        if (with_jacobian && p->has_time) add(e, &roots, "dfdt", i, p->dfdt[i], NULL);
    }
    if (with_jacobian)
        put(e, "rhs_jac",
            "const v *restrict at, const v *restrict y, const v *restrict c, v *restrict dydt, v *restrict jac, v *restrict dfdt",
            "at, y, c, dydt, jac, dfdt", &roots);
    else
        put(e, "rhs", "const v *restrict at, const v *restrict y, const v *restrict c, v *restrict dydt", "at, y, c, dydt", &roots);
}

static void put_others(onset_emitter *e)
{
    const onset_plan  *p       = e->plan;
    const onset_model *m       = p->model;
    root_vec           initial = {0}, outputs = {0}, dose = {0}, individual = {0};

    for (int i = 0; i < m->n_states; i++) add(e, &initial, "y", i, p->initial[i], m->states[i].name);
    for (int i = 0; i < m->n_outputs; i++) add(e, &outputs, "out", i, p->output[i], m->outputs[i].name);
    for (int i = 0; i < p->n_dose; i++) add(e, &dose, "values", i, p->dose[i], NULL);
    for (int i = 0; i < m->n_params; i++) add(e, &individual, "values", i, p->individual[i], m->params[i].name);
    put(e, "initial", "const v *restrict c, v *restrict y", "c, y", &initial);
    put(e, "outputs", "const v *restrict at, const v *restrict y, const v *restrict c, v *restrict out", "at, y, c, out", &outputs);
    put(e, "dose", "const v *restrict c, const v *restrict dose_amt, v *restrict values", "c, dose_amt, values", &dose);
    put(e, "individual", "const v *restrict c, v *restrict values", "c, values", &individual);
}

static void put_ints(onset_emitter *e, const char *name, const int *values, int n)
{
    onset_text_printf(e->out, "static const int %s[] = {", name);
    for (int i = 0; i < n; i++) onset_text_printf(e->out, "%s%d", i == 0 ? "" : i % 20 ? ", " : ",\n    ", values[i]);
    onset_text_add(e->out, n > 0 ? "};\n" : "0};\n");
}

static void put_table(onset_emitter *e)
{
    const onset_plan  *p = e->plan;
    const onset_model *m = p->model;

    put_ints(e, "jac_col_start", p->jac_col_start, m->n_states + 1);
    put_ints(e, "jac_row", p->jac_row, p->n_jac);
    onset_text_add(e->out, "\n");
    onset_text_add(e->out, table_type);
    onset_text_add(e->out, footer);
    onset_text_printf(e->out, "    %d, %d, %d, %d, %d, %d, %d, %d, %d, %d, jac_col_start, jac_row,\n", ONSET_KERNEL_ABI,
                      onset_isa_lanes(e->isa), m->n_states, m->n_params, m->n_covariates, p->n_constants, m->n_outputs, p->n_jac,
                      p->elimination.n_lu, p->has_time ? 1 : 0);
    onset_text_printf(e->out, "    prepare, initial, rhs, rhs_jac, factor, solve, outputs, %d, dose, individual,\n};\n", p->n_dose);
}

void onset_emit_plan(const onset_plan *plan, onset_isa isa, onset_text *out)
{
    onset_emitter      e     = {.plan = plan, .arena = plan->arena, .out = out, .isa = isa};
    const onset_model *m     = plan->model;
    const char        *title = m->title ? m->title : "";

    onset_text_printf(
        out,
        "/* Model %s: %s\n * Generated by Onset, do not edit. %d states, %d parameters, %d covariates, %d outputs; %d lane%s.\n"
        " * Arrays are [item][lane]; each lane is one patient and is computed by itself. Time in hours. */\n\n",
        onset_emit_comment(e.arena, m->name, m->name + strlen(m->name)), onset_emit_comment(e.arena, title, title + strlen(title)),
        m->n_states, m->n_params, m->n_covariates, m->n_outputs, onset_isa_lanes(isa), onset_isa_lanes(isa) == 1 ? "" : "s");
    onset_emit_names(&e);
    onset_emit_prelude(&e);
    onset_text_add(out, "/* What does not move while a piece of a time line runs. */\n");
    put_prepare(&e);
    put_rates(&e, false);
    onset_text_add(out, "/* The right side and its derivatives by the states, in one pass. */\n");
    put_rates(&e, true);
    onset_emit_factor(&e);
    put_others(&e);
    put_table(&e);
}

typedef struct {
    onset_arena       *arena;
    const onset_model *model;
    onset_isa          isa;
    onset_text        *out;
} emission;

static void emit(void *ctx)
{
    emission *e = ctx;

    onset_emit_plan(onset_kernel_plan(e->arena, e->model), e->isa, e->out);
}

onset_status onset_kernel_emit(onset_error *err, const onset_model *model, onset_isa isa, onset_text *out)
{
    emission e    = {.arena = onset_arena_create(), .model = model, .isa = isa, .out = out};
    bool     done = e.arena && onset_arena_run(e.arena, emit, &e);

    onset_arena_free(e.arena);
    if (!done || out->failed) return onset_fail(err, ONSET_NO_MEMORY, "no memory to write the kernel of model '%s'", model->name);
    return ONSET_OK;
}
