//! Anything may be in a file: it is read or refused, and no word of it comes out in an error.

use jiff::civil::date;
use proptest::prelude::*;

use super::columns::Columns;
use super::ledger::Reason;
use super::rows::{Row, change_patient};
use super::table::Table;
use super::*;

fn kind() -> impl Strategy<Value = Kind> {
    prop_oneof![Just(Kind::Patients), Just(Kind::Clinicians), Just(Kind::Menu)]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn any_bytes(kind in kind(), file in proptest::collection::vec(any::<u8>(), 0..600)) {
        try_out(kind, &file);
    }

    #[test]
    fn any_text_below_good_headings(kind in kind(), rows in proptest::collection::vec("[ -~\u{e9}\u{202e}\t]{0,60}", 0..8)) {
        let headings: Vec<_> = kind.fields().iter().map(|field| field.name).collect();
        let file = format!("{}\n{}", headings.join(","), rows.join("\n"));
        try_out(kind, file.as_bytes());
    }

    #[test]
    fn no_cell_and_no_heading_is_ever_repeated(
        kind in kind(),
        with_headings in any::<bool>(),
        cells in proptest::collection::vec(prop_oneof![
            Just("Zzplanted".to_string()), Just("zzplanted@x".to_string()), Just("2/30/1980 Zzplanted".to_string()),
            Just("\"Zzplanted, Ada, \"".to_string()), Just(String::new()), "[a-z0-9/.$-]{0,12}",
        ], 0..45),
    ) {
        let headings: Vec<_> = kind.fields().iter().map(|field| field.name).collect();
        let mut lines: Vec<String> = cells.chunks(headings.len()).map(|cells| cells.join(",")).collect();
        let first = if with_headings { headings.join(",") } else { format!("Zzplanted,{}", headings[1..].join(",")) };
        lines.insert(0, first);
        for text in try_out(kind, lines.join("\n").as_bytes()) {
            prop_assert!(!text.to_lowercase().contains("zzplanted"), "{}", text);
        }
    }
}

#[test]
fn an_empty_cell_takes_nothing_away() {
    let file = b"last,first,dob,sex,phone,street,city,state,zip\n\
        Testperson,Ada,2/29/1980,F,(555) 010-0199,1 Invented St,Austin,TX,78701\n\
        Testperson,Ada,2/29/1980,,,,Dallas,,\n";
    let table = Table::read(file).unwrap();
    let columns = Columns::of(Kind::Patients, &table.headings, &[]).unwrap();
    let [full, sparse] = [0, 1].map(|row| {
        Row::of(Kind::Patients, &columns, &table.rows[row].cells).unwrap().patient(date(2026, 11, 29)).unwrap()
    });
    let mut changed = full.clone();
    assert_eq!(change_patient(&mut changed, sparse).0, ["city"]);
    let (before, after) = (full.address.unwrap().into_inner(), changed.address.unwrap().into_inner());
    assert_eq!((after.city.as_str(), after.street, after.zip), ("Dallas", before.street, before.zip));
    assert_eq!((changed.phone, changed.sex), (full.phone, full.sex));
}

#[test]
fn a_shifted_row_is_rejected() {
    let table =
        Table::read(b"last,first,dob\nTestperson, Jr.,Ada,1980-02-29\nTestperson,Ada\nTestperson,Ada,1980-02-29,,\n")
            .unwrap();
    let columns = Columns::of(Kind::Patients, &table.headings, &[]).unwrap();
    let reasons: Vec<_> = table
        .rows
        .iter()
        .map(|row| Row::of(Kind::Patients, &columns, &row.cells).err().map(|(_, reason)| reason))
        .collect();
    assert_eq!(reasons, [Some(Reason::Cells), Some(Reason::Cells), None]);
}
