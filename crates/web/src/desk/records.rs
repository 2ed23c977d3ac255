//! Reading and writing records on behalf of somebody: where they work is checked, a broken glass is honoured, refusals are entered.

use jiff::Timestamp;
use serde::Serialize;
use store::nouns::{Patient, User};
use store::{Act, Action, Clear, Id, Page, Phi, Purpose, Query, Record, Stored};

use super::once::Once;
use super::place;
use crate::Desk;
use crate::error::Problem;
use crate::metrics::Event;
use crate::who::Who;

/// A record as programs see it.
#[derive(Serialize)]
pub struct View<'a, R> {
    /// Its id.
    pub id: Id<R>,
    /// Counts its changes, from 1.
    pub version: i64,
    /// When it was first kept.
    pub created_at: Timestamp,
    /// When it was changed last.
    pub changed_at: Timestamp,
    /// What it says.
    pub record: &'a R,
}

impl<'a, R: Record> From<&'a Stored<R>> for View<'a, R> {
    fn from(stored: &'a Stored<R>) -> Self {
        let Stored { id, version, created_at, changed_at, body } = stored;
        Self { id: *id, version: *version, created_at: *created_at, changed_at: *changed_at, record: body }
    }
}

/// What of a record says where and whose it is.
fn clear_of<R: Record>(stored: &Stored<R>) -> Clear {
    let mut clear = stored.body.clear();
    if R::NOUN == Patient::NOUN {
        clear.patient = stored.id.to_string().parse().ok();
    }
    clear
}

impl Desk {
    /// One record.
    ///
    /// # Errors
    /// If it is not there, or belongs to a facility at which `who` does not work and the glass is whole.
    pub async fn read<R: Record>(&self, who: &Who, id: Id<R>) -> Result<Stored<R>, Problem> {
        let mut work = self.store().begin(&who.act(self)).await?;
        let stored = work.get(id).await?;
        let clear = clear_of(&stored);
        if place::may_open(&mut work, who, &clear).await? {
            work.commit().await?;
            return Ok(stored);
        }
        work.roll_back().await;
        let act = self.act_through_glass(who, &clear, R::NOUN).await?;
        let mut work = self.store().begin(&act).await?;
        let stored = work.get(id).await?;
        work.commit().await?;
        Ok(stored)
    }

    /// A page of records. What belongs to facilities at which `who` does not work is left out.
    ///
    /// # Errors
    /// If the patient of the query belongs elsewhere and the glass is whole.
    pub async fn list<R: Record>(&self, who: &Who, query: &Query<R>) -> Result<Page<R>, Problem> {
        let mut work = self.store().begin(&who.act(self)).await?;
        let mut page = work.find(query).await?;
        if !who.facilities.is_empty() {
            let mut shown = Vec::new();
            for stored in page.items {
                let clear = clear_of(&stored);
                // Who lists one patient's records opened that patient; a list of many shows what was opened here.
                let is_open = place::may_open(&mut work, who, &clear).await?;
                if is_open || self.is_known_broken(who, &clear) {
                    shown.push(stored);
                }
            }
            page.items = shown;
        }
        work.commit().await?;
        Ok(page)
    }

    /// Patients by the beginnings of names, record numbers and telephones, or by a date of birth, of the facilities at which `who` works;
    /// each that is shown is entered in the audit.
    ///
    /// # Errors
    /// If the records cannot be read.
    pub async fn search(&self, who: &Who, words: &str, most: usize) -> Result<Vec<Stored<Patient>>, Problem> {
        let mut work = self.store().begin(&who.act(self)).await?;
        let ids: Vec<_> = work.search(words, most).await?.into_iter().map(|patient| patient.id).collect();
        work.commit().await?;
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        Ok(self.list(who, &Query::<Patient>::all().ids(ids)).await?.items)
    }

    /// Keeps a new record.
    ///
    /// # Errors
    /// If it belongs elsewhere, or its patient is not there; with a key that came before, what was kept then comes back.
    pub async fn create<R: Record + Clone>(
        &self,
        who: &Who,
        body: &R,
        once: Option<&Once>,
    ) -> Result<Stored<R>, Problem> {
        let act = self.act_on(who, &body.clear(), R::NOUN).await?;
        let told = self.listeners(&[R::NOUN]).await?;
        let mut work = self.store().begin(&act).await?;
        if let Some(reply) = Once::before(once, &mut work).await? {
            work.commit().await?;
            return Ok(reply);
        }
        let id = work.insert(body).await?;
        told.tell(&mut work, id).await?;
        let stored = Stored { id, version: 1, created_at: act.at, changed_at: act.at, body: body.clone() };
        Once::keep(once, &mut work, &stored).await?;
        work.commit().await?;
        self.wake_courier(&told);
        Ok(stored)
    }

    /// Changes a record that was read as `version`.
    ///
    /// # Errors
    /// If somebody changed it meanwhile, or it belongs elsewhere.
    pub async fn change<R: Record + Clone>(
        &self,
        who: &Who,
        id: Id<R>,
        version: i64,
        body: &R,
        once: Option<&Once>,
    ) -> Result<Stored<R>, Problem> {
        let before = self.read(who, id).await?;
        let act = self.act_on(who, &body.clear(), R::NOUN).await?;
        let told = self.listeners_of_change(R::NOUN).await?;
        let mut work = self.store().begin(&act).await?;
        if let Some(reply) = Once::before(once, &mut work).await? {
            work.commit().await?;
            return Ok(reply);
        }
        let version = work.update(id, version, body).await?;
        told.tell(&mut work, id).await?;
        let stored = Stored { id, version, created_at: before.created_at, changed_at: act.at, body: body.clone() };
        Once::keep(once, &mut work, &stored).await?;
        work.commit().await?;
        self.wake_courier(&told);
        Ok(stored)
    }

    /// The act under which somebody may write something of a patient or facility.
    pub(super) async fn act_on(&self, who: &Who, clear: &Clear, noun: &'static str) -> Result<Act, Problem> {
        if who.facilities.is_empty() {
            return Ok(who.act(self));
        }
        let mut work = self.store().begin(&who.act(self)).await?;
        let may = place::may_open(&mut work, who, clear).await?;
        work.roll_back().await;
        if may { Ok(who.act(self)) } else { self.act_through_glass(who, clear, noun).await }
    }

    /// The act of somebody who broke the glass of this patient; without, the refusal is entered.
    async fn act_through_glass(&self, who: &Who, clear: &Clear, noun: &'static str) -> Result<Act, Problem> {
        let mut work = self.store().begin(&who.act(self)).await?;
        if let Some(reason) = self.glass_of(&mut work, who, clear).await? {
            work.commit().await?;
            return Ok(Act { purpose: Purpose::BreakGlass, reason: Some(reason), ..who.act(self) });
        }
        work.roll_back().await;
        self.metrics().count(Event::Refused);
        let note = Some(Phi::new(format!("a {noun} of another facility")));
        self.store().enter::<User>(&who.act(self), Action::Refuse, None, clear.patient, note).await?;
        Err(Problem::facility())
    }

    fn is_known_broken(&self, who: &Who, clear: &Clear) -> bool {
        let by = who.user().zip(clear.patient);
        by.is_some_and(|(user, patient)| self.glass().reason(user, patient, self.now()).is_some())
    }
}
