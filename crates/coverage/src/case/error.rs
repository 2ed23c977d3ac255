//! What can be wrong with a case file, each with a code, a place, a cause and a next step.

use policy::span::Span;

/// One error of a case file.
///
/// Messages name keys, never what stands behind a private key: a birth date in an error message is a birth
/// date in a log.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CaseError {
    /// The file is longer than the limit.
    #[error("the file has {bytes} bytes; a case file has at most {max}")]
    TooLarge {
        /// Its length.
        bytes: usize,
        /// The limit.
        max: usize,
    },
    /// Not TOML, or not JSON.
    #[error("not {notation}: {message}")]
    Syntax {
        /// `TOML` or `JSON`.
        notation: &'static str,
        /// What the parser expected.
        message: String,
    },
    /// No such key.
    #[error("unknown key `{key}` in {section}")]
    UnknownKey {
        /// As written.
        key: String,
        /// Where.
        section: String,
        /// What was likely meant.
        nearest: Option<String>,
        /// Every key that can stand there.
        known: Vec<&'static str>,
    },
    /// A key that stands in another section.
    #[error("`{key}` does not belong in {section}")]
    MisplacedKey {
        /// As written.
        key: String,
        /// Where it was written.
        section: String,
        /// Where it belongs.
        belongs: String,
    },
    /// A key that says who the patient is.
    #[error("a case holds no `{key}`: it is judged without knowing who the patient is")]
    Identity {
        /// As written.
        key: String,
    },
    /// A key twice in one object (JSON; TOML calls it a syntax error).
    #[error("`{key}` stands twice in {section}")]
    Duplicate {
        /// The key.
        key: String,
        /// Where.
        section: String,
    },
    /// A required key is not there.
    #[error("{section} has no `{key}`")]
    Missing {
        /// The key.
        key: &'static str,
        /// Where.
        section: String,
        /// How it is written.
        example: String,
    },
    /// A value of another type.
    #[error("`{key}` is {found}; it should be {expected}")]
    WrongType {
        /// The key.
        key: String,
        /// What was found, by type and never by value.
        found: &'static str,
        /// What should stand there.
        expected: String,
    },
    /// A table where a list of tables should be, or the other way round.
    #[error("`{key}` is {found}; it should be {expected}")]
    WrongShape {
        /// The section.
        key: &'static str,
        /// What was found.
        found: &'static str,
        /// What should stand there.
        expected: &'static str,
    },
    /// More than a limit allows.
    #[error("{what} has {found}; the limit is {max}")]
    TooMany {
        /// Which list or text.
        what: String,
        /// How many there are.
        found: usize,
        /// The limit.
        max: usize,
    },
    /// A word that is not one of the allowed ones.
    #[error("`{found}` is not a value of `{key}`")]
    UnknownValue {
        /// The key.
        key: String,
        /// As written.
        found: String,
        /// What was likely meant.
        nearest: Option<String>,
        /// The allowed values, if they are few.
        allowed: Vec<String>,
    },
    /// A name that the library does not have.
    #[error("`{found}` is not {what}")]
    UnknownName {
        /// "the name of a payer".
        what: &'static str,
        /// As written.
        found: String,
        /// What was likely meant.
        nearest: Option<String>,
        /// What to ask back, or where all of them are listed.
        help: String,
    },
    /// A number outside its bounds.
    #[error("`{key}` is {found}; it should be {expected}")]
    OutOfRange {
        /// The key.
        key: String,
        /// As written.
        found: String,
        /// The bounds in words.
        expected: String,
    },
    /// Not a day of the calendar.
    #[error("`{key}` is not a day of the calendar")]
    NotADate {
        /// The key.
        key: String,
    },
    /// An identifier that the `codes` crate refuses; its own code and words.
    #[error("{message}")]
    Identifier {
        /// The stable code of that error.
        code: &'static str,
        /// Its message.
        message: String,
    },
    /// A modifier that is on no list.
    #[error("there is no modifier `{found}`")]
    UnknownModifier {
        /// As written.
        found: String,
        /// A look-alike that exists.
        nearest: Option<String>,
    },
    /// A place-of-service code that is on no list.
    #[error("there is no place-of-service code `{found}`")]
    UnknownPlaceOfService {
        /// As written.
        found: String,
    },
    /// A diagnosis that only heads longer codes.
    #[error("`{code}` is a heading, not a complete diagnosis code")]
    DiagnosisHeader {
        /// The code.
        code: String,
        /// How many billable codes stand below it.
        below: usize,
        /// The first few of them.
        examples: Vec<String>,
    },
    /// A diagnosis that does not exist.
    #[error("there is no diagnosis code `{code}` on {date}")]
    DiagnosisUnknown {
        /// The code.
        code: String,
        /// The date of service.
        date: String,
        /// Look-alikes of the same length, to compare with the chart.
        nearest: Vec<String>,
    },
    /// A diagnosis that began later or ended before.
    #[error("diagnosis `{code}` is not valid on {date}")]
    DiagnosisNotValid {
        /// The code.
        code: String,
        /// The date of service.
        date: String,
        /// When it is valid, in words.
        valid: String,
    },
    /// A procedure code of level II that does not exist, or not on that date.
    #[error("{message}")]
    ProcedureNotValid {
        /// What the table says.
        message: String,
        /// A look-alike.
        nearest: Option<String>,
    },
    /// Two dates that cannot stand in this order.
    #[error("`{later}` is before `{earlier}`")]
    DatesOutOfOrder {
        /// The key that should be first.
        earlier: String,
        /// The key that should be later.
        later: String,
    },
    /// A date of the past that lies after the day of the question.
    #[error("`{key}` is after `{limit}`, so it has not happened")]
    InTheFuture {
        /// The key.
        key: String,
        /// The key that bounds it.
        limit: &'static str,
    },
    /// Two keys that contradict each other.
    #[error("{message}")]
    Contradiction {
        /// Which, and why.
        message: String,
        /// What to do.
        help: String,
    },
    /// No line at all, or a line without treatment and codes.
    #[error("{message}")]
    NothingToJudge {
        /// Which.
        message: &'static str,
    },
    /// A chart fact that the dictionary does not have.
    #[error("unknown fact `{found}`")]
    UnknownFact {
        /// As written.
        found: String,
        /// What was likely meant.
        nearest: Option<String>,
    },
    /// A fact that the program derives, written under `[chart]`.
    #[error("`{found}` is not a chart fact: it comes from the case itself")]
    DerivedFact {
        /// As written.
        found: String,
        /// The key that gives it, if one does.
        key: Option<&'static str>,
    },
}

impl CaseError {
    /// The stable code of this error.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::TooLarge { .. } => "C0001",
            Self::Syntax { .. } => "C0002",
            Self::UnknownKey { .. } => "C0003",
            Self::MisplacedKey { .. } => "C0004",
            Self::Identity { .. } => "C0005",
            Self::Duplicate { .. } => "C0006",
            Self::Missing { .. } => "C0007",
            Self::WrongType { .. } => "C0008",
            Self::WrongShape { .. } => "C0009",
            Self::TooMany { .. } => "C0010",
            Self::UnknownValue { .. } => "C0011",
            Self::UnknownName { .. } => "C0012",
            Self::OutOfRange { .. } => "C0013",
            Self::NotADate { .. } => "C0014",
            Self::Identifier { code, .. } => code,
            Self::UnknownModifier { .. } => "C0015",
            Self::UnknownPlaceOfService { .. } => "C0016",
            Self::DiagnosisHeader { .. } => "C0017",
            Self::DiagnosisUnknown { .. } => "C0018",
            Self::DiagnosisNotValid { .. } => "C0019",
            Self::ProcedureNotValid { .. } => "C0020",
            Self::DatesOutOfOrder { .. } => "C0021",
            Self::InTheFuture { .. } => "C0022",
            Self::Contradiction { .. } => "C0023",
            Self::NothingToJudge { .. } => "C0024",
            Self::UnknownFact { .. } => "C0025",
            Self::DerivedFact { .. } => "C0026",
        }
    }

    /// What to do next, a line each.
    ///
    /// A diagnosis is never proposed: look-alikes are shown only to be compared with the chart.
    #[must_use]
    pub fn help(&self) -> Vec<String> {
        let did_you_mean =
            |nearest: &Option<String>| nearest.iter().map(|near| format!("did you mean `{near}`?")).collect();
        match self {
            Self::TooLarge { .. } => vec![
                "one file holds one visit; put earlier services in `[history]` only as far back as rules look".into(),
            ],
            Self::Syntax { .. } => vec!["mend this place; what it hides is looked at after that".into()],
            Self::WrongShape { .. } => {
                vec!["`covered check --template TREATMENT` prints a case to fill in".into()]
            }
            Self::UnknownKey { nearest: Some(near), .. } => vec![format!("did you mean `{near}`?")],
            Self::UnknownKey { known, .. } => vec![format!("keys that can stand here: {}", known.join(", "))],
            Self::MisplacedKey { key, belongs, .. } => vec![format!("write `{key}` under {belongs}")],
            Self::Identity { .. } => {
                vec!["take the key out; names and numbers belong to the claim, not to the question".into()]
            }
            Self::Duplicate { .. } => vec!["keep one of the two".into()],
            Self::Missing { key, example, .. } => vec![format!("add `{key} = {example}`")],
            Self::WrongType { .. } | Self::OutOfRange { .. } => {
                vec!["a value that is not known is left out, or written as `\"?\"`".into()]
            }
            Self::TooMany { .. } => vec!["split the file into several visits".into()],
            Self::UnknownValue { nearest: near @ Some(_), .. }
            | Self::UnknownName { nearest: near @ Some(_), .. }
            | Self::UnknownModifier { nearest: near @ Some(_), .. }
            | Self::ProcedureNotValid { nearest: near @ Some(_), .. }
            | Self::UnknownFact { nearest: near @ Some(_), .. } => did_you_mean(near),
            Self::UnknownValue { allowed, .. } => vec![format!("it can be {}", allowed.join(", "))],
            Self::UnknownName { help, .. } => vec![help.clone()],
            Self::NotADate { .. } => vec!["write year, month and day, such as `2026-11-23`".into()],
            Self::Identifier { .. } => vec![],
            Self::UnknownModifier { .. } | Self::ProcedureNotValid { .. } => {
                vec!["compare it with the charge slip".into()]
            }
            Self::UnknownPlaceOfService { .. } => vec!["a medical spa is normally `\"11\"`, office".into()],
            Self::DiagnosisHeader { below, examples, .. } => {
                let longer = if examples.len() == *below {
                    format!("did you mean {}?", or(examples))
                } else {
                    format!("{below} longer codes stand below it, such as {}", or(examples))
                };
                vec![format!("{longer}; the clinician chooses the one that the chart supports")]
            }
            Self::DiagnosisUnknown { nearest, .. } if !nearest.is_empty() => {
                vec![format!(
                    "compare it with the chart, character by character; codes that look like it: {}",
                    nearest.join(", ")
                )]
            }
            Self::DiagnosisUnknown { .. } => vec!["compare it with the chart, character by character".into()],
            Self::DiagnosisNotValid { valid, .. } => {
                vec![format!("{valid}; the clinician chooses the code that is valid on that day")]
            }
            Self::DatesOutOfOrder { .. } | Self::InTheFuture { .. } => vec!["check both dates".into()],
            Self::Contradiction { help, .. } => vec![help.clone()],
            Self::NothingToJudge { .. } => {
                vec!["add a `[[line]]` with `treatment = \"…\"` or `codes = [\"…\"]`".into()]
            }
            Self::UnknownFact { .. } => vec!["`covered facts` lists them".into()],
            Self::DerivedFact { key: Some(key), .. } => vec![format!("write `{key}` instead")],
            Self::DerivedFact { key: None, .. } => vec!["take it out".into()],
        }
    }
}

/// `L82.0 or L82.1`.
fn or(codes: &[String]) -> String {
    let quoted: Vec<String> = codes.iter().map(|code| format!("`{code}`")).collect();
    match quoted.split_last() {
        Some((last, others)) if !others.is_empty() => format!("{} or {last}", others.join(", ")),
        _ => quoted.concat(),
    }
}

/// An error and its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Located {
    /// The bytes it is about.
    pub span: Span,
    /// What is wrong there.
    pub error: CaseError,
}

/// Something worth knowing that is not wrong, such as a code that no table could check.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Note {
    /// Stable code: N0001 a code was not checked, N0002 a note of ICD-10-CM keeps two diagnoses apart.
    pub code: &'static str,
    /// In a sentence.
    pub text: String,
}
