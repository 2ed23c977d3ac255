//! Documents: filed with a patient or a visit, listed, seen, taken away.

use askama::Template;
use axum::extract::{Multipart, Path, Query as UrlQuery, State};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;
use store::document::MediaType;
use store::nouns::{Document, Patient, Visit};
use store::{Cursor, Id, Order, Phi, Query, Stored};

use super::form::{Field, Kind};
use super::frame::{Frame, Section};
use super::list::{Cell, Empty, List, columns};
use super::sent::Sent;
use super::{Html, csv, page, parts, people, see};
use crate::Desk;
use crate::access::{Right, Routes};
use crate::desk::documents::Incoming;
use crate::error::Problem;
use crate::layers::UPLOAD_BYTES_MAX;
use crate::who::Who;

/// Documents of one page.
const PAGE: usize = 50;
/// A field of the form beside the file.
const FIELD_BYTES_MAX: usize = 4096;

pub(super) fn routes(routes: Routes) -> Routes {
    routes
        .get("/patients/{id}/documents", Right::DocumentRead, browse)
        .get("/patients/{id}/documents/new", Right::DocumentWrite, new)
        .post_large("/patients/{id}/documents", Right::DocumentWrite, UPLOAD_BYTES_MAX, file)
        .get("/documents/{id}", Right::DocumentRead, show)
        .get("/documents/{id}/content", Right::DocumentRead, content)
        .post("/documents/{id}/remove", Right::DocumentRemove, remove)
}

/// How much it is, as people say it.
fn size(bytes: u64) -> String {
    match bytes {
        0..1_000 => format!("{bytes} bytes"),
        1_000..1_000_000 => format!("{} kB", bytes / 1_000),
        _ => format!("{}.{} MB", bytes / 1_000_000, bytes % 1_000_000 / 100_000),
    }
}

fn media(document: &Document) -> &'static str {
    match MediaType::from_word(&document.media_type) {
        Some(MediaType::Pdf) => "Paper (PDF)",
        Some(MediaType::Jpeg | MediaType::Png) => "Picture",
        None => "File",
    }
}

/// Documents as a list.
pub(super) fn table(documents: &[Stored<Document>], empty: Empty) -> List {
    let row = |document: &Stored<Document>| {
        vec![
            Cell::Link {
                href: format!("/documents/{}", document.id),
                text: document.name.reveal().clone(),
                below: document.kind.clone(),
            },
            Cell::text(media(document)),
            Cell::text(document.taken.map_or_else(|| "not recorded".to_owned(), parts::day)),
            Cell::text(parts::moment(document.created_at)),
            Cell::text(size(document.bytes)),
        ]
    };
    List {
        caption: "Documents".to_owned(),
        columns: columns(&["Document", "What", "Taken", "Filed", "Size"]),
        rows: documents.iter().map(row).collect(),
        empty,
    }
}

/// Where a list goes on, and in which form.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Browse {
    after: String,
    format: String,
}

#[derive(Template)]
#[template(path = "documents.html")]
struct Browsed {
    frame: Frame,
    id: Id<Patient>,
    name: String,
    table: List,
    next: Option<String>,
    may_write: bool,
    may_export: bool,
}

async fn browse(
    State(desk): State<Desk>,
    who: Who,
    Path(id): Path<Id<Patient>>,
    UrlQuery(browse): UrlQuery<Browse>,
) -> Result<Response, Problem> {
    let is_file = browse.format == "csv";
    if is_file && !who.may(Right::Export) {
        return Err(Problem::no_right(Right::Export));
    }
    let patient = desk.read(&who, id).await?;
    let limit = if is_file { store::PAGE_MAX } else { PAGE };
    let query = Query::<Document>::all().patient(id).order(Order::Newest).limit(limit);
    let found = desk.list(&who, &query.after(browse.after.parse::<Cursor>().ok())).await?;
    let may_write = who.may(Right::DocumentWrite);
    let act = may_write.then(|| ("File the first one", format!("/patients/{id}/documents/new")));
    let text = "Photographs of what is treated, cards of plans, consents and reports belong here.";
    let table = table(&found.items, Empty { title: "No document yet", text, act });
    if is_file {
        return Ok(csv(&table, "documents"));
    }
    let frame = Frame::new(&desk, &who, "Documents", Section::Patients).await?;
    let (name, next) = (people::name(&patient), found.next.map(|cursor| cursor.to_string()));
    Ok(page(&Browsed { frame, id, name, table, next, may_write, may_export: who.may(Right::Export) })?.into_response())
}

/// The visit that a document is filed with.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct With {
    visit: Option<String>,
}

#[derive(Template)]
#[template(path = "document_form.html")]
struct FilePage {
    frame: Frame,
    id: Id<Patient>,
    name: String,
    visit: Option<String>,
    fields: Vec<Field>,
    trouble: Option<String>,
    megabytes: usize,
}

impl FilePage {
    async fn new(
        desk: &Desk,
        who: &Who,
        id: Id<Patient>,
        sent: &Sent,
        problem: Option<&Problem>,
    ) -> Result<Self, Problem> {
        let patient = desk.read(who, id).await?;
        let trouble = |of: &str| {
            let field = problem?.fields.iter().find(|field| field.pointer == of)?;
            Some(format!("{}: {}.", parts::sentence(&field.detail), field.next))
        };
        let kinds = desk.document_kinds().map(|kind| (kind.to_owned(), parts::sentence(kind))).collect();
        let fields = vec![
            Field::text("name", "Name", sent.get("name"))
                .hint("What it shows, in a few words.")
                .wrong(trouble("/name"))
                .required(),
            Field::new("kind", "Kind", Kind::Select(kinds), sent.get("kind")).wrong(trouble("/kind")),
            Field::date("taken", "Taken or signed on", sent.get("taken")).wrong(trouble("/taken")),
        ];
        Ok(Self {
            frame: Frame::new(desk, who, "File a document", Section::Patients).await?,
            id,
            name: people::name(&patient),
            visit: sent.some("visit"),
            fields,
            trouble: trouble("/content").or_else(|| trouble("/visit")),
            megabytes: UPLOAD_BYTES_MAX / (1024 * 1024),
        })
    }
}

async fn new(
    State(desk): State<Desk>,
    who: Who,
    Path(id): Path<Id<Patient>>,
    UrlQuery(with): UrlQuery<With>,
) -> Result<Html<String>, Problem> {
    let sent = Sent(with.visit.into_iter().map(|visit| ("visit".to_owned(), visit)).collect());
    page(&FilePage::new(&desk, &who, id, &sent, None).await?)
}

/// The fields of an upload, and the file.
async fn received(mut upload: Multipart) -> Result<(Sent, Vec<u8>), Problem> {
    let broken = |error: axum::extract::multipart::MultipartError| {
        if error.status() == StatusCode::PAYLOAD_TOO_LARGE {
            Problem::too_large()
        } else {
            Problem::malformed("the form broke off")
        }
    };
    let (mut sent, mut file) = (Sent::default(), Vec::new());
    while let Some(part) = upload.next_field().await.map_err(broken)? {
        let name = part.name().unwrap_or_default().to_owned();
        let bytes = part.bytes().await.map_err(broken)?;
        if name == "file" {
            file = bytes.to_vec();
        } else if bytes.len() <= FIELD_BYTES_MAX
            && let Ok(text) = String::from_utf8(bytes.to_vec())
        {
            sent.0.insert(name, text);
        }
    }
    Ok((sent, file))
}

async fn file(
    State(desk): State<Desk>,
    who: Who,
    Path(id): Path<Id<Patient>>,
    upload: Result<Multipart, axum::extract::multipart::MultipartRejection>,
) -> Result<Response, Problem> {
    let upload = upload.map_err(|_| Problem::malformed("this is no form with a file"))?;
    let (sent, file) = received(upload).await?;
    match filed(&desk, &who, id, &sent, file).await {
        Ok(document) if who.may(Right::DocumentRead) => Ok(see(&format!("/documents/{document}"))),
        Ok(_) => Ok(see(&format!("/patients/{id}?filed=yes"))),
        Err(problem) if !problem.fields.is_empty() => {
            let shown = page(&FilePage::new(&desk, &who, id, &sent, Some(&problem)).await?)?;
            Ok((problem.status, shown).into_response())
        }
        Err(problem) => Err(problem),
    }
}

async fn filed(
    desk: &Desk,
    who: &Who,
    patient: Id<Patient>,
    sent: &Sent,
    file: Vec<u8>,
) -> Result<Id<Document>, Problem> {
    let wrong = |field: &str, says: &str| Problem::field(field, "W0602", says.to_owned(), "correct it");
    let visit: Option<Id<Visit>> = match sent.some("visit") {
        Some(id) => Some(id.parse().map_err(|_| wrong("/visit", "this names no visit"))?),
        None => None,
    };
    let taken = sent.day("taken").map_err(|says| wrong("/taken", says))?;
    let (kind, name) = (sent.get("kind").to_owned(), sent.get("name").to_owned());
    desk.file_document(who, Incoming { patient, visit, kind, name, taken, file }, None).await
}

#[derive(Template)]
#[template(path = "document.html")]
struct Shown {
    frame: Frame,
    id: Id<Document>,
    patient: Id<Patient>,
    whose: String,
    name: String,
    facts: Vec<(&'static str, String)>,
    visit: Option<Id<Visit>>,
    pixels: Option<(u32, u32)>,
    may_remove: bool,
    trouble: Option<String>,
}

async fn shown(desk: &Desk, who: &Who, id: Id<Document>, trouble: Option<String>) -> Result<Html<String>, Problem> {
    let document = desk.read(who, id).await?;
    let patient = desk.read(who, document.patient).await?;
    let frame = Frame::new(desk, who, "Document", Section::Patients).await?;
    let facts = vec![
        ("Kind", document.kind.clone()),
        ("What", media(&document).to_owned()),
        ("Taken", document.taken.map_or_else(|| "not recorded".to_owned(), parts::day)),
        ("Filed", parts::moment(document.created_at)),
        ("Size", size(document.bytes)),
        ("SHA-256 of the file that came", document.captured_sha256.clone()),
    ];
    page(&Shown {
        frame,
        id,
        patient: document.patient,
        whose: people::name(&patient),
        name: document.name.reveal().clone(),
        facts,
        visit: document.visit,
        pixels: document.pixels,
        may_remove: who.may(Right::DocumentRemove),
        trouble,
    })
}

async fn show(State(desk): State<Desk>, who: Who, Path(id): Path<Id<Document>>) -> Result<Html<String>, Problem> {
    shown(&desk, &who, id, None).await
}

/// What a document holds, as it is kept. A picture is shown, a paper is loaded down; neither runs anything, and no name tells whose it is.
pub(crate) fn response(id: Id<Document>, document: &Document, content: &Phi<Vec<u8>>) -> Response {
    let media = MediaType::from_word(&document.media_type);
    let ending = media.map_or("bin", MediaType::extension);
    let how = if matches!(media, Some(MediaType::Jpeg | MediaType::Png)) { "inline" } else { "attachment" };
    let word = media.map_or("application/octet-stream", MediaType::word);
    let disposition = HeaderValue::from_str(&format!("{how}; filename=\"{id}.{ending}\""))
        .expect("INVARIANT: an identifier is ASCII");
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(word)),
        (header::CONTENT_DISPOSITION, disposition),
        (
            header::CONTENT_SECURITY_POLICY,
            HeaderValue::from_static("default-src 'none'; sandbox; frame-ancestors 'none'"),
        ),
        (HeaderName::from_static("x-content-type-options"), HeaderValue::from_static("nosniff")),
    ];
    (headers, content.reveal().clone()).into_response()
}

async fn content(State(desk): State<Desk>, who: Who, Path(id): Path<Id<Document>>) -> Result<Response, Problem> {
    let (document, content) = desk.document(&who, id).await?;
    Ok(response(id, &document, &content))
}

async fn remove(
    State(desk): State<Desk>,
    who: Who,
    Path(id): Path<Id<Document>>,
    axum::Form(sent): axum::Form<Sent>,
) -> Result<Response, Problem> {
    match desk.remove_document(&who, id, sent.get("reason")).await {
        Ok(document) => Ok(see(&format!("/patients/{}/documents", document.patient))),
        Err(problem) if !problem.fields.is_empty() => {
            let first =
                problem.fields.first().map(|field| format!("{}: {}.", parts::sentence(&field.detail), field.next));
            Ok((problem.status, shown(&desk, &who, id, first).await?).into_response())
        }
        Err(problem) => Err(problem),
    }
}

#[cfg(test)]
mod tests {
    use super::size;

    #[test]
    fn sizes_are_said_in_three_ways() {
        assert_eq!(
            [999, 1_000, 999_999, 1_000_000, 12_345_678].map(size),
            ["999 bytes", "1 kB", "999 kB", "1.0 MB", "12.3 MB"]
        );
    }
}
