// Courses over time: the headline figure and the panels of the mechanism.
import * as Plot from "@observablehq/plot";
import { type Arm, type Output, type Panel, type Report, type Summary, outputTitle, sameTime } from "./data";
import { type Child, h, s, balanced, textWidth, wrap } from "./dom";
import { canvas, evenColumns, figure, fileName, fit, legend, place } from "./figure";
import { decimalsFor, duration, fixed, integer, number, time, withUnit } from "./format";
import { caption, scrolling } from "./table";
import { view } from "./view";

interface Line { arm: Arm; points: Summary[] }
interface Span { from: number; to: number; perUnit: number; unit: string } // [h]; hours in a unit of the axis
interface Marks { arms: Arm[]; rise: number } // arms whose doses are marked above a chart, and the height of a row of marks [px]
interface Frame { x: number; y: number; width: number; height: number; left: number; right: number }
interface Style { domain: [number, number]; log: boolean; outer: boolean; inner: boolean; strong: boolean; strokeWidth: number; reference?: Line; tip: boolean; doses: Marks; sparse: Set<Line>; labels: "long" | "short" }

const DAY = 24;
const FIRST_SHARE = 0.36; // of the width, that the first day takes beside the whole course
const SPAN_GAP = 26;
const FRAME_BOTTOM = 36;
const FRAME_TOP = 10;

const span = (from: number, to: number): Span => (to - from <= 48 ? { from, to, perUnit: 1, unit: "Hours" } : { from, to, perUnit: DAY, unit: "Days" });

/** A course of weeks is shown twice: its first day, where the rapid effects lie, and the whole. */
const spansOf = (report: Report, firstH: number): Span[] => {
  if (firstH > 0) return [span(0, Math.min(firstH, report.lastH || firstH))];
  return report.lastH > 2 * DAY ? [span(0, DAY), span(0, report.lastH)] : [span(0, report.lastH || 1)];
};

const inside = (p: Summary, within: Span) => p.time_h >= within.from - 1e-6 && p.time_h <= within.to + 1e-6;
const visible = (arms: Arm[]) => arms.filter((arm) => !view.hidden.has(arm.position));

function linesOf(report: Report, output: Output): Line[] {
  return visible(report.arms).map((arm) => ({ arm, points: report.series(output, arm).filter((p) => p.median !== null) })).filter((l) => l.points.length > 0);
}

/** The dosed arms of these lines, a row of marks each; flatter where there are many. */
function marksOf(lines: Line[]): Marks {
  const arms = lines.map((l) => l.arm).filter((a) => a.doses.length > 0);
  return { arms, rise: arms.length > 4 ? 3 : 6 };
}

const marksHeight = (marks: Marks) => marks.arms.length * marks.rise;

const SAMPLES_FEW = 8;       // times traced from one dose to the next, below which a peak can be missed; chosen by us
const MOVE = 0.02;           // of the axis: a smaller rise or fall is not seen

/** Median number of traced times from one dose to the next within a span; null where there are not two such intervals. */
function samplesBetweenDoses(line: Line, within: Span): number | null {
  const doses = line.arm.doses.filter((t) => t >= within.from - 1e-6 && t <= within.to + 1e-6);
  if (doses.length < 3) return null;
  const counts = doses.slice(1).map((t, i) => line.points.filter((p) => p.time_h >= doses[i] - 1e-6 && p.time_h < t - 1e-6).length);
  return counts.sort((a, b) => a - b)[Math.floor(counts.length / 2)];
}

const isFew = (line: Line, within: Span) => (samplesBetweenDoses(line, within) ?? SAMPLES_FEW) < SAMPLES_FEW;

/** Whether the line rises and falls with the doses: it turns at least in every second interval. */
function swings(line: Line, within: Span, [low, high]: [number, number]): boolean {
  const values = line.points.filter((p) => inside(p, within)).map((p) => p.median!);
  let turns = 0, up = true, last = values[0];
  for (const v of values) {
    if (up ? v > last : v < last) last = v;
    else if (Math.abs(v - last) > MOVE * (high - low)) [up, last, turns] = [!up, v, turns + 1];
  }
  return turns > line.arm.doses.filter((t) => t < within.to).length / 2;
}

/** Lines whose peaks and troughs fall between the traced times: a line from dot to dot would make up its shape. */
const sparseOf = (lines: Line[], spans: Span[], domain: [number, number]) =>
  new Set(lines.filter((line) => spans.some((x) => isFew(line, x) && swings(line, x, domain))));

/** The range of y that the marks need, with a little room, from 0 where that is near, within the output's own limits. */
function domainOf(lines: Line[], spans: Span[], outer: boolean, output: Output): [number, number] {
  let low = Infinity, high = -Infinity;
  for (const p of lines.flatMap((l) => l.points).filter((q) => spans.some((x) => inside(q, x)))) {
    low = Math.min(low, (outer ? p.p05 : p.p25) ?? p.median!);
    high = Math.max(high, (outer ? p.p95 : p.p75) ?? p.median!);
  }
  if (low > high) return [0, 1];
  const room = high > low ? 0.06 * (high - low) : Math.abs(high) * 0.1 || 1;
  const floor = low >= 0 && low < 0.25 * high ? 0 : low - room;
  return [output.low === null ? floor : Math.max(output.low, floor), output.high === null ? high + room : Math.min(output.high, high + room)];
}

const LOG_DECADES = 4; // shown below the largest value: what lies lower has no clinical weight and would flatten the rest

function logDomain(lines: Line[], spans: Span[]): [number, number] {
  const points = lines.flatMap((l) => l.points).filter((p) => spans.some((x) => inside(p, x)));
  const values = points.flatMap((p) => [p.p25, p.median, p.p75]).filter((v): v is number => v !== null && v > 0);
  const high = values.reduce((a, b) => Math.max(a, b), 0) || 1;
  const low = Math.max(values.reduce((a, b) => Math.min(a, b), high), high / 10 ** LOG_DECADES);
  return [10 ** Math.floor(Math.log10(low)), high * 1.5];
}

/** Lines that lie on one another throughout are drawn as stripes of their colours, so that none hides the others. */
function stripes(lines: Line[], within: Span, style: Style, of: "median" | "p25" | "p75"): Map<Line, { strokeDasharray?: string; strokeDashoffset?: number }> {
  const STRIPE = 10, NEAR = 0.012; // [px]; share of the axis
  const value = (p: Summary) => p[of] ?? p.median!;
  const level = (p: Summary) => (style.log ? Math.log10(Math.max(value(p), style.domain[0])) : value(p));
  const range = style.log ? Math.log10(style.domain[1] / style.domain[0]) : style.domain[1] - style.domain[0];
  const same = (a: Line, b: Line) => {
    const p = a.points.filter((x) => inside(x, within)), q = b.points.filter((x) => inside(x, within));
    return p.length > 1 && p.length === q.length && p.every((x, i) => Math.abs(level(x) - level(q[i])) <= NEAR * range);
  };
  const groups: Line[][] = [];
  for (const line of lines) {
    const group = groups.find((g) => same(g[0], line));
    if (group) group.push(line);
    else groups.push([line]);
  }
  return new Map(groups.flatMap((group) => group.map((line, k) => [line, group.length === 1 ? { strokeDasharray: line.arm.dash } : k === 0 ? {} : { strokeDasharray: `${STRIPE} ${STRIPE * (group.length - 1)}`, strokeDashoffset: -STRIPE * k }] as const)));
}

/** Medians with bands over one span, in a plot of this size. */
function chart(lines: Line[], output: Output, within: Span, style: Style, width: number, height: number, left: number, right: number, yAxis: boolean): SVGSVGElement {
  const floor = style.domain[0];
  const clamp = (v: number | null) => (v !== null && style.log ? Math.max(v, floor) : v);
  const points = (line: Line) => line.points.filter((p) => inside(p, within) && (!style.log || p.median! >= floor));
  const band = (line: Line, high: "p75" | "p95") => line.points.filter((p) => inside(p, within) && p[high] !== null && (!style.log || p[high]! >= floor));
  const x = (p: Summary) => p.time_h / within.perUnit;
  const yTicks = style.log ? logTicks(style.domain) : Math.max(2, Math.min(7, Math.round(height / 48)));
  const dashes = stripes(lines, within, style, "median");
  const edges = [stripes(lines, within, style, "p25"), stripes(lines, within, style, "p75")];
  const marks: Plot.Markish[] = [Plot.gridY({ stroke: "var(--grid)", strokeOpacity: 1, ticks: yTicks as number })];
  const isDotted = (line: Line) => style.sparse.has(line) && isFew(line, within);
  for (const line of lines) {
    const fill = line.arm.colour;
    if (isDotted(line)) {
      if (style.inner) marks.push(Plot.ruleX(band(line, "p75"), { x, y1: (p: Summary) => clamp(p.p25), y2: "p75", stroke: fill, strokeWidth: 1, strokeOpacity: 0.45 }));
      continue;
    }
    if (style.outer) marks.push(Plot.areaY(band(line, "p95"), { x, y1: (p: Summary) => clamp(p.p05), y2: "p95", fill, fillOpacity: style.strong ? 0.16 : 0.07 }));
    if (style.inner) marks.push(Plot.areaY(band(line, "p75"), { x, y1: (p: Summary) => clamp(p.p25), y2: "p75", fill, fillOpacity: style.strong ? 0.3 : 0.05 }));
    // Several bands are told apart by their edges: fills on top of one another make colours that belong to no arm.
    if (style.inner && !style.strong) for (const [k, edge] of (["p25", "p75"] as const).entries())
      marks.push(Plot.line(band(line, "p75"), { x, y: (p: Summary) => clamp(p[edge]), stroke: fill, strokeWidth: 0.9, strokeOpacity: 0.75, ...(edges[k].get(line) ?? {}) }));
  }
  if (style.reference) marks.push(Plot.line(points(style.reference), { x, y: "median", stroke: style.reference.arm.colour, strokeWidth: 1.3, strokeDasharray: "4 3" }));
  for (const line of lines) {
    if (points(line).length === 1) marks.push(Plot.dot(points(line), { x, y: "median", fill: line.arm.colour, r: 4 }));
    if (isDotted(line)) marks.push(
      Plot.line(points(line), { x, y: "median", stroke: line.arm.colour, strokeWidth: 0.7, strokeDasharray: "1 2" }),
      Plot.dot(points(line), { x, y: "median", fill: line.arm.colour, r: 1.7 }));
    else marks.push(Plot.line(points(line), { x, y: "median", stroke: line.arm.colour, strokeWidth: style.strokeWidth, strokeLinejoin: "round", ...dashes.get(line) }));
  }
  if (style.tip) marks.push(tip(lines, output, within));
  return Plot.plot({
    width, height, marginLeft: left, marginRight: right, marginTop: FRAME_TOP + marksHeight(style.doses), marginBottom: FRAME_BOTTOM,
    x: { domain: [within.from / within.perUnit, within.to / within.perUnit], label: null, ticks: timeTicks(within, width - left - right), tickFormat: (v: number) => number(v), tickSize: 4 },
    y: { domain: style.domain, type: style.log ? "log" : "linear", label: null, axis: yAxis ? "left" : null, ticks: yTicks as number, tickSize: 0, tickFormat: (v: number) => number(v), clamp: true },
    marks,
  }) as SVGSVGElement;
}

/** Decades, every second or third where there are many. */
function logTicks([low, high]: [number, number]): number[] {
  const first = Math.ceil(Math.log10(low) - 1e-9), last = Math.floor(Math.log10(high) + 1e-9);
  const step = Math.ceil((last - first + 1) / 6);
  const ticks = Array.from({ length: Math.floor((last - first) / step) + 1 }, (_, i) => 10 ** (first + i * step));
  return ticks.length > 1 ? ticks : [low, high];
}

/** Hours by 1, 2, 3, 4, 6, 12 and days by 1, 2, 7, 14, 28: what a clinic counts in. */
function timeTicks(within: Span, width: number): number[] {
  const from = within.from / within.perUnit, to = within.to / within.perUnit;
  const wanted = (to - from) / Math.max(1, Math.min(13, width / 42));
  const steps = within.perUnit === 1 ? [0.1, 0.25, 0.5, 1, 2, 3, 4, 6, 12, 24] : [0.5, 1, 2, 7, 14, 28, 56, 91, 182, 365];
  const step = steps.find((v) => v >= wanted) ?? wanted;
  const first = Math.ceil(from / step - 1e-9);
  return Array.from({ length: Math.max(1, Math.floor(to / step + 1e-9) - first + 1) }, (_, i) => (first + i) * step);
}

function tip(lines: Line[], output: Output, within: Span): Plot.Markish {
  const rows = lines.flatMap((line) => line.points.filter((p) => inside(p, within)).map((p) => ({ ...p, arm: line.arm })));
  return Plot.tip(rows, Plot.pointerX({
    x: (p: Summary) => p.time_h / within.perUnit, y: "median", fill: "var(--raised)", stroke: "var(--line)", fontSize: 12, lineHeight: 1.25,
    title: (p: Summary & { arm: Arm }) => `${p.arm.label}, ${time(p.time_h)}\n${withUnit(outputTitle(output), output.unit)}: ${number(p.median)}\nmiddle 50\u00a0%: ${number(p.p25)} to ${number(p.p75)}\nmiddle 90\u00a0%: ${number(p.p05)} to ${number(p.p95)}`,
  } as Plot.TipOptions));
}

/** A mark for each dose above the chart, in its arm's colour, a row an arm. */
function doseMarks(marks: Marks, within: Span, x: number, width: number, y: number): SVGGElement {
  return s("g", { class: "doses", "aria-label": "doses" }, marks.arms.flatMap((arm, row) => arm.doses.filter((t) => t >= within.from - 1e-6 && t <= within.to + 1e-6).map((t) => {
    const at = x + ((t - within.from) / (within.to - within.from)) * width, top = y + row * marks.rise;
    return s("path", { d: `M${at - 2.5},${top}h5l-2.5,${marks.rise - 1}z`, fill: arm.colour });
  })));
}

const cutAxis = (style: Pick<Style, "log" | "domain">) => !style.log && (style.domain[0] > 0 || style.domain[1] < 0);

/** The spans side by side on one scale of y. Gives the last chart and where each span begins [px]. */
function course(into: SVGSVGElement, frame: Frame, lines: Line[], output: Output, spans: Span[], style: Style): { last: SVGSVGElement & Plot.Plot; starts: number[] } {
  const free = frame.width - frame.left - frame.right - SPAN_GAP * (spans.length - 1);
  const starts: number[] = [];
  let last: SVGSVGElement | null = null;
  let x = frame.x;
  spans.forEach((within, i) => {
    const left = i === 0 ? frame.left : SPAN_GAP;
    const right = i === spans.length - 1 ? frame.right : 0;
    const wide = spans.length === 1 ? free : free * (i === 0 ? FIRST_SHARE : 1 - FIRST_SHARE);
    last = chart(lines, output, within, style, left + wide + right, frame.height, left, right, i === 0);
    place(into, last, x, frame.y);
    into.append(s("text", { x: x + left + wide / 2, y: frame.y + frame.height - 3, "text-anchor": "middle", "font-size": 11, fill: "var(--soft)" }, style.labels === "long" && wide > 130 ? `${within.unit} from the start` : within.unit));
    into.append(doseMarks(style.doses, within, x + left, wide, frame.y + 2));
    if (i === 0 && cutAxis(style)) into.append(s("path", { class: "cut", d: `M${x + left - 6},${frame.y + frame.height - FRAME_BOTTOM}l4,-3l-4,-3l4,-3`, fill: "none", stroke: "var(--soft)", "stroke-width": 1.2 }));
    starts.push(x + left);
    x += left + wide + right;
  });
  return { last: last! as SVGSVGElement & Plot.Plot, starts };
}

const LABEL_SIZE = 12, LABEL_LINE = 14, LABEL_WIDTH = 150;

/** Names at the ends of the lines, moved apart where they would overlap. */
function directLabels(into: SVGSVGElement, lines: Line[], yOf: (v: number) => number, x: number, top: number, bottom: number): void {
  const labels = lines.map(({ arm, points }) => {
    const text = balanced(arm.label, LABEL_WIDTH, LABEL_SIZE, 600);
    return { arm, text, at: yOf(points[points.length - 1].median!), height: text.length * LABEL_LINE + 5, y: 0 };
  }).sort((a, b) => a.at - b.at);
  let free = -Infinity;
  for (const label of labels) {
    label.y = Math.max(label.at - label.height / 2, free);
    free = label.y + label.height;
  }
  let limit = bottom;
  for (const label of [...labels].reverse()) {
    label.y = Math.max(top, Math.min(label.y, limit - label.height));
    limit = label.y;
  }
  for (const label of labels) {
    into.append(
      s("path", { d: `M${x + 2},${label.at}L${x + 9},${label.y + label.height / 2}`, stroke: label.arm.colour, "stroke-width": 1, fill: "none" }),
      s("text", { "font-size": LABEL_SIZE, "font-weight": 600, fill: label.arm.colour }, label.text.map((line, i) => s("tspan", { x: x + 12, y: label.y + LABEL_LINE * (i + 1) - 1 }, line))));
  }
}

/** What stands above the headline: the quantity, what the bands are, where the axis begins. */
function headlineSays(output: Output, lines: Line[], domain: [number, number], few: boolean): string {
  const bands = view.bands === "none" ? "" : few ? `; bands: ${bandWords()}` : ` and, between thin lines, middle 50\u00a0% of patients${view.bands === "both" ? " (50 and 90\u00a0% in each arm\u2019s own chart below)" : ""}`;
  return `${withUnit(outputTitle(output), output.unit)}, median${bands}${doseKey(lines)}${cutAxis({ log: false, domain }) ? `; ${CUT}` : ""}`;
}

const CUT = "axis does not begin at 0";
const doseKey = (lines: Line[]) => (lines.some((l) => l.arm.doses.length > 0) ? "; \u25be a dose" : "");

/** All arms in one chart; below it, where there are more than two, each alone with both bands and the control's median. */
function drawHeadline(report: Report, output: Output, width: number): SVGSVGElement {
  const lines = linesOf(report, output);
  const spans = spansOf(report, 0);
  const narrow = width < 620;
  const few = lines.length <= 2;
  const both = view.bands === "both", inner = view.bands !== "none";
  const labelWidth = narrow ? 8 : 18 + Math.max(0, ...lines.flatMap((l) => balanced(l.arm.label, LABEL_WIDTH, LABEL_SIZE, 600)).map((t) => textWidth(t, LABEL_SIZE, 600)));
  const key = narrow ? legend(lines.map((l) => l.arm), width) : null;
  const domain = domainOf(lines, spans, few && both, output);
  const says = wrap(headlineSays(output, lines, domain, few), width, 12);
  const saysTop = key ? key.height + 8 : 0;
  const top = saysTop + 15 * says.length + (spans.length > 1 ? 28 : 8);
  const height = narrow ? 280 : 390;
  const columns = few ? 0 : narrow ? 1 : evenColumns(lines.length, Math.floor(width / 250));
  const cell = { width: columns ? (width - 24 * (columns - 1)) / columns : 0, height: 200 };
  const titles = lines.map((l) => wrap(l.arm.title, cell.width, 12, 600).slice(0, 2));
  const titleHeight = 4 + 15 * Math.max(1, ...titles.map((t) => t.length));
  const rowHeight = cell.height + titleHeight + 14;
  const facetsTop = top + height + 18;
  const svg = canvas(width, columns ? facetsTop + Math.ceil(lines.length / columns) * rowHeight : top + height);

  if (key) svg.append(key.node);
  svg.append(s("text", { "font-size": 12, fill: "var(--soft)" }, says.map((line, k) => s("tspan", { x: 0, y: saysTop + 12 + 15 * k }, line))));
  const style: Style = { domain, log: false, doses: marksOf(lines), sparse: sparseOf(lines, spans, domain), outer: few && both, inner, strong: few, strokeWidth: 2.4, tip: true, labels: "long" };
  const { last, starts } = course(svg, { x: 0, y: top, width, height, left: 34, right: labelWidth }, lines, output, spans, style);
  if (spans.length > 1)
    [`First ${duration(DAY)}`, `Whole course: ${duration(report.lastH)}`].forEach((text, i) => svg.append(s("text", { x: starts[i], y: top - 6, "font-size": 12, "font-weight": 600, fill: "var(--soft)" }, text)));
  if (!narrow) directLabels(svg, lines, (v) => top + (last.scale("y")!.apply(v) as number), width - labelWidth, top, top + height - FRAME_BOTTOM + 6);

  const control = lines.find((l) => l.arm.is_control);
  const own = domainOf(lines, spans, both, output);
  for (const [i, line] of columns ? lines.entries() : []) {
    const x = (i % columns) * (cell.width + 24), y = facetsTop + Math.floor(i / columns) * rowHeight;
    svg.append(s("text", { "font-size": 12, "font-weight": 600, fill: line.arm.colour }, titles[i].map((t, k) => s("tspan", { x, y: y + 12 + 15 * k }, fit(t, cell.width, 12, 600)))));
    course(svg, { x, y: y + titleHeight, width: cell.width, height: cell.height, left: 30, right: 6 }, [line], output, spans, { domain: own, log: false, doses: marksOf([line]), sparse: sparseOf([line], spans, own), outer: both, inner, strong: true, strokeWidth: 2, tip: false, labels: "short", reference: control && control !== line ? control : undefined });
  }
  return svg;
}

const NOT_CONFIDENCE = "Bands show how the virtual patients differ from one another; they are not confidence intervals and do not tell how wrong the model may be.";

const bandWords = (): string => (view.bands === "both" ? "the middle 50\u00a0% (dark) and 90\u00a0% (light) of patients" : view.bands === "half" ? "the middle 50\u00a0% of patients" : "");

function headlineCaption(report: Report): Child {
  const few = visible(report.arms).length <= 2;
  const control = visible(report.arms).find((a) => a.is_control);
  const bands = bandWords();
  return [
    `Lines: median of ${integer(report.run.n_subjects)} virtual patients, true values before measurement error. `,
    few ? bands && `Bands: ${bands}. ` : `Top: all arms${bands ? ", with the middle 50\u00a0% of patients between thin lines of the arm\u2019s colour" : ""}. Below: each arm alone${bands ? ` with ${bands}` : ""}${control ? `; dashed: median of ${control.label}` : ""}. `,
    bands && NOT_CONFIDENCE, visible(report.arms).some((a) => a.doses.length > 0) && " Triangles above a chart: doses, in the arm\u2019s colour.", report.arms.length > 1 && " Lines on top of one another are striped."];
}

export function headlineFigure(report: Report, output: Output): HTMLElement {
  return figure({
    name: fileName(report.run.study, output.output),
    title: report.arms.length > 1 ? `${outputTitle(output)} by arm` : outputTitle(output),
    caption: () => headlineCaption(report),
    draw: (width) => drawHeadline(report, output, width),
    numbers: () => numbersOf(report, [output]),
    table: () => visitTable(report, [output]),
  });
}

/** Says in the figure that a line between its dots would be made up. */
function sparseNote(line: Line, spans: Span[]): string {
  const n = Math.min(...spans.map((x) => samplesBetweenDoses(line, x) ?? Infinity));
  return `dots (${line.arm.label}): ${n === 1 ? "one sample" : `${n} samples`} from dose to dose${view.bands === "none" ? "" : ", bars: middle 50\u00a0%"}; peaks between them are not shown`;
}

/** Arms that are 0 throughout, which a logarithmic axis cannot show. */
const isZero = (line: Line) => line.points.every((p) => (p.p95 ?? p.median ?? 0) <= 0);

function drawOutput(svg: SVGSVGElement, report: Report, panel: Panel, output: Output, x: number, y: number, width: number, height: number): void {
  const found = linesOf(report, output);
  const lines = panel.isLog ? found.filter((l) => !isZero(l)) : found;
  const left = found.filter((l) => !lines.includes(l)).map((l) => l.arm.label);
  const spans = spansOf(report, panel.firstH);
  const outer = view.bands === "both" && lines.length === 1;
  const domain = panel.isLog ? logDomain(lines, spans) : domainOf(lines, spans, outer, output);
  const sparse = sparseOf(lines, spans, domain);
  const zero = `zero throughout: ${left.join("; ")}`;
  const notes = [
    left.length > 0 && (textWidth(zero, 10.5) <= width ? zero : "zero throughout in the other arms"),
    lines.length > 0 && cutAxis({ log: panel.isLog, domain }) && CUT,
    ...[...sparse].map((line) => sparseNote(line, spans)),
  ].filter((t): t is string => Boolean(t));
  const said = wrap(notes.join("; "), width, 10.5);
  svg.append(s("text", { x, y, "font-size": 12, "font-weight": 600 }, fit(withUnit(outputTitle(output), output.unit), width, 12, 600)));
  svg.append(s("text", { "font-size": 10.5, fill: "var(--faint)" }, said.map((line, k) => s("tspan", { x, y: y + 14 + 13 * k }, line))));
  if (!lines.length) {
    svg.append(s("text", { x: x + width / 2, y: y + height / 2, "text-anchor": "middle", fill: "var(--faint)" }, "no values above zero"));
    return;
  }
  const down = 22 + 13 * Math.max(0, said.length - 1);
  course(svg, { x, y: y + down, width, height: height - down, left: 40, right: 8 }, lines, output, spans, { domain, log: panel.isLog, doses: marksOf(lines), sparse, outer, inner: view.bands !== "none", strong: lines.length === 1, strokeWidth: 1.8, tip: true, labels: spans.length > 1 ? "short" : "long" });
}

function drawPanel(report: Report, panel: Panel, width: number): SVGSVGElement {
  const GAP = 30, HEIGHT = 226, ROW = HEIGHT + 26;
  const key = legend(visible(report.arms), width);
  const n = panel.outputs.length;
  const columns = evenColumns(n, Math.floor((width + GAP) / 330));
  const wide = (width - GAP * (columns - 1)) / columns;
  const svg = canvas(width, key.height + 22 + Math.ceil(n / columns) * ROW - 22);
  svg.append(key.node);
  panel.outputs.forEach((output, i) => drawOutput(svg, report, panel, output, (i % columns) * (wide + GAP), key.height + 22 + Math.floor(i / columns) * ROW, wide, HEIGHT));
  return svg;
}

/** Which arms go on being dosed after what a figure of the first hours shows. */
function laterDoses(report: Report, firstH: number): string {
  const list = visible(report.arms).flatMap((arm) => {
    const n = arm.doses.filter((t) => t <= firstH + 1e-6).length;
    return n > 0 && n < arm.doses.length ? [`${n === 1 ? "the first" : `the first ${n}`} of ${arm.doses.length} in ${arm.label}`] : [];
  });
  return list.length ? ` Not all doses fall in this time: ${list.join("; ")}.` : "";
}

function panelCaption(report: Report, panel: Panel): Child {
  const first = panel.firstH > 0 ? `First ${duration(panel.firstH)}` : spansOf(report, 0).length > 1 ? "First day and whole course" : "Whole course";
  const band = view.bands === "none" ? "median" : visible(report.arms).length === 1 ? `median, ${bandWords()}` : "median and middle 50\u00a0% of the virtual patients";
  const dosed = visible(report.arms).some((a) => a.doses.length > 0);
  return `${first}; ${band}${panel.isLog ? "; logarithmic axis" : ""}. ${dosed ? "Triangles: doses. " : ""}Straight lines join the times that the study traces, dotted ones only to guide the eye.${panel.firstH > 0 ? laterDoses(report, panel.firstH) : ""}`;
}

export function panelFigure(report: Report, panel: Panel, wide: boolean): HTMLElement {
  return figure({
    name: fileName(report.run.study, panel.title),
    title: panel.firstH > 0 && panel.firstH < report.lastH ? `${panel.title}: first ${duration(panel.firstH)}` : panel.title,
    caption: () => panelCaption(report, panel),
    draw: (width) => drawPanel(report, panel, width),
    numbers: () => numbersOf(report, panel.outputs),
    table: () => visitTable(report, panel.outputs),
    className: wide ? "wide" : "",
  });
}

function numbersOf(report: Report, outputs: Output[]): (string | number | null)[][] {
  const head = ["arm", "output", "unit", "time_h", "n", "mean", "sd", "p05", "p25", "median", "p75", "p95"];
  return [head, ...outputs.flatMap((o) => report.arms.flatMap((arm) => report.series(o, arm).map((p) => [arm.arm, o.output, o.unit, p.time_h, p.n, p.mean, p.sd, p.p05, p.p25, p.median, p.p75, p.p95])))];
}

function visitCell(p: Summary | undefined, decimals: number): HTMLElement {
  if (!p || p.median === null) return h("td", { class: "n" }, "\u2013");
  return h("td", { class: "n" }, h("b", {}, fixed(p.median, decimals)), h("br"), `${fixed(p.p25, decimals)} to ${fixed(p.p75, decimals)}`, h("br"), h("span", { class: "quiet" }, `${fixed(p.p05, decimals)} to ${fixed(p.p95, decimals)}`));
}

/** At the visits: median and the two bands, a column an arm. */
function visitTable(report: Report, outputs: Output[]): HTMLElement {
  const rows = outputs.flatMap((output) => {
    const decimals = decimalsFor(report.arms.flatMap((arm) => report.series(output, arm).map((p) => p.median)));
    return report.visits.map((visit) => h("tr", {},
      outputs.length > 1 && h("th", { scope: "row" }, withUnit(outputTitle(output), output.unit)),
      h("th", { scope: "row" }, visit.label || time(visit.time_h)),
      report.arms.map((arm) => visitCell(report.series(output, arm).find((row) => sameTime(row.time_h, visit.time_h)), decimals))));
  });
  return scrolling(h("table", {}, caption("Median, middle 50\u00a0% and middle 90\u00a0% of the patients at each visit."),
    h("thead", {}, h("tr", {}, outputs.length > 1 && h("th", { scope: "col" }, "Output"), h("th", { scope: "col" }, "Visit"), report.arms.map((arm) => h("th", { scope: "col", class: "n" }, arm.label)))), h("tbody", {}, rows)), "Numbers at the visits");
}
