//! `covered policy …`: policies as files and as text for people.

mod diff;
mod doc;
mod explain;
pub(crate) mod new;

use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;

use library::policies::PolicySource;
use library::{Library, Wanted};
use policy::compile::Entry;
use policy::diagnostic::{Diagnostic, Explanation, Severity, Sources};
use policy::parse::parse;
use policy::span::SourceId;

use crate::Done;
use crate::args::{CheckPolicies, Files, Format, LibraryArguments, List, PolicyCommand, Show};
use crate::commands::write_whole;
use crate::output::{Failure, counted, findings, findings_for_output, hanging, print, wrapped, wrapped_at};
use crate::source;

pub(crate) fn run(command: &PolicyCommand, arguments: &LibraryArguments) -> Result<Done, Failure> {
    match command {
        PolicyCommand::Code { code } => explain_code(code.as_deref()),
        PolicyCommand::New(answers) => new::run(answers, &source::library(arguments)?),
        PolicyCommand::Check(files) => check(files, &source::library(arguments)?),
        PolicyCommand::Diff(wanted) => diff::run(wanted, &source::library(arguments)?),
        PolicyCommand::Fmt(files) => format(files),
        PolicyCommand::Test(files) => test(files, &source::library(arguments)?),
        PolicyCommand::List(wanted) => list(wanted, &source::library(arguments)?),
        PolicyCommand::Doc(wanted) => doc::run(wanted, &source::library(arguments)?),
        PolicyCommand::Explain(wanted) => explain::run(wanted, &source::library(arguments)?),
        PolicyCommand::Show(wanted) => show(wanted, &source::library(arguments)?),
    }
}

/// A source that was read longer ago is to be read again.
const SOURCE_DAYS_MAX: u32 = 365;

/// Policy files with what reading them found.
struct Read {
    sources: Sources,
    entries: Vec<Entry>,
    findings: Vec<Diagnostic>,
    /// Files of which there is no tree.
    unreadable: usize,
}

fn read(files: &Files, library: &Library) -> Result<Read, Failure> {
    let mut read =
        Read { sources: library.sources().clone(), entries: Vec::new(), findings: Vec::new(), unreadable: 0 };
    for path in source::policy_files(&files.files)? {
        let text = source::read_policy(&path)?;
        let id = read.sources.add(path.display().to_string(), text.clone());
        let parsed = parse(id, &text);
        read.findings.extend(parsed.diagnostics);
        read.unreadable += usize::from(parsed.file.is_none());
        read.entries.extend(parsed.file.map(|file| Entry { file: Arc::new(file), entered_by_practice: false }));
    }
    Ok(read)
}

fn check(wanted: &CheckPolicies, library: &Library) -> Result<Done, Failure> {
    let mut read = if wanted.files.files.is_empty() { whole(library)? } else { read(&wanted.files, library)? };
    let count = read.entries.len();
    if wanted.files.files.is_empty() {
        read.findings.extend(library.check());
    } else {
        // One by one, so that an error in one file hides none in another.
        for entry in &read.entries {
            if let Err(errors) = library.compile(std::slice::from_ref(entry)) {
                read.findings.extend(errors);
            }
        }
    }
    if wanted.thorough {
        read.findings.extend(policy::check::library(&read.entries, &library.context(), &[library.classes_of_payers()]));
        read.findings.extend(policy::check::age(&read.entries, source::now().date(), SOURCE_DAYS_MAX));
    }
    let mut summary = format!("{} checked", counted(count, "policy", "policies"));
    if let Some(place) = &wanted.source {
        summary.push_str(&against(place, &read.entries, &mut read.findings)?);
    }
    let done = finish(&read.findings, &read.sources, &summary)?;
    if !wanted.thorough && matches!(done, Done::Answered) {
        print("Codes, clashes, gaps and examples were not looked at: add --thorough.\n")?;
    }
    Ok(done)
}

/// Compares policies with the texts of their sources; says how many that were, and of one text its hash.
fn against(place: &Path, entries: &[Entry], findings: &mut Vec<Diagnostic>) -> Result<String, Failure> {
    let whole_folder = place.is_dir();
    if !whole_folder && entries.len() != 1 {
        return Err(Failure::Name {
            message: format!("one text cannot be the source of {}", counted(entries.len(), "policy", "policies")),
            help: "name one policy file, or a folder that holds `IDENTIFIER.txt` for each policy".to_owned(),
        });
    }
    let (mut compared, mut hash) = (0, String::new());
    for entry in entries {
        let path = if whole_folder { place.join(format!("{}.txt", entry.file.id.value)) } else { place.to_owned() };
        if whole_folder && !path.is_file() {
            continue;
        }
        let text = source::read_source_text(&path)?;
        let sha256 = library::fingerprint(&text);
        findings.extend(policy::check::against(&entry.file, &text, &sha256));
        compared += 1;
        if !whole_folder {
            hash = format!(" (sha256 {sha256})");
        }
    }
    Ok(format!(", {compared} compared with the text of the source{hash}"))
}

/// Every policy of the library, with its examples.
fn whole(library: &Library) -> Result<Read, Failure> {
    let mut entries = Vec::new();
    for policy in library.policies().all() {
        entries.push(policy.entry().map_err(|errors| Failure::Errors(findings(errors, library.sources())))?);
    }
    Ok(Read { sources: library.sources().clone(), entries, findings: Vec::new(), unreadable: 0 })
}

fn format(wanted: &Format) -> Result<Done, Failure> {
    let mut found = Vec::new();
    let mut sources = Sources::default();
    for path in source::policy_files(&wanted.files)? {
        let text = source::read_policy(&path)?;
        let id = sources.add(path.display().to_string(), text.clone());
        match policy::fmt::format(&text) {
            Ok(formatted) if !wanted.write => print(&formatted)?,
            Ok(formatted) if formatted != text => write_whole(&path, formatted.as_bytes())?,
            Ok(_) => {}
            Err(errors) => found.extend(errors.into_iter().map(|finding| in_file(finding, id))),
        }
    }
    if found.is_empty() {
        return Ok(Done::Answered);
    }
    Err(Failure::Errors(findings(&found, &sources)))
}

/// A finding of a single text, in its place among several.
fn in_file(mut finding: Diagnostic, file: SourceId) -> Diagnostic {
    for label in &mut finding.labels {
        label.source = file;
    }
    finding
}

fn test(files: &Files, library: &Library) -> Result<Done, Failure> {
    let Read { sources, entries, findings: mut found, unreadable } =
        if files.files.is_empty() { whole(library)? } else { read(files, library)? };
    let context = library.context();
    let (mut passed, mut failed) = (0, 0);
    for entry in &entries {
        let report = policy::example::run(entry, &context);
        passed += report.passed;
        // A policy that does not compile runs none of its examples.
        failed += entry.file.examples.len() - report.passed;
        found.extend(report.findings);
    }
    let policies = counted(entries.len(), "policy", "policies");
    let mut summary = format!("{policies}, {} passed, {failed} failed", counted(passed, "example", "examples"));
    if unreadable > 0 {
        let files = counted(unreadable, "file", "files");
        let _ = write!(summary, "; {files} with errors, whose examples were not run");
    }
    finish(&found, &sources, &summary)
}

fn finish(found: &[Diagnostic], sources: &Sources, summary: &str) -> Result<Done, Failure> {
    let mut out = findings_for_output(found, sources);
    if !out.is_empty() {
        out.push('\n');
    }
    let count = |severity| found.iter().filter(|finding| finding.severity == severity).count();
    let (errors, warnings) = (count(Severity::Error), count(Severity::Warning));
    let (errors_words, warnings) = (counted(errors, "error", "errors"), counted(warnings, "warning", "warnings"));
    let _ = writeln!(out, "{summary}: {errors_words}, {warnings}");
    print(&out)?;
    Ok(if errors == 0 { Done::Answered } else { Done::FoundErrors })
}

fn list(wanted: &List, library: &Library) -> Result<Done, Failure> {
    let payer = match &wanted.payer {
        None => None,
        Some(typed) => Some(library.payers().find(typed).map_err(|error| Failure::Name {
            message: error.to_string(),
            help: "`covered payers` lists the payers".to_owned(),
        })?),
    };
    let filter = Wanted {
        payer: payer.map(|payer| payer.id.as_str()),
        class: payer.map(|payer| payer.class.word()),
        date: wanted.date,
        ..Wanted::default()
    };
    let word = wanted.word.as_deref().unwrap_or_default().to_lowercase();
    let mut out = String::new();
    let mut count = 0_usize;
    let gates = gates_of_state(&word, library)?;
    for policy in library.policies().all().iter().chain(gates).filter(|policy| policy.header().may_concern(filter)) {
        let header = policy.header();
        if !header.id.to_lowercase().contains(&word) && !header.title.to_lowercase().contains(&word) {
            continue;
        }
        count += 1;
        let dates = match (header.from, header.until) {
            (Some(from), Some(until)) => format!("{from} .. {until}"),
            (Some(from), None) => format!("{from} .."),
            (None, Some(until)) => format!(".. {until}"),
            (None, None) => "..".to_owned(),
        };
        let by = if policy.entered_by_practice() { ", entered by the practice" } else { "" };
        let heading = format!("{} ({}, {dates}{by})", header.id, header.rank);
        let _ = writeln!(out, "{}", wrapped(&heading, 4));
        let _ = writeln!(out, "    {}", wrapped_at(&header.title, 4, 4));
    }
    let _ = writeln!(out, "{}", counted(count, "policy", "policies"));
    print(&out)?;
    Ok(Done::Answered)
}

/// The gates that are made of the cells of a state, for an identifier that begins with it: `state/TX/inject/RN`.
fn gates_of_state<'l>(id: &str, library: &'l Library) -> Result<&'l [PolicySource], Failure> {
    let state =
        id.get(..6).filter(|start| start.eq_ignore_ascii_case("state/")).and_then(|_| id[6..].split('/').next());
    let Some(code) = state.and_then(|state| state.to_uppercase().parse().ok()) else { return Ok(&[]) };
    Ok(library.gates_of_state(code)?)
}

/// The versions of a policy, the oldest first.
fn versions<'l>(id: &str, library: &'l Library) -> Result<Vec<&'l PolicySource>, Failure> {
    let all = || library.policies().all().iter();
    let gates = gates_of_state(id, library)?;
    let of_id = |policy: &&PolicySource| policy.header().id.eq_ignore_ascii_case(id);
    let mut versions: Vec<&PolicySource> = all().chain(gates).filter(of_id).collect();
    versions.sort_by_key(|policy| policy.header().from);
    if !versions.is_empty() {
        return Ok(versions);
    }
    if !gates.is_empty() {
        return Err(Failure::Name {
            message: format!("there is no gate `{id}`"),
            help: format!(
                "`covered policy list {}` lists the gates of the state; there is none where its own text allows it: \
                 `covered may LICENSE ACT --state STATE` tells",
                &id[..8.min(id.len())]
            ),
        });
    }
    let near = codes::suggest(id, all().chain(gates).map(|policy| policy.header().id.as_str()));
    let help = near.map_or_else(
        || "`covered policy list` lists the policies; a file needs its path".to_owned(),
        |near| format!("did you mean `{near}`? `covered policy list` lists all"),
    );
    Err(Failure::Name { message: format!("there is no policy and no file `{id}`"), help })
}

fn first_days(versions: &[&PolicySource]) -> String {
    let days: Vec<String> =
        versions.iter().filter_map(|policy| policy.header().from).map(|day| day.to_string()).collect();
    if days.is_empty() { "no known day".to_owned() } else { days.join(", ") }
}

/// The version of a policy of the library that was in force on a day, or else the latest; and all its versions.
fn version<'l>(
    id: &str,
    date: Option<jiff::civil::Date>,
    library: &'l Library,
) -> Result<(&'l PolicySource, Vec<&'l PolicySource>), Failure> {
    let versions = versions(id, library)?;
    let on_day = |policy: &&&PolicySource| policy.header().may_concern(Wanted { date, ..Wanted::default() });
    let Some(policy) = versions.iter().rev().find(on_day) else {
        return Err(Failure::Name {
            message: format!("no version of `{id}` was in force on that day"),
            help: format!("its versions begin on: {}", first_days(&versions)),
        });
    };
    Ok((policy, versions))
}

fn show(wanted: &Show, library: &Library) -> Result<Done, Failure> {
    let (policy, versions) = version(&wanted.policy, wanted.date, library)?;
    let entry = policy.rules().map_err(|errors| Failure::Errors(findings(errors, library.sources())))?;
    let mut out = String::new();
    for line in policy::show::policy(&entry.file, library.dictionary()).lines() {
        let indent = line.len() - line.trim_start().len();
        hanging(&mut out, indent, indent + 2, line.trim_start());
    }
    if versions.len() > 1 {
        let others: Vec<String> =
            versions.iter().filter_map(|policy| policy.header().from).map(|day| day.to_string()).collect();
        let _ = writeln!(out, "\nVersions from: {}", others.join(", "));
    }
    print(&out)?;
    Ok(Done::Answered)
}

fn explain_code(code: Option<&str>) -> Result<Done, Failure> {
    use policy::diagnostic::codes::{all, find};
    let Some(code) = code else {
        let line =
            |explanation: &Explanation| format!("{:<6} {}\n", explanation.code, wrapped_at(explanation.title, 7, 7));
        print(&all().map(line).collect::<String>())?;
        return Ok(Done::Answered);
    };
    let Some(explanation) = find(code) else {
        let wanted = code.to_uppercase();
        let near = codes::suggest(&wanted, all().map(|explanation| explanation.code));
        let help = near.map_or_else(
            || "codes look like P0012 or E101 and stand in the brackets after `error`".to_owned(),
            |near| format!("did you mean `{near}`?"),
        );
        return Err(Failure::Name { message: format!("there is no code `{code}`"), help });
    };
    print(&format!("{}: {}\n\n{}\n", explanation.code, explanation.title, wrapped(explanation.text, 0)))?;
    Ok(Done::Answered)
}
