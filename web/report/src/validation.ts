// The page of a validation, section by section.
import { type Child, h } from "./dom";
import { numberFigures, setOrigin } from "./figure";
import { forest } from "./forest";
import { fixed, integer, percent, plural } from "./format";
import { rowLabel, trialWords } from "./marks";
import { calibration, exposures } from "./scatter";
import { coverage, scoreTable } from "./score_tables";
import { asChosen, classesOf, classTitle, type Compared, GROUP_TITLES, GROUPS, type GroupName, hasLeftOut, isCompared, readValidation, type Row, type Validation } from "./scores";
import { facts, sortable } from "./table";
import { change, onChange, type Trials, view } from "./view";

interface Section { id: string; title: string; content: Child[] }

const notice = () => h("aside", { class: "notice" }, h("strong", {}, "This is research; it advises no patient. "),
  "Published trials are compared with calculated ones. That a group is predicted well says nothing of one person.");

function asked(v: Validation): HTMLElement {
  const rows = v.rows.filter(isCompared), n = rows.length, studies = new Set(rows.map((r) => r.study)).size;
  const share = h("span");
  const update = () => {
    const inside = asChosen(rows).filter((r) => r.inside90 === true).length;
    share.textContent = n === 0 ? "" : `; ${percent(inside / n)} of them lie inside the 90\u00a0% prediction interval${!hasLeftOut(rows) ? "" : view.trials === "left_out" ? ", each trial of the calibration predicted as if it had been left out" : ", in-sample"}`;
  };
  onChange(update);
  update();
  return h("p", { class: "asked" }, `${plural(n, "published number")} of ${plural(studies, "trial")} ${n === 1 ? "was" : "were"} compared with what the model gives for a trial of that drug, dose, schedule, population and size`,
    share, ". ", v.rows.length > n && `${plural(v.rows.length - n, "row")} could not be compared; the reasons stand below.`);
}

/** Predictions with each trial left out, or in-sample; wherever it stands, it shows what is chosen. */
function trialsChoice(): HTMLElement {
  const choices: [Trials, string][] = [["left_out", "each trial left out"], ["in_sample", "in-sample"]];
  const buttons = choices.map(([trials, text]) => h("button", { type: "button", class: "chip", onclick: () => change((x) => (x.trials = trials)) }, text));
  const update = () => buttons.forEach((b, i) => b.setAttribute("aria-pressed", String(view.trials === choices[i][0])));
  onChange(update);
  update();
  return h("div", { class: "filter trials" }, h("span", { class: "quiet" }, "Predictions: "), h("div", { class: "chips", role: "group", "aria-label": "Predictions" }, buttons));
}

/** A group: its table, then a forest plot a class, of which one can be picked. */
function groupSection(v: Validation, group: GroupName): Section {
  const rows = v.rows.filter((r): r is Compared => r.group === group && isCompared(r));
  const titleOf = (name: string) => classTitle(v, group, name);
  const plots = classesOf(v, group).map((name) => ({ name, rows: rows.filter((r) => r.class === name) })).filter((x) => x.rows.length > 0).map((x) => ({ ...x, figure: forest(group, x.name, titleOf(x.name), x.rows) }));
  const chips = plots.map((p) => h("button", { type: "button", class: "chip", "aria-pressed": "false", onclick: () => pick(p.name) }, `${titleOf(p.name)} ${p.rows.length}`));
  let picked: string | null = null;
  const pick = (name: string) => {
    picked = picked === name ? null : name;
    plots.forEach((p, i) => {
      p.figure.hidden = picked !== null && picked !== p.name;
      chips[i].setAttribute("aria-pressed", String(picked === p.name));
    });
  };
  return { id: group, title: GROUP_TITLES[group], content: [
    scoreTable(v, group), hasLeftOut(rows) && trialsChoice(), group === "efficacy" && calibration(rows, titleOf), group === "pk" && exposures(rows),
    plots.length > 1 && h("div", { class: "filter" }, h("span", { class: "quiet" }, "Show one class: "), h("div", { class: "chips", role: "group", "aria-label": "Class" }, chips)),
    plots.map((p) => p.figure)] };
}

interface Reason { group: GroupName; reason: string; rows: Row[] }

function skipped(v: Validation): Child[] {
  const reasons = new Map<string, Reason>();
  for (const row of v.rows.filter((r) => r.skipped !== null)) {
    const name = `${row.group} ${row.skipped}`;
    if (!reasons.has(name)) reasons.set(name, { group: row.group, reason: row.skipped!, rows: [] });
    reasons.get(name)!.rows.push(row);
  }
  const list = [...reasons.values()].sort((a, b) => b.rows.length - a.rows.length);
  if (list.length === 0) return [];
  const which = (r: Reason) => {
    const box = h("details", {}, h("summary", {}, "which"));
    box.addEventListener("toggle", () => box.childElementCount === 1 && box.append(h("ul", { class: "plain" }, r.rows.map((row) => h("li", {}, rowLabel(row, true), " ", h("code", { class: "quiet" }, row.key))))), { once: true });
    return box;
  };
  return [h("p", {}, "What the library has no drug, scale or measure for, and rows without a value or a time. Nothing of them is in any score."),
    h("div", { class: "tall" }, sortable<Reason>("skipped rows", [
      { head: "Rows", cell: (r) => integer(r.rows.length), sort: (r) => -r.rows.length, numeric: true },
      { head: "Group", cell: (r) => GROUP_TITLES[r.group], sort: (r) => r.group },
      { head: "Why", cell: (r) => r.reason, sort: (r) => r.reason, className: "source-text" },
      { head: "Which", cell: which, sort: (r) => r.rows[0].study, className: "text" },
    ], list, (r) => `${r.group} ${r.reason} ${r.rows.map((row) => row.study).join(" ")}`, GROUPS.filter((g) => list.some((r) => r.group === g)).map((g) => ({ text: GROUP_TITLES[g], keep: (r) => r.group === g }))))];
}

interface Source { study: string; text: string; used: number; skipped: number; group: string }

function sources(v: Validation): Child[] {
  const list = new Map<string, Source>();
  for (const row of v.rows) {
    const name = `${row.study}\n${row.source}`;
    if (!list.has(name)) list.set(name, { study: row.study, text: row.source, used: 0, skipped: 0, group: row.group });
    if (row.skipped === null) list.get(name)!.used++;
    else list.get(name)!.skipped++;
  }
  const all = [...list.values()];
  if (all.length === 0) return [];
  return [h("div", { class: "tall" }, sortable<Source>("sources", [
    { head: "Trial", cell: (x) => trialWords(x.study), sort: (x) => x.study },
    { head: "Compared", cell: (x) => integer(x.used), sort: (x) => -x.used, numeric: true },
    { head: "Skipped", cell: (x) => integer(x.skipped), sort: (x) => -x.skipped, numeric: true },
    { head: "Source", cell: (x) => x.text || h("span", { class: "quiet" }, "\u2013"), sort: (x) => x.text, className: "source-text" },
  ], all, (x) => `${x.study} ${x.text}`, GROUPS.filter((g) => all.some((x) => x.group === g)).map((g) => ({ text: GROUP_TITLES[g], keep: (x) => x.group === g }))))];
}

function method(v: Validation): Child[] {
  const { run } = v;
  return [
    h("p", {}, "Each published trial, session and exposure became a virtual one: the same drug, route, dose, schedule, population and number of patients. Uncertain parameters are drawn anew for each draw, trials differ beyond that, and a prediction interval holds the sampling error of an arm of that size. Two simple rivals are fitted to the library\u2019s trials: the pooled mean of the class at that time and control, and an Emax curve in time. \u201cTrial left out\u201d: a trial is predicted as if it had not been there, by the rivals from the others, by the model with the draws of its calibration weighted so, where there is one. Figures show that prediction where there is one; \u201cin-sample\u201d is the prediction with all trials."),
    run ? facts([["Virtual trials and sessions", integer(run.trials)], ["Virtual patients a trial", integer(run.subjects)], ["Draws of the uncertain parameters", integer(run.draws)], ["Seed", String(run.seed)],
      ["Sampling error of rates", run.sampling_error_pct === null ? null : `${fixed(run.sampling_error_pct, 1)} percentage points, on average, are an arm\u2019s own`], ["Onset", v.onset_version]]) : null,
  ];
}

function sections(v: Validation): Section[] {
  const list: Section[] = [...GROUPS.map((g) => groupSection(v, g)),
    { id: "skipped", title: "Rows that were skipped", content: skipped(v) },
    { id: "sources", title: "Sources", content: sources(v) },
    { id: "method", title: "How it was done", content: method(v) }];
  return list.map((x) => ({ ...x, content: x.content.filter((c) => c && !(Array.isArray(c) && c.length === 0)) })).filter((x) => x.content.length > 0);
}

function controls(v: Validation): HTMLElement | null {
  const parts = [hasLeftOut(v.rows) && trialsChoice(), v.rows.some((r) => !r.seen) && h("label", { class: "pick" },
    h("input", { type: "checkbox", checked: view.recalled, onchange: (e: Event) => change((x) => (x.recalled = (e.target as HTMLInputElement).checked)) }), "With recalled rows")].filter(Boolean);
  return parts.length ? h("div", { class: "controls", role: "group", "aria-label": "What the figures show" }, parts) : null;
}

function build(v: Validation): void {
  setOrigin(`Validated with Onset ${v.onset_version}${v.run ? `: ${plural(v.run.subjects, "virtual patient")} a trial, seed ${v.run.seed}` : ""}. For research.`);
  const main = document.getElementById("report")!;
  const heading = main.querySelector("h1")!;
  const parts = sections(v);
  main.replaceChildren(
    h("header", {}, h("p", { class: "kind" }, "Onset validation"), heading, asked(v), notice()),
    h("section", { id: "result", "aria-label": "Result" }, coverage(v)),
    ...parts.map((p) => h("section", { id: p.id, "aria-labelledby": `${p.id}-title` }, h("h2", { id: `${p.id}-title` }, p.title), p.content)),
    h("footer", {}, `Onset ${v.onset_version}. Calculated, for research and teaching; it advises no patient.`));
  numberFigures(main);
  document.getElementById("page")!.prepend(h("nav", { "aria-label": "Contents" }, h("ol", {}, [{ id: "result", title: "Result" }, ...parts].map((p) => h("li", {}, h("a", { href: `#${p.id}` }, p.title)))), controls(v) ?? ""));
}

build(readValidation(document.getElementById("data")!.textContent!));
