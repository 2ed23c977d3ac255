//! One cell of a state.

use std::fmt;

use policy::span::Span;

/// What is known of one question in one state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cell {
    /// Which question: `injection.rn`.
    pub id: String,
    /// The answer, as the fact base writes it.
    pub value: Value,
    /// Whether anything is known at all.
    pub is_known: bool,
    /// Whether the text was read at its source; otherwise it is general knowledge.
    pub was_read: bool,
    /// What the value rests on.
    pub basis: Option<Basis>,
    /// Where it is from, by the identifier in `sources.toml`.
    pub source: Option<String>,
    /// What the source says, and what limits it.
    pub note: Option<String>,
    /// The policy that blocks, with the limits of its text; the general gate then only asks.
    pub policy: Option<String>,
    /// Why a solid cell only asks.
    pub asks_because: Option<String>,
    /// Where it stands in the file.
    pub(crate) span: Span,
}

/// A value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// A word.
    Text(String),
    /// Yes or no.
    YesNo(bool),
    /// A number.
    Number(u32),
    /// Several words.
    List(Vec<String>),
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => f.write_str(text),
            Self::YesNo(yes) => f.write_str(if *yes { "yes" } else { "no" }),
            Self::Number(number) => number.fmt(f),
            Self::List(words) => f.write_str(&words.join(", ")),
        }
    }
}

/// What a cell rests on, the most solid first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Basis {
    /// Statute, rule or bill.
    Primary,
    /// The state's agency or board.
    Agency,
    /// A law firm.
    LawFirm,
    /// A professional association.
    Association,
    /// A tracker of bills.
    BillTracker,
    /// News.
    News,
    /// Somebody who sells to medical spas.
    Vendor,
    /// General knowledge.
    Memory,
}

impl Basis {
    /// Every basis with the word of the files.
    pub const ALL: [(&'static str, Self); 8] = [
        ("primary", Self::Primary),
        ("agency", Self::Agency),
        ("law_firm", Self::LawFirm),
        ("association", Self::Association),
        ("bill_tracker", Self::BillTracker),
        ("news", Self::News),
        ("vendor", Self::Vendor),
        ("memory", Self::Memory),
    ];

    /// The word of the files: `law_firm`.
    #[must_use]
    pub fn word(self) -> &'static str {
        let row = Self::ALL.iter().find(|(_, basis)| *basis == self);
        row.expect("INVARIANT: every basis is in the table").0
    }

    /// In plain words: "a law firm's page".
    #[must_use]
    pub const fn says(self) -> &'static str {
        match self {
            Self::Primary => "the state's own text",
            Self::Agency => "the state's agency",
            Self::LawFirm => "a law firm's page",
            Self::Association => "an association's page",
            Self::BillTracker => "a bill tracker",
            Self::News => "a news page",
            Self::Vendor => "a vendor's page",
            Self::Memory => "general knowledge",
        }
    }
}

/// How much a cell may decide.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Strength {
    /// It rests on the state's own text or its agency's: it may block.
    Solid,
    /// It rests on anything else: it warns.
    Weak,
    /// Nothing is known: it asks.
    Unknown,
}

impl Strength {
    /// In one word.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Solid => "solid",
            Self::Weak => "weak",
            Self::Unknown => "unknown",
        }
    }
}

impl Cell {
    /// How much it may decide.
    #[must_use]
    pub fn strength(&self) -> Strength {
        match self.basis {
            _ if !self.is_known => Strength::Unknown,
            Some(Basis::Primary | Basis::Agency) if self.was_read => Strength::Solid,
            Some(_) => Strength::Weak,
            None => Strength::Unknown,
        }
    }

    /// Whether a "no" of this cell blocks by itself, rather than by a policy of its own or not at all.
    #[must_use]
    pub fn may_block(&self) -> bool {
        self.strength() == Strength::Solid && self.policy.is_none() && self.asks_because.is_none()
    }

    /// The statute, rule or document, where the note begins with it: `22 TAC 177.17(a)`.
    #[must_use]
    pub fn citation(&self) -> Option<&str> {
        let (citation, _) = self.note.as_deref()?.split_once(": ")?;
        let cites =
            self.strength() == Strength::Solid && citation.contains(|character: char| character.is_ascii_digit());
        cites.then_some(citation)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cell(basis: Option<Basis>, is_known: bool, was_read: bool) -> Cell {
        let value = Value::Text("no".to_owned());
        let (source, note, policy, asks_because) = (None, None, None, None);
        let id = "injection.rn".to_owned();
        Cell { id, value, is_known, was_read, basis, source, note, policy, asks_because, span: Span::default() }
    }

    #[test]
    fn only_the_states_own_text_and_its_agency_block() {
        for (word, basis) in Basis::ALL {
            let blocks = cell(Some(basis), true, true).may_block();
            assert_eq!(blocks, matches!(word, "primary" | "agency"), "{word}");
        }
        assert!(!cell(Some(Basis::Primary), true, false).may_block(), "recalled, not read");
        assert_eq!(cell(Some(Basis::Primary), false, false).strength(), Strength::Unknown);
        assert_eq!(cell(None, true, true).strength(), Strength::Unknown);
        let mut inferred = cell(Some(Basis::Agency), true, true);
        inferred.asks_because = Some("the text is old".to_owned());
        assert!(!inferred.may_block());
    }

    #[test]
    fn a_note_may_begin_with_its_citation() {
        let mut solid = cell(Some(Basis::Primary), true, true);
        solid.note = Some("Occ. Code 157.001 (2024-06-05): a physician may delegate".to_owned());
        assert_eq!(solid.citation(), Some("Occ. Code 157.001 (2024-06-05)"));
        solid.note = Some("closed list: MD, PA".to_owned());
        assert_eq!(solid.citation(), None);
    }
}
