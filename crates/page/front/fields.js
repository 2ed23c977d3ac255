// Fields: the first five questions, and one field for each kind of answer.

/** A labelled field. `control` gets the id; `trouble` says what is wrong with it. */
function field(id, label, control, hint) {
  control.id = id;
  const described = [hint ? `${id}-hint` : "", `${id}-trouble`].filter(Boolean).join(" ");
  control.setAttribute("aria-describedby", described);
  return el("div", { class: "field" },
    el("label", { for: id }, label), control,
    hint ? el("p", { class: "hint", id: `${id}-hint` }, hint) : null,
    el("p", { class: "wrong", id: `${id}-trouble` }));
}

/** Says what is wrong with a field, or that nothing is. */
function wrong(id, text) {
  const place = byId(`${id}-trouble`);
  const control = byId(id);
  if (!place) return;
  place.replaceChildren(text || "");
  if (control) control.toggleAttribute("aria-invalid", false);
  if (control && text) control.setAttribute("aria-invalid", "true");
}

/** What went wrong, in one line for a field. */
function problemLine(problem) {
  const help = problem.help ? ` ${sentence(problem.help)}${/[.?!]$/.test(problem.help) ? "" : "."}` : "";
  return english("span", `${sentence(problem.message)}.${help}`.replaceAll("`", ""));
}

/** A list to choose from, with "I don't know" first. */
const select = (choices, chosen) => el("select", {},
  el("option", { value: "" }, say("dont-know")),
  choices.map(({ id, name, lang }) => el("option", { value: id, lang, selected: id === chosen }, name)));

/** Radio buttons in a named group. */
const radios = (name, choices, chosen) => choices.map(({ id, name: words, lang }) =>
  el("label", { class: "radio" },
    el("input", { type: "radio", name, value: id, checked: id === chosen }), el("span", { lang }, words)));

/** Most values that are shown as buttons; more are a list. */
const RADIOS_MAX = 7;

/** Words of the engine to choose from, as the language of the page says them where it has its own. */
const words = (values) => values.map((value) => WORDS[language][`value.${value}`]
  ? { id: value, name: say(`value.${value}`) } : { id: value, name: value.replace(/[-_]/g, " "), lang: "en" });

/** The field for a kind of answer, and how its answer is written for the engine; an empty answer is none. */
function answerField(input, names) {
  const group = "given";
  const chosen = () => document.querySelector(`input[name="${group}"]:checked`)?.value ?? "";
  const labelled = (label, control) => el("label", { class: "part" }, el("span", {}, label), control);
  const text = (properties = {}) => el("input", { type: "text", autocomplete: "off", spellcheck: "false", ...properties });
  switch (input.kind) {
    case "yes-no":
      return { nodes: radios(group, [{ id: "yes", name: say("yes") }, { id: "no", name: say("no") }]), read: chosen };
    case "choice": {
      if (input.values.length <= RADIOS_MAX) return { nodes: radios(group, words(input.values)), read: chosen };
      const list = select(words(input.values));
      return { nodes: [list], named: list, read: () => list.value };
    }
    case "state": {
      const list = select(names.states);
      return { nodes: [list], named: list, read: () => list.value };
    }
    case "number": {
      const number = text({ inputmode: input.decimals ? "decimal" : "numeric", class: "number" });
      const known = WORDS[language][`unit.${input.unit}`];
      const unit = known ? el("span", { class: "unit" }, known) : input.unit ? english("span", input.unit, { class: "unit" }) : null;
      return { nodes: [number, unit], named: number, read: () => number.value.trim() };
    }
    case "date": {
      const date = el("input", { type: "date" });
      return { nodes: [date], named: date, read: () => date.value };
    }
    case "date-or-no": {
      const date = el("input", { type: "date" });
      const other = radios(group, [{ id: "yes", name: say("date.yes") }, { id: "no", name: say("date.no") }]);
      return { nodes: [labelled(say("date.day"), date), other], read: () => date.value || chosen() };
    }
    case "trial": {
      const outcomes = ["failed", "not-tolerated", "helped", "contraindicated", "not-tried"];
      const outcome = radios(group, outcomes.map((id) => ({ id, name: say(`trial.${id}`) })));
      const months = text({ inputmode: "numeric", class: "number" });
      const read = () => chosen() && (months.value.trim() ? `${chosen()} ${months.value.trim()} months` : chosen());
      return { nodes: [outcome, labelled(say("trial.length"), months)], read };
    }
    case "history": {
      const code = text({ class: "number" });
      const date = el("input", { type: "date" });
      const ways = radios(group, [{ id: "none", name: say("history.never") }, { id: "given", name: say("history.given") }]);
      const read = () => chosen() === "given" ? `${code.value.trim()} ${date.value}`.trim() : chosen();
      return { nodes: [ways, labelled(say("history.code"), code), labelled(say("history.date"), date)], read };
    }
    case "units": {
      const [code, units] = [text({ class: "number" }), text({ inputmode: "numeric", class: "number" })];
      const read = () => `${code.value.trim()} ${units.value.trim()}`.trim();
      return { nodes: [labelled(say("units.code"), code), labelled(say("units.count"), units)], read };
    }
    default: {
      const free = text();
      return { nodes: [free], named: free, read: () => free.value.trim() };
    }
  }
}
