//! The tables of the database, and their rows as bytes: the same from SQLite and from PostgreSQL.

use std::io::{self, Write};

use sqlx::Row as _;

use super::frames::{OpenError, Reader};
use crate::StoreError;
use crate::database::{Tx, on};

/// What a column holds. A schema that serves both databases has no other types.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Type {
    Integer,
    Text,
    Bytes,
}

/// A table.
#[derive(Debug)]
pub(super) struct Table {
    pub(super) name: &'static str,
    pub(super) columns: &'static [(&'static str, Type)],
    /// How many of the first columns name a row.
    key: usize,
    /// Rows that are read at once: those with documents may be large.
    page: i64,
}

use Type::{Bytes, Integer, Text};

/// Every table, what others refer to first; with `audit_head` at the end a database holds a practice. What is of a moment (`session_use`,
/// `guess`) is in no backup.
pub(super) const TABLES: [Table; 8] = [
    Table {
        name: "seal_key",
        columns: &[
            ("id", Text),
            ("kind", Text),
            ("owner", Text),
            ("wrapped_by", Text),
            ("wrapped", Bytes),
            ("created_at", Text),
            ("ended_at", Text),
        ],
        key: 1,
        page: 500,
    },
    Table {
        name: "record",
        columns: &[
            ("id", Text),
            ("noun", Text),
            ("version", Integer),
            ("patient", Text),
            ("visit", Text),
            ("facility", Text),
            ("clinician", Text),
            ("day", Text),
            ("state", Text),
            ("library", Text),
            ("created_at", Text),
            ("changed_at", Text),
            ("seal_key", Text),
            ("sealed", Bytes),
        ],
        key: 1,
        page: 100,
    },
    Table { name: "look_up", columns: &[("field", Text), ("hash", Bytes), ("record", Text)], key: 3, page: 500 },
    Table { name: "content", columns: &[("document", Text), ("seal_key", Text), ("sealed", Bytes)], key: 1, page: 2 },
    Table {
        name: "audit",
        columns: &[
            ("seq", Integer),
            ("at", Text),
            ("actor", Text),
            ("session", Text),
            ("action", Text),
            ("noun", Text),
            ("record", Text),
            ("patient", Text),
            ("purpose", Text),
            ("request", Text),
            ("note", Bytes),
            ("row_hash", Bytes),
            ("before", Bytes),
            ("hash", Bytes),
        ],
        key: 1,
        page: 500,
    },
    Table {
        name: "reply",
        columns: &[("id", Text), ("request", Bytes), ("seal_key", Text), ("sealed", Bytes), ("at", Text)],
        key: 1,
        page: 100,
    },
    Table {
        name: "backup",
        columns: &[("id", Text), ("at", Text), ("keep_until", Text), ("seq", Integer)],
        key: 1,
        page: 500,
    },
    Table {
        name: "audit_head",
        columns: &[("practice", Text), ("seq", Integer), ("hash", Bytes), ("seal_key", Text), ("single", Integer)],
        key: 1,
        page: 1,
    },
];

/// Longest value of a row: the content of a document, sealed.
const VALUE_BYTES_MAX: u32 = crate::document::BYTES_MAX as u32 * 4;

/// What stands in a column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Value {
    Null,
    Integer(i64),
    Text(String),
    Bytes(Vec<u8>),
}

/// Adds a value to a statement; the type of one that is not there follows from its column.
macro_rules! push_value {
    ($list:expr, $value:expr, $type:expr) => {
        match ($value, $type) {
            (Value::Integer(value), _) => $list.push_bind(*value),
            (Value::Text(value), _) => $list.push_bind(value.clone()),
            (Value::Bytes(value), _) => $list.push_bind(value.clone()),
            (Value::Null, Type::Integer) => $list.push_bind(None::<i64>),
            (Value::Null, Type::Text) => $list.push_bind(None::<String>),
            (Value::Null, Type::Bytes) => $list.push_bind(None::<Vec<u8>>),
        }
    };
}

impl Table {
    pub(super) fn named(name: &str) -> Option<&'static Table> {
        TABLES.iter().find(|table| table.name == name)
    }

    pub(super) async fn count(&self, tx: &mut Tx) -> Result<u64, StoreError> {
        let count = on!(tx, connection: Driver => {
            let mut sql = sqlx::QueryBuilder::<Driver>::new("SELECT COUNT(*) FROM ");
            sql.push(self.name);
            sql.build_query_scalar::<i64>().fetch_one(connection).await
        })?;
        Ok(count.unsigned_abs())
    }

    /// The rows that follow a row, in the order of their keys; none of them at the end.
    pub(super) async fn page(&self, tx: &mut Tx, after: Option<&[Value]>) -> Result<Vec<Vec<Value>>, StoreError> {
        let key = || self.columns[..self.key].iter().map(|(name, _)| *name);
        on!(tx, connection: Driver => {
            let mut sql = sqlx::QueryBuilder::<Driver>::new("SELECT ");
            names(self.columns.iter().map(|(name, _)| *name), |name| { sql.push(name); });
            sql.push(" FROM ").push(self.name);
            if let Some(after) = after {
                sql.push(" WHERE (");
                names(key(), |name| { sql.push(name); });
                sql.push(") > (");
                let mut list = sql.separated(", ");
                for (value, (_, kind)) in after.iter().zip(&self.columns[..self.key]) {
                    push_value!(list, value, *kind);
                }
                sql.push(")");
            }
            sql.push(" ORDER BY ");
            names(key(), |name| { sql.push(name); });
            sql.push(" LIMIT ").push_bind(self.page);
            let found = sql.build().fetch_all(connection).await?;
            found.iter().map(|row| {
                self.columns.iter().enumerate().map(|(place, (_, kind))| Ok(match kind {
                    Type::Integer => row.try_get::<Option<i64>, _>(place)?.map_or(Value::Null, Value::Integer),
                    Type::Text => row.try_get::<Option<String>, _>(place)?.map_or(Value::Null, Value::Text),
                    Type::Bytes => row.try_get::<Option<Vec<u8>>, _>(place)?.map_or(Value::Null, Value::Bytes),
                })).collect()
            }).collect::<Result<_, sqlx::Error>>().map_err(StoreError::from)
        })
    }

    /// Keeps a row. `columns` are those that the backup has.
    pub(super) async fn insert(&self, tx: &mut Tx, columns: &[usize], row: &[Value]) -> Result<(), StoreError> {
        on!(tx, connection: Driver => {
            let mut sql = sqlx::QueryBuilder::<Driver>::new("INSERT INTO ");
            sql.push(self.name).push(" (");
            names(columns.iter().map(|place| self.columns[*place].0), |name| { sql.push(name); });
            sql.push(") VALUES (");
            let mut list = sql.separated(", ");
            for (value, place) in row.iter().zip(columns) {
                push_value!(list, value, self.columns[*place].1);
            }
            sql.push(")");
            sql.build().execute(connection).await.map(drop)
        })?;
        Ok(())
    }
}

fn names(names: impl Iterator<Item = &'static str>, mut push: impl FnMut(&str)) {
    for (place, name) in names.enumerate() {
        if place > 0 {
            push(", ");
        }
        push(name);
    }
}

/// A row as bytes: for each value its kind, and a length before what has one.
pub(super) fn write_row(out: &mut impl Write, row: &[Value]) -> io::Result<()> {
    for value in row {
        let (kind, bytes): (u8, &[u8]) = match value {
            Value::Null => (0, &[]),
            Value::Integer(value) => {
                out.write_all(&[1])?;
                out.write_all(&value.to_be_bytes())?;
                continue;
            }
            Value::Text(value) => (2, value.as_bytes()),
            Value::Bytes(value) => (3, value),
        };
        out.write_all(&[kind])?;
        if kind > 0 {
            let length = u32::try_from(bytes.len()).map_err(|_| io::ErrorKind::InvalidData)?;
            out.write_all(&length.to_be_bytes())?;
            out.write_all(bytes)?;
        }
    }
    Ok(())
}

/// A row of so many values; none, if the bytes are no row.
pub(super) fn read_row<R: io::Read>(from: &mut Reader<R>, count: usize) -> Result<Option<Vec<Value>>, OpenError> {
    let mut row = Vec::with_capacity(count);
    for _ in 0..count {
        let kind = from.take(1)?[0];
        row.push(match kind {
            0 => Value::Null,
            1 => Value::Integer(i64::from_be_bytes(from.take(8)?.try_into().expect("eight bytes"))),
            2 | 3 => {
                let length = u32::from_be_bytes(from.take(4)?.try_into().expect("four bytes"));
                if length > VALUE_BYTES_MAX {
                    return Ok(None);
                }
                let bytes = from.take(length as usize)?;
                if kind == 3 {
                    Value::Bytes(bytes)
                } else {
                    let Ok(text) = String::from_utf8(bytes) else { return Ok(None) };
                    Value::Text(text)
                }
            }
            _ => return Ok(None),
        });
    }
    Ok(Some(row))
}
