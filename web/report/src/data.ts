// What the program put into the page: columns of the tables of result.sqlite (src/report/tables.c), here as rows and look-ups.

import { sentence, words } from "./format";

export interface Run {
  onset_version: string; started: string; wall_s: number; command: string; study: string; title: string; model: string; model_title: string;
  seed_text: string; n_subjects: number; n_arms: number; n_failed: number; acceptance: number; solver: string; solver_why: string; rtol: number;
  atol: number; threads: number; isa: string; courses_per_s: number; steps: number; rejected: number; compiler: string; cpu: string;
  headline: string | null; population: string; population_title: string; kernel: string; n_resumed: number;
}
export interface ArmRow { position: number; arm: string; title: string; is_control: number; text: string }
export interface Dose { arm: number; time_h: number; drug: string; route: string }
export interface Output { position: number; output: string; full_name: string; unit: string; text: string; low: number | null; high: number | null }
export interface PanelRow { panel: number; title: string; position: number; output: string; is_log: number; first_h: number }
export interface Visit { position: number; time_h: number; label: string }
export interface Parameter {
  parameter: string; module: string; unit: string; value: number; iiv: string; iiv_size: number; text: string; source_kind: string;
  source_key: string; source_note: string; source_text: string; seen: string;
}
export interface Covariate { covariate: string; unit: string; text: string; distribution: string; labels: string }
export interface Module { instance: string; module: string; title: string; links: string }
export interface Endpoint { endpoint: string; text: string; expression: string; is_rate: number }
export interface Event { arm: string; kind: string; detail: string; n: number; subject: number; first_h: number | null }
export interface Summary {
  arm: number; output: number; time_h: number; n: number; mean: number | null; sd: number | null; p05: number | null; p25: number | null;
  median: number | null; p75: number | null; p95: number | null;
}
export interface Observed extends Omit<Summary, "output"> { output: string }
export interface Rate { arm: number; endpoint: string; time_h: number; n: number; events: number; rate: number | null; ci_low: number | null; ci_high: number | null }
export interface Difference {
  arm: number; control: number; output: string; time_h: number; n: number; difference: number | null; ci_low: number | null; ci_high: number | null;
}
export interface Spread {
  name: string; n: number; mean: number; sd: number | null; low: number; high: number; p05: number; median: number; p95: number;
}
export interface BarRow { name: string; from: number; to: number; n: number } // from = to: one value

/** An arm as figures show it; the times of its doses [h], ascending, each once. */
export interface Arm extends ArmRow { label: string; colour: string; dash: string | undefined; doses: number[] }

export interface Panel { title: string; outputs: Output[]; isLog: boolean; firstH: number }

type Columns = Record<string, unknown[]>;

const LABEL_LENGTH = 44; // characters of a title that still stands beside its line
const DASHES = [undefined, "7 3", "2 3", "9 3 2 3"];

function rows<T>(columns: Columns | undefined): T[] {
  const names = Object.keys(columns ?? {});
  const n = names.length ? columns![names[0]].length : 0;
  return Array.from({ length: n }, (_, i) => Object.fromEntries(names.map((name) => [name, columns![name][i]])) as T);
}

/** Colours go by position, so an arm has one colour in every figure; arms beyond the palette differ by dashes. */
function styleArms(list: ArmRow[], doses: Dose[], nColours: number): Arm[] {
  let next = 0;
  let controls = 0;
  return list.map((arm) => {
    const nth = arm.is_control ? controls++ : next++;
    const colour = arm.is_control ? "var(--arm-control)" : `var(--arm-${nth % nColours})`;
    const round = arm.is_control ? nth + 1 : Math.floor(nth / nColours);
    const name = sentence(words(arm.arm));
    const title = arm.title || name;
    const times = [...new Set(doses.filter((d) => d.arm === arm.position).map((d) => d.time_h))].sort((a, b) => a - b);
    return { ...arm, title, doses: times, label: title.length <= LABEL_LENGTH ? title : name, colour, dash: DASHES[round % DASHES.length] };
  });
}

function readPanels(list: PanelRow[], outputs: Map<string, Output>): Panel[] {
  const panels = new Map<number, Panel>();
  for (const row of list) {
    const output = outputs.get(row.output);
    if (!panels.has(row.panel)) panels.set(row.panel, { title: row.title, outputs: [], isLog: row.is_log !== 0, firstH: row.first_h });
    if (output) panels.get(row.panel)!.outputs.push(output);
  }
  return [...panels.values()].filter((panel) => panel.outputs.length > 0);
}

export function readReport(text: string, nColours: number) {
  const raw = JSON.parse(text) as Record<string, Columns>;
  const outputs = rows<Output>(raw.output);
  const byName = new Map(outputs.flatMap((o) => [[o.full_name, o], [o.output, o]] as [string, Output][]));
  const run = rows<Run>(raw.run)[0];
  const arms = styleArms(rows<ArmRow>(raw.arm), rows<Dose>(raw.dose), nColours);
  const summary = rows<Summary>(raw.summary);
  const series = new Map<string, Summary[]>();
  for (const row of summary) {
    const key = `${row.output} ${row.arm}`;
    if (!series.has(key)) series.set(key, []);
    series.get(key)!.push(row);
  }
  const headline = (run.headline && byName.get(run.headline)) || outputs.find((o) => arms.some((a) => series.has(`${o.position} ${a.position}`)));
  const isZero = (p: Summary) => p.mean === 0 && p.p05 === 0 && p.median === 0 && p.p95 === 0;
  const isEmpty = (panel: Panel) => {
    const points = panel.outputs.flatMap((o) => arms.flatMap((a) => series.get(`${o.position} ${a.position}`) ?? []));
    return points.length > 0 && points.every(isZero);
  };
  const all = readPanels(rows<PanelRow>(raw.panel), byName);
  const panels = all.filter((panel) => !isEmpty(panel)); /* as the level of a drug that no arm gets */
  const shown = outputs.filter((o) => o !== headline && arms.some((a) => series.has(`${o.position} ${a.position}`)));
  return {
    run, arms, outputs, headline,
    output: (name: string) => byName.get(name),
    empty: all.filter(isEmpty).map((panel) => panel.title),
    panels: all.length ? panels : shown.map((o) => ({ title: o.text || o.output, outputs: [o], isLog: false, firstH: 0 })),
    series: (output: Output, arm: ArmRow) => series.get(`${output.position} ${arm.position}`) ?? [],
    lastH: [...rows<Visit>(raw.visit), ...summary].reduce((last, row) => Math.max(last, row.time_h), 0),
    visits: rows<Visit>(raw.visit),
    options: rows<{ name: string; value: string }>(raw.option),
    sources: rows<{ path: string; sha256: string; text: string; length: number }>(raw.source),
    parameters: rows<Parameter>(raw.parameter),
    covariates: rows<Covariate>(raw.covariate),
    requirements: rows<{ text: string }>(raw.requirement).map((r) => r.text),
    modules: rows<Module>(raw.module),
    endpoints: rows<Endpoint>(raw.endpoint),
    events: rows<Event>(raw.event),
    observed: rows<Observed>(raw.observed),
    rates: rows<Rate>(raw.rate),
    differences: rows<Difference>(raw.difference),
    covariateSpread: rows<Spread>(raw.covariate_spread),
    parameterSpread: rows<Spread>(raw.parameter_spread),
    bars: rows<BarRow>(raw.covariate_bar),
  };
}

export type Report = ReturnType<typeof readReport>;

/** Times in the database are sums and products of decimals; two are the same visit when they agree to a second or so. */
export const sameTime = (a: number, b: number) => Math.abs(a - b) < 5e-4;

/** How long before this time the arm was last dosed [h]; null where it was not. A dose at the very time comes after. */
export function sinceDose(arm: Arm, time_h: number): number | null {
  const before = arm.doses.filter((t) => t < time_h && !sameTime(t, time_h));
  return before.length ? time_h - before[before.length - 1] : null;
}

export const outputTitle = (o: Output) => sentence(o.text || words(o.output));
