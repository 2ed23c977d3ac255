//! Who treats and where, with what ends when.

use askama::Template;
use axum::extract::Query as UrlQuery;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Response};
use codes::StateCode;
use jiff::civil::Date;
use serde_json::{Map, Value};
use store::nouns::{Clinician, Facility, Interval, Licence, Supervision};
use store::{Id, Query, Stored};

use super::form::{Field, Form, Group, Kind, choices};
use super::frame::{Frame, Section};
use super::list::{Cell, Empty, List, columns};
use super::patients::FormPage;
use super::sent::Sent;
use super::{Html, csv, expiries, page, parts, people, see};
use crate::Desk;
use crate::access::{Right, Routes};
use crate::error::Problem;
use crate::who::Who;

/// Rows of one kind of paper that a form shows: what is there, and one more to fill in.
const ROWS_MAX: usize = 12;

pub(super) fn routes(routes: Routes) -> Routes {
    routes
        .get("/expiries", Right::PracticeRead, queue)
        .get("/clinicians", Right::PracticeRead, clinicians)
        .get("/clinicians/new", Right::PracticeWrite, new_clinician)
        .post("/clinicians", Right::PracticeWrite, create_clinician)
        .get("/clinicians/{id}", Right::PracticeRead, clinician)
        .post("/clinicians/{id}", Right::PracticeWrite, change_clinician)
        .get("/facilities", Right::PracticeRead, facilities)
        .get("/facilities/new", Right::PracticeWrite, new_facility)
        .post("/facilities", Right::PracticeWrite, create_facility)
        .get("/facilities/{id}", Right::PracticeRead, facility)
        .post("/facilities/{id}", Right::PracticeWrite, change_facility)
}

#[derive(Template)]
#[template(path = "practice_list.html")]
pub(super) struct ListPage {
    pub(super) frame: Frame,
    pub(super) title: &'static str,
    pub(super) lead: String,
    pub(super) tab: &'static str,
    pub(super) acts: Vec<(&'static str, String)>,
    pub(super) tables: Vec<(String, List)>,
}

async fn everybody(desk: &Desk) -> Result<(Vec<Stored<Clinician>>, Vec<Stored<Facility>>), Problem> {
    let mut clinicians = desk.store().peek_all(&Query::<Clinician>::all()).await?.items;
    let mut facilities = desk.store().peek_all(&Query::<Facility>::all()).await?.items;
    clinicians.sort_by(|one, other| (!one.active, &one.name).cmp(&(!other.active, &other.name)));
    facilities.sort_by(|one, other| (!one.active, &one.name).cmp(&(!other.active, &other.name)));
    Ok((clinicians, facilities))
}

/// `GET /expiries`: what ends within 90 days, the first first, in three parts.
async fn queue(State(desk): State<Desk>, who: Who, UrlQuery(sent): UrlQuery<Sent>) -> Result<Response, Problem> {
    let (clinicians, facilities) = everybody(&desk).await?;
    let today = desk.today();
    let ending = expiries::ending(&clinicians, &facilities, today);
    if sent.get("format") == "csv" {
        return Ok(csv(&table(&ending.iter().collect::<Vec<_>>(), today), "expiring"));
    }
    let mut tables = Vec::new();
    for (title, range) in expiries::PARTS {
        let of_part: Vec<_> = ending.iter().filter(|paper| range.contains(&paper.days_left)).collect();
        tables.push((format!("{title} ({})", of_part.len()), table(&of_part, today)));
    }
    tables.retain(|(_, list)| !list.rows.is_empty());
    if tables.is_empty() {
        tables.push((String::new(), table(&[], today)));
    }
    let frame = Frame::new(&desk, &who, "Expiring", Section::Practice).await?;
    let lead =
        "Licences, enrolments and agreements that end within 90 days. A claim for a day after the end is refused."
            .to_owned();
    let acts = vec![("CSV", "/expiries?format=csv".to_owned())];
    Ok(page(&ListPage { frame, title: "Expiring", lead, tab: "expiries", acts, tables })?.into_response())
}

fn table(ending: &[&expiries::Ending], today: Date) -> List {
    let row = |paper: &&expiries::Ending| {
        let (tone, left) = match paper.days_left {
            ..0 => ("bad", format!("over for {} days", -paper.days_left)),
            0 => ("bad", "today".to_owned()),
            1..=30 => ("bad", format!("{} days left", paper.days_left)),
            31..=60 => ("amber", format!("{} days left", paper.days_left)),
            days => ("", format!("{days} days left")),
        };
        vec![
            Cell::link(paper.href.clone(), paper.whose.clone()),
            Cell::text(paper.what.clone()),
            Cell::text(parts::day(paper.until)),
            Cell::tag(tone, left),
        ]
    };
    List {
        caption: format!("What ends after {}", parts::day(today)),
        columns: columns(&["Whose", "What", "Last day", "Left"]),
        rows: ending.iter().map(row).collect(),
        empty: Empty {
            title: "Nothing ends within 90 days",
            text: "What has no last day on file cannot be watched: enter it with the clinician or the facility.",
            act: Some(("Clinicians", "/clinicians".to_owned())),
        },
    }
}

async fn clinicians(State(desk): State<Desk>, who: Who, UrlQuery(sent): UrlQuery<Sent>) -> Result<Response, Problem> {
    let (all, facilities) = everybody(&desk).await?;
    let today = desk.today();
    let row = |one: &Stored<Clinician>| {
        let places =
            facilities.iter().filter(|place| one.facilities.contains(&place.id)).map(|place| place.name.as_str());
        let places = places.collect::<Vec<_>>().join("; ");
        let licence = one.licences.iter().max_by_key(|licence| licence.holds.until);
        let until = licence.and_then(|licence| licence.holds.until);
        vec![
            Cell::link(format!("/clinicians/{}", one.id), people::clinician_name(one)),
            Cell::text(one.npi.clone().unwrap_or_default()),
            Cell::text(if places.is_empty() { "everywhere".to_owned() } else { places }),
            match until {
                None => Cell::text("no last day on file"),
                Some(day) if day < today => Cell::tag("bad", format!("ended {}", parts::day(day))),
                Some(day) => Cell::text(parts::day(day)),
            },
            if one.active { Cell::tag("good", "treats") } else { Cell::tag("", "left") },
        ]
    };
    let act = who.may(Right::PracticeWrite).then(|| ("Enter a clinician", "/clinicians/new".to_owned()));
    let list = List {
        caption: "Clinicians".to_owned(),
        columns: columns(&["Clinician", "NPI", "Where", "Licence until", ""]),
        rows: all.iter().map(row).collect(),
        empty: Empty {
            title: "No clinician yet",
            text: "Answers hang on who treats. Enter them, or import a file: covered import clinicians FILE --dry-run.",
            act: act.clone(),
        },
    };
    let list = List { columns: columns(&["Clinician", "NPI", "Where", "Licence until", "State"]), ..list };
    if sent.get("format") == "csv" {
        return Ok(csv(&list, "clinicians"));
    }
    let frame = Frame::new(&desk, &who, "Clinicians", Section::Practice).await?;
    let acts = act.into_iter().chain([("CSV", "/clinicians?format=csv".to_owned())]).collect();
    Ok(page(&ListPage {
        frame,
        title: "Clinicians",
        lead: String::new(),
        tab: "clinicians",
        acts,
        tables: vec![(String::new(), list)],
    })?
    .into_response())
}

async fn facilities(State(desk): State<Desk>, who: Who, UrlQuery(sent): UrlQuery<Sent>) -> Result<Response, Problem> {
    let (_, all) = everybody(&desk).await?;
    let word = |value: &Value| value.as_str().unwrap_or_default().replace('-', " ");
    let listed = |value: &Value| {
        let names = value.as_array().map_or(&[][..], Vec::as_slice).iter().filter_map(Value::as_str);
        let names: Vec<&str> =
            names.map(|id| desk.library().payers().get(id).map_or(id, |payer| payer.name.as_str())).collect();
        if names.is_empty() { "none recorded".to_owned() } else { names.join(", ") }
    };
    let row = |one: &Stored<Facility>| {
        vec![
            Cell::link(format!("/facilities/{}", one.id), one.name.clone()),
            Cell::text(word(&one.case["kind"])),
            Cell::text(word(&one.case["state"])),
            Cell::text(listed(&one.case["enrolled"])),
            Cell::text(listed(&one.case["network"])),
            if one.active { Cell::tag("good", "open") } else { Cell::tag("", "closed") },
        ]
    };
    let act = who.may(Right::PracticeWrite).then(|| ("Enter a facility", "/facilities/new".to_owned()));
    let list = List {
        caption: "Facilities".to_owned(),
        columns: columns(&["Facility", "Kind", "State", "Enrolled with", "In network of", "Is"]),
        rows: all.iter().map(row).collect(),
        empty: Empty {
            title: "No facility yet",
            text: "Answers hang on the state and on whom the place is enrolled with.",
            act: act.clone(),
        },
    };
    if sent.get("format") == "csv" {
        return Ok(csv(&list, "facilities"));
    }
    let frame = Frame::new(&desk, &who, "Facilities", Section::Practice).await?;
    let acts = act.into_iter().chain([("CSV", "/facilities?format=csv".to_owned())]).collect();
    Ok(page(&ListPage {
        frame,
        title: "Facilities",
        lead: String::new(),
        tab: "facilities",
        acts,
        tables: vec![(String::new(), list)],
    })?
    .into_response())
}

fn states() -> Vec<(String, String)> {
    let nothing = (String::new(), "Not recorded".to_owned());
    std::iter::once(nothing)
        .chain(StateCode::ALL.iter().map(|state| (state.as_str().to_owned(), state.name().to_owned())))
        .collect()
}

/// Fields of a list of papers: what is there, and one row to fill in.
fn papers(prefix: &str, label: &str, papers: &[Licence], has_state: bool) -> Vec<Field> {
    let blank = Licence::default();
    let mut fields = Vec::new();
    for (index, paper) in papers.iter().chain([&blank]).take(ROWS_MAX).enumerate() {
        let id = |key: &str| format!("{prefix}-{index}-{key}");
        let day = |day: Option<Date>| day.map_or_else(String::new, |day| day.to_string());
        let nth = if index < papers.len() {
            format!("{label} {}", index + 1)
        } else {
            format!("Another {}", label.to_lowercase())
        };
        fields.push(Field::text(id("kind"), nth.clone(), paper.kind.clone()));
        fields.push(Field::text(id("number"), format!("{nth}: number"), paper.number.clone().unwrap_or_default()));
        if has_state {
            fields.push(Field::new(
                id("state"),
                format!("{nth}: state"),
                Kind::Select(states()),
                paper.state.clone().unwrap_or_default(),
            ));
        }
        fields.push(Field::date(id("from"), format!("{nth}: first day"), day(paper.holds.from)));
        fields.push(Field::date(id("until"), format!("{nth}: last day"), day(paper.holds.until)));
    }
    fields
}

/// The papers of a form; a row without a kind is none.
fn papers_of(sent: &Sent, prefix: &str) -> Result<Vec<Licence>, Problem> {
    let mut papers = Vec::new();
    for index in 0..ROWS_MAX {
        let id = |key: &str| format!("{prefix}-{index}-{key}");
        let Some(kind) = sent.some(&id("kind")) else { continue };
        let day = |key: &str| {
            sent.day(&id(key)).map_err(|says| {
                Problem::field(&format!("/{prefix}/{index}/{key}"), "W0602", says, "go back and correct it")
            })
        };
        let holds = Interval { from: day("from")?, until: day("until")? };
        if matches!((holds.from, holds.until), (Some(from), Some(until)) if until < from) {
            return Err(Problem::field(
                &format!("/{prefix}/{index}/until"),
                "W0605",
                "the last day lies before the first",
                "go back and correct it",
            ));
        }
        papers.push(Licence { kind, number: sent.some(&id("number")), state: sent.some(&id("state")), holds });
    }
    Ok(papers)
}

fn clinician_form(
    csrf: &str,
    clinician: &Clinician,
    of: Option<(Id<Clinician>, i64)>,
    facilities: &[Stored<Facility>],
    others: &[Stored<Clinician>],
) -> Form {
    let group = |title: &str, fields| Group { title: title.to_owned(), fields };
    let mut supervisors = vec![(String::new(), "Nobody".to_owned())];
    supervisors.extend(
        others
            .iter()
            .filter(|one| of.is_none_or(|(id, _)| id != one.id))
            .map(|one| (one.id.to_string(), people::clinician_name(one))),
    );
    let supervision = clinician.supervision.first();
    let day = |day: Option<Date>| day.map_or_else(String::new, |day| day.to_string());
    let person = vec![
        Field::text("name", "Name", clinician.name.clone()).required().hint("Family name first."),
        Field::text("npi", "NPI", clinician.npi.clone().unwrap_or_default()),
        Field::new("active", "Treats still", Kind::Check, if clinician.active { "yes" } else { "" }),
    ];
    let places = facilities.iter().map(|place| {
        let ticked = if clinician.facilities.contains(&place.id) { "yes" } else { "" };
        Field::new(format!("at-{}", place.id), place.name.clone(), Kind::Check, ticked)
    });
    let agreement = vec![
        Field::new(
            "supervisor",
            "Supervised by",
            Kind::Select(supervisors),
            supervision.map_or_else(String::new, |one| one.by.to_string()),
        ),
        Field::text("agreement", "Agreement", supervision.and_then(|one| one.agreement.clone()).unwrap_or_default()),
        Field::date("supervised-from", "From", day(supervision.and_then(|one| one.holds.from))),
        Field::date("supervised-until", "Until", day(supervision.and_then(|one| one.holds.until))),
    ];
    Form {
        action: of.map_or_else(|| "/clinicians".to_owned(), |(id, _)| format!("/clinicians/{id}")),
        csrf: csrf.to_owned(),
        version: of.map(|(_, version)| version.to_string()),
        groups: vec![
            group("Person", person),
            group("Licences", papers("licence", "Licence", &clinician.licences, true)),
            group("Enrolments", papers("enrolment", "Enrolment", &clinician.enrolments, false)),
            group("Opted out of", papers("opt-out", "Opt-out", &clinician.opt_outs, false)),
            group("Supervision", agreement),
            group("Treats at (none ticked: everywhere)", places.collect()),
        ],
        submit: "Save the clinician",
        cancel: Some("/clinicians".to_owned()),
    }
}

fn clinician_of(sent: &Sent, before: Clinician) -> Result<Clinician, Problem> {
    let name = sent
        .some("name")
        .ok_or_else(|| Problem::field("/name", "W0602", "a clinician has a name", "go back and write it"))?;
    let npi = sent.some("npi");
    if let Some(Err(error)) = npi.as_ref().map(|npi| npi.parse::<codes::Npi>()) {
        return Err(Problem::field(
            "/npi",
            error.code(),
            error.to_string().replace('`', ""),
            "go back and compare it with the source",
        ));
    }
    let day = |key: &str| {
        sent.day(key).map_err(|says| Problem::field(&format!("/{key}"), "W0602", says, "go back and correct it"))
    };
    let supervision = match sent.get("supervisor").parse() {
        Ok(by) => vec![Supervision {
            by,
            agreement: sent.some("agreement"),
            holds: Interval { from: day("supervised-from")?, until: day("supervised-until")? },
        }],
        Err(_) => Vec::new(),
    };
    Ok(Clinician {
        name,
        npi,
        active: sent.is_ticked("active"),
        licences: papers_of(sent, "licence")?,
        enrolments: papers_of(sent, "enrolment")?,
        opt_outs: papers_of(sent, "opt-out")?,
        supervision,
        facilities: sent.0.keys().filter_map(|key| key.strip_prefix("at-")?.parse().ok()).collect(),
        ..before
    })
}

async fn clinician_page(
    desk: &Desk,
    who: &Who,
    title: &str,
    clinician: &Clinician,
    of: Option<(Id<Clinician>, i64)>,
) -> Result<Html<String>, Problem> {
    let (others, facilities) = everybody(desk).await?;
    let frame = Frame::new(desk, who, title, Section::Practice).await?;
    let form = clinician_form(&frame.csrf, clinician, of, &facilities, &others);
    page(&FormPage {
        frame,
        title: title.to_owned(),
        crumb: Some(("/clinicians".to_owned(), "Clinicians".to_owned())),
        lead: String::new(),
        form,
    })
}

async fn new_clinician(State(desk): State<Desk>, who: Who) -> Result<Html<String>, Problem> {
    clinician_page(&desk, &who, "New clinician", &Clinician { active: true, ..Clinician::default() }, None).await
}

async fn create_clinician(
    State(desk): State<Desk>,
    who: Who,
    axum::Form(sent): axum::Form<Sent>,
) -> Result<Response, Problem> {
    desk.create(&who, &clinician_of(&sent, Clinician::default())?, None).await?;
    Ok(see("/clinicians"))
}

#[derive(Template)]
#[template(path = "facts_page.html")]
struct FactsPage {
    frame: Frame,
    title: String,
    crumb: (&'static str, &'static str),
    facts: Vec<(String, String)>,
}

/// Licences and the like as facts, for whoever may not change them.
fn told(kind: &'static str, papers: &[Licence]) -> impl Iterator<Item = (String, String)> {
    papers.iter().map(move |paper| {
        let state = paper.state.as_ref().map_or_else(String::new, |state| format!(", {state}"));
        let until = paper
            .holds
            .until
            .map_or_else(|| "no last day on file".to_owned(), |day| format!("until {}", parts::day(day)));
        (kind.to_owned(), format!("{}{state}, {until}", paper.kind))
    })
}

async fn clinician(State(desk): State<Desk>, who: Who, Path(id): Path<Id<Clinician>>) -> Result<Html<String>, Problem> {
    let kept = desk.store().peek(id).await?;
    if who.may(Right::PracticeWrite) {
        return clinician_page(&desk, &who, &people::clinician_name(&kept), &kept, Some((id, kept.version))).await;
    }
    let facts = [("NPI".to_owned(), kept.npi.clone().unwrap_or_else(|| "not recorded".to_owned()))].into_iter();
    let facts = facts
        .chain(told("Licence", &kept.licences))
        .chain(told("Enrolment", &kept.enrolments))
        .chain(told("Opted out", &kept.opt_outs));
    let frame = Frame::new(&desk, &who, &kept.name, Section::Practice).await?;
    page(&FactsPage {
        frame,
        title: people::clinician_name(&kept),
        crumb: ("/clinicians", "Clinicians"),
        facts: facts.collect(),
    })
}

async fn change_clinician(
    State(desk): State<Desk>,
    who: Who,
    Path(id): Path<Id<Clinician>>,
    axum::Form(sent): axum::Form<Sent>,
) -> Result<Response, Problem> {
    let before = desk.store().peek(id).await?;
    desk.change(&who, id, sent.version(), &clinician_of(&sent, before.body)?, None).await?;
    Ok(see("/clinicians"))
}

fn facility_form(csrf: &str, facility: &Facility, of: Option<(Id<Facility>, i64)>) -> Form {
    let group = |title: &str, fields| Group { title: title.to_owned(), fields };
    let word = |key: &str| facility.case[key].as_str().unwrap_or_default().to_owned();
    let listed = |key: &str| {
        let ids = facility.case[key].as_array().map_or(&[][..], Vec::as_slice).iter().filter_map(Value::as_str);
        ids.collect::<Vec<_>>().join(", ")
    };
    let place = vec![
        Field::text("name", "Name", facility.name.clone()).required(),
        Field::new("kind", "Kind", Kind::Select(choices(coverage::case::FacilityKind::WORDS)), word("kind")),
        Field::new("state", "State", Kind::Select(states()), word("state")),
        Field::text("place_of_service", "Place of service", word("place_of_service")).hint("11 is an office."),
        Field::text("npi", "NPI", word("npi")),
        Field::new("active", "Patients are treated there", Kind::Check, if facility.active { "yes" } else { "" }),
    ];
    let payers = vec![
        Field::text("enrolled", "Enrolled with", listed("enrolled"))
            .hint("Payers with commas between, such as medicare."),
        Field::text("network", "In the network of", listed("network")),
    ];
    Form {
        action: of.map_or_else(|| "/facilities".to_owned(), |(id, _)| format!("/facilities/{id}")),
        csrf: csrf.to_owned(),
        version: of.map(|(_, version)| version.to_string()),
        groups: vec![
            group("Place", place),
            group("Payers", payers),
            group("Licences of the place", papers("licence", "Licence", &facility.licences, true)),
            group("Accreditations", papers("accreditation", "Accreditation", &facility.accreditations, false)),
        ],
        submit: "Save the facility",
        cancel: Some("/facilities".to_owned()),
    }
}

fn facility_of(desk: &Desk, sent: &Sent, before: Facility) -> Result<Facility, Problem> {
    let name = sent
        .some("name")
        .ok_or_else(|| Problem::field("/name", "W0602", "a facility has a name", "go back and write it"))?;
    let mut case: Map<String, Value> = before.case.as_object().cloned().unwrap_or_default();
    for key in ["kind", "state", "place_of_service", "npi"] {
        match sent.some(key) {
            Some(value) => drop(case.insert(key.to_owned(), value.into())),
            None => drop(case.remove(key)),
        }
    }
    for key in ["enrolled", "network"] {
        let names: Vec<Value> =
            sent.get(key).split(',').map(str::trim).filter(|name| !name.is_empty()).map(Value::from).collect();
        // An empty list says "asked: none"; an empty field says nothing.
        if names.is_empty() { drop(case.remove(key)) } else { drop(case.insert(key.to_owned(), names.into())) }
    }
    desk.answers()
        .read(&serde_json::json!({ "date": desk.today(), "facility": case, "line": [{ "treatment": "botox" }] }))?;
    Ok(Facility {
        name,
        active: sent.is_ticked("active"),
        case: Value::Object(case),
        licences: papers_of(sent, "licence")?,
        accreditations: papers_of(sent, "accreditation")?,
        ..before
    })
}

async fn facility_page(
    desk: &Desk,
    who: &Who,
    title: &str,
    facility: &Facility,
    of: Option<(Id<Facility>, i64)>,
) -> Result<Html<String>, Problem> {
    let frame = Frame::new(desk, who, title, Section::Practice).await?;
    let form = facility_form(&frame.csrf, facility, of);
    page(&FormPage {
        frame,
        title: title.to_owned(),
        crumb: Some(("/facilities".to_owned(), "Facilities".to_owned())),
        lead: String::new(),
        form,
    })
}

async fn new_facility(State(desk): State<Desk>, who: Who) -> Result<Html<String>, Problem> {
    facility_page(&desk, &who, "New facility", &Facility { active: true, ..Facility::default() }, None).await
}

async fn create_facility(
    State(desk): State<Desk>,
    who: Who,
    axum::Form(sent): axum::Form<Sent>,
) -> Result<Response, Problem> {
    desk.create(&who, &facility_of(&desk, &sent, Facility::default())?, None).await?;
    Ok(see("/facilities"))
}

async fn facility(State(desk): State<Desk>, who: Who, Path(id): Path<Id<Facility>>) -> Result<Html<String>, Problem> {
    let kept = desk.store().peek(id).await?;
    if who.may(Right::PracticeWrite) {
        return facility_page(&desk, &who, &kept.name, &kept, Some((id, kept.version))).await;
    }
    let word = |key: &str| kept.case[key].as_str().unwrap_or("not recorded").replace('-', " ");
    let facts = [("Kind", "kind"), ("State", "state"), ("NPI", "npi")].map(|(name, key)| (name.to_owned(), word(key)));
    let facts =
        facts.into_iter().chain(told("Licence", &kept.licences)).chain(told("Accreditation", &kept.accreditations));
    let frame = Frame::new(&desk, &who, &kept.name, Section::Practice).await?;
    page(&FactsPage { frame, title: kept.name.clone(), crumb: ("/facilities", "Facilities"), facts: facts.collect() })
}

async fn change_facility(
    State(desk): State<Desk>,
    who: Who,
    Path(id): Path<Id<Facility>>,
    axum::Form(sent): axum::Form<Sent>,
) -> Result<Response, Problem> {
    let before = desk.store().peek(id).await?;
    let body = facility_of(&desk, &sent, before.body)?;
    desk.change(&who, id, sent.version(), &body, None).await?;
    Ok(see("/facilities"))
}
