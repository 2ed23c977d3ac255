//! What may be typed as the answer to a question.

use policy::dictionary::{Dictionary, FactType};

use super::Entry;
use crate::case::keys::ValueType;

/// What may be typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    /// Something like this example.
    Like(String),
    /// `yes` or `no`.
    YesNo,
    /// One of these words.
    Choice(Vec<String>),
    /// A number, of this.
    Number {
        /// The unit in words: `days a month`.
        unit: String,
        /// Digits after the point that count.
        decimals: u8,
    },
    /// A word.
    Word,
    /// How an earlier treatment ended, and how long it was.
    Trial,
    /// `none`, or a code and the day of the latest service.
    History,
    /// A code and its units.
    Units,
    /// What stands under a key of the case.
    Key(ValueType),
}

impl Input {
    pub(super) fn of(entry: &Entry, fact: &str, dictionary: &Dictionary) -> Self {
        let key = match entry {
            Entry::Document(_) => return Self::YesNo,
            Entry::Trial(_) => return Self::Trial,
            Entry::History => return Self::History,
            Entry::Units { .. } => return Self::Units,
            Entry::Key { path, .. } => path,
        };
        if let Some(known) = super::entry::value_type(key) {
            return Self::Key(known);
        }
        match dictionary.fact_id(fact).map(|id| &dictionary.fact(id).fact_type) {
            Some(FactType::YesNo) => Self::YesNo,
            Some(FactType::Number { unit, decimals }) => Self::Number { unit: unit.to_string(), decimals: *decimals },
            Some(FactType::Choice { values }) => Self::Choice(values.clone()),
            _ => Self::Word,
        }
    }

    /// What a person is told that may be typed.
    #[must_use]
    pub fn hint(&self) -> String {
        match self {
            Self::Like(example) => example.clone(),
            Self::YesNo => "yes | no".to_owned(),
            Self::Choice(words) => words.join(" | "),
            Self::Number { unit, .. } => format!("a number of {unit}"),
            Self::Word => "a word".to_owned(),
            Self::Trial => "failed 3 months | not-tolerated 2 months | helped | contraindicated | not-tried".to_owned(),
            Self::History => "none | CODE YYYY-MM-DD of the latest one".to_owned(),
            Self::Units => "CODE UNITS".to_owned(),
            Self::Key(of) => hint(*of),
        }
    }

    /// The same for who reads Spanish; none where the words to type say it themselves.
    #[must_use]
    pub fn hint_es(&self) -> Option<String> {
        let hint = self.hint();
        match self {
            Self::Word => Some("una palabra".to_owned()),
            Self::Like(_) | Self::Key(_) => {
                hint.strip_suffix(SEVERAL).map(|like| format!("{like}; si son varios, con espacios entre ellos"))
            }
            _ => None,
        }
    }
}

/// What follows a sample of a list.
pub(super) const SEVERAL: &str = "; several with spaces between";

fn hint(of: ValueType) -> String {
    match of {
        ValueType::YesNo => "yes | no".to_owned(),
        ValueType::Choice(words) => words.join(" | "),
        ValueType::Date => "YYYY-MM-DD".to_owned(),
        ValueType::DateOrFalse => "YYYY-MM-DD | yes | no".to_owned(),
        ValueType::List { of: ValueType::Named(_), .. } => "yes | no".to_owned(),
        ValueType::List { of, .. } => hint(*of) + SEVERAL,
        ValueType::Diagnosis => "G43.709".to_owned(),
        ValueType::Procedure => "64615".to_owned(),
        other => other.name(),
    }
}
