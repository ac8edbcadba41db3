// The report in a real browser: no error, no request, no sideways scroll; figures drawn and saved. Exits 77 (skipped) without one.
//   node browser.mjs MAKE_REPORTS SCHEMA            the test
//   node browser.mjs --shoot REPORT FOLDER          pictures of one report at 1400 and 400 px, light, dark and printed
import { execFileSync, spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

const NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
const FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage", "--hide-scrollbars", "--remote-debugging-pipe"];

const browserPath = () => (process.env.PATH ?? "").split(":").flatMap((folder) => NAMES.map((name) => join(folder, name))).find(existsSync);

/** The browser at the other end of a pipe: messages are JSON with a NUL behind each. */
class Browser {
  constructor(path, folder) {
    this.process = spawn(path, [...FLAGS, `--user-data-dir=${folder}`, "about:blank"], { stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"] });
    this.waiting = new Map();
    this.listeners = [];
    this.next = 1;
    let rest = "";
    this.process.stdio[4].setEncoding("utf8");
    this.process.stdio[4].on("data", (text) => {
      const parts = (rest + text).split("\0");
      rest = parts.pop();
      for (const part of parts) this.receive(JSON.parse(part));
    });
    this.process.on("exit", () => { for (const { reject } of this.waiting.values()) reject(new Error("the browser ended")); });
  }
  receive(message) {
    const asked = this.waiting.get(message.id);
    if (!asked) return this.listeners.forEach((listener) => listener(message));
    this.waiting.delete(message.id);
    if (message.error) asked.reject(new Error(`${asked.method}: ${message.error.message}`));
    else asked.resolve(message.result);
  }
  call(method, params = {}, sessionId = this.session) {
    const id = this.next++;
    this.process.stdio[3].write(`${JSON.stringify({ id, method, params, sessionId })}\0`);
    return new Promise((res, reject) => this.waiting.set(id, { resolve: res, reject, method }));
  }
  event(name) {
    return new Promise((res) => {
      const listener = (m) => {
        if (m.method !== name) return;
        this.listeners = this.listeners.filter((l) => l !== listener);
        res(m.params);
      };
      this.listeners.push(listener);
    });
  }
  async open() {
    const { targetInfos } = await this.call("Target.getTargets");
    const page = targetInfos.find((t) => t.type === "page");
    this.session = (await this.call("Target.attachToTarget", { targetId: page.targetId, flatten: true })).sessionId;
    for (const domain of ["Page", "Runtime", "Log", "Network"]) await this.call(`${domain}.enable`);
  }
  async size(width, scheme, media = "") {
    await this.call("Emulation.setDeviceMetricsOverride", { width, height: 900, deviceScaleFactor: 1, mobile: false });
    await this.call("Emulation.setEmulatedMedia", { media, features: [{ name: "prefers-color-scheme", value: scheme }] });
  }
  async load(path) {
    const loaded = this.event("Page.loadEventFired");
    await this.call("Page.navigate", { url: pathToFileURL(path).href });
    await loaded;
    await this.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 50))))");
  }
  async evaluate(expression) {
    const { result, exceptionDetails } = await this.call("Runtime.evaluate", { expression, awaitPromise: true, returnByValue: true });
    if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
    return result.value;
  }
  async shoot(path) {
    const height = await this.evaluate("document.documentElement.scrollHeight");
    const width = await this.evaluate("innerWidth");
    const { data } = await this.call("Page.captureScreenshot", { format: "png", captureBeyondViewport: true, clip: { x: 0, y: 0, width, height, scale: 1 } });
    writeFileSync(path, Buffer.from(data, "base64"));
  }
  async close() {
    const ended = new Promise((done) => this.process.once("exit", done));
    await this.call("Browser.close", {}, undefined).catch(() => undefined);
    await ended;
  }
}

/** What goes wrong in the page from now on. */
function watch(browser) {
  const faults = [];
  browser.listeners.push(({ method, params }) => {
    if (method === "Runtime.exceptionThrown") faults.push(`exception: ${params.exceptionDetails.exception?.description ?? params.exceptionDetails.text}`);
    if (method === "Runtime.consoleAPICalled" && ["error", "warning", "assert"].includes(params.type)) faults.push(`console: ${params.args.map((a) => a.value ?? a.description).join(" ")}`);
    if (method === "Log.entryAdded" && ["error", "warning"].includes(params.entry.level)) faults.push(`log: ${params.entry.text}`);
    if (method === "Network.requestWillBeSent" && !/^(file|data|blob|about):/.test(params.request.url)) faults.push(`request: ${params.request.url}`);
  });
  return faults;
}

let passed = 0, failed = 0;

function check(name, fine, found = "") {
  if (fine) passed++;
  else failed++;
  console.log(`${fine ? "ok" : "FAILED"} - ${name}${fine ? "" : `: ${typeof found === "string" ? found : JSON.stringify(found)}`}`);
}

const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);

async function testWidths(browser, folder, faults) {
  for (const kind of ["full", "hostile", "bare", "empty", "validation", "validation_hostile"]) {
    for (const [width, scheme] of [[1400, "light"], [1000, "dark"], [400, "dark"], [400, "light"]]) {
      await browser.size(width, scheme);
      await browser.load(join(folder, `${kind}.html`));
      const wide = await browser.evaluate("document.documentElement.scrollWidth");
      check(`${kind}: no sideways scroll at ${width} px`, wide <= width, `${wide} px`);
      check(`${kind}: no error and no request at ${width} px, ${scheme}`, faults.length === 0, faults);
      faults.length = 0;
    }
  }
}

const LABELS = `[...document.querySelectorAll("svg.chart text")].map((t) => t.textContent)`;

async function testContent(browser, folder) {
  await browser.size(1400, "light");
  await browser.load(join(folder, "full.html"));
  const labels = (await browser.evaluate(LABELS)).join("|");
  for (const arm of ["One infusion", "Infusions twice a week for four weeks", "A tablet a day", "Control"])
    check(`a figure names the arm ${arm}`, labels.includes(arm) || arm.split(" ").every((word) => labels.includes(word)), labels.slice(0, 300));
  const bands = await browser.evaluate(`[...document.querySelectorAll("#result svg.chart [aria-label=area] path")].length`);
  check("the headline has a 50 % band an arm in both spans on top, and both bands in each arm's own chart", bands === 4 * 2 + 4 * 2 * 2, bands);
  check("every figure has a caption", await browser.evaluate(`[...document.querySelectorAll("figure")].every((f) => f.querySelector("figcaption").textContent.length > 20)`));
  check("every figure has a name for screen readers", await browser.evaluate(`[...document.querySelectorAll("svg.chart")].every((f) => document.getElementById(f.getAttribute("aria-labelledby")).textContent.length > 0)`));
  const text = await browser.evaluate("document.body.innerText");
  for (const wanted of ["no medical advice", "60 virtual patients", "18446744073709551", "measured, recalled", "onset run study.onset", "41.0\u00a0% met the entry criteria", "step too small", "abc123"])
    check(`the page says "${wanted}"`, text.includes(wanted));
  await testParameters(browser);
  await testArms(browser);
}

const texts = (where) => `[...document.querySelectorAll("${where} svg.chart text")].map((t) => t.textContent).join("|")`;
const count = (where) => `document.querySelectorAll("${where}").length`;

/** Doses, and what the figures say about the limits of their lines and axes. */
async function testDoses(browser, folder) {
  await browser.size(1400, "light");
  await browser.load(join(folder, "full.html"));
  // Each arm's doses in the first day (1, 1 and 2) and in the whole course (1, 8 and 28), in the chart of all arms and in the arm's own.
  const marks = await browser.evaluate(count("#result svg.chart .doses path"));
  check("every dose has its mark", marks === 2 * (1 + 1 + 2 + 1 + 8 + 28), marks);
  const plasma = "#figure-study-name_plasma";
  check("a line that is coarse beside its doses says so", (await browser.evaluate(texts(plasma))).includes("dots (A tablet a day): 2 samples from dose to dose"), await browser.evaluate(texts(plasma)));
  const dots = await browser.evaluate(count(`${plasma} [aria-label=dot] circle`));
  check("and is drawn as dots, over the whole course only", dots >= 96 && dots < 110, dots);
  check("with a bar for its middle 50 %, not a band", (await browser.evaluate(count(`${plasma} [aria-label=rule] line`))) >= 96);
  check("a smooth line is not", (await browser.evaluate(count("#figure-study-name_score [aria-label=dot] circle"))) === 0);
  check("visits are not joined", (await browser.evaluate(count("#response [aria-label=line]"))) === 0 && (await browser.evaluate(count("#response [aria-label=dot] circle"))) > 0);
  const since = await browser.evaluate(`[...document.querySelectorAll("#response .since-dose")][0].textContent`);
  check("the time after the last dose stands below each visit", since === "40m4h1d3d7d14d21d28d" + "40m4h1d3d4d4d4d4d" + "40m4h1d1d1d1d1d1d", since);
  const pressure = "#figure-study-name_pressure";
  check("an axis that does not begin at 0 is marked", (await browser.evaluate(count(`${pressure} .cut`))) === 1 && (await browser.evaluate(texts(pressure))).includes("axis does not begin at 0"));
  check("a logarithmic one is not", (await browser.evaluate(count(`${plasma} .cut`))) === 0);
  const caption = await browser.evaluate(`document.querySelector("${pressure}").textContent`);
  check("a figure of the first hours says so, and which doses it leaves out", caption.includes("Pressure: first 4 hours") && caption.includes("the first of 8 in Infusions twice a week") && caption.includes("the first of 28 in A tablet a day"), caption);
  check("the control is named, and what it is", (await browser.evaluate(`document.querySelector(".asked").textContent`)).includes("one control: Control (no doses)"));
  check("the virtual patients are counted on an axis", (await browser.evaluate(texts("#population"))).includes("patients|") && (await browser.evaluate(texts("#population"))).includes("|40|"), await browser.evaluate(texts("#population")));
  await testBands(browser);
}

async function testBands(browser) {
  const says = async () => (await browser.evaluate(texts("#result"))).split("|")[0];
  const pick = (value) => browser.evaluate(`{ const s = document.querySelector("nav select"); s.value = "${value}"; s.dispatchEvent(new Event("change")); }`);
  check("the figure says which bands it has: one on top, two below", /middle 50.*50 and 90/.test(await says()), await says());
  await pick("half");
  check("50 % only", /middle 50/.test(await says()) && !/90/.test(await says()), await says());
  await pick("none");
  check("none", !/middle/.test(await says()), await says());
}

async function testScrollHint(browser, folder) {
  const hints = `[...document.querySelectorAll("#result .scroll-hint")].filter((x) => x.offsetHeight > 0).length`;
  await browser.size(1400, "light");
  await browser.load(join(folder, "full.html"));
  check("a table that fits has no hint", (await browser.evaluate(hints)) === 0);
  await browser.size(400, "light");
  await browser.load(join(folder, "full.html"));
  check("one that is cut has", (await browser.evaluate(hints)) === 1);
  const shadow = await browser.evaluate(`new Promise((done) => {
    const outer = document.querySelector("#result .scroll-outer.wide"), before = outer.classList.contains("more");
    outer.querySelector(".scroll").scrollLeft = 10000;
    setTimeout(() => done([before, outer.classList.contains("more")]), 100);
  })`);
  check("and a shadow until its end is reached", same(shadow, [true, false]), shadow);
}

async function testParameters(browser) {
  const shown = `[...document.querySelectorAll("#parameters tbody tr")].filter((r) => !r.hidden).map((r) => r.cells[0].textContent)`;
  check("the parameters stand in their order", same(await browser.evaluate(shown), ["drug.p0", "drug.p1", "drug.p2", "drug.p3", "drug.p4"]));
  await browser.evaluate(`document.querySelectorAll("#parameters th button")[2].click()`);
  check("a click on Value sorts by value", same(await browser.evaluate(shown), ["drug.p4", "drug.p3", "drug.p2", "drug.p1", "drug.p0"]), await browser.evaluate(shown));
  await browser.evaluate(`const field = document.querySelector("#parameters input"); field.value = "key3"; field.dispatchEvent(new Event("input"))`);
  check("words filter the parameters", same(await browser.evaluate(shown), ["drug.p3"]), await browser.evaluate(shown));
  await browser.evaluate(`{ const f = document.querySelector("#parameters input"); f.value = ""; f.dispatchEvent(new Event("input")); document.querySelector("#parameters .chip-calibrated").click() }`);
  check("a button keeps one kind of source", same(await browser.evaluate(shown), ["drug.p2"]), await browser.evaluate(shown));
}

async function testArms(browser) {
  const lines = `document.querySelectorAll("#result svg.chart [aria-label=line] path").length`;
  const before = await browser.evaluate(lines);
  await browser.evaluate(`document.querySelectorAll("nav input[type=checkbox]")[0].click()`);
  const after = await browser.evaluate(lines);
  check("an arm can be taken out of the figures", after > 0 && after < before, [before, after]);
  await browser.evaluate(`document.querySelectorAll("nav input[type=checkbox]").forEach((box) => box.checked && box.click())`);
  check("all arms can be", (await browser.evaluate(lines)) === 0);
}

async function testPrint(browser, folder) {
  await browser.size(720, "light", "print");
  await browser.load(join(folder, "full.html"));
  const wide = await browser.evaluate(`Math.max(...[...document.querySelectorAll("svg.chart, table")].map((x) => x.getBoundingClientRect().right))`);
  check("figures and tables fit the printed page", wide <= 721, `${wide} px of 720`);
}

async function testHostile(browser, folder) {
  await browser.size(1400, "light");
  await browser.load(join(folder, "validation_hostile.html"));
  check("no text of the evidence ran as script", (await browser.evaluate("typeof window.broken")) === "undefined");
  check("no text of the evidence became an element", (await browser.evaluate(`document.querySelectorAll("img, main script").length`)) === 0);
  await browser.load(join(folder, "hostile.html"));
  check("no text of the database ran as script", (await browser.evaluate("typeof window.broken")) === "undefined");
  check("no text of the database became an element", (await browser.evaluate(`document.querySelectorAll("img, main script").length`)) === 0);
  check("the title is shown as it was written", (await browser.evaluate("document.querySelector('h1').textContent")).startsWith("The title of the study</script><script>window.broken = 1"));
}

/** Heights on the screen of a row's label and of its observed value must agree, or a value stands beside another trial's name. */
const LABEL_OF = (figure, trial) => `(() => {
  const svg = document.querySelector("${figure} svg.chart");
  const texts = [...svg.querySelectorAll(".labels text")];
  const label = texts[texts.findIndex((t) => t.textContent.startsWith("${trial}")) + 1].getBoundingClientRect();
  const middle = (label.top + label.bottom) / 2;
  const dots = [...svg.querySelectorAll("[aria-label=dot] path, [aria-label=dot] circle")].map((d) => d.getBoundingClientRect()).filter((d) => Math.abs((d.top + d.bottom) / 2 - middle) < 9);
  return dots.map((d) => (d.left + d.right) / 2);
})()`;

async function testValidation(browser, folder) {
  await browser.size(1400, "light");
  await browser.load(join(folder, "validation.html"));
  const text = await browser.evaluate("document.body.innerText");
  for (const wanted of ["815\u00a0published numbers", "5\u00a0rows could not be compared", "advises no patient", "no such scale", "Each trial left out", "In-sample", "A few trials", "Blood pressure", "2.25", "33.3", "3.8 percentage points"])
    check(`the validation says "${wanted}"`, text.includes(wanted), text.slice(0, 600));
  const few = "#figure-efficacy_few";
  const [outside, known] = [await browser.evaluate(LABEL_OF(few, "Outside 2020")), await browser.evaluate(LABEL_OF(few, "Known 2020"))];
  check("a row stands beside its own values: its prediction and the value, nothing else", outside.length === 2 && known.length === 2, [outside, known]);
  check("what lies outside is further from its prediction, to the right", Math.abs(known[0] - known[1]) * 2 < Math.abs(outside[0] - outside[1]), [outside, known]); // 1.75 and 3.75 with the trials left out
  const labels = (figure) => browser.evaluate(`[...document.querySelectorAll("${figure} .labels text")].map((t) => t.textContent)`);
  check("a recalled row says so", (await labels(few)).some((t) => t.includes("(recalled)")), await labels(few));
  await testLeftOut(browser, few, Math.abs(outside[0] - outside[1]) / Math.abs(known[0] - known[1]));
  await testPages(browser, labels);
  await browser.evaluate(`document.querySelector("#efficacy > .filter:not(.trials) .chip").click()`);
  check("one class can be shown alone", same(await browser.evaluate(`[...document.querySelectorAll("#efficacy figure.forest")].map((f) => f.hidden)`), [false, true]));
  await browser.evaluate(`document.querySelector("nav input[type=checkbox]").click()`);
  check("recalled rows can be left out", !(await labels(few)).some((t) => t.includes("(recalled)")));
  check("and the scores are then those without", (await browser.evaluate(`document.querySelector("#efficacy table.scores").innerText`)).includes("91\u00a0%"));
  check("an exposure has a chart a unit", (await browser.evaluate(texts("#figure-exposures"))).includes("observed, ng/mL") && (await browser.evaluate(texts("#figure-exposures"))).includes("observed, min"));
  await browser.size(720, "light", "print");
  const wide = await browser.evaluate(`Math.max(...[...document.querySelectorAll("svg.chart, table")].map((x) => x.getBoundingClientRect().right))`);
  check("a printed validation fits its page", wide <= 721, `${wide} px of 720`);
}

/** A trial's prediction is the one with it left out, until the reader asks for the other; distances are of the fixture's two fitted rows. */
async function testLeftOut(browser, few, leftOut) {
  const pick = (n) => browser.evaluate(`document.querySelectorAll("#efficacy > .trials button")[${n}].click()`);
  const distance = async (trial) => { const [a, b] = await browser.evaluate(LABEL_OF(few, trial)); return Math.abs(a - b); };
  check("predictions are those with the trial left out", Math.abs(leftOut - 3.75 / 1.75) < 0.05, leftOut);
  check("and the figure says so", (await browser.evaluate(texts(few))).includes("trial left out"), await browser.evaluate(texts(few)));
  check("nothing is outside then", !(await browser.evaluate(texts(few))).includes("outside the 90"));
  await pick(1);
  const inSample = (await distance("Outside 2020")) / (await distance("Known 2020"));
  check("in-sample predictions can be chosen", Math.abs(inSample - 7.75 / 1.25) < 0.1, inSample);
  check("and the figure says that, and what is outside", /in-sample.*outside the 90/.test(await browser.evaluate(texts(few))), await browser.evaluate(texts(few)));
  check("both switches show the choice", same(await browser.evaluate(`[...document.querySelectorAll(".trials button")].map((b) => b.getAttribute("aria-pressed"))`), ["false", "true", "false", "true"]));
  check("shares inside are those of the choice", (await browser.evaluate(texts("#result"))).includes("Efficacy: A few trials (3)"), await browser.evaluate(texts("#result")));
  check("the table has both, each under its head", same(await browser.evaluate(`[...document.querySelectorAll("#efficacy table.scores tbody")].map((b) => [b.rows[0].innerText.trim(), b.rows.length])`), [["Each trial left out", 7], ["In-sample", 7]]));
  check("a class is called by its title", (await browser.evaluate(`document.querySelector("${few} h3").textContent`)).endsWith("Efficacy: A few trials"));
  await pick(0);
}

/** 800 rows stay usable: a screen of them at a time, found by words, sorted by how far off they are. */
async function testPages(browser, labels) {
  const many = "#figure-efficacy_many";
  const set = (label, value) => browser.evaluate(`{ const x = document.querySelector("${many} [aria-label='${label}']"); x.value = ${JSON.stringify(value)}; x.dispatchEvent(new Event(x.tagName === "SELECT" ? "change" : "input")) }`);
  const marks = await browser.evaluate(count(`${many} [aria-label=dot] path, ${many} [aria-label=dot] circle`));
  check("30 of 800 rows are drawn", marks === 60, marks);
  check("and the page tells which", (await browser.evaluate(`document.querySelector("${many} [role=status]").textContent`)) === "rows 1 to 30 of 400", await browser.evaluate(`document.querySelector("${many} [role=status]").textContent`));
  await browser.evaluate(`[...document.querySelectorAll("${many} .filter button")].pop().click()`);
  check("the next page begins with the next row", (await browser.evaluate(`document.querySelector("${many} [role=status]").textContent`)) === "rows 31 to 60 of 400");
  await set("Filter rows", "trial 042");
  check("words find a trial's rows", (await labels(many))[0] === "Trial 042" && (await browser.evaluate(`document.querySelector("${many} [role=status]").textContent`)) === "4\u00a0rows", await labels(many));
  await set("Quantity", "pct");
  check("a quantity can be picked", (await labels(many)).join().includes("MADRS response"), await labels(many));
  await set("Filter rows", "");
  await set("Order", "worst");
  check("the furthest off comes first", (await labels(many))[0].startsWith("Trial 003"), (await labels(many)).slice(0, 3));
}

async function waitForFiles(folder, n) {
  for (let i = 0; i < 100; i++) {
    const files = readdirSync(folder).filter((name) => !name.endsWith(".crdownload"));
    if (files.length >= n && files.every((name) => statSync(join(folder, name)).size > 0)) return files;
    await new Promise((done) => setTimeout(done, 50));
  }
  return readdirSync(folder);
}

async function testSaving(browser, folder) {
  const into = join(folder, "saved");
  mkdirSync(into);
  await browser.call("Browser.setDownloadBehavior", { behavior: "allow", downloadPath: into });
  await browser.size(1400, "dark"); // saved figures are light all the same
  await browser.load(join(folder, "full.html"));
  for (let i = 0; i < 3; i++) {
    await browser.evaluate(`document.querySelectorAll("#result .buttons button")[${i}].click()`);
    await waitForFiles(into, i + 1);
  }
  const files = readdirSync(into).sort();
  check("SVG, PNG and CSV are saved", same(files, ["study-name_score.csv", "study-name_score.png", "study-name_score.svg"]), files);
  if (files.length !== 3) return;
  const svg = readFileSync(join(into, files[2]), "utf8"), png = readFileSync(join(into, files[1])), csv = readFileSync(join(into, files[0]), "utf8");
  check("the SVG has colours for variables, a white ground and a font", !svg.includes("var(") && !svg.includes("currentColor") && svg.includes('fill="#ffffff"') && svg.includes("font-family"));
  const isWhole = await browser.evaluate(`new DOMParser().parseFromString(${JSON.stringify(svg)}, "image/svg+xml").querySelector("parsererror") === null`);
  check("the SVG is well formed", isWhole);
  check("the PNG is one, three times the size of the figure", png.subarray(1, 4).toString() === "PNG" && png.readUInt32BE(16) === 3 * Number(/width="(\d+)"/.exec(svg)[1]), png.readUInt32BE(16));
  check("the PNG is not blank", png.length > 50_000, png.length);
  check("the CSV has a row for every arm and time", csv.trim().split("\r\n").length > 4 * 90 && csv.startsWith("arm,output,unit,time_h,"));
}

async function shootAll(browser, report, folder) {
  for (const [width, scheme] of [[1400, "light"], [1400, "dark"], [400, "light"], [400, "dark"], [768, "light"]]) {
    await browser.size(width, scheme);
    await browser.load(report);
    await browser.shoot(join(folder, `${width}-${scheme}.png`));
  }
  await browser.size(720, "light", "print");
  await browser.load(report);
  await browser.shoot(join(folder, "print.png"));
  const { data } = await browser.call("Page.printToPDF", { preferCSSPageSize: true, paperWidth: 8.27, paperHeight: 11.69 });
  writeFileSync(join(folder, "print.pdf"), Buffer.from(data, "base64"));
}

async function main() {
  const [first, second, third] = process.argv.slice(2);
  const path = browserPath();
  if (!path) {
    console.log("skipped: no chromium");
    process.exit(77);
  }
  const folder = mkdtempSync(join(tmpdir(), "onset-browser-"));
  const browser = new Browser(path, join(folder, "profile"));
  try {
    await browser.open();
    if (first === "--shoot") return await shootAll(browser, resolve(second), third);
    execFileSync(first, [second, folder], { stdio: "inherit" });
    const faults = watch(browser);
    await testWidths(browser, folder, faults);
    await testContent(browser, folder);
    await testDoses(browser, folder);
    await testScrollHint(browser, folder);
    await testPrint(browser, folder);
    await testHostile(browser, folder);
    await testValidation(browser, folder);
    await testSaving(browser, folder);
    check("no error in any of this", faults.length === 0, faults);
    console.log(`${passed} passed, ${failed} failed`);
    process.exitCode = failed ? 1 : 0;
  } finally {
    await browser.close();
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

await main();
