/* A work-precision diagram as SVG: subjects per second against accuracy, both in powers of ten; one line a method. */
#ifndef ONSET_BENCH_DIAGRAM_H
#define ONSET_BENCH_DIAGRAM_H

#include "base/text.h"

enum { BENCH_MAX_POINTS = 16 };

typedef struct {
    const char *name;
    int         n;
    double      accuracy[BENCH_MAX_POINTS], speed[BENCH_MAX_POINTS]; /* by falling tolerance */
} bench_line;

/* Speed at an accuracy, by straight lines in the logarithms; 0 where the line does not reach it. */
double bench_speed_at(const bench_line *line, double accuracy);

void bench_diagram(onset_text *out, const char *title, const bench_line *lines, int n_lines);

#endif
