// Saving figures and tables. A saved figure stands alone: colours as values, its own fonts, a white ground.
import { light } from "./colours";
import { FONT, s } from "./dom";

const PNG_SCALE = 3; // pixels per unit: about 300 dpi at the width of a journal page

const MARGIN = 16, FOOT = 22; // around a saved figure, and for the line below it

const sizeOf = (figure: SVGSVGElement) => ({ width: figure.viewBox.baseVal.width + 2 * MARGIN, height: figure.viewBox.baseVal.height + FOOT + 2 * MARGIN });

function download(blob: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

/** The figure as the text of an SVG file, in the light colours whatever the page shows, with a line below that says what it is. */
export function svgText(figure: SVGSVGElement, about: string): string {
  const copy = figure.cloneNode(true) as SVGSVGElement;
  const { width, height } = sizeOf(figure);
  const inner = figure.viewBox.baseVal;
  copy.setAttribute("viewBox", `${-MARGIN} ${-MARGIN} ${width} ${height}`);
  for (const tip of copy.querySelectorAll('[aria-label="tip"], [data-screen-only]')) tip.remove();
  copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  copy.setAttribute("width", String(width));
  copy.setAttribute("height", String(height));
  copy.setAttribute("font-family", FONT);
  copy.setAttribute("color", light.ink);
  copy.removeAttribute("style");
  copy.prepend(s("title", {}, about), s("rect", { x: -MARGIN, y: -MARGIN, width, height, fill: light.paper }));
  copy.append(s("text", { x: 0, y: inner.height + FOOT - 4, "font-size": 10, fill: light.faint }, about));
  const text = new XMLSerializer().serializeToString(copy);
  return text.replace(/var\(--([a-z0-9-]+)\)/g, (all, name: string) => light[name] ?? all).replaceAll("currentColor", light.ink);
}

export function saveSvg(figure: SVGSVGElement, name: string, about: string): void {
  download(new Blob([`<?xml version="1.0" encoding="UTF-8"?>\n${svgText(figure, about)}`], { type: "image/svg+xml" }), `${name}.svg`);
}

/** Draws the figure's SVG on a canvas. Resolves to null where the browser cannot. */
async function pngBlob(figure: SVGSVGElement, about: string): Promise<Blob | null> {
  const { width, height } = sizeOf(figure);
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svgText(figure, about))}`;
  await image.decode();
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(width * PNG_SCALE);
  canvas.height = Math.round(height * PNG_SCALE);
  canvas.getContext("2d")?.drawImage(image, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
}

export async function savePng(figure: SVGSVGElement, name: string, about: string): Promise<void> {
  const blob = await pngBlob(figure, about);
  if (blob) download(blob, `${name}.png`);
}

export function saveText(text: string, name: string, type: string): void {
  download(new Blob([text], { type }), name);
}
