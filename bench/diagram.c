#include "diagram.h"

#include <math.h>

enum { WIDTH = 760, HEIGHT = 480, LEFT = 80, RIGHT = 180, TOP = 50, BOTTOM = 60 };

/* Colours that also differ in lightness (Okabe and Ito 2008). */
static const char *const colours[] = {"#0072b2", "#d55e00", "#009e73", "#cc79a7", "#444444"};

typedef struct {
    double x_low, x_high, y_low, y_high; /* powers of ten */
} frame;

double bench_speed_at(const bench_line *line, double accuracy)
{
    double x = log(accuracy);

    for (int i = 0; i + 1 < line->n; i++) {
        double x0 = log(line->accuracy[i]), x1 = log(line->accuracy[i + 1]), share;

        if ((x0 - x) * (x1 - x) > 0 || x0 == x1) continue;
        share = (x - x0) / (x1 - x0);
        return exp(log(line->speed[i]) * (1 - share) + log(line->speed[i + 1]) * share);
    }
    return 0;
}

static double place_x(const frame *f, double accuracy)
{
    /* Better to the right. */
    return LEFT + (WIDTH - LEFT - RIGHT) * (f->x_high - log10(accuracy)) / (f->x_high - f->x_low);
}

static double place_y(const frame *f, double speed)
{
    return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * (log10(speed) - f->y_low) / (f->y_high - f->y_low);
}

static frame frame_of(const bench_line *lines, int n_lines)
{
    frame f = {INFINITY, -INFINITY, INFINITY, -INFINITY};

    for (int k = 0; k < n_lines; k++) {
        for (int i = 0; i < lines[k].n; i++) {
            f.x_low  = fmin(f.x_low, floor(log10(lines[k].accuracy[i])));
            f.x_high = fmax(f.x_high, ceil(log10(lines[k].accuracy[i])));
            f.y_low  = fmin(f.y_low, floor(log10(lines[k].speed[i])));
            f.y_high = fmax(f.y_high, ceil(log10(lines[k].speed[i])));
        }
    }
    return f;
}

static void axes(onset_text *out, const frame *f)
{
    for (double p = f->x_low; p <= f->x_high; p++) {
        double x = place_x(f, pow(10, p));
        onset_text_printf(out, "<line x1=\"%.1f\" y1=\"%d\" x2=\"%.1f\" y2=\"%d\" stroke=\"#ddd\"/>\n", x, TOP, x, HEIGHT - BOTTOM);
        onset_text_printf(out, "<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">1e%.0f</text>\n", x, HEIGHT - BOTTOM + 20, p);
    }
    for (double p = f->y_low; p <= f->y_high; p++) {
        double y = place_y(f, pow(10, p));
        onset_text_printf(out, "<line x1=\"%d\" y1=\"%.1f\" x2=\"%d\" y2=\"%.1f\" stroke=\"#ddd\"/>\n", LEFT, y, WIDTH - RIGHT, y);
        onset_text_printf(out, "<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%g</text>\n", LEFT - 8, y + 4, pow(10, p));
    }
    onset_text_printf(out, "<text x=\"%d\" y=\"%d\" text-anchor=\"middle\">largest relative error (better to the right)</text>\n",
                      (LEFT + WIDTH - RIGHT) / 2, HEIGHT - 15);
    onset_text_printf(out,
                      "<text transform=\"translate(20 %d) rotate(-90)\" text-anchor=\"middle\">subjects per second, one thread</text>\n",
                      (TOP + HEIGHT - BOTTOM) / 2);
}

static void draw_line(onset_text *out, const frame *f, const bench_line *line, int k)
{
    const char *colour = colours[k % 5];

    if (line->n == 0) return;
    onset_text_printf(out, "<polyline fill=\"none\" stroke=\"%s\" stroke-width=\"2\" points=\"", colour);
    for (int i = 0; i < line->n; i++) onset_text_printf(out, "%.1f,%.1f ", place_x(f, line->accuracy[i]), place_y(f, line->speed[i]));
    onset_text_add(out, "\"/>\n");
    for (int i = 0; i < line->n; i++) {
        onset_text_printf(out, "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"4\" fill=\"%s\"/>\n", place_x(f, line->accuracy[i]),
                          place_y(f, line->speed[i]), colour);
    }
    onset_text_printf(out, "<rect x=\"%d\" y=\"%d\" width=\"18\" height=\"4\" fill=\"%s\"/><text x=\"%d\" y=\"%d\">%s</text>\n",
                      WIDTH - RIGHT + 12, TOP + 20 + 24 * k, colour, WIDTH - RIGHT + 38, TOP + 26 + 24 * k, line->name);
}

void bench_diagram(onset_text *out, const char *title, const bench_line *lines, int n_lines)
{
    frame f = frame_of(lines, n_lines);

    onset_text_printf(out, "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" font-family=\"sans-serif\" font-size=\"13\">\n",
                      WIDTH, HEIGHT);
    onset_text_printf(out, "<rect width=\"%d\" height=\"%d\" fill=\"white\"/>\n", WIDTH, HEIGHT);
    onset_text_printf(out, "<text x=\"%d\" y=\"28\" font-size=\"16\">%s</text>\n", LEFT, title);
    axes(out, &f);
    for (int k = 0; k < n_lines; k++) draw_line(out, &f, &lines[k], k);
    onset_text_add(out, "</svg>\n");
}
