//! Changes to the bytes of a file, as a list that a person can review.

use crate::segment::Span;

/// Bytes of the file and what shall stand in their place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// What is replaced; empty to insert.
    pub span: Span,
    /// What shall stand there; empty to remove.
    pub text: Vec<u8>,
    /// Why, in plain words, without values that tell about people.
    pub reason: String,
}

/// Applies edits that do not overlap; without any, the bytes come back as they are.
///
/// # Panics
/// When edits overlap or lie outside the file.
#[must_use]
pub fn apply(bytes: &[u8], edits: &[Edit]) -> Vec<u8> {
    let mut sorted: Vec<&Edit> = edits.iter().collect();
    sorted.sort_by_key(|edit| edit.span);
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    for edit in sorted {
        let place = |offset| usize::try_from(offset).expect("an edit lies inside the file");
        let (start, end) = (place(edit.span.start), place(edit.span.end));
        assert!(start >= at, "edits do not overlap");
        out.extend_from_slice(&bytes[at..start]);
        out.extend_from_slice(&edit.text);
        at = end;
    }
    out.extend_from_slice(&bytes[at..]);
    out
}
