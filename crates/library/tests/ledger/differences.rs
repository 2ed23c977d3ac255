//! The reviewed differences between rows and policies: `library/sources/differences.csv`.

use std::path::PathBuf;

/// One difference, or several of a kind, with the reason why it is right.
pub(crate) struct Reviewed {
    /// The row or policy; `*` stands for anything.
    pub(crate) subject: String,
    /// What the other side does not say; `*` stands for anything.
    pub(crate) token: String,
    /// Why that is right.
    pub(crate) why: String,
}

impl Reviewed {
    /// Whether it speaks of this difference.
    pub(crate) fn covers(&self, subject: &str, token: &str) -> bool {
        fits(&self.token, token) && fits(&self.subject, subject)
    }
}

/// Whether a pattern with `*` fits a text.
fn fits(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let first = parts.next().expect("INVARIANT: a split gives a part");
    let Some(mut rest) = text.strip_prefix(first) else { return false };
    let mut parts: Vec<&str> = parts.collect();
    let Some(last) = parts.pop() else { return rest.is_empty() };
    for part in parts {
        let Some(at) = rest.find(part) else { return false };
        rest = &rest[at + part.len()..];
    }
    rest.ends_with(last)
}

fn path() -> PathBuf {
    [env!("CARGO_MANIFEST_DIR"), "../../library/sources/differences.csv"].iter().collect()
}

/// All lines of the file.
pub(crate) fn read() -> Vec<Reviewed> {
    let mut reader = csv::Reader::from_path(path()).expect("library/sources/differences.csv is there");
    assert!(reader.headers().is_ok_and(|names| names.iter().eq(["subject", "token", "why"])), "subject,token,why");
    let line = |record: csv::StringRecord| {
        let cell = |column: usize| record.get(column).unwrap_or_default().to_owned();
        Reviewed { subject: cell(0), token: cell(1), why: cell(2) }
    };
    reader.records().map(|record| line(record.expect("three columns"))).collect()
}

/// Writes the file again.
pub(crate) fn write(lines: &[Reviewed]) {
    let mut writer = csv::Writer::from_path(path()).expect("library/sources/differences.csv can be written");
    writer.write_record(["subject", "token", "why"]).expect("a line");
    for Reviewed { subject, token, why } in lines {
        writer.write_record([subject, token, why]).expect("a line");
    }
    writer.flush().expect("the file is written");
}

#[test]
fn stars_stand_for_anything() {
    for (pattern, text) in [("a/b", "a/b"), ("*", "a/b"), ("a/*", "a/b"), ("*/b", "a/b"), ("a/*/c/*", "a/b/c/d")] {
        assert!(fits(pattern, text), "{pattern} {text}");
    }
    for (pattern, text) in [("a", "a/b"), ("b*", "a/b"), ("*c", "a/b"), ("a/*/d", "a/b/c")] {
        assert!(!fits(pattern, text), "{pattern} {text}");
    }
}
