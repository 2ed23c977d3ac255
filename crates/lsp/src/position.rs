//! Places in a text as editors count them: lines, and units of UTF-16 in a line.

use policy::span::Span;
use serde_json::{Value, json};

/// A place between two characters. Both numbers begin at 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// The line.
    pub line: u32,
    /// Units of UTF-16 before the place: most characters are one, those beyond the basic plane two.
    pub character: u32,
}

/// The lines of one text.
#[derive(Clone, Debug)]
pub struct Lines<'t> {
    text: &'t str,
    /// Where each line begins.
    starts: Vec<usize>,
}

impl<'t> Lines<'t> {
    /// Looks at a text once.
    #[must_use]
    pub fn new(text: &'t str) -> Self {
        let starts = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
        Self { text, starts }
    }

    /// The text of a line, without its end.
    fn line(&self, line: usize) -> &'t str {
        let start = self.starts[line];
        let end = self.starts.get(line + 1).map_or(self.text.len(), |next| next - 1);
        let text = &self.text[start..end];
        text.strip_suffix('\r').unwrap_or(text)
    }

    /// The byte at a place. A place behind the end of its line, or of the text, is that end; one inside of a character is its start.
    ///
    /// ```
    /// use lsp::{Lines, Position};
    /// let lines = Lines::new("a\u{1F600}b\r\nc");
    /// assert_eq!(lines.offset(Position { line: 0, character: 3 }), 5);
    /// assert_eq!(lines.offset(Position { line: 0, character: 2 }), 1);
    /// assert_eq!(lines.offset(Position { line: 9, character: 9 }), 9);
    /// ```
    #[must_use]
    pub fn offset(&self, position: Position) -> usize {
        let Some(start) = usize::try_from(position.line).ok().and_then(|line| self.starts.get(line)) else {
            return self.text.len();
        };
        let line = self.line(position.line as usize);
        let mut units = 0;
        for (at, letter) in line.char_indices() {
            units += u32::try_from(letter.len_utf16()).unwrap_or(2);
            if units > position.character {
                return start + at;
            }
        }
        start + line.len()
    }

    /// The place of a byte; one inside of a character counts as its start.
    #[must_use]
    pub fn position(&self, offset: usize) -> Position {
        let offset = offset.min(self.text.len());
        let line = self.starts.partition_point(|start| *start <= offset) - 1;
        let before = self.text[self.starts[line]..]
            .char_indices()
            .take_while(|(at, letter)| self.starts[line] + at + letter.len_utf8() <= offset);
        let units: usize = before.map(|(_, letter)| letter.len_utf16()).sum();
        let number = |value: usize| u32::try_from(value).unwrap_or(u32::MAX);
        Position { line: number(line), character: number(units) }
    }

    /// A range as the protocol writes it.
    pub(crate) fn range(&self, span: Span) -> Value {
        json!({ "start": self.json(span.start as usize), "end": self.json(span.end as usize) })
    }

    /// A place as the protocol writes it.
    pub(crate) fn json(&self, offset: usize) -> Value {
        let Position { line, character } = self.position(offset);
        json!({ "line": line, "character": character })
    }

    /// A place that an editor sent; none if it is no place.
    pub(crate) fn of(&self, value: &Value) -> Option<usize> {
        let number = |name: &str| value.get(name)?.as_u64().map(|number| u32::try_from(number).unwrap_or(u32::MAX));
        Some(self.offset(Position { line: number("line")?, character: number("character")? }))
    }
}
