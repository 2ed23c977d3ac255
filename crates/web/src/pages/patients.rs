//! Patients: the list, the search, one patient with plans, visits and who looked.

use std::fmt::Write as _;

use askama::Template;
use axum::extract::{Path, Query as UrlQuery, State};
use axum::response::{IntoResponse as _, Response};
use codes::StateCode;
use jiff::civil::Date;
use serde::Deserialize;
use store::nouns::{Coverage, Determination, Document, Patient, Visit};
use store::{Cursor, Id, Order, Phi, Query, Stored};

use super::form::{Field, Form, Group, Kind, choices};
use super::frame::{Frame, Section};
use super::list::{Cell, Column, Empty, List, columns};
use super::sent::Sent;
use super::{Html, csv, page, parts, people, see, today, visits};
use crate::Desk;
use crate::access::{Right, Routes};
use crate::error::Problem;
use crate::who::Who;

/// Patients of one page of the list.
const PAGE: usize = 50;
/// Hits of a search.
const HITS_MAX: usize = 40;
/// Visits and answers on the page of a patient.
const RECENT_MAX: usize = 12;

pub(super) fn routes(routes: Routes) -> Routes {
    routes
        .get("/patients", Right::PatientRead, browse)
        .post("/patients/search", Right::PatientRead, search)
        .get("/patients/new", Right::PatientWrite, new)
        .post("/patients", Right::PatientWrite, create)
        .get("/patients/{id}", Right::PatientRead, show)
        .get("/patients/{id}/edit", Right::PatientWrite, edit)
        .post("/patients/{id}", Right::PatientWrite, change)
}

/// Where the list goes on, and in which form.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Browse {
    after: Option<String>,
    format: Option<String>,
}

#[derive(Template)]
#[template(path = "patients.html")]
struct BrowsePage {
    frame: Frame,
    title: &'static str,
    lead: String,
    table: List,
    next: Option<String>,
    may_write: bool,
    may_export: bool,
}

fn table(patients: &[Stored<Patient>], empty: Empty) -> List {
    let row = |patient: &Stored<Patient>| {
        let text = |value: &Phi<Option<String>>| Cell::text(value.reveal().clone().unwrap_or_default());
        vec![
            Cell::link(format!("/patients/{}", patient.id), people::name(patient)),
            Cell::text(people::born(patient)),
            text(&patient.mrn),
            text(&patient.phone),
            Cell::link(format!("/check?patient={}", patient.id), "Check coverage"),
        ]
    };
    let mut columns = columns(&["Patient", "Born", "Record", "Telephone"]);
    columns.push(Column { name: "", is_number: false });
    List { caption: "Patients".to_owned(), columns, rows: patients.iter().map(row).collect(), empty }
}

/// `GET /patients`
async fn browse(State(desk): State<Desk>, who: Who, UrlQuery(browse): UrlQuery<Browse>) -> Result<Response, Problem> {
    let mut query = Query::<Patient>::all().order(Order::Newest).limit(PAGE);
    let wants_csv = browse.format.as_deref() == Some("csv");
    if wants_csv {
        if !who.may(Right::Export) {
            return Err(Problem::no_right(Right::Export));
        }
        query = query.limit(store::PAGE_MAX);
    }
    if let Some(after) = browse.after.as_deref().and_then(|text| text.parse::<Cursor>().ok()) {
        query = query.after(Some(after));
    }
    let found = desk.list(&who, &query).await?;
    let may_write = who.may(Right::PatientWrite);
    let act = may_write.then(|| ("Enter the first patient", "/patients/new".to_owned()));
    let text =
        "Enter one, or import a file of them: covered import patients FILE --dry-run shows first what would come in.";
    let table = table(&found.items, Empty { title: "No patient yet", text, act });
    if wants_csv {
        return Ok(csv(&table, "patients"));
    }
    let count = desk.store().count(&Query::<Patient>::all()).await?;
    let lead = format!(
        "{count} on file, the latest first. Names, birth dates and record numbers are found by the search above."
    );
    let frame = Frame::new(&desk, &who, "Patients", Section::Patients).await?;
    let may_export = who.may(Right::Export);
    let next = found.next.map(|cursor| cursor.to_string());
    Ok(page(&BrowsePage { frame, title: "Patients", lead, table, next, may_write, may_export })?.into_response())
}

/// `POST /patients/search`: by post, so that no name stands in an address.
async fn search(
    State(desk): State<Desk>,
    who: Who,
    axum::Form(sent): axum::Form<Sent>,
) -> Result<Html<String>, Problem> {
    let words = sent.get("words");
    let found = find(&desk, &who, words).await?;
    let lead = match found.len() {
        0 => "Nobody was found.".to_owned(),
        1 => "One patient.".to_owned(),
        HITS_MAX.. => format!("The first {HITS_MAX}: write more of the name to see fewer."),
        count => format!("{count} patients."),
    };
    let may_write = who.may(Right::PatientWrite);
    let act = may_write.then(|| ("Enter a new patient", "/patients/new".to_owned()));
    let text = "Try the family name alone, a date of birth as 1980-02-29, or the record number.";
    let table = table(&found, Empty { title: "No such patient here", text, act });
    let frame = Frame::new(&desk, &who, "Search", Section::Patients).await?;
    page(&BrowsePage { frame, title: "Found", lead, table, next: None, may_write, may_export: false })
}

/// What [`Desk::search`] finds, by name.
async fn find(desk: &Desk, who: &Who, words: &str) -> Result<Vec<Stored<Patient>>, Problem> {
    let mut found = desk.search(who, words, HITS_MAX).await?;
    found.sort_by_key(|patient| people::name(patient).to_lowercase());
    Ok(found)
}

#[derive(Template)]
#[template(path = "form_page.html")]
pub(super) struct FormPage {
    pub(super) frame: Frame,
    pub(super) title: String,
    pub(super) crumb: Option<(String, String)>,
    pub(super) lead: String,
    pub(super) form: Form,
}

fn patient_form(
    csrf: &str,
    action: String,
    version: Option<i64>,
    values: &dyn Fn(&str) -> String,
    troubles: &[(&str, &str)],
) -> Form {
    let trouble = |id: &str| troubles.iter().find(|(field, _)| *field == id).map(|(_, says)| (*says).to_owned());
    let text = |id: &str, label: &str| Field::text(id, label, values(id)).wrong(trouble(id));
    let states = std::iter::once((String::new(), "Not recorded".to_owned()))
        .chain(StateCode::ALL.iter().map(|state| (state.as_str().to_owned(), state.name().to_owned())));
    let names = vec![
        text("family", "Family name").required(),
        text("given", "Given names").required(),
        text("preferred", "Goes by"),
    ];
    let facts = vec![
        Field::date("birth_date", "Date of birth", values("birth_date")).wrong(trouble("birth_date")),
        Field::new("sex", "Sex", Kind::Select(choices(coverage::case::Sex::WORDS)), values("sex")),
        Field::new("home_state", "Home state", Kind::Select(states.collect()), values("home_state"))
            .hint("Medicaid follows the home state."),
    ];
    let reach = vec![
        text("mrn", "Record number"),
        Field::new("phone", "Telephone", Kind::Input("tel"), values("phone")),
        Field::new("email", "E-mail", Kind::Input("email"), values("email")),
    ];
    let group = |title: &str, fields| Group { title: title.to_owned(), fields };
    let cancel = version.map(|_| action.clone()).or_else(|| Some("/patients".to_owned()));
    Form {
        cancel,
        action,
        csrf: csrf.to_owned(),
        version: version.map(|version| version.to_string()),
        groups: vec![group("Who it is", names), group("What a plan asks", facts), group("How to reach them", reach)],
        submit: "Save the patient",
    }
}

/// The patient of a form, on top of what is kept.
fn patient_of(sent: &Sent, before: Patient) -> Result<Patient, Vec<(&'static str, &'static str)>> {
    let mut troubles = Vec::new();
    let birth_date = sent.day("birth_date").unwrap_or_else(|says| {
        troubles.push(("birth_date", says));
        None
    });
    for name in ["family", "given"] {
        if sent.get(name).is_empty() {
            troubles.push((name, "A patient has both names."));
        }
    }
    if !troubles.is_empty() {
        return Err(troubles);
    }
    Ok(Patient {
        family: sent.get("family").into(),
        given: sent.get("given").into(),
        preferred: sent.some("preferred").into(),
        birth_date: birth_date.into(),
        sex: sent.some("sex").into(),
        home_state: sent.some("home_state").into(),
        mrn: sent.some("mrn").into(),
        phone: sent.some("phone").into(),
        email: sent.some("email").into(),
        ..before
    })
}

async fn new(State(desk): State<Desk>, who: Who) -> Result<Html<String>, Problem> {
    let frame = Frame::new(&desk, &who, "New patient", Section::Patients).await?;
    let form = patient_form(&frame.csrf, "/patients".to_owned(), None, &|_| String::new(), &[]);
    let crumb = Some(("/patients".to_owned(), "Patients".to_owned()));
    page(&FormPage { frame, title: "New patient".to_owned(), crumb, lead: String::new(), form })
}

async fn create(State(desk): State<Desk>, who: Who, axum::Form(sent): axum::Form<Sent>) -> Result<Response, Problem> {
    match patient_of(&sent, Patient::default()) {
        Ok(patient) => {
            let kept = desk.create(&who, &patient, None).await?;
            Ok(see(&format!("/patients/{}", kept.id)))
        }
        Err(troubles) => {
            let frame = Frame::new(&desk, &who, "New patient", Section::Patients).await?;
            let form =
                patient_form(&frame.csrf, "/patients".to_owned(), None, &|id| sent.get(id).to_owned(), &troubles);
            let crumb = Some(("/patients".to_owned(), "Patients".to_owned()));
            Ok(page(&FormPage { frame, title: "New patient".to_owned(), crumb, lead: String::new(), form })?
                .into_response())
        }
    }
}

async fn edit(State(desk): State<Desk>, who: Who, Path(id): Path<Id<Patient>>) -> Result<Html<String>, Problem> {
    let patient = desk.read(&who, id).await?;
    let text = |value: &Phi<Option<String>>| value.reveal().clone().unwrap_or_default();
    let value = |field: &str| match field {
        "family" => patient.family.reveal().clone(),
        "given" => patient.given.reveal().clone(),
        "preferred" => text(&patient.preferred),
        "birth_date" => patient.birth_date.reveal().map_or_else(String::new, |day| day.to_string()),
        "sex" => text(&patient.sex),
        "home_state" => text(&patient.home_state),
        "mrn" => text(&patient.mrn),
        "phone" => text(&patient.phone),
        "email" => text(&patient.email),
        _ => String::new(),
    };
    let frame = Frame::new(&desk, &who, "Change the patient", Section::Patients).await?;
    let form = patient_form(&frame.csrf, format!("/patients/{id}"), Some(patient.version), &value, &[]);
    let crumb = Some((format!("/patients/{id}"), people::name(&patient)));
    page(&FormPage { frame, title: "Change the patient".to_owned(), crumb, lead: String::new(), form })
}

async fn change(
    State(desk): State<Desk>,
    who: Who,
    Path(id): Path<Id<Patient>>,
    axum::Form(sent): axum::Form<Sent>,
) -> Result<Response, Problem> {
    let before = desk.read(&who, id).await?;
    match patient_of(&sent, before.body) {
        Ok(patient) => {
            desk.change(&who, id, sent.version(), &patient, None).await?;
            Ok(see(&format!("/patients/{id}")))
        }
        Err(troubles) => {
            let frame = Frame::new(&desk, &who, "Change the patient", Section::Patients).await?;
            let value = |field: &str| sent.get(field).to_owned();
            let form = patient_form(&frame.csrf, format!("/patients/{id}"), Some(sent.version()), &value, &troubles);
            let crumb = Some((format!("/patients/{id}"), "The patient".to_owned()));
            Ok(page(&FormPage { frame, title: "Change the patient".to_owned(), crumb, lead: String::new(), form })?
                .into_response())
        }
    }
}

struct PlanView {
    href: String,
    name: String,
    rank: u8,
    member: String,
    says: String,
    holds: String,
    is_over: bool,
}

#[derive(Template)]
#[template(path = "patient.html")]
struct Show {
    frame: Frame,
    id: Id<Patient>,
    name: String,
    facts: Vec<(&'static str, String)>,
    plans: Vec<PlanView>,
    visits: List,
    answers: List,
    may_write: bool,
    may_check: bool,
    may_report: bool,
    documents: u64,
    filed: bool,
}

/// `GET /patients/{id}`
async fn show(
    State(desk): State<Desk>,
    who: Who,
    Path(id): Path<Id<Patient>>,
    UrlQuery(sent): UrlQuery<Sent>,
) -> Result<Html<String>, Problem> {
    let patient = desk.read(&who, id).await?;
    let plans = desk.list(&who, &Query::<Coverage>::all().patient(id)).await?.items;
    let query = Query::<Visit>::all().patient(id).order(Order::LastDay).limit(RECENT_MAX);
    let of_patient = if who.may(Right::VisitRead) { desk.list(&who, &query).await?.items } else { Vec::new() };
    let query = Query::<Determination>::all().patient(id).order(Order::Newest).limit(RECENT_MAX);
    let kept = if who.may(Right::DeterminationRead) { desk.list(&who, &query).await?.items } else { Vec::new() };
    let text = |value: &Phi<Option<String>>| value.reveal().clone().unwrap_or_else(|| "not recorded".to_owned());
    let facts = vec![
        ("Born", people::born(&patient)),
        ("Sex", text(&patient.sex)),
        ("Home state", text(&patient.home_state)),
        ("Record", text(&patient.mrn)),
        ("Telephone", text(&patient.phone)),
        ("E-mail", text(&patient.email)),
    ];
    let frame = Frame::new(&desk, &who, &people::name(&patient), Section::Patients).await?;
    let mut plans: Vec<PlanView> = plans.iter().map(|plan| plan_view(&desk, plan)).collect();
    plans.sort_by_key(|plan| (plan.is_over, plan.rank));
    page(&Show {
        id,
        name: people::name(&patient),
        facts,
        plans,
        visits: visit_table(&desk, &of_patient, id, &who),
        answers: answer_table(&kept),
        may_write: who.may(Right::PatientWrite),
        may_check: who.may(Right::DeterminationMake),
        may_report: who.may(Right::AccessReport),
        documents: desk.store().count(&Query::<Document>::all().patient(id)).await?,
        filed: sent.is_ticked("filed"),
        frame,
    })
}

fn plan_view(desk: &Desk, plan: &Stored<Coverage>) -> PlanView {
    let case = plan.case.reveal();
    let mut says = String::new();
    for (key, words) in
        [("product", "product"), ("funding", "funding"), ("network", "network"), ("issue_state", "issued in")]
    {
        if let Some(value) = case[key].as_str() {
            let _ = write!(says, "{words} {value} · ");
        }
    }
    let checked = case["benefits"]["checked"].as_str().and_then(|day| day.parse::<Date>().ok());
    let age = checked.map(|day| desk.today().since(day).map_or(0, |span| span.get_days()));
    match age {
        Some(age) => {
            let _ = write!(says, "benefits checked {age} days ago");
        }
        None => says.push_str("benefits not checked"),
    }
    let day = |day: Option<Date>| day.map(parts::day);
    let holds = match (day(plan.holds.from), day(plan.holds.until)) {
        (None, None) => "no dates recorded".to_owned(),
        (Some(from), None) => format!("from {from}"),
        (None, Some(until)) => format!("until {until}"),
        (Some(from), Some(until)) => format!("{from} to {until}"),
    };
    PlanView {
        href: format!("/coverages/{}", plan.id),
        name: people::plan_name(desk.library(), plan),
        rank: plan.rank,
        member: plan.member_id.reveal().clone().unwrap_or_default(),
        says,
        holds,
        is_over: !plan.holds.holds(desk.today()),
    }
}

fn visit_table(desk: &Desk, of_patient: &[Stored<Visit>], id: Id<Patient>, who: &Who) -> List {
    let row = |visit: &Stored<Visit>| {
        vec![
            Cell::link(format!("/visits/{}", visit.id), parts::day(visit.day)),
            Cell::text(people::what(desk.library(), visit.case.reveal())),
            visits::state_cell(visit.state),
        ]
    };
    let act = who.may(Right::VisitWrite).then(|| ("Enter a visit", format!("/visits/new?patient={id}")));
    List {
        caption: "Visits".to_owned(),
        columns: columns(&["Day", "What", "State"]),
        rows: of_patient.iter().map(row).collect(),
        empty: Empty { title: "No visit yet", text: "A check of coverage can be saved as one.", act },
    }
}

fn answer_table(kept: &[Stored<Determination>]) -> List {
    let row = |kept: &Stored<Determination>| {
        let what = kept.answer.reveal()["lines"][0]["what"].as_str().unwrap_or("several services").to_owned();
        let cell = today::verdict(kept).map_or_else(|| Cell::text("several"), Cell::Verdict);
        vec![Cell::link(format!("/determinations/{}", kept.id), parts::day(kept.as_of)), Cell::text(what), cell]
    };
    List {
        caption: "Answers that were kept".to_owned(),
        columns: columns(&["Asked on", "What", "Verdict"]),
        rows: kept.iter().map(row).collect(),
        empty: Empty { title: "No answer yet", text: "Every answer about this patient is kept here.", act: None },
    }
}
