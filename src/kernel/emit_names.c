/* Names of the emitted C: those of the model, made fit for C and unlike each other. */
#include "kernel/emit.h"

#include <ctype.h>

/* Words of C and of the emitted helpers. */
static const char *const taken_words[] = {
    "auto",
    "break",
    "case",
    "char",
    "const",
    "continue",
    "default",
    "do",
    "double",
    "else",
    "enum",
    "extern",
    "float",
    "for",
    "goto",
    "if",
    "inline",
    "int",
    "long",
    "register",
    "restrict",
    "return",
    "short",
    "signed",
    "sizeof",
    "static",
    "struct",
    "switch",
    "typedef",
    "union",
    "unsigned",
    "void",
    "volatile",
    "while",
    "asm",
    "typeof",
    "v",
    "m",
    "K",
    "y",
    "c",
    "w",
    "x",
    "at",
    "params",
    "dydt",
    "jac",
    "dfdt",
    "lu",
    "out",
    "values",
    "diagonal",
    "dose_amt",
    "time",
    "amt",
    "truth",
    "sel",
    "lt",
    "le",
    "eq",
    "ne",
    "not",
    "vmin",
    "vmax",
    "vabs",
    "vsqrt",
    "vfloor",
    "vceil",
    "vexp",
    "vlog",
    "vpow",
    "vsin",
    "vcos",
    "vtan",
    "vtanh",
    "vphi",
    "prepare",
    "initial",
    "rhs",
    "rhs_jac",
    "factor",
    "solve",
    "outputs",
    "dose",
    "individual",
    "table",
    "onset_kernel_table",
    "ONSET_KERNEL_SYMBOL",
    "jac_col_start",
    "jac_row",
};

/* t12 and the like are ours. */
static bool is_numbered(const char *name)
{
    if (!isalpha((unsigned char)name[0]) || !name[1]) return false;
    for (const char *s = name + 1; *s; s++)
        if (!isdigit((unsigned char)*s)) return false;
    return true;
}

/* Chunks of functions are called rhs_0 and so on; nothing of the model may look like them, nor like __FILE__. */
static const char *fit(onset_arena *arena, const char *name)
{
    char *s = onset_arena_printf(arena, "%s%s", isalpha((unsigned char)name[0]) ? "" : "n", name);

    for (char *p = s; *p; p++)
        if (!isalnum((unsigned char)*p)) *p = '_';
    return is_numbered(s) ? onset_arena_printf(arena, "%s_", s) : s;
}

static void give(onset_emitter *e, onset_names *taken, int node, const char *wanted)
{
    const char *base, *name;

    if (node < 0 || e->name[node] || e->plan->graph.nodes[node].op == ONSET_NODE_CONST) return;
    name = base = fit(e->arena, wanted);
    for (int i = 2; onset_names_find(taken, name) >= 0; i++) name = onset_arena_printf(e->arena, "%s_%d", base, i);
    onset_names_put(e->arena, taken, name, node);
    e->name[node] = name;
}

static void name_leaves(onset_emitter *e, onset_names *taken)
{
    const onset_plan  *plan = e->plan;
    const onset_model *m    = plan->model;

    for (int i = 0; i < plan->graph.n; i++) {
        const onset_node *node = &plan->graph.nodes[i];

        if (node->op == ONSET_NODE_STATE) give(e, taken, i, m->states[node->index].name);
        if (node->op == ONSET_NODE_COV) give(e, taken, i, m->covariates[node->index].name);
        if (node->op == ONSET_NODE_TIME) e->name[i] = "time";
        if (node->op == ONSET_NODE_AMT) e->name[i] = "amt";
    }
    /* The individual value takes the parameter's name; what it is made from is its base. */
    for (int i = 0; i < m->n_params; i++) give(e, taken, plan->individual[i], m->params[i].name);
    for (int i = 0; i < plan->graph.n; i++) {
        const onset_node *node = &plan->graph.nodes[i];

        if (node->op == ONSET_NODE_PARAM) give(e, taken, i, onset_arena_printf(e->arena, "%s_base", m->params[node->index].name));
    }
}

void onset_emit_names(onset_emitter *e)
{
    const onset_plan  *plan  = e->plan;
    const onset_model *m     = plan->model;
    onset_names        taken = {0};

    e->name = onset_arena_alloc(e->arena, ((size_t)plan->graph.n + 1) * sizeof *e->name);
    for (size_t i = 0; i < sizeof taken_words / sizeof *taken_words; i++) onset_names_put(e->arena, &taken, taken_words[i], 0);
    name_leaves(e, &taken);
    for (int i = 0; i < m->n_lets; i++) give(e, &taken, plan->let_node[i], m->lets[i].name);
    for (int i = 0; i < plan->n_constants; i++) {
        const int node = plan->constant[i];

        if (!e->name[node]) e->name[node] = onset_arena_printf(e->arena, "k%d", i);
    }
}

bool onset_emit_is_of_model(const onset_emitter *e, int node)
{
    const char *name = e->name[node];

    return name && !(name[0] == 'k' && is_numbered(name)) && onset_node_n_args(e->plan->graph.nodes[node].op) > 0;
}
