// A case as a file: saved when somebody says so, and read back with clear words when it is none.

/** Largest case file; the engine has the same limit. */
const FILE_BYTES_MAX = 1 << 20;

/** Hands the case to the browser as a file. It is the file that `covered check` reads. */
function saveCase(held) {
  const text = `${JSON.stringify(held, null, 2)}\n`;
  const address = URL.createObjectURL(new Blob([text], { type: "application/json" }));
  const link = el("a", { href: address, download: say("case.file") });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(address), 1000);
}

/** The case of a file, or what is wrong with it: `{case}` or `{trouble, problems}`. */
async function readCase(file) {
  if (file.size > FILE_BYTES_MAX) return { trouble: "case.bad.size", problems: [] };
  let text;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(await file.arrayBuffer());
  } catch {
    return { trouble: "case.bad.text", problems: [] };
  }
  const reply = engine.call({ do: "open", name: file.name, text });
  return reply.case ? { case: reply.case } : { trouble: "case.bad", problems: reply.problems };
}

/** Most problems that are listed; a foreign file has one for each line. */
const PROBLEMS_MAX = 6;

/** What is wrong with a file, for the reader to mend it. */
function troubleView({ trouble, problems }) {
  const place = (problem) => problem.line ? el("span", { class: "place" }, ` ${say("case.place", problem)} · ${problem.code}`) : null;
  const more = problems.length - PROBLEMS_MAX;
  return el("div", { class: "trouble" }, el("p", {}, el("strong", {}, say("case.bad"))),
    trouble === "case.bad" ? null : el("p", {}, say(trouble)),
    problems.length ? el("ul", {}, problems.slice(0, PROBLEMS_MAX).map((problem) => el("li", {}, problemLine(problem), place(problem))),
      more > 0 ? el("li", {}, say("sheet.more", { count: more })) : null) : null);
}
