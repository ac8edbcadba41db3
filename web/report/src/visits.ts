// Estimates with intervals, visit by visit: rates of response, differences between arms.
import * as Plot from "@observablehq/plot";
import { type Arm, type Report, type Visit, sameTime, sinceDose } from "./data";
import { s, textWidth, wrap } from "./dom";
import { canvas, evenColumns, fit, legend, place } from "./figure";
import { number, short, time } from "./format";
import { view } from "./view";

export interface Estimate { arm: Arm; time_h: number; value: number | null; low: number | null; high: number | null; n: number }

export interface Cell { title: string; rows: Estimate[]; format: (v: number) => string; zero: boolean; range?: [number, number] }

interface Placed extends Estimate { x: number; at: string }

const SPREAD = 0.6; // of the distance between two visits, over which the arms are spread at most
const STEP = 9; // [px] between two arms where there is room

/** Visits stand at equal distances: minutes and weeks on one axis. The arms of a visit stand side by side. */
function placed(cell: Cell, arms: Arm[], visits: Visit[], distance: number): Placed[] {
  return cell.rows.flatMap((row) => {
    const slot = arms.findIndex((a) => a.position === row.arm.position);
    const visit = visits.findIndex((v) => sameTime(v.time_h, row.time_h));
    if (slot < 0 || visit < 0 || row.value === null) return [];
    const shift = arms.length > 1 ? (slot / (arms.length - 1) - 0.5) * Math.min(SPREAD, ((arms.length - 1) * STEP) / distance) : 0;
    return [{ ...row, x: visit + shift, at: visits[visit].label || time(row.time_h) }];
  });
}

const DOSE_ROW = 13; // [px]

/** A row an arm with doses: how long after its last dose each visit is. Visits before the first dose are left empty. */
function doseRows(arms: Arm[], visits: Visit[], width: number): SVGGElement {
  const distance = width / visits.length;
  return s("g", { class: "since-dose", "font-size": 9.5, "text-anchor": "middle" }, arms.map((arm, row) => visits.map((visit, i) => {
    const since = sinceDose(arm, visit.time_h);
    return since === null ? null : s("text", { x: LEFT + (i + 0.5) * distance, y: DOSE_ROW * (row + 1), fill: arm.colour }, fit(short(since), distance - 1, 9.5));
  })));
}

const LEFT = 44, RIGHT = 6; // margins of a chart [px]

function range(cell: Cell): [number, number] {
  if (cell.range) return cell.range;
  const values = cell.rows.flatMap((r) => [r.value, r.low, r.high]).filter((v): v is number => v !== null);
  const low = Math.min(0, ...values), high = Math.max(0, ...values);
  const room = 0.06 * (high - low || 1);
  return [low < 0 ? low - room : 0, high > 0 ? high + room : 0];
}

function chart(cell: Cell, arms: Arm[], visits: Visit[], width: number, height: number, turned: boolean): SVGSVGElement {
  const rows = placed(cell, arms, visits, (width - 50) / visits.length);
  const marks: Plot.Markish[] = [Plot.gridY({ stroke: "var(--grid)", strokeOpacity: 1, ticks: 5 })];
  if (cell.zero) marks.push(Plot.ruleY([0], { stroke: "var(--soft)", strokeWidth: 1 }));
  for (const arm of arms) {
    const own = rows.filter((r) => r.arm.position === arm.position);
    marks.push(
      Plot.ruleX(own.filter((r) => r.low !== null && r.high !== null), { x: "x", y1: "low", y2: "high", stroke: arm.colour, strokeWidth: 1.6 }),
      Plot.dot(own, { x: "x", y: "value", fill: arm.colour, stroke: "var(--paper)", strokeWidth: 1, r: 4 }));
  }
  marks.push(Plot.tip(rows, Plot.pointer({
    x: "x", y: "value", fill: "var(--raised)", stroke: "var(--line)", fontSize: 12,
    title: (r: Placed) => `${r.arm.label}, ${r.at}\n${cell.format(r.value!)}${r.low !== null && r.high !== null ? ` (95\u00a0% interval ${cell.format(r.low)} to ${cell.format(r.high)})` : ""}\nn = ${number(r.n, 6)}`,
  } as Plot.TipOptions)));
  return Plot.plot({
    width, height, marginLeft: LEFT, marginRight: RIGHT, marginTop: 8, marginBottom: turned ? 52 : 24,
    x: { domain: [-0.5, visits.length - 0.5], ticks: visits.map((_, i) => i), tickFormat: (i: number) => visits[i]?.label || time(visits[i]?.time_h ?? 0), tickRotate: turned ? -45 : 0, tickSize: 4, label: null },
    y: { domain: range(cell), label: null, tickFormat: cell.format, ticks: 5, tickSize: 0 },
    marks,
  }) as SVGSVGElement;
}

/** One chart a cell, as many beside each other as fit. */
export function drawEstimates(report: Report, cells: Cell[], width: number): SVGSVGElement {
  const used = report.arms.filter((a) => !view.hidden.has(a.position) && cells.some((c) => c.rows.some((r) => r.arm.position === a.position)));
  const times = new Set(cells.flatMap((c) => c.rows.map((r) => r.time_h)));
  const visits = report.visits.filter((v) => [...times].some((t) => sameTime(t, v.time_h)));
  const key = legend(used, width);
  const columns = evenColumns(cells.length, Math.floor((width + 32) / 340));
  const wide = (width - 32 * (columns - 1)) / columns;
  const widest = Math.max(0, ...visits.map((v) => textWidth(v.label || time(v.time_h), 10)));
  const turned = (wide - 50) / Math.max(1, visits.length) < widest + 6;
  const height = 260;
  const heads = cells.map((c) => wrap(c.title, wide, 12, 600));
  const headHeight = Math.max(...heads.map((lines) => lines.length)) * 15;
  const dosed = used.filter((a) => a.doses.length > 0);
  const doseHeight = dosed.length ? DOSE_ROW * (dosed.length + 1) + 6 : 0;
  const rowHeight = height + headHeight + doseHeight + 16;
  const svg = canvas(width, key.height + 8 + Math.ceil(cells.length / columns) * rowHeight);
  svg.append(key.node);
  cells.forEach((cell, i) => {
    const x = (i % columns) * (wide + 32), y = key.height + 12 + Math.floor(i / columns) * rowHeight;
    svg.append(s("text", { "font-size": 12, "font-weight": 600 }, heads[i].map((line, k) => s("tspan", { x, y: y + 12 + 15 * k }, fit(line, wide, 12, 600)))));
    place(svg, chart(cell, used, visits, wide, height, turned), x, y + headHeight + 2);
    if (dosed.length === 0) return;
    const below = y + headHeight + height + 8;
    svg.append(s("text", { x: x + LEFT, y: below + 8, "font-size": 10.5, fill: "var(--soft)" }, fit("Time after the arm\u2019s last dose before the visit", wide - LEFT, 10.5)),
      s("g", { transform: `translate(${x},${below + 10})` }, doseRows(dosed, visits, wide - LEFT - RIGHT)));
  });
  return svg;
}
