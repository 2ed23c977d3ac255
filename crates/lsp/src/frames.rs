//! Messages in frames: a header with the length, an empty line, and so many bytes.

use std::io::{self, BufRead, Read, Write};

/// Largest message: a policy file with every character escaped, several times over.
pub const FRAME_BYTES_MAX: usize = 4 << 20;

/// Longest header: two short lines are usual.
pub const HEADER_BYTES_MAX: usize = 4 << 10;

/// Why a session cannot go on.
#[derive(Debug, thiserror::Error)]
pub enum FrameError {
    /// Reading or writing failed.
    #[error("the editor cannot be reached: {0}")]
    Io(#[from] io::Error),
    /// The header is longer than [`HEADER_BYTES_MAX`] or ends in its middle.
    #[error("the header of a message is too long or not whole")]
    Header,
    /// No usable `Content-Length` in the header.
    #[error("the header of a message does not say how long it is")]
    NoLength,
    /// A message longer than [`FRAME_BYTES_MAX`].
    #[error("a message of {bytes} bytes is too long; {FRAME_BYTES_MAX} are read")]
    TooLong {
        /// What the header says.
        bytes: u64,
    },
    /// The input ends inside of a message.
    #[error("a message ends after {read} of {wanted} bytes")]
    Short {
        /// Bytes that came.
        read: usize,
        /// Bytes that the header promised.
        wanted: usize,
    },
}

/// The next message; `None` at the end of the input.
///
/// # Errors
/// When there is no whole message where one begins.
///
/// ```
/// let mut input = &b"Content-Length: 2\r\n\r\n{}"[..];
/// assert_eq!(lsp::read_frame(&mut input)?, Some(b"{}".to_vec()));
/// assert_eq!(lsp::read_frame(&mut input)?, None);
/// # Ok::<(), lsp::FrameError>(())
/// ```
pub fn read(input: &mut impl BufRead) -> Result<Option<Vec<u8>>, FrameError> {
    let mut left = HEADER_BYTES_MAX;
    let mut length = None;
    let mut begun = false;
    loop {
        let mut line = Vec::new();
        let read = input.by_ref().take(left as u64).read_until(b'\n', &mut line)?;
        if read == 0 && !begun {
            return Ok(None);
        }
        left -= read;
        if line.last() != Some(&b'\n') {
            return Err(FrameError::Header);
        }
        begun = true;
        let line = String::from_utf8_lossy(&line);
        let line = line.trim_end();
        if line.is_empty() {
            break;
        }
        if let Some((name, value)) = line.split_once(':')
            && name.eq_ignore_ascii_case("content-length")
        {
            let value: u64 = value.trim().parse().map_err(|_| FrameError::NoLength)?;
            length = Some(value);
        }
    }
    let bytes = length.ok_or(FrameError::NoLength)?;
    let wanted =
        usize::try_from(bytes).ok().filter(|wanted| *wanted <= FRAME_BYTES_MAX).ok_or(FrameError::TooLong { bytes })?;
    // Grows with what comes, not with what the header promises.
    let mut message = Vec::new();
    let read = input.by_ref().take(bytes).read_to_end(&mut message)?;
    if read < wanted {
        return Err(FrameError::Short { read, wanted });
    }
    Ok(Some(message))
}

/// Writes one message.
///
/// # Errors
/// When the editor has gone.
pub fn write(output: &mut impl Write, message: &[u8]) -> Result<(), FrameError> {
    write!(output, "Content-Length: {}\r\n\r\n", message.len())?;
    output.write_all(message)?;
    output.flush()?;
    Ok(())
}
