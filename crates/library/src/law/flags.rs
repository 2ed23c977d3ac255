//! How grave each check for a red flag is, and the rules behind it.

use super::Law;
use crate::reader::{Entry, Reader};

/// A check for a red flag.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FlagRule {
    /// Identifier: `RF-21`.
    pub id: String,
    /// What it is, in a few words.
    pub name: String,
    /// How grave it is.
    pub severity: Severity,
    /// Rows of `library/sources/law.yaml` behind it.
    pub rules: Vec<String>,
}

/// How grave a red flag is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Look at it.
    Warn,
    /// Do not file before it is settled.
    Block,
    /// Take it to counsel.
    Escalate,
}

impl Severity {
    /// Every severity with its word.
    pub const ALL: [(&'static str, Self); 3] =
        [("warn", Self::Warn), ("block", Self::Block), ("escalate", Self::Escalate)];

    /// Its word.
    #[must_use]
    pub fn word(self) -> &'static str {
        let row = Self::ALL.iter().find(|(_, severity)| *severity == self);
        row.expect("INVARIANT: every severity is in the table").0
    }
}

pub(super) fn read(law: &mut Law, reader: &mut Reader<'_>, root: &mut Entry<'_>) {
    for mut entry in reader.entries(root, "flag") {
        let id = reader.id(&mut entry);
        let name = reader.text(&mut entry, "name");
        let severity = reader.word(&mut entry, "severity", &Severity::ALL);
        let rules = reader.texts(&mut entry, "rule").into_iter().map(|rule| rule.value).collect();
        reader.finish(entry);
        if let (Some(id), Some(name), Some(severity)) = (id, name, severity) {
            law.flags.push(FlagRule { id: id.value, name: name.value, severity, rules });
        }
    }
    for (name, words) in reader.lists(root, "words") {
        if name == "looks" {
            law.words_of_looks = words;
        }
    }
}
