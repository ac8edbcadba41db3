// The frame of a figure: caption, buttons to save it, the numbers behind it; drawn again when its width changes.
import { type Child, FONT, h, s, textWidth } from "./dom";
import { csv, words } from "./format";
import { savePng, saveSvg, saveText } from "./save";
import { onChange } from "./view";
import type { Arm } from "./data";

export interface Figure {
  name: string;                       // of saved files
  title: string;
  caption: Child | (() => Child);     // what is shown and what the marks mean
  draw: (width: number) => SVGSVGElement;
  numbers?: () => (string | number | null)[][]; // all of the figure's numbers, first row the heads
  table?: () => HTMLElement;          // those worth reading
  controls?: (redraw: () => void) => Child; // what the reader can choose in this figure alone, between its head and its body
  className?: string;
}

const PRINT_WIDTH = 720; // of a figure on A4 between margins of 15 mm at 96 px an inch, about

let origin = "Simulated with Onset";

/** What saved figures say of where they come from. */
export const setOrigin = (text: string) => (origin = text);

export function figure(about: Figure): HTMLElement {
  const id = `figure-${about.name}`;
  const caption = h("figcaption");
  const body = h("div", { class: "figure-body" });
  let current: SVGSVGElement | null = null;
  let drawnAt = 0;

  const draw = (width: number) => {
    drawnAt = width;
    current = about.draw(width);
    current.setAttribute("role", "img");
    current.setAttribute("aria-labelledby", `${id}-title`);
    body.replaceChildren(current);
    caption.replaceChildren(...h("p", {}, typeof about.caption === "function" ? about.caption() : about.caption).childNodes);
  };
  const redraw = () => {
    const width = Math.floor(body.clientWidth);
    if (width > 40) draw(width);
  };
  new ResizeObserver(() => Math.abs(Math.floor(body.clientWidth) - drawnAt) > 1 && redraw()).observe(body);
  onChange(redraw);
  addEventListener("beforeprint", () => draw(PRINT_WIDTH));
  addEventListener("afterprint", redraw);

  const button = (text: string, title: string, act: () => void) => h("button", { type: "button", title, "aria-label": `${title}: ${about.title}`, onclick: act }, text);
  return h("figure", { id, class: about.className ?? "" },
    h("div", { class: "figure-head" },
      h("h3", { id: `${id}-title` }, h("span", { class: "figure-number" }), about.title),
      h("div", { class: "buttons" },
        button("SVG", "Save as SVG", () => current && saveSvg(current, about.name, `${about.title}. ${origin}`)),
        button("PNG", "Save as PNG", () => current && void savePng(current, about.name, `${about.title}. ${origin}`)),
        about.numbers && button("CSV", "Save the numbers as CSV", () => saveText(csv(about.numbers!()), `${about.name}.csv`, "text/csv")))),
    about.controls && about.controls(redraw),
    body,
    caption,
    about.table && h("details", { class: "numbers" }, h("summary", {}, "Numbers behind this figure"), about.table()));
}

/** Numbers the figures in the order in which they stand. */
export function numberFigures(root: Element): void {
  root.querySelectorAll(".figure-number").forEach((place, i) => (place.textContent = `Figure ${i + 1} `));
}

/** An empty figure of this size [px], with the page's type. */
export function canvas(width: number, height: number): SVGSVGElement {
  return s("svg", { class: "chart", viewBox: `0 0 ${width} ${height}`, width, height, "font-family": FONT, "font-size": 12, fill: "currentColor" });
}

/** Puts a chart into a figure at x, y. Its style sheet goes: the page allows none but its own, and the page's says the same. */
export function place(into: Element, chart: Element, x: number, y: number): void {
  for (const style of chart.querySelectorAll("style")) style.remove();
  chart.removeAttribute("class");
  chart.removeAttribute("font-family");
  for (const [name, value] of Object.entries({ x, y, overflow: "visible" })) chart.setAttribute(name, String(value));
  chart.prepend(s("rect", { width: chart.getAttribute("width"), height: chart.getAttribute("height"), fill: "none", "pointer-events": "all", "data-screen-only": "" }));
  into.append(chart);
}

/** The arms' line samples and titles in rows; the group's height is `height`. */
export function legend(arms: Arm[], width: number): { node: SVGGElement; height: number } {
  const SAMPLE = 22, GAP = 18, ROW = 19;
  const node = s("g", { "font-size": 12 });
  let x = 0, y = 10;
  for (const arm of arms) {
    const wide = SAMPLE + 6 + textWidth(arm.title, 12);
    if (x > 0 && x + wide > width) [x, y] = [0, y + ROW];
    node.append(s("line", { x1: x, x2: x + SAMPLE, y1: y, y2: y, stroke: arm.colour, "stroke-width": 2.5, "stroke-dasharray": arm.dash }),
      s("text", { x: x + SAMPLE + 6, y: y + 4 }, fit(arm.title, width - SAMPLE - 6, 12)));
    x += wide + GAP;
  }
  return { node, height: y + 12 };
}

/** How many charts a row: at most `most`, and rows as equal as can be. */
export const evenColumns = (n: number, most: number) => Math.max(1, Math.ceil(n / Math.ceil(n / Math.max(1, most))));

/** Cuts a text with an ellipsis where it is wider than `width`. */
export function fit(text: string, width: number, size: number, weight = 400): string {
  if (textWidth(text, size, weight) <= width) return text;
  let n = text.length;
  while (n > 1 && textWidth(`${text.slice(0, n)}\u2026`, size, weight) > width) n--;
  return `${text.slice(0, n).trimEnd()}\u2026`;
}

export const fileName = (...parts: string[]) => parts.map((p) => words(p).toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, "")).filter(Boolean).join("_") || "figure";
