// Predicted against observed: exposures on logarithmic axes, scores and rates on plain ones.
import * as Plot from "@observablehq/plot";
import { h, s, wrap } from "./dom";
import { canvas, evenColumns, figure, fit, place } from "./figure";
import { number, plural, sentence, words } from "./format";
import { colourBy, dotMark, FOLDS, key, rowDetails } from "./marks";
import { asChosen, type Compared, isRate, unitWords } from "./scores";
import { view } from "./view";

interface Cell { title: string; rows: Compared[]; isLog: boolean; label: (axis: string) => string }

/** What the colours tell apart, and how it is called in the key. */
interface Colouring { of: (row: Compared) => string; label: (name: string) => string }

const SIDE = 350; // [px] a chart, about
const FEW = 10; // rows of a unit that do not make a chart of their own

function limits(cell: Cell): [number, number] {
  const values = cell.rows.flatMap((r) => [r.observed, r.predicted]);
  const low = Math.min(...values), high = Math.max(...values);
  if (cell.isLog) return [low / 1.3, high * 1.3];
  const room = 0.04 * (high - low || 1);
  return [low - room, high + room];
}

/** Means of the observed values over equal shares of the rows, in the order of the predicted ones: how predictions hold on average. */
export function binned(rows: { observed: number; predicted: number }[], n: number): { observed: number; predicted: number }[] {
  const sorted = [...rows].sort((a, b) => a.predicted - b.predicted);
  const mean = (list: number[]) => list.reduce((a, b) => a + b, 0) / list.length;
  return Array.from({ length: n }, (_, i) => sorted.slice(Math.floor((i * sorted.length) / n), Math.floor(((i + 1) * sorted.length) / n)))
    .filter((part) => part.length > 0)
    .map((part) => ({ observed: mean(part.map((r) => r.observed)), predicted: mean(part.map((r) => r.predicted)) }));
}

const BINS = 8, BINNED_FROM = 80; // shares of the rows (the key says "eighth"); from how many on they say something

function chart(cell: Cell, colour: (row: Compared) => string, width: number, height: number): SVGSVGElement {
  const domain = limits(cell), type = cell.isLog ? "log" : "linear";
  const ticks = cell.isLog ? { tickFormat: (v: number) => (/^[1]/.test(v.toExponential()) ? number(v) : ""), ticks: 5 } : { ticks: 5 };
  const bins = !cell.isLog && cell.rows.length >= BINNED_FROM ? binned(cell.rows, BINS) : [];
  const marks: Plot.Markish[] = [Plot.gridX({ stroke: "var(--grid)", strokeOpacity: 1 }), Plot.gridY({ stroke: "var(--grid)", strokeOpacity: 1 })];
  for (const { fold, dash } of [{ fold: 1, dash: undefined }, ...(cell.isLog ? FOLDS : [])])
    for (const f of fold === 1 ? [1] : [fold, 1 / fold])
      marks.push(Plot.line(domain.map((x) => [x, x * f]), { clip: true, stroke: fold === 1 ? "var(--soft)" : "var(--faint)", strokeDasharray: dash, strokeWidth: fold === 1 ? 1.2 : 1 }));
  marks.push(
    Plot.dot(cell.rows, { x: "observed", y: "predicted", r: 3.4, fill: (r: Compared) => (r.seen ? colour(r) : "var(--paper)"), fillOpacity: 0.75, stroke: colour, strokeWidth: 1.1 }),
    Plot.line(bins, { x: "observed", y: "predicted", stroke: "var(--ink)", strokeWidth: 1.6 }),
    Plot.dot(bins, { x: "observed", y: "predicted", r: 4.5, symbol: "square", fill: "var(--ink)", stroke: "var(--paper)" }),
    Plot.tip(cell.rows, Plot.pointer({ x: "observed", y: "predicted", fill: "var(--raised)", stroke: "var(--line)", fontSize: 12, lineWidth: 26, title: rowDetails } as Plot.TipOptions)));
  return Plot.plot({
    width, height, marginLeft: 48, marginRight: 8, marginTop: 8, marginBottom: 40,
    x: { type, domain, label: null, ...ticks }, y: { type, domain, label: null, ...ticks }, marks,
  }) as SVGSVGElement;
}

function drawCells(cells: Cell[], by: Colouring, width: number): SVGSVGElement {
  const shown = cells.map((c) => ({ ...c, rows: asChosen(c.rows).filter((r) => r.seen || view.recalled) })).filter((c) => c.rows.length > 0);
  const { list, colour } = colourBy(shown.flatMap((c) => c.rows.map(by.of)));
  const recalled = shown.some((c) => c.rows.some((r) => !r.seen));
  const hasBins = shown.some((c) => !c.isLog && c.rows.length >= BINNED_FROM);
  const line = (dash?: string) => (x: number, y: number) => s("line", { x1: x - 11, x2: x + 11, y1: y, y2: y, stroke: "var(--soft)", "stroke-width": 1.2, "stroke-dasharray": dash });
  const top = key([
    ...list.slice(0, 7).map((name) => ({ text: by.label(name), mark: dotMark(colour(name)) })),
    ...(list.length > 7 ? [{ text: `${list.length - 7} others`, mark: dotMark("var(--arm-control)") }] : []),
    ...(recalled ? [{ text: "recalled", mark: dotMark("var(--ink)", true) }] : []),
    { text: "as observed", mark: line() }, ...(shown.some((c) => c.isLog) ? FOLDS : []).map((e) => ({ text: `${e.fold} fold`, mark: line(e.dash) })),
    ...(hasBins ? [{ text: "mean of each eighth of the rows, by prediction", mark: (x: number, y: number) => s("rect", { x: x - 4, y: y - 4, width: 8, height: 8, fill: "var(--ink)" }) }] : []),
  ], width);
  const columns = evenColumns(shown.length, Math.max(1, Math.floor((width + 32) / SIDE)));
  const side = Math.min(440, (width - 32 * (columns - 1)) / columns);
  const heads = shown.map((c) => wrap(`${c.title}, ${plural(c.rows.length, "row")}`, side, 12, 600)), headHeight = 15 * Math.max(1, ...heads.map((l) => l.length));
  const rowHeight = side + headHeight + 26;
  const svg = canvas(width, top.height + 10 + Math.max(1, Math.ceil(shown.length / columns)) * rowHeight);
  svg.append(top.node);
  shown.forEach((cell, i) => {
    const x = (i % columns) * (side + 32), y = top.height + 12 + Math.floor(i / columns) * rowHeight;
    svg.append(s("text", { "font-size": 12, "font-weight": 600 }, heads[i].map((text, k) => s("tspan", { x, y: y + 12 + 15 * k }, text))));
    place(svg, chart(cell, (r) => colour(by.of(r)), side, side), x, y + headHeight + 4);
    svg.append(s("text", { x: x + 48 + (side - 56) / 2, y: y + headHeight + side + 4, "text-anchor": "middle", "font-size": 11, fill: "var(--soft)" }, fit(cell.label("observed"), side, 11)),
      s("text", { transform: `translate(${x + 9},${y + headHeight + side / 2}) rotate(-90)`, "text-anchor": "middle", "font-size": 11, fill: "var(--soft)" }, fit(cell.label("predicted"), side, 11)));
  });
  return svg;
}

const csvRows = (rows: Compared[]) => [["key", "study", "arm", "endpoint", "metric", "unit", "drug", "route", "seen", "observed", "predicted"], ...rows.map((r) => [r.key, r.study, r.arm, r.endpoint, r.metric, r.unit, r.drug, r.route, r.seen ? "yes" : "recalled", r.observed, r.predicted])];

/** The commonest metric of the rows, and how many others there are. */
function metricsOf(rows: Compared[]): string {
  const { list } = colourBy(rows.map((r) => r.metric));
  return sentence(words(list[0])) + (list.length > 1 ? ` and ${plural(list.length - 1, "other metric")}` : "");
}

export function exposures(rows: Compared[]): HTMLElement | null {
  const positive = rows.filter((r) => r.observed > 0 && r.predicted > 0);
  if (positive.length === 0) return null;
  const ofUnit = (unit: string) => positive.filter((r) => r.unit === unit);
  const units = [...new Set(positive.map((r) => r.unit))];
  const few = units.filter((unit) => ofUnit(unit).length < FEW), isMixed = few.length > 1 && few.length < units.length;
  const others: Cell = { title: "Other quantities", rows: few.flatMap(ofUnit), isLog: true, label: (axis) => `${axis}, each in its unit` };
  const cells = units.filter((unit) => !isMixed || !few.includes(unit)).map((unit): Cell => ({ title: metricsOf(ofUnit(unit)), rows: ofUnit(unit), isLog: true, label: (axis) => `${axis}, ${unit}` }))
    .sort((a, b) => b.rows.length - a.rows.length).concat(isMixed ? [others] : []);
  const names: Record<string, (r: Compared) => string> = { analyte: (r) => r.endpoint, route: (r) => r.route, drug: (r) => r.drug };
  let by = "analyte";
  return figure({
    name: "exposures", title: "Exposures: predicted against observed",
    caption: "Both axes logarithmic, a chart a unit; a dot is a published mean or median. On the middle line the prediction is what was observed; the lines beside it are 1.25, 1.5 and 2 fold off.",
    controls: (redraw) => {
      const box: HTMLSelectElement = h("select", { onchange: () => { by = box.value; redraw(); } }, Object.keys(names).map((name) => h("option", { value: name }, name)));
      return h("div", { class: "filter" }, h("label", { class: "pick" }, "Colour by ", box));
    },
    draw: (width) => drawCells(cells, { of: names[by], label: (name) => sentence(words(name)) || `no ${by}` }, width),
    numbers: () => csvRows(positive),
  });
}

export function calibration(rows: Compared[], classWords: (name: string) => string): HTMLElement | null {
  const scores = rows.filter((r) => r.unit === "score"), rates = rows.filter(isRate);
  const cells: Cell[] = [
    { title: "Scores", rows: scores, isLog: false, label: (axis) => `${axis}, ${unitWords("score")}` },
    { title: "Response, remission and other rates", rows: rates, isLog: false, label: (axis) => `${axis}, ${unitWords("pct")}` },
  ];
  if (scores.length + rates.length === 0) return null;
  const squares = cells.some((c) => c.rows.length >= BINNED_FROM) ? "Where the squares lie off the line, predictions of that size are off on average. " : "";
  return figure({
    name: "calibration", title: "Efficacy: predicted against observed",
    caption: `A dot is a published value of an arm or of the difference of two. ${squares}How far the dots lie from the line is the error of single arms, to which small arms add their own.`,
    draw: (width) => drawCells(cells, { of: (r) => r.class, label: classWords }, width),
    numbers: () => csvRows([...scores, ...rates]),
  });
}
