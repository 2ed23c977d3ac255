//! The policy files: read when they are asked for, and checked against the tables of the library.

use std::borrow::Cow;
use std::sync::{Arc, OnceLock};

use coverage::reference::PayerClass;
use policy::ast::{Atom, ExprKind, Head, PolicyFile, ValueSet, value_key};
use policy::compile::Entry;
use policy::diagnostic::{Diagnostic, Explanation, Severity};
use policy::parse::parse;
use policy::span::{SourceId, Span};

use crate::finding;
use crate::header::Header;
use crate::ranks::{Effect, RankTable};

/// All policy files of a library, in the order of their paths.
#[derive(Debug, Default)]
pub struct Policies {
    files: Vec<PolicySource>,
}

/// One policy file.
#[derive(Debug)]
pub struct PolicySource {
    source: SourceId,
    path: String,
    text: Cow<'static, str>,
    entered_by_practice: bool,
    header: Header,
    rules: OnceLock<Parsed>,
    whole: OnceLock<Parsed>,
}

/// What the parser made of a file.
#[derive(Debug)]
struct Parsed {
    file: Option<Arc<PolicyFile>>,
    diagnostics: Vec<Diagnostic>,
}

impl Policies {
    /// All policy files.
    #[must_use]
    pub fn all(&self) -> &[PolicySource] {
        &self.files
    }

    pub(crate) fn add(&mut self, source: SourceId, path: &str, text: Cow<'static, str>, entered_by_practice: bool) {
        let header = Header::scan(&text);
        let path = path.to_owned();
        let (rules, whole) = (OnceLock::new(), OnceLock::new());
        self.files.push(PolicySource { source, path, text, entered_by_practice, header, rules, whole });
    }

    /// What is wrong with the files, names of facts and the outcome of examples aside. All files are read.
    pub(crate) fn findings(&self, ranks: &RankTable) -> Vec<Diagnostic> {
        let mut findings = Vec::new();
        for policy in &self.files {
            let parsed = policy.whole();
            findings.extend_from_slice(&parsed.diagnostics);
            if let Some(file) = &parsed.file {
                policy.check_name(file, &mut findings);
                policy.check_rank(file, ranks, &mut findings);
            }
        }
        self.check_versions(&mut findings);
        findings
    }

    /// What the parser finds in the files. All files are read.
    pub(crate) fn syntax_findings(&self) -> impl Iterator<Item = Diagnostic> + '_ {
        self.files.iter().flat_map(|policy| policy.whole().diagnostics.iter().cloned())
    }

    /// Two versions of one policy may not hold on the same day.
    fn check_versions(&self, findings: &mut Vec<Diagnostic>) {
        let mut files: Vec<&PolicyFile> =
            self.files.iter().filter_map(|policy| policy.whole().file.as_deref()).collect();
        files.sort_by_key(|file| (&file.id.value, file.dates.from.map(|from| from.value)));
        for pair in files.windows(2) {
            let [earlier, later] = pair else { continue };
            let apart = match (earlier.dates.until, later.dates.from) {
                (Some(until), Some(from)) => until.value <= from.value,
                _ => false,
            };
            if earlier.id.value == later.id.value && !apart {
                let message = format!("two versions of `{}` hold on the same day", later.id.value);
                let here = error(&finding::TWICE, later, later.dates.span, message);
                findings.push(
                    here.at(earlier.file, earlier.dates.span, "the other one")
                        .help("end the earlier version on the first day of the later one"),
                );
            }
        }
    }
}

impl PolicySource {
    /// The path below the root of the library: `policies/cms/ncd/140.1/1989-07-01.cov`.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The number of the file in [`crate::Library::sources`].
    #[must_use]
    pub fn source(&self) -> SourceId {
        self.source
    }

    /// The text of the file.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether a practice wrote it, not an authority.
    #[must_use]
    pub fn entered_by_practice(&self) -> bool {
        self.entered_by_practice
    }

    /// Its first lines.
    #[must_use]
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// The policy without its examples, which take half of the file and decide nothing.
    ///
    /// # Errors
    /// What the parser found, if the file cannot be read.
    pub fn rules(&self) -> Result<Entry, &[Diagnostic]> {
        let parsed = self.rules.get_or_init(|| self.parse(&self.text[..start_of_examples(&self.text)]));
        self.of(parsed)
    }

    /// The policy with its examples.
    ///
    /// # Errors
    /// What the parser found, if the file cannot be read.
    pub fn entry(&self) -> Result<Entry, &[Diagnostic]> {
        self.of(self.whole())
    }

    fn whole(&self) -> &Parsed {
        self.whole.get_or_init(|| self.parse(&self.text))
    }

    fn parse(&self, text: &str) -> Parsed {
        let parsed = parse(self.source, text);
        Parsed { file: parsed.file.map(Arc::new), diagnostics: parsed.diagnostics }
    }

    fn of<'p>(&self, parsed: &'p Parsed) -> Result<Entry, &'p [Diagnostic]> {
        match &parsed.file {
            Some(file) => Ok(Entry { file: Arc::clone(file), entered_by_practice: self.entered_by_practice }),
            None => Err(&parsed.diagnostics),
        }
    }

    /// The file is named after its first day, or after the day its source was read.
    fn check_name(&self, file: &PolicyFile, findings: &mut Vec<Diagnostic>) {
        if self.entered_by_practice {
            return;
        }
        let (day, place) = match (file.dates.from, file.source.read) {
            (Some(from), _) => (from.value, from.span),
            (None, Some(read)) => (read.value, read.span),
            (None, None) => return,
        };
        let name = self.path.rsplit('/').next().unwrap_or_default();
        if name.strip_suffix(".cov") != Some(&day.to_string()) {
            let message = format!("the file is named `{name}`, but its day is {day}");
            findings.push(error(&finding::PATH, file, place, message).help(format!("name it `{day}.cov`")));
        }
    }

    /// The rank exists, may be used here, and is in the stack of every class that the scope names.
    fn check_rank(&self, file: &PolicyFile, ranks: &RankTable, findings: &mut Vec<Diagnostic>) {
        // An unknown rank is reported by the compiler.
        let Some(index) = ranks.find(&file.rank.value) else { return };
        let rank = ranks.rank(index);
        if self.entered_by_practice && !rank.overlay {
            let message = format!("an overlay may not have the rank `{}`", rank.id);
            let open: Vec<&str> =
                ranks.ranks().iter().filter(|rank| rank.overlay).map(|rank| rank.id.as_str()).collect();
            let help = format!("ranks that a practice may enter: {}", open.join(", "));
            findings.push(error(&finding::OVERLAY_RANK, file, file.rank.span, message).help(help));
        }
        if rank.effect == Effect::Gate {
            return;
        }
        if rank.effect == Effect::Grants {
            let heads = file.clauses.iter().map(|clause| &clause.head).chain([&file.otherwise]);
            for head in heads.filter(|head| matches!(head.value, Head::NotCovered { .. })) {
                let message = format!("a policy of the rank `{}` may only grant", rank.id);
                findings.push(error(&finding::GRANTS_ONLY, file, head.span, message).help("write `otherwise silent`"));
            }
        }
        let with_rank: Vec<&str> = ranks.classes_with(index).map(PayerClass::word).collect();
        for (class, span) in classes_of(file) {
            if !with_rank.contains(&class.as_str()) {
                let message = format!("`{class}` has no rank `{}`", rank.id);
                let help = format!("classes with this rank: {}", with_rank.join(", "));
                findings.push(error(&finding::RANK_OF_CLASS, file, span, message).help(help));
            }
        }
    }
}

/// Where the examples begin: they are the last statement of a file, and a statement begins at the margin.
fn start_of_examples(text: &str) -> usize {
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        if line
            .strip_prefix("examples")
            .is_some_and(|rest| rest.trim().is_empty() || rest.trim_start().starts_with('#'))
        {
            return start;
        }
        start += line.len();
    }
    text.len()
}

/// The classes of coverage that the scope names.
fn classes_of(file: &PolicyFile) -> impl Iterator<Item = (String, Span)> {
    let named = file.scope.iter().filter_map(|term| match &term.kind {
        ExprKind::Atom(Atom::In { fact, negated: false, set: ValueSet::Values(values) })
            if fact.value == "payer_class" =>
        {
            Some(values)
        }
        _ => None,
    });
    named.flatten().map(|value| (value_key(&value.text), value.span))
}

fn error(explanation: &'static Explanation, file: &PolicyFile, span: Span, message: String) -> Diagnostic {
    Diagnostic::new(explanation, Severity::Error, message).at(file.file, span, "")
}
