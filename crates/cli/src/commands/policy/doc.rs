//! `covered policy doc`: the library as a folder of pages.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use library::Library;
use site::Page;

use crate::Done;
use crate::args::Doc;
use crate::output::{Failure, print, wrapped};

/// Lies in every folder that this command wrote, so that no other folder is ever replaced.
const MARK: &str = "written-by-covered-policy-doc.txt";
const MARK_TEXT: &str =
    "This folder was written by `covered policy doc`, which replaces it as a whole: keep nothing of your own here.\n";

pub(super) fn run(wanted: &Doc, library: &Library) -> Result<Done, Failure> {
    let pages = site::pages(library)?;
    write(&wanted.out, &pages)?;
    let count = pages.len();
    let open = wanted.out.join("index.html");
    print(&format!("{}\n", wrapped(&format!("{count} pages written. Open {} in a browser.", open.display()), 0)))?;
    Ok(Done::Answered)
}

/// Writes a folder whole or not at all: at `out` there is what was there, nothing for the moment between two renames, or all pages.
///
/// # Errors
/// When `out` is something that this command did not write, or cannot be written; then nothing has changed.
fn write(out: &Path, pages: &[Page]) -> Result<(), Failure> {
    let help = "check the path, its rights and the space that is left; nothing was changed";
    let failed = |source| Failure::File { what: "write", path: out.to_owned(), help, source };
    let replaces = match fs::symlink_metadata(out) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => false,
        Err(error) => return Err(failed(error)),
        Ok(found) if found.is_dir() && is_ours_or_empty(out).map_err(failed)? => true,
        Ok(_) => {
            return Err(Failure::Name {
                message: format!("`{}` was not written by this command; nothing was changed", out.display()),
                help: "name a folder that does not exist, or one of an earlier run".to_owned(),
            });
        }
    };
    let (new, old) = (beside(out, "part"), beside(out, "old"));
    let written = fill(&new, pages).and_then(|()| swap(out, &new, &old, replaces));
    if written.is_err() {
        // It may not exist; the error that matters is the first.
        let _ = fs::remove_dir_all(&new);
    }
    written.map_err(failed)?;
    if replaces {
        fs::remove_dir_all(&old).map_err(failed)?;
    }
    Ok(())
}

fn is_ours_or_empty(folder: &Path) -> io::Result<bool> {
    Ok(folder.join(MARK).is_file() || fs::read_dir(folder)?.next().is_none())
}

/// A name beside the folder that nobody looks for.
fn beside(out: &Path, ending: &str) -> PathBuf {
    let mut name = OsString::from(".");
    name.push(out.file_name().unwrap_or_else(|| "library-doc".as_ref()));
    name.push(format!(".{}.{ending}", std::process::id()));
    out.with_file_name(name)
}

/// Writes all pages into a new folder, onto the disk.
fn fill(folder: &Path, pages: &[Page]) -> io::Result<()> {
    if folder.exists() {
        // A process with this number was killed.
        fs::remove_dir_all(folder)?;
    }
    fs::create_dir(folder)?;
    file(&folder.join(MARK), MARK_TEXT)?;
    for page in pages {
        let path = folder.join(&page.path);
        if let Some(parent) = path.parent().filter(|parent| !parent.is_dir()) {
            fs::create_dir(parent)?;
        }
        file(&path, &page.content)?;
    }
    sync(&folder.join("policies"))?;
    sync(folder)
}

fn file(path: &Path, text: &str) -> io::Result<()> {
    let mut file = File::create_new(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

fn swap(out: &Path, new: &Path, old: &Path, replaces: bool) -> io::Result<()> {
    if replaces {
        fs::rename(out, old)?;
    }
    if let Err(error) = fs::rename(new, out) {
        if replaces {
            fs::rename(old, out)?;
        }
        return Err(error);
    }
    let parent = out.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    sync(parent)
}

/// A new name is in a folder, and the folder must reach the disk as well.
fn sync(folder: &Path) -> io::Result<()> {
    if cfg!(unix) && folder.is_dir() { File::open(folder)?.sync_all() } else { Ok(()) }
}
