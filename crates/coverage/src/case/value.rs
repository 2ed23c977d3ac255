//! One value behind a key: from what was written to a domain type.

use codes::{Cents, IcdCode, Modifier, Ndc, Npi, PlaceOfService, ProcedureCode, StateCode};
use jiff::civil::Date;
use policy::ast::{Duration, DurationUnit, Number, value_key};
use policy::span::{Span, Spanned};

use super::error::{CaseError, Located};
use super::keys::{Names, ValueType};
use super::tree::{Node, NodeKind};
use crate::reference::{NotFound, PayerClass, Reference};

/// Most characters of any text; the longest plan name seen has a third of it.
const TEXT_CHARACTERS_MAX: usize = 200;
/// Most digits of a number: any amount of money or measurement is far shorter.
const DIGITS_MAX: usize = 15;

/// A value of the type that its key asks for.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Value {
    Date(Date),
    Occurrence(super::Occurrence),
    YesNo(bool),
    Word(String),
    State(StateCode),
    Npi(Npi),
    Procedure(ProcedureCode),
    Diagnosis(IcdCode),
    Modifier(Modifier),
    Ndc(Ndc),
    PlaceOfService(PlaceOfService),
    Money(Cents),
    Count(u32),
    Decimal(Number),
    Duration(Duration),
    List(Vec<Spanned<Value>>),
    MoneyByCode(Vec<(ProcedureCode, Cents)>),
}

/// Reads the values of one file and gathers what is wrong with them.
pub(super) struct ValueReader<'a> {
    pub(super) reference: &'a dyn Reference,
    pub(super) errors: &'a mut Vec<Located>,
}

/// Whether a value says "not recorded" aloud: `"?"`, or `null` in JSON.
pub(super) fn is_not_recorded(node: &Node) -> bool {
    match &node.kind {
        NodeKind::Text(text) => text.trim() == "?",
        NodeKind::Null => true,
        _ => false,
    }
}

impl ValueReader<'_> {
    /// The value of a key, or `None` after noting what is wrong with it.
    pub(super) fn value(&mut self, key: &str, expected: ValueType, node: &Node) -> Option<Value> {
        match expected {
            ValueType::Date => self.date(key, node).map(Value::Date),
            ValueType::DateOrFalse => match node.kind {
                NodeKind::YesNo(true) => Some(Value::Occurrence(super::Occurrence::Undated)),
                NodeKind::YesNo(false) => Some(Value::Occurrence(super::Occurrence::Never)),
                _ if matches!(node.kind, NodeKind::Date(_) | NodeKind::Text(_)) => {
                    self.date(key, node).map(|date| Value::Occurrence(super::Occurrence::On(date)))
                }
                _ => self.wrong_type(key, expected, node),
            },
            ValueType::YesNo => match &node.kind {
                NodeKind::YesNo(value) => Some(Value::YesNo(*value)),
                NodeKind::Text(text) if text == "yes" => Some(Value::YesNo(true)),
                NodeKind::Text(text) if text == "no" => Some(Value::YesNo(false)),
                _ => self.wrong_type(key, expected, node),
            },
            ValueType::Choice(words) => self.choice(key, expected, words, node),
            ValueType::Named(names) => self.name(key, expected, names, node),
            ValueType::Text => self.text(key, expected, node).map(|text| Value::Word(text.to_owned())),
            ValueType::State => self.parsed(key, expected, node, codes::StateCodeError::code).map(Value::State),
            ValueType::Npi => self.parsed(key, expected, node, codes::NpiError::code).map(Value::Npi),
            ValueType::Procedure => {
                self.parsed(key, expected, node, codes::ProcedureCodeError::code).map(Value::Procedure)
            }
            ValueType::Diagnosis => self.parsed(key, expected, node, codes::IcdCodeError::code).map(Value::Diagnosis),
            ValueType::Ndc => self.parsed(key, expected, node, codes::NdcError::code).map(Value::Ndc),
            ValueType::PlaceOfService => {
                self.parsed(key, expected, node, codes::PlaceOfServiceError::code).map(Value::PlaceOfService)
            }
            ValueType::Modifier => self.modifier(key, expected, node),
            ValueType::Money => self.money(key, node).map(Value::Money),
            ValueType::Percent => self.count(key, expected, 0, 100, node).map(Value::Count),
            ValueType::Count { min, max } => self.count(key, expected, min, max, node).map(Value::Count),
            ValueType::Duration => match self.text(key, expected, node).map(duration)? {
                Some(duration) => Some(Value::Duration(duration)),
                None => self.wrong_type(key, expected, node),
            },
            ValueType::List { of, max } => self.list(key, expected, *of, max, node),
            ValueType::MoneyByCode => self.money_by_code(key, expected, node),
            ValueType::Decimal => self.decimal(key, expected, node).map(Value::Decimal),
        }
    }

    pub(super) fn error<T>(&mut self, span: Span, error: CaseError) -> Option<T> {
        self.errors.push(Located { span, error });
        None
    }

    fn wrong_type<T>(&mut self, key: &str, expected: ValueType, node: &Node) -> Option<T> {
        let error = CaseError::WrongType { key: key.to_owned(), found: node.kind.name(), expected: expected.name() };
        self.error(node.span, error)
    }

    fn text<'n>(&mut self, key: &str, expected: ValueType, node: &'n Node) -> Option<&'n str> {
        let NodeKind::Text(text) = &node.kind else {
            return self.wrong_type(key, expected, node);
        };
        let characters = text.chars().count();
        if characters > TEXT_CHARACTERS_MAX {
            let what = format!("the text of `{key}`");
            let error = CaseError::TooMany { what, found: characters, max: TEXT_CHARACTERS_MAX };
            return self.error(node.span, error);
        }
        Some(text.trim())
    }

    fn date(&mut self, key: &str, node: &Node) -> Option<Date> {
        let (NodeKind::Date(text) | NodeKind::Text(text)) = &node.kind else {
            return self.wrong_type(key, ValueType::Date, node);
        };
        let shaped = text.len() == 10 && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
        match text.parse() {
            Ok(date) if shaped => Some(date),
            _ => self.error(node.span, CaseError::NotADate { key: key.to_owned() }),
        }
    }

    fn choice(&mut self, key: &str, expected: ValueType, words: &'static [&'static str], node: &Node) -> Option<Value> {
        let text = self.text(key, expected, node)?;
        let fold = |word: &str| value_key(word).to_lowercase().replace(' ', "-");
        if let Some(word) = words.iter().find(|word| fold(word) == fold(text)) {
            return Some(Value::Word((*word).to_owned()));
        }
        let error = CaseError::UnknownValue {
            key: key.to_owned(),
            found: shown(text),
            nearest: codes::suggest(text, words.iter().copied()).map(str::to_owned),
            allowed: words.iter().map(|word| format!("`{word}`")).collect(),
        };
        self.error(node.span, error)
    }

    fn name(&mut self, key: &str, expected: ValueType, names: Names, node: &Node) -> Option<Value> {
        let text = self.text(key, expected, node)?;
        let reference = self.reference;
        let found = match names {
            Names::Payer => reference.payer(text).map(|payer| payer.id.to_owned()),
            // The name is kept as written: it may say a product or a region besides.
            Names::Treatment => reference.treatment(text).map(|_| text.to_owned()),
            Names::PayerClass => among(text, PayerClass::ALL.iter().map(|(word, _)| *word)),
            Names::Region => reference.region(text).map(str::to_owned),
            Names::Document => among(text, reference.dictionary().documents().iter().map(|kind| kind.name.as_str())),
            Names::Measure => {
                let is_measure = |fact: &&policy::dictionary::Fact| {
                    matches!(fact.fact_type, policy::dictionary::FactType::Number { .. })
                };
                let facts = reference.dictionary().facts().iter().filter(is_measure);
                among(text, facts.map(|fact| fact.name.as_str()))
            }
            Names::TrialClass => {
                among(text, reference.dictionary().trial_classes().iter().map(|class| class.name.as_str()))
            }
        };
        match found {
            Ok(id) => Some(Value::Word(id)),
            Err(NotFound { nearest, question }) => {
                let help = question.unwrap_or_else(|| names.listed_by().to_owned());
                let error = CaseError::UnknownName { what: names.name(), found: shown(text), nearest, help };
                self.error(node.span, error)
            }
        }
    }

    /// A value whose own type knows how to read it.
    fn parsed<T>(
        &mut self,
        key: &str,
        expected: ValueType,
        node: &Node,
        code: impl Fn(&T::Err) -> &'static str,
    ) -> Option<T>
    where
        T: std::str::FromStr<Err: std::fmt::Display>,
    {
        let text = self.text(key, expected, node)?;
        match text.parse() {
            Ok(value) => Some(value),
            Err(error) => {
                let error = CaseError::Identifier { code: code(&error), message: error.to_string() };
                self.error(node.span, error)
            }
        }
    }

    fn modifier(&mut self, key: &str, expected: ValueType, node: &Node) -> Option<Value> {
        let modifier: Modifier = self.parsed(key, expected, node, codes::ModifierError::code)?;
        if modifier.exists() {
            return Some(Value::Modifier(modifier));
        }
        let error = CaseError::UnknownModifier {
            found: modifier.to_string(),
            nearest: modifier.nearest().map(|near| near.to_string()).filter(|near| !is_payment_modifier(near)),
        };
        self.error(node.span, error)
    }

    fn money(&mut self, key: &str, node: &Node) -> Option<Cents> {
        let (NodeKind::Number(text) | NodeKind::Text(text)) = &node.kind else {
            return self.wrong_type(key, ValueType::Money, node);
        };
        match text.parse::<Cents>() {
            Ok(amount) if amount >= Cents::ZERO => Some(amount),
            Ok(amount) => {
                let expected = "no less than nothing".to_owned();
                let error = CaseError::OutOfRange { key: key.to_owned(), found: amount.to_string(), expected };
                self.error(node.span, error)
            }
            Err(error) => {
                let error = CaseError::Identifier { code: error.code(), message: error.to_string() };
                self.error(node.span, error)
            }
        }
    }

    fn decimal(&mut self, key: &str, expected: ValueType, node: &Node) -> Option<Number> {
        let (NodeKind::Number(text) | NodeKind::Text(text)) = &node.kind else {
            return self.wrong_type(key, expected, node);
        };
        decimal(text).or_else(|| {
            let error = CaseError::OutOfRange { key: key.to_owned(), found: shown(text), expected: expected.name() };
            self.error(node.span, error)
        })
    }

    fn count(&mut self, key: &str, expected: ValueType, min: u32, max: u32, node: &Node) -> Option<u32> {
        let NodeKind::Number(text) = &node.kind else {
            return self.wrong_type(key, expected, node);
        };
        match text.parse::<i64>().map(u32::try_from) {
            Ok(Ok(count)) if (min..=max).contains(&count) => Some(count),
            _ => {
                let error =
                    CaseError::OutOfRange { key: key.to_owned(), found: shown(text), expected: expected.name() };
                self.error(node.span, error)
            }
        }
    }

    fn list(&mut self, key: &str, expected: ValueType, of: ValueType, max: usize, node: &Node) -> Option<Value> {
        let NodeKind::List(items) = &node.kind else {
            return self.wrong_type(key, expected, node);
        };
        if items.len() > max {
            let error = CaseError::TooMany { what: format!("`{key}`"), found: items.len(), max };
            return self.error(node.span, error);
        }
        let values: Vec<_> = items
            .iter()
            .filter_map(|item| self.value(key, of, item).map(|value| Spanned::new(value, item.span)))
            .collect();
        Some(Value::List(values))
    }

    fn money_by_code(&mut self, key: &str, expected: ValueType, node: &Node) -> Option<Value> {
        let NodeKind::Table(table) = &node.kind else {
            return self.wrong_type(key, expected, node);
        };
        let mut amounts = Vec::new();
        for entry in &table.entries {
            let code = match entry.key.parse::<ProcedureCode>() {
                Ok(code) => Some(code),
                Err(error) => {
                    let error = CaseError::Identifier { code: error.code(), message: error.to_string() };
                    self.error(entry.key_span, error)
                }
            };
            if let (Some(code), Some(amount)) = (code, self.money(&entry.key, &entry.value)) {
                amounts.push((code, amount));
            }
        }
        Some(Value::MoneyByCode(amounts))
    }
}

/// Modifiers that make a claim pay where it would not: never proposed, not even as a spelling.
pub(crate) fn is_payment_modifier(modifier: &str) -> bool {
    matches!(modifier, "25" | "59" | "XE" | "XP" | "XS" | "XU" | "KX")
}

/// The decimal number that a text is, exactly; `None` for anything else.
pub(super) fn decimal(text: &str) -> Option<Number> {
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, ""));
    let digits_only = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !digits_only(whole) || !digits_only(fraction) || whole.len() + fraction.len() > DIGITS_MAX {
        return None;
    }
    if unsigned.ends_with('.') {
        return None;
    }
    let magnitude: i64 = format!("{whole}{fraction}").parse().ok()?;
    let digits = if text.starts_with('-') { -magnitude } else { magnitude };
    Some(Number { digits, scale: u8::try_from(fraction.len()).ok()? })
}

/// `3 months`, `1 week`.
fn duration(text: &str) -> Option<Duration> {
    let (count, unit) = text.split_once(' ')?;
    let unit = match unit.trim().trim_end_matches('s') {
        "day" => DurationUnit::Day,
        "week" => DurationUnit::Week,
        "month" => DurationUnit::Month,
        "year" => DurationUnit::Year,
        _ => return None,
    };
    // A treatment of more than a century is a slip of the finger.
    let count = count.parse::<u32>().ok().filter(|count| *count <= 36_525)?;
    Some(Duration { count, unit })
}

/// User input, cut to what fits a line and without control characters.
pub(super) fn shown(text: &str) -> String {
    const CHARACTERS_MAX: usize = 40;
    let mut cut: String =
        text.chars().take(CHARACTERS_MAX).map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect();
    if text.chars().count() > CHARACTERS_MAX {
        cut.push('…');
    }
    cut
}

fn among<'a>(text: &str, names: impl Iterator<Item = &'a str> + Clone) -> Result<String, NotFound> {
    let key = value_key(text).to_lowercase();
    match names.clone().find(|name| value_key(name).to_lowercase() == key) {
        Some(name) => Ok(name.to_owned()),
        None => Err(NotFound { nearest: codes::suggest(text, names).map(str::to_owned), question: None }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_are_exact() {
        assert_eq!(decimal("27.5"), Some(Number { digits: 275, scale: 1 }));
        assert_eq!(decimal("-3"), Some(Number { digits: -3, scale: 0 }));
        for text in ["", ".5", "5.", "1e3", "0x10", "1_0", "12345678901234567", "5.0.0", "--1"] {
            assert_eq!(decimal(text), None, "{text}");
        }
    }

    #[test]
    fn durations() {
        assert_eq!(duration("3 months"), Some(Duration { count: 3, unit: DurationUnit::Month }));
        assert_eq!(duration("1 week"), Some(Duration { count: 1, unit: DurationUnit::Week }));
        assert_eq!(duration("3"), None);
        assert_eq!(duration("3 moons"), None);
    }
}
