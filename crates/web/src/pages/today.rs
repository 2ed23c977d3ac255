//! Today: the visits of the day, each with its answer.

use std::collections::HashMap;

use askama::Template;
use axum::extract::{Query as UrlQuery, State};
use axum::response::{IntoResponse as _, Response};
use jiff::ToSpan;
use jiff::civil::Date;
use serde::Deserialize;
use store::nouns::{Determination, Facility, Visit, VisitState};
use store::{Id, Order, Query, Stored};

use super::frame::{Frame, Section};
use super::list::{Cell, Empty, List, columns};
use super::{csv, page, parts, people, visits};
use crate::Desk;
use crate::access::Right;
use crate::error::Problem;
use crate::who::Who;

/// Visits of one day that are shown.
const VISITS_MAX: usize = 200;

/// Which day.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Which {
    day: Option<Date>,
    format: String,
}

struct Figure {
    count: usize,
    says: &'static str,
}

#[derive(Template)]
#[template(path = "today.html")]
struct Today {
    frame: Frame,
    day: String,
    of: Date,
    is_today: bool,
    before: Date,
    after: Date,
    figures: Vec<Figure>,
    table: List,
    may_export: bool,
}

/// `GET /today`
pub(crate) async fn show(
    State(desk): State<Desk>,
    who: Who,
    UrlQuery(which): UrlQuery<Which>,
) -> Result<Response, Problem> {
    let may_export = who.may(Right::Export);
    let is_file = which.format == "csv";
    if is_file && !may_export {
        return Err(Problem::no_right(Right::Export));
    }
    let today = desk.today();
    let day = which.day.unwrap_or(today);
    let facilities = people::facilities(&desk, &who).await?;
    let here: Vec<Id<Facility>> =
        who.facility.map_or_else(|| facilities.iter().map(|one| one.id).collect(), |one| vec![one]);
    let query = Query::<Visit>::all().from(day).to(day).facilities(here).order(Order::FirstDay).limit(VISITS_MAX);
    let of_day = desk.list(&who, &query).await?.items;
    let answers = answers(&desk, &who, &of_day).await?;
    let patients = people::patients_of(&desk, &who, &of_day).await?;
    let clinicians = people::clinicians(&desk).await?;
    let rows = of_day.iter().map(|visit| {
        let clinician = clinicians.iter().find(|one| Some(one.id) == visit.clinician);
        let place = facilities.iter().find(|one| one.id == visit.facility);
        vec![
            Cell::Link {
                href: format!("/visits/{}", visit.id),
                text: patients.get(&visit.patient).cloned().unwrap_or_default(),
                below: people::what(desk.library(), visit.case.reveal()),
            },
            Cell::text(clinician.map_or_else(|| "not named".to_owned(), |one| people::clinician_name(one))),
            Cell::text(place.map_or_else(String::new, |one| one.name.clone())),
            visits::state_cell(visit.state),
            answers.get(&visit.id).map_or_else(
                || Cell::link(format!("/check?visit={}", visit.id), "Check coverage"),
                |(id, verdict)| {
                    verdict.map_or_else(|| Cell::link(format!("/determinations/{id}"), "Answer"), Cell::Verdict)
                },
            ),
        ]
    });
    let rows: Vec<_> = rows.collect();
    let count = |state: VisitState| of_day.iter().filter(|visit| visit.state == state).count();
    let unchecked = of_day.iter().filter(|visit| !answers.contains_key(&visit.id)).count();
    let figures = vec![
        Figure { count: of_day.len(), says: "visits" },
        Figure { count: count(VisitState::Open), says: "open" },
        Figure { count: unchecked, says: "without an answer yet" },
    ];
    let act = frame_act(&who);
    let table = List {
        caption: format!("Visits of {}", parts::weekday(day)),
        columns: columns(&["Patient", "Clinician", "Place", "State", "Will insurance pay?"]),
        rows,
        empty: Empty {
            title: "No visit on this day",
            text: "Visits appear here when they are entered with this day.",
            act,
        },
    };
    if is_file {
        return Ok(csv(&table, &format!("visits-{day}")));
    }
    let frame = Frame::new(&desk, &who, "Today", Section::Today).await?;
    let (before, after) = (day.saturating_sub(1.day()), day.saturating_add(1.day()));
    let (words, is_today) = (parts::weekday(day), day == today);
    Ok(page(&Today { frame, day: words, of: day, is_today, before, after, figures, table, may_export })?
        .into_response())
}

fn frame_act(who: &Who) -> Option<(&'static str, String)> {
    who.may(Right::PatientRead).then(|| ("Find a patient", "/patients".to_owned()))
}

/// The latest answer of each visit, with its verdict where it is of one line.
async fn answers(
    desk: &Desk,
    who: &Who,
    visits: &[Stored<Visit>],
) -> Result<HashMap<Id<Visit>, (Id<Determination>, Option<coverage::answer::Verdict>)>, Problem> {
    let mut found = HashMap::new();
    for visit in visits {
        let query = Query::<Determination>::all().visit(visit.id).order(Order::Newest).limit(1);
        let kept = desk.list(who, &query).await?.items;
        if let Some(kept) = kept.first() {
            found.insert(visit.id, (kept.id, verdict(kept)));
        }
    }
    Ok(found)
}

/// The verdict of a kept answer that has one line.
pub(crate) fn verdict(kept: &Determination) -> Option<coverage::answer::Verdict> {
    let lines = kept.answer.reveal()["lines"].as_array()?;
    let [line] = lines.as_slice() else { return None };
    parts::verdict_of(line["verdict"].as_str()?)
}
