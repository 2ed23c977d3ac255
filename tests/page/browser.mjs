// A browser without a network, and the page in it.

import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import assert from "node:assert/strict";
import { launch } from "./tools.mjs";

export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../..");
export const pagePath = process.env.COVERED_PAGE ?? path.join(root, "target/page/covered.html");
export const binary = process.env.COVERED_BIN ?? path.join(root, "target/debug/covered");
const address = pathToFileURL(pagePath).href;

let browser;

/** Starts the browser; the tests of one file share it. */
export async function start() {
  browser = await launch();
}

export const stop = () => browser.close();

/**
 * Opens the page without a network and runs a journey; `before` is a script that runs in it before its own. Afterwards: no request but for the page itself, no error, nothing
 * that its security policy had to stop, nothing stored.
 */
export async function visit(options, journey) {
  const { width = 1280, height = 900, locale = "en-US", before, ...rest } = options;
  const context = await browser.newContext({ viewport: { width, height }, locale, offline: true, acceptDownloads: true, ...rest });
  const requests = [];
  const errors = [];
  context.on("request", (request) => requests.push(request.url()));
  const page = await context.newPage();
  page.on("pageerror", (error) => errors.push(error.message));
  page.on("console", (message) => message.type() === "error" && errors.push(message.text()));
  await page.addInitScript(() => {
    globalThis.refused = [];
    document.addEventListener("securitypolicyviolation", (event) => globalThis.refused.push(event.violatedDirective));
  });
  if (before) await page.addInitScript(before);
  try {
    await page.goto(address);
    await page.locator("body[data-ready]").waitFor();
    await journey(page, context);
    const left = await page.evaluate(() => ({
      refused: globalThis.refused,
      resources: performance.getEntriesByType("resource").map((entry) => entry.name),
      stored: localStorage.length + sessionStorage.length + document.cookie.length,
    }));
    // A saved file is handed to the browser as a blob of this page.
    const asked = requests.filter((url) => url !== address && !url.startsWith(`blob:`));
    assert.deepEqual(asked, [], "the page made a request");
    assert.deepEqual(left, { refused: [], resources: [], stored: 0 });
    assert.deepEqual(errors, [], "the page reported errors");
  } finally {
    await context.close();
  }
}

/** Gives the first five answers that are named. */
export async function five(page, { treatment, purpose, payer, state, license, date }) {
  const put = async (id, text) => {
    await page.locator(id).fill(text);
    await page.locator(id).blur();
  };
  if (date) await put("#date", date);
  if (treatment) await put("#line-treatment", treatment);
  if (purpose) await page.locator(`input[name="purpose"][value="${purpose}"]`).check();
  if (payer) await put("#coverage-payer", payer);
  if (state) await page.locator("#facility-state").selectOption(state);
  if (license) await page.locator("#clinician-license").selectOption(license);
}

/** Opens a case file. */
export async function open(page, file) {
  await page.locator("#file").setInputFiles(file);
  await page.locator("#trouble > *").first().waitFor();
}

export const verdict = (page) => page.locator("#lines .card .chip").first();

/** Case files below a folder of the repository. */
export function cases(folder) {
  const whole = path.join(root, folder);
  const entries = readdirSync(whole, { withFileTypes: true });
  return entries.flatMap((entry) => {
    const below = path.join(folder, entry.name);
    if (entry.isDirectory()) return cases(below);
    return entry.name.endsWith(".toml") ? [below] : [];
  }).sort();
}

export const read = (file) => readFileSync(path.join(root, file), "utf8");

/** What the program prints for a case file. */
export function check(file, ...flags) {
  const done = spawnSync(binary, ["check", path.resolve(root, file), ...flags], { encoding: "utf8" });
  assert.equal(done.status, 0, `${file}: ${done.stderr}`);
  return done.stdout;
}
