//! The ICD-10-CM order file: fixed columns, one line for each code.

use std::io::Read;

use codes::IcdCode;

use super::{each_line, refused, row};
use crate::layout::{Taken, text};

/// What the table's columns hold.
pub(crate) const TABLE: &[&str] = &["code", "billable", "description"];

/// Where the columns of a line stand: order number, code, whether it may be billed, short and long description.
const CODE: std::ops::Range<usize> = 6..13;
const BILLABLE: usize = 14;
const SHORT: usize = 16;
const LONG: usize = 77;

/// Whether these are the first bytes of an order file.
pub(crate) fn is_order_file(head: &[u8]) -> bool {
    let mut lines = head.split(|byte| *byte == b'\n').filter(|line| !line.trim_ascii().is_empty());
    lines.next().is_some_and(|line| line.len() > SHORT && parts(line).is_some())
}

fn parts(line: &[u8]) -> Option<(&str, bool)> {
    let number = line.get(..5)?;
    let code = std::str::from_utf8(line.get(CODE)?).ok()?.trim_end();
    let billable = match line.get(BILLABLE)? {
        b'0' => false,
        b'1' => true,
        _ => return None,
    };
    let form = number.iter().all(u8::is_ascii_digit) && line[5] == b' ' && line[13] == b' ';
    (form && code.len() >= 3).then_some((code, billable))
}

/// Reads every line.
pub(crate) fn read(
    from: impl Read,
    each: &mut dyn FnMut(u64, Taken) -> std::io::Result<()>,
) -> Result<(), (u64, String)> {
    each_line(from, &mut |number, line| each(number, take(line)))
}

fn take(line: &[u8]) -> Taken {
    let Some((code, billable)) = parts(line) else { return refused("the columns are not where they belong") };
    let Ok(code) = code.parse::<IcdCode>() else { return refused(format!("`{code}` is no diagnosis code")) };
    let description = line.get(LONG..).filter(|long| !long.trim_ascii().is_empty()).or_else(|| line.get(SHORT..));
    row(&[code.as_str(), if billable { "1" } else { "0" }, &text(description.unwrap_or_default())])
}
