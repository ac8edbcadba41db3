// The model: its modules and what flows between them, and every parameter with its basis.
import dagre from "@dagrejs/dagre";
import { type Module, type Parameter, type Report } from "./data";
import { type Child, h, s, wrap } from "./dom";
import { canvas, figure, fileName } from "./figure";
import { number, percent, sentence, words } from "./format";
import { type Choice, type Column, scrolling, sortable } from "./table";

interface Link { from: string; to: string; input: string; output: string; unit: string }

/** "input <- instance.output [unit]", one a line. */
export function readLinks(modules: Module[]): Link[] {
  const known = new Set(modules.map((m) => m.instance));
  return modules.flatMap((m) => m.links.split(/[\n;]/).flatMap((text) => {
    const match = /^\s*(\S+)\s*<-\s*([^.\s]+)\.(\S+)\s*(?:\[(.*)\])?\s*$/.exec(text);
    return match && known.has(match[2]) ? [{ to: m.instance, input: match[1], from: match[2], output: match[3], unit: match[4] ?? "1" }] : [];
  }));
}

const NODE_WIDTH = 168;
const SMALLEST = 0.72; // of its size, to which the graph shrinks on a wide screen before it scrolls

function drawGraph(modules: Module[], links: Link[], width: number): SVGSVGElement {
  const nodeWidth = width < 500 ? Math.min(NODE_WIDTH, (width - 24) / 2) : NODE_WIDTH;
  const graph = new dagre.graphlib.Graph({ multigraph: false });
  graph.setGraph({ rankdir: width >= 700 ? "LR" : "TB", nodesep: 18, ranksep: width >= 700 ? 46 : 34, marginx: 2, marginy: 4 });
  graph.setDefaultEdgeLabel(() => ({}));
  const texts = new Map(modules.map((m) => [m.instance, wrap(m.title || words(m.module), nodeWidth - 20, 11)]));
  for (const m of modules) graph.setNode(m.instance, { width: nodeWidth, height: 30 + 13 * texts.get(m.instance)!.length });
  for (const l of links) graph.setEdge(l.from, l.to);
  dagre.layout(graph);
  const { width: w = width, height = 100 } = graph.graph();
  const svg = canvas(Math.max(w, 1), height);
  svg.style.minWidth = `${Math.round((width < 700 ? 1 : SMALLEST) * w)}px`;
  for (const e of graph.edges()) {
    const carried = links.filter((l) => l.from === e.v && l.to === e.w).map((l) => l.output + (l.unit === "1" ? "" : ` [${l.unit}]`));
    const points = graph.edge(e).points as { x: number; y: number }[];
    const end = points[points.length - 1], before = points[points.length - 2] ?? end;
    const turn = (Math.atan2(end.y - before.y, end.x - before.x) * 180) / Math.PI;
    svg.append(s("path", { d: curve(points), fill: "none", stroke: "var(--faint)", "stroke-width": 1.3 }, s("title", {}, carried.join("\n"))),
      s("path", { d: "M0,0L-7,-3.5L-7,3.5Z", fill: "var(--faint)", transform: `translate(${end.x},${end.y}) rotate(${turn})` }));
  }
  for (const m of modules) {
    const node = graph.node(m.instance);
    const x = node.x - node.width / 2, y = node.y - node.height / 2;
    svg.append(s("rect", { x, y, width: node.width, height: node.height, rx: 5, fill: "var(--raised)", stroke: "var(--line)" }),
      s("text", { x: x + 10, y: y + 18, "font-size": 12, "font-weight": 600 }, m.instance),
      s("text", { "font-size": 11, fill: "var(--soft)" }, texts.get(m.instance)!.map((line, i) => s("tspan", { x: x + 10, y: y + 33 + 13 * i }, line))));
  }
  return svg;
}

/** A smooth line through the points that the layout gives. */
function curve(points: { x: number; y: number }[]): string {
  let d = `M${points[0].x},${points[0].y}`;
  for (let i = 1; i < points.length - 1; i++) {
    const a = points[i], b = points[i + 1];
    const last = i === points.length - 2;
    d += `Q${a.x},${a.y} ${last ? b.x : (a.x + b.x) / 2},${last ? b.y : (a.y + b.y) / 2}`;
  }
  return points.length === 2 ? `${d}L${points[1].x},${points[1].y}` : d;
}

export function modules(report: Report): HTMLElement[] {
  const links = readLinks(report.modules);
  const table = () => scrolling(h("table", {}, h("thead", {}, h("tr", {}, ["From", "Quantity", "Unit", "To", "As input"].map((t) => h("th", { scope: "col" }, t)))),
    h("tbody", {}, links.map((l) => h("tr", {}, h("td", {}, l.from), h("td", {}, h("code", {}, l.output)), h("td", {}, l.unit === "1" ? "\u2013" : l.unit), h("td", {}, l.to), h("td", {}, h("code", {}, l.input)))))), "Links between modules");
  const list = scrolling(h("table", {}, h("thead", {}, h("tr", {}, ["Name", "Module", "What it is"].map((t) => h("th", { scope: "col" }, t)))),
    h("tbody", {}, report.modules.map((m) => h("tr", {}, h("th", { scope: "row" }, m.instance), h("td", {}, h("code", {}, m.module)), h("td", {}, m.title))))), "Modules");
  if (links.length === 0) return report.modules.length ? [list] : [];
  return [figure({
    name: fileName(report.run.study, "modules"), title: "The modules and what flows between them", className: "graph",
    caption: "Each box is a module, one system of the body; each arrow carries named quantities with units, listed below.",
    draw: (width) => drawGraph(report.modules, links, width),
    numbers: () => [["from", "output", "unit", "to", "input"], ...links.map((l) => [l.from, l.output, l.unit, l.to, l.input])],
    table,
  })];
}

type Basis = "measured" | "recalled" | "calibrated" | "assumed" | "missing";

const BASES: Record<Basis, { tag: string; colour: string; meaning: string }> = {
  measured: { tag: "measured", colour: "measured", meaning: "a published value, read at its source" },
  recalled: { tag: "measured, recalled", colour: "measured", meaning: "a published value, well known but not read again at its source" },
  calibrated: { tag: "calibrated", colour: "calibrated", meaning: "fitted for this model; the source says to what" },
  assumed: { tag: "assumed", colour: "assumed", meaning: "chosen by the modellers; the source says why" },
  missing: { tag: "no source", colour: "missing", meaning: "the module names none" },
};

function basis(p: Parameter): Basis {
  if (p.source_kind === "evidence") return p.seen === "yes" ? "measured" : "recalled";
  return p.source_kind === "calibrated" || p.source_kind === "assumed" ? p.source_kind : "missing";
}

function variability(p: Parameter): string {
  if (p.iiv === "lognormal") return `CV ${percent(p.iiv_size)}`;
  if (p.iiv === "population") return "given by the population";
  if (p.iiv === "normal") return `SD ${number(p.iiv_size)}${p.unit === "1" ? "" : `\u00a0${p.unit}`}`;
  return p.iiv === "logit" ? `logit SD ${number(p.iiv_size)}` : "";
}

const source = (p: Parameter) => [p.source_note, p.source_text].filter(Boolean).join("; ");

/** The modeller's note, then where the number was published. */
function sourceCell(p: Parameter): Child {
  if (!source(p)) return h("span", { class: "quiet" }, p.source_key || "\u2013");
  return [p.source_note && h("span", {}, sentence(p.source_note)), p.source_note && p.source_text && h("br"), p.source_text && h("span", { class: "citation" }, p.source_text, " "), p.source_key && h("code", { class: "quiet" }, p.source_key)];
}

const tag = (b: Basis) => h("span", { class: `tag tag-${BASES[b].colour}`, title: BASES[b].meaning }, BASES[b].tag);

export function parameters(report: Report): HTMLElement[] {
  const spread = new Map(report.parameterSpread.map((r) => [r.name, r]));
  const between = (p: Parameter) => {
    const r = spread.get(p.parameter);
    return r ? `${number(r.p05)} to ${number(r.p95)}` : "";
  };
  const used = (Object.keys(BASES) as Basis[]).filter((b) => report.parameters.some((p) => basis(p) === b));
  const columns: Column<Parameter>[] = [
    { head: "Parameter", cell: (p) => h("code", {}, p.parameter), sort: (p) => p.parameter },
    { head: "Meaning", cell: (p) => sentence(p.text) || h("span", { class: "quiet" }, "\u2013"), sort: (p) => p.text, className: "text" },
    { head: "Value", cell: (p) => number(p.value, 5), sort: (p) => p.value, numeric: true },
    { head: "Unit", cell: (p) => (p.unit === "1" ? "\u2013" : p.unit), sort: (p) => p.unit },
    { head: "Between patients", cell: variability, sort: (p) => (p.iiv ? p.iiv_size : -1) },
    { head: "5 to 95\u00a0%", cell: between, sort: (p) => spread.get(p.parameter)?.p05 ?? -Infinity, numeric: true },
    { head: "Basis", cell: (p) => tag(basis(p)), sort: (p) => basis(p) },
    { head: "Source", cell: sourceCell, sort: source, className: "source-text" },
  ];
  const choices: Choice<Parameter>[] = used.map((b) => ({ text: BASES[b].tag, className: `chip-${BASES[b].colour}`, keep: (p) => basis(p) === b }));
  return [
    h("p", {}, "Where each number comes from: ", used.map((b, i) => [i > 0 && "; ", tag(b), ` ${BASES[b].meaning}`]), ". Typical values; the range is that of the middle 90\u00a0% of these virtual patients, covariate effects included."),
    sortable("parameters", columns.filter((c) => c.head !== "Meaning" || report.parameters.some((p) => p.text)), report.parameters,
      (p) => [p.parameter, p.text, p.unit, p.module, source(p), p.source_key, BASES[basis(p)].tag].join(" "),
      [...choices, { text: "varies between patients", keep: (p) => p.iiv !== "" }]),
  ];
}
