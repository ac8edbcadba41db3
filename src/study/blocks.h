/* Finished patients on disk: the file that a run appends to and that its summaries are read from.
 *
 * A run is cut into blocks of so many subjects, each with all its arms. A block is held in memory while it is computed, written when it is
 * whole, in the order of subjects, and carries a checksum; what follows the last good block is cut off when the file is opened again. So a
 * run that was killed goes on from its last finished block, and memory does not grow with the number of subjects.
 *
 * Within a block, values stand in columns: one column a population value, an individual parameter, or an (arm, output, time). What is
 * observed at visits is kept in double precision; traces, of which only summaries are wanted, in single (6e-8, far below the solver's
 * tolerance), which halves the file. */
#ifndef ONSET_STUDY_BLOCKS_H
#define ONSET_STUDY_BLOCKS_H

#include "onset.h"

/* The failure of one course. */
typedef struct {
    int64_t subject; /* from 1 */
    int32_t arm;
    int32_t state;       /* the state at fault; -1 when none can be named */
    double  time;        /* [h] */
    double  value;       /* of that state there, in its unit; NAN when none can be named */
    int64_t place;       /* of the model's state there, among those that the block keeps; -1: none. Set by onset_block_fail() */
    char    detail[216]; /* the cause, and the name of the state at fault; NUL-terminated */
} onset_failure;

typedef struct {
    unsigned char identity[32]; /* of everything that the values depend on: SHA-256 */
    long          n_subjects;
    int           block_subjects; /* subjects in a block; the last may have fewer */
    int           n_arms, n_outputs, n_visits, n_trace, n_endpoints;
    int           n_draws;  /* population values */
    int           n_params; /* individual parameters kept */
    int           n_states; /* of the model, kept where a course failed */
} onset_block_shape;

/* Columns, counted from 0. Those before onset_n_doubles() are double, the others float. */
long onset_n_doubles(const onset_block_shape *shape);
long onset_n_columns(const onset_block_shape *shape);
long onset_column_draw(const onset_block_shape *shape, int draw);
long onset_column_param(const onset_block_shape *shape, int param);
long onset_column_true(const onset_block_shape *shape, int arm, int output, int visit);
long onset_column_observed(const onset_block_shape *shape, int arm, int output, int visit);
long onset_column_endpoint(const onset_block_shape *shape, int arm, int endpoint, int visit);
long onset_column_failed(const onset_block_shape *shape, int arm); /* 1 where the course failed; all its other values are then NAN */
long onset_column_trace(const onset_block_shape *shape, int arm, int output, int trace);

/* How many subjects make a block: as many as fill about 4 MB, 8 to 256, a multiple of 8. A function of the shape only, so that a run can be
 * resumed with another number of threads. */
int onset_block_subjects(const onset_block_shape *shape);

/* A block in memory. */
typedef struct {
    long           index;
    int            n;       /* subjects */
    double        *doubles; /* [onset_n_doubles][n] */
    float         *floats;  /* [onset_n_columns - onset_n_doubles][n] */
    onset_failure *failures;
    int            n_failures, cap_failures;
    double        *states; /* [n_kept][n_states] where courses failed, in the order in which they did */
    int            n_kept, cap_kept;
    int64_t        steps, rejected;
} onset_block_data;

bool   onset_block_create(onset_block_data *block, const onset_block_shape *shape); /* room for block_subjects; false: no memory */
void   onset_block_start(onset_block_data *block, const onset_block_shape *shape, long index); /* empties it: all values NAN, failed 0 */
void   onset_block_free(onset_block_data *block);
void   onset_block_set(onset_block_data *block, const onset_block_shape *shape, long column, int row, double value);
double onset_block_get(const onset_block_data *block, const onset_block_shape *shape, long column, int row);

/* Notes a failure, with the model's state there: y [n_states], or NULL. false: no memory. */
bool onset_block_fail(onset_block_data *block, const onset_block_shape *shape, const onset_failure *failure, const double *y);

/* ---- The file ---- */

typedef struct onset_blocks onset_blocks;

typedef struct {
    long    n_blocks, n_subjects; /* in the file */
    long    n_failed;
    int64_t steps, rejected;
    bool    resumed;   /* blocks of an earlier run were found */
    bool    discarded; /* the file was of another run, and was emptied */
} onset_blocks_state;

/* Opens or creates the file. path NULL: a file without a name in the folder for temporary files, gone when it is closed; "": none at all, blocks
 * are counted and forgotten, for runs that only pass courses on, and nothing can be read. Only one process
 * can have it open (NO_OUTPUT otherwise: "another run is writing ..."). NO_OUTPUT also where it cannot be written. */
onset_status       onset_blocks_open(onset_error *err, const char *path, const onset_block_shape *shape, onset_blocks **out);
void               onset_blocks_close(onset_blocks *blocks); /* a file without blocks is removed */
onset_blocks_state onset_blocks_about(const onset_blocks *blocks);

/* A text of at most 255 bytes kept in the file's head, for whoever resumes it ("" at first). Set it before the first block. */
onset_status onset_blocks_note(onset_error *err, onset_blocks *blocks, const char *note);
const char  *onset_blocks_noted(const onset_blocks *blocks);

/* Appends the next block: block->index must be the number of blocks in the file. NO_OUTPUT when the disk is full; the file then still ends with
 * its last good block. */
onset_status onset_blocks_append(onset_error *err, onset_blocks *blocks, const onset_block_data *block);

/* Reads columns first .. first + n - 1 of all subjects: values [n][n_subjects]. They must be of one kind, all double or all float. */
onset_status onset_blocks_columns(onset_error *err, onset_blocks *blocks, long first, int n, double *values);

/* Calls fn for every failure, in the order of subjects, with the model's state there (y [n_states], NULL where none was kept); of blocks that are kept nowhere, for the
 * first alone, without its state. */
typedef void (*onset_failure_callback)(void *ctx, const onset_failure *failure, const double *y);
onset_status onset_blocks_failures(onset_error *err, onset_blocks *blocks, onset_failure_callback fn, void *ctx);

#endif
