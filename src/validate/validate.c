/* The whole validation: folders, groups, rivals, scores. */
#include "validate/validate.h"

#include "base/error.h"
#include "study/job.h"
#include "validate/work.h"

#include <errno.h>
#include <math.h>
#include <sys/stat.h>

/* Virtual patients a trial, in a session or of an exposure, and draws of the uncertain parameters: the standard error of a predicted mean is then below half a point and
 * that of a rate below 2.5 points, small beside a trial's own. Chosen by us. */
enum { SUBJECTS = 720, SITTING_SUBJECTS = 420, DRAWS = 60 };

onset_status onset_evidence_read(onset_validate_work *w, const char *path, onset_evidence_folder *out)
{
    const struct {
        const char  *name;
        onset_frame *frame;
        const char  *columns[6];
    } tables[] = {{"trials.csv", &out->trials, {"study"}},
                  {"arms.csv", &out->arms, {"study", "arm", "drug"}},
                  {"outcomes.csv", &out->outcomes, {"study", "arm", "metric", "time_h", "value"}},
                  {"safety.csv", &out->safety, {NULL}},
                  {"pk_observations.csv", &out->exposures, {NULL}}};
    bool any   = false;

    out->folder = path;
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
        onset_status status = onset_frame_read(w->err, w->arena, path, tables[i].name, false, tables[i].frame);
        if (status == ONSET_OK) status = onset_frame_need(w->err, tables[i].frame, tables[i].columns, "docs/evidence.md");
        if (status != ONSET_OK) return status;
        any = any || tables[i].frame->path;
    }
    return any ? ONSET_OK
               : onset_fail(w->err, ONSET_NO_FILE, "'%s' holds none of trials.csv, arms.csv, outcomes.csv, safety.csv, pk_observations.csv",
                            path);
}

static bool wants(const onset_validate_work *w, onset_row_group group)
{
    return !w->options->only || strcmp(w->options->only, onset_row_group_name(group)) == 0;
}

static onset_status run_folder(onset_validate_work *w, const onset_evidence_folder *folder)
{
    onset_status status = ONSET_OK;

    if (wants(w, ONSET_GROUP_EFFICACY)) status = onset_validate_efficacy(w, folder);
    if (status == ONSET_OK && wants(w, ONSET_GROUP_SAFETY)) status = onset_validate_safety(w, folder);
    if (status == ONSET_OK && wants(w, ONSET_GROUP_PK)) status = onset_validate_exposures(w, folder);
    return status;
}

static onset_status run_folders(onset_validate_work *w)
{
    const int             n       = w->options->n_evidence;
    const char           *shipped = onset_arena_printf(w->arena, "%s/evidence", onset_library_shipped(w->map.library));
    onset_evidence_folder folder  = {.is_calibration = true, .is_training = n > 0};
    onset_status          status  = onset_evidence_read(w, shipped, &folder);

    if (status == ONSET_OK) status = run_folder(w, &folder);
    for (int i = 0; i < n && status == ONSET_OK; i++) {
        folder = (onset_evidence_folder){0};
        status = onset_evidence_read(w, w->options->evidence[i], &folder);
        if (status == ONSET_OK) status = run_folder(w, &folder);
    }
    return status;
}

/* ---- Scores ---- */

typedef struct {
    const char *names[64], *titles[64];
    int         n;
} class_list;

/* The classes of a group in the order of classes.csv, so that an empty one is seen to be empty. */
static class_list classes_of(const onset_validate_work *w, onset_row_group group)
{
    class_list list = {0};

    for (int i = 0; i < onset_frame_n(&w->map.classes); i++) {
        const char *name = onset_frame_text(&w->map.classes, i, "class");
        bool        seen = strcmp(onset_frame_text(&w->map.classes, i, "group"), onset_row_group_name(group)) != 0;

        for (int k = 0; k < list.n; k++) seen = seen || strcmp(list.names[k], name) == 0;
        if (seen || list.n == 64) continue;
        list.titles[list.n]  = onset_frame_text(&w->map.classes, i, "title");
        list.names[list.n++] = name;
    }
    return list;
}

static void add_group(onset_validate_work *w, const onset_row *rows, onset_row_group group, bool all, bool left_out)
{
    const class_list  list = classes_of(w, group);
    const int         n    = w->out->rows.n;
    onset_scores      each[1 + ONSET_N_RIVALS][64];
    onset_score_group overall = {.group = group, .class_name = "overall", .title = "", .all = all, .left_out = left_out};
    const int         at      = w->out->groups.n;

    onset_vec_push(w->arena, &w->out->groups, overall);
    for (int i = 0; i < list.n; i++) {
        onset_score_group one = {.group = group, .class_name = list.names[i], .title = list.titles[i], .all = all, .left_out = left_out};
        for (int k = 0; k <= ONSET_N_RIVALS; k++) each[k][i] = onset_score_rows(rows, n, group, list.names[i], all, k - 1);
        one.model = each[0][i];
        for (int k = 0; k < ONSET_N_RIVALS; k++) one.rival[k] = each[k + 1][i];
        onset_vec_push(w->arena, &w->out->groups, one);
    }
    w->out->groups.items[at].model = onset_score_alike(each[0], list.n);
    for (int k = 0; k < ONSET_N_RIVALS; k++) w->out->groups.items[at].rival[k] = onset_score_alike(each[k + 1], list.n);
}

/* Rows with what is predicted where their trials are left out. */
static onset_row *rows_left_out(const onset_validate_work *w)
{
    const size_t n    = (size_t)w->out->rows.n;
    onset_row   *rows = onset_arena_alloc(w->arena, (n + 1) * sizeof *rows);

    for (size_t i = 0; i < n; i++) {
        rows[i] = w->out->rows.items[i];
        if (isfinite(rows[i].left_out.median)) rows[i].predicted = rows[i].left_out;
        for (int k = 0; k < ONSET_N_RIVALS; k++) rows[i].rival[k] = rows[i].left_out_rival[k];
    }
    return rows;
}

/* Efficacy of the shipped tables, with trials left out and not; other folders are in no fit, so there is one kind of score. */
static void add_groups(onset_validate_work *w)
{
    const onset_row *const left_out = rows_left_out(w);

    for (int group = 0; group < ONSET_N_GROUPS; group++)
        for (int out = 1; out >= 0; out--) {
            if (group != ONSET_GROUP_EFFICACY ? out : w->options->n_evidence > 0 ? !out : 0) continue;
            for (int all = 0; all < 2 && wants(w, (onset_row_group)group); all++)
                add_group(w, out ? left_out : w->out->rows.items, (onset_row_group)group, all, out);
        }
}

onset_status onset_validation_run(onset_error *err, onset_arena *arena, onset_library *library, const onset_validate_options *options,
                                  onset_validation *out)
{
    onset_validate_work w       = {.err = err, .arena = arena, .options = options, .out = out};
    const double        started = onset_clock();
    onset_status        status;

    *out               = (onset_validation){0};
    w.n_draws          = DRAWS;
    w.subjects         = options->subjects > 0 ? options->subjects : SUBJECTS;
    w.sitting_subjects = options->subjects > 0 ? options->subjects : SITTING_SUBJECTS;
    if (w.subjects < 2L * w.n_draws) w.n_draws = (int)fmax(1, (double)w.subjects / 4);
    out->subjects = w.subjects, out->sitting_subjects = w.sitting_subjects, out->n_draws = w.n_draws, out->seed = options->seed;
    out->library = onset_library_shipped(library);
    if (options->studies && mkdir(options->studies, 0777) != 0 && errno != EEXIST)
        return onset_fail(err, ONSET_NO_OUTPUT, "the folder '%s' cannot be made: %s", options->studies, strerror(errno));
    status = onset_mapping_read(err, arena, library, &w.map);
    if (status == ONSET_OK && w.map.uncertainty.posterior) {
        w.draws = onset_arena_alloc(arena, (size_t)w.n_draws * sizeof *w.draws);
        onset_posterior_assign(w.map.uncertainty.posterior, NULL, w.draws, w.n_draws);
    }
    out->is_calibrated = w.map.uncertainty.posterior;
    if (status == ONSET_OK) status = run_folders(&w);
    if (status != ONSET_OK) return status;
    onset_rivals_predict(out->rows.items, out->rows.n);
    add_groups(&w);
    out->wall_s = onset_clock() - started;
    return ONSET_OK;
}
