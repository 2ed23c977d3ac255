//! Sends what was kept for hooks, and tries again what was not taken.
//!
//! Before a message is sent it is claimed: its next attempt is put off for longer than an attempt may take. Two servers on one database
//! so send it once, and one that ends in between leaves it for the next start.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use store::nouns::{Delivery, DeliveryState, Hook};
use store::{Act, Id, Query, StoreError, Stored};
use tokio::task::JoinSet;

use super::outside::{Outside, TIME_MAX, Trouble};
use super::{messages, signature};
use crate::Desk;

/// What passes before a message that was not taken is sent again: three days in all.
const AGAIN_AFTER: [SignedDuration; 9] = [
    SignedDuration::from_mins(1),
    SignedDuration::from_mins(5),
    SignedDuration::from_mins(30),
    SignedDuration::from_hours(2),
    SignedDuration::from_hours(5),
    SignedDuration::from_hours(10),
    SignedDuration::from_hours(14),
    SignedDuration::from_hours(20),
    SignedDuration::from_hours(24),
];
/// A message that is being sent is left alone for so long.
const CLAIMED_FOR: SignedDuration = SignedDuration::from_secs(TIME_MAX.as_secs() as i64 * 4);
/// After so many messages in a row that were not taken, a hook rests.
const FAILURES_MAX: usize = 3;
/// For so long.
const REST: SignedDuration = SignedDuration::from_mins(1);
/// What another server on the same database kept is found after so long.
const LOOK_EVERY: Duration = Duration::from_secs(15);
/// Messages that were taken or given up are forgotten after so long.
const KEPT_FOR: SignedDuration = SignedDuration::from_hours(24 * 14);

/// Sends what was kept for hooks.
#[derive(Clone)]
pub struct Courier {
    desk: Desk,
    outside: Outside,
    /// Hooks that take nothing just now.
    resting: Arc<Mutex<HashMap<Id<Hook>, Timestamp>>>,
}

impl Courier {
    /// A courier of a desk.
    #[must_use]
    pub fn new(desk: Desk, outside: Outside) -> Self {
        Self { desk, outside, resting: Arc::default() }
    }

    /// Sends until it is stopped.
    pub async fn run(self) {
        loop {
            if let Err(error) = self.send_due().await {
                tracing::error!(code = error.code(), "messages to webhooks could not be read");
            }
            // Who kept something says so; what is tried again has its time.
            let _ = tokio::time::timeout(LOOK_EVERY, self.desk.hooks().wake.notified()).await;
        }
    }

    /// Sends every message whose time has come: the hooks side by side, the messages of one in their order.
    ///
    /// # Errors
    /// If the records cannot be read.
    pub async fn send_due(&self) -> Result<(), StoreError> {
        let hooks = self.desk.store().peek_all(&Query::<Hook>::all().state("active")).await?.items;
        let mut sending = JoinSet::new();
        for hook in hooks.into_iter().filter(|hook| !self.is_resting(hook.id)) {
            let courier = self.clone();
            sending.spawn(async move { courier.send_to(&hook).await });
        }
        let mut last = Ok(());
        while let Some(sent) = sending.join_next().await {
            if let Ok(Err(error)) = sent {
                last = Err(error);
            }
        }
        last
    }

    fn is_resting(&self, hook: Id<Hook>) -> bool {
        let resting = self.resting.lock().unwrap_or_else(PoisonError::into_inner);
        resting.get(&hook).is_some_and(|until| self.desk.now() < *until)
    }

    async fn send_to(&self, hook: &Stored<Hook>) -> Result<(), StoreError> {
        let mut failures = 0;
        let mut after = None;
        loop {
            let waiting = messages(hook.id, &[DeliveryState::Waiting]).after(after);
            let page = self.desk.store().peek_all(&waiting).await?;
            for message in page.items.into_iter().filter(|message| message.next_at <= self.desk.now()) {
                match self.send(hook, message).await? {
                    Sent::Taken | Sent::ByAnother => failures = 0,
                    Sent::Refused => failures += 1,
                    Sent::Gone => return Ok(()),
                }
                if failures >= FAILURES_MAX {
                    let until = self.desk.now() + REST;
                    self.resting.lock().unwrap_or_else(PoisonError::into_inner).insert(hook.id, until);
                    return Ok(());
                }
            }
            match page.next {
                Some(next) => after = Some(next),
                None => return Ok(()),
            }
        }
    }

    async fn send(&self, hook: &Stored<Hook>, message: Stored<Delivery>) -> Result<Sent, StoreError> {
        let now = self.desk.now();
        let attempts = message.attempts + 1;
        let claimed = Delivery { attempts, next_at: now + CLAIMED_FOR, tried_at: Some(now), ..message.body.clone() };
        let Some(version) = self.written(message.id, message.version, &claimed).await? else {
            return Ok(Sent::ByAnother);
        };
        let body = text(&message);
        let (id, seconds) = (message.id.to_string(), now.as_second());
        let signed = signature::sign(hook.secret.reveal(), &id, seconds, &body);
        let (outside, address) = (self.outside.clone(), hook.address.clone());
        let answered = tokio::task::spawn_blocking(move || {
            let seconds = seconds.to_string();
            let headers = [("webhook-id", &*id), ("webhook-timestamp", &*seconds), ("webhook-signature", &*signed)];
            outside.post(&address, &headers, &body)
        })
        .await
        .unwrap_or(Err(Trouble::Connection));
        let sent = match answered {
            Ok(200..=299) => Sent::Taken,
            Ok(410) => Sent::Gone,
            _ => Sent::Refused,
        };
        tracing::info!(
            hook = %hook.id, event = message.event, attempts, status = answered.ok(),
            trouble = answered.err().map(Trouble::word), "webhook"
        );
        let now = self.desk.now();
        let state = match (sent, AGAIN_AFTER.get(message.attempts as usize)) {
            (Sent::Taken, _) => DeliveryState::Delivered,
            (Sent::Refused, Some(_)) => DeliveryState::Waiting,
            _ => DeliveryState::Failed,
        };
        let wait =
            AGAIN_AFTER.get(message.attempts as usize).map_or(SignedDuration::ZERO, |wait| spread(*wait, message.id));
        let done = Delivery {
            state,
            next_at: now + wait,
            status: answered.ok(),
            trouble: answered.err().map(|trouble| trouble.word().to_owned()),
            ..claimed
        };
        self.written(message.id, version, &done).await?;
        if sent == Sent::Gone {
            self.pause(hook).await?;
        }
        Ok(sent)
    }

    fn act(&self) -> Act {
        Act::program("webhooks", self.desk.now())
    }

    /// Writes a message down; none, if another server did or it was taken away.
    async fn written(&self, id: Id<Delivery>, version: i64, body: &Delivery) -> Result<Option<i64>, StoreError> {
        let written = self.desk.store().act(&self.act(), async |work| work.update(id, version, body).await).await;
        match written {
            Ok(version) => Ok(Some(version)),
            Err(StoreError::Conflict { .. } | StoreError::NotFound { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The other server says that it wants nothing any more (410).
    async fn pause(&self, hook: &Stored<Hook>) -> Result<(), StoreError> {
        let paused = Hook { active: false, ..hook.body.clone() };
        let done =
            self.desk.store().act(&self.act(), async |work| work.update(hook.id, hook.version, &paused).await).await;
        self.desk.forget_hooks();
        match done {
            Ok(_) | Err(StoreError::Conflict { .. } | StoreError::NotFound { .. }) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Forgets messages that are done since long.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn tidy(desk: &Desk) -> Result<u64, StoreError> {
        let before = desk.now() - KEPT_FOR;
        let mut forgotten = 0;
        for hook in desk.store().peek_all(&Query::<Hook>::all()).await?.items {
            loop {
                let done = messages(hook.id, &[DeliveryState::Delivered, DeliveryState::Failed]);
                let page = desk.store().peek_all(&done).await?;
                let old: Vec<_> = page.items.iter().filter(|message| message.changed_at < before).collect();
                if old.is_empty() {
                    break;
                }
                let act = Act::program("webhooks", desk.now());
                desk.store()
                    .act(&act, async |work| {
                        for message in &old {
                            work.remove(message.id, message.version).await?;
                        }
                        Ok::<(), StoreError>(())
                    })
                    .await?;
                forgotten += old.len() as u64;
            }
        }
        Ok(forgotten)
    }
}

/// What became of an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sent {
    Taken,
    Refused,
    Gone,
    ByAnother,
}

/// The body of a message. It is the same at every attempt.
fn text(message: &Stored<Delivery>) -> String {
    json!({
        "type": message.event, "timestamp": message.created_at,
        "data": { "noun": message.noun, "id": message.record },
    })
    .to_string()
}

/// A little longer for some than for others, so that what failed together does not come back together.
fn spread(wait: SignedDuration, id: Id<Delivery>) -> SignedDuration {
    let share = i32::from(id.to_bytes()[15] % 16);
    wait + wait / 128 * share
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_tried_for_three_days_and_never_at_once() {
        let all: SignedDuration = AGAIN_AFTER.iter().fold(SignedDuration::ZERO, |sum, wait| sum + *wait);
        assert!(all >= SignedDuration::from_hours(72) && all <= SignedDuration::from_hours(96), "{all}");
        assert!(AGAIN_AFTER.is_sorted());
        for byte in [0, 255] {
            let mut bytes = [1; 16];
            bytes[15] = byte;
            let wait = spread(REST, Id::from_bytes(bytes));
            assert!(wait >= REST && wait <= REST + REST / 8, "{wait}");
        }
    }
}
