//! What changed from one vintage to another.

use std::cmp::Ordering;

use crate::lookup::{Row, Table};

/// One difference.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Difference<'a> {
    /// Only in the second.
    Added(Row<'a>),
    /// Only in the first.
    Removed(Row<'a>),
    /// In both, with other cells.
    Changed(Row<'a>, Row<'a>),
}

/// The lines that differ, in the order of the tables. Lines of one key are set against each other one by one.
#[must_use]
pub fn differences<'a>(first: &'a Table, second: &'a Table) -> Vec<Difference<'a>> {
    let (mut left, mut right) = (first.all().peekable(), second.all().peekable());
    let mut found = Vec::new();
    loop {
        let order = match (left.peek(), right.peek()) {
            (None, None) => return found,
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some(a), Some(b)) => key(*a).cmp(&key(*b)),
        };
        match order {
            Ordering::Less => found.extend(left.next().map(Difference::Removed)),
            Ordering::Greater => found.extend(right.next().map(Difference::Added)),
            Ordering::Equal => {
                if let (Some(a), Some(b)) = (left.next(), right.next())
                    && a != b
                {
                    found.push(Difference::Changed(a, b));
                }
            }
        }
    }
}

/// What tells lines apart: the first two columns, since some tables have a code with and without a modifier.
fn key<'a>(row: Row<'a>) -> (&'a str, &'a str) {
    (row.cell(0), row.cell(1))
}
