// A desk with the invented practice, and a browser before it.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { launch } from "../page/tools.mjs";

export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../..");
const binary = process.env.COVERED_DESK_BIN ?? path.join(root, "target/debug/covered");
const port = Number(process.env.COVERED_DESK_PORT ?? 18391);
export const base = `http://localhost:${port}`;
const pictures = path.join(root, "target/desk-pictures");

/** The demo is promised in ten seconds of a release; a debug build on a busy machine takes longer. */
const READY_MS_MAX = 180_000;
/** A page may compile the policies of a payer first. */
const PAGE_MS_MAX = 90_000;

/** The library of a coming year, invented: Medicare wants more headache days, and more of what was tried before. */
export const NEXT = "2027-q1";
const STRICTER = [[/headache_days_per_month >= 15\b/g, "headache_days_per_month >= 25"]];

let browser;
let server;
let libraries;

export async function start() {
  mkdirSync(pictures, { recursive: true });
  libraries = otherLibraries();
  const options = ["serve", "--demo", "--port", String(port), "--other-libraries", libraries];
  server = spawn(binary, options, { stdio: ["ignore", "ignore", "inherit"] });
  const ended = new Promise((_, reject) => server.once("exit", (code) => reject(new Error(`the desk ended with ${code}`))));
  ended.catch(() => {});
  await Promise.race([ready(), ended]);
  browser = await launch();
}

/** A folder of other libraries: the whole library with some rules made stricter. */
function otherLibraries() {
  const folder = mkdtempSync(path.join(tmpdir(), "covered-other-"));
  const library = path.join(folder, NEXT);
  cpSync(path.join(root, "library"), library, { recursive: true });
  const policies = path.join(library, "policies");
  let changed = 0;
  for (const name of readdirSync(policies, { recursive: true }).filter((name) => name.endsWith(".cov"))) {
    const file = path.join(policies, name);
    const text = readFileSync(file, "utf8");
    const stricter = STRICTER.reduce((text, [from, to]) => text.replace(from, to), text);
    if (stricter === text) continue;
    writeFileSync(file, stricter);
    changed += 1;
  }
  assert.ok(changed > 0, "no rule was made stricter");
  return folder;
}

async function ready() {
  const until = Date.now() + READY_MS_MAX;
  for (;;) {
    const reply = await fetch(`${base}/readyz`).catch(() => null);
    if (reply?.ok) return;
    assert.ok(Date.now() < until, "the desk is not ready in time");
    await new Promise((wake) => setTimeout(wake, 200));
  }
}

export async function stop() {
  await browser?.close();
  server?.kill();
  if (libraries) rmSync(libraries, { recursive: true, force: true });
}

/** Chooses, as an owner, the library that visits are replayed against. */
export async function chooseLibrary(page, name) {
  await page.goto("/settings");
  await page.selectOption("#other", name);
  await page.getByRole("button", { name: "Compare with it" }).click();
  await page.waitForURL("**/settings#next-quarter");
}

/** The address of next quarter with the visits of the last two weeks: a debug build takes long for a quarter. */
export function lastWeeks() {
  const day = (daysAgo) => new Date(Date.now() - daysAgo * 86_400_000).toISOString().slice(0, 10);
  return `/next-quarter?from=${day(14)}&to=${day(0)}`;
}

/**
 * Signs in as a role and runs a journey. Afterwards: every request went to the desk, nothing was stopped by its security policy, no
 * error was reported.
 */
export async function as(role, options, journey) {
  const { width = 1280, height = 900, ...rest } = options;
  const context = await browser.newContext({ viewport: { width, height }, baseURL: base, ...rest });
  context.setDefaultTimeout(PAGE_MS_MAX);
  const elsewhere = [];
  const errors = [];
  context.on("request", (request) => { if (!request.url().startsWith(`${base}/`)) elsewhere.push(request.url()); });
  const page = await context.newPage();
  page.on("pageerror", (error) => errors.push(error.message));
  page.on("console", (message) => message.type() === "error" && errors.push(message.text()));
  try {
    await page.goto("/sign-in");
    await page.locator(`button[name="role"][value="${role}"]`).click();
    await page.locator("#main").waitFor();
    await journey(page, context);
    assert.deepEqual(elsewhere, [], "a request left the desk");
    assert.deepEqual(errors, [], "the page reported errors");
  } finally {
    await context.close();
  }
}

/** Keeps a picture for the eyes of a person. */
export const picture = (page, name) => page.screenshot({ path: path.join(pictures, `${name}.png`), fullPage: true });

/** Goes with the key Tab until what has the focus matches. */
export async function tabTo(page, selector, most = 80) {
  for (let count = 0; count < most; count += 1) {
    if (await page.evaluate((selector) => document.activeElement?.matches(selector), selector)) return;
    await page.keyboard.press("Tab");
  }
  assert.fail(`${selector} is not reached with ${most} keys`);
}
