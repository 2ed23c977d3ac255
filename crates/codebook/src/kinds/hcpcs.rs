//! The HCPCS text file: fixed columns, one record for each code and further ones where its description goes on.
//!
//! The columns are those of the record layout in the same archive (`HCPC2026_recordlayout.txt`).

use std::io::Read;

use super::{each_line, lists, refused};
use crate::layout::{Taken, text};

/// Where the columns of a record stand. A modifier is in the last two of `CODE`.
const CODE: std::ops::Range<usize> = 0..5;
const SEQUENCE: std::ops::Range<usize> = 5..10;
const RECORD: usize = 10;
const SHORT: std::ops::Range<usize> = 91..119;
const COVERAGE: std::ops::Range<usize> = 229..230;
const BETOS: std::ops::Range<usize> = 256..259;
const ADDED: std::ops::Range<usize> = 268..276;
const EFFECTIVE: std::ops::Range<usize> = 276..284;
const LAST: std::ops::Range<usize> = 284..292;
const ACTION: std::ops::Range<usize> = 292..293;

/// Whether these are the first bytes of such a file: every whole line begins with a code, five figures and a kind of record, and the
/// first is the first of its code.
pub(crate) fn is_record_file(head: &[u8]) -> bool {
    let lines: Vec<&[u8]> = head.split(|byte| *byte == b'\n').filter(|line| !line.trim_ascii().is_empty()).collect();
    // The last may be cut off.
    let whole = if lines.len() > 1 { &lines[..lines.len() - 1] } else { &lines[..] };
    let has_the_form = |line: &&[u8]| {
        line.len() > RECORD
            && line[SEQUENCE].iter().all(u8::is_ascii_digit)
            && matches!(line[RECORD], b'3' | b'4' | b'7' | b'8')
            && line[CODE].iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b' ')
    };
    let begins = |line: &&[u8]| line.len() > SHORT.start && matches!(line[RECORD], b'3' | b'7');
    whole.first().is_some_and(begins) && whole.iter().all(has_the_form)
}

/// Reads every line.
pub(crate) fn read(
    from: impl Read,
    each: &mut dyn FnMut(u64, Taken) -> std::io::Result<()>,
) -> Result<(), (u64, String)> {
    each_line(from, &mut |number, line| each(number, take(line)))
}

fn take(line: &[u8]) -> Taken {
    if line.len() <= RECORD {
        return refused("the record is too short");
    }
    // What follows the last column that is filled is cut off in some releases.
    let cell = |range: std::ops::Range<usize>| {
        let end = range.end.min(line.len());
        line.get(range.start..end).map_or_else(String::new, text)
    };
    let places = [CODE, RECORD..RECORD + 1, SHORT, COVERAGE, BETOS, ADDED, EFFECTIVE, LAST, ACTION];
    let cells = places.map(cell);
    (lists::HCPCS.take)(&cells.each_ref().map(String::as_str))
}
