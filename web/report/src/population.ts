// Who the virtual patients are.
import * as Plot from "@observablehq/plot";
import { type Covariate, type Report } from "./data";
import { h, s, wrap } from "./dom";
import { canvas, figure, fileName, fit, place } from "./figure";
import { integer, number, percent, sentence, withUnit, words } from "./format";
import { caption, facts, scrolling } from "./table";

const labelsOf = (c: Covariate) => (c.labels ? c.labels.split(",").map((t) => t.trim()) : []);
const titleOf = (c: Covariate) => withUnit(c.text ? sentence(c.text) : words(c.covariate), c.unit);

interface Bar { x1: number; x2: number; n: number }

function bars(report: Report, c: Covariate): { bars: Bar[]; ticks?: string[] } {
  const rows = report.bars.filter((r) => r.name === c.covariate);
  const labels = labelsOf(c);
  if (labels.length) return { ticks: labels, bars: labels.map((_, i) => ({ x1: i - 0.36, x2: i + 0.36, n: rows.find((r) => r.from === i)?.n ?? 0 })) };
  const gaps = rows.slice(1).map((r, i) => r.from - rows[i].from);
  const half = 0.36 * (gaps.length ? Math.min(...gaps) : 1);
  return { bars: rows.map((r) => (r.from === r.to ? { x1: r.from - half, x2: r.from + half, n: r.n } : { x1: r.from, x2: r.to, n: r.n })) };
}

function histogram(report: Report, c: Covariate, width: number, height: number): SVGSVGElement | null {
  const found = bars(report, c);
  if (found.bars.length === 0) return null;
  const ticks = found.ticks;
  return Plot.plot({
    width, height, marginLeft: 34, marginRight: 8, marginTop: 4, marginBottom: 20,
    x: ticks ? { domain: [-0.6, ticks.length - 0.4], ticks: ticks.map((_, i) => i), tickFormat: (i: number) => fit(ticks[i] ?? "", (width - 42) / ticks.length - 4, 10), tickSize: 0, label: null } : { ticks: 4, tickSize: 3, label: null, tickFormat: (v: number) => number(v), inset: 2 },
    y: { label: null, ticks: 3, tickSize: 0, tickFormat: (v: number) => integer(v), domain: [0, Math.max(...found.bars.map((b) => b.n))], nice: true },
    marks: [Plot.gridY({ stroke: "var(--grid)", strokeOpacity: 1, ticks: 3 }), Plot.rect(found.bars, { x1: "x1", x2: "x2", y1: 0, y2: "n", fill: "var(--soft)", fillOpacity: 0.55, insetLeft: 0.5, insetRight: 0.5 }), Plot.ruleY([0], { stroke: "var(--line)" })],
  }) as SVGSVGElement;
}

function drawHistograms(report: Report, list: Covariate[], width: number): SVGSVGElement {
  const columns = Math.min(list.length, Math.max(2, Math.floor((width + 20) / 210)));
  const wide = (width - 20 * (columns - 1)) / columns;
  const heads = list.map((c) => wrap(titleOf(c), wide, 12, 600).slice(0, 3));
  const HEAD = 15 * Math.max(...heads.map((lines) => lines.length)), HEIGHT = 110, ROW = HEIGHT + HEAD + 34;
  const svg = canvas(width, Math.ceil(list.length / columns) * ROW);
  list.forEach((c, i) => {
    const x = (i % columns) * (wide + 20), y = Math.floor(i / columns) * ROW;
    const chart = histogram(report, c, wide, HEIGHT);
    svg.append(s("text", { "font-size": 12, "font-weight": 600 }, heads[i].map((line, k) => s("tspan", { x, y: y + 12 + 15 * k }, fit(line, wide, 12, 600)))),
      s("text", { x, y: y + HEAD + 10, "font-size": 10.5, fill: "var(--soft)" }, "patients"));
    if (chart) place(svg, chart, x, y + HEAD + 18);
  });
  return svg;
}

function row(report: Report, c: Covariate): HTMLElement {
  const spread = report.covariateSpread.find((r) => r.name === c.covariate);
  const labels = labelsOf(c);
  const total = spread?.n ?? 0;
  const head = h("th", { scope: "row" }, titleOf(c), c.text && [h("br"), h("code", { class: "quiet" }, c.covariate)]);
  const written = h("td", {}, h("code", {}, c.distribution || "\u2013"));
  if (!spread) return h("tr", {}, head, h("td", { colspan: 4, class: "quiet" }, "no values"), written);
  if (labels.length) {
    const shares = labels.map((text, i) => `${text} ${percent((report.bars.find((r) => r.name === c.covariate && r.from === i)?.n ?? 0) / total)}`);
    return h("tr", {}, head, h("td", { colspan: 4 }, shares.join(", ")), written);
  }
  return h("tr", {}, head, h("td", { class: "n" }, number(spread.mean)), h("td", { class: "n" }, number(spread.sd)),
    h("td", { class: "n" }, number(spread.median)), h("td", { class: "n" }, `${number(spread.low)} to ${number(spread.high)}`), written);
}

export function population(report: Report): HTMLElement[] {
  const { run, requirements } = report;
  const list = report.covariates.length ? report.covariates : report.covariateSpread.map((r) => ({ covariate: r.name, unit: "", text: "", distribution: "", labels: "" }));
  const drawn = list.filter((c) => bars(report, c).bars.length > 1);
  const out: HTMLElement[] = [facts([
    ["Population", run.population_title || words(run.population)],
    ["Virtual patients", integer(run.n_subjects)],
    ["Entry criteria", requirements.length ? h("ul", { class: "plain" }, requirements.map((text) => h("li", {}, h("code", {}, text)))) : "none"],
    ["Candidates accepted", requirements.length ? `${percent(run.acceptance, 1)} met the entry criteria; the others were drawn again` : null],
  ])];
  if (drawn.length) out.push(figure({
    name: fileName(run.study, "population"), title: "The virtual patients", caption: `Distribution of what was drawn or derived for each of the ${integer(run.n_subjects)} virtual patients; the axis counts patients.`,
    draw: (width) => drawHistograms(report, drawn, width),
    numbers: () => [["covariate", "from", "to", "n"], ...drawn.flatMap((c) => bars(report, c).bars.map((b) => [c.covariate, b.x1, b.x2, b.n]))],
  }));
  if (list.length) out.push(scrolling(h("table", {}, caption("Values of the virtual patients, and the distribution as the study writes it."),
    h("thead", {}, h("tr", {}, ["", "Mean", "SD", "Median", "Range", "As written"].map((t, i) => h("th", { scope: "col", class: i > 0 && i < 5 ? "n" : "" }, t)))), h("tbody", {}, list.map((c) => row(report, c)))), "Population"));
  return out;
}
