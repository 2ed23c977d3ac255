//! Advice over generated policies and cases: it never touches a fact that describes what is or was.
//!
//! The facts of the generated dictionary carry their `move` in their names and labels, so a slip shows in the
//! structure and in the printed text alike.

use std::collections::BTreeSet;

use coverage::answer::{Answer, LineAnswer, MoveWord, Route, Verdict};
use coverage::case::{Benefits, Case, Coverage, Line, LineCode, Network};
use coverage::determine::determine;
use coverage::reference::PayerClass;
use coverage::text::render;
use jiff::civil::date;
use policy::ast::{Duration, DurationUnit};
use policy::inputs::{Document, Known};
use proptest::prelude::*;
use proptest::strategy::ValueTree;

use crate::library::TestLibrary;

/// Facts of the generated dictionary: name, type, move.
const FACTS: [(&str, &str, &str); 9] = [
    ("never_finding", "yes-no", "never"),
    ("never_symptom", "yes-no", "never"),
    ("never_measure", "number", "never"),
    ("record_note", "yes-no", "record"),
    ("record_plan", "yes-no", "record"),
    ("record_scale", "yes-no", "record"),
    ("choose_place", "yes-no", "choose"),
    ("choose_person", "yes-no", "choose"),
    ("choose_way", "choice", "choose"),
];

/// Tests that a generated criterion may make.
const ATOMS: [&str; 20] = [
    "never_finding",
    "not never_finding",
    "never_symptom",
    "never_measure >= 10",
    "never_measure < 20",
    "record_note",
    "record_plan",
    "not record_plan",
    "record_scale",
    "choose_place",
    "not choose_person",
    "choose_way in b c",
    "diagnosis in G43.709",
    "diagnosis not in C44.*",
    "purpose = medical",
    "age_years >= 18 years",
    "trial(beta_blocker) >= 2 months",
    "since last 64615 >= 12 weeks or never",
    "units J0585 today <= 200",
    "document \"headache diary\" before service",
];

/// Duties that a generated policy may have.
const DUTIES: [&str; 7] = [
    "needs prior_authorization",
    "needs prior_authorization when never_finding",
    "needs document \"headache diary\"",
    "needs document \"headache diary\" when record_note",
    "needs modifier 59",
    "needs modifier KX",
    "needs modifier 25 when never_symptom",
];

fn facts() -> String {
    let fact = |(name, kind, movable): &(&str, &str, &str)| {
        let more = match *kind {
            "number" => "unit = \"count\"\n",
            "choice" => "values = [\"a\", \"b\", \"c\"]\n",
            _ => "",
        };
        let label = name.to_uppercase().replace('_', " ");
        format!(
            "[{name}]\ntype = \"{kind}\"\n{more}label = \"{label}\"\nquestion = \"What about it?\"\nwho = \"clinician\"\n\
             where = \"chart\"\nmove = \"{movable}\"\n\n"
        )
    };
    let facts: String = FACTS.iter().map(fact).collect();
    facts
        + "[document.\"headache diary\"]\nlabel = \"headache diary\"\nquestion = \"Is there one?\"\nwho = \"clinician\"\n\n\
           [trial_class.beta_blocker]\nlabel = \"NEVER TRIAL\"\n"
}

/// A clause: how its criteria are joined and which atoms they test, some in a group of alternatives. `%` stands for what
/// makes a label unique.
fn clause() -> impl Strategy<Value = String> {
    let group = prop::collection::vec(0..ATOMS.len(), 1..=3);
    (any::<bool>(), prop::collection::vec(group, 1..=3)).prop_map(|(all, criteria)| {
        let mut text = format!("when {}\n", if all { "all" } else { "any" });
        for (at, atoms) in criteria.iter().enumerate() {
            match atoms[..] {
                [atom] => text += &format!("  %c{at}: {}\n", ATOMS[atom]),
                _ => {
                    text += &format!("  %c{at}: any of\n");
                    for atom in atoms {
                        text += &format!("    {}\n", ATOMS[*atom]);
                    }
                }
            }
        }
        text
    })
}

/// One policy of a rank; labels are made unique by the clause's number.
fn policy(rank: &'static str, number: usize) -> impl Strategy<Value = String> {
    let gate = rank.starts_with("gate");
    let (yes, no) = if gate { ("allowed", "not allowed") } else { ("covered", "not covered") };
    let heads = prop::collection::vec((prop::sample::select(vec![yes, yes, no]), clause()), 1..=2);
    let otherwise = prop::sample::select(vec![no, "silent"]);
    let duties = prop::collection::vec(prop::sample::select(DUTIES.to_vec()), 0..=2);
    (heads, otherwise, duties).prop_map(move |(heads, otherwise, duties)| {
        let mut text = format!(
            "policy \"generated/{number}\" \"Generated {number}\"\nrank {rank}\nfor any\ndates ..\n\
             source \"Generated\" text read 2026-01-01\n\n"
        );
        for (at, (head, clause)) in heads.iter().enumerate() {
            text += &format!("{head} {}\n", clause.replace('%', &format!("k{at}")));
        }
        text += &format!("otherwise {otherwise}\n\n");
        for duty in duties {
            text += &format!("{duty}\n");
        }
        text
    })
}

fn policies() -> impl Strategy<Value = Vec<String>> {
    (
        policy("statute", 0),
        prop::collection::vec(policy("lcd", 1), 1..=2),
        policy("gate_lawful", 2),
        policy("gate_billing", 3),
        policy("default", 4),
    )
        .prop_map(|(statute, lcds, lawful, billing, default)| {
            let numbered =
                lcds.into_iter().enumerate().map(|(at, text)| text.replace("generated/1", &format!("generated/1{at}")));
            [statute, lawful, billing, default].into_iter().chain(numbered).collect()
        })
}

/// What is recorded of one fact: nothing, no, yes.
fn recorded() -> impl Strategy<Value = Option<bool>> {
    prop_oneof![Just(None), Just(Some(false)), Just(Some(true))]
}

/// Any kind of coverage, Original Medicare most often, with what is known of its network.
fn coverage() -> impl Strategy<Value = Coverage> {
    let payers = vec!["medicare", "medicare", "medicare", "advantage", "aetna", "medicaid", "tricare", "cash"];
    (prop::sample::select(payers), recorded(), recorded()).prop_map(|(payer, in_network, benefits)| {
        let class = match payer {
            "medicare" => PayerClass::OriginalMedicare,
            "advantage" => PayerClass::MedicareAdvantage,
            "aetna" => PayerClass::Commercial,
            "medicaid" => PayerClass::Medicaid,
            "tricare" => PayerClass::Tricare,
            _ => PayerClass::SelfPay,
        };
        let network = in_network.map(|inside| if inside { Network::In } else { Network::Out });
        let benefits = Benefits { out_of_network_benefits: benefits, ..Benefits::default() };
        Coverage { payer: Some(payer.to_owned()), class: Some(class), network, benefits, ..Coverage::default() }
    })
}

fn case() -> impl Strategy<Value = Case> {
    let facts = prop::collection::vec(recorded(), FACTS.len());
    let history = prop_oneof![Just(None), (1_i32..200).prop_map(Some)];
    (facts, -30_i32..30, recorded(), recorded(), history, recorded(), 1_u32..400, any::<bool>(), coverage()).prop_map(
        |(facts, asked, medical, diagnosed, last, diary, units, adult, coverage)| {
            let day = date(2026, 8, 3);
            let mut case = Case::new(day);
            case.as_of = codes::dates::add_days(day, asked);
            case.coverage = coverage;
            case.patient.age = Some(if adult { 40 } else { 15 });
            for ((name, kind, _), value) in FACTS.iter().zip(facts) {
                let known = value.map(|yes| match *kind {
                    "number" => Known::Number(policy::ast::Number::whole(if yes { 15 } else { 5 })),
                    "choice" => Known::Word(if yes { "b" } else { "a" }.to_owned()),
                    _ => Known::YesNo(yes),
                });
                case.chart.extend(known.map(|known| ((*name).to_owned(), known)));
            }
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
            let purpose = |yes| if yes { coverage::case::Purpose::Medical } else { coverage::case::Purpose::Cosmetic };
            let diagnosis = |yes| if yes { "G43.709" } else { "C44.01" }.parse().expect("a code");
            case.lines = vec![Line {
                codes: Some(vec![code("64615", Some(1)), code("J0585", Some(units))]),
                purpose: medical.map(purpose),
                diagnoses: diagnosed.map(|yes| vec![diagnosis(yes)]),
                price: Some(codes::Cents(100_000)),
                ..Line::default()
            }];
            case.history.complete_since = last.map(|_| date(2020, 1, 1));
            case.history.services = last
                .map(|days| coverage::case::Service {
                    code: "64615".parse().expect("a code"),
                    date: codes::dates::add_days(day, -days),
                    units: Some(1),
                    payer: None,
                    region: None,
                    side: None,
                    outcome: None,
                })
                .into_iter()
                .collect();
            case.documents = diary
                .map(|on_file| Document {
                    kind: "headache diary".to_owned(),
                    date: on_file.then(|| codes::dates::add_days(day, -40)),
                    on_file,
                })
                .into_iter()
                .collect();
            case.trials = vec![coverage::case::Trial {
                class: "beta_blocker".to_owned(),
                agent: None,
                start: None,
                end: None,
                length: Some(Duration { count: 1, unit: DurationUnit::Month }),
                outcome: Some(coverage::case::Outcome::Failed),
            }];
            case
        },
    )
}

/// Whether advice may name a fact.
fn is_advisable(fact: &str) -> bool {
    let generated = fact.starts_with("record_") || fact.starts_with("choose_");
    generated || matches!(fact, "date" | "prior_authorization" | "document headache diary")
}

fn check_structure(case: &Case, line: &LineAnswer) {
    let after_service = case.as_of > case.date;
    for change in line.would_change.iter().flat_map(|change| &change.changes) {
        assert!(is_advisable(&change.fact), "advises {}", change.fact);
        let only_record = change.movement == MoveWord::Record;
        assert!(!after_service || only_record, "advises to {} after the service: {}", change.movement, change.fact);
        if change.movement == MoveWord::Wait {
            assert!(change.to > case.date.to_string() && change.to >= case.as_of.to_string(), "{}", change.to);
        }
        if after_service && change.movement == MoveWord::Record {
            let known_no = case.chart.get(&change.fact) == Some(&Known::YesNo(false)) && change.to == "yes";
            assert!(!known_no, "advises to make {} up after the service", change.fact);
        }
    }
    for missing in &line.missing {
        let advisable = is_advisable(&missing.fact);
        assert!(missing.outcomes.is_none() || advisable, "tells what an answer about {} would bring", missing.fact);
    }
    for modifier in &line.modifiers {
        assert!(!matches!(modifier.modifier.as_str(), "59" | "KX"), "asks for {}", modifier.modifier);
        if modifier.modifier == "25" {
            assert_eq!(case.chart.get("never_symptom"), Some(&Known::YesNo(true)), "25 without what it stands for");
        }
    }
}

/// The lines of the text that advise: the act, and what would change the answer.
fn advising_lines(text: &str) -> Vec<&str> {
    let act = text.lines().filter(|line| line.starts_with("What to do now: "));
    let change =
        text.lines().skip_while(|line| *line != "What would change the answer").take_while(|line| !line.is_empty());
    let outcomes = text.lines().filter(|line| line.starts_with("      yes:") || line.starts_with("      no:"));
    act.chain(change).chain(outcomes).collect()
}

fn check_text(text: &str) {
    for line in advising_lines(text) {
        for banned in
            ["NEVER", "G43", "C44", "diagnos", "purpose", "age on the date", "units given", " 59", " 25 ", "KX"]
        {
            assert!(!line.contains(banned), "the text advises `{banned}`: {line}");
        }
    }
    assert!(!text.contains("modifier 59") && !text.contains("modifier KX"), "{text}");
    assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
}

/// Who may be sent to whom: no claim of the patient's own where contract or program forbids it.
fn check_route(case: &Case, line: &LineAnswer) {
    let class = case.coverage.class.expect("a class");
    let before = case.as_of <= case.date;
    let forbidden = match class {
        PayerClass::Medicaid | PayerClass::SelfPay => true,
        PayerClass::OriginalMedicare => before,
        PayerClass::MedicareAdvantage => case.coverage.benefits.out_of_network_benefits != Some(true),
        PayerClass::Commercial => case.coverage.network == Some(Network::In),
        _ => false,
    };
    assert!(!forbidden || line.route != Route::PatientClaim, "{class:?} leads to a claim of the patient's own");
    assert!(!forbidden || line.verdict != Verdict::PatientClaim, "{class:?}");
    if class != PayerClass::OriginalMedicare {
        let notices = ["GA", "GX", "GY", "GZ"];
        assert!(
            !line.modifiers.iter().any(|needed| notices.contains(&needed.modifier.as_str())),
            "{:?}",
            line.modifiers
        );
        assert!(!line.steps.iter().any(|step| step.contains("1490S")), "{:?}", line.steps);
    }
    assert!(line.verdict != Verdict::Covered || line.route == Route::Claim);
}

fn check_money(line: &LineAnswer) {
    let money = &line.money;
    assert!(money.patient_low.0.0 >= 0);
    assert!(money.patient_high.is_none_or(|high| high >= money.patient_low), "{money:?}");
    assert!(!money.basis.is_empty());
}

/// A change of chart facts alone, really made, brings the verdict that was told.
fn check_promises(case: &Case, line: &LineAnswer, library: &TestLibrary) {
    for change in &line.would_change {
        let plain = |to: &str| matches!(to, "yes" | "no");
        let in_chart = |fact: &str| FACTS.iter().any(|(name, ..)| *name == fact);
        if !change.changes.iter().all(|one| in_chart(&one.fact) && plain(&one.to)) {
            continue;
        }
        let mut changed = case.clone();
        for one in &change.changes {
            changed.chart.insert(one.fact.clone(), Known::YesNo(one.to == "yes"));
        }
        let then = determine(&changed, &[], library).lines[0].verdict;
        assert_eq!(then, change.verdict, "{:?}", change.changes);
        assert!(then != Verdict::NotCovered && then != line.verdict);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn advice_never_touches_what_is(policies in policies(), case in case()) {
        let texts: Vec<&str> = policies.iter().map(String::as_str).collect();
        let library = TestLibrary::new(&facts(), &texts);
        let answer: Answer = determine(&case, &[], &library);
        let line = &answer.lines[0];
        check_structure(&case, line);
        check_text(&render(&answer));
        check_money(line);
        check_route(&case, line);
        check_promises(&case, line, &library);
        prop_assert!(line.verdict != Verdict::Covered || line.missing.is_empty());
        prop_assert_eq!(answer.to_json(), determine(&case, &[], &library).to_json());
    }
}

/// The property above says nothing if no generated case ever gets advice.
#[test]
fn generated_cases_get_advice_of_every_kind() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let (mut verdicts, mut moves, mut outcomes) = (BTreeSet::new(), BTreeSet::new(), 0);
    for _ in 0..600 {
        let policies = policies().new_tree(&mut runner).expect("a value").current();
        let case = case().new_tree(&mut runner).expect("a value").current();
        let texts: Vec<&str> = policies.iter().map(String::as_str).collect();
        let answer = determine(&case, &[], &TestLibrary::new(&facts(), &texts));
        let line = &answer.lines[0];
        verdicts.insert(line.verdict);
        moves.extend(line.would_change.iter().flat_map(|change| &change.changes).map(|change| change.movement));
        outcomes += line.missing.iter().filter(|missing| missing.outcomes.is_some()).count();
    }
    assert_eq!(moves, BTreeSet::from([MoveWord::Record, MoveWord::Choose, MoveWord::Wait]));
    assert!(verdicts.len() >= 6, "{verdicts:?}");
    assert!(outcomes >= 20, "{outcomes}");
}
