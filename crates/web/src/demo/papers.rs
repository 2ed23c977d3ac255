//! Documents of the invented practice: a card of a plan that does not exist, and a diary that nobody kept.

use jiff::Timestamp;
use jiff::civil::Date;
use store::document::{About, Capture};
use store::nouns::{Patient, User, Visit};
use store::{Act, Actor, Id, Phi, Purpose, Store, StoreError};

const CARD: &[u8] = include_bytes!("papers/card.png");
const DIARY: &[u8] = include_bytes!("papers/diary.pdf");

/// Files both with the visits of some patients.
pub(super) async fn file(
    store: &Store,
    by: Id<User>,
    visits: &[(Id<Patient>, Id<Visit>)],
    taken: Date,
    at: Timestamp,
) -> Result<(), StoreError> {
    let act = Act { actor: Actor::User(by), purpose: Purpose::Treatment, ..Act::program("demo", at) };
    let captured =
        |file| Capture::new(file).map_err(|error| StoreError::Form { noun: "document", cause: error.to_string() });
    let (card, diary) = (captured(CARD)?, captured(DIARY)?);
    store
        .act(&act, async |work| {
            for (patient, visit) in visits {
                for (kind, name, capture) in [
                    ("plan card", "Card of the plan, front", &card),
                    ("headache diary", "Diary of the last month", &diary),
                ] {
                    let visit = (kind != "plan card").then_some(*visit);
                    let (kind, name) = (kind.to_owned(), Phi::new(name.to_owned()));
                    work.attach(About { patient: *patient, visit, kind, name, taken: Some(taken) }, capture).await?;
                }
            }
            Ok::<(), StoreError>(())
        })
        .await
}
