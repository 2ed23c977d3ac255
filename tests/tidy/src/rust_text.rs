//! Rust source with its comments and literals told apart from its code.

/// What a stretch of source is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Code,
    Comment,
    /// A string or character between its quotes.
    Literal,
}

/// The source with comments and the insides of literals blanked; every byte keeps its place.
#[must_use]
pub fn code_only(source: &str) -> String {
    keep(source, Kind::Code)
}

/// The source with all but its comments blanked; every byte keeps its place.
#[must_use]
pub fn comments_only(source: &str) -> String {
    keep(source, Kind::Comment)
}

fn keep(source: &str, kept: Kind) -> String {
    let kinds = kinds(source.as_bytes());
    let bytes = source.bytes().zip(kinds).map(|(byte, kind)| if kind == kept || byte == b'\n' { byte } else { b' ' });
    String::from_utf8(bytes.collect()).expect("INVARIANT: characters are kept or blanked whole")
}

fn kinds(source: &[u8]) -> Vec<Kind> {
    let mut kinds = vec![Kind::Code; source.len()];
    let mut at = 0;
    while at < source.len() {
        let rest = &source[at..];
        let (kind, length) = if rest.starts_with(b"//") {
            (Kind::Comment, find(rest, b"\n"))
        } else if rest.starts_with(b"/*") {
            (Kind::Comment, block_comment(rest))
        } else if let Some(length) = raw_string(source, at) {
            (Kind::Literal, length)
        } else if rest[0] == b'"' {
            (Kind::Literal, quoted(rest, b'"'))
        } else if rest[0] == b'\'' && is_character(rest) {
            (Kind::Literal, quoted(rest, b'\''))
        } else {
            (Kind::Code, 1)
        };
        kinds[at..at + length].fill(kind);
        at += length;
    }
    kinds
}

/// Up to and without `end`, or all.
fn find(text: &[u8], end: &[u8]) -> usize {
    text.windows(end.len()).position(|window| window == end).unwrap_or(text.len())
}

fn block_comment(text: &[u8]) -> usize {
    let (mut depth, mut at) = (0, 0);
    while at < text.len() {
        if text[at..].starts_with(b"/*") {
            (depth, at) = (depth + 1, at + 2);
        } else if text[at..].starts_with(b"*/") {
            (depth, at) = (depth - 1, at + 2);
            if depth == 0 {
                return at;
            }
        } else {
            at += 1;
        }
    }
    text.len()
}

/// The length of a raw string that begins here: `r"…"`, `br#"…"#`.
fn raw_string(source: &[u8], at: usize) -> Option<usize> {
    if at > 0 && (source[at - 1].is_ascii_alphanumeric() || source[at - 1] == b'_') {
        return None;
    }
    let rest = &source[at..];
    let prefix = if rest.starts_with(b"br") || rest.starts_with(b"cr") { 2 } else { usize::from(rest[0] == b'r') };
    let hashes = rest[prefix..].iter().take_while(|byte| **byte == b'#').count();
    let open = prefix + hashes;
    if prefix == 0 || rest.get(open) != Some(&b'"') {
        return None;
    }
    let mut end = vec![b'"'];
    end.resize(hashes + 1, b'#');
    let inside = &rest[open + 1..];
    Some((open + 1 + find(inside, &end) + end.len()).min(rest.len()))
}

fn quoted(text: &[u8], quote: u8) -> usize {
    let mut at = 1;
    while at < text.len() {
        match text[at] {
            b'\\' => at += 2,
            byte if byte == quote => return at + 1,
            _ => at += 1,
        }
    }
    text.len()
}

/// Whether an apostrophe begins a character rather than a lifetime.
fn is_character(text: &[u8]) -> bool {
    match text.get(1) {
        Some(b'\\') => true,
        Some(first) if first.is_ascii() => text.get(2) == Some(&b'\''),
        Some(_) => find(text, b"'").max(find(&text[1..], b"'") + 1) <= 5,
        None => false,
    }
}

#[cfg(test)]
mod test {
    use super::{code_only, comments_only};

    #[test]
    fn comments_and_literals_are_not_code() {
        let source = "a /* b /* c */ d */ e // f\n\"g \\\" // h\" 'i' '\\'' 'é' &'j k r#\"l \" m\"# br\"n\" for\"o\"";
        let code: Vec<String> = code_only(source).split_whitespace().map(str::to_owned).collect();
        assert_eq!(code, ["a", "e", "&'j", "k", "for"]);
        let comments: Vec<String> = comments_only(source).split_whitespace().map(str::to_owned).collect();
        assert_eq!(comments, ["/*", "b", "/*", "c", "*/", "d", "*/", "//", "f"]);
    }

    #[test]
    fn an_open_literal_ends_with_the_text() {
        for source in ["\"a", "r#\"a", "'\\", "/* a", "\"\\"] {
            assert_eq!(code_only(source).trim(), "", "{source}");
        }
    }
}
