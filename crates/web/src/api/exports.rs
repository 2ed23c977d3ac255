//! Everything that a practice keeps, given out as lines: no lock-in for programs either.
//!
//! A file is worked out while it is sent: none lies on this machine in the clear, and none has to fit into memory.

use std::io;
use std::pin::Pin;
use std::sync::{Arc, LazyLock};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::Json;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use futures_core::Stream;
use serde::Deserialize;
use serde_json::{Value, json};
use store::export::{Form, Lines};
use store::nouns::Practice;
use store::{Action, AuditLines, Id, StoreError};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};

use super::operation::Operation;
use crate::Desk;
use crate::access::Routes;
use crate::error::Problem;
use crate::extract::{Path, Query};
use crate::who::Who;

pub(super) fn routes(routes: Routes) -> Routes {
    use super::operation::Holds::{Lines, One, Table};
    use crate::access::Right::{AuditRead, Export};
    let get = Operation::get;
    routes
        .operation(get("/v1/exports", Export, "exports", "What there is to take along, by noun", One("Exports")), nouns)
        .operation(
            get("/v1/exports/{noun}", Export, "exportRecords", "Every record of a noun", Table).query(
                "format",
                "json-lines|csv",
                "How it is written; lines of JSON, if it is missing",
            ),
            records,
        )
        .operation(
            get(
                "/v1/audit/export",
                AuditRead,
                "exportAudit",
                "The whole audit, as `covered audit verify` checks it",
                Lines,
            ),
            audit,
        )
}

/// Exports at once: each holds one of the few connections that read.
const AT_ONCE_MAX: usize = 2;
/// Parts that wait for the one who fetches them.
const PARTS_WAITING: usize = 2;
/// Who takes no part for so long has gone away.
const PART_TIME_MAX: Duration = Duration::from_secs(60);

static EXPORTING: LazyLock<Arc<Semaphore>> = LazyLock::new(|| Arc::new(Semaphore::new(AT_ONCE_MAX)));

/// What there is to give out.
async fn nouns(State(desk): State<Desk>) -> Result<Response, Problem> {
    let found = desk.store().export_nouns().await?;
    let items: Vec<Value> = found.iter().map(|(noun, records)| json!({ "noun": noun, "records": records })).collect();
    Ok(Json(json!({ "items": items })).into_response())
}

#[derive(Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Format {
    #[default]
    JsonLines,
    Csv,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Which {
    #[serde(default)]
    format: Format,
}

/// The records of a noun.
async fn records(
    State(desk): State<Desk>,
    who: Who,
    Path(noun): Path<String>,
    Query(which): Query<Which>,
) -> Result<Response, Problem> {
    let permit = permit(&who)?;
    if !desk.store().export_nouns().await?.iter().any(|(known, _)| *known == noun) {
        return Err(Problem::not_found());
    }
    let (form, media, extension) = match which.format {
        Format::JsonLines => (Form::JsonLines, JSON_LINES, "jsonl"),
        Format::Csv => (Form::Csv, "text/csv; charset=utf-8", "csv"),
    };
    let lines = desk.store().export_noun(&who.act(&desk), &noun, form).await?;
    given_out(Parts::Records(Box::new(lines)), permit, media, &format!("{noun}.{extension}")).await
}

/// The audit, as `covered audit verify` checks it.
async fn audit(State(desk): State<Desk>, who: Who) -> Result<Response, Problem> {
    let permit = permit(&who)?;
    let mut work = desk.store().begin(&who.act(&desk)).await?;
    work.note::<Practice>(Action::Export, None::<Id<Practice>>, None, None)?;
    work.commit().await?;
    let lines = desk.store().audit_lines(desk.now()).await?;
    given_out(Parts::Audit(Box::new(lines)), permit, JSON_LINES, "audit.jsonl").await
}

const JSON_LINES: &str = "application/jsonl";

/// Whoever works at some facilities alone gets no export: it holds the records of all.
fn permit(who: &Who) -> Result<OwnedSemaphorePermit, Problem> {
    if !who.facilities.is_empty() {
        return Err(Problem::every_facility());
    }
    Arc::clone(&EXPORTING)
        .try_acquire_owned()
        .map_err(|_| Problem::unavailable("as many exports are under way as may be at once"))
}

enum Parts {
    Records(Box<Lines>),
    Audit(Box<AuditLines>),
}

impl Parts {
    async fn next(&mut self) -> Result<Option<Vec<u8>>, StoreError> {
        match self {
            Self::Records(lines) => lines.next().await,
            Self::Audit(lines) => Ok(lines.next().await?.map(String::into_bytes)),
        }
    }
}

/// The parts as a response. The first is worked out before its head is sent, so that what cannot be done is told as a problem; what fails
/// later breaks the transfer off, and nobody takes half a file for a whole one.
async fn given_out(
    mut parts: Parts,
    permit: OwnedSemaphorePermit,
    media: &'static str,
    name: &str,
) -> Result<Response, Problem> {
    let first = parts.next().await?;
    let (to, from) = mpsc::channel(PARTS_WAITING);
    tokio::spawn(async move {
        let _permit = permit;
        let mut next = first.map(Ok);
        while let Some(part) = next {
            let is_last = part.is_err();
            let sent = to.send_timeout(part.map(Bytes::from), PART_TIME_MAX).await;
            if sent.is_err() || is_last {
                return;
            }
            next = parts.next().await.transpose().map(|part| {
                part.map_err(|error| {
                    tracing::error!(code = error.code(), "an export broke off");
                    io::Error::other("an export broke off")
                })
            });
        }
    });
    let headers = [
        (header::CONTENT_TYPE, media.to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")),
    ];
    Ok((headers, Body::from_stream(Received(from))).into_response())
}

/// Parts as they come.
struct Received(mpsc::Receiver<io::Result<Bytes>>);

impl Stream for Received {
    type Item = io::Result<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.poll_recv(context)
    }
}
