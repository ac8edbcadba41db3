// The colours of the page, in light and dark. build.mjs makes CSS variables of them; saved figures take the light ones.
//
// Arms: after Okabe and Ito, "Color Universal Design" (2008), darkened or lightened until each has a contrast of at least 3 to 1
// with the paper. The control arm is grey: it is what the others are seen against.
type Colours = Record<string, string>;

export const N_ARM_COLOURS = 7;

export const light: Colours = {
  paper: "#ffffff",
  raised: "#f6f7f9",
  ink: "#16202c",
  soft: "#465364",
  faint: "#6a7686",
  line: "#d8dde4",
  grid: "#e8ebef",
  accent: "#0b5c96",
  notice: "#fdf6e3",
  "notice-line": "#d9b44a",
  "arm-0": "#0072b2",
  "arm-1": "#d55e00",
  "arm-2": "#00875f",
  "arm-3": "#b04a8a",
  "arm-4": "#3a93c9",
  "arm-5": "#a67c00",
  "arm-6": "#7a5230",
  "arm-control": "#5f6872",
  measured: "#00694a",
  calibrated: "#0b5c96",
  assumed: "#9a5b00",
  missing: "#a3273a",
};

export const dark: Colours = {
  paper: "#14181e",
  raised: "#1c222a",
  ink: "#e8ecf1",
  soft: "#b8c1cc",
  faint: "#8d98a6",
  line: "#37404b",
  grid: "#2a313a",
  accent: "#7cbcec",
  notice: "#2b2616",
  "notice-line": "#8a7330",
  "arm-0": "#56abe3",
  "arm-1": "#f58a3d",
  "arm-2": "#2fc197",
  "arm-3": "#dd88bb",
  "arm-4": "#96cdf0",
  "arm-5": "#e0b84a",
  "arm-6": "#c79d70",
  "arm-control": "#a9b2bd",
  measured: "#52c79f",
  calibrated: "#7cbcec",
  assumed: "#e6ae55",
  missing: "#f08a97",
};
