//! The audit as a file of JSON lines, and its check on any machine, without the database and without a key.

use std::io::{BufRead, Read as _, Write};

use data_encoding::HEXLOWER;
use serde::{Deserialize, Serialize};

use super::head::{self, SignedHead};
use super::{BEGINNING, Entry, EntryRow, SELECT};
use crate::database::{row, rows};
use crate::nouns::Practice;
use crate::{Id, Store, StoreError};

const FORMAT: &str = "covered-audit-1";

/// Entries that are read at once.
pub(super) const PAGE: i64 = 1000;

/// An entry with the longest note has some ten thousand characters.
const LINE_BYTES_MAX: u64 = 64 * 1024;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct First {
    format: String,
    practice: Id<Practice>,
    public_key: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Last {
    head: SignedHead,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    seq: i64,
    at: jiff::Timestamp,
    actor: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    session: Option<String>,
    action: String,
    noun: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    record: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    patient: Option<String>,
    purpose: String,
    request: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    note: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    row_hash: Option<String>,
    before: String,
    hash: String,
}

impl From<Entry> for Line {
    fn from(entry: Entry) -> Line {
        Line {
            seq: entry.seq,
            at: entry.at,
            actor: entry.actor,
            session: entry.session,
            action: entry.action,
            noun: entry.noun,
            record: entry.record,
            patient: entry.patient,
            purpose: entry.purpose,
            request: entry.request,
            note: entry.note.map(|note| HEXLOWER.encode(&note)),
            row_hash: entry.row_hash.map(|hash| HEXLOWER.encode(&hash)),
            before: HEXLOWER.encode(&entry.before),
            hash: HEXLOWER.encode(&entry.hash),
        }
    }
}

impl Line {
    fn entry(self) -> Option<Entry> {
        let bytes = |text: String| HEXLOWER.decode(text.as_bytes()).ok();
        let optional = |text: Option<String>| match text {
            Some(text) => bytes(text).map(Some),
            None => Some(None),
        };
        Some(Entry {
            seq: self.seq,
            at: self.at,
            actor: self.actor,
            session: self.session,
            action: self.action,
            noun: self.noun,
            record: self.record,
            patient: self.patient,
            purpose: self.purpose,
            request: self.request,
            note: optional(self.note)?,
            row_hash: optional(self.row_hash)?,
            before: bytes(self.before)?,
            hash: bytes(self.hash)?,
        })
    }
}

impl Store {
    /// The head as it stands now, signed.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn signed_head(&self, at: jiff::Timestamp) -> Result<SignedHead, StoreError> {
        let mut tx = self.inner.pool.read().await?;
        let head = super::verify::stored_head(&mut tx).await?;
        Ok(SignedHead::sign(&self.ring().signing, self.practice(), &head, at))
    }

    /// The key that heads are signed with, in hexadecimal digits.
    pub fn audit_key(&self) -> String {
        head::public_key(&self.ring().signing)
    }

    /// Writes the whole audit as lines of JSON that [`verify`] checks, and gives the head that the file ends in.
    ///
    /// # Errors
    /// When the database fails, or the file cannot be written.
    pub async fn export_audit(&self, out: &mut dyn Write, at: jiff::Timestamp) -> Result<SignedHead, StoreError> {
        let mut lines = self.audit_lines(at).await?;
        while let Some(part) = lines.next().await? {
            let failed = |source| StoreError::File { path: "the export".into(), source };
            out.write_all(part.as_bytes()).map_err(failed)?;
        }
        Ok(lines.head)
    }

    /// The whole audit as lines of JSON that [`verify`] checks, to be given out part by part.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn audit_lines(&self, at: jiff::Timestamp) -> Result<AuditLines, StoreError> {
        let mut tx = self.inner.pool.read().await?;
        let last = super::verify::stored_head(&mut tx).await?;
        let head = SignedHead::sign(&self.ring().signing, self.practice(), &last, at);
        let (format, practice, public_key) = (FORMAT.to_string(), self.practice(), self.audit_key());
        let first = Some(First { format, practice, public_key });
        Ok(AuditLines { tx, first, seq: 0, last: last.seq, is_ended: false, head })
    }
}

/// The audit as lines, part by part; the last line is its head, signed.
pub struct AuditLines {
    tx: crate::database::Tx,
    first: Option<First>,
    seq: i64,
    last: i64,
    is_ended: bool,
    head: SignedHead,
}

impl AuditLines {
    /// The next lines; none at the end.
    ///
    /// # Errors
    /// When the database fails, or an entry is missing.
    pub async fn next(&mut self) -> Result<Option<String>, StoreError> {
        if let Some(first) = self.first.take() {
            return Ok(Some(text(&first) + "\n"));
        }
        if self.seq < self.last {
            let sql = sqlx::AssertSqlSafe(format!("{SELECT} WHERE seq > $1 AND seq <= $2 ORDER BY seq LIMIT $3"));
            let page = rows!(&mut self.tx, EntryRow, sql, self.seq, self.last, PAGE)?;
            if page.is_empty() {
                return Err(StoreError::Chain { seq: self.seq + 1, cause: "it is missing".to_string() });
            }
            let mut part = String::new();
            for row in page {
                let entry = Entry::try_from(row)?;
                self.seq = entry.seq;
                part += &text(&Line::from(entry));
                part.push('\n');
            }
            return Ok(Some(part));
        }
        if std::mem::replace(&mut self.is_ended, true) {
            return Ok(None);
        }
        Ok(Some(text(&Last { head: self.head.clone() }) + "\n"))
    }
}

fn text(line: &impl Serialize) -> String {
    serde_json::to_string(line).expect("a line is plain JSON")
}

/// What a check of an export found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// How many entries hold.
    pub entries: i64,
    /// The head that the file ends in, signed.
    pub head: SignedHead,
}

/// Why an export does not hold: the first bad line.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum VerifyError {
    /// It cannot be read.
    #[error("line {line} cannot be read")]
    Read {
        /// Which line.
        line: u64,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// A line is not what stands there in an export.
    #[error("line {line} is not {expected}")]
    Line {
        /// Which line.
        line: u64,
        /// What should be there.
        expected: &'static str,
    },
    /// An entry was changed, left out, put in or moved.
    #[error("entry {seq} (line {line}) does not hold: {cause}")]
    Entry {
        /// Which entry.
        seq: i64,
        /// In which line.
        line: u64,
        /// What is wrong.
        cause: &'static str,
    },
    /// The head at the end does not hold.
    #[error("the head at the end does not hold: {cause}")]
    Head {
        /// What is wrong.
        cause: &'static str,
    },
    /// The export and a head that was kept elsewhere speak against each other.
    #[error("the export speaks against the head of entry {seq} that was kept: {cause}")]
    Against {
        /// The entry of the head.
        seq: i64,
        /// What is wrong.
        cause: &'static str,
    },
}

impl VerifyError {
    /// A code that stays the same from version to version.
    pub const fn code(&self) -> &'static str {
        match self {
            VerifyError::Read { .. } => "V001",
            VerifyError::Line { .. } => "V002",
            VerifyError::Entry { .. } => "V003",
            VerifyError::Head { .. } => "V004",
            VerifyError::Against { .. } => "V005",
        }
    }

    /// What to do now.
    pub const fn next_step(&self) -> &'static str {
        match self {
            VerifyError::Read { .. } | VerifyError::Line { .. } => {
                "export again; the file is damaged, cut off or another"
            }
            _ => "keep the file and the database as they are, and tell whoever answers for security",
        }
    }
}

/// Checks an export: every entry's hash, that none is missing, and the signature of the head. With a head that was kept elsewhere it also
/// shows that what was there then is there still, signed by the same key; without one, who rewrote everything with a new key is not found.
///
/// # Errors
/// The first line that is wrong.
pub fn verify(export: &mut dyn BufRead, against: Option<&SignedHead>) -> Result<Verified, VerifyError> {
    if against.is_some_and(|against| !against.holds()) {
        let seq = against.map_or(0, |against| against.seq);
        return Err(VerifyError::Against { seq, cause: "its own signature does not hold" });
    }
    let mut lines = Lines { from: export, number: 0 };
    let first: First = lines.parsed("the first line of an export of the audit")?;
    if first.format != FORMAT {
        return Err(VerifyError::Line { line: 1, expected: "the first line of an export of the audit" });
    }
    if let Some(against) = against {
        let cause = match () {
            () if against.practice != first.practice => Some("it is of another practice"),
            () if against.public_key != first.public_key => Some("it was signed with another key"),
            () => None,
        };
        if let Some(cause) = cause {
            return Err(VerifyError::Against { seq: against.seq, cause });
        }
    }
    let (mut seq, mut hash) = (0, BEGINNING.to_vec());
    loop {
        let text = lines.next("an entry, or the head at the end")?;
        let line = lines.number;
        if let Ok(Last { head }) = serde_json::from_str(&text) {
            return end(&mut lines, &first, head, seq, &hash, against);
        }
        let expected = "an entry of the audit";
        let entry = serde_json::from_str::<Line>(&text).ok().and_then(Line::entry);
        let entry = entry.ok_or(VerifyError::Line { line, expected })?;
        let cause = match () {
            () if entry.seq != seq + 1 => Some("one was left out, put in or moved here"),
            () if entry.before != hash => Some("the entry before it is not the one that it followed"),
            () if entry.hash != entry.computed_hash() => Some("it was changed"),
            () => None,
        };
        if let Some(cause) = cause {
            return Err(VerifyError::Entry { seq: seq + 1, line, cause });
        }
        seq = entry.seq;
        hash = entry.hash;
        if against.is_some_and(|against| against.seq == seq && HEXLOWER.encode(&hash) != against.hash) {
            return Err(VerifyError::Against { seq, cause: "the entry is another now" });
        }
    }
}

fn end(
    lines: &mut Lines<'_>,
    first: &First,
    head: SignedHead,
    seq: i64,
    hash: &[u8],
    against: Option<&SignedHead>,
) -> Result<Verified, VerifyError> {
    let cause = match () {
        () if head.practice != first.practice || head.public_key != first.public_key => {
            Some("it is of another practice")
        }
        () if head.seq != seq || head.hash != HEXLOWER.encode(hash) => Some("entries are missing before it"),
        () if !head.holds() => Some("its signature is none"),
        () => None,
    };
    if let Some(cause) = cause {
        return Err(VerifyError::Head { cause });
    }
    if let Some(against) = against.filter(|against| against.seq > seq) {
        return Err(VerifyError::Against { seq: against.seq, cause: "the export ends before it" });
    }
    match lines.next("the end") {
        Err(VerifyError::Line { .. }) => Ok(Verified { entries: seq, head }),
        Err(error) => Err(error),
        Ok(_) => Err(VerifyError::Line { line: lines.number, expected: "the end" }),
    }
}

struct Lines<'a> {
    from: &'a mut dyn BufRead,
    number: u64,
}

impl Lines<'_> {
    fn next(&mut self, expected: &'static str) -> Result<String, VerifyError> {
        self.number += 1;
        let line = self.number;
        let mut text = String::new();
        let read = self.from.take(LINE_BYTES_MAX).read_line(&mut text);
        read.map_err(|source| VerifyError::Read { line, source })?;
        if !text.ends_with('\n') {
            return Err(VerifyError::Line { line, expected });
        }
        Ok(text)
    }

    fn parsed<T: serde::de::DeserializeOwned>(&mut self, expected: &'static str) -> Result<T, VerifyError> {
        let text = self.next(expected)?;
        serde_json::from_str(&text).map_err(|_| VerifyError::Line { line: self.number, expected })
    }
}

/// Where the chain stands, as the database says.
pub(super) type HeadRow = (i64, Vec<u8>);

pub(super) async fn head_row(tx: &mut crate::database::Tx) -> Result<HeadRow, StoreError> {
    row!(tx, HeadRow, "SELECT seq, hash FROM audit_head")?.ok_or(StoreError::Empty)
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use proptest::prelude::*;

    use super::*;
    use crate::Act;
    use crate::audit::{Action, Head, Touch};
    use crate::seal::Key;

    fn export(entries: usize) -> (String, SignedHead) {
        let at = Timestamp::UNIX_EPOCH;
        let (signing, practice) = (Key::random(Id::new(at)), Id::new(at));
        let mut out =
            text(&First { format: FORMAT.to_string(), practice, public_key: head::public_key(&signing) }) + "\n";
        let mut last = Head { seq: 0, hash: BEGINNING };
        for number in 0..entries {
            let record = Some(Id::<()>::new(at).to_string());
            let row_hash = (number % 2 == 0).then_some([7; 32]);
            let touch =
                Touch { action: Action::Read, noun: "patient".into(), record, patient: None, note: None, row_hash };
            let entry = Entry::following(&last, &Act::program("test", at), &touch, Some(vec![1, 2, 3]));
            last = Head { seq: entry.seq, hash: entry.computed_hash() };
            out += &(text(&Line::from(entry)) + "\n");
        }
        let head = SignedHead::sign(&signing, practice, &last, at);
        out += &(text(&Last { head: head.clone() }) + "\n");
        (out, head)
    }

    proptest! {
        #[test]
        fn a_changed_export_holds_only_if_it_says_the_same(
            entries in 0..5_usize,
            at in any::<proptest::sample::Index>(),
            byte in any::<u8>(),
        ) {
            let (text, head) = export(entries);
            prop_assert_eq!(verify(&mut text.as_bytes(), Some(&head)).unwrap().entries, entries as i64);
            let mut changed = text.into_bytes();
            let at = at.index(changed.len());
            changed[at] = byte;
            // Two ways to write one time are one export.
            if let Ok(verified) = verify(&mut changed.as_slice(), Some(&head)) {
                prop_assert_eq!((verified.head.seq, verified.head.hash), (head.seq, head.hash));
            }
        }

        #[test]
        fn an_export_that_is_cut_off_never_holds(entries in 0..5_usize, at in any::<proptest::sample::Index>()) {
            let (text, _) = export(entries);
            let end = at.index(text.len());
            prop_assert!(verify(&mut &text.as_bytes()[..end], None).is_err());
        }

        #[test]
        fn anything_may_be_there(bytes in proptest::collection::vec(any::<u8>(), 0..300), text in "[{}\":,a-z0-9\n]{0,300}") {
            prop_assert!(verify(&mut bytes.as_slice(), None).is_err());
            prop_assert!(verify(&mut text.as_bytes(), None).is_err());
        }
    }
}
