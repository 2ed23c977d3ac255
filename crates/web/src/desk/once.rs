//! A request that comes twice is done once.

use sha2::{Digest, Sha256};
use store::{StoreError, Work};

use crate::error::Problem;

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

    /// The reply that was given before.
    ///
    /// # Errors
    /// If the key came with another request.
    pub(crate) async fn before(once: Option<&Self>, work: &mut Work) -> Result<Option<Vec<u8>>, StoreError> {
        match once {
            Some(once) => work.replay(&once.key, once.request).await,
            None => Ok(None),
        }
    }

    /// Keeps the reply with what was done.
    ///
    /// # Errors
    /// If the database fails.
    pub(crate) async fn keep(once: Option<&Self>, work: &mut Work, reply: &[u8]) -> Result<(), StoreError> {
        match once {
            Some(once) => work.keep_reply(&once.key, once.request, reply).await,
            None => Ok(()),
        }
    }
}
