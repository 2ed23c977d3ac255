//! What the case itself gives: each fact known, refused, or left open.

use coverage::case::{Case, Facility, Line, LineCode, Network, Purpose, PurposeBy};
use coverage::derive::derive;
use coverage::private::Private;
use coverage::reference::PayerClass;
use jiff::civil::date;
use policy::ast::Number;
use policy::inputs::Known;

use crate::library::TestLibrary;

fn facts(case: &Case) -> std::collections::BTreeMap<String, Known> {
    let library = TestLibrary::new(include_str!("library/facts.toml"), &[]);
    derive(case, 0, &library).inputs.facts
}

fn case() -> Case {
    let mut case = Case::new(date(2026, 8, 3));
    case.lines.push(Line::default());
    case
}

fn word(text: &str) -> Known {
    Known::Word(text.to_owned())
}

#[test]
fn an_empty_case_gives_no_fact() {
    // What the file itself lacks is known: gates that ask only of what is recorded read it.
    let nothing_recorded = ["owners_recorded", "responsible_recorded"];
    let facts = facts(&case());
    assert!(facts.keys().all(|fact| nothing_recorded.contains(&fact.as_str())), "{facts:?}");
    assert!(facts.values().all(|known| *known == Known::YesNo(false)));
}

#[test]
fn age_is_counted_to_the_date_of_service() {
    let mut case = case();
    case.patient.birth_date = Some(Private::new(date(2005, 8, 3)));
    assert_eq!(facts(&case)["age_years"], Known::Number(Number::whole(21)));
    case.patient.birth_date = Some(Private::new(date(2005, 8, 4)));
    assert_eq!(facts(&case)["age_years"], Known::Number(Number::whole(20)));
}

#[test]
fn away_from_home_only_if_both_states_are_known() {
    let mut case = case();
    case.patient.home_state = "TX".parse().ok();
    assert_eq!(facts(&case).get("outside_home_state"), None);
    for (service, outside) in [("TX", false), ("LA", true)] {
        case.facility.state = service.parse().ok();
        assert_eq!(facts(&case)["outside_home_state"], Known::YesNo(outside));
    }
}

#[test]
fn a_medical_purpose_is_the_clinicians_to_state() {
    let mut case = case();
    for (purpose, by, known) in [
        (Purpose::Medical, None, Some("medical")),
        (Purpose::Medical, Some(PurposeBy::Clinician), Some("medical")),
        (Purpose::Medical, Some(PurposeBy::Patient), None),
        (Purpose::Medical, Some(PurposeBy::FrontDesk), None),
        (Purpose::Cosmetic, Some(PurposeBy::Patient), Some("cosmetic")),
    ] {
        (case.lines[0].purpose, case.lines[0].purpose_by) = (Some(purpose), by);
        assert_eq!(facts(&case).get("purpose"), known.map(word).as_ref(), "{purpose:?} {by:?}");
    }
}

#[test]
fn a_list_that_was_given_is_complete() {
    let mut case = case();
    case.coverage.payer = Some("aetna".to_owned());
    assert!(!facts(&case).contains_key("facility_enrolled"));
    case.facility.enrolled = Some(vec!["medicare".to_owned()]);
    assert_eq!(facts(&case)["facility_enrolled"], Known::YesNo(false));
    case.facility.enrolled = Some(vec!["aetna".to_owned()]);
    assert_eq!(facts(&case)["facility_enrolled"], Known::YesNo(true));
}

#[test]
fn in_network_only_if_every_list_says_so() {
    let mut case = case();
    case.coverage.payer = Some("aetna".to_owned());
    assert!(!facts(&case).contains_key("network"));
    case.facility.network = Some(vec!["aetna".to_owned()]);
    assert_eq!(facts(&case)["network"], word("in"));
    case.clinician.network = Some(Vec::new());
    assert_eq!(facts(&case)["network"], word("out"));
    case.coverage.network = Some(Network::In);
    assert_eq!(facts(&case)["network"], word("in"));
}

#[test]
fn a_divided_state_leaves_the_contractor_open_between_two() {
    let mut case = case();
    case.facility = Facility { state: "VA".parse().ok(), ..Facility::default() };
    assert_eq!(facts(&case)["mac"], Known::OneOf(vec!["JL".into(), "JM".into()]));
    case.facility.county = Some("Henrico".to_owned());
    assert_eq!(facts(&case)["mac"], word("JM"));
    case.facility.state = "OH".parse().ok();
    assert!(!facts(&case).contains_key("mac"));
}

#[test]
fn classes_that_settle_other_facts() {
    let mut case = case();
    case.coverage.class = Some(PayerClass::PartD);
    assert_eq!(facts(&case)["benefit"], word("pharmacy"));
    case.coverage.class = Some(PayerClass::Fehb);
    assert_eq!(facts(&case)["funding"], word("fehb"));
}

#[test]
fn procedures_alone_hold_no_compounded_drug() {
    let code = |text: &str, wasted| LineCode {
        code: text.parse().expect("a code"),
        units: None,
        wasted,
        modifiers: None,
        charge: None,
        ndc: None,
        vial: None,
        pointers: Vec::new(),
    };
    let mut case = case();
    case.lines[0].codes = Some(vec![code("17000", None)]);
    assert_eq!(facts(&case)["drug_source"], Known::OneOf(vec!["brand".into(), "generic".into()]));
    assert!(!facts(&case).contains_key("units_wasted"));
    case.lines[0].codes = Some(vec![code("64615", None), code("J0585", Some(45))]);
    assert!(!facts(&case).contains_key("drug_source"));
    assert_eq!(facts(&case)["units_wasted"], Known::Number(Number::whole(45)));
    case.lines[0].codes = Some(Vec::new());
    assert!(!facts(&case).contains_key("drug_source"));
}

#[test]
fn the_other_lines_of_the_visit_count_on_the_day() {
    let library = TestLibrary::new(include_str!("library/facts.toml"), &[]);
    let code = |text: &str, units| LineCode {
        code: text.parse().expect("a code"),
        units,
        wasted: None,
        modifiers: None,
        charge: None,
        ndc: None,
        vial: None,
        pointers: Vec::new(),
    };
    let mut case = case();
    case.lines[0].codes = Some(vec![code("64615", Some(1)), code("J0585", Some(155))]);
    case.lines.push(Line { codes: Some(vec![code("J0585", Some(40))]), ..Line::default() });
    let inputs = derive(&case, 0, &library).inputs;
    let beside: Vec<_> = inputs.beside.iter().map(|one| (one.code.to_string(), one.units, one.date)).collect();
    assert_eq!(beside, [("J0585".to_owned(), Some(40), case.date)]);
    assert!(inputs.beside_is_all);

    // The codes of a third line are not known: what else is billed on the day is open.
    case.lines.push(Line::default());
    assert!(!derive(&case, 0, &library).inputs.beside_is_all);
}
