// Saving figures and tables. A saved figure stands alone: colours as values, its own fonts, a white ground.
import { light } from "./colours";
import { FONT } from "./dom";

const PNG_SCALE = 3; // pixels per unit: about 300 dpi at the width of a journal page

function download(blob: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

/** The figure as the text of an SVG file, in the light colours whatever the page shows. */
export function svgText(figure: SVGSVGElement): string {
  const copy = figure.cloneNode(true) as SVGSVGElement;
  const box = copy.viewBox.baseVal;
  for (const tip of copy.querySelectorAll('[aria-label="tip"], [data-screen-only]')) tip.remove();
  copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  copy.setAttribute("width", String(box.width));
  copy.setAttribute("height", String(box.height));
  copy.setAttribute("font-family", FONT);
  copy.setAttribute("color", light.ink);
  const ground = document.createElementNS("http://www.w3.org/2000/svg", "rect");
  for (const [name, value] of Object.entries({ width: box.width, height: box.height, fill: light.paper })) ground.setAttribute(name, String(value));
  copy.prepend(ground);
  const text = new XMLSerializer().serializeToString(copy);
  return text.replace(/var\(--([a-z0-9-]+)\)/g, (all, name: string) => light[name] ?? all).replaceAll("currentColor", light.ink);
}

export function saveSvg(figure: SVGSVGElement, name: string): void {
  download(new Blob([`<?xml version="1.0" encoding="UTF-8"?>\n${svgText(figure)}`], { type: "image/svg+xml" }), `${name}.svg`);
}

/** Draws the figure's SVG on a canvas. Resolves to null where the browser cannot. */
export async function pngBlob(figure: SVGSVGElement): Promise<Blob | null> {
  const { width, height } = figure.viewBox.baseVal;
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svgText(figure))}`;
  await image.decode();
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(width * PNG_SCALE);
  canvas.height = Math.round(height * PNG_SCALE);
  canvas.getContext("2d")?.drawImage(image, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
}

export async function savePng(figure: SVGSVGElement, name: string): Promise<void> {
  const blob = await pngBlob(figure);
  if (blob) download(blob, `${name}.png`);
}

export function saveText(text: string, name: string, type: string): void {
  download(new Blob([text], { type }), name);
}
