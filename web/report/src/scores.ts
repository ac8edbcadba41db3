// What the program put into the page of a validation: the JSON of `onset validate --json`.
import { sentence, words } from "./format";
import { view } from "./view";

export type GroupName = "efficacy" | "safety" | "pk";

export interface Scores {
  n: number; skipped: number; inside50: number | null; inside90: number | null; mae_score: number | null; mae_pct: number | null;
  interval_score: number | null; average_fold_error?: number | null; within_1_25?: number | null; within_1_5?: number | null; within_2?: number | null;
}
export interface ScoreGroup extends Scores { group: GroupName; class: string; title?: string; rows: "seen" | "all"; trials?: string; rivals: Record<string, Scores> }

export interface Prediction {
  predicted: number | null; low50: number | null; high50: number | null; low90: number | null; high90: number | null; inside50: boolean | null; inside90: boolean | null;
}
export interface Row extends Prediction {
  group: GroupName; class: string; key: string; study: string; arm: string; endpoint: string; metric: string; unit: string; drug: string; route: string;
  source: string; seen: boolean; time_h: number | null; n: number | null; observed: number | null; observed_low: number | null; observed_high: number | null;
  skipped: string | null;
  left_out?: LeftOut; // only where the calibration used the row's trial
}
/** As if the row's trial had not been there. pareto_k: how far that can be relied on, at most 0.7 is good. */
interface LeftOut extends Prediction { predicted: number; low50: number; high50: number; low90: number; high90: number; pareto_k: number | null }
/** A row that is compared: it has an observed and a predicted value. */
export interface Compared extends Row { observed: number; predicted: number; low50: number; high50: number; low90: number; high90: number }

export interface Validation {
  onset_version: string;
  run?: { trials: number; subjects: number; draws: number; seed: number; sampling_error_pct: number | null };
  groups: ScoreGroup[];
  rows: Row[];
}

export const GROUPS: GroupName[] = ["efficacy", "safety", "pk"];
export const GROUP_TITLES: Record<GroupName, string> = { efficacy: "Efficacy", safety: "Harm", pk: "Exposure" };

export const RIVAL_TITLES: Record<string, string> = { pooled_mean: "Rival: pooled mean", emax_time: "Rival: Emax in time" };

export const readValidation = (text: string) => JSON.parse(text) as Validation;

export const isCompared = (row: Row): row is Compared => row.skipped === null && row.observed !== null && row.predicted !== null;

/** Rows with the prediction that the reader chose: with their trial left out where there is such a one, or in-sample. */
export const asChosen = (rows: Compared[]): Compared[] => rows.map((row) => (view.trials === "left_out" && row.left_out ? { ...row, ...row.left_out } : row));

export const hasLeftOut = (rows: Row[]) => rows.some((row) => row.left_out);

/** What of a group's scores is shown: those of the chosen kind, or of the only kind there is. */
export const isShown = (v: Validation, g: ScoreGroup) => g.rows === (view.recalled ? "all" : "seen") && (!g.trials || g.trials === view.trials || v.groups.every((x) => x.group !== g.group || x.trials === g.trials));

export const isRate = (row: Row) => row.unit === "pct";

const UNIT_WORDS: Record<string, string> = { pct: "% of patients", pct_points: "percentage points", score: "points of the scale", smd: "standardised difference" };

/** What a row is measured in, as a reader would say it. */
export const unitWords = (unit: string) => UNIT_WORDS[unit] ?? (unit || "no unit");

/** A class as a reader would say it: its title in the library, else its name as words. */
export function classTitle(v: Validation, group: GroupName, name: string): string {
  const title = v.groups.find((g) => g.group === group && g.class === name)?.title;
  return title || (name === "overall" ? "All classes, weighted alike" : sentence(words(name)));
}

/** Classes of a group in the order of the scores, "overall" left out. */
export const classesOf = (v: Validation, group: GroupName) => [...new Set([...v.groups, ...v.rows].filter((g) => g.group === group && g.class !== "overall").map((g) => g.class))];
