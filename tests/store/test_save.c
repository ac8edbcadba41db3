/* The result folder: what is in it, and that nothing is lost whatever stands in the way. */
#include "../root.h"
#include "../study/fixture.h"
#include "store/save.h"

#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum { SUBJECTS = 60 };

static onset_arena *arena;
static onset_study *study;

static int setup(void **state)
{
    (void)state;
    snprintf(root, sizeof root, "/tmp/onset-test-save-XXXXXX");
    arena = onset_arena_create();
    study = fixture_study(arena, SUBJECTS, false);
    return mkdtemp(root) && study ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    shell("chmod -R u+w %s; rm -rf %s", root, root);
    onset_arena_free(arena);
    return 0;
}

static int fresh(void **state)
{
    (void)state;
    fixture = (fixture_behaviour){0};
    shell("rm -rf %s/*", root);
    return 0;
}

static bool exists(const char *name)
{
    return access(in_root(name), F_OK) == 0;
}

static onset_status fake_report(onset_error *err, const char *sqlite_path, const char *html_path)
{
    FILE *file = fopen(html_path, "w");

    (void)err;
    assert_int_equal(access(sqlite_path, R_OK), 0);
    assert_non_null(file);
    fputs("report\n", file);
    fclose(file);
    return ONSET_OK;
}

static onset_status save_with(const char *out, onset_run_options options, onset_error *err, onset_run_info *info)
{
    const onset_save_setup setup_of = {.job = {.build = "test"}, .facts = {"0.1.0", "test compiler", {0}}, .report = fake_report};

    options.out_dir = out;
    options.rtol    = 1e-6;
    options.atol    = 1e-8;
    options.threads = options.threads ? options.threads : 2;
    *err            = (onset_error){0};
    return onset_study_save(err, study, &options, &setup_of, info);
}

static void save(const char *name, onset_run_options options)
{
    onset_error    err;
    onset_run_info info;

    if (save_with(in_root(name), options, &err, &info) != ONSET_OK) fail_msg("%s", err.message);
}

/* The first value of a query on a result. */
static double ask(const char *name, const char *sql)
{
    sqlite3      *db   = NULL;
    sqlite3_stmt *rows = NULL;
    double        value;

    if (sqlite3_open_v2(in_root(name), &db, SQLITE_OPEN_READONLY, NULL) != SQLITE_OK) fail_msg("cannot open %s", name);
    if (sqlite3_prepare_v2(db, sql, -1, &rows, NULL) != SQLITE_OK) fail_msg("%s: %s", sql, sqlite3_errmsg(db));
    if (sqlite3_step(rows) != SQLITE_ROW) fail_msg("%s: no row", sql);
    value = sqlite3_column_type(rows, 0) == SQLITE_NULL ? NAN : sqlite3_column_double(rows, 0);
    sqlite3_finalize(rows);
    sqlite3_close(db);
    return value;
}

/* ---- What is in it ---- */

static void every_dose_is_listed(void **state)
{
    (void)state;
    fixture.fail_every = 0;
    save("out", (onset_run_options){.command = "onset run x"});
    assert_true(ask("out/result.sqlite",
                    "SELECT count(*) FROM arm_dose WHERE arm = 'ketamine_repeated' AND drug = 'ketamine' AND route = 'iv'"
                    " AND time_h / 24 IN (0, 3, 7, 10, 14, 17, 21, 24)") == 8);
    assert_true(ask("out/result.sqlite", "SELECT count(DISTINCT time_h) FROM arm_dose WHERE arm = 'sertraline' AND drug = 'sertraline'"
                                         " AND route = 'oral' AND time_h BETWEEN 0 AND 27 * 24") == 28);
    assert_true(ask("out/result.sqlite", "SELECT count(*) FROM arm_dose WHERE arm = 'placebo'") == 0);
}

static void every_table_is_filled(void **state)
{
    static const struct {
        const char *table;
        long        n;
    } rows[] = {{"run", 1},
                {"source", 1},
                {"option", 9},
                {"arm", 4},
                {"arm_dose", 1 + 8 + 28},
                {"output", 9},
                {"panel", 8},
                {"visit", 9},
                {"parameter", 7},
                {"covariate", 4},
                {"requirement", 1},
                {"module", 6},
                {"endpoint_definition", 5},
                {"subject_covariate", SUBJECTS * 4},
                {"subject_parameter", SUBJECTS * 7},
                {"observation", (SUBJECTS * 4 - 3) * 9 * 9},
                {"endpoint", (SUBJECTS * 4 - 3) * 5 * 9},
                {"event", 3},
                {"rate", 4 * 3 * 9},
                {"difference", 3 * 14 * 9},
                {"observed_summary", 4 * 11 * 9}};
    char sql[256];

    (void)state;
    fixture.fail_every = 20;
    save("out", (onset_run_options){.command = "onset run x"});
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        snprintf(sql, sizeof sql, "SELECT count(*) FROM %s", rows[i].table);
        if (ask("out/result.sqlite", sql) != (double)rows[i].n)
            fail_msg("%s has %g rows, wanted %ld", rows[i].table, ask("out/result.sqlite", sql), rows[i].n);
    }
    assert_true(ask("out/result.sqlite", "SELECT count(*) FROM summary") == 4.0 * 9 * (study->n_visits + study->n_trace));
    assert_true(
        ask("out/result.sqlite", "SELECT n_failed = 3 AND n_subjects = 60 AND command = 'onset run x' AND length(cpu) > 0 FROM run") == 1);
    shell("cd %s/out && python3 -c 'import hashlib, sqlite3; text, sha = sqlite3.connect(\"result.sqlite\").execute(\"select text, sha256 "
          "from source\").fetchone();"
          " assert hashlib.sha256(text.encode()).hexdigest() == sha'",
          root);
    assert_true(ask("out/result.sqlite",
                    "SELECT count(*) FROM event WHERE kind = 'failed' AND arm = 'ketamine' AND subject % 20 = 0 AND time_h = 12.5") == 3);
    assert_false(exists("out.partial"));
}

/* The tables of summaries against SQL over the rows. */
static void summaries_agree_with_the_rows(void **state)
{
    (void)state;
    fixture.fail_every = 20;
    save("out", (onset_run_options){0});
    assert_true(ask("out/result.sqlite",
                    "SELECT count(*) FROM (SELECT arm, output, time_h, count(observed) AS k, avg(observed) AS m, min(observed) AS lo, "
                    "max(observed) AS hi"
                    " FROM observation GROUP BY arm, output, time_h) JOIN observed_summary s USING (arm, output, time_h)"
                    " WHERE s.n = 60 - 3 * (arm = 'ketamine') AND s.n = k AND abs(s.mean - m) < 1e-9 * (1 + abs(m)) AND p05 >= lo AND p95 "
                    "<= hi") == 4 * 9 * 9);
    assert_true(ask("out/result.sqlite",
                    "SELECT count(*) FROM (SELECT arm, output, time_h, avg(true_value) AS m FROM observation GROUP BY arm, output, time_h)"
                    " JOIN summary s USING (arm, output, time_h) WHERE abs(s.mean - m) < 1e-9 * (1 + abs(m))") == 4 * 9 * 9);
    assert_true(ask("out/result.sqlite",
                    "SELECT count(*) FROM (SELECT arm, endpoint, time_h, count(value) AS m, sum(value) AS k FROM endpoint GROUP BY 1, 2, 3)"
                    " JOIN rate r USING (arm, endpoint, time_h) WHERE r.n = m AND r.events = k AND abs(r.rate - 1.0 * k / m) < 1e-12"
                    " AND r.ci_low <= r.rate AND r.rate <= r.ci_high") == 4 * 3 * 9);
    assert_true(ask("out/result.sqlite", "SELECT count(*) FROM (SELECT a.arm AS arm, a.output AS output, a.time_h AS time_h, "
                                         "avg(a.observed - c.observed) AS d, count(*) AS m"
                                         " FROM observation a JOIN observation c USING (subject, output, time_h) WHERE c.arm = 'placebo' "
                                         "AND a.arm <> 'placebo' GROUP BY 1, 2, 3)"
                                         " JOIN difference x USING (arm, output, time_h) WHERE x.control = 'placebo' AND x.n = m AND "
                                         "abs(x.difference - d) < 1e-9 * (1 + abs(d))") == 3 * 9 * 9);
}

static void summary_only_leaves_out_the_rows(void **state)
{
    (void)state;
    save("all", (onset_run_options){0});
    save("some", (onset_run_options){.summary_only = true, .no_report = true});
    assert_true(ask("some/result.sqlite", "SELECT (SELECT count(*) FROM observation) + (SELECT count(*) FROM endpoint)") == 0);
    assert_true(ask("some/result.sqlite", "SELECT count(*) FROM subject_parameter") == SUBJECTS * 7);
    shell("test \"$(sqlite3 %s/all/result.sqlite '.dump summary' '.dump difference')\" = \"$(sqlite3 %s/some/result.sqlite '.dump summary' "
          "'.dump difference')\"",
          root, root);
    assert_true(exists("all/report.html") && !exists("some/report.html"));
}

static void csv_says_the_same(void **state)
{
    (void)state;
    save("out", (onset_run_options){.csv = true});
    /* Python's reader and SQLite agree on every value of every table */
    shell("cd %s/out && python3 - <<'END'\n"
          "import csv, glob, sqlite3\n"
          "db = sqlite3.connect('result.sqlite')\n"
          "names = [r[0] for r in db.execute(\"select name from sqlite_master where type in ('table', 'view')\") if not "
          "r[0].endswith('_data')]\n"
          "assert sorted(glob.glob('csv/*.csv')) == sorted('csv/%%s.csv' %% n for n in names) and len(names) == 22, names\n"
          "for n in names:\n"
          "    text = open('csv/%%s.csv' %% n, newline='').read()\n"
          "    assert text.endswith('\\r\\n')\n"
          "    rows = list(csv.reader(open('csv/%%s.csv' %% n, newline='')))\n"
          "    got = db.execute('select * from ' + n)\n"
          "    assert rows[0] == [d[0] for d in got.description]\n"
          "    for a, b in zip(rows[1:], list(got), strict=True):\n"
          "        for x, y in zip(a, b, strict=True):\n"
          "            assert (y is None and x == '') or (isinstance(y, (int, float)) and float(x) == y) or x == y, (n, x, y)\n"
          "END",
          root);
}

/* ---- Where it goes ---- */

static void an_earlier_result_is_replaced_and_other_files_stay(void **state)
{
    (void)state;
    save("out", (onset_run_options){.csv = true});
    shell("mkdir -p %s/out/mine/deep && echo a > %s/out/notes.txt && echo b > %s/out/mine/deep/b && ln -s nowhere %s/out/link", root, root,
          root, root);
    save("out", (onset_run_options){.has_seed = true, .seed = 4});
    assert_true(ask("out/result.sqlite", "SELECT seed FROM run") == 4);
    assert_false(exists("out/csv")); /* of the earlier result */
    shell("test $(cat %s/out/notes.txt) = a && test $(cat %s/out/mine/deep/b) = b && test -L %s/out/link", root, root, root);
    shell("test $(ls -A %s | wc -l) = 1", root);
}

static void a_folder_of_others_is_left_alone(void **state)
{
    onset_error    err;
    onset_run_info info;

    (void)state;
    shell("mkdir %s/thesis && echo a > %s/thesis/chapter1", root, root);
    assert_int_equal(save_with(in_root("thesis"), (onset_run_options){0}, &err, &info), ONSET_NO_OUTPUT);
    assert_non_null(strstr(err.message, "no result of Onset"));
    shell("touch %s/file", root);
    assert_int_equal(save_with(in_root("file"), (onset_run_options){0}, &err, &info), ONSET_NO_OUTPUT);
    assert_non_null(strstr(err.message, "is a file"));
    assert_int_equal(save_with(in_root("file/out"), (onset_run_options){0}, &err, &info), ONSET_NO_OUTPUT);
    assert_int_equal(save_with("", (onset_run_options){0}, &err, &info), ONSET_BAD_INPUT);
    shell("test \"$(cd %s && find . | sort | tr '\\n' ' ')\" = '. ./file ./thesis ./thesis/chapter1 '", root);
}

static void folders_are_made_and_names_understood(void **state)
{
    (void)state;
    save("a/b/c", (onset_run_options){0});
    assert_true(exists("a/b/c/result.sqlite"));
    shell("mkdir %s/empty", root);
    save("empty///", (onset_run_options){0});
    assert_true(exists("empty/result.sqlite"));
    shell("ln -s a/b/c %s/linked", root);
    save("linked", (onset_run_options){.has_seed = true, .seed = 9});
    assert_true(ask("a/b/c/result.sqlite", "SELECT seed FROM run") == 9);
    shell("test -L %s/linked && test $(ls -A %s/a/b | wc -l) = 1", root, root);
}

static void the_working_folder_can_be_the_place(void **state)
{
    char           here[512];
    onset_error    err;
    onset_run_info info;

    (void)state;
    assert_non_null(getcwd(here, sizeof here));
    save("out", (onset_run_options){.csv = true});
    shell("echo a > %s/out/notes.txt", root);
    assert_int_equal(chdir(in_root("out")), 0);
    assert_int_equal(save_with(".", (onset_run_options){.has_seed = true, .seed = 4}, &err, &info), ONSET_OK);
    assert_int_equal(access("notes.txt", F_OK), 0); /* seen from the folder that the program is in */
    assert_int_equal(access("csv", F_OK), -1);
    assert_int_equal(chdir(here), 0);
    assert_true(ask("out/result.sqlite", "SELECT seed FROM run") == 4);
    shell("test $(ls -A %s | wc -l) = 1", root);
}

static void staging_left_by_the_dead_is_removed(void **state)
{
    (void)state;
    shell("mkdir %s/out.staging-99 %s/out.staging-x %s/other.staging-99 && touch %s/out.staging-99/a", root, root, root, root);
    save("out", (onset_run_options){0});
    assert_false(exists("out.staging-99"));
    assert_true(exists("out.staging-x") && exists("other.staging-99"));
}

/* ---- What stands in the way ---- */

static bool stop_at_once(void *ctx)
{
    long *n = ctx;

    return __atomic_add_fetch(n, 1, __ATOMIC_RELAXED) > 40;
}

static void a_cancelled_run_keeps_the_earlier_result_and_goes_on(void **state)
{
    onset_error    err;
    onset_run_info info;
    long           n = 0;

    (void)state;
    save("out", (onset_run_options){.has_seed = true, .seed = 1});
    fixture.wait_us = 1000;
    assert_int_equal(save_with(in_root("out"), (onset_run_options){.ctx = &n, .cancelled = stop_at_once, .threads = 1}, &err, &info),
                     ONSET_CANCELLED);
    assert_non_null(strstr(info.note, "untouched"));
    assert_true(ask("out/result.sqlite", "SELECT seed FROM run") == 1);
    shell("test $(ls -A %s | wc -l) = 1", root); /* no block was finished: nothing is left beside */
    save("out", (onset_run_options){0});
    assert_true(ask("out/result.sqlite", "SELECT seed FROM run") == (double)study->seed);
}

typedef struct {
    onset_run_options options;
    rlim_t            most; /* bytes of a file */
    const char       *folder;
} limited;

/* In a process of its own, which may write no file larger than `most`. Returns its status. */
static onset_status save_limited(const limited *what, char message[200])
{
    int   pipes[2], code;
    pid_t child;

    assert_int_equal(pipe(pipes), 0);
    child = fork();
    if (child == 0) {
        struct rlimit  limit = {what->most, what->most};
        onset_error    err;
        onset_run_info info;
        onset_status   status;
        char           text[200] = "";

        signal(SIGXFSZ, SIG_IGN);
        setrlimit(RLIMIT_FSIZE, &limit);
        status = save_with(what->folder, what->options, &err, &info);
        snprintf(text, sizeof text, "%.199s", err.message);
        if (write(pipes[1], text, sizeof text) < 0) _exit(99);
        _exit((int)status);
    }
    assert_true(child > 0);
    close(pipes[1]);
    if (read(pipes[0], message, 200) < 0) message[0] = '\0';
    close(pipes[0]);
    waitpid(child, &code, 0);
    return WIFEXITED(code) ? (onset_status)WEXITSTATUS(code) : ONSET_N_STATUS;
}

/* Sizes at which the blocks, the database, the CSV cannot be written: always a message, always the earlier result, and with more room the
 * same command ends well. */
static void a_full_disk_loses_nothing(void **state)
{
    static const rlim_t sizes[] = {200, 100000, 1000000, 3400000};
    char                message[200];

    (void)state;
    save("out", (onset_run_options){.has_seed = true, .seed = 1});
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        limited what = {{.csv = true, .subjects = 150}, sizes[i], in_root("out")};

        if (save_limited(&what, message) != ONSET_NO_OUTPUT) fail_msg("%ld bytes: '%s'", (long)sizes[i], message);
        assert_true(strlen(message) > 20);
        assert_true(ask("out/result.sqlite", "SELECT seed FROM run") == 1);
        shell("test $(ls -A %s | grep -c staging) = 0", root);
    }
    save("out", (onset_run_options){.csv = true, .subjects = 150});
    assert_true(ask("out/result.sqlite", "SELECT n_subjects FROM run") == 150);
    shell("test $(ls -A %s | wc -l) = 1", root);
}

static void a_folder_that_cannot_be_written(void **state)
{
    onset_error    err;
    onset_run_info info;
    onset_status   status;

    (void)state;
    shell("chmod 755 %s && mkdir %s/locked && chmod 555 %s/locked", root, root, root);
    if (geteuid() == 0) assert_int_equal(seteuid(65534), 0); /* root may write anywhere: be nobody */
    status = save_with(in_root("locked/out"), (onset_run_options){0}, &err, &info);
    if (getuid() == 0) assert_int_equal(seteuid(0), 0);
    assert_int_equal(status, ONSET_NO_OUTPUT);
    assert_non_null(strstr(err.message, "cannot"));
}

static void a_place_that_never_can_be_written(void **state)
{
    onset_error    err;
    onset_run_info info;

    (void)state;
    assert_int_equal(save_with("/proc/onset-test/out", (onset_run_options){0}, &err, &info), ONSET_NO_OUTPUT);
    assert_int_equal(save_with("/", (onset_run_options){0}, &err, &info), ONSET_NO_OUTPUT);
}

static onset_status bad_report(onset_error *err, const char *sqlite_path, const char *html_path)
{
    (void)sqlite_path;
    (void)html_path;
    if (err) err->status = ONSET_INTERNAL;
    return ONSET_INTERNAL;
}

static void a_report_that_fails_leaves_the_earlier_result(void **state)
{
    const onset_save_setup  setup_of = {.job = {.build = "test"}, .report = bad_report};
    const onset_run_options options  = {.out_dir = in_root("out"), .rtol = 1e-6, .atol = 1e-8, .threads = 1};
    onset_error             err      = {0};
    onset_run_info          info;

    (void)state;
    save("out", (onset_run_options){.has_seed = true, .seed = 1});
    assert_int_equal(onset_study_save(&err, study, &options, &setup_of, &info), ONSET_INTERNAL);
    assert_true(ask("out/result.sqlite", "SELECT seed FROM run") == 1);
    assert_true(exists("out.partial/blocks")); /* the work is kept */
    save("out", (onset_run_options){.threads = 1});
    assert_true(ask("out/result.sqlite", "SELECT n_resumed FROM run") == SUBJECTS);
}

static bool count_course(void *ctx, const onset_course_result *course)
{
    assert_int_equal(course->n_outputs, 9);
    ++*(long *)ctx;
    return true;
}

static void a_failure_names_its_state(void **state)
{
    onset_error    err;
    onset_run_info info;

    (void)state;
    fixture.fail_every = 20;
    assert_int_equal(save_with(in_root("out"), (onset_run_options){0}, &err, &info), ONSET_OK);
    assert_string_equal(info.first_failure,
                        "subject 20 in arm ketamine at 12.5 h: not a number in d/dt (body.synapses), body.synapses = 20");
    assert_true(ask("out/result.sqlite", "SELECT count(*) FROM event WHERE detail = 'not a number in d/dt (body.synapses)' || char(10) ||"
                                         " 'body.ketamine = 12.5 mg, body.synapses = ' || subject") == 3);
}

static void evidence_tables_are_named(void **state)
{
    onset_source        table = {"evidence/t.csv", "key,source\n", 11};
    const onset_source *list  = &table;
    onset_error         err;
    onset_run_info      info;
    onset_status        status;

    (void)state;
    study->tables   = &list;
    study->n_tables = 1;
    status          = save_with(in_root("out"), (onset_run_options){0}, &err, &info);
    study->n_tables = 0;
    assert_int_equal(status, ONSET_OK);
    shell("cd %s/out && printf 'key,source\\n' | sha256sum | grep -q $(sqlite3 result.sqlite \"SELECT sha256 FROM source WHERE path = "
          "'evidence/t.csv' AND text = ''\")",
          root);
}

static void the_mode_of_the_folder_stays(void **state)
{
    static const mode_t modes[] = {0700, 0750, 02775};

    (void)state;
    for (int i = 0; i < 6; i++) { /* an empty folder, then one with a result */
        struct stat about;

        if (i % 2 == 0) shell("rm -rf %s/out && mkdir %s/out", root, root);
        assert_int_equal(chmod(in_root("out"), modes[i / 2]), 0);
        save("out", (onset_run_options){0});
        assert_int_equal(stat(in_root("out"), &about), 0);
        assert_int_equal(about.st_mode & 07777, modes[i / 2]);
    }
}

/* A path of n bytes below the root; the caller frees. */
static char *long_path(size_t n)
{
    char *path = malloc(n + 1);

    assert_non_null(path);
    memset(path, 'x', n);
    memcpy(path, root, strlen(root));
    for (size_t i = strlen(root); i < n - 1; i += 200) path[i] = '/';
    path[n] = '\0';
    return path;
}

static void long_paths_are_whole_or_refused(void **state)
{
    onset_error    err;
    onset_run_info info;
    char          *path = long_path(440);

    (void)state;
    assert_int_equal(save_with(path, (onset_run_options){0}, &err, &info), ONSET_OK);
    assert_int_equal(strlen(info.database), 440 + strlen("/result.sqlite"));
    assert_int_equal(access(info.database, R_OK), 0);
    assert_int_equal(access(info.report, R_OK), 0);
    free(path);
    path = long_path(600);
    assert_int_equal(save_with(path, (onset_run_options){0}, &err, &info), ONSET_BAD_INPUT);
    assert_non_null(strstr(err.message, "too long"));
    assert_int_equal(info.n_courses, 0);
    free(path);
}

static void no_folder_no_files(void **state)
{
    onset_error    err;
    onset_run_info info;
    long           n = 0;

    (void)state;
    fixture.fail_every = 20;
    assert_int_equal(save_with(NULL, (onset_run_options){.ctx = &n, .course = count_course}, &err, &info), ONSET_OK);
    assert_int_equal(n, 4 * SUBJECTS);
    assert_int_equal(info.n_courses, 4 * SUBJECTS);
    assert_int_equal(info.n_failed, 3);
    assert_string_equal(info.database, "");
    shell("test $(ls -A %s | wc -l) = 0", root);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test_setup(every_table_is_filled, fresh),
                                       cmocka_unit_test_setup(every_dose_is_listed, fresh),
                                       cmocka_unit_test_setup(summaries_agree_with_the_rows, fresh),
                                       cmocka_unit_test_setup(summary_only_leaves_out_the_rows, fresh),
                                       cmocka_unit_test_setup(csv_says_the_same, fresh),
                                       cmocka_unit_test_setup(an_earlier_result_is_replaced_and_other_files_stay, fresh),
                                       cmocka_unit_test_setup(a_folder_of_others_is_left_alone, fresh),
                                       cmocka_unit_test_setup(folders_are_made_and_names_understood, fresh),
                                       cmocka_unit_test_setup(the_working_folder_can_be_the_place, fresh),
                                       cmocka_unit_test_setup(staging_left_by_the_dead_is_removed, fresh),
                                       cmocka_unit_test_setup(a_cancelled_run_keeps_the_earlier_result_and_goes_on, fresh),
                                       cmocka_unit_test_setup(a_full_disk_loses_nothing, fresh),
                                       cmocka_unit_test_setup(a_folder_that_cannot_be_written, fresh),
                                       cmocka_unit_test_setup(a_place_that_never_can_be_written, fresh),
                                       cmocka_unit_test_setup(a_report_that_fails_leaves_the_earlier_result, fresh),
                                       cmocka_unit_test_setup(a_failure_names_its_state, fresh),
                                       cmocka_unit_test_setup(evidence_tables_are_named, fresh),
                                       cmocka_unit_test_setup(the_mode_of_the_folder_stays, fresh),
                                       cmocka_unit_test_setup(long_paths_are_whole_or_refused, fresh),
                                       cmocka_unit_test_setup(no_folder_no_files, fresh)};

    return cmocka_run_group_tests(tests, setup, teardown);
}
