// What the reader chose to see. Figures redraw when it changes.

export type Bands = "both" | "half" | "none";

export type Trials = "left_out" | "in_sample"; // a trial predicted as if it had not been there, or with it

export interface View { bands: Bands; hidden: Set<number>; recalled: boolean; trials: Trials } // recalled: rows of evidence not read again at their source

export const view: View = { bands: "both", hidden: new Set(), recalled: true, trials: "left_out" };

const listeners = new Set<() => void>();

export const onChange = (listener: () => void) => listeners.add(listener);

export function change(update: (v: View) => void): void {
  update(view);
  for (const listener of listeners) listener();
}
