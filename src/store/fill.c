/* The small tables: the run, its sources, the study, the model. */
#include "store/write.h"

#include "base/error.h"
#include "base/sha256.h"
#include "base/text.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *given(const char *text)
{
    return text ? text : "";
}

/* "Intel(R) Xeon(R) ..." of /proc/cpuinfo, "" where there is none. */
static void cpu_name(char *out, size_t size)
{
    FILE *file = fopen("/proc/cpuinfo", "r");
    char  line[512];

    out[0] = '\0';
    while (file && !out[0] && fgets(line, sizeof line, file)) {
        char *colon = strchr(line, ':');

        if (!colon || strncmp(line, "model name", 10) != 0) continue;
        line[strcspn(line, "\n")] = '\0';
        snprintf(out, size, "%s", colon + 1 + strspn(colon + 1, " "));
    }
    if (file) fclose(file);
}

static void kernel_text(const onset_job *job, char *out, size_t size)
{
    if (job->origin.builtin)
        snprintf(out, size, "built in");
    else if (job->origin.from_cache)
        snprintf(out, size, "cache");
    else
        snprintf(out, size, "compiled in %.2f s", job->origin.compile_s);
}

static onset_status fill_run(onset_error *err, onset_database *database, onset_job *job, const onset_store_facts *facts)
{
    const onset_study       *study = job->study;
    const onset_run_options *o     = &job->options;
    onset_blocks_state       done  = onset_blocks_about(job->blocks);
    const char              *head  = NULL;
    char                     cpu[512], kernel[64];

    if (study->model->headline >= 0) head = study->model->outputs[study->model->headline].short_name;
    cpu_name(cpu, sizeof cpu);
    kernel_text(job, kernel, sizeof kernel);
    return onset_insert_row(err, onset_database_insert(database, "run", 29), "ttdtttttiiiidttdditdiitttttti", given(facts->version),
                            job->started, onset_clock() - job->clock_start, given(o->command), study->name, given(study->title),
                            study->model->name, given(study->model->title), (int64_t)o->seed, (int64_t)o->subjects, (int64_t)study->n_arms,
                            (int64_t)done.n_failed, study->population.acceptance, onset_solver_name(job->solver), job->solver_why, o->rtol,
                            o->atol, (int64_t)o->threads, onset_isa_name(job->isa), job->courses_per_s, (int64_t)done.steps,
                            (int64_t)done.rejected, given(facts->compiler), cpu, head, given(study->population.name),
                            given(study->population.title), kernel, (int64_t)job->n_resumed);
}

static onset_status fill_source(onset_error *err, onset_insert *insert, const onset_source *source, const char *text)
{
    char hex[65];

    onset_sha256_text(source->text, source->n, hex);
    return onset_insert_row(err, insert, "ttt", source->path, hex, text);
}

/* Files whole; of the evidence tables, which are large, only which ones they were: the rows used are in `parameter`. */
static onset_status fill_sources(onset_error *err, onset_database *database, const onset_job *job)
{
    onset_insert *insert = onset_database_insert(database, "source", 3);
    onset_status  status = ONSET_OK;

    for (int i = 0; i < job->study->n_sources && status == ONSET_OK; i++)
        status = fill_source(err, insert, job->study->sources[i], job->study->sources[i]->text);
    for (int i = 0; i < job->study->n_tables && status == ONSET_OK; i++) status = fill_source(err, insert, job->study->tables[i], "");
    return status;
}

static onset_status fill_options(onset_error *err, onset_database *database, const onset_job *job)
{
    const onset_run_options *o      = &job->options;
    onset_insert            *insert = onset_database_insert(database, "option", 2);
    onset_status             status = ONSET_OK;
    char                     text[8][64];
    const char              *rows[][2] = {{"subjects", text[0]},
                                          {"seed", text[1]},
                                          {"threads", text[2]},
                                          {"solver", given(o->solver)},
                                          {"rtol", text[3]},
                                          {"atol", text[4]},
                                          {"isa", text[5]},
                                          {"csv", o->csv ? "yes" : "no"},
                                          {"summary_only", o->summary_only ? "yes" : "no"}};

    snprintf(text[0], sizeof text[0], "%ld", o->subjects);
    snprintf(text[1], sizeof text[1], "%llu", (unsigned long long)o->seed);
    snprintf(text[2], sizeof text[2], "%d", o->threads);
    snprintf(text[3], sizeof text[3], "%g", o->rtol);
    snprintf(text[4], sizeof text[4], "%g", o->atol);
    snprintf(text[5], sizeof text[5], "%s", onset_isa_name(job->isa));
    for (size_t i = 0; i < sizeof rows / sizeof *rows && status == ONSET_OK; i++)
        status = onset_insert_row(err, insert, "tt", rows[i][0], rows[i][1]);
    return status;
}

static onset_status fill_arms(onset_error *err, onset_database *database, const onset_job *job)
{
    const onset_study *study  = job->study;
    onset_insert      *insert = onset_database_insert(database, "arm", 5);
    onset_status       status = ONSET_OK;

    for (int a = 0; a < study->n_arms && status == ONSET_OK; a++) {
        int64_t is_control = 0;

        for (int c = 0; c < study->n_controls; c++) is_control |= study->controls[c] == a;
        status = onset_insert_row(err, insert, "titit", study->arms[a].name, (int64_t)a, given(study->arms[a].title), is_control,
                                  given(study->arms[a].text));
    }
    return status;
}

/* When each arm is dosed: a row a dose, in the order written. */
static onset_status fill_doses(onset_error *err, onset_database *database, const onset_study *study)
{
    onset_insert *insert = onset_database_insert(database, "arm_dose", 4);
    onset_status  status = ONSET_OK;

    for (int a = 0; a < study->n_arms; a++)
        for (int i = 0; i < study->arms[a].schedule.n_items; i++) {
            const onset_regimen_item *item  = &study->arms[a].schedule.items[i];
            const onset_model_route  *route = &study->model->routes[item->route];

            for (int k = 0; k < item->n_times && status == ONSET_OK; k++)
                status =
                    onset_insert_row(err, insert, "tdtt", study->arms[a].name, item->times[k], given(route->drug), given(route->route));
        }
    return status;
}

static onset_status fill_outputs(onset_error *err, onset_database *database, const onset_model *model)
{
    onset_insert *outputs = onset_database_insert(database, "output", 7), *panels = onset_database_insert(database, "panel", 6);
    onset_status  status = ONSET_OK;

    for (int i = 0; i < model->n_outputs && status == ONSET_OK; i++) {
        const onset_model_output *o = &model->outputs[i];

        status =
            onset_insert_row(err, outputs, "titttdd", o->short_name, (int64_t)i, o->name, o->unit.text, given(o->text), o->low, o->high);
    }
    for (int p = 0; p < model->n_panels; p++)
        for (int k = 0; k < model->panels[p].n && status == ONSET_OK; k++) {
            const onset_model_panel *panel = &model->panels[p];

            status = onset_insert_row(err, panels, "ititid", (int64_t)p, given(panel->title), (int64_t)k,
                                      model->outputs[panel->outputs[k]].short_name, (int64_t)panel->log, panel->first_h);
        }
    return status;
}

static onset_status fill_visits(onset_error *err, onset_database *database, const onset_study *study)
{
    onset_insert *visits    = onset_database_insert(database, "visit", 3),
                 *endpoints = onset_database_insert(database, "endpoint_definition", 5);
    onset_status status     = ONSET_OK;

    for (int v = 0; v < study->n_visits && status == ONSET_OK; v++)
        status = onset_insert_row(err, visits, "idt", (int64_t)v, study->visits[v], given(study->visit_labels[v]));
    for (int k = 0; k < study->n_endpoints && status == ONSET_OK; k++) {
        const onset_endpoint *e = &study->endpoints[k];

        status = onset_insert_row(err, endpoints, "titti", e->name, (int64_t)k, given(e->text), given(e->source), (int64_t)e->is_condition);
    }
    return status;
}

/* "nmda" of "nmda.koff" */
static void module_of(const char *name, char *out, size_t size)
{
    const char *dot = strrchr(name, '.');

    snprintf(out, size, "%.*s", dot ? (int)(dot - name) : 0, name);
}

/* Whether the population gives a parameter its values, in place of its own variability. */
static bool is_drawn(const onset_population *population, int param)
{
    for (int d = 0; d < population->n_draws; d++)
        if (population->draws[d].param == param) return true;
    return false;
}

static onset_status fill_parameters(onset_error *err, onset_database *database, const onset_study *study, const onset_store_facts *facts)
{
    const onset_model *const model = study->model;
    static const char *const iiv[] = {
        [ONSET_IIV_NONE] = "", [ONSET_IIV_LOGNORMAL] = "lognormal", [ONSET_IIV_NORMAL] = "normal", [ONSET_IIV_LOGIT] = "logit"};
    static const char *const kind[] = {[ONSET_SOURCE_NONE]       = "",
                                       [ONSET_SOURCE_EVIDENCE]   = "evidence",
                                       [ONSET_SOURCE_CALIBRATED] = "calibrated",
                                       [ONSET_SOURCE_ASSUMED]    = "assumed"};
    onset_insert            *insert = onset_database_insert(database, "parameter", 13);
    onset_status             status = ONSET_OK;

    for (int i = 0; i < model->n_params && status == ONSET_OK; i++) {
        const onset_model_param *p      = &model->params[i];
        const char              *source = "", *seen = "";
        char                     module[256];

        module_of(p->name, module, sizeof module);
        if (p->citation.kind == ONSET_SOURCE_EVIDENCE && facts->evidence.find && p->citation.key)
            if (!facts->evidence.find(facts->evidence.ctx, p->citation.key, &source, &seen)) source = seen = "";
        const bool drawn = is_drawn(&study->population, i);
        status           = onset_insert_row(err, insert, "tittdtdtttttt", p->name, (int64_t)i, module, p->unit.text, p->value,
                                  drawn ? "population" : iiv[p->iiv], drawn ? 0 : p->iiv_size, given(p->text), kind[p->citation.kind],
                                            given(p->citation.key), given(p->citation.note), given(source), given(seen));
    }
    return status;
}

/* A draw as the study writes it: "lognormal(82, 0.2) in 45..160". */
static void distribution_text(const onset_draw *draw, onset_text *text)
{
    static const char *const names[] = {
        [ONSET_DIST_NORMAL] = "normal",           [ONSET_DIST_LOGNORMAL] = "lognormal", [ONSET_DIST_UNIFORM] = "uniform",
        [ONSET_DIST_LOGITNORMAL] = "logitnormal", [ONSET_DIST_POISSON] = "poisson",     [ONSET_DIST_CATEGORY] = "category"};

    if (draw->kind != ONSET_DRAW_DIST) {
        onset_text_add(text, draw->kind == ONSET_DRAW_DERIVED ? "derived" : "from the file of values");
        return;
    }
    onset_text_printf(text, "%s(", names[draw->dist]);
    if (draw->dist == ONSET_DIST_CATEGORY)
        for (int k = 0; k < draw->n_labels; k++)
            onset_text_printf(text, "%s%s %.6g", k ? ", " : "", draw->labels[k], draw->cumulative[k] - (k ? draw->cumulative[k - 1] : 0));
    else if (draw->dist == ONSET_DIST_LOGNORMAL)
        onset_text_printf(text, "%.10g, %.6g%%", draw->a, 100 * draw->b);
    else if (draw->dist == ONSET_DIST_POISSON)
        onset_text_printf(text, "%.10g", draw->a);
    else
        onset_text_printf(text, "%.10g, %.10g", draw->a, draw->b);
    onset_text_add(text, ")");
    if (isfinite(draw->low) || isfinite(draw->high)) {
        onset_text_add(text, " in ");
        if (isfinite(draw->low)) onset_text_printf(text, "%.10g", draw->low);
        onset_text_add(text, "..");
        if (isfinite(draw->high)) onset_text_printf(text, "%.10g", draw->high);
    }
}

static onset_status fill_covariates(onset_error *err, onset_database *database, const onset_population *population)
{
    onset_insert *insert       = onset_database_insert(database, "covariate", 6),
                 *requirements = onset_database_insert(database, "requirement", 1);
    onset_status status        = ONSET_OK;

    for (int d = 0; d < population->n_draws && status == ONSET_OK; d++) {
        const onset_draw *draw = &population->draws[d];
        onset_text        text = {0}, labels = {0};

        distribution_text(draw, &text);
        onset_text_add(&labels, "");
        for (int k = 0; k < draw->n_labels; k++) onset_text_printf(&labels, "%s%s", k ? "," : "", draw->labels[k]);
        status = text.failed || labels.failed ? onset_fail(err, ONSET_NO_MEMORY, "no memory to write the results")
                                              : onset_insert_row(err, insert, "titttt", draw->name, (int64_t)d, given(draw->unit.text),
                                                                 given(draw->text), text.s, labels.s);
        onset_text_free(&text);
        onset_text_free(&labels);
    }
    for (int r = 0; r < population->n_require && status == ONSET_OK; r++)
        status = onset_insert_row(err, requirements, "t", given(population->require_text[r]));
    return status;
}

static onset_status fill_modules(onset_error *err, onset_database *database, const onset_model *model)
{
    onset_insert *insert = onset_database_insert(database, "module", 4);
    onset_status  status = ONSET_OK;

    for (int i = 0; i < model->n_instances && status == ONSET_OK; i++) {
        const onset_model_instance *instance = &model->instances[i];
        onset_text                  links    = {0};

        onset_text_add(&links, "");
        for (int k = 0; k < instance->n_links; k++) onset_text_printf(&links, "%s%s", k ? "\n" : "", instance->links[k]);
        status = links.failed
                     ? onset_fail(err, ONSET_NO_MEMORY, "no memory to write the results")
                     : onset_insert_row(err, insert, "tttt", instance->name, given(instance->module), given(instance->title), links.s);
        onset_text_free(&links);
    }
    return status;
}

onset_status onset_store_fill_study(onset_error *err, onset_database *database, onset_job *job, const onset_store_facts *facts)
{
    onset_status status = fill_run(err, database, job, facts);

    if (status == ONSET_OK) status = fill_sources(err, database, job);
    if (status == ONSET_OK) status = fill_options(err, database, job);
    if (status == ONSET_OK) status = fill_arms(err, database, job);
    if (status == ONSET_OK) status = fill_doses(err, database, job->study);
    if (status == ONSET_OK) status = fill_outputs(err, database, job->study->model);
    if (status == ONSET_OK) status = fill_visits(err, database, job->study);
    if (status == ONSET_OK) status = fill_parameters(err, database, job->study, facts);
    if (status == ONSET_OK) status = fill_covariates(err, database, &job->study->population);
    if (status == ONSET_OK) status = fill_modules(err, database, job->study->model);
    return status;
}
