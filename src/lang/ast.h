/* The syntax tree: what the text says, before any name or unit is looked up. docs/language.md is the grammar.
 *
 * All of it lives in the arena of the parse. Names and texts are NUL-terminated. */
#ifndef ONSET_LANG_AST_H
#define ONSET_LANG_AST_H

#include "base/diagnostics.h"

/* ---- Expressions ---- */

typedef enum {
    ONSET_EXPR_NUMBER,
    ONSET_EXPR_NAME,
    ONSET_EXPR_UNARY,
    ONSET_EXPR_BINARY,
    ONSET_EXPR_CALL,
    ONSET_EXPR_IF,
    ONSET_EXPR_BAD
} onset_expr_kind;

typedef enum {
    ONSET_OP_NONE,
    ONSET_OP_NEG,
    ONSET_OP_NOT,
    ONSET_OP_ADD,
    ONSET_OP_SUB,
    ONSET_OP_MUL,
    ONSET_OP_DIV,
    ONSET_OP_POW,
    ONSET_OP_EQ,
    ONSET_OP_NE,
    ONSET_OP_LT,
    ONSET_OP_LE,
    ONSET_OP_GT,
    ONSET_OP_GE,
    ONSET_OP_AND,
    ONSET_OP_OR
} onset_operator;

typedef struct {
    const char *text; /* between the brackets; NULL where none is written */
    onset_place place;
} onset_unit_text;

/* The deepest tree, chosen by us: a sum of so many terms is longer than any in a paper, and recursion over it needs less than a megabyte. */
enum { ONSET_EXPR_DEPTH = 2000 };

typedef struct onset_expr onset_expr;
struct onset_expr {
    onset_expr_kind kind;
    onset_place     place;  /* whole expression for NUMBER and NAME; the operator or function name otherwise */
    double          number; /* NUMBER; 20% is 0.2 */
    bool            percent;
    onset_unit_text unit; /* NUMBER */
    const char     *name; /* NAME (with dots: "nmda.occupancy"), CALL */
    onset_operator  op;   /* UNARY, BINARY */
    onset_expr    **args; /* UNARY 1, BINARY 2, CALL n, IF 3 (condition, then, else) */
    int             n_args;
    int             depth; /* of the tree: 1 for a leaf; at most ONSET_EXPR_DEPTH, so code may recurse over it */
};

/* ---- Clauses ---- */

typedef enum { ONSET_SOURCE_NONE, ONSET_SOURCE_EVIDENCE, ONSET_SOURCE_CALIBRATED, ONSET_SOURCE_ASSUMED } onset_source_kind;

typedef struct {
    onset_source_kind kind;
    const char       *key;  /* EVIDENCE: row of an evidence table */
    const char       *note; /* "" where none */
    onset_place       place;
} onset_citation;

typedef enum { ONSET_IIV_NONE, ONSET_IIV_LOGNORMAL, ONSET_IIV_NORMAL, ONSET_IIV_LOGIT } onset_iiv_kind;

typedef struct {
    bool        given;
    double      low, high; /* -inf, inf where open ("0.." or "..1") */
    onset_place place;
} onset_range;

typedef struct {
    onset_iiv_kind  kind;
    bool            given; /* iiv 0% is given, of kind LOGNORMAL and size 0 */
    double          size;  /* CV as a fraction; SD; SD on the logit scale */
    onset_unit_text unit;  /* NORMAL */
    onset_place     place;
} onset_iiv;

typedef struct {
    const char *name;
    onset_place place;
} onset_word;

typedef ONSET_VEC(onset_word) onset_words;

/* One number with its unit, as in `at 0, 40 [min]`; a unit shared by a list is already copied to each.
 * In a time, a unit is missing only where the number is 0. */
typedef struct {
    double          number;
    onset_unit_text unit;
    onset_place     place;
} onset_quantity;

typedef ONSET_VEC(onset_quantity) onset_quantities;

/* ---- Statements of modules, models and studies ---- */

typedef enum {
    ONSET_DECL_INPUT,      /* name, unit, value? (a number), text */
    ONSET_DECL_COVARIATE,  /* name, unit, value (a number) or labels + label, text */
    ONSET_DECL_PARAM,      /* name, value (a number), unit, iiv, range, scale?, shift?, citation, text */
    ONSET_DECL_STATE,      /* name, value, unit, text */
    ONSET_DECL_DDT,        /* name, value */
    ONSET_DECL_LET,        /* name, value, unit?, text: an intermediate quantity */
    ONSET_DECL_OUTPUT,     /* name, value, unit?, range, error_add, error_rel, round, text */
    ONSET_DECL_ROUTE,      /* name = drug, route, targets, text */
    ONSET_DECL_CORRELATE,  /* words[2], number */
    ONSET_DECL_USE,        /* name = module, path?, alias */
    ONSET_DECL_USE_MODEL,  /* name = model, path? */
    ONSET_DECL_SET,        /* name ("instance.param"), value (a number), unit, iiv, citation */
    ONSET_DECL_CONNECT,    /* name ("instance.input"), other ("instance.output") */
    ONSET_DECL_REPLACE,    /* name = instance, other = module, path? */
    ONSET_DECL_PANEL,      /* text = title, words = outputs, log, quantities[0] = first? */
    ONSET_DECL_HEADLINE,   /* words[1] */
    ONSET_DECL_SEED,       /* number */
    ONSET_DECL_POPULATION, /* name, text, body */
    ONSET_DECL_REGIMEN,    /* name, body */
    ONSET_DECL_ARM,        /* name, text, body */
    ONSET_DECL_CONTROL,    /* words */
    ONSET_DECL_VISIT,      /* quantities */
    ONSET_DECL_TRACE,      /* grids */
    ONSET_DECL_ENDPOINT,   /* name, value, text */
    ONSET_DECL_EXPECT,     /* name = measure, words = its arguments, quantities[0] = at, range, unit?, citation, text */
    ONSET_DECL_ESTIMATE,   /* name ~ prior: dist, unit?, range?, citation, text; iiv.given: of its variability */
    /* inside population { } */
    ONSET_DECL_SUBJECTS, /* number */
    ONSET_DECL_DRAW,     /* name ~ distribution: dist, unit, range */
    ONSET_DECL_DERIVED,  /* name = value, unit? */
    ONSET_DECL_REQUIRE,  /* value */
    ONSET_DECL_FILE,     /* path */
    /* inside arm { } and regimen { } */
    ONSET_DECL_DOSE,   /* dose */
    ONSET_DECL_GIVE,   /* name = regimen, quantities[0] = from? */
    ONSET_DECL_ARM_SET /* name = covariate, value, unit, quantities[0] = at? */
} onset_decl_kind;

typedef struct {
    onset_word  state;
    onset_expr *convert, *f, *alag, *dur; /* NULL where not given */
} onset_route_target;

typedef enum {
    ONSET_DIST_NORMAL,
    ONSET_DIST_LOGNORMAL,
    ONSET_DIST_UNIFORM,
    ONSET_DIST_LOGITNORMAL,
    ONSET_DIST_POISSON,
    ONSET_DIST_CATEGORY
} onset_dist_kind;

typedef struct {
    onset_dist_kind kind;
    onset_place     place;
    double          a, b;    /* normal: mean, SD; lognormal: median, CV; uniform: low, high; logitnormal: median, logit SD; poisson: mean */
    onset_words     labels;  /* CATEGORY */
    double         *weights; /* CATEGORY, as written; labels.n of them */
} onset_dist;

typedef struct {
    onset_quantity from, to, by;
} onset_grid;

typedef struct {
    onset_word       drug, route;
    onset_quantity   amount;
    bool             has_over, has_rate, has_max, ss;
    onset_quantity   over, rate, max;
    bool             repeated; /* `every`; otherwise `at` */
    onset_quantities at;
    onset_quantity   every, from, to; /* from: 0 h when not written */
    bool             has_to;
    int              n_doses; /* `for N doses`; 0 when not written */
} onset_dose_decl;

typedef struct onset_decl onset_decl;
typedef ONSET_VEC(onset_decl *) onset_decls;

struct onset_decl {
    onset_decl_kind kind;
    onset_place     place; /* of the statement's first word */
    const char     *name;
    onset_place     name_place;
    const char     *other; /* CONNECT, REPLACE */
    onset_place     other_place;
    const char     *alias; /* USE: instance name (the module's where no `as`) */
    onset_place     alias_place;
    const char     *path; /* NULL where none */
    onset_place     path_place;
    const char     *text; /* title or description, "" where none */
    onset_expr *value; /* BAD where it could not be read. Where it is a number with a unit, `unit` is that unit too, if none stands apart */
    onset_unit_text unit;
    double          number;
    onset_iiv       iiv;
    onset_range     range;
    onset_expr     *scale, *shift;
    onset_citation  citation;
    bool            has_error, log;
    double          error_add, error_rel, round; /* round 0: none */
    const char     *route;                       /* ROUTE */
    onset_place     route_place;
    ONSET_VEC(onset_route_target) targets;
    onset_words      labels; /* COVARIATE: the categories */
    const char      *label;  /* COVARIATE: its preset category */
    onset_words      words;
    onset_quantities quantities;
    ONSET_VEC(onset_grid) grids;
    onset_dist      dist;
    onset_dose_decl dose;
    onset_decls     body;
    size_t          start, end;             /* the statement in the source's text, from byte start to before end */
    size_t          value_start, value_end; /* the same for `value`, and for the measure of an EXPECT; both 0 where none */
};

/* ---- Files ---- */

typedef enum { ONSET_BLOCK_MODULE, ONSET_BLOCK_MODEL, ONSET_BLOCK_STUDY } onset_block_kind;

typedef struct {
    onset_block_kind kind;
    const char      *name, *title;
    onset_place      place; /* of the name */
    onset_decls      decls;
} onset_block;

typedef struct {
    const onset_source *source;
    ONSET_VEC(onset_block *) blocks;
} onset_file;

#endif
