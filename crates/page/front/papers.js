// What is printed: the answer on one page, the call script, the questions for clinician and clinic.

/** Longest text of an entry on the sheet, which must stay one page. */
const ENTRY_CHARACTERS_MAX = 140;

/** Most entries of each list of the sheet. */
const ENTRIES_MAX = { why: 4, open: 5, before: 5, money: 3 };

const cut = (text) => text.length <= ENTRY_CHARACTERS_MAX ? text
  : `${text.slice(0, ENTRY_CHARACTERS_MAX).replace(/\s+\S*$/, "")} …`;

/** Prints one of the papers: what the browser prints otherwise is the sheet. */
function printPaper(what) {
  fillPapers();
  document.body.dataset.print = what;
  window.print();
  document.body.dataset.print = "sheet";
}

/** Fills all papers for the answer, when somebody prints: nobody sees them before. */
function fillPapers() {
  const { reply, who } = held;
  if (!reply) return;
  byId("sheet").replaceChildren(...reply.answer.lines.map((line, index) => sheet(reply, line, index, who)));
  byId("script").replaceChildren(...reply.answer.lines.map((line, index) => callScript(reply, line, index, who)));
  byId("questions").replaceChildren(...reply.answer.lines.map((line, index) => questionPaper(reply, line, index, who)));
}

/** The first entries of a list, and how many more there are; `left` of them are still with the engine. */
function shortList(title, entries, most, { kind, left = 0 } = {}) {
  if (!entries.length) return null;
  const shown = entries.slice(0, most);
  const more = entries.length + left - shown.length;
  return el("section", {}, el("h2", {}, say(title)), el("ul", { class: kind }, shown.map((entry) => el("li", {}, entry)),
    more > 0 ? el("li", {}, say("sheet.more", { count: more })) : null));
}

/** The answer on one page, legible in black and white. */
function sheet(reply, line, index, who) {
  const { answer } = reply;
  const row = (title, value) => [el("dt", {}, say(title)), el("dd", {}, value)];
  const patient = [saysVerdict(reply, line, index), saysAct(reply, line, index, false), saysMoney(line.money)];
  const state = (because) => because.criterion ? `${say(`why.${STATES[because.outcome]}`)}: ` : null;
  const reason = (because) => [state(because), english("span", cut(because.text)), english("span", ` (${cut(because.citation)})`, { class: "source" })];
  const duties = line.duties.filter((duty) => duty.state !== "held");
  const due = (duty) => duty.due ? `, ${say("before.due", { day: day(duty.due) })}` : "";
  const before = [
    ...line.steps.map((step) => english("span", cut(step))),
    ...duties.map((duty) => [english("span", cut(sentence(duty.what))), due(duty)]),
  ];
  const open = byWhom(reply, line, index).flatMap(({ questions }) => questions);
  return el("article", { class: "sheet" },
    el("h1", {}, say("sheet.title")),
    el("dl", { class: "facts" },
      row("sheet.service", sentence(named(reply, index).what)), row("sheet.payer", sentence(named(reply, index).payer)),
      row("sheet.day", day(answer.date)), row("sheet.asked", day(answer.as_of))),
    el("div", { class: "verdict" }, chip(line.verdict, say(`verdict.${line.verdict}`)), patient.map((text) => el("p", {}, sentence(text))),
      who === "desk" ? el("p", { class: "staff" }, el("strong", {}, say("for-staff")), ": ", english("span", reply.opening[index][1])) : null),
    shortList("why.title", line.because.map(reason), ENTRIES_MAX.why, { left: reply.more_reasons[index] }) || el("p", {}, say("why.none")),
    shortList("open.title", open.map((question) => [inBoth("span", { en: cut(question.en), es: question.es && cut(question.es) }), ` (${say(whoKey(question.missing.who))})`]), ENTRIES_MAX.open),
    shortList("before.title", before, ENTRIES_MAX.before, { kind: "boxes" }),
    shortList("money.title", line.money.basis.map((basis) => english("span", cut(basis))), ENTRIES_MAX.money),
    el("footer", {}, el("p", {}, say("sheet.promise")), stampView(reply)));
}

const whoKey = (who) => who === "patient" ? "who.patient.asked" : `who.${who}`;

const stampView = ({ answer: { library } }) => el("p", {}, say("stamp", { version: library.version, sha256: library.sha256.slice(0, 12) }));

const blank = (title) => el("p", { class: "blank" }, say(title));

/** What to say to the plan, with room for what it says. */
function callScript(reply, line, index, who) {
  const names = named(reply, index);
  const ofPlan = byWhom(reply, line, index).find(({ whom }) => whom === "payer")?.questions ?? [];
  const asked = [
    // The plan is the one that is asked: what is left of the question is the question.
    ...ofPlan.map(({ en, es }) => inBoth("p", { en: sentence(en.replace(/^Ask the plan: /, "")), es })),
    ...["general", "auth", "network", "money", "where"].map((key) => el("p", {}, say(`call.${key}`))),
  ];
  return el("article", { class: "sheet" },
    el("h1", {}, say("call.title", names)),
    ["call.when", "call.whom", "call.number"].map(blank),
    el("p", {}, say(who === "patient" ? "call.hello.patient" : "call.hello")),
    el("p", {}, say("call.about", { ...names, day: day(reply.answer.date) })),
    el("p", {}, say("call.ask")),
    el("ol", {}, asked.map((question) => el("li", {}, question, blank("call.says")))),
    el("p", {}, say("call.end")),
    el("footer", {}, el("p", {}, say("sheet.promise")), stampView(reply)));
}

/** The open facts of the chart, without a hint which answer would help. */
function questionPaper(reply, line, index, who) {
  const groups = byWhom(reply, line, index).filter(({ whom }) => whom !== "payer" && (who === "desk" || !PATIENT_ASKED.includes(whom)));
  const paper = (whom, questions) => el("section", {},
    el("h2", {}, say(whom === "clinician" ? "clinician.title" : `open.${whom}`)),
    whom === "clinician" ? el("p", {}, say("clinician.lead")) : null,
    el("ol", {}, questions.map((question) => el("li", {}, inBoth("p", question),
      question.missing.citation ? english("p", question.missing.citation, { class: "source" }) : null, blank("call.says")))));
  return el("article", { class: "sheet" },
    el("h1", {}, say("sheet.title")),
    el("p", {}, `${sentence(named(reply, index).what)} · ${sentence(named(reply, index).payer)} · ${day(reply.answer.date)}`),
    groups.map(({ whom, questions }) => paper(whom, questions)),
    el("footer", {}, stampView(reply)));
}
