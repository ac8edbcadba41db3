// Forest plots: each published value with its interval beside what was predicted for it.
import * as Plot from "@observablehq/plot";
import { h, s } from "./dom";
import { canvas, figure, fileName, fit, place } from "./figure";
import { plural, sentence } from "./format";
import { FOLDS, HALO, key, rowDetails, rowLabel, trialWords, withInterval } from "./marks";
import { asChosen, type Compared, type GroupName, GROUP_TITLES, hasLeftOut, unitWords } from "./scores";
import { onChange, view } from "./view";

type Sort = "trial" | "worst" | "observed";
type Only = "any" | "seen" | "recalled" | "outside";

interface Choices { unit: string; sort: Sort; only: Only; words: string; page: number }

interface Line { y: number; trial?: string; row?: Compared }

const PAGE = 30; // rows of evidence a page: about one screen, and quick to draw
const FOLD_TICKS = [0.125, 0.25, 0.5, 1, 2, 4, 8];
const FOLD_LIMIT = 16; // exposures further from the observed value are drawn at the edge

/** How far the observed value lies from the predicted one, in half widths of the 90 % interval on that side. */
export function miss(row: Compared): number {
  const reach = row.observed > row.predicted ? row.high90 - row.predicted : row.predicted - row.low90;
  const distance = Math.abs(row.observed - row.predicted);
  return distance === 0 ? 0 : distance / Math.max(reach, 1e-9 * distance);
}

function chosen(rows: Compared[], c: Choices): Compared[] {
  const parts = c.words.toLowerCase().split(/\s+/).filter(Boolean);
  const kept = asChosen(rows).filter((r) => (c.unit === "" || r.unit === c.unit) && (r.seen || view.recalled)
    && (c.only === "any" || (c.only === "outside" ? r.inside90 === false : r.seen === (c.only === "seen")))
    && parts.every((w) => `${r.study} ${rowLabel(r, true)} ${r.key} ${r.route} ${r.drug}`.toLowerCase().includes(w)));
  const byTrial = (a: Compared, b: Compared) => a.study.localeCompare(b.study, "en", { numeric: true }) || a.arm.localeCompare(b.arm, "en", { numeric: true }) || (a.time_h ?? 0) - (b.time_h ?? 0) || a.key.localeCompare(b.key, "en", { numeric: true });
  if (c.sort === "worst") return kept.sort((a, b) => miss(b) - miss(a) || byTrial(a, b));
  if (c.sort === "observed") return kept.sort((a, b) => a.observed - b.observed || byTrial(a, b));
  return kept.sort(byTrial);
}

function linesOf(rows: Compared[], grouped: boolean): Line[] {
  const lines: Line[] = [];
  let trial = "";
  for (const row of rows) {
    if (grouped && row.study !== trial) lines.push({ y: lines.length, trial: trialWords((trial = row.study)) });
    lines.push({ y: lines.length, row });
  }
  return lines;
}

/** Values as they are, or of exposures as multiples of the observed one: their units differ, and their errors are relative. */
const scaled = (row: Compared, x: number) => (row.group === "pk" ? Math.min(FOLD_LIMIT, Math.max(1 / FOLD_LIMIT, x / row.observed)) : x);

function domainOf(rows: Compared[]): [number, number] {
  const values = rows.flatMap((r) => [r.observed, r.observed_low, r.observed_high, r.low90, r.high90].filter((v): v is number => v !== null).map((v) => scaled(r, v)));
  if (rows[0]?.group === "pk") {
    const reach = Math.max(2.2, ...values.map((v) => Math.max(v, 1 / v)));
    return [1 / reach, reach];
  }
  const low = Math.min(0, ...values), high = Math.max(0, ...values), room = 0.03 * (high - low || 1);
  return [low < 0 ? low - room : 0, high > 0 ? high + room : 0];
}

interface Shape { width: number; left: number; right: number; rowHeight: number; narrow: boolean }

function marks(lines: Line[], shape: Shape, isFold: boolean, domain: [number, number]): Plot.Markish[] {
  const rows = lines.flatMap((l) => (l.row ? [{ ...l.row, y: l.y }] : []));
  type Placed = (typeof rows)[number];
  const up = shape.narrow ? 6 : -4, down = shape.narrow ? 14 : 5; // of the middle of the row [px]
  const at = (get: (r: Placed) => number | null) => (r: Placed) => { const x = get(r); return x === null ? null : scaled(r, x); };
  const isOut = (r: Placed) => r.inside90 === false;
  const colour = (r: Placed) => (isOut(r) ? "var(--missing)" : "var(--ink)");
  const ticks = FOLD_TICKS.filter((v) => v >= domain[0] && v <= domain[1]);
  return [
    isFold ? [Plot.gridX(ticks, { stroke: "var(--grid)", strokeOpacity: 1 }), Plot.axisX(ticks, { label: null, tickSize: 4, text: (v: number) => (v < 1 ? `1/${1 / v}` : String(v)) })]
      : [Plot.gridX({ stroke: "var(--grid)", strokeOpacity: 1 }), Plot.axisX({ label: null, tickSize: 4, ticks: Math.max(3, Math.floor((shape.width - shape.left - shape.right) / 80)) })],
    FOLDS.map(({ fold, dash }) => Plot.ruleX(isFold ? [1 / fold, fold] : [], { stroke: "var(--line)", strokeDasharray: dash })),
    Plot.ruleX([isFold || rows.every((r) => r.unit === "ratio") ? 1 : 0], { stroke: "var(--soft)" }),
    Plot.ruleY(rows, { y: "y", x1: at((r) => r.low90), x2: at((r) => r.high90), dy: up, stroke: "var(--arm-0)", strokeWidth: 3, strokeOpacity: 0.45 }),
    Plot.ruleY(rows, { y: "y", x1: at((r) => r.low50), x2: at((r) => r.high50), dy: up, stroke: "var(--arm-0)", strokeWidth: 7, strokeOpacity: 0.6 }),
    Plot.dot(rows, { y: "y", x: at((r) => r.predicted), dy: up, symbol: "square", r: 3, fill: "var(--arm-0)", stroke: "var(--paper)", strokeWidth: 0.8 }),
    Plot.ruleY(rows.filter((r) => r.observed_low !== null && r.observed_high !== null), { y: "y", x1: at((r) => r.observed_low), x2: at((r) => r.observed_high), dy: down, stroke: colour, strokeWidth: 1.2 }),
    Plot.dot(rows.filter((r) => !isOut(r)), { y: "y", x: at((r) => r.observed), dy: down, r: 3.5, fill: (r: Placed) => (r.seen ? colour(r) : "var(--paper)"), stroke: colour, strokeWidth: 1.3 }),
    Plot.dot(rows.filter(isOut), { y: "y", x: at((r) => r.observed), dy: down, r: 4, symbol: "diamond2", fill: (r: Placed) => (r.seen ? colour(r) : "var(--paper)"), stroke: colour, strokeWidth: 1.3 }),
    Plot.tip(rows, Plot.pointerY({ y: "y", x: at((r) => r.observed), maxRadius: 20, fill: "var(--raised)", stroke: "var(--line)", fontSize: 12, lineWidth: 26, title: rowDetails } as Plot.TipOptions)),
  ];
}

function labels(lines: Line[], shape: Shape, grouped: boolean, top: number): SVGGElement {
  const node = s("g", { "font-size": 11.5, class: "labels", ...HALO });
  for (const line of lines) {
    const y = top + (line.y + 0.5) * shape.rowHeight;
    if (line.trial) {
      node.append(s("line", { x1: 0, x2: shape.width, y1: y - shape.rowHeight / 2 + 1, y2: y - shape.rowHeight / 2 + 1, stroke: "var(--grid)", "stroke-width": 1 }),
        s("text", { x: 0, y: y + 4, "font-weight": 600 }, fit(line.trial, shape.width, 11.5, 600)));
      continue;
    }
    const row = line.row!, text = withInterval(row), label = `${rowLabel(row, !grouped)}${row.seen ? "" : " (recalled)"}`;
    node.append(s("text", { x: 10, y: shape.narrow ? y - 4 : y + 4 }, s("title", {}, label), fit(label, (shape.narrow ? shape.width : shape.left) - 18, 11.5)));
    if (shape.right < 100) continue;
    node.append(s("text", { x: shape.width - 124, y: y + 4, "font-size": 10.5, "text-anchor": "end", fill: row.inside90 === false ? "var(--missing)" : "currentColor" }, text.observed),
      s("text", { x: shape.width, y: y + 4, "font-size": 10.5, "text-anchor": "end", fill: "var(--soft)" }, text.predicted));
  }
  return node;
}

const bar = (x: number, y: number, thick: number, opacity: number) => s("line", { x1: x - 11, x2: x + 11, y1: y, y2: y, stroke: "var(--arm-0)", "stroke-width": thick, "stroke-opacity": opacity });

const diamond = (x: number, y: number) => s("path", { d: `M${x},${y - 5.5}l5.5,5.5l-5.5,5.5l-5.5,-5.5z`, fill: "var(--missing)" });

const predictedWords = (rows: Compared[]) => (!hasLeftOut(rows) ? "predicted" : view.trials === "left_out" ? "predicted with the trial left out" : "predicted in-sample");

function legend(rows: Compared[], width: number) {
  const observed = (colour: string, hollow: boolean) => (x: number, y: number) => s("g", {}, s("line", { x1: x - 11, x2: x + 11, y1: y, y2: y, stroke: colour, "stroke-width": 1.2 }), s("circle", { cx: x, cy: y, r: 3.5, fill: hollow ? "var(--paper)" : colour, stroke: colour, "stroke-width": 1.3 }));
  return key([
    { text: `${predictedWords(rows)}: median, 50 and 90\u00a0% interval`, mark: (x, y) => s("g", {}, bar(x, y, 3, 0.45), s("line", { x1: x - 6, x2: x + 6, y1: y, y2: y, stroke: "var(--arm-0)", "stroke-width": 7, "stroke-opacity": 0.6 }), s("rect", { x: x - 2.7, y: y - 2.7, width: 5.4, height: 5.4, fill: "var(--arm-0)" })) },
    { text: "observed, 95\u00a0% interval", mark: observed("var(--ink)", false) },
    ...(rows.some((r) => !r.seen) ? [{ text: "observed, recalled", mark: observed("var(--ink)", true) }] : []),
    ...(rows.some((r) => r.inside90 === false) ? [{ text: "observed, outside the 90\u00a0% interval", mark: diamond }] : []),
  ], width);
}

function axisLabel(rows: Compared[]): string {
  if (rows[0]?.group === "pk") return "multiple of the observed value (lines at 1.25, 1.5 and 2 fold)";
  return [...new Set(rows.map((r) => unitWords(r.unit)))].join(", ");
}

function draw(rows: Compared[], c: Choices, width: number): SVGSVGElement {
  const all = chosen(rows, c), grouped = c.sort === "trial";
  const page = all.slice(c.page * PAGE, (c.page + 1) * PAGE);
  const narrow = width < 620;
  const shape: Shape = { width, narrow, left: narrow ? 4 : Math.round(Math.min(430, (width >= 900 ? 0.4 : 0.48) * width)), right: width >= 900 ? 252 : 8, rowHeight: narrow ? 36 : 21 };
  const lines = linesOf(page, grouped), isFold = rows[0]?.group === "pk";
  const top = legend(page, width), head = shape.right >= 100 ? 24 : 6;
  const height = Math.max(1, lines.length) * shape.rowHeight + 38;
  const svg = canvas(width, top.height + head + height);
  svg.append(top.node);
  if (page.length === 0) svg.append(s("text", { x: 0, y: top.height + 30, fill: "var(--soft)" }, "No row is left by this choice."));
  if (page.length === 0) return svg;
  if (shape.right >= 100)
    svg.append(s("g", { "font-size": 10.5, "text-anchor": "end", fill: "var(--soft)" }, s("text", { x: width - 124, y: top.height + 12 }, "observed (95\u00a0%)"), s("text", { x: width, y: top.height + 12 }, "predicted (90\u00a0%)")));
  const domain = domainOf(page);
  const chart = Plot.plot({
    width, height, marginLeft: shape.left, marginRight: shape.right, marginTop: 2, marginBottom: 36,
    x: { type: isFold ? "log" : "linear", domain, axis: null },
    y: { domain: [lines.length - 0.5, -0.5], axis: null },
    marks: marks(lines, shape, isFold, domain),
  }) as SVGSVGElement;
  place(svg, chart, 0, top.height + head);
  svg.append(labels(lines, shape, grouped, top.height + head + 2));
  svg.append(s("text", { x: (shape.left + width - shape.right) / 2, y: top.height + head + height - 4, "text-anchor": "middle", "font-size": 11, fill: "var(--soft)" }, fit(axisLabel(page), width - shape.left - shape.right + 80, 11)));
  return svg;
}

const span = (n: number, c: Choices) => `rows ${c.page * PAGE + 1} to ${Math.min(n, (c.page + 1) * PAGE)} of ${n}`;

/** On paper there is no tally beside the buttons that turn the page. */
const onPage = (n: number, c: Choices) => n > PAGE && h("span", { class: "on-paper" }, ` ${sentence(span(n, c))}.`);

/** The units of rows with how many have them, the commonest first. */
function unitsOf(rows: Compared[]): { unit: string; n: number }[] {
  const counts = new Map<string, number>();
  for (const row of rows) counts.set(row.unit, (counts.get(row.unit) ?? 0) + 1);
  return [...counts].map(([unit, n]) => ({ unit, n })).sort((a, b) => b.n - a.n);
}

const option = (value: string, text: string) => h("option", { value }, text);

/** What the reader chooses of the rows, and the pages of what is left. */
function controls(rows: Compared[], c: Choices, redraw: () => void): HTMLElement {
  const tally = h("span", { class: "quiet", role: "status", "aria-live": "polite" });
  const back = h("button", { type: "button", class: "chip", onclick: () => turn(-1) }, "\u2190 previous"), on = h("button", { type: "button", class: "chip", onclick: () => turn(1) }, "next \u2192");
  const update = () => {
    const n = chosen(rows, c).length, pages = Math.max(1, Math.ceil(n / PAGE));
    c.page = Math.min(c.page, pages - 1);
    tally.textContent = n === 0 ? "no rows" : pages === 1 ? plural(n, "row") : span(n, c);
    back.disabled = c.page === 0;
    on.disabled = c.page >= pages - 1;
    back.hidden = on.hidden = pages === 1;
    redraw();
  };
  const turn = (by: number) => { c.page += by; update(); };
  const select = (label: string, options: HTMLOptionElement[], set: (value: string) => void) => {
    const box: HTMLSelectElement = h("select", { "aria-label": label, onchange: () => { set(box.value); c.page = 0; update(); } }, options);
    return box;
  };
  const units = unitsOf(rows);
  const field: HTMLInputElement = h("input", { type: "search", placeholder: "Filter: trial, arm, endpoint", "aria-label": "Filter rows", oninput: () => { c.words = field.value; c.page = 0; update(); } });
  onChange(update);
  setTimeout(update);
  return h("div", { class: "filter" }, field,
    rows[0].group !== "pk" && units.length > 1 && select("Quantity", units.map(({ unit, n }) => option(unit, `${sentence(unitWords(unit))} (${n})`)), (v) => (c.unit = v)),
    select("Order", [option("trial", "by trial"), option("worst", "furthest off first"), option("observed", "by observed value")], (v) => (c.sort = v as Sort)),
    select("Rows", [option("any", "all rows"), option("outside", "outside the 90 % interval"), option("seen", "read at the source"), option("recalled", "recalled")], (v) => (c.only = v as Only)),
    back, on, tally);
}

export function forest(group: GroupName, className: string, classWords: string, rows: Compared[]): HTMLElement {
  const c: Choices = { unit: group === "pk" ? "" : unitsOf(rows)[0].unit, sort: "trial", only: "any", words: "", page: 0 };
  const title = `${GROUP_TITLES[group]}: ${classWords}`;
  return figure({
    name: fileName(group, className), title, className: "forest",
    caption: () => [group === "pk"
      ? "A row an exposure: the predicted median with its 50 and 90\u00a0% interval, and the published value with its 95\u00a0% interval, both as multiples of the published value. The interval of a prediction is that of the mean of as many people as were measured."
      : "A row a published value: the predicted median with its 50 and 90\u00a0% interval for a trial of that size, and the published value with its 95\u00a0% interval (from its standard error or standard deviation; where none was published, from the size of the arm and a typical standard deviation; Wilson\u2019s for shares).", onPage(chosen(rows, c).length, c)],
    draw: (width) => draw(rows, c, width),
    controls: (redraw) => controls(rows, c, redraw),
    numbers: () => [["key", "study", "arm", "endpoint", "metric", "unit", "time_h", "n", "seen", "observed", "observed_low", "observed_high", "trials", "predicted", "low50", "high50", "low90", "high90", "inside90"],
      ...rows.flatMap((r) => [{ ...r, trials: "in_sample" }, ...(r.left_out ? [{ ...r, ...r.left_out, trials: "left_out" }] : [])]).map((r) => [r.key, r.study, r.arm, r.endpoint, r.metric, r.unit, r.time_h, r.n, r.seen ? "yes" : "recalled", r.observed, r.observed_low, r.observed_high, r.trials, r.predicted, r.low50, r.high50, r.low90, r.high90, String(r.inside90)])],
  });
}
