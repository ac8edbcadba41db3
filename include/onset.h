/* Onset: models of rapid-acting antidepressants, from text to virtual patients.
 *
 * This is the only public header. The library never prints and never exits: what goes wrong comes back as an
 * onset_status, with one sentence in the caller's onset_error, and for files of the language as a list of diagnostics. */
#ifndef ONSET_H
#define ONSET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define ONSET_API                          __attribute__((visibility("default")))
#define ONSET_PRINTF(format_at, values_at) __attribute__((format(printf, format_at, values_at)))
#else
#define ONSET_API
#define ONSET_PRINTF(format_at, values_at)
#endif

/* ---- Status and errors ---------------------------------------------------------------------------------------- */

/* One list gives the values and their texts, so they cannot part. */
#define ONSET_STATUS_LIST(X)                                                                                                               \
    X(OK, "success")                                                                                                                       \
    X(NO_MEMORY, "memory could not be allocated")                                                                                          \
    X(NO_FILE, "a file could not be read")                                                                                                 \
    X(NO_OUTPUT, "the output could not be written")                                                                                        \
    X(BAD_INPUT, "the input does not make sense")                                                                                          \
    X(BAD_MODEL, "the model, module or study has errors")                                                                                  \
    X(NO_COMPILER, "the C compiler is missing or failed")                                                                                  \
    X(CANCELLED, "the run was cancelled")                                                                                                  \
    X(INTERNAL, "a mistake of Onset's own; please report it")

#define ONSET_STATUS_ENUM(name, text) ONSET_##name,
typedef enum { ONSET_STATUS_LIST(ONSET_STATUS_ENUM) ONSET_N_STATUS } onset_status;

typedef struct {
    onset_status status;        /* the first failure since onset_error_clear() */
    char         message[1024]; /* what, where, which value, what to do: one or two sentences */
} onset_error;

/* The text that belongs to a status; never NULL. */
ONSET_API const char *onset_status_text(onset_status status);

/* Forgets an earlier failure. A zeroed onset_error is clear. */
ONSET_API void onset_error_clear(onset_error *err);

/* Numbers in files have a decimal point, whatever locale the program has set; its locale is left as it is. While Onset calls back, the thread is in the C locale. */

/* ---- Session: where modules are looked for, the files read, and what was found wrong in them --------------------- */

/* One session belongs to one thread at a time; several sessions can live side by side. Models and studies opened in a session
 * are its own: they are freed with it. */
typedef struct onset_session onset_session;

ONSET_API onset_status onset_session_create(onset_error *err, onset_session **out);
ONSET_API void         onset_session_free(onset_session *session);

/* Adds a folder in which modules and models are looked for before the library that comes with Onset. */
ONSET_API onset_status onset_session_add_library(onset_error *err, onset_session *session, const char *folder);

/* The folder of the library that comes with Onset: $ONSET_LIBRARY, or the one set when Onset was built. */
ONSET_API const char *onset_session_library(const onset_session *session);

typedef enum { ONSET_IS_WARNING, ONSET_IS_ERROR } onset_diagnostic_kind;

/* One thing found wrong in a file. Texts live as long as the session. */
typedef struct {
    onset_diagnostic_kind kind;
    const char           *file;                 /* "" where there is no place */
    int                   line, column, length; /* from 1, in characters */
    const char           *message;
    const char           *hint; /* "" where there is none */
} onset_diagnostic_info;

ONSET_API int  onset_session_n_diagnostics(const onset_session *session, onset_diagnostic_kind kind);
ONSET_API int  onset_session_n_all_diagnostics(const onset_session *session);
ONSET_API void onset_session_diagnostic(const onset_session *session, int i, onset_diagnostic_info *out);

/* All diagnostics so far, each with its source line and a caret; malloc'ed, for free(). NULL when there is no memory. */
ONSET_API char *onset_session_diagnostics_text(const onset_session *session);

/* Forgets the diagnostics so far. */
ONSET_API void onset_session_clear_diagnostics(onset_session *session);

/* ---- Files ------------------------------------------------------------------------------------------------------- */

/* Checks every module, model and study of a file. BAD_MODEL when there are errors (see the session's diagnostics), NO_FILE and
 * BAD_INPUT when the file cannot be read. */
ONSET_API onset_status onset_check_file(onset_error *err, onset_session *session, const char *path);

/* The formatted text of a file, malloc'ed. BAD_MODEL where the file does not parse. */
ONSET_API onset_status onset_format_file(onset_error *err, onset_session *session, const char *path, char **text, size_t *n);

/* What the library holds: kind is "module", "model" or "study". The callback returns false to stop. */
typedef struct {
    const char *kind, *name, *title, *path;
} onset_block_info;
typedef bool (*onset_block_callback)(void *ctx, const onset_block_info *block);
ONSET_API onset_status onset_list(onset_error *err, onset_session *session, onset_block_callback callback, void *ctx);

/* ---- Evidence: published numbers, one a row, in tables (CSV) ------------------------------------------------------ */

/* Adds a folder of tables (*.csv) of the user's own, with the columns of docs/evidence.md. They come before those of the library: where a key
 * stands twice, the first is used. NO_FILE where there is no such folder or no table in it, BAD_INPUT where no table has a column `key`. */
ONSET_API onset_status onset_session_add_evidence(onset_error *err, onset_session *session, const char *folder);

/* A row. Fields live as long as the call of the callback; the other texts as long as the session. None is NULL. */
typedef struct {
    const char        *key, *table, *path; /* table: the file's name without .csv */
    int                line;               /* in path, from 1 */
    int                n_columns;
    const char *const *columns, *const *fields; /* [n_columns]; a field is "" where the row says nothing */
    const char *source, *seen;                  /* fields of these names, "" where the table has none; seen: "yes", "recalled" */
} onset_evidence_info;
typedef bool (*onset_evidence_callback)(void *ctx, const onset_evidence_info *row); /* returns false to stop */

/* Rows in the order of the tables. words: all of them, apart by spaces, must stand somewhere in a row, whatever the case; one word that is a
 * key gives the rows of that key alone; "" or NULL gives every row. table: only the table of that name; NULL: all. OK with no call where
 * nothing is found; BAD_INPUT where there is no such table (err names those there are), NO_FILE where there are no tables at all. */
ONSET_API onset_status onset_evidence_search(onset_error *err, onset_session *session, const char *words, const char *table,
                                             onset_evidence_callback callback, void *ctx);

/* The key that is nearest to one that is missing, or NULL. Lives as long as the session. */
ONSET_API const char *onset_evidence_nearest(onset_session *session, const char *key);

/* ---- Models ------------------------------------------------------------------------------------------------------ */

typedef struct onset_model onset_model;

/* Opens a model by its name in the library, or by the path of a file (with name NULL where the file holds one model, or the
 * study's model where it holds one study). BAD_MODEL when it has errors. */
ONSET_API onset_status onset_model_open(onset_error *err, onset_session *session, const char *name_or_path, const onset_model **out);

ONSET_API const char *onset_model_name(const onset_model *model);
ONSET_API const char *onset_model_title(const onset_model *model);

typedef enum { ONSET_ITEM_PARAMETERS, ONSET_ITEM_COVARIATES, ONSET_ITEM_STATES, ONSET_ITEM_OUTPUTS } onset_item_list;

/* One parameter, covariate, state or output. Texts live as long as the session; none is NULL. */
typedef struct {
    const char *name, *unit, *text;
    double      value;       /* parameter: typical value; covariate: preset; NAN for states and outputs */
    const char *iiv;         /* parameter: "lognormal", "normal", "logit" or "" */
    double      iiv_size;    /* CV as a fraction, SD in the unit, SD of the logit */
    const char *source_kind; /* parameter: "evidence", "calibrated", "assumed" or "" */
    const char *source_key, *source_note;
} onset_item_info;

ONSET_API int  onset_model_n_items(const onset_model *model, onset_item_list list);
ONSET_API void onset_model_item(const onset_model *model, onset_item_list list, int i, onset_item_info *out); /* 0 <= i < n */

/* The model as a text for people (states, equations, parameters with sources, wiring), or with dot its wiring as a Graphviz graph. malloc'ed. */
ONSET_API onset_status onset_model_show(onset_error *err, onset_session *session, const onset_model *model, bool dot, char **text);

/* Where each parameter's number comes from: value, unit, variability, kind (published and seen, published and recalled, calibrated,
 * assumed), the row of evidence behind it, and a count of each kind. malloc'ed. */
ONSET_API onset_status onset_model_sources(onset_error *err, onset_session *session, const onset_model *model, char **text);

/* The model's equations as Markdown with LaTeX between dollar signs: inputs, states, quantities, outputs, doses, and parameters with value,
 * unit, variability and source, module by module. malloc'ed. */
ONSET_API onset_status onset_model_equations(onset_error *err, onset_session *session, const onset_model *model, char **text);

/* The C that Onset makes of the model, for an instruction set: "avx512", "avx2", "sse2", "scalar", or NULL for this CPU's best. malloc'ed. */
ONSET_API onset_status onset_model_emit(onset_error *err, const onset_model *model, const char *isa, char **text);

typedef struct {
    double      compile_s; /* [s] spent in the compiler; 0 where it was found */
    bool        from_cache, builtin;
    const char *isa;
    int         n_states, n_jacobian, n_factor; /* states, nonzeros of the Jacobian and of its factors */
    char        note[256];                      /* a fallback that was taken; "" when none */
} onset_compile_info;

/* Compiles the model for this machine unless it is built in or in the cache. force: compile in any case. */
ONSET_API onset_status onset_model_compile(onset_error *err, const onset_model *model, const char *isa, bool force,
                                           onset_compile_info *out);

/* ---- Studies ----------------------------------------------------------------------------------------------------- */

typedef struct onset_study onset_study;

/* Opens a study by its name in the library or by the path of a file; name picks one where the file holds several, else NULL. */
ONSET_API onset_status onset_study_open(onset_error *err, onset_session *session, const char *name_or_path, const char *name,
                                        const onset_study **out);

ONSET_API const char        *onset_study_name(const onset_study *study);
ONSET_API const char        *onset_study_title(const onset_study *study);
ONSET_API const onset_model *onset_study_model(const onset_study *study);

/* ---- Running ------------------------------------------------------------------------------------------------------ */

typedef struct {
    long        done, total; /* while solving, courses: one subject in one arm; then columns of the results */
    double      per_s;       /* [1/s] of them */
    double      eta_s;       /* [s] to go */
    const char *stage;       /* "solving", "summarising", "writing" */
} onset_progress;

/* One subject's course through one arm, as it is finished. Arrays are borrowed for the call. */
typedef struct {
    long          subject; /* from 1 */
    const char   *arm;
    bool          failed;
    const char   *failure; /* "" when it did not fail */
    int           n_visits, n_outputs;
    const double *time_h;   /* [n_visits] */
    const double *truth;    /* [n_visits][n_outputs] */
    const double *observed; /* [n_visits][n_outputs] */
} onset_course_result;

typedef struct {
    const char *out_dir;    /* the result folder; NULL: none is written, only the callback sees the results */
    const char *solver;     /* "auto", "rosenbrock", "explicit", "cvode", "cvode-sparse" */
    const char *isa;        /* NULL: this CPU's best */
    double      rtol, atol; /* atol in each state's unit */
    int         threads;    /* 0: one a core */
    long        subjects;   /* 0: as the study says */
    bool        has_seed;
    uint64_t    seed;
    bool        csv;                                             /* also CSV */
    bool        summary_only;                                    /* no table of single observations */
    bool        no_report;                                       /* no report.html */
    const char *command;                                         /* for the report; NULL: none */
    void       *ctx;                                             /* of the callbacks */
    void (*progress)(void *ctx, const onset_progress *progress); /* NULL: none; from one thread at a time */
    bool (*cancelled)(void *ctx);                                /* NULL: never; asked often, from any thread */
    bool (*course)(
        void                      *ctx,
        const onset_course_result *result); /* NULL: none; in the order of subjects, then arms, without those resumed; false cancels */
} onset_run_options;

typedef struct {
    long        n_courses, n_failed, n_resumed; /* resumed: taken over from an earlier run that was interrupted */
    long        n_steps, n_rejected;
    double      acceptance; /* share of candidates that met the entry criteria */
    double      wall_s, solve_s, compile_s;
    const char *solver;             /* the one used */
    char        why[256];           /* why that one */
    char        note[512];          /* fallbacks and what was kept; "" when there is nothing to say */
    char        first_failure[512]; /* of a course: subject, arm, time, cause, state at fault and its value; "" when none failed */
    char        database[1024], report[1024]; /* absolute paths written, "" when none; longer ones are refused before the run */
} onset_run_info;

ONSET_API void onset_run_options_init(onset_run_options *options); /* auto, 1e-4, 1e-6, all cores, database and report */

/* Runs a study. out is filled as far as it goes even when the run fails. CANCELLED when a callback said so: finished blocks are kept beside
 * out_dir and the same run goes on from them. */
ONSET_API onset_status onset_run(onset_error *err, onset_session *session, const onset_study *study, const onset_run_options *options,
                                 onset_run_info *out);

/* ---- Expectations ------------------------------------------------------------------------------------------------- */

/* One `expect` of a study. Texts live as long as the session; none is NULL. */
typedef struct {
    const char *measure, *text, *unit; /* measure: "difference(madrs, a, b)" as written; unit of the limits, "1" for none */
    const char *source_key, *source_note;
    double      time_h;
    double      low, high; /* the published range; infinite where it is open */
} onset_expectation_info;

typedef enum {
    ONSET_REPRODUCED,      /* inside the range */
    ONSET_WRONG_SIZE,      /* outside, on its side of no effect (or where the range says no effect) */
    ONSET_WRONG_DIRECTION, /* outside, on the other side */
    ONSET_VERDICT_NONE     /* it has no value: no course was solved, a division by 0 */
} onset_verdict;

typedef struct {
    onset_verdict verdict;
    double        value, low95, high95; /* with the interval that the number of virtual patients leaves open */
    long          n;                    /* patients it rests on */
} onset_expectation_result;

/* Opens a study with another model in place of its own: a hypothesis. model: a name in the library; NULL: the study's own. */
ONSET_API onset_status onset_study_open_as(onset_error *err, onset_session *session, const char *name_or_path, const char *name,
                                           const char *model, const onset_study **out);

ONSET_API int  onset_study_n_expectations(const onset_study *study);
ONSET_API void onset_study_expectation(const onset_study *study, int i, onset_expectation_info *out); /* 0 <= i < n */

/* Runs a study and holds its true values (without measurement error) against its expectations.
 *
 * options  as for onset_run(), with out_dir NULL; its course callback is not called
 * results  [onset_study_n_expectations()] */
ONSET_API onset_status onset_run_expectations(onset_error *err, onset_session *session, const onset_study *study,
                                              const onset_run_options *options, onset_run_info *info, onset_expectation_result *results);

ONSET_API const char *onset_verdict_text(onset_verdict verdict); /* "reproduced" */

/* ---- Validation --------------------------------------------------------------------------------------------------- */

typedef struct {
    const char *const *evidence;   /* [n_evidence] folders of tables to score; the rivals are fitted to the library's own all the same */
    int                n_evidence; /* 0: the library's own are scored */
    const char        *only;       /* "efficacy", "safety" or "pk"; NULL: all */
    const char        *json, *markdown; /* files to write; NULL: none */
    const char        *report;          /* HTML page to write: charts and tables in one file; NULL: none */
    const char        *studies;         /* folder to write each virtual trial of efficacy to, as a study; NULL: none */
    long               subjects;        /* virtual patients a trial, session and exposure; 0: 720, 420 and 420 */
    int                threads;         /* 0: one a core */
    uint64_t           seed;
    void              *ctx;                                      /* of the callbacks */
    void (*progress)(void *ctx, const onset_progress *progress); /* NULL: none; trials and sessions done, total not known: 0 */
    bool (*cancelled)(void *ctx);                                /* NULL: never; asked after each trial */
} onset_validate_options;

ONSET_API void onset_validate_options_init(onset_validate_options *options); /* all groups of the library's own tables, seed 20261121 */

/* Predicts published trials, sessions and exposures and scores the predictions. text: tables of scores and of what was skipped and why, malloc'ed.
 * BAD_INPUT: `only` is none of the groups, or a table does not make sense. NO_FILE: a folder without tables. NO_OUTPUT: a file or folder cannot be written. */
ONSET_API onset_status onset_validate(onset_error *err, onset_session *session, const onset_validate_options *options, char **text);

/* ---- Calibration --------------------------------------------------------------------------------------------------- */

typedef struct {
    const char *set;   /* a folder with parameters.csv and rows.csv, a name in calibration/ of the library, or a study: a file or a name */
    const char *study; /* which, where a file holds several; NULL: the only one */
    const char *out_dir;     /* NULL: evidence/calibration/NAME of the library; of a study results/NAME-calibration */
    int         starts;      /* the values of the library or study, and draws from the priors */
    int         evaluations; /* of the optimiser, in all; 0 with one start: only the steps along the curvature */
    int         draws;       /* of the posterior */
    long        subjects;    /* virtual patients a trial; 0: 64, or those of the study */
    int         threads;     /* 0: one a core; the results do not depend on it */
    bool        has_seed;    /* whether seed replaces that of a study */
    uint64_t    seed;
    const char *command;                                         /* for the record; NULL: none */
    void       *ctx;                                             /* of the callbacks */
    void (*progress)(void *ctx, const onset_progress *progress); /* NULL: none; evaluations done and in all */
    bool (*cancelled)(void *ctx);                                /* NULL: never; asked from any thread */
} onset_calibrate_options;

ONSET_API void onset_calibrate_options_init(onset_calibrate_options *options); /* 3 starts, 400 evaluations, 300 draws */

/* Estimates the parameters of a set from published trials, or those a study names from its expectations, and writes the record to the folder.
 * text: what was found, malloc'ed. BAD_INPUT: the set does not make sense (says which line), or the study has too little to estimate from.
 * BAD_MODEL: the study has errors. NO_FILE: no such set or study. CANCELLED: nothing is written. */
ONSET_API onset_status onset_calibrate(onset_error *err, onset_session *session, const onset_calibrate_options *options, char **text);

/* Writes the estimates of the folder into the modules of the library, in place. text: what was changed, malloc'ed. */
ONSET_API onset_status onset_calibrate_apply(onset_error *err, onset_session *session, const onset_calibrate_options *options, char **text);

/* ---- Version ------------------------------------------------------------------------------------------------------ */

ONSET_API const char *onset_version(void);    /* "0.1.0" */
ONSET_API const char *onset_build_info(void); /* compiler and libraries, one line each */

#ifdef __cplusplus
}
#endif
#endif
