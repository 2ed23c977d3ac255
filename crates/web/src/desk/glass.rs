//! Breaking the glass: somebody opens a patient of another facility in an emergency, says why, and is looked over.
//!
//! The record of it says until when; each server remembers what it read of that, and asks the records when it remembers nothing.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};
use store::nouns::{Glass, Patient, Review, User};
use store::{Act, Clear, Id, Order, Phi, Purpose, Query, Record as _, StoreError, Stored, Work};

use super::once::Once;
use crate::Desk;
use crate::error::Problem;
use crate::who::Who;

/// The glass stays broken for so long.
pub const BROKEN_FOR: SignedDuration = SignedDuration::from_mins(60);
/// A reason of fewer characters is none.
pub const REASON_CHARACTERS_MIN: usize = 10;

/// As often nobody breaks the glass of one patient within an hour.
const LOOKED_AT: usize = 20;

/// Who broke it, of whom.
type By = (Id<User>, Id<Patient>);
/// Until when it is broken, and why.
type Until = (Timestamp, Phi<String>);

/// What is broken now, by whom, as far as this server knows.
#[derive(Default)]
pub struct Broken(Mutex<HashMap<By, Until>>);

impl Broken {
    /// Why somebody broke the glass of a patient, while it is broken.
    #[must_use]
    pub fn reason(&self, user: Id<User>, patient: Id<Patient>, now: Timestamp) -> Option<Phi<String>> {
        let broken = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (until, reason) = broken.get(&(user, patient))?;
        (now < *until).then(|| reason.clone())
    }

    fn add(&self, user: Id<User>, patient: Id<Patient>, until: Timestamp, reason: Phi<String>, now: Timestamp) {
        let mut broken = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        broken.retain(|_, (until, _)| now < *until);
        broken.insert((user, patient), (until, reason));
    }
}

impl Desk {
    /// Breaks the glass of a patient: for an hour `who` opens what is on file of them. Whoever reviews is told.
    ///
    /// # Errors
    /// If the reason is none, or `who` is a program.
    pub async fn break_glass(
        &self,
        who: &Who,
        patient: Id<Patient>,
        reason: &str,
        once: Option<&Once>,
    ) -> Result<Stored<Glass>, Problem> {
        let Some(user) = who.user() else { return Err(Problem::no_right(crate::access::Right::BreakGlass)) };
        let reason = reason.trim();
        if reason.chars().count() < REASON_CHARACTERS_MIN || reason.chars().count() > store::NOTE_CHARACTERS_MAX {
            return Err(Problem::field(
                "/reason",
                "W0201",
                format!("the reason has fewer than {REASON_CHARACTERS_MIN} characters, or too many"),
                "say in a sentence why these records are needed now",
            ));
        }
        let reason = Phi::new(reason.to_owned());
        let act = Act { purpose: Purpose::BreakGlass, reason: Some(reason.clone()), ..who.act(self) };
        let until = act.at + BROKEN_FOR;
        let body = Glass { patient, user, reason: reason.clone(), until, review: None };
        let told = self.listeners(&[Glass::NOUN]).await?;
        let mut work = self.store().begin(&act).await?;
        if let Some(broken) = Once::before(once, &mut work).await? {
            work.commit().await?;
            return Ok(broken);
        }
        let id = work.insert(&body).await?;
        told.tell(&mut work, id).await?;
        let broken = Stored { id, version: 1, created_at: act.at, changed_at: act.at, body };
        Once::keep(once, &mut work, &broken).await?;
        work.commit().await?;
        self.wake_courier(&told);
        self.glass().add(user, patient, until, reason, act.at);
        Ok(broken)
    }

    /// The reason for which `who` broke the glass of this patient, here or on another server, while it is broken.
    pub(super) async fn glass_of(
        &self,
        work: &mut Work,
        who: &Who,
        clear: &Clear,
    ) -> Result<Option<Phi<String>>, StoreError> {
        let (Some(user), Some(patient)) = (who.user(), clear.patient) else { return Ok(None) };
        let now = self.now();
        if let Some(reason) = self.glass().reason(user, patient, now) {
            return Ok(Some(reason));
        }
        let last = Query::<Glass>::all().patient(patient).order(Order::Newest).limit(LOOKED_AT);
        let found = work.find(&last).await?.items.into_iter().find(|glass| glass.user == user && now < glass.until);
        let Some(Stored { body: Glass { until, reason, .. }, .. }) = found else { return Ok(None) };
        self.glass().add(user, patient, until, reason.clone(), now);
        Ok(Some(reason))
    }

    /// A review by somebody else than who did it, where there is none yet.
    fn review(&self, who: &Who, did: Option<Id<User>>, is_reviewed: bool, note: &str) -> Result<Review, Problem> {
        let Some(by) = who.user() else { return Err(Problem::no_right(crate::access::Right::GlassReview)) };
        if did == Some(by) {
            return Err(Problem::conflict(
                "nobody reviews what they did themselves",
                "ask somebody else who may review",
            ));
        }
        if is_reviewed {
            return Err(Problem::conflict("this was reviewed before", "read the review"));
        }
        Ok(Review { by, at: self.now(), note: Phi::new(note.to_owned()) })
    }

    /// Looks over that somebody broke the glass.
    ///
    /// # Errors
    /// If it was looked over before, or by the one who broke it.
    pub async fn review_glass(
        &self,
        who: &Who,
        id: Id<Glass>,
        note: &str,
        once: Option<&Once>,
    ) -> Result<Stored<Glass>, Problem> {
        // Read before the key is asked for: what one of two that come at once wrote in between is seen by one of the two.
        let mut stored = self.read(who, id).await?;
        if let Some(reviewed) = self.done_before(who, once).await? {
            return Ok(reviewed);
        }
        stored.body.review = Some(self.review(who, Some(stored.body.user), stored.body.review.is_some(), note)?);
        self.change(who, id, stored.version, &stored.body, once).await
    }
}
