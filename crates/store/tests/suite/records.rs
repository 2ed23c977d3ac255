//! Records: kept, found, changed, and refused when they are not what was written.

use jiff::civil::date;
use serde_json::json;
use store::nouns::{Coverage, Facility, Patient, Visit, VisitState};
use store::{Id, Order, Phi, Query, Store, StoreError};

use crate::databases::{Driver, Setting, act, both};

both!(round_trip, conflict, lists, look_ups, an_error_leaves_nothing, replies);

pub(crate) fn patient(family: &str) -> Patient {
    Patient {
        family: family.into(),
        given: "Ada".into(),
        birth_date: Phi::new(Some(date(1980, 2, 29))),
        mrn: Phi::new(Some(format!("MRN-{family}"))),
        phone: Phi::new(Some("(555) 010-0199".to_string())),
        ..Patient::default()
    }
}

async fn insert_patient(store: &Store, family: &str) -> Id<Patient> {
    let body = patient(family);
    store.act(&act(), async |work| work.insert(&body).await).await.unwrap()
}

async fn round_trip(driver: Driver) {
    let (setting, store) = Setting::new(driver).await;
    let id = insert_patient(&store, "Testperson").await;
    store.close().await;
    let store = Store::open(&setting.options).await.unwrap();
    // As a server does it: in a task of its own, which must be `Send`.
    let task = {
        let store = store.clone();
        tokio::spawn(async move { store.act(&act(), async |work| work.get(id).await).await })
    };
    let stored = task.await.unwrap().unwrap();
    assert_eq!(stored.body, patient("Testperson"));
    assert_eq!(stored.version, 1);
    assert_eq!(format!("{:?}", stored.body.family), "[phi]");
    assert!(!format!("{:?}", stored.body).contains("Testperson"));
}

async fn conflict(driver: Driver) {
    let (_setting, store) = Setting::new(driver).await;
    let id = insert_patient(&store, "Testperson").await;
    let changed = patient("Changed");
    let version = store.act(&act(), async |work| work.update(id, 1, &changed).await).await.unwrap();
    assert_eq!(version, 2);
    let again = store.act(&act(), async |work| work.update(id, 1, &changed).await).await;
    assert!(matches!(again, Err(StoreError::Conflict { .. })), "{again:?}");
    let none = store.act(&act(), async |work| work.get(Id::<Facility>::new(act().at)).await).await;
    assert!(matches!(none, Err(StoreError::NotFound { noun: "facility", .. })), "{none:?}");
    let removed = store.act(&act(), async |work| work.remove(id, 2).await).await;
    assert!(matches!(removed, Err(StoreError::Form { .. })), "{removed:?}");
}

async fn lists(driver: Driver) {
    let (_setting, store) = Setting::new(driver).await;
    let facility = Facility { name: "North".to_string(), active: true, ..Facility::default() };
    let (patient_id, facility_id) = store
        .act(&act(), async |work| {
            let patient_id = work.insert(&patient("Testperson")).await?;
            let facility_id = work.insert(&facility).await?;
            for day in 1..=7 {
                let state = if day % 2 == 0 { VisitState::Closed } else { VisitState::Planned };
                let visit = Visit {
                    patient: patient_id,
                    facility: facility_id,
                    clinician: None,
                    day: date(2026, 11, day),
                    state,
                    case: Phi::new(json!({"chart": {"headache_days_per_month": day}})),
                    note: Phi::default(),
                };
                work.insert(&visit).await?;
            }
            work.insert(&Coverage {
                patient: patient_id,
                rank: 1,
                member_id: Phi::new(Some("W 123".to_string())),
                group: Phi::default(),
                case: Phi::new(json!({"payer": "aetna"})),
                holds: Default::default(),
            })
            .await?;
            Ok::<_, StoreError>((patient_id, facility_id))
        })
        .await
        .unwrap();
    let query = Query::<Visit>::all().patient(patient_id).order(Order::LastDay).limit(3);
    let mut days = Vec::new();
    let mut next = None;
    loop {
        let query = query.clone().after(next.take());
        let page = store.act(&act(), async |work| work.find(&query).await).await.unwrap();
        days.extend(page.items.iter().map(|visit| visit.day.day()));
        match page.next {
            Some(cursor) => next = Some(cursor.to_string().parse().unwrap()),
            None => break,
        }
    }
    assert_eq!(days, [7, 6, 5, 4, 3, 2, 1]);
    let all = Query::<Visit>::all();
    for (query, count) in [
        (all.clone().state("closed"), 3),
        (all.clone().from(date(2026, 11, 3)).to(date(2026, 11, 4)), 2),
        (all.clone().facilities([facility_id]), 7),
        (all.clone().facilities([]), 0),
        (all.clone().states(["planned".to_string(), "closed".to_string()]), 7),
        (all.clone().ids([]), 0),
    ] {
        assert_eq!(store.count(&query).await.unwrap(), count);
        let found = store.act(&act(), async |work| work.find(&query).await).await.unwrap();
        assert_eq!(found.items.len() as u64, count);
    }
}

async fn look_ups(driver: Driver) {
    let (_setting, store) = Setting::new(driver).await;
    let id = insert_patient(&store, "Testperson").await;
    let cases = [
        ("mrn", "mrn-testperson", true),
        ("mrn", "MRN-Test", false),
        ("phone", "+1 555 010 0199", true),
        ("birth", "1980-02-29 testperson", true),
        ("email", "mrn-testperson", false),
    ];
    for (field, value, hit) in cases {
        let found = store.act(&act(), async |work| work.look_up::<Patient>(field, value).await).await.unwrap();
        assert_eq!(
            found.iter().map(|found| found.id).collect::<Vec<_>>(),
            if hit { vec![id] } else { vec![] },
            "{value}"
        );
    }
    let renamed = Patient { mrn: Phi::new(Some("other".to_string())), ..patient("Testperson") };
    store.act(&act(), async |work| work.update(id, 1, &renamed).await).await.unwrap();
    let gone = store.act(&act(), async |work| work.look_up::<Patient>("mrn", "mrn-testperson").await).await.unwrap();
    assert!(gone.is_empty());
}

async fn an_error_leaves_nothing(driver: Driver) {
    let (_setting, store) = Setting::new(driver).await;
    let result = store
        .act(&act(), async |work| {
            work.insert(&patient("Testperson")).await?;
            Err::<(), _>(StoreError::KeyReused)
        })
        .await;
    assert!(matches!(result, Err(StoreError::KeyReused)));
    // Begun and forgotten is the same.
    let mut work = store.begin(&act()).await.unwrap();
    work.insert(&patient("Testperson")).await.unwrap();
    drop(work);
    assert_eq!(store.count(&Query::<Patient>::all()).await.unwrap(), 0);
    insert_patient(&store, "Testperson").await;
}

async fn replies(driver: Driver) {
    let (_setting, store) = Setting::new(driver).await;
    let (key, request) = ("5f0c", [7; 32]);
    for first in [true, false] {
        let reply = store
            .act(&act(), async |work| {
                if let Some(reply) = work.replay(key, request).await? {
                    return Ok::<_, StoreError>(reply);
                }
                assert!(first);
                work.insert(&patient("Testperson")).await?;
                work.keep_reply(key, request, b"reply").await?;
                Ok(b"reply".to_vec())
            })
            .await
            .unwrap();
        assert_eq!(reply, b"reply");
    }
    assert_eq!(store.count(&Query::<Patient>::all()).await.unwrap(), 1);
    let other = store.act(&act(), async |work| work.replay(key, [8; 32]).await).await;
    assert!(matches!(other, Err(StoreError::KeyReused)), "{other:?}");
    assert_eq!(store.forget_replies(act().at).await.unwrap(), 0);
    let later = act().at.checked_add(jiff::SignedDuration::from_secs(1)).unwrap();
    assert_eq!(store.forget_replies(later).await.unwrap(), 1);
}
