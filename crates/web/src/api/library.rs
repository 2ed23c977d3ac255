//! What the library holds, for programs that compose cases.

use ::library::policies::PolicySource;
use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use jiff::civil::Date;
use policy::ast::Grade;
use policy::dictionary::{Fact, FactType, GivenBy};
use policy::prose::{self, Item, Named};
use serde::Deserialize;
use serde_json::{Value, json};
use store::nouns::{Clinician, Facility};

use super::operation::Operation;
use crate::Desk;
use crate::access::Routes;
use crate::error::Problem;
use crate::extract::{Path, Query};
use crate::pages::policies::{Differs, RegionView, Version};
use crate::pages::{expiries as ends, matrix as heat, policies as reading};

pub(super) fn routes(routes: Routes) -> Routes {
    over_all(policies_of_library(routes))
}

fn policies_of_library(routes: Routes) -> Routes {
    use super::operation::Holds::One;
    use crate::access::Right::LibraryRead;
    let get = Operation::get;
    routes
        .operation(get("/v1/names", LibraryRead, "names", "What a case may name", One("Names")), names)
        .operation(
            get("/v1/policies", LibraryRead, "policies", "The policies of the library", One("PolicyList"))
                .query("words", "text", "In the id, the title, the authority or the services")
                .query("authority", "text", "Whose: what ids begin with"),
            policies,
        )
        .operation(
            get(
                "/v1/policies/{id}",
                LibraryRead,
                "policy",
                "A policy: in plain English, with its source and its versions; slashes of the id are written %2F",
                One("Policy"),
            )
            .query("from", "date", "The version that begins on this day; the newest, if it is missing"),
            policy,
        )
        .operation(
            get(
                "/v1/policies/{id}/changes",
                LibraryRead,
                "policyChanges",
                "Which cases a version answers otherwise than the one before it",
                One("PolicyChanges"),
            )
            .query("from", "date", "The version that begins on this day; the newest, if it is missing"),
            changes,
        )
}

/// What is read across the whole of it, and of the practice.
fn over_all(routes: Routes) -> Routes {
    use super::operation::Holds::One;
    use crate::access::Right::{LibraryRead, PracticeRead};
    let get = Operation::get;
    routes
        .operation(
            get(
                "/v1/matrix",
                LibraryRead,
                "matrix",
                "What the library says of treatments for several payers",
                One("Matrix"),
            )
            .query("words", "text", "Part of a treatment's name")
            .query("payer", "text", "Payers by id, joined by commas")
            .query("state", "text", "Two letters")
            .query("for", "looks|medical", "What it is for"),
            matrix,
        )
        .operation(
            get("/v1/expiries", PracticeRead, "expiries", "What ends within 90 days, or ended", One("Expiries")),
            expiries,
        )
}

async fn names(State(desk): State<Desk>) -> Response {
    let library = desk.library();
    let treatments = library.menu().all().iter().map(|treatment| json!({ "id": treatment.id, "name": treatment.name }));
    let payers = library.payers().all().iter();
    let payers = payers.map(|payer| json!({ "id": payer.id, "name": payer.name, "class": payer.class.word() }));
    let licenses = library.licenses().all().iter().map(|license| json!({ "id": license.id, "name": license.name }));
    Json(json!({
        "library": { "version": library.version(), "sha256": library.sha256() },
        "treatments": treatments.collect::<Vec<Value>>(),
        "payers": payers.collect::<Vec<Value>>(),
        "licenses": licenses.collect::<Vec<Value>>(),
        "facts": library.dictionary().facts().iter().filter(|fact| fact.given_by == GivenBy::Chart).map(fact).collect::<Vec<Value>>(),
        "documents": desk.document_kinds().collect::<Vec<_>>(),
    }))
    .into_response()
}

/// A fact of a chart, as a case names it.
fn fact(fact: &Fact) -> Value {
    let (kind, unit, values) = match &fact.fact_type {
        FactType::YesNo => ("yes-no", None, &[][..]),
        FactType::Number { unit, .. } => ("number", Some(unit.word()), &[][..]),
        FactType::Choice { values } => ("choice", None, values.as_slice()),
        FactType::Name => ("name", None, &[][..]),
    };
    json!({ "name": fact.name, "question": fact.question, "type": kind, "unit": unit, "values": values })
}

/// Which policies.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Wanted {
    words: String,
    authority: String,
}

async fn policies(State(desk): State<Desk>, Query(wanted): Query<Wanted>) -> Response {
    let library = desk.library();
    let words: Vec<String> = wanted.words.split_whitespace().map(str::to_lowercase).collect();
    let is_wanted = |policy: &&PolicySource| {
        let authority = policy.header().id.split('/').next().unwrap_or_default();
        (wanted.authority.is_empty() || wanted.authority == authority)
            && words.iter().all(|word| reading::speaks_of(library, policy, word))
    };
    let line = |policy: &PolicySource| {
        let header = policy.header();
        json!({ "id": header.id, "title": header.title, "rank": header.rank, "from": header.from, "until": header.until })
    };
    let items: Vec<Value> = library.policies().all().iter().filter(is_wanted).map(line).collect();
    Json(json!({ "library": library.sha256(), "items": items })).into_response()
}

/// Which version of a policy.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Which {
    from: Option<Date>,
}

fn version(source: &PolicySource) -> Value {
    json!({ "from": source.header().from, "until": source.header().until })
}

async fn policy(
    State(desk): State<Desk>,
    Path(id): Path<String>,
    Query(which): Query<Which>,
) -> Result<Response, Problem> {
    let library = desk.library();
    let Version { at, versions, entry } = reading::version_of(library, &id, which.from)?;
    let (source, file) = (versions[at], &entry.file);
    let header = source.header();
    let fingerprint = ::library::fingerprint(source.text());
    let written = prose::page(file, library.glossary(), Some(&fingerprint));
    let part = |part: &prose::Part| match part {
        prose::Part::Blank(_) => None,
        prose::Part::Text(text) => {
            Some(json!({ "number": null, "label": null, "depth": 0, "says": text, "notes": [] }))
        }
        prose::Part::Item(Item { number, label, depth, says, notes, .. }) => {
            Some(json!({ "number": number, "label": label, "depth": depth, "says": says, "notes": notes }))
        }
    };
    let section = |section: &prose::Section| {
        let parts: Vec<Value> = section.parts.iter().filter_map(part).collect();
        json!({ "heading": section.heading, "parts": parts })
    };
    let dictionary = library.dictionary();
    let named = Named::of(file);
    let facts = named.facts.iter().filter_map(|name| dictionary.fact_id(name)).map(|id| fact(dictionary.fact(id)));
    let grade = Grade::ALL.iter().find(|(of, _)| *of == file.source.grade.value).map(|(_, word)| word);
    Ok(Json(json!({
        "library": library.sha256(), "id": header.id, "title": header.title, "rank": header.rank, "from": header.from,
        "until": header.until, "entered_by_practice": source.entered_by_practice(),
        "source": {
            "citation": file.source.citation.value, "url": file.source.url.as_ref().map(|url| &url.value), "grade": grade,
            "read": file.source.read.map(|read| read.value),
        },
        "caveats": file.caveats.iter().map(|caveat| &caveat.value).collect::<Vec<_>>(),
        "sections": written.sections.iter().map(section).collect::<Vec<_>>(),
        "facts": facts.collect::<Vec<_>>(),
        "versions": versions.iter().map(|source| version(source)).collect::<Vec<_>>(),
        "fingerprint": fingerprint, "text": source.text(),
    }))
    .into_response())
}

async fn changes(
    State(desk): State<Desk>,
    Path(id): Path<String>,
    Query(which): Query<Which>,
) -> Result<Response, Problem> {
    let library = desk.library();
    let Version { at, versions, .. } = reading::version_of(library, &id, which.from)?;
    let before = at.checked_sub(1).map(|before| versions[before]).ok_or_else(|| {
        Problem::not_found().saying("no version of this policy comes before this one", "take a later version")
    })?;
    let after = versions[at];
    let worked = tokio::task::spawn_blocking(move || reading::differs(library, before, after)).await;
    let Differs { complete, common, regions } = worked.map_err(|_| Problem::internal())??;
    let region = |RegionView { before, after, conditions, example }: &RegionView| json!({ "before": before, "after": after, "conditions": conditions, "example": example });
    Ok(Json(json!({
        "id": id, "before": version(before), "after": version(after), "complete": complete, "common": common,
        "regions": regions.iter().map(region).collect::<Vec<_>>(),
    }))
    .into_response())
}

/// Which part of the matrix.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Part {
    words: String,
    payer: String,
    state: String,
    r#for: String,
}

async fn matrix(State(desk): State<Desk>, Query(part): Query<Part>) -> Result<Response, Problem> {
    let is_for_looks = match part.r#for.as_str() {
        "" | "medical" => false,
        "looks" => true,
        _ => return Err(Problem::malformed("`for` is `looks` or `medical`")),
    };
    Ok(Json(heat::as_json(&desk, &part.words, &part.payer, &part.state, is_for_looks).await?).into_response())
}

async fn expiries(State(desk): State<Desk>) -> Result<Response, Problem> {
    let clinicians = desk.store().peek_all(&store::Query::<Clinician>::all()).await?.items;
    let facilities = desk.store().peek_all(&store::Query::<Facility>::all()).await?.items;
    let item = |one: &ends::Ending| json!({ "whose": one.whose, "what": one.what, "until": one.until, "days_left": one.days_left });
    let items: Vec<Value> = ends::ending(&clinicians, &facilities, desk.today()).iter().map(item).collect();
    Ok(Json(json!({ "items": items })).into_response())
}
