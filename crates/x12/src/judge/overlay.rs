//! A receiver's own demands (SNIP level 7), as data.

use std::collections::BTreeMap;
use std::sync::Arc;

use thiserror::Error;

use crate::judge::demand::{Demand, Malformed};
use crate::judge::rules::{Rule, Severity, rule};

/// What one receiver handles differently.
///
/// ```text
/// receiver Example Health Plan            # its name, for messages
/// source   837P companion guide, 2026-01  # where the demands below it can be read
///
/// X1024 error                             # severity of a rule: error, warning, info or off
/// X4018 off
///
/// require 2000A PRV                       # each loop 2000A must have the segment
/// require 2300 2310B when CLM05-1 11      # or the loop, or the element, where another says so
/// require 2300 REF*F8 when CLM05-3 7,8
/// forbid  2300 K3
/// only    2000B SBR09 CI,MC               # where it is sent, it must be one of these
/// longest 2300 CLM01 20                   # at most so many characters
/// ```
///
/// A segment may be told apart by its first element or component (`REF*F8`); an element of such a segment stands after a
/// colon (`REF*F8:02`). A level or claim is spoken of by its own first segment: `forbid 2000C HL`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Overlay {
    severities: BTreeMap<&'static str, Option<Severity>>,
    demands: Arc<[Demand]>,
}

/// Why an overlay cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum OverlayError {
    /// Not a rule and a severity, nor a demand.
    #[error("line {line}: write a rule and `error`, `warning`, `info` or `off`, such as `X1024 error`, or a demand")]
    Form {
        /// Counted from 1.
        line: usize,
    },
    /// No such rule.
    #[error("line {line}: there is no rule `{rule}`")]
    Rule {
        /// Counted from 1.
        line: usize,
        /// What was written.
        rule: String,
    },
    /// A demand that cannot be understood.
    #[error("line {line}: {why}")]
    Demand {
        /// Counted from 1.
        line: usize,
        /// What is wrong with it.
        why: &'static str,
    },
    /// A demand of nobody, or that can be read nowhere.
    #[error("line {line}: name the receiver and the source before its demands")]
    Nameless {
        /// Counted from 1.
        line: usize,
    },
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
        }
    }
}

impl Overlay {
    /// Reads an overlay from text.
    ///
    /// # Errors
    /// When a line is neither a rule and its severity nor a demand, or a demand has no receiver or source.
    pub fn parse(text: &str) -> Result<Self, OverlayError> {
        let mut severities = BTreeMap::new();
        let mut demands = Vec::new();
        let (mut receiver, mut source) = (String::new(), String::new());
        for (index, line) in text.lines().enumerate() {
            let line_number = index + 1;
            let words: Vec<_> = line.split('#').next().unwrap_or("").split_whitespace().collect();
            let (id, severity) = match words.as_slice() {
                [] => continue,
                ["receiver", name @ ..] => {
                    receiver = name.join(" ");
                    continue;
                }
                ["source", name @ ..] => {
                    source = name.join(" ");
                    continue;
                }
                [verb @ ("require" | "forbid" | "only" | "longest"), rest @ ..] => {
                    if receiver.is_empty() || source.is_empty() {
                        return Err(OverlayError::Nameless { line: line_number });
                    }
                    let demand = Demand::parse(verb, rest, &receiver, &source);
                    demands.push(demand.map_err(|Malformed(why)| OverlayError::Demand { line: line_number, why })?);
                    continue;
                }
                [id, "error"] => (*id, Some(Severity::Error)),
                [id, "warning"] => (*id, Some(Severity::Warning)),
                [id, "info"] => (*id, Some(Severity::Info)),
                [id, "off"] => (*id, None),
                _ => return Err(OverlayError::Form { line: line_number }),
            };
            let Some(known) = rule(id) else {
                return Err(OverlayError::Rule { line: line_number, rule: id.to_owned() });
            };
            severities.insert(known.id, severity);
        }
        Ok(Self { severities, demands: demands.into() })
    }

    /// The severity of a rule for this receiver; none when it is switched off.
    #[must_use]
    pub fn severity(&self, rule: &Rule) -> Option<Severity> {
        self.severities.get(rule.id).copied().unwrap_or(Some(rule.severity))
    }

    pub(crate) fn demands(&self) -> Arc<[Demand]> {
        Arc::clone(&self.demands)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_receiver_can_raise_and_drop_rules() {
        let overlay = Overlay::parse("# accents\nX1024 error\nX4018 off # boxes\n\n").unwrap();
        assert_eq!(overlay.severity(rule("X1024").unwrap()), Some(Severity::Error));
        assert_eq!(overlay.severity(rule("X4018").unwrap()), None);
        assert_eq!(overlay.severity(rule("X1001").unwrap()), Some(Severity::Warning));
    }

    #[test]
    fn mistakes_are_located() {
        let message = |text: &str| Overlay::parse(text).unwrap_err().to_string();
        assert_eq!(message("\nX9999 off"), "line 2: there is no rule `X9999`");
        assert!(message("X1024 loud").starts_with("line 1: write a rule"));
        assert!(message("require 2300 REF*G1").starts_with("line 1: name the receiver"));
        let named = |text: &str| message(&format!("receiver A\nsource B\n{text}"));
        assert_eq!(named("only 2300 CLM05-3"), "line 3: name the values that are allowed, such as `CI,MC`");
        assert_eq!(named("longest 2300 CLM01 many"), "line 3: say how many characters are allowed, such as `20`");
        assert_eq!(
            named("require 2300 R*"),
            "line 3: name a segment, an element or a loop, such as `REF*F8`, `CLM05-3` or `2310B`"
        );
        assert!(named("forbid 2000B 2000C").contains("in its own loop"));
        assert_eq!(
            named("require 2300 K3 if CLM05-3 7"),
            "line 3: a condition is `when`, a place and its values, such as `when CLM05-3 7,8`"
        );
    }
}
