#include "store/save.h"

#include "base/error.h"
#include "store/csv.h"
#include "store/database.h"
#include "store/folder.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

/* Bytes of a row of observation_data on disk, measured (docs/results.md); used to ask for space before a run. */
#define ROW_BYTES 30.0

static void note(onset_run_info *out, const char *text)
{
    size_t n = strlen(out->note);

    if (text[0]) snprintf(out->note + n, sizeof out->note - n, "%s%s", n ? "; " : "", text);
}

static void keep_first(void *ctx, const onset_failure *failure, const double *y)
{
    void          **both = ctx;
    onset_job      *job  = both[0];
    onset_run_info *out  = both[1];

    const onset_model *model   = job->study->model;
    char               at[128] = "";

    (void)y;
    if (out->first_failure[0]) return;
    if (failure->state >= 0 && failure->state < model->n_states)
        snprintf(at, sizeof at, ", %.70s = %.6g%s%.20s", model->states[failure->state].name, failure->value,
                 strcmp(model->states[failure->state].unit.text, "1") == 0 ? "" : " ",
                 strcmp(model->states[failure->state].unit.text, "1") == 0 ? "" : model->states[failure->state].unit.text);
    snprintf(out->first_failure, sizeof out->first_failure, "subject %lld in arm %.80s at %g h: %s%s", (long long)failure->subject,
             job->study->arms[failure->arm].name, failure->time, failure->detail, at);
}

static void describe(onset_job *job, onset_run_info *out)
{
    onset_blocks_state done   = onset_blocks_about(job->blocks);
    void              *both[] = {job, out};

    out->n_courses  = done.n_subjects * job->shape.n_arms;
    out->n_failed   = done.n_failed;
    out->n_resumed  = job->n_resumed * job->shape.n_arms;
    out->n_steps    = (long)done.steps;
    out->n_rejected = (long)done.rejected;
    out->acceptance = job->study->population.acceptance;
    out->wall_s     = onset_clock() - job->clock_start;
    out->solve_s    = job->solve_s;
    out->compile_s  = job->origin.compile_s;
    out->solver     = onset_solver_name(job->solver);
    snprintf(out->why, sizeof out->why, "%s", job->solver_why);
    if (done.n_failed > 0) onset_blocks_failures(NULL, job->blocks, keep_first, both);
}

/* Before the work, so that none is lost: SQLite takes no longer paths, and the caller gets them whole. */
static onset_status check_length(onset_error *err, onset_folder *folder, const onset_run_info *out)
{
    const size_t most   = onset_database_longest_path();
    const size_t staged = strlen(onset_folder_staged(folder, ONSET_DATABASE_FILE));

    if (staged <= most && staged < sizeof out->database && staged < sizeof out->report) return ONSET_OK;
    return onset_fail(
        err, ONSET_BAD_INPUT,
        "the path of the output folder is too long: while the database is written, its path has %zu bytes, and at most %zu are possible",
        staged, most);
}

static onset_status check_space(onset_error *err, const onset_job *job, const onset_folder *folder)
{
    const onset_block_shape *shape = &job->shape;
    double                   left  = (double)(shape->n_subjects - job->n_resumed) / (double)shape->n_subjects;
    double                   rows  = (double)shape->n_subjects * (shape->n_draws + shape->n_params);

    if (!job->options.summary_only)
        rows += (double)shape->n_subjects * shape->n_arms * shape->n_visits * (shape->n_outputs + shape->n_endpoints);
    return onset_folder_check_space(err, folder, left * onset_job_block_bytes(job) + (job->options.csv ? 3 : 1) * ROW_BYTES * rows,
                                    "the results");
}

/* Database, CSV and report in the staging folder, then all of it in place. */
static onset_status write_result(onset_error *err, onset_job *job, const onset_save_setup *setup, onset_folder *folder, onset_run_info *out)
{
    const onset_run_options *options = &job->options;
    char                     database[8192];
    onset_status             status = onset_folder_stage(err, folder);

    if (status != ONSET_OK) return status;
    snprintf(database, sizeof database, "%s", onset_folder_staged(folder, ONSET_DATABASE_FILE));
    status = onset_store_write(err, job, &setup->facts, database);
    if (status == ONSET_OK && options->csv) {
        const char *csv = onset_folder_staged(folder, ONSET_CSV_FOLDER);

        status = mkdir(csv, 0777) == 0 ? onset_csv_write(err, database, csv, options->cancelled, options->ctx)
                                       : onset_fail(err, ONSET_NO_OUTPUT, "cannot make the folder '%s'", csv);
    }
    if (status == ONSET_OK && setup->report && !options->no_report)
        status = setup->report(err, database, onset_folder_staged(folder, ONSET_REPORT_FILE));
    if (status == ONSET_OK && onset_job_is_cancelled(job)) status = onset_fail(err, ONSET_CANCELLED, "the run was cancelled");
    if (status == ONSET_OK) status = onset_folder_publish(err, folder);
    if (status != ONSET_OK) return status;
    snprintf(out->database, sizeof out->database, "%s", onset_folder_final(folder, ONSET_DATABASE_FILE));
    if (setup->report && !options->no_report)
        snprintf(out->report, sizeof out->report, "%s", onset_folder_final(folder, ONSET_REPORT_FILE));
    note(out, onset_folder_note(folder));
    return ONSET_OK;
}

/* What a run that did not come to its end leaves behind. */
static void tell_kept(const onset_job *job, onset_run_info *out)
{
    onset_blocks_state done = onset_blocks_about(job->blocks);
    char               text[300];

    if (done.n_subjects == 0)
        snprintf(text, sizeof text, "nothing was finished yet; an earlier result is untouched");
    else
        snprintf(text, sizeof text,
                 "%ld of %ld patients, in %d %s each, are finished and kept; the same command goes on from there; an earlier result is "
                 "untouched",
                 done.n_subjects, job->shape.n_subjects, job->study->n_arms, job->study->n_arms == 1 ? "arm" : "arms");
    note(out, text);
}

onset_status onset_study_save(onset_error *err, const onset_study *study, const onset_run_options *options, const onset_save_setup *setup,
                              onset_run_info *out)
{
    onset_job_setup job_setup = setup->job;
    onset_folder   *folder    = NULL;
    onset_job      *job       = NULL;
    onset_status    status    = ONSET_OK;

    *out        = (onset_run_info){.acceptance = NAN};
    out->solver = "";
    if (options->out_dir) status = onset_folder_open(err, options->out_dir, &folder);
    if (status == ONSET_OK && folder) status = check_length(err, folder, out);
    if (status != ONSET_OK) {
        onset_folder_close(folder);
        return status;
    }
    job_setup.partial = folder ? onset_folder_blocks(folder) : "";
    status            = onset_job_create(err, study, options, &job_setup, &job);
    if (status == ONSET_OK) {
        note(out, job->origin.note);
        if (onset_blocks_about(job->blocks).discarded) note(out, "what an interrupted run of another command had kept here was dropped");
        if (folder) status = check_space(err, job, folder);
    }
    if (status == ONSET_OK) status = onset_job_execute(err, job);
    if (status == ONSET_OK && folder) status = write_result(err, job, setup, folder, out);
    if (job) {
        describe(job, out);
        if (status != ONSET_OK && folder) tell_kept(job, out);
    }
    onset_job_free(job);
    onset_folder_close(folder);
    return status;
}
