//! A request that comes twice is done once.

use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};
use store::{StoreError, Work};
use zeroize::Zeroizing;

use crate::Desk;
use crate::error::Problem;
use crate::who::Who;

/// Longer keys are no keys.
pub const KEY_CHARACTERS_MAX: usize = 128;

/// The `Idempotency-Key` of a request, and the hash of what it asks for.
#[derive(Clone)]
pub struct Once {
    key: String,
    request: [u8; 32],
}

impl Once {
    /// A key for a request.
    ///
    /// # Errors
    /// If the key is empty, too long or has other characters than letters, digits and signs.
    pub fn new(key: &str, method: &str, path: &str, body: &[u8]) -> Result<Self, Problem> {
        if key.is_empty() || key.len() > KEY_CHARACTERS_MAX || !key.bytes().all(|byte| byte.is_ascii_graphic()) {
            let detail = format!("the `Idempotency-Key` is not 1 to {KEY_CHARACTERS_MAX} letters, digits and signs");
            return Err(Problem::malformed(detail));
        }
        let mut hash = Sha256::new();
        for part in [method.as_bytes(), path.as_bytes(), body] {
            hash.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
            hash.update(part);
        }
        Ok(Self { key: key.to_owned(), request: hash.finalize().into() })
    }

    /// What was done and kept when the request came before.
    ///
    /// # Errors
    /// If the key came with another request.
    pub(crate) async fn before<T: DeserializeOwned>(
        once: Option<&Self>,
        work: &mut Work,
    ) -> Result<Option<T>, StoreError> {
        let Some(once) = once else { return Ok(None) };
        let Some(reply) = work.replay(&once.key, once.request).await? else { return Ok(None) };
        let tampered = |_| StoreError::Tampered { noun: "reply", id: "of a key".to_owned() };
        serde_json::from_slice(&reply).map(Some).map_err(tampered)
    }

    /// Keeps what the reply says, with what was done.
    ///
    /// # Errors
    /// If the database fails.
    pub(crate) async fn keep<T: Serialize + Sync>(
        once: Option<&Self>,
        work: &mut Work,
        done: &T,
    ) -> Result<(), StoreError> {
        let Some(once) = once else { return Ok(()) };
        let reply = Zeroizing::new(serde_json::to_vec(done).expect("INVARIANT: what a reply says has a JSON form"));
        work.keep_reply(&once.key, once.request, &reply).await
    }
}

impl Desk {
    /// What was done and kept when a request came before: for what is looked at before an act begins and would be otherwise the second
    /// time. The act asks again, since two may come at once; so what is looked at is read before this, and judged after it.
    ///
    /// # Errors
    /// If the key came with another request.
    pub(crate) async fn done_before<T: DeserializeOwned>(
        &self,
        who: &Who,
        once: Option<&Once>,
    ) -> Result<Option<T>, Problem> {
        if once.is_none() {
            return Ok(None);
        }
        let mut work = self.store().begin(&who.act(self)).await?;
        let done = Once::before(once, &mut work).await?;
        work.commit().await?;
        Ok(done)
    }
}
