//! What there is to read at a path: a file, or the files in an archive.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::path::Path;

use flate2::read::GzDecoder;
use zip::ZipArchive;
use zip::result::ZipError;

use crate::error::ImportError;
use crate::page;

/// The largest of these files, the export of the Medicare Coverage Database, has some 400 MB unpacked.
pub const UNPACKED_BYTES_MAX: u64 = 4 << 30;
/// An archive of the export holds some sixty files.
const MEMBERS_MAX: usize = 500;
/// How much is looked at to recognize a file.
pub(crate) const HEAD_BYTES: usize = 1 << 16;

/// One file to read.
pub(crate) struct Member<'a> {
    /// Its name, without folders.
    pub(crate) name: String,
    /// Its first bytes, for a look.
    pub(crate) head: Vec<u8>,
    /// All of it, the head included.
    pub(crate) reader: Box<dyn Read + 'a>,
}

/// The first bytes of a zip, of which a workbook (`.xlsx`) is one.
const ZIP: &[u8] = b"PK\x03\x04";
/// The first bytes of a spreadsheet of the old form (`.xls`).
const OLD_SPREADSHEET: &[u8] = &[0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1];
/// What every workbook holds.
const WORKBOOK: &str = "xl/workbook.xml";

impl<'a> Member<'a> {
    pub(crate) fn new(name: &str, mut reader: impl Read + 'a) -> io::Result<Self> {
        let mut head = Vec::new();
        reader.by_ref().take(HEAD_BYTES as u64).read_to_end(&mut head)?;
        let name = name.rsplit(['/', '\\']).next().unwrap_or(name).to_owned();
        let rest = Limited { reader, left: UNPACKED_BYTES_MAX.saturating_sub(head.len() as u64) };
        Ok(Self { reader: Box::new(io::Cursor::new(head.clone()).chain(rest)), name, head })
    }

    /// Of which form a spreadsheet is.
    pub(crate) fn spreadsheet(&self) -> Option<&'static str> {
        if self.head.starts_with(OLD_SPREADSHEET) { Some("xls") } else { self.head.starts_with(ZIP).then_some("xlsx") }
    }
}

/// Ends with an error rather than silently where a file is too large.
struct Limited<R> {
    reader: R,
    left: u64,
}

impl<R: Read> Read for Limited<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.reader.read(buffer)?;
        self.left = self.left.checked_sub(count as u64).ok_or_else(|| io::Error::from(io::ErrorKind::FileTooLarge))?;
        Ok(count)
    }
}

/// Hands every file at a path to `each`, which says whether it was taken: the file itself, the tables of a web page, what a `.gz` holds,
/// or what a zip holds, also in zips within it.
///
/// # Errors
/// When something cannot be read, or `each` fails.
pub(crate) fn members(
    path: &Path,
    each: &mut dyn FnMut(Member<'_>) -> Result<bool, ImportError>,
) -> Result<(), ImportError> {
    let cannot = |cause| ImportError::Read { path: path.to_owned(), cause };
    let mut file = File::open(path).map_err(cannot)?;
    let mut magic = Vec::new();
    file.by_ref().take(4).read_to_end(&mut magic).map_err(cannot)?;
    file.seek(SeekFrom::Start(0)).map_err(cannot)?;
    let name = path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    if magic.starts_with(ZIP) {
        return archive(file, &name, 0, each).map(drop);
    }
    let reader = BufReader::with_capacity(1 << 16, file);
    let member = if magic.starts_with(&[0x1F, 0x8B]) {
        Member::new(name.strip_suffix(".gz").unwrap_or(&name), GzDecoder::new(reader))
    } else {
        Member::new(&name, reader)
    };
    hand_over(member.map_err(|cause| damaged(&name, &cause))?, each)?;
    Ok(())
}

/// A file, or the tables of a web page.
fn hand_over(
    member: Member<'_>,
    each: &mut dyn FnMut(Member<'_>) -> Result<bool, ImportError>,
) -> Result<bool, ImportError> {
    if !page::is_page(&member.head) {
        return each(member);
    }
    let Member { name, reader, .. } = member;
    let mut bytes = Vec::new();
    reader.take(page::BYTES_MAX + 1).read_to_end(&mut bytes).map_err(|cause| damaged(&name, &cause))?;
    if bytes.len() as u64 > page::BYTES_MAX {
        return Err(ImportError::TooLarge { member: name, limit_bytes: page::BYTES_MAX });
    }
    let mut taken = false;
    let tables = page::tables(&String::from_utf8_lossy(&bytes));
    if tables.is_empty() {
        return each(Member::new(&name, &bytes[..]).map_err(|cause| damaged(&name, &cause))?);
    }
    for table in tables {
        taken |= each(Member::new(&name, table.as_bytes()).map_err(|cause| damaged(&name, &cause))?)?;
    }
    Ok(taken)
}

/// Hands over what a zip holds: first the files, then the zips within the outermost, then workbooks, which are read only where nothing
/// else was taken: they hold the same as the text beside them.
fn archive(
    file: File,
    name: &str,
    depth: usize,
    each: &mut dyn FnMut(Member<'_>) -> Result<bool, ImportError>,
) -> Result<bool, ImportError> {
    let mut taken = false;
    let mut archive = ZipArchive::new(BufReader::new(file)).map_err(|error| in_zip(name, error))?;
    if archive.index_for_name(WORKBOOK).is_some() {
        return workbook(archive.into_inner().into_inner(), name, each);
    }
    if archive.len() > MEMBERS_MAX {
        let cause = format!("it holds {} files, and no archive of these has more than {MEMBERS_MAX}", archive.len());
        return Err(ImportError::Damaged { member: name.to_owned(), near: "its directory".to_owned(), cause });
    }
    let mut zips = Vec::new();
    for index in 0..archive.len() {
        let entry = archive.by_index(index).map_err(|error| in_zip(name, error))?;
        if entry.is_dir() {
            continue;
        }
        let member = entry.name().to_owned();
        if entry.size() > UNPACKED_BYTES_MAX {
            return Err(ImportError::TooLarge { member, limit_bytes: UNPACKED_BYTES_MAX });
        }
        let ending = member.to_ascii_lowercase();
        let is_workbook = ending.ends_with(".xlsx");
        if is_workbook || depth == 0 && ending.ends_with(".zip") {
            zips.push((is_workbook, index, member));
            continue;
        }
        taken |= hand_over(Member::new(&member, entry).map_err(|cause| damaged(&member, &cause))?, each)?;
    }
    zips.sort();
    for (is_workbook, index, member) in zips {
        let mut entry = archive.by_index(index).map_err(|error| in_zip(name, error))?;
        let mut inner = temporary().map_err(|cause| damaged(&member, &cause))?;
        io::copy(&mut Limited { reader: &mut entry, left: UNPACKED_BYTES_MAX }, &mut inner)
            .and_then(|_| inner.seek(SeekFrom::Start(0)))
            .map_err(|cause| damaged(&member, &cause))?;
        drop(entry);
        let short = member.rsplit(['/', '\\']).next().unwrap_or(&member);
        taken |= match is_workbook && taken {
            true => as_it_is(inner, short, each)?,
            false => self::archive(inner, short, depth + 1, each)?,
        };
    }
    Ok(taken)
}

/// A workbook that is not read: handed over unopened, so that it can be named.
fn as_it_is(
    mut file: File,
    name: &str,
    each: &mut dyn FnMut(Member<'_>) -> Result<bool, ImportError>,
) -> Result<bool, ImportError> {
    file.seek(SeekFrom::Start(0)).map_err(|cause| damaged(name, &cause))?;
    each(Member::new(name, file).map_err(|cause| damaged(name, &cause))?)
}

#[cfg(not(feature = "spreadsheets"))]
use self::as_it_is as workbook;
#[cfg(feature = "spreadsheets")]
use crate::workbook::sheets as workbook;

/// A file without a name that is gone when it is closed.
pub(crate) fn temporary() -> io::Result<File> {
    let folder = std::env::temp_dir();
    for attempt in 0..64 {
        let path = folder.join(format!("covered-{}-{attempt}.tmp", std::process::id()));
        match File::options().read(true).write(true).create_new(true).open(&path) {
            Ok(file) => {
                std::fs::remove_file(&path)?;
                return Ok(file);
            }
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
    }
    Err(io::Error::from(io::ErrorKind::AlreadyExists))
}

/// An error while reading a member.
pub(crate) fn damaged(member: &str, cause: &io::Error) -> ImportError {
    if cause.kind() == io::ErrorKind::FileTooLarge {
        return ImportError::TooLarge { member: member.to_owned(), limit_bytes: UNPACKED_BYTES_MAX };
    }
    ImportError::Damaged { member: member.to_owned(), near: "its end".to_owned(), cause: cause.to_string() }
}

fn in_zip(member: &str, error: ZipError) -> ImportError {
    let cause = error.to_string();
    ImportError::Damaged { member: member.to_owned(), near: "its directory".to_owned(), cause }
}
