/* `onset show --sources`: each parameter with the row of evidence behind its number. */
#include "model/show.h"

#include "base/text.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { PUBLISHED_SEEN, PUBLISHED_RECALLED, CALIBRATED, ASSUMED, NO_SOURCE, N_KINDS };

static const char *const kind_names[N_KINDS] = {"published, seen", "published, recalled", "calibrated", "assumed", "without source"};

/* ---- A row in one line ---- */

static const char *field(const onset_evidence_info *row, const char *column)
{
    for (int i = 0; i < row->n_columns; i++)
        if (strcmp(row->columns[i], column) == 0) return row->fields[i];
    return "";
}

/* Those fields that are not empty, n of them, each after `before`. */
static int write_fields(const onset_evidence_info *row, const char *const *columns, const char *before, onset_text *out)
{
    int n = 0;

    for (; *columns; columns++) {
        const char *text = field(row, *columns);

        if (*text) onset_text_printf(out, "%s%s", before, text), n++;
    }
    return n;
}

static void write_value(const onset_evidence_info *row, onset_text *out)
{
    const char *value = field(row, "value"), *unit = field(row, "unit"), *low = field(row, "low"), *high = field(row, "high");

    if (!*value) value = field(row, "dose");
    if (!*unit) unit = field(row, "dose_unit");
    if (!*value && !*low && !*high) return;
    onset_text_add(out, " =");
    if (*value) onset_text_printf(out, " %s", value);
    if (*low || *high) onset_text_printf(out, *value ? " (%s to %s)" : " %s to %s", *low ? low : "?", *high ? high : "?");
    if (*unit) onset_text_printf(out, " %s", unit);
}

/* "NB07 in mechanism: Ki ketamine = 0.51 uM; rat; cortex". The columns are those of docs/evidence.md. */
static void write_row(const onset_evidence_info *row, onset_text *out)
{
    static const char *const what[]  = {"analyte", "quantity",      "parameter", "endpoint", "scale",
                                        "metric",  "effect_metric", "protocol",  "name",     NULL};
    static const char *const who[]   = {"species", "population", "condition", "victim", NULL};
    static const char *const else_[] = {"study", "arm", NULL};

    onset_text_printf(out, "      %s in %s:", row->key, row->table);
    write_fields(row, what, " ", out);
    write_value(row, out);
    if (!write_fields(row, who, "; ", out)) write_fields(row, else_, "; ", out);
    onset_text_printf(out, "\n      %s\n", *row->source ? row->source : "the row names no source");
}

/* ---- A parameter ---- */

typedef struct {
    const onset_model_param *param;
    onset_library           *library;
    onset_text              *out;
    const char              *key; /* only this row; NULL: the first */
    bool                     recalled;
    int                      n;
} row_call;

/* Says so where the parameter is not the row's number: it was rounded, scaled, or the row cited by mistake. Silent where the units do not
 * compare. */
static void write_ratio(const row_call *c, const onset_evidence_info *row)
{
    const bool  converted = *field(row, "onset_value") != '\0';
    const char *value = field(row, converted ? "onset_value" : "value"), *unit = field(row, converted ? "onset_unit" : "unit");
    char       *end;
    double      number = strtod(value, &end), ratio;
    onset_unit  of_row;

    if (end == value || *end || number == 0) return;
    if (onset_unit_parse(NULL, onset_library_units(c->library), unit, &of_row) != ONSET_OK) return;
    if (!onset_unit_same_dimension(of_row, c->param->unit.unit)) return;
    ratio = c->param->value / (number * onset_unit_factor(of_row, c->param->unit.unit));
    if (fabs(ratio - 1) > 0.01) onset_text_printf(c->out, "      the parameter is %.3g times this row's value\n", ratio);
}

/* Only the first row of a key is the one that is cited. */
static bool take_row(void *ctx, const onset_evidence_info *row)
{
    row_call *c = ctx;

    if (c->key && strcmp(row->key, c->key) != 0) return true;
    c->recalled = strcmp(row->seen, "yes") != 0;
    write_row(row, c->out);
    write_ratio(c, row);
    c->n++;
    return false;
}

/* A note that begins "SET: " names the calibration, whose record has the parameter's estimate as the row SET.PARAM. */
static void write_estimate(const onset_model_param *p, onset_library *library, onset_text *rows)
{
    const char *note = p->citation.note ? p->citation.note : "";
    const int   n    = (int)strcspn(note, ": ");
    char        key[256];
    row_call    c = {.param = p, .library = library, .out = rows, .key = key};

    if (!n || note[n] != ':' || snprintf(key, sizeof key, "%.*s.%s", n, note, p->name) >= (int)sizeof key) return;
    onset_library_search_evidence(NULL, library, key, NULL, take_row, &c);
}

static int write_source(const onset_model_param *p, onset_library *library, onset_text *rows)
{
    const onset_citation *cited = &p->citation;
    row_call              c     = {.param = p, .library = library, .out = rows};

    switch (cited->kind) {
    case ONSET_SOURCE_EVIDENCE:
        onset_library_search_evidence(NULL, library, cited->key, NULL, take_row, &c);
        if (!c.n) onset_text_printf(rows, "      %s: no table has this row\n", cited->key);
        return c.n && !c.recalled ? PUBLISHED_SEEN : PUBLISHED_RECALLED;
    case ONSET_SOURCE_CALIBRATED:
        write_estimate(p, library, rows);
        return CALIBRATED;
    case ONSET_SOURCE_ASSUMED:
        return ASSUMED;
    default:
        return NO_SOURCE;
    }
}

static void write_variability(const onset_model_param *p, onset_text *out)
{
    if (p->iiv == ONSET_IIV_LOGNORMAL) onset_text_printf(out, ", CV %g %%", 100 * p->iiv_size);
    if (p->iiv == ONSET_IIV_NORMAL) onset_text_printf(out, ", SD %g", p->iiv_size);
    if (p->iiv == ONSET_IIV_LOGIT) onset_text_printf(out, ", SD of the logit %g", p->iiv_size);
    if (p->iiv == ONSET_IIV_NONE) onset_text_add(out, ", no variability");
}

static int write_parameter(const onset_model_param *p, onset_library *library, onset_text *out)
{
    const onset_citation *cited = &p->citation;
    onset_text            rows  = {0};
    const int             kind  = write_source(p, library, &rows);

    onset_text_printf(out, "  %s = %.10g", p->name, p->value);
    if (strcmp(p->unit.text, "1") != 0) onset_text_printf(out, " [%s]", p->unit.text);
    write_variability(p, out);
    onset_text_printf(out, "\n    %s%s%s\n", kind_names[kind], cited->note && *cited->note ? ": " : "", cited->note ? cited->note : "");
    if (rows.n) onset_text_add(out, rows.s);
    out->failed |= rows.failed;
    onset_text_free(&rows);
    return kind;
}

void onset_model_show_sources(const onset_model *model, onset_library *library, onset_text *text)
{
    int n[N_KINDS] = {0};

    onset_text_printf(text, "%s: where its numbers come from\n\n", model->name);
    for (int i = 0; i < model->n_params; i++) n[write_parameter(&model->params[i], library, text)]++;
    onset_text_printf(text, "\n%d %s\n", model->n_params, model->n_params == 1 ? "parameter" : "parameters");
    for (int k = 0; k < N_KINDS; k++) onset_text_printf(text, "  %-20s %4d\n", kind_names[k], n[k]);
}
