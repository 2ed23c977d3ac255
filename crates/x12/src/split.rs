//! One claim file into several: by claim, payer or billing provider, each with valid envelopes.

use std::collections::BTreeMap;

use thiserror::Error;

use crate::document::Document;
use crate::segment::{Segment, SegmentId};
use crate::tree::LoopView;
use crate::view::{Claim, Party, claims};

/// What each new file holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SplitBy {
    /// One claim.
    Claim,
    /// The claims to one payer.
    Payer,
    /// The claims of one billing provider.
    Provider,
}

/// One of the new files.
#[derive(Clone, PartialEq, Eq)]
pub struct Part {
    /// What its claims have in common: a claim number, payer or provider identifier.
    pub key: String,
    /// Number of claims.
    pub claims: usize,
    /// The file.
    pub bytes: Vec<u8>,
}

impl std::fmt::Debug for Part {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{} claims in {} bytes", self.claims, self.bytes.len())
    }
}

/// Why a file is not split.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum SplitError {
    /// It holds no claim in a loop that is known.
    #[error("the file holds no claim; only 837 files can be split")]
    NoClaims,
    /// It is cut off or does not reconcile.
    #[error("the file is not whole, so its parts would not be either; {0}")]
    NotWhole(crate::Incomplete),
}

impl SplitError {
    /// The stable code of this error.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoClaims => "X0501",
            Self::NotWhole(_) => "X0502",
        }
    }
}

/// Splits a claim file. ISA13 and GS06 of the parts count up from `control`.
///
/// # Errors
/// When the file is not whole or holds no claim.
pub fn split(document: &Document<'_>, by: SplitBy, control: u32) -> Result<Vec<Part>, SplitError> {
    document.completeness().map_err(|error| SplitError::NotWhole(error.clone()))?;
    let mut groups: Vec<(String, Vec<Claim<'_>>)> = Vec::new();
    let mut places: BTreeMap<String, usize> = BTreeMap::new();
    for (index, claim) in claims(&document.tree).enumerate() {
        let key = key(&claim, by);
        // Two claims may have the same number; they are two files all the same.
        let place = if by == SplitBy::Claim { format!("{index}") } else { key.clone() };
        let at = *places.entry(place).or_insert_with(|| {
            groups.push((key, Vec::new()));
            groups.len() - 1
        });
        groups[at].1.push(claim);
    }
    if groups.is_empty() {
        return Err(SplitError::NoClaims);
    }
    let outlines = Outlines::of(document);
    Ok(groups
        .into_iter()
        .zip(control..)
        .map(|((key, claims), control)| Part {
            key,
            claims: claims.len(),
            bytes: Builder::new(document, control).build(&claims, &outlines),
        })
        .collect())
}

fn key(claim: &Claim<'_>, by: SplitBy) -> String {
    let party = |party: Option<Party<'_>>| {
        party.map_or(String::new(), |party| match party.identifier() {
            number if number.is_empty() => party.last_name().expose().into_owned(),
            number => number.expose().into_owned(),
        })
    };
    match by {
        SplitBy::Claim => crate::view::text(claim.number()).into_owned(),
        SplitBy::Payer => party(claim.payer()),
        SplitBy::Provider => party(claim.billing_provider()),
    }
}

const ISA: SegmentId = SegmentId::new(b"ISA");
const GS: SegmentId = SegmentId::new(b"GS");
const ST: SegmentId = SegmentId::new(b"ST");
const SE: SegmentId = SegmentId::new(b"SE");
const HL: SegmentId = SegmentId::new(b"HL");

/// What is said once for many claims.
struct Outlines<'d> {
    /// ISA and GS in force at each transaction, by its node.
    headers: BTreeMap<u32, (Segment<'d>, Segment<'d>)>,
    /// Segments of each level outside its claims and the levels below, by its node.
    levels: BTreeMap<u32, Vec<u32>>,
}

impl<'d> Outlines<'d> {
    fn of(document: &'d Document<'_>) -> Self {
        let tree = &document.tree;
        let (mut isa, mut gs) = (None, None);
        let mut found = Self { headers: BTreeMap::new(), levels: BTreeMap::new() };
        for index in 0..tree.len() {
            let index = u32::try_from(index).expect("a tree counts segments in 32 bits");
            let segment = tree.segment(index);
            match segment.id() {
                ISA => isa = Some(segment),
                GS => gs = Some(segment),
                _ => {}
            }
            let Some(level) = tree.loop_of(index).and_then(level_of) else { continue };
            if let (ST, Some(isa), Some(gs)) = (segment.id(), isa, gs) {
                found.headers.insert(level.index(), (isa, gs));
            }
            found.levels.entry(level.index()).or_default().push(index);
        }
        found
    }
}

/// The level a loop belongs to; none inside a claim.
fn level_of(view: LoopView<'_>) -> Option<LoopView<'_>> {
    let mut at = view;
    loop {
        match at.name() {
            "2300" => return None,
            "TS" | "2000A" | "2000B" | "2000C" => return Some(at),
            _ => at = at.parent()?,
        }
    }
}

/// Writes one part.
struct Builder<'d> {
    document: &'d Document<'d>,
    control: u32,
    out: Vec<u8>,
    /// Segments of the open set.
    segments: u64,
    sets: u64,
    levels: u64,
    /// New HL numbers of the open billing and subscriber levels.
    parents: [u64; 2],
    /// Nodes of the open transaction and of levels A, B and C.
    open: [Option<u32>; 4],
}

impl<'d> Builder<'d> {
    fn new(document: &'d Document<'d>, control: u32) -> Self {
        Self { document, control, out: Vec::new(), segments: 0, sets: 0, levels: 0, parents: [0; 2], open: [None; 4] }
    }

    fn build(mut self, claims: &[Claim<'_>], outlines: &Outlines<'_>) -> Vec<u8> {
        let mut delimiters = crate::Delimiters::USUAL;
        for (index, claim) in claims.iter().enumerate() {
            let levels = ["TS", "2000A", "2000B", "2000C"].map(|name| claim.view().enclosing(name));
            let nodes = levels.map(|level| level.map(|level| level.index()));
            if index == 0
                && let Some((isa, gs)) = nodes[0].and_then(|node| outlines.headers.get(&node))
            {
                delimiters = isa.delimiters;
                let number = format!("{:09}", self.control);
                self.rewritten(isa, &[(13, &number)]);
                let number = self.control.to_string();
                self.rewritten(gs, &[(6, &number)]);
            }
            for (depth, level) in levels.iter().enumerate() {
                let Some(level) = level else { continue };
                if self.open[depth] == nodes[depth] {
                    continue;
                }
                if depth == 0 {
                    self.close_set(delimiters);
                }
                self.open[depth] = nodes[depth];
                self.open[depth + 1..].fill(None);
                let has_below = depth == 2
                    && claims[index..]
                        .iter()
                        .take_while(|other| same(other, *level))
                        .any(|other| other.view().enclosing("2000C").is_some());
                let own = outlines.levels.get(&level.index()).map_or(&[][..], Vec::as_slice);
                self.level(own, depth, has_below);
            }
            for segment in claim.view().all_segments() {
                self.copy(&segment);
            }
        }
        self.close_set(delimiters);
        let (sets, control) = (self.sets.to_string(), self.control.to_string());
        self.plain(delimiters, &["GE", &sets, &control]);
        self.plain(delimiters, &["IEA", "1", &format!("{:09}", self.control)]);
        self.out
    }

    /// Writes what a level says of itself.
    fn level(&mut self, own: &[u32], depth: usize, has_below: bool) {
        for index in own {
            let segment = self.document.tree.segment(*index);
            match segment.id() {
                ST => {
                    self.sets += 1;
                    self.segments = 0;
                    self.levels = 0;
                    let number = format!("{:04}", self.sets);
                    self.rewritten(&segment, &[(2, &number)]);
                }
                SE => {}
                // A level that the table does not know stands in no level and stays as it is.
                HL if depth > 0 => {
                    self.levels += 1;
                    let number = self.levels.to_string();
                    let parent = if depth > 1 { self.parents[depth - 2].to_string() } else { String::new() };
                    let children = if depth == 1 || has_below { "1" } else { "0" };
                    self.rewritten(&segment, &[(1, &number), (2, &parent), (4, children)]);
                    if depth < 3 {
                        self.parents[depth - 1] = self.levels;
                    }
                }
                _ => self.copy(&segment),
            }
        }
    }

    fn close_set(&mut self, delimiters: crate::Delimiters) {
        if self.sets > 0 && self.open[0].is_some() {
            let (count, control) = ((self.segments + 1).to_string(), format!("{:04}", self.sets));
            self.plain(delimiters, &["SE", &count, &control]);
            self.open[0] = None;
        }
    }

    fn copy(&mut self, segment: &Segment<'_>) {
        self.out.extend_from_slice(segment.bytes);
        self.end(segment.delimiters);
    }

    fn rewritten(&mut self, segment: &Segment<'_>, changes: &[(usize, &str)]) {
        self.out.extend_from_slice(segment.id_text());
        for (number, element) in (1..).zip(segment.elements()) {
            self.out.push(segment.delimiters.element);
            match changes.iter().find(|(changed, _)| *changed == number) {
                Some((_, text)) => self.out.extend_from_slice(text.as_bytes()),
                None => self.out.extend_from_slice(element.bytes),
            }
        }
        self.end(segment.delimiters);
    }

    fn plain(&mut self, delimiters: crate::Delimiters, values: &[&str]) {
        for (index, value) in values.iter().enumerate() {
            if index > 0 {
                self.out.push(delimiters.element);
            }
            self.out.extend_from_slice(value.as_bytes());
        }
        self.end(delimiters);
    }

    fn end(&mut self, delimiters: crate::Delimiters) {
        self.segments += 1;
        self.out.push(delimiters.terminator);
        // Line ends as in the file, so that a person finds what is familiar.
        let after = self.document.bytes.iter().position(|byte| *byte == delimiters.terminator);
        if after.is_some_and(|at| self.document.bytes.get(at + 1) == Some(&b'\n')) {
            self.out.push(b'\n');
        }
    }
}

fn same(claim: &Claim<'_>, level: LoopView<'_>) -> bool {
    claim.view().enclosing(level.name()).is_some_and(|other| other.index() == level.index())
}

#[cfg(test)]
mod tests {
    use codes::Cents;

    use super::*;
    use crate::judge::{Options, judge};

    fn parts(by: SplitBy) -> Vec<Part> {
        let bytes = crate::make::claims();
        split(&Document::read(&bytes), by, 100).unwrap()
    }

    #[test]
    fn parts_are_valid_and_nothing_is_lost() {
        for (by, count) in [(SplitBy::Claim, 4), (SplitBy::Payer, 1), (SplitBy::Provider, 1)] {
            let parts = parts(by);
            assert_eq!(parts.len(), count, "{by:?}");
            let mut total = Cents(0);
            for part in &parts {
                let report = judge(&part.bytes, Options::default());
                assert!(report.findings.is_empty(), "{by:?} {}: {:?}", part.key, report.counts);
                assert_eq!(report.record.claims, part.claims as u64);
                total = total.checked_add(report.record.charge).unwrap();
            }
            assert_eq!(total, Cents(167_905), "{by:?}");
        }
    }

    #[test]
    fn a_file_with_nothing_to_split_says_so() {
        let bytes = crate::make::remittance();
        let error = split(&Document::read(&bytes), SplitBy::Claim, 1).unwrap_err();
        assert_eq!(error, SplitError::NoClaims);
    }
}
