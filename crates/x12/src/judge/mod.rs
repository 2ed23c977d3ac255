//! Judges a file at SNIP levels 1 to 5, all findings in one pass.
//!
//! The judge reads a stream: it keeps one claim at a time, and the loops around it. What it finds
//! does not depend on how the bytes were cut into chunks.

mod claims;
mod codesets;
mod demand;
mod dictionary;
mod envelope;
mod finding;
mod hierarchy;
mod known;
mod overlay;
mod overlay_error;
mod place;
mod remittance;
mod rules;
mod shape;
mod sink;
mod structure;
mod syntax;
mod text;

use std::collections::BTreeMap;
use std::sync::Arc;

use codes::{BuiltIn, CodeLists};
pub use finding::{Finding, Snippet};
pub use overlay::{Asked, OVERLAYS, Overlay, OverlayRule};
pub use overlay_error::OverlayError;
pub use rules::{RECEIVER_RULES, RULES, Rule, Severity, rule};

use crate::completeness::{Completeness, Counter};
use crate::dates;
use crate::document::{Route, Router};
use crate::scan::{Event, Scanner};
use crate::segment::{Segment, SegmentId};
use crate::table::Table;
use crate::tree::{NO_NODE, NodeIndex, Tree};
use crate::walk::Walker;
use sink::{At, Sink};
use structure::Structure;

/// How to judge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// The highest SNIP level asked for.
    pub level_max: u8,
    /// Show names, numbers and dates of people in snippets.
    pub show_phi: bool,
    /// Findings kept; the rest are only counted.
    pub findings_max: usize,
    /// What the receiver handles differently.
    pub overlay: Overlay,
}

impl Default for Options {
    fn default() -> Self {
        Self { level_max: 5, show_phi: false, findings_max: 10_000, overlay: Overlay::default() }
    }
}

/// What the judge found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// What was read, complete or not.
    pub record: Completeness,
    /// The findings, in the order of the file as far as they are kept.
    pub findings: Vec<Finding>,
    /// How often each rule was broken.
    pub counts: BTreeMap<&'static str, u64>,
    /// Findings of severity error.
    pub errors: u64,
    /// Findings of severity warning.
    pub warnings: u64,
}

/// Judges a file in memory.
#[must_use]
pub fn judge(bytes: &[u8], options: Options) -> Report {
    let mut judge = Judge::new(options);
    judge.feed(bytes);
    judge.finish()
}

/// Judges a file that comes in chunks of any size.
pub struct Judge {
    scanner: Scanner,
    bench: Bench,
}

impl Judge {
    /// A judge that has read nothing yet.
    #[must_use]
    pub fn new(options: Options) -> Self {
        Self::with_lists(options, Arc::new(BuiltIn))
    }

    /// A judge that asks these lists which codes there are.
    #[must_use]
    pub fn with_lists(options: Options, lists: Arc<dyn CodeLists>) -> Self {
        Self { scanner: Scanner::default(), bench: Bench::new(options, lists) }
    }

    /// Takes the next bytes.
    pub fn feed(&mut self, chunk: &[u8]) {
        let bench = &mut self.bench;
        self.scanner.feed(chunk, &mut |event| bench.event(event));
    }

    /// What was read so far, for showing progress.
    #[must_use]
    pub fn progress(&self) -> &Completeness {
        self.bench.counter.record()
    }

    /// Ends the file.
    #[must_use]
    pub fn finish(mut self) -> Report {
        let bench = &mut self.bench;
        let bytes = self.scanner.finish(&mut |event| bench.event(event));
        self.bench.finish(bytes)
    }
}

/// Everything but the scanner, so that the scanner can call it.
struct Bench {
    sink: Sink,
    counter: Counter,
    router: Router,
    walker: Walker<'static>,
    envelopes: envelope::Envelopes,
    hierarchy: hierarchy::Hierarchy,
    payment: remittance::Totals,
    claims: claims::Batch,
    /// What the receiver asks for.
    demands: Arc<[demand::Demand]>,
    /// The open set has a table for level 2, not only for loops.
    requires: bool,
}

const HL: SegmentId = SegmentId::new(b"HL");
const ST: SegmentId = SegmentId::new(b"ST");
const BHT: SegmentId = SegmentId::new(b"BHT");
const BPR: SegmentId = SegmentId::new(b"BPR");

macro_rules! structure {
    ($bench:ident) => {
        &mut Structure {
            sink: &mut $bench.sink,
            payment: &mut $bench.payment,
            claims: &mut $bench.claims,
            demands: &$bench.demands,
            requires: $bench.requires,
        }
    };
}

impl Bench {
    fn new(options: Options, lists: Arc<dyn CodeLists>) -> Self {
        Self {
            demands: options.overlay.demands(),
            sink: Sink::new(options, lists),
            counter: Counter::watched(),
            router: Router::default(),
            walker: Walker::new(Tree::default(), true),
            envelopes: envelope::Envelopes::default(),
            hierarchy: hierarchy::Hierarchy::default(),
            payment: remittance::Totals::default(),
            claims: claims::Batch::default(),
            requires: false,
        }
    }

    fn event(&mut self, event: Event<'_>) {
        // A segment is looked at where it is, since it is dear to copy.
        match &event {
            Event::Notice(notice) => {
                self.counter.notice(*notice);
                self.gaps(None);
                envelope::notice(*notice, &mut self.sink);
            }
            Event::Segment(segment) => self.segment(segment),
        }
    }

    fn segment(&mut self, segment: &Segment<'_>) {
        self.counter.segment(segment);
        let there = syntax::clean(segment);
        let mut node = NO_NODE;
        match self.router.route(segment) {
            Route::Outside => {}
            Route::Begin { table, former } => {
                self.walker.begin(segment, table, former, structure!(self));
                self.hierarchy.begin();
                self.claims = claims::Batch::of(table.is_some_and(Table::is_professional));
                self.payment = remittance::Totals::default();
                self.requires = !former && table.is_some_and(|table| table.strict);
                let control = crate::view::text(segment.value(2)).into_owned();
                self.sink.transaction = Some((control, segment.ordinal));
                node = self.walker.node();
                if table.is_none() {
                    let at = At::segment(segment, &self.walker.tree, node);
                    self.sink.report(&rules::UNKNOWN_SET, at, rules::UNKNOWN_SET.title);
                }
            }
            Route::Inside => node = self.inside(segment, there),
            Route::Close => {
                self.hierarchy.end(segment, &mut self.sink);
                self.walker.close(segment, structure!(self));
            }
            Route::Abandon => self.walker.end(structure!(self)),
        }
        // The place of a finding is only made where there may be one.
        let tree = &self.walker.tree;
        if there.is_none() {
            syntax::check(segment, At::segment(segment, tree, node), &mut self.sink);
        }
        if codesets::has_code(segment.id()) {
            codesets::segment(segment, At::segment(segment, tree, node), &mut self.sink);
        }
        if node == NO_NODE || segment.id() == ST {
            self.envelopes.segment(segment, At::segment(segment, tree, node), &mut self.sink);
        }
        if self.counter.has_gaps() {
            self.gaps(Some(segment));
        }
        if node == NO_NODE {
            self.sink.transaction = None;
        }
    }

    fn inside(&mut self, segment: &Segment<'_>, there: Option<u64>) -> NodeIndex {
        let table = self.walker.table();
        let placed = self.walker.place(segment, structure!(self));
        let tree = &self.walker.tree;
        if let Some(table) = table {
            if self.requires {
                structure::placed(segment, there, placed, table, tree, &mut self.sink);
            }
            if segment.id() == HL {
                let at = At::segment(segment, tree, placed.node);
                self.hierarchy.segment(segment, table, at, &mut self.sink);
            }
        }
        match segment.id() {
            BHT => self.claims.made = dates::day(segment.value(4)),
            BPR => self.payment.date = dates::day(segment.value(16)),
            _ => {}
        }
        placed.node
    }

    fn gaps(&mut self, segment: Option<&Segment<'_>>) {
        for gap in self.counter.take_gaps() {
            let at = segment.map(|segment| (segment, At::segment(segment, &self.walker.tree, NO_NODE)));
            envelope::gap(&gap, at, &mut self.sink);
        }
    }

    fn finish(mut self, bytes: u64) -> Report {
        let cut_off = self.sink.counts.contains_key(rules::UNTERMINATED.id);
        // What a claim that was cut off lacks, and what its lines sum to, is no finding either.
        if !cut_off {
            self.walker.end(structure!(self));
        }
        self.sink.transaction = None;
        self.counter.end(bytes);
        // In a file that was cut off, the trailers that the end would have held are no finding.
        if !cut_off {
            self.gaps(None);
        }
        let mut findings = self.sink.findings;
        findings.sort_by_key(|finding| (finding.span.start, finding.rule.id));
        Report {
            record: self.counter.record().clone(),
            findings,
            counts: self.sink.counts,
            errors: self.sink.errors,
            warnings: self.sink.warnings,
        }
    }
}
