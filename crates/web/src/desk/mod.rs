//! What pages and API both do.

pub mod answers;
pub mod compose;
pub mod determine;
pub mod documents;
pub mod glass;
pub mod once;
pub mod others;
mod place;
pub mod records;
pub mod replay;
pub mod review;
pub mod users;

use std::sync::{Arc, OnceLock};

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use library::Library;
use store::nouns::User;
use store::{Act, Action, Actor, Id, Purpose, Store};

use crate::access::Right;
use crate::error::Problem;
use crate::hooks::Hooks;
use crate::limits::Requests;
use crate::metrics::{Event, Metrics};
use crate::settings::Settings;
use crate::signin::first::FirstStart;
use crate::signin::passkey::Passkeys;
use crate::signin::password::Passwords;
use crate::signin::session::Sessions;
use crate::who::{RequestId, Who};
use answers::Answers;

/// Where the time comes from; tests give their own.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// What a desk is made of.
pub struct Parts {
    /// The records.
    pub store: Store,
    /// The library that answers.
    pub library: &'static Library,
    /// How it is reached.
    pub settings: Settings,
    /// Where the time comes from.
    pub clock: Clock,
}

/// Why a desk does not open.
#[derive(Debug, thiserror::Error)]
pub enum DeskError {
    /// The system gives no random bytes.
    #[error(
        "error[W0311]: the system gives no random bytes\n  = help: start again; if it happens again, look at the system's log"
    )]
    Random(#[from] getrandom::Error),
    /// No browser would keep passkeys for the name.
    #[error(
        "error[W0312]: browsers keep no passkeys for this name: {0}\n  = help: take a name with a dot in it, such as desk.example.org"
    )]
    Passkeys(#[from] webauthn_rs::prelude::WebauthnError),
    /// The records cannot be read.
    #[error("error[{code}]: {source}\n  = help: {help}", code = source.code(), help = source.next_step())]
    Store {
        /// Why.
        #[from]
        source: store::StoreError,
    },
}

struct Inner {
    parts: Parts,
    answers: Answers,
    others: OnceLock<others::Others>,
    passwords: Passwords,
    passkeys: Passkeys,
    sessions: Sessions,
    first: FirstStart,
    glass: glass::Broken,
    hooks: Hooks,
    requests: Requests,
    metrics: Metrics,
}

/// The state that every request shares.
#[derive(Clone)]
pub struct Desk(Arc<Inner>);

impl Desk {
    /// Opens a desk over a store.
    ///
    /// # Errors
    /// If the system gives no random bytes, the records cannot be read, or browsers would not take the name.
    pub async fn new(parts: Parts) -> Result<Self, DeskError> {
        let passkeys = Passkeys::new(&parts.settings)?;
        let first = FirstStart::new(&parts.store).await?;
        Ok(Self(Arc::new(Inner {
            answers: Answers::new(parts.library),
            others: OnceLock::new(),
            passwords: Passwords::new()?,
            passkeys,
            sessions: Sessions::default(),
            first,
            glass: glass::Broken::default(),
            hooks: Hooks::default(),
            requests: Requests::default(),
            metrics: Metrics::default(),
            parts,
        })))
    }

    /// Now, to the millisecond that records keep: a reply says the same time as the record that is read later.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        let now = (self.0.parts.clock)();
        Timestamp::from_millisecond(now.as_millisecond()).unwrap_or(now)
    }

    /// Today, where this machine is.
    #[must_use]
    pub fn today(&self) -> Date {
        self.now().to_zoned(TimeZone::system()).date()
    }

    /// The records.
    #[must_use]
    pub fn store(&self) -> &Store {
        &self.0.parts.store
    }

    /// The library that answers.
    #[must_use]
    pub fn library(&self) -> &'static Library {
        self.0.parts.library
    }

    /// How the desk is reached.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.0.parts.settings
    }

    /// Whether all records are invented.
    #[must_use]
    pub fn demo(&self) -> bool {
        self.settings().is_demo
    }

    /// Answers to cases.
    #[must_use]
    pub fn answers(&self) -> &Answers {
        &self.0.answers
    }

    /// Counts.
    #[must_use]
    pub fn metrics(&self) -> &Metrics {
        &self.0.metrics
    }

    /// The first start, while there is no owner.
    #[must_use]
    pub fn first(&self) -> &FirstStart {
        &self.0.first
    }

    pub(crate) fn others(&self) -> &OnceLock<others::Others> {
        &self.0.others
    }

    pub(crate) fn glass(&self) -> &glass::Broken {
        &self.0.glass
    }

    pub(crate) fn hooks(&self) -> &Hooks {
        &self.0.hooks
    }

    pub(crate) fn requests(&self) -> &Requests {
        &self.0.requests
    }

    pub(crate) fn sessions(&self) -> &Sessions {
        &self.0.sessions
    }

    pub(crate) fn passwords(&self) -> &Passwords {
        &self.0.passwords
    }

    pub(crate) fn passkeys(&self) -> &Passkeys {
        &self.0.passkeys
    }

    /// An act of nobody who is known: a sign-in.
    pub(crate) fn act_of_nobody(&self, request: RequestId) -> Act {
        let (actor, purpose) = (Actor::Nobody, Purpose::Operations);
        Act { actor, session: None, purpose, reason: None, request: request.to_string(), at: self.now() }
    }

    /// Enters in the audit that a right was missing.
    pub(crate) async fn refused(&self, who: &Who, right: Right) {
        self.metrics().count(Event::Refused);
        let note = Some(store::Phi::new(right.word().to_owned()));
        let entered = self.store().enter::<User>(&who.act(self), Action::Refuse, None::<Id<User>>, None, note).await;
        if let Err(error) = entered {
            tracing::error!(request = %who.request, code = error.code(), "a refusal could not be entered");
        }
    }
}

/// What a store's error means to who asked. What happened inside is in the log, by its code.
impl From<store::StoreError> for Problem {
    fn from(error: store::StoreError) -> Self {
        use store::StoreError as E;
        match &error {
            E::NotFound { .. } => Self::not_found(),
            E::Conflict { .. } => Self::conflict(
                "somebody changed this record meanwhile",
                "read it again, look at what changed, and make your change to that",
            ),
            E::KeyReused => Self::key_reused(),
            E::Shredded { .. } => Self::new(
                axum::http::StatusCode::GONE,
                "W0410",
                "shredded",
                "these records were shredded",
                error.next_step(),
            ),
            E::TooLarge { .. } => Self::too_large(),
            E::Form { .. } => Self::field("", error.code(), error.to_string(), error.next_step()),
            E::Busy(_) | E::DiskFull(_) => {
                tracing::error!(code = error.code(), "the store could not do it");
                Self::unavailable("the database could not take it; nothing was half written")
            }
            _ => {
                tracing::error!(code = error.code(), "the store failed");
                Self::internal()
            }
        }
    }
}
