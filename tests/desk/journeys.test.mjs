// What people do at the desk, each without a mouse.

import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { NEXT, as, base, chooseLibrary, lastWeeks, root, start, stop, tabTo } from "./desk.mjs";

before(start);
after(stop);

/** Types into the field that is reached by Tab. */
async function type(page, selector, text) {
  await tabTo(page, selector);
  await page.keyboard.type(text);
}

test("the front desk gets an answer and prints it, by keys alone", () => as("front-desk", {}, async (page) => {
  assert.equal(new URL(page.url()).pathname, "/check");
  await type(page, "#treatment", "Botox");
  await tabTo(page, 'input[name="purpose"]');
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press("ArrowUp");
  await type(page, "#payer", "aetna");
  await page.keyboard.press("Enter");
  const card = page.locator("#answer .card");
  await card.waitFor();
  assert.match(await card.locator(".three p").first().innerText(), /^Aetna does not cover/);
  assert.match(await card.locator(".three p").nth(1).innerText(), /^What to do now: /);
  assert.match(await card.locator(".three p").nth(2).innerText(), /^You pay: /);
  assert.equal((await card.locator(".chip").innerText()).trim(), "Not covered");
  await tabTo(page, 'a[href$="/sheet"]', 120);
  await page.keyboard.press("Enter");
  await page.waitForURL("**/sheet");
  assert.match(await page.locator("main").innerText(), /DEMO[\s\S]*Will insurance pay\?/);
}));

test("only what can still change the answer is asked, and an answer can be taken back", () => as("front-desk", {}, async (page) => {
  await page.goto("/check");
  await page.fill("#treatment", "Botox");
  await page.check('input[name="purpose"][value="medical"]');
  await page.fill("#payer", "aetna");
  await page.keyboard.press("Enter");
  const question = page.locator("#question");
  await question.waitFor();
  assert.match(await question.innerText(), /Which diagnoses did the clinician make/);
  await page.fill('input[name="given"]', "NONSENSE");
  await page.keyboard.press("Enter");
  await page.locator("#given-trouble:not(:empty)").waitFor();
  assert.equal(await page.locator('input[name="given"]').inputValue(), "NONSENSE");
  await page.fill('input[name="given"]', "G43.709");
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => !document.querySelector("#question")?.textContent.includes("Which diagnoses"));
  await page.getByRole("button", { name: "Take back the last answer" }).click();
  await page.waitForFunction(() => document.querySelector("#question")?.textContent.includes("Which diagnoses"));
}));

test("a name that is not known is told beside its field", () => as("front-desk", {}, async (page) => {
  await page.fill("#treatment", "botx");
  await page.locator("#treatment").blur();
  await page.locator("#treatment-trouble:not(:empty)").waitFor();
  assert.match(await page.locator("#treatment-trouble").innerText(), /botox/i);
}));

test("a patient is found by the beginning of the name, and no name stands in an address", () => as("front-desk", {}, async (page) => {
  const seen = [];
  page.on("request", (request) => seen.push(request.url()));
  await page.locator("body").press("/");
  await page.keyboard.type("fablew");
  await page.keyboard.press("Enter");
  await page.waitForURL("**/patients/search");
  assert.match(await page.locator("tbody").innerText(), /Fablewick/);
  await page.locator("body").press("j");
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/patients\/[0-9a-z]{26}$/);
  assert.match(await page.locator("h1").innerText(), /^Fablewick, /);
  assert.ok(seen.every((url) => !/fablew/i.test(url)), "a name stands in an address");
}));

test("a check is saved to the visit, and a purpose that is changed afterwards is listed for review", async () => {
  let visit;
  await as("front-desk", {}, async (page) => {
    await page.goto("/today");
    await page.locator('a[href^="/check?visit="]').first().click();
    await page.locator("#answer .card").waitFor();
    visit = await page.locator('input[name="visit"]').inputValue();
    const now = await page.locator('input[name="purpose"]:checked').inputValue();
    await page.check(`input[name="purpose"][value="${now === "medical" ? "cosmetic" : "medical"}"]`);
    await page.locator("#answer:not(.htmx-request) .card").waitFor();
    await page.waitForLoadState("networkidle");
    await page.getByRole("button", { name: "Save to the visit" }).click();
    await page.locator("#answer .good").waitFor();
  });
  await as("compliance", {}, async (page) => {
    await page.goto("/reviews");
    assert.ok(await page.locator(`a[href="/visits/${visit}"]`).count() > 0, "the change is not listed");
    await page.locator('input[name="note"]').first().fill("Seen with the chart.");
    const before = await page.locator("[data-rows] > li").count();
    await page.keyboard.press("Enter");
    await page.waitForFunction((before) => document.querySelectorAll("[data-rows] > li").length === before - 1, before);
  });
});

test("the clinician fills in what can still change the answer", () => as("clinician", {}, async (page) => {
  await page.goto("/visits?state=open");
  const rows = page.locator("tbody tr", { hasText: "medical" });
  await rows.first().locator("a").first().click();
  await page.locator("#chart").waitFor();
  const radios = page.locator('form[action$="/chart"] input[type="radio"][value="yes"]');
  await radios.first().check();
  const name = await radios.first().getAttribute("name");
  await page.getByRole("button", { name: "Save the chart" }).click();
  await page.locator("#chart").waitFor();
  assert.ok(await page.locator(`input[name="${name}"][value="yes"]`).isChecked());
}));

test("the owner acknowledges the HIPAA status once it was read", () => as("owner", {}, async (page) => {
  await page.goto("/settings/hipaa");
  await tabTo(page, 'input[name="read"]');
  await page.keyboard.press("Space");
  await page.keyboard.press("Enter");
  await page.locator("main .good").waitFor();
  assert.match(await page.locator("main .good").innerText(), /Acknowledged by Odin Founderly/);
}));

test("a role sees what it may, and an address beyond it is refused", () => as("front-desk", {}, async (page, context) => {
  const rail = await page.locator("#rail a").allInnerTexts();
  assert.ok(rail.length <= 8 && !rail.some((name) => /Oversight|Settings/.test(name)), `${rail}`);
  assert.equal((await context.request.get(`${base}/audit`)).status(), 403);
}));

test("a photograph is filed, seen and taken away by keys alone", () => as("clinician", {}, async (page) => {
  await page.goto("/patients");
  await page.locator("tbody a[href^='/patients/']").first().click();
  await page.waitForURL(/\/patients\/[0-9a-z]{26}$/);
  await page.goto(`${page.url()}/documents/new`);
  await type(page, "#name", "Left side, before");
  await page.setInputFiles("#file", { name: "IMG_0001.jpg", mimeType: "image/jpeg", buffer: readFileSync(path.join(root, "crates/web/src/demo/papers/card.png")) });
  await tabTo(page, 'main button[type="submit"]');
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/documents\/[0-9a-z]{26}$/);
  assert.equal(await page.locator("main img").evaluate((image) => image.complete && image.naturalWidth), 640);
  await type(page, "#reason", "It was filed with the wrong patient.");
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/documents$/);
  assert.ok(!/Left side, before/.test(await page.locator("main").innerText()));
}));

test("a passkey is made on a device, signs in, and is taken away", () => as("front-desk", {}, async (page, context) => {
  const device = await context.newCDPSession(page);
  await device.send("WebAuthn.enable");
  const options = { protocol: "ctap2", transport: "internal", hasResidentKey: true, hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true };
  await device.send("WebAuthn.addVirtualAuthenticator", { options });
  await page.goto("/me");
  await type(page, "#name", "The telephone of a test");
  await page.keyboard.press("Enter");
  await page.locator("tbody th", { hasText: "The telephone of a test" }).waitFor();
  await page.locator("button.whoami").click();
  await page.getByRole("button", { name: "Sign out, or let another sign in" }).click();
  await page.waitForURL("**/sign-in");
  await page.getByRole("button", { name: "Sign in with a passkey" }).press("Enter");
  await page.locator("button.whoami").waitFor();
  assert.match(await page.locator("button.whoami").innerText(), /Fern Deskworth/);
  await page.goto("/me");
  await page.getByRole("button", { name: /^Take away ?: The telephone of a test/ }).press("Enter");
  await page.locator("text=No passkey yet").waitFor();
}));

test("an owner lets a program in, and its token serves until it is ended", () => as("owner", {}, async (page) => {
  await page.goto("/settings/tokens/new");
  await type(page, "#name", "Appointments");
  await tabTo(page, "#may-patient-read");
  await page.keyboard.press("Space");
  await page.keyboard.press("Enter");
  const secret = await page.locator("#secret").inputValue();
  const ask = () => fetch(`${base}/v1/patients?limit=1`, { headers: { Authorization: `Bearer ${secret}` } });
  assert.equal((await ask()).status, 200);
  assert.equal((await fetch(`${base}/v1/visits`, { headers: { Authorization: `Bearer ${secret}` } })).status, 403);
  await page.goto("/settings/tokens");
  await page.getByRole("button", { name: /^End ?: Appointments/ }).press("Enter");
  await page.waitForLoadState("networkidle");
  assert.equal((await ask()).status, 401);
}));

test("a filter is kept and forgotten", () => as("front-desk", {}, async (page) => {
  await page.goto("/visits?state=planned");
  await type(page, "#filter-name", "Still to come");
  await page.keyboard.press("Enter");
  await page.locator('.filters a[aria-current="true"]', { hasText: "Still to come" }).waitFor();
  await page.getByRole("button", { name: "Forget the filter" }).press("Enter");
  await page.locator(".filters").waitFor();
  assert.equal(await page.locator(".filters a", { hasText: "Still to come" }).count(), 0);
}));

test("keys can be switched off", () => as("front-desk", {}, async (page) => {
  await page.locator("body").press("?");
  await page.locator("dialog[open]").waitFor();
  await page.keyboard.press("Escape");
  await page.goto("/keys");
  await page.check('input[name="keys"][value="off"]');
  await page.getByRole("button", { name: "Save" }).click();
  await page.locator("#main").waitFor();
  await page.locator("body").press("?");
  assert.equal(await page.locator("dialog[open]").count(), 0);
}));

test("everything works without script", () => as("front-desk", { javaScriptEnabled: false }, async (page) => {
  await page.fill("#treatment", "Botox");
  await page.check('input[name="purpose"][value="cosmetic"]');
  await page.fill("#payer", "aetna");
  await page.getByRole("button", { name: "Check" }).click();
  await page.locator("#answer .card").waitFor();
  assert.match(await page.locator("#answer .three p").first().innerText(), /^Aetna does not cover/);
  await page.fill("#find-patient", "fablew");
  await page.getByRole("button", { name: "Find", exact: true }).click();
  assert.match(await page.locator("tbody").innerText(), /Fablewick/);
  await page.locator("form#lock-form button").click();
  await page.waitForURL("**/unlock**");
  await page.locator('button[value="front-desk"]').click();
  await page.locator("#find-patient").waitFor();
}));

test("a CSV is a file without formulas", () => as("owner", {}, async (page, context) => {
  const reply = await context.request.get(`${base}/expiries?format=csv`);
  assert.match(reply.headers()["content-type"], /^text\/csv/);
  const lines = (await reply.text()).trim().split("\r\n");
  assert.ok(lines.length > 3 && lines[0].startsWith("Whose,What,"), lines[0]);
}));

test("an owner chooses next quarter's library, and everybody who may sees what it changes", async () => {
  await as("biller", {}, async (page) => {
    await page.goto("/next-quarter");
    assert.match(await page.locator("main").innerText(), /An owner chooses one in the settings/);
  });
  await as("owner", {}, async (page) => {
    await page.goto("/next-quarter");
    await page.getByRole("link", { name: "Choose a library" }).click();
    await chooseLibrary(page, NEXT);
  });
  await as("biller", {}, async (page) => {
    await page.goto(lastWeeks());
    const flips = page.getByRole("table", { name: "What gets another answer" });
    const first = flips.locator("tbody tr").first();
    assert.match(await first.innerText(), /Covered/);
    await first.locator("a[href^='/policies/read/']").first().click();
    await page.locator("h1").waitFor();
    await page.goBack();
    await page.fill("#from", "2031-01-01");
    await page.fill("#to", "2031-03-31");
    await page.getByRole("button", { name: "Replay" }).click();
    await page.getByText("Every answer stays").waitFor();
  });
  await as("owner", {}, (page) => chooseLibrary(page, ""));
});
