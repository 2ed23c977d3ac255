//! What a record is, and how several are asked for.

use std::marker::PhantomData;
use std::ops::Deref;

use jiff::Timestamp;
use jiff::civil::Date;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::Id;
use crate::nouns::{Clinician, Facility, Patient, Visit};

/// A noun of the practice: a body that is sealed, and the few words of it that stand in the clear.
pub trait Record: Serialize + DeserializeOwned + Send + Sync + 'static {
    /// The word for it, as the database and the audit have it.
    const NOUN: &'static str;

    /// Whether it says something about a patient: then reading it is audited too.
    const PHI: bool;

    /// The fields by which it is found exactly.
    const LOOK_UPS: &'static [&'static str] = &[];

    /// What lists join and sort by. It follows from the body, so that a changed column is found when the record is read.
    fn clear(&self) -> Clear;

    /// The values of [`Record::LOOK_UPS`], each with its field.
    fn look_ups(&self) -> Vec<(&'static str, String)> {
        Vec::new()
    }
}

/// A record that says nothing about a patient and may be read without an act: [`Store::peek`](crate::Store::peek).
pub trait Plain: Record {}

/// What of a record stands in the clear.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Clear {
    /// Whose it is; the patient's key seals it.
    pub patient: Option<Id<Patient>>,
    /// The visit that it belongs to.
    pub visit: Option<Id<Visit>>,
    /// Where.
    pub facility: Option<Id<Facility>>,
    /// By whom.
    pub clinician: Option<Id<Clinician>>,
    /// The day that lists sort by.
    pub day: Option<Date>,
    /// A word that lists are filtered by.
    pub state: Option<String>,
    /// The hash of the library that an answer was made with.
    pub library: Option<String>,
}

/// A record as it was kept.
#[derive(Clone, Serialize, Deserialize)]
pub struct Stored<R> {
    /// Its identifier.
    pub id: Id<R>,
    /// Counts its changes, from 1.
    pub version: i64,
    /// When it was first kept.
    pub created_at: Timestamp,
    /// When it was changed last.
    pub changed_at: Timestamp,
    /// What it says.
    pub body: R,
}

impl<R> Deref for Stored<R> {
    type Target = R;

    fn deref(&self) -> &R {
        &self.body
    }
}

impl<R> std::fmt::Debug for Stored<R> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Stored").field("id", &self.id).field("version", &self.version).finish_non_exhaustive()
    }
}

/// How a list is sorted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Order {
    /// As they were made.
    #[default]
    Oldest,
    /// The last made first.
    Newest,
    /// By day; those of one day as they were made.
    FirstDay,
    /// The last day first.
    LastDay,
}

/// Most records that one question gives.
pub const PAGE_MAX: usize = 500;

/// Which records are wanted. Conditions add up.
#[derive(Clone)]
pub struct Query<R> {
    pub(crate) ids: Option<Vec<Id<R>>>,
    pub(crate) patient: Option<Id<Patient>>,
    pub(crate) visit: Option<Id<Visit>>,
    pub(crate) facilities: Option<Vec<Id<Facility>>>,
    pub(crate) clinician: Option<Id<Clinician>>,
    pub(crate) states: Option<Vec<String>>,
    pub(crate) library: Option<String>,
    pub(crate) from: Option<Date>,
    pub(crate) to: Option<Date>,
    pub(crate) order: Order,
    pub(crate) after: Option<Cursor>,
    pub(crate) limit: usize,
    of: PhantomData<fn() -> R>,
}

impl<R> Default for Query<R> {
    fn default() -> Query<R> {
        Query::all()
    }
}

impl<R> Query<R> {
    /// All of them, a page of [`PAGE_MAX`] at a time.
    pub const fn all() -> Query<R> {
        Query {
            ids: None,
            patient: None,
            visit: None,
            facilities: None,
            clinician: None,
            states: None,
            library: None,
            from: None,
            to: None,
            order: Order::Oldest,
            after: None,
            limit: PAGE_MAX,
            of: PhantomData,
        }
    }

    /// These alone.
    #[must_use]
    pub fn ids(mut self, ids: impl IntoIterator<Item = Id<R>>) -> Self {
        let mut ids: Vec<_> = ids.into_iter().collect();
        ids.sort_unstable();
        ids.dedup();
        self.ids = Some(ids);
        self
    }

    /// Those of a patient.
    #[must_use]
    pub const fn patient(mut self, patient: Id<Patient>) -> Self {
        self.patient = Some(patient);
        self
    }

    /// Those of a visit.
    #[must_use]
    pub const fn visit(mut self, visit: Id<Visit>) -> Self {
        self.visit = Some(visit);
        self
    }

    /// Those at any of these facilities; none, if the list is empty.
    #[must_use]
    pub fn facilities(mut self, facilities: impl IntoIterator<Item = Id<Facility>>) -> Self {
        self.facilities = Some(facilities.into_iter().collect());
        self
    }

    /// Those by a clinician.
    #[must_use]
    pub const fn clinician(mut self, clinician: Id<Clinician>) -> Self {
        self.clinician = Some(clinician);
        self
    }

    /// Those in a state.
    #[must_use]
    pub fn state(self, state: impl Into<String>) -> Self {
        self.states([state.into()])
    }

    /// Those in any of these states.
    #[must_use]
    pub fn states(mut self, states: impl IntoIterator<Item = String>) -> Self {
        self.states = Some(states.into_iter().collect());
        self
    }

    /// Those made with this library.
    #[must_use]
    pub fn library(mut self, hash: impl Into<String>) -> Self {
        self.library = Some(hash.into());
        self
    }

    /// Those from this day on.
    #[must_use]
    pub const fn from(mut self, day: Date) -> Self {
        self.from = Some(day);
        self
    }

    /// Those until this day, the day among them.
    #[must_use]
    pub const fn to(mut self, day: Date) -> Self {
        self.to = Some(day);
        self
    }

    /// Sorted so.
    #[must_use]
    pub const fn order(mut self, order: Order) -> Self {
        self.order = order;
        self
    }

    /// What comes after a page: its [`Page::next`].
    #[must_use]
    pub fn after(mut self, cursor: Option<Cursor>) -> Self {
        self.after = cursor;
        self
    }

    /// Not more than so many, whatever was asked for before.
    #[must_use]
    pub fn at_most(mut self, most: usize) -> Self {
        self.limit = self.limit.min(most).max(1);
        self
    }

    /// At most so many, and never more than [`PAGE_MAX`].
    #[must_use]
    pub fn limit(mut self, limit: usize) -> Self {
        self.limit = limit.clamp(1, PAGE_MAX);
        self
    }
}

/// Some records, and where the rest begins.
#[derive(Debug, Clone)]
pub struct Page<R> {
    /// The records.
    pub items: Vec<Stored<R>>,
    /// Where the next page begins; none at the end.
    pub next: Option<Cursor>,
}

/// A place in a list. As text it may stand in an address: it holds a day and an identifier.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor {
    pub(crate) day: Option<Date>,
    pub(crate) id: String,
}

impl std::fmt::Display for Cursor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.day {
            Some(day) => write!(f, "{day}.{}", self.id),
            None => f.write_str(&self.id),
        }
    }
}

impl std::str::FromStr for Cursor {
    type Err = crate::id::IdError;

    fn from_str(text: &str) -> Result<Cursor, crate::id::IdError> {
        let (day, id) = match text.split_once('.') {
            Some((day, id)) => (Some(day.parse().map_err(|_| crate::id::IdError)?), id),
            None => (None, text),
        };
        let id: Id<()> = id.parse()?;
        Ok(Cursor { day, id: id.to_string() })
    }
}

/// A value as it is looked up: without what people write differently.
pub(crate) fn fold(field: &str, value: &str) -> String {
    match field {
        "phone" => {
            let digits: String = value.chars().filter(char::is_ascii_digit).collect();
            match digits.strip_prefix('1') {
                Some(rest) if rest.len() == 10 => rest.to_string(),
                _ => digits,
            }
        }
        "token" => value.to_string(),
        _ => value.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase(),
    }
}
