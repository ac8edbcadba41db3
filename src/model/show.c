#include "model/show.h"

#include "model/expression.h"

#include <math.h>

enum { NAME_WIDTH = 16, LINE_WIDTH = 110 };

/* ---- Pieces ---- */

static const char *local(const char *full)
{
    const char *dot = strchr(full, '.');

    return dot ? dot + 1 : full;
}

static bool belongs(const char *full, const onset_model_instance *instance)
{
    const size_t n = strlen(instance->name);

    return strncmp(full, instance->name, n) == 0 && full[n] == '.';
}

static void write_description(const char *text, onset_text *out)
{
    if (text && *text) onset_text_printf(out, "   # %s", text);
}

static void write_unit(const onset_model_unit *unit, onset_text *out)
{
    if (strcmp(unit->text, "1") != 0) onset_text_printf(out, " [%s]", unit->text);
}

static void write_expr(const onset_expr *e, onset_text *out)
{
    if (e)
        onset_expression_write(e, out);
    else
        onset_text_add(out, "?");
}

/* A heading the first time something is written below it. */
static void head(bool *done, const char *heading, onset_text *out)
{
    if (!*done) onset_text_printf(out, "\n  %s\n", heading);
    *done = true;
}

/* ---- Sections of an instance ---- */

static void write_links(const onset_model_instance *in, onset_text *out)
{
    bool done = false;

    for (int i = 0; i < in->n_links; i++) {
        head(&done, "Inputs", out);
        onset_text_printf(out, "    %s\n", in->links[i]);
    }
}

static void write_states(const onset_model *m, const onset_model_instance *in, onset_text *out)
{
    bool done = false;

    for (int i = 0; i < m->n_states; i++) {
        const onset_model_state *s = &m->states[i];

        if (!belongs(s->name, in)) continue;
        head(&done, "States", out);
        onset_text_printf(out, "    %s(0) = ", local(s->name));
        write_expr(s->initial_expr, out);
        if (s->initial_expr && !s->initial_expr->unit.text) write_unit(&s->unit, out);
        write_description(s->text, out);
        onset_text_printf(out, "\n    d/dt(%s) = ", local(s->name));
        write_expr(s->rate_expr, out);
        onset_text_add(out, "\n");
    }
}

static void write_lets(const onset_model *m, const onset_model_instance *in, onset_text *out)
{
    bool done = false;

    for (int i = 0; i < m->n_lets; i++) {
        const onset_model_let *l = &m->lets[i];

        if (!belongs(l->name, in)) continue;
        head(&done, "Quantities", out);
        onset_text_printf(out, "    %-*s = ", NAME_WIDTH, local(l->name));
        write_expr(l->expr, out);
        write_unit(&l->unit, out);
        write_description(l->text, out);
        onset_text_add(out, "\n");
    }
}

static void write_range(double low, double high, onset_text *out)
{
    if (!isfinite(low) && !isfinite(high)) return;
    onset_text_add(out, " in ");
    if (isfinite(low)) onset_text_printf(out, "%g", low);
    onset_text_add(out, "..");
    if (isfinite(high)) onset_text_printf(out, "%g", high);
}

static void write_outputs(const onset_model *m, const onset_model_instance *in, onset_text *out)
{
    bool done = false;

    for (int i = 0; i < m->n_outputs; i++) {
        const onset_model_output *o = &m->outputs[i];

        if (!belongs(o->name, in)) continue;
        head(&done, "Outputs", out);
        onset_text_printf(out, "    %-*s = ", NAME_WIDTH, local(o->name));
        write_expr(o->expr, out);
        write_unit(&o->unit, out);
        write_range(o->low, o->high, out);
        if (o->error_add > 0 || o->error_rel > 0) onset_text_add(out, " error ");
        if (o->error_add > 0) onset_text_printf(out, "%g", o->error_add);
        if (o->error_rel > 0) onset_text_printf(out, "%s%g%%", o->error_add > 0 ? " + " : "", 100 * o->error_rel);
        if (o->round > 0) onset_text_printf(out, " round %g", o->round);
        write_description(o->text, out);
        onset_text_add(out, "\n");
    }
}

/* ---- Parameters ---- */

static void write_citation(const onset_citation *c, onset_library *library, onset_text *out)
{
    static const char *const words[] = {"NO SOURCE", "from", "calibrated", "assumed"};
    bool                     has_tables;
    const onset_evidence    *row = NULL;

    onset_text_printf(out, "        %s", words[c->kind]);
    if (c->kind == ONSET_SOURCE_EVIDENCE && c->key) onset_text_printf(out, " %s", c->key);
    if (c->note && *c->note) onset_text_printf(out, "%s %s", c->kind == ONSET_SOURCE_NONE ? "" : ":", c->note);
    onset_text_add(out, "\n");
    if (library && c->kind == ONSET_SOURCE_EVIDENCE && c->key) row = onset_library_evidence(library, NULL, c->key, &has_tables);
    if (row && *row->source)
        onset_text_printf(out, "        %s%s\n", row->source,
                          *row->seen && strcmp(row->seen, "yes") != 0 ? " (recalled, not read again)" : "");
}

static void write_iiv(const onset_model_param *p, onset_text *out)
{
    if (p->iiv == ONSET_IIV_LOGNORMAL) onset_text_printf(out, "  iiv %g%%", 100 * p->iiv_size);
    if (p->iiv == ONSET_IIV_NORMAL) onset_text_printf(out, "  iiv normal %g", p->iiv_size);
    if (p->iiv == ONSET_IIV_LOGIT) onset_text_printf(out, "  iiv logit %g", p->iiv_size);
}

static void write_params(const onset_model *m, const onset_model_instance *in, onset_library *library, onset_text *out)
{
    bool done = false;

    for (int i = 0; i < m->n_params; i++) {
        const onset_model_param *p = &m->params[i];

        if (!belongs(p->name, in)) continue;
        head(&done, "Parameters", out);
        onset_text_printf(out, "    %-*s = %.10g", NAME_WIDTH, local(p->name), p->value);
        write_unit(&p->unit, out);
        write_iiv(p, out);
        write_range(p->low, p->high, out);
        if (p->scale) onset_text_add(out, "  scale "), write_expr(p->scale, out);
        if (p->shift) onset_text_add(out, "  shift "), write_expr(p->shift, out);
        write_description(p->text, out);
        onset_text_add(out, "\n");
        write_citation(&p->citation, library, out);
    }
}

/* ---- The whole model ---- */

static void write_clause(const char *word, const onset_expr *e, onset_text *out)
{
    if (!e) return;
    onset_text_printf(out, " %s ", word);
    onset_expression_write(e, out);
}

static void write_routes(const onset_model *m, onset_text *out)
{
    if (m->n_routes) onset_text_add(out, "\nRoutes\n");
    for (int i = 0; i < m->n_routes; i++) {
        const onset_model_route *r = &m->routes[i];

        onset_text_printf(out, "  %s %s, dose in [%s]", r->drug, r->route, r->dose_unit.text);
        write_description(r->text, out);
        onset_text_add(out, "\n");
        for (int k = 0; k < r->n_targets; k++) {
            const onset_route_target *t = r->targets[k].written;

            onset_text_printf(out, "    into %s", m->states[r->targets[k].state].name);
            write_clause("convert", t->convert, out);
            write_clause("f", t->f, out);
            write_clause("alag", t->alag, out);
            write_clause("dur", t->dur, out);
            onset_text_add(out, "\n");
        }
    }
}

static void write_covariates(const onset_model *m, onset_text *out)
{
    if (m->n_covariates) onset_text_add(out, "\nCovariates\n");
    for (int i = 0; i < m->n_covariates; i++) {
        const onset_model_covariate *c = &m->covariates[i];

        onset_text_printf(out, "  %-*s = ", NAME_WIDTH, c->name);
        if (c->n_labels)
            onset_text_printf(out, "%s {", c->labels[(int)c->value]);
        else
            onset_text_printf(out, "%.10g", c->value);
        for (int k = 0; k < c->n_labels; k++) onset_text_printf(out, "%s%s", k ? ", " : "", c->labels[k]);
        onset_text_add(out, c->n_labels ? "}" : "");
        write_unit(&c->unit, out);
        if (isfinite(c->low) || isfinite(c->high)) onset_text_printf(out, " in %g..%g", c->low, c->high);
        write_description(c->text, out);
        onset_text_add(out, "\n");
    }
}

static void write_correlations(const onset_model *m, onset_text *out)
{
    if (m->n_correlations) onset_text_add(out, "\nCorrelations\n");
    for (int i = 0; i < m->n_correlations; i++) {
        const onset_model_correlation *c = &m->correlations[i];

        onset_text_printf(out, "  %s, %s = %g\n", m->params[c->a].name, m->params[c->b].name, c->r);
    }
}

static void write_panels(const onset_model *m, onset_text *out)
{
    if (m->n_panels) onset_text_add(out, "\nCharts\n");
    for (int i = 0; i < m->n_panels; i++) {
        const onset_model_panel *p = &m->panels[i];

        onset_text_printf(out, "  %s:", p->title);
        for (int k = 0; k < p->n; k++) onset_text_printf(out, "%s %s", k ? "," : "", m->outputs[p->outputs[k]].short_name);
        onset_text_add(out, "\n");
    }
    if (m->headline >= 0) onset_text_printf(out, "  on top: %s\n", m->outputs[m->headline].short_name);
}

static void write_count(int n, const char *one, const char *many, bool first, onset_text *out)
{
    onset_text_printf(out, "%s%d %s", first ? "" : ", ", n, n == 1 ? one : many);
}

void onset_model_show_text(const onset_model *model, onset_library *library, onset_text *text)
{
    onset_text_printf(text, "%s", model->name);
    if (model->title && *model->title) onset_text_printf(text, ": %s", model->title);
    onset_text_add(text, "\n  ");
    write_count(model->n_instances, "module", "modules", true, text);
    write_count(model->n_states, "state", "states", false, text);
    write_count(model->n_params, "parameter", "parameters", false, text);
    write_count(model->n_covariates, "covariate", "covariates", false, text);
    write_count(model->n_outputs, "output", "outputs", false, text);
    onset_text_add(text, "\n");
    write_covariates(model, text);
    write_routes(model, text);
    for (int i = 0; i < model->n_instances; i++) {
        const onset_model_instance *in = &model->instances[i];

        onset_text_printf(text, "\n%s", in->name);
        if (strcmp(in->name, in->module) != 0) onset_text_printf(text, ", a %s", in->module);
        if (in->title && *in->title) onset_text_printf(text, ": %s", in->title);
        onset_text_printf(text, "\n  (%s)\n", in->path);
        write_links(in, text);
        write_states(model, in, text);
        write_lets(model, in, text);
        write_outputs(model, in, text);
        write_params(model, in, library, text);
    }
    write_correlations(model, text);
    write_panels(model, text);
}

/* ---- The wiring as a graph ---- */

static void write_quoted(const char *s, onset_text *text)
{
    onset_text_add(text, "\"");
    for (; s && *s; s++) {
        if (*s == '"' || *s == '\\') onset_text_add(text, "\\");
        onset_text_add_n(text, s, 1);
    }
    onset_text_add(text, "\"");
}

/* The instance whose state a route goes into. */
static int instance_of_state(const onset_model *m, int state)
{
    for (int i = 0; i < m->n_instances; i++)
        if (belongs(m->states[state].name, &m->instances[i])) return i;
    return -1;
}

static void write_dose_edges(const onset_model *m, onset_text *text)
{
    for (int i = 0; i < m->n_routes; i++) {
        const onset_model_route *r  = &m->routes[i];
        const int                to = r->n_targets ? instance_of_state(m, r->targets[0].state) : -1;

        if (to < 0) continue;
        onset_text_add(text, "  ");
        write_quoted(r->drug, text);
        onset_text_add(text, " [shape=plaintext];\n  ");
        write_quoted(r->drug, text);
        onset_text_printf(text, " -> m%d [style=dashed, label=", to);
        write_quoted(r->route, text);
        onset_text_add(text, "];\n");
    }
}

void onset_model_show_dot(const onset_model *model, onset_text *text)
{
    onset_text_add(text, "digraph ");
    write_quoted(model->name, text);
    onset_text_add(text,
                   " {\n  rankdir=LR;\n  node [shape=box, fontname=\"sans-serif\"];\n  edge [fontname=\"sans-serif\", fontsize=10];\n");
    for (int i = 0; i < model->n_instances; i++) {
        onset_text_printf(text, "  m%d [label=", i);
        write_quoted(model->instances[i].name, text);
        onset_text_add(text, ", tooltip=");
        write_quoted(model->instances[i].title, text);
        onset_text_add(text, "];\n");
    }
    write_dose_edges(model, text);
    for (int i = 0; i < model->n_instances; i++) {
        const onset_model_instance *in = &model->instances[i];

        for (int k = 0; k < in->n_links; k++) {
            const size_t n = strcspn(in->links[k], " ");
            char         name[128];

            if (in->feeds[k] < 0) continue;
            memcpy(name, in->links[k], n < sizeof name ? n : sizeof name - 1);
            name[n < sizeof name ? n : sizeof name - 1] = 0;
            onset_text_printf(text, "  m%d -> m%d [label=", in->feeds[k], i);
            write_quoted(name, text);
            onset_text_add(text, "];\n");
        }
    }
    onset_text_add(text, "}\n");
}
