// What the figures of a validation have in common: keys, grids of charts, words for a row.
import { s, textWidth } from "./dom";
import { fit } from "./figure";
import { fixed, number, time, words } from "./format";
import { type Compared, type Row, isRate, unitWords } from "./scores";
import { view } from "./view";

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

/** How far off exposures are, in lines beside that of no error. */
export const FOLDS = [{ fold: 1.25, dash: "9 3" }, { fold: 1.5, dash: "5 4" }, { fold: 2, dash: "2 4" }];

/** Names in the order of how many rows they have, with a colour each; those beyond the palette share grey. */
export function colourBy(names: string[]): { list: string[]; colour: (name: string) => string } {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  const list = [...counts.keys()].sort((a, b) => counts.get(b)! - counts.get(a)! || a.localeCompare(b));
  return { list, colour: (name) => (list.indexOf(name) < 7 ? `var(--arm-${list.indexOf(name)})` : "var(--arm-control)") };
}

const value = (row: Row, x: number) => (row.group === "pk" ? number(x) : fixed(x, isRate(row) ? 0 : row.unit === "smd" || row.unit === "ratio" ? 2 : 1));

export const withInterval = (row: Compared) => ({
  observed: `${value(row, row.observed)}${row.observed_low !== null && row.observed_high !== null ? ` (${value(row, row.observed_low)} to ${value(row, row.observed_high)})` : ""}`,
  predicted: `${value(row, row.predicted)} (${value(row, row.low90)} to ${value(row, row.high90)})`,
});

/** A trial's name as words: "Diazgranados2010" -> "Diazgranados 2010". */
export const trialWords = (study: string) => words(study.replace(/(\p{L})(?=(19|20)\d\d(?!\d))/gu, "$1 "));

/** "MADRS response"; an event that is its own endpoint is named once. That it is in percent is said by its unit. */
function measureWords(row: Row): string {
  const [endpoint, metric] = [row.endpoint, row.metric].map((name) => words(name.replace(/_pct$/, "")));
  return endpoint === metric ? metric : `${endpoint} ${metric}`.trim();
}

/** What was measured, in whom and when, without the trial: "ketamine 0.5, MADRS mean change, day 1, n = 30". */
export function rowLabel(row: Row, trial = false): string {
  const arm = row.arm.includes(" ") ? row.arm.replace(/[_ ]+/g, " ").trim() : words(row.arm.replace(/(\d)\.(?=\d)/g, "$1\u2024")).replaceAll("\u2024", ".");
  const parts = [arm, measureWords(row), row.time_h === null ? "" : time(row.time_h), row.n === null ? "" : `n\u00a0=\u00a0${fixed(row.n, 0)}`];
  return (trial ? `${trialWords(row.study)}: ` : "") + parts.filter(Boolean).join(", ");
}

/** All there is to know of a row, for the tip beside it. */
export function rowDetails(row: Compared): string {
  const unit = unitWords(row.unit), text = withInterval(row);
  const where = row.inside50 ? "inside the 50\u00a0% interval" : row.inside90 ? "inside the 90\u00a0% interval" : "outside the 90\u00a0% interval";
  const k = row.left_out?.pareto_k;
  const trials = !row.left_out ? "predicted" : view.trials === "in_sample" ? "predicted in-sample" : "predicted with its trial left out";
  return [trialWords(row.study), rowLabel(row), `observed ${text.observed} ${unit}`, `${trials} ${text.predicted} ${unit}`,
    `${where}${row.seen ? "" : "; recalled, not read again at its source"}`, k !== null && k !== undefined && view.trials === "left_out" && k > 0.7 ? `Pareto k ${fixed(k, 2)}: partly in-sample` : "", row.key].filter(Boolean).join("\n");
}
