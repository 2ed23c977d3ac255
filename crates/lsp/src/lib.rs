//! A language server for policy files (`.cov`), as editors speak to one over standard input and output.
//!
//! The protocol is JSON-RPC in frames with a length. The few messages that are needed are read from plain JSON; a crate with the
//! types of the whole protocol would cost more to build than this server. [`Server`] is pure: a message goes in, messages come out.
//! [`serve`] puts it between a reader and a writer.

mod actions;
mod completion;
mod definition;
mod document;
mod format;
mod frames;
mod hover;
mod position;
mod server;
mod symbols;

use std::io::{BufRead, Write};

use library::Library;

pub use document::{DOCUMENT_BYTES_MAX, DOCUMENTS_MAX};
pub use frames::{FRAME_BYTES_MAX, FrameError, HEADER_BYTES_MAX, read as read_frame, write as write_frame};
pub use position::{Lines, Position};
pub use server::Server;

/// How a session ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// The editor said good-bye: `shutdown`, then `exit`.
    Orderly,
    /// It left without.
    Abrupt,
}

/// Where a file of the library lies, as an address that an editor can open; the argument is its name in
/// [`Library::sources`](library::Library::sources).
pub type Locate<'a> = dyn Fn(&str) -> Option<String> + 'a;

/// Answers messages until the editor leaves.
///
/// # Errors
/// When a frame cannot be read, after which nobody knows where the next one begins, or an answer cannot be written.
pub fn serve(
    library: &Library,
    locate: &Locate<'_>,
    input: &mut impl BufRead,
    output: &mut impl Write,
) -> Result<Ended, FrameError> {
    let mut server = Server::new(library, locate);
    while let Some(message) = frames::read(input)? {
        for answer in server.handle(&message) {
            frames::write(output, answer.as_bytes())?;
        }
        if let Some(ended) = server.ended() {
            return Ok(ended);
        }
    }
    Ok(Ended::Abrupt)
}
