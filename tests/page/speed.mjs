// How long the page takes for its first answer: `node speed.mjs [--rounds N] [FOLDER…]` prints a table. Nothing here judges: a busy
// machine is no wrong page.
//
// Every case is opened in a page of its own that has answered nothing yet. What is timed runs from the reader's act, a word
// given or a file chosen, until the answer stands on the page and is laid out: on the clock, the part inside the module, and the processor
// time of the page's main thread, which other work on the machine does not lengthen.

import { cases, cpuMs, read, start, stop, visit } from "./browser.mjs";

const arguments_ = process.argv.slice(2);
const roundsAt = arguments_.indexOf("--rounds");
const rounds = roundsAt < 0 ? 1 : Number(arguments_.splice(roundsAt, 2)[1]);
const folders = arguments_.length ? arguments_ : ["examples"];

/** Times the module: wraps what starting it gives to the page. */
const timed = () => {
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
    choose: ([value]) => document.querySelector(`input[name="purpose"][value="${value}"]`).click(),
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

/** What is asked, as acts; of each, the slowest counts, since each shows an answer. */
const journeys = new Map([
  ["first word", [["type", "line-treatment", "botox"]]],
  ["for looks", [["type", "line-treatment", "botox"], ["choose", "cosmetic"], ["type", "coverage-payer", "aetna"], ["type", "facility-state", "TX"]]],
  ["five questions", [["type", "line-treatment", "botox"], ["choose", "medical"], ["type", "coverage-payer", "medicare"], ["type", "facility-state", "MI"], ["type", "clinician-license", "MD"]]],
]);
for (const folder of folders) for (const file of cases(folder)) journeys.set(file, [["open", file, read(file)]]);

const median = (values) => [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)];

async function measure(acts) {
  let taken;
  await visit({ before: timed }, async (page) => {
    const times = [];
    for (const one of acts) {
      const before = await cpuMs();
      const time = await act(page, ...one);
      times.push({ ...time, cpu: (await cpuMs()) - before });
    }
    taken = times.reduce((most, time) => (time.ms > most.ms ? time : most));
  });
  return taken;
}

await start();
const rows = new Map();
try {
  for (let round = 0; round < rounds; round += 1) {
    for (const [name, acts] of journeys) rows.set(name, [...(rows.get(name) ?? []), await measure(acts)]);
  }
} finally {
  await stop();
}
const figures = [...rows].map(([name, times]) => ({
  name,
  ms: median(times.map(({ ms }) => ms)),
  engine: median(times.map(({ engine }) => engine)),
  cpu: median(times.map(({ cpu }) => cpu)),
}));
const line = (name, ...values) => console.log(`${name.padEnd(64)} ${values.map((value) => value.toFixed(0).padStart(6)).join(" ")}`);
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
