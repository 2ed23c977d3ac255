//! Segments to loops: follows a table, says what does not fit, and goes on.

use crate::segment::{Segment, SegmentId};
use crate::table::{Table, Told, packed, slot};
use crate::tree::{NO_NODE, NO_ROW, NodeIndex, Tree};

/// How a segment fits the table where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fit {
    Good,
    /// It has its place here, but more often than the table allows.
    TooMany,
    /// It has its place in this loop, before what was already read.
    OutOfOrder,
    /// It starts a loop that has no place here; reading goes on in that loop.
    Misplaced,
    /// The loop knows the identifier, but not with this qualifier.
    Qualifier,
    /// The loop does not know the segment; other loops of the set do.
    Unexpected,
    /// No loop of the set knows the segment.
    Unknown,
}

/// Where a segment was put.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Placed {
    pub(crate) node: NodeIndex,
    /// Row of the segment itself, [`NO_ROW`] when there is none.
    pub(crate) row: u16,
    pub(crate) fit: Fit,
}

/// Told what happens between segments.
pub(crate) trait Visitor {
    /// A loop ends without a row that it must have.
    fn missing(&mut self, tree: &Tree<'_>, node: NodeIndex, row: u16);
    /// A loop that is, or holds, the unit ends; the tree still has all of it.
    fn leave(&mut self, tree: &Tree<'_>, node: NodeIndex);
}

/// A visitor that nothing needs to be told.
pub(crate) struct Silent;

impl Visitor for Silent {
    fn missing(&mut self, _: &Tree<'_>, _: NodeIndex, _: u16) {}
    fn leave(&mut self, _: &Tree<'_>, _: NodeIndex) {}
}

#[derive(Clone, Copy, Debug)]
struct Frame {
    row: u16,
    node: NodeIndex,
    /// Position of the last row met.
    position: u16,
    /// Where the frame's counts begin.
    counts: usize,
}

/// The open loops of one transaction.
#[derive(Clone, Debug)]
pub(crate) struct Walker<'a> {
    pub(crate) tree: Tree<'a>,
    table: Option<&'static Table>,
    /// The table of the transaction opened last, for which the steps hold.
    table_before: Option<&'static Table>,
    /// The version is older than 005010.
    former: bool,
    /// Finished units are dropped from the tree.
    streaming: bool,
    frames: Vec<Frame>,
    /// How often each row of each open loop was met.
    counts: Vec<u32>,
    /// The row of the segment that was placed last.
    last: u16,
    /// The outermost open loop whose position is not that of the row met last in it.
    irregular: Option<usize>,
    steps: Steps,
}

/// A segment that follows another, and where it was found: the row of the one before, the identifier and first element of this
/// one tell all that [`Walker::search`] looks at, but for counts.
#[derive(Clone, Copy, Debug, Default)]
struct Step {
    first: u64,
    /// The row before and the identifier; 0 for none.
    key: u32,
    /// How often the row may be met.
    max: u32,
    row: u16,
    slot: u16,
    /// How many loops further out than the innermost.
    outwards: u16,
}

/// Steps kept: files take the same hundred again and again.
const STEPS_MAX: usize = 512;

/// Steps that were found, by their place; a later one takes the place of an earlier.
#[derive(Clone, Debug, Default)]
struct Steps(Vec<Step>);

impl Steps {
    fn key(last: u16, id: SegmentId) -> u32 {
        // INVARIANT: a table has fewer than 65536 rows, so adding one loses nothing.
        (u32::from(last) + 1) << 16 | u32::from(id.number())
    }

    #[inline]
    fn place(key: u32, first: u64) -> usize {
        // Multiplying by a large odd number spreads the keys over the highest bits (Fibonacci hashing).
        let mixed = (first ^ u64::from(key).rotate_left(40)).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        (mixed >> (u64::BITS - STEPS_MAX.trailing_zeros())) as usize
    }

    #[inline]
    fn get(&self, key: u32, first: u64) -> Option<&Step> {
        self.0.get(Self::place(key, first)).filter(|step| step.key == key && step.first == first)
    }

    fn keep(&mut self, step: Step) {
        if self.0.is_empty() {
            self.0.resize(STEPS_MAX, Step::default());
        }
        self.0[Self::place(step.key, step.first)] = step;
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Match {
    /// Index of the frame the row belongs to.
    frame: usize,
    row: u16,
    /// Position of the row among those of its loop.
    slot: usize,
    fit: Fit,
}

impl<'a> Walker<'a> {
    pub(crate) fn new(tree: Tree<'a>, streaming: bool) -> Self {
        Self {
            tree,
            table: None,
            table_before: None,
            former: false,
            streaming,
            frames: Vec::new(),
            counts: Vec::new(),
            last: Table::ROOT,
            irregular: None,
            steps: Steps::default(),
        }
    }

    /// The table in use, inside a transaction that has one.
    pub(crate) fn table(&self) -> Option<&'static Table> {
        self.table
    }

    /// The innermost open loop.
    pub(crate) fn node(&self) -> NodeIndex {
        self.frames.last().map_or(NO_NODE, |frame| frame.node)
    }

    /// Adds a segment of the envelope, outside any transaction.
    pub(crate) fn outside(&mut self, segment: &Segment<'_>) {
        if !self.streaming {
            self.tree.push(segment, NO_NODE);
        }
    }

    /// Opens a transaction with its ST segment.
    pub(crate) fn begin(
        &mut self,
        segment: &Segment<'_>,
        table: Option<&'static Table>,
        former: bool,
        visitor: &mut impl Visitor,
    ) {
        self.end(visitor);
        let number = |table: Option<&Table>| table.map(|table| table.number);
        if (number(self.table_before), self.former) != (number(table), former) {
            self.steps.0.clear();
        }
        (self.table, self.table_before, self.former) = (table, table, former);
        self.last = Table::ROOT;
        self.enter(Table::ROOT, NO_NODE);
        self.keep(segment, self.node());
    }

    /// Closes the transaction with its SE segment.
    pub(crate) fn close(&mut self, segment: &Segment<'_>, visitor: &mut impl Visitor) {
        while self.frames.len() > 1 {
            self.leave(visitor);
        }
        self.keep(segment, self.node());
        self.end(visitor);
    }

    /// Closes whatever is open.
    pub(crate) fn end(&mut self, visitor: &mut impl Visitor) {
        while !self.frames.is_empty() {
            self.leave(visitor);
        }
        self.table = None;
    }

    /// Puts a segment of a transaction into its loop.
    #[inline]
    pub(crate) fn place(&mut self, segment: &Segment<'_>, visitor: &mut impl Visitor) -> Placed {
        let Some(table) = self.table else {
            self.keep(segment, self.node());
            return Placed { node: self.node(), row: NO_ROW, fit: Fit::Good };
        };
        let id = segment.id();
        let Some(found) = self.find(table, id, segment) else {
            let fit = self.misfit(table, id);
            self.keep(segment, self.node());
            return Placed { node: self.node(), row: NO_ROW, fit };
        };
        while self.frames.len() > found.frame + 1 {
            self.leave(visitor);
        }
        let mut row = found.row;
        if matches!(found.fit, Fit::Misplaced | Fit::OutOfOrder) {
            self.irregular = self.irregular.or(Some(found.frame));
        }
        if found.fit == Fit::Misplaced {
            self.descend(table, row);
        } else {
            self.count_slot(table, row, found.slot);
        }
        if table.row(row).is_loop {
            self.enter(row, self.node());
            row = table.row(row).children[0];
            self.count_slot(table, row, 0);
        }
        self.last = row;
        self.keep(segment, self.node());
        Placed { node: self.node(), row, fit: found.fit }
    }

    /// Where the segment belongs: as it was found before after the same segment, or by searching.
    #[inline]
    fn find(&mut self, table: &'static Table, id: SegmentId, segment: &Segment<'_>) -> Option<Match> {
        let innermost = self.frames.len() - 1;
        let place = slot(id);
        let first = match table.told(place, segment) {
            Told::By(first) if self.irregular.is_none() => first,
            _ => return self.search(table, id, segment).0,
        };
        let key = Steps::key(self.last, id);
        if let Some(step) = self.steps.get(key, first) {
            let (frame, slot) = (innermost - usize::from(step.outwards), usize::from(step.slot));
            if self.counts[self.frames[frame].counts + slot] < step.max {
                let found = Some(Match { frame, row: step.row, slot, fit: Fit::Good });
                debug_assert_eq!(found, self.search(table, id, segment).0, "a step leads where it led before");
                return found;
            }
        }
        let (found, by_counts) = self.search(table, id, segment);
        if let Some(Match { frame, row, slot, fit: Fit::Good }) = found
            && !by_counts
        {
            let max = table.row(row).max;
            let small = |number: usize| u16::try_from(number).expect("a table has fewer than 65536 rows");
            self.steps.keep(Step { first, key, max, row, slot: small(slot), outwards: small(innermost - frame) });
        }
        found
    }

    /// Looks for the row from the innermost loop outwards. Also says whether another row would do, had it not been met too often.
    fn search(&self, table: &'static Table, id: SegmentId, segment: &Segment<'_>) -> (Option<Match>, bool) {
        let (first, place) = (packed(segment.value(1)), slot(id));
        let mut second: Option<Match> = None;
        let innermost = self.frames.len() - 1;
        for (index, frame) in self.frames.iter().enumerate().rev() {
            let loop_row = table.row(frame.row);
            let mut full = None;
            for row in loop_row.may_be(place) {
                let foreign = row.is_former && !self.former;
                if foreign || !row.matches(table, id, segment, first) {
                    continue;
                }
                let slot = usize::from(row.slot);
                let made = |fit| Some(Match { frame: index, row: row.row, slot, fit });
                let in_order = row.position >= frame.position;
                // A loop may go back to its own segments only after the loops that precede them.
                let allowed = index == innermost || row.is_loop || row.position > frame.position;
                if in_order && allowed {
                    if self.counts[frame.counts + slot] < row.max {
                        return (made(Fit::Good), full.is_some());
                    }
                    full = full.or(made(Fit::TooMany));
                } else if second.is_none() {
                    second = made(Fit::OutOfOrder);
                }
            }
            if full.is_some() {
                return (full, true);
            }
        }
        // Reading resumes at the next loop that can be told by its first segment.
        let found = second.or_else(|| {
            let mut rows = table.rows_of(id).iter().copied().filter(|row| *row != Table::ROOT);
            let start = rows.find(|row| table.row(*row).is_loop && table.matches(*row, id, segment, first))?;
            let frame = self.common(table, start);
            Some(Match { frame, row: start, slot: 0, fit: Fit::Misplaced })
        });
        (found, false)
    }

    /// The innermost open frame that is an ancestor of the row.
    fn common(&self, table: &Table, row: u16) -> usize {
        let mut ancestor = table.row(row).parent;
        loop {
            if let Some(frame) = self.frames.iter().rposition(|frame| frame.row == ancestor) {
                return frame;
            }
            ancestor = table.row(ancestor).parent;
        }
    }

    /// Opens the loops that were skipped between the innermost open one and `row`.
    fn descend(&mut self, table: &'static Table, row: u16) {
        let open = self.frames.last().map_or(Table::ROOT, |frame| frame.row);
        let mut path = Vec::new();
        let mut at = table.row(row).parent;
        while at != open && at != Table::ROOT {
            path.push(at);
            at = table.row(at).parent;
        }
        for row in path.into_iter().rev() {
            self.count(table, row);
            self.enter(row, self.node());
            // Only the loop that could not start is reported, not the segments before it.
            self.count(table, table.row(row).children[0]);
        }
        self.count(table, row);
    }

    fn misfit(&self, table: &Table, id: SegmentId) -> Fit {
        let known = |row: &u16| table.row(*row).id == id;
        let frame = self.frames.last().expect("a transaction is open");
        if table.row(frame.row).children.iter().skip(1).any(known) {
            Fit::Qualifier
        } else if !table.rows_of(id).is_empty() {
            Fit::Unexpected
        } else {
            Fit::Unknown
        }
    }

    fn count(&mut self, table: &Table, row: u16) {
        let frame = self.frames.last().expect("a transaction is open");
        if let Some(slot) = table.row(frame.row).children.iter().position(|child| *child == row) {
            self.count_slot(table, row, slot);
        }
    }

    fn count_slot(&mut self, table: &Table, row: u16, slot: usize) {
        let frame = self.frames.last_mut().expect("a transaction is open");
        self.counts[frame.counts + slot] += 1;
        frame.position = frame.position.max(table.row(row).position);
    }

    fn enter(&mut self, row: u16, parent: NodeIndex) {
        let node = self.tree.open(self.table, row, parent);
        let counts = self.counts.len();
        let rows = self.table.map_or(0, |table| table.row(row).children.len());
        self.counts.resize(counts + rows, 0);
        // The segment that starts a transaction is there by definition.
        if rows > 0 && row == Table::ROOT {
            self.counts[counts] = 1;
        }
        self.frames.push(Frame { row, node, position: 0, counts });
    }

    fn leave(&mut self, visitor: &mut impl Visitor) {
        let frame = self.frames.pop().expect("called with an open loop");
        self.irregular = self.irregular.filter(|irregular| *irregular < self.frames.len());
        self.tree.close(frame.node);
        let mut drops = frame.row == Table::ROOT;
        if let Some(table) = self.table {
            let row = table.row(frame.row);
            for slot in row.required.iter().copied().map(usize::from) {
                if self.counts[frame.counts + slot] == 0 {
                    visitor.missing(&self.tree, frame.node, row.children[slot]);
                }
            }
            drops |= row.holds_unit;
        }
        if drops {
            visitor.leave(&self.tree, frame.node);
        }
        self.counts.truncate(frame.counts);
        if drops && self.streaming {
            let mark = self.tree.mark_before(frame.node);
            self.tree.cut(mark);
        }
    }

    /// Keeps the segment for the views. A streamed set without a table has no views.
    fn keep(&mut self, segment: &Segment<'_>, node: NodeIndex) {
        if self.table.is_some() || !self.streaming {
            self.tree.push(segment, node);
        }
    }
}
