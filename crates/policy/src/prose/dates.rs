//! Days and lists in words.

use jiff::civil::Date;

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// A day as people write it: `February 15, 2026`.
///
/// ```
/// assert_eq!(policy::prose::day(jiff::civil::date(2026, 2, 15)), "February 15, 2026");
/// ```
#[must_use]
pub fn day(date: Date) -> String {
    let month = MONTHS[usize::try_from(date.month() - 1).expect("INVARIANT: months are 1 to 12")];
    format!("{month} {}, {}", date.day(), date.year())
}

/// `a, b or c`, with this word before the last.
pub(super) fn joined<T: AsRef<str>>(texts: &[T], before_last: &str) -> String {
    let texts: Vec<&str> = texts.iter().map(AsRef::as_ref).collect();
    match texts.split_last() {
        None => String::new(),
        Some((only, [])) => (*only).to_owned(),
        Some((last, others)) => format!("{} {before_last} {last}", others.join(", ")),
    }
}

/// The text with its first letter as a capital.
pub(super) fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// The text as a sentence: it ends with a mark.
pub(super) fn sentence(text: &str) -> String {
    let ends = text.ends_with(['.', '?', '!']) || text.ends_with(".)") || text.ends_with("?)");
    if ends { text.to_owned() } else { format!("{text}.") }
}
