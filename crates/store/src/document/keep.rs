//! What a document holds, sealed by the key of its patient in a row of its own.

use data_encoding::HEXLOWER;
use jiff::civil::Date;
use sha2::{Digest as _, Sha256};

use super::Capture;
use crate::audit::{Action, FieldHash, Touch};
use crate::database::{execute, row};
use crate::keyring;
use crate::nouns::{Document, Patient, Visit};
use crate::record::Record as _;
use crate::seal::{self, Place};
use crate::work::Work;
use crate::{Id, Phi, StoreError};

/// What is told of a document, beside what the file itself shows.
#[derive(Debug, Clone)]
pub struct About {
    /// Whose.
    pub patient: Id<Patient>,
    /// The visit that it belongs to.
    pub visit: Option<Id<Visit>>,
    /// What it is, in the word of the case file.
    pub kind: String,
    /// What the practice calls it.
    pub name: Phi<String>,
    /// The day that it was taken or signed on.
    pub taken: Option<Date>,
}

pub(crate) fn place(document: &str) -> Place<'_> {
    Place { table: "content", id: document, column: "sealed" }
}

/// The noun under which what a document holds is entered.
pub(crate) const CONTENT: &str = "content";

/// The hash that the audit keeps of a row of `content`.
pub(crate) fn row_hash(document: &str, seal_key: &str, sealed: &[u8]) -> [u8; 32] {
    let mut hash = FieldHash::new(b"covered content 1");
    hash.field(document.as_bytes());
    hash.field(seal_key.as_bytes());
    hash.field(sealed);
    hash.finish()
}

impl Work {
    /// Keeps a document and what it holds.
    ///
    /// # Errors
    /// As [`Work::insert`].
    pub async fn attach(&mut self, about: About, capture: &Capture) -> Result<Id<Document>, StoreError> {
        let About { patient, visit, kind, name, taken } = about;
        let content = capture.content.reveal();
        let id = self
            .insert(&Document {
                patient,
                visit,
                kind,
                name,
                media_type: capture.media_type.word().to_string(),
                taken,
                bytes: content.len() as u64,
                captured_sha256: HEXLOWER.encode(&capture.captured_sha256),
                kept_sha256: HEXLOWER.encode(&capture.kept_sha256),
                pixels: capture.pixels,
            })
            .await?;
        let document = id.to_string();
        let key = self.rows.sealing_key(Some(&patient.to_string())).await?;
        let (seal_key, sealed) = (key.id.to_string(), seal::seal(&key, place(&document), content));
        execute!(
            &mut self.rows.tx,
            "INSERT INTO content (document, seal_key, sealed) VALUES ($1, $2, $3)",
            &document,
            &seal_key,
            &sealed,
        )?;
        let row_hash = Some(row_hash(&document, &seal_key, &sealed));
        let patient = Some(patient.to_string());
        self.touched.push(Touch {
            action: Action::Attach,
            noun: CONTENT.into(),
            record: Some(document),
            patient,
            note: None,
            row_hash,
        });
        Ok(id)
    }

    /// What a document holds.
    ///
    /// # Errors
    /// When it is not there, was shredded, or is not what was kept.
    pub async fn content(&mut self, id: Id<Document>) -> Result<Phi<Vec<u8>>, StoreError> {
        let row = self.rows.fetch(id).await?;
        let document = self.rows.open::<Document>(&row).await?;
        let tampered = || StoreError::Tampered { noun: Document::NOUN, id: id.to_string() };
        let sql = "SELECT seal_key, sealed FROM content WHERE document = $1";
        let (seal_key, sealed) = row!(&mut self.rows.tx, (String, Vec<u8>), sql, &row.id)?.ok_or_else(tampered)?;
        let key = self.rows.key(keyring::parse(&seal_key)?).await?;
        let content = seal::open(&key, place(&row.id), &sealed).map_err(|_| tampered())?;
        if HEXLOWER.encode(&Sha256::digest(content.as_slice())) != document.kept_sha256 {
            return Err(tampered());
        }
        self.saw(Action::Content, &document);
        Ok(Phi::new(content.to_vec()))
    }
}
