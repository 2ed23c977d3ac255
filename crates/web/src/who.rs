//! Who makes a request, and as what it is written down.

use std::convert::Infallible;
use std::fmt;

use axum::extract::{FromRequestParts, OptionalFromRequestParts};
use axum::http::HeaderValue;
use axum::http::request::Parts;
use store::nouns::{Facility, Session, User};
use store::{Act, Actor, Id, Phi};
use webauthn_rs::prelude::Uuid;

use crate::Desk;
use crate::access::{Purpose, Right, Role, may};
use crate::error::Problem;

/// The id of a request: it stands in the reply, in the log and in the audit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RequestId(Uuid);

impl RequestId {
    /// A new one.
    #[must_use]
    pub fn new() -> Self {
        Self(Uuid::new_v4())
    }

    pub(crate) fn header(self) -> HeaderValue {
        HeaderValue::from_str(&self.0.to_string()).expect("INVARIANT: a UUID is ASCII")
    }
}

impl Default for RequestId {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(out)
    }
}

/// Somebody who is known: a person in a session, or a program with a token.
#[derive(Clone)]
pub struct Who {
    /// As the audit names them.
    pub actor: Actor,
    /// Their name, for pages.
    pub name: String,
    /// What they are in the practice.
    pub role: Role,
    /// What a program may do of what its role may; a person may do all of it.
    pub scopes: Option<Vec<Right>>,
    /// Where they may do it; everywhere, if the list is empty.
    pub facilities: Vec<Id<Facility>>,
    /// The session of a person.
    pub session: Option<Id<Session>>,
    /// What forms and scripts of this session send back.
    pub csrf: Option<String>,
    /// The facility at which the person works now.
    pub facility: Option<Id<Facility>>,
    /// For what records are looked at.
    pub purpose: Purpose,
    /// The request.
    pub request: RequestId,
    /// Why the glass was broken, in an act for that purpose.
    pub(crate) reason: Option<Phi<String>>,
}

impl Who {
    /// Whether they hold a right.
    #[must_use]
    pub fn may(&self, right: Right) -> bool {
        let in_scope = self.scopes.as_ref().is_none_or(|scopes| scopes.contains(&right) || is_for_everybody(right));
        may(self.role, right) && in_scope
    }

    /// Whether it is a program that holds a token.
    #[must_use]
    pub fn is_program(&self) -> bool {
        matches!(self.actor, Actor::Token(_))
    }

    /// The person, if it is one.
    #[must_use]
    pub fn user(&self) -> Option<Id<User>> {
        match self.actor {
            Actor::User(id) => Some(id),
            _ => None,
        }
    }

    /// Whether they work everywhere, or at this facility.
    #[must_use]
    pub fn works_at(&self, facility: Id<Facility>) -> bool {
        self.facilities.is_empty() || self.facilities.contains(&facility)
    }

    /// An act of theirs, now, for the purpose of this request.
    #[must_use]
    pub fn act(&self, desk: &Desk) -> Act {
        Act {
            actor: self.actor,
            session: self.session,
            purpose: self.purpose,
            reason: self.reason.clone(),
            request: self.request.to_string(),
            at: desk.now(),
        }
    }

    /// An act for another purpose than the request's.
    #[must_use]
    pub fn act_for(&self, desk: &Desk, purpose: Purpose) -> Act {
        Act { purpose, ..self.act(desk) }
    }
}

fn is_for_everybody(right: Right) -> bool {
    matches!(right, Right::Anyone | Right::SignedIn)
}

impl<S: Send + Sync> FromRequestParts<S> for Who {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Problem> {
        parts.extensions.get::<Self>().cloned().ok_or_else(Problem::sign_in)
    }
}

impl<S: Send + Sync> OptionalFromRequestParts<S> for Who {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Option<Self>, Infallible> {
        Ok(parts.extensions.get::<Self>().cloned())
    }
}

impl<S: Send + Sync> FromRequestParts<S> for RequestId {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Infallible> {
        Ok(parts.extensions.get::<Self>().copied().unwrap_or_default())
    }
}
