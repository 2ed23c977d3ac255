//! What may be done within an act.

use std::sync::Arc;

use crate::act::Act;
use crate::audit::{Action, Entry, Head, Touch, name, time_text};
use crate::database::{Tx, execute, row};
use crate::document;
use crate::group::Turn;
use crate::keyring::{self, Kind};
use crate::nouns::{Document, Patient};
use crate::record::{Page, Query, Record, Stored, fold};
use crate::rows::{self, Row, Rows};
use crate::seal::{self, Key, Place};
use crate::store::Inner;
use crate::{Id, Phi, StoreError};

/// A reason that a person types is a sentence or two.
pub const NOTE_CHARACTERS_MAX: usize = 2000;

/// A record is a form that a person filled in, or an answer; pictures are documents.
pub const BODY_BYTES_MAX: usize = 4 << 20;

/// A server names its requests in a few dozen characters.
const REQUEST_BYTES_MAX: usize = 200;

/// An act that has begun: its transaction, which holds the audit's head. What it touches is entered when it is committed; dropped, it
/// never was.
pub struct Work {
    pub(crate) rows: Rows,
    pub(crate) store: Arc<Inner>,
    pub(crate) act: Act,
    pub(crate) head: Head,
    pub(crate) touched: Vec<Touch>,
    pub(crate) turn: Option<Turn>,
}

impl Drop for Work {
    fn drop(&mut self) {
        if let Some((turn, tx)) = self.leave() {
            turn.dropped(tx);
        }
    }
}

impl Work {
    /// The act that this is.
    pub const fn act(&self) -> &Act {
        &self.act
    }

    /// A record.
    ///
    /// # Errors
    /// When it is not there, was tampered with, or was shredded.
    pub async fn get<R: Record>(&mut self, id: Id<R>) -> Result<Stored<R>, StoreError> {
        let row = self.rows.fetch(id).await?;
        let stored = self.rows.open(&row).await?;
        self.saw(Action::Read, &stored);
        Ok(stored)
    }

    /// A page of records.
    ///
    /// # Errors
    /// When one of them was tampered with or shredded.
    pub async fn find<R: Record>(&mut self, query: &Query<R>) -> Result<Page<R>, StoreError> {
        let page = self.rows.find(query).await?;
        page.items.iter().for_each(|stored| self.saw(Action::List, stored));
        Ok(page)
    }

    /// How many records there are. It opens none, and is not entered in the audit.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn count<R: Record>(&mut self, query: &Query<R>) -> Result<u64, StoreError> {
        self.rows.count(query).await
    }

    /// The records with exactly this value in a field of [`Record::LOOK_UPS`].
    ///
    /// # Errors
    /// As [`Work::get`].
    pub async fn look_up<R: Record>(&mut self, field: &str, value: &str) -> Result<Vec<Stored<R>>, StoreError> {
        let found = self.rows.look_up(field, value).await?;
        found.iter().for_each(|stored| self.saw(Action::Search, stored));
        Ok(found)
    }

    /// Keeps a new record.
    ///
    /// # Errors
    /// When its patient is not there or was shredded, or it is too large.
    pub async fn insert<R: Record>(&mut self, body: &R) -> Result<Id<R>, StoreError> {
        let id = Id::new(self.act.at);
        let row = self.new_row(id, body).await?;
        let touch = Touch::of_row(Action::Create, &row);
        self.rows.tx.keep(row).await?;
        self.index(&id.to_string(), body).await?;
        self.touched.push(touch);
        Ok(id)
    }

    /// Keeps a new record under an identifier that was made before: for records that name each other.
    ///
    /// # Errors
    /// As [`Work::insert`], and when there is a record of that identifier.
    pub async fn insert_as<R: Record>(&mut self, id: Id<R>, body: &R) -> Result<(), StoreError> {
        let row = self.new_row(id, body).await?;
        let touch = Touch::of_row(Action::Create, &row);
        self.rows.tx.keep_now(row).await?;
        self.index(&id.to_string(), body).await?;
        self.touched.push(touch);
        Ok(())
    }

    /// The row of a new record, sealed.
    async fn new_row<R: Record>(&mut self, id: Id<R>, body: &R) -> Result<Row, StoreError> {
        let mut row = Row::new(id, body.clear(), &time_text(self.act.at), self.act.at);
        if R::NOUN == Patient::NOUN {
            let key = Key::random(Id::new(self.act.at));
            keyring::insert(
                &mut self.rows.tx,
                &self.rows.ring.practice,
                &key,
                Kind::Patient,
                Some(&row.id),
                self.act.at,
            )
            .await?;
            self.rows.remember(&row.id, key);
        }
        self.seal_body(&mut row, body).await?;
        Ok(row)
    }

    /// Changes a record, if nobody did meanwhile: `version` is the one that was read. The new version is given back.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when the record has another version; when it is not there, or would go to another patient.
    pub async fn update<R: Record>(&mut self, id: Id<R>, version: i64, body: &R) -> Result<i64, StoreError> {
        let before = self.rows.fetch(id).await?;
        if before.version != version {
            return Err(StoreError::Conflict { noun: R::NOUN, id: before.id });
        }
        let mut row = Row::new(id, body.clear(), &before.created_at, self.act.at);
        if row.patient != before.patient {
            let cause = "it belongs to another patient, and what a key sealed stays with it".to_string();
            return Err(StoreError::Form { noun: R::NOUN, cause });
        }
        row.version = version + 1;
        self.seal_body(&mut row, body).await?;
        let changed = execute!(
            &mut self.rows.tx,
            "UPDATE record SET version = $3, visit = $4, facility = $5, clinician = $6, day = $7, state = $8, library = $9, \
             changed_at = $10, seal_key = $11, sealed = $12 WHERE id = $1 AND version = $2",
            &row.id,
            version,
            row.version,
            &row.visit,
            &row.facility,
            &row.clinician,
            &row.day,
            &row.state,
            &row.library,
            &row.changed_at,
            &row.seal_key,
            &row.sealed,
        )?;
        if changed != 1 {
            return Err(StoreError::Conflict { noun: R::NOUN, id: row.id });
        }
        if !R::LOOK_UPS.is_empty() {
            execute!(&mut self.rows.tx, "DELETE FROM look_up WHERE record = $1", &row.id)?;
            self.index(&row.id, body).await?;
        }
        self.touched.push(Touch::of_row(Action::Update, &row));
        Ok(row.version)
    }

    /// Takes a record away, with its look-ups and content. A patient is shredded instead.
    ///
    /// # Errors
    /// When it is not there, or has another version.
    pub async fn remove<R: Record>(&mut self, id: Id<R>, version: i64) -> Result<(), StoreError> {
        let row = self.rows.fetch(id).await?;
        if row.version != version {
            return Err(StoreError::Conflict { noun: R::NOUN, id: row.id });
        }
        if R::NOUN == Patient::NOUN {
            let cause = "a patient is shredded, not removed".to_string();
            return Err(StoreError::Form { noun: R::NOUN, cause });
        }
        execute!(&mut self.rows.tx, "DELETE FROM record WHERE id = $1", &row.id)?;
        // What a document holds goes with its record.
        let content = (R::NOUN == Document::NOUN).then_some(document::CONTENT);
        for noun in content.into_iter().chain([R::NOUN]) {
            self.touched.push(Touch {
                action: Action::Remove,
                noun: noun.into(),
                patient: row.owner().map(str::to_string),
                record: Some(row.id.clone()),
                note: None,
                row_hash: None,
            });
        }
        Ok(())
    }

    /// Enters something that touches no row: a refusal, a sign-in, a print. `note` is what a person gave as reason, and is sealed.
    ///
    /// # Errors
    /// When the note is longer than [`NOTE_CHARACTERS_MAX`].
    pub fn note<R: Record>(
        &mut self,
        action: Action,
        id: Option<Id<R>>,
        patient: Option<Id<Patient>>,
        note: Option<Phi<String>>,
    ) -> Result<(), StoreError> {
        check_note(note.as_ref())?;
        let record = id.and_then(name);
        let patient = patient.and_then(name);
        self.touched.push(Touch { action, noun: R::NOUN.into(), record, patient, note, row_hash: None });
        Ok(())
    }

    /// The reply that was given to a request of this idempotency key, if it came before.
    ///
    /// # Errors
    /// [`StoreError::KeyReused`] when the key came with another request.
    pub async fn replay(&mut self, key: &str, request_sha256: [u8; 32]) -> Result<Option<Vec<u8>>, StoreError> {
        let id = self.reply_id(key);
        let sql = "SELECT request, seal_key, sealed FROM reply WHERE id = $1";
        let Some((request, seal_key, sealed)) = row!(&mut self.rows.tx, (Vec<u8>, String, Vec<u8>), sql, &id)? else {
            return Ok(None);
        };
        if request != request_sha256 {
            return Err(StoreError::KeyReused);
        }
        let key = self.rows.key(keyring::parse(&seal_key)?).await?;
        let plain =
            seal::open(&key, reply_place(&id), &sealed).map_err(|_| StoreError::Tampered { noun: "reply", id })?;
        Ok(Some(plain.to_vec()))
    }

    /// Keeps the reply of this act under its idempotency key, sealed: by the patient's key, if the act touched one patient alone, so that it
    /// is shredded with the rest.
    ///
    /// # Errors
    /// When there is one already: ask [`Work::replay`] first.
    pub async fn keep_reply(&mut self, key: &str, request_sha256: [u8; 32], reply: &[u8]) -> Result<(), StoreError> {
        let id = self.reply_id(key);
        let mut patients = self.touched.iter().filter_map(|touch| touch.patient.clone());
        let first = patients.next();
        let only = first.filter(|first| patients.all(|other| other == *first));
        let key = self.rows.sealing_key(only.as_deref()).await?;
        let sealed = seal::seal(&key, reply_place(&id), reply);
        execute!(
            &mut self.rows.tx,
            "INSERT INTO reply (id, request, seal_key, sealed, at) VALUES ($1, $2, $3, $4, $5)",
            &id,
            request_sha256.to_vec(),
            key.id.to_string(),
            &sealed,
            time_text(self.act.at),
        )?;
        Ok(())
    }

    /// Keys of one caller mean nothing to another.
    fn reply_id(&self, key: &str) -> String {
        let hash = self.rows.ring.index("reply", &self.act.actor.to_string(), key);
        data_encoding::HEXLOWER.encode(&hash)
    }

    async fn seal_body<R: Record>(&mut self, row: &mut Row, body: &R) -> Result<(), StoreError> {
        let plain = zeroize::Zeroizing::new(serde_json::to_vec(body).map_err(|error| rows::form::<R>(&error))?);
        if plain.len() > BODY_BYTES_MAX {
            let (found, max) = (plain.len() as u64, BODY_BYTES_MAX as u64);
            return Err(StoreError::TooLarge { what: R::NOUN, found, max });
        }
        let key = self.rows.sealing_key(row.owner()).await?;
        row.seal_key = key.id.to_string();
        row.sealed = seal::seal(&key, rows::place(&row.id), &plain);
        Ok(())
    }

    async fn index<R: Record>(&mut self, record: &str, body: &R) -> Result<(), StoreError> {
        for (field, value) in body.look_ups() {
            let hash = self.rows.ring.index(R::NOUN, field, &fold(field, &value));
            execute!(
                &mut self.rows.tx,
                "INSERT INTO look_up (field, hash, record) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
                format!("{}.{field}", R::NOUN),
                &hash,
                record,
            )?;
        }
        Ok(())
    }

    /// Readings of what says nothing about a patient are not entered.
    pub(crate) fn saw<R: Record>(&mut self, action: Action, stored: &Stored<R>) {
        if !R::PHI {
            return;
        }
        let record = stored.id.to_string();
        let patient = match stored.body.clear().patient {
            Some(patient) => Some(patient.to_string()),
            None => (R::NOUN == Patient::NOUN).then(|| record.clone()),
        };
        self.touched.push(Touch {
            action,
            noun: R::NOUN.into(),
            record: Some(record),
            patient,
            note: None,
            row_hash: None,
        });
    }

    /// Enters what was touched and commits.
    ///
    /// # Errors
    /// When the database fails; nothing was done then.
    pub async fn commit(mut self) -> Result<(), StoreError> {
        self.enter()?;
        match self.leave() {
            Some((turn, tx)) => turn.done(tx).await,
            None => Ok(()),
        }
    }

    /// Leaves everything as it was.
    pub async fn roll_back(mut self) {
        if let Some((turn, tx)) = self.leave() {
            turn.undone(tx).await;
        }
    }

    fn leave(&mut self) -> Option<(Turn, Tx)> {
        Some((self.turn.take()?, std::mem::replace(&mut self.rows.tx, Tx::ended())))
    }

    fn turn(&mut self) -> &mut Turn {
        self.turn.as_mut().expect("INVARIANT: an act has its turn until it ends")
    }

    /// No other act is committed with this one after it: it changes what every act begins with.
    pub(crate) fn end_group(&mut self) {
        self.turn().end_group();
    }

    /// Writes the entries of acts that are committed with this one, so that it reads them.
    pub(crate) async fn write_entries(&mut self) -> Result<(), StoreError> {
        let turn = self.turn.as_mut().expect("INVARIANT: an act has its turn until it ends");
        turn.write_entries(&mut self.rows.tx).await
    }

    fn enter(&mut self) -> Result<(), StoreError> {
        if self.touched.is_empty() {
            return Ok(());
        }
        check_note(self.act.reason.as_ref())?;
        if self.act.request.len() > REQUEST_BYTES_MAX {
            let (found, max) = (self.act.request.len() as u64, REQUEST_BYTES_MAX as u64);
            return Err(StoreError::TooLarge { what: "the name of a request", found, max });
        }
        let mut entries = Vec::with_capacity(self.touched.len());
        for touch in std::mem::take(&mut self.touched) {
            let note = touch.note.as_ref().or(self.act.reason.as_ref()).map(|note| {
                let seq = (self.head.seq + 1).to_string();
                let place = Place { table: "audit", id: &seq, column: "note" };
                seal::seal(&self.rows.ring.practice, place, note.reveal().as_bytes())
            });
            let entry = Entry::following(&self.head, &self.act, &touch, note);
            self.head = Head { seq: entry.seq, hash: entry.computed_hash() };
            entries.push(entry);
        }
        let head = self.head;
        self.turn().enter(entries, head);
        Ok(())
    }
}

fn check_note(note: Option<&Phi<String>>) -> Result<(), StoreError> {
    let found = note.map_or(0, |note| note.reveal().chars().count());
    if found > NOTE_CHARACTERS_MAX {
        let (found, max) = (found as u64, NOTE_CHARACTERS_MAX as u64);
        return Err(StoreError::TooLarge { what: "a reason", found, max });
    }
    Ok(())
}

fn reply_place(id: &str) -> Place<'_> {
    Place { table: "reply", id, column: "sealed" }
}
