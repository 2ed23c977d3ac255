//! Writes the table of the files of `library/`: path, digest and, for all but the code tables, the content.
//!
//! The code tables are compiled into the crate `codes`; here only their digests count, so that the hash of the library
//! covers them.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

use sha2::{Digest as _, Sha256};

/// Files that take part in the library; anything else (notes for people) does not.
const EXTENSIONS: [&str; 4] = ["cov", "csv", "toml", "txt"];

/// Compiled into the crate `codes`.
const CODE_TABLES: &str = "codes/";

/// The rows that policies were written from: they decide nothing and take no part.
const SOURCES: &str = "sources";

fn main() -> io::Result<()> {
    let manifest = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets it"));
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it"));
    let root = manifest.join("../../library").canonicalize()?;
    println!("cargo::rerun-if-changed=build.rs");

    let mut paths = Vec::new();
    walk(&root, &mut paths)?;
    let mut files: Vec<(String, PathBuf)> = paths
        .into_iter()
        .filter(|path| !path.starts_with(root.join(SOURCES)))
        .map(|path| {
            let relative = path.strip_prefix(&root).expect("walked from the root");
            let parts: Vec<&str> = relative.iter().map(|part| part.to_str().expect("file names are ASCII")).collect();
            (parts.join("/"), path)
        })
        .collect();
    files.sort();

    let mut table = String::from("pub(crate) static EMBEDDED: &[super::Embedded] = &[\n");
    for (name, path) in &files {
        let digest: [u8; 32] = Sha256::digest(fs::read(path)?).into();
        let text =
            if name.starts_with(CODE_TABLES) { "None".to_owned() } else { format!("Some(include_str!({path:?}))") };
        writeln!(table, "    super::Embedded {{ path: {name:?}, text: {text}, digest: {digest:?} }},")
            .expect("writing to a string does not fail");
    }
    table.push_str("];\n");
    fs::write(out.join("embedded.rs"), table)
}

/// All library files below a folder; cargo looks at every folder again when something in it changes.
fn walk(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    println!("cargo::rerun-if-changed={}", folder.display());
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            walk(&path, files)?;
        } else if path.extension().is_some_and(|extension| EXTENSIONS.iter().any(|known| extension == *known)) {
            files.push(path);
        }
    }
    Ok(())
}
