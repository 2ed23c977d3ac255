//! The ledger has a line for each row of `library/sources`, with the payer, grade and day that the row gives, and leads somewhere.

use std::collections::BTreeMap;

use library::Library;
use library::ledger::OWN;
use policy::diagnostic::{Style, render_all};

use crate::sources::{self, Source};

#[test]
fn every_row_is_in_the_ledger_as_its_source_has_it() {
    let library = Library::embedded().unwrap();
    let ledger = library.ledger().unwrap();
    let mut listed: BTreeMap<String, _> = ledger.rows().iter().map(|row| (row.key.to_string(), row)).collect();
    let mut wrong = Vec::new();
    let rows = sources::all();
    for Source { key, payer, grade, dated, .. } in rows {
        match listed.remove(key) {
            None => wrong.push(format!("{key}: not in the ledger")),
            Some(row) if (&row.payer, row.grade, &row.dated) != (payer, *grade, dated) => {
                let written = (&row.payer, row.grade, &row.dated);
                wrong.push(format!("{key}: the ledger has {written:?}, the source {:?}", (payer, grade, dated)));
            }
            Some(_) => {}
        }
    }
    let bases = sources::BASES;
    let left = listed.values().filter(|row| row.key.base != OWN && bases.contains(&row.key.base.as_str()));
    wrong.extend(left.map(|row| format!("{}: not in the sources", row.key)));
    assert!(wrong.is_empty(), "{} rows\n{}", wrong.len(), wrong.join("\n"));
}

/// The figures that the sources were delivered with; a row that vanishes from both files would pass the test above.
#[test]
fn no_row_has_vanished() {
    let count = |base: &str, is_record: bool| {
        let rows = sources::all();
        rows.iter().filter(|row| row.key.starts_with(base) && (row.grade.is_none() == is_record)).count()
    };
    let counts = [
        ("injectables", 44, 213),
        ("skin", 74, 276),
        ("addendum", 0, 92),
        ("lcds", 0, 57),
        ("macs", 0, 12),
        ("aux", 0, 43),
    ];
    for (base, records, rows) in counts {
        assert_eq!((count(base, true), count(base, false)), (records, rows), "{base}");
    }
}

#[test]
fn every_row_has_a_home_and_every_policy_a_row() {
    let library = Library::embedded().unwrap();
    let found = library.ledger().unwrap().findings(&library);
    let text = render_all(&found, library.sources(), Style::default());
    assert_eq!(found.len(), 0, "\n{text}");
}
