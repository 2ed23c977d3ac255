//! Sets of codes and look-up tables, once for the whole program.

use std::collections::BTreeMap;

use codes::{CodeSet, IcdSet, PatternError};
use jiff::civil::Date;

use super::builder::Builder;
use crate::ast::{self, CodeItem, DiagnosisItem, ListName, Number};
use crate::diagnostic::codes::compile as explained;
use crate::lists::ListRow;
use crate::program::{Dated, Table};
use crate::span::{Span, Spanned};

/// Patterns by the dates on which they count.
pub(super) type Patterns = BTreeMap<(Option<Date>, Option<Date>), Vec<String>>;

impl<'a> Builder<'a> {
    pub(super) fn rows(&mut self, list: &Spanned<ListName>) -> Option<Vec<&'a ListRow>> {
        let lists = self.context.lists;
        let rows = lists.rows(&list.value);
        if rows.is_none() {
            let help = lists.near(&list.value).map_or_else(
                || "add library/lists/NAME.csv with the columns code,from,until,group".to_owned(),
                |near| format!("did you mean `{near}`?"),
            );
            self.error(explained::UNKNOWN_LIST.code, list.span, format!("there is no list `{}`", list.value), "", help);
        }
        rows
    }

    fn list_patterns(&mut self, list: &ListName, span: Span, into: &mut Patterns) -> Option<()> {
        for row in self.rows(&Spanned::new(list.clone(), span))? {
            into.entry((row.from, row.until)).or_default().push(row.code.clone());
        }
        Some(())
    }

    fn dated<S>(
        &mut self,
        patterns: Patterns,
        span: Span,
        build: impl Fn(&[String]) -> Result<S, PatternError>,
    ) -> Option<Dated<S>> {
        let mut dated = Dated::default();
        for ((from, until), patterns) in patterns {
            match build(&patterns) {
                Ok(set) => dated.add(from, until, set),
                Err(error) => {
                    self.error(
                        explained::BAD_CODE.code,
                        span,
                        error.to_string(),
                        "",
                        "mend the code, or the row of the list".to_owned(),
                    );
                    return None;
                }
            }
        }
        Some(dated)
    }

    pub(super) fn code_set(&mut self, set: &ast::CodeSet) -> Option<usize> {
        let mut patterns = Patterns::new();
        for item in &set.items {
            let pattern = match &item.value {
                CodeItem::Code(code) => code.clone(),
                CodeItem::Range { first, last } => format!("{first}-{last}"),
                CodeItem::List(list) => {
                    self.list_patterns(list, item.span, &mut patterns)?;
                    continue;
                }
            };
            patterns.entry((None, None)).or_default().push(pattern);
        }
        if let Some(at) = self.code_patterns.get(&patterns) {
            return Some(*at);
        }
        let build = |patterns: &[String]| CodeSet::new(patterns.iter().map(String::as_str));
        let written = patterns.clone();
        let codes = self.dated(patterns, set.span, build)?;
        let at = position_or_push(&mut self.program.code_sets, codes);
        if at == self.program.code_words.len() {
            self.program.code_words.push(crate::show::codes(set));
        }
        self.code_patterns.insert(written, at);
        Some(at)
    }

    pub(super) fn diagnosis_set(&mut self, set: &ast::DiagnosisSet) -> Option<usize> {
        let mut patterns = Patterns::new();
        for item in &set.items {
            let pattern = match &item.value {
                DiagnosisItem::Code(code) => code.clone(),
                DiagnosisItem::Below(stem) => format!("{stem}*"),
                DiagnosisItem::Range { first, last } => format!("{first}-{last}"),
                DiagnosisItem::List(list) => {
                    self.list_patterns(list, item.span, &mut patterns)?;
                    continue;
                }
            };
            patterns.entry((None, None)).or_default().push(pattern);
        }
        if let Some(at) = self.diagnosis_patterns.get(&patterns) {
            return Some(*at);
        }
        let build = |patterns: &[String]| IcdSet::new(patterns.iter().map(String::as_str));
        let written = patterns.clone();
        let codes = self.dated(patterns, set.span, build)?;
        let at = position_or_push(&mut self.program.diagnosis_sets, codes);
        if at == self.program.diagnosis_words.len() {
            self.program.diagnosis_words.push(crate::show::diagnoses(set));
        }
        self.diagnosis_patterns.insert(written, at);
        Some(at)
    }

    /// A table in the stored form of its argument and its result.
    pub(super) fn table(
        &mut self,
        name: &str,
        table: &crate::lists::Table,
        argument_decimals: u8,
        result_decimals: u8,
        span: Span,
    ) -> Option<usize> {
        let row = |(from, value): &(Number, Number)| {
            Some((from.at_scale(argument_decimals)?, value.at_scale(result_decimals)?))
        };
        let Some(rows) = table.rows.iter().map(row).collect() else {
            let help = "round the table, or let the facts keep more digits".to_owned();
            self.error(
                explained::TOO_MANY_DIGITS.code,
                span,
                format!("table `{name}` has more digits than its facts keep"),
                "",
                help,
            );
            return None;
        };
        Some(position_or_push(&mut self.program.tables, Table { name: name.to_owned(), rows }))
    }
}

fn position_or_push<T: PartialEq>(known: &mut Vec<T>, one: T) -> usize {
    known.iter().position(|other| *other == one).unwrap_or_else(|| {
        known.push(one);
        known.len() - 1
    })
}
