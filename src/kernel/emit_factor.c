/* factor() and solve(): the elimination of (diagonal I - J), row by row, in the order that was chosen.
 *
 * Row i takes from each earlier row k in which it has an element: l = a_ik / u_kk, a_ij -= l u_kj. One row at a time is live, the
 * others are read from lu. Written out while that is short; beyond, the same steps run over tables of places. */
#include "kernel/emit.h"

/* Multiplications beyond which tables are used. Measured with GCC 12 and AVX-512: written out, 7,300 multiplications take 3.5 us a factorisation
 * and 1 s to compile, over tables 15 us and nothing; the time to compile sets the limit. */
enum { MAX_WRITTEN_OUT = 10000 };

typedef struct {
    onset_text              *out;
    const onset_plan        *plan;
    const onset_elimination *lu;
} factor_writer;

static const char *state_name(const factor_writer *w, int step)
{
    const char *name = w->plan->model->states[w->lu->order[step]].name;

    return onset_emit_comment(w->plan->arena, name, name + strlen(name));
}

/* a<column> starts as the element of (diagonal I - J), 0 where it is fill. */
static void put_elements(factor_writer *w, int i)
{
    const onset_elimination *lu = w->lu;

    for (int s = lu->row_start[i]; s < lu->row_start[i + 1]; s++) {
        onset_text_printf(w->out, "        v a%d = ", lu->column[s]);
        if (s == lu->diagonal[i])
            onset_text_add(w->out, lu->jac[s] < 0 ? "diagonal[0]" : "diagonal[0] - ");
        else
            onset_text_add(w->out, lu->jac[s] < 0 ? "K(0.0)" : "-");
        if (lu->jac[s] >= 0) onset_text_printf(w->out, "jac[%d]", lu->jac[s]);
        onset_text_add(w->out, ";\n");
    }
}

static void put_row(factor_writer *w, int i)
{
    const onset_elimination *lu = w->lu;

    onset_text_printf(w->out, "    { /* %s */\n", state_name(w, i));
    put_elements(w, i);
    for (int s = lu->row_start[i]; s < lu->diagonal[i]; s++) {
        const int k = lu->column[s];

        onset_text_printf(w->out, "        a%d *= lu[%d];\n", k, lu->diagonal[k]);
        for (int u = lu->diagonal[k] + 1; u < lu->row_start[k + 1]; u++)
            onset_text_printf(w->out, "        a%d -= a%d * lu[%d];\n", lu->column[u], k, u);
        onset_text_printf(w->out, "        lu[%d] = a%d;\n", s, k);
    }
    onset_text_printf(w->out, "        lu[%d] = 1.0 / a%d;\n", lu->diagonal[i], i);
    for (int s = lu->diagonal[i] + 1; s < lu->row_start[i + 1]; s++) onset_text_printf(w->out, "        lu[%d] = a%d;\n", s, lu->column[s]);
    onset_text_add(w->out, "    }\n");
}

/* Chunks of whole rows, each of about so many statements. */
static void put_factor_written_out(factor_writer *w)
{
    const char *arguments = "const v *restrict jac, const v *restrict diagonal, v *restrict lu";
    int         n_chunks  = 0;

    for (int i = 0; i < w->lu->n; n_chunks++) {
        onset_text_printf(w->out, "static __attribute__((noinline)) void factor_%d(%s)\n{\n", n_chunks, arguments);
        for (int n = 0; i < w->lu->n && n < ONSET_EMIT_WHOLE; i++) {
            const size_t before = w->out->n;

            put_row(w, i);
            n += (int)((w->out->n - before) / 30); /* a statement has about so many letters */
        }
        onset_text_add(w->out, "}\n\n");
    }
    onset_text_printf(w->out, "static void factor(%s)\n{\n", arguments);
    for (int i = 0; i < n_chunks; i++) onset_text_printf(w->out, "    factor_%d(jac, diagonal, lu);\n", i);
    onset_text_add(w->out, "}\n\n");
}

static void put_sum(factor_writer *w, int first, int end)
{
    for (int s = first; s < end; s++) onset_text_printf(w->out, " - lu[%d] * x%d", s, w->lu->column[s]);
}

/* x<step> is the unknown of a step of the elimination; they stay in registers as far as there are any. */
static void put_solve_written_out(factor_writer *w)
{
    const onset_elimination *lu = w->lu;

    onset_text_add(w->out, "static void solve(const v *restrict lu, v *restrict x)\n{\n");
    for (int i = 0; i < lu->n; i++) {
        onset_text_printf(w->out, "    v x%d = x[%d]", i, lu->order[i]);
        put_sum(w, lu->row_start[i], lu->diagonal[i]);
        onset_text_printf(w->out, "; /* %s */\n", state_name(w, i));
    }
    for (int i = lu->n - 1; i >= 0; i--) {
        const int  first = lu->diagonal[i] + 1, end = lu->row_start[i + 1];
        const bool plain = first == end;

        onset_text_printf(w->out, "    x%d = ", i);
        if (!plain) onset_text_add(w->out, "(");
        onset_text_printf(w->out, "x%d", i);
        put_sum(w, first, end);
        onset_text_printf(w->out, "%s * lu[%d];\n    x[%d] = x%d;\n", plain ? "" : ")", lu->diagonal[i], lu->order[i], i);
    }
    onset_text_add(w->out, "}\n\n");
}

/* ---- By tables ---- */

static void put_table(factor_writer *w, const char *name, const int *values, int n)
{
    onset_text_printf(w->out, "static const int %s[%d] = {", name, n > 0 ? n : 1);
    for (int i = 0; i < n; i++) onset_text_printf(w->out, "%s%d", i == 0 ? "" : i % 20 ? ", " : ",\n    ", values[i]);
    onset_text_add(w->out, n > 0 ? "};\n" : "0};\n");
}

static const char factor_by_tables[] =
    "static void factor(const v *restrict jac, const v *restrict diagonal, v *restrict lu)\n{\n"
    "    v a[N_STATES];\n\n"
    "    for (int i = 0; i < N_STATES; i++) {\n"
    "        for (int s = row_start[i]; s < row_start[i + 1]; s++) a[column[s]] = from_jac[s] < 0 ? K(0.0) : -jac[from_jac[s]];\n"
    "        a[i] += diagonal[0];\n"
    "        for (int s = row_start[i]; s < pivot[i]; s++) {\n"
    "            const int k = column[s];\n"
    "            const v   l = a[k] * lu[pivot[k]];\n\n"
    "            for (int u = pivot[k] + 1; u < row_start[k + 1]; u++) a[column[u]] -= l * lu[u];\n"
    "            lu[s] = l;\n"
    "        }\n"
    "        lu[pivot[i]] = 1.0 / a[i];\n"
    "        for (int s = pivot[i] + 1; s < row_start[i + 1]; s++) lu[s] = a[column[s]];\n"
    "    }\n"
    "}\n\n";

static const char solve_by_tables[] = "static void solve(const v *restrict lu, v *restrict x)\n{\n"
                                      "    v b[N_STATES];\n\n"
                                      "    for (int i = 0; i < N_STATES; i++) {\n"
                                      "        v sum = x[order[i]];\n\n"
                                      "        for (int s = row_start[i]; s < pivot[i]; s++) sum -= lu[s] * b[column[s]];\n"
                                      "        b[i] = sum;\n"
                                      "    }\n"
                                      "    for (int i = N_STATES - 1; i >= 0; i--) {\n"
                                      "        v sum = b[i];\n\n"
                                      "        for (int s = pivot[i] + 1; s < row_start[i + 1]; s++) sum -= lu[s] * b[column[s]];\n"
                                      "        b[i] = sum * lu[pivot[i]];\n"
                                      "        x[order[i]] = b[i];\n"
                                      "    }\n"
                                      "}\n\n";

static void put_by_tables(factor_writer *w)
{
    const onset_elimination *lu = w->lu;

    onset_text_printf(w->out, "enum { N_STATES = %d };\n", lu->n);
    put_table(w, "order", lu->order, lu->n);
    put_table(w, "row_start", lu->row_start, lu->n + 1);
    put_table(w, "pivot", lu->diagonal, lu->n);
    put_table(w, "column", lu->column, lu->n_lu);
    put_table(w, "from_jac", lu->jac, lu->n_lu);
    onset_text_add(w->out, "\n");
    onset_text_add(w->out, factor_by_tables);
    onset_text_add(w->out, solve_by_tables);
}

void onset_emit_factor(onset_emitter *e)
{
    factor_writer w = {.out = e->out, .plan = e->plan, .lu = &e->plan->elimination};

    onset_text_printf(e->out,
                      "/* (diagonal I - df/dy) = L U, in the order that fills in least: %d elements, %ld multiplications.\n"
                      " * lu holds L, the reciprocal pivots and U by rows. */\n",
                      w.lu->n_lu, w.lu->n_products);
    if (w.lu->n_products > MAX_WRITTEN_OUT) {
        put_by_tables(&w);
        return;
    }
    put_factor_written_out(&w);
    put_solve_written_out(&w);
}
