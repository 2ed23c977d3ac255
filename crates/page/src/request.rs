//! What the page may ask.

use std::collections::BTreeSet;

use serde::Deserialize;
use serde_json::Value;

/// One request.
#[derive(Debug, Deserialize)]
#[serde(tag = "do", rename_all = "lowercase", deny_unknown_fields)]
pub(crate) enum Request {
    /// What may be chosen: treatments, payers, states, licences.
    Names,
    /// The answer to a case, and the next question.
    Ask {
        /// The case so far.
        case: Value,
        /// What the questions that were put are about.
        asked: BTreeSet<String>,
    },
    /// The reasons of a line that its answer left out.
    Reasons {
        /// The case so far.
        case: Value,
        /// Which line, from 0.
        line: usize,
    },
    /// Writes the answer to a question into the case.
    Put {
        /// The case so far.
        case: Value,
        /// What the question is about.
        about: String,
        /// The answer, as `covered ask` reads it.
        typed: String,
    },
    /// Reads a case file.
    Open {
        /// Its name, for errors.
        name: String,
        /// What is in it.
        text: String,
    },
    /// What `covered check` prints for a case file.
    Check {
        /// The case file.
        text: String,
        /// In which form.
        form: Form,
    },
}

/// A form of the answer.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Form {
    /// For tools.
    Json,
    /// For people.
    Text,
    /// For people, with the whole proof.
    Explain,
}
