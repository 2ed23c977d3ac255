//! The field for one question: what may be typed, and how what was typed is written for the interview.

use codes::StateCode;
use coverage::case::keys::{Names, ValueType};
use coverage::interview::{Input, Question};
use library::Library;
use serde::Deserialize;

/// Most values that are shown as buttons; more are a list.
const BUTTONS_MAX: usize = 7;

/// How an earlier treatment can have ended, and what people call that.
pub(crate) const OUTCOMES: [(&str, &str); 5] = [
    ("failed", "It did not help"),
    ("not-tolerated", "It was not tolerated"),
    ("helped", "It helped"),
    ("contraindicated", "It must not be given"),
    ("not-tried", "It was not tried"),
];

/// A kind of field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Field {
    /// Buttons: value and words.
    Buttons(Vec<(String, String)>),
    /// A list to choose from: value and words.
    List(Vec<(String, String)>),
    /// A number with its unit.
    Number { unit: String, decimals: bool },
    /// A day.
    Date,
    /// A day, or whether it was at all.
    DateOrNo,
    /// How an earlier treatment ended, and for how long it was.
    Trial,
    /// When a service was given before.
    History,
    /// A code and its units.
    Units,
    /// Words, like this example.
    Text(String),
}

impl Field {
    /// The field for a question.
    pub(crate) fn of(question: &Question, library: &Library) -> Self {
        match &question.input {
            Input::YesNo => yes_no(),
            Input::Choice(values) => choice(values.iter().map(String::as_str)),
            Input::Number { unit, decimals } => Self::Number { unit: unit.clone(), decimals: *decimals > 0 },
            Input::Trial => Self::Trial,
            Input::History => Self::History,
            Input::Units => Self::Units,
            Input::Like(_) | Input::Word => Self::Text(question.input.hint()),
            Input::Key(of) => key(*of, question, library),
        }
    }
}

fn key(of: ValueType, question: &Question, library: &Library) -> Field {
    let number = |unit: &str, decimals| Field::Number { unit: unit.to_owned(), decimals };
    match of {
        ValueType::YesNo | ValueType::List { of: ValueType::Named(_), .. } => yes_no(),
        ValueType::Choice(values) => choice(values.iter().copied()),
        ValueType::Date => Field::Date,
        ValueType::DateOrFalse => Field::DateOrNo,
        ValueType::State => Field::List(
            StateCode::ALL.iter().map(|state| (state.as_str().to_owned(), state.name().to_owned())).collect(),
        ),
        ValueType::Count { .. } => number("", false),
        ValueType::Percent => number("percent", false),
        ValueType::Money => number("dollars", true),
        ValueType::Named(Names::Region) => choice(library.regions().all().iter().map(|region| region.id.as_str())),
        _ => Field::Text(question.input.hint()),
    }
}

fn yes_no() -> Field {
    Field::Buttons(vec![("yes".to_owned(), "Yes".to_owned()), ("no".to_owned(), "No".to_owned())])
}

fn choice<'a>(values: impl Iterator<Item = &'a str>) -> Field {
    let values: Vec<_> = values.map(|value| (value.to_owned(), value.replace(['-', '_'], " "))).collect();
    if values.len() <= BUTTONS_MAX { Field::Buttons(values) } else { Field::List(values) }
}

/// What was given in the fields of a question.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Given {
    given: String,
    given_months: String,
    given_code: String,
    given_day: String,
    given_count: String,
}

impl Given {
    /// The answer in the words of the interview; empty if none was given.
    pub(crate) fn typed(&self, field: &Field) -> String {
        let given = self.given.trim();
        let both = |first: &str, second: &str| format!("{} {}", first.trim(), second.trim()).trim().to_owned();
        match field {
            Field::Trial if !given.is_empty() && !self.given_months.trim().is_empty() => {
                format!("{given} {} months", self.given_months.trim())
            }
            Field::History if given == "given" => both(&self.given_code, &self.given_day),
            Field::Units => both(&self.given_code, &self.given_count),
            Field::DateOrNo if !self.given_day.trim().is_empty() => self.given_day.trim().to_owned(),
            _ => given.to_owned(),
        }
    }
}
