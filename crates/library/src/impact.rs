//! What another library answers otherwise: which lines of an answer differ, and what decided each.

use coverage::answer::{Answer, LineAnswer, Verdict};
use coverage::text::said;

/// One line of a case that gets another verdict or another way of the money.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flip {
    /// The line, from 1.
    pub line: usize,
    /// What is done, in the words of the answer.
    pub what: String,
    /// What decides by the one library.
    pub old: Outcome,
    /// What decides by the other.
    pub new: Outcome,
}

/// What decided a line, by one library.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// The verdict.
    pub verdict: Verdict,
    /// The word of the route of the money.
    pub route: &'static str,
    /// The policy; empty, if none speaks of it.
    pub policy: String,
    /// The criterion inside of it.
    pub criterion: String,
    /// The reason in words, with how it came out.
    pub text: String,
}

/// The lines whose verdict or route differs; both answers have the lines of the case.
#[must_use]
pub fn flips(old: &Answer, new: &Answer) -> Vec<Flip> {
    let pairs = old.lines.iter().zip(&new.lines);
    let changed = pairs.filter(|(old, new)| (old.verdict, old.route) != (new.verdict, new.route));
    changed
        .map(|(old, new)| Flip {
            line: new.line,
            what: new.what.clone(),
            old: outcome(old, new),
            new: outcome(new, old),
        })
        .collect()
}

/// What decided a line: the first reason that the other answer does not have, or else the first.
fn outcome(line: &LineAnswer, other: &LineAnswer) -> Outcome {
    let key = |index: usize, line: &LineAnswer| {
        let because = &line.because[index];
        (because.policy.clone(), because.criterion.clone(), because.outcome)
    };
    let others: Vec<_> = (0..other.because.len()).map(|index| key(index, other)).collect();
    let own = (0..line.because.len()).find(|index| !others.contains(&key(*index, line))).unwrap_or(0);
    let because = line.because.get(own);
    Outcome {
        verdict: line.verdict,
        route: line.route.word(),
        policy: because.map_or_else(String::new, |because| because.policy.clone()),
        criterion: because.map_or_else(String::new, |because| because.criterion.clone()),
        text: because.map_or_else(|| "no policy speaks of it".to_owned(), |because| said(line, because)),
    }
}
