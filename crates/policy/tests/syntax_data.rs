//! Dictionaries, code lists and tables, good and bad, against what is expected of them.
//!
//! `tests/policy/{dictionary,lists}` hold bad files beside the report that each gives;
//! `UPDATE=1 cargo test -p policy --test syntax_data` writes the reports again.

#![expect(clippy::unwrap_used, reason = "a helper that fails is a test that fails")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use jiff::civil::date;
use policy::ast::{ListName, Number};
use policy::diagnostic::{Diagnostic, Sources, Style, codes, render_all};
use policy::dictionary::{
    self, Assumed, Dictionary, FactType, FactValue, GivenBy, Move, ParsedDictionary, Unit, ValueId, Vocabulary, Who,
};
use policy::lists::{self, Lists};

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/policy").join(name)
}

fn cases(name: &str, extension: &str) -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> = std::fs::read_dir(folder(name)).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|found| found == extension));
    paths.sort();
    assert!(!paths.is_empty());
    paths
}

/// Compares with the file beside the case, or writes it.
fn check(path: &Path, actual: &str, differing: &mut Vec<String>) {
    let beside = path.with_extension("expected");
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&beside, actual).unwrap();
        return;
    }
    let expected = std::fs::read_to_string(&beside).unwrap_or_default();
    if expected != actual {
        differing.push(format!("--- {}\nexpected:\n{expected}\nactual:\n{actual}", beside.display()));
    }
}

/// Reads several files as one dictionary.
fn read(files: &[(&str, &str)], vocabulary: &Vocabulary) -> (ParsedDictionary, String) {
    let mut sources = Sources::default();
    let files: Vec<_> = files.iter().map(|(name, text)| (sources.add(*name, *text), *text)).collect();
    let parsed = dictionary::parse(&files, vocabulary);
    let report = render_all(&parsed.diagnostics, &sources, Style::default());
    (parsed, report)
}

fn good(text: &str, vocabulary: &Vocabulary) -> Dictionary {
    let (parsed, report) = read(&[("facts.toml", text)], vocabulary);
    assert_eq!(report, "");
    parsed.dictionary.unwrap()
}

#[test]
fn bad_dictionaries_give_their_report() {
    let first = std::fs::read_to_string(folder("facts.toml")).unwrap();
    let mut differing = Vec::new();
    let mut seen = BTreeSet::new();
    for path in cases("dictionary", "toml") {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let text = std::fs::read_to_string(&path).unwrap();
        let (parsed, report) = read(&[("facts.toml", &first), (&name, &text)], &Vocabulary::default());
        assert!(parsed.dictionary.is_none(), "{name} has errors, but a dictionary came out");
        seen.extend(parsed.diagnostics.iter().map(|diagnostic| diagnostic.code));
        check(&path, &report, &mut differing);
    }
    assert!(differing.is_empty(), "{}\nUPDATE=1 writes them again", differing.join("\n"));
    seen.insert("D0001");
    assert_eq!(seen, codes::dictionary::ALL.iter().map(|explanation| explanation.code).collect());
}

#[test]
fn a_dictionary_that_is_too_large_is_refused() {
    let text = "#".repeat(dictionary::DICTIONARY_BYTES_MAX + 1);
    let (parsed, _) = read(&[("large.toml", &text)], &Vocabulary::default());
    assert_eq!(parsed.diagnostics[0].code, "D0001");
    assert!(parsed.dictionary.is_none());
}

#[test]
fn a_dictionary_holds_what_its_files_say() {
    let text = std::fs::read_to_string(folder("facts.toml")).unwrap();
    let dictionary = good(&text, &Vocabulary::default());
    // In the order of the file, not of the alphabet.
    assert_eq!(dictionary.facts()[0].name, "payer");
    assert_eq!(dictionary.facts()[1].name, "payer_class");
    let id = dictionary.fact_id("headache_days_per_month").unwrap();
    let fact = dictionary.fact(id);
    assert_eq!(fact.fact_type, FactType::Number { unit: Unit::Days, decimals: 0 });
    assert_eq!((fact.who, fact.movable, fact.given_by), (Who::Clinician, Move::Never, GivenBy::Chart));
    assert_eq!(fact.found_in.as_deref(), Some("headache diary in the chart"));
    assert_eq!(fact.assumed, None);
    assert_eq!(&text[fact.place.1.range()], "headache_days_per_month");

    let injury = dictionary.fact(dictionary.fact_id("injury").unwrap());
    let says = "taken as not a repair after an accident; say so if it is".to_owned();
    assert_eq!(injury.assumed, Some(Assumed { value: FactValue::YesNo(false), says }));

    let class = dictionary.fact(dictionary.fact_id("payer_class").unwrap());
    assert_eq!(class.given_by, GivenBy::Case);
    assert_eq!(class.value_id("medicare-advantage"), Some(ValueId(1)));
    assert_eq!(class.value_id("medicare_advantage"), Some(ValueId(1)));
    assert_eq!(class.value_id("medicare"), None);
    assert_eq!(class.near_value("medicare-advantge"), Some("medicare-advantage"));

    assert_eq!(dictionary.fact_id("headache_days"), None);
    assert_eq!(dictionary.near_fact("headache_day_per_month"), Some("headache_days_per_month"));
    let diary = dictionary.document_id("headache diary").unwrap();
    assert_eq!(dictionary.document(diary).label, "headache diary of three months");
    assert_eq!(dictionary.near_document("headache dairy"), Some("headache diary"));
    let class = dictionary.trial_class_id("anticonvulsant").unwrap();
    assert_eq!(dictionary.trial_class(class).label, "anticonvulsant");
    assert_eq!(dictionary.near_trial_class("anticonvulsants"), Some("anticonvulsant"));
}

#[test]
fn values_come_from_the_vocabulary() {
    let entry = |name: &str, from: &str| {
        format!(
            "[{name}]\ntype = \"choice\"\nvalues_from = \"{from}\"\nlabel = \"l\"\nquestion = \"q\"\nwho = \"payer\"\nmove = \"never\"\n"
        )
    };
    let names = ["payers", "payer-classes", "states", "macs", "treatments", "regions"];
    let text: String = names.iter().enumerate().map(|(index, from)| entry(&format!("fact_{index}"), from)).collect();
    let value = |name: &str| vec![format!("{name}-1"), format!("{name}-2")];
    let vocabulary = Vocabulary {
        payers: value("payers"),
        payer_classes: value("payer-classes"),
        states: value("states"),
        macs: value("macs"),
        treatments: value("treatments"),
        regions: value("regions"),
    };
    let dictionary = good(&text, &vocabulary);
    for (fact, name) in dictionary.facts().iter().zip(names) {
        assert_eq!(fact.value_id(&format!("{name}-2")), Some(ValueId(1)), "{name}");
    }
}

#[test]
fn assumed_numbers_keep_their_decimals() {
    let text = "[a]\ntype = \"number\"\nunit = \"mm\"\ndecimals = 2\nassumed = 2.5\nsays = \"s\"\nlabel = \"l\"\nquestion = \"q\"\nwho = \"patient\"\nmove = \"wait\"\n";
    let dictionary = good(text, &Vocabulary::default());
    assert_eq!(dictionary.facts()[0].assumed.as_ref().unwrap().value, FactValue::Number(250));
}

#[test]
fn units_convert_only_where_it_is_exact() {
    assert_eq!(Unit::Weeks.in_units_of(Unit::Days), Some(7));
    assert_eq!(Unit::Years.in_units_of(Unit::Months), Some(12));
    assert_eq!(Unit::Mm.in_units_of(Unit::TenthsMm), Some(10));
    assert_eq!(Unit::Months.in_units_of(Unit::Days), None);
    assert_eq!(Unit::Days.in_units_of(Unit::Weeks), None);
    assert_eq!(Unit::Weeks.in_units_of(Unit::Mm), None);
    for (unit, words) in Unit::ALL {
        assert_eq!(unit.word(), words[0]);
        assert_eq!(unit.in_units_of(unit), Some(1));
        for word in words {
            assert_eq!(Unit::from_word(word), Some(unit));
        }
    }
}

/// Reads a list, or a table if its name says so.
fn read_list(name: &str, text: &str) -> (Vec<Diagnostic>, String) {
    let mut sources = Sources::default();
    let source = sources.add(name, text);
    let errors = if name.ends_with(".table.csv") {
        lists::table(source, text).err()
    } else {
        Lists::default().add(source, name, text).err()
    };
    let errors = errors.unwrap_or_default();
    let report = render_all(&errors, &sources, Style::default());
    (errors, report)
}

#[test]
fn bad_lists_give_their_report() {
    let mut differing = Vec::new();
    let mut seen = BTreeSet::new();
    for path in cases("lists", "csv") {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let (errors, report) = read_list(&name, &std::fs::read_to_string(&path).unwrap());
        assert!(!errors.is_empty(), "{name} is not bad");
        seen.extend(errors.iter().map(|diagnostic| diagnostic.code));
        check(&path, &report, &mut differing);
    }
    assert!(differing.is_empty(), "{}\nUPDATE=1 writes them again", differing.join("\n"));
    seen.extend(["L0001", "L0009"]);
    assert_eq!(seen, codes::lists::ALL.iter().map(|explanation| explanation.code).collect());
}

#[test]
fn a_list_that_is_too_large_is_refused() {
    let text = "#".repeat(lists::LIST_BYTES_MAX + 1);
    assert_eq!(read_list("large.csv", &text).0[0].code, "L0001");
}

#[test]
fn lists_are_looked_up_by_name_group_and_day() {
    let mut sources = Sources::default();
    let text = "code,from,until,group\r\nG43.709,,,migraine\r\nG43.701,2026-01-01,2027-01-01,migraine\r\nG24.3,,,dystonia\r\nG24.5,,,\r\n";
    let source = sources.add("L1.csv", text);
    let mut lists = Lists::default();
    assert!(lists.add(source, "L1", text).is_ok());
    assert_eq!(lists.add(source, "L1", text).unwrap_err()[0].code, "L0009");

    let name = |group: Option<&str>| ListName { name: "L1".to_owned(), group: group.map(str::to_owned) };
    let on = |group, day| lists.on(&name(group), day).unwrap().collect::<Vec<_>>();
    assert_eq!(on(Some("migraine"), date(2025, 12, 31)), ["G43.709"]);
    assert_eq!(on(Some("migraine"), date(2026, 1, 1)), ["G43.709", "G43.701"]);
    assert_eq!(on(Some("migraine"), date(2027, 1, 1)), ["G43.709"]);
    assert_eq!(on(None, date(2027, 1, 1)), ["G43.709", "G24.3", "G24.5"]);
    assert!(lists.on(&name(Some("spasm")), date(2026, 1, 1)).is_none());
    assert!(lists.rows(&ListName { name: "L2".to_owned(), group: None }).is_none());
    assert_eq!(lists.near(&name(Some("migrane"))).as_deref(), Some("L1/migraine"));
    let names: Vec<String> = lists.names().map(|name| name.to_string()).collect();
    assert_eq!(names, ["L1", "L1/dystonia", "L1/migraine"]);
}

#[test]
fn tables_keep_exact_numbers() {
    let source = Sources::default().add("schnur.csv", "");
    let table = lists::table(source, "from,value\n1.35,199\n1.4,218\n").unwrap();
    let number = |digits, scale| Number { digits, scale };
    assert_eq!(table.rows, [(number(135, 2), number(199, 0)), (number(14, 1), number(218, 0))]);
}
