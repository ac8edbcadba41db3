// Outcomes: the table on top, response and remission, differences between arms.
import { type Arm, type Difference, type Endpoint, type Output, type Rate, type Report, outputTitle, sameTime } from "./data";
import { h } from "./dom";
import { figure, fileName } from "./figure";
import { decimalsFor, fixed, number, percent, plural, sentence, time, withUnit, words } from "./format";
import { caption, scrolling } from "./table";
import { drawEstimates } from "./visits";
import { change } from "./view";

const SAMPLING = "Intervals are sampling intervals of this virtual sample: they narrow as more virtual patients are simulated and do not tell how certain the result is for real patients.";

const READING = "Visits stand at equal distances, not to scale, and are not joined; a visit soon after a dose shows more of its effect than one just before the next dose (rows below). ";

/** What the arms are compared with, and that it is one for all of them. */
export function controlWords(report: Report): string {
  const controls = report.arms.filter((a) => a.is_control);
  if (controls.length === 0 || report.arms.length < 2) return "";
  const named = controls.map((a) => `${a.title}${a.doses.length ? "" : " (no doses)"}`).join("; ");
  if (controls.length > 1) return `Arms are compared with each of: ${named}.`;
  return `All arms are compared with one control: ${named}. ${controls[0].doses.length ? "It is the same for every arm, however that arm is given." : "A virtual control without doses is the same for an infusion and a tablet: one serves all arms."}`;
}

/** Times worth a column on top: the start, about a day, about a week, the end. */
function keyTimes(report: Report): number[] {
  const times = report.visits.map((v) => v.time_h);
  if (times.length === 0) return [];
  const nearest = (t: number) => times.reduce((best, x) => (Math.abs(x - t) < Math.abs(best - t) ? x : best), times[0]);
  const start = times.filter((t) => t <= 0).pop() ?? times[0];
  const last = times[times.length - 1];
  const wanted = [start, ...[24, 168].filter((t) => t < last).map(nearest), last];
  return [...new Set(wanted)].sort((a, b) => a - b);
}

const label = (report: Report, t: number) => report.visits.find((v) => sameTime(v.time_h, t))?.label || time(t);

interface Group { title: string; note?: string; times: number[]; cell: (arm: Arm, t: number) => string }

/** What the table on top shows: the score's median, its difference from the control, the first two rates. */
function glanceGroups(report: Report, headline: Output, times: number[]): Group[] {
  const median = (arm: Arm, t: number) => report.series(headline, arm).find((p) => sameTime(p.time_h, t))?.median;
  const decimals = decimalsFor(report.arms.flatMap((arm) => times.map((t) => median(arm, t) ?? null)));
  const later = times.filter((t) => t > 0);
  const groups: Group[] = [{ title: `${withUnit(outputTitle(headline), headline.unit)}, median`, times, cell: (arm, t) => fixed(median(arm, t), decimals) }];
  const controls = report.arms.filter((a) => a.is_control);
  const own = report.differences.filter((d) => d.output === headline.output);
  const difference = (arm: Arm, t: number) => own.find((d) => d.arm === arm.position && sameTime(d.time_h, t))?.difference;
  if (controls.length === 1 && own.length > 0 && later.length > 0)
    groups.push({ title: `Mean difference from ${controls[0].label}`, times: later, cell: (arm, t) => (arm.is_control ? "" : fixed(difference(arm, t), decimals)) });
  for (const e of report.endpoints.filter((x) => report.rates.some((r) => r.endpoint === x.endpoint)).slice(0, 2)) {
    const rate = (arm: Arm, t: number) => report.rates.find((r) => r.arm === arm.position && r.endpoint === e.endpoint && sameTime(r.time_h, t))?.rate;
    if (later.length > 0) groups.push({ title: endpointTitle(e.endpoint), note: e.text || e.expression, times: later, cell: (arm, t) => percent(rate(arm, t)) });
  }
  return groups;
}

/** A row an arm: the headline at a few visits. */
export function glance(report: Report): HTMLElement | null {
  const times = keyTimes(report);
  if (!report.headline || times.length === 0) return null;
  const groups = glanceGroups(report, report.headline, times);
  const first = (i: number) => (i === 0 ? "n first" : "n");
  return scrolling(h("table", { class: "glance" }, groups.length > 1 && caption("True scores in medians; differences and rates on observed scores, with their intervals below."),
    h("thead", {},
      h("tr", {}, h("th", { rowspan: 2, scope: "col" }, "Arm"), groups.map((g) => h("th", { colspan: g.times.length, scope: "colgroup", class: "group first", title: g.note }, g.title))),
      h("tr", {}, groups.map((g) => g.times.map((t, i) => h("th", { scope: "col", class: first(i) }, label(report, t)))))),
    h("tbody", {}, report.arms.map((arm) => h("tr", {}, h("th", { scope: "row" }, swatch(arm), arm.title), groups.map((g) => g.times.map((t, i) => h("td", { class: first(i) }, g.cell(arm, t)))))))), "Results at a glance");
}

export const swatch = (arm: Arm) => h("span", { class: `swatch ${arm.is_control ? "swatch-control" : `swatch-${/arm-(\d)/.exec(arm.colour)?.[1] ?? 0}`}`, "aria-hidden": "true" });

const endpointTitle = (name: string) => sentence(words(name));

/** "Response: MADRS at half of baseline or lower", said once where the text begins with the name. */
function endpointLine(e: Endpoint): string {
  const name = sentence(words(e.endpoint)), text = e.text || e.expression;
  return text.toLowerCase().startsWith(name.toLowerCase()) ? text : `${name}: ${text}`;
}

export function rateFigure(report: Report): HTMLElement | null {
  const endpoints = report.endpoints.filter((e) => report.rates.some((r) => r.endpoint === e.endpoint && r.rate !== null));
  if (endpoints.length === 0) return null;
  const cells = endpoints.map((e) => {
    const rows = report.rates.filter((r) => r.endpoint === e.endpoint);
    const top = Math.min(1, 1.08 * rows.reduce((m, r) => Math.max(m, r.ci_high ?? r.rate ?? 0), 0.05));
    return { title: endpointLine(e), zero: false, range: [0, top] as [number, number], format: (v: number) => percent(v), rows: rows.map((r) => ({ arm: report.arms.find((a) => a.position === r.arm)!, time_h: r.time_h, value: r.rate, low: r.ci_low, high: r.ci_high, n: r.n })) };
  });
  const cell = (r: Rate | undefined) => h("td", { class: "n" }, r && r.rate !== null ? [percent(r.rate, 1), h("br"), h("span", { class: "quiet" }, `${fixed(100 * (r.ci_low ?? NaN), 1)} to ${fixed(100 * (r.ci_high ?? NaN), 1)}`)] : "\u2013");
  return figure({
    name: fileName(report.run.study, "rates"),
    title: `${endpoints.length <= 2 ? endpoints.map((e, i) => (i ? words(e.endpoint) : sentence(words(e.endpoint)))).join(" and ") : "Endpoints"} by visit`,
    caption: ["Share of virtual patients at each visit, on observed scores (with measurement error); bars: 95\u00a0% Wilson intervals. ", READING, SAMPLING],
    draw: (width) => drawEstimates(report, cells, width),
    numbers: () => [["arm", "endpoint", "time_h", "n", "events", "rate", "ci_low", "ci_high"], ...report.rates.map((r) => [armName(report, r.arm), r.endpoint, r.time_h, r.n, r.events, r.rate, r.ci_low, r.ci_high])],
    table: () => scrolling(h("table", {}, caption("Percent of patients, with the 95\u00a0% Wilson interval."),
      h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "Endpoint"), h("th", { scope: "col" }, "Visit"), report.arms.map((a) => h("th", { scope: "col", class: "n" }, a.label)))),
      h("tbody", {}, endpoints.flatMap((e) => visitsOf(report, report.rates.filter((r) => r.endpoint === e.endpoint)).map((t) => h("tr", {}, h("th", { scope: "row" }, sentence(words(e.endpoint))), h("th", { scope: "row" }, label(report, t)),
        report.arms.map((a) => cell(report.rates.find((r) => r.endpoint === e.endpoint && r.arm === a.position && sameTime(r.time_h, t)))))))))  , "Rates by visit"),
  });
}

const armName = (report: Report, position: number) => report.arms.find((a) => a.position === position)?.arm ?? "";
const visitsOf = (report: Report, rows: { time_h: number }[]) => report.visits.map((v) => v.time_h).filter((t) => rows.some((r) => sameTime(r.time_h, t)));

/** What a name in `difference` stands for: an output, a rate (in percentage points) or a numeric endpoint. */
function measure(report: Report, name: string) {
  const output = report.output(name);
  const endpoint = report.endpoints.find((e) => e.endpoint === name);
  const isRate = endpoint?.is_rate === 1;
  const title = output ? withUnit(outputTitle(output), output.unit) : sentence(words(name)) + (isRate ? " (percentage points)" : "");
  return { name, title, isRate, factor: isRate ? 100 : 1 };
}

type Measure = ReturnType<typeof measure>;

function differenceTable(report: Report, m: Measure, rows: Difference[]): HTMLElement {
  const pairs = [...new Map(rows.map((r) => [`${r.arm} ${r.control}`, r])).values()];
  const arm = (position: number) => report.arms.find((a) => a.position === position)!;
  const decimals = Math.min(3, decimalsFor(rows.map((r) => (r.difference ?? 0) * m.factor)));
  const cell = (r: Difference | undefined) => h("td", { class: "n" }, r && r.difference !== null ? [h("b", {}, fixed(r.difference * m.factor, decimals)), r.ci_low !== null && r.ci_high !== null && h("span", { class: "quiet ci" }, ` ${fixed(r.ci_low * m.factor, decimals)} to ${fixed(r.ci_high * m.factor, decimals)}`)] : "\u2013");
  return scrolling(h("table", {}, caption(`${m.title}: mean difference and its 95\u00a0% interval`),
    h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "Visit"), pairs.map((p) => h("th", { scope: "col", class: "n" }, swatch(arm(p.arm)), `${arm(p.arm).label} \u2212 ${arm(p.control).label}`)))),
    h("tbody", {}, visitsOf(report, rows).map((t) => h("tr", {}, h("th", { scope: "row" }, label(report, t)), pairs.map((p) => cell(rows.find((r) => r.arm === p.arm && r.control === p.control && sameTime(r.time_h, t)))))))), "Differences between arms");
}

export function differences(report: Report): HTMLElement | null {
  const found = report.differences.filter((d) => d.difference !== null);
  if (found.length === 0) return null;
  const order = [report.headline?.output, ...report.endpoints.map((e) => e.endpoint)];
  const names = [...new Set(found.map((d) => d.output))].sort((a, b) => rank(order, a) - rank(order, b));
  const measures = names.map((name) => measure(report, name));
  let shown = measures[0];
  const rowsOf = (m: Measure) => found.filter((d) => d.output === m.name);
  const controls = [...new Set(found.map((d) => d.control))];
  const box = h("div", {}, differenceTable(report, shown, rowsOf(shown)));
  const pick = h("select", { id: "difference-output", onchange: () => { shown = measures[pick.selectedIndex]; box.replaceChildren(differenceTable(report, shown, rowsOf(shown))); change(() => undefined); } }, measures.map((m) => h("option", {}, m.title)));
  const control = report.arms.find((a) => a.position === controls[0]);
  const n = Math.max(...found.map((d) => d.n));
  return h("div", {},
    h("div", { class: "filter" }, h("label", { for: "difference-output" }, "Difference in"), pick),
    figure({
      name: fileName(report.run.study, "differences"),
      title: controls.length === 1 ? `Difference from ${control?.label ?? "control"}, by visit` : "Difference from each control, by visit",
      caption: [`Arm minus control within the same ${plural(n, "virtual patient")} (each is given every arm), on observed values; mean and 95\u00a0% interval, paired. `, controlWords(report), " ", READING, SAMPLING],
      draw: (width) => drawEstimates(report, controls.map((c) => ({
        title: `${shown.title}: difference from ${report.arms.find((a) => a.position === c)?.label ?? ""}`, zero: true, format: (v: number) => number(v * shown.factor),
        rows: rowsOf(shown).filter((d) => d.control === c).map((d) => ({ arm: report.arms.find((a) => a.position === d.arm)!, time_h: d.time_h, value: d.difference, low: d.ci_low, high: d.ci_high, n: d.n })),
      })), width),
      numbers: () => [["arm", "control", "output", "time_h", "n", "difference", "ci_low", "ci_high"], ...found.map((d) => [armName(report, d.arm), armName(report, d.control), d.output, d.time_h, d.n, d.difference, d.ci_low, d.ci_high])],
    }), box);
}

const rank = (order: (string | undefined)[], name: string) => (order.includes(name) ? order.indexOf(name) : order.length);

/** Endpoints that are numbers (a change from baseline), as observed. */
export function numericEndpoints(report: Report): HTMLElement | null {
  const list = report.endpoints.filter((e) => !e.is_rate && report.observed.some((o) => o.output === e.endpoint));
  if (list.length === 0) return null;
  const rows = list.flatMap((e) => {
    const own = report.observed.filter((o) => o.output === e.endpoint);
    const decimals = decimalsFor(own.map((o) => o.mean));
    return visitsOf(report, own).map((t) => h("tr", {}, h("th", { scope: "row" }, e.text || sentence(words(e.endpoint))), h("th", { scope: "row" }, label(report, t)), report.arms.map((a) => {
      const o = own.find((row) => row.arm === a.position && sameTime(row.time_h, t));
      return h("td", { class: "n" }, o && o.mean !== null ? `${fixed(o.mean, decimals)} (${fixed(o.sd, decimals)})` : "\u2013");
    })));
  });
  return h("details", { class: "numbers" }, h("summary", {}, "Other endpoints"), scrolling(h("table", {}, caption("Mean (SD between patients) of observed values."),
    h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "Endpoint"), h("th", { scope: "col" }, "Visit"), report.arms.map((a) => h("th", { scope: "col", class: "n" }, a.label)))), h("tbody", {}, rows)), "Other endpoints"));
}
