//! The file: a first line, a header that says which key opens it, and sealed pieces.
//!
//! Each piece is sealed for its number, and the last one for being the last: pieces cannot be changed, left out, exchanged or cut off.

use std::io::{self, Read, Write};

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::Id;
use crate::root::RootKey;
use crate::seal::{self, Key, Place};

const FIRST_LINE: &[u8] = b"covered backup 1\n";

/// What is sealed at once.
const PIECE_BYTES: usize = 1 << 20;

/// A piece, its header and its tag.
const SEALED_BYTES_MAX: u32 = PIECE_BYTES as u32 + 256;

/// A header is a name and a wrapped key.
const HEADER_BYTES_MAX: u32 = 4096;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    backup: String,
    root_key: String,
    wrapped: String,
}

fn wrapped_for(backup: &str) -> String {
    format!("backup/{backup}")
}

fn column(piece: u64, is_last: bool) -> String {
    format!("{piece}{}", if is_last { " last" } else { "" })
}

/// Seals what is written to it.
pub(crate) struct Writer<W> {
    to: W,
    backup: String,
    key: Key,
    plain: Zeroizing<Vec<u8>>,
    piece: u64,
}

impl<W: Write> Writer<W> {
    pub(crate) fn new(mut to: W, backup: &str, key: Key, root: &dyn RootKey) -> io::Result<Writer<W>> {
        let wrapped = root.wrap(&wrapped_for(backup), &key.secret);
        let header = Header {
            backup: backup.to_string(),
            root_key: root.name(),
            wrapped: data_encoding::BASE64.encode(&wrapped),
        };
        let header = serde_json::to_vec(&header)?;
        to.write_all(FIRST_LINE)?;
        to.write_all(&u32::try_from(header.len()).expect("a header is short").to_be_bytes())?;
        to.write_all(&header)?;
        let plain = Zeroizing::new(Vec::with_capacity(PIECE_BYTES));
        Ok(Writer { to, backup: backup.to_string(), key, plain, piece: 0 })
    }

    fn seal(&mut self, is_last: bool) -> io::Result<()> {
        let column = column(self.piece, is_last);
        let sealed = seal::seal(&self.key, Place { table: "backup", id: &self.backup, column: &column }, &self.plain);
        self.to.write_all(&u32::try_from(sealed.len()).expect("a piece is short").to_be_bytes())?;
        self.to.write_all(&sealed)?;
        self.plain.clear();
        self.piece += 1;
        Ok(())
    }

    /// Seals what is left as the last piece.
    pub(crate) fn finish(mut self) -> io::Result<W> {
        self.seal(true)?;
        self.to.flush()?;
        Ok(self.to)
    }
}

impl<W: Write> Write for Writer<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // A full piece waits until something follows it: it may be the last.
        if self.plain.len() == PIECE_BYTES {
            self.seal(false)?;
        }
        let taken = bytes.len().min(PIECE_BYTES - self.plain.len());
        self.plain.extend_from_slice(&bytes[..taken]);
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Why a file does not open.
#[derive(Debug)]
pub(super) enum OpenError {
    /// The system does not give it.
    Io(io::Error),
    /// It is no backup.
    Kind,
    /// Another root key wrapped its key.
    RootKey {
        /// Which.
        needed: String,
    },
    /// A piece is not as it was sealed.
    Piece(u64),
}

/// Opens piece after piece.
pub(super) struct Reader<R> {
    from: R,
    backup: String,
    key: Key,
    plain: Zeroizing<Vec<u8>>,
    at: usize,
    piece: u64,
    is_at_end: bool,
}

impl<R: Read> Reader<R> {
    pub(super) fn new(mut from: R, root: &dyn RootKey) -> Result<Reader<R>, OpenError> {
        let mut first = [0; FIRST_LINE.len()];
        let short = |error: io::Error| match error.kind() {
            io::ErrorKind::UnexpectedEof => OpenError::Kind,
            _ => OpenError::Io(error),
        };
        from.read_exact(&mut first).map_err(short)?;
        if first != FIRST_LINE {
            return Err(OpenError::Kind);
        }
        let mut length = [0; 4];
        from.read_exact(&mut length).map_err(short)?;
        let length = u32::from_be_bytes(length);
        if length > HEADER_BYTES_MAX {
            return Err(OpenError::Kind);
        }
        let mut header = vec![0; length as usize];
        from.read_exact(&mut header).map_err(short)?;
        let header: Header = serde_json::from_slice(&header).map_err(|_| OpenError::Kind)?;
        if header.root_key != root.name() {
            return Err(OpenError::RootKey { needed: header.root_key });
        }
        let wrapped = data_encoding::BASE64.decode(header.wrapped.as_bytes()).map_err(|_| OpenError::Kind)?;
        let secret = root.unwrap(&wrapped_for(&header.backup), &wrapped).ok_or(OpenError::Kind)?;
        let id: Id<Key> = header.backup.parse().map_err(|_| OpenError::Kind)?;
        let key = Key { id, secret };
        let plain = Zeroizing::new(Vec::new());
        Ok(Reader { from, backup: header.backup, key, plain, at: 0, piece: 0, is_at_end: false })
    }

    pub(super) fn backup(&self) -> &str {
        &self.backup
    }

    /// Exactly so many bytes.
    pub(super) fn take(&mut self, count: usize) -> Result<Vec<u8>, OpenError> {
        let mut taken = Vec::with_capacity(count.min(PIECE_BYTES));
        while taken.len() < count {
            if self.at == self.plain.len() {
                if self.is_at_end {
                    return Err(OpenError::Piece(self.piece));
                }
                self.open()?;
                continue;
            }
            let end = self.plain.len().min(self.at + count - taken.len());
            taken.extend_from_slice(&self.plain[self.at..end]);
            self.at = end;
        }
        Ok(taken)
    }

    /// Whether everything was taken, and the file ends here too.
    pub(super) fn is_done(&mut self) -> Result<bool, OpenError> {
        while self.at == self.plain.len() && !self.is_at_end {
            self.open()?;
        }
        let mut more = [0];
        Ok(self.at == self.plain.len() && self.from.read(&mut more).map_err(OpenError::Io)? == 0)
    }

    fn open(&mut self) -> Result<(), OpenError> {
        let bad = OpenError::Piece(self.piece);
        let piece = |error: io::Error, piece: u64| match error.kind() {
            io::ErrorKind::UnexpectedEof => OpenError::Piece(piece),
            _ => OpenError::Io(error),
        };
        let mut length = [0; 4];
        self.from.read_exact(&mut length).map_err(|error| piece(error, self.piece))?;
        let length = u32::from_be_bytes(length);
        if length > SEALED_BYTES_MAX {
            return Err(bad);
        }
        let mut sealed = vec![0; length as usize];
        self.from.read_exact(&mut sealed).map_err(|error| piece(error, self.piece))?;
        let opened = [false, true].into_iter().find_map(|is_last| {
            let column = column(self.piece, is_last);
            let place = Place { table: "backup", id: &self.backup, column: &column };
            seal::open(&self.key, place, &sealed).ok().map(|plain| (plain, is_last))
        });
        let Some((plain, is_last)) = opened else { return Err(bad) };
        (self.plain, self.at, self.is_at_end) = (plain, 0, is_last);
        self.piece += 1;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use proptest::prelude::*;

    use super::*;
    use crate::root::LocalRoot;

    fn file(root: &LocalRoot, plain: &[u8]) -> Vec<u8> {
        let key = Key::random(Id::new(Timestamp::UNIX_EPOCH));
        let mut writer = Writer::new(Vec::new(), &key.id.to_string(), key, root).unwrap();
        writer.write_all(plain).unwrap();
        writer.finish().unwrap()
    }

    fn read(root: &LocalRoot, file: &[u8], count: usize) -> Result<Option<Vec<u8>>, OpenError> {
        let mut reader = Reader::new(file, root)?;
        let plain = reader.take(count)?;
        Ok(reader.is_done()?.then_some(plain))
    }

    #[test]
    fn what_was_written_is_read_at_every_edge_of_a_piece() {
        let root = LocalRoot::random();
        for length in [0, 1, PIECE_BYTES - 1, PIECE_BYTES, PIECE_BYTES + 1, 2 * PIECE_BYTES, 2 * PIECE_BYTES + 9] {
            let plain: Vec<u8> = (0..length).map(|at| (at % 251) as u8).collect();
            let file = file(&root, &plain);
            assert!(read(&root, &file, length).unwrap() == Some(plain), "{length}");
            assert!(length == 0 || read(&root, &file, length - 1).unwrap().is_none(), "{length}");
            assert!(matches!(read(&root, &file, length + 1), Err(OpenError::Piece(_))), "{length}");
        }
    }

    #[test]
    fn pieces_are_not_exchanged_and_none_is_left_out() {
        let root = LocalRoot::random();
        let whole = file(&root, &vec![7; 3 * PIECE_BYTES]);
        // The length of a piece stands before it.
        let at = FIRST_LINE.len();
        let at = at + 4 + u32::from_be_bytes(whole[at..at + 4].try_into().unwrap()) as usize;
        let piece = 4 + u32::from_be_bytes(whole[at..at + 4].try_into().unwrap()) as usize;
        let swapped =
            [&whole[..at], &whole[at + piece..at + 2 * piece], &whole[at..at + piece], &whole[at + 2 * piece..]]
                .concat();
        assert!(matches!(read(&root, &swapped, 3 * PIECE_BYTES), Err(OpenError::Piece(0))));
        let shorter = [&whole[..at + piece], &whole[at + 2 * piece..]].concat();
        assert!(matches!(read(&root, &shorter, 2 * PIECE_BYTES), Err(OpenError::Piece(1))));
        let cut = &whole[..at + 2 * piece];
        assert!(read(&root, cut, 2 * PIECE_BYTES).is_err());
        let longer = [&whole[..], b"x"].concat();
        assert!(read(&root, &longer, 3 * PIECE_BYTES).unwrap().is_none());
        let other = LocalRoot::random();
        assert!(matches!(read(&other, &whole, 1), Err(OpenError::RootKey { needed }) if needed == root.name()));
    }

    proptest! {
        #[test]
        fn no_bit_may_change(plain in proptest::collection::vec(any::<u8>(), 0..200), at in any::<proptest::sample::Index>(), bit in 0..8) {
            let root = LocalRoot::random();
            let mut file = file(&root, &plain);
            let at = at.index(file.len());
            file[at] ^= 1_u8 << bit;
            // The header is JSON: a changed letter may be read as another key's name, and never as this backup.
            prop_assert!(read(&root, &file, plain.len()).ok().flatten().is_none());
        }

        #[test]
        fn anything_may_be_in_a_file(rest in proptest::collection::vec(any::<u8>(), 0..300)) {
            let root = LocalRoot::random();
            prop_assert!(read(&root, &[FIRST_LINE, &rest].concat(), 1).is_err());
        }
    }
}
