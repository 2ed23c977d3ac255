//! Lists: one table that every page uses, on the screen, on small screens as cards, and as CSV.

use askama::Template;
use coverage::answer::Verdict;

use super::parts;

/// A list.
#[derive(Template)]
#[template(path = "list.html")]
pub(crate) struct List {
    /// What it lists; read aloud before the table.
    pub(crate) caption: String,
    pub(crate) columns: Vec<Column>,
    pub(crate) rows: Vec<Vec<Cell>>,
    /// What stands there when there is no row.
    pub(crate) empty: Empty,
}

/// A column.
pub(crate) struct Column {
    pub(crate) name: &'static str,
    /// Numbers stand at the right.
    pub(crate) is_number: bool,
}

/// The columns of these names.
pub(crate) fn columns(names: &[&'static str]) -> Vec<Column> {
    names.iter().map(|name| Column { name, is_number: false }).collect()
}

/// What a list says when it is empty, and what to do then.
#[derive(Clone, Debug, Default)]
pub(crate) struct Empty {
    pub(crate) title: &'static str,
    pub(crate) text: &'static str,
    /// Words and address of the next act.
    pub(crate) act: Option<(&'static str, String)>,
}

/// One cell.
#[derive(Clone, Debug)]
pub(crate) enum Cell {
    Text(String),
    /// Words, and a smaller line below them.
    Said {
        text: String,
        below: String,
    },
    /// A link, and a smaller line below it.
    Link {
        href: String,
        text: String,
        below: String,
    },
    /// A word in a tone: `good`, `amber`, `bad` or none.
    Tag {
        tone: &'static str,
        text: String,
    },
    Verdict(Verdict),
    /// A small form of one button.
    Button {
        action: String,
        csrf: String,
        name: &'static str,
        value: String,
        text: &'static str,
        of: String,
        tone: &'static str,
    },
}

impl Cell {
    pub(crate) fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    pub(crate) fn link(href: impl Into<String>, text: impl Into<String>) -> Self {
        Self::Link { href: href.into(), text: text.into(), below: String::new() }
    }

    pub(crate) fn tag(tone: &'static str, text: impl Into<String>) -> Self {
        Self::Tag { tone, text: text.into() }
    }

    /// What the cell says, in a file.
    fn plain(&self) -> String {
        match self {
            Self::Text(text) | Self::Tag { text, .. } => text.clone(),
            Self::Link { text, below, .. } if below.is_empty() => text.clone(),
            Self::Link { text, below, .. } | Self::Said { text, below } => format!("{text} ({below})"),
            Self::Verdict(verdict) => parts::verdict_name(verdict).to_owned(),
            Self::Button { .. } => String::new(),
        }
    }
}

impl List {
    /// The list as CSV (RFC 4180). A cell that a spreadsheet would take for a formula gets an apostrophe before it.
    pub(crate) fn csv(&self) -> String {
        let mut out = String::new();
        let names = self.columns.iter().filter(|column| !column.name.is_empty()).map(|column| column.name.to_owned());
        line(&mut out, names);
        let width = self.columns.iter().filter(|column| !column.name.is_empty()).count();
        for row in &self.rows {
            line(&mut out, row.iter().take(width).map(Cell::plain));
        }
        out
    }
}

fn line(out: &mut String, cells: impl Iterator<Item = String>) {
    for (index, cell) in cells.enumerate() {
        if index > 0 {
            out.push(',');
        }
        let harmless = match cell.chars().next() {
            Some('=' | '+' | '-' | '@' | '\t' | '\r') => format!("'{cell}"),
            _ => cell,
        };
        if harmless.contains([',', '"', '\n', '\r']) {
            out.push('"');
            out.push_str(&harmless.replace('"', "\"\""));
            out.push('"');
        } else {
            out.push_str(&harmless);
        }
    }
    out.push_str("\r\n");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_spreadsheet_finds_no_formula() {
        let rows =
            vec![vec![Cell::text("=1+1"), Cell::text("a \"b\", c")], vec![Cell::text("-5"), Cell::text("plain")]];
        let list = List { caption: String::new(), columns: columns(&["One", "Two"]), rows, empty: Empty::default() };
        assert_eq!(list.csv(), "One,Two\r\n'=1+1,\"a \"\"b\"\", c\"\r\n'-5,plain\r\n");
    }
}
