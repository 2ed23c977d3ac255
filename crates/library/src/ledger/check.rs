//! Whether every row has a home that exists, and every policy of the coverage side a row.

use std::collections::{BTreeMap, BTreeSet};

use policy::ast::{Criterion, DutyKind, Expr, ExprKind, PolicyFile};
use policy::diagnostic::{Diagnostic, Explanation, Severity};
use policy::span::Span;
use toml::de::{DeTable, DeValue};

use super::{Home, Ledger, OWN, Row, State};
use crate::finding;
use crate::library::{Library, LibraryError};
use crate::ranks::Effect;

impl Ledger {
    /// What is wrong with the ledger: rows without a home or reason, homes that do not exist, policies of coverage that no row
    /// explains. All policies are read.
    #[must_use]
    pub fn findings(&self, library: &Library) -> Vec<Diagnostic> {
        let places = Places::of(library);
        let mut findings = Vec::new();
        let mut add = |explanation: &'static Explanation, row: &Row, message: String, help: String| {
            let found = Diagnostic::new(explanation, Severity::Error, message).at(self.source, row.span, "");
            findings.push(if help.is_empty() { found } else { found.help(help) });
        };
        for row in self.rows() {
            if row.state() == State::Open {
                let message = format!("`{}` has no home and no reason", row.key);
                add(
                    &finding::NO_HOME,
                    row,
                    message,
                    "name the policies that say it, or write why none does".to_owned(),
                );
            }
            if row.key.base == OWN && (row.homes.is_empty() || row.why.is_empty()) {
                let message = format!("`{}` has no row, so it needs a policy and a reason", row.key);
                add(&finding::NO_HOME, row, message, String::new());
            }
            for home in row.homes.iter().filter(|home| !places.hold(home)) {
                let near = codes::suggest(&home.to_string(), places.names()).map(str::to_owned);
                let help = near.map_or_else(String::new, |near| format!("did you mean `{near}`?"));
                add(&finding::HOME_UNKNOWN, row, format!("there is no `{home}` in the library"), help);
            }
        }
        findings.extend(self.unexplained(library));
        findings.extend(self.of_conflicts(library, &places));
        findings
    }

    /// Rows and homes of conflicts that do not exist; a file that cannot be read counts as one finding.
    fn of_conflicts(&self, library: &Library, places: &Places) -> Vec<Diagnostic> {
        let conflicts = match library.conflicts() {
            Ok(conflicts) => conflicts,
            Err(LibraryError::Invalid(invalid)) => return invalid.errors().to_vec(),
            Err(LibraryError::Read(_)) => return Vec::new(),
        };
        let keys: BTreeSet<String> = self.rows().iter().map(|row| row.key.to_string()).collect();
        let mut findings = Vec::new();
        for conflict in &conflicts {
            let rows = conflict.rows.iter().filter(|row| !keys.contains(*row)).cloned();
            let homes = conflict.homes.iter().filter(|home| !places.hold(home)).map(ToString::to_string);
            findings.extend(rows.chain(homes).map(|name| {
                let message = format!("the conflict `{}` names `{name}`, which does not exist", conflict.id);
                let (source, span) = conflict.place;
                Diagnostic::new(&finding::HOME_UNKNOWN, Severity::Error, message).at(source, span, "")
            }));
        }
        findings
    }

    /// Policies of the coverage side that no row names.
    fn unexplained(&self, library: &Library) -> Vec<Diagnostic> {
        let named: BTreeSet<&str> = self.rows().iter().flat_map(|row| &row.homes).filter_map(policy_of).collect();
        let ranks = library.ranks();
        let is_gate = |rank: &str| ranks.find(rank).is_some_and(|rank| ranks.rank(rank).effect == Effect::Gate);
        let all = library.policies().all().iter();
        let unnamed = all.filter(|policy| {
            let header = policy.header();
            !policy.entered_by_practice() && !is_gate(&header.rank) && !named.contains(header.id.as_str())
        });
        let found = unnamed.map(|policy| {
            let message = format!("no row of the ledger leads to `{}`", policy.header().id);
            let span = policy.rules().map_or(Span::default(), |entry| entry.file.id.span);
            Diagnostic::new(&finding::UNEXPLAINED, Severity::Error, message)
                .at(policy.source(), span, "")
                .help(format!("name it as a home, or add `{OWN}/{}` with the reason", policy.header().id))
        });
        found.collect()
    }
}

fn policy_of(home: &Home) -> Option<&str> {
    match home {
        Home::Policy { id, .. } => Some(id),
        Home::Entry { .. } => None,
    }
}

/// Everything that a home may name.
struct Places {
    /// Labels and statements of each policy.
    policies: BTreeMap<String, BTreeSet<String>>,
    /// Entries of each data file.
    entries: BTreeMap<String, BTreeSet<String>>,
}

impl Places {
    fn of(library: &Library) -> Self {
        let mut policies: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for entry in library.policies().all().iter().filter_map(|policy| policy.rules().ok()) {
            policies.entry(entry.file.id.value.clone()).or_default().extend(parts(&entry.file));
        }
        Self {
            policies,
            entries: library.data_files().map(|(path, text)| (path.to_owned(), entries(path, text))).collect(),
        }
    }

    fn hold(&self, home: &Home) -> bool {
        match home {
            Home::Policy { id, part } => {
                let parts = self.policies.get(id);
                parts.is_some_and(|parts| part.as_ref().is_none_or(|part| parts.contains(part)))
            }
            Home::Entry { file, name } => {
                let entries = self.entries.get(file);
                entries.is_some_and(|entries| name.as_ref().is_none_or(|name| entries.contains(name)))
            }
        }
    }

    fn names(&self) -> impl Iterator<Item = &str> {
        self.policies.keys().chain(self.entries.keys()).map(String::as_str)
    }
}

/// The labels and the statements of a policy.
fn parts(file: &PolicyFile) -> BTreeSet<String> {
    let mut parts: BTreeSet<String> = ["scope", "for", "dates", "source", "otherwise"].map(str::to_owned).into();
    if !file.caveats.is_empty() {
        parts.insert("caveat".to_owned());
    }
    for duty in &file.duties {
        let word = match duty.kind {
            DutyKind::Denies(_) => "denies",
            DutyKind::Due { .. } => "due",
            _ => "needs",
        };
        parts.insert(word.to_owned());
    }
    let criteria = file.clauses.iter().flat_map(|clause| &clause.criteria);
    criteria.chain(file.unless.iter().map(|excuse| &excuse.condition)).for_each(|one| labels(one, &mut parts));
    parts
}

fn labels(criterion: &Criterion, parts: &mut BTreeSet<String>) {
    parts.extend(criterion.label.as_ref().map(|label| label.value.clone()));
    members(&criterion.expr).iter().for_each(|member| labels(member, parts));
}

fn members(expr: &Expr) -> &[Criterion] {
    match &expr.kind {
        ExprKind::All(members) | ExprKind::Any(members) | ExprKind::AtLeast { members, .. } => members,
        ExprKind::Not(_) | ExprKind::Atom(_) => &[],
    }
}

/// What may be named of a data file: of TOML every key and every `id`, of CSV every cell.
fn entries(path: &str, text: &str) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    if path.ends_with(".csv") {
        names.extend(text.lines().flat_map(|line| line.split(',')).map(|cell| cell.trim().to_owned()));
    } else if let Ok(table) = DeTable::parse(text) {
        names_in_table(table.get_ref(), &mut names);
    }
    names
}

fn names_in_table(table: &DeTable<'_>, names: &mut BTreeSet<String>) {
    for (key, value) in table {
        let key: &str = key.get_ref();
        if matches!(value.get_ref(), DeValue::Table(_)) {
            names.insert(key.to_owned());
        }
        names_in(key, value.get_ref(), names);
    }
}

fn names_in(key: &str, value: &DeValue<'_>, names: &mut BTreeSet<String>) {
    match value {
        DeValue::Table(table) => names_in_table(table, names),
        DeValue::Array(values) => values.iter().for_each(|value| names_in(key, value.get_ref(), names)),
        DeValue::String(text) if key == "id" => {
            names.insert(text.clone().into_owned());
        }
        _ => {}
    }
}
