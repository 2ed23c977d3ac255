// The page's own module, in the browser, answers every example and vignette with the bytes of the program.

import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { readFileSync, statSync } from "node:fs";
import { cases, check, pagePath, read, start, stop, visit } from "./browser.mjs";

before(start);
after(stop);

/** Starts a second copy of the page's module in the page, and answers texts with it. */
const answers = (page, texts, form) => page.evaluate(async ({ texts, form }) => {
  const packed = Uint8Array.from(atob(document.getElementById("engine").textContent), (letter) => letter.charCodeAt(0));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
  const { instance } = await WebAssembly.instantiate(await new Response(stream).arrayBuffer());
  const { memory, request, answer, reply } = instance.exports;
  return texts.map((text) => {
    const bytes = new TextEncoder().encode(JSON.stringify({ do: "check", text, form }));
    // The memory may grow while room is made, so it is looked up afterwards.
    const at = request(bytes.length);
    new Uint8Array(memory.buffer, at, bytes.length).set(bytes);
    const length = answer();
    return JSON.parse(new TextDecoder().decode(new Uint8Array(memory.buffer, reply(), length)));
  });
}, { texts, form });

for (const [folder, form, flags] of [["examples", "json", ["--json"]], ["examples", "text", []], ["examples", "explain", ["--explain"]], ["tests/vignettes", "json", ["--json"]]]) {
  test(`${folder} as ${form}: the same bytes in the page and in the program`, () => visit({}, async (page) => {
    const files = cases(folder);
    assert.ok(files.length > 10, `${files.length} cases in ${folder}`);
    const said = await answers(page, files.map(read), form);
    const differing = files.filter((file, index) => said[index].said !== check(file, ...flags));
    const [first] = differing;
    if (first) assert.equal(said[files.indexOf(first)].said ?? JSON.stringify(said[files.indexOf(first)]), check(first, ...flags), `${differing.length} differ, first ${first}`);
    console.log(`replayed ${files.length} cases of ${folder} as ${form}`);
  }));
}

test("the page says which library it holds, and allows nothing from elsewhere", () => visit({}, async (page) => {
  const html = readFileSync(pagePath, "utf8");
  const { library } = JSON.parse(check("examples/day-spa.toml", "--json"));
  assert.ok(html.includes(`<meta name="covered-library" content="${library.sha256}">`), "another library than the program's");
  const policy = await page.locator('meta[http-equiv="Content-Security-Policy"]').getAttribute("content");
  for (const part of ["default-src 'none'", "script-src 'sha256-", "'wasm-unsafe-eval'", "style-src 'sha256-", "base-uri 'none'", "form-action 'none'"]) {
    assert.ok(policy.includes(part), part);
  }
  for (const part of ["unsafe-inline", "'unsafe-eval'", "http:", "https:", "*"]) assert.ok(!policy.includes(part), part);
  assert.ok(!/<(script|link|img|iframe|object|embed)[^>]*\s(src|href)=/i.test(html), "an element loads something");
  assert.ok(statSync(pagePath).size <= 3_000_000, `${statSync(pagePath).size} bytes`);
}));

test("how long the first answer takes", () => visit({}, async (page) => {
  // Told, and not judged: a busy machine is no wrong page.
  const ms = await page.evaluate(() => {
    const begin = performance.now();
    const field = document.getElementById("line-treatment");
    field.value = "botox";
    field.dispatchEvent(new Event("change"));
    return performance.now() - begin;
  });
  assert.ok(await page.locator("#lines .card").isVisible());
  console.log(`first answer ${ms.toFixed(0)} ms after the first word`);
}));
