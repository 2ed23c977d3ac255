//! Official code files.

/// Reads a file of any kind that is recognized.
///
/// # Panics
/// If reading panics, if a row has not the columns of its table or would break its lines, or if a refusal gives no reason.
pub fn codebook(data: &[u8]) {
    let Some(examined) = ::codebook::examine("input_2026_OCT", data) else { return };
    for row in &examined.rows {
        assert_eq!(row.len(), examined.columns.len(), "{row:?} has not the columns of {}", examined.kind);
        assert!(row.iter().all(|cell| !cell.contains(['\t', '\n', '\r'])), "{row:?} would break its line");
        assert!(!row[0].is_empty(), "a row without a key");
    }
    assert!(examined.refused.iter().all(|refusal| !refusal.why.is_empty()), "a refusal has a reason");
    assert!(examined.damaged.is_none_or(|(_, why)| !why.is_empty()), "damage has a cause");
}
