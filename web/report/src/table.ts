// Tables: a box that scrolls sideways, and one that sorts and filters.
import { type Child, h } from "./dom";

/** Wide tables scroll in their own box, which the keyboard can reach. */
export function scrolling(table: HTMLElement, label: string): HTMLElement {
  const box = h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": label }, table);
  const outer = h("div", { class: "scroll-outer" }, h("p", { class: "scroll-hint", "aria-hidden": "true" }, "Wider than the screen: scroll sideways \u2192"), box);
  const update = () => {
    outer.classList.toggle("wide", box.scrollWidth > box.clientWidth + 1);
    outer.classList.toggle("more", box.scrollLeft + box.clientWidth < box.scrollWidth - 1);
  };
  box.addEventListener("scroll", update, { passive: true });
  const watcher = new ResizeObserver(update);
  watcher.observe(box);
  watcher.observe(table);
  return outer;
}

/** A caption as wide as the screen, however wide the table. */
export const caption = (text: Child) => h("caption", {}, h("span", {}, text));

export interface Column<T> {
  head: string;
  cell: (row: T) => Child;
  sort: (row: T) => string | number;
  numeric?: boolean;
  className?: string;
}

export interface Choice<T> { text: string; className?: string; keep: (row: T) => boolean }

const compare = (a: string | number, b: string | number) => (typeof a === "number" && typeof b === "number" ? a - b : String(a).localeCompare(String(b), "en", { numeric: true }));

/** A table whose heads sort it, with a field that filters by words and buttons that filter by kind. */
export function sortable<T>(label: string, columns: Column<T>[], rows: T[], textOf: (row: T) => string, choices: Choice<T>[]): HTMLElement {
  const lines = rows.map((row) => ({ row, text: textOf(row).toLowerCase(), line: h("tr", {}, columns.map((c) => h("td", { class: [c.numeric ? "n" : "", c.className ?? ""].join(" ").trim() }, c.cell(row)))) }));
  const body = h("tbody", {}, lines.map((l) => l.line));
  const tally = h("span", { class: "quiet", role: "status", "aria-live": "polite" });
  const field = h("input", { type: "search", placeholder: "Filter by words", "aria-label": `Filter ${label}`, oninput: () => update() });
  let choice: Choice<T> | null = null;
  let sorted = -1;
  let down = false;

  const buttons = choices.map((c) => h("button", { type: "button", class: `chip ${c.className ?? ""}`, "aria-pressed": "false", onclick: () => { choice = choice === c ? null : c; update(); } }, `${c.text} ${rows.filter(c.keep).length}`));
  const heads = columns.map((c, i) => h("th", { scope: "col", class: c.numeric ? "n" : "", "aria-sort": "none" }, h("button", { type: "button", class: "sort", onclick: () => { down = sorted === i && !down; sorted = i; order(); } }, c.head)));

  function update(): void {
    const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const l of lines) {
      l.line.hidden = !((!choice || choice.keep(l.row)) && words.every((w) => l.text.includes(w)));
      if (!l.line.hidden) shown++;
    }
    tally.textContent = shown === rows.length ? `${rows.length} rows` : `${shown} of ${rows.length} rows`;
    buttons.forEach((b, i) => b.setAttribute("aria-pressed", String(choices[i] === choice)));
  }
  function order(): void {
    heads.forEach((head, i) => head.setAttribute("aria-sort", i !== sorted ? "none" : down ? "descending" : "ascending"));
    const key = columns[sorted].sort;
    body.append(...[...lines].sort((a, b) => (down ? -1 : 1) * compare(key(a.row), key(b.row))).map((l) => l.line));
  }
  update();
  return h("div", { class: "sorted-box" }, h("div", { class: "filter" }, field, h("div", { class: "chips", role: "group", "aria-label": "Show only" }, buttons), tally),
    scrolling(h("table", { class: "sorted" }, h("thead", {}, h("tr", {}, heads)), body), label));
}

/** Name and value, line by line. */
export function facts(list: [string, Child][]): HTMLElement {
  return h("dl", { class: "facts" }, list.filter(([, value]) => value !== null && value !== undefined && value !== "").map(([name, value]) => h("div", {}, h("dt", {}, name), h("dd", {}, value))));
}
