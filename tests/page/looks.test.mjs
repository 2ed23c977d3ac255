// How the page looks and prints: without barriers, on every width, in light and dark, on one sheet of paper.

import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import path from "node:path";
import { cases, five, open, root, start, stop, visit } from "./browser.mjs";
import { barriers, pagesOf as pages, sticksOut } from "./tools.mjs";

before(start);
after(stop);

const states = {
  empty: async () => {},
  open: async (page) => five(page, { treatment: "botox", purpose: "medical", payer: "medicare", state: "MI", license: "NP" }),
  decided: async (page) => {
    await open(page, path.join(root, "examples/migraine-botox.toml"));
    await page.locator(".reasons summary").first().click();
    await page.locator(".proof summary").click();
  },
  refused: async (page) => open(page, path.join(root, "README.md")),
  misspelt: async (page) => five(page, { treatment: "botx" }),
};

for (const colorScheme of ["light", "dark"]) {
  for (const [width, locale] of [[1280, "en-US"], [360, "es-US"]]) {
    test(`axe finds nothing: ${colorScheme}, ${width} px, ${locale}`, async () => {
      for (const [name, reach] of Object.entries(states)) {
        await visit({ width, locale, colorScheme }, async (page) => {
          await reach(page);
          await barriers(page, name);
          if (name === "open") {
            await page.locator("#who label").nth(1).click();
            await barriers(page, "patient");
          }
        });
      }
    });
  }
}

test("nothing sticks out: 360 px, and 320 px, which is 400 % of 1280", async () => {
  for (const width of [360, 320]) {
    for (const locale of ["en-US", "es-US"]) {
      for (const [name, reach] of Object.entries(states)) {
        await visit({ width, height: 256 * 2, locale }, async (page) => {
          await reach(page);
          const wide = await sticksOut(page, "pre, datalist, .paper, .sr");
          assert.deepEqual(wide, [], `${name} at ${width} px, ${locale}`);
        });
      }
    }
  }
});

test("a verdict is a sign, a word and a colour, each its own", async () => {
  const seen = new Map();
  for (const file of cases("examples")) {
    await visit({}, async (page) => {
      await open(page, path.join(root, file));
      for (const chip of await page.locator("#lines .card .chip").all()) {
        seen.set(await chip.innerText(), {
          sign: await chip.locator("svg").innerHTML(),
          colour: await chip.evaluate((element) => getComputedStyle(element).color),
        });
      }
    });
  }
  assert.ok(seen.size >= 5, `the examples show ${[...seen.keys()]}`);
  assert.equal(new Set([...seen.values()].map(({ sign }) => sign)).size, seen.size, "two verdicts have one sign");
  assert.ok(new Set([...seen.values()].map(({ colour }) => colour)).size >= 4);
});

test("whoever wants less motion has none", () => visit({ reducedMotion: "reduce" }, async (page) => {
  assert.equal(await page.evaluate(() => getComputedStyle(document.documentElement).scrollBehavior), "auto");
  const moving = await page.evaluate(() => [...document.querySelectorAll("*")].filter((element) => {
    const style = getComputedStyle(element);
    return style.transitionDuration !== "0s" || style.animationName !== "none";
  }).length);
  assert.equal(moving, 0);
}));

test("the answer to every example prints on one page, in both languages, black on white", async () => {
  for (const locale of ["en-US", "es-US"]) {
    await visit({ locale, colorScheme: "dark" }, async (page) => {
      for (const file of cases("examples")) {
        await open(page, path.join(root, file));
        assert.equal(pages(await page.pdf({ format: "Letter" })), 1, `${file}, ${locale}`);
      }
      await page.emulateMedia({ media: "print" });
      const colours = await page.evaluate(() => {
        const grey = (colour) => new Set(colour.match(/[\d.]+/g).slice(0, 3)).size === 1;
        return [...document.querySelectorAll("#sheet *")].flatMap((element) => {
          const { color, backgroundColor, borderTopColor } = getComputedStyle(element);
          return [color, backgroundColor, borderTopColor].filter((colour) => !grey(colour));
        });
      });
      assert.deepEqual(colours, []);
      await page.emulateMedia({ media: null });
    });
  }
});

test("the call script and the questions for the clinician print by themselves", () => visit({}, async (page) => {
  await five(page, { treatment: "botox", purpose: "medical", payer: "medicare", state: "MI", license: "NP" });
  const printed = await page.evaluate(async () => {
    const shown = [];
    window.print = () => shown.push(document.body.dataset.print);
    for (const button of document.querySelectorAll(".part-of button, #lines > .tools button")) if (/^Print/.test(button.textContent)) button.click();
    return [...new Set(shown)];
  });
  assert.deepEqual(printed.sort(), ["questions", "script", "sheet"]);
  const text = await page.locator("#script").evaluate((element) => element.textContent);
  for (const says of ["Call script for Original Medicare", "Number of this call", "prior authorization", "copay"]) assert.ok(text.includes(says), says);
  const questions = await page.locator("#questions").evaluate((element) => element.textContent);
  assert.match(questions, /Only what is true and in the chart counts/);
  await page.emulateMedia({ media: "print" });
  await page.evaluate(() => { document.body.dataset.print = "script"; });
  assert.ok(await page.locator("#script").isVisible());
  assert.ok(!(await page.locator("#sheet").isVisible()));
}));

test("the order of reading is the order on the screen", () => visit({}, async (page) => {
  await open(page, path.join(root, "examples/varicose-veins.toml"));
  const headings = await page.locator("h1, h2, h3, h4").evaluateAll((all) => all.filter((element) => !element.closest(".paper")).map((element) => Number(element.tagName[1])));
  assert.equal(headings[0], 1);
  headings.reduce((before, level) => {
    assert.ok(level <= before + 1, `a heading of level ${level} follows one of ${before}`);
    return level;
  });
  const tops = await page.locator("#lines h3").evaluateAll((all) => all.map((element) => element.getBoundingClientRect().top));
  assert.deepEqual(tops, [...tops].sort((one, other) => one - other));
}));
