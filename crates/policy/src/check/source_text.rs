//! W150 and W151 where the author has the text of the source: whether it is the text that was read, and whether it says what is quoted.

use super::finding;
use crate::ast::{Criterion, ExprKind, PolicyFile};
use crate::diagnostic::{Diagnostic, Severity};

/// Findings about one policy and the text of its source; `sha256` is the hash of the text as it is kept, in hexadecimal digits.
///
/// A quote is found whatever blanks, line ends, dashes and quotation marks of either text look like; letters have to be the same.
#[must_use]
pub fn against(file: &PolicyFile, text: &str, sha256: &str) -> Vec<Diagnostic> {
    let mut findings = Vec::new();
    if let Some(read) = &file.source.sha256
        && !read.value.eq_ignore_ascii_case(sha256)
    {
        let message = format!("the source of `{}` is another text than the one that was read", file.id.value);
        findings.push(
            Diagnostic::new(&finding::OLD, Severity::Warning, message)
                .at(file.file, read.span, format!("the text now has {sha256}"))
                .help("read it again: note the new day and hash if it says the same, else write the new version"),
        );
    }
    let text = folded(text);
    let conditions = file.unless.iter().map(|excuse| &excuse.condition);
    let mut pending: Vec<&Criterion> =
        file.clauses.iter().flat_map(|clause| &clause.criteria).chain(conditions).collect();
    while let Some(criterion) = pending.pop() {
        if let ExprKind::All(members) | ExprKind::Any(members) | ExprKind::AtLeast { members, .. } =
            &criterion.expr.kind
        {
            pending.extend(members);
        }
        let Some(quote) = criterion.quote.as_ref().filter(|quote| !text.contains(&folded(&quote.value))) else {
            continue;
        };
        findings.push(
            Diagnostic::new(&finding::NO_CITATION, Severity::Warning, "the source does not say this")
                .at(file.file, quote.span, "not in the text that was given")
                .help("quote the source word for word, without leaving anything out; or check that this is its text"),
        );
    }
    findings.sort_by_key(|finding| finding.labels.first().map(|label| label.span));
    findings
}

/// A text with one blank for each stretch of blanks, and one form of each dash and quotation mark.
fn folded(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for letter in text.chars() {
        let letter = match letter {
            // A soft hyphen and blanks of no width only say where a line may end.
            '\u{ad}' | '\u{200b}' | '\u{2060}' | '\u{feff}' => continue,
            '\u{2018}' | '\u{2019}' => '\'',
            '\u{201c}' | '\u{201d}' => '"',
            '\u{2010}'..='\u{2015}' | '\u{2212}' => '-',
            letter if letter.is_whitespace() => ' ',
            letter => letter,
        };
        if letter != ' ' || !folded.ends_with(' ') {
            folded.push(letter);
        }
    }
    folded.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::folded;

    #[test]
    fn what_only_looks_different_is_the_same() {
        let one = folded("  Fifteen\u{a0}or more\r\n\theadache\u{ad} days \u{2013} \u{201c}each month\u{201d} ");
        assert_eq!(one, "Fifteen or more headache days - \"each month\"");
        assert_ne!(one, folded("fifteen or more headache days - \"each month\""));
    }
}
