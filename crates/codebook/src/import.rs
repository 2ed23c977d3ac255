//! From an official file to a vintage of the store.

use std::io::{self, Read};
use std::path::Path;

use jiff::civil::Date;
use sha2::{Digest, Sha256};

use crate::days::fiscal_year;
use crate::error::ImportError;
use crate::kind::Kind;
use crate::kinds::{LAYOUTS, hcpcs, icd, lists, tabular};
use crate::layout::{Header, Layout, Taken};
use crate::sort::Sorter;
use crate::source::{Member, damaged, members};
use crate::store::{Form, Manifest, Outcome, Store, hex};

/// How many refused rows are told one by one.
const REFUSALS_TOLD_MAX: usize = 20;

/// What the user says besides the file.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Only files of this kind; another is an error.
    pub kind: Option<Kind>,
    /// First day, where neither file nor name tells, or against what they tell.
    pub from: Option<Date>,
    /// Day after the last.
    pub until: Option<Date>,
    /// Take the place of another file for the same days.
    pub replace: bool,
    /// The user holds a licence for CPT.
    pub licensed: bool,
}

/// A row that could not be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Line, or byte of XML.
    pub line: u64,
    /// Why.
    pub why: String,
}

/// What became of one file.
#[derive(Clone, Debug)]
pub struct Imported {
    /// Kind.
    pub kind: Kind,
    /// The vintage.
    pub manifest: Manifest,
    /// Whether it is new.
    pub outcome: Outcome,
    /// The first refused rows.
    pub refusals: Vec<Refusal>,
}

/// What became of a path.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// The files that were taken.
    pub imported: Vec<Imported>,
    /// Files of an archive that are none of those that can be imported.
    pub passed_over: Vec<String>,
}

/// Imports the file at a path, or every file of an archive that can be.
///
/// Each file is taken whole or not at all. What an archive's earlier files brought stays if a later one fails.
///
/// # Errors
/// When it cannot be read or is none of the kinds, when it is another kind than asked for, when the first day is not known, when
/// another file for the same days is there, or when the store cannot be written.
pub fn import(store: &Store, path: &Path, options: &Options) -> Result<Report, ImportError> {
    let lock = store.lock()?;
    let mut report = Report::default();
    let (mut other, mut spreadsheet) = (None, None);
    members(path, &mut |member| {
        let Some(found) = recognize(&member) else {
            if let Some(form) = member.spreadsheet() {
                spreadsheet.get_or_insert(ImportError::Spreadsheet { member: member.name.clone(), form });
            }
            report.passed_over.push(member.name.clone());
            return Ok(false);
        };
        let kind = found.kind();
        if let Some(wanted) = options.kind.filter(|wanted| *wanted != kind) {
            other.get_or_insert(ImportError::OtherKind { member: member.name.clone(), found: kind, wanted });
            return Ok(false);
        }
        report.imported.push(import_member(store, member, &found, options)?);
        Ok(true)
    })?;
    drop(lock);
    if report.imported.is_empty() {
        return Err(other.or(spreadsheet).unwrap_or_else(|| {
            let member = report.passed_over.first().cloned().unwrap_or_else(|| path.display().to_string());
            let seen = match report.passed_over.len() {
                0 => "it is empty".to_owned(),
                1 => "no header or form that is known".to_owned(),
                count => format!("nor are {} others beside it", count - 1),
            };
            ImportError::NotRecognized { member, seen }
        }));
    }
    Ok(report)
}

enum Found {
    Order,
    Records,
    Tabular,
    Delimited(&'static Layout, Header),
}

impl Found {
    fn kind(&self) -> Kind {
        match self {
            Self::Order => Kind::IcdOrder,
            Self::Records => Kind::Hcpcs,
            Self::Tabular => Kind::IcdTabular,
            Self::Delimited(layout, _) => layout.kind,
        }
    }

    /// What the columns of its table hold.
    fn columns(&self) -> &'static [&'static str] {
        match self {
            Self::Order => icd::TABLE,
            Self::Records => lists::HCPCS.table,
            Self::Tabular => tabular::TABLE,
            Self::Delimited(layout, _) => layout.table,
        }
    }

    /// Hands over every row; an error says where the file breaks off, and why.
    fn read(&self, from: impl Read, each: &mut dyn FnMut(u64, Taken) -> io::Result<()>) -> Result<(), (u64, String)> {
        match self {
            Self::Order => icd::read(from, each),
            Self::Records => hcpcs::read(from, each),
            Self::Tabular => tabular::read(from, each),
            Self::Delimited(layout, header) => layout.read(from, header, each),
        }
    }
}

fn recognize(member: &Member<'_>) -> Option<Found> {
    if tabular::is_tabular_list(&member.head) {
        return Some(Found::Tabular);
    }
    if icd::is_order_file(&member.head) {
        return Some(Found::Order);
    }
    if hcpcs::is_record_file(&member.head) {
        return Some(Found::Records);
    }
    LAYOUTS.into_iter().find_map(|layout| Some(Found::Delimited(layout, layout.header(&member.head)?)))
}

fn import_member(store: &Store, member: Member<'_>, found: &Found, options: &Options) -> Result<Imported, ImportError> {
    let (kind, name) = (found.kind(), member.name.clone());
    if kind == Kind::Cpt && !options.licensed {
        return Err(ImportError::NeedsLicence { member: name });
    }
    if kind == Kind::Exclusions && lists::is_supplement(&name) {
        return Err(ImportError::Supplement { member: name, kind });
    }
    let preamble = if let Found::Delimited(_, header) = found { header.preamble.as_str() } else { "" };
    let told = match found {
        Found::Order => crate::days::first_year(&name).and_then(fiscal_year),
        Found::Records => (lists::HCPCS.days)(&name, ""),
        Found::Tabular => tabular::version(&member.head).and_then(fiscal_year),
        Found::Delimited(layout, _) => (layout.days)(&name, preamble),
    };
    let part = if let Found::Delimited(layout, _) = found { (layout.part)(&name, preamble) } else { None };
    let mut hashed = Hashing { reader: member.reader, hash: Sha256::new() };
    let mut taken = Rows::default();
    let read = found.read(&mut hashed, &mut |line, row| taken.add(line, row));
    read.map_err(|(near, cause)| {
        let near = if kind == Kind::IcdTabular { format!("byte {near}") } else { format!("line {near}") };
        ImportError::Damaged { member: name.clone(), near, cause }
    })?;
    // Whatever a reader left, so that the hash is of the whole file.
    io::copy(&mut hashed, &mut io::sink()).map_err(|error| damaged(&name, &error))?;
    if taken.count == 0 {
        let first = taken.refusals.first().map_or_else(|| "there is none".to_owned(), |refusal| refusal.why.clone());
        return Err(ImportError::NoRows { member: name, first });
    }
    // A list of persons is as new as the newest exclusion in it.
    let told = told.or_else(|| taken.newest.filter(|_| kind == Kind::Exclusions).map(|day| (day, None)));
    let (from, until) = match (options.from, told) {
        (Some(from), told) => (from, told.filter(|(own, _)| *own == from).and_then(|(_, until)| until)),
        (None, Some(told)) => told,
        (None, None) => return Err(ImportError::NoFirstDay { member: name, kind }),
    };
    let manifest = Manifest {
        from,
        until: options.until.or(until),
        part,
        source: name,
        source_sha256: hex(&hashed.hash.finalize()),
        rows: taken.count,
        refused: taken.refused,
        columns: found.columns().iter().map(|column| (*column).to_owned()).collect(),
        table_sha256: String::new(),
    };
    let form = if kind == Kind::Ptp { Form::Pairs } else { Form::Text };
    let (manifest, outcome) = store.commit(kind, manifest, taken.sorter, form, options.replace)?;
    Ok(Imported { kind, manifest, outcome, refusals: taken.refusals })
}

#[derive(Default)]
struct Rows {
    sorter: Sorter,
    count: u64,
    refused: u64,
    refusals: Vec<Refusal>,
    /// The latest day in the column of exclusions.
    newest: Option<Date>,
}

/// Where a list of exclusions says since when.
const EXCLUDED: usize = 5;

impl Rows {
    fn add(&mut self, line: u64, taken: Taken) -> io::Result<()> {
        match taken {
            Taken::Left => {}
            Taken::Refused(why) => {
                self.refused += 1;
                if self.refusals.len() < REFUSALS_TOLD_MAX {
                    self.refusals.push(Refusal { line, why });
                }
            }
            Taken::Rows(rows) => {
                for row in rows {
                    self.newest = self.newest.max(row.get(EXCLUDED).and_then(|day| day.parse().ok()));
                    self.sorter.push(row.join("\t").as_bytes())?;
                    self.count += 1;
                }
            }
        }
        Ok(())
    }
}

struct Hashing<R> {
    reader: R,
    hash: Sha256,
}

impl<R: Read> Read for Hashing<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.reader.read(buffer)?;
        self.hash.update(&buffer[..count]);
        Ok(count)
    }
}

/// What is in a file, without a store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Examined {
    /// What it is.
    pub kind: Kind,
    /// What each column of its table holds.
    pub columns: &'static [&'static str],
    /// The rows.
    pub rows: Vec<Vec<String>>,
    /// The lines that could not be used.
    pub refused: Vec<Refusal>,
    /// Where it breaks off, and why, if it does.
    pub damaged: Option<(u64, String)>,
}

/// Reads a file from memory; `None` if it is none that can be imported.
#[must_use]
pub fn examine(name: &str, bytes: &[u8]) -> Option<Examined> {
    let member = Member::new(name, bytes).ok()?;
    let found = recognize(&member)?;
    let (mut rows, mut refused) = (Vec::new(), Vec::new());
    let read = found.read(member.reader, &mut |line, taken| {
        match taken {
            Taken::Rows(more) => rows.extend(more),
            Taken::Refused(why) => refused.push(Refusal { line, why }),
            Taken::Left => {}
        }
        Ok(())
    });
    Some(Examined { kind: found.kind(), columns: found.columns(), rows, refused, damaged: read.err() })
}
