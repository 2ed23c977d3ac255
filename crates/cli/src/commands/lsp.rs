//! `covered lsp`: an editor's help with policy files, over standard input and output.

use std::fmt::Write as _;
use std::path::Path;

use lsp::{Ended, FrameError};

use crate::Done;
use crate::args::LibraryArguments;
use crate::output::Failure;
use crate::source;

pub(crate) fn run(arguments: &LibraryArguments) -> Result<Done, Failure> {
    let library = source::library(arguments)?;
    let (mut input, mut output) = (std::io::stdin().lock(), std::io::stdout().lock());
    match lsp::serve(&library, &address, &mut input, &mut output) {
        Ok(Ended::Orderly) => Ok(Done::Answered),
        Ok(Ended::Abrupt) => Ok(Done::FoundErrors),
        Err(FrameError::Io(error)) if error.kind() == std::io::ErrorKind::BrokenPipe => Err(Failure::Closed),
        Err(error) => Err(Failure::Errors(format!(
            "error[I0007]: {error}\n  = help: an editor starts this command and speaks the language server protocol to it; docs/editors.md says how"
        ))),
    }
}

/// The address of a library file that lies on this disk: one of `--library`, or `library/…` below the folder that the editor works in.
fn address(name: &str) -> Option<String> {
    let path = Path::new(name).canonicalize().ok()?;
    let path = path.to_str()?.replace('\\', "/");
    let mut address = String::from(if path.starts_with('/') { "file://" } else { "file:///" });
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"/-._~".contains(&byte) {
            address.push(char::from(byte));
        } else {
            let _ = write!(address, "%{byte:02X}");
        }
    }
    Some(address)
}
