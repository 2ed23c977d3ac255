//! An answer on the screen: the three opening lines first, then everything that stands behind them.

use askama::Template;
use coverage::answer::{
    Answer, Because, CriterionOutcome, Duty, DutyKind, DutyState, LineAnswer, Missing, ModifierNeed, WhoWord,
};
use coverage::text;

use super::parts;

/// Reasons that are shown at once.
const REASONS_MAX: usize = 5;
/// Questions to one person that are shown at once.
const QUESTIONS_MAX: usize = 6;

/// In which order the people stand who can be asked.
const WHOM: [WhoWord; 6] =
    [WhoWord::Patient, WhoWord::FrontDesk, WhoWord::Clinician, WhoWord::Payer, WhoWord::Biller, WhoWord::Practice];

/// One service of an answer.
#[derive(Template)]
#[template(path = "answer_line.html")]
pub(crate) struct LineView<'a> {
    answer: &'a Answer,
    line: &'a LineAnswer,
    opening: [String; 3],
    several: bool,
    first: bool,
    /// The card with the next question, as HTML; only the first service has it.
    next: Option<&'a str>,
    /// Where the papers of a kept answer are.
    papers: Option<&'a str>,
}

/// Questions to one person.
pub(crate) struct Group<'a> {
    pub(crate) who: WhoWord,
    pub(crate) title: &'static str,
    pub(crate) missing: Vec<&'a Missing>,
}

impl Group<'_> {
    fn shown(&self) -> &[&Missing] {
        &self.missing[..shown(self.missing.len(), QUESTIONS_MAX)]
    }

    fn more(&self) -> &[&Missing] {
        &self.missing[shown(self.missing.len(), QUESTIONS_MAX)..]
    }
}

/// How many of a list are shown at once; one more would take the place of the button for it.
fn shown(count: usize, most: usize) -> usize {
    if count <= most + 1 { count } else { most }
}

/// The open facts of a line, by who can tell them.
pub(crate) fn by_whom(line: &LineAnswer) -> Vec<Group<'_>> {
    let group = |who: WhoWord| Group {
        who,
        title: parts::whom(who),
        missing: line.missing.iter().filter(|missing| missing.who == who).collect(),
    };
    WHOM.into_iter().map(group).filter(|group| !group.missing.is_empty()).collect()
}

impl<'a> LineView<'a> {
    fn reasons_shown(&self) -> &'a [Because] {
        &self.line.because[..shown(self.line.because.len(), REASONS_MAX)]
    }

    fn reasons_more(&self) -> &'a [Because] {
        &self.line.because[shown(self.line.because.len(), REASONS_MAX)..]
    }

    fn by_whom(&self) -> Vec<Group<'a>> {
        by_whom(self.line)
    }

    fn asks_payer(&self) -> bool {
        self.answer.payer.is_some() && self.line.missing.iter().any(|missing| missing.who == WhoWord::Payer)
    }

    fn asks_clinician(&self) -> bool {
        self.line.missing.iter().any(|missing| missing.who == WhoWord::Clinician)
    }

    fn after_service(&self) -> bool {
        self.answer.as_of > self.answer.date
    }

    fn modifiers(&self) -> Vec<&'a ModifierNeed> {
        self.line.modifiers.iter().filter(|modifier| !modifier.on_claim).collect()
    }
}

/// All services of an answer as HTML. `next` is the card with the next question, `papers` the address below which the call script,
/// the questions and the sheet of a kept answer are.
///
/// # Errors
/// Never for an answer of this program: only if the text cannot be written.
pub(crate) fn lines(answer: &Answer, next: Option<&str>, papers: Option<&str>) -> askama::Result<String> {
    let several = answer.lines.len() > 1;
    let mut html = String::new();
    for (index, line) in answer.lines.iter().enumerate() {
        let opening = text::opening(answer, line);
        let view = LineView { answer, line, opening, several, first: index == 0, next, papers };
        view.render_into(&mut html)?;
    }
    Ok(html)
}

/// What each answer to a question would bring; the engine tells it only of facts that advice may touch.
pub(crate) fn would(missing: &Missing) -> Option<String> {
    let outcomes = missing.outcomes.as_ref()?;
    let first = outcomes.first()?;
    if outcomes.iter().all(|outcome| outcome.verdict == first.verdict) {
        return None;
    }
    let said = outcomes.iter().map(|outcome| format!("{} → {}", outcome.answer, parts::verdict_name(outcome.verdict)));
    Some(said.collect::<Vec<_>>().join("; "))
}

/// How a criterion came out, as tone and word; a policy that speaks as a whole and holds needs none.
pub(crate) fn outcome(because: &Because) -> Option<(&'static str, &'static str)> {
    match because.outcome {
        CriterionOutcome::Met if because.criterion.is_empty() => None,
        CriterionOutcome::Met => Some(("good", "Holds")),
        CriterionOutcome::NotMet => Some(("bad", "Fails")),
        CriterionOutcome::Open => Some(("amber", "Open")),
        CriterionOutcome::Unread => Some(("amber", "Not read")),
    }
}

/// The state of a duty, as tone and word; a deadline has a day instead.
pub(crate) fn duty_state(duty: &Duty) -> Option<(&'static str, &'static str)> {
    if duty.kind == DutyKind::Deadline {
        return None;
    }
    Some(match duty.state {
        DutyState::Held => ("good", "there"),
        DutyState::Unmet => ("bad", "not there yet"),
        DutyState::Open => ("amber", "not recorded"),
        DutyState::Later => ("", "after the visit"),
    })
}
