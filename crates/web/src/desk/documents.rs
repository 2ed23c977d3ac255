//! Photographs and papers: taken in within limits, typed by what they hold, kept sealed, seen, taken away with a reason.

use std::sync::LazyLock;

use jiff::civil::Date;
use store::document::{About, Capture, DocumentError};
use store::nouns::{Document, Patient, Visit};
use store::{Act, Clear, Id, Phi, Record as _, Stored};

use super::once::Once;
use crate::Desk;
use crate::error::Problem;
use crate::limits::Turns;
use crate::who::Who;

/// Pictures that are decoded at once: a large one takes half a gigabyte while it is.
const AT_ONCE_MAX: usize = 2;
/// Longer names fit no list.
const NAME_CHARACTERS_MAX: usize = 200;
/// A reason of fewer characters is none.
const REASON_CHARACTERS_MIN: usize = 10;

/// Kinds that no policy asks for, and every practice files.
const OTHER_KINDS: [&str; 5] = ["plan card", "letter of the plan", "signed consent", "photograph", "other paper"];

static DECODING: LazyLock<Turns> = LazyLock::new(|| Turns::new(AT_ONCE_MAX));

/// A file that came, and what is told of it.
pub struct Incoming {
    /// Whose.
    pub patient: Id<Patient>,
    /// The visit that it belongs to.
    pub visit: Option<Id<Visit>>,
    /// What it is: one of [`Desk::document_kinds`].
    pub kind: String,
    /// What the practice calls it.
    pub name: String,
    /// The day that it was taken or signed on.
    pub taken: Option<Date>,
    /// What it holds.
    pub file: Vec<u8>,
}

fn not_taken(error: &DocumentError) -> Problem {
    Problem::field("/content", error.code(), error.to_string(), error.next_step())
}

impl Desk {
    /// The kinds of document: those that policies ask for, and some that every practice files.
    pub fn document_kinds(&self) -> impl Iterator<Item = &'static str> {
        let of_library = self.library().dictionary().documents().iter().map(|kind| kind.name.as_str());
        OTHER_KINDS.into_iter().chain(of_library)
    }

    /// Files a document.
    ///
    /// # Errors
    /// If the file is no picture and no paper, too large or damaged, its kind is unknown, or it belongs elsewhere.
    pub async fn file_document(
        &self,
        who: &Who,
        incoming: Incoming,
        once: Option<&Once>,
    ) -> Result<Id<Document>, Problem> {
        let Incoming { patient, visit, kind, name, taken, file } = incoming;
        let name = name.trim().to_owned();
        if name.is_empty() || name.chars().count() > NAME_CHARACTERS_MAX {
            let next = "say in a few words what it shows";
            return Err(Problem::field("/name", "W0203", "the name is empty or has more than 200 characters", next));
        }
        if !self.document_kinds().any(|of| of == kind) {
            let next = "take a kind of the library, or: plan card, letter of the plan, signed consent, photograph, other paper";
            return Err(Problem::field("/kind", "W0206", "there is no such kind of document", next));
        }
        if let Some(visit) = visit
            && self.read(who, visit).await?.patient != patient
        {
            let next = "name a visit of this patient, or none";
            return Err(Problem::field("/visit", "W0206", "the visit is another patient's", next));
        }
        let clear = Clear { patient: Some(patient), visit, ..Clear::default() };
        let act = self.act_on(who, &clear, Document::NOUN).await?;
        let capture = captured(file).await?;
        let told = self.listeners(&[Document::NOUN]).await?;
        let mut work = self.store().begin(&act).await?;
        if let Some(id) = Once::before(once, &mut work).await? {
            work.commit().await?;
            return Ok(id);
        }
        let id = work.attach(About { patient, visit, kind, name: Phi::new(name), taken }, &capture).await?;
        told.tell(&mut work, id).await?;
        Once::keep(once, &mut work, &id).await?;
        work.commit().await?;
        self.wake_courier(&told);
        Ok(id)
    }

    /// A document with what it holds.
    ///
    /// # Errors
    /// If it is not there, was shredded, or belongs elsewhere.
    pub async fn document(&self, who: &Who, id: Id<Document>) -> Result<(Stored<Document>, Phi<Vec<u8>>), Problem> {
        let document = self.read(who, id).await?;
        let act = self.act_on(who, &document.body.clear(), Document::NOUN).await?;
        let mut work = self.store().begin(&act).await?;
        let content = work.content(id).await?;
        work.commit().await?;
        Ok((document, content))
    }

    /// Takes a document away, with what it holds. The reason is kept in the audit.
    ///
    /// # Errors
    /// If the reason is none, the document is not there, or it belongs elsewhere.
    pub async fn remove_document(
        &self,
        who: &Who,
        id: Id<Document>,
        reason: &str,
    ) -> Result<Stored<Document>, Problem> {
        let reason = reason.trim();
        let characters = reason.chars().count();
        if !(REASON_CHARACTERS_MIN..=store::NOTE_CHARACTERS_MAX).contains(&characters) {
            return Err(Problem::field(
                "/reason",
                "W0201",
                format!("the reason has fewer than {REASON_CHARACTERS_MIN} characters, or too many"),
                "say in a sentence why it is taken away",
            ));
        }
        let document = self.read(who, id).await?;
        let act = self.act_on(who, &document.body.clear(), Document::NOUN).await?;
        let act = Act { reason: Some(Phi::new(reason.to_owned())), ..act };
        let mut work = self.store().begin(&act).await?;
        work.remove(id, document.version).await?;
        work.commit().await?;
        Ok(document)
    }
}

async fn captured(file: Vec<u8>) -> Result<Capture, Problem> {
    let capture = DECODING.work(move || Capture::new(&file)).await.ok_or_else(Problem::internal)?;
    capture.map_err(|error| not_taken(&error))
}
