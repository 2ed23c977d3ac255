//! Bytes to segments: the only place that looks for terminators.
//!
//! The scanner keeps no more than one unfinished segment, so a file of any size streams in the
//! memory of its longest segment, and the size of the chunks it is fed can change nothing.

use crate::delimiters::{Delimiters, Header, HeaderError, opens_header, read_header};
use crate::marks::{Marks, Rest};
use crate::segment::{Segment, Span};

/// A longer run without a terminator is given up, so that a damaged file cannot fill the memory.
/// The longest segments of the healthcare sets carry images of a few hundred kilobytes.
pub const SEGMENT_BYTES_MAX: usize = 4 << 20;

/// Bytes taken at once from a chunk to complete a segment that an earlier chunk began.
const REFILL_BYTES: usize = 64 << 10;

/// Something about the bytes themselves that a reader should know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoticeKind {
    /// The file begins with a UTF-8 byte order mark.
    ByteOrderMark,
    /// The file is UTF-16; nothing in it can be read.
    Utf16,
    /// Two terminators follow each other.
    EmptySegment,
    /// Bytes that belong to no interchange.
    Junk,
    /// `ISA` was found but does not tell its separators.
    Header(HeaderError),
    /// The bytes end before the segment's terminator.
    Unterminated,
    /// No terminator within [`SEGMENT_BYTES_MAX`].
    Oversize,
}

/// A [`NoticeKind`] and where it holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Notice {
    /// What was met.
    pub kind: NoticeKind,
    /// The bytes it is about.
    pub span: Span,
}

/// What the scanner hands out.
#[derive(Clone, Copy, Debug)]
pub enum Event<'a> {
    /// A whole segment.
    Segment(Segment<'a>),
    /// A remark on the bytes.
    Notice(Notice),
}

/// What one look at the bytes gave; positions are relative to the bytes looked at.
pub(crate) enum Step {
    /// Nothing can be said before more bytes arrive; those before `keep` are done with.
    More { keep: usize },
    /// A segment, and where the next unit starts.
    Segment { start: usize, end: usize, next: usize },
    /// A remark, and where the next unit starts.
    Notice { kind: NoticeKind, span: Span, next: usize },
}

/// The state between two looks; everything that a chunk boundary must not lose.
#[derive(Clone, Debug, Default)]
struct State {
    delimiters: Option<Delimiters>,
    /// File offset of the first byte of the slice being looked at.
    base: u64,
    segments: u64,
    /// Offset where bytes that belong to nothing began.
    junk: Option<u64>,
    /// Offset where an oversize segment began; skipped to its terminator.
    oversize: Option<u64>,
    /// Bytes after the start of the current unit already searched for a terminator.
    searched: usize,
    /// A byte order mark was looked for.
    marked: bool,
    /// The file is UTF-16, so that its bytes mean nothing here.
    blind: bool,
    /// The junk being skipped was already told of.
    silent: bool,
    /// The last header that could not be read, so that it is not tried again.
    refused: Option<u64>,
}

/// Goes through a slice unit by unit.
///
/// INVARIANT: while `marks` lists anything, a header has told the separators and nothing is being skipped.
#[derive(Clone, Debug, Default)]
pub(crate) struct Cursor {
    state: State,
    marks: Marks,
    /// Where the marks of the last segment are; nowhere when it was found without them.
    found: (usize, usize),
}

/// Splits chunks of any size into segments.
///
/// ```
/// let mut scanner = x12::Scanner::default();
/// let mut segments = 0;
/// let mut count = |event: x12::Event<'_>| {
///     if let x12::Event::Segment(_) = event {
///         segments += 1;
///     }
/// };
/// scanner.feed(b"ISA*00**00**ZZ*S*ZZ*R*260105*1253*^*00501*0000", &mut count);
/// scanner.feed(b"00905*0*T*:~GS*HC~", &mut count);
/// scanner.finish(&mut count);
/// assert_eq!(segments, 2);
/// ```
#[derive(Clone, Debug, Default)]
pub struct Scanner {
    cursor: Cursor,
    carry: Vec<u8>,
}

impl Scanner {
    /// Takes the next bytes of the file and hands out what they complete.
    pub fn feed(&mut self, mut chunk: &[u8], sink: &mut impl FnMut(Event<'_>)) {
        while !chunk.is_empty() {
            if self.carry.is_empty() {
                let used = self.cursor.drain(chunk, false, sink);
                self.carry.extend_from_slice(&chunk[used..]);
                return;
            }
            let (taken, rest) = chunk.split_at(chunk.len().min(REFILL_BYTES));
            chunk = rest;
            self.carry.extend_from_slice(taken);
            let used = self.cursor.drain(&self.carry, false, sink);
            self.carry.drain(..used);
        }
    }

    /// Says that no more bytes come; what is left unfinished becomes a notice.
    pub fn finish(mut self, sink: &mut impl FnMut(Event<'_>)) -> u64 {
        let carry = std::mem::take(&mut self.carry);
        let used = self.cursor.drain(&carry, true, sink);
        debug_assert_eq!(used, carry.len(), "every byte is accounted for");
        self.cursor.state.base
    }
}

/// Hands out all segments and notices of a file that is in memory.
pub(crate) fn each_event(bytes: &[u8], sink: &mut impl FnMut(Event<'_>)) {
    Cursor::default().drain(bytes, true, sink);
}

/// Segments and notices of a file that is in memory; segments borrow from it.
#[must_use]
pub fn events(bytes: &[u8]) -> Events<'_> {
    Events { bytes, at: 0, cursor: Cursor::default(), ended: false }
}

/// Iterator made by [`events`].
#[derive(Clone, Debug)]
pub struct Events<'a> {
    bytes: &'a [u8],
    at: usize,
    cursor: Cursor,
    ended: bool,
}

impl<'a> Iterator for Events<'a> {
    type Item = Event<'a>;

    fn next(&mut self) -> Option<Event<'a>> {
        if self.ended {
            return None;
        }
        let event = match self.cursor.step(self.bytes, self.at, true) {
            Step::More { .. } => {
                self.ended = true;
                return None;
            }
            Step::Segment { start, end, next } => {
                self.at = next;
                // The marks are the cursor's, and the segment may outlive it.
                let marked = self.cursor.made(self.bytes, start, end);
                Event::Segment(Segment::known(
                    &self.bytes[start..end],
                    marked.offset,
                    marked.ordinal,
                    marked.delimiters,
                    marked.id(),
                ))
            }
            Step::Notice { kind, span, next } => {
                self.at = next;
                Event::Notice(Notice { kind, span })
            }
        };
        Some(event)
    }
}

impl Cursor {
    /// Hands out all that `bytes` complete and returns how many are done with.
    fn drain(&mut self, bytes: &[u8], at_end: bool, sink: &mut impl FnMut(Event<'_>)) -> usize {
        let mut at = 0;
        loop {
            at = self.usual(bytes, at, sink);
            match self.step(bytes, at, at_end) {
                Step::More { keep } => {
                    self.advance(keep);
                    return keep;
                }
                Step::Segment { start, end, next } => {
                    at = next;
                    sink(Event::Segment(self.made(bytes, start, end)));
                }
                Step::Notice { kind, span, next } => {
                    at = next;
                    sink(Event::Notice(Notice { kind, span }));
                }
            }
        }
    }

    /// Hands out segments for as long as their ends are listed and nothing stands between them, and gives where the next unit starts.
    #[inline(always)]
    fn usual(&mut self, bytes: &[u8], at: usize, sink: &mut impl FnMut(Event<'_>)) -> usize {
        let Some(delimiters) = self.state.delimiters else { return at };
        let Rest { base, places, ends, mut from } = self.marks.rest();
        let offset = self.state.base + base as u64;
        let window = bytes.get(base..).unwrap_or_default();
        let Some(mut start) = at.checked_sub(base).and_then(|start| u32::try_from(start).ok()) else { return at };
        let mut taken = 0_u64;
        for end in ends {
            let end = *end as usize;
            let (Some(marks), Some(last)) = (places.get(from..=end), places.get(end)) else { break };
            let Some(text) = window.get(start as usize..*last as usize) else { break };
            // Blanks before a segment, and what may be a header, are looked at by themselves.
            if text.first().is_none_or(|first| is_padding(*first) || first.eq_ignore_ascii_case(&b'I')) {
                break;
            }
            taken = taken.wrapping_add(1);
            let (place, ordinal) = (offset.wrapping_add(u64::from(start)), self.state.segments.wrapping_add(taken));
            sink(Event::Segment(Segment::marked(text, place, ordinal, delimiters, marks, start)));
            (from, start) = (end.wrapping_add(1), last.wrapping_add(1));
        }
        if taken == 0 {
            return at;
        }
        self.pass(taken, from);
        base + start as usize
    }

    /// Says that the next slice starts `bytes` later in the file.
    pub(crate) fn advance(&mut self, bytes: usize) {
        self.state.base += bytes as u64;
        self.marks.clear();
    }

    /// The separators in force.
    #[inline(always)]
    pub(crate) fn delimiters(&self) -> Delimiters {
        self.state.delimiters.unwrap_or(Delimiters::USUAL)
    }

    /// File offset of the first byte of the slice.
    pub(crate) fn base(&self) -> u64 {
        self.state.base
    }

    /// The segment that the last step found.
    #[inline(always)]
    pub(crate) fn made<'a>(&'a self, bytes: &'a [u8], start: usize, end: usize) -> Segment<'a> {
        let delimiters = self.state.delimiters.expect("a segment is only cut once a header told the terminator");
        let (text, offset) = (&bytes[start..end], self.state.base + start as u64);
        if self.found == (0, 0) {
            return Segment::new(text, offset, self.state.segments, delimiters);
        }
        let (marks, base) = self.marks.between(self.found);
        let start = u32::try_from(start - base).unwrap_or(0);
        Segment::marked(text, offset, self.state.segments, delimiters, marks, start)
    }

    /// Looks for the next unit from `at` on.
    #[inline(always)]
    pub(crate) fn step(&mut self, bytes: &[u8], at: usize, at_end: bool) -> Step {
        match self.listed(bytes, at) {
            Some(step) => step,
            None => self.search(bytes, at, at_end),
        }
    }

    /// The segments that are listed already.
    #[inline]
    pub(crate) fn rest(&self) -> Rest<'_> {
        self.marks.rest()
    }

    /// Passes the next `segments` of the [`Cursor::rest`]; those after them start at the place `from`.
    #[inline]
    pub(crate) fn pass(&mut self, segments: u64, from: usize) {
        self.state.segments += segments;
        self.marks.pass(segments as usize, from);
    }

    /// The next unit, if its end is already listed and it cannot be a header.
    #[inline(always)]
    fn listed(&mut self, bytes: &[u8], at: usize) -> Option<Step> {
        let mut start = at;
        loop {
            let end = self.marks.end()?;
            while start < end && is_padding(bytes[start]) {
                start += 1;
            }
            if start < end {
                let is_header = bytes[start].eq_ignore_ascii_case(&b'I')
                    && opens_header(&bytes[start..]) != Some(false)
                    && self.state.refused != Some(self.state.base + start as u64);
                if is_header {
                    return None;
                }
                self.state.segments += 1;
                self.found = self.marks.take(start);
                return Some(Step::Segment { start, end, next: end + 1 });
            }
            self.marks.take(start);
            // With a line end as terminator an empty segment is a blank line.
            if !matches!(bytes[end], b'\r' | b'\n') {
                let span = span(&self.state, end, end + 1);
                return Some(Step::Notice { kind: NoticeKind::EmptySegment, span, next: end + 1 });
            }
            start = end + 1;
        }
    }

    /// The next unit, byte by byte.
    #[inline(never)]
    fn search(&mut self, bytes: &[u8], at: usize, at_end: bool) -> Step {
        let state = &mut self.state;
        if !state.marked {
            if bytes.len() < 3 && !at_end {
                return Step::More { keep: 0 };
            }
            state.marked = true;
            if let Some((kind, length)) = mark(bytes) {
                state.blind = kind == NoticeKind::Utf16;
                let end = length as u64;
                let span = Span { start: 0, end };
                return Step::Notice { kind, span, next: length };
            }
        }
        if state.blind {
            return Step::More { keep: bytes.len() };
        }
        if state.junk.is_some() {
            return self.skip_junk(bytes, at, at_end);
        }
        if state.oversize.is_some() {
            return skip_oversize(state, bytes, at, at_end);
        }
        let terminator = state.delimiters.map(|delimiters| delimiters.terminator);
        let mut start = at;
        while let Some(&byte) = bytes.get(start) {
            if Some(byte) == terminator {
                // With a line end as terminator an empty segment is a blank line.
                if !matches!(byte, b'\r' | b'\n') {
                    let span = span(state, start, start + 1);
                    let kind = NoticeKind::EmptySegment;
                    return Step::Notice { kind, span, next: start + 1 };
                }
            } else if !is_padding(byte) {
                break;
            }
            start += 1;
        }
        if start > at {
            state.searched = 0;
        }
        if start == bytes.len() {
            return Step::More { keep: start };
        }
        let first = state.base + start as u64;
        let unit = &bytes[start..];
        match opens_header(unit) {
            None if !at_end => return Step::More { keep: start },
            Some(true) if state.refused != Some(first) => return self.header(bytes, start, at_end),
            _ => {}
        }
        if terminator.is_none() {
            state.junk = Some(first);
            state.silent = state.refused == Some(first);
            return self.skip_junk(bytes, start + 1, at_end);
        }
        self.body(bytes, start, at_end)
    }

    /// Reads a header.
    fn header(&mut self, bytes: &[u8], start: usize, at_end: bool) -> Step {
        let state = &mut self.state;
        let unit = &bytes[start..];
        match read_header(unit, at_end) {
            Header::More => Step::More { keep: start },
            Header::Found(delimiters, length) => {
                state.delimiters = Some(delimiters);
                state.segments += 1;
                state.searched = 0;
                self.marks.clear();
                self.found = (0, 0);
                let end = start + length;
                Step::Segment { start, end, next: end + 1 }
            }
            Header::Bad(error) => {
                state.refused = Some(state.base + start as u64);
                let short = unit.len() < crate::delimiters::HEADER_BYTES_MAX;
                let (kind, end) = if short && at_end && error == HeaderError::Elements {
                    self.marks.clear();
                    (NoticeKind::Unterminated, bytes.len())
                } else {
                    (NoticeKind::Header(error), start)
                };
                let span = span(state, start, (start + 3).max(end));
                Step::Notice { kind, span, next: end }
            }
        }
    }

    /// Finds the end of an ordinary segment, and lists it and what follows.
    fn body(&mut self, bytes: &[u8], start: usize, at_end: bool) -> Step {
        let state = &mut self.state;
        let delimiters = state.delimiters.expect("called once a header told the terminator");
        let unit = &bytes[start..];
        let from = state.searched.min(unit.len());
        if let Some(found) = memchr::memchr(delimiters.terminator, &unit[from..]) {
            state.searched = 0;
            let end = start + from + found;
            if end - start <= SEGMENT_BYTES_MAX {
                state.segments += 1;
                self.marks.list(bytes, start, end + 1, delimiters);
                self.found = self.marks.take(start);
                return Step::Segment { start, end, next: end + 1 };
            }
            let span = span(state, start, end);
            return Step::Notice { kind: NoticeKind::Oversize, span, next: end + 1 };
        }
        if unit.len() > SEGMENT_BYTES_MAX {
            state.oversize = Some(state.base + start as u64);
            state.searched = 0;
            return skip_oversize(state, bytes, bytes.len(), at_end);
        }
        if at_end {
            let span = span(state, start, bytes.len());
            return Step::Notice { kind: NoticeKind::Unterminated, span, next: bytes.len() };
        }
        state.searched = unit.len();
        Step::More { keep: start }
    }

    /// Drops bytes until something that can open an interchange.
    fn skip_junk(&mut self, bytes: &[u8], at: usize, at_end: bool) -> Step {
        let state = &mut self.state;
        let began = state.junk.expect("called while junk is being skipped");
        let mut from = at;
        while let Some(found) = memchr::memchr2(b'I', b'i', &bytes[from..]) {
            let candidate = from + found;
            match opens_header(&bytes[candidate..]) {
                Some(false) => from = candidate + 1,
                None if !at_end => return Step::More { keep: candidate },
                None => from = candidate + 1,
                Some(true) => match read_header(&bytes[candidate..], at_end) {
                    Header::More => return Step::More { keep: candidate },
                    Header::Bad(_) => from = candidate + 1,
                    Header::Found(..) => {
                        state.junk = None;
                        if std::mem::take(&mut state.silent) {
                            return self.search(bytes, candidate, at_end);
                        }
                        let end = state.base + candidate as u64;
                        let span = Span { start: began, end };
                        return Step::Notice { kind: NoticeKind::Junk, span, next: candidate };
                    }
                },
            }
        }
        if at_end {
            state.junk = None;
            if std::mem::take(&mut state.silent) {
                return Step::More { keep: bytes.len() };
            }
            let end = state.base + bytes.len() as u64;
            let span = Span { start: began, end };
            return Step::Notice { kind: NoticeKind::Junk, span, next: bytes.len() };
        }
        Step::More { keep: bytes.len() }
    }
}

/// Drops bytes until the terminator of a segment that is too long to keep.
fn skip_oversize(state: &mut State, bytes: &[u8], at: usize, at_end: bool) -> Step {
    let began = state.oversize.expect("called while a segment is being skipped");
    let terminator = state.delimiters.map_or(b'~', |delimiters| delimiters.terminator);
    let found = memchr::memchr(terminator, &bytes[at..]).map(|found| at + found);
    match found {
        Some(end) => {
            state.oversize = None;
            let span = Span { start: began, end: state.base + end as u64 };
            Step::Notice { kind: NoticeKind::Oversize, span, next: end + 1 }
        }
        None if at_end => {
            state.oversize = None;
            let span = Span { start: began, end: state.base + bytes.len() as u64 };
            Step::Notice { kind: NoticeKind::Oversize, span, next: bytes.len() }
        }
        None => Step::More { keep: bytes.len() },
    }
}

fn span(state: &State, start: usize, end: usize) -> Span {
    Span { start: state.base + start as u64, end: state.base + end as u64 }
}

/// A byte order mark at the very start of the file.
fn mark(bytes: &[u8]) -> Option<(NoticeKind, usize)> {
    match bytes {
        [0xEF, 0xBB, 0xBF, ..] => Some((NoticeKind::ByteOrderMark, 3)),
        [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] => Some((NoticeKind::Utf16, 2)),
        _ => None,
    }
}

/// Bytes that may stand between two segments: blanks, line ends, and the fill bytes that
/// mainframes and old transfer programs leave at the end of a file.
#[inline(always)]
pub(crate) fn is_padding(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n' | 0x0B | 0x0C | 0x00 | 0x1A)
}
