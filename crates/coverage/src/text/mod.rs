//! The answer for people: three opening lines, at most five reasons, then what is open and what to do.
//!
//! Plain words at about the eighth grade, 80 columns, no colour, no machine sounds, and no more than a page: what does
//! not fit is counted, and the JSON and the whole proof have it.

mod page;
mod reasons;
mod sentences;

pub(crate) use page::Page;
pub use reasons::{different, said};

use crate::answer::{Answer, Assumed, Duty, DutyKind, DutyState, LineAnswer, Missing, Route, Verdict};

/// Most lines of the text for a visit with one service.
pub const LINES_MAX: usize = 40;
/// Lines that each further service of the visit may add.
pub const LINES_FURTHER_MAX: usize = 24;

/// Most notes on one warning.
const WARNING_NOTES_MAX: usize = 1;

/// How much of each list is told.
#[derive(Clone, Copy, Debug)]
struct Room {
    /// Reasons.
    reasons: usize,
    /// Notes on the sources, in all.
    notes: usize,
    /// Open questions.
    questions: usize,
    /// Duties, modifiers and steps.
    duties: usize,
    /// Ways to another answer.
    changes: usize,
    /// What was taken for granted.
    assumed: usize,
    /// How the amount came about.
    basis: usize,
}

/// From the most to the least: the first that fits a page is taken.
///
/// A weak grade keeps its note, an open point its question and a duty its line for as long as anything else can go.
const ROOMS: [Room; 6] = [
    Room { reasons: 5, notes: 6, questions: 8, duties: 8, changes: 3, assumed: 6, basis: 6 },
    Room { reasons: 5, notes: 3, questions: 5, duties: 6, changes: 2, assumed: 3, basis: 4 },
    Room { reasons: 5, notes: 2, questions: 4, duties: 5, changes: 1, assumed: 2, basis: 2 },
    Room { reasons: 4, notes: 2, questions: 3, duties: 4, changes: 1, assumed: 1, basis: 1 },
    Room { reasons: 3, notes: 1, questions: 3, duties: 3, changes: 1, assumed: 1, basis: 1 },
    Room { reasons: 2, notes: 1, questions: 2, duties: 2, changes: 1, assumed: 0, basis: 1 },
];

/// The whole answer as text with line ends.
#[must_use]
pub fn render(answer: &Answer) -> String {
    let most = LINES_MAX + LINES_FURTHER_MAX * answer.lines.len().saturating_sub(1);
    let mut text = String::new();
    for room in ROOMS {
        text = render_in(answer, room);
        if text.lines().count() <= most {
            break;
        }
    }
    text
}

fn render_in(answer: &Answer, room: Room) -> String {
    let mut page = Page::default();
    let several = answer.lines.len() > 1;
    for line in &answer.lines {
        if several {
            page.heading(&format!("Line {}: {}", line.line, line.what));
        }
        for said in opening(answer, line) {
            page.paragraph("", &said);
        }
        reasons::tell(&mut page, answer, line, room.reasons, room.notes);
        warnings(&mut page, line, room);
        unknowns(&mut page, line, room);
        before(&mut page, answer, line, room);
        changes(&mut page, line, room);
        assumed(&mut page, line, room);
        money(&mut page, line, room);
    }
    page.gap();
    for note in &answer.notes {
        page.paragraph("", &format!("{} ({})", note.text, note.code));
    }
    page.paragraph("", &answer.disclaimer);
    page.paragraph(
        "",
        &format!(
            "Service on {}, asked on {}; library {}, {}.",
            answer.date,
            answer.as_of,
            answer.library.version,
            answer.library.sha256.get(..12).unwrap_or(&answer.library.sha256)
        ),
    );
    page.finish()
}

/// The three lines that always come first: the verdict, one act for one person, the money.
#[must_use]
pub fn opening(answer: &Answer, line: &LineAnswer) -> [String; 3] {
    [
        sentences::verdict(answer, line),
        format!("{}{}", sentences::ACT_OPENING, sentences::act(answer, line)),
        format!("You pay: {}", sentences::money(&line.money)),
    ]
}

/// What the law allows on a weak source only. A warning always has its source; its notes go before anything else.
fn warnings(page: &mut Page, line: &LineAnswer, room: Room) {
    if line.warnings.is_empty() {
        return;
    }
    page.heading("Allowed, but on a weak source");
    for warning in &line.warnings {
        let how = reasons::how_read(&warning.grade, warning.read);
        page.item(&format!("{} ({}; {how})", warning.text, warning.citation));
        for caveat in warning.caveats.iter().take(room.notes.min(WARNING_NOTES_MAX)) {
            page.below(&format!("Note: {caveat}"));
        }
    }
}

/// Says how many entries of a list were left out.
fn left_out(page: &mut Page, count: usize, what: &str) {
    if count > 0 {
        page.item(&format!("and {count} more {what}{}", if count == 1 { "" } else { "s" }));
    }
}

fn unknowns(page: &mut Page, line: &LineAnswer, room: Room) {
    if line.missing.is_empty() {
        return;
    }
    page.heading("Still unknown");
    for missing in line.missing.iter().take(room.questions) {
        page.item(&sentences::asked(missing));
        if let Some(outcomes) = outcomes(missing) {
            page.below(&outcomes);
        }
    }
    left_out(page, line.missing.len().saturating_sub(room.questions), "question");
}

/// What each answer would bring, where that may be told and makes a difference.
fn outcomes(missing: &Missing) -> Option<String> {
    let outcomes = missing.outcomes.as_ref()?;
    let first = outcomes.first()?;
    if outcomes.iter().all(|outcome| outcome.verdict == first.verdict) {
        return None;
    }
    let said = outcomes.iter().map(|outcome| format!("{}: {}", outcome.answer, sentences::short(outcome.verdict)));
    Some(said.collect::<Vec<_>>().join("; "))
}

fn before(page: &mut Page, answer: &Answer, line: &LineAnswer, room: Room) {
    let duties: Vec<&Duty> = line.duties.iter().filter(|duty| is_to_do(line, duty)).collect();
    let settled = line.verdict != Verdict::Unknown;
    let modifiers: Vec<_> = line.modifiers.iter().filter(|modifier| settled && !modifier.on_claim).collect();
    if duties.is_empty() && modifiers.is_empty() && line.steps.is_empty() {
        return;
    }
    page.heading(if answer.as_of <= answer.date { "Before the treatment, and for the claim" } else { "For the claim" });
    let steps = line.steps.iter().cloned();
    let duties = duties.into_iter().map(|duty| format!("{} ({})", duty_words(duty), duty.citation));
    let modifiers = modifiers
        .into_iter()
        .map(|modifier| format!("On the claim: modifier {} ({})", modifier.modifier, modifier.why));
    let all: Vec<String> = steps.chain(modifiers).chain(duties).collect();
    for entry in all.iter().take(room.duties) {
        page.item(entry);
    }
    left_out(page, all.len().saturating_sub(room.duties), "thing to do");
}

/// Whether a duty is still to be done. A claim that nobody is told to send has no last day, and papers for a policy that
/// may not even apply help nobody.
fn is_to_do(line: &LineAnswer, duty: &Duty) -> bool {
    let no_claim = matches!(line.verdict, Verdict::NotCovered | Verdict::Covered) && line.route != Route::Claim;
    let to_do = duty.state != DutyState::Held && line.verdict != Verdict::Unknown;
    to_do && !(duty.kind == DutyKind::Deadline && no_claim)
}

fn duty_words(duty: &Duty) -> String {
    let due = duty.due.map_or_else(String::new, |day| format!(", by {day}"));
    match (duty.kind, duty.state) {
        (DutyKind::Deadline, _) => format!("Due: {}{due}", duty.what),
        (DutyKind::Authorization, DutyState::Open) => format!("Ask whether this is needed: {}{due}", duty.what),
        (_, DutyState::Unmet) => format!("Not there yet: {}{due}", duty.what),
        (DutyKind::Document, DutyState::Later) => format!("To write at the service: {}", duty.what),
        (DutyKind::Document, _) => format!("To have on file: {}{due}", duty.what),
        _ => format!("To give: {}{due}", duty.what),
    }
}

fn changes(page: &mut Page, line: &LineAnswer, room: Room) {
    if line.would_change.is_empty() || room.changes == 0 {
        return;
    }
    page.heading("What would change the answer");
    for change in line.would_change.iter().take(room.changes) {
        page.item(&format!("Then: {}", sentences::short(change.verdict)));
        for one in &change.changes {
            page.below(&one.says);
        }
    }
}

/// How the sentences of the dictionary open and end that take an exception as absent.
const TAKEN_AS: &str = "taken as ";
const SAY_SO: &str = "; say so if it is";

fn assumed(page: &mut Page, line: &LineAnswer, room: Room) {
    if line.assumed.is_empty() || room.assumed == 0 {
        return;
    }
    let all = assumptions(&line.assumed);
    page.heading("Taken for granted");
    for says in all.iter().take(room.assumed) {
        page.item(&sentences::sentence(says));
    }
    left_out(page, all.len().saturating_sub(room.assumed), "assumption");
}

/// The assumptions as sentences: exceptions that are told alike become one.
fn assumptions(list: &[Assumed]) -> Vec<String> {
    let core = |says: &str| {
        let lower = says.to_lowercase();
        let inner = lower.strip_prefix(TAKEN_AS)?.strip_suffix(SAY_SO)?.len();
        Some(says[TAKEN_AS.len()..TAKEN_AS.len() + inner].to_owned())
    };
    let alike: Vec<String> = list.iter().filter_map(|assumed| core(&assumed.says)).collect();
    let others = list.iter().filter(|assumed| core(&assumed.says).is_none()).map(|assumed| assumed.says.clone());
    let merged = (!alike.is_empty()).then(|| format!("{TAKEN_AS}{}{SAY_SO}", alike.join(", ")));
    others.chain(merged).collect()
}

/// How the amount of the third line came about.
fn money(page: &mut Page, line: &LineAnswer, room: Room) {
    if room.basis == 0 {
        return;
    }
    page.heading("How much, and why");
    // The last sentences say what comes of it.
    for basis in &line.money.basis[line.money.basis.len().saturating_sub(room.basis)..] {
        page.item(basis);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn assumed(says: &str) -> Assumed {
        Assumed { fact: String::new(), value: String::new(), says: says.to_owned() }
    }

    #[test]
    fn exceptions_that_are_told_alike_become_one_sentence() {
        let list = [
            assumed("taken as not a repair; say so if it is"),
            assumed("no other procedure was recorded"),
            assumed("Taken as not a birth defect; say so if it is"),
        ];
        assert_eq!(
            assumptions(&list),
            ["no other procedure was recorded", "taken as not a repair, not a birth defect; say so if it is"]
        );
        assert_eq!(assumptions(&[]), Vec::<String>::new());
    }

    /// Each step down leaves less, and none leaves out a reason, a question and a duty altogether.
    #[test]
    fn rooms_go_from_the_most_to_the_least() {
        for pair in ROOMS.windows(2) {
            let [more, less] = pair else { unreachable!("INVARIANT: windows of two") };
            for (more, less) in [
                (more.reasons, less.reasons),
                (more.notes, less.notes),
                (more.questions, less.questions),
                (more.duties, less.duties),
                (more.changes, less.changes),
                (more.assumed, less.assumed),
                (more.basis, less.basis),
            ] {
                assert!(more >= less);
            }
        }
        let least = ROOMS[ROOMS.len() - 1];
        assert!(least.reasons > 0 && least.notes > 0 && least.questions > 0 && least.duties > 0);
    }
}
