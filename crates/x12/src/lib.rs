//! X12 healthcare transactions: read, judge, explain, write.

pub mod ack;
pub mod batch;
mod completeness;
pub mod dates;
pub mod deidentify;
mod delimiters;
pub mod diff;
mod document;
pub mod edit;
pub mod emit;
pub mod explain;
pub mod fix;
pub mod judge;
pub mod make;
mod marks;
pub mod number;
mod scan;
mod segment;
pub mod split;
mod table;
mod tree;
pub mod view;
mod walk;
pub mod write;

pub use completeness::{Completeness, Counter, GAPS_KEPT_MAX, Gap, GapKind, Incomplete, read};
pub use delimiters::{Delimiters, HeaderError};
pub use document::{DOCUMENT_BYTES_MAX, Document};
pub use scan::{Event, Events, Notice, NoticeKind, SEGMENT_BYTES_MAX, Scanner, events};
pub use segment::{Element, Elements, Segment, SegmentId, Span};
pub use table::Usage;
pub use tree::{LoopView, NO_NODE, NodeIndex, Tree};
