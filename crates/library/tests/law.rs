//! Days, figures and allocations of the law give what the fact base computed (`library/sources/law.yaml`, `other_test_vectors`).

#![expect(clippy::unwrap_used, reason = "a test stops where its data cannot be read")]

use std::collections::BTreeMap;
use std::path::PathBuf;

use codes::Cents;
use codes::dates::Due;
use jiff::civil::{Date, date};
use library::Library;
use library::law::Law;
use library::ledger::Home;
use policy::ast::Grade;
use saphyr::{LoadableYamlNode, Yaml};

/// The base of the rules in the ledger.
const BASE: &str = "law";

fn source() -> String {
    let path: PathBuf = [env!("CARGO_MANIFEST_DIR"), "../../library/sources/law.yaml"].iter().collect();
    std::fs::read_to_string(path).unwrap()
}

fn day(value: &Yaml<'_>) -> Date {
    value.as_str().unwrap().parse().unwrap()
}

/// A number as cents; YAML has it as a float, so it goes by its text.
fn cents(value: &Yaml<'_>) -> Cents {
    let float = value.as_floating_point().unwrap();
    format!("{float:.2}").parse().unwrap()
}

fn due(law: &Law, id: &str, event: Date) -> Date {
    let deadline = law.deadlines.iter().find(|deadline| deadline.id == id).unwrap();
    match deadline.clock.due(event.into()) {
        Due::Day(day) => day,
        Due::Moment(_) => panic!("{id} is in hours"),
    }
}

/// The last day of filing on one level of an appeal.
fn file(law: &Law, path: &str, level: usize, notice: Date) -> Date {
    let path = law.appeals.iter().find(|known| known.id == path).unwrap();
    match path.levels[level - 1].file.unwrap().due(notice.into()) {
        Due::Day(day) => day,
        Due::Moment(_) => panic!("in hours"),
    }
}

fn percent(law: &Law, id: &str, of: Cents) -> Cents {
    let figure = law.figures.iter().find(|figure| figure.id == id).unwrap();
    of.mul_ratio(figure.values[0].value.parse().unwrap(), 100).unwrap()
}

#[test]
fn vectors_of_the_fact_base() {
    let text = source();
    let documents = Yaml::load_from_str(&text).unwrap();
    let library = Library::embedded().unwrap();
    let law = library.law().unwrap();
    let vectors = documents[0]["other_test_vectors"].as_vec().unwrap();
    for vector in vectors {
        let id = vector["id"].as_str().unwrap();
        let (input, expect) = (&vector["input"], &vector["expect"]);
        match vector["kind"].as_str().unwrap() {
            "limiting_charge" => {
                let fee = cents(&input["par_fee"]);
                let other = percent(law, "medicare-nonparticipating", fee);
                assert_eq!(other, cents(&expect["nonpar_fee"]), "{id}");
                assert_eq!(percent(law, "medicare-limiting-charge", other), cents(&expect["limiting_charge"]), "{id}");
                let of_nurse = percent(law, "medicare-np-pa", fee);
                assert_eq!(of_nurse, cents(&expect["np_pa_fee"]), "{id}");
                let share = percent(law, "medicare-part-b-coinsurance", of_nurse);
                assert_eq!(share, cents(&expect["np_pa_patient_20pct"]), "{id}");
            }
            "gfe_dispute" => {
                let threshold = law.figures.iter().find(|figure| figure.id == "estimate-dispute-threshold").unwrap();
                let threshold: Cents = threshold.values[0].value.parse().unwrap();
                let above = cents(&input["billed"]).checked_sub(cents(&input["estimate"])).unwrap();
                assert_eq!(above >= threshold, expect.as_bool().unwrap(), "{id}");
            }
            "gfe_due" => {
                let estimate = law.estimate.as_ref().unwrap();
                let computed = match input.as_mapping_get("requested") {
                    Some(requested) => Some(estimate.due_on_request(day(requested))),
                    None => estimate.due_on_scheduling(day(&input["scheduled"]), day(&input["service"])),
                };
                assert_eq!(computed, expect.as_str().map(|day| day.parse().unwrap()), "{id}");
            }
            "external_review_deadline" => {
                assert_eq!(file(law, "commercial", 2, day(&input["received"])), day(expect), "{id}");
            }
            "internal_appeal_deadline" => {
                assert_eq!(file(law, "commercial", 1, day(&input["received"])), day(expect), "{id}");
            }
            "redetermination_deadline" => {
                assert_eq!(file(law, "original-medicare", 1, day(&input["notice"])), day(expect), "{id}");
            }
            "breach_notice_deadline" => {
                for rule in ["breach-patients", "breach-hhs-large"] {
                    assert_eq!(due(law, rule, day(&input["discovered"])), day(expect), "{id}");
                }
            }
            "breach_hhs_small" => {
                assert_eq!(due(law, "breach-hhs-small", day(&input["discovered"])), day(expect), "{id}");
            }
            "package_allocation" => allocation(id, input, expect),
            other => panic!("{id}: no test of `{other}`"),
        }
    }
    assert_eq!(vectors.len(), 14);
}

/// A price split over sessions in proportion to what each costs alone; equal sessions have one price in the first vector, and
/// the odd cents in order in the second.
fn allocation(id: &str, input: &Yaml<'_>, expect: &Yaml<'_>) {
    let mut weights = Vec::new();
    let mut names = Vec::new();
    for item in input["items"].as_vec().unwrap() {
        for _ in 0..item["n"].as_integer().unwrap() {
            weights.push(cents(&item["ssp"]));
            names.push(item["name"].as_str().unwrap());
        }
    }
    let price = cents(&input["price"]);
    let parts = price.allocate(&weights).unwrap();
    assert_eq!(Cents::checked_sum(parts.iter().copied()), Some(price), "{id}");
    let list = expect.as_vec();
    for (at, (part, name)) in parts.iter().zip(names).enumerate() {
        let expected = list.map_or_else(|| cents(&expect[name]), |list| cents(&list[at]));
        assert_eq!(*part, expected, "{id} {name}");
    }
}

/// Every rule of the fact base has a line in the ledger, with how closely it was read; that its homes exist, the ledger checks.
#[test]
fn every_rule_is_in_the_ledger() {
    let text = source();
    let documents = Yaml::load_from_str(&text).unwrap();
    let library = Library::embedded().unwrap();
    let ledger = library.ledger().unwrap();
    let mut rows: BTreeMap<&str, _> =
        ledger.rows().iter().filter(|row| row.key.base == BASE).map(|row| (row.key.record.as_str(), row)).collect();
    let rules = documents[0]["rules"].as_vec().unwrap();
    assert_eq!(rules.len(), 147);
    for rule in rules {
        let id = rule["id"].as_str().unwrap();
        let row = rows.remove(id).unwrap_or_else(|| panic!("{id} is not in the ledger"));
        let grade = if rule["confidence"].as_str() == Some("read") { Grade::Digest } else { Grade::Known };
        assert_eq!(row.grade, Some(grade), "{id}");
        assert!(!row.homes.is_empty() || !row.why.is_empty(), "{id} has neither home nor reason");
    }
    assert!(rows.is_empty(), "rows without a rule: {:?}", rows.keys());
}

/// Every number of a rule's parameters stands in one of its homes, or in the reason of its line.
#[test]
fn every_number_of_a_rule_is_at_its_home() {
    let text = source();
    let documents = Yaml::load_from_str(&text).unwrap();
    let library = Library::embedded().unwrap();
    let ledger = library.ledger().unwrap();
    let mut missing = Vec::new();
    for rule in documents[0]["rules"].as_vec().unwrap() {
        let id = rule["id"].as_str().unwrap();
        let row = ledger.rows().iter().find(|row| row.key.base == BASE && row.key.record == id).unwrap();
        let mut said = numbers(&row.why);
        row.homes.iter().for_each(|home| said.extend(numbers(&text_of(home, &library))));
        let mut wanted = Vec::new();
        scalars(&rule["parameters"], &mut wanted);
        for number in wanted.iter().flat_map(|text| numbers(text)).filter(|number| !said.contains(number)) {
            missing.push(format!("{id}: {number}"));
        }
    }
    assert!(missing.is_empty(), "{} numbers\n{}", missing.len(), missing.join("\n"));
}

/// The text of a home: a policy, or the table of a data file with that identifier.
fn text_of(home: &Home, library: &Library) -> String {
    match home {
        Home::Policy { id, .. } => {
            let policies = library.policies().all().iter().filter(|policy| policy.header().id == *id);
            policies.map(|policy| policy.text()).collect()
        }
        Home::Entry { file, name } => {
            let path: PathBuf = [env!("CARGO_MANIFEST_DIR"), "../../library", file].iter().collect();
            let text = std::fs::read_to_string(path).unwrap();
            let Some(name) = name else { return text };
            let (id, key) = (format!("id = \"{name}\"\n"), format!("[{name}]\n"));
            let cell = format!("\"{name}\"");
            if let Some(line) = text.lines().find(|line| line.starts_with(&cell)) {
                return line.to_owned();
            }
            let at = text.find(&id).or_else(|| text.find(&key)).unwrap_or_else(|| panic!("{file}: no `{name}`"));
            let start = text[..at].rfind("\n[").unwrap_or_default();
            // An entry ends where the next of its kind begins, not with its first table.
            let head = text[start..at].trim_start().lines().next().unwrap_or_default().to_owned();
            let end = text[at..].find(&format!("\n{head}")).map_or(text.len(), |end| at + end);
            text[start..end].to_owned()
        }
    }
}

/// Numbers in a text, without separators, points of dollars and leading zeros; years read as hours and months as they stand.
fn numbers(text: &str) -> Vec<String> {
    let bare = text.replace(',', "");
    let words = bare.split(|char: char| !char.is_ascii_digit() && char != '.');
    let plain = |word: &str| {
        let word = word.trim_matches('.');
        let word = word.strip_suffix(".00").or_else(|| word.strip_suffix(".0")).unwrap_or(word);
        let short = word.trim_start_matches('0');
        if short.is_empty() || short.starts_with('.') { word.to_owned() } else { short.to_owned() }
    };
    words.map(plain).filter(|word| !word.is_empty()).flat_map(percent_too).collect()
}

/// A part of one is also a percentage: `0.95` and `95`.
fn percent_too(word: String) -> Vec<String> {
    let as_percent = word.parse::<f64>().ok().filter(|number| *number < 2.0 && word.contains('.'));
    #[expect(clippy::float_arithmetic, reason = "a percentage as the file writes it")]
    let percent = as_percent.map(|number| format!("{:.0}", number * 100.0));
    match percent {
        Some(percent) => vec![percent],
        None => vec![word],
    }
}

fn scalars(value: &Yaml<'_>, found: &mut Vec<String>) {
    if let Some(mapping) = value.as_mapping() {
        mapping.values().for_each(|value| scalars(value, found));
    } else if let Some(list) = value.as_vec() {
        list.iter().for_each(|value| scalars(value, found));
    } else if let Some(number) = value.as_integer() {
        found.extend((number != 0).then(|| number.to_string()));
    } else if let Some(number) = value.as_floating_point() {
        found.push(number.to_string());
    }
}

#[test]
fn appeals_to_tricare_and_to_a_federal_plan() {
    let library = Library::embedded().unwrap();
    let law = library.law().unwrap();
    let notice = date(2026, 3, 2);
    assert_eq!(file(law, "tricare", 1, notice), date(2026, 5, 31));
    assert_eq!(file(law, "tricare", 2, notice), date(2026, 5, 1));
    assert_eq!(file(law, "fehb", 1, notice), date(2026, 9, 2));
    assert_eq!(file(law, "fehb", 2, notice), date(2026, 5, 31));
    let tricare = law.appeals.iter().find(|path| path.id == "tricare").unwrap();
    let least = |level: usize| tricare.levels[level - 1].least(2031).map(Option::unwrap);
    assert_eq!(least(1), None);
    assert_eq!(least(2), Some(Cents(5_000)));
    assert_eq!(least(3), Some(Cents(30_000)));
}

#[test]
fn states_have_breach_days_of_their_own_where_they_were_read() {
    let library = Library::embedded().unwrap();
    let law = library.law().unwrap();
    let found = date(2026, 11, 2);
    for (id, last) in [
        ("breach-TX", date(2027, 1, 1)),
        ("breach-CA", date(2026, 12, 2)),
        ("breach-CO", date(2026, 12, 2)),
        ("breach-FL", date(2026, 12, 2)),
        ("breach-NY", date(2026, 12, 2)),
        ("breach-IN", date(2026, 12, 17)),
        ("breach-MD", date(2026, 12, 17)),
        ("breach-CT", date(2027, 1, 1)),
    ] {
        assert_eq!(due(law, id, found), last, "{id}");
        let deadline = law.deadlines.iter().find(|deadline| deadline.id == id).unwrap();
        assert!(deadline.authority.url.is_some(), "{id}");
    }
    // Every jurisdiction has days that were read, or the word that its law names none; never both.
    let privacy = law.privacy.as_ref().unwrap();
    let (mut with_days, mut without) = (0, 0);
    for state in library.states().codes() {
        let of_state: Vec<_> = privacy
            .laws
            .iter()
            .filter(|rule| rule.id.starts_with("state-breach-") && rule.binds(true, Some(state)))
            .collect();
        assert_eq!(of_state.len(), 1, "{state}");
        assert!(of_state[0].authority.url.is_some(), "{state}");
        let ids = &of_state[0].deadlines;
        if ids.is_empty() {
            without += 1;
        } else {
            assert_eq!(*ids, [format!("breach-{state}")]);
            with_days += 1;
        }
    }
    assert_eq!((with_days, without), (22, 29));
}
