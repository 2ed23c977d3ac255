//! The database behind the store's back, as somebody who has a hand on it.

use sqlx::{AssertSqlSafe, Connection as _};
use store::Database;

use crate::databases::Setting;

impl Setting {
    /// Runs a statement.
    pub(crate) async fn sql(&self, sql: String) {
        match &self.options.database {
            Database::Sqlite(folder) => {
                let options = sqlx::sqlite::SqliteConnectOptions::new().filename(folder.join("covered.db"));
                // What belongs together may be torn apart.
                let options = options.foreign_keys(false).busy_timeout(std::time::Duration::from_secs(20));
                let mut connection = sqlx::SqliteConnection::connect_with(&options).await.unwrap();
                sqlx::query(AssertSqlSafe(sql)).execute(&mut connection).await.unwrap();
                connection.close().await.unwrap();
            }
            Database::Postgres(url) => {
                let mut connection = sqlx::PgConnection::connect(url).await.unwrap();
                sqlx::query(AssertSqlSafe(sql)).execute(&mut connection).await.unwrap();
                connection.close().await.unwrap();
            }
            _ => unreachable!("two databases"),
        }
    }

    /// Takes away what keeps entries of the audit from being changed, as who owns the tables can.
    pub(crate) async fn unguard_audit(&self) {
        match &self.options.database {
            Database::Sqlite(_) => {
                self.sql("DROP TRIGGER audit_is_not_changed".to_string()).await;
                self.sql("DROP TRIGGER audit_is_not_taken_away".to_string()).await;
            }
            _ => self.sql("DROP TRIGGER audit_stays ON audit".to_string()).await,
        }
    }

    /// Runs a statement that the database refuses, and gives its reason.
    pub(crate) async fn refused(&self, sql: &'static str) -> String {
        let refused = match &self.options.database {
            Database::Sqlite(folder) => {
                let url = format!("sqlite://{}", folder.join("covered.db").display());
                let mut connection = sqlx::SqliteConnection::connect(&url).await.unwrap();
                sqlx::query(sql).execute(&mut connection).await.map(|_| ())
            }
            Database::Postgres(url) => {
                let mut connection = sqlx::PgConnection::connect(url).await.unwrap();
                sqlx::query(sql).execute(&mut connection).await.map(|_| ())
            }
            _ => unreachable!("two databases"),
        };
        refused.unwrap_err().to_string()
    }

    /// How many rows a table has.
    pub(crate) async fn rows_of(&self, table: &str) -> i64 {
        let sql = format!("SELECT COUNT(*) FROM {table}");
        match &self.options.database {
            Database::Sqlite(folder) => {
                let url = format!("sqlite://{}", folder.join("covered.db").display());
                let mut connection = sqlx::SqliteConnection::connect(&url).await.unwrap();
                let count = sqlx::query_scalar(AssertSqlSafe(sql)).fetch_one(&mut connection).await.unwrap();
                connection.close().await.unwrap();
                count
            }
            Database::Postgres(url) => {
                let mut connection = sqlx::PgConnection::connect(url).await.unwrap();
                let count = sqlx::query_scalar(AssertSqlSafe(sql)).fetch_one(&mut connection).await.unwrap();
                connection.close().await.unwrap();
                count
            }
            _ => unreachable!("two databases"),
        }
    }

    /// `table.column` of every table of ours, sorted.
    pub(crate) async fn columns(&self) -> Vec<String> {
        let mut columns: Vec<String> = match &self.options.database {
            Database::Sqlite(folder) => {
                let url = format!("sqlite://{}", folder.join("covered.db").display());
                let mut connection = sqlx::SqliteConnection::connect(&url).await.unwrap();
                let sql = "SELECT tables.name || '.' || columns.name FROM sqlite_schema tables, pragma_table_info(tables.name) columns \
                           WHERE tables.type = 'table' AND tables.name NOT LIKE '\\_sqlx%' ESCAPE '\\'";
                let columns = sqlx::query_scalar(sql).fetch_all(&mut connection).await.unwrap();
                connection.close().await.unwrap();
                columns
            }
            Database::Postgres(url) => {
                let mut connection = sqlx::PgConnection::connect(url).await.unwrap();
                let sql = "SELECT table_name || '.' || column_name FROM information_schema.columns \
                           WHERE table_schema = 'public' AND table_name NOT LIKE '\\_sqlx%'";
                let columns = sqlx::query_scalar(sql).fetch_all(&mut connection).await.unwrap();
                connection.close().await.unwrap();
                columns
            }
            _ => unreachable!("two databases"),
        };
        columns.sort();
        columns
    }
}
