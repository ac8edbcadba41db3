/* `onset show --equations`: a model as a page of mathematics. */
#include "model/show.h"

#include "model/expression.h"

#include <math.h>

/* ---- Pieces ---- */

typedef struct {
    const onset_model          *m;
    const onset_model_instance *in; /* the module under way */
    onset_library              *library;
    onset_text                 *out;
} sheet;

static const char *local(const sheet *s, const char *full)
{
    const size_t n = strlen(s->in->name);

    return strncmp(full, s->in->name, n) == 0 && full[n] == '.' ? full + n + 1 : NULL;
}

/* Text inside a Markdown table. */
static void write_cell(const char *text, onset_text *out)
{
    for (const char *s = text ? text : ""; *s; s++) {
        if (strchr("|*_`<$", *s)) onset_text_add(out, "\\");
        onset_text_add_n(out, *s == '\n' ? " " : s, 1);
    }
    onset_text_add(out, " | ");
}

static void write_symbol(const char *name, onset_text *out)
{
    onset_text_add(out, "$");
    onset_name_tex(name, out);
    onset_text_add(out, "$ | ");
}

static const char *unit_text(const onset_model_unit *unit)
{
    return strcmp(unit->text, "1") == 0 ? "" : unit->text;
}

static void heading(bool *done, const char *title, const char *columns, onset_text *out)
{
    if (*done) return;
    *done = true;
    onset_text_printf(out, "**%s**\n\n", title);
    if (!columns) return;
    onset_text_printf(out, "| %s |\n|", columns);
    for (const char *s = columns; *s; s++)
        if (*s == '|') onset_text_add(out, "---|");
    onset_text_add(out, "---|\n");
}

static void end(bool done, onset_text *out)
{
    if (done) onset_text_add(out, "\n");
}

static void write_equation(const char *before, const char *name, const char *after, const onset_expr *right, onset_text *out)
{
    onset_text left = {0};

    onset_text_add(&left, before);
    onset_name_tex(name, &left);
    onset_text_add(&left, after);
    onset_text_add(out, "$$ ");
    onset_equation_tex(left.failed || !left.s ? "" : left.s, right, out);
    onset_text_add(out, " $$\n\n");
    out->failed |= left.failed;
    onset_text_free(&left);
}

/* "`absorbed` [mg/h]: into the blood", then its equation. */
static void write_quantity(const char *name, const onset_model_unit *unit, const char *text, const char *more, const onset_expr *right,
                           onset_text *out)
{
    onset_text_printf(out, "`%s`", name);
    if (*unit_text(unit)) onset_text_printf(out, " [%s]", unit->text);
    if (text && *text) onset_text_printf(out, ": %s", text);
    onset_text_printf(out, "%s\n\n", more);
    write_equation("", name, "", right, out);
}

/* ---- Sections ---- */

/* By itself, a module's inputs are covariates of its model. */
static void write_covariates(const sheet *s)
{
    bool done = false;

    for (int i = 0; i < s->m->n_covariates; i++) {
        const onset_model_covariate *c = &s->m->covariates[i];

        heading(&done, "Inputs and covariates", "symbol | meaning | unit | when not given", s->out);
        onset_text_add(s->out, "| ");
        write_symbol(c->name, s->out);
        write_cell(c->text, s->out);
        write_cell(unit_text(&c->unit), s->out);
        if (c->n_labels)
            write_cell(c->labels[(int)c->value], s->out);
        else
            onset_text_printf(s->out, "%.10g | ", c->value);
        onset_text_add(s->out, "\n");
    }
    end(done, s->out);
}

static void write_links(const sheet *s)
{
    for (int i = 0; i < s->in->n_links; i++) onset_text_printf(s->out, "- `%s`\n", s->in->links[i]);
    end(s->in->n_links > 0, s->out);
}

static void write_states(const sheet *s)
{
    bool done = false;

    for (int i = 0; i < s->m->n_states; i++) {
        const onset_model_state *state = &s->m->states[i];
        const char              *name  = local(s, state->name);

        if (!name) continue;
        heading(&done, "States", "symbol | meaning | unit | at the start", s->out);
        onset_text_add(s->out, "| ");
        write_symbol(name, s->out);
        write_cell(state->text, s->out);
        write_cell(unit_text(&state->unit), s->out);
        onset_text_add(s->out, "$");
        if (state->initial_expr) onset_expression_tex(state->initial_expr, s->out);
        onset_text_add(s->out, "$ |\n");
    }
    end(done, s->out);
    for (int i = 0; i < s->m->n_states; i++) {
        const char *name = local(s, s->m->states[i].name);
        if (name) write_equation("\\frac{d\\thinspace ", name, "}{dt}", s->m->states[i].rate_expr, s->out);
    }
}

static void write_lets(const sheet *s)
{
    bool done = false;

    for (int i = 0; i < s->m->n_lets; i++) {
        const onset_model_let *let  = &s->m->lets[i];
        const char            *name = local(s, let->name);

        if (!name) continue;
        heading(&done, "Quantities", NULL, s->out);
        write_quantity(name, &let->unit, let->text, "", let->expr, s->out);
    }
}

static void describe_output(const onset_model_output *o, onset_text *text)
{
    if (isfinite(o->low) && isfinite(o->high)) onset_text_printf(text, ", kept in %g to %g", o->low, o->high);
    if (isfinite(o->low) && !isfinite(o->high)) onset_text_printf(text, ", not below %g", o->low);
    if (!isfinite(o->low) && isfinite(o->high)) onset_text_printf(text, ", not above %g", o->high);
    if (o->error_add > 0 || o->error_rel > 0) onset_text_add(text, "; observed with an error of SD ");
    if (o->error_add > 0) onset_text_printf(text, "%g", o->error_add);
    if (o->error_rel > 0) onset_text_printf(text, "%s%g %%", o->error_add > 0 ? " and " : "", 100 * o->error_rel);
    if (o->round > 0) onset_text_printf(text, ", to %g", o->round);
}

static void write_outputs(const sheet *s)
{
    bool done = false;

    for (int i = 0; i < s->m->n_outputs; i++) {
        const onset_model_output *o    = &s->m->outputs[i];
        const char               *name = local(s, o->name);
        onset_text                more = {0};

        if (!name) continue;
        heading(&done, "Outputs", NULL, s->out);
        describe_output(o, &more);
        write_quantity(name, &o->unit, o->text, more.s ? more.s : "", o->expr, s->out);
        s->out->failed |= more.failed;
        onset_text_free(&more);
    }
}

static void write_clause(const onset_expr *e, const char *otherwise, onset_text *out)
{
    if (!e) {
        onset_text_printf(out, "%s | ", otherwise);
        return;
    }
    onset_text_add(out, "$");
    onset_expression_tex(e, out);
    onset_text_add(out, "$ | ");
}

/* A route goes by its first target's module. */
static void write_routes(const sheet *s)
{
    bool done = false;

    for (int i = 0; i < s->m->n_routes; i++) {
        const onset_model_route *r = &s->m->routes[i];

        for (int k = 0; k < r->n_targets; k++) {
            const onset_route_target *t    = r->targets[k].written;
            const char               *name = local(s, s->m->states[r->targets[k].state].name);

            if (!name) continue;
            heading(&done, "Doses", "drug | route | into | times | fraction | lag | zero-order over", s->out);
            onset_text_add(s->out, "| ");
            write_cell(r->drug, s->out);
            write_cell(r->route, s->out);
            write_symbol(name, s->out);
            write_clause(t->convert, "1", s->out);
            write_clause(t->f, "1", s->out);
            write_clause(t->alag, "", s->out);
            write_clause(t->dur, "", s->out);
            onset_text_add(s->out, "\n");
        }
    }
    end(done, s->out);
}

/* ---- Parameters ---- */

static void write_variability(const onset_model_param *p, onset_text *out)
{
    if (p->iiv == ONSET_IIV_LOGNORMAL) onset_text_printf(out, "CV %g %%", 100 * p->iiv_size);
    if (p->iiv == ONSET_IIV_NORMAL) onset_text_printf(out, "SD %g", p->iiv_size);
    if (p->iiv == ONSET_IIV_LOGIT) onset_text_printf(out, "SD of the logit %g", p->iiv_size);
    onset_text_add(out, " | ");
}

static void write_source(const sheet *s, const onset_citation *c)
{
    static const char *const words[] = {"no source", "published", "calibrated", "assumed"};
    onset_text               text    = {0};
    const onset_evidence    *row     = NULL;
    bool                     has_tables;

    if (c->kind == ONSET_SOURCE_EVIDENCE && c->key) row = onset_library_evidence(s->library, NULL, c->key, &has_tables);
    onset_text_add(&text, words[c->kind]);
    if (row && *row->seen && strcmp(row->seen, "yes") != 0) onset_text_add(&text, ", recalled");
    if (c->note && *c->note) onset_text_printf(&text, ": %s", c->note);
    if (c->kind == ONSET_SOURCE_EVIDENCE && c->key) onset_text_printf(&text, "; row %s", c->key);
    if (row && *row->source) onset_text_printf(&text, ", %s", row->source);
    write_cell(text.s, s->out);
    s->out->failed |= text.failed;
    onset_text_free(&text);
}

static void write_parameters(const sheet *s)
{
    bool done = false;

    for (int i = 0; i < s->m->n_params; i++) {
        const onset_model_param *p    = &s->m->params[i];
        const char              *name = local(s, p->name);

        if (!name) continue;
        heading(&done, "Parameters", "symbol | name | value | unit | between patients | source", s->out);
        onset_text_add(s->out, "| ");
        write_symbol(name, s->out);
        onset_text_printf(s->out, "`%s` | %.10g | ", name, p->value);
        write_cell(unit_text(&p->unit), s->out);
        write_variability(p, s->out);
        write_source(s, &p->citation);
        onset_text_add(s->out, "\n");
    }
    end(done, s->out);
}

/* What a patient's covariates do to a parameter. */
static void write_effects(const sheet *s)
{
    bool done = false;

    for (int i = 0; i < s->m->n_params; i++) {
        const onset_model_param *p    = &s->m->params[i];
        const char              *name = local(s, p->name);

        if (!name || (!p->scale && !p->shift)) continue;
        heading(&done, "Effects of covariates", NULL, s->out);
        if (p->scale) onset_text_printf(s->out, "`%s` is multiplied by\n\n$$ ", name), onset_expression_tex(p->scale, s->out);
        if (p->scale) onset_text_add(s->out, " $$\n\n");
        if (p->shift) onset_text_printf(s->out, "to `%s` is added\n\n$$ ", name), onset_expression_tex(p->shift, s->out);
        if (p->shift) onset_text_add(s->out, " $$\n\n");
    }
}

void onset_model_show_equations(const onset_model *model, onset_library *library, onset_text *text)
{
    sheet s = {.m = model, .library = library, .out = text};

    if (model->n_instances > 1) onset_text_printf(text, "# %s\n\n%s\n\n", model->name, model->title ? model->title : "");
    for (int i = 0; i < model->n_instances; i++) {
        s.in = &model->instances[i];
        if (model->n_instances > 1) onset_text_printf(text, "## %s: %s\n\n", s.in->name, s.in->title ? s.in->title : "");
        if (model->n_instances > 1) write_links(&s);
        if (i == 0) write_covariates(&s);
        write_states(&s);
        write_lets(&s);
        write_outputs(&s);
        write_routes(&s);
        write_parameters(&s);
        write_effects(&s);
    }
}
