//! The fact dictionary: what a policy may ask for, in which type, and how a person is asked.

mod read;
mod unit;

use std::collections::BTreeMap;

use crate::ast::value_key;
use crate::span::{SourceId, Span};
pub use read::{DICTIONARY_BYTES_MAX, ParsedDictionary, parse};
pub use unit::Unit;

/// Position of a fact in its [`Dictionary`]: dense, from 0, in the order of the files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FactId(pub u32);

/// Position of a document kind in its [`Dictionary`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DocumentId(pub u32);

/// Position of a class of earlier treatment in its [`Dictionary`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TrialClassId(pub u32);

/// Position of a value among those of a choice fact: dense, from 0, in the order of the dictionary or vocabulary.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ValueId(pub u32);

/// All facts, documents and classes of earlier treatment that policies may name.
#[derive(Clone, Debug, Default)]
pub struct Dictionary {
    facts: Vec<Fact>,
    fact_ids: BTreeMap<String, FactId>,
    documents: Vec<DocumentKind>,
    document_ids: BTreeMap<String, DocumentId>,
    trial_classes: Vec<TrialClass>,
    trial_class_ids: BTreeMap<String, TrialClassId>,
}

/// One fact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fact {
    /// The name that policies write.
    pub name: String,
    /// Where it is defined.
    pub place: (SourceId, Span),
    /// What its values are.
    pub fact_type: FactType,
    /// Noun phrase used in reasons: `headache days a month`.
    pub label: String,
    /// The same where a yes-no fact is no; without it, `no` stands before the label.
    pub label_no: Option<String>,
    /// The question that is put to `who`.
    pub question: String,
    /// The same in Spanish.
    pub question_es: Option<String>,
    /// Who can answer it.
    pub who: Who,
    /// Where the answer is found: `headache diary in the chart`.
    pub found_in: Option<String>,
    /// What advice may do with it.
    pub movable: Move,
    /// Who supplies it.
    pub given_by: GivenBy,
    /// What it is taken as while it is not recorded; without this it is open.
    pub assumed: Option<Assumed>,
    /// Whether nobody can know it before the service was given: units discarded.
    pub after_service: bool,
}

/// What the values of a fact are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FactType {
    /// Yes or no.
    YesNo,
    /// A number, stored as an integer of `unit` / 10^`decimals`.
    Number {
        /// What it is measured in.
        unit: Unit,
        /// Digits after the point that are kept.
        decimals: u8,
    },
    /// One of these values.
    Choice {
        /// In the order of [`ValueId`].
        values: Vec<String>,
    },
    /// Any word.
    Name,
}

/// Who can answer the question for a fact.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Who {
    /// The treating clinician.
    Clinician,
    /// The patient.
    Patient,
    /// The front desk.
    FrontDesk,
    /// The biller.
    Biller,
    /// The payer, by a call.
    Payer,
    /// The practice: its owner or compliance officer.
    Practice,
}

/// What advice may do with a fact.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Move {
    /// Can be put on file, if it is true.
    Record,
    /// Can still be chosen, for a service to come.
    Choose,
    /// Comes with time.
    Wait,
    /// Describes what is or was: a reason, never advice.
    Never,
}

/// Who supplies a fact.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum GivenBy {
    /// The chart: written under `[chart]` of a case.
    Chart,
    /// The program, from the case itself.
    Case,
}

/// What a fact is taken as while it is not recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assumed {
    /// The value.
    pub value: FactValue,
    /// What every answer that rests on it says.
    pub says: String,
}

/// The value of a fact.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FactValue {
    /// Of a yes-no fact.
    YesNo(bool),
    /// Of a number fact, in its unit / 10^decimals.
    Number(i64),
    /// Of a choice fact.
    Choice(ValueId),
    /// Of a name fact.
    Name(String),
}

/// A kind of document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DocumentKind {
    /// The name that policies write.
    pub name: String,
    /// Where it is defined.
    pub place: (SourceId, Span),
    /// Noun phrase used in reasons.
    pub label: String,
    /// The question that is put to `who`.
    pub question: String,
    /// The same in Spanish.
    pub question_es: Option<String>,
    /// Who can answer it.
    pub who: Who,
    /// Whether nobody can write it before the service was given: an injection record.
    pub after_service: bool,
}

/// A class of earlier treatment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrialClass {
    /// The name that policies write.
    pub name: String,
    /// Where it is defined.
    pub place: (SourceId, Span),
    /// Noun phrase used in reasons.
    pub label: String,
}

/// Names that the dictionary takes from elsewhere, for `values_from`.
#[derive(Clone, Debug, Default)]
pub struct Vocabulary {
    /// `payers`
    pub payers: Vec<String>,
    /// `payer-classes`
    pub payer_classes: Vec<String>,
    /// `states`
    pub states: Vec<String>,
    /// `macs`
    pub macs: Vec<String>,
    /// `treatments`
    pub treatments: Vec<String>,
    /// `regions`
    pub regions: Vec<String>,
}

impl Dictionary {
    /// All facts, in the order of [`FactId`].
    pub fn facts(&self) -> &[Fact] {
        &self.facts
    }

    /// The fact with this name.
    pub fn fact_id(&self, name: &str) -> Option<FactId> {
        self.fact_ids.get(name).copied()
    }

    /// The fact with this id, which must come from this dictionary.
    pub fn fact(&self, id: FactId) -> &Fact {
        &self.facts[id.0 as usize]
    }

    /// All kinds of document, in the order of [`DocumentId`].
    pub fn documents(&self) -> &[DocumentKind] {
        &self.documents
    }

    /// The kind of document with this name.
    pub fn document_id(&self, name: &str) -> Option<DocumentId> {
        self.document_ids.get(name).copied()
    }

    /// All classes of earlier treatment, in the order of [`TrialClassId`].
    pub fn trial_classes(&self) -> &[TrialClass] {
        &self.trial_classes
    }

    /// The class of earlier treatment with this name.
    pub fn trial_class_id(&self, name: &str) -> Option<TrialClassId> {
        self.trial_class_ids.get(name).copied()
    }

    /// The class of earlier treatment with this id, which must come from this dictionary.
    pub fn trial_class(&self, id: TrialClassId) -> &TrialClass {
        &self.trial_classes[id.0 as usize]
    }

    /// The kind of document with this id, which must come from this dictionary.
    pub fn document(&self, id: DocumentId) -> &DocumentKind {
        &self.documents[id.0 as usize]
    }

    /// The fact that an unknown name was most likely meant to be.
    pub fn near_fact(&self, name: &str) -> Option<&str> {
        codes::suggest(name, self.fact_ids.keys().map(String::as_str))
    }

    /// The kind of document that an unknown name was most likely meant to be.
    pub fn near_document(&self, name: &str) -> Option<&str> {
        codes::suggest(name, self.document_ids.keys().map(String::as_str))
    }

    /// The class of earlier treatment that an unknown name was most likely meant to be.
    pub fn near_trial_class(&self, name: &str) -> Option<&str> {
        codes::suggest(name, self.trial_class_ids.keys().map(String::as_str))
    }

    fn add_fact(&mut self, fact: Fact) {
        let id = FactId(position(self.facts.len()));
        self.fact_ids.entry(fact.name.clone()).or_insert(id);
        self.facts.push(fact);
    }

    fn add_document(&mut self, document: DocumentKind) {
        let id = DocumentId(position(self.documents.len()));
        self.document_ids.entry(document.name.clone()).or_insert(id);
        self.documents.push(document);
    }

    fn add_trial_class(&mut self, class: TrialClass) {
        let id = TrialClassId(position(self.trial_classes.len()));
        self.trial_class_ids.entry(class.name.clone()).or_insert(id);
        self.trial_classes.push(class);
    }
}

fn position(length: usize) -> u32 {
    u32::try_from(length).expect("each entry takes bytes of a limited file")
}

impl Fact {
    /// The value of a choice fact that is written so; `_` and `-` are the same letter. None for other types and unknown values.
    pub fn value_id(&self, written: &str) -> Option<ValueId> {
        let FactType::Choice { values } = &self.fact_type else {
            return None;
        };
        let key = value_key(written);
        let position = values.iter().position(|value| value_key(value) == key)?;
        u32::try_from(position).ok().map(ValueId)
    }

    /// The value of a choice fact that an unknown word was most likely meant to be.
    pub fn near_value(&self, written: &str) -> Option<&str> {
        match &self.fact_type {
            FactType::Choice { values } => codes::suggest(written, values.iter().map(String::as_str)),
            FactType::YesNo | FactType::Number { .. } | FactType::Name => None,
        }
    }
}
