//! Answers that were kept, and their papers.

use askama::Template;
use axum::extract::{Path, State};
use coverage::answer::Answer;
use coverage::determine::explain;
use serde_json::Value;
use store::nouns::{Coverage, Determination, Patient};
use store::{Id, Query, Stored};

use super::frame::{Frame, Section};
use super::papers::{self, About, OnPaper};
use super::{Html, answer, page, parts, people};
use crate::Desk;
use crate::error::Problem;
use crate::who::Who;

struct PatientLink {
    id: String,
    name: String,
    born: String,
}

/// How the answer of today compares with the one that was kept.
struct Replay {
    differs: bool,
    says: String,
}

#[derive(Template)]
#[template(path = "determination.html")]
struct Show<'a> {
    frame: Frame,
    id: Id<Determination>,
    answer: &'a Answer,
    patient: Option<PatientLink>,
    visit: Option<String>,
    asked: String,
    stamp: &'a str,
    replay: Option<Replay>,
    lines: String,
    proof: Option<String>,
}

/// An answer as it was kept.
pub(crate) fn read_answer(kept: &Determination) -> Result<Answer, Problem> {
    serde_json::from_value(kept.answer.reveal().clone()).map_err(|_| {
        tracing::error!("an answer that was kept has another form");
        Problem::internal()
    })
}

/// `GET /determinations/{id}`
pub(crate) async fn show(
    State(desk): State<Desk>,
    who: Who,
    Path(id): Path<Id<Determination>>,
) -> Result<Html<String>, Problem> {
    let kept = desk.read(&who, id).await?;
    let answer = read_answer(&kept)?;
    let patient = match kept.patient {
        Some(id) => Some(desk.read(&who, id).await?),
        None => None,
    };
    let patient = patient.map(|patient| PatientLink {
        id: patient.id.to_string(),
        name: people::name(&patient),
        born: people::born(&patient),
    });
    let papers = format!("/determinations/{id}");
    let lines = answer::lines(&answer, None, Some(&papers)).map_err(|_| Problem::internal())?;
    let (replay, proof) = replayed(&desk, &kept, &answer);
    let frame = Frame::new(&desk, &who, "An answer that was kept", Section::Check).await?;
    page(&Show {
        frame,
        id,
        stamp: papers::stamp(&answer),
        patient,
        visit: kept.visit.map(|visit| visit.to_string()),
        asked: parts::day(answer.as_of.0),
        replay,
        lines,
        proof,
        answer: &answer,
    })
}

/// The kept case, asked again by the library of this server: the same library gives the same answer, another one may not.
fn replayed(desk: &Desk, kept: &Determination, answer: &Answer) -> (Option<Replay>, Option<String>) {
    let case: &Value = kept.case.reveal();
    let Ok((read, notes)) = desk.answers().read(case) else {
        let says = "The library of today cannot read this case any more; the answer stands as it was kept.";
        return (Some(Replay { differs: true, says: says.to_owned() }), None);
    };
    let Ok(again) = desk.answers().answer(&read, &notes) else { return (None, None) };
    let is_same = answer.library == again.library;
    let words =
        |answer: &Answer| -> Vec<&str> { answer.lines.iter().map(|line| parts::verdict_name(line.verdict)).collect() };
    let replay = match (is_same, words(answer) == words(&again)) {
        (true, true) => None,
        (true, false) => {
            Some("Asked again by the same library, the answer is another one: tell who runs this server.".to_owned())
        }
        (false, true) => Some(format!("The library of today ({}) gives the same verdict.", again.library.version)),
        (false, false) => {
            Some(format!("The library of today ({}) says: {}.", again.library.version, words(&again).join("; ")))
        }
    };
    let differs = words(answer) != words(&again);
    let proof =
        is_same.then(|| desk.library().for_case(&read).ok().map(|compiled| explain(&read, &compiled))).flatten();
    (replay.map(|says| Replay { differs, says }), proof)
}

/// What the three papers share.
struct Read {
    answer: Answer,
    patient: Option<OnPaper>,
    practice: String,
    demo: bool,
    back: String,
}

async fn read(desk: &Desk, who: &Who, id: Id<Determination>) -> Result<Read, Problem> {
    let kept: Stored<Determination> = desk.read(who, id).await?;
    let answer = read_answer(&kept)?;
    let patient = match kept.patient {
        Some(patient) => Some(on_paper(desk, who, patient).await?),
        None => None,
    };
    let practice = desk.store().peek(desk.store().practice()).await?.name.clone();
    Ok(Read { answer, patient, practice, demo: desk.demo(), back: format!("/determinations/{id}") })
}

async fn on_paper(desk: &Desk, who: &Who, id: Id<Patient>) -> Result<OnPaper, Problem> {
    let patient = desk.read(who, id).await?;
    let coverages = desk.list(who, &Query::<Coverage>::all().patient(id)).await?.items;
    let first = coverages.iter().min_by_key(|coverage| coverage.rank);
    let member = first.and_then(|coverage| coverage.member_id.reveal().clone()).unwrap_or_default();
    Ok(OnPaper { name: people::name(&patient), born: people::born(&patient), member })
}

impl Read {
    fn about(&self) -> About<'_> {
        About {
            answer: &self.answer,
            patient: self.patient.clone(),
            practice: &self.practice,
            demo: self.demo,
            back: self.back.clone(),
        }
    }
}

/// `GET /determinations/{id}/sheet`
pub(crate) async fn sheet(
    State(desk): State<Desk>,
    who: Who,
    Path(id): Path<Id<Determination>>,
) -> Result<Html<String>, Problem> {
    let read = read(&desk, &who, id).await?;
    papers::sheet(read.about()).map(Html).map_err(|_| Problem::internal())
}

/// `GET /determinations/{id}/call-script`
pub(crate) async fn call_script(
    State(desk): State<Desk>,
    who: Who,
    Path(id): Path<Id<Determination>>,
) -> Result<Html<String>, Problem> {
    let read = read(&desk, &who, id).await?;
    papers::call_script(read.about()).map(Html).map_err(|_| Problem::internal())
}

/// `GET /determinations/{id}/questions`
pub(crate) async fn questions(
    State(desk): State<Desk>,
    who: Who,
    Path(id): Path<Id<Determination>>,
) -> Result<Html<String>, Problem> {
    let read = read(&desk, &who, id).await?;
    papers::questions(read.about()).map(Html).map_err(|_| Problem::internal())
}
