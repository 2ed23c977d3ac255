// The three sentences for a patient: what the answer is, what to do now, what it costs.

/** Who can be asked by a patient: the patient, and what stands on the insurance card. */
const PATIENT_ASKED = [null, "patient", "front-desk"];

/** What is done and who pays, in the language of the page. */
function named(reply, index) {
  const either = (found, otherwise) => (found && ((language === "es" && found.es) || found.en)) || say(otherwise);
  return { what: either(reply.what.lines[index], "it"), payer: either(reply.what.payer, "plan") };
}

/** The verdict in one sentence. */
function saysVerdict(reply, line, index) {
  const names = named(reply, index);
  const kind = line.because[0]?.kind;
  switch (line.verdict) {
    case "not-covered":
      return kind && WORDS.en[`why.${kind}`] ? say("says.not-covered.because", { ...names, why: say(`why.${kind}`) })
        : say("says.not-covered", names);
    case "not-billable-here":
      return say(line.lawful_here === "no" ? "says.not-lawful" : line.billable_here === "no" ? "says.not-billable" : "says.not-here", names);
    case "unknown":
      return say(reply.answer.payer ? "says.unknown" : "says.no-payer", names);
    default:
      return say(`says.${line.verdict}`, names);
  }
}

/** One act. `canAnswer` tells whether a question is on the page that the reader can answer. */
function saysAct(reply, line, index, canAnswer) {
  return say("do", { act: say(`do.${act(reply, line, canAnswer)}`, named(reply, index)) });
}

function act(reply, line, canAnswer) {
  switch (line.verdict) {
    case "covered": return "wait-for-bill";
    case "prior-authorization": return "authorization";
    case "patient-claim": return "claim";
    case "not-covered":
      return { "self-pay": "price", "claim": "decision", "patient-claim": "claim", "stop": "stop" }[line.route] || "sign";
    case "not-billable-here":
      if (line.lawful_here === "no") return "stop";
      return { "self-pay": "price", "claim": "decision", "patient-claim": "claim" }[line.route] || "elsewhere";
    default: {
      if (!reply.answer.payer) return "say-payer";
      if (canAnswer) return "answer";
      const first = line.missing[0]?.who;
      if (!first) return line.duties.length || line.modifiers.length ? "see-below" : "ask-plan";
      return { "payer": "ask-plan", "clinician": "ask-clinician" }[first] || "ask-clinic";
    }
  }
}

/** What the patient pays, as an interval. */
function saysMoney({ patient_low: low, patient_high: high }) {
  let amount;
  if (high === null) amount = say("pay.unknown");
  else if (low === high) amount = Number(low) === 0 ? say("pay.nothing") : say("pay.exactly", { amount: dollars(low) });
  else if (Number(low) === 0) amount = say("pay.up-to", { amount: dollars(high) });
  else amount = say("pay.between", { low: dollars(low), high: dollars(high) });
  return say("pay", { amount });
}

/** What a patient who paid already may do. */
function saysBack(reply, line, index) {
  // Of Original Medicare the law says who files; opted out, or left out of Medicare, it does not.
  const filed = line.coverage !== "not-covered" && ["claim", "ask"].includes(line.route);
  const medicare = reply.answer.payer?.id === "medicare" && filed;
  const way = medicare ? "medicare"
    : { "patient-claim": "claim", "claim": "clinic", "self-pay": "none" }[line.route] || "open";
  return sentence(say(`back.${way}`, named(reply, index)));
}
