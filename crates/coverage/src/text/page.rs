//! Lines of at most 80 columns.

/// Columns of a line.
pub(crate) const COLUMNS: usize = 80;

/// A text that grows by paragraphs.
#[derive(Clone, Debug, Default)]
pub(crate) struct Page {
    out: String,
}

impl Page {
    /// An empty line, unless there is one already.
    pub(crate) fn gap(&mut self) {
        if !self.out.is_empty() && !self.out.ends_with("\n\n") {
            self.out.push('\n');
        }
    }

    /// A heading after an empty line.
    pub(crate) fn heading(&mut self, text: &str) {
        self.gap();
        self.paragraph("", text);
    }

    /// An entry of a list.
    pub(crate) fn item(&mut self, text: &str) {
        self.wrapped("  - ", "    ", text);
    }

    /// A line that belongs to the entry above.
    pub(crate) fn below(&mut self, text: &str) {
        self.wrapped("      ", "      ", text);
    }

    /// A line that belongs to the line above.
    pub(crate) fn deeper(&mut self, text: &str) {
        self.wrapped("        ", "            ", text);
    }

    /// A line that belongs to the deeper line above.
    pub(crate) fn deepest(&mut self, text: &str) {
        self.wrapped("            ", "                ", text);
    }

    /// Running text.
    pub(crate) fn paragraph(&mut self, indent: &str, text: &str) {
        self.wrapped(indent, indent, text);
    }

    /// Text whose first line starts with one indent and whose other lines start with another.
    pub(crate) fn wrapped(&mut self, first: &str, rest: &str, text: &str) {
        let mut line = first.to_owned();
        let mut empty = true;
        for word in text.split_whitespace() {
            if !empty && columns(&line) + 1 + columns(word) > COLUMNS {
                self.line(&line);
                line = rest.to_owned();
                empty = true;
            }
            if !empty {
                line.push(' ');
            }
            line.push_str(word);
            empty = false;
        }
        self.line(&line);
    }

    fn line(&mut self, line: &str) {
        self.out.push_str(line.trim_end());
        self.out.push('\n');
    }

    pub(crate) fn finish(self) -> String {
        self.out
    }
}

fn columns(text: &str) -> usize {
    text.chars().count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_short_and_indented() {
        let mut page = Page::default();
        page.item(&"word ".repeat(40));
        let text = page.finish();
        assert!(text.lines().count() > 1);
        assert!(text.lines().all(|line| line.chars().count() <= COLUMNS));
        assert!(text.lines().skip(1).all(|line| line.starts_with("    word")));
    }

    #[test]
    fn a_long_word_stands_alone() {
        let mut page = Page::default();
        page.paragraph("", &format!("see {} there", "x".repeat(100)));
        assert_eq!(page.finish().lines().count(), 3);
    }
}
