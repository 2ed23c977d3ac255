//! From a case to what policies read: the facts that the case itself gives, and the chart as it stands.
//!
//! What the case does not say stays open. A list that was given (payers the practice is enrolled with) is complete, so
//! a payer that is not on it is a "no"; a list that was not given says nothing.

mod people;

use std::collections::BTreeMap;

use codes::dates::age_on;
use policy::inputs::{Billed, History, Inputs, Known, Readings, Service, ServiceOutcome, Trial, TrialOutcome};

use crate::case::{
    self, Benefit, Case, DrugSource, Funding, Line, Network, Outcome, Purpose, PurposeBy, RegistrationKind, holds_on,
};
use crate::reference::{PayerClass, Reference, UsualCodes, UsualQuery};

/// Kind of a line that names codes but no treatment: personal care has no codes.
const KIND_OF_CODED_LINE: &str = "medically-necessary-capable";
/// The fact that a cosmetic toxin injection was given at the same visit.
const SAME_SESSION_COSMETIC_TOXIN: &str = "same_session_cosmetic_toxin";
/// The treatment that fact speaks of.
const TOXIN: &str = "botulinum-toxin";

/// What is known about one line, and what was taken for granted to get there.
#[derive(Clone, Debug, PartialEq)]
pub struct Derived {
    /// What policies read.
    pub inputs: Inputs,
    /// The codes of the line, where the case names none and the menu tells which are usual.
    pub usual_codes: Option<UsualCodes>,
}

/// What is known about one line of a case.
///
/// # Panics
/// When the case has no such line.
#[must_use]
pub fn derive(case: &Case, line: usize, reference: &dyn Reference) -> Derived {
    let judged = &case.lines[line];
    let mut inputs = Inputs::new(case.date);
    inputs.facts.clone_from(&case.chart);
    let mut facts = Facts { inputs: &mut inputs };
    coverage(case, &mut facts);
    place(case, reference, &mut facts);
    people::people(case, &mut facts);
    patient(case, &mut facts);
    service(judged, reference, &mut facts);
    if is_toxin(judged) && cosmetic_toxin_beside(case, line) {
        facts.put(SAME_SESSION_COSMETIC_TOXIN, Some(Known::YesNo(true)));
    }
    inputs.diagnoses.clone_from(&judged.diagnoses);
    let usual_codes = usual_codes(case, judged, reference);
    inputs.billed = match (&judged.codes, &usual_codes) {
        (Some(codes), _) => Some(codes.iter().map(|code| Billed { code: code.code, units: code.units }).collect()),
        (None, Some(usual)) => Some(usual.codes.iter().map(|code| Billed { code: *code, units: None }).collect()),
        (None, None) => None,
    };
    inputs.beside = beside(case, line);
    inputs.beside_is_all = case.lines.iter().enumerate().all(|(other, one)| other == line || one.codes.is_some());
    inputs.history = history(case);
    inputs.readings = readings(case);
    inputs.trials = trials(case);
    inputs.documents.clone_from(&case.documents);
    Derived { inputs, usual_codes }
}

/// The codes that the line's treatment usually bills, where the case names none.
fn usual_codes(case: &Case, line: &Line, reference: &dyn Reference) -> Option<UsualCodes> {
    reference.usual_codes(&UsualQuery {
        name: line.menu_name.as_deref().filter(|_| line.codes.is_none())?,
        drug: line.drug.name.as_deref(),
        diagnoses: line.diagnoses.as_deref().unwrap_or_default(),
        purpose: purpose(line),
        date: case.date,
    })
}

/// The facts that are being gathered.
struct Facts<'a> {
    inputs: &'a mut Inputs,
}

impl Facts<'_> {
    /// Sets a fact, if something is known.
    fn put(&mut self, fact: &str, known: Option<Known>) {
        if let Some(known) = known {
            self.inputs.facts.insert(fact.to_owned(), known);
        }
    }

    fn word(&mut self, fact: &str, word: Option<impl Into<String>>) {
        self.put(fact, word.map(|word| Known::Word(word.into())));
    }

    fn yes_no(&mut self, fact: &str, value: Option<bool>) {
        self.put(fact, value.map(Known::YesNo));
    }
}

fn coverage(case: &Case, facts: &mut Facts<'_>) {
    let coverage = &case.coverage;
    let class = coverage.class;
    facts.word("payer", coverage.payer.as_deref());
    facts.word("payer_class", class.map(PayerClass::word));
    facts.word("plan", coverage.plan.as_deref());
    facts.word("product", coverage.product.map(|product| product.word()));
    let funding_of_class = (class == Some(PayerClass::Fehb)).then_some(Funding::Fehb);
    facts.word("funding", coverage.funding.or(funding_of_class).map(Funding::word));
    facts.word("issue_state", coverage.issue_state.map(|state| state.to_string()));
    facts.word("network", network(case).map(Network::word));
    // A drug plan pays for nothing that a practice gives.
    let benefit_of_class = (class == Some(PayerClass::PartD)).then_some(Benefit::Pharmacy);
    facts.word("benefit", coverage.benefit.or(benefit_of_class).map(Benefit::word));
    facts.yes_no("out_of_network_benefits", coverage.benefits.out_of_network_benefits);
}

/// Whether the practice is in the plan's network: as the case says outright, else by the lists of practice and
/// clinician, each of which must name the payer if it was given.
pub(crate) fn network(case: &Case) -> Option<Network> {
    if let Some(network) = case.coverage.network {
        return Some(network);
    }
    let payer = case.coverage.payer.as_ref()?;
    let lists = [&case.facility.network, &case.clinician.network];
    let mut given = lists.into_iter().flatten().peekable();
    given.peek()?;
    Some(if given.all(|list| list.contains(payer)) { Network::In } else { Network::Out })
}

fn place(case: &Case, reference: &dyn Reference, facts: &mut Facts<'_>) {
    let facility = &case.facility;
    facts.word("facility_kind", facility.kind.map(|kind| kind.word()));
    facts.word("service_state", facility.state.map(|state| state.to_string()));
    facts.word("county", facility.county.as_deref());
    facts.word("place_of_service", facility.place_of_service.map(|place| place.to_string()));
    facts.yes_no("facility_licensed", registered(case, RegistrationKind::Facility).or(facility.licensed));
    facts.yes_no("facility_accredited", accredited(case));
    facts.yes_no("person_registered", registered(case, RegistrationKind::Person));
    facts.yes_no("laser_registered", registered(case, RegistrationKind::Laser));
    facts.yes_no("device_registered", registered(case, RegistrationKind::Device));
    facts.yes_no("drug_store_licensed", registered(case, RegistrationKind::Drug));
    facts.yes_no("facility_enrolled", on_list(case, facility.enrolled.as_deref()));
    facts.yes_no("facility_sanctioned", facility.sanctioned);
    let macs = facility.state.map(|state| reference.macs(state, facility.county.as_deref())).unwrap_or_default();
    facts.put(
        "mac",
        match macs[..] {
            [] => None,
            [mac] => Some(Known::Word(mac.to_owned())),
            _ => Some(Known::OneOf(macs.iter().map(|mac| (*mac).to_owned()).collect())),
        },
    );
}

/// Whether a registration of a kind holds on the date of service, in the state of service: one that does is enough, and without
/// one it is known only if every one that is recorded has ended or not begun. Nothing recorded says nothing.
fn registered(case: &Case, kind: RegistrationKind) -> Option<bool> {
    let here = |state: Option<codes::StateCode>| match (state, case.facility.state) {
        (Some(issued), Some(service)) => issued == service,
        _ => true,
    };
    let of_kind = case.registrations.iter().filter(|held| held.kind == kind && here(held.state));
    one_holds(of_kind.map(|held| holds_on(case.date, held.from, held.until)))
}

/// Whether an accreditation of the place holds on the date of service; without dates, whether any body is named.
fn accredited(case: &Case) -> Option<bool> {
    let dated = case.accreditations.iter().map(|held| holds_on(case.date, held.from, held.until));
    one_holds(dated).or_else(|| case.facility.accredited_by.as_ref().map(|bodies| !bodies.is_empty()))
}

fn one_holds(mut held: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    let (mut open, mut none) = (false, true);
    let holds = held.any(|holds| {
        none = false;
        open |= holds.is_none();
        holds == Some(true)
    });
    if holds { Some(true) } else { (!open && !none).then_some(false) }
}

/// Whether the payer is on a list; open while either is not known.
fn on_list(case: &Case, list: Option<&[String]>) -> Option<bool> {
    Some(list?.contains(case.coverage.payer.as_ref()?))
}

fn patient(case: &Case, facts: &mut Facts<'_>) {
    let patient = &case.patient;
    let by_birth = patient.birth_date.as_ref().and_then(|birth| age_on(*birth.expose(), case.date)).map(u32::from);
    let age = by_birth.or(patient.age);
    facts.put("age_years", age.map(|years| Known::Number(policy::ast::Number::whole(i64::from(years)))));
    facts.word("sex", patient.sex.map(|sex| sex.word()));
    facts.word("home_state", patient.home_state.map(|state| state.to_string()));
    let both = patient.home_state.zip(case.facility.state);
    facts.yes_no("outside_home_state", both.map(|(home, service)| home != service));
}

fn service(line: &Line, reference: &dyn Reference, facts: &mut Facts<'_>) {
    facts.word("treatment", line.treatment.as_deref());
    let of_menu = line.treatment.as_deref().and_then(|id| Some(reference.treatment(id).ok()?.kind.to_owned()));
    let coded = line.codes.as_ref().is_some_and(|codes| !codes.is_empty());
    facts.word("treatment_kind", of_menu.or_else(|| coded.then(|| KIND_OF_CODED_LINE.to_owned())));
    facts.word("purpose", purpose(line).map(Purpose::word));
    facts.word("region", line.region.as_deref());
    facts.word("side", line.side.map(|side| side.word()));
    facts.word("course", line.course.map(|course| course.word()));
    facts.yes_no("responsible_recorded", Some(line.responsible.is_some()));
    facts.word("medically_responsible", line.responsible.map(|license| license.word()));
    facts.word("drug", line.drug.name.as_deref());
    facts.put("drug_source", drug_source(line, reference));
    let wasted: Vec<u32> = line.codes.iter().flatten().filter_map(|code| code.wasted).collect();
    let sum = wasted.iter().map(|units| i64::from(*units)).sum();
    let known = Known::Number(policy::ast::Number::whole(sum));
    facts.put("units_wasted", (!wasted.is_empty()).then_some(known));
}

/// Where the drug of a line comes from: as recorded, else as its code tells. A line that bills procedures alone and
/// names no drug has none, so none that was compounded.
fn drug_source(line: &Line, reference: &dyn Reference) -> Option<Known> {
    let word = |source: DrugSource| Known::Word(source.word().to_owned());
    if let Some(source) = line.drug.source {
        return Some(word(source));
    }
    let codes = line.codes.as_deref().filter(|codes| !codes.is_empty())?;
    if let Some(source) = codes.iter().find_map(|code| reference.source_of_drug_code(code.code)) {
        return Some(word(source));
    }
    let no_drug = line.drug.name.is_none() && codes.iter().all(|code| code.code.is_cpt());
    let not_compounded = [DrugSource::Brand, DrugSource::Generic].map(|source| source.word().to_owned());
    no_drug.then(|| Known::OneOf(not_compounded.to_vec()))
}

/// What a line is for. Anybody may say that it is for looks; that it is medical, only the clinician.
pub(crate) fn purpose(line: &Line) -> Option<Purpose> {
    match (line.purpose?, line.purpose_by) {
        (Purpose::Medical, Some(PurposeBy::Patient | PurposeBy::FrontDesk)) => None,
        (purpose, _) => Some(purpose),
    }
}

fn is_toxin(line: &Line) -> bool {
    line.treatment.as_deref() == Some(TOXIN)
}

/// Whether another line of the visit gives the same drug for looks. Its absence says nothing: what is paid in cash
/// often stays off the file.
fn cosmetic_toxin_beside(case: &Case, line: usize) -> bool {
    let others = case.lines.iter().enumerate().filter(|(other, _)| *other != line);
    others.into_iter().any(|(_, other)| is_toxin(other) && purpose(other) == Some(Purpose::Cosmetic))
}

/// What the other lines of the visit bill: a payer adds up all that is given on a day, and codes exclude each other across lines.
fn beside(case: &Case, line: usize) -> Vec<Service> {
    let others = case.lines.iter().enumerate().filter(|(other, _)| *other != line).map(|(_, other)| other);
    let services = others.flat_map(|other| {
        other.codes.iter().flatten().map(|code| Service {
            code: code.code,
            date: case.date,
            units: code.units,
            region: other.region.clone(),
            side: other.side.map(|side| side.word().to_owned()),
            outcome: None,
        })
    });
    services.collect()
}

fn readings(case: &Case) -> BTreeMap<String, Readings> {
    let mut readings: BTreeMap<String, Readings> = BTreeMap::new();
    for reading in &case.readings {
        let of_fact = readings.entry(reading.fact.clone()).or_default();
        of_fact.list.push((reading.date, reading.value));
        of_fact.is_all |= reading.last_listed;
    }
    readings
}

fn history(case: &Case) -> History {
    let services = case.history.services.iter().map(|service| Service {
        code: service.code,
        date: service.date,
        units: service.units,
        region: service.region.clone(),
        side: service.side.map(|side| side.word().to_owned()),
        outcome: service.outcome.map(|outcome| match outcome {
            case::ServiceOutcome::Helped => ServiceOutcome::Helped,
            case::ServiceOutcome::Failed => ServiceOutcome::Failed,
        }),
    });
    History { complete_since: case.history.complete_since, services: services.collect() }
}

fn trials(case: &Case) -> Vec<Trial> {
    let trials = case.trials.iter().map(|trial| Trial {
        class: trial.class.clone(),
        start: trial.start,
        end: trial.end,
        length: trial.length,
        outcome: trial.outcome.map(|outcome| match outcome {
            Outcome::Failed => TrialOutcome::Failed,
            Outcome::NotTolerated => TrialOutcome::NotTolerated,
            Outcome::Contraindicated => TrialOutcome::Contraindicated,
            Outcome::Helped => TrialOutcome::Helped,
            Outcome::NotTried => TrialOutcome::NotTried,
        }),
    });
    trials.collect()
}

#[cfg(test)]
mod tests {
    use jiff::civil::{Date, date};

    use super::*;
    use crate::case::{Accreditation, Registration};

    fn case(day: Date, until: Option<Date>) -> Case {
        let mut case = Case::new(day);
        let from = Some(date(2025, 11, 1));
        case.facility.state = "TX".parse().ok();
        case.registrations =
            vec![Registration { kind: RegistrationKind::Laser, state: "TX".parse().ok(), from, until }];
        case.accreditations = vec![Accreditation { body: "AAAHC".to_owned(), from, until }];
        case
    }

    #[test]
    fn registrations_hold_on_the_date_of_service() {
        let last = date(2026, 10, 31);
        let laser = |case: &Case| registered(case, RegistrationKind::Laser);
        for (day, holds) in
            [(date(2025, 10, 31), false), (date(2025, 11, 1), true), (last, true), (date(2026, 11, 1), false)]
        {
            let case = case(day, Some(last));
            assert_eq!((laser(&case), accredited(&case)), (Some(holds), Some(holds)), "{day}");
        }
        let open = case(last, None);
        assert_eq!((laser(&open), accredited(&open)), (None, None), "the last day is not recorded");
        assert_eq!(registered(&open, RegistrationKind::Facility), None, "nothing recorded says nothing");
        let mut elsewhere = case(last, Some(last));
        elsewhere.facility.state = "OH".parse().ok();
        assert_eq!(laser(&elsewhere), None, "another state's");
    }
}
