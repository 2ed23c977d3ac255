// The answer: three lines, then everything that stands behind them.

/** Reasons that are shown at once. */
const REASONS_MAX = 5;

const STATES = { "met": "holds", "not-met": "fails", "open": "open", "unread": "unread" };

/** Whom to ask, in the order in which the page lists them; a patient answers the first two alone. */
const WHOM = ["patient", "front-desk", "clinician", "payer", "biller", "practice"];

const part = (title, ...children) => el("section", { class: "part-of" }, el("h3", {}, say(title)), children);

const list = (items) => el("ul", {}, items.map((item) => el("li", {}, item)));

/** Entries of a list that are shown at once. */
const ENTRIES_SHOWN_MAX = 6;

/**
 * A list of `make(entry)`, each an item of it, whose long tail is made and shown when it is asked for. Of a tail that is still with
 * the engine, `left` tells how many entries it has, and `fetched` brings them.
 */
function longList(entries, make, { most = ENTRIES_SHOWN_MAX, left = 0, fetched = () => [], ...properties } = {}) {
  const count = entries.length + left;
  // One more line would be as long as the button.
  const shown = count - most < 2 ? count : most;
  const whole = el("ul", properties, entries.slice(0, shown).map(make));
  if (shown === count) return whole;
  const button = el("button", { type: "button", class: "quiet" }, say("show-all", { count }));
  button.addEventListener("click", () => {
    const rest = [...entries.slice(shown), ...fetched()].map(make);
    whole.append(...rest);
    button.remove();
    rest[0].setAttribute("tabindex", "-1");
    rest[0].focus();
  });
  return [whole, button];
}

/** One service of the answer. `asking` is the card with the next question, for the first service. */
function lineView(reply, line, index, who, canAnswer, asking) {
  const several = reply.answer.lines.length > 1;
  const heading = several ? say("line", { line: line.line, what: named(reply, index).what }) : say(`verdict.${line.verdict}`);
  const patient = [saysVerdict(reply, line, index), saysAct(reply, line, index, canAnswer && who === "patient"), saysMoney(line.money)];
  const forPatient = el("div", { class: "three" }, patient.map((text) => el("p", {}, sentence(text))));
  const forStaff = el("div", { class: "three", lang: "en" }, reply.opening[index].map((text) => el("p", {}, text)));
  return el("article", { class: `line ${line.verdict}` },
    el("div", { class: "card" },
      el("h2", { tabindex: "-1", class: several ? "" : "sr" }, heading),
      chip(line.verdict, say(`verdict.${line.verdict}`)),
      who === "desk"
        ? [language === "es" ? el("h3", { class: "over" }, say("for-staff")) : null, forStaff, el("div", { class: "to-patient" }, el("h3", {}, say("for-patient")), forPatient)]
        : forPatient),
    asking,
    assumedView(line), whyView(reply, line, index), openView(reply, line, index, who), beforeView(reply, line), changeView(line),
    moneyView(line), who === "patient" ? part("back.title", el("p", {}, saysBack(reply, line, index))) : null);
}

function assumedView(line) {
  if (!line.assumed.length) return null;
  return part("assumed.title", list(line.assumed.map((assumed) => english("span", sentence(assumed.says)))));
}

function whyView(reply, line, index) {
  const unread = line.unread.map((text) => plainReason("why.unread", "unread", `${text.why} (${text.document})`));
  const near = (line.near_misses || []).map((miss) => plainReason("why.near", "open", `${miss.title}: ${miss.why}`));
  const tail = { left: reply.more_reasons[index], fetched: () => engine.call({ do: "reasons", case: held.case, line: index }) };
  const nothing = !line.because.length && !unread.length ? el("p", {}, say("why.none")) : null;
  return part("why.title",
    language === "es" ? el("p", { class: "hint" }, say("why.english")) : null, nothing,
    line.because.length ? longList(line.because, reasonView, { class: "reasons", most: REASONS_MAX, ...tail }) : null,
    unread.length || near.length ? el("ul", { class: "reasons" }, unread, near) : null);
}

const badge = (state) => el("span", { class: `state ${state}` }, say(`why.${state}`));

const plainReason = (title, state, text) =>
  el("li", { class: "plain" }, el("span", { class: `state ${state}` }, say(title)), " ", english("span", text));

/** One reason, which opens to its criterion, quotation, source, day and grade. */
function reasonView(because) {
  const whole = because.criterion === "";
  const row = (title, value) => value && [el("dt", {}, say(title)), value];
  const text = (value) => value && english("dd", value);
  const source = because.url?.startsWith("https://")
    ? el("dd", { lang: "en" }, because.citation, el("br"), el("a", { href: because.url, target: "_blank", rel: "noopener noreferrer" }, because.url))
    : text(because.citation);
  return el("li", {}, el("details", {},
    el("summary", {}, whole && because.outcome === "met" ? null : [badge(STATES[because.outcome]), " "], english("span", sentence(because.text))),
    el("dl", {},
      row("why.rule", el("dd", { lang: "en" }, because.title, el("br"), el("code", {}, whole ? because.policy : `${because.policy} · ${because.criterion}`))),
      row("why.quote", because.quote && el("dd", { lang: "en" }, el("q", {}, because.quote))),
      row("why.source", source),
      row("why.read", because.read && el("dd", {}, day(because.read))),
      row("why.grade", el("dd", {}, say(`grade.${because.grade}`))),
      (because.caveats || []).map((caveat) => row("why.note", text(caveat))),
      because.entered_by_practice ? row("why.note", el("dd", {}, say("why.own"))) : null)));
}

/**
 * The open facts by who can tell them, each with its question in the language of the page where it has it. Two texts may leave the same
 * question open: it is read once.
 */
function byWhom(reply, line, index) {
  const all = line.missing.map((missing, at) => ({ missing, es: reply.missing[index][at], en: missing.question }));
  const open = all.filter(({ en }, at) => all.findIndex((other) => other.en === en) === at);
  const groups = WHOM.map((whom) => ({ whom, questions: open.filter(({ missing }) => missing.who === whom) }));
  return groups.filter(({ questions }) => questions.length);
}

function openView(reply, line, index, who) {
  const groups = byWhom(reply, line, index).map(({ whom, questions }) => {
    const print = whom === "payer" ? printButton("open.script", "script") : whom === "clinician" ? printButton("open.questions", "questions") : null;
    const reader = who === "patient" && PATIENT_ASKED.includes(whom);
    return el("div", { class: "whom" }, el("h4", {}, say(reader ? "open.you" : `open.${whom}`)),
      longList(questions, (question) => el("li", {}, inBoth("span", question), would(question.missing))), print);
  });
  const hasPayer = line.missing.some((missing) => missing.who === "payer");
  const call = reply.answer.payer && !hasPayer && !["covered", "not-covered"].includes(line.verdict) ? printButton("open.script", "script") : null;
  return part("open.title", groups.length ? groups : el("p", {}, say("open.none")), call);
}

/** What each answer would bring; the engine tells it only of facts that advice may touch. */
function would(missing) {
  const outcomes = missing.outcomes || [];
  if (!outcomes.length || outcomes.every((outcome) => outcome.verdict === outcomes[0].verdict)) return null;
  const said = outcomes.map((outcome) => `${{ yes: say("yes"), no: say("no") }[outcome.answer] || outcome.answer} → ${say(`verdict.${outcome.verdict}`)}`);
  return el("p", { class: "hint" }, say("open.would", { said: said.join("; ") }));
}

const printButton = (words, what) => el("button", { type: "button", class: "quiet", onclick: () => printPaper(what) }, say(words));

function beforeView(reply, line) {
  const duty = (duty) => {
    const due = duty.due ? `, ${say("before.due", { day: day(duty.due) })}` : "";
    const shown = duty.kind === "deadline" ? null : el("span", { class: `state ${duty.state}` }, say(`before.${duty.state}`));
    return [shown, " ", english("span", sentence(duty.what)), due, english("p", duty.citation, { class: "hint" })];
  };
  const modifiers = line.modifiers.filter((modifier) => !modifier.on_claim);
  const items = [
    line.steps.map((step) => english("span", step)),
    line.duties.map(duty),
    modifiers.map((modifier) => say("before.modifier", modifier)),
  ].flat(1);
  const title = reply.answer.as_of <= reply.answer.date ? "before.title" : "before.title.after";
  return part(title, items.length ? list(items) : el("p", {}, say("before.none")));
}

function changeView(line) {
  if (!line.would_change.length) return null;
  return part("change.title", list(line.would_change.map((change) => [
    el("strong", {}, say("change.then", { verdict: say(`verdict.${change.verdict}`) })),
    change.changes.map((one) => english("p", sentence(one.says)))])));
}

const moneyView = (line) => part("money.title", list(line.money.basis.map((basis) => english("span", basis))));
