//! Reading X12 files, and writing files that are never half-written.

use std::fs::{self, File, OpenOptions};
use std::io::{self, IsTerminal, Read, Write};
use std::path::{Path, PathBuf};

use x12::DOCUMENT_BYTES_MAX;

use crate::output::Failure;

/// Bytes read at once; larger blocks gain nothing.
const BLOCK_BYTES: usize = 64 << 10;
/// Files above this size take long enough for somebody at a terminal to wonder.
const PROGRESS_BYTES_MIN: u64 = 20_000_000;

const READ_HELP: &str = "check the path; `-` reads standard input";
const WRITE_HELP: &str = "check the path, its rights and the space that is left; nothing was changed";

/// Hands the bytes of a file, or of standard input for `-`, to `take` block by block.
///
/// # Errors
/// When the file cannot be read.
pub(super) fn stream(path: &Path, take: &mut dyn FnMut(&[u8])) -> Result<(), Failure> {
    let failed = |source| Failure::File { what: "read", path: path.to_owned(), help: READ_HELP, source };
    let (mut input, bytes): (Box<dyn Read>, u64) = if path == Path::new("-") {
        (Box::new(io::stdin().lock()), 0)
    } else {
        let file = File::open(path).map_err(failed)?;
        let bytes = file.metadata().map_err(failed)?.len();
        (Box::new(file), bytes)
    };
    let mut progress = Progress::of(bytes);
    let mut block = vec![0; BLOCK_BYTES];
    loop {
        match input.read(&mut block) {
            Ok(0) => break,
            Ok(read) => {
                take(&block[..read]);
                progress.advance(read);
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(failed(error)),
        }
    }
    Ok(())
}

/// The bytes of a whole file, or of standard input for `-`.
///
/// # Errors
/// When the file cannot be read, or is longer than [`DOCUMENT_BYTES_MAX`].
pub(super) fn whole(path: &Path) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    let mut too_long = false;
    stream(path, &mut |block| {
        too_long |= bytes.len() + block.len() > DOCUMENT_BYTES_MAX;
        if !too_long {
            bytes.extend_from_slice(block);
        }
    })?;
    if too_long {
        return Err(Failure::Errors(format!(
            "error[I0005]: `{}` is longer than {DOCUMENT_BYTES_MAX} bytes\n  = help: only `x12 check` and `x12 show` read longer files; part it first",
            path.display()
        )));
    }
    Ok(bytes)
}

/// How far reading has come, on standard error at a terminal.
struct Progress {
    bytes: u64,
    read: u64,
    percent: u64,
    shown: bool,
}

impl Progress {
    fn of(bytes: u64) -> Self {
        let shown = bytes > PROGRESS_BYTES_MIN && io::stderr().is_terminal();
        Self { bytes, read: 0, percent: 0, shown }
    }

    fn advance(&mut self, read: usize) {
        self.read += read as u64;
        let percent = (self.read.saturating_mul(100) / self.bytes.max(1)).min(100);
        if self.shown && percent > self.percent {
            self.percent = percent;
            eprint!("\rread {percent} %");
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if self.shown && self.percent > 0 {
            eprint!("\r           \r");
        }
    }
}

/// Where a result goes, and what it must not take the place of.
pub(super) struct Target<'a> {
    /// The file; none for standard output.
    pub(super) out: Option<&'a Path>,
    /// The files that the result is made from, the one that it may replace first.
    pub(super) inputs: &'a [&'a Path],
    /// The result may take the place of the first.
    pub(super) replace_input: bool,
}

impl Target<'_> {
    /// Writes the result.
    ///
    /// # Errors
    /// When it would take the place of the input unasked, or cannot be written.
    pub(super) fn write(&self, bytes: &[u8]) -> Result<(), Failure> {
        let Some(out) = self.out else { return to_standard_output(bytes) };
        let spared = usize::from(self.replace_input);
        let same = |input: &&Path| matches!((fs::canonicalize(out), fs::canonicalize(input)), (Ok(out), Ok(input)) if out == input);
        if self.inputs.iter().skip(spared).any(same) {
            return Err(Failure::Errors(format!(
                "error[I0006]: `{}` is the input itself\n  = help: write to another file; --replace-input allows to replace the file that is read",
                out.display()
            )));
        }
        write(out, bytes)
    }
}

/// Writes bytes as they are to standard output.
pub(super) fn to_standard_output(bytes: &[u8]) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    match out.write_all(bytes).and_then(|()| out.flush()) {
        Ok(()) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Err(Failure::Closed),
        Err(error) => Err(Failure::Output(error)),
    }
}

/// Writes a file whole or not at all: whoever looks at `path`, at any moment, sees what was there or all of `bytes`.
///
/// # Errors
/// When it cannot be written; then nothing has changed.
pub(crate) fn write(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let failed = |source| Failure::File { what: "write", path: path.to_owned(), help: WRITE_HELP, source };
    // The file that a link leads to, so that the link stays one.
    let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let existing = fs::metadata(&target).ok();
    let name = match target.file_name() {
        Some(name) if existing.as_ref().is_none_or(fs::Metadata::is_file) => name,
        _ => return Err(failed(io::Error::other("it is no file"))),
    };
    let folder = target.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let temporary = folder.join(format!(".{}.{}.part", name.to_string_lossy(), std::process::id()));
    let written =
        write_beside(&temporary, existing.as_ref(), true, bytes).and_then(|()| fs::rename(&temporary, &target));
    if written.is_err() {
        // It may not exist; the error that matters is the first.
        let _ = fs::remove_file(&temporary);
    }
    written.and_then(|()| sync_folder(folder)).map_err(failed)
}

/// Writes a file about no patient that is not there yet, whole or not at all; what somebody else puts there meanwhile stays.
///
/// # Errors
/// When something is there already, or it cannot be written; then nothing has changed.
pub(crate) fn write_new(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let failed = |source| Failure::File { what: "write", path: path.to_owned(), help: WRITE_HELP, source };
    let name = path.file_name().ok_or_else(|| failed(io::Error::other("it is no file")))?;
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let temporary = folder.join(format!(".{}.{}.part", name.to_string_lossy(), std::process::id()));
    // A link, unlike a new name, takes the place of nothing.
    let written = write_beside(&temporary, None, false, bytes).and_then(|()| fs::hard_link(&temporary, path));
    let _ = fs::remove_file(&temporary);
    written.and_then(|()| sync_folder(folder)).map_err(failed)
}

/// Writes the whole file under a name that nobody looks for, onto the disk.
fn write_beside(temporary: &PathBuf, existing: Option<&fs::Metadata>, private: bool, bytes: &[u8]) -> io::Result<()> {
    // A process that was killed may have left a file of this name.
    match fs::remove_file(temporary) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    // Claims are about patients: nobody else reads a new file unless somebody allows it.
    if private {
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    }
    let mut file = options.open(temporary)?;
    if let Some(existing) = existing {
        file.set_permissions(existing.permissions())?;
    }
    file.write_all(bytes)?;
    file.sync_all()
}

/// The new name is in the folder, and the folder must reach the disk as well.
fn sync_folder(folder: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}
