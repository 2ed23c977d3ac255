//! Heads that are signed: kept outside the machine, they show later that nothing before them was rewritten.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;

use data_encoding::HEXLOWER;
use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{FieldHash, Head, time_text};
use crate::seal::Key;
use crate::{Id, StoreError, nouns::Practice};

const FORMAT: &str = "covered-audit-head-1";

/// Where the chain stood, signed with the practice's key. It says nothing about anybody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignedHead {
    format: String,
    /// Whose chain.
    pub practice: Id<Practice>,
    /// The last entry.
    pub seq: i64,
    /// Its hash, in hexadecimal digits.
    pub hash: String,
    /// When it was signed.
    pub at: Timestamp,
    /// The Ed25519 key that signed, in hexadecimal digits. Compare it with the one on the recovery sheet.
    pub public_key: String,
    signature: String,
}

pub(super) fn public_key(signing: &Key) -> String {
    HEXLOWER.encode(SigningKey::from_bytes(&signing.secret).verifying_key().as_bytes())
}

impl SignedHead {
    pub(super) fn sign(signing: &Key, practice: Id<Practice>, head: &Head, at: Timestamp) -> SignedHead {
        let mut signed = SignedHead {
            format: FORMAT.to_string(),
            practice,
            seq: head.seq,
            hash: HEXLOWER.encode(&head.hash),
            at: super::milliseconds(at),
            public_key: public_key(signing),
            signature: String::new(),
        };
        let signature = SigningKey::from_bytes(&signing.secret).sign(&signed.message());
        signed.signature = HEXLOWER.encode(&signature.to_bytes());
        signed
    }

    /// Whether the key that it names signed it.
    pub fn holds(&self) -> bool {
        let parts = || {
            let key: [u8; 32] = HEXLOWER.decode(self.public_key.as_bytes()).ok()?.try_into().ok()?;
            let signature: [u8; 64] = HEXLOWER.decode(self.signature.as_bytes()).ok()?.try_into().ok()?;
            let key = VerifyingKey::from_bytes(&key).ok()?;
            key.verify_strict(&self.message(), &Signature::from_bytes(&signature)).ok()
        };
        self.format == FORMAT && parts().is_some()
    }

    fn message(&self) -> [u8; 32] {
        let mut hash = FieldHash::new(b"covered audit head 1");
        hash.field(self.practice.to_string().as_bytes());
        hash.field(&self.seq.to_be_bytes());
        hash.field(self.hash.as_bytes());
        hash.field(time_text(self.at).as_bytes());
        hash.finish()
    }

    /// Adds it as a line to a file, which should lie on another machine. A head that the last line says already is not added again.
    ///
    /// # Errors
    /// When the file cannot be read or written.
    pub fn append(&self, path: &Path) -> Result<(), StoreError> {
        let problem = |source| StoreError::File { path: path.to_path_buf(), source };
        if SignedHead::last(path)?.is_some_and(|last| last.practice == self.practice && last.seq == self.seq) {
            return Ok(());
        }
        let mut file = std::fs::OpenOptions::new().create(true).append(true).open(path).map_err(problem)?;
        let line = serde_json::to_string(self).expect("a head is plain JSON");
        file.write_all(format!("{line}\n").as_bytes()).and_then(|()| file.sync_all()).map_err(problem)
    }

    /// The last head of a file that [`SignedHead::append`] wrote; none, if the file is not there or empty.
    ///
    /// # Errors
    /// When the file cannot be read, or its last line is no head.
    pub fn last(path: &Path) -> Result<Option<SignedHead>, StoreError> {
        let problem = |source| StoreError::File { path: path.to_path_buf(), source };
        let file = match std::fs::File::open(path) {
            Ok(file) => file,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(problem(error)),
        };
        let mut last = None;
        for line in BufReader::new(file).lines() {
            let line = line.map_err(problem)?;
            if !line.trim().is_empty() {
                last = Some(line);
            }
        }
        let Some(last) = last else { return Ok(None) };
        let not_one =
            |_| problem(std::io::Error::new(std::io::ErrorKind::InvalidData, "its last line is no signed head"));
        serde_json::from_str(&last).map(Some).map_err(not_one)
    }
}
