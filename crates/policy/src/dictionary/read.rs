//! Reading dictionary files.

use std::collections::BTreeSet;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::{
    Assumed, Dictionary, DocumentKind, Fact, FactType, FactValue, GivenBy, Move, TrialClass, Unit, ValueId, Vocabulary,
    Who,
};
use crate::ast::value_key;
use crate::diagnostic::codes::dictionary as codes;
use crate::diagnostic::{Diagnostic, Explanation, Report, Severity};
use crate::lex::NUMBER_SCALE_MAX;
use crate::parse::{RESERVED, parse_number};
use crate::span::{SourceId, Span};

/// Largest dictionary file in bytes: a fact has about 300, so this is more than ten thousand facts.
pub const DICTIONARY_BYTES_MAX: usize = 4 * 1024 * 1024;

/// What came out of the dictionary files.
#[derive(Clone, Debug)]
pub struct ParsedDictionary {
    /// The dictionary; none if there was any error.
    pub dictionary: Option<Dictionary>,
    /// All errors, in the order of the files.
    pub diagnostics: Vec<Diagnostic>,
}

/// Reads any number of files as one dictionary; `vocabulary` gives the values of facts with `values_from`.
///
/// All errors are found in one pass.
#[must_use]
pub fn parse(files: &[(SourceId, &str)], vocabulary: &Vocabulary) -> ParsedDictionary {
    let mut dictionary = Dictionary::default();
    let mut diagnostics = Vec::new();
    for (source, text) in files {
        let mut reader = Reader { dictionary: &mut dictionary, vocabulary, report: Report::new(*source) };
        reader.file(text);
        diagnostics.extend(reader.report.finish());
    }
    let failed = diagnostics.iter().any(|diagnostic| diagnostic.severity == Severity::Error);
    ParsedDictionary { dictionary: (!failed).then_some(dictionary), diagnostics }
}

struct Reader<'a> {
    dictionary: &'a mut Dictionary,
    vocabulary: &'a Vocabulary,
    report: Report,
}

/// Could not be read; why is in the report.
struct Failed;

type Read<T> = Result<T, Failed>;

/// What a table of the file defines.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Entry {
    Fact,
    Document,
    TrialClass,
}

impl Entry {
    const fn words(self) -> &'static str {
        match self {
            Self::Fact => "fact",
            Self::Document => "document",
            Self::TrialClass => "class of treatment",
        }
    }

    const fn keys(self) -> &'static [&'static str] {
        match self {
            Self::Fact => &[
                "type",
                "unit",
                "decimals",
                "values",
                "values_from",
                "label",
                "label_no",
                "question",
                "question_es",
                "who",
                "where",
                "move",
                "given_by",
                "assumed",
                "says",
                "after_service",
            ],
            Self::Document => &["label", "question", "question_es", "who", "after_service"],
            Self::TrialClass => &["label"],
        }
    }
}

/// What was defined.
enum Defined {
    Fact(Box<Fact>),
    Document(DocumentKind),
    TrialClass(TrialClass),
}

/// The tables that hold the other two kinds of entry.
const DOCUMENTS: &str = "document";
const TRIAL_CLASSES: &str = "trial_class";

impl Reader<'_> {
    fn add(&mut self, explanation: &'static Explanation, span: Span, message: String, help: &str) {
        let diagnostic = self.report.error(explanation, span, message);
        self.report.add(if help.is_empty() { diagnostic } else { diagnostic.help(help) });
    }

    fn fail<T>(&mut self, explanation: &'static Explanation, span: Span, message: String, help: &str) -> Read<T> {
        self.add(explanation, span, message, help);
        Err(Failed)
    }

    fn file(&mut self, text: &str) {
        if text.len() > DICTIONARY_BYTES_MAX {
            let message = format!("the file has {} bytes, more than {DICTIONARY_BYTES_MAX}", text.len());
            return self.add(&codes::TOO_LARGE, Span::default(), message, "");
        }
        let (root, errors) = DeTable::parse_recoverable(text);
        for error in &errors {
            let span = error.span().map_or(Span::default(), |range| span(&range));
            self.add(&codes::TOML, span, format!("not TOML: {}", error.message()), "");
        }
        if !errors.is_empty() {
            // What is missing or unknown now may only follow from these.
            return;
        }
        for (name, place, value) in in_order(root.get_ref()) {
            match name {
                DOCUMENTS | TRIAL_CLASSES => {
                    let entry = if name == DOCUMENTS { Entry::Document } else { Entry::TrialClass };
                    let Ok(table) = self.table(place, name, value) else { continue };
                    for (name, place, value) in in_order(table) {
                        // What is wrong is in the report; the next entry is read all the same.
                        let _ = self.entry(entry, name, place, value);
                    }
                }
                _ => {
                    let _ = self.entry(Entry::Fact, name, place, value);
                }
            }
        }
    }

    fn table<'t>(&mut self, place: Span, name: &str, value: &'t DeValue<'t>) -> Read<&'t DeTable<'t>> {
        match value {
            DeValue::Table(table) => Ok(table),
            _ => self.fail(
                &codes::WRONG_TYPE,
                place,
                format!("`{name}` is not a table"),
                "write `[name]` and the keys below it",
            ),
        }
    }

    fn entry(&mut self, entry: Entry, name: &str, place: Span, value: &DeValue<'_>) -> Read<()> {
        let table = self.table(place, name, value)?;
        self.check_name(entry, name, place);
        for (key, place, _) in in_order(table) {
            if !entry.keys().contains(&key) {
                let help = codes_help(key, entry.keys());
                self.add(&codes::UNKNOWN_KEY, place, format!("a {} has no key `{key}`", entry.words()), &help);
            }
        }
        let mut fields = Fields { reader: self, table, name, place, missing: Vec::new() };
        let read = fields.entry(entry);
        if !fields.missing.is_empty() {
            let missing = fields.missing.join("`, no `");
            let message = format!("the {} `{name}` has no `{missing}`", entry.words());
            self.add(&codes::MISSING_KEY, place, message, "");
        }
        match read? {
            Defined::Fact(fact) => self.dictionary.add_fact(*fact),
            Defined::Document(kind) => self.dictionary.add_document(kind),
            Defined::TrialClass(class) => self.dictionary.add_trial_class(class),
        }
        Ok(())
    }

    /// Reports a name that policies could not write, or that is taken.
    fn check_name(&mut self, entry: Entry, name: &str, place: Span) {
        let is_name = name.starts_with(|first: char| first.is_ascii_lowercase())
            && name.chars().all(|next| next.is_ascii_lowercase() || next.is_ascii_digit() || next == '_');
        let reserved = entry == Entry::Fact && RESERVED.contains(&name);
        if entry != Entry::Document && (!is_name || reserved) {
            let help =
                "begin with a small letter; use small letters, digits and `_`, and no word of the policy language";
            self.add(&codes::NAME, place, format!("`{name}` cannot name a {}", entry.words()), help);
        }
        let dictionary = &self.dictionary;
        let taken = match entry {
            Entry::Fact => dictionary.fact_id(name).map(|id| dictionary.fact(id).place),
            Entry::Document => dictionary.document_id(name).map(|id| dictionary.document(id).place),
            Entry::TrialClass => dictionary.trial_class_id(name).map(|id| dictionary.trial_class(id).place),
        };
        if let Some((source, first)) = taken {
            let message = format!("the {} `{name}` is already defined", entry.words());
            let diagnostic = self.report.error(&codes::REPEATED, place, message).at(source, first, "here");
            self.report.add(diagnostic);
        }
    }
}

const WHO: [(Who, &str); 6] = [
    (Who::Clinician, "clinician"),
    (Who::Patient, "patient"),
    (Who::FrontDesk, "front-desk"),
    (Who::Biller, "biller"),
    (Who::Payer, "payer"),
    (Who::Practice, "practice"),
];

const MOVE: [(Move, &str); 4] =
    [(Move::Record, "record"), (Move::Choose, "choose"), (Move::Wait, "wait"), (Move::Never, "never")];

const GIVEN_BY: [(GivenBy, &str); 2] = [(GivenBy::Chart, "chart"), (GivenBy::Case, "case")];

#[derive(Clone, Copy, PartialEq, Eq)]
enum TypeWord {
    YesNo,
    Number,
    Choice,
    Name,
}

const TYPES: [(TypeWord, &str); 4] =
    [(TypeWord::YesNo, "yes-no"), (TypeWord::Number, "number"), (TypeWord::Choice, "choice"), (TypeWord::Name, "name")];

/// The keys of one entry.
struct Fields<'r, 'a, 't> {
    reader: &'r mut Reader<'a>,
    table: &'t DeTable<'t>,
    name: &'t str,
    place: Span,
    /// Required keys that are not there.
    missing: Vec<&'static str>,
}

impl<'t> Fields<'_, '_, 't> {
    fn get(&self, key: &str) -> Option<(&'t DeValue<'t>, Span)> {
        self.table.get(key).map(|value: &Spanned<DeValue>| (value.get_ref(), span(&value.span())))
    }

    fn fail<T>(&mut self, explanation: &'static Explanation, span: Span, message: String, help: &str) -> Read<T> {
        self.reader.fail(explanation, span, message, help)
    }

    fn entry(&mut self, entry: Entry) -> Read<Defined> {
        let name = self.name.to_owned();
        let place = (self.reader.report.source, self.place);
        match entry {
            Entry::Fact => self.fact().map(|fact| Defined::Fact(Box::new(fact))),
            Entry::Document => {
                let (label, question, who) = (self.text("label"), self.text("question"), self.word("who", &WHO));
                let (question_es, label, question, who) = (self.optional_text("question_es")?, label?, question?, who?);
                let after_service = self.flag("after_service")?;
                Ok(Defined::Document(DocumentKind { name, place, label, question, question_es, who, after_service }))
            }
            Entry::TrialClass => Ok(Defined::TrialClass(TrialClass { name, place, label: self.text("label")? })),
        }
    }

    fn missing<T>(&mut self, key: &'static str) -> Read<T> {
        self.missing.push(key);
        Err(Failed)
    }

    fn optional_text(&mut self, key: &str) -> Read<Option<String>> {
        match self.get(key) {
            None => Ok(None),
            Some((DeValue::String(text), place)) if text.trim().is_empty() => {
                self.fail(&codes::EMPTY, place, format!("`{key}` is empty"), "")
            }
            Some((DeValue::String(text), _)) => Ok(Some(text.clone().into_owned())),
            Some((_, place)) => self.fail(
                &codes::WRONG_TYPE,
                place,
                format!("`{key}` is not a text"),
                "write it between quotation marks",
            ),
        }
    }

    /// A key that is `false` unless it is written.
    fn flag(&mut self, key: &str) -> Read<bool> {
        match self.get(key) {
            None => Ok(false),
            Some((DeValue::Boolean(value), _)) => Ok(*value),
            Some((_, place)) => {
                let message = format!("`{key}` is not `true` or `false`");
                self.fail(&codes::WRONG_TYPE, place, message, "write `true`, or leave it out")
            }
        }
    }

    fn text(&mut self, key: &'static str) -> Read<String> {
        match self.optional_text(key)? {
            Some(text) => Ok(text),
            None => self.missing(key),
        }
    }

    fn optional_word<T: Copy>(&mut self, key: &str, words: &[(T, &'static str)]) -> Read<Option<T>> {
        let Some(written) = self.optional_text(key)? else { return Ok(None) };
        if let Some((value, _)) = words.iter().find(|(_, word)| *word == written) {
            return Ok(Some(*value));
        }
        let place = self.get(key).map_or(self.place, |(_, place)| place);
        let known: Vec<&str> = words.iter().map(|(_, word)| *word).collect();
        self.fail(&codes::UNKNOWN_WORD, place, format!("`{key}` cannot be `{written}`"), &codes_help(&written, &known))
    }

    fn word<T: Copy>(&mut self, key: &'static str, words: &[(T, &'static str)]) -> Read<T> {
        match self.optional_word(key, words)? {
            Some(value) => Ok(value),
            None => self.missing(key),
        }
    }

    fn fact(&mut self) -> Read<Fact> {
        let fact_type = self.fact_type();
        let assumed = match &fact_type {
            Ok(fact_type) => self.assumed(fact_type),
            Err(Failed) => Err(Failed),
        };
        let (label, question, who) = (self.text("label"), self.text("question"), self.word("who", &WHO));
        let (question_es, label_no) = (self.optional_text("question_es"), self.optional_text("label_no"));
        let (found_in, movable, given_by) =
            (self.optional_text("where"), self.word("move", &MOVE), self.optional_word("given_by", &GIVEN_BY));
        let after_service = self.flag("after_service");
        Ok(Fact {
            name: self.name.to_owned(),
            place: (self.reader.report.source, self.place),
            fact_type: fact_type?,
            label: label?,
            label_no: label_no?,
            question: question?,
            question_es: question_es?,
            who: who?,
            found_in: found_in?,
            movable: movable?,
            given_by: given_by?.unwrap_or(GivenBy::Chart),
            assumed: assumed?,
            after_service: after_service?,
        })
    }

    fn fact_type(&mut self) -> Read<FactType> {
        let word = self.word("type", &TYPES)?;
        let misplaced: &[&str] = match word {
            TypeWord::YesNo => &["unit", "decimals", "values", "values_from"],
            TypeWord::Name => &["unit", "decimals", "values", "values_from", "label_no"],
            TypeWord::Number => &["values", "values_from", "label_no"],
            TypeWord::Choice => &["unit", "decimals", "label_no"],
        };
        for key in misplaced {
            if let Some((_, place)) = self.get(key) {
                let message = format!("a fact of this type has no `{key}`");
                self.reader.add(&codes::MISPLACED_KEY, place, message, "");
            }
        }
        match word {
            TypeWord::YesNo => Ok(FactType::YesNo),
            TypeWord::Name => Ok(FactType::Name),
            TypeWord::Number => {
                let units = Unit::ALL.map(|(unit, words)| (unit, words[0]));
                let written = self.text("unit")?;
                let unit = Unit::from_word(&written).map_or_else(|| self.word("unit", &units), Ok);
                let decimals = self.decimals();
                Ok(FactType::Number { unit: unit?, decimals: decimals? })
            }
            TypeWord::Choice => Ok(FactType::Choice { values: self.values()? }),
        }
    }

    fn decimals(&mut self) -> Read<u8> {
        let Some((value, place)) = self.get("decimals") else { return Ok(0) };
        let decimals = value.as_integer().and_then(|number| number.as_str().parse().ok());
        match decimals {
            Some(decimals) if decimals <= NUMBER_SCALE_MAX => Ok(decimals),
            _ => {
                let message = format!("`decimals` is not a whole number from 0 to {NUMBER_SCALE_MAX}");
                self.fail(&codes::DECIMALS, place, message, "")
            }
        }
    }

    fn values(&mut self) -> Read<Vec<String>> {
        let sources = [
            ("payers", &self.reader.vocabulary.payers),
            ("payer-classes", &self.reader.vocabulary.payer_classes),
            ("states", &self.reader.vocabulary.states),
            ("macs", &self.reader.vocabulary.macs),
            ("treatments", &self.reader.vocabulary.treatments),
            ("regions", &self.reader.vocabulary.regions),
        ]
        .map(|(word, values)| (values.as_slice(), word));
        let from = self.optional_word("values_from", &sources)?;
        match (self.get("values"), from) {
            (None, Some(values)) => Ok(values.to_vec()),
            (Some((DeValue::Array(values), place)), None) => self.own_values(values, place),
            (Some((_, place)), None) => self.fail(
                &codes::WRONG_TYPE,
                place,
                "`values` is not a list".to_owned(),
                "write `values = [\"a\", \"b\"]`",
            ),
            (Some((_, place)), Some(_)) => {
                let message = "a choice has `values` or `values_from`, not both".to_owned();
                self.fail(&codes::VALUES, place, message, "")
            }
            (None, None) => {
                let message = format!("the choice `{}` has no values", self.name);
                self.fail(&codes::VALUES, self.place, message, "add `values = [\"a\", \"b\"]` or `values_from`")
            }
        }
    }

    fn own_values(&mut self, written: &[Spanned<DeValue<'_>>], place: Span) -> Read<Vec<String>> {
        let mut values = Vec::new();
        let mut keys = BTreeSet::new();
        for value in written {
            let place = span(&value.span());
            let Some(text) = value.get_ref().as_str().filter(|text| !text.trim().is_empty()) else {
                return self.fail(&codes::WRONG_TYPE, place, "this value is not a text".to_owned(), "");
            };
            if !keys.insert(value_key(text)) {
                return self.fail(&codes::VALUES, place, format!("the value `{text}` is already there"), "");
            }
            values.push(text.to_owned());
        }
        if values.is_empty() {
            return self.fail(&codes::VALUES, place, "`values` is empty".to_owned(), "");
        }
        Ok(values)
    }

    fn assumed(&mut self, fact_type: &FactType) -> Read<Option<Assumed>> {
        let says = self.optional_text("says")?;
        let (value, place, says) = match (self.get("assumed"), says) {
            (None, None) => return Ok(None),
            (Some((value, place)), Some(says)) => (value, place, says),
            (Some((_, place)), None) => {
                let message = format!("`{}` is assumed, but nothing says so", self.name);
                return self.fail(&codes::ASSUMED, place, message, "add `says = \"taken as …; say so if not\"`");
            }
            (None, Some(_)) => {
                let message = format!("`{}` says what is assumed, but nothing is", self.name);
                return self.fail(&codes::ASSUMED, self.place, message, "add `assumed`, or take `says` away");
            }
        };
        match assumed_value(value, fact_type) {
            Some(value) => Ok(Some(Assumed { value, says })),
            None => {
                let message = format!("`{}` cannot have the value that it is assumed to have", self.name);
                self.fail(&codes::ASSUMED, place, message, "")
            }
        }
    }
}

fn assumed_value(value: &DeValue<'_>, fact_type: &FactType) -> Option<FactValue> {
    let text = match value {
        DeValue::String(text) => text.as_ref(),
        DeValue::Integer(number) if number.radix() == 10 => number.as_str(),
        DeValue::Float(number) => number.as_str(),
        _ => return None,
    };
    match fact_type {
        FactType::YesNo => match text {
            "yes" => Some(FactValue::YesNo(true)),
            "no" => Some(FactValue::YesNo(false)),
            _ => None,
        },
        FactType::Number { decimals, .. } => parse_number(text).ok()?.at_scale(*decimals).map(FactValue::Number),
        FactType::Choice { values } => {
            let position = values.iter().position(|value| value_key(value) == value_key(text))?;
            Some(FactValue::Choice(ValueId(u32::try_from(position).ok()?)))
        }
        FactType::Name => Some(FactValue::Name(text.to_owned())),
    }
}

/// The entries of a table in the order of the file.
fn in_order<'t>(table: &'t DeTable<'t>) -> Vec<(&'t str, Span, &'t DeValue<'t>)> {
    let mut entries: Vec<_> =
        table.iter().map(|(key, value)| (key.get_ref().as_ref(), span(&key.span()), value.get_ref())).collect();
    entries.sort_by_key(|(_, place, _)| *place);
    entries
}

fn span(range: &std::ops::Range<usize>) -> Span {
    let position = |at| u32::try_from(at).expect("a file is smaller than DICTIONARY_BYTES_MAX");
    Span::new(position(range.start), position(range.end))
}

/// "Did you mean", or all words.
fn codes_help(written: &str, known: &[&str]) -> String {
    match ::codes::suggest(written, known.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("write one of {}", known.join(", ")),
    }
}
