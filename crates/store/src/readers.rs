//! Every reader of bytes from outside, without a database: what the fuzzer gives inputs to, and what each promises whatever comes.

use std::io::Write as _;

use zeroize::Zeroizing;

use crate::backup::{self, Writer};
use crate::document::{Capture, MediaType};
use crate::import::{self, Kind};
use crate::root::LocalRoot;
use crate::seal::{self, Key, Place};
use crate::{Id, verify};

/// Larger pictures are decoded once.
const AGAIN_PIXELS_MAX: u64 = 1 << 16;

fn key() -> Key {
    Key { id: Id::from_bytes([1; 16]), secret: Zeroizing::new([7; 32]) }
}

fn root() -> LocalRoot {
    LocalRoot::from_secret(Zeroizing::new([7; 32]))
}

/// A value that stands where a sealed one should.
///
/// # Panics
/// When something opens that was not sealed here, or a value does not open to what was sealed.
pub fn sealed(bytes: &[u8]) {
    let (key, place) = (key(), Place { table: "record", id: "a", column: "sealed" });
    assert!(seal::open(&key, place, bytes).is_err(), "what was not sealed opens");
    let sealed = seal::seal(&key, place, bytes);
    assert!(seal::key_of(&sealed) == Some(key.id));
    assert!(seal::open(&key, place, &sealed).is_ok_and(|plain| plain.as_slice() == bytes));
}

/// A key file, and the lines of a recovery sheet.
///
/// # Panics
/// When a key that was read is written as another.
pub fn key_file(text: &str) {
    for read in [LocalRoot::from_file(text).ok(), LocalRoot::from_sheet(text).ok()].into_iter().flatten() {
        let (file, sheet) = (LocalRoot::from_file(&read.file()), LocalRoot::from_sheet(&read.sheet()));
        let name = |root: &LocalRoot| crate::RootKey::name(root);
        assert!(file.is_ok_and(|file| name(&file) == name(&read)), "a key file is read back");
        assert!(sheet.is_ok_and(|sheet| name(&sheet) == name(&read)), "a sheet is read back");
    }
}

/// A backup; and what a backup holds, sealed first, since a seal stops everything else. Gives the number of rows of a whole one.
///
/// # Panics
/// When something is read that was not sealed here.
pub fn backup(bytes: &[u8]) -> Option<u64> {
    assert!(backup::try_out(bytes, &root()).is_none(), "a backup of another key is read");
    let key = key();
    let name = key.id.to_string();
    let mut writer = Writer::new(Vec::new(), &name, key, &root()).ok()?;
    writer.write_all(bytes).ok()?;
    backup::try_out(&writer.finish().ok()?, &root())
}

/// An export of the audit.
///
/// # Panics
/// When what holds does not hold against its own head.
pub fn audit(bytes: &[u8]) -> bool {
    let mut export = bytes;
    let Ok(verified) = verify(&mut export, None) else { return false };
    let mut export = bytes;
    assert!(verify(&mut export, Some(&verified.head)).is_ok_and(|again| again == verified));
    true
}

/// A list of patients, clinicians or the menu. Gives every text that a person would see.
///
/// # Panics
/// When a row that was taken would change itself.
pub fn list(bytes: &[u8]) -> Vec<String> {
    Kind::ALL.into_iter().flat_map(|kind| import::try_out(kind, bytes)).collect()
}

/// A photograph or a paper.
///
/// # Panics
/// When what is kept is of another kind or size, or is not taken itself.
pub fn document(bytes: &[u8]) -> bool {
    let Ok(capture) = Capture::new(bytes) else { return false };
    let content = capture.content.reveal();
    match (capture.media_type, capture.pixels) {
        (MediaType::Pdf, None) => assert_eq!(content, bytes, "a paper is kept as it came"),
        (_, Some((width, height))) if u64::from(width) * u64::from(height) <= AGAIN_PIXELS_MAX => {
            let again = Capture::new(content).expect("what is kept is taken");
            assert_eq!((again.media_type, again.pixels), (capture.media_type, capture.pixels));
        }
        (_, Some((width, height))) => assert!(width > 0 && height > 0),
        (kind, None) => panic!("{} without a size", kind.word()),
    }
    true
}
