// The report, section by section.
import { N_ARM_COLOURS } from "./colours";
import { type Report, readReport } from "./data";
import { type Child, h } from "./dom";
import { duration, fixed, integer, number, plural, words } from "./format";
import { numberFigures, setOrigin } from "./figure";
import { modules, parameters } from "./model";
import { controlWords, differences, glance, numericEndpoints, rateFigure, swatch } from "./outcomes";
import { population } from "./population";
import { caption, facts, scrolling } from "./table";
import { headlineFigure, panelFigure } from "./trajectory";
import { type Bands, change, view } from "./view";

interface Section { id: string; title: string; content: Child[] }

/** What was asked, in a sentence made from the data. */
function asked(report: Report): HTMLElement {
  const { run, arms } = report;
  const who = run.population_title || words(run.population);
  const titles = arms.map((a) => a.title).join("; ");
  const given = arms.length === 1 ? `were given one arm (${titles})` : `were each given ${arms.length === 2 ? "both" : `all ${arms.length}`} arms (${titles})`;
  return h("p", { class: "asked" }, `${plural(run.n_subjects, "virtual patient")}${who ? ` (${who.replace(/^[A-Z](?=[a-z])/, (c) => c.toLowerCase())})` : ""} ${given}${report.lastH > 0 ? ` and followed for ${duration(report.lastH)}` : ""}, in the model `,
    h("em", {}, run.model_title || words(run.model)), ". ", controlWords(report), " ",
    arms.length > 1 && "The same person, with the same parameters, stands in every arm, so each difference is within the patient.");
}

const notice = () => h("aside", { class: "notice" }, h("strong", {}, "For research and teaching. "),
  "Everything here was calculated by a model for patients who do not exist. It is no observation, gives no medical advice, and is no ground for treating anyone.");

function controls(report: Report): HTMLElement {
  const boxes = report.arms.map((arm) => h("label", { class: "pick" }, h("input", { type: "checkbox", checked: true, onchange: (e: Event) => {
    const on = (e.target as HTMLInputElement).checked;
    change((v) => (on ? v.hidden.delete(arm.position) : v.hidden.add(arm.position)));
  } }), swatch(arm), arm.label));
  const select = h("select", { "aria-label": "Bands", onchange: () => change((v) => (v.bands = select.value as Bands)) },
    h("option", { value: "both" }, "50 and 90 %"), h("option", { value: "half" }, "50 %"), h("option", { value: "none" }, "none"));
  select.value = view.bands;
  return h("form", { class: "controls", "aria-label": "What the figures show" }, h("fieldset", {}, h("legend", {}, "Arms shown"), boxes), h("label", { class: "pick" }, "Bands ", select));
}

function failures(report: Report): HTMLElement | null {
  const { run, events } = report;
  const failed = events.filter((e) => e.kind === "failed");
  const courses = run.n_subjects * run.n_arms;
  if (run.n_failed === 0 && failed.length === 0) return h("p", {}, `All ${integer(courses)} courses (patients \u00d7 arms) were solved to their end.`);
  return h("div", {}, h("p", { class: "warning" }, `${integer(run.n_failed)} of ${integer(courses)} courses (patients \u00d7 arms) could not be solved to their end. Each is left out of its arm from the start; n in the tables tells how many are in.`),
    failed.length > 0 && eventTable(report, failed, "Failures"));
}

function eventTable(report: Report, events: Report["events"], label: string): HTMLElement {
  return scrolling(h("table", {}, caption(label), h("thead", {}, h("tr", {}, ["Arm", "What", "Courses", "First at", "For example patient"].map((t, i) => h("th", { scope: "col", class: i > 1 ? "n" : "" }, t)))),
    h("tbody", {}, events.map((e) => h("tr", {}, h("td", {}, report.arms.find((a) => a.arm === e.arm)?.title ?? e.arm), h("td", { class: "text" }, e.kind === "failed" ? e.detail : [words(e.kind), e.detail && `: ${e.detail}`]), h("td", { class: "n" }, integer(e.n)), h("td", { class: "n" }, e.first_h === null ? "\u2013" : `${number(e.first_h)} h`), h("td", { class: "n" }, String(e.subject)))))), label);
}

function method(report: Report): Child[] {
  const { run } = report;
  const other = report.events.filter((e) => e.kind !== "failed");
  return [facts([
    ["Method", run.solver], ["Chosen because", run.solver_why], ["Relative tolerance", number(run.rtol)], ["Absolute tolerance", number(run.atol)],
    ["Steps", `${integer(run.steps)} taken, ${integer(run.rejected)} rejected`], ["Model code", run.kernel], ["Vector instructions", run.isa], ["Threads", String(run.threads)],
    ["Speed", `${number(run.courses_per_s)} courses a second; ${fixed(run.wall_s, run.wall_s < 10 ? 2 : 0)} s in all`],
  ]), failures(report), other.length > 0 && eventTable(report, other, "Events")];
}

function arms(report: Report): HTMLElement {
  return h("div", { class: "arms" }, report.arms.map((arm) => h("article", { class: "arm" }, h("h3", {}, swatch(arm), arm.title, arm.is_control ? h("span", { class: "tag" }, "control") : null),
    h("p", { class: "quiet" }, h("code", {}, arm.arm)), arm.text ? h("pre", { tabindex: 0, "aria-label": `Arm ${arm.title} as written` }, arm.text) : h("p", { class: "quiet" }, "No doses."))));
}

function provenance(report: Report): Child[] {
  const { run } = report;
  const started = new Date(run.started);
  return [
    h("p", {}, "This command gives the same numbers again:"), h("pre", { class: "command", tabindex: 0 }, run.command),
    facts([["Onset", run.onset_version], ["Started", Number.isNaN(started.getTime()) ? run.started : `${started.toISOString().slice(0, 16).replace("T", " ")} UTC`], ["Seed", run.seed_text], ["Study", run.study], ["Model", run.model],
      ["Compiler", run.compiler], ["Processor", run.cpu], ["Taken over from an interrupted run", run.n_resumed > 0 ? plural(run.n_resumed, "patient") : null],
      ...report.options.filter((o) => o.value !== "").map((o): [string, Child] => [`Option ${o.name}`, h("code", {}, o.value)])]),
    report.sources.length > 0 && h("h3", {}, "Every file used"),
    report.sources.map((source) => h("details", { class: "source" }, h("summary", {}, h("span", { class: "path" }, source.path), " ", h("code", { class: "quiet hash", title: `SHA-256 ${source.sha256}` }, source.sha256.slice(0, 12))),
      h("p", { class: "quiet" }, "SHA-256 ", h("code", { class: "hash" }, source.sha256)), h("pre", { tabindex: 0 }, source.text), source.length > source.text.length && h("p", { class: "quiet" }, "Cut here; result.sqlite holds the whole text."))),
  ];
}

/** Two panels of one output stand side by side; one of several, or one left over, takes the whole width. */
function panelFigures(report: Report): HTMLElement[] {
  const isSingle = (i: number) => report.panels[i]?.outputs.length === 1;
  const figures: HTMLElement[] = [];
  for (let i = 0; i < report.panels.length; i++) {
    const isPair = isSingle(i) && isSingle(i + 1);
    figures.push(panelFigure(report, report.panels[i], !isPair));
    if (isPair) figures.push(panelFigure(report, report.panels[++i], false));
  }
  return figures;
}

function sections(report: Report): Section[] {
  const figures = panelFigures(report);
  const list: Section[] = [
    { id: "response", title: "Response and other endpoints", content: [rateFigure(report), numericEndpoints(report)] },
    { id: "differences", title: "Differences between arms", content: [differences(report)] },
    { id: "mechanism", title: "From dose to synapse", content: [figures.length > 0 && h("div", { class: "panels" }, figures), report.empty.length > 0 && h("p", { class: "quiet" }, `Zero throughout in all arms, and not shown: ${report.empty.join("; ")}.`)] },
    { id: "arms", title: "Arms and dosing", content: [arms(report)] },
    { id: "population", title: "Population", content: population(report) },
    { id: "model", title: "Model", content: [h("p", {}, h("em", {}, report.run.model_title || report.run.model)), ...modules(report)] },
    { id: "parameters", title: "Parameters and their sources", content: report.parameters.length ? parameters(report) : [] },
    { id: "method", title: "Numerical method", content: method(report) },
    { id: "provenance", title: "Provenance", content: provenance(report) },
  ];
  return list.map((x) => ({ ...x, content: x.content.filter(Boolean) })).filter((x) => x.content.length > 0);
}

function build(report: Report): void {
  setOrigin(`Simulated with Onset ${report.run.onset_version}: ${report.run.study}, ${plural(report.run.n_subjects, "virtual patient")}, seed ${report.run.seed_text}. For research.`);
  const main = document.getElementById("report")!;
  const heading = main.querySelector("h1")!;
  const parts = sections(report);
  const headline = report.headline ? headlineFigure(report, report.headline) : null;
  main.replaceChildren(
    h("header", {}, h("p", { class: "kind" }, "Onset simulation report"), heading, asked(report), notice()),
    h("section", { id: "result", "aria-label": "Result" }, headline, glance(report)),
    ...parts.map((p) => h("section", { id: p.id, "aria-labelledby": `${p.id}-title` }, h("h2", { id: `${p.id}-title` }, p.title), p.content)),
    h("footer", {}, `Onset ${report.run.onset_version}. Simulated, not observed; for research and teaching.`));
  numberFigures(main);
  const contents = [{ id: "result", title: report.headline ? "Result" : "Start" }, ...parts];
  document.getElementById("page")!.prepend(h("nav", { "aria-label": "Contents" }, h("ol", {}, contents.map((p) => h("li", {}, h("a", { href: `#${p.id}` }, p.title)))), report.arms.length > 0 && controls(report)));
}

build(readReport(document.getElementById("data")!.textContent!, N_ARM_COLOURS));
