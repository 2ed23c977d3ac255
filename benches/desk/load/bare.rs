//! The bare handler: a request's body becomes a row.

use std::net::SocketAddr;
use std::str::FromStr as _;

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::post;
use axum::serve::ListenerExt as _;
use axum::{Json, Router};
use serde_json::{Value, json};
use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous};
use store::Database;

/// As many as the store has.
const POSTGRES_CONNECTIONS: u32 = 10;

/// Serves it on a port of its own, until the process ends.
pub(crate) async fn serve(database: &Database) -> SocketAddr {
    let router = match database {
        Database::Sqlite(folder) => {
            let options = SqliteConnectOptions::new()
                .filename(folder.join("covered.db"))
                .journal_mode(SqliteJournalMode::Wal)
                .synchronous(SqliteSynchronous::Full)
                .busy_timeout(std::time::Duration::from_secs(20));
            let pool = SqlitePoolOptions::new().max_connections(1).connect_with(options).await.expect("the database");
            sqlx::query("CREATE TABLE bare (id TEXT NOT NULL PRIMARY KEY, body BLOB NOT NULL)")
                .execute(&pool)
                .await
                .expect("a table");
            Router::new().route("/v1/determinations", post(sqlite)).with_state(pool)
        }
        Database::Postgres(url) => {
            let options = PgConnectOptions::from_str(url).expect("a URL");
            let pool = PgPoolOptions::new()
                .max_connections(POSTGRES_CONNECTIONS)
                .connect_with(options)
                .await
                .expect("the database");
            sqlx::query("CREATE TABLE bare (id TEXT NOT NULL PRIMARY KEY, body BYTEA NOT NULL)")
                .execute(&pool)
                .await
                .expect("a table");
            Router::new().route("/v1/determinations", post(postgres)).with_state(pool)
        }
        _ => unreachable!("two databases"),
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("its address");
    // Neither server lets a reply wait for an acknowledgement.
    let listener = listener.tap_io(|stream| stream.set_nodelay(true).expect("a connection"));
    tokio::spawn(async move { axum::serve(listener, router).await });
    address
}

fn id() -> String {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).expect("the system gives random bytes");
    data_encoding::HEXLOWER.encode(&bytes)
}

const INSERT: &str = "INSERT INTO bare (id, body) VALUES ($1, $2)";

async fn sqlite(State(pool): State<SqlitePool>, Json(body): Json<Value>) -> (StatusCode, Json<Value>) {
    let id = id();
    sqlx::query(INSERT).bind(&id).bind(body.to_string().into_bytes()).execute(&pool).await.expect("a row");
    (StatusCode::CREATED, Json(json!({ "id": id })))
}

async fn postgres(State(pool): State<PgPool>, Json(body): Json<Value>) -> (StatusCode, Json<Value>) {
    let id = id();
    sqlx::query(INSERT).bind(&id).bind(body.to_string().into_bytes()).execute(&pool).await.expect("a row");
    (StatusCode::CREATED, Json(json!({ "id": id })))
}
