// How long the page takes: `node speed.mjs [--rounds N] [FOLDER…]` prints a table. Nothing here judges: a busy machine is no wrong page.
//
// First the page itself: from its address to the form, and to where the engine is warm. Then what a reader does: every journey, and every
// case of a folder (`examples`, unless another is named), is done in a page of its own that has answered nothing yet. What is timed runs
// from the reader's act, a word given or a file chosen, until the answer stands on the page and is laid out: on the clock, the part inside
// the module, and the processor time of the page's main thread, with what it paints thereafter, which other work on the machine lengthens less.

import { cases, read, start, stop, visit } from "./browser.mjs";

const arguments_ = process.argv.slice(2);
const roundsAt = arguments_.indexOf("--rounds");
const rounds = roundsAt < 0 ? 1 : Number(arguments_.splice(roundsAt, 2)[1]);
const folders = arguments_.length ? arguments_ : ["examples"];

/** Times the load, and the module: wraps what starting it gives to the page. */
const timed = () => {
  globalThis.loadTimes = {};
  new MutationObserver((_, observer) => {
    if (document.querySelector("#five .field")) globalThis.loadTimes.form ??= performance.now();
    if (!document.body?.dataset.ready) return;
    globalThis.loadTimes.ready = performance.now();
    observer.disconnect();
  }).observe(document, { childList: true, subtree: true, attributes: true, attributeFilter: ["data-ready"] });
  const original = WebAssembly.instantiateStreaming;
  globalThis.engineTimes = [];
  WebAssembly.instantiateStreaming = async (...given) => {
    const { module, instance } = await original.apply(WebAssembly, given);
    const answer = () => {
      const begin = performance.now();
      const length = instance.exports.answer();
      globalThis.engineTimes.push(performance.now() - begin);
      return length;
    };
    return { module, instance: { exports: { ...instance.exports, answer } } };
  };
};

/** In the page: does one act and gives the time until the answer is laid out. */
const act = (page, kind, ...given) => page.evaluate(async ({ kind, given }) => {
  const deeds = {
    type: ([id, text]) => {
      const control = document.getElementById(id);
      control.value = text;
      control.dispatchEvent(new Event("change", { bubbles: true }));
    },
    choose: ([name, value]) => document.querySelector(`input[name="${name}"][value="${value}"]`).click(),
    press: ([name]) => [...document.querySelectorAll(".next button")].find((button) => button.textContent === name).click(),
    open: ([name, text]) => {
      const file = document.getElementById("file");
      const held = new DataTransfer();
      held.items.add(new File([text], name));
      file.files = held.files;
      const done = new Promise((resolve) => new MutationObserver(resolve).observe(document.getElementById("trouble"), { childList: true }));
      file.dispatchEvent(new Event("change", { bubbles: true }));
      return done;
    },
  };
  globalThis.engineTimes.length = 0;
  const begin = performance.now();
  await deeds[kind](given);
  const laidOut = document.body.offsetHeight;
  const ms = performance.now() - begin;
  if (laidOut === 0 || !document.querySelector("#lines .card")) throw new Error(`no answer after ${given[0]}`);
  return { ms, engine: globalThis.engineTimes.reduce((sum, one) => sum + one, 0) };
}, { kind, given });

/** What is asked, as acts. */
const treatment = ["type", "line-treatment", "botox"];
const medical = [treatment, ["choose", "purpose", "medical"], ["type", "coverage-payer", "medicare"], ["type", "facility-state", "MI"], ["type", "clinician-license", "MD"]];
const journeys = new Map([
  ["for looks", [treatment, ["choose", "purpose", "cosmetic"], ["type", "coverage-payer", "aetna"], ["type", "facility-state", "TX"]]],
  ["medical", [...medical, ["press", "I don't know"], ["choose", "who", "patient"], ["choose", "language", "es"]]],
]);
for (const folder of folders) for (const file of cases(folder)) journeys.set(file, [["open", file, read(file)]]);

const median = (values) => [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)];
const loads = [];
const times = new Map();

async function measure(journey, acts) {
  await visit({ before: timed }, async (page, context) => {
    loads.push(await page.evaluate(() => globalThis.loadTimes));
    const session = await context.newCDPSession(page);
    await session.send("Performance.enable", { timeDomain: "threadTicks" });
    const cpuMs = async () => (await session.send("Performance.getMetrics")).metrics.find(({ name }) => name === "TaskDuration").value * 1000;
    for (const one of acts) {
      const before = await cpuMs();
      const time = await act(page, ...one);
      const name = one[0] === "open" ? journey : `${journey}: ${one.slice(1).join(" ")}`;
      times.set(name, [...(times.get(name) ?? []), { ...time, cpu: (await cpuMs()) - before }]);
    }
  });
}

await start();
try {
  for (let round = 0; round < rounds; round += 1) for (const [name, acts] of journeys) await measure(name, acts);
} finally {
  await stop();
}
const figures = [...times].map(([name, taken]) => {
  const of = (key) => median(taken.map((time) => time[key]));
  return { name, ms: of("ms"), engine: of("engine"), cpu: of("cpu") };
});
const line = (name, ...values) => console.log(`${name.padEnd(64)} ${values.map((value) => value.toFixed(0).padStart(6)).join(" ")}`);
for (const [key, what] of [["form", "the form stands"], ["ready", "it is warm"]]) {
  line(`milliseconds until ${what}, median of ${loads.length} pages`, median(loads.map((load) => load[key])));
}
console.log(`${"milliseconds".padEnd(64)}  clock engine    cpu`);
for (const { name, ms, engine, cpu } of figures) line(name, ms, engine, cpu);
for (const folder of folders) {
  const of = figures.filter(({ name }) => name.startsWith(folder));
  const all = (key) => of.map((figure) => figure[key]);
  if (!of.length) continue;
  for (const [word, among] of [["median", median], ["most", (values) => Math.max(...values)]]) {
    line(`${folder}: ${of.length} cases, ${word}`, among(all("ms")), among(all("engine")), among(all("cpu")));
  }
}
