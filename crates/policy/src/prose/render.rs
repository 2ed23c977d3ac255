//! The page as text of a fixed width.

use super::{Item, Page, Part};

/// Columns by which a member of a group is indented under its group.
const DEPTH_COLUMNS: usize = 2;
/// Longest line to write on, in characters.
const BLANK_CHARACTERS: usize = 40;

/// The page as lines of at most `width` characters; addresses and fingerprints are not broken.
#[must_use]
pub fn text(page: &Page, width: usize) -> String {
    let mut out = Lines { out: String::new(), width };
    out.heading(&page.title, '=');
    for section in &page.sections {
        out.out.push('\n');
        out.heading(&section.heading, '-');
        for part in &section.parts {
            match part {
                Part::Text(text) => out.wrapped(text, "", 0),
                Part::Item(item) => out.item(item),
                Part::Blank(words) => out.out.push_str(&format!("\n{words:<24}{}\n", "_".repeat(BLANK_CHARACTERS))),
            }
        }
    }
    out.out
}

struct Lines {
    out: String,
    width: usize,
}

impl Lines {
    fn heading(&mut self, text: &str, mark: char) {
        self.wrapped(text, "", 0);
        let length = text.chars().count().min(self.width);
        self.out.extend(std::iter::repeat_n(mark, length));
        self.out.push('\n');
    }

    fn item(&mut self, item: &Item) {
        let indent = " ".repeat(DEPTH_COLUMNS * item.depth);
        let label = item.label.as_ref().map(|label| format!("[{label}] ")).unwrap_or_default();
        let first = format!("{indent}{} ", item.number);
        let column = first.chars().count();
        self.wrapped(&format!("{label}{}", item.says), &first, column);
        let below = " ".repeat(column);
        for note in &item.notes {
            self.wrapped(note, &format!("{below}- "), column + 2);
        }
    }

    /// Writes a paragraph that begins with `first`; the lines after it are indented by `column`.
    fn wrapped(&mut self, text: &str, first: &str, column: usize) {
        self.out.push_str(first);
        let mut at = first.chars().count();
        let mut line_has_word = false;
        for word in text.split_whitespace() {
            let length = word.chars().count();
            if line_has_word && at + 1 + length > self.width {
                self.out.push('\n');
                self.out.extend(std::iter::repeat_n(' ', column));
                at = column;
            } else if line_has_word {
                self.out.push(' ');
                at += 1;
            }
            self.out.push_str(word);
            at += length;
            line_has_word = true;
        }
        self.out.push('\n');
    }
}
