//! Enumerations: codes, diagnoses, code lists, values.

use ::codes::{CodeSet as ProcedurePattern, IcdCode, IcdSet, ProcedureCode};

use super::cursor::{Cursor, Parse, is_name};
use crate::ast::{CodeItem, CodeSet, DiagnosisItem, DiagnosisSet, Items, ListName, Value, ValueSet};
use crate::diagnostic::codes::syntax as codes;
use crate::lex::TokenKind;
use crate::span::{Span, Spanned};

/// Words with which a sentence goes on after an enumeration.
const AFTER_ITEMS: [&str; 16] = [
    "as",
    "unverified",
    "indicative",
    "grade",
    "when",
    "with",
    "or",
    "and",
    "but",
    "at",
    "today",
    "in",
    "ever",
    "per",
    "same",
    "treatment",
];

/// Words with which a sentence goes on after values; other words may be values.
const AFTER_VALUES: [&str; 6] = ["as", "unverified", "indicative", "grade", "when", "but"];

impl<'a> Cursor<'_, '_, 'a> {
    /// The next word, if the enumeration goes on with it.
    fn next_item(&mut self, after: &[&str]) -> Option<Spanned<&'a str>> {
        let token = self.peek().filter(|token| token.kind == TokenKind::Word)?;
        let word = self.text(token);
        if after.contains(&word) {
            return None;
        }
        self.advance();
        Some(Spanned::new(word, token.span))
    }

    /// Procedure and supply codes, at least one.
    pub(super) fn code_set(&mut self) -> Parse<CodeSet> {
        let start = self.here();
        let mut items = Vec::new();
        while let Some(word) = self.next_item(&AFTER_ITEMS) {
            let item = self.code_item(word)?;
            items.push(Spanned::new(item, word.span));
        }
        if items.is_empty() {
            return self.expected("a procedure or supply code such as `64615`, or a code list");
        }
        Ok(CodeSet { span: self.span_from(start), items })
    }

    fn code_item(&mut self, word: Spanned<&str>) -> Parse<CodeItem> {
        let code = |text: &str| text.parse::<ProcedureCode>().ok();
        if let Some(single) = code(&word) {
            return Ok(CodeItem::Code(single.to_string()));
        }
        if let Some((first, last)) = word.split_once('-')
            && let (Some(low), Some(high)) = (code(first), code(last))
        {
            return match word.parse::<ProcedurePattern>() {
                Ok(_) => Ok(CodeItem::Range { first: low.to_string(), last: high.to_string() }),
                Err(error) => self.bad_code(word, &error.to_string()),
            };
        }
        if let Some(list) = list_name(&word) {
            return Ok(CodeItem::List(list));
        }
        self.bad_code(word, "write `64615`, `64642-64647`, or the name of a code list")
    }

    fn bad_code<T>(&mut self, word: Spanned<&str>, help: &str) -> Parse<T> {
        let message = format!("`{}` is not a procedure code or code list", *word);
        let diagnostic = self.error(&codes::CODE, word.span, message).help(help);
        self.fail(diagnostic)
    }

    /// One procedure or supply code.
    pub(super) fn code(&mut self) -> Parse<Spanned<String>> {
        let word = self.any_word("a procedure or supply code such as `64615`")?;
        match word.parse::<ProcedureCode>() {
            Ok(code) => Ok(Spanned::new(code.to_string(), word.span)),
            Err(error) => {
                let message = format!("`{}` is not a procedure code", *word);
                let diagnostic = self.error(&codes::CODE, word.span, message).help(error.to_string());
                self.fail(diagnostic)
            }
        }
    }

    /// Codes, or treatments, or both: `64615 J0585 or treatment botox`.
    pub(super) fn items(&mut self) -> Parse<Items> {
        let start = self.here();
        let only_treatments = self.peek_word() == Some("treatment");
        let codes = if only_treatments {
            CodeSet { span: Span::new(start.start, start.start), items: Vec::new() }
        } else {
            self.code_set()?
        };
        let mut treatments = Vec::new();
        if only_treatments || (self.peek_word() == Some("or") && self.peek_second_word() == Some("treatment")) {
            self.eat_word("or");
            self.expect_word("treatment")?;
            while self.peek_word().is_some_and(|word| !AFTER_ITEMS.contains(&word)) {
                treatments.push(self.name("a treatment of the menu")?);
            }
            if treatments.is_empty() {
                return self.expected("a treatment of the menu");
            }
        }
        Ok(Items { span: self.span_from(start), codes, treatments })
    }

    /// Diagnosis codes, at least one.
    pub(super) fn diagnosis_set(&mut self) -> Parse<DiagnosisSet> {
        let start = self.here();
        let mut items = Vec::new();
        while let Some(word) = self.next_item(&AFTER_ITEMS) {
            let item = self.diagnosis_item(word)?;
            items.push(Spanned::new(item, word.span));
        }
        if items.is_empty() {
            return self.expected("a diagnosis code such as `G43.709`, or a code list");
        }
        Ok(DiagnosisSet { span: self.span_from(start), items })
    }

    fn diagnosis_item(&mut self, word: Spanned<&str>) -> Parse<DiagnosisItem> {
        if word.contains('/') {
            return match list_name(&word) {
                Some(list) => Ok(DiagnosisItem::List(list)),
                None => self.bad_diagnosis(word, "a list of the library is written `NAME/group`"),
            };
        }
        let code = |text: &str| is_diagnosis(text).then(|| text.to_ascii_uppercase());
        let pattern = if let Some(below) = word.strip_suffix('*') {
            let category = below.strip_suffix('.').unwrap_or(below);
            code(category).map(|_| DiagnosisItem::Below(below.to_ascii_uppercase()))
        } else if let Some((first, last)) = word.split_once('-') {
            code(first).zip(code(last)).map(|(first, last)| DiagnosisItem::Range { first, last })
        } else {
            code(&word).map(DiagnosisItem::Code)
        };
        match pattern {
            Some(item) => match word.parse::<IcdSet>() {
                Ok(_) => Ok(item),
                Err(error) => self.bad_diagnosis(word, &error.to_string()),
            },
            None => match list_name(&word) {
                Some(list) => Ok(DiagnosisItem::List(list)),
                None => self.bad_diagnosis(word, "write `G43.709`, `C44.*`, `E08-E13`, or the name of a code list"),
            },
        }
    }

    fn bad_diagnosis<T>(&mut self, word: Spanned<&str>, help: &str) -> Parse<T> {
        let message = format!("`{}` is not a diagnosis code or code list", *word);
        let diagnostic = self.error(&codes::DIAGNOSIS, word.span, message).help(help);
        self.fail(diagnostic)
    }

    /// One diagnosis code.
    pub(super) fn diagnosis(&mut self) -> Parse<Spanned<String>> {
        let word = self.any_word("a diagnosis code such as `G43.709`")?;
        if is_diagnosis(&word) {
            return Ok(Spanned::new(word.to_ascii_uppercase(), word.span));
        }
        let message = format!("`{}` is not a diagnosis code", *word);
        let diagnostic = self.error(&codes::DIAGNOSIS, word.span, message).help("write it with its point: `G43.709`");
        self.fail(diagnostic)
    }

    /// Whether a value stands next.
    pub(super) fn is_value(&self) -> bool {
        self.is_string() || self.peek_word().is_some_and(|word| !AFTER_VALUES.contains(&word))
    }

    /// One value of a choice or name.
    pub(super) fn value(&mut self) -> Parse<Value> {
        if self.is_string() {
            let text = self.string("a value")?;
            return Ok(Value { span: text.span, text: text.value });
        }
        if !self.is_value() {
            return self.expected("a value");
        }
        let word = self.any_word("a value")?;
        Ok(Value { span: word.span, text: word.value.to_owned() })
    }

    /// Values, at least one, or one code list.
    pub(super) fn value_set(&mut self) -> Parse<ValueSet> {
        if let Some(word) = self.peek_word().filter(|word| word.contains('/'))
            && let Some(list) = list_name(word)
        {
            let span = self.here();
            self.advance();
            return Ok(ValueSet::List(Spanned::new(list, span)));
        }
        let mut values = vec![self.value()?];
        while self.is_value() {
            values.push(self.value()?);
        }
        Ok(ValueSet::Values(values))
    }
}

/// Whether a word is a diagnosis code with its point, or a category of three characters. Without the point a longer word is the
/// name of a list: articles of Medicare contractors (`A57474`) look like codes.
fn is_diagnosis(word: &str) -> bool {
    (word.len() == 3 || word.find('.') == Some(3)) && word.parse::<IcdCode>().is_ok()
}

/// `NAME` or `NAME/group`.
fn list_name(word: &str) -> Option<ListName> {
    let is_part = |part: &str| {
        part.starts_with(|first: char| first.is_ascii_alphanumeric())
            && part.chars().all(|next| next.is_ascii_alphanumeric() || matches!(next, '_' | '-' | '.'))
    };
    match word.split_once('/') {
        Some((name, group)) => {
            (is_part(name) && is_part(group)).then(|| ListName { name: name.to_owned(), group: Some(group.to_owned()) })
        }
        None => is_name(word).then(|| ListName { name: word.to_owned(), group: None }),
    }
}
