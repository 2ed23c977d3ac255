//! `covered flags`: checks for red flags over cases and lists of cases.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::fmt::Write as _;
use std::path::PathBuf;

use clap::Args;
use codes::StateCode;
use coverage::case::{Case, Note};
use coverage::checks::{Book, Flag};
use coverage::determine::flags;
use library::law::{FlagRule, Law, Severity};
use library::{Compiled, Library};
use serde_json::{Value, json};

use crate::Done;
use crate::args::LibraryArguments;
use crate::output::{DISCLAIMER, Failure, below, hanging, json_text, print};
use crate::source;

/// Most cases of one run: a year of a large practice.
const CASES_MAX: usize = 100_000;
/// The check that counts what the others found.
const SEVERAL: &str = "RF-42";

#[derive(Debug, Args)]
pub(crate) struct Flags {
    /// Case files (TOML or JSON), and JSON lists of cases; `-` reads standard input. They are looked at together.
    #[arg(value_name = "FILE", required_unless_present = "list")]
    files: Vec<PathBuf>,
    /// List the checks.
    #[arg(long, conflicts_with = "files")]
    list: bool,
    /// Print as JSON.
    #[arg(long)]
    json: bool,
}

/// A case and where it is from.
struct Named {
    name: String,
    case: Case,
}

pub(crate) fn run(wanted: &Flags, arguments: &LibraryArguments) -> Result<Done, Failure> {
    let library = source::library(arguments)?;
    let law = library.law()?;
    if wanted.list {
        print(&list(law, wanted.json))?;
        return Ok(Done::Answered);
    }
    let mut cases = Vec::new();
    for path in &wanted.files {
        read(path, &library, &mut cases)?;
    }
    let book = Book::new(cases.iter().map(|named| &named.case).collect());
    let terms = law.terms();
    // The same gates hold for all cases of a state.
    let mut compiled: BTreeMap<Option<StateCode>, Compiled<'_>> = BTreeMap::new();
    let mut found = Vec::new();
    for (at, named) in cases.iter().enumerate() {
        let state = named.case.facility.state;
        let gates = match compiled.entry(state) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(new) => new.insert(library.for_checks(state)?),
        };
        found.extend(flags(&book, at, &terms, &*gates));
    }
    let report = Report { cases: &cases, law, found };
    print(&if wanted.json { json_text(&report.json(&library)) } else { report.text() })?;
    Ok(if report.found.is_empty() { Done::Answered } else { Done::FoundErrors })
}

/// The cases of a file: one, or a JSON list of them.
fn read(path: &std::path::Path, library: &Library, cases: &mut Vec<Named>) -> Result<(), Failure> {
    let text = source::read(path)?;
    let name = source::name(path);
    let mut add = |name: String, (case, _): (Case, Vec<Note>)| {
        if cases.len() == CASES_MAX {
            let message = format!("more than {CASES_MAX} cases");
            return Err(Failure::Name { message, help: "check them in several runs, a month each".to_owned() });
        }
        cases.push(Named { name, case });
        Ok(())
    };
    // A TOML table begins with `[` too, but no name of one with `{`.
    let is_list = text.trim_start().strip_prefix('[').is_some_and(|rest| rest.trim_start().starts_with(['{', ']']));
    if !is_list {
        return add(name.clone(), source::case(&name, &text, library)?);
    }
    let list: Vec<Value> = serde_json::from_str(&text).map_err(|error| Failure::Name {
        message: format!("`{name}` is not a JSON list of cases: line {}, column {}", error.line(), error.column()),
        help: "a list is `[CASE, CASE, …]`, each a case as JSON".to_owned(),
    })?;
    for (number, value) in (1..).zip(list) {
        let name = format!("{name}#{number}");
        add(name.clone(), source::case(&name, &value.to_string(), library)?)?;
    }
    Ok(())
}

fn list(law: &Law, json: bool) -> String {
    if json {
        let flags = law.flags.iter().map(
            |rule| json!({"check": rule.id, "name": rule.name, "severity": rule.severity.word(), "rules": rule.rules}),
        );
        return json_text(&Value::Array(flags.collect()));
    }
    let mut out = String::new();
    for rule in &law.flags {
        let rules = if rule.rules.is_empty() { String::new() } else { format!(" ({})", rule.rules.join(", ")) };
        hanging(&mut out, 0, 16, &format!("{}  {:<8} {}{rules}", rule.id, rule.severity.word(), rule.name));
    }
    out
}

struct Report<'r> {
    cases: &'r [Named],
    law: &'r Law,
    found: Vec<Flag>,
}

impl Report<'_> {
    fn rule(&self, check: &str) -> Option<&FlagRule> {
        self.law.flags.iter().find(|rule| rule.id == check)
    }

    fn severity(&self, flag: &Flag) -> Severity {
        self.rule(&flag.check).map_or(Severity::Block, |rule| rule.severity)
    }

    /// How many flags forbid to file; more than one is a signal of its own.
    fn blocks(&self) -> usize {
        self.found.iter().filter(|flag| self.severity(flag) == Severity::Block).count()
    }

    fn escalates(&self) -> Option<String> {
        let blocks = self.blocks();
        let rule = self.rule(SEVERAL).filter(|_| blocks > 1)?;
        Some(format!(
            "{} [{}] {}: {blocks} flags that block among these cases; take them to counsel before anything is filed.",
            rule.id,
            rule.severity.word(),
            rule.name
        ))
    }

    fn text(&self) -> String {
        let mut out = String::new();
        let lines: usize = self.cases.iter().map(|named| named.case.lines.len()).sum();
        let flags = self.found.len();
        below(&mut out, 0, &format!("{} case(s), {lines} line(s), {flags} red flag(s).", self.cases.len()));
        let mut last = None;
        for flag in &self.found {
            let place = (flag.case, flag.line);
            if last != Some(place) {
                let _ = writeln!(out, "\n{}, line {}", self.cases[flag.case].name, flag.line + 1);
                last = Some(place);
            }
            let severity = self.severity(flag).word();
            hanging(&mut out, 2, 4, &format!("{} [{severity}] {}", flag.check, flag.title));
            flag.found.iter().for_each(|found| hanging(&mut out, 4, 6, &format!("- {found}")));
            let rules = self.rule(&flag.check).map(|rule| rule.rules.join(", ")).unwrap_or_default();
            let rules = if rules.is_empty() { rules } else { format!("{rules}: ") };
            below(&mut out, 4, &format!("{rules}{} ({})", flag.citation, flag.grade));
            flag.url.iter().for_each(|url| below(&mut out, 4, url));
            flag.caveats.iter().for_each(|caveat| below(&mut out, 4, &format!("Note: {caveat}")));
        }
        if let Some(escalates) = self.escalates() {
            out.push('\n');
            below(&mut out, 0, &escalates);
        }
        let _ = writeln!(out, "\nNo flag is no proof that all is well.\n{DISCLAIMER}");
        out
    }

    fn json(&self, library: &Library) -> Value {
        let flags: Vec<Value> = self
            .found
            .iter()
            .map(|flag| {
                json!({
                    "case": self.cases[flag.case].name,
                    "line": flag.line + 1,
                    "check": flag.check,
                    "severity": self.severity(flag).word(),
                    "title": flag.title,
                    "found": flag.found,
                    "rules": self.rule(&flag.check).map(|rule| &rule.rules),
                    "citation": flag.citation,
                    "url": flag.url,
                    "grade": flag.grade,
                    "caveats": flag.caveats,
                })
            })
            .collect();
        json!({
            "cases": self.cases.len(),
            "flags": flags,
            "escalate": self.escalates(),
            "library": {"version": library.version(), "sha256": library.sha256()},
            "disclaimer": DISCLAIMER,
        })
    }
}
