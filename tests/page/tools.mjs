// What every suite that drives a browser uses: the browser, axe, what sticks out, pages of a PDF.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { chromium } from "playwright-core";

/** A browser. */
export async function launch() {
  // A container has no second kernel to put the sandbox into; the only thing opened is our own page.
  const args = process.getuid?.() === 0 ? ["--no-sandbox"] : [];
  return chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args });
}

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

/** What axe finds on the page as it stands. */
export async function barriers(page, what) {
  // The page allows no script but its own; the tester's goes in past that, as a person's tools would.
  await page.evaluate(axe);
  const { violations, passes } = await page.evaluate((values) => globalThis.axe.run(document, { runOnly: { type: "tag", values } }), TAGS);
  const found = violations.map(({ id, nodes }) => `${id}: ${nodes.slice(0, 3).map((node) => `${node.target} ${node.failureSummary}`).join(" | ")}`);
  assert.ok(passes.length > 15, `axe looked at ${passes.length} rules only`);
  assert.deepEqual(found, [], what);
}

/** What makes the page wider than the window, but for what `inside` lets scroll by itself. */
export const sticksOut = (page, inside) => page.evaluate((inside) => {
  const most = document.documentElement.clientWidth;
  const sticks = (element) => element.getBoundingClientRect().right > most + 0.5 && !element.closest(inside);
  return document.documentElement.scrollWidth > most ? [...document.querySelectorAll("body *")].filter(sticks).slice(0, 3).map((element) => element.outerHTML.slice(0, 120)) : [];
}, inside);

/** Pages of a PDF. */
export const pagesOf = (pdf) => (pdf.toString("latin1").match(/\/Type\s*\/Page(?!s)/g) ?? []).length;
