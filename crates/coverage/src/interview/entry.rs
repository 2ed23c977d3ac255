//! Where an answer that was typed goes in the case.

use policy::dictionary::{Dictionary, FactType};
use serde_json::Value;

use super::Draft;
use super::draft::push;
use crate::answer::Missing;
use crate::case::keys::{Section, Shape, ValueType};

/// Where the answer to one question goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Entry {
    /// A key of the case.
    Key {
        /// Which service of the case, from 0, for keys below `line`.
        line: usize,
        /// Dotted path.
        path: String,
    },
    /// Whether a document is on file.
    Document(String),
    /// How an earlier treatment ended.
    Trial(String),
    /// When the service was given before.
    History,
    /// How many units of a code are given.
    Units {
        /// Which service of the case, from 0.
        line: usize,
    },
}

/// What was typed is no answer to the question; whether the answer is possible tells [`crate::case::decode`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EntryError {
    /// Neither.
    #[error("type yes or no")]
    YesOrNo,
    /// Not both.
    #[error("type none, or a code and a date")]
    CodeAndDate,
    /// Not both.
    #[error("type a code and its units")]
    CodeAndUnits,
    /// No whole number.
    #[error("units are a whole number")]
    WholeUnits,
}

impl Entry {
    pub(super) fn key(line: usize, path: &str) -> Self {
        Self::Key { line, path: path.to_owned() }
    }

    /// Where the answer to an open fact of a line goes; `None` if no case holds it.
    pub(super) fn of(missing: &Missing, line: usize) -> Option<Self> {
        let named = |prefix: &str| missing.fact.strip_prefix(prefix).map(str::to_owned);
        Some(match missing.key.as_deref()? {
            "document" => Self::Document(named("document ")?),
            "trial" => Self::Trial(named("trial ")?),
            "history" => Self::History,
            "line.code.units" => Self::Units { line },
            key => Self::key(line, key),
        })
    }

    /// Whether the answer is about one service alone.
    pub(super) fn is_of_line(&self) -> bool {
        match self {
            Self::Key { path, .. } => path.starts_with("line."),
            Self::Units { .. } => true,
            Self::Document(_) | Self::Trial(_) | Self::History => false,
        }
    }

    /// Writes an answer into the case.
    ///
    /// # Errors
    /// If what was typed has not the form of an answer. Whether the case is still possible is for decoding to tell.
    pub fn write(&self, draft: &mut Draft, typed: &str, dictionary: &Dictionary) -> Result<(), EntryError> {
        match self {
            Self::Key { line, path } => {
                let value = match value_type(path) {
                    Some(known) => value(known, typed, draft),
                    None => fact_value(path, typed, dictionary),
                };
                draft.put(*line, path, value);
            }
            Self::Document(kind) => {
                let on_file = yes_or_no(typed).ok_or(EntryError::YesOrNo)?;
                draft.push("document", vec![("kind", kind.as_str().into()), ("on_file", on_file.into())]);
            }
            Self::Trial(class) => {
                let (outcome, length) = typed.split_once(char::is_whitespace).unwrap_or((typed, ""));
                let mut keys = vec![("class", class.as_str().into()), ("outcome", outcome.into())];
                if !length.trim().is_empty() {
                    keys.push(("length", length.trim().into()));
                }
                draft.push("trial", keys);
            }
            Self::History => history(draft, typed)?,
            Self::Units { line } => {
                let (code, units) = typed.split_once(char::is_whitespace).ok_or(EntryError::CodeAndUnits)?;
                let units = units.trim().parse().map_err(|_| EntryError::WholeUnits)?;
                set_units(draft, *line, code, units);
            }
        }
        Ok(())
    }
}

/// What may stand under a key; `None` for facts of the chart.
pub(super) fn value_type(path: &str) -> Option<ValueType> {
    let (section, key) = path.rsplit_once('.').unwrap_or(("", path));
    let section = Section::at(section)?;
    (section.shape != Shape::Facts).then(|| section.key(key)).flatten().map(|key| key.value)
}

fn yes_or_no(typed: &str) -> Option<bool> {
    match typed.to_ascii_lowercase().as_str() {
        "yes" | "y" | "true" => Some(true),
        "no" | "n" | "false" => Some(false),
        _ => None,
    }
}

fn value(of: ValueType, typed: &str, draft: &Draft) -> Value {
    match of {
        ValueType::YesNo | ValueType::DateOrFalse => yes_or_no(typed).map_or_else(|| typed.into(), Value::from),
        ValueType::Percent | ValueType::Count { .. } => typed.parse::<i64>().map_or_else(|_| typed.into(), Value::from),
        // "Is the practice enrolled with this payer?" is answered by a list of payers.
        ValueType::List { of: ValueType::Named(_), .. } if yes_or_no(typed).is_some() => {
            let payer = draft.word(0, "coverage.payer").filter(|_| yes_or_no(typed) == Some(true));
            payer.into_iter().map(Value::from).collect()
        }
        ValueType::List { .. } => typed.split_whitespace().map(|word| Value::from(word.trim_matches(','))).collect(),
        _ => typed.into(),
    }
}

fn fact_value(path: &str, typed: &str, dictionary: &Dictionary) -> Value {
    let name = path.strip_prefix("chart.").unwrap_or(path);
    match dictionary.fact_id(name).map(|id| &dictionary.fact(id).fact_type) {
        Some(FactType::YesNo) => yes_or_no(typed).map_or_else(|| typed.into(), Value::from),
        Some(FactType::Number { .. }) => {
            let measured = || typed.parse::<f64>().ok().filter(|number| number.is_finite()).map(Value::from);
            typed.parse::<i64>().map(Value::from).ok().or_else(measured).unwrap_or_else(|| typed.into())
        }
        _ => typed.into(),
    }
}

fn history(draft: &mut Draft, typed: &str) -> Result<(), EntryError> {
    let never =
        yes_or_no(typed) == Some(false) || typed.eq_ignore_ascii_case("none") || typed.eq_ignore_ascii_case("never");
    let history = draft.section("history", 0);
    if never {
        // Before anybody was born who is treated today: the list is complete, and empty.
        history.insert("complete_since".to_owned(), "1900-01-01".into());
        return Ok(());
    }
    let (code, date) = typed.split_once(char::is_whitespace).ok_or(EntryError::CodeAndDate)?;
    history.insert("complete_since".to_owned(), date.trim().into());
    push(history, "service", vec![("code", code.into()), ("date", date.trim().into())]);
    Ok(())
}

/// Units of a code of a service; short codes become the long form.
fn set_units(draft: &mut Draft, line: usize, code: &str, units: u32) {
    let line = draft.section("line", line);
    if let Some(Value::Array(codes)) = line.remove("codes") {
        for short in codes {
            push(line, "code", vec![("code", short)]);
        }
    }
    let Some(Value::Array(codes)) = line.get_mut("code") else {
        return push(line, "code", vec![("code", code.into()), ("units", units.into())]);
    };
    let named = codes.iter_mut().filter_map(Value::as_object_mut);
    let same = |table: &&mut serde_json::Map<String, Value>| {
        table.get("code").and_then(Value::as_str).is_some_and(|known| known.eq_ignore_ascii_case(code))
    };
    match named.into_iter().find(same) {
        Some(table) => {
            table.insert("units".to_owned(), units.into());
        }
        None => push(line, "code", vec![("code", code.into()), ("units", units.into())]),
    }
}
