//! A case from what is on file, as it stood on the date of service.
//!
//! What the question says itself is taken before what is on file. What is not on file stays out of the case: open, never "no".

use jiff::civil::Date;
use serde_json::{Map, Value, json};
use store::nouns::{Clinician, Coverage, Facility, Interval, Licence, Patient, Visit};

/// What is on file of a visit.
#[derive(Default)]
pub struct OnFile<'a> {
    /// The patient.
    pub patient: Option<&'a Patient>,
    /// Their plans.
    pub coverages: &'a [&'a Coverage],
    /// Where.
    pub facility: Option<&'a Facility>,
    /// Who treats.
    pub clinician: Option<&'a Clinician>,
    /// Who supervises them on that day.
    pub supervisor: Option<&'a Clinician>,
    /// The visit.
    pub visit: Option<&'a Visit>,
}

/// The case of a visit on `date`, asked on `as_of`; `asked` holds what the question says itself.
#[must_use]
pub fn compose(on_file: &OnFile<'_>, date: Date, as_of: Date, asked: &Map<String, Value>) -> Value {
    let mut case = Map::new();
    case.insert("date".to_owned(), json!(date));
    case.insert("as_of".to_owned(), json!(as_of));
    if let Some(patient) = on_file.patient {
        case.insert("patient".to_owned(), patient_table(patient));
    }
    let mut coverages: Vec<&&Coverage> =
        on_file.coverages.iter().filter(|coverage| coverage.holds.holds(date)).collect();
    coverages.sort_by_key(|coverage| coverage.rank);
    if let Some((first, others)) = coverages.split_first() {
        case.insert("coverage".to_owned(), first.case.reveal().clone());
        let others: Vec<Value> = others.iter().map(|coverage| with_rank(coverage)).collect();
        if !others.is_empty() {
            case.insert("other_coverage".to_owned(), Value::Array(others));
        }
    }
    if let Some(facility) = on_file.facility {
        case.insert("facility".to_owned(), facility_table(facility, date));
    }
    if let Some(clinician) = on_file.clinician {
        case.insert("clinician".to_owned(), clinician_table(clinician, on_file.supervisor, on_file.facility, date));
    }
    if let Some(visit) = on_file.visit {
        lay_over(&mut case, as_map(visit.case.reveal()));
    }
    lay_over(&mut case, asked);
    Value::Object(case)
}

/// Lays one table over another: sections are laid over key by key, lists and values are replaced.
fn lay_over(under: &mut Map<String, Value>, over: &Map<String, Value>) {
    for (key, value) in over {
        match (under.get_mut(key), value) {
            (Some(Value::Object(under)), Value::Object(over)) => lay_over(under, over),
            _ => {
                under.insert(key.clone(), value.clone());
            }
        }
    }
}

fn as_map(value: &Value) -> &Map<String, Value> {
    static NOTHING: std::sync::LazyLock<Map<String, Value>> = std::sync::LazyLock::new(Map::new);
    value.as_object().unwrap_or(&NOTHING)
}

fn patient_table(patient: &Patient) -> Value {
    let mut table = Map::new();
    if let Some(day) = patient.birth_date.reveal() {
        table.insert("birth_date".to_owned(), json!(day));
    }
    if let Some(sex) = patient.sex.reveal() {
        table.insert("sex".to_owned(), json!(sex));
    }
    if let Some(state) = patient.home_state.reveal() {
        table.insert("home_state".to_owned(), json!(state));
    }
    Value::Object(table)
}

fn with_rank(coverage: &Coverage) -> Value {
    let mut table = as_map(coverage.case.reveal()).clone();
    table.entry("rank").or_insert_with(|| json!(coverage.rank));
    Value::Object(table)
}

fn facility_table(facility: &Facility, date: Date) -> Value {
    let mut table = as_map(&facility.case).clone();
    if let Some(address) = &facility.address {
        table.entry("state").or_insert_with(|| json!(address.state));
    }
    // A list that is kept is whole; one that is empty was never written.
    if !facility.accreditations.is_empty() {
        let in_force = in_force(&facility.accreditations, date);
        table.entry("accredited_by").or_insert_with(|| json!(in_force));
    }
    if !facility.licences.is_empty() {
        let licensed = facility.licences.iter().all(|licence| licence.holds.holds(date));
        table.entry("licensed").or_insert_with(|| json!(licensed));
    }
    Value::Object(table)
}

/// What holds on a day, each once.
fn in_force(licences: &[Licence], date: Date) -> Vec<&str> {
    let mut kinds: Vec<&str> =
        licences.iter().filter(|licence| licence.holds.holds(date)).map(|licence| &*licence.kind).collect();
    kinds.sort_unstable();
    kinds.dedup();
    kinds
}

fn clinician_table(
    clinician: &Clinician,
    supervisor: Option<&Clinician>,
    facility: Option<&Facility>,
    date: Date,
) -> Value {
    let mut table = as_map(&clinician.case).clone();
    let mut put = |key: &str, value: Option<Value>| {
        if let Some(value) = value {
            table.entry(key).or_insert(value);
        }
    };
    let place = facility.and_then(|facility| {
        as_map(&facility.case).get("state")?.as_str().or(facility.address.as_ref().map(|address| &*address.state))
    });
    if let Some(licence) = licence_for(&clinician.licences, place, date) {
        put("license", Some(json!(licence.kind)));
        put("license_state", licence.state.as_ref().map(|state| json!(state)));
        put("license_from", licence.holds.from.map(|day| json!(day)));
        put("license_expires", licence.holds.until.map(|day| json!(day)));
    }
    put("npi", clinician.npi.as_ref().map(|npi| json!(npi)));
    put("enrolled", (!clinician.enrolments.is_empty()).then(|| json!(in_force(&clinician.enrolments, date))));
    if let Some(Interval { from, until }) = opt_out(&clinician.opt_outs, date) {
        put("opted_out_from", from.map(|day| json!(day)));
        put("opted_out_until", until.map(|day| json!(day)));
    }
    if let Some(supervisor) = supervisor {
        let mut of = Map::new();
        if let Some(licence) = licence_for(&supervisor.licences, place, date) {
            of.insert("license".to_owned(), json!(licence.kind));
        }
        if let Some(npi) = &supervisor.npi {
            of.insert("npi".to_owned(), json!(npi));
        }
        put("supervisor", Some(Value::Object(of)));
    }
    Value::Object(table)
}

/// The licence that counts at a place on a day: one that holds there and then; without one, the last that did, so that the answer says
/// when it ended.
fn licence_for<'l>(licences: &'l [Licence], place: Option<&str>, date: Date) -> Option<&'l Licence> {
    let at_place = |licence: &&Licence| place.is_none() || licence.state.is_none() || licence.state.as_deref() == place;
    let holds = licences.iter().filter(at_place).find(|licence| licence.holds.holds(date));
    holds.or_else(|| licences.iter().max_by_key(|licence| (at_place(licence), licence.holds.until)))
}

/// The opt-out from Medicare that holds on a day, or the last one.
fn opt_out(opt_outs: &[Licence], date: Date) -> Option<Interval> {
    let holds = opt_outs.iter().find(|opt_out| opt_out.holds.holds(date));
    holds.or_else(|| opt_outs.iter().max_by_key(|opt_out| opt_out.holds.until)).map(|opt_out| opt_out.holds)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Date {
        text.parse().unwrap()
    }

    fn licence(kind: &str, state: &str, from: &str, until: &str) -> Licence {
        let holds = Interval { from: Some(day(from)), until: Some(day(until)) };
        Licence { kind: kind.to_owned(), number: None, state: Some(state.to_owned()), holds }
    }

    fn clinician() -> Clinician {
        Clinician {
            name: "Invented, Ida".to_owned(),
            active: true,
            npi: Some("1234567893".to_owned()),
            licences: vec![
                licence("RN", "TX", "2020-01-01", "2024-12-31"),
                licence("NP", "TX", "2025-01-01", "2026-12-31"),
                licence("NP", "OH", "2025-01-01", "2027-12-31"),
            ],
            enrolments: vec![licence("medicare", "TX", "2025-06-01", "2026-06-30")],
            ..Clinician::default()
        }
    }

    fn texas() -> Facility {
        let case = json!({ "state": "TX", "kind": "medical-spa" });
        Facility { name: "South".to_owned(), active: true, case, ..Facility::default() }
    }

    fn at(date: &str) -> Value {
        let (clinician, facility) = (clinician(), texas());
        let on_file = OnFile { clinician: Some(&clinician), facility: Some(&facility), ..OnFile::default() };
        compose(&on_file, day(date), day(date), &Map::new())
    }

    #[test]
    fn intervals_are_read_at_the_date_of_service() {
        let case = at("2026-01-15");
        assert_eq!(case["clinician"]["license"], "NP");
        assert_eq!(case["clinician"]["license_state"], "TX");
        assert_eq!(case["clinician"]["license_expires"], "2026-12-31");
        assert_eq!(case["clinician"]["enrolled"], json!(["medicare"]));
        assert_eq!(at("2024-06-01")["clinician"]["license"], "RN");
        assert_eq!(at("2026-07-01")["clinician"]["enrolled"], json!([]), "the enrolment ended the day before");
        // None holds: the last at this place says when it ended.
        assert_eq!(at("2027-02-01")["clinician"]["license_expires"], "2026-12-31");
    }

    #[test]
    fn what_is_not_on_file_stays_open() {
        let bare = Clinician { name: "Invented, Ida".to_owned(), active: true, ..Clinician::default() };
        let on_file = OnFile { clinician: Some(&bare), ..OnFile::default() };
        assert_eq!(compose(&on_file, day("2026-01-15"), day("2026-01-15"), &Map::new())["clinician"], json!({}));
    }

    #[test]
    fn the_question_is_taken_before_what_is_on_file() {
        let facility = texas();
        let on_file = OnFile { facility: Some(&facility), ..OnFile::default() };
        let asked = json!({ "facility": { "kind": "day-spa" }, "line": [{ "treatment": "botox" }] });
        let case = compose(&on_file, day("2026-01-15"), day("2026-01-10"), asked.as_object().unwrap());
        assert_eq!(case["facility"], json!({ "state": "TX", "kind": "day-spa" }));
        assert_eq!(case["as_of"], "2026-01-10");
        assert_eq!(case["line"], json!([{ "treatment": "botox" }]));
    }

    #[test]
    fn plans_stand_in_their_order_while_they_hold() {
        let plan = |rank, payer: &str, until: &str| Coverage {
            patient: "00000000000000000000000001".parse().unwrap(),
            rank,
            member_id: None.into(),
            group: None.into(),
            case: json!({ "payer": payer }).into(),
            holds: Interval { from: None, until: Some(day(until)) },
        };
        let (second, first, old) =
            (plan(2, "cigna", "2027-01-01"), plan(1, "aetna", "2027-01-01"), plan(1, "medicaid", "2025-12-31"));
        let on_file = OnFile { coverages: &[&second, &old, &first], ..OnFile::default() };
        let case = compose(&on_file, day("2026-01-15"), day("2026-01-15"), &Map::new());
        assert_eq!(case["coverage"], json!({ "payer": "aetna" }));
        assert_eq!(case["other_coverage"], json!([{ "payer": "cigna", "rank": 2 }]));
    }
}
