//! Reading TOML tables entry by entry, with all errors at once and a place for each.

use codes::suggest;
use policy::diagnostic::{Diagnostic, Explanation, Severity};
use policy::span::{SourceId, Span, Spanned};
use toml::de::{DeTable, DeValue};

use crate::finding;
use crate::names::Names;

/// One file while it is read, and what was found wrong with it.
pub(crate) struct Reader<'r> {
    source: SourceId,
    findings: &'r mut Vec<Diagnostic>,
}

/// One table of a file. Keys are taken out as they are read; what is left over at the end is unknown.
pub(crate) struct Entry<'t> {
    /// Where it stands.
    pub(crate) span: Span,
    rest: DeTable<'t>,
    asked: Vec<&'static str>,
}

/// A value of one of several types.
pub(crate) enum Plain {
    Text(String),
    YesNo(bool),
    Number(u32),
    List(Vec<String>),
}

impl Plain {
    /// The value, or what it is instead.
    fn of(value: DeValue<'_>) -> Result<Self, DeValue<'_>> {
        match value {
            DeValue::String(text) => Ok(Self::Text(text.into_owned())),
            DeValue::Boolean(yes) => Ok(Self::YesNo(yes)),
            DeValue::Integer(ref number) => {
                let number = u32::from_str_radix(number.as_str(), number.radix());
                number.map(Self::Number).map_err(|_| value)
            }
            DeValue::Array(ref values) => {
                let text = |value: &toml::Spanned<DeValue<'_>>| value.get_ref().as_str().map(str::to_owned);
                let texts: Option<Vec<String>> = values.iter().map(text).collect();
                texts.map(Self::List).ok_or(value)
            }
            other => Err(other),
        }
    }
}

impl<'r> Reader<'r> {
    pub(crate) fn new(source: SourceId, findings: &'r mut Vec<Diagnostic>) -> Self {
        Self { source, findings }
    }

    /// The whole file as one entry; empty if it is not TOML.
    pub(crate) fn parse<'t>(&mut self, text: &'t str) -> Entry<'t> {
        let (table, errors) = DeTable::parse_recoverable(text);
        for error in errors {
            let span = error.span().map_or(Span::default(), span_of);
            self.error(&finding::NOT_TOML, span, format!("this is not TOML: {}", error.message()));
        }
        Entry { span: Span::default(), rest: table.into_inner(), asked: Vec::new() }
    }

    /// Reports an error at a place of this file.
    pub(crate) fn error(&mut self, explanation: &'static Explanation, span: Span, message: impl Into<String>) {
        self.findings.push(Diagnostic::new(explanation, Severity::Error, message).at(self.source, span, ""));
    }

    /// Reports an error with what to do next.
    pub(crate) fn error_with_help(
        &mut self,
        explanation: &'static Explanation,
        span: Span,
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        let finding = Diagnostic::new(explanation, Severity::Error, message).at(self.source, span, "").help(help);
        self.findings.push(finding);
    }

    /// A text that must be there.
    pub(crate) fn text(&mut self, entry: &mut Entry<'_>, key: &'static str) -> Option<Spanned<String>> {
        if !entry.rest.contains_key(key) {
            self.error(&finding::MISSING_KEY, entry.span, format!("the key `{key}` is missing"));
        }
        self.text_if_any(entry, key)
    }

    /// A text that may be there.
    pub(crate) fn text_if_any(&mut self, entry: &mut Entry<'_>, key: &'static str) -> Option<Spanned<String>> {
        let value = entry.take(key)?;
        let span = span_of(value.span());
        match value.into_inner() {
            DeValue::String(text) => Some(Spanned::new(text.into_owned(), span)),
            other => {
                self.wrong_type(key, span, "a text in quotes", &other);
                None
            }
        }
    }

    /// A date that may be there.
    pub(crate) fn date_if_any(&mut self, entry: &mut Entry<'_>, key: &'static str) -> Option<jiff::civil::Date> {
        let value = entry.take(key)?;
        let span = span_of(value.span());
        let inner = value.into_inner();
        let date = inner.as_datetime().filter(|moment| moment.time.is_none()).and_then(|moment| moment.date);
        let Some(date) = date else {
            self.wrong_type(key, span, "a date such as 2026-01-31", &inner);
            return None;
        };
        let parts = (i16::try_from(date.year), i8::try_from(date.month), i8::try_from(date.day));
        let (Ok(year), Ok(month), Ok(day)) = parts else { return None };
        jiff::civil::Date::new(year, month, day).ok()
    }

    /// A whole number that may be there.
    pub(crate) fn number_if_any(&mut self, entry: &mut Entry<'_>, key: &'static str) -> Option<u32> {
        let value = entry.take(key)?;
        let span = span_of(value.span());
        let inner = value.into_inner();
        let number = inner.as_integer().and_then(|number| u32::from_str_radix(number.as_str(), number.radix()).ok());
        if number.is_none() {
            self.wrong_type(key, span, "a whole number", &inner);
        }
        number
    }

    /// `true` or `false`; absent is false.
    pub(crate) fn flag(&mut self, entry: &mut Entry<'_>, key: &'static str) -> bool {
        let Some(value) = entry.take(key) else { return false };
        let span = span_of(value.span());
        let inner = value.into_inner();
        inner.as_bool().unwrap_or_else(|| {
            self.wrong_type(key, span, "`true` or `false`", &inner);
            false
        })
    }

    /// A list of texts; absent is empty.
    pub(crate) fn texts(&mut self, entry: &mut Entry<'_>, key: &'static str) -> Vec<Spanned<String>> {
        let mut texts = Vec::new();
        for value in self.array(entry, key, "a list of texts") {
            let span = span_of(value.span());
            match value.into_inner() {
                DeValue::String(text) => texts.push(Spanned::new(text.into_owned(), span)),
                other => self.wrong_type(key, span, "a text in quotes", &other),
            }
        }
        texts
    }

    /// `[[key]]` tables; absent is empty.
    pub(crate) fn entries<'t>(&mut self, entry: &mut Entry<'t>, key: &'static str) -> Vec<Entry<'t>> {
        let mut entries = Vec::new();
        for value in self.array(entry, key, "tables: write `[[…]]`") {
            let span = span_of(value.span());
            match value.into_inner() {
                DeValue::Table(rest) => entries.push(Entry { span, rest, asked: Vec::new() }),
                other => self.wrong_type(key, span, "a table", &other),
            }
        }
        entries
    }

    /// The tables under a key, each with its own key; absent is empty.
    pub(crate) fn tables<'t>(&mut self, entry: &mut Entry<'t>, key: &'static str) -> Vec<(Spanned<String>, Entry<'t>)> {
        let Some(value) = entry.take(key) else { return Vec::new() };
        let span = span_of(value.span());
        match value.into_inner() {
            DeValue::Table(rest) => self.rest_as_tables(&mut Entry { span, rest, asked: Vec::new() }),
            other => {
                self.wrong_type(key, span, "a table of tables", &other);
                Vec::new()
            }
        }
    }

    /// Everything that is left of an entry, which must be tables.
    pub(crate) fn rest_as_tables<'t>(&mut self, entry: &mut Entry<'t>) -> Vec<(Spanned<String>, Entry<'t>)> {
        let mut tables = Vec::new();
        for (key, value) in std::mem::take(&mut entry.rest) {
            let name = Spanned::new(key.get_ref().to_string(), span_of(key.span()));
            let span = span_of(value.span());
            match value.into_inner() {
                DeValue::Table(rest) => tables.push((name, Entry { span, rest, asked: Vec::new() })),
                other => self.wrong_type(&name.value, span, "a table", &other),
            }
        }
        tables
    }

    /// One table that may be there.
    pub(crate) fn table_if_any<'t>(&mut self, entry: &mut Entry<'t>, key: &'static str) -> Option<Entry<'t>> {
        let value = entry.take(key)?;
        let span = span_of(value.span());
        match value.into_inner() {
            DeValue::Table(rest) => Some(Entry { span, rest, asked: Vec::new() }),
            other => {
                self.wrong_type(key, span, "a table", &other);
                None
            }
        }
    }

    /// The texts under a key, each with its own key; absent is empty.
    pub(crate) fn named_texts(&mut self, entry: &mut Entry<'_>, key: &'static str) -> Vec<(String, String)> {
        let Some(table) = self.table_if_any(entry, key) else { return Vec::new() };
        let mut texts = Vec::new();
        for (name, value) in table.rest {
            let span = span_of(value.span());
            match value.into_inner() {
                DeValue::String(text) => texts.push((name.get_ref().to_string(), text.into_owned())),
                other => self.wrong_type(name.get_ref(), span, "a text in quotes", &other),
            }
        }
        texts
    }

    /// The lists of texts under a key, each with its own key; absent is empty.
    pub(crate) fn lists(&mut self, entry: &mut Entry<'_>, key: &'static str) -> Vec<(String, Vec<String>)> {
        let Some(value) = entry.take(key) else { return Vec::new() };
        let span = span_of(value.span());
        let table = match value.into_inner() {
            DeValue::Table(table) => table,
            other => {
                self.wrong_type(key, span, "a table of lists", &other);
                return Vec::new();
            }
        };
        let mut lists = Vec::new();
        for (name, value) in table {
            let name = name.get_ref().to_string();
            let span = span_of(value.span());
            match Plain::of(value.into_inner()) {
                Ok(Plain::List(list)) => lists.push((name, list)),
                Ok(_) => self.error(&finding::WRONG_TYPE, span, format!("`{name}` should be a list of texts")),
                Err(other) => self.wrong_type(&name, span, "a list of texts", &other),
            }
        }
        lists
    }

    /// A text, a flag, a whole number or a list of texts that must be there.
    pub(crate) fn plain(&mut self, entry: &mut Entry<'_>, key: &'static str) -> Option<Plain> {
        let Some(value) = entry.take(key) else {
            self.error(&finding::MISSING_KEY, entry.span, format!("the key `{key}` is missing"));
            return None;
        };
        let span = span_of(value.span());
        let plain = Plain::of(value.into_inner());
        plain.map_err(|other| self.wrong_type(key, span, "a text, a number, a list or true or false", &other)).ok()
    }

    fn array<'t>(
        &mut self,
        entry: &mut Entry<'t>,
        key: &'static str,
        expected: &str,
    ) -> Vec<toml::Spanned<DeValue<'t>>> {
        let Some(value) = entry.take(key) else { return Vec::new() };
        let span = span_of(value.span());
        match value.into_inner() {
            DeValue::Array(values) => values.into_iter().collect(),
            other => {
                self.wrong_type(key, span, expected, &other);
                Vec::new()
            }
        }
    }

    /// One of a few words that must be there.
    pub(crate) fn word<T: Copy>(
        &mut self,
        entry: &mut Entry<'_>,
        key: &'static str,
        words: &[(&'static str, T)],
    ) -> Option<T> {
        let written = self.text(entry, key)?;
        self.one_of(key, &written, words)
    }

    /// One of a few words that may be there.
    pub(crate) fn word_if_any<T: Copy>(
        &mut self,
        entry: &mut Entry<'_>,
        key: &'static str,
        words: &[(&'static str, T)],
    ) -> Option<T> {
        let written = self.text_if_any(entry, key)?;
        self.one_of(key, &written, words)
    }

    /// One of a few words, already read.
    pub(crate) fn one_of<T: Copy>(
        &mut self,
        key: &str,
        written: &Spanned<String>,
        words: &[(&'static str, T)],
    ) -> Option<T> {
        let found = words.iter().find(|(word, _)| *word == written.value).map(|(_, value)| *value);
        if found.is_none() {
            let known: Vec<String> = words.iter().map(|(word, _)| format!("`{word}`")).collect();
            self.error_with_help(
                &finding::BAD_WORD,
                written.span,
                format!("`{}` is no value of `{key}`", written.value),
                format!("write one of {}", known.join(", ")),
            );
        }
        found
    }

    /// Adds a name, unless it already leads elsewhere.
    pub(crate) fn add_name<T: Copy + PartialEq>(&mut self, names: &mut Names<T>, name: &Spanned<String>, leads_to: T) {
        if names.add(&name.value, leads_to).is_err() {
            self.taken(name);
        }
    }

    /// Reads one `[[ambiguous]]` entry: names that mean several of the entries with these ids, and the question that settles it.
    pub(crate) fn ambiguous<T: Copy + PartialEq>(
        &mut self,
        mut entry: Entry<'_>,
        choices_key: &'static str,
        what: &str,
        ids: &[String],
        names: &mut Names<T>,
    ) {
        let written = self.texts(&mut entry, "names");
        let choices = self.texts(&mut entry, choices_key);
        let question = self.text(&mut entry, "question");
        self.finish(entry);
        for choice in &choices {
            if !ids.contains(&choice.value) {
                self.unknown(what, choice, ids.iter().map(String::as_str));
            }
        }
        let Some(question) = question else { return };
        let question = names.add_question(choices.into_iter().map(|choice| choice.value).collect(), question.value);
        for name in &written {
            if names.add_ambiguous(&name.value, question).is_err() {
                self.taken(name);
            }
        }
    }

    fn taken(&mut self, name: &Spanned<String>) {
        let message = format!("the name `{}` already leads elsewhere", name.value);
        let help = "if it means several things, write it under [[ambiguous]] only";
        self.error_with_help(&finding::TWICE, name.span, message, help);
    }

    /// An identifier under `id`.
    pub(crate) fn id(&mut self, entry: &mut Entry<'_>) -> Option<Spanned<String>> {
        let id = self.text(entry, "id")?;
        let plain = |character: char| character.is_ascii_alphanumeric() || matches!(character, '-' | '_');
        if id.starts_with(|first: char| first.is_ascii_alphabetic()) && id.chars().all(plain) {
            return Some(id);
        }
        self.error(&finding::BAD_ID, id.span, format!("`{}` is not an identifier", id.value));
        None
    }

    /// A text that must parse.
    pub(crate) fn parsed<T: std::str::FromStr>(&mut self, written: &Spanned<String>) -> Option<T>
    where
        T::Err: std::error::Error,
    {
        match written.value.parse() {
            Ok(value) => Some(value),
            Err(error) => {
                let cause = std::error::Error::source(&error).map(|cause| format!(": {cause}")).unwrap_or_default();
                self.error(&finding::BAD_CODE, written.span, format!("{error}{cause}"));
                None
            }
        }
    }

    /// Reports a name that is not defined, with the nearest that is.
    pub(crate) fn unknown<'n>(
        &mut self,
        what: &str,
        written: &Spanned<String>,
        defined: impl IntoIterator<Item = &'n str>,
    ) {
        let message = format!("there is no {what} `{}`", written.value);
        match suggest(&written.value, defined) {
            Some(near) => {
                let help = format!("did you mean `{near}`?");
                self.error_with_help(&finding::UNKNOWN_NAME, written.span, message, help);
            }
            None => self.error(&finding::UNKNOWN_NAME, written.span, message),
        }
    }

    /// Reports every key that nobody asked for.
    pub(crate) fn finish(&mut self, entry: Entry<'_>) {
        for key in entry.rest.keys() {
            let name: &str = key.get_ref();
            let message = format!("the key `{name}` is not known here");
            let help = match suggest(name, entry.asked.iter().copied()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("known keys: {}", entry.asked.join(", ")),
            };
            self.error_with_help(&finding::UNKNOWN_KEY, span_of(key.span()), message, help);
        }
    }

    fn wrong_type(&mut self, key: &str, span: Span, expected: &str, found: &DeValue<'_>) {
        let message = format!("`{key}` should be {expected}, not {}", found.type_str());
        self.error(&finding::WRONG_TYPE, span, message);
    }
}

impl<'t> Entry<'t> {
    fn take(&mut self, key: &'static str) -> Option<toml::Spanned<DeValue<'t>>> {
        self.asked.push(key);
        self.rest.remove(key)
    }
}

fn span_of(range: std::ops::Range<usize>) -> Span {
    // A file is smaller than 2^32 bytes (FILE_BYTES_MAX), so nothing is ever cut.
    let at = |offset| u32::try_from(offset).unwrap_or(u32::MAX);
    Span::new(at(range.start), at(range.end))
}
