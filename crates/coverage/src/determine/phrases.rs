//! A criterion of a policy in plain words, with what the case says about it.

use policy::ast::{Certainty, Criterion, DiagnosisPosition, ExprKind};
use policy::explain::visit_tests;
use policy::program::{Cell, Compiled, CriterionAt, MET, NOT_MET, Node, OPEN, SlotId, SlotKey, Truth};

use super::question::Question;
use super::reasons::written;
use super::words;

/// What `for … with …` asks besides what was written.
const SAME_LINE: &str = "the procedure and its drug stand on the same line";

/// For the whole proof: everything that was written.
pub(super) fn whole(question: &Question<'_>, policy: &Compiled, criterion: &CriterionAt, proof: &[Truth]) -> String {
    let phrase = Phrase { question, proof };
    let Some(written) = written(policy, criterion) else { return SAME_LINE.to_owned() };
    let (own, excuses) = own_and_excuses(question, policy, criterion);
    let mut text = phrase.with_value(&written.expr, own);
    for (excuse, node) in excuses {
        text.push_str(&format!("; or, in its place: {}", phrase.with_value(&excuse.expr, node)));
    }
    text
}

/// For a reader in a hurry: of a group only the members that decide, of an exception only what it rests on.
pub(super) fn brief(question: &Question<'_>, policy: &Compiled, criterion: &CriterionAt, proof: &[Truth]) -> String {
    let phrase = Phrase { question, proof };
    let Some(written) = written(policy, criterion) else { return SAME_LINE.to_owned() };
    let (own, excuses) = own_and_excuses(question, policy, criterion);
    let text = match excuses.into_iter().find(|(_, node)| proof[*node] == MET) {
        Some((excuse, node)) => {
            let excused = words::spoken(question.library, &written.expr);
            format!("{}, which stands in for: {excused}", phrase.deciding(excuse, node))
        }
        None => phrase.deciding(written, own),
    };
    without_drug_names(question, text)
}

/// Classes of earlier treatment without the drugs that they name in brackets: the questions have them.
fn without_drug_names(question: &Question<'_>, text: String) -> String {
    // Most texts name no class, and every class that names drugs has a bracket.
    if !text.contains(" (") {
        return text;
    }
    let dictionary = question.library.dictionary();
    dictionary.trial_classes().iter().fold(text, |text, class| match class.label.split_once(" (") {
        Some((short, _)) => text.replace(&class.label, short),
        None => text,
    })
}

/// Whether an exception stands in for a criterion.
pub(super) fn is_excused(question: &Question<'_>, policy: &Compiled, criterion: &CriterionAt, proof: &[Truth]) -> bool {
    let (_, excuses) = own_and_excuses(question, policy, criterion);
    excuses.iter().any(|(_, node)| proof[*node] == MET)
}

/// The node of what a criterion itself asks, and the exceptions that may stand in for it with theirs.
///
/// The compiler lays an excused criterion out as "any of" itself and its exceptions.
fn own_and_excuses<'p>(
    question: &Question<'_>,
    policy: &'p Compiled,
    criterion: &CriterionAt,
) -> (usize, Vec<(&'p Criterion, usize)>) {
    let node = criterion.node as usize;
    let excuses = policy
        .file
        .unless
        .iter()
        .filter(|excuse| criterion.top && excuse.excuses.iter().any(|excused| excused.value == criterion.label));
    let excuses: Vec<&Criterion> = excuses.map(|excuse| &excuse.condition).collect();
    let group = unwrapped(question, node);
    let children = question.program.nodes[group].children();
    let laid_out = matches!(question.program.nodes[group], Node::Any { .. }) && children.len() == excuses.len() + 1;
    if excuses.is_empty() || !laid_out {
        return (node, Vec::new());
    }
    (children.start, excuses.into_iter().zip(children.skip(1)).collect())
}

/// A group of one member is that member.
fn unwrapped(question: &Question<'_>, mut node: usize) -> usize {
    loop {
        let children = question.program.nodes[node].children();
        if children.len() != 1 {
            return node;
        }
        node = children.start;
    }
}

struct Phrase<'a, 'q> {
    question: &'a Question<'q>,
    proof: &'a [Truth],
}

impl Phrase<'_, '_> {
    /// A criterion said aloud; of a group only the members that make it what it is.
    fn deciding(&self, written: &Criterion, node: usize) -> String {
        let truth = self.proof[node];
        let Some(members) = self.members(written, node) else { return self.aloud(&written.expr, node) };
        let telling = members.into_iter().filter(|(_, node)| match truth {
            OPEN => self.proof[*node] != NOT_MET,
            truth => self.proof[*node] == truth,
        });
        let telling: Vec<(&Criterion, usize)> = telling.collect();
        if telling.is_empty() {
            // No member may hold, yet the list itself was not seen.
            return self.aloud(&written.expr, node);
        }
        let alone = telling.len() == 1;
        let said = telling.into_iter().map(|(member, node)| {
            let words = self.deciding(member, node);
            // A group inside of a group, or nobody hears where it ends.
            if alone || !words.contains("; ") { words } else { format!("({words})") }
        });
        let said: Vec<String> = said.collect();
        let opening = match &written.expr.kind {
            ExprKind::AtLeast { count, .. } => format!("at least {} of these: ", count.value),
            ExprKind::Any(_) if truth != MET && !alone => "one of these: ".to_owned(),
            _ => String::new(),
        };
        format!("{opening}{}", said.join("; "))
    }

    /// A single condition said aloud, with what the case says beside it.
    fn aloud(&self, expr: &policy::ast::Expr, node: usize) -> String {
        let words = words::spoken(self.question.library, expr);
        let Some((slot, cell)) = self.only_slot(node) else { return words };
        let decided = self.proof[node] != OPEN;
        let beside = match &self.question.program.slots[slot as usize].key {
            SlotKey::Diagnosis(position, set) if !cell.is_open() => self.diagnoses(*position, *set, cell.lo != 0),
            _ => words::beside(self.question, slot, cell, decided),
        };
        match beside.filter(|_| !(cell.is_open() && decided)) {
            // "drug: wegovy (here: wegovy)" says it twice.
            Some(value) if [": ", " is "].iter().any(|link| words.ends_with(&format!("{link}{value}"))) => words,
            Some(value) => format!("{words} (here: {value})"),
            None => words,
        }
    }

    /// The only fact that a condition tests, with what is known of it.
    fn only_slot(&self, node: usize) -> Option<(SlotId, Cell)> {
        let mut slots: Vec<SlotId> = Vec::new();
        let program = self.question.program;
        visit_tests(program, u32::try_from(node).expect("INVARIANT: nodes are numbered in 32 bits"), &mut |slot| {
            let unseen = matches!(program.slots[slot as usize].key, SlotKey::Unseen { .. });
            if !unseen && !slots.contains(&slot) {
                slots.push(slot);
            }
        });
        let [slot] = slots[..] else { return None };
        Some((slot, self.question.row.cells[slot as usize]))
    }

    /// The members of a group with their nodes; `None` for a single test, or if the group was laid out otherwise.
    fn members<'w>(&self, written: &'w Criterion, node: usize) -> Option<Vec<(&'w Criterion, usize)>> {
        let (ExprKind::All(list) | ExprKind::Any(list) | ExprKind::AtLeast { members: list, .. }) = &written.expr.kind
        else {
            return None;
        };
        let nodes = &self.question.program.nodes;
        let mut node = unwrapped(self.question, node);
        if written.certainty == Certainty::Indicative {
            // "Any of" the group and what was not seen.
            node = unwrapped(self.question, nodes[node].children().start);
        }
        let children = nodes[node].children();
        (children.len() == list.len()).then(|| list.iter().zip(children).collect())
    }

    /// A condition in plain words, with what the case says where it tests a single fact.
    fn with_value(&self, expr: &policy::ast::Expr, node: usize) -> String {
        let words = words::phrase(self.question.library, expr);
        let Some((slot, cell)) = self.only_slot(node) else { return words };
        let program = self.question.program;
        if cell.is_open() && self.proof[node] != OPEN {
            // Decided although the value is not known exactly: a range would only puzzle the reader.
            return words;
        }
        let recorded = match &program.slots[slot as usize].key {
            SlotKey::Diagnosis(position, set) if !cell.is_open() => self.diagnoses(*position, *set, cell.lo != 0),
            _ => words::recorded(self.question, slot, cell),
        };
        match recorded {
            // "bleeding: yes (here: yes)" says it twice.
            Some(value) if words.ends_with(&format!(": {value}")) => words,
            Some(value) => format!("{words} (here: {value})"),
            None => words,
        }
    }

    /// The patient's own diagnoses that are in a list, else those that are not.
    fn diagnoses(&self, position: DiagnosisPosition, set: usize, within: bool) -> Option<String> {
        let inputs = &self.question.inputs;
        let codes = inputs.diagnoses.as_deref()?;
        let looked_at = match position {
            DiagnosisPosition::Any => codes,
            DiagnosisPosition::Primary => &codes[..codes.len().min(1)],
            DiagnosisPosition::Other => codes.get(1..).unwrap_or(&[]),
        };
        let set = &self.question.program.diagnosis_sets[set];
        let told = looked_at.iter().filter(|code| set.contains(**code, inputs.service_date) == within);
        let told: Vec<String> = told.map(ToString::to_string).collect();
        Some(if told.is_empty() { "none".to_owned() } else { told.join(", ") })
    }
}
