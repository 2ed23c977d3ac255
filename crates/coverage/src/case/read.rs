//! From the tree to records: every key known, every value of its type, or an error.

use policy::dictionary::{Fact, FactType, GivenBy, Unit};
use policy::inputs::Known;
use policy::span::{Span, Spanned};

use super::error::{CaseError, Located};
use super::fact_keys::key_of_fact;
use super::keys::{Key, SECTIONS, Section, Shape, ValueType};
use super::tree::{Entry, Node, NodeKind, Table};
use super::value::{Value, ValueReader, decimal, is_not_recorded, shown};
use crate::reference::Reference;

/// Most facts under `[chart]`.
const CHART_FACTS_MAX: usize = 1_000;
/// Most characters of a word that names something: a county, a product.
const NAME_CHARACTERS_MAX: usize = 100;

/// Keys that would say who the patient is. They get an error of their own, because the usual
/// "did you mean" would invite the same data under another name.
const IDENTITY_KEYS: [&str; 16] = [
    "name",
    "first_name",
    "last_name",
    "patient_name",
    "member_id",
    "member_number",
    "subscriber_id",
    "policy_number",
    "ssn",
    "mrn",
    "email",
    "phone",
    "address",
    "street",
    "city",
    "zip",
];

/// One section as it was found in the file.
#[derive(Debug)]
pub(super) struct Record {
    pub(super) section: &'static Section,
    /// Where the section stands.
    pub(super) span: Span,
    values: Vec<(&'static str, Spanned<Value>)>,
    /// The sections below, in the order of the file.
    pub(super) children: Vec<Record>,
    /// Facts, for `[chart]`.
    pub(super) facts: Vec<(String, Spanned<Known>)>,
}

/// What could be read, and where values stand that an error may show.
pub(super) struct Reading {
    pub(super) root: Record,
    /// Values that say nothing about who the patient is.
    pub(super) public: Vec<Span>,
}

/// Reads a whole tree.
pub(super) fn read(tree: &Table, whole: Span, reference: &dyn Reference, errors: &mut Vec<Located>) -> Reading {
    let top = Section::at("").expect("the key table starts with the top");
    let mut reader = Reader { values: ValueReader { reference, errors }, public: Vec::new() };
    let root = reader.record(top, whole, tree);
    Reading { root, public: reader.public }
}

struct Reader<'a> {
    values: ValueReader<'a>,
    public: Vec<Span>,
}

impl<'a> Reader<'a> {
    fn record(&mut self, section: &'static Section, span: Span, table: &Table) -> Record {
        let mut record = Record { section, span, values: Vec::new(), children: Vec::new(), facts: Vec::new() };
        self.duplicates(section, table);
        if section.shape == Shape::Facts {
            self.chart(&mut record, table);
            return record;
        }
        for entry in &table.entries {
            if let Some(key) = section.key(&entry.key) {
                self.value(&mut record, key, entry);
            } else if let Some(child) = section.children().find(|child| child.name() == entry.key) {
                self.child(&mut record, child, entry);
            } else {
                self.unknown_key(section, entry);
            }
        }
        for key in section.keys.iter().filter(|key| key.required) {
            if !table.entries.iter().any(|entry| entry.key == key.name) {
                let error =
                    CaseError::Missing { key: key.name, section: in_words(section), example: key.example.to_owned() };
                self.values.error::<()>(start_of(span), error);
            }
        }
        record
    }

    fn value(&mut self, record: &mut Record, key: &'static Key, entry: &Entry) {
        if !key.private && key.value != ValueType::Text {
            self.public.push(entry.value.span);
        }
        if !key.required && is_not_recorded(&entry.value) {
            return;
        }
        if let Some(value) = self.values.value(key.name, key.value, &entry.value) {
            record.values.push((key.name, Spanned::new(value, entry.value.span)));
        }
    }

    fn child(&mut self, record: &mut Record, child: &'static Section, entry: &Entry) {
        match (child.shape, &entry.value.kind) {
            (Shape::One | Shape::Facts, NodeKind::Table(table)) => {
                let inner = self.record(child, entry.key_span, table);
                record.children.push(inner);
            }
            (Shape::Many { max }, NodeKind::List(items)) => self.children(record, child, items, max, entry),
            (Shape::Many { .. }, found) => self.wrong_shape(child, entry, found, "a list of tables, each `[[…]]`"),
            (_, found) => self.wrong_shape(child, entry, found, "one table, `[…]`"),
        }
    }

    fn children(&mut self, record: &mut Record, child: &'static Section, items: &[Node], max: usize, entry: &Entry) {
        if items.len() > max {
            let error = CaseError::TooMany { what: in_words(child), found: items.len(), max };
            self.values.error::<()>(entry.key_span, error);
            return;
        }
        for item in items {
            if let NodeKind::Table(table) = &item.kind {
                let inner = self.record(child, item.span, table);
                record.children.push(inner);
            } else {
                self.wrong_shape(child, entry, &item.kind, "a list of tables, each `[[…]]`");
            }
        }
    }

    fn wrong_shape(&mut self, child: &'static Section, entry: &Entry, found: &NodeKind, expected: &'static str) {
        let error = CaseError::WrongShape { key: child.name(), found: found.name(), expected };
        self.values.error::<()>(entry.key_span, error);
    }

    fn duplicates(&mut self, section: &'static Section, table: &Table) {
        for (index, entry) in table.entries.iter().enumerate() {
            if table.entries[..index].iter().any(|earlier| earlier.key == entry.key) {
                let error = CaseError::Duplicate { key: shown_key(&entry.key), section: in_words(section) };
                self.values.error::<()>(entry.key_span, error);
            }
        }
    }

    fn unknown_key(&mut self, section: &'static Section, entry: &Entry) {
        let key = self.show(entry);
        let known: Vec<&'static str> =
            section.keys.iter().map(|key| key.name).chain(section.children().map(Section::name)).collect();
        let error = match (nearest_key(&entry.key, &known), home_of(&entry.key)) {
            _ if IDENTITY_KEYS.contains(&entry.key.as_str()) => CaseError::Identity { key },
            (None, Some(home)) => CaseError::MisplacedKey { key, section: in_words(section), belongs: in_words(home) },
            (nearest, _) => CaseError::UnknownKey { key, section: in_words(section), nearest, known },
        };
        self.values.error::<()>(entry.key_span, error);
    }

    /// A key as errors may repeat it; what does not look like a key may be a name.
    fn show(&mut self, entry: &Entry) -> String {
        let shown = shown_key(&entry.key);
        if shown == entry.key {
            self.public.push(entry.key_span);
        }
        shown
    }

    fn chart(&mut self, record: &mut Record, table: &Table) {
        if table.entries.len() > CHART_FACTS_MAX {
            let found = table.entries.len();
            let error = CaseError::TooMany { what: "`[chart]`".into(), found, max: CHART_FACTS_MAX };
            self.values.error::<()>(record.span, error);
            return;
        }
        for entry in &table.entries {
            if let Some(fact) = self.fact(entry)
                && let Some(known) = self.known(fact, entry)
            {
                let name = fact.name.clone();
                record.facts.push((name, Spanned::new(known, entry.value.span)));
            }
        }
    }

    fn fact(&mut self, entry: &Entry) -> Option<&'a Fact> {
        let dictionary = self.values.reference.dictionary();
        let found = self.show(entry);
        let Some(fact) = dictionary.fact_id(&entry.key.replace('-', "_")).map(|id| dictionary.fact(id)) else {
            let chart = |fact: &&Fact| fact.given_by == GivenBy::Chart;
            let names = || dictionary.facts().iter().filter(chart).map(|fact| fact.name.as_str());
            let longer = || names().find(|name| name.starts_with(&entry.key));
            let nearest = codes::suggest(&entry.key, names()).or_else(longer).map(str::to_owned);
            return self.values.error(entry.key_span, CaseError::UnknownFact { found, nearest });
        };
        if fact.given_by == GivenBy::Case {
            let error = CaseError::DerivedFact { found, key: key_of_fact(&fact.name) };
            return self.values.error(entry.key_span, error);
        }
        if fact.fact_type != FactType::Name {
            self.public.push(entry.value.span);
        }
        Some(fact)
    }

    fn known(&mut self, fact: &Fact, entry: &Entry) -> Option<Known> {
        let node = &entry.value;
        if is_not_recorded(node) {
            return Some(Known::Asked);
        }
        match (&fact.fact_type, &node.kind) {
            (FactType::YesNo, NodeKind::YesNo(value)) => Some(Known::YesNo(*value)),
            (FactType::YesNo, NodeKind::Text(text)) if text == "yes" => Some(Known::YesNo(true)),
            (FactType::YesNo, NodeKind::Text(text)) if text == "no" => Some(Known::YesNo(false)),
            (FactType::Number { unit, decimals }, NodeKind::Number(text) | NodeKind::Text(text)) => {
                let number = match text.trim().split_once(' ') {
                    Some((number, word)) if Unit::from_word(word.trim()) == Some(*unit) => number,
                    Some(_) => "",
                    None => text.trim(),
                };
                match decimal(number).filter(|number| number.at_scale(*decimals).is_some()) {
                    Some(number) => Some(Known::Number(number)),
                    None => self.wrong_fact(fact, node),
                }
            }
            (FactType::Choice { values }, NodeKind::Text(text)) => match fact.value_id(text) {
                Some(id) => Some(Known::Word(values[id.0 as usize].clone())),
                None => {
                    // All values rather than the nearest: which one is true, only the chart can say.
                    let error = CaseError::UnknownValue {
                        key: fact.name.clone(),
                        found: shown(text),
                        nearest: None,
                        allowed: values.iter().map(|value| format!("`{value}`")).collect(),
                    };
                    self.values.error(node.span, error)
                }
            },
            (FactType::Name, NodeKind::Text(text)) if text.chars().count() <= NAME_CHARACTERS_MAX => {
                Some(Known::Word(text.trim().to_owned()))
            }
            _ => self.wrong_fact(fact, node),
        }
    }

    fn wrong_fact(&mut self, fact: &Fact, node: &Node) -> Option<Known> {
        let expected = match &fact.fact_type {
            FactType::YesNo => "`true` or `false`".to_owned(),
            FactType::Number { unit, decimals: 0 } => format!("a whole number of {unit}"),
            FactType::Number { unit, decimals } => {
                format!("a number of {unit} with at most {decimals} digits after the point")
            }
            FactType::Choice { values } => format!("one of {}", values.join(", ")),
            FactType::Name => "a short text in quotes".to_owned(),
        };
        let error = CaseError::WrongType { key: fact.name.clone(), found: node.kind.name(), expected };
        self.values.error(node.span, error)
    }
}

impl Record {
    /// The value of a key, if it was written.
    pub(super) fn get(&self, key: &str) -> Option<&Spanned<Value>> {
        debug_assert!(self.section.key(key).is_some(), "`{key}` is not a key of `{}`", self.section.path);
        self.values.iter().find(|(name, _)| *name == key).map(|(_, value)| value)
    }

    /// The only section of this name below, if it was written.
    pub(super) fn child<'r>(&'r self, name: &'r str) -> Option<&'r Record> {
        self.children_named(name).next()
    }

    /// Every section of this name below, in the order of the file.
    pub(super) fn children_named<'r>(&'r self, name: &'r str) -> impl Iterator<Item = &'r Record> {
        debug_assert!(self.section.children().any(|child| child.name() == name));
        self.children.iter().filter(move |child| child.section.name() == name)
    }
}

/// How errors call a section: `[patient]`, `[[line]]`, "the case".
pub(super) fn in_words(section: &Section) -> String {
    match section.shape {
        _ if section.path.is_empty() => "the case".to_owned(),
        Shape::Many { .. } => format!("`[[{}]]`", section.path),
        Shape::One | Shape::Facts => format!("`[{}]`", section.path),
    }
}

/// A section elsewhere that has this key, or whose name it is.
fn home_of(written: &str) -> Option<&'static Section> {
    SECTIONS.iter().find(|section| section.key(written).is_some())
}

/// A key as errors may repeat it: only what looks like a key.
fn shown_key(key: &str) -> String {
    let plain = key.len() <= 48 && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'));
    if plain { key.to_owned() } else { "…".to_owned() }
}

/// The known key that was likely meant: one that differs by a slip, or that has the word as one of its parts.
fn nearest_key(written: &str, known: &[&'static str]) -> Option<String> {
    let slip = codes::suggest(written, known.iter().copied());
    let part = || known.iter().copied().find(|key| key.split('_').any(|word| word == written));
    slip.or_else(part).map(str::to_owned)
}

/// The first character of a span, for an error about something that is missing there.
fn start_of(span: Span) -> Span {
    Span::new(span.start, (span.start + 1).min(span.end))
}
