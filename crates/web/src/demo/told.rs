//! Other servers and programs of the invented practice. They exist nowhere, and the demo tells nobody.

use jiff::{SignedDuration, Timestamp};
use store::nouns::{Delivery, DeliveryState, Hook, Token, User, Visit};
use store::{Act, Id, Phi, Store, StoreError};

use crate::hooks::Event;
use crate::hooks::signature::new_secret;
use crate::signin::session::hash_of;

/// An event, how often it was tried, the status or why there was none, how long ago in hours.
type Message = (Event, u32, Option<u16>, Option<&'static str>, DeliveryState, i64);

const MESSAGES: [Message; 5] = [
    (Event::VisitSaved, 10, None, Some("no-host"), DeliveryState::Failed, 90),
    (Event::DeterminationMade, 1, Some(204), None, DeliveryState::Delivered, 20),
    (Event::ChangeToReview, 2, Some(200), None, DeliveryState::Delivered, 19),
    (Event::VisitSaved, 3, Some(503), None, DeliveryState::Waiting, 1),
    (Event::DeterminationMade, 0, None, None, DeliveryState::Waiting, 0),
];

/// Keeps what an owner sees of webhooks and programs.
pub(super) async fn keep(store: &Store, owner: Id<User>, visit: Id<Visit>, now: Timestamp) -> Result<(), StoreError> {
    let days = |days: i64| SignedDuration::from_hours(24 * days);
    let secret = || new_secret().map(Phi::new).unwrap_or_else(|_| Phi::new(String::new()));
    let act = Act::program("demo", now - days(4));
    let mut told = None;
    store
        .act(&act, async |work| {
            for (address, events, active) in [
                ("https://records.storybook.example/covered", &Event::ALL[..], true),
                ("https://old-records.storybook.example/covered", &[Event::VisitSaved][..], false),
            ] {
                let events = events.iter().map(|event| event.word().to_owned()).collect();
                let hook = work.insert(&Hook { address: address.to_owned(), events, secret: secret(), active }).await?;
                if active {
                    told = Some(hook);
                }
            }
            for (name, scopes, ends) in [
                ("Appointment book", &["patient-read", "patient-write", "visit-read", "visit-write"][..], 60),
                ("Last year's import", &["patient-write"][..], -12),
            ] {
                let body = Token {
                    name: name.to_owned(),
                    token_sha256: Phi::new(hash_of(secret().reveal())),
                    by: owner,
                    scopes: scopes.iter().map(|word| (*word).to_owned()).collect(),
                    facilities: Vec::new(),
                    ends_at: now + days(ends),
                    ended_at: None,
                };
                work.insert(&body).await?;
            }
            Ok::<(), StoreError>(())
        })
        .await?;
    let Some(hook) = told else { return Ok(()) };
    for (event, attempts, status, trouble, state, hours) in MESSAGES {
        let at = now - SignedDuration::from_hours(hours);
        let body = Delivery {
            hook,
            event: event.word().to_owned(),
            noun: "visit".to_owned(),
            record: visit.to_string(),
            state,
            attempts,
            next_at: now + SignedDuration::from_mins(30),
            tried_at: (attempts > 0).then_some(at),
            status,
            trouble: trouble.map(str::to_owned),
        };
        store.act(&Act::program("demo", at), async |work| work.insert(&body).await.map(drop)).await?;
    }
    Ok(())
}
