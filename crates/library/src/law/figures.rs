//! Figures of law by the day from which they hold.

use jiff::civil::Date;

use super::{Authority, Law, authority};
use crate::finding;
use crate::reader::{Entry, Reader};

/// A figure of law.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Figure {
    /// Identifier: `fsa-limit`.
    pub id: String,
    /// In plain words.
    pub name: String,
    /// What is counted: `dollars`, `percent`.
    pub unit: String,
    /// Its values, the oldest first.
    pub values: Vec<FigureValue>,
    /// Where it stands.
    pub authority: Authority,
}

/// A value, and the day from which it holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FigureValue {
    /// First day; `None`: as far back as the library knows.
    pub from: Option<Date>,
    /// The value as it is written.
    pub value: String,
}

impl Figure {
    /// The value on a day; `None` before the first that is known. A value holds until the next one: whether a later year has
    /// another that is not here cannot be told, so what a year sets anew is shown with the day from which it holds.
    #[must_use]
    pub fn on(&self, date: Date) -> Option<&FigureValue> {
        self.values.iter().rev().find(|value| value.from.is_none_or(|from| from <= date))
    }
}

const UNITS: [(&str, &str); 7] = [
    ("dollars", "dollars"),
    ("percent", "percent"),
    ("people", "people"),
    ("months", "months"),
    ("years", "years"),
    ("count", "count"),
    ("answer", "answer"),
];

pub(super) fn read(law: &mut Law, reader: &mut Reader<'_>, root: &mut Entry<'_>) {
    for mut entry in reader.entries(root, "parameter") {
        let span = entry.span;
        let id = reader.text(&mut entry, "id");
        let name = reader.text(&mut entry, "name");
        let unit = reader.word(&mut entry, "unit", &UNITS);
        let mut values = Vec::new();
        for mut value in reader.entries(&mut entry, "values") {
            let from = reader.date_if_any(&mut value, "from");
            let written = reader.text(&mut value, "value");
            reader.finish(value);
            values.extend(written.map(|written| FigureValue { from, value: written.value }));
        }
        let authority = authority(reader, &mut entry);
        reader.finish(entry);
        if values.is_empty() || !values.is_sorted_by_key(|value| value.from) {
            reader.error(
                &finding::ORDER,
                span,
                "values stand from the oldest to the newest, and there is at least one",
            );
        }
        if let (Some(id), Some(name), Some(unit), Some(authority)) = (id, name, unit, authority) {
            law.figures.push(Figure { id: id.value, name: name.value, unit: unit.to_owned(), values, authority });
        }
    }
}
