#include "fixture.h"

#include <math.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

const char *const fixture_names[N_FIXTURES] = {"full", "hostile", "bare", "empty"};

enum { N_SUBJECTS = 60, N_ARMS = 4, N_VISITS = 9 };

static const char *const arm_names[N_ARMS]  = {"one_infusion", "twice_weekly", "daily", "control_arm"};
static const char *const arm_titles[N_ARMS] = {"One infusion", "Infusions twice a week for four weeks", "A tablet a day", "Control"};
static const double      visits[N_VISITS]   = {0, 2.0 / 3, 4, 24, 72, 168, 336, 504, 672};

typedef struct {
    sqlite3    *db;
    const char *extra; /* stands behind every text */
    bool        failed;
} fixture;

/* printf with SQLite's %Q for texts, which quotes them. */
static void run(fixture *f, const char *format, ...)
{
    va_list values;
    char   *sql, *message = NULL;

    va_start(values, format);
    sql = sqlite3_vmprintf(format, values);
    va_end(values);
    if (!f->failed && sqlite3_exec(f->db, sql, NULL, NULL, &message) != SQLITE_OK) {
        fprintf(stderr, "fixture: %s\nin: %s\n", message, sql);
        f->failed = true;
    }
    sqlite3_free(message);
    sqlite3_free(sql);
}

static char *read_text(const char *path)
{
    FILE *file = fopen(path, "rb");
    char *text = calloc(1, 1 << 20);

    if (!file || !text || fread(text, 1, (1 << 20) - 1, file) == 0) {
        fprintf(stderr, "fixture: cannot read %s\n", path);
        free(text);
        text = NULL;
    }
    if (file) fclose(file);
    return text;
}

static void add_run(fixture *f, const char *headline, int n_arms, int n_failed)
{
    run(f,
        "INSERT INTO run (onset_version, started, wall_s, command, study, title, model, model_title, seed, n_subjects, n_arms, n_failed,"
        " acceptance, solver, solver_why, rtol, atol, threads, isa, courses_per_s, steps, rejected, compiler, cpu, headline, population,"
        " population_title, kernel, n_resumed) VALUES ('0.1.0', '2026-11-21T03:50:00Z', 3.2, 'onset run study.onset' || %Q, 'study_name',"
        " 'The title of the study' || %Q, 'model_name', 'A model' || %Q, 18446744073709551, %d, %d, %d, 0.41, 'rodas', 'the model is "
        "stiff', 1e-4,"
        " 1e-6, 2, 'avx2', 1234.5, 99999, 321, 'gcc', 'a processor', %Q, 'people', 'Adults' || %Q, 'built in', 0)",
        f->extra, f->extra, f->extra, N_SUBJECTS, n_arms, n_failed, headline, f->extra);
}

static void add_output(fixture *f, int position, const char *name, const char *unit, const char *text)
{
    run(f,
        "INSERT INTO output (output, position, full_name, unit, text, low, high) VALUES (%Q, %d, 'module.' || %Q, %Q, %Q || %Q, 0, NULL)",
        name, position, name, unit, text, f->extra);
}

/* A course of its own for every arm: a fall that fades, a slow one, none. */
static double level(int arm, double time_h)
{
    double fast = exp(-time_h / 150) * (1 - exp(-time_h / 5)), slow = 1 - exp(-time_h / 300);

    return 33 - (arm == 0 ? 14 * fast : arm == 1 ? 16 * (1 - exp(-time_h / 5)) : arm == 2 ? 9 * slow : 0) - 4 * slow;
}

static double plasma(int arm, double time_h)
{
    if (arm == 2) return fmod(time_h, 24) < 12 ? 5 : 20; /* up and down with the daily dose, at two samples a day */
    return arm <= 1 ? 200 * exp(-time_h / 3) : 0;
}

static void add_summary(fixture *f, int arm, const char *output, double time_h, double middle, double spread)
{
    run(f,
        "INSERT OR REPLACE INTO summary (arm, output, time_h, n, mean, sd, p05, p25, median, p75, p95) VALUES (%Q, %Q, %!.10g, %d, %g, %g, "
        "%g, %g, %g, %g, %g)",
        arm_names[arm], output, time_h, N_SUBJECTS, middle, spread, middle - 1.64 * spread, middle - 0.67 * spread, middle,
        middle + 0.67 * spread, middle + 1.64 * spread);
}

static void add_doses(fixture *f)
{
    static const int days[] = {0, 3, 7, 10, 14, 17, 21, 24};

    run(f, "INSERT INTO arm_dose (arm, time_h, drug, route) VALUES ('one_infusion', 0, 'drug' || %Q, 'iv')", f->extra);
    for (size_t i = 0; i < sizeof days / sizeof *days; i++) {
        run(f, "INSERT INTO arm_dose (arm, time_h, drug, route) VALUES ('twice_weekly', %d, 'drug', 'iv')", 24 * days[i]);
        run(f, "INSERT INTO arm_dose (arm, time_h, drug, route) VALUES ('twice_weekly', %d, 'drug', 'iv')",
            24 * days[i]); /* two in one go */
    }
    for (int day = 0; day < 28; day++)
        run(f, "INSERT INTO arm_dose (arm, time_h, drug, route) VALUES ('daily', %d, 'tablet', 'oral')", 24 * day);
}

static void add_arm(fixture *f, int arm)
{
    run(f, "INSERT INTO arm (arm, position, title, is_control, text) VALUES (%Q, %d, %Q || %Q, %d, 'arm ' || %Q || ' { }' || %Q)",
        arm_names[arm], arm, arm_titles[arm], f->extra, arm == N_ARMS - 1, arm_names[arm], f->extra);
    for (int i = 0; i <= 96; i++) {
        double time_h = i <= 40 ? 0.1 * i : 12.0 * (i - 40);
        add_summary(f, arm, "score", time_h, level(arm, time_h), 5);
        add_summary(f, arm, "plasma", time_h, plasma(arm, time_h), 0.2 * plasma(arm, time_h));
        add_summary(f, arm, "pressure", time_h, 120 + 0.1 * plasma(arm, time_h), 9);
    }
    for (int v = 0; v < N_VISITS; v++) {
        double rate = (33 - level(arm, visits[v])) / 40, change = level(arm, visits[v]) - level(N_ARMS - 1, visits[v]);
        add_summary(f, arm, "score", visits[v], level(arm, visits[v]), 5);
        add_summary(f, arm, "plasma", visits[v], plasma(arm, visits[v]), 0.2 * plasma(arm, visits[v]));
        run(f,
            "INSERT INTO observed_summary (arm, output, time_h, n, mean, sd, p05, p25, median, p75, p95) VALUES (%Q, 'change', %!.10g, %d, "
            "%g, 5, 0, 0, 0, 0, 0)",
            arm_names[arm], visits[v], N_SUBJECTS, change);
        run(f,
            "INSERT INTO rate (arm, endpoint, time_h, n, events, rate, ci_low, ci_high) VALUES (%Q, 'response', %!.10g, %d, %d, %g, %g, "
            "%g)",
            arm_names[arm], visits[v], N_SUBJECTS, (int)(rate * N_SUBJECTS), rate, rate * 0.8, rate * 1.2 + 0.02);
        if (arm == N_ARMS - 1) continue;
        run(f,
            "INSERT INTO difference (arm, control, output, time_h, n, difference, ci_low, ci_high) VALUES (%Q, 'control_arm', 'score', "
            "%!.10g, %d, %g, %g, %g)",
            arm_names[arm], visits[v], N_SUBJECTS, change, change - 0.8, change + 0.8);
    }
}

static void add_subjects(fixture *f)
{
    for (int i = 1; i <= N_SUBJECTS; i++) {
        run(f, "INSERT INTO subject_covariate_data (subject, covariate, value) VALUES (%d, 0, %g), (%d, 1, %d)", i, 60 + 0.7 * i, i,
            i % 3 == 0);
        run(f, "INSERT INTO subject_parameter_data (subject, parameter, value) VALUES (%d, 0, %g)", i, 80 * exp(0.01 * (i - 30)));
    }
}

static void add_model(fixture *f)
{
    static const char *const kinds[] = {"evidence", "evidence", "calibrated", "assumed", ""};
    static const char *const seen[]  = {"yes", "recalled", "", "", ""};
    static const char *const iiv[]   = {"lognormal", "normal", "logit", "", ""};

    for (int i = 0; i < 5; i++)
        run(f,
            "INSERT INTO parameter (parameter, position, module, unit, value, iiv, iiv_size, text, source_kind, source_key, source_note, "
            "source_text, seen)"
            " VALUES ('drug.p%d', %d, 'drug', 'L/h', %g, %Q, 0.25, 'Parameter %d' || %Q, %Q, 'KEY%d', 'a note' || %Q, 'An author, a year' "
            "|| %Q, %Q)",
            i, i, 80.0 / (i + 1), iiv[i], i, f->extra, kinds[i], i, f->extra, f->extra, seen[i]);
    run(f,
        "INSERT INTO covariate (covariate, position, unit, text, distribution, labels) VALUES ('weight', 0, 'kg', 'Weight' || %Q, "
        "'lognormal(82, 20%%)', ''), ('sex', 1, '1', 'Sex', 'category(female 0.67, male 0.33)', 'female,male')",
        f->extra);
    run(f, "INSERT INTO requirement (text) VALUES ('score >= 20' || %Q)", f->extra);
    run(f,
        "INSERT INTO module (instance, module, title, links) VALUES ('drug', 'drug_iv', 'A drug' || %Q, ''), ('mind', 'mood', 'Mood', "
        "'level <- drug.plasma [ng/mL]')",
        f->extra);
    run(f, "INSERT INTO event (subject, arm, time_h, kind, detail) VALUES (7, 'daily', 312.4, 'failed', 'step too small' || %Q)", f->extra);
    run(f, "INSERT INTO source (path, sha256, text) VALUES ('study.onset' || %Q, 'abc123', 'study text' || %Q)", f->extra, f->extra);
    run(f, "INSERT INTO option (name, value) VALUES ('rtol', '1e-4' || %Q)", f->extra);
}

static void fill_full(fixture *f)
{
    add_run(f, "score", N_ARMS, 1);
    add_output(f, 0, "score", "1", "Score of symptoms");
    add_output(f, 1, "plasma", "ng/mL", "Drug in plasma");
    add_output(f, 2, "pressure", "mmHg", "Blood pressure");
    run(f,
        "INSERT INTO panel (panel, title, position, output, is_log, first_h) VALUES (0, 'Plasma' || %Q, 0, 'plasma', 1, 0), (1, "
        "'Pressure', 0, 'pressure', 0, 4)",
        f->extra);
    for (int v = 0; v < N_VISITS; v++)
        run(f, "INSERT INTO visit (position, time_h, label) VALUES (%d, %!.10g, %Q || %Q)", v, visits[v], v ? "visit" : "start", f->extra);
    run(f,
        "INSERT INTO endpoint_definition (endpoint, position, text, expression, is_rate) VALUES ('response', 0, 'Half of the start' || %Q, "
        "'score <= 0.5 * baseline(score)', 1), ('change', 1, 'Change of the score', 'change(score)', 0)",
        f->extra);
    for (int arm = 0; arm < N_ARMS; arm++) add_arm(f, arm);
    add_doses(f);
    add_model(f);
    add_subjects(f);
}

static void fill_bare(fixture *f)
{
    add_run(f, NULL, 1, 0);
    add_output(f, 0, "score", "1", "");
    run(f, "INSERT INTO arm (arm, position, title, is_control, text) VALUES ('one_infusion', 0, '', 0, '')");
    run(f, "INSERT INTO visit (position, time_h, label) VALUES (0, 0, '')");
    run(f, "INSERT INTO summary (arm, output, time_h, n, mean, sd, p05, p25, median, p75, p95) VALUES ('one_infusion', 'score', 0, 1, 33, "
           "NULL, NULL, NULL, 33, NULL, NULL)");
}

/* A byte that begins no character, and one cut short: what a study file in another encoding would bring. */
static void spoil_encoding(fixture *f)
{
    run(f, "UPDATE source SET text = CAST(X'73747564C3' || X'FF' || X'6F6E20E282' AS TEXT)");
}

bool fixture_write(fixture_kind kind, const char *schema_path, const char *path)
{
    fixture f      = {.extra = kind == FIXTURE_HOSTILE ? FIXTURE_MARKUP : ""};
    char   *schema = read_text(schema_path);

    unlink(path);
    if (!schema || sqlite3_open(path, &f.db) != SQLITE_OK) f.failed = true;
    run(&f, "PRAGMA synchronous = OFF");
    run(&f, "BEGIN");
    if (!f.failed && sqlite3_exec(f.db, schema, NULL, NULL, NULL) != SQLITE_OK) {
        fprintf(stderr, "fixture: the schema: %s\n", sqlite3_errmsg(f.db));
        f.failed = true;
    }
    if (kind == FIXTURE_FULL || kind == FIXTURE_HOSTILE) fill_full(&f);
    if (kind == FIXTURE_HOSTILE) spoil_encoding(&f);
    if (kind == FIXTURE_BARE) fill_bare(&f);
    if (kind == FIXTURE_EMPTY) add_run(&f, NULL, 0, 0);
    run(&f, "COMMIT");
    sqlite3_close(f.db);
    free(schema);
    return !f.failed;
}
