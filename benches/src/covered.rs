//! The policies in the language of this project, and the cases as it takes them.

use std::fmt::Write as _;

use crate::workload::{CHOICE_VALUES, Criterion, FACTS, NUMBERS, Policy, Question, YES_NO, fact_name};

/// The rank of every policy.
pub const RANK: &str = "lcd";

/// The label of a criterion, counted as [`Policy::criteria`] does.
#[must_use]
pub fn label(criterion: usize) -> String {
    format!("c{criterion}")
}

/// The fact dictionary.
#[must_use]
pub fn dictionary() -> String {
    let mut text = String::new();
    for fact in 0..FACTS {
        let name = fact_name(fact);
        let kind = if fact < YES_NO {
            "type = \"yes-no\"".to_owned()
        } else if fact < YES_NO + NUMBERS {
            "type = \"number\"\nunit = \"days\"".to_owned()
        } else {
            format!("type = \"choice\"\nvalues = {CHOICE_VALUES:?}")
        };
        writeln!(
            text,
            "[{name}]\n{kind}\nlabel = \"{name}\"\nquestion = \"{name}?\"\nwho = \"clinician\"\nmove = \"never\"\n"
        )
        .expect("INVARIANT: a string takes any text");
    }
    text
}

/// One policy file.
#[must_use]
pub fn policy(number: usize, policy: &Policy) -> String {
    let mut lines = vec![
        format!("policy \"bench/{number}\" \"A generated policy\""),
        format!("rank {RANK}"),
        "for any".to_owned(),
        "dates ..".to_owned(),
        "source \"generated\" text".to_owned(),
    ];
    for (at, criterion) in policy.criteria().enumerate() {
        match at {
            0 => lines.push("not covered as excluded when any".to_owned()),
            2 => lines.push("covered when all".to_owned()),
            8 => lines.push("  either: any of".to_owned()),
            10 => lines.push("  several: at least 2 of".to_owned()),
            _ => {}
        }
        let indent = if at < 8 { 2 } else { 4 };
        lines.push(format!("{:indent$}{}: {}", "", label(at), atom(criterion)));
    }
    lines.push("otherwise not covered\n".to_owned());
    lines.join("\n")
}

fn atom(criterion: &Criterion) -> String {
    let name = fact_name(criterion.fact);
    match &criterion.question {
        Question::Yes => name,
        Question::No => format!("not {name}"),
        Question::AtLeast(least) => format!("{name} >= {least} days"),
        Question::AtMost(most) => format!("{name} <= {most} days"),
        Question::In(values) => format!("{name} in {}", values.join(" ")),
        Question::NotIn(values) => format!("{name} not in {}", values.join(" ")),
    }
}
