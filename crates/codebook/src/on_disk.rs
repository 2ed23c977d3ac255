//! Rows of a table by their first column, read from where they lie: a few blocks of the file, never all of it.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom};

/// Where what is left to search is this small, it is read line by line.
const LINEAR_BYTES: u64 = 16 * 1024;
/// No line of a table is longer; a longer one is damage.
const LINE_BYTES_MAX: u64 = 1024 * 1024;

/// A sorted table of lines that stays on disk.
#[derive(Debug)]
pub(crate) struct OnDisk {
    file: BufReader<File>,
    length: u64,
}

impl OnDisk {
    /// The table in this file.
    pub(crate) fn new(file: File) -> io::Result<Self> {
        let length = file.metadata()?.len();
        Ok(Self { file: BufReader::with_capacity(4 * 1024, file), length })
    }

    /// Passes each line that begins with `prefix` on, in order, until `each` has seen enough.
    pub(crate) fn beginning_with(&mut self, prefix: &str, each: &mut dyn FnMut(&str) -> bool) -> io::Result<()> {
        self.seek_near(prefix)?;
        let mut line = Vec::new();
        while self.line(&mut line)? {
            if !line.starts_with(prefix.as_bytes()) {
                if line.as_slice() > prefix.as_bytes() {
                    break;
                }
                continue;
            }
            let text = std::str::from_utf8(&line).map_err(|_| damaged("it is no text"))?;
            if !each(text) {
                break;
            }
        }
        Ok(())
    }

    /// Goes to the start of a line that is not after the first one wanted, and near it.
    fn seek_near(&mut self, wanted: &str) -> io::Result<()> {
        // Every line that starts before `low` is before `wanted`; none that starts at `high` or later is.
        let (mut low, mut high) = (0, self.length);
        let mut line = Vec::new();
        while high - low > LINEAR_BYTES {
            let middle = low + (high - low) / 2;
            self.file.seek(SeekFrom::Start(middle))?;
            let skipped = self.skip_line()?;
            let start = middle + skipped;
            if start >= high || !self.line(&mut line)? {
                high = middle;
            } else if line.as_slice() < wanted.as_bytes() {
                low = start;
            } else {
                high = start;
            }
        }
        self.file.seek(SeekFrom::Start(low))?;
        Ok(())
    }

    /// The next line, without its end; false at the end of the table.
    fn line(&mut self, line: &mut Vec<u8>) -> io::Result<bool> {
        line.clear();
        self.file.by_ref().take(LINE_BYTES_MAX).read_until(b'\n', line)?;
        match line.pop() {
            None => Ok(false),
            Some(b'\n') => Ok(true),
            Some(_) => Err(damaged("a line breaks off")),
        }
    }

    fn skip_line(&mut self) -> io::Result<u64> {
        let mut skipped = 0;
        loop {
            let block = self.file.fill_buf()?;
            let end = block.iter().position(|byte| *byte == b'\n');
            let used = end.map_or(block.len(), |at| at + 1);
            if used == 0 {
                return Ok(skipped);
            }
            self.file.consume(used);
            skipped += used as u64;
            if end.is_some() {
                return Ok(skipped);
            }
        }
    }
}

fn damaged(cause: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, cause)
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    #[test]
    fn every_row_is_found_and_no_other() {
        let path = std::env::temp_dir().join(format!("codebook-on-disk-{}", std::process::id()));
        let keys: Vec<String> = (0..5_000).map(|number| format!("K{:05}", number * 2)).collect();
        let mut file = File::create(&path).unwrap();
        for key in &keys {
            writeln!(file, "{key}\t{}", "x".repeat(key.len() * usize::from(key.as_bytes()[5]) % 300)).unwrap();
        }
        let mut table = OnDisk::new(File::open(&path).unwrap()).unwrap();
        let mut count = |prefix: &str| {
            let mut count = 0;
            table
                .beginning_with(prefix, &mut |_| {
                    count += 1;
                    true
                })
                .unwrap();
            count
        };
        for key in &keys {
            assert_eq!(count(&format!("{key}\t")), 1, "{key}");
        }
        for number in (1..10_000).step_by(2) {
            assert_eq!(count(&format!("K{number:05}\t")), 0);
        }
        assert_eq!(count(""), 5_000);
        assert_eq!(count("K0123"), 5);
        assert_eq!(count("A"), 0);
        assert_eq!(count("Z"), 0);
        std::fs::remove_file(&path).unwrap();
    }

    #[test]
    fn a_line_that_breaks_off_is_damage() {
        let path = std::env::temp_dir().join(format!("codebook-cut-{}", std::process::id()));
        std::fs::write(&path, "A\t1\nB\t").unwrap();
        let mut table = OnDisk::new(File::open(&path).unwrap()).unwrap();
        let error = table.beginning_with("B", &mut |_| true).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::InvalidData);
        std::fs::remove_file(&path).unwrap();
    }
}
