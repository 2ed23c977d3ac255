// What people do with the page: the front desk, the patient, whoever opens a file.

import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { check, five, open, root, start, stop, verdict, visit } from "./browser.mjs";

before(start);
after(stop);

const example = (name) => path.join(root, "examples", `${name}.toml`);
const MIGRAINE = { treatment: "botox", purpose: "medical", payer: "medicare", state: "MI", license: "MD" };

test("a wish to look better is answered at once, with what was assumed", () => visit({}, async (page) => {
  await five(page, { treatment: "Botox", purpose: "cosmetic", payer: "aetna" });
  assert.equal(await verdict(page).innerText(), "Not covered");
  const lines = page.locator("#lines .three").first().locator("p");
  assert.match(await lines.nth(0).innerText(), /^Aetna does not cover botulinum toxin injection: it is for looks\.$/);
  assert.match(await lines.nth(1).innerText(), /^What to do now: /);
  assert.match(await lines.nth(2).innerText(), /^You pay: /);
  assert.ok(await page.getByRole("heading", { name: "Taken for granted" }).isVisible());
}));

test("the diagnosis is asked first, and whoever knows nothing comes to an end", () => visit({}, async (page) => {
  await five(page, MIGRAINE);
  const question = page.locator("#question");
  assert.match(await question.innerText(), /Which diagnoses did the clinician make/);
  await page.locator(".given input").fill("G43.709");
  await page.getByRole("button", { name: "Use this answer" }).click();
  const asked = [];
  while (await question.count()) {
    const words = await question.innerText();
    assert.ok(!asked.includes(words), `asked twice: ${words}`);
    asked.push(words);
    assert.ok(asked.length < 100, "no end");
    await page.getByRole("button", { name: "I don't know" }).click();
  }
  assert.ok(asked.length > 5, `${asked.length} questions`);
  assert.ok(await page.getByText("No question is left that you can answer here.").isVisible());
  await page.getByRole("button", { name: "Ask again what was left open" }).click();
  assert.equal(await question.innerText(), asked[0]);
}));

test("an answer narrows the result, and can be taken back", () => visit({}, async (page) => {
  await open(page, example("migraine-botox-open-facts"));
  const before = await verdict(page).innerText();
  const first = await page.locator("#question").innerText();
  const no = page.locator('.given input[value="no"]');
  if (await no.count()) await no.check();
  else await page.locator(".given input").first().fill("3");
  await page.getByRole("button", { name: "Use this answer" }).click();
  assert.notEqual(await page.locator("#question").innerText().catch(() => ""), first);
  await page.getByRole("button", { name: "Take back the last answer" }).click();
  assert.equal(await page.locator("#question").innerText(), first);
  assert.equal(await verdict(page).innerText(), before);
}));

test("before a state is known there are dozens of reasons, each told once: the first are shown, and all when they are asked for", () => visit({}, async (page) => {
  await five(page, { ...MIGRAINE, state: undefined, license: undefined });
  // Who is told to answer is who can tell what is asked.
  assert.match(await page.locator("#lines .three").first().locator("p").nth(1).innerText(), /: clinician, /);
  assert.match(await page.locator(".whom-to").innerText(), /the clinician/);
  const reasons = page.locator("#lines ul.reasons").first().locator("> li");
  assert.equal(await reasons.count(), 5);
  const fifth = await reasons.nth(4).innerText();
  const button = page.getByRole("button", { name: /^Show all \d+$/ }).first();
  const [count] = (await button.innerText()).match(/\d+/);
  await button.click();
  assert.equal(await reasons.count(), Number(count));
  assert.equal(await reasons.nth(4).innerText(), fifth);
  assert.ok(Number(count) > 20, `${count} reasons`);
  const told = await reasons.locator("summary").allInnerTexts();
  assert.equal(new Set(told).size, told.length, "a reason is told twice");
  assert.ok(await reasons.nth(5).evaluate((entry) => entry === document.activeElement), "the first of the rest has the focus");
}));

test("an answer that cannot be one is refused beside its field, and nothing is lost", () => visit({}, async (page) => {
  await five(page, MIGRAINE);
  await page.locator(".given input").fill("NONSENSE");
  await page.getByRole("button", { name: "Use this answer" }).click();
  assert.match(await page.locator("#given-trouble").innerText(), /cannot be used/);
  assert.equal(await page.locator(".given input").inputValue(), "NONSENSE");
  await page.locator(".given input").fill("");
  await page.getByRole("button", { name: "Use this answer" }).click();
  assert.match(await page.locator("#given-trouble").innerText(), /don't know/);
}));

test("a name that is misspelt or means several is asked back", () => visit({}, async (page) => {
  await five(page, { treatment: "botx" });
  assert.match(await page.locator("#line-treatment-trouble").innerText(), /Botox/i);
  assert.equal(await page.locator("#line-treatment").getAttribute("aria-invalid"), "true");
  await five(page, { treatment: "botox", purpose: "medical", payer: "BCBS" });
  assert.match(await page.locator("#coverage-payer-trouble").innerText(), /Write one of/);
  assert.equal(await page.locator("#line-treatment-trouble").innerText(), "");
}));

test("a saved case is the file that the program reads, with the same answer", () => visit({}, async (page) => {
  await five(page, { ...MIGRAINE, date: "2026-11-23" });
  await page.locator("#price").fill("450.00");
  await page.locator("#price").blur();
  const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: "Save the case" }).click()]);
  assert.equal(download.suggestedFilename(), "covered-case.json");
  const file = path.join(mkdtempSync(path.join(os.tmpdir(), "page-")), "case.json");
  await download.saveAs(file);
  assert.equal(JSON.parse(readFileSync(file, "utf8")).line[0].price, "450.00");
  const [opening] = check(file).split("\n");
  assert.equal(await page.locator("#lines .three p").first().innerText().then((text) => text.startsWith(opening)), true, opening);
  const shown = await page.locator("#lines").innerText();
  await page.getByRole("button", { name: "Start again" }).click();
  assert.ok(await page.getByText("No answer yet").isVisible());
  await open(page, file);
  assert.equal(await page.locator("#lines").innerText(), shown);
}));

test("a foreign file is refused with its place and what to do, and the page stays", () => visit({}, async (page) => {
  await five(page, { treatment: "botox", purpose: "cosmetic", payer: "aetna" });
  const shown = await page.locator("#lines").innerText();
  const folder = mkdtempSync(path.join(os.tmpdir(), "page-"));
  const file = (name, content) => {
    writeFileSync(path.join(folder, name), content);
    return path.join(folder, name);
  };
  const refused = async (name, content, says) => {
    await open(page, file(name, content));
    const text = await page.locator("#trouble").innerText();
    assert.match(text, /This file cannot be used\. Nothing on the page was changed\./);
    assert.match(text, says);
    assert.equal(await page.locator("#lines").innerText(), shown);
    return text;
  };
  await refused("picture.json", Buffer.from([0x89, 0x50, 0x4e, 0x47, 0xff, 0xfe]), /not text/);
  await refused("long.json", "x".repeat((1 << 20) + 1), /too large/);
  await refused("broken.json", "{ \"date\": ", /Line 1, column/);
  await refused("list.json", "[1, 2]", /C0002/);
  const text = await refused("other.json", '{"name": "Anna Example", "birth_date": "1970-01-01", "line": [{"treatmnt": "botox"}]}', /treatmnt|treatment/);
  assert.ok(!text.includes("Anna") && !text.includes("1970"), `an error shows who somebody is: ${text}`);
}));

test("a reason opens to its rule, source, day and grade", () => visit({}, async (page) => {
  await open(page, example("medicare-not-enrolled"));
  const reason = page.locator(".reasons details").first();
  await reason.locator("summary").click();
  const text = await reason.innerText();
  for (const says of ["Rule", "Source", "https://", "Read on", "2026", "How closely"]) assert.ok(text.includes(says), `${says}: ${text}`);
  assert.ok(await page.locator(".reasons q").count(), "the rule keeps a few words of its source");
}));

test("a case from the command line's examples opens, with every part of the answer", () => visit({}, async (page) => {
  await open(page, example("migraine-botox"));
  assert.equal(await verdict(page).innerText(), "Covered");
  const opening = check("examples/migraine-botox.toml").split("\n").slice(0, 3).join("\n");
  assert.equal(await page.locator("#lines .three").first().locator("p").allInnerTexts().then((texts) => texts.join("\n")), opening);
  await page.locator(".proof summary").click();
  // The browser tells of the opening a moment later; the proof is made then.
  await page.locator(".proof pre", { hasText: "Botox for chronic migraine" }).waitFor();
  for (const title of ["Why", "Still unknown, and whom to ask", "Before the treatment, and for the claim", "How much, and why"]) {
    assert.ok(await page.getByRole("heading", { name: title, exact: true }).isVisible(), title);
  }
}));

test("a patient is asked only what a patient can tell, and hears what to do with a bill that is paid", () => visit({ width: 360, height: 800 }, async (page) => {
  await page.locator("#who").getByText("the patient").click();
  await five(page, { ...MIGRAINE, payer: "aetna", state: "TX" });
  const whom = await page.locator(".whom-to").count();
  assert.equal(whom, 0);
  assert.ok(!/clinician make and write/.test(await page.locator("#question").innerText().catch(() => "")), "the diagnosis is the clinician's");
  assert.ok(await page.getByRole("heading", { name: "You paid already?" }).isVisible());
  assert.ok(await page.getByRole("heading", { name: "Ask the clinician" }).isVisible());
  assert.equal(await page.getByText("To tell the patient").count(), 0);
}));

test("the whole page speaks Spanish, and marks what stays English", () => visit({ locale: "es-MX" }, async (page) => {
  assert.equal(await page.locator("html").getAttribute("lang"), "es");
  await five(page, { treatment: "La inyección de toxina botulínica", purpose: "cosmetic", payer: "aetna" });
  assert.equal(await verdict(page).innerText(), "No cubierto");
  assert.match(await page.locator(".to-patient").innerText(), /Aetna no cubre la inyección de toxina botulínica: se hace para verse mejor\./);
  const said = await page.locator("[data-say], .field > label, .part-of > h3").allInnerTexts();
  const english = said.filter((text) => /\b(the|what|who|you|is|and)\b/i.test(text));
  assert.deepEqual(english, []);
  // What stays English is marked, so that a screen reader changes its voice.
  const unmarked = await page.locator(".reasons summary > span:not(.state)").evaluateAll((spans) => spans.filter((span) => span.lang !== "en").length);
  assert.equal(unmarked, 0);
  await page.locator("#language").getByText("English").click();
  assert.equal(await verdict(page).innerText(), "Not covered");
}));

test("everything works by the keyboard alone", () => visit({}, async (page) => {
  const focused = () => page.evaluate(() => document.activeElement?.id || document.activeElement?.name || document.activeElement?.textContent);
  await page.keyboard.press("Tab");
  assert.equal(await focused(), "Go to the answer");
  while ((await focused()) !== "line-treatment") await page.keyboard.press("Tab");
  await page.keyboard.type("botox");
  await page.keyboard.press("Tab");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowUp");
  assert.equal(await page.locator('input[name="purpose"]:checked').getAttribute("value"), "medical");
  await page.keyboard.press("Tab");
  await page.keyboard.type("medicare");
  await page.keyboard.press("Tab");
  await page.keyboard.type("Mich");
  await page.keyboard.press("Tab");
  for (let steps = 0; !(await page.evaluate(() => document.activeElement?.closest(".given") !== null)); steps += 1) {
    assert.ok(steps < 40, "the question is not reached");
    await page.keyboard.press("Tab");
    const box = await page.evaluate(() => {
      const { top, bottom } = document.activeElement.getBoundingClientRect();
      return top < window.innerHeight && bottom > 0;
    });
    assert.ok(box, "what has the focus is on the screen");
  }
  await page.keyboard.type("G43.709");
  await page.keyboard.press("Enter");
  assert.equal(await focused(), "question");
}));

test("a case with several services is answered service by service", () => visit({}, async (page) => {
  const file = path.join(mkdtempSync(path.join(os.tmpdir(), "page-")), "two.json");
  const line = (purpose) => ({ treatment: "botox", purpose });
  writeFileSync(file, JSON.stringify({ date: "2026-11-23", coverage: { payer: "aetna" }, facility: { state: "TX" }, line: [line("cosmetic"), line("medical")] }));
  await open(page, file);
  assert.equal(await page.locator("#lines article.line").count(), 2);
  assert.match(await page.locator("#lines h2").nth(1).innerText(), /^Line 2: /);
}));
