//! Who does something, for what, and when: without it no record is read or written.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::nouns::{Session, Token, User};
use crate::{Id, Phi};

/// One thing that somebody does. What it touches is entered in the audit under it.
#[derive(Debug, Clone)]
pub struct Act {
    /// Who.
    pub actor: Actor,
    /// Signed in how.
    pub session: Option<Id<Session>>,
    /// For what.
    pub purpose: Purpose,
    /// In the words of the person, where one is asked for: breaking the glass, an export. It is sealed.
    pub reason: Option<Phi<String>>,
    /// The request that it came by, as the log names it.
    pub request: String,
    /// When: the store has no clock.
    pub at: Timestamp,
}

impl Act {
    /// What the program does by itself: a command, a rotation, a restore. `request` says which.
    pub fn program(request: impl Into<String>, at: Timestamp) -> Act {
        let purpose = Purpose::Operations;
        Act { actor: Actor::Program, session: None, purpose, reason: None, request: request.into(), at }
    }
}

/// Who acts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Actor {
    /// A person who signed in.
    User(Id<User>),
    /// Another program.
    Token(Id<Token>),
    /// This one: a command, a task by the clock.
    Program,
    /// Nobody yet: a sign-in that failed.
    Nobody,
}

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Actor::User(id) => write!(f, "user:{id}"),
            Actor::Token(id) => write!(f, "token:{id}"),
            Actor::Program => f.write_str("program"),
            Actor::Nobody => f.write_str("nobody"),
        }
    }
}

/// For what a record may be looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Purpose {
    /// Care of the patient.
    Treatment,
    /// What somebody pays.
    Payment,
    /// Running the practice.
    Operations,
    /// Looking over what was done.
    Audit,
    /// An emergency, with a reason that is reviewed.
    BreakGlass,
}

impl Purpose {
    /// The word for it, as the audit has it.
    pub const fn word(self) -> &'static str {
        match self {
            Purpose::Treatment => "treatment",
            Purpose::Payment => "payment",
            Purpose::Operations => "operations",
            Purpose::Audit => "audit",
            Purpose::BreakGlass => "break-glass",
        }
    }
}

/// What somebody is in the practice. What each may do is the server's table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Meets the patient.
    FrontDesk,
    /// Treats.
    Clinician,
    /// Writes claims.
    Biller,
    /// Watches that rules are kept.
    Compliance,
    /// Answers for the practice.
    Owner,
    /// Looks, and changes nothing.
    Auditor,
    /// Another program.
    Integration,
}

impl Role {
    /// Every role.
    pub const ALL: [Role; 7] = [
        Role::FrontDesk,
        Role::Clinician,
        Role::Biller,
        Role::Compliance,
        Role::Owner,
        Role::Auditor,
        Role::Integration,
    ];

    /// The word for it, as records have it.
    pub const fn word(self) -> &'static str {
        match self {
            Role::FrontDesk => "front-desk",
            Role::Clinician => "clinician",
            Role::Biller => "biller",
            Role::Compliance => "compliance",
            Role::Owner => "owner",
            Role::Auditor => "auditor",
            Role::Integration => "integration",
        }
    }
}
