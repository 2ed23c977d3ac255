//! Keys of the database: root → practice → patient, index, signing. Each lies wrapped by the one above.

use std::collections::HashMap;

use hmac::{Hmac, KeyInit as _, Mac as _};
use jiff::Timestamp;
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::audit::time_text;
use crate::database::{Tx, execute, rows};
use crate::root::RootKey;
use crate::seal::{self, Key, Place};
use crate::{Id, StoreError};

/// What a key is for that one of the practice's own wraps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Patient,
    Index,
    Signing,
}

impl Kind {
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Kind::Patient => "patient",
            Kind::Index => "index",
            Kind::Signing => "signing",
        }
    }
}

/// The practice's keys, opened.
pub(crate) struct Ring {
    /// What new values are sealed with.
    pub(crate) practice: Key,
    /// Earlier ones, which sealed what was not sealed anew yet.
    earlier: HashMap<Id<Key>, Key>,
    index: Key,
    pub(crate) signing: Key,
}

type Row = (String, String, String, Option<Vec<u8>>);

impl Ring {
    /// Makes the first keys of a practice.
    pub(crate) async fn create(tx: &mut Tx, root: &dyn RootKey, at: Timestamp) -> Result<Ring, StoreError> {
        let practice = Key::random(Id::new(at));
        insert_root_wrapped(tx, root, &practice, at).await?;
        let (index, signing) = (Key::random(Id::new(at)), Key::random(Id::new(at)));
        for (key, kind) in [(&index, Kind::Index), (&signing, Kind::Signing)] {
            insert(tx, &practice, key, kind, None, at).await?;
        }
        Ok(Ring { practice, earlier: HashMap::new(), index, signing })
    }

    /// Opens the keys that the database has; `current` is the one that new values are sealed with.
    pub(crate) async fn load(tx: &mut Tx, root: &dyn RootKey, current: Id<Key>) -> Result<Ring, StoreError> {
        let mut practice = HashMap::new();
        let sql = "SELECT id, kind, wrapped_by, wrapped FROM seal_key WHERE kind = 'practice'";
        for (id, _, wrapped_by, wrapped) in rows!(tx, Row, sql)? {
            let Some(wrapped) = wrapped else { continue };
            if wrapped_by != root.name() {
                return Err(StoreError::WrongRootKey { here: root.name(), needed: wrapped_by });
            }
            let secret = root.unwrap(&id, &wrapped).ok_or_else(|| tampered(&id))?;
            let id = parse(&id)?;
            practice.insert(id, Key { id, secret });
        }
        let (mut index, mut signing) = (None, None);
        let sql = "SELECT id, kind, wrapped_by, wrapped FROM seal_key WHERE kind IN ('index', 'signing')";
        for (id, kind, wrapped_by, wrapped) in rows!(tx, Row, sql)? {
            let wrapping = practice.get(&parse(&wrapped_by)?).ok_or(StoreError::NoKey { key: wrapped_by })?;
            let key = unwrap(wrapping, &id, &wrapped.ok_or_else(|| tampered(&id))?)?;
            *if kind == Kind::Index.word() { &mut index } else { &mut signing } = Some(key);
        }
        let missing = |kind: &str| StoreError::NoKey { key: kind.to_string() };
        let current = practice.remove(&current).ok_or_else(|| missing("of the practice"))?;
        Ok(Ring {
            practice: current,
            earlier: practice,
            index: index.ok_or_else(|| missing("of look-ups"))?,
            signing: signing.ok_or_else(|| missing("of signatures"))?,
        })
    }

    /// A key of the practice, the current one or an earlier.
    pub(crate) fn practice_key(&self, id: Id<Key>) -> Option<&Key> {
        if id == self.practice.id { Some(&self.practice) } else { self.earlier.get(&id) }
    }

    /// The blind index of a value: HMAC-SHA-256 under a key of its own, the field as prefix, 128 bits of it.
    pub(crate) fn index(&self, noun: &str, field: &str, value: &str) -> Vec<u8> {
        let mut mac =
            Hmac::<Sha256>::new_from_slice(self.index.secret.as_slice()).expect("HMAC takes a key of any length");
        for part in [noun, field, value] {
            mac.update(&(part.len() as u64).to_be_bytes());
            mac.update(part.as_bytes());
        }
        mac.finalize().into_bytes()[..16].to_vec()
    }
}

fn place(id: &str) -> Place<'_> {
    Place { table: "seal_key", id, column: "wrapped" }
}

pub(crate) fn parse(id: &str) -> Result<Id<Key>, StoreError> {
    id.parse().map_err(|_| tampered(id))
}

fn tampered(id: &str) -> StoreError {
    StoreError::Tampered { noun: "key", id: id.to_string() }
}

/// Wraps a key with one of the practice's.
pub(crate) fn wrap(with: &Key, key: &Key) -> Vec<u8> {
    seal::seal(with, place(&key.id.to_string()), key.secret.as_slice())
}

/// Opens a key that was wrapped with one of the practice's.
pub(crate) fn unwrap(with: &Key, id: &str, wrapped: &[u8]) -> Result<Key, StoreError> {
    let plain = seal::open(with, place(id), wrapped).map_err(|_| tampered(id))?;
    let secret = Zeroizing::new(plain.as_slice().try_into().map_err(|_| tampered(id))?);
    Ok(Key { id: parse(id)?, secret })
}

/// Keeps a key of the practice, wrapped with the root key.
pub(crate) async fn insert_root_wrapped(
    tx: &mut Tx,
    root: &dyn RootKey,
    key: &Key,
    at: Timestamp,
) -> Result<(), StoreError> {
    let id = key.id.to_string();
    let wrapped = root.wrap(&id, &key.secret);
    execute!(
        tx,
        "INSERT INTO seal_key (id, kind, wrapped_by, wrapped, created_at) VALUES ($1, 'practice', $2, $3, $4)",
        &id,
        root.name(),
        &wrapped,
        time_text(at),
    )?;
    Ok(())
}

/// Keeps a key, wrapped with one of the practice's.
pub(crate) async fn insert(
    tx: &mut Tx,
    with: &Key,
    key: &Key,
    kind: Kind,
    owner: Option<&str>,
    at: Timestamp,
) -> Result<(), StoreError> {
    execute!(
        tx,
        "INSERT INTO seal_key (id, kind, owner, wrapped_by, wrapped, created_at) VALUES ($1, $2, $3, $4, $5, $6)",
        key.id.to_string(),
        kind.word(),
        owner,
        with.id.to_string(),
        wrap(with, key),
        time_text(at),
    )?;
    Ok(())
}
