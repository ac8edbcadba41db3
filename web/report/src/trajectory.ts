// Courses over time: the headline figure and the panels of the mechanism.
import * as Plot from "@observablehq/plot";
import { type Arm, type Output, type Panel, type Report, type Summary, outputTitle, sameTime } from "./data";
import { h, s, textWidth, wrap } from "./dom";
import { canvas, figure, fileName, fit, legend, place } from "./figure";
import { duration, fixed, decimalsFor, number, time, withUnit } from "./format";
import { scrolling } from "./table";
import { view } from "./view";

interface Line { arm: Arm; points: Summary[] }
interface Span { from: number; to: number; perUnit: number; label: string } // [h], hours in a unit of the axis

const FIRST_DAY = 24;
const spanOf = (from: number, to: number, short = false): Span =>
  to - from <= 48 ? { from, to, perUnit: 1, label: short ? "Hours" : "Hours from the start" } : { from, to, perUnit: 24, label: short ? "Days" : "Days from the start" };

const visible = (arms: Arm[]) => arms.filter((arm) => !view.hidden.has(arm.position));

function linesOf(report: Report, output: Output): Line[] {
  return visible(report.arms).map((arm) => ({ arm, points: report.series(output, arm).filter((p) => p.median !== null) })).filter((l) => l.points.length > 0);
}

/** The range of values that the marks of these lines take within a span. */
function extent(lines: Line[], span: Span, outer: boolean): [number, number] {
  let low = Infinity, high = -Infinity;
  for (const { points } of lines)
    for (const p of points)
      if (p.time_h >= span.from - 1e-9 && p.time_h <= span.to + 1e-9) {
        low = Math.min(low, (outer ? p.p05 : p.p25) ?? p.median!);
        high = Math.max(high, (outer ? p.p95 : p.p75) ?? p.median!);
      }
  return low <= high ? [low, high] : [0, 1];
}

const padded = ([low, high]: [number, number], output: Output): [number, number] => {
  const room = high > low ? 0.06 * (high - low) : Math.abs(high) * 0.1 || 1;
  const atFloor = output.low !== null && low - room < output.low ? output.low : low >= 0 && low < 0.25 * high ? 0 : low - room;
  return [atFloor, output.high !== null ? Math.min(output.high, high + room) : high + room];
};

interface ChartOptions {
  lines: Line[]; output: Output; span: Span; domain: [number, number]; log?: boolean; width: number; height: number;
  left: number; right: number; top?: number; bottom?: number; yAxis: boolean; outer: boolean; inner: boolean; reference?: Line; tip?: boolean; strokeWidth?: number; strong?: boolean;
}

/** Medians with bands over one span. */
function chart(o: ChartOptions): SVGSVGElement {
  const within = (p: Summary) => p.time_h >= o.span.from - 1e-9 && p.time_h <= o.span.to + 1e-9;
  const clamp = (v: number | null) => (v === null ? null : o.log ? Math.max(v, o.domain[0]) : v);
  const rows = (line: Line) => line.points.filter(within).filter((p) => !o.log || p.median! >= o.domain[0]);
  const bandRows = (line: Line, high: "p75" | "p95") => line.points.filter(within).filter((p) => !o.log || (p[high] ?? 0) >= o.domain[0]);
  const x = (p: Summary) => p.time_h / o.span.perUnit;
  const marks: Plot.Markish[] = [Plot.gridY({ stroke: "var(--grid)", strokeOpacity: 1, ticks: ticksFor(o.height) })];
  for (const line of o.lines) {
    const colour = line.arm.colour;
    if (o.outer) marks.push(Plot.areaY(bandRows(line, "p95"), { x, y1: (p: Summary) => clamp(p.p05), y2: "p95", fill: colour, fillOpacity: o.strong ? 0.16 : 0.07 }));
    if (o.inner) marks.push(Plot.areaY(bandRows(line, "p75"), { x, y1: (p: Summary) => clamp(p.p25), y2: "p75", fill: colour, fillOpacity: o.strong ? 0.3 : 0.15 }));
  }
  if (o.reference) marks.push(Plot.line(rows(o.reference), { x, y: "median", stroke: o.reference.arm.colour, strokeWidth: 1.3, strokeDasharray: "4 3" }));
  for (const line of o.lines) {
    const points = rows(line);
    if (points.length === 1) marks.push(Plot.dot(points, { x, y: "median", fill: line.arm.colour, r: 4 }));
    marks.push(Plot.line(points, { x, y: "median", stroke: line.arm.colour, strokeWidth: o.strokeWidth ?? 2, strokeDasharray: line.arm.dash, strokeLinejoin: "round" }));
  }
  if (o.tip) marks.push(tip(o, within, x));
  return Plot.plot({
    width: o.width, height: o.height, marginLeft: o.left, marginRight: o.right, marginTop: o.top ?? 12, marginBottom: o.bottom ?? 36,
    x: { domain: [o.span.from / o.span.perUnit, o.span.to / o.span.perUnit], label: null, ticks: tickValues(o.span, o.width - o.left - o.right), tickFormat: (v: number) => number(v), tickSize: 4, nice: false },
    y: { domain: o.domain, type: o.log ? "log" : "linear", label: null, axis: o.yAxis ? "left" : null, ticks: o.log ? logTicks(o.domain) : ticksFor(o.height), tickSize: 0, tickFormat: (v: number) => number(v), clamp: true },
    marks,
  }) as SVGSVGElement;
}

const ticksFor = (height: number) => Math.max(2, Math.min(7, Math.round(height / 48)));

function logTicks([low, high]: [number, number]): number[] {
  const ticks: number[] = [];
  for (let e = Math.ceil(Math.log10(low) - 1e-9); e <= Math.log10(high) + 1e-9; e++) ticks.push(10 ** e);
  return ticks.length > 1 ? ticks : [low, high];
}

/** Hours by 1, 2, 3, 4, 6, 12 and days by 1, 2, 7, 14, 28: what a clinician counts in. */
function tickValues(span: Span, width: number): number[] {
  const from = span.from / span.perUnit, to = span.to / span.perUnit;
  const wanted = (to - from) / Math.max(1, width / 44);
  const steps = span.perUnit === 1 ? [0.1, 0.25, 0.5, 1, 2, 3, 4, 6, 12, 24] : [0.5, 1, 2, 4, 7, 14, 28, 56, 91, 182, 365];
  const step = steps.find((v) => v >= wanted) ?? wanted;
  const first = Math.ceil(from / step - 1e-9);
  return Array.from({ length: Math.max(1, Math.floor(to / step + 1e-9) - first + 1) }, (_, i) => (first + i) * step);
}

function tip(o: ChartOptions, within: (p: Summary) => boolean, x: (p: Summary) => number): Plot.Markish {
  const rows = o.lines.flatMap((line) => line.points.filter(within).map((p) => ({ ...p, arm: line.arm })));
  return Plot.tip(rows, Plot.pointer({
    x: (p) => x(p), y: "median", fill: "var(--raised)", stroke: "var(--line)", fontSize: 12, lineHeight: 1.25,
    title: (p: Summary & { arm: Arm }) => `${p.arm.label}, ${time(p.time_h)}\n${withUnit(outputTitle(o.output), o.output.unit)}: ${number(p.median)}\nmiddle 50 %: ${number(p.p25)} to ${number(p.p75)}\nmiddle 90 %: ${number(p.p05)} to ${number(p.p95)}`,
  } as Plot.TipOptions));
}

interface Box { x: number; y: number; width: number; height: number }

/** The first day and the whole course side by side, on one scale of y. `right` px stay free for labels. */
function pair(into: SVGSVGElement, box: Box, split: boolean, spans: [Span, Span], options: Omit<ChartOptions, "span" | "width" | "height" | "yAxis" | "left" | "right"> & { left: number; right: number; share: number; titles: boolean }): SVGSVGElement {
  const GAP = 14;
  const bottom = options.bottom ?? 36;
  const firstWidth = split ? Math.round(options.left + (box.width - options.left - options.right - GAP) * options.share) : 0;
  const axisLabel = (text: string, from: number, to: number) => s("text", { x: (from + to) / 2, y: box.y + box.height - 3, "text-anchor": "middle", "font-size": 11, fill: "var(--soft)" }, text);
  if (split) {
    place(into, chart({ ...options, span: spans[0], width: firstWidth, height: box.height, right: 0, yAxis: true }), box.x, box.y);
    into.append(axisLabel(spans[0].label, box.x + options.left, box.x + firstWidth));
  }
  const restLeft = split ? GAP : options.left;
  const x = box.x + firstWidth;
  const rest = chart({ ...options, span: spans[1], width: box.width - firstWidth, height: box.height, left: restLeft, yAxis: !split });
  place(into, rest, x, box.y);
  into.append(axisLabel(spans[1].label, x + restLeft, box.x + box.width - options.right));
  if (options.titles && split) {
    const title = (text: string, at: number) => s("text", { x: at, y: box.y + 2, "font-size": 12, "font-weight": 600, fill: "var(--soft)" }, text);
    into.append(title("First 24 hours", box.x + options.left), title(`Whole course, ${duration(spans[1].to - spans[1].from)}`, x + restLeft));
  }
  void bottom;
  return rest;
}

/** Names at the ends of the lines, moved apart where they would overlap. */
function directLabels(into: SVGSVGElement, lines: Line[], yOf: (v: number) => number, box: { x: number; top: number; bottom: number; width: number }): void {
  const SIZE = 12, LINE = 14;
  const labels = lines.map(({ arm, points }) => {
    const text = wrap(arm.label, box.width - 14, SIZE, 600);
    return { arm, text, at: yOf(points[points.length - 1].median!), height: text.length * LINE + 5, y: 0 };
  }).sort((a, b) => a.at - b.at);
  let free = -Infinity;
  for (const label of labels) {
    label.y = Math.max(label.at - label.height / 2, free);
    free = label.y + label.height;
  }
  let limit = box.bottom;
  for (const label of [...labels].reverse()) {
    label.y = Math.max(box.top - 8, Math.min(label.y, limit - label.height));
    limit = label.y;
  }
  for (const label of labels) {
    const middle = label.y + label.height / 2;
    into.append(
      s("path", { d: `M${box.x + 2},${label.at}L${box.x + 9},${middle}`, stroke: label.arm.colour, "stroke-width": 1, fill: "none" }),
      s("text", { "font-size": SIZE, "font-weight": 600, fill: label.arm.colour }, label.text.map((line, i) => s("tspan", { x: box.x + 12, y: label.y + LINE * (i + 1) - 1 }, line))));
  }
}

/** One chart of all arms on top, below it one an arm with both bands and the control for comparison. */
function drawHeadline(report: Report, output: Output, width: number): SVGSVGElement {
  const lines = linesOf(report, output);
  const narrow = width < 620;
  const lastH = report.lastH;
  const firstH = Math.min(0, ...lines.map((l) => l.points[0].time_h));
  const split = lastH > 2 * FIRST_DAY;
  const spans: [Span, Span] = [spanOf(firstH, FIRST_DAY), spanOf(firstH, lastH)];
  const labelWidth = narrow ? 0 : Math.min(170, 20 + Math.max(0, ...lines.map((l) => Math.max(...wrap(l.arm.label, 150, 12, 600).map((t) => textWidth(t, 12, 600))))));
  const key = legend(lines.map((l) => l.arm), width);
  const top = narrow ? key.height + 26 : 30;
  const mainHeight = narrow ? 270 : 380;
  const columns = lines.length <= 1 ? 0 : narrow ? 1 : Math.min(lines.length, Math.max(2, Math.floor(width / 260)));
  const rows = columns ? Math.ceil(lines.length / columns) : 0;
  const cell = { width: columns ? (width - 22 * (columns - 1)) / columns : 0, height: 196 };
  const main: Box = { x: 0, y: top, width, height: mainHeight };
  const facetsTop = top + mainHeight + 34;
  const svg = canvas(width, facetsTop + (rows ? rows * (cell.height + 30) : -20));
  const single = lines.length === 1;
  const showOuter = view.bands === "both";
  const domain = padded(extent(lines, spans[1], true), output);
  const mainDomain = single || lines.length <= 2 ? domain : padded(extent(lines, spans[1], false), output);

  svg.append(s("text", { x: 0, y: top - 16, "font-size": 12, fill: "var(--soft)" }, withUnit(outputTitle(output), output.unit)));
  if (narrow) svg.append(s("g", { transform: "translate(0,0)" }, key.node));
  const rest = pair(svg, main, split, spans, { lines, output, domain: mainDomain, left: 34, right: labelWidth, share: 0.36, titles: false, outer: showOuter && lines.length <= 2, inner: view.bands !== "none", strong: lines.length <= 2, tip: true, strokeWidth: 2.4, top: 10 });
  if (split) {
    const at = 34 + (width - 34 - labelWidth - 14) * 0.36;
    svg.append(panelTitle("First 24 hours", 34, top), panelTitle(`Whole course: ${duration(lastH - firstH)}`, at + 14, top));
  }
  if (!narrow) {
    const scale = (rest as SVGSVGElement & Plot.Plot).scale("y")!;
    directLabels(svg, lines, (v) => top + (scale.apply(v) as number), { x: width - labelWidth, top, bottom: top + mainHeight - 30, width: labelWidth });
  }
  const control = lines.find((l) => l.arm.is_control);
  lines.forEach((line, i) => {
    if (!columns) return;
    const box = { x: (i % columns) * (cell.width + 22), y: facetsTop + Math.floor(i / columns) * (cell.height + 30) + 12, width: cell.width, height: cell.height };
    svg.append(s("text", { x: box.x, y: box.y - 4, "font-size": 12, "font-weight": 600, fill: line.arm.colour }, fit(line.arm.title, cell.width, 12, 600)));
    pair(svg, box, split, [spanOf(firstH, FIRST_DAY, true), spanOf(firstH, lastH, true)], { lines: [line], output, domain, left: 30, right: 4, share: 0.36, titles: false, outer: showOuter, inner: view.bands !== "none", strong: true, reference: control && control !== line ? control : undefined, strokeWidth: 2 });
  });
  return svg;
}

const panelTitle = (text: string, x: number, top: number) => s("text", { x, y: top - 1, "font-size": 12, "font-weight": 600, fill: "var(--soft)" }, text);

const BANDS_MEAN = "Bands show how the virtual patients differ from one another. They are not confidence intervals, and they do not tell how wrong the model may be.";

export function headlineFigure(report: Report, output: Output): HTMLElement {
  const several = report.arms.length > 2;
  const control = report.arms.find((a) => a.is_control);
  return figure({
    name: fileName(report.run.study, output.output),
    title: `${outputTitle(output)} by arm`,
    caption: [
      `Lines: median of ${report.run.n_subjects.toLocaleString("en-GB")} virtual patients (true values, before measurement error). `,
      several ? "Top: all arms with the band of the middle 50 % of patients. Below: each arm alone with the middle 50 % (dark) and 90 % (light)" : "Bands: the middle 50 % (dark) and 90 % (light) of patients",
      several && control ? `, and the median of ${control.label} dashed. ` : ". ", BANDS_MEAN],
    draw: (width) => drawHeadline(report, output, width),
    numbers: () => numbersOf(report, [output]),
    table: () => visitTable(report, [output]),
  });
}

/** Arms whose values are 0 throughout, which a logarithmic axis cannot show. */
const isZero = (line: Line) => line.points.every((p) => (p.p95 ?? p.median ?? 0) <= 0);

function drawPanel(report: Report, panel: Panel, width: number): SVGSVGElement {
  const all = visible(report.arms);
  const key = legend(all, width);
  const n = panel.outputs.length;
  const columns = Math.min(n, Math.max(1, Math.floor((width + 24) / 330)));
  const cell = { width: (width - 24 * (columns - 1)) / columns, height: 210 };
  const rowHeight = cell.height + 40;
  const svg = canvas(width, key.height + 8 + Math.ceil(n / columns) * rowHeight);
  const span = spanOf(0, panel.firstH > 0 ? panel.firstH : report.lastH);

  svg.append(key.node);
  panel.outputs.forEach((output, i) => {
    const x = (i % columns) * (cell.width + 24), y = key.height + 22 + Math.floor(i / columns) * rowHeight;
    const found = linesOf(report, output);
    const lines = panel.isLog ? found.filter((l) => !isZero(l)) : found;
    const left = found.filter((l) => !lines.includes(l)).map((l) => l.arm.label);
    svg.append(s("text", { x, y, "font-size": 12, "font-weight": 600 }, fit(withUnit(outputTitle(output), output.unit), cell.width, 12, 600)));
    if (left.length) svg.append(s("text", { x, y: y + 14, "font-size": 10.5, fill: "var(--faint)" }, fit(`zero throughout: ${left.join(", ")}`, cell.width, 10.5)));
    if (!lines.length) {
      svg.append(s("text", { x: x + cell.width / 2, y: y + cell.height / 2, "text-anchor": "middle", fill: "var(--faint)" }, found.length ? "" : "no values"));
      return;
    }
    const outer = view.bands === "both" && lines.length === 1;
    const domain = panel.isLog ? logDomain(lines, span) : padded(extent(lines, span, outer), output);
    place(svg, chart({ lines, output, span, domain, log: panel.isLog, width: cell.width, height: cell.height - 14, left: 40, right: 6, top: 8, yAxis: true, outer, inner: view.bands !== "none", tip: true, strokeWidth: 1.8 }), x, y + 18);
    svg.append(s("text", { x: x + 40 + (cell.width - 46) / 2, y: y + cell.height + 2, "text-anchor": "middle", "font-size": 11, fill: "var(--soft)" }, span.label));
  });
  return svg;
}

const LOG_DECADES = 4; // shown below the largest value: what lies lower is of no clinical weight and would flatten the rest

function logDomain(lines: Line[], span: Span): [number, number] {
  const inside = lines.flatMap((l) => l.points.filter((p) => p.time_h <= span.to));
  const values = inside.flatMap((p) => [p.p25, p.median, p.p75]).filter((v): v is number => v !== null && v > 0);
  const high = values.reduce((a, b) => Math.max(a, b), 0) || 1;
  const low = Math.max(values.reduce((a, b) => Math.min(a, b), high), high / 10 ** LOG_DECADES);
  return [10 ** Math.floor(Math.log10(low)), high * 1.5];
}

export function panelFigure(report: Report, panel: Panel): HTMLElement {
  const window = panel.firstH > 0 ? `First ${duration(panel.firstH)}. ` : "";
  return figure({
    name: fileName(report.run.study, panel.title),
    title: panel.title,
    caption: [window, "Median and middle 50 % of the virtual patients", panel.isLog ? "; logarithmic axis." : "."],
    draw: (width) => drawPanel(report, panel, width),
    numbers: () => numbersOf(report, panel.outputs),
    table: () => visitTable(report, panel.outputs),
    className: panel.outputs.length > 1 ? "wide" : "",
  });
}

function numbersOf(report: Report, outputs: Output[]): (string | number | null)[][] {
  const head = ["arm", "output", "unit", "time_h", "n", "mean", "sd", "p05", "p25", "median", "p75", "p95"];
  return [head, ...outputs.flatMap((o) => report.arms.flatMap((arm) => report.series(o, arm).map((p) => [arm.arm, o.output, o.unit, p.time_h, p.n, p.mean, p.sd, p.p05, p.p25, p.median, p.p75, p.p95])))];
}

/** At the visits: median and the two bands, a column an arm. */
function visitTable(report: Report, outputs: Output[]): HTMLElement {
  const rows = outputs.flatMap((output) => {
    const decimals = decimalsFor(report.arms.flatMap((arm) => report.series(output, arm).map((p) => p.median)));
    return report.visits.map((visit) => h("tr", {},
      outputs.length > 1 && h("th", { scope: "row" }, withUnit(outputTitle(output), output.unit)),
      h("th", { scope: "row" }, visit.label || time(visit.time_h)),
      report.arms.map((arm) => {
        const p = report.series(output, arm).find((row) => sameTime(row.time_h, visit.time_h));
        return h("td", { class: "n" }, p && p.median !== null ? [h("b", {}, fixed(p.median, decimals)), h("br"), `${fixed(p.p25, decimals)} to ${fixed(p.p75, decimals)}`, h("br"), h("span", { class: "quiet" }, `${fixed(p.p05, decimals)} to ${fixed(p.p95, decimals)}`)] : "\u2013");
      })));
  });
  return scrolling(h("table", {}, h("caption", {}, "Median, middle 50 % and middle 90 % of the patients at each visit."),
    h("thead", {}, h("tr", {}, outputs.length > 1 && h("th", { scope: "col" }, "Output"), h("th", { scope: "col" }, "Visit"), report.arms.map((arm) => h("th", { scope: "col", class: "n" }, arm.label)))), h("tbody", {}, rows)), "Numbers at the visits");
}
