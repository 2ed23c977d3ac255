//! From files to the parts of a library.

use std::collections::BTreeMap;

use codes::StateCode;
use policy::diagnostic::{Diagnostic, Severity, Sources};
use policy::dictionary::{Dictionary, Vocabulary};
use policy::lists::{Lists, Table, table};
use policy::span::{SourceId, Span};

use crate::conflicts;
use crate::files::{File, OVERLAY};
use crate::finding;
use crate::law::LawFiles;
use crate::ledger;
use crate::licenses::Licenses;
use crate::macs::Macs;
use crate::menu::Menu;
use crate::payers::{PayerClasses, Payers};
use crate::policies::Policies;
use crate::ranks::RankTable;
use crate::regions::Regions;
use crate::states::States;

/// What a library is made of.
#[derive(Debug)]
pub(crate) struct Parts {
    pub(crate) classes: PayerClasses,
    pub(crate) payers: Payers,
    pub(crate) macs: Macs,
    pub(crate) regions: Regions,
    pub(crate) licenses: Licenses,
    pub(crate) menu: Menu,
    pub(crate) ranks: RankTable,
    pub(crate) vocabulary: Vocabulary,
    pub(crate) dictionary: Dictionary,
    pub(crate) lists: Lists,
    pub(crate) tables: BTreeMap<String, Table>,
    pub(crate) policies: Policies,
    /// The text of the ledger, if there is one; it decides nothing, so it is read when it is asked for.
    pub(crate) ledger: Option<SourceId>,
    pub(crate) states: States,
    pub(crate) law: LawFiles,
    /// The text of the conflicts, likewise.
    pub(crate) conflicts: Option<SourceId>,
}

/// Files that every library has.
const REQUIRED: [&str; 6] =
    ["licenses.toml", "macs.toml", "payer_classes.toml", "payers.toml", "rank.toml", "regions.toml"];

/// What a file is for, by its place.
enum Role<'p> {
    Required,
    Menu,
    Facts,
    List(&'p str),
    Table(&'p str),
    Policy,
    CodeTable,
    Ledger,
    State,
    Law,
    Conflicts,
    Unknown,
}

fn role(path: &str) -> Role<'_> {
    let name = |folder: &str, ending: &str| {
        let name = path.strip_prefix(folder)?.strip_suffix(ending)?;
        (!name.contains('/')).then_some(name)
    };
    if REQUIRED.contains(&path) {
        Role::Required
    } else if name("menu/", ".toml").is_some() {
        Role::Menu
    } else if name("facts/", ".toml").is_some() {
        Role::Facts
    } else if let Some(name) = name("lists/", ".csv") {
        Role::List(name)
    } else if let Some(name) = name("tables/", ".csv") {
        Role::Table(name)
    } else if path.starts_with("policies/") && path.ends_with(".cov") {
        Role::Policy
    } else if path.starts_with("codes/") {
        Role::CodeTable
    } else if path == ledger::FILE {
        Role::Ledger
    } else if name("states/", ".toml").is_some() {
        Role::State
    } else if name("law/", ".toml").is_some() {
        Role::Law
    } else if path == conflicts::FILE {
        Role::Conflicts
    } else {
        Role::Unknown
    }
}

/// Files by their role.
#[derive(Default)]
struct Sorted<'f> {
    required: BTreeMap<&'f str, (SourceId, &'f str)>,
    menu: Vec<(SourceId, &'f str)>,
    facts: Vec<(SourceId, &'f str)>,
    lists: Vec<(SourceId, &'f str, &'f str)>,
    tables: Vec<(SourceId, &'f str, &'f str)>,
    policies: Policies,
    ledger: Option<SourceId>,
    states: States,
    law: LawFiles,
    conflicts: Option<SourceId>,
}

/// Reads all files but the policies, of which only the first lines are read, and the states, which are read when asked for.
/// All findings come at once; the parts are there unless a required file is missing, but they are complete only without errors.
pub(crate) fn load(files: &[File]) -> (Option<Parts>, Sources, Vec<Diagnostic>) {
    let mut sources = Sources::default();
    let mut findings = Vec::new();
    let mut sorted = Sorted::default();
    for file in files {
        let source = sources.add(&*file.shown, &*file.text);
        sorted.add(file, source, &mut findings);
    }
    for name in REQUIRED.iter().filter(|name| !sorted.required.contains_key(**name)) {
        findings.push(Diagnostic::new(
            &finding::MISSING_FILE,
            Severity::Error,
            format!("the file `{name}` is missing"),
        ));
    }
    if findings.iter().any(|found| found.code == finding::MISSING_FILE.code) {
        return (None, sources, findings);
    }
    let parts = parts(sorted, &mut findings);
    (Some(parts), sources, findings)
}

impl<'f> Sorted<'f> {
    fn add(&mut self, file: &'f File, source: SourceId, findings: &mut Vec<Diagnostic>) {
        let text: &str = &file.text;
        let (path, overlay) = match file.path.strip_prefix(OVERLAY) {
            Some(path) => (path, true),
            None => (file.path.as_str(), false),
        };
        let mut refuse = |explanation, message: String| {
            findings.push(Diagnostic::new(explanation, Severity::Error, message).at(source, Span::default(), ""));
        };
        match role(path) {
            Role::Facts => self.facts.push((source, text)),
            Role::List(name) => self.lists.push((source, name, text)),
            Role::Table(name) => self.tables.push((source, name, text)),
            Role::Policy => self.policies.add(source, &file.path, file.text.clone(), overlay),
            // In a practice's folder policies need no folder of their own.
            Role::Unknown if overlay && path.ends_with(".cov") => {
                self.policies.add(source, &file.path, file.text.clone(), overlay);
            }
            Role::Required | Role::Menu | Role::Ledger | Role::Conflicts | Role::State | Role::Law if overlay => {
                refuse(&finding::OVERLAY_FILE, format!("an overlay may not hold `{path}`"));
            }
            Role::Required => {
                self.required.insert(path, (source, text));
            }
            Role::Menu => self.menu.push((source, text)),
            Role::Ledger => self.ledger = Some(source),
            Role::State if self.states.add(path, source, file.text.clone()) => {}
            Role::Law if self.law.add(path, source, file.text.clone()) => {}
            Role::Conflicts => self.conflicts = Some(source),
            Role::CodeTable => {
                let message = format!("the code table `{path}` is not the one of this program");
                refuse(&finding::CODE_TABLE, message);
            }
            Role::State | Role::Law | Role::Unknown => {
                refuse(&finding::UNKNOWN_FILE, format!("a library has no file `{path}`"))
            }
        }
    }
}

fn parts(sorted: Sorted<'_>, findings: &mut Vec<Diagnostic>) -> Parts {
    let required = |name: &str| sorted.required[name];
    let (source, text) = required("payer_classes.toml");
    let classes = PayerClasses::load(source, text, findings);
    let (source, text) = required("payers.toml");
    let payers = Payers::load(source, text, findings);
    let (source, text) = required("macs.toml");
    let macs = Macs::load(source, text, findings);
    let (source, text) = required("regions.toml");
    let regions = Regions::load(source, text, findings);
    let (source, text) = required("licenses.toml");
    let licenses = Licenses::load(source, text, findings);
    let (source, text) = required("rank.toml");
    let ranks = RankTable::load(source, text, findings);
    let menu = Menu::load(&sorted.menu, &regions, findings);

    let vocabulary = Vocabulary {
        payers: payers.all().iter().map(|payer| payer.id.clone()).collect(),
        payer_classes: classes.all().iter().map(|entry| entry.class.word().to_owned()).collect(),
        states: StateCode::ALL.into_iter().map(|state| state.as_str().to_owned()).collect(),
        macs: macs.all().iter().map(|mac| mac.id.clone()).collect(),
        treatments: menu.all().iter().map(|treatment| treatment.id.clone()).collect(),
        regions: regions.all().iter().map(|region| region.id.clone()).collect(),
    };
    let parsed = policy::dictionary::parse(&sorted.facts, &vocabulary);
    findings.extend(parsed.diagnostics);
    let mut lists = Lists::default();
    for (source, name, text) in &sorted.lists {
        if let Err(errors) = lists.add(*source, name, text) {
            findings.extend(errors);
        }
    }
    let mut tables = BTreeMap::new();
    for (source, name, text) in &sorted.tables {
        match table(*source, text) {
            Ok(read) => {
                if tables.insert((*name).to_owned(), read).is_some() {
                    let message = format!("there is already a table `{name}`");
                    let found = Diagnostic::new(&finding::TWICE, Severity::Error, message);
                    findings.push(found.at(*source, Span::default(), ""));
                }
            }
            Err(errors) => findings.extend(errors),
        }
    }
    Parts {
        classes,
        payers,
        macs,
        regions,
        licenses,
        menu,
        ranks,
        vocabulary,
        dictionary: parsed.dictionary.unwrap_or_default(),
        lists,
        tables,
        policies: sorted.policies,
        ledger: sorted.ledger,
        states: sorted.states,
        law: sorted.law,
        conflicts: sorted.conflicts,
    }
}
