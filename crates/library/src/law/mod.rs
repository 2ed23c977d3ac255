//! Rules of law that are figures, days, papers and ways of appeal rather than policies: `law/*.toml`, read when asked for.

mod deadlines;
mod figures;
mod flags;
mod notices;
mod status;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::OnceLock;

use coverage::checks::Terms;
use policy::ast::Grade;
use policy::diagnostic::{Diagnostic, Severity as Finding};
use policy::span::SourceId;

pub use deadlines::{Amount, AppealLevel, AppealPath, Band, Deadline, Estimate};
pub use figures::{Figure, FigureValue};
pub use flags::{FlagRule, Severity};
pub use notices::{Edition, Notice};
pub use status::{Applies, Privacy, PrivacyLaw, Safeguard};

use crate::finding;
use crate::reader::{Entry, Reader};

/// Everything of `law/`.
#[derive(Clone, Debug, Default)]
pub struct Law {
    /// Days by which somebody must act.
    pub deadlines: Vec<Deadline>,
    /// The clock of the good-faith estimate.
    pub estimate: Option<Estimate>,
    /// Ways of appeal.
    pub appeals: Vec<AppealPath>,
    /// Figures by year.
    pub figures: Vec<Figure>,
    /// Notices, contracts and papers.
    pub notices: Vec<Notice>,
    /// Which law of privacy binds a spa.
    pub privacy: Option<Privacy>,
    /// Checks for red flags.
    pub flags: Vec<FlagRule>,
    /// Words in the name of a service that speak of looks.
    pub words_of_looks: Vec<String>,
}

impl Law {
    /// What the checks for red flags take from the law.
    #[must_use]
    pub fn terms(&self) -> Terms {
        let claim = self.deadlines.iter().find(|deadline| deadline.id == MEDICARE_CLAIM);
        let limiting = self.figures.iter().find(|figure| figure.id == LIMITING_CHARGE);
        let abn = self.notices.iter().find(|notice| notice.id == ABN);
        let edition = |edition: &Edition| Some((edition.expires, edition.from?));
        Terms {
            words_of_looks: self.words_of_looks.clone(),
            claim: claim.map(|claim| claim.clock),
            limiting_percent: limiting.and_then(|limiting| limiting.values.last()?.value.parse().ok()),
            abn_editions: abn.map(|abn| abn.editions.iter().filter_map(edition).collect()).unwrap_or_default(),
        }
    }
}

/// Entries that the checks for red flags take their terms from.
const MEDICARE_CLAIM: &str = "medicare-claim";
const LIMITING_CHARGE: &str = "medicare-limiting-charge";
const ABN: &str = "abn";

/// Where a rule of law stands, and how closely that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Authority {
    /// Rows of `library/sources/law.yaml`: `MCR-002`.
    pub rules: Vec<String>,
    /// Statute, regulation or document.
    pub citation: String,
    /// Address, where one was recorded.
    pub url: Option<String>,
    /// How closely it was read.
    pub grade: Grade,
    /// What limits it.
    pub note: Option<String>,
}

type Part = fn(&mut Law, &mut Reader<'_>, &mut Entry<'_>);

/// Every file, with what reads it.
const FILES: [(&str, Part); 6] = [
    ("law/deadlines.toml", deadlines::read_deadlines),
    ("law/appeals.toml", deadlines::read_appeals),
    ("law/parameters.toml", figures::read),
    ("law/notices.toml", notices::read),
    ("law/flags.toml", flags::read),
    ("law/status.toml", status::read),
];

/// The files of `law/`.
#[derive(Debug, Default)]
pub(crate) struct LawFiles {
    files: BTreeMap<String, (SourceId, Cow<'static, str>)>,
    law: OnceLock<Result<Law, Vec<Diagnostic>>>,
}

impl LawFiles {
    /// Takes up a file; whether its path is one of these.
    pub(crate) fn add(&mut self, path: &str, source: SourceId, text: Cow<'static, str>) -> bool {
        let known = FILES.iter().any(|(name, _)| *name == path);
        if known {
            self.files.insert(path.to_owned(), (source, text));
        }
        known
    }

    /// All of it; empty where the library has none.
    pub(crate) fn get(&self) -> Result<&Law, &[Diagnostic]> {
        self.law.get_or_init(|| self.load()).as_ref().map_err(Vec::as_slice)
    }

    fn load(&self) -> Result<Law, Vec<Diagnostic>> {
        let (mut law, mut findings) = (Law::default(), Vec::new());
        for (name, read) in FILES {
            let Some((source, text)) = self.files.get(name) else { continue };
            let mut reader = Reader::new(*source, &mut findings);
            let mut root = reader.parse(text);
            read(&mut law, &mut reader, &mut root);
            reader.finish(root);
        }
        let ids = law.deadlines.iter().map(|deadline| &deadline.id);
        let ids =
            ids.chain(law.figures.iter().map(|figure| &figure.id)).chain(law.notices.iter().map(|notice| &notice.id));
        let mut seen: Vec<&String> = Vec::new();
        for id in ids {
            if seen.contains(&id) {
                findings.push(Diagnostic::new(
                    &finding::TWICE,
                    Finding::Error,
                    format!("there are two entries `{id}` in `law/`"),
                ));
            }
            seen.push(id);
        }
        if findings.is_empty() { Ok(law) } else { Err(findings) }
    }
}

/// Reads `rule`, `citation`, `url`, `grade` and `note`.
fn authority(reader: &mut Reader<'_>, entry: &mut Entry<'_>) -> Option<Authority> {
    let rules = reader.texts(entry, "rule").into_iter().map(|rule| rule.value).collect();
    let citation = reader.text(entry, "citation");
    let url = reader.text_if_any(entry, "url").map(|url| url.value);
    let grades = Grade::ALL.map(|(grade, word)| (word, grade));
    let grade = reader.word(entry, "grade", &grades);
    let note = reader.text_if_any(entry, "note").map(|note| note.value);
    Some(Authority { rules, citation: citation?.value, url, grade: grade?, note })
}
