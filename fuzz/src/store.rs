//! What a practice's store reads from outside: key files, backups, exports of the audit, lists, photographs and papers.

/// Reads an input as each of them: all but one are soon done with it.
///
/// # Panics
/// If a reader panics or breaks a promise, or a text for a person would steer a terminal.
pub fn store(data: &[u8]) {
    ::store::readers::sealed(data);
    ::store::readers::backup(data);
    ::store::readers::audit(data);
    ::store::readers::document(data);
    for text in ::store::readers::list(data) {
        assert!(crate::is_plain(&text), "a control character was printed");
    }
    if let Ok(text) = std::str::from_utf8(data) {
        ::store::readers::key_file(text);
    }
}
