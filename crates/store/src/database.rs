//! Both databases behind one enum. Every statement is written once, and compiled and tested for each.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

use sqlx::migrate::Migrator;
use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{Postgres, Sqlite, Transaction};

use crate::StoreError;
use crate::pending::Pending;

/// The name of the database in its directory.
pub(crate) const FILE: &str = "covered.db";

/// How long a writer waits for another before it is told that the database is busy.
pub(crate) const WAIT: Duration = Duration::from_secs(20);

/// Connections that read beside the one that writes.
const SQLITE_READERS: u32 = 4;

const POSTGRES_CONNECTIONS: u32 = 10;

/// Migrations whose text serves both databases, and those that each has of its own under the same numbers.
static OF_BOTH: Migrator = sqlx::migrate!("../../migrations");
static OF_SQLITE: Migrator = sqlx::migrate!("../../migrations/sqlite");
static OF_POSTGRES: Migrator = sqlx::migrate!("../../migrations/postgres");

fn with_both(own: &Migrator) -> Migrator {
    Migrator::with_migrations(OF_BOTH.iter().chain(own.iter()).cloned().collect())
}

/// The last migration that this program knows.
pub(crate) fn newest_migration() -> i64 {
    OF_BOTH.iter().chain(OF_SQLITE.iter()).map(|migration| migration.version).max().unwrap_or_default()
}

/// Where the records lie.
#[derive(Clone)]
#[non_exhaustive]
pub enum Database {
    /// SQLite in this directory, which is made if it is not there.
    Sqlite(PathBuf),
    /// PostgreSQL by URL. The URL may hold a password and is never shown.
    Postgres(String),
}

impl Database {
    /// `postgres://…` or a directory.
    pub fn parse(text: &str) -> Database {
        if text.starts_with("postgres://") || text.starts_with("postgresql://") {
            Database::Postgres(text.to_string())
        } else {
            Database::Sqlite(PathBuf::from(text))
        }
    }

    /// The directory of the data, where there is one.
    pub fn directory(&self) -> Option<&Path> {
        match self {
            Database::Sqlite(directory) => Some(directory),
            Database::Postgres(_) => None,
        }
    }
}

impl fmt::Debug for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Database::Sqlite(directory) => write!(f, "Sqlite({directory:?})"),
            Database::Postgres(_) => f.write_str("Postgres([url])"),
        }
    }
}

/// Connections to a database.
pub(crate) enum Pool {
    Sqlite { writer: SqlitePool, readers: SqlitePool },
    Postgres(PgPool),
}

/// A transaction on either, with what its acts have not written yet.
pub(crate) struct Tx {
    pub(crate) connection: Connection,
    pub(crate) pending: Pending,
}

/// What a transaction is to its database.
pub(crate) enum Connection {
    Sqlite(Transaction<'static, Sqlite>),
    Postgres(Transaction<'static, Postgres>),
    /// Committed, rolled back or handed on: nothing more is asked of it.
    Ended,
}

/// One body for both databases, whatever waits to be written: `connected!(tx, connection: Database => …)`.
macro_rules! connected {
    ($tx:expr, $connection:ident $(: $database:ident)? => $body:expr) => {
        match &mut $tx.connection {
            $crate::database::Connection::Sqlite(transaction) => {
                $(type $database = sqlx::Sqlite;)?
                let $connection = &mut **transaction;
                $body
            }
            $crate::database::Connection::Postgres(transaction) => {
                $(type $database = sqlx::Postgres;)?
                let $connection = &mut **transaction;
                $body
            }
            $crate::database::Connection::Ended => Err(sqlx::Error::PoolClosed.into()),
        }
    };
}

/// One body for both databases: `on!(tx, connection => …)`, or `on!(tx, connection: Database => …)` where the body names the database.
/// What waits is written before.
macro_rules! on {
    ($tx:expr, $connection:ident $(: $database:ident)? => $body:expr) => {{
        let tx: &mut $crate::database::Tx = $tx;
        match tx.ready().await {
            Ok(()) => $crate::database::connected!(tx, $connection $(: $database)? => $body),
            Err(error) => Err(error.into()),
        }
    }};
}

/// Runs a statement and gives the number of rows that it touched.
macro_rules! execute {
    ($tx:expr, $sql:expr $(, $bind:expr)* $(,)?) => {
        $crate::database::on!($tx, connection =>
            sqlx::query($sql)$(.bind($bind))*.execute(connection).await.map(|done| done.rows_affected())
        ).map_err($crate::StoreError::from)
    };
}

/// The rows of a query as tuples.
macro_rules! rows {
    ($tx:expr, $row:ty, $sql:expr $(, $bind:expr)* $(,)?) => {
        $crate::database::on!($tx, connection =>
            sqlx::query_as::<_, $row>($sql)$(.bind($bind))*.fetch_all(connection).await
        ).map_err($crate::StoreError::from)
    };
}

/// The first row of a query, if there is one.
macro_rules! row {
    ($tx:expr, $row:ty, $sql:expr $(, $bind:expr)* $(,)?) => {
        $crate::database::on!($tx, connection =>
            sqlx::query_as::<_, $row>($sql)$(.bind($bind))*.fetch_optional(connection).await
        ).map_err($crate::StoreError::from)
    };
}

pub(crate) use {connected, execute, on, row, rows};

impl Pool {
    /// Connects, and migrates forward.
    pub(crate) async fn open(database: &Database) -> Result<Pool, StoreError> {
        let pool = Pool::connect(database).await?;
        pool.migrate_to(newest_migration()).await?;
        Ok(pool)
    }

    /// Brings the tables forward to a migration, and not beyond.
    pub(crate) async fn migrate_to(&self, version: i64) -> Result<(), StoreError> {
        match self {
            Pool::Sqlite { writer, .. } => with_both(&OF_SQLITE).run_to(version, writer).await?,
            Pool::Postgres(pool) => with_both(&OF_POSTGRES).run_to(version, pool).await?,
        }
        Ok(())
    }

    /// Whether a practice's records are there, whatever the version of their tables.
    pub(crate) async fn holds_practice(&self) -> Result<bool, StoreError> {
        let mut tx = self.read().await?;
        let tables = match &tx.connection {
            Connection::Sqlite(_) => {
                row!(&mut tx, (i64,), "SELECT COUNT(*) FROM sqlite_schema WHERE name = 'audit_head'")?
            }
            Connection::Postgres(_) | Connection::Ended => row!(
                &mut tx,
                (i64,),
                "SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = current_schema() AND table_name = 'audit_head'"
            )?,
        };
        if tables.is_none_or(|(count,)| count == 0) {
            return Ok(false);
        }
        Ok(row!(&mut tx, (i64,), "SELECT COUNT(*) FROM audit_head")?.is_some_and(|(count,)| count > 0))
    }

    /// Connects; on SQLite the directory and an empty database are made if they are not there.
    pub(crate) async fn connect(database: &Database) -> Result<Pool, StoreError> {
        match database {
            Database::Sqlite(directory) => {
                make_private(directory)?;
                let options = SqliteConnectOptions::new()
                    .filename(directory.join(FILE))
                    .create_if_missing(true)
                    .journal_mode(SqliteJournalMode::Wal)
                    .synchronous(SqliteSynchronous::Full)
                    .foreign_keys(true)
                    .busy_timeout(WAIT)
                    // What is deleted is overwritten, and what is sorted never leaves memory.
                    .pragma("secure_delete", "ON")
                    .pragma("temp_store", "MEMORY")
                    .pragma("cell_size_check", "ON");
                let writer = SqlitePoolOptions::new()
                    .max_connections(1)
                    .acquire_timeout(WAIT)
                    .connect_with(options.clone())
                    .await?;
                let readers = SqlitePoolOptions::new()
                    .max_connections(SQLITE_READERS)
                    .acquire_timeout(WAIT)
                    .connect_lazy_with(options.pragma("query_only", "ON"));
                Ok(Pool::Sqlite { writer, readers })
            }
            Database::Postgres(url) => {
                // A server that hangs in the middle of an act must not keep the others waiting for ever.
                let options = PgConnectOptions::from_str(url)?
                    .application_name("covered")
                    .options([("lock_timeout", "20s"), ("idle_in_transaction_session_timeout", "60s")]);
                let pool = PgPoolOptions::new()
                    .max_connections(POSTGRES_CONNECTIONS)
                    .acquire_timeout(WAIT)
                    .connect_with(options)
                    .await?;
                Ok(Pool::Postgres(pool))
            }
        }
    }

    /// A transaction that will write. On SQLite it takes the lock at once: one that reads first and writes later may find it gone.
    pub(crate) async fn write(&self) -> Result<Tx, StoreError> {
        Ok(Tx::new(match self {
            Pool::Sqlite { writer, .. } => Connection::Sqlite(writer.begin_with("BEGIN IMMEDIATE").await?),
            Pool::Postgres(pool) => Connection::Postgres(pool.begin().await?),
        }))
    }

    /// A transaction that sees one state of the whole database and writes nothing.
    pub(crate) async fn read(&self) -> Result<Tx, StoreError> {
        Ok(Tx::new(match self {
            Pool::Sqlite { readers, .. } => Connection::Sqlite(readers.begin().await?),
            Pool::Postgres(pool) => {
                Connection::Postgres(pool.begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await?)
            }
        }))
    }

    pub(crate) async fn close(&self) {
        match self {
            Pool::Sqlite { writer, readers } => {
                readers.close().await;
                writer.close().await;
            }
            Pool::Postgres(pool) => pool.close().await,
        }
    }
}

impl Tx {
    fn new(connection: Connection) -> Tx {
        Tx { connection, pending: Pending::default() }
    }

    /// One that ended.
    pub(crate) fn ended() -> Tx {
        Tx::new(Connection::Ended)
    }

    pub(crate) async fn commit(mut self) -> Result<(), StoreError> {
        self.ready().await?;
        match self.connection {
            Connection::Sqlite(transaction) => transaction.commit().await?,
            Connection::Postgres(transaction) => transaction.commit().await?,
            Connection::Ended => {}
        }
        Ok(())
    }

    pub(crate) async fn roll_back(self) {
        // What cannot be rolled back by word is rolled back with its connection.
        let _ = match self.connection {
            Connection::Sqlite(transaction) => transaction.rollback().await,
            Connection::Postgres(transaction) => transaction.rollback().await,
            Connection::Ended => Ok(()),
        };
    }
}

/// Makes the directory, if need be, and closes it to others.
fn make_private(directory: &Path) -> Result<(), StoreError> {
    use std::os::unix::fs::{DirBuilderExt as _, PermissionsExt as _};
    let problem = |source| StoreError::File { path: directory.to_path_buf(), source };
    if directory.is_dir() {
        let mode = std::fs::metadata(directory).map_err(problem)?.permissions().mode();
        if mode & 0o077 != 0 {
            std::fs::set_permissions(directory, std::fs::Permissions::from_mode(0o700)).map_err(problem)?;
        }
        return Ok(());
    }
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(directory).map_err(problem)
}
