//! What a numbered fact is to people: its name, its question, and whether advice may touch it.

use policy::ast::{Atom, ExprKind, Window, value_key};
use policy::dictionary::{Dictionary, Move, Who};
use policy::program::{SlotId, SlotKey};

use super::question::Question;
use super::words;
use crate::answer::{MoveWord, WhoWord};
use crate::case::key_of_fact;

/// A fact as people know it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct FactWords {
    pub(super) name: String,
    /// Noun phrase.
    pub(super) label: String,
    pub(super) question: String,
    pub(super) who: WhoWord,
    /// Where a case file has it.
    pub(super) key: Option<String>,
    pub(super) movable: Move,
}

impl FactWords {
    fn new(
        (name, label): (impl Into<String>, impl Into<String>),
        question: impl Into<String>,
        who: Who,
        key: &str,
        movable: Move,
    ) -> Self {
        let (name, label, question) = (name.into(), label.into(), question.into());
        Self { name, label, question, who: words::who(who), key: Some(key.to_owned()), movable }
    }
}

/// The words for a numbered fact.
pub(super) fn of_slot(question: &Question<'_>, slot: SlotId) -> FactWords {
    let dictionary = question.library.dictionary();
    match &question.program.slots[slot as usize].key {
        SlotKey::Named(fact) => named(dictionary, &dictionary.fact(*fact).name),
        SlotKey::Diagnosis(..) => FactWords::new(
            ("diagnosis", "the diagnosis"),
            "Which diagnoses did the clinician make and write in the chart?",
            Who::Clinician,
            "line.diagnoses",
            Move::Never,
        ),
        SlotKey::Billed(_) => FactWords::new(
            ("codes", "the codes of the service"),
            "Which procedure and drug codes stand for what is done?",
            Who::Biller,
            "line.codes",
            Move::Never,
        ),
        SlotKey::SinceDays(_) | SlotKey::SinceMonths(_) => history(),
        SlotKey::SameDay(_) => FactWords::new(
            ("codes of the day", "the codes of all that is done on that day"),
            "Which codes stand for everything else that is done on that day?",
            Who::Biller,
            "line.codes",
            Move::Never,
        ),
        // What is given today is a clinical decision; what was given before recedes with time.
        SlotKey::Units(_, Window::Today) | SlotKey::Count(_, Window::Today) => FactWords::new(
            ("units", "the units given"),
            "How many billing units of each code are given on that day?",
            Who::Clinician,
            "line.code.units",
            Move::Never,
        ),
        SlotKey::Count(..) | SlotKey::Units(..) => history(),
        SlotKey::TrialMonths(class) | SlotKey::TrialDays(class) | SlotKey::Contraindicated(class) => {
            let label = dictionary.trial_class_id(class).map(|id| dictionary.trial_class(id).label.clone());
            let label = label.unwrap_or_else(|| class.replace('_', " "));
            let question = format!("Earlier treatment, {label}: was it tried, from when to when, and how did it end?");
            FactWords::new(
                (format!("trial {class}"), format!("earlier treatment, {label}")),
                question,
                Who::Clinician,
                "trial",
                Move::Never,
            )
        }
        SlotKey::Document { kind, .. } => document(dictionary, kind),
        SlotKey::Readings { fact, .. } => {
            let fact = named(dictionary, &dictionary.fact(*fact).name);
            FactWords {
                name: format!("readings of {}", fact.name),
                question: format!("{} List every reading with its date.", fact.question),
                key: Some("reading".to_owned()),
                movable: Move::Never,
                ..fact
            }
        }
        SlotKey::TableMargin(fact, ..) => {
            FactWords { movable: Move::Never, ..named(dictionary, &dictionary.fact(*fact).name) }
        }
        SlotKey::Unseen { policy, label } => {
            let of_plan = !question.is_about_law(*policy);
            FactWords {
                name: format!("unseen {}", question.policy(*policy).file.id.value),
                label: if of_plan { "what the plan's own text says" } else { "whether it may be done so" }.to_owned(),
                question: unseen_question(question, *policy, label),
                who: if of_plan { WhoWord::Payer } else { WhoWord::Practice },
                key: None,
                movable: Move::Never,
            }
        }
    }
}

/// The words for a fact of the dictionary.
pub(super) fn named(dictionary: &Dictionary, name: &str) -> FactWords {
    match dictionary.fact_id(name).map(|id| dictionary.fact(id)) {
        Some(fact) => FactWords {
            name: fact.name.clone(),
            label: fact.label.clone(),
            question: fact.question.clone(),
            who: words::who(fact.who),
            key: Some(key_of_fact(&fact.name).map_or_else(|| format!("chart.{}", fact.name), str::to_owned)),
            movable: fact.movable,
        },
        None => FactWords {
            name: name.to_owned(),
            label: name.replace('_', " "),
            question: format!("What is known of {}?", name.replace('_', " ")),
            who: WhoWord::Practice,
            key: None,
            movable: Move::Never,
        },
    }
}

/// The words for a kind of document.
pub(super) fn document(dictionary: &Dictionary, kind: &str) -> FactWords {
    let known = dictionary.documents().iter().find(|known| value_key(&known.name) == value_key(kind));
    let question = known.map_or_else(|| format!("Is there a {kind} on file?"), |known| known.question.clone());
    let name = known.map_or(kind, |known| &known.name);
    let label = known.map_or(kind, |known| &known.label);
    FactWords::new(
        (format!("document {name}"), label),
        question,
        known.map_or(Who::Practice, |known| known.who),
        "document",
        Move::Record,
    )
}

fn history() -> FactWords {
    FactWords::new(
        ("history", "earlier services"),
        "When was this service given before, and from which day on is the list of earlier services complete?",
        Who::FrontDesk,
        "history",
        Move::Wait,
    )
}

/// What to ask about a criterion that was not seen: the plan, or for a gate whoever knows the law of the place.
fn unseen_question(question: &Question<'_>, policy: u32, label: &str) -> String {
    let file = &question.policy(policy).file;
    let (ask, ask_how) = if question.is_about_law(policy) {
        ("Find out", "Find out whether the law wants this")
    } else {
        ("Ask the plan", "Ask the plan whether it wants this, for its own text was not read")
    };
    let unseen = |what: &str| match what.strip_prefix("whether ") {
        Some(what) => format!("{ask} whether {what}."),
        None => format!("{ask} about this: {what}."),
    };
    let Some(criterion) = words::criterion_named(file, label) else { return unseen(label) };
    match &criterion.expr.kind {
        ExprKind::Atom(Atom::Unverified(text)) => unseen(&text.value),
        _ => format!("{ask_how}: {}.", words::spoken(question.library, &criterion.expr)),
    }
}

/// What advice may do with a fact at this time; `None`: nothing.
///
/// After the service only what already exists can still be put on file, and nobody can choose or wait any more.
pub(super) fn advisable(question: &Question<'_>, movable: Move) -> Option<MoveWord> {
    match movable {
        Move::Never => None,
        Move::Record => Some(MoveWord::Record),
        Move::Choose => question.is_before_service().then_some(MoveWord::Choose),
        Move::Wait => question.is_before_service().then_some(MoveWord::Wait),
    }
}
