// How the desk looks and prints: without barriers, on every width, in light and dark, on one sheet of paper.

import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { barriers, pagesOf, sticksOut } from "../page/tools.mjs";
import { NEXT, as, chooseLibrary, lastWeeks, picture, start, stop } from "./desk.mjs";

before(start);
after(stop);

const ROUTES = ["/check", "/today", "/patients", "/patients/new", "/visits", "/policies", "/policies?words=nothing-says-this", "/expiries", "/clinicians", "/clinicians/new",
  "/facilities", "/reviews", "/glass", "/audit", "/settings", "/settings/hipaa", "/settings/users", "/settings/users/new", "/matrix?words=botulinum&payer=aetna", "/me", "/keys", "/settings/hooks", "/settings/hooks/new", "/settings/tokens", "/settings/tokens/new", "/next-quarter", "/visits?state=open"];

/** Pages that are reached from another one. */
const REACHED = [
  ["patient", "/patients", "tbody a[href^='/patients/']"],
  ["visit", "/today", "tbody a[href^='/visits/']"],
  ["check of a visit", "/today", "tbody a[href^='/visits/']", "a[href^='/check?visit=']"],
  ["answer", "/today", "tbody a[href^='/visits/']", "a[href^='/determinations/']"],
  ["policy", "/policies?words=migraine", "tbody a"],
  ["clinician", "/clinicians", "tbody a"],
  ["user", "/settings/users", "tbody a"],
  ["hook", "/settings/hooks", "tbody a"],
  ["documents", "/today", "tbody a[href^='/visits/']", ".crumb a", "a[href$='/documents']"],
  ["document", "/today", "tbody a[href^='/visits/']", "a[href^='/documents/']"],
  ["document form", "/patients", "tbody a[href^='/patients/']", "a[href$='/documents']", "a[href$='/documents/new']"],
];

/** Visits every page as the owner, who opens all of them. */
async function everyPage(page, look) {
  for (const route of ROUTES) {
    const reply = await page.goto(route);
    assert.equal(reply.status(), 200, route);
    await look(route.replace(/[^a-z0-9]+/gi, "-").replace(/^-|-$/g, ""));
  }
  for (const [name, from, ...links] of REACHED) {
    await page.goto(from);
    for (const link of links) {
      const before = page.url();
      await page.locator(link).first().click();
      await page.waitForURL((url) => url.href !== before);
    }
    await look(name.replaceAll(" ", "-"));
  }
  await chooseLibrary(page, NEXT);
  await page.goto(lastWeeks());
  assert.ok(await page.locator("table tbody a[href^='/visits/']").count() > 0, "no visit gets another answer");
  await look("next-quarter-with-results");
  await chooseLibrary(page, "");
}

for (const colorScheme of ["light", "dark"]) {
  test(`axe finds nothing on any page: ${colorScheme}`, () => as("owner", { colorScheme }, (page) => everyPage(page, async (name) => {
    await barriers(page, name);
    await picture(page, `${name}-${colorScheme}`);
  })));
}

test("nothing sticks out and axe finds nothing at 360 px, and at 320 px, which is 400 % of 1280", async () => {
  for (const width of [360, 320]) {
    await as("owner", { width, height: 640 }, (page) => everyPage(page, async (name) => {
      assert.deepEqual(await sticksOut(page, ".table, pre, select"), [], `${name} at ${width} px`);
      if (width === 360) {
        await barriers(page, `${name} at 360 px`);
        await picture(page, `${name}-360`);
      }
    }));
  }
});

test("the sheet prints on one page, black on white, and says DEMO", () => as("front-desk", { colorScheme: "dark" }, async (page) => {
  await page.goto("/today");
  const answered = await page.locator("tbody a[href^='/visits/']").evaluateAll((links) => links.map((link) => link.getAttribute("href")));
  let seen = 0;
  for (const href of answered.slice(0, 6)) {
    await page.goto(href);
    const answer = page.locator("a[href^='/determinations/']").first();
    if (await answer.count() === 0) continue;
    await page.goto(`${await answer.getAttribute("href")}/sheet`);
    const pdf = await page.pdf({ format: "Letter" });
    assert.equal(pagesOf(pdf), 1, href);
    await page.emulateMedia({ media: "print" });
    const colours = await page.evaluate(() => {
      const grey = (colour) => new Set(colour.match(/[\d.]+/g).slice(0, 3)).size === 1;
      return [...document.querySelectorAll("main *")].flatMap((element) => {
        const { color, backgroundColor, borderTopColor } = getComputedStyle(element);
        return [color, backgroundColor, borderTopColor].filter((colour) => !grey(colour));
      });
    });
    assert.deepEqual(colours, [], href);
    assert.match(await page.locator("main").innerText(), /DEMO/);
    await page.emulateMedia({ media: null });
    await picture(page, "sheet");
    seen += 1;
  }
  assert.ok(seen >= 3, `${seen} answers were printed`);
}));

test("whoever wants less motion has none", () => as("front-desk", { reducedMotion: "reduce" }, async (page) => {
  const moving = await page.evaluate(() => [...document.querySelectorAll("*")].filter((element) => {
    const style = getComputedStyle(element);
    return style.transitionDuration !== "0s" || style.animationName !== "none";
  }).length);
  assert.equal(moving, 0);
}));
