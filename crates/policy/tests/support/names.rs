//! What the engine and the naive evaluator call the same things.

use policy::dictionary::Dictionary;
use policy::program::{Outcome, Program, SlotId, SlotKey};

use crate::oracle::Says;

pub(crate) fn says(outcome: Outcome) -> Says {
    match outcome {
        Outcome::Silent => Says::Silent,
        Outcome::Residual => Says::Residual,
        Outcome::Unread => Says::Unread,
        Outcome::Covered => Says::Covered,
        Outcome::Explicit => Says::Explicit,
    }
}

/// The key that the naive evaluator uses for a numbered fact.
pub(crate) fn key(program: &Program, slot: SlotId, dictionary: &Dictionary) -> String {
    match &program.slots[slot as usize].key {
        SlotKey::Named(fact) => dictionary.fact(*fact).name.clone(),
        SlotKey::TrialMonths(class) => format!("trial {class}"),
        SlotKey::Document { kind, .. } => format!("document {kind}"),
        SlotKey::SinceDays(_) => "since last".to_owned(),
        SlotKey::Unseen { policy, label } => format!("unseen {} {label}", program.policy(*policy).file.id.value),
        other => panic!("the generator does not write {other:?}"),
    }
}
