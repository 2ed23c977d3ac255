//! Sorting of more lines than memory should hold.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, Seek, SeekFrom, Write};

use crate::source::temporary;

/// How much is held before it goes to a temporary file.
const HELD_BYTES_MAX: usize = 32 << 20;

/// Lines that come out in the order of their bytes, each once.
pub(crate) struct Sorter {
    held: Vec<u8>,
    /// Where each held line ends.
    ends: Vec<usize>,
    runs: Vec<File>,
    limit: usize,
}

impl Default for Sorter {
    fn default() -> Self {
        Self::with_limit(HELD_BYTES_MAX)
    }
}

impl Sorter {
    fn with_limit(limit: usize) -> Self {
        Self { held: Vec::new(), ends: Vec::new(), runs: Vec::new(), limit }
    }

    /// Adds a line, without its line feed.
    pub(crate) fn push(&mut self, line: &[u8]) -> io::Result<()> {
        debug_assert!(!line.contains(&b'\n'), "INVARIANT: a line is one line");
        if self.held.len() + line.len() + self.ends.len() * size_of::<usize>() > self.limit {
            self.spill()?;
        }
        self.held.extend_from_slice(line);
        self.ends.push(self.held.len());
        Ok(())
    }

    fn sorted(&self) -> Vec<&[u8]> {
        let mut start = 0;
        let mut lines: Vec<&[u8]> = Vec::with_capacity(self.ends.len());
        for end in &self.ends {
            lines.push(&self.held[start..*end]);
            start = *end;
        }
        lines.sort_unstable();
        lines.dedup();
        lines
    }

    fn spill(&mut self) -> io::Result<()> {
        let mut writer = BufWriter::new(temporary()?);
        for line in self.sorted() {
            writer.write_all(line)?;
            writer.write_all(b"\n")?;
        }
        let mut file = writer.into_inner().map_err(io::IntoInnerError::into_error)?;
        file.seek(SeekFrom::Start(0))?;
        self.runs.push(file);
        self.held.clear();
        self.ends.clear();
        Ok(())
    }

    /// Hands out every line in order.
    pub(crate) fn finish(mut self, each: &mut dyn FnMut(&[u8]) -> io::Result<()>) -> io::Result<()> {
        if self.runs.is_empty() {
            return self.sorted().into_iter().try_for_each(each);
        }
        self.spill()?;
        let mut runs: Vec<_> = self.runs.drain(..).map(BufReader::new).collect();
        let mut heap = BinaryHeap::new();
        for (index, run) in runs.iter_mut().enumerate() {
            heap.extend(next(run)?.map(|line| Reverse((line, index))));
        }
        let mut last: Option<Vec<u8>> = None;
        while let Some(Reverse((line, index))) = heap.pop() {
            if last.as_ref() != Some(&line) {
                each(&line)?;
            }
            last = Some(line);
            heap.extend(next(&mut runs[index])?.map(|line| Reverse((line, index))));
        }
        Ok(())
    }
}

fn next(run: &mut impl BufRead) -> io::Result<Option<Vec<u8>>> {
    let mut line = Vec::new();
    let count = run.read_until(b'\n', &mut line)?;
    line.pop_if(|last| *last == b'\n');
    Ok((count > 0).then_some(line))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn lines_come_out_sorted_whatever_is_held(
            lines in prop::collection::vec("[a-z]{0,6}", 0..60),
            limit in 1usize..400,
        ) {
            let mut sorter = Sorter::with_limit(limit);
            for line in &lines {
                sorter.push(line.as_bytes()).unwrap();
            }
            let mut out = Vec::new();
            sorter.finish(&mut |line| { out.push(String::from_utf8(line.to_vec()).unwrap()); Ok(()) }).unwrap();
            let mut expected = lines;
            expected.sort();
            expected.dedup();
            prop_assert_eq!(out, expected);
        }
    }
}
