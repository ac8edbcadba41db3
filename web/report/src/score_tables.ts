// Scores of the model beside its rivals: how often observed values lie inside the intervals, and how far off predictions are.
import * as Plot from "@observablehq/plot";
import { type Child, h, s, textWidth } from "./dom";
import { canvas, figure, fit, place } from "./figure";
import { fixed, integer, percent, words } from "./format";
import { HALO, key } from "./marks";
import { classTitle, GROUP_TITLES, type GroupName, isShown, RIVAL_TITLES, type ScoreGroup, type Scores, type Validation } from "./scores";
import { scrolling } from "./table";
import { onChange, view } from "./view";

interface Heading { head: string; title: string; cell: (x: Scores) => string }

const COMMON: Heading[] = [
  { head: "Rows", title: "rows compared", cell: (x) => integer(x.n) },
  { head: "Skipped", title: "rows that could not be compared; the reasons stand below", cell: (x) => integer(x.skipped) },
  { head: "In 50\u00a0%", title: "share of observed values inside the 50 % prediction interval", cell: (x) => percent(x.inside50) },
  { head: "In 90\u00a0%", title: "share of observed values inside the 90 % prediction interval", cell: (x) => percent(x.inside90) },
];
const ERRORS: Heading[] = [
  { head: "Error, points", title: "mean absolute error of scores (of pressures: mmHg)", cell: (x) => fixed(x.mae_score, 2) },
  { head: "Error, %-points", title: "mean absolute error of rates", cell: (x) => fixed(x.mae_pct, 1) },
  { head: "Interval score", title: "mean interval score at 90 % (Gneiting and Raftery 2007); less is better", cell: (x) => fixed(x.interval_score, 1) },
];
const FOLDS: Heading[] = [
  { head: "Average fold error", title: "10 to the mean of |log10(predicted/observed)|", cell: (x) => fixed(x.average_fold_error, 2) },
  ...[["1.25", "within_1_25"], ["1.5", "within_1_5"], ["2", "within_2"]].map(([fold, name]): Heading => ({ head: `Within ${fold}`, title: `share of predictions within ${fold} fold`, cell: (x) => percent(x[name as "within_2"]) })),
];

const TRIALS: Record<string, string> = { left_out: "Each trial left out", in_sample: "In-sample" };

/** A class's lines: the model, then its rivals. */
function lines(g: ScoreGroup, name: string, headings: Heading[]): HTMLElement[] {
  const rivals = Object.entries(g.rivals ?? {}).filter(([, x]) => x.n > 0);
  const line = (label: Child, x: Scores, isRival: boolean) => h("tr", { class: isRival ? "rival" : "" }, h("th", { scope: "row" }, label),
    headings.map((c) => h("td", { class: "n" }, x.n > 0 || c.head === "Rows" || c.head === "Skipped" ? c.cell(x) : "\u2013")));
  return [line(name, g, false), ...rivals.map(([rival, x]) => line([RIVAL_TITLES[rival] ?? words(rival)], x, true))];
}

export function scoreTable(v: Validation, group: GroupName): HTMLElement | null {
  const own = v.groups.filter((g) => g.group === group), headings = [...COMMON, ...(group === "pk" ? FOLDS : ERRORS)];
  const kinds = [...new Set(own.map((g) => g.trials ?? ""))];
  if (own.length === 0) return null;
  const bodies = kinds.map(() => h("tbody"));
  const fill = () => bodies.forEach((body, i) => body.replaceChildren(
    ...(kinds[i] ? [h("tr", { class: "kind-of-trials" }, h("th", { scope: "rowgroup", colspan: headings.length + 1 }, TRIALS[kinds[i]] ?? words(kinds[i])))] : []),
    ...own.filter((g) => (g.trials ?? "") === kinds[i] && g.rows === (view.recalled ? "all" : "seen")).flatMap((g) => lines(g, classTitle(v, group, g.class), headings))));
  onChange(fill);
  fill();
  return scrolling(h("table", { class: "scores" }, h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "Class"), headings.map((c) => h("th", { scope: "col", class: "n", title: c.title }, c.head)))), bodies), `${GROUP_TITLES[group]}: scores`);
}

interface Share { y: number; share: number; is90: boolean; kind: string }

/** A line a class: the shares inside both intervals, of the model and of its rivals. */
export function coverage(v: Validation): HTMLElement | null {
  const kept = () => v.groups.filter((g) => isShown(v, g) && g.n > 0 && (g.class !== "overall" || v.groups.filter((x) => x.group === g.group && x.rows === g.rows && x.trials === g.trials && x.n > 0).length > 2));
  if (v.groups.every((g) => g.n === 0)) return null;
  const label = (g: ScoreGroup) => `${GROUP_TITLES[g.group]}: ${g.class === "overall" ? "all classes" : classTitle(v, g.group, g.class)} (${integer(g.n)})`;
  const draw = (width: number) => {
    const list = kept(), narrow = width < 560, rowHeight = narrow ? 40 : 24;
    const left = narrow ? 6 : Math.min(0.45 * width, 12 + Math.max(...list.map((g) => textWidth(label(g), 12))));
    const shares: Share[] = list.flatMap((g, y) => [["model", g] as [string, Scores], ...Object.entries(g.rivals ?? {})].flatMap(([kind, x]) => [{ y, share: x.inside50, is90: false, kind }, { y, share: x.inside90, is90: true, kind }]).filter((x): x is Share => x.share !== null));
    const symbols: Record<string, "circle" | "square" | "triangle"> = { model: "circle", pooled_mean: "square", emax_time: "triangle" };
    const colour = (x: Share) => (x.is90 ? "var(--arm-0)" : "var(--arm-1)");
    const top = key([
      { text: "inside the 50\u00a0% interval", mark: (x, y) => s("circle", { cx: x, cy: y, r: 5, fill: "var(--arm-1)" }) }, { text: "inside the 90\u00a0% interval", mark: (x, y) => s("circle", { cx: x, cy: y, r: 5, fill: "var(--arm-0)" }) },
      { text: "rival: pooled mean", mark: (x, y) => s("rect", { x: x - 4, y: y - 4, width: 8, height: 8, fill: "none", stroke: "var(--soft)" }) }, { text: "rival: Emax in time", mark: (x, y) => s("path", { d: `M${x},${y - 5}l5,9h-10z`, fill: "none", stroke: "var(--soft)" }) },
    ], width);
    const height = list.length * rowHeight + 34, svg = canvas(width, top.height + 8 + height);
    const chart = Plot.plot({
      width, height, marginLeft: left, marginRight: 20, marginTop: 2, marginBottom: 32,
      x: { domain: [0, 1], label: null, tickFormat: (x: number) => `${Math.round(100 * x)}\u00a0%`, ticks: 5, tickSize: 4 }, y: { domain: [list.length - 0.5, -0.5], axis: null },
      symbol: { type: "identity" },
      marks: [Plot.gridX({ stroke: "var(--grid)", strokeOpacity: 1 }), Plot.ruleX([0.5], { stroke: "var(--arm-1)", strokeDasharray: "5 3" }), Plot.ruleX([0.9], { stroke: "var(--arm-0)", strokeDasharray: "5 3" }),
        Plot.dot(shares.filter((x) => x.kind !== "model"), { x: "share", y: "y", dy: narrow ? 8 : 0, r: 4, symbol: (x: Share) => symbols[x.kind] ?? "square", stroke: colour }),
        Plot.dot(shares.filter((x) => x.kind === "model"), { x: "share", y: "y", dy: narrow ? 8 : 0, r: 5.5, fill: colour, stroke: "var(--paper)" }),
        Plot.tip(shares, Plot.pointer({ x: "share", y: "y", fill: "var(--raised)", stroke: "var(--line)", fontSize: 12, title: (x: Share) => `${label(list[x.y])}\n${x.kind === "model" ? "Model" : RIVAL_TITLES[x.kind] ?? x.kind}: ${percent(x.share)} inside the ${x.is90 ? 90 : 50}\u00a0% interval` } as Plot.TipOptions))],
    }) as SVGSVGElement;
    place(svg, chart, 0, top.height + 8);
    svg.append(top.node, s("g", { "font-size": 12, ...HALO }, list.map((g, i) => s("text", { x: 0, y: top.height + 10 + (i + 0.5) * rowHeight + (narrow ? -5 : 4), "font-weight": g.class === "overall" ? 600 : 400 }, fit(label(g), narrow ? width : left - 8, 12)))));
    return svg;
  };
  return figure({
    name: "coverage", title: "How many observed values lie inside the intervals",
    caption: () => `A good prediction has half of the values inside its 50\u00a0% interval and nine tenths inside its 90\u00a0% interval (dashed lines); fewer means that it is too sure, more that it is too wide. In brackets the rows. Few rows give a rough share.${v.groups.some((g) => g.trials === "left_out") ? ` ${view.trials === "left_out" ? "Trials that were in the fit are left out of it, one at a time" : "In-sample"}, also for the rivals.` : ""}`,
    draw,
    numbers: () => [["group", "class", "rows", "trials", "predictor", "n", "inside50", "inside90"], ...v.groups.flatMap((g) => [["model", g] as [string, Scores], ...Object.entries(g.rivals ?? {})].map(([kind, x]) => [g.group, g.class, g.rows, g.trials ?? "", kind, x.n, x.inside50, x.inside90]))],
  });
}
