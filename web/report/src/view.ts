// What the reader chose to see. Figures redraw when it changes.

export type Bands = "both" | "half" | "none";

export interface View { bands: Bands; hidden: Set<number>; recalled: boolean } // recalled: rows of evidence not read again at their source

export const view: View = { bands: "both", hidden: new Set(), recalled: true };

const listeners = new Set<() => void>();

export const onChange = (listener: () => void) => listeners.add(listener);

export function change(update: (v: View) => void): void {
  update(view);
  for (const listener of listeners) listener();
}
