//! What a form sent, field by field.

use std::collections::HashMap;

use jiff::civil::Date;
use serde::Deserialize;

/// The fields of a form; one that was sent twice counts once.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(transparent)]
pub(crate) struct Sent(pub(crate) HashMap<String, String>);

impl Sent {
    /// What stands in a field, without blanks around it.
    pub(crate) fn get(&self, name: &str) -> &str {
        self.0.get(name).map_or("", |value| value.trim())
    }

    /// What stands in a field, if it is not empty.
    pub(crate) fn some(&self, name: &str) -> Option<String> {
        Some(self.get(name).to_owned()).filter(|value| !value.is_empty())
    }

    /// A day.
    ///
    /// # Errors
    /// In the words for beside the field, if something else stands there.
    pub(crate) fn day(&self, name: &str) -> Result<Option<Date>, &'static str> {
        match self.get(name) {
            "" => Ok(None),
            text => text.parse().map(Some).map_err(|_| "This is no day. Write it as 2026-11-23."),
        }
    }

    /// The version of the record that the form was made from.
    pub(crate) fn version(&self) -> i64 {
        self.get("version").parse().unwrap_or_default()
    }

    /// Whether a box is ticked.
    pub(crate) fn is_ticked(&self, name: &str) -> bool {
        self.get(name) == "yes"
    }
}
