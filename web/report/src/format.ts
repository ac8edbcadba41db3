// Numbers and times as text.

const MINUS = "\u2212";
const superscript = (n: number) => [...String(n)].map((c) => (c === "-" ? "\u207b" : "\u2070\u00b9\u00b2\u00b3\u2074\u2075\u2076\u2077\u2078\u2079"[Number(c)])).join("");

/** About `digits` significant digits, never a long row of zeros: 0.51, 1,234, 2.3 x 10^-7. */
export function number(x: number | null | undefined, digits = 3): string {
  if (x === null || x === undefined || !Number.isFinite(x)) return "\u2013";
  if (x === 0) return "0";
  const size = Math.abs(x);
  if (size >= 1e6 || size < 1e-3) {
    const [mantissa, exponent] = x.toExponential(digits - 1).split("e");
    return `${trim(mantissa).replace("-", MINUS)}\u00a0\u00d7\u00a010${superscript(Number(exponent))}`;
  }
  const decimals = Math.max(0, digits - 1 - Math.floor(Math.log10(size)));
  return x.toLocaleString("en-GB", { maximumFractionDigits: decimals, useGrouping: size >= 10000 }).replace("-", MINUS);
}

const trim = (text: string) => (text.includes(".") ? text.replace(/\.?0+$/, "") : text);

/** A fixed number of decimals, for columns that are compared. */
export function fixed(x: number | null | undefined, decimals: number): string {
  if (x === null || x === undefined || !Number.isFinite(x)) return "\u2013";
  const text = x.toLocaleString("en-GB", { minimumFractionDigits: decimals, maximumFractionDigits: decimals });
  return (Number(x.toFixed(decimals)) === 0 ? text.replace("-", "") : text).replace("-", MINUS);
}

/** Decimals that show values of this size to about three digits. */
export function decimalsFor(values: (number | null)[]): number {
  const size = Math.max(0, ...values.map((v) => Math.abs(v ?? 0)));
  if (size === 0) return 0;
  return Math.min(6, Math.max(0, 2 - Math.floor(Math.log10(size))));
}

export const percent = (x: number | null | undefined, decimals = 0) => (x === null || x === undefined ? "\u2013" : `${fixed(100 * x, decimals)}\u00a0%`);
export const integer = (x: number) => x.toLocaleString("en-GB");
export const plural = (n: number, one: string, many = `${one}s`) => `${integer(n)}\u00a0${n === 1 ? one : many}`;

/** A time from the start of the study, as one would say it. */
export function time(hours: number): string {
  const size = Math.abs(hours);
  if (size === 0) return "0 h";
  if (size < 1) return `${number(hours * 60)} min`;
  if (size < 24) return `${number(hours)} h`;
  return `day ${number(hours / 24)}`;
}

export function duration(hours: number): string {
  if (hours < 1) return `${number(hours * 60)} minutes`;
  if (hours < 48) return `${number(hours)} hours`;
  return `${number(hours / 24)} days`;
}

/** A time span in as few characters as can be: "40m", "4h", "3d". */
export function short(hours: number): string {
  if (hours < 1) return `${number(hours * 60, 2)}m`;
  return hours < 24 ? `${number(hours, 2)}h` : `${number(hours / 24, 2)}d`;
}

/** A name of a study file as words: "ketamine_once" -> "ketamine once". */
export const words = (name: string) => name.replace(/[_.]+/g, " ").trim();

/** With a capital where the first word is a plain one: "body weight" -> "Body weight", but "mTORC1" stays. */
export const sentence = (text: string) => (/^[a-z]+(?![A-Za-z0-9])/.test(text) ? text.charAt(0).toUpperCase() + text.slice(1) : text);

/** "MADRS total", or with its unit "Ketamine in plasma (ng/mL)". */
export const withUnit = (text: string, unit: string) => (unit && unit !== "1" ? `${text} (${unit})` : text);

export function csv(rows: (string | number | null)[][]): string {
  const cell = (v: string | number | null) => (v === null ? "" : /[",\r\n]/.test(String(v)) ? `"${String(v).replace(/"/g, '""')}"` : String(v));
  return `${rows.map((row) => row.map(cell).join(",")).join("\r\n")}\r\n`;
}
