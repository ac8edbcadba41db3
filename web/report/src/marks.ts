// What the figures of a validation have in common: keys, grids of charts, words for a row.
import { s, textWidth } from "./dom";
import { fit } from "./figure";
import { fixed, number, time, words } from "./format";
import { type Compared, type Row, isRate, unitWords } from "./scores";

/** Letters with a rim of paper, so that they can stand on a grid. */
export const HALO = { stroke: "var(--paper)", "stroke-width": 3, "stroke-linejoin": "round", "paint-order": "stroke", "pointer-events": "none" };

export interface KeyEntry { text: string; mark: (x: number, y: number) => SVGElement } // x, y: the middle of a box of 22 by 14 px

/** Marks and what they mean, in rows; the group's height is `height`. */
export function key(entries: KeyEntry[], width: number): { node: SVGGElement; height: number } {
  const BOX = 22, GAP = 18, ROW = 19;
  const node = s("g", { "font-size": 12, class: "key" });
  let x = 0, y = 10;
  for (const entry of entries) {
    const wide = BOX + 6 + textWidth(entry.text, 12);
    if (x > 0 && x + wide > width) [x, y] = [0, y + ROW];
    node.append(entry.mark(x + BOX / 2, y), s("text", { x: x + BOX + 6, y: y + 4 }, fit(entry.text, width - BOX - 6, 12)));
    x += wide + GAP;
  }
  return { node, height: y + 12 };
}

export const dotMark = (colour: string, hollow = false) => (x: number, y: number) => s("circle", { cx: x, cy: y, r: 4, fill: hollow ? "var(--paper)" : colour, stroke: colour, "stroke-width": 1.4 });

/** Names in the order of how many rows they have, with a colour each; those beyond the palette share grey. */
export function colourBy(names: string[]): { list: string[]; colour: (name: string) => string } {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  const list = [...counts.keys()].sort((a, b) => counts.get(b)! - counts.get(a)! || a.localeCompare(b));
  return { list, colour: (name) => (list.indexOf(name) < 7 ? `var(--arm-${list.indexOf(name)})` : "var(--arm-control)") };
}

const value = (row: Row, x: number) => (row.group === "pk" ? number(x) : fixed(x, isRate(row) ? 0 : 1));

export const withInterval = (row: Compared) => ({
  observed: `${value(row, row.observed)}${row.observed_low !== null && row.observed_high !== null ? ` (${value(row, row.observed_low)} to ${value(row, row.observed_high)})` : ""}`,
  predicted: `${value(row, row.predicted)} (${value(row, row.low90)} to ${value(row, row.high90)})`,
});

const metricWords = (row: Row) => words(row.metric.replace(/_pct$/, ""));

/** What was measured, in whom and when, without the trial: "ketamine 0.5, MADRS mean change, day 1, n = 30". */
export function rowLabel(row: Row, trial = false): string {
  const arm = row.arm.includes(" ") ? row.arm : words(row.arm.replace(/(\d)\.(?=\d)/g, "$1\u2024")).replaceAll("\u2024", ".");
  const parts = [arm, `${words(row.endpoint)} ${metricWords(row)}`, row.time_h === null ? "" : time(row.time_h), row.n === null ? "" : `n\u00a0=\u00a0${number(row.n, 6)}`];
  return (trial ? `${words(row.study)}: ` : "") + parts.filter(Boolean).join(", ");
}

/** All there is to know of a row, for the tip beside it. */
export function rowDetails(row: Compared): string {
  const unit = unitWords(row.unit), text = withInterval(row);
  const where = row.inside50 ? "inside the 50\u00a0% interval" : row.inside90 ? "inside the 90\u00a0% interval" : "outside the 90\u00a0% interval";
  return [words(row.study), rowLabel(row), `observed ${text.observed} ${unit}`, `predicted ${text.predicted} ${unit}`, `${where}${row.seen ? "" : "; recalled, not read again at its source"}`, row.key].join("\n");
}
