//! Policies: browse, search, read with the source beside the criteria, history, and what a new version changes.

use std::collections::{BTreeMap, BTreeSet};

use askama::Template;
use axum::extract::{Path, Query, State};
use jiff::civil::Date;
use library::Library;
use library::policies::PolicySource;
use policy::ast::Grade;
use policy::compile::Entry;
use policy::diff::Versions;
use policy::prose::{self, Item, Named, Names as _, Part};
use serde::Deserialize;
use site::{Line, compare};

use super::filters::{self, Filters};
use super::frame::{Frame, Section};
use super::list::{Cell, Empty, List, columns};
use super::{csv, page, parts};
use crate::Desk;
use crate::error::Problem;
use crate::who::Who;
use axum::response::{Html, IntoResponse as _, Response};

/// Most policies of a list; a search shows the rest.
const ROWS_MAX: usize = 150;
/// Hexadecimal digits of a fingerprint that a person compares.
const FINGERPRINT_DIGITS: usize = 16;
/// Deepest criterion that is moved in further than the one before it.
const DEPTH_MAX: usize = 3;

/// Beginnings of paragraphs that say what the panel of the source says.
const BESIDE: [&str; 5] = ["Policy: ", "Source: ", "Address: ", "How it was read: ", "Keep in mind: "];

/// What to look for.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Search {
    words: String,
    authority: String,
    format: String,
}

struct Row {
    href: String,
    id: String,
    title: String,
    authority: String,
    rank: String,
    dates: String,
    versions: usize,
}

#[derive(Template)]
#[template(path = "policies.html")]
struct Browse<'a> {
    frame: Frame,
    words: &'a str,
    authority: &'a str,
    authorities: Vec<(String, String)>,
    found: usize,
    rows: Vec<Row>,
    query: String,
    filters: Filters,
}

/// `GET /policies`
pub(crate) async fn browse(
    State(desk): State<Desk>,
    who: Who,
    Query(search): Query<Search>,
) -> Result<Response, Problem> {
    let library = desk.library();
    let words: Vec<String> = search.words.split_whitespace().map(str::to_lowercase).collect();
    let mut newest: BTreeMap<&str, (&PolicySource, usize)> = BTreeMap::new();
    for source in library.policies().all() {
        let entry = newest.entry(&source.header().id).or_insert((source, 0));
        entry.1 += 1;
        if source.header().from >= entry.0.header().from {
            entry.0 = source;
        }
    }
    let authority_of = |id: &str| id.split('/').next().unwrap_or(id).to_owned();
    let authorities: BTreeSet<String> = newest.keys().map(|id| authority_of(id)).collect();
    let mut named: Vec<(String, String)> =
        authorities.into_iter().map(|id| (id.clone(), site::authority(library, &id))).collect();
    named.sort_by_key(|(_, name)| name.to_lowercase());
    let mut rows: Vec<Row> = newest
        .into_values()
        .filter(|(source, _)| search.authority.is_empty() || authority_of(&source.header().id) == search.authority)
        .filter(|(source, _)| words.iter().all(|word| speaks_of(library, source, word)))
        .map(|(source, versions)| row(library, source, versions))
        .collect();
    rows.sort_by(|one, other| (&one.authority, &one.title).cmp(&(&other.authority, &other.title)));
    if search.format == "csv" {
        return Ok(csv(&table(&rows), "policies"));
    }
    let found = rows.len();
    rows.truncate(ROWS_MAX);
    let query = filters::query(&[("words", &search.words), ("authority", &search.authority)]);
    let filters = Filters::new(&desk, &who, "/policies", &query, Vec::new()).await?;
    let frame = Frame::new(&desk, &who, "Policies", Section::Policies).await?;
    let (words, authority) = (&search.words, &search.authority);
    Ok(page(&Browse { frame, words, authority, authorities: named, found, rows, query, filters })?.into_response())
}

/// The policies as a file.
fn table(rows: &[Row]) -> List {
    let cells = |row: &Row| [&row.id, &row.title, &row.authority, &row.rank, &row.dates].map(Cell::text).to_vec();
    List {
        caption: "Policies".to_owned(),
        columns: columns(&["Id", "Title", "Authority", "Kind", "In force"]),
        rows: rows.iter().map(cells).collect(),
        empty: Empty::default(),
    }
}

/// Whether a word is in the identifier or the title of a policy, names its authority, or is a code that it speaks about.
pub(crate) fn speaks_of(library: &Library, source: &PolicySource, word: &str) -> bool {
    let header = source.header();
    let code = || word.parse::<codes::ProcedureCode>().ok();
    let services = header.services.as_ref();
    header.id.to_lowercase().contains(word)
        || header.title.to_lowercase().contains(word)
        || site::authority(library, header.id.split('/').next().unwrap_or_default()).to_lowercase().contains(word)
        || services.is_some_and(|services| {
            services.treatments.iter().any(|treatment| treatment.contains(word))
                || code().is_some_and(|code| services.codes.contains(code))
        })
}

fn row(library: &Library, source: &PolicySource, versions: usize) -> Row {
    let header = source.header();
    Row {
        href: href(&header.id),
        id: header.id.clone(),
        title: header.title.clone(),
        authority: site::authority(library, header.id.split('/').next().unwrap_or_default()),
        rank: library.rank(&header.rank).unwrap_or_else(|| header.rank.clone()),
        dates: dates(header.from, header.until),
        versions,
    }
}

/// Dates of service on which a version holds; `until` is the first day on which it holds no more.
fn dates(from: Option<Date>, until: Option<Date>) -> String {
    match (from, until) {
        (None, None) => "any date of service".to_owned(),
        (Some(from), None) => format!("from {}", parts::day(from)),
        (None, Some(until)) => format!("before {}", parts::day(until)),
        (Some(from), Some(until)) => format!("from {}, before {}", parts::day(from), parts::day(until)),
    }
}

/// The page of the newest version of a policy.
pub(crate) fn href(id: &str) -> String {
    format!("/policies/read/{}", encoded(id))
}

fn version_href(id: &str, from: Option<Date>) -> String {
    from.map_or_else(|| href(id), |from| format!("{}?from={from}", href(id)))
}

/// An identifier as path: what is no letter, digit or harmless mark is written by its bytes.
fn encoded(id: &str) -> String {
    let mut path = String::new();
    for byte in id.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'/' => path.push(char::from(byte)),
            other => path.push_str(&format!("%{other:02X}")),
        }
    }
    path
}

/// Which version.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Which {
    from: Option<Date>,
}

struct SectionView {
    heading: String,
    parts: Vec<PartView>,
}

enum PartView {
    Text(String),
    Items(Vec<Criterion>),
}

/// A criterion with its source beside it.
struct Criterion {
    number: String,
    label: Option<String>,
    depth: usize,
    says: String,
    sources: Vec<String>,
    notes: Vec<String>,
}

struct VersionView {
    href: String,
    dates: String,
    here: bool,
    changes: Option<String>,
}

#[derive(Template)]
#[template(path = "policy.html")]
struct Read<'a> {
    frame: Frame,
    id: &'a str,
    title: &'a str,
    rank: String,
    dates: String,
    entered_by_practice: bool,
    sections: Vec<SectionView>,
    citation: &'a str,
    url: Option<&'a str>,
    grade: &'a str,
    read: Option<String>,
    fingerprint: String,
    caveats: Vec<&'a str>,
    versions: Vec<VersionView>,
    facts: Vec<(&'a str, &'a str)>,
    text: &'a str,
}

/// The versions of a policy, from the oldest.
fn versions_of<'l>(library: &'l Library, id: &str) -> Vec<&'l PolicySource> {
    let mut versions: Vec<_> = library.policies().all().iter().filter(|source| source.header().id == id).collect();
    versions.sort_by_key(|source| source.header().from);
    versions
}

/// One version of a policy, among all of it.
pub(crate) struct Version<'l> {
    pub(crate) at: usize,
    pub(crate) versions: Vec<&'l PolicySource>,
    pub(crate) entry: Entry,
}

/// The version that begins on a day, or the newest.
pub(crate) fn version_of<'l>(library: &'l Library, id: &str, from: Option<Date>) -> Result<Version<'l>, Problem> {
    let versions = versions_of(library, id);
    let at = match from {
        Some(from) => versions.iter().position(|source| source.header().from == Some(from)),
        None => versions.len().checked_sub(1),
    };
    let at = at.ok_or_else(Problem::not_found)?;
    let entry = versions[at].entry().map_err(|_| Problem::internal())?;
    Ok(Version { at, versions, entry })
}

/// `GET /policies/read/{*id}`
pub(crate) async fn read(
    State(desk): State<Desk>,
    who: Who,
    Path(id): Path<String>,
    Query(which): Query<Which>,
) -> Result<Html<String>, Problem> {
    let library = desk.library();
    let Version { at, versions, entry } = version_of(library, &id, which.from)?;
    let source = versions[at];
    let file = &entry.file;
    let fingerprint = library::fingerprint(source.text());
    let written = prose::page(file, library.glossary(), Some(&fingerprint));
    // The last section is the line to sign on, and stands in the printed page of `covered policy explain`.
    let sections = written.sections.split_last().map_or(&[][..], |(_, sections)| sections);
    let version = |(index, source): (usize, &&PolicySource)| VersionView {
        href: version_href(&id, source.header().from),
        dates: dates(source.header().from, source.header().until),
        here: index == at,
        changes: (index > 0).then(|| changes_href(&id, source.header().from)).flatten(),
    };
    let dictionary = library.dictionary();
    let named = Named::of(file);
    let facts = named.facts.iter().filter_map(|name| dictionary.fact_id(name)).map(|id| dictionary.fact(id));
    let frame = Frame::new(&desk, &who, &file.title.value, Section::Policies).await?;
    page(&Read {
        frame,
        id: &id,
        title: &file.title.value,
        rank: library.rank(&file.rank.value).unwrap_or_else(|| file.rank.value.clone()),
        dates: dates(source.header().from, source.header().until),
        entered_by_practice: source.entered_by_practice(),
        sections: sections.iter().map(section).collect(),
        citation: &file.source.citation.value,
        url: file.source.url.as_ref().map(|url| url.value.as_str()).filter(|url| url.starts_with("https://")),
        grade: grade(file.source.grade.value),
        read: file.source.read.map(|read| parts::day(read.value)),
        fingerprint: fingerprint[..FINGERPRINT_DIGITS].to_owned(),
        caveats: file.caveats.iter().map(|caveat| caveat.value.as_str()).collect(),
        versions: versions.iter().enumerate().map(version).rev().collect(),
        facts: facts.map(|fact| (fact.name.as_str(), fact.question.as_str())).collect(),
        text: source.text(),
    })
}

/// How closely a source was read.
fn grade(grade: Grade) -> &'static str {
    let word = Grade::ALL.iter().find(|(of, _)| *of == grade).map_or("known", |(_, word)| word);
    parts::grade(word)
}

fn changes_href(id: &str, from: Option<Date>) -> Option<String> {
    from.map(|from| format!("/policies/changes/{}?from={from}", encoded(id)))
}

fn section(section: &prose::Section) -> SectionView {
    let mut parts: Vec<PartView> = Vec::new();
    for part in &section.parts {
        match part {
            // The panel beside says this with a link.
            Part::Text(text) if BESIDE.iter().any(|start| text.starts_with(start)) => {}
            Part::Text(text) => parts.push(PartView::Text(text.clone())),
            Part::Blank(_) => {}
            Part::Item(item) => match parts.last_mut() {
                Some(PartView::Items(items)) => items.push(criterion(item)),
                _ => parts.push(PartView::Items(vec![criterion(item)])),
            },
        }
    }
    SectionView { heading: section.heading.clone(), parts }
}

fn criterion(item: &Item) -> Criterion {
    let (sources, notes) = item.notes.iter().cloned().partition(|note| note.starts_with("Source: "));
    Criterion {
        number: item.number.clone(),
        label: item.label.clone(),
        depth: item.depth.min(DEPTH_MAX),
        says: item.says.clone(),
        sources,
        notes,
    }
}

/// Cases that get another outcome.
pub(crate) struct RegionView {
    pub(crate) before: String,
    pub(crate) after: String,
    pub(crate) conditions: Vec<String>,
    pub(crate) example: String,
}

/// What of two versions differs.
pub(crate) struct Differs {
    /// Whether nothing else does.
    pub(crate) complete: bool,
    /// Conditions that all regions share.
    pub(crate) common: Vec<String>,
    pub(crate) regions: Vec<RegionView>,
}

/// Which cases a version answers otherwise than the one before it.
pub(crate) fn differs(library: &Library, before: &PolicySource, after: &PolicySource) -> Result<Differs, Problem> {
    let (Ok(old), Ok(new)) = (before.entry(), after.entry()) else { return Err(Problem::internal()) };
    let context = library.context();
    let compared =
        Versions::new(&old, &new, &context, &[library.classes_of_payers()]).map_err(|_| Problem::internal())?;
    let found = &compared.changes.regions;
    let conditions: Vec<Vec<String>> = found.iter().map(|region| compared.conditions(region)).collect();
    let common: Vec<String> = match conditions.as_slice() {
        [first, others @ ..] if !others.is_empty() => {
            first.iter().filter(|condition| others.iter().all(|other| other.contains(condition))).cloned().collect()
        }
        _ => Vec::new(),
    };
    let regions = found.iter().zip(conditions).map(|(region, conditions)| RegionView {
        before: compared.outcome(region.before),
        after: compared.outcome(region.after),
        conditions: conditions.into_iter().filter(|condition| !common.contains(condition)).collect(),
        example: compared.example(region),
    });
    let regions = regions.collect();
    Ok(Differs { complete: compared.changes.complete, common, regions })
}

#[derive(Template)]
#[template(path = "policy_changes.html")]
struct ChangesPage<'a> {
    frame: Frame,
    title: &'a str,
    before: String,
    before_href: String,
    after: String,
    after_href: String,
    common: Vec<String>,
    regions: Vec<RegionView>,
    summary: &'static str,
    lines: Vec<Line<'a>>,
}

/// `GET /policies/changes/{*id}`: against the version before.
pub(crate) async fn changes(
    State(desk): State<Desk>,
    who: Who,
    Path(id): Path<String>,
    Query(which): Query<Which>,
) -> Result<Html<String>, Problem> {
    let library = desk.library();
    let versions = versions_of(library, &id);
    let at = versions.iter().position(|source| which.from.is_some() && source.header().from == which.from);
    let Some((before, after)) = at.and_then(|at| Some((versions[at.checked_sub(1)?], versions[at]))) else {
        return Err(Problem::not_found());
    };
    let Differs { complete, common, regions } = differs(library, before, after)?;
    let summary = match (complete, regions.is_empty()) {
        (true, true) => "No case gets another outcome.",
        (true, false) => "Every other case keeps its outcome.",
        (false, _) => "The comparison ended at its limit (N001): whether other cases change was not found out.",
    };
    let version = |source: &PolicySource| dates(source.header().from, source.header().until);
    let frame = Frame::new(&desk, &who, "What changed", Section::Policies).await?;
    page(&ChangesPage {
        frame,
        title: &after.header().title,
        before: version(before),
        before_href: version_href(&id, before.header().from),
        after: version(after),
        after_href: version_href(&id, after.header().from),
        common,
        regions,
        summary,
        lines: compare(before.text(), after.text()),
    })
}
