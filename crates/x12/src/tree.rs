//! Segments in their loops: what the typed views look at.

use std::borrow::Cow;

use crate::delimiters::Delimiters;
use crate::segment::{Segment, SegmentId};
use crate::table::{Table, packed};

/// A loop instance, or the transaction itself.
pub type NodeIndex = u32;

/// The node of segments that belong to no transaction.
pub const NO_NODE: NodeIndex = u32::MAX;

#[derive(Clone, Copy, Debug)]
pub(crate) struct Piece {
    pub(crate) start: u32,
    pub(crate) node: NodeIndex,
    /// [`LONG`] for lengths that do not fit, which are kept apart.
    length: u16,
    pub(crate) id: SegmentId,
}

/// The length of a piece that is too long to be kept in it.
const LONG: u16 = u16::MAX;

/// A segment that no row of the table describes.
pub(crate) const NO_ROW: u16 = u16::MAX;

/// The set has no table.
const NO_TABLE: u16 = u16::MAX;

#[derive(Clone, Copy, Debug)]
pub(crate) struct Node {
    /// Position of the table; [`NO_TABLE`] for a set without one. Half the size of a reference.
    table: u16,
    pub(crate) row: u16,
    pub(crate) parent: NodeIndex,
    /// First segment of the loop and the one after its last.
    pub(crate) first: u32,
    pub(crate) end: u32,
}

impl Node {
    pub(crate) fn table(&self) -> Option<&'static Table> {
        Table::numbered(self.table)
    }
}

/// Where a copied segment was in the file, where its marks start, and what they count from.
#[derive(Clone, Copy, Debug)]
struct Origin {
    offset: u64,
    ordinal: u64,
    marks: u32,
    start: u32,
}

/// Segments, and the loops they fill.
#[derive(Clone, Debug, Default)]
pub struct Tree<'a> {
    text: Cow<'a, [u8]>,
    pub(crate) pieces: Vec<Piece>,
    pub(crate) nodes: Vec<Node>,
    /// Where each piece is from, where the text is a copy of parts of the file.
    origins: Vec<Origin>,
    /// Places of separators in the pieces that have an origin, counted as they were.
    marks: Vec<u32>,
    /// Lengths of the pieces that are [`LONG`], by index.
    long: Vec<(u32, u32)>,
    /// Index of the first piece that each set of separators governs.
    separators: Vec<(u32, Delimiters)>,
}

/// A place to return to, so that a streamed claim can be dropped once it was seen.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Mark {
    text: usize,
    pieces: usize,
    nodes: usize,
}

impl<'a> Tree<'a> {
    /// A tree over a file in memory.
    pub(crate) fn over(text: &'a [u8]) -> Self {
        Self { text: Cow::Borrowed(text), ..Self::default() }
    }

    /// Adds a segment. A borrowing tree must be over the file the segment is from.
    pub(crate) fn push(&mut self, segment: &Segment<'_>, node: NodeIndex) {
        let index = small(self.pieces.len());
        match self.separators.last() {
            Some((_, known)) if *known == segment.delimiters => {}
            _ => self.separators.push((index, segment.delimiters)),
        }
        let start = match &mut self.text {
            Cow::Borrowed(_) => u32::try_from(segment.offset).expect("a tree is over 4 GiB at most"),
            Cow::Owned(text) => {
                let start = small(text.len());
                text.extend_from_slice(segment.bytes);
                let marks = small(self.marks.len());
                let from = segment.marks_into(&mut self.marks);
                self.origins.push(Origin { offset: segment.offset, ordinal: segment.ordinal, marks, start: from });
                start
            }
        };
        let length = u16::try_from(segment.bytes.len()).unwrap_or(LONG);
        if length == LONG {
            self.long.push((index, small(segment.bytes.len())));
        }
        self.pieces.push(Piece { start, length, node, id: segment.id() });
    }

    pub(crate) fn open(&mut self, table: Option<&'static Table>, row: u16, parent: NodeIndex) -> NodeIndex {
        let first = small(self.pieces.len());
        let index = small(self.nodes.len());
        let table = table.map_or(NO_TABLE, |table| table.number);
        self.nodes.push(Node { table, row, parent, first, end: u32::MAX });
        index
    }

    pub(crate) fn close(&mut self, node: NodeIndex) {
        self.nodes[node as usize].end = small(self.pieces.len());
    }

    /// The place before a node was opened.
    pub(crate) fn mark_before(&self, node: NodeIndex) -> Mark {
        let pieces = self.nodes[node as usize].first as usize;
        let text = self.pieces.get(pieces).map_or(self.text.len(), |piece| piece.start as usize);
        Mark { text, pieces, nodes: node as usize }
    }

    /// Forgets all that came after `mark`.
    pub(crate) fn cut(&mut self, mark: Mark) {
        if let Cow::Owned(text) = &mut self.text {
            text.truncate(mark.text);
            if let Some(origin) = self.origins.get(mark.pieces) {
                self.marks.truncate(origin.marks as usize);
            }
            self.origins.truncate(mark.pieces);
        }
        self.pieces.truncate(mark.pieces);
        while self.long.last().is_some_and(|(index, _)| *index as usize >= mark.pieces) {
            self.long.pop();
        }
        self.nodes.truncate(mark.nodes);
        while self.separators.len() > 1
            && self.separators.last().is_some_and(|(first, _)| *first as usize > mark.pieces)
        {
            self.separators.pop();
        }
    }

    /// Number of segments.
    #[must_use]
    pub fn len(&self) -> usize {
        self.pieces.len()
    }

    /// Whether it holds no segment.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.pieces.is_empty()
    }

    /// Segment `index`, from 0.
    ///
    /// # Panics
    /// When the tree has fewer segments.
    #[must_use]
    pub fn segment(&self, index: u32) -> Segment<'_> {
        let piece = self.pieces[index as usize];
        let start = piece.start as usize;
        let set = match self.separators.len() {
            1 => 1,
            _ => self.separators.partition_point(|(first, _)| *first <= index),
        };
        let length = match piece.length {
            LONG => self.long.binary_search_by_key(&index, |(long, _)| *long).map_or(0, |found| self.long[found].1),
            length => u32::from(length),
        };
        let bytes = &self.text[start..start + length as usize];
        let delimiters = self.separators[set.saturating_sub(1)].1;
        match self.origins.get(index as usize) {
            Some(origin) => {
                let end = self.origins.get(index as usize + 1).map_or(self.marks.len(), |next| next.marks as usize);
                let marks = &self.marks[origin.marks as usize..end];
                let segment = Segment::known(bytes, origin.offset, origin.ordinal, delimiters, piece.id);
                segment.with_marks(marks, origin.start)
            }
            None => Segment::known(bytes, u64::from(piece.start), u64::from(index) + 1, delimiters, piece.id),
        }
    }

    /// The nodes of transactions, in order.
    pub fn transactions(&self) -> impl Iterator<Item = LoopView<'_>> {
        (0..small(self.nodes.len()))
            .filter(|index| self.nodes[*index as usize].parent == NO_NODE)
            .map(|index| self.view(index))
    }

    /// The innermost loop that has segment `index`; none outside transactions.
    ///
    /// # Panics
    /// When the tree has fewer segments.
    #[must_use]
    pub fn loop_of(&self, index: u32) -> Option<LoopView<'_>> {
        let node = self.pieces[index as usize].node;
        (node != NO_NODE).then(|| self.view(node))
    }

    /// The loop at `node`.
    #[must_use]
    pub fn view(&self, node: NodeIndex) -> LoopView<'_> {
        LoopView { tree: self, node }
    }

    fn end_of(&self, node: NodeIndex) -> u32 {
        self.nodes[node as usize].end.min(small(self.pieces.len()))
    }
}

/// One loop instance: its own segments and the loops inside it.
#[derive(Clone, Copy)]
pub struct LoopView<'t> {
    tree: &'t Tree<'t>,
    node: NodeIndex,
}

impl std::fmt::Debug for LoopView<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "loop {}", self.path())
    }
}

impl<'t> LoopView<'t> {
    fn inner(&self) -> Node {
        self.tree.nodes[self.node as usize]
    }

    /// The node's index in its tree.
    #[must_use]
    pub fn index(&self) -> NodeIndex {
        self.node
    }

    /// The loop's name, such as `2010AA`; empty for a set without a table.
    #[must_use]
    pub fn name(&self) -> &'static str {
        let node = self.inner();
        node.table().map_or("", |table| table.row(node.row).name)
    }

    /// The transaction set it belongs to, such as `837P`; none for a set without a table.
    pub(crate) fn set_name(&self) -> Option<&'static str> {
        self.inner().table().map(Table::name)
    }

    /// Names of the loops from the outermost, such as `2000A/2000B/2300`.
    #[must_use]
    pub fn path(&self) -> String {
        let mut names = Vec::new();
        let mut at = Some(*self);
        while let Some(view) = at {
            at = view.parent();
            if at.is_some() {
                names.push(view.name());
            }
        }
        names.reverse();
        names.join("/")
    }

    /// The loop around it.
    #[must_use]
    pub fn parent(&self) -> Option<LoopView<'t>> {
        let parent = self.inner().parent;
        (parent != NO_NODE).then(|| self.tree.view_of(parent))
    }

    /// The nearest loop around it, or itself, whose name is `name`.
    #[must_use]
    pub fn enclosing(&self, name: &str) -> Option<LoopView<'t>> {
        let name = packed(name.as_bytes());
        let mut at = Some(*self);
        while let Some(view) = at {
            if view.name_number() == name {
                return Some(view);
            }
            at = view.parent();
        }
        None
    }

    /// Its own segments, not those of loops inside it.
    pub fn segments(&self) -> impl Iterator<Item = Segment<'t>> + use<'t> {
        let (tree, node) = (self.tree, self.node);
        (self.inner().first..tree.end_of(node))
            .filter(move |index| tree.pieces[*index as usize].node == node)
            .map(move |index| tree.segment(index))
    }

    /// All its segments, those of the loops inside it too.
    pub fn all_segments(&self) -> impl Iterator<Item = Segment<'t>> + use<'t> {
        let tree = self.tree;
        (self.inner().first..tree.end_of(self.node)).map(move |index| tree.segment(index))
    }

    /// The segment at `position` (its first is 1) and the innermost loop that has it.
    #[must_use]
    pub fn segment_at(&self, position: u64) -> Option<(Segment<'t>, LoopView<'t>)> {
        let offset = u32::try_from(position.checked_sub(1)?).ok()?;
        let index = self.inner().first.checked_add(offset)?;
        (index < self.tree.end_of(self.node)).then(|| {
            let node = self.tree.pieces[index as usize].node;
            (self.tree.segment(index), self.tree.view_of(node))
        })
    }

    /// The loops directly inside it.
    pub fn loops(&self) -> impl Iterator<Item = LoopView<'t>> + use<'t> {
        let (tree, node) = (self.tree, self.node);
        let end = tree.end_of(node);
        tree.nodes[node as usize + 1..]
            .iter()
            .take_while(move |inner| inner.first < end)
            .zip(node + 1..)
            .filter(move |(inner, _)| inner.parent == node)
            .map(move |(_, index)| tree.view_of(index))
    }

    /// The loops directly inside it that are called `name`.
    pub fn named<'n>(&self, name: &'n str) -> impl Iterator<Item = LoopView<'t>> + use<'t, 'n> {
        let name = packed(name.as_bytes());
        self.loops().filter(move |inner| inner.name_number() == name)
    }

    /// The [`packed`] name; 0 for a set without a table, and for long names one that no loop has.
    pub(crate) fn name_number(&self) -> u64 {
        let node = self.inner();
        node.table().map_or(0, |table| table.row(node.row).name_number)
    }

    /// All loops inside it, at any depth.
    pub(crate) fn all_loops(&self) -> impl Iterator<Item = LoopView<'t>> + use<'t> {
        let (tree, node) = (self.tree, self.node);
        let end = tree.end_of(node);
        tree.nodes[node as usize + 1..]
            .iter()
            .take_while(move |inner| inner.first < end)
            .zip(node + 1..)
            .map(move |(_, index)| tree.view_of(index))
    }

    /// All its segments, those of the loops inside it too, by their index in the tree: the loop and identifier of each.
    pub(crate) fn pieces(&self) -> impl Iterator<Item = (u32, NodeIndex, SegmentId)> + use<'t> {
        let first = self.inner().first;
        let pieces = &self.tree.pieces[first as usize..self.tree.end_of(self.node) as usize];
        (first..).zip(pieces).map(|(index, piece)| (index, piece.node, piece.id))
    }

    /// A segment of its tree by index.
    pub(crate) fn segment(&self, index: u32) -> Segment<'t> {
        self.tree.segment(index)
    }

    /// Another loop of its tree.
    pub(crate) fn at(&self, node: NodeIndex) -> LoopView<'t> {
        self.tree.view_of(node)
    }

    /// The index of the loop around it, or [`NO_NODE`].
    pub(crate) fn around(&self) -> NodeIndex {
        self.inner().parent
    }

    /// All loops inside it, at any depth, that are called `name`.
    pub fn descendants<'n>(&self, name: &'n str) -> impl Iterator<Item = LoopView<'t>> + use<'t, 'n> {
        let name = packed(name.as_bytes());
        self.all_loops().filter(move |inner| inner.name_number() == name)
    }

    /// Its first own segment with this identifier.
    #[must_use]
    pub fn first(&self, id: &str) -> Option<Segment<'t>> {
        self.all(id).next()
    }

    /// Its own segments with this identifier.
    pub fn all(&self, id: &str) -> impl Iterator<Item = Segment<'t>> + use<'t> {
        self.all_of(SegmentId::new(id.as_bytes()))
    }

    /// Its own segments with this identifier.
    pub(crate) fn all_of(&self, id: SegmentId) -> impl Iterator<Item = Segment<'t>> + use<'t> {
        let (tree, node) = (self.tree, self.node);
        (self.inner().first..tree.end_of(node))
            .filter(move |index| {
                let piece = tree.pieces[*index as usize];
                piece.node == node && piece.id == id
            })
            .map(move |index| tree.segment(index))
    }

    /// Its first own segment with this identifier whose first element is one of `codes`.
    #[must_use]
    pub fn qualified(&self, id: &str, codes: &[&str]) -> Option<Segment<'t>> {
        self.all(id).find(|segment| codes.iter().any(|code| code.as_bytes() == segment.value(1)))
    }
}

impl<'a> Tree<'a> {
    fn view_of(&'a self, node: NodeIndex) -> LoopView<'a> {
        LoopView { tree: self, node }
    }
}

fn small(length: usize) -> u32 {
    u32::try_from(length).expect("a tree holds less than 4 GiB")
}
