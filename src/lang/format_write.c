#include "lang/format.h"

/* Chosen by us: a cell that would push its column further than this [character] to the right is let stick out instead. */
enum { MAX_PUSH = 40 };

/* Characters, not bytes. */
static int width_of(const char *s)
{
    int n = 0;

    for (; *s; s++) n += ((unsigned char)*s & 0xC0) != 0x80;
    return n;
}

static bool lines_up(const onset_line *a, const onset_line *b)
{
    return !b->blank_before && a->group && b->group && a->level == b->level && strcmp(a->group, b->group) == 0;
}

/* A line and those after it that line up with it; a continuation line goes with the statement before it. */
static int run_length(const onset_lines *lines, int first)
{
    int n = 1;

    while (first + n < lines->n && lines_up(&lines->items[first], &lines->items[first + n])) n++;
    return n;
}

static bool has_say(const onset_line *line, int end, onset_column c)
{
    return line->cells[c] && end >= line->indent; /* not a cell that is the first of a continuation line */
}

/* Where column c begins in lines whose text so far ends at ends[]; lines without the column have no say. */
static int column_start(const onset_line *lines, int n, const int *ends, onset_column c)
{
    const int gap   = c == ONSET_COLUMN_COMMENT ? 2 : 1;
    int       least = -1, start = 0;

    for (int i = 0; i < n; i++)
        if (has_say(&lines[i], ends[i], c) && (least < 0 || ends[i] < least)) least = ends[i];
    for (int i = 0; i < n; i++)
        if (has_say(&lines[i], ends[i], c) && ends[i] <= least + MAX_PUSH && ends[i] + gap > start) start = ends[i] + gap;
    return start;
}

typedef struct {
    int at[ONSET_N_COLUMNS]; /* where each cell begins [character] */
} placed;

static void place_run(const onset_line *lines, int n, int *ends, placed *places)
{
    for (int i = 0; i < n; i++) ends[i] = lines[i].indent - 1;
    for (onset_column c = ONSET_COLUMN_HEAD; c < ONSET_N_COLUMNS; c++) {
        const int start = c == ONSET_COLUMN_HEAD ? 0 : column_start(lines, n, ends, c);
        for (int i = 0; i < n; i++) {
            const bool first = ends[i] < lines[i].indent;
            const int  least = first ? lines[i].indent : ends[i] + (c == ONSET_COLUMN_COMMENT ? 2 : 1);
            if (!lines[i].cells[c]) continue;
            places[i].at[c] = start > least && !first ? start : least;
            ends[i]         = places[i].at[c] + width_of(lines[i].cells[c]);
        }
    }
}

static void write_line(const onset_line *line, const placed *place, onset_text *out)
{
    int at = 0;

    if (line->blank_before) onset_text_add(out, "\n");
    for (onset_column c = ONSET_COLUMN_HEAD; c < ONSET_N_COLUMNS; c++) {
        if (!line->cells[c]) continue;
        onset_text_printf(out, "%*s%s", place->at[c] - at, "", line->cells[c]);
        at = place->at[c] + width_of(line->cells[c]);
    }
    onset_text_add(out, "\n");
}

void onset_lines_write(const onset_lines *lines, onset_text *out)
{
    enum { BATCH = 256 }; /* a longer run is lined up in pieces */
    int    ends[BATCH];
    placed places[BATCH];

    for (int first = 0, n; first < lines->n; first += n) {
        n = run_length(lines, first);
        if (n > BATCH) n = BATCH;
        place_run(lines->items + first, n, ends, places);
        for (int i = 0; i < n; i++) write_line(&lines->items[first + i], &places[i], out);
    }
}
