//! Builds the page.
//!
//! `cargo run --release -p page-build` writes `target/page/covered.html`. With `--toolchain rustup` or `--toolchain system` the
//! compiler is chosen; otherwise rustup's is used where it has or can fetch the target `wasm32-unknown-unknown`, and the
//! system's, with its library sources (Debian: `rustc-web cargo-web rust-web-src lld-19`), where not.

mod assemble;
mod module;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::{env, fs, io};

use module::Toolchain;

/// Why there is no page.
#[derive(Debug, thiserror::Error)]
enum Failure {
    /// Unknown arguments.
    #[error("usage: page-build [--toolchain rustup|system]")]
    Usage,
    /// A file could not be read or written.
    #[error("cannot use `{}`: {source}", .path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// A program did not work.
    #[error("{0}")]
    Program(String),
    /// The parts do not make a page.
    #[error(transparent)]
    Page(#[from] assemble::AssembleError),
    /// The library of this program is broken.
    #[error(transparent)]
    Library(#[from] library::LibraryError),
}

fn main() -> ExitCode {
    match run() {
        Ok(said) => {
            println!("{said}");
            ExitCode::SUCCESS
        }
        Err(failure) => {
            eprintln!("error: {failure}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<String, Failure> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let wanted = match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => None,
        ["--toolchain", "rustup"] => Some(Toolchain::Rustup),
        ["--toolchain", "system"] => Some(Toolchain::System),
        _ => return Err(Failure::Usage),
    };
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../..");
    let root = root.canonicalize().map_err(|source| Failure::File { path: root, source })?;
    let target = env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from).join("page");
    let (toolchain, engine) = module::build(&root, &target, wanted)?;
    let library = library::Library::embedded()?;
    let parts = assemble::Parts {
        front: &root.join("crates/page/front"),
        engine: &read(&engine)?,
        version: library.version(),
        sha256: library.sha256(),
    };
    let page = assemble::assemble(&parts)?;
    let path = target.join("covered.html");
    // Whole or not at all: a half page must not pass for one.
    let half = target.join("covered.html.new");
    fs::write(&half, &page).map_err(|source| Failure::File { path: half.clone(), source })?;
    fs::rename(&half, &path).map_err(|source| Failure::File { path: half, source })?;
    Ok(format!("{} ({} bytes; module by {toolchain})", path.display(), page.len()))
}

fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    fs::read(path).map_err(|source| Failure::File { path: path.to_owned(), source })
}
