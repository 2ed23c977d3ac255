//! Sealed rows in a transaction: what acts and readings without an act have in common.

use std::collections::HashMap;
use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::Date;

use crate::audit::{FieldHash, time_text};
use crate::database::{Tx, on, row, rows};
use crate::keyring::{self, Ring};
use crate::nouns::Patient;
use crate::record::{Clear, Cursor, Order, Page, Query, Record, Stored};
use crate::seal::{self, Key, Place};
use crate::{Id, StoreError};

/// A row of the table `record`, as every statement selects it.
#[derive(Debug, Clone, sqlx::FromRow)]
pub(crate) struct Row {
    pub(crate) id: String,
    pub(crate) noun: String,
    pub(crate) version: i64,
    pub(crate) patient: Option<String>,
    pub(crate) visit: Option<String>,
    pub(crate) facility: Option<String>,
    pub(crate) clinician: Option<String>,
    pub(crate) day: Option<String>,
    pub(crate) state: Option<String>,
    pub(crate) library: Option<String>,
    pub(crate) created_at: String,
    pub(crate) changed_at: String,
    pub(crate) seal_key: String,
    pub(crate) sealed: Vec<u8>,
}

/// The columns of [`Row`].
pub(crate) const SELECT: &str = "SELECT id, noun, version, patient, visit, facility, clinician, day, state, library, \
                                 created_at, changed_at, seal_key, sealed FROM record";

impl Row {
    /// The row of a body that is not sealed yet.
    pub(crate) fn new<R: Record>(id: Id<R>, clear: Clear, created_at: &str, changed_at: Timestamp) -> Row {
        Row {
            id: id.to_string(),
            noun: R::NOUN.to_string(),
            version: 1,
            patient: clear.patient.map(|id| id.to_string()),
            visit: clear.visit.map(|id| id.to_string()),
            facility: clear.facility.map(|id| id.to_string()),
            clinician: clear.clinician.map(|id| id.to_string()),
            day: clear.day.map(|day| day.to_string()),
            state: clear.state,
            library: clear.library,
            created_at: created_at.to_string(),
            changed_at: time_text(changed_at),
            seal_key: String::new(),
            sealed: Vec::new(),
        }
    }

    /// The hash that the audit keeps: of the sealed body and of every column beside it.
    pub(crate) fn hash(&self) -> [u8; 32] {
        let mut hash = FieldHash::new(b"covered record 1");
        hash.field(self.id.as_bytes());
        hash.field(self.noun.as_bytes());
        hash.field(&self.version.to_be_bytes());
        for column in
            [&self.patient, &self.visit, &self.facility, &self.clinician, &self.day, &self.state, &self.library]
        {
            hash.optional(column.as_deref().map(str::as_bytes));
        }
        hash.field(self.created_at.as_bytes());
        hash.field(self.changed_at.as_bytes());
        hash.field(self.seal_key.as_bytes());
        hash.field(&self.sealed);
        hash.finish()
    }

    /// Whose row it is: the patient's own record names nobody.
    pub(crate) fn owner(&self) -> Option<&str> {
        if self.noun == Patient::NOUN { Some(&self.id) } else { self.patient.as_deref() }
    }

    fn tampered<R: Record>(&self) -> StoreError {
        StoreError::Tampered { noun: R::NOUN, id: self.id.clone() }
    }

    /// Opens the body, and compares the columns in the clear with it.
    pub(crate) fn open<R: Record>(&self, key: &Key) -> Result<Stored<R>, StoreError> {
        let plain = seal::open(key, place(&self.id), &self.sealed).map_err(|_| self.tampered::<R>())?;
        let body: R = serde_json::from_slice(&plain).map_err(|error| form::<R>(&error))?;
        let id: Id<R> = self.id.parse().map_err(|_| self.tampered::<R>())?;
        let (Ok(created_at), Ok(changed_at)) = (self.created_at.parse(), self.changed_at.parse()) else {
            return Err(self.tampered::<R>());
        };
        let expected = Row::new(id, body.clear(), &self.created_at, changed_at);
        let columns = |row: &Row| {
            [&row.patient, &row.visit, &row.facility, &row.clinician, &row.day, &row.state, &row.library]
                .map(Clone::clone)
        };
        if columns(&expected) != columns(self) {
            return Err(self.tampered::<R>());
        }
        Ok(Stored { id, version: self.version, created_at, changed_at, body })
    }
}

pub(crate) fn place(id: &str) -> Place<'_> {
    Place { table: "record", id, column: "sealed" }
}

/// serde's message names fields and types; a value that it would quote is left out.
pub(crate) fn form<R: Record>(error: &serde_json::Error) -> StoreError {
    let text = error.to_string();
    let cause = if text.starts_with("unknown field") || text.starts_with("missing field") {
        text
    } else {
        format!("line {}, column {}", error.line(), error.column())
    };
    StoreError::Form { noun: R::NOUN, cause }
}

/// A transaction with what opens its rows.
pub(crate) struct Rows {
    pub(crate) tx: Tx,
    pub(crate) ring: Arc<Ring>,
    keys: HashMap<Id<Key>, Key>,
    owners: HashMap<String, Id<Key>>,
}

/// A key as it lies in the database: its name, its owner, what wraps it, and wrapped.
type Wrapped = (String, Option<String>, String, Option<Vec<u8>>);

/// Most values that one statement lists.
const LISTED_MAX: usize = 200;

impl Rows {
    pub(crate) fn new(tx: Tx, ring: Arc<Ring>) -> Rows {
        Rows { tx, ring, keys: HashMap::new(), owners: HashMap::new() }
    }

    /// The key that seals what belongs to `owner`, or what belongs to nobody.
    pub(crate) async fn sealing_key(&mut self, owner: Option<&str>) -> Result<Key, StoreError> {
        let Some(owner) = owner else { return Ok(self.ring.practice.clone()) };
        if let Some(key) = self.owners.get(owner).and_then(|id| self.keys.get(id)) {
            return Ok(key.clone());
        }
        let sql = "SELECT id, owner, wrapped_by, wrapped FROM seal_key WHERE owner = $1";
        let found = row!(&mut self.tx, Wrapped, sql, owner)?;
        let key =
            self.unwrap(found.ok_or_else(|| StoreError::NotFound { noun: Patient::NOUN, id: owner.to_string() })?)?;
        self.remember(owner, key.clone());
        Ok(key)
    }

    fn unwrap(&self, (id, owner, wrapped_by, wrapped): Wrapped) -> Result<Key, StoreError> {
        let Some(wrapped) = wrapped else {
            return Err(StoreError::Shredded { patient: owner.unwrap_or(id) });
        };
        let wrapping = self.ring.practice_key(keyring::parse(&wrapped_by)?);
        keyring::unwrap(wrapping.ok_or(StoreError::NoKey { key: wrapped_by })?, &id, &wrapped)
    }

    pub(crate) fn remember(&mut self, owner: &str, key: Key) {
        self.owners.insert(owner.to_string(), key.id);
        self.keys.insert(key.id, key);
    }

    /// A key by its name.
    pub(crate) async fn key(&mut self, id: Id<Key>) -> Result<Key, StoreError> {
        self.load_keys(&[id]).await?;
        let loaded = self.keys.get(&id).or_else(|| self.ring.practice_key(id));
        loaded.cloned().ok_or_else(|| StoreError::NoKey { key: id.to_string() })
    }

    /// Opens the keys of these names, with one statement for many.
    async fn load_keys(&mut self, ids: &[Id<Key>]) -> Result<(), StoreError> {
        let mut wanted: Vec<_> = ids.iter().copied().filter(|id| !self.keys.contains_key(id)).collect();
        wanted.retain(|id| self.ring.practice_key(*id).is_none());
        wanted.sort_unstable();
        wanted.dedup();
        for part in wanted.chunks(LISTED_MAX) {
            let found = on!(&mut self.tx, connection: Driver => {
                let mut query = sqlx::QueryBuilder::<Driver>::new(
                    "SELECT id, owner, wrapped_by, wrapped FROM seal_key WHERE id IN (",
                );
                let mut list = query.separated(", ");
                for id in part {
                    list.push_bind(id.to_string());
                }
                query.push(")");
                query.build_query_as::<Wrapped>().fetch_all(connection).await
            })?;
            for wrapped in found {
                let key = self.unwrap(wrapped)?;
                self.keys.insert(key.id, key);
            }
        }
        Ok(())
    }

    pub(crate) async fn fetch<R: Record>(&mut self, id: Id<R>) -> Result<Row, StoreError> {
        let missing = || StoreError::NotFound { noun: R::NOUN, id: id.to_string() };
        let sql = sqlx::AssertSqlSafe(format!("{SELECT} WHERE id = $1 AND noun = $2"));
        row!(&mut self.tx, Row, sql, id.to_string(), R::NOUN)?.ok_or_else(missing)
    }

    pub(crate) async fn get<R: Record>(&mut self, id: Id<R>) -> Result<Stored<R>, StoreError> {
        let row = self.fetch(id).await?;
        self.open(&row).await
    }

    pub(crate) async fn open<R: Record>(&mut self, row: &Row) -> Result<Stored<R>, StoreError> {
        let id = keyring::parse(&row.seal_key)?;
        let key = self.key(id).await?;
        row.open(&key)
    }

    pub(crate) async fn look_up<R: Record>(&mut self, field: &str, value: &str) -> Result<Vec<Stored<R>>, StoreError> {
        let hash = self.ring.index(R::NOUN, field, &crate::record::fold(field, value));
        let sql = "SELECT record FROM look_up WHERE field = $1 AND hash = $2 ORDER BY record";
        let ids = rows!(&mut self.tx, (String,), sql, format!("{}.{field}", R::NOUN), &hash)?;
        let mut found = Vec::with_capacity(ids.len());
        for (id,) in ids {
            let id: Id<R> = id.parse().map_err(|_| StoreError::Tampered { noun: R::NOUN, id })?;
            found.push(self.get(id).await?);
        }
        Ok(found)
    }

    pub(crate) async fn find<R: Record>(&mut self, query: &Query<R>) -> Result<Page<R>, StoreError> {
        let mut found = on!(&mut self.tx, connection: Driver => {
            let mut sql = sqlx::QueryBuilder::<Driver>::new(SELECT);
            conditions!(sql, query, R);
            after_cursor!(sql, query);
            sql.push(match query.order {
                Order::Oldest => " ORDER BY id",
                Order::Newest => " ORDER BY id DESC",
                Order::FirstDay => " ORDER BY day, id",
                Order::LastDay => " ORDER BY day DESC, id DESC",
            });
            // One more tells whether there is a next page.
            sql.push(" LIMIT ").push_bind(query.limit as i64 + 1);
            sql.build_query_as::<Row>().fetch_all(connection).await
        })?;
        let more = found.len() > query.limit;
        found.truncate(query.limit);
        let keys = found.iter().map(|row| keyring::parse(&row.seal_key)).collect::<Result<Vec<_>, _>>()?;
        self.load_keys(&keys).await?;
        let mut items: Vec<Stored<R>> = Vec::with_capacity(found.len());
        for row in &found {
            items.push(self.open(row).await?);
        }
        let next = found.last().filter(|_| more).map(|row| {
            let by_day = matches!(query.order, Order::FirstDay | Order::LastDay);
            let day = row.day.as_deref().filter(|_| by_day).and_then(|day| day.parse::<Date>().ok());
            Cursor { day, id: row.id.clone() }
        });
        Ok(Page { items, next })
    }

    pub(crate) async fn count<R: Record>(&mut self, query: &Query<R>) -> Result<u64, StoreError> {
        let (count,) = on!(&mut self.tx, connection: Driver => {
            let mut sql = sqlx::QueryBuilder::<Driver>::new("SELECT COUNT(*) FROM record");
            conditions!(sql, query, R);
            sql.build_query_as::<(i64,)>().fetch_one(connection).await
        })?;
        Ok(count.unsigned_abs())
    }
}

/// The conditions of a query, after `FROM record`.
macro_rules! conditions {
    ($sql:ident, $query:ident, $noun:ident) => {
        $sql.push(" WHERE noun = ").push_bind($noun::NOUN);
        if let Some(ids) = &$query.ids {
            list!($sql, " AND id", ids.iter().map(|id| id.to_string()));
        }
        for (column, value) in [
            (" AND patient = ", $query.patient.map(|id| id.to_string())),
            (" AND visit = ", $query.visit.map(|id| id.to_string())),
            (" AND clinician = ", $query.clinician.map(|id| id.to_string())),
            (" AND library = ", $query.library.clone()),
            (" AND day >= ", $query.from.map(|day| day.to_string())),
            (" AND day <= ", $query.to.map(|day| day.to_string())),
        ] {
            if let Some(value) = value {
                $sql.push(column).push_bind(value);
            }
        }
        if let Some(facilities) = &$query.facilities {
            list!($sql, " AND facility", facilities.iter().map(|id| id.to_string()));
        }
        if let Some(states) = &$query.states {
            list!($sql, " AND state", states.iter().cloned());
        }
    };
}

/// `column IN (…)`, which nothing fulfils if the list is empty.
macro_rules! list {
    ($sql:ident, $column:literal, $values:expr) => {
        $sql.push(concat!($column, " IN ("));
        let mut list = $sql.separated(", ");
        let mut none = true;
        for value in $values {
            list.push_bind(value);
            none = false;
        }
        if none {
            list.push("NULL");
        }
        $sql.push(")");
    };
}

/// What comes after a cursor in the order of the query.
macro_rules! after_cursor {
    ($sql:ident, $query:ident) => {
        if let Some(Cursor { day, id }) = &$query.after {
            let (ahead, by_day) = match $query.order {
                Order::Oldest => (" > ", false),
                Order::Newest => (" < ", false),
                Order::FirstDay => (" > ", true),
                Order::LastDay => (" < ", true),
            };
            match day.filter(|_| by_day) {
                Some(day) => {
                    $sql.push(" AND (day").push(ahead).push_bind(day.to_string());
                    $sql.push(" OR (day = ").push_bind(day.to_string());
                    $sql.push(" AND id").push(ahead).push_bind(id.clone()).push("))");
                }
                None => {
                    $sql.push(" AND id").push(ahead).push_bind(id.clone());
                }
            }
        }
    };
}

use {after_cursor, conditions, list};
