//! Payers, contractors, regions, licences, ranks and the menu of the embedded library.

use codes::hcpcs::CodeStatus;
use codes::{IcdCode, IcdSet, StateCode};
use coverage::case::{DrugSource, Purpose};
use coverage::reference::{Binds, PayerClass, Reference as _, UsualQuery};
use jiff::civil::date;
use library::ranks::Effect;
use library::{Library, NameError};
use policy::dictionary::FactType;

fn library() -> Library {
    match Library::embedded() {
        Ok(library) => library,
        Err(error) => panic!("{error}"),
    }
}

#[test]
fn every_name_on_a_price_list_finds_its_treatment() {
    let library = library();
    for line in include_str!("data/menu-names.tsv").lines().filter(|line| !line.starts_with('#')) {
        let (name, expected) = line.split_once('\t').expect("name, tab, treatments");
        let expected: Vec<&str> = expected.split(' ').collect();
        let found = match library.menu().find(name) {
            Ok(found) => vec![found.treatment.id.clone()],
            Err(NameError::Ambiguous { choices, .. }) => choices,
            Err(error) => panic!("{error}"),
        };
        assert_eq!(found, expected, "{name}");
    }
}

#[test]
fn a_misspelt_name_is_answered_with_a_near_one() {
    let library = library();
    let near = |typed: &str| library.menu().find(typed).unwrap_err().to_string();
    assert_eq!(near("botx"), "there is no treatment `botx`; did you mean `Botox`?");
    assert!(near("botox for my forehead").contains("`Botox`"), "{}", near("botox for my forehead"));
    assert_eq!(near("dentures"), "there is no treatment `dentures`");
    let payer = library.payers().find("untied healthcare").unwrap_err().to_string();
    assert_eq!(payer, "there is no payer `untied healthcare`; did you mean `united healthcare`?");
}

#[test]
fn names_that_mean_several_are_asked_back() {
    let library = library();
    for typed in ["BCBS", "Blue Cross"] {
        assert!(matches!(library.payers().find(typed), Err(NameError::Ambiguous { .. })), "{typed}");
    }
    assert!(matches!(library.licenses().find("nurse"), Err(NameError::Ambiguous { .. })));
    assert!(matches!(library.menu().find("pellets"), Err(NameError::Ambiguous { .. })));
}

#[test]
fn payers_by_what_people_type() {
    let library = library();
    let id = |typed: &str| library.payers().find(typed).map(|payer| payer.id.clone());
    for (typed, expected) in [
        ("medicare", "medicare"),
        ("Medi-Cal", "medicaid"),
        ("UHC", "uhc"),
        ("United", "uhc"),
        ("bcbs_texas", "hcsc"),
        ("no insurance", "none"),
        ("Elevance Health", "anthem"),
    ] {
        assert_eq!(id(typed).as_deref(), Ok(expected), "{typed}");
    }
    for (class, _) in PayerClass::ALL {
        assert!(library.payers().all().iter().any(|payer| payer.class.word() == class), "no payer of class {class}");
        assert!(library.classes().find(class).is_ok(), "{class}");
    }
}

#[test]
fn virginia_is_split_between_two_contractors() {
    let library = library();
    let macs = |state, county: Option<&str>| -> Vec<String> {
        library.macs().at(state, county).iter().map(|mac| mac.id.clone()).collect()
    };
    for county in ["Arlington", "arlington county", "Fairfax County", "City of Alexandria", "Alexandria"] {
        assert_eq!(macs(StateCode::VA, Some(county)), ["JL"], "{county}");
    }
    for county in ["Henrico County", "Richmond city"] {
        assert_eq!(macs(StateCode::VA, Some(county)), ["JM"], "{county}");
    }
    for county in [None, Some("Fairfax"), Some("Falls Church"), Some("City of Fairfax")] {
        assert_eq!(macs(StateCode::VA, county), ["JL", "JM"], "{county:?}");
    }
    assert_eq!(macs(StateCode::TX, Some("Arlington")), ["JH"]);
    for state in StateCode::ALL {
        assert!(!macs(state, None).is_empty(), "{state}");
    }
}

#[test]
fn a_region_and_its_parts_are_one_run() {
    let library = library();
    let regions = library.regions();
    let face = regions.with_parts("face");
    assert!(face.iter().any(|region| region.id == "glabella"));
    assert!(face.iter().all(|region| region.id == "face" || region.parent.as_deref() == Some("face")));
    assert!(regions.with_parts("head-neck").len() > face.len());
    assert!(regions.with_parts("no-such-region").is_empty());
    assert_eq!(regions.find("underarm").map(|region| region.id.as_str()), Ok("armpit"));
}

#[test]
fn choices_of_the_dictionary_and_of_the_tables_are_the_same() {
    let library = library();
    let values = |fact: &str| {
        let dictionary = library.dictionary();
        let id = dictionary.fact_id(fact).unwrap_or_else(|| panic!("no fact {fact}"));
        match &dictionary.fact(id).fact_type {
            FactType::Choice { values } => values.clone(),
            other => panic!("{fact} is {other:?}"),
        }
    };
    let licenses: Vec<String> = library.licenses().all().iter().map(|license| license.id.clone()).collect();
    assert_eq!(values("clinician_license"), licenses);
    assert_eq!(values("treatment_kind"), library::menu::TreatmentKind::ALL.map(|(word, _)| word));
    assert_eq!(values("benefit"), library::menu::Benefit::ALL.map(|(word, _)| word));
    assert_eq!(values("drug_source"), DrugSource::WORDS);
    assert_eq!(values("payer_class"), PayerClass::ALL.map(|(word, _)| word));
}

#[test]
fn stacks_rest_on_facts_of_the_dictionary() {
    let library = library();
    let dictionary = library.dictionary();
    for (_, class) in PayerClass::ALL {
        let stack = library.ranks().stack(class);
        assert!(!stack.is_empty(), "{} has no stack", class.word());
        for row in stack {
            let rank = library.ranks().rank(row.rank);
            assert_ne!(rank.effect, Effect::Gate, "{}", rank.id);
            match &row.binds {
                Binds::Always => {}
                Binds::Below { fact, .. } => {
                    let id = dictionary.fact_id(fact).unwrap_or_else(|| panic!("no fact {fact}"));
                    assert!(matches!(dictionary.fact(id).fact_type, FactType::Number { .. }), "{fact}");
                }
                Binds::Values { fact, binds, open } => {
                    let id = dictionary.fact_id(fact).unwrap_or_else(|| panic!("no fact {fact}"));
                    for value in binds.iter().chain(open) {
                        assert!(dictionary.fact(id).value_id(value).is_some(), "{fact} has no value {value}");
                    }
                }
            }
        }
    }
}

#[test]
fn ranks_in_the_order_of_authority() {
    let library = library();
    let stack = |class| -> Vec<&str> {
        library.ranks().stack(class).iter().map(|row| library.ranks().rank(row.rank).id.as_str()).collect()
    };
    assert_eq!(stack(PayerClass::OriginalMedicare), ["statute", "ncd", "lcd", "article", "default"]);
    assert_eq!(stack(PayerClass::MedicareAdvantage)[..4], ["ma_supplemental", "statute", "ncd", "lcd"]);
    assert_eq!(stack(PayerClass::Medicaid)[..2], ["epsdt", "statute"]);
    let overlay: Vec<&str> =
        library.ranks().ranks().iter().filter(|rank| rank.overlay).map(|rank| rank.id.as_str()).collect();
    assert_eq!(overlay, ["plan_document", "gate_billing"]);
}

#[test]
fn usual_codes_follow_the_diagnosis_the_product_and_the_purpose() {
    let library = library();
    let usual = |name: &str, diagnoses: &[&str], purpose| {
        let diagnoses: Vec<IcdCode> = diagnoses.iter().map(|code| code.parse().unwrap()).collect();
        let found = library.menu().find(name).unwrap_or_else(|error| panic!("{error}"));
        let usual = found.usual_codes(&diagnoses, purpose, date(2026, 11, 23))?;
        Some(usual.codes.iter().map(ToString::to_string).collect::<Vec<_>>().join(" "))
    };
    let medical = Some(Purpose::Medical);
    assert_eq!(usual("botox", &["G43.709"], medical).as_deref(), Some("64615 J0585"));
    assert_eq!(usual("dysport", &["G24.3"], None).as_deref(), Some("64616 J0586"));
    // The first diagnosis that the menu knows decides; a name that tells the indication helps only without a diagnosis.
    assert_eq!(usual("botox", &["I10", "L74.510"], medical).as_deref(), Some("64650 J0585"));
    assert_eq!(usual("botox for migraine", &[], medical).as_deref(), Some("64615 J0585"));
    assert_eq!(usual("botox for migraine", &["M54.2"], medical), None);
    assert_eq!(usual("botox", &["M54.2"], medical), None);
    // Looks: nothing is billed; an open purpose without a diagnosis is not taken as looks.
    assert_eq!(usual("botox", &[], Some(Purpose::Cosmetic)).as_deref(), Some(""));
    assert_eq!(usual("botox", &[], None), None);
    // A named drug without a code takes the usual drug's place; a method brings its own codes.
    assert_eq!(usual("jeuveau", &["G24.5"], medical).as_deref(), Some("64612"));
    assert_eq!(usual("varithena", &["I83.811"], medical).as_deref(), Some(""));
    assert_eq!(usual("sculptra", &["E88.14"], None).as_deref(), Some("G0429 Q2028"));
    assert_eq!(usual("sculptra", &[], Some(Purpose::Cosmetic)).as_deref(), Some(""));
    assert_eq!(usual("kybella", &[], Some(Purpose::Cosmetic)).as_deref(), Some("J0591"));
}

#[test]
fn possible_codes_of_a_treatment() {
    let library = library();
    let has = |id: &str, code: &str| {
        let treatment = library.menu().get(id).unwrap_or_else(|| panic!("no treatment {id}"));
        treatment.possible_codes().contains(code.parse().unwrap())
    };
    for code in ["64615", "64645", "J0585", "J0589", "52287"] {
        assert!(has("botulinum-toxin", code), "{code}");
    }
    assert!(has("laser-resurfacing", "0479T"));
    assert!(!has("laser-resurfacing", "64615"));
    assert!(library.menu().get("semaglutide").is_some_and(|treatment| treatment.possible_codes().is_empty()));
}

#[test]
fn the_engine_gets_only_settled_codes() {
    let library = library();
    let codes = |name, drug, diagnoses: &[&str], purpose| {
        let diagnoses: Vec<IcdCode> = diagnoses.iter().map(|code| code.parse().unwrap()).collect();
        let query = UsualQuery { name, drug, diagnoses: &diagnoses, purpose, date: date(2026, 11, 23) };
        let usual = library.usual_codes(&query)?;
        Some(usual.codes.iter().map(ToString::to_string).collect::<Vec<_>>().join(" "))
    };
    assert_eq!(codes("botox", None, &["G43.709"], None).as_deref(), Some("64615 J0585"));
    assert_eq!(codes("tox", Some("Xeomin"), &["G24.5"], None).as_deref(), Some("64612 J0588"));
    assert_eq!(codes("tox", None, &[], Some(Purpose::Cosmetic)).as_deref(), Some(""));
    // The number of spots settles the code of a precancer.
    assert_eq!(codes("cryotherapy", None, &["L57.0"], None), None);
    assert_eq!(codes("spravato", None, &["F33.2"], None), None);
}

#[test]
fn drug_codes_of_the_menu_are_on_the_list() {
    let day = date(2026, 8, 1);
    for treatment in library().menu().all() {
        let products = treatment.products.iter().filter_map(|product| product.drug_code);
        let drugs = treatment.indications.iter().filter_map(|indication| indication.drug_code);
        for drug in products.chain(drugs) {
            let status = codes::hcpcs::lookup(drug.code, day);
            assert!(matches!(status, CodeStatus::Listed { .. }), "{} {}: {status:?}", treatment.id, drug.code);
        }
    }
}

#[test]
fn every_diagnosis_pattern_of_the_menu_holds_a_billable_code() {
    let billable: Vec<IcdCode> = include_str!("../../../library/codes/icd10cm-2026.txt")
        .split_ascii_whitespace()
        .map(|code| code.parse().expect("the table holds codes"))
        .collect();
    assert!(billable.len() > 70_000);
    // Codes of earlier years, which older dates of service still need.
    let ended = ["E88.1"];
    for treatment in library().menu().all() {
        for pattern in treatment.indications.iter().flat_map(|indication| &indication.diagnosis_patterns) {
            let set: IcdSet = pattern.parse().unwrap();
            let known = billable.iter().any(|code| set.contains(*code)) || ended.contains(&pattern.as_str());
            assert!(known, "{}: {pattern}", treatment.id);
        }
    }
}
