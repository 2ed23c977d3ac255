// The page: what is held, and what happens when somebody answers.

/** The first five questions: field, key of the case. */
const FIVE = ["line.treatment", "line.purpose", "coverage.payer", "facility.state", "clinician.license"];

/** Everything the page holds. Nothing of it outlives the page. */
const held = { who: "desk", names: null, case: null, asked: [], before: [], reply: null, purposeOpen: false };

const emptyCase = () => ({ date: today(), as_of: today(), line: [{}] });

const isEmpty = () => !(held.case.line || []).some((line) => line.treatment || line.codes || line.code);

/** What the case says under a dotted path; of several services, the first. */
function at(path) {
  const steps = path.split(".");
  return steps.reduce((found, step) => {
    const one = Array.isArray(found) ? found[0] : found;
    return one === undefined || one === null ? undefined : one[step];
  }, held.case);
}

/** Takes a key out of the case. */
function without(path) {
  const copy = structuredClone(held.case);
  const steps = path.split(".");
  const last = steps.pop();
  const table = steps.reduce((found, step) => {
    const inner = found?.[step];
    return Array.isArray(inner) ? inner[0] : inner;
  }, copy);
  if (table) delete table[last];
  return copy;
}

const known = (list, id) => held.names[list].find((entry) => entry.id === id);

/** The name of an entry in the language of the page. */
const shownName = (entry) => (language === "es" && entry.name_es) || entry.name;

/** What a person typed, as the library knows it; the text itself where it is not a name of the lists. */
function idOf(entries, typed) {
  const wanted = folded(typed);
  const found = entries.find((entry) => folded(shownName(entry)) === wanted || folded(entry.name) === wanted);
  return found ? found.id : typed;
}

/** The names to complete, by language and list: hundreds of them, and the form is made anew for every case that is opened. */
const completions = new Map();

function completion(id, entries) {
  const key = `${language} ${id}`;
  if (!completions.has(key)) {
    const names = new Set(entries.flatMap((entry) => [shownName(entry), entry.name, ...(entry.also || [])]));
    completions.set(key, el("datalist", { id }, [...names].map((name) => el("option", { value: name }))));
  }
  return completions.get(key);
}

function fiveForm() {
  const { treatments, payers, states, licenses } = held.names;
  const input = (path, listId, entries, listName) => {
    const value = at(path);
    const entry = value && known(listName, value);
    return [el("input", { type: "text", list: listId, value: entry ? sentence(shownName(entry)) : value || "", autocomplete: "off", spellcheck: "false" }),
      completion(listId, entries)];
  };
  const [treatment, treatmentList] = input("line.treatment", "treatments", treatments, "treatments");
  const [payer, payerList] = input("coverage.payer", "payers", payers, "payers");
  const purpose = at("line.purpose") || (held.purposeOpen ? "open" : "");
  const license = select(licenses.map((entry) => ({ id: entry.id, name: `${sentence(shownName(entry))}` })), at("clinician.license"));
  const date = el("input", { type: "date", value: held.case.date, required: true });
  const price = el("input", { type: "text", inputmode: "decimal", autocomplete: "off", value: at("line.price") ?? "" });
  const name = (path) => path.replace(".", "-");
  treatment.addEventListener("change", () => giveNamed("line.treatment", treatments, treatment));
  payer.addEventListener("change", () => giveNamed("coverage.payer", payers, payer));
  const state = select(states, at("facility.state"));
  state.addEventListener("change", () => give("facility.state", state.value, name("facility.state")));
  license.addEventListener("change", () => give("clinician.license", license.value, name("clinician.license")));
  date.addEventListener("change", () => date.value && setTop("date", date.value));
  price.addEventListener("change", () => givePrice(price));
  const looks = radios("purpose", [
    { id: "cosmetic", name: say("five.purpose.looks") }, { id: "medical", name: say("five.purpose.medical") },
    { id: "open", name: say("dont-know") }], purpose);
  const group = el("fieldset", { class: "field", "aria-describedby": "purpose-hint" }, el("legend", {}, say("five.purpose")),
    el("div", { class: "radios" }, looks), el("p", { class: "hint", id: "purpose-hint" }, say("five.purpose.hint")));
  group.addEventListener("change", (event) => {
    held.purposeOpen = event.target.value === "open";
    give("line.purpose", held.purposeOpen ? "" : event.target.value);
  });
  byId("five").replaceChildren(
    field(name("line.treatment"), say("five.treatment"), treatment, say("five.treatment.hint")), treatmentList, group,
    field(name("coverage.payer"), say("five.payer"), payer, say("five.payer.hint")), payerList,
    el("div", { class: "pair" }, field(name("facility.state"), say("five.state"), state), field(name("clinician.license"), say("five.license"), license)),
    el("div", { class: "pair" }, field("date", say("five.date"), date), field("price", say("five.price"), price, say("five.price.hint"))));
}

function giveNamed(path, entries, control) {
  give(path, control.value.trim() && idOf(entries, control.value.trim()), path.replace(".", "-"));
}

/** Writes one of the five answers, or takes it back when it is empty. */
function give(path, typed, id) {
  if (id) wrong(id, "");
  if (!typed) return change(without(path));
  const reply = engine.call({ do: "put", case: held.case, about: path, typed });
  if (reply.case) return change(reply.case);
  // The last good value does not stand for one that was refused.
  change(without(path));
  if (id) wrong(id, problemLine(reply.problems[0]));
}

function setTop(key, value) {
  change({ ...held.case, [key]: value });
}

function givePrice(control) {
  wrong("price", "");
  const typed = control.value.replace(/[$,\s]/g, "");
  if (!typed) return change(without("line.price"));
  if (!/^\d{1,7}(\.\d{1,2})?$/.test(typed)) return wrong("price", say("answer.bad"));
  const copy = structuredClone(held.case);
  copy.line[0].price = typed;
  change(copy);
}

/** Takes a new case and shows its answer. */
function change(next) {
  held.case = next;
  show();
}

/** The questions that this reader can answer here, the next one first. */
function askable() {
  const fits = (question) => held.who === "desk" || PATIENT_ASKED.includes(question.who);
  return (held.reply?.questions || []).filter((question) => fits(question) && !FIVE.includes(question.about));
}

function show() {
  byId("trouble").replaceChildren();
  if (isEmpty()) {
    held.reply = null;
    byId("lines").replaceChildren(el("div", { class: "empty" }, el("h2", {}, say("empty.title")), el("p", {}, say("empty.text"))));
    byId("aloud").replaceChildren();
    byId("peek").replaceChildren();
    ["sheet", "script", "questions"].forEach((id) => byId(id).replaceChildren());
    return;
  }
  const reply = engine.call({ do: "ask", case: held.case, asked: [...FIVE, ...held.asked] });
  if (reply.problems) {
    byId("trouble").replaceChildren(troubleView({ trouble: "case.bad", problems: reply.problems }));
    return;
  }
  held.reply = reply;
  const questions = askable();
  byId("lines").replaceChildren(
    ...reply.answer.lines.map((line, index) =>
      lineView(reply, line, index, held.who, questions.length > 0, index === 0 ? questionCard(questions) : null)),
    ...notesView(reply), proofView(),
    el("div", { class: "tools" }, el("button", { type: "button", class: "strong", onclick: () => printPaper("sheet") }, say("sheet.print"))));
  byId("aloud").replaceChildren(reply.answer.lines.map((line, index) =>
    `${say(`verdict.${line.verdict}`)}. ${sentence(saysVerdict(reply, line, index))}`).join(" "));
  const [first] = reply.answer.lines;
  byId("peek").replaceChildren(chip(first.verdict, say(`verdict.${first.verdict}`)), el("a", { href: "#answer" }, say("peek")));
}

function notesView(reply) {
  const notes = reply.answer.notes || [];
  return notes.length ? [part("notes.title", list(notes.map((note) => english("span", `${note.text} (${note.code})`))))] : [];
}

/** The whole proof, made when somebody opens it. */
function proofView() {
  const text = el("pre", { lang: "en", tabindex: "0" });
  const details = el("details", { class: "proof" }, el("summary", {}, say("proof.title")), text);
  details.addEventListener("toggle", () => {
    if (!details.open || text.textContent) return;
    const reply = engine.call({ do: "check", text: JSON.stringify(held.case), form: "explain" });
    text.textContent = reply.said ?? "";
  });
  return details;
}

/** The card with the next question, or with why there is none. */
function questionCard(questions) {
  const started = at("coverage.payer") && (at("line.purpose") || held.purposeOpen);
  const undo = held.before.length ? el("button", { type: "button", class: "quiet", onclick: takeBack }, say("next.back")) : null;
  const again = held.asked.length ? el("button", { type: "button", class: "quiet", onclick: askAgain }, say("next.again")) : null;
  const card = (...children) => el("div", { class: "next" }, children, el("div", { class: "tools" }, undo, again));
  if (!questions.length) {
    if (!started) return card(el("p", {}, say("next.five")));
    const open = held.reply.answer.lines.some((line) => line.missing.length);
    return card(el("p", {}, say(open ? "next.done" : "next.decided")));
  }
  if (!started && !held.before.length) return card(el("p", {}, say("next.five")));
  const [question] = questions;
  const { nodes, named: control, read } = answerField(question.input, held.names);
  const trouble = el("p", { class: "wrong", id: "given-trouble" });
  const answered = (event) => {
    event.preventDefault();
    const typed = read();
    trouble.replaceChildren();
    if (!typed) return trouble.replaceChildren(say("next.missing"));
    const reply = engine.call({ do: "put", case: held.case, about: question.about, typed });
    if (!reply.case) return trouble.replaceChildren(say("answer.bad"), " ", problemLine(reply.problems[0]));
    remember();
    change(reply.case);
    fiveForm();
    focusNext();
  };
  const unknown = () => {
    remember();
    held.asked = [...held.asked, question.about];
    show();
    focusNext();
  };
  if (control) {
    control.setAttribute("aria-labelledby", "question");
    control.setAttribute("aria-describedby", "given-trouble");
  }
  const whom = held.who === "desk" && question.who ? el("p", { class: "whom-to" }, say("next.ask", { who: say(whoKey(question.who)) })) : null;
  const hint = question.input.kind === "text" ? inBoth("p", question.hint, { class: "hint" })
    : question.says ? english("p", question.says, { class: "hint" }) : null;
  return el("form", { class: "next", novalidate: true, onsubmit: answered },
    el("h3", { class: "small", id: "next" }, say("next.title")),
    el("fieldset", {}, el("legend", { id: "question", tabindex: "-1" }, inBoth("span", question)), whom,
      el("div", { class: "given" }, nodes), hint, trouble),
    question.citation ? english("p", question.citation, { class: "hint" }) : el("p", { class: "hint" }, say("next.why")),
    el("div", { class: "tools" }, el("button", { type: "submit", class: "strong" }, say("next.give")),
      el("button", { type: "button", onclick: unknown }, say("dont-know")), undo, again));
}

/** After an answer the reader stands before the next question, or before the result. */
const focusNext = () => (byId("question") || document.querySelector("#lines h2"))?.focus();

const remember = () => held.before.push({ case: held.case, asked: held.asked });

function takeBack() {
  const last = held.before.pop();
  held.asked = last.asked;
  change(last.case);
  fiveForm();
  focusNext();
}

function askAgain() {
  held.asked = [];
  show();
  focusNext();
}

function fresh() {
  Object.assign(held, { case: emptyCase(), asked: [], before: [], purposeOpen: false });
  fiveForm();
  show();
  byId("line-treatment").focus();
}

async function opened(file) {
  const read = await readCase(file);
  if (!read.case) return byId("trouble").replaceChildren(troubleView(read));
  Object.assign(held, { case: read.case, asked: [], before: [], purposeOpen: false });
  fiveForm();
  show();
  byId("trouble").replaceChildren(el("p", { class: "good" }, say("case.opened")));
}

/** Says everything again, after the language or the reader changed. */
function speak() {
  document.documentElement.lang = language;
  document.title = say("title");
  for (const place of document.querySelectorAll("[data-say]")) place.replaceChildren(say(place.dataset.say));
  const { version, sha256 } = held.names.library;
  byId("stamp").replaceChildren(say("stamp", { version, sha256: sha256.slice(0, 12) }));
  fiveForm();
  show();
}

function wire() {
  byId("five").addEventListener("submit", (event) => event.preventDefault());
  byId("save").addEventListener("click", () => {
    saveCase(held.case);
    byId("trouble").replaceChildren(el("p", { class: "good" }, say("case.saved")));
  });
  byId("open").addEventListener("click", () => byId("file").click());
  byId("file").addEventListener("change", async (event) => {
    const [file] = event.target.files;
    if (file) await opened(file);
    event.target.value = "";
  });
  byId("fresh").addEventListener("click", fresh);
  window.addEventListener("beforeprint", fillPapers);
  byId("who").addEventListener("change", (event) => {
    held.who = event.target.value;
    show();
  });
  byId("language").addEventListener("change", (event) => {
    language = event.target.value;
    speak();
  });
}

const painted = () => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));

/**
 * Answers for nobody, and lays that out where nobody sees it. A browser compiles a function of the module when it is first called,
 * looks for a typeface when a letter first needs it, and reads how days are written with the first of them; the engine reads a policy
 * when somebody first asks about its payer. All that is better done while the first word is being typed than after it.
 */
async function warmUp() {
  const anywhere = { ...emptyCase(), line: [{ treatment: "botox", purpose: "medical" }], coverage: { payer: "medicare" } };
  const somewhere = { ...anywhere, facility: { state: "MI" }, clinician: { license: "MD" } };
  for (const typical of [somewhere, anywhere]) {
    const reply = engine.call({ do: "ask", case: typical, asked: FIVE });
    const unseen = el("div", { class: "unseen", "aria-hidden": "true", inert: true },
      reply.answer.lines.map((line, index) => lineView(reply, line, index, "desk", true, null)));
    byId("answer").append(unseen);
    unseen.getBoundingClientRect();
    unseen.remove();
    // What the reader did meanwhile comes first.
    await new Promise((resolve) => setTimeout(resolve));
  }
}

async function main() {
  document.body.dataset.print = "sheet";
  document.querySelector(`input[name="language"][value="${language}"]`).checked = true;
  try {
    await engine.start();
  } catch {
    byId("lines").replaceChildren(el("p", { class: "trouble" }, say("browser")));
    return;
  }
  held.case = emptyCase();
  held.names = engine.call({ do: "names" });
  wire();
  speak();
  await painted();
  await warmUp();
  document.body.dataset.ready = "yes";
}

for (const kind of ["error", "unhandledrejection"]) {
  window.addEventListener(kind, () => byId("trouble").replaceChildren(el("p", { class: "trouble" }, say("broken"))));
}
main();
