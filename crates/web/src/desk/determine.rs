//! Asking whether a case is covered, and keeping the answer.

use coverage::answer::Answer;
use jiff::civil::Date;
use policy::dictionary::{Dictionary, Move};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use store::nouns::{Change, Clinician, Coverage, Determination, Facility, Patient, Visit};
use store::{Id, Order, Phi, Query, Record, Stored, Work};

use super::compose::{OnFile, compose};
use super::once::Once;
use crate::Desk;
use crate::error::Problem;
use crate::hooks::Listeners;
use crate::metrics::Event;
use crate::who::Who;

/// What is asked.
#[derive(Default)]
pub struct Ask {
    /// The case, in the words of the case file.
    pub case: Map<String, Value>,
    /// Whose.
    pub patient: Option<Id<Patient>>,
    /// The visit that the answer is kept with.
    pub visit: Option<Id<Visit>>,
    /// The answer that was shown before, if it is asked again.
    pub previous: Option<Id<Determination>>,
}

/// An answer that was kept.
pub struct Kept {
    /// Its id.
    pub id: Id<Determination>,
    /// The answer.
    pub answer: Answer,
    /// The case that it answers.
    pub case: Value,
    /// Facts that may never be advised and were changed since the answer before.
    pub changes: usize,
}

/// What is kept under the key of a request; the rest stands in the record.
#[derive(Serialize, Deserialize)]
struct Done {
    id: Id<Determination>,
    changes: usize,
}

impl Kept {
    /// The answer as it was kept, whatever was changed on file since.
    fn again(kept: Stored<Determination>, changes: usize) -> Result<Self, Problem> {
        let Stored { id, body: Determination { case, answer, .. }, .. } = kept;
        let answer = serde_json::from_value(answer.into_inner()).map_err(|_| {
            tracing::error!("an answer that was kept has another form");
            Problem::internal()
        })?;
        Ok(Self { id, answer, case: case.into_inner(), changes })
    }

    fn of(id: Id<Determination>, body: Determination<Answer>, changes: usize) -> Self {
        Self { id, answer: body.answer.into_inner(), case: body.case.into_inner(), changes }
    }
}

/// What a case is composed of, by id.
#[derive(Default)]
pub struct Sources {
    /// The patient.
    pub patient: Option<Id<Patient>>,
    /// Where.
    pub facility: Option<Id<Facility>>,
    /// By whom.
    pub clinician: Option<Id<Clinician>>,
    /// The visit; what it names is taken where nothing else is said.
    pub visit: Option<Id<Visit>>,
}

impl Desk {
    /// The case of what is on file, with what the question says laid over it.
    ///
    /// # Errors
    /// If a record is not there, or belongs to a facility at which `who` does not work.
    pub async fn compose(&self, who: &Who, sources: &Sources, asked: &Map<String, Value>) -> Result<Value, Problem> {
        let visit = match sources.visit {
            Some(id) => Some(self.read(who, id).await?),
            None => None,
        };
        let patient_id = sources.patient.or(visit.as_ref().map(|visit| visit.patient));
        let (patient, coverages) = match patient_id {
            Some(id) => {
                let plans = self.list(who, &Query::<Coverage>::all().patient(id)).await?;
                (Some(self.read(who, id).await?), plans.items)
            }
            None => (None, Vec::new()),
        };
        let facility = match sources.facility.or(visit.as_ref().map(|visit| visit.facility)) {
            Some(id) => Some(self.store().peek(id).await?),
            None => None,
        };
        let clinician = match sources.clinician.or(visit.as_ref().and_then(|visit| visit.clinician)) {
            Some(id) => Some(self.store().peek(id).await?),
            None => None,
        };
        let date = match (asked.get("date"), &visit) {
            (Some(date), _) => date_of(date)?,
            (None, Some(visit)) => visit.day,
            (None, None) => self.today(),
        };
        let supervisor = clinician.as_ref().and_then(|clinician| {
            clinician
                .supervision
                .iter()
                .find(|supervision| supervision.holds.holds(date))
                .map(|supervision| supervision.by)
        });
        let supervisor = match supervisor {
            Some(id) => Some(self.store().peek(id).await?),
            None => None,
        };
        let plans: Vec<&Coverage> = coverages.iter().map(|stored| &stored.body).collect();
        let on_file = OnFile {
            patient: patient.as_ref().map(|stored| &stored.body),
            coverages: &plans,
            facility: facility.as_ref().map(|stored| &stored.body),
            clinician: clinician.as_ref().map(|stored| &stored.body),
            supervisor: supervisor.as_ref().map(|stored| &stored.body),
            visit: visit.as_ref().map(|stored| &stored.body),
        };
        Ok(compose(&on_file, date, self.today(), asked))
    }

    /// The answer that was kept when a request came before.
    ///
    /// # Errors
    /// If the key came with another request.
    pub async fn determined_before(&self, who: &Who, once: Option<&Once>) -> Result<Option<Kept>, Problem> {
        let Some(Done { id, changes }) = self.done_before(who, once).await? else { return Ok(None) };
        Kept::again(self.read(who, id).await?, changes).map(Some)
    }

    /// Answers a case and keeps the answer, sealed and audited, so that it can be given again. Each change of a fact that may never be
    /// advised, made after an answer to the same visit or patient was shown, is kept for review with it.
    ///
    /// # Errors
    /// If the case cannot be read, or what it is kept with is not there or belongs elsewhere.
    pub async fn determine_and_keep(&self, who: &Who, ask: Ask, once: Option<&Once>) -> Result<Kept, Problem> {
        let case = Value::Object(ask.case);
        let (read, notes) = self.answers().read(&case)?;
        let answer = self.answers().answer(&read, &notes)?;
        let patient = match (ask.patient, ask.visit) {
            (None, Some(visit)) => Some(self.read(who, visit).await?.patient),
            (Some(patient), Some(visit)) if self.read(who, visit).await?.patient != patient => {
                let next = "name a visit of this patient, or none";
                return Err(Problem::field("/visit", "W0206", "the visit is another patient's", next));
            }
            (patient, _) => patient,
        };
        let as_of = read.as_of;
        let body = Determination {
            patient,
            visit: ask.visit,
            previous: ask.previous,
            library: self.library().sha256().to_owned(),
            as_of,
            case: case.into(),
            answer: answer.into(),
        };
        // Whoever may not open the patient keeps nothing with them.
        let noun = <Determination>::NOUN;
        let act = self.act_on(who, &body.clear(), noun).await?;
        let told = self.listeners(&[noun, Change::NOUN]).await?;
        let mut work = self.store().begin(&act).await?;
        if let Some(Done { id, changes }) = Once::before(once, &mut work).await? {
            let kept = work.get(id).await?;
            work.commit().await?;
            return Kept::again(kept, changes);
        }
        let before = previous(&mut work, &body).await?;
        let body = Determination { previous: before.as_ref().map(|before| before.id), ..body };
        let id = work.insert(&body).await?.cast();
        told.tell::<Determination>(&mut work, id).await?;
        let changes = match &before {
            Some(before) => keep_changes(&mut work, self.library().dictionary(), before, &body, who, &told).await?,
            None => 0,
        };
        Once::keep(once, &mut work, &Done { id, changes }).await?;
        work.commit().await?;
        self.wake_courier(&told);
        self.metrics().count(Event::Determination);
        Ok(Kept::of(id, body, changes))
    }
}

fn date_of(value: &Value) -> Result<Date, Problem> {
    value
        .as_str()
        .and_then(|text| text.parse().ok())
        .ok_or_else(|| Problem::field("/case/date", "W0202", "this is not a day", "write it as 2026-11-23"))
}

/// The answer that was shown before: the one that is named, or the last of the visit, or of the patient on the same date of service.
async fn previous(work: &mut Work, body: &Determination<Answer>) -> Result<Option<Stored<Determination>>, Problem> {
    if let Some(id) = body.previous {
        let before = work.get(id).await?;
        let is_same = before.patient == body.patient || before.patient.is_none();
        return if is_same { Ok(Some(before)) } else { Err(Problem::not_found()) };
    }
    let last = |query: Query<Determination>| query.order(Order::Newest).limit(1);
    let query = match (body.visit, body.patient) {
        (Some(visit), _) => last(Query::all().visit(visit)),
        (None, Some(patient)) => last(Query::all().patient(patient)),
        (None, None) => return Ok(None),
    };
    let found = work.find(&query).await?.items.pop();
    let date = |case: &Phi<Value>| case.reveal().get("date").cloned();
    Ok(found.filter(|before| date(&before.case) == date(&body.case)))
}

/// Keeps what was changed of facts that may never be advised.
async fn keep_changes(
    work: &mut Work,
    dictionary: &Dictionary,
    before: &Stored<Determination>,
    now: &Determination<Answer>,
    who: &Who,
    told: &Listeners,
) -> Result<usize, Problem> {
    let minutes = work.act().at.duration_since(before.created_at).as_mins();
    let changed = changes(dictionary, before.case.reveal(), now.case.reveal());
    for (fact, old, new) in &changed {
        let change = Change {
            patient: now.patient,
            visit: now.visit,
            determination: before.id,
            fact: fact.clone(),
            old: old.clone().into(),
            new: new.clone().into(),
            by: who.user(),
            minutes,
            review: None,
        };
        let id = work.insert(&change).await?;
        told.tell(work, id).await?;
    }
    Ok(changed.len())
}

/// Keys of a case that say what is or was, beside the chart's facts: the same that advice never touches.
const NEVER_ADVISED: [(&str, &[&str]); 2] = [
    ("patient", &["birth_date", "age", "sex"]),
    ("line", &["purpose", "purpose_by", "diagnoses", "region", "side", "treatment"]),
];

/// Lists whose entries say what was.
const NEVER_ADVISED_LISTS: [&str; 2] = ["trial", "reading"];

/// What differs in two cases of facts that may never be advised: name, old, new; `null` where nothing was said.
fn changes(dictionary: &Dictionary, old: &Value, new: &Value) -> Vec<(String, Value, Value)> {
    let mut found = Vec::new();
    let mut compare = |name: String, old: &Value, new: &Value| {
        // What was not said before is told, not changed.
        if old != new && !old.is_null() {
            found.push((name, old.clone(), new.clone()));
        }
    };
    for fact in dictionary.facts().iter().filter(|fact| fact.movable == Move::Never) {
        compare(fact.name.clone(), &old["chart"][&fact.name], &new["chart"][&fact.name]);
    }
    for (section, keys) in NEVER_ADVISED {
        for key in keys {
            if section == "line" {
                let lines = old["line"].as_array().map_or(0, Vec::len);
                for line in 0..lines {
                    compare(format!("line {} {key}", line + 1), &old["line"][line][key], &new["line"][line][key]);
                }
            } else {
                compare(format!("{section} {key}"), &old[section][key], &new[section][key]);
            }
        }
    }
    for list in NEVER_ADVISED_LISTS {
        compare(list.to_owned(), &old[list], &new[list]);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_is_told_is_no_change_and_what_is_advised_is_none() {
        let library = library::Library::embedded().unwrap();
        let facts = library.dictionary().facts();
        let name = |movable| facts.iter().find(|fact| fact.movable == movable).unwrap().name.as_str();
        let (never, record) = (name(Move::Never), name(Move::Record));
        let case = |never_value: Value, record_value: Value, purpose: &str| json!({ "line": [{ "purpose": purpose }], "chart": { never: never_value, record: record_value } });
        let old = case(json!(3), json!(false), "cosmetic");
        assert_eq!(changes(library.dictionary(), &old, &old), []);
        assert_eq!(changes(library.dictionary(), &json!({}), &old), []);
        assert_eq!(changes(library.dictionary(), &old, &case(json!(3), json!(true), "cosmetic")), []);
        let new = case(json!(15), json!(true), "medical");
        let expected = [
            (never.to_owned(), json!(3), json!(15)),
            ("line 1 purpose".to_owned(), json!("cosmetic"), json!("medical")),
        ];
        assert_eq!(changes(library.dictionary(), &old, &new), expected);
        let gone = json!({ "line": [{ "purpose": "cosmetic" }] });
        assert_eq!(changes(library.dictionary(), &old, &gone), [(never.to_owned(), json!(3), Value::Null)]);
    }
}
