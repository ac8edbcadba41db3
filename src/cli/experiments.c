/* onset experiments: studies with expectations, under the model they name and under competing hypotheses. */
#include "cli/cli.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The folders of the library in which they lie. */
static const char experiments_folder[] = "/experiments/", hypotheses_folder[] = "/hypotheses/";

/* Own copies of names: what the library lists lives no longer than the call. */
typedef struct {
    char **names;
    int    n;
    bool   failed;
} name_list;

typedef struct {
    name_list *experiments, *hypotheses;
} found_lists;

static void add(name_list *list, const char *name)
{
    char **names = realloc(list->names, ((size_t)list->n + 1) * sizeof *names);
    char  *copy  = strdup(name);

    if (names) list->names = names;
    if (names && copy)
        list->names[list->n++] = copy;
    else
        free(copy);
    list->failed = list->failed || !names || !copy;
}

static void free_list(name_list *list)
{
    for (int i = 0; i < list->n; i++) free(list->names[i]);
    free(list->names);
}

static bool find(void *ctx, const onset_block_info *block)
{
    const found_lists *lists = ctx;

    if (strcmp(block->kind, "study") == 0 && strstr(block->path, experiments_folder)) add(lists->experiments, block->name);
    if (strcmp(block->kind, "model") == 0 && strstr(block->path, hypotheses_folder)) add(lists->hypotheses, block->name);
    return !lists->experiments->failed && !lists->hypotheses->failed;
}

/* ---- One study under one model ---- */

typedef struct {
    const onset_study        *study;
    const char               *model; /* the one it ran with */
    onset_expectation_result *results;
    int                       n;
    long                      n_failed; /* courses */
} cell;

static onset_verdict worst(const cell *c)
{
    onset_verdict verdict = ONSET_REPRODUCED;

    for (int i = 0; i < c->n; i++)
        if (c->results[i].verdict > verdict) verdict = c->results[i].verdict;
    return verdict;
}

static onset_status run_cell(onset_error *err, onset_session *session, const char *study, const char *model,
                             const onset_run_options *options, cell *out)
{
    onset_run_info info   = {0};
    onset_status   status = onset_study_open_as(err, session, study, NULL, model, &out->study);

    if (status != ONSET_OK) return status;
    out->model   = onset_model_name(onset_study_model(out->study));
    out->n       = onset_study_n_expectations(out->study);
    out->results = calloc((size_t)out->n + 1, sizeof *out->results);
    if (!out->results) {
        err->status = ONSET_NO_MEMORY;
        return ONSET_NO_MEMORY;
    }
    status        = onset_run_expectations(err, session, out->study, options, &info, out->results);
    out->n_failed = info.n_failed;
    return status;
}

/* ---- Printing ---- */

static void print_range(FILE *out, double low, double high)
{
    if (isfinite(low)) fprintf(out, "%g", low);
    fputs("..", out);
    if (isfinite(high)) fprintf(out, "%g", high);
}

static void print_time(FILE *out, double hours)
{
    if (hours >= 48)
        fprintf(out, "%g d", hours / 24);
    else if (hours < 2)
        fprintf(out, "%g min", 60 * hours);
    else
        fprintf(out, "%g h", hours);
}

static void print_cell(const cell *c)
{
    printf("  under %s: %s", c->model, onset_verdict_text(worst(c)));
    if (c->n_failed) printf(" (%ld courses failed and are left out)", c->n_failed);
    putchar('\n');
    for (int i = 0; i < c->n; i++) {
        const onset_expectation_result *r = &c->results[i];
        onset_expectation_info          e;

        onset_study_expectation(c->study, i, &e);
        printf("    %-15s %s at ", onset_verdict_text(r->verdict), e.measure);
        print_time(stdout, e.time_h);
        printf(": %.3g (%.3g to %.3g), expected ", r->value, r->low95, r->high95);
        print_range(stdout, e.low, e.high);
        if (strcmp(e.unit, "1") != 0) printf(" [%s]", e.unit);
        printf("%s%s\n", *e.source_key ? ", " : "", e.source_key);
    }
}

static void print_matrix(const cell *cells, int n_rows, int n_columns)
{
    int width = 10;

    for (int r = 0; r < n_rows; r++) {
        const int n = (int)strlen(onset_study_name(cells[r * n_columns].study));
        if (n > width) width = n;
    }
    printf("\n%-*s", width, "");
    for (int k = 0; k < n_columns; k++) printf("  %-18s", cells[k].model);
    for (int r = 0; r < n_rows; r++) {
        printf("\n%-*s", width, onset_study_name(cells[r * n_columns].study));
        for (int k = 0; k < n_columns; k++) printf("  %-18s", onset_verdict_text(worst(&cells[r * n_columns + k])));
    }
    printf("\n%-*s", width, "reproduced");
    for (int k = 0; k < n_columns; k++) {
        int n = 0;

        for (int r = 0; r < n_rows; r++) n += worst(&cells[r * n_columns + k]) == ONSET_REPRODUCED;
        printf("  %2d of %-12d", n, n_rows);
    }
    putchar('\n');
}

/* ---- JSON ---- */

static void json_text(FILE *out, const char *text)
{
    fputc('"', out);
    for (const unsigned char *s = (const unsigned char *)text; *s; s++) {
        if (*s == '"' || *s == '\\') fputc('\\', out);
        if (*s < 0x20)
            fprintf(out, "\\u%04x", *s);
        else
            fputc(*s, out);
    }
    fputc('"', out);
}

static void json_pair(FILE *out, const char *name, const char *text)
{
    fprintf(out, "\"%s\": ", name);
    json_text(out, text);
    fputs(", ", out);
}

static void json_number(FILE *out, const char *name, double value)
{
    if (isfinite(value))
        fprintf(out, "\"%s\": %.10g, ", name, value);
    else
        fprintf(out, "\"%s\": null, ", name);
}

static void json_expectation(FILE *out, const cell *c, int i)
{
    const onset_expectation_result *r = &c->results[i];
    onset_expectation_info          e;

    onset_study_expectation(c->study, i, &e);
    fputs(i ? ",\n    {" : "\n    {", out);
    json_pair(out, "measure", e.measure);
    json_pair(out, "text", e.text);
    json_pair(out, "unit", e.unit);
    json_pair(out, "source", e.source_key);
    json_pair(out, "note", e.source_note);
    json_number(out, "time_h", e.time_h);
    json_number(out, "low", e.low);
    json_number(out, "high", e.high);
    json_number(out, "value", r->value);
    json_number(out, "value_low95", r->low95);
    json_number(out, "value_high95", r->high95);
    fprintf(out, "\"patients\": %ld, \"verdict\": ", r->n);
    json_text(out, onset_verdict_text(r->verdict));
    fputc('}', out);
}

static int write_json(const char *path, const cell *cells, int n)
{
    FILE *out = fopen(path, "w");
    bool  good;

    if (!out) {
        cli_complain("cannot write '%s': %s", path, strerror(errno));
        return CLI_FAILED;
    }
    fputs("{\"cells\": [", out);
    for (int i = 0; i < n; i++) {
        const cell *c = &cells[i];

        fputs(i ? ",\n  {" : "\n  {", out);
        json_pair(out, "experiment", onset_study_name(c->study));
        json_pair(out, "title", onset_study_title(c->study));
        json_pair(out, "model", c->model);
        json_pair(out, "verdict", onset_verdict_text(worst(c)));
        fprintf(out, "\"failed_courses\": %ld, \"expectations\": [", c->n_failed);
        for (int k = 0; k < c->n; k++) json_expectation(out, c, k);
        fputs("]}", out);
    }
    fputs("\n]}\n", out);
    good = !ferror(out);
    good = fclose(out) == 0 && good;
    if (good) return CLI_OK;
    cli_complain("'%s' could not be written", path);
    return CLI_FAILED;
}

/* ---- The command ---- */

/* Every study under every model; rows are studies. */
static int run_all(const cli_call *call, onset_session *session, const onset_run_options *options, const name_list *studies,
                   const name_list *models)
{
    cell        *cells  = calloc((size_t)studies->n * (size_t)models->n + 1, sizeof *cells);
    onset_error  err    = {0};
    onset_status status = cells ? ONSET_OK : ONSET_NO_MEMORY;
    int          code, n = studies->n * models->n;

    for (int r = 0; r < studies->n && status == ONSET_OK; r++)
        for (int k = 0; k < models->n && status == ONSET_OK; k++) {
            cell *c = &cells[r * models->n + k];

            status = run_cell(&err, session, studies->names[r], models->names[k], options, c);
            if (status != ONSET_OK) break;
            if (k == 0) printf("%s: %s\n", onset_study_name(c->study), onset_study_title(c->study));
            print_cell(c);
            fflush(stdout);
        }
    code = cli_report(session, status, &err);
    if (status == ONSET_OK) print_matrix(cells, studies->n, models->n);
    if (status == ONSET_OK && cli_given(call, "json")) code = write_json(cli_value(call, "json"), cells, n);
    for (int i = 0; cells && i < n; i++) free(cells[i].results);
    free(cells);
    return code;
}

/* The arguments, or all experiments; the hypothesis asked for, or all of them. */
static int choose_and_run(const cli_call *call, onset_session *session, const onset_run_options *options, name_list *studies,
                          name_list *models)
{
    name_list    all_studies = {0}, all_models = {0};
    found_lists  lists  = {&all_studies, &all_models};
    onset_error  err    = {0};
    onset_status status = onset_list(&err, session, find, &lists);
    int          code   = CLI_OK;

    for (int i = 0; i < call->n_args; i++) add(studies, call->args[i]);
    for (int i = 0; i < all_studies.n && call->n_args == 0; i++) add(studies, all_studies.names[i]);
    for (int i = 0; i < call->n_given; i++)
        if (strcmp(call->given[i].name, "hypothesis") == 0) add(models, call->given[i].value);
    for (int i = 0; i < all_models.n && !cli_given(call, "hypothesis"); i++) add(models, all_models.names[i]);
    if (all_studies.failed || all_models.failed || studies->failed || models->failed) status = ONSET_NO_MEMORY;
    free_list(&all_studies);
    free_list(&all_models);
    if (status != ONSET_OK) return cli_report(session, status, &err);
    if (studies->n == 0 || models->n == 0) {
        cli_complain("experiments: the library holds no %s", studies->n == 0 ? "experiments" : "hypotheses");
        return CLI_BAD_INPUT;
    }
    code = run_all(call, session, options, studies, models);
    return code;
}

static int run(const cli_call *call)
{
    onset_run_options options;
    onset_session    *session = NULL;
    name_list         studies = {0}, models = {0};
    int64_t           subjects = 0;
    int               code;

    onset_run_options_init(&options);
    if (!cli_whole(call, "subjects", 1, 100000000, &subjects)) return CLI_BAD_USAGE;
    options.subjects = (long)subjects;
    code             = cli_session(call, &session);
    if (code != CLI_OK) return code;
    code = choose_and_run(call, session, &options, &studies, &models);
    free_list(&studies);
    free_list(&models);
    onset_session_free(session);
    return code;
}

static const cli_option options[] = {
    {0, "hypothesis", "NAME", "only this one; may be given several times. Any model with what the experiments set will do"},
    {'n', "subjects", "N", "this many virtual patients instead of each study's"},
    {0, "json", "FILE", "also write every number and verdict as JSON"},
    CLI_EVIDENCE,
    {0},
};

extern const cli_command cli_experiments;
const cli_command        cli_experiments = {
           .name      = "experiments",
           .arguments = "[STUDY...]",
           .summary   = "Hold experiments against what is published, under each competing hypothesis",
           .text = "An experiment is a study with `expect` statements: STUDY is a name in the library or a file; without one, all of the\n"
                          "library's experiments/ run. A hypothesis is a model of the library's hypotheses/, which takes the place of the study's\n"
                          "own. The verdict is reproduced (inside the published range), wrong size (right direction) or wrong direction; that of an\n"
                          "experiment is its worst. The interval beside a value is what the number of virtual patients leaves open.\n",
           .examples = "  onset experiments                                     # all, under every hypothesis\n"
                              "  onset experiments dose_response -n 50                 # one of them, quickly\n"
                              "  onset experiments --hypothesis disinhibition_surge    # one hypothesis\n",
           .max_args = -1,
           .options  = options,
           .run      = run,
};
