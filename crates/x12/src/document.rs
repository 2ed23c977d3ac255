//! A whole file in memory, its segments in their loops.

use crate::completeness::{Completeness, Counter, Incomplete};
use crate::scan::{Event, Notice, each_event};
use crate::segment::{Segment, SegmentId};
use crate::table::Table;
use crate::tree::Tree;
use crate::walk::{Silent, Walker};

/// A file read into loops. It borrows the bytes and keeps twelve bytes more for each segment and sixteen for each loop.
#[derive(Clone, Debug)]
pub struct Document<'a> {
    /// The file.
    pub bytes: &'a [u8],
    /// Its segments and loops.
    pub tree: Tree<'a>,
    /// Remarks on the bytes.
    pub notices: Vec<Notice>,
    completeness: Result<Completeness, Incomplete>,
}

/// The longest file that can be held as a document; larger ones are streamed.
pub const DOCUMENT_BYTES_MAX: usize = u32::MAX as usize;

impl<'a> Document<'a> {
    /// Reads a file of at most [`DOCUMENT_BYTES_MAX`] bytes. Whatever is wrong with it, what can be
    /// read is there; [`Document::completeness`] says whether that is all.
    #[must_use]
    pub fn read(bytes: &'a [u8]) -> Self {
        let bytes = &bytes[..bytes.len().min(DOCUMENT_BYTES_MAX)];
        let mut walker = Walker::new(Tree::over(bytes), false);
        let mut router = Router::default();
        let mut counter = Counter::default();
        let mut notices = Vec::new();
        each_event(bytes, &mut |event| {
            counter.event(event);
            match event {
                Event::Notice(notice) => notices.push(notice),
                Event::Segment(segment) => match router.route(&segment) {
                    Route::Outside => walker.outside(&segment),
                    Route::Begin { table, former } => {
                        walker.begin(&segment, table, former, &mut Silent);
                    }
                    Route::Inside => {
                        walker.place(&segment, &mut Silent);
                    }
                    Route::Close => walker.close(&segment, &mut Silent),
                    Route::Abandon => {
                        walker.end(&mut Silent);
                        walker.outside(&segment);
                    }
                },
            }
        });
        walker.end(&mut Silent);
        Self { bytes, tree: walker.tree, notices, completeness: counter.finish(bytes.len() as u64) }
    }

    /// What was read, or why it is not known to be the whole.
    ///
    /// # Errors
    /// [`Incomplete`] when anything is missing, cut off or does not reconcile.
    pub fn completeness(&self) -> Result<&Completeness, &Incomplete> {
        self.completeness.as_ref()
    }

    /// Writes the file again from its elements; what stood between segments stays as it was.
    #[must_use]
    pub fn emit(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(self.bytes.len());
        let mut at = 0;
        for index in 0..self.tree.pieces.len() {
            let segment = self.tree.segment(u32::try_from(index).expect("a tree counts segments in 32 bits"));
            let start = usize::try_from(segment.offset).expect("a segment lies in the file");
            out.extend_from_slice(&self.bytes[at..start]);
            at = start + segment.bytes.len();
            match memchr::memchr(segment.delimiters.element, segment.bytes) {
                Some(end) => out.extend_from_slice(&segment.bytes[..end]),
                None => out.extend_from_slice(segment.bytes),
            }
            for element in segment.elements() {
                out.push(segment.delimiters.element);
                for (number, part) in element.components().enumerate() {
                    if number > 0 {
                        out.push(segment.delimiters.component);
                    }
                    out.extend_from_slice(part.bytes);
                }
            }
        }
        out.extend_from_slice(&self.bytes[at..]);
        out
    }

    /// The record of what was read, complete or not.
    #[must_use]
    pub fn record(&self) -> &Completeness {
        match &self.completeness {
            Ok(record) => record,
            Err(Incomplete(record)) => record,
        }
    }
}

/// What a segment means for the transaction that is, or is not, open.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Route {
    /// It stands outside any transaction.
    Outside,
    /// ST.
    Begin { table: Option<&'static Table>, former: bool },
    /// It is part of the open transaction.
    Inside,
    /// SE of the open transaction.
    Close,
    /// An envelope segment while a transaction is still open.
    Abandon,
}

/// Follows the envelopes as far as finding transactions needs.
#[derive(Clone, Debug, Default)]
pub(crate) struct Router {
    open: bool,
    group_version: Vec<u8>,
}

const ISA: SegmentId = SegmentId::new(b"ISA");
const GS: SegmentId = SegmentId::new(b"GS");
const ST: SegmentId = SegmentId::new(b"ST");
const SE: SegmentId = SegmentId::new(b"SE");
const GE: SegmentId = SegmentId::new(b"GE");
const IEA: SegmentId = SegmentId::new(b"IEA");

impl Router {
    pub(crate) fn route(&mut self, segment: &Segment<'_>) -> Route {
        match segment.id() {
            id @ (ISA | GS | GE | IEA) => {
                if id == GS {
                    self.group_version.clear();
                    self.group_version.extend_from_slice(segment.value(8));
                }
                let was_open = std::mem::take(&mut self.open);
                if was_open { Route::Abandon } else { Route::Outside }
            }
            ST => {
                self.open = true;
                let version = match segment.value(3) {
                    [] => &self.group_version,
                    version => version,
                };
                Route::Begin { table: Table::of(segment.value(1), version), former: version.starts_with(b"004") }
            }
            SE if self.open => {
                self.open = false;
                Route::Close
            }
            _ if self.open => Route::Inside,
            _ => Route::Outside,
        }
    }
}
