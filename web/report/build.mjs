// Bundles a page and writes it as C: pieces of text with slots for the title and the data.
//
//   node build.mjs [--page report|validation] --output page.c [--depfile page.d] [--html page.html] [--modules FOLDER] [--npm NPM]
//   node build.mjs --install                    npm ci here, so that later builds need no network
//
// Packages come from ./node_modules where that was installed from the present package-lock.json, else from FOLDER, where
// they are installed on the first build. Given a FOLDER, the source folder is not written to.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { copyFileSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const ENTRIES = { report: "src/main.ts", validation: "src/validation.ts" }; // the script of each page; the rest they share
const LIMIT = 500_000; // bytes of script and style together: the report must stay small enough to mail

function readOptions(words) {
  const options = {};
  for (let i = 0; i < words.length; i++) {
    const name = words[i].replace(/^--/, "");
    if (name === "install") options.install = true;
    else options[name] = words[++i];
  }
  return options;
}

const lockHash = () => createHash("sha256").update(readFileSync(join(here, "package-lock.json"))).digest("hex");
const stampOf = (folder) => join(folder, "node_modules", ".onset-lock");
const isInstalled = (folder) => existsSync(stampOf(folder)) && readFileSync(stampOf(folder), "utf8") === lockHash();

// Installs to one side and renames into place: two builds at once, or one that is killed, leave no half of it.
function install(folder, npm) {
  const side = join(folder, `.install-${process.pid}`);
  const omit = folder === here ? [] : ["--omit=dev"]; // the type checker is for those who work here
  mkdirSync(side, { recursive: true });
  try {
    for (const name of ["package.json", "package-lock.json", ".npmrc"]) copyFileSync(join(here, name), join(side, name));
    execFileSync(npm, ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error", ...omit], { cwd: side, stdio: ["ignore", "ignore", "inherit"] });
    writeFileSync(stampOf(side), lockHash());
    if (isInstalled(folder)) return;
    rmSync(join(folder, "node_modules"), { recursive: true, force: true, maxRetries: 3 });
    renameSync(join(side, "node_modules"), join(folder, "node_modules"));
  } catch (error) {
    if (!isInstalled(folder)) throw error;
  } finally {
    rmSync(side, { recursive: true, force: true, maxRetries: 3 });
  }
}

// The licences of what is inside the bundle, each text once: ISC and MIT ask for it in every copy.
function notices(metafile) {
  const packages = new Map();
  for (const [path, input] of Object.entries(metafile.inputs)) {
    const match = /^(.*node_modules\/((?:@[^/]+\/)?[^/]+))\//.exec(path);
    const bytes = Object.values(metafile.outputs).reduce((sum, o) => sum + (o.inputs[path]?.bytesInOutput ?? 0), 0);
    if (match && input && bytes > 0) packages.set(match[2], resolve(match[1]));
  }
  const texts = new Map();
  for (const [name, folder] of [...packages].sort()) {
    const about = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
    const file = ["LICENSE", "LICENSE.md", "LICENSE.txt"].map((f) => join(folder, f)).find(existsSync);
    const lines = file ? readFileSync(file, "utf8").split(/\r?\n/) : [`${about.license}`];
    const owners = lines.filter((line) => /^copyright/i.test(line.trim())).map((line) => line.trim());
    const body = lines.filter((line) => !/^copyright/i.test(line.trim())).join(" ").replace(/\s+/g, " ").trim();
    const entry = `${name} ${about.version}${owners.length ? `: ${owners.join("; ")}` : ""}`;
    texts.set(body, [...(texts.get(body) ?? []), entry]);
  }
  const text = [...texts].map(([body, names]) => `${names.join("\n")}\n${body}`).join("\n\n");
  return text.replaceAll("*/", "* /").replaceAll("</", "< /").replace(/[^\x20-\x7e\n]/g, "?");
}

// Colours stand once, in colours.ts: the page takes them as CSS variables, a saved figure as values.
async function colourCss(esbuild) {
  const built = await esbuild.build({ entryPoints: [join(here, "src/colours.ts")], bundle: true, format: "esm", write: false });
  const { light, dark } = await import(`data:text/javascript;base64,${Buffer.from(built.outputFiles[0].text).toString("base64")}`);
  const list = (colours) => Object.entries(colours).map(([name, value]) => `--${name}:${value};`).join("");
  return `:root{color-scheme:light dark;${list(light)}}@media screen and (prefers-color-scheme:dark){:root{${list(dark)}}}`;
}

async function bundle(page, modules) {
  const esbuild = await import(pathToFileURL(join(modules, "node_modules/esbuild/lib/main.js")).href).then((m) => m.default ?? m);
  const common = { bundle: true, minify: true, write: false, metafile: true, target: "es2020", charset: "ascii", legalComments: "none", nodePaths: [join(modules, "node_modules")] };
  const script = await esbuild.build({ ...common, entryPoints: [join(here, ENTRIES[page])], format: "iife" });
  const sheet = await esbuild.build({ ...common, entryPoints: [join(here, "src/style.css")] });
  const colours = await esbuild.transform(await colourCss(esbuild), { loader: "css", minify: true });
  const result = {
    js: script.outputFiles[0].text.trimEnd(),
    css: colours.code.trimEnd() + sheet.outputFiles[0].text.trimEnd(),
    notices: notices(script.metafile),
    inputs: [...Object.keys(script.metafile.inputs), ...Object.keys(sheet.metafile.inputs)].map((p) => resolve(p)),
  };
  for (const part of ["js", "css"])
    if (/<\/(script|style)|<!--|\r/i.test(result[part])) throw new Error(`the bundled ${part} holds an end tag, a comment or a carriage return`);
  if (result.js.length + result.css.length > LIMIT) throw new Error(`the bundle has ${result.js.length + result.css.length} bytes, more than ${LIMIT}`);
  return result;
}

function fillTemplate(parts) {
  const hash = (text) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
  const js = `/*\n${parts.notices}\n*/\n${parts.js}`;
  const fill = { "script-hash": hash(js), "style-hash": hash(parts.css), style: parts.css, script: js };
  return readFileSync(join(here, "src/page.html"), "utf8").replace(/\{\{([a-z-]+)\}\}/g, (all, name) => fill[name] ?? all);
}

function toC(page, html) {
  const pieces = html.split(/\{\{(title|data)\}\}/);
  const arrays = [];
  const entries = [];
  for (let i = 0; i < pieces.length; i += 2) {
    const bytes = Buffer.from(pieces[i], "utf8");
    const rows = [];
    for (let k = 0; k < bytes.length; k += 24) rows.push(`    ${[...bytes.subarray(k, k + 24)].join(",")},`);
    arrays.push(`static const unsigned char piece_${i / 2}[] = {\n${rows.join("\n")}\n};`);
    entries.push(`    {piece_${i / 2}, sizeof piece_${i / 2}, ONSET_REPORT_SLOT_${(pieces[i + 1] ?? "end").toUpperCase()}},`);
  }
  return `/* Generated by web/report/build.mjs; do not edit. */\n#include "report/page.h"\n\n${arrays.join("\n\n")}\n\nconst onset_report_piece onset_${page}_page[] = {\n${entries.join("\n")}\n};\n`;
}

async function main() {
  const options = readOptions(process.argv.slice(2));
  const page = options.page ?? "report";
  if (!ENTRIES[page]) throw new Error(`no page '${page}'; there are ${Object.keys(ENTRIES).join(", ")}`);
  const npm = options.npm ?? "npm";
  if (options.install && !isInstalled(here)) install(here, npm);
  if (!options.output && !options.html) return;

  const modules = isInstalled(here) || !options.modules ? here : resolve(options.modules);
  if (!isInstalled(modules)) install(modules, npm);
  const parts = await bundle(page, modules);
  const html = fillTemplate(parts);
  if (options.html) writeFileSync(options.html, html);
  if (options.output) writeFileSync(options.output, toC(page, html));
  if (options.depfile) {
    const own = ["src/page.html", "src/colours.ts", "package.json"].map((name) => join(here, name));
    const inputs = [...new Set([...own, ...parts.inputs.filter((p) => !p.includes("node_modules"))])].map((p) => p.replaceAll(" ", "\\ "));
    writeFileSync(options.depfile, `${basename(options.output)}: ${inputs.join(" ")}\n`);
  }
}

await main();
