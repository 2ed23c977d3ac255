//! The key table: every key that a case file may have, once.
//!
//! Unknown-key and type errors, the JSON Schema, the template and the decoder all read this table, so none of
//! them can disagree with another.

mod practice;
mod table;

pub use table::SECTIONS;

/// One table of the case file.
#[derive(Clone, Copy, Debug)]
pub struct Section {
    /// Dotted path from the top: `coverage.benefits`, `line.code`; empty for the top itself.
    pub path: &'static str,
    /// How often it may stand, and with which keys.
    pub shape: Shape,
    /// What it describes; one sentence.
    pub doc: &'static str,
    /// Its keys, in the order of the template.
    pub keys: &'static [Key],
}

/// How often a section may stand, and with which keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// Once: `[patient]`.
    One,
    /// Any number up to `max`: `[[line]]`.
    Many {
        /// Most of them in one parent.
        max: usize,
    },
    /// Once, and its keys are facts of the dictionary: `[chart]`.
    Facts,
}

/// One key.
#[derive(Clone, Copy, Debug)]
pub struct Key {
    /// Name as written.
    pub name: &'static str,
    /// What may stand behind it.
    pub value: ValueType,
    /// What it says; one sentence.
    pub doc: &'static str,
    /// A value as TOML writes it.
    pub example: &'static str,
    /// Whether a case without it is refused.
    pub required: bool,
    /// Whether its value says who the patient is: errors never show it.
    pub private: bool,
}

impl Key {
    const fn new(name: &'static str, value: ValueType, doc: &'static str, example: &'static str) -> Self {
        Self { name, value, doc, example, required: false, private: false }
    }

    const fn required(mut self) -> Self {
        self.required = true;
        self
    }

    const fn private(mut self) -> Self {
        self.private = true;
        self
    }
}

/// What may stand behind a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ValueType {
    /// A day: `2026-11-23`, in JSON as text.
    Date,
    /// A day, or `false` for "asked: it did not happen", or `true` for "it did, the day is not recorded".
    DateOrFalse,
    /// `true` or `false`.
    YesNo,
    /// One of these words.
    Choice(&'static [&'static str]),
    /// A name from the library.
    Named(Names),
    /// Any words.
    Text,
    /// A state, district or territory by its two letters.
    State,
    /// A National Provider Identifier.
    Npi,
    /// A CPT or HCPCS code.
    Procedure,
    /// An ICD-10-CM code.
    Diagnosis,
    /// A modifier of a procedure code.
    Modifier,
    /// A National Drug Code.
    Ndc,
    /// A place-of-service code.
    PlaceOfService,
    /// Dollars and cents, not negative.
    Money,
    /// A whole number from 0 to 100.
    Percent,
    /// A whole number from `min` to `max`.
    Count {
        /// Least.
        min: u32,
        /// Most; more is taken for a slip of the finger.
        max: u32,
    },
    /// A decimal number.
    Decimal,
    /// A length of time: `3 months`.
    Duration,
    /// A list of values of one type; the empty list says "asked: none".
    List {
        /// Type of each.
        of: &'static ValueType,
        /// Most of them.
        max: usize,
    },
    /// A table from procedure codes to dollars: `{ 64615 = "131.20" }`.
    MoneyByCode,
}

/// Names that the library defines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Names {
    /// Payers.
    Payer,
    /// Kinds of coverage.
    PayerClass,
    /// Treatments of the menu, by id or by a name that patients use.
    Treatment,
    /// Parts of the body.
    Region,
    /// Kinds of document.
    Document,
    /// Classes of earlier treatment.
    TrialClass,
    /// Facts of the chart that are numbers.
    Measure,
}

impl ValueType {
    /// How a person calls it, for errors and documentation: "a date, such as `2026-11-23`".
    #[must_use]
    pub fn name(self) -> String {
        match self {
            Self::Date => "a date, such as `2026-11-23`".into(),
            Self::DateOrFalse => "a date, or `false` if it did not happen".into(),
            Self::YesNo => "`true` or `false`".into(),
            Self::Choice(words) => {
                format!("one of {}", words.iter().map(|w| format!("`{w}`")).collect::<Vec<_>>().join(", "))
            }
            Self::Named(names) => names.name().into(),
            Self::Text => "text in quotes".into(),
            Self::State => "the two letters of a state".into(),
            Self::Npi => "an NPI in quotes, ten digits".into(),
            Self::Procedure => "a CPT or HCPCS code in quotes".into(),
            Self::Diagnosis => "an ICD-10-CM code in quotes".into(),
            Self::Modifier => "a modifier in quotes, such as `\"25\"`".into(),
            Self::Ndc => "an NDC in quotes".into(),
            Self::PlaceOfService => "a place-of-service code in quotes, such as `\"11\"`".into(),
            Self::Money => "dollars and cents, such as `450.00`".into(),
            Self::Percent => "a whole number from 0 to 100".into(),
            Self::Count { min, max } => format!("a whole number from {min} to {max}"),
            Self::Decimal => "a number, such as `27.5`".into(),
            Self::Duration => "a length of time in quotes, such as `\"3 months\"`".into(),
            Self::List { of, .. } => format!("a list in `[` and `]`, each {}", of.name()),
            Self::MoneyByCode => "a table of codes with dollars, such as `{ 64615 = \"131.20\" }`".into(),
        }
    }
}

impl Names {
    /// How a person calls it, for errors.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Payer => "the name of a payer",
            Self::PayerClass => "a kind of coverage",
            Self::Treatment => "a treatment of the menu",
            Self::Region => "a part of the body",
            Self::Document => "a kind of document",
            Self::TrialClass => "a class of earlier treatment",
            Self::Measure => "a number of the chart",
        }
    }

    /// Where a person sees all of them.
    #[must_use]
    pub const fn listed_by(self) -> &'static str {
        match self {
            Self::Payer | Self::PayerClass => "`covered payers` lists them",
            Self::Treatment => "`covered treatments` lists them",
            Self::Region | Self::Document | Self::TrialClass | Self::Measure => "`covered facts` lists them",
        }
    }
}

impl Section {
    /// The section at a path; the empty path is the top.
    #[must_use]
    pub fn at(path: &str) -> Option<&'static Self> {
        SECTIONS.iter().find(|section| section.path == path)
    }

    /// The sections directly below.
    pub fn children(&self) -> impl Iterator<Item = &'static Self> {
        let path = self.path;
        SECTIONS.iter().filter(move |section| section.parent() == Some(path))
    }

    /// The path of the section above; `None` for the top.
    #[must_use]
    pub fn parent(&self) -> Option<&'static str> {
        if self.path.is_empty() {
            return None;
        }
        Some(self.path.rsplit_once('.').map_or("", |(parent, _)| parent))
    }

    /// The last part of the path, as a key of the section above.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.path.rsplit_once('.').map_or(self.path, |(_, name)| name)
    }

    /// The key with this name.
    #[must_use]
    pub fn key(&self, name: &str) -> Option<&'static Key> {
        self.keys.iter().find(|key| key.name == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn table_is_sound() {
        for section in SECTIONS {
            assert!(section.doc.ends_with('.'), "{}", section.path);
            if let Some(parent) = section.parent() {
                let parent = Section::at(parent).unwrap_or_else(|| panic!("{} has no parent", section.path));
                assert!(parent.key(section.name()).is_none(), "{} is a key and a section", section.path);
            }
            assert_eq!(SECTIONS.iter().filter(|other| other.path == section.path).count(), 1);
            for key in section.keys {
                assert!(key.doc.ends_with('.'), "{}.{}", section.path, key.name);
                assert_eq!(section.keys.iter().filter(|other| other.name == key.name).count(), 1);
            }
        }
    }
}
