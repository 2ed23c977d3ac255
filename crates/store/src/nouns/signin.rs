//! Who may come in, and how they are known again.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Facility, activity};
use crate::act::{Purpose, Role};
use crate::record::{Clear, Plain, Record};
use crate::{Id, Phi};

/// Somebody who signs in.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct User {
    /// What they sign in with.
    pub email: String,
    /// Their name.
    pub name: String,
    /// What they may do.
    pub role: Role,
    /// Where they may do it; everywhere, if the list is empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub facilities: Vec<Id<Facility>>,
    /// Whether they may still come in.
    pub active: bool,
    /// The argon2id hash of their password.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password: Option<Phi<String>>,
    /// The secret of their time-based codes, in base 32.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub totp: Option<Phi<String>>,
    /// The last step of time for which a code was taken: none is taken twice.
    #[serde(default)]
    pub totp_step: u64,
    /// Hashes of recovery codes that are left.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub recovery: Vec<Phi<String>>,
    /// Passkeys, as the library of sign-in writes them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub passkeys: Vec<Phi<Value>>,
    /// What pages remember for them.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub settings: Value,
}

impl User {
    /// Somebody who may come in, everywhere, and has chosen nothing yet to sign in with.
    pub fn new(email: impl Into<String>, name: impl Into<String>, role: Role) -> User {
        User {
            email: email.into(),
            name: name.into(),
            role,
            facilities: Vec::new(),
            active: true,
            password: None,
            totp: None,
            totp_step: 0,
            recovery: Vec::new(),
            passkeys: Vec::new(),
            settings: Value::Null,
        }
    }
}

impl Record for User {
    const NOUN: &'static str = "user";
    const PHI: bool = false;
    const LOOK_UPS: &'static [&'static str] = &["email"];

    fn clear(&self) -> Clear {
        Clear { state: activity(self.active), ..Clear::default() }
    }

    fn look_ups(&self) -> Vec<(&'static str, String)> {
        vec![("email", self.email.clone())]
    }
}

/// A browser that somebody is signed in with.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Session {
    /// Who.
    pub user: Id<User>,
    /// SHA-256 of the token in the cookie, in hexadecimal digits.
    pub token_sha256: Phi<String>,
    /// What the browser calls itself, for the list of sessions.
    pub device: String,
    /// For what records are looked at.
    pub purpose: Purpose,
    /// Where the person works now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub facility: Option<Id<Facility>>,
    /// When it was used last, to the minutes that the server keeps.
    pub seen_at: Timestamp,
    /// When it ends whatever happens.
    pub ends_at: Timestamp,
    /// Locked: known, and not let in until the person shows who they are.
    #[serde(default)]
    pub locked: bool,
    /// When it was ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Timestamp>,
    /// What the server keeps with it: the token of its forms, where the person was.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub kept: Value,
}

impl Record for Session {
    const NOUN: &'static str = "session";
    const PHI: bool = false;
    const LOOK_UPS: &'static [&'static str] = &["token", "user"];

    fn clear(&self) -> Clear {
        Clear { state: activity(self.ended_at.is_none()), ..Clear::default() }
    }

    fn look_ups(&self) -> Vec<(&'static str, String)> {
        vec![("token", self.token_sha256.reveal().clone()), ("user", self.user.to_string())]
    }
}

/// What another program shows to come in.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Token {
    /// What it is for.
    pub name: String,
    /// SHA-256 of it, in hexadecimal digits.
    pub token_sha256: Phi<String>,
    /// Who made it.
    pub by: Id<User>,
    /// What it may do, in the words of the server's table.
    pub scopes: Vec<String>,
    /// Where it may do it; everywhere, if the list is empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub facilities: Vec<Id<Facility>>,
    /// When it ends.
    pub ends_at: Timestamp,
    /// When it was revoked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Timestamp>,
}

impl Record for Token {
    const NOUN: &'static str = "token";
    const PHI: bool = false;
    const LOOK_UPS: &'static [&'static str] = &["token"];

    fn clear(&self) -> Clear {
        Clear { state: activity(self.ended_at.is_none()), ..Clear::default() }
    }

    fn look_ups(&self) -> Vec<(&'static str, String)> {
        vec![("token", self.token_sha256.reveal().clone())]
    }
}

/// A list as somebody likes to see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SavedFilter {
    /// Whose.
    pub user: Id<User>,
    /// Of which page.
    pub page: String,
    /// What they call it.
    pub name: String,
    /// The query of its address. It may name nobody.
    pub query: String,
}

impl Record for SavedFilter {
    const NOUN: &'static str = "saved-filter";
    const PHI: bool = false;
    const LOOK_UPS: &'static [&'static str] = &["user"];

    fn clear(&self) -> Clear {
        Clear::default()
    }

    fn look_ups(&self) -> Vec<(&'static str, String)> {
        vec![("user", self.user.to_string())]
    }
}

impl Plain for User {}
impl Plain for Session {}
impl Plain for Token {}
impl Plain for SavedFilter {}
