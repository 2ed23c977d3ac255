//! Why an overlay cannot be read.

use thiserror::Error;

/// Why an overlay cannot be read. Lines are counted from 1.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum OverlayError {
    /// Not a rule and a severity, nor a demand.
    #[error("line {line}: write a rule and `error`, `warning`, `info` or `off`, such as `X1024 error`, or a demand")]
    Form {
        /// Where.
        line: usize,
    },
    /// No such rule.
    #[error("line {line}: there is no rule `{rule}`")]
    Rule {
        /// Where.
        line: usize,
        /// What was written.
        rule: String,
    },
    /// A demand that cannot be understood.
    #[error("line {line}: {why}")]
    Demand {
        /// Where.
        line: usize,
        /// What is wrong with it.
        why: &'static str,
    },
    /// A demand of nobody, or that can be read nowhere.
    #[error("line {line}: name the receiver and the source before its demands")]
    Nameless {
        /// Where.
        line: usize,
    },
    /// A rule without its words, its source or its demand.
    #[error("line {line}: the rule lacks {lacks}")]
    Incomplete {
        /// Where.
        line: usize,
        /// What is missing.
        lacks: &'static str,
    },
    /// Two rules of one name.
    #[error("line {line}: there is another rule `{rule}` above")]
    Same {
        /// Where.
        line: usize,
        /// Its name.
        rule: String,
    },
    /// A name of other characters, or that of a rule of the judge.
    #[error("line {line}: `{name}` is no name for a rule")]
    Name {
        /// Where.
        line: usize,
        /// What was written.
        name: String,
    },
    /// Not a day of the calendar.
    #[error("line {line}: `{day}` is no day")]
    Day {
        /// Where.
        line: usize,
        /// What was written.
        day: String,
    },
    /// A word of rules where no rule is open.
    #[error("line {line}: `{word}` stands outside a rule")]
    Outside {
        /// Where.
        line: usize,
        /// The first word of the line.
        word: String,
    },
    /// A word of rules on the wrong side of the demand.
    #[error("line {line}: `{word}` stands {} the demand of its rule", if is_of_example(word) { "after" } else { "before" })]
    Place {
        /// Where.
        line: usize,
        /// The first word of the line.
        word: String,
    },
    /// A change to the example that cannot be understood.
    #[error("line {line}: the example cannot be changed so")]
    Change {
        /// Where.
        line: usize,
    },
}

fn is_of_example(word: &str) -> bool {
    matches!(word, "break" | "keep")
}

impl OverlayError {
    /// The stable code of this error.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Form { .. } => "X0101",
            Self::Rule { .. } => "X0102",
            Self::Demand { .. } => "X0103",
            Self::Nameless { .. } => "X0104",
            Self::Incomplete { .. } => "X0105",
            Self::Same { .. } => "X0106",
            Self::Name { .. } => "X0107",
            Self::Day { .. } => "X0108",
            Self::Outside { .. } => "X0109",
            Self::Place { .. } => "X0110",
            Self::Change { .. } => "X0111",
        }
    }

    /// What to do about it.
    #[must_use]
    pub fn help(&self) -> &'static str {
        match self {
            Self::Form { .. } | Self::Demand { .. } => "`covered x12 make --receiver` writes an example of all lines",
            Self::Rule { .. } => "`covered x12 rules` lists the rules",
            Self::Nameless { .. } => {
                "write `receiver` and the payer's name, and `source` and the title of its guide, above"
            }
            Self::Incomplete { .. } => {
                "add that line between `rule` and the demand; a rule that nobody can look up is none"
            }
            Self::Same { .. } => "give each rule a name of its own",
            Self::Name { .. } => {
                "use letters, digits and dashes, such as `NGS-MBI`; names such as `X4018` are those of the judge"
            }
            Self::Day { .. } => "write year, month and day, such as `2026-08-05`",
            Self::Outside { .. } => "begin a rule with `rule` and its name above",
            Self::Place { .. } => "write words and source, then the demand, then `break` and `keep`",
            Self::Change { .. } => {
                "write `set SEGMENT ELEMENT VALUE`, `remove SEGMENT` or `add SEGMENT NEW*SEGMENT`; SEGMENT is how the first one begins"
            }
        }
    }
}
