//! Web pages: some owners publish a list as a table of a page and nothing else. Each table becomes CSV text, and is then read like any
//! other file.

/// The page of the place-of-service codes has under 1 MB.
pub(crate) const BYTES_MAX: u64 = 1 << 24;
/// The longest name of a character that is read: `#x10FFFF`.
const NAME_BYTES_MAX: usize = 8;
/// Tables within tables lay pages out; deeper ones are no lists.
const DEPTH_MAX: usize = 32;

/// Whether these are the first bytes of a page.
pub(crate) fn is_page(head: &[u8]) -> bool {
    let start = head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(head).trim_ascii_start();
    [&b"<!doctype html"[..], b"<html"]
        .iter()
        .any(|mark| start.get(..mark.len()).is_some_and(|beginning| beginning.eq_ignore_ascii_case(mark)))
}

/// Every table of a page as CSV.
pub(crate) fn tables(page: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut open: Vec<Table> = Vec::new();
    let mut rest = page;
    while let Some(at) = rest.find('<') {
        let (text, tag) = rest.split_at(at);
        if let Some(table) = open.last_mut() {
            table.text(text);
        }
        if let Some(comment) = tag.strip_prefix("<!--") {
            rest = comment.split_once("-->").map_or("", |(_, after)| after);
            continue;
        }
        let Some(end) = tag.find('>') else { break };
        let inside = tag[1..end].trim_end_matches('/');
        let name = inside.split(|c: char| c.is_whitespace()).next().unwrap_or_default().to_ascii_lowercase();
        rest = &tag[end + 1..];
        match name.as_str() {
            "script" | "style" => rest = from_closing(rest, &name),
            "table" if open.len() < DEPTH_MAX => open.push(Table::default()),
            "/table" => found.extend(open.pop().map(Table::csv)),
            _ => {
                if let Some(table) = open.last_mut() {
                    table.tag(&name);
                }
            }
        }
    }
    found.extend(open.into_iter().map(Table::csv));
    found
}

/// From where an element is closed; nothing if it never is.
fn from_closing<'p>(page: &'p str, name: &str) -> &'p str {
    let mut from = 0;
    while let Some(found) = page[from..].find("</") {
        let at = from + found;
        let closes = page.as_bytes().get(at + 2..at + 2 + name.len());
        if closes.is_some_and(|closes| closes.eq_ignore_ascii_case(name.as_bytes())) {
            return &page[at..];
        }
        from = at + 2;
    }
    ""
}

#[derive(Default)]
struct Table {
    rows: Vec<Vec<String>>,
    in_cell: bool,
}

impl Table {
    fn tag(&mut self, name: &str) {
        match name {
            "tr" => {
                self.rows.push(Vec::new());
                self.in_cell = false;
            }
            "td" | "th" => {
                if self.rows.is_empty() {
                    self.rows.push(Vec::new());
                }
                self.rows.last_mut().expect("INVARIANT: a row was opened").push(String::new());
                self.in_cell = true;
            }
            "/td" | "/th" | "/tr" => self.in_cell = false,
            // What stands on lines of its own is parted by a blank.
            "br" | "p" | "/p" | "div" | "li" => self.text(" "),
            _ => {}
        }
    }

    fn text(&mut self, text: &str) {
        if let Some(cell) = self.rows.last_mut().and_then(|row| row.last_mut()).filter(|_| self.in_cell) {
            cell.push_str(text);
        }
    }

    fn csv(self) -> String {
        let cell = |cell: &String| {
            let text = unescaped(cell).split_whitespace().collect::<Vec<_>>().join(" ");
            format!("\"{}\"", text.replace('"', "\"\""))
        };
        self.rows.iter().map(|row| row.iter().map(cell).collect::<Vec<_>>().join(",") + "\n").collect()
    }
}

/// A text without the names that HTML has for characters.
fn unescaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        let end = rest.bytes().take(NAME_BYTES_MAX + 1).position(|byte| byte == b';');
        let named = end.map(|end| (&rest[..end], &rest[end + 1..]));
        let character = named.and_then(|(name, _)| match name {
            "amp" => Some('&'),
            "lt" => Some('<'),
            "gt" => Some('>'),
            "quot" => Some('"'),
            "apos" => Some('\''),
            "nbsp" => Some(' '),
            _ => {
                let number = name.strip_prefix('#')?;
                let hexadecimal = number.strip_prefix(['x', 'X']);
                let value = hexadecimal.map_or_else(|| number.parse(), |digits| u32::from_str_radix(digits, 16));
                value.ok().and_then(char::from_u32)
            }
        });
        match (character, named) {
            (Some(character), Some((_, after))) => {
                out.push(character);
                rest = after;
            }
            _ => out.push('&'),
        }
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_table_is_read_through_its_dress() {
        let page = "<!DOCTYPE html><html><script>if (a<b) { '<table>' }</script><!-- <table> --><table class='x'>\
            <tr><th>Place of Service<br/>Code(s)</th><th>Name</th></tr>\n<tr><td><p>11</p></td><td>Office &amp; more, &#8220;a&#x201D;</td>\
            <tr><td>12<td><b>Home</b> <table><tr><td>within</table></table>";
        assert_eq!(
            tables(page),
            [
                "\"within\"\n",
                "\"Place of Service Code(s)\",\"Name\"\n\"11\",\"Office & more, \u{201c}a\u{201d}\"\n\"12\",\"Home\"\n"
            ]
        );
        assert!(is_page(page.as_bytes()));
        assert!(!is_page(b"code,name\n<html>,x"));
    }

    proptest! {
        #[test]
        fn whatever_is_there_ends(text in "(<|>|/|table|tr|td|script|!--|&#?x?[0-9a-z]{0,9};?|\\PC){0,60}") {
            let _ = tables(&text);
        }
    }
}
