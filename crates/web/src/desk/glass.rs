//! Breaking the glass: somebody opens a patient of another facility in an emergency, says why, and is looked over.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};
use store::nouns::{Glass, Patient, Review, User};
use store::{Act, Id, Phi, Purpose, Record as _, Stored};

use crate::Desk;
use crate::error::Problem;
use crate::who::Who;

/// The glass stays broken for so long.
pub const BROKEN_FOR: SignedDuration = SignedDuration::from_mins(60);
/// A reason of fewer characters is none.
pub const REASON_CHARACTERS_MIN: usize = 10;

/// Who broke it, of whom.
type By = (Id<User>, Id<Patient>);
/// Until when it is broken, and why.
type Until = (Timestamp, Phi<String>);

/// What is broken now, on this server, by whom.
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
    pub async fn break_glass(&self, who: &Who, patient: Id<Patient>, reason: &str) -> Result<Stored<Glass>, Problem> {
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
        let id = work.insert(&body).await?;
        told.tell(&mut work, id).await?;
        work.commit().await?;
        self.wake_courier(&told);
        self.glass().add(user, patient, until, reason, act.at);
        Ok(Stored { id, version: 1, created_at: act.at, changed_at: act.at, body })
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
    pub async fn review_glass(&self, who: &Who, id: Id<Glass>, note: &str) -> Result<Stored<Glass>, Problem> {
        let mut stored = self.read(who, id).await?;
        stored.body.review = Some(self.review(who, Some(stored.body.user), stored.body.review.is_some(), note)?);
        self.change(who, id, stored.version, &stored.body, None).await
    }
}
