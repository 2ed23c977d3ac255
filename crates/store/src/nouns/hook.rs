//! Other servers that are told when something happens, and what they are told.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::activity;
use crate::record::{Clear, Plain, Record};
use crate::{Id, Phi};

/// An address that is told when something happens.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hook {
    /// Where.
    pub address: String,
    /// Of what.
    pub events: Vec<String>,
    /// What messages are signed with.
    pub secret: Phi<String>,
    /// Whether it is told still.
    pub active: bool,
}

impl Record for Hook {
    const NOUN: &'static str = "hook";
    const PHI: bool = false;

    fn clear(&self) -> Clear {
        Clear { state: activity(self.active), ..Clear::default() }
    }
}

/// How far a message to a hook is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DeliveryState {
    /// It is sent as soon as its time has come.
    Waiting,
    /// The other server took it.
    Delivered,
    /// It was tried as often as it is tried.
    Failed,
}

impl DeliveryState {
    /// The word for it, as lists are filtered by.
    pub const fn word(self) -> &'static str {
        match self {
            DeliveryState::Waiting => "waiting",
            DeliveryState::Delivered => "delivered",
            DeliveryState::Failed => "failed",
        }
    }
}

/// A message to a hook. It names a record by its identifier and says nothing of what stands in it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Delivery {
    /// To whom.
    pub hook: Id<Hook>,
    /// What happened.
    pub event: String,
    /// The noun of the record that it happened to.
    pub noun: String,
    /// Its identifier.
    pub record: String,
    /// How far it is.
    pub state: DeliveryState,
    /// How often it was tried.
    pub attempts: u32,
    /// When it is tried next, while it waits.
    pub next_at: Timestamp,
    /// When it was tried last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tried_at: Option<Timestamp>,
    /// What the other server answered to the last attempt.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// Why there was no answer to the last attempt.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trouble: Option<String>,
}

impl Record for Delivery {
    const NOUN: &'static str = "delivery";
    const PHI: bool = false;

    fn clear(&self) -> Clear {
        Clear { state: Some(Delivery::state_of(self.hook, self.state)), ..Clear::default() }
    }
}

impl Delivery {
    /// The word in the clear by which the messages of one hook in one state are listed.
    #[must_use]
    pub fn state_of(hook: Id<Hook>, state: DeliveryState) -> String {
        format!("{hook} {}", state.word())
    }
}

impl Plain for Hook {}
impl Plain for Delivery {}
