//! Documents: filed with their content, and given out as they are kept.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use data_encoding::BASE64;
use jiff::civil::Date;
use serde::Deserialize;
use serde_json::json;
use store::Id;
use store::nouns::{Document, Patient, Visit};

use super::operation::Operation;
use super::records;
use super::written::Written;
use crate::Desk;
use crate::access::Routes;
use crate::desk::documents::Incoming;
use crate::error::Problem;
use crate::extract::{Body, Path};
use crate::layers::UPLOAD_BYTES_MAX;
use crate::who::Who;

pub(super) fn routes(routes: Routes) -> Routes {
    use super::operation::Holds::{File, Nothing, One, Page, Record};
    use crate::access::Right::{DocumentRead, DocumentRemove, DocumentWrite};
    let (get, post) = (Operation::get, Operation::post);
    routes
        .operation(
            get("/v1/documents", DocumentRead, "documents", "Documents", Page("Document"))
                .query("patient", "id", "Whose")
                .query("visit", "id", "Of which visit"),
            records::list::<Document>,
        )
        .operation(
            get("/v1/documents/{id}", DocumentRead, "document", "What a document is", Record("Document")),
            records::one::<Document>,
        )
        .operation(
            post(
                "/v1/documents",
                DocumentWrite,
                "fileDocument",
                "File a picture or a paper",
                One("FileDocument"),
                One("Filed"),
            )
            .large(BYTES_MAX)
            .once(),
            file,
        )
        .operation(
            get("/v1/documents/{id}/content", DocumentRead, "documentContent", "What a document holds", File),
            content,
        )
        .operation(
            post(
                "/v1/documents/{id}/removal",
                DocumentRemove,
                "removeDocument",
                "Take a document away, with a reason",
                One("Reason"),
                Nothing,
            ),
            remove,
        )
}

/// A file in base 64 takes a third more, and what stands around it little.
pub(crate) const BYTES_MAX: usize = UPLOAD_BYTES_MAX / 3 * 4 + 64 * 1024;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct FileDocument {
    patient: Id<Patient>,
    visit: Option<Id<Visit>>,
    kind: String,
    name: String,
    taken: Option<Date>,
    content: String,
}

async fn file(
    State(desk): State<Desk>,
    who: Who,
    Written { body, once }: Written<FileDocument>,
) -> Result<Response, Problem> {
    let FileDocument { patient, visit, kind, name, taken, content } = body;
    let file = BASE64.decode(content.as_bytes()).map_err(|_| {
        Problem::field(
            "/content",
            "W0208",
            "this is not base 64",
            "encode the file by the alphabet of RFC 4648, section 4",
        )
    })?;
    drop(content);
    let incoming = Incoming { patient, visit, kind, name, taken, file };
    let id = desk.file_document(&who, incoming, once.as_ref()).await?;
    Ok((StatusCode::CREATED, Json(json!({ "id": id }))).into_response())
}

async fn content(State(desk): State<Desk>, who: Who, Path(id): Path<Id<Document>>) -> Result<Response, Problem> {
    let (document, content) = desk.document(&who, id).await?;
    Ok(crate::pages::documents::response(id, &document, &content))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Removal {
    reason: String,
}

async fn remove(
    State(desk): State<Desk>,
    who: Who,
    Path(id): Path<Id<Document>>,
    Body(Removal { reason }): Body<Removal>,
) -> Result<StatusCode, Problem> {
    desk.remove_document(&who, id, &reason).await?;
    Ok(StatusCode::NO_CONTENT)
}
