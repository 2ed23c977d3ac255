//! What somebody does at a desk, again and again.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use benches_desk::client::{Client, request};
use benches_desk::practice::Person;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use store::nouns::{Coverage, Facility, Interval, Patient, Visit, VisitState};
use store::{Act, Id, Phi, Store, StoreError};
use tokio::sync::Semaphore;

const PATIENTS: usize = 100;
/// Days over which their visits are spread.
const DAYS: i64 = 10;
/// Somebody reads before they go on.
const PAUSE: Duration = Duration::from_millis(700);
/// Requests at one moment: of two hundred people most read.
const AT_ONCE: usize = 8;
/// Errors that are shown; more are counted.
const SHOWN: usize = 10;

/// What the practice has from the beginning.
pub(crate) struct Things {
    patients: Vec<Id<Patient>>,
    visits: Vec<Id<Visit>>,
}

impl Things {
    pub(crate) async fn make(store: &Store, now: Timestamp) -> Result<Things, StoreError> {
        let today = now.to_zoned(jiff::tz::TimeZone::UTC).date();
        store
            .act(&Act::program("bench", now), async |work| {
                let case = json!({ "kind": "medical-spa", "state": "TX" });
                let site = Facility { name: "North".to_owned(), active: true, case, ..Facility::default() };
                let facility = work.insert(&site).await?;
                let mut things = Things { patients: Vec::new(), visits: Vec::new() };
                for number in 0..PATIENTS {
                    let (family, given) = (format!("Invented{number}"), "Ada".to_owned());
                    let body = Patient { family: family.into(), given: given.into(), ..Patient::default() };
                    let patient = work.insert(&body).await?;
                    work.insert(&Coverage {
                        patient,
                        rank: 1,
                        member_id: Phi::default(),
                        group: Phi::default(),
                        case: Phi::new(json!({ "payer": "aetna", "product": "ppo" })),
                        holds: Interval::default(),
                    })
                    .await?;
                    let line = json!([{ "treatment": "botox", "purpose": "medical", "diagnoses": ["G43.709"] }]);
                    let visit = Visit {
                        patient,
                        facility,
                        clinician: None,
                        day: today + SignedDuration::from_hours(24 * (number as i64 % DAYS)),
                        state: VisitState::Planned,
                        case: Phi::new(json!({ "line": line, "chart": { "headache_days_per_month": 20 } })),
                        note: Phi::default(),
                    };
                    things.visits.push(work.insert(&visit).await?);
                    things.patients.push(patient);
                }
                Ok(things)
            })
            .await
    }
}

/// What came of all requests.
pub(crate) struct Tally {
    pub(crate) requests: AtomicU64,
    at_once: Semaphore,
    faults: Mutex<BTreeMap<String, u64>>,
}

impl Default for Tally {
    fn default() -> Tally {
        Tally { requests: AtomicU64::new(0), at_once: Semaphore::new(AT_ONCE), faults: Mutex::default() }
    }
}

impl Tally {
    fn fault(&self, what: String) {
        *self.faults.lock().expect("nobody panics while counting").entry(what).or_default() += 1;
    }

    pub(crate) fn faults(&self) -> Vec<String> {
        let faults = self.faults.lock().expect("nobody panics while counting");
        let all: u64 = faults.values().sum();
        let mut shown: Vec<String> =
            faults.iter().take(SHOWN).map(|(what, count)| format!("{count} × {what}")).collect();
        if faults.len() > SHOWN {
            shown.push(format!("{all} errors of {} kinds", faults.len()));
        }
        shown
    }
}

/// Somebody with a connection.
struct At<'a> {
    client: Client,
    host: String,
    person: &'a Person,
    tally: &'a Tally,
}

impl At<'_> {
    /// Sends a request; its reply has to have this status. What it says is given back as JSON where it is that.
    async fn ask(&mut self, method: &str, path: &str, pattern: &str, body: Option<Value>, expected: u16) -> Value {
        let origin = format!("http://{}", self.host);
        let headers = [
            ("cookie", self.person.cookie.as_str()),
            ("x-csrf-token", &self.person.csrf),
            ("origin", &origin),
            ("content-type", "application/json"),
        ];
        let text = body.map(|body| body.to_string()).unwrap_or_default();
        let bytes = request(method, path, &self.host, &headers, text.as_bytes());
        let turn = self.tally.at_once.acquire().await.expect("it is never closed");
        let sent = self.client.send(&bytes).await;
        drop(turn);
        let fault = match sent {
            Ok(reply) if reply.status == expected => {
                self.tally.requests.fetch_add(1, Ordering::Relaxed);
                return serde_json::from_slice(reply.body).unwrap_or_default();
            }
            Ok(reply) => {
                let problem: Value = serde_json::from_slice(reply.body).unwrap_or_default();
                format!("{method} {pattern}: {} {}, {expected} was expected", reply.status, problem["code"])
            }
            Err(error) => format!("{method} {pattern}: {error}"),
        };
        self.tally.fault(fault);
        Value::Null
    }

    async fn page(&mut self, path: &str, pattern: &str) {
        self.ask("GET", path, pattern, None, 200).await;
        tokio::time::sleep(PAUSE).await;
    }
}

/// Works until the time is over.
pub(crate) async fn until(
    ends: Instant,
    address: SocketAddr,
    number: usize,
    person: &Person,
    things: &Things,
    tally: &Tally,
) {
    let host = format!("localhost:{}", address.port());
    let mut at = At { client: Client::new(address), host, person, tally };
    // Not everybody comes at the same moment.
    tokio::time::sleep(PAUSE * u32::try_from(number % 10).unwrap_or_default() / 10).await;
    for round in number.. {
        if Instant::now() >= ends {
            return;
        }
        one_round(&mut at, number, round, things).await;
    }
}

async fn one_round(at: &mut At<'_>, number: usize, round: usize, things: &Things) {
    let (patient, visit) = (things.patients[round % PATIENTS], things.visits[round % PATIENTS]);
    match round % 8 {
        0 => at.page("/today", "/today").await,
        1 => {
            let words = json!({ "words": format!("Invented{}", round % PATIENTS) });
            at.ask("POST", "/v1/search", "/v1/search", Some(words), 200).await;
            at.page(&format!("/patients/{patient}"), "/patients/{id}").await;
        }
        2 => at.page(&format!("/check?visit={visit}"), "/check").await,
        3 => {
            let kept =
                at.ask("POST", "/v1/determinations", "/v1/determinations", Some(json!({ "visit": visit })), 201).await;
            if let Some(id) = kept["id"].as_str() {
                at.page(&format!("/determinations/{id}"), "/determinations/{id}").await;
            }
        }
        4 => at.page(&format!("/visits/{visit}"), "/visits/{id}").await,
        5 => {
            at.ask("GET", "/v1/me", "/v1/me", None, 200).await;
            at.page("/policies?words=botox", "/policies").await;
        }
        6 if number.is_multiple_of(10) => {
            let new = json!({ "family": format!("New{number}"), "given": format!("Of {round}") });
            at.ask("POST", "/v1/patients", "/v1/patients", Some(new), 201).await;
            tokio::time::sleep(PAUSE).await;
        }
        6 => at.page("/patients", "/patients").await,
        _ => at.page("/audit", "/audit").await,
    }
}
