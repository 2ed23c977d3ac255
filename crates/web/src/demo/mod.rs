//! The invented practice of `covered serve --demo`.
//!
//! Its records lie in a directory that is made for it and goes with it, sealed by a key that is kept nowhere. It is served to this
//! machine alone and takes nothing in: whoever tries the product can neither spoil a practice nor leave a patient behind.

mod chance;
mod invent;
mod papers;
mod told;

use std::path::Path;
use std::sync::Arc;

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use library::Library;
use serde_json::{Map, Value, json};
use store::nouns::{
    Address, Change, Clinician, Coverage, Determination, Facility, Glass, Interval, Licence, Patient, Practice,
    Supervision, User, Visit, VisitState,
};
use store::{Act, Actor, Database, Id, LocalRoot, Options, Phi, Purpose, Role, Store, StoreError, Work};

use crate::desk::answers::Answers;
use crate::desk::compose::{OnFile, compose};
use invent::{Booked, Invented, Paper, Person, Practitioner, Site, invent};

/// Everybody as whom a visitor can be signed in by one click: role and name.
pub(crate) const STAFF: [(Role, &str); 6] = [
    (Role::FrontDesk, "Fern Deskworth"),
    (Role::Clinician, "Cosmo Chartwell"),
    (Role::Biller, "Bela Ledgerly"),
    (Role::Compliance, "Una Rulebook"),
    (Role::Owner, "Odin Founderly"),
    (Role::Auditor, "Ansel Lookover"),
];

/// Days before and after today whose visits have an answer on file.
const ANSWERED_DAYS: i32 = 2;
/// The same practice for every visitor of a day.
const SEED: u64 = 2026;

/// Why the demo does not start.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    /// The records cannot be kept.
    #[error("error[{code}]: {error}\n  = help: {help}", code = .error.code(), help = .error.next_step())]
    Store {
        /// Why.
        #[from]
        error: StoreError,
    },
    /// An invented case is none, which is a bug.
    #[error("error[W0601]: an invented visit cannot be answered\n  = help: report it with the day and the version")]
    Case,
}

/// What somebody of the staff signs in with.
pub(crate) fn email(role: Role) -> String {
    format!("{}@demo.example", role.word())
}

/// Makes the invented practice in an empty directory, as it would be on `today`.
///
/// # Errors
/// If the directory holds a practice or cannot be written.
pub async fn practice(data: &Path, today: Date, now: Timestamp, library: &'static Library) -> Result<Store, DemoError> {
    let invented = invent(SEED, today);
    let options = Options { database: Database::Sqlite(data.to_owned()), root_key: Arc::new(LocalRoot::random()) };
    let record = Practice {
        name: "Storybook Skin (demo)".to_owned(),
        address: Some(address("1 Invented Way", "TX")),
        ..Practice::default()
    };
    let days_ago = |days: i64| now - SignedDuration::from_hours(24 * days);
    let store = Store::create(&options, &record, &Act::program("demo", days_ago(4))).await?;
    let mut work = store.begin(&Act::program("demo", days_ago(3))).await?;
    let staff = staff(&mut work).await?;
    let places = facilities(&mut work, &invented.sites).await?;
    let treats = clinicians(&mut work, &invented, &places).await?;
    let mut patients = Vec::with_capacity(invented.people.len());
    for person in &invented.people {
        patients.push(patient(&mut work, person, invented.sites[person.site].state).await?);
    }
    let mut visits = Vec::with_capacity(invented.visits.len());
    for booked in &invented.visits {
        let body = visit(
            booked,
            patients[booked.person],
            places[invented.people[booked.person].site],
            treats[booked.practitioner],
            today,
        );
        visits.push((work.insert(&body).await?, body));
    }
    work.commit().await?;
    let desk = staff[&Role::FrontDesk];
    let asked = answers(&store, &invented, &visits, today, days_ago(1), desk, library).await?;
    let of_today = visits.iter().filter(|(_, visit)| visit.day == today);
    let with_papers: Vec<_> = of_today.map(|(id, visit)| (visit.patient, *id)).collect();
    papers::file(&store, desk, &with_papers, today.saturating_sub(jiff::ToSpan::days(2)), days_ago(1)).await?;
    told::keep(&store, staff[&Role::Owner], visits[0].0, now).await?;
    to_review(&store, &asked, &patients, &staff, now, library).await?;
    Ok(store)
}

type Staff = std::collections::BTreeMap<Role, Id<User>>;

async fn staff(work: &mut Work) -> Result<Staff, StoreError> {
    let mut ids = Staff::new();
    for (role, name) in STAFF {
        let user = User::new(email(role), name, role);
        ids.insert(role, work.insert(&user).await?);
    }
    Ok(ids)
}

fn address(street: &str, state: &str) -> Address {
    Address {
        street: street.to_owned(),
        street_2: None,
        city: "Inventia".to_owned(),
        state: state.to_owned(),
        zip: "00000".to_owned(),
    }
}

fn licence(paper: &Paper, state: Option<&str>) -> Licence {
    Licence {
        kind: paper.what.clone(),
        number: Some(paper.number.clone()),
        state: state.map(str::to_owned),
        holds: Interval { from: Some(paper.from), until: Some(paper.until) },
    }
}

async fn facilities(work: &mut Work, sites: &[Site]) -> Result<Vec<Id<Facility>>, StoreError> {
    let mut ids = Vec::new();
    for site in sites {
        let body = Facility {
            name: site.name.to_owned(),
            active: true,
            address: Some(address(site.address, site.state)),
            case: site.case.clone(),
            licences: site.licences.iter().map(|paper| licence(paper, Some(site.state))).collect(),
            accreditations: site.accreditations.iter().map(|paper| licence(paper, None)).collect(),
        };
        ids.push(work.insert(&body).await?);
    }
    Ok(ids)
}

async fn clinicians(
    work: &mut Work,
    invented: &Invented,
    places: &[Id<Facility>],
) -> Result<Vec<Id<Clinician>>, StoreError> {
    // Those who supervise stand before those whom they supervise.
    let mut ids: Vec<Id<Clinician>> = Vec::new();
    for one in &invented.practitioners {
        let supervised = |by: usize| Supervision {
            by: ids[by],
            agreement: Some("agreement on file (invented)".to_owned()),
            holds: Interval { from: one.licences.first().map(|paper| paper.from), until: None },
        };
        let body = clinician(one, invented.sites[one.site].state, places[one.site], one.supervisor.map(supervised));
        ids.push(work.insert(&body).await?);
    }
    Ok(ids)
}

fn clinician(one: &Practitioner, state: &str, place: Id<Facility>, supervised: Option<Supervision>) -> Clinician {
    Clinician {
        name: one.name.clone(),
        active: true,
        npi: Some(one.npi.clone()),
        case: one.case.clone(),
        licences: one.licences.iter().map(|paper| licence(paper, Some(state))).collect(),
        enrolments: one.enrolments.iter().map(|paper| licence(paper, None)).collect(),
        opt_outs: Vec::new(),
        supervision: supervised.into_iter().collect(),
        facilities: vec![place],
    }
}

async fn patient(work: &mut Work, person: &Person, state: &str) -> Result<Id<Patient>, StoreError> {
    let body = Patient {
        family: person.family.into(),
        given: person.given.into(),
        preferred: None.into(),
        birth_date: Some(person.born).into(),
        sex: Some(person.sex.to_owned()).into(),
        home_state: Some(state.to_owned()).into(),
        mrn: Some(person.record_number.clone()).into(),
        phone: Some(person.phone.clone()).into(),
        email: Some(person.email.clone()).into(),
        address: Some(Phi::new(address(&person.street, state))),
    };
    let id = work.insert(&body).await?;
    for (rank, (member, case)) in (1..).zip(&person.plans) {
        let plan = Coverage {
            patient: id,
            rank,
            member_id: Some(member.clone()).into(),
            group: None.into(),
            case: case.clone().into(),
            holds: Interval::default(),
        };
        work.insert(&plan).await?;
    }
    Ok(id)
}

fn visit(
    booked: &Booked,
    patient: Id<Patient>,
    facility: Id<Facility>,
    clinician: Id<Clinician>,
    today: Date,
) -> Visit {
    let state = match (booked.day.cmp(&today), booked.minutes_after_midnight % 11) {
        (std::cmp::Ordering::Greater, _) => VisitState::Planned,
        (_, 0) => VisitState::Cancelled,
        (std::cmp::Ordering::Equal, of) if of % 2 == 0 => VisitState::Planned,
        (std::cmp::Ordering::Equal, _) => VisitState::Open,
        (std::cmp::Ordering::Less, 1) => VisitState::Open,
        (std::cmp::Ordering::Less, _) => VisitState::Closed,
    };
    let case = Value::Object(booked.case.clone());
    Visit {
        patient,
        facility,
        clinician: Some(clinician),
        day: booked.day,
        state,
        case: case.into(),
        note: None.into(),
    }
}

/// An answer of the demo: its id, the visit, and the case.
type Asked = (Id<Determination>, Id<Visit>, Id<Patient>, Value);

/// Answers the visits around today, but for each fifth: a desk has something left to do.
async fn answers(
    store: &Store,
    invented: &Invented,
    visits: &[(Id<Visit>, Visit)],
    today: Date,
    at: Timestamp,
    by: Id<User>,
    library: &'static Library,
) -> Result<Vec<Asked>, DemoError> {
    let engine = Answers::new(library);
    let act = Act { actor: Actor::User(by), purpose: Purpose::Payment, ..Act::program("demo", at) };
    let mut work = store.begin(&act).await?;
    let mut asked = Vec::new();
    for (index, ((id, visit), booked)) in visits.iter().zip(&invented.visits).enumerate() {
        let days = today.until(visit.day).map_or(i32::MAX, |span| span.get_days());
        if days.abs() > ANSWERED_DAYS || index % 5 == 0 || visit.state == VisitState::Cancelled {
            continue;
        }
        let case = case(invented, booked, visit, today);
        let (read, notes) = engine.read(&case).map_err(|_| DemoError::Case)?;
        let answer = engine.answer(&read, &notes).map_err(|_| DemoError::Case)?;
        let body = Determination {
            patient: Some(visit.patient),
            visit: Some(*id),
            previous: None,
            library: library.sha256().to_owned(),
            as_of: today,
            case: case.clone().into(),
            answer: serde_json::to_value(&answer).map_err(|_| DemoError::Case)?.into(),
        };
        asked.push((work.insert(&body).await?, *id, visit.patient, case));
    }
    work.commit().await?;
    Ok(asked)
}

fn case(invented: &Invented, booked: &Booked, visit: &Visit, today: Date) -> Value {
    let (person, one) = (&invented.people[booked.person], &invented.practitioners[booked.practitioner]);
    let site = &invented.sites[person.site];
    let place = Facility { case: site.case.clone(), ..Facility::default() };
    let treats = clinician(one, site.state, Id::from_bytes([0; 16]), None);
    let supervisor =
        one.supervisor.map(|by| clinician(&invented.practitioners[by], site.state, Id::from_bytes([0; 16]), None));
    let patient = Patient {
        birth_date: Some(person.born).into(),
        sex: Some(person.sex.to_owned()).into(),
        home_state: Some(site.state.to_owned()).into(),
        ..Patient::default()
    };
    let plan = |case: &Value| Coverage {
        patient: Id::from_bytes([0; 16]),
        rank: 1,
        member_id: None.into(),
        group: None.into(),
        case: case.clone().into(),
        holds: Interval::default(),
    };
    let plans: Vec<Coverage> = person.plans.iter().map(|(_, case)| plan(case)).collect();
    let on_file = OnFile {
        patient: Some(&patient),
        coverages: &plans.iter().collect::<Vec<_>>(),
        facility: Some(&place),
        clinician: Some(&treats),
        supervisor: supervisor.as_ref(),
        visit: Some(visit),
    };
    compose(&on_file, visit.day, today.max(visit.day), &Map::new())
}

/// A fact as it was when the answer was shown: its name, its place in a case, what it was, who changed it, after how many minutes.
type Before = (&'static str, &'static str, Value, Role, i64);

/// Facts that were changed after an answer was shown. Each is told of a visit that has the fact.
fn changed() -> [Before; 4] {
    [
        ("line 1 purpose", "/line/0/purpose", json!("cosmetic"), Role::FrontDesk, 4),
        ("line 1 diagnoses", "/line/0/diagnoses", json!(["L82.1"]), Role::Clinician, 11),
        ("headache_days_per_month", "/chart/headache_days_per_month", json!(12), Role::FrontDesk, 2),
        ("sweating_severity", "/chart/sweating_severity", json!("moderate"), Role::Clinician, 95),
    ]
}

/// Whether a visit is one at which such a fact was changed: it has the fact, of the same kind, and another value.
fn fits((_, place, old, ..): &Before, case: &Value) -> bool {
    let Some(now) = case.pointer(place) else { return false };
    match (now, old) {
        // A diagnosis is changed to its sibling; a purpose, to the one that a plan may pay for.
        (Value::Array(now), Value::Array(old)) => {
            let category =
                |codes: &[Value]| codes.first().and_then(|code| code.as_str()?.split('.').next().map(str::to_owned));
            now != old && category(now) == category(old)
        }
        _ => now != old && std::mem::discriminant(now) == std::mem::discriminant(old),
    }
}

/// Facts that were changed after an answer was shown, and a glass that was broken: what a compliance officer looks over.
async fn to_review(
    store: &Store,
    asked: &[Asked],
    patients: &[Id<Patient>],
    staff: &Staff,
    now: Timestamp,
    library: &'static Library,
) -> Result<(), DemoError> {
    let engine = Answers::new(library);
    let hours_ago = |hours: i64| now - SignedDuration::from_hours(hours);
    let mut told: Vec<Id<Visit>> = Vec::new();
    for before in changed() {
        let Some((_, visit, patient, case)) =
            asked.iter().find(|(_, visit, _, case)| !told.contains(visit) && fits(&before, case))
        else {
            continue;
        };
        told.push(*visit);
        let (fact, place, old, role, minutes) = before;
        // The answer that had been shown, to the case as it was then.
        let mut shown = case.clone();
        let new = shown.pointer_mut(place).map(|value| std::mem::replace(value, old.clone())).unwrap_or_default();
        let (read, notes) = engine.read(&shown).map_err(|_| DemoError::Case)?;
        let answer = engine.answer(&read, &notes).map_err(|_| DemoError::Case)?;
        let by = staff[&role];
        let act = |at| Act { actor: Actor::User(by), purpose: Purpose::Treatment, ..Act::program("demo", at) };
        let body = Determination {
            patient: Some(*patient),
            visit: Some(*visit),
            previous: None,
            library: library.sha256().to_owned(),
            as_of: read.as_of,
            case: shown.into(),
            answer: serde_json::to_value(&answer).map_err(|_| DemoError::Case)?.into(),
        };
        let at = hours_ago(25) - SignedDuration::from_mins(minutes);
        let determination = store.act(&act(at), async |work| work.insert(&body).await).await?;
        let change = Change {
            patient: Some(*patient),
            visit: Some(*visit),
            determination,
            fact: fact.to_owned(),
            old: old.into(),
            new: new.into(),
            by: Some(by),
            minutes,
            review: None,
        };
        store.act(&act(hours_ago(25)), async |work| work.insert(&change).await.map(drop)).await?;
    }
    let user = staff[&Role::Biller];
    let reason: Phi<String> = "The patient called from another site about a reaction; their clinician was away.".into();
    let act = Act {
        actor: Actor::User(user),
        purpose: Purpose::BreakGlass,
        reason: Some(reason.clone()),
        ..Act::program("demo", hours_ago(5))
    };
    let glass = Glass { patient: patients[7], user, reason, until: hours_ago(4), review: None };
    store.act(&act, async |work| work.insert(&glass).await.map(drop)).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    /// Whatever the demo invents is a case that the product reads and answers.
    #[test]
    fn every_visit_is_a_case() {
        let library: &'static Library = Box::leak(Box::new(Library::embedded().unwrap()));
        let today = date(2026, 11, 23);
        let (engine, invented) = (Answers::new(library), invent(SEED, today));
        let id = || Id::from_bytes([0; 16]);
        for booked in invented.visits.iter().step_by(5) {
            let visit = visit(booked, id(), Id::from_bytes([0; 16]), Id::from_bytes([0; 16]), today);
            let case = case(&invented, booked, &visit, today);
            if let Err(problem) = engine.read(&case) {
                panic!("{problem:?}\n{case}");
            }
        }
    }

    #[test]
    fn a_change_is_told_of_a_visit_that_has_the_fact() {
        let [purpose, diagnoses, days, severity] = changed();
        let lesion = json!({ "line": [{ "purpose": "medical", "diagnoses": ["L82.0"] }], "chart": {} });
        assert!(fits(&purpose, &lesion) && fits(&diagnoses, &lesion));
        assert!(!fits(&days, &lesion) && !fits(&severity, &lesion));
        let migraine = json!({ "line": [{ "purpose": "cosmetic", "diagnoses": ["G43.709"] }], "chart": { "headache_days_per_month": 18 } });
        assert!(fits(&days, &migraine) && !fits(&purpose, &migraine) && !fits(&diagnoses, &migraine));
        let today = date(2026, 11, 23);
        let all = invent(SEED, today).visits;
        for before in &changed() {
            assert!(all.iter().any(|visit| fits(before, &Value::Object(visit.case.clone()))), "{}", before.0);
        }
    }
}
