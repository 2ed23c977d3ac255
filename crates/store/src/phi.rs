//! What says who a patient is or what they have: it cannot be printed by mistake.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A value that no log, error or panic may show: it has no `Display`, and its `Debug` is `[phi]`. Who needs it asks for it by name.
///
/// ```
/// let name = store::Phi::new("Invented".to_string());
/// assert_eq!(format!("{name:?}"), "[phi]");
/// assert_eq!(name.reveal(), "Invented");
/// ```
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Phi<T>(T);

impl<T> Phi<T> {
    /// Hides a value.
    pub const fn new(value: T) -> Phi<T> {
        Phi(value)
    }

    /// The value, for showing it to somebody whose act is in the audit.
    pub const fn reveal(&self) -> &T {
        &self.0
    }

    /// The value, to be changed.
    pub const fn reveal_mut(&mut self) -> &mut T {
        &mut self.0
    }

    /// The value, moved out.
    pub fn into_inner(self) -> T {
        self.0
    }
}

impl<T> From<T> for Phi<T> {
    fn from(value: T) -> Phi<T> {
        Phi(value)
    }
}

impl From<&str> for Phi<String> {
    fn from(value: &str) -> Phi<String> {
        Phi(value.to_string())
    }
}

impl<T> fmt::Debug for Phi<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[phi]")
    }
}

impl<T: Serialize> Serialize for Phi<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Phi<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Phi<T>, D::Error> {
        T::deserialize(deserializer).map(Phi)
    }
}
