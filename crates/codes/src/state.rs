//! States and territories.

use std::fmt;
use std::str::FromStr;

use crate::inline::{quoted, text_traits};
use crate::suggest::suggest;

macro_rules! states {
    ($($code:ident $name:literal),* $(,)?) => {
        /// A state, the District of Columbia, or a territory, by its USPS code.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum StateCode {
            $(#[doc = $name] $code),*
        }

        impl StateCode {
            /// All of them, in the order of their codes.
            pub const ALL: [StateCode; 56] = [$(StateCode::$code),*];

            /// The two letters.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(StateCode::$code => stringify!($code)),* }
            }

            /// The plain name, such as `Texas`.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $(StateCode::$code => $name),* }
            }
        }
    };
}

states! {
    AK "Alaska", AL "Alabama", AR "Arkansas", AS "American Samoa", AZ "Arizona",
    CA "California", CO "Colorado", CT "Connecticut", DC "District of Columbia",
    DE "Delaware", FL "Florida", GA "Georgia", GU "Guam", HI "Hawaii", IA "Iowa",
    ID "Idaho", IL "Illinois", IN "Indiana", KS "Kansas", KY "Kentucky",
    LA "Louisiana", MA "Massachusetts", MD "Maryland", ME "Maine", MI "Michigan",
    MN "Minnesota", MO "Missouri", MP "Northern Mariana Islands", MS "Mississippi",
    MT "Montana", NC "North Carolina", ND "North Dakota", NE "Nebraska",
    NH "New Hampshire", NJ "New Jersey", NM "New Mexico", NV "Nevada",
    NY "New York", OH "Ohio", OK "Oklahoma", OR "Oregon", PA "Pennsylvania",
    PR "Puerto Rico", RI "Rhode Island", SC "South Carolina", SD "South Dakota",
    TN "Tennessee", TX "Texas", UT "Utah", VA "Virginia", VI "U.S. Virgin Islands",
    VT "Vermont", WA "Washington", WI "Wisconsin", WV "West Virginia", WY "Wyoming",
}

/// Why a text is not a state.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StateCodeError {
    /// The name, or nearly the name, of a state.
    #[error("`{input}` is not a state code; did you mean `{meant}` ({})?", meant.name())]
    Name {
        /// What was typed, cut short.
        input: String,
        /// The state whose name it is.
        meant: StateCode,
    },
    /// Nothing like a state.
    #[error("`{input}` is not a state code; write two letters, such as `TX`, `DC` or `PR`")]
    Unknown {
        /// What was typed, cut short.
        input: String,
    },
}

impl StateCodeError {
    /// The stable code of this error.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Name { .. } => "C0701",
            Self::Unknown { .. } => "C0702",
        }
    }
}

impl StateCode {
    /// Whether it is a territory rather than a state or the District.
    #[must_use]
    pub fn is_territory(self) -> bool {
        matches!(self, StateCode::AS | StateCode::GU | StateCode::MP | StateCode::PR | StateCode::VI)
    }
}

impl FromStr for StateCode {
    type Err = StateCodeError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let trimmed = text.trim();
        if let Some(state) = StateCode::ALL.into_iter().find(|state| state.as_str().eq_ignore_ascii_case(trimmed)) {
            return Ok(state);
        }
        let input = quoted(text);
        // Two wrong letters are one slip from many states; naming one would be a guess.
        let meant = (trimmed.chars().count() > 3)
            .then(|| suggest(trimmed, StateCode::ALL.map(StateCode::name)))
            .flatten()
            .and_then(|name| StateCode::ALL.into_iter().find(|state| state.name() == name));
        Err(match meant {
            Some(meant) => StateCodeError::Name { input, meant },
            None => StateCodeError::Unknown { input },
        })
    }
}

impl fmt::Display for StateCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

text_traits!(StateCode);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_in_order_and_back() {
        assert!(StateCode::ALL.is_sorted_by_key(|state| state.as_str()));
        for state in StateCode::ALL {
            assert_eq!(state.as_str().to_lowercase().parse(), Ok(state));
        }
        assert_eq!(StateCode::ALL.into_iter().filter(|state| state.is_territory()).count(), 5);
    }

    #[test]
    fn a_name_is_pointed_to_its_code() {
        let error = "texas".parse::<StateCode>().unwrap_err();
        assert_eq!(error.to_string(), "`texas` is not a state code; did you mean `TX` (Texas)?");
        assert_eq!("Pensylvania".parse::<StateCode>().unwrap_err().code(), "C0701");
        for text in ["", "XX", "T", "TXX", "Ontario"] {
            assert_eq!(text.parse::<StateCode>().unwrap_err().code(), "C0702", "{text}");
        }
    }
}
