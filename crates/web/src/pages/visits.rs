//! Visits: the list with filters, one visit with its chart as a form made from the dictionary.

use askama::Template;
use axum::extract::{Path, Query as UrlQuery, State};
use axum::response::{IntoResponse as _, Response};
use coverage::answer::Answer;
use jiff::ToSpan;
use jiff::civil::Date;
use serde::Deserialize;
use serde_json::{Map, Value};
use store::nouns::{Clinician, Determination, Document, Facility, Patient, Visit, VisitState};
use store::{Cursor, Id, Order, Query, Stored};

use super::filters::{self, Filters};
use super::form::{Field, Form, Group, Kind};
use super::frame::{Frame, Section};
use super::list::{Cell, Empty, List, columns};
use super::patients::FormPage;
use super::sent::Sent;
use super::{Html, csv, documents, facts, page, parts, people, see, today};
use crate::Desk;
use crate::access::{Right, Routes};
use crate::desk::determine::Sources;
use crate::error::Problem;
use crate::who::Who;

/// Visits of one page of the list.
const PAGE: usize = 50;
/// Answers on the page of a visit.
const ANSWERS_MAX: usize = 10;
/// Documents on the page of a visit; the patient's page has all.
const DOCUMENTS_MAX: usize = 20;

/// Every state with its words.
const STATES: [(VisitState, &str, &str); 4] = [
    (VisitState::Planned, "Planned", ""),
    (VisitState::Open, "Open", "amber"),
    (VisitState::Closed, "Chart closed", "good"),
    (VisitState::Cancelled, "Cancelled", "bad"),
];

pub(super) fn routes(routes: Routes) -> Routes {
    routes
        .get("/visits", Right::VisitRead, browse)
        .get("/visits/new", Right::VisitWrite, new)
        .post("/visits", Right::VisitWrite, create)
        .get("/visits/{id}", Right::VisitRead, show)
        .post("/visits/{id}", Right::VisitWrite, change)
        .post("/visits/{id}/chart", Right::ChartWrite, chart)
}

/// How far a visit is, as a cell.
pub(super) fn state_cell(state: VisitState) -> Cell {
    let (_, words, tone) = STATES.iter().find(|(of, ..)| *of == state).expect("INVARIANT: every state is in the table");
    Cell::tag(tone, *words)
}

/// The filter of the list, as its address has it. It names nobody.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Filter {
    from: String,
    to: String,
    state: String,
    facility: String,
    clinician: String,
    after: String,
    format: String,
}

impl Filter {
    fn query(&self) -> String {
        filters::query(&[
            ("from", &self.from),
            ("to", &self.to),
            ("state", &self.state),
            ("facility", &self.facility),
            ("clinician", &self.clinician),
        ])
    }
}

#[derive(Template)]
#[template(path = "visits.html")]
struct BrowsePage {
    frame: Frame,
    filter: Filter,
    query: String,
    filters: Filters,
    states: Vec<(String, String)>,
    facilities: Vec<(String, String)>,
    clinicians: Vec<(String, String)>,
    table: List,
    next: Option<String>,
    may_export: bool,
}

async fn browse(State(desk): State<Desk>, who: Who, UrlQuery(filter): UrlQuery<Filter>) -> Result<Response, Problem> {
    let facilities = people::facilities(&desk, &who).await?;
    let clinicians = people::clinicians(&desk).await?;
    let wants_csv = filter.format == "csv";
    if wants_csv && !who.may(Right::Export) {
        return Err(Problem::no_right(Right::Export));
    }
    let found = desk.list(&who, &query(&filter, &facilities, wants_csv)).await?;
    let patients = people::patients_of(&desk, &who, &found.items).await?;
    let row = |visit: &Stored<Visit>| {
        let clinician = clinicians.iter().find(|one| Some(one.id) == visit.clinician);
        let place = facilities.iter().find(|one| one.id == visit.facility);
        vec![
            Cell::Link {
                href: format!("/visits/{}", visit.id),
                text: patients.get(&visit.patient).cloned().unwrap_or_default(),
                below: people::what(desk.library(), visit.case.reveal()),
            },
            Cell::text(parts::day(visit.day)),
            Cell::text(clinician.map_or_else(|| "not named".to_owned(), |one| people::clinician_name(one))),
            Cell::text(place.map_or_else(String::new, |one| one.name.clone())),
            state_cell(visit.state),
        ]
    };
    let act = Some(("Show all visits", "/visits".to_owned()));
    let table = List {
        caption: "Visits".to_owned(),
        columns: columns(&["Patient", "Day", "Clinician", "Place", "State"]),
        rows: found.items.iter().map(row).collect(),
        empty: Empty { title: "No visit like that", text: "Widen the days, or take a filter away.", act },
    };
    if wants_csv {
        return Ok(csv(&table, "visits"));
    }
    let query = filter.query();
    let all = |words: &str| (String::new(), words.to_owned());
    let mut states = vec![all("Any")];
    states.extend(STATES.iter().map(|(state, words, _)| (state.word().to_owned(), (*words).to_owned())));
    let mut places = vec![all("All of mine")];
    places.extend(facilities.iter().map(|one| (one.id.to_string(), one.name.clone())));
    let mut people_of = vec![all("Anybody")];
    people_of.extend(clinicians.iter().map(|one| (one.id.to_string(), people::clinician_name(one))));
    let filters = Filters::new(&desk, &who, "/visits", &query, usual(&desk)).await?;
    let frame = Frame::new(&desk, &who, "Visits", Section::Visits).await?;
    let may_export = who.may(Right::Export);
    let next = found.next.map(|cursor| cursor.to_string());
    let shown = BrowsePage {
        frame,
        filter,
        query,
        filters,
        states,
        facilities: places,
        clinicians: people_of,
        table,
        next,
        may_export,
    };
    Ok(page(&shown)?.into_response())
}

fn query(filter: &Filter, facilities: &[Stored<Facility>], is_file: bool) -> Query<Visit> {
    let mut query = Query::<Visit>::all().order(Order::LastDay).limit(if is_file { store::PAGE_MAX } else { PAGE });
    let chosen: Option<Id<Facility>> = filter.facility.parse().ok();
    let here = facilities.iter().map(|one| one.id).filter(|id| chosen.is_none_or(|chosen| chosen == *id));
    query = query.facilities(here.collect::<Vec<_>>());
    if let Ok(from) = filter.from.parse() {
        query = query.from(from);
    }
    if let Ok(to) = filter.to.parse() {
        query = query.to(to);
    }
    if !filter.state.is_empty() {
        query = query.state(filter.state.clone());
    }
    if let Ok(clinician) = filter.clinician.parse::<Id<Clinician>>() {
        query = query.clinician(clinician);
    }
    if let Ok(after) = filter.after.parse::<Cursor>() {
        query = query.after(Some(after));
    }
    query
}

/// The filters that everybody has.
fn usual(desk: &Desk) -> Vec<(&'static str, String)> {
    let today = desk.today();
    vec![
        ("Everything", String::new()),
        ("Next seven days", format!("from={today}&to={}", today.saturating_add(7.days()))),
        ("Charts still open", "state=open".to_owned()),
    ]
}

/// For whom a new visit is.
#[derive(Debug, Deserialize)]
struct For {
    patient: Id<Patient>,
}

fn visit_fields(
    facilities: &[Stored<Facility>],
    clinicians: &[Stored<Clinician>],
    value: &dyn Fn(&str) -> String,
    trouble: Option<(&str, &str)>,
) -> Vec<Field> {
    let wrong = |id: &str| trouble.filter(|(field, _)| *field == id).map(|(_, says)| says.to_owned());
    let places: Vec<_> = facilities.iter().map(|one| (one.id.to_string(), one.name.clone())).collect();
    let mut treats = vec![(String::new(), "Not named".to_owned())];
    treats.extend(clinicians.iter().map(|one| (one.id.to_string(), people::clinician_name(one))));
    let states = STATES.iter().map(|(state, words, _)| (state.word().to_owned(), (*words).to_owned()));
    vec![
        Field::date("day", "Day", value("day")).wrong(wrong("day")).required(),
        Field::new("facility", "Place", Kind::Select(places), value("facility")).wrong(wrong("facility")),
        Field::new("clinician", "Clinician", Kind::Select(treats), value("clinician")),
        Field::new("state", "State", Kind::Select(states.collect()), value("state")),
    ]
}

async fn new(State(desk): State<Desk>, who: Who, UrlQuery(of): UrlQuery<For>) -> Result<Html<String>, Problem> {
    let patient = desk.read(&who, of.patient).await?;
    let (facilities, clinicians) = (people::facilities(&desk, &who).await?, people::clinicians(&desk).await?);
    let value = |field: &str| match field {
        "day" => desk.today().to_string(),
        "facility" => who.facility.map(|id| id.to_string()).unwrap_or_default(),
        _ => String::new(),
    };
    let mut fields = visit_fields(&facilities, &clinicians, &value, None);
    fields.push(Field::text("treatment", "What is to be done", "").hint("As on the price list, such as Botox."));
    let frame = Frame::new(&desk, &who, "New visit", Section::Visits).await?;
    let form = Form {
        action: format!("/visits?patient={}", of.patient),
        csrf: frame.csrf.clone(),
        version: None,
        groups: vec![Group { title: String::new(), fields }],
        submit: "Save the visit",
        cancel: Some(format!("/patients/{}", of.patient)),
    };
    let crumb = Some((format!("/patients/{}", of.patient), people::name(&patient)));
    page(&FormPage { frame, title: "New visit".to_owned(), crumb, lead: String::new(), form })
}

/// When, where, by whom, and how far a visit is.
struct Appointment {
    day: Date,
    facility: Id<Facility>,
    clinician: Option<Id<Clinician>>,
    state: VisitState,
}

impl Appointment {
    fn read(sent: &Sent) -> Result<Self, Problem> {
        let wrong = |field: &str, says: &str| Problem::field(field, "W0602", says.to_owned(), "go back and correct it");
        let day =
            sent.day("day").map_err(|says| wrong("/day", says))?.ok_or_else(|| wrong("/day", "a visit has a day"))?;
        let facility = sent.get("facility").parse().map_err(|_| wrong("/facility", "a visit has a place"))?;
        let clinician = match sent.get("clinician") {
            "" => None,
            named => Some(named.parse().map_err(|_| wrong("/clinician", "this names no clinician"))?),
        };
        let state = match sent.get("state") {
            "" => VisitState::Planned,
            word => {
                let known = STATES.iter().find(|(state, ..)| state.word() == word);
                known.ok_or_else(|| wrong("/state", "a visit has one of the states of the list"))?.0
            }
        };
        Ok(Self { day, facility, clinician, state })
    }
}

async fn create(
    State(desk): State<Desk>,
    who: Who,
    UrlQuery(of): UrlQuery<For>,
    axum::Form(sent): axum::Form<Sent>,
) -> Result<Response, Problem> {
    let Appointment { day, facility, clinician, state } = Appointment::read(&sent)?;
    let mut case = Map::new();
    if let Some(treatment) = sent.some("treatment") {
        if let Err(error) = desk.library().menu().find(&treatment) {
            return Err(Problem::field(
                "/treatment",
                "W0604",
                error.to_string().replace('`', ""),
                "go back and write another name",
            ));
        }
        case.insert("line".to_owned(), serde_json::json!([{ "treatment": treatment }]));
    }
    let body = Visit {
        patient: of.patient,
        facility,
        clinician,
        day,
        state,
        case: Value::Object(case).into(),
        note: None.into(),
    };
    let kept = desk.create(&who, &body, None).await?;
    Ok(see(&format!("/visits/{}", kept.id)))
}

/// A fact to be added to the form.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Add {
    fact: Option<String>,
}

#[derive(Template)]
#[template(path = "visit.html")]
struct Show {
    frame: Frame,
    id: Id<Visit>,
    patient: Id<Patient>,
    name: String,
    born: String,
    day: String,
    what: String,
    answered: Option<(String, Vec<coverage::answer::Verdict>, String)>,
    meta: Option<Form>,
    place: String,
    treats: String,
    state: List,
    trials: Vec<String>,
    papers: Vec<String>,
    chart: Option<Form>,
    recorded: Vec<(String, String)>,
    others: Vec<(String, String)>,
    answers: List,
    documents: Option<List>,
    may_check: bool,
}

async fn show(
    State(desk): State<Desk>,
    who: Who,
    Path(id): Path<Id<Visit>>,
    UrlQuery(add): UrlQuery<Add>,
) -> Result<Html<String>, Problem> {
    let visit = desk.read(&who, id).await?;
    let patient = desk.read(&who, visit.patient).await?;
    let (facilities, clinicians) = (people::facilities(&desk, &who).await?, people::clinicians(&desk).await?);
    let query = Query::<Determination>::all().visit(id).order(Order::Newest).limit(ANSWERS_MAX);
    let kept = if who.may(Right::DeterminationRead) { desk.list(&who, &query).await?.items } else { Vec::new() };
    let documents = if who.may(Right::DocumentRead) {
        let query = Query::<Document>::all().visit(id).order(Order::Newest).limit(DOCUMENTS_MAX);
        let text = "Photographs and papers of this visit are kept here, sealed.";
        let empty = Empty { title: "No document of this visit", text, act: None };
        Some(documents::table(&desk.list(&who, &query).await?.items, empty))
    } else {
        None
    };
    let answer = answer_now(&desk, &who, id).await;
    let case = visit.case.reveal();
    let recorded = case["chart"].as_object().cloned().unwrap_or_default();
    let dictionary = desk.library().dictionary();
    let groups = facts::groups(dictionary, &recorded, answer.as_ref(), add.fact.as_deref());
    let others = facts::others(dictionary, &groups);
    let frame = Frame::new(&desk, &who, &format!("Visit of {}", parts::day(visit.day)), Section::Visits).await?;
    let form = |action: String, groups, submit| Form {
        action,
        csrf: frame.csrf.clone(),
        version: Some(visit.version.to_string()),
        groups,
        submit,
        cancel: None,
    };
    let chart = who.may(Right::ChartWrite).then(|| form(format!("/visits/{id}/chart"), groups, "Save the chart"));
    let chart = chart.filter(|form| !form.groups.is_empty());
    let value = |field: &str| match field {
        "day" => visit.day.to_string(),
        "facility" => visit.facility.to_string(),
        "clinician" => visit.clinician.map(|id| id.to_string()).unwrap_or_default(),
        "state" => visit.state.word().to_owned(),
        _ => String::new(),
    };
    let fields = visit_fields(&facilities, &clinicians, &value, None);
    let meta = who
        .may(Right::VisitWrite)
        .then(|| form(format!("/visits/{id}"), vec![Group { title: String::new(), fields }], "Save"));
    let answered = kept.first().and_then(|kept| {
        let answer: Answer = serde_json::from_value(kept.answer.reveal().clone()).ok()?;
        let verdicts = answer.lines.iter().map(|line| line.verdict).collect();
        Some((format!("/determinations/{}", kept.id), verdicts, parts::day(answer.as_of.0)))
    });
    let label = |name: &String| {
        dictionary.fact_id(name).map_or_else(|| name.clone(), |id| parts::sentence(&dictionary.fact(id).label))
    };
    let plain = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let yes_no = |value: &Value| match value {
        Value::Bool(true) => "yes".to_owned(),
        Value::Bool(false) => "no".to_owned(),
        other => plain(other),
    };
    page(&Show {
        id,
        patient: visit.patient,
        name: people::name(&patient),
        born: people::born(&patient),
        day: parts::weekday(visit.day),
        what: people::what(desk.library(), case),
        answered,
        meta,
        place: facilities.iter().find(|one| one.id == visit.facility).map_or_else(String::new, |one| one.name.clone()),
        treats: clinicians
            .iter()
            .find(|one| Some(one.id) == visit.clinician)
            .map_or_else(|| "not named".to_owned(), |one| people::clinician_name(one)),
        state: List {
            caption: "State".to_owned(),
            columns: columns(&["State"]),
            rows: vec![vec![state_cell(visit.state)]],
            empty: Empty::default(),
        },
        trials: said(&case["trial"], &["class", "agent", "length", "outcome"]),
        papers: said(&case["document"], &["kind", "date"]),
        chart,
        recorded: recorded.iter().map(|(name, value)| (label(name), yes_no(value))).collect(),
        others,
        answers: answer_table(&kept),
        documents,
        may_check: who.may(Right::DeterminationMake),
        frame,
    })
}

/// Entries of a list of a case, a line each.
fn said(list: &Value, keys: &[&str]) -> Vec<String> {
    let entry = |entry: &Value| {
        let words = keys.iter().filter_map(|key| entry[*key].as_str()).map(|word| word.replace('_', " "));
        parts::sentence(&words.collect::<Vec<_>>().join(", "))
    };
    list.as_array().map_or(&[][..], Vec::as_slice).iter().map(entry).collect()
}

/// The answer to the visit as it stands on file, not kept: it tells which facts can still change something.
async fn answer_now(desk: &Desk, who: &Who, id: Id<Visit>) -> Option<Answer> {
    let sources = Sources { visit: Some(id), ..Sources::default() };
    let case = desk.compose(who, &sources, &Map::new()).await.ok()?;
    let (read, notes) = desk.answers().read(&case).ok()?;
    desk.answers().answer(&read, &notes).ok()
}

fn answer_table(kept: &[Stored<Determination>]) -> List {
    let row = |kept: &Stored<Determination>| {
        let cell = today::verdict(kept).map_or_else(|| Cell::text("several services"), Cell::Verdict);
        vec![Cell::link(format!("/determinations/{}", kept.id), parts::day(kept.as_of)), cell]
    };
    List {
        caption: "Answers".to_owned(),
        columns: columns(&["Asked on", "Verdict"]),
        rows: kept.iter().map(row).collect(),
        empty: Empty { title: "No answer yet", text: "Check coverage takes everything from this visit.", act: None },
    }
}

async fn change(
    State(desk): State<Desk>,
    who: Who,
    Path(id): Path<Id<Visit>>,
    axum::Form(sent): axum::Form<Sent>,
) -> Result<Response, Problem> {
    let Appointment { day, facility, clinician, state } = Appointment::read(&sent)?;
    let before = desk.read(&who, id).await?;
    let body = Visit { day, facility, clinician, state, ..before.body };
    desk.change(&who, id, sent.version(), &body, None).await?;
    Ok(see(&format!("/visits/{id}")))
}

async fn chart(
    State(desk): State<Desk>,
    who: Who,
    Path(id): Path<Id<Visit>>,
    axum::Form(sent): axum::Form<Sent>,
) -> Result<Response, Problem> {
    let before = desk.read(&who, id).await?;
    let mut case = before.case.reveal().as_object().cloned().unwrap_or_default();
    let chart = facts::read(desk.library().dictionary(), &sent);
    let whole = serde_json::json!({ "date": before.day, "as_of": desk.today().max(before.day), "chart": chart, "line": [{ "treatment": "botox" }] });
    desk.answers().read(&whole)?;
    if chart.is_empty() {
        drop(case.remove("chart"))
    } else {
        drop(case.insert("chart".to_owned(), chart.into()))
    }
    let body = Visit { case: Value::Object(case).into(), ..before.body };
    desk.change(&who, id, sent.version(), &body, None).await?;
    Ok(see(&format!("/visits/{id}#chart")))
}
