//! Looking over what was changed after an answer was shown.

use store::nouns::{Change, Review};
use store::{Id, Phi, Stored};

use super::once::Once;
use crate::Desk;
use crate::access::Right;
use crate::error::Problem;
use crate::who::Who;

impl Desk {
    /// Looks over a change of a fact that may never be advised.
    ///
    /// # Errors
    /// If it was looked over before, or by the one who made it.
    pub async fn review_change(
        &self,
        who: &Who,
        id: Id<Change>,
        note: &str,
        once: Option<&Once>,
    ) -> Result<Stored<Change>, Problem> {
        // Read before the key is asked for: what one of two that come at once wrote in between is seen by one of the two.
        let mut stored = self.read(who, id).await?;
        if let Some(reviewed) = self.done_before(who, once).await? {
            return Ok(reviewed);
        }
        let Some(by) = who.user() else { return Err(Problem::no_right(Right::ChangeReview)) };
        if stored.body.by == Some(by) {
            return Err(Problem::conflict(
                "nobody reviews what they did themselves",
                "ask somebody else who may review",
            ));
        }
        if stored.body.review.is_some() {
            return Err(Problem::conflict("this was reviewed before", "read the review"));
        }
        stored.body.review = Some(Review { by, at: self.now(), note: Phi::new(note.to_owned()) });
        self.change(who, id, stored.version, &stored.body, once).await
    }
}
