//! Next quarter: the practice's own visits, answered by the library of this desk and by another one.

use std::collections::HashMap;
use std::sync::LazyLock;

use library::Library;
use library::impact::{Flip, flips};
use serde_json::{Map, Value};
use store::nouns::{Clinician, Coverage, Facility, Patient, Visit};
use store::{Cursor, Id, Query, Stored};

use super::answers::Answers;
use super::compose::{OnFile, compose};
use crate::Desk;
use crate::error::Problem;
use crate::limits::Turns;
use crate::who::Who;

/// Visits that are answered at once; the next page goes on.
pub const VISITS_MAX: usize = 200;

/// Each takes a core for seconds.
const AT_ONCE_MAX: usize = 2;

static REPLAYS: LazyLock<Turns> = LazyLock::new(|| Turns::new(AT_ONCE_MAX));

/// What another library answers otherwise.
pub struct Replay {
    /// The other library.
    pub other: &'static Library,
    /// Visits that both libraries answered.
    pub visits: usize,
    /// Their lines.
    pub lines: usize,
    /// Lines that get another answer, with their visits.
    pub flips: Vec<(Stored<Visit>, Flip)>,
    /// Visits that one of the libraries cannot read: a name that it does not know.
    pub unread: Vec<(Stored<Visit>, Reader)>,
    /// Where the next page begins.
    pub next: Option<Cursor>,
}

/// Which library could not read a visit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reader {
    /// That of this desk.
    This,
    /// The other one.
    Other,
}

impl Desk {
    /// Answers visits by both libraries.
    ///
    /// # Errors
    /// If no other library was chosen, or the records cannot be read.
    pub async fn replay(&self, who: &Who, query: &Query<Visit>) -> Result<Replay, Problem> {
        let other = self.other_answers().await?.ok_or_else(no_other)?;
        let page = self.list(who, query).await?;
        let cases = self.cases_of(who, &page.items).await?;
        let desk = self.clone();
        let worked = REPLAYS.work(move || worked(desk.answers(), &other, page.items, &cases)).await;
        Ok(Replay { next: page.next, ..worked.ok_or_else(Problem::internal)?? })
    }

    /// The case of each visit, from what is on file: every patient and plan that is read is entered in the audit.
    async fn cases_of(&self, who: &Who, visits: &[Stored<Visit>]) -> Result<Vec<Value>, Problem> {
        let facilities = by_id(self.store().peek_all(&Query::<Facility>::all()).await?.items);
        let clinicians = by_id(self.store().peek_all(&Query::<Clinician>::all()).await?.items);
        let mut work = self.store().begin(&who.act(self)).await?;
        let ids: Vec<Id<Patient>> = visits.iter().map(|visit| visit.patient).collect();
        let patients = by_id(work.find(&Query::<Patient>::all().ids(ids)).await?.items);
        let mut plans = HashMap::new();
        for patient in patients.keys() {
            plans.insert(*patient, work.find(&Query::<Coverage>::all().patient(*patient)).await?.items);
        }
        work.commit().await?;
        let today = self.today();
        let case = |visit: &Stored<Visit>| {
            let clinician = visit.clinician.and_then(|id| clinicians.get(&id));
            let supervised = clinician.and_then(|one| one.supervision.iter().find(|by| by.holds.holds(visit.day)));
            let of_patient: Vec<&Coverage> =
                plans.get(&visit.patient).into_iter().flatten().map(|plan| &plan.body).collect();
            let on_file = OnFile {
                patient: patients.get(&visit.patient).map(|stored| &stored.body),
                coverages: &of_patient,
                facility: facilities.get(&visit.facility).map(|stored| &stored.body),
                clinician: clinician.map(|stored| &stored.body),
                supervisor: supervised.and_then(|by| clinicians.get(&by.by)).map(|stored| &stored.body),
                visit: Some(&visit.body),
            };
            compose(&on_file, visit.day, today.max(visit.day), &Map::new())
        };
        Ok(visits.iter().map(case).collect())
    }
}

fn no_other() -> Problem {
    Problem::conflict("no other library was chosen", "an owner chooses one in the settings")
}

fn by_id<R>(items: Vec<Stored<R>>) -> HashMap<Id<R>, Stored<R>> {
    items.into_iter().map(|stored| (stored.id, stored)).collect()
}

fn worked(this: &Answers, other: &Answers, visits: Vec<Stored<Visit>>, cases: &[Value]) -> Result<Replay, Problem> {
    let mut replay =
        Replay { other: other.library(), visits: 0, lines: 0, flips: Vec::new(), unread: Vec::new(), next: None };
    for (visit, case) in visits.into_iter().zip(cases) {
        // A visit without a line asks nothing.
        if case["line"].as_array().is_none_or(Vec::is_empty) {
            continue;
        }
        let by = |answers: &Answers, reader| match answers.read(case) {
            Ok((read, notes)) => answers.answer(&read, &notes).map(Ok),
            Err(_) => Ok(Err(reader)),
        };
        match (by(this, Reader::This)?, by(other, Reader::Other)?) {
            (Ok(old), Ok(new)) => {
                replay.visits += 1;
                replay.lines += new.lines.len();
                replay.flips.extend(flips(&old, &new).into_iter().map(|flip| (visit.clone(), flip)));
            }
            (Err(reader), _) | (_, Err(reader)) => replay.unread.push((visit, reader)),
        }
    }
    Ok(replay)
}
